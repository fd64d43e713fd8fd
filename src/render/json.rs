//! JSON: the versioned contract for programs, one object, written row by row.
//!
//! `{"schema": 1, "report", "as_of", "currency", "columns", "rows", "sections"?, "totals", "notes"}`. Keys keep the
//! order of the report; money is an exact decimal in major units; what is absent or not a number is `null`; the
//! same report gives the same bytes whatever the language of the labels. Adding is fine, renaming raises `schema`.

use super::cells::Printer;
use super::labels::{Lang, label};
use super::{Rows, borrowed, ids};
use crate::report::{Cell, Column, ColumnType, Note, Report, Total};
use std::io::{self, Write};

/// The version of the contract.
const SCHEMA: u32 = 1;

pub(super) fn write(report: &Report, rows: Rows<'_, '_>, out: &mut dyn Write) -> io::Result<()> {
    let printer = Printer::from(report);
    write!(out, "{{\n\"schema\": {SCHEMA},\n\"report\": ")?;
    string(&report.name, out)?;
    out.write_all(b",\n\"as_of\": ")?;
    string(&printer.rfc3339(report.as_of), out)?;
    out.write_all(b",\n\"currency\": ")?;
    string(&report.currency.code, out)?;
    out.write_all(b",\n")?;
    table(&printer, &report.columns, rows, out)?;
    if !report.sections.is_empty() {
        out.write_all(b",\n\"sections\": [")?;
        for (i, section) in report.sections.iter().enumerate() {
            out.write_all(if i == 0 { b"\n{" } else { b",\n{" })?;
            out.write_all(b"\"section\": ")?;
            string(&section.id, out)?;
            out.write_all(b",\n")?;
            table(&printer, &section.columns, &mut borrowed(&section.rows), out)?;
            if !section.notes.is_empty() {
                out.write_all(b",\n")?;
                notes(&section.notes, out)?;
            }
            out.write_all(b"}")?;
        }
        out.write_all(b"]")?;
    }
    out.write_all(b",\n\"totals\": {")?;
    object(&report.totals, out, |total, out| match total {
        Total::One(cell) => value(&printer, cell, out),
        Total::Group(cells) => {
            out.write_all(b"{")?;
            object(cells, out, |cell, out| value(&printer, cell, out))?;
            out.write_all(b"}")
        }
    })?;
    out.write_all(b"},\n")?;
    notes(&report.notes, out)?;
    out.write_all(b"\n}\n")
}

/// `"notes": […]`.
fn notes(notes: &[Note], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"\"notes\": [")?;
    for (i, note) in notes.iter().enumerate() {
        out.write_all(if i == 0 { b"\n{\"code\": " } else { b",\n{\"code\": " })?;
        string(&note.code, out)?;
        out.write_all(b", \"text\": ")?;
        string(&note.text, out)?;
        out.write_all(b"}")?;
    }
    out.write_all(b"]")
}

/// `"columns": […], "rows": […]`.
fn table(printer: &Printer<'_>, columns: &[Column], rows: Rows<'_, '_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"\"columns\": [")?;
    let ids = ids(columns);
    for (i, (id, column)) in ids.iter().zip(columns).enumerate() {
        out.write_all(if i == 0 { b"\n{\"id\": " } else { b",\n{\"id\": " })?;
        string(id, out)?;
        out.write_all(b", \"title\": ")?;
        string(&label(column, Lang::En), out)?;
        write!(out, ", \"type\": \"{}\"}}", type_name(column.ty))?;
    }
    out.write_all(b"],\n\"rows\": [")?;
    // Each key once, ready to write.
    let keys: Vec<Vec<u8>> = ids.iter().map(serde_json::to_vec).collect::<Result<_, _>>()?;
    for (i, row) in rows.enumerate() {
        out.write_all(if i == 0 { b"\n{" } else { b",\n{" })?;
        for (j, (key, cell)) in keys.iter().zip(row?.iter()).enumerate() {
            if j > 0 {
                out.write_all(b", ")?;
            }
            out.write_all(key)?;
            out.write_all(b": ")?;
            value(printer, cell, out)?;
        }
        out.write_all(b"}")?;
    }
    out.write_all(b"]")
}

fn object<T>(entries: &[(String, T)], out: &mut dyn Write, mut write: impl FnMut(&T, &mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    for (i, (name, entry)) in entries.iter().enumerate() {
        if i > 0 {
            out.write_all(b", ")?;
        }
        string(name, out)?;
        out.write_all(b": ")?;
        write(entry, out)?;
    }
    Ok(())
}

fn value(printer: &Printer<'_>, cell: &Cell, out: &mut dyn Write) -> io::Result<()> {
    match cell {
        Cell::Empty => out.write_all(b"null"),
        Cell::Text(text) => string(text, out),
        Cell::Said(said) => string(&said.en, out),
        Cell::Integer(n) => write!(out, "{n}"),
        Cell::Boolean(b) => write!(out, "{b}"),
        // serde_json writes what is not finite as null.
        Cell::Number(x) | Cell::Percent(x) => Ok(serde_json::to_writer(out, x)?),
        Cell::Money(minor) => out.write_all(printer.currency.decimal(*minor).as_bytes()),
        Cell::Date(date) => write!(out, "\"{date}\""),
        Cell::Instant(at) => string(&printer.rfc3339(*at), out),
        Cell::List(items) => Ok(serde_json::to_writer(out, items)?),
    }
}

fn string(text: &str, out: &mut dyn Write) -> io::Result<()> {
    Ok(serde_json::to_writer(out, text)?)
}

/// The name of a column's type, part of the contract.
fn type_name(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Text => "text",
        ColumnType::Integer => "integer",
        ColumnType::Number => "number",
        ColumnType::Money => "money",
        ColumnType::Percent => "percent",
        ColumnType::Date => "date",
        ColumnType::Instant => "instant",
        ColumnType::Boolean => "boolean",
        ColumnType::List => "list",
    }
}
