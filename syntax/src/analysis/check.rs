//! The walk over a runbook: parameters, lets and blocks in the order of the text.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::expression::Scope;
use super::extent::{Extent, Spent};
use super::functions::Frame;
use super::pipelines::Flow;
use super::reuse::{Earlier, Here, Kept};
use super::rows::RowCall;
use super::tables::Table;
use super::{Analysis, Block, Context, Let, Made, Meaning, Named, Param, Resolution, StageInfo, What};
use rowan::NodeOrToken;

use crate::ast::{self, AstNode};
use crate::pipeline::Expr;
use crate::source::SourceName;
use crate::{
    Code, Diagnostic, Name, Parse, Schema, Severity, SyntaxKind, SyntaxNode, SyntaxToken, TextRange, TextSize, Type,
    Value, literal,
};

/// Checks a parsed runbook against what is known of sources and settings.
pub fn analyze(parse: &Parse, context: &Context) -> Analysis {
    analyze_after(Analysis::default(), parse, context)
}

/// The same, after an analysis of the text as it was before an edit, with the same context: blocks that read as
/// they did, and whose names mean what they did, are taken over.
pub fn analyze_after(before: Analysis, parse: &Parse, context: &Context) -> Analysis {
    let runbook = parse.root();
    let mut checker = Checker::new(context, runbook.syntax().clone());
    let crate::params::Params { params, diagnostics, incomplete } = crate::params::params(parse);
    checker.diagnostics.extend(diagnostics);
    checker.settings(&params);
    checker.incomplete_params = incomplete;
    let written: Vec<ast::Block> = runbook.blocks().collect();
    let before = if checker.reads_as(&before) { before } else { Analysis::default() };
    checker.resolutions.reserve(before.resolutions.len());
    checker.kept.reserve(written.len());
    let mut earlier = Earlier::new(before, &written);
    let mut headings = runbook.headings().peekable();
    let mut heading = None;
    let mut blocks = Vec::with_capacity(written.len());
    for (number, block) in written.iter().enumerate() {
        while let Some(above) = headings.next_if(|above| above.range().end() <= block.range().start()) {
            heading = Some(above);
        }
        let heading = heading.as_ref();
        blocks.push(match earlier.take(number, &mut checker) {
            Some(same) => checker.renamed(same, number, heading, || default_name(parse, number)),
            None => {
                let attribute = block.name();
                let named = attribute.is_some();
                let name = attribute.map_or_else(|| default_name(parse, number), |attribute| attribute.value);
                let of = Of { index: number, name, heading };
                checker.begin_block(block);
                let checked = checker.guarded(block.range(), |checker| checker.block(&of, block));
                checker.end_block(block, named, heading);
                earlier.changed(checker.defined_here());
                checked.unwrap_or_else(|| of.failed(block))
            }
        });
    }
    checker.guarded(TextRange::default(), |checker| checker.duplicates(&blocks, &written));
    checker.guarded(TextRange::default(), |checker| checker.unused(&blocks, parse));
    checker.finish(blocks)
}

/// What a block is called, and where it stands among all.
struct Of<'a> {
    index: usize,
    name: String,
    heading: Option<&'a ast::Heading>,
}

impl Of<'_> {
    /// The block without what was found of it.
    fn failed(&self, block: &ast::Block) -> Block {
        let range = block.range();
        Block {
            name: self.name.clone(),
            index: self.index,
            heading: self.heading.map(ast::Heading::text),
            range,
            body: block.body().map_or(range, |body| body.range()),
            stages: Vec::new(),
            pipeline: None,
        }
    }
}

fn default_name(parse: &Parse, number: usize) -> String {
    if parse.is_query() { "query".to_owned() } else { (number + 1).to_string() }
}

/// Lets that are compared with a name that does not exist: the nearest above, so that many cost little.
const OFFERED: usize = 64;

