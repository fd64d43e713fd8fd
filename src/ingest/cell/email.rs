//! E-mail addresses: `mailto:`, `Name <a@b.com>`, full-width letters, any case → the lower-case address.

use unicode_normalization::UnicodeNormalization;

const NOT_AN_ADDRESS: &str = "not an e-mail address";

/// The address of a cell into `out` (cleared first); the note when more than one stands there.
pub(crate) fn parse(text: &str, out: &mut String) -> Result<Option<&'static str>, &'static str> {
    out.clear();
    if is_plain(text) {
        out.push_str(text);
        out.make_ascii_lowercase();
        return Ok(None);
    }
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let inside = folded.rfind('<').and_then(|at| folded.get(at + 1..)).map_or(folded.as_str(), |t| t.split('>').next().unwrap_or_default());
    let mut found = inside.split([',', ';', '、', '|', '/', ' ', '\n', '\t', '；', '，']).map(bare).filter(|t| t.contains('@'));
    let Some(first) = found.next() else { return Err(NOT_AN_ADDRESS) };
    if !is_plain(first) && !(email_address::EmailAddress::is_valid(first) && first.rsplit('@').next().is_some_and(ends_in_letters)) {
        return Err(NOT_AN_ADDRESS);
    }
    out.push_str(first);
    Ok(found.next().map(|_| "several addresses; the first is taken"))
}

/// A domain of any script has a dot, and letters behind the last one.
fn ends_in_letters(domain: &str) -> bool {
    domain.rsplit_once('.').is_some_and(|(_, last)| last.chars().any(char::is_alphabetic))
}

fn bare(text: &str) -> &str {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '(' | ')' | '.' | ':'));
    text.strip_prefix("mailto:").unwrap_or(text).split('?').next().unwrap_or_default()
}

/// The addresses that nearly everybody has, in one pass: a local part without quotes, a domain of at least two labels of letters,
/// digits and inner hyphens, the last one with a letter.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(at) = bytes.iter().position(|b| *b == b'@') else { return false };
    let (local, domain) = (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..).unwrap_or_default());
    let mut last = b'.';
    for &b in local {
        if !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'%' | b'&' | b'=' | b'~') || (b == b'.' && last != b'.')) {
            return false;
        }
        last = b;
    }
    last != b'.' && local.len() <= 64 && domain.len() <= 255 && is_domain(domain)
}

fn is_domain(domain: &[u8]) -> bool {
    let (mut labels, mut length, mut letters, mut last) = (1, 0, false, b'.');
    for &b in domain {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' => (length, letters) = (length + 1, true),
            b'0'..=b'9' => length += 1,
            b'.' if length == 0 || last == b'-' => return false,
            b'.' => (labels, length, letters) = (labels + 1, 0, false),
            b'-' if length > 0 => length += 1,
            _ => return false,
        }
        last = b;
    }
    labels > 1 && length > 1 && letters && last != b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, &'static str> {
        let mut out = String::new();
        parse(text, &mut out).map(|_| out)
    }

    #[test]
    fn addresses_in_their_wrappings() {
        for (text, address) in [
            ("JANE@HORRIBLE.COM", "jane@horrible.com"),
            ("mailto:a@b.com", "a@b.com"),
            ("张三 <Zhang.San@example.com>", "zhang.san@example.com"),
            ("<a@b.com>", "a@b.com"),
            ("ａ＠ｂ．com", "a@b.com"),
            ("a@b.com;c@d.com", "a@b.com"),
            ("a+tag@sub.example.co.uk", "a+tag@sub.example.co.uk"),
            ("user@例子.中国", "user@例子.中国"),
            ("o'neil@example.com", "o'neil@example.com"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(address), "{text}");
        }
        assert_eq!(parse("a@b.com; c@d.com", &mut String::new()), Ok(Some("several addresses; the first is taken")));
    }

    #[test]
    fn what_is_none() {
        for text in ["", "invalid-email", "a@b", "@b.com", "a@", "a@b..com", "a b@c", "wang.wei5#qq.com", "a@b@c.com", "a@-b.com", "a@b.c0m.1"] {
            assert!(read(text).is_err(), "{text} {:?}", read(text));
        }
    }
}
