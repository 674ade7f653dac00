//! The state of a pipeline while its tokens are read one by one up to the cursor: which stage, which open
//! parentheses, what came last. From that follows what may come next.

use syntax::{SyntaxKind, SyntaxToken, TextRange, TextSize};

use super::bits::{Bit, Compared, arguments, bits, compared, is_sign, operands_end};
use super::place::{Call, Expects, Word};

/// The tokens before the cursor, taken one by one.
#[derive(Debug)]
pub(super) struct Scan {
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
pub(super) struct Part {
    pub(super) kind: SyntaxKind,
    pub(super) text: String,
    pub(super) range: TextRange,
    pub(super) operand: bool,
    /// Of a call or a group in parentheses: what stands in it, by commas.
    pub(super) within: Vec<Vec<Bit>>,
}

impl Default for Scan {
    fn default() -> Scan {
        Scan { frames: vec![Frame { pipeline: true, ..Frame::default() }] }
    }
}

/// Parentheses within each other that are looked into; a text may have any number.
const DEPTH: usize = 16;

/// Stages whose operands are pipelines.
const TAKE_SOURCES: [&str; 3] = ["union", "join", "lookup"];

impl Scan {
    fn top(&self) -> &Frame {
        self.frames.last().expect("the block's own frame stays")
    }

    fn top_mut(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the block's own frame stays")
    }

    pub(super) fn take(&mut self, token: &SyntaxToken) {
        let range = token.text_range();
        let frame = self.top_mut();
        match token.kind() {
            SyntaxKind::PIPE => {
                // A parenthesis that holds no pipeline was left open.
                while self.frames.len() > 1 && !self.top().pipeline {
                    self.frames.pop();
                }
                let frame = self.top_mut();
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
                let deep = self.frames.len() > DEPTH;
                let closed = if self.frames.len() > 1 { self.frames.pop() } else { None };
                let frame = self.top_mut();
                let within = closed.as_ref().filter(|_| !deep).map(|closed| arguments(&closed.parts));
                let within = within.unwrap_or_default();
                let function = closed.and_then(|closed| closed.function);
                if function.is_some() {
                    frame.parts.pop();
                }
                let text = function.unwrap_or_default();
                frame.parts.push(Part { kind: token.kind(), text, range, operand: true, within });
            }
            kind => {
                if frame.piped && frame.stage.is_none() {
                    (frame.stage, frame.piped) =
                        (Some(Word { text: token.text().to_owned(), start: range.start() }), false);
                    return;
                }
                // The one stage that begins a pipeline.
                if frame.pipeline && frame.stage.is_none() && frame.parts.is_empty() && token.text() == "union" {
                    frame.stage = Some(Word { text: token.text().to_owned(), start: range.start() });
                    return;
                }
                if kind == SyntaxKind::COMMA {
                    frame.commas += 1;
                }
                // Behind an operand it multiplies.
                let times = kind == SyntaxKind::STAR && frame.parts.last().is_some_and(|last| last.operand);
                let operand = is_operand(token) && !times;
                match frame.parts.last_mut() {
                    // A dotted name is one part.
                    Some(last) if last.range.end() == range.start() && joins(last, kind) => {
                        last.text.push_str(&unquoted(token.text()));
                        last.range = last.range.cover(range);
                        last.kind = kind;
                    }
                    _ => {
                        let (text, within) = (unquoted(token.text()), Vec::new());
                        frame.parts.push(Part { kind, text, range, operand, within });
                    }
                }
            }
        }
    }

    /// Where a dotted name begins whose last dot is right before `start`.
    pub(super) fn dotted_start(&mut self, start: TextSize) -> Option<TextSize> {
        let frame = self.top_mut();
        let last = frame.parts.last()?;
        let dotted = last.kind == SyntaxKind::DOT && last.range.end() == start && last.range.len() > 1.into();
        dotted.then(|| frame.parts.pop().map(|part| part.range.start())).flatten()
    }

