//! The first generation: REST APIs. Parameters carry `template: false`, and what is created or changed is nested under
//! the name of the operation's input. Responses are full of links.

use crate::api_gateway::function_uri;
use crate::day::Moment;
use crate::json::{Json, list, object};
use crate::organization::{Api, Place};
use crate::record::Call;

fn read(name: &'static str, parameters: Json) -> Call {
    Call::read("apigateway", name, parameters.with("template", false))
}

fn write(name: &'static str, parameters: Json, response: Json) -> Call {
    Call::write("apigateway", name, parameters.with("template", false), response)
}

fn of(api: &Api) -> Json {
    object! { "restApiId": api.id }
}

fn link(api: &Api) -> Json {
    of(api).with("template", false)
}

fn template_link(api: &Api) -> Json {
    of(api).with("template", true)
}

/// What a call that names an API answers.
fn described(api: &Api, at: Moment) -> Json {
    object! {
        "restapiUpdate": link(api),
        "restapiStages": template_link(api).with("templateSkipList", list!["position"]),
        "deploymentCreate": link(api),
        "stageByName": template_link(api),
        "restapiResources": template_link(api).with("templateSkipList", list!["embed", "position"]),
        "endpointConfiguration": object! { "types": list!["REGIONAL"], "ipAddressType": "ipv4" },
        "name": api.name,
        "id": api.id,
        "createdDate": at.long(),
        "disableExecuteApiEndpoint": false,
        "apiKeySource": "HEADER",
        "self": link(api),
    }
}

/// A list of everything of one kind in the account: `GetRestApis`, `GetUsagePlans`.
pub(crate) fn get_all(name: &'static str) -> Call {
    read(name, object! { "limit": 500_u32 })
}

pub(crate) fn get_rest_api(api: &Api) -> Call {
    read("GetRestApi", of(api))
}

/// A list of what one API has: `GetStages`, `GetResources`.
pub(crate) fn get_all_of(name: &'static str, api: &Api) -> Call {
    read(name, of(api))
}

pub(crate) fn get_stage(api: &Api, stage: &str) -> Call {
    read("GetStage", of(api).with("stageName", stage))
}

pub(crate) fn get_method(api: &Api, resource: &str, method: &str) -> Call {
    read("GetMethod", of(api).with("resourceId", resource).with("httpMethod", method))
}

pub(crate) fn create_rest_api(api: &Api, at: Moment) -> Call {
    let input = object! {
        "name": api.name,
        "endpointConfiguration": object! { "types": list!["REGIONAL"] },
        "disableExecuteApiEndpoint": false,
    };
    write("CreateRestApi", object! { "createRestApiInput": input }, described(api, at))
}

/// An API made from an OpenAPI description.
pub(crate) fn import_rest_api(api: &Api, at: Moment) -> Call {
    let body = object! {
        "openapi": "3.0.1",
        "info": object! { "title": api.name, "version": "2026-11-20" },
        "paths": object! {
            "/orders/{id}": object! {
                "get": object! {
                    "x-amazon-apigateway-integration": object! {
                        "type": "aws_proxy",
                        "httpMethod": "POST",
                        "uri": function_uri(api.place, "get-order"),
                    },
                },
            },
        },
    };
    let parameters = object! {
        "parameters": object! { "mode": "import", "endpointConfigurationTypes": "REGIONAL" },
        "body": body.to_string(),
        "failOnWarnings": true,
    };
    write("ImportRestApi", parameters, described(api, at))
}

pub(crate) fn put_rest_api(api: &Api, at: Moment) -> Call {
    let parameters = object! { "restApiId": api.id, "mode": "overwrite", "failOnWarnings": false };
    write("PutRestApi", parameters, described(api, at))
}

/// Sets one attribute, as `/description`.
pub(crate) fn update_rest_api(api: &Api, path: &str, value: &str, at: Moment) -> Call {
    let parameters = of(api).with("updateRestApiInput", replace(path, value));
    write("UpdateRestApi", parameters, described(api, at))
}

fn replace(path: &str, value: &str) -> Json {
    object! { "patchOperations": list![object! { "op": "replace", "path": path, "value": value }] }
}

pub(crate) fn delete_rest_api(api: &Api) -> Call {
    write("DeleteRestApi", of(api), Json::Null)
}

pub(crate) fn create_resource(api: &Api, parent: &str, path_part: &str, id: &str) -> Call {
    let parameters = object! {
        "restApiId": api.id,
        "parentId": parent,
        "createResourceInput": object! { "pathPart": path_part },
    };
    let response = object! {
        "id": id,
        "parentId": parent,
        "pathPart": path_part,
        "path": format!("/{path_part}"),
        "self": link(api).with("resourceId", id),
        "resourceDelete": link(api).with("resourceId", id),
    };
    write("CreateResource", parameters, response)
}

