//! One number with all that may stand around it: signs, units, brackets, "about", "and more".

use super::words::{ABOUT, CODES, DOWN, DOWN_AFTER, NOUNS, SIGNS, UNITS, UP, UP_AFTER};
use super::{NOT_A_NUMBER, TOO_LARGE};
use crate::ingest::cell::decimal::Decimal;
use crate::model::Currency;

/// Whether a number stands for all above it, or below.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    No,
    Up,
    Down,
}

/// One end of a range, or the number itself.
pub(super) struct Endpoint {
    pub(super) value: Decimal,
    /// The power of ten that its unit stands for: 4 for 万.
    pub(super) unit: i32,
    open: Open,
}

impl Endpoint {
    pub(super) fn bounds(&self) -> Option<(Decimal, Decimal)> {
        let value = self.value.shift(self.unit);
        value.real()?;
        Some(if self.open == Open::Down { (Decimal { mantissa: 0, exp: 0 }, value) } else { (value, value) })
    }
}

/// One number with all that may stand around it.
pub(super) fn endpoint(text: &str, currency: Option<&Currency>) -> Result<Endpoint, &'static str> {
    let (mut rest, mut open) = (text, Open::No);
    loop {
        if let Some(r) = strip(rest, ABOUT) {
            rest = r;
        } else if let Some(r) = strip(rest, UP) {
            (rest, open) = (r, Open::Up);
        } else if let Some(r) = strip(rest, DOWN) {
            (rest, open) = (r, Open::Down);
        } else if let Some(r) = strip_sign(rest, currency)? {
            rest = r;
        } else {
            break;
        }
    }
    let (mut negative, mut bracket) = (false, false);
    if let Some(r) = rest.strip_prefix('(') {
        (rest, negative, bracket) = (r, true, true);
    } else if let Some(r) = rest.strip_prefix(['-', '−']) {
        (rest, negative) = (r, true);
    } else if let Some(r) = rest.strip_prefix('+') {
        rest = r;
    }
    while let Some(r) = strip_sign(rest, currency)? {
        rest = r;
    }
    let body = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '\''))).unwrap_or(rest.len());
    let (number, mut rest) = rest.split_at(body);
    let mut value = digits(number)?;
    if let Some(e) = rest.strip_prefix('e') {
        let (sign, e) = e.strip_prefix('-').map_or((1, e.strip_prefix('+').unwrap_or(e)), |e| (-1, e));
        let end = e.find(|c: char| !c.is_ascii_digit()).unwrap_or(e.len());
        let (power, after) = e.split_at(end);
        if let Ok(power) = power.parse::<i32>()
            && power <= 30
        {
            (value, rest) = (value.shift(sign * power), after);
        }
    }
    let mut unit = 0;
    loop {
        if let (0, Some((r, power))) = (unit, UNITS.iter().find_map(|(u, p)| rest.strip_prefix(u).map(|r| (r, *p)))) {
            (rest, unit) = (r, power);
        } else if let Some(r) = strip(rest, UP_AFTER) {
            (rest, open) = (r, Open::Up);
        } else if let Some(r) = strip(rest, DOWN_AFTER) {
            (rest, open) = (r, Open::Down);
        } else if let Some(r) = strip(rest, NOUNS) {
            rest = r;
        } else if let Some(r) = strip_sign(rest, currency)? {
            rest = r;
        } else if let (true, Some(r)) = (bracket, rest.strip_prefix(')')) {
            (rest, bracket) = (r, false);
        } else {
            break;
        }
    }
    if !rest.is_empty() || bracket {
        return Err(NOT_A_NUMBER);
    }
    if negative {
        value.mantissa = -value.mantissa;
    }
    Ok(Endpoint { value, unit, open })
}

fn strip<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|w| text.strip_prefix(w))
}

/// Without a leading currency sign; an error when it is another currency's.
fn strip_sign<'a>(text: &'a str, currency: Option<&Currency>) -> Result<Option<&'a str>, &'static str> {
    const OTHER: &str = "another currency's sign";
    let own = |codes: &[&str]| currency.is_some_and(|c| codes.contains(&c.code.as_str()));
    if let Some((rest, codes)) = SIGNS.iter().find_map(|(s, codes)| text.strip_prefix(s).map(|r| (r, *codes))) {
        return if own(codes) || (currency.is_none() && codes.contains(&"CNY")) { Ok(Some(rest)) } else { Err(OTHER) };
    }
    let Some(head) = text.get(..3) else { return Ok(None) };
    if let Some(c) = currency.filter(|c| c.code.eq_ignore_ascii_case(head)) {
        return Ok(text.get(c.code.len()..));
    }
    if CODES.iter().any(|c| c.eq_ignore_ascii_case(head)) { Err(OTHER) } else { Ok(None) }
}

/// Digits with thousands marks and a decimal point: `1,117.10`, `1.117,10`, `1'200`, `12,00,000`, `1,5`.
pub(super) fn digits(text: &str) -> Result<Decimal, &'static str> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |t| (true, t));
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return Err(NOT_A_NUMBER);
    }
    let after = |mark: char| text.rfind(mark).map(|i| text.len() - i - 1);
    let count = |mark: char| text.matches(mark).count();
    let point = match (after('.'), after(',')) {
        (Some(_), None) if count('.') == 1 => Some('.'),
        (Some(_), None) => None,                                   // 1.234.567
        (None, Some(n)) if count(',') == 1 && n <= 2 => Some(','), // 1,5
        (Some(d), Some(c)) => Some(if d < c { '.' } else { ',' }),
        _ => None,
    };
    let (whole, fraction) = point.and_then(|p| text.rsplit_once(p)).unwrap_or((text, ""));
    let groups: Vec<&str> = whole.split([',', '.', '\'']).collect();
    let marked = groups.len() > 1;
    // The last group has three digits; those before it three, or two as in India.
    let well = groups.iter().enumerate().all(|(i, g)| match i {
        _ if !marked => true,
        0 => (1..=3).contains(&g.len()),
        _ if i + 1 == groups.len() => g.len() == 3,
        _ => matches!(g.len(), 2 | 3),
    });
    if !well || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NOT_A_NUMBER);
    }
    let all: String = groups.concat() + fraction;
    if all.is_empty() || all.len() > 30 {
        return Err(if all.is_empty() { NOT_A_NUMBER } else { TOO_LARGE });
    }
    let mantissa: i128 = all.parse().map_err(|_| NOT_A_NUMBER)?;
    Ok(Decimal { mantissa: if negative { -mantissa } else { mantissa }, exp: -(fraction.len() as i32) })
}
