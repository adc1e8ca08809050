//! Logs and metrics on standard output, a JSON object a line: CloudWatch Logs takes both from there.

use std::io::Write as _;
use std::panic;

use lambda_runtime::tracing::subscriber::{filter::LevelFilter, fmt};

/// Starts logging. `level` is Lambda's `AWS_LAMBDA_LOG_LEVEL`; without one, or with one that is none, it is `INFO`.
///
/// The runtime's own subscriber would do, but it compiles a filter language on every start, and only writes JSON when told.
/// The level `DEBUG` is the SDK's too, and shows names and keys; above it no line holds anything of an event.
pub fn start_logs(level: Option<&str>) {
    let level = match level {
        // Lambda's levels are those of `tracing` and one more.
        Some("FATAL") => LevelFilter::ERROR,
        level => level.and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO),
    };
    let format = fmt().json().flatten_event(true).with_span_list(false).with_target(false);
    format.with_max_level(level).with_writer(std::io::stdout).init();
    // A panic's message may quote what it panicked on. The place is enough to find the fault.
    panic::set_hook(Box::new(|panicked| {
        let place = panicked.location().map(ToString::to_string);
        tracing::error!(place, "panicked");
    }));
}

/// Prints a line of metrics.
pub fn print_line(line: &str) {
    if let Err(error) = writeln!(std::io::stdout().lock(), "{line}") {
        tracing::warn!(%error, "metrics not written");
    }
}
