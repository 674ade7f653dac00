//! The terminal: taken over, and given back as it was on every way out, a panic included.

use std::io::{self, Stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::thread::ThreadId;
use std::time::Duration;

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event};
use ratatui::crossterm::{cursor, execute, terminal};
use tokio::sync::mpsc::{self, Receiver};

/// The other screen is shown.
static OPEN: AtomicBool = AtomicBool::new(false);

/// How often the thread that reads keys looks whether it is still wanted.
const POLL: Duration = Duration::from_millis(50);

pub(super) struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Stdout>>,
    inputs: Receiver<Event>,
    wanted: Arc<AtomicBool>,
    colors: bool,
}

impl Terminal {
    pub(super) fn open(colors: bool) -> io::Result<Terminal> {
        restore_on_panic(std::thread::current().id());
        terminal::enable_raw_mode()?;
        OPEN.store(true, Ordering::SeqCst);
        if let Err(error) = execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide) {
            restore();
            return Err(error);
        }
        let inner = match ratatui::Terminal::new(CrosstermBackend::new(io::stdout())) {
            Ok(inner) => inner,
            Err(error) => {
                restore();
                return Err(error);
            }
        };
        let wanted = Arc::new(AtomicBool::new(true));
        let (sender, inputs) = mpsc::channel(64);
        let still_wanted = Arc::clone(&wanted);
        std::thread::spawn(move || {
            while still_wanted.load(Ordering::Relaxed) {
                match event::poll(POLL) {
                    Ok(false) => {}
                    Ok(true) => {
                        let Ok(input) = event::read() else { return };
                        if sender.blocking_send(input).is_err() {
                            return;
                        }
                    }
                    Err(_) => return,
                }
            }
        });
        Ok(Terminal { inner, inputs, wanted, colors })
    }

    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        let colors = self.colors;
        self.inner.draw(|frame| {
            draw(frame);
            if !colors {
                // Bold and dim stay; they are no colours.
                for cell in &mut frame.buffer_mut().content {
                    cell.fg = ratatui::style::Color::Reset;
                    cell.bg = ratatui::style::Color::Reset;
                }
            }
        })?;
        Ok(())
    }

    /// The next key or resize; None when there is no terminal any more.
    pub(super) async fn input(&mut self) -> Option<Event> {
        self.inputs.recv().await
    }

    pub(super) fn close(self) {}
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.wanted.store(false, Ordering::Relaxed);
        restore();
    }
}

fn restore() {
    if OPEN.swap(false, Ordering::SeqCst) {
        // If the terminal has gone there is nothing to restore.
        drop(execute!(io::stdout(), terminal::LeaveAlternateScreen, cursor::Show));
        drop(terminal::disable_raw_mode());
    }
}

/// A panic of the drawing thread gives the terminal back before its message is printed. One elsewhere is
/// caught there, and must not write into the picture.
fn restore_on_panic(drawing: ThreadId) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().id() == drawing {
                restore();
            } else if OPEN.load(Ordering::SeqCst) {
                tracing::error!("{info}");
                return;
            }
            before(info);
        }));
    });
}
