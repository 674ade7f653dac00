//! Looks ahead for the members of bags that `evaluate bag_unpack(…)` makes fields of, so that a flow can be planned with
//! them before the events that bring them go in.
//!
//! Before such a stage each row is by itself: the same stages run over a batch here, up to the bag, and nothing is kept.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use syntax::pipeline::{self, Named, Pipeline, Reads, Stage, StageKind};
use syntax::{Field, Schema, TextSize, Type};

use crate::Error;
use crate::execution::Execution;
use crate::expression::dynamic::{members, plain};
use crate::operator::Limits;

/// Members that become fields at most.
pub(crate) const COLUMNS: usize = 1_000;

const BAG: &str = "$bag";

/// Characters of a value that are shown as an example.
const EXAMPLE: usize = 60;

/// One `bag_unpack`.
pub(crate) struct Scout {
    /// Where it stands.
    pub(crate) at: TextSize,
    /// Members were left out, since there are too many.
    left_out: bool,
    /// The first value that is no bag, until it is told; empty from then on.
    no_bag: Option<String>,
    execution: Execution,
}

impl Scout {
    /// Those of a pipeline whose rows have all that is unpacked.
    pub(crate) fn all(pipeline: &Pipeline, now: i64, limits: &Limits) -> Result<Vec<Scout>, Error> {
        let mut scouts = Vec::new();
        for (place, stage) in pipeline.stages.iter().enumerate() {
            let StageKind::Unpack(unpack) = &stage.kind else { continue };
            if pipeline::reads(&pipeline.stages[place + 1..]) != Reads::All {
                continue;
            }
            let mut stages = pipeline.stages[..place].to_vec();
            let field = Field::new(BAG, Type::Dynamic);
            let made = vec![Named { name: field.name.clone(), expr: unpack.bag.clone() }];
            let output = Schema { fields: [field].into(), ..Schema::default() };
            stages.push(Stage { range: stage.range, kind: StageKind::Project(made), output });
            let ahead = Pipeline { stages, ..pipeline.clone() };
            scouts.push(Scout {
                at: stage.range.start(),
                left_out: false,
                no_bag: None,
                execution: Execution::new(&ahead, now, limits)?,
            });
        }
        Ok(scouts)
    }

    /// Whether there are more members than become fields.
    pub(crate) fn has_left_out(&self) -> bool {
        self.left_out
    }

    /// A value that was no bag and is in no field; once.
    pub(crate) fn take_no_bag(&mut self) -> Option<String> {
        self.no_bag.as_mut().map(std::mem::take).filter(|value| !value.is_empty())
    }

    /// Adds what the events of the batch have in their bags; whether that was more than was known.
    pub(crate) fn look(&mut self, batch: &RecordBatch, known: &mut Vec<Field>) -> Result<bool, Error> {
        let mut rows = Vec::new();
        self.execution.push(0, batch, &mut rows)?;
        let mut more = false;
        for rows in &rows {
            let Some(bags) = rows.columns().first().and_then(|bags| bags.as_string_opt::<i32>()) else { continue };
            for bag in (0..bags.len()).filter(|row| bags.is_valid(*row)).map(|row| bags.value(row)) {
                if !bag.trim_start().starts_with('{') {
                    if bag.trim() != "null" && self.no_bag.is_none() {
                        self.no_bag = Some(syntax::visible(bag).chars().take(EXAMPLE).collect());
                    }
                } else {
                    for (key, value) in members(bag) {
                        match add(known, &plain(key), value) {
                            Some(new) => more |= new,
                            None => self.left_out = true,
                        }
                    }
                }
            }
        }
        Ok(more)
    }
}

/// Whether it is new, or of a wider type; None where there is no room for it.
fn add(known: &mut Vec<Field>, key: &str, value: &str) -> Option<bool> {
    let Some(ty) = type_of(value) else { return Some(false) };
    match known.iter_mut().find(|field| *field.name == *key) {
        Some(field) => {
            let wider = field.ty.wider(ty);
            Some(wider != std::mem::replace(&mut field.ty, wider))
        }
        None => (known.len() < COLUMNS).then(|| {
            known.push(Field::new(key, ty));
            true
        }),
    }
}

/// None of a null, which says nothing.
fn type_of(json: &str) -> Option<Type> {
    match json.as_bytes().first()? {
        b'"' => Some(Type::String),
        b't' | b'f' => Some(Type::Bool),
        b'n' => None,
        b'-' | b'0'..=b'9' if json.parse::<i64>().is_ok() => Some(Type::Long),
        b'-' | b'0'..=b'9' if json.contains(['.', 'e', 'E']) => Some(Type::Real),
        _ => Some(Type::Dynamic),
    }
}
