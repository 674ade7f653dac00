//! Where in the language a cursor stands, also in a text that is half written: read from the tokens
//! before it, because a tree has no node yet for what is not there.

use syntax::ast::AstNode;
use syntax::{Schema, SyntaxKind, SyntaxToken, TextRange, TextSize};

use crate::document::Document;

/// A cursor within a block.
#[derive(Debug)]
pub struct Place {
    pub block: usize,
    /// The word at the cursor, before and after it; empty between words.
    pub word: TextRange,
    pub expects: Expects,
    /// The stage that the cursor is in.
    pub stage: Option<Word>,
    /// After the stage's `by`.
    pub by: bool,
    /// The calls that the cursor is in, outermost first.
    pub calls: Vec<Call>,
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
    /// What may follow an operand.
    Operator {
        operand: Option<String>,
    },
    /// Within quotes, compared with this field.
    Value {
        field: Option<String>,
    },
    RenderKind,
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
        let mut quoted = false;
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
                    // One that is not closed reaches to the line's end; what stands there is not its own.
                    let end = if is_closed(token.text()) { range.end() } else { cursor };
                    word = TextRange::new(range.start(), end);
                    quoted = true;
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
        let expects = if quoted { scan.value() } else { scan.expects() };
        Some(Place { block, word, expects, stage: scan.stage(), by: scan.by(), calls: scan.calls() })
    }

    /// The schema of the events at the cursor.
    pub fn schema<'a>(&self, document: &'a Document) -> Option<&'a Schema> {
        let stages = &document.analysis().blocks.get(self.block)?.stages;
        let within = self.stage.as_ref().and_then(|word| stages.iter().find(|stage| stage.range.start() == word.start));
        if let Some(stage) = within {
            return Some(&stage.input);
        }
        let before = stages.iter().filter(|stage| stage.range.start() < self.word.start());
        before.max_by_key(|stage| stage.range.start()).map(|stage| &stage.output)
    }
}

fn is_word(token: &SyntaxToken) -> bool {
    let kind = token.kind();
    matches!(kind, SyntaxKind::IDENT | SyntaxKind::QUOTED_IDENT | SyntaxKind::OPERATOR_WORD | SyntaxKind::BAD_NUMBER)
        || kind.is_keyword()
}

fn is_closed(string: &str) -> bool {
    let body = string.trim_start_matches(['@', 'h', 'H']);
    let Some(quote) = body.chars().next() else { return false };
    body.len() > 1 && body.ends_with(quote) && !body.ends_with(&format!("\\{quote}"))
}

/// The tokens before the cursor, taken one by one.
#[derive(Debug)]
struct Scan {
    /// Open parentheses, the block itself first; never empty.
    frames: Vec<Frame>,
}

#[derive(Debug, Default)]
struct Frame {
    /// What was called with the parenthesis.
    function: Option<String>,
    stage: Option<Word>,
    /// After a pipe, before the stage's word.
    piped: bool,
    /// Here a pipeline may start: in the block, after `union (`.
    pipeline: bool,
    /// Since the stage's word, a group in parentheses as one.
    parts: Vec<Part>,
    commas: usize,
}

#[derive(Clone, Debug)]
struct Part {
    kind: SyntaxKind,
    text: String,
    range: TextRange,
    operand: bool,
}

impl Default for Scan {
    fn default() -> Scan {
        Scan { frames: vec![Frame { pipeline: true, ..Frame::default() }] }
    }
}

/// Stages whose operands are pipelines.
const TAKE_SOURCES: [&str; 3] = ["union", "join", "lookup"];

impl Scan {
    fn top(&self) -> &Frame {
        self.frames.last().expect("the block's own frame stays")
    }

    fn top_mut(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the block's own frame stays")
    }

