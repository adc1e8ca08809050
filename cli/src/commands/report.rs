//! `gatetrail report`: the reports of a store, of its latest hours or of a day.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path};

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use gatetrail_engine::{
    Configured, ObjectStore, Place, ReportSpan, Reports, RollupOptions, TableAccessError, make_reports,
    read_configuration,
};
use gatetrail_report::{Alerts, AverageLatency, OtherPages, to_json};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::rollup;
use crate::args::{Cli, Output, ReportArgs, Section};
use crate::exit::{Answered, Failure, unless_closed};
use crate::messages;
use crate::render::{Look, Summary, alerts, coverage, csv, json, latency, markdown, ranking, sections};
use crate::store::{StoreAddress, Work, tell_of_inbox, work_on};
use crate::surroundings::Surroundings;

pub(crate) fn run(args: &ReportArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
    let output = args.output.output;
    let shown = Shown {
        audit: args.shows(Section::Audit),
        alerts: args.shows(Section::Alerts) && args.day.is_none(),
        errors: args.shows(Section::Errors),
        latency: args.shows(Section::Latency),
        cache: args.shows(Section::Cache),
        coverage: args.shows(Section::Coverage),
        top: usize::try_from(args.reports.top.get()).unwrap_or(usize::MAX),
        output,
        look: Look { width: surroundings.width, colored: surroundings.colors(args.output.color) },
    };
    if args.day.is_some() && args.section == [Section::Alerts] {
        let problem = "alerts are of the latest hours: leave out --day";
        return Err(Cli::command().error(ErrorKind::ArgumentConflict, problem).into());
    }
    let has_rows = shown.errors || shown.latency || shown.alerts;
    if matches!(output, Output::Csv | Output::Jsonl) && !has_rows {
        let problem =
            "CSV and JSON lines are of errors, latency or alerts: ask for others as tables, Markdown or JSON";
        return Err(Cli::command().error(ErrorKind::ArgumentConflict, problem).into());
    }
    args.store.refuse_missing()?;
    let span = args.day.map_or(ReportSpan::Latest, ReportSpan::Day);
    let options = rollup::options(&args.reports);
    let Some(mut reports) = work_on(&args.store, &args.login, Make { span, options })?? else {
        messages::say(&format!(
            "nothing to report on: {} has no tables; gatetrail ingest or gatetrail rollup makes them",
            args.store
        ));
        return Ok(Answered::Not);
    };
    if let Some(path) = &args.html {
        if let Some(page) = &mut reports.page {
            page.others = other_pages(&args.store, path);
        }
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

/// What a segment of a URL spells out: all but the unreserved characters of RFC 3986.
const NOT_IN_SEGMENTS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How the pages of a store are reached from a file that is none of them.
fn other_pages(store: &StoreAddress, page: &Path) -> OtherPages {
    let reports_url = match store {
        StoreAddress::Folder(root) => relative_url(page, &root.join("reports")),
        StoreAddress::S3(_) => None,
    };
    OtherPages { reports_url, store: Some(store.to_string()) }
}

/// The URL of a folder, relative to a file: so that neither a browser nor a copy of both minds where they lie.
fn relative_url(file: &Path, folder: &Path) -> Option<String> {
    let folder = fs::canonicalize(folder).ok()?;
    let beside = fs::canonicalize(std::path::absolute(file).ok()?.parent()?).ok()?;
    let path = pathdiff::diff_paths(folder, beside)?;
    let segments = path.components().map(|part| match part {
        // A colon in the first segment of a relative URL would be that of a scheme.
        Component::Normal(name) => Some(utf8_percent_encode(name.to_str()?, NOT_IN_SEGMENTS).to_string()),
        Component::ParentDir => Some("..".to_owned()),
        Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
    });
    let segments: Vec<String> = segments.collect::<Option<_>>()?;
    Some(segments.iter().map(|segment| format!("{segment}/")).collect())
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
    audit: bool,
    errors: bool,
    latency: bool,
    cache: bool,
    coverage: bool,
    /// Rows of a table of the audit.
    top: usize,
    output: Output,
    look: Look,
}

impl Shown {
    fn write(&self, out: &mut impl Write, reports: &Reports, title: String) -> io::Result<()> {
        let mut is_first = true;
        // Between parts for people stands an empty line.
        let mut part = |out: &mut dyn Write| {
            let between = !std::mem::replace(&mut is_first, false) && self.output.is_for_people();
            if between { writeln!(out) } else { Ok(()) }
        };
        let Reports { coverage: covered, average_latency, alerts, .. } = reports;
        if let Some(alerts) = alerts.as_ref().filter(|_| self.alerts) {
            part(out)?;
            self.write_alerts(out, alerts)?;
        }
        if self.audit {
            part(out)?;
            self.write_audit(out, reports)?;
        }
        if self.errors {
            part(out)?;
            self.write_errors(out, reports, title)?;
        }
        if let Some(document) = average_latency.as_ref().filter(|_| self.latency) {
            part(out)?;
            self.write_latency(out, document)?;
        }
        if self.cache {
            part(out)?;
            self.write_caches(out, average_latency.as_ref())?;
        }
        if self.coverage {
            part(out)?;
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

    fn write_audit(&self, out: &mut impl Write, reports: &Reports) -> io::Result<()> {
        let Some(audit) = reports.audit(self.top) else { return Ok(()) };
        let title = "Calls to the control plane of API Gateway";
        match self.output {
            Output::Table => sections::write(out, title, &sections::audit(&audit), self.look),
            Output::Markdown => sections::write_markdown(out, title, &sections::audit(&audit)),
            Output::Json => out.write_all(&to_json(&audit)?),
            Output::Jsonl | Output::Csv => Ok(()),
        }
    }

    fn write_errors(&self, out: &mut impl Write, reports: &Reports, title: String) -> io::Result<()> {
        let codes = &reports.top_error_codes;
        let summary = Summary::new(codes, title, codes.window.last_event, false);
        match self.output {
            Output::Table => ranking::write(out, codes, &summary, self.look)?,
            Output::Markdown => markdown::write_ranking(out, codes, &summary)?,
            Output::Json => out.write_all(&to_json(codes)?)?,
            Output::Jsonl => json::write_ranked_rows(out, codes)?,
            Output::Csv => csv::write_ranked_rows(out, codes)?,
        }
        let Some(measured) = reports.average_latency.as_ref().filter(|_| self.output.is_for_people()) else {
            return Ok(());
        };
        writeln!(out)?;
        self.write_sheet(out, "Failed requests", sections::failed_requests(measured))
    }

    fn write_caches(&self, out: &mut impl Write, document: Option<&AverageLatency>) -> io::Result<()> {
        match (self.output, document) {
            (Output::Table | Output::Markdown, _) => {
                self.write_sheet(out, "Caches", sections::caches(document))
            }
            (Output::Json, Some(document)) if !self.latency => out.write_all(&to_json(document)?),
            // Written already, or never measured; one table is all that the other forms have.
            (Output::Json | Output::Jsonl | Output::Csv, _) => Ok(()),
        }
    }

    fn write_sheet(&self, out: &mut impl Write, title: &str, sheet: sections::Sheet) -> io::Result<()> {
        match self.output {
            Output::Markdown => sections::write_markdown(out, title, &[sheet]),
            _ => sections::write(out, title, &[sheet], self.look),
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
        let configured = Configured::read(place, config).await?;
        for problem in configured.books.problems() {
            messages::say(&format!("{problem}; reports are made without it"));
        }
        let made = make_reports(place, self.span, &self.options, &configured).await?;
        tell_of_inbox(place).await?;
        Ok(made)
    }
}
