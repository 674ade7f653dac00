//! Colours: what each word is, in the numbers that the protocol wants.

use tower_lsp::ls_types::*;

use super::View;
use crate::features::tokens;

impl View<'_> {
    pub(crate) fn tokens(&self, within: Option<Range>) -> Vec<SemanticToken> {
        let within = within.map(|range| self.text_range(range));
        let mut data = Vec::new();
        let (mut line, mut start) = (0, 0);
        for token in tokens::tokens(self.document, within) {
            let Range { start: at, end } = self.range(token.range);
            // The protocol's tokens stay on one line.
            if at.line != end.line {
                continue;
            }
            let delta_start = if at.line == line { at.character - start } else { at.character };
            data.push(SemanticToken {
                delta_line: at.line - line,
                delta_start,
                length: end.character - at.character,
                token_type: token.kind as u32,
                token_modifiers_bitset: u32::from(token.declares),
            });
            (line, start) = (at.line, at.character);
        }
        data
    }
}

/// The names of [`tokens::Kind::ALL`], in its order; only modifier: declaration.
pub(crate) fn token_legend() -> SemanticTokensLegend {
    let name = |kind| match kind {
        tokens::Kind::Keyword => SemanticTokenType::KEYWORD,
        tokens::Kind::Operator => SemanticTokenType::OPERATOR,
        tokens::Kind::Field => SemanticTokenType::PROPERTY,
        tokens::Kind::Function => SemanticTokenType::FUNCTION,
        tokens::Kind::Source => SemanticTokenType::NAMESPACE,
        tokens::Kind::Let => SemanticTokenType::VARIABLE,
        tokens::Kind::Param => SemanticTokenType::PARAMETER,
        tokens::Kind::Word => SemanticTokenType::ENUM_MEMBER,
        tokens::Kind::Type => SemanticTokenType::TYPE,
        tokens::Kind::String => SemanticTokenType::STRING,
        tokens::Kind::Number => SemanticTokenType::NUMBER,
        tokens::Kind::Comment => SemanticTokenType::COMMENT,
    };
    SemanticTokensLegend {
        token_types: tokens::Kind::ALL.map(name).to_vec(),
        token_modifiers: vec![SemanticTokenModifier::DECLARATION],
    }
}
