//! The made-up organization: its accounts, regions and APIs. Account ids are those of the AWS documentation, domain
//! names end in `.example` (RFC 2606), addresses come from the documentation ranges (RFC 5737).

pub(crate) const ORGANIZATION: &str = "o-gatetrail1";
pub(crate) const TRAIL: &str = "organization-trail";
pub(crate) const BUCKET: &str = "example-organization-trail";

/// Tools and people: sign-in, pipelines, what all teams share.
pub(crate) const PLATFORM: &str = "111122223333";
pub(crate) const PRODUCTION: &str = "444455556666";
pub(crate) const STAGING: &str = "777788889999";

pub(crate) const VIRGINIA: &str = "us-east-1";
pub(crate) const IRELAND: &str = "eu-west-1";

/// Where a call is made: it is also the folder that its record is delivered to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) account: &'static str,
    pub(crate) region: &'static str,
}

impl Place {
    pub(crate) const ALL: [Self; 6] = [
        Self::new(PLATFORM, VIRGINIA),
        Self::new(PLATFORM, IRELAND),
        Self::new(PRODUCTION, VIRGINIA),
        Self::new(PRODUCTION, IRELAND),
        Self::new(STAGING, VIRGINIA),
        Self::new(STAGING, IRELAND),
    ];

    pub(crate) const fn new(account: &'static str, region: &'static str) -> Self {
        Self { account, region }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Rest,
    Http,
    WebSocket,
}

/// An API of the organization. Its name shows in the records only where a call creates, imports or updates it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) protocol: Protocol,
    pub(crate) place: Place,
}

const fn rest(id: &'static str, name: &'static str, account: &'static str, region: &'static str) -> Api {
    Api { id, name, protocol: Protocol::Rest, place: Place::new(account, region) }
}

const fn http(id: &'static str, name: &'static str, account: &'static str, region: &'static str) -> Api {
    Api { id, name, protocol: Protocol::Http, place: Place::new(account, region) }
}

pub(crate) const ORDERS: Api = rest("q4m8tz1vxc", "orders", PRODUCTION, VIRGINIA);
pub(crate) const PAYMENTS: Api = rest("h7w2kd90ra", "payments", PRODUCTION, VIRGINIA);
pub(crate) const STOREFRONT: Api = http("zt5b3n8e1m", "storefront", PRODUCTION, VIRGINIA);
pub(crate) const ORDER_EVENTS: Api = Api {
    id: "k9x0pw4gqs",
    name: "order-events",
    protocol: Protocol::WebSocket,
    place: Place::new(PRODUCTION, VIRGINIA),
};
pub(crate) const ORDERS_EU: Api = rest("b6v1ys7jfd", "orders-eu", PRODUCTION, IRELAND);
pub(crate) const STOREFRONT_EU: Api = http("e2r9lc6mow", "storefront-eu", PRODUCTION, IRELAND);
pub(crate) const CATALOG_STAGING: Api = rest("n3g5ha8ukt", "catalog-staging", STAGING, IRELAND);
pub(crate) const ORDERS_STAGING: Api = rest("w8d4xj2zpe", "orders-staging", STAGING, IRELAND);
pub(crate) const STOREFRONT_STAGING: Api = http("u1f7qb3yvn", "storefront-staging", STAGING, VIRGINIA);
pub(crate) const LEGACY_REPORTS: Api = rest("c5s6mi0hlg", "legacy-reports", PLATFORM, VIRGINIA);
/// Nothing names this one on the day: its failures can only be shown by its id.
pub(crate) const WEBHOOKS: Api = http("o0k7vr5ajx", "webhooks", PLATFORM, IRELAND);
