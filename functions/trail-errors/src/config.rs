//! The function's configuration, from its environment.

use std::fmt;
use std::str::FromStr;

use gatetrail_aws::{BucketOwners, Environment};
use gatetrail_engine::ReadOptions;
use gatetrail_trail::Limits;

const RESULTS_BUCKET: &str = "GATETRAIL_RESULTS_BUCKET";
const SOURCE_BUCKETS: &str = "GATETRAIL_SOURCE_BUCKETS";
const RESULTS_OWNER: &str = "GATETRAIL_RESULTS_OWNER";
const SOURCE_OWNER: &str = "GATETRAIL_SOURCE_OWNER";
const ERROR_CODE_DIMENSION: &str = "GATETRAIL_ERROR_CODE_DIMENSION";
const CONCURRENCY: &str = "GATETRAIL_CONCURRENCY";
const MAX_TEXT_BYTES: &str = "GATETRAIL_MAX_TEXT_BYTES";
const MEMORY_SIZE: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";
const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";

/// A thousand small objects take a second with so many connections; more of them mostly cost handshakes.
const DEFAULT_CONCURRENCY: usize = 32;

/// What a function has when Lambda is not told.
const DEFAULT_MEMORY_MIB: usize = 128;

/// What the function is configured to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where documents are written.
    pub results_bucket: String,
    /// To which account that bucket has to belong.
    pub results_owner: Option<String>,
    /// Where objects may be read.
    pub source_buckets: Vec<String>,
    /// To which account those buckets have to belong.
    pub source_owner: Option<String>,
    /// Whether error codes are a dimension of a metric of their own, which CloudWatch bills by the code.
    pub error_code_dimension: bool,
    /// Objects fetched at a time.
    pub concurrency: usize,
    /// Largest text of a file.
    pub max_text_bytes: u64,
    /// The function's memory.
    pub memory_mib: usize,
    /// The function's name: the dimension of its metrics.
    pub function_name: String,
}

/// All that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Each names its variable.
    pub problems: Vec<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "configuration: {}", self.problems.join("; "))
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the configuration, and what the SDK needs, from variables.
    ///
    /// # Errors
    /// Names every problem at once.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<(Self, Environment), ConfigError> {
        let mut problems = Vec::new();
        let mut reader = Reader { variable: &variable, problems: &mut problems };
        let results_bucket = reader.required(RESULTS_BUCKET);
        let source_buckets = reader.required(SOURCE_BUCKETS);
        let config = Self {
            source_buckets: reader.list(SOURCE_BUCKETS, &source_buckets),
            results_owner: reader.account(RESULTS_OWNER),
            source_owner: reader.account(SOURCE_OWNER),
            error_code_dimension: reader.switch(ERROR_CODE_DIMENSION),
            concurrency: reader.number(CONCURRENCY, DEFAULT_CONCURRENCY),
            max_text_bytes: reader.number(MAX_TEXT_BYTES, Limits::default().max_text_bytes),
            memory_mib: reader.number(MEMORY_SIZE, DEFAULT_MEMORY_MIB),
            function_name: reader.optional(FUNCTION_NAME).unwrap_or_default(),
            results_bucket,
        };
        // Documents written where objects are read would call the function for ever.
        if !config.results_bucket.is_empty() && config.source_buckets.contains(&config.results_bucket) {
            problems.push(format!(
                "{RESULTS_BUCKET} is one of {SOURCE_BUCKETS} ({}): the function would read its own results",
                config.results_bucket
            ));
        }
        let environment = Environment::read(&variable).map_err(|missing| problems.push(missing.to_string()));
        match environment {
            Ok(environment) if problems.is_empty() => Ok((config, environment)),
            _ => Err(ConfigError { problems }),
        }
    }

    /// The accounts that buckets have to belong to.
    #[must_use]
    pub fn bucket_owners(&self) -> BucketOwners {
        let sources = self.source_buckets.iter().map(|bucket| (bucket, &self.source_owner));
        let all = sources.chain([(&self.results_bucket, &self.results_owner)]);
        all.filter_map(|(bucket, owner)| Some((bucket.clone(), owner.clone()?))).collect()
    }

    /// How batches are read. Of the function's memory a quarter is for objects on their way and an eighth for events;
    /// the rest is for the text that is being read (8 MiB at most), the document, connections and the program itself.
    #[must_use]
    pub fn read_options(&self) -> ReadOptions {
        let memory_bytes = self.memory_mib << 20;
        ReadOptions {
            source_buckets: self.source_buckets.clone(),
            limits: Limits { max_text_bytes: self.max_text_bytes, ..Limits::default() },
            concurrency: self.concurrency,
            objects_bytes: memory_bytes / 4,
            events_bytes: memory_bytes / 8,
        }
    }
}

struct Reader<'r, V> {
    variable: &'r V,
    problems: &'r mut Vec<String>,
}

impl<V: Fn(&str) -> Option<String>> Reader<'_, V> {
    /// A template that passes an empty parameter on means "not set".
    fn optional(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn required(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.problems.push(format!("{name} is not set"));
            String::new()
        })
    }

    fn list(&mut self, name: &str, value: &str) -> Vec<String> {
        let entries: Vec<String> = value.split(',').map(|entry| entry.trim().to_owned()).collect();
        if !value.is_empty() && entries.iter().any(String::is_empty) {
            self.problems.push(format!("{name} has an empty entry: {value:?}"));
        }
        entries
    }

    fn account(&mut self, name: &str) -> Option<String> {
        let account = self.optional(name)?;
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            self.problems.push(format!("{name} is no account id of 12 digits: {account:?}"));
        }
        Some(account)
    }

    fn switch(&mut self, name: &str) -> bool {
        match self.optional(name).as_deref() {
            None | Some("off") => false,
            Some("on") => true,
            Some(other) => {
                self.problems.push(format!("{name} is neither `on` nor `off`: {other:?}"));
                false
            }
        }
    }

    fn number<N: FromStr + PartialOrd + Default>(&mut self, name: &str, default: N) -> N {
        let Some(text) = self.optional(name) else { return default };
        match text.parse() {
            Ok(number) if number > N::default() => number,
            _ => {
                self.problems.push(format!("{name} is no number above 0: {text:?}"));
                default
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

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
        assert_eq!((config.results_owner.as_deref(), config.source_owner.as_deref()), (None, None));
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
