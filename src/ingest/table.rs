//! A file opened as a table: headers and rows, whatever the bytes were.
//!
//! The header row is found, not assumed: blank rows and titles above it are passed over. Every header is unique (`Name (2)`).
//! Blank rows are skipped; a row with too few cells, or with values beyond the headers, carries a problem.

use super::ahead::Text;
use super::csv::{Dialect, MAX_COLUMNS, RecordError, Records};
use super::decode::{self, Decoder};
use super::error::{IngestError, IngestErrorKind as Kind};
use super::row::RawRow;
use super::sheet::{self, SheetError, SheetRows};
use super::{dialect, header, json};
use encoding_rs::Encoding;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// How to open a file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The source system whose ids the file has (`--source crm`); `default` when not said.
    pub source: Option<String>,
    /// The sheet of a workbook; the first visible one with anything in it when not said.
    pub sheet: Option<String>,
}

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

enum Rows {
    Text(Box<Records>),
    Sheet(SheetRows),
}

/// How a text file was recognised, to begin again.
#[derive(Clone, Copy)]
struct TextFormat {
    encoding: &'static Encoding,
    bom: u64,
    undecided: bool,
    dialect: Dialect,
    sep_line: bool,
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

const HEAD: usize = 64 * 1024;
/// Enough of a file to tell its encoding.
const SAMPLE: usize = 1 << 20;
/// Sheets that our own workbooks have beside the table: nobody needs to be told that they are not read.
const OURS: [&str; 4] = ["totals", "合计", "Help", "说明"];
/// How many rows are looked at to find the header.
const LOOK_AHEAD: usize = 40;

/// Opens a file as a table, by its bytes and not by its ending.
pub fn open(path: &Path, options: &Options) -> Result<TableFile, IngestError> {
    let name = path.display().to_string();
    let fail = |kind, what: &str, help: &str| IngestError::new(kind, &name, what, help);
    // Looked at before it is opened: a pipe that nobody writes into would be waited for.
    let meta = std::fs::metadata(path).map_err(|e| IngestError::io(path, &e))?;
    if meta.is_dir() {
        return Err(IngestError::io(path, &std::io::ErrorKind::IsADirectory.into()));
    }
    if !meta.is_file() {
        return Err(fail(Kind::NotATable, "it is a pipe or a device, not a file", "save what comes out of it to a file: each input is read twice"));
    }
    let (mut file, mut head) = opened(path)?;
    let mut spool = None;
    if json::is_events(&head) {
        let table = json::to_table(path)
            .map_err(|e| fail(Kind::NotATable, &format!("this is JSON, and broken: {e}"), "one object a line, or one array of objects: download it again"))?;
        (file, head) = opened(&table)?;
        spool = Some(table);
    }
    let read = spool.as_deref().unwrap_or(path);
    if head.is_empty() {
        return Err(fail(Kind::Empty, "the file is empty", "export it again"));
    }
    let (rows, text) = if head.starts_with(b"PK\x03\x04") || head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        (Rows::Sheet(sheet::open(path, options.sheet.as_deref()).map_err(|e| workbook_error(path, options, e))?), None)
    } else if let Some((what, help)) = not_a_table(&head) {
        return Err(fail(Kind::NotATable, what, help));
    } else {
        let Some((encoding, bom)) = decode::sniff(&head) else {
            return Err(fail(Kind::NotATable, "the file is neither text nor a workbook", "export it as CSV or XLSX"));
        };
        let undecided = head.is_ascii();
        let mut sample = String::new();
        seek(&mut file, path, bom as u64)?;
        let more = Decoder::new(file, encoding, bom as u64, undecided).fill(&mut sample, HEAD).map_err(|e| IngestError::io(path, &e))?;
        if sample.trim().is_empty() {
            return Err(fail(Kind::Empty, "the file holds nothing but blanks", "export it again"));
        }
        let mut cut = sample.len().min(HEAD);
        while !sample.is_char_boundary(cut) {
            cut -= 1;
        }
        let (dialect, sep_line) = dialect::sniff(sample.get(..cut).unwrap_or_default(), !more && cut == sample.len());
        let format = TextFormat { encoding, bom: bom as u64, undecided, dialect, sep_line };
        (Rows::Text(Box::new(begin(read, format)?)), Some(format))
    };
    let source = options.source.clone().unwrap_or_else(|| "default".to_owned());
    let size = meta.len();
    let mut table =
        TableFile { path: path.to_owned(), spool, name, source, rows, text, size, headers: Vec::new(), header_row: 0, skip: 0, named: 0, notes: Vec::new() };
    table.find_header()?;
    Ok(table)
}

