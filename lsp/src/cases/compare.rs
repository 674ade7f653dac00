//! What came of a block beside what was expected: the rows that differ, next to each other.

use std::collections::HashMap;

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use syntax::diagnostic::closest;

use super::fence::Written;
use super::rows::{Rows, canon, canon_written, cell};

/// Rows that are the same and stand beside one that is not.
const CONTEXT: usize = 2;

/// Lines that are shown at most.
const SHOWN: usize = 80;

/// The rows of a table, in an order that shows what differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    pub(crate) columns: Vec<String>,
    pub(crate) lines: Vec<Line>,
    /// Lines that differ and are not shown.
    pub(crate) more: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Line {
    Same(Vec<String>),
    /// Was expected, and did not come.
    Missing(Vec<String>),
    /// Came, and was not expected.
    Extra(Vec<String>),
    /// So many rows that are the same.
    Skipped(usize),
}

/// Compares the columns that are named. `ordered`: the block says in which order its rows come. The error says why
/// there is nothing to compare.
pub(crate) fn compare(expected: &Written, rows: &Rows, ordered: bool) -> Result<Option<Difference>, String> {
    let places = expected.columns.iter().map(|name| place(name, rows)).collect::<Result<Vec<usize>, String>>()?;
    let came: Vec<Row> = rows
        .rows
        .iter()
        .map(|row| Row {
            cells: places.iter().map(|place| cell(&row[*place])).collect(),
            keys: places.iter().map(|place| canon(&row[*place])).collect(),
        })
        .collect();
    let written: Vec<Row> = expected
        .rows
        .iter()
        .map(|row| {
            let cell = |at: usize| row.get(at).cloned().unwrap_or_default();
            let key = |at: usize, place: &usize| canon_written(&cell(at), rows.fields[*place].ty);
            Row {
                cells: (0..places.len()).map(cell).collect(),
                keys: places.iter().enumerate().map(|(at, place)| key(at, place)).collect(),
            }
        })
        .collect();
    let lines = if ordered { in_order(&written, &came) } else { in_any_order(&written, &came) };
    if lines.iter().all(|line| matches!(line, Line::Same(_))) {
        return Ok(None);
    }
    let columns = expected.columns.clone();
    Ok(Some(shortened(columns, lines)))
}

/// What was before beside what came after, of the fields that both have.
pub(crate) fn between(before: &Rows, after: &Rows, ordered: bool) -> Result<Option<Difference>, String> {
    let old = |name: &str| before.fields.iter().position(|field| *field.name == *name);
    let shared: Vec<&str> = after.fields.iter().map(|field| &*field.name).filter(|name| old(name).is_some()).collect();
    if shared.is_empty() && !(before.rows.is_empty() && after.rows.is_empty()) {
        return Err("no field is in the rows of both".to_owned());
    }
    let places: Vec<usize> = shared.iter().filter_map(|name| old(name)).collect();
    let rows = before.rows.iter().map(|row| places.iter().map(|place| cell(&row[*place])).collect()).collect();
    let columns = shared.into_iter().map(str::to_owned).collect();
    compare(&Written { columns, rows }, after, ordered)
}

struct Row {
    cells: Vec<String>,
    /// What makes two cells the same.
    keys: Vec<String>,
}

impl Row {
    /// Cells that are the same.
    fn likeness(&self, other: &Row) -> usize {
        self.keys.iter().zip(&other.keys).filter(|(one, two)| one == two).count()
    }
}

fn place(name: &str, rows: &Rows) -> Result<usize, String> {
    let found = rows.fields.iter().position(|field| *field.name == *name);
    found.ok_or_else(|| {
        let known: Vec<&str> = rows.fields.iter().map(|field| &*field.name).collect();
        match closest(name, known.iter().copied()) {
            Some(near) => format!("the block gives no field `{name}`; did you mean `{near}`?"),
            None if known.is_empty() => format!("the block gave no row, so none has `{name}`"),
            None => format!("the block gives no field `{name}`; it gives {}", known.join(", ")),
        }
    })
}

fn in_order(expected: &[Row], came: &[Row]) -> Vec<Line> {
    let keys = |rows: &[Row]| rows.iter().map(|row| row.keys.clone()).collect::<Vec<_>>();
    let mut lines = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &keys(expected), &keys(came)) {
        if let DiffOp::Equal { new_index, len, .. } = op {
            lines.extend(came[new_index..new_index + len].iter().map(|row| Line::Same(row.cells.clone())));
            continue;
        }
        lines.extend(expected[op.old_range()].iter().map(|row| Line::Missing(row.cells.clone())));
        lines.extend(came[op.new_range()].iter().map(|row| Line::Extra(row.cells.clone())));
    }
    lines
}

