//! What a SOURCE on the command line names.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::surroundings::arguments_of_process;

/// A source of CloudTrail files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// `-`
    Stdin,
    /// A file or folder.
    Path(PathBuf),
    /// `s3://bucket/prefix`
    S3(S3Prefix),
}

/// Objects of a bucket whose keys begin with a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct S3Prefix {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
}

impl Source {
    /// Where it lies on this machine, if it does.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Stdin | Self::S3(_) => None,
        }
    }

    /// What it is on S3, if it lies there.
    #[cfg(feature = "aws")]
    pub(crate) fn s3(&self) -> Option<&S3Prefix> {
        match self {
            Self::S3(prefix) => Some(prefix),
            Self::Stdin | Self::Path(_) => None,
        }
    }

    /// Reads an argument. Whatever is neither `-` nor an S3 address is a path.
    pub(crate) fn parse(argument: OsString) -> Result<Self, String> {
        if argument == "-" {
            return Ok(Self::Stdin);
        }
        if argument.is_empty() {
            return Err("give a file, a folder, - for standard input, or s3://bucket/prefix".to_owned());
        }
        let Some(address) = argument.to_str().and_then(|text| text.strip_prefix("s3://")) else {
            return Ok(Self::Path(argument.into()));
        };
        let (bucket, prefix) = address.split_once('/').unwrap_or((address, ""));
        if bucket.is_empty() {
            return Err("an S3 address names a bucket: s3://bucket/prefix".to_owned());
        }
        if cfg!(feature = "aws") {
            return Ok(Self::S3(S3Prefix { bucket: bucket.to_owned(), prefix: prefix.to_owned() }));
        }
        Err(format!(
            "this build does not know S3; the AWS half takes minutes to compile and is left out unless asked for:\n\
             \x20 cargo run --release --features aws -- {}\n\
             or, to keep it:\n\
             \x20 cargo install --path cli --features aws",
            arguments_of_process()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments() {
        assert_eq!(Source::parse("-".into()), Ok(Source::Stdin));
        assert_eq!(Source::parse("./-".into()), Ok(Source::Path("./-".into())));
        assert_eq!(Source::parse("s3:/x".into()), Ok(Source::Path("s3:/x".into())));
        assert!(Source::parse("".into()).is_err());
        assert!(Source::parse("s3:///prefix".into()).unwrap_err().contains("s3://bucket/prefix"));
    }

    #[test]
    #[cfg(not(feature = "aws"))]
    fn without_the_feature_s3_names_the_command_that_adds_it() {
        let problem = Source::parse("s3://trail-bucket/AWSLogs/".into()).unwrap_err();
        assert!(problem.contains("cargo run --release --features aws -- "), "{problem}");
        assert!(problem.contains("cargo install --path cli --features aws"), "{problem}");
    }

    #[test]
    #[cfg(feature = "aws")]
    fn buckets_and_prefixes() {
        let named = |bucket: &str, prefix: &str| {
            Ok(Source::S3(S3Prefix { bucket: bucket.to_owned(), prefix: prefix.to_owned() }))
        };
        assert_eq!(Source::parse("s3://b".into()), named("b", ""));
        assert_eq!(Source::parse("s3://b/".into()), named("b", ""));
        assert_eq!(Source::parse("s3://b/AWSLogs/o".into()), named("b", "AWSLogs/o"));
    }
}
