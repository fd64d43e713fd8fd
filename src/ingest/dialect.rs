//! How a text file separates its cells, read off its first 64 KB: the delimiter whose records agree most, the quotation mark,
//! the escape, the line end.

use super::RawRow;
use super::csv::{Dialect, Scan, scan};

/// The dialect of a text's head, and whether its first line is Excel's `sep=`.
pub(super) fn sniff(head: &str, complete: bool) -> (Dialect, bool) {
    let cr = head.contains('\r') && !head.contains('\n');
    let quote = if !head.contains('"') && wrapped_in_apostrophes(head) { b'\'' } else { b'"' };
    let declared = head.strip_prefix("sep=").and_then(|r| r.bytes().next()).filter(|b| !b.is_ascii_alphanumeric() && !b.is_ascii_whitespace() || *b == b'\t');
    let rest = if declared.is_some() { head.split_once('\n').map_or("", |(_, r)| r) } else { head };
    let mut best = Dialect { delimiter: declared.unwrap_or(b','), quote, backslash: false, cr };
    let mut best_score = 0.0;
    let candidates: &[u8] = match &declared {
        Some(d) => std::slice::from_ref(d),
        None => b",;\t|",
    };
    for &delimiter in candidates {
        for backslash in [false, true] {
            if backslash && !rest.contains("\\\"") {
                continue;
            }
            let dialect = Dialect { delimiter, quote, backslash, cr };
            let score = agreement(rest, complete, dialect);
            if score > best_score {
                (best, best_score) = (dialect, score);
            }
        }
    }
    (best, declared.is_some())
}

/// How well the records agree on a width, weighed by that width; 0 when they have one cell.
fn agreement(text: &str, complete: bool, dialect: Dialect) -> f64 {
    let mut row = RawRow::default();
    let (mut rest, mut widths, mut records) = (text, std::collections::BTreeMap::<usize, usize>::new(), 0_usize);
    while records < 200 {
        let Scan::Record { bytes, .. } = scan(rest, complete, dialect, &mut row) else { break };
        rest = rest.get(bytes..).unwrap_or_default();
        if !row.is_blank() {
            records += 1;
            *widths.entry(if row.problem.is_some() { 0 } else { row.len() }).or_default() += 1;
        }
    }
    let Some((&width, &count)) = widths.iter().max_by_key(|(width, count)| (**count, **width)) else { return 0.0 };
    if width < 2 {
        return widths.keys().next_back().map_or(0.0, |w| if *w > 1 { 0.01 } else { 0.0 });
    }
    let share = count as f64 / records as f64;
    share * share * ((width + 1) as f64).ln()
}

/// Whether every cell of the first line stands in apostrophes.
fn wrapped_in_apostrophes(head: &str) -> bool {
    let line = head.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    line.len() > 2 && line.split([',', ';', '\t', '|']).all(|c| c.len() > 2 && c.starts_with('\'') && c.ends_with('\''))
}
