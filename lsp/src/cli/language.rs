//! `headwater help-language`: the language's reference, all of it or one word.

use std::io::{self, Write};

use super::args::{CodeArgs, LanguageArgs};
use super::{Failure, Outcome};

pub(super) fn help(args: &LanguageArgs) -> Result<Outcome, Failure> {
    let text = match &args.word {
        None => syntax::reference::page(),
        Some(word) => syntax::reference::entry(word).ok_or_else(|| Failure::Message(unknown(word)))?,
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Outcome::Clean)
}

pub(super) fn code(args: &CodeArgs) -> Result<Outcome, Failure> {
    let text = match &args.code {
        None => syntax::reference::codes(),
        Some(slug) => {
            let code = syntax::Code::from_slug(slug).ok_or_else(|| Failure::Message(unknown_code(slug)))?;
            syntax::reference::code(code)
        }
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Outcome::Clean)
}

fn unknown_code(slug: &str) -> String {
    let known = syntax::Code::ALL.iter().map(|code| code.slug());
    let slug = syntax::visible(slug);
    match syntax::diagnostic::closest(&slug, known) {
        Some(near) => format!("there is no code `{slug}`; did you mean `{near}`?"),
        None => format!("there is no code `{slug}`; `headwater explain-code` lists all"),
    }
}

fn unknown(word: &str) -> String {
    let word = syntax::visible(word);
    match syntax::reference::nearest(&word) {
        Some(near) => format!("the language has no word `{word}`; did you mean `{near}`?"),
        None => format!("the language has no word `{word}`; `headwater help-language` lists all"),
    }
}
