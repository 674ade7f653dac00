//! What each word of a block is, for colours: stages, fields, functions, names. Prose has its own colours.

use syntax::ast::AstNode;
use syntax::{SyntaxKind, SyntaxNode, SyntaxToken, TextRange};

use crate::document::Document;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub range: TextRange,
    pub kind: Kind,
    /// Named here.
    pub declares: bool,
}

/// In the order in which an editor is told of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Keyword,
    Operator,
    Field,
    Function,
    Source,
    Let,
    Param,
    Word,
    Type,
    String,
    Number,
    Comment,
}

impl Kind {
    pub const ALL: [Kind; 12] = [
        Kind::Keyword,
        Kind::Operator,
        Kind::Field,
        Kind::Function,
        Kind::Source,
        Kind::Let,
        Kind::Param,
        Kind::Word,
        Kind::Type,
        Kind::String,
        Kind::Number,
        Kind::Comment,
    ];
}

/// In the order of the text; none overlaps another.
pub fn tokens(document: &Document) -> Vec<Token> {
    let blocks = document.parse().root();
    let bodies = blocks.blocks().filter_map(|block| block.body());
    let tokens = bodies.flat_map(|body| {
        body.syntax().descendants_with_tokens().filter_map(|element| element.into_token()).collect::<Vec<_>>()
    });
    let found = tokens.filter_map(|token| {
        let (kind, declares) = classify(document, &token)?;
        Some(Token { range: token.text_range(), kind, declares })
    });
    found.collect()
}

fn classify(document: &Document, token: &SyntaxToken) -> Option<(Kind, bool)> {
    use SyntaxKind::*;
    let kind = match token.kind() {
        COMMENT => Kind::Comment,
        STRING => Kind::String,
        INT | REAL | TIMESPAN | SIZE | DATETIME => Kind::Number,
        IDENT | QUOTED_IDENT | DOT => return name(document, &token.parent()?),
        AND_KW | OR_KW | NOT_KW | MATCHES_KW | REGEX_KW | OPERATOR_WORD => Kind::Operator,
        EQ_EQ | NOT_EQ | EQ_TILDE | NOT_TILDE | LT | LT_EQ | GT | GT_EQ | LT_GT | PLUS | MINUS | STAR | SLASH
        | PERCENT | DOT_DOT => Kind::Operator,
        PIPE => Kind::Keyword,
        kind if kind.is_keyword() => Kind::Keyword,
        _ => return None,
    };
    Some((kind, false))
}

fn name(document: &Document, node: &SyntaxNode) -> Option<(Kind, bool)> {
    let outer = node.parent()?;
    let kind = match (node.kind(), outer.kind()) {
        (SyntaxKind::TYPE_NAME, _) => Kind::Type,
        (SyntaxKind::NAME_REF, SyntaxKind::CALL_EXPR) => Kind::Function,
        (SyntaxKind::NAME_REF, SyntaxKind::SOURCE) => defined(document, node).unwrap_or(Kind::Source),
        (SyntaxKind::NAME_REF, _) => defined(document, node).unwrap_or(Kind::Field),
        (SyntaxKind::NAME, SyntaxKind::LET) => return Some((Kind::Let, true)),
        (SyntaxKind::NAME, SyntaxKind::NAMED_EXPR | SyntaxKind::COLUMN) => return Some((Kind::Field, true)),
        (SyntaxKind::NAME, SyntaxKind::PROPERTY | SyntaxKind::RENDER_STAGE) => Kind::Word,
        (SyntaxKind::NAME | SyntaxKind::NAME_PATTERN, _) => Kind::Field,
        _ => return None,
    };
    Some((kind, false))
}

fn defined(document: &Document, node: &SyntaxNode) -> Option<Kind> {
    let (analysis, name) = (document.analysis(), node.text());
    if analysis.lets.iter().any(|it| name == *it.name) {
        return Some(Kind::Let);
    }
    analysis.params.iter().any(|it| name == *it.name).then_some(Kind::Param)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn each_word_of_a_block_has_its_kind_and_prose_has_none() {
        let text = "# where\n```headwater\nspans // all\n| where http.status >= 500 and not(region has \"eu\")\n\
                    | summarize p = percentile(duration, 99) by bin(timestamp, 10s)\n```\n";
        let document = Document::new(text.to_owned(), 1, Default::default);
        let found = tokens(&document);
        let said = found.iter().map(|token| format!("{:?} {}\n", token.kind, document.slice(token.range)));
        expect![[r#"
            Source spans
            Comment // all
            Keyword |
            Keyword where
            Field http
            Field .
            Field status
            Operator >=
            Number 500
            Operator and
            Function not
            Field region
            Operator has
            String "eu"
            Keyword |
            Keyword summarize
            Field p
            Function percentile
            Field duration
            Number 99
            Keyword by
            Function bin
            Field timestamp
            Number 10s
        "#]]
        .assert_eq(&said.collect::<String>());
    }
}
