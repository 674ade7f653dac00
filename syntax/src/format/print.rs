//! What each node looks like: its tokens, and where a line may break between them.

use rowan::NodeOrToken;
use rowan::ast::AstNode;

use super::layout::Op;
use crate::ast;
use crate::kind::{SyntaxElement, SyntaxKind, SyntaxKind::*, SyntaxNode, SyntaxToken};

/// How far what belongs to a stage stands to the right of its `|`.
const CLAUSE: isize = 2;
const ITEM: isize = 4;

pub(super) fn ops(body: &ast::Body) -> Vec<Op> {
    let mut printer = Printer { tokens: tokens(body.syntax()), next: 0, ops: Vec::new() };
    printer.body(body.syntax());
    printer.ops
}

/// A token with what was written around it.
struct Token {
    text: String,
    /// Comments on lines of their own before it.
    before: Vec<Comment>,
    /// An empty line before it, after those comments.
    blank: bool,
    /// Something that is no token stood directly before it: a space, a line break, a comment.
    apart: bool,
    /// The comment behind it on its line.
    trailing: Option<String>,
}

struct Comment {
    text: String,
    blank: bool,
}

/// All tokens of a body, and one at the end, without text, for the comments there.
fn tokens(body: &SyntaxNode) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut before = Vec::new();
    let (mut lines, mut apart) = (0, false);
    for token in body.descendants_with_tokens().filter_map(NodeOrToken::into_token) {
        match token.kind() {
            NEWLINE => lines += 1,
            WHITESPACE | PREFIX => {}
            COMMENT => {
                let text = token.text().trim_end().to_owned();
                match tokens.last_mut() {
                    Some(last) if lines == 0 => last.trailing = Some(text),
                    _ => before.push(Comment { text, blank: lines > 1 }),
                }
                lines = 0;
            }
            _ => {
                let text = token.text().to_owned();
                tokens.push(Token {
                    text,
                    before: std::mem::take(&mut before),
                    blank: lines > 1,
                    apart,
                    trailing: None,
                });
                lines = 0;
            }
        }
        apart = token.kind().is_trivia();
    }
    tokens.push(Token { text: String::new(), before, blank: false, apart, trailing: None });
    tokens
}

struct Printer {
    tokens: Vec<Token>,
    /// The first token that is not printed yet; the tree is walked in their order.
    next: usize,
    ops: Vec<Op>,
}

impl Printer {
    fn body(&mut self, body: &SyntaxNode) {
        for child in significant(body) {
            match child {
                NodeOrToken::Node(statement) => {
                    self.ops.push(Op::Hard);
                    self.blank_lines();
                    self.node(&statement);
                }
                NodeOrToken::Token(_) => self.token(),
            }
        }
        self.ops.push(Op::Hard);
        self.blank_lines();
    }

    /// Comments and empty lines before a statement, as they were written.
    fn blank_lines(&mut self) {
        let Some(token) = self.tokens.get_mut(self.next) else { return };
        for comment in token.before.drain(..) {
            if comment.blank {
                self.ops.push(Op::Blank);
            }
            self.ops.push(Op::Comment(comment.text));
        }
        if token.blank {
            self.ops.push(Op::Blank);
        }
    }

    fn token(&mut self) {
        let Some(token) = self.tokens.get_mut(self.next) else { return };
        self.next += 1;
        self.ops.extend(token.before.drain(..).map(|comment| Op::Comment(comment.text)));
        self.ops.push(Op::Text(std::mem::take(&mut token.text)));
        self.ops.extend(token.trailing.take().map(Op::Trailing));
    }

    /// A word that was not written, behind the last token and before the comment there.
    fn insert(&mut self, word: &str) {
        let comment = self.ops.pop_if(|op| matches!(op, Op::Trailing(_)));
        self.ops.push(Op::Space);
        self.ops.push(Op::Text(word.to_owned()));
        self.ops.extend(comment);
    }

    fn element(&mut self, element: &SyntaxElement) {
        match element {
            NodeOrToken::Node(node) => self.node(node),
            NodeOrToken::Token(_) => self.token(),
        }
    }

    fn group(&mut self, indent: isize, inside: impl FnOnce(&mut Printer)) {
        self.ops.push(Op::Open);
        self.ops.push(Op::Indent(indent));
        inside(self);
        self.ops.push(Op::Indent(-indent));
        self.ops.push(Op::Close);
    }

