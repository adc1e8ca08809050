//! GetMetricData: the datapoints of series.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::asked::Asked;
use super::input::{GetMetricDataInput, MetricDataQuery, MetricStat};
use super::script::{Answer, Script};
use super::server::Refusal;
use super::wire::{DataPage, DataResult};
use super::world::{Minute, Series, World};
use super::{ACCOUNT, validation};

/// Where a page begins: a query, and so many of its datapoints in.
#[derive(Clone, Copy, Default)]
struct Place {
    query: usize,
    datapoint: usize,
}

/// The page that is asked for; an empty one where `no_result`.
pub(super) fn answer(
    world: &World,
    script: &mut Script,
    asked: &Asked,
    input: &GetMetricDataInput,
    no_result: bool,
    serial: u64,
) -> Result<DataPage, Refusal> {
    validation::of_get_metric_data(input).map_err(Refusal::Invalid)?;
    let begin = match &input.next_token {
        Some(token) => begin_of(token, input).ok_or(Refusal::InvalidToken)?,
        None => Place::default(),
    };
    let token =
        |place: Place| Some(format!("{}/{}/{}/{serial}", place.query, place.datapoint, asking(input)));
    if no_result {
        return Ok(DataPage { next_token: token(begin), ..DataPage::default() });
    }
    let mut page = DataPage { messages: script.messages(), ..DataPage::default() };
    if input.next_token.is_none() {
        page.results.extend(script.unasked.iter().cloned());
    }
    let asked_most =
        input.max_datapoints.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    let mut room = script.datapoints_a_page.min(asked_most);
    let mut skip = begin.datapoint;
    for (place, query) in input.metric_data_queries.iter().enumerate().skip(begin.query) {
        let Some(stat) = &query.metric_stat else { continue };
        if room == 0 {
            page.next_token = token(Place { query: place, datapoint: 0 });
            break;
        }
        let series = series_of(asked, query, stat);
        let mut result = result_of(world, &series, query, stat, input);
        result.timestamps.drain(..skip.min(result.timestamps.len()));
        result.values.drain(..skip.min(result.values.len()));
        let rest = result.values.len() > room;
        if rest {
            result.timestamps.truncate(room);
            result.values.truncate(room);
            "PartialData".clone_into(&mut result.status);
            page.next_token = token(Place { query: place, datapoint: skip + room });
        }
        room -= result.values.len();
        skip = 0;
        page.results.extend(changed(result, script.answer_for(&series, &stat.stat)));
        if rest {
            break;
        }
    }
    Ok(page)
}

fn series_of(asked: &Asked, query: &MetricDataQuery, stat: &MetricStat) -> Series {
    let metric = &stat.metric;
    let mut dimensions: Vec<_> =
        metric.dimensions.iter().map(|one| (one.name.clone(), one.value.clone())).collect();
    dimensions.sort();
    Series {
        account: query.account_id.clone().unwrap_or_else(|| ACCOUNT.to_owned()),
        region: asked.region.clone(),
        namespace: metric.namespace.clone(),
        metric: metric.metric_name.clone(),
        dimensions,
    }
}

/// All datapoints of a query, in the order that is asked for. An unknown series has none, and is no error.
fn result_of(
    world: &World,
    series: &Series,
    query: &MetricDataQuery,
    stat: &MetricStat,
    input: &GetMetricDataInput,
) -> DataResult {
    let mut result = DataResult {
        id: query.id.clone(),
        label: query.label.clone().unwrap_or_else(|| stat.metric.metric_name.clone()),
        status: "Complete".to_owned(),
        ..DataResult::default()
    };
    // A unit is a filter: what was sent with another is not seen.
    if stat.unit.as_deref().is_some_and(|unit| unit != unit_of(&series.metric)) {
        return result;
    }
    let of_minute = world.of_minutes(series);
    let (start, end) = (input.start_time.0 as i64, input.end_time.0 as i64);
    // The start is rounded down to a period; the end is exclusive.
    let mut begin = start.div_euclid(stat.period) * stat.period;
    while begin < end {
        let value = Minute::of_period(&of_minute, begin, stat.period)
            .and_then(|samples| samples.statistic(&stat.stat));
        if let Some(value) = value {
            result.timestamps.push(begin as f64);
            result.values.push(value);
        }
        begin += stat.period;
    }
    if input.scan_by.as_deref() != Some("TimestampAscending") {
        result.timestamps.reverse();
        result.values.reverse();
    }
    result
}

/// The units of API Gateway's metrics.
fn unit_of(metric: &str) -> &'static str {
    match metric {
        "Latency" | "IntegrationLatency" => "Milliseconds",
        "DataProcessed" => "Bytes",
        _ => "Count",
    }
}

fn changed(mut result: DataResult, answer: Option<Answer>) -> Option<DataResult> {
    match answer {
        None => {}
        Some(Answer::Missing) => return None,
        Some(Answer::Status(code)) => {
            code.clone_into(&mut result.status);
            result.timestamps.clear();
            result.values.clear();
        }
        Some(Answer::Half) => {
            let half = result.values.len() / 2;
            result.timestamps.truncate(half);
            result.values.truncate(half);
            "PartialData".clone_into(&mut result.status);
        }
        Some(Answer::Message(code, value)) => result.messages.push((code.to_owned(), value.to_owned())),
        Some(Answer::Changed(change)) => change(&mut result),
    }
    Some(result)
}

fn begin_of(token: &str, input: &GetMetricDataInput) -> Option<Place> {
    let parts: Vec<&str> = token.split('/').collect();
    let [query, datapoint, of, _serial] = parts[..] else { return None };
    (of == asking(input)).then_some(())?;
    Some(Place { query: query.parse().ok()?, datapoint: datapoint.parse().ok()? })
}

/// What a token is good for: the same queries over the same time.
fn asking(input: &GetMetricDataInput) -> String {
    let mut hasher = DefaultHasher::new();
    format!("{:?} {:?} {:?}", input.metric_data_queries, input.start_time, input.end_time).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
