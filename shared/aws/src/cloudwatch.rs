//! The source of metrics on CloudWatch.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_cloudwatch::config::http::HttpResponse;
use aws_sdk_cloudwatch::config::retry::RetryConfig;
use aws_sdk_cloudwatch::config::{Builder, Region};
use aws_sdk_cloudwatch::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
use aws_sdk_cloudwatch::operation::list_metrics::ListMetricsOutput;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    Dimension, MessageData, Metric, MetricDataQuery, MetricDataResult, MetricStat, RecentlyActive, ScanBy,
};
use aws_sdk_cloudwatch::{Client, Config};
use gatetrail_engine::{
    DataPage, DataRequest, ListedPage, ListingRequest, MetricError, MetricErrorKind, MetricOperation,
    MetricSource,
};
use gatetrail_metrics::{ListedMetric, Message, NAMESPACE, Page, Query, QueryResult, Status};
use jiff::Timestamp;

use crate::environment::{Environment, timeouts};

/// CloudWatch, a client for each region, made when it is first asked. Does not retry: the pull does, and counts.
#[derive(Debug)]
pub struct CloudWatch {
    /// All but the region.
    config: Builder,
    clients: Mutex<BTreeMap<String, Client>>,
}

impl CloudWatch {
    /// What the adapter asks of AWS, as permissions are named. Neither can be narrowed down to a resource.
    pub const CALLS: &'static [&'static str] = &["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"];

    /// CloudWatch with a function's credentials. Loads the machine's root certificates, once for all regions, when it is
    /// first asked.
    #[must_use]
    pub fn new(environment: &Environment) -> Self {
        Self::from_config(environment.cloudwatch_config())
    }

    pub(crate) fn from_config(config: Builder) -> Self {
        let config = config.retry_config(RetryConfig::disabled()).timeout_config(timeouts());
        Self { config, clients: Mutex::default() }
    }

    /// The client of a region. Clones of a client share its connections.
    fn client(&self, region: &str) -> Client {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let made = clients.entry(region.to_owned()).or_insert_with(|| {
            let config: Config = self.config.clone().region(Region::new(region.to_owned())).build();
            Client::from_conf(config)
        });
        made.clone()
    }
}

impl MetricSource for CloudWatch {
    async fn list_metrics(&self, request: &ListingRequest<'_>) -> Result<ListedPage, MetricError> {
        let ListingRequest { region, account, linked_accounts, recently_active, page } = *request;
        let asked = self
            .client(region)
            .list_metrics()
            .namespace(NAMESPACE)
            .set_include_linked_accounts(linked_accounts.then_some(true))
            .set_recently_active(recently_active.then_some(RecentlyActive::Pt3H))
            .set_next_token(page.map(str::to_owned));
        let answer = Box::pin(asked.send()).await;
        let answer = answer.map_err(|error| metric_error(MetricOperation::ListMetrics, region, error))?;
        Ok(listed_page(answer, region, account))
    }

    async fn metric_data(&self, request: &DataRequest<'_>) -> Result<DataPage, MetricError> {
        let DataRequest { region, window, queries, linked_accounts, page } = *request;
        let queries = queries.iter().map(|one| query(one, linked_accounts)).collect();
        let asked = self
            .client(region)
            .get_metric_data()
            .set_metric_data_queries(Some(queries))
            .start_time(date_time(window.read_from))
            .end_time(date_time(window.to))
            .scan_by(ScanBy::TimestampAscending)
            .set_next_token(page.map(str::to_owned));
        let answer = Box::pin(asked.send()).await;
        let answer = answer.map_err(|error| metric_error(MetricOperation::GetMetricData, region, error))?;
        Ok(data_page(answer))
    }
}

fn date_time(time: Timestamp) -> DateTime {
    DateTime::from_secs(time.as_second())
}

fn query(query: &Query<'_>, linked_accounts: bool) -> MetricDataQuery {
    let dimension = |(name, value): &(&str, &str)| Dimension::builder().name(*name).value(*value).build();
    let metric = Metric::builder()
        .namespace(query.namespace)
        .metric_name(query.metric)
        .set_dimensions(Some(query.dimensions.iter().map(dimension).collect()))
        .build();
    let period_s = i32::try_from(query.period.seconds()).unwrap_or(i32::MAX);
    let statistic = MetricStat::builder().metric(metric).period(period_s).stat(query.statistic).build();
    MetricDataQuery::builder()
        .id(&query.id)
        .metric_stat(statistic)
        .set_account_id(linked_accounts.then(|| query.account.to_owned()))
        .build()
}

/// The owners are index-aligned with the metrics, and only there where linked accounts were asked for.
fn listed_page(answer: ListMetricsOutput, region: &str, account: &str) -> ListedPage {
    let mut owners = answer.owning_accounts.unwrap_or_default().into_iter();
    let metrics = answer.metrics.unwrap_or_default().into_iter().map(|metric| {
        let dimensions = metric.dimensions.unwrap_or_default().into_iter();
        ListedMetric {
            account: owners.next().unwrap_or_else(|| account.to_owned()),
            region: region.to_owned(),
            namespace: metric.namespace.unwrap_or_default(),
            metric: metric.metric_name.unwrap_or_default(),
            dimensions: dimensions
                .map(|dimension| gatetrail_metrics::Dimension {
                    name: dimension.name.unwrap_or_default(),
                    value: dimension.value.unwrap_or_default(),
                })
                .collect(),
        }
    });
    ListedPage { metrics: metrics.collect(), next: token(answer.next_token) }
}