    fn node(&mut self, node: &SyntaxNode) {
        match node.kind() {
            LET => self.let_(node),
            PIPELINE => self.pipeline(node),
            SUBPIPELINE => self.subpipeline(node),
            EXTEND_STAGE
            | PROJECT_STAGE
            | PROJECT_KEEP_STAGE
            | PROJECT_AWAY_STAGE
            | PROJECT_RENAME_STAGE
            | PROJECT_REORDER_STAGE
            | DISTINCT_STAGE
            | SUMMARIZE_STAGE
            | SORT_STAGE
            | UNION_STAGE
            | MV_EXPAND_STAGE => self.list_stage(node),
            WHERE_STAGE | ASSERT_STAGE => self.group(ITEM, |p| p.spaced(node)),
            UNKNOWN_STAGE => self.as_written(node),
            BY_CLAUSE => self.group(CLAUSE, |p| p.words_then_list(node)),
            SORT_KEY => self.sort_key(node),
            NAMED_EXPR if node.parent().is_some_and(|parent| parent.kind() == ARG_LIST) => self.joined(node),
            PROPERTY => self.property(node),
            BINARY_EXPR if !is_inner_operand(node) => {
                let own_stage = node.parent().is_some_and(|parent| matches!(parent.kind(), WHERE_STAGE | ASSERT_STAGE));
                if own_stage { self.operands(node) } else { self.group(CLAUSE, |p| p.operands(node)) }
            }
            BINARY_EXPR => self.operands(node),
            CALL_EXPR | INDEX_EXPR | FIELD_EXPR | PREFIX_EXPR | NAME | NAME_REF | NAME_PATTERN | COLUMN | PARAMETER
            | DYNAMIC_EXPR | PAREN_EXPR | MATERIALIZE => self.joined(node),
            ARG_LIST | LIST | OBJECT | ARRAY => self.brackets(node),
            FUNCTION_BODY => self.function_body(node),
            DATATABLE | EXTERNALDATA => self.rows(node),
            PRINT => self.group(ITEM, |p| p.spaced(node)),
            MEMBER => self.member(node),
            RANGE => self.range(node),
            _ => self.spaced(node),
        }
    }

    /// Children with spaces between them; none inside parentheses, before `,` and before the `%` of `10%`.
    fn spaced(&mut self, node: &SyntaxNode) {
        let mut previous = None;
        for child in significant(node) {
            let kind = child.kind();
            let tight = matches!(kind, COMMA | R_PAREN | PERCENT | SEMICOLON)
                || kind == L_PAREN && previous == Some(TYPEOF_KW)
                || matches!(previous, None | Some(L_PAREN));
            if !tight {
                self.ops.push(Op::Space);
            }
            self.element(&child);
            previous = Some(kind);
        }
    }

    /// Children without anything between them.
    fn joined(&mut self, node: &SyntaxNode) {
        for child in significant(node) {
            self.element(&child);
        }
    }

    /// Spaces where the user put any.
    fn as_written(&mut self, node: &SyntaxNode) {
        for token in node.descendants_with_tokens().filter_map(NodeOrToken::into_token) {
            if token.kind().is_trivia() {
                continue;
            }
            if self.tokens.get(self.next).is_some_and(|token| token.apart) {
                self.ops.push(Op::Space);
            }
            self.token();
        }
    }

    /// `let name = value;`
    fn let_(&mut self, node: &SyntaxNode) {
        self.ops.push(Op::Indent(CLAUSE));
        self.spaced(node);
        self.ops.push(Op::Indent(-CLAUSE));
    }

    /// On one line only if it was so.
    fn pipeline(&mut self, node: &SyntaxNode) {
        let one_line = is_one_line(node);
        let before_pipe = if one_line { Op::Line } else { Op::Hard };
        self.group(0, |p| {
            for (index, child) in significant(node).enumerate() {
                if child.kind() == PIPE {
                    if index > 0 {
                        p.ops.push(before_pipe.clone());
                    }
                } else if index > 0 && !(is_sign(&child) && p.tokens.get(p.next).is_some_and(|token| !token.apart)) {
                    p.ops.push(Op::Space);
                }
                p.element(&child);
            }
        });
    }

