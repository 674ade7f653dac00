//! Rows that are written in a pipeline: `datatable`, `print` and `range`. They are bounded, and read no file.

use crate::pipeline::{Expr, ExprKind};
use crate::{Field, Value};

/// What a pipeline begins with in place of a source that is declared.
#[derive(Clone, Debug)]
pub struct Literal {
    pub fields: Vec<Field>,
    pub rows: Rows,
}

#[derive(Clone, Debug)]
pub enum Rows {
    /// A value for each field, of its type or null.
    Written(Vec<Vec<Value>>),
    /// The one field from the first value by this step, as long as it is not beyond the last. The three are of the
    /// field's type, a datetime's step a timespan, and depend on nothing but the clock.
    Range { from: Expr, to: Expr, step: Expr },
}

impl Literal {
    /// A name that only the same rows have.
    pub fn name(&self, word: &str) -> String {
        // FNV-1a, 64 bits: the same on every machine and in every version.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let text = match &self.rows {
            Rows::Written(rows) => format!("{:?}{rows:?}", self.fields),
            Rows::Range { from, to, step } => format!("{:?}{}{}{}", self.fields, key(from), key(to), key(step)),
        };
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        format!("{word}#{:08x}", hash >> 32)
    }
}

/// What the expression says, wherever it is written.
fn key(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Field(name) => name.to_string(),
        ExprKind::Literal(value) => format!("{value:?}"),
        ExprKind::Call { function, args } => {
            format!("{function:?}({})", args.iter().map(key).collect::<Vec<_>>().join(","))
        }
    }
}
