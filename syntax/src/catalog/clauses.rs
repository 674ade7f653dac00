//! The words within stages that are neither fields nor functions: `by`, `on`, `within`, and the names of what is
//! set with `=`.

/// One row of the table.
pub struct ClauseRow {
    pub word: &'static str,
    /// Where it has this meaning: stages and windows; empty for anywhere.
    pub of: &'static [&'static str],
    pub signature: &'static str,
    pub doc: &'static str,
}

/// What a word means within a stage or window.
pub fn by_word(word: &str, of: &str) -> Option<&'static ClauseRow> {
    TABLE.iter().find(|row| row.word == word && (row.of.is_empty() || row.of.contains(&of)))
}

pub fn clauses() -> &'static [ClauseRow] {
    TABLE
}

const fn row(word: &'static str, of: &'static [&'static str], signature: &'static str, doc: &'static str) -> ClauseRow {
    ClauseRow { word, of, signature, doc }
}

const SORTS: &[&str] = &["sort", "order", "top"];
const PARSES: &[&str] = &["parse", "parse-where"];

#[rustfmt::skip]
static TABLE: &[ClauseRow] = &[
    row("by", &["summarize"], "by KEY, …", "One row for each combination of these keys. A window among them, such as `bin(timestamp, 10s)`, groups by time."),
    row("by", &["make-series"], "by KEY, …", "A series for each combination of these keys."),
    row("by", SORTS, "by KEY asc|desc, …", "What decides the order; of equal rows the next key does. Descending unless it says `asc`."),
    row("by", &["top-hitters"], "by WEIGHT", "What each event counts for; without it, one."),
    row("by", &["sample"], "by KEY", "All events of the chosen keys, and always the same keys, instead of events one by one."),
    row("by", &["serialize"], "by KEY, …", "The rows of each key are by themselves: `prev` is the row before with the same key."),
    row("of", &["top-hitters"], "of KEY", "The field whose values are counted."),
    row("on", &["join"], "on KEY, …", "The fields that must be equal on both sides; `$left.a == $right.b` where their names differ. A null is equal to nothing."),
    row("on", &["lookup"], "on KEY, …", "The fields that find the table's row; `$left.a == $right.b` where their names differ. A null finds none."),
    row("on", &["mv-apply"], "on (STAGES)", "What is done with the rows of each event: stages without a source, with `|` between them."),
    row("on", &["make-series"], "on TIME", "The field of event time."),
    row("from", &["make-series"], "from DATETIME", "Events before it are left out."),
    row("to", &["make-series"], "to DATETIME", "Events from it on are left out."),
    row("step", &["make-series"], "step SPAN", "How long each window is."),
    row("default", &["make-series"], "default=VALUE", "Kusto's value of a window without events. Here such a window has no row."),
    row("within", &["join"], "within SPAN", "How far apart in time the events of a pair may be, either way. Both sides wait that long for a partner: the longer, the more is held in memory, and the later it is known that there is none."),
    row("with", PARSES, "with PATTERN", "The pattern: texts that must occur, `*` for anything, and `NAME:TYPE` for what is read out."),
    row("with", &["parse-kv"], "with (NAME=TEXT, …)", "How the pairs are written, where it is not logfmt."),
    row("with", &["render"], "with (NAME=VALUE, …)", "What is drawn, and how it is named."),
    row("as", &["parse-kv"], "as (NAME: TYPE, …)", "The keys that are read out, each a field of this type."),
    row("to", &["mv-expand", "mv-apply"], "to typeof(TYPE)", "The type of the elements; one that has another is null."),
    row("typeof", &["mv-expand", "mv-apply"], "typeof(TYPE)", "A type: bool, long, real, string, datetime, timespan or dynamic."),
    row("limit", &["mv-expand", "mv-apply"], "limit N", "Rows of one event at most."),
    row("asc", SORTS, "asc", "The least first; nulls come before all others unless it says `nulls last`."),
    row("desc", SORTS, "desc", "The greatest first, which is also meant where nothing is said; nulls come last unless it says `nulls first`."),
    row("nulls", SORTS, "nulls first|last", "Where rows without a value go."),
    row("first", SORTS, "nulls first", "Rows without a value come before all others."),
    row("last", SORTS, "nulls last", "Rows without a value come after all others."),
    row("withsource", &["union"], "withsource=NAME", "A field, before all others, with the name of what each event came from."),
    row("isfuzzy", &["union"], "isfuzzy=true", "A source that is not there is left out, with a finding, instead of an error."),
    row("kind", &["union"], "kind=outer|inner", "All fields of all pipelines, or only those that each of them has with the same type; of an open source those that were seen."),
    row("asc", &["project-reorder"], "asc", "The fields of the pattern in the order of their names."),
    row("desc", &["project-reorder"], "desc", "The fields of the pattern against the order of their names."),
    row("kind", &["join"], "kind=inner|leftouter|rightouter|fullouter|leftanti|rightanti|leftsemi|rightsemi", "Which events leave: pairs, or those without or with a partner."),
    row("kind", &["lookup"], "kind=leftouter|inner", "What becomes of an event without a row in the table."),
    row("kind", PARSES, "kind=simple|relaxed|regex", "How the pattern is read, and what happens where a field cannot be converted."),
    row("flags", PARSES, "flags=TEXT", "Flags of the regular expression, with `kind=regex`: `i` case does not matter, `s` a `.` takes line ends too, `m` `^` and `$` are at each line, `U` text columns take as little as possible and not as much, `x` white space is passed over."),
    row("bagexpansion", &["mv-expand", "mv-apply"], "bagexpansion=bag|array", "What a member of a bag gives."),
    row("with_itemindex", &["mv-expand", "mv-apply"], "with_itemindex=NAME", "A field for the element's place, from 0."),
    row("size", &["hop"], "size=timespan", "How long each window is; a multiple of `every`."),
    row("every", &["hop"], "every=timespan", "How far apart windows begin. An event counts in `size / every` of them."),
    row("gap", &["session"], "gap=timespan", "So much time without an event ends a session."),
    row("max", &["session"], "max=timespan", "A session is never longer than this; `1h` if it is not written."),
    row("%", &["sample"], "P%", "The share of the events that pass, in per cent."),
    row("..", &[], "between (LOW .. HIGH)", "From the first to the second, both included."),
    row("[", &[], "BAG[\"key\"] or ARRAY[place]", "A member of a bag by its key, or an element of an array by its place, from 0; null where there is none. `attributes[\"x\"]` is the field `x`."),
    row("true", &[], "true", "The bool that holds."),
    row("false", &[], "false", "The bool that does not hold."),
    row("null", &[], "null", "No value. `isnull` finds it; a comparison with it is not an answer."),
    row("dynamic", &["typeof"], "dynamic", "A type: any JSON value."),
    row("dynamic", &[], "dynamic(JSON)", "A JSON value: a bag `{\"key\": value}`, an array `[value, …]`, or a single value."),
    row("let", &[], "let NAME = PIPELINE or EXPRESSION;", "Gives a name to a pipeline or a value. This block and those below can use it. `let NAME = (x: long, t: (id: string)) { … };` is a function: a call is its body with the arguments in place."),
    row("invoke", &[], "invoke FUNCTION(…)", "Calls a function of the runbook's own, which gets the rows as its first parameter."),
    row("view", &[], "let NAME = view () { PIPELINE };", "A function without parameters that gives a pipeline, as Kusto writes it. It means the same without `view`."),
    row("toscalar", &[], "toscalar(PIPELINE)", "The first column of the pipeline's first row; null where it has none. It is looked up for each event: where the pipeline reads what has an end, events wait until it was read; where it reads a stream, it is the running answer of that moment, and changes with it."),
    row("materialize", &[], "materialize(PIPELINE)", "The pipeline itself. In Kusto its rows are kept; here who uses it reads the source."),
    row("datatable", &[], "datatable (NAME: TYPE, …) [VALUE, …]", "Rows that are written in place, row by row: at most 100,000 values. They are read at once, and then it ends."),
    row("externaldata", &[], "externaldata (…) […]", "Kusto's word for a file that is fetched. Not here: declare the file as a source in `headwater.toml`, and write its name."),
    row("print", &[], "print [NAME =] EXPRESSION, …", "One row of these values."),
    row("range", &[], "range NAME from FIRST to LAST step STEP", "A row for each value, at most 10,000,000: of numbers, of datetimes by a timespan, or of timespans. As a function, `range(first, last, step)`, an array of them."),
    row("from", &[], "range NAME from FIRST to LAST step STEP", "The first value."),
    row("step", &[], "range NAME from FIRST to LAST step STEP", "What each value is above the one before; below zero it counts down."),
    row("bool", &[], "bool", "A type: `true` or `false`."),
    row("long", &[], "long", "A type: a whole number of 64 bits."),
    row("real", &[], "real", "A type: a number with a fraction, of 64 bits (IEEE 754)."),
    row("string", &[], "string", "A type: a text."),
    row("datetime", &[], "datetime", "A type: an instant, to the nanosecond."),
    row("timespan", &[], "timespan", "A type: a length of time in nanoseconds, with a sign."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_and_belongs_to_a_stage_or_window() {
        for row in clauses() {
            let of = row.of.first().copied().unwrap_or_default();
            assert!(by_word(row.word, of).is_some(), "{}", row.word);
            for of in row.of.iter().filter(|of| **of != "typeof") {
                let known = super::super::stages::by_word(of).is_some() || super::super::windows::by_word(of).is_some();
                assert!(known, "{of}");
            }
        }
    }
}
