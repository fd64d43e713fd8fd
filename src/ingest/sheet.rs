//! Workbooks (xlsx, xlsb, xls, ods) → rows. An xlsx sheet is streamed, never held as a whole: its rows are spooled
//! (in memory while small, in a temporary file beyond) and read back, so that a second pass costs little.
//!
//! Numbers come out as their shortest decimal with Excel's 15 digits, dates as ISO text, percent-formatted numbers with `%`.
//! A value that is merged over several rows stands in each of them (first column of the merge).

use super::row::{CellKind, RawRow};
use calamine::{Data, DataRef, ExcelDateTime, Range, Reader, SheetVisible, Sheets, XlsxCellReader};
use rustc_hash::{FxHashMap, FxHashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use tempfile::SpooledTempFile;

/// Bytes of a sheet that stay in memory.
const IN_MEMORY: usize = 16 << 20;

/// The spooled rows of one sheet.
pub(super) struct SheetRows {
    file: BufReader<SpooledTempFile>,
    /// Bytes spooled, and read back so far.
    pub(super) total: u64,
    pub(super) read: u64,
    /// The sheet's name.
    pub(super) name: String,
    /// Other visible sheets with something in them are named, not read.
    pub(super) others: Vec<String>,
    /// The workbook counts its days from 1904.
    pub(super) date1904: bool,
}

/// Why a workbook gives no rows.
pub(super) enum SheetError {
    Io(io::Error),
    Workbook(String),
    NoSuchSheet(Vec<String>),
}

impl From<io::Error> for SheetError {
    fn from(e: io::Error) -> Self {
        Self::Io(e)
    }
}

/// Spools the wanted sheet, or the first visible one with anything in it.
pub(super) fn open(path: &Path, wanted: Option<&str>) -> Result<SheetRows, SheetError> {
    let broken = |e: &dyn std::fmt::Display| SheetError::Workbook(e.to_string());
    let mut book = workbook(path)?;
    let names: Vec<String> = book.sheets_metadata().iter().filter(|s| wanted.is_some() || s.visible == SheetVisible::Visible).map(|s| s.name.clone()).collect();
    let candidates: Vec<String> = match wanted {
        Some(w) => names.iter().filter(|n| *n == w).cloned().collect(),
        None => names.clone(),
    };
    let mut empty = None;
    for name in candidates {
        let mut spool = Spool::new();
        match &mut book {
            Sheets::Xlsx(book) => {
                let merged = book.merge_cells_by_sheet_name(&name).map_err(|e| broken(&e))?;
                spool.merges =
                    merged.iter().filter(|d| d.end.0 > d.start.0).map(|d| Merge { column: d.start.1, rows: (d.start.0, d.end.0), value: None }).collect();
                let percent = percent_cells(book, &name).map_err(|e| broken(&e))?;
                spool.date1904 = book.has_1904_epoch();
                let mut cells = book.worksheet_cells_reader(&name).map_err(|e| broken(&e))?;
                while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|e| broken(&e))? {
                    let (kind, text) = match cell.value {
                        DataRef::Empty if cell.formula.is_some() => (CellKind::NoValue, String::new()),
                        DataRef::SharedString(s) => (CellKind::Text, s.to_owned()),
                        DataRef::Float(x) if percent.contains(&cell.pos) => (CellKind::Number, format!("{}%", decimal(x * 100.0))),
                        value => of_data(&Data::from(value)),
                    };
                    spool.cell(cell.pos, kind, text)?;
                }
            }
            other => {
                let range: Range<Data> = other.worksheet_range(&name).map_err(|e| broken(&e))?;
                let (top, left) = range.start().unwrap_or_default();
                for (row, column, value) in range.used_cells() {
                    let (kind, text) = of_data(value);
                    spool.cell((top + row as u32, left + column as u32), kind, text)?;
                }
            }
        }
        let others = names.iter().filter(|n| **n != name).cloned().collect();
        let has_rows = spool.rows > 0 || spool.row.is_some();
        let sheet = spool.finish(name, others)?;
        if has_rows {
            return Ok(sheet);
        }
        empty.get_or_insert(sheet);
    }
    empty.ok_or(SheetError::NoSuchSheet(names))
}

