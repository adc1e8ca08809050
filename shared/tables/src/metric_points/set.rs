//! The set itself.

use std::collections::BTreeMap;

use gatetrail_metrics::Point;

use super::point::{MetricSeries, PointRow, Row};
use crate::events::Texts;
use crate::partition::Partition;
use crate::time::to_millisecond;

/// Datapoints, each key once as soon as they are looked at.
#[derive(Debug, Clone)]
pub struct PointSet {
    texts: Texts,
    rows: Vec<Row>,
}

impl Default for PointSet {
    fn default() -> Self {
        Self { texts: Texts::new(), rows: Vec::new() }
    }
}

impl PointSet {
    /// Takes the datapoints of a series.
    pub fn add(&mut self, series: &MetricSeries, points: impl IntoIterator<Item = Point>) {
        let texts = series.texts().map(|text| self.texts.add(text));
        self.rows.extend(points.into_iter().map(|point| {
            let point = Point { timestamp: to_millisecond(point.timestamp), ..point };
            Row { texts, period_s: series.period_s, point }
        }));
    }

    /// Sorts by partition and key, and merges what is of one key.
    pub fn settle(&mut self) {
        let Self { texts, rows } = self;
        rows.sort_by(|a, b| {
            let (a, b) = (PointRow { row: a, pool: texts }, PointRow { row: b, pool: texts });
            a.partition().cmp(&b.partition()).then_with(|| a.key_order(b))
        });
        rows.dedup_by(|next, kept| {
            let same = (next.texts, next.period_s, next.point.timestamp)
                == (kept.texts, kept.period_s, kept.point.timestamp);
            if same {
                kept.point = kept.point.merge(next.point);
            }
            same
        });
    }

    /// Rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows by the object of the table that they belong to, there in the order of their keys; of a set that was settled.
    #[must_use]
    pub fn by_partition(&self) -> BTreeMap<Partition, Vec<PointRow<'_>>> {
        let mut partitions = BTreeMap::<_, Vec<_>>::new();
        for row in &self.rows {
            partitions.entry(row.partition()).or_default().push(PointRow { row, pool: &self.texts });
        }
        partitions
    }

    /// Bytes of memory that the set takes, roughly.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.rows.capacity() * size_of::<Row>() + self.texts.memory_bytes()
    }
}
