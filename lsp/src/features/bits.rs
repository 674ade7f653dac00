//! Expressions before the cursor, as far as the types of their parts can be told from the tokens.

use syntax::SyntaxKind;

use super::scan::{Part, is_comparison};

/// A part of an expression, as far as its type can be told from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bit {
    Name(String),
    Literal(SyntaxKind),
    /// A group in parentheses has no function.
    Call {
        function: String,
        arguments: Vec<Vec<Bit>>,
    },
    /// Of an array or a bag.
    Element,
    /// A comparison, or what joins such.
    Truth,
    /// `+`, `*` and so on, and whatever else is no operand.
    Sign(SyntaxKind),
}

/// A comparison of which the other side is at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    pub left: Vec<Bit>,
    pub operator: String,
}

/// The left side and the sign of a comparison that ends here.
pub(super) fn compared(parts: &[Part]) -> Option<Compared> {
    let (last, mut before) = parts.split_last()?;
    // `matches regex`
    if last.text == "regex" && before.last().is_some_and(|first| first.text == "matches") {
        before = &before[..before.len() - 1];
    }
    if !is_comparison(last) || !before.last()?.operand {
        return None;
    }
    Some(Compared { left: bits(operands_end(before)), operator: last.text.clone() })
}

/// The operands and signs at the end, as far back as they belong together.
pub(super) fn operands_end(parts: &[Part]) -> &[Part] {
    let own = |part: &Part| {
        part.operand || is_sign(part.kind) || matches!(part.kind, SyntaxKind::L_BRACKET | SyntaxKind::DOT)
    };
    let start = parts.iter().rposition(|part| !own(part)).map_or(0, |at| at + 1);
    &parts[start..]
}

/// What was written between the commas of a call or group, each by itself.
pub(super) fn arguments(parts: &[Part]) -> Vec<Vec<Bit>> {
    let all = parts.split(|part| part.kind == SyntaxKind::COMMA);
    let value = |argument: &[Part]| {
        // Behind the name of an argument.
        let named = argument.iter().position(|part| part.kind == SyntaxKind::EQ).map_or(0, |at| at + 1);
        bits(&argument[named..])
    };
    all.map(value).collect()
}

pub(super) fn bits(parts: &[Part]) -> Vec<Bit> {
    let mut made: Vec<Bit> = Vec::new();
    for part in parts {
        let bit = match part.kind {
            SyntaxKind::R_PAREN => Bit::Call { function: part.text.clone(), arguments: part.within.clone() },
            SyntaxKind::R_BRACKET => {
                // An element of what stands before it.
                let from = made.iter().rposition(|bit| *bit == Bit::Sign(SyntaxKind::L_BRACKET)).unwrap_or(0);
                made.truncate(from.saturating_sub(1));
                Bit::Element
            }
            _ if is_truth(part) => Bit::Truth,
            kind if is_sign(kind) || !part.operand => Bit::Sign(kind),
            SyntaxKind::IDENT | SyntaxKind::QUOTED_IDENT => Bit::Name(part.text.clone()),
            kind if kind.is_keyword() => Bit::Name(part.text.clone()),
            kind => Bit::Literal(kind),
        };
        made.push(bit);
    }
    made
}

/// What it stands in is true or false.
fn is_truth(part: &Part) -> bool {
    is_comparison(part) || !part.operand && matches!(part.text.as_str(), "and" | "or" | "not")
}

pub(super) fn is_sign(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(kind, PLUS | MINUS | STAR | SLASH | PERCENT)
}
