//! The grammar: tokens of one block become the nodes of its body. Recursive descent, straight into the tree.
//!
//! After a first error nothing more is said until the stage's end (`|`, `;` or the block's end): one broken
//! stage is one message, and its neighbours are read as if it were whole.

mod expressions;
mod foreign;
mod habits;
mod stages;
mod statements;

use rowan::{Checkpoint, GreenNodeBuilder};

use crate::kind::{SyntaxKind, SyntaxKind::*};
use crate::lexer::Token;
use crate::{Diagnostic, TextRange, TextSize, literal};

/// Deeper nesting is refused, so that no walk over a tree can overflow the stack.
pub(crate) const MAX_DEPTH: u32 = 128;

/// Parses a body into the node that is open in `builder`, every token of it.
pub(crate) fn body(
    text: &str,
    start: TextSize,
    tokens: &[Token],
    builder: &mut GreenNodeBuilder<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut parser = Parser {
        text,
        tokens,
        position: 0,
        next: 0,
        builder,
        diagnostics,
        depth: 0,
        silent: false,
        nested: false,
        in_body: false,
        statement: Statement::default(),
        brackets: None,
        end: tokens.last().map_or(start, |token| token.end),
    };
    parser.find_next();
    habits::comments(&mut parser);
    statements::statements(&mut parser);
    parser.trivia();
}

struct Parser<'a, 'cache> {
    text: &'a str,
    tokens: &'a [Token],
    /// The first token that is not in the tree yet.
    position: usize,
    /// The first from there on that is not trivia.
    next: usize,
    builder: &'a mut GreenNodeBuilder<'cache>,
    diagnostics: &'a mut Vec<Diagnostic>,
    depth: u32,
    /// An error was reported; what follows it in this stage is not worth a message.
    silent: bool,
    /// Inside the parentheses of an inner pipeline, which `)` ends.
    nested: bool,
    /// Inside the braces of a function, which `}` ends.
    in_body: bool,
    statement: Statement,
    /// For each opening bracket where it closes, made at the first error.
    brackets: Option<Vec<usize>>,
    end: TextSize,
}

/// What is being read, of those that `;` ends.
#[derive(Clone, Copy, Default)]
struct Statement {
    /// Its first token.
    first: usize,
    is_let: bool,
    /// The token that begins the next one, though no `;` was written before it.
    next: Option<usize>,
}

