//! Which files make a workspace: recognised by their names, read as UTF-8 text, everything else told.

use super::yaml;
use crate::diag::{Code, Diagnostic, Diagnostics, SourceId, Sources, Span};
use crate::model::nearest;

/// The files that this version reads, beside those of [`FOLDERS`].
const KNOWN: &[&str] = &[
    "fields.yaml",
    "calendar.yaml",
    "scoring.yaml",
    "team.yaml",
    "lifecycle.yaml",
    "assignment.yaml",
    "sla.yaml",
    "alerts.yaml",
    "delivery.yaml",
    "experiments.yaml",
    "reports.yaml",
];
/// The folders whose files are each one thing: the folder, and how their names end.
pub(super) const FOLDERS: [(&str, &str); 3] = [("tests/", ".yaml"), ("nurture/", ".yaml"), ("content/", ".md")];
/// The files and folders of later versions.
const LATER: &[&str] = &["goals.yaml", "playbooks/"];

/// A file's name inside `sops/`.
pub(super) fn plain_name(name: &str) -> String {
    let name = name.replace('\\', "/");
    name.strip_prefix("./").unwrap_or(&name).strip_prefix("sops/").map_or_else(|| name.clone(), str::to_owned)
}

/// The name of a file of a folder, without folder and ending; cases may lie deeper.
pub(super) fn stem<'n>(plain: &'n str, folder: &str, ending: &str) -> Option<&'n str> {
    let name = plain.strip_prefix(folder)?.strip_suffix(ending)?;
    (!name.is_empty() && (folder == "tests/" || !name.contains('/'))).then_some(name)
}

/// Editors' and people's files that are no SOPs.
pub(super) fn is_beside_the_point(name: &str) -> bool {
    let name = plain_name(name);
    let last = name.rsplit('/').next().unwrap_or_default();
    last.starts_with(['.', '#']) || last.ends_with(['~', '#']) || last.to_lowercase().starts_with("readme")
}

/// Recognises a file by its name and takes its text.
pub(super) fn text_of(name: &str, bytes: Result<&Vec<u8>, &String>, sources: &mut Sources, out: &mut Diagnostics) -> Option<(String, SourceId, String)> {
    let plain = plain_name(name);
    let nowhere = |source: SourceId| Span { source, start: 0, end: 0 };
    let in_folder = |name: &str| FOLDERS.iter().any(|(folder, ending)| stem(name, folder, ending).is_some());
    if !KNOWN.contains(&plain.as_str()) && !in_folder(&plain) {
        let at = nowhere(sources.add(name, ""));
        let later = LATER.iter().any(|l| plain == *l || (l.ends_with('/') && plain.starts_with(l)));
        out.push(if later {
            Diagnostic::new(Code::NotYet, at, format!("`{name}` is not read yet")).help("it comes with a later version; move it out of `sops/` until then")
        } else {
            let renamed = plain.strip_suffix(".yml").map(|stem| format!("{stem}.yaml"));
            let near = renamed.filter(|r| KNOWN.contains(&r.as_str()) || in_folder(r)).or_else(|| nearest(&plain, KNOWN.iter().copied()).map(Into::into));
            let help = near.map_or_else(
                || format!("a workspace has {}, nurture/*.yaml, content/*.md and tests/*.yaml", KNOWN.join(", ")),
                |n| format!("did you mean `{n}`?"),
            );
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
