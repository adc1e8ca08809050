//! Colour, where it is wanted.

use std::fmt::{self, Display};

use anstyle::{AnsiColor, Style};
use gatetrail_report::StatusFilter;

/// How a table looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Columns that it may take.
    pub(crate) width: usize,
    /// Whether it is coloured.
    pub(crate) colored: bool,
}

/// A text in a style.
pub(super) struct Painted<T> {
    text: T,
    style: Style,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.style.render(), self.text, self.style.render_reset())
    }
}

impl Look {
    fn paint<T>(self, text: T, style: Style) -> Painted<T> {
        Painted { text, style: if self.colored { style } else { Style::new() } }
    }

    /// Titles.
    pub(super) fn bold<T>(self, text: T) -> Painted<T> {
        self.paint(text, Style::new().bold())
    }

    /// What stands back: headings of columns, sums.
    pub(super) fn dim<T>(self, text: T) -> Painted<T> {
        self.paint(text, Style::new().dimmed())
    }

    /// What has a status.
    pub(super) fn status<T>(self, text: T, status: StatusFilter) -> Painted<T> {
        let color = match status {
            StatusFilter::Failure => AnsiColor::Red,
            StatusFilter::Success => AnsiColor::Green,
            StatusFilter::All => AnsiColor::Blue,
        };
        self.paint(text, color.on_default())
    }
}
