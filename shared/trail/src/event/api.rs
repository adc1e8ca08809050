//! Which API a call was about: from its request, its response, and for a denied call, which has neither, from the ARN in
//! its error message.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::fields::Value;

/// The sort of an API, as far as a call tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ApiKind {
    /// Version 1 of API Gateway.
    Rest,
    /// Version 2, HTTP.
    Http,
    /// Version 2, WebSocket.
    WebSocket,
    /// Version 2: most of its calls do not say which.
    HttpOrWebSocket,
}

impl ApiKind {
    /// The name in the column `api_kind`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Http => "http",
            Self::WebSocket => "websocket",
            Self::HttpOrWebSocket => "http/websocket",
        }
    }
}

/// A text that names no sort of API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no sort of API: rest, http, websocket or http/websocket")]
pub struct NoApiKind;

impl FromStr for ApiKind {
    type Err = NoApiKind;

    fn from_str(name: &str) -> Result<Self, NoApiKind> {
        let kinds = [Self::Rest, Self::Http, Self::WebSocket, Self::HttpOrWebSocket];
        kinds.into_iter().find(|kind| kind.as_str() == name).ok_or(NoApiKind)
    }
}

impl fmt::Display for ApiKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What `requestParameters` says.
#[derive(Debug, Default)]
pub(super) struct Request<'t> {
    pub(super) rest_api_id: Cow<'t, str>,
    pub(super) api_id: Cow<'t, str>,
    pub(super) stage: Cow<'t, str>,
    pub(super) base_path: Cow<'t, str>,
    pub(super) domain_name: Cow<'t, str>,
    protocol: Cow<'t, str>,
    nested_stage: Cow<'t, str>,
    part: [Cow<'t, str>; PARTS.len()],
}

/// Names of a part of an API in a request, the most telling first.
const PARTS: [&str; 8] = [
    "resourceId",
    "routeKey",
    "routeId",
    "integrationId",
    "authorizerId",
    "deploymentId",
    "modelName",
    "requestValidatorId",
];

impl<'t> Request<'t> {
    pub(super) fn read(value: Value<'t>) -> Self {
        let mut request = Self::default();
        value.each_field(&mut |key, value| match key {
            "restApiId" => request.rest_api_id = value.text(),
            "apiId" => request.api_id = value.text(),
            "stageName" => request.stage = value.text(),
            "basePath" => request.base_path = value.text(),
            "domainName" => request.domain_name = value.text(),
            "protocolType" => request.protocol = value.text(),
            // Version 1 nests its input: `createStageInput`, `createDeploymentInput`.
            _ if key.ends_with("Input") => {
                let stage = super::principal::field(value, "stageName");
                if !stage.is_empty() {
                    request.nested_stage = stage;
                }
            }
            _ => {
                if let Some(slot) =
                    PARTS.iter().position(|part| *part == key).and_then(|at| request.part.get_mut(at))
                {
                    *slot = value.text();
                }
            }
        });
        if request.stage.is_empty() {
            request.stage = std::mem::take(&mut request.nested_stage);
        }
        request
    }

    pub(super) fn kind(&self, user_agent: &str) -> Option<ApiKind> {
        if !self.rest_api_id.is_empty() {
            return Some(ApiKind::Rest);
        }
        match self.protocol.as_ref() {
            "HTTP" => return Some(ApiKind::Http),
            "WEBSOCKET" => return Some(ApiKind::WebSocket),
            _ => {}
        }
        (!self.api_id.is_empty() || user_agent.contains("api/apigatewayv2"))
            .then_some(ApiKind::HttpOrWebSocket)
    }

    pub(super) fn take_part(&mut self) -> Cow<'t, str> {
        self.part.iter_mut().map(std::mem::take).find(|part| !part.is_empty()).unwrap_or_default()
    }
}

/// What `responseElements` says.
#[derive(Debug, Default)]
pub(super) struct Response<'t> {
    pub(super) name: Cow<'t, str>,
    id: Cow<'t, str>,
    api_id: Cow<'t, str>,
    message: Cow<'t, str>,
    message_upper: Cow<'t, str>,
}

