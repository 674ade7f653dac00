//! One part of a `where` that asks for one field of the source: can it hold, by what the profile has seen?

use arrow_array::RecordBatch;
use syntax::diagnostic::closest;
use syntax::pipeline::{Expr, ExprKind, Named, StageKind};
use syntax::{Field, Name, TextRange, Type, Value, visible};

use super::bounds;
use crate::batch::arrow_schema;
use crate::event::{Empty, EmptyReason};
use crate::expression::{Expression, Operand, Scope};
use crate::source::profile::{FieldProfile, Profile};

/// Characters of a condition that are quoted.
const QUOTED: usize = 60;

/// Values that are listed.
const LISTED: usize = 4;

pub(super) struct Condition {
    written: String,
    range: TextRange,
    /// As the source calls it.
    field: Name,
    field_range: TextRange,
    /// At this stage.
    entering: Field,
    predicate: Expression,
    /// Values it is compared with, and where they stand.
    literals: Vec<(Value, TextRange)>,
}

/// Each field that a stage's expressions read, with the place.
pub(super) fn each_field(kind: &StageKind, visit: &mut impl FnMut(&Name, TextRange)) {
    let mut each = |expr: &Expr| fields(expr, visit);
    let named = |named: &[Named], each: &mut dyn FnMut(&Expr)| named.iter().for_each(|named| each(&named.expr));
    match kind {
        StageKind::Where(predicate) => each(predicate),
        StageKind::Extend(made) | StageKind::Project(made) => named(made, &mut each),
        StageKind::Summarize(summarize) => {
            named(&summarize.keys, &mut each);
            let aggregates = summarize.aggregates.iter();
            aggregates.flat_map(|aggregate| aggregate.args.iter().chain(&aggregate.filter)).for_each(each);
        }
        StageKind::Top { keys, .. } | StageKind::Sort { keys, .. } => keys.iter().for_each(|key| each(&key.expr)),
        StageKind::Parse(parse) => each(&parse.text),
        StageKind::ParseKv(parse) => each(&parse.text),
        StageKind::MvExpand(expand) => expand.items.iter().for_each(|item| each(&item.named.expr)),
        StageKind::Sample(sample) => sample.by.iter().for_each(each),
        StageKind::TopHitters(hitters) => std::iter::once(&hitters.of).chain(&hitters.weight).for_each(each),
        StageKind::Assert(assert) => each(&assert.predicate),
        StageKind::Unpack(unpack) => {
            named(&unpack.made, &mut each);
            each(&unpack.bag);
        }
        StageKind::OverRows(rows) => rows.exprs().for_each(each),
        StageKind::Join(join) => join.keys.iter().for_each(|(left, _)| each(left)),
        StageKind::Lookup(lookup) => lookup.keys.iter().for_each(|(left, _)| each(left)),
        StageKind::Drop(_)
        | StageKind::Rename(_)
        | StageKind::Reorder(_)
        | StageKind::Take(_)
        | StageKind::Tail(_)
        | StageKind::Distinct(_)
        | StageKind::Union(_)
        | StageKind::Getschema(_) => {}
    }
}

fn fields(expr: &Expr, visit: &mut impl FnMut(&Name, TextRange)) {
    match &expr.kind {
        ExprKind::Field(name) => visit(name, expr.range),
        ExprKind::Literal(_) => {}
        ExprKind::Call { args, .. } => args.iter().for_each(|arg| fields(arg, visit)),
    }
}

fn literals(expr: &Expr, into: &mut Vec<(Value, TextRange)>) {
    match &expr.kind {
        ExprKind::Field(_) => {}
        ExprKind::Literal(value) => into.push((value.clone(), expr.range)),
        ExprKind::Call { args, .. } => args.iter().for_each(|arg| literals(arg, into)),
    }
}

impl Condition {
    /// None where it asks for more than one field, or for one that the source does not have.
    pub(super) fn new(
        expr: &Expr,
        entering: &[Field],
        in_source: impl Fn(&Name) -> Option<Name>,
        text: &str,
        now: i64,
    ) -> Option<Condition> {
        let mut asked: Option<(Name, TextRange)> = None;
        let mut several = false;
        fields(expr, &mut |name, range| {
            several |= asked.as_ref().is_some_and(|(known, _)| known != name);
            asked.get_or_insert((name.clone(), range));
        });
        let (name, field_range) = asked.filter(|_| !several)?;
        let entering = entering.iter().find(|field| field.name == name)?.clone();
        let scope = Scope::new(std::slice::from_ref(&entering), now);
        let predicate = Expression::compile(expr, &scope).ok()?.converted(Type::Bool);
        let mut compared = Vec::new();
        literals(expr, &mut compared);
        Some(Condition {
            written: quoted(text.get(usize::from(expr.range.start())..usize::from(expr.range.end()))?),
            range: expr.range,
            field: in_source(&name)?,
            field_range,
            entering,
            predicate,
            literals: compared,
        })
    }

