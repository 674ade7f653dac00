//! What is moved while somebody types: the `|` that begins a line goes where the pipeline's stages are, and a line
//! that goes on with a stage is indented. Only the space before a line's first sign changes, and only in a block.

use syntax::ast::AstNode;
use syntax::{Edit, SyntaxKind, SyntaxToken, TextRange, TextSize};

use crate::document::Document;

/// How far what belongs to a stage, and what belongs to a list, stands to the right; as the formatter does it.
const CLAUSE: usize = 2;
const ITEM: usize = 4;

/// `typed` stands right before the cursor.
pub fn typed(document: &Document, cursor: TextSize, typed: &str) -> Vec<Edit> {
    let edit = match typed {
        "|" => after_pipe(document, cursor),
        "\n" => after_line_break(document, cursor),
        _ => None,
    };
    edit.into_iter().collect()
}

fn after_pipe(document: &Document, cursor: TextSize) -> Option<Edit> {
    let before = before(document, cursor)?;
    let (pipe, rest) = before.split_first()?;
    if pipe.kind() != SyntaxKind::PIPE || pipe.text_range().end() != cursor || !begins_line(pipe) {
        return None;
    }
    indented(document, pipe.text_range().start(), stage_column(document, rest)?)
}

fn after_line_break(document: &Document, cursor: TextSize) -> Option<Edit> {
    let before = before(document, cursor)?;
    let last = before.first()?;
    let line = document.line_end(cursor);
    // What was behind the cursor when the line was broken.
    let rest = document.slice(TextRange::new(cursor, line)).trim_start();
    let column = match rest.chars().next() {
        Some('|') => stage_column(document, &before)?,
        Some(_) if !goes_on(last) => return None,
        _ if goes_on(last) => continued(document, &before)?,
        // The source's line is done, and a stage will follow.
        None if is_source(last) => stage_column(document, &before)?,
        _ => return None,
    };
    indented(document, cursor, column)
}

/// What stands before the cursor in its block, the nearest first, without space and comments; None outside of a
/// block's text, and in a comment or string.
fn before(document: &Document, cursor: TextSize) -> Option<Vec<SyntaxToken>> {
    let root = document.parse().root();
    let block = root.blocks().find(|block| block.range().contains_inclusive(cursor))?;
    let body = block.body().filter(|body| body.range().contains_inclusive(cursor))?;
    // Behind the last line's end comes the closing fence, or what is no part of the block any more.
    if cursor == body.range().start() || block.close().is_some_and(|close| close.text_range().start() < cursor) {
        return None;
    }
    let at = body.syntax().token_at_offset(cursor).left_biased()?;
    if matches!(at.kind(), SyntaxKind::COMMENT | SyntaxKind::STRING) && at.text_range().end() >= cursor {
        return None;
    }
    let all = std::iter::successors(Some(at), SyntaxToken::prev_token);
    let inside = all.take_while(|token| token.text_range().start() >= body.range().start());
    Some(inside.filter(|token| !token.kind().is_trivia()).collect())
}

/// Where a stage of the pipeline begins that these tokens are the end of: under its other stages, else under its
/// source; within a `let` further right.
fn stage_column(document: &Document, before: &[SyntaxToken]) -> Option<usize> {
    let mut depth = 0usize;
    let mut first = None;
    for token in before {
        match token.kind() {
            SyntaxKind::R_PAREN => depth += 1,
            SyntaxKind::L_PAREN if depth == 0 => break,
            SyntaxKind::L_PAREN => depth -= 1,
            SyntaxKind::SEMICOLON if depth == 0 => break,
            SyntaxKind::PIPE if depth == 0 && begins_line(token) => return Some(indent(document, token)),
            _ => {}
        }
        first = Some(token);
    }
    let first = first?;
    let further = if first.text() == "let" || !begins_line(first) { CLAUSE } else { 0 };
    Some(indent(document, first) + further)
}

