//! What a team has to say about findings: other levels in `headwater.toml`, and comments that ignore one where
//! it stands, with the reason. What keeps a block from running is neither lowered nor ignored.
//!
//! `// headwater-ignore CODE: why` in a block, `<!-- headwater-ignore CODE: why -->` in the prose and
//! `# headwater-ignore CODE: why` in a configuration: at the end of the line that has the finding, or on a line of
//! its own above it, with or without empty lines between. `headwater-ignore-file` is about the whole file.

use std::collections::{BTreeMap, HashMap};

use crate::analysis::Block;
use crate::{Code, Diagnostic, Severity, TextRange, TextSize};

const WORD: &str = "headwater-ignore";

/// The levels that a team gave; a code without one keeps its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(BTreeMap<Code, Level>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Not said at all.
    Off,
    At(Severity),
}

impl Level {
    pub const WORDS: [&str; 4] = ["off", "hint", "warning", "error"];

    pub fn from_word(word: &str) -> Option<Level> {
        Some(match word {
            "off" => Level::Off,
            "hint" => Level::At(Severity::Hint),
            "warning" => Level::At(Severity::Warning),
            "error" => Level::At(Severity::Error),
            _ => return None,
        })
    }
}

impl Levels {
    pub fn set(&mut self, code: Code, level: Level) {
        self.0.insert(code, level);
    }

    pub fn get(&self, code: Code) -> Option<Level> {
        self.0.get(&code).copied()
    }

    /// As the team wants it; None where it wants none.
    fn applied(&self, mut diagnostic: Diagnostic) -> Option<Diagnostic> {
        if diagnostic.severity == Severity::Error {
            return Some(diagnostic);
        }
        match self.0.get(&diagnostic.code) {
            Some(Level::Off) => return None,
            Some(Level::At(severity)) => diagnostic.severity = *severity,
            None => {}
        }
        Some(diagnostic)
    }
}

/// What remains of a text's findings, and what is wrong with its comments; in the order of the text.
pub fn judge(text: &str, host: Host<'_>, found: Vec<Diagnostic>, levels: &Levels) -> Vec<Diagnostic> {
    let mut left = found;
    // Asked at each keystroke, of a text that may be long.
    if memchr::memmem::find(text.as_bytes(), WORD.as_bytes()).is_some() {
        let (mut ignores, mut wrong) = read(text, host);
        let lines = Lines::new(text);
        // The first that asks for it counts.
        let mut places: HashMap<(Option<usize>, Code), (usize, usize)> = HashMap::new();
        for (place, ignore) in ignores.iter().enumerate() {
            for (at, code) in ignore.codes.iter().enumerate() {
                places.entry((ignore.line, code.code)).or_insert((place, at));
            }
        }
        left.retain(|found| {
            let line = lines.of(found.range.start());
            let asked = [Some(line), None].into_iter().filter_map(|line| places.get(&(line, found.code))).min();
            let Some((place, at)) = asked else { return true };
            let asked = &mut ignores[*place].codes[*at];
            let refused = found.severity == Severity::Error;
            if refused && !asked.used {
                wrong.push(Diagnostic::ignore_of_error(asked.range, found.code));
            }
            asked.used = true;
            refused
        });
        // Where something is broken, nothing is told to be of no use, so that nobody knows whether it would be.
        if left.iter().any(|found| found.severity == Severity::Error) {
            let unused = |code: Code| matches!(code, Code::UnusedLet | Code::UnusedParam);
            let asked = ignores.iter_mut().flat_map(|ignore| &mut ignore.codes);
            asked.filter(|asked| unused(asked.code)).for_each(|asked| asked.used = true);
        }
        for ignore in &ignores {
            let whole = ignore.codes.iter().all(|code| !code.used).then_some(ignore.removed);
            let unused = ignore.codes.iter().filter(|code| !code.used && !code.code.depends_on_the_world());
            wrong.extend(unused.map(|code| Diagnostic::unused_ignore(code.range, code.code, whole)));
        }
        left.extend(wrong);
        left.sort_by_key(|found| (found.range.start(), found.severity));
    }
    if levels.0.is_empty() { left } else { left.into_iter().filter_map(|found| levels.applied(found)).collect() }
}

/// Where the comments stand.
#[derive(Clone, Copy, Debug)]
pub enum Host<'a> {
    Runbook(&'a [Block]),
    Config,
}