    /// Where a `!` right before `start` begins, or a `not` behind an operand.
    pub(super) fn take_back_negation(&mut self, start: TextSize) -> Option<TextSize> {
        let frame = self.top_mut();
        let [.., operand, last] = frame.parts.as_slice() else { return None };
        let negates = last.kind == SyntaxKind::BANG && last.range.end() == start || last.text == "not" && !last.operand;
        let begins = (operand.operand && negates).then_some(last.range.start());
        if begins.is_some() {
            frame.parts.pop();
        }
        begins
    }

    pub(super) fn stage(&self) -> Option<Word> {
        self.top().stage.clone()
    }

    pub(super) fn by(&self) -> bool {
        let stage = &self.top().stage;
        let mut frames = self.frames.iter().filter(|frame| frame.stage == *stage);
        frames.any(|frame| frame.parts.iter().any(|part| part.text == "by" && !part.operand))
    }

    /// Words like `by`, `on` and `within` that the stage has had.
    pub(super) fn said(&self) -> Vec<String> {
        let words = self.top().parts.iter().filter(|part| !part.operand && CONNECTIVES.contains(&part.text.as_str()));
        words.map(|part| part.text.clone()).collect()
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        let calls = self.frames.iter();
        let call = |frame: &Frame| {
            let mut before = arguments(&frame.parts);
            before.truncate(frame.commas);
            Some(Call { function: frame.function.clone()?, argument: frame.commas, before })
        };
        calls.filter_map(call).collect()
    }

    /// In the value of a `let` that is no pipeline so far: there is no event there.
    pub(super) fn in_value(&self) -> bool {
        let block = &self.frames[0].parts;
        block.first().is_some_and(|word| word.text == "let")
            && block.iter().any(|part| part.kind == SyntaxKind::EQ)
            && self.frames.iter().all(|frame| frame.stage.is_none() && !frame.piped)
            && self.frames[1..].iter().all(|frame| frame.function.is_some() || !frame.pipeline)
    }

    /// A lone name, which may be a pipeline's.
    pub(super) fn is_name(&self) -> bool {
        let name = |part: &Part| matches!(part.kind, SyntaxKind::IDENT | SyntaxKind::QUOTED_IDENT);
        self.frames.len() == 1
            && matches!(self.top().parts.as_slice(), [_, _, equals, value] if equals.kind == SyntaxKind::EQ && name(value))
    }

    /// What stands here is the other side of a comparison, or its list.
    pub(super) fn compared(&self) -> bool {
        matches!(self.top().parts.as_slice(), [.., comparison, last] if last.operand && is_comparison(comparison))
    }

    /// The other side of a comparison that the operand here belongs to, or whose list or range it is in.
    pub(super) fn beside(&self) -> Option<Compared> {
        let top = &self.top().parts;
        // What is added or multiplied here does not change what it is compared with.
        let here = top.iter().rposition(|part| starts_item(Some(part)) || is_comparison(part) || is_range(part));
        if let Some(at) = here.filter(|at| is_comparison(&top[*at])) {
            return compared(&top[..=at]);
        }
        let outer = self.frames.len().checked_sub(2).filter(|_| self.top().function.is_none())?;
        compared(&self.frames[outer].parts)
    }

    /// What is added, multiplied and so on with the operand here, the sign last; empty where nothing is.
    pub(super) fn row(&self) -> Vec<Bit> {
        let parts = &self.top().parts;
        match parts.as_slice() {
            [.., left, sign] if left.operand && is_sign(sign.kind) && !sign.operand => bits(operands_end(parts)),
            // What is negative.
            [.., sign] if sign.kind == SyntaxKind::MINUS => vec![Bit::Sign(sign.kind)],
            _ => Vec::new(),
        }
    }

    /// The operands and signs that end here.
    pub(super) fn left(&self) -> Vec<Bit> {
        bits(operands_end(&self.top().parts))
    }

