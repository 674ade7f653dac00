//! Reads the parameters of a source's address, and says what is wrong with them in plain words.

use syntax::source::SourceUri;

use crate::Error;

/// Refuses parameters that mean nothing here: a misspelt one would be ignored silently otherwise.
pub(super) fn known(uri: &SourceUri) -> Result<(), Error> {
    let known = || uri.scheme.params().iter().chain(&["timestamp", "lateness"]);
    match uri.params.iter().find(|(name, _)| !known().any(|known| known == name)) {
        None => Ok(()),
        Some((name, _)) => Err(Error::Source(format!(
            "this source has no parameter `{name}`; it has {}",
            known().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        ))),
    }
}

pub(super) fn number(uri: &SourceUri, name: &str) -> Result<Option<u64>, Error> {
    let Some(text) = uri.param(name) else { return Ok(None) };
    match text.parse() {
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(Error::Source(format!("`{name}={text}`: expected a whole number that is not negative"))),
    }
}

pub(super) fn flag(uri: &SourceUri, name: &str) -> Result<bool, Error> {
    match uri.param(name) {
        None | Some("false") => Ok(false),
        Some("true" | "") => Ok(true),
        Some(other) => Err(Error::Source(format!("`{name}={other}`: expected `true` or `false`"))),
    }
}

/// `?max_line=`: bytes of a record at most.
pub(super) fn max_line(uri: &SourceUri) -> Result<Option<usize>, Error> {
    let Some(text) = uri.param("max_line") else { return Ok(None) };
    let wrong = || Error::Source(format!("`max_line={text}`: expected a size up to 256MiB, e.g. `16MiB`"));
    syntax::source::max_line(text).map(Some).ok_or_else(wrong)
}

/// An RFC 3339 instant, in nanoseconds since 1970.
pub(super) fn instant(uri: &SourceUri, name: &str) -> Result<Option<i64>, Error> {
    let Some(text) = uri.param(name) else { return Ok(None) };
    let nanos = text.parse::<jiff::Timestamp>().ok().and_then(|instant| i64::try_from(instant.as_nanosecond()).ok());
    match nanos {
        Some(nanos) => Ok(Some(nanos)),
        None => Err(Error::Source(format!("`{name}={text}`: expected an instant such as 2026-01-31T12:00:00Z"))),
    }
}

/// `90s`, `5m`, `1h30m`, in nanoseconds.
pub(super) fn timespan(uri: &SourceUri, name: &str) -> Result<Option<i64>, Error> {
    let Some(text) = uri.param(name) else { return Ok(None) };
    match syntax::span::read(text, None) {
        Ok(nanos) => Ok(Some(nanos)),
        Err(_) => Err(Error::Source(format!("`{name}={text}`: expected a timespan such as 90s or 5m"))),
    }
}
