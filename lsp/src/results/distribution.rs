//! What a heatmap or a histogram is drawn from, folded from rows as they come: the rows themselves are far
//! too many to be kept. Provisional rows are laid over it when it is drawn.

use arrow_array::{ArrayRef, RecordBatch};
use syntax::pipeline::{Render, RenderKind};
use syntax::{Field, Type};

use super::heat::{Heat, Together};
use super::rows::fields_of;
use super::spread::Spread;
use super::{BlockResult, value};

#[derive(Clone, Debug)]
pub(crate) enum Distribution {
    Heat(Heat),
    Values(Values),
}

/// What a histogram is drawn from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    pub(crate) spread: Spread,
    /// Rows without a value.
    pub(crate) skipped: u64,
}

/// Which columns of a batch are meant.
struct Roles<'a> {
    time: Option<&'a ArrayRef>,
    value: (&'a ArrayRef, Type),
    weight: Option<&'a ArrayRef>,
}

/// The fields that are drawn, by name, in rows with these fields.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axes {
    pub(crate) time: Option<String>,
    pub(crate) value: Field,
    pub(crate) weight: Option<Field>,
}

impl Axes {
    /// As `render` says, or what the fields offer where it could not know them.
    pub(crate) fn of(render: &Render, fields: &[Field]) -> Option<Axes> {
        let known = |name: &syntax::Name| fields.iter().find(|field| field.name == *name);
        let heat = render.kind == RenderKind::Heatmap;
        let number = |field: &&Field| matches!(field.ty, Type::Long | Type::Real | Type::Timespan);
        let offered = || {
            let meant = |name: &str| fields.iter().filter(number).find(|field| *field.name == *name);
            let timespan = || fields.iter().find(|field| field.ty == Type::Timespan);
            meant("duration").or_else(timespan).or_else(|| meant("value")).or_else(|| fields.iter().find(number))
        };
        let asked = if heat { render.y.first() } else { render.x.as_ref() };
        let value = match asked {
            Some(name) => known(name)?,
            None => offered()?,
        };
        let datetime = || fields.iter().find(|field| field.ty == Type::Datetime);
        let time = if heat { Some(render.x.as_ref().and_then(known).or_else(datetime)?) } else { None };
        Some(Axes {
            time: time.map(|field| field.name.to_string()),
            value: value.clone(),
            weight: render.weight.as_ref().and_then(known).cloned(),
        })
    }

    fn roles<'a>(&self, batch: &'a RecordBatch) -> Option<Roles<'a>> {
        let column = |name: &str| batch.column_by_name(name);
        Some(Roles {
            time: match &self.time {
                Some(name) => Some(column(name)?),
                None => None,
            },
            value: (column(&self.value.name)?, self.value.ty),
            weight: match &self.weight {
                Some(field) => Some(column(&field.name)?),
                None => None,
            },
        })
    }
}

impl BlockResult {
    /// From which time on what is drawn may still change.
    pub(crate) fn open_from(&self, axes: &Axes) -> Option<i64> {
        let open = self.rows.open()?;
        let times = open.column_by_name(axes.time.as_deref()?)?;
        (0..open.num_rows()).filter_map(|row| value::time(times, row)).min()
    }
}

impl Distribution {
    /// None for pictures that are drawn from the rows that are kept.
    pub(crate) fn of(render: &Render, fields: &[Field]) -> Option<Distribution> {
        match render.kind {
            RenderKind::Heatmap => {
                let weight = render.weight.as_ref().and_then(|name| fields.iter().find(|field| field.name == *name));
                let adds = weight.is_none_or(|weight| weight.ty == Type::Long);
                Some(Distribution::Heat(Heat::new(if adds { Together::Sum } else { Together::Most })))
            }
            RenderKind::Histogram => Some(Distribution::Values(Values::default())),
            _ => None,
        }
    }

    pub(crate) fn fold(&mut self, render: &Render, batch: &RecordBatch) {
        let axes = Axes::of(render, &fields_of(batch));
        let Some(roles) = axes.as_ref().and_then(|axes| axes.roles(batch)) else { return };
        for row in 0..batch.num_rows() {
            let weight = match roles.weight {
                Some(column) => value::number(column, row),
                None => Some(1.0),
            };
            let time = roles.time.map(|column| value::time(column, row));
            let (column, ty) = roles.value;
            match (&mut *self, time, weight) {
                (Distribution::Heat(heat), Some(Some(at)), Some(weight)) if matches!(ty, Type::String | Type::Bool) => {
                    let name = value::name(column, row, ty).unwrap_or_else(|| "∅".to_owned());
                    heat.add_name(at, &name, weight);
                }
                (Distribution::Heat(heat), Some(Some(at)), Some(weight)) => {
                    heat.add_value(at, value::number(column, row).unwrap_or(f64::NAN), weight);
                }
                (Distribution::Heat(heat), ..) => heat.skipped += 1,
                (Distribution::Values(values), _, Some(weight)) => match value::number(column, row) {
                    Some(value) => values.spread.add(value, weight),
                    None => values.skipped += 1,
                },
                (Distribution::Values(values), ..) => values.skipped += 1,
            }
        }
    }
}