/// What is known so far while walking.
pub(super) struct Checker<'a> {
    pub(super) root: SyntaxNode,
    pub(super) context: &'a Context,
    params: Vec<Param>,
    /// By name; None where there is no value that fits.
    values: HashMap<Name, Option<Value>>,
    /// Something was wrong with the parameters themselves, and was said there.
    pub(super) bad_params: bool,
    /// There are others that could not be read, so a name that nothing has may be one of them.
    pub(super) incomplete_params: bool,
    pub(super) lets: Vec<Defined>,
    /// Where in `lets` the one with this name is: the last, where there are two.
    pub(super) by_name: HashMap<Name, usize>,
    pub(super) used_params: HashSet<Name>,
    /// Names that were looked for where nothing had them yet.
    pub(super) awaited: HashSet<Name>,
    /// Where the last `let` of each name begins.
    last_lets: OnceCell<HashMap<Name, TextSize>>,
    /// Of the sources that were named so far.
    pub(super) schemas: HashMap<SourceName, Schema>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Of the blocks before, each in the order of the text; then those of the present one.
    pub(super) resolutions: Vec<Resolution>,
    /// Of the present block.
    pub(super) stages: Vec<StageInfo>,
    /// Of the present stage.
    pub(super) made: Vec<Made>,
    /// Something of the present statement is wrong, so that it must not run.
    pub(super) broken: bool,
    /// The name of the present statement, where it is a `let`.
    pub(super) statement: Option<TextRange>,
    /// How much names stood for so far.
    pub(super) spent: Spent,
    /// What the present block asks of those before.
    pub(super) here: Here,
    /// What hidden fields stand for, by their names.
    pub(super) tables: HashMap<Name, Table>,
    /// How many of them the present block made.
    pub(super) made_tables: usize,
    /// Hidden fields of the rows before and behind, likewise.
    pub(super) rows: HashMap<Name, RowCall>,
    pub(super) made_rows: usize,
    /// Where the present stage begins.
    pub(super) stage_start: TextSize,
    /// Put before those names, so that a `let` has its own.
    pub(super) table_prefix: String,
    /// The calls of functions that are being expanded, the innermost last.
    pub(super) frames: Vec<Frame>,
    /// Functions that are being looked at for what they give, within each other.
    pub(super) asking: usize,
    /// Calls that were expanded for the present block.
    pub(super) calls: usize,
    /// What was made of each block, for the analysis after the next edit.
    pub(super) kept: Vec<Kept>,
}

#[derive(Clone, Debug)]
pub(super) struct Defined {
    pub(super) info: Let,
    pub(super) meaning: Bound,
    /// The pipelines that its value asks.
    pub(super) tables: Vec<(Name, Table)>,
    /// How many lets before it have its name.
    number: usize,
    pub(super) extent: Extent,
    /// By the block that defines it.
    pub(super) used_within: bool,
    pub(super) used: bool,
}

/// What a `let` stands for.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    Flow(Box<Flow>),
    Expr(Expr),
    /// Where the `let` is written.
    Function(TextRange),
    Broken,
}

/// What a bare name stands for, besides fields and sources.
pub(super) enum Binding {
    Let(Bound),
    /// None where the parameter has no value that fits.
    Param(Option<Value>),
}

