//! What is said on standard error: a line each, with the program's name, and nothing in it that moves a terminal.

use std::io::{self, Write as _};

use gatetrail_engine::{MalformedRecords, Scan};
use gatetrail_report::{Coverage, MalformedFile};

use crate::render::escape::visible;
use crate::render::thousands;

/// So many of one sort of problem are named; all are counted.
const NAMED: usize = 20;

/// Says one line.
pub(crate) fn say(line: &str) {
    // Where standard error is closed there is nobody left to tell.
    writeln!(io::stderr().lock(), "gatetrail: {}", visible(line)).ok();
}

/// Says the first of some lines, in their order; `what` the others are about.
pub(crate) fn say_some(lines: &mut [String], what: &str) {
    say_some_of(lines, 0, what);
}

/// The same, where there are `more` than those that are known.
fn say_some_of(lines: &mut [String], more: u64, what: &str) {
    lines.sort_unstable();
    let more = more + lines.len().saturating_sub(NAMED) as u64;
    lines.iter().take(NAMED).for_each(|line| say(line));
    if more > 0 {
        say(&format!("… and {} more {what}", thousands(more)));
    }
}

/// Names what could not be read, in an order that does not depend on threads.
pub(crate) fn name_unread(scan: &Scan) {
    let mut unreachable: Vec<_> = scan.unreachable.iter().map(|one| format!("cannot read {one}")).collect();
    let mut rejected: Vec<_> =
        scan.rejected.iter().map(|one| format!("rejected {}: {}", one.path, one.reason)).collect();
    let first = |one: &MalformedRecords| {
        one.first.as_ref().map(|(index, reason)| malformed_first(*index, reason)).unwrap_or_default()
    };
    let mut malformed: Vec<_> = scan
        .malformed
        .iter()
        .map(|one| format!("{} malformed in {}{}", counted(one.records, "record"), one.path, first(one)))
        .collect();
    say_some(&mut unreachable, "that cannot be read");
    say_some(&mut rejected, "rejected");
    say_some(&mut malformed, "with malformed records");
}

/// Names what could not be read of the files that a store knows.
pub(crate) fn name_unread_of_store(coverage: &Coverage) {
    let Coverage { rejected, malformed, .. } = coverage;
    let mut lines: Vec<_> =
        rejected.files.iter().map(|one| format!("rejected {}: {}", one.source, one.reason)).collect();
    say_some_of(&mut lines, rejected.more, "rejected");
    let first = |one: &MalformedFile| {
        one.first.as_ref().map(|first| malformed_first(first.index, &first.reason)).unwrap_or_default()
    };
    let mut lines: Vec<_> = malformed
        .files
        .iter()
        .map(|one| format!("{} malformed in {}{}", counted(one.records, "record"), one.source, first(one)))
        .collect();
    say_some_of(&mut lines, malformed.more, "with malformed records");
}

fn malformed_first(index: u64, reason: &str) -> String {
    format!(", first the one of index {index}: {reason}")
}

/// A count with its noun, which is told here in the singular.
pub(crate) fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", thousands(count), if count == 1 { "" } else { "s" })
}
