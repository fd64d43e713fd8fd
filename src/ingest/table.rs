//! An open table: headers and rows, whatever the bytes were.
//!
//! The header row is found, not assumed: blank rows and titles above it are passed over. Every header is unique (`Name (2)`).
//! Blank rows are skipped; a row with too few cells, or with values beyond the headers, carries a problem.

use super::ahead::Text;
use super::csv::{Dialect, MAX_COLUMNS, RecordError, Records};
use super::decode::Decoder;
use super::error::{IngestError, IngestErrorKind as Kind};
use super::header;
use super::row::RawRow;
use super::sheet::SheetRows;
use encoding_rs::Encoding;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// What an opened file was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Separated text.
    Text {
        /// Its encoding's name (`UTF-8`, `gb18030`, `UTF-16LE` …).
        encoding: &'static str,
        /// Between cells.
        delimiter: char,
    },
    /// One sheet of a workbook.
    Sheet {
        /// Its name.
        name: String,
    },
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text { encoding, delimiter: '\t' } => write!(f, "{encoding}, tab-separated"),
            Self::Text { encoding, delimiter } => write!(f, "{encoding}, separated by `{delimiter}`"),
            Self::Sheet { name } => write!(f, "XLSX, sheet {name}"),
        }
    }
}

/// Where the rows come from.
pub(super) enum Rows {
    Text(Box<Records>),
    Sheet(SheetRows),
}

/// How a text file was recognised, to begin again.
#[derive(Clone, Copy)]
pub(super) struct TextFormat {
    pub(super) encoding: &'static Encoding,
    pub(super) bom: u64,
    pub(super) undecided: bool,
    pub(super) dialect: Dialect,
    pub(super) sep_line: bool,
}

/// An open table.
pub struct TableFile {
    path: PathBuf,
    /// The file in another form, which is read in its place.
    spool: Option<TempPath>,
    name: String,
    source: String,
    rows: Rows,
    text: Option<TextFormat>,
    size: u64,
    headers: Vec<String>,
    header_row: u64,
    /// Rows before the first data row.
    skip: usize,
    /// Columns up to the last one with a header.
    named: usize,
    /// What people should know about how the file was read.
    pub notes: Vec<String>,
}

/// Sheets that our own workbooks have beside the table: nobody needs to be told that they are not read.
const OURS: [&str; 4] = ["totals", "合计", "Help", "说明"];
/// How many rows are looked at to find the header.
const LOOK_AHEAD: usize = 40;

/// The records of a text file from its first line on.
pub(super) fn begin(path: &Path, format: TextFormat) -> Result<Records, IngestError> {
    let mut file = File::open(path).map_err(|e| IngestError::io(path, &e))?;
    seek(&mut file, path, format.bom)?;
    let mut records = Records::new(Text::new(Decoder::new(file, format.encoding, format.bom, format.undecided)), format.dialect);
    if format.sep_line {
        records.skip_line().map_err(|e| IngestError::io(path, &e))?;
    }
    Ok(records)
}

pub(super) fn seek(file: &mut File, path: &Path, to: u64) -> Result<(), IngestError> {
    file.seek(SeekFrom::Start(to)).map(drop).map_err(|e| IngestError::io(path, &e))
}

impl TableFile {
    /// Before its headers are found. `spool`: the file in another form, which is read in its place.
    pub(super) fn new(path: &Path, spool: Option<TempPath>, source: &str, (rows, text): (Rows, Option<TextFormat>), size: u64) -> Self {
        Self {
            path: path.to_owned(),
            spool,
            name: path.display().to_string(),
            source: source.to_owned(),
            rows,
            text,
            size,
            headers: Vec::new(),
            header_row: 0,
            skip: 0,
            named: 0,
            notes: Vec::new(),
        }
    }

    /// Looks for the headers, and stands before the first row under them.
    pub(super) fn find_header(&mut self) -> Result<(), IngestError> {
        let mut first: Vec<RawRow> = Vec::new();
        let mut row = RawRow::default();
        while first.len() < LOOK_AHEAD && self.raw(&mut row)? {
            if row.len() > MAX_COLUMNS {
                let what = format!("{} columns, the limit is {MAX_COLUMNS}", row.len());
                return Err(self.error(Kind::TooLarge, what, "check the delimiter, or export fewer columns").at(row.number));
            }
            first.push(row.clone());
        }
        let Some(at) = header::find(&first) else {
            return Err(self.error(Kind::Empty, "no row has anything in it".to_owned(), "export it again"));
        };
        let Some(header) = first.get(at) else { return Ok(()) };
        self.header_row = header.number;
        self.skip = at + 1;
        let width = first.iter().skip(at).take(1).map(RawRow::len).max().unwrap_or(0);
        (self.headers, self.named) = header::names(header, width);
        if let people = header::people(&self.headers)
            && !people.is_empty()
        {
            let what = format!("the file has no headers: where they should be stands {}", people.join(", "));
            return Err(self.error(Kind::MissingColumns, what, "put a row of headers above the first row (name, phone, email, company …)").at(header.number));
        }
        if let values = header::values(&self.headers)
            && !values.is_empty()
        {
            let (some, line) = (values.iter().take(3).copied().collect::<Vec<_>>().join(", "), header.number);
            self.notes.push(format!(
                "the headers in line {line} look like data ({some}): if the file has none, put a row of them above it, or its first row is lost"
            ));
        }
        if at > 0 {
            self.notes.push(format!("the headers are in line {}; what stands above them is not read", header.number));
        }
        if let Rows::Sheet(sheet) = &self.rows
            && let others = sheet.others.iter().filter(|o| !OURS.contains(&o.as_str())).map(String::as_str).collect::<Vec<_>>()
            && !others.is_empty()
        {
            self.notes.push(format!("sheet `{}` is read; other sheets: {}", sheet.name, others.join(", ")));
        }
        self.rewind()
    }

