//! The plan of a pipeline in words: as written, and as it runs.

use std::fmt::Write;

use syntax::TextRange;
use syntax::literal::timespan_text;
use syntax::pipeline::{Expr, ExprKind, LookupKind, Pipeline, Reads, Scope, StageKind, WindowKind};
use syntax::source::SourceDecl;

use crate::flows::written as piece;
use crate::prefilter;
use crate::rewrite::{Plan, value_text};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    pub before: String,
    pub after: String,
    /// What was rewritten, a sentence each.
    pub changes: Vec<String>,
    /// Flows that run on the same source: it is decoded once for all.
    pub shared_with: Vec<String>,
    /// The condition that other flows begin with too, and these flows.
    pub shared: Option<Shared>,
}

/// A condition that several flows ask first: it is asked once for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    pub condition: String,
    pub flows: Vec<String>,
}

pub(crate) fn explain(written: &Pipeline, plan: &Plan, decl: &SourceDecl, text: &str) -> Explained {
    let mut before = format!("{}\n", written.source);
    for stage in &written.stages {
        let _ = writeln!(before, "| {}", piece(text, stage.range));
    }
    let changes = plan
        .changes
        .iter()
        .map(|change| format!("{}: `{}` {}", change.rule.name(), piece(text, change.range), change.what));
    let changes = changes.collect();
    let pipeline = &plan.pipeline;
    let mut after = String::new();
    let fields = pipeline.input.fields.len();
    let _ = match pipeline.reads() {
        Reads::All => writeln!(after, "read {} ({}): every field", pipeline.source, decl.uri),
        Reads::Fields(names) => {
            let at_most = if pipeline.input.open { " or more" } else { "" };
            let names: Vec<&str> = names.iter().map(|name| &**name).collect();
            writeln!(
                after,
                "read {} ({}): {} of {fields}{at_most} fields: {}",
                pipeline.source,
                decl.uri,
                names.len(),
                names.join(", ")
            )
        }
    };
    if let Some((prefilter, _)) = prefilter::of(pipeline, &[]).filter(|_| decl.uri.bounded()) {
        let texts: Vec<String> =
            prefilter.texts.iter().map(|text| format!("`{}`", syntax::visible(&text.text))).collect();
        let one = if texts.len() == 1 { "" } else { "one of " };
        let _ = writeln!(after, "parse only lines that hold {one}{}", texts.join(", "));
    }
    let mut known = &pipeline.input;
    for stage in &pipeline.stages {
        let _ = match &stage.kind {
            StageKind::Where(predicate) => writeln!(after, "filter {}", condition(predicate, text)),
            kind => writeln!(after, "{}", operator(kind)),
        };
        // A stage that only chooses events changes no field.
        if stage.output != *known {
            let _ = writeln!(after, "    → {}", columns(&stage.output));
        }
        known = &stage.output;
    }
    let drawn = if pipeline.render.written { "" } else { ", the fitting default" };
    let _ = writeln!(after, "render {}{drawn}", pipeline.render.kind.word());
    Explained { before, after, changes, shared_with: Vec::new(), shared: None }
}

/// As it is written, but for what was worked out.
fn condition(predicate: &Expr, text: &str) -> String {
    let part = |part: &Expr| {
        let mut folded: Vec<(TextRange, String)> = Vec::new();
        literals(part, &mut |value, range| {
            let written = piece(text, range);
            // A literal has none of these, unless in its quotes.
            if !written.starts_with(['"', '\'', '@'])
                && written.contains(['(', ' '])
                && !written.starts_with("datetime(")
            {
                folded.push((range, value_text(value)));
            }
        });
        let (start, mut at, mut out) =
            (usize::from(part.range.start()), usize::from(part.range.start()), String::new());
        for (range, value) in folded.iter().filter(|(range, _)| part.range.contains_range(*range)) {
            out.push_str(text.get(at..usize::from(range.start())).unwrap_or_default());
            out.push_str(value);
            at = usize::from(range.end());
        }
        out.push_str(text.get(at.max(start)..usize::from(part.range.end())).unwrap_or_default());
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    predicate.conjuncts().into_iter().map(part).collect::<Vec<_>>().join(" and ")
}

fn literals(expr: &Expr, visit: &mut impl FnMut(&syntax::Value, TextRange)) {
    match &expr.kind {
        ExprKind::Field(_) => {}
        ExprKind::Literal(value) => visit(value, expr.range),
        ExprKind::Call { args, .. } => args.iter().for_each(|arg| literals(arg, visit)),
    }
}

fn columns(schema: &syntax::Schema) -> String {
    const SHOWN: usize = 12;
    let mut parts: Vec<String> =
        schema.fields.iter().take(SHOWN).map(|field| format!("{}: {}", field.name, field.ty)).collect();
    if schema.fields.len() > SHOWN {
        parts.push(format!("{} more", schema.fields.len() - SHOWN));
    }
    if schema.open {
        parts.push("and what else the source carries".to_owned());
    }
    parts.join(", ")
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn windows(kind: WindowKind) -> String {
    let span = timespan_text;
    match kind {
        WindowKind::Tumbling { size } => format!("tumbling windows of {}", span(size)),
        WindowKind::Hop { size, every } => format!("windows of {} every {}", span(size), span(every)),
        WindowKind::Session { gap, max } => format!("sessions with gaps under {}, {} at most", span(gap), span(max)),
    }
}

fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::All => "of everything so far, live",
        Scope::Window => "of each window",
        Scope::Time => "by event time, as the watermark passes",
    }
}

