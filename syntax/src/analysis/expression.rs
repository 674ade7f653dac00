//! Expressions: what names stand for, which types they have, and the conversions between them.

use super::aggregates::Groups;
use super::check::{Binding, Bound, Checker};
use super::operators::{call, constant, convert, elements, is_null, literal};
use super::pipelines::Flow;
use super::{Resolution, What};
use crate::ast::{self, AstNode};
use crate::catalog::aggregates;
use crate::catalog::functions::{self, Arg, FunctionRow, Returns};
use crate::diagnostic::closest;
use crate::pipeline::{Expr, ExprKind, Function};
use crate::{Diagnostic, Field, Name, Schema, SyntaxKind, TextRange, Type, Value};

/// What an expression can read.
#[derive(Default)]
pub(super) struct Scope<'s> {
    pub(super) schema: Schema,
    /// Where names may come from that the schema does not have.
    pub(super) flow: Option<&'s Flow>,
    /// Fields that were named beyond an open schema, to be read from the source.
    pub(super) beyond: Vec<Field>,
    /// In `summarize`, where aggregates are collected: what groups them, and the events they see.
    pub(super) groups: Option<Groups<'s>>,
}

impl<'s> Scope<'s> {
    /// No event: only constants, lets and parameters.
    pub(super) fn constant() -> Scope<'s> {
        Scope::default()
    }

    pub(super) fn over(flow: &'s Flow) -> Scope<'s> {
        Scope { schema: flow.schema.clone(), flow: Some(flow), ..Scope::default() }
    }
}

