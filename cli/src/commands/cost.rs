//! `gatetrail cost`: what a configuration costs a month.

use std::io::{self, BufWriter, Write};

use gatetrail_report::{to_json, to_json_line};
use serde::Serialize;

use crate::args::{CostArgs, Output};
use crate::cost::{AS_OF, Line, Prices, estimate};
use crate::exit::{Answered, Failure, unless_closed};
use crate::render::{Look, cost};
use crate::surroundings::Surroundings;

/// Name and version of the document.
const SCHEMA: &str = "gatetrail/cost/1";

/// The document. Keys in this order.
#[derive(Serialize)]
struct CostDocument<'e> {
    schema: &'static str,
    prices_as_of: &'static str,
    usd_a_month: f64,
    lines: Vec<CostLine<'e>>,
}

#[derive(Serialize)]
struct CostLine<'e> {
    what: &'e str,
    quantity: f64,
    price: &'static str,
    unit: &'static str,
    usd_per_unit: f64,
    usd_a_month: f64,
}

pub(crate) fn run(args: &CostArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
    let prices = Prices::default().with(&args.price);
    let usage = args.usage();
    let estimate = estimate(&usage, &prices);
    let look = Look { width: surroundings.width, colored: surroundings.colors(args.output.color) };
    let mut out = BufWriter::new(io::stdout().lock());
    let lines = || estimate.lines.iter().map(|line| document_line(line, &prices));
    let mut write = || -> io::Result<()> {
        match args.output.output {
            Output::Table => cost::write(&mut out, &usage, &estimate, look)?,
            Output::Markdown => cost::write_markdown(&mut out, &estimate)?,
            Output::Json => out.write_all(&to_json(&CostDocument {
                schema: SCHEMA,
                prices_as_of: AS_OF,
                usd_a_month: estimate.usd,
                lines: lines().collect(),
            })?)?,
            Output::Jsonl => {
                for line in lines() {
                    out.write_all(&to_json_line(&line)?)?;
                }
            }
            Output::Csv => {
                writeln!(out, "what,quantity,price,usd_per_unit,usd_a_month")?;
                for CostLine { what, quantity, price, usd_per_unit, usd_a_month, .. } in lines() {
                    writeln!(out, "\"{what}\",{quantity},{price},{usd_per_unit},{usd_a_month}")?;
                }
            }
        }
        out.flush()
    };
    unless_closed(write())?;
    Ok(Answered::Fully)
}

fn document_line<'e>(line: &'e Line, prices: &Prices) -> CostLine<'e> {
    CostLine {
        what: line.what,
        quantity: line.quantity,
        price: line.price.name(),
        unit: line.price.unit(),
        usd_per_unit: prices.usd(line.price),
        usd_a_month: line.usd,
    }
}
