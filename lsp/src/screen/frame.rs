//! One picture: a line about the run, the blocks, a line about the keys.

use std::collections::HashMap;
use std::time::Duration;

use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEventKind, MouseEventKind};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph};

use super::blocks::Blocks;
use super::table::Scroll;
use super::{block, layout, theme};
use crate::results::{Viewpoint, value};

#[derive(Debug)]
pub(super) struct Frame {
    title: String,
    pub(super) elapsed: Duration,
    /// The flows were told to end.
    pub(super) ending: bool,
    scroll: u16,
    /// How far one could scroll when it was last drawn, and a page.
    furthest: u16,
    page: u16,
    /// The block whose rows are scrolled instead, and where they stand, by block.
    focus: Option<usize>,
    rows: HashMap<usize, Scroll>,
    blocks: usize,
    help: bool,
}

impl Frame {
    pub(super) fn new(title: &str) -> Frame {
        let title = value::text(&title.split_whitespace().collect::<Vec<_>>().join(" "));
        Frame {
            title,
            elapsed: Duration::ZERO,
            ending: false,
            scroll: 0,
            furthest: 0,
            page: 1,
            focus: None,
            rows: HashMap::new(),
            blocks: 0,
            help: false,
        }
    }

    /// True where the picture has to be drawn anew.
    pub(super) fn input(&mut self, input: &Input) -> bool {
        let before = self.scroll;
        match input {
            Input::Resize(..) => return true,
            Input::Key(key) if key.kind != KeyEventKind::Release && self.key(key.code) => return true,
            Input::Key(key) if key.kind != KeyEventKind::Release => match key.code {
                KeyCode::Up | KeyCode::Char('k') => self.scroll = self.scroll.saturating_sub(1),
                KeyCode::Down | KeyCode::Char('j') => self.scroll = self.scroll.saturating_add(1),
                KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(self.page),
                KeyCode::PageDown | KeyCode::Char(' ') => self.scroll = self.scroll.saturating_add(self.page),
                KeyCode::Home | KeyCode::Char('g') => self.scroll = 0,
                KeyCode::End | KeyCode::Char('G') => self.scroll = self.furthest,
                _ => {}
            },
            Input::Mouse(mouse) => match mouse.kind {
                MouseEventKind::ScrollUp => self.scroll = self.scroll.saturating_sub(3),
                MouseEventKind::ScrollDown => self.scroll = self.scroll.saturating_add(3),
                _ => {}
            },
            _ => {}
        }
        self.scroll = self.scroll.min(self.furthest);
        self.scroll != before
    }

    /// Keys that are about one block, or about keys; false for the others.
    fn key(&mut self, code: KeyCode) -> bool {
        if self.help {
            self.help = false;
            return true;
        }
        match code {
            KeyCode::Char('?') => self.help = true,
            KeyCode::Tab if self.blocks > 0 => {
                self.focus = Some(self.focus.map_or(0, |focus| (focus + 1) % self.blocks));
            }
            KeyCode::BackTab if self.blocks > 0 => {
                self.focus = Some(self.focus.map_or(0, |focus| focus + self.blocks - 1) % self.blocks);
            }
            KeyCode::Enter => return self.focus.take().is_some(),
            code => {
                let Some(focus) = self.focus else { return false };
                let rows = self.rows.entry(focus).or_default();
                let page = isize::try_from(self.page / 2).unwrap_or(1).max(1);
                rows.by(match code {
                    KeyCode::Up | KeyCode::Char('k') => -1,
                    KeyCode::Down | KeyCode::Char('j') => 1,
                    KeyCode::PageUp => -page,
                    KeyCode::PageDown | KeyCode::Char(' ') => page,
                    KeyCode::Home | KeyCode::Char('g') => isize::MIN,
                    KeyCode::End | KeyCode::Char('G') => isize::MAX,
                    _ => return false,
                });
            }
        }
        true
    }

    /// Esc first leaves the block, or the help. False where it is for the program.
    pub(super) fn leaves(&mut self, input: &Input) -> bool {
        let escape = matches!(input, Input::Key(key) if key.kind != KeyEventKind::Release && key.code == KeyCode::Esc);
        escape && (std::mem::take(&mut self.help) || self.focus.take().is_some())
    }

