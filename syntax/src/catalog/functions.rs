//! Scalar functions and operators: words, arguments, result, what they mean. Completion, hover, checks and
//! the reference read this one table.

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

/// One row of the table.
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
            String => "string",
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
            String => ty == Type::String,
            Datetime => ty == Type::Datetime,
            Timespan => ty == Type::Timespan,
            Dynamic => ty == Type::Dynamic,
        }
    }
}

pub fn functions() -> &'static [FunctionRow] {
    TABLE
}

/// By its word, an operator's included.
pub fn by_word(word: &str) -> Option<&'static FunctionRow> {
    BY_WORD.get(word).copied()
}

/// The first row with a word: `-` takes away before it negates.
static BY_WORD: LazyLock<HashMap<&str, &FunctionRow>> = LazyLock::new(|| {
    let words = TABLE.iter().rev().flat_map(|row| row.words.iter().map(move |word| (*word, row)));
    words.collect()
});

pub fn by_function(function: Function) -> Option<&'static FunctionRow> {
    TABLE.iter().find(|row| row.function == function)
}

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
            function: Function::$function,
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

const BOOL: Returns = Is(Type::Bool);
const TEXT: Returns = Is(Type::String);
const LONG: Returns = Is(Type::Long);
const REAL: Returns = Is(Type::Real);
const TIME: Returns = Is(Type::Datetime);