/// In the order in which rows came; one that was expected stands before the one that is most like it.
fn in_any_order(expected: &[Row], came: &[Row]) -> Vec<Line> {
    let mut wanted: HashMap<&[String], Vec<usize>> = HashMap::new();
    for (index, row) in expected.iter().enumerate().rev() {
        wanted.entry(&row.keys).or_default().push(index);
    }
    let mut missing: Vec<bool> = vec![true; expected.len()];
    let same: Vec<bool> = came
        .iter()
        .map(|row| {
            let found = wanted.get_mut(row.keys.as_slice()).and_then(Vec::pop);
            found.is_some_and(|index| std::mem::take(&mut missing[index]))
        })
        .collect();
    let mut lines = Vec::new();
    for (row, same) in came.iter().zip(same) {
        if same {
            lines.push(Line::Same(row.cells.clone()));
            continue;
        }
        let open = missing.iter().enumerate().filter(|(_, open)| **open).map(|(index, _)| index);
        let likest = open.map(|index| (expected[index].likeness(row), index)).filter(|(likeness, _)| *likeness > 0);
        if let Some((_, index)) = likest.max_by_key(|(likeness, index)| (*likeness, std::cmp::Reverse(*index))) {
            missing[index] = false;
            lines.push(Line::Missing(expected[index].cells.clone()));
        }
        lines.push(Line::Extra(row.cells.clone()));
    }
    let left = missing.iter().zip(expected).filter(|(open, _)| **open);
    lines.extend(left.map(|(_, row)| Line::Missing(row.cells.clone())));
    lines
}

/// With the rows beside those that differ, and no others.
fn shortened(columns: Vec<String>, lines: Vec<Line>) -> Difference {
    let differs: Vec<bool> = lines.iter().map(|line| !matches!(line, Line::Same(_))).collect();
    let near = |at: usize| (at.saturating_sub(CONTEXT)..=at + CONTEXT).any(|at| differs.get(at) == Some(&true));
    let mut shown = Vec::new();
    let (mut more, mut skipped) = (0, 0);
    for (at, line) in lines.into_iter().enumerate() {
        if shown.len() >= SHOWN {
            more += usize::from(differs[at]);
        } else if near(at) {
            if skipped > 0 {
                shown.push(Line::Skipped(std::mem::take(&mut skipped)));
            }
            shown.push(line);
        } else {
            skipped += 1;
        }
    }
    if skipped > 0 {
        shown.push(Line::Skipped(skipped));
    }
    Difference { columns, lines: shown, more }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use syntax::{Field, Type, Value};

    use super::super::report::drawn;
    use super::*;

    fn check(expected: &[[&str; 2]], came: &[(&str, i64)], ordered: bool, differs: Expect) {
        let fields = vec![Field::new("region", Type::String), Field::new("n", Type::Long)];
        let rows = came.iter().map(|(name, n)| vec![Value::String((*name).into()), Value::Long(*n)]).collect();
        let written = Written {
            columns: vec!["region".to_owned(), "n".to_owned()],
            rows: expected.iter().map(|row| row.map(str::to_owned).to_vec()).collect(),
        };
        let found = compare(&written, &Rows { fields, rows }, ordered).expect("they can be compared");
        differs.assert_eq(&found.map(|found| drawn(&found, ["expected", "came"])).unwrap_or_default());
    }

    #[test]
    fn rows_that_differ_stand_next_to_each_other() {
        check(&[["b", "2"], ["a", "1"]], &[("a", 1), ("b", 2)], false, expect![""]);
        check(
            &[["b", "2"], ["a", "1"]],
            &[("a", 1), ("b", 2)],
            true,
            expect![[r#"
              | region | n |
            + | a      | 1 |
              | b      | 2 |
            - | a      | 1 |
            - expected  + came
        "#]],
        );
        check(
            &[["a", "1"], ["b", "2"], ["c", "3"]],
            &[("a", 1), ("c", 4), ("d", 5)],
            false,
            expect![[r#"
              | region | n |
              | a      | 1 |
            - | c      | 3 |
            + | c      | 4 |
            + | d      | 5 |
            - | b      | 2 |
            - expected  + came
        "#]],
        );
        check(
            &[["a", "1"], ["a", "1"]],
            &[("a", 1)],
            false,
            expect![[r#"
              | region | n |
              | a      | 1 |
            - | a      | 1 |
            - expected  + came
        "#]],
        );
        check(
            &[],
            &[("a", 1)],
            false,
            expect![[r#"
              | region | n |
            + | a      | 1 |
            - expected  + came
        "#]],
        );
        let many: Vec<(&str, i64)> = (0..200).map(|n| ("x", n)).collect();
        let cells: Vec<String> = (0..200).map(|n| if n == 100 { "7".to_owned() } else { n.to_string() }).collect();
        let written: Vec<[&str; 2]> = cells.iter().map(|cell| ["x", cell.as_str()]).collect();
        check(
            &written,
            &many,
            true,
            expect![[r#"
              | region | n   |
              … 98 the same
              | x      | 98  |
              | x      | 99  |
            - | x      | 7   |
            + | x      | 100 |
              | x      | 101 |
              | x      | 102 |
              … 97 the same
            - expected  + came
        "#]],
        );
    }
}
