//! What an analysis takes over from the one before an edit: each block that reads as it did, and whose names
//! mean what they did, at its new place.
//!
//! A block depends on nothing but its own text, the parameters, what is known of sources, and the lets above
//! that it asks for by name. So the names that it asked for are kept with it, whether there was such a let or not.

use std::collections::HashSet;
use std::{iter, vec};

use rowan::{GreenNode, GreenNodeData};

use super::check::{Checker, Defined};
use super::moved::Moved;
use super::{Analysis, Block, Resolution, What};
use crate::ast::{self, AstNode};
use crate::{Diagnostic, Name, SyntaxNode, TextRange, TextSize};

/// What was made of a block, besides the block itself.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    green: GreenNode,
    range: TextRange,
    /// It has a name of its own.
    named: bool,
    /// The heading above.
    heading: Option<GreenNode>,
    /// How many of all resolutions and lets are its own.
    resolutions: usize,
    lets: usize,
    diagnostics: Vec<Diagnostic>,
    /// How many parts its names stand for, and whether all that the runbook may mean was spent there.
    spent: usize,
    at_limit: bool,
    here: Here,
}

/// What a block asks of those before it.
#[derive(Clone, Debug, Default)]
pub(super) struct Here {
    /// Names that a let may have.
    asked: HashSet<Name>,
    /// Earlier lets that it uses.
    uses: HashSet<Name>,
    /// All lets were named as what could have been meant.
    all: bool,
    /// Parameters that it uses.
    params: HashSet<Name>,
    /// Names that nothing had, and whether a block below defines them.
    lacks: Vec<(Name, bool)>,
    end: TextSize,
    first_let: usize,
    first_resolution: usize,
    first_diagnostic: usize,
    spent_before: usize,
}

impl Here {
    pub(super) fn asks(&mut self, name: &str) {
        if !self.asked.contains(name) {
            self.asked.insert(name.into());
        }
    }

    pub(super) fn asks_all(&mut self) {
        self.all = true;
    }

    pub(super) fn lacks(&mut self, name: &str, below: bool) {
        self.lacks.push((name.into(), below));
    }

    /// Where the block ends.
    pub(super) fn end(&self) -> TextSize {
        self.end
    }

    /// Of all lets, the one with this number; whether it is the block's own.
    pub(super) fn uses(&mut self, number: usize, name: &Name) -> bool {
        let own = number >= self.first_let;
        if !own && !self.uses.contains(name) {
            self.uses.insert(name.clone());
        }
        own
    }

    pub(super) fn takes(&mut self, param: &Name) {
        self.params.insert(param.clone());
    }

    fn depends_on(&self, changed: &HashSet<Name>) -> bool {
        !changed.is_empty() && (self.all || changed.iter().any(|name| self.asked.contains(name)))
    }
}

impl Checker<'_> {
    pub(super) fn begin_block(&mut self, block: &ast::Block) {
        self.calls = 0;
        // Their names must not depend on which blocks were taken over.
        self.tables.clear();
        self.made_tables = 0;
        self.made_rows = 0;
        self.here = Here {
            end: block.range().end(),
            first_let: self.lets.len(),
            first_resolution: self.resolutions.len(),
            first_diagnostic: self.diagnostics.len(),
            spent_before: self.spent.runbook,
            ..Here::default()
        };
        self.spent.at_limit = false;
    }

    pub(super) fn end_block(&mut self, block: &ast::Block, named: bool, heading: Option<&ast::Heading>) {
        let here = std::mem::take(&mut self.here);
        self.resolutions[here.first_resolution..].sort_by_key(|resolution| resolution.range.start());
        self.kept.push(Kept {
            green: block.syntax().green().into_owned(),
            range: block.range(),
            named,
            heading: heading.map(|heading| heading.syntax().green().into_owned()),
            resolutions: self.resolutions.len() - here.first_resolution,
            lets: self.lets.len() - here.first_let,
            diagnostics: self.diagnostics[here.first_diagnostic..].to_vec(),
            spent: self.spent.runbook - here.spent_before,
            at_limit: self.spent.at_limit,
            here,
        });
    }

    /// A block that was taken over a moment ago, with its present number and heading.
    pub(super) fn renamed(
        &mut self,
        same: Block,
        number: usize,
        heading: Option<&ast::Heading>,
        default_name: impl FnOnce() -> String,
    ) -> Block {
        let mut block = same;
        let Some(kept) = self.kept.last_mut() else { return block };
        if !kept.named && block.index != number {
            block.name = default_name();
        }
        block.index = number;
        let is_same = match (&kept.heading, heading) {
            (Some(green), Some(heading)) => reads_same(green, heading.syntax()),
            (None, None) => true,
            _ => false,
        };
        if !is_same {
            kept.heading = heading.map(|heading| heading.syntax().green().into_owned());
            block.heading = heading.map(ast::Heading::text);
        }
        block
    }

    /// The names of the last block's lets.
    pub(super) fn defined_here(&self) -> impl Iterator<Item = &Name> {
        let own = self.kept.last().map_or(0, |kept| kept.lets);
        self.lets[self.lets.len() - own..].iter().map(|defined| &defined.info.name)
    }

    /// What the names at the range stand for.
    pub(super) fn resolved(&self, range: TextRange) -> impl Iterator<Item = &What> {
        let (before, here) = self.resolutions.split_at(self.here.first_resolution);
        let from = before.partition_point(|resolution| resolution.range.start() < range.start());
        let near = before[from..].iter().take_while(move |resolution| resolution.range.start() == range.start());
        near.chain(here).filter(move |resolution| resolution.range == range).map(|resolution| &resolution.what)
    }
}

