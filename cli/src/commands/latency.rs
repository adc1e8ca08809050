//! `gatetrail latency`: the average latency by API, or by whatever else tells requests apart.

mod from_cloudwatch;

use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use gatetrail_engine::{
    LocalFile, ObjectStore, Place, Unreachable, find_recorded_pulls, newest_pull, read_configuration,
    read_directory, read_latencies, recorded_latencies,
};
use gatetrail_metrics::{Level, WindowRule};
use gatetrail_report::{
    ApiDirectory, ApiPattern, AverageLatency, Config, DurationMetric, Grouping, LatencyQuery, TimeRange,
    to_json,
};
use gatetrail_tables::Arrived;
use jiff::Timestamp;

use crate::args::{Anchor, LatencyArgs, Output};
use crate::exit::{Answered, Failure, unless_closed, usage};
use crate::input::{account_ids, read_config};
use crate::messages;
use crate::render::{Look, latency, second};
use crate::sources::Source;
use crate::store::{StoreAddress, Work, is_store, tell_of_inbox, work_on};
use crate::surroundings::Surroundings;
use crate::time::{AskedRange, Moment};

/// Rows of a table that somebody looks at.
const ROWS_FOR_PEOPLE: usize = 50;

pub(crate) fn run(args: &LatencyArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
    let config = args.config.as_deref().map(read_config).transpose()?;
    let mut question = Question { args, now: surroundings.now, whole_period: None };
    let found = match args.sources.as_slice() {
        [] => {
            question.whole_period = question.whole_period_of_percentiles()?;
            question.ask_cloudwatch(config.unwrap_or_default(), surroundings)?
        }
        [only] => match StoreAddress::of_source(only) {
            Some(address) if is_store(&address, &args.login)? => {
                work_on(&address, &args.login, InStore { question: &question, config })??
            }
            _ => question.ask_recorded(config.unwrap_or_default())?,
        },
        _ => question.ask_recorded(config.unwrap_or_default())?,
    };
    let Some(Found { document, newest, missed }) = found else {
        messages::say("nothing to answer from: nothing was pulled; gatetrail pull does");
        return Ok(Answered::Not);
    };
    let title = title(&document);
    let look = Look { width: surroundings.width, colored: surroundings.colors(args.output.color) };
    let mut out = BufWriter::new(io::stdout().lock());
    let written = match args.output.output {
        Output::Table => latency::write(&mut out, &document, &title, look),
        Output::Markdown => latency::write_markdown(&mut out, &document, &title),
        Output::Json => to_json(&document).map_err(io::Error::from).and_then(|json| out.write_all(&json)),
        Output::Jsonl => latency::write_json_lines(&mut out, &document),
        Output::Csv => latency::write_csv(&mut out, &document),
    };
    unless_closed(written.and_then(|()| out.flush()))?;
    if document.rows.is_empty()
        && let Some(newest) = newest
    {
        let counts_from_now = args.time.asked().is_relative() && args.time.anchor == Anchor::Now;
        let hint = if counts_from_now { "; --anchor newest counts from there" } else { "" };
        messages::say(&format!("the newest window that was pulled ends {} UTC{hint}", second(newest)));
    }
    let incomplete = missed || document.rows.iter().any(|row| !row.complete);
    Ok(if incomplete && args.strict { Answered::Incompletely } else { Answered::Fully })
}

/// An answer, and what the document does not tell.
struct Found {
    document: AverageLatency,
    /// End of the newest window there is.
    newest: Option<Timestamp>,
    /// Whether something could not be read, or not be pulled.
    missed: bool,
}

/// A whole hour or day: what a percentile is of.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "of what CloudWatch is asked"))]
struct WholePeriod {
    level: Level,
    period_s: u32,
    asked: AskedRange,
}

const HOUR_S: u32 = 3_600;
const DAY_S: u32 = 86_400;

