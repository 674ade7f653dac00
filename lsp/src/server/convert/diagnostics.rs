//! Findings as the editor underlines them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use syntax::Severity;
use tower_lsp::ls_types::*;

use super::View;
use crate::features::diagnostics::{self, Tag};

impl View<'_> {
    /// `found` is what is wrong, also by what other files say.
    pub(crate) fn diagnostics(&self, found: &[syntax::Diagnostic]) -> Vec<Diagnostic> {
        if let Some(message) = diagnostics::too_large(self.document) {
            return vec![Diagnostic::new_simple(Range::default(), message)];
        }
        // One that cannot be told whole is told all the same, and so are the others.
        let plain = |found: &syntax::Diagnostic| Diagnostic::new_simple(self.range(found.range), found.message.clone());
        let told = |found| catch_unwind(AssertUnwindSafe(|| self.diagnostic(found))).unwrap_or_else(|_| plain(found));
        found.iter().map(told).collect()
    }

    fn tags(&self, found: &syntax::Diagnostic) -> Option<Vec<DiagnosticTag>> {
        let tag = diagnostics::tag(found.code).filter(|_| self.options.can.diagnostic_tags)?;
        Some(vec![match tag {
            Tag::Unnecessary => DiagnosticTag::UNNECESSARY,
            Tag::Deprecated => DiagnosticTag::DEPRECATED,
        }])
    }

    fn related(&self, found: &syntax::Diagnostic) -> Option<Vec<DiagnosticRelatedInformation>> {
        let places =
            if self.options.can.related_information { diagnostics::related(self.document, found) } else { Vec::new() };
        let related = places.into_iter().map(|(range, message)| DiagnosticRelatedInformation {
            location: self.location(range),
            message: message.to_owned(),
        });
        Some(related.collect()).filter(|related: &Vec<_>| !related.is_empty())
    }

    fn code_link(&self, code: &str) -> Option<CodeDescription> {
        let link = self.options.code_links.as_ref()?.replace("{code}", code);
        Some(CodeDescription { href: link.parse().ok()? })
    }

    pub(crate) fn diagnostic(&self, found: &syntax::Diagnostic) -> Diagnostic {
        Diagnostic {
            range: self.range(found.range),
            severity: Some(severity(found.severity)),
            code: Some(NumberOrString::String(found.code.slug().to_owned())),
            code_description: self.code_link(found.code.slug()),
            source: Some("headwater".to_owned()),
            message: diagnostics::message(found),
            tags: self.tags(found),
            related_information: self.related(found),
            ..Diagnostic::default()
        }
    }
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}
