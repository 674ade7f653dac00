//! The live picture of a run: drawn on the terminal's other screen, at most ten times a second and only
//! when something has changed; what was last seen stays on the normal screen as text.

mod bars;
mod block;
mod blocks;
mod card;
mod chart;
mod frame;
mod layout;
mod table;
mod terminal;
mod theme;

use std::time::{Duration, Instant};

use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEventKind, KeyModifiers};
use runner::client::{Client, Events};
use tokio_stream::StreamExt;

use crate::cli::{self, Failure};
use crate::results::BlockResult;

pub(crate) use blocks::Blocks;
use frame::Frame;
use terminal::Terminal;

/// Between two pictures, so that there are at most ten a second.
const REDRAW: Duration = Duration::from_millis(100);

/// How long flows have to send what they held once they were told to end.
const FAREWELL: Duration = Duration::from_millis(1_500);

/// Draws until the flows have ended, somebody quits, or `stop` is ready. Leaves the last answer behind.
pub(crate) async fn watch(
    title: &str,
    mut blocks: Blocks,
    client: Client,
    mut events: Events,
    stop: impl Future<Output = ()>,
    colors: bool,
) -> Result<Vec<BlockResult>, Failure> {
    let mut terminal = Terminal::open(colors)?;
    let mut frame = Frame::new(title);
    let started = Instant::now();
    let mut redraw = tokio::time::interval(REDRAW);
    redraw.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut changed = true;
    let mut seconds = 0;
    let mut deadline = None;
    let mut error = None;
    tokio::pin!(stop);
    loop {
        let ending = deadline.is_some();
        let overdue = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        let mut quit = false;
        tokio::select! {
            event = events.next() => match event {
                Some(Ok(event)) => {
                    blocks.fold(event, cli::now());
                    changed = true;
                }
                Some(Err(failure)) => {
                    error = Some(failure);
                    break;
                }
                None => break,
            },
            input = terminal.input() => match input {
                Some(input) if frame.leaves(&input) => changed = true,
                Some(input) if quits(&input) => quit = true,
                Some(input) => changed |= frame.input(&input),
                // The terminal has gone.
                None => break,
            },
            () = &mut stop, if !ending => quit = true,
            () = overdue => break,
            _ = redraw.tick() => {
                // The clock of the header moves also when nothing comes.
                let elapsed = started.elapsed();
                changed |= elapsed.as_secs() != seconds;
                if changed {
                    seconds = elapsed.as_secs();
                    changed = false;
                    frame.elapsed = elapsed;
                    terminal.draw(|screen| frame.draw(screen, &blocks, &cli::viewpoint()))?;
                }
            }
        }
        if quit {
            // The second time somebody does not want to wait.
            if ending {
                break;
            }
            deadline = Some(tokio::time::Instant::now() + FAREWELL);
            frame.ending = true;
            changed = true;
            cli::stop(&client, blocks.results());
        }
    }
    terminal.close();
    let ended_by_us = deadline.is_some();
    blocks.conclude(ended_by_us, error.as_ref().map(ToString::to_string));
    blocks.print(colors)?;
    Ok(blocks.into_results())
}

fn quits(input: &Input) -> bool {
    let Input::Key(key) = input else { return false };
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    key.kind != KeyEventKind::Release
        && match key.code {
            KeyCode::Char('q' | 'Q') | KeyCode::Esc => !control,
            KeyCode::Char('c' | 'd') => control,
            _ => false,
        }
}

#[cfg(test)]
mod tests;
