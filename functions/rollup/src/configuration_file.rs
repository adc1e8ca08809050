//! The file in the results bucket in which a team says what its reports should know. Optional.

/// Its key, below the prefix.
pub const CONFIGURATION_KEY: &str = "config/gatetrail.toml";

/// Nobody writes so much by hand; what is larger is another file that was put there by mistake.
pub(crate) const MAX_CONFIGURATION_BYTES: usize = 1 << 20;

/// The file, as far as it can be used.
///
/// A broken one must not stop the rollup: the tables do not depend on it, and reports without it are worth more than none. So
/// what is wrong is kept, to be told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ConfigurationFile {
    /// Why it cannot be used, with its line.
    pub(crate) problem: Option<String>,
}

impl ConfigurationFile {
    /// Reads its content; `None` where there is no file.
    pub(crate) fn read(content: Option<&[u8]>) -> Self {
        let Some(content) = content else { return Self::default() };
        Self { problem: parse(content).err() }
    }
}

fn parse(content: &[u8]) -> Result<(), String> {
    if content.len() > MAX_CONFIGURATION_BYTES {
        return Err(format!("longer than {MAX_CONFIGURATION_BYTES} bytes"));
    }
    let _text = str::from_utf8(content).map_err(|error| {
        let before = content.iter().take(error.valid_up_to());
        format!("line {}: not UTF-8", before.filter(|byte| **byte == b'\n').count() + 1)
    })?;
    // The text's own parser, `gatetrail_report::Config::parse`, is called here.
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_is_no_problem() {
        assert_eq!(ConfigurationFile::read(None).problem, None);
        assert_eq!(ConfigurationFile::read(Some(b"")).problem, None);
    }

    #[test]
    fn a_problem_has_its_line() {
        let file = ConfigurationFile::read(Some(b"# first\n# second\n# \xff\n"));
        assert_eq!(file.problem.as_deref(), Some("line 3: not UTF-8"));
        let file = ConfigurationFile::read(Some(&vec![b'#'; MAX_CONFIGURATION_BYTES + 1]));
        assert_eq!(file.problem.as_deref(), Some("longer than 1048576 bytes"));
    }
}
