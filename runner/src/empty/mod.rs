//! Why a flow shows nothing: the first reason that holds, in plain words, with what could stand there instead.
//!
//! Looked for only while there is nothing to show, from what is counted anyway and from the source's profile:
//! the path of the events pays nothing for it. What is said of values is said of the events that the profile
//! looked at, and says so.

mod condition;

use std::time::Duration;

use syntax::pipeline::{ExprKind, LookupKind, Pipeline, Stage, StageKind};
use syntax::source::{Scheme, SourceDecl};
use syntax::{Name, Schema, TextRange};

use crate::event::{Empty, EmptyReason, Progress};
use crate::source::profile::Profile;
use condition::Condition;

/// Fields that a profile has looked for in so many events are not there.
const ENOUGH: u64 = 1000;

/// Who has just begun is not silent.
const SILENT: Duration = Duration::from_secs(1);

/// A pipeline, prepared for the question.
pub(crate) struct Why {
    stages: Vec<Looked>,
    /// Fields that the pipeline names and nobody declared, and where.
    undeclared: Vec<(Name, TextRange)>,
}

struct Looked {
    word: String,
    range: TextRange,
    /// What a `where` asks, as far as each part asks for one field of the source.
    conditions: Vec<Condition>,
    /// There are no other parts.
    complete: bool,
    /// What enters: events, or rows of an answer.
    what: &'static str,
}

/// What is known at the moment.
pub(crate) struct Facts<'a> {
    pub(crate) decl: &'a SourceDecl,
    pub(crate) progress: &'a Progress,
    /// Since the last event came, or since the flow began.
    pub(crate) silent: Duration,
    /// The source has ended.
    pub(crate) ended: bool,
    pub(crate) profile: &'a Profile,
}

impl Why {
    /// `text` is the one that the pipeline was made from; `declared` are the source's fields by its declaration.
    pub(crate) fn new(pipeline: &Pipeline, text: &str, words: &[String], decl: &SourceDecl, now: i64) -> Why {
        let mut names = Some(Names::default());
        let mut input = &pipeline.input;
        let mut stages = Vec::new();
        let mut undeclared: Vec<(Name, TextRange)> = Vec::new();
        for (place, stage) in pipeline.stages.iter().enumerate() {
            let mut looked = Looked {
                word: words.get(place).cloned().unwrap_or_default(),
                range: stage.range,
                conditions: Vec::new(),
                complete: false,
                what: if names.is_some() { "events" } else { "rows" },
            };
            if let Some(known) = &names {
                condition::each_field(&stage.kind, &mut |name, range| {
                    let Some(source) = known.in_source(name) else { return };
                    let declared = decl.fields.iter().any(|field| field.name == source);
                    if !declared && !undeclared.iter().any(|(seen, _)| *seen == source) {
                        undeclared.push((source, range));
                    }
                });
            }
            if let (StageKind::Where(predicate), Some(known)) = (&stage.kind, &names) {
                let parts = predicate.conjuncts();
                let all = parts.len();
                let of = |part| Condition::new(part, &input.fields, |name| known.in_source(name), text, now);
                looked.conditions = parts.into_iter().filter_map(of).collect();
                looked.complete = looked.conditions.len() == all;
            }
            names = names.and_then(|names| names.after(stage));
            input = &stage.output;
            stages.push(looked);
        }
        Why { stages, undeclared }
    }

    /// None where something has come out.
    pub(crate) fn reason(&self, facts: &Facts<'_>) -> Option<Empty> {
        let progress = facts.progress;
        let dropped = progress.dropped_total();
        if progress.received == 0 {
            return (facts.ended || facts.silent >= SILENT).then(|| silent(facts));
        }
        if dropped == progress.received {
            let reason = progress.dropped.first().map(|dropped| dropped.reason.as_str()).unwrap_or_default();
            let message = format!("none of the {dropped} records could be read: {reason}");
            return Some(Empty::new(EmptyReason::Unreadable, message));
        }
        let mut entering = progress.received - dropped;
        for (place, (stage, out)) in self.stages.iter().zip(&progress.stage_out).enumerate() {
            if *out == 0 {
                return Some(self.stopped(place, stage, entering, facts));
            }
            entering = *out;
        }
        None
    }

    /// Fields that nobody declared and no event had, with the name that was probably meant.
    pub(crate) fn never_seen(&self, profile: &Profile, known: &Schema, ended: bool) -> Vec<Empty> {
        let looked_at = profile.looked_at();
        if looked_at == 0 || (looked_at < ENOUGH && !ended) {
            return Vec::new();
        }
        let missing = self.undeclared.iter().filter(|(name, _)| !profile.has(name) && known.field(name).is_none());
        missing.map(|(name, range)| condition::no_field(name, *range, profile)).collect()
    }

