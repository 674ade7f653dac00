//! What each block that was run has shown so far, and where it stands now. Held under one lock that nobody
//! keeps across a wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use runner::event::{Event, EventKind};
use syntax::{TextRange, TextSize, Value, analysis};
use tokio::sync::Notify;
use tower_lsp::ls_types::Uri;

use super::latest::Latest;
use super::options::Options;
use super::sessions::Sessions;
use crate::document::Document;
use crate::features::lenses::Stand;
use crate::features::outline;
use crate::position::{Encoding, Position};
use crate::results::{BlockResult, BlockView, COLUMNS, PositionView, RangeView, State, Viewpoint};

/// Names one run of one block; never used twice.
pub(crate) type Run = u64;

#[derive(Default)]
pub(crate) struct Blocks {
    inner: Mutex<Inner>,
    /// Runs of which there is something new to tell.
    pub(crate) news: Latest<Run, ()>,
    /// What was set for the runbooks.
    pub(crate) sessions: Sessions,
}

#[derive(Default)]
struct Inner {
    next: Run,
    /// At most one for each block of each open document.
    shown: HashMap<Run, Shown>,
    /// Documents that were closed a moment ago, with their text then: one that is renamed is opened again.
    closed: HashMap<Uri, Closed>,
    closings: u64,
    /// None is this machine's.
    zone: Option<TimeZone>,
}

struct Closed {
    text: String,
    /// Which closing it was.
    turn: u64,
}

/// One block that was run.
struct Shown {
    uri: Uri,
    /// What the editor knows it by: its name when it was run.
    key: String,
    /// Between its fences, as it was run, and as it was seen last.
    body: String,
    seen: String,
    /// The lets of other blocks that it read when it was run.
    lets: String,
    /// The text that was run, and its block's first and last line.
    sent: Arc<Document>,
    lines: (u32, u32),
    place: Place,
    result: BlockResult,
    stopping: bool,
    /// Wakes whoever drives this run.
    driver: Arc<Notify>,
}

/// Where a block stands in the newest text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    name: String,
    title: Option<String>,
    range: (Position, Position),
    stale: bool,
    /// It is not in the text.
    gone: bool,
}

/// A block's line for editors that draw nothing but hints.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub(crate) block: String,
    pub(crate) text: String,
}

/// Why a block shows nothing, and what may stand at the place instead.
#[derive(Clone, Debug)]
pub(crate) struct Cure {
    pub(crate) range: TextRange,
    pub(crate) replacements: Vec<String>,
}

impl Blocks {
    /// A new run of a block; what it showed before is forgotten.
    pub(crate) fn begin(
        &self,
        uri: &Uri,
        document: &Arc<Document>,
        block: &analysis::Block,
        encoding: Encoding,
        driver: &Arc<Notify>,
    ) -> Run {
        let place = Place::new(document, block, encoding);
        let mut inner = self.lock();
        for shown in inner.shown.values_mut().filter(|shown| shown.uri == *uri) {
            // Another block had this name when it was run: it goes by its present one from now on.
            if shown.key == block.name && shown.place.name != block.name {
                shown.key = shown.place.name.clone();
            }
            if shown.place.name == block.name {
                shown.stop();
            }
        }
        inner.shown.retain(|_, shown| shown.uri != *uri || shown.place.name != block.name);
        let run = inner.next;
        inner.next += 1;
        inner.shown.insert(
            run,
            Shown {
                uri: uri.clone(),
                key: block.name.clone(),
                body: document.slice(block.body).to_owned(),
                seen: document.slice(block.body).to_owned(),
                lets: outline::lets_read(document, block),
                sent: document.clone(),
                lines: (place.range.0.line, place.range.1.line),
                place,
                result: BlockResult::new(block.name.clone()),
                stopping: false,
                driver: driver.clone(),
            },
        );
        drop(inner);
        self.news.put(run, ());
        run
    }

