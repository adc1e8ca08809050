//! Writing what was pulled, while more is being pulled.

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use gatetrail_metrics::{NAMESPACE, Period, Point, Series};
use gatetrail_tables::{InboxDocument, MetricSeries, SeriesException, WindowRow};

use crate::object_store::{ObjectStore, Place, with_sources};
use crate::put_document::put_document;

/// Datapoints of a document: some 20 MiB of memory here, and as many in the rollup that holds it whole.
const DOCUMENT_POINTS: usize = 150_000;

/// Documents that are written at a time. They bound memory: while so many are, nothing more is read.
const WRITES: usize = 2;

/// The documents of one window.
pub(super) struct Output<'o, S> {
    results: &'o Place<'o, S>,
    series: Vec<(MetricSeries, Vec<Point>)>,
    points: usize,
    writes: FuturesUnordered<BoxFuture<'o, Result<String, String>>>,
    written: Vec<String>,
    failure: Option<String>,
}

impl<'o, S: ObjectStore> Output<'o, S> {
    pub(super) fn new(results: &'o Place<'o, S>) -> Self {
        Self {
            results,
            series: Vec::new(),
            points: 0,
            writes: FuturesUnordered::new(),
            written: Vec::new(),
            failure: None,
        }
    }

    /// Adds the datapoints of series; begins to write a document where there are enough for one.
    pub(super) fn add<'s>(
        &mut self,
        period: Period,
        series: impl IntoIterator<Item = (&'s Series, Vec<Point>)>,
    ) {
        for (series, points) in series {
            self.points += points.len();
            self.series.push((row_series(series, period), points));
        }
        if self.points >= DOCUMENT_POINTS {
            self.write(Vec::new(), Vec::new());
        }
    }

    /// Whether no more may be read before something is written.
    pub(super) fn is_full(&self) -> bool {
        self.writes.len() >= WRITES
    }

    /// Waits until a document is written; for ever where none is on its way.
    pub(super) async fn progress(&mut self) {
        match self.writes.next().await {
            Some(written) => self.take(written),
            None => std::future::pending().await,
        }
    }

    /// Writes what is left. The windows come with the very last document: they say that all of it is there.
    ///
    /// # Errors
    /// Where a document could not be written; the windows then are in none.
    pub(super) async fn finish(
        mut self,
        windows: Vec<WindowRow>,
        exceptions: Vec<SeriesException>,
    ) -> Result<Vec<String>, String> {
        while let Some(written) = self.writes.next().await {
            self.take(written);
        }
        if self.failure.is_none() {
            self.write(windows, exceptions);
            while let Some(written) = self.writes.next().await {
                self.take(written);
            }
        }
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.written),
        }
    }

    fn take(&mut self, written: Result<String, String>) {
        match written {
            Ok(key) => self.written.push(key),
            Err(reason) => {
                self.failure.get_or_insert(reason);
            }
        }
    }

    fn write(&mut self, windows: Vec<WindowRow>, exceptions: Vec<SeriesException>) {
        let series = std::mem::take(&mut self.series);
        self.points = 0;
        let results = self.results;
        // Compressing takes a processor for a while, which the connections must not wait for.
        let making = tokio::task::spawn_blocking(move || {
            let borrowed = series.iter().map(|(series, points)| (series, points.as_slice()));
            InboxDocument::of_pull(&windows, borrowed, &exceptions)
        });
        self.writes.push(Box::pin(async move {
            let made = making.await.map_err(|error| format!("document not made: {error}"))?;
            let document = made.map_err(|error| with_sources(&error))?;
            put_document(results, document).await.map_err(|error| error.chain())
        }));
    }
}

/// A series as rows have it.
pub(super) fn row_series(series: &Series, period: Period) -> MetricSeries {
    let Series { region, account, place, metric } = series;
    MetricSeries {
        account: account.clone(),
        region: region.clone(),
        namespace: NAMESPACE.to_owned(),
        api_name: place.api_name.clone(),
        api_id: place.api_id.clone(),
        stage: place.stage.clone(),
        resource: place.resource.clone(),
        method: place.method.clone(),
        route: place.route.clone(),
        metric: metric.as_str().to_owned(),
        period_s: period.seconds().into(),
    }
}
