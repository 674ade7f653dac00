//! What the recent events look like at one place of a pipeline: its stages up to there run over what the
//! sources have kept, or over the first events that they give, and the rows that leave are profiled.
//!
//! Bounded in events and in time, whatever the source; nothing of it goes on afterwards. Late events are
//! none here: all rows go in before event time does.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use syntax::analysis::Settings;
use syntax::pipeline::{Expr, ExprKind, Function, Pipeline, StageKind};
use syntax::source::{Scheme, SourceName};
use syntax::{Field, Type};

use crate::execution::Execution;
use crate::flows::{Checked, Flows, Text};
use crate::hub::{self, Begin, Delivery, Feeder, Ledger, Subscriber};
use crate::source::profile::Profile;
use crate::watermark::Timed;
use crate::{Error, clock, cut};

/// Events that are read of each source; more where two sides are compared, one of which may be rare.
const EVENTS: usize = 20_000;
const COMPARED: usize = 50_000;

/// How long a source is read that has kept nothing: somebody types meanwhile, or waits for a comparison.
const PATIENCE: Duration = Duration::from_millis(400);
const COMPARING: Duration = Duration::from_secs(3);

/// Rows that a profile takes at once.
const SLICE: usize = 1024;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct LookRequest {
    pub text: Text,
    pub settings: Settings,
    /// Byte offset in the text: of the pipeline there, the stages that end at or before it count. 0: all of a
    /// query.
    pub until: u32,
    /// The last of these stages is a `where`: look also at what it does not let through.
    pub rest: bool,
}

/// The rows that leave a place.
pub(crate) struct Rows {
    pub(crate) fields: Vec<Field>,
    pub(crate) count: u64,
    pub(crate) profile: Profile,
}

pub(crate) struct Looked {
    /// Events read from the sources.
    pub(crate) read: u64,
    pub(crate) rows: Rows,
    pub(crate) rest: Option<Rows>,
}

impl Flows {
    pub(crate) fn look(self: &Arc<Self>, request: &LookRequest) -> Result<Looked, Error> {
        let nothing = || Error::rejected("no pipeline stands there");
        let text = match request.until {
            0 => request.text.clone(),
            until => cut::cut(&request.text, until).ok_or_else(nothing)?.0,
        };
        let mut opened = HashMap::new();
        let looked = self.look_at(request, &text, &mut opened);
        // What was opened for this alone, and is read by nobody.
        opened.values().filter(|feeder: &&Arc<Feeder>| feeder.counts().subscribers == 0).for_each(|feeder| {
            if feeder.bounded() {
                feeder.stop();
            }
        });
        looked
    }

    fn look_at(
        self: &Arc<Self>,
        request: &LookRequest,
        text: &Text,
        opened: &mut HashMap<SourceName, Arc<Feeder>>,
    ) -> Result<Looked, Error> {
        let place = request.until;
        let names: Vec<String> = if place == 0 { Vec::new() } else { vec![block_at(text, place)?] };
        let Checked { parse, analysis, .. } = self.check(text, &request.settings, &names, opened)?;
        let blocks = crate::flows::choose(&analysis, &names)?;
        crate::flows::refuse_errors(&parse, &analysis, &blocks)?;
        let pipeline = blocks.iter().find_map(|block| block.pipeline.as_ref());
        let pipeline = pipeline.ok_or_else(|| Error::rejected("no pipeline stands there"))?;
        let other = if request.rest { Some(complement(pipeline)?) } else { None };

        let most = if request.rest { (COMPARED, COMPARING) } else { (EVENTS, PATIENCE) };
        let mut kept = HashMap::new();
        let (rows, read) = self.run_over(pipeline, most, &mut kept, opened)?;
        let rest = other.map(|other| self.run_over(&other, most, &mut kept, opened)).transpose()?;
        Ok(Looked { read, rows, rest: rest.map(|(rows, _)| rows) })
    }

