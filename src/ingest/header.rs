//! Which row holds the headers, and what the columns are called.

use super::row::{CellKind, RawRow};
use crate::model::{email, phone};

/// The place of the header row among the first rows: the first that fills at least half of the widest row's cells with text.
/// Titles (one cell) and group headings above it are passed over. `None` when there is no row at all.
pub(super) fn find(rows: &[RawRow]) -> Option<usize> {
    let filled = |row: &RawRow| if row.problem.is_some() { 0 } else { row.cells().filter(|c| !c.text.trim().is_empty()).count() };
    let widest = rows.iter().map(filled).max()?;
    let enough = if widest < 2 { 1 } else { widest.div_ceil(2).max(2) };
    rows.iter().position(|r| filled(r) >= enough && !is_long_text(r)).or(Some(0))
}

/// Headers that are addresses or numbers of people: no column is called so.
pub(super) fn people(headers: &[String]) -> Vec<&str> {
    let mut out = String::new();
    let mut is = |t: &str| {
        let dialled = t.bytes().filter(u8::is_ascii_digit).count() >= 10 && t.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
        (t.contains('@') && email::parse(t, &mut out).is_ok()) || (dialled && phone::parse(t, Some("CN"), &mut out).is_ok() && out.starts_with('+'))
    };
    headers.iter().map(String::as_str).filter(|t| is(t)).collect()
}

/// Headers that are days or numbers, which are seldom the name of a column.
pub(super) fn values(headers: &[String]) -> Vec<&str> {
    let is_part = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let is_day = |t: &str| {
        let day = t.split([' ', 'T']).next().unwrap_or_default().trim_end_matches('日');
        let parts: Vec<&str> = day.split(['-', '/', '.', '年', '月']).collect();
        parts.len() == 3 && parts.iter().all(|p| is_part(p) && p.len() <= 4)
    };
    let is_number = |t: &str| t.split_once('.').map_or(is_part(t), |(whole, fraction)| is_part(whole) && is_part(fraction));
    headers.iter().map(String::as_str).filter(|t| is_day(t) || is_number(t)).collect()
}

/// The first column whose header is one of the names, in the order of the names.
pub(super) fn first_of(folded: &[String], names: &[&str]) -> Option<usize> {
    names.iter().find_map(|n| folded.iter().position(|f| f == n))
}

/// An instruction above the table: one cell holds a paragraph.
fn is_long_text(row: &RawRow) -> bool {
    row.cells().any(|c| c.kind == CellKind::Text && c.text.chars().count() > 200)
}

/// Unique names for `width` columns, and how many columns there are up to the last one that has a name.
pub(super) fn names(header: &RawRow, width: usize) -> (Vec<String>, usize) {
    let mut names: Vec<String> = Vec::with_capacity(width);
    let mut named = 0;
    let mut seen = rustc_hash::FxHashSet::default();
    for i in 0..width {
        let text = clean(header.text(i));
        let base = if text.is_empty() { unnamed(i) } else { text };
        if !header.text(i).trim().is_empty() {
            named = i + 1;
        }
        let mut name = base.clone();
        let mut n = 2;
        while !seen.insert(name.clone()) {
            name = format!("{base} ({n})");
            n += 1;
        }
        names.push(name);
    }
    (names, named)
}

fn unnamed(column: usize) -> String {
    format!("column {}", column + 1)
}

/// Whether a column has no header of its own.
pub(super) fn is_unnamed(headers: &[String], header: &str) -> bool {
    headers.iter().position(|h| h == header).is_some_and(|i| unnamed(i) == header)
}

/// Trimmed, line breaks as spaces, without a BOM, Excel's required-field asterisk kept.
fn clean(text: &str) -> String {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    if text.contains(['\n', '\r', '\t']) { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text.to_owned() }
}

/// The header as the file has it, where [`names`] made it unique: `Name (2)` of a second `Name` is `Name`.
pub(super) fn base_of(headers: &[String], column: usize) -> &str {
    let Some(name) = headers.get(column) else { return "" };
    let base = name.strip_suffix(')').and_then(|n| n.rsplit_once(" (")).filter(|(_, n)| n.parse::<u32>().is_ok()).map(|(base, _)| base);
    match base {
        Some(base) if headers.iter().take(column).any(|h| h == base) => base,
        _ => name,
    }
}
