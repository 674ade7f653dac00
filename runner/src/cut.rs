//! A text cut to the part of one pipeline before a place: the rest becomes blanks, so that every offset stays.
//!
//! What is behind the place may be half written, or wrong. Lets, parameters and the other blocks stay.

use syntax::ast::{self, AstNode, Statement};
use syntax::{SyntaxNode, TextRange, TextSize};

use crate::Text;

/// The text, and the range of the pipeline that is left; None where no pipeline stands there.
pub(crate) fn cut(text: &Text, until: u32) -> Option<(Text, TextRange)> {
    let parse = text.parse();
    let until = TextSize::new(until);
    let root = parse.root();
    let block = root.blocks().find(|block| block.range().contains_inclusive(until))?;
    let body = block.body()?;
    let pipelines = body.syntax().descendants().filter_map(ast::Pipeline::cast);
    let here = |pipeline: &ast::Pipeline| {
        pipeline.source().is_some_and(|source| source.range().end() <= until) && reaches(pipeline.syntax(), until)
    };
    // The innermost one begins last.
    let pipeline = pipelines.filter(here).max_by_key(|pipeline| pipeline.range().start())?;
    let kept = TextRange::new(pipeline.range().start(), until);
    let before = body.statements().take_while(|statement| statement.range().end() <= kept.start());
    let lets: Vec<TextRange> = before
        .filter_map(|statement| match statement {
            Statement::Let(define) => Some(define.range()),
            _ => None,
        })
        .collect();
    let stays = |offset: usize| {
        let offset = TextSize::new(offset as u32);
        kept.contains(offset) || lets.iter().any(|range| range.contains(offset))
    };
    let range = body.range();
    let source = text.as_str();
    let mut bytes = source.as_bytes().to_vec();
    // At a line's beginning stand the marks of a quote, which belong to the Markdown.
    let mut marks = source[..usize::from(range.start())].ends_with('\n') || range.start() == TextSize::new(0);
    for offset in usize::from(range.start())..usize::from(range.end()).min(bytes.len()) {
        let byte = bytes[offset];
        match byte {
            b'\n' | b'\r' => marks = true,
            b' ' | b'\t' => {}
            b'>' if marks => {}
            _ => {
                marks = false;
                if !stays(offset) {
                    bytes[offset] = b' ';
                }
            }
        }
    }
    let cut = String::from_utf8(bytes).ok()?;
    let text = match text {
        Text::Runbook(_) => Text::Runbook(cut),
        Text::Query(_) => Text::Query(cut),
    };
    Some((text, kept))
}

/// The place is in the pipeline, or behind it with nothing but blanks and half-written words between.
fn reaches(pipeline: &SyntaxNode, until: TextSize) -> bool {
    let range = pipeline.text_range();
    if range.contains_inclusive(until) {
        return true;
    }
    let next = pipeline.next_sibling().map(|next| next.text_range().start());
    let outer = pipeline.parent().map(|outer| outer.text_range().end());
    range.end() < until && next.is_none_or(|next| until <= next) && outer.is_some_and(|end| until <= end)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let at = text.find("$0").expect("a place");
        let text = Text::Runbook(text.replace("$0", ""));
        let cut = cut(&text, at as u32).map_or("–".to_owned(), |(cut, _)| {
            assert_eq!(cut.as_str().len(), text.as_str().len());
            let lines = cut.as_str().lines().map(str::trim_end).filter(|line| !line.is_empty());
            lines.collect::<Vec<_>>().join("\n")
        });
        expected.assert_eq(&cut);
    }

    #[test]
    fn what_is_behind_the_place_and_around_the_pipeline_is_blank() {
        check(
            "```headwater\nspans | where a > 1$0 | wehre b ==\n```\n",
            expect![[r#"
            ```headwater
            spans | where a > 1
            ```"#]],
        );
        check(
            "```headwater\nlet a = 5; let b = spans | where x > a$0 | take ü;\nb | count\n```\n",
            expect![[r#"
            ```headwater
            let a = 5;         spans | where x > a
            ```"#]],
        );
        check(
            "> ```headwater\n> spans\n> | where a > 1$0\n> | where b > 2 | sumarize\n> ```\n",
            expect![[r#"
            > ```headwater
            > spans
            > | where a > 1
            >
            > ```"#]],
        );
        check(
            "```headwater\nspans | join kind=inner (logs | where c == 1$0 | where ) on trace.id\n```\n",
            expect![[r#"
                ```headwater
                                         logs | where c == 1
                ```"#]],
        );
        check(
            "```headwater\nspans$0 | where\n```\n\n```headwater\nlogs | count\n```\n",
            expect![[r#"
            ```headwater
            spans
            ```
            ```headwater
            logs | count
            ```"#]],
        );
        check("```headwater\nsp$0ans | where\n```\n", expect!["–"]);
    }
}
