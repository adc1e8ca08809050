//! `samples/README.md`, with the truth of the samples that it stands beside.

use crate::metrics::Measured;
use crate::truth::Truth;

pub(crate) fn readme(truth: &Truth, measured: &Measured) -> String {
    let codes: Vec<String> =
        truth.by_error_code.iter().map(|(code, count)| format!("| `{code}` | {count} |")).collect();
    let latencies: Vec<String> = measured
        .slowest()
        .into_iter()
        .map(|(api, requests, average_ms)| format!("| `{api}` | {average_ms:.1} ms | {requests} |"))
        .collect();
    let kilobytes = truth.bytes / 1000;
    let files = truth.files_analyzed + truth.files_rejected + truth.files_skipped;
    format!(
        r#"# A made-up organization trail

One day of CloudTrail (2026-11-20, UTC) as an organization trail delivers it to a bucket: {files} objects, {kilobytes} kB,
three accounts, two regions. **All of it is made up**: account ids are those of the AWS documentation, addresses come from
the ranges for documentation, people, APIs, keys and ids do not exist. Nothing is copied from a real trail; only the shape
of the records is real.

The small program in `make/` wrote this folder, this text included, and writes it again byte for byte:

    cargo run -p make-samples -- samples

## What Gatetrail must find

Counted by the program while it made the files, not by reading them; `expected.jsonl` has the same for machines.

| | |
| --- | --: |
| files analyzed | {analyzed} |
| files rejected (a gzip that ends in its middle) | {rejected} |
| files skipped (digests and an insight) | {skipped} |
| records in the analyzed files | {records} |
| of these, delivered again | {repeated} |
| API Gateway records as delivered | {delivered} |
| of these, delivered again | {duplicates} |
| API Gateway events | {events} |
| of these, replaced by a correction | {corrected} |
| **failures** | **{failures}** |

| error code | failures |
| --- | --: |
{codes}

The failures are those that remain when each event counts once and the correction has replaced what it corrects.

`metrics/` has what CloudWatch measured on the day, as `gatetrail pull` records it: periods of five minutes, two regions, the
stages of eleven APIs.

| API | average latency | requests |
| --- | --: | --: |
{latencies}

`orders` has a stage `canary` that nearly nobody calls and that takes a second: it hardly shows in the average, as it should.

## The day

- **111122223333** runs what all teams share. At 06:24 somebody deletes its REST API `legacy-reports`; a script asks for it
  until the evening (`NotFoundException`).
- **444455556666** is production. From 13:58 to 15:48 a changed policy denies the pipeline's role `ci-deploy` all of API
  Gateway (`AccessDenied`). Two Terraform runs change one HTTP API at once (`ConflictException`, `BadRequestException`, in
  the second generation's way: without an `errorMessage`), a partner's key is off (`UnauthorizedException`), a session
  expires (`ExpiredTokenException`).
  What `payments` depends on is slow from 17:05 to 17:40, and one request in twelve fails (`5XXError`).
- **777788889999** is staging. Terraform makes a large REST API too fast (`TooManyRequestsException`) and too large
  (`LimitExceededException`); a dashboard meets a bad quarter of an hour (`ServiceUnavailableException`,
  `ThrottlingException`); a contractor tries doors that are closed (`AccessDenied`).

What makes it awkward, as real trails are:

- About one record in twenty is delivered again: a few in a later file, and all of an hour of production, for which a
  second trail of that account (`AWSLogs/444455556666/`, without the organization) was on. Counting files instead of events
  shows far more denials than there were.
- One failure recorded as `ServiceUnavailableException` is corrected forty minutes later (`addendum`, `UPDATED_DATA`): it was
  throttling.
- Denied calls have no parameters: which API they meant is only in the text of the error. API `webhooks` is never named at all.
- Records of other services fail too, and some name API Gateway in their parameters.
- Nearly all kinds of identity occur: roles, users, root, services, other accounts, web identities, SAML and Identity Center
  users, and records without a type.
"#,
        analyzed = truth.files_analyzed,
        rejected = truth.files_rejected,
        skipped = truth.files_skipped,
        records = truth.records,
        repeated = truth.records_repeated,
        delivered = truth.api_gateway_delivered,
        duplicates = truth.duplicates(),
        events = truth.api_gateway_events,
        corrected = truth.corrected,
        failures = truth.failures(),
        codes = codes.join("\n"),
        latencies = latencies.join("\n"),
    )
}
