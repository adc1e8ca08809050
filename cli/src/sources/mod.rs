//! Where files come from.

mod local;
#[cfg(feature = "aws")]
mod s3;
mod source;

pub(crate) use local::read_local;
#[cfg(feature = "aws")]
pub(crate) use s3::read_s3;
pub(crate) use source::{S3Prefix, Source};
