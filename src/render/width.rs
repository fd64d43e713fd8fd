//! Text measured, cut and broken by the columns that it takes on a terminal: two for 线, two for 👍, none for a joiner.

use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns on a terminal.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text on one line and harmless to a terminal: white space as one blank, no control or direction marks.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' if !out.ends_with(' ') => out.push(' '),
            c if harmful(c) => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out.trim().to_owned())
}

/// The text in at most `columns`, ending with `…` where something was cut. A character is never halved.
pub(super) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if text.len() <= columns || width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut end = prefix(text, columns.saturating_sub(1));
    // Sequences may be wider or narrower than the sum of their characters: settle on the text itself.
    while width(&text[..end]) + 1 > columns && end > 0 {
        end = text[..end].char_indices().next_back().map_or(0, |(i, _)| i);
    }
    let kept = text[..end].trim_end_matches(['\u{200d}', '\u{fe0f}']);
    Cow::Owned(if columns == 0 { String::new() } else { format!("{kept}…") })
}

/// The text in lines of at most `columns`, broken at a blank where a line has one past its middle.
pub(super) fn lines(text: &str, columns: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let mut end = prefix(rest, columns);
        // Sequences may be wider than the sum of their characters.
        while width(&rest[..end]) > columns {
            end = rest[..end].char_indices().next_back().map_or(0, |(i, _)| i);
        }
        if end == rest.len() {
            break;
        }
        // At least one character, however narrow the column.
        end = end.max(rest.chars().next().map_or(0, char::len_utf8));
        if let Some(blank) = rest[..end].rfind(' ').filter(|blank| *blank > end / 2 && !rest[end..].starts_with(' ')) {
            end = blank;
        }
        lines.push(rest[..end].trim_end());
        rest = rest[end..].trim_start();
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest);
    }
    lines
}

/// The bytes of the longest prefix whose characters take at most `columns`.
fn prefix(text: &str, columns: usize) -> usize {
    let mut used = 0;
    for (i, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return i;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_by_columns_and_never_halves_a_character() {
        assert_eq!(cut("采购总监", 8), "采购总监");
        assert_eq!(cut("采购总监", 7), "采购总…");
        assert_eq!(cut("采购总监", 6), "采购…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(cut("👍👍👍", 5), "👍👍…");
        for text in ["❤️❤️❤️❤️", "👩‍👩‍👧‍👧👩‍👩‍👧‍👧", "e\u{301}e\u{301}e\u{301}", "ａｂｃ", "plain text"] {
            for columns in 0..12 {
                assert!(width(&cut(text, columns)) <= columns, "{text} in {columns}");
            }
        }
    }

    #[test]
    fn breaks_lines_without_losing_text() {
        let text = "industry = '制造业' and the budget of 100,000 was seen";
        for columns in 2..30 {
            let lines = lines(text, columns);
            assert!(lines.iter().all(|l| width(l) <= columns), "{columns}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
        assert_eq!(lines("线索", 1), ["线", "索"]);
        assert_eq!(lines("", 5), [""]);
    }

    #[test]
    fn a_terminal_is_never_driven_by_a_cell() {
        assert_eq!(one_line("a\u{1b}[31mred\r\n\tb\u{202e}c\0"), "a[31mred bc");
        assert!(matches!(one_line("线索"), Cow::Borrowed(_)));
    }
}
