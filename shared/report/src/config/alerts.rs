//! `[alerts]`: thresholds, exceptions and mutes.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use toml::Spanned;
use toml::de::DeValue;

use super::read::{Reader, in_order};
use super::{Config, ConfigError, ConfigProblem, is_account_id};
use crate::alerts::{AlertSettings, Changes, Knob, Matcher, Mute, Override, Rule};
use gatetrail_metrics::ApiPattern;

/// Keys of `[alerts]`: the rules, in the order of [`Rule::ALL`], and two lists.
const KEYS: &[&str] = &[
    "server_errors",
    "client_errors",
    "latency_average",
    "latency_p90",
    "integration_latency_average",
    "integration_latency_p90",
    "low_traffic",
    "no_traffic",
    "failure_jump",
    "access_denied_jump",
    "trail_silence",
    "metrics_gap",
    "override",
    "mute",
];

const MATCHED: &[&str] = &["rule", "api", "stage", "account", "region"];

const OF_MUTES: &[&str] = &["rule", "api", "stage", "account", "region", "reason", "until"];

/// Reads the table; `config` has the aliases of accounts.
pub(super) fn alerts(
    reader: &Reader<'_>,
    value: &Spanned<DeValue<'_>>,
    config: &Config,
) -> Result<AlertSettings, ConfigError> {
    let path = ["alerts"];
    let table = reader.table(value, &path, "a table, [alerts]")?;
    let mut settings = AlertSettings::default();
    for (key, value) in in_order(table) {
        let name = key.get_ref().as_ref();
        let path = ["alerts", name];
        match name {
            "override" => {
                for table in reader.tables(value, &path, "tables, [[alerts.override]]")? {
                    settings.overrides.push(exception(reader, table, config)?);
                }
            }
            "mute" => {
                for table in reader.tables(value, &path, "tables, [[alerts.mute]]")? {
                    settings.mutes.push(mute(reader, table, config)?);
                }
            }
            _ => {
                let Some(rule) = Rule::named(name) else {
                    return Err(reader.error(key.span(), &path, ConfigProblem::UnknownKey { known: KEYS }));
                };
                let table = reader.table(value, &path, "a table, such as [alerts.server_errors]")?;
                let mut changes = Changes::default();
                for (key, value) in in_order(table) {
                    let name = key.get_ref().as_ref();
                    if !change(reader, rule, name, value, &[path[0], path[1], name], &mut changes)? {
                        return Err(unknown_of_rule(reader, rule, key.span(), &[path[0], path[1], name]));
                    }
                }
                settings.rules.insert(rule, changes);
            }
        }
    }
    Ok(settings)
}

fn exception(
    reader: &Reader<'_>,
    value: &Spanned<DeValue<'_>>,
    config: &Config,
) -> Result<Override, ConfigError> {
    let path = ["alerts", "override"];
    let table = reader.table(value, &path, "a table, [[alerts.override]]")?;
    let mut matcher = Matcher::default();
    for (key, value) in in_order(table) {
        match_key(reader, key.get_ref().as_ref(), value, "override", config, &mut matcher)?;
    }
    let Some(rule) = matcher.rule else {
        return Err(reader.error(value.span(), &path, ConfigProblem::Missing { key: "rule" }));
    };
    if matcher == (Matcher { rule: Some(rule), ..Matcher::default() }) {
        let problem = ConfigProblem::Missing { key: "api, stage, account or region" };
        return Err(reader.error(value.span(), &path, problem));
    }
    let mut changes = Changes::default();
    for (key, value) in in_order(table) {
        let name = key.get_ref().as_ref();
        let path = [path[0], path[1], name];
        if !MATCHED.contains(&name) && !change(reader, rule, name, value, &path, &mut changes)? {
            return Err(unknown_of_rule(reader, rule, key.span(), &path));
        }
    }
    Ok(Override { matcher, changes })
}

fn mute(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>, config: &Config) -> Result<Mute, ConfigError> {
    let path = ["alerts", "mute"];
    let table = reader.table(value, &path, "a table, [[alerts.mute]]")?;
    let mut matcher = Matcher::default();
    let (mut reason, mut until) = (None, None);
    for (key, value) in in_order(table) {
        let name = key.get_ref().as_ref();
        let path = [path[0], path[1], name];
        match name {
            "reason" => reason = Some(reader.text(value, &path, "a text: why nobody need be told")?),
            "until" => until = Some(end(reader, value, &path)?),
            _ if match_key(reader, name, value, "mute", config, &mut matcher)? => {}
            _ => {
                let problem = ConfigProblem::UnknownKey { known: OF_MUTES };
                return Err(reader.error(key.span(), &path, problem));
            }
        }
    }
    let missing = |key| Err(reader.error(value.span(), &path, ConfigProblem::Missing { key }));
    let Some(reason) = reason else { return missing("reason") };
    let Some(until) = until else { return missing("until") };
    if matcher == Matcher::default() {
        return missing("rule, api, stage, account or region");
    }
    Ok(Mute { matcher, reason, until })
}