impl<'t> Response<'t> {
    pub(super) fn read(value: Value<'t>) -> Self {
        let mut response = Self::default();
        value.each_field(&mut |key, value| match key {
            "name" => response.name = value.text(),
            "id" => response.id = value.text(),
            "apiId" => response.api_id = value.text(),
            "message" => response.message = value.text(),
            "Message" => response.message_upper = value.text(),
            _ => {}
        });
        response
    }

    /// Calls of version 2 carry their error message here.
    pub(super) fn take_message(&mut self) -> Cow<'t, str> {
        let message = std::mem::take(&mut self.message);
        if message.is_empty() { std::mem::take(&mut self.message_upper) } else { message }
    }

    /// The id of the API that the call made: `id` of version 1, `apiId` of version 2.
    pub(super) fn take_made_api(&mut self) -> (Cow<'t, str>, Cow<'t, str>) {
        (std::mem::take(&mut self.id), std::mem::take(&mut self.api_id))
    }
}

/// Whether a call answers with an API, so that `name` in its response is an API's name and not, say, an API key's.
pub(super) fn answers_with_an_api(event_name: &str) -> bool {
    matches!(
        event_name,
        "CreateRestApi"
            | "ImportRestApi"
            | "PutRestApi"
            | "UpdateRestApi"
            | "CreateApi"
            | "ImportApi"
            | "ReimportApi"
            | "UpdateApi"
    )
}

/// The path of the API Gateway ARN in an error message: `/restapis/a1b2c3/stages/prod` of
/// `… on resource: arn:aws:apigateway:us-east-1::/restapis/a1b2c3/stages/prod because …`, as its place in the message.
pub(super) fn arn_path(message: &str) -> Option<(usize, usize)> {
    message.match_indices("arn:").find_map(|(index, _)| {
        let arn = message.get(index..)?;
        let end =
            arn.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ')')).unwrap_or(arn.len());
        let arn = arn.get(..end)?.trim_end_matches('.');
        let mut parts = arn.splitn(6, ':');
        let path = (parts.nth(2)? == "apigateway").then(|| parts.nth(2)).flatten()?;
        path.starts_with('/').then(|| (index + arn.len() - path.len(), index + arn.len()))
    })
}

/// The API that an ARN's path names, and the stage.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ArnApi<'p> {
    pub(super) kind: ApiKind,
    pub(super) id: &'p str,
    pub(super) stage: &'p str,
}

impl<'p> ArnApi<'p> {
    pub(super) fn of(path: &'p str) -> Option<Self> {
        let mut parts = path.strip_prefix('/')?.split('/');
        let kind = match parts.next()? {
            "restapis" => ApiKind::Rest,
            "apis" => ApiKind::HttpOrWebSocket,
            _ => return None,
        };
        let id = parts.next().filter(|id| *id != "*").unwrap_or_default();
        let stage = if parts.next() == Some("stages") { parts.next().unwrap_or_default() } else { "" };
        Some(Self { kind, id, stage })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_of_a_denied_call() {
        let cases = [
            (
                "User: arn:aws:iam::111122223333:user/x is not authorized to perform: apigateway:GET on resource: \
                 arn:aws:apigateway:us-east-1::/restapis/a1b2/stages/prod because no identity-based policy allows it",
                Some("/restapis/a1b2/stages/prod"),
            ),
            ("… on resource: arn:aws-cn:apigateway:cn-north-1::/apis/x9.", Some("/apis/x9")),
            ("arn:aws:apigateway:us-east-1::/apikeys", Some("/apikeys")),
            ("User: arn:aws:iam::111122223333:user/x", None),
            ("arn:aws:apigateway", None),
            ("", None),
        ];
        for (message, expected) in cases {
            assert_eq!(arn_path(message).map(|(from, to)| &message[from..to]), expected, "{message}");
        }
    }

    #[test]
    fn the_api_in_the_path() {
        let rest = ArnApi { kind: ApiKind::Rest, id: "a1b2", stage: "prod" };
        assert_eq!(ArnApi::of("/restapis/a1b2/stages/prod"), Some(rest));
        assert_eq!(ArnApi::of("/restapis"), Some(ArnApi { kind: ApiKind::Rest, id: "", stage: "" }));
        assert_eq!(
            ArnApi::of("/apis/x9/routes/r1"),
            Some(ArnApi { kind: ApiKind::HttpOrWebSocket, id: "x9", stage: "" })
        );
        assert_eq!(ArnApi::of("/apikeys"), None);
    }
}