impl<'a> Checker<'a> {
    fn new(context: &'a Context, root: SyntaxNode) -> Checker<'a> {
        Checker {
            root,
            context,
            params: Vec::new(),
            values: HashMap::new(),
            bad_params: false,
            incomplete_params: false,
            lets: Vec::new(),
            by_name: HashMap::new(),
            used_params: HashSet::new(),
            awaited: HashSet::new(),
            last_lets: OnceCell::new(),
            schemas: HashMap::new(),
            diagnostics: Vec::new(),
            resolutions: Vec::new(),
            stages: Vec::new(),
            made: Vec::new(),
            broken: false,
            statement: None,
            spent: Spent::default(),
            here: Here::default(),
            tables: HashMap::new(),
            made_tables: 0,
            rows: HashMap::new(),
            made_rows: 0,
            stage_start: TextSize::default(),
            table_prefix: String::new(),
            frames: Vec::new(),
            asking: 0,
            calls: 0,
            kept: Vec::new(),
        }
    }

    /// Nothing outside the blocks has changed that they could read.
    fn reads_as(&self, before: &Analysis) -> bool {
        before.params == self.params
            && before.values == self.values
            && before.incomplete_params == self.incomplete_params
    }

    /// What is written there.
    pub(super) fn written(&self, range: TextRange) -> String {
        // A text looks at each token of its node, so that of the root would be the whole runbook.
        match self.root.covering_element(range) {
            NodeOrToken::Node(node) => node.text().slice(range - node.text_range().start()).to_string(),
            NodeOrToken::Token(token) => token.text()[range - token.text_range().start()].to_owned(),
        }
    }

    /// The character that ends at a place. None at the text's beginning.
    fn char_before(&self, place: TextSize) -> Option<char> {
        // A byte is in one token, whatever character it is a part of.
        let byte = TextRange::new(place.checked_sub(1.into())?, place);
        let token = self.root.covering_element(byte).into_token()?;
        token.text().get(..usize::from(place - token.text_range().start()))?.chars().next_back()
    }

    /// The token that begins at a place or goes over it. None at the text's end.
    fn token_behind(&self, place: TextSize) -> Option<SyntaxToken> {
        let byte = TextRange::at(place, 1.into());
        self.root.text_range().contains_range(byte).then(|| self.root.covering_element(byte))?.into_token()
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Defaults, then what was set from outside.
    fn settings(&mut self, params: &[Param]) {
        let known: Vec<&str> = params.iter().map(|param| &*param.name).collect();
        let mut unknown: Vec<&String> =
            self.context.settings.keys().filter(|name| !known.contains(&name.as_str())).collect();
        unknown.sort();
        for name in unknown {
            self.report(Diagnostic::unknown_setting(name, known.iter().copied()));
        }
        for param in params {
            let value = match self.context.settings.get(&*param.name) {
                None => param.default.clone(),
                // A number alone would be days, which nobody means here.
                Some(text) if param.ty == Type::Timespan && text.trim().parse::<f64>().is_ok() => {
                    self.report(Diagnostic::setting_without_unit(param.range, &param.name, text));
                    None
                }
                Some(text) => match literal::parse_as(param.ty, text) {
                    Ok(value) => Some(value),
                    Err(_) => {
                        self.report(Diagnostic::bad_setting(param.range, &param.name, text, param.ty));
                        None
                    }
                },
            };
            self.values.insert(param.name.clone(), value);
        }
        self.bad_params = self.diagnostics.iter().any(|found| found.severity == Severity::Error);
        self.params = params.to_vec();
    }

    /// What a check gives; where it panics, the finding that it did, and all findings of before stay.
    fn guarded<T>(&mut self, range: TextRange, check: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let checked = catch_unwind(AssertUnwindSafe(|| check(self))).ok();
        if checked.is_none() {
            self.report(Diagnostic::internal_error(range));
            (self.broken, self.stages, self.made) = (false, Vec::new(), Vec::new());
            (self.asking, self.frames) = (0, Vec::new());
        }
        checked
    }

    fn block(&mut self, of: &Of<'_>, block: &ast::Block) -> Block {
        let body = block.body();
        let mut result: Option<Option<Flow>> = None;
        let mut broken = false;
        for statement in body.iter().flat_map(|body| body.statements()) {
            match statement {
                ast::Statement::Let(define) => self.define(&define),
                ast::Statement::Pipeline(pipeline) => {
                    if result.is_some() {
                        let apart = self.apart(block, pipeline.range());
                        self.report(Diagnostic::many_results(pipeline.range(), apart));
                    }
                    self.begin_statement(None);
                    let flow = self.pipeline(&pipeline);
                    result.get_or_insert(flow);
                    broken |= std::mem::take(&mut self.broken);
                }
            }
        }
        self.broken = broken;
        let pipeline = result.flatten().and_then(|flow| self.result(flow));
        if let Some(pipeline) = &pipeline {
            self.advise(pipeline);
        }
        Block { stages: std::mem::take(&mut self.stages), pipeline, ..of.failed(block) }
    }

    /// What ends the block before a statement and begins another with it, in place of the space there.
    fn apart(&self, block: &ast::Block, statement: TextRange) -> Option<(TextRange, String)> {
        let open = block.open()?.text_range();
        let fence = self.written(open);
        // In a list or a quote each line begins with more than the fence.
        let at_start = matches!(self.char_before(open.start()), None | Some('\n' | '\r' | '\u{feff}'));
        let before = TextRange::new(block.body()?.range().start(), statement.start());
        let kept = TextSize::of(self.written(before).trim_end());
        let space = TextRange::new(before.start() + kept, statement.start());
        at_start.then(|| (space, format!("\n{fence}\n\n{fence}headwater\n")))
    }

    /// Names of blocks that were there before.
    fn duplicates(&mut self, blocks: &[Block], written: &[ast::Block]) {
        let mut names = HashSet::with_capacity(blocks.len());
        for (block, written) in blocks.iter().zip(written) {
            if !names.insert(block.name.as_str()) {
                let attribute = written.name();
                let place = attribute.as_ref().map_or(block.range, |attribute| attribute.range);
                let diagnostic = Diagnostic::duplicate_name(place, &block.name);
                let all = || blocks.iter().map(|block| block.name.as_str());
                let free = (2..).map(|number| format!("{}-{number}", block.name));
                let free = free.take(blocks.len()).find(|free| all().all(|name| name != free));
                self.report(match free.filter(|_| attribute.is_some()) {
                    Some(free) => diagnostic.free_name(place, &free),
                    None => diagnostic,
                });
            }
        }
    }

    fn define(&mut self, define: &ast::Let) {
        self.begin_statement(define.name().map(|name| name.range()));
        self.table_prefix = define.name().map(|name| self.own_prefix(&name.text())).unwrap_or_default();
        let bound = self.let_value(define);
        self.table_prefix.clear();
        let Some(name) = define.name() else { return };
        let text: Name = name.text().into();
        let extent = Extent::of(&bound);
        let bound = if self.affords_depth(extent, name.range()) { bound } else { Bound::Broken };
        let extent = if matches!(bound, Bound::Broken) { Extent::default() } else { extent };
        self.here.asks(&text);
        let number = self.define_name(&text, name.range());
        let meaning = match &bound {
            Bound::Flow(flow) => Meaning::Pipeline(flow.schema.clone()),
            Bound::Expr(expr) => Meaning::Expression(expr.ty),
            Bound::Function(_) => match define.value() {
                Some(ast::LetValue::Function(function)) => {
                    let signature = super::functions::signature(&text, &function);
                    Meaning::Function { signature, parameters: super::functions::types(&function) }
                }
                _ => Meaning::Broken,
            },
            Bound::Broken => Meaning::Broken,
        };
        let tables = match &bound {
            Bound::Expr(expr) => self.tables_in(expr),
            _ => Vec::new(),
        };
        let info = Let { name: text, range: define.range(), name_range: name.range(), meaning };
        self.lets.push(Defined { info, meaning: bound, tables, number, extent, used_within: false, used: false });
    }

    /// The next of all lets has this name; says how many had it before.
    fn define_name(&mut self, name: &Name, range: TextRange) -> usize {
        let Some(before) = self.by_name.insert(name.clone(), self.lets.len()) else { return 0 };
        self.report(Diagnostic::duplicate_name(range, name));
        self.lets[before].number + 1
    }

    /// Another one for each `let` of this name.
    fn own_prefix(&self, name: &str) -> String {
        let before = self.by_name.get(name).map(|&place| self.lets[place].number + 1);
        before.map_or_else(|| format!("{name}."), |number| format!("{name}.{number}."))
    }

    /// What a `let` stands for.
    pub(super) fn let_value(&mut self, define: &ast::Let) -> Bound {
        match define.value() {
            None => Bound::Broken,
            Some(ast::LetValue::Function(function)) => self.define_function(define, &function),
            Some(ast::LetValue::Expr(ast::Expr::Call(call))) if self.gives_pipeline(&call) => {
                match self.call_source(&call) {
                    Some(flow) => Bound::Flow(Box::new(flow)),
                    None => Bound::Broken,
                }
            }
            Some(ast::LetValue::Pipeline(pipeline)) => {
                let flow = self.pipeline(&pipeline);
                let broken = std::mem::take(&mut self.broken);
                match flow.filter(|_| !broken) {
                    Some(flow) => Bound::Flow(Box::new(flow)),
                    None => Bound::Broken,
                }
            }
            // A lone name may be a source or another let's pipeline.
            Some(ast::LetValue::Expr(ast::Expr::Name(name))) if self.names_pipeline(&name.text()) => {
                let flow = self.source_named(&name);
                // That it is broken is the `let`'s own matter.
                self.broken = false;
                flow.map_or(Bound::Broken, |flow| Bound::Flow(Box::new(flow)))
            }
            Some(ast::LetValue::Expr(expr)) => {
                let expr = self.expr(&expr, &mut Scope::constant());
                self.broken = false;
                expr.map_or(Bound::Broken, Bound::Expr)
            }
        }
    }

    /// `as name`: the rows up to here, under this name from here on.
    pub(super) fn name_rows(&mut self, name: &ast::Name, range: TextRange, flow: &Flow) {
        let text: Name = name.text().into();
        if let Some(frame) = self.frames.last_mut() {
            frame.insert(name.text(), Bound::Flow(Box::new(flow.clone())));
            return;
        }
        self.here.asks(&text);
        let number = self.define_name(&text, name.range());
        let meaning = Meaning::Pipeline(flow.schema.clone());
        let info = Let { name: text, range, name_range: name.range(), meaning };
        let meaning = Bound::Flow(Box::new(flow.clone()));
        let extent = Extent::of(&meaning);
        // Whoever does not use the name has told what the rows are.
        self.lets.push(Defined { info, meaning, tables: Vec::new(), number, extent, used_within: true, used: true });
    }

    /// A let or parameter by its name, noted as used.
    pub(super) fn binding(&mut self, name: &str, range: TextRange) -> Option<Binding> {
        self.here.asks(name);
        if let Some(bound) = self.local(name) {
            let extent = Extent::of(bound);
            if !self.affords(extent, range) {
                return Some(Binding::Let(Bound::Broken));
            }
        }
        if let Some(binding) = self.local_binding(name) {
            return Some(binding);
        }
        if let Some(&place) = self.by_name.get(name) {
            let defined = &mut self.lets[place];
            defined.used = true;
            defined.used_within |= self.here.uses(place, &defined.info.name);
            self.tables.extend(defined.tables.iter().cloned());
            let what = What::Let(defined.info.name.clone());
            let extent = defined.extent;
            self.resolutions.push(Resolution { range, what });
            let bound = if self.affords(extent, range) { self.lets[place].meaning.clone() } else { Bound::Broken };
            return Some(Binding::Let(bound));
        }
        let (param, value) = self.values.get_key_value(name)?;
        let (param, value) = (param.clone(), value.clone());
        self.used_params.insert(param.clone());
        self.here.takes(&param);
        self.resolutions.push(Resolution { range, what: What::Param(param) });
        Some(Binding::Param(value))
    }

    /// A let or parameter that holds a JSON value, so that a path may go into it.
    pub(super) fn is_dynamic(&mut self, name: &str) -> bool {
        self.here.asks(name);
        if let Some(bound) = self.local(name) {
            return matches!(bound, Bound::Expr(expr) if expr.ty == Type::Dynamic);
        }
        match self.by_name.get(name) {
            Some(&place) => matches!(&self.lets[place].meaning, Bound::Expr(expr) if expr.ty == Type::Dynamic),
            None => self.values.get(name).is_some_and(|value| matches!(value, Some(Value::Dynamic(_)))),
        }
    }

    /// What a field of this name hides.
    pub(super) fn hidden(&self, name: &str) -> Option<&'static str> {
        match self.by_name.get(name) {
            Some(&place) => matches!(self.lets[place].meaning, Bound::Expr(_)).then_some("`let`"),
            None => self.is_param(name).then_some("parameter"),
        }
    }

    /// It was meant, so that it is not told to be of no use.
    pub(super) fn note_hidden(&mut self, name: &Name) {
        if let Some(&place) = self.by_name.get(name) {
            let defined = &mut self.lets[place];
            defined.used = true;
            defined.used_within |= self.here.uses(place, name);
        } else {
            self.used_params.insert(name.clone());
            self.here.takes(name);
        }
    }

    pub(super) fn is_hidden(&self, name: &str) -> bool {
        self.hidden(name).is_some()
    }

    pub(super) fn is_param(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// A `let` behind the place has the name that was looked for there.
    pub(super) fn is_below(&mut self, name: &str, place: TextRange) -> bool {
        let beyond = self.is_behind(name, self.here.end());
        self.here.lacks(name, beyond);
        self.awaited.insert(name.into());
        self.is_behind(name, place.end())
    }

    /// Where the last `let` of each name begins is asked for only where a name is not known.
    pub(super) fn is_behind(&self, name: &str, place: TextSize) -> bool {
        let last = self.last_lets.get_or_init(|| {
            let blocks = ast::Runbook::cast(self.root.clone()).into_iter().flat_map(|runbook| runbook.blocks());
            let statements = blocks.filter_map(|block| block.body()).flat_map(|body| body.statements());
            let lets = statements.filter_map(|statement| match statement {
                ast::Statement::Let(define) => Some((define.name()?.text().into(), define.range().start())),
                ast::Statement::Pipeline(_) => None,
            });
            lets.collect()
        });
        last.get(name).is_some_and(|start| *start >= place)
    }

    /// Whether a lone name is a pipeline: a source, or a let of one.
    pub(super) fn names_pipeline(&mut self, name: &str) -> bool {
        self.here.asks(name);
        if let Some(bound) = self.local(name) {
            return matches!(bound, Bound::Flow(_));
        }
        match self.by_name.get(name) {
            Some(&place) => matches!(self.lets[place].meaning, Bound::Flow(_)),
            None => !self.values.contains_key(name) && self.context.sources.get(name).is_some(),
        }
    }

    /// Names that an expression can use besides fields and functions.
    pub(super) fn value_names(&self) -> Vec<&str> {
        let lets = self.lets.iter().rev();
        let lets = lets.filter(|defined| !matches!(defined.meaning, Bound::Flow(_) | Bound::Function(_)));
        lets.take(OFFERED)
            .map(|defined| &*defined.info.name)
            .chain(self.params.iter().map(|param| &*param.name))
            .chain(self.frames.last().into_iter().flat_map(|frame| frame.keys().map(String::as_str)))
            .collect()
    }

    /// Names that can stand where a pipeline begins.
    pub(super) fn pipeline_names(&self) -> Vec<&str> {
        let sources = self.context.sources.sources.iter().map(|source| &*source.name);
        let lets = self.lets.iter().rev().filter(|defined| matches!(defined.meaning, Bound::Flow(_)));
        sources.chain(lets.take(OFFERED).map(|defined| &*defined.info.name)).collect()
    }

    /// Lets and parameters that nothing uses. Where something is broken, what is used there cannot be told.
    fn unused(&mut self, blocks: &[Block], parse: &Parse) {
        let all = parse.diagnostics().iter().chain(&self.diagnostics);
        let errors = all.filter(|found| found.severity == Severity::Error);
        // What is named or asked twice is read nevertheless.
        let is_read = |code: Code| matches!(code, Code::DuplicateName | Code::ManyResults);
        let last_error = errors.clone().filter(|found| !is_read(found.code)).map(|found| found.range.end()).max();
        let has_error = errors.count() > 0;
        for index in 0..self.lets.len() {
            let Defined { info, used, .. } = &self.lets[index];
            let broken = last_error.is_some_and(|error| error >= info.range.start());
            if !broken && !used && !self.awaited.contains(&info.name) && !matches!(info.meaning, Meaning::Broken) {
                let diagnostic = Diagnostic::unused_let(info.name_range, &info.name, self.with_line(info.range));
                self.report(diagnostic);
            }
        }
        let complete = !blocks.is_empty() && !has_error;
        for index in 0..self.params.len() {
            let param = &self.params[index];
            if complete && !self.used_params.contains(&param.name) {
                let diagnostic = Diagnostic::unused_param(param.range, &param.name, self.param_line(param));
                self.report(diagnostic);
            }
        }
    }

    fn finish(mut self, blocks: Vec<Block>) -> Analysis {
        self.diagnostics.sort_by_key(|diagnostic| (diagnostic.range.start(), diagnostic.range.end()));
        self.diagnostics.dedup();
        // A let that several blocks begin with is advised once.
        let mut advised = HashSet::new();
        self.diagnostics.retain(|found| !found.code.is_advice() || advised.insert((found.code, found.range)));
        Analysis {
            blocks,
            params: self.params,
            lets: self.lets.iter().map(|defined| defined.info.clone()).collect(),
            diagnostics: self.diagnostics,
            resolutions: self.resolutions,
            values: self.values,
            incomplete_params: self.incomplete_params,
            defined: self.lets,
            kept: self.kept,
        }
    }

    /// With the line's end where it stands alone there.
    fn with_line(&self, range: TextRange) -> TextRange {
        let starts_line = matches!(self.char_before(range.start()), None | Some('\n' | '\r'));
        match self.token_behind(range.end()).filter(|token| starts_line && token.kind() == SyntaxKind::NEWLINE) {
            Some(line_end) => range.cover(line_end.text_range()),
            None => range,
        }
    }

    /// The line of a parameter, where it has one for itself and others are left.
    fn param_line(&self, param: &Param) -> Option<TextRange> {
        let text = self.root.text().slice(..param.range.start()).to_string();
        let start = text.rfind('\n')? + 1;
        let indent = &text[start..];
        let rest = self.root.text().slice(param.range.start()..).to_string();
        let (line, below) = rest.split_once('\n')?;
        let deeper = below.strip_prefix(indent).is_some_and(|below| below.starts_with([' ', '\t', '-']));
        let end = param.range.start() + TextSize::of(line) + TextSize::new(1);
        let alone = indent.chars().all(|c| c == ' ') && !deeper && self.params.len() > 1;
        alone.then(|| TextRange::new(TextSize::try_from(start).unwrap_or_default(), end))
    }

    /// Notes a stage as it stands in the text.
    pub(super) fn note_stage(&mut self, range: TextRange, input: &Schema, output: &Schema) {
        let made = std::mem::take(&mut self.made);
        self.stages.push(StageInfo { range, input: input.clone(), output: output.clone(), made });
    }

    /// Notes a field that the present stage makes under the name that is written, or else out of `from`.
    pub(super) fn note_made(&mut self, name: &Name, written: Option<TextRange>, from: TextRange) {
        let named = if written.is_some() { Named::Written } else { Named::Implied };
        self.made.push(Made { name: name.clone(), range: written.unwrap_or(from), named });
    }

    /// Notes a field whose name nobody can write here.
    pub(super) fn note_given(&mut self, name: Name, range: TextRange) {
        self.made.push(Made { name, range, named: Named::Given });
    }

    /// Notes what the other side of a join or lookup adds.
    pub(super) fn note_beside(&mut self, added: &[(Name, Name)], range: TextRange) {
        let beside = |(old, new): &(Name, Name)| Made { name: new.clone(), range, named: Named::Beside(old.clone()) };
        self.made.extend(added.iter().map(beside));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_panics_is_a_finding() {
        let parse = crate::parse("```headwater\nspans | wher x\n```\n");
        let context = Context { sources: crate::source::Sources::builtin(), ..Context::default() };
        let mut checker = Checker::new(&context, parse.root().syntax().clone());
        let range = TextRange::new(0.into(), 12.into());
        checker.report(Diagnostic::many_results(range, None));
        assert_eq!(checker.guarded(range, |_| 5), Some(5));
        let failed: Option<()> = checker.guarded(range, |checker| {
            checker.broken = true;
            panic!("as a mistake would")
        });
        assert_eq!((failed, checker.broken), (None, false));
        let codes: Vec<_> = checker.finish(Vec::new()).diagnostics.iter().map(|found| found.code).collect();
        assert!(
            codes.contains(&crate::Code::InternalError) && codes.len() == 2,
            "what was found before stays: {codes:?}"
        );
    }
}
