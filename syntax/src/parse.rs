//! The way in: text becomes one lossless tree with its syntax diagnostics. Never fails, whatever the text.

use std::sync::Arc;

use rowan::GreenNode;
use rowan::ast::AstNode;

use crate::kind::{SyntaxKind, SyntaxNode};
use crate::{Diagnostic, ast};

/// A parsed text: cheap to clone, may be sent between threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse {
    green: GreenNode,
    diagnostics: Arc<[Diagnostic]>,
    query: bool,
}

/// A runbook: Markdown with `headwater` blocks.
pub fn parse(text: &str) -> Parse {
    stub(text, false)
}

/// A pipeline alone, as the command line takes it: the tree of a runbook with one block and no fences.
pub fn parse_query(text: &str) -> Parse {
    stub(text, true)
}

fn stub(text: &str, query: bool) -> Parse {
    let mut builder = rowan::GreenNodeBuilder::new();
    builder.start_node(SyntaxKind::RUNBOOK.into());
    builder.token(SyntaxKind::PROSE.into(), text);
    builder.finish_node();
    Parse { green: builder.finish(), diagnostics: Arc::new([]), query }
}

impl Parse {
    pub fn root(&self) -> ast::Runbook {
        ast::Runbook::cast(SyntaxNode::new_root(self.green.clone())).expect("each tree's root is a runbook")
    }

    /// Syntax only, in the order of the text.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The text that was parsed, byte for byte.
    pub fn text(&self) -> String {
        self.root().syntax().text().to_string()
    }

    /// A pipeline alone, whose one block is named "query".
    pub fn is_query(&self) -> bool {
        self.query
    }
}
