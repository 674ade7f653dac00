//! Stages: their words, arguments, meaning; and the words of other languages for them.

/// One row of the table.
pub struct StageRow {
    /// The first is the one we write.
    pub words: &'static [&'static str],
    pub signature: &'static str,
    pub doc: &'static str,
    pub example: &'static str,
    pub in_kusto: bool,
    /// What differs from a table's, in one sentence.
    pub on_streams: Option<&'static str>,
    /// A runner has an operator for it.
    pub runs: bool,
}

impl StageRow {
    pub fn word(&self) -> &'static str {
        self.words[0]
    }
}

pub fn stages() -> &'static [StageRow] {
    TABLE
}

pub fn by_word(word: &str) -> Option<&'static StageRow> {
    TABLE.iter().find(|row| row.words.contains(&word))
}

/// Kusto's word for another language's, e.g. `filter` → `where`.
pub fn translate(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    let ours = || TABLE.iter().flat_map(|row| row.words.iter().copied()).find(|ours| word != *ours && *ours == lower);
    FOREIGN.iter().find(|(foreign, _)| *foreign == lower).map(|(_, ours)| *ours).or_else(ours)
}

/// Words of other languages, and ours.
pub fn foreign() -> &'static [(&'static str, &'static str)] {
    FOREIGN
}

const fn row(
    words: &'static [&'static str],
    signature: &'static str,
    doc: &'static str,
    example: &'static str,
) -> StageRow {
    StageRow { words, signature, doc, example, in_kusto: true, on_streams: None, runs: true }
}

const fn ours(row: StageRow) -> StageRow {
    StageRow { in_kusto: false, ..row }
}

const fn streams(row: StageRow, on_streams: &'static str) -> StageRow {
    StageRow { on_streams: Some(on_streams), ..row }
}

