//! What CloudWatch refuses, as far as a client could get it wrong.

use std::collections::HashSet;

use super::input::{GetMetricDataInput, ListMetricsInput, MetricDataQuery};
use super::world::Minute;

const MAX_QUERIES: usize = 500;
const MAX_DATAPOINTS: u64 = 100_800;

/// Why a GetMetricData is refused.
pub(super) fn of_get_metric_data(input: &GetMetricDataInput) -> Result<(), String> {
    let queries = &input.metric_data_queries;
    if queries.is_empty() {
        return Err("The parameter MetricDataQueries must have at least one query.".into());
    }
    if queries.len() > MAX_QUERIES {
        return Err("The collection MetricDataQueries must not have a size greater than 500.".into());
    }
    if input.start_time >= input.end_time {
        return Err("The parameter StartTime must be less than the parameter EndTime.".into());
    }
    if input.start_time.second().and(input.end_time.second()).is_none() {
        return Err("Times must be whole seconds.".into());
    }
    if input.max_datapoints.is_some_and(|most| most == 0 || most > MAX_DATAPOINTS) {
        return Err("The parameter MaxDatapoints must be at most 100800.".into());
    }
    let orders = ["TimestampAscending", "TimestampDescending"];
    if input.scan_by.as_deref().is_some_and(|order| !orders.contains(&order)) {
        return Err("The parameter ScanBy must be TimestampAscending or TimestampDescending.".into());
    }
    let mut ids = HashSet::new();
    for query in queries {
        of_query(query)?;
        if !ids.insert(&query.id) {
            return Err(format!("The id {} is not unique.", query.id));
        }
    }
    Ok(())
}

fn of_query(query: &MetricDataQuery) -> Result<(), String> {
    let id = &query.id;
    let well_formed = id.len() <= 255
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !well_formed {
        return Err(format!("The id {id:?} does not match ^[a-z][a-zA-Z0-9_]*$."));
    }
    let Some(stat) = &query.metric_stat else {
        return Err(format!("The query {id} has no MetricStat; this server evaluates no expression."));
    };
    if query.expression.is_some() || query.period.is_some() {
        return Err(format!("The query {id} has MetricStat and Expression or Period."));
    }
    if stat.period < 60 || stat.period % 60 != 0 {
        return Err(format!("The period {} is not a multiple of 60.", stat.period));
    }
    if stat.unit.as_deref() == Some("") {
        return Err("A unit must not be empty.".into());
    }
    let any = Minute { sample_count: 1.0, sum: 1.0, minimum: 1.0, maximum: 1.0 };
    if any.statistic(&stat.stat).is_none() {
        return Err(format!("The value {} for parameter Stat is not supported.", stat.stat));
    }
    let account = query.account_id.as_deref();
    if account
        .is_some_and(|account| account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(format!("The account {account:?} does not have 12 digits."));
    }
    let mut names = HashSet::new();
    let dimensions = &stat.metric.dimensions;
    if dimensions.len() > 30 || dimensions.iter().any(|one| one.value.is_empty() || !names.insert(&one.name))
    {
        return Err(format!("The dimensions of {id} are empty, too many, or named twice."));
    }
    Ok(())
}

/// Why a ListMetrics is refused.
pub(super) fn of_list_metrics(input: &ListMetricsInput) -> Result<(), String> {
    if input.recently_active.as_deref().is_some_and(|value| value != "PT3H") {
        return Err("The parameter RecentlyActive must be PT3H.".into());
    }
    if input.dimensions.len() > 10 {
        return Err("The collection Dimensions must not have a size greater than 10.".into());
    }
    Ok(())
}
