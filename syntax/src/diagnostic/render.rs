//! The wording of findings about `render`: what cannot be drawn so, what it needs, what would do instead.

use super::{Code, Diagnostic, Edit, Fix, Severity};
use crate::pipeline::RenderKind;
use crate::{Field, Name, TextRange, Type};

impl Diagnostic {
    fn bad_render(range: TextRange, message: String, help: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Code::BadRender, Severity::Error, range, message).help(help)
    }

    pub(crate) fn render_not_last(range: TextRange) -> Diagnostic {
        let message = "`render` shows the result, so no stage comes behind it".to_owned();
        Diagnostic::bad_render(range, message, "move it to the end")
    }

    pub(crate) fn unknown_render(range: TextRange, word: &str, known: &[&str]) -> Diagnostic {
        let message = format!("there is no picture `{word}`");
        let diagnostic = Diagnostic::new(Code::BadRender, Severity::Error, range, message);
        // `pie` is nearer to `piechart` than letters say.
        let begun = known.iter().find(|known| !word.is_empty() && known.starts_with(word)).copied();
        match begun.or_else(|| super::closest(word, known.iter().copied())) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(range, near),
            None => {
                let list: Vec<String> = known.iter().map(|kind| format!("`{kind}`")).collect();
                diagnostic.help(format!("here there are {}", list.join(", ")))
            }
        }
    }

    pub(crate) fn unknown_render_property<'a>(
        range: TextRange,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic {
        let message = format!("`render` has no property `{name}`");
        Diagnostic::new(Code::BadRender, Severity::Error, range, message).nearest(range, name, known)
    }

    /// `window`: where one can be added, what stands before it, and the time it is over.
    pub(crate) fn render_without_time(
        range: TextRange,
        kind: RenderKind,
        summarized: bool,
        window: Option<(TextRange, &str, Name)>,
    ) -> Diagnostic {
        let message = format!("`{}` draws over time, and no datetime reaches it", kind.word());
        let help =
            if summarized { "add `bin(timestamp, 10s)` behind `by`" } else { "`render table`, or keep `timestamp`" };
        let mut diagnostic = Diagnostic::bad_render(range, message, help);
        if let Some((at, before, time)) = window {
            let edits = vec![Edit { range: at, text: format!("{before}bin({time}, 10s)") }];
            diagnostic.fixes.push(Fix { title: format!("add `bin({time}, 10s)`"), edits });
        }
        diagnostic
    }

    pub(crate) fn render_not_over_time(range: TextRange, kind: RenderKind, x: &Field) -> Diagnostic {
        let message = format!("`{}` draws over time, and `{}` is a {}", kind.word(), x.name, x.ty);
        Diagnostic::bad_render(range, message, "name a datetime, e.g. `xcolumn=timestamp`; over values, `histogram`")
    }

    pub(crate) fn render_without_number(range: TextRange, kind: RenderKind) -> Diagnostic {
        let message = format!("`{}` needs a number to draw, and none reaches it", kind.word());
        Diagnostic::bad_render(range, message, "`render table`, or `summarize` first")
    }

    pub(crate) fn render_without_text(range: TextRange) -> Diagnostic {
        let message = "`log` needs a text to show, and none reaches it".to_owned();
        Diagnostic::bad_render(range, message, "`render table`, or keep `body`")
    }

    /// A field that was named cannot be drawn so.
    pub(crate) fn render_type(range: TextRange, kind: RenderKind, field: &Field) -> Diagnostic {
        let Field { name, ty } = field;
        let message = format!("`{}` needs a number or a timespan, and `{name}` is a {ty}", kind.word());
        let help = match ty {
            Type::Dynamic => format!("convert it first: `extend {name} = toreal({name})`"),
            Type::Datetime => "time goes from left to right: `render heatmap` or `render timechart`".to_owned(),
            _ => format!("count its values: `summarize count() by {name} | render barchart`"),
        };
        Diagnostic::bad_render(range, message, help)
    }

    /// Several numbers, and none is the obvious one.
    pub(crate) fn render_which(range: TextRange, kind: RenderKind, property: &str, fields: &[&str]) -> Diagnostic {
        let more = if fields.len() > 3 { ", …" } else { "" };
        let list: Vec<String> = fields.iter().take(3).map(|name| format!("`{name}`")).collect();
        let message = format!("`{}` of what? {}{more} could be drawn", kind.word(), list.join(", "));
        let first = fields.first().copied().unwrap_or("duration");
        Diagnostic::bad_render(range, message, format!("say it: `render {} with ({property}={first})`", kind.word()))
    }

    /// Groups that have no numeric key.
    pub(crate) fn render_without_bins(range: TextRange, kind: RenderKind) -> Diagnostic {
        let (message, help) = match kind {
            RenderKind::Heatmap => (
                "`heatmap` needs a second key beside time, for its rows",
                "e.g. `by cloud.region, bin(timestamp, 10s)`, or `by bin(duration, 50ms), bin(timestamp, 10s)`",
            ),
            _ => (
                "`histogram` counts values, and no key of `summarize` is a number or a timespan",
                "add one, e.g. `by bin(duration, 50ms)`, or leave `summarize` out; for texts, `render barchart`",
            ),
        };
        Diagnostic::bad_render(range, message.to_owned(), help)
    }

    /// A card behind groups.
    pub(crate) fn render_one_row(range: TextRange, keys: &[&str]) -> Diagnostic {
        let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let message = format!("a card shows one row, and there is one for each {}", keys.join(" and "));
        Diagnostic::new(Code::BadRender, Severity::Warning, range, message)
            .help("`render table`, or `top 1 by …` before it")
    }
}
