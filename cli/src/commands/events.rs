//! `gatetrail events`: the API Gateway events themselves, newest first.

use std::io::{self, BufWriter, Write};

use gatetrail_report::top_error_codes;

use crate::args::{EventsArgs, Output};
use crate::exit::{Answered, Failure, unless_closed};
use crate::input::Input;
use crate::messages;
use crate::render::{Look, Summary, csv, event_grid, json, markdown};
use crate::surroundings::Surroundings;

/// Events that are listed for people unless they ask for more.
const LIMIT_FOR_PEOPLE: usize = 50;

pub(crate) fn run(args: &EventsArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
    let input = Input::read(&args.input, &args.filters, args.status.into(), surroundings)?;
    let answered = input.answered();
    if answered == Answered::Not {
        return Ok(answered);
    }
    let selection = input.selection();
    let document =
        top_error_codes(&selection, &input.filters, &[], usize::MAX, input.sources(), input.rejected());
    let title = format!("API Gateway {}", Summary::counted(&document));
    let summary = Summary::new(&document, title, input.newest(&selection), input.counted_from_now);

    let output = args.output.output;
    let default_limit = if output.is_for_people() { LIMIT_FOR_PEOPLE } else { 0 };
    let limit = args.limit.unwrap_or(default_limit);
    let mut events = selection.newest_first(&input.filters);
    let all = events.len();
    events.truncate(if limit == 0 { usize::MAX } else { limit });
    let cut = all - events.len();

    let look = Look { width: surroundings.width, colored: surroundings.colors(args.output.color) };
    let mut out = BufWriter::new(io::stdout().lock());
    let written = match output {
        Output::Table => event_grid::write(&mut out, &selection, &events, cut, &summary, look),
        Output::Markdown => markdown::write_events(&mut out, &selection, &events, cut, &summary),
        Output::Json => json::write_events_document(&mut out, &document, &events, cut, &input.config),
        Output::Jsonl => json::write_events(&mut out, &events),
        Output::Csv => csv::write_events(&mut out, &events),
    };
    unless_closed(written.and_then(|()| out.flush()))?;
    if let Some(note) = summary.note.filter(|_| !output.is_for_people()) {
        messages::say(&note);
    }
    Ok(answered)
}
