//! One self-contained page: no network, no script, light and dark, print-friendly.

use super::cells::Printer;
use super::labels::{Lang, heading, label, name, sentence, title};
use super::{Options, Rows, borrowed, shown, svg};
use crate::report::{Cell, Column, ColumnType, Layout, Note, Report, Section, Total};
use std::io::{self, Write};

const STYLE: &str = include_str!("html.css");
/// A table with so many columns is wider than a phone.
const CARDS: usize = 5;
/// A table with so many columns is set smaller on paper.
const DENSE: usize = 9;

pub(super) fn write(report: &Report, rows: Rows<'_, '_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let printer = Printer::from(report);
    let lang = options.lang;
    let heading = escaped(title(&report.name, lang));
    let (as_of, exact) = (escaped(&printer.human(&Cell::Instant(report.as_of))), printer.rfc3339(report.as_of));
    let code = match lang {
        Lang::En => "en",
        Lang::Zh => "zh-CN",
    };
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{heading} · {as_of}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{heading}</h1>\n<p class=\"as-of\">{} <time datetime=\"{exact}\">{as_of}</time></p>\n",
        lang.pick("as of", "截至"),
    )?;
    for section in report.sections.iter().filter(|s| s.layout == Layout::Card) {
        writeln!(out, "<dl>")?;
        for (column, cell) in section.rows.iter().flat_map(|row| section.columns.iter().zip(row)).filter(|(_, cell)| !cell.is_empty()) {
            writeln!(out, "<dt>{}</dt><dd>{}</dd>", escaped(&label(column, lang)), escaped(&printer.human(cell)))?;
        }
        writeln!(out, "</dl>")?;
    }
    totals(report, &printer, lang, out)?;
    notes(&report.notes, lang, out)?;
    for section in report.sections.iter().filter(|s| s.layout != Layout::Card && s.layout.is_above() && !s.rows.is_empty()) {
        part(section, &printer, options, report.tiles, out)?;
    }
    if let Some(picture) = report.chart.as_ref().and_then(|c| svg::draw(c, &report.columns, &report.rows, &printer, lang)) {
        out.write_all(picture.as_bytes())?;
    }
    match report.tiles {
        true => tiles(report, &printer, lang, out)?,
        false => table(&printer, &report.columns, rows, options, false, out)?,
    }
    for section in report.sections.iter().filter(|s| !s.layout.is_above()) {
        part(section, &printer, options, report.tiles, out)?;
    }
    out.write_all(b"</body>\n</html>\n")
}

/// A further table: its heading, its picture, its numbers, its notes. `page`: see [`table`].
fn part(section: &Section, printer: &Printer<'_>, options: &Options, page: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section>\n<h2>{}</h2>", escaped(&heading(&section.id, options.lang)))?;
    if let Some(picture) = section.chart.as_ref().and_then(|c| svg::draw(c, &section.columns, &section.rows, printer, options.lang)) {
        out.write_all(picture.as_bytes())?;
    }
    // Columns that hold nothing here are room for those that do.
    let filled: Vec<bool> = (0..section.columns.len()).map(|i| section.rows.iter().any(|row| row.get(i).is_some_and(|c| !c.is_empty()))).collect();
    // So is a column that only repeats the one before: an id and its title, where the reader of this language sees the title for both.
    let text =
        |row: &[Cell], i: usize| section.columns.get(i).zip(row.get(i)).map_or_else(String::new, |(c, cell)| printer.of(c, cell, options.lang).into_owned());
    let repeats = |row: &[Cell], i: usize| text(row, i).is_empty() || text(row, i) == text(row, i - 1);
    let said = |i: usize| i > 0 && section.columns.get(i).is_some_and(|c| c.ty == ColumnType::Text) && section.rows.iter().all(|row| repeats(row, i));
    let kept = |i: &usize| section.rows.is_empty() || (filled.get(*i) == Some(&true) && !said(*i));
    let columns: Vec<Column> = section.columns.iter().enumerate().filter(|(i, _)| kept(i)).map(|(_, c)| c.clone()).collect();
    let rows: Vec<Vec<Cell>> = section.rows.iter().map(|row| row.iter().enumerate().filter(|(i, _)| kept(i)).map(|(_, c)| c.clone()).collect()).collect();
    table(printer, &columns, &mut borrowed(&rows), options, page, out)?;
    notes(&section.notes, options.lang, out)?;
    writeln!(out, "</section>")
}

