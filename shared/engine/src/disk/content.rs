//! The content of a file, and the ETag that it gives.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek as _};
use std::time::SystemTime;

use bytes::Bytes;
use md5::{Digest as _, Md5};

use crate::object_store::{BoxError, Object, ObjectBody};

/// Files up to this size are read once, whole. A larger one is read twice: first for its ETag, which comes before its
/// content, then as it is asked for, with memory that does not grow with it.
const WHOLE_FILE_BYTES: u64 = 1 << 20;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 256 << 10;

/// The ETag of what is added bit by bit: MD5 in hex, as S3's is for most objects. No secret hangs on it.
#[derive(Debug, Default)]
pub(crate) struct EtagHasher(Md5);

impl EtagHasher {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn etag(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What changes when somebody writes into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) size_bytes: u64,
    modified: SystemTime,
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> io::Result<Self> {
        Ok(Self { size_bytes: metadata.len(), modified: metadata.modified()? })
    }
}

/// Reads a file from its beginning for its ETag; leaves it there.
pub(crate) fn etag_of_file(mut file: &File) -> io::Result<String> {
    file.rewind()?;
    let mut hasher = EtagHasher::default();
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => hasher.add(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    file.rewind()?;
    Ok(hasher.etag())
}

/// A file as an object. Where its ETag is known it is not worked out again.
///
/// # Errors
/// Those of the disk; [`io::ErrorKind::IsADirectory`] for whatever is no regular file: a pipe can be read only once.
pub(crate) fn open(mut file: File, known_etag: Option<String>) -> io::Result<Object<FileBody>> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let stamp = Stamp::of(&metadata)?;
    if stamp.size_bytes <= WHOLE_FILE_BYTES {
        let mut bytes = Vec::with_capacity(usize::try_from(stamp.size_bytes).unwrap_or_default() + 1);
        file.read_to_end(&mut bytes)?;
        let mut hasher = EtagHasher::default();
        hasher.add(&bytes);
        let size_bytes = Some(bytes.len() as u64);
        return Ok(Object { etag: hasher.etag(), size_bytes, body: FileBody(Rest::Whole(bytes.into())) });
    }
    let etag = match known_etag {
        Some(etag) => etag,
        None => etag_of_file(&file)?,
    };
    Ok(Object { etag, size_bytes: Some(stamp.size_bytes), body: FileBody(Rest::InFile { file, stamp }) })
}

/// The content of a file.
#[derive(Debug)]
pub struct FileBody(Rest);

#[derive(Debug)]
enum Rest {
    Whole(Bytes),
    InFile { file: File, stamp: Stamp },
}

impl ObjectBody for FileBody {
    async fn next_chunk(&mut self) -> Result<Option<Bytes>, BoxError> {
        match &mut self.0 {
            Rest::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                Ok((!bytes.is_empty()).then_some(bytes))
            }
            Rest::InFile { file, stamp } => {
                let mut chunk = Vec::with_capacity(CHUNK_BYTES);
                Read::by_ref(file).take(CHUNK_BYTES as u64).read_to_end(&mut chunk)?;
                if !chunk.is_empty() {
                    return Ok(Some(chunk.into()));
                }
                // What was read is not what the ETag stands for.
                if Stamp::of(&file.metadata()?)? != *stamp {
                    return Err("it was changed while it was read".into());
                }
                Ok(None)
            }
        }
    }
}
