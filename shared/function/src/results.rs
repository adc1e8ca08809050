//! Settings that every function has: where results are, and what Lambda tells of the function itself.

use crate::settings::Settings;

/// What a function has when Lambda is not told.
const DEFAULT_MEMORY_MIB: usize = 128;

/// Where inbox, tables and reports are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResultsSettings {
    /// The bucket.
    pub bucket: String,
    /// What all keys begin with: empty, or ends in `/`.
    pub prefix: String,
    /// To which account the bucket has to belong.
    pub owner: Option<String>,
}

impl ResultsSettings {
    /// The variable that names the bucket.
    pub const BUCKET: &'static str = "GATETRAIL_RESULTS_BUCKET";
    /// The variable that says what keys begin with.
    pub const PREFIX: &'static str = "GATETRAIL_RESULTS_PREFIX";
    /// The variable that names the bucket's account.
    pub const OWNER: &'static str = "GATETRAIL_RESULTS_OWNER";

    /// Reads the three.
    pub fn read<V: Fn(&str) -> Option<String>>(settings: &mut Settings<V>) -> Self {
        Self {
            bucket: settings.required(Self::BUCKET),
            prefix: settings.key_prefix(Self::PREFIX),
            owner: settings.account(Self::OWNER),
        }
    }

    /// The bucket with its owner, where that is known.
    pub fn owned(&self) -> impl Iterator<Item = (String, String)> {
        self.owner.iter().map(|owner| (self.bucket.clone(), owner.clone()))
    }
}

/// What Lambda tells a function of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionSettings {
    /// Its name: the dimension of its metrics.
    pub name: String,
    /// Its memory.
    pub memory_mib: usize,
}

impl FunctionSettings {
    /// Reads `AWS_LAMBDA_FUNCTION_NAME` and `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`.
    pub fn read<V: Fn(&str) -> Option<String>>(settings: &mut Settings<V>) -> Self {
        Self {
            name: settings.optional("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
            memory_mib: settings.number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", DEFAULT_MEMORY_MIB),
        }
    }
}
