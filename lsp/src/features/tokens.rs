//! What each word of a block is, for colours: stages, fields, functions, names. Prose has its own colours.

use std::collections::HashSet;

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

/// In the order of the text; none overlaps another. Of the whole document, or only those that touch a range.
pub fn tokens(document: &Document, within: Option<TextRange>) -> Vec<Token> {
    let names = Names::of(document);
    let touches = |range: TextRange| within.is_none_or(|within| within.intersect(range).is_some());
    let blocks = document.parse().root().blocks().filter(|block| touches(block.range()));
    let mut found = Vec::new();
    for body in blocks.filter_map(|block| block.body()) {
        for token in body.syntax().descendants_with_tokens().filter_map(|element| element.into_token()) {
            if let Some((kind, declares)) = classify(&names, &token).filter(|_| touches(token.text_range())) {
                found.push(Token { range: token.text_range(), kind, declares });
            }
        }
    }
    found
}

/// What is defined in the runbook.
struct Names<'a> {
    lets: HashSet<&'a str>,
    params: HashSet<&'a str>,
}

impl Names<'_> {
    fn of(document: &Document) -> Names<'_> {
        let analysis = document.analysis();
        Names {
            lets: analysis.lets.iter().map(|known| &*known.name).collect(),
            params: analysis.params.iter().map(|known| &*known.name).collect(),
        }
    }

    fn kind(&self, node: &SyntaxNode) -> Option<Kind> {
        let name = node.text().to_string();
        if self.lets.contains(&*name) {
            return Some(Kind::Let);
        }
        self.params.contains(&*name).then_some(Kind::Param)
    }
}

fn classify(names: &Names<'_>, token: &SyntaxToken) -> Option<(Kind, bool)> {
    use SyntaxKind::*;
    let kind = match token.kind() {
        COMMENT => Kind::Comment,
        STRING => Kind::String,
        INT | REAL | TIMESPAN | SIZE | DATETIME => Kind::Number,
        IDENT | QUOTED_IDENT | DOT => return name(names, &token.parent()?),
        AND_KW | OR_KW | NOT_KW | MATCHES_KW | REGEX_KW | OPERATOR_WORD => Kind::Operator,
        EQ_EQ | NOT_EQ | EQ_TILDE | NOT_TILDE | LT | LT_EQ | GT | GT_EQ | LT_GT | PLUS | MINUS | STAR | SLASH
        | PERCENT | DOT_DOT => Kind::Operator,
        PIPE => Kind::Keyword,
        kind if kind.is_keyword() => Kind::Keyword,
        _ => return None,
    };
    Some((kind, false))
}

fn name(names: &Names<'_>, node: &SyntaxNode) -> Option<(Kind, bool)> {
    let outer = node.parent()?;
    let kind = match (node.kind(), outer.kind()) {
        (SyntaxKind::TYPE_NAME, _) => Kind::Type,
        (SyntaxKind::NAME_REF, SyntaxKind::CALL_EXPR) => Kind::Function,
        (SyntaxKind::NAME_REF, SyntaxKind::SOURCE) => names.kind(node).unwrap_or(Kind::Source),
        (SyntaxKind::NAME_REF, _) => names.kind(node).unwrap_or(Kind::Field),
        (SyntaxKind::NAME, SyntaxKind::LET) => return Some((Kind::Let, true)),
        (SyntaxKind::NAME, SyntaxKind::NAMED_EXPR | SyntaxKind::COLUMN) => return Some((Kind::Field, true)),
        (SyntaxKind::NAME, SyntaxKind::PROPERTY | SyntaxKind::RENDER_STAGE) => Kind::Word,
        (SyntaxKind::NAME | SyntaxKind::NAME_PATTERN, _) => Kind::Field,
        _ => return None,
    };
    Some((kind, false))
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
        let found = tokens(&document, None);
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

    #[test]
    fn of_a_range_there_are_those_that_touch_it() {
        let text = "```headwater\nspans | take 5\n```\n\n```headwater\nlogs | take 5\n```\n";
        let document = Document::new(text.to_owned(), 1, Default::default);
        let place = text.find("logs").expect("the source") as u32;
        let within = TextRange::new(place.into(), (place + 6).into());
        let found = tokens(&document, Some(within));
        let said: Vec<&str> = found.iter().map(|token| document.slice(token.range)).collect();
        assert_eq!(said, ["logs", "|"]);
    }
}
