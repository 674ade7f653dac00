//! What stands under the cursor, and the call around it.

use std::sync::OnceLock;

use jiff::tz::TimeZone;
use syntax::observed::Profile;
use tower_lsp::ls_types::*;

use super::View;
use crate::features::hover;
use crate::features::signature::{self, Asked};

impl View<'_> {
    /// `now`: what a block that runs shows, for its fence: some editors have no other place for it.
    pub(crate) fn hover(
        &self,
        at: Position,
        here: Option<&Profile>,
        now: impl Fn(&str) -> Option<String>,
    ) -> Option<Hover> {
        if self.document.is_config() {
            return self.config_hover(at);
        }
        let mut hover = hover::hover(self.document, self.offset(at), &hover::Around { here, zone: Some(zone()) })?;
        let block = self.document.analysis().block_at(hover.range.start());
        let fence = block.filter(|block| hover.range.end() <= block.body.start());
        if let Some(now) = fence.and_then(|block| now(&block.name)) {
            // As it is, whatever signs are in it.
            hover.markdown.push_str(&format!("\n\nNow: `{}`", now.replace('`', "'")));
        }
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: hover.markdown });
        Some(Hover { contents, range: Some(self.range(hover.range)) })
    }

    pub(crate) fn signature(&self, at: Position, context: Option<&SignatureHelpContext>) -> Option<SignatureHelp> {
        let shown = context.and_then(|context| context.active_signature_help.as_ref());
        let asked = match context {
            Some(context) if context.trigger_kind != SignatureHelpTriggerKind::INVOKED => match shown {
                Some(shown) => Asked::Showing(shown.signatures.first().map(|it| it.label.as_str()).unwrap_or("")),
                None => Asked::Typed,
            },
            _ => Asked::Explicitly,
        };
        let signature = signature::signature(self.document, self.offset(at), asked)?;
        let param = |(start, end): &(usize, usize)| ParameterInformation {
            label: ParameterLabel::Simple(signature.label.get(*start..*end).unwrap_or_default().to_owned()),
            documentation: None,
        };
        let active = u32::try_from(signature.active).ok();
        let information = SignatureInformation {
            parameters: Some(signature.params.iter().map(param).collect()),
            documentation: Some(Documentation::String(signature.doc)),
            label: signature.label,
            active_parameter: active,
        };
        Some(SignatureHelp { signatures: vec![information], active_signature: Some(0), active_parameter: active })
    }
}

/// The reader's own time; read once.
fn zone() -> TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(TimeZone::system).clone()
}