#[rustfmt::skip]
static TABLE: &[FunctionRow] = table! {
    op And ["and"], (left: Bool, right: Bool) => BOOL, "True where both are.", "duration > 1s and status == \"error\"";
    op Or ["or"], (left: Bool, right: Bool) => BOOL, "True where one is.", "status == \"error\" or duration > 5s";
    fun Not ["not"], (value: Bool) => BOOL, "True where the value is false.", "not(name has \"health\")";

    op Equal ["=="], (left: Any, right: Any) => Compared, "Equal, letter by letter. A null equals nothing.", "status == \"error\"";
    op NotEqual ["!=", "<>"], (left: Any, right: Any) => Compared, "Not equal; a null differs from every value.", "kind != \"server\"";
    op Less ["<"], (left: Ordered, right: Ordered) => Compared, "Less.", "duration < 5ms";
    op LessOrEqual ["<="], (left: Ordered, right: Ordered) => Compared, "Less or equal.", "duration <= 5ms";
    op Greater [">"], (left: Ordered, right: Ordered) => Compared, "Greater.", "duration > 1s";
    op GreaterOrEqual [">="], (left: Ordered, right: Ordered) => Compared, "Greater or equal.", "http.response.status_code >= 500";
    op Between ["between"], (value: Ordered, low: Ordered, high: Ordered) => Compared, "Within the two, both included.", "duration between (100ms .. 1s)";
    op NotBetween ["!between"], (value: Ordered, low: Ordered, high: Ordered) => Compared, "Below the first or above the second.", "duration !between (0ms .. 1s)";
    op In ["in"], (value: Any, list: Any) rest => Compared, "Equal to one of the list.", "customer.tier in (\"gold\", \"platinum\")";
    op NotIn ["!in"], (value: Any, list: Any) rest => Compared, "Equal to none of the list.", "customer.tier !in (\"free\", \"silver\")";
    op InIgnoreCase ["in~"], (value: String, list: String) rest => BOOL, "One of the list, whatever the case.", "severity in~ (\"error\", \"fatal\")";
    op NotInIgnoreCase ["!in~"], (value: String, list: String) rest => BOOL, "None of the list, whatever the case.", "severity !in~ (\"info\", \"debug\")";

    op EqualIgnoreCase ["=~"], (left: String, right: String) => BOOL, "Equal, whatever the case.", "severity =~ \"error\"";
    op NotEqualIgnoreCase ["!~"], (left: String, right: String) => BOOL, "Not equal, whatever the case.", "severity !~ \"info\"";
    op Has ["has"], (text: String, term: String) => BOOL, "Contains the whole term (letters and digits between other signs), whatever the case.", "body has \"timeout\"";
    op NotHas ["!has"], (text: String, term: String) => BOOL, "Does not contain the whole term.", "body !has \"health\"";
    op HasCs ["has_cs"], (text: String, term: String) => BOOL, "Contains the whole term, case as written.", "body has_cs \"OOM\"";
    op NotHasCs ["!has_cs"], (text: String, term: String) => BOOL, "Does not contain the whole term, case as written.", "body !has_cs \"OOM\"";
    op HasAny ["has_any"], (text: String, terms: String) rest => BOOL, "Contains one of the whole terms.", "body has_any (\"timeout\", \"refused\")";
    op HasAll ["has_all"], (text: String, terms: String) rest => BOOL, "Contains all of the whole terms.", "body has_all (\"card\", \"declined\")";
    op HasPrefix ["hasprefix"], (text: String, term: String) => BOOL, "Contains a term that begins so.", "body hasprefix \"time\"";
    op NotHasPrefix ["!hasprefix"], (text: String, term: String) => BOOL, "Contains no term that begins so.", "body !hasprefix \"time\"";
    op HasPrefixCs ["hasprefix_cs"], (text: String, term: String) => BOOL, "Contains a term that begins so, case as written.", "body hasprefix_cs \"Time\"";
    op NotHasPrefixCs ["!hasprefix_cs"], (text: String, term: String) => BOOL, "Contains no term that begins so, case as written.", "body !hasprefix_cs \"Time\"";
    op HasSuffix ["hassuffix"], (text: String, term: String) => BOOL, "Contains a term that ends so.", "body hassuffix \"out\"";
    op NotHasSuffix ["!hassuffix"], (text: String, term: String) => BOOL, "Contains no term that ends so.", "body !hassuffix \"out\"";
    op HasSuffixCs ["hassuffix_cs"], (text: String, term: String) => BOOL, "Contains a term that ends so, case as written.", "body hassuffix_cs \"Out\"";
    op NotHasSuffixCs ["!hassuffix_cs"], (text: String, term: String) => BOOL, "Contains no term that ends so, case as written.", "body !hassuffix_cs \"Out\"";
    op Contains ["contains"], (text: String, part: String) => BOOL, "Contains the text anywhere, whatever the case.", "url.path contains \"cart\"";
    op NotContains ["!contains"], (text: String, part: String) => BOOL, "Does not contain the text.", "url.path !contains \"health\"";
    op ContainsCs ["contains_cs"], (text: String, part: String) => BOOL, "Contains the text, case as written.", "body contains_cs \"Exception\"";
    op NotContainsCs ["!contains_cs"], (text: String, part: String) => BOOL, "Does not contain the text, case as written.", "body !contains_cs \"Exception\"";
    op StartsWith ["startswith"], (text: String, part: String) => BOOL, "Begins with the text, whatever the case.", "http.route startswith \"/api\"";
    op NotStartsWith ["!startswith"], (text: String, part: String) => BOOL, "Does not begin with the text.", "http.route !startswith \"/api\"";
    op StartsWithCs ["startswith_cs"], (text: String, part: String) => BOOL, "Begins with the text, case as written.", "customer.id startswith_cs \"c-\"";
    op NotStartsWithCs ["!startswith_cs"], (text: String, part: String) => BOOL, "Does not begin with the text, case as written.", "customer.id !startswith_cs \"c-\"";
    op EndsWith ["endswith"], (text: String, part: String) => BOOL, "Ends with the text, whatever the case.", "url.path endswith \".js\"";
    op NotEndsWith ["!endswith"], (text: String, part: String) => BOOL, "Does not end with the text.", "url.path !endswith \".js\"";
    op EndsWithCs ["endswith_cs"], (text: String, part: String) => BOOL, "Ends with the text, case as written.", "body endswith_cs \"OK\"";
    op NotEndsWithCs ["!endswith_cs"], (text: String, part: String) => BOOL, "Does not end with the text, case as written.", "body !endswith_cs \"OK\"";
    op MatchesRegex ["matches regex"], (text: String, pattern: String) => BOOL, "The regular expression matches somewhere in the text.", "body matches regex @\"took \\d{4,} ms\"";

    fun Strcat ["strcat"], (value: Text) rest => TEXT, "The values as text, one after the other.", "strcat(service.name, \"@\", service.version)";
    fun StrcatDelim ["strcat_delim"], (delimiter: String, value: Text) rest => TEXT, "The values as text, with the delimiter between.", "strcat_delim(\"/\", cloud.region, service.name)";
    fun Strlen ["strlen"], (text: String) => LONG, "Characters in the text.", "strlen(body)";
    fun ToLower ["tolower"], (text: String) => TEXT, "The text in lower case.", "tolower(name)";
    fun ToUpper ["toupper"], (text: String) => TEXT, "The text in upper case.", "toupper(http.request.method)";
    fun Substring ["substring"], (text: String, start: Long, #[optional] length: Long) => TEXT, "The part from the start (0 is the first character), so many characters long.", "substring(trace.id, 0, 8)";
    fun Split ["split"], (text: String, delimiter: String, #[optional] index: Long) => Is(Type::Dynamic), "The parts between the delimiters, as an array.", "split(url.path, \"/\")[1]";
    fun IndexOf ["indexof"], (text: String, part: String, #[optional] start: Long) => LONG, "Where the part begins, from 0; -1 where it is not.", "indexof(body, \"error\")";
    fun CountOf ["countof"], (text: String, part: String, #[optional] kind: String) => LONG, "How often the part occurs.", "countof(url.path, \"/\")";
    fun ReplaceString ["replace_string", "replace"], (text: String, part: String, by: String) => TEXT, "Every occurrence replaced.", "replace_string(http.route, \"/api\", \"\")";
    fun ReplaceRegex ["replace_regex"], (text: String, pattern: String, by: String) => TEXT, "Every match replaced; `\\1` is the first group.", "replace_regex(url.path, @\"\\d+\", \"N\")";
    fun Extract ["extract"], (pattern: String, group: Long, text: String) => TEXT, "What a group of the regular expression matched; 0 is the whole match.", "extract(@\"order (\\d+)\", 1, body)";
    fun Trim ["trim"], (pattern: String, text: String) => TEXT, "Without what matches the pattern at both ends.", "trim(@\"\\s+\", body)";
    fun TrimStart ["trim_start"], (pattern: String, text: String) => TEXT, "Without what matches the pattern at the start.", "trim_start(\"/\", url.path)";
    fun TrimEnd ["trim_end"], (pattern: String, text: String) => TEXT, "Without what matches the pattern at the end.", "trim_end(\"/\", url.path)";
    fun Reverse ["reverse"], (text: String) => TEXT, "The characters in reverse order.", "reverse(host.name)";
    fun StrRep ["strrep"], (text: Text, count: Long, #[optional] delimiter: String) => TEXT, "The text so many times.", "strrep(\"=\", 10)";
    fun IsEmpty ["isempty"], (value: Any) => BOOL, "Null or the empty text.", "isempty(customer.id)";
    fun IsNotEmpty ["isnotempty", "notempty"], (value: Any) => BOOL, "Neither null nor the empty text.", "isnotempty(error.type)";

    fun IsNull ["isnull"], (value: Any) => BOOL, "The field is not there.", "isnull(parent.span.id)";
    fun IsNotNull ["isnotnull", "notnull"], (value: Any) => BOOL, "The field is there.", "isnotnull(parent.span.id)";
    fun Iff ["iff", "iif"], (condition: Bool, then: Any, otherwise: Any) => Common(1), "One or the other, by the condition.", "iff(duration > 1s, \"slow\", \"fine\")";
    fun Case ["case"], (condition: Any, then: Any, otherwise: Any) rest => ByRule, "The value behind the first condition that holds, else the last one.", "case(duration > 5s, \"bad\", duration > 1s, \"slow\", \"fine\")";
    fun Coalesce ["coalesce"], (value: Any) rest => Common(0), "The first that is not null.", "coalesce(error.type, \"none\")";

    op Add ["+"], (left: Ordered, right: Ordered) => ByRule, "Sum; a datetime plus a timespan is a datetime.", "timestamp + duration";
    op Subtract ["-"], (left: Ordered, right: Ordered) => ByRule, "Difference; of two datetimes a timespan.", "now() - timestamp";
    op Multiply ["*"], (left: Quantity, right: Quantity) => ByRule, "Product.", "100.0 * failed";
    op Divide ["/"], (left: Quantity, right: Quantity) => ByRule, "Quotient; of two longs a long, cut to its whole part.", "duration / 1ms";
    op Modulo ["%"], (left: Quantity, right: Quantity) => ByRule, "The rest of the division.", "http.response.status_code % 100";
    op Negate ["-"], (value: Quantity) => Same(0), "The negative.", "-value";
    fun Bin ["bin"], (value: Ordered, size: Quantity) => Same(0), "Down to a multiple of the size. Over event time in `summarize … by`: tumbling windows.", "bin(timestamp, 10s)";
    fun Abs ["abs"], (value: Quantity) => Same(0), "Without its sign.", "abs(value)";
    fun Floor ["floor"], (value: Ordered, #[optional] size: Quantity) => Same(0), "Down to a whole number, or to a multiple of the size.", "floor(value)";
    fun Ceiling ["ceiling"], (value: Number) => Same(0), "Up to a whole number.", "ceiling(value)";
    fun Round ["round"], (value: Number, #[optional] digits: Long) => Same(0), "To so many digits after the point.", "round(availability, 2)";
    fun Sqrt ["sqrt"], (value: Number) => REAL, "Square root.", "sqrt(value)";
    fun Pow ["pow"], (base: Number, exponent: Number) => REAL, "Power.", "pow(2, 10)";
    fun Exp ["exp"], (value: Number) => REAL, "e to the power of the value.", "exp(value)";
    fun Log ["log"], (value: Number) => REAL, "Natural logarithm.", "log(value)";
    fun Log2 ["log2"], (value: Number) => REAL, "Logarithm to base 2.", "log2(value)";
    fun Log10 ["log10"], (value: Number) => REAL, "Logarithm to base 10.", "log10(value)";
    fun Sign ["sign"], (value: Number) => Same(0), "-1, 0 or 1.", "sign(value)";
    fun MinOf ["min_of"], (value: Any) rest => Common(0), "The least of the values.", "min_of(duration, 1s)";
    fun MaxOf ["max_of"], (value: Any) rest => Common(0), "The greatest of the values.", "max_of(duration, 1ms)";
    fun IsNan ["isnan"], (value: Number) => BOOL, "Not a number.", "isnan(value)";
    fun IsInf ["isinf"], (value: Number) => BOOL, "Infinite.", "isinf(value)";
    fun IsFinite ["isfinite"], (value: Number) => BOOL, "Neither infinite nor NaN.", "isfinite(value)";

    fun Now ["now"], (#[optional] offset: Timespan) => TIME, "When the flow was started.", "now()";
    fun Ago ["ago"], (span: Timespan) => TIME, "So long before the flow was started.", "timestamp > ago(5m)";
    fun StartOfMinute ["startofminute"], (time: Datetime, #[optional] offset: Long) => TIME, "The start of its minute, in UTC.", "startofminute(timestamp)", ours;
    fun StartOfHour ["startofhour"], (time: Datetime, #[optional] offset: Long) => TIME, "The start of its hour, in UTC.", "startofhour(timestamp)", ours;
    fun StartOfDay ["startofday"], (time: Datetime, #[optional] offset: Long) => TIME, "The start of its day, in UTC.", "startofday(timestamp)";
    fun StartOfWeek ["startofweek"], (time: Datetime, #[optional] offset: Long) => TIME, "The start of its week, a Sunday, in UTC.", "startofweek(timestamp)";
    fun StartOfMonth ["startofmonth"], (time: Datetime, #[optional] offset: Long) => TIME, "The start of its month, in UTC.", "startofmonth(timestamp)";
    fun StartOfYear ["startofyear"], (time: Datetime, #[optional] offset: Long) => TIME, "The start of its year, in UTC.", "startofyear(timestamp)";
    fun DayOfWeek ["dayofweek"], (time: Datetime) => Is(Type::Timespan), "Days since Sunday, as a timespan.", "dayofweek(timestamp) / 1d";
    fun DayOfMonth ["dayofmonth"], (time: Datetime) => LONG, "The day of the month, from 1.", "dayofmonth(timestamp)";
    fun DayOfYear ["dayofyear"], (time: Datetime) => LONG, "The day of the year, from 1.", "dayofyear(timestamp)";
    fun HourOfDay ["hourofday"], (time: Datetime) => LONG, "The hour, 0 to 23, in UTC.", "hourofday(timestamp)";
    fun GetMonth ["getmonth", "monthofyear"], (time: Datetime) => LONG, "The month, 1 to 12.", "getmonth(timestamp)";
    fun GetYear ["getyear"], (time: Datetime) => LONG, "The year.", "getyear(timestamp)";
    fun DatetimePart ["datetime_part"], (part: String, time: Datetime) => LONG, "A part of it: \"year\", \"month\", \"hour\" …", "datetime_part(\"minute\", timestamp)";
    fun DatetimeDiff ["datetime_diff"], (part: String, left: Datetime, right: Datetime) => LONG, "Boundaries of that part between the two.", "datetime_diff(\"second\", now(), timestamp)";
    fun DatetimeAdd ["datetime_add"], (part: String, amount: Long, time: Datetime) => TIME, "Moved by so many of that part.", "datetime_add(\"hour\", 1, timestamp)";
    fun FormatDatetime ["format_datetime"], (time: Datetime, format: String) => TEXT, "Written as the format says, in UTC.", "format_datetime(timestamp, \"HH:mm:ss\")";
    fun FormatTimespan ["format_timespan"], (span: Timespan, format: String) => TEXT, "Written as the format says.", "format_timespan(duration, \"ss.fff\")";
    fun MakeDatetime ["make_datetime"], (year: Long, month: Long, #[optional] day: Long, #[optional] hour: Long, #[optional] minute: Long, #[optional] second: Number) => TIME, "The moment with these parts, in UTC.", "make_datetime(2026, 1, 31)";
    fun UnixSeconds ["unixtime_seconds_todatetime"], (value: Number) => TIME, "From seconds since 1970.", "unixtime_seconds_todatetime(1767225600)";
    fun UnixMilliseconds ["unixtime_milliseconds_todatetime"], (value: Number) => TIME, "From milliseconds since 1970.", "unixtime_milliseconds_todatetime(1767225600000)";
    fun UnixMicroseconds ["unixtime_microseconds_todatetime"], (value: Number) => TIME, "From microseconds since 1970.", "unixtime_microseconds_todatetime(1767225600000000)";
    fun UnixNanoseconds ["unixtime_nanoseconds_todatetime"], (value: Number) => TIME, "From nanoseconds since 1970.", "unixtime_nanoseconds_todatetime(1767225600000000000)";

    fun ToBool ["tobool", "toboolean"], (value: Any) => BOOL, "As bool; null where it cannot be.", "tobool(feature.enabled)";
    fun ToLong ["tolong", "toint"], (value: Any) => LONG, "As a whole number; null where it cannot be.", "tolong(duration / 1ms)";
    fun ToReal ["toreal", "todouble"], (value: Any) => REAL, "As a real; null where it cannot be.", "toreal(failed)";
    fun ToString ["tostring"], (value: Any) => TEXT, "As text.", "tostring(http.response.status_code)";
    fun ToDatetime ["todatetime"], (value: Any) => TIME, "As a datetime; null where it cannot be.", "todatetime(\"2026-01-31T12:00:00Z\")";
    fun ToTimespan ["totimespan"], (value: Any) => Is(Type::Timespan), "As a timespan; null where it cannot be.", "totimespan(\"250ms\")";
    fun ToDynamic ["todynamic"], (value: Any) => Is(Type::Dynamic), "As a JSON value; text is read as JSON.", "todynamic(body)";
    fun Index ["[]"], (value: Dynamic, key: Any) => Is(Type::Dynamic), "A member by its key, or an element by its place.", "attributes[\"http.flavor\"]";
    fun ArrayLength ["array_length"], (value: Dynamic) => LONG, "Elements of an array.", "array_length(events)";
    fun BagKeys ["bag_keys"], (value: Dynamic) => Is(Type::Dynamic), "The keys of an object.", "bag_keys(todynamic(body))";
    fun ParseJson ["parse_json"], (text: Any) => Is(Type::Dynamic), "The JSON value that the text holds.", "parse_json(body).user";
};
