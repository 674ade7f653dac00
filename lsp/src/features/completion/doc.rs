//! What is said of one item, made when the editor asks for it: most are never looked at.

use syntax::pipeline::RenderKind;
use syntax::{TextSize, catalog};

use super::ItemKind;
use crate::document::Document;
use crate::features::words::{self, Kind};
use crate::features::{hover, schemas};

/// Markdown; None where there is nothing to add. `at`: where the item was offered.
pub fn doc(document: &Document, at: TextSize, kind: ItemKind, label: &str) -> Option<String> {
    let context = document.context();
    let word = |kinds: &[Kind]| words::entry(label, kinds).map(|entry| entry.markdown());
    match kind {
        ItemKind::Source => {
            let source = context.sources.get(label)?;
            Some(format!("{}\n\n{}", source.doc.as_deref().unwrap_or_default(), schemas::table(&source.schema())))
        }
        ItemKind::Stage => word(&[Kind::Stage]),
        ItemKind::Function => word(&[Kind::Function]),
        ItemKind::Aggregate => word(&[Kind::Aggregate]),
        ItemKind::Operator => word(&[Kind::Operator]),
        ItemKind::Field => {
            let ty =
                schemas::schema_before(document, at).and_then(|schema| schema.field(label)).map(|field| field.ty)?;
            Some(hover::field(document, at, label, ty, None))
        }
        ItemKind::Param => {
            document.analysis().params.iter().find(|param| *param.name == *label).and_then(|param| param.doc.clone())
        }
        ItemKind::Let => hover::defined(document, label),
        ItemKind::Word => {
            let picture = RenderKind::ALL.into_iter().find(|kind| kind.word() == label)?;
            Some(catalog::renders::doc(picture).to_owned())
        }
        ItemKind::Value | ItemKind::Pipeline => None,
    }
}
