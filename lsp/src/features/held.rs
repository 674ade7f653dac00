//! What is told of a text while somebody types in it: nothing that the next letters will mend. What was told stays
//! as long as it holds; what is new waits until nothing is typed for a moment, unless a name that was left behind on
//! the same line is wrong.

use syntax::{Code, Diagnostic, TextRange, TextSize};

/// An edit: what it replaced in the text before, and how much stands there now.
#[derive(Clone, Copy, Debug)]
pub struct Edited {
    pub range: TextRange,
    pub inserted: TextSize,
}

impl Edited {
    /// Behind what was typed last.
    pub fn cursor(self) -> TextSize {
        self.range.start() + self.inserted
    }

    /// Where something of the text before stands now; None of what the edit is about.
    fn moved(self, range: TextRange) -> Option<TextRange> {
        let old = self.range;
        // What only touches the edit is not the same any more, nor is a place where something is missing.
        if range.end() < old.start() {
            return Some(range);
        }
        let at = range.start().checked_sub(old.end()).filter(|behind| *behind > TextSize::new(0))?;
        Some(TextRange::at(self.cursor() + at, range.len()))
    }
}

/// Those that were told of the text before, at their places in the one after the edit.
pub fn moved(told: &[Diagnostic], edit: Edited) -> Vec<(Code, TextRange)> {
    told.iter().filter_map(|found| Some((found.code, edit.moved(found.range)?))).collect()
}

/// Of all that is found, what is told now. `known` was told before.
pub fn told(found: &[Diagnostic], known: &[(Code, TextRange)], text: &str, cursor: TextSize) -> Vec<Diagnostic> {
    let at = usize::from(cursor).min(text.len());
    let line = text.as_bytes()[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    // Spaces between a word and the cursor are still the word's.
    let word = text.as_bytes()[..at].iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |end| end + 1);
    let left_behind = |found: &Diagnostic| {
        let named = matches!(
            found.code,
            Code::UnknownField | Code::UnknownFunction | Code::UnknownStage | Code::UnknownName | Code::UnknownSource
        );
        let (start, end) = (usize::from(found.range.start()), usize::from(found.range.end()));
        named && line <= start && end < word
    };
    let is_told = |found: &&Diagnostic| known.contains(&(found.code, found.range)) || left_behind(found);
    found.iter().filter(is_told).cloned().collect()
}
