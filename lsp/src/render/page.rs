//! The runbook as one HTML page with its pictures in it. A policy in the page itself forbids scripts and requests.

use syntax::Type;

use super::{Rendered, counted, failure, nothing, svg};
use crate::results::{BlockResult, Figure};
use crate::view::{article, escaped};

/// Rows of a table at most.
const ROWS: usize = 200;

const STYLE: &str = include_str!("page.css");

pub(crate) fn page(rendered: &Rendered<'_>) -> String {
    let title = rendered.document.parse().root().headings().next().map(|heading| heading.text());
    let title = escaped(title.as_deref().unwrap_or("Runbook"));
    let article = article(rendered.document, &|block| match rendered.result(block) {
        Some(result) => figure(rendered, result),
        None => rendered.why_not(block).map(|why| format!("<figure>\n{}</figure>\n", told(&why))).unwrap_or_default(),
    });
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n<main>\n<p class=\"made\">{}</p>\n{article}</main>\n</body>\n</html>\n",
        escaped(&rendered.made)
    )
}

fn figure(rendered: &Rendered<'_>, result: &BlockResult) -> String {
    let body = if result.is_empty() {
        told(&nothing(result))
    } else if let Some(picture) = svg::picture(result, &rendered.viewpoint) {
        format!("{picture}\n<details><summary>rows</summary>\n{}</details>\n", table(rendered, result))
    } else if let Some(Figure::Card { cards }) = result.figure(&rendered.viewpoint) {
        let card = |card: &crate::results::Card| {
            // Of a recording it shows how fast this machine read it.
            let trend = if rendered.live { svg::trend(&card.trend) } else { None }.unwrap_or_default();
            format!(
                "<div class=\"card\"><div>{}</div><strong>{}</strong>{trend}</div>\n",
                escaped(&card.name),
                escaped(&card.text)
            )
        };
        format!("<div class=\"cards\">\n{}</div>\n", cards.iter().map(card).collect::<String>())
    } else {
        table(rendered, result)
    };
    let failed = Some(failure(result)).filter(|why| !why.is_empty()).map(told).unwrap_or_default();
    let title = result.started().and_then(|started| started.render.title.as_deref());
    let title = title.map(|title| format!("<p class=\"title\">{}</p>\n", escaped(title))).unwrap_or_default();
    format!("<figure>\n{title}{body}{failed}<figcaption>{}</figcaption>\n</figure>\n", escaped(&counted(result)))
}

fn told(what: &str) -> String {
    format!("<p class=\"nothing\">{}</p>\n", escaped(what))
}

fn table(rendered: &Rendered<'_>, result: &BlockResult) -> String {
    let grid = result.grid(ROWS, &rendered.viewpoint);
    let right = |at: usize| matches!(grid.types.get(at), Some(Type::Long | Type::Real | Type::Timespan));
    let line = |tag: &str, cells: &mut dyn Iterator<Item = &str>| {
        let cell = |(at, text): (usize, &str)| {
            let class = if right(at) { " class=\"right\"" } else { "" };
            format!("<{tag}{class}>{}</{tag}>", escaped(text))
        };
        format!("<tr>{}</tr>\n", cells.enumerate().map(cell).collect::<String>())
    };
    let row = |row: &Vec<Option<String>>| line("td", &mut row.iter().map(|cell| cell.as_deref().unwrap_or("")));
    let rows: String = grid.rows.iter().map(row).collect();
    let more = grid.total.saturating_sub(grid.rows.len() as u64);
    let more = if more > 0 { format!("<p class=\"made\">{more} more rows are not shown</p>\n") } else { String::new() };
    format!(
        "<div class=\"table\"><table>\n<thead>{}</thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n{more}",
        line("th", &mut grid.header.iter().map(String::as_str))
    )
}
