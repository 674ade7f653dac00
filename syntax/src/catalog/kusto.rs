//! Kusto's scalar functions by their public list: those that are here, and those that are not, with the reason
//! and what to write instead. The editor says it of a word, the reference of all.

/// Kusto's function that is not here.
pub struct Missing {
    pub reason: &'static str,
    /// What to write; "" where there is nothing.
    pub instead: &'static str,
}

/// Functions that are missing for one reason; each with what to write instead, or "".
pub struct Group {
    pub reason: &'static str,
    pub words: &'static [(&'static str, &'static str)],
}

pub fn missing(word: &str) -> Option<Missing> {
    MISSING.iter().find_map(|group| {
        let (_, instead) = group.words.iter().find(|(missing, _)| *missing == word)?;
        Some(Missing { reason: group.reason, instead })
    })
}

pub fn groups() -> &'static [Group] {
    MISSING
}

/// Those that are here.
pub fn present() -> &'static [&'static str] {
    PRESENT
}

#[rustfmt::skip]
static PRESENT: &[&str] = &[
    "abs", "acos", "ago", "array_concat", "array_iff", "array_index_of", "array_length", "array_reverse",
    "array_rotate_left", "array_rotate_right", "array_shift_left", "array_shift_right", "array_slice",
    "array_sort_asc", "array_sort_desc", "array_split", "array_sum", "asin", "atan", "atan2", "bag_has_key",
    "bag_keys", "bag_merge", "bag_pack", "bag_remove_keys", "bag_set_key", "bag_zip", "base64_decode_toarray",
    "base64_decode_tostring", "base64_encode_tostring", "bin", "bin_at", "binary_and", "binary_not",
    "binary_or", "binary_shift_left", "binary_shift_right", "binary_xor", "bitset_count_ones", "case",
    "ceiling", "coalesce", "cos", "cot", "countof", "datetime_add", "datetime_diff", "datetime_local_to_utc",
    "datetime_part", "datetime_utc_to_local", "dayofmonth", "dayofweek", "dayofyear", "degrees", "endofday",
    "endofmonth", "endofweek", "endofyear", "exp", "exp10", "exp2", "extract", "extract_all", "extract_json",
    "floor", "format_bytes", "format_datetime", "format_ipv4", "format_ipv4_mask", "format_timespan",
    "getmonth", "gettype", "getyear", "has_any_ipv4", "has_any_ipv4_prefix", "has_ipv4", "has_ipv4_prefix",
    "hash", "hash_sha256", "hash_xxhash64", "hourofday", "iff", "indexof", "indexof_regex", "ipv4_compare",
    "ipv4_is_in_any_range", "ipv4_is_in_range", "ipv4_is_match", "ipv4_is_private", "ipv4_netmask_suffix",
    "ipv4_range_to_cidr_list", "ipv6_compare", "ipv6_is_in_any_range", "ipv6_is_in_range", "ipv6_is_match",
    "isascii", "isempty", "isfinite", "isinf", "isnan", "isnotempty", "isnotnull", "isnull", "jaccard_index",
    "log", "log10", "log2", "make_datetime", "make_string", "make_timespan", "max_of", "min_of", "monthofyear",
    "next", "not", "now", "pack", "pack_array", "pack_dictionary", "parse_csv", "parse_ipv4", "parse_ipv4_mask",
    "parse_ipv6", "parse_ipv6_mask", "parse_json", "parse_path", "parse_url", "parse_urlquery", "pi", "pow", "prev",
    "radians", "range", "regex_quote", "repeat", "replace_regex", "replace_string", "replace_strings",
    "reverse", "round", "row_cumsum", "row_number", "row_rank_dense", "row_rank_min", "row_window_session", "set_difference", "set_has_element", "set_intersect", "set_union", "sign", "sin",
    "split", "sqrt", "startofday", "startofmonth", "startofweek", "startofyear", "strcat", "strcat_array",
    "strcat_delim", "strcmp", "string_size", "strlen", "strrep", "substring", "tan", "tobool", "todatetime",
    "todouble", "todynamic", "tohex", "toint", "tolong", "tolower", "toreal", "tostring", "totimespan",
    "toupper", "translate", "trim", "trim_end", "trim_start", "unicode_codepoints_from_string",
    "unicode_codepoints_to_string", "unixtime_microseconds_todatetime", "unixtime_milliseconds_todatetime",
    "unixtime_nanoseconds_todatetime", "unixtime_seconds_todatetime", "url_decode", "url_encode",
    "url_encode_component", "week_of_year", "weekofyear", "zip",
];