impl<'a> Parser<'a, '_> {
    fn kind(&self) -> SyntaxKind {
        self.tokens.get(self.next).map_or(EOF, |token| token.kind)
    }

    fn token_text(&self) -> &'a str {
        self.tokens.get(self.next).map_or("", |token| self.text_of(*token))
    }

    fn range(&self) -> TextRange {
        self.tokens.get(self.next).map_or(TextRange::empty(self.end), |token| TextRange::new(token.start, token.end))
    }

    fn text_of(&self, token: Token) -> &'a str {
        &self.text[TextRange::new(token.start, token.end)]
    }

    fn at(&self, kind: SyntaxKind) -> bool {
        self.kind() == kind
    }

    fn at_word(&self, word: &str) -> bool {
        self.kind() == IDENT && self.token_text() == word
    }

    fn at_name(&self) -> bool {
        matches!(self.kind(), IDENT | QUOTED_IDENT) || self.at_bracketed_name()
    }

    /// Kusto's `['a name']`, where a name may stand.
    fn at_bracketed_name(&self) -> bool {
        self.at(L_BRACKET) && self.bracketed_name(self.next).is_some()
    }

    /// The token after `['a name']` where this is the one that opens it. Spaces may stand within the brackets.
    fn bracketed_name(&self, open: usize) -> Option<usize> {
        let is = |at: usize, kind: SyntaxKind| self.tokens.get(at).is_some_and(|token| token.kind == kind);
        let past_space = |at: usize| if is(at, WHITESPACE) { at + 1 } else { at };
        let text = past_space(open + 1);
        let close = past_space(text + 1);
        let whole = is(open, L_BRACKET) && is(text, STRING) && is(close, R_BRACKET);
        (whole && literal::unquote(self.text_of(self.tokens[text])).is_ok_and(|name| !name.is_empty()))
            .then_some(close + 1)
    }

    /// The kind of the nth token from here on that is not trivia; 0 is the next.
    fn nth(&self, n: usize) -> SyntaxKind {
        self.significant(self.next).nth(n).map_or(EOF, |index| self.tokens[index].kind)
    }

    fn significant(&self, from: usize) -> impl Iterator<Item = usize> + '_ {
        (from..self.tokens.len()).filter(|index| !self.tokens[*index].kind.is_trivia())
    }

    /// The tokens from here to the stage's end that are not trivia.
    fn statement(&self) -> impl Iterator<Item = (SyntaxKind, &'a str)> + '_ {
        let tokens = self.significant(self.next).map(|index| self.tokens[index]);
        let stage = tokens.take_while(|token| !matches!(token.kind, PIPE | SEMICOLON));
        stage.map(|token| (token.kind, self.text_of(token)))
    }

    /// The next token is the first of its line.
    fn at_line_start(&self) -> bool {
        let trivia = self.tokens[..self.next].iter().rev().take_while(|token| token.kind.is_trivia());
        let mut trivia = trivia;
        trivia.any(|token| token.kind == NEWLINE)
    }

    /// An empty line stands before the next token.
    fn at_empty_line(&self) -> bool {
        let mut empty = false;
        for token in &self.tokens[self.position..self.next] {
            match token.kind {
                NEWLINE if empty => return true,
                NEWLINE => empty = true,
                COMMENT => empty = false,
                _ => {}
            }
        }
        false
    }

    /// The parts of a name follow each other without a space.
    fn at_adjacent(&self, kind: SyntaxKind) -> bool {
        self.position == self.next && self.at(kind)
    }

    /// Where the stage's or statement's text ends: no rule of a stage reads over it.
    fn at_stage_end(&self) -> bool {
        match self.kind() {
            PIPE | SEMICOLON | EOF => true,
            R_PAREN => self.nested,
            R_BRACE => self.in_body,
            _ => self.at_new_statement(),
        }
    }

    /// A line that can only be the next statement, though no `;` was written: `let name =`, or the pipeline that
    /// was found to begin here.
    fn at_new_statement(&self) -> bool {
        match self.kind() {
            EOF => true,
            _ if self.statement.next == Some(self.next) => true,
            IDENT if self.token_text() == "let" && self.at_line_start() => {
                matches!(self.nth(1), IDENT | QUOTED_IDENT) && self.nth(2) == EQ
            }
            _ => false,
        }
    }

    /// Behind what is whole, a line that begins with a name as far to the left as the statement does, and goes on as a
    /// pipeline does: from now on this is the next statement.
    fn find_new_pipeline(&mut self) -> bool {
        let begins = self.at_line_start() && matches!(self.kind(), IDENT | QUOTED_IDENT) && !self.nested;
        if self.silent || !begins || self.indent(self.next) != self.indent(self.statement.first) {
            return false;
        }
        let kind = |at: usize| self.tokens.get(at).map_or(EOF, |token| token.kind);
        let mut at = self.next + 1;
        while kind(at) == DOT && matches!(kind(at + 1), IDENT | QUOTED_IDENT) {
            at += 2;
        }
        let found = match self.significant(at).next().map_or(EOF, kind) {
            PIPE => true,
            // A `let` has no result, so that one is to be expected.
            SEMICOLON | EOF => self.statement.is_let,
            _ => false,
        };
        if found {
            self.statement.next = Some(self.next);
        }
        found
    }

    /// The space before a token, where that is all that stands before it in its line.
    fn indent(&self, index: usize) -> &'a str {
        let before = index.checked_sub(1).and_then(|before| self.tokens.get(before));
        before.filter(|token| token.kind == WHITESPACE).map_or("", |token| self.text_of(*token))
    }

    fn find_next(&mut self) {
        self.next = self.position;
        while self.tokens.get(self.next).is_some_and(|token| token.kind.is_trivia()) {
            self.next += 1;
        }
    }

    /// Puts the trivia before the next token into the tree.
    fn trivia(&mut self) {
        for token in &self.tokens[self.position..self.next] {
            self.builder.token(token.kind.into(), self.text_of(*token));
        }
        self.position = self.next;
    }

    fn bump(&mut self) {
        let kind = self.kind();
        self.bump_as(kind);
    }

    /// Puts the next token into the tree as the kind that it has here.
    fn bump_as(&mut self, kind: SyntaxKind) {
        self.trivia();
        let Some(token) = self.tokens.get(self.position) else { return };
        self.builder.token(kind.into(), self.text_of(*token));
        self.position += 1;
        self.find_next();
    }

    /// Puts all tokens before this one into the tree as one name.
    fn bump_merged(&mut self, after: usize) {
        self.trivia();
        let Some(last) = after.checked_sub(1).and_then(|last| self.tokens.get(last)) else { return };
        let range = TextRange::new(self.range().start(), last.end);
        self.builder.token(QUOTED_IDENT.into(), &self.text[range]);
        self.position = after;
        self.find_next();
    }

    fn eat(&mut self, kind: SyntaxKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    /// Eats a word that acts as `kind` here.
    fn eat_word(&mut self, kind: SyntaxKind) -> bool {
        let found = kind.text().is_some_and(|word| self.at_word(word));
        if found {
            self.bump_as(kind);
        }
        found
    }

    fn start(&mut self, kind: SyntaxKind) {
        self.trivia();
        self.builder.start_node(kind.into());
    }

    fn start_at(&mut self, checkpoint: Checkpoint, kind: SyntaxKind) {
        self.builder.start_node_at(checkpoint, kind.into());
    }

    fn checkpoint(&mut self) -> Checkpoint {
        self.trivia();
        self.builder.checkpoint()
    }

    fn finish(&mut self) {
        self.builder.finish_node();
    }

    /// Eats `kind` or says that it is missing.
    fn expect(&mut self, kind: SyntaxKind, help: &str) -> bool {
        let found = self.eat(kind);
        if !found {
            self.expected(kind.describe(), help);
        }
        found
    }

    fn expect_word(&mut self, kind: SyntaxKind, help: &str) -> bool {
        let found = self.eat_word(kind);
        if !found {
            self.expected(kind.describe(), help);
        }
        found
    }

    /// Says that something is missing here, and is silent then until the stage's end.
    fn expected(&mut self, what: &str, help: &str) {
        self.expected_with(what, help, |_, diagnostic| diagnostic);
    }

    /// The same, with what mends it.
    fn expected_with(&mut self, what: &str, help: &str, mend: impl FnOnce(&mut Self, Diagnostic) -> Diagnostic) {
        if self.silent {
            return;
        }
        let found = self.found();
        let before = self.tokens[..self.next].iter().rev().find(|token| !token.kind.is_trivia());
        let what = match before {
            Some(token) => format!("{what} after {}", quoted(self.text_of(*token))),
            None => what.to_owned(),
        };
        let diagnostic = mend(self, Diagnostic::expected(self.place(), &what, &found, help));
        self.error(diagnostic);
    }

    /// A bracket that closes; where the stage ends without, all that are open in it are closed.
    fn close(&mut self, kind: SyntaxKind, help: &str) -> bool {
        let found = self.eat(kind);
        if !found {
            self.expected_with(kind.describe(), help, |p, diagnostic| {
                if !p.at_stage_end() {
                    return diagnostic;
                }
                let closing = p.still_open();
                diagnostic.closed(TextRange::empty(p.last_end()), &closing)
            });
        }
        found
    }

    /// What closes the brackets that are open here since the stage began, the innermost first.
    fn still_open(&mut self) -> String {
        let next = self.next;
        let begin = self.tokens[..next].iter().rposition(|token| matches!(token.kind, PIPE | SEMICOLON));
        let begin = begin.map_or(0, |place| place + 1);
        let closes = &self.brackets()[begin..next];
        let open = closes.iter().zip(begin..).filter(|(close, _)| **close == 0 || **close >= next);
        let open: Vec<usize> = open.map(|(_, place)| place).collect();
        let closing = open.into_iter().rev().filter_map(|place| match self.tokens[place].kind {
            L_PAREN => Some(')'),
            L_BRACKET => Some(']'),
            L_BRACE => Some('}'),
            _ => None,
        });
        closing.collect()
    }

    fn error(&mut self, diagnostic: Diagnostic) {
        if !self.silent {
            self.diagnostics.push(diagnostic);
        }
        self.silent = true;
    }

    /// Reports what the grammar understands nevertheless, so that the stage goes on.
    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.silent {
            self.diagnostics.push(diagnostic);
        }
    }

    /// The next token, or the end of the last where the next begins another stage or line.
    fn place(&self) -> TextRange {
        if self.at_stage_end() || self.at_line_start() { TextRange::empty(self.last_end()) } else { self.range() }
    }

    /// Where the last token before the trivia ends.
    fn last_end(&self) -> TextSize {
        let before = self.tokens[..self.next].iter().rev().find(|token| !token.kind.is_trivia());
        before.map_or_else(|| self.range().start(), |token| token.end)
    }

    fn found(&self) -> String {
        match self.kind() {
            EOF => EOF.describe().to_owned(),
            _ => quoted(self.token_text()),
        }
    }

    /// One level deeper, unless that is too deep: then all that is left of the statement becomes an error.
    fn enter(&mut self) -> bool {
        self.depth += 1;
        let shallow = self.depth <= MAX_DEPTH;
        if !shallow {
            self.too_deep();
        }
        shallow
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn too_deep(&mut self) {
        self.error(Diagnostic::nested_too_deep(self.range(), MAX_DEPTH));
        if matches!(self.kind(), SEMICOLON | EOF) {
            return;
        }
        self.start(ERROR);
        while !matches!(self.kind(), SEMICOLON | EOF) {
            self.bump();
        }
        self.finish();
    }

    /// Everything to the stage's end becomes an error. Brackets that close are skipped whole, with the pipes
    /// between them.
    fn skip_stage(&mut self) {
        self.skip_until(Self::at_stage_end);
    }

    fn skip_statement(&mut self) {
        self.skip_until(|p| p.at(SEMICOLON) || p.at_new_statement() || p.in_body && p.at(R_BRACE));
    }

    fn skip_until(&mut self, ended: impl Fn(&Self) -> bool) {
        if ended(self) {
            return;
        }
        self.start(ERROR);
        while !ended(self) {
            self.bump_group();
        }
        self.finish();
    }

    /// There is a pipe before the bracket that is next closes, or before another statement if it does not.
    fn group_has_pipe(&mut self) -> bool {
        let next = self.next;
        let close = self.brackets()[next];
        let is_end = |index: usize| match self.tokens[index] {
            _ if close > 0 => index == close,
            token => token.kind == SEMICOLON || token.kind == IDENT && index > next && self.text_of(token) == "let",
        };
        let mut group = (next..self.tokens.len()).take_while(|index| !is_end(*index));
        group.any(|index| self.tokens[index].kind == PIPE)
    }

    /// What is in the parentheses that open here is a pipeline: a pipe stands in them, and not deeper, or they begin
    /// with a source that is written in place.
    fn group_is_pipeline(&mut self) -> bool {
        let mut open = self.next;
        loop {
            let close = self.brackets()[open];
            let Some(first) = self.significant(open + 1).next().filter(|first| *first < close) else { return false };
            if self.tokens[first].kind == L_PAREN {
                let inner = self.brackets()[first];
                if inner > 0 && self.significant(inner + 1).next() == Some(close) {
                    open = first;
                    continue;
                }
            }
            if statements::is_made_source(self, first) {
                return true;
            }
            let mut at = first;
            while at < close {
                match self.tokens[at].kind {
                    PIPE => return true,
                    L_PAREN | L_BRACKET | L_BRACE => at = self.brackets()[at].max(at) + 1,
                    _ => at += 1,
                }
            }
            return false;
        }
    }

    /// The next token, whatever it is; if it is a bracket that closes, all up to there.
    fn bump_group(&mut self) {
        if matches!(self.kind(), L_PAREN | L_BRACKET | L_BRACE) {
            let next = self.next;
            let close = self.brackets()[next];
            while self.next < close {
                self.bump_any();
            }
        }
        self.bump_any();
    }

    fn bump_any(&mut self) {
        match self.kind() {
            STRING => self.bump_literal(STRING),
            QUOTED_IDENT => self.bump_name(),
            kind => self.bump_as(kind),
        }
    }

    /// A part of a name.
    fn bump_name(&mut self) {
        if self.at(L_BRACKET)
            && let Some(after) = self.bracketed_name(self.next)
        {
            return self.bump_merged(after);
        }
        let text = self.token_text();
        if self.at(QUOTED_IDENT) && (text.len() < 2 || !text.ends_with('`')) {
            self.error(Diagnostic::unclosed_name(self.range()));
        }
        self.bump();
    }

    /// For each token the index of the bracket that closes it, 0 where none does. A `;` closes nothing.
    fn brackets(&mut self) -> &[usize] {
        let tokens = self.tokens;
        self.brackets.get_or_insert_with(|| {
            let mut closes = vec![0; tokens.len()];
            let mut open = Vec::new();
            for (index, token) in tokens.iter().enumerate() {
                match token.kind {
                    L_PAREN | L_BRACKET | L_BRACE => open.push((index, token.kind)),
                    R_PAREN | R_BRACKET | R_BRACE => {
                        let opening = match token.kind {
                            R_PAREN => L_PAREN,
                            R_BRACKET => L_BRACKET,
                            _ => L_BRACE,
                        };
                        if let Some((start, _)) = open.pop_if(|(_, kind)| *kind == opening) {
                            closes[start] = index;
                        }
                    }
                    SEMICOLON => open.clear(),
                    _ => {}
                }
            }
            closes
        })
    }

    /// Where the quote of the next token, a text to the line's end, was probably forgotten: before a pipe and
    /// a stage's word, before what closes the brackets that are open, else at the end.
    fn closing_quote(&mut self) -> (TextSize, &'a str) {
        let text = self.token_text();
        let quote = if text.trim_start_matches(['h', 'H', '@']).starts_with('\'') { "'" } else { "\"" };
        let pipe = text.match_indices('|').find(|(place, _)| {
            let word = text[place + 1..].trim_start().split(|c: char| !c.is_alphanumeric() && c != '-').next();
            word.is_some_and(stages::is_stage_word)
        });
        let mut inside = text[..pipe.map_or(text.len(), |(place, _)| place)].trim_end().trim_end_matches(';');
        // The first that closes what was open before the text.
        let mut depth = 0;
        let closes = inside.char_indices().find(|(_, c)| match c {
            '(' => {
                depth += 1;
                false
            }
            ')' => {
                depth -= 1;
                depth < 0
            }
            _ => false,
        });
        if let Some((place, _)) = closes
            && !self.still_open().is_empty()
        {
            inside = &inside[..place];
        }
        (self.range().start() + TextSize::of(inside), quote)
    }

    /// A literal, checked: what it cannot mean is said at once.
    fn bump_literal(&mut self, kind: SyntaxKind) {
        if let Err(problem) = literal::check(kind, self.token_text()) {
            let mut diagnostic = Diagnostic::bad_literal(self.range(), &problem);
            if problem == literal::Problem::Unclosed && kind == STRING {
                let (at, quote) = self.closing_quote();
                diagnostic = diagnostic.closed(TextRange::empty(at), quote);
            }
            self.report(diagnostic);
            self.silent |= problem == literal::Problem::Unclosed;
        }
        self.bump_as(kind);
    }
}

/// As a message shows a token: not all of a long one, and what has backticks of its own gets no others.
fn quoted(text: &str) -> String {
    const SHOWN: usize = 24;
    let (start, more) = match text.char_indices().nth(SHOWN) {
        Some((end, _)) => (&text[..end], "…"),
        None => (text, ""),
    };
    if start.contains('`') { format!("{start}{more}") } else { format!("`{start}{more}`") }
}