    /// Names that the list here has had, each by itself between commas.
    pub(super) fn had(&self) -> Vec<String> {
        let parts = &self.top().parts;
        let own = parts.iter().rposition(|part| part.text == "by" && !part.operand).map_or(0, |at| at + 1);
        let items = parts[own..].split(|part| part.kind == SyntaxKind::COMMA);
        let name = |item: &[Part]| match item {
            [name] if name.operand => Some(name.text.clone()),
            _ => None,
        };
        items.filter_map(name).collect()
    }

    /// Nothing is missing here, or has to be closed, before a pipe.
    pub(super) fn ends(&self) -> bool {
        let of = |kind: SyntaxKind| self.top().parts.iter().filter(|part| part.kind == kind).count();
        let whole =
            |last: &Part| last.operand || ENDS.contains(&last.text.as_str()) || last.kind == SyntaxKind::PERCENT;
        let last = self.top().parts.last();
        self.top().pipeline && last.is_none_or(whole) && of(SyntaxKind::L_BRACKET) == of(SyntaxKind::R_BRACKET)
    }

    /// Behind `and`, `or` or `not`, where a condition goes on.
    pub(super) fn in_condition(&self) -> bool {
        let joins = |part: &Part| !part.operand && matches!(part.text.as_str(), "and" | "or" | "not" | "&&" | "||");
        let within_not = || {
            let outer = self.frames.len().checked_sub(2).filter(|_| self.top().function.is_none())?;
            self.frames[outer].parts.last()
        };
        match self.top().parts.last() {
            Some(last) => joins(last),
            None => within_not().is_some_and(joins),
        }
    }

    /// A window stands here, which is a key as it is.
    pub(super) fn after_window(&self) -> bool {
        let window = |last: &Part| last.kind == SyntaxKind::R_PAREN && matches!(last.text.as_str(), "hop" | "session");
        self.top().parts.last().is_some_and(window)
    }

    /// A value follows `name=`.
    pub(super) fn after_equals(&self) -> bool {
        self.top().parts.last().is_some_and(|last| last.kind == SyntaxKind::EQ)
    }

    /// Names of arguments that the call here has had.
    pub(super) fn named(&self) -> Vec<String> {
        let pairs = self.top().parts.windows(2).filter(|pair| pair[1].kind == SyntaxKind::EQ);
        pairs.map(|pair| pair[0].text.clone()).collect()
    }

    pub(super) fn expects(&self) -> Expects {
        let frame = self.top();
        match frame.function.as_deref() {
            Some("dynamic") => return Expects::Nothing,
            Some("typeof") => return Expects::Words(&TYPES),
            _ => {}
        }
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
        let last_kind = last.map(|last| last.kind);
        if let Some(properties) = self.properties() {
            return match last_kind {
                Some(SyntaxKind::EQ) if matches!(frame.parts.as_slice(), [.., name, _] if PLACES.contains(&&*name.text)) => {
                    Expects::Field
                }
                Some(SyntaxKind::EQ) => Expects::Nothing,
                _ if starts_item(last) => Expects::Words(properties),
                _ => Expects::Operator { operand: None },
            };
        }
        match stage {
            "mv-expand" if ends(&frame.parts, &["bagexpansion"], 1) => Expects::Words(&BAGS),
            "mv-expand" if ends(&frame.parts, &["bagexpansion", "with_itemindex"], 2) => Expects::Field,
            "parse" | "parse-where" if ends(&frame.parts, &["kind", "flags"], 2) => Expects::Operand { compared: None },
            "parse" | "parse-where" | "parse-kv" if last_kind == Some(SyntaxKind::COLON) => Expects::Words(&TYPES),
            "parse" | "parse-where" if last_kind == Some(SyntaxKind::EQ) && frame.parts.len() == 2 => {
                Expects::Words(&PARSE_KINDS)
            }
            "parse" | "parse-where" if last.is_some_and(|last| last.text == "with" && !last.operand) => {
                Expects::Pattern
            }
            "parse" | "parse-where" | "parse-kv"
                if self.said().iter().any(|word| matches!(word.as_str(), "with" | "as")) =>
            {
                Expects::Operator { operand: None }
            }
            "render" if frame.function.is_none() => match last {
                None => Expects::RenderKind,
                Some(_) => Expects::Operator { operand: None },
            },
            "take" | "limit" | "tail" | "top" | "top-hitters" if last.is_none() => Expects::Amount { share: false },
            "sample" if last.is_none() => Expects::Amount { share: true },
            "sample" if last_kind == Some(SyntaxKind::PERCENT) => Expects::Operator { operand: None },
            "sort" | "order" if last.is_none() => Expects::Words(&BY),
            "take" | "limit" | "tail" | "count" | "getschema" => Expects::Operator { operand: None },
            "join" | "lookup" if frame.function.is_none() => self.in_join(stage == "join"),
            "project-away" | "project-keep" | "distinct" if starts_item(last) => Expects::Field,
            "top-hitters" if last.is_some_and(|last| last.text == "of" && !last.operand) => Expects::Field,
            stage if TAKE_SOURCES.contains(&stage) && starts_item(last) && frame.function.is_none() => {
                Expects::Source { new: false }
            }
            _ => self.in_expression(),
        }
    }

