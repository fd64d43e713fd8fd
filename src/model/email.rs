//! E-mail addresses: `mailto:`, `Name <a@b.com>`, full-width letters, any case → the lower-case address.

use unicode_normalization::UnicodeNormalization;

const NOT_AN_ADDRESS: &str = "not an e-mail address";
const AMONG_RUBBISH: &str = "line breaks or stray angle brackets around an e-mail address; write the address alone";

/// Said of a cell with more than one address.
pub(crate) const SEVERAL: &str = "several addresses; the first is taken";

/// The address of a cell into `out` (cleared first); the note when more than one stands there. A display name before `<a@b.com>` and lists
/// are what mail programs write; nothing else is searched for an address that may be in it.
pub(crate) fn parse(text: &str, out: &mut String) -> Result<Option<&'static str>, &'static str> {
    out.clear();
    if is_plain(text) {
        out.push_str(text);
        out.make_ascii_lowercase();
        return Ok(None);
    }
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let folded = folded.trim();
    if folded.contains(|c: char| (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(if folded.contains('@') { AMONG_RUBBISH } else { NOT_AN_ADDRESS });
    }
    let mut found = Vec::new();
    for item in folded.split([',', ';', '、', '|']) {
        if item.contains(['<', '>']) {
            found.push(bracketed(item).ok_or(AMONG_RUBBISH)?);
        } else {
            found.extend(item.split(['/', ' ', '\t']).map(bare).filter(|t| t.contains('@')));
        }
    }
    let Some(first) = found.first() else { return Err(NOT_AN_ADDRESS) };
    let rare = || email_address::EmailAddress::is_valid(first) && first.rsplit('@').next().is_some_and(ends_in_letters);
    if !is_plain(first) && !rare() {
        return Err(NOT_AN_ADDRESS);
    }
    out.push_str(first);
    Ok((found.len() > 1).then_some(SEVERAL))
}

/// The address of `Name <a@b.com>`; nothing where brackets stand otherwise, or where the name is another address.
fn bracketed(item: &str) -> Option<&str> {
    let (name, rest) = item.split_once('<')?;
    let (inside, after) = rest.split_once('>')?;
    let address = bare(inside);
    let another = name.split_whitespace().map(bare).any(|word| is_plain(word) && word != address);
    (!another && !name.contains('>') && !inside.contains('<') && !after.contains(['<', '>', '@'])).then_some(address)
}

/// A domain of any script has a dot, and letters behind the last one.
fn ends_in_letters(domain: &str) -> bool {
    domain.rsplit_once('.').is_some_and(|(_, last)| last.chars().any(char::is_alphabetic))
}

fn bare(text: &str) -> &str {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '(' | ')' | '.' | ':'));
    text.strip_prefix("mailto:").unwrap_or(text).split('?').next().unwrap_or_default()
}

