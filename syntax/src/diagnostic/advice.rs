//! The wording of advice: about pipelines that run, and that probably were not meant so.

use super::{Code, Diagnostic, Edit, Fix, Severity};
use crate::observed::FieldObserved;
use crate::{Name, TextRange, literal, visible};

/// Values that are named.
const NAMED: usize = 4;

impl Diagnostic {
    fn advice(code: Code, range: TextRange, message: String) -> Diagnostic {
        Diagnostic::new(code, Severity::Warning, range, message)
    }

    fn hint(code: Code, range: TextRange, message: String) -> Diagnostic {
        Diagnostic::new(code, Severity::Hint, range, message)
    }

    pub(crate) fn series_as_rows(word: TextRange, default: bool) -> Diagnostic {
        let message = "`make-series` gives a row for each window here, not an array for each group".to_owned();
        let diagnostic = Diagnostic::hint(Code::SeriesAsRows, word, message)
            .because("a stream has no end at which an array would be complete; windows begin at whole steps since 1970, not at `from`");
        match default {
            true => diagnostic.help("a window without events has no row, so `default` fills nothing in"),
            false => diagnostic.help("`summarize … by bin(timestamp, STEP)` says the same"),
        }
    }

    /// `other`: the condition that leaves nothing together with this one. `either`: the `and` between them.
    pub(crate) fn never_matches(range: TextRange, field: &str, other: &str, either: Option<TextRange>) -> Diagnostic {
        let message = format!("no event passes: `{other}` leaves nothing of `{field}` for this");
        let mut diagnostic = Diagnostic::advice(Code::NeverMatches, range, message).help("leave one of them away");
        if let Some(between) = either {
            diagnostic = diagnostic.help("write `or` between them, or leave one away");
            let edits = vec![Edit { range: between, text: " or ".to_owned() }];
            diagnostic.fixes.push(Fix { title: "write `or`".to_owned(), edits });
        }
        diagnostic
    }

    /// A condition that no event can change.
    pub(crate) fn never_true(range: TextRange, written: &str) -> Diagnostic {
        let message = format!("no event passes: `{}` is never true", visible(written.trim()));
        Diagnostic::advice(Code::NeverMatches, range, message).help("compare a field with what it should be")
    }

    pub(crate) fn never_below_zero(range: TextRange, field: &str) -> Diagnostic {
        let message = format!("no event passes: `{field}` is never below `0s`");
        Diagnostic::advice(Code::NeverMatches, range, message).help("`>` is above, `<` below: `duration > 1s`")
    }

    pub(crate) fn always_true(range: TextRange, field: &str) -> Diagnostic {
        let message = format!("`{field}` is compared with itself, so each event passes that has it");
        Diagnostic::advice(Code::AlwaysMatches, range, message)
            .help(format!("compare it with a value; `isnotnull({field})` asks whether it is there"))
    }

    /// A field stands where a parameter or `let` of the same name was meant.
    pub(crate) fn hidden_name(range: TextRange, name: &str, what: &str) -> Diagnostic {
        let message = format!("`{name}` is the field here; the {what} of the same name is hidden");
        Diagnostic::advice(Code::HiddenName, range, message).help(format!("rename the {what}"))
    }

    pub(crate) fn range_backwards(
        range: TextRange,
        low: TextRange,
        high: TextRange,
        first: &str,
        second: &str,
    ) -> Diagnostic {
        let message = format!("no event passes: nothing is above {first} and below {second}");
        let mut diagnostic =
            Diagnostic::advice(Code::NeverMatches, range, message).help(format!("write `({second} .. {first})`"));
        let edits = vec![Edit { range: low, text: second.to_owned() }, Edit { range: high, text: first.to_owned() }];
        diagnostic.fixes.push(Fix { title: "exchange the ends".to_owned(), edits });
        diagnostic
    }

    pub(crate) fn never_in_case(range: TextRange, call: &str, right: &str) -> Diagnostic {
        let message = format!("no event passes: `{call}` is never in this case");
        Diagnostic::advice(Code::NeverMatches, range, message).help(format!("write `{right}`")).replace(range, right)
    }

