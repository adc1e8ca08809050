//! ListMetrics: which series there are.

use super::asked::Asked;
use super::input::ListMetricsInput;
use super::script::Script;
use super::server::Refusal;
use super::wire::MetricsPage;
use super::world::{Series, World};
use super::{ACCOUNT, validation};

/// The page that is asked for; an empty one where `no_metric`.
pub(super) fn answer<'w>(
    world: &'w World,
    script: &Script,
    asked: &Asked,
    input: &ListMetricsInput,
    no_metric: bool,
    serial: u64,
) -> Result<MetricsPage<'w>, Refusal> {
    validation::of_list_metrics(input).map_err(Refusal::Invalid)?;
    let begin = match &input.next_token {
        Some(token) => begin_of(token, input).ok_or(Refusal::InvalidToken)?,
        None => 0,
    };
    let linked = input.include_linked_accounts == Some(true);
    let mut wanted = world
        .series()
        .iter()
        .filter(|series| series.region == asked.region && (linked || series.account == ACCOUNT))
        .filter(|series| (script.is_listed)(series) && matches(series, input))
        .skip(begin);
    let most = if no_metric { 0 } else { script.metrics_a_page };
    let metrics: Vec<&Series> = wanted.by_ref().take(most).collect();
    let is_last = wanted.next().is_none();
    // At least one is new on each page, else there would be no last one.
    let again = script.repeated_a_page.min(metrics.len().saturating_sub(1));
    let next = begin + metrics.len() - again;
    let next_token = (!is_last).then(|| format!("{next}/{}/{serial}", asking(input)));
    Ok(MetricsPage { metrics, with_accounts: linked, next_token })
}

fn begin_of(token: &str, input: &ListMetricsInput) -> Option<usize> {
    let (begin, rest) = token.split_once('/')?;
    let (of, _serial) = rest.rsplit_once('/')?;
    (of == asking(input)).then(|| begin.parse().ok())?
}

/// What a token is good for: the same parameters.
fn asking(input: &ListMetricsInput) -> String {
    let ListMetricsInput { namespace, metric_name, owning_account, .. } = input;
    let [namespace, metric, account] =
        [namespace, metric_name, owning_account].map(|text| text.as_deref().unwrap_or("*"));
    format!("{namespace}|{metric}|{account}|{}", input.dimensions.len())
}

/// A filter on dimensions also lets those pass that have more.
fn matches(series: &Series, input: &ListMetricsInput) -> bool {
    let same = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
    same(&input.namespace, &series.namespace)
        && same(&input.metric_name, &series.metric)
        && same(&input.owning_account, &series.account)
        && input.dimensions.iter().all(|filter| {
            series.dimensions.iter().any(|(name, value)| *name == filter.name && same(&filter.value, value))
        })
}
