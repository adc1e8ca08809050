//! `gatetrail latency` without a source: what is pulled into memory.

#[cfg(not(feature = "aws"))]
mod without_aws {
    use gatetrail_report::Config;

    use super::super::{Found, Question};
    use crate::exit::{Failure, usage};
    use crate::surroundings::Surroundings;

    impl Question<'_> {
        pub(in super::super) fn ask_cloudwatch(
            &self,
            _config: Config,
            _surroundings: &Surroundings,
        ) -> Result<Option<Found>, Failure> {
            Err(usage(
                "give a store or a recorded pull: this build cannot ask CloudWatch itself, which takes --features aws",
            ))
        }
    }
}

#[cfg(feature = "aws")]
mod with_aws {
    use std::fs;
    use std::path::Path;

    use gatetrail_engine::{ObjectStore, Place, read_directory};
    use gatetrail_metrics::Level;
    use gatetrail_report::Config;
    use gatetrail_tables::{Arrived, WindowRow, WindowState};
    use jiff::Timestamp;

    use super::super::super::pull::tell_problems;
    use super::super::{Found, Question, WholePeriod};
    use crate::args::PulledArgs;
    use crate::exit::Failure;
    use crate::messages::{self, counted};
    use crate::pulling::{PercentilesOf, Pulling, metrics};
    use crate::render::dollars;
    use crate::store::{StoreAddress, Work, work_on};
    use crate::surroundings::Surroundings;

    impl Question<'_> {
        /// What has to be pulled for an answer.
        fn pulled(&self) -> PulledArgs {
            let metric = self.args.metric.as_str().to_owned();
            PulledArgs {
                regions: self.args.region.clone(),
                metric: if metric == "Latency" { Vec::new() } else { vec![metric] },
                levels: Vec::from_iter(self.args.level.or(Some(self.by().level().max(Level::Stage)))),
                include: self.args.api.iter().cloned().collect(),
                exclude_api: Vec::new(),
                percentiles: self.args.percentiles.clone(),
                names_from_events: false,
                linked_accounts: false,
                account: None,
                budget: self.args.budget,
                price: self.args.price,
            }
        }

        /// Pulls into a folder that is thrown away, and answers from that.
        pub(in super::super) fn ask_cloudwatch(
            &self,
            config: Config,
            surroundings: &Surroundings,
        ) -> Result<Option<Found>, Failure> {
            let folder = tempfile::tempdir().map_err(|error| Failure::Setup(error.to_string()))?;
            let work = AskCloudWatch { question: self, config, folder: folder.path(), now: surroundings.now };
            work_on(&StoreAddress::Folder(folder.path().to_owned()), &self.args.login, work)?
        }
    }

    /// The question to CloudWatch.
    struct AskCloudWatch<'a> {
        question: &'a Question<'a>,
        config: Config,
        /// The store that is thrown away.
        folder: &'a Path,
        now: Timestamp,
    }

    impl Work for AskCloudWatch<'_> {
        type Output = Result<Option<Found>, Failure>;

        async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> Self::Output {
            let Self { question, config, folder, now } = self;
            let args = question.args;
            let mut percentiles = PercentilesOf::default();
            let whole = question.whole_period.as_ref();
            if let Some(WholePeriod { level, period_s, .. }) = whole {
                percentiles = PercentilesOf {
                    levels: std::slice::from_ref(level),
                    periods_s: std::slice::from_ref(period_s),
                };
            }
            let pulled = question.pulled();
            let pulling = Pulling::begin(&pulled, question.asked(), percentiles, &args.login, now).await?;
            // The folder is thrown away: names may be written to it, and are asked for once.
            pulling.ask_for_names(place).await;
            let planned = pulling.plan(place).await;
            if planned.failures.is_empty() {
                let asked = counted(metrics(&planned.planned), "metric");
                let usd = dollars(pulling.usd(&planned.planned));
                messages::say(&format!("asking CloudWatch for {asked}: {usd}"));
            }
            let pulled = pulling.pull(place).await;
            tell_problems(&pulled);
            if pulled.windows.is_empty() {
                return Ok(None);
            }
            let mut arrived = Arrived::default();
            for key in &pulled.documents {
                let bytes = fs::read(folder.join(key)).map_err(|error| Failure::Setup(error.to_string()))?;
                arrived.read(&bytes).map_err(|error| Failure::Setup(error.to_string()))?;
            }
            arrived.settle();
            let directory = read_directory(place).await?;
            let is_complete = |window: &WindowRow| window.state == WindowState::Complete;
            let missed =
                !pulled.failures.is_empty() || pulled.left > 0 || !pulled.windows.iter().all(is_complete);
            question.answer_recorded(&arrived, &directory, config, missed).map(Some)
        }
    }
}
