//! YAML text → a located tree, or every problem that YAML itself has. The only module that knows the YAML library.
//!
//! `serde-saphyr` gives a value's start through `Spanned`, but neither the end of a map, nor whether a scalar was quoted, nor more than
//! the first repeated key, and it turns `017`, `1_000` and `yes` into numbers and booleans before anybody can look at them. So this
//! module reads the events of the parser underneath (`granit_parser`, which `serde-saphyr` re-exports): they carry exact bytes and styles.
//!
//! Invariants: every span lies inside the text and on character boundaries; scalars are text as written (quotes and escapes resolved);
//! a file past [`MAX_BYTES`], [`MAX_DEPTH`] or [`MAX_NODES`] (aliases expanded) is refused before it costs anything.

mod accident;
mod build;
pub(super) mod colon;
mod place;

use crate::condition::Place;
use crate::diag::{Code, Diagnostic, Diagnostics, SourceId, Span};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// The largest file that is read.
pub(super) const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting that is read.
const MAX_DEPTH: usize = 32;
/// The most accidents that are mended in one file.
const MOST_ACCIDENTS: usize = 100;
/// The most nodes that a file may have, its aliases expanded.
const MAX_NODES: usize = 20_000;

/// A place in the tree.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// A scalar's bytes (quotes included); of a list or map its opening bracket or first key, which is where problems are shown.
    pub(super) span: Span,
    /// What stands there.
    pub(super) kind: Kind,
}

/// What stands at a place.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// `key: value` pairs in the file's order, without repeated keys.
    Map(Vec<Entry>),
    /// A list.
    List(Vec<Node>),
    /// Text.
    Scalar(Scalar),
}

/// One pair of a map.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The key's text.
    pub(super) key: String,
    /// The key's bytes.
    pub(super) key_span: Span,
    /// The value.
    pub(super) value: Node,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Bare.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|` or `>`
    Block,
}

/// A scalar: its text, never its guessed type.
#[derive(Clone, Debug)]
pub(super) struct Scalar {
    /// As written, quoting resolved.
    pub(super) text: String,
    /// How.
    pub(super) style: Style,
}

impl Node {
    /// A bare text: a key, looked at as if it were a value.
    pub(super) fn plain(text: &str, span: Span) -> Self {
        Self { span, kind: Kind::Scalar(Scalar { text: text.to_owned(), style: Style::Plain }) }
    }
    /// Whether nothing is written here: `key:` or `~`.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(s) if s.style == Style::Plain && (s.text.is_empty() || s.text == "~"))
    }
    /// `a list`, `a map`, `text` … for messages.
    pub(super) fn what(&self) -> &'static str {
        match &self.kind {
            Kind::Map(_) => "a map",
            Kind::List(_) => "a list",
            Kind::Scalar(_) if self.is_nothing() => "nothing",
            Kind::Scalar(_) => "text",
        }
    }
    /// For each byte of a scalar's text the byte of `source` that it came from.
    pub(super) fn place(&self, source: &str) -> Option<Place> {
        match &self.kind {
            Kind::Scalar(s) => Some(place::of(self.span, s, source)),
            _ => None,
        }
    }
}

/// Reads one file's text. `None` when YAML cannot make sense of it (the reason is in `out`); an empty file is an empty map.
pub(super) fn parse(source: SourceId, text: &str, out: &mut Diagnostics) -> Option<Node> {
    if text.len() > MAX_BYTES {
        let mib = MAX_BYTES >> 20;
        out.push(
            Diagnostic::new(Code::TooLarge, Span { source, start: 0, end: 0 }, format!("the file has {} bytes", text.len()))
                .help(format!("SOP files are written by people and stay under {mib} MB; move data to a CSV and import it")),
        );
        return None;
    }
    // A condition that YAML cannot read is told, put out of YAML's sight behind quotes of the same length, and put back into the tree:
    // so one accident hides neither the next one nor its own condition's problems.
    let (mut seen, mut accidents) = (Cow::Borrowed(text), Vec::new());
    let mut root = loop {
        match build::tree(source, &seen, out) {
            Ok(root) => break root,
            Err(Stop::Accident(accident)) if accidents.len() < MOST_ACCIDENTS => {
                out.push(accident.problem(source));
                seen = Cow::Owned(accident.hidden(&seen));
                accidents.push(accident);
            }
            Err(Stop::Accident(accident)) => {
                out.push(accident.problem(source));
                return None;
            }
            Err(Stop::Problem(problem)) => {
                out.push(*problem);
                return None;
            }
        }
    };
    let is_null = matches!(&root.kind, Kind::Scalar(s) if s.style == Style::Plain && matches!(s.text.as_str(), "null" | "Null" | "NULL"));
    if root.is_nothing() || is_null {
        root.kind = Kind::Map(Vec::new());
    }
    accident::restore(&mut root, &accidents);
    accident::mend(&mut root, text, out);
    let mut children = vec![&root];
    while let Some(node) = children.pop() {
        repeated_keys(node, text, out);
        match &node.kind {
            Kind::Map(entries) => children.extend(entries.iter().map(|e| &e.value)),
            Kind::List(items) => children.extend(items),
            Kind::Scalar(_) => {}
        }
    }
    without_repeats(&mut root);
    Some(root)
}

/// Why no tree came out.
enum Stop {
    /// Something that only the writer can mend.
    Problem(Box<Diagnostic>),
    /// A condition whose text is plain to see, though not to YAML.
    Accident(accident::Accident),
}

impl From<Diagnostic> for Stop {
    fn from(d: Diagnostic) -> Self {
        Self::Problem(Box::new(d))
    }
}

fn repeated_keys(node: &Node, text: &str, out: &mut Diagnostics) {
    let Kind::Map(entries) = &node.kind else { return };
    let mut first: FxHashMap<&str, Span> = FxHashMap::default();
    for e in entries {
        match first.get(e.key.as_str()) {
            None => drop(first.insert(&e.key, e.key_span)),
            Some(at) => {
                let line = text.get(..at.start).map_or(0, |t| t.matches('\n').count()) + 1;
                out.push(
                    Diagnostic::new(Code::DuplicateKey, e.key_span, format!("`{}` stands twice here", e.key))
                        .help(format!("the first one is on line {line}; keep one of them")),
                );
            }
        }
    }
}

fn without_repeats(node: &mut Node) {
    match &mut node.kind {
        Kind::Map(entries) => {
            let mut seen = rustc_hash::FxHashSet::default();
            entries.retain(|e| seen.insert(e.key.clone()));
            entries.iter_mut().for_each(|e| without_repeats(&mut e.value));
        }
        Kind::List(items) => items.iter_mut().for_each(without_repeats),
        Kind::Scalar(_) => {}
    }
}

#[cfg(test)]
mod tests;
