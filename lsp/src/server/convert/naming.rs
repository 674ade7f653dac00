//! Definition, references, highlights and rename in the protocol's words.

use syntax::Name;
use syntax::source::SourceName;
use tower_lsp::ls_types::*;

use super::View;
use crate::features::config::place::declared;
use crate::features::definition::{self, Target};
use crate::features::{references, rename, summary};

/// A former and a present name, and what is said of it.
pub(crate) type RenamedHere = (Name, Name, Diagnostic);

impl View<'_> {
    /// `configuration` declares the sources.
    pub(crate) fn definition(&self, at: Position, configuration: Option<View<'_>>) -> Option<GotoDefinitionResponse> {
        let found = definition::definition(self.document, self.offset(at))?;
        let in_configuration = |source: &str, field: Option<&str>| {
            let view = configuration.as_ref()?;
            let range = view.range(declared(view.document.text(), source, field)?);
            Some((view.uri.clone(), range, range))
        };
        let places = found.targets.iter().filter_map(|target| match target {
            Target::Here { full, name } => {
                let range = |(start, end)| self.range(syntax::TextRange::new(start, end));
                Some((self.uri.clone(), range(*full), range(*name)))
            }
            Target::Source(source) => in_configuration(source, None),
            Target::Field { source, field } => in_configuration(source, Some(field)),
            Target::File { path, anchor } => {
                let file = self.file(path)?;
                let range = self.heading_in(&file, anchor).unwrap_or_default();
                Some((Uri::from_file_path(&file)?, range, range))
            }
        });
        if !self.options.can.definition_links {
            let locations = places.map(|(uri, _, range)| Location { uri, range });
            return Some(GotoDefinitionResponse::Array(locations.collect()));
        }
        let origin = self.range(found.origin);
        let links = places.map(|(target_uri, target_range, target_selection_range)| LocationLink {
            origin_selection_range: Some(origin),
            target_uri,
            target_range,
            target_selection_range,
        });
        Some(GotoDefinitionResponse::Link(links.collect()))
    }

    /// In this document.
    pub(crate) fn references(&self, at: Position, declaration: bool) -> Vec<Location> {
        let found = references::references(self.document, self.offset(at)).into_iter();
        let wanted = found.filter(|found| declaration || !found.writes);
        wanted.map(|found| self.location(found.range)).collect()
    }

    pub(crate) fn highlights(&self, at: Position) -> Vec<DocumentHighlight> {
        let found = references::references(self.document, self.offset(at)).into_iter();
        let kind = |writes| if writes { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ };
        found
            .map(|found| DocumentHighlight { range: self.range(found.range), kind: Some(kind(found.writes)) })
            .collect()
    }

    pub(crate) fn prepare_rename(&self, at: Position) -> Result<PrepareRenameResponse, String> {
        let found = rename::prepare(self.document, self.offset(at))?;
        let (range, placeholder) = (self.range(found.range), found.name.to_string());
        Ok(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder })
    }

    pub(crate) fn rename(&self, at: Position, new: &str) -> Result<WorkspaceEdit, String> {
        let edits = rename::rename(self.document, self.offset(at), new)?;
        Ok(self.workspace_edit(&edits))
    }

    /// The source that is named there, or declared where this is a configuration.
    pub(crate) fn source(&self, at: Position) -> Option<SourceName> {
        let at = self.offset(at);
        let Some(config) = self.document.config() else { return definition::source_at(self.document, at) };
        let names = config.sources.sources.iter().map(|source| &source.name);
        let is_at = |name: &&SourceName| {
            declared(self.document.text(), name, None).is_some_and(|range| range.contains_inclusive(at))
        };
        names.into_iter().find(is_at).cloned()
    }

    /// Attributes in the range that have another name now, each once.
    pub(crate) fn renamed(&self, range: Range) -> Vec<RenamedHere> {
        let range = self.text_range(range);
        let mut found: Vec<RenamedHere> = Vec::new();
        for (place, old, new) in summary::renamed(self.document) {
            let diagnostic = self.document.diagnostics().iter().find(|diagnostic| diagnostic.range == place);
            let known = found.iter().any(|(known, ..)| *known == old);
            if let (Some(_), Some(diagnostic), false) = (place.intersect(range), diagnostic, known) {
                found.push((old, new, self.diagnostic(diagnostic)));
            }
        }
        found
    }

    pub(crate) fn location(&self, range: syntax::TextRange) -> Location {
        Location { uri: self.uri.clone(), range: self.range(range) }
    }
}
