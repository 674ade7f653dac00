//! Which part of a source's address is to blame for what is wrong with it, and what would be right there.

use std::ops::Range;

use syntax::diagnostic::closest;
use syntax::source::{Scheme, SourceDecl, SourceUri, split_query};

use super::keys;

pub(super) struct Blame {
    /// Bytes of the address.
    pub(super) part: Range<usize>,
    /// What is meant, perhaps.
    pub(super) near: Option<String>,
}

/// Of an address that a source of this name cannot have.
pub(super) fn blame(text: &str, name: &str) -> Blame {
    let all = Blame { part: 0..text.len(), near: None };
    let Some((word, rest)) = text.split_once(':') else {
        let near = text.contains(['.', '/']).then(|| format!("file:{text}"));
        return Blame { near, ..all };
    };
    if word == "localhost" || word.parse::<std::net::Ipv4Addr>().is_ok() {
        return Blame { near: Some(format!("otlp:{text}")), ..all };
    }
    let Some(scheme) = Scheme::ALL.into_iter().find(|scheme| scheme.word() == word) else {
        let near = closest(word, Scheme::ALL.map(Scheme::word)).map(str::to_owned);
        return Blame { part: 0..word.len(), near };
    };
    let start = word.len() + 1;
    let (address, query) = split_query(rest);
    let (right, _) = scheme.example().split_once('?').unwrap_or((scheme.example(), ""));
    let mut at = start + address.len() + 1;
    for param in query.split('&') {
        let alone = SourceUri::parse(&format!("{right}?{param}")).and_then(|uri| SourceDecl::for_uri(name, uri));
        if !param.is_empty() && alone.is_err() {
            let (key, value) = param.split_once('=').unwrap_or((param, ""));
            if !keys::params(scheme).any(|known| known.name == key) {
                let near = closest(key, keys::params(scheme).map(|known| known.name)).map(str::to_owned);
                return Blame { part: at..at + key.len(), near };
            }
            let choices = keys::param(key).map_or(&[][..], |param| param.values);
            let near =
                if choices.len() > 1 { closest(value, choices.iter().copied()).map(str::to_owned) } else { None };
            let value_at = at + param.len() - value.len();
            let part = if value.is_empty() { at..at + param.len() } else { value_at..value_at + value.len() };
            return Blame { part, near };
        }
        at += param.len() + 1;
    }
    let near = (scheme == Scheme::Demo).then(|| "shop".to_owned());
    if address.is_empty() { Blame { near: None, ..all } } else { Blame { part: start..start + address.len(), near } }
}
