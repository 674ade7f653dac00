//! The gRPC service `headwater.v1.Runner`: converts, calls `flows`, converts back.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::flows::{Flows, RunRequest, Text};
use crate::hub::{Phase, Snapshot};
use crate::look::{LookRequest, Rows};
use crate::proto::runner_server::Runner;
use crate::source::profile::FieldProfile;
use crate::watcher::Told;
use crate::{Error, proto, wire};

pub(crate) struct Service {
    pub(crate) flows: Arc<Flows>,
    /// Turns for looks; more wait.
    pub(crate) looks: Semaphore,
}

/// Looks at the same time.
pub(crate) const LOOKS: usize = 4;

type Events = std::pin::Pin<Box<dyn tokio_stream::Stream<Item = Result<proto::Event, Status>> + Send>>;

#[tonic::async_trait]
impl Runner for Service {
    type RunStream = Events;
    type AttachStream = Events;

    async fn run(&self, request: Request<proto::RunRequest>) -> Result<Response<Events>, Status> {
        let request = request.into_inner();
        let text = match request.text {
            Some(proto::run_request::Text::Runbook(text)) => Text::Runbook(text),
            Some(proto::run_request::Text::Query(text)) => Text::Query(text),
            None => return Err(Status::invalid_argument("the request has neither a runbook nor a query")),
        };
        let request = RunRequest {
            text,
            blocks: request.blocks,
            settings: request.settings,
            time: u64::try_from(request.for_nanos).ok().filter(|nanos| *nanos > 0).map(Duration::from_nanos),
            events: Some(request.events).filter(|events| *events > 0),
            final_only: request.final_only,
            since: request.since_nanos.and_then(|nanos| u64::try_from(nanos).ok()).map(Duration::from_nanos),
            until: Some(request.until).filter(|until| *until > 0),
            every_row: request.every_row,
            now: request.now_nanos,
            profile_all: request.profile_all,
            rejects: request.rejects,
        };
        let flows = Arc::clone(&self.flows);
        let receiver = blocking(move || flows.run(&request)).await?;
        Ok(Response::new(events(receiver)))
    }

    async fn attach(&self, request: Request<proto::AttachRequest>) -> Result<Response<Events>, Status> {
        let receiver = self.flows.attach(&request.into_inner().flow).map_err(|error| wire::status(&error))?;
        Ok(Response::new(events(receiver)))
    }

    async fn list_flows(&self, _: Request<proto::ListFlowsRequest>) -> Result<Response<proto::ListFlowsReply>, Status> {
        let flows = self.flows.list();
        let flows = flows
            .iter()
            .map(|flow| proto::Flow {
                id: flow.id.clone(),
                block: flow.block.clone(),
                source: flow.source.clone(),
                watchers: u32::try_from(flow.watchers.count()).unwrap_or(u32::MAX),
                started_nanos: flow.started_at,
                progress: Some(wire::encode_progress(flow.progress())),
                shared: flow.shared().map(wire::encode_shared),
                stages: flow.started.stages.iter().map(|stage| stage.word.clone()).collect(),
            })
            .collect();
        Ok(Response::new(proto::ListFlowsReply { flows }))
    }

    async fn stop_flow(
        &self,
        request: Request<proto::StopFlowRequest>,
    ) -> Result<Response<proto::StopFlowReply>, Status> {
        let stopped = self.flows.stop(&request.into_inner().flow);
        Ok(Response::new(proto::StopFlowReply { stopped }))
    }

    async fn list_sources(
        &self,
        request: Request<proto::ListSourcesRequest>,
    ) -> Result<Response<proto::ListSourcesReply>, Status> {
        let name = request.into_inner().name;
        let mut observed = self.flows.observed();
        if !name.is_empty() {
            observed.retain(|(decl, _)| *decl.name == *name);
            if observed.is_empty() {
                return Err(Status::invalid_argument(format!("there is no source `{name}` here")));
            }
        }
        let sources = observed.iter().map(|(decl, snapshot)| source(decl, snapshot.as_ref())).collect();
        Ok(Response::new(proto::ListSourcesReply { sources }))
    }

    async fn look(&self, request: Request<proto::LookRequest>) -> Result<Response<proto::LookReply>, Status> {
        let request = request.into_inner();
        let text = match request.text {
            Some(proto::look_request::Text::Runbook(text)) => Text::Runbook(text),
            Some(proto::look_request::Text::Query(text)) => Text::Query(text),
            None => return Err(Status::invalid_argument("the request has neither a runbook nor a query")),
        };
        let request = LookRequest { text, settings: request.settings, until: request.until, rest: request.rest };
        // More than a few at a time would slow each other down, and the flows.
        let _turn = self.looks.acquire().await.map_err(|_| Status::unavailable("the runner is shutting down"))?;
        let flows = Arc::clone(&self.flows);
        let looked = blocking(move || flows.look(&request)).await?;
        Ok(Response::new(proto::LookReply {
            read: looked.read,
            rows: looked.rows.count,
            fields: fields(&looked.rows),
            rest_rows: looked.rest.as_ref().map_or(0, |rest| rest.count),
            rest: looked.rest.as_ref().map(fields).unwrap_or_default(),
        }))
    }