#[rustfmt::skip]
static MISSING: &[Group] = &[
    Group { reason: "the same events must give the same answer each time", words: &[
        ("ingestion_time", "now()"), ("new_guid", ""), ("rand", "sample 1%"),
    ] },
    Group { reason: "there is no database, cluster or stored table behind a stream", words: &[
        ("column_names_of", ""), ("current_cluster_endpoint", ""), ("current_database", ""),
        ("current_principal", ""), ("current_principal_details", ""), ("current_principal_is_member_of", ""),
        ("cursor_after", ""), ("cursor_before_or_at", ""), ("cursor_current", ""),
        ("estimate_data_size", "string_size(tostring(…))"), ("extent_id", ""), ("extent_tags", ""),
    ] },
    Group { reason: "there is no map here; a place is two numbers", words: &[
        ("geo_angle", ""), ("geo_azimuth", ""), ("geo_closest_point_on_line", ""),
        ("geo_closest_point_on_polygon", ""), ("geo_distance_2points", ""), ("geo_distance_point_to_line", ""),
        ("geo_distance_point_to_polygon", ""), ("geo_from_wkt", ""), ("geo_geohash_neighbors", ""),
        ("geo_geohash_to_central_point", ""), ("geo_geohash_to_polygon", ""), ("geo_h3cell_children", ""),
        ("geo_h3cell_level", ""), ("geo_h3cell_neighbors", ""), ("geo_h3cell_parent", ""),
        ("geo_h3cell_rings", ""), ("geo_h3cell_to_central_point", ""), ("geo_h3cell_to_polygon", ""),
        ("geo_info_from_ip_address", ""), ("geo_intersection_2lines", ""), ("geo_intersection_2polygons", ""),
        ("geo_intersection_line_with_polygon", ""), ("geo_intersects_2lines", ""),
        ("geo_intersects_2polygons", ""), ("geo_intersects_line_with_polygon", ""), ("geo_line_buffer", ""),
        ("geo_line_centroid", ""), ("geo_line_densify", ""), ("geo_line_interpolate_point", ""),
        ("geo_line_length", ""), ("geo_line_locate_point", ""), ("geo_line_simplify", ""),
        ("geo_line_to_s2cells", ""), ("geo_point_buffer", ""), ("geo_point_in_circle", ""),
        ("geo_point_in_polygon", ""), ("geo_point_to_geohash", ""), ("geo_point_to_h3cell", ""),
        ("geo_point_to_s2cell", ""), ("geo_polygon_area", ""), ("geo_polygon_buffer", ""),
        ("geo_polygon_centroid", ""), ("geo_polygon_densify", ""), ("geo_polygon_perimeter", ""),
        ("geo_polygon_simplify", ""), ("geo_polygon_to_h3cells", ""), ("geo_polygon_to_s2cells", ""),
        ("geo_s2cell_neighbors", ""), ("geo_s2cell_to_central_point", ""), ("geo_s2cell_to_polygon", ""),
        ("geo_simplify_polygons_array", ""), ("geo_union_lines_array", ""), ("geo_union_polygons_array", ""),
    ] },
    Group { reason: "it computes over a stored array of points; here each window leaves its row", words: &[
        ("series_abs", ""), ("series_acos", ""), ("series_add", ""), ("series_asin", ""), ("series_atan", ""),
        ("series_ceiling", ""), ("series_cos", ""), ("series_cosine_similarity", ""), ("series_decompose", ""),
        ("series_decompose_anomalies", ""), ("series_decompose_forecast", ""), ("series_divide", ""),
        ("series_dot_product", ""), ("series_equals", ""), ("series_exp", ""), ("series_fft", ""),
        ("series_fill_backward", ""), ("series_fill_const", ""), ("series_fill_forward", ""),
        ("series_fill_linear", ""), ("series_fir", ""), ("series_fit_2lines", ""),
        ("series_fit_2lines_dynamic", ""), ("series_fit_line", ""), ("series_fit_line_dynamic", ""),
        ("series_fit_poly", ""), ("series_floor", ""), ("series_greater", ""), ("series_greater_equals", ""),
        ("series_ifft", ""), ("series_iir", ""), ("series_less", ""), ("series_less_equals", ""),
        ("series_log", ""), ("series_magnitude", ""), ("series_multiply", ""), ("series_not_equals", ""),
        ("series_outliers", ""), ("series_pearson_correlation", ""), ("series_periods_detect", ""),
        ("series_periods_validate", ""), ("series_pow", ""), ("series_product", ""), ("series_seasonal", ""),
        ("series_sign", ""), ("series_sin", ""),
        ("series_stats", "summarize min(x), max(x), avg(x), stdev(x) by bin(timestamp, 10s)"),
        ("series_stats_dynamic", ""), ("series_subtract", ""), ("series_sum", ""), ("series_tan", ""),
    ] },
    Group { reason: "a sketch does not leave its `summarize`, which gives the number itself", words: &[
        ("dcount_hll", "dcount(…)"), ("hll_merge", "dcount(…)"), ("merge_tdigest", "percentile(…, 99)"),
        ("percentile_array_tdigest", "percentiles(…, 50, 99)"), ("percentile_tdigest", "percentile(…, 99)"),
        ("percentrank_tdigest", ""), ("rank_tdigest", ""), ("tdigest_merge", "percentile(…, 99)"),
    ] },
    Group { reason: "there is no such type here; a GUID is a text, a decimal a real", words: &[
        ("base64_decode_toguid", ""), ("base64_encode_fromguid", ""), ("parse_version", "split(…, \".\")"),
        ("todecimal", "toreal(…)"), ("toguid", "tostring(…)"),
    ] },
    Group { reason: "texts are always UTF-8, and no bytes", words: &[
        ("base64_encode_fromarray", ""), ("gzip_compress_to_base64_string", ""),
        ("gzip_decompress_from_base64_string", ""), ("isutf8", ""),
        ("to_utf8", "unicode_codepoints_from_string(…)"), ("zlib_compress_to_base64_string", ""),
        ("zlib_decompress_from_base64_string", ""),
    ] },
    Group { reason: "it is broken: who wants can make two texts with the same hash", words: &[
        ("hash_md5", "hash_sha256(…)"), ("hash_sha1", "hash_sha256(…)"),
    ] },
    Group { reason: "one hash of one text says the same", words: &[
        ("hash_combine", "hash(strcat_delim(\"/\", …))"), ("hash_many", "hash(strcat_delim(\"/\", …))"),
    ] },
    Group { reason: "it needs a table of the world that ages", words: &[
        ("datetime_list_timezones", ""), ("parse_user_agent", "user_agent.name"),
        ("punycode_domain_from_string", ""), ("punycode_domain_to_string", ""), ("punycode_from_string", ""),
        ("punycode_to_string", ""),
    ] },
    Group { reason: "it is another language of its own", words: &[
        ("parse_command_line", "split(…, \" \")"), ("parse_xml", "extract(…)"), ("treepath", "bag_keys(…)"),
    ] },
    Group { reason: "events are no graph", words: &[
        ("inner_nodes", ""), ("node_degree_in", ""), ("node_degree_out", ""), ("node_id", ""),
    ] },
    Group { reason: "it is statistics of a finished sample", words: &[
        ("beta_cdf", ""), ("beta_inv", ""), ("beta_pdf", ""), ("erf", ""), ("erfc", ""), ("gamma", ""),
        ("loggamma", ""), ("welch_test", ""),
    ] },
    Group { reason: "a timespan and a size carry their unit, other units are a factor", words: &[
        ("convert_angle", "radians(…)"), ("convert_energy", "… * 2.54"), ("convert_force", "… * 2.54"),
        ("convert_length", "… * 2.54"), ("convert_mass", "… * 2.54"), ("convert_speed", "… * 2.54"),
        ("convert_temperature", "… * 1.8 + 32"), ("convert_volume", "… * 2.54"),
    ] },
    Group { reason: "another word says it", words: &[
        ("around", "x between (y - d .. y + d)"), ("bag_pack_columns", "bag_pack(\"name\", name, …)"),
        ("bin_auto", "bin(…, 10s)"), ("column_ifexists", "coalesce(FIELD, …)"),
        ("dynamic_to_json", "tostring(…)"), ("has_any_index", "case(text has \"a\", 0, text has \"b\", 1, -1)"),
        ("pack_all", "bag_pack(\"name\", name, …)"), ("toobject", "todynamic(…)"), ("wildcard", "contains"),
    ] },
];