    /// Takes in what the runner says. True where that was the flow's end, so that lenses change.
    pub(crate) fn fold(&self, run: Run, event: Event) -> bool {
        let mut inner = self.lock();
        let Some(shown) = inner.shown.get_mut(&run) else { return false };
        let over = matches!(event.kind, EventKind::Finished(_));
        shown.result.fold(event, now());
        drop(inner);
        self.news.put(run, ());
        over
    }

    /// The flow is gone without its own word. False where it had ended.
    pub(crate) fn fail(&self, run: Run, message: &str) -> bool {
        let mut inner = self.lock();
        let Some(shown) = inner.shown.get_mut(&run).filter(|shown| shown.result.is_live()) else { return false };
        shown.result.fail(message);
        drop(inner);
        self.news.put(run, ());
        true
    }

    /// Asks for an end; all blocks of the document where `block` is None. False where nothing ran.
    pub(crate) fn stop(&self, uri: &Uri, block: Option<&str>) -> bool {
        let mut stopped = false;
        for (run, shown) in &mut self.lock().shown {
            if shown.uri == *uri && block.is_none_or(|block| shown.place.name == block) && shown.result.is_live() {
                stopped = true;
                shown.stop();
                self.news.put(*run, ());
            }
        }
        stopped
    }

    /// Nobody wants this run to go on: it is being stopped, or another took its place.
    pub(crate) fn unwanted(&self, run: Run) -> bool {
        self.lock().shown.get(&run).is_none_or(|shown| shown.stopping)
    }

    /// The document was closed: its runs end unless it comes back. What tells this closing from others, where
    /// something runs.
    pub(crate) fn close(&self, uri: &Uri, text: Option<&str>) -> Option<u64> {
        let mut inner = self.lock();
        if !inner.shown.values().any(|shown| shown.uri == *uri) {
            drop(inner);
            self.sessions.forget(uri);
            return None;
        }
        inner.closings += 1;
        let turn = inner.closings;
        inner.closed.insert(uri.clone(), Closed { text: text.unwrap_or_default().to_owned(), turn });
        Some(turn)
    }

    /// It did not come back: its runs end, and nothing of them is shown.
    pub(crate) fn end_closed(&self, uri: &Uri, turn: u64) {
        let mut inner = self.lock();
        if inner.closed.get(uri).is_none_or(|closed| closed.turn != turn) {
            return;
        }
        inner.closed.remove(uri);
        inner.shown.retain(|_, shown| {
            let keep = shown.uri != *uri;
            if !keep {
                shown.stop();
            }
            keep
        });
        drop(inner);
        self.sessions.forget(uri);
    }

    /// A document is open that was closed a moment ago, under the same name or another.
    pub(crate) fn opened(&self, uri: &Uri, text: &str) {
        let mut inner = self.lock();
        if inner.closed.remove(uri).is_some() {
            let runs: Vec<Run> = inner.of(uri).collect();
            drop(inner);
            return runs.into_iter().for_each(|run| self.news.put(run, ()));
        }
        let same = inner.closed.iter().find(|(_, closed)| closed.text == text && !text.is_empty());
        let from = same.map(|(from, _)| from.clone());
        drop(inner);
        if let Some(from) = from {
            self.rename(&from, uri);
        }
    }

    /// What runs in a document goes on under its new name.
    pub(crate) fn rename(&self, from: &Uri, to: &Uri) {
        let mut inner = self.lock();
        inner.closed.remove(from);
        let mut moved = Vec::new();
        for (run, shown) in inner.shown.iter_mut().filter(|(_, shown)| shown.uri == *from) {
            shown.uri = to.clone();
            moved.push(*run);
        }
        drop(inner);
        self.sessions.rename(from, to);
        self.sessions.news.put(to.clone(), ());
        moved.into_iter().for_each(|run| self.news.put(run, ()));
    }

    /// The document of a run, as it is called now.
    pub(crate) fn uri(&self, run: Run) -> Option<Uri> {
        self.lock().shown.get(&run).map(|shown| shown.uri.clone())
    }

