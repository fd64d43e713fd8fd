//! GitHub's Markdown tables, for a wiki or a meeting's notes. Nothing that a cell holds becomes markup.

use super::cells::Printer;
use super::labels::{Lang, label, name, sentence, title};
use super::{Options, Rows, borrowed, shown};
use crate::report::{Column, ColumnType, Layout, Note, Report, Section, Total};
use std::io::{self, Write};

pub(super) fn write(report: &Report, rows: Rows<'_, '_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let printer = Printer::from(report);
    let lang = options.lang;
    writeln!(out, "# {}\n\n{} {}", escaped(title(&report.name, lang)), lang.pick("As of", "截至"), printer.rfc3339(report.as_of))?;
    for section in report.sections.iter().filter(|s| s.layout == Layout::Card) {
        writeln!(out, "\n| | |\n| --- | --- |")?;
        for (column, cell) in section.rows.iter().flat_map(|row| section.columns.iter().zip(row)).filter(|(_, cell)| !cell.is_empty()) {
            writeln!(out, "| {} | {} |", escaped(&label(column, lang)), escaped(&printer.human(cell)))?;
        }
    }
    for section in report.sections.iter().filter(|s| s.layout != Layout::Card && s.layout.is_above() && !s.rows.is_empty()) {
        part(section, &printer, options, out)?;
    }
    writeln!(out)?;
    table(&printer, &report.columns, rows, options, out)?;
    for section in report.sections.iter().filter(|s| !s.layout.is_above()) {
        part(section, &printer, options, out)?;
    }
    if !report.totals.is_empty() {
        writeln!(out)?;
    }
    for (id, total) in &report.totals {
        let text = match total {
            Total::One(cell) => escaped(&printer.total(cell, lang)),
            Total::Group(cells) => {
                cells.iter().map(|(id, cell)| format!("{} {}", escaped(&name(id, lang)), escaped(&printer.total(cell, lang)))).collect::<Vec<_>>().join(", ")
            }
        };
        writeln!(out, "- {}: {text}", escaped(&name(id, lang)))?;
    }
    notes(&report.notes, lang, out)
}

/// A further table with its heading and its notes.
fn part(section: &Section, printer: &Printer<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## {}\n", escaped(&name(&section.id, options.lang)))?;
    table(printer, &section.columns, &mut borrowed(&section.rows), options, out)?;
    notes(&section.notes, options.lang, out)
}

fn notes(notes: &[Note], lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    notes.iter().try_for_each(|note| writeln!(out, "\n> {}", escaped(&sentence(&note.text, lang))))
}

fn table(printer: &Printer<'_>, columns: &[Column], rows: Rows<'_, '_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let shown = shown(columns, options.verbose, options.verbose);
    for s in &shown {
        write!(out, "| {} ", escaped(&label(s.column, options.lang)))?;
    }
    writeln!(out, "|")?;
    for s in &shown {
        let right = matches!(s.column.ty, ColumnType::Integer | ColumnType::Number | ColumnType::Money | ColumnType::Percent);
        out.write_all(if right { b"| ---: " } else { b"| --- " })?;
    }
    writeln!(out, "|")?;
    for row in rows {
        let row = row?;
        for s in &shown {
            write!(out, "| {} ", escaped(&printer.of(s.column, s.cell(&row), options.lang)))?;
        }
        writeln!(out, "|")?;
    }
    Ok(())
}

/// The text so that Markdown shows it as it is, on one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' => out.push_str("<br>"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_never_becomes_markup() {
        assert_eq!(escaped("a|b"), "a\\|b");
        assert_eq!(escaped("<script>x</script>"), "&lt;script&gt;x&lt;/script&gt;");
        assert_eq!(escaped("two\r\nlines"), "two<br>lines");
        assert_eq!(escaped("线索_1"), "线索\\_1");
    }
}