pub(crate) fn put_method(api: &Api, resource: &str, method: &str) -> Call {
    let parameters = object! {
        "restApiId": api.id,
        "resourceId": resource,
        "httpMethod": method,
        "putMethodInput": object! { "authorizationType": "AWS_IAM", "apiKeyRequired": true },
    };
    let response = object! {
        "httpMethod": method,
        "authorizationType": "AWS_IAM",
        "apiKeyRequired": true,
        "self": link(api).with("resourceId", resource).with("httpMethod", method),
    };
    write("PutMethod", parameters, response)
}

pub(crate) fn put_integration(api: &Api, resource: &str, method: &str, function: &str) -> Call {
    let uri = function_uri(api.place, function);
    let parameters = object! {
        "restApiId": api.id,
        "resourceId": resource,
        "httpMethod": method,
        "putIntegrationInput": object! { "type": "AWS_PROXY", "httpMethod": "POST", "uri": &uri },
    };
    let response = object! {
        "type": "AWS_PROXY",
        "httpMethod": "POST",
        "uri": uri,
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29_000_u32,
        "cacheNamespace": resource,
    };
    write("PutIntegration", parameters, response)
}

pub(crate) fn create_deployment(api: &Api, description: &str, id: &str, at: Moment) -> Call {
    let parameters = of(api).with("createDeploymentInput", object! { "description": description });
    let response = object! {
        "id": id,
        "description": description,
        "createdDate": at.long(),
        "self": link(api).with("deploymentId", id),
        "deploymentUpdate": link(api).with("deploymentId", id),
    };
    write("CreateDeployment", parameters, response)
}

pub(crate) fn delete_deployment(api: &Api, id: &str) -> Call {
    write("DeleteDeployment", of(api).with("deploymentId", id), Json::Null)
}

pub(crate) fn create_stage(api: &Api, stage: &str, deployment: &str, at: Moment) -> Call {
    let input = object! { "stageName": stage, "deploymentId": deployment, "tracingEnabled": true };
    let parameters = of(api).with("createStageInput", input);
    write("CreateStage", parameters, described_stage(api, stage, deployment, at))
}

pub(crate) fn update_stage(api: &Api, stage: &str, deployment: &str, at: Moment) -> Call {
    let parameters =
        of(api).with("stageName", stage).with("updateStageInput", replace("/deploymentId", deployment));
    write("UpdateStage", parameters, described_stage(api, stage, deployment, at))
}

fn described_stage(api: &Api, stage: &str, deployment: &str, at: Moment) -> Json {
    object! {
        "stageName": stage,
        "deploymentId": deployment,
        "cacheClusterEnabled": false,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "tracingEnabled": true,
        "methodSettings": object! {},
        "createdDate": at.long(),
        "lastUpdatedDate": at.long(),
        "self": link(api).with("stageName", stage),
        "stageUpdate": link(api).with("stageName", stage),
    }
}

pub(crate) fn create_api_key(name: &str, id: &str, at: Moment) -> Call {
    let parameters = object! { "createApiKeyInput": object! { "name": name, "enabled": true } };
    let response = object! {
        "id": id,
        "name": name,
        "value": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "enabled": true,
        "stageKeys": list![],
        "createdDate": at.long(),
        "lastUpdatedDate": at.long(),
    };
    write("CreateApiKey", parameters, response)
}

pub(crate) fn create_usage_plan(api: &Api, name: &str, stage: &str, id: &str) -> Call {
    let stages = list![object! { "apiId": api.id, "stage": stage }];
    let throttle = object! { "rateLimit": 50_u32, "burstLimit": 100_u32 };
    let input = object! { "name": name, "apiStages": stages.clone(), "throttle": throttle.clone() };
    let response = object! { "id": id, "name": name, "apiStages": stages, "throttle": throttle };
    write("CreateUsagePlan", object! { "createUsagePlanInput": input }, response)
}

pub(crate) fn create_domain_name(place: Place, domain: &str, certificate: &str) -> Call {
    let Place { account, region } = place;
    let certificate_arn = format!("arn:aws:acm:{region}:{account}:certificate/{certificate}");
    let endpoint = object! { "types": list!["REGIONAL"] };
    let input = object! {
        "domainName": domain,
        "regionalCertificateArn": &certificate_arn,
        "endpointConfiguration": endpoint.clone(),
        "securityPolicy": "TLS_1_2",
    };
    let response = object! {
        "domainName": domain,
        "regionalCertificateArn": certificate_arn,
        "regionalDomainName": format!("d-c4tal0gex1.execute-api.{region}.amazonaws.com"),
        "endpointConfiguration": endpoint,
        "domainNameStatus": "AVAILABLE",
        "securityPolicy": "TLS_1_2",
    };
    write("CreateDomainName", object! { "createDomainNameInput": input }, response)
}

pub(crate) fn create_base_path_mapping(api: &Api, domain: &str, base_path: &str, stage: &str) -> Call {
    let mapping = object! { "basePath": base_path, "restApiId": api.id, "stage": stage };
    let parameters = object! { "domainName": domain, "createBasePathMappingInput": mapping.clone() };
    write("CreateBasePathMapping", parameters, mapping)
}
