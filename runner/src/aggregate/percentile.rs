//! `percentile`: one sketch a group, shared by all percentiles of the same values.

use std::sync::Arc;

use syntax::Type;

use super::number::from_reals;
use super::{Accumulator, cells};
use crate::sketch::Sketch;

pub(super) fn sketch(of: Type) -> Arc<dyn Fn() -> Box<dyn Accumulator> + Send + Sync> {
    cells(
        move |cells: &mut [Sketch], selection, args, elsewhere| {
            let mut add = |group: usize, value: f64| {
                let sketch = &mut cells[group];
                // Its size changes only now and then, but asking costs less than keeping account.
                let before = sketch.bytes();
                sketch.add(value);
                *elsewhere += sketch.bytes();
                *elsewhere -= before;
            };
            if of == Type::Real {
                let values = args[0].reals();
                selection.each(|row| values.get(row), &mut add);
            } else {
                let values = args[0].longs();
                selection.each(|row| values.get(row), |group, value| add(group, value as f64));
            }
        },
        |cells, reading| from_reals(cells.iter().map(|sketch| sketch.quantile(reading.quantile)), reading.ty),
    )
}
