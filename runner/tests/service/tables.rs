//! Tables that a live flow looks up: their changes take effect while it runs.

use std::path::Path;

use arrow_array::cast::AsArray;
use runner::client::{Client, Events};
use runner::event::EventKind;
use tokio_stream::StreamExt;

use super::{config, query, serve};

/// A live shop whose regions have the owners of this file.
async fn watch(owners: &Path) -> (Client, Events) {
    let owners = format!("file:{}", owners.display());
    let shop = config(&[("spans", "demo:shop?seed=7&rate=20000"), ("owners", &owners)]);
    let mut client = serve::in_process(&shop).await.expect("a runner");
    let text = "spans | lookup kind=inner owners on cloud.region | project team";
    let events = client.run(query(text)).await.expect("accepted");
    (client, events)
}

/// Waits for a row of this team, or for a notice that says this.
async fn wait_for(events: &mut Events, what: &str) -> String {
    loop {
        let event = events.next().await.expect("it goes on").expect("it holds");
        match event.kind {
            EventKind::Notice(notice) if notice.message.contains(what) => return notice.message,
            EventKind::Final(batch) => {
                let teams = batch.column_by_name("team").expect("the column").as_string::<i32>();
                if teams.iter().flatten().any(|team| team == what) {
                    return what.to_owned();
                }
            }
            EventKind::Finished(finished) => panic!("it ended: {}", finished.message),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_table_that_changes_is_looked_up_as_it_is_now() {
    let folder = tempfile::tempdir().expect("a folder");
    let owners = folder.path().join("owners.csv");
    std::fs::write(&owners, "cloud.region,team\neu-west-1,blue\n").expect("it is written");
    let (_client, mut events) = watch(&owners).await;
    wait_for(&mut events, "blue").await;
    // Replaced as an editor does it.
    let new = folder.path().join("new.csv");
    std::fs::write(&new, "cloud.region,team\neu-west-1,red\nus-east-1,red\n").expect("it is written");
    std::fs::rename(&new, &owners).expect("it is replaced");
    let told = wait_for(&mut events, "has changed").await;
    assert_eq!(told, "`owners` has changed: from now on its 2 rows are looked up");
    wait_for(&mut events, "red").await;
}

#[tokio::test]
async fn a_change_that_cannot_be_read_leaves_the_table_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let owners = folder.path().join("owners.csv");
    std::fs::write(&owners, "cloud.region,team\neu-west-1,blue\n").expect("it is written");
    let (_client, mut events) = watch(&owners).await;
    wait_for(&mut events, "blue").await;
    std::fs::write(&owners, "\"cloud.region,team\neu-west-1,red\n").expect("it is written");
    let told = wait_for(&mut events, "has changed").await;
    assert!(told.contains("the table as it was is still looked up: the first line of a CSV file"), "{told}");
    wait_for(&mut events, "blue").await;
    std::fs::write(&owners, "cloud.region,team\neu-west-1,green\n").expect("it is written");
    wait_for(&mut events, "green").await;
}
