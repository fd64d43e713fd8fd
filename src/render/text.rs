//! Tables for a screen: columns aligned by display width, numbers right-aligned, what is too wide cut with `…`.
//!
//! A number is never cut and a sentence ([`Column::wrap`]) is broken into lines instead. A table that still does not
//! fit loses its last columns and says which. Without a width (a pipe, a file) nothing is cut. Widths are settled on
//! the first [`SAMPLE`] rows, and the rows laid out by `comfy-table` in blocks, so a long table is written as it comes.

use super::cells::Printer;
use super::labels::{Lang, label, name, sentence, title};
use super::width::{cut, lines, one_line, width};
use super::{Options, Rows, Shown, borrowed, shown};
use crate::report::{Cell, Column, ColumnType, Layout, Note, Report, Section, Total, thousands};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};
use std::borrow::Cow;
use std::io::{self, Write};

/// So many rows settle the widths of a table.
const SAMPLE: usize = 10_000;
/// Between two columns.
const GAP: usize = 2;
/// A text column is not cut below this, nor a sentence broken below twice this.
const LEAST: usize = 6;
/// The longest bar.
const BAR: usize = 24;
/// Without a terminal, longer texts are broken into lines, except in the last column.
const PAD: usize = 120;
/// … where they may be as long as this.
const LONGEST: usize = 4_000;
/// So many rows are laid out at once.
const BLOCK: usize = 1_000;

pub(super) fn write(report: &Report, rows: Rows<'_, '_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let text = Text { printer: Printer::from(report), options };
    let lang = options.lang;
    let as_of = text.printer.rfc3339(report.as_of);
    text.line(BOLD, &format!("{} · {} {as_of}", title(&report.name, lang), lang.pick("as of", "截至")), out)?;
    for section in report.sections.iter().filter(|s| s.layout == Layout::Card && !s.columns.is_empty()) {
        writeln!(out)?;
        for row in &section.rows {
            text.card(&section.columns, row, out)?;
        }
    }
    for section in report.sections.iter().filter(|s| s.layout != Layout::Card && s.layout.is_above() && (options.verbose || !s.rows.is_empty())) {
        text.section(section, None, out)?;
    }
    writeln!(out)?;
    text.table(&report.columns, rows, report.of, if report.whole { None } else { options.limit }, out)?;
    for section in report.sections.iter().filter(|s| !s.layout.is_above() && (options.verbose || !s.rows.is_empty())) {
        text.section(section, if section.layout == Layout::Log { options.limit } else { None }, out)?;
    }
    text.totals(report, out)?;
    text.notes(&report.notes, out)
}

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const CYAN: &str = "\u{1b}[36m";
const RESET: &str = "\u{1b}[0m";

struct Text<'a> {
    printer: Printer<'a>,
    options: &'a Options,
}

/// One column with its settled width.
struct Fitted<'a> {
    shown: Shown<'a>,
    label: String,
    width: usize,
}