    /// `join kind=inner (…) on key within 30s`.
    fn in_join(&self, join: bool) -> Expects {
        let parts = &self.top().parts;
        let Some(last) = parts.last() else {
            return if join { Expects::Words(&JOIN_KIND) } else { Expects::Source { new: false } };
        };
        let since = |word: &str| parts.iter().rposition(|part| part.text == word && !part.operand);
        match last.kind {
            SyntaxKind::EQ if join => Expects::Words(&JOIN_KINDS),
            SyntaxKind::EQ => Expects::Words(&LOOKUP_KINDS),
            _ if since("within").is_some_and(|at| at + 1 == parts.len()) => Expects::Words(&WITHIN),
            // `$left.a == $right.b`
            _ if is_comparison(last) => Expects::JoinKey,
            _ if since("on").is_some() && starts_item(Some(last)) => Expects::JoinKey,
            // Behind the kind.
            _ if parts.iter().any(|part| part.kind == SyntaxKind::EQ) && parts.len() == 3 => {
                Expects::Source { new: false }
            }
            _ => Expects::Operator { operand: None },
        }
    }

    /// In the parentheses behind `with`: what can be named there.
    fn properties(&self) -> Option<&'static [(&'static str, &'static str)]> {
        let outer = self.frames.len().checked_sub(2).map(|outer| &self.frames[outer])?;
        let with = outer.parts.last().filter(|word| word.text == "with" && self.top().function.is_none())?;
        match self.top().stage.as_ref()?.text.as_str() {
            "parse-kv" if !with.operand => Some(&PARSE_KV),
            "render" if !with.operand => Some(&RENDER),
            _ => None,
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
            Some(last) if !last.operand && ENDS.contains(&last.text.as_str()) => Expects::Operator { operand: None },
            Some(last) if is_comparison(last) => {
                let left = parts.get(parts.len().wrapping_sub(2)).filter(|part| part.operand);
                Expects::Operand { compared: left.map(|left| (left.text.clone(), last.text.clone())) }
            }
            // In the list behind `in (`.
            _ => Expects::Operand { compared: self.listed() },
        }
    }

    /// What the parentheses here are compared with: `field in (`.
    fn listed(&self) -> Option<(String, String)> {
        let last = self.top().parts.last();
        let starts = starts_item(last) || last.is_some_and(is_range);
        let outer = self.frames.len().checked_sub(2).filter(|_| starts && self.top().function.is_none())?;
        match self.frames[outer].parts.as_slice() {
            [.., field, operator] if field.operand && is_comparison(operator) => {
                Some((field.text.clone(), operator.text.clone()))
            }
            _ => None,
        }
    }