    /// A block that runs is not in the text any more.
    pub(crate) fn has_gone(&self, uri: &Uri) -> bool {
        self.lock().shown.values().any(|shown| shown.is_gone(uri))
    }

    /// Such blocks end; what they showed is there again with their text. True where there were any.
    pub(crate) fn end_gone(&self, uri: &Uri) -> bool {
        let mut any = false;
        for (run, shown) in self.lock().shown.iter_mut().filter(|(_, shown)| shown.is_gone(uri)) {
            any = true;
            shown.stop();
            self.news.put(*run, ());
        }
        any
    }

    /// How a block stands, for what can be done with it.
    pub(crate) fn stand(&self, uri: &Uri, block: &str) -> Stand {
        let inner = self.lock();
        let shown = inner.shown(uri, block);
        Stand {
            runs: shown.is_some_and(|shown| shown.result.is_live()),
            stale: shown.is_some_and(|shown| shown.place.stale),
            results: shown.is_some(),
        }
    }

    pub(crate) fn is_running(&self, uri: &Uri, block: &str) -> bool {
        self.lock().shown.values().any(|shown| shown.result.is_live() && shown.uri == *uri && shown.place.name == block)
    }

    /// Blocks that run as they are written now.
    pub(crate) fn running(&self, uri: &Uri) -> Vec<String> {
        let inner = self.lock();
        let running = inner.shown.values().filter(|shown| shown.uri == *uri && shown.result.is_live());
        running.filter(|shown| !shown.place.stale).map(|shown| shown.place.name.clone()).collect()
    }

    pub(crate) fn summaries(&self, uri: &Uri) -> Vec<Summary> {
        let inner = self.lock();
        let of_document = inner.shown.values().filter(|shown| shown.uri == *uri && !shown.place.gone);
        of_document.map(|shown| Summary { block: shown.place.name.clone(), text: shown.summary() }).collect()
    }

    /// What is behind each stage of the blocks that were run, by the present line.
    pub(crate) fn lines(&self, uri: &Uri) -> Vec<(u32, String)> {
        let inner = self.lock();
        let of_document = inner.shown.values().filter(|shown| shown.uri == *uri && !shown.place.stale);
        of_document
            .flat_map(|shown| shown.view(false, 0, 0, &inner.viewpoint()).lines)
            .map(|line| (line.line, line.text))
            .collect()
    }

    /// Where blocks show nothing, and another value at one place would change that.
    pub(crate) fn cures(&self, uri: &Uri, document: &Document) -> Vec<Cure> {
        let inner = self.lock();
        let of_document = inner.shown.values().filter(|shown| shown.uri == *uri && !shown.place.stale);
        of_document.filter_map(|shown| shown.cure(document)).collect()
    }

    /// Finds the blocks that were run in a newer text.
    pub(crate) fn follow(&self, uri: &Uri, document: &Document, encoding: Encoding) {
        let mut moved = Vec::new();
        let mut inner = self.lock();
        for (run, shown) in inner.shown.iter_mut().filter(|(_, shown)| shown.uri == *uri) {
            if shown.follow(document, encoding) {
                moved.push(*run);
            }
        }
        drop(inner);
        moved.into_iter().for_each(|run| self.news.put(run, ()));
    }

    /// What `headwater/blockResults` says of a run now, for an editor with these options.
    pub(crate) fn view(&self, run: Run, options: &Options) -> Option<BlockView> {
        let inner = self.lock();
        let shown = inner.shown.get(&run).filter(|shown| !inner.closed.contains_key(&shown.uri))?;
        let columns = self.sessions.columns(&shown.uri).unwrap_or(COLUMNS);
        Some(shown.view(self.is_live(&shown.uri, options), options.rows, columns, &inner.viewpoint()))
    }

    /// All blocks of a document are told of again.
    pub(crate) fn redraw(&self, uri: &Uri) {
        let inner = self.lock();
        let of_document = inner.shown.iter().filter(|(_, shown)| shown.uri == *uri);
        of_document.for_each(|(run, _)| self.news.put(*run, ()));
    }

