//! Recordings: events as JSON lines, compressed by the file's ending (`.zst`, `.gz`). The first line says what was
//! recorded, with each field's type, so that a replay has the very events; it is none itself.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use syntax::source::{FieldDecl, SourceDecl};
use syntax::{Type, catalog::attributes};

/// How a recording's first line begins.
const MARK: &[u8] = b"{\"headwater.recording\":";

/// What is written today; a later one is refused.
pub const VERSION: u32 = 1;

/// The power of two that a compressed file's window may have: 16 MiB, more than any usual level asks for.
const WINDOW_LOG: u32 = 24;

/// The first line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub version: u32,
    /// The name of what was recorded.
    pub source: String,
    /// In the order in which they came.
    pub fields: Vec<Typed>,
    /// When it was made.
    pub recorded: String,
    /// Events, and the times of the first and the last.
    pub events: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// Events that came faster than they could be written, so that they are not here.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lost: u64,
    /// What was left out, as it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#where: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<String>,
    /// Fields that hold a keyed hash of what they were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<String>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A field and its type's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    pub name: String,
    pub r#type: String,
}

#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(rename = "headwater.recording")]
    header: Header,
}

impl Header {
    /// The line, with its end.
    pub fn line(&self) -> String {
        // Plain data: it cannot fail.
        serde_json::to_string(&Line { header: self.clone() }).unwrap_or_default() + "\n"
    }

    /// Where these bytes begin with one: it, and how long it is.
    pub(super) fn split(bytes: &[u8]) -> Result<Option<(Header, usize)>, String> {
        if !bytes.starts_with(MARK) {
            return Ok(None);
        }
        let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
        let line: Line = serde_json::from_slice(&bytes[..end])
            .map_err(|error| format!("its first line says that it is a recording, and cannot be read: {error}"))?;
        if line.header.version > VERSION {
            return Err(format!(
                "it is a recording of version {}, and this headwater reads those up to {VERSION}; use a newer one",
                line.header.version
            ));
        }
        Ok(Some((line.header, end)))
    }

    /// What is said of the fields where the declaration says nothing; a hash is a string whatever it was.
    pub(super) fn declare(&self, decl: &mut SourceDecl) {
        for Typed { name, r#type } in &self.fields {
            let Some(ty) = Type::from_word(r#type) else { continue };
            match decl.fields.iter_mut().find(|field| *field.name == **name) {
                Some(field) if self.redacted.contains(name) => field.ty = ty,
                Some(_) => {}
                None => decl.fields.push(FieldDecl { ty, ..attributes::described(name, ty) }),
            }
        }
    }
}

/// The ending that says how a file is compressed.
pub fn compression(path: &Path) -> Option<Compression> {
    match path.extension()?.to_str()? {
        "zst" | "zstd" => Some(Compression::Zstd),
        "gz" => Some(Compression::Gzip),
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    Zstd,
    Gzip,
}

/// Whether a file is to be read here: a compressed one, or a recording.
pub(super) fn is_one(path: &Path) -> bool {
    if compression(path).is_some() {
        return true;
    }
    let mut start = [0; MARK.len()];
    let regular = path.metadata().is_ok_and(|metadata| metadata.is_file());
    regular && File::open(path).is_ok_and(|mut file| file.read_exact(&mut start).is_ok()) && start == *MARK
}

/// The file's content, decompressed.
pub(super) fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let file = File::open(path)?;
    Ok(match compression(path) {
        None => Box::new(file),
        Some(Compression::Gzip) => Box::new(flate2::read::MultiGzDecoder::new(io::BufReader::new(file))),
        Some(Compression::Zstd) => {
            let mut decoder = zstd::Decoder::new(file)?;
            decoder.window_log_max(WINDOW_LOG)?;
            Box::new(decoder)
        }
    })
}

/// So many of the first bytes, and whether that is all.
pub(super) fn sample(path: &Path, bytes: usize) -> io::Result<(Vec<u8>, bool)> {
    let mut sample = Vec::new();
    let mut input = open(path)?.take(bytes as u64 + 1);
    let read = input.read_to_end(&mut sample);
    match read {
        Ok(read) => Ok((sample, read <= bytes)),
        // What could be read may be learned from; reading on says what is wrong.
        Err(_) if !sample.is_empty() => Ok((sample, false)),
        Err(error) => Err(error),
    }
}
