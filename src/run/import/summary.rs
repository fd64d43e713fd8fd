//! What became of one file: its rows counted by what they did, and what people should know of it.

use super::noted::Noted;
use crate::ingest::{BadCell, COMMA, FINER, FileKind, IngestError, PendingRejects, RawRow, RejectWriter, TableFile};
use crate::model::{Currency, email, phone};
use crate::run::RunError;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

/// What became of one file.
#[derive(Clone, Debug, Default)]
pub struct FileSummary {
    /// Its name, without its folder.
    pub file: String,
    /// `leads`, `events`, `stages`, `deals`, `payments`, `follow-ups`, `feedback`, `sms-replies`, `wecom`, `costs`
    pub kind: String,
    /// Encoding, separator, sheet: what was guessed.
    pub read_as: String,
    /// Rows below the header.
    pub rows: u64,
    /// Rows that made a lead.
    pub new: u64,
    /// Known leads that changed.
    pub updated: u64,
    /// Rows that changed nothing.
    pub unchanged: u64,
    /// Rows joined into a lead that another row spoke of.
    pub joined: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// Cells that could not be read and became blank.
    pub blanked: u64,
    /// Where both are listed.
    pub rejects: Option<String>,
    /// Events of known leads.
    pub events_matched: u64,
    /// Events that wait for their lead.
    pub events_waiting: u64,
    /// New pairs to decide.
    pub to_decide: u64,
    /// What people should know.
    pub notes: Vec<String>,
    /// Its place in the run.
    pub(super) number: u16,
}

impl FileSummary {
    /// Before the first row. `number`: its place in the run.
    pub(super) fn new(path: &Path, kind: FileKind, table: &TableFile, number: u16) -> Self {
        Self {
            file: path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned()),
            kind: kind.name().to_owned(),
            read_as: table.format().to_string(),
            notes: table.notes.clone(),
            number,
            ..Self::default()
        }
    }

    /// After the last row: with the place of its reject file, if it has one.
    pub(super) fn finish(mut self, rejects: RejectWriter) -> Result<(Self, PendingRejects), RunError> {
        if rejects.count() > 0 {
            let name = rejects.target().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            self.rejects = Some(format!("rejects/{name}"));
        }
        Ok((self, rejects.finish()?))
    }
}

/// What is counted where a file is parsed, be it on a thread of its own.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) rows: u64,
    pub(super) rejected: u64,
    pub(super) blanked: u64,
    /// Cells that were read with a remark, by the remark.
    remarks: BTreeMap<Cow<'static, str>, Noted>,
}

impl Counts {
    /// A row that cannot be used is listed, with the cell that refused it.
    pub(super) fn reject(&mut self, rejects: &mut RejectWriter, raw: &RawRow, bad: &[BadCell]) -> Result<(), IngestError> {
        self.rows += 1;
        self.rejected += 1;
        match bad.first() {
            Some(bad) => rejects.add(raw, bad),
            None => Ok(()),
        }
    }

    /// The cells of a row that became blank are listed.
    pub(super) fn blank(&mut self, rejects: &mut RejectWriter, raw: &RawRow, bad: &[BadCell]) -> Result<(), IngestError> {
        for bad in bad {
            rejects.add(raw, bad)?;
            self.blanked += 1;
        }
        Ok(())
    }

    /// A cell that was read with a remark.
    pub(super) fn remark(&mut self, remark: Cow<'static, str>, cell: &str) {
        self.remarks.entry(remark).or_default().add(|| cell.split_whitespace().collect::<Vec<_>>().join(" "));
    }

    /// What people should know of cells that were read with a remark.
    pub(super) fn remarks(&self, currency: &Currency) -> Vec<String> {
        let unit = format!("{} {}", currency.decimal(1), currency.code);
        let said = |remark: &str, n: u64| match (remark, n) {
            (FINER, 1) => format!("1 amount is finer than {unit} and is rounded, a half away from zero"),
            (FINER, n) => format!("{n} amounts are finer than {unit} and are rounded, halves away from zero"),
            (COMMA, 1) => "1 amount has a comma before its last one or two digits, which is read as a decimal point".to_owned(),
            (COMMA, n) => format!("{n} amounts have a comma before their last one or two digits, which is read as a decimal point"),
            (email::SEVERAL, 1) => "1 cell holds several e-mail addresses, of which the first is used".to_owned(),
            (email::SEVERAL, n) => format!("{n} cells hold several e-mail addresses, of which the first is used"),
            (phone::SEVERAL, 1) => "1 cell holds several phone numbers, of which the first is used".to_owned(),
            (phone::SEVERAL, n) => format!("{n} cells hold several phone numbers, of which the first is used"),
            (other, 1) => format!("1 cell is read with a remark ({other})"),
            (other, n) => format!("{n} cells are read with a remark ({other})"),
        };
        self.remarks.iter().filter_map(|(remark, cells)| cells.note(|n| said(remark, n))).collect()
    }

    /// The file's counts from now on.
    pub(super) fn put_into(&self, summary: &mut FileSummary) {
        (summary.rows, summary.rejected, summary.blanked) = (self.rows, self.rejected, self.blanked);
    }
}

/// The name of a file for a line of progress.
pub(super) fn short(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
