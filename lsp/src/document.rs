//! An open runbook or `headwater.toml`: its text, where its lines are, and what the language makes of it.
//!
//! A value: an edit makes a new one. Parsing waits until somebody asks, so that a burst of edits costs
//! one parse, on the thread of whoever asks first. Knows no protocol and no server.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use line_index::LineIndex;
use runner::config::Config;
use syntax::analysis::{Analysis, Context};
use syntax::lint::{self, Host};
use syntax::{Diagnostic, Edit, Parse, TextRange, TextSize};

use crate::features::held::{self, Edited};
use crate::features::names::Names;
use crate::position::{self, Encoding, Position};

/// A text beyond this is kept, but not read as a runbook: no hand writes one of 16 MiB.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

pub struct Document {
    text: String,
    lines: LineIndex,
    /// As the editor counts; not necessarily by one.
    version: i32,
    /// Of this text among all that this document has had.
    revision: u64,
    /// The newest revision there is, shared by all of them.
    newest: Arc<AtomicU64>,
    kind: Kind,
    /// What is taken over from the text before, until this one is read.
    before: Mutex<Option<Before>>,
    read: OnceLock<Arc<Read>>,
    /// Made when first asked for: most texts are edited again before.
    names: OnceLock<Names>,
    /// All that is wrong, once somebody has looked at other files too.
    beyond: OnceLock<Vec<Diagnostic>>,
}

/// What was read of a text, and what has been edited in it since.
#[derive(Clone)]
struct Before {
    read: Arc<Read>,
    edit: Option<Edited>,
}

/// What the text is.
#[derive(Clone)]
enum Kind {
    Runbook(Arc<dyn Fn() -> Arc<Context> + Send + Sync>),
    /// With the file's place, and whether a source's file is there.
    Config(PathBuf, Arc<dyn Fn(&Path) -> bool + Send + Sync>),
}

struct Read {
    /// What was known of the sources.
    context: Arc<Context>,
    /// Of a configuration, that of an empty runbook.
    parse: Parse,
    analysis: Analysis,
    config: Option<Config>,
    /// Of both, in the order of the text.
    diagnostics: Vec<Diagnostic>,
    typing: Option<Typing>,
    /// Nothing was typed for a moment, so that all was told.
    settled: AtomicBool,
}

/// Somebody types in the text.
struct Typing {
    /// Behind the last edit.
    cursor: TextSize,
    /// What is told meanwhile.
    told: Vec<Diagnostic>,
}

/// A change as editors send it; without a range, the whole text.
pub struct Change {
    pub range: Option<(Position, Position)>,
    pub text: String,
}

impl Document {
    /// `context` is asked when the text is first analysed.
    pub fn new(text: String, version: i32, context: impl Fn() -> Arc<Context> + Send + Sync + 'static) -> Document {
        Document::of_kind(text, version, Kind::Runbook(Arc::new(context)))
    }

    /// A configuration in this place; `exists` is asked of its sources' files.
    pub fn config_file(
        text: String,
        version: i32,
        path: PathBuf,
        exists: impl Fn(&Path) -> bool + Send + Sync + 'static,
    ) -> Document {
        Document::of_kind(text, version, Kind::Config(path, Arc::new(exists)))
    }

    fn of_kind(text: String, version: i32, kind: Kind) -> Document {
        let lines = LineIndex::new(&text);
        let newest = Arc::new(AtomicU64::new(0));
        Document {
            text,
            lines,
            version,
            revision: 0,
            newest,
            kind,
            before: Mutex::default(),
            read: OnceLock::new(),
            names: OnceLock::new(),
            beyond: OnceLock::new(),
        }
    }

    /// The document after these changes, made one after the other.
    pub fn edited(&self, changes: Vec<Change>, version: i32, encoding: Encoding) -> Document {
        let mut text: Option<String> = None;
        let mut lines = None;
        let mut before = self.reading();
        for change in changes {
            let next = match change.range {
                None => {
                    before = None;
                    change.text
                }
                Some((start, end)) => {
                    let old = text.as_deref().unwrap_or(&self.text);
                    let lines = lines.as_ref().unwrap_or(&self.lines);
                    let start = usize::from(position::offset(old, lines, start, encoding));
                    let end = usize::from(position::offset(old, lines, end, encoding)).max(start);
                    // Copied once: of a large text that is what a letter costs.
                    let next = [&old[..start], &change.text, &old[end..]].concat();
                    let size = |at: usize| TextSize::try_from(at).unwrap_or_default();
                    let range = TextRange::new(size(start), size(end));
                    let edit = Edited { range, inserted: TextSize::of(&change.text) };
                    if let Some(before) = &mut before {
                        before.edit = Some(before.edit.map_or(edit, |first| then(first, edit)));
                    }
                    next
                }
            };
            lines = Some(LineIndex::new(&next));
            text = Some(next);
        }
        let text = text.unwrap_or_else(|| self.text.clone());
        let lines = lines.unwrap_or_else(|| self.lines.clone());
        Document { before: Mutex::new(before), ..self.succeeded_by(text, lines, version) }
    }