    /// Blocks of the document run again when their text has changed.
    pub(crate) fn is_live(&self, uri: &Uri, options: &Options) -> bool {
        self.sessions.live(uri).unwrap_or(options.live)
    }

    /// How the blocks of a document do that were run, by name.
    pub(crate) fn states(&self, uri: &Uri) -> HashMap<String, State> {
        let inner = self.lock();
        let of_document = inner.shown.values().filter(|shown| shown.uri == *uri);
        of_document.map(|shown| (shown.place.name.clone(), shown.result.state())).collect()
    }

    /// Blocks whose text has changed since they were run, but for those that somebody stopped.
    pub(crate) fn stale(&self, uri: &Uri) -> Vec<String> {
        let inner = self.lock();
        let of_document = inner.shown.values().filter(|shown| shown.uri == *uri && shown.place.stale);
        let wanted = of_document.filter(|shown| !shown.stopping && shown.result.state() != State::Stopped);
        wanted.map(|shown| shown.place.name.clone()).collect()
    }

    /// Times are said in this zone from now on, in all runbooks.
    pub(crate) fn set_zone(&self, name: &str) -> Result<(), String> {
        let zone = match name {
            "local" => None,
            name => Some(TimeZone::get(name).map_err(|_| {
                format!("`{name}` is no time zone; it is `UTC`, `local`, or a name such as `Europe/Berlin`")
            })?),
        };
        self.lock().zone = zone;
        Ok(())
    }

    /// What the zone is called in which times are said: as IANA knows it, else `local`.
    pub(crate) fn zone(&self) -> String {
        let zone = self.lock().viewpoint().zone;
        zone.iana_name().unwrap_or("local").to_owned()
    }

    /// What a block shows, as Markdown.
    pub(crate) fn pinned(&self, uri: &Uri, block: &str) -> Option<String> {
        let inner = self.lock();
        inner.shown(uri, block)?.result.pinned(&inner.viewpoint())
    }

