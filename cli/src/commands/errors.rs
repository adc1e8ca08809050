//! `gatetrail errors`: the top error codes, or whatever else events are counted by.

use std::io::{self, BufWriter, Write};

use gatetrail_report::{Dimension, TopErrorCodes, top_error_codes};

use crate::args::{By, ErrorsArgs, Output};
use crate::exit::{Answered, Failure, unless_closed};
use crate::input::Input;
use crate::messages;
use crate::render::{Look, Summary, csv, json, markdown, ranking, thousands};
use crate::surroundings::Surroundings;

pub(crate) fn run(args: &ErrorsArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
    let input = Input::read(&args.input, &args.filters, args.status.into(), surroundings)?;
    let answered = input.answered();
    if answered == Answered::Not {
        return Ok(answered);
    }
    let selection = input.selection();
    let top = if args.top == 0 { usize::MAX } else { args.top };
    let document = top_error_codes(
        &selection,
        &input.filters,
        &distinct(&args.by),
        top,
        input.sources(),
        input.rejected(),
    )
    .with_account_names(&input.config);
    let summary = Summary::new(&document, title(&document), input.newest(&selection), input.counted_from_now);

    let output = args.output.output;
    let look = Look { width: surroundings.width, colored: surroundings.colors(args.output.color) };
    let mut out = BufWriter::new(io::stdout().lock());
    let written = match output {
        Output::Table => ranking::write(&mut out, &document, &summary, look),
        Output::Markdown => markdown::write_ranking(&mut out, &document, &summary),
        Output::Json => json::write_document(&mut out, &document),
        Output::Jsonl => json::write_ranked_rows(&mut out, &document),
        Output::Csv => csv::write_ranked_rows(&mut out, &document),
    };
    unless_closed(written.and_then(|()| out.flush()))?;
    if !output.is_for_people() {
        say_what_is_missing(&document, &summary, output);
    }
    Ok(answered)
}

/// Tables in the order in which they were asked for, each once.
fn distinct(by: &[By]) -> Vec<Dimension> {
    let mut dimensions = Vec::with_capacity(by.len());
    for By(dimension) in by {
        if !dimensions.contains(dimension) {
            dimensions.push(*dimension);
        }
    }
    dimensions
}

fn title(document: &TopErrorCodes) -> String {
    let counted = Summary::counted(document);
    match document.tables.as_slice() {
        [only] if only.by == "error_code" && counted == "failures" => {
            "Top error codes of API Gateway".to_owned()
        }
        [only] => format!("API Gateway {counted} by {}", ranking::heading(only.by)),
        _ => format!("API Gateway {counted}"),
    }
}

/// Says on standard error what the form of the answer leaves unsaid: why it is empty, and what was cut.
fn say_what_is_missing(document: &TopErrorCodes, summary: &Summary, output: Output) {
    if let Some(note) = &summary.note {
        messages::say(note);
    }
    if output == Output::Json {
        return;
    }
    for table in document.tables.iter().filter(|table| table.rest.values > 0) {
        messages::say(&format!(
            "cut from {}: {} more values with {} {} (--top 0 gives all)",
            table.by,
            thousands(table.rest.values),
            thousands(table.rest.events),
            Summary::counted(document),
        ));
    }
}
