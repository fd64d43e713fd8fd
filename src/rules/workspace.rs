//! The files of a workspace together: bytes in, [`Sop`] out, or every problem of every file. Pure: the caller reads the folder.
//!
//! Files are read in the order in which they need each other (fields, calendar, scoring, tests), whatever order they came in; a file
//! that is missing brings its default. One problem never hides another file's problems.

use super::fields::{self, Fields};
use super::reader::{Reader, compile};
use super::scoring::{self, Scoring};
use super::sop::{Derived, Sop};
use super::{calendar, cases, yaml};
use crate::condition::{Scope, ScopeKind, StateName, Type, Want};
use crate::diag::{Code, Diagnostic, Diagnostics, SourceId, Sources, Span};
use crate::model::{Calendar, nearest, stable_hash};

/// The files that this version reads, beside `tests/*.yaml`.
const KNOWN: &[&str] = &["fields.yaml", "calendar.yaml", "scoring.yaml"];
/// The files and folders of later versions.
const LATER: &[&str] = &[
    "lifecycle.yaml",
    "team.yaml",
    "assignment.yaml",
    "sla.yaml",
    "alerts.yaml",
    "delivery.yaml",
    "reports.yaml",
    "experiments.yaml",
    "goals.yaml",
    "nurture/",
    "content/",
    "playbooks/",
];

/// Changes when the meaning of unchanged files does: part of the fingerprint, so that every lead is scored anew.
const RULES_VERSION: &str = concat!("rules 1, sop ", env!("CARGO_PKG_VERSION"));

/// One file as the caller read it: its name relative to the workspace (`sops/scoring.yaml`), its bytes or why there are none.
pub type File = (String, Result<Vec<u8>, String>);

/// The starter SOPs: the same bytes as the repository's `sops/`.
pub fn starter() -> Vec<(String, Vec<u8>)> {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    vec![
        file("sops/fields.yaml", include_str!("../../sops/fields.yaml")),
        file("sops/calendar.yaml", include_str!("../../sops/calendar.yaml")),
        file("sops/scoring.yaml", include_str!("../../sops/scoring.yaml")),
        file("sops/tests/scoring.yaml", include_str!("../../sops/tests/scoring.yaml")),
    ]
}

/// Reads the files of a workspace: the checked whole with its warnings, or the texts with all problems.
pub fn load(files: &[File]) -> Result<(Sop, Diagnostics), (Sources, Diagnostics)> {
    let mut files: Vec<&File> = files.iter().filter(|(name, _)| !is_beside_the_point(name)).collect();
    files.sort_by_key(|(name, _)| plain_name(name));
    let (mut sources, mut out) = (Sources::default(), Diagnostics::default());
    let texts: Vec<(String, SourceId, String)> = files.into_iter().filter_map(|(name, bytes)| text_of(name, bytes.as_ref(), &mut sources, &mut out)).collect();
    let whole = |name: &str| texts.iter().find(|(n, ..)| n == name).map(|(_, id, text)| (*id, text.as_str()));

    let mut reviews = Vec::new();
    let mut fields = read_file(whole("fields.yaml"), &mut out, &mut reviews, fields::read).unwrap_or_else(fields::builtin);
    let derived = compile_derived(&mut fields, &mut out);
    let (calendar, calendar_ends) = read_file(whole("calendar.yaml"), &mut out, &mut reviews, calendar::read).unwrap_or_else(|| (Calendar::default(), None));
    let scored = read_file(whole("scoring.yaml"), &mut out, &mut reviews, |n, r| scoring::read::read(n, &fields.dictionary, r));
    let scoring = match scored {
        Some((scoring, spots)) => {
            if !out.has_errors() {
                scoring::check::check(&scoring, &spots, &mut out);
            }
            scoring
        }
        None => scoring::read::default(),
    };
    let mut all_cases = Vec::new();
    for (_, id, text) in texts.iter().filter(|(n, ..)| n.starts_with("tests/")) {
        let read = read_file(Some((*id, text.as_str())), &mut out, &mut reviews, |n, r| cases::read(n, &fields.dictionary, &calendar, &scoring, r));
        all_cases.extend(read.unwrap_or_default());
    }
    out.sort();
    if out.has_errors() {
        return Err((sources, out));
    }
    let mut parts: Vec<&[u8]> = vec![RULES_VERSION.as_bytes(), calendar.zone.name().as_bytes()];
    parts.extend(texts.iter().filter(|(n, ..)| !n.starts_with("tests/")).flat_map(|(n, _, t)| [n.as_bytes(), t.as_bytes()]));
    let fingerprint = format!("{:016x}", stable_hash(&parts));
    let Fields { dictionary, tables, .. } = fields;
    let sop = Sop { dictionary, calendar, scoring, derived, tables, cases: all_cases, reviews, calendar_ends, fingerprint, sources, starter: false };
    Ok((sop, out))
}

