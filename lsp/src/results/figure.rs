//! A result's picture as data, for clients that draw it themselves. Series of a chart are apart, see `view`.

use serde::Serialize;
use syntax::Type;

use super::distribution::Distribution;
use super::picture::log;
use super::scale::Scale;
use super::{BlockResult, Drawing, Shape, Viewpoint, value};

/// Bars at most; more cannot be told apart.
const BARS: usize = 50;

/// Columns and rows of a heatmap, and buckets of a histogram, at most.
const COLUMNS: usize = 120;
const ROWS: usize = 24;
const BUCKETS: usize = 40;

/// Timespans are in milliseconds and have the unit `ms`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Figure {
    Bars(Bars),
    Columns(Bars),
    Pie(Bars),
    Card {
        cards: Vec<Card>,
    },
    Heatmap(Heatmap),
    Histogram(Histogram),
    /// Columns of the table, where it has them.
    Log {
        time: Option<usize>,
        severity: Option<usize>,
        message: Option<usize>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bars {
    pub labels: Vec<String>,
    pub series: Vec<Measured>,
    /// Which of them may still change.
    pub provisional: Vec<bool>,
}

/// A value for each label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'static str>,
    pub values: Vec<Option<f64>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    pub name: String,
    pub text: String,
    pub value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'static str>,
    /// What it was before it was this.
    pub before: Option<f64>,
    pub trend: Vec<Option<f64>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Heatmap {
    /// Milliseconds since 1970.
    pub x: Vec<f64>,
    /// From the lowest to the highest.
    pub y: Vec<String>,
    /// By row, then by column: events, or what else is asked for.
    pub counts: Vec<Vec<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'static str>,
    pub provisional_from: usize,
    /// From the first to the last time of which rows are missing, each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<(f64, f64)>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Histogram {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'static str>,
    /// One more than there are counts.
    pub edges: Vec<f64>,
    pub counts: Vec<f64>,
}

impl BlockResult {
    /// None for charts over time and tables, which are sent as such, and where there is nothing to draw.
    pub fn figure(&self, viewpoint: &Viewpoint) -> Option<Figure> {
        if self.is_empty() {
            return None;
        }
        let drawing = self.drawing();
        match drawing.shape {
            Shape::Bars => self.figure_of_bars(&drawing, viewpoint).map(Figure::Bars),
            Shape::Columns => self.figure_of_bars(&drawing, viewpoint).map(Figure::Columns),
            Shape::Pie => self.figure_of_bars(&drawing, viewpoint).map(Figure::Pie),
            Shape::Card => Some(Figure::Card { cards: self.cards(viewpoint) }),
            Shape::Heatmap => self.figure_of_heat().map(Figure::Heatmap),
            Shape::Histogram => self.figure_of_spread().map(Figure::Histogram),
            Shape::Log => {
                let log::Columns { time, severity, body } = log::Columns::of(&self.fields());
                Some(Figure::Log { time, severity, message: body })
            }
            Shape::Chart | Shape::Table => None,
        }
    }

    fn figure_of_bars(&self, drawing: &Drawing, viewpoint: &Viewpoint) -> Option<Bars> {
        let fields = self.fields();
        let skip = if self.is_answer() { 0 } else { self.len().saturating_sub(BARS) };
        let labelled: Vec<usize> = drawing.x.iter().chain(&drawing.series).copied().collect();
        let mut bars = Bars { labels: Vec::new(), series: Vec::new(), provisional: Vec::new() };
        let measured = |y: &usize| {
            let field = fields.get(*y)?;
            Some(Measured { name: value::text(&field.name), unit: unit(field.ty), values: Vec::new() })
        };
        bars.series = drawing.y.iter().filter_map(measured).collect();
        for row in self.rows.iter().skip(skip).take(BARS) {
            let label = labelled.iter().filter_map(|index| {
                value::cell(row.column(*index, &fields[*index])?, row.index, fields[*index].ty, viewpoint)
            });
            bars.labels.push(label.collect::<Vec<_>>().join(" · "));
            bars.provisional.push(row.provisional && self.has_windows());
            for (series, y) in bars.series.iter_mut().zip(&drawing.y) {
                let number = row.column(*y, &fields[*y]).and_then(|column| value::number(column, row.index));
                series.values.push(number.map(|number| scaled(number, fields[*y].ty)));
            }
        }
        (!bars.series.is_empty()).then_some(bars)
    }

    fn cards(&self, viewpoint: &Viewpoint) -> Vec<Card> {
        let fields = self.fields();
        let card = |(figure, field): (super::picture::card::Figure, &syntax::Field)| {
            let trend: Vec<_> =
                figure.trend.into_iter().map(|value| value.map(|value| scaled(value, field.ty))).collect();
            let mut newest = trend.iter().rev().copied();
            let value = newest.next().flatten();
            Card {
                name: figure.name,
                text: figure.text,
                value,
                unit: unit(field.ty),
                before: newest.next().flatten(),
                trend,
            }
        };
        self.figures(viewpoint).into_iter().zip(&fields).map(card).collect()
    }

    fn figure_of_heat(&self) -> Option<Heatmap> {
        let (drawn, axes) = self.distribution()?;
        let Distribution::Heat(heat) = drawn.as_ref() else { return None };
        let map = heat.map(axes.value.ty, axes.weight.is_some(), COLUMNS, ROWS)?;
        let open_from = self.open_from(&axes);
        let weighed = axes.weight.as_ref().map_or(Type::Long, |field| field.ty);
        let is_final = |time: &i64| open_from.is_none_or(|from| time.saturating_add(map.step) <= from);
        Some(Heatmap {
            provisional_from: map.times.partition_point(is_final),
            x: map.times.iter().map(|time| *time as f64 / 1e6).collect(),
            y: map.rows.iter().map(|row| row.label.clone()).collect(),
            counts: map
                .rows
                .into_iter()
                .map(|row| row.cells.into_iter().map(|cell| scaled(cell, weighed)).collect())
                .collect(),
            unit: unit(weighed),
            gaps: self.missing_times().map(|(from, to)| (from as f64 / 1e6, to as f64 / 1e6)).collect(),
        })
    }

    fn figure_of_spread(&self) -> Option<Histogram> {
        let (drawn, axes) = self.distribution()?;
        let Distribution::Values(values) = drawn.as_ref() else { return None };
        let ty = axes.value.ty;
        let scale = Scale::new(&values.spread, ty, BUCKETS, axes.weight.is_some())?;
        Some(Histogram {
            name: value::text(&axes.value.name),
            unit: unit(ty),
            edges: scale.edges().iter().map(|edge| scaled(*edge, ty)).collect(),
            counts: super::picture::histogram::counts(&values.spread, &scale),
        })
    }
}

fn unit(ty: Type) -> Option<&'static str> {
    (ty == Type::Timespan).then_some("ms")
}

fn scaled(value: f64, ty: Type) -> f64 {
    if ty == Type::Timespan { value / 1e6 } else { value }
}
