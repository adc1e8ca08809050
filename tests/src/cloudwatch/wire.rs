//! CBOR in and out, as Smithy RPC v2 has it.

use ciborium_ll::{Encoder, Header};
use serde::de::DeserializeOwned;

use super::input::EPOCH;
use super::world::Series;

/// Reads the body of a request.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    ciborium::from_reader(body).map_err(|error| error.to_string())
}

/// A page of ListMetrics.
pub(super) struct MetricsPage<'w> {
    pub(super) metrics: Vec<&'w Series>,
    /// Whether `OwningAccounts` is sent.
    pub(super) with_accounts: bool,
    pub(super) next_token: Option<String>,
}

/// A page of GetMetricData.
#[derive(Default)]
pub(super) struct DataPage {
    pub(super) results: Vec<DataResult>,
    pub(super) next_token: Option<String>,
    pub(super) messages: Vec<(String, String)>,
}

/// A result of GetMetricData.
#[derive(Debug, Clone, Default)]
pub struct DataResult {
    /// `Id` of its query.
    pub id: String,
    /// `Label`.
    pub label: String,
    /// `StatusCode`.
    pub status: String,
    /// `Timestamps`, in seconds since 1970.
    pub timestamps: Vec<f64>,
    /// `Values`.
    pub values: Vec<f64>,
    /// `Messages`, by code and value.
    pub messages: Vec<(String, String)>,
}

/// Writes CBOR; memory takes everything.
struct Writer<'b>(Encoder<&'b mut Vec<u8>>);

impl Writer<'_> {
    fn push(&mut self, header: Header) {
        self.0.push(header).expect("memory takes it");
    }

    /// A structure of so many members.
    fn structure(&mut self, members: usize) {
        self.push(Header::Map(Some(members)));
    }

    fn list(&mut self, items: usize) {
        self.push(Header::Array(Some(items)));
    }

    fn text(&mut self, text: &str) {
        self.0.text(text, None).expect("memory takes it");
    }

    fn member(&mut self, name: &str, text: &str) {
        self.text(name);
        self.text(text);
    }

    fn messages(&mut self, messages: &[(String, String)]) {
        self.text("Messages");
        self.list(messages.len());
        for (code, value) in messages {
            self.structure(2);
            self.member("Code", code);
            self.member("Value", value);
        }
    }
}

fn written(fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    fill(&mut Writer(Encoder::from(&mut bytes)));
    bytes
}

impl MetricsPage<'_> {
    pub(super) fn to_cbor(&self) -> Vec<u8> {
        written(|writer| {
            let members = 1 + usize::from(self.with_accounts) + usize::from(self.next_token.is_some());
            writer.structure(members);
            writer.text("Metrics");
            writer.list(self.metrics.len());
            for series in &self.metrics {
                writer.structure(3);
                writer.member("Namespace", &series.namespace);
                writer.member("MetricName", &series.metric);
                writer.text("Dimensions");
                writer.list(series.dimensions.len());
                for (name, value) in &series.dimensions {
                    writer.structure(2);
                    writer.member("Name", name);
                    writer.member("Value", value);
                }
            }
            if self.with_accounts {
                writer.text("OwningAccounts");
                writer.list(self.metrics.len());
                self.metrics.iter().for_each(|series| writer.text(&series.account));
            }
            if let Some(token) = &self.next_token {
                writer.member("NextToken", token);
            }
        })
    }
}

impl DataPage {
    pub(super) fn to_cbor(&self) -> Vec<u8> {
        written(|writer| {
            writer.structure(2 + usize::from(self.next_token.is_some()));
            writer.text("MetricDataResults");
            writer.list(self.results.len());
            self.results.iter().for_each(|result| result.write(writer));
            writer.messages(&self.messages);
            if let Some(token) = &self.next_token {
                writer.member("NextToken", token);
            }
        })
    }
}

impl DataResult {
    fn write(&self, writer: &mut Writer<'_>) {
        writer.structure(5 + usize::from(!self.messages.is_empty()));
        writer.member("Id", &self.id);
        writer.member("Label", &self.label);
        writer.text("Timestamps");
        writer.list(self.timestamps.len());
        for second in &self.timestamps {
            writer.push(Header::Tag(EPOCH));
            writer.push(Header::Float(*second));
        }
        writer.text("Values");
        writer.list(self.values.len());
        self.values.iter().for_each(|value| writer.push(Header::Float(*value)));
        writer.member("StatusCode", &self.status);
        if !self.messages.is_empty() {
            writer.messages(&self.messages);
        }
    }
}

/// The body of an error.
pub(super) fn error(shape: &str, message: &str) -> Vec<u8> {
    written(|writer| {
        writer.structure(2);
        writer.member("__type", shape);
        writer.member("message", message);
    })
}