    /// The field that a string here is compared with: `field == "`, `field in ("a", "`.
    pub(super) fn value(&self) -> Expects {
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

const JOIN_KIND: [(&str, &str); 8] = [
    ("kind=inner", "every pair"),
    ("kind=leftouter", "every pair, and events of the left side without a partner"),
    ("kind=leftanti", "only events of the left side without a partner"),
    ("kind=rightouter", "pairs, and events of the right side without a partner"),
    ("kind=fullouter", "pairs, and events of both sides without a partner"),
    ("kind=rightanti", "only events of the right side without a partner"),
    ("kind=rightsemi", "events of the right side with a partner, once"),
    ("kind=leftsemi", "events of the left side that have a partner, once"),
];

pub(super) const JOIN_KINDS: [(&str, &str); 8] = [
    ("inner", "every pair"),
    ("leftouter", "every pair, and events of the left side without a partner"),
    ("leftanti", "only events of the left side without a partner"),
    ("rightouter", "pairs, and events of the right side without a partner"),
    ("fullouter", "pairs, and events of both sides without a partner"),
    ("rightanti", "only events of the right side without a partner"),
    ("rightsemi", "events of the right side with a partner, once"),
    ("leftsemi", "events of the left side that have a partner, once"),
];

pub(super) const PARSE_KINDS: [(&str, &str); 3] = [
    ("simple", "where a field cannot be converted, nothing fits"),
    ("relaxed", "where a field cannot be converted, it alone is null"),
    ("regex", "the texts are regular expressions"),
];

pub(super) const PARSE_KV: [(&str, &str); 6] = [
    ("pair_delimiter=", "between two pairs"),
    ("kv_delimiter=", "between a key and its value"),
    ("quote=", "around a value"),
    ("escape=", "before a quote that is none"),
    ("greedy=", "`true`: a value goes up to the next key"),
    ("regex=", "two groups, a key and its value"),
];

pub(super) const RENDER: [(&str, &str); 5] = [
    ("title=", "above the picture"),
    ("xcolumn=", "over which field"),
    ("ycolumns=", "which fields are drawn"),
    ("series=", "which fields name the lines"),
    ("weight=", "what a row counts for"),
];

/// Properties of `render` that are fields.
const PLACES: [&str; 4] = ["xcolumn", "ycolumns", "series", "weight"];

const BY: [(&str, &str); 1] = [("by", "what decides the order")];

pub(super) const BAGS: [(&str, &str); 2] =
    [("bag", "a member gives {key: value}"), ("array", "a member gives [key, value]")];

/// What ends a key that is sorted by.
const ENDS: [&str; 4] = ["asc", "desc", "first", "last"];

pub(super) const TYPES: [(&str, &str); 7] = [
    ("string", "type"),
    ("long", "type"),
    ("real", "type"),
    ("timespan", "type"),
    ("datetime", "type"),
    ("bool", "type"),
    ("dynamic", "type"),
];

pub(super) const LOOKUP_KINDS: [(&str, &str); 2] =
    [("leftouter", "also events without a row in the table"), ("inner", "only events with a row in the table")];

const WITHIN: [(&str, &str); 4] = [
    ("30s", "how far apart in time"),
    ("5s", "how far apart in time"),
    ("1m", "how far apart in time"),
    ("5m", "how far apart in time"),
];

/// `name=` with one of these names, and so many parts from its equals sign on.
fn ends(parts: &[Part], names: &[&str], behind: usize) -> bool {
    let Some(equals) = parts.len().checked_sub(behind).filter(|at| *at > 0) else { return false };
    parts[equals].kind == SyntaxKind::EQ && names.contains(&parts[equals - 1].text.as_str())
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
        kind => kind.is_keyword() && !CONNECTIVES.contains(&token.text()) && !is_operator_word(token.text()),
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

pub(super) fn is_comparison(part: &Part) -> bool {
    use SyntaxKind::*;
    matches!(part.kind, EQ_EQ | NOT_EQ | EQ_TILDE | NOT_TILDE | LT | LT_EQ | GT | GT_EQ | LT_GT | OPERATOR_WORD)
        || (!part.operand && is_operator_word(&part.text))
}

fn is_range(part: &Part) -> bool {
    part.kind == SyntaxKind::DOT_DOT
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
