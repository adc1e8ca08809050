//! What a command knows of the process around it. Read once, here, so that everything else is a function of its arguments.

use std::env;
use std::io::{self, IsTerminal as _};

use jiff::Timestamp;
use terminal_size::terminal_size_of;

use crate::args::Color;

/// Columns of a page, a pipe, and a terminal that does not say how wide it is.
const DEFAULT_WIDTH: usize = 80;

/// Narrower than this no table can be read: it is wrapped by the terminal instead.
const LEAST_WIDTH: usize = 60;

/// Wider than this no line can be read either.
const MOST_WIDTH: usize = 400;

/// The arguments of this process, as a shell takes them: for a message that names a command to run in place of this one.
pub(crate) fn arguments_of_process() -> String {
    let arguments = env::args_os().skip(1).map(|argument| quoted(&argument.to_string_lossy()));
    arguments.collect::<Vec<_>>().join(" ")
}

fn quoted(argument: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    if !argument.is_empty() && argument.bytes().all(is_plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

/// The process around a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings {
    /// The time now: what `24h` before now counts from.
    pub(crate) now: Timestamp,
    /// Columns of a table.
    pub(crate) width: usize,
    /// Whether `--color auto` means colour.
    pub(crate) colorful: bool,
    /// Whether progress can be shown on standard error.
    pub(crate) shows_progress: bool,
    /// Whether somebody sits at a desktop that has a browser: over ssh there is none, or it would be on the wrong screen.
    pub(crate) has_desktop: bool,
}

impl Surroundings {
    pub(crate) fn of_process(now: Timestamp) -> Self {
        let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        let stdout = io::stdout();
        let terminal_width = || Some(usize::from(terminal_size_of(&stdout)?.0.0));
        let asked_width = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        Self {
            now,
            width: asked_width
                .or_else(terminal_width)
                .unwrap_or(DEFAULT_WIDTH)
                .clamp(LEAST_WIDTH, MOST_WIDTH),
            colorful: stdout.is_terminal() && !set("NO_COLOR") && !dumb,
            shows_progress: io::stderr().is_terminal() && !dumb,
            has_desktop: if cfg!(any(target_os = "macos", windows)) {
                !set("SSH_CONNECTION")
            } else {
                ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].into_iter().any(set)
            },
        }
    }

    /// Whether the answer is coloured. `--color always` is stronger than `NO_COLOR`, as no-color.org has it.
    pub(crate) fn colors(self, asked: Color) -> bool {
        match asked {
            Color::Auto => self.colorful,
            Color::Always => true,
            Color::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_go_through_a_shell_unchanged() {
        for (argument, expected) in [
            ("s3://bucket/AWSLogs/", "s3://bucket/AWSLogs/"),
            ("orders*", "'orders*'"),
            ("it's $HOME", r"'it'\''s $HOME'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(argument), expected);
        }
    }
}
