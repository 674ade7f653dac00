//! Which field of the source a name stands for, stage by stage: itself, until a stage makes it anew.

use std::collections::HashMap;

use crate::Name;
use crate::pipeline::{ExprKind, LookupKind, Named, StageKind};

pub(super) struct Origins {
    /// Names that do not stand for the field of the same name; None for what was computed.
    known: HashMap<Name, Option<Name>>,
    /// All other names stand for themselves.
    rest: bool,
}

impl Origins {
    pub(super) fn new() -> Origins {
        Origins { known: HashMap::new(), rest: true }
    }

    /// The source's own name of a field; None where no field of the source is the same.
    pub(super) fn of(&self, name: &Name) -> Option<Name> {
        match self.known.get(name) {
            Some(origin) => origin.clone(),
            None => self.rest.then(|| name.clone()),
        }
    }

    /// Behind this stage.
    pub(super) fn pass(&mut self, kind: &StageKind) {
        match kind {
            StageKind::Where(_)
            | StageKind::Take(_)
            | StageKind::Tail(_)
            | StageKind::Distinct(_)
            | StageKind::Drop(_)
            | StageKind::Reorder(_)
            | StageKind::Top { .. }
            | StageKind::Sort { .. }
            | StageKind::Sample(_)
            | StageKind::Assert(_) => {}
            StageKind::Extend(made) => {
                let made = self.renamed(made);
                self.known.extend(made);
            }
            StageKind::Project(made) => self.only(made),
            StageKind::Summarize(summarize) => self.only(&summarize.keys),
            StageKind::Rename(pairs) => {
                let moved: Vec<_> = pairs.iter().map(|(old, new)| (new.clone(), self.of(old))).collect();
                self.known.extend(pairs.iter().map(|(old, _)| (old.clone(), None)));
                self.known.extend(moved);
            }
            StageKind::Parse(parse) => self.known.extend(parse.fields().map(|field| (field.name.clone(), None))),
            StageKind::ParseKv(parse) => self.known.extend(parse.fields.iter().map(|field| (field.name.clone(), None))),
            StageKind::MvExpand(expand) => {
                self.known.extend(expand.items.iter().map(|item| (item.named.name.clone(), None)));
                // What the inner stages leave may be theirs.
                let inner = expand.inner.last().into_iter().flat_map(|last| last.output.fields.iter());
                self.known.extend(inner.map(|field| (field.name.clone(), None)));
            }
            // Members that are still to come may have any name.
            StageKind::Unpack(_) => {
                self.known.clear();
                self.rest = false;
            }
            StageKind::OverRows(rows) => {
                self.known.extend(rows.columns.iter().map(|column| (column.name.clone(), None)));
            }
            StageKind::Join(join) => {
                if !join.kind.gives_left() {
                    self.known.clear();
                    self.rest = false;
                }
                self.known.extend(join.added.iter().map(|(_, name)| (name.clone(), None)));
            }
            StageKind::Lookup(lookup) => {
                self.known.extend(lookup.added.iter().map(|(_, name)| (name.clone(), None)));
                if let LookupKind::Member(name) = &lookup.kind {
                    self.known.insert(name.clone(), None);
                }
            }
            StageKind::Union(_) | StageKind::TopHitters(_) | StageKind::Getschema(_) => {
                self.known.clear();
                self.rest = false;
            }
        }
    }

    fn only(&mut self, made: &[Named]) {
        self.known = self.renamed(made).into_iter().collect();
        self.rest = false;
    }

    fn renamed(&self, made: &[Named]) -> Vec<(Name, Option<Name>)> {
        let origin = |named: &Named| match &named.expr.kind {
            ExprKind::Field(own) => self.of(own),
            _ => None,
        };
        made.iter().map(|named| (named.name.clone(), origin(named))).collect()
    }
}
