//! Which block of the new runbook is which of the old one, and what differs between the two.

use std::collections::BTreeMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};
use syntax::analysis::{Analysis, What};
use syntax::{Diagnostic, TextRange, Type};

use super::meaning::{self, Cost, Meant};
use super::{BlockChange, Edited, Kind, StageChange};

/// A runbook that was read: its text, what it means, and all that is wrong with it.
pub(super) struct Version<'a> {
    pub(super) text: &'a str,
    pub(super) analysis: &'a Analysis,
    pub(super) findings: &'a [Diagnostic],
}

/// Two blocks that are the same one; either may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) before: Option<usize>,
    pub(super) after: Option<usize>,
}

/// By name, else by what they mean, else by the heading that they stand under, else by their stages. In the order of
/// the new text; what is gone comes last.
pub(super) fn pairs(before: &[Meant<'_>], after: &[Meant<'_>]) -> Vec<Pair> {
    let mut of_after: Vec<Option<usize>> = vec![None; after.len()];
    let mut free: Vec<bool> = vec![true; before.len()];
    let mut settle = |same: &dyn Fn(&Meant<'_>, &Meant<'_>) -> bool| {
        for (index, new) in after.iter().enumerate() {
            if of_after[index].is_some() {
                continue;
            }
            if let Some(old) = (0..before.len()).find(|old| free[*old] && same(&before[*old], new)) {
                free[old] = false;
                of_after[index] = Some(old);
            }
        }
    };
    settle(&|old, new| old.named && new.named && old.block.name == new.block.name);
    settle(&|old, new| old.words() == new.words());
    settle(&|old, new| old.pipeline().is_some() && old.meaning() == new.meaning());
    // A name that is still there belongs to another block.
    let taken = |meant: &Meant<'_>, others: &[Meant<'_>]| {
        meant.named && others.iter().any(|other| other.named && other.block.name == meant.block.name)
    };
    settle(&|old, new| {
        !taken(old, after)
            && !taken(new, before)
            && old.block.heading == new.block.heading
            && old.block.heading.is_some()
    });
    settle(&|old, new| {
        !taken(old, after)
            && !taken(new, before)
            && 2 * alike(old, new) >= old.stages.len().max(new.stages.len()).max(1)
    });
    let gone = (0..before.len()).filter(|old| free[*old]).collect::<Vec<_>>();
    let mut pairs: Vec<Pair> =
        of_after.iter().enumerate().map(|(index, old)| Pair { before: *old, after: Some(index) }).collect();
    pairs.extend(gone.into_iter().map(|old| Pair { before: Some(old), after: None }));
    pairs
}

/// Stages of both that mean the same.
fn alike(old: &Meant<'_>, new: &Meant<'_>) -> usize {
    old.stages.iter().filter(|stage| new.stages.iter().any(|other| other.meaning == stage.meaning)).count()
}