fn operator(kind: &StageKind) -> String {
    match kind {
        StageKind::Where(_) => "filter".to_owned(),
        StageKind::Extend(made) => format!("compute {} fields, vectorized", made.len()),
        StageKind::Project(made) => format!("keep {} columns", made.len()),
        StageKind::Drop(names) => format!("drop {} columns", names.len()),
        StageKind::Reorder(names) => format!("{} columns first", names.len()),
        StageKind::Rename(pairs) => format!("rename {} columns", pairs.len()),
        StageKind::Take(count) => format!("the first {count}, then the flow ends"),
        StageKind::Tail(count) => format!("the last {count}, live"),
        StageKind::Distinct(names) => format!("the first event of each combination of {} fields", names.len()),
        StageKind::Summarize(summarize) => {
            let window = match &summarize.window {
                Some(window) => format!("in {} of event time, final when the watermark passes", windows(window.kind)),
                None => "running, final at the end".to_owned(),
            };
            let (values, keys) = (summarize.aggregates.len(), summarize.keys.len());
            format!("aggregate {values} value{} by {keys} key{}, {window}", plural(values), plural(keys))
        }
        StageKind::Top { count, scope: over, .. } => format!("the best {count} {}", scope(*over)),
        StageKind::Sort { scope: over, .. } => format!("sort the rows {}", scope(*over)),
        StageKind::Union(others) => format!("merge with {} more inputs", others.len()),
        StageKind::Join(join) => {
            let near =
                join.within.map_or_else(String::new, |within| format!(", at most {} apart", timespan_text(within)));
            format!("{:?} on {} keys with `{}`{near}", join.kind, join.keys.len(), join.right.source)
        }
        StageKind::Lookup(lookup) if matches!(lookup.kind, LookupKind::Member(_)) => {
            format!("whether the key is in what `{}` gives", lookup.table.source)
        }
        StageKind::Lookup(lookup) if lookup.kind == LookupKind::Scalar => {
            format!("the first value that `{}` gives", lookup.table.source)
        }
        StageKind::Lookup(lookup) => format!("{} fields of the table `{}`", lookup.added.len(), lookup.table.source),
        StageKind::Parse(parse) => {
            format!(
                "one regular expression, {} fields{}",
                parse.fields().count(),
                if parse.filter { ", keep what fits" } else { "" }
            )
        }
        StageKind::ParseKv(parse) => format!("{} fields of key=value text", parse.fields.len()),
        StageKind::MvExpand(expand) if !expand.inner.is_empty() => {
            let (arrays, stages) = (expand.items.len(), expand.inner.len());
            format!("{stages} stages over the elements of {arrays} arrays, event by event")
        }
        StageKind::MvExpand(expand) => format!("a row for each element of {} arrays", expand.items.len()),
        StageKind::Sample(sample) => {
            format!("{:.4} % of the {}", sample.share * 100.0, if sample.by.is_empty() { "events" } else { "keys" })
        }
        StageKind::TopHitters(hitters) => {
            format!("the {} most frequent values, exact up to 12,288 different ones", hitters.count)
        }
        StageKind::Getschema(fields) => format!("{} fields, a row each, at once", fields.len()),
        StageKind::Unpack(unpack) => format!("{} members of a bag, and more as they come", unpack.made.len()),
        StageKind::OverRows(rows) => {
            let each = if rows.by.is_empty() { "" } else { ", of each key by itself" };
            format!("{} fields of the rows before and behind{each}", rows.columns.len())
        }
        StageKind::Assert(_) => "the first row for which it does not hold ends the flow".to_owned(),
    }
}
