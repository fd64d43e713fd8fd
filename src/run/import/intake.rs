//! One file on its way in: its rows one by one, what is refused of them, and what becomes of the file in the end.

use super::summary::{Counts, FileSummary};
use crate::ingest::{BadCell, FileKind, IngestError, Next, OpenOrder, PendingRejects, RawRow, RejectWriter, Rows, TableFile};
use crate::model::Currency;
use crate::run::{RunError, Workspace};
use std::path::Path;

/// A file of which rows are read.
pub(super) struct Intake {
    /// What became of it so far. Its rows are counted at the end.
    pub(super) summary: FileSummary,
    rejects: RejectWriter,
    counts: Counts,
    currency: Currency,
}

impl Intake {
    /// Before the first row. `number`: its place in the run.
    pub(super) fn new(workspace: &Workspace, path: &Path, kind: FileKind, table: &TableFile, number: u16) -> Self {
        let rejects = RejectWriter::new(&workspace.root.join("rejects"), path, table.headers());
        let summary = FileSummary::new(path, kind, table, number);
        Self { summary, rejects, counts: Counts::default(), currency: workspace.sop.dictionary.currency.clone() }
    }

    /// What people should know of the columns before the first row is read.
    pub(super) fn note_open(&mut self, reader: &impl Rows) {
        self.summary.notes.extend(reader.open().iter().map(OpenOrder::message));
    }

    /// The next row that can be used; those that cannot are listed. False at the end.
    pub(super) fn next<R: Rows>(&mut self, reader: &mut R, cells: &mut R::Cells) -> Result<bool, IngestError> {
        loop {
            match reader.next(cells)? {
                Next::End => return Ok(false),
                Next::Rejected => self.counts.reject(&mut self.rejects, reader.raw(), R::bad(cells))?,
                Next::Row => {
                    self.counts.rows += 1;
                    if let Some((remark, amount)) = reader.remark() {
                        self.counts.remark((*remark).into(), amount);
                    }
                    return Ok(true);
                }
            }
        }
    }

    /// Lists the cells of a row that became blank.
    pub(super) fn blanked(&mut self, row: &RawRow, bad: &[BadCell]) -> Result<(), IngestError> {
        self.counts.blank(&mut self.rejects, row, bad)
    }

    /// The row that came last cannot be used after all.
    pub(super) fn refuse(&mut self, row: &RawRow, bad: &BadCell) -> Result<(), IngestError> {
        self.counts.rejected += 1;
        self.rejects.add(row, bad)
    }

    /// After the last row.
    pub(super) fn finish(mut self) -> Result<(FileSummary, PendingRejects), RunError> {
        self.summary.notes.extend(self.counts.remarks(&self.currency));
        self.counts.put_into(&mut self.summary);
        self.summary.finish(self.rejects)
    }
}
