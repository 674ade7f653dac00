//! What an expression asks of the rows before and behind: `prev`, `next`, `row_number` and their like.

use super::{Expr, Function};
use crate::{Name, Type};

/// Adds a field for each call, of the rows in the order in which they come.
#[derive(Clone, Debug)]
pub struct OverRows {
    pub columns: Vec<OverRowsColumn>,
    /// The rows of each key are by themselves; all are together where nothing is named.
    pub by: Vec<Expr>,
    /// The rows of each window are by themselves.
    pub windows: bool,
}

#[derive(Clone, Debug)]
pub struct OverRowsColumn {
    pub name: Name,
    /// One for which [`Function::is_over_rows`] holds.
    pub function: Function,
    pub args: Vec<Expr>,
    pub ty: Type,
}

impl OverRows {
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.by.iter().chain(self.columns.iter().flat_map(|column| &column.args))
    }

    pub fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        self.by.iter_mut().chain(self.columns.iter_mut().flat_map(|column| &mut column.args))
    }
}

impl Function {
    /// Its value depends on the rows before or behind: it stands in [`OverRows`] alone.
    pub fn is_over_rows(self) -> bool {
        use Function::*;
        matches!(self, Prev | Next | RowNumber | RowCumsum | RowRankDense | RowRankMin | RowWindowSession)
    }
}