    fn take(&mut self, token: &SyntaxToken) {
        let range = token.text_range();
        let frame = self.top_mut();
        match token.kind() {
            SyntaxKind::PIPE => {
                frame.parts.clear();
                (frame.stage, frame.piped) = (None, true);
            }
            SyntaxKind::SEMICOLON => *self = Scan::default(),
            SyntaxKind::L_PAREN => {
                let sources = frame.stage.as_ref().is_some_and(|stage| TAKE_SOURCES.contains(&stage.text.as_str()));
                let callee = frame.parts.last().filter(|part| is_callee(part) && !sources);
                let function = callee.map(|part| part.text.clone());
                let starts = frame.parts.is_empty() && frame.stage.is_none();
                let pipeline = function.is_none() && (sources || (frame.pipeline && starts));
                let stage = if pipeline { None } else { frame.stage.clone() };
                self.frames.push(Frame { function, stage, pipeline, ..Frame::default() });
            }
            SyntaxKind::R_PAREN => {
                let closed = if self.frames.len() > 1 { self.frames.pop() } else { None };
                let frame = self.top_mut();
                if closed.is_some_and(|closed| closed.function.is_some()) {
                    frame.parts.pop();
                }
                frame.parts.push(Part { kind: token.kind(), text: String::new(), range, operand: true });
            }
            kind => {
                if frame.piped && frame.stage.is_none() {
                    (frame.stage, frame.piped) =
                        (Some(Word { text: token.text().to_owned(), start: range.start() }), false);
                    return;
                }
                if kind == SyntaxKind::COMMA {
                    frame.commas += 1;
                }
                let operand = is_operand(token);
                match frame.parts.last_mut() {
                    // A dotted name is one part.
                    Some(last) if last.range.end() == range.start() && joins(last, kind) => {
                        last.text.push_str(&unquoted(token.text()));
                        last.range = last.range.cover(range);
                        last.kind = kind;
                    }
                    _ => frame.parts.push(Part { kind, text: unquoted(token.text()), range, operand }),
                }
            }
        }
    }

    /// Where a dotted name begins whose last dot is right before `start`.
    fn dotted_start(&mut self, start: TextSize) -> Option<TextSize> {
        let frame = self.top_mut();
        let last = frame.parts.last()?;
        let dotted = last.kind == SyntaxKind::DOT && last.range.end() == start && last.range.len() > 1.into();
        dotted.then(|| frame.parts.pop().map(|part| part.range.start())).flatten()
    }

    fn stage(&self) -> Option<Word> {
        self.top().stage.clone()
    }

    fn by(&self) -> bool {
        let stage = &self.top().stage;
        let mut frames = self.frames.iter().filter(|frame| frame.stage == *stage);
        frames.any(|frame| frame.parts.iter().any(|part| part.text == "by" && !part.operand))
    }

    fn calls(&self) -> Vec<Call> {
        let calls = self.frames.iter();
        calls.filter_map(|frame| Some(Call { function: frame.function.clone()?, argument: frame.commas })).collect()
    }

    fn expects(&self) -> Expects {
        let frame = self.top();
        if frame.piped && frame.stage.is_none() {
            return Expects::Stage;
        }
        let last = frame.parts.last();
        if frame.stage.is_none() && frame.function.is_none() && frame.pipeline {
            return match frame.parts.as_slice() {
                [] => Expects::Source { new: self.frames.len() == 1 },
                [word, .., equals] if word.text == "let" && equals.kind == SyntaxKind::EQ => {
                    Expects::Source { new: false }
                }
                [word, ..] if word.text == "let" => self.in_let(),
                _ => Expects::Operator { operand: None },
            };
        }
        let stage = frame.stage.as_ref().map_or("", |stage| stage.text.as_str());
        match stage {
            "render" if frame.function.is_none() => match last {
                None => Expects::RenderKind,
                Some(_) => Expects::Operator { operand: None },
            },
            "take" | "limit" | "tail" => Expects::Nothing,
            "project-away" | "project-keep" | "distinct" | "top-hitters" if starts_item(last) => Expects::Field,
            stage if TAKE_SOURCES.contains(&stage) && starts_item(last) && frame.function.is_none() => {
                Expects::Source { new: false }
            }
            "top" | "sample" if last.is_none() => Expects::Nothing,
            _ => self.in_expression(),
        }
    }

    /// Within the expression of a `let`; before it there is a name to think of.
    fn in_let(&self) -> Expects {
        let named = self.top().parts.iter().any(|part| part.kind == SyntaxKind::EQ);
        if named { self.in_expression() } else { Expects::Nothing }
    }

    fn in_expression(&self) -> Expects {
        let parts = &self.top().parts;
        match parts.last() {
            Some(last) if last.operand => {
                let name = matches!(last.kind, SyntaxKind::IDENT | SyntaxKind::QUOTED_IDENT) || last.kind.is_keyword();
                Expects::Operator { operand: name.then(|| last.text.clone()) }
            }
            Some(last) if is_comparison(last) => {
                let left = parts.get(parts.len().wrapping_sub(2)).filter(|part| part.operand);
                Expects::Operand { compared: left.map(|left| (left.text.clone(), last.text.clone())) }
            }
            _ => Expects::Operand { compared: None },
        }
    }

