//! Which byte of the source each byte of a scalar came from, through quotes, escapes and folded lines.
//!
//! The value is known; so instead of decoding YAML a second time, value and source are walked side by side.
//! Anything unforeseen leaves an offset at the nearest earlier byte: never outside the scalar.

use super::{Scalar, Style};
use crate::condition::Place;
use crate::diag::Span;

pub(super) fn of(span: Span, scalar: &Scalar, source: &str) -> Place {
    let raw = source.get(span.start..span.end).unwrap_or_default();
    let mut at = match scalar.style {
        Style::Plain => 0,
        Style::Single | Style::Double => 1,
        Style::Block if raw.starts_with(['|', '>']) => raw.find('\n').map_or(raw.len(), |i| i + 1),
        Style::Block => 0,
    };
    if scalar.style == Style::Block {
        at += blank_len(raw, at);
    }
    let mut offsets = Vec::with_capacity(scalar.text.len() + 1);
    for c in scalar.text.chars() {
        let (start, next) = step(raw, at, c, scalar.style);
        offsets.extend((0..c.len_utf8()).map(|i| span.start + (start + i).min(next.max(start))));
        at = next;
    }
    let end = if raw.get(at..).is_some_and(|rest| !rest.is_empty()) || at <= raw.len() { at.min(raw.len()) } else { raw.len() };
    offsets.push(span.start + end);
    Place { source: span.source, offsets }
}

/// Where the value's next character starts in the raw text, and where the raw text goes on.
fn step(raw: &str, mut at: usize, c: char, style: Style) -> (usize, usize) {
    loop {
        let rest = raw.get(at..).unwrap_or_default();
        let Some(r) = rest.chars().next() else { return (raw.len(), raw.len()) };
        let blanks = blank_len(raw, at);
        let folded = rest.get(..blanks).is_some_and(|b| b.contains('\n'));
        if c.is_whitespace() {
            return if folded {
                (at, at + blanks)
            } else if r == c {
                (at, at + r.len_utf8())
            } else if style == Style::Double && r == '\\' {
                (at, at + escape_len(rest))
            } else {
                (at, at)
            };
        }
        if style == Style::Double && r == '\\' {
            if rest.get(1..).is_some_and(|t| t.starts_with(['\n', '\r'])) {
                at += 1 + blank_len(raw, at + 1); // a line joined without a space
                continue;
            }
            return (at, at + escape_len(rest));
        }
        if r == c {
            return (at, at + if style == Style::Single && rest.starts_with("''") { 2 } else { r.len_utf8() });
        }
        at += r.len_utf8();
    }
}

fn blank_len(raw: &str, at: usize) -> usize {
    raw.get(at..).map_or(0, |t| t.len() - t.trim_start_matches([' ', '\t', '\r', '\n']).len())
}

/// The bytes of the escape at the start of `rest`.
fn escape_len(rest: &str) -> usize {
    let len = match rest.chars().nth(1) {
        Some('x') => 4,
        Some('u') if matches!(rest.get(2..4), Some("d8" | "d9" | "da" | "db" | "D8" | "D9" | "DA" | "DB")) => 12,
        Some('u') => 6,
        Some('U') => 10,
        Some(c) => 1 + c.len_utf8(),
        None => 1,
    };
    len.min(rest.len())
}
