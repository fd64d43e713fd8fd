//! The four ways in which YAML misreads an unquoted condition, and the quoted form that mends each:
//! a comma inside `{}` ends it, a leading quote ends it at the closing one, ` #` begins a comment, `: ` begins a map.
//!
//! Some of them are syntax errors ([`at`]), others quietly cut the condition in two ([`mend`]). Either way the condition is taken from
//! the line as the person wrote it, so that its own problems are still found at their right places.

use super::{Entry, Kind, Node, Scalar, Style};
use crate::diag::{Code, Diagnostic, Diagnostics, SourceId, Span};

/// The keys whose values are conditions or expressions.
const KEYS: &[&str] = &["when", "where", "points", "enter", "exit", "leave", "if", "hold_while", "owners_where", "pass_over", "who"];

/// A condition that YAML did not read as one.
pub(super) struct Accident {
    key: String,
    written: String,
    start: usize,
    why: &'static str,
}

impl Accident {
    pub(super) fn problem(&self, source: SourceId) -> Diagnostic {
        let span = Span { source, start: self.start, end: self.start + self.written.len() };
        Diagnostic::new(Code::YamlAccident, span, self.why).help(format!("quote the whole condition: `{}: {}`", self.key, quoted(&self.written)))
    }
}

impl Accident {
    /// The text with the condition behind quotes, byte for byte as long: every other place stays where it is.
    pub(super) fn hidden(&self, text: &str) -> String {
        let (before, after) = (text.get(..self.start).unwrap_or_default(), text.get(self.start + self.written.len()..).unwrap_or_default());
        format!("{before}\"{}\"{after}", "x".repeat(self.written.len().saturating_sub(2)))
    }
}

/// Puts hidden conditions back into the tree, as the person wrote them.
pub(super) fn restore(node: &mut Node, accidents: &[Accident]) {
    match &mut node.kind {
        Kind::List(items) => items.iter_mut().for_each(|n| restore(n, accidents)),
        Kind::Map(entries) => entries.iter_mut().for_each(|e| restore(&mut e.value, accidents)),
        Kind::Scalar(s) => {
            if let Some(a) = accidents.iter().find(|a| a.start == node.span.start && a.start + a.written.len() == node.span.end) {
                *s = Scalar { text: a.written.clone(), style: Style::Plain };
            }
        }
    }
}

/// The accident that explains a syntax error at `byte`: on its line, or on the line before it.
pub(super) fn at(text: &str, byte: usize) -> Option<Accident> {
    let mut start = text.get(..byte)?.rfind('\n').map_or(0, |i| i + 1);
    for _ in 0..2 {
        let line = text.get(start..)?.lines().next().unwrap_or_default();
        if let Some(accident) = keys_of(line).into_iter().rev().find_map(|(key, value)| recognise(text, line, key, value, start)) {
            return Some(accident);
        }
        start = text.get(..start.checked_sub(1)?)?.rfind('\n').map_or(0, |i| i + 1);
    }
    None
}

/// Finds conditions that YAML cut without complaining, reports them, and puts the whole text back.
pub(super) fn mend(node: &mut Node, text: &str, out: &mut Diagnostics) {
    match &mut node.kind {
        Kind::List(items) => items.iter_mut().for_each(|n| mend(n, text, out)),
        Kind::Scalar(_) => {}
        Kind::Map(entries) => {
            let mut i = 0;
            while i < entries.len() {
                if let Some(accident) = cut(entries, i, text) {
                    let source = node.span.source;
                    out.push(accident.problem(source));
                    let end = accident.start + accident.written.len();
                    entries.drain(i + 1..).collect::<Vec<_>>().into_iter().filter(|e| e.key_span.start >= end).for_each(|e| entries.push(e));
                    if let Some(e) = entries.get_mut(i) {
                        e.value = Node {
                            span: Span { source, start: accident.start, end },
                            kind: Kind::Scalar(Scalar { text: accident.written, style: Style::Plain }),
                        };
                    }
                } else if let Some(e) = entries.get_mut(i) {
                    mend(&mut e.value, text, out);
                }
                i += 1;
            }
        }
    }
}

