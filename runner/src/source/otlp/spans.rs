//! One row a span.

use super::decode::{Context, Refusal, WRONG_ID, blank, instant};
use super::rows::Rows;
use super::value::{self, Sequence};
use super::wire::{Malformed, Wire, fields};
use crate::source::column::Scalar;
use crate::source::table::Slot;

pub(super) struct Own {
    timestamp: Option<Slot>,
    duration: Option<Slot>,
    trace: Option<Slot>,
    span: Option<Slot>,
    parent: Option<Slot>,
    name: Option<Slot>,
    kind: Option<Slot>,
    status: Option<Slot>,
    message: Option<Slot>,
    state: Option<Slot>,
    events: Option<Slot>,
    links: Option<Slot>,
}

impl Own {
    pub(super) fn new(rows: &Rows) -> Own {
        Own {
            timestamp: rows.own("timestamp"),
            duration: rows.own("duration"),
            trace: rows.own("trace.id"),
            span: rows.own("span.id"),
            parent: rows.own("parent.span.id"),
            name: rows.own("name"),
            kind: rows.own("kind"),
            status: rows.own("status"),
            message: rows.own("status.message"),
            state: rows.own("trace.state"),
            events: rows.own("events"),
            links: rows.own("links"),
        }
    }

    pub(super) fn record(&self, span: &[u8], rows: &mut Rows, context: &mut Context<'_>) -> Result<(), Refusal> {
        let (mut start, mut end, mut kind, mut status) = (0, 0, 0, 0);
        let (mut trace, mut id, mut parent) = (&[][..], &[][..], &[][..]);
        let (mut attribute, mut events, mut links) = (0, false, false);
        for field in fields(span) {
            match field? {
                (1, Wire::Bytes(bytes)) => trace = bytes,
                (2, Wire::Bytes(bytes)) => id = bytes,
                (3, Wire::Bytes(bytes)) => rows.set_text(self.state, bytes),
                (4, Wire::Bytes(bytes)) => parent = bytes,
                (5, Wire::Bytes(bytes)) => rows.set_text(self.name, bytes),
                (6, Wire::Varint(value)) => kind = value,
                (7, Wire::Fixed64(nanos)) => start = nanos,
                (8, Wire::Fixed64(nanos)) => end = nanos,
                (9, Wire::Bytes(bytes)) => {
                    rows.attribute(attribute, bytes)?;
                    attribute += 1;
                }
                (11, Wire::Bytes(_)) => events = true,
                (13, Wire::Bytes(_)) => links = true,
                (15, Wire::Bytes(bytes)) => {
                    for field in fields(bytes) {
                        match field? {
                            (2, Wire::Bytes(bytes)) => rows.set_text(self.message, bytes),
                            (3, Wire::Varint(code)) => status = code,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        // An id says which trace; a span with half an id would be found in none.
        for (id, length) in [(trace, 16), (id, 8), (parent, 8)] {
            if !id.is_empty() && id.len() != length {
                let mut sample = String::new();
                value::hex(id, &mut sample);
                context.reject(WRONG_ID, sample.as_bytes(), rows);
                return Ok(());
            }
        }
        for (slot, id) in [(self.trace, trace), (self.span, id), (self.parent, parent)] {
            if slot.is_some() && !blank(id) {
                rows.set_hex(slot, id);
            }
        }
        let (started, ended) = (instant(start), instant(end));
        if let Some(start) = started {
            rows.set(self.timestamp, start);
        }
        if let (Some(Scalar::Datetime(start)), Some(Scalar::Datetime(end))) = (started, ended) {
            rows.set(self.duration, Scalar::Long(end - start));
        }
        if let Some(word) = kind_word(kind) {
            rows.set(self.kind, Scalar::String(word));
        }
        rows.set(self.status, Scalar::String(status_word(status)));
        if events {
            rows.set_json(self.events, |out| list(span, 11, out, event))?;
        }
        if links {
            rows.set_json(self.links, |out| list(span, 13, out, link))?;
        }
        context.end(rows)
    }
}

fn kind_word(kind: u64) -> Option<&'static str> {
    Some(match kind {
        1 => "internal",
        2 => "server",
        3 => "client",
        4 => "producer",
        5 => "consumer",
        _ => return None,
    })
}

fn status_word(code: u64) -> &'static str {
    match code {
        1 => "ok",
        2 => "error",
        _ => "unset",
    }
}

type Write = fn(&[u8], &mut String) -> Result<(), Malformed>;

fn list(span: &[u8], number: u32, out: &mut String, item: Write) -> Result<(), Malformed> {
    let mut items = Sequence::new(out, '[');
    for field in fields(span) {
        match field? {
            (found, Wire::Bytes(message)) if found == number => item(message, items.next())?,
            _ => {}
        }
    }
    items.end(']');
    Ok(())
}

fn event(event: &[u8], out: &mut String) -> Result<(), Malformed> {
    let (mut time, mut name) = (0, &[][..]);
    for field in fields(event) {
        match field? {
            (1, Wire::Fixed64(nanos)) => time = nanos,
            (2, Wire::Bytes(bytes)) => name = bytes,
            _ => {}
        }
    }
    out.push_str("{\"name\":");
    value::string(name, out);
    if let Ok(time) = jiff::Timestamp::from_nanosecond(i128::from(time)) {
        out.push_str(",\"timestamp\":\"");
        value::write(out, time);
        out.push('"');
    }
    out.push_str(",\"attributes\":");
    value::attributes(event, 3, out, 0)?;
    out.push('}');
    Ok(())
}

fn link(link: &[u8], out: &mut String) -> Result<(), Malformed> {
    let (mut trace, mut span, mut state) = (&[][..], &[][..], &[][..]);
    for field in fields(link) {
        match field? {
            (1, Wire::Bytes(bytes)) => trace = bytes,
            (2, Wire::Bytes(bytes)) => span = bytes,
            (3, Wire::Bytes(bytes)) => state = bytes,
            _ => {}
        }
    }
    out.push_str("{\"trace.id\":\"");
    value::hex(trace, out);
    out.push_str("\",\"span.id\":\"");
    value::hex(span, out);
    out.push('"');
    if !state.is_empty() {
        out.push_str(",\"trace.state\":");
        value::string(state, out);
    }
    out.push_str(",\"attributes\":");
    value::attributes(link, 4, out, 0)?;
    out.push('}');
    Ok(())
}
