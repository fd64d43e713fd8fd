//! One mistake is told once. What a file with errors declares is not all known, so a name that stands in it is held against
//! nobody who uses it in a later file; a name that stands nowhere in it is a slip all the same, and told.

use super::files::plain_name;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, SourceId, Sources};

/// The order in which files need each other: a file names things of earlier ones only.
const ORDER: [&str; 12] = [
    "fields.yaml",
    "calendar.yaml",
    "scoring.yaml",
    "delivery.yaml",
    "team.yaml",
    "lifecycle.yaml",
    "assignment.yaml",
    "sla.yaml",
    "alerts.yaml",
    "experiments.yaml",
    "content/",
    "nurture/",
];

/// What is said of a name that is not known.
const OF_NAMES: [Code; 8] =
    [Code::UnknownName, Code::UnknownKind, Code::UnknownList, Code::UnknownKey, Code::BadValue, Code::OutOfScope, Code::NeverTrue, Code::AlwaysTrue];

/// Whether it says that a name is not known.
pub(super) fn is_about_names(code: Code) -> bool {
    OF_NAMES.contains(&code)
}

/// A file's place in [`ORDER`]; those of tests/ come last.
pub(super) fn place(name: &str) -> usize {
    let plain = plain_name(name);
    ORDER.iter().position(|known| plain == *known || (known.ends_with('/') && plain.starts_with(known))).unwrap_or(ORDER.len())
}

/// Takes out what is merely the echo of an earlier file's errors.
pub(super) fn silence(sources: &Sources, out: &mut Diagnostics) {
    let of = |d: &Diagnostic| d.span.and_then(|s| Some((s.source, sources.get(s.source)?)));
    let mut broken: Vec<(usize, SourceId, &str)> = Vec::new();
    for d in out.0.iter().filter(|d| d.severity == Severity::Error) {
        let Some((id, source)) = of(d) else { continue };
        let order = place(&source.name);
        if order < ORDER.len() && !broken.iter().any(|(_, known, _)| *known == id) {
            broken.push((order, id, &source.text));
        }
    }
    if broken.is_empty() {
        return;
    }
    let is_echo = |d: &Diagnostic| {
        let (Some(span), Some((id, source))) = (d.span, of(d)) else { return false };
        let earlier = || broken.iter().filter(|(order, other, _)| *other != id && *order < place(&source.name));
        let named = |text: &str| earlier().any(|(_, other, inside)| declares(inside, text, &|at| is_slip(&out.0, *other, at)));
        match d.code {
            code if is_about_names(code) => {
                named(source.text.get(span.start..span.end).unwrap_or_default().trim_matches(['\'', '"', '`', '[', ']', '{', '}', ' ']))
            }
            // A field whose type cannot be read is known as a text.
            Code::TypeMismatch => earlier().any(|(order, ..)| *order == 0) && d.message.split('`').skip(1).step_by(2).any(named),
            _ => false,
        }
    };
    let echoes: Vec<bool> = out.0.iter().map(is_echo).collect();
    let mut echoes = echoes.into_iter();
    out.0.retain(|_| !echoes.next().unwrap_or(false));
}

/// Whether a byte of a file is part of a name that is itself not known.
fn is_slip(all: &[Diagnostic], file: SourceId, at: usize) -> bool {
    let unknown = |d: &&Diagnostic| matches!(d.code, Code::UnknownName | Code::UnknownKind | Code::UnknownList);
    all.iter().filter(unknown).filter_map(|d| d.span).any(|s| s.source == file && (s.start..s.end).contains(&at))
}

/// Whether a name stands in a text as a word of its own, but for the places that `except` names.
fn declares(text: &str, name: &str, except: &dyn Fn(usize) -> bool) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let after = text.get(at + name.len()..).and_then(|t| t.chars().next());
            !before.is_some_and(part_of_word) && !after.is_some_and(part_of_word) && !except(at)
        })
}