    /// `(logs | where …)` on one line if it was so and fits, else on lines of its own.
    fn subpipeline(&mut self, node: &SyntaxNode) {
        let soft = if is_one_line(node) { Op::Soft } else { Op::Hard };
        self.group(CLAUSE, |p| {
            for child in significant(node) {
                match child {
                    NodeOrToken::Node(pipeline) => {
                        p.ops.extend([Op::Indent(CLAUSE), soft.clone()]);
                        p.node(&pipeline);
                        p.ops.extend([Op::Indent(-CLAUSE), soft.clone()]);
                    }
                    NodeOrToken::Token(_) => p.token(),
                }
            }
        });
    }

    /// `{ x * 2 }` on one line if it was so and fits, else each statement on its own.
    fn function_body(&mut self, node: &SyntaxNode) {
        let line = if is_one_line(node) { Op::Line } else { Op::Hard };
        self.group(0, |p| {
            let mut statements = 0;
            for child in significant(node) {
                match child.kind() {
                    L_BRACE => {
                        p.token();
                        p.ops.push(Op::Indent(CLAUSE));
                    }
                    R_BRACE => {
                        p.ops.extend([Op::Indent(-CLAUSE), line.clone()]);
                        p.token();
                    }
                    SEMICOLON => p.token(),
                    _ => {
                        p.ops.push(line.clone());
                        if statements > 0 {
                            p.blank_lines();
                        }
                        statements += 1;
                        p.element(&child);
                    }
                }
            }
        });
    }

    /// `datatable (a:string, b:long) ["x", 1, "y", 2]`: on one line, or a row a line.
    fn rows(&mut self, node: &SyntaxNode) {
        let columns = node.children().find(|child| child.kind() == TABLE_TYPE);
        let columns = columns.map_or(1, |columns| columns.children().count().max(1));
        self.group(0, |p| {
            let mut values = 0;
            let mut open = false;
            for (index, child) in significant(node).enumerate() {
                match child.kind() {
                    _ if index == 0 => p.element(&child),
                    L_BRACKET => {
                        open = true;
                        p.ops.push(Op::Space);
                        p.token();
                        p.ops.extend([Op::Indent(CLAUSE), Op::Soft]);
                    }
                    R_BRACKET => {
                        open = false;
                        p.ops.extend([Op::Indent(-CLAUSE), Op::Soft]);
                        p.token();
                    }
                    COMMA => {
                        p.token();
                        values += 1;
                        p.ops.push(if values % columns == 0 { Op::Line } else { Op::Space });
                    }
                    _ => {
                        if !open {
                            p.ops.push(Op::Space);
                        }
                        p.element(&child);
                    }
                }
            }
        });
    }

    /// The word, then what is listed, then clauses: on one line, or each item and each clause on its own.
    fn list_stage(&mut self, node: &SyntaxNode) {
        self.group(CLAUSE, |p| {
            let mut listing = false;
            let mut previous = None;
            for child in significant(node) {
                let kind = child.kind();
                let is_item = matches!(child, NodeOrToken::Node(_)) && !matches!(kind, BY_CLAUSE | PROPERTY);
                match kind {
                    COMMA => {}
                    _ if previous.is_none() => {}
                    PROPERTY => p.ops.push(Op::Space),
                    // What is sorted by has no list before it.
                    BY_CLAUSE if !listing => p.ops.push(Op::Space),
                    _ => {
                        listing |= is_item;
                        p.ops.push(Op::Line);
                    }
                }
                if is_item {
                    // The break before it belongs to the item's depth.
                    let place = p.ops.len() - usize::from(matches!(p.ops.last(), Some(Op::Line)));
                    p.ops.insert(place, Op::Indent(CLAUSE));
                    p.element(&child);
                    p.ops.push(Op::Indent(-CLAUSE));
                } else {
                    p.element(&child);
                }
                previous = Some(kind);
            }
        });
    }

    /// `by a, b`: as many on a line as fit.
    fn words_then_list(&mut self, node: &SyntaxNode) {
        let mut previous = None;
        for child in significant(node) {
            match (previous, child.kind()) {
                (None, _) | (_, COMMA) => {}
                (Some(COMMA), _) => self.ops.push(Op::Fill),
                _ => self.ops.push(Op::Space),
            }
            self.element(&child);
            previous = Some(child.kind());
        }
    }

