//! Random pipelines over events whose schema grows: what the analysis accepts where nothing is known runs, what it
//! accepts where all is known is accepted where nothing is, and both give the same rows.

use super::{events, run};
use crate::source;

/// Fields that come early or late, of one type or of several; and one that no event has.
const FIELDS: [&str; 10] = ["seq", "ms", "code", "k", "late", "flag", "id", "tags", "on", "nowhere"];

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn field(&mut self) -> &'static str {
        self.pick(&FIELDS)
    }

    /// Of any type. The branches of one value are of one type: of several, the type would be that which is known when it is
    /// planned.
    fn value(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.below(4) {
                0 => self.pick(&["3", "2.5", "\"a\"", "\"late-1\"", "1s", "true", "dynamic([1,2])"]).to_owned(),
                _ => self.field().to_owned(),
            };
        }
        let a = self.value(depth - 1);
        let b = self.value(depth - 1);
        match self.below(12) {
            0 => format!("{a} + {b}"),
            1 => format!("({a} - 1) * 2"),
            2 => format!("strcat({a}, \"-\", {b})"),
            3 => format!(
                "{}({a})",
                self.pick(&["tostring", "tolong", "toreal", "todynamic", "tobool", "isnull", "tolower", "abs"])
            ),
            4 => format!("iff({}, tostring({a}), tostring({b}))", self.condition(depth - 1)),
            5 => format!("coalesce(tostring({a}), tostring({b}))"),
            6 => format!("case({}, toreal({a}), toreal({b}))", self.condition(depth - 1)),
            7 => format!("array_length({a})"),
            8 => format!("bin({a}, 5)"),
            9 => format!("strlen(tostring({a}))"),
            10 => format!("max_of(toreal({a}), toreal({b}))"),
            _ => a,
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        let a = self.value(depth);
        match self.below(9) {
            0 => format!("isnotnull({a})"),
            1 => {
                format!("{a} {} {}", self.pick(&["==", "!="]), self.pick(&["3", "2.5", "\"a\"", "\"late-1\"", "true"]))
            }
            2 => format!(
                "{a} {} {}",
                self.pick(&["<", ">", ">=", "<="]),
                self.pick(&["3", "2.5", "20", "\"b\"", "seq", "ms"])
            ),
            3 => format!("{a} in (5, 6, 7)"),
            4 => format!("{a} in (\"a\", \"E42\", \"late-2\")"),
            5 => format!("{a} has \"late\""),
            6 => format!("isempty({a})"),
            7 => format!("not({})", self.condition(0)),
            _ => format!("({} or {})", self.condition(0), self.condition(0)),
        }
    }

    fn aggregate(&mut self) -> String {
        let value = self.value(1);
        match self.below(6) {
            0 => "n = count()".to_owned(),
            1 => format!("a1 = {}({value})", self.pick(&["sum", "avg", "min", "max", "dcount"])),
            2 => format!("a2 = countif({})", self.condition(1)),
            3 => format!("a3 = make_set({value})"),
            4 => format!("a4 = arg_max(seq, {value})"),
            _ => format!("a5 = percentile({value}, 90)"),
        }
    }

    fn stage(&mut self) -> String {
        match self.below(11) {
            0 | 1 => format!("where {}", self.condition(1)),
            2 | 3 => format!("extend x{} = {}", self.below(2), self.value(2)),
            4 => format!("project {}, seq, timestamp, y = {}", self.pick(&FIELDS[1..]), self.value(1)),
            5 => format!("project-away {}", self.pick(&FIELDS[1..])),
            6 => format!("top 7 by {}, seq", self.value(1)),
            7 => format!("distinct {}", self.field()),
            8 => format!("mv-expand {}", self.pick(&["tags", "id", "x0"])),
            9 => format!("summarize {}, {} by {}", self.aggregate(), "m = count()", self.field()),
            _ => format!("summarize {} by k, bin(timestamp, 10s)", self.aggregate()),
        }
    }

    fn pipeline(&mut self) -> String {
        let stages: Vec<String> = (0..1 + self.below(4)).map(|_| self.stage()).collect();
        format!("s | {}", stages.join(" | "))
    }
}

#[test]
fn the_analysis_and_the_runner_agree() {
    let (mut compared, mut refused, mut kept, mut wrong) = (0, 0, 0, Vec::new());
    for seed in 0..3 {
        let lines = events(seed);
        let whole = source::decoded(&lines, usize::MAX);
        let pieces: Vec<_> = [1, 7].map(|piece| source::decoded(&lines, piece)).into();
        for number in 0..300 {
            let text = Dice(seed.wrapping_mul(1_000_003) + number).pipeline();
            let known = run(&text, &whole, true);
            let unknown = run(&text, &pieces[(number % 2) as usize], false);
            match (known, unknown) {
                (Ok(known), Ok(unknown)) => {
                    if unknown.rows != known.rows {
                        wrong.push(format!(
                            "{text}, seed {seed}: {} rows, {} where all is known, {:?}",
                            unknown.rows.len(),
                            known.rows.len(),
                            unknown.told
                        ));
                    }
                    compared += 1;
                }
                // What came could not be told to be wrong beforehand, and is told when it comes.
                (Err(_), Ok(unknown)) => kept += usize::from(unknown.told.is_some()),
                (Err(_), Err(_)) => refused += 1,
                (Ok(_), Err(error)) => {
                    wrong.push(format!("{text}: runs, and is not accepted where nothing is known: {error}"))
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 200 && refused > 20 && kept > 0, "{compared} compared, {refused} refused, {kept} kept");
}
