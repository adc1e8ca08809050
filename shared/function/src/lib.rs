//! What all functions share: logs, settings from the environment, metrics in the log, and the time that an invocation has.
//!
//! Nothing here knows what a function does, nor the AWS SDK: its tests need neither.

mod invocation;
mod logs;
mod metrics;
mod results;
mod settings;

pub use invocation::Invocation;
pub use logs::{print_line, start_logs};
pub use metrics::{MetricsLine, is_dimension_value};
pub use results::{FunctionSettings, ResultsSettings};
pub use settings::{ConfigError, Settings};
