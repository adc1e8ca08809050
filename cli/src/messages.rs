//! What is said on standard error: a line each, with the program's name, and nothing in it that moves a terminal.

use std::io::{self, Write as _};

use gatetrail_engine::Scan;

use crate::render::escape::visible;

/// So many of one sort of problem are named; all are counted.
const NAMED: usize = 20;

/// Says one line.
pub(crate) fn say(line: &str) {
    // Where standard error is closed there is nobody left to tell.
    writeln!(io::stderr().lock(), "gatetrail: {}", visible(line)).ok();
}

/// Says the first of some lines, in their order; `what` the others are about.
pub(crate) fn say_some(lines: &mut [String], what: &str) {
    lines.sort_unstable();
    let more = lines.len().saturating_sub(NAMED);
    lines.iter().take(NAMED).for_each(|line| say(line));
    if more > 0 {
        say(&format!("… and {more} more {what}"));
    }
}

/// Names what could not be read, in an order that does not depend on threads.
pub(crate) fn name_unread(scan: &Scan) {
    let mut unreachable: Vec<_> = scan.unreachable.iter().map(|one| format!("cannot read {one}")).collect();
    let mut rejected: Vec<_> =
        scan.rejected.iter().map(|one| format!("rejected {}: {}", one.path, one.reason)).collect();
    let mut malformed: Vec<_> = scan
        .malformed
        .iter()
        .map(|one| {
            let (index, reason) = one.first.clone().unwrap_or_default();
            format!(
                "{} malformed in {}, first the one of index {index}: {reason}",
                records(one.records),
                one.path
            )
        })
        .collect();
    say_some(&mut unreachable, "that cannot be read");
    say_some(&mut rejected, "rejected");
    say_some(&mut malformed, "with malformed records");
}

fn records(count: u64) -> String {
    if count == 1 { "1 record".to_owned() } else { format!("{count} records") }
}
