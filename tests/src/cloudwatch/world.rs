//! What there is to be measured: series, and the samples of each of their minutes.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The account that is asked, where nothing else is said; that of the functions under test.
pub const ACCOUNT: &str = "111122223333";

/// The region, where nothing else is said.
pub const REGION: &str = "us-east-1";

/// A series: a metric with its dimensions, of an account and a region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    /// Account that owns it.
    pub account: String,
    /// Region.
    pub region: String,
    /// Namespace.
    pub namespace: String,
    /// Name of the metric.
    pub metric: String,
    /// Dimensions by name and value, sorted: their order tells no two series apart.
    pub dimensions: Vec<(String, String)>,
}

impl Series {
    /// A metric of API Gateway with these dimensions.
    #[must_use]
    pub fn new(metric: &str, dimensions: &[(&str, &str)]) -> Self {
        let mut dimensions: Vec<_> =
            dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        dimensions.sort();
        Self {
            account: ACCOUNT.to_owned(),
            region: REGION.to_owned(),
            namespace: "AWS/ApiGateway".to_owned(),
            metric: metric.to_owned(),
            dimensions,
        }
    }

    /// The same of another account.
    #[must_use]
    pub fn of_account(mut self, account: &str) -> Self {
        account.clone_into(&mut self.account);
        self
    }

    /// The same in another region.
    #[must_use]
    pub fn in_region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    /// The same in another namespace.
    #[must_use]
    pub fn in_namespace(mut self, namespace: &str) -> Self {
        namespace.clone_into(&mut self.namespace);
        self
    }

    /// The value of a dimension; empty where it has none of that name.
    #[must_use]
    pub fn dimension(&self, name: &str) -> &str {
        self.dimensions.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }

    /// A number of its own, to make traffic up from.
    fn seed(&self) -> u64 {
        let texts = [&self.account, &self.region, &self.namespace, &self.metric];
        let dimensions = self.dimensions.iter().flat_map(|(name, value)| [name, value]);
        texts.into_iter().chain(dimensions).fold(0, |seed, text| {
            text.bytes()
                .fold(mixed(seed), |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
        })
    }
}

/// The samples of a minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minute {
    /// How many.
    pub sample_count: f64,
    /// Their sum.
    pub sum: f64,
    /// The least.
    pub minimum: f64,
    /// The greatest.
    pub maximum: f64,
}

/// Samples by the minute, counted since 1970; `None` where there are none.
pub type OfMinute = Box<dyn Fn(i64) -> Option<Minute>>;

/// The samples of every series.
pub type Traffic = Arc<dyn Fn(&Series) -> OfMinute + Send + Sync>;

/// Made-up samples: the same at every call; about one minute in six has none.
#[must_use]
pub fn made_up(series: &Series) -> OfMinute {
    let seed = series.seed();
    Box::new(move |minute| {
        let noise = mixed(seed ^ minute.cast_unsigned());
        (!noise.is_multiple_of(6)).then(|| minute_of(noise))
    })
}

/// The same without a minute that has none.
#[must_use]
pub fn made_up_always(series: &Series) -> OfMinute {
    let seed = series.seed();
    Box::new(move |minute| Some(minute_of(mixed(seed ^ minute.cast_unsigned()))))
}

fn minute_of(noise: u64) -> Minute {
    // Far below 2^53.
    let part = |shift: u32, below: u64| ((noise >> shift) % below) as f64;
    let sample_count = 1.0 + part(8, 200);
    let minimum = 1.0 + part(16, 97) / 7.0;
    let mean = minimum + part(24, 1009) / 3.0;
    // Neither exact in binary nor a nice decimal: a rounding on the way shows.
    Minute { sample_count, sum: sample_count * mean, minimum, maximum: mean + part(40, 503) * 0.3 }
}

/// SplitMix64's last step: close numbers end far apart.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// All series, in the order in which ListMetrics returns them, and their samples.
#[derive(Clone)]
pub struct World {
    series: Vec<Series>,
    places: HashMap<Series, usize>,
    traffic: Traffic,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("series", &self.series.len()).finish_non_exhaustive()
    }
}

impl World {
    /// A world of these series, with traffic that is made up.
    #[must_use]
    pub fn new(series: impl IntoIterator<Item = Series>) -> Self {
        let series: Vec<Series> = series.into_iter().collect();
        let places = series.iter().cloned().zip(0..).collect();
        Self { series, places, traffic: Arc::new(made_up) }
    }

    /// `Latency` of so many stages, each of an API of its own.
    #[must_use]
    pub fn of_latencies(stages: usize) -> Self {
        let of_stage =
            |number| Series::new("Latency", &[("ApiName", &format!("api-{number:05}")), ("Stage", "prod")]);
        Self::new((0..stages).map(of_stage))
    }

    /// The same with other samples.
    #[must_use]
    pub fn with_traffic(mut self, traffic: impl Fn(&Series) -> OfMinute + Send + Sync + 'static) -> Self {
        self.traffic = Arc::new(traffic);
        self
    }

    /// The same with samples in every minute.
    #[must_use]
    pub fn always_busy(self) -> Self {
        self.with_traffic(made_up_always)
    }

    /// The series.
    #[must_use]
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// Whether there is such a series.
    #[must_use]
    pub fn has(&self, series: &Series) -> bool {
        self.places.contains_key(series)
    }

    /// The samples of a series; none where there is no such series.
    #[must_use]
    pub fn of_minutes(&self, series: &Series) -> OfMinute {
        if self.has(series) { (self.traffic)(series) } else { Box::new(|_| None) }
    }
}

impl Minute {
    /// The samples of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            sample_count: self.sample_count + other.sample_count,
            sum: self.sum + other.sum,
            minimum: self.minimum.min(other.minimum),
            maximum: self.maximum.max(other.maximum),
        }
    }

    /// The samples of a period that begins at a second; `None` where there are none.
    #[must_use]
    pub fn of_period(of_minute: &OfMinute, begin_s: i64, period_s: i64) -> Option<Self> {
        let minutes = begin_s.div_euclid(60)..(begin_s + period_s).div_euclid(60);
        minutes.filter_map(of_minute).reduce(Self::plus)
    }

    /// A statistic by CloudWatch's name; `None` where there is none of that name. Percentiles are those of samples that
    /// lie evenly between the least and the greatest.
    #[must_use]
    pub fn statistic(&self, name: &str) -> Option<f64> {
        match name {
            "SampleCount" => Some(self.sample_count),
            "Sum" => Some(self.sum),
            "Minimum" => Some(self.minimum),
            "Maximum" => Some(self.maximum),
            "Average" => Some(self.sum / self.sample_count),
            _ => {
                let share: f64 = name.strip_prefix('p')?.parse().ok()?;
                let within = (0.0..=100.0).contains(&share);
                within.then(|| self.minimum + (self.maximum - self.minimum) * share / 100.0)
            }
        }
    }
}
