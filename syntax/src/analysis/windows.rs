//! Windows among the keys of `summarize`: `bin` over event time, `hop`, `session`.

use super::check::Checker;
use super::expression::Scope;
use super::operators::constant;
use super::pipelines::Flow;
use crate::ast;
use crate::pipeline::{Expr, ExprKind, Function, WindowKind};
use crate::{Diagnostic, Schema, TextRange, Type, Value};

/// What a session is cut at where it does not say: an hour.
const SESSION_MAX: i64 = 3_600_000_000_000;

/// So many more windows are tried, where a step does not divide its window.
const PARTS: usize = 1_000;

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
        let mut every = None;
        for arg in &args {
            let value = arg.expr()?;
            let Some(name) = arg.name() else {
                if time.is_some() {
                    let named = self.named_arguments(form, &args);
                    self.report(Diagnostic::unnamed_argument(value.range(), form.word, form.signature, &named));
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
            *place = Some(self.span(&span, value.range(), &what, form.signature)?);
            if name.text() == "every" {
                every = Some(value.range());
            }
        }
        let kind = match (form.word, first, second) {
            ("hop", Some(size), Some(step)) if size % step != 0 => {
                // The next shorter step that divides the window.
                let whole = |step: i64| step > 0 && size % step == 0 && step % 1_000_000 == 0;
                let parts = (size / step + 1..).take(PARTS).filter(|parts| size % parts == 0);
                let fits = parts.map(|parts| size / parts).find(|step| whole(*step));
                self.report(Diagnostic::uneven_hop(written.range(), every.zip(fits)));
                return None;
            }
            ("hop", Some(size), None) if args.len() == 2 => {
                let step = [6, 5, 4, 2]
                    .map(|parts| size / parts)
                    .into_iter()
                    .find(|step| *step > 0 && size % step == 0 && step % 1_000_000 == 0);
                let step = crate::literal::timespan_text(step.unwrap_or(size));
                let last = args.last().map_or(written.range(), |arg| arg.range());
                self.report(
                    Diagnostic::argument_count(written.range(), form.signature, args.len())
                        .argument_behind(last, &format!("every={step}")),
                );
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

impl Checker<'_> {
    /// A timespan that is known before anything runs, and above nothing.
    pub(super) fn span(&mut self, span: &Expr, range: TextRange, what: &str, example: &str) -> Option<i64> {
        match constant(span) {
            Some(Value::Timespan(span @ 1..)) => return Some(span),
            Some(_) => {
                let found = self.written(range);
                self.report(Diagnostic::out_of_range(range, what, "longer than 0s", &found));
            }
            None => self.report(Diagnostic::not_constant(range, what, example)),
        }
        None
    }

    /// The names of arguments that were written without: the longer one of `hop` is its size.
    fn named_arguments(&mut self, form: &Form, args: &[ast::Item]) -> Vec<(TextRange, &'static str)> {
        let rest: Vec<&ast::Item> = args.iter().skip(1).collect();
        let length = |item: &ast::Item| match item.expr() {
            Some(ast::Expr::Literal(written)) => match written.value() {
                Ok(Value::Timespan(span)) => Some(span),
                _ => None,
            },
            _ => None,
        };
        let names = match rest.as_slice() {
            [one, two] if length(one).zip(length(two)).is_some_and(|(one, two)| one < two) && form.word == "hop" => {
                [form.second, form.first]
            }
            _ => [form.first, form.second],
        };
        let all_unnamed = rest.len() <= names.len() && rest.iter().all(|item| item.name().is_none());
        if all_unnamed { rest.iter().map(|item| item.range()).zip(names).collect() } else { Vec::new() }
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