    pub(super) fn draw(&mut self, screen: &mut ratatui::Frame<'_>, blocks: &Blocks, viewpoint: &Viewpoint) {
        let area = screen.area();
        if area.height < 3 || area.width < 10 {
            return;
        }
        let header = Rect { height: 1, ..area };
        let footer = Rect { y: area.bottom() - 1, height: 1, ..area };
        let middle = Rect { y: area.y + 1, height: area.height - 2, ..area };
        let results = blocks.results();
        let wishes: Vec<layout::Wish> = results.iter().map(block::wish).collect();
        let (places, furthest) = layout::place(&wishes, middle, self.scroll);
        self.furthest = furthest;
        self.scroll = self.scroll.min(furthest);
        self.page = middle.height.saturating_sub(2).max(1);
        screen.render_widget(self.header(area.width, viewpoint), header);
        self.blocks = results.len();
        self.focus = self.focus.filter(|focus| *focus < results.len());
        for (index, (result, place)) in results.iter().zip(places).enumerate() {
            let focused = self.focus == Some(index);
            if let Some(place) = place {
                let scroll = self.rows.entry(index).or_default();
                block::draw(screen, place, result, block::Hand { scroll, focused }, viewpoint);
            }
        }
        if self.help {
            help(screen, middle);
        }
        screen.render_widget(self.footer(results.len()), footer);
    }

    fn header(&self, width: u16, viewpoint: &Viewpoint) -> Line<'static> {
        let seconds = self.elapsed.as_secs();
        let clock = value::datetime(viewpoint.now / 1_000_000_000 * 1_000_000_000, viewpoint);
        let right = format!("{clock}  {:02}:{:02} ", seconds / 60, seconds % 60);
        let room = usize::from(width).saturating_sub(right.len() + 13);
        let title = crate::results::left(&self.title, room);
        Line::from(vec![
            Span::styled(" headwater  ", theme::heading().patch(theme::series(0))),
            Span::raw(title),
            Span::styled(format!(" {right}"), theme::faint()),
        ])
    }

    fn footer(&self, blocks: usize) -> Line<'static> {
        let mut text = String::from(if self.ending { " ending …" } else { " q quit  ? help" });
        if self.focus.is_some() {
            text.push_str("   ↑ ↓ PgUp PgDn rows  Tab next block  Esc back");
        } else if self.furthest > 0 {
            let below = self.furthest - self.scroll;
            text.push_str(&format!("   ↑ ↓ PgUp PgDn scroll{}", if below > 0 { " (more below)" } else { "" }));
        }
        if blocks > 1 {
            text.push_str(&format!("   {blocks} blocks"));
        }
        text.push_str("   ● final  ○ may still change");
        Line::styled(text, theme::faint())
    }
}

const HELP: [(&str, &str); 8] = [
    ("q  Ctrl+C", "quit; twice: at once"),
    ("↑ ↓  j k", "scroll by a line, within a block by a row"),
    ("PgUp PgDn", "by a page"),
    ("Home End  g G", "to the start, to the newest"),
    ("Tab Shift+Tab", "into the next block, to scroll its rows"),
    ("Esc  Enter", "back to all blocks"),
    ("●  ○", "final, may still change"),
    ("╱╱", "rows are missing here"),
];

/// What the keys and marks mean, over the blocks.
fn help(screen: &mut ratatui::Frame<'_>, area: Rect) {
    let (width, height) = (62.min(area.width), (HELP.len() as u16 + 2).min(area.height));
    let place = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    let line = |(keys, does): &(&str, &str)| {
        Line::from(vec![Span::styled(crate::results::left(keys, 15), theme::heading()), Span::raw((*does).to_owned())])
    };
    let frame = Block::bordered().border_type(BorderType::Rounded).title_top(" Keys, any closes this ");
    screen.render_widget(Clear, place);
    screen.render_widget(Paragraph::new(HELP.iter().map(line).collect::<Vec<_>>()).block(frame), place);
}
