//! Arguments of `queries`.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};

use crate::queries::{QUERIES, Query};

#[derive(Debug, Args)]
pub(crate) struct QueriesArgs {
    /// Print this query, as it is, in place of the list
    #[arg(value_name = "NAME", value_parser = query_parser(), hide_possible_values = true)]
    pub(crate) name: Option<Query>,
}

/// Parses a query's name.
fn query_parser() -> impl clap::builder::TypedValueParser<Value = Query> {
    let names = QUERIES.map(|query| PossibleValue::new(query.name).help(query.answers()));
    PossibleValuesParser::new(names)
        .try_map(|name| QUERIES.into_iter().find(|query| query.name == name).ok_or("no query"))
}