fn title(document: &AverageLatency) -> String {
    let what = if document.metric == "Latency" { "latency" } else { "integration latency" };
    match document.by.as_slice() {
        [] => format!("Average {what} of all requests"),
        by if *by == ["api_name", "namespace", "region", "account"] => format!("Average {what} by API"),
        by => {
            let names: Vec<&str> =
                by.iter().map(|name| if *name == "api_name" { "API" } else { name }).collect();
            format!("Average {what} by {}", names.join(", "))
        }
    }
}

/// What is asked, of whatever there is to answer from.
struct Question<'a> {
    args: &'a LatencyArgs,
    now: Timestamp,
    /// In place of the time that is given, where CloudWatch is asked for percentiles.
    whole_period: Option<WholePeriod>,
}

impl Question<'_> {
    fn asked(&self) -> AskedRange {
        self.whole_period.map_or_else(|| self.args.time.asked(), |period| period.asked)
    }

    /// The hour or day whose percentiles are asked for. They merge neither over time nor over series, so whatever else is
    /// refused, before it is paid for.
    fn whole_period_of_percentiles(&self) -> Result<Option<WholePeriod>, Failure> {
        if self.args.percentiles.is_empty() {
            return Ok(None);
        }
        if self.args.metric != DurationMetric::Latency {
            return Err(usage(
                "percentiles are pulled of Latency alone: leave --metric or --percentiles out",
            ));
        }
        let (by, level) = (self.by(), self.by().level());
        if by != Grouping::of_level(level) || self.args.level.is_some_and(|only| only != level) {
            return Err(usage(
                "percentiles are of single series: give no --by and no --level, or \
                 --by api_name,namespace,region,account,stage (with ,method for those of methods)",
            ));
        }
        let asked = self.args.time.asked();
        let settled = WindowRule::default().settled(self.now).as_second();
        let length = |(from, to): (i64, i64)| u32::try_from(to - from).unwrap_or_default();
        let (from, to) = match (asked.since, asked.until) {
            // So long ago means the newest of that length.
            (None, None) => newest_whole(settled, DAY_S),
            (Some(Moment::Before(span)), None) if span.seconds() == u64::from(HOUR_S) => {
                newest_whole(settled, HOUR_S)
            }
            (Some(Moment::Before(span)), None) if span.seconds() == u64::from(DAY_S) => {
                newest_whole(settled, DAY_S)
            }
            _ => {
                let range = asked.resolve(self.now).map_err(usage)?;
                let seconds = |time: Option<Timestamp>| time.map_or(0, Timestamp::as_second);
                (seconds(range.from), seconds(range.to))
            }
        };
        let period_s = length((from, to));
        let is_whole = [HOUR_S, DAY_S].contains(&period_s) && from.rem_euclid(i64::from(period_s)) == 0;
        if !is_whole || to > settled {
            return Err(usage(
                "percentiles are of a whole hour or day (UTC) that has passed ten minutes ago, and cannot be derived for other \
                 times: give --last 1h or --last 24h, or both bounds, such as --since 2026-11-20 --until 2026-11-21",
            ));
        }
        let at = |second| Timestamp::from_second(second).map(Moment::At).map_err(usage);
        let whole = AskedRange { since: Some(at(from)?), until: Some(at(to)?) };
        Ok(Some(WholePeriod { level, period_s, asked: whole }))
    }

    /// The range of time; `newest` is the end of the newest window there is.
    fn range(&self, newest: Option<Timestamp>) -> Result<TimeRange, Failure> {
        let asked = self.asked();
        match self.args.time.anchor {
            Anchor::Newest if asked.is_relative() => match newest {
                Some(newest) => asked.resolve(newest).map_err(usage),
                // Without a window there is nothing to count from, and nothing to filter.
                None => Ok(TimeRange::default()),
            },
            Anchor::Newest | Anchor::Now => asked.resolve(self.now).map_err(usage),
        }
    }

    fn query(&self, time: TimeRange, config: &Config) -> Result<LatencyQuery, Failure> {
        Ok(LatencyQuery {
            time,
            accounts: account_ids(config, &self.args.account)?,
            regions: self.args.region.clone(),
            api: self.args.api.as_deref().map(ApiPattern::new),
            level: self.args.level,
            metric: self.args.metric,
            owed: gatetrail_report::Owed::ToNewestWindow,
        })
    }

    fn by(&self) -> Grouping {
        match self.args.by.as_slice() {
            [] => Grouping::of_level(Level::Api),
            by => Grouping::new(by.iter().copied()),
        }
    }

    fn most_rows(&self) -> usize {
        match self.args.top {
            Some(0) => usize::MAX,
            Some(rows) => rows,
            None if self.args.output.output.is_for_people() => ROWS_FOR_PEOPLE,
            None => usize::MAX,
        }
    }

    /// Answers from files that somebody keeps.
    fn ask_recorded(&self, config: Config) -> Result<Option<Found>, Failure> {
        let mut arrived = Arrived::default();
        let (mut read, mut unread) = (0_usize, 0_usize);
        for source in &self.args.sources {
            let Some(path) = source.path() else {
                let problem = match source {
                    Source::Stdin => "a recorded pull is read from a file",
                    Source::Path(_) | Source::S3(_) => {
                        "no store is there; a recorded pull is read from a file"
                    }
                };
                return Err(usage(problem));
            };
            let (of_path, not) = read_recorded(path, &mut arrived);
            read += of_path;
            unread += not;
        }
        if read == 0 {
            return Ok(None);
        }
        arrived.settle();
        self.answer_recorded(&arrived, &ApiDirectory::default(), config, unread > 0).map(Some)
    }

    fn answer_recorded(
        &self,
        arrived: &Arrived,
        directory: &ApiDirectory,
        config: Config,
        missed: bool,
    ) -> Result<Found, Failure> {
        let newest = arrived.windows().values().flatten().map(|window| window.window_end).max();
        let query = self.query(self.range(newest)?, &config)?;
        let document = recorded_latencies(arrived, directory, &query, &self.by(), &[], self.most_rows());
        Ok(Found { document: document.with_account_names(&config), newest, missed })
    }
}