impl Host<'_> {
    /// What begins a comment at this place.
    fn mark(self, at: TextSize) -> &'static str {
        match self {
            Host::Config => "#",
            Host::Runbook(blocks) if is_within(blocks, at) => "//",
            Host::Runbook(_) => "<!--",
        }
    }
}

/// Blocks stand in the order of the text, and apart.
fn is_within(blocks: &[Block], at: TextSize) -> bool {
    let block = blocks.partition_point(|block| block.range.end() <= at);
    blocks.get(block).is_some_and(|block| block.range.contains(at))
}

/// A comment that asks to ignore findings.
struct Ignore {
    codes: Vec<Asked>,
    /// Of the findings; None is the whole file.
    line: Option<usize>,
    /// What goes with the comment.
    removed: TextRange,
}

struct Asked {
    code: Code,
    range: TextRange,
    used: bool,
}

fn read(text: &str, host: Host<'_>) -> (Vec<Ignore>, Vec<Diagnostic>) {
    let mut ignores = Vec::new();
    let mut wrong = Vec::new();
    let mut start = 0;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let next = says_something(&lines);
    for (number, line) in lines.iter().enumerate() {
        let from = start;
        start += line.len();
        let Some(at) = line.find(WORD) else { continue };
        let mark = host.mark(size(from + at));
        let Some(before) = line[..at].trim_end().strip_suffix(mark) else { continue };
        let alone = before.trim().is_empty();
        // In prose a comment is the end of its line and stands in no code, so that it can be written about.
        let ends = || line.trim_end().ends_with("-->") && before.matches('`').count() % 2 == 0;
        if mark == "<!--" && !alone && !ends() {
            continue;
        }
        let rest = &line[at + WORD.len()..];
        let (file, rest) = rest.strip_prefix("-file").map_or((false, rest), |rest| (true, rest));
        if rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_')) {
            continue;
        }
        let place = from + line.len() - rest.len();
        let rest = rest.trim_end();
        let rest = if mark == "<!--" { rest.strip_suffix("-->").unwrap_or(rest).trim_end() } else { rest };
        let (codes, reason) = rest.split_once(':').unwrap_or((rest, ""));
        let comment = TextRange::new(size(from + at), size(place + rest.len()));
        let mut asked = Vec::new();
        for word in codes.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
            // The word is a part of the line.
            let offset = place + (word.as_ptr() as usize - rest.as_ptr() as usize);
            let range = TextRange::at(size(offset), TextSize::of(word));
            match Code::from_slug(word) {
                Some(code) => asked.push(Asked { code, range, used: false }),
                None => wrong.push(Diagnostic::ignore_of_unknown_code(range, word)),
            }
        }
        if codes.trim().is_empty() {
            wrong.push(Diagnostic::ignore_without_code(comment));
        } else if reason.trim().is_empty() {
            wrong.push(Diagnostic::ignore_without_reason(comment));
        }
        let removed = match alone {
            true => TextRange::new(size(from), size(from + line.len())),
            false => TextRange::new(size(from + before.trim_end().len()), size(from + line.trim_end().len())),
        };
        let line = if file { None } else { Some(if alone { next[number + 1] } else { number }) };
        ignores.push(Ignore { codes: asked, line, removed });
    }
    (ignores, wrong)
}

/// From each line on, the first that says something and is no such comment itself.
fn says_something(lines: &[&str]) -> Vec<usize> {
    let mut next = vec![lines.len(); lines.len() + 1];
    for (number, line) in lines.iter().enumerate().rev() {
        let passed = line.contains(WORD) || line.trim().is_empty();
        next[number] = if passed { next[number + 1] } else { number };
    }
    next
}

