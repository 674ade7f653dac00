//! `evaluate bag_unpack(bag)` whose columns are not named: members of a bag as fields, as they come.

use std::sync::Arc;

use super::{Expr, ExprKind, Function, Named, Stage, StageKind};
use crate::{Field, Name, TextRange, Type, Value};

/// Adds a field for each member that is known. A runner that finds others has the text analysed again.
#[derive(Clone, Debug)]
pub struct Unpack {
    pub bag: Expr,
    /// Stands before the name of each member.
    pub prefix: Arc<str>,
    /// Members that become no fields.
    pub ignored: Vec<Name>,
    pub made: Vec<Named>,
}

impl Unpack {
    /// Which member has this name as a field; None where none can.
    pub fn key<'a>(&self, name: &'a str) -> Option<&'a str> {
        let key = name.strip_prefix(&*self.prefix)?;
        self.ignored.iter().all(|ignored| **ignored != *key).then_some(key)
    }

    /// The member as a field of this name and type.
    pub(crate) fn add(&mut self, field: &Field, range: TextRange) {
        let Some(key) = self.key(&field.name) else { return };
        let key = Expr { kind: ExprKind::Literal(Value::String(key.into())), ty: Type::String, range };
        let args = vec![self.bag.clone(), key];
        let member = Expr { kind: ExprKind::Call { function: Function::Index, args }, ty: Type::Dynamic, range };
        let expr = crate::analysis::converted(member, field.ty);
        self.made.push(Named { name: field.name.clone(), expr });
    }
}

/// The stage before which the rows do not depend on each other, so that whoever runs it can look at the bags ahead.
pub fn looks_ahead(stages: &[Stage]) -> bool {
    stages.iter().all(|stage| {
        matches!(
            stage.kind,
            StageKind::Where(_)
                | StageKind::Extend(_)
                | StageKind::Project(_)
                | StageKind::Drop(_)
                | StageKind::Rename(_)
                | StageKind::Reorder(_)
                | StageKind::Parse(_)
                | StageKind::ParseKv(_)
                | StageKind::MvExpand(_)
                | StageKind::Unpack(_)
        )
    })
}
