//! A workbook: one sheet per table, typed cells, the header row frozen and filtered; columns that people fill in are coloured
//! and have drop-downs, and a second sheet says how ([`super::fill_in`]). Rows leave memory as they are
//! written; the bytes depend on the report alone (the creation time is its as-of).
//!
//! Texts are written as texts, so nothing is ever run as a formula and a phone keeps its `+` and its zeros. The import
//! takes one `'` off a text matching `^'+[=+\-@…]`, so such a text, and no other, gets one more here.

use super::cells::Printer;
use super::fill_in::{self, FillIn};
use super::labels::{Lang, choice, label, name, said, sentence, title};
use super::width::width;
use super::{Options, Rows, borrowed};
use crate::report::{Cell, Chart, ChartKind, Choice, Column, Report, Total};
use chrono::{NaiveDate, NaiveDateTime};
use rust_xlsxwriter::{Chart as Picture, ChartType, DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::borrow::Cow;
use std::io::{self, Seek, Write};

/// Rows of a sheet that is built in memory.
const IN_MEMORY: usize = 50_000;
/// Rows of a sheet, the header included.
const SHEET_ROWS: u32 = 1_048_576;
/// Columns of a sheet.
const SHEET_COLUMNS: usize = 16_384;
/// Characters of a cell, as the format counts them.
const CELL_CHARACTERS: usize = 32_767;
/// The widest column, in characters.
const WIDEST: usize = 60;

pub(super) fn write(report: &Report, rows: Rows<'_, '_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut book = Book { workbook: Workbook::new(), styles: Styles::new(), printer: Printer::from(report), lang: options.lang };
    let created = ExcelDateTime::from_timestamp(report.as_of.0).map_err(failed)?;
    let heading = title(&report.name, options.lang);
    book.workbook.set_properties(&DocProperties::new().set_title(heading).set_creation_datetime(&created));
    book.table(heading, &report.columns, rows, report.chart.as_ref(), SHEET_ROWS)?;
    if report.columns.iter().any(|c| c.fill_in) {
        fill_in::help(&mut book.workbook, &report.columns, &book.styles.header, options.lang).map_err(failed)?;
    }
    for section in &report.sections {
        book.table(&name(&section.id, options.lang), &section.columns, &mut borrowed(&section.rows), section.chart.as_ref(), SHEET_ROWS)?;
    }
    book.totals(report)?;
    // The format is a zip archive, which is not written front to back.
    let mut file = tempfile::tempfile()?;
    book.workbook.save_to_writer(&mut file).map_err(failed)?;
    file.rewind()?;
    io::copy(&mut file, out).map(|_| ())
}

struct Book<'a> {
    workbook: Workbook,
    styles: Styles,
    printer: Printer<'a>,
    lang: Lang,
}

struct Styles {
    header: Format,
    text: Format,
    integer: Format,
    number: Format,
    money: Format,
    percent: Format,
    date: Format,
    instant: Format,
    fill_in: FillIn,
}

impl Styles {
    fn new() -> Self {
        let format = |code: &str| Format::new().set_num_format(code);
        Self {
            header: Format::new().set_bold(),
            text: format("@"),
            integer: format("#,##0"),
            number: format("General"),
            money: format("#,##0.00"),
            percent: format("0.0%"),
            date: format("yyyy-mm-dd"),
            instant: format("yyyy-mm-dd hh:mm:ss"),
            fill_in: FillIn::new(),
        }
    }
}

