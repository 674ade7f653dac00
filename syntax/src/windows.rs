//! The windows that a pipeline's result is in: how far apart they begin, and which of its fields are 0 in one that has
//! no events. Told from the plan alone; it knows nothing of rows.

use crate::Name;
use crate::pipeline::{AggregateFunction, ExprKind, Named, Pipeline, StageKind, Summarize, WindowKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Windows {
    /// The window's field in the result.
    pub field: Name,
    /// Nanoseconds from one window's start to the next one's.
    pub step: i64,
    /// Counts, sums and rates that leave as they were made, where no stage behind leaves windows out.
    pub zero: Vec<Name>,
}

impl Pipeline {
    /// None where the result is in no windows of even distance.
    pub fn windows(&self) -> Option<Windows> {
        let mut windows: Option<Windows> = None;
        for stage in &self.stages {
            windows = match (&stage.kind, windows.take()) {
                (StageKind::Summarize(summarize), _) => Windows::of(summarize),
                (_, None) => None,
                (kind, Some(windows)) => windows.behind(kind),
            };
        }
        windows
    }
}

impl Windows {
    fn of(summarize: &Summarize) -> Option<Windows> {
        let window = summarize.window.as_ref()?;
        let step = match window.kind {
            WindowKind::Tumbling { size } => size,
            WindowKind::Hop { every, .. } => every,
            WindowKind::Session { .. } => return None,
        };
        let field = summarize.keys.get(window.key)?.name.clone();
        let adds = |named: &&Named| {
            let ExprKind::Field(made) = &named.expr.kind else { return false };
            let made = summarize.aggregates.iter().find(|aggregate| aggregate.name == *made);
            made.is_some_and(|made| {
                use AggregateFunction::{Count, Dcount, Rate, Sum};
                matches!(made.function, Count | Dcount | Rate | Sum)
            })
        };
        let zero = summarize.outputs.iter().filter(adds).map(|named| named.name.clone()).collect();
        (step > 0).then_some(Windows { field, step, zero })
    }

    fn behind(mut self, stage: &StageKind) -> Option<Windows> {
        match stage {
            StageKind::Sort { .. }
            | StageKind::Reorder(_)
            | StageKind::Assert(_)
            | StageKind::Lookup(_)
            | StageKind::OverRows(_) => {}
            StageKind::Extend(made) => {
                if made.iter().any(|named| named.name == self.field) {
                    return None;
                }
                self.zero.retain(|name| made.iter().all(|named| named.name != *name));
            }
            StageKind::Project(kept) => {
                let now = |name: &Name| {
                    let same = |named: &&Named| matches!(&named.expr.kind, ExprKind::Field(field) if field == name);
                    kept.iter().find(same).map(|named| named.name.clone())
                };
                self.field = now(&self.field)?;
                self.zero = self.zero.iter().filter_map(now).collect();
            }
            StageKind::Drop(gone) => {
                if gone.contains(&self.field) {
                    return None;
                }
                self.zero.retain(|name| !gone.contains(name));
            }
            StageKind::Rename(pairs) => {
                for name in std::iter::once(&mut self.field).chain(&mut self.zero) {
                    if let Some((_, new)) = pairs.iter().find(|(old, _)| old == name) {
                        *name = new.clone();
                    }
                }
            }
            // They leave rows out: one that is not there need not be 0.
            StageKind::Where(_)
            | StageKind::Take(_)
            | StageKind::Tail(_)
            | StageKind::Distinct(_)
            | StageKind::Top { .. }
            | StageKind::Sample(_)
            | StageKind::TopHitters(_)
            | StageKind::Parse(_)
            | StageKind::ParseKv(_)
            | StageKind::MvExpand(_)
            | StageKind::Unpack(_) => self.zero.clear(),
            StageKind::Summarize(_) | StageKind::Union(_) | StageKind::Join(_) | StageKind::Getschema(_) => {
                return None;
            }
        }
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::analysis::{Context, analyze};
    use crate::source::Sources;

    fn windows(query: &str) -> String {
        let context = Context { sources: Sources::builtin(), ..Context::default() };
        let analysis = analyze(&crate::parse_query(query), &context);
        let pipeline = analysis.blocks[0].pipeline.as_ref().expect("it is right");
        pipeline.windows().map_or_else(
            || "no windows\n".to_owned(),
            |windows| {
                let zero: Vec<&str> = windows.zero.iter().map(|name| &**name).collect();
                format!("{} every {} s, 0 in {zero:?}\n", windows.field, windows.step / 1_000_000_000)
            },
        )
    }

    #[test]
    fn what_is_counted_or_added_is_0_where_nothing_was() {
        let said = [
            "spans | summarize n = count(), slow = countif(duration > 1s), p99 = percentile(duration, 99) by cloud.region, bin(timestamp, 10s)",
            "spans | summarize share = countif(status == \"error\") / count() by bin(timestamp, 10s)",
            "spans | summarize n = dcount(customer.id) by hop(timestamp, size=1m, every=10s) | extend n = n + 1",
            "spans | summarize n = count() by bin(timestamp, 10s) | project at = timestamp, events = n | sort by at asc",
            "spans | summarize n = count() by bin(timestamp, 10s) | where n > 5",
            "spans | summarize n = count() by session(timestamp, gap=10s, max=1m)",
            "spans | summarize n = count() by cloud.region",
            "spans | tail 5",
        ]
        .map(windows);
        expect![[r#"
            timestamp every 10 s, 0 in ["n", "slow"]
            timestamp every 10 s, 0 in []
            timestamp every 10 s, 0 in []
            at every 10 s, 0 in ["events"]
            timestamp every 10 s, 0 in []
            no windows
            no windows
            no windows
        "#]]
        .assert_eq(&said.concat());
    }
}
