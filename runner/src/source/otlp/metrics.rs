//! One row a metric's data point.

use super::decode::{Context, Refusal, instant};
use super::rows::Rows;
use super::value::{self, Sequence};
use super::wire::{Malformed, Packed, Wire, fields, numbers, zigzag};
use crate::source::column::Scalar;
use crate::source::table::Slot;

pub(super) struct Own {
    timestamp: Option<Slot>,
    start: Option<Slot>,
    name: Option<Slot>,
    ty: Option<Slot>,
    unit: Option<Slot>,
    temporality: Option<Slot>,
    monotonic: Option<Slot>,
    value: Option<Slot>,
    count: Option<Slot>,
    min: Option<Slot>,
    max: Option<Slot>,
    buckets: Option<Slot>,
}

/// The kinds of metrics, by their field in `Metric`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gauge = 5,
    Sum = 7,
    Histogram = 9,
    Exponential = 10,
    Summary = 11,
}

/// What all points of a metric share.
struct Metric<'a> {
    name: &'a [u8],
    unit: &'a [u8],
    kind: Kind,
    temporality: u64,
    monotonic: bool,
}

impl Own {
    pub(super) fn new(rows: &Rows) -> Own {
        Own {
            timestamp: rows.own("timestamp"),
            start: rows.own("start_timestamp"),
            name: rows.own("metric.name"),
            ty: rows.own("metric.type"),
            unit: rows.own("metric.unit"),
            temporality: rows.own("metric.temporality"),
            monotonic: rows.own("metric.monotonic"),
            value: rows.own("value"),
            count: rows.own("count"),
            min: rows.own("min"),
            max: rows.own("max"),
            buckets: rows.own("buckets"),
        }
    }

    pub(super) fn record(&self, metric: &[u8], rows: &mut Rows, context: &mut Context<'_>) -> Result<(), Refusal> {
        let (mut name, mut unit, mut data) = (&[][..], &[][..], None);
        for field in fields(metric) {
            match field? {
                (1, Wire::Bytes(bytes)) => name = bytes,
                (3, Wire::Bytes(bytes)) => unit = bytes,
                (number, Wire::Bytes(bytes)) => {
                    if let Some(kind) = Kind::of(number) {
                        data = Some((kind, bytes));
                    }
                }
                _ => {}
            }
        }
        let Some((kind, data)) = data else { return Ok(()) };
        let mut metric = Metric { name, unit, kind, temporality: 0, monotonic: false };
        for field in fields(data) {
            match field? {
                (2, Wire::Varint(temporality)) => metric.temporality = temporality,
                (3, Wire::Varint(monotonic)) => metric.monotonic = monotonic != 0,
                _ => {}
            }
        }
        for field in fields(data) {
            let (1, Wire::Bytes(point)) = field? else { continue };
            self.point(point, &metric, rows, context)?;
        }
        Ok(())
    }

    fn point(
        &self,
        point: &[u8],
        metric: &Metric<'_>,
        rows: &mut Rows,
        context: &mut Context<'_>,
    ) -> Result<(), Refusal> {
        let kind = metric.kind;
        let attributes = kind.attributes();
        let (mut index, mut sum, mut count, mut value) = (0, None, 0, None);
        for field in fields(point) {
            match (kind, field?) {
                (_, (number, Wire::Bytes(bytes))) if number == attributes => {
                    rows.attribute(index, bytes)?;
                    index += 1;
                }
                (_, (2, Wire::Fixed64(nanos))) => set_instant(rows, self.start, nanos),
                (_, (3, Wire::Fixed64(nanos))) => set_instant(rows, self.timestamp, nanos),
                (Kind::Gauge | Kind::Sum, (4, Wire::Fixed64(bits))) => value = Some(f64::from_bits(bits)),
                (Kind::Gauge | Kind::Sum, (6, Wire::Fixed64(bits))) => value = Some(bits as i64 as f64),
                (Kind::Gauge | Kind::Sum, _) => {}
                (_, (4, Wire::Fixed64(number))) => count = number,
                (_, (5, Wire::Fixed64(bits))) => sum = Some(f64::from_bits(bits)),
                (Kind::Histogram, (11, Wire::Fixed64(bits))) | (Kind::Exponential, (12, Wire::Fixed64(bits))) => {
                    rows.set(self.min, Scalar::Real(f64::from_bits(bits)));
                }
                (Kind::Histogram, (12, Wire::Fixed64(bits))) | (Kind::Exponential, (13, Wire::Fixed64(bits))) => {
                    rows.set(self.max, Scalar::Real(f64::from_bits(bits)));
                }
                _ => {}
            }
        }
        if !matches!(kind, Kind::Gauge | Kind::Sum) {
            // A summary's sum is not optional, and zero is not written.
            value = sum.or((kind == Kind::Summary).then_some(0.0));
            rows.set(self.count, i64::try_from(count).map_or(Scalar::Unsigned(count), Scalar::Long));
            rows.set_json(self.buckets, |out| match kind {
                Kind::Histogram => histogram(point, out),
                Kind::Exponential => exponential(point, out),
                _ => summary(point, out),
            })?;
        }
        if let Some(value) = value {
            rows.set(self.value, Scalar::Real(value));
        }
        rows.set_text(self.name, metric.name);
        rows.set_text(self.unit, metric.unit);
        rows.set(self.ty, Scalar::String(kind.word()));
        if let 1 | 2 = metric.temporality {
            rows.set(self.temporality, Scalar::String(if metric.temporality == 1 { "delta" } else { "cumulative" }));
        }
        if kind == Kind::Sum {
            rows.set(self.monotonic, Scalar::Bool(metric.monotonic));
        }
        context.end(rows)
    }
}