impl Book<'_> {
    /// One table on as many sheets as it needs; its picture beside the first of them.
    fn table(&mut self, title: &str, columns: &[Column], rows: Rows<'_, '_>, chart: Option<&Chart>, sheet_rows: u32) -> io::Result<()> {
        if columns.len() > SHEET_COLUMNS {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("a sheet holds at most {SHEET_COLUMNS} columns, not {}", columns.len())));
        }
        let labels: Vec<_> = columns.iter().map(|c| label(c, self.lang)).collect();
        let mut rows = rows.peekable();
        let mut part = 1;
        loop {
            // A large sheet goes through a temporary file, which the library cannot be told to miss: only where it must.
            let large = rows.size_hint().0 > IN_MEMORY;
            let sheet = if large { self.workbook.add_worksheet_with_constant_memory().map_err(failed)? } else { self.workbook.add_worksheet() };
            sheet.set_name(sheet_name(title, part)).map_err(failed)?;
            let room = |c: &Column| if c.fill_in { fill_in::room(c, self.lang) } else { 0 };
            let mut widths: Vec<_> = labels.iter().zip(columns).map(|(l, c)| width(l).max(room(c))).collect();
            for (at, (label, column)) in (0..).zip(labels.iter().zip(columns)) {
                let style = if column.fill_in { &self.styles.fill_in.header } else { &self.styles.header };
                sheet.write_string_with_format(0, at, label, style).map_err(failed)?;
            }
            let mut next = 1;
            while next < sheet_rows
                && let Some(row) = rows.next()
            {
                for ((at, cell), (widest, column)) in (0..).zip(row?.iter()).zip(widths.iter_mut().zip(columns)) {
                    if column.fill_in && cell.is_empty() {
                        sheet.write_blank(next, at, self.styles.fill_in.blank(column)).map_err(failed)?;
                        continue;
                    }
                    let labelled = chosen(column, cell, self.lang);
                    let written = put(sheet, (next, at), labelled.as_ref().unwrap_or(cell), &self.printer, &self.styles).map_err(failed)?;
                    *widest = (*widest).max(written);
                }
                next += 1;
            }
            for (at, _) in (0..).zip(columns).filter(|(_, c)| c.fill_in) {
                fill_in::validate(sheet, columns, at, next - 1, self.lang).map_err(failed)?;
            }
            let pinned = columns.iter().rposition(|c| c.pinned).and_then(|c| u16::try_from(c + 1).ok()).unwrap_or_default();
            sheet.set_freeze_panes(1, pinned).map_err(failed)?;
            if let Some(last) = columns.len().checked_sub(1).and_then(|c| u16::try_from(c).ok()) {
                sheet.autofilter(0, 0, next - 1, last).map_err(failed)?;
            }
            if let Some(picture) = chart.filter(|_| part == 1).and_then(|c| picture(c, columns, &labels, &sheet.name(), next - 1)) {
                let beside = u16::try_from(columns.len() + 1).unwrap_or(u16::MAX);
                sheet.insert_chart(1, beside, &picture).map_err(failed)?;
            }
            for (at, widest) in (0..).zip(&widths) {
                // Two more for the filter's button.
                sheet.set_column_width(at, (widest + 2).min(WIDEST) as f64).map_err(failed)?;
            }
            if rows.peek().is_none() {
                return Ok(());
            }
            part += 1;
        }
    }

    /// What the numbers speak of, the totals and the notes on a last sheet.
    fn totals(&mut self, report: &Report) -> io::Result<()> {
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(self.lang.pick("totals", "合计")).map_err(failed)?;
        let none = || Cow::Borrowed("");
        let as_of = Cow::Borrowed(self.lang.pick("as of", "截至"));
        let mut lines: Vec<(Cow<'_, str>, Cow<'_, str>, Cell)> = vec![(as_of, none(), Cell::Text(self.printer.rfc3339(report.as_of)))];
        for (id, total) in &report.totals {
            match total {
                Total::One(cell) => lines.push((name(id, self.lang), none(), cell.clone())),
                Total::Group(cells) => lines.extend(cells.iter().map(|(entry, cell)| (name(id, self.lang), name(entry, self.lang), cell.clone()))),
            }
        }
        let all = report.notes.iter().map(|note| (none(), note));
        let all = all.chain(report.sections.iter().flat_map(|s| s.notes.iter().map(|note| (name(&s.id, self.lang), note))));
        let head = self.lang.pick("note", "提示");
        lines.extend(all.map(|(section, note)| (Cow::Borrowed(head), section, Cell::text(sentence(&note.text, self.lang)))));
        let mut widths = [10; 2];
        for (row, (total, entry, cell)) in (0..).zip(&lines) {
            sheet.write_string_with_format(row, 0, &**total, &self.styles.header).map_err(failed)?;
            sheet.write_string(row, 1, &**entry).map_err(failed)?;
            put(sheet, (row, 2), cell, &self.printer, &self.styles).map_err(failed)?;
            widths = [widths[0].max(width(total)), widths[1].max(width(entry))];
        }
        for (at, width) in (0..).zip(widths.into_iter().chain([30])) {
            sheet.set_column_width(at, (width + 2) as f64).map_err(failed)?;
        }
        Ok(())
    }
}