/// What differs; None where both mean the same, unless `always`: then what differs may be its rows alone.
pub(super) fn change(
    old: Option<(&Meant<'_>, &Version<'_>)>,
    new: Option<(&Meant<'_>, &Version<'_>)>,
    always: bool,
) -> Option<BlockChange> {
    let findings = findings(old, new);
    let (before, after) = (old.map(|(meant, _)| meant), new.map(|(meant, _)| meant));
    let shown = after.or(before)?;
    let kind = match (before, after) {
        (Some(_), Some(_)) => Kind::Changed,
        (None, _) => Kind::Added,
        _ => Kind::Removed,
    };
    let pipelines = (before.and_then(Meant::pipeline), after.and_then(Meant::pipeline));
    let renamed = match (before, after) {
        (Some(before), Some(after)) if before.block.name != after.block.name && (before.named || after.named) => {
            Some(before.block.name.clone())
        }
        _ => None,
    };
    if let (Some(before), Some(after)) = (before, after)
        && before.meaning() == after.meaning()
        && reads_of(Some(before)) == reads_of(Some(after))
        && findings.is_empty()
        && renamed.is_none()
        && !always
    {
        return None;
    }
    let text = |of: Option<&Meant<'_>>, word: fn(&syntax::pipeline::Pipeline) -> Option<String>| {
        of.and_then(Meant::pipeline).and_then(word)
    };
    let whole = |name: &str, word: fn(&syntax::pipeline::Pipeline) -> Option<String>| {
        let (before, after) = (text(before, word), text(after, word));
        // Of a block that is all new or gone, its stages say enough.
        (before != after && kind == Kind::Changed).then(|| Edited::new(name, before, after))
    };
    let both = pipelines.0.is_some() && pipelines.1.is_some();
    // Of a block that is gone its stages say enough.
    let told = both || kind == Kind::Added;
    Some(BlockChange {
        name: shown.block.name.clone(),
        was: renamed,
        line: shown.line,
        kind,
        runs: (kind == Kind::Changed && pipelines.0.is_some() != pipelines.1.is_some())
            .then_some(pipelines.1.is_some()),
        stages: stages(before, after),
        through: through(old, new),
        sources: if told { set("source", &sources_of(before), &sources_of(after)) } else { Vec::new() },
        fields: if told { fields(before, after) } else { Vec::new() },
        reads: if told { set("field", &reads_of(before), &reads_of(after)) } else { Vec::new() },
        windows: whole("windows", meaning::windows).filter(|_| both),
        cost: whole("cost", |pipeline| Some(Cost::of(pipeline).words().to_owned())).filter(|_| both),
        render: whole("render", |pipeline| Some(meaning::render(pipeline))).filter(|_| both),
        findings,
        rows: None,
    })
}

fn sources_of(meant: Option<&Meant<'_>>) -> Vec<String> {
    let pipeline = meant.and_then(Meant::pipeline);
    pipeline.map(|pipeline| pipeline.sources().iter().map(ToString::to_string).collect()).unwrap_or_default()
}

fn reads_of(meant: Option<&Meant<'_>>) -> Vec<String> {
    meant.and_then(Meant::pipeline).map(meaning::reads).unwrap_or_default()
}

/// What is in one of both only.
fn set(name: &str, before: &[String], after: &[String]) -> Vec<Edited> {
    let gone = before.iter().filter(|old| !after.contains(old));
    let new = after.iter().filter(|new| !before.contains(new));
    let gone = gone.map(|old| Edited::new(name, Some(old.clone()), None));
    gone.chain(new.map(|new| Edited::new(name, None, Some(new.clone())))).collect()
}

fn stages(before: Option<&Meant<'_>>, after: Option<&Meant<'_>>) -> Vec<StageChange> {
    // Lets alone, or what does not run, can only be compared by its words.
    let run = [before, after].into_iter().flatten().all(|meant| meant.pipeline().is_some());
    let written = |meant: Option<&Meant<'_>>| -> (Vec<String>, Vec<String>) {
        let Some(meant) = meant else { return Default::default() };
        if run {
            return meant.stages.iter().map(|stage| (stage.written.clone(), stage.meaning.clone())).unzip();
        }
        let lines: Vec<String> =
            meant.body.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
        (lines.clone(), lines)
    };
    let ((before, old), (after, new)) = (written(before), written(after));
    let mut changes = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let (gone, come) = (&before[op.old_range()], &after[op.new_range()]);
        // One that took another's place stands beside it.
        for at in 0..gone.len().max(come.len()) {
            changes.push(StageChange { before: gone.get(at).cloned(), after: come.get(at).cloned() });
        }
    }
    changes
}

