//! Phone numbers → E.164 where valid, else their digits. Mainland mobiles, nine of ten cells here, never reach the big library.

use super::rewritten::restored;
use phonenumber::country::Id as Country;
use unicode_normalization::UnicodeNormalization;

/// The fewest digits that are kept when no numbering plan knows them.
const FEWEST: usize = 7;
/// E.164 has at most 15.
const MOST: usize = 15;
/// Said of a cell with more than one number.
pub(crate) const SEVERAL: &str = "several numbers; the first is taken";

/// The number of a cell into `out` (cleared first); the note when more than one stands there. A number of which a spreadsheet
/// has lost digits is none.
pub(crate) fn parse(text: &str, region: Option<&str>, out: &mut String) -> Result<Option<&'static str>, &'static str> {
    out.clear();
    let text = &*restored(text)?;
    if mainland_mobile(text, region, out) {
        return Ok(None);
    }
    let folded: String = text.nfkc().collect();
    if mainland_mobile(folded.trim(), region, out) {
        return Ok(None);
    }
    let has_digits = |t: &&str| t.bytes().filter(u8::is_ascii_digit).count() >= FEWEST;
    let mut parts = folded.split([',', ';', '、', '|', '/', '\n', '或']).map(str::trim).filter(has_digits);
    let (first, more) = (parts.next(), parts.next().is_some());
    let first = first.unwrap_or(folded.trim());
    // 13800000001 13900000002: only the blank separates them.
    let (first, more) = match first.split_once(char::is_whitespace) {
        Some((one, _)) if first.bytes().filter(u8::is_ascii_digit).count() > MOST && has_digits(&one) => (one, true),
        _ => (first, more),
    };
    one(first, region, out)?;
    Ok(more.then_some(SEVERAL))
}

fn one(text: &str, region: Option<&str>, out: &mut String) -> Result<(), &'static str> {
    let text = &*restored(text)?;
    if mainland_mobile(text, region, out) {
        return Ok(());
    }
    // An extension is no part of the number that identifies.
    let lower = text.to_lowercase();
    let end = ["转", "ext", "x", "分机", "#"].iter().filter_map(|mark| lower.find(mark)).filter(|at| *at > 0).min().unwrap_or(lower.len());
    let text = lower.get(..end).unwrap_or(&lower);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits < FEWEST {
        return Err("fewer than 7 digits");
    }
    if digits > 20 {
        return Err("too many digits for a phone number");
    }
    let country: Option<Country> = region.and_then(|r| r.to_ascii_uppercase().parse().ok());
    // 1-8667527753 is grouped as nobody groups a mobile of 11 digits: the 1 is a country code.
    let first_group = text.trim_start().bytes().take_while(u8::is_ascii_digit).count();
    if first_group == 1 && text.trim_start().starts_with('1') && valid(&format!("+{}", text.trim_start()), None, out) {
        return Ok(());
    }
    if valid(text, country, out) {
        return Ok(());
    }
    out.clear();
    out.extend(text.chars().filter(char::is_ascii_digit));
    Ok(())
}

fn valid(text: &str, country: Option<Country>, out: &mut String) -> bool {
    let Ok(number) = phonenumber::parse(country, text) else { return false };
    if !number.is_valid() {
        return false;
    }
    out.clear();
    out.push_str(&number.format().mode(phonenumber::Mode::E164).to_string());
    true
}

/// `13812345678`, `+86 138 1234 5678`, `86-138-…`, `(0086)138-…`, `138-1234-5678`: without allocating.
fn mainland_mobile(text: &str, region: Option<&str>, out: &mut String) -> bool {
    let mut digits = [0_u8; 16];
    let (mut n, mut plus) = (0, false);
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'0'..=b'9' => {
                let Some(place) = digits.get_mut(n) else { return false };
                (*place, n) = (b, n + 1);
            }
            b'+' if n == 0 && !plus && i <= 1 => plus = true,
            // Never right after the leading 1 of the number itself.
            b' ' | b'-' | b'(' | b')' | b'.' if !(n == 1 && digits.first() == Some(&b'1')) => {}
            _ => return false,
        }
    }
    let all = digits.get(..n).unwrap_or_default();
    let number = match (plus, n) {
        (false, 11) if region.is_some_and(|r| r.eq_ignore_ascii_case("CN")) => all,
        (_, 13) => all.strip_prefix(b"86").unwrap_or_default(),
        (false, 15) => all.strip_prefix(b"0086").unwrap_or_default(),
        _ => return false,
    };
    if !matches!(number, [b'1', b'3'..=b'9', ..]) {
        return false;
    }
    out.clear();
    out.push_str("+86");
    out.extend(number.iter().map(|b| char::from(*b)));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cn(text: &str) -> Result<String, &'static str> {
        let mut out = String::new();
        parse(text, Some("CN"), &mut out).map(|_| out)
    }

    #[test]
    fn mainland_mobiles_in_every_dress() {
        for text in [
            "13812345678",
            "+86 138 1234 5678",
            "86-138-1234-5678",
            "(0086)138-12345678",
            "138-1234-5678",
            "+8613812345678",
            "１３８１２３４５６７８",
            "138 1234 5678 转 8",
            "13812345678/13900000002",
        ] {
            assert_eq!(cn(text).as_deref(), Ok("+8613812345678"), "{text}");
        }
        assert_eq!(parse("13812345678、13900000002", Some("CN"), &mut String::new()), Ok(Some(SEVERAL)));
        assert_eq!(parse("13812345678 13900000002", Some("CN"), &mut String::new()), Ok(Some(SEVERAL)));
    }

    #[test]
    fn other_numbers_by_their_plan() {
        for (text, e164) in [
            ("010-62345678", "+861062345678"),
            ("+44 7400 123456", "+447400123456"),
            ("+49 170 1234567", "+491701234567"),
            ("+52 55 1234 5678", "+525512345678"),
            ("1-8667527753", "+18667527753"),
            ("1-8002752273", "+18002752273"),
        ] {
            assert_eq!(cn(text).as_deref(), Ok(e164), "{text}");
        }
        let mut out = String::new();
        assert_eq!(parse("(415) 555-2671", Some("US"), &mut out), Ok(None));
        assert_eq!(out, "+14155552671");
        assert_eq!(parse("9876543210", Some("IN"), &mut out), Ok(None));
        assert_eq!(out, "+919876543210");
    }

    #[test]
    fn numbers_that_a_spreadsheet_rewrote_are_restored_or_none() {
        for text in ["13812345678.0", "1.3812345678E+10", "1.3812345678E10", "１.３８１２３４５６７８Ｅ＋１０", "13812345678.0;13900000002.0"] {
            assert_eq!(cn(text).as_deref(), Ok("+8613812345678"), "{text}");
        }
        for text in ["1.38123E+10", "1.38123E10", "1.38123E+10;1.39E+10", "1.38123E+10 1.39204E+10"] {
            assert!(cn(text).is_err(), "{text} {:?}", cn(text));
        }
        assert_eq!(cn("5550400.0").as_deref(), Ok("5550400"));
    }

    #[test]
    fn unknown_numbers_keep_their_digits() {
        assert_eq!(cn("5550400").as_deref(), Ok("5550400"));
        assert_eq!(cn("555-0900").as_deref(), Ok("5550900"));
        for text in ["123", "not-a-phone", "", "555-099"] {
            assert!(cn(text).is_err(), "{text}");
        }
    }
}
