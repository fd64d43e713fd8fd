//! How long something may take, as SOP files write it.

use super::Duration;

/// A length of time: of the wall clock, or of the team's working time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// `24h`
    Wall(Duration),
    /// `4 business hours`, in seconds.
    BusinessHours(i64),
    /// `2 business days`: the same clock time on a later working day.
    BusinessDays(i64),
}

impl Within {
    /// Reads `24h`, `4 business hours`, `2 business days`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let count = |n: &str| n.trim().parse::<i64>().ok().filter(|n| *n > 0).ok_or_else(|| format!("`{text}` is no time at all"));
        let business = |units: [&str; 2]| units.iter().find_map(|unit| text.strip_suffix(unit));
        if let Some(n) = business(["business hours", "business hour"]) {
            return Ok(Self::BusinessHours(count(n)?.saturating_mul(3600)));
        }
        if let Some(n) = business(["business days", "business day"]) {
            return Ok(Self::BusinessDays(count(n)?));
        }
        match Duration::parse(text)? {
            Duration(0) => Err(format!("`{text}` is no time at all")),
            d => Ok(Self::Wall(d)),
        }
    }
}
