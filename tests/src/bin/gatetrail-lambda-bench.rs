//! What the function `trail-errors` costs: its start beside that of an empty function, its zipped size, and the processor time
//! of a batch beside that of only fetching the same objects. Prints a table and the same numbers as JSON.
//!
//!     gatetrail-lambda-bench TRAIL_ERRORS EMPTY_LAMBDA FETCH_ONLY
//!
//! The three are binaries of the release profile; the last two are examples of the package `trail-errors`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench: what cannot be measured ends it"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use gatetrail_tests::log_file::{LogFile, key};
use gatetrail_tests::payloads::{s3_notification, sqs};
use gatetrail_tests::runtime_api::{Function, RuntimeApi, command};
use gatetrail_tests::stub::S3Stub;
use serde_json::{Value, json};

const STARTS: usize = 30;
const OBJECTS: usize = 1000;
/// Batches a process is measured over, after one that warms it up: the clock of processor time ticks a hundred times a second.
const BATCHES: usize = 10;
const ROUNDS: usize = 5;

/// Of a zip file with one entry: headers and directory.
const ZIP_FRAME_BYTES: usize = 136;

const START_TARGET_MS: f64 = 8.0;
const ZIP_TARGET_MB: f64 = 5.0;
const CPU_TARGET: f64 = 1.15;

fn main() -> ExitCode {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [trail_errors, empty, fetch_only] = &paths[..] else {
        eprintln!("usage: gatetrail-lambda-bench TRAIL_ERRORS EMPTY_LAMBDA FETCH_ONLY");
        return ExitCode::from(2);
    };
    let store = S3Stub::new();
    let batch = fill(&store);

    let [start, empty_start] = starts([trail_errors, empty], &store);
    let [zipped, empty_zipped] = [trail_errors, empty].map(|binary| zipped_bytes(binary) as f64 / 1e6);
    let [read, fetch] = batches([trail_errors, fetch_only], &store, &batch);
    let ratio = median(&read) / median(&fetch);
    let start_ms = median(&start) - median(&empty_start);

    println!("| `trail-errors` | measured | beside | target |");
    println!("| --- | --- | --- | --- |");
    println!(
        "| start: exec to the first request for an invocation | {} ms | empty function {} ms: **{start_ms:+.1} ms** | at most {START_TARGET_MS:+.0} ms |",
        spread(&start),
        spread(&empty_start)
    );
    println!(
        "| zipped binary | **{zipped:.2} MB** | empty function {empty_zipped:.2} MB | at most {ZIP_TARGET_MB:.0} MB |"
    );
    println!(
        "| processor time, batch of {OBJECTS} objects | {} ms | only fetching them {} ms: **x {ratio:.3}** | at most x {CPU_TARGET} |",
        spread(&read),
        spread(&fetch)
    );
    println!(
        "\nMedian (least to greatest). Starts: {STARTS} of each, in turn, on loopback. Processor time: user and system of the \
        process, {BATCHES} warm batches a process, {ROUNDS} processes of each in turn; objects of 6 to 60 records from a store \
        in memory on loopback over HTTP; fetching alone is the same client with the same concurrency, each object dropped. \
        No network and no TLS beyond loading its root certificates at the start.\n"
    );
    println!(
        "{}",
        json!({
            "start_ms": start, "empty_start_ms": empty_start, "start_over_empty_ms": start_ms,
            "zipped_mb": zipped, "empty_zipped_mb": empty_zipped,
            "batch_cpu_ms": read, "fetch_only_cpu_ms": fetch, "cpu_ratio": ratio,
            "targets_met": {
                "start": start_ms <= START_TARGET_MS, "zipped": zipped <= ZIP_TARGET_MB, "cpu": ratio <= CPU_TARGET,
            },
        })
    );
    ExitCode::SUCCESS
}

