//! Objects on S3, each once.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use gatetrail_aws::S3Store;
use gatetrail_engine::{ListedObject, Scan, Unreachable, list_log_files, scan_objects};
use gatetrail_trail::Limits;

use super::source::S3Prefix;
use crate::args::LoginArgs;
use crate::exit::Failure;
use crate::progress::Progress;

/// Objects that are fetched at a time: most are a few KB, and a request is nearly all waiting.
const CONCURRENCY: usize = 32;

/// Reads what lies below these prefixes.
///
/// # Errors
/// Where no request can be made at all: no region.
pub(crate) fn read_s3(
    prefixes: &[&S3Prefix],
    login: &LoginArgs,
    shows_progress: bool,
) -> Result<Scan, Failure> {
    if prefixes.is_empty() {
        return Ok(Scan::default());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::Setup(error.to_string()))?.block_on(async {
        let store = login.s3().await?;
        Ok(read(&store, prefixes, shows_progress).await)
    })
}

async fn read(store: &S3Store, prefixes: &[&S3Prefix], shows_progress: bool) -> Scan {
    let mut scan = Scan::default();
    // By bucket and key: prefixes may overlap.
    let mut found: BTreeMap<&str, BTreeMap<String, ListedObject>> = BTreeMap::new();
    for S3Prefix { bucket, prefix } in prefixes {
        match list_log_files(store, bucket, prefix).await {
            Ok(objects) => {
                let objects = objects.into_iter().map(|object| (object.key.clone(), object));
                found.entry(bucket).or_default().extend(objects);
            }
            Err(error) => scan.unreachable.push(Unreachable {
                path: PathBuf::from(format!("s3://{bucket}/{prefix}")),
                source: io::Error::other(error.reason()),
            }),
        }
    }
    let total_bytes = found.values().flat_map(BTreeMap::values).map(|object| object.size_bytes).sum();
    let progress = Progress::new(total_bytes, shows_progress);
    let on_object = |object: &ListedObject| progress.add(object.size_bytes);
    for (bucket, objects) in found {
        let objects = objects.into_values().collect();
        scan.absorb(scan_objects(store, bucket, objects, CONCURRENCY, Limits::default(), &on_object).await);
    }
    progress.end();
    scan
}
