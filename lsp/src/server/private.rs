//! The runner that this server starts for itself: a child process on a socket of its own. It ends when its
//! last user lets go, and, because it watches its standard input, also when this process dies.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use runner::client::{Client, Endpoint};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, watch};

/// How long a runner may take to say where it listens.
const START: Duration = Duration::from_secs(10);

/// How long it may take to end by itself.
const FAREWELL: Duration = Duration::from_secs(3);

/// A runner that can be asked; dropping the last clone ends the process.
#[derive(Clone)]
pub(crate) struct Private {
    pub(crate) client: Client,
    /// True once the process has ended.
    gone: watch::Receiver<bool>,
    _user: Arc<mpsc::Sender<()>>,
}

/// Held by whatever must be over before the server is: child processes.
pub(crate) type Alive = mpsc::Sender<()>;

/// The line a runner prints when it is ready.
#[derive(Deserialize)]
struct Ready {
    listen: String,
}

impl Private {
    /// `program serve --private`, with the workspace's configuration if it has one.
    pub(crate) async fn start(program: &Path, config: Option<&PathBuf>, alive: Alive) -> Result<Private, String> {
        let failed = |reason: String| format!("the runner could not be started: {reason}");
        let mut command = Command::new(program);
        command.args(["serve", "--private"]);
        match config {
            Some(config) => _ = command.arg("--config").arg(config),
            // It looks for one from its folder upward, and here there is to be none.
            None => _ = command.current_dir("/"),
        }
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = piped.spawn().map_err(|error| failed(format!("{}: {error}", program.display())))?;
        let listen = match tokio::time::timeout(START, listen(&mut child)).await {
            Ok(listen) => listen.map_err(failed)?,
            Err(_) => return Err(failed(format!("it did not answer within {} s", START.as_secs()))),
        };
        let client =
            Client::connect(&Endpoint::parse(&listen, None)).await.map_err(|error| failed(error.to_string()))?;
        let (user, users) = mpsc::channel(1);
        let (ended, gone) = watch::channel(false);
        tokio::spawn(keep(child, users, ended, alive));
        Ok(Private { client, gone, _user: Arc::new(user) })
    }

    pub(crate) fn is_gone(&self) -> bool {
        *self.gone.borrow()
    }

    /// Ready once the process has ended.
    pub(crate) async fn gone(&self) {
        // An error means that whoever watched the process is gone as well.
        let _ = self.gone.clone().wait_for(|gone| *gone).await;
    }
}

async fn listen(child: &mut Child) -> Result<String, String> {
    let stdout = child.stdout.take().ok_or("it has no standard output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).await.map_err(|error| error.to_string())?;
    if line.is_empty() {
        let status = child.wait().await.map_err(|error| error.to_string())?;
        return Err(format!("it ended at once ({status})"));
    }
    serde_json::from_str::<Ready>(&line).map(|ready| ready.listen).map_err(|_| format!("it said {line:?}"))
}

/// Waits for the process's end, or brings it about when nobody uses it any more.
async fn keep(mut child: Child, mut users: mpsc::Receiver<()>, ended: watch::Sender<bool>, alive: Alive) {
    // Waiting closes a child's input, and the end of that ends it: so its input is kept apart.
    let stdin = child.stdin.take();
    tokio::select! {
        _ = child.wait() => {}
        _ = users.recv() => {
            // It ends when its input does, and clears up after itself; else by force.
            drop(stdin);
            if tokio::time::timeout(FAREWELL, child.wait()).await.is_err() {
                let _ = child.kill().await;
            }
        }
    }
    let _ = ended.send(true);
    drop(alive);
}