/// A file with the beginning of its bytes.
fn opened(path: &Path) -> Result<(File, Vec<u8>), IngestError> {
    let mut file = File::open(path).map_err(|e| IngestError::io(path, &e))?;
    let mut head = Vec::new();
    (&mut file).take(SAMPLE as u64).read_to_end(&mut head).map_err(|e| IngestError::io(path, &e))?;
    Ok((file, head))
}

fn begin(path: &Path, format: TextFormat) -> Result<Records, IngestError> {
    let mut file = File::open(path).map_err(|e| IngestError::io(path, &e))?;
    seek(&mut file, path, format.bom)?;
    let mut records = Records::new(Text::new(Decoder::new(file, format.encoding, format.bom, format.undecided)), format.dialect);
    if format.sep_line {
        records.skip_line().map_err(|e| IngestError::io(path, &e))?;
    }
    Ok(records)
}

fn seek(file: &mut File, path: &Path, to: u64) -> Result<(), IngestError> {
    file.seek(SeekFrom::Start(to)).map(drop).map_err(|e| IngestError::io(path, &e))
}

/// Files that people send by mistake, named so that they know which.
fn not_a_table(head: &[u8]) -> Option<(&'static str, &'static str)> {
    const UNPACK: &str = "unpack it and name the table inside";
    const EXPORT: &str = "export the table as CSV or XLSX";
    let known: [(&[u8], &str, &str); 9] = [
        (b"%PDF", "this is a PDF", EXPORT),
        (b"\x89PNG", "this is a picture", EXPORT),
        (b"\xff\xd8\xff", "this is a picture", EXPORT),
        (b"GIF8", "this is a picture", EXPORT),
        (b"\x1f\x8b", "this is a gzip archive", UNPACK),
        (b"Rar!", "this is a RAR archive", UNPACK),
        (b"7z\xbc\xaf", "this is a 7z archive", UNPACK),
        (b"SQLite format 3", "this is an SQLite database", "name it with --db, or export a table from it"),
        (b"PAR1", "this is a Parquet file", EXPORT),
    ];
    if let Some((_, what, help)) = known.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Some((what, help));
    }
    let text = String::from_utf8_lossy(head.get(..head.len().min(512)).unwrap_or_default()).trim_start_matches('\u{feff}').trim_start().to_lowercase();
    if ["<html", "<!doctype html", "<table", "<?xml"].iter().any(|t| text.starts_with(t)) {
        return Some(("this is a web page or XML, whatever its ending says", "open it in a spreadsheet and save it as XLSX or CSV"));
    }
    if is_markdown(&text) {
        return Some(("this is a Markdown table, not a table that this program reads", "export it as CSV or XLSX; a list of ours: `sop leads -o leads.csv`"));
    }
    if text.starts_with("[{") || text.starts_with("{\"") || text.starts_with("[\n") || text.starts_with("{\n") {
        return Some(("this is JSON", EXPORT));
    }
    None
}

/// A row of `| --- |` below a row of `| … |`: what `-o report.md` writes, and many wikis.
fn is_markdown(head: &str) -> bool {
    let lines: Vec<&str> = head.lines().map(str::trim).collect();
    let is_rule = |l: &str| l.starts_with('|') && l.contains("---") && l.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
    lines.windows(2).any(|two| matches!(two, [above, below] if above.starts_with('|') && is_rule(below)))
}

fn workbook_error(path: &Path, options: &Options, e: SheetError) -> IngestError {
    let name = path.display().to_string();
    match e {
        SheetError::Io(e) => IngestError::io(path, &e),
        SheetError::Workbook(what) if what.to_lowercase().contains("password") => {
            IngestError::new(Kind::Workbook, &name, "the workbook is protected by a password", "save a copy without the password")
        }
        SheetError::Workbook(what) => IngestError::new(
            Kind::Workbook,
            &name,
            format!("the workbook cannot be read: {what}"),
            "open it in a spreadsheet and save it again as XLSX, or as CSV",
        ),
        SheetError::NoSuchSheet(names) => IngestError::new(
            Kind::NoSuchSheet,
            &name,
            format!("there is no sheet `{}`", options.sheet.as_deref().unwrap_or_default()),
            format!("the sheets are: {}", names.join(", ")),
        ),
    }
}

impl TableFile {
    fn find_header(&mut self) -> Result<(), IngestError> {
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
