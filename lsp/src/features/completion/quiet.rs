//! Places where what could be offered is not known well: nothing, or only what is surely right, is offered there.
//! A wrong offer is worse than none.

use syntax::ast::AstNode;
use syntax::{SyntaxKind, SyntaxNode, SyntaxToken, TextSize};

use super::ItemKind;
use crate::document::Document;

/// What may be offered at a place.
pub(super) enum May {
    Anything,
    Only(&'static [ItemKind]),
    /// Of a column or a parameter.
    Types,
    Nothing,
}

/// Sources and names of pipelines, and words of the language.
const PIPELINES: &[ItemKind] = &[ItemKind::Source, ItemKind::Let, ItemKind::Word];

pub(super) fn at(document: &Document, cursor: TextSize) -> May {
    use SyntaxKind::*;
    let root = document.parse().root();
    if !root.syntax().text_range().contains_inclusive(cursor) {
        return May::Anything;
    }
    // What begins at the cursor is written over.
    let over = root.syntax().token_at_offset(cursor).right_biased().filter(|token| !token.kind().is_trivia());
    // `spans*` is all names that begin so.
    let pattern = over.as_ref().and_then(|token| token.next_token()).is_some_and(|next| next.kind() == STAR);
    let begins = |kind: SyntaxKind| matches!(kind, FUNCTION | MATERIALIZE | DATATABLE | EXTERNALDATA | RANGE_SOURCE);
    let begun = over.is_some_and(|token| token.parent_ancestors().any(|node| begins(node.kind())));
    let mut token = root.syntax().token_at_offset(cursor).left_biased();
    while let Some(known) = token.as_ref().filter(|token| token.kind().is_trivia()) {
        token = known.prev_token();
    }
    let Some(token) = token else { return if begun { May::Nothing } else { May::Anything } };
    let typed = |token: &SyntaxToken| token.kind() == COLON;
    let before =
        || std::iter::successors(token.prev_token(), SyntaxToken::prev_token).find(|it| !it.kind().is_trivia());
    let at_type = typed(&token) || token.text_range().end() >= cursor && before().is_some_and(|before| typed(&before));
    if !at_type && begun {
        return May::Nothing;
    }
    for node in token.parent_ancestors() {
        match node.kind() {
            PARAMETERS | PARAMETER | TABLE_TYPE | DATATABLE | EXTERNALDATA if at_type => return May::Types,
            // Other names than the runbook's are known there, and types.
            FUNCTION | PARAMETERS | PARAMETER | TABLE_TYPE | FUNCTION_BODY => return May::Nothing,
            DATATABLE | EXTERNALDATA | PRINT | RANGE_SOURCE | MATERIALIZE => return May::Nothing,
            EVALUATE_STAGE | MAKE_SERIES_STAGE | MV_APPLY_STAGE | INVOKE_STAGE | AS_STAGE | PROJECT_REORDER_STAGE => {
                return May::Nothing;
            }
            PROPERTY => return May::Only(&[ItemKind::Word]),
            UNION_STAGE if pattern => return May::Nothing,
            UNION_STAGE => return May::Only(PIPELINES),
            // A pipeline that a function of one's own gives, with its arguments.
            SOURCE if node.descendants().any(|part| part.kind() == CALL_EXPR) => return May::Nothing,
            LET if asks_pipeline(&node) => return May::Nothing,
            kind if is_stage(kind) && asks_pipeline(&node) => return May::Nothing,
            BLOCK => break,
            _ => {}
        }
    }
    May::Anything
}

fn is_stage(kind: SyntaxKind) -> bool {
    format!("{kind:?}").ends_with("_STAGE")
}

/// A value in it is what another pipeline gives.
fn asks_pipeline(node: &SyntaxNode) -> bool {
    let in_value = |inner: &SyntaxNode| {
        let around = inner.ancestors().skip(1).take_while(|around| around != node);
        around.into_iter().any(|around| {
            let kind = format!("{:?}", around.kind());
            kind.ends_with("_EXPR") || kind == "ARG_LIST" || kind == "LIST"
        })
    };
    node.descendants().any(|inner| inner.kind() == SyntaxKind::SUBPIPELINE && in_value(&inner))
        || node.descendants().any(|inner| {
            inner.kind() == SyntaxKind::CALL_EXPR
                && inner.first_token().is_some_and(|word| matches!(word.text(), "toscalar" | "materialize"))
        })
}
