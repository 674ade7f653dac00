//! What was observed in a running source, field by field: how often, which values, how many different
//! ones, how they are spread. Bounded whatever the data: sketches for values, a limit on fields.

use std::collections::{BTreeMap, HashMap};

use arrow_array::cast::AsArray;
use arrow_array::types::{DurationNanosecondType, Float64Type, Int64Type, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use datasketches::frequencies::{ErrorType, FrequentItemsSketch};
use datasketches::hll::{HllSketch, HllType};
use syntax::{Name, Type, Value, visible};

use crate::batch::field_type;
use crate::expression::dynamic::quoted;
use crate::sketch::Sketch;

/// Rows of a batch that are looked at; the rest is taken to be like them.
pub(crate) const ROWS: usize = 1024;
/// Fields that are profiled; what comes later has no profile.
const FIELDS: usize = 500;
/// Values of a field that are counted at the same time, a power of two.
const VALUES: usize = 256;
/// The most frequent values that are reported.
const TOP: usize = 20;
/// Columns of a spread.
const STEPS: usize = 16;
/// Largest over smallest value from which steps are ratios.
const DECADES: f64 = 50.0;
/// Characters of a value that are kept.
const LENGTH: usize = 120;
/// 2^10 registers: the number of different values is right within 3 %, in one kilobyte.
const DISTINCT: u8 = 10;

#[derive(Clone, Default)]
pub(crate) struct Profile {
    fields: HashMap<Name, Observed>,
    looked_at: u64,
}

/// One field of a source, as observed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldProfile {
    /// Of the events looked at, how many carried it.
    pub(crate) seen: u64,
    pub(crate) looked_at: u64,
    /// About how many different values it has.
    pub(crate) distinct: u64,
    /// The most frequent values with how often each was seen, control characters made visible.
    pub(crate) top: Vec<(String, u64)>,
    /// Of numbers and times.
    pub(crate) min: Option<String>,
    pub(crate) max: Option<String>,
    pub(crate) p50: Option<String>,
    pub(crate) p99: Option<String>,
    /// How many values lie in each of [`STEPS`] steps, and from where to where.
    pub(crate) spread: Option<(Vec<u32>, [String; 2])>,
}

#[derive(Clone)]
struct Observed {
    ty: Type,
    seen: u64,
    values: FrequentItemsSketch<String>,
    distinct: HllSketch,
    spread: Option<Spread>,
}

#[derive(Clone)]
struct Spread {
    min: f64,
    max: f64,
    /// The exact ones, where the values are whole numbers.
    whole: Option<(i64, i64)>,
    /// Quantiles are right within a share of the value: instants are measured from the first one seen.
    origin: i64,
    sketch: Sketch,
    /// All whole numbers with how often each came, while they are few: a status of 200 is not 201.
    few: Option<BTreeMap<i64, u64>>,
}

impl Profile {
    /// Looks at the first rows of a batch that was decoded whole.
    pub(crate) fn observe(&mut self, batch: &RecordBatch) {
        let rows = batch.num_rows().min(ROWS);
        self.looked_at += rows as u64;
        for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            let ty = field_type(field);
            let known = self.fields.len();
            let observed = match self.fields.get_mut(field.name().as_str()) {
                Some(observed) => observed,
                None if known >= FIELDS => continue,
                None => self.fields.entry(Name::from(field.name().as_str())).or_insert_with(|| Observed::new(ty)),
            };
            if observed.ty != ty {
                observed.widen(ty);
            }
            observed.observe(&column.slice(0, rows));
        }
    }

    pub(crate) fn looked_at(&self) -> u64 {
        self.looked_at
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|(_, observed)| observed.seen > 0).map(|(name, _)| &**name)
    }

    /// An event had it, or members of it.
    pub(crate) fn has(&self, name: &str) -> bool {
        let below = |known: &str| known.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        self.fields.get(name).is_some_and(|observed| observed.seen > 0) || self.names().any(below)
    }

    /// Smallest and largest value of a number or a time.
    pub(crate) fn ends(&self, name: &str) -> Option<[Value; 2]> {
        let observed = self.fields.get(name)?;
        let spread = observed.spread.as_ref()?;
        let ends = match spread.whole {
            Some((min, max)) => [min, max].map(|end| match observed.ty {
                Type::Datetime => Value::Datetime(end),
                Type::Timespan => Value::Timespan(end),
                _ => Value::Long(end),
            }),
            None => [spread.min, spread.max].map(Value::Real),
        };
        Some(ends)
    }

    pub(crate) fn field(&self, name: &str) -> Option<FieldProfile> {
        let observed = self.fields.get(name)?;
        let (min, max) = observed.spread.as_ref().map(|spread| spread.ends(observed.ty)).unzip();
        let quantile = |q| observed.spread.as_ref()?.quantile(observed.ty, q);
        Some(FieldProfile {
            seen: observed.seen,
            looked_at: self.looked_at,
            distinct: observed.distinct.estimate().round() as u64,
            top: observed.top(),
            min,
            max,
            p50: quantile(0.5),
            p99: quantile(0.99),
            spread: observed.spread.as_ref().and_then(|spread| spread.steps(observed.ty)),
        })
    }
}

