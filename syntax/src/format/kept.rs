//! What the formatter promises, looked at before it is done: the formatted text means what the text meant, and formatting
//! it again changes nothing. Edits of blocks for which this does not hold are left out.

use rowan::NodeOrToken;
use rowan::ast::AstNode;

use super::{edits, with};
use crate::kind::{SyntaxKind, SyntaxKind::*};
use crate::{Edit, Parse, Severity, ast};

/// How often edits are left out before all of them are.
const TRIES: usize = 4;

/// Those of the edits, in the order of the text, for which it holds.
pub(super) fn kept(parse: &Parse, mut made: Vec<Edit>) -> Vec<Edit> {
    if made.is_empty() {
        return made;
    }
    let text = parse.text();
    let before: Vec<Meaning> = meanings(parse);
    for _ in 0..TRIES {
        let formatted = with(&text, &made);
        let again = if parse.is_query() { crate::parse_query(&formatted) } else { crate::parse(&formatted) };
        let after = meanings(&again);
        // Where there are other blocks than before, nobody can tell which edit is to blame.
        if before.len() != after.len() {
            return Vec::new();
        }
        let more = edits(&again);
        let is_kept = |edit: &Edit| {
            let place = before.partition_point(|block| block.end < edit.range.end().into());
            let (Some(before), Some(after)) = (before.get(place), after.get(place)) else { return false };
            let settled = !more.iter().any(|edit| (after.start..=after.end).contains(&edit.range.start().into()));
            settled && before.is_same(after)
        };
        let count = made.len();
        made.retain(is_kept);
        if made.len() == count {
            return made;
        }
    }
    Vec::new()
}

/// A block's tokens without space, what its comments say, and how many mistakes it has.
struct Meaning {
    start: usize,
    end: usize,
    tokens: Vec<(SyntaxKind, String)>,
    comments: Vec<String>,
    mistakes: usize,
}

impl Meaning {
    fn is_same(&self, other: &Meaning) -> bool {
        self.tokens == other.tokens && self.comments == other.comments && self.mistakes == other.mistakes
    }
}

fn meanings(parse: &Parse) -> Vec<Meaning> {
    let errors = parse.diagnostics().iter().filter(|found| found.severity == Severity::Error);
    let errors: Vec<_> = errors.map(|found| found.range).collect();
    parse.root().blocks().map(|block| meaning(&block, super::errors_in(&block, &errors).len())).collect()
}

fn meaning(block: &ast::Block, mistakes: usize) -> Meaning {
    let range = block.range();
    let (mut tokens, mut comments) = (Vec::new(), Vec::new());
    for token in block.syntax().descendants_with_tokens().filter_map(NodeOrToken::into_token) {
        match token.kind() {
            COMMENT => comments.push(token.text().trim_end().to_owned()),
            // The formatter writes the direction that `sort` leaves out.
            DESC_KW => {}
            kind if kind.is_trivia() => {}
            kind => tokens.push((kind, token.text().to_owned())),
        }
    }
    Meaning { start: range.start().into(), end: range.end().into(), tokens, comments, mistakes }
}
