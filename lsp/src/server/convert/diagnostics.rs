//! Findings as the editor underlines them.

use syntax::Severity;
use tower_lsp::ls_types::*;

use super::View;
use crate::features::diagnostics;

impl View<'_> {
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        if let Some(message) = diagnostics::too_large(self.document) {
            return vec![Diagnostic::new_simple(Range::default(), message)];
        }
        diagnostics::diagnostics(self.document).iter().map(|found| self.diagnostic(found)).collect()
    }

    fn code_link(&self, code: &str) -> Option<CodeDescription> {
        let link = self.options.code_links.as_ref()?.replace("{code}", code);
        Some(CodeDescription { href: link.parse().ok()? })
    }

    pub(super) fn diagnostic(&self, found: &syntax::Diagnostic) -> Diagnostic {
        Diagnostic {
            range: self.range(found.range),
            severity: Some(severity(found.severity)),
            code: Some(NumberOrString::String(found.code.slug().to_owned())),
            code_description: self.code_link(found.code.slug()),
            source: Some("headwater".to_owned()),
            message: diagnostics::message(found),
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
