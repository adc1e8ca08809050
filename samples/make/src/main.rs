//! Makes the samples: one made-up day of an organization's CloudTrail and of its APIs' metrics, the truth of both, and the
//! text that explains them.
//!
//! `cargo run -p make-samples -- samples` rewrites `samples/AWSLogs`, `samples/metrics`, `samples/README.md` and
//! `samples/expected.jsonl`.
//! There is no clock and no chance in it: every run writes the same bytes.

mod api_gateway;
mod companions;
mod day;
mod delivery;
mod habits;
mod identity;
mod json;
mod metrics;
mod organization;
mod readme;
mod record;
mod rng;
mod services;
mod story;
mod trail;
mod truth;

use std::error::Error;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::truth::Truth;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        return Err("usage: make-samples FOLDER".into());
    };
    let truth = make(&PathBuf::from(folder))?;
    let files = truth.files_analyzed + truth.files_rejected + truth.files_skipped;
    let (records, failures) = (truth.records, truth.failures());
    writeln!(
        io::stdout(),
        "{files} files, {} bytes, {records} records, {failures} API Gateway failures",
        truth.bytes
    )?;
    Ok(())
}

/// Writes the samples to `folder`, in place of those that are there.
fn make(folder: &Path) -> io::Result<Truth> {
    let trail = story::tell();
    let lost = story::tell_what_is_lost();
    let objects = delivery::deliver(&trail, &lost)?;
    let truth = Truth::count(&objects);
    let (recorded, measured) = metrics::record()?;

    let logs = folder.join("AWSLogs");
    if logs.exists() {
        fs::remove_dir_all(&logs).map_err(|error| failed(&logs, &error))?;
    }
    for object in &objects {
        write(&folder.join(&object.key), &object.bytes)?;
    }
    write(&folder.join(metrics::FILE), &recorded)?;
    let expected = truth.to_json().with("latency", measured.to_json());
    write(&folder.join("expected.jsonl"), format!("{expected}\n").as_bytes())?;
    write(&folder.join("README.md"), readme::readme(&truth, &measured).as_bytes())?;
    Ok(truth)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| failed(parent, &error))?;
    }
    fs::write(path, bytes).map_err(|error| failed(path, &error))
}

/// The error with the path that it is about.
fn failed(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("failed to write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
