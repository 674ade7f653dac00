//! Who listens where, and for how long.

use super::*;

/// A port that was free a moment ago.
fn free() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address")
}

#[test]
fn sources_of_one_address_share_its_listener_and_the_last_closes_it() {
    let listeners = Listeners::default();
    let uri = "otlp:127.0.0.1:0";
    let spans_source = Running::start("spans", uri, &listeners);
    let logs = Running::start("logs", uri, &listeners);
    let address = http(&listeners);
    assert_eq!(listeners.bound().len(), 1);
    assert_eq!(post(address, "/v1/traces", &[PROTOBUF], &spans(vec![named("one")])).0, 200);
    assert_eq!(spans_source.column(1, "name"), ["one"]);
    assert_eq!(logs.stop().look(|state| state.rows()), 0);

    // Still there for the other.
    assert_eq!(post(address, "/v1/traces", &[PROTOBUF], &spans(vec![named("two")])).0, 200);
    // Nobody reads metrics; the sender need not care.
    assert_eq!(post(address, "/v1/metrics", &[PROTOBUF], b"").0, 200);
    assert_eq!(listeners.bound()[0].unread, 1);
    assert_eq!(spans_source.column(2, "name"), ["one", "two"]);

    let grpc = grpc(&listeners);
    spans_source.stop();
    assert_eq!(listeners.bound(), []);
    for address in [grpc, address] {
        std::net::TcpListener::bind(address).expect("it is free at once");
    }
}

#[test]
fn two_sources_of_one_signal_both_get_it() {
    let listeners = Listeners::default();
    let uri = "otlp:127.0.0.1:0?signal=spans";
    let sources = ["spans", "others"].map(|name| Running::start(name, uri, &listeners));
    post(http(&listeners), "/v1/traces", &[PROTOBUF], &spans(vec![named("both")]));
    for source in sources {
        assert_eq!(source.column(1, "name"), ["both"]);
        source.stop();
    }
}

#[test]
fn what_comes_before_the_source_runs_waits_for_it() {
    let listeners = Listeners::default();
    let opened = crate::source::open(&decl("spans", "otlp:127.0.0.1:0"), &listeners).expect("it binds");
    let address = http(&listeners);
    let sent = std::thread::spawn(move || post(address, "/v1/traces", &[PROTOBUF], &spans(vec![named("early")])).0);
    let feed = Collect::new(Wanted::All);
    let reading = feed.clone();
    let reader = std::thread::spawn(move || opened.reader.run(reading));
    assert_eq!(sent.join().expect("no panic"), 200);
    assert_eq!(feed.look(|state| state.column("name")), ["early"]);
    feed.stop();
    reader.join().expect("no panic").expect("it was stopped");
}

#[test]
fn a_source_that_was_stopped_takes_nothing_and_says_so() {
    let listeners = Listeners::default();
    let opened = crate::source::open(&decl("spans", "otlp:127.0.0.1:0"), &listeners).expect("it binds");
    let address = http(&listeners);
    let feed = Collect::new(Wanted::All);
    let gone = Arc::new(std::sync::Barrier::new(2));
    let reading = Arc::new(Slow { feed: feed.clone(), gone: gone.clone() });
    let reader = std::thread::spawn(move || opened.reader.run(reading));
    assert_eq!(post(address, "/v1/traces", &[PROTOBUF], &spans(vec![named("a")])).0, 200);
    feed.stop();
    assert_eq!(post(address, "/v1/traces", &[PROTOBUF], &spans(vec![named("b")])).0, 503);
    gone.wait();
    reader.join().expect("no panic").expect("it was stopped");
    assert_eq!(feed.look(|state| state.column("name")), ["a"]);
}

/// A feed whose reader is slow to notice that it was stopped.
struct Slow {
    feed: Arc<Collect>,
    gone: Arc<std::sync::Barrier>,
}

impl crate::source::Feed for Slow {
    fn wanted(&self) -> Arc<Wanted> {
        self.feed.wanted()
    }
    fn batch(&self, batch: arrow_array::RecordBatch) {
        self.feed.batch(batch);
    }
    fn dropped(&self, reason: &'static str, count: u64, sample: &[u8]) {
        self.feed.dropped(reason, count, sample);
    }
    fn notice(&self, message: String) {
        self.feed.notice(message);
    }
    fn stopped(&self) -> bool {
        self.feed.stopped()
    }
    fn pause(&self, _: std::time::Duration) -> bool {
        self.gone.wait();
        true
    }
}

#[test]
fn a_busy_address_is_named_with_what_to_do() {
    let busy = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = busy.local_addr().expect("an address");
    let refused = |uri: &str| {
        let opened = crate::source::open(&decl("spans", uri), &Listeners::default());
        opened.err().map(|error| error.to_string()).unwrap_or_default()
    };
    for uri in [format!("otlp:{address}?http=off"), format!("otlp:127.0.0.1:0?http={address}")] {
        let message = refused(&uri);
        assert!(message.contains(&format!("`{address}`")) && message.contains("stop it"), "{message}");
    }
    assert!(refused("otlp:0.0.0.0:4317").contains("public=true"));
}

#[test]
fn sources_that_share_a_listener_agree_on_it() {
    let listeners = Listeners::default();
    let address = free();
    let running = Running::start("spans", &format!("otlp:{address}?http=off"), &listeners);
    let other = crate::source::open(&decl("logs", &format!("otlp:{address}?http=off&max_message=1MiB")), &listeners);
    let message = other.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(message.contains("`max_message`") && message.contains(&address.to_string()), "{message}");
    running.stop();
}

#[tokio::test]
async fn listeners_open_and_close_where_blocking_is_not_allowed() {
    let listeners = Listeners::default();
    let opened = crate::source::open(&decl("spans", "otlp:127.0.0.1:0"), &listeners).expect("it binds");
    drop(opened);
    assert_eq!(listeners.bound(), []);
}
