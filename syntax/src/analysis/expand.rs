//! `mv-expand`: a row for each element.

use super::check::Checker;
use super::names;
use super::parse::set;
use super::pipelines::Flow;
use crate::ast;
use crate::catalog::functions::Arg;
use crate::pipeline::{Expanded, MvExpand, Named, StageKind};
use crate::{Diagnostic, Field, Type};

impl Checker<'_> {
    pub(super) fn mv_expand(&mut self, expand: &ast::MvExpandStage, flow: &mut Flow) -> Option<()> {
        let mut made = MvExpand { items: Vec::new(), limit: None, index: None, bags_as_arrays: false };
        for property in expand.properties() {
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
                ("bagexpansion", "bag") => made.bags_as_arrays = false,
                ("bagexpansion", "array") => made.bags_as_arrays = true,
                ("bagexpansion", other) => {
                    self.report(Diagnostic::unknown_kind(value.range(), "bagexpansion", other, ["bag", "array"]));
                    return None;
                }
                (other, _) => {
                    let known = ["bagexpansion", "with_itemindex"];
                    self.report(Diagnostic::unknown_property(name.range(), "mv-expand", other, known));
                    return None;
                }
            }
        }
        for item in expand.items() {
            let inner = item.item()?;
            let expr = self.over(&inner.expr()?, flow)?;
            let expr = self.argument(Arg::Dynamic, "array", expr)?;
            let name = match inner.name() {
                Some(name) => name.text().into(),
                None => names::column(&expr, std::iter::empty()),
            };
            let written = inner.name().map(|name| name.range());
            if written.is_some() || names::still(&expr, &name).is_none() {
                self.note_made(&name, written, inner.range());
            }
            let ty = self.type_name(item.ty(), Type::Dynamic)?;
            made.items.push(Expanded { named: Named { name, expr }, ty });
        }
        if let Some(limit) = expand.limit() {
            made.limit = Some(self.count(Some(limit), "the number of elements", "mv-expand events limit 10")?);
        }
        let mut output = flow.schema.clone();
        for item in &made.items {
            set(&mut output, Field { name: item.named.name.clone(), ty: item.ty });
        }
        if let Some(index) = &made.index {
            set(&mut output, Field { name: index.clone(), ty: Type::Long });
        }
        flow.push(expand.range(), StageKind::MvExpand(made), output);
        Some(())
    }
}
