//! One picture: a line about the run, the blocks, a line about the keys.

use std::time::Duration;

use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEventKind, MouseEventKind};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::blocks::Blocks;
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
}

impl Frame {
    pub(super) fn new(title: &str) -> Frame {
        let title = value::text(&title.split_whitespace().collect::<Vec<_>>().join(" "));
        Frame { title, elapsed: Duration::ZERO, ending: false, scroll: 0, furthest: 0, page: 1 }
    }

    /// True where the picture has to be drawn anew.
    pub(super) fn input(&mut self, input: &Input) -> bool {
        let before = self.scroll;
        match input {
            Input::Resize(..) => return true,
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
        for (result, place) in results.iter().zip(places) {
            if let Some(place) = place {
                block::draw(screen, place, result, viewpoint);
            }
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
        let mut text = String::from(if self.ending { " ending …" } else { " q quit" });
        if self.furthest > 0 {
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
