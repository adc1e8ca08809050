//! The function's configuration, from its environment.

use gatetrail_aws::Environment;
use gatetrail_engine::{PullOptions, Schedule};
use gatetrail_function::{ConfigError, FunctionSettings, ResultsSettings, Settings};
use gatetrail_metrics::{
    ApiFilter, ApiPattern, Level, Percentile, Period, PriceTable, Selection, Statistic, WindowRule,
};

const REGIONS: &str = "GATETRAIL_REGIONS";
const LINKED_ACCOUNTS: &str = "GATETRAIL_LINKED_ACCOUNTS";
const ASK_API_GATEWAY: &str = "GATETRAIL_ASK_API_GATEWAY";
const METRICS: &str = "GATETRAIL_METRICS";
const LEVELS: &str = "GATETRAIL_LEVELS";
const PERCENTILES: &str = "GATETRAIL_PERCENTILES";
const PERCENTILE_PERIODS: &str = "GATETRAIL_PERCENTILE_PERIODS_S";
const PERIOD: &str = "GATETRAIL_PERIOD_S";
const WINDOW: &str = "GATETRAIL_WINDOW_S";
const DELAY: &str = "GATETRAIL_DELAY_S";
const OVERLAP: &str = "GATETRAIL_OVERLAP_S";
const TICK_OFFSET: &str = "GATETRAIL_TICK_OFFSET_S";
const INCLUDE_APIS: &str = "GATETRAIL_INCLUDE_APIS";
const EXCLUDE_APIS: &str = "GATETRAIL_EXCLUDE_APIS";
const METRICS_BUDGET: &str = "GATETRAIL_METRICS_BUDGET";
const WINDOWS_A_RUN: &str = "GATETRAIL_WINDOWS_A_RUN";
const CONCURRENCY: &str = "GATETRAIL_CONCURRENCY";

/// Ten minutes past the hour, when its datapoints have converged.
const DEFAULT_TICK_OFFSET_S: u32 = 600;

/// With their overlaps three times as many hours, so that a day of outage is caught up in two runs.
const DEFAULT_WINDOWS_A_RUN: usize = 4;

/// What the function is configured to do.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where documents are written.
    pub results: ResultsSettings,
    /// What Lambda tells of the function.
    pub function: FunctionSettings,
    /// Whether API Gateway is asked for names of APIs.
    pub ask_api_gateway: bool,
    /// What is pulled, and how; the account and the seed are an invocation's.
    pub pull: PullOptions,
}

impl Config {
    /// Reads the configuration, and what the SDK needs, from variables.
    ///
    /// # Errors
    /// Names every problem at once.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<(Self, Environment), ConfigError> {
        let mut settings = Settings::new(&variable);
        let results = ResultsSettings::read(&mut settings);
        let function = FunctionSettings::read(&mut settings);
        let environment = Environment::read(&variable);
        let ask_api_gateway = settings.switch(ASK_API_GATEWAY);
        let own_region = environment.as_ref().map(|environment| environment.region().to_owned());
        let pull = PullOptions {
            account: String::new(),
            regions: settings.optional_list(REGIONS).unwrap_or_else(|| own_region.into_iter().collect()),
            linked_accounts: settings.switch(LINKED_ACCOUNTS),
            schedules: schedules(&mut settings),
            filter: ApiFilter {
                include: patterns(&mut settings, INCLUDE_APIS),
                exclude: patterns(&mut settings, EXCLUDE_APIS),
            },
            budget: settings.number(METRICS_BUDGET, PullOptions::DEFAULT_BUDGET),
            price: PriceTable::default(),
            windows_a_run: settings.number(WINDOWS_A_RUN, DEFAULT_WINDOWS_A_RUN),
            concurrency: settings.number(CONCURRENCY, PullOptions::DEFAULT_CONCURRENCY),
            seed: 0,
        };
        let environment = settings.finish(environment)?;
        Ok((Self { results, function, ask_api_gateway, pull }, environment))
    }
}

