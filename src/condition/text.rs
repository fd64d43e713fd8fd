//! How text meets text: folded without allocating, LIKE patterns and word lists prepared once.

use crate::model::fold;
use std::ops::Range;

/// Texts up to this many bytes are folded on the stack.
const STACK: usize = 160;

/// What [`fold`] would have to do.
enum Work {
    /// Nothing.
    None,
    /// Only ASCII capitals.
    Lower,
    /// Anything.
    Full,
}

/// By bytes: this stands before every comparison of text. Chinese characters (U+4E00 to U+9FFF) begin with E4 B8 to E9.
fn work(text: &str) -> Work {
    let mut space = true; // a leading space is folded away
    let mut lower = false;
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b' ', _) if space => return Work::Full,
            (b' ', _) => {
                space = true;
                rest = tail;
                continue;
            }
            (b'A'..=b'Z', _) => {
                lower = true;
                tail
            }
            (b'!'..=b'~', _) => tail,
            (0xe5..=0xe9, [_, _, after @ ..]) | (0xe4, [0xb8..=0xbf, _, after @ ..]) => after,
            _ => return Work::Full,
        };
        space = false;
    }
    match (space && !text.is_empty(), lower) {
        (true, _) => Work::Full,
        (_, true) => Work::Lower,
        _ => Work::None,
    }
}

/// Hands the folded form of a text to `body`; the usual texts (Chinese, ASCII) need no allocation.
pub(super) fn folded<R>(text: &str, body: impl FnOnce(&str) -> R) -> R {
    match work(text) {
        Work::None => body(text),
        Work::Lower if text.len() <= STACK => {
            let mut buffer = [0_u8; STACK];
            let lowered = buffer.get_mut(..text.len()).and_then(|b| {
                b.copy_from_slice(text.as_bytes());
                b.make_ascii_lowercase();
                std::str::from_utf8(b).ok()
            });
            match lowered {
                Some(lowered) => body(lowered),
                None => body(&fold(text)),
            }
        }
        _ => body(&fold(text)),
    }
}

/// A LIKE pattern, folded and sorted by shape.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pattern {
    /// No wildcard.
    Exact(String),
    /// `a%`
    Prefix(String),
    /// `%a`
    Suffix(String),
    /// `%a%`
    Contains(String),
    /// Anything else; `%` any run, `_` any one character.
    General(Vec<char>),
}

impl Pattern {
    pub(super) fn new(pattern: &str) -> Self {
        let pattern = fold(pattern);
        let inner = pattern.trim_matches('%');
        if inner.contains(['%', '_']) || (inner.is_empty() && !pattern.is_empty()) {
            let mut chars: Vec<char> = pattern.chars().collect();
            chars.dedup_by(|a, b| *a == '%' && *b == '%');
            return Self::General(chars);
        }
        let inner = inner.to_owned();
        match (pattern.starts_with('%'), pattern.ends_with('%')) {
            (false, false) => Self::Exact(inner),
            (false, true) => Self::Prefix(inner),
            (true, false) => Self::Suffix(inner),
            (true, true) => Self::Contains(inner),
        }
    }
    /// Whether a folded text matches.
    pub(super) fn matches(&self, folded: &str) -> bool {
        match self {
            Self::Exact(p) => folded == p,
            Self::Prefix(p) => folded.starts_with(p.as_str()),
            Self::Suffix(p) => folded.ends_with(p.as_str()),
            Self::Contains(p) => find(folded.as_bytes(), p.as_bytes()),
            Self::General(p) => wild(folded, p),
        }
    }
}

/// Whether `needle` occurs. For the short texts of a lead, looking for its first byte beats building a searcher.
fn find(hay: &[u8], needle: &[u8]) -> bool {
    let Some((&first, rest)) = needle.split_first() else { return true };
    let Some(last) = hay.len().checked_sub(needle.len()) else { return false };
    hay.iter().take(last + 1).enumerate().any(|(i, &b)| b == first && hay.get(i + 1..).is_some_and(|h| h.starts_with(rest)))
}

