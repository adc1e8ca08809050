//! What a configuration costs, as a table.

use std::io::{self, Write};

use super::Look;
use super::number::thousands;
use crate::cost::{AS_OF, Estimate, Line, Price, Usage};

/// A quantity for people: whole where it is large.
fn quantity(line: &Line) -> String {
    match (line.price, line.quantity) {
        (Price::S3Storage | Price::Logs, quantity) => format!("{quantity:.2}"),
        (_, quantity) => thousands(quantity.round().max(0.0) as u64),
    }
}

/// US dollars for people.
pub(crate) fn dollars(usd: f64) -> String {
    if usd > 0.0 && usd < 0.005 { "<$0.01".to_owned() } else { format!("${usd:.2}") }
}

/// Writes an estimate.
pub(crate) fn write(out: &mut impl Write, usage: &Usage, estimate: &Estimate, look: Look) -> io::Result<()> {
    let Usage { apis, stages, files_a_day, .. } = usage;
    writeln!(out, "{}", look.bold(format!("About {} a month", dollars(estimate.usd))))?;
    let about = format!(
        "{} APIs of {} stages · {} files a day · prices of {AS_OF}, us-east-1, without free tiers",
        thousands(*apis),
        thousands(*stages),
        thousands(*files_a_day),
    );
    writeln!(out, "{}\n", look.dim(about))?;
    let widest = estimate.lines.iter().map(|line| line.what.len()).max().unwrap_or_default();
    writeln!(out, "{}", look.dim(format!("  {:widest$}  {:>14}  {:>9}", "", "a month", "dollars")))?;
    for line in &estimate.lines {
        writeln!(out, "  {:widest$}  {:>14}  {:>9}", line.what, quantity(line), dollars(line.usd))?;
    }
    writeln!(out, "\n  {}", look.dim("A price of your own: --price s3_storage=0.0245"))
}

/// Writes an estimate for an issue or a wiki.
pub(crate) fn write_markdown(out: &mut impl Write, estimate: &Estimate) -> io::Result<()> {
    writeln!(
        out,
        "## About {} a month\n\n| | a month | dollars |\n| --- | --: | --: |",
        dollars(estimate.usd)
    )?;
    for line in &estimate.lines {
        writeln!(out, "| {} | {} | {} |", line.what, quantity(line), dollars(line.usd))?;
    }
    writeln!(out, "\nPrices of {AS_OF}, us-east-1, without free tiers.")
}