impl Text<'_> {
    fn lang(&self) -> Lang {
        self.options.lang
    }

    fn paint<'t>(&self, style: &str, text: &'t str) -> Cow<'t, str> {
        match self.options.color && !text.is_empty() {
            true => Cow::Owned(format!("{style}{text}{RESET}")),
            false => Cow::Borrowed(text),
        }
    }

    /// One line of its own, cut where the terminal ends.
    fn line(&self, style: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let text = one_line(text);
        writeln!(out, "{}", self.paint(style, &self.options.width.map_or(Cow::Borrowed(&*text), |w| cut(&text, w))))
    }

    /// `lead text` in as many lines as it takes, indented by the lead.
    fn paragraph(&self, lead: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let text = one_line(text);
        let room = self.options.width.map_or(usize::MAX, |w| w.saturating_sub(width(lead)).max(1));
        for (i, line) in lines(&text, room).iter().enumerate() {
            let indent = " ".repeat(width(lead));
            writeln!(out, "{}{line}", self.paint(DIM, if i == 0 { lead } else { &indent }))?;
        }
        Ok(())
    }

    /// A further table with its heading and its notes.
    fn section(&self, section: &Section, limit: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out)?;
        self.line(BOLD, &name(&section.id, self.lang()), out)?;
        self.table(&section.columns, &mut borrowed(&section.rows), None, limit, out)?;
        self.notes(&section.notes, out)
    }

    fn notes(&self, notes: &[Note], out: &mut dyn Write) -> io::Result<()> {
        for note in notes.iter().filter(|_| !self.options.quiet) {
            self.paragraph(self.lang().pick("note: ", "提示："), &sentence(&note.text, self.lang()), out)?;
        }
        Ok(())
    }

    /// One line per column that holds something.
    fn card(&self, columns: &[Column], row: &[Cell], out: &mut dyn Write) -> io::Result<()> {
        let labels: Vec<_> = columns.iter().map(|c| label(c, self.lang())).collect();
        let longest = labels.iter().map(|l| width(l)).max().unwrap_or(0);
        for (label, cell) in labels.iter().zip(row).filter(|(_, cell)| self.options.verbose || !cell.is_empty()) {
            let lead = format!("{label}{}", " ".repeat(longest - width(label) + GAP));
            self.paragraph(&lead, &self.printer.human(cell), out)?;
        }
        Ok(())
    }

    fn table(&self, columns: &[Column], rows: Rows<'_, '_>, of: Option<u64>, limit: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
        let shown = shown(columns, self.options.verbose, self.options.verbose);
        let limit = limit.unwrap_or(usize::MAX);
        let mut sample: Vec<Vec<String>> = Vec::new();
        while sample.len() < limit.min(SAMPLE)
            && let Some(row) = rows.next()
        {
            sample.push(self.texts(&shown, &row?));
        }
        if sample.is_empty() && rows.next().is_none() {
            return self.line(DIM, self.lang().pick("nothing to show", "没有记录"), out);
        }
        let mut fitted: Vec<_> = shown.iter().map(|s| Fitted { shown: *s, label: label(s.column, self.lang()), width: 0 }).collect();
        // What the sample does not hold a later row might.
        if !self.options.verbose && sample.len() < SAMPLE {
            let filled = |i: usize| sample.iter().any(|row| row.get(i).is_some_and(|cell| !cell.is_empty()));
            // An id and its title, where the reader of this language sees the title for both.
            let names = |id: &str| id.ends_with("_title") || id.ends_with("_name");
            let repeats =
                |row: &Vec<String>, i: usize| row.get(i).is_some_and(|cell| cell.is_empty() || i.checked_sub(1).and_then(|i| row.get(i)) == Some(cell));
            let doubled = |i: usize| shown.get(i).is_some_and(|s| names(&s.column.id)) && sample.iter().all(|row| repeats(row, i));
            let keep: Vec<_> = (0..shown.len()).map(|i| filled(i) && !doubled(i)).collect();
            retain(&mut fitted, &keep);
            sample.iter_mut().for_each(|row| retain(row, &keep));
        }
        let left_out = self.fit(&mut fitted, &sample);

        let rule = fitted.iter().map(|f| "-".repeat(f.width)).collect();
        let head = [fitted.iter().map(|f| cut(&f.label, f.width).into_owned()).collect(), rule];
        self.block(&fitted, &head, true, out)?;
        let mut written = sample.len();
        for rows in sample.chunks(BLOCK) {
            self.block(&fitted, rows, false, out)?;
        }
        let remaining: Vec<_> = fitted.iter().map(|f| f.shown).collect();
        while written < limit {
            let wanted = BLOCK.min(limit - written);
            let mut block = Vec::with_capacity(wanted);
            while block.len() < wanted
                && let Some(row) = rows.next()
            {
                block.push(self.texts(&remaining, &row?));
            }
            if block.is_empty() {
                break;
            }
            self.block(&fitted, &block, false, out)?;
            written += block.len();
        }
        let mut all = written as u64;
        for row in rows {
            row?;
            all += 1;
        }
        let all = of.unwrap_or(all).max(all);
        if all > written as u64 {
            let (written, all) = (thousands(written as i64), thousands(i64::try_from(all).unwrap_or(i64::MAX)));
            let text = match self.lang() {
                Lang::En => format!("{written} of {all} shown; --limit 0 for all"),
                Lang::Zh => format!("显示 {written} 条，共 {all} 条；--limit 0 显示全部"),
            };
            self.line(DIM, &text, out)?;
        }
        if !left_out.is_empty() {
            let lead = self.lang().pick("no room for: ", "未显示的列：");
            self.paragraph(lead, &left_out.join(self.lang().pick(", ", "、")), out)?;
        }
        Ok(())
    }

    fn texts(&self, shown: &[Shown<'_>], row: &[Cell]) -> Vec<String> {
        shown.iter().map(|s| one_line(&self.printer.of(s.column, s.cell(row), self.lang())).into_owned()).collect()
    }

    /// Settles the widths; takes off the last columns that have no room and returns their labels.
    fn fit(&self, columns: &mut Vec<Fitted<'_>>, sample: &[Vec<String>]) -> Vec<String> {
        let room = self.options.width.unwrap_or(usize::MAX);
        let cells = |i: usize| sample.iter().filter_map(|row| row.get(i)).map(|cell| width(cell)).max().unwrap_or(0);
        let mut least = Vec::with_capacity(columns.len());
        for (i, column) in columns.iter_mut().enumerate() {
            let (widest, head) = (cells(i), width(&column.label));
            column.width = widest.max(head).min(if room == usize::MAX { PAD } else { room });
            least.push(match column.shown.column.ty {
                ty if is_number(ty) => widest.max(1),
                ColumnType::Date | ColumnType::Instant => widest.max(LEAST),
                _ if column.shown.column.wrap => LEAST * 2,
                _ => LEAST,
            });
        }
        for (least, column) in least.iter_mut().zip(columns.iter()) {
            *least = (*least).min(column.width);
        }
        let total = |widths: &mut dyn Iterator<Item = usize>, n: usize| widths.sum::<usize>() + GAP * n.saturating_sub(1);
        let mut left_out = Vec::new();
        while columns.len() > 1 && total(&mut least.iter().copied(), least.len()) > room {
            least.pop();
            left_out.extend(columns.pop().map(|c| c.label));
        }
        left_out.reverse();
        // The widest gives first, until all fit.
        while total(&mut columns.iter().map(|c| c.width), columns.len()) > room {
            let widest = columns.iter_mut().zip(&least).filter(|(c, least)| c.width > **least).max_by_key(|(c, _)| c.width);
            let Some((column, _)) = widest else { break };
            column.width -= 1;
        }
        left_out
    }

    /// Rows laid out by the settled widths, in as many lines as their sentences take. The first may be the header.
    fn block(&self, columns: &[Fitted<'_>], rows: &[Vec<String>], header: bool, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        for row in rows {
            table.add_row(columns.iter().zip(row).map(|(column, cell)| match self.options.width {
                Some(_) if !column.shown.column.wrap => cut(cell, column.width),
                _ => Cow::Borrowed(cell.as_str()),
            }));
        }
        for (i, column) in columns.iter().enumerate() {
            let Some(place) = table.column_mut(i) else { continue };
            let last = i + 1 == columns.len();
            let padding = if last { 0 } else { GAP };
            // Into a pipe the last column takes what it needs: nothing stands behind it to be aligned.
            let widest = || rows.iter().filter_map(|row| row.get(i)).map(|cell| width(cell)).max().unwrap_or(0).clamp(column.width, LONGEST);
            let content = if last && self.options.width.is_none() { widest() } else { column.width };
            place.set_padding((0, narrow(padding))).set_constraint(ColumnConstraint::Absolute(Width::Fixed(narrow(content + padding))));
            place.set_cell_alignment(if is_number(column.shown.column.ty) { CellAlignment::Right } else { CellAlignment::Left });
        }
        for (i, line) in table.lines().enumerate() {
            let line = line.trim_end();
            writeln!(out, "{}", if header && i == 0 { self.paint(BOLD, line) } else { Cow::Borrowed(line) })?;
        }
        Ok(())
    }

    /// Single totals in one line, groups as little bars.
    fn totals(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let lang = self.lang();
        let ones: Vec<_> = report
            .totals
            .iter()
            .filter_map(|(id, total)| match total {
                Total::One(cell) if !cell.is_empty() => Some(format!("{} {}", name(id, lang), self.printer.total(cell, lang))),
                _ => None,
            })
            .collect();
        if !ones.is_empty() {
            writeln!(out)?;
            self.paragraph("", &ones.join(" · "), out)?;
        }
        for (id, total) in &report.totals {
            let Total::Group(cells) = total else { continue };
            let entries: Vec<_> = cells.iter().map(|(id, cell)| (one_line(&name(id, lang)).into_owned(), self.printer.total(cell, lang), cell)).collect();
            let names = entries.iter().map(|(name, ..)| width(name)).max().unwrap_or(0);
            let numbers = entries.iter().map(|(_, number, _)| width(number)).max().unwrap_or(0);
            let most = cells.iter().map(|(_, cell)| size(cell)).max().unwrap_or(0).max(1);
            let lead = name(id, lang);
            for (i, (name, number, cell)) in entries.iter().enumerate() {
                let lead = if i == 0 { Cow::Borrowed(&*lead) } else { Cow::Owned(" ".repeat(width(&lead))) };
                let start = format!("{lead}  {name}{}  {}{number}", " ".repeat(names - width(name)), " ".repeat(numbers - width(number)));
                let room = self.options.width.unwrap_or(usize::MAX).saturating_sub(width(&start) + GAP).min(BAR);
                let length = if cells.len() > 1 { (size(cell) as usize * room).div_ceil(most as usize) } else { 0 };
                let start = self.options.width.map_or(Cow::Borrowed(&*start), |w| cut(&start, w));
                match length {
                    0 => writeln!(out, "{start}")?,
                    _ => writeln!(out, "{start}  {}", self.paint(CYAN, &"█".repeat(length)))?,
                }
            }
        }
        Ok(())
    }
}

/// How long a bar the cell deserves.
fn size(cell: &Cell) -> u32 {
    if let Cell::Integer(n) = cell { u32::try_from((*n).max(0)).unwrap_or(u32::MAX) } else { 0 }
}

fn is_number(ty: ColumnType) -> bool {
    matches!(ty, ColumnType::Integer | ColumnType::Number | ColumnType::Money | ColumnType::Percent)
}

fn narrow(columns: usize) -> u16 {
    u16::try_from(columns).unwrap_or(u16::MAX)
}

fn retain<T>(items: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    items.retain(|_| *keep.next().unwrap_or(&true));
}
