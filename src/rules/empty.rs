//! YAML files in which nothing stands. That is allowed: `init` leaves some to be begun, all in comments. Where others miss what such a
//! file would have said, its emptiness is the first thing to tell; and a file without a single letter is never what somebody meant.

use super::echo::{is_about_names, place};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, SourceId, Sources, Span};

/// Tells of empty files: an error where a file that builds upon them names what is not there, else at most a note.
pub(super) fn tell(files: &[(String, SourceId, String)], sources: &Sources, out: &mut Diagnostics) {
    let place_of = |source: SourceId| sources.get(source).map_or(0, |s| place(&s.name));
    for (name, source, text) in files.iter().filter(|(name, _, text)| name.ends_with(".yaml") && is_empty(text)) {
        let here = place_of(*source);
        let missed = |d: &&Diagnostic| d.severity == Severity::Error && is_about_names(d.code) && d.span.is_some_and(|s| place_of(s.source) > here);
        let missed = out.0.iter().any(|d| missed(&d));
        let begun = text.lines().any(|l| l.trim_start().starts_with('#'));
        if begun && !missed {
            continue;
        }
        let what = if begun { "holds nothing but comments" } else { "is empty" };
        let help = if missed { "fill it in again: what other files name is not there" } else { "fill it in, or delete it: without the file all is the same" };
        let mut told = Diagnostic::new(Code::EmptyFile, Span { source: *source, start: 0, end: 0 }, format!("sops/{name} {what}")).help(help);
        if missed {
            told.severity = Severity::Error;
        }
        out.push(told);
    }
}

/// Whether YAML finds nothing in a text but marks of where documents begin and end.
fn is_empty(text: &str) -> bool {
    let says_something = |line: &str| !(line.is_empty() || line.starts_with('#') || matches!(line, "---" | "..." | "~" | "null"));
    !text.trim_start_matches('\u{feff}').lines().map(str::trim).any(says_something)
}

#[cfg(test)]
mod tests {
    use crate::diag::{Code, Severity};
    use crate::rules::load;

    /// Severity and message of every problem, in the order in which they are told.
    fn told(files: &[(&str, &str)]) -> Vec<(Code, Severity, String)> {
        let files: Vec<_> = files.iter().map(|(name, text)| (format!("sops/{name}"), Ok(text.as_bytes().to_vec()))).collect();
        let out = match load(&files) {
            Ok((_, warnings)) => warnings,
            Err((_, problems)) => problems,
        };
        out.0.into_iter().map(|d| (d.code, d.severity, d.message)).collect()
    }

    #[test]
    fn what_others_miss_in_an_empty_file_is_told_after_its_emptiness() {
        let lifecycle = "stages:\n  - {id: a}\n  - {id: b, enter: \"band >= 'hot' AND engagement > 3\"}\n";
        for (text, what) in
            [("", "is empty"), ("\u{feff}\n  \n", "is empty"), ("# groups:\n#   fit: {}\n", "nothing but comments"), ("---\n# later\n", "nothing but")]
        {
            let all = told(&[("lifecycle.yaml", lifecycle), ("assignment.yaml", ""), ("scoring.yaml", text)]);
            let (code, severity, message) = &all[0];
            assert_eq!((*code, *severity), (Code::EmptyFile, Severity::Error), "{all:?}");
            assert!(message.contains("sops/scoring.yaml") && message.contains(what), "{message}");
            assert!(all.iter().any(|(code, _, message)| *code == Code::UnknownName && message.contains("engagement")), "{all:?}");
            assert!(all.iter().any(|(_, severity, message)| message.contains("assignment.yaml") && *severity == Severity::Note), "nobody misses it: {all:?}");
        }
    }

    #[test]
    fn an_empty_file_that_nobody_misses_is_a_note_with_its_name() {
        for name in ["scoring.yaml", "alerts.yaml", "delivery.yaml", "calendar.yaml", "team.yaml", "tests/a.yaml"] {
            assert_eq!(told(&[(name, "")]), [(Code::EmptyFile, Severity::Note, format!("sops/{name} is empty"))]);
            assert_eq!(told(&[(name, "# nothing yet\n")]), [], "as `init` leaves it");
        }
        assert_eq!(told(&[("alerts.yaml", "alerts: []\n")]), []);
        // A slip elsewhere is not blamed on it.
        let all = told(&[("scoring.yaml", "grups: {}\n"), ("alerts.yaml", "")]);
        assert!(all.iter().all(|(code, severity, _)| *code != Code::EmptyFile || *severity == Severity::Note), "{all:?}");
    }
}
