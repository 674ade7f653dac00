//! What is different about some events, beside the rest of them: the fields whose values differ most.
//!
//! Of each field the largest difference in the share of one value counts (the total variation distance
//! bounds it from above), as in Honeycomb's BubbleUp and Bailis et al., "MacroBase" (SIGMOD 2017); of
//! numbers how far their medians are apart. A difference within three standard errors of two proportions is
//! taken for chance.

use runner::proto::LookReply;
use serde::Serialize;
use syntax::analysis::{Analysis, What};
use syntax::observed::{FieldObserved, Profile};
use syntax::{Name, TextRange};

/// Some events and the rest.
#[derive(Clone, Debug, Default)]
pub struct Sides {
    pub these: Profile,
    pub rows: u64,
    pub rest: Profile,
    pub rest_rows: u64,
}

/// How one field differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    pub field: String,
    /// 0 to 1: what they are sorted by.
    pub score: f64,
    /// What of it: a value, or that it is there at all.
    pub what: String,
    /// Here and in the rest.
    pub these: String,
    pub rest: String,
    /// Shares of all, where it is about these, for bars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shares: Option<(f64, f64)>,
    /// The value, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What a client draws.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    pub kind: &'static str,
    pub filter: String,
    pub rows: u64,
    pub rest_rows: u64,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nothing: Option<String>,
    pub found: Vec<Difference>,
}

/// The differences for a client that draws them.
pub fn view(filter: &str, sides: &Sides, named: &[&str]) -> View {
    let found = differences(sides, named);
    let nothing = found.is_empty().then(|| nothing(sides));
    let filter = syntax::visible(filter).into_owned();
    View { kind: "difference", filter, rows: sides.rows, rest_rows: sides.rest_rows, nothing, found }
}

/// Events below which nothing can be said.
const FEW: u64 = 20;

/// Differences below this are no cause of anything.
const SMALL: f64 = 0.05;

/// Standard errors.
const CHANCE: f64 = 3.0;

impl Sides {
    pub fn new(reply: &LookReply) -> Sides {
        let (these, rest) = (runner::observed::fields(&reply.fields), runner::observed::fields(&reply.rest));
        Sides { these, rows: reply.rows, rest, rest_rows: reply.rest_rows }
    }
}

/// The fields that the stage there asks for.
pub fn named(analysis: &Analysis, stage: TextRange) -> Vec<Name> {
    let here = analysis.resolutions.iter().filter(|resolution| stage.contains_range(resolution.range));
    here.filter_map(
        |resolution| if let What::Field { name, .. } = &resolution.what { Some(name.clone()) } else { None },
    )
    .collect()
}

/// Why there is no difference to tell.
pub fn nothing(sides: &Sides) -> String {
    match (sides.rows < FEW, sides.rest_rows < FEW) {
        (true, _) => {
            format!("only {} of the recent events pass: too few to tell what is different about them", sides.rows)
        }
        (_, true) => format!("only {} of the recent events do not pass: too few to compare with", sides.rest_rows),
        _ => "no field differs beyond chance between these events and the rest".to_owned(),
    }
}

/// A table of the differences for an editor.
pub fn markdown(filter: &str, sides: &Sides, named: &[&str]) -> String {
    let found = differences(sides, named);
    let count = crate::results::value::count;
    let mut text = format!(
        "# What is different about these?\n\n```headwater\n{filter}\n```\n\n{} of the recent events pass, {} do not.\n\n",
        count(sides.rows),
        count(sides.rest_rows)
    );
    if found.is_empty() {
        text.push_str(&nothing(sides));
        text.push('\n');
        return text;
    }
    text.push_str("| field | | these | the rest |\n|---|---|---:|---:|\n");
    let cell = |text: &str| syntax::visible(text).replace('|', "\\|");
    for Difference { field, what, these, rest, .. } in &found {
        text.push_str(&format!("| `{}` | {} | {} | {} |\n", cell(field), cell(what), cell(these), cell(rest)));
    }
    text
}

/// The largest first. `named`: fields that the condition itself asks for.
pub fn differences(sides: &Sides, named: &[&str]) -> Vec<Difference> {
    if sides.rows < FEW || sides.rest_rows < FEW {
        return Vec::new();
    }
    let fields = sides.these.iter().filter(|(name, _)| !named.contains(&&***name));
    let mut found: Vec<Difference> = fields
        .filter_map(|(name, these)| {
            let rest = sides.rest.get(name)?;
            let identifies = |field: &FieldObserved, rows: u64| field.distinct as f64 > rows as f64 * field.share * 0.5;
            if identifies(these, sides.rows) && identifies(rest, sides.rest_rows) && these.distinct > FEW {
                return None;
            }
            let best = [presence(these, rest), value(these, rest), median(these, rest)];
            let best = best.into_iter().flatten().filter(|found| found.score >= SMALL);
            let best = best.filter(|found| found.sure(sides)).max_by(|one, two| one.score.total_cmp(&two.score))?;
            Some(Difference {
                field: name.to_string(),
                score: best.score,
                what: best.what,
                these: best.these,
                rest: best.rest,
                shares: best.shares,
                value: best.value,
            })
        })
        .collect();
    found.sort_by(|one, two| two.score.total_cmp(&one.score).then_with(|| one.field.cmp(&two.field)));
    found
}