/// A native chart over the rows of a sheet.
fn picture(chart: &Chart, columns: &[Column], labels: &[String], sheet: &str, last: u32) -> Option<Picture> {
    let at = |id: &str| columns.iter().position(|c| c.id == id).and_then(|i| u16::try_from(i).ok());
    let named = at(&chart.label).filter(|_| last > 1)?;
    let mut picture = Picture::new(match chart.kind {
        ChartKind::Bars | ChartKind::Funnel => ChartType::Bar,
        ChartKind::Trend => ChartType::Line,
    });
    for value in chart.values.iter().filter_map(|id| at(id)) {
        let name = labels.get(usize::from(value)).map_or("", String::as_str);
        picture.add_series().set_name(name).set_categories((sheet, 1, named, last, named)).set_values((sheet, 1, value, last, value));
    }
    if chart.kind != ChartKind::Trend {
        // The first row on top, as in the table.
        picture.y_axis().set_reverse();
        picture.legend().set_hidden();
    }
    Some(picture)
}

/// The label of a cell that holds one of its column's choices, or what the program says.
fn chosen(column: &Column, cell: &Cell, lang: Lang) -> Option<Cell> {
    if let Cell::Said(said) = cell {
        return Some(Cell::text(lang.pick(&said.en, said.chinese())));
    }
    let Cell::Text(id) = cell else { return None };
    // A title of the user's own is for Chinese readers, or for whoever fills in.
    let labelled = |c: &&Choice| c.id == *id && (lang == Lang::Zh || column.fill_in || c.title.is_none());
    let chosen = column.choices.iter().find(labelled).map(|c| choice(c, lang));
    chosen.map(Cell::text).or_else(|| Some(said(column, id, lang)).filter(|said| said != id).map(Cell::text))
}

/// Writes one cell and says how wide it looks.
fn put(sheet: &mut Worksheet, (row, at): (u32, u16), cell: &Cell, printer: &Printer<'_>, styles: &Styles) -> Result<usize, XlsxError> {
    let number = match cell {
        Cell::Empty => return Ok(0),
        // A number beyond 2^53 would come back as another one: it goes as text.
        Cell::Integer(n) if n.unsigned_abs() <= 1 << 53 => Some((*n as f64, &styles.integer)),
        Cell::Number(x) if x.is_finite() => Some((*x, &styles.number)),
        Cell::Percent(x) if x.is_finite() => Some((*x, &styles.percent)),
        Cell::Number(_) | Cell::Percent(_) => return Ok(0),
        Cell::Money(minor) if minor.unsigned_abs() <= 1 << 53 => {
            let style = if printer.currency.digits == 0 { &styles.integer } else { &styles.money };
            Some((*minor as f64 / printer.currency.scale() as f64, style))
        }
        Cell::Date(date) => serial(date.and_time(chrono::NaiveTime::MIN)).map(|x| (x, &styles.date)),
        Cell::Instant(at) => printer.local(*at).and_then(|t| serial(t.naive_local())).map(|x| (x, &styles.instant)),
        Cell::Boolean(b) => {
            sheet.write_boolean(row, at, *b)?;
            return Ok(5);
        }
        Cell::Text(_) | Cell::Said(_) | Cell::List(_) | Cell::Integer(_) | Cell::Money(_) => None,
    };
    if let Some((number, style)) = number {
        sheet.write_number_with_format(row, at, number, style)?;
        return Ok(if matches!(cell, Cell::Instant(_)) { 19 } else { printer.human(cell).len() });
    }
    let text = printer.plain(cell).unwrap_or_default();
    let quoted = text.starts_with('\'') && crate::model::defused(&text).len() > text.len();
    let text: String = quoted.then_some('\'').into_iter().chain(text.chars()).take(CELL_CHARACTERS).collect();
    sheet.write_string_with_format(row, at, &text, &styles.text)?;
    let start: String = text.chars().take(WIDEST).collect();
    Ok(width(&start))
}

