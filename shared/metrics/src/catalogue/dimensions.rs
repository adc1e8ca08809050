//! Dimensions: whose series it is, and on which level.

use std::fmt;

use super::metric::{ApiKind, Metric};

/// A dimension of a metric, as ListMetrics names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimension {
    /// `ApiName`, `ApiId`, `Stage`, `Method`, `Resource` or `Route`.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What one series stands for. A series of a level already holds those of the level below, so a sum over two levels counts
/// every request twice: figures are of one level at a time (SEMANTICS section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// An API with all its stages.
    Api,
    /// A stage with all its methods or routes.
    Stage,
    /// A method of a resource, or a route. Sent, and billed, only where detailed metrics are on.
    Method,
}

impl Level {
    /// All, the widest first.
    pub const ALL: [Self; 3] = [Self::Api, Self::Stage, Self::Method];

    /// Its name in documents and configurations.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Stage => "stage",
            Self::Method => "method",
        }
    }

    /// The level of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where in API Gateway a series was measured. A text that its dimensions do not have is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// `ApiName`: of a REST API, without the characters beyond ASCII; not unique.
    pub api_name: String,
    /// `ApiId`: of an HTTP or WebSocket API.
    pub api_id: String,
    /// `Stage`.
    pub stage: String,
    /// `Resource`: a path.
    pub resource: String,
    /// `Method`: an HTTP method.
    pub method: String,
    /// `Route`: a route key of a WebSocket API.
    pub route: String,
}

impl Place {
    /// Reads the dimensions of a listed metric; `None` unless they are **exactly** those of a level.
    ///
    /// A filter of ListMetrics on a dimension also returns metrics with more dimensions, and CloudWatch may gain sets that
    /// mean something else: whatever is not known here is in no level. AWS's pages have named both `Route` and
    /// `Method, Resource` for both sorts of version 2, so either is read for either.
    #[must_use]
    pub fn read(dimensions: &[Dimension]) -> Option<(Self, Level)> {
        let mut place = Self::default();
        for dimension in dimensions {
            let text = match dimension.name.as_str() {
                "ApiName" => &mut place.api_name,
                "ApiId" => &mut place.api_id,
                "Stage" => &mut place.stage,
                "Resource" => &mut place.resource,
                "Method" => &mut place.method,
                "Route" => &mut place.route,
                _ => return None,
            };
            // CloudWatch knows no empty value, and no name twice.
            if dimension.value.is_empty() || !text.is_empty() {
                return None;
            }
            text.clone_from(&dimension.value);
        }
        let Self { api_name, api_id, stage, resource, method, route } = &place;
        let has = |text: &String| !text.is_empty();
        if has(api_name) == has(api_id) {
            return None;
        }
        let level = match (has(stage), has(resource), has(method), has(route)) {
            (false, false, false, false) => Level::Api,
            (true, false, false, false) => Level::Stage,
            (true, true, true, false) => Level::Method,
            (true, false, false, true) if has(api_id) => Level::Method,
            _ => return None,
        };
        Some((place, level))
    }

    /// The dimensions by name and value: what [`Self::read`] read, in the order of their names.
    pub fn dimensions(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("ApiId", self.api_id.as_str()),
            ("ApiName", self.api_name.as_str()),
            ("Method", self.method.as_str()),
            ("Resource", self.resource.as_str()),
            ("Route", self.route.as_str()),
            ("Stage", self.stage.as_str()),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
    }

    /// The level that the dimensions make.
    #[must_use]
    pub fn level(&self) -> Level {
        if self.stage.is_empty() {
            Level::Api
        } else if self.method.is_empty() && self.route.is_empty() {
            Level::Stage
        } else {
            Level::Method
        }
    }

    /// The sorts of API that could have sent this metric from here; none where the two do not fit. HTTP and WebSocket APIs
    /// share `ApiId` and `IntegrationLatency`, which alone do not tell them apart.
    pub fn kinds(&self, metric: Metric) -> impl Iterator<Item = ApiKind> {
        let rest = self.api_id.is_empty();
        metric.kinds().iter().copied().filter(move |&kind| (kind == ApiKind::Rest) == rest)
    }
}
