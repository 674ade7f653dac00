//! Where messages and rows go, and whether they have colours.

use std::io::{self, IsTerminal, Write};

use super::Environment;
use super::args::Color;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    /// Colours on stdout and on stderr.
    pub(crate) out_colors: bool,
    pub(crate) err_colors: bool,
    /// A picture can be drawn on stdout.
    pub(crate) draws: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Tone {
    Error,
    Warning,
    Note,
    Strong,
    Faint,
}

impl Console {
    pub(crate) fn new(color: Color, environment: &Environment) -> Console {
        let colors = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !environment.no_color && !environment.dumb_terminal,
        };
        let out = io::stdout().is_terminal();
        Console {
            out_colors: colors(out),
            err_colors: colors(io::stderr().is_terminal()),
            draws: out && !environment.dumb_terminal,
        }
    }

    pub(crate) fn error(self, message: &str) {
        self.say(Tone::Error, "error", message);
    }

    pub(crate) fn warning(self, message: &str) {
        self.say(Tone::Warning, "warning", message);
    }

    pub(crate) fn note(self, message: &str) {
        self.say(Tone::Note, "note", message);
    }

    /// A line on stderr as it is.
    pub(crate) fn line(self, text: &str) {
        // Nobody may be left to be told that nobody can be told.
        drop(writeln!(io::stderr().lock(), "{text}"));
    }

    fn say(self, tone: Tone, word: &str, message: &str) {
        let word = paint(word, tone, self.err_colors);
        let lines: Vec<_> = message.lines().map(syntax::visible).collect();
        self.line(&format!("{word}: {}", lines.join("\n")));
    }

    pub(crate) fn faint(self, text: &str) {
        self.line(&paint(text, Tone::Faint, self.err_colors));
    }
}

pub(crate) fn paint(text: &str, tone: Tone, colors: bool) -> String {
    if !colors {
        return text.to_owned();
    }
    let code = match tone {
        Tone::Error => "1;31",
        Tone::Warning => "1;33",
        Tone::Note => "1;36",
        Tone::Strong => "1",
        Tone::Faint => "2",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}