    /// What is known of this text, or of one before it.
    fn reading(&self) -> Option<Before> {
        match self.read.get() {
            Some(read) => Some(Before { read: Arc::clone(read), edit: None }),
            None => self.before.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// The same text, to be read anew because what is known of the sources has changed.
    pub fn reread(&self) -> Document {
        let before = Mutex::new(self.reading());
        Document { before, ..self.succeeded_by(self.text.clone(), self.lines.clone(), self.version) }
    }

    /// The same text with what was observed since: answers of before are still of this text.
    pub fn relearned(&self) -> Document {
        let before = Mutex::new(self.reading());
        Document { before, ..self.as_revision(self.revision, self.text.clone(), self.lines.clone(), self.version) }
    }

    fn succeeded_by(&self, text: String, lines: LineIndex, version: i32) -> Document {
        let revision = self.newest.fetch_add(1, Ordering::AcqRel) + 1;
        self.as_revision(revision, text, lines, version)
    }

    /// Another text or another reading of this document.
    fn as_revision(&self, revision: u64, text: String, lines: LineIndex, version: i32) -> Document {
        let (newest, kind) = (self.newest.clone(), self.kind.clone());
        Document {
            text,
            lines,
            version,
            revision,
            newest,
            kind,
            before: Mutex::default(),
            read: OnceLock::new(),
            names: OnceLock::new(),
            beyond: OnceLock::new(),
        }
    }

    /// No edit was made since.
    pub fn is_newest(&self) -> bool {
        self.newest.load(Ordering::Acquire) == self.revision
    }

    /// Nothing made from this document is wanted any more.
    pub fn close(&self) {
        self.newest.fetch_add(1, Ordering::AcqRel);
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn version(&self) -> i32 {
        self.version
    }

    pub fn too_large(&self) -> bool {
        self.text.len() > MAX_BYTES
    }

    pub fn parse(&self) -> &Parse {
        &self.read().parse
    }

    pub fn analysis(&self) -> &Analysis {
        &self.read().analysis
    }

    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.beyond.get().unwrap_or_else(|| &self.read().diagnostics)
    }

    /// Of these, which are all that is wrong, what is told while somebody types.
    pub fn told(&self) -> &[Diagnostic] {
        let read = self.read();
        match &read.typing {
            Some(typing) if !read.settled.load(Ordering::Acquire) => &typing.told,
            _ => self.diagnostics(),
        }
    }

    /// Behind the last edit, which is where somebody types. None of a text that was opened.
    pub fn last_edit(&self) -> Option<TextSize> {
        self.read().typing.as_ref().map(|typing| typing.cursor)
    }

    /// Nothing was typed for a moment: all is told.
    pub fn settle(&self) {
        self.read().settled.store(true, Ordering::Release);
    }

    /// What is wrong with a runbook if this is found in it too; `there` says whether a path leads to a file.
    pub fn diagnostics_with(&self, found: Vec<Diagnostic>, there: &dyn Fn(&str) -> bool) -> Vec<Diagnostic> {
        let Read { parse, analysis, context, .. } = self.read();
        let text = if self.too_large() { "" } else { &self.text };
        judged(text, parse, analysis, context, found, there)
    }

    /// From now on these are its diagnostics; once only.
    pub fn found_beyond(&self, diagnostics: Vec<Diagnostic>) {
        let _ = self.beyond.set(diagnostics);
    }

    /// What each name stands for.
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::of(self))
    }

    /// What is known of the sources; of a configuration, what itself says.
    pub fn context(&self) -> Arc<Context> {
        match &self.kind {
            Kind::Runbook(context) => context(),
            Kind::Config(..) => {
                let sources = self.config().map(|config| config.sources.clone()).unwrap_or_default();
                Arc::new(Context { sources, ..Context::default() })
            }
        }
    }

    /// What a configuration says; None of a runbook.
    pub fn config(&self) -> Option<&Config> {
        self.is_config().then(|| self.read().config.as_ref()).flatten()
    }

    pub fn is_config(&self) -> bool {
        matches!(self.kind, Kind::Config(..))
    }

    fn read(&self) -> &Read {
        self.read.get_or_init(|| {
            let before = self.before.lock().unwrap_or_else(PoisonError::into_inner).take();
            Arc::new(match &self.kind {
                Kind::Runbook(context) => {
                    Read::runbook(if self.too_large() { "" } else { &self.text }, context(), before)
                }
                Kind::Config(path, exists) => {
                    let context = Arc::default();
                    let (parse, analysis) = analysed("", &context, None);
                    let text = if self.too_large() { "" } else { &self.text };
                    let (config, diagnostics) = Config::read(text, path, exists.as_ref());
                    let diagnostics = lint::judge(text, Host::Config, diagnostics, &config.levels);
                    let settled = AtomicBool::new(true);
                    Read { context, parse, analysis, config: Some(config), diagnostics, typing: None, settled }
                }
            })
        })
    }