#[rustfmt::skip]
static TABLE: &[StageRow] = &[
    row(&["where"], "where PREDICATE", "Keeps the events for which the predicate is true.", "where duration > 1s and status == \"error\""),
    row(&["extend"], "extend NAME = EXPRESSION, …", "Adds fields, or replaces those of the same name.", "extend slow = duration > 1s"),
    row(&["project"], "project [NAME =] EXPRESSION, …", "Keeps only these fields, in this order.", "project timestamp, customer.id, ms = duration / 1ms"),
    row(&["project-keep"], "project-keep NAME, …", "Keeps only these fields; `*` stands for any part of a name.", "project-keep timestamp, http.*"),
    row(&["project-away"], "project-away NAME, …", "Drops these fields; `*` stands for any part of a name.", "project-away trace.id, span.id"),
    row(&["project-reorder"], "project-reorder NAME [asc|desc], …", "Puts these fields first, in this order; the others follow as they were. Of a pattern such as `http.*`, `asc` and `desc` order the names.", "project-reorder timestamp, service.name"),
    row(&["project-rename"], "project-rename NEW = OLD, …", "Renames fields.", "project-rename region = cloud.region"),
    row(&["parse"], "parse EXPRESSION with PATTERN", "Reads fields out of a text by a pattern of texts, `*` and `NAME:TYPE`, from its start. Where it does not fit, they are null; what stands behind its end is passed over. `kind=relaxed` gives null only for what cannot be converted, `kind=regex` takes the texts as regular expressions; a text column then takes as much as it can, and as little as it can with `flags=U`.", "parse body with * \"order \" order:long *"),
    row(&["parse-where"], "parse-where EXPRESSION with PATTERN", "Reads fields out of a text, and keeps only the events that match.", "parse-where body with * \"order \" order:long *"),
    row(&["parse-kv"], "parse-kv EXPRESSION as (NAME: TYPE, …)", "Reads fields out of `key=value` text (logfmt as it is) and `key: value`; `with (pair_delimiter=\",\", kv_delimiter=\":\", quote=\"'\", escape=\"\\\\\")` says how else it is written. There, `greedy=true` lets a value go up to the next key; `regex=` takes an expression whose two groups are key and value. Of a key that occurs twice the first counts. Differs from Kusto: without delimiters a value goes up to white space (behind a colon also to a comma or semicolon), and does not end at every sign that is no letter or digit.", "parse-kv body as (took: timespan, user: string)"),
    row(&["mv-expand"], "mv-expand NAME [to typeof(TYPE)], … [limit N]", "One row for each element of an array, or member of a bag; several are walked side by side, and the shorter ones give null. An empty array gives no row, null and a single value one.", "mv-expand events"),
    row(&["mv-apply"], "mv-apply NAME [to typeof(TYPE)], … [limit N] on (STAGES)", "Makes rows of an array's elements as mv-expand does, and runs stages over the rows of each event by themselves. The event's own fields stand beside what leaves them. An event without elements gives no row.", "mv-apply event = events on (take 2)"),
    streams(row(&["evaluate"], "evaluate bag_unpack(BAG, [PREFIX]) [: (*, NAME: TYPE, …)]", "Members of a bag as fields; the bag itself is dropped, and of columns that are named, without `*`, all other fields are too. A prefix stands before each member's name, `columnsConflict=\"replace_source\"` or `\"keep_source\"` says which counts of two with one name, `ignoredProperties=dynamic([…])` leaves members out. Of Kusto's plugins this is the only one.", "evaluate bag_unpack(attributes) : (*, http.flavor: string)"),
        "Columns that are not named are added as they come, each from the first event on that has the member, with the type of its values. Within another pipeline, and behind stages that wait for their rows, they have to be named."),
    streams(row(&["summarize"], "summarize AGGREGATE, … by KEY, …", "One row a group.", "summarize errors = countif(status == \"error\") by cloud.region, bin(timestamp, 10s)"),
        "With `bin(timestamp, …)` among the keys it answers window by window; without, it is a running answer that is final at the end."),
    streams(row(&["make-series"], "make-series AGGREGATE, … on TIME [from START] [to END] step SPAN [by KEY, …]", "Aggregates over windows of a length, within bounds of time.", "make-series n = count() on timestamp step 1m by cloud.region"),
        "It gives a row for each window and group, as `summarize … by bin(…)`, and not an array for each group: a window without events has no row, so `default` fills nothing in, and windows begin at whole steps since 1970, not at `from`."),
    streams(row(&["top"], "top N by KEY", "The N greatest (or, with `asc`, least).", "top 10 by duration"),
        "Behind a window it ranks each window's rows; else everything seen so far, live."),
    row(&["top-hitters"], "top-hitters N of KEY [by WEIGHT]", "The N most frequent values, or those that weigh most, live. Exact up to 12,288 different values; beyond, each count is an upper bound.", "top-hitters 10 of customer.id"),
    streams(row(&["take", "limit"], "take N", "The first N events.", "take 10"), "The flow then ends."),
    ours(row(&["tail"], "tail N", "The last N events, live.", "tail 10")),
    row(&["distinct"], "distinct NAME, …", "The first event of each combination of these fields.", "distinct service.name, service.version"),
    streams(row(&["count"], "count", "How many events, as `Count`.", "count"), "It is a running answer, final at the end."),
    streams(row(&["sort", "order"], "sort by KEY asc|desc", "Puts rows in order; descending unless it says `asc`.", "sort by errors desc"),
        "Where the rows have an end: behind a `summarize`, `take`, `tail` or `top`, or from a file that is read to its end. Of a stream without an end `sort by timestamp asc` alone: each event leaves, in the order of event time, once the watermark has passed it, and what comes later is late."),
    streams(row(&["serialize"], "serialize [NAME = EXPRESSION, …] [by KEY, …]", "The rows count in the order in which they come, so that `prev`, `next` and `row_number` have a meaning behind it; fields are added as by `extend`. With `by`, which Kusto does not have, the rows of each key are by themselves.", "serialize n = row_number() by service.name"),
        "Events of a stream come in the order in which they arrive: behind `sort by timestamp asc` they have the order of their time."),
    ours(row(&["sample"], "sample P% [by KEY]", "A share of the events, chosen by a hash of their number; by a key, all events of the chosen keys, and always the same keys.", "sample 1% by trace.id")),
    streams(row(&["join"], "join kind=KIND (PIPELINE) on KEY within SPAN", "Pairs events of two pipelines that have the same key: `inner` gives each pair, `leftouter` also events without a partner, `leftanti` only those, `leftsemi` those with one, once. `rightouter`, `rightanti` and `rightsemi` say the same of the right side, `fullouter` gives pairs and all that have no partner; behind `fullouter` no field carries event time. Nulls are equal to nothing.", "join kind=inner (logs | where severity == \"ERROR\") on trace.id within 5s"),
        "`within` bounds how far apart in time the two may be. Pairs leave at once; an event without a partner when none can come any more."),
    row(&["union"], "union [withsource=NAME] [kind=outer|inner] [isfuzzy=true] PIPELINE, …", "The events of several pipelines. `withsource` adds a field, before all others, with the name of the source or `let` that each came from (`union_arg0`, … where it has none); `kind=inner` keeps only the fields that all have, of an open source those that were seen; `isfuzzy=true` leaves out what is not there. `union logs_*` reads all sources whose names fit.", "union (logs | where severity == \"ERROR\")"),
    row(&["as"], "as NAME", "Gives the rows up to here a name, for what follows in this block and below. They are not kept: who uses the name reads the source again.", "as all | summarize n = count()"),
    streams(row(&["lookup"], "lookup [kind=inner] TABLE on KEY", "Adds the fields of a table, such as a CSV file; without a row there they are null, or with `kind=inner` the event is dropped. Several rows of one key give several.", "lookup owners on service.name"),
        "Events wait until the table is read; when its file changes, the new one takes its place."),
    row(&["getschema"], "getschema", "The fields and their types, a row each: those that are known without waiting for an event, others when the first event that carries them comes, and again when a type is widened.", "getschema"),
    ours(row(&["assert"], "assert PREDICATE", "Must hold for every row (null does not hold). The first row for which it does not is the last one, the block fails and `run` exits with 1. Behind a `summarize` it looks at final rows.", "assert duration < 5s")),
    row(&["render"], "render KIND [with (title=…, xcolumn=…, ycolumns=…, series=…, weight=…)]", "How the result is shown.", "render timechart with (title=\"p99 by region\")"),
];