    /// None where it may hold. `alone`: nothing else can be the reason.
    pub(super) fn reason(&self, profile: &Profile, alone: bool) -> Option<Empty> {
        if profile.looked_at() == 0 || self.holds(&Value::Null(self.entering.ty)) {
            return None;
        }
        let Some(seen) = profile.field(&self.field).filter(|field| field.seen > 0) else {
            return Some(no_field(&self.field, self.field_range, profile));
        };
        let top: Vec<Value> = seen.top.iter().filter_map(|(text, _)| self.value(text)).collect();
        let ends = profile.ends(&self.field);
        if top.iter().chain(ends.iter().flatten()).any(|value| self.holds(value)) {
            return None;
        }
        // Values that are not among the most frequent may fit, but for a limit that none of them reaches.
        let all = seen.distinct <= top.len() as u64;
        if !(all || alone || (top.is_empty() && ends.is_some())) {
            return None;
        }
        Some(self.differs(&seen).unwrap_or_else(|| self.never(&seen, all)))
    }

    fn holds(&self, value: &Value) -> bool {
        let schema = arrow_schema(std::slice::from_ref(&self.entering));
        let column = Operand::Constant(value.clone()).into_array(1);
        RecordBatch::try_new(schema, vec![column]).is_ok_and(|row| self.predicate.select(&row).true_count() == 1)
    }

    fn value(&self, text: &str) -> Option<Value> {
        Some(match self.entering.ty {
            Type::String => Value::String(text.into()),
            Type::Dynamic => Value::Dynamic(text.into()),
            Type::Long => Value::Long(text.parse().ok()?),
            Type::Real => Value::Real(text.parse().ok()?),
            Type::Bool => Value::Bool(text.parse().ok()?),
            Type::Datetime | Type::Timespan => return None,
        })
    }

    /// The same value occurs, written otherwise: as another type, or in another case.
    fn differs(&self, seen: &FieldProfile) -> Option<Empty> {
        self.literals.iter().find_map(|(literal, range)| {
            let wanted = match literal {
                Value::String(text) => text.to_string(),
                Value::Long(number) => number.to_string(),
                Value::Real(number) => number.to_string(),
                Value::Bool(truth) => truth.to_string(),
                _ => return None,
            };
            let bare = |text: &str| text.trim().trim_matches('"').trim().to_lowercase();
            let found = &seen.top.iter().find(|(text, _)| bare(text) == bare(&wanted))?.0;
            let is_text = |value: &Value| matches!(value, Value::String(_));
            let text_in_data = self.entering.ty == Type::String || found.starts_with('"');
            let as_written = if text_in_data { format!("{:?}", found.trim_matches('"')) } else { found.clone() };
            let kind = if text_in_data { "the text " } else { "" };
            let (how, replacements) = match is_text(literal) == text_in_data {
                true => ("written otherwise", vec![as_written.clone()]),
                false => ("of another type", vec![as_written.clone()]),
            };
            let message = format!("`{}` is {how} in the data: {kind}`{as_written}`", self.field);
            let help = Some(format!("write `{as_written}`"));
            Some(Empty { help, range: Some(bounds(*range)), replacements, ..Empty::new(EmptyReason::Type, message) })
        })
    }

    fn never(&self, seen: &FieldProfile, all: bool) -> Empty {
        let (field, written, looked_at) = (&self.field, &self.written, seen.looked_at);
        let near = self.literals.iter().find_map(|(value, range)| {
            let Value::String(text) = value else { return None };
            Some((closest(text, seen.top.iter().map(|(value, _)| value.as_str()))?, *range))
        });
        let had = match (&seen.min, &seen.max) {
            (Some(min), Some(max)) if !(all && seen.top.len() <= LISTED) => {
                format!("`{field}` was between {min} and {max}")
            }
            _ => {
                let only = if all && seen.top.len() <= LISTED { "only " } else { "mostly " };
                let share = |count: u64| count as f64 * 100.0 / seen.looked_at.max(1) as f64;
                let listed = seen.top.iter().take(LISTED);
                let listed = listed.map(|(value, count)| format!("`{value}` ({:.0} %)", share(*count)));
                format!("`{field}` was {only}{}", listed.collect::<Vec<_>>().join(", "))
            }
        };
        // What it was comes first: it is what is left where there is little room.
        let message = format!("{had}; `{written}` held for none of {looked_at} events looked at");
        let (help, range, replacements) = match near {
            Some((near, range)) => (Some(format!("did you mean `{near}`?")), range, vec![format!("{near:?}")]),
            None => (None, self.range, Vec::new()),
        };
        Empty { help, range: Some(bounds(range)), replacements, ..Empty::new(EmptyReason::NoValue, message) }
    }
}

pub(super) fn no_field(name: &Name, range: TextRange, profile: &Profile) -> Empty {
    let near = closest(name, profile.names());
    let message = format!("none of {} events looked at has `{name}`", profile.looked_at());
    Empty {
        help: near.map(|near| format!("did you mean `{near}`?")),
        range: Some(bounds(range)),
        replacements: near.map(str::to_owned).into_iter().collect(),
        ..Empty::new(EmptyReason::NoField, message)
    }
}

/// On one line, and not too long.
fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = visible(&line).into_owned();
    match line.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
