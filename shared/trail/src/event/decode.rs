//! From the text of one record to the API Gateway event in it.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::api::{ApiKind, ArnApi, Request, Response, answers_with_an_api, arn_path};
use super::fields::{Value, each_field};
use super::principal::Identity;
use super::user::slice;
use super::{EVENT_SOURCE, Event};

/// What a record that may be API Gateway's turned out to be.
#[derive(Debug)]
pub(crate) enum Decoded<'t> {
    /// An API Gateway event.
    ApiGateway(Box<Event<'t>>),
    /// Some other service's.
    Other,
    /// No valid JSON.
    Invalid,
}

/// The top-level fields that are read, as they stand.
struct Fields<'t> {
    event_source: Value<'t>,
    event_id: Value<'t>,
    event_time: Value<'t>,
    event_name: Value<'t>,
    event_type: Value<'t>,
    region: Value<'t>,
    source_ip: Value<'t>,
    user_agent: Value<'t>,
    request_id: Value<'t>,
    read_only: Value<'t>,
    recipient: Value<'t>,
    error_code: Value<'t>,
    error_message: Value<'t>,
    identity: Value<'t>,
    request: Value<'t>,
    response: Value<'t>,
    shared_event_id: Value<'t>,
    addendum: Value<'t>,
}

/// Decodes one record object. `record` is its text as it stands in the file, before control characters and invalid UTF-8
/// were replaced in `text`.
pub(crate) fn decode<'t>(record: &[u8], text: &'t str) -> Decoded<'t> {
    let mut fields = Fields {
        event_source: Value::NULL,
        event_id: Value::NULL,
        event_time: Value::NULL,
        event_name: Value::NULL,
        event_type: Value::NULL,
        region: Value::NULL,
        source_ip: Value::NULL,
        user_agent: Value::NULL,
        request_id: Value::NULL,
        read_only: Value::NULL,
        recipient: Value::NULL,
        error_code: Value::NULL,
        error_message: Value::NULL,
        identity: Value::NULL,
        request: Value::NULL,
        response: Value::NULL,
        shared_event_id: Value::NULL,
        addendum: Value::NULL,
    };
    let parsed = each_field(text, &mut |key, value| {
        let field = match key {
            "eventSource" => &mut fields.event_source,
            "eventID" => &mut fields.event_id,
            "eventTime" => &mut fields.event_time,
            "eventName" => &mut fields.event_name,
            "eventType" => &mut fields.event_type,
            "awsRegion" => &mut fields.region,
            "sourceIPAddress" => &mut fields.source_ip,
            "userAgent" => &mut fields.user_agent,
            "requestID" => &mut fields.request_id,
            "readOnly" => &mut fields.read_only,
            "recipientAccountId" => &mut fields.recipient,
            "errorCode" => &mut fields.error_code,
            "errorMessage" => &mut fields.error_message,
            "userIdentity" => &mut fields.identity,
            "requestParameters" => &mut fields.request,
            "responseElements" => &mut fields.response,
            "sharedEventID" => &mut fields.shared_event_id,
            "addendum" => &mut fields.addendum,
            _ => return,
        };
        // Of a key that stands twice the last value counts.
        *field = value;
    });
    if parsed.is_err() {
        return Decoded::Invalid;
    }
    if fields.event_source.text() != EVENT_SOURCE {
        return Decoded::Other;
    }
    Decoded::ApiGateway(Box::new(fields.event(record)))
}

impl<'t> Fields<'t> {
    fn event(&self, record: &[u8]) -> Event<'t> {
        let mut event = Event {
            event_id: self.event_id.text(),
            event_time: self.event_time.text().parse::<Timestamp>().ok(),
            event_name: self.event_name.text(),
            event_type: self.event_type.text(),
            region: self.region.text(),
            source_ip: self.source_ip.text(),
            user_agent: self.user_agent.text(),
            request_id: self.request_id.text(),
            read_only: self.read_only.flag(),
            account_id: self.recipient.text(),
            error_code: self.error_code.text(),
            error_message: self.error_message.text(),
            shared_event_id: self.shared_event_id.text(),
            ..Event::default()
        };
        if event.event_id.is_empty() {
            event.event_id = Cow::Owned(hash_of(record));
        }
        self.add_principal(&mut event);
        self.add_api(&mut event);
        self.addendum.each_field(&mut |key, value| match key {
            "reason" => event.addendum_reason = value.text(),
            // The documentation spells it both ways.
            "originalEventID" | "originalUID" => event.original_event_id = value.text(),
            _ => {}
        });
        event
    }

    fn add_principal(&self, event: &mut Event<'t>) {
        let mut identity = Identity::read(self.identity);
        if event.account_id.is_empty() {
            event.account_id = identity.account_id.clone();
        }
        event.invoked_by = std::mem::take(&mut identity.invoked_by);
        let principal = identity.principal();
        event.principal_type = principal.kind;
        event.principal_name = principal.name;
        event.session_name = principal.session;
        event.user = principal.user;
    }

    fn add_api(&self, event: &mut Event<'t>) {
        let mut request = Request::read(self.request);
        let mut response = Response::read(self.response);
        if event.error_message.is_empty() {
            event.error_message = response.take_message();
        }
        event.api_kind = request.kind(&event.user_agent);
        event.resource = request.take_part();
        event.stage = request.stage;
        event.base_path = request.base_path;
        event.domain_name = request.domain_name;
        event.api_id = if request.rest_api_id.is_empty() { request.api_id } else { request.rest_api_id };
        if answers_with_an_api(&event.event_name) {
            event.api_name = response.name.clone();
            let (id, api_id) = response.take_made_api();
            if event.api_id.is_empty() {
                (event.api_kind, event.api_id) = match (id.is_empty(), api_id.is_empty()) {
                    (_, false) => (event.api_kind.or(Some(ApiKind::HttpOrWebSocket)), api_id),
                    (false, true) => (event.api_kind.or(Some(ApiKind::Rest)), id),
                    (true, true) => (event.api_kind, event.api_id.clone()),
                };
            }
        } else {
            event.resource_name = response.name;
        }
        add_api_of_arn(event);
    }
}

/// A denied call has no request parameters: the ARN in the message is the only place that names the API.
fn add_api_of_arn(event: &mut Event<'_>) {
    let Some((from, to)) = arn_path(&event.error_message) else { return };
    let path = slice(&event.error_message, from, to);
    if let Some(api) = ArnApi::of(&path) {
        if event.api_id.is_empty() && !api.id.is_empty() {
            event.api_id = Cow::Owned(api.id.to_owned());
            event.api_kind = Some(api.kind);
        }
        event.api_kind.get_or_insert(api.kind);
        if event.stage.is_empty() {
            event.stage = Cow::Owned(api.stage.to_owned());
        }
    }
    if event.resource.is_empty() {
        event.resource = path;
    }
}

fn hash_of(record: &[u8]) -> String {
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(record) {
        // Writing to a String cannot fail.
        if write!(text, "{byte:02x}").is_err() {
            break;
        }
    }
    text
}
