//! `mv-expand`: a row for each element; `mv-apply`: stages over the rows of each event.

use super::check::Checker;
use super::names::{self, Taken};
use super::parse::set;
use super::pipelines::Flow;
use super::rows::Order;
use crate::ast;
use crate::catalog::functions::Arg;
use crate::pipeline::{Expanded, MvExpand, Named, StageKind};
use crate::{Diagnostic, Field, Name, Schema, Type};

impl Checker<'_> {
    pub(super) fn mv_expand(&mut self, expand: &ast::MvExpandStage, flow: &mut Flow) -> Option<()> {
        let made = self.expand_items(expand.properties(), expand.items(), expand.limit(), "mv-expand", flow)?;
        let output = with_elements(&made, &flow.schema);
        flow.push(expand.range(), StageKind::MvExpand(made), output);
        Some(())
    }

    /// The inner stages see the event's fields and the elements; what leaves them is put beside the event's fields.
    pub(super) fn mv_apply(&mut self, apply: &ast::MvApplyStage, flow: &mut Flow) -> Option<()> {
        let inner = apply.inner()?;
        // A pipeline in parentheses can be a value too.
        let limit = apply.limit().filter(|limit| limit.range() != inner.range());
        let mut made = self.expand_items(apply.properties(), apply.items(), limit, "mv-apply", flow)?;
        let entering = with_elements(&made, &flow.schema);
        let inner = inner.pipeline()?;
        let mut own = flow.clone();
        own.schema = Schema { open: false, ..entering };
        own.input = own.schema.clone();
        own.stages = Vec::new();
        // An event's rows have an end.
        (own.bounded, own.windowed) = (true, false);
        (own.order, own.several) = (Some(Order::default()), false);
        for stage in inner.stages() {
            if let Some(word) = stage.word().filter(|word| REFUSED.contains(&word.text())) {
                self.report(Diagnostic::not_within_apply(word.text_range(), word.text()));
                return None;
            }
            let before = own.schema.clone();
            self.stage(&stage, &mut own)?;
            self.note_stage(stage.range(), &before, &own.schema);
        }
        // What an element replaced is there only if the inner stages let it through.
        let expanded = |name: &Name| made.items.iter().any(|item| item.named.name == *name);
        let mut output = flow.schema.clone();
        output.fields.retain(|field| !expanded(&field.name) || own.schema.field(&field.name).is_some());
        own.schema.fields.iter().for_each(|field| set(&mut output, field.clone()));
        output.time = flow
            .schema
            .time
            .clone()
            .filter(|time| !expanded(time) && !own.stages.iter().any(|stage| stage.kind.makes(time)));
        made.inner = own.stages;
        flow.push(apply.range(), StageKind::MvExpand(made), output);
        Some(())
    }

    fn expand_items(
        &mut self,
        properties: impl Iterator<Item = ast::Property>,
        items: impl Iterator<Item = ast::MvExpandItem>,
        limit: Option<ast::Expr>,
        stage: &str,
        flow: &mut Flow,
    ) -> Option<MvExpand> {
        let mut made =
            MvExpand { items: Vec::new(), limit: None, index: None, bags_as_arrays: false, inner: Vec::new() };
        for property in properties {
            let (Some(name), Some(value)) = (property.name(), property.value()) else { continue };
            let word = match &value {
                ast::Expr::Name(word) => word.text(),
                _ => String::new(),
            };
            match (name.text().as_str(), word.as_str()) {
                ("with_itemindex", index) if !index.is_empty() => {
                    self.note_made(&index.into(), Some(value.range()), value.range());
                    made.index = Some(index.into());
                }
                ("bagexpansion" | "kind", "bag") => made.bags_as_arrays = false,
                ("bagexpansion" | "kind", "array") => made.bags_as_arrays = true,
                ("bagexpansion" | "kind", other) => {
                    self.report(Diagnostic::unknown_kind(value.range(), "bagexpansion", other, ["bag", "array"]));
                    return None;
                }
                (other, _) => {
                    let known = ["bagexpansion", "with_itemindex"];
                    self.report(Diagnostic::unknown_property(name.range(), stage, other, known));
                    return None;
                }
            }
        }
        for item in items {
            let inner = item.item()?;
            let expr = self.over(&inner.expr()?, flow)?;
            let expr = self.argument(Arg::Dynamic, "array", expr)?;
            let name = match inner.name() {
                Some(name) => name.text().into(),
                None => Taken::default().column(&expr),
            };
            let written = inner.name().map(|name| name.range());
            if written.is_some() || names::still(&expr, &name).is_none() {
                self.note_made(&name, written, inner.range());
            }
            let ty = self.type_name(item.ty(), Type::Dynamic)?;
            made.items.push(Expanded { named: Named { name, expr }, ty });
        }
        if let Some(limit) = limit {
            made.limit = Some(self.count(Some(limit), "the number of elements", "mv-expand events limit 10")?);
        }
        Some(made)
    }
}

/// Stages whose answer is not one event's, or that need more than its rows.
const REFUSED: [&str; 8] = ["union", "join", "lookup", "render", "sample", "assert", "getschema", "tail"];

fn with_elements(made: &MvExpand, entering: &Schema) -> Schema {
    let mut output = entering.clone();
    for item in &made.items {
        set(&mut output, Field { name: item.named.name.clone(), ty: item.ty });
    }
    if let Some(index) = &made.index {
        set(&mut output, Field { name: index.clone(), ty: Type::Long });
    }
    output
}
