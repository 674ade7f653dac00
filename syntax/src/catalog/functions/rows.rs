//! What looks at the rows before and behind, where their order is known.

use super::Arg::*;
use super::Returns::*;

use super::{FunctionRow, LONG, Param, TIME};

#[rustfmt::skip]
pub(super) const ROWS: &[FunctionRow] = table! {
    fun Prev ["prev"], (value: Any, #[optional] rows: Long, #[optional] default: Any) => Same(0), "The value of the row before, or so many rows before; where there is none the default, or null. It needs rows in a known order: behind `sort`, `top` or `serialize`. Behind `serialize by KEY` the row before is the one with the same key.", "prev(name)";
    fun Next ["next"], (value: Any, #[optional] rows: Long, #[optional] default: Any) => Same(0), "The value of the row behind, or so many rows behind; where there is none the default, or null. As `prev` it needs rows in a known order; over a stream a row waits until those behind it have come.", "next(name, 1, \"the end\")";
    fun RowNumber ["row_number"], (#[optional] start: Long, #[optional] restart: Bool) => LONG, "The rows' numbers, from 1 or `start`, which comes again where `restart` holds. It needs rows in a known order: behind `sort`, `top` or `serialize`.", "row_number()";
    fun RowCumsum ["row_cumsum"], (value: Quantity, #[optional] restart: Bool) => Same(0), "The sum of the value over the rows up to here; from here on where `restart` holds. A null adds nothing. It needs rows in a known order: behind `sort`, `top` or `serialize`.", "row_cumsum(duration)";
    fun RowRankDense ["row_rank_dense"], (value: Any, #[optional] restart: Bool) => LONG, "1, and one more with each row whose value is another than that of the row before; 1 again where `restart` holds. It needs rows in a known order: behind `sort`, `top` or `serialize`.", "row_rank_dense(name)";
    fun RowRankMin ["row_rank_min"], (value: Any, #[optional] restart: Bool) => LONG, "The number of the first of the rows one after the other that have the same value; counted from 1 again where `restart` holds. It needs rows in a known order: behind `sort`, `top` or `serialize`.", "row_rank_min(name)";
    fun RowWindowSession ["row_window_session"], (time: Datetime, longest: Timespan, gap: Timespan, #[optional] restart: Bool) => TIME, "When the session began that the row belongs to. A new one begins where the time is further from the session's begin than `longest` or further from the row before than `gap`, or where `restart` holds. It needs rows in a known order: behind `sort`, `top` or `serialize`.", "row_window_session(timestamp, 1h, 100ms)";
};
