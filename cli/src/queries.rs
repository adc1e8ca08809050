//! The queries of `infra/athena`, carried in the binary.

/// A query to the tables, in Athena's dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Query {
    /// Its file's name, and the named query's.
    pub(crate) name: &'static str,
    /// The whole file.
    pub(crate) sql: &'static str,
}

impl Query {
    /// What it answers: the first line of the file is `-- NAME: ANSWER`.
    pub(crate) fn answers(&self) -> &'static str {
        let first = self.sql.lines().next().unwrap_or_default();
        first.split_once(": ").map_or("", |(_, answer)| answer)
    }
}

macro_rules! queries {
    ($($name:literal),+ $(,)?) => {
        [$(Query { name: $name, sql: include_str!(concat!("../../infra/athena/", $name, ".sql")) }),+]
    };
}

/// All of them, in the order of the panels that they answer.
pub(crate) const QUERIES: [Query; 31] = queries![
    "top-error-codes",
    "events-trend-by-event-name",
    "event-status",
    "event-status-trend",
    "failed-events",
    "successful-events",
    "failed-event-details",
    "successful-event-details",
    "top-users",
    "top-user-agents",
    "failure-activity-location",
    "successful-activity-location",
    "threats-by-caller-ip",
    "average-latency",
    "percentile-latency-trend",
    "rest-calls",
    "rest-calls-by-api",
    "rest-stages",
    "rest-latency-trend",
    "rest-error-trend",
    "rest-cache-trend",
    "rest-today-yesterday-last-week",
    "rest-methods",
    "rest-methods-trend",
    "rest-resources",
    "http-stages",
    "http-trend",
    "http-routes",
    "websocket-stages",
    "websocket-trend",
    "websocket-routes",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    #[test]
    fn every_query_of_the_folder_is_carried_once() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/athena");
        let names =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let files: BTreeSet<String> =
            names.filter_map(|name| Some(name.strip_suffix(".sql")?.to_owned())).collect();
        let carried: BTreeSet<String> = QUERIES.iter().map(|query| query.name.to_owned()).collect();
        assert_eq!((carried.len(), &carried), (QUERIES.len(), &files));
    }

    #[test]
    fn every_query_says_what_it_answers() {
        for query in QUERIES {
            let begins = format!("-- {}: ", query.name);
            assert!(query.sql.starts_with(&begins) && query.answers().len() > 20, "{}", query.name);
            assert!(query.sql.contains("\nWITH params AS (\n"), "{}", query.name);
            assert!(query.sql.is_ascii() && !query.sql.contains(';'), "{}", query.name);
        }
    }
}
