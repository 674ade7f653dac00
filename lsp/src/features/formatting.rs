//! The edits that make a runbook's blocks look as all do, no larger than the lines that change. The prose around
//! them is the writer's.

use syntax::{Edit, TextRange, TextSize};

use crate::document::Document;

/// Of the whole document, or of the lines that a selection touches.
pub fn formatting(document: &Document, within: Option<TextRange>) -> Vec<Edit> {
    let selected = within.map(|within| lines(document, within));
    let wanted = |edit: &Edit| selected.is_none_or(|selected| touches(edit.range, selected));
    // The blocks that it does not touch need not be compared.
    let blocks = syntax::format(document.parse()).into_iter().filter(wanted);
    blocks.flat_map(|edit| by_line(document, edit)).filter(wanted).collect()
}

/// Whole lines. One that is selected up to its very start is not meant.
fn lines(document: &Document, within: TextRange) -> TextRange {
    let text = document.text();
    let start = text[..usize::from(within.start())].rfind('\n').map_or(0, |at| at + 1);
    let last = match within.is_empty() || !text[..usize::from(within.end())].ends_with('\n') {
        true => within.end(),
        false => within.end() - TextSize::new(1),
    };
    let rest = &text[usize::from(last)..];
    let end = usize::from(last) + rest.find('\n').map_or(rest.len(), |at| at + 1);
    TextRange::new(size(start), size(end))
}

/// What is only put in belongs to the line that it stands before.
fn touches(edit: TextRange, lines: TextRange) -> bool {
    match edit.is_empty() {
        true => lines.contains(edit.start()),
        false => edit.intersect(lines).is_some_and(|both| !both.is_empty()),
    }
}

/// One edit for each few lines that end with the same sign before and after, so that each can be made without the
/// others. Formatting moves line ends, and signs over them.
fn by_line(document: &Document, edit: Edit) -> Vec<Edit> {
    let old = document.slice(edit.range);
    let marks = marks(document, edit.range);
    let mut edits = Vec::new();
    let (mut from, mut new_from) = (0, 0);
    for (to, new_to) in meetings(old, &edit.text, marks) {
        let (before, after) = (&old[from..to], &edit.text[new_from..new_to]);
        let start = same_lines(before.split_inclusive('\n').zip(after.split_inclusive('\n')));
        let (before, after) = (&before[start..], &after[start..]);
        let end = same_lines(before.split_inclusive('\n').rev().zip(after.split_inclusive('\n').rev()));
        let (before, after) = (&before[..before.len() - end], &after[..after.len() - end]);
        if before != after {
            let range = TextRange::at(edit.range.start() + size(from + start), TextSize::of(before));
            edits.push(Edit { range, text: after.to_owned() });
        }
        (from, new_from) = (to, new_to);
    }
    edits
}

fn same_lines<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> usize {
    pairs.take_while(|(old, new)| old == new).map(|(old, _)| old.len()).sum()
}

/// How many `>` of quotes stand before each line of a block, as before its fence.
fn marks(document: &Document, range: TextRange) -> usize {
    let text = document.text();
    let fence = document.analysis().block_at(range.start()).map_or(range.start(), |block| block.range.start());
    let start = text[..usize::from(fence)].rfind('\n').map_or(0, |at| at + 1);
    text[start..usize::from(fence)].matches('>').count()
}

/// Where a line ends in both texts with the same signs before it; the last is the end of both.
fn meetings(old: &str, new: &str, marks: usize) -> Vec<(usize, usize)> {
    let end = (old.len(), new.len());
    let mut signs = old.split_inclusive('\n').flat_map(|line| signs(line, marks)).peekable();
    let old_lines = line_ends(old, |line| self::signs(line, marks).count());
    // Each sign of the new text is the old one's next, but for the direction that `sort` had left out.
    let mut same = true;
    let new_lines = line_ends(new, |line| {
        let line: Vec<char> = self::signs(line, marks).collect();
        let (mut at, mut count) = (0, 0);
        while at < line.len() {
            if signs.next_if_eq(&line[at]).is_some() {
                (at, count) = (at + 1, count + 1);
            } else if line[at..].starts_with(&['d', 'e', 's', 'c']) {
                at += 4;
            } else {
                same = false;
                break;
            }
        }
        count
    });
    let mut meetings = Vec::new();
    let (mut old_lines, mut new_lines) = (old_lines.into_iter().peekable(), new_lines.into_iter().peekable());
    while let (true, Some((mut here, mut at)), Some((mut there, mut new_at))) =
        (same, old_lines.next(), new_lines.next())
    {
        while here != there {
            let behind = if here < there { &mut old_lines } else { &mut new_lines };
            let Some((count, offset)) = behind.next() else { break };
            if here < there { (here, at) = (count, offset) } else { (there, new_at) = (count, offset) }
        }
        if here == there {
            meetings.push((at, new_at));
        }
    }
    // What only one of them has left goes with what is before it.
    meetings.pop();
    meetings.push(end);
    meetings
}

/// How many signs there are up to the end of each line, and where that is.
fn line_ends(text: &str, mut count: impl FnMut(&str) -> usize) -> Vec<(usize, usize)> {
    let lines = text.split_inclusive('\n');
    let ends = lines.scan((0, 0), |(signs, end), line| {
        *signs += count(line);
        *end += line.len();
        Some((*signs, *end))
    });
    ends.collect()
}

/// All but space, and but the marks of quotes that the line begins with.
fn signs(line: &str, marks: usize) -> impl Iterator<Item = char> {
    let mut rest = line.trim_start();
    for _ in 0..marks {
        rest = rest.strip_prefix('>').unwrap_or(rest).trim_start();
    }
    rest.chars().filter(|c| !c.is_whitespace())
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or_default()
}
