//! CloudWatch asked by boto3, an independent client.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The protocol that Gatetrail speaks.
pub const CBOR: &str = "smithy-rpc-v2-cbor";

/// The protocol that boto3 prefers.
pub const JSON: &str = "json";

/// Makes calls one after the other (`tests/tools/ask_cloudwatch.py` tells their form) and gives their answers; `None` where this
/// machine has no boto3, which comes with LocalStack.
///
/// # Panics
/// Where the program fails.
#[must_use]
pub fn ask_cloudwatch(address: SocketAddr, protocol: &str, calls: &Value) -> Option<Vec<Value>> {
    let python = crate::needed("GATETRAIL_LOCALSTACK_PYTHON")?;
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/ask_cloudwatch.py");
    let mut child = Command::new(python)
        .args([program, &format!("http://{address}"), crate::cloudwatch::REGION, protocol])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin.write_all(calls.to_string().as_bytes()).expect("the program reads its calls");
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{}", output.status);
    Some(serde_json::from_slice(&output.stdout).expect("answers are JSON"))
}
