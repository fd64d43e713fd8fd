//! Problems of files that people write, each with its place, the line, and the next thing to do.

use crate::diag::{Diagnostic, Diagnostics, Severity, Sources};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::io::{self, Write};

/// Writes every problem as `error[code]: what`, `--> file:line:column`, the line with a caret under the right
/// character, and `help:`; then one line that counts them. Nothing is written when there is nothing to say.
pub fn diagnostics(sources: &Sources, problems: &Diagnostics, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    for problem in &problems.0 {
        writeln!(out, "{}\n", renderer.render(&[group(sources, problem)]))?;
    }
    let count = |severity: Severity, one: &str| match problems.0.iter().filter(|d| d.severity == severity).count() {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {one}s")),
    };
    let counts: Vec<_> =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")].into_iter().filter_map(|(s, one)| count(s, one)).collect();
    if counts.is_empty() { Ok(()) } else { writeln!(out, "{}", counts.join(", ")) }
}

fn group<'a>(sources: &'a Sources, problem: &'a Diagnostic) -> Group<'a> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(&problem.message).id(problem.code.id()));
    if let Some((span, source)) = problem.span.and_then(|span| Some((span, sources.get(span.source)?))) {
        let (start, end) = bytes(&source.text, span.start, span.end);
        group = group.element(Snippet::source(&source.text).path(&source.name).annotation(AnnotationKind::Primary.span(start..end)));
    }
    match &problem.help {
        Some(help) => group.element(Level::HELP.message(help)),
        None => group,
    }
}

/// A span that is inside the text, on whole characters, the right way round.
fn bytes(text: &str, start: usize, end: usize) -> (usize, usize) {
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    (floor(start), floor(end.max(start)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Code, Span};

    #[test]
    fn a_problem_is_shown_where_it_is() {
        let mut sources = Sources::default();
        let text = "groups:\n  - {name: 制造业, when: \"industy = '制造业'\"}\n";
        let source = sources.add("sops/scoring.yaml", text);
        let start = text.find("industy").expect("the typo");
        let problem = Diagnostic::new(Code::UnknownName, Span { source, start, end: start + 7 }, "unknown name `industy`").help("did you mean `industry`?");
        let lost = Diagnostic::new(Code::DeadRule, Span { source, start: 9_999, end: 3 }, "beyond the text");
        let mut out = Vec::new();
        diagnostics(&sources, &Diagnostics(vec![problem, lost]), false, &mut out).expect("written");
        let out = String::from_utf8(out).expect("UTF-8");
        for promised in
            ["error[unknown-name]: unknown name `industy`", "--> sops/scoring.yaml:2:24", "^^^^^^^", "help: did you mean `industry`?", "1 error, 1 warning"]
        {
            assert!(out.contains(promised), "{promised}\n{out}");
        }
        // The caret stands under the word: 制造业 takes six columns.
        let lines: Vec<&str> = out.lines().collect();
        let at = lines.iter().position(|l| l.contains("industy =")).expect("the line");
        let column = |l: &str, mark: &str| l.find(mark).map(|i| super::super::width::width(&l[..i]));
        assert_eq!(column(lines[at + 1], "^"), column(lines[at], "industy"));
    }
}