fn patterns<V: Fn(&str) -> Option<String>>(settings: &mut Settings<V>, name: &str) -> Vec<ApiPattern> {
    let texts = settings.optional_list(name).unwrap_or_default();
    texts.iter().map(|text| ApiPattern::new(text)).collect()
}

/// Reads what is pulled: the schedule, and one of percentiles for each of their periods.
fn schedules<V: Fn(&str) -> Option<String>>(settings: &mut Settings<V>) -> Vec<Schedule> {
    let Some(rule) = rule(settings) else { return Vec::new() };
    let Some(mut selection) = selection(settings) else { return Vec::new() };
    let percentiles: Vec<Percentile> = settings
        .optional_list(PERCENTILES)
        .unwrap_or_default()
        .iter()
        .filter_map(|name| match Statistic::named(name) {
            Some(Statistic::Percentile(percentile)) => Some(percentile),
            _ => {
                settings.problem(format!("{PERCENTILES}: {name:?} is none of p50, p90, p95 and p99"));
                None
            }
        })
        .collect();
    let periods = settings
        .numbers(PERCENTILE_PERIODS)
        .unwrap_or_else(|| PullOptions::DEFAULT_PERCENTILE_PERIODS_S.to_vec());
    if percentiles.is_empty() {
        return vec![Schedule::new(rule, selection)];
    }
    if periods.contains(&rule.period().seconds()) {
        selection = selection.with_percentiles(percentiles.iter().copied());
    }
    let main = Schedule::new(rule, selection);
    let mut schedules = vec![main.clone()];
    for period_s in periods.into_iter().filter(|&period_s| period_s != rule.period().seconds()) {
        match Schedule::percentiles(&main, period_s, percentiles.iter().copied()) {
            Ok(schedule) => schedules.push(schedule),
            Err(problem) => settings.problem(format!("{PERCENTILE_PERIODS}: {problem}")),
        }
    }
    schedules
}

fn rule<V: Fn(&str) -> Option<String>>(settings: &mut Settings<V>) -> Option<WindowRule> {
    let default = WindowRule::default();
    let period_s = settings.number(PERIOD, default.period().seconds());
    let window_s = settings.number(WINDOW, default.length_s());
    let delay_s = settings.number_or_zero(DELAY, default.delay_s());
    let overlap_s = settings.number_or_zero(OVERLAP, default.overlap_s());
    let offset_s =
        settings.number_or_zero(TICK_OFFSET, DEFAULT_TICK_OFFSET_S.min(window_s.saturating_sub(period_s)));
    let period =
        Period::from_seconds(period_s).map_err(|error| settings.problem(format!("{PERIOD}: {error}")));
    let made = default
        .with_delay(delay_s)
        .map_err(|error| settings.problem(format!("{DELAY}: {error}")))
        .and_then(|rule| {
            rule.with_overlap(overlap_s).map_err(|error| settings.problem(format!("{OVERLAP}: {error}")))
        });
    let (Ok(period), Ok(rule)) = (period, made) else { return None };
    let rule =
        rule.with_windows(period, window_s).map_err(|error| settings.problem(format!("{WINDOW}: {error}")));
    rule.ok()?
        .with_tick_offset(offset_s)
        .map_err(|error| settings.problem(format!("{TICK_OFFSET}: {error}")))
        .ok()
}

fn selection<V: Fn(&str) -> Option<String>>(settings: &mut Settings<V>) -> Option<Selection> {
    let selection = match settings.optional_list(METRICS) {
        None => Selection::default(),
        Some(texts) => Selection::of_metrics(texts.iter().map(String::as_str))
            .map_err(|error| settings.problem(format!("{METRICS}: {error}")))
            .ok()?,
    };
    let Some(names) = settings.optional_list(LEVELS) else { return Some(selection) };
    let levels: Option<Vec<Level>> = names
        .iter()
        .map(|name| {
            let level = Level::named(name);
            if level.is_none() {
                settings.problem(format!("{LEVELS}: {name:?} is none of api, stage and method"));
            }
            level
        })
        .collect();
    Some(selection.on_levels(levels?))
}

#[cfg(test)]
mod tests;
