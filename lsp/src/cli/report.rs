//! A diagnostic as rustc draws them: the line, the caret, because and help.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer as Drawer, Snippet};
use syntax::{Diagnostic, Severity, TextSize, visible};

/// Bytes of one line that are drawn at most, around what is marked.
const LINE_BYTES: usize = 240;

pub(crate) struct Renderer(Drawer);

impl Renderer {
    pub(crate) fn new(colors: bool) -> Renderer {
        let drawer = if colors { Drawer::styled() } else { Drawer::plain() };
        Renderer(drawer.decor_style(if colors { DecorStyle::Unicode } else { DecorStyle::Ascii }))
    }

    pub(crate) fn render(&self, path: &str, text: &str, diagnostic: &Diagnostic) -> String {
        let before = &text[..start_of(text, diagnostic)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let (line, column) = (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1);
        self.render_at(path, text, diagnostic, line, column)
    }

    /// The same where it is known which line and column that is, both from 1: counting anew for each of many findings
    /// would read the text as often.
    pub(crate) fn render_at(
        &self,
        path: &str,
        text: &str,
        diagnostic: &Diagnostic,
        line: usize,
        column: usize,
    ) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Hint => Level::NOTE.with_name("hint"),
        };
        let excerpt = Excerpt::new(text, diagnostic);
        let path = visible(path);
        let drawn = format!("{path}:{line}:{}", excerpt.text[..excerpt.marked.start].chars().count() + 1);
        let place = format!("{path}:{line}:{column}");
        let snippet = Snippet::source(excerpt.text)
            .line_start(line)
            .path(path.into_owned())
            .annotation(AnnotationKind::Primary.span(excerpt.marked));
        let message = visible(&diagnostic.message).into_owned();
        let mut group: Group<'_> = level.primary_title(message).id(diagnostic.code.slug()).element(snippet);
        if let Some(because) = &diagnostic.because {
            group = group.element(Level::NOTE.with_name("because").message(visible(because).into_owned()));
        }
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(visible(help).into_owned()));
        }
        let text = self.0.render(&[group]);
        // The drawer counts from the start of what it was given, which may be a part of the line.
        match text.split_once('\n') {
            Some((title, rest)) if drawn != place => format!("{title}\n{}", rest.replacen(&drawn, &place, 1)),
            _ => text,
        }
    }
}

/// The lines that a diagnostic is about, alone: drawing must not cost more in a long runbook.
struct Excerpt {
    text: String,
    marked: std::ops::Range<usize>,
}

impl Excerpt {
    fn new(text: &str, diagnostic: &Diagnostic) -> Excerpt {
        let (start, end) = (start_of(text, diagnostic), boundary(text, diagnostic.range.end()));
        let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
        // A range over many lines is known by its first.
        let to = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let (start, end) = (start, end.clamp(start, to));
        let (from, cut) =
            if start - from > LINE_BYTES { (next_char(text, start - LINE_BYTES / 2), "…") } else { (from, "") };
        let to = if to > end + LINE_BYTES { next_char(text, end + LINE_BYTES) } else { to };
        // Hidden characters become visible ones, so the places are counted anew.
        let before = visible(text[from..start].trim_end_matches('\r'));
        let marked = visible(text[start..end].trim_end_matches('\r'));
        let after = visible(text[end..to].trim_end_matches('\r'));
        let at = cut.len() + before.len();
        Excerpt { text: format!("{cut}{before}{marked}{after}"), marked: at..at + marked.len() }
    }
}

fn start_of(text: &str, diagnostic: &Diagnostic) -> usize {
    boundary(text, diagnostic.range.start())
}

fn boundary(text: &str, offset: TextSize) -> usize {
    let mut offset = usize::from(offset).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn next_char(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset += 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use syntax::{Code, TextRange};

    use super::*;

    fn diagnostic(text: &str, marked: &str) -> Diagnostic {
        let start = TextSize::new(text.find(marked).expect("it is there") as u32);
        Diagnostic {
            code: Code::UnknownField,
            severity: Severity::Error,
            range: TextRange::at(start, TextSize::of(marked)),
            message: "`sort` needs an end, and `spans` has none".to_owned(),
            because: Some("a stream has no last row".to_owned()),
            help: Some("`top 20 by duration`, or sort inside `bin(timestamp, 10s)`".to_owned()),
            fixes: Vec::new(),
        }
    }

    #[test]
    fn is_drawn_at_its_place() {
        let text = "# Runbook\n\n```headwater\nspans\n| sort by duration\n```\n";
        expect![[r#"
            error[unknown-field]: `sort` needs an end, and `spans` has none
             --> r.md:5:3
              |
            5 | | sort by duration
              |   ^^^^^^^^^^^^^^^^
              |
              = because: a stream has no last row
              = help: `top 20 by duration`, or sort inside `bin(timestamp, 10s)`"#]]
        .assert_eq(&Renderer::new(false).render("r.md", text, &diagnostic(text, "sort by duration")));
    }

    #[test]
    fn the_place_is_that_of_the_line() {
        let text = format!("{}\u{1b}{}spns | count\n", "é".repeat(300), "x".repeat(300));
        let drawn = Renderer::new(false).render("r\x1b.md", &text, &diagnostic(&text, "spns"));
        assert!(drawn.contains(" --> r\\u{1b}.md:1:602\n"), "{drawn}");
        let text = "\u{1b}spns";
        let drawn = Renderer::new(false).render("r.md", text, &diagnostic(text, "spns"));
        assert!(drawn.contains(" --> r.md:1:2\n"), "{drawn}");
    }

    #[test]
    fn any_range_of_any_text_can_be_drawn() {
        let long = format!("spans | where a == \"{}\x1b[2J{}\" | x\r\n", "é".repeat(4_000), "ü".repeat(4_000));
        for text in ["", "\n", "a\r\nb\r\n", "\u{feff}spans\n", long.as_str()] {
            for start in (0..=text.len()).step_by(97).chain([text.len()]) {
                let range = TextRange::new(TextSize::new(start as u32), TextSize::of(text));
                let drawn = Renderer::new(false).render("r.md", text, &Diagnostic { range, ..diagnostic("x", "x") });
                assert!(!drawn.contains('\x1b'), "{drawn}");
                assert!(drawn.len() < 4_000, "{}", drawn.len());
            }
        }
    }
}