/// Puts the objects in place, as large as real ones are (a median of 6 records and 1.5 KB), and makes the batch that
/// announces them.
fn fill(store: &S3Stub) -> Value {
    let mut messages = Vec::new();
    for index in 0..OBJECTS {
        let records = if index % 20 == 0 { 60 } else { 6 };
        let id = format!("event-{index}");
        let events: &[(&str, &str)] = if index % 10 == 0 { &[(&id, "AccessDenied")] } else { &[] };
        let mut file = LogFile::new(events, records - events.len());
        for (record, number) in file.records.iter_mut().zip(0_u64..) {
            record["requestID"] =
                json!(format!("{:016X}", (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ index as u64));
            record["userIdentity"]["sessionContext"] = json!({"attributes": {"creationDate": "2026-11-20T09:00:00Z",
                "mfaAuthenticated": "false"}, "sessionIssuer": {"type": "Role", "principalId": "AROAEXAMPLEEXAMPLEEX",
                "arn": "arn:aws:iam::111122223333:role/service-role/some-role", "accountId": "111122223333"}});
            record["additionalEventData"] = json!({"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256",
                "bytesTransferredIn": number, "AuthenticationMethod": "AuthHeader", "x-amz-id-2": "c29tZSBsb25nIGlkIG9m"});
            record["tlsDetails"] = json!({"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": "some-bucket.s3.us-east-1.amazonaws.com"});
        }
        let key = key(&format!("{index:04}"));
        store.put("trail", &key, file.gzip());
        messages.push((format!("m{index}"), s3_notification("trail", &key).to_string()));
    }
    let messages: Vec<(&str, String)> =
        messages.iter().map(|(id, body)| (id.as_str(), body.clone())).collect();
    sqs(&messages)
}

fn variables(url: &str) -> [(&str, &str); 3] {
    [
        ("AWS_ENDPOINT_URL", url),
        ("GATETRAIL_SOURCE_BUCKETS", "trail"),
        ("GATETRAIL_RESULTS_BUCKET", "results"),
    ]
}

/// Milliseconds from exec to the first request for an invocation, of each binary in turn.
fn starts(binaries: [&PathBuf; 2], store: &S3Stub) -> [Vec<f64>; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..STARTS {
        for (binary, times) in binaries.into_iter().zip(&mut times) {
            let api = RuntimeApi::new();
            let mut command = command(binary, &api, &variables(&store.url()));
            let started = Instant::now();
            let mut child = command.spawn().expect("the binary starts");
            times.push(milliseconds(api.first_next().duration_since(started)));
            child.kill().and_then(|()| child.wait()).expect("the binary ends");
        }
    }
    times
}

fn zipped_bytes(binary: &Path) -> usize {
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
    deflate.write_all(&std::fs::read(binary).expect("the binary can be read")).expect("memory takes it");
    deflate.finish().expect("memory takes it").len() + ZIP_FRAME_BYTES
}

/// Milliseconds of processor time a batch, of each binary in turn.
fn batches(binaries: [&PathBuf; 2], store: &S3Stub, batch: &Value) -> [Vec<f64>; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (binary, times) in binaries.into_iter().zip(&mut times) {
            let function = Function::start(binary, &variables(&store.url()));
            let invoke = || {
                let answer = function.invoke(batch).answer();
                assert_eq!(answer["batchItemFailures"], json!([]), "{answer}");
            };
            invoke();
            let before = processor_time(function.process_id());
            (0..BATCHES).for_each(|_| invoke());
            let spent = processor_time(function.process_id()) - before;
            times.push(milliseconds(spent) / BATCHES as f64);
        }
    }
    times
}

/// User and system time of a process so far; fields 14 and 15 of its `stat`, in hundredths of a second.
fn processor_time(process_id: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process_id}/stat")).expect("Linux");
    // The second field is the program's name in brackets, and may hold blanks.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 =
        [fields[11], fields[12]].iter().map(|field| field.parse::<u64>().expect("a number")).sum();
    Duration::from_millis(ticks * 10)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn sorted(times: &[f64]) -> Vec<f64> {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn median(times: &[f64]) -> f64 {
    let sorted = sorted(times);
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    } else {
        sorted[middle]
    }
}

fn spread(times: &[f64]) -> String {
    let sorted = sorted(times);
    format!("{:.1} ({:.1} to {:.1})", median(times), sorted[0], sorted[sorted.len() - 1])
}
