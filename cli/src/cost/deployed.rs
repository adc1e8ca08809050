//! What template.yaml deploys by default, as far as it is paid for. tests/template/test_cost.py holds these to the template and to
//! the functions.

/// Files that a batch of the queue brings at most.
pub(super) const FILES_IN_BATCH: f64 = 100.0;
/// Seconds for which a batch waits.
pub(super) const BATCH_WINDOW_S: f64 = 60.0;
/// Memory of each function.
pub(super) const MEMORY_GB: f64 = 0.5;
/// Metrics that the functions write about themselves.
pub(super) const OWN_METRICS: u64 = 34;
/// Dashboards.
pub(super) const DASHBOARDS: u64 = 1;
/// Alarms of Gatetrail itself; each is one metric.
pub(super) const ALARMS: u64 = 18;
/// With `ApiAlarms`: metrics of alarms that are not queries. The jump of failures is one alarm of three: the metric, and both
/// edges of its band.
pub(super) const METRICS_OF_API_ALARMS: u64 = 3;
/// With `ApiAlarms`: queries that look at one metric of each API.
pub(super) const QUERIES_OF_AN_API: u64 = 5;
/// With `ApiAlarms`: queries that look at a metric of each API and at the same one of each of its stages.
pub(super) const QUERIES_OF_AN_API_AND_ITS_STAGES: u64 = 1;