    /// `looked_at`: so many events by a runner that reads now; else the snapshot says so.
    pub(crate) fn unseen_value(
        range: TextRange,
        field: &str,
        value: &str,
        seen: &FieldObserved,
        near: Option<&str>,
        looked_at: Option<u64>,
    ) -> Diagnostic {
        let value = visible(value);
        let who = match looked_at {
            Some(count) => format!("none of {} events that were looked at had", rough(count)),
            None => "the snapshot knows no".to_owned(),
        };
        let message = format!("{who} `{field}` as `{value}`");
        let severity = if near.is_some() && looked_at.is_none() { Severity::Warning } else { Severity::Hint };
        let diagnostic = Diagnostic::new(Code::UnseenValue, severity, range, message);
        match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(range, &literal::quote(near)),
            None => {
                let named = seen.top.iter().take(NAMED);
                let mut listed: Vec<String> =
                    named.map(|(value, share)| format!("`{}` ({})", visible(value), percent(*share))).collect();
                if seen.top.len() > NAMED {
                    listed.push("…".to_owned());
                }
                diagnostic.help(format!("there were {}", listed.join(", ")))
            }
        }
    }

    /// By what is declared of the field, or by OpenTelemetry's conventions.
    pub(crate) fn unknown_value(range: TextRange, field: &str, value: &str, near: &str) -> Diagnostic {
        let message = format!("`{}` is none of the values that `{field}` is known to have", visible(value));
        Diagnostic::advice(Code::UnseenValue, range, message)
            .help(format!("did you mean `{near}`?"))
            .replace(range, &literal::quote(near))
    }

    pub(crate) fn unseen_field(
        range: TextRange,
        name: &str,
        source: &str,
        near: Option<&str>,
        live: bool,
    ) -> Diagnostic {
        let message = match live {
            true => format!("no event of `{source}` that was looked at had `{name}`"),
            false => format!("the snapshot of `{source}` knows no field `{name}`"),
        };
        match near {
            Some(near) => Diagnostic::advice(Code::UnseenField, range, message)
                .help(format!("did you mean `{near}`?"))
                .replace(range, near),
            None => Diagnostic::hint(Code::UnseenField, range, message)
                .help("it is null until an event brings it; `headwater sources` lists what comes"),
        }
    }

    /// `time`: where a window over it can be added behind the key.
    pub(crate) fn many_groups(
        range: TextRange,
        key: &str,
        distinct: u64,
        windowed: bool,
        time: Option<&Name>,
    ) -> Diagnostic {
        let message = format!("`{key}` had about {} different values, and each makes a group", rough(distinct));
        let diagnostic = Diagnostic::hint(Code::ManyGroups, range, message);
        if windowed {
            return diagnostic.help("group by what has fewer values, or count them: `dcount(…)`");
        }
        let mut diagnostic = diagnostic.because("a stream does not end, so groups without a window stay");
        let Some(time) = time else { return diagnostic.help("take the most frequent with `top-hitters`") };
        let edits = vec![Edit { range: TextRange::empty(range.end()), text: format!(", bin({time}, 10s)") }];
        diagnostic.fixes.push(Fix { title: format!("add `bin({time}, 10s)`"), edits });
        diagnostic.help(format!("add `bin({time}, 10s)`, or count them: `dcount(…)`"))
    }

    /// `longer`: a size that would do.
    pub(crate) fn short_window(
        range: TextRange,
        time: &str,
        size: i64,
        source: &str,
        lateness: i64,
        longer: Option<i64>,
    ) -> Diagnostic {
        let [size, lateness] = [size, lateness].map(literal::timespan_text);
        let message =
            format!("windows of {size} are shorter than the {lateness} by which events of `{source}` may be late");
        let diagnostic = Diagnostic::advice(Code::ShortWindow, range, message)
            .because("a window is final when event time has passed its end by the lateness, so each is open longer than it is long");
        let Some(longer) = longer else { return diagnostic };
        let bin = format!("bin({time}, {})", literal::timespan_text(longer));
        diagnostic.help(format!("write `{bin}`, or lower the source's `lateness`")).replace(range, &bin)
    }

    pub(crate) fn late_filter(range: TextRange, fix: Option<Fix>) -> Diagnostic {
        let message = "this asks only for keys of the groups, which are made by then".to_owned();
        let mut diagnostic = Diagnostic::hint(Code::LateFilter, range, message)
            .help("before `summarize` it keeps the other groups from being made");
        diagnostic.fixes.extend(fix);
        diagnostic
    }
}

/// What is there is never written as nothing.
fn percent(share: f64) -> String {
    if share < 0.01 { "< 1 %".to_owned() } else { format!("{:.0} %", share * 100.0) }
}

/// Two digits: `1.2 million`.
fn rough(count: u64) -> String {
    match count {
        1_000_000.. => format!("{:.1} million", count as f64 / 1e6),
        10_000.. => format!("{},000", count / 1_000),
        _ => count.to_string(),
    }
}
