//! The protocols of CloudWatch that are spoken here: what a request is in each, and what an answer.

use serde::de::DeserializeOwned;

use super::asked::{Asked, Detail};
use super::server::Refusal;
use super::wire::{DataPage, MetricsPage};
use super::{json, wire};
use crate::http::{Request, Response};

/// Where an operation is, in Smithy RPC v2.
const PATH: &str = "/service/GraniteServiceVersion20100801/operation/";

/// What the header of an operation begins with, in AWS JSON.
const TARGET: &str = "GraniteServiceVersion20100801.";

/// How a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Protocol {
    /// Smithy RPC v2 over CBOR.
    Cbor,
    /// AWS JSON 1.0.
    Json,
}

impl Protocol {
    /// The protocol of a request.
    pub(super) fn of(request: &Request) -> Self {
        if request.header("x-amz-target").is_some() { Self::Json } else { Self::Cbor }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Cbor => "application/cbor",
            Self::Json => "application/x-amz-json-1.0",
        }
    }

    /// Reads a request, and looks whether it is what the protocol wants.
    pub(super) fn read(self, request: &Request) -> Result<Asked, Refusal> {
        let refused = |message: String| Refusal::Protocol(message);
        let Request { method, target, .. } = request;
        let operation = match self {
            Self::Json => request.header("x-amz-target").and_then(|header| header.strip_prefix(TARGET)),
            Self::Cbor if request.header("smithy-protocol") == Some("rpc-v2-cbor") => {
                target.strip_prefix(PATH)
            }
            Self::Cbor => None,
        };
        let Some(operation) = operation.filter(|_| method == "POST") else {
            return Err(refused(format!("{method} {target} is no request to CloudWatch")));
        };
        if request.header("content-type") != Some(self.content_type()) {
            return Err(refused(format!("content-type {:?}", request.header("content-type"))));
        }
        let detail = match operation {
            "ListMetrics" => Detail::ListMetrics(self.parse(&request.body).map_err(refused)?),
            "GetMetricData" => Detail::GetMetricData(self.parse(&request.body).map_err(refused)?),
            _ => return Err(refused(format!("no operation {operation}"))),
        };
        let region = region_of(request.header("authorization").unwrap_or_default()).map_err(refused)?;
        Ok(Asked { region, detail })
    }

    fn parse<T: DeserializeOwned>(self, body: &[u8]) -> Result<T, String> {
        match self {
            Self::Cbor => wire::read(body),
            Self::Json => serde_json::from_slice(body).map_err(|error| error.to_string()),
        }
    }

    pub(super) fn metrics(self, page: &MetricsPage<'_>) -> Vec<u8> {
        match self {
            Self::Cbor => page.to_cbor(),
            Self::Json => page.to_json(),
        }
    }

    pub(super) fn data(self, page: &DataPage) -> Vec<u8> {
        match self {
            Self::Cbor => page.to_cbor(),
            Self::Json => page.to_json(),
        }
    }

    /// An answer with the protocol's headers.
    pub(super) fn response(self, status: u16, body: Vec<u8>) -> Response {
        let response = Response::new(status, body)
            .with("content-type", self.content_type())
            .with("x-amzn-requestid", "00000000-0000-4000-8000-000000000000");
        match self {
            Self::Cbor => response.with("smithy-protocol", "rpc-v2-cbor"),
            Self::Json => response,
        }
    }

    /// An error; `query_code` is that of the oldest protocol, or empty.
    pub(super) fn error(self, status: u16, shape: &str, query_code: &str, message: &str) -> Response {
        let body = match self {
            Self::Cbor => wire::error(shape, message),
            Self::Json => json::error(shape, message),
        };
        let response = self.response(status, body);
        if query_code.is_empty() { response } else { response.with("x-amzn-query-error", query_code) }
    }
}

/// The region in the scope of a signature, which has to be CloudWatch's.
fn region_of(authorization: &str) -> Result<String, String> {
    let scope = authorization.split_once("Credential=").map_or("", |(_, scope)| scope);
    let scope: Vec<&str> = scope.split(',').next().unwrap_or_default().split('/').collect();
    match scope[..] {
        [_key, _day, region, "monitoring", "aws4_request"] => Ok(region.to_owned()),
        _ => Err(format!("not signed for CloudWatch: {authorization:?}")),
    }
}
