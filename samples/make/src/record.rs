//! One CloudTrail record: what was called, by whom, and how it went, in the order in which CloudTrail prints it.

use crate::day::Moment;
use crate::identity::{Caller, Tool};
use crate::json::{Json, list, object};
use crate::organization::Place;
use crate::rng::Rng;

/// A call to a service: all of a record that does not depend on who made it, where and when.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The service as `eventSource` names it, without `.amazonaws.com`.
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
    pub(crate) parameters: Json,
    response: Json,
    pub(crate) error_code: Option<&'static str>,
    /// The name of the service in user agents, where it is another one (`apigatewayv2`).
    sdk_name: &'static str,
    read_only: bool,
    error_message: Option<String>,
    event_type: &'static str,
    additional: Option<Json>,
    resources: Option<Json>,
    api_version: Option<&'static str>,
    shared_event_id: Option<String>,
    service_details: Option<Json>,
    addendum: Option<Json>,
    request_id: RequestId,
    tls_host: Option<String>,
}

/// The shape of `requestID`: it differs between services, and events that no request made have none.
#[derive(Clone, Copy, Debug)]
enum RequestId {
    None,
    Uuid,
    Letters(usize),
}

impl Call {
    /// A call that only reads: its response is never recorded.
    pub(crate) fn read(service: &'static str, name: &'static str, parameters: Json) -> Self {
        Self { read_only: true, ..Self::write(service, name, parameters, Json::Null) }
    }

    pub(crate) fn write(service: &'static str, name: &'static str, parameters: Json, response: Json) -> Self {
        Self {
            service,
            name,
            read_only: false,
            parameters,
            response,
            error_code: None,
            error_message: None,
            event_type: "AwsApiCall",
            additional: None,
            resources: None,
            api_version: None,
            shared_event_id: None,
            service_details: None,
            addendum: None,
            request_id: match service {
                "s3" => RequestId::Letters(16),
                "dynamodb" => RequestId::Letters(52),
                _ => RequestId::Uuid,
            },
            sdk_name: service,
            tls_host: None,
        }
    }

    /// Something that a service did, not somebody's request.
    pub(crate) fn service_event(service: &'static str, name: &'static str, details: Json) -> Self {
        Self {
            event_type: "AwsServiceEvent",
            service_details: Some(details),
            request_id: RequestId::None,
            ..Self::write(service, name, Json::Null, Json::Null)
        }
    }

    pub(crate) fn of_type(mut self, event_type: &'static str) -> Self {
        self.event_type = event_type;
        self
    }

    /// The response, where a call has one although it only reads: the credentials that STS gives.
    pub(crate) fn answering(mut self, response: Json) -> Self {
        self.response = response;
        self
    }

    /// An `errorMessage` without an `errorCode`, as failed sign-ins have it.
    pub(crate) fn says(mut self, message: &str) -> Self {
        self.error_message = Some(message.to_owned());
        self
    }

    /// The call fails, as nearly all services record it: no response, the text beside the code.
    pub(crate) fn fails(mut self, code: &'static str, message: impl Into<String>) -> Self {
        self.error_code = Some(code);
        self.error_message = Some(message.into());
        self.response = Json::Null;
        self
    }

    /// The call fails as `apigatewayv2` records it: no `errorMessage`, the text in the response.
    pub(crate) fn fails_in_response(mut self, code: &'static str, message: &str) -> Self {
        self.error_code = Some(code);
        self.error_message = None;
        self.response = object! { "message": message };
        self
    }

    /// The call fails before its parameters are looked at, so that they are not recorded.
    pub(crate) fn refused(mut self, code: &'static str, message: impl Into<String>) -> Self {
        self.parameters = Json::Null;
        self.fails(code, message)
    }

    pub(crate) fn on(mut self, resource_type: &str, arn: String, account: &str) -> Self {
        self.resources = Some(list![object! { "accountId": account, "type": resource_type, "ARN": arn }]);
        self
    }

    pub(crate) fn with_additional(mut self, data: Json) -> Self {
        self.additional = Some(data);
        self
    }

    pub(crate) fn with_api_version(mut self, version: &'static str) -> Self {
        self.api_version = Some(version);
        self
    }

    pub(crate) fn named_by_sdk(mut self, name: &'static str) -> Self {
        self.sdk_name = name;
        self
    }

    /// Links the records of one call that two accounts receive.
    pub(crate) fn shared(mut self, shared_event_id: String) -> Self {
        self.shared_event_id = Some(shared_event_id);
        self
    }

    /// The host that the client asked for, where it is not the service's in the region.
    pub(crate) fn at_host(mut self, host: String) -> Self {
        self.tls_host = Some(host);
        self
    }

    /// This record corrects the one that `original` names.
    pub(crate) fn corrects(mut self, original: &Ids, updated_fields: &str) -> Self {
        self.addendum = Some(object! {
            "reason": "UPDATED_DATA",
            "updatedFields": updated_fields,
            "originalRequestID": &original.request,
            "originalEventID": &original.event,
        });
        self
    }
}

/// The two ids of a record.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    pub(crate) event: String,
    pub(crate) request: String,
}

impl Ids {
    pub(crate) fn for_call(call: &Call, rng: &mut Rng) -> Self {
        let event = rng.uuid();
        let request = match call.request_id {
            RequestId::None => String::new(),
            RequestId::Uuid => rng.uuid(),
            RequestId::Letters(length) => rng.upper(length),
        };
        Self { event, request }
    }
}

/// The record of `call` as `place`'s account receives it.
pub(crate) fn record(call: &Call, caller: &Caller, at: Moment, place: Place, ids: &Ids) -> Json {
    let request_id = (!ids.request.is_empty()).then_some(&ids.request);
    let by_service = matches!(caller.tool, Tool::Service(_));
    // API Gateway and events without a request carry no TLS details, nor do calls that a service makes.
    let with_tls = !by_service && call.service != "apigateway" && request_id.is_some();
    let host =
        call.tls_host.clone().unwrap_or_else(|| format!("{}.{}.amazonaws.com", call.service, place.region));
    let tls = with_tls.then(|| {
        object! {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": host,
        }
    });
    let from_console = caller.tool == Tool::Console && call.event_type == "AwsApiCall";

    object! {
        "eventVersion": "1.11",
        "userIdentity": caller.identity.clone(),
        "eventTime": at.iso(),
        "eventSource": format!("{}.amazonaws.com", call.service),
        "eventName": call.name,
        "awsRegion": place.region,
        "sourceIPAddress": &caller.source_ip,
        "userAgent": caller.tool.user_agent(call.sdk_name),
    }
    .with_some("errorCode", call.error_code)
    .with_some("errorMessage", call.error_message.as_ref())
    .with("requestParameters", call.parameters.clone())
    .with("responseElements", call.response.clone())
    .with_some("additionalEventData", call.additional.clone())
    .with_some("requestID", request_id)
    .with("eventID", &ids.event)
    .with("readOnly", call.read_only)
    .with_some("resources", call.resources.clone())
    .with("eventType", call.event_type)
    .with_some("apiVersion", call.api_version)
    .with("managementEvent", true)
    .with("recipientAccountId", place.account)
    .with_some("sharedEventID", call.shared_event_id.as_ref())
    .with_some("serviceEventDetails", call.service_details.clone())
    .with("eventCategory", "Management")
    .with_some("tlsDetails", tls)
    .with_some("sessionCredentialFromConsole", from_console.then_some("true"))
    .with_some("addendum", call.addendum.clone())
}
