//! Lines of pieces, of which each says what it is: the screen gives them its colours, text leaves them out.
//! A picture that is drawn so looks the same everywhere.

use super::{columns, fit};

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Strong,
    Faint,
    /// One of several, in their order.
    Series(usize),
    /// How much there is in a cell, 1 to [`LEVELS`].
    Heat(usize),
    Warning,
    Error,
}

/// Steps of a heatmap's colours.
pub(crate) const LEVELS: usize = 7;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) tone: Tone,
    /// It may still change.
    pub(crate) open: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Painted(pub(crate) Vec<Piece>);

impl Painted {
    pub(crate) fn new() -> Painted {
        Painted::default()
    }

    pub(crate) fn with(mut self, tone: Tone, text: impl Into<String>) -> Painted {
        self.add(tone, false, &text.into());
        self
    }

    /// Behind what is there; with it, where it is of the same tone.
    pub(crate) fn add(&mut self, tone: Tone, open: bool, text: &str) {
        match self.0.last_mut() {
            Some(last) if last.tone == tone && last.open == open => last.text.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push(Piece { text: text.to_owned(), tone, open }),
        }
    }

    /// Cut at the width.
    pub(crate) fn fit(mut self, width: usize) -> Painted {
        let mut left = width;
        for at in 0..self.0.len() {
            let used = columns(&self.0[at].text);
            let more = self.0[at + 1..].iter().any(|piece| !piece.text.trim().is_empty());
            if used > left || used == left && more {
                // What is cut is seen, also where the cut is between two pieces.
                let cut = if used > left { self.0[at].text.clone() } else { format!("{} ", self.0[at].text) };
                self.0[at].text = fit(&cut, left);
                self.0.truncate(at + 1);
                break;
            }
            left -= used;
        }
        self
    }

    pub(crate) fn text(&self) -> String {
        self.0.iter().map(|piece| piece.text.as_str()).collect::<String>().trim_end().to_owned()
    }
}

/// A cell's mark: darker where there is more, so that it reads without colours too.
pub(crate) fn shade(level: usize) -> char {
    match level {
        0 => ' ',
        1 | 2 => '░',
        3 | 4 => '▒',
        5 | 6 => '▓',
        _ => '█',
    }
}