impl Observed {
    fn new(ty: Type) -> Observed {
        Observed {
            ty,
            seen: 0,
            values: FrequentItemsSketch::new(VALUES).expect("the size is a power of two"),
            distinct: HllSketch::new(DISTINCT, HllType::Hll8).expect("the size is one that is allowed"),
            spread: None,
        }
    }

    /// The field has turned out to be of another type: values stay, as they are written.
    fn widen(&mut self, ty: Type) {
        match (self.ty, ty) {
            (Type::Long, Type::Real) => {
                if let Some(spread) = &mut self.spread {
                    (spread.whole, spread.few) = (None, None);
                }
            }
            (Type::String, Type::Dynamic) => {
                let mut values = FrequentItemsSketch::new(VALUES).expect("the size is a power of two");
                for text in self.values.frequent_items(ErrorType::NoFalsePositives) {
                    values.update_with_count(quoted(text.item()), text.estimate());
                }
                self.values = values;
            }
            // What is no number has neither a smallest value nor quantiles.
            _ => self.spread = None,
        }
        self.ty = ty;
    }

    fn observe(&mut self, column: &ArrayRef) {
        self.seen += (column.len() - column.null_count()) as u64;
        match self.ty {
            Type::Bool => column.as_boolean().iter().flatten().for_each(|value| {
                self.value(if value { "true" } else { "false" });
            }),
            Type::String | Type::Dynamic => {
                if let Ok(column) = crate::batch::plain(column) {
                    column.as_string::<i32>().iter().flatten().for_each(|value| self.value(value));
                }
            }
            Type::Real => column.as_primitive::<Float64Type>().iter().flatten().for_each(|value| {
                self.value(&text_of_real(value));
                if !value.is_nan() {
                    self.spread.get_or_insert_with(|| Spread::from(0)).real(value);
                }
            }),
            Type::Long => column.as_primitive::<Int64Type>().iter().flatten().for_each(|value| self.whole(value)),
            Type::Datetime => {
                column.as_primitive::<TimestampNanosecondType>().iter().flatten().for_each(|value| self.whole(value));
            }
            Type::Timespan => {
                column.as_primitive::<DurationNanosecondType>().iter().flatten().for_each(|value| self.whole(value));
            }
        }
    }

    fn whole(&mut self, value: i64) {
        // The most frequent instant or duration tells nobody anything.
        if self.ty == Type::Long {
            self.value(&text_of_whole(self.ty, value));
        } else {
            self.distinct.update(value);
        }
        let origin = if self.ty == Type::Datetime { value } else { 0 };
        self.spread.get_or_insert_with(|| Spread::from(origin)).whole(value);
    }

    fn value(&mut self, value: &str) {
        self.distinct.update(value);
        match value.char_indices().nth(LENGTH) {
            None => self.values.update_ref(value),
            Some((end, _)) => self.values.update(format!("{}…", &value[..end])),
        }
    }

    fn top(&self) -> Vec<(String, u64)> {
        // Where most values are unique, as identifiers are, none is frequent.
        let mut rows = self.values.frequent_items(ErrorType::NoFalsePositives);
        rows.sort_by(|a, b| b.estimate().cmp(&a.estimate()).then_with(|| a.item().cmp(b.item())));
        rows.iter().take(TOP).map(|row| (visible(row.item()).into_owned(), row.estimate())).collect()
    }
}

