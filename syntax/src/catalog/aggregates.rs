//! Aggregates: what `summarize` can compute over the events of a group.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::functions::{Arg, Param, Returns};
use crate::Type;

/// Which aggregate, before its arguments are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Count,
    Sum,
    Avg,
    Min,
    Max,
    Stdev,
    Variance,
    StdevP,
    VarianceP,
    Dcount,
    Percentile,
    Percentiles,
    ArgMax,
    ArgMin,
    MakeSet,
    MakeList,
    TakeAny,
    First,
    Last,
    Rate,
    Increase,
    CounterRate,
    Delta,
}

pub struct AggregateRow {
    pub kind: Kind,
    pub words: &'static [&'static str],
    /// The argument that is a bool is a predicate: only events for which it holds count.
    pub conditional: bool,
    pub params: &'static [Param],
    /// The last parameter may come again and again.
    pub rest: bool,
    /// The last may be `*`, which stands for every field.
    pub star: bool,
    pub returns: Returns,
    pub doc: &'static str,
    pub example: &'static str,
    pub in_kusto: bool,
}

impl AggregateRow {
    pub fn word(&self) -> &'static str {
        self.words[0]
    }

    pub fn least_args(&self) -> usize {
        self.params.iter().filter(|param| !param.optional).count()
    }

    pub fn most_args(&self) -> Option<usize> {
        (!self.rest).then_some(self.params.len())
    }

    pub fn signature(&self) -> String {
        let params: Vec<String> = self.params.iter().map(Param::text).collect();
        let rest = if self.rest { ", …" } else { "" };
        let returns = match self.returns {
            Returns::Is(ty) => ty.word().to_owned(),
            _ => "as its argument".to_owned(),
        };
        format!("{}({}{rest}) → {returns}", self.word(), params.join(", "))
    }
}

pub fn aggregates() -> &'static [AggregateRow] {
    TABLE
}

pub fn by_word(word: &str) -> Option<&'static AggregateRow> {
    BY_WORD.get(word).copied()
}

static BY_WORD: LazyLock<HashMap<&str, &AggregateRow>> =
    LazyLock::new(|| TABLE.iter().flat_map(|row| row.words.iter().map(move |word| (*word, row))).collect());

const fn param(name: &'static str, arg: Arg) -> Param {
    Param { name, arg, optional: false }
}

const fn optional(name: &'static str, arg: Arg) -> Param {
    Param { name, arg, optional: true }
}

const VALUE: Param = param("value", Arg::Quantity);
const RANKED: Param = param("value", Arg::Ordered);
const ANY: Param = param("value", Arg::Any);
const IF: Param = param("condition", Arg::Bool);

const fn row(
    kind: Kind,
    words: &'static [&'static str],
    params: &'static [Param],
    returns: Returns,
    doc: &'static str,
    example: &'static str,
) -> AggregateRow {
    AggregateRow {
        kind,
        words,
        conditional: false,
        params,
        rest: false,
        star: false,
        returns,
        doc,
        example,
        in_kusto: true,
    }
}

const fn conditional(row: AggregateRow) -> AggregateRow {
    AggregateRow { conditional: true, ..row }
}

const fn ours(row: AggregateRow) -> AggregateRow {
    AggregateRow { in_kusto: false, ..row }
}

const LONG: Returns = Returns::Is(Type::Long);
const REAL: Returns = Returns::Is(Type::Real);
const LIST: Returns = Returns::Is(Type::Dynamic);
const SAME: Returns = Returns::Same(0);

