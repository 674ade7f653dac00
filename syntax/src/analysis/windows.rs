//! Windows among the keys of `summarize`: `bin` over event time, `hop`, `session`.

use super::check::Checker;
use super::expression::Scope;
use super::operators::constant;
use super::pipelines::Flow;
use crate::ast;
use crate::pipeline::{Expr, ExprKind, Function, WindowKind};
use crate::{Diagnostic, Schema, Type, Value};

/// What a session is cut at where it does not say: an hour.
const SESSION_MAX: i64 = 3_600_000_000_000;

/// The named arguments of a window, and how it is written.
struct Form {
    word: &'static str,
    first: &'static str,
    second: &'static str,
    signature: &'static str,
}

const FORMS: [Form; 2] = [
    Form { word: "hop", first: "size", second: "every", signature: "hop(timestamp, size=1m, every=10s)" },
    Form { word: "session", first: "gap", second: "max", signature: "session(timestamp, gap=30s, max=1h)" },
];

/// Words that stand for a window behind `by` only.
pub(super) fn is_window(word: &str) -> bool {
    FORMS.iter().any(|form| form.word == word)
}

impl Checker<'_> {
    /// The window of `hop(…)` and `session(…)`, and the time it is over; None where it is neither.
    pub(super) fn window(&mut self, expr: &ast::Expr, flow: &mut Flow) -> Option<Result<(WindowKind, Expr), ()>> {
        let ast::Expr::Call(written) = expr else { return None };
        let name = written.function()?;
        let word = name.text();
        let form = FORMS.iter().find(|form| form.word == word)?;
        Some(self.formed(form, written, flow).ok_or(()))
    }

    fn formed(&mut self, form: &Form, written: &ast::CallExpr, flow: &mut Flow) -> Option<(WindowKind, Expr)> {
        let args: Vec<ast::Item> = written.args().map(|list| list.args().collect()).unwrap_or_default();
        let (mut time, mut first, mut second) = (None, None, None);
        for arg in &args {
            let value = arg.expr()?;
            let Some(name) = arg.name() else {
                if time.is_some() {
                    self.report(Diagnostic::unnamed_argument(value.range(), form.word, form.signature));
                    return None;
                }
                time = Some(self.over(&value, flow)?);
                continue;
            };
            let place = match name.text() {
                text if text == form.first => &mut first,
                text if text == form.second => &mut second,
                text => {
                    let known = [form.first, form.second];
                    self.report(Diagnostic::unknown_property(name.range(), form.word, &text, known));
                    return None;
                }
            };
            let what = format!("`{}`", name.text());
            let span = self.expr_as(&value, Type::Timespan, &what, &mut Scope::constant())?;
            let Some(Value::Timespan(span @ 1..)) = constant(&span) else {
                self.report(Diagnostic::not_constant(value.range(), &format!("{what}, above 0,"), form.signature));
                return None;
            };
            *place = Some(span);
        }
        let kind = match (form.word, first, second) {
            ("hop", Some(size), Some(every)) if size % every != 0 => {
                self.report(Diagnostic::uneven_hop(written.range()));
                return None;
            }
            ("hop", Some(size), Some(every)) => WindowKind::Hop { size, every },
            ("session", Some(gap), max) => WindowKind::Session { gap, max: max.unwrap_or(SESSION_MAX) },
            _ => {
                self.report(Diagnostic::argument_count(written.range(), form.signature, args.len()));
                return None;
            }
        };
        let time = time.filter(|time| is_time(time, &flow.schema));
        if time.is_none() {
            self.report(Diagnostic::not_event_time(written.range(), form.word, flow.schema.time.as_deref()));
        }
        Some((kind, time?))
    }
}

/// `bin(time, size)` over the event-time field.
pub(super) enum Binned {
    /// The window, and the time.
    Window(WindowKind, Expr),
    /// The size, which is none that a window can have.
    BadSize(Expr),
    /// Any other expression.
    No(Expr),
}

pub(super) fn binned(expr: Expr, schema: &Schema) -> Binned {
    match &expr.kind {
        ExprKind::Call { function: Function::Bin | Function::Floor, args } => match args.as_slice() {
            [time, size] if is_time(time, schema) => match constant(size) {
                Some(Value::Timespan(size @ 1..)) => Binned::Window(WindowKind::Tumbling { size }, time.clone()),
                _ => Binned::BadSize(size.clone()),
            },
            _ => Binned::No(expr),
        },
        _ => Binned::No(expr),
    }
}

fn is_time(expr: &Expr, schema: &Schema) -> bool {
    matches!(&expr.kind, ExprKind::Field(name) if schema.time.as_ref() == Some(name))
}
