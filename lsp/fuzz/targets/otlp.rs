//! Requests of OTLP: what `prost` reads we read, with as many events; what it cannot read is counted and refused whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arrow_array::RecordBatch;
use opentelemetry_proto::tonic::collector::{
    logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest,
};
use prost::Message;
use runner::source::otlp::{Decoder, Refusal};
use runner::source::{Feed, Wanted};
use syntax::catalog::signals::Signal;
use syntax::source::{SourceDecl, SourceUri};
use syntax::{Field, Type};

struct Count(Arc<Wanted>, AtomicU64);

impl Feed for Count {
    fn wanted(&self) -> Arc<Wanted> {
        self.0.clone()
    }

    fn batch(&self, batch: RecordBatch) {
        self.1.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
    }

    fn dropped(&self, _: &'static str, _: u64, _: &[u8]) {}

    fn notice(&self, _: String) {}

    fn stopped(&self) -> bool {
        false
    }

    fn pause(&self, _: Duration) -> bool {
        false
    }
}

pub(crate) fn otlp(data: &[u8]) {
    for (signal, word) in [(Signal::Spans, "traces"), (Signal::Logs, "logs"), (Signal::Metrics, "metrics")] {
        let uri = SourceUri::parse(&format!("otlp:127.0.0.1:0?signal={word}")).expect("an address");
        let decl = SourceDecl::for_uri("events", uri).expect("its parameters are right");
        let theirs = records(signal, data);
        let few = Wanted::Fields(vec![Field::new("name", Type::String), Field::new("service.name", Type::String)]);
        for wanted in [Wanted::All, few] {
            let feed = Count(Arc::new(wanted), AtomicU64::new(0));
            let ours = Decoder::new(&decl, signal).request(data, &feed);
            let events = feed.1.into_inner();
            match (ours, theirs) {
                (Ok(report), Some(records)) => {
                    let rejected = report.rejected;
                    assert_eq!(events + rejected, records, "events of {word}, {rejected} rejected");
                }
                // Ours goes less deep into lists.
                (Err(Refusal::Malformed), Some(_)) => assert!(data.len() > 64, "{word} that prost reads are malformed"),
                (Err(Refusal::Internal(error)), _) => panic!("{error}"),
                (Err(_), _) => assert_eq!(events, 0, "a part of a message was taken"),
                // What is not asked for is not looked into, and prost says nothing of it.
                (Ok(_), None) => {}
            }
        }
    }
}

/// How many events there are, by prost.
fn records(signal: Signal, data: &[u8]) -> Option<u64> {
    let count = match signal {
        Signal::Logs => {
            let groups = ExportLogsServiceRequest::decode(data).ok()?.resource_logs;
            groups.iter().flat_map(|group| &group.scope_logs).map(|scope| scope.log_records.len()).sum::<usize>()
        }
        Signal::Metrics => return ExportMetricsServiceRequest::decode(data).ok().and(None),
        _ => {
            let groups = ExportTraceServiceRequest::decode(data).ok()?.resource_spans;
            groups.iter().flat_map(|group| &group.scope_spans).map(|scope| scope.spans.len()).sum()
        }
    };
    Some(count as u64)
}