    fn stopped(&self, place: usize, stage: &Looked, entering: u64, facts: &Facts<'_>) -> Empty {
        let progress = facts.progress;
        let at = |reason, message| Empty { range: Some(bounds(stage.range)), ..Empty::new(reason, message) };
        let (number, word) = (place + 1, &stage.word);
        if progress.in_flight > 0 {
            let closes = match (progress.next_close, progress.watermark) {
                (Some(close), Some(watermark)) => {
                    let seconds = close.saturating_sub(watermark).max(0).unsigned_abs().div_ceil(1_000_000_000);
                    format!("; the first answer is final in {seconds} s")
                }
                _ => String::new(),
            };
            let message = format!("`{word}` holds {} events{closes}", progress.in_flight);
            return at(EmptyReason::Waiting, message);
        }
        if progress.late >= entering {
            let message = format!("all {entering} events came too late for their window");
            let help = "a larger `lateness` of the source waits longer for them".to_owned();
            return Empty { help: Some(help), ..at(EmptyReason::Late, message) };
        }
        let mut found: Vec<Empty> =
            stage.conditions.iter().filter_map(|condition| condition.reason(facts.profile, stage.complete)).collect();
        found.sort_by_key(|empty| empty.reason);
        if !found.is_empty() {
            return found.remove(0);
        }
        let together = match stage.conditions.len() {
            2.. => ": each part of it holds for some, but not together",
            _ => "",
        };
        let what = stage.what;
        let message = format!("stage {number}, `{word}`, lets none of {entering} {what} through{together}");
        at(EmptyReason::Filtered, message)
    }
}

/// Nothing has come at all.
fn silent(facts: &Facts<'_>) -> Empty {
    let decl = facts.decl;
    let name = &decl.name;
    let message = match facts.ended {
        true => format!("`{name}` is empty: `{}` has no event", decl.uri),
        false => format!("`{name}` is silent: nothing has come in {} s", facts.silent.as_secs()),
    };
    let help = match decl.uri.scheme {
        Scheme::Otlp => Some(format!("it listens on {}: is an exporter pointed there?", decl.uri.rest)),
        Scheme::File if !facts.ended => Some("it waits for lines to be added to the file".to_owned()),
        Scheme::Stdin if !facts.ended => Some("it waits for lines on the standard input".to_owned()),
        _ => None,
    };
    Empty { help, ..Empty::new(EmptyReason::Silent, message) }
}

/// What the fields at a stage are called in the source.
#[derive(Clone, Debug, Default)]
struct Names {
    /// Those with another name, or made on the way (None).
    changed: Vec<(Name, Option<Name>)>,
}

impl Names {
    fn in_source(&self, name: &Name) -> Option<Name> {
        let changed = self.changed.iter().find(|(new, _)| new == name);
        changed.map_or_else(|| Some(name.clone()), |(_, source)| source.clone())
    }

    fn set(&mut self, name: &Name, source: Option<Name>) {
        self.changed.retain(|(known, _)| known != name);
        self.changed.push((name.clone(), source));
    }

    /// None where the rows that leave the stage are not the source's events, or not of it alone.
    fn after(mut self, stage: &Stage) -> Option<Names> {
        let before = self.clone();
        let source = |kind: &ExprKind| match kind {
            ExprKind::Field(name) => before.in_source(name),
            _ => None,
        };
        match &stage.kind {
            StageKind::Where(_)
            | StageKind::Drop(_)
            | StageKind::Reorder(_)
            | StageKind::Take(_)
            | StageKind::Tail(_)
            | StageKind::Distinct(_)
            | StageKind::Top { .. }
            | StageKind::Sort { .. }
            | StageKind::Sample(_)
            | StageKind::Assert(_) => {}
            StageKind::Extend(made) | StageKind::Project(made) => {
                made.iter().for_each(|named| self.set(&named.name, source(&named.expr.kind)));
            }
            StageKind::Rename(pairs) => {
                pairs.iter().for_each(|(old, new)| self.set(new, before.in_source(old)));
            }
            StageKind::Parse(parse) => parse.fields().for_each(|field| self.set(&field.name, None)),
            StageKind::ParseKv(parse) => parse.fields.iter().for_each(|field| self.set(&field.name, None)),
            StageKind::MvExpand(expand) if !expand.inner.is_empty() => return None,
            StageKind::MvExpand(expand) => {
                let made = expand.items.iter().map(|item| &item.named.name).chain(&expand.index);
                made.for_each(|name| self.set(name, None));
            }
            StageKind::Lookup(lookup) => {
                lookup.added.iter().for_each(|(_, name)| self.set(name, None));
                if let LookupKind::Member(name) = &lookup.kind {
                    self.set(name, None);
                }
            }
            StageKind::Unpack(unpack) => unpack.made.iter().for_each(|named| self.set(&named.name, None)),
            StageKind::OverRows(rows) => rows.columns.iter().for_each(|column| self.set(&column.name, None)),
            StageKind::Join(join) if !join.kind.gives_left() => return None,
            StageKind::Join(join) => join.added.iter().for_each(|(_, name)| self.set(name, None)),
            StageKind::Summarize(_) | StageKind::TopHitters(_) | StageKind::Getschema(_) | StageKind::Union(_) => {
                return None;
            }
        }
        Some(self)
    }
}

fn bounds(range: TextRange) -> (u32, u32) {
    (range.start().into(), range.end().into())
}
