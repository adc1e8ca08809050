//! Settings from environment variables: every problem is told at once, so that a deployment is mended in one go.

use std::fmt;
use std::str::FromStr;

/// All that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Each names its variable.
    pub problems: Vec<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "configuration: {}", self.problems.join("; "))
    }
}

impl std::error::Error for ConfigError {}

/// Reads settings. What is wrong with one is kept until [`Self::finish`], and the reading goes on with a stand-in.
#[derive(Debug)]
pub struct Settings<V> {
    variable: V,
    problems: Vec<String>,
}

impl<V: Fn(&str) -> Option<String>> Settings<V> {
    /// `variable` looks a variable up.
    pub fn new(variable: V) -> Self {
        Self { variable, problems: Vec::new() }
    }

    /// A text. A template that passes an empty parameter on means "not set".
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// A text that has to be set.
    pub fn required(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.problem(format!("{name} is not set"));
            String::new()
        })
    }

    /// The entries of a list that has to be set, separated by commas.
    pub fn list(&mut self, name: &str) -> Vec<String> {
        self.required(name);
        self.optional_list(name).unwrap_or_default()
    }

    /// The entries of a list, separated by commas, where it is set.
    pub fn optional_list(&mut self, name: &str) -> Option<Vec<String>> {
        let value = self.optional(name)?;
        let entries: Vec<String> = value.split(',').map(|entry| entry.trim().to_owned()).collect();
        if entries.iter().any(String::is_empty) {
            self.problem(format!("{name} has an empty entry: {value:?}"));
        }
        Some(entries)
    }

    /// An account id.
    pub fn account(&mut self, name: &str) -> Option<String> {
        let account = self.optional(name)?;
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            self.problem(format!("{name} is no account id of 12 digits: {account:?}"));
        }
        Some(account)
    }

    /// What all keys begin with: empty, or folders that end in `/`, whether or not it is written so. A key that begins with `/`
    /// or has an empty folder is legal and always a mistake: no console and no copy on a disk shows it where it is.
    pub fn key_prefix(&mut self, name: &str) -> String {
        let Some(text) = self.optional(name) else { return String::new() };
        let folders = text.trim_matches('/');
        if folders.is_empty() {
            return String::new();
        }
        let unsound = |folder: &str| matches!(folder, "" | "." | "..") || folder.contains(char::is_control);
        if folders.split('/').any(unsound) {
            self.problem(format!("{name} is no prefix of keys such as `team/`: {text:?}"));
        }
        format!("{folders}/")
    }

    /// `on` or `off`, which is the default.
    pub fn switch(&mut self, name: &str) -> bool {
        match self.optional(name).as_deref() {
            None | Some("off") => false,
            Some("on") => true,
            Some(other) => {
                self.problem(format!("{name} is neither `on` nor `off`: {other:?}"));
                false
            }
        }
    }

    /// Numbers above 0, separated by commas, where they are set.
    pub fn numbers<N: FromStr + PartialOrd + Default>(&mut self, name: &str) -> Option<Vec<N>> {
        let entries = self.optional_list(name)?;
        let numbers: Vec<N> = entries.iter().filter_map(|text| text.parse().ok()).collect();
        if numbers.len() < entries.len() || numbers.iter().any(|number| *number <= N::default()) {
            self.problem(format!("{name} has an entry that is no number above 0: {:?}", entries.join(",")));
        }
        Some(numbers)
    }

    /// A number, 0 among them.
    pub fn number_or_zero<N: FromStr + PartialOrd + Default>(&mut self, name: &str, default: N) -> N {
        match self.optional(name).as_deref() {
            Some("0") => N::default(),
            _ => self.number(name, default),
        }
    }

    /// A number above 0.
    pub fn number<N: FromStr + PartialOrd + Default>(&mut self, name: &str, default: N) -> N {
        let Some(text) = self.optional(name) else { return default };
        match text.parse() {
            Ok(number) if number > N::default() => number,
            _ => {
                self.problem(format!("{name} is no number above 0: {text:?}"));
                default
            }
        }
    }

    /// Adds a problem that is seen from elsewhere, such as two settings that do not go together. It should name its variables.
    pub fn problem(&mut self, problem: impl fmt::Display) {
        self.problems.push(problem.to_string());
    }

    /// Ends the reading, with what is read of the environment by others.
    ///
    /// # Errors
    /// Names every problem at once, that of `last` among them.
    pub fn finish<T, E: fmt::Display>(mut self, last: Result<T, E>) -> Result<T, ConfigError> {
        match last.map_err(|error| self.problem(error)) {
            Ok(last) if self.problems.is_empty() => Ok(last),
            _ => Err(ConfigError { problems: self.problems }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings<'v>(variables: &'v [(&str, &str)]) -> Settings<impl Fn(&str) -> Option<String> + use<'v>> {
        Settings::new(|name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn what_is_set_is_read_and_blanks_count_as_not_set() {
        let mut settings = settings(&[
            ("BUCKET", " results "),
            ("BUCKETS", "one, two"),
            ("OWNER", "111122223333"),
            ("SWITCH", "on"),
            ("NUMBER", "7"),
            ("ZERO", "0"),
            ("NUMBERS", "3, 4"),
            ("BLANK", "  "),
        ]);
        assert_eq!(settings.required("BUCKET"), "results");
        assert_eq!(settings.list("BUCKETS"), ["one", "two"]);
        assert_eq!(settings.account("OWNER").as_deref(), Some("111122223333"));
        assert_eq!((settings.switch("SWITCH"), settings.switch("BLANK")), (true, false));
        assert_eq!((settings.number("NUMBER", 1_usize), settings.number("BLANK", 1_usize)), (7, 1));
        assert_eq!(
            (settings.number_or_zero("ZERO", 1_u32), settings.number_or_zero("NUMBER", 1_u32)),
            (0, 7)
        );
        assert_eq!(
            (settings.numbers::<u32>("NUMBERS"), settings.numbers::<u32>("BLANK")),
            (Some(vec![3, 4]), None)
        );
        assert_eq!((settings.optional("BLANK"), settings.account("BLANK")), (None, None));
        assert_eq!(settings.finish(Ok::<_, ConfigError>("last")), Ok("last"));
    }

    #[test]
    fn a_prefix_is_made_of_folders() {
        for (text, prefix) in
            [("", ""), ("/", ""), ("team", "team/"), ("/team/", "team/"), ("a b/c.d//", "a b/c.d/")]
        {
            let variables = [("PREFIX", text)];
            let mut settings = settings(&variables);
            assert_eq!(settings.key_prefix("PREFIX"), prefix);
            assert_eq!(settings.finish(Ok::<_, ConfigError>(())), Ok(()), "{text:?}");
        }
        for text in ["a//b", "../a", "a/.", "a\u{7}b"] {
            let variables = [("PREFIX", text)];
            let mut settings = settings(&variables);
            settings.key_prefix("PREFIX");
            let error = settings.finish(Ok::<_, ConfigError>(())).unwrap_err();
            assert!(error.to_string().contains("PREFIX is no prefix of keys"), "{error}");
        }
    }

    #[test]
    fn every_problem_is_told_in_the_order_it_was_met() {
        let mut settings = settings(&[
            ("BUCKETS", "one,,"),
            ("OWNER", "12"),
            ("SWITCH", "yes"),
            ("NUMBER", "0"),
            ("NUMBERS", "1,x"),
        ]);
        settings.required("BUCKET");
        settings.list("BUCKETS");
        settings.account("OWNER");
        settings.switch("SWITCH");
        settings.number("NUMBER", 1_u32);
        settings.numbers::<u32>("NUMBERS");
        settings.problem("two of them do not go together");
        let problems = settings.finish(Err::<(), _>("no region")).unwrap_err().problems;
        assert_eq!(
            problems,
            [
                "BUCKET is not set",
                "BUCKETS has an empty entry: \"one,,\"",
                "OWNER is no account id of 12 digits: \"12\"",
                "SWITCH is neither `on` nor `off`: \"yes\"",
                "NUMBER is no number above 0: \"0\"",
                "NUMBERS has an entry that is no number above 0: \"1,x\"",
                "two of them do not go together",
                "no region",
            ]
        );
    }
}