impl Checker<'_> {
    /// None where something is wrong, which is then reported.
    pub(super) fn expr(&mut self, expr: &ast::Expr, scope: &mut Scope<'_>) -> Option<Expr> {
        let range = expr.range();
        match expr {
            ast::Expr::Name(name) => self.name(name, scope),
            ast::Expr::Literal(written) => Some(literal(written.value().ok()?, range)),
            ast::Expr::Dynamic(json) => Some(literal(Value::Dynamic(json.json().ok()?.into()), range)),
            ast::Expr::Paren(paren) => self.expr(&paren.expr()?, scope),
            ast::Expr::Prefix(prefix) => self.prefix(prefix, scope),
            ast::Expr::Binary(binary) => self.binary(binary, scope),
            ast::Expr::Call(written) => self.call(written, scope),
            ast::Expr::Index(index) => self.index(index, scope),
            ast::Expr::Field(inner) => {
                let base = self.expr(&inner.base()?, scope)?;
                let key = inner.name()?.text();
                Some(member(base, &key, range))
            }
            // Elsewhere the grammar has said so already.
            ast::Expr::Star(_) | ast::Expr::List(_) | ast::Expr::Range(_) | ast::Expr::Subpipeline(_) => None,
        }
    }

    /// An expression of this type; reports where it cannot be.
    pub(super) fn expr_as(&mut self, expr: &ast::Expr, ty: Type, what: &str, scope: &mut Scope<'_>) -> Option<Expr> {
        let checked = self.expr(expr, scope)?;
        let null = matches!(checked.kind, ExprKind::Literal(Value::Null(_)));
        if checked.ty == ty || null || checked.ty == Type::Dynamic || (checked.ty == Type::Long && ty == Type::Real) {
            return Some(convert(checked, ty));
        }
        self.report(Diagnostic::expected_type(expr.range(), what, ty.word(), checked.ty));
        None
    }

    /// Most names are a field and nothing else.
    fn name(&mut self, name: &ast::NameRef, scope: &mut Scope<'_>) -> Option<Expr> {
        match scope.schema.field(&name.text()).cloned() {
            Some(field) => Some(self.known_field(field, name.range(), &scope.schema)),
            None => self.path(&name.segments(), scope),
        }
    }

    fn known_field(&mut self, field: Field, range: TextRange, schema: &Schema) -> Expr {
        if let Some(new) = crate::catalog::attributes::renamed(&field.name)
            && schema.field(new).is_some()
        {
            self.report(Diagnostic::renamed_field(range, &field.name, new, false));
        }
        self.field(field, range)
    }

    /// A field by its longest match, then a let or parameter, then what an open source may have.
    pub(super) fn path(&mut self, segments: &[ast::Segment], scope: &mut Scope<'_>) -> Option<Expr> {
        let (first, last) = (segments.first()?, segments.last()?);
        let whole = first.range.cover(last.range);
        let texts: Vec<&str> = segments.iter().map(|segment| segment.text.as_str()).collect();
        let joined = texts.join(".");
        // A path may have more parts than any field.
        let longest = scope.schema.fields.iter().map(|field| field.name.len()).max().unwrap_or(0);
        let ends = texts.iter().scan(0, |end, text| {
            *end += text.len() + 1;
            Some(*end - 1)
        });
        let ends: Vec<usize> = ends.take_while(|end| *end <= longest).collect();
        for (count, end) in ends.into_iter().enumerate().map(|(place, end)| (place + 1, end)).rev() {
            let Some(field) = scope.schema.field(&joined[..end]).cloned() else { continue };
            if count < texts.len() && field.ty != Type::Dynamic {
                break;
            }
            let range = first.range.cover(segments[count - 1].range);
            let base = self.known_field(field, range, &scope.schema);
            return Some(members(base, &segments[count..]));
        }
        // A path goes into a dynamic value only; `service.name` has nothing to do with a parameter `service`.
        let binding =
            if texts.len() == 1 || self.is_dynamic(texts[0]) { self.binding(texts[0], first.range) } else { None };
        if let Some(binding) = binding {
            let base = self.bound(binding, texts[0], first.range)?;
            return Some(members(base, &segments[1..]));
        }
        self.missing(whole, &joined, scope)
    }

    /// What stands there is the name of a let or a parameter.
    pub(super) fn is_named(&self, range: TextRange) -> bool {
        self.name_at(range).is_some()
    }

    pub(super) fn name_at(&self, range: TextRange) -> Option<&Name> {
        // It was noted a moment ago.
        self.resolutions.iter().rev().take(8).find_map(|resolution| match &resolution.what {
            What::Let(name) | What::Param(name) if resolution.range == range => Some(name),
            _ => None,
        })
    }

    /// Notes what the name at the range is.
    pub(super) fn note_field(&mut self, Field { name, ty }: Field, range: TextRange) {
        self.resolutions.push(Resolution { range, what: What::Field { name, ty } });
    }

    fn field(&mut self, field: Field, range: TextRange) -> Expr {
        self.note_field(field.clone(), range);
        let Field { name, ty } = field;
        Expr { kind: ExprKind::Field(name), ty, range }
    }

    fn bound(&mut self, binding: Binding, name: &str, range: TextRange) -> Option<Expr> {
        match binding {
            Binding::Let(Bound::Expr(expr)) => Some(Expr { range, ..expr }),
            Binding::Let(Bound::Flow(_)) => {
                self.report(Diagnostic::not_a_value(range, name));
                None
            }
            Binding::Let(Bound::Function(_)) => {
                self.report(Diagnostic::function_alone(range, name));
                None
            }
            Binding::Let(Bound::Broken) => None,
            Binding::Param(Some(value)) => Some(literal(value, range)),
            Binding::Param(None) => {
                // A default or setting that does not fit was reported at its place.
                if !self.bad_params {
                    self.report(Diagnostic::no_value(range, name));
                }
                None
            }
        }
    }

    /// A name that nothing is known of: dynamic where the source is open, else an error.
    fn missing(&mut self, range: TextRange, name: &str, scope: &mut Scope<'_>) -> Option<Expr> {
        let open = scope.flow.is_some_and(|flow| flow.may_have(name));
        let renamed = crate::catalog::attributes::renamed(name);
        if let Some(new) = renamed
            && (scope.schema.field(new).is_some() || open)
        {
            self.report(Diagnostic::renamed_field(range, name, new, !open));
            if !open {
                return None;
            }
        }
        if let Some(groups) = &scope.groups
            && !open
            && groups.events.field(name).is_some()
        {
            self.report(Diagnostic::not_aggregated(range, name));
            return None;
        }
        if open {
            let name: Name = name.into();
            // What the conventions know of it, they know everywhere.
            let ty = crate::catalog::attributes::get(&name).map_or(Type::Dynamic, |attribute| attribute.ty);
            let field = Field { name: name.clone(), ty };
            scope.schema.fields.push(field.clone());
            scope.beyond.push(field.clone());
            return Some(self.field(field, range));
        }
        if self.incomplete_params {
            return None;
        }
        self.here.asks_all();
        let below = self.is_below(name, range);
        let known: Vec<&str> = fields_of(scope).chain(self.value_names()).collect();
        let diagnostic = if below {
            Diagnostic::defined_below(range, name)
        } else if let Some(row) = called_without(name, scope)
            && closest(name, known.iter().copied()).is_none()
        {
            match row {
                Called::Aggregate(row) if scope.groups.is_none() => Diagnostic::aggregate_outside(range, row.word()),
                called => Diagnostic::without_parentheses(range, name, &called.written(name, scope)),
            }
        } else if known.is_empty() || scope.schema.fields.is_empty() && scope.groups.is_none() {
            Diagnostic::unknown_name(range, name, self.value_names())
        } else {
            Diagnostic::unknown_field(range, name, known)
        };
        self.report(diagnostic);
        None
    }

    /// A bare word that nothing here has the name of, beside a text: its quotes are missing. Whether that was said.
    fn unquoted(&mut self, expr: &ast::Expr, scope: &Scope<'_>) -> bool {
        let ast::Expr::Name(name) = expr else { return false };
        let (text, range) = (name.text(), name.range());
        let first = name.segments().into_iter().next().map(|segment| segment.text).unwrap_or_default();
        let open = scope.flow.is_some_and(|flow| flow.may_have(&text));
        self.here.asks(&first);
        let is_something = open
            || self.incomplete_params
            || fields_of(scope).any(|field| field == text || field == first)
            || self.by_name.contains_key(first.as_str())
            || self.local(&first).is_some()
            || self.is_param(&first)
            || crate::catalog::attributes::renamed(&text).is_some();
        if is_something {
            return false;
        }
        self.here.asks_all();
        if self.is_below(&text, range) || closest(&text, fields_of(scope).chain(self.value_names())).is_some() {
            return false;
        }
        self.report(Diagnostic::unquoted(range, &text));
        true
    }

    /// `attributes["x"]` is the field `x`; elsewhere a member or an element.
    fn index(&mut self, index: &ast::IndexExpr, scope: &mut Scope<'_>) -> Option<Expr> {
        let (base, key) = (index.base()?, index.index()?);
        if let (ast::Expr::Name(name), ast::Expr::Literal(key)) = (&base, &key)
            && matches!(name.text().as_str(), "attributes" | "resource" | "resource.attributes")
            && scope.schema.field(&name.text()).is_none()
            && let Ok(Value::String(key)) = key.value()
        {
            if let Some(field) = scope.schema.field(&key).cloned() {
                return Some(self.field(field, index.range()));
            }
            return self.missing(index.range(), &key, scope);
        }
        let base_range = base.range();
        let base = self.expr(&base, scope)?;
        let key = self.expr(&key, scope)?;
        if base.ty != Type::Dynamic {
            self.report(Diagnostic::expected_type(base_range, "this", "dynamic", base.ty));
            return None;
        }
        let key = if key.ty == Type::Long { key } else { convert(key, Type::String) };
        Some(call(Function::Index, vec![base, key], Type::Dynamic, index.range()))
    }

    fn prefix(&mut self, prefix: &ast::PrefixExpr, scope: &mut Scope<'_>) -> Option<Expr> {
        let written = prefix.expr()?;
        let value = self.expr(&written, scope)?;
        // `not x`: the grammar has said how it is written.
        if prefix.operator().is_some_and(|operator| !matches!(operator.text(), "+" | "-")) {
            let value = if value.ty == Type::Dynamic { convert(value, Type::Bool) } else { value };
            let holds = value.ty == Type::Bool;
            return holds.then(|| call(Function::Not, vec![value], Type::Bool, prefix.range()));
        }
        let value = if value.ty == Type::Dynamic { convert(value, Type::Real) } else { value };
        if !Arg::Quantity.takes(value.ty) {
            self.report(Diagnostic::expected_type(written.range(), "this", Arg::Quantity.word(), value.ty));
            return None;
        }
        if prefix.operator().is_some_and(|operator| operator.text() == "+") {
            return Some(value);
        }
        let ty = value.ty;
        let negative = call(Function::Negate, vec![value], ty, prefix.range());
        Some(constant(&negative).map_or(negative, |value| literal(value, prefix.range())))
    }

    fn binary(&mut self, binary: &ast::BinaryExpr, scope: &mut Scope<'_>) -> Option<Expr> {
        let ast::Operation { lhs, operator, rhs, .. } = binary.operation()?;
        let row = functions::by_word(&operator)?;
        let range = binary.range();
        let left = lhs.and_then(|left| self.expr(&left, scope));
        let rhs = rhs?;
        if row.rest
            && let Some(flow) = self.table_of(&rhs)
        {
            return self.in_table(row, left?, flow?, range);
        }
        let text = left.as_ref().is_some_and(|left| left.ty == Type::String) && compares_texts(row);
        let mut args = Vec::with_capacity(2);
        args.extend(left);
        let expected = 1 + match rhs {
            ast::Expr::List(list) => {
                let items = list.items();
                let count = items.clone().count();
                let quoted = |checker: &mut Self, item: &ast::Expr| !text || !checker.unquoted(item, scope);
                let items: Vec<ast::Expr> = items.collect();
                let items: Vec<ast::Expr> = items.into_iter().filter(|item| quoted(self, item)).collect();
                args.extend(items.iter().filter_map(|item| self.expr(item, scope)));
                count
            }
            ast::Expr::Range(bounds) => {
                let low = self.expr(&bounds.low()?, scope);
                let high = self.expr(&bounds.high()?, scope);
                // Kusto's `between (datetime .. timespan)`.
                let high = match (&low, high) {
                    (Some(low), Some(high)) => Some(super::literals::span_after(low, high)),
                    (_, high) => high,
                };
                args.extend([low, high].into_iter().flatten());
                2
            }
            other if text && self.unquoted(&other, scope) => return None,
            other => {
                args.extend(self.expr(&other, scope));
                1
            }
        };
        if expected == 1 {
            self.report(Diagnostic::argument_count(range, &row.signature(), 0));
        }
        // Each that is missing has been reported.
        if args.len() < expected || expected == 1 {
            return None;
        }
        // `in (tiers)` where `let tiers = dynamic(["gold", "platinum"])`.
        if row.rest
            && let [_, list] = args.as_slice()
            && let Some(elements) = elements(list)
        {
            args.truncate(1);
            args.extend(elements);
        }
        use Function::{Add, And, Divide, Modulo, Multiply, Negate, Or, Subtract};
        match row.function {
            And | Or => self.convert_args(row, args, range),
            Add | Subtract | Multiply | Divide | Modulo | Negate => {
                let function = if row.function == Negate { Subtract } else { row.function };
                let right = args.pop()?;
                let left = args.pop()?;
                if function == Add && [left.ty, right.ty].contains(&Type::String) {
                    self.joined(binary);
                    return None;
                }
                self.arithmetic(function, row.word(), range, left, right)
            }
            Function::Equal if args.iter().any(is_null) => {
                if let Some(Expr { kind: ExprKind::Field(name), .. }) = args.iter().find(|arg| !is_null(arg)) {
                    self.report(Diagnostic::null_compared(range, name));
                }
                self.comparison(row.function, row.word(), range, args)
            }
            _ if row.returns == Returns::Compared => {
                self.tell_hidden(&args);
                self.comparison(row.function, row.word(), range, args)
            }
            _ => self.convert_args(row, args, range),
        }
    }

    /// Fields compared with each other, one of them in place of a parameter or `let` of its name.
    fn tell_hidden(&mut self, args: &[Expr]) {
        let [Expr { kind: ExprKind::Field(_), .. }, right] = args else { return };
        let ExprKind::Field(name) = &right.kind else { return };
        self.here.asks(name);
        if let Some(what) = self.hidden(name) {
            self.note_hidden(name);
            self.report(Diagnostic::hidden_name(right.range, name, what));
        }
    }

    /// Texts with `+` between them, all that stand in one row.
    fn joined(&mut self, binary: &ast::BinaryExpr) {
        let Some(ast::Operation { lhs: Some(left), rhs: Some(right), .. }) = binary.operation() else { return };
        let mut parts = vec![left.range(), right.range()];
        let mut whole = binary.clone();
        while let Some(outer) = whole.syntax().parent().and_then(ast::BinaryExpr::cast)
            && let Some(ast::Operation { lhs: Some(left), operator, rhs: Some(right), .. }) = outer.operation()
            && operator == "+"
            && left.syntax() == whole.syntax()
        {
            parts.push(right.range());
            whole = outer;
        }
        let parts: Vec<String> = parts.into_iter().map(|part| self.written(part).trim().to_owned()).collect();
        self.report(Diagnostic::texts_added(whole.range(), &parts));
    }

    /// What has to be a constant, and right before it runs.
    fn check_fixed(&mut self, arg: Arg, name: &str, value: &Expr) {
        let what = match arg {
            Arg::Pattern => "the pattern".to_owned(),
            Arg::Zone => "the time zone".to_owned(),
            Arg::Path => "the path".to_owned(),
            Arg::Fixed(_) | Arg::OneOf(_) => format!("`{name}`"),
            _ => return,
        };
        let Some(Value::String(text)) = constant(value) else {
            let example = match arg {
                Arg::Pattern => r#"@"took \d+ ms""#.to_owned(),
                Arg::Zone => "\"Europe/Berlin\"".to_owned(),
                Arg::Path => "\"$.user.id\"".to_owned(),
                Arg::Fixed(example) => crate::literal::quote(example),
                Arg::OneOf(words) => crate::literal::quote(words.first().copied().unwrap_or("")),
                _ => return,
            };
            self.report(Diagnostic::not_constant(value.range, &what, &example));
            return;
        };
        match arg {
            // The limit is a runner's.
            Arg::Pattern => {
                if let Err(problem) = regex::RegexBuilder::new(&text).size_limit(1 << 20).build() {
                    self.report(Diagnostic::bad_regex(value.range, &problem.to_string()));
                }
            }
            Arg::Zone if jiff::tz::TimeZoneDatabase::bundled().get(&text).is_err() => {
                self.report(Diagnostic::unknown_zone(value.range, &text));
            }
            Arg::Path if crate::json_path::parse(&text).is_none() => {
                self.report(Diagnostic::bad_path(value.range, &text));
            }
            Arg::OneOf(words) if !words.iter().any(|word| word.eq_ignore_ascii_case(&text)) => {
                self.report(Diagnostic::unknown_choice(value.range, name, &text, words));
            }
            _ => {}
        }
    }

    fn call(&mut self, written: &ast::CallExpr, scope: &mut Scope<'_>) -> Option<Expr> {
        let name = written.function()?;
        let word = name.text();
        if let Some(inner) = written.subpipeline() {
            return self.toscalar(&inner, written.range());
        }
        if self.is_broken(&word) {
            return None;
        }
        if let Some(function) = self.function_named(&word) {
            return self.call_value(&function, written, scope);
        }
        let args: Vec<ast::Item> = written.args().map(|list| list.args().collect()).unwrap_or_default();
        if let Some(row) = aggregates::by_word(&word) {
            self.resolutions.push(Resolution { range: name.range(), what: What::Aggregate(row.word()) });
            return self.aggregate(row, &args, written.range(), scope);
        }
        let row = functions::by_word(&word).filter(|row| !row.operator);
        let Some(row) = row else {
            if super::windows::is_window(&word) {
                self.report(Diagnostic::window_outside(name.range(), &word));
                return None;
            }
            let of = match args.as_slice() {
                [one] => Some((written.range(), self.written(one.range()).trim().to_owned())),
                _ => None,
            };
            self.report(Diagnostic::unknown_function(name.range(), &word, of));
            return None;
        };
        self.resolutions.push(Resolution { range: name.range(), what: What::Function(row.function) });
        if matches!(row.function, Function::Extract | Function::ExtractJson)
            && let Some((ty, args)) = typed(&args, row.params.len())
        {
            let checked: Vec<Expr> = args.iter().filter_map(|arg| self.expr(&arg.expr()?, scope)).collect();
            // Each that is missing has been reported.
            let whole = checked.len() == args.len();
            return whole
                .then(|| self.convert_args(row, checked, written.range()))
                .flatten()
                .map(|found| convert(found, ty));
        }
        if row.function == Function::ExtractAll && args.len() == 3 {
            return self.extract_groups(row, &args, written.range(), scope);
        }
        let found = args.len();
        if found < row.least_args() || row.most_args().is_some_and(|most| found > most) {
            let mut diagnostic = Diagnostic::argument_count(written.range(), &row.signature(), found);
            if let (Function::Bin | Function::Floor, [only], Some(time)) =
                (row.function, args.as_slice(), &scope.schema.time)
            {
                diagnostic = match only.expr()? {
                    ast::Expr::Literal(size) if matches!(size.value(), Ok(Value::Timespan(_))) => {
                        diagnostic.argument_before(only.range(), time)
                    }
                    ast::Expr::Name(name) if name.text() == **time => diagnostic.argument_behind(only.range(), "10s"),
                    _ => diagnostic,
                };
            }
            self.report(diagnostic);
            return None;
        }
        let mut checked: Vec<Expr> = args.iter().filter_map(|arg| self.expr(&arg.expr()?, scope)).collect();
        if checked.len() < found {
            return None;
        }
        // All are arrays but a bool at the end.
        if matches!(row.function, Function::ArraySortAsc | Function::ArraySortDesc) {
            let arrays =
                checked.len() - usize::from(found > 1 && checked.last().is_some_and(|last| last.ty == Type::Bool));
            let picked = written.syntax().parent().is_some_and(|outer| outer.kind() == SyntaxKind::INDEX_EXPR);
            if arrays > 1 && !picked {
                self.report(Diagnostic::arrays_in_one(written.range(), row.word()));
            }
            let flag = checked.split_off(arrays);
            let arrays = checked.into_iter().map(|array| self.argument(Arg::Dynamic, "array", array));
            checked = arrays.collect::<Option<Vec<_>>>()?;
            checked.extend(flag);
        }
        // Keys and values come in pairs.
        if row.function == Function::Pack && found % 2 == 1 {
            self.report(Diagnostic::argument_count(written.range(), &row.signature(), found));
            return None;
        }
        if let (Function::CountOf, [_, pattern, kind]) = (row.function, checked.as_slice())
            && matches!(constant(kind), Some(Value::String(kind)) if kind.eq_ignore_ascii_case("regex"))
        {
            self.check_fixed(Arg::Pattern, "pattern", pattern);
        }
        // JSON knows no datetimes: the size says that it is one.
        if let [value, size] = checked.as_mut_slice()
            && matches!(row.function, Function::Bin | Function::Floor)
            && (value.ty, size.ty) == (Type::Dynamic, Type::Timespan)
        {
            *value = convert(value.clone(), Type::Datetime);
        }
        if row.function.is_over_rows() {
            let ExprKind::Call { args, .. } = self.convert_args(row, checked, written.range())?.kind else {
                return None;
            };
            return self.over_rows(row, args, written.range(), scope);
        }
        if row.function == Function::Case {
            return self.case(row, checked, written.range());
        }
        self.convert_args(row, checked, written.range())
    }

    /// `extract_all(pattern, groups, text)`: the groups are a constant array.
    fn extract_groups(
        &mut self,
        row: &FunctionRow,
        args: &[ast::Item],
        range: TextRange,
        scope: &mut Scope<'_>,
    ) -> Option<Expr> {
        let checked: Vec<Expr> = args.iter().filter_map(|arg| self.expr(&arg.expr()?, scope)).collect();
        let [pattern, groups, text] = <[Expr; 3]>::try_from(checked).ok()?;
        let pattern = self.argument(Arg::Pattern, "pattern", pattern)?;
        if !matches!(&groups.kind, ExprKind::Literal(Value::Dynamic(json)) if json.starts_with('[')) {
            self.report(Diagnostic::not_constant(groups.range, "which groups", "dynamic([1])"));
            return None;
        }
        let text = self.argument(Arg::String, "text", text)?;
        Some(call(row.function, vec![pattern, groups, text], Type::Dynamic, range))
    }

    /// `case(condition, value, …, else)`.
    fn case(&mut self, row: &FunctionRow, args: Vec<Expr>, range: TextRange) -> Option<Expr> {
        if args.len().is_multiple_of(2) {
            self.report(Diagnostic::argument_count(range, &row.signature(), args.len()));
            return None;
        }
        let last = args.len() - 1;
        let (mut conditions, mut values) = (Vec::new(), Vec::new());
        for (place, arg) in args.into_iter().enumerate() {
            if place % 2 == 0 && place < last {
                conditions.push(self.argument(Arg::Bool, "condition", arg)?);
            } else {
                values.push(arg);
            }
        }
        let mut values = self.all_common(row.word(), values)?;
        let ty = values[0].ty;
        let otherwise = values.pop()?;
        let mut args: Vec<Expr> = conditions.into_iter().zip(values).flat_map(|(when, then)| [when, then]).collect();
        args.push(otherwise);
        Some(call(Function::Case, args, ty, range))
    }

    /// Each argument as the table wants it.
    fn convert_args(&mut self, row: &FunctionRow, args: Vec<Expr>, range: TextRange) -> Option<Expr> {
        let mut done = Vec::with_capacity(args.len());
        for (place, arg) in args.into_iter().enumerate() {
            let param = row.params.get(place).or(row.params.last())?;
            done.push(self.argument(param.arg, param.name, arg)?);
        }
        let ty = match row.returns {
            Returns::Is(ty) => ty,
            Returns::Same(place) => done.get(place)?.ty,
            Returns::Common(from) => {
                let rest = done.split_off(from);
                done.extend(self.all_common(row.word(), rest)?);
                done.get(from)?.ty
            }
            Returns::Compared | Returns::ByRule => done.first()?.ty,
        };
        // Of times by a length of time, of numbers by a number.
        if row.function == Function::Range {
            let step = (done.len() == 3).then(|| done.pop()).flatten();
            let mut done = self.all_common(row.word(), done)?;
            let first = done.first()?.ty;
            if let Some(step) = step {
                let time = matches!(first, Type::Datetime | Type::Timespan);
                if time != (step.ty == Type::Timespan) {
                    let needed = if time { "timespan" } else { "number" };
                    self.report(Diagnostic::expected_type(step.range, "`step`", needed, step.ty));
                    return None;
                }
                done.push(step);
            }
            return Some(call(row.function, done, ty, range));
        }
        if row.function == Function::BinAt {
            let fixed = done.pop()?;
            let mut done = self.bin_args(done)?;
            let ty = done[0].ty;
            let fits = fixed.ty == ty || (fixed.ty, ty) == (Type::Long, Type::Real);
            if !fits {
                self.report(Diagnostic::expected_type(fixed.range, "`fixed`", ty.word(), fixed.ty));
                return None;
            }
            done.push(convert(fixed, ty));
            return Some(call(row.function, done, ty, range));
        }
        if row.function == Function::Bin || (row.function == Function::Floor && done.len() == 2) {
            done = self.bin_args(done)?;
            let ty = done[0].ty;
            return Some(call(row.function, done, ty, range));
        }
        Some(call(row.function, done, ty, range))
    }

    /// The size has the unit of the value.
    fn bin_args(&mut self, mut args: Vec<Expr>) -> Option<Vec<Expr>> {
        let (size, value) = (args.pop()?, args.pop()?);
        let time = matches!(value.ty, Type::Datetime | Type::Timespan);
        if time && size.ty.is_number() {
            let number = size.range;
            let what = if value.ty == Type::Datetime { "the size of a bin over time" } else { "the size" };
            let text = constant(&size).map_or("this".to_owned(), |value| match value {
                Value::Long(value) => value.to_string(),
                Value::Real(value) => value.to_string(),
                _ => "this".to_owned(),
            });
            self.report(Diagnostic::unit_missing(number, what, &text));
            return None;
        }
        if !time && size.ty == Type::Timespan {
            self.report(Diagnostic::expected_type(value.range, "this", "datetime or timespan", value.ty));
            return None;
        }
        if value.ty == Type::Long && size.ty == Type::Real {
            return Some(vec![convert(value, Type::Real), size]);
        }
        let size = if value.ty == Type::Real { convert(size, Type::Real) } else { size };
        Some(vec![value, size])
    }

    /// One argument: converted where that loses nothing, reported where it is of another type.
    pub(super) fn argument(&mut self, arg: Arg, name: &str, value: Expr) -> Option<Expr> {
        self.argument_among(arg, name, value, &[])
    }

    /// The same, where one of these fields may have been meant.
    pub(super) fn argument_among(&mut self, arg: Arg, name: &str, value: Expr, fields: &[Field]) -> Option<Expr> {
        if arg == Arg::Text {
            return Some(convert(value, Type::String));
        }
        if value.ty == Type::String || value.ty == Type::Dynamic {
            self.check_fixed(arg, name, &value);
        }
        if arg.takes(value.ty) {
            return Some(value);
        }
        // Terms may be numbers, as in Kusto: `has_any (403, 404)`.
        if arg == Arg::Strings && value.ty.is_number() {
            return Some(convert(value, Type::String));
        }
        let wanted = match arg {
            Arg::Bool => Type::Bool,
            Arg::Long => Type::Long,
            Arg::Number | Arg::Quantity | Arg::Ordered => Type::Real,
            Arg::String | Arg::Strings | Arg::Pattern | Arg::Zone | Arg::Path | Arg::Fixed(_) | Arg::OneOf(_) => {
                Type::String
            }
            Arg::Datetime => Type::Datetime,
            Arg::Timespan => Type::Timespan,
            Arg::Any | Arg::Text | Arg::Dynamic => Type::Dynamic,
        };
        let null = matches!(value.kind, ExprKind::Literal(Value::Null(_)));
        if null || value.ty == Type::Dynamic {
            return Some(convert(value, wanted));
        }
        if wanted == Type::Timespan
            && value.ty.is_number()
            && let Some(Value::Long(number)) = constant(&value)
        {
            self.report(Diagnostic::unit_missing(value.range, &format!("`{name}`"), &number.to_string()));
            return None;
        }
        let what = match &value.kind {
            ExprKind::Field(field) => format!("`{field}`"),
            _ => format!("`{name}`"),
        };
        let diagnostic = Diagnostic::expected_type(value.range, &what, arg.word(), value.ty);
        let fields: Vec<&str> = match (&value.kind, value.ty) {
            (ExprKind::Field(_), Type::String | Type::Bool) => {
                fitting(arg, fields).into_iter().map(|field| &*field.name).collect()
            }
            _ => Vec::new(),
        };
        self.report(if fields.is_empty() { diagnostic } else { diagnostic.of_fields(&fields) });
        None
    }
}