    /// Kusto sorts downwards where nothing is said; here it is said.
    fn sort_key(&mut self, node: &SyntaxNode) {
        let is_sort = node.ancestors().nth(2).is_some_and(|stage| stage.kind() == SORT_STAGE);
        let said = significant(node).any(|child| matches!(child.kind(), ASC_KW | DESC_KW));
        for (index, child) in significant(node).enumerate() {
            if index > 0 {
                self.ops.push(Op::Space);
            }
            self.element(&child);
            if index == 0 && is_sort && !said {
                self.insert("desc");
            }
        }
    }

    /// `name=a, b`
    fn property(&mut self, node: &SyntaxNode) {
        let mut previous = None;
        for child in significant(node) {
            if previous == Some(COMMA) {
                self.ops.push(Op::Space);
            }
            self.element(&child);
            previous = Some(child.kind());
        }
    }

    /// `a and b and c`: a row of one operator is one group. Breaks before the operators, but not before comparisons.
    fn operands(&mut self, node: &SyntaxNode) {
        for (index, child) in significant(node).enumerate() {
            let breaks = matches!(child.kind(), AND_KW | OR_KW | PLUS | MINUS | STAR | SLASH | PERCENT);
            if index > 0 {
                self.ops.push(if breaks { Op::Line } else { Op::Space });
            }
            self.element(&child);
        }
    }

    /// `(a, b)`: on one line, or each on its own; lists of values as many on a line as fit.
    fn brackets(&mut self, node: &SyntaxNode) {
        let children: Vec<_> = significant(node).collect();
        let empty = !children.iter().any(|child| matches!(child, NodeOrToken::Node(_)));
        self.group(0, |p| {
            for (index, child) in children.iter().enumerate() {
                let last = index + 1 == children.len();
                if last && !empty {
                    p.ops.extend([Op::Indent(-CLAUSE), Op::Soft]);
                }
                p.element(child);
                match child.kind() {
                    _ if empty || last => {}
                    COMMA if matches!(node.kind(), LIST | ARRAY) => p.ops.push(Op::Fill),
                    COMMA => p.ops.push(Op::Line),
                    _ if index == 0 => p.ops.extend([Op::Indent(CLAUSE), Op::Soft]),
                    _ => {}
                }
            }
        });
    }

    /// `"key": value`
    fn member(&mut self, node: &SyntaxNode) {
        let mut previous = None;
        for child in significant(node) {
            if previous == Some(COLON) {
                self.ops.push(Op::Space);
            }
            self.element(&child);
            previous = Some(child.kind());
        }
    }

    /// `(low .. high)`
    fn range(&mut self, node: &SyntaxNode) {
        for child in significant(node) {
            if child.kind() == DOT_DOT {
                self.ops.push(Op::Space);
            }
            self.element(&child);
            if child.kind() == DOT_DOT {
                self.ops.push(Op::Space);
            }
        }
    }
}

fn significant(node: &SyntaxNode) -> impl Iterator<Item = SyntaxElement> + use<> {
    node.children_with_tokens().filter(|child| !child.kind().is_trivia())
}

/// The left part of a row of the same operator, which prints the whole row.
fn is_inner_operand(node: &SyntaxNode) -> bool {
    let operator = |node: &SyntaxNode| ast::tokens(node).next().map(|token| token.kind());
    let Some(parent) = node.parent().filter(|parent| parent.kind() == BINARY_EXPR) else { return false };
    let is_left = parent.first_child().as_ref() == Some(node);
    is_left && is_row(operator(node)) && operator(node) == operator(&parent)
}

fn is_row(operator: Option<SyntaxKind>) -> bool {
    matches!(operator, Some(AND_KW | OR_KW | PLUS | STAR))
}

/// No line ends between its first and last token.
fn is_one_line(node: &SyntaxNode) -> bool {
    let tokens = node.descendants_with_tokens().filter_map(NodeOrToken::into_token);
    !tokens.into_iter().any(|token: SyntaxToken| token.kind() == NEWLINE)
}

/// A stage of another language that is a sign at the pipe: `|= "x"`.
fn is_sign(stage: &SyntaxElement) -> bool {
    let NodeOrToken::Node(stage) = stage else { return false };
    stage.kind() == UNKNOWN_STAGE && stage.first_token().is_some_and(|token| token.kind() != IDENT)
}