/// Whether it is a key that matches.
fn match_key(
    reader: &Reader<'_>,
    name: &str,
    value: &Spanned<DeValue<'_>>,
    list: &str,
    config: &Config,
    matcher: &mut Matcher,
) -> Result<bool, ConfigError> {
    let path = ["alerts", list, name];
    let text = |expected| reader.text(value, &path, expected);
    match name {
        "rule" => {
            let text = text("the name of a rule, such as \"server_errors\"")?;
            let Some(rule) = Rule::named(&text) else {
                let known = KEYS.get(..Rule::ALL.len()).unwrap_or_default();
                return Err(reader.error(value.span(), &path, ConfigProblem::NoRule { found: text, known }));
            };
            matcher.rule = Some(rule);
        }
        "api" => {
            matcher.api = Some(ApiPattern::new(&text("a pattern of names and ids, such as \"orders*\"")?))
        }
        "stage" => matcher.stage = Some(ApiPattern::new(&text("a pattern of stages, such as \"dev*\"")?)),
        "account" => {
            let text = text("12 digits in quotes, or an alias of [accounts]")?;
            let id = config.account_id(&text).ok().filter(|id| is_account_id(id)).map(str::to_owned);
            let Some(id) = id else {
                return Err(reader.error(value.span(), &path, ConfigProblem::NoAccount { found: text }));
            };
            matcher.account = Some(id);
        }
        "region" => matcher.region = Some(text("a region, such as \"eu-west-1\"")?),
        _ => return Ok(false),
    }
    Ok(true)
}

/// Whether it is a key of the rule.
fn change(
    reader: &Reader<'_>,
    rule: Rule,
    name: &str,
    value: &Spanned<DeValue<'_>>,
    path: &[&str],
    changes: &mut Changes,
) -> Result<bool, ConfigError> {
    if name == "enabled" {
        let DeValue::Boolean(enabled) = value.get_ref() else {
            return Err(reader.wrong_type(value, path, "true or false"));
        };
        changes.enabled = Some(*enabled);
        return Ok(true);
    }
    let Some(knob) = rule.knobs().iter().find(|knob| knob.key == name) else { return Ok(false) };
    changes.values.push((knob.setting, number(reader, knob, value, path)?));
    Ok(true)
}

fn number(
    reader: &Reader<'_>,
    knob: &Knob,
    value: &Spanned<DeValue<'_>>,
    path: &[&str],
) -> Result<f64, ConfigError> {
    let expected = if knob.whole { "a whole number" } else { "a number" };
    let found = match value.get_ref() {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
        DeValue::Float(number) if !knob.whole => number.as_str(),
        _ => return Err(reader.wrong_type(value, path, expected)),
    };
    let number: Option<f64> = found.replace('_', "").parse().ok();
    number.filter(|number| (knob.least..=knob.most).contains(number)).ok_or_else(|| {
        let (least, most) = (knob.least, knob.most);
        let problem = ConfigProblem::OutOfRange { found: found.to_owned(), least, most };
        reader.error(value.span(), path, problem)
    })
}

/// A day is meant to its end; a time of day needs an offset.
fn end(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>, path: &[&str]) -> Result<Timestamp, ConfigError> {
    let expected = "a day, such as 2026-12-31, or a time with an offset, such as 2026-12-31T18:00:00Z";
    let DeValue::Datetime(found) = value.get_ref() else {
        return Err(reader.wrong_type(value, path, expected));
    };
    let text = found.to_string();
    let moment = match (found.date, found.time, found.offset) {
        (Some(_), None, None) => {
            let midnight = text.parse::<DateTime>().and_then(|day| day.to_zoned(TimeZone::UTC));
            midnight.and_then(|day| day.timestamp().checked_add(SignedDuration::from_hours(24)))
        }
        (Some(_), Some(_), Some(_)) => text.parse::<Timestamp>(),
        _ => return Err(reader.wrong_type(value, path, expected)),
    };
    moment.map_err(|_| reader.wrong_type(value, path, expected))
}

fn unknown_of_rule(
    reader: &Reader<'_>,
    rule: Rule,
    place: std::ops::Range<usize>,
    path: &[&str],
) -> ConfigError {
    let known = std::iter::once("enabled").chain(rule.knobs().iter().map(|knob| knob.key)).collect();
    reader.error(place, path, ConfigProblem::UnknownSetting { known })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_table() {
        assert_eq!(KEYS[..Rule::ALL.len()], Rule::ALL.map(Rule::as_str));
    }
}
