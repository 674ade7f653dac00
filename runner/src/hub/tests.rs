//! What holds between a source and the flows that read it.

use super::*;
use std::sync::mpsc::sync_channel;

use arrow_array::TimestampNanosecondArray;
use syntax::source::{Scheme, SourceUri};

use crate::batch::arrow_schema;

struct Nothing;

impl Reader for Nothing {
    fn run(self: Box<Self>, _: Arc<dyn Feed>) -> Result<(), Error> {
        Ok(())
    }
}

fn feeder(scheme: Scheme) -> Arc<Feeder> {
    feeder_that_keeps(scheme, Keep { bytes: 0, ..Keep::default() })
}

fn feeder_that_keeps(scheme: Scheme, keep: Keep) -> Arc<Feeder> {
    let decl = SourceDecl {
        name: "events".into(),
        uri: SourceUri { scheme, rest: String::new(), params: Vec::new() },
        doc: None,
        lateness: 0,
        fields: Vec::new(),
        open: true,
        time: Some("timestamp".into()),
    };
    let schema = Schema { fields: Vec::new().into(), open: true, time: decl.time.clone() };
    Feeder::new(decl, Opened { schema, reader: Box::new(Nothing) }, false, keep)
}

fn subscribe_to(feeder: &Feeder, subscriber: Subscriber) -> bool {
    feeder.subscribe(subscriber, None).is_some()
}

fn batch() -> RecordBatch {
    let schema = arrow_schema(&[Field::new("timestamp", Type::Datetime)]);
    let column = TimestampNanosecondArray::from(vec![1, 2, 3]).with_timezone("UTC");
    RecordBatch::try_new(schema, vec![Arc::new(column)]).expect("one column")
}

#[test]
fn a_live_source_never_waits_and_counts_what_a_flow_missed() {
    let feeder = feeder(Scheme::Otlp);
    let (sender, receiver) = sync_channel(1);
    let ledger = Arc::new(Ledger::default());
    let wanted = Wanted::Fields(vec![Field::new("name", Type::String)]);
    assert!(subscribe_to(
        &feeder,
        Subscriber { id: 1, input: 0, wanted, prefilter: None, profiles: false, sender, ledger: Arc::clone(&ledger) }
    ));
    for _ in 0..5 {
        feeder.batch(batch());
    }
    assert_eq!(ledger.lost(), 12, "one batch of three waits, four are counted");
    assert!(matches!(receiver.try_recv(), Ok((0, Delivery::Batch(_)))));
    assert_eq!(feeder.snapshot().received, 15);
}

#[test]
fn a_source_reads_the_union_of_its_flows_and_its_time() {
    let feeder = feeder(Scheme::Otlp);
    let subscribe = |id, wanted| {
        let (sender, _receiver) = sync_channel(1);
        subscribe_to(
            &feeder,
            Subscriber { id, input: 0, wanted, prefilter: None, profiles: false, sender, ledger: Arc::default() },
        );
    };
    let names = || match &*lock(&feeder.state).wanted {
        Wanted::All => vec!["*".to_owned()],
        Wanted::Fields(fields) => fields.iter().map(|field| field.name.to_string()).collect(),
    };
    subscribe(1, Wanted::Fields(vec![Field::new("name", Type::String)]));
    subscribe(2, Wanted::Fields(vec![Field::new("duration", Type::Timespan)]));
    assert_eq!(names(), ["name", "duration", "timestamp"]);
    subscribe(3, Wanted::All);
    assert_eq!(names(), ["*"]);
    feeder.unsubscribe(3);
    feeder.unsubscribe(1);
    assert_eq!(names(), ["duration", "timestamp"]);
}

#[test]
fn what_cannot_be_decoded_is_counted_with_a_sample_that_is_safe_to_show() {
    let feeder = feeder(Scheme::File);
    let (sender, _receiver) = sync_channel(1);
    let ledger = Arc::new(Ledger::default());
    subscribe_to(
        &feeder,
        Subscriber {
            id: 1,
            input: 0,
            wanted: Wanted::All,
            prefilter: None,
            profiles: false,
            sender,
            ledger: Arc::clone(&ledger),
        },
    );
    feeder.dropped("not JSON", 2, b"\x1b[31mred");
    feeder.dropped("not JSON", 1, b"other");
    let dropped = ledger.dropped();
    assert_eq!((dropped.len(), dropped[0].count), (1, 3));
    assert!(!dropped[0].sample.contains('\x1b'), "{:?}", dropped[0].sample);
}

#[test]
fn the_last_flow_takes_the_source_with_it() {
    let feeder = feeder(Scheme::Otlp);
    let (sender, _receiver) = sync_channel(1);
    subscribe_to(
        &feeder,
        Subscriber {
            id: 1,
            input: 0,
            wanted: Wanted::All,
            prefilter: None,
            profiles: false,
            sender,
            ledger: Arc::default(),
        },
    );
    feeder.unsubscribe(1);
    let (sender, _receiver) = sync_channel(1);
    let again = Subscriber {
        id: 2,
        input: 0,
        wanted: Wanted::All,
        prefilter: None,
        profiles: false,
        sender,
        ledger: Arc::default(),
    };
    assert!(feeder.subscribe(again, None).is_none(), "it has to be opened again");
}

/// Numbered rows, `from` to `to`.
fn numbers(from: i64, to: i64) -> RecordBatch {
    let column = TimestampNanosecondArray::from((from..to).collect::<Vec<_>>()).with_timezone("UTC");
    RecordBatch::try_new(arrow_schema(&[Field::new("timestamp", Type::Datetime)]), vec![Arc::new(column)])
        .expect("one column")
}

