//! Bodies of requests while they arrive. No turn is taken for one that is not here whole, so that whoever sends slowly
//! keeps nobody waiting; bytes that wait are counted over all connections, and each body has to come at a least rate.

use std::time::Duration;

use axum::body::{Body, Bytes};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_stream::StreamExt;

use super::intake::Intake;

/// Bytes that may have arrived and not been taken, over all connections, unless one message may be larger.
const WAITING: usize = 64 << 20;
/// Bytes that are counted as one.
const UNIT: usize = 1 << 10;
/// How long a body may take, and this much longer for so many bytes.
const SLACK: Duration = Duration::from_secs(5);
const BYTES_A_SECOND: f64 = 16_384.0;
/// How long a body waits for room.
const ROOM: Duration = Duration::from_secs(1);

/// A body that is here whole. Its bytes count until it is dropped.
pub(super) struct Arrived {
    pub(super) bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

/// Why a body is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    TooLarge,
    BrokeOff,
    TooSlow,
    /// Too much has arrived at once: it may be sent again.
    NoRoom,
}

impl Lost {
    /// As it is counted.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Lost::TooLarge => super::decode::TOO_LARGE,
            Lost::BrokeOff => "an OTLP request that broke off",
            Lost::TooSlow => "an OTLP request that came too slowly",
            Lost::NoRoom => "an OTLP request beyond what may wait at once",
        }
    }
}

/// Room for what arrives, where a message may have so many bytes.
pub(super) fn room(max_message: usize) -> Semaphore {
    Semaphore::new(WAITING.max(max_message * 2).div_ceil(UNIT))
}

/// Reads a body of at most so many bytes to its end.
pub(super) async fn arrive(intake: &Intake, body: Body, most: usize) -> Result<Arrived, Lost> {
    let mut started = Instant::now();
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut room: Option<OwnedSemaphorePermit> = None;
    loop {
        let slack = SLACK + Duration::from_secs_f64(bytes.len() as f64 / BYTES_A_SECOND);
        let chunk = match timeout_at(started + slack, chunks.next()).await {
            Ok(Some(Ok(chunk))) => chunk,
            Ok(Some(Err(_))) => return Err(Lost::BrokeOff),
            Ok(None) => return Ok(Arrived { bytes: bytes.into(), _room: room }),
            Err(_) => return Err(Lost::TooSlow),
        };
        if bytes.len() + chunk.len() > most {
            return Err(Lost::TooLarge);
        }
        let held = room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = (bytes.len() + chunk.len()).div_ceil(UNIT).saturating_sub(held);
        if let Ok(more @ 1..) = u32::try_from(more) {
            let asked = Instant::now();
            let acquired = timeout(ROOM, intake.room.clone().acquire_many_owned(more)).await;
            let Ok(Ok(permit)) = acquired else { return Err(Lost::NoRoom) };
            // It is not the sender who was slow then.
            started += asked.elapsed();
            match &mut room {
                Some(room) => room.merge(permit),
                None => room = Some(permit),
            }
        }
        bytes.extend_from_slice(&chunk);
    }
}
