//! `gatetrail pull`: metrics from CloudWatch into a store.

use crate::args::PullArgs;
use crate::exit::{Answered, Failure};
use crate::surroundings::Surroundings;

#[cfg(not(feature = "aws"))]
pub(crate) fn run(args: &PullArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
    let PullArgs { .. } = args;
    let Surroundings { .. } = surroundings;
    Err(Failure::Setup("this build cannot reach AWS: build it with --features aws".to_owned()))
}

#[cfg(feature = "aws")]
pub(crate) use with_aws::run;
#[cfg(feature = "aws")]
pub(super) use with_aws::tell_problems;

#[cfg(feature = "aws")]
mod with_aws {
    use std::future::pending;
    use std::io::{self, BufWriter, Write as _};

    use gatetrail_engine::{ObjectStore, Place, PullReport, RollupReport, roll_up};
    use gatetrail_tables::WindowState;

    use super::super::rollup;
    use super::{Answered, Failure, PullArgs, Surroundings};
    use crate::exit::unless_closed;
    use crate::messages::{self, counted};
    use crate::pulling::{PercentilesOf, Pulling, metrics};
    use crate::render::{Look, dollars, steps};
    use crate::store::{Work, work_on};
    use crate::time::{AskedRange, Moment};

    pub(crate) fn run(args: &PullArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
        args.store.refuse_file()?;
        args.store.refuse_foreign_inbox()?;
        let asked = AskedRange { since: args.since.or(args.last.map(Moment::Before)), until: args.until };
        let work = PullInto { args, asked, surroundings };
        let done = work_on(&args.store, &args.login, work)??;
        tell_problems(&done.pulled);
        let look = Look { width: surroundings.width, colored: surroundings.colorful };
        let mut out = BufWriter::new(io::stdout().lock());
        let (title, sums) = match &done.usd {
            Some(usd) => {
                let asked = metrics(&done.pulled.planned);
                let title = format!(
                    "Would pull into {}: {} for {}",
                    args.store,
                    dollars(*usd),
                    counted(asked, "metric")
                );
                (title, steps::planned(&done.pulled))
            }
            None => {
                (format!("Pulled into {}", args.store), steps::pulled(&done.pulled, done.rolled_up.as_ref()))
            }
        };
        let written = steps::write(&mut out, &title, &sums, look);
        unless_closed(written.and_then(|()| out.flush()))?;
        if let Some(report) = &done.rolled_up {
            rollup::tell_problems(&[report]);
        }
        Ok(answered(&done))
    }

    struct Done {
        pulled: PullReport,
        /// `None` where nothing was pulled.
        rolled_up: Option<RollupReport>,
        /// What it would cost, where that was all that was asked.
        usd: Option<f64>,
    }

    struct PullInto<'a> {
        args: &'a PullArgs,
        asked: AskedRange,
        surroundings: &'a Surroundings,
    }

    impl Work for PullInto<'_> {
        type Output = Result<Done, Failure>;

        async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> Result<Done, Failure> {
            let Self { args, asked, surroundings } = self;
            let pulling =
                Pulling::begin(&args.what, asked, PercentilesOf::default(), &args.login, surroundings.now)
                    .await?;
            if args.dry_run {
                let pulled = pulling.plan_only(place).await;
                let usd = Some(pulling.usd(&pulled.planned));
                return Ok(Done { pulled, rolled_up: None, usd });
            }
            pulling.ask_for_names(place).await;
            let pulled = pulling.pull(place).await;
            // What a run before left in the inbox is folded, too.
            let rolled_up = roll_up(place, &rollup::options(&args.reports), pending()).await;
            Ok(Done { pulled, rolled_up: Some(rolled_up), usd: None })
        }
    }

    /// Names what could not be had.
    pub(in crate::commands) fn tell_problems(report: &PullReport) {
        report.failures.iter().for_each(|failure| messages::say(failure));
        report.messages.iter().for_each(|message| messages::say(&format!("CloudWatch says: {message}")));
        let mut exceptions: Vec<String> = report
            .exceptions
            .iter()
            .map(|exception| {
                let series = &exception.series;
                let api = if series.api_name.is_empty() { &series.api_id } else { &series.api_name };
                let place = [api, &series.stage, &series.method, &series.resource, &series.route];
                let place: Vec<&str> =
                    place.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
                let (metric, region) = (&series.metric, &series.region);
                format!("{metric} of {} in {region} is not complete: {}", place.join(" "), exception.reason)
            })
            .collect();
        messages::say_some(&mut exceptions, "series that are not complete");
        if report.left > 0 {
            let windows = counted(report.left as u64, "window");
            messages::say(&format!("{windows} left: the same command goes on there"));
        }
    }

    fn answered(done: &Done) -> Answered {
        let report = &done.pulled;
        let kept = done.rolled_up.as_ref().is_none_or(|report| rollup::answered(report) == Answered::Fully);
        if !report.failures.is_empty() || report.left > 0 || !kept {
            Answered::Not
        } else if report.windows.iter().any(|window| window.state != WindowState::Complete) {
            Answered::Incompletely
        } else {
            Answered::Fully
        }
    }
}