/// What stands on its right is a text where its left is one.
fn compares_texts(row: &FunctionRow) -> bool {
    matches!(row.returns, Returns::Compared) || row.params.get(1).is_some_and(|param| param.arg == Arg::String)
}

/// All fields that can be named: within `summarize` also what its aggregates see.
fn fields_of<'a>(scope: &'a Scope<'_>) -> impl Iterator<Item = &'a str> {
    let events = scope.groups.iter().flat_map(|groups| groups.events.fields.iter());
    scope.schema.fields.iter().chain(events).map(|field| &*field.name)
}

/// What a name calls that was written without parentheses.
enum Called {
    Function(&'static FunctionRow),
    Aggregate(&'static aggregates::AggregateRow),
}

fn called_without(name: &str, scope: &Scope<'_>) -> Option<Called> {
    let function = || functions::by_word(name).filter(|row| !row.operator).map(Called::Function);
    let aggregate = || aggregates::by_word(name).map(Called::Aggregate);
    match scope.groups {
        Some(_) => aggregate().or_else(function),
        None => function().or_else(aggregate),
    }
}

impl Called {
    /// With its parentheses, and in them the first field that fits.
    fn written(&self, name: &str, scope: &Scope<'_>) -> String {
        let (params, least) = match self {
            Called::Function(row) => (row.params, row.least_args()),
            Called::Aggregate(row) => (row.params, row.least_args()),
        };
        let fields = scope.groups.as_ref().map_or(&scope.schema.fields, |groups| &groups.events.fields);
        match (least, params) {
            (0, _) => format!("{name}()"),
            (1, [param, ..]) => match fitting(param.arg, fields).first() {
                Some(field) => format!("{name}({})", field.name),
                None => format!("{name}(…)"),
            },
            _ => format!("{name}(…)"),
        }
    }
}

/// The fields that an argument takes: what is measured first where it is a measure, else what is no identifier.
pub(super) fn fitting(arg: Arg, fields: &[Field]) -> Vec<&Field> {
    let mut fitting: Vec<&Field> = fields.iter().filter(|field| arg.takes(field.ty)).collect();
    let measure = matches!(arg, Arg::Number | Arg::Quantity | Arg::Ordered);
    fitting.sort_by_key(|field| match field.ty {
        Type::Timespan if measure => 0,
        Type::Long | Type::Real if measure => 1,
        Type::String if !field.name.ends_with(".id") => 2,
        _ => 3,
    });
    fitting
}

/// So many arguments and `typeof(TYPE)`.
fn typed(args: &[ast::Item], count: usize) -> Option<(Type, &[ast::Item])> {
    let [args @ .., last] = args else { return None };
    let ast::Expr::Call(last) = last.expr()? else { return None };
    let inner: Vec<ast::Item> = last.args()?.args().collect();
    let ([inner], "typeof") = (inner.as_slice(), last.function()?.text().as_str()) else { return None };
    let ast::Expr::Name(ty) = inner.expr()? else { return None };
    let ty = Type::from_word(&ty.text())?;
    (args.len() == count).then_some((ty, args))
}

/// `base.key` of a dynamic.
pub(super) fn member(base: Expr, key: &str, range: TextRange) -> Expr {
    let key = literal(Value::String(key.into()), range);
    call(Function::Index, vec![convert(base, Type::Dynamic), key], Type::Dynamic, range)
}

fn members(base: Expr, path: &[ast::Segment]) -> Expr {
    path.iter().fold(base, |base, segment| {
        let range = base.range.cover(segment.range);
        member(base, &segment.text, range)
    })
}
