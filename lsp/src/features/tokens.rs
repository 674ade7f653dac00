//! What each word of a block is, for colours: stages, fields, functions, names. Prose has its own colours.

use std::collections::HashSet;

use syntax::analysis::{Resolution, What};
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

/// What names stand for.
struct Names<'a> {
    /// In the order of the text.
    resolutions: &'a [Resolution],
    lets: HashSet<&'a str>,
    params: HashSet<&'a str>,
}

impl Names<'_> {
    fn of(document: &Document) -> Names<'_> {
        let analysis = document.analysis();
        Names {
            resolutions: &analysis.resolutions,
            lets: analysis.lets.iter().map(|known| &*known.name).collect(),
            params: analysis.params.iter().map(|known| &*known.name).collect(),
        }
    }

    /// What the analysis made of it: a field hides a parameter of its name. By its text, where something before it
    /// is wrong.
    fn kind(&self, node: &SyntaxNode) -> Option<Kind> {
        let start = node.text_range().start();
        let at = self.resolutions.partition_point(|known| known.range.start() < start);
        if let Some(known) = self.resolutions.get(at).filter(|known| known.range.start() == start) {
            return Some(match known.what {
                What::Field { .. } => Kind::Field,
                What::Function(_) | What::Aggregate(_) => Kind::Function,
                What::Source(_) => Kind::Source,
                What::Let(_) => Kind::Let,
                What::Param(_) => Kind::Param,
            });
        }
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
        (SyntaxKind::NAME_REF, SyntaxKind::PROPERTY) => return Some(value_of(names, node, &outer)),
        (SyntaxKind::NAME_REF, _) => names.kind(node).unwrap_or(Kind::Field),
        (SyntaxKind::NAME, SyntaxKind::LET) => return Some((Kind::Let, true)),
        // `size=` names what a window has, and makes no field.
        (SyntaxKind::NAME, SyntaxKind::NAMED_EXPR) if is_argument(&outer) => Kind::Field,
        (SyntaxKind::NAME, SyntaxKind::NAMED_EXPR | SyntaxKind::COLUMN) => return Some((Kind::Field, true)),
        (SyntaxKind::NAME, SyntaxKind::RENDER_STAGE) => Kind::Word,
        (SyntaxKind::NAME | SyntaxKind::NAME_PATTERN, _) => Kind::Field,
        _ => return None,
    };
    Some((kind, false))
}

fn is_argument(named: &SyntaxNode) -> bool {
    named.parent().is_some_and(|list| list.kind() == SyntaxKind::ARG_LIST)
}

/// `inner` of `kind=inner` is one of a few words; what a picture is given are fields.
fn value_of(names: &Names<'_>, node: &SyntaxNode, property: &SyntaxNode) -> (Kind, bool) {
    let makes = property.first_child().is_some_and(|name| name.text() == "with_itemindex");
    let of_picture = property.parent().is_some_and(|outer| outer.kind() == SyntaxKind::WITH_CLAUSE);
    match names.kind(node) {
        _ if makes => (Kind::Field, true),
        Some(kind) => (kind, false),
        None if of_picture => (Kind::Field, false),
        None => (Kind::Word, false),
    }
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

    #[test]
    fn names_are_what_they_are_read_as() {
        let text = "---\nparams:\n  name: { type: string, default: a }\n  late: { type: timespan, default: 1s }\n---\n\
                    ```headwater\nspans | where name == \"a\" and duration > late\n\
                    | join kind=inner (logs) on trace.id within 1s\n\
                    | summarize n = count() by hop(timestamp, size=1m, every=10s)\n\
                    | render timechart with (title=\"x\", ycolumns=n)\n```\n";
        let document = Document::new(text.to_owned(), 1, || {
            let sources = syntax::source::Sources::builtin();
            std::sync::Arc::new(syntax::analysis::Context { sources, ..Default::default() })
        });
        let found = tokens(&document, None);
        let of_names = found.iter().filter(|token| document.slice(token.range).starts_with(char::is_alphabetic));
        let said = of_names.filter(|token| token.kind != Kind::Keyword).map(|token| {
            let declares = if token.declares { " declares" } else { "" };
            format!("{:?} {}{declares}\n", token.kind, document.slice(token.range))
        });
        expect![[r#"
            Source spans
            Field name
            Operator and
            Field duration
            Param late
            Field kind
            Word inner
            Source logs
            Field trace
            Field id
            Field n declares
            Function count
            Function hop
            Field timestamp
            Field size
            Field every
            Word timechart
            Field title
            Field ycolumns
            Field n
        "#]]
        .assert_eq(&said.collect::<String>());
    }
}