fn read(timed: &Timed, into: &mut Vec<i64>) {
    use arrow_array::cast::AsArray;
    use arrow_array::types::TimestampNanosecondType;
    into.extend(timed.batch.column(0).as_primitive::<TimestampNanosecondType>().values());
}

#[test]
fn who_comes_later_misses_nothing_and_sees_nothing_twice() {
    const ROWS: i64 = 200_000;
    let feeder = feeder_that_keeps(Scheme::Otlp, Keep::default());
    let source = Arc::clone(&feeder);
    let telling = std::thread::spawn(move || {
        let mut from = 0;
        while from < ROWS {
            // Batches of all sizes, so that flows come at any moment of one.
            let to = (from + 1 + from % 97).min(ROWS);
            source.batch(numbers(from, to));
            from = to;
        }
    });
    let watching: Vec<_> = (0..16)
        .map(|id| {
            let feeder = Arc::clone(&feeder);
            std::thread::spawn(move || {
                // Each begins when so much has come.
                while feeder.snapshot().received < id * 10_000 {
                    std::thread::yield_now();
                }
                let (sender, receiver) = sync_channel(1 << 20);
                let ledger = Arc::new(Ledger::default());
                let wanted = Wanted::Fields(Vec::new());
                let subscriber = Subscriber { id, input: 0, wanted, prefilter: None, profiles: false, sender, ledger };
                let Some(Begin::At { mut from, .. }) = feeder.subscribe(subscriber, None) else {
                    panic!("it keeps a past")
                };
                assert_eq!(from, 0, "all of it is kept");
                let mut seen = Vec::new();
                loop {
                    let (stretch, live) = feeder.catch_up(id, from);
                    assert_eq!(stretch.missed, 0);
                    stretch.batches.iter().for_each(|timed| read(timed, &mut seen));
                    from = stretch.next;
                    if live {
                        break;
                    }
                }
                while (seen.len() as i64) < ROWS {
                    let Ok((_, Delivery::Batch(timed))) = receiver.recv() else { panic!("it goes on") };
                    read(&timed, &mut seen);
                }
                assert!(seen.into_iter().eq(0..ROWS), "each once, in order");
            })
        })
        .collect();
    telling.join().expect("it tells all");
    for watcher in watching {
        watcher.join().expect("it sees all");
    }
}

#[test]
fn a_source_goes_on_for_a_while_without_a_flow() {
    let keep = Keep { linger: Duration::from_secs(3600), ..Keep::default() };
    let feeder = feeder_that_keeps(Scheme::Otlp, keep);
    lock(&feeder.state).phase = Phase::Running;
    let (sender, _receiver) = sync_channel(1);
    let wanted = Wanted::Fields(Vec::new());
    let subscriber =
        Subscriber { id: 1, input: 0, wanted, prefilter: None, profiles: false, sender, ledger: Arc::default() };
    assert!(subscribe_to(&feeder, subscriber.clone()));
    feeder.batch(numbers(0, 10));
    feeder.unsubscribe(1);
    assert!(!feeder.stopped(), "somebody may come back");
    assert_eq!(
        feeder.subscribe(subscriber, Some(Duration::from_secs(60))),
        Some(Begin::At { from: 0, until: 10 }),
        "and finds its past"
    );
    feeder.unsubscribe(1);
    lock(&feeder.state).recent = Recent::new(Keep { linger: Duration::ZERO, ..keep });
    assert!(feeder.stopped(), "when its time is over it stops");
}

#[test]
fn who_is_too_slow_goes_back_to_what_is_kept() {
    const ROWS: i64 = 20_000;
    let feeder = feeder_that_keeps(Scheme::Otlp, Keep::default());
    let (sender, receiver) = sync_channel(1);
    let ledger = Arc::new(Ledger::default());
    let wanted = Wanted::Fields(Vec::new());
    let subscriber =
        Subscriber { id: 1, input: 0, wanted, prefilter: None, profiles: false, sender, ledger: Arc::clone(&ledger) };
    feeder.subscribe(subscriber, None);
    let source = Arc::clone(&feeder);
    let telling = std::thread::spawn(move || {
        let mut from = 0;
        while from < ROWS {
            let to = (from + 1 + from % 7).min(ROWS);
            source.batch(numbers(from, to));
            from = to;
        }
    });
    let mut seen = Vec::new();
    let catch_up = |mut from: u64, seen: &mut Vec<i64>| loop {
        let (stretch, live) = feeder.catch_up(1, from);
        assert_eq!(stretch.missed, 0);
        stretch.batches.iter().for_each(|timed| read(timed, seen));
        from = stretch.next;
        if live {
            break;
        }
    };
    catch_up(0, &mut seen);
    let mut fell_behind = 0;
    while (seen.len() as i64) < ROWS {
        // As a flow does: what waits for it first, then what was kept meanwhile.
        let behind = ledger.is_behind();
        match receiver.try_recv() {
            Ok((_, Delivery::Batch(timed))) => read(&timed, &mut seen),
            Ok((_, Delivery::End(_))) => panic!("it has no end"),
            Err(_) if behind => {
                fell_behind += 1;
                catch_up(ledger.take_behind().expect("it is"), &mut seen);
            }
            Err(_) => std::thread::yield_now(),
        }
    }
    telling.join().expect("it told");
    assert!(seen.into_iter().eq(0..ROWS), "each once, in order");
    assert_eq!(ledger.lost(), 0);
    assert!(fell_behind > 0, "a queue of one was full once");
}
