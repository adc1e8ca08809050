//! Calls to the control plane of API Gateway. Both generations of its API share one event source: `rest` is the
//! first (REST APIs), `v2` the second (HTTP and WebSocket APIs).

pub(crate) mod rest;
pub(crate) mod v2;

use crate::identity::Caller;
use crate::organization::{Api, Place, Protocol};
use crate::record::Call;

/// How the message of a denied call is worded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wording {
    /// Who, what and on which resource.
    Short,
    /// The same, and which kind of policy was missing.
    WithReason,
}

/// `call` as it is recorded when IAM denies it: no parameters, and the resource only in the message. IAM knows API
/// Gateway's actions by their HTTP `verb`, not by the event's name.
pub(crate) fn denied(call: Call, caller: &Caller, verb: &str, resource_arn: &str, wording: Wording) -> Call {
    let action = format!("apigateway:{verb}");
    let who = &caller.arn;
    let message = format!("User: {who} is not authorized to perform: {action} on resource: {resource_arn}");
    let reason = match wording {
        Wording::Short => String::new(),
        Wording::WithReason => format!(" because no identity-based policy allows the {action} action"),
    };
    call.refused("AccessDenied", message + &reason)
}

/// The ARN of something below an API: `below` is empty, or starts with `/`.
pub(crate) fn api_arn(api: &Api, below: &str) -> String {
    let kind = match api.protocol {
        Protocol::Rest => "restapis",
        Protocol::Http | Protocol::WebSocket => "apis",
    };
    format!("{}/{}{below}", collection_arn(api.place, kind), api.id)
}

/// The ARN of all that an account has of one kind: `restapis`, `apikeys`.
pub(crate) fn collection_arn(place: Place, kind: &str) -> String {
    format!("arn:aws:apigateway:{}::/{kind}", place.region)
}

/// Where API Gateway finds the function that answers a request.
fn function_uri(place: Place, function: &str) -> String {
    let Place { account, region } = place;
    format!(
        "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/\
         arn:aws:lambda:{region}:{account}:function:{function}/invocations"
    )
}
