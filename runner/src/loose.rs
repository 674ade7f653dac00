//! Fields whose type nobody declared, where the text does not check with what was seen of them so far.
//!
//! A type that was seen is no promise: with other events first, the same text would have checked. So it runs, reads these
//! fields as any values, and says so. What a declared type refuses stays refused.

use syntax::analysis::{Analysis, Context, What};
use syntax::source::{SourceDecl, SourceName, Sources};
use syntax::{Code, Diagnostic, Name, Parse, Severity, Type};

#[derive(Debug, Default)]
pub(crate) struct Loose {
    pub(crate) fields: Vec<(SourceName, Name)>,
    /// A sentence for each finding that is none with these fields as any values.
    pub(crate) told: Vec<String>,
}

/// Fields that are tried, where many could be meant.
const TRIED: usize = 16;

impl Loose {
    /// `found`: the analysis with what was seen, as `context` has it; `declared`: the sources without that. None where
    /// nothing is gained.
    pub(crate) fn of(
        parse: &Parse,
        found: &Analysis,
        context: &Context,
        declared: &Sources,
    ) -> Option<(Loose, Analysis, Context)> {
        let mut wrong = errors(found);
        if !wrong.iter().any(|wrong| wrong.code == Code::TypeMismatch) {
            return None;
        }
        let mut loose = Loose::default();
        let mut best = None;
        let mut context = context.clone();
        for (source, field) in seen_only(found, &context, declared) {
            let mut tried = context.clone();
            let sources = tried.sources.sources.iter_mut().filter(|decl| decl.name == source);
            let known = sources.flat_map(|decl| &mut decl.fields).find(|known| known.name == field);
            let Some(was) = known.map(|known| std::mem::replace(&mut known.ty, Type::Dynamic)) else { continue };
            let analysis = syntax::analyze(parse, &tried);
            let left = errors(&analysis);
            if left.len() >= wrong.len() {
                continue;
            }
            let gone = wrong.iter().filter(|one| !left.iter().any(|left| left.range == one.range));
            loose.told.extend(gone.map(|gone| {
                let seen = format!("`{field}` was {was} in what was seen so far, and nobody declared it");
                format!("{}; {seen}: it is read as any value", gone.message)
            }));
            loose.fields.push((source, field));
            wrong = left;
            best = Some(analysis);
            context = tried;
            if wrong.is_empty() {
                break;
            }
        }
        Some((loose, best?, context))
    }
}

fn errors(analysis: &Analysis) -> Vec<Diagnostic> {
    analysis.diagnostics.iter().filter(|found| found.severity == Severity::Error).cloned().collect()
}

/// Fields that the text names, of which all that is known was seen.
fn seen_only(found: &Analysis, context: &Context, declared: &Sources) -> Vec<(SourceName, Name)> {
    let mut fields: Vec<(SourceName, Name)> = Vec::new();
    for resolution in &found.resolutions {
        let What::Field { name, .. } = &resolution.what else { continue };
        for decl in context.sources.sources.iter().filter(|decl| decl.open) {
            let has = |decl: &SourceDecl| decl.fields.iter().any(|field| field.name == *name);
            let field = (decl.name.clone(), name.clone());
            if has(decl) && !declared.get(&decl.name).is_some_and(has) && !fields.contains(&field) {
                fields.push(field);
            }
        }
    }
    fields.truncate(TRIED);
    fields
}
