//! The reject file: every row that cannot be used, as it was, with its line and reason. Fixed and imported again, it reads as the input did.
//!
//! Written under a temporary name; [`PendingRejects::persist`] puts it in place after the commit, or takes an old one away when nothing was rejected.

use super::cell::{BadCell, is_armed};
use super::error::IngestError;
use super::row::RawRow;
use std::borrow::Cow;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Collects the rejected rows of one file.
pub struct RejectWriter {
    folder: PathBuf,
    target: PathBuf,
    headers: Vec<String>,
    out: Option<csv::Writer<BufWriter<NamedTempFile>>>,
    count: u64,
}

/// A finished reject file that is not in place yet.
pub struct PendingRejects {
    target: PathBuf,
    file: Option<NamedTempFile>,
    /// How many rows it has.
    pub count: u64,
}

impl RejectWriter {
    /// For the rejects of `input` (a path) in `folder`; nothing is created before the first one.
    pub fn new(folder: &Path, input: &Path, headers: &[String]) -> Self {
        let name = match input.extension() {
            Some(e) if !e.eq_ignore_ascii_case("csv") => input.file_name().map(|n| format!("{}.csv", n.to_string_lossy())),
            _ => input.file_stem().map(|n| format!("{}.csv", n.to_string_lossy())),
        };
        let target = folder.join(name.unwrap_or_else(|| "rejects.csv".to_owned()));
        Self { folder: folder.to_owned(), target, headers: headers.to_vec(), out: None, count: 0 }
    }
    /// Where the file will be.
    pub fn target(&self) -> &Path {
        &self.target
    }
    /// How many rows were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Adds a row and its reason.
    pub fn add(&mut self, row: &RawRow, bad: &BadCell) -> Result<(), IngestError> {
        self.write(row, bad).map_err(|e| IngestError::io(&self.target, &e))
    }

    fn write(&mut self, row: &RawRow, bad: &BadCell) -> io::Result<()> {
        let out = match &mut self.out {
            Some(out) => out,
            None => {
                std::fs::create_dir_all(&self.folder)?;
                let file = tempfile::Builder::new().prefix(".rejects-").suffix(".tmp").tempfile_in(&self.folder)?;
                let mut out = csv::WriterBuilder::new().flexible(true).from_writer(BufWriter::new(file));
                let headers = self.headers.iter().map(String::as_str).chain(["_row", "_column", "_value", "_reason"]);
                out.write_record(headers.map(|h| disarm(h).into_owned()).collect::<Vec<_>>())?;
                self.out.insert(out)
            }
        };
        // A broken row is one cell: its raw line. Missing cells are blank, so that the reason stands in its own column;
        // what exceeds the headers is named by the reason and kept in the last of them.
        let width = self.headers.len();
        for column in 0..width {
            let last = column + 1 == width && row.len() > width;
            let text = if last { Cow::Owned((column..row.len()).map(|i| row.text(i)).collect::<Vec<_>>().join(",")) } else { Cow::Borrowed(row.text(column)) };
            out.write_field(disarm(&text).as_bytes())?;
        }
        let number = row.number.to_string();
        for text in [number.as_str(), &bad.column, &bad.value, &bad.reason] {
            out.write_field(disarm(text).as_bytes())?;
        }
        out.write_record(None::<&[u8]>)?;
        self.count += 1;
        Ok(())
    }

    /// Finishes the file under its temporary name.
    pub fn finish(self) -> Result<PendingRejects, IngestError> {
        let fail = |e: &io::Error| IngestError::io(&self.target, e);
        let file = match self.out {
            Some(out) => {
                let buffered = out.into_inner().map_err(|e| fail(e.error()))?;
                Some(buffered.into_inner().map_err(|e| fail(e.error()))?)
            }
            None => None,
        };
        Ok(PendingRejects { target: self.target, file, count: self.count })
    }
}

/// One line of a reject file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The file's name.
    pub file: String,
    /// The column of the cell; blank = the row itself.
    pub column: String,
    /// What stood there.
    pub value: String,
    /// Why it could not be read.
    pub reason: String,
}

/// What lies in a folder of reject files, by file; what cannot be read as one is passed over.
pub fn rejected(folder: &Path) -> Vec<Rejected> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.extension().is_some_and(|e| e == "csv")).collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let Ok(mut reader) = csv::ReaderBuilder::new().flexible(true).from_path(&path) else { continue };
        let Ok(headers) = reader.headers().cloned() else { continue };
        // The file's own columns may bear the same names; ours stand last.
        let place = |name: &str| headers.iter().enumerate().filter(|(_, h)| *h == name).last().map(|(i, _)| i);
        let (Some(column), Some(value), Some(reason)) = (place("_column"), place("_value"), place("_reason")) else { continue };
        let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        for record in reader.records().filter_map(Result::ok) {
            let text = |i: usize| record.get(i).unwrap_or_default().to_owned();
            all.push(Rejected { file: file.clone(), column: text(column), value: text(value), reason: text(reason) });
        }
    }
    all
}

impl PendingRejects {
    /// Puts the file in place of an old one, or removes the old one when nothing was rejected; gives the path when there is a file.
    pub fn persist(self) -> Result<Option<PathBuf>, IngestError> {
        match self.file {
            Some(file) => {
                file.persist(&self.target).map_err(|e| IngestError::io(&self.target, &e.error))?;
                Ok(Some(self.target))
            }
            None => match std::fs::remove_file(&self.target) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => Err(IngestError::io(&self.target, &e)),
                _ => Ok(None),
            },
        }
    }
}

/// A cell that a spreadsheet would run as a formula gets one `'` before it; importing takes it off again.
fn disarm(text: &str) -> Cow<'_, str> {
    if is_armed(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}
