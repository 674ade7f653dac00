//! The wording of findings about meaning: one sentence of what was found, what exists here, what to do.

use std::borrow::Cow;

use super::{Code, Diagnostic, Edit, Fix, Severity};
use crate::visible::grouped;
use crate::{TextRange, TextSize, Type, literal, visible};

/// Names listed in a help at most.
const LISTED: usize = 8;
/// Fields of the right type that are named in place of one of the wrong type.
const NEAR: usize = 4;

/// What it quotes of the text is shown so that a screen cannot obey it.
pub(super) fn shown(text: String) -> String {
    match visible(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(shown) => shown,
    }
}

impl Diagnostic {
    pub(crate) fn new(code: Code, severity: Severity, range: TextRange, message: String) -> Diagnostic {
        Diagnostic { code, severity, range, message: shown(message), because: None, help: None, fixes: Vec::new() }
    }

    fn error(code: Code, range: TextRange, message: String) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, range, message)
    }

    fn warning(code: Code, range: TextRange, message: String) -> Diagnostic {
        Diagnostic::new(code, Severity::Warning, range, message)
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(shown(help.into()));
        self
    }

    pub(super) fn because(mut self, because: impl Into<String>) -> Diagnostic {
        self.because = Some(because.into());
        self
    }

    pub(crate) fn replace(mut self, range: TextRange, text: &str) -> Diagnostic {
        let edits = vec![Edit { range, text: text.to_owned() }];
        self.fixes.push(Fix { title: format!("replace with `{}`", text.trim()), edits });
        self
    }

    /// "did you mean", or what exists here.
    pub(super) fn nearest<'a>(
        self,
        range: TextRange,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic {
        let known: Vec<&str> = known.into_iter().collect();
        match closest(name, known.iter().copied()) {
            Some(near) => self.help(format!("did you mean `{near}`?")).replace(range, near),
            None if known.is_empty() => self,
            None => {
                let more = if known.len() > LISTED { ", …" } else { "" };
                let list: Vec<String> = known.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
                self.help(format!("here there are {}{more}", list.join(", ")))
            }
        }
    }

    pub(crate) fn unknown_field<'a>(
        range: TextRange,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic {
        Diagnostic::error(Code::UnknownField, range, format!("no field `{name}` reaches this stage"))
            .nearest(range, name, known)
    }

    pub(crate) fn renamed_field(range: TextRange, old: &str, new: &str, exists: bool) -> Diagnostic {
        let message = format!("`{old}` was renamed: OpenTelemetry's name is `{new}`");
        let code = Code::RenamedField;
        let diagnostic =
            if exists { Diagnostic::error(code, range, message) } else { Diagnostic::warning(code, range, message) };
        diagnostic.help(format!("write `{new}`")).replace(range, new)
    }

    /// `instead`: the whole stage in our words, and what it replaces.
    pub(crate) fn unknown_stage(
        range: TextRange,
        word: &str,
        rest: &str,
        instead: Option<(TextRange, String)>,
    ) -> Diagnostic {
        use crate::catalog::stages;
        if let Some(missing) = crate::catalog::missing_stages::by_word(word, rest) {
            let name = if word == missing.word { word.to_owned() } else { format!("{word} {}", missing.word) };
            let message = format!("`{name}` is Kusto's, and not here: {}", missing.reason);
            return Diagnostic::error(Code::UnknownStage, range, message).help(missing.instead);
        }
        let message = format!("there is no stage `{word}`");
        let Some(ours) = stages::translate(word) else {
            let known = stages::stages().iter().map(stages::StageRow::word);
            return Diagnostic::error(Code::UnknownStage, range, message).nearest(range, word, known);
        };
        let diagnostic = Diagnostic::error(Code::UnknownStage, range, format!("{message}; Kusto's word is `{ours}`"));
        match instead {
            Some((at, text)) if text == ours => diagnostic.replace(at, &text),
            Some((at, text)) => diagnostic.help(format!("write `{}`", text.trim())).replace(at, &text),
            None => diagnostic,
        }
    }

    /// `of`: the whole call, and its argument where it has one.
    pub(crate) fn unknown_function(range: TextRange, word: &str, of: Option<(TextRange, String)>) -> Diagnostic {
        use crate::catalog::{aggregates, foreign, functions, kusto};
        let error = |message| Diagnostic::error(Code::UnknownFunction, range, message);
        if let Some(missing) = kusto::missing(word) {
            let diagnostic = error(format!("`{word}` is Kusto's, and not here: {}", missing.reason));
            return match missing.instead {
                "" => diagnostic,
                instead => diagnostic.help(format!("write `{instead}`")),
            };
        }
        let diagnostic = error(format!("there is no function `{word}`"));
        match foreign::function(word) {
            Some(ours) if functions::by_word(ours).is_some() || aggregates::by_word(ours).is_some() => {
                return diagnostic.help(format!("Kusto's word is `{ours}`")).replace(range, ours);
            }
            Some(ours) => return diagnostic.called_so(ours, of),
            None => {}
        }
        if let Some(ours) = foreign::percentile(word) {
            return diagnostic.called_so(&ours, of);
        }
        let known = functions::functions().iter().filter(|row| !row.operator).flat_map(|row| row.words.iter().copied());
        let known = known.chain(aggregates::aggregates().iter().flat_map(|row| row.words.iter().copied()));
        match closest(word, known) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(range, near),
            None => diagnostic.help("completion lists the functions that fit here"),
        }
    }

    /// The whole call in our words, with `…` where its argument goes.
    fn called_so(self, ours: &str, of: Option<(TextRange, String)>) -> Diagnostic {
        let (before, behind) = ours.split_once('…').unwrap_or((ours, ""));
        // Where more than the argument is left open nobody can write it.
        let is_whole = before.ends_with('(') && behind.trim_end_matches(')').chars().all(|c| !c.is_alphabetic());
        let diagnostic = self.help(format!("write `{ours}`"));
        match of {
            Some((whole, argument)) if is_whole => diagnostic.replace(whole, &format!("{before}{argument}{behind}")),
            _ => diagnostic,
        }
    }

    /// A word in quotes that has to be one of a few.
    pub(crate) fn unknown_choice(range: TextRange, param: &str, found: &str, known: &[&str]) -> Diagnostic {
        let diagnostic = Diagnostic::error(Code::UnknownName, range, format!("there is no {param} `{found}`"));
        match closest(found, known.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `\"{near}\"`?")).replace(range, &format!("\"{near}\"")),
            None => {
                let all: Vec<String> = known.iter().map(|word| format!("`\"{word}\"`")).collect();
                diagnostic.help(format!("there are {}", all.join(", ")))
            }
        }
    }

    pub(crate) fn bad_path(range: TextRange, path: &str) -> Diagnostic {
        Diagnostic::error(Code::UnknownName, range, format!("`{path}` is no path into JSON"))
            .help("write it from `$` on, such as `\"$.user.ids[0]\"`")
    }

    pub(crate) fn unknown_zone(range: TextRange, name: &str) -> Diagnostic {
        Diagnostic::error(Code::UnknownName, range, format!("there is no time zone `{name}`"))
            .help("write one of the IANA time zone database, such as `\"Europe/Berlin\"`")
    }

    pub(crate) fn unknown_source<'a>(
        range: TextRange,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic {
        let found =
            Diagnostic::error(Code::UnknownSource, range, format!("there is no source or `let` named `{name}`"))
                .nearest(range, name, known);
        match &found.help {
            // One that is near is what was meant.
            Some(help) if found.fixes.is_empty() => {
                let help = format!("{help}; a file of your own is declared in `headwater.toml`");
                found.help(help)
            }
            Some(_) => found,
            None => found.help("declare where it reads from in `headwater.toml`"),
        }
    }

    pub(crate) fn not_a_pipeline(range: TextRange, name: &str) -> Diagnostic {
        Diagnostic::error(Code::TypeMismatch, range, format!("`{name}` is a value, and a pipeline is needed here"))
    }

    pub(crate) fn not_a_value(range: TextRange, name: &str) -> Diagnostic {
        Diagnostic::error(Code::TypeMismatch, range, format!("`{name}` is a pipeline, and a value is needed here"))
    }

    pub(crate) fn unknown_name<'a>(
        range: TextRange,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic {
        Diagnostic::error(Code::UnknownName, range, format!("nothing is named `{name}` here"))
            .nearest(range, name, known)
    }

    pub(crate) fn expected_type(range: TextRange, what: &str, expected: &str, found: Type) -> Diagnostic {
        let diagnostic =
            Diagnostic::error(Code::TypeMismatch, range, format!("{what} is a {found}, and a {expected} is needed"));
        let function = match expected {
            "string" => "tostring",
            "long" => "tolong",
            "real" | "number" => "toreal",
            "number or timespan" if found == Type::String => "toreal",
            "datetime" => "todatetime",
            "timespan" => "totimespan",
            "dynamic" if found == Type::String => "parse_json",
            "bool" if found == Type::String => {
                return diagnostic.help("compare it, e.g. `isnotempty(…)`").around(
                    "write `isnotempty(…)`",
                    range,
                    "isnotempty(",
                    ")",
                );
            }
            "bool" if found == Type::Timespan => return diagnostic.compared(range, "> 1s"),
            "bool" if found.is_number() => return diagnostic.compared(range, "> 0"),
            "bool" => return diagnostic.help("compare it, e.g. with `> 0`"),
            _ => return diagnostic.help(format!("convert it to a {expected}")),
        };
        diagnostic.converted(range, function)
    }

    fn compared(self, range: TextRange, with: &str) -> Diagnostic {
        let title = format!("write `{with}` behind it");
        self.help(format!("compare it, e.g. with `{with}`")).around(&title, range, "", &format!(" {with}"))
    }

    /// The help and the fix that write a conversion around what stands there.
    fn converted(self, range: TextRange, function: &str) -> Diagnostic {
        self.around(&format!("convert with `{function}(…)`"), range, &format!("{function}("), ")")
            .help(format!("convert it with `{function}(…)`"))
    }

    pub(super) fn around(mut self, title: &str, range: TextRange, before: &str, behind: &str) -> Diagnostic {
        let edit = |at, text: &str| Edit { range: TextRange::empty(at), text: text.to_owned() };
        let edits = [edit(range.start(), before), edit(range.end(), behind)];
        let edits = edits.into_iter().filter(|edit| !edit.text.is_empty()).collect();
        self.fixes.push(Fix { title: title.to_owned(), edits });
        self
    }

    /// Instead of a conversion, which would make nothing of it: fields that could have been meant.
    pub(crate) fn of_fields(mut self, fields: &[&str]) -> Diagnostic {
        self.fixes.clear();
        let more = if fields.len() > NEAR { ", …" } else { "" };
        let list: Vec<String> = fields.iter().take(NEAR).map(|name| format!("`{name}`")).collect();
        self.help(format!("fields of such a type here: {}{more}", list.join(", ")))
    }

    /// An argument is missing behind what stands there.
    pub(crate) fn argument_behind(self, range: TextRange, text: &str) -> Diagnostic {
        let title = format!("add `{text}`");
        self.help(format!("add `{text}`")).around(&title, range, "", &format!(", {text}"))
    }

    /// An argument is missing before what stands there.
    pub(crate) fn argument_before(self, range: TextRange, text: &str) -> Diagnostic {
        let title = format!("add `{text}`");
        self.help(format!("add `{text}`")).around(&title, range, &format!("{text}, "), "")
    }

    /// A constant beyond what it may be. `needed`: "between 0 and 100".
    pub(crate) fn out_of_range(range: TextRange, what: &str, needed: &str, found: &str) -> Diagnostic {
        let found = visible(found.trim()).into_owned();
        Diagnostic::error(Code::OutOfRange, range, format!("{what} must be {needed}, and this is `{found}`"))
    }

    /// `by 10s`. `time`: the field of event time, if it is still there.
    pub(crate) fn constant_key(range: TextRange, written: &str, time: Option<&str>) -> Diagnostic {
        let message = format!("`{written}` is the same for each event, so this makes one group");
        let found = Diagnostic::warning(Code::ConstantKey, range, message);
        match time {
            Some(time) => {
                let window = format!("bin({time}, {written})");
                found.help(format!("windows of {written} are `by {window}`")).replace(range, &window)
            }
            None => found.help("leave it out: behind this stage events have no time any more"),
        }
    }

    /// `countif(timestamp > ago(10s))`
    pub(crate) fn ago_in_group(range: TextRange, time: &str) -> Diagnostic {
        let message = "how long ago an event was is asked once, when it is read, and it stays in the group".to_owned();
        Diagnostic::warning(Code::AgoInGroup, range, message)
            .because("a table is asked anew each time, and a stream goes by once")
            .help(format!("group by windows: `by bin({time}, 10s)`, or `hop({time}, size=1m, every=10s)` that slide"))
    }

    /// `count(*)`
    pub(crate) fn without_star(mut self, star: TextRange) -> Diagnostic {
        self.fixes
            .push(Fix { title: "write `count()`".to_owned(), edits: vec![Edit { range: star, text: String::new() }] });
        self.help("write `count()`")
    }

    /// A `let` that stands further down.
    pub(crate) fn defined_below(range: TextRange, name: &str) -> Diagnostic {
        Diagnostic::error(Code::UnknownName, range, format!("`{name}` is defined below, and is not known here yet"))
            .help("move its `let` above this one")
    }

    /// Two types that one operator does not take together.
    pub(crate) fn not_together(range: TextRange, operator: &str, sides: [(TextRange, Type); 2]) -> Diagnostic {
        let [(left, left_ty), (right, right_ty)] = sides;
        let message = format!("a {left_ty} and a {right_ty} do not go together with `{operator}`");
        let diagnostic = Diagnostic::error(Code::TypeMismatch, range, message);
        let function = |ty| match ty {
            Type::Long => "tolong",
            Type::Real => "toreal",
            Type::Datetime => "todatetime",
            Type::Timespan => "totimespan",
            Type::Bool | Type::String | Type::Dynamic => "tostring",
        };
        match (left_ty, right_ty) {
            (Type::String, other) => diagnostic.converted(left, function(other)),
            (other, Type::String) => diagnostic.converted(right, function(other)),
            (Type::Timespan, Type::Long | Type::Real) => diagnostic.with_unit(right),
            (Type::Long | Type::Real, Type::Timespan) if matches!(operator, "/" | "%") => {
                diagnostic.help("divide a timespan by another, e.g. by `1s`, and a number comes of it")
            }
            (Type::Long | Type::Real, Type::Timespan) => diagnostic.with_unit(left),
            (Type::Timespan, Type::Timespan) => {
                diagnostic.help("a timespan is multiplied with a number: `duration * 2`")
            }
            _ => diagnostic.help("a timespan is added to a datetime, or taken from it; two datetimes make a timespan"),
        }
    }

    /// A number of unknown unit becomes a timespan.
    fn with_unit(mut self, number: TextRange) -> Diagnostic {
        for unit in ["1ms", "1s"] {
            let edits = vec![Edit { range: TextRange::empty(number.end()), text: format!(" * {unit}") }];
            self.fixes.push(Fix { title: format!("multiply with `{unit}`"), edits });
        }
        self.help("give the number a unit: `… * 1ms` or `… * 1s`")
    }

    pub(crate) fn no_order(range: TextRange, operator: &str, ty: Type) -> Diagnostic {
        let message = format!("values of type {ty} have no order, so `{operator}` says nothing of them");
        Diagnostic::error(Code::TypeMismatch, range, message).help("convert them, e.g. with `toreal(…)`")
    }

    pub(crate) fn union_types(range: TextRange, field: &str, one: Type, other: Type) -> Diagnostic {
        let message = format!("`{field}` is a {one} in one of these and a {other} in another");
        Diagnostic::error(Code::TypeMismatch, range, message)
            .help(format!("convert it before the union: `extend {field} = tostring({field})`"))
    }

    /// A number where a string is, as a literal: quote it. The other way round: unquote.
    pub(crate) fn literal_type(
        range: TextRange,
        field: &str,
        ty: Type,
        written: &str,
        right: Option<String>,
    ) -> Diagnostic {
        let message = format!("{field} is a {ty}, and {written} is not");
        let diagnostic = Diagnostic::error(Code::TypeMismatch, range, message);
        let written = match ty {
            Type::Timespan => "500ms",
            Type::Datetime => "datetime(2026-01-31)",
            Type::Long => "500",
            Type::Real => "0.5",
            Type::Bool => "true",
            Type::String | Type::Dynamic => "\"text\"",
        };
        match right {
            Some(right) => diagnostic.help(format!("write `{right}`")).replace(range, &right),
            None => diagnostic.help(format!("a {ty} is written as `{written}`")),
        }
    }

    pub(crate) fn unit_missing(range: TextRange, what: &str, number: &str) -> Diagnostic {
        let message = format!("{what} is a timespan; {number} of what?");
        Diagnostic::error(Code::UnitMissing, range, message)
            .help(format!("write `{number}ms` or `{number}s`"))
            .replace(range, &format!("{number}ms"))
            .replace(range, &format!("{number}s"))
    }

    pub(crate) fn null_compared(range: TextRange, field: &str) -> Diagnostic {
        let right = format!("isnull({field})");
        Diagnostic::warning(Code::NullCompare, range, "a null equals nothing, so this is never true".to_owned())
            .help(format!("write `{right}`"))
            .replace(range, &right)
    }

    pub(crate) fn argument_count(range: TextRange, signature: &str, found: usize) -> Diagnostic {
        let s = if found == 1 { "" } else { "s" };
        Diagnostic::error(Code::ArgumentCount, range, format!("found {found} argument{s}, expected `{signature}`"))
    }

    pub(crate) fn not_constant(range: TextRange, what: &str, example: &str) -> Diagnostic {
        Diagnostic::error(Code::NotConstant, range, format!("{what} must be a constant"))
            .help(format!("e.g. `{example}`"))
    }

    pub(crate) fn expected_field(range: TextRange, example: &str) -> Diagnostic {
        Diagnostic::error(Code::TypeMismatch, range, "a field's name is needed here, found an expression".to_owned())
            .help(format!("e.g. `{example}`; make the field first with `extend`"))
    }

    pub(crate) fn unknown_type(range: TextRange, word: &str) -> Diagnostic {
        let known = Type::ALL.map(Type::word);
        Diagnostic::error(Code::UnknownName, range, format!("there is no type `{word}`")).nearest(range, word, known)
    }

    pub(crate) fn duplicate_name(range: TextRange, name: &str) -> Diagnostic {
        Diagnostic::error(Code::DuplicateName, range, format!("`{name}` is named twice"))
            .help("give one of them another name")
    }

    /// A name that nothing has, in place of one that something has.
    pub(crate) fn free_name(self, range: TextRange, free: &str) -> Diagnostic {
        self.help(format!("give one of them another name, such as `{free}`")).replace(range, free)
    }

    /// `keys`: as they are written behind `by`. `by_time`: what was asked for is the newest events.
    pub(crate) fn sort_unbounded(
        range: TextRange,
        word: TextRange,
        source: &str,
        keys: &str,
        by_time: bool,
    ) -> Diagnostic {
        let top = format!("top 20 by {keys}");
        let help = match by_time {
            true => {
                let time = keys.split([' ', ',']).next().unwrap_or_default();
                format!(
                    "`tail 20` is the newest ones, live; `sort by {time} asc` gives all in the order of their time, as they come; or `{top}`"
                )
            }
            false => format!("`{top}`, or sort behind `summarize … by bin(timestamp, 10s)`"),
        };
        let mut diagnostic =
            Diagnostic::error(Code::SortUnbounded, word, format!("`sort` needs an end, and `{source}` has none"))
                .because("a stream has no last row")
                .help(help);
        let mut fix = |title: &str, text: String| {
            diagnostic.fixes.push(Fix { title: title.to_owned(), edits: vec![Edit { range, text }] });
        };
        if by_time {
            fix("tail 20", "tail 20".to_owned());
        }
        fix("top 20", top);
        diagnostic
    }

    /// A function over rows; `inside`: where no rows are, such as in an aggregate.
    pub(crate) fn rows_unordered(
        range: TextRange,
        word: &str,
        time: Option<&str>,
        inside: bool,
        stage: TextSize,
    ) -> Diagnostic {
        if inside {
            let message = format!("`{word}` looks at other rows, and here there are none");
            let help = format!("write `extend x = {word}(…)` as a stage of its own");
            return Diagnostic::error(Code::RowsUnordered, range, message).help(help);
        }
        let message = format!("`{word}` needs rows in a known order, and here they have none");
        let sort = time.map_or_else(|| "sort by NAME asc".to_owned(), |time| format!("sort by {time} asc"));
        let help = format!(
            "write `{sort}` before it, or `serialize` for the order in which the rows come; `serialize by KEY` takes the rows of each key by themselves"
        );
        let mut diagnostic = Diagnostic::error(Code::RowsUnordered, range, message)
            .because("events of a stream come from many places, in no order that is said")
            .help(help);
        let mut fix = |title: &str| {
            let edits = vec![Edit { range: TextRange::empty(stage), text: format!("{title}\n| ") }];
            diagnostic.fixes.push(Fix { title: format!("add `{title}`"), edits });
        };
        if time.is_some() {
            fix(&sort);
        }
        fix("serialize");
        diagnostic
    }

    pub(crate) fn arrays_in_one(range: TextRange, word: &str) -> Diagnostic {
        let message = format!("`{word}` of several arrays gives one array of all of them");
        Diagnostic::new(Code::ArraysInOne, Severity::Hint, range, message)
            .because("Kusto gives a column for each")
            .help("take one of them by its place: `[0]` is the first, `[1]` the second")
    }

    pub(crate) fn rows_by_window(range: TextRange, word: &str) -> Diagnostic {
        let message = format!("`{word}` looks at the rows of one window, and begins anew with the next");
        Diagnostic::new(Code::RowsByWindow, Severity::Hint, range, message)
            .because("rows of a stream come window by window, and are sorted within each")
            .help("behind `sort by timestamp asc` it goes on over all windows, behind `serialize by KEY` for each key by itself")
    }

    pub(crate) fn serialize_several(word: TextRange, time: Option<&str>, stage: TextSize) -> Diagnostic {
        let sort = time.map_or_else(|| "sort by NAME asc".to_owned(), |time| format!("sort by {time} asc"));
        let mut diagnostic = Diagnostic::error(
            Code::RowsUnordered,
            word,
            "rows of several pipelines have no order that is the same each time".to_owned(),
        )
        .because("each of them gives its rows as they come, and none waits for another")
        .help(format!("write `{sort}` before it"));
        if time.is_some() {
            let edits = vec![Edit { range: TextRange::empty(stage), text: format!("{sort}\n| ") }];
            diagnostic.fixes.push(Fix { title: format!("add `{sort}`"), edits });
        }
        diagnostic
    }

    pub(crate) fn join_unbounded(range: TextRange, source: &str) -> Diagnostic {
        let message = format!("`join` needs `within`, because `{source}` has no end");
        let mut diagnostic = Diagnostic::error(Code::JoinUnbounded, range, message)
            .because("a stream does not end, so each event would wait for its partner for ever")
            .help("say how far apart in time the two may be: `within 30s`");
        let edits = vec![Edit { range: TextRange::empty(range.end()), text: " within 30s".to_owned() }];
        diagnostic.fixes.push(Fix { title: "add `within 30s`".to_owned(), edits });
        diagnostic
    }

    pub(crate) fn join_without_key(range: TextRange) -> Diagnostic {
        Diagnostic::error(Code::TypeMismatch, range, "nothing says which events belong together".to_owned())
            .help("add the key: `on trace.id`")
    }

    pub(crate) fn join_without_time(range: TextRange, side: &str) -> Diagnostic {
        let message = format!("`within` goes by event time, and the {side} side has none left");
        Diagnostic::error(Code::JoinUnbounded, range, message).help("keep `timestamp` in its `project`")
    }

    pub(crate) fn join_without_kind(word: TextRange) -> Diagnostic {
        let message = "`join` has to say its kind".to_owned();
        let mut diagnostic = Diagnostic::error(Code::UnknownName, word, message)
            .because("Kusto takes `innerunique` then, which keeps one left row a key and drops the others")
            .help("write `kind=inner` for every pair, `kind=leftouter` to keep events without a partner too");
        let edits = vec![Edit { range: TextRange::empty(word.end()), text: " kind=inner".to_owned() }];
        diagnostic.fixes.push(Fix { title: "write `kind=inner`".to_owned(), edits });
        diagnostic
    }

    pub(crate) fn join_kind(range: TextRange, word: &str) -> Diagnostic {
        Diagnostic::error(Code::Unsupported, range, format!("a `join` of a stream has no kind `{word}`"))
            .because("which left row of a key would be kept depends on which comes first")
            .help("`kind=inner` gives every pair; `distinct` before it keeps one left row a key")
    }

    /// `instead`: what stands before the source, the kind, and the stage's end, where a join of them would run.
    pub(crate) fn lookup_unbounded(
        range: TextRange,
        source: &str,
        instead: Option<(TextRange, &str, TextSize)>,
    ) -> Diagnostic {
        let message = format!("`lookup` needs a table that is read to its end, and `{source}` has none");
        let mut diagnostic = Diagnostic::error(Code::JoinUnbounded, range, message)
            .because("a stream is never complete, so a row that is missing might still come")
            .help("join it: `join kind=leftouter (…) on … within 30s`");
        if let Some((head, kind, end)) = instead {
            let edits = vec![
                Edit { range: head, text: format!("join kind={kind} ") },
                Edit { range: TextRange::empty(end), text: " within 30s".to_owned() },
            ];
            diagnostic.fixes.push(Fix { title: format!("write `join kind={kind} … within 30s`"), edits });
        }
        diagnostic
    }

    pub(crate) fn sample_without_percent(range: TextRange, after: TextRange) -> Diagnostic {
        let mut diagnostic =
            Diagnostic::error(Code::TypeMismatch, range, "`sample` takes a share of the events, in percent".to_owned())
                .because("which N rows of a stream are drawn is known at its end only")
                .help("write e.g. `sample 10%`, or `take 10` for the first ten");
        diagnostic
            .fixes
            .push(Fix { title: "write `%`".to_owned(), edits: vec![Edit { range: after, text: "%".to_owned() }] });
        diagnostic
    }

    pub(crate) fn endless_column(range: TextRange, name: &str) -> Diagnostic {
        let message = format!("`{name}` has no end: nothing says where in the text it stops");
        Diagnostic::error(Code::TypeMismatch, range, message)
            .because("a text column takes all up to the next literal of the pattern")
            .help(format!("write the text that follows, e.g. `{name} \" \" *`, or let it be the last"))
    }

    pub(crate) fn flags_without_regex(range: TextRange) -> Diagnostic {
        let message = "flags belong to a regular expression, and this pattern is none";
        Diagnostic::error(Code::TypeMismatch, range, message.to_owned()).help("write `kind=regex` before them")
    }

    pub(crate) fn unknown_flag(range: TextRange, flag: char) -> Diagnostic {
        Diagnostic::error(Code::UnknownName, range, format!("there is no flag `{flag}` of a regular expression")).help(
            "there are `i` (case does not matter), `m` (`^` and `$` at each line), `s` (`.` takes line ends too), `U` (as little as possible) and `x` (white space is passed over)",
        )
    }

    pub(crate) fn bad_delimiter(range: TextRange, name: &str, needed: &str) -> Diagnostic {
        Diagnostic::error(Code::TypeMismatch, range, format!("`{name}` needs {needed}"))
    }

    pub(crate) fn weight_not_whole(range: TextRange, ty: Type) -> Diagnostic {
        Diagnostic::error(Code::TypeMismatch, range, format!("the weight must be a long or a timespan, this is a {ty}"))
            .because("weights are summed exactly")
            .help("write `tolong(…)` around it")
    }

    pub(crate) fn unknown_property<'a>(
        range: TextRange,
        stage: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic {
        Diagnostic::error(Code::UnknownName, range, format!("`{stage}` has no property `{name}`"))
            .nearest(range, name, known)
    }

    pub(crate) fn unknown_kind<'a>(
        range: TextRange,
        stage: &str,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic {
        Diagnostic::error(Code::UnknownName, range, format!("there is no kind `{word}` of `{stage}`"))
            .nearest(range, word, known)
    }

    pub(crate) fn aggregate_outside(range: TextRange, word: &str) -> Diagnostic {
        Diagnostic::error(
            Code::AggregateOutside,
            range,
            format!("`{word}` is an aggregate, and stands in `summarize` only"),
        )
        .because("an aggregate needs a group of events, and this stage sees one at a time")
        .help(format!("`summarize {word}(…) by …`, then go on with its result"))
    }

    pub(crate) fn window_outside(range: TextRange, word: &str) -> Diagnostic {
        Diagnostic::error(
            Code::AggregateOutside,
            range,
            format!("`{word}` is a window, and stands behind `by` in `summarize` only"),
        )
    }

    pub(crate) fn second_window(range: TextRange) -> Diagnostic {
        Diagnostic::error(Code::DuplicateName, range, "`summarize` has one window, and this is a second".to_owned())
            .help("summarize twice, one behind the other: the first one's rows carry event time too")
    }

    /// `named`: where the names go.
    pub(crate) fn unnamed_argument(
        range: TextRange,
        word: &str,
        signature: &str,
        named: &[(TextRange, &str)],
    ) -> Diagnostic {
        let message = format!("the arguments of `{word}` have names");
        let mut diagnostic =
            Diagnostic::error(Code::ArgumentCount, range, message).help(format!("write `{signature}`"));
        let edits: Vec<Edit> = named
            .iter()
            .map(|(range, name)| Edit { range: TextRange::empty(range.start()), text: format!("{name}=") })
            .collect();
        if !edits.is_empty() {
            let names: Vec<String> = named.iter().map(|(_, name)| format!("`{name}=`")).collect();
            diagnostic.fixes.push(Fix { title: format!("write {}", names.join(" and ")), edits });
        }
        diagnostic
    }

    /// `fits`: where `every` stands, and the next shorter one that fits.
    pub(crate) fn uneven_hop(range: TextRange, fits: Option<(TextRange, i64)>) -> Diagnostic {
        let message = "`size` must be a multiple of `every`: else windows do not fit together".to_owned();
        let diagnostic = Diagnostic::error(Code::OutOfRange, range, message);
        match fits {
            Some((place, every)) => {
                let every = literal::timespan_text(every);
                diagnostic.help(format!("write `every={every}`")).replace(place, &every)
            }
            None => diagnostic.help("e.g. `hop(timestamp, size=1m, every=10s)`"),
        }
    }

    pub(crate) fn star_outside(range: TextRange, word: &str) -> Diagnostic {
        Diagnostic::error(Code::TypeMismatch, range, format!("`{word}` takes no `*` here"))
            .help("`*` is the last argument of `arg_max`, `arg_min` and `take_any`")
    }

    pub(crate) fn not_event_time(range: TextRange, word: &str, time: Option<&str>) -> Diagnostic {
        let diagnostic =
            Diagnostic::error(Code::TypeMismatch, range, format!("`{word}` makes windows of event time only"));
        match time {
            Some(time) => diagnostic.help(format!("event time is `{time}` here")),
            None => diagnostic
                .help("no field carries event time here; say which with `?timestamp=FIELD` in the source's address"),
        }
    }

    pub(crate) fn counter_without_time(range: TextRange, word: &str) -> Diagnostic {
        let message = format!("`{word}` goes by event time, and no field that reaches this stage carries it");
        Diagnostic::error(Code::TypeMismatch, range, message).help(
            "keep `timestamp` in the stages before, or say which field it is with `?timestamp=FIELD` in the source's address",
        )
    }

    pub(crate) fn not_within_apply(range: TextRange, word: &str) -> Diagnostic {
        Diagnostic::error(Code::Unsupported, range, format!("`{word}` does not stand within `mv-apply`"))
            .because("its stages are run over the rows of one event at a time")
            .help("write it behind the parenthesis")
    }

    pub(crate) fn unknown_plugin(range: TextRange, word: &str) -> Diagnostic {
        if let Some(missing) = crate::catalog::missing_stages::by_word("evaluate", word) {
            let message = format!("`evaluate {word}` is Kusto's, and not here: {}", missing.reason);
            return Diagnostic::error(Code::Unsupported, range, message).help(missing.instead.to_owned());
        }
        Diagnostic::error(Code::Unsupported, range, format!("`{word}` is no plugin of `evaluate` here"))
            .because("of Kusto's plugins there is `bag_unpack`; the others need a whole table, or code from elsewhere")
            .help("write `evaluate bag_unpack(bag) : (*, name:type)`")
    }

    /// `known`: members that the source is known to have, as columns.
    pub(crate) fn unpack_without_columns(stage: TextRange, call: TextRange, known: &[String]) -> Diagnostic {
        let columns = if known.is_empty() { "name:string".to_owned() } else { known.join(", ") };
        let message = "`bag_unpack` has to name its columns here".to_owned();
        let mut diagnostic = Diagnostic::error(Code::UnknownName, stage, message)
            .because(
                "within another pipeline, and behind what waits for its rows, no columns can be added as they come",
            )
            .help(format!("write them behind it: `: (*, {columns})`; `*` is all other fields"));
        if !known.is_empty() {
            let edits = vec![Edit { range: TextRange::empty(call.end()), text: format!(" : (*, {columns})") }];
            diagnostic.fixes.push(Fix { title: "name those that are known".to_owned(), edits });
        }
        diagnostic
    }

    pub(crate) fn unpack_conflict(range: TextRange, name: &str) -> Diagnostic {
        Diagnostic::error(Code::DuplicateName, range, format!("a field `{name}` reaches this stage already"))
            .help("say which counts: `columnsConflict=\"replace_source\"` or `columnsConflict=\"keep_source\"`")
    }

    pub(crate) fn nested_aggregate(range: TextRange, word: &str) -> Diagnostic {
        Diagnostic::error(Code::AggregateOutside, range, format!("`{word}` stands inside another aggregate"))
            .help("summarize twice, one behind the other")
    }

    pub(crate) fn not_aggregated(range: TextRange, name: &str) -> Diagnostic {
        Diagnostic::error(Code::NotAggregated, range, format!("`{name}` has many values in a group"))
            .help(format!("add it behind `by`, or choose one: `take_any({name})`, `max({name})`"))
            .replace(range, &format!("take_any({name})"))
    }

    /// `bin` over a datetime that is not event time.
    pub(crate) fn no_window(range: TextRange, field: &str, time: Option<&str>) -> Diagnostic {
        let message = format!("`{field}` is not event time, so this makes groups that never close, and no windows");
        let help = match time {
            Some(time) => format!("event time is `{time}` here: `bin({time}, …)`"),
            None => "event time was dropped or replaced before this stage; keep it under its name".to_owned(),
        };
        Diagnostic::warning(Code::UnboundedState, range, message)
            .because("a window closes when event time has passed its end; other times say nothing about that")
            .help(help)
    }

    /// `by`: where a window can be added.
    pub(crate) fn unbounded_state(
        range: TextRange,
        by: Option<TextRange>,
        key: &str,
        time: Option<&str>,
    ) -> Diagnostic {
        let mut diagnostic =
            Diagnostic::warning(Code::UnboundedState, range, format!("this keeps one group per `{key}` for ever"))
                .because("a stream does not end, so its groups only ever grow");
        if let Some((time, by)) = time.zip(by) {
            diagnostic = diagnostic.help(format!("add `bin({time}, 10s)` behind `by`"));
            let edits = vec![Edit { range: TextRange::empty(by.end()), text: format!(", bin({time}, 10s)") }];
            diagnostic.fixes.push(Fix { title: format!("add `bin({time}, 10s)`"), edits });
        }
        diagnostic
    }

    pub(crate) fn bad_regex(range: TextRange, problem: &str) -> Diagnostic {
        let reason = problem.lines().last().unwrap_or_default().trim_start_matches("error: ");
        Diagnostic::error(Code::BadRegex, range, format!("this is no regular expression: {reason}"))
    }

    pub(crate) fn bad_setting(range: TextRange, name: &str, value: &str, ty: Type) -> Diagnostic {
        Diagnostic::error(Code::BadSetting, range, format!("`{name}` was set to `{value}`, which is no {ty}"))
    }

    pub(crate) fn setting_without_unit(range: TextRange, name: &str, value: &str) -> Diagnostic {
        let message = format!("`{name}` is a timespan, and was set to `{value}`; {value} of what?");
        Diagnostic::error(Code::BadSetting, range, message).help(format!("set `{name}={value}ms` or `{name}={value}s`"))
    }

    pub(crate) fn unknown_setting<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
        let mut diagnostic =
            Diagnostic::error(Code::BadSetting, TextRange::default(), format!("there is no parameter `{name}` to set"))
                .nearest(TextRange::default(), name, known);
        // There is no place in the text to mend.
        diagnostic.fixes.clear();
        diagnostic
    }

    pub(crate) fn no_value(range: TextRange, name: &str) -> Diagnostic {
        Diagnostic::error(Code::BadSetting, range, format!("the parameter `{name}` has no value"))
            .help(format!("give it a `default`, or run with `--set {name}=…`"))
    }

    /// `whole`: what goes with it.
    pub(crate) fn unused_let(range: TextRange, name: &str, whole: TextRange) -> Diagnostic {
        Diagnostic::warning(Code::UnusedLet, range, format!("nothing uses `{name}`")).remove(name, whole)
    }

    /// `whole`: None where its lines hold more than it.
    pub(crate) fn unused_param(range: TextRange, name: &str, whole: Option<TextRange>) -> Diagnostic {
        let found = Diagnostic::warning(Code::UnusedParam, range, format!("nothing uses the parameter `{name}`"));
        match whole {
            Some(whole) => found.remove(name, whole),
            None => found,
        }
    }

    fn remove(mut self, name: &str, range: TextRange) -> Diagnostic {
        let edits = vec![Edit { range, text: String::new() }];
        self.fixes.push(Fix { title: format!("remove `{name}`"), edits });
        self
    }

    /// `apart`: what stands before it, and what ends this block and begins another there.
    pub(crate) fn many_results(range: TextRange, apart: Option<(TextRange, String)>) -> Diagnostic {
        let message = "a block has one result, and this is a second pipeline".to_owned();
        let mut diagnostic = Diagnostic::error(Code::ManyResults, range, message)
            .help("put it in a block of its own, or name it with `let`");
        if let Some((range, text)) = apart {
            diagnostic
                .fixes
                .push(Fix { title: "put it in a block of its own".to_owned(), edits: vec![Edit { range, text }] });
        }
        diagnostic
    }

    /// `range`: the name that is defined, or the one that is used.
    pub(crate) fn means_too_much(range: TextRange, limit: usize) -> Diagnostic {
        let message = format!(
            "with all that its names stand for, this is more than {} stages and expressions",
            grouped(limit as u64)
        );
        too_large(range, message, "use fewer names that stand for much, or ask with several blocks")
    }

    pub(crate) fn runbook_means_too_much(range: TextRange, limit: usize) -> Diagnostic {
        let message = format!(
            "with all that its names stand for, this runbook has more than {} stages and expressions up to here",
            grouped(limit as u64)
        );
        too_large(range, message, "move some of its blocks to another runbook")
    }

    pub(crate) fn too_many_inputs(range: TextRange, limit: usize) -> Diagnostic {
        let message = format!("with all that its names stand for, this reads sources more than {limit} times");
        too_large(range, message, "filter a source once, e.g. `where name in (…)`, in place of a `union` of its parts")
    }

    pub(crate) fn means_too_deep(range: TextRange, limit: usize) -> Diagnostic {
        let message = format!("through the names that it uses, this is nested more than {limit} levels deep");
        too_large(range, message, "begin again from a source or a value")
    }

    /// A check of ours panicked there.
    pub(crate) fn internal_error(range: TextRange) -> Diagnostic {
        let message = "Headwater could not check this: a mistake of its own".to_owned();
        Diagnostic::error(Code::InternalError, range, message)
            .help("all other findings hold; please report this one with the text that it is about")
    }
}

fn too_large(range: TextRange, message: String, help: &str) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, range, message).help(help)
}

/// The name that was probably meant: near in letters, or the same but for what stands before or between.
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.replace(['_', '.', '-'], "").to_lowercase();
    let wanted = plain(name);
    let score = |candidate: &str| {
        let candidate_plain = plain(candidate);
        if candidate_plain == wanted {
            return 1.0;
        }
        // A letter or two end so much that it says nothing.
        let ends = wanted.len().min(candidate_plain.len()) >= 3
            && (candidate_plain.ends_with(&wanted) || wanted.ends_with(&candidate_plain));
        let near = strsim::jaro_winkler(&wanted, &candidate_plain);
        if ends { near.max(0.9) } else { near }
    };
    known
        .into_iter()
        .map(|candidate| (score(candidate), candidate))
        .filter(|(score, candidate)| *score >= 0.86 && *candidate != name)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}