    /// The field that a string here is compared with: `field == "`, `field in ("a", "`.
    fn value(&self) -> Expects {
        let field = match self.in_expression() {
            Expects::Operand { compared: Some((field, _)) } => Some(field),
            Expects::Operand { compared: None } if self.frames.len() > 1 => {
                let outer = &self.frames[self.frames.len() - 2].parts;
                match outer.as_slice() {
                    [.., field, operator] if field.operand && is_comparison(operator) => Some(field.text.clone()),
                    _ => None,
                }
            }
            _ => None,
        };
        Expects::Value { field: field.filter(|field| !field.is_empty()) }
    }
}

/// Backticks are how a name is written, not part of it.
fn unquoted(text: &str) -> String {
    text.trim_matches('`').to_owned()
}

fn joins(last: &Part, next: SyntaxKind) -> bool {
    let name = |kind: SyntaxKind| matches!(kind, SyntaxKind::IDENT | SyntaxKind::QUOTED_IDENT) || kind.is_keyword();
    (name(last.kind) && next == SyntaxKind::DOT) || (last.kind == SyntaxKind::DOT && last.operand && name(next))
}

/// Words between operands; a field may have such a name, but then it is not followed by an operand.
const CONNECTIVES: [&str; 16] = [
    "and", "or", "not", "by", "on", "of", "as", "to", "with", "within", "asc", "desc", "nulls", "first", "last", "let",
];

fn is_operand(token: &SyntaxToken) -> bool {
    match token.kind() {
        SyntaxKind::IDENT => !CONNECTIVES[..3].contains(&token.text()) && !is_operator_word(token.text()),
        SyntaxKind::QUOTED_IDENT
        | SyntaxKind::INT
        | SyntaxKind::REAL
        | SyntaxKind::STRING
        | SyntaxKind::TIMESPAN
        | SyntaxKind::SIZE
        | SyntaxKind::DATETIME
        | SyntaxKind::BAD_NUMBER
        | SyntaxKind::STAR
        | SyntaxKind::R_BRACKET => true,
        SyntaxKind::OPERATOR_WORD => false,
        kind => kind.is_keyword() && !CONNECTIVES.contains(&token.text()),
    }
}

fn is_operator_word(word: &str) -> bool {
    let bare = word.trim_start_matches('!').trim_end_matches('~').trim_end_matches("_cs");
    matches!(
        bare,
        "has"
            | "has_any"
            | "has_all"
            | "hasprefix"
            | "hassuffix"
            | "contains"
            | "startswith"
            | "endswith"
            | "in"
            | "between"
            | "matches"
            | "regex"
    )
}

fn is_comparison(part: &Part) -> bool {
    use SyntaxKind::*;
    matches!(part.kind, EQ_EQ | NOT_EQ | EQ_TILDE | NOT_TILDE | LT | LT_EQ | GT | GT_EQ | OPERATOR_WORD)
        || (!part.operand && is_operator_word(&part.text))
}

fn is_callee(part: &Part) -> bool {
    part.operand && (part.kind.is_keyword() || part.kind == SyntaxKind::IDENT)
}

/// At the start of a list's item.
fn starts_item(last: Option<&Part>) -> bool {
    last.is_none_or(|last| {
        matches!(last.kind, SyntaxKind::COMMA) || CONNECTIVES.contains(&last.text.as_str()) && !last.operand
    })
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
                spans | where service.name == "$0  ⇒  Value { field: Some("service.name") } ["] 
                spans | where service.name == "che$0"  ⇒  Value { field: Some("service.name") } ["che"] 
                spans | where service.name == "checkout"$0  ⇒  Operator { operand: None } [] 
                spans | where service.name in ("checkout", "$0  ⇒  Value { field: Some("service.name") } ["] 
                spans | where service.name has "x" and `odd name` == "$0"  ⇒  Value { field: Some("odd name") } [""] 
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
                spans | top $0  ⇒  Nothing [] 
                spans | top 5 by $0  ⇒  Operand { compared: None } [] 
                spans | sort by duration $0  ⇒  Operator { operand: Some("duration") } [] 
                spans | take $0  ⇒  Nothing [] 
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