/// Splunk's, PromQL's, LogQL's, SQL's, jq's words, and Kusto's.
static FOREIGN: &[(&str, &str)] = &[
    ("filter", "where"),
    ("having", "where"),
    ("=", "where … contains"),
    ("~", "where … matches regex"),
    ("!=", "where … !contains"),
    ("!~", "where not(… matches regex …)"),
    ("eval", "extend"),
    ("let", "extend"),
    ("mutate", "extend"),
    ("label_format", "extend"),
    ("select", "project"),
    ("fields", "project"),
    ("table", "project"),
    ("drop", "project-away"),
    ("rename", "project-rename"),
    ("stats", "summarize"),
    ("aggregate", "summarize"),
    ("group", "summarize"),
    ("timechart", "render timechart"),
    ("chart", "render timechart"),
    ("head", "take"),
    ("first", "take"),
    ("last", "tail"),
    ("dedup", "distinct"),
    ("unique", "distinct"),
    ("uniq", "distinct"),
    ("rare", "top"),
    ("topk", "top"),
    ("json", "extend … = parse_json(body)"),
    ("logfmt", "parse-kv"),
    ("rex", "parse"),
    ("regexp", "parse"),
    ("pattern", "parse"),
    ("unnest", "mv-expand"),
    ("mvexpand", "mv-expand"),
    ("append", "union"),
    ("concat", "union"),
    ("orderby", "sort"),
];