/// Where a line goes on that ends with something unfinished.
fn continued(document: &Document, before: &[SyntaxToken]) -> Option<usize> {
    let mut depth = 0usize;
    for token in before {
        match token.kind() {
            SyntaxKind::R_PAREN | SyntaxKind::R_BRACKET => depth += 1,
            SyntaxKind::L_PAREN | SyntaxKind::L_BRACKET if depth > 0 => depth -= 1,
            SyntaxKind::L_PAREN | SyntaxKind::L_BRACKET => return Some(inside(document, token)),
            SyntaxKind::PIPE if depth == 0 => return Some(indent(document, token) + ITEM),
            SyntaxKind::SEMICOLON if depth == 0 => return None,
            _ if depth == 0 && token.text() == "let" => return Some(indent(document, token) + CLAUSE),
            _ => {}
        }
    }
    None
}

/// Where what stands in parentheses begins, which are open behind this one.
fn inside(document: &Document, open: &SyntaxToken) -> usize {
    let (start, end) = space(document, open.text_range().start());
    let column = usize::from(end - start);
    let in_stage = document.text().get(usize::from(end)..).is_some_and(|line| line.starts_with('|'));
    let pipeline = open.parent().is_some_and(|parent| parent.kind() == SyntaxKind::SUBPIPELINE);
    match (in_stage, pipeline) {
        (true, true) => column + ITEM,
        (true, false) => column + ITEM + CLAUSE,
        (false, _) => column + CLAUSE,
    }
}

/// Something has to follow.
fn goes_on(token: &SyntaxToken) -> bool {
    use SyntaxKind::*;
    match token.kind() {
        COMMA | EQ | EQ_EQ | NOT_EQ | EQ_TILDE | NOT_TILDE | LT | LT_EQ | GT | GT_EQ | PLUS | MINUS | SLASH
        | L_PAREN | L_BRACKET | OPERATOR_WORD => true,
        kind => {
            kind.is_keyword()
                && matches!(
                    token.text(),
                    "and"
                        | "or"
                        | "not"
                        | "by"
                        | "on"
                        | "with"
                        | "within"
                        | "where"
                        | "extend"
                        | "project"
                        | "summarize"
                )
        }
    }
}

/// The name that a pipeline begins with.
fn is_source(token: &SyntaxToken) -> bool {
    token.parent_ancestors().take(2).any(|node| node.kind() == SyntaxKind::SOURCE)
        || token.parent_ancestors().nth(1).is_some_and(|node| node.kind() == SyntaxKind::LET)
            && token.parent().is_some_and(|node| node.kind() == SyntaxKind::NAME_REF)
}

/// Only space stands before it on its line.
pub(super) fn begins_line(token: &SyntaxToken) -> bool {
    let before = std::iter::successors(token.prev_token(), SyntaxToken::prev_token);
    let mut before = before.filter(|token| !matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::PREFIX));
    before.next().is_none_or(|token| token.kind() == SyntaxKind::NEWLINE)
}

/// How far right the line of a token begins, behind what a list or quote puts before it.
fn indent(document: &Document, token: &SyntaxToken) -> usize {
    let (start, end) = space(document, token.text_range().start());
    usize::from(end - start)
}

/// The space that the line of an offset begins with.
fn space(document: &Document, offset: TextSize) -> (TextSize, TextSize) {
    let text = document.text().get(..usize::from(offset)).unwrap_or("");
    let line = TextSize::new(text.rfind(['\n', '\r']).map_or(0, |at| at + 1) as u32);
    let root = document.parse().root();
    let token = root.syntax().token_at_offset(line).right_biased();
    let start = match token {
        Some(token) if token.kind() == SyntaxKind::PREFIX => token.text_range().end(),
        _ => line,
    };
    let rest = document.slice(TextRange::new(start, document.line_end(start)));
    (start, start + TextSize::new((rest.len() - rest.trim_start_matches([' ', '\t']).len()) as u32))
}

/// None where the line begins there already.
fn indented(document: &Document, offset: TextSize, column: usize) -> Option<Edit> {
    let (start, end) = space(document, offset);
    let range = TextRange::new(start, end);
    let text = " ".repeat(column);
    (document.slice(range) != text).then_some(Edit { range, text })
}