    /// The value that a block shows as this text.
    pub(crate) fn exact(&self, uri: &Uri, block: &str, field: &str, text: &str) -> Option<Value> {
        let inner = self.lock();
        inner.shown(uri, block)?.result.exact(field, text, &inner.viewpoint())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Shown {
    /// What the flow says after this is still taken in: its last rows and counts.
    fn stop(&mut self) {
        self.stopping = true;
        self.result.stop();
        self.driver.notify_one();
    }

    /// It runs, and is nowhere in the text.
    fn is_gone(&self, uri: &Uri) -> bool {
        self.uri == *uri && self.place.gone && self.result.is_live()
    }

    /// Finds the block in a newer text: the same text under the same name; else the same text, which was
    /// moved or renamed; else the same name, with another text now. A block that is nowhere is being
    /// rewritten, or gone. True if anything changed.
    fn follow(&mut self, document: &Document, encoding: Encoding) -> bool {
        let blocks = &document.analysis().blocks;
        let same_text = |block: &&analysis::Block| document.slice(block.body) == self.seen;
        let named = blocks.iter().find(|block| block.name == self.place.name);
        let near = |block: &&analysis::Block| document.line(block.range.start()).abs_diff(self.place.range.0.line);
        let moved = || blocks.iter().filter(same_text).min_by_key(near);
        let mut place = match named.filter(same_text).or_else(moved).or(named) {
            Some(block) => {
                self.seen = document.slice(block.body).to_owned();
                let stale = outline::lets_read(document, block) != self.lets;
                Place { stale, ..Place::new(document, block, encoding) }
            }
            None => Place { stale: true, gone: true, ..self.place.clone() },
        };
        place.stale |= self.seen != self.body;
        let changed = place != self.place;
        self.place = place;
        changed
    }

    fn cure(&self, document: &Document) -> Option<Cure> {
        let why = self.result.why().filter(|why| !why.replacements.is_empty())?;
        let (start, end) = why.range?;
        let was =
            self.sent.analysis().blocks.iter().find(|block| self.sent.line(block.range.start()) == self.lines.0)?;
        let now = document.analysis().blocks.iter().find(|block| block.name == self.place.name)?;
        if document.slice(now.body) != self.body {
            return None;
        }
        let moved = |offset: u32| Some(now.body.start() + TextSize::new(offset).checked_sub(was.body.start())?);
        let range = TextRange::new(moved(start)?, moved(end)?.max(moved(start)?));
        // It may stand in a `let` of another block.
        now.body.contains_range(range).then(|| Cure { range, replacements: why.replacements.clone() })
    }

    /// The present line of an offset in the text that was run; None where it is not in this block.
    fn line(&self, offset: u32) -> Option<u32> {
        let line = self.sent.line(TextSize::new(offset));
        let now = self.place.range.0.line + line.checked_sub(self.lines.0)?;
        (line <= self.lines.1 && now <= self.place.range.1.line).then_some(now)
    }

    fn summary(&self) -> String {
        let summary = self.result.summary();
        if self.place.stale { format!("{summary} (of an older text)") } else { summary }
    }

    fn view(&self, live: bool, rows: usize, columns: usize, viewpoint: &Viewpoint) -> BlockView {
        let at = |at: Position| PositionView { line: at.line, character: at.character };
        let place = crate::results::Place {
            uri: self.uri.as_str().to_owned(),
            range: RangeView { start: at(self.place.range.0), end: at(self.place.range.1) },
            stale: self.place.stale,
            gone: self.place.gone,
            title: self.place.title.clone(),
            source: self.body.clone(),
            live,
            rows,
            columns,
            line: &|offset| self.line(offset),
        };
        let mut view = self.result.view(&place, viewpoint);
        view.block.clone_from(&self.key);
        view
    }
}

impl Place {
    fn new(document: &Document, block: &analysis::Block, encoding: Encoding) -> Place {
        let at = |offset| document.position(offset, encoding);
        let range = (at(block.range.start()), at(block.range.end()));
        Place { name: block.name.clone(), title: block.heading.clone(), range, stale: false, gone: false }
    }
}

impl Inner {
    fn viewpoint(&self) -> Viewpoint {
        Viewpoint { now: now(), zone: self.zone.clone().unwrap_or_else(local) }
    }

    fn shown(&self, uri: &Uri, block: &str) -> Option<&Shown> {
        self.shown.values().find(|shown| shown.uri == *uri && shown.place.name == block && !shown.place.gone)
    }

    fn of(&self, uri: &Uri) -> impl Iterator<Item = Run> {
        self.shown.iter().filter(move |(_, shown)| shown.uri == *uri).map(|(run, _)| *run)
    }
}

fn local() -> TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(TimeZone::system).clone()
}

fn now() -> i64 {
    i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ran_in_a_closed_document_ends_unless_it_is_opened_again() {
        let text = "```headwater\nspans | tail 5\n```\n";
        let document = Arc::new(Document::new(text.to_owned(), 1, Default::default));
        let (blocks, driver) = (Blocks::default(), Arc::new(Notify::new()));
        let uri: Uri = "file:///a.md".parse().expect("an address");
        let run = blocks.begin(&uri, &document, &document.analysis().blocks[0], Encoding::default(), &driver);
        let first = blocks.close(&uri, Some(text)).expect("something runs");
        assert!(blocks.view(run, &Options::default()).is_none(), "nothing is told of what is closed");
        blocks.opened(&uri, text);
        blocks.end_closed(&uri, first);
        assert!(!blocks.unwanted(run), "it came back");
        let second = blocks.close(&uri, Some(text)).expect("something runs");
        blocks.end_closed(&uri, first);
        assert!(!blocks.unwanted(run), "that was another closing");
        blocks.end_closed(&uri, second);
        assert!(blocks.unwanted(run));
        assert_eq!(blocks.close(&uri, Some(text)), None);
    }
}
