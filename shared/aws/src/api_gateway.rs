//! The source of APIs' names: API Gateway itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_apigateway as v1;
use aws_sdk_apigatewayv2 as v2;
use aws_sdk_cloudwatch::config::http::HttpResponse;
use aws_sdk_cloudwatch::error::{ProvideErrorMetadata, SdkError};
use gatetrail_engine::{ApiSource, ApiSourceError, ToldApis};
use gatetrail_report::ToldApi;

use crate::environment::{Environment, retries, timeouts};

/// APIs of a page, at most.
/// Source: "GetRestApis" and "GetApis" in the API Gateway references.
const PAGE: i32 = 500;

/// API Gateway, clients for each region, made when it is first asked.
#[derive(Debug)]
pub struct ApiGateway {
    /// All but the region.
    rest: v1::config::Builder,
    others: v2::config::Builder,
    clients: Mutex<BTreeMap<String, (v1::Client, v2::Client)>>,
}

impl ApiGateway {
    /// What the adapter asks of AWS, as permissions are named: on `/restapis` (GetRestApis) and `/apis` (GetApis).
    pub const CALLS: &'static [&'static str] = &["apigateway:GET"];

    /// API Gateway with a function's credentials.
    #[must_use]
    pub fn new(environment: &Environment) -> Self {
        let (rest, others) = environment.api_gateway_configs();
        Self::from_configs(rest, others)
    }

    pub(crate) fn from_configs(rest: v1::config::Builder, others: v2::config::Builder) -> Self {
        let rest = rest.retry_config(retries()).timeout_config(timeouts());
        let others = others.retry_config(retries()).timeout_config(timeouts());
        Self { rest, others, clients: Mutex::default() }
    }

    /// The clients of a region. Clones of a client share its connections.
    fn clients(&self, region: &str) -> (v1::Client, v2::Client) {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let made = clients.entry(region.to_owned()).or_insert_with(|| {
            let rest = self.rest.clone().region(v1::config::Region::new(region.to_owned()));
            let others = self.others.clone().region(v2::config::Region::new(region.to_owned()));
            (v1::Client::from_conf(rest.build()), v2::Client::from_conf(others.build()))
        });
        made.clone()
    }
}

impl ApiSource for ApiGateway {
    /// Both lists are asked for: a policy may allow one of `/restapis` and `/apis` alone.
    async fn apis(&self, region: &str) -> ToldApis {
        let (rest, others) = self.clients(region);
        let mut told = ToldApis::default();
        let of_rest = rest_apis(&rest, region, &mut told.apis).await;
        let of_others = other_apis(&others, region, &mut told.apis).await;
        told.failures.extend([of_rest, of_others].into_iter().filter_map(Result::err));
        told
    }
}

async fn rest_apis(client: &v1::Client, region: &str, told: &mut Vec<ToldApi>) -> Result<(), ApiSourceError> {
    let mut pages = client.get_rest_apis().into_paginator().page_size(PAGE).send();
    while let Some(page) = Box::pin(pages.next()).await {
        let page = page.map_err(|error| source_error("GetRestApis", region, error))?;
        told.extend(page.items.unwrap_or_default().into_iter().map(|api| ToldApi {
            id: api.id.unwrap_or_default(),
            name: api.name.unwrap_or_default(),
            rest: true,
        }));
    }
    Ok(())
}

/// HTTP and WebSocket APIs.
async fn other_apis(
    client: &v2::Client,
    region: &str,
    told: &mut Vec<ToldApi>,
) -> Result<(), ApiSourceError> {
    let mut next = None;
    loop {
        let asked = client.get_apis().max_results(PAGE.to_string()).set_next_token(next);
        let page = Box::pin(asked.send()).await;
        let page = page.map_err(|error| source_error("GetApis", region, error))?;
        told.extend(page.items.unwrap_or_default().into_iter().map(|api| ToldApi {
            id: api.api_id.unwrap_or_default(),
            name: api.name.unwrap_or_default(),
            rest: false,
        }));
        next = page.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(());
        }
    }
}

fn source_error<E>(operation: &'static str, region: &str, error: SdkError<E, HttpResponse>) -> ApiSourceError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let denied = match &error {
        SdkError::ServiceError(service) => {
            matches!(service.raw().status().as_u16(), 401 | 403)
                || matches!(service.err().code(), Some("AccessDeniedException" | "UnauthorizedException"))
        }
        _ => false,
    };
    ApiSourceError { operation, region: region.to_owned(), denied, source: Some(Box::new(error)) }
}