fn data_page(answer: GetMetricDataOutput) -> DataPage {
    let results = answer.metric_data_results.unwrap_or_default().into_iter().map(result).collect();
    let page = Page { messages: messages(answer.messages), results };
    DataPage { page, next: token(answer.next_token) }
}

fn result(result: MetricDataResult) -> QueryResult {
    let timestamps = result.timestamps.unwrap_or_default();
    // What jiff cannot hold lies outside of every window, as the ends of time do.
    let time = |at: &DateTime| {
        let nanoseconds = i32::try_from(at.subsec_nanos()).unwrap_or(0);
        Timestamp::new(at.secs(), nanoseconds).unwrap_or(Timestamp::MAX)
    };
    QueryResult {
        id: result.id.unwrap_or_default(),
        status: Status::named(result.status_code.as_ref().map_or("", |code| code.as_str())),
        timestamps: timestamps.iter().map(time).collect(),
        values: result.values.unwrap_or_default(),
        messages: messages(result.messages),
    }
}

fn messages(messages: Option<Vec<MessageData>>) -> Vec<Message> {
    let messages = messages.unwrap_or_default().into_iter();
    let message = |message: MessageData| Message {
        code: message.code.unwrap_or_default(),
        value: message.value.unwrap_or_default(),
    };
    messages.map(message).collect()
}

/// An emulator may answer with an empty token where there is no next page.
fn token(token: Option<String>) -> Option<String> {
    token.filter(|token| !token.is_empty())
}

fn metric_error<E>(operation: MetricOperation, region: &str, error: SdkError<E, HttpResponse>) -> MetricError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let kind = match &error {
        SdkError::ServiceError(service) => {
            kind_of_answer(service.raw().status().as_u16(), service.err().code())
        }
        SdkError::TimeoutError(_) => MetricErrorKind::Timeout,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => MetricErrorKind::Timeout,
        // Of an answer that broke off another try may bring all.
        SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => MetricErrorKind::Connection,
        _ => MetricErrorKind::Request,
    };
    MetricError { operation, region: region.to_owned(), kind, source: Some(Box::new(error)) }
}

/// Status and code: CloudWatch throttles with status 400, a proxy answers without a code.
fn kind_of_answer(status: u16, code: Option<&str>) -> MetricErrorKind {
    match (status, code) {
        (429, _)
        | (
            _,
            Some(
                "Throttling"
                | "ThrottlingException"
                | "ThrottledException"
                | "RequestLimitExceeded"
                | "LimitExceededFault"
                | "LimitExceededException"
                | "TooManyRequestsException",
            ),
        ) => MetricErrorKind::Throttled,
        (500.., _) | (_, Some("InternalServiceFault" | "InternalServiceError" | "ServiceUnavailable")) => {
            MetricErrorKind::Service { status }
        }
        (408, _) | (_, Some("RequestTimeout" | "RequestTimeoutException")) => MetricErrorKind::Timeout,
        (401 | 403, _) | (_, Some("AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation")) => {
            MetricErrorKind::AccessDenied
        }
        _ => MetricErrorKind::Refused { status },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_told_from_what_will_not() {
        let passes = |status, code| kind_of_answer(status, code).may_pass();
        for (status, code) in [
            (400, Some("Throttling")),
            (400, Some("ThrottlingException")),
            (429, None),
            (500, Some("InternalServiceFault")),
            (503, None),
            (408, None),
        ] {
            assert!(passes(status, code), "{status} {code:?}");
        }
        for (status, code) in [
            (403, Some("AccessDenied")),
            (400, Some("AccessDeniedException")),
            (400, Some("InvalidParameterValue")),
            (400, Some("ValidationError")),
            (404, None),
        ] {
            assert!(!passes(status, code), "{status} {code:?}");
        }
        assert_eq!(kind_of_answer(400, Some("Throttling")), MetricErrorKind::Throttled);
    }

    #[test]
    fn owners_belong_to_their_metrics() {
        let metric = |name: &str| Metric::builder().namespace(NAMESPACE).metric_name(name).build();
        let answer = ListMetricsOutput::builder().metrics(metric("Latency")).metrics(metric("Count"));
        let accounts = |answer: ListMetricsOutput| {
            let page = listed_page(answer, "eu-west-1", "111122223333");
            page.metrics.into_iter().map(|metric| metric.account).collect::<Vec<_>>()
        };
        assert_eq!(accounts(answer.clone().build()), ["111122223333"; 2]);
        let linked = answer.owning_accounts("111122223333").owning_accounts("444455556666");
        assert_eq!(accounts(linked.build()), ["111122223333", "444455556666"]);
    }
}
