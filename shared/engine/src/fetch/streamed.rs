//! A large object: its chunks go over a short channel into a thread that reads them as they come.

use std::io::{self, BufRead, Read};

use bytes::{Buf as _, Bytes};
use gatetrail_tables::EventSet;
use gatetrail_trail::{LogFileReader, Outcome};
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::object::Bounds;
use super::sink::{BoundedSink, too_many_events};
use crate::object_store::{BoxError, ObjectBody};

/// Chunks that may wait for the reader. The SDK's client makes them up to some hundred KB large.
const WAITING_CHUNKS: usize = 2;

/// What a streamed object gave.
pub(super) struct Streamed {
    /// What it is; or why that could not be found out.
    pub(super) outcome: Result<Outcome, String>,
    /// Its events, where it was analyzed.
    pub(super) events: EventSet,
    /// Bytes that arrived.
    pub(super) stored_bytes: u64,
}

/// # Errors
/// Where the content breaks off.
pub(super) async fn read(
    mut body: impl ObjectBody,
    delivered: Option<Timestamp>,
    bounds: Bounds,
) -> Result<Streamed, BoxError> {
    let (sender, chunks) = Chunks::channel();
    let Bounds { limits, events_bytes } = bounds;
    let reading = tokio::task::spawn_blocking(move || {
        let mut events = EventSet::new();
        let mut sink = BoundedSink::new(&mut events, events_bytes);
        let outcome = LogFileReader::new(limits).read_stream(chunks, delivered, &mut sink);
        let overflowed = sink.overflowed;
        match outcome {
            Ok(Outcome::Analyzed(_)) => events.commit(),
            _ => events.rollback(),
        }
        (outcome, overflowed, events)
    });
    let mut stored_bytes = 0;
    // A reader that has seen enough hangs up: the file is rejected, and the rest of it is not fetched.
    while let Some(chunk) = body.next_chunk().await? {
        stored_bytes += chunk.len() as u64;
        if sender.send(chunk).await.is_err() {
            break;
        }
    }
    drop(sender);
    Ok(match reading.await {
        Ok((_, true, _)) => {
            Streamed { outcome: Err(too_many_events(events_bytes)), events: EventSet::new(), stored_bytes }
        }
        Ok((outcome, false, events)) => Streamed { outcome: Ok(outcome?), events, stored_bytes },
        Err(panicked) => {
            let reason = format!("the decoder's thread ended: {panicked}");
            Streamed { outcome: Err(reason), events: EventSet::new(), stored_bytes }
        }
    })
}

/// The receiving end as a reader. When the sender goes away in the middle this looks like the end of the file: but then
/// nobody waits for the outcome.
struct Chunks {
    receiver: mpsc::Receiver<Bytes>,
    current: Bytes,
}

impl Chunks {
    /// Both ends of the channel.
    fn channel() -> (mpsc::Sender<Bytes>, Self) {
        let (sender, receiver) = mpsc::channel(WAITING_CHUNKS);
        (sender, Self { receiver, current: Bytes::new() })
    }
}

impl BufRead for Chunks {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_empty() {
            let Some(chunk) = self.receiver.blocking_recv() else { break };
            self.current = chunk;
        }
        Ok(&self.current)
    }

    fn consume(&mut self, count: usize) {
        self.current.advance(count.min(self.current.len()));
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}
