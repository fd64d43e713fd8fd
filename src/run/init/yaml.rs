//! Texts of an export as YAML scalars and comments: whatever a header says, the file stays the one that was meant.

use std::borrow::Cow;

/// What YAML 1.1 or 1.2 tools read as something else than text.
const SPECIAL: &[&str] = &["yes", "no", "y", "n", "on", "off", "true", "false", "null", "nan", "inf", "infinity"];

/// The text as a scalar that every YAML tool reads as this text, also inside `[]` and `{}`: bare where that is safe.
pub(super) fn scalar(text: &str) -> Cow<'_, str> {
    if is_bare(text) { Cow::Borrowed(text) } else { Cow::Owned(quoted(text)) }
}

/// A condition: bare on a line of its own where YAML leaves it alone, else quoted.
pub(super) fn condition(text: &str) -> String {
    let plain = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_' || c == '(')
        && !text.contains([':', '#', '"', '\\', '\t', '\n'])
        && !text.ends_with(' ')
        && text.chars().all(is_harmless);
    if plain { text.to_owned() } else { quoted(text) }
}

/// `[a, b]`
pub(super) fn list<'t>(items: impl IntoIterator<Item = &'t str>) -> String {
    format!("[{}]", items.into_iter().map(scalar).collect::<Vec<_>>().join(", "))
}

/// The text on one line of a comment, shortened as cells may be.
pub(super) fn comment(text: &str) -> String {
    within(text, 40)
}

/// A file's name in a comment: as long as such names get.
pub(super) fn file(name: &str) -> String {
    within(name, 200)
}

/// Columns that a text takes in an editor: two for 线.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| if ('\u{1100}'..='\u{115f}').contains(&c) || ('\u{2e80}'..='\u{ffe6}').contains(&c) { 2 } else { 1 }).sum()
}

fn within(text: &str, longest: usize) -> String {
    let clean: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| is_harmless(*c)).collect();
    let clean = clean.trim();
    if clean.chars().count() > longest { clean.chars().take(longest - 1).chain(['…']).collect() } else { clean.to_owned() }
}

fn is_bare(text: &str) -> bool {
    let (first, last) = (text.chars().next(), text.chars().next_back());
    first.is_some_and(|c| c.is_alphabetic() || c == '_')
        && last.is_some_and(|c| c != ' ')
        && text.chars().all(|c| is_harmless(c) && (c.is_alphanumeric() || matches!(c, '_' | ' ' | '-' | '.' | '/' | '(' | ')' | '+')))
        && !SPECIAL.iter().any(|s| text.eq_ignore_ascii_case(s))
}

fn is_harmless(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if !is_harmless(c) && u32::from(c) <= 0xffff => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if !is_harmless(c) => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const HOSTILE: &[&str] = &[
        "yes",
        "No",
        "NULL",
        "~",
        "017",
        "1_000",
        "1e5",
        "0x1f",
        "12:30",
        "2026-01-01",
        "a: b",
        "a #b",
        "#",
        "-",
        "- a",
        "?",
        "!tag",
        "*x",
        "&x",
        "%",
        "@",
        "`x`",
        "|",
        ">",
        "{a}",
        "[a]",
        "a, b",
        "\"quoted\"",
        "it's",
        "back\\slash",
        "😀",
        "线索来源",
        "البريد",
        "ईमेल",
        "☎ Contact",
        " lead",
        "trail ",
        "",
        "a\nb",
        "\u{200f}rtl",
        "\u{feff}bom",
        "true",
        "Interested?",
        "=1+1",
        "'",
        "…",
        "a\u{85}b",
        "<<",
        "NaN",
        ".inf",
        "key:",
        "::",
        "\u{7f}",
    ];

    #[test]
    fn every_text_comes_back_as_itself() {
        for text in HOSTILE {
            let yaml = format!("a: {{x: {}, y: {}}}\n{}: z\n", scalar(text), list([*text, "b"]), scalar(&format!("k{text}")));
            let read: BTreeMap<String, serde_json::Value> = serde_saphyr::from_str(&yaml).unwrap_or_else(|e| panic!("{yaml}: {e}"));
            assert_eq!(read["a"]["x"], *text, "{yaml}");
            assert_eq!(read["a"]["y"][0], *text, "{yaml}");
            assert_eq!(read[&format!("k{text}")], "z", "{yaml}");
        }
    }

    #[test]
    fn conditions_come_back_as_themselves() {
        for text in ["industry = '制造业'", "channel = 'a: b'", "x = 'say \"hi\"'", "x = '50% #1'", "days_since(created_at) <= 30", "x = '\\'"] {
            let read: BTreeMap<String, String> = serde_saphyr::from_str(&format!("when: {}\n", condition(text))).expect("YAML");
            assert_eq!(read["when"], text);
        }
        assert_eq!(condition("industry = '制造业'"), "industry = '制造业'", "readable where it can be");
    }

    #[test]
    fn a_comment_stays_on_its_line() {
        assert_eq!(comment("a\nb\u{2028}c\r: d"), "a b c : d");
        assert_eq!(comment(&"长".repeat(60)).chars().count(), 40);
    }
}
