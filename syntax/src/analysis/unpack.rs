//! `evaluate bag_unpack(bag) : (name:type, …)`: members of a bag as fields. Where they are not named, those that are
//! asked for behind it and those that were seen are the fields; where that cannot be, they have to be named.

use super::check::Checker;
use super::expression::{Scope, member};
use super::operators::{convert, elements};
use super::parse::set;
use super::pipelines::Flow;
use crate::ast::{self, AstNode};
use crate::catalog::functions::Arg;
use crate::pipeline::{Expr, ExprKind, Named, StageKind, Unpack, looks_ahead};
use crate::{Diagnostic, Field, Name, TextRange, Value};

const SIGNATURE: &str =
    "bag_unpack(bag: dynamic, [prefix: string], [columnsConflict=\"error\"], [ignoredProperties=dynamic([])])";

/// What becomes of a field that is there already.
const CONFLICTS: [&str; 3] = ["error", "replace_source", "keep_source"];

impl Checker<'_> {
    pub(super) fn evaluate(&mut self, stage: &ast::EvaluateStage, flow: &mut Flow) -> Option<()> {
        let call = stage.call()?;
        let ast::Expr::Call(call) = &call else {
            self.report(Diagnostic::unknown_plugin(call.range(), call.syntax().text().to_string().trim()));
            return None;
        };
        let plugin = call.function()?;
        if plugin.text() != "bag_unpack" {
            self.report(Diagnostic::unknown_plugin(plugin.range(), &plugin.text()));
            return None;
        }
        let columns = stage.columns();
        if columns.is_none() && !looks_ahead(&flow.stages) {
            self.report(Diagnostic::unpack_without_columns(stage.range(), call.range(), &known_members(call, flow)));
            return None;
        }
        let args: Vec<ast::Item> = call.args().map(|list| list.args().collect()).unwrap_or_default();
        let (mut bag, mut prefix, mut conflict) = (None, String::new(), CONFLICTS[0]);
        let mut ignored: Vec<Name> = Vec::new();
        for (place, arg) in args.iter().enumerate() {
            let value = arg.expr()?;
            match (arg.name().map(|name| name.text()).as_deref(), place) {
                (None, 0) => {
                    let checked = self.over(&value, flow)?;
                    bag = Some(self.argument(Arg::Dynamic, "bag", checked)?);
                }
                (None | Some("OutputColumnPrefix"), _) if place == 1 => prefix = self.fixed(&value, "the prefix")?,
                (None | Some("columnsConflict"), _) if place > 0 => {
                    let written = self.fixed(&value, "`columnsConflict`")?;
                    let Some(known) = CONFLICTS.iter().find(|known| **known == written) else {
                        self.report(Diagnostic::unknown_choice(value.range(), "columnsConflict", &written, &CONFLICTS));
                        return None;
                    };
                    conflict = known;
                }
                // Of columns that are named only those are made.
                (Some("ignoredProperties"), _) => {
                    let checked = self.expr(&value, &mut Scope::constant())?;
                    let Some(names) = elements(&checked) else {
                        let what = "`ignoredProperties`";
                        self.report(Diagnostic::not_constant(value.range(), what, "dynamic([\"name\"])"));
                        return None;
                    };
                    ignored = names
                        .into_iter()
                        .filter_map(|name| match name.kind {
                            ExprKind::Literal(Value::String(name)) => Some(name.as_ref().into()),
                            _ => None,
                        })
                        .collect();
                }
                (Some(name), _) => {
                    let known = ["OutputColumnPrefix", "columnsConflict", "ignoredProperties"];
                    self.report(Diagnostic::unknown_property(arg.range(), "bag_unpack", name, known));
                    return None;
                }
                (None, _) => {
                    self.report(Diagnostic::argument_count(call.range(), SIGNATURE, args.len()));
                    return None;
                }
            }
        }
        let Some(bag) = bag else {
            self.report(Diagnostic::argument_count(call.range(), SIGNATURE, args.len()));
            return None;
        };
        let of: Option<Name> = match &bag.kind {
            ExprKind::Field(name) => Some(name.clone()),
            _ => None,
        };
        let Some(columns) = columns else {
            let unpack = Unpack { bag, prefix: prefix.into(), ignored, made: Vec::new() };
            return self.unpack_open(stage.range(), unpack, of, conflict, flow);
        };
        let mut made: Vec<Named> = Vec::new();
        for column in columns.columns() {
            let name = column.name()?;
            let text: Name = name.text().into();
            let ty = self.type_name(column.ty(), crate::Type::Dynamic)?;
            self.note_made(&text, Some(name.range()), name.range());
            let range = name.range();
            let present = flow.schema.field(&text).filter(|_| of.as_ref() != Some(&text)).cloned();
            let own = match (present, conflict) {
                (Some(_), "error") => {
                    self.report(Diagnostic::unpack_conflict(range, &text));
                    return None;
                }
                (Some(field), "keep_source") => Some(Expr { kind: ExprKind::Field(field.name), ty: field.ty, range }),
                _ => None,
            };
            let expr = own.unwrap_or_else(|| {
                let key = text.strip_prefix(&*prefix).unwrap_or(&text);
                convert(member(bag.clone(), key, range), ty)
            });
            made.push(Named { name: text, expr });
        }
        if columns.rest().is_none() {
            return self.project(flow, stage.range(), made);
        }
        let mut output = flow.schema.clone();
        made.iter().for_each(|named| set(&mut output, Field { name: named.name.clone(), ty: named.expr.ty }));
        let replaced = of.as_ref().is_some_and(|of| made.iter().any(|named| named.name == *of));
        flow.push(stage.range(), StageKind::Extend(made), output.clone());
        if let Some(of) = of.filter(|_| !replaced) {
            output.fields.retain(|field| field.name != of);
            output.time = output.time.filter(|time| *time != of);
            flow.push(stage.range(), StageKind::Drop(vec![of]), output);
        }
        Some(())
    }

    /// The members that were seen, and more as they come.
    fn unpack_open(
        &mut self,
        range: TextRange,
        mut unpack: Unpack,
        of: Option<Name>,
        conflict: &str,
        flow: &mut Flow,
    ) -> Option<()> {
        let seen = self.context.unpacked.get(&range.start()).cloned().unwrap_or_default();
        let mut output = flow.schema.clone();
        for member in seen {
            let name: Name = format!("{}{}", unpack.prefix, member.name).into();
            let present = flow.schema.field(&name).is_some() && of.as_ref() != Some(&name);
            match conflict {
                "error" if present => {
                    self.report(Diagnostic::unpack_conflict(range, &name));
                    return None;
                }
                "keep_source" if present => continue,
                _ => {}
            }
            let field = Field { name, ty: member.ty };
            if unpack.key(&field.name).is_some() {
                unpack.add(&field, range);
                self.note_given(field.name.clone(), range);
                set(&mut output, field);
            }
        }
        output.open = true;
        let replaced = of.as_ref().is_some_and(|of| unpack.made.iter().any(|named| named.name == *of));
        flow.push(range, StageKind::Unpack(unpack), output.clone());
        if let Some(of) = of.filter(|_| !replaced) {
            output.fields.retain(|field| field.name != of);
            output.time = output.time.filter(|time| *time != of);
            flow.push(range, StageKind::Drop(vec![of]), output);
        }
        Some(())
    }

    /// A text that is known before anything runs.
    fn fixed(&mut self, value: &ast::Expr, what: &str) -> Option<String> {
        match self.expr_as(value, crate::Type::String, what, &mut Scope::constant())?.kind {
            ExprKind::Literal(Value::String(text)) => Some(text.to_string()),
            _ => {
                self.report(Diagnostic::not_constant(value.range(), what, "bag_unpack(bag, \"bag_\")"));
                None
            }
        }
    }
}

/// What the source is known to have of the bag's members, as columns.
fn known_members(call: &ast::CallExpr, flow: &Flow) -> Vec<String> {
    let mut args = call.args().into_iter().flat_map(|list| list.args().collect::<Vec<_>>());
    let Some(ast::Expr::Name(bag)) = args.next().and_then(|arg| arg.expr()) else { return Vec::new() };
    let prefix = match args.next().and_then(|arg| arg.expr()) {
        Some(ast::Expr::Literal(prefix)) => match prefix.value() {
            Ok(Value::String(prefix)) => prefix,
            _ => "".into(),
        },
        _ => "".into(),
    };
    let inside = format!("{}.", bag.text());
    let member = |field: &Field| {
        let name = field.name.strip_prefix(&*inside).filter(|name| !name.contains('.'))?;
        Some(format!("{prefix}{name}:{}", field.ty))
    };
    flow.schema.fields.iter().filter_map(member).collect()
}
