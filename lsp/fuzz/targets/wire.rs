//! What comes over the wire: any bytes are an event or an error, and what was read can be written and read again.

use prost::Message;
use runner::event::EventKind;
use runner::{proto, wire};

pub(crate) fn wire(data: &[u8]) {
    if let Ok(message) = proto::Event::decode(data) {
        again(message);
    }
    for provisional in [false, true] {
        let rows = proto::Rows { arrow_ipc: data.to_vec(), provisional };
        again(proto::Event { kind: Some(proto::event::Kind::Rows(rows)), ..proto::Event::default() });
    }
}

fn again(message: proto::Event) {
    let Ok(events) = wire::decode(message) else { return };
    for event in events {
        let before = event.clone();
        let messages = wire::encode(event).expect("what was read can be written");
        let after: Vec<_> = messages.into_iter().flat_map(|it| wire::decode(it).expect("and read")).collect();
        match (&before.kind, after.as_slice()) {
            // Rows without a row are not sent.
            (EventKind::Final(rows), []) => assert_eq!(rows.num_rows(), 0),
            (EventKind::Final(_) | EventKind::Provisional(_), _) => {
                let rows = |kind: &EventKind| match kind {
                    EventKind::Final(rows) | EventKind::Provisional(rows) => rows.num_rows(),
                    _ => 0,
                };
                assert_eq!(after.iter().map(|event| rows(&event.kind)).sum::<usize>(), rows(&before.kind));
            }
            (_, after) => assert_eq!(format!("{after:?}"), format!("{:?}", [&before])),
        }
    }
}
