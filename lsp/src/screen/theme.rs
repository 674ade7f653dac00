//! Colours and what they mean. From the terminal's own sixteen, so that every theme stays readable.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use crate::results::{LEVELS, Painted, State, Tone};

/// Of series, by their colour: those of a terminal that come nearest to those of the other clients. None means good or
/// bad.
const SERIES: [Color; 12] = [
    Color::Blue,
    Color::LightGreen,
    Color::LightRed,
    Color::LightMagenta,
    Color::Cyan,
    Color::Magenta,
    Color::Yellow,
    Color::LightBlue,
    Color::LightCyan,
    Color::Green,
    Color::LightYellow,
    Color::Gray,
];

/// From little to much, of a heatmap. None is red: much is not bad.
const HEAT: [Color; LEVELS] =
    [Color::Blue, Color::Blue, Color::Cyan, Color::Cyan, Color::Green, Color::Yellow, Color::LightYellow];

/// A line of a picture in its colours.
pub(super) fn painted(line: Painted) -> Line<'static> {
    let span = |piece: crate::results::Piece| {
        let style = tone(piece.tone);
        Span::styled(piece.text, if piece.open { style.patch(provisional()) } else { style })
    };
    Line::from(line.0.into_iter().map(span).collect::<Vec<_>>())
}

fn tone(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Strong => Style::new().add_modifier(Modifier::BOLD),
        Tone::Faint => faint(),
        Tone::Series(index) => series(index),
        Tone::Heat(level) => Style::new().fg(HEAT[level.clamp(1, LEVELS) - 1]),
        Tone::Warning => warning(),
        Tone::Error => error(),
    }
}

pub(super) fn series(index: usize) -> Style {
    Style::new().fg(SERIES[index % SERIES.len()])
}

pub(super) fn heading() -> Style {
    plain().add_modifier(Modifier::BOLD)
}

/// The terminal's own colour, also on a frame that has another.
pub(super) fn plain() -> Style {
    Style::new().fg(Color::Reset)
}

pub(super) fn faint() -> Style {
    Style::new().fg(Color::DarkGray)
}

/// What may still change.
pub(super) fn provisional() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

pub(super) fn warning() -> Style {
    Style::new().fg(Color::Yellow)
}

pub(super) fn error() -> Style {
    Style::new().fg(Color::Red)
}

pub(super) fn state(state: State) -> Style {
    Style::new().fg(match state {
        State::Starting => Color::DarkGray,
        State::Running => Color::Green,
        State::Finished => Color::Cyan,
        State::Stopped => Color::Yellow,
        State::Failed => Color::Red,
    })
}

/// Values that an engineer looks for in a table: failures and what comes close to one.
pub(super) fn cell(field: &str, text: &str) -> Style {
    let level = field.ends_with("severity") || field.ends_with("level") || field.ends_with("severity_text");
    match text.to_ascii_uppercase().as_str() {
        "ERROR" | "FATAL" | "CRITICAL" | "PANIC" if level || field == "status" => error(),
        "WARN" | "WARNING" if level => warning(),
        text if field.ends_with("status_code") || field == "status" => match text.as_bytes() {
            [b'5', b'0'..=b'9', b'0'..=b'9'] => error(),
            [b'4', b'0'..=b'9', b'0'..=b'9'] => warning(),
            _ => Style::new(),
        },
        _ => Style::new(),
    }
}
