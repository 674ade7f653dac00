//! Where in the language a cursor stands, also in a text that is half written: read from the tokens
//! before it, because a tree has no node yet for what is not there.

use syntax::ast::AstNode;
use syntax::{Schema, SyntaxKind, SyntaxToken, TextRange, TextSize};

use super::bits::{Bit, Compared};
use super::scan::Scan;
use crate::document::Document;

/// A cursor within a block.
#[derive(Debug)]
pub struct Place {
    pub block: usize,
    /// The word at the cursor, before and after it; empty between words. Within quotes, what stands between
    /// them.
    pub word: TextRange,
    pub quoted: Option<Quoted>,
    pub expects: Expects,
    /// The stage that the cursor is in.
    pub stage: Option<Word>,
    /// After the stage's `by`.
    pub by: bool,
    /// Words like `by`, `on` and `within` that the stage has had.
    pub said: Vec<String>,
    /// The calls that the cursor is in, outermost first.
    pub calls: Vec<Call>,
    /// The other side of a comparison has been written.
    pub compared: bool,
    /// What the operand here is compared with, also in a list or range.
    pub beside: Option<Compared>,
    /// What it is added to, multiplied with and so on, the sign last; else empty.
    pub row: Vec<Bit>,
    /// The operands and signs that end before the word.
    pub left: Vec<Bit>,
    /// Names that the list has had.
    pub had: Vec<String>,
    /// Nothing is missing before the next stage, and no parenthesis or bracket has to be closed.
    pub ends: bool,
    /// A condition goes on here.
    pub in_condition: bool,
    /// A window has been written, which is a key as it is.
    pub after_window: bool,
    /// A value follows the name of an argument.
    pub after_equals: bool,
    /// The names of arguments that the call here has had.
    pub named: Vec<String>,
    /// In the value of a `let`, where there is no event; and whether that is a lone name so far.
    pub in_value: bool,
    pub is_name: bool,
    /// What stands directly behind the word: a parenthesis, a percent sign, or an equals sign after some space.
    pub behind: Option<SyntaxKind>,
    /// Something of the stage stands behind the word; and whether a space comes first.
    pub followed: bool,
    pub spaced: bool,
    /// Nothing stands before the word on its line.
    pub begins_line: bool,
    /// What stands before every line of the block: the marks of a quote, the indent of a list.
    pub line_prefix: String,
}

/// The quotes that the cursor is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    pub mark: char,
    /// Backslashes stand for themselves.
    pub verbatim: bool,
    /// The closing one is there.
    pub closed: bool,
}

/// A word of the text, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub start: TextSize,
}

/// An open call and the argument that the cursor is at, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub function: String,
    pub argument: usize,
    /// The arguments before that.
    pub before: Vec<Vec<Bit>>,
}

/// What may come at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expects {
    /// What a pipeline starts with; `new` where also a `let` may begin.
    Source {
        new: bool,
    },
    /// The word after a pipe.
    Stage,
    /// A value: a field, a literal, a call. `compared` is the operand on the other side and the operator.
    Operand {
        compared: Option<(String, String)>,
    },
    /// A name alone, as in `project-away`.
    Field,
    /// A field of both sides.
    JoinKey,
    /// One of a few words, each with what it means.
    Words(&'static [(&'static str, &'static str)]),
    /// What may follow an operand.
    Operator {
        operand: Option<String>,
    },
    /// Within quotes, compared with this field.
    Value {
        field: Option<String>,
    },
    RenderKind,
    /// How many, or which share of all.
    Amount {
        share: bool,
    },
    /// What a text looks like, behind the `with` of `parse`.
    Pattern,
    /// After `let`, a number, prose: nothing that could be offered.
    Nothing,
}

