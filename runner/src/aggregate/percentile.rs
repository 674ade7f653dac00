//! `percentile`: one sketch a group, shared by all percentiles of the same values.
//!
//! Exact for few values, of whatever type. Then numbers and timespans go by relative error (see
//! [`Sketch`]); that would mean nothing for a datetime, which goes by the time its group spans ([`Moments`]).

use syntax::Type;

use super::{Cell, Make, adopt, cells};
use crate::expression::operand::{longs, reals};
use crate::sketch::{EXACT, Moments, Sketch, rank};

pub(super) fn sketch(of: Type) -> Make {
    match of {
        Type::Real => cells(
            |cells, _| adopt::same(cells).or_else(|| adopt::each(cells, |values: &Whole| Some(values.as_reals()))),
            |cells: &mut [Sketch], selection, args, elsewhere| {
                let values = args[0].reals();
                selection.each(
                    |row| values.get(row),
                    |group, value| {
                        let sketch = &mut cells[group];
                        // Its size changes only now and then, but asking costs less than keeping account.
                        *elsewhere -= sketch.bytes();
                        sketch.add(value);
                        *elsewhere += sketch.bytes();
                    },
                );
            },
            Sketch::merge,
            |cells, reading| reals(cells.iter().map(|sketch| sketch.quantile(reading.quantile))),
        ),
        Type::Datetime => cells(
            |cells, _| adopt::same(cells),
            |cells: &mut [Moments], selection, args, elsewhere| {
                let values = args[0].longs();
                selection.each(
                    |row| values.get(row),
                    |group, value| {
                        let moments = &mut cells[group];
                        *elsewhere -= moments.bytes();
                        moments.add(value);
                        *elsewhere += moments.bytes();
                    },
                );
            },
            Moments::merge,
            |cells, reading| longs(reading.ty, cells.iter().map(|moments| moments.quantile(reading.quantile))),
        ),
        _ => cells(
            |cells, _| {
                let narrower = |values: &Sketch| (values.count() == 0).then(Whole::default);
                adopt::same(cells).or_else(|| adopt::each(cells, narrower))
            },
            |cells: &mut [Whole], selection, args, elsewhere| {
                let values = args[0].longs();
                selection.each(
                    |row| values.get(row),
                    |group, value| {
                        let whole = &mut cells[group];
                        *elsewhere -= whole.elsewhere();
                        whole.add(value);
                        *elsewhere += whole.elsewhere();
                    },
                );
            },
            Whole::merge,
            |cells, reading| longs(reading.ty, cells.iter().map(|values| values.quantile(reading.quantile))),
        ),
    }
}

impl Cell for Sketch {
    fn elsewhere(&self) -> usize {
        self.bytes()
    }
}

impl Cell for Moments {
    fn elsewhere(&self) -> usize {
        self.bytes()
    }
}

/// Whole numbers: while they are few a real would not hold all their digits.
#[derive(Clone, Default)]
struct Whole {
    exact: Vec<i64>,
    sketch: Option<Box<Sketch>>,
}

impl Cell for Whole {
    fn elsewhere(&self) -> usize {
        let sketch = self.sketch.as_ref().map_or(0, |sketch| size_of::<Sketch>() + sketch.bytes());
        self.exact.capacity() * size_of::<i64>() + sketch
    }
}

impl Whole {
    fn add(&mut self, value: i64) {
        match &mut self.sketch {
            Some(sketch) => sketch.add(value as f64),
            None => {
                self.exact.push(value);
                if self.exact.len() > EXACT {
                    self.spill();
                }
            }
        }
    }

    fn spill(&mut self) -> &mut Sketch {
        let exact = std::mem::take(&mut self.exact);
        let sketch = self.sketch.get_or_insert_default();
        exact.iter().for_each(|value| sketch.add(*value as f64));
        sketch
    }

    fn as_reals(&self) -> Sketch {
        let mut all = self.clone();
        std::mem::take(all.spill())
    }

    fn merge(&mut self, other: &Whole) {
        match &other.sketch {
            Some(sketch) => self.spill().merge(sketch),
            None => other.exact.iter().for_each(|value| self.add(*value)),
        }
    }

    fn quantile(&self, q: f64) -> Option<i64> {
        match &self.sketch {
            // A real past the ends of the whole numbers becomes the end.
            Some(sketch) => sketch.whole_quantile(q),
            None => {
                let place = rank(q, self.exact.len() as u64)?;
                let mut values = self.exact.clone();
                Some(*values.select_nth_unstable(place as usize - 1).1)
            }
        }
    }
}
