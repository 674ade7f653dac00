//! The pictures of `render`: first what can be drawn of the fields that reach it.

use std::collections::HashSet;

use syntax::pipeline::RenderKind;
use syntax::{Field, Schema, Type, catalog};

use super::{FAIR, GOOD, LAST, List, Rank, is_measure};

impl List<'_> {
    pub(super) fn pictures(&mut self) {
        let keys = self.group_keys();
        for kind in RenderKind::ALL {
            let rank = self.schema().map_or(GOOD, |schema| drawn(kind, schema, keys.as_ref()));
            self.word(rank, kind.word(), catalog::renders::doc(kind));
        }
    }
}

/// `keys`: of the groups, where the rows are such.
fn drawn(kind: RenderKind, schema: &Schema, keys: Option<&HashSet<String>>) -> Rank {
    // Nobody knows what comes.
    if schema.open {
        return GOOD;
    }
    let is_key = |field: &&Field| keys.is_some_and(|keys| keys.contains(&*field.name));
    let has = |of: &dyn Fn(&&Field) -> bool| schema.fields.iter().any(|field| of(&field));
    let time = schema.time.is_some() || has(&|field| field.ty == Type::Datetime);
    let number = has(&|field| is_measure(field.ty) && !is_key(field));
    let named = |field: &&Field| matches!(field.ty, Type::String | Type::Bool);
    let fits = match kind {
        RenderKind::Timechart | RenderKind::Areachart | RenderKind::Linechart => time && number,
        RenderKind::Barchart | RenderKind::Columnchart | RenderKind::Piechart => number,
        RenderKind::Heatmap if keys.is_some() => {
            time && has(&|field| is_key(field) && (is_measure(field.ty) || named(field)))
        }
        RenderKind::Histogram if keys.is_some() => has(&|field| is_key(field) && is_measure(field.ty)),
        RenderKind::Heatmap => time && number,
        RenderKind::Histogram => number,
        RenderKind::Log => has(&|field| matches!(field.ty, Type::String | Type::Dynamic)),
        RenderKind::Table => true,
        // It shows one row.
        RenderKind::Card if has(&|field| is_key(field) && field.ty != Type::Datetime) => return FAIR,
        RenderKind::Card => true,
    };
    if fits { GOOD } else { LAST }
}
