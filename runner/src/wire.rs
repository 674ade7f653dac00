//! Plain data to protobuf and back. The only place where the two meet.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::reader::StreamDecoder;
use arrow_ipc::writer::StreamWriter;
use syntax::pipeline::{Render, RenderKind};
use syntax::{Code, Diagnostic, Field, Severity, TextRange, Type, Windows};

use crate::Error;
use crate::event::{
    Dropped, Empty, EmptyReason, Event, EventKind, Finished, Lost, Missing, Notice, Outcome, Progress, Rejected,
    StageSpan, Started,
};
use crate::explain::Shared;
use crate::proto;

/// Bytes of one `Rows` message at most, by Arrow's own count; larger batches go in parts.
const ROWS_BYTES: usize = 8 << 20;

/// One event may become several messages, where its rows are many bytes.
pub fn encode(event: Event) -> Result<Vec<proto::Event>, Error> {
    use proto::event::Kind;
    let Event { flow, block, kind } = event;
    let message = |kind| proto::Event { flow: flow.clone(), block: block.clone(), kind: Some(kind) };
    Ok(match kind {
        EventKind::Started(started) => vec![message(Kind::Started(encode_started(started)))],
        EventKind::Progress(progress) => vec![message(Kind::Progress(encode_progress(progress)))],
        EventKind::Final(batch) => {
            let mut messages = Vec::new();
            let bytes = batch.get_array_memory_size().max(1);
            let rows = (batch.num_rows() * ROWS_BYTES / bytes).clamp(1, batch.num_rows().max(1));
            let mut from = 0;
            while from < batch.num_rows() {
                let part = batch.slice(from, rows.min(batch.num_rows() - from));
                from += part.num_rows();
                messages.push(message(Kind::Rows(encode_rows(&part, false)?)));
            }
            messages
        }
        EventKind::Provisional(batch) => vec![message(Kind::Rows(encode_rows(&batch, true)?))],
        EventKind::Missing(Missing { rows, times }) => {
            let (from_nanos, to_nanos) = (times.map(|(from, _)| from), times.map(|(_, to)| to));
            vec![message(Kind::Missing(proto::Missing { rows, from_nanos, to_nanos }))]
        }
        EventKind::Notice(notice) => {
            let (start, end) = notice.range.unwrap_or_default();
            let severity = severity_word(notice.severity).to_owned();
            vec![message(Kind::Notice(proto::Notice { severity, message: notice.message, start, end }))]
        }
        EventKind::Rejected(rejected) => {
            vec![message(Kind::Rejected(proto::Rejected { reason: rejected.reason, record: rejected.record }))]
        }
        EventKind::Finished(finished) => {
            let (start, end) = finished.range.unwrap_or_default();
            vec![message(Kind::Finished(proto::Finished {
                outcome: outcome_word(finished.outcome).to_owned(),
                message: finished.message,
                last: Some(encode_progress(finished.last)),
                start,
                end,
            }))]
        }
    })
}

/// What a message holds; several where its rows came in several batches, none where it is of a later version.
pub fn decode(event: proto::Event) -> Result<Vec<Event>, Error> {
    use proto::event::Kind;
    let proto::Event { flow, block, kind } = event;
    let Some(kind) = kind else { return Ok(Vec::new()) };
    let kinds = match kind {
        Kind::Started(started) => vec![EventKind::Started(decode_started(started))],
        Kind::Progress(progress) => vec![EventKind::Progress(decode_progress(progress))],
        Kind::Rows(rows) => {
            let wrap = if rows.provisional { EventKind::Provisional } else { EventKind::Final };
            decode_rows(rows.arrow_ipc)?.into_iter().map(wrap).collect()
        }
        Kind::Notice(notice) => {
            let range = (notice.end > 0).then_some((notice.start, notice.end));
            let severity = severity_of(&notice.severity);
            vec![EventKind::Notice(Notice { severity, message: notice.message, range })]
        }
        Kind::Missing(missing) => {
            let times = missing.from_nanos.zip(missing.to_nanos);
            vec![EventKind::Missing(Missing { rows: missing.rows, times })]
        }
        Kind::Rejected(proto::Rejected { reason, record }) => {
            vec![EventKind::Rejected(Rejected { reason, record })]
        }
        Kind::Finished(finished) => vec![EventKind::Finished(Finished {
            outcome: outcome_of(&finished.outcome),
            message: finished.message,
            range: (finished.end > 0).then_some((finished.start, finished.end)),
            last: decode_progress(finished.last.unwrap_or_default()),
        })],
    };
    Ok(kinds.into_iter().map(|kind| Event { flow: flow.clone(), block: block.clone(), kind }).collect())
}

