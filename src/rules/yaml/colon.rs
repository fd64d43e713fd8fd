//! The full-width colon of a Chinese keyboard. YAML takes `medium：email` for one text, and says of it whatever it says of a text there;
//! the writer is told of the colon instead.

use crate::diag::{Code, Diagnostic, SourceId, Span};
use std::ops::Range;

/// What a Chinese keyboard writes.
const WIDE: char = '：';

/// The first full-width colon of a part of a text that stands behind a key.
pub(in crate::rules) fn within(text: &str, part: Range<usize>, source: SourceId) -> Option<Diagnostic> {
    let mut at = part.start;
    for line in text.get(part)?.split_inclusive('\n') {
        if let Some((key, colon)) = behind_key(line) {
            let start = at + colon;
            let value = line.get(colon + WIDE.len_utf8()..).unwrap_or_default().trim().trim_end_matches(['}', ']', ',']);
            let value = if value.is_empty() { "…" } else { value };
            let span = Span { source, start, end: start + WIDE.len_utf8() };
            let help = format!("write `{key}: {value}`, with a half-width colon and a space");
            return Some(Diagnostic::new(Code::FullWidth, span, format!("`：` is a full-width colon: in YAML `{key}` is no key with it")).help(help));
        }
        at += line.len();
    }
    None
}

/// The same around a byte at which YAML gave up: in its line, and in the lines right above it that have one too.
pub(super) fn near(text: &str, byte: usize, source: SourceId) -> Option<Diagnostic> {
    let end_of = |start: usize| text.get(start..).map_or(text.len(), |t| start + t.find('\n').unwrap_or(t.len()));
    let mut start = text.get(..byte)?.rfind('\n').map_or(0, |i| i + 1);
    let mut found = within(text, start..end_of(start), source);
    while let Some(above) = start.checked_sub(1) {
        start = text.get(..above)?.rfind('\n').map_or(0, |i| i + 1);
        match within(text, start..above, source) {
            Some(earlier) => found = Some(earlier),
            None => break,
        }
    }
    found
}

/// The key before the first full-width colon of a line, and where that stands; nothing when YAML's own colon or a quote comes first.
fn behind_key(line: &str) -> Option<(&str, usize)> {
    let colon = line.find(WIDE)?;
    let before = line.get(..colon)?;
    let key = before.trim_end().rsplit([' ', '\t', '{', ',', '[']).next()?;
    let lead = before.trim_end().strip_suffix(key)?;
    let opens = lead.trim().is_empty() || lead.trim_end().ends_with(['-', '{', ',']);
    let named = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    (opens && named && !lead.contains(['#', '"', '\''])).then_some((key, colon))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;

    #[test]
    fn a_wide_colon_behind_a_key_is_seen_and_no_other() {
        let source = Sources::default().add("a.yaml", "");
        let seen = |text: &str| within(text, 0..text.len(), source).and_then(|d| Some((d.span?.start, d.help?)));
        for (text, key) in [
            ("medium：email", "write `medium: email`"),
            ("  - id： a", "write `id: a`"),
            ("x: {via：csv}", "write `via: csv`"),
            ("a: 1\nb ：2", "write `b: 2`"),
            ("姓名：", "write `姓名: …`"),
        ] {
            let (at, help) = seen(text).unwrap_or_else(|| panic!("{text}"));
            assert!(help.starts_with(key) && text.get(at..).is_some_and(|t| t.starts_with(WIDE)), "{text}: {help}");
        }
        for text in ["title: 说明：一", "# 注意：x", "\"说明：一\"", "a: 见 说明：一", ""] {
            assert_eq!(seen(text), None, "{text}");
        }
    }
}