/// Where each line begins.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Lines {
        let starts = text.split_inclusive('\n').scan(0, |end, line| {
            let start = *end;
            *end += line.len();
            Some(start)
        });
        Lines(starts.collect())
    }

    /// From 0.
    fn of(&self, offset: TextSize) -> usize {
        self.0.partition_point(|start| *start <= usize::from(offset)).saturating_sub(1)
    }
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::analysis::Context;
    use crate::source::Sources;

    fn check(text: &str, levels: &Levels, expected: Expect) {
        let parse = crate::parse(text);
        let context = Context { sources: Sources::builtin(), ..Context::default() };
        let analysis = crate::analyze(&parse, &context);
        let found = parse.diagnostics().iter().chain(&analysis.diagnostics).cloned().collect();
        let mut out = String::new();
        for found in judge(text, Host::Runbook(&analysis.blocks), found, levels) {
            let line = text[..usize::from(found.range.start())].matches('\n').count() + 1;
            let _ = write!(out, "{line}: {:?} {}: {}", found.severity, found.code.slug(), found.message);
            let _ = writeln!(out, " `{}`", text[found.range].trim());
            for fix in found.fixes {
                let _ = writeln!(out, "   {}: {:?}", fix.title, &text[fix.edits[0].range]);
            }
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn a_finding_is_ignored_where_it_stands() {
        check(
            "```headwater\nlet a = spans; // headwater-ignore unused-let: for the next block\n\
             // headwater-ignore short-window: they are never late\n\
             spans | summarize count() by bin(timestamp, 1s)\n```\n\n\
             ```headwater\nlet b = spans;\nspans | summarize count() by bin(timestamp, 1s)\n```\n",
            &Levels::default(),
            expect![[r#"
                8: Warning unused-let: nothing uses `b` `b`
                   remove `b`: "let b = spans;\n"
                9: Warning short-window: windows of 1s are shorter than the 2s by which events of `spans` may be late `bin(timestamp, 1s)`
                   replace with `bin(timestamp, 5s)`: "bin(timestamp, 1s)"
            "#]],
        );
    }

    #[test]
    fn a_comment_must_say_what_and_why_and_be_needed() {
        check(
            "<!-- headwater-ignore-file short-window: the demo is never late -->\n\
             Write `// headwater-ignore CODE: why` into the block.\n\
             ```headwater\n// headwater-ignore\nlet a = spans; // headwater-ignore unused-let\n\
             // headwater-ignore unusedlet, unused-let: b is for later\nlet b = spans;\n\
             // headwater-ignore never-matches: nobody knows\n\
             // headwater-ignore unknown-field: it comes\n\
             spans | where durration > 1s // headwater-ignore late-filter: so\n\
             spans | summarize count() by bin(timestamp, 1s)\n```\n",
            &Levels::default(),
            expect![[r#"
                1: Warning unused-ignore: there is no `short-window` here to ignore `short-window`
                   remove the comment: "<!-- headwater-ignore-file short-window: the demo is never late -->\n"
                4: Warning bad-ignore: this does not say which finding is ignored `headwater-ignore`
                5: Warning bad-ignore: this does not say why the finding is ignored `headwater-ignore unused-let`
                6: Warning bad-ignore: there is no finding `unusedlet` to ignore `unusedlet`
                   replace with `unused-let`: "unusedlet"
                8: Warning unused-ignore: there is no `never-matches` here to ignore `never-matches`
                   remove the comment: "// headwater-ignore never-matches: nobody knows\n"
                9: Warning unused-ignore: there is no `unknown-field` here to ignore `unknown-field`
                   remove the comment: "// headwater-ignore unknown-field: it comes\n"
                10: Error unknown-field: no field `durration` reaches this stage `durration`
                   replace with `duration`: "durration"
                10: Error syntax: expected `;` here, found the next statement ``
                   insert `;`: ""
                10: Warning unused-ignore: there is no `late-filter` here to ignore `late-filter`
                   remove the comment: " // headwater-ignore late-filter: so"
                11: Error many-results: a block has one result, and this is a second pipeline `spans | summarize count() by bin(timestamp, 1s)`
                   put it in a block of its own: "\n"
            "#]],
        );
    }

    #[test]
    fn levels_are_the_teams() {
        let mut levels = Levels::default();
        levels.set(Code::UnusedLet, Level::At(Severity::Error));
        levels.set(Code::ShortWindow, Level::Off);
        levels.set(Code::UnknownField, Level::Off);
        check(
            "```headwater\nlet a = spans;\nspans | summarize count() by bin(timestamp, 1s)\n```\n\n\
             ```headwater\nspans | where durration > 1s\n```\n",
            &levels,
            expect![[r#"
                7: Error unknown-field: no field `durration` reaches this stage `durration`
                   replace with `duration`: "durration"
            "#]],
        );
    }
}
