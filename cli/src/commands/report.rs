//! `gatetrail report`: the reports of a store, of its latest hours or of a day.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use gatetrail_engine::{
    ObjectStore, Place, ReportSpan, Reports, RollupOptions, TableAccessError, make_reports,
    read_configuration,
};
use gatetrail_report::{Alerts, AverageLatency, to_json};

use super::rollup;
use crate::args::{Cli, Output, ReportArgs, Section};
use crate::exit::{Answered, Failure, unless_closed};
use crate::messages;
use crate::render::{Look, Summary, alerts, coverage, csv, json, latency, markdown, ranking};
use crate::store::{Work, tell_of_inbox, work_on};
use crate::surroundings::Surroundings;

pub(crate) fn run(args: &ReportArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
    let output = args.output.output;
    let shown = Shown {
        alerts: args.shows(Section::Alerts) && args.day.is_none(),
        errors: args.shows(Section::Errors),
        latency: args.shows(Section::Latency),
        coverage: args.shows(Section::Coverage),
        output,
        look: Look { width: surroundings.width, colored: surroundings.colors(args.output.color) },
    };
    if args.day.is_some() && args.section == [Section::Alerts] {
        let problem = "alerts are of the latest hours: leave out --day";
        return Err(Cli::command().error(ErrorKind::ArgumentConflict, problem).into());
    }
    let has_rows = shown.errors || shown.latency || shown.alerts;
    if matches!(output, Output::Csv | Output::Jsonl) && !has_rows {
        let problem = "coverage is no list of rows: ask for it as a table, Markdown or JSON";
        return Err(Cli::command().error(ErrorKind::ArgumentConflict, problem).into());
    }
    args.store.refuse_missing()?;
    let span = args.day.map_or(ReportSpan::Latest, ReportSpan::Day);
    let options = rollup::options(&args.reports);
    let Some(reports) = work_on(&args.store, &args.login, Make { span, options })?? else {
        messages::say(&format!(
            "nothing to report on: {} has no tables; gatetrail ingest or gatetrail rollup makes them",
            args.store
        ));
        return Ok(Answered::Not);
    };
    if let Some(path) = &args.html {
        return write_page(path, &reports);
    }
    if let ReportSpan::Day(day) = span
        && is_empty(&reports)
    {
        messages::say(&format!(
            "nothing to report on: no file was delivered on {day}, no event is of it, and no metric was pulled"
        ));
        return Ok(Answered::Not);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let written = shown.write(&mut out, &reports, title(span));
    unless_closed(written.and_then(|()| out.flush()))?;
    Ok(Answered::Fully)
}

/// Writes the page to a file, as a rollup writes it beside the reports.
fn write_page(path: &Path, reports: &Reports) -> Result<Answered, Failure> {
    let Some(html) = reports.to_html() else { return Ok(Answered::Not) };
    let html = html.map_err(|error| Failure::Setup(error.to_string()))?;
    fs::write(path, html)
        .map_err(|error| Failure::Setup(format!("failed to write {}: {error}", path.display())))?;
    messages::say(&format!("the page is in {}", path.display()));
    Ok(Answered::Fully)
}

fn is_empty(reports: &Reports) -> bool {
    reports.coverage.sources.files.files == 0
        && reports.top_error_codes.totals.events == 0
        && reports.average_latency.is_none()
}

fn title(span: ReportSpan) -> String {
    match span {
        ReportSpan::Day(day) => format!("Failures of API Gateway on {day}"),
        ReportSpan::Latest => "Failures of API Gateway, latest".to_owned(),
    }
}

/// What is shown, and how.
struct Shown {
    alerts: bool,
    errors: bool,
    latency: bool,
    coverage: bool,
    output: Output,
    look: Look,
}

impl Shown {
    fn write(&self, out: &mut impl Write, reports: &Reports, title: String) -> io::Result<()> {
        let Reports { top_error_codes: codes, coverage: covered, average_latency, alerts, .. } = reports;
        if let Some(alerts) = alerts.as_ref().filter(|_| self.alerts) {
            self.write_alerts(out, alerts)?;
            if (self.errors || self.latency || self.coverage) && self.output.is_for_people() {
                writeln!(out)?;
            }
        }
        if self.errors {
            let summary = Summary::new(codes, title, codes.window.last_event, false);
            match self.output {
                Output::Table => ranking::write(out, codes, &summary, self.look)?,
                Output::Markdown => markdown::write_ranking(out, codes, &summary)?,
                Output::Json => out.write_all(&to_json(codes)?)?,
                Output::Jsonl => json::write_ranked_rows(out, codes)?,
                Output::Csv => csv::write_ranked_rows(out, codes)?,
            }
        }
        if let Some(document) = average_latency.as_ref().filter(|_| self.latency) {
            if self.errors && self.output.is_for_people() {
                writeln!(out)?;
            }
            self.write_latency(out, document)?;
        }
        if self.coverage {
            if (self.errors || self.latency) && self.output.is_for_people() {
                writeln!(out)?;
            }
            match self.output {
                Output::Table => coverage::write(out, covered, self.look, !self.errors)?,
                Output::Markdown => coverage::write_markdown(out, covered)?,
                Output::Json => out.write_all(&to_json(covered)?)?,
                // Refused where nothing else was asked for.
                Output::Jsonl | Output::Csv => {}
            }
        }
        Ok(())
    }

    fn write_alerts(&self, out: &mut impl Write, document: &Alerts) -> io::Result<()> {
        let alone = !self.errors && !self.latency;
        match self.output {
            Output::Table => alerts::write(out, document, self.look, alone && !self.coverage),
            Output::Markdown => alerts::write_markdown(out, document),
            Output::Json => out.write_all(&to_json(document)?),
            Output::Jsonl if alone => alerts::write_json_lines(out, document),
            Output::Csv if alone => alerts::write_csv(out, document),
            // One table is all that these forms have.
            Output::Jsonl | Output::Csv => Ok(()),
        }
    }

    fn write_latency(&self, out: &mut impl Write, document: &AverageLatency) -> io::Result<()> {
        let title = "Average latency by API";
        match self.output {
            Output::Table => latency::write(out, document, title, self.look),
            Output::Markdown => latency::write_markdown(out, document, title),
            Output::Json => out.write_all(&to_json(document)?),
            Output::Jsonl if !self.errors => latency::write_json_lines(out, document),
            Output::Csv if !self.errors => latency::write_csv(out, document),
            // One table is all that these forms have.
            Output::Jsonl | Output::Csv => Ok(()),
        }
    }
}

/// The reports are made of the tables, as a rollup makes them: the same bytes, and there even where no rollup wrote them yet.
struct Make {
    span: ReportSpan,
    options: RollupOptions,
}

impl Work for Make {
    type Output = Result<Option<Reports>, TableAccessError>;

    async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> Self::Output {
        let config = read_configuration(place).await?.unwrap_or_else(|problem| {
            messages::say(&format!("config/gatetrail.toml: {problem}; reports are made without it"));
            gatetrail_report::Config::in_place_of_broken()
        });
        let made = make_reports(place, self.span, &self.options, &config).await?;
        tell_of_inbox(place).await?;
        Ok(made)
    }
}
