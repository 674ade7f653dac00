//! Functions as other languages call them: SQL, Splunk, PromQL, LogQL, jq, Python. The same for stages stands
//! with the stages.

/// Our word for another language's, e.g. `lower` → `tolower`; where it is none, what to write instead.
pub fn function(word: &str) -> Option<&'static str> {
    FOREIGN.iter().find(|(foreign, _)| *foreign == word).map(|(_, ours)| *ours)
}

/// `p90`, `p999`: a percentile by its word, as `percentile(…, 99.9)`.
pub fn percentile(word: &str) -> Option<String> {
    let digits = word.strip_prefix('p').filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))?;
    match digits.len() {
        1 | 2 => Some(format!("percentile(…, {})", digits.trim_start_matches('0'))).filter(|_| digits != "00"),
        3 | 4 if digits.starts_with("99") => Some(format!("percentile(…, 99.{})", &digits[2..])),
        _ => None,
    }
}

/// All of them, with ours.
pub fn functions() -> &'static [(&'static str, &'static str)] {
    FOREIGN
}

#[rustfmt::skip]
static FOREIGN: &[(&str, &str)] = &[
    ("length", "strlen"),
    ("len", "strlen"),
    ("char_length", "strlen"),
    ("lower", "tolower"),
    ("lcase", "tolower"),
    ("ascii_downcase", "tolower"),
    ("upper", "toupper"),
    ("ucase", "toupper"),
    ("substr", "substring"),
    ("mid", "substring"),
    ("concat", "strcat"),
    ("concat_ws", "strcat_delim"),
    ("ltrim", "trim_start"),
    ("rtrim", "trim_end"),
    ("strpos", "indexof"),
    ("position", "indexof"),
    ("locate", "indexof"),
    ("regexp_replace", "replace_regex"),
    ("regexp_extract", "extract"),
    ("regexp_substr", "extract"),
    ("mvjoin", "strcat_array"),
    ("join", "strcat_array"),
    ("mvcount", "array_length"),
    ("cardinality", "array_length"),
    ("mvappend", "array_concat"),
    ("mvindex", "array_slice"),
    ("mvsort", "array_sort_asc"),
    ("mvdedup", "set_union"),
    ("array_contains", "set_has_element"),
    ("json_extract", "parse_json(…).name"),
    ("spath", "parse_json(…).name"),
    ("fromjson", "parse_json"),
    ("from_json", "parse_json"),
    ("json_object", "bag_pack"),
    ("json_array", "pack_array"),
    ("keys", "bag_keys"),
    ("if", "iff"),
    ("ifnull", "coalesce"),
    ("nvl", "coalesce"),
    ("isnum", "isfinite(toreal(…))"),
    ("nullif", "iff(a == b, …, a)"),
    ("greatest", "max_of"),
    ("least", "min_of"),
    ("ceil", "ceiling"),
    ("power", "pow"),
    ("ln", "log"),
    ("trunc", "tolong"),
    ("mod", "a % b"),
    ("bigint", "tolong"),
    ("float", "toreal"),
    ("tonumber", "toreal"),
    ("to_number", "toreal"),
    ("str", "tostring"),
    ("varchar", "tostring"),
    ("string", "tostring"),
    ("guid", "tostring"),
    ("decimal", "toreal"),
    ("to_char", "format_datetime"),
    ("strftime", "format_datetime"),
    ("date_format", "format_datetime"),
    ("strptime", "todatetime"),
    ("to_timestamp", "todatetime"),
    ("from_unixtime", "unixtime_seconds_todatetime"),
    ("date_trunc", "bin"),
    ("time_bucket", "bin"),
    ("datediff", "datetime_diff"),
    ("date_diff", "datetime_diff"),
    ("dateadd", "datetime_add"),
    ("date_add", "datetime_add"),
    ("date_part", "datetime_part"),
    ("hour", "hourofday"),
    ("month", "monthofyear"),
    ("year", "getyear"),
    ("sha256", "hash_sha256"),
    ("cidrmatch", "ipv4_is_in_range"),
    ("urldecode", "url_decode"),
    ("mean", "avg"),
    ("count_distinct", "dcount"),
    ("distinct_count", "dcount"),
    ("dc", "dcount"),
    ("approx_count_distinct", "dcount"),
    ("quantile", "percentile"),
    ("histogram_quantile", "percentile"),
    ("approx_percentile", "percentile"),
    ("p50", "percentile(…, 50)"),
    ("p95", "percentile(…, 95)"),
    ("p99", "percentile(…, 99)"),
    ("median", "percentile(…, 50)"),
    ("stddev", "stdev"),
    ("var_samp", "variance"),
    ("latest", "last"),
    ("earliest", "first"),
    ("values", "make_set"),
    ("array_agg", "make_list"),
    ("count_over_time", "count"),
    ("irate", "counter_rate"),
    ("idelta", "delta"),
];

#[cfg(test)]
mod tests {
    use super::super::{aggregates, functions, kusto};

    #[test]
    fn no_word_of_another_language_is_ours_or_kustos() {
        for (word, ours) in super::FOREIGN {
            let known =
                functions::by_word(word).is_some_and(|row| !row.operator) || aggregates::by_word(word).is_some();
            assert!(!known && kusto::missing(word).is_none(), "`{word}` is ours");
            let word = ours.split('(').next().unwrap_or(ours);
            let right = functions::by_word(word).is_some() || aggregates::by_word(word).is_some();
            assert!(right || ours.contains(' '), "`{ours}` is not ours");
        }
    }
}
