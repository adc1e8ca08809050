//! Values of options that are one of a few words, or have a shape.

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use gatetrail_metrics::{Level, Percentile, Statistic};
use gatetrail_report::{Dimension, DurationMetric, LatencyDimension, StatusFilter};

/// A dimension, as `--by` takes it: the name of its column, with `-` or `_`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct By(pub(crate) Dimension);

impl ValueEnum for By {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [By; Dimension::ALL.len()] = {
            let mut all = [By(Dimension::ErrorCode); Dimension::ALL.len()];
            let mut index = 0;
            #[expect(clippy::indexing_slicing, reason = "checked by the compiler, which runs it")]
            while index < all.len() {
                all[index] = By(Dimension::ALL[index]);
                index += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let name = self.0.as_str();
        let value = PossibleValue::new(name);
        Some(match name {
            "error_code" => value.alias("error-code"),
            "event_name" => value.alias("event-name"),
            "source_ip" => value.alias("source-ip"),
            "user_agent" => value.alias("user-agent"),
            _ => value,
        })
    }
}

/// `--status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Status {
    Failure,
    Success,
    All,
}

impl From<Status> for StatusFilter {
    fn from(status: Status) -> Self {
        match status {
            Status::Failure => Self::Failure,
            Status::Success => Self::Success,
            Status::All => Self::All,
        }
    }
}

/// `--anchor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Anchor {
    Now,
    Newest,
}

/// `-o`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Table,
    /// One document, the same that reports in a bucket are
    Json,
    /// An object a row
    Jsonl,
    /// One table, for spreadsheets
    Csv,
    /// For issues and wikis
    Markdown,
}

impl Output {
    /// Whether it is made to be looked at as it is, and so says what is missing, and is kept short.
    pub(crate) fn is_for_people(self) -> bool {
        matches!(self, Self::Table | Self::Markdown)
    }
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

/// Takes an account id, or what may be an alias: whether it is one is known when the configuration is.
pub(crate) fn account(text: &str) -> Result<String, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && text.len() != 12 {
        return Err("an account id has 12 digits, leading zeros too, such as 111122223333".to_owned());
    }
    Ok(text.to_owned())
}

/// `--level`.
pub(super) fn levels() -> impl TypedValueParser<Value = Level> {
    let names = Level::ALL.map(Level::as_str);
    PossibleValuesParser::new(names).try_map(|name| Level::named(&name).ok_or("no level"))
}

/// `--metric` of `latency`.
pub(super) fn durations() -> impl TypedValueParser<Value = DurationMetric> {
    let names = DurationMetric::ALL.map(DurationMetric::as_str);
    PossibleValuesParser::new(names).try_map(|name| DurationMetric::named(&name).ok_or("no duration"))
}

/// `--by` of `latency`: the name of a column, with `-` or `_`.
pub(super) fn latency_dimensions() -> impl TypedValueParser<Value = LatencyDimension> {
    let names = LatencyDimension::ALL.map(|dimension| {
        let name = PossibleValue::new(dimension.as_str());
        if dimension == LatencyDimension::ApiName { name.alias("api-name").alias("api") } else { name }
    });
    PossibleValuesParser::new(names).try_map(|name| {
        let name = match name.as_str() {
            "api" | "api-name" => LatencyDimension::ApiName.as_str(),
            name => name,
        };
        LatencyDimension::ALL.into_iter().find(|one| one.as_str() == name).ok_or("no column")
    })
}

/// `--percentiles`.
pub(super) fn percentiles() -> impl TypedValueParser<Value = Percentile> {
    let names = Percentile::ALL.map(|percentile| Statistic::Percentile(percentile).as_str());
    PossibleValuesParser::new(names).try_map(|name| match Statistic::named(&name) {
        Some(Statistic::Percentile(percentile)) => Ok(percentile),
        _ => Err("no percentile"),
    })
}

/// An account id.
pub(super) fn account_id(text: &str) -> Result<String, String> {
    if gatetrail_report::is_account_id(text) {
        Ok(text.to_owned())
    } else {
        Err("an account id has 12 digits".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dimension_goes_by_hyphens_too() {
        for dimension in Dimension::ALL {
            for name in [dimension.as_str().to_owned(), dimension.as_str().replace('_', "-")] {
                assert_eq!(By::from_str(&name, false), Ok(By(dimension)), "{name}");
            }
        }
    }

    #[test]
    fn account_ids() {
        assert_eq!(account("000011112222").as_deref(), Ok("000011112222"));
        assert!(account("11112222333").unwrap_err().contains("12 digits"));
        assert_eq!(account("production").as_deref(), Ok("production"));
        assert!(account("").is_err());
    }
}
