//! Keys of `join` and `lookup`: fields that both sides have, of one type.

use syntax::{Field, Schema};

use super::{FAIR, FIRST, Item, ItemKind, List};
use crate::features::bits::Bit;
use crate::features::schemas;

impl<'a> List<'a> {
    pub(super) fn join_keys(&mut self) {
        let (Some(left), Some(right)) = (self.schema(), self.other_side()) else { return };
        let word = self.document.slice(self.place.word);
        if let Some(beside) = &self.place.beside {
            if let [Bit::Name(name)] = beside.left.as_slice() {
                match name.split_once('.') {
                    Some(("$left", name)) => self.side_fields("$right", right, left.field(name)),
                    Some(("$right", name)) => self.side_fields("$left", left, right.field(name)),
                    _ => {}
                }
            }
            return;
        }
        for (side, schema) in [("$left", left), ("$right", right)] {
            if word.starts_with(side) {
                return self.side_fields(side, schema, None);
            }
        }
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

    /// The fields of a side, as they are written where the two have other names; of this one's type.
    fn side_fields(&mut self, side: &str, schema: &Schema, equal: Option<&Field>) {
        for field in schema.fields.iter().filter(|field| equal.is_none_or(|equal| equal.ty == field.ty)) {
            let label = format!("{side}.{}", field.name);
            let insert = format!("{side}.{}", schemas::written(&field.name));
            let item = Item::new(&label, ItemKind::Field, field.ty.word());
            let same = if equal.is_some_and(|equal| equal.name == field.name) { 1.0 } else { 0.0 };
            self.add(FIRST, same, Item { insert, ..item });
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
