//! The function's configuration, from its environment.

use gatetrail_aws::{BucketOwners, Environment, TopicArn};
use gatetrail_engine::RollupOptions;
use gatetrail_function::{ConfigError, FunctionSettings, ResultsSettings, Settings};

const TOP: &str = "GATETRAIL_TOP";
const LATEST_HOURS: &str = "GATETRAIL_LATEST_HOURS";
const CONCURRENCY: &str = "GATETRAIL_CONCURRENCY";
const ALERT_TOPIC_ARN: &str = "GATETRAIL_ALERT_TOPIC_ARN";

/// The answer to "top ten".
const DEFAULT_TOP: usize = 10;

/// A day: what a person who looks in the morning wants to see.
const DEFAULT_LATEST_HOURS: u32 = 24;

/// Documents are small and many, tables large and few: more connections than these would wait for the merge.
const DEFAULT_CONCURRENCY: usize = 16;

/// What the function is configured to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where inbox, tables and reports are.
    pub results: ResultsSettings,
    /// Rows of a report's tables.
    pub top: usize,
    /// Hours that the reports in `latest` cover.
    pub latest_hours: u32,
    /// Requests at a time.
    pub concurrency: usize,
    /// Who is told of alerts; nobody where it is not set.
    pub alert_topic: Option<TopicArn>,
    /// What Lambda tells of the function.
    pub function: FunctionSettings,
}

impl Config {
    /// Reads the configuration, and what the SDK needs, from variables.
    ///
    /// # Errors
    /// Names every problem at once.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<(Self, Environment), ConfigError> {
        let mut settings = Settings::new(&variable);
        let config = Self {
            results: ResultsSettings::read(&mut settings),
            top: settings.number(TOP, DEFAULT_TOP),
            latest_hours: settings.number(LATEST_HOURS, DEFAULT_LATEST_HOURS),
            concurrency: settings.number(CONCURRENCY, DEFAULT_CONCURRENCY),
            alert_topic: read_topic(&mut settings),
            function: FunctionSettings::read(&mut settings),
        };
        let environment = settings.finish(Environment::read(&variable))?;
        Ok((config, environment))
    }

    /// The account that the bucket has to belong to.
    #[must_use]
    pub fn bucket_owners(&self) -> BucketOwners {
        self.results.owned().collect()
    }

    /// How the inbox is rolled up. A quarter of the function's memory is for rows; the rest is for the documents that are being
    /// read, the tables that are being merged, the reports, connections and the program itself.
    #[must_use]
    pub fn rollup_options(&self) -> RollupOptions {
        RollupOptions {
            rows_bytes: (self.function.memory_mib << 20) / 4,
            concurrency: self.concurrency,
            top: self.top,
            latest_hours: self.latest_hours,
            pages: true,
        }
    }
}

fn read_topic<V: Fn(&str) -> Option<String>>(settings: &mut Settings<V>) -> Option<TopicArn> {
    let parsed = settings.optional(ALERT_TOPIC_ARN)?.parse();
    parsed.map_err(|error| settings.problem(format!("{ALERT_TOPIC_ARN}: {error}"))).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const MEMORY_SIZE: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";
    const RESULTS_BUCKET: &str = ResultsSettings::BUCKET;
    const RESULTS_PREFIX: &str = ResultsSettings::PREFIX;
    const RESULTS_OWNER: &str = ResultsSettings::OWNER;

    const SOUND: [(&str, &str); 4] = [
        (RESULTS_BUCKET, "results"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "key"),
    ];

    fn read(changes: &[(&'static str, &'static str)]) -> Result<Config, ConfigError> {
        let variables: HashMap<_, _> = SOUND.into_iter().chain(changes.iter().copied()).collect();
        Config::read(|name| variables.get(name).map(|&value| value.to_owned())).map(|(config, _)| config)
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let config = read(&[(MEMORY_SIZE, "512"), (RESULTS_PREFIX, "")]).unwrap();
        assert_eq!((config.results.bucket.as_str(), config.results.prefix.as_str()), ("results", ""));
        assert_eq!((config.bucket_owners(), config.alert_topic.clone()), (BucketOwners::new(), None));
        let options = config.rollup_options();
        assert_eq!(options.rows_bytes, 128 << 20);
        assert_eq!((options.concurrency, options.top, options.latest_hours), (16, 10, 24));
    }

    #[test]
    fn what_is_said_is_done() {
        let config = read(&[
            (RESULTS_PREFIX, "team"),
            (RESULTS_OWNER, "444455556666"),
            (TOP, "25"),
            (LATEST_HOURS, "168"),
            (CONCURRENCY, "4"),
            (ALERT_TOPIC_ARN, "arn:aws:sns:eu-west-1:111122223333:alerts"),
        ]);
        let config = config.unwrap();
        assert_eq!(config.results.prefix, "team/");
        assert_eq!(config.alert_topic, "arn:aws:sns:eu-west-1:111122223333:alerts".parse().ok());
        assert_eq!(config.bucket_owners()["results"], "444455556666");
        let options = config.rollup_options();
        assert_eq!((options.concurrency, options.top, options.latest_hours), (4, 25, 168));
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let problems = read(&[
            (RESULTS_BUCKET, ""),
            (RESULTS_PREFIX, "a//b"),
            (RESULTS_OWNER, "12"),
            (TOP, "0"),
            (LATEST_HOURS, "a day"),
            (CONCURRENCY, "-1"),
            (ALERT_TOPIC_ARN, "alerts"),
            ("AWS_REGION", ""),
        ]);
        let problems = problems.unwrap_err().problems;
        let wanted = [
            RESULTS_BUCKET,
            RESULTS_PREFIX,
            RESULTS_OWNER,
            TOP,
            LATEST_HOURS,
            CONCURRENCY,
            ALERT_TOPIC_ARN,
            "AWS_REGION",
        ];
        assert_eq!(problems.len(), wanted.len(), "{problems:#?}");
        for (problem, name) in problems.iter().zip(wanted) {
            assert!(problem.contains(name), "{problem}");
        }
    }
}