/// The workbook, by its bytes: an OLE file is xls; a zip is xlsx, else xlsb, else ods.
fn workbook(path: &Path) -> Result<Sheets<BufReader<File>>, SheetError> {
    let mut magic = [0; 2];
    File::open(path)?.read_exact(&mut magic)?;
    let bytes = || File::open(path).map(BufReader::new);
    let broken = |e: &dyn std::fmt::Display| SheetError::Workbook(e.to_string());
    if &magic != b"PK" {
        return calamine::Xls::new(bytes()?).map(Sheets::Xls).map_err(|e| broken(&e));
    }
    match calamine::Xlsx::new(bytes()?) {
        Ok(book) => Ok(Sheets::Xlsx(book)),
        Err(e) => match (calamine::Xlsb::new(bytes()?), calamine::Ods::new(bytes()?)) {
            (Ok(book), _) => Ok(Sheets::Xlsb(book)),
            (_, Ok(book)) => Ok(Sheets::Ods(book)),
            _ => Err(broken(&e)),
        },
    }
}

/// The cells whose number format is a percentage; most workbooks have no such format and cost nothing.
fn percent_cells<R: Read + Seek>(book: &mut calamine::Xlsx<R>, sheet: &str) -> Result<FxHashSet<(u32, u32)>, calamine::XlsxError> {
    let mut cells: XlsxCellReader<'_, R> = book.worksheet_cells_reader(sheet)?;
    let percent: Vec<bool> = cells.styles().iter().map(|s| s.number_format.as_ref().is_some_and(|f| f.format_code.contains('%'))).collect();
    let mut found = FxHashSet::default();
    if percent.contains(&true) {
        while let Some((row, column, style)) = cells.next_style_id()? {
            if percent.get(style) == Some(&true) {
                found.insert((row, column));
            }
        }
    }
    Ok(found)
}

fn of_data(value: &Data) -> (CellKind, String) {
    match value {
        Data::Empty => (CellKind::Text, String::new()),
        Data::String(s) => (CellKind::Text, s.clone()),
        Data::Int(n) => (CellKind::Number, n.to_string()),
        Data::Float(x) => (CellKind::Number, decimal(*x)),
        Data::Bool(b) => (CellKind::Bool, if *b { "TRUE" } else { "FALSE" }.to_owned()),
        Data::DateTime(t) => date_text(t),
        Data::DateTimeIso(s) | Data::DurationIso(s) => (CellKind::DateTime, s.clone()),
        Data::Error(e) => (CellKind::Error, e.to_string()),
    }
}

/// Excel keeps 15 significant digits; what a float holds beyond them is noise. Never an exponent, never `.0`.
pub(super) fn decimal(x: f64) -> String {
    let rounded: f64 = format!("{x:.14e}").parse().unwrap_or(x);
    format!("{rounded}")
}

fn date_text(t: &ExcelDateTime) -> (CellKind, String) {
    let days = t.as_f64();
    if t.is_duration() {
        let s = (days * 86_400.0).round() as i64;
        return (CellKind::Text, format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60));
    }
    let (y, m, d, hh, mm, ss, ms) = t.to_ymd_hms_milli();
    // Half a second up, so that 09:59:59.9997 is 10:00; a carry over midnight is left to the milliseconds of the format.
    let seconds = (u32::from(hh) * 3600 + u32::from(mm) * 60 + u32::from(ss) + u32::from(ms >= 500)).min(86_399);
    let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (0.0..1.0).contains(&days) && days > 0.0 {
        (CellKind::Text, time)
    } else if seconds == 0 {
        (CellKind::DateTime, format!("{y:04}-{m:02}-{d:02}"))
    } else {
        (CellKind::DateTime, format!("{y:04}-{m:02}-{d:02} {time}"))
    }
}

