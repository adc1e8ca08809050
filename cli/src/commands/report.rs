//! `gatetrail report`: the reports of a store, of its latest hours or of a day.

use std::io::{self, BufWriter, Write};

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use gatetrail_engine::{
    ObjectStore, Place, ReportSpan, Reports, RollupOptions, TableAccessError, make_reports,
    read_configuration,
};
use gatetrail_report::to_json;

use crate::args::{Cli, Output, ReportArgs, Section};
use crate::exit::{Answered, Failure, unless_closed};
use crate::messages;
use crate::render::{Look, Summary, coverage, csv, json, markdown, ranking};
use crate::store::{Work, work_on};
use crate::surroundings::Surroundings;

pub(crate) fn run(args: &ReportArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
    let shows = |section| args.section.is_empty() || args.section.contains(&section);
    let output = args.output.output;
    if matches!(output, Output::Csv | Output::Jsonl) && !shows(Section::Errors) {
        let problem = "coverage is no list of rows: ask for it as a table, Markdown or JSON";
        return Err(Cli::command().error(ErrorKind::ArgumentConflict, problem).into());
    }
    let span = args.day.map_or(ReportSpan::Latest, ReportSpan::Day);
    let made = work_on(args.store.existing()?, &args.login, Make(span))?;
    let Some(reports) = made.map_err(|error| Failure::Setup(error.to_string()))? else {
        messages::say("nothing to report on: the store has no tables; `gatetrail ingest` fills one");
        return Ok(Answered::Not);
    };
    let Reports { top_error_codes: codes, coverage: covered } = &reports;
    let summary = Summary::new(codes, title(span), codes.window.last_event, false);
    let look = Look { width: surroundings.width, colored: surroundings.colors(args.output.color) };
    let mut out = BufWriter::new(io::stdout().lock());
    let mut write = || -> io::Result<()> {
        if shows(Section::Errors) {
            match output {
                Output::Table => ranking::write(&mut out, codes, &summary, look)?,
                Output::Markdown => markdown::write_ranking(&mut out, codes, &summary)?,
                Output::Json => out.write_all(&to_json(codes)?)?,
                Output::Jsonl => json::write_ranked_rows(&mut out, codes)?,
                Output::Csv => csv::write_ranked_rows(&mut out, codes)?,
            }
        }
        if shows(Section::Coverage) {
            match output {
                Output::Table => coverage::write(&mut out, covered, look, shows(Section::Errors))?,
                Output::Markdown => coverage::write_markdown(&mut out, covered)?,
                Output::Json => out.write_all(&to_json(covered)?)?,
                // Refused where nothing else was asked for.
                Output::Jsonl | Output::Csv => {}
            }
        }
        out.flush()
    };
    unless_closed(write())?;
    Ok(Answered::Fully)
}

fn title(span: ReportSpan) -> String {
    match span {
        ReportSpan::Day(day) => format!("Failures of API Gateway on {day}"),
        ReportSpan::Latest => "Failures of API Gateway, latest".to_owned(),
    }
}

/// The reports are made of the tables, as a rollup makes them: the same bytes, and there even where no rollup wrote them yet.
struct Make(ReportSpan);

impl Work for Make {
    type Output = Result<Option<Reports>, TableAccessError>;

    async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> Self::Output {
        let config = match read_configuration(place).await? {
            Ok(config) => config,
            Err(problem) => {
                messages::say(&format!("config/gatetrail.toml: {problem}; reports are made without it"));
                gatetrail_report::Config::default()
            }
        };
        make_reports(place, self.0, &RollupOptions::default(), &config).await
    }
}