/// The state names of `--where`, in the order of `Facts::state`: `score`, `band`, each group by its id in the file's order,
/// `stage`, `owner`, `queue`.
pub fn state_names(scoring: &Scoring) -> Vec<StateName> {
    let name = |name: &str, ty| StateName { name: name.into(), ty, order: Vec::new() };
    let bands = scoring.bands.iter().rev().map(|b| b.id.clone()).collect();
    let mut all = vec![name("score", Type::Number), StateName { order: bands, ..name("band", Type::Text) }];
    all.extend(scoring.groups.iter().map(|g| name(&g.id, Type::Number)));
    all.extend(["stage", "owner", "queue"].map(|n| name(n, Type::Text)));
    all
}

fn read_file<T>(
    file: Option<(SourceId, &str)>,
    out: &mut Diagnostics,
    reviews: &mut Vec<(Span, chrono::NaiveDate)>,
    read: impl FnOnce(&yaml::Node, &mut Reader<'_>) -> T,
) -> Option<T> {
    let (source, text) = file?;
    let root = yaml::parse(source, text, out)?;
    Some(read(&root, &mut Reader { text, out, reviews }))
}

fn compile_derived(fields: &mut Fields, out: &mut Diagnostics) -> Vec<Derived> {
    let scope = Scope { kind: ScopeKind::Event, dictionary: &fields.dictionary, state: &[] };
    let mut all = Vec::new();
    for d in std::mem::take(&mut fields.derived) {
        let when = match &d.filter {
            None => None,
            // A built-in condition that a declared event field's type makes impossible is left out with its kind; it is nobody's error.
            Some((text, place)) => {
                let mut quiet = Diagnostics::default();
                match compile(text, place, &scope, Want::Boolean, if d.declared { &mut *out } else { &mut quiet }) {
                    Some(c) => Some(c),
                    None => continue,
                }
            }
        };
        all.push(Derived { kind: d.kind, when });
    }
    all
}

fn plain_name(name: &str) -> String {
    let name = name.replace('\\', "/");
    name.strip_prefix("./").unwrap_or(&name).strip_prefix("sops/").map_or_else(|| name.clone(), str::to_owned)
}

/// Editors' and people's files that are no SOPs.
fn is_beside_the_point(name: &str) -> bool {
    let name = plain_name(name);
    let last = name.rsplit('/').next().unwrap_or_default();
    last.starts_with(['.', '#']) || last.ends_with(['~', '#']) || last.to_lowercase().starts_with("readme")
}

/// Recognises a file by its name and takes its text.
fn text_of(name: &str, bytes: Result<&Vec<u8>, &String>, sources: &mut Sources, out: &mut Diagnostics) -> Option<(String, SourceId, String)> {
    let plain = plain_name(name);
    let nowhere = |source: SourceId| Span { source, start: 0, end: 0 };
    let is_case = plain.starts_with("tests/") && plain.ends_with(".yaml");
    if !KNOWN.contains(&plain.as_str()) && !is_case {
        let at = nowhere(sources.add(name, ""));
        let later = LATER.iter().any(|l| plain == *l || (l.ends_with('/') && plain.starts_with(l)));
        out.push(if later {
            Diagnostic::new(Code::NotYet, at, format!("`{name}` is not read yet")).help("it comes with a later version; move it out of `sops/` until then")
        } else {
            let renamed = plain.strip_suffix(".yml").map(|stem| format!("{stem}.yaml"));
            let near =
                renamed.filter(|r| KNOWN.contains(&r.as_str()) || r.starts_with("tests/")).or_else(|| nearest(&plain, KNOWN.iter().copied()).map(Into::into));
            let help = near.map_or_else(|| format!("a workspace has {} and tests/*.yaml", KNOWN.join(", ")), |n| format!("did you mean `{n}`?"));
            Diagnostic::new(Code::UnknownFile, at, format!("`{name}` is no SOP file")).help(help)
        });
        return None;
    }
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(why) => {
            let at = nowhere(sources.add(name, ""));
            out.push(Diagnostic::new(Code::Unreadable, at, format!("`{name}` cannot be read: {why}")).help("check that it is a file and that you may read it"));
            return None;
        }
    };
    if bytes.len() > yaml::MAX_BYTES {
        let at = nowhere(sources.add(name, ""));
        out.push(
            Diagnostic::new(Code::TooLarge, at, format!("`{name}` has {} bytes", bytes.len()))
                .help(format!("SOP files are written by people and stay under {} MB; move data to a CSV and import it", yaml::MAX_BYTES >> 20)),
        );
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Some((plain, sources.add(name, text), text.to_owned())),
        Err(e) => {
            let readable = String::from_utf8_lossy(bytes).into_owned();
            // The valid part is the same in both, so its length is a place in the lossy text too.
            let start = e.valid_up_to();
            let source = sources.add(name, readable);
            let at = Span { source, start, end: start + '\u{fffd}'.len_utf8() };
            out.push(
                Diagnostic::new(Code::Unreadable, at, format!("`{name}` is not UTF-8 text"))
                    .help("save it as UTF-8 (in Windows Notepad: Save as, encoding UTF-8)"),
            );
            None
        }
    }
}