/// The addresses that nearly everybody has: a local part without quotes, a domain of at least two labels of letters, digits and
/// inner hyphens, the last one with a letter.
fn is_plain(text: &str) -> bool {
    if text.len() <= 64 { is_plain_short(text.as_bytes()) } else { is_plain_long(text.as_bytes()) }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const LOWS: u64 = 0x7f * ONES;
const HIGHS: u64 = 0x80 * ONES;

/// The same for at most 64 bytes, one bit each: eight bytes are classed at a time, and neighbours are compared by shifting.
fn is_plain_short(bytes: &[u8]) -> bool {
    let (mut letter, mut digit, mut dot, mut hyphen, mut at) = (0, 0, 0, 0, 0_u64);
    for (chunk, first) in bytes.chunks(8).zip((0..).step_by(8)) {
        let word = chunk.iter().rev().fold(0, |w, b| w << 8 | u64::from(*b));
        let is = |b: u8| {
            let x = word ^ (u64::from(b) * ONES);
            !(((x & LOWS) + LOWS) | x) & HIGHS
        };
        let within = |word: u64, from: u8, to: u8| {
            let low = word & LOWS;
            let (reached, passed) = (low + u64::from(0x80 - from) * ONES, low + u64::from(0x7f - to) * ONES);
            reached & !passed & !word & HIGHS
        };
        // The high bit of byte n becomes bit n.
        let bits = |mask: u64| ((mask >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << first;
        letter |= bits(within(word | (0x20 * ONES), b'a', b'z'));
        digit |= bits(within(word, b'0', b'9'));
        dot |= bits(is(b'.'));
        hyphen |= bits(is(b'-'));
        at |= bits(is(b'@'));
    }
    let n = bytes.len();
    let all = if n == 64 { !0 } else { (1_u64 << n) - 1 };
    let place = at.trailing_zeros() as usize;
    if at.count_ones() != 1 || place == 0 || place + 1 == n {
        return false;
    }
    let local = at - 1;
    let domain = all & !local & !at;
    // A dot follows neither the edge nor a dot; in a domain, nor a hyphen, and no hyphen follows a dot.
    let edges = (at >> 1 | 1) & dot | (at << 1 | 1 << (n - 1)) & (dot | hyphen);
    let pairs = dot & dot >> 1 | (dot & hyphen >> 1 | hyphen & dot >> 1) & domain;
    let mut marks = all & !(letter | digit | dot | hyphen | at);
    if edges != 0 || pairs != 0 || marks & domain != 0 {
        return false;
    }
    while marks != 0 {
        if bytes.get(marks.trailing_zeros() as usize).is_none_or(|b| CLASSES[usize::from(*b)] & LOCAL == 0) {
            return false;
        }
        marks &= marks - 1;
    }
    let Some(last) = (dot & domain).checked_ilog2() else { return false };
    let label = all & (!0 << last) & !(1 << last);
    label.count_ones() > 1 && label & letter != 0
}

/// The same for any length, byte by byte.
fn is_plain_long(bytes: &[u8]) -> bool {
    let Some(at) = bytes.iter().position(|b| *b == b'@') else { return false };
    let (local, domain) = (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..).unwrap_or_default());
    let well = |part: &[u8], class: u8| {
        let mut last = b'.';
        for &b in part {
            // A dot follows neither the edge nor a dot; in a domain, nor a hyphen, and no hyphen follows a dot.
            let joint = (b == b'.' && (last == b'.' || (last == b'-' && class == DOMAIN))) || (b == b'-' && last == b'.' && class == DOMAIN);
            if CLASSES[usize::from(b)] & class == 0 || joint {
                return false;
            }
            last = b;
        }
        last != b'.' && !(last == b'-' && class == DOMAIN)
    };
    if !well(local, LOCAL) || !well(domain, DOMAIN) || local.len() > 64 || domain.len() > 255 {
        return false;
    }
    let label = domain.iter().rev().take_while(|b| **b != b'.').count();
    let last = domain.get(domain.len() - label..).unwrap_or_default();
    label > 1 && label < domain.len() && last.iter().any(u8::is_ascii_alphabetic)
}

const LOCAL: u8 = 1;
const DOMAIN: u8 = 2;
/// Where a byte may stand.
const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 128 {
        let c = b as u8;
        if c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-') {
            table[b] = LOCAL | DOMAIN;
        } else if matches!(c, b'_' | b'+' | b'%' | b'&' | b'=' | b'~') {
            table[b] = LOCAL;
        }
        b += 1;
    }
    table
};

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
            ("\"Doe, Jane\" <jane@b.com>", "jane@b.com"),
            ("a@b.com <a@b.com>", "a@b.com"),
            ("张三 <a@b.com>; 李四 <c@d.com>", "a@b.com"),
            ("a@b.com, 李四 <c@d.com>", "a@b.com"),
            ("电话 110 a@b.com", "a@b.com"),
            ("ａ＠ｂ．com", "a@b.com"),
            ("a@b.com;c@d.com", "a@b.com"),
            ("a+tag@sub.example.co.uk", "a+tag@sub.example.co.uk"),
            ("user@例子.中国", "user@例子.中国"),
            ("o'neil@example.com", "o'neil@example.com"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(address), "{text}");
        }
        assert_eq!(parse("a@b.com; c@d.com", &mut String::new()), Ok(Some(SEVERAL)));
    }

    #[test]
    fn rubbish_is_not_searched_for_an_address() {
        for text in [
            "i8@example.com>\r\nRCPT TO:<evil@x.com",
            "i8@example.com> RCPT TO:<evil@x.com",
            "i8@example.com <evil@x.com>",
            "a@b.com\nBcc: evil@x.com",
            "a@b.com\u{2028}evil@x.com",
            "<a@b.com> <evil@x.com>",
            "<<a@b.com>>",
            "<a@b.com",
            "a@b.com>",
        ] {
            assert_eq!(read(text), Err(AMONG_RUBBISH), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[ab@.<>,; \n张]{0,16}|\\PC{0,16}") {
            let mut out = String::new();
            if parse(&text, &mut out).is_ok() {
                proptest::prop_assert!(out.contains('@') && !out.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;".contains(c)), "{text} {out}");
            }
        }
        #[test]
        fn short_and_long_addresses_obey_the_same_rule(text in "[ab1.@_é-]{0,12}|[a-c0-2._%+-]{0,9}@[a-c0-2.-]{0,9}|[a-z.]{20,40}@[a-z.]{10,30}|\\PC{0,16}") {
            proptest::prop_assert!(text.len() > 64 || is_plain_short(text.as_bytes()) == is_plain_long(text.as_bytes()), "{}", text);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "invalid-email", "a@b", "@b.com", "a@", "a@b..com", "a b@c", "wang.wei5#qq.com", "a@b@c.com", "a@-b.com", "a@b.c0m.1"] {
            assert!(read(text).is_err(), "{text} {:?}", read(text));
        }
    }
}