/// The textbook matcher: on a mismatch, the last `%` swallows one more character.
fn wild(text: &str, pattern: &[char]) -> bool {
    let mut rest = text.chars();
    let mut at = 0;
    let mut retry: Option<(std::str::Chars<'_>, usize)> = None;
    loop {
        let before = rest.clone();
        match (pattern.get(at), rest.next()) {
            (Some('%'), _) => {
                at += 1;
                rest = before.clone();
                retry = Some((before, at));
                continue;
            }
            (None, None) => return true,
            (Some('_'), Some(_)) => at += 1,
            (Some(p), Some(c)) if *p == c => at += 1,
            (_, next) => {
                let Some((mut from, after)) = retry.take() else { return false };
                if next.is_none() && from.as_str().is_empty() {
                    return false;
                }
                from.next();
                rest = from.clone();
                at = after;
                retry = Some((from, after));
            }
        }
    }
}

/// Words to find: whole words where they begin or end with a letter of an alphabet, anywhere for Chinese.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Words {
    /// Folded, grouped by first byte.
    words: Vec<String>,
    /// For each first byte, its group.
    first: Vec<Range<u16>>,
}

/// A letter or digit of a script that separates words by spaces.
fn joins(c: char) -> bool {
    c.is_alphanumeric() && !matches!(c, '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

impl Words {
    pub(super) fn new<S: AsRef<str>>(words: &[S]) -> Self {
        let mut words: Vec<String> = words.iter().map(|w| fold(w.as_ref()).into_owned()).filter(|w| !w.is_empty()).collect();
        words.sort_unstable();
        words.dedup();
        words.truncate(usize::from(u16::MAX));
        let mut first = vec![0..0; 256];
        for (i, word) in words.iter().enumerate() {
            let Some(group) = word.bytes().next().and_then(|b| first.get_mut(usize::from(b))) else { continue };
            if group.end == 0 {
                group.start = i as u16;
            }
            group.end = i as u16 + 1;
        }
        Self { words, first }
    }
    /// Whether a folded text has one of them.
    pub(super) fn in_text(&self, folded: &str) -> bool {
        let mut before = None;
        for (i, c) in folded.char_indices() {
            let byte = folded.as_bytes().get(i).copied().unwrap_or(0);
            let group = self.first.get(usize::from(byte)).cloned().unwrap_or(0..0);
            if group.start < group.end {
                let free = !before.is_some_and(joins) || !joins(c);
                let rest = folded.get(i..).unwrap_or_default();
                if free && self.words.get(usize::from(group.start)..usize::from(group.end)).unwrap_or_default().iter().any(|w| stands(rest, w)) {
                    return true;
                }
            }
            before = Some(c);
        }
        false
    }
}

/// Whether `rest` begins with the word and does not run on in the same script.
fn stands(rest: &str, word: &str) -> bool {
    rest.strip_prefix(word).is_some_and(|tail| !(word.chars().next_back().is_some_and(joins) && tail.chars().next().is_some_and(joins)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(text: &str, pattern: &str) -> bool {
        folded(text, |t| Pattern::new(pattern).matches(t))
    }

    #[test]
    fn stack_folding_is_folding() {
        for t in ["", " ", "采购总监", "IT经理", " a  B ", "ＣＥＯ", "Straße", "Marketing Director", "a ", "é", &"X".repeat(500)] {
            assert_eq!(folded(t, str::to_owned), fold(t), "{t}");
        }
    }

    #[test]
    fn like_over_folded_text() {
        assert!(like("/Pricing/plans", "/pricing%") && !like("/en/pricing", "/pricing%"));
        assert!(like("采购总监", "%总监") && like("采购总监", "%购总%") && like("采购总监", "采购总监") && !like("采购总监", "采购"));
        assert!(like("总监", "_监") && !like("副总监", "_监") && like("abcabd", "%ab_") && like("", "%") && !like("", "_"));
        assert!(like("aXbXc", "a%b%c") && !like("aXbXcd", "a%b%c") && like("a", "a%%") && like("mississippi", "%is%ip%"));
    }

    #[test]
    fn latin_words_are_whole_and_chinese_ones_anywhere() {
        let words = Words::new(&["CTO", "VP", "总监", "IT经理"]);
        let has = |t: &str| folded(t, |t| words.in_text(t));
        assert!(has("CTO") && has("Group cto, EMEA") && has("集团CTO兼创始人") && has("ＣＴＯ") && has("采购总监助理"));
        assert!(!has("Director") && !has("CTOs") && !has("vpn") && !has("mvp") && !has("CTO2"));
        assert!(has("高级IT经理") && !has("BIT经理") && has("VP/销售"));
        assert!(!Words::new::<&str>(&[]).in_text("x"));
    }
}