impl Place {
    /// None outside the blocks, and in a comment.
    pub fn at(document: &Document, cursor: TextSize) -> Option<Place> {
        let blocks = document.parse().root().blocks();
        let (block, node) = blocks.enumerate().find(|(_, block)| block.range().contains_inclusive(cursor))?;
        let outside = |fence: Option<SyntaxToken>, is: fn(TextRange, TextSize) -> bool| {
            fence.is_some_and(|fence| is(fence.text_range(), cursor))
        };
        // The opening fence's line, its info string included, and the closing fence are not the body.
        let first = node.open().map_or(node.range().start(), |open| document.line_end(open.text_range().start()));
        if node.open().is_some() && cursor <= first || outside(node.close(), |fence, cursor| cursor >= fence.start()) {
            return None;
        }
        let tokens = node.body().into_iter().flat_map(|body| body.syntax().descendants_with_tokens());
        let mut scan = Scan::default();
        let mut word = TextRange::empty(cursor);
        let mut quoted = None;
        for token in tokens.filter_map(|element| element.into_token()) {
            let range = token.text_range();
            if range.start() >= cursor {
                // What the cursor touches the start of belongs to its word.
                if range.start() == cursor && is_word(&token) {
                    word = TextRange::new(word.start(), range.end());
                    continue;
                }
                break;
            }
            match token.kind() {
                SyntaxKind::COMMENT if cursor <= range.end() => return None,
                SyntaxKind::STRING if cursor < range.end() || !is_closed(token.text()) => {
                    // The quotes of a word processor open nothing that could go on.
                    let marks = token.text().find(['"', '\''])? + 1;
                    let start = range.start() + TextSize::new(marks as u32);
                    let closed = is_closed(token.text());
                    if cursor < start {
                        return None;
                    }
                    // One that is not closed reaches to the line's end; what stands there is not its own.
                    let end = if closed { range.end() - TextSize::new(1) } else { cursor };
                    word = TextRange::new(start, end);
                    let mark = if token.text()[..marks].ends_with('\'') { '\'' } else { '"' };
                    quoted = Some(Quoted { mark, verbatim: token.text().starts_with('@'), closed });
                    break;
                }
                _ if is_word(&token) && range.end() >= cursor => word = range.cover(word),
                kind if kind.is_trivia() => {}
                _ => scan.take(&token),
            }
        }
        // A dotted name is one word: take back its first parts.
        while let Some(start) = scan.dotted_start(word.start()) {
            word = TextRange::new(start, word.end());
        }
        if quoted.is_none() && !word.is_empty() {
            word = TextRange::new(word.start(), dotted_end(document, word.end()));
        }
        // `!` and `not` behind an operand begin an operator.
        let negated = if quoted.is_some() { None } else { scan.take_back_negation(word.start()) };
        if let Some(start) = negated {
            word = TextRange::new(start, word.end());
        }
        let expects = if quoted.is_some() { scan.value() } else { scan.expects() };
        let line_start = document.text()[..usize::from(word.start())].rfind('\n').map_or(0, |at| at + 1);
        let before = &document.text()[line_start..usize::from(word.start())];
        let marks = before.find(|c: char| !c.is_whitespace() && c != '>').unwrap_or(before.len());
        let begins_line = marks == before.len();
        let line_prefix = before[..marks].to_owned();
        let (stage, by, said, calls) = (scan.stage(), scan.by(), scan.said(), scan.calls());
        let (compared, after_equals, named) = (scan.compared(), scan.after_equals(), scan.named());
        let after_window = scan.after_window();
        let (in_value, is_name) = (scan.in_value(), scan.is_name());
        let (beside, row, in_condition, ends) = (scan.beside(), scan.row(), scan.in_condition(), scan.ends());
        let (left, had) = (scan.left(), scan.had());
        let behind = behind(document, word.end());
        let (followed, spaced) = (
            followed(document, word.end()),
            document.text()[usize::from(word.end())..].starts_with(char::is_whitespace),
        );
        Some(Place {
            block,
            word,
            quoted,
            expects,
            stage,
            by,
            said,
            calls,
            compared,
            beside,
            row,
            left,
            had,
            in_condition,
            ends,
            after_window,
            after_equals,
            named,
            in_value,
            is_name,
            behind,
            followed,
            spaced,
            begins_line,
            line_prefix,
        })
    }

    /// The schema of the events at the cursor.
    pub fn schema<'a>(&self, document: &'a Document) -> Option<&'a Schema> {
        if self.in_value {
            return None;
        }
        let stages = &document.analysis().blocks.get(self.block)?.stages;
        let within = self.stage.as_ref().and_then(|word| stages.iter().find(|stage| stage.range.start() == word.start));
        if let Some(stage) = within {
            return Some(&stage.input);
        }
        let before = stages.iter().filter(|stage| stage.range.start() < self.word.start());
        before.max_by_key(|stage| stage.range.start()).map(|stage| &stage.output)
    }
}

/// A dotted name is one word also where the cursor is in its first parts.
fn dotted_end(document: &Document, end: TextSize) -> TextSize {
    let root = document.parse().root();
    let Some(dot) = root.syntax().token_at_offset(end).right_biased().filter(|it| it.kind() == SyntaxKind::DOT) else {
        return end;
    };
    match dot.next_token().filter(|next| dot.text_range().start() == end && is_word(next)) {
        Some(next) => dotted_end(document, next.text_range().end()),
        None => end,
    }
}