/// Days since the epoch of spreadsheets; `None` before March 1900, where they count a day that never was.
fn serial(local: NaiveDateTime) -> Option<f64> {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(chrono::NaiveTime::MIN);
    let days = (local - epoch).num_seconds() as f64 / 86_400.0;
    (61.0..2_958_466.0).contains(&days).then_some(days)
}

/// At most 31 characters, none of those that a sheet's name cannot have.
fn sheet_name(title: &str, part: u32) -> String {
    let suffix = if part > 1 { format!(" {part}") } else { String::new() };
    let kept: String = title.chars().filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'')).take(31 - suffix.len()).collect();
    format!("{kept}{suffix}")
}

fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, Instant};
    use crate::report::Frame;
    use calamine::Reader;

    #[test]
    fn what_a_sheet_cannot_hold_goes_to_the_next() {
        let frame = Frame { as_of: Instant(0), zone: chrono_tz::UTC, currency: Currency::new("CNY") };
        let mut report = Report::new("leads", &frame, vec![Column::integer("rank")]);
        report.rows = (1..=7).map(|i| vec![Cell::Integer(i)]).collect();
        let mut book = Book { workbook: Workbook::new(), styles: Styles::new(), printer: Printer::from(&report), lang: Lang::En };
        book.table("leads", &report.columns, &mut borrowed(&report.rows), None, 4).expect("written");
        let bytes = std::io::Cursor::new(book.workbook.save_to_buffer().expect("a workbook"));
        let mut read: calamine::Xlsx<_> = calamine::open_workbook_from_rs(bytes).expect("readable");
        let names = read.sheet_names();
        assert_eq!(names, ["leads", "leads 2", "leads 3"]);
        let mut ranks = Vec::new();
        for name in names {
            let sheet = read.worksheet_range(&name).expect("a sheet");
            assert_eq!(sheet.get((0, 0)).map(ToString::to_string).as_deref(), Some("rank"), "every sheet has the header");
            ranks.extend(sheet.rows().skip(1).map(|row| row[0].to_string()));
        }
        assert_eq!(ranks, ["1", "2", "3", "4", "5", "6", "7"]);
    }

    #[test]
    fn an_apostrophe_that_the_import_takes_off_is_given_twice() {
        let frame = Frame { as_of: Instant(0), zone: chrono_tz::UTC, currency: Currency::new("CNY") };
        let mut report = Report::new("leads", &frame, vec![Column::text("name")]);
        report.rows = ["'=1", "=1", "'tis"].map(|t| vec![Cell::text(t)]).into();
        let mut bytes = Vec::new();
        crate::render::write(&report, crate::render::Format::Xlsx, &Options::default(), &mut bytes).expect("written");
        let mut read: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("readable");
        let sheet = read.worksheet_range_at(0).expect("a sheet").expect("readable");
        let cells: Vec<_> = sheet.rows().skip(1).map(|row| row[0].to_string()).collect();
        assert_eq!(cells, ["''=1", "=1", "'tis"]);
    }
}
