//! The way in: text becomes one lossless tree with its syntax diagnostics. Never fails, whatever the text.

mod edited;

use std::sync::Arc;

use rowan::ast::AstNode;
use rowan::{GreenNode, GreenNodeBuilder};

use crate::kind::{SyntaxKind, SyntaxKind::*, SyntaxNode};
use crate::lexer::Lexer;
use crate::markdown::{Fence, Piece};
use crate::{Diagnostic, Edit, TextRange, TextSize, ast, grammar, markdown};

/// Far above any runbook, and far below what offsets can hold.
const MAX_TEXT: usize = 256 << 20;

/// A parsed text: cheap to clone, may be sent between threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse {
    green: GreenNode,
    diagnostics: Arc<[Diagnostic]>,
    query: bool,
}

/// A runbook: Markdown with `headwater` blocks.
pub fn parse(text: &str) -> Parse {
    if text.len() > MAX_TEXT {
        return too_large(false);
    }
    let mut tree = Tree::new(text);
    for piece in markdown::pieces(text) {
        match piece {
            Piece::FrontMatter(range) => tree.leaf(FRONT_MATTER, FRONT_MATTER_TEXT, range),
            Piece::Heading(range) => tree.leaf(HEADING, HEADING_TEXT, range),
            Piece::Block(fence) => tree.block(&fence),
        }
    }
    tree.token(PROSE, text.len());
    tree.finish(false)
}

/// A pipeline alone, as the command line takes it: the tree of a runbook with one block and no fences.
pub fn parse_query(text: &str) -> Parse {
    if text.len() > MAX_TEXT {
        return too_large(true);
    }
    let mut tree = Tree::new(text);
    tree.builder.start_node(BLOCK.into());
    tree.body(std::slice::from_ref(&(tree.position..text.len())));
    tree.builder.finish_node();
    tree.finish(true)
}

/// The one text that the tree does not hold.
fn too_large(query: bool) -> Parse {
    let mut tree = Tree::new("");
    tree.diagnostics.push(Diagnostic::text_too_large());
    tree.finish(query)
}

impl Parse {
    pub fn root(&self) -> ast::Runbook {
        ast::Runbook::cast(SyntaxNode::new_root(self.green.clone())).expect("each tree's root is a runbook")
    }

    /// Syntax only, in the order of the text.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The text that was parsed, byte for byte.
    pub fn text(&self) -> String {
        self.root().syntax().text().to_string()
    }

    /// A pipeline alone, whose one block is named "query".
    pub fn is_query(&self) -> bool {
        self.query
    }
}

struct Tree<'t> {
    text: &'t str,
    /// Up to here the text is in the tree.
    position: usize,
    builder: GreenNodeBuilder<'static>,
    diagnostics: Vec<Diagnostic>,
    lexer: Lexer,
}

impl<'t> Tree<'t> {
    fn new(text: &'t str) -> Tree<'t> {
        let mut builder = GreenNodeBuilder::new();
        builder.start_node(RUNBOOK.into());
        let mut tree = Tree { text, position: 0, builder, diagnostics: Vec::new(), lexer: Lexer::default() };
        if text.starts_with('\u{feff}') {
            tree.token(BOM, '\u{feff}'.len_utf8());
        }
        tree
    }

    fn finish(mut self, query: bool) -> Parse {
        self.builder.finish_node();
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.range.start());
        Parse { green: self.builder.finish(), diagnostics: self.diagnostics.into(), query }
    }

    /// All up to `end` as one token, if there is any.
    fn token(&mut self, kind: SyntaxKind, end: usize) {
        if self.position < end {
            self.builder.token(kind.into(), &self.text[self.position..end]);
            self.position = end;
        }
    }

    fn leaf(&mut self, node: SyntaxKind, token: SyntaxKind, range: std::ops::Range<usize>) {
        // A heading inside a link's text or the like would overlap; the tree comes first.
        if range.start < self.position {
            return;
        }
        self.token(PROSE, range.start);
        self.builder.start_node(node.into());
        self.token(token, range.end);
        self.builder.finish_node();
    }

    fn block(&mut self, fence: &Fence) {
        self.token(PROSE, fence.range.start);
        self.builder.start_node(BLOCK.into());
        self.token(FENCE_OPEN, fence.open.end);
        self.token(WHITESPACE, fence.info.start);
        self.builder.start_node(INFO.into());
        self.token(INFO_TEXT, fence.info.end);
        self.builder.finish_node();
        let line_end = self.text[self.position..].find(['\r', '\n']).map_or(self.text.len(), |at| self.position + at);
        self.token(WHITESPACE, line_end.min(fence.range.end));
        let rest = &self.text[self.position..fence.range.end];
        let line_break = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with(['\r', '\n'])) };
        self.token(NEWLINE, self.position + line_break);
        self.body(&fence.lines);
        match &fence.close {
            Some(close) => {
                self.token(PREFIX, close.start);
                self.token(FENCE_CLOSE, close.end);
            }
            None => {
                let open = TextRange::new(size(fence.open.start), size(fence.open.end));
                let mark = &self.text[fence.open.clone()];
                let close = closing(self.text, fence, mark);
                self.diagnostics.push(Diagnostic::unclosed_block(open, mark, close));
            }
        }
        self.builder.finish_node();
    }

    fn body(&mut self, lines: &[std::ops::Range<usize>]) {
        self.lexer.clear();
        let start = self.position;
        for line in lines {
            self.lexer.push(PREFIX, self.position, line.start);
            self.lexer.lex(&self.text[line.clone()], line.start);
            self.position = line.end;
        }
        self.builder.start_node(BODY.into());
        grammar::body(self.text, size(start), &self.lexer.tokens, &mut self.builder, &mut self.diagnostics);
        self.builder.finish_node();
    }
}

/// The line that would close a fence: where the first empty line is, behind which prose begins, else at the end.
fn closing(text: &str, fence: &Fence, mark: &str) -> Edit {
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |before| before + 1);
    let before = text[line_start(fence.open.start)..fence.open.start].chars();
    // Under an item of a list, not the next one.
    let prefix: String = before.map(|c| if c == '>' || c.is_whitespace() { c } else { ' ' }).collect();
    let empty = fence.lines.iter().skip(1).find(|line| text[(*line).clone()].trim().is_empty());
    let at = empty.map_or(fence.range.end, |line| line_start(line.start));
    let line_break = if text[..at].ends_with('\n') { "" } else { "\n" };
    Edit { range: TextRange::empty(size(at)), text: format!("{line_break}{prefix}{mark}\n") }
}

fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).expect("the text's size was checked before it was parsed")
}
