//! Scalar functions and operators: words, arguments, result, what they mean. Completion, hover, checks and
//! the reference read these tables, one file a theme.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::Type;
use crate::pipeline::Function;
use Arg::*;
use Returns::*;

/// What an argument takes. A dynamic is converted to what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arg {
    Any,
    Bool,
    Long,
    /// long or real.
    Number,
    /// long, real or timespan.
    Quantity,
    /// long, real, datetime or timespan.
    Ordered,
    String,
    /// A string, or an array of them.
    Strings,
    /// A constant string: a regular expression.
    Pattern,
    /// A constant string: a time zone of the IANA database.
    Zone,
    /// A constant string: a path into JSON.
    Path,
    /// A constant string such as this one.
    Fixed(&'static str),
    /// A constant string, one of these.
    OneOf(&'static [&'static str]),
    /// Anything, written as text.
    Text,
    Datetime,
    Timespan,
    Dynamic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    Is(Type),
    /// The type of this argument.
    Same(usize),
    /// The one type that these arguments have together: from this one on.
    Common(usize),
    /// A bool, of sides that become one type.
    Compared,
    /// By the rules of arithmetic, see `analysis::operators`.
    ByRule,
}

pub struct Param {
    pub name: &'static str,
    pub arg: Arg,
    pub optional: bool,
}

/// One row of a table.
#[derive(Clone, Copy)]
pub struct FunctionRow {
    pub function: Function,
    /// The first is the one we write; the others are Kusto's too.
    pub words: &'static [&'static str],
    /// Written between its arguments.
    pub operator: bool,
    pub params: &'static [Param],
    /// The last parameter may come again and again.
    pub rest: bool,
    pub returns: Returns,
    pub doc: &'static str,
    pub example: &'static str,
    pub in_kusto: bool,
}

impl FunctionRow {
    pub fn word(&self) -> &'static str {
        self.words[0]
    }

    /// `substring(text: string, start: long, [length: long]) → string`
    pub fn signature(&self) -> std::string::String {
        let result = match self.returns {
            Is(ty) => ty.word().to_owned(),
            Compared => Type::Bool.word().to_owned(),
            Same(index) => format!("as {}", self.params[index].name),
            Common(_) | ByRule => "as its arguments".to_owned(),
        };
        let params: Vec<std::string::String> = self.params.iter().map(Param::text).collect();
        if self.operator {
            return match params.as_slice() {
                [value, low, high] => format!("{value} {} ({low} .. {high}) → {result}", self.word()),
                [value, list] if self.rest => format!("{value} {} ({list}, …) → {result}", self.word()),
                [left, right, ..] => format!("{left} {} {right} → {result}", self.word()),
                _ => format!("{} {} → {result}", self.word(), params.concat()),
            };
        }
        // The one whose pairs come again, before the last.
        if let (Function::Case, [pair @ .., last]) = (self.function, params.as_slice()) {
            return format!("{}({}, …, {last}) → {result}", self.word(), pair.join(", "));
        }
        let rest = if self.rest { ", …" } else { "" };
        format!("{}({}{rest}) → {result}", self.word(), params.join(", "))
    }

    pub fn least_args(&self) -> usize {
        self.params.iter().filter(|param| !param.optional).count()
    }

    pub fn most_args(&self) -> Option<usize> {
        (!self.rest).then_some(self.params.len())
    }
}

impl Param {
    pub fn text(&self) -> std::string::String {
        let text = format!("{}: {}", self.name, self.arg.word());
        if self.optional { format!("[{text}]") } else { text }
    }
}

