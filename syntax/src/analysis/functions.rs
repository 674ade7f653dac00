//! Functions of the user's own: `let slow = (limit: timespan) { … };`. A call is the function's body with the
//! arguments in the place of its parameters; nothing of a function is left in the pipeline.
//!
//! A body sees its parameters, its own lets and those above it, and no field of the events that it is called over.

use std::collections::BTreeMap;

use super::check::{Binding, Bound, Checker};
use super::expression::Scope;
use super::operators::convert;
use super::pipelines::Flow;
use crate::ast::{self, AstNode};
use crate::diagnostic::Code;
use crate::pipeline::{Expr, ExprKind};
use crate::{Diagnostic, Field, Schema, Severity, TextRange, Type};

/// Calls within calls.
const DEEPEST: usize = 32;
/// Calls that one block may ask for, those within bodies included.
const CALLS: usize = 1_000;
/// Parts of the expression that one call may become.
const PARTS: usize = 20_000;

/// What a function gives.
pub(super) enum Given {
    Value(Expr),
    Pipeline(Box<Flow>),
}

/// The arguments of one call, and the lets of the body so far.
/// In an order of its own, so that a finding lists them as it did before.
pub(super) type Frame = BTreeMap<String, Bound>;

impl Checker<'_> {
    /// Checks the body with parameters of which only the type is known. What depends on the arguments is said at
    /// the calls.
    pub(super) fn define_function(&mut self, define: &ast::Let, function: &ast::Function) -> Bound {
        let before = self.diagnostics.len();
        let Some(frame) = self.placeholders(function) else { return Bound::Broken };
        self.body(function, frame);
        let mut found = self.diagnostics.split_off(before);
        found.retain(|found| found.code != Code::NotConstant);
        let wrong = found.iter().any(|found| found.severity == Severity::Error);
        self.diagnostics.extend(found);
        if wrong || function.body().and_then(|body| body.value()).is_none() {
            return Bound::Broken;
        }
        Bound::Function(define.range())
    }

    fn placeholders(&mut self, function: &ast::Function) -> Option<Frame> {
        let mut frame = Frame::new();
        for parameter in function.parameters()?.parameters() {
            let name = parameter.name()?;
            let bound = match parameter.table() {
                Some(table) => {
                    let mut fields: Vec<Field> = Vec::new();
                    for column in table.columns() {
                        fields.push(Field::new(column.name()?.text(), self.parameter_type(column.ty())?));
                    }
                    let open = ast::tokens(table.syntax()).count() <= 2 && fields.is_empty();
                    let time = fields.iter().find(|field| field.ty == Type::Datetime).map(|field| field.name.clone());
                    let schema = Schema { fields: fields.into(), open, time };
                    Bound::Flow(Box::new(Flow::of("", schema)))
                }
                None => {
                    let ty = self.parameter_type(parameter.ty())?;
                    let kind = ExprKind::Field(format!("$parameter.{}", name.text()).into());
                    Bound::Expr(Expr { kind, ty, range: name.range() })
                }
            };
            if frame.insert(name.text(), bound).is_some() {
                self.report(Diagnostic::duplicate_name(name.range(), &name.text()));
                return None;
            }
        }
        Some(frame)
    }

    /// Kusto's `guid` and `decimal` too, which are a string and a real here.
    fn parameter_type(&mut self, written: Option<ast::TypeName>) -> Option<Type> {
        match written.as_ref().map(|written| written.text()).as_deref() {
            Some("guid" | "uuid") => Some(Type::String),
            Some("decimal") => Some(Type::Real),
            _ => self.type_name(written, Type::String),
        }
    }

    /// The function of this name, if a `let` defines one.
    pub(super) fn function_named(&mut self, name: &str) -> Option<ast::Function> {
        let range = self.function_range(name)?;
        let node = match self.root.covering_element(range) {
            rowan::NodeOrToken::Node(node) => node,
            rowan::NodeOrToken::Token(token) => token.parent()?,
        };
        let define = node.ancestors().filter_map(ast::Let::cast).find(|define| define.range() == range)?;
        match define.value()? {
            ast::LetValue::Function(function) => Some(function),
            _ => None,
        }
    }

    /// By its body: it ends in a pipeline.
    pub(super) fn is_tabular(&mut self, function: &ast::Function) -> bool {
        let Some(body) = function.body() else { return false };
        match body.value() {
            Some(ast::BodyValue::Pipeline(_)) => true,
            Some(ast::BodyValue::Expr(ast::Expr::Name(name))) => {
                let name = name.text();
                let mut parameters = function.parameters().into_iter().flat_map(|all| all.parameters());
                let given = parameters.find(|parameter| parameter.name().is_some_and(|known| known.text() == name));
                let local = body.lets().find(|define| define.name().is_some_and(|known| known.text() == name));
                match (given, local) {
                    (Some(parameter), _) => parameter.table().is_some(),
                    (_, Some(local)) => matches!(local.value(), Some(ast::LetValue::Pipeline(_))),
                    _ => self.names_pipeline(&name),
                }
            }
            // A function that took the name of one that it calls would be asked about without an end.
            Some(ast::BodyValue::Expr(ast::Expr::Call(call))) if self.asking < DEEPEST => {
                self.asking += 1;
                let gives = self.gives_pipeline(&call);
                self.asking -= 1;
                gives
            }
            _ => false,
        }
    }

    /// A call in an expression.
    pub(super) fn call_value(
        &mut self,
        function: &ast::Function,
        written: &ast::CallExpr,
        scope: &mut Scope<'_>,
    ) -> Option<Expr> {
        match self.apply(function, written, None, scope)? {
            Given::Value(expr) => Some(Expr { range: written.range(), ..expr }),
            Given::Pipeline(_) => {
                self.report(Diagnostic::not_a_value(written.range(), &written.function()?.text()));
                None
            }
        }
    }

    /// A call where a pipeline begins.
    pub(super) fn call_source(&mut self, written: &ast::CallExpr) -> Option<Flow> {
        self.call_pipeline(written, None)
    }

    /// The same, maybe with rows as its first argument: `invoke f(x)`.
    pub(super) fn call_pipeline(&mut self, written: &ast::CallExpr, rows: Option<Flow>) -> Option<Flow> {
        let name = written.function()?;
        if self.is_broken(&name.text()) {
            return None;
        }
        let Some(function) = self.function_named(&name.text()) else {
            self.here.asks_all();
            let known = self.pipeline_names().into_iter().map(str::to_owned).collect::<Vec<_>>();
            self.report(Diagnostic::unknown_source(name.range(), &name.text(), known.iter().map(String::as_str)));
            return None;
        };
        match self.apply(&function, written, rows, &mut Scope::constant())? {
            Given::Pipeline(flow) => Some(*flow),
            Given::Value(_) => {
                self.report(Diagnostic::not_a_pipeline(written.range(), &name.text()));
                None
            }
        }
    }

    /// A function without parameters, by its name alone.
    pub(super) fn call_bare(&mut self, name: &ast::NameRef) -> Option<Flow> {
        let function = self.function_named(&name.text())?;
        let frame = self.arguments_of(&function, &name.text(), &[], None, name.range(), &mut Scope::constant())?;
        match self.expanded(&function, frame, name.range(), &name.text())? {
            Given::Pipeline(flow) => Some(*flow),
            Given::Value(_) => {
                self.report(Diagnostic::not_a_pipeline(name.range(), &name.text()));
                None
            }
        }
    }

    fn apply(
        &mut self,
        function: &ast::Function,
        written: &ast::CallExpr,
        rows: Option<Flow>,
        scope: &mut Scope<'_>,
    ) -> Option<Given> {
        let name = written.function()?;
        let text = name.text();
        // Notes that the `let` is used.
        self.binding(&text, name.range());
        let args: Vec<ast::Item> = written.args().map(|list| list.args().collect()).unwrap_or_default();
        let frame = self.arguments_of(function, &text, &args, rows, written.range(), scope)?;
        self.expanded(function, frame, written.range(), &text)
    }

    fn arguments_of(
        &mut self,
        function: &ast::Function,
        name: &str,
        args: &[ast::Item],
        rows: Option<Flow>,
        range: TextRange,
        scope: &mut Scope<'_>,
    ) -> Option<Frame> {
        let parameters: Vec<ast::Parameter> = function.parameters()?.parameters().collect();
        let mut frame = Frame::new();
        let mut rows = rows;
        let mut positional = args.iter().filter(|arg| arg.name().is_none());
        let mut right = true;
        for parameter in &parameters {
            let own = parameter.name()?.text();
            if parameter.table().is_some()
                && let Some(rows) = rows.take()
            {
                frame.insert(own, Bound::Flow(Box::new(rows)));
                continue;
            }
            let named = args.iter().find(|arg| arg.name().is_some_and(|name| name.text() == own));
            let given = named.or_else(|| positional.next()).and_then(ast::Item::expr);
            let Some(value) = given.or_else(|| parameter.default()) else {
                right = false;
                continue;
            };
            let bound = match parameter.table() {
                Some(_) => Bound::Flow(Box::new(self.rows_of(&value)?)),
                None => {
                    let ty = self.parameter_type(parameter.ty())?;
                    let value = self.expr(&value, scope)?;
                    let fits = value.ty == ty
                        || [value.ty, ty].contains(&Type::Dynamic)
                        || (value.ty, ty) == (Type::Long, Type::Real)
                        || super::operators::is_null(&value);
                    if !fits {
                        self.report(Diagnostic::expected_type(value.range, &format!("`{own}`"), ty.word(), value.ty));
                        return None;
                    }
                    Bound::Expr(convert(value, ty))
                }
            };
            frame.insert(own, bound);
        }
        let unknown = args.iter().filter_map(ast::Item::name).find(|name| !frame.contains_key(&name.text()));
        if !right || positional.next().is_some() || unknown.is_some() || rows.is_some() {
            let signature = signature(name, function);
            self.report(Diagnostic::argument_count(range, &signature, args.len()));
            return None;
        }
        Some(frame)
    }

    /// Rows as an argument.
    fn rows_of(&mut self, value: &ast::Expr) -> Option<Flow> {
        if let Some(flow) = self.table_of(value) {
            return flow;
        }
        match value {
            ast::Expr::Name(name) => self.source_named(name),
            _ => {
                let text = self.written(value.range());
                self.report(Diagnostic::not_a_pipeline(value.range(), text.trim()));
                None
            }
        }
    }

    /// The body with these arguments. What is wrong in it then, is so because of them, and is said at the call.
    fn expanded(&mut self, function: &ast::Function, frame: Frame, range: TextRange, name: &str) -> Option<Given> {
        self.calls += 1;
        if self.calls > CALLS || self.frames.len() >= DEEPEST {
            self.report(Diagnostic::too_many_calls(range, name, CALLS));
            return None;
        }
        let (said, resolved, stages) = (self.diagnostics.len(), self.resolutions.len(), self.stages.len());
        let made = std::mem::take(&mut self.made);
        let given = self.body(function, frame);
        self.made = made;
        self.stages.truncate(stages);
        self.resolutions.truncate(resolved);
        let found = self.diagnostics.split_off(said);
        let wrong = found.iter().find(|found| found.severity == Severity::Error);
        if let Some(wrong) = wrong {
            self.report(Diagnostic::wrong_call(range, name, wrong));
            return None;
        }
        if let Some(Given::Value(expr)) = &given
            && parts(expr) > PARTS
        {
            self.report(Diagnostic::too_many_calls(range, name, CALLS));
            return None;
        }
        given
    }

    fn body(&mut self, function: &ast::Function, frame: Frame) -> Option<Given> {
        let broken = std::mem::take(&mut self.broken);
        self.frames.push(frame);
        let given = self.body_value(function);
        self.frames.pop();
        let wrong = std::mem::replace(&mut self.broken, broken);
        given.filter(|_| !wrong)
    }

    fn body_value(&mut self, function: &ast::Function) -> Option<Given> {
        let body = function.body()?;
        for define in body.lets() {
            let bound = self.let_value(&define);
            if let (Some(name), Some(frame)) = (define.name(), self.frames.last_mut()) {
                frame.insert(name.text(), bound);
            }
        }
        match body.value()? {
            ast::BodyValue::Pipeline(pipeline) => self.pipeline(&pipeline).map(|flow| Given::Pipeline(Box::new(flow))),
            ast::BodyValue::Expr(ast::Expr::Name(name)) if self.names_pipeline(&name.text()) => {
                self.source_named(&name).map(|flow| Given::Pipeline(Box::new(flow)))
            }
            ast::BodyValue::Expr(ast::Expr::Call(call)) if self.gives_pipeline(&call) => {
                self.call_source(&call).map(|flow| Given::Pipeline(Box::new(flow)))
            }
            ast::BodyValue::Expr(expr) => self.expr(&expr, &mut Scope::constant()).map(Given::Value),
        }
    }

    /// What a name of the innermost call stands for.
    pub(super) fn local(&self, name: &str) -> Option<&Bound> {
        self.frames.last()?.get(name)
    }

    /// The `let` that defines a function of this name.
    pub(super) fn function_range(&mut self, name: &str) -> Option<TextRange> {
        self.here.asks(name);
        let bound = match self.local(name) {
            Some(bound) => bound,
            None => &self.lets[*self.by_name.get(name)?].meaning,
        };
        match bound {
            Bound::Function(range) => Some(*range),
            _ => None,
        }
    }

    /// A `let` of this name is wrong, and was said there.
    pub(super) fn is_broken(&self, name: &str) -> bool {
        let bound = self.local(name).or_else(|| Some(&self.lets[*self.by_name.get(name)?].meaning));
        matches!(bound, Some(Bound::Broken))
    }

    pub(super) fn local_binding(&self, name: &str) -> Option<Binding> {
        self.local(name).cloned().map(Binding::Let)
    }
}

/// `f(x: long, t: (id: string))`
pub(super) fn signature(name: &str, function: &ast::Function) -> String {
    let parameters = function.parameters().map(|all| all.syntax().text().to_string()).unwrap_or_default();
    let parameters: Vec<&str> = parameters.split_whitespace().collect();
    format!("{name}{}", parameters.join(" "))
}

/// The type of each parameter; none of one that takes a pipeline.
pub(super) fn types(function: &ast::Function) -> Vec<Option<Type>> {
    let parameters = function.parameters().into_iter().flat_map(|all| all.parameters());
    parameters.map(|parameter| parameter.ty().and_then(|ty| Type::from_word(&ty.text()))).collect()
}

fn parts(expr: &Expr) -> usize {
    match &expr.kind {
        ExprKind::Field(_) | ExprKind::Literal(_) => 1,
        ExprKind::Call { args, .. } => 1 + args.iter().map(parts).sum::<usize>(),
    }
}