fn behind(document: &Document, end: TextSize) -> Option<SyntaxKind> {
    let root = document.parse().root();
    let first = root.syntax().token_at_offset(end).right_biased().filter(|token| token.text_range().start() >= end)?;
    let token = match first.kind() {
        SyntaxKind::WHITESPACE => first.next_token().filter(|next| next.kind() == SyntaxKind::EQ)?,
        _ => first,
    };
    matches!(token.kind(), SyntaxKind::L_PAREN | SyntaxKind::EQ | SyntaxKind::PERCENT).then(|| token.kind())
}

/// The stage goes on behind this place.
fn followed(document: &Document, end: TextSize) -> bool {
    let root = document.parse().root();
    let first = root.syntax().token_at_offset(end).right_biased().filter(|token| token.text_range().start() >= end);
    let next = std::iter::successors(first, SyntaxToken::next_token).find(|token| !token.kind().is_trivia());
    next.is_some_and(|token| {
        !matches!(
            token.kind(),
            SyntaxKind::PIPE | SyntaxKind::SEMICOLON | SyntaxKind::R_PAREN | SyntaxKind::FENCE_CLOSE
        )
    })
}

fn is_word(token: &SyntaxToken) -> bool {
    let kind = token.kind();
    matches!(
        kind,
        SyntaxKind::IDENT
            | SyntaxKind::QUOTED_IDENT
            | SyntaxKind::OPERATOR_WORD
            | SyntaxKind::INT
            | SyntaxKind::REAL
            | SyntaxKind::TIMESPAN
            | SyntaxKind::BAD_NUMBER
    ) || kind.is_keyword()
}

