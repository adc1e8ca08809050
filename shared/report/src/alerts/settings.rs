//! What a configuration says about alerts.

use std::collections::BTreeMap;

use gatetrail_metrics::ApiPattern;
use jiff::Timestamp;

use super::document::Subject;
use super::rule::{Rule, RuleSettings, Setting};

/// Thresholds, exceptions to them, and mutes. The default is that of a configuration that says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlertSettings {
    pub(crate) rules: BTreeMap<Rule, Changes>,
    pub(crate) overrides: Vec<Override>,
    pub(crate) mutes: Vec<Mute>,
}

/// What is said of a rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Changes {
    pub(crate) enabled: Option<bool>,
    pub(crate) values: Vec<(Setting, f64)>,
}

/// Which subjects something is about; what is not named is not looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Matcher {
    pub(crate) rule: Option<Rule>,
    pub(crate) api: Option<ApiPattern>,
    pub(crate) stage: Option<ApiPattern>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
}

/// Another threshold for some subjects.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Override {
    pub(crate) matcher: Matcher,
    pub(crate) changes: Changes,
}

/// Alerts that somebody knows of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mute {
    pub(crate) matcher: Matcher,
    pub(crate) reason: String,
    /// Moment behind its end.
    pub(crate) until: Timestamp,
}

impl AlertSettings {
    /// The settings of a rule, exceptions aside.
    #[must_use]
    pub fn of_rule(&self, rule: Rule) -> RuleSettings {
        let mut settings = rule.defaults();
        if let Some(changes) = self.rules.get(&rule) {
            changes.apply(&mut settings);
        }
        settings
    }

    /// The settings of a rule for a subject: of several exceptions the first that matches.
    #[must_use]
    pub fn of(&self, rule: Rule, subject: &Subject) -> RuleSettings {
        let mut settings = self.of_rule(rule);
        if let Some(exception) = self.overrides.iter().find(|one| one.matcher.matches(rule, subject)) {
            exception.changes.apply(&mut settings);
        }
        settings
    }
}

impl Changes {
    fn apply(&self, settings: &mut RuleSettings) {
        settings.enabled = self.enabled.unwrap_or(settings.enabled);
        self.values.iter().for_each(|(setting, value)| settings.set(*setting, *value));
    }
}

impl Matcher {
    pub(crate) fn matches(&self, rule: Rule, subject: &Subject) -> bool {
        let fits = |pattern: &Option<ApiPattern>, texts: &[&Option<String>]| match pattern {
            None => true,
            Some(pattern) => texts.iter().copied().flatten().any(|text| pattern.matches(text)),
        };
        self.rule.is_none_or(|one| one == rule)
            && fits(&self.api, &[&subject.api_name, &subject.api_id])
            && fits(&self.stage, &[&subject.stage])
            && self.account.as_ref().is_none_or(|account| *account == subject.account)
            && self.region.as_ref().is_none_or(|region| *region == subject.region)
    }
}
