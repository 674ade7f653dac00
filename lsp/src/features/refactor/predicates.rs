//! Predicates written differently: a row of comparisons with one field as a list, successive filters as one,
//! and one as several.

use syntax::ast::{self, AstNode, BinaryExpr, Expr, Operation, Stage};
use syntax::{Edit, SyntaxKind, TextRange, Value};

use super::{Change, Here, pipe};
use crate::features::actions::Kind;

/// What is compared how, between what, and the word for a list of values.
const LISTS: [(&str, &str, &str); 4] =
    [("or", "==", "in"), ("or", "=~", "in~"), ("and", "!=", "!in"), ("and", "!~", "!in~")];

/// `a == 1 or a == 2` as `a in (1, 2)`.
pub(super) fn listed(here: &Here<'_>) -> Option<Change> {
    // The longest row first.
    let rows: Vec<BinaryExpr> = here.node.ancestors().filter_map(BinaryExpr::cast).collect();
    rows.into_iter().rev().find_map(|row| {
        let operation = row.operation()?;
        LISTS.into_iter().filter(|list| list.0 == operation.operator).find_map(|list| of_row(here, &row, list))
    })
}

fn of_row(here: &Here<'_>, row: &BinaryExpr, (between, comparison, word): (&str, &str, &str)) -> Option<Change> {
    let operands = operands(row, between);
    let compared: Vec<Option<(String, Expr)>> = operands.iter().map(|it| compared(it, comparison)).collect();
    let mut from = 0;
    while from < compared.len() {
        let field = compared[from].as_ref().map(|(field, _)| field);
        let is_same =
            |other: &Option<(String, Expr)>| field.is_some() && other.as_ref().map(|(field, _)| field) == field;
        let count = compared[from..].iter().take_while(|other| is_same(other)).count().max(1);
        let range = TextRange::new(operands[from].range().start(), operands[from + count - 1].range().end());
        let values: Vec<String> =
            compared[from..from + count].iter().flatten().map(|(_, value)| here.plain(value.range())).collect();
        let comments = row
            .syntax()
            .descendants_with_tokens()
            .any(|it| it.kind() == SyntaxKind::COMMENT && range.contains_range(it.text_range()));
        if let Some(field) = field
            && count > 1
            && !comments
            && range.intersect(here.range).is_some()
        {
            let text = format!("{field} {word} ({})", values.join(", "));
            let title = format!("Write as `{field} {word} (…)`");
            return Some(Change { kind: Kind::RefactorRewrite, title, edits: vec![Edit { range, text }] });
        }
        from += count;
    }
    None
}

/// The parts of a row of one operator, in order.
fn operands(row: &BinaryExpr, operator: &str) -> Vec<Expr> {
    let (mut operands, mut rest) = (Vec::new(), Some(Expr::Binary(row.clone())));
    while let Some(expr) = rest.take() {
        match &expr {
            Expr::Binary(binary) => match binary.operation() {
                Some(Operation { lhs, operator: own, rhs, .. }) if own == operator => {
                    operands.extend(rhs);
                    rest = lhs;
                }
                _ => operands.push(expr),
            },
            _ => operands.push(expr),
        }
    }
    operands.reverse();
    operands
}

/// A field compared with a literal: the field as it is written, and the literal.
fn compared(expr: &Expr, comparison: &str) -> Option<(String, Expr)> {
    let Expr::Binary(binary) = expr else { return None };
    let Operation { lhs, operator, rhs, .. } = binary.operation()?;
    let (Some(Expr::Name(field)), Some(value)) = (lhs, rhs) else { return None };
    let literal = match &value {
        Expr::Literal(literal) => Some(literal.clone()),
        Expr::Prefix(prefix) => match prefix.expr()? {
            Expr::Literal(literal) => Some(literal),
            _ => None,
        },
        _ => None,
    };
    let null = matches!(literal?.value(), Err(_) | Ok(Value::Null(_)));
    (operator == comparison && !null).then(|| (field.syntax().text().to_string(), value))
}

/// `| where a | where b` as `| where a and b`: with the filter before, else with the one behind.
pub(super) fn joined(here: &Here<'_>) -> Option<Change> {
    let Stage::Where(own) = here.around::<Stage>()? else { return None };
    let stage = Stage::Where(own);
    let neighbour =
        |stage: Option<syntax::SyntaxNode>| stage.and_then(Stage::cast).filter(|it| matches!(it, Stage::Where(_)));
    let before = neighbour(stage.syntax().prev_sibling());
    let (title, first, second) = match (before, neighbour(stage.syntax().next_sibling())) {
        (Some(before), _) => ("Join with the `where` before", before, stage),
        (None, Some(behind)) => ("Join with the `where` behind", stage, behind),
        (None, None) => return None,
    };
    let mut edits = vec![
        Edit { range: pipe(&second)?.text_range(), text: "and".to_owned() },
        Edit { range: second.word()?.text_range(), text: String::new() },
    ];
    for predicate in [predicate(&first)?, predicate(&second)?] {
        let is_or = matches!(&predicate, Expr::Binary(binary) if binary.operator().is_some_and(|it| it == "or"));
        if is_or {
            let range = predicate.range();
            edits.push(Edit { range: TextRange::empty(range.start()), text: "(".to_owned() });
            edits.push(Edit { range: TextRange::empty(range.end()), text: ")".to_owned() });
        }
    }
    Some(Change { kind: Kind::RefactorRewrite, title: title.to_owned(), edits })
}

/// `| where a and b` as `| where a | where b`.
pub(super) fn split(here: &Here<'_>) -> Option<Change> {
    let stage = here.around::<Stage>()?;
    let Expr::Binary(row) = predicate(&stage)? else { return None };
    let operands = operands(&row, "and");
    if operands.len() < 2 {
        return None;
    }
    let pipeline = ast::Pipeline::cast(stage.syntax().parent()?)?;
    let one_line = !pipeline.syntax().text().to_string().contains(['\n', '\r']);
    let between = if one_line { " | where " } else { "\n| where " };
    let mut edits = Vec::new();
    let rows = std::iter::successors(Some(row), |row| match row.lhs() {
        Some(Expr::Binary(lhs)) => Some(lhs),
        _ => None,
    });
    for row in rows.take(operands.len() - 1) {
        edits.push(Edit { range: row.operator_range()?, text: between.to_owned() });
    }
    for operand in &operands {
        // What stands alone needs no parentheses.
        if let Expr::Paren(paren) = operand {
            let marks =
                ast::tokens(paren.syntax()).filter(|it| matches!(it.kind(), SyntaxKind::L_PAREN | SyntaxKind::R_PAREN));
            edits.extend(marks.map(|mark| Edit { range: mark.text_range(), text: String::new() }));
        }
    }
    let title = format!("Split into {} filters", operands.len());
    Some(Change { kind: Kind::RefactorRewrite, title, edits })
}

fn predicate(stage: &Stage) -> Option<Expr> {
    match stage {
        Stage::Where(filter) => filter.predicate(),
        _ => None,
    }
}