fn fields(before: Option<&Meant<'_>>, after: Option<&Meant<'_>>) -> Vec<Edited> {
    let typed = |meant: Option<&Meant<'_>>| -> BTreeMap<String, Type> {
        let output = meant.and_then(Meant::pipeline).map(|pipeline| pipeline.output());
        output
            .into_iter()
            .flat_map(|output| output.fields.iter())
            .map(|field| (field.name.to_string(), field.ty))
            .collect()
    };
    let (before, after) = (typed(before), typed(after));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let word = |ty: Option<&Type>| ty.map(|ty| ty.word().to_owned());
    let edited = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    edited.map(|name| Edited::new(name, word(before.get(name)), word(after.get(name)))).collect()
}

/// Lets of other blocks and parameters that the block uses, directly or through others, and that are others now.
fn through(old: Option<(&Meant<'_>, &Version<'_>)>, new: Option<(&Meant<'_>, &Version<'_>)>) -> Vec<Edited> {
    let (Some((before, old)), Some((after, new))) = (old, new) else { return Vec::new() };
    let (before, after) = (used(before, old), used(after, new));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let both = |name: &&String| before.contains_key(*name) && after.contains_key(*name);
    let edited = names.into_iter().filter(both).filter(|name| before.get(*name) != after.get(*name));
    edited.map(|name| Edited::new(name, before.get(name).cloned(), after.get(name).cloned())).collect()
}

/// By name, as they are written.
fn used(meant: &Meant<'_>, version: &Version<'_>) -> BTreeMap<String, String> {
    let mut used = BTreeMap::new();
    let mut open = vec![meant.block.range];
    while let Some(range) = open.pop() {
        let within = version.analysis.resolutions.iter().filter(|found| range.contains_range(found.range));
        for found in within {
            match &found.what {
                What::Let(name) => {
                    let defined = version
                        .analysis
                        .lets
                        .iter()
                        .rev()
                        .find(|defined| defined.name == *name && defined.range.end() <= found.range.start());
                    let Some(defined) = defined else { continue };
                    if used.contains_key(&**name) {
                        continue;
                    }
                    open.push(defined.range);
                    // One of the block itself shows in its stages.
                    if !meant.block.range.contains_range(defined.range) {
                        used.insert(name.to_string(), meaning::written(version.text, defined.range));
                    }
                }
                What::Param(name) => {
                    let param = version.analysis.params.iter().find(|param| param.name == *name);
                    let Some(param) = param else { continue };
                    used.insert(name.to_string(), parameter(param));
                }
                _ => {}
            }
        }
    }
    used
}

/// `timespan = 500ms`.
pub(super) fn parameter(param: &syntax::analysis::Param) -> String {
    match &param.default {
        Some(value) => format!("{} = {}", param.ty, crate::cases::cell(value)),
        None => param.ty.to_string(),
    }
}

/// Findings within the block that are new, and that are gone.
fn findings(old: Option<(&Meant<'_>, &Version<'_>)>, new: Option<(&Meant<'_>, &Version<'_>)>) -> Vec<Edited> {
    let within = |of: Option<(&Meant<'_>, &Version<'_>)>| -> Vec<(String, String, usize)> {
        let Some((meant, version)) = of else { return Vec::new() };
        let holds = |range: TextRange| meant.block.range.contains_range(range);
        let found = version.findings.iter().filter(|found| holds(found.range));
        found
            .map(|found| {
                let line = version.text[..usize::from(found.range.start())].matches('\n').count() + 1;
                (found.code.slug().to_owned(), found.message.clone(), line)
            })
            .collect()
    };
    // What is gone with its block needs no word.
    let (before, after) = (within(old), within(new));
    let differs = |of: &(String, String, usize), others: &[(String, String, usize)]| {
        !others.iter().any(|other| (&other.0, &other.1) == (&of.0, &of.1))
    };
    let mended = before.iter().filter(|found| new.is_some() && differs(found, &after));
    let come = after.iter().filter(|found| differs(found, &before));
    let mended = mended.map(|(code, message, _)| Edited::new(code, Some(message.clone()), None));
    let come = come.map(|(code, message, line)| Edited::new(code, None, Some(format!("line {line}: {message}"))));
    mended.chain(come).collect()
}
