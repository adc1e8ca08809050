//! What became of a rollup.

use std::collections::BTreeMap;

/// A document of the inbox that cannot be read, and was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedDocument {
    /// Its key in the inbox.
    pub key: String,
    /// Where it lies now.
    pub moved_to: String,
    /// Why.
    pub reason: String,
}

/// What one rollup did. `found = folded + rejected + gone + left`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RollupReport {
    /// Documents that were in the inbox.
    pub found: u64,
    /// Documents whose rows are in the tables and whose days' reports were rewritten: deleted.
    pub folded: u64,
    /// Documents that cannot be read.
    pub rejected: Vec<RejectedDocument>,
    /// Documents that were gone when they were read: another rollup folded them.
    pub gone: u64,
    /// Documents that are still there, for the next run.
    pub left: u64,
    /// Whether documents are left because the time ran out.
    pub out_of_time: bool,
    /// Rows in the documents that were read, by table.
    pub rows_read: BTreeMap<&'static str, u64>,
    /// Objects of tables that were written, because a row was new or better.
    pub tables_written: u64,
    /// Objects of tables that held every row already.
    pub tables_unchanged: u64,
    /// Reports that were written.
    pub reports_written: u64,
    /// Reports that were the same as before.
    pub reports_unchanged: u64,
    /// Writes that lost a race against another rollup and were made again.
    pub races_lost: u64,
    /// What failed, each naming its object: the documents behind it are left.
    pub failures: Vec<String>,
    /// What is wrong with the configuration file: reports were made without it.
    pub configuration_problem: Option<String>,
    /// Messages of alerts that were handed over.
    pub messages_sent: u64,
    /// Why others were not: the next rollup tries again, and no document waits for it.
    pub message_problems: Vec<String>,
    /// Requests to the store, by operation.
    pub requests: BTreeMap<&'static str, u64>,
}

impl RollupReport {
    /// Documents of the inbox that were neither folded nor set aside so far.
    pub(super) fn unfolded(&self) -> u64 {
        self.found - self.folded - self.gone - self.rejected.len() as u64
    }
}
