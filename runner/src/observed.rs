//! What a runner has observed, from the wire's words to plain data that the analysis reads.

use syntax::Type;
use syntax::observed::{FieldObserved, Observed, Profile, SourceObserved};
use syntax::source::SourceUri;

use crate::proto;

/// Of the sources that a runner lists; those that it has not read say nothing.
pub fn live(sources: &[proto::Source]) -> Observed {
    let read = sources.iter().filter(|source| source.received > 0);
    Observed { sources: read.map(|source| (source.name.as_str().into(), of_source(source))).collect() }
}

fn bounded(source: &proto::Source) -> bool {
    SourceUri::parse(&source.uri).is_ok_and(|uri| uri.bounded())
}

fn of_source(source: &proto::Source) -> SourceObserved {
    SourceObserved {
        live: true,
        // Of what is read to its end the rate says how fast we read.
        rate: if bounded(source) { 0.0 } else { source.rate },
        looked_at: source.fields.iter().map(|field| field.looked_at).max().unwrap_or_default(),
        flows: source.flows,
        fields: fields(&source.fields),
    }
}

/// By name; those of a type that this build does not know are left out.
pub fn fields(fields: &[proto::FieldProfile]) -> Profile {
    fields.iter().filter_map(|field| Some((field.name.as_str().into(), of_field(field)?))).collect()
}

fn of_field(field: &proto::FieldProfile) -> Option<FieldObserved> {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    let share = |count: u64, of: u64| if of == 0 { 0.0 } else { count as f64 / of as f64 };
    Some(FieldObserved {
        share: share(field.seen, field.looked_at),
        distinct: field.distinct,
        top: field.top.iter().map(|top| (top.value.clone(), share(top.count, field.seen))).collect(),
        min: some(&field.min),
        max: some(&field.max),
        p50: some(&field.p50),
        p99: some(&field.p99),
        spread: field.spread.clone(),
        spread_ends: (!field.spread.is_empty()).then(|| (field.spread_from.clone(), field.spread_to.clone())),
        ..FieldObserved::new(Type::from_word(&field.r#type)?)
    })
}
