//! The API Gateway event: one call to API Gateway's control plane, as CloudTrail recorded it.

mod api;
mod decode;
mod fields;
mod principal;
mod user;

use std::borrow::Cow;

use jiff::Timestamp;

pub use api::{ApiKind, NoApiKind};
pub(crate) use decode::{Decoded, decode};

/// The `eventSource` of API Gateway's control plane, v1 (REST) and v2 (HTTP, WebSocket) alike.
pub const EVENT_SOURCE: &str = "apigateway.amazonaws.com";

/// Grows whenever the same record may give another row, so that the better parser's row wins (DESIGN: the set `events`).
pub const PARSER_REVISION: u32 = 1;

/// One API Gateway event. Fields are named as the columns of SEMANTICS.md; a text that is absent is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event<'t> {
    /// `eventID`; for a record without one `sha256:` and the hash of its bytes, so that copies are still one event.
    pub event_id: Cow<'t, str>,
    /// `eventTime`, UTC; `None` where it is no RFC 3339 time.
    pub event_time: Option<Timestamp>,
    /// `eventName`: the call.
    pub event_name: Cow<'t, str>,
    /// `eventType`, `AwsApiCall` for nearly all.
    pub event_type: Cow<'t, str>,
    /// `awsRegion`.
    pub region: Cow<'t, str>,
    /// `sourceIPAddress`: an address, the DNS name of an AWS service, or `AWS Internal`.
    pub source_ip: Cow<'t, str>,
    /// `userAgent`.
    pub user_agent: Cow<'t, str>,
    /// `requestID`.
    pub request_id: Cow<'t, str>,
    /// `readOnly`.
    pub read_only: Option<bool>,
    /// `recipientAccountId`, else `userIdentity.accountId`: 12 digits as text.
    pub account_id: Cow<'t, str>,
    /// `errorCode` as it is; empty for a call that succeeded.
    pub error_code: Cow<'t, str>,
    /// `errorMessage`, else `responseElements.message` or `.Message`.
    pub error_message: Cow<'t, str>,
    /// Who called, by the rule of the query that Gatetrail replaces: `bob`, `user/team/bob`, `root`, `Role/session`.
    pub user: Cow<'t, str>,
    /// `userIdentity.type`.
    pub principal_type: Cow<'t, str>,
    /// Who called, for people: the role's name, the user's, the service's.
    pub principal_name: Cow<'t, str>,
    /// The session of an assumed role or federated user.
    pub session_name: Cow<'t, str>,
    /// `userIdentity.invokedBy`: the AWS service that called on the principal's behalf.
    pub invoked_by: Cow<'t, str>,
    /// Name of the API that the call created, imported or updated.
    pub api_name: Cow<'t, str>,
    /// `responseElements.name` of other calls: an API key's, a usage plan's, a stage's.
    pub resource_name: Cow<'t, str>,
    /// Id of the API.
    pub api_id: Cow<'t, str>,
    /// Which sort of API.
    pub api_kind: Option<ApiKind>,
    /// Stage of the API.
    pub stage: Cow<'t, str>,
    /// What of the API the call was about: a resource's or route's id or key, else the path in the denied call's ARN.
    pub resource: Cow<'t, str>,
    /// `requestParameters.basePath`.
    pub base_path: Cow<'t, str>,
    /// `requestParameters.domainName`.
    pub domain_name: Cow<'t, str>,
    /// `sharedEventID`: one action seen by several accounts.
    pub shared_event_id: Cow<'t, str>,
    /// `addendum.reason`; `UPDATED_DATA` makes the event a correction of [`Self::original_event_id`].
    pub addendum_reason: Cow<'t, str>,
    /// `addendum.originalEventID`.
    pub original_event_id: Cow<'t, str>,
    /// The event is dated more than an hour after the delivery of its file. Its date is wrong, and it is in no window.
    pub after_delivery: bool,
}

impl Event<'_> {
    /// Whether the call failed: it has an error code.
    #[must_use]
    pub fn failed(&self) -> bool {
        !self.error_code.is_empty()
    }
}
