//! Problems as people read them: what, where with the line and a caret under the right character, and the next thing to do.
//!
//! Never panics: whatever a span says is first moved onto the text and onto character boundaries.

use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Source, Sources};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// Longer lines are cut around the span before they are drawn.
const LONGEST_LINE: usize = 400;

/// All problems in the order given, one blank line between them; empty when there are none.
pub fn diagnostics(problems: &Diagnostics, sources: &Sources, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for d in &problems.0 {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&one(d, sources, &renderer));
        text.push('\n');
    }
    text
}

fn one(d: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match d.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(d.message.as_str()).id(d.code.id()));
    if let Some((source, span)) = d.span.and_then(|s| Some((sources.get(s.source)?, s))) {
        if source.text.is_empty() {
            group = group.element(Origin::path(source.name.as_str()));
        } else {
            let window = window(source, span.start, span.end);
            if window.cut {
                // The excerpt is a part of its line, so its column is not the file's: say the place first.
                let (line, column) = sources.line_column(span.source, span.start);
                group = group.element(Origin::path(source.name.as_str()).line(line).char_column(column));
            }
            let snippet = Snippet::source(window.text).line_start(window.line).annotation(AnnotationKind::Primary.span(window.start..window.end));
            group = group.element(if window.cut { snippet } else { snippet.path(source.name.as_str()) });
        }
    }
    if let Some(help) = &d.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// One line of a source (or the part around the span) and the span within it.
struct Window<'a> {
    text: &'a str,
    line: usize,
    start: usize,
    end: usize,
    cut: bool,
}

fn window(source: &Source, start: usize, end: usize) -> Window<'_> {
    let text = source.text.as_str();
    let start = boundary(text, start.min(text.len()));
    let line_start = text.get(..start).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
    let line_end = text.get(start..).and_then(|t| t.find('\n')).map_or(text.len(), |i| start + i);
    let line_end = if text.get(line_start..line_end).is_some_and(|l| l.ends_with('\r')) { (line_end - 1).max(start) } else { line_end };
    // Only the first line of a long span: its end is rarely news.
    let end = boundary(text, end.clamp(start, line_end));
    let line = text.get(..line_start).map_or(0, |t| t.matches('\n').count()) + 1;
    let cut = line_end - line_start > LONGEST_LINE;
    let (from, to) = if cut {
        let from = boundary(text, start.saturating_sub(LONGEST_LINE / 4).max(line_start));
        (from, boundary(text, (from + LONGEST_LINE).clamp(start, line_end)).max(start))
    } else {
        (line_start, line_end)
    };
    Window { text: text.get(from..to).unwrap_or_default(), line, start: start - from, end: end.min(to).max(start) - from, cut }
}

/// The character boundary at or before a byte.
fn boundary(text: &str, mut byte: usize) -> usize {
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

/// Every code with its severity and its meaning, for `sop check --explain` and the manual.
pub fn codes() -> impl Iterator<Item = (&'static str, Severity, &'static str)> {
    Code::ALL.iter().map(|c| (c.id(), c.severity(), c.explain().trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Span;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    fn drawn(name: &str, text: &str, start: usize, end: usize) -> String {
        let mut sources = Sources::default();
        let source = sources.add(name, text);
        let d = Diagnostic::new(Code::UnknownName, Span { source, start, end }, "`行业2` is no field").help("did you mean `行业`?");
        diagnostics(&Diagnostics(vec![d]), &sources, false)
    }

    #[test]
    fn the_caret_is_under_the_character_even_after_chinese() {
        let line = "        when: 产品 = '甲' AND 行业2 = '制造业'";
        let text = format!("groups:\n  fit:\n{line}\n");
        let start = text.find("行业2").expect("there");
        let shown = drawn("sops/scoring.yaml", &text, start, start + "行业2".len());
        assert!(shown.starts_with("error[unknown-name]: `行业2` is no field\n"), "{shown}");
        assert!(shown.contains("--> sops/scoring.yaml:3:28\n"), "{shown}");
        assert!(shown.contains("help: did you mean `行业`?"), "{shown}");
        let rows: Vec<&str> = shown.lines().collect();
        let at = rows.iter().position(|r| r.contains("行业2 =")).expect("the line");
        let before = rows[at].split("行业2").next().expect("a part").width();
        assert_eq!(rows[at + 1].split('^').next().expect("a part").width(), before, "{shown}");
        assert_eq!(rows[at + 1].matches('^').count(), "行业2".width(), "{shown}");
    }

    #[test]
    fn files_without_text_are_named() {
        let shown = drawn("sops/lifecycle.yaml", "", 0, 0);
        assert!(shown.contains("--> sops/lifecycle.yaml") && shown.contains("help:"), "{shown}");
    }

    #[test]
    fn long_lines_are_cut_but_placed_right() {
        let text = format!("a\n{}目标{}\n", "值".repeat(5000), "值".repeat(5000));
        let start = text.find("目标").expect("there");
        let shown = drawn("x.yaml", &text, start, start + 6);
        assert!(shown.contains("x.yaml:2:5001") && shown.contains("目标") && shown.len() < 3000, "{shown}");
    }

    #[test]
    fn every_code_explains_itself() {
        assert!(codes().all(|(id, _, meaning)| !id.is_empty() && meaning.ends_with('.')));
    }

    proptest! {
        #[test]
        fn no_span_panics(text in "[a值\r\n\t 🚀é\u{200b}\u{0}]{0,40}", start in 0_usize..200, end in 0_usize..200, color: bool) {
            let mut sources = Sources::default();
            let source = sources.add("x", text);
            let d = Diagnostic::new(Code::BadValue, Span { source, start, end }, "m");
            let none = Diagnostic::new(Code::BadValue, None, "m").help("h");
            let lost = Diagnostic::new(Code::BadValue, Span { source: crate::diag::SourceId(9), start, end }, "m");
            prop_assert!(!diagnostics(&Diagnostics(vec![d, none, lost]), &sources, color).is_empty());
        }
    }
}
