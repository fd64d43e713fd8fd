//! CSV: ids as headers, the report's own table. A spreadsheet that opens it must never run a text as a formula,
//! so a text cell matching `^'*[=+\-@\t\r\0]` gets one `'` in front, which the import takes off again.

use super::cells::Printer;
use super::{Options, Rows, ids};
use crate::model::{defused, is_dialled};
use crate::report::{Cell, Report};
use std::borrow::Cow;
use std::io::{self, Write};

pub(super) fn write(report: &Report, rows: Rows<'_, '_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if options.excel {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let printer = Printer::from(report);
    let mut csv = ::csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(out);
    csv.write_record(ids(&report.columns).iter().map(|id| defused(id).into_owned()))?;
    for row in rows {
        for (i, cell) in row?.iter().enumerate() {
            let text = match cell {
                Cell::Text(number) if is_dialled(number) && report.columns.get(i).is_some_and(|c| c.dialled) => Cow::Borrowed(number.as_str()),
                _ => field(&printer, cell, options.excel),
            };
            csv.write_field(text.as_bytes())?;
        }
        csv.write_record(None::<&[u8]>)?;
    }
    csv.flush()
}

fn field<'c>(printer: &Printer<'_>, cell: &'c Cell, excel: bool) -> Cow<'c, str> {
    match cell {
        Cell::Text(text) => defused(text),
        Cell::Said(said) => defused(&said.en),
        Cell::List(items) => Cow::Owned(defused(&items.join(";")).into_owned()),
        Cell::Instant(at) if excel => printer.local(*at).map_or_else(|| Cow::Owned(at.rfc3339()), |t| Cow::Owned(t.format("%Y-%m-%d %H:%M:%S").to_string())),
        _ => printer.plain(cell).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the import does with a text cell: the other half of the promise.
    fn read_back(cell: &str) -> &str {
        match cell.strip_prefix('\'') {
            Some(rest) if rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) => rest,
            _ => cell,
        }
    }

    #[test]
    fn formulas_are_defused_and_every_text_comes_back() {
        for text in ["=1+1", "+8613800138000", "-x", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "'=1", "''=1", "'", "'tis", "a=1", "", "线索", " =1"] {
            let written = defused(text);
            assert!(!written.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']), "{text:?}");
            assert_eq!(read_back(&written), text);
        }
    }
}