/// One tile a row: its name, its number large, whatever else it says small.
fn tiles(report: &Report, printer: &Printer<'_>, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<div class=\"tiles\">")?;
    for row in &report.rows {
        write!(out, "<div>")?;
        for (i, (column, cell)) in report.columns.iter().zip(row).enumerate().filter(|(_, (_, cell))| !cell.is_empty()) {
            let text = escaped(&printer.of(column, cell, lang));
            match i {
                0 => write!(out, "<span>{}</span>", escaped(&name(&printer.human(cell), lang)))?,
                1 => write!(out, "<b>{text}</b>")?,
                _ => write!(out, "<small>{} {text}</small>", escaped(&label(column, lang)))?,
            }
        }
        writeln!(out, "</div>")?;
    }
    writeln!(out, "</div>")
}

fn notes(notes: &[Note], lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    notes.iter().try_for_each(|note| writeln!(out, "<p class=\"note\">{}</p>", escaped(&sentence(&note.text, lang))))
}

fn totals(report: &Report, printer: &Printer<'_>, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    if report.totals.is_empty() {
        return Ok(());
    }
    writeln!(out, "<dl class=\"totals\">")?;
    for (id, total) in &report.totals {
        write!(out, "<dt>{}</dt><dd>", escaped(&name(id, lang)))?;
        match total {
            Total::One(cell) => write!(out, "{}", escaped(&printer.total(cell, lang)))?,
            Total::Group(cells) => {
                let size = |cell: &Cell| if let Cell::Integer(n) = cell { (*n).max(0) as f64 } else { 0.0 };
                let most = cells.iter().map(|(_, cell)| size(cell)).fold(1.0, f64::max);
                write!(out, "<table class=\"bars\">")?;
                for (id, cell) in cells {
                    let (id, number, share) = (escaped(&name(id, lang)), escaped(&printer.total(cell, lang)), size(cell) / most * 100.0);
                    write!(out, "<tr><th>{id}</th><td class=\"n\">{number}</td><td><span style=\"width:{share:.1}%\"></span></td></tr>")?;
                }
                write!(out, "</table>")?;
            }
        }
        writeln!(out, "</dd>")?;
    }
    writeln!(out, "</dl>")
}

/// The numbers. A page that is read from top to bottom (`page`) shows what most want to see; on a phone a wide table's rows become cards,
/// each number with its label, so that nothing stands beyond the edge.
fn table(printer: &Printer<'_>, columns: &[Column], rows: Rows<'_, '_>, options: &Options, page: bool, out: &mut dyn Write) -> io::Result<()> {
    let shown = shown(columns, options.verbose, !page || options.verbose);
    let (cards, dense) = (page && shown.len() >= CARDS, shown.len() >= DENSE);
    let class = |column: &Column| match column.ty {
        ColumnType::Integer | ColumnType::Number | ColumnType::Money | ColumnType::Percent => " class=\"n\"",
        _ if column.wrap => " class=\"s\"",
        _ => "",
    };
    let labels: Vec<String> = shown.iter().map(|s| escaped(&label(s.column, options.lang))).collect();
    let classes = format!("rows{}{}", if cards { " cards" } else { "" }, if dense { " dense" } else { "" });
    writeln!(out, "<div class=\"wide\"><table class=\"{classes}\">\n<thead><tr>")?;
    for (s, label) in shown.iter().zip(&labels) {
        writeln!(out, "<th scope=\"col\"{}>{label}</th>", class(s.column))?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for row in rows {
        let row = row?;
        out.write_all(b"<tr>")?;
        for (s, label) in shown.iter().zip(&labels) {
            let label = if cards { format!(" data-label=\"{label}\"") } else { String::new() };
            write!(out, "<td{}{label}>{}</td>", class(s.column), escaped(&printer.of(s.column, s.cell(&row), options.lang)))?;
        }
        out.write_all(b"</tr>\n")?;
    }
    writeln!(out, "</tbody>\n</table></div>")
}

/// The text so that HTML shows it as it is, in an element or a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}
