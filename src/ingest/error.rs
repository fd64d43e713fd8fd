//! A file that cannot be used: which one, where in it, what stands there, and what to do next.
//! One bad row never makes one of these; it goes to the reject file instead.

use std::num::NonZeroU64;
use std::path::Path;

/// What kind of trouble a file is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IngestErrorKind {
    /// Missing, a folder, not permitted, or the disk failed.
    Unreadable,
    /// Nothing in it.
    Empty,
    /// Not a table at all: a picture, an archive, a PDF, random bytes.
    NotATable,
    /// A workbook that is broken or protected.
    Workbook,
    /// The sheet asked for does not exist.
    NoSuchSheet,
    /// More columns or longer records than any export has.
    TooLarge,
    /// A quotation mark that is opened and never closed.
    UnclosedQuote,
    /// The columns that this kind of file needs are not there.
    MissingColumns,
}

/// A file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", self.place())]
pub struct IngestError {
    /// Which kind of trouble.
    pub kind: IngestErrorKind,
    /// The file as it was named.
    pub file: String,
    /// 1-based line of a text file, row of a sheet.
    pub line: Option<NonZeroU64>,
    /// The column's header.
    pub column: Option<Box<str>>,
    /// The offending text, shortened.
    pub text: Option<Box<str>>,
    /// What is wrong.
    pub what: String,
    /// The next thing to do.
    pub help: String,
}

impl IngestError {
    pub(super) fn new(kind: IngestErrorKind, file: &str, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind, file: file.to_owned(), line: None, column: None, text: None, what: what.into(), help: help.into() }
    }
    pub(super) fn at(mut self, line: u64) -> Self {
        self.line = NonZeroU64::new(line);
        self
    }
    pub(super) fn text(mut self, text: &str) -> Self {
        self.text = Some(shorten(text).into());
        self
    }
    pub(super) fn io(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as K;
        let file = path.display().to_string();
        let (what, help) = match error.kind() {
            K::NotFound => ("there is no such file".to_owned(), "check the path and its spelling"),
            K::PermissionDenied => ("no permission to read it".to_owned(), "ask for read permission, or copy the file to a folder of yours"),
            K::IsADirectory => ("this is a folder, not a file".to_owned(), "name the files in it, e.g. DIR/*.csv"),
            _ => (format!("cannot be read: {error}"), "close the file in other programs and check the disk"),
        };
        Self::new(IngestErrorKind::Unreadable, &file, what, help)
    }
    /// `leads.csv:12` or `leads.csv`.
    pub fn place(&self) -> String {
        match (self.line, &self.column) {
            (Some(line), Some(column)) => format!("{}:{line}, column `{column}`", self.file),
            (Some(line), None) => format!("{}:{line}", self.file),
            (None, Some(column)) => format!("{}, column `{column}`", self.file),
            (None, None) => self.file.clone(),
        }
    }
}

/// At most 80 characters of a text, for messages.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