fn is_closed(string: &str) -> bool {
    let body = string.trim_start_matches(['@', 'h', 'H']);
    let Some(quote) = body.chars().next() else { return false };
    body.len() > 1 && body.ends_with(quote) && !body.ends_with(&format!("\\{quote}"))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::{Expect, expect};

    use super::*;

    /// A bare query for each line, the cursor at `$0`.
    fn check(lines: &str, expected: Expect) {
        let mut found = String::new();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let text = format!("```headwater\n{line}\n```\n");
            let cursor = text.find("$0").expect("a cursor");
            let document = Document::new(text.replace("$0", ""), 1, Default::default);
            match Place::at(&document, TextSize::new(cursor as u32)) {
                Some(place) => {
                    let word = document.slice(place.word);
                    let calls: Vec<_> =
                        place.calls.iter().map(|it| format!("{}#{}", it.function, it.argument)).collect();
                    writeln!(found, "{line}  ⇒  {:?} [{word}] {}", place.expects, calls.join(" ")).unwrap();
                }
                None => writeln!(found, "{line}  ⇒  –").unwrap(),
            }
        }
        expected.assert_eq(&found);
    }

    #[test]
    fn a_pipeline_starts_with_a_source_and_goes_on_with_stages() {
        check(
            r#"
            $0
            sp$0
            sp$0ans | take 1
            spans | $0
            spans | whe$0
            spans | project-aw$0
            spans $0
            let a = $0
            let $0
            let failed = spans | $0
            let failed = spans | where a; $0
            let failed = spans | where a; fa$0 | take 5
            spans | union $0
            spans | union (lo$0
            spans | join kind=inner (logs | $0
            spans | join kind=inner (logs) $0
            // spans | $0
            "#,
            expect![[r#"
                $0  ⇒  Source { new: true } [] 
                sp$0  ⇒  Source { new: true } [sp] 
                sp$0ans | take 1  ⇒  Source { new: true } [spans] 
                spans | $0  ⇒  Stage [] 
                spans | whe$0  ⇒  Stage [whe] 
                spans | project-aw$0  ⇒  Stage [project-aw] 
                spans $0  ⇒  Operator { operand: None } [] 
                let a = $0  ⇒  Source { new: false } [] 
                let $0  ⇒  Nothing [] 
                let failed = spans | $0  ⇒  Stage [] 
                let failed = spans | where a; $0  ⇒  Source { new: true } [] 
                let failed = spans | where a; fa$0 | take 5  ⇒  Source { new: true } [fa] 
                spans | union $0  ⇒  Source { new: false } [] 
                spans | union (lo$0  ⇒  Source { new: false } [lo] 
                spans | join kind=inner (logs | $0  ⇒  Stage [] 
                spans | join kind=inner (logs) $0  ⇒  Operator { operand: None } [] 
                // spans | $0  ⇒  –
            "#]],
        );
    }

    #[test]
    fn within_a_stage_operands_and_operators_take_turns() {
        check(
            r#"
            spans | where $0
            spans | where dur$0
            spans | where http.resp$0
            spans | where http.$0
            spans | where http.response.status_code$0 >= 5
            spans | where duration $0
            spans | where duration > $0
            spans | where duration > 5 and $0
            spans | where not($0
            spans | where service.name == "$0
            spans | where service.name == "che$0"
            spans | where service.name == "checkout"$0
            spans | where service.name in ("checkout", "$0
            spans | where service.name has "x" and `odd name` == "$0"
            spans | where service.name !contains $0
            spans | summarize $0
            spans | summarize errors = $0
            spans | summarize p99 = percentile($0
            spans | summarize p99 = percentile(duration, $0
            spans | summarize count() $0
            spans | summarize count() by $0
            spans | summarize count() by cloud.region, bin($0
            spans | summarize count() by cloud.region, bin(timestamp, $0
            spans | extend x = iff(a > 1, strcat("a", $0
            spans | top $0
            spans | top 5 by $0
            spans | sort by duration $0
            spans | take $0
            spans | render $0
            spans | render time$0
            spans | render timechart $0
            spans | project-away $0
            spans | project-away a, $0
            spans | distinct clo$0
            "#,
            expect![[r#"
                spans | where $0  ⇒  Operand { compared: None } [] 
                spans | where dur$0  ⇒  Operand { compared: None } [dur] 
                spans | where http.resp$0  ⇒  Operand { compared: None } [http.resp] 
                spans | where http.$0  ⇒  Operand { compared: None } [http.] 
                spans | where http.response.status_code$0 >= 5  ⇒  Operand { compared: None } [http.response.status_code] 
                spans | where duration $0  ⇒  Operator { operand: Some("duration") } [] 
                spans | where duration > $0  ⇒  Operand { compared: Some(("duration", ">")) } [] 
                spans | where duration > 5 and $0  ⇒  Operand { compared: None } [] 
                spans | where not($0  ⇒  Operand { compared: None } [] 
                spans | where service.name == "$0  ⇒  Value { field: Some("service.name") } [] 
                spans | where service.name == "che$0"  ⇒  Value { field: Some("service.name") } [che] 
                spans | where service.name == "checkout"$0  ⇒  Operator { operand: None } [] 
                spans | where service.name in ("checkout", "$0  ⇒  Value { field: Some("service.name") } [] 
                spans | where service.name has "x" and `odd name` == "$0"  ⇒  Value { field: Some("odd name") } [] 
                spans | where service.name !contains $0  ⇒  Operand { compared: Some(("service.name", "!contains")) } [] 
                spans | summarize $0  ⇒  Operand { compared: None } [] 
                spans | summarize errors = $0  ⇒  Operand { compared: None } [] 
                spans | summarize p99 = percentile($0  ⇒  Operand { compared: None } [] percentile#0
                spans | summarize p99 = percentile(duration, $0  ⇒  Operand { compared: None } [] percentile#1
                spans | summarize count() $0  ⇒  Operator { operand: None } [] 
                spans | summarize count() by $0  ⇒  Operand { compared: None } [] 
                spans | summarize count() by cloud.region, bin($0  ⇒  Operand { compared: None } [] bin#0
                spans | summarize count() by cloud.region, bin(timestamp, $0  ⇒  Operand { compared: None } [] bin#1
                spans | extend x = iff(a > 1, strcat("a", $0  ⇒  Operand { compared: None } [] iff#1 strcat#1
                spans | top $0  ⇒  Amount { share: false } [] 
                spans | top 5 by $0  ⇒  Operand { compared: None } [] 
                spans | sort by duration $0  ⇒  Operator { operand: Some("duration") } [] 
                spans | take $0  ⇒  Amount { share: false } [] 
                spans | render $0  ⇒  RenderKind [] 
                spans | render time$0  ⇒  RenderKind [time] 
                spans | render timechart $0  ⇒  Operator { operand: None } [] 
                spans | project-away $0  ⇒  Field [] 
                spans | project-away a, $0  ⇒  Field [] 
                spans | distinct clo$0  ⇒  Field [clo] 
            "#]],
        );
    }
}