#[rustfmt::skip]
static TABLE: &[AggregateRow] = &[
    row(Kind::Count, &["count"], &[], LONG, "Events.", "count()"),
    conditional(row(Kind::Count, &["countif"], &[IF], LONG, "Events for which the condition holds.", "countif(status == \"error\")")),
    row(Kind::Sum, &["sum"], &[VALUE], SAME, "Sum; nulls are left out. A long that overflows is null.", "sum(order.total)"),
    conditional(row(Kind::Sum, &["sumif"], &[VALUE, IF], SAME, "Sum over the events for which the condition holds.", "sumif(order.total, status != \"error\")")),
    row(Kind::Avg, &["avg"], &[VALUE], Returns::ByRule, "Mean; nulls are left out.", "avg(duration)"),
    conditional(row(Kind::Avg, &["avgif"], &[VALUE, IF], Returns::ByRule, "Mean over the events for which the condition holds.", "avgif(duration, kind == \"server\")")),
    row(Kind::Min, &["min"], &[ANY], SAME, "The least.", "min(duration)"),
    conditional(row(Kind::Min, &["minif"], &[ANY, IF], SAME, "The least where the condition holds.", "minif(duration, kind == \"server\")")),
    row(Kind::Max, &["max"], &[ANY], SAME, "The greatest.", "max(duration)"),
    conditional(row(Kind::Max, &["maxif"], &[ANY, IF], SAME, "The greatest where the condition holds.", "maxif(duration, kind == \"server\")")),
    row(Kind::Stdev, &["stdev"], &[VALUE], REAL, "Sample standard deviation; 0 of fewer than two values.", "stdev(duration)"),
    row(Kind::Variance, &["variance"], &[VALUE], REAL, "Sample variance; 0 of fewer than two values.", "variance(value)"),
    conditional(row(Kind::Stdev, &["stdevif"], &[VALUE, IF], REAL, "Sample standard deviation over the events for which the condition holds.", "stdevif(duration, kind == \"server\")")),
    conditional(row(Kind::Variance, &["varianceif"], &[VALUE, IF], REAL, "Sample variance over the events for which the condition holds.", "varianceif(value, value > 0)")),
    row(Kind::StdevP, &["stdevp"], &[VALUE], REAL, "Standard deviation of all there is, not of a sample.", "stdevp(duration)"),
    row(Kind::VarianceP, &["variancep"], &[VALUE], REAL, "Variance of all there is, not of a sample.", "variancep(value)"),
    conditional(row(Kind::VarianceP, &["variancepif"], &[VALUE, IF], REAL, "Variance of all events for which the condition holds.", "variancepif(value, value > 0)")),
    row(Kind::Dcount, &["dcount"], &[ANY, optional("accuracy", Arg::Long)], LONG, "Distinct values: exact up to 1,024 of a group, then within 2 % by HyperLogLog (Flajolet et al. 2007, Apache DataSketches). The order of events changes nothing.", "dcount(customer.id)"),
    conditional(row(Kind::Dcount, &["dcountif"], &[ANY, IF], LONG, "Distinct values where the condition holds.", "dcountif(customer.id, status == \"error\")")),
    row(Kind::Percentile, &["percentile"], &[RANKED, param("percent", Arg::Number)], SAME, "The value of the nearest rank, as in Kusto: so many percent do not exceed it. Exact for up to 64 values of a group, then within 1 % of the value, by a log-linear histogram (HdrHistogram, Tene 2012; the bound is DDSketch's, Masson et al. 2019); of datetimes within a thousandth of the time that the group spans.", "percentile(duration, 99)"),
    AggregateRow { rest: true, ..row(Kind::Percentiles, &["percentiles"], &[RANKED, param("percent", Arg::Number)], SAME, "Several percentiles, a column each.", "percentiles(duration, 50, 95, 99)") },
    AggregateRow { rest: true, star: true, ..row(Kind::ArgMax, &["arg_max"], &[ANY, param("returned", Arg::Any)], Returns::Same(1), "Fields of the event with the greatest value.", "arg_max(duration, trace.id)") },
    AggregateRow { rest: true, star: true, ..row(Kind::ArgMin, &["arg_min"], &[ANY, param("returned", Arg::Any)], Returns::Same(1), "Fields of the event with the least value.", "arg_min(timestamp, body)") },
    row(Kind::MakeSet, &["make_set"], &[ANY, optional("limit", Arg::Long)], LIST, "The distinct values, as an array: up to 1,000 unless another limit is written, and up to 1 MiB. Nulls are left out. Of a value that is an array, its elements are taken.", "make_set(customer.id, 100)"),
    row(Kind::MakeList, &["make_list"], &[ANY, optional("limit", Arg::Long)], LIST, "The values, as an array: up to 1,000 unless another limit is written, and up to 1 MiB. Nulls are left out.", "make_list(body, 100)"),
    conditional(row(Kind::MakeSet, &["make_set_if"], &[ANY, IF, optional("limit", Arg::Long)], LIST, "The distinct values of the events for which the condition holds, as make_set.", "make_set_if(customer.id, status == \"error\", 100)")),
    conditional(row(Kind::MakeList, &["make_list_if"], &[ANY, IF, optional("limit", Arg::Long)], LIST, "The values of the events for which the condition holds, as make_list.", "make_list_if(trace.id, status == \"error\", 100)")),
    AggregateRow { rest: true, star: true, ..row(Kind::TakeAny, &["take_any"], &[ANY], SAME, "One of the values; here the first that came. `take_any(*)` takes every field.", "take_any(body)") },
    conditional(row(Kind::TakeAny, &["take_anyif"], &[ANY, IF], SAME, "One of the values of the events for which the condition holds; here the first that came.", "take_anyif(trace.id, status == \"error\")")),
    ours(row(Kind::First, &["first"], &[ANY], SAME, "The value of the earliest event, by event time.", "first(service.version)")),
    ours(row(Kind::Last, &["last"], &[ANY], SAME, "The value of the latest event, by event time.", "last(service.version)")),
    ours(row(Kind::Rate, &["rate"], &[optional("value", Arg::Number)], REAL, "Events (or the values' sum) per second of the window, while it is open of the time that has passed in it; in a session and without a window, per second between the group's first and last event. Of a counter that only grows, `counter_rate` says it.", "rate()")),
    ours(AggregateRow { rest: true, ..row(Kind::Increase, &["increase"], &[VALUE, optional("series", Arg::Any)], SAME, "How much a counter grew from its first to its last value, by event time. A value below the one before means that it began anew from 0, as in PromQL; nothing is extrapolated, so that what it grew between the last value of one window and the first of the next counts in neither. Null of fewer than two values. Further arguments tell series apart that meet in one group: each grows by itself, and the sum is given. Of OTLP's metrics values with another `start_timestamp` are another series, which has grown from 0 where it starts behind the group's first value; values of delta temporality are summed; and where two values of one time differ, several series meet that nothing tells apart: the answer is null.", "increase(value, metric.name)") }),
    ours(AggregateRow { rest: true, ..row(Kind::CounterRate, &["counter_rate"], &[VALUE, optional("series", Arg::Any)], REAL, "The `increase` per second between a counter's first and last value (PromQL's `rate`, not extrapolated); of a counter of time, per as much time. Further arguments tell series apart, whose rates are summed. `rate(value)` is something else: it sums the values themselves.", "counter_rate(value, metric.name)") }),
    ours(AggregateRow { rest: true, ..row(Kind::Delta, &["delta"], &[VALUE, optional("series", Arg::Any)], SAME, "The last value less the first, by event time, of a gauge that rises and falls. Null of fewer than two values. Further arguments tell series apart, whose deltas are summed.", "delta(value, metric.name)") }),
];
