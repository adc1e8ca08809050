//! Prices, in one table with its date. They change and differ by region: each can be replaced.

use std::str::FromStr;

/// The day on which the prices were looked up; of us-east-1, where they are least.
pub(crate) const AS_OF: &str = "2026-11-22";

/// Declares the prices once: variant, name on the command line, US dollars, what they are for.
macro_rules! prices {
    ($($variant:ident, $name:literal, $usd:literal, $unit:literal;)*) => {
        /// A price.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Price {
            $(#[doc = $unit] $variant,)*
        }

        impl Price {
            pub(crate) const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// Its name on the command line and in JSON.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it buys.
            pub(crate) fn unit(self) -> &'static str {
                match self { $(Self::$variant => $unit,)* }
            }

            fn default_usd(self) -> f64 {
                match self { $(Self::$variant => $usd,)* }
            }
        }
    };
}

prices! {
    Metrics, "metrics_requested", 0.01, "1,000 metrics of GetMetricData";
    LambdaRequests, "lambda_requests", 0.20, "a million invocations of Lambda";
    LambdaGbSeconds, "lambda_gb_seconds", 0.0000133334, "a GB-second of Lambda on arm64";
    S3Puts, "s3_puts", 0.005, "1,000 PUT or LIST requests of S3";
    S3Gets, "s3_gets", 0.0004, "1,000 GET requests of S3";
    S3Storage, "s3_storage", 0.023, "a GB-month of S3";
    SqsRequests, "sqs_requests", 0.40, "a million requests of SQS";
    EventBridgeEvents, "eventbridge_events", 1.00, "a million S3 events of EventBridge";
    CloudWatchRequests, "cloudwatch_requests", 0.01, "1,000 requests such as ListMetrics";
    CustomMetrics, "custom_metrics", 0.30, "a custom metric a month";
    Alarms, "alarms", 0.10, "a metric of an alarm a month";
    AlarmQueries, "alarm_queries", 0.10, "a metric that an alarm's query looks at a month";
    Dashboards, "dashboards", 3.00, "a dashboard a month";
    Logs, "logs", 0.50, "a GB of logs taken in";
}

/// All prices, in US dollars.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prices([f64; Price::ALL.len()]);

impl Default for Prices {
    fn default() -> Self {
        Self(Price::ALL.map(Price::default_usd))
    }
}

impl Prices {
    /// US dollars for [`Price::unit`].
    pub(crate) fn usd(&self, price: Price) -> f64 {
        self.0.get(price as usize).copied().unwrap_or_default()
    }

    /// The same with some replaced.
    pub(crate) fn with(mut self, replaced: &[ReplacedPrice]) -> Self {
        for ReplacedPrice { price, usd } in replaced {
            if let Some(slot) = self.0.get_mut(*price as usize) {
                *slot = *usd;
            }
        }
        self
    }
}

/// `--price metrics_requested=USD`, of what asks for metrics and pays for nothing else.
pub(crate) fn metric_price(text: &str) -> Result<ReplacedPrice, String> {
    let replaced: ReplacedPrice = text.parse()?;
    let name = Price::Metrics.name();
    match replaced.price {
        Price::Metrics => Ok(replaced),
        _ => Err(format!("only {name} is paid here: give {name}=USD, of 1,000 metrics")),
    }
}

/// `--price NAME=USD`
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ReplacedPrice {
    price: Price,
    usd: f64,
}

impl FromStr for ReplacedPrice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || Price::ALL.map(Price::name).join(", ");
        let (name, usd) = text.split_once('=').ok_or("give NAME=USD, such as s3_storage=0.0245")?;
        let price = Price::ALL.into_iter().find(|price| price.name() == name);
        let price = price.ok_or_else(|| format!("no price is called {name:?}; there are {}", names()))?;
        let usd: f64 = usd.parse().map_err(|_| format!("{usd:?} is no number of US dollars"))?;
        if !usd.is_finite() || usd < 0.0 {
            return Err(format!("{usd} is no price"));
        }
        Ok(Self { price, usd })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_can_be_replaced() {
        let replaced: ReplacedPrice = "s3_storage=0.0245".parse().unwrap();
        let prices = Prices::default().with(&[replaced]);
        assert_eq!((prices.usd(Price::S3Storage), prices.usd(Price::S3Puts)), (0.0245, 0.005));
        let problem = |text: &str| text.parse::<ReplacedPrice>().unwrap_err();
        assert_eq!(metric_price("metrics_requested=0.02").map(|one| one.usd), Ok(0.02));
        assert!(metric_price("logs=1").unwrap_err().contains("metrics_requested=USD"));
        assert!(problem("gold=1").contains("there are metrics_requested, lambda_requests"));
        assert!(problem("logs").contains("NAME=USD"));
        assert!(problem("logs=-1").contains("no price"));
        assert!(problem("logs=cheap").contains("no number"));
    }
}
