//! Kusto's stages that are not here: why, and what to write instead.

/// One row of the table.
pub struct MissingStage {
    pub word: &'static str,
    /// Behind "it is Kusto's, and not here: ".
    pub reason: &'static str,
    /// What to write, as a sentence that begins with a verb.
    pub instead: &'static str,
}

/// What is said of a word of Kusto's that is no stage here. `rest`: what is written behind it.
pub fn by_word(word: &str, rest: &str) -> Option<&'static MissingStage> {
    if word == "evaluate" {
        let plugin = rest.split('(').next().unwrap_or("").trim();
        return PLUGINS.iter().find(|row| row.word == plugin);
    }
    TABLE.iter().find(|row| row.word == word)
}

/// All of them.
pub fn missing_stages() -> &'static [MissingStage] {
    TABLE
}

const fn row(word: &'static str, reason: &'static str, instead: &'static str) -> MissingStage {
    MissingStage { word, reason, instead }
}

#[rustfmt::skip]
static TABLE: &[MissingStage] = &[
    row("partition", "pipelines are not made while events come", "write `summarize … by KEY`, or `top 3 by …` behind `summarize … by KEY, bin(timestamp, 10s)`"),
    row("scan", "states over rows need rows in order", "write `sort by timestamp asc | serialize by KEY`, whose rows `prev` and `row_number` look at, `summarize … by session(timestamp, gap=30s)`, or `join kind=inner (…) on KEY within 30s` for what follows what"),
    row("reduce", "it looks at all texts before it answers", "write `extend shape = replace_regex(body, @\"\\d+\", \"#\") | top-hitters 10 of shape`"),
    row("facet", "a block has one result", "write a block for each field: `top-hitters 10 of FIELD`"),
    row("fork", "a block has one result", "give what is common a name with `let`, and write a block for each answer"),
    row("find", "no word reads all sources at once", "write `union withsource=source_ logs, spans | where …`"),
    row("search", "no word looks into all fields at once", "name the field: `where body has \"timeout\"`"),
    row("top-nested", "groups within groups are not ranked", "write `summarize n = count() by a, b | top 10 by n`"),
    row("sample-distinct", "which values come is not known before they come", "write `distinct NAME | take 10`"),
    row("consume", "a block shows what it reads", "write `count`"),
    row("project-by-names", "names are known before anything runs", "write `project-keep NAME, …`"),
    row("make-graph", "events are no graph", "write `join kind=inner (…) on KEY within 30s`"),
    row("graph-match", "events are no graph", "write `join kind=inner (…) on KEY within 30s`"),
    row("graph-to-table", "events are no graph", "leave it out"),
    row("macro-expand", "there is one runner and no cluster", "write `union a, b`"),
    row("externaldata", "a runbook fetches nothing by itself", "declare the file as a source in `headwater.toml`, and write its name"),
];

/// What `evaluate` calls.
#[rustfmt::skip]
static PLUGINS: &[MissingStage] = &[
    row("pivot", "columns are known before anything runs", "write a column for each value: `summarize a = countif(x == \"a\"), b = countif(x == \"b\") by …`"),
    row("narrow", "a row does not become several", "write `project` for the fields, or `getschema` for their names"),
    row("autocluster", "it looks at all events before it answers", "ask `headwater different '… | where …'`, or the code action on a `where`"),
    row("basket", "it looks at all events before it answers", "ask `headwater different '… | where …'`, or the code action on a `where`"),
    row("diffpatterns", "it looks at all events before it answers", "ask `headwater different '… | where …'`, or the code action on a `where`"),
    row("ipv4_lookup", "a table is found by equal keys", "write `where ipv4_is_in_any_range(ip, \"10.0.0.0/8\")`"),
    row("dcount_intersect", "a sketch does not leave its `summarize`", "write `dcountif(x, …)`"),
    row("session_count", "sessions are windows here", "write `summarize dcount(user) by session(timestamp, gap=30m)`"),
    row("rolling_percentile", "sliding windows are a grouping here", "write `summarize percentile(x, 99) by hop(timestamp, size=5m, every=1m)`"),
    row("sliding_window_counts", "sliding windows are a grouping here", "write `summarize count() by hop(timestamp, size=5m, every=1m)`"),
    row("schema_merge", "the schema is known before anything runs", "write `union`"),
    row("python", "a runner runs no other language", "write it with `extend` and functions of your own: `let f = (x: long) { … };`"),
    row("r", "a runner runs no other language", "write it with `extend` and functions of your own: `let f = (x: long) { … };`"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_missing_stage_is_here_and_each_says_what_to_write() {
        for row in TABLE.iter().chain(PLUGINS) {
            assert!(super::super::stages::by_word(row.word).is_none(), "`{}` is here", row.word);
            assert!(!row.reason.is_empty() && !row.instead.is_empty(), "`{}`", row.word);
        }
    }
}
