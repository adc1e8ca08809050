//! An object's text piece by piece, with the memory of a buffer.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::{GZIP_FIRST_BYTE, is_gzip};

/// Why an object that begins as gzip is none. Places are bytes of the object as it is stored, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GzipError {
    /// The data ends within a member.
    #[error("unexpected end of data at byte {at}")]
    UnexpectedEnd {
        /// Length of the object.
        at: u64,
    },
    /// Data that does not inflate, or whose checksum or length is wrong.
    #[error("{what} at byte {at}")]
    Corrupt {
        /// How far the data was read; the fault lies before.
        at: u64,
        /// The decoder's words.
        what: String,
    },
    /// Bytes behind the last member that are neither zero nor another member.
    #[error("data that is no gzip follows at byte {at}")]
    TrailingData {
        /// Index of the first such byte.
        at: u64,
    },
}

/// What a read can fail with.
#[derive(Debug)]
pub(crate) enum StreamError {
    /// The source itself failed: another try may help.
    Source(io::Error),
    /// The bytes are no sound gzip.
    Gzip(GzipError),
}

/// Reads text from plain or gzip bytes, told apart by the first.
#[derive(Debug)]
pub(crate) struct Streamed<R: BufRead>(State<R>);

#[derive(Debug)]
enum State<R: BufRead> {
    Plain(Counted<R>),
    Member(Box<GzDecoder<Counted<R>>>),
    Ended,
}

impl<R: BufRead> Streamed<R> {
    /// # Errors
    /// Where the source cannot be read.
    pub(crate) fn new(source: R) -> io::Result<Self> {
        let mut source = Counted { source, consumed: 0, failed: false };
        Ok(Self(if is_gzip(source.fill_buf()?) {
            State::Member(Box::new(GzDecoder::new(source)))
        } else {
            State::Plain(source)
        }))
    }

    /// Fills the buffer, at least in part; 0 at the end of the text.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, StreamError> {
        loop {
            match &mut self.0 {
                State::Ended => return Ok(0),
                State::Plain(source) => return retried(|| source.read(buffer)).map_err(StreamError::Source),
                State::Member(decoder) => match retried(|| decoder.read(buffer)) {
                    Ok(0) => self.next_member()?,
                    Ok(count) => return Ok(count),
                    Err(error) => return Err(gzip_error(decoder.get_ref(), error)),
                },
            }
        }
    }

    /// Behind a member: another one, zeros to the end, or the end.
    fn next_member(&mut self) -> Result<(), StreamError> {
        let State::Member(decoder) = std::mem::replace(&mut self.0, State::Ended) else { return Ok(()) };
        let mut source = decoder.into_inner();
        let mut zeros = false;
        loop {
            let at = source.consumed;
            let rest = retried_fill(&mut source).map_err(StreamError::Source)?;
            let Some(&first) = rest.first() else { return Ok(()) };
            if !zeros && first == GZIP_FIRST_BYTE {
                self.0 = State::Member(Box::new(GzDecoder::new(source)));
                return Ok(());
            }
            if let Some(index) = rest.iter().position(|&byte| byte != 0) {
                return Err(StreamError::Gzip(GzipError::TrailingData { at: at + index as u64 }));
            }
            zeros = true;
            let count = rest.len();
            source.consume(count);
        }
    }
}

fn gzip_error<R: BufRead>(source: &Counted<R>, error: io::Error) -> StreamError {
    let at = source.consumed;
    if source.failed {
        StreamError::Source(error)
    } else if error.kind() == io::ErrorKind::UnexpectedEof {
        StreamError::Gzip(GzipError::UnexpectedEnd { at })
    } else {
        StreamError::Gzip(GzipError::Corrupt { at, what: error.to_string() })
    }
}

fn retried(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

fn retried_fill<R: BufRead>(source: &mut Counted<R>) -> io::Result<&[u8]> {
    retried(|| source.fill_buf().map(<[u8]>::len))?;
    source.fill_buf()
}

/// Counts what was consumed, and remembers whether an error was the source's own.
#[derive(Debug)]
struct Counted<R> {
    source: R,
    consumed: u64,
    failed: bool,
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let filled = self.source.fill_buf();
        self.failed |= filled.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        filled
    }

    fn consume(&mut self, count: usize) {
        self.consumed += count as u64;
        self.source.consume(count);
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}
