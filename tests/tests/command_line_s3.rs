//! The real command line over S3: the answer is that of the same files in a folder, to the byte.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use gatetrail_tests::localstack::localstack;
use gatetrail_tests::needed;
use gatetrail_tests::s3::Bucket;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("samples")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// Puts the samples into a bucket, below a prefix that needs encoding.
fn bucket_of_samples(address: SocketAddr) -> Bucket {
    let bucket = Bucket::create(address, "samples-trail");
    for file in files_below(&samples().join("AWSLogs")) {
        let key = file.strip_prefix(samples()).unwrap().to_str().unwrap();
        bucket.put(&format!("odd prefix/a+b/{key}"), &std::fs::read(&file).unwrap());
    }
    bucket.put("odd prefix/a+b/notes.txt", b"no log file");
    bucket
}

fn errors(program: &str, address: SocketAddr, source: &str) -> Output {
    let mut command = Command::new(program);
    command.args(["errors", "-o", "json", "--by", "error_code,user,api", "--top", "0", source]);
    command.args(["--endpoint-url", &format!("http://{address}")]);
    command
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test");
    command.env("AWS_EC2_METADATA_DISABLED", "true").output().unwrap()
}

#[test]
fn a_prefix_answers_as_the_folder_does() {
    let (Some(program), Some(address)) = (needed("GATETRAIL_BIN"), localstack()) else { return };
    let bucket = bucket_of_samples(address);
    let folder = errors(&program, address, samples().join("AWSLogs").to_str().unwrap());
    let prefix = errors(&program, address, &format!("s3://{}/odd prefix/a+b/AWSLogs/", bucket.name));
    assert_eq!(String::from_utf8_lossy(&prefix.stdout), String::from_utf8_lossy(&folder.stdout));
    assert_eq!(prefix.status.code(), Some(0));
    let unread = String::from_utf8_lossy(&prefix.stderr).into_owned();
    assert!(unread.contains("gatetrail: rejected s3://samples-trail/odd prefix/a+b/AWSLogs/"), "{unread}");
}

#[test]
fn a_bucket_that_is_not_there_is_named() {
    let (Some(program), Some(address)) = (needed("GATETRAIL_BIN"), localstack()) else { return };
    let answer = errors(&program, address, "s3://no-such-bucket/AWSLogs/");
    assert_eq!(answer.status.code(), Some(1));
    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert!(said.contains("s3://no-such-bucket/AWSLogs/"), "{said}");
}