impl Kind {
    fn of(number: u32) -> Option<Kind> {
        [Kind::Gauge, Kind::Sum, Kind::Histogram, Kind::Exponential, Kind::Summary]
            .into_iter()
            .find(|kind| *kind as u32 == number)
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Gauge => "gauge",
            Kind::Sum => "sum",
            Kind::Histogram => "histogram",
            Kind::Exponential => "exponential_histogram",
            Kind::Summary => "summary",
        }
    }

    /// The field of a point that holds its attributes.
    fn attributes(self) -> u32 {
        match self {
            Kind::Gauge | Kind::Sum | Kind::Summary => 7,
            Kind::Histogram => 9,
            Kind::Exponential => 1,
        }
    }
}

fn set_instant(rows: &mut Rows, slot: Option<Slot>, nanos: u64) {
    if let Some(time) = instant(nanos) {
        rows.set(slot, time);
    }
}

fn histogram(point: &[u8], out: &mut String) -> Result<(), Malformed> {
    out.push_str("{\"bounds\":");
    array(point, 7, Packed::Fixed64, out, |bits, out| value::real(f64::from_bits(bits), out))?;
    out.push_str(",\"counts\":");
    array(point, 6, Packed::Fixed64, out, |count, out| value::write(out, count))?;
    out.push('}');
    Ok(())
}

fn exponential(point: &[u8], out: &mut String) -> Result<(), Malformed> {
    let (mut scale, mut zeros, mut threshold) = (0, 0, 0.0);
    let mut sides = [("positive", &[][..]), ("negative", &[][..])];
    for field in fields(point) {
        match field? {
            (6, Wire::Varint(value)) => scale = zigzag(value),
            (7, Wire::Fixed64(count)) => zeros = count,
            (8, Wire::Bytes(buckets)) => sides[0].1 = buckets,
            (9, Wire::Bytes(buckets)) => sides[1].1 = buckets,
            (14, Wire::Fixed64(bits)) => threshold = f64::from_bits(bits),
            _ => {}
        }
    }
    value::write(out, format_args!("{{\"scale\":{scale},\"zero_count\":{zeros},\"zero_threshold\":"));
    value::real(threshold, out);
    for (side, buckets) in sides {
        let mut offset = 0;
        for field in fields(buckets) {
            if let (1, Wire::Varint(value)) = field? {
                offset = zigzag(value);
            }
        }
        value::write(out, format_args!(",\"{side}\":{{\"offset\":{offset},\"counts\":"));
        array(buckets, 2, Packed::Varint, out, |count, out| value::write(out, count))?;
        out.push('}');
    }
    out.push('}');
    Ok(())
}

fn summary(point: &[u8], out: &mut String) -> Result<(), Malformed> {
    out.push_str("{\"quantiles\":");
    let mut items = Sequence::new(out, '[');
    for field in fields(point) {
        let (6, Wire::Bytes(pair)) = field? else { continue };
        let (mut quantile, mut at) = (0.0, 0.0);
        for field in fields(pair) {
            match field? {
                (1, Wire::Fixed64(bits)) => quantile = f64::from_bits(bits),
                (2, Wire::Fixed64(bits)) => at = f64::from_bits(bits),
                _ => {}
            }
        }
        let out = items.next();
        out.push_str("{\"quantile\":");
        value::real(quantile, out);
        out.push_str(",\"value\":");
        value::real(at, out);
        out.push('}');
    }
    items.end(']');
    out.push('}');
    Ok(())
}

fn array(
    message: &[u8],
    number: u32,
    packed: Packed,
    out: &mut String,
    item: fn(u64, &mut String),
) -> Result<(), Malformed> {
    let mut items = Sequence::new(out, '[');
    for field in fields(message) {
        match field? {
            (found, wire) if found == number => numbers(wire, packed, |value| item(value, items.next()))?,
            _ => {}
        }
    }
    items.end(']');
    Ok(())
}
