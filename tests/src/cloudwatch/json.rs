//! The same in AWS JSON 1.0, the other protocol of CloudWatch, which boto3 prefers.

use serde_json::{Value, json};

use super::wire::{DataPage, DataResult, MetricsPage};

impl MetricsPage<'_> {
    pub(super) fn to_json(&self) -> Vec<u8> {
        let metrics = self.metrics.iter().map(|series| {
            let dimensions =
                series.dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value}));
            json!({"Namespace": series.namespace, "MetricName": series.metric,
                "Dimensions": dimensions.collect::<Vec<_>>()})
        });
        let mut page = json!({"Metrics": metrics.collect::<Vec<_>>()});
        if self.with_accounts {
            page["OwningAccounts"] = self.metrics.iter().map(|series| series.account.as_str()).collect();
        }
        with_token(page, self.next_token.as_ref())
    }
}

impl DataPage {
    pub(super) fn to_json(&self) -> Vec<u8> {
        let results = self.results.iter().map(|result| {
            let DataResult { id, label, status, timestamps, values, messages: said } = result;
            json!({"Id": id, "Label": label, "StatusCode": status, "Timestamps": timestamps, "Values": values,
                "Messages": messages(said)})
        });
        let page =
            json!({"MetricDataResults": results.collect::<Vec<_>>(), "Messages": messages(&self.messages)});
        with_token(page, self.next_token.as_ref())
    }
}

fn messages(messages: &[(String, String)]) -> Value {
    messages.iter().map(|(code, value)| json!({"Code": code, "Value": value})).collect()
}

fn with_token(mut page: Value, token: Option<&String>) -> Vec<u8> {
    if let Some(token) = token {
        page["NextToken"] = json!(token);
    }
    page.to_string().into_bytes()
}

/// The body of an error.
pub(super) fn error(shape: &str, message: &str) -> Vec<u8> {
    json!({"__type": shape, "message": message}).to_string().into_bytes()
}