/// The newest period of so many seconds that has ended by a second.
fn newest_whole(settled: i64, period_s: u32) -> (i64, i64) {
    let period_s = i64::from(period_s);
    let end = settled - settled.rem_euclid(period_s);
    (end - period_s, end)
}

/// Reads the recorded pulls of a path, and names what is none; how many could be read, and how many could not.
fn read_recorded(path: &Path, arrived: &mut Arrived) -> (usize, usize) {
    let (files, mut unreachable) = find_recorded_pulls(path);
    let (mut read, mut rejected) = (0, 0);
    for LocalFile { path, .. } in files {
        match fs::read(&path) {
            Ok(bytes) => match arrived.read_recorded(&bytes) {
                Ok(_) => read += 1,
                Err(reason) => {
                    rejected += 1;
                    messages::say(&format!("rejected {}: {reason}", path.display()));
                }
            },
            Err(source) => unreachable.push(Unreachable { path, source }),
        }
    }
    unreachable.iter().for_each(|one| messages::say(&format!("cannot read {one}")));
    (read, rejected + unreachable.len())
}

/// The question to a store.
struct InStore<'a> {
    question: &'a Question<'a>,
    /// In place of the store's.
    config: Option<Config>,
}

impl Work for InStore<'_> {
    type Output = Result<Option<Found>, Failure>;

    async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> Self::Output {
        let Self { question, config } = self;
        let config = match config {
            Some(config) => config,
            None => read_configuration(place).await?.unwrap_or_else(|problem| {
                messages::say(&format!("config/gatetrail.toml: {problem}; answered without it"));
                Config::default()
            }),
        };
        tell_of_inbox(place).await?;
        let newest = newest_pull(place).await?;
        if newest.is_none() {
            return Ok(None);
        }
        let query = question.query(question.range(newest)?, &config)?;
        let directory = read_directory(place).await?;
        let document =
            read_latencies(place, &directory, &query, &question.by(), &[], question.most_rows()).await?;
        Ok(Some(Found { document: document.with_account_names(&config), newest, missed: false }))
    }
}
