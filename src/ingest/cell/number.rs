//! Numbers as people write them: `1,200`, `１，２００`, `1.2万`, `50-100人`, `1000以上`, `￥50万`, `85 L`, `(1,234.50)`.
//! Exact decimals all the way; only a `number` field becomes a float, at the very end.

mod endpoint;
mod words;

use self::endpoint::{digits, endpoint};
use super::decimal::Decimal;
use crate::model::{Currency, RangeEnd};
use unicode_normalization::UnicodeNormalization;

const NOT_A_NUMBER: &str = "not a number";
const TOO_LARGE: &str = "too large a number";

/// How a field wants its numbers read.
#[derive(Clone, Copy)]
pub(crate) struct Style<'a> {
    /// Which end of a range counts.
    pub(crate) range: RangeEnd,
    /// Nothing but digits (and a decimal point where `point`).
    pub(crate) plain: bool,
    /// Decimal places are allowed in plain numbers.
    pub(crate) point: bool,
    /// The one currency whose sign may stand there; `None` = no signs at all.
    pub(crate) currency: Option<&'a Currency>,
}

/// A whole number.
pub(crate) fn integer(text: &str, style: Style<'_>) -> Result<i64, &'static str> {
    let b = text.as_bytes();
    if !b.is_empty() && b.len() <= 18 && b.iter().all(u8::is_ascii_digit) {
        return Ok(b.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0')));
    }
    let (low, high) = quantity(text, style)?;
    match style.range {
        RangeEnd::Low => low.whole().ok_or("not a whole number"),
        RangeEnd::High => high.whole().ok_or("not a whole number"),
        RangeEnd::Middle if low == high => low.whole().ok_or("not a whole number"),
        RangeEnd::Middle => low.middle(high).and_then(Decimal::floor).ok_or(TOO_LARGE),
    }
}

/// Any number.
pub(crate) fn number(text: &str, style: Style<'_>) -> Result<Decimal, &'static str> {
    let (low, high) = quantity(text, style)?;
    match style.range {
        RangeEnd::Low => Ok(low),
        RangeEnd::High => Ok(high),
        RangeEnd::Middle => low.middle(high).ok_or(TOO_LARGE),
    }
}

/// Whether a number that could be read has nothing but a comma for a decimal point: `12,34`, and not `1.234,56`.
pub(crate) fn has_decimal_comma(text: &str) -> bool {
    let Some((_, after)) = text.rsplit_once([',', '，']) else { return false };
    let digits = after.chars().take_while(|c| c.is_numeric()).count();
    (1..=2).contains(&digits) && !text.contains(['.', '．'])
}

/// Both ends of a range; twice the same for one number.
fn quantity(text: &str, style: Style<'_>) -> Result<(Decimal, Decimal), &'static str> {
    if style.plain {
        let body = text.strip_prefix(['-', '+']).unwrap_or(text);
        let well = !body.is_empty() && body.bytes().all(|b| b.is_ascii_digit() || (style.point && b == b'.')) && body.matches('.').count() <= 1;
        let value = if well { digits(text.trim_start_matches('+'))? } else { return Err("not plain digits") };
        return Ok((value, value));
    }
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let compact = without_spaces(&folded)?;
    if compact.len() > 64 || !compact.bytes().any(|b| b.is_ascii_digit()) {
        return Err(NOT_A_NUMBER);
    }
    match endpoint(&compact, style.currency) {
        Ok(e) => return e.bounds().ok_or(TOO_LARGE),
        Err(e) if e != NOT_A_NUMBER => return Err(e),
        Err(_) => {}
    }
    for separator in ["~", "–", "—", "−", "-", "至", "到", "to"] {
        for (at, _) in compact.match_indices(separator) {
            let (left, right) = (compact.get(..at).unwrap_or_default(), compact.get(at + separator.len()..).unwrap_or_default());
            if !left.bytes().any(|b| b.is_ascii_digit()) {
                continue;
            }
            let (Ok(low), Ok(high)) = (endpoint(left, style.currency), endpoint(right, style.currency)) else { continue };
            let mut from = low.value.shift(low.unit);
            let until = high.value.shift(high.unit);
            // In 1-5万 the unit belongs to both; in 500-1万 it cannot.
            let shared = low.value.shift(high.unit);
            if low.unit == 0 && shared.at_most(until) {
                from = shared;
            }
            if from.at_most(until) {
                return Ok((from, until));
            }
            return Err("a range that runs backwards");
        }
    }
    Err(NOT_A_NUMBER)
}

/// Without white space; inside digits only where it marks thousands.
fn without_spaces(text: &str) -> Result<String, &'static str> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(char::is_whitespace) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        rest = after.trim_start();
        let run = rest.bytes().take_while(u8::is_ascii_digit).count();
        if run != 0 && run != 3 && out.ends_with(|c: char| c.is_ascii_digit()) {
            return Err(NOT_A_NUMBER);
        }
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn style(range: RangeEnd) -> Style<'static> {
        Style { range, plain: false, point: true, currency: None }
    }
    fn low(text: &str) -> Result<i64, &'static str> {
        integer(text, style(RangeEnd::Low))
    }

    #[test]
    fn whole_numbers_as_people_write_them() {
        for (text, n) in [
            ("1,200", 1200),
            ("１，２００", 1200),
            ("1.2万", 12_000),
            ("5万", 50_000),
            ("3千", 3000),
            ("1.5k", 1500),
            ("200+", 200),
            ("50-100人", 50),
            ("100–499", 100),
            ("1000以上", 1000),
            ("1000人以上", 1000),
            ("约 300 人", 300),
            (">500", 500),
            ("1-5万", 10_000),
            ("500-1万", 500),
            ("12,00,000", 1_200_000),
            ("1 200", 1200),
            ("12.0", 12),
            ("1.2亿", 120_000_000),
            ("2 million", 2_000_000),
            ("1.2 Cr", 12_000_000),
            ("85 L", 8_500_000),
            ("-7", -7),
            ("(7)", -7),
            ("1e3", 1000),
            ("50人以下", 0),
        ] {
            assert_eq!(low(text), Ok(n), "{text}");
        }
        for text in ["", "abc", "12.5", "1,20", "12 34", "1.2.3", "2026-11-21", "万", "1万2", "$5"] {
            assert!(low(text).is_err(), "{text} {:?}", low(text));
        }
    }

    #[test]
    fn ranges_have_three_ends() {
        assert_eq!(integer("100-499", style(RangeEnd::Low)), Ok(100));
        assert_eq!(integer("100-499", style(RangeEnd::Middle)), Ok(299));
        assert_eq!(integer("100-499", style(RangeEnd::High)), Ok(499));
        assert_eq!(integer("50以下", style(RangeEnd::High)), Ok(50));
        assert_eq!(number("100-499", style(RangeEnd::Middle)).ok().and_then(Decimal::real), Some(299.5));
        assert!(low("499-100").is_err());
    }

    #[test]
    fn plain_refuses_all_but_digits() {
        let plain = Style { plain: true, point: false, ..style(RangeEnd::Low) };
        assert_eq!(integer("1200", plain), Ok(1200));
        for text in ["1,200", "50万", "50-100人", "12.0", "1e3", ""] {
            assert!(integer(text, plain).is_err(), "{text}");
        }
    }

    #[test]
    fn money_is_exact_and_of_one_currency() {
        let money = |text: &str, code: &str| {
            let currency = Currency::new(code);
            number(text, Style { currency: Some(&currency), ..style(RangeEnd::Low) }).and_then(|d| d.minor(currency.digits).map(|(n, _)| n).ok_or("large"))
        };
        assert_eq!(money("￥50万", "CNY"), Ok(50_000_000));
        assert_eq!(money("¥1,000.50", "CNY"), Ok(100_050));
        assert_eq!(money("50万元", "CNY"), Ok(50_000_000));
        assert_eq!(money("$1,117.10K", "USD"), Ok(111_710_000));
        assert_eq!(money("$10k-$20k", "USD"), Ok(1_000_000));
        assert_eq!(money("1.2 Cr", "INR"), Ok(1_200_000_000));
        assert_eq!(money("0.105", "USD"), Ok(11));
        assert_eq!(money("-0.105", "USD"), Ok(-11));
        assert_eq!(money("USD 12", "USD"), Ok(1200));
        assert_eq!(money("1.234,56 €", "EUR"), Ok(123_456));
        for text in ["$1,117.10K", "USD 12", "12 EUR", "5美元", "€5"] {
            assert_eq!(money(text, "CNY"), Err("another currency's sign"), "{text}");
        }
    }

    #[test]
    fn a_comma_that_stands_for_no_thousands_is_a_point() {
        for text in ["12,34", "￥12,3", "1,5万"] {
            assert!(has_decimal_comma(text), "{text}");
        }
        for text in ["1,234", "12,00,000", "1.234,56", "1,117.10K", "1,200 元", "12"] {
            assert!(!has_decimal_comma(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,24}", range in 0..3_u8) {
            let range = match range { 0 => RangeEnd::Low, 1 => RangeEnd::Middle, _ => RangeEnd::High };
            let _ = integer(&text, style(range));
            let _ = number(&text, style(range)).map(|d| (d.minor(2), d.real()));
        }
        #[test]
        fn number_like_texts_neither(text in "[0-9.,万k亿 ()+~-]{0,40}") {
            let _ = low(&text);
            let _ = number(&text, style(RangeEnd::Middle)).map(|d| (d.minor(3), d.real()));
        }
        #[test]
        fn thousands_marks_change_nothing(n in 0..10_000_000_000_i64) {
            let marked: String = n.to_string().chars().rev().enumerate().flat_map(|(i, c)| (i > 0 && i % 3 == 0).then_some(',').into_iter().chain([c])).collect();
            let marked: String = marked.chars().rev().collect();
            prop_assert_eq!(low(&marked), Ok(n));
        }
    }
}