fn encode_rows(batch: &RecordBatch, provisional: bool) -> Result<proto::Rows, Error> {
    let mut writer = StreamWriter::try_new(Vec::new(), batch.schema_ref())?;
    writer.write(batch)?;
    writer.finish()?;
    Ok(proto::Rows { arrow_ipc: writer.into_inner()?, provisional })
}

/// Bytes of another process. The decoder is fed what is there, so that a length which lies makes no room for what does
/// not come; where it panics all the same, that is an error of this message.
fn decode_rows(bytes: Vec<u8>) -> Result<Vec<RecordBatch>, Error> {
    let decoded = std::panic::catch_unwind(move || {
        let (mut decoder, mut batches) = (StreamDecoder::new(), Vec::new());
        let mut rest = Buffer::from(bytes);
        while let Some(batch) = decoder.decode(&mut rest)? {
            batches.push(batch);
        }
        decoder.finish()?;
        Ok(batches)
    });
    decoded.unwrap_or_else(|_| Err(Error::Internal("the runner sent rows that cannot be read".to_owned())))
}

fn encode_started(started: Started) -> proto::Started {
    let render = started.render;
    proto::Started {
        source: started.source,
        source_uri: started.source_uri,
        heading: started.heading.unwrap_or_default(),
        stages: started
            .stages
            .into_iter()
            .map(|stage| proto::StageInfo { word: stage.word, start: stage.start, end: stage.end })
            .collect(),
        fields: started
            .fields
            .iter()
            .map(|field| proto::Field { name: field.name.to_string(), r#type: field.ty.word().to_owned() })
            .collect(),
        render: Some(proto::Render {
            kind: render.kind.word().to_owned(),
            written: render.written,
            title: render.title.unwrap_or_default(),
            x: render.x.map(|name| name.to_string()).unwrap_or_default(),
            y: render.y.iter().map(|name| name.to_string()).collect(),
            series: render.series.iter().map(|name| name.to_string()).collect(),
            weight: render.weight.map(|name| name.to_string()).unwrap_or_default(),
        }),
        windows: started.windows.map(|windows| proto::Windows {
            field: windows.field.to_string(),
            step_nanos: windows.step,
            zero: windows.zero.iter().map(|name| name.to_string()).collect(),
        }),
    }
}

fn decode_started(started: proto::Started) -> Started {
    let render = started.render.unwrap_or_default();
    let kind = RenderKind::ALL.into_iter().find(|kind| kind.word() == render.kind).unwrap_or(RenderKind::Table);
    Started {
        source: started.source,
        source_uri: started.source_uri,
        heading: some(started.heading),
        stages: started
            .stages
            .into_iter()
            .map(|stage| StageSpan { word: stage.word, start: stage.start, end: stage.end })
            .collect(),
        fields: started
            .fields
            .into_iter()
            .map(|field| Field::new(field.name, Type::from_word(&field.r#type).unwrap_or(Type::Dynamic)))
            .collect(),
        render: Render {
            kind,
            written: render.written,
            title: some(render.title),
            x: some(render.x).map(Arc::from),
            y: render.y.into_iter().map(Arc::from).collect(),
            series: render.series.into_iter().map(Arc::from).collect(),
            weight: some(render.weight).map(Arc::from),
        },
        // Of no distance, they would have no end.
        windows: started.windows.filter(|windows| windows.step_nanos > 0).map(|windows| Windows {
            field: windows.field.into(),
            step: windows.step_nanos,
            zero: windows.zero.into_iter().map(Arc::from).collect(),
        }),
    }
}

pub(crate) fn encode_progress(progress: Progress) -> proto::Progress {
    proto::Progress {
        received: progress.received,
        matched: progress.matched,
        filtered: progress.filtered,
        late: progress.late,
        in_flight: progress.in_flight,
        dropped: progress
            .dropped
            .into_iter()
            .map(|dropped| proto::Dropped { reason: dropped.reason, count: dropped.count, sample: dropped.sample })
            .collect(),
        stage_out: progress.stage_out,
        watermark_nanos: progress.watermark,
        lag_nanos: progress.lag,
        rate: progress.rate,
        next_close_nanos: progress.next_close,
        empty: progress.empty.map(encode_empty),
        state_bytes: progress.state,
        lost: progress
            .lost
            .into_iter()
            .map(|lost| proto::Lost {
                field: lost.field.to_string(),
                r#type: lost.ty.word().to_owned(),
                count: lost.count,
                example: lost.example,
            })
            .collect(),
    }
}

pub(crate) fn encode_shared(shared: Shared) -> proto::Shared {
    proto::Shared { condition: shared.condition, flows: shared.flows }
}

pub(crate) fn decode_shared(shared: proto::Shared) -> Shared {
    Shared { condition: shared.condition, flows: shared.flows }
}

fn encode_empty(empty: Empty) -> proto::Empty {
    let (start, end) = empty.range.unwrap_or_default();
    proto::Empty {
        reason: empty.reason.word().to_owned(),
        message: empty.message,
        help: empty.help.unwrap_or_default(),
        start,
        end,
        replacements: empty.replacements,
    }
}

fn decode_empty(empty: proto::Empty) -> Empty {
    let reason = EmptyReason::ALL.into_iter().find(|reason| reason.word() == empty.reason);
    Empty {
        reason: reason.unwrap_or(EmptyReason::Filtered),
        message: empty.message,
        help: some(empty.help),
        range: (empty.end > 0).then_some((empty.start, empty.end)),
        replacements: empty.replacements,
    }
}

pub(crate) fn decode_progress(progress: proto::Progress) -> Progress {
    Progress {
        received: progress.received,
        matched: progress.matched,
        filtered: progress.filtered,
        late: progress.late,
        in_flight: progress.in_flight,
        dropped: progress
            .dropped
            .into_iter()
            .map(|dropped| Dropped { reason: dropped.reason, count: dropped.count, sample: dropped.sample })
            .collect(),
        stage_out: progress.stage_out,
        watermark: progress.watermark_nanos,
        lag: progress.lag_nanos,
        rate: progress.rate,
        next_close: progress.next_close_nanos,
        empty: progress.empty.map(decode_empty),
        lost: progress
            .lost
            .into_iter()
            .map(|lost| Lost {
                field: lost.field.into(),
                ty: Type::from_word(&lost.r#type).unwrap_or(Type::Dynamic),
                count: lost.count,
                example: lost.example,
            })
            .collect(),
        state: progress.state_bytes,
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    }
}

fn severity_of(word: &str) -> Severity {
    match word {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Hint,
    }
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::End => "end",
        Outcome::Stopped => "stopped",
        Outcome::Violated => "assert",
        Outcome::Limit => "limit",
        Outcome::Failed => "failed",
    }
}

fn outcome_of(word: &str) -> Outcome {
    match word {
        "end" => Outcome::End,
        "stopped" => Outcome::Stopped,
        "assert" => Outcome::Violated,
        "limit" => Outcome::Limit,
        _ => Outcome::Failed,
    }
}

/// The status of a failed call: who must act decides the code.
pub(crate) fn status(error: &Error) -> tonic::Status {
    use tonic::Code;
    let message = error.to_string();
    match error {
        Error::Rejected { diagnostics, .. } => {
            let details = proto::Diagnostics { diagnostics: diagnostics.iter().map(encode_diagnostic).collect() };
            tonic::Status::with_details(Code::InvalidArgument, message, prost::Message::encode_to_vec(&details).into())
        }
        Error::Limit { .. } => tonic::Status::new(Code::ResourceExhausted, message),
        Error::Source(_) => tonic::Status::new(Code::FailedPrecondition, message),
        Error::Unreachable(_) => tonic::Status::new(Code::Unavailable, message),
        Error::Internal(_) => tonic::Status::new(Code::Internal, message),
    }
}

pub(crate) fn error(status: &tonic::Status) -> Error {
    use tonic::Code;
    let message = status.message().to_owned();
    match status.code() {
        Code::InvalidArgument => {
            let details = <proto::Diagnostics as prost::Message>::decode(status.details()).unwrap_or_default();
            Error::Rejected { message, diagnostics: details.diagnostics.into_iter().map(decode_diagnostic).collect() }
        }
        Code::Unauthenticated => Error::rejected(format!("the runner did not accept the token: {message}")),
        Code::ResourceExhausted => Error::limit(message),
        Code::FailedPrecondition => Error::Source(message),
        Code::Internal => Error::Internal(message),
        _ => Error::Unreachable(format!("the runner is gone: {message}")),
    }
}

fn encode_diagnostic(diagnostic: &Diagnostic) -> proto::Diagnostic {
    proto::Diagnostic {
        code: diagnostic.code.slug().to_owned(),
        severity: severity_word(diagnostic.severity).to_owned(),
        start: diagnostic.range.start().into(),
        end: diagnostic.range.end().into(),
        message: diagnostic.message.clone(),
        because: diagnostic.because.clone().unwrap_or_default(),
        help: diagnostic.help.clone().unwrap_or_default(),
    }
}

/// Fixes stay behind: the client's own analysis has them.
fn decode_diagnostic(diagnostic: proto::Diagnostic) -> Diagnostic {
    let start = diagnostic.start.min(diagnostic.end);
    Diagnostic {
        code: Code::from_slug(&diagnostic.code).unwrap_or(Code::Syntax),
        severity: severity_of(&diagnostic.severity),
        range: TextRange::new(start.into(), diagnostic.end.into()),
        message: diagnostic.message,
        because: some(diagnostic.because),
        help: some(diagnostic.help),
        fixes: Vec::new(),
    }
}
