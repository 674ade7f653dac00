//! The outline: parameters, headings, the blocks under them, and the lets within those.

use syntax::TextRange;
use syntax::analysis::Param;
use syntax::ast::{AstNode, Block, Heading, Statement};

use crate::document::Document;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    pub name: String,
    pub detail: Option<String>,
    pub kind: Kind,
    /// A heading's goes to the next one of its level or above.
    pub range: TextRange,
    /// What to show when it is chosen; within `range`.
    pub selection: TextRange,
    pub children: Vec<Symbol>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With its level, from 1.
    Heading(usize),
    Block,
    Let,
    Param,
}

pub fn symbols(document: &Document) -> Vec<Symbol> {
    let root = document.parse().root();
    let analysed = &document.analysis().blocks;
    let mut top: Vec<Symbol> = document.analysis().params.iter().map(param_symbol).collect();
    // The headings that hold what comes next, outermost first; at most six.
    let mut open: Vec<Symbol> = Vec::new();
    let mut index = 0;
    for node in root.syntax().children() {
        if let Some(heading) = Heading::cast(node.clone()) {
            let symbol = heading_symbol(&heading);
            close(&mut open, &mut top, symbol.kind, symbol.range.start());
            open.push(symbol);
        } else if let Some(block) = Block::cast(node) {
            let name = analysed.get(index).map_or_else(|| (index + 1).to_string(), |block| block.name.clone());
            open.last_mut().map_or(&mut top, |heading| &mut heading.children).push(block_symbol(&block, name));
            index += 1;
        }
    }
    close(&mut open, &mut top, Kind::Heading(0), document.end());
    top
}

/// Ends the headings that are not above one of this level.
fn close(open: &mut Vec<Symbol>, top: &mut Vec<Symbol>, next: Kind, end: syntax::TextSize) {
    let level = |kind| if let Kind::Heading(level) = kind { level } else { usize::MAX };
    while let Some(mut last) = open.pop_if(|last| level(last.kind) >= level(next)) {
        last.range = TextRange::new(last.range.start(), end.max(last.range.end()));
        open.last_mut().map_or(&mut *top, |heading| &mut heading.children).push(last);
    }
}

fn heading_symbol(heading: &Heading) -> Symbol {
    let text = heading.syntax().text().to_string();
    let marks = text.trim_start().chars().take_while(|c| *c == '#').count();
    let underline = text.trim_end().lines().last().unwrap_or("").trim_start();
    let level = match marks {
        0 if underline.starts_with('-') => 2,
        0 => 1,
        marks => marks,
    };
    let name = Some(heading.text()).filter(|name| !name.is_empty()).unwrap_or_else(|| "(no title)".to_owned());
    let range = heading.range();
    Symbol { name, detail: None, kind: Kind::Heading(level), range, selection: range, children: Vec::new() }
}

fn block_symbol(block: &Block, name: String) -> Symbol {
    let statements = block.body().into_iter().flat_map(|body| body.statements());
    let children = statements.filter_map(|statement| match statement {
        Statement::Let(it) => Some(let_symbol(&it)?),
        Statement::Pipeline(_) => None,
    });
    let range = block.range();
    let selection = block.open().map_or(range, |open| open.text_range());
    Symbol { name, detail: None, kind: Kind::Block, range, selection, children: children.collect() }
}

fn param_symbol(param: &Param) -> Symbol {
    Symbol {
        name: param.name.to_string(),
        detail: Some(param.ty.word().to_owned()),
        kind: Kind::Param,
        range: param.range,
        selection: param.range,
        children: Vec::new(),
    }
}

fn let_symbol(it: &syntax::ast::Let) -> Option<Symbol> {
    let name = it.name()?;
    Some(Symbol {
        name: name.text(),
        detail: None,
        kind: Kind::Let,
        range: it.range(),
        selection: name.range(),
        children: Vec::new(),
    })
}
