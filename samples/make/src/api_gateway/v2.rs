//! The second generation: HTTP and WebSocket APIs. Parameters are flat, and a failure's text is in the response.

use crate::api_gateway::function_uri;
use crate::day::Moment;
use crate::json::{Json, list, object};
use crate::organization::{Api, Place, Protocol};
use crate::record::Call;

fn read(name: &'static str, parameters: Json) -> Call {
    Call::read("apigateway", name, parameters).named_by_sdk("apigatewayv2")
}

fn write(name: &'static str, parameters: Json, response: Json) -> Call {
    Call::write("apigateway", name, parameters, response).named_by_sdk("apigatewayv2")
}

fn of(api: &Api) -> Json {
    object! { "apiId": api.id }
}

/// What a call that names an API answers.
fn described(api: &Api, at: Moment) -> Json {
    let (protocol, scheme, selection) = match api.protocol {
        Protocol::WebSocket => ("WEBSOCKET", "wss", "$request.body.action"),
        Protocol::Rest | Protocol::Http => ("HTTP", "https", "$request.method $request.path"),
    };
    object! {
        "apiEndpoint": format!("{scheme}://{}.execute-api.{}.amazonaws.com", api.id, api.place.region),
        "apiId": api.id,
        "apiKeySelectionExpression": "$request.header.x-api-key",
        "createdDate": at.iso(),
        "disableExecuteApiEndpoint": false,
        "ipAddressType": "ipv4",
        "name": api.name,
        "protocolType": protocol,
        "routeSelectionExpression": selection,
        "tags": object! {},
    }
}

pub(crate) fn get_apis() -> Call {
    read("GetApis", object! { "maxResults": "100" })
}

/// What one API is or has: `GetApi`, `GetRoutes`, `GetStages`.
pub(crate) fn get(name: &'static str, api: &Api) -> Call {
    read(name, of(api))
}

pub(crate) fn get_stage(api: &Api, stage: &str) -> Call {
    read("GetStage", object! { "stageName": stage, "apiId": api.id })
}

pub(crate) fn create_api(api: &Api, at: Moment) -> Call {
    let parameters = match api.protocol {
        Protocol::WebSocket => object! {
            "name": api.name,
            "protocolType": "WEBSOCKET",
            "routeSelectionExpression": "$request.body.action",
        },
        Protocol::Rest | Protocol::Http => object! {
            "name": api.name,
            "protocolType": "HTTP",
            "corsConfiguration": object! {
                "allowOrigins": list!["https://www.shop.example"],
                "allowMethods": list!["GET", "POST"],
                "maxAge": 300_u32,
            },
        },
    };
    write("CreateApi", parameters, described(api, at))
}

pub(crate) fn update_api(api: &Api, description: &str, at: Moment) -> Call {
    let response = described(api, at).with("description", description);
    write("UpdateApi", of(api).with("description", description), response)
}

pub(crate) fn create_route(api: &Api, route_key: &str, target: &str, id: &str) -> Call {
    let route = object! {
        "apiKeyRequired": false,
        "authorizationType": "NONE",
        "routeKey": route_key,
        "target": format!("integrations/{target}"),
    };
    write("CreateRoute", route.clone().with("apiId", api.id), route.with("routeId", id))
}

pub(crate) fn update_route(api: &Api, route: &str, route_key: &str) -> Call {
    let parameters = object! { "apiId": api.id, "routeId": route, "routeKey": route_key };
    let response = object! { "routeId": route, "routeKey": route_key, "authorizationType": "NONE" };
    write("UpdateRoute", parameters, response)
}

pub(crate) fn create_integration(api: &Api, method: &str, function: &str, id: &str) -> Call {
    let integration = object! {
        "connectionType": "INTERNET",
        "integrationMethod": method,
        "integrationType": "AWS_PROXY",
        "integrationUri": function_uri(api.place, function),
        "payloadFormatVersion": "2.0",
    };
    let response = integration.clone().with("integrationId", id).with("timeoutInMillis", 30_000_u32);
    write("CreateIntegration", integration.with("apiId", api.id), response)
}

pub(crate) fn create_stage(api: &Api, stage: &str, at: Moment) -> Call {
    let parameters = object! { "stageName": stage, "autoDeploy": true, "apiId": api.id };
    let response = object! {
        "stageName": stage,
        "autoDeploy": true,
        "createdDate": at.iso(),
        "lastUpdatedDate": at.iso(),
        "defaultRouteSettings": object! { "detailedMetricsEnabled": false },
        "routeSettings": object! {},
        "stageVariables": "***",
        "tags": object! {},
    };
    write("CreateStage", parameters, response)
}

pub(crate) fn create_deployment(api: &Api, id: &str, at: Moment) -> Call {
    let response = object! {
        "autoDeployed": false,
        "createdDate": at.iso(),
        "deploymentId": id,
        "deploymentStatus": "DEPLOYED",
    };
    write("CreateDeployment", of(api), response)
}

pub(crate) fn create_domain_name(place: Place, domain: &str, certificate: &str) -> Call {
    let Place { account, region } = place;
    let configuration = object! {
        "certificateArn": format!("arn:aws:acm:{region}:{account}:certificate/{certificate}"),
        "endpointType": "REGIONAL",
        "securityPolicy": "TLS_1_2",
    };
    let answered = configuration
        .clone()
        .with("apiGatewayDomainName", format!("d-st0refr0nt.execute-api.{region}.amazonaws.com"))
        .with("domainNameStatus", "AVAILABLE");
    let parameters = object! { "domainName": domain, "domainNameConfigurations": list![configuration] };
    let response = object! { "domainName": domain, "domainNameConfigurations": list![answered] };
    write("CreateDomainName", parameters, response)
}

pub(crate) fn create_api_mapping(api: &Api, domain: &str, key: &str, stage: &str, id: &str) -> Call {
    let mapping = object! { "apiId": api.id, "apiMappingKey": key, "stage": stage };
    let parameters = mapping.clone().with("domainName", domain);
    write("CreateApiMapping", parameters, mapping.with("apiMappingId", id))
}
