//! `gatetrail queries`: questions to the tables, for Athena.

use std::io::{self, BufWriter, Write as _};

use crate::args::QueriesArgs;
use crate::exit::{Answered, Failure, unless_closed};
use crate::queries::QUERIES;

pub(crate) fn run(args: &QueriesArgs) -> Result<Answered, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut write = || -> io::Result<()> {
        match &args.name {
            Some(query) => out.write_all(query.sql.as_bytes())?,
            None => {
                let widest = QUERIES.iter().map(|query| query.name.len()).max().unwrap_or_default();
                for query in QUERIES {
                    writeln!(out, "{:widest$}  {}", query.name, query.answers())?;
                }
            }
        }
        out.flush()
    };
    unless_closed(write())?;
    Ok(Answered::Fully)
}
