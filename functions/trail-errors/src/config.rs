//! The function's configuration, from its environment.

use gatetrail_aws::{BucketOwners, Environment};
use gatetrail_engine::ReadOptions;
use gatetrail_function::{ConfigError, FunctionSettings, ResultsSettings, Settings};
use gatetrail_trail::Limits;

const SOURCE_BUCKETS: &str = "GATETRAIL_SOURCE_BUCKETS";
const SOURCE_OWNER: &str = "GATETRAIL_SOURCE_OWNER";
const SOURCE_ROLE_ARN: &str = "GATETRAIL_SOURCE_ROLE_ARN";
const ERROR_CODE_DIMENSION: &str = "GATETRAIL_ERROR_CODE_DIMENSION";
const CONCURRENCY: &str = "GATETRAIL_CONCURRENCY";
const MAX_TEXT_BYTES: &str = "GATETRAIL_MAX_TEXT_BYTES";

/// A thousand small objects take a second with so many connections; more of them mostly cost handshakes.
const DEFAULT_CONCURRENCY: usize = 32;

/// What the function is configured to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where documents are written.
    pub results: ResultsSettings,
    /// Where objects may be read.
    pub source_buckets: Vec<String>,
    /// To which account those buckets have to belong.
    pub source_owner: Option<String>,
    /// The role that reads those buckets, where the function's own may not: they belong to another account.
    pub source_role_arn: Option<String>,
    /// Whether error codes are a dimension of a metric of their own, which CloudWatch bills by the code.
    pub error_code_dimension: bool,
    /// Objects fetched at a time.
    pub concurrency: usize,
    /// Largest text of a file.
    pub max_text_bytes: u64,
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
            source_buckets: settings.list(SOURCE_BUCKETS),
            source_owner: settings.account(SOURCE_OWNER),
            source_role_arn: settings.optional(SOURCE_ROLE_ARN),
            error_code_dimension: settings.switch(ERROR_CODE_DIMENSION),
            concurrency: settings.number(CONCURRENCY, DEFAULT_CONCURRENCY),
            max_text_bytes: settings.number(MAX_TEXT_BYTES, Limits::default().max_text_bytes),
            function: FunctionSettings::read(&mut settings),
        };
        let is_role = |arn: &String| arn.starts_with("arn:") && arn.contains(":role/");
        if let Some(arn) = config.source_role_arn.as_ref().filter(|arn| !is_role(arn)) {
            settings.problem(format!("{SOURCE_ROLE_ARN} is no ARN of a role: {arn:?}"));
        }
        // Documents written where objects are read would call the function for ever.
        if !config.results.bucket.is_empty() && config.source_buckets.contains(&config.results.bucket) {
            settings.problem(format!(
                "{} is one of {SOURCE_BUCKETS} ({}): the function would read its own results",
                ResultsSettings::BUCKET,
                config.results.bucket
            ));
        }
        let environment = settings.finish(Environment::read(&variable))?;
        Ok((config, environment))
    }

    /// The accounts that buckets have to belong to.
    #[must_use]
    pub fn bucket_owners(&self) -> BucketOwners {
        let sources = self.source_buckets.iter();
        let owned = sources.filter_map(|bucket| Some((bucket.clone(), self.source_owner.clone()?)));
        owned.chain(self.results.owned()).collect()
    }

    /// How batches are read. Of the function's memory a quarter is for objects on their way and an eighth for events;
    /// the rest is for the text that is being read (8 MiB at most), the document, connections and the program itself.
    #[must_use]
    pub fn read_options(&self) -> ReadOptions {
        let memory_bytes = self.function.memory_mib << 20;
        ReadOptions {
            source_buckets: self.source_buckets.clone(),
            limits: Limits { max_text_bytes: self.max_text_bytes, ..Limits::default() },
            concurrency: self.concurrency,
            objects_bytes: memory_bytes / 4,
            events_bytes: memory_bytes / 8,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const MEMORY_SIZE: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";
    const RESULTS_BUCKET: &str = ResultsSettings::BUCKET;
    const RESULTS_OWNER: &str = ResultsSettings::OWNER;

    const SOUND: [(&str, &str); 5] = [
        (RESULTS_BUCKET, "results"),
        (SOURCE_BUCKETS, "trail, other-trail"),
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
        let config = read(&[(SOURCE_OWNER, ""), (MEMORY_SIZE, "512")]).unwrap();
        assert_eq!(config.source_buckets, ["trail", "other-trail"]);
        assert_eq!((config.concurrency, config.max_text_bytes), (DEFAULT_CONCURRENCY, 2 << 30));
        assert_eq!((config.results.owner.as_deref(), config.source_owner.as_deref()), (None, None));
        assert!(!config.error_code_dimension);
        assert_eq!(config.read_options().objects_bytes, 128 << 20);
        assert_eq!(config.bucket_owners(), BucketOwners::new());
    }

    #[test]
    fn owners_go_with_their_buckets() {
        let config = read(&[(SOURCE_OWNER, "111122223333"), (RESULTS_OWNER, "444455556666")]).unwrap();
        let owners = config.bucket_owners();
        assert_eq!(owners["trail"], "111122223333");
        assert_eq!(owners["other-trail"], "111122223333");
        assert_eq!(owners["results"], "444455556666");
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let problems = read(&[
            (RESULTS_BUCKET, ""),
            (SOURCE_BUCKETS, "trail,,"),
            (SOURCE_OWNER, "12"),
            (SOURCE_ROLE_ARN, "reader"),
            (ERROR_CODE_DIMENSION, "yes"),
            (CONCURRENCY, "0"),
            (MAX_TEXT_BYTES, "2GB"),
            ("AWS_REGION", ""),
        ]);
        let problems = problems.unwrap_err().problems;
        let wanted = [
            RESULTS_BUCKET,
            SOURCE_BUCKETS,
            SOURCE_OWNER,
            ERROR_CODE_DIMENSION,
            CONCURRENCY,
            MAX_TEXT_BYTES,
            SOURCE_ROLE_ARN,
            "AWS_REGION",
        ];
        assert_eq!(problems.len(), wanted.len(), "{problems:#?}");
        for (problem, name) in problems.iter().zip(wanted) {
            assert!(problem.contains(name), "{problem}");
        }
    }

    #[test]
    fn results_never_go_to_a_source() {
        let error = read(&[(RESULTS_BUCKET, "other-trail")]).unwrap_err();
        assert!(error.to_string().contains("the function would read its own results"), "{error}");
    }
}