    async fn explain(&self, request: Request<proto::ExplainRequest>) -> Result<Response<proto::ExplainReply>, Status> {
        let request = request.into_inner();
        let text = match request.text {
            Some(proto::explain_request::Text::Runbook(text)) => Text::Runbook(text),
            Some(proto::explain_request::Text::Query(text)) => Text::Query(text),
            None => return Err(Status::invalid_argument("the request has neither a runbook nor a query")),
        };
        let flows = Arc::clone(&self.flows);
        let explained = blocking(move || flows.explain(&text, &request.block, &request.settings)).await?;
        Ok(Response::new(proto::ExplainReply {
            before: explained.before,
            after: explained.after,
            shared_with: explained.shared_with,
            changes: explained.changes,
            shared: explained.shared.map(wire::encode_shared),
        }))
    }
}

/// Opening a source reads files; that must not hold up other calls.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Status> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(|error| wire::status(&error)),
        Err(_) => Err(Status::internal("internal error: the call failed unexpectedly")),
    }
}

/// A message each event, or several where its rows are many.
fn events(mut receiver: tokio::sync::mpsc::Receiver<Told>) -> Events {
    let (sender, messages) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        loop {
            // Also when the watcher goes while its flow has nothing to say.
            let told = tokio::select! {
                told = receiver.recv() => told,
                () = sender.closed() => None,
            };
            let Some(Told { event, weight }) = told else { return };
            let messages = wire::encode(event).map_err(|error| wire::status(&error));
            let (messages, failed) = match messages {
                Ok(messages) => (messages, None),
                Err(status) => (Vec::new(), Some(status)),
            };
            for message in messages.into_iter().map(Ok).chain(failed.map(Err)) {
                if sender.send(message).await.is_err() {
                    return;
                }
            }
            drop(weight);
        }
    });
    Box::pin(ReceiverStream::new(messages))
}

fn source(decl: &syntax::source::SourceDecl, snapshot: Option<&Snapshot>) -> proto::Source {
    let (state, message) = match snapshot.map(|snapshot| &snapshot.phase) {
        None | Some(Phase::Idle) => ("idle", String::new()),
        Some(Phase::Running) => ("running", String::new()),
        Some(Phase::Stopping | Phase::Ended) => ("ended", String::new()),
        Some(Phase::Failed(message)) => ("failed", message.clone()),
    };
    let schema = snapshot.map_or_else(|| decl.schema(), |snapshot| snapshot.schema.clone());
    let fields = schema
        .fields
        .iter()
        .map(|field| {
            let declared = decl.fields.iter().find(|declared| declared.name == field.name);
            let observed = snapshot.and_then(|snapshot| snapshot.profile.field(&field.name));
            let mut profile = proto::FieldProfile {
                name: field.name.to_string(),
                r#type: field.ty.word().to_owned(),
                doc: declared.and_then(|declared| declared.doc.clone()).unwrap_or_default(),
                unit: declared.and_then(|declared| declared.unit.clone()).unwrap_or_default(),
                ..proto::FieldProfile::default()
            };
            if let Some(observed) = observed {
                fill(&mut profile, &observed);
            }
            profile
        })
        .collect();
    proto::Source {
        name: decl.name.to_string(),
        uri: decl.uri.to_string(),
        doc: decl.doc.clone().unwrap_or_default(),
        state: state.to_owned(),
        message,
        received: snapshot.map_or(0, |snapshot| snapshot.received),
        rate: snapshot.map_or(0.0, |snapshot| snapshot.rate),
        kept_events: snapshot.map_or(0, |snapshot| snapshot.kept.events),
        kept_bytes: snapshot.map_or(0, |snapshot| snapshot.kept.bytes as u64),
        kept_nanos: snapshot.map_or(0, |snapshot| i64::try_from(snapshot.kept.age.as_nanos()).unwrap_or(i64::MAX)),
        fields,
        time: schema.time.map(|name| name.to_string()).unwrap_or_default(),
        lateness_nanos: decl.lateness,
        open: schema.open,
        flows: snapshot.map_or(0, |snapshot| u32::try_from(snapshot.subscribers).unwrap_or(u32::MAX)),
    }
}

/// What is known of each field of some rows.
fn fields(rows: &Rows) -> Vec<proto::FieldProfile> {
    let field = |field: &syntax::Field| {
        let convention = syntax::catalog::attributes::describe(&field.name);
        let mut profile = proto::FieldProfile {
            name: field.name.to_string(),
            r#type: field.ty.word().to_owned(),
            unit: convention.and_then(|field| field.unit).unwrap_or_default(),
            ..proto::FieldProfile::default()
        };
        if let Some(observed) = rows.profile.field(&field.name) {
            fill(&mut profile, &observed);
        }
        profile
    };
    rows.fields.iter().map(field).collect()
}

fn fill(profile: &mut proto::FieldProfile, observed: &FieldProfile) {
    profile.seen = observed.seen;
    profile.looked_at = observed.looked_at;
    profile.distinct = observed.distinct;
    profile.top =
        observed.top.iter().map(|(value, count)| proto::TopValue { value: value.clone(), count: *count }).collect();
    profile.min = observed.min.clone().unwrap_or_default();
    profile.max = observed.max.clone().unwrap_or_default();
    profile.p50 = observed.p50.clone().unwrap_or_default();
    profile.p99 = observed.p99.clone().unwrap_or_default();
    if let Some((counts, [from, to])) = &observed.spread {
        profile.spread = counts.clone();
        (profile.spread_from, profile.spread_to) = (from.clone(), to.clone());
    }
}
