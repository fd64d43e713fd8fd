//! [`Report`] → text, csv, json, markdown, html, xlsx: one file each.
//!
//! No format knows any report: a cell is printed by its type, a column is labelled by its id. Every format is
//! written row by row, so a report of a million leads needs no string of its own size; rows may even be streamed
//! past a report that holds none ([`write_rows`]). The same report gives the same bytes.

mod cells;
mod csv;
mod diagnostics;
mod fill_in;
mod html;
mod json;
mod labels;
mod markdown;
mod schema;
mod svg;
mod text;
mod width;
mod xlsx;

pub use diagnostics::{codes, diagnostics};
pub use labels::Lang;
pub use schema::{SCHEMAS, schema};

use crate::report::{Cell, Column, Report};
use std::borrow::Cow;
use std::io::{self, Write};

/// How a report is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Aligned tables for a screen.
    Text,
    /// Comma-separated values, ids as headers. Holds the report's own table, not its sections.
    Csv,
    /// The versioned contract for programs.
    Json,
    /// GitHub's Markdown tables.
    Markdown,
    /// One self-contained page.
    Html,
    /// A workbook with one sheet per table.
    Xlsx,
}

impl Format {
    /// Every format by the name that `-f` takes.
    pub const ALL: [(&'static str, Self); 6] =
        [("text", Self::Text), ("csv", Self::Csv), ("json", Self::Json), ("md", Self::Markdown), ("html", Self::Html), ("xlsx", Self::Xlsx)];

    /// The format that a file's ending asks for, if it is one of ours.
    pub fn of_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "txt" | "text" => Some(Self::Text),
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "md" | "markdown" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

/// What the reader wants of a format. Each format takes what concerns it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Labels of text, Markdown, HTML and XLSX. CSV and JSON do not change with it.
    pub lang: Lang,
    /// Columns of the terminal; `None` = as wide as it takes.
    pub width: Option<usize>,
    /// ANSI styles in text.
    pub color: bool,
    /// At most this many rows of each table in text; `None` = all.
    pub limit: Option<usize>,
    /// CSV starts with a byte-order mark, which Excel needs to see UTF-8, and has instants as it reads them.
    pub excel: bool,
    /// Text shows columns that are blank throughout or stand behind another, too.
    pub verbose: bool,
    /// Text leaves the notes out.
    pub quiet: bool,
}

/// The rows of one table, as they come.
type Rows<'i, 'r> = &'i mut (dyn Iterator<Item = io::Result<Cow<'r, [Cell]>>> + 'i);

/// A sentence of the program's own in the language of the labels.
pub fn spoken(text: &str, lang: Lang) -> Cow<'_, str> {
    labels::sentence(text, lang)
}

/// Writes a report with the rows that it holds.
pub fn write(report: &Report, format: Format, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    dispatch(report, &mut borrowed(&report.rows), format, options, out)
}

/// Writes a report with rows that come from elsewhere, one at a time; those that it holds are passed over.
/// A row that cannot be had ends the writing with its error.
pub fn write_rows(
    report: &Report,
    rows: &mut dyn Iterator<Item = io::Result<Vec<Cell>>>,
    format: Format,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    dispatch(report, &mut rows.map(|row| row.map(Cow::Owned)), format, options, out)
}

fn dispatch(report: &Report, rows: Rows<'_, '_>, format: Format, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(report, rows, options, out),
        Format::Csv => csv::write(report, rows, options, out),
        Format::Json => json::write(report, rows, out),
        Format::Markdown => markdown::write(report, rows, options, out),
        Format::Html => html::write(report, rows, options, out),
        Format::Xlsx => xlsx::write(report, rows, options, out),
    }
}

fn borrowed(rows: &[Vec<Cell>]) -> impl Iterator<Item = io::Result<Cow<'_, [Cell]>>> {
    rows.iter().map(|row| Ok(Cow::Borrowed(row.as_slice())))
}

/// The ids under which programs find the columns. A header that an export made up may repeat one of ours; an object
/// cannot have two keys of one name, so the later is numbered.
fn ids(columns: &[Column]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::with_capacity(columns.len());
    for column in columns {
        let free = |id: &String| !ids.contains(id);
        let id = std::iter::once(column.id.clone()).chain((2..).map(|n| format!("{}_{n}", column.id))).find(free);
        ids.extend(id);
    }
    ids
}

/// One column of a table for people: where its cells come from.
#[derive(Clone, Copy)]
struct Shown<'a> {
    column: &'a Column,
    at: usize,
    backup: Option<usize>,
}

impl Shown<'_> {
    /// The cell of a row, or the one that stands in for a blank.
    fn cell<'r>(&self, row: &'r [Cell]) -> &'r Cell {
        let cell = row.get(self.at).unwrap_or(&Cell::Empty);
        match self.backup.filter(|_| cell.is_empty()) {
            Some(backup) => row.get(backup).unwrap_or(&Cell::Empty),
            None => cell,
        }
    }
}

/// The columns that people see: those that only back another up are left to the data formats; those put aside are for whoever has the room.
fn shown(columns: &[Column], verbose: bool, aside: bool) -> Vec<Shown<'_>> {
    let backup_of = |column: &Column| column.backup.as_ref().filter(|_| !verbose).and_then(|id| columns.iter().position(|c| c.id == *id));
    let behind: Vec<usize> = columns.iter().filter_map(backup_of).collect();
    let seen = |(at, column): &(usize, &Column)| !behind.contains(at) && (aside || !column.aside);
    columns.iter().enumerate().filter(seen).map(|(at, column)| Shown { column, at, backup: backup_of(column) }).collect()
}
