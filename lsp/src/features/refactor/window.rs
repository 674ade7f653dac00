//! A window for a `summarize` that has none: it answers every so often, and no longer grows without end.

use syntax::ast::{self, AstNode, Expr, Stage};
use syntax::{Edit, TextRange};

use super::{Change, Here, meaning};
use crate::features::actions::Kind;
use crate::features::schemas;

/// The first that gives rise to no warning is taken: a window is to be longer than events may be late.
const SIZES: [&str; 4] = ["10s", "1m", "10m", "1h"];

pub(super) fn window(here: &Here<'_>) -> Option<Change> {
    let stage = here.around::<Stage>()?;
    let stages = here.document.analysis().blocks.iter().flat_map(|block| &block.stages);
    let known = stages.into_iter().find(|known| known.range == stage.range())?;
    let time = known.input.time.as_deref().map(schemas::written)?;
    SIZES.into_iter().find_map(|size| {
        let bin = format!("bin({time}, {size})");
        let edit = match &stage {
            Stage::Summarize(summarize) => grouped(summarize, &bin)?,
            Stage::Count(count) => Edit { range: count.range(), text: format!("summarize Count = count() by {bin}") },
            _ => return None,
        };
        let change = Change { kind: Kind::RefactorRewrite, title: format!("Add a window: `{bin}`"), edits: vec![edit] };
        meaning::is_sound(here.document, &change.edits).then_some(change)
    })
}

/// None where there is a window already.
fn grouped(summarize: &ast::SummarizeStage, bin: &str) -> Option<Edit> {
    let keys: Vec<ast::Item> = summarize.by().iter().flat_map(|by| by.items()).collect();
    if keys.iter().any(is_window) {
        return None;
    }
    Some(match keys.last() {
        Some(last) => Edit { range: TextRange::empty(last.range().end()), text: format!(", {bin}") },
        None => Edit { range: TextRange::empty(summarize.range().end()), text: format!(" by {bin}") },
    })
}

fn is_window(key: &ast::Item) -> bool {
    let Some(Expr::Call(call)) = key.expr() else { return false };
    let word = call.function().map(|name| name.syntax().text().to_string());
    word.is_some_and(|word| matches!(word.as_str(), "bin" | "floor" | "hop" | "session"))
}