#[cfg(test)]
mod tests {
    use super::super::{aggregates, functions, stages};
    use super::*;

    #[test]
    fn every_function_is_in_one_of_the_lists_and_in_no_two() {
        let missing = || MISSING.iter().flat_map(|group| group.words.iter().map(|(word, _)| *word));
        let mut all: Vec<&str> = PRESENT.iter().copied().chain(missing()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "one stands there twice");
        for row in functions::functions().iter().filter(|row| row.in_kusto && !row.operator && row.word() != "[]") {
            assert!(PRESENT.contains(&row.word()), "`{}` is not in Kusto's list", row.word());
        }
        for row in functions::functions().iter().filter(|row| !row.in_kusto) {
            assert!(!all.contains(&row.word()), "`{}` is Kusto's", row.word());
        }
        for word in PRESENT {
            assert!(functions::by_word(word).is_some_and(|row| row.in_kusto), "`{word}` is not here");
        }
        for word in missing() {
            let here = functions::by_word(word).is_some() || aggregates::by_word(word).is_some();
            assert!(!here, "`{word}` is here");
        }
    }

    #[test]
    fn what_is_written_instead_is_here() {
        for (word, instead) in MISSING.iter().flat_map(|group| group.words) {
            let ours = instead.split(['(', ' ']).next().unwrap_or("");
            let known = functions::by_word(ours).is_some() || aggregates::by_word(ours).is_some();
            let stage = stages::by_word(ours).is_some() || matches!(ours, "let" | "contains" | "x" | "…");
            let field = super::super::attributes::get(ours).is_some();
            assert!(instead.is_empty() || known || stage || field, "`{word}`: `{instead}`");
        }
    }
}