    pub fn slice(&self, range: TextRange) -> &str {
        self.text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or("")
    }

    pub fn end(&self) -> TextSize {
        TextSize::of(self.text.as_str())
    }

    pub fn line(&self, offset: TextSize) -> u32 {
        self.position(offset, Encoding::Utf8).line
    }

    /// The end of the line that an offset is in, before what ends it.
    pub fn line_end(&self, offset: TextSize) -> TextSize {
        let start = usize::from(offset).min(self.text.len());
        let rest = self.text.get(start..).unwrap_or("");
        let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
        TextSize::new((start + line.trim_end_matches('\r').len()) as u32)
    }

    pub fn position(&self, offset: TextSize, encoding: Encoding) -> Position {
        position::position(&self.text, &self.lines, offset, encoding)
    }

    pub fn offset(&self, position: Position, encoding: Encoding) -> TextSize {
        position::offset(&self.text, &self.lines, position, encoding)
    }

    /// The text with these edits made; they must not overlap.
    pub fn with_edits(&self, edits: &[Edit]) -> String {
        with_edits(&self.text, edits.iter().cloned())
    }
}

impl Read {
    fn runbook(text: &str, context: Arc<Context>, before: Option<Before>) -> Read {
        let typing = before.as_ref().and_then(|before| {
            let read = &before.read;
            let typing = read.typing.as_ref().filter(|_| !read.settled.load(Ordering::Acquire));
            let told = typing.map_or(&read.diagnostics, |typing| &typing.told);
            match before.edit {
                Some(edit) => Some((edit.cursor(), held::moved(told, edit))),
                // The same text, of which more is known.
                None => {
                    typing.map(|typing| (typing.cursor, told.iter().map(|found| (found.code, found.range)).collect()))
                }
            }
        });
        let (parse, analysis) = analysed(text, &context, before);
        let diagnostics = judged(text, &parse, &analysis, &context, Vec::new(), &|_| true);
        let typing =
            typing.map(|(cursor, known)| Typing { cursor, told: held::told(&diagnostics, &known, text, cursor) });
        Read { context, parse, analysis, config: None, diagnostics, typing, settled: AtomicBool::new(false) }
    }
}

/// All that is wrong with a runbook, as its team wants to hear it.
fn judged(
    text: &str,
    parse: &Parse,
    analysis: &Analysis,
    context: &Context,
    more: Vec<Diagnostic>,
    there: &dyn Fn(&str) -> bool,
) -> Vec<Diagnostic> {
    let mut diagnostics = parse.diagnostics().to_vec();
    diagnostics.extend_from_slice(&analysis.diagnostics);
    diagnostics.extend(crate::cases::findings(text, analysis, there));
    diagnostics.extend(more);
    diagnostics.sort_by_key(|found| (found.range.start(), found.severity));
    lint::judge(text, Host::Runbook(&analysis.blocks), diagnostics, &context.levels)
}

/// What has not changed is taken over.
fn analysed(text: &str, context: &Arc<Context>, before: Option<Before>) -> (Parse, Analysis) {
    let Some(Before { read, edit }) = before else {
        let parse = syntax::parse(text);
        let analysis = syntax::analyze(&parse, context);
        return (parse, analysis);
    };
    let parse = match edit {
        Some(Edited { range, inserted }) => read.parse.edited(text, range, inserted),
        None => read.parse.clone(),
    };
    if !Arc::ptr_eq(&read.context, context) {
        let analysis = syntax::analyze(&parse, context);
        return (parse, analysis);
    }
    // Nobody else reads the old text any more, unless an answer is still being made of it.
    let before = Arc::try_unwrap(read).map_or_else(|read| read.analysis.clone(), |read| read.analysis);
    let analysis = syntax::analysis::analyze_after(before, &parse, context);
    (parse, analysis)
}

/// One edit, then another in the text after it: one that covers both.
fn then(first: Edited, next: Edited) -> Edited {
    let start = first.range.start().min(next.range.start());
    // In the text between both.
    let end = (first.range.start() + first.inserted).max(next.range.end());
    let before = end + first.range.len() - first.inserted;
    let inserted = end - start - next.range.len() + next.inserted;
    Edited { range: TextRange::new(start, before), inserted }
}

/// A text with edits made, which must not overlap; of two at one place the first comes first.
pub fn with_edits(text: &str, edits: impl IntoIterator<Item = Edit>) -> String {
    let mut edits: Vec<Edit> = edits.into_iter().collect();
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.replace_range(usize::from(edit.range.start())..usize::from(edit.range.end()), &edit.text);
    }
    text
}