impl Arg {
    pub fn word(self) -> &'static str {
        match self {
            Any => "any",
            Bool => "bool",
            Long => "long",
            Number => "number",
            Quantity => "number or timespan",
            Ordered => "number or datetime or timespan",
            String | Pattern | Zone | Path | Fixed(_) | OneOf(_) => "string",
            Strings => "string or array",
            Text => "any",
            Datetime => "datetime",
            Timespan => "timespan",
            Dynamic => "dynamic",
        }
    }

    pub fn takes(self, ty: Type) -> bool {
        match self {
            Any | Text => true,
            Bool => ty == Type::Bool,
            Long => ty == Type::Long,
            Number => ty.is_number(),
            Quantity => ty.is_number() || ty == Type::Timespan,
            Ordered => ty.is_number() || matches!(ty, Type::Timespan | Type::Datetime),
            String | Pattern | Zone | Path | Fixed(_) | OneOf(_) => ty == Type::String,
            Strings => matches!(ty, Type::String | Type::Dynamic),
            Datetime => ty == Type::Datetime,
            Timespan => ty == Type::Timespan,
            Dynamic => ty == Type::Dynamic,
        }
    }
}

/// What belongs together, for whoever reads from the start.
pub struct Theme {
    pub title: &'static str,
    pub rows: &'static [FunctionRow],
}

/// In the order in which they are learnt.
pub static THEMES: &[Theme] = &[
    Theme { title: "Logic and comparison", rows: operators::COMPARISON },
    Theme { title: "Finding in text", rows: operators::FINDING },
    Theme { title: "Text", rows: text::PARTS },
    Theme { title: "Reading and writing formats", rows: text::FORMATS },
    Theme { title: "Addresses and hashes", rows: text::ADDRESSES },
    Theme { title: "Nulls and choice", rows: values::CHOICE },
    Theme { title: "Numbers", rows: values::NUMBERS },
    Theme { title: "Time", rows: time::MOMENTS },
    Theme { title: "Conversion", rows: values::CONVERSION },
    Theme { title: "Dynamic values", rows: dynamic::DYNAMIC },
    Theme { title: "Rows before and behind", rows: rows::ROWS },
];

pub fn functions() -> &'static [FunctionRow] {
    &ALL
}

/// By its word, an operator's included.
pub fn by_word(word: &str) -> Option<&'static FunctionRow> {
    BY_WORD.get(word).copied()
}

static ALL: LazyLock<Vec<FunctionRow>> =
    LazyLock::new(|| THEMES.iter().flat_map(|theme| theme.rows.iter().copied()).collect());

/// The first row with a word: `-` takes away before it negates.
static BY_WORD: LazyLock<HashMap<&str, &FunctionRow>> = LazyLock::new(|| {
    let words = ALL.iter().rev().flat_map(|row| row.words.iter().map(move |word| (*word, row)));
    words.collect()
});

pub fn by_function(function: Function) -> Option<&'static FunctionRow> {
    ALL.iter().find(|row| row.function == function)
}

const BOOL: Returns = Is(Type::Bool);
const TEXT: Returns = Is(Type::String);
const LONG: Returns = Is(Type::Long);
const REAL: Returns = Is(Type::Real);
const TIME: Returns = Is(Type::Datetime);

macro_rules! params {
    ($($(#[$optional:ident])? $name:ident: $arg:expr),*) => {
        &[$(Param { name: stringify!($name), arg: $arg, optional: optional!($($optional)?) }),*]
    };
}

macro_rules! optional {
    () => {
        false
    };
    (optional) => {
        true
    };
}

macro_rules! rest {
    () => {
        false
    };
    (rest) => {
        true
    };
}

macro_rules! kusto {
    () => {
        true
    };
    (ours) => {
        false
    };
}

macro_rules! is_operator {
    (op) => {
        true
    };
    (fun) => {
        false
    };
}

macro_rules! table {
    ($($how:ident $function:ident $words:expr, ($($params:tt)*) $($rest:ident)? => $result:expr, $doc:literal, $example:literal $(, $ours:ident)?;)*) => {
        &[$(FunctionRow {
            function: crate::pipeline::Function::$function,
            words: &$words,
            operator: is_operator!($how),
            params: params!($($params)*),
            rest: rest!($($rest)?),
            returns: $result,
            doc: $doc,
            example: $example,
            in_kusto: kusto!($($ours)?),
        },)*]
    };
}

// Behind the macros that they are written with.
mod dynamic;
mod operators;
mod rows;
mod text;
mod time;
mod values;