/// The analysis of the text before the edit, while it is taken over block by block.
pub(super) struct Earlier {
    blocks: vec::IntoIter<Block>,
    kept: vec::IntoIter<Kept>,
    lets: vec::IntoIter<Defined>,
    resolutions: vec::IntoIter<Resolution>,
    places: Places,
    /// So many blocks of both texts read the same from the start on.
    first: usize,
    /// From this one of the new text on, the blocks read the same to the end.
    last: usize,
    /// How many of the text before are between them.
    gone: usize,
    /// Lets that may mean something else than they did.
    changed: HashSet<Name>,
    /// No block up to here has another place.
    still: bool,
}

/// One block of it. Its lets are few or none, its resolutions are the next ones of all.
struct Old {
    block: Block,
    kept: Kept,
    lets: Vec<Defined>,
}

impl Earlier {
    pub(super) fn new(before: Analysis, written: &[ast::Block]) -> Earlier {
        let same = |(kept, block): &(&Kept, &ast::Block)| reads_same(&kept.green, block.syntax());
        let first = before.kept.iter().zip(written).take_while(same).count();
        let (old, new) = (&before.kept[first..], &written[first..]);
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
        let (gone, last) = (old.len() - tail, written.len() - tail);
        let starts = written[..first].iter().map(Some).chain(iter::repeat_n(None, gone));
        let starts = starts.chain(written[last..].iter().map(Some)).map(|block| Some(block?.range().start()));
        let places = Places { known: before.kept.iter().map(|kept| kept.range).zip(starts).collect() };
        Earlier {
            blocks: before.blocks.into_iter(),
            kept: before.kept.into_iter(),
            lets: before.defined.into_iter(),
            resolutions: before.resolutions.into_iter(),
            places,
            first,
            last,
            gone,
            changed: HashSet::new(),
            still: true,
        }
    }

    /// The block with this number of the new text, if it is as it was; what was noted of it comes with it.
    pub(super) fn take(&mut self, number: usize, checker: &mut Checker<'_>) -> Option<Block> {
        if number == self.first {
            for _ in 0..std::mem::take(&mut self.gone) {
                let gone = self.next()?;
                self.give_up(&gone);
            }
        }
        if (self.first..self.last).contains(&number) {
            return None;
        }
        let mut old = self.next()?;
        let end = self.places.moved(old.kept.range).end();
        let moved_about = old.kept.here.lacks.iter().any(|(name, below)| checker.is_behind(name, end) != *below);
        let spent = old.kept.at_limit || checker.spent.runbook + old.kept.spent > checker.allowed();
        if spent || moved_about || old.kept.here.depends_on(&self.changed) {
            self.give_up(&old);
            return None;
        }
        let place = old.kept.range;
        self.still &= self.places.moved(place) == place;
        let resolutions = self.resolutions.by_ref().take(old.kept.resolutions);
        // What it has from others stands above it.
        if self.still {
            checker.resolutions.extend(resolutions);
        } else {
            // Most of it stands in the block itself.
            let to = self.places.moved(place).start();
            let moved = |range| match place.contains_range(range) {
                true => range - place.start() + to,
                false => self.places.moved(range),
            };
            old.moved(&moved);
            let resolutions = resolutions.map(|found| Resolution { range: moved(found.range), ..found });
            checker.resolutions.extend(resolutions);
        }
        Some(checker.take_over(old))
    }

    /// These lets may be others now.
    pub(super) fn changed<'n>(&mut self, names: impl Iterator<Item = &'n Name>) {
        self.changed.extend(names.cloned());
    }

    fn next(&mut self) -> Option<Old> {
        let (block, kept) = (self.blocks.next()?, self.kept.next()?);
        let lets = self.lets.by_ref().take(kept.lets).collect();
        Some(Old { block, kept, lets })
    }

    /// What is not taken over.
    fn give_up(&mut self, old: &Old) {
        self.changed(old.lets.iter().map(|defined| &defined.info.name));
        self.resolutions.by_ref().take(old.kept.resolutions).for_each(drop);
    }
}

impl Moved for Old {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.block.moved(to);
        self.kept.range.moved(to);
        self.kept.diagnostics.moved(to);
        self.lets.moved(to);
    }
}

impl Checker<'_> {
    fn take_over(&mut self, old: Old) -> Block {
        for name in &old.kept.here.uses {
            if let Some(&place) = self.by_name.get(name) {
                self.lets[place].used = true;
            }
        }
        for mut defined in old.lets {
            defined.used = defined.used_within;
            self.by_name.insert(defined.info.name.clone(), self.lets.len());
            self.lets.push(defined);
        }
        self.awaited.extend(old.kept.here.lacks.iter().map(|(name, _)| name.clone()));
        self.used_params.extend(old.kept.here.params.iter().cloned());
        self.diagnostics.extend_from_slice(&old.kept.diagnostics);
        self.spent.runbook += old.kept.spent;
        self.kept.push(old.kept);
        old.block
    }
}

/// Where the blocks of the text before begin now; none where they are gone.
struct Places {
    known: Vec<(TextRange, Option<TextSize>)>,
}

impl Places {
    fn moved(&self, range: TextRange) -> TextRange {
        let after = self.known.partition_point(|(block, _)| block.start() <= range.start());
        match after.checked_sub(1).map(|place| self.known[place]) {
            Some((block, Some(start))) if block.contains_range(range) => range - block.start() + start,
            _ => range,
        }
    }
}

/// After an edit in another block it is even the same node.
fn reads_same(green: &GreenNode, node: &SyntaxNode) -> bool {
    let other = node.green();
    std::ptr::eq::<GreenNodeData>(&**green, &*other) || **green == *other
}
