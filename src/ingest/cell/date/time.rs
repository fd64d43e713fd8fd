//! The time of day in a written date, with its zone.

use super::NOT_A_DATE;
use super::tokens::{Half, Token};
use crate::ingest::cell::clock::clock_seconds;

/// Seconds from midnight, and seconds east of UTC where a zone stands there.
pub(super) type Time = (u32, Option<i32>);

/// The time of day with its zone, and the tokens that remain.
pub(super) fn take_time(mut tokens: Vec<Token<'_>>, mut half: Option<Half>) -> Result<(Option<Time>, Vec<Token<'_>>), &'static str> {
    use Token::{Mark, Number, Word};
    let number = |t: Option<&Token<'_>>| if let Some(Number(n)) = t { n.parse::<u32>().ok() } else { None };
    let compact = tokens.windows(2).position(|w| matches!(w, [Word("t"), Number(n)] if matches!(n.len(), 4 | 6)));
    let (from, mut to, mut clock) = if let Some(at) = tokens.windows(2).position(|w| matches!(w, [Number(_), Mark(':')])) {
        let h = number(tokens.get(at)).ok_or(NOT_A_DATE)?;
        let mut to = at + 2;
        let m = number(tokens.get(to));
        to += usize::from(m.is_some());
        let mut s = 0;
        if m.is_some() && tokens.get(to) == Some(&Mark(':')) {
            to += 1;
            if let Some(n) = number(tokens.get(to)) {
                (s, to) = (n, to + 1);
                if matches!(tokens.get(to), Some(Mark('.'))) && matches!(tokens.get(to + 1), Some(Number(_))) {
                    to += 2;
                }
            }
        }
        (at, to, (h, m.unwrap_or(0), s))
    } else if let Some(at) = compact {
        let Some(Number(n)) = tokens.get(at + 1) else { return Err(NOT_A_DATE) };
        let part = |i: usize| n.get(i..i + 2).and_then(|p| p.parse().ok()).unwrap_or(0);
        (at, at + 2, (part(0), part(2), part(4)))
    } else if let Some(at) = tokens.windows(2).position(|w| matches!(w, [Number(_), Word("am" | "pm")])) {
        (at, at + 1, (number(tokens.get(at)).ok_or(NOT_A_DATE)?, 0, 0))
    } else {
        return if half.is_some() { Err(NOT_A_DATE) } else { Ok((None, tokens)) };
    };
    if let Some(Word(w @ ("am" | "pm" | "a" | "p"))) = tokens.get(to).copied() {
        half = Some(if w.starts_with('a') { Half::Am } else { Half::Pm });
        to += 1;
        // a.m.
        while matches!(tokens.get(to), Some(Mark('.') | Word("m"))) {
            to += 1;
        }
    }
    match half {
        Some(Half::Am) if clock.0 == 12 => clock.0 = 0,
        Some(Half::Pm) if clock.0 < 12 => clock.0 += 12,
        Some(Half::Noon) if clock.0 < 3 => clock.0 += 12,
        _ => {}
    }
    let mut offset = None;
    if matches!(tokens.get(to), Some(Word("z" | "utc" | "gmt"))) {
        (offset, to) = (Some(0), to + 1);
    }
    if let (Some(Mark(sign @ ('+' | '-' | '−'))), Some(Number(n))) = (tokens.get(to).copied(), tokens.get(to + 1).copied())
        && let Ok(value) = n.parse::<i32>()
        && value <= 1400
    {
        let (hours, minutes) = if n.len() > 2 { (value / 100, value % 100) } else { (value, 0) };
        to += 2;
        let mut minutes = minutes;
        if let (Some(Mark(':')), Some(m)) = (tokens.get(to), number(tokens.get(to + 1))) {
            (minutes, to) = (m as i32, to + 2);
        }
        if hours > 14 || minutes > 59 {
            return Err(NOT_A_DATE);
        }
        let seconds = hours * 3600 + minutes * 60;
        offset = Some(if sign == '+' { seconds } else { -seconds });
    }
    let seconds = clock_seconds(clock.0, clock.1, clock.2).ok_or(NOT_A_DATE)?;
    tokens.drain(from..to);
    Ok((Some((seconds, offset)), tokens))
}
