//! Opening a file as a table: what its bytes are, how they are read, and what is said of files that are no tables.

use super::decode::{self, Decoder};
use super::error::{IngestError, IngestErrorKind as Kind};
use super::sheet::{self, SheetError};
use super::table::{Rows, TableFile, TextFormat, begin, seek};
use super::{dialect, json};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How to open a file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The source system whose ids the file has (`--source crm`); `default` when not said.
    pub source: Option<String>,
    /// The sheet of a workbook; the first visible one with anything in it when not said.
    pub sheet: Option<String>,
}

/// Enough of a file to tell what stands between its cells.
const HEAD: usize = 64 * 1024;
/// Enough of a file to tell its encoding.
const SAMPLE: usize = 1 << 20;

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
    let rows = if head.starts_with(b"PK\x03\x04") || head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        (Rows::Sheet(sheet::open(path, options.sheet.as_deref()).map_err(|e| workbook_error(path, options, e))?), None)
    } else if let Some((what, help)) = not_a_table(&head) {
        return Err(fail(Kind::NotATable, what, help));
    } else {
        let format = text_format(path, file, &head)?;
        (Rows::Text(Box::new(begin(read, format)?)), Some(format))
    };
    let mut table = TableFile::new(path, spool, options.source.as_deref().unwrap_or("default"), rows, meta.len());
    table.find_header()?;
    Ok(table)
}

/// How a text file is to be read: its encoding, and what stands between its cells.
fn text_format(path: &Path, mut file: File, head: &[u8]) -> Result<TextFormat, IngestError> {
    let fail = |kind, what: &str, help: &str| IngestError::new(kind, &path.display().to_string(), what, help);
    let Some((encoding, bom)) = decode::sniff(head) else {
        return Err(fail(Kind::NotATable, "the file is neither text nor a workbook", "export it as CSV or XLSX"));
    };
    let (bom, undecided) = (bom as u64, head.is_ascii());
    let mut sample = String::new();
    seek(&mut file, path, bom)?;
    let more = Decoder::new(file, encoding, bom, undecided).fill(&mut sample, HEAD).map_err(|e| IngestError::io(path, &e))?;
    if sample.trim().is_empty() {
        return Err(fail(Kind::Empty, "the file holds nothing but blanks", "export it again"));
    }
    let mut cut = sample.len().min(HEAD);
    while !sample.is_char_boundary(cut) {
        cut -= 1;
    }
    let (dialect, sep_line) = dialect::sniff(sample.get(..cut).unwrap_or_default(), !more && cut == sample.len());
    Ok(TextFormat { encoding, bom, undecided, dialect, sep_line })
}

/// A file with the beginning of its bytes.
fn opened(path: &Path) -> Result<(File, Vec<u8>), IngestError> {
    let mut file = File::open(path).map_err(|e| IngestError::io(path, &e))?;
    let mut head = Vec::new();
    (&mut file).take(SAMPLE as u64).read_to_end(&mut head).map_err(|e| IngestError::io(path, &e))?;
    Ok((file, head))
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
