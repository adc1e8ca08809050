//! The page: one self-contained file that shows the reports of a span, and filters them where it is opened.
//!
//! What it carries is aggregated, not listed: counts of events by everything that they can be filtered or grouped by, and sums
//! of datapoints by series, both in slices of time. Either is made coarser, step by step, where it would grow too large, and
//! the page says so. Figures of the page are therefore sums of the same rows as those of the documents beside it.
//!
//! [`PageEvents`] takes events, [`PageMetrics`] datapoints, [`PageData`] is what they found, and [`write_page`] makes the file
//! of it and of the documents. The same rows give the same bytes.

mod audit;
mod columns;
mod data;
mod events;
mod listed;
mod measured;
mod render;
mod script;
mod series;
mod slices;
mod texts;

pub use audit::{AUDIT_SCHEMA, Audit, AuditRest, AuditRow, AuditTable, AuditWindow, Change, FailedEvent};
pub use data::{OtherPages, PageData, days_before};
pub use events::{CountedEvents, PageEvents};
pub use measured::{MeasuredSeries, PageMetrics};
pub use render::write_page;
