//! A keystroke within a block: that block alone is parsed anew, and the rest of the tree stays. The result is
//! the same as parsing the whole text; where that is not sure, the whole text is parsed.

use rowan::NodeOrToken;

use super::{Parse, Tree, parse};
use crate::kind::{SyntaxKind::*, SyntaxNode};
use crate::markdown::{self, Piece};
use crate::{Diagnostic, TextRange, TextSize};

impl Parse {
    /// The same as `parse(text)`, where `text` is this one's with `range` replaced by `inserted` bytes.
    pub fn edited(&self, text: &str, range: TextRange, inserted: TextSize) -> Parse {
        self.edited_in_block(text, range, inserted).unwrap_or_else(|| parse(text))
    }

    fn edited_in_block(&self, text: &str, range: TextRange, inserted: TextSize) -> Option<Parse> {
        if self.query || text.len() > super::MAX_TEXT {
            return None;
        }
        let root = SyntaxNode::new_root(self.green.clone());
        let NodeOrToken::Node(block) = root.child_or_token_at_range(range)? else { return None };
        let body = block.children().find(|child| child.kind() == BODY)?.text_range();
        let closed = block.last_token().is_some_and(|token| token.kind() == FENCE_CLOSE);
        if block.kind() != BLOCK || !closed || range.start() < body.start() || range.end() >= body.end() {
            return None;
        }
        // In lists and quotes what stands before each line counts too.
        let mut tokens = block.descendants_with_tokens();
        if tokens.any(|token| token.kind() == PREFIX) {
            return None;
        }
        let old = block.text_range();
        let (start, new_end) = (usize::from(old.start()), usize::from(old.end() - range.len() + inserted));
        let at = usize::from(range.start());
        let put = text.get(at..at + usize::from(inserted))?;
        let is_break = |c: char| matches!(c, '\n' | '\r');
        // Of the block alone: a text looks at each token of its node.
        let taken = block.text().slice(range - old.start());
        let splits = text[..at].ends_with('\r') && text[at + put.len()..].starts_with('\n');
        if put.contains('\r') || taken.contains_char('\r') || splits {
            return None;
        }
        if start > 0 && !text[..start].ends_with('\n') {
            return None;
        }
        // A line that may close the block changes what the lines after it are.
        let line = text[..at].rfind(is_break).map_or(0, |before| before + 1);
        if text[line..].trim_start().starts_with(['`', '~']) {
            return None;
        }
        let slice = text.get(start..new_end)?;
        let pieces = markdown::pieces(slice);
        let [Piece::Block(fence)] = pieces.as_slice() else { return None };
        if fence.range != (0..slice.len()) || fence.close.is_none() {
            return None;
        }
        let mut tree = Tree::new(slice);
        tree.block(fence);
        let made = tree.finish(false);
        let node = SyntaxNode::new_root(made.green.clone()).first_child()?.green().into_owned();
        let green = block.replace_with(node);
        Some(Parse { green, diagnostics: self.spliced(&made, old, range, inserted), query: false })
    }

    /// Those before the block, the block's new ones, and those after it at their new places.
    fn spliced(
        &self,
        made: &Parse,
        old: TextRange,
        range: TextRange,
        inserted: TextSize,
    ) -> std::sync::Arc<[Diagnostic]> {
        let before = self.diagnostics.iter().filter(|found| found.range.start() < old.start()).cloned();
        let within = made.diagnostics.iter().map(|found| moved(found, |at| at + old.start()));
        let after = self.diagnostics.iter().filter(|found| found.range.start() >= old.end());
        let after = after.map(|found| moved(found, |at| at - range.len() + inserted));
        before.chain(within).chain(after).collect()
    }
}

fn moved(found: &Diagnostic, to: impl Fn(TextSize) -> TextSize) -> Diagnostic {
    let to = |range: TextRange| TextRange::new(to(range.start()), to(range.end()));
    let mut found = found.clone();
    found.range = to(found.range);
    for edit in found.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
        edit.range = to(edit.range);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_in_a_block_costs_that_block_alone() {
        let text = "# A\n\n```headwater\nspans | whre x\n```\n\n```headwater\nlogs | wher x\n```\n";
        let at = TextSize::of(&text[..text.find("whre").expect("it is there") + 2]);
        let edited = text.replace("whre", "where");
        let again = parse(text).edited_in_block(&edited, TextRange::empty(at), TextSize::new(1));
        assert_eq!(again, Some(parse(&edited)));
    }
}
