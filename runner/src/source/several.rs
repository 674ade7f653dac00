//! `file:` with several paths or patterns: opens each file, learns what it holds, and reads all of them in order of time.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use syntax::source::{SourceDecl, TIMESTAMP};
use syntax::{Field, Schema, Type};

use super::decode::Decoding;
use super::follow::From;
use super::follow_several::FollowSeveral;
use super::infer::{self, Declared, SAMPLE_BYTES, Shape};
use super::located::PATH;
use super::merge::{Input, Merged};
use super::paths::Patterns;
use super::recording::{Header, compression};
use super::replay::cut_off;
use super::table::KnownField;
use super::{Feed, Opened, Wanted, recording};
use crate::Error;
use crate::hub::lock;

/// Files of which as much is looked at as of one alone; of more of them, less each.
const FEW: usize = 16;
const LESS: usize = 64 << 10;

pub(super) fn open(
    decl: &SourceDecl,
    patterns: Patterns,
    follow: Option<From>,
    with_path: bool,
) -> Result<Opened, Error> {
    let paths = patterns.files(follow.is_some())?;
    if paths.is_empty() && follow.is_none() {
        return Err(patterns.none());
    }
    let enough = if paths.len() > FEW { LESS } else { SAMPLE_BYTES };
    let mut inputs = Vec::with_capacity(paths.len());
    let mut left_out = 0;
    for path in paths {
        // What is followed is what is written to; compressed files are not any more.
        if follow.is_some() && compression(&path).is_some() {
            left_out += 1;
            continue;
        }
        inputs.push(look(decl, path, enough)?);
    }
    let declared = Declared::new(decl, "")?;
    let mut schema = declared.schema(None);
    let of_json =
        inputs.iter().filter_map(|input| input.shape.as_ref()).any(|shape| shape.format.mixed() == Type::Dynamic);
    let mixed = if of_json { Type::Dynamic } else { Type::String };
    for input in &inputs {
        widen(&mut schema, &input.declared.schema(input.shape.as_ref()), mixed);
    }
    // Where all decode the same fields with the same types, rows of several can go together.
    for shape in inputs.iter_mut().filter_map(|input| input.shape.as_mut()) {
        for field in schema.fields.iter().filter(|field| *field.name != *TIMESTAMP) {
            match shape.known.fields.iter_mut().find(|known| known.field.name == field.name) {
                Some(known) => known.field.ty = field.ty,
                None => shape.known.fields.push(KnownField::found(field.clone())),
            }
        }
    }
    if with_path {
        add_path(&mut schema);
    }
    if let Some(from) = follow {
        let reader = FollowSeveral { patterns, from, inputs, declared, with_path, left_out };
        return Ok(Opened { schema, reader: Box::new(reader) });
    }
    // Where times do not tell, those that were written to before.
    let written =
        |input: &Input| input.path.metadata().and_then(|about| about.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    inputs.sort_by_cached_key(|input| (input.first.unwrap_or(i64::MIN), written(input), input.path.clone()));
    Ok(Opened { schema, reader: Box::new(Merged { inputs, with_path }) })
}

/// The field for the path of an event's file.
pub(super) fn add_path(schema: &mut Schema) {
    if schema.field(PATH).is_none() {
        schema.fields.push(Field::new(PATH, Type::String));
    }
}

/// Learns from the first records what a file holds, and when it begins.
pub(super) fn look(decl: &SourceDecl, path: PathBuf, enough: usize) -> Result<Input, Error> {
    let (sample, whole) = recording::sample(&path, enough).map_err(|error| cut_off(&path, &error))?;
    let header =
        Header::split(&sample).map_err(|why| Error::Source(format!("`{}` cannot be read: {why}", path.display())))?;
    let mut decl = decl.clone();
    let skipped = header.as_ref().map_or(0, |(_, length)| *length);
    if let Some((header, _)) = &header {
        header.declare(&mut decl);
    }
    let declared = Declared::new(&decl, &ending(&path, header.is_some()))?;
    let sample = &sample[skipped..];
    let shape = infer::infer(sample, whole, &declared)?;
    let first = first_time(sample, &declared, shape.as_ref())?;
    Ok(Input { path, declared, shape, skipped, first })
}

/// The name whose ending tells the format: that before the ending of a compression.
pub(super) fn ending(path: &Path, recording: bool) -> String {
    if recording {
        return "recording.jsonl".to_owned();
    }
    let inner = if compression(path).is_some() { path.with_extension("") } else { path.to_owned() };
    inner.to_string_lossy().into_owned()
}

/// The schema with the fields of another, and types that hold the values of both; `mixed` where nothing else does.
fn widen(schema: &mut Schema, other: &Schema, mixed: Type) {
    for field in &other.fields {
        let Some(known) = schema.fields.iter_mut().find(|known| known.name == field.name) else {
            schema.fields.push(field.clone());
            continue;
        };
        known.ty = match known.ty.wider(field.ty) {
            Type::Dynamic if known.ty != Type::Dynamic => mixed,
            wider => wider,
        };
    }
}

/// The time of the first event; None where none of them has one of its own.
fn first_time(sample: &[u8], declared: &Declared, shape: Option<&Shape>) -> Result<Option<i64>, Error> {
    let Some(shape) = shape.filter(|shape| shape.stamps == super::text::Stamps::Own) else { return Ok(None) };
    let feed = Arc::new(First::default());
    let shape = shape.quiet();
    let mut decoding = Decoding::new(feed.clone(), declared.clone(), Some(shape));
    decoding.take(&sample[..sample.len().min(LESS)])?;
    decoding.finish()?;
    let first = *lock(&feed.0);
    Ok(first)
}

/// Keeps the time of the first event.
#[derive(Default)]
struct First(Mutex<Option<i64>>);

impl Feed for First {
    fn wanted(&self) -> Arc<Wanted> {
        Arc::new(Wanted::Fields(vec![Field::new(TIMESTAMP, Type::Datetime)]))
    }

    fn batch(&self, batch: RecordBatch) {
        let times = batch.column_by_name(TIMESTAMP);
        let times = times.and_then(|times| times.as_primitive_opt::<TimestampNanosecondType>());
        if let Some(first) = times.and_then(|times| times.iter().flatten().next()) {
            lock(&self.0).get_or_insert(first);
        }
    }

    fn dropped(&self, _: &'static str, _: u64, _: &[u8]) {}

    fn notice(&self, _: String) {}

    fn stopped(&self) -> bool {
        false
    }

    fn pause(&self, _: std::time::Duration) -> bool {
        false
    }
}