impl Spread {
    fn from(origin: i64) -> Spread {
        Spread {
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            whole: None,
            origin,
            sketch: Sketch::default(),
            few: Some(BTreeMap::new()),
        }
    }

    fn real(&mut self, value: f64) {
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.sketch.add(value);
    }

    fn whole(&mut self, value: i64) {
        let (min, max) = self.whole.get_or_insert((value, value));
        *min = value.min(*min);
        *max = value.max(*max);
        self.real(value.saturating_sub(self.origin) as f64);
        if let Some(few) = &mut self.few {
            *few.entry(value).or_default() += 1;
            if few.len() > VALUES {
                self.few = None;
            }
        }
    }

    fn quantile(&self, ty: Type, q: f64) -> Option<String> {
        if let (Some(_), Some(few)) = (self.whole, &self.few) {
            let rank = (q * self.sketch.count() as f64).ceil() as u64;
            let mut below = 0;
            let reached = few.iter().find(|(_, count)| {
                below += **count;
                below >= rank
            });
            return reached.map(|(value, _)| text_of_whole(ty, *value));
        }
        let value = self.sketch.quantile(q)?.clamp(self.min, self.max);
        Some(match self.whole {
            Some((min, max)) => text_of_whole(ty, self.origin.saturating_add(value.round() as i64).clamp(min, max)),
            None => text_of_real(value),
        })
    }

    /// From the smallest to nearly the largest, so that one far out does not flatten the rest; in steps of one
    /// ratio where the values span decades.
    fn steps(&self, ty: Type) -> Option<(Vec<u32>, [String; 2])> {
        let (low, high) = (self.min.max(self.sketch.quantile(0.0)?), self.sketch.quantile(0.999)?);
        if !(low.is_finite() && high.is_finite() && low < high) {
            return None;
        }
        let decades = low > 0.0 && high / low > DECADES;
        let limit = |step: usize| {
            let share = step as f64 / STEPS as f64;
            if decades { low * (high / low).powf(share) } else { low + (high - low) * share }
        };
        let limits: Vec<f64> = (1..STEPS).map(limit).collect();
        let mut below = self.sketch.below(&limits);
        below.push(self.sketch.count());
        let mut before = 0;
        let counts = below.iter().map(|below| {
            let here = below - before;
            before = *below;
            u32::try_from(here).unwrap_or(u32::MAX)
        });
        let text = |value: f64| match self.whole {
            Some((min, max)) => text_of_whole(ty, self.origin.saturating_add(value.round() as i64).clamp(min, max)),
            None => text_of_real(value),
        };
        Some((counts.collect(), [text(low), text(high)]))
    }

    /// Smallest and largest.
    fn ends(&self, ty: Type) -> (String, String) {
        match self.whole {
            Some((min, max)) => (text_of_whole(ty, min), text_of_whole(ty, max)),
            None => (text_of_real(self.min), text_of_real(self.max)),
        }
    }
}

fn text_of_real(value: f64) -> String {
    // Not more digits than anybody reads: the twelfth is often an accident of binary fractions.
    let rounded: f64 = format!("{value:.6e}").parse().unwrap_or(value);
    rounded.to_string()
}

fn text_of_whole(ty: Type, value: i64) -> String {
    match ty {
        Type::Datetime => jiff::Timestamp::from_nanosecond(i128::from(value))
            .map_or_else(|_| value.to_string(), |time| time.to_string()),
        Type::Timespan => timespan(value),
        _ => value.to_string(),
    }
}

