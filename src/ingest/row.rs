//! One record as it stands in the file: text cells with what a workbook knew about them.
//! The buffers are reused from row to row; a row that is no record carries its [`Problem`].

use super::cell::BadCell;
use super::error::shorten;
use std::borrow::Cow;

/// What the file said about a cell beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CellKind {
    /// Text, or anything in a text file.
    #[default]
    Text,
    /// A number of a workbook; the text is its shortest exact decimal.
    Number,
    /// A date or time of a workbook; the text is ISO.
    DateTime,
    /// TRUE or FALSE of a workbook.
    Bool,
    /// An error of a workbook (`#REF!`).
    Error,
    /// A formula that was saved without its value.
    NoValue,
}

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Its text, exactly as in the file.
    pub text: &'a str,
    /// What a workbook knew about it.
    pub kind: CellKind,
}

impl<'a> Cell<'a> {
    /// A cell of a text file.
    pub fn text(text: &'a str) -> Self {
        Self { text, kind: CellKind::Text }
    }
}

/// Why a row is no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, for people.
    pub reason: Cow<'static, str>,
}

/// One record, reused from row to row.
#[derive(Clone, Debug, Default)]
pub struct RawRow {
    /// The line of a text file where the record begins; the row of a sheet. 1-based.
    pub number: u64,
    /// Why it is no record; its cells are then only good for the reject file.
    pub problem: Option<Problem>,
    pub(super) buffer: String,
    pub(super) spans: Vec<(u32, u32)>,
    pub(super) kinds: Vec<CellKind>,
}

impl RawRow {
    /// How many cells it has.
    pub fn len(&self) -> usize {
        self.spans.len()
    }
    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
    /// The text of a cell; a missing cell is blank.
    #[inline]
    pub fn text(&self, column: usize) -> &str {
        self.spans.get(column).and_then(|&(start, end)| self.buffer.get(start as usize..end as usize)).unwrap_or("")
    }
    /// A cell; a missing one is blank.
    #[inline]
    pub fn cell(&self, column: usize) -> Cell<'_> {
        Cell { text: self.text(column), kind: self.kinds.get(column).copied().unwrap_or_default() }
    }
    /// Every cell, in order.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        (0..self.len()).map(|i| self.cell(i))
    }
    /// Whether every cell is white space.
    pub fn is_blank(&self) -> bool {
        self.problem.is_none() && (0..self.len()).all(|i| super::cell::trimmed(self.text(i)).is_empty() && self.cell(i).kind != CellKind::NoValue)
    }
    /// Refuses a row that is no record, with what is said of it.
    pub(super) fn sound(&self) -> Result<(), BadCell> {
        let Some(problem) = &self.problem else { return Ok(()) };
        Err(BadCell { column: String::new(), value: shorten(self.text(0)), reason: problem.reason.clone() })
    }
    pub(super) fn clear(&mut self) {
        self.problem = None;
        self.buffer.clear();
        self.spans.clear();
        self.kinds.clear();
    }
    /// Refuses the row unless it is refused already.
    pub(super) fn refuse(&mut self, reason: impl Into<Cow<'static, str>>) {
        if self.problem.is_none() {
            self.problem = Some(Problem { reason: reason.into() });
        }
    }
    /// Ends a cell that began at `start` of the buffer.
    pub(super) fn end_cell(&mut self, start: usize) {
        self.spans.push((start as u32, self.buffer.len() as u32));
    }
}
