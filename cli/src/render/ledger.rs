//! The totals under an answer, as sums that a reader can check.

use gatetrail_report::{Coverage, TopErrorCodes};
use gatetrail_tables::FileTotals;

use super::cell::{width, wrap};
use super::number::thousands;

/// One sum: `228 API Gateway = 200 events + 27 duplicates + 1 replaced by corrections`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sum {
    total: u64,
    of: &'static str,
    parts: Vec<(u64, &'static str)>,
    /// What else is to be known of it.
    remark: Option<String>,
}

/// The sums of an answer.
pub(super) fn sums(document: &TopErrorCodes) -> Vec<Sum> {
    let (sources, totals) = (document.sources, document.totals);
    let files = sources.files;
    let filtered_out =
        files.api_gateway.saturating_sub(totals.events + sources.duplicates + sources.replaced);
    let mut api_gateway = vec![
        (totals.events, "events"),
        (sources.duplicates, "duplicates"),
        (sources.replaced, "replaced by corrections"),
    ];
    if filtered_out > 0 {
        api_gateway.insert(1, (filtered_out, "filtered out"));
    }
    let unreachable = (sources.unreadable > 0)
        .then(|| format!("and {} that could not be reached", thousands(sources.unreadable)));
    // A store keeps files by the time of their delivery.
    let parts: u64 = api_gateway.iter().map(|(count, _)| count).sum();
    let by_two_times = (parts > files.api_gateway)
        .then(|| "events by their own time, the rest by the delivery of their files".to_owned());
    let nameless = (document.filters.api != "*" && !document.filters.require_api).then(|| {
        let without_api = thousands(totals.without_api);
        format!("of these, {without_api} name no API and pass every pattern")
    });
    let sum = |total, of, parts, remark| Sum { total, of, parts, remark };
    let mut sums = Vec::from(files_and_records(files, unreachable));
    sums.extend([
        sum(files.api_gateway, "API Gateway", api_gateway, by_two_times),
        sum(
            totals.events,
            "events",
            vec![(totals.failures, "failures"), (totals.successes, "successes")],
            nameless,
        ),
    ]);
    sums
}

/// The sums of what was delivered.
pub(super) fn covered(coverage: &Coverage) -> Vec<Sum> {
    let sources = coverage.sources;
    let sum = |total, of, parts| Sum { total, of, parts, remark: None };
    let mut sums = Vec::from(files_and_records(sources.files, None));
    sums.push(sum(
        sources.files.api_gateway,
        "API Gateway",
        vec![
            (sources.files.api_gateway.saturating_sub(sources.duplicates), "events"),
            (sources.duplicates, "duplicates"),
        ],
    ));
    sums
}

/// How files and their records divide.
pub(super) fn files_and_records(files: FileTotals, remark: Option<String>) -> [Sum; 2] {
    let sum = |total, of, parts, remark| Sum { total, of, parts, remark };
    [
        sum(
            files.files,
            "files",
            vec![(files.analyzed, "analyzed"), (files.skipped, "skipped"), (files.rejected, "rejected")],
            remark,
        ),
        sum(
            files.records,
            "records",
            vec![(files.api_gateway, "API Gateway"), (files.other, "other"), (files.malformed, "malformed")],
            None,
        ),
    ]
}

/// The sums below each other, for a table of this width.
pub(super) fn lines(sums: &[Sum], columns: usize) -> Vec<String> {
    let totals: Vec<String> = sums.iter().map(|sum| thousands(sum.total)).collect();
    let totals_width = totals.iter().map(|total| width(total)).max().unwrap_or_default();
    let names_width = sums.iter().map(|sum| width(sum.of)).max().unwrap_or_default();
    let margin = totals_width + 1 + names_width + " = ".len();
    let mut lines = Vec::new();
    for (sum, total) in sums.iter().zip(&totals) {
        let mut head = format!("{total:>totals_width$} {:names_width$} = ", sum.of);
        for parts in wrap(&sum.parts(), " + ", columns.saturating_sub(margin)) {
            lines.push(format!("{head}{parts}"));
            head = " ".repeat(margin);
        }
        lines.extend(sum.remark.iter().map(|remark| format!("{:margin$}{remark}", "")));
    }
    lines
}

impl Sum {
    /// Of parts that are all there is.
    pub(super) fn new(of: &'static str, parts: Vec<(u64, &'static str)>) -> Self {
        Self { total: parts.iter().map(|(count, _)| count).sum(), of, parts, remark: None }
    }

    /// The same by another name.
    pub(super) fn of(self, of: &'static str) -> Self {
        Self { of, ..self }
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    fn parts(&self) -> Vec<String> {
        self.parts.iter().map(|(count, what)| format!("{} {what}", thousands(*count))).collect()
    }

    /// The sum in one line, however long.
    pub(super) fn in_one_line(&self) -> String {
        let remark = self.remark.as_ref().map(|remark| format!("; {remark}")).unwrap_or_default();
        format!("{} {} = {}{remark}", thousands(self.total), self.of, self.parts().join(" + "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_stand_below_each_other_and_wrap_between_parts() {
        let sums = [
            Sum { total: 1_250, of: "files", parts: vec![(1_246, "analyzed"), (4, "skipped")], remark: None },
            Sum {
                total: 9,
                of: "events",
                parts: vec![(4, "failures"), (5, "successes")],
                remark: Some("of these, 2 name no API".to_owned()),
            },
        ];
        assert_eq!(
            lines(&sums, 80),
            [
                "1,250 files  = 1,246 analyzed + 4 skipped",
                "    9 events = 4 failures + 5 successes",
                "               of these, 2 name no API",
            ]
        );
        assert_eq!(
            lines(&sums[1..], 24),
            ["9 events = 4 failures +", "           5 successes", "           of these, 2 name no API"]
        );
        assert_eq!(sums[1].in_one_line(), "9 events = 4 failures + 5 successes; of these, 2 name no API");
    }
}