fn cut(entries: &[Entry], i: usize, text: &str) -> Option<Accident> {
    let e = entries.get(i)?;
    let Kind::Scalar(s) = &e.value.kind else { return None };
    // `{when: a > 1, AND b > 2}`: the first half is whole, what follows gives it away.
    let goes_on =
        entries.get(i + 1).is_some_and(|next| next.value.is_nothing() && ["and ", "or "].iter().any(|word| next.key.to_lowercase().starts_with(word)));
    if s.style != Style::Plain || !KEYS.contains(&e.key.as_str()) || (is_whole(&s.text) && !goes_on) {
        return None;
    }
    let start = text.get(..e.key_span.start)?.rfind('\n').map_or(0, |i| i + 1);
    let line = text.get(start..)?.lines().next().unwrap_or_default();
    recognise(text, line, &e.key, e.value.span.start.checked_sub(start)?, start)
}

/// The condition keys of a line with the places where their values begin.
fn keys_of(line: &str) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    for key in KEYS {
        for (at, _) in line.match_indices(key) {
            let before = line.get(..at).unwrap_or_default();
            let after = line.get(at + key.len()..).unwrap_or_default();
            if (before.is_empty() || before.ends_with([' ', '{', ',', '-', '\t'])) && (after.starts_with(": ") || after.starts_with(":\t")) {
                let value = at + key.len() + 1;
                found.push((*key, value + line.get(value..).map_or(0, |v| v.len() - v.trim_start().len())));
            }
        }
    }
    found.sort_by_key(|(_, at)| *at);
    found
}

fn recognise(text: &str, line: &str, key: &str, value: usize, line_start: usize) -> Option<Accident> {
    let in_braces = open_braces(text.get(..line_start + value)?);
    let rest = line.get(value..)?;
    let mut written = if in_braces { until_brace(rest) } else { rest }.trim_end();
    let first = written.chars().next()?;
    if matches!(first, '"' | '\'') {
        let tail = after_quote(written, first)?.trim_start();
        if tail.is_empty() || tail.starts_with('#') {
            return None;
        }
        return Some(found(key, written, line_start + value, "the leading quote ends the condition at its closing quote"));
    }
    if matches!(first, '|' | '>') {
        return None;
    }
    let why = if let Some(hash) = written.find(" #") {
        if is_whole(written.get(..hash)?) {
            written = written.get(..hash)?.trim_end();
            None
        } else {
            Some("` #` begins a comment and cuts the condition")
        }
    } else {
        None
    };
    if written.len() < 2 {
        return None;
    }
    let why = match why {
        Some(why) => why,
        None if in_braces && written.contains(',') => "the comma inside `{}` cuts the condition",
        None if written.contains(": ") || written.ends_with(':') => "`: ` in the condition begins a map",
        None if matches!(first, '[' | '{' | '*' | '&' | '!' | '%' | '@' | '`') => "the condition begins with a character that YAML keeps for itself",
        None => return None,
    };
    Some(found(key, written, line_start + value, why))
}

fn found(key: &str, written: &str, start: usize, why: &'static str) -> Accident {
    Accident { key: key.into(), written: written.into(), start, why }
}

/// Whether quotes and parentheses close: what a whole condition does and a cut one mostly does not.
fn is_whole(text: &str) -> bool {
    let (mut depth, mut quote) = (0_i32, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(q), _) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
    }
    depth == 0 && quote.is_none()
}

fn open_braces(before: &str) -> bool {
    before.rfind('{') > before.rfind('}')
}

/// Up to the `}` or `, key:` that ends the value in the eyes of a person: outside quotes and parentheses.
fn until_brace(rest: &str) -> &str {
    let (mut depth, mut quote) = (0_i32, None);
    for (i, c) in rest.char_indices() {
        match (quote, c) {
            (Some(q), _) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, '}') if depth <= 0 => return rest.get(..i).unwrap_or(rest),
            (None, ',') if depth <= 0 => {
                let next = rest.get(i + 1..).unwrap_or_default().trim_start();
                let name = next.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
                if name.len() < next.len() && name.starts_with(':') {
                    return rest.get(..i).unwrap_or(rest);
                }
            }
            _ => {}
        }
    }
    rest.trim_end().trim_end_matches('}')
}

/// What follows the quoted text that `text` begins with.
fn after_quote(text: &str, quote: char) -> Option<&str> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        match c {
            '\\' if quote == '"' => drop(chars.next()),
            c if c == quote && quote == '\'' && chars.peek().is_some_and(|(_, n)| *n == quote) => drop(chars.next()),
            c if c == quote => return text.get(i + 1..),
            _ => {}
        }
    }
    None
}

fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) { format!("'{}'", text.replace('\'', "''")) } else { format!("\"{text}\"") }
}