struct Found {
    score: f64,
    what: String,
    these: String,
    rest: String,
    /// The two shares, where it is one.
    shares: Option<(f64, f64)>,
    value: Option<String>,
}

impl Found {
    fn share(what: String, these: f64, rest: f64) -> Found {
        let percent = |share: f64| match share * 100.0 {
            percent if percent > 0.0 && percent < 1.0 => "< 1 %".to_owned(),
            percent => format!("{percent:.0} %"),
        };
        Found {
            score: (these - rest).abs(),
            what,
            these: percent(these),
            rest: percent(rest),
            shares: Some((these, rest)),
            value: None,
        }
    }

    /// More than chance would explain.
    fn sure(&self, sides: &Sides) -> bool {
        let Some((these, rest)) = self.shares else { return true };
        let (n, m) = (sides.rows as f64, sides.rest_rows as f64);
        let both = (these * n + rest * m) / (n + m);
        let error = (both * (1.0 - both) * (1.0 / n + 1.0 / m)).sqrt();
        (these - rest).abs() > CHANCE * error
    }
}

fn presence(these: &FieldObserved, rest: &FieldObserved) -> Option<Found> {
    Some(Found::share("is there".to_owned(), these.share, rest.share))
}

/// The value whose share differs most.
fn value(these: &FieldObserved, rest: &FieldObserved) -> Option<Found> {
    let share = |field: &FieldObserved, value: &str| {
        let known = field.top.iter().find(|(known, _)| known == value).map(|(_, share)| *share);
        // What is not among the most frequent is rarer than the last of them.
        known.or_else(|| field.is_complete().then_some(0.0)).or_else(|| field.top.last().map(|(_, share)| *share))
    };
    let values = these.top.iter().chain(&rest.top).map(|(value, _)| value);
    let found = values.filter_map(|value| {
        let (these, rest) = (share(these, value)? * these.share, share(rest, value)? * rest.share);
        let what = format!("is `{}`", syntax::visible(value));
        Some(Found { value: Some(value.clone()), ..Found::share(what, these, rest) })
    });
    found.max_by(|one, two| one.score.total_cmp(&two.score))
}

/// A median ten times as large is as much as it can say.
fn median(these: &FieldObserved, rest: &FieldObserved) -> Option<Found> {
    let number = |text: &Option<String>| -> Option<f64> {
        let text = text.as_deref()?;
        let span = syntax::literal::parse_timespan(text).ok().map(|nanos| nanos as f64);
        text.parse().ok().or(span)
    };
    if matches!(these.ty, syntax::Type::Datetime) {
        return None;
    }
    let (here, there) = (number(&these.p50)?, number(&rest.p50)?);
    if here <= 0.0 || there <= 0.0 {
        return None;
    }
    let score = ((here / there).ln().abs() / 10_f64.ln()).min(1.0);
    let text = |field: &FieldObserved| field.p50.clone().unwrap_or_default();
    // As much as a share may differ by chance does not move a median by a tenth.
    (score > 0.1).then(|| Found {
        score,
        what: "has the median".to_owned(),
        these: text(these),
        rest: text(rest),
        shares: None,
        value: None,
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use syntax::Type;

    use super::*;

    fn texts(distinct: u64, top: &[(&str, f64)]) -> FieldObserved {
        let top = top.iter().map(|(value, share)| ((*value).to_owned(), *share)).collect();
        FieldObserved { share: 1.0, distinct, top, ..FieldObserved::new(Type::String) }
    }

    fn spans(p50: &str) -> FieldObserved {
        FieldObserved { share: 1.0, distinct: 900, p50: Some(p50.to_owned()), ..FieldObserved::new(Type::Timespan) }
    }

    #[test]
    fn the_cause_comes_first_and_chance_does_not_come() {
        let these = [
            ("version".into(), texts(2, &[("2.4.1", 0.93), ("2.4.0", 0.07)])),
            ("region".into(), texts(2, &[("eu", 0.52), ("us", 0.48)])),
            ("trace".into(), texts(400, &[])),
            ("status".into(), texts(1, &[("error", 1.0)])),
            ("duration".into(), spans("340ms")),
        ];
        let rest = [
            ("version".into(), texts(2, &[("2.4.0", 0.89), ("2.4.1", 0.11)])),
            ("region".into(), texts(2, &[("eu", 0.5), ("us", 0.5)])),
            ("trace".into(), texts(5_000, &[])),
            ("status".into(), texts(1, &[("ok", 1.0)])),
            ("duration".into(), spans("120ms")),
        ];
        let sides = Sides { these: these.into(), rows: 400, rest: rest.into(), rest_rows: 5_000 };
        let said: String = differences(&sides, &["status"])
            .iter()
            .map(|found| {
                format!("{} {}: {} of these, {} of the rest\n", found.field, found.what, found.these, found.rest)
            })
            .collect();
        expect![[r#"
            version is `2.4.1`: 93 % of these, 11 % of the rest
            duration has the median: 340ms of these, 120ms of the rest
        "#]]
        .assert_eq(&said);
        let few = Sides { rows: 5, ..sides };
        assert!(differences(&few, &[]).is_empty());
    }
}