    /// Runs a pipeline to its end over the recent events of its sources.
    fn run_over(
        self: &Arc<Self>,
        pipeline: &Pipeline,
        most: (usize, Duration),
        kept: &mut HashMap<SourceName, Vec<Arc<Timed>>>,
        opened: &mut HashMap<SourceName, Arc<Feeder>>,
    ) -> Result<(Rows, u64), Error> {
        let mut execution = Execution::new(pipeline, clock::now(), &self.limits().stage)?;
        let inputs: Vec<SourceName> = execution.inputs().iter().map(|input| input.source.clone()).collect();
        let mut out = Vec::new();
        let mut read = 0;
        // Tables and the other sides first: the events find their partners there.
        for index in (0..inputs.len()).rev() {
            let name = &inputs[index];
            if !kept.contains_key(name) {
                let batches = self.recent(name, most, opened)?;
                kept.insert(name.clone(), batches);
            }
            for timed in &kept[name] {
                read += timed.batch.num_rows() as u64;
                match execution.push(index, &timed.batch, &mut out) {
                    Ok(()) if execution.done() => break,
                    Ok(()) => {}
                    // A limit is near; what there is by now is enough to look at.
                    Err(Error::Limit { .. }) => break,
                    Err(error) => return Err(error),
                }
            }
            if execution.inputs()[index].table {
                execution.end(index, &mut out)?;
            }
        }
        for index in 0..inputs.len() {
            if !execution.inputs()[index].table {
                execution.end(index, &mut out)?;
            }
        }
        let mut rows = Rows { fields: pipeline.output().fields.to_vec(), count: 0, profile: Profile::default() };
        out.iter().for_each(|batch| rows.take(batch));
        Ok((rows, read))
    }

    /// What a source has kept, the newest; of one that keeps nothing, the first that it gives.
    fn recent(
        self: &Arc<Self>,
        name: &SourceName,
        (most, patience): (usize, Duration),
        opened: &mut HashMap<SourceName, Arc<Feeder>>,
    ) -> Result<Vec<Arc<Timed>>, Error> {
        if let Some(kept) = self.opened(name).map(|feeder| feeder.newest(most)).filter(|kept| !kept.is_empty()) {
            return Ok(kept);
        }
        let scheme = self.declared(name)?.uri.scheme;
        // What is piped in is read once, and a port is not opened for a look.
        if scheme == Scheme::Stdin || (scheme == Scheme::Otlp && self.opened(name).is_none()) {
            return Ok(Vec::new());
        }
        let (sender, receiver) = sync_channel(hub::QUEUE);
        let id = self.number();
        let subscriber = || Subscriber {
            id,
            input: 0,
            wanted: crate::source::Wanted::All,
            prefilter: None,
            profiles: false,
            sender: sender.clone(),
            ledger: Arc::new(Ledger::default()),
        };
        let (feeder, begin) = self.subscribe(name, subscriber, None, opened)?;
        drop(sender);
        let mut batches = Vec::new();
        let mut events = 0;
        let mut take = |timed: Arc<Timed>| {
            events += timed.batch.num_rows();
            batches.push(timed);
            events >= most
        };
        feeder.start()?;
        if let Begin::At { mut from, .. } = begin {
            loop {
                let (stretch, live) = feeder.catch_up(id, from);
                from = stretch.next;
                if stretch.batches.into_iter().any(&mut take) || live {
                    break;
                }
            }
        }
        let deadline = Instant::now() + patience;
        loop {
            match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok((_, Delivery::Batch(timed))) if take(Arc::clone(&timed)) => break,
                Ok((_, Delivery::Batch(_))) => {}
                Ok((_, Delivery::End(result))) => {
                    result.map_err(Error::Source)?;
                    break;
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        feeder.unsubscribe(id);
        // A bounded one is opened anew by whoever reads it next.
        if feeder.bounded() {
            opened.remove(name);
        }
        Ok(batches)
    }
}

impl Rows {
    fn take(&mut self, batch: &RecordBatch) {
        self.count += batch.num_rows() as u64;
        for from in (0..batch.num_rows()).step_by(SLICE) {
            self.profile.observe(&batch.slice(from, SLICE.min(batch.num_rows() - from)));
        }
    }
}

/// The block that holds the place.
fn block_at(text: &Text, place: u32) -> Result<String, Error> {
    let analysis = syntax::analyze(&text.parse(), &syntax::analysis::Context::default());
    let block = analysis.block_at(place.into());
    block.map(|block| block.name.clone()).ok_or_else(|| Error::rejected("no block stands there"))
}

/// The pipeline with its last filter turned round.
fn complement(pipeline: &Pipeline) -> Result<Pipeline, Error> {
    let mut other = pipeline.clone();
    let last = other.stages.last_mut().map(|stage| &mut stage.kind);
    let Some(StageKind::Where(predicate)) = last else {
        return Err(Error::rejected("the last stage there is no `where`, so there is no rest to compare with"));
    };
    let range = predicate.range;
    let call = |function, args| Expr { kind: ExprKind::Call { function, args }, ty: Type::Bool, range };
    // A null lets nothing through either.
    let passes = call(
        Function::Coalesce,
        vec![predicate.clone(), Expr { kind: ExprKind::Literal(syntax::Value::Bool(false)), ty: Type::Bool, range }],
    );
    *predicate = call(Function::Not, vec![passes]);
    Ok(other)
}
