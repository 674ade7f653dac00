//! Keys of `join` and `lookup`: fields that both sides have, of one type.

use syntax::Schema;

use super::{FAIR, FIRST, Item, ItemKind, List};
use crate::features::schemas;

impl<'a> List<'a> {
    pub(super) fn join_keys(&mut self) {
        let (Some(left), Some(right)) = (self.schema(), self.other_side()) else { return };
        for field in &left.fields {
            let Some(other) = right.field(&field.name).filter(|other| other.ty == field.ty) else { continue };
            let insert = schemas::written(&field.name);
            let item = Item::new(&field.name, ItemKind::Field, format!("{}, on both sides", other.ty));
            // What names one thing on both sides joins them; a time hardly ever does.
            let id = if field.name.ends_with(".id") || *field.name == *"id" { 1.0 } else { 0.0 };
            let time = left.time.as_ref() == Some(&field.name);
            self.add(if time { FAIR } else { FIRST }, id, Item { insert, ..item });
        }
    }

    /// What leaves the pipeline in the parentheses before the cursor.
    fn other_side(&self) -> Option<&'a Schema> {
        let join = self.place.stage.as_ref()?;
        let stages = &self.document.analysis().blocks.get(self.place.block)?.stages;
        let between = stages
            .iter()
            .filter(|stage| stage.range.start() > join.start && stage.range.end() <= self.place.word.start());
        between.max_by_key(|stage| stage.range.end()).map(|stage| &stage.output)
    }
}