    /// Begins again at the first row under the headers.
    pub fn rewind(&mut self) -> Result<(), IngestError> {
        match (&mut self.rows, self.text) {
            (Rows::Sheet(sheet), _) => sheet.rewind().map_err(|e| IngestError::io(&self.path, &e))?,
            (Rows::Text(records), Some(format)) => **records = begin(self.spool.as_deref().unwrap_or(&self.path), format)?,
            (Rows::Text(_), None) => {}
        }
        let mut row = RawRow::default();
        for _ in 0..self.skip {
            self.raw(&mut row)?;
        }
        Ok(())
    }

    /// The next row that is not blank, into `row`; false at the end.
    pub fn next_row(&mut self, row: &mut RawRow) -> Result<bool, IngestError> {
        if !self.raw(row)? {
            return Ok(false);
        }
        let (cells, width) = (row.len(), self.headers.len());
        if cells != width && row.problem.is_none() {
            if cells < self.named && matches!(self.rows, Rows::Text(_)) {
                row.refuse(format!("{cells} cells where the headers have {}", self.named));
            } else if (width..cells).any(|i| !row.text(i).trim().is_empty()) {
                row.refuse(format!("{cells} cells where the headers have {width}"));
            } else {
                row.spans.truncate(width);
            }
        }
        Ok(true)
    }

    fn raw(&mut self, row: &mut RawRow) -> Result<bool, IngestError> {
        loop {
            let more = match &mut self.rows {
                Rows::Text(records) => match records.next(row) {
                    Ok(more) => more,
                    Err(e) => return Err(self.record_error(e)),
                },
                Rows::Sheet(sheet) => sheet.next(row).map_err(|e| IngestError::io(&self.path, &e))?,
            };
            if !more || !row.is_blank() {
                return Ok(more);
            }
        }
    }

    fn record_error(&self, e: RecordError) -> IngestError {
        match e {
            RecordError::Io(e) => IngestError::io(&self.path, &e),
            RecordError::Unclosed(line, text) => self
                .error(
                    Kind::UnclosedQuote,
                    format!("a quotation mark is opened and never closed: {}", super::error::shorten(&text)),
                    "close it, or write it twice if it belongs to the text",
                )
                .at(line)
                .text(&text),
            RecordError::TooLong(line) => self
                .error(
                    Kind::TooLarge,
                    "a row is longer than 16 MiB; most likely a quotation mark is never closed".to_owned(),
                    "look at the quotation marks of this line",
                )
                .at(line),
        }
    }

    /// Trouble with this file as a whole.
    pub fn error(&self, kind: Kind, what: String, help: &str) -> IngestError {
        IngestError::new(kind, &self.name, what, help)
    }

    /// The headers, each once.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }
    /// The line or sheet row of the headers.
    pub fn header_row(&self) -> u64 {
        self.header_row
    }
    /// The file as it was named.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// The source system of its ids.
    pub fn source(&self) -> &str {
        &self.source
    }
    /// What the bytes were.
    pub fn format(&self) -> Format {
        match (&self.rows, self.text) {
            (Rows::Sheet(sheet), _) => Format::Sheet { name: sheet.name.clone() },
            (Rows::Text(records), format) => {
                Format::Text { encoding: records.text.encoding, delimiter: format.map_or(',', |f| char::from(f.dialect.delimiter)) }
            }
        }
    }
    /// Whether serial dates count from 1904.
    pub fn date1904(&self) -> bool {
        matches!(&self.rows, Rows::Sheet(sheet) if sheet.date1904)
    }
    /// Bytes read so far, and in all.
    pub fn progress(&self) -> (u64, u64) {
        match &self.rows {
            Rows::Text(records) => (records.text.read, self.size),
            Rows::Sheet(sheet) => (sheet.read, sheet.total),
        }
    }
}