/// `1.25s`, `812.346ms`, in the largest unit that leaves a digit before the point.
pub(crate) fn timespan(nanos: i64) -> String {
    let (scale, unit) = match nanos.unsigned_abs() {
        0..1_000 => return format!("{nanos}ns"),
        1_000..1_000_000 => (1e3, "us"),
        1_000_000..1_000_000_000 => (1e6, "ms"),
        _ => (1e9, "s"),
    };
    let text = format!("{:.3}", nanos as f64 / scale);
    format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::StringArray;
    use expect_test::expect;
    use syntax::Field;
    use syntax::source::{Scheme, SourceUri};

    use super::*;
    use crate::batch::arrow_schema;
    use crate::source::{Wanted, collect};

    fn texts(values: impl IntoIterator<Item = Option<String>>) -> RecordBatch {
        let values: StringArray = values.into_iter().collect();
        RecordBatch::try_new(arrow_schema(&[Field::new("f", Type::String)]), vec![Arc::new(values)]).unwrap()
    }

    #[test]
    fn the_shop_has_a_profile() {
        let params = [("start", "2026-01-01T00:00:00Z"), ("events", "40000")];
        let params = params.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let uri = SourceUri { scheme: Scheme::Demo, rest: "shop".to_owned(), params };
        let feed = collect::read(&collect::source("spans", uri), Wanted::All).unwrap();
        let mut profile = Profile::default();
        feed.look(|state| state.batches.iter().for_each(|batch| profile.observe(batch)));
        let mut text = String::new();
        for name in ["timestamp", "duration", "cloud.region", "http.response.status_code", "order.total", "trace.id"] {
            let field = profile.field(name).unwrap();
            text += &format!("{name}: {}/{} distinct {}\n", field.seen, field.looked_at, field.distinct);
            text += &format!("  {:?} {:?} {:?} {:?}\n", field.min, field.p50, field.p99, field.max);
            text += &format!("  {:?}\n", field.top.iter().take(4).collect::<Vec<_>>());
        }
        expect![[r#"
            timestamp: 5120/5120 distinct 4964
              Some("2026-01-01T00:00:00.002823174Z") Some("2026-01-01T00:00:10.00204391Z") Some("2026-01-01T00:00:17.528727462Z") Some("2026-01-01T00:00:17.528727462Z")
              []
            duration: 5120/5120 distinct 5197
              Some("3.155ms") Some("15.925ms") Some("229.638ms") Some("375.563ms")
              []
            cloud.region: 5120/5120 distinct 3
              None None None None
              [("eu-west-1", 2089), ("us-east-1", 1906), ("ap-southeast-2", 1125)]
            http.response.status_code: 5120/5120 distinct 5
              Some("200") Some("200") Some("200") Some("503")
              [("200", 5077), ("404", 18), ("402", 15), ("503", 6)]
            order.total: 1622/5120 distinct 376
              Some("9.15") Some("129") Some("247") Some("248.3")
              [("182.74", 11)]
            trace.id: 5120/5120 distinct 1978
              None None None None
              []
        "#]].assert_eq(&text);
    }

    #[test]
    fn hidden_characters_are_visible_and_long_values_cut() {
        let mut profile = Profile::default();
        profile.observe(&texts([Some("\x1b[31m".to_owned()), Some("é".repeat(1000)), None]));
        let field = profile.field("f").unwrap();
        assert_eq!((field.seen, field.looked_at, field.distinct), (2, 3, 2));
        assert!(field.top.iter().any(|(value, _)| value == "\\u{1b}[31m"), "{:?}", field.top);
        assert!(field.top.iter().all(|(value, _)| value.chars().count() <= LENGTH + 1));
    }

    #[test]
    fn many_values_and_fields_stay_bounded() {
        let mut profile = Profile::default();
        for round in 0..40 {
            let value = |n: usize| if n.is_multiple_of(4) { "often".to_owned() } else { format!("{round}-{n}") };
            profile.observe(&texts((0..ROWS).map(|n| Some(value(n)))));
        }
        let field = profile.field("f").unwrap();
        assert_eq!(field.top[0].0, "often");
        assert!((9000..12000).contains(&field.top[0].1), "{:?}", field.top[0]);
        assert!((28_000..34_000).contains(&field.distinct), "{}", field.distinct);
        for n in 0..10_000 {
            let field = [Field::new(format!("f{n}"), Type::String)];
            let column = Arc::new(StringArray::from(vec!["x"]));
            profile.observe(&RecordBatch::try_new(arrow_schema(&field), vec![column]).unwrap());
        }
        assert_eq!(profile.fields.len(), FIELDS);
    }

    #[test]
    fn timespans_have_a_fitting_unit() {
        let texts = [0, 999, -1_500, 812_345_678, 3_000_000_000, i64::MIN].map(timespan);
        assert_eq!(texts, ["0ns", "999ns", "-1.5us", "812.346ms", "3s", "-9223372036.855s"]);
    }
}
