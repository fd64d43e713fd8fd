//! How text compares everywhere in `sop`: through [`fold`]. Stored values stay as they were read.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// NFKC, case-folded, trimmed, inner white space as one space.
/// Borrowed when the text is already in that form, which most Chinese and lower-case text is.
pub fn fold(text: &str) -> Cow<'_, str> {
    if is_folded(text) {
        return Cow::Borrowed(text);
    }
    // Nothing is composed in ASCII, and a company's English name is most often that.
    Cow::Owned(match text.is_ascii() {
        true => squeezed(text.chars().map(|c| c.to_ascii_lowercase()), text.len()),
        false => squeezed(text.nfkc().flat_map(char::to_lowercase), text.len()),
    })
}

/// Lower-case letters with white space as one space, and none at the ends.
fn squeezed(letters: impl Iterator<Item = char>, room: usize) -> String {
    let mut out = String::with_capacity(room);
    let mut gap = false;
    for c in letters {
        if c.is_whitespace() {
            gap = !out.is_empty();
        } else {
            if gap {
                out.push(' ');
                gap = false;
            }
            // German sharp s and the final sigma are the two letters whose lower case is not their fold.
            match c {
                'ß' => out.push_str("ss"),
                'ς' => out.push('σ'),
                c => out.push(c),
            }
        }
    }
    out
}

/// [`fold`] with `_ - ( ) （ ）` and spaces removed: how a header finds its field.
pub fn fold_header(text: &str) -> String {
    fold(text).chars().filter(|c| !matches!(c, '_' | '-' | '(' | ')' | ' ' | '\u{feff}')).collect()
}

fn is_folded(text: &str) -> bool {
    let mut space = true; // a leading space is not folded
    for c in text.chars() {
        match c {
            ' ' if space => return false,
            ' ' => space = true,
            '!'..='@' | '['..='~' | '\u{4e00}'..='\u{9fff}' | '、' | '。' => space = false,
            _ => return false,
        }
    }
    !space || text.is_empty()
}

/// The one of `known` that a person most likely meant by `typed`, if any is near enough.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = fold(typed).into_owned();
    known
        .into_iter()
        .map(|k| (strsim::normalized_damerau_levenshtein(&typed, &fold(k)), k))
        .filter(|(score, k)| *score >= 0.6 || (typed.chars().count() >= 2 && fold(k).starts_with(&typed)))
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, k)| k)
}

/// A text that a spreadsheet must never run as a formula: behind one `'` where it matches `^'*[=+\-@\t\r\0]`. The import takes it off again.
pub fn defused(text: &str) -> Cow<'_, str> {
    match text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

/// Whether a text is nothing but a telephone number as machines dial it: `+`, 7 to 15 digits (E.164). No formula looks like that.
pub fn is_dialled(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|n| (7..=15).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_width_case_and_space() {
        assert_eq!(fold("  ＣＥＯ\u{3000} \tOf　Sales "), "ceo of sales");
        assert_eq!(fold("Straße"), "strasse");
        assert!(matches!(fold("采购总监"), Cow::Borrowed(_)));
        assert!(matches!(fold("a b"), Cow::Borrowed(_)));
        assert_eq!(fold("a  b"), "a b");
        assert_eq!(fold("a "), "a");
        assert_eq!(fold(""), "");
    }

    proptest::proptest! {
        /// ASCII folds as it does beside a letter that is not.
        #[test]
        fn ascii_takes_no_other_way(text in "[\\x00-\\x7f]{0,24}") {
            let beside = fold(&format!("é{text}")).into_owned();
            let alone = format!("é{}{}", if text.starts_with(char::is_whitespace) && !fold(&text).is_empty() { " " } else { "" }, fold(&text));
            proptest::prop_assert_eq!(alone, beside);
        }
    }

    #[test]
    fn headers_ignore_joining_marks() {
        assert_eq!(fold_header("Email_Address"), fold_header("e-mail address"));
        assert_eq!(fold_header("手机（必填）"), "手机必填");
    }

    #[test]
    fn only_a_whole_number_is_dialled() {
        assert!(is_dialled("+493012345678") && is_dialled("+8613920417003"));
        for text in ["+1+1", "+49 30 123456", "+4930", "49301234567", "+", "+1234567890123456", "+４９３０１２３４５６７", "=+493012345678", ""] {
            assert!(!is_dialled(text), "{text}");
        }
    }

    #[test]
    fn nearest_finds_typos_and_refuses_strangers() {
        assert_eq!(nearest("industy", ["industry", "region"]), Some("industry"));
        assert_eq!(nearest("xyz", ["industry", "region"]), None);
    }
}