struct Merge {
    column: u32,
    rows: (u32, u32),
    value: Option<(CellKind, String)>,
}

/// Rows on their way into the spool.
struct Spool {
    file: io::BufWriter<SpooledTempFile>,
    row: Option<u32>,
    cells: FxHashMap<u32, (CellKind, String)>,
    merges: Vec<Merge>,
    rows: u64,
    written: u64,
    date1904: bool,
}

impl Spool {
    fn new() -> Self {
        Self {
            file: io::BufWriter::new(SpooledTempFile::new(IN_MEMORY)),
            row: None,
            cells: FxHashMap::default(),
            merges: Vec::new(),
            rows: 0,
            written: 0,
            date1904: false,
        }
    }

    fn cell(&mut self, (row, column): (u32, u32), kind: CellKind, text: String) -> io::Result<()> {
        if self.row != Some(row) {
            self.flush()?;
        }
        if !text.is_empty() || kind == CellKind::NoValue {
            self.row = Some(row);
            self.cells.insert(column, (kind, text));
        } else if self.merges.iter().any(|m| m.column == column && m.rows.0 < row && row <= m.rows.1) {
            self.row = Some(row);
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(row) = self.row.take() else { return Ok(()) };
        for m in &mut self.merges {
            if m.rows.0 == row {
                m.value = self.cells.get(&m.column).cloned();
            } else if let (true, Some(value)) = (m.rows.0 < row && row <= m.rows.1, &m.value) {
                self.cells.entry(m.column).or_insert_with(|| value.clone());
            }
        }
        self.merges.retain(|m| m.rows.1 > row);
        let width = self.cells.keys().max().map_or(0, |c| c + 1);
        self.put(&u64::from(row + 1).to_le_bytes())?;
        self.put(&width.to_le_bytes())?;
        for column in 0..width {
            let (kind, text) = self.cells.remove(&column).unwrap_or_default();
            self.put(&[kind as u8])?;
            self.put(&(text.len() as u32).to_le_bytes())?;
            self.put(text.as_bytes())?;
        }
        self.cells.clear();
        self.rows += 1;
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    fn finish(mut self, name: String, others: Vec<String>) -> io::Result<SheetRows> {
        self.flush()?;
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(SheetRows { file: BufReader::new(file), total: self.written, read: 0, name, others, date1904: self.date1904 })
    }
}

impl SheetRows {
    pub(super) fn rewind(&mut self) -> io::Result<()> {
        self.read = 0;
        self.file.seek(SeekFrom::Start(0)).map(drop)
    }

    /// The next row that has a cell; false at the end.
    pub(super) fn next(&mut self, row: &mut RawRow) -> io::Result<bool> {
        row.clear();
        if self.file.fill_buf()?.is_empty() {
            return Ok(false);
        }
        row.number = u64::from_le_bytes(self.take()?);
        let width = u32::from_le_bytes(self.take()?);
        let mut bytes = std::mem::take(&mut row.buffer).into_bytes();
        for _ in 0..width {
            let [kind] = self.take::<1>()?;
            let start = bytes.len();
            let length = u32::from_le_bytes(self.take()?) as usize;
            bytes.resize(start + length, 0);
            self.file.read_exact(bytes.get_mut(start..).unwrap_or_default())?;
            self.read += length as u64;
            row.spans.push((start as u32, bytes.len() as u32));
            row.kinds.push(KINDS.get(usize::from(kind)).copied().unwrap_or_default());
        }
        row.buffer = String::from_utf8(bytes).map_err(io::Error::other)?;
        Ok(true)
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes)?;
        self.read += N as u64;
        Ok(bytes)
    }
}

/// By discriminant, as spooled.
const KINDS: [CellKind; 6] = [CellKind::Text, CellKind::Number, CellKind::DateTime, CellKind::Bool, CellKind::Error, CellKind::NoValue];
