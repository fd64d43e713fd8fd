//! Numbers that name somebody, as spreadsheets and dataframes rewrite them: `13920410001.0`, `1.3920410003E+10`, `1.39204E+10`.
//!
//! The first two say every digit and are restored. In the third digits are lost: many numbers look like that, and none may be
//! taken for it.

use std::borrow::Cow;

/// Said of a number whose last digits are gone.
const ROUNDED: &str = "a spreadsheet has rounded this number: digits are lost; export the column as text";
const FRACTION: &str = "a number with a fraction names nobody; export the column as text";

/// More digits than any number that names somebody has.
const MOST: usize = 40;

/// The number that was meant. A text that is no rewritten number stays as it is: `1E5` may well be an id.
#[inline]
pub(crate) fn restored(text: &str) -> Result<Cow<'_, str>, &'static str> {
    // `.0`, `.00`, `E+10`, `E+010`: whatever is rewritten shows it at its end.
    let shows = text.as_bytes().iter().rev().take(5).any(|b| matches!(b, b'.' | b'E' | b'e'));
    if shows { whole(text) } else { Ok(Cow::Borrowed(text)) }
}

fn whole(text: &str) -> Result<Cow<'_, str>, &'static str> {
    let unchanged = Ok(Cow::Borrowed(text));
    let digits = |t: &str| !t.is_empty() && t.len() <= MOST && t.bytes().all(|b| b.is_ascii_digit());
    if let Some(number) = text.strip_suffix(".0").or_else(|| text.strip_suffix(".00")) {
        return if digits(number.strip_prefix('+').unwrap_or(number)) { Ok(Cow::Borrowed(number)) } else { unchanged };
    }
    let Some((mantissa, power)) = text.split_once(['E', 'e']) else { return unchanged };
    let (first, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let signed = power.strip_prefix('+');
    let power = signed.unwrap_or(power);
    let well = digits(first) && (fraction.is_empty() || digits(fraction)) && digits(power) && power.len() <= 3;
    // Spreadsheets and most languages write the sign, Java does not, but always one digit and a point: `12E34` is nobody's number.
    if !well || (signed.is_none() && (first.len() != 1 || fraction.is_empty())) {
        return unchanged;
    }
    let Ok(power) = power.parse::<usize>() else { return unchanged };
    let Some((moved, rest)) = fraction.split_at_checked(power) else { return Err(ROUNDED) };
    if rest.bytes().any(|b| b != b'0') {
        return Err(FRACTION);
    }
    Ok(Cow::Owned(format!("{first}{moved}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_says_every_digit_is_restored() {
        for (text, number) in [
            ("13920410001.0", "13920410001"),
            ("13920410001.00", "13920410001"),
            ("+8613920410001.0", "+8613920410001"),
            ("1.3920410003E+10", "13920410003"),
            ("1.3920410003e+10", "13920410003"),
            ("1.3920410003E10", "13920410003"),
            ("1,3920410003E+10", "13920410003"),
            ("1.39204100030000E+10", "13920410003"),
            ("2.02611210001234E+14", "202611210001234"),
            ("1001.0", "1001"),
        ] {
            assert_eq!(restored(text).as_deref(), Ok(number), "{text}");
        }
    }

    #[test]
    fn what_has_lost_digits_is_refused() {
        for text in ["1.39204E+10", "1.39204e+10", "1,39204E+10", "1.39204E10", "2.02611E+14", "1E+10", "13.9E+9", "1.4E+010"] {
            assert_eq!(restored(text), Err(ROUNDED), "{text}");
        }
        assert_eq!(restored("1.25E+1"), Err(FRACTION));
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in ["", "13920410001", "1E5", "12e34", "2e5", "L-1.0", "1.2.0", "v2.0", "k1.5", "E+10", "1.5E", "1.5E+", "a1.39E+10", ".0", "10.5", "1001.000"]
        {
            assert_eq!(restored(text).as_deref(), Ok(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_number_comes_back_whatever_wrote_it(n in 1_000_000_u64..1_000_000_000_000_000) {
            let number = n.to_string();
            let (first, rest) = number.split_at(1);
            for text in [format!("{n}.0"), format!("{first}.{rest}E+{}", rest.len()), format!("{first}.{rest}E{}", rest.len()), number.clone()] {
                prop_assert_eq!(restored(&text), Ok(Cow::Borrowed(number.as_str())), "{}", text);
            }
            let cut = format!("{first}.{}E+{}", rest.get(..rest.len() - 1).unwrap_or_default(), rest.len());
            prop_assert_eq!(restored(&cut), Err(ROUNDED), "{}", cut);
        }
        #[test]
        fn nothing_makes_it_panic(text in "[0-9.,eE+-]{0,12}|\\PC{0,12}") {
            let _ = restored(&text);
        }
    }
}
