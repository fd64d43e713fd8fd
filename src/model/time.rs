//! Instants, durations, and "until when does this answer hold".

use std::fmt;

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(pub i64);

impl Instant {
    /// The latest representable instant: "never" when used as an [`Until`].
    pub const MAX: Self = Self(i64::MAX);
    /// RFC 3339 in UTC, for machines.
    pub fn rfc3339(self) -> String {
        chrono::DateTime::from_timestamp(self.0, 0).map_or_else(|| self.0.to_string(), |t| t.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    }
    /// This instant moved by `seconds`, held inside the representable range.
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

/// The first instant at which the clock alone could change an answer. Early is allowed, late never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Until(pub Instant);

impl Until {
    /// The clock alone never changes it.
    pub const NEVER: Self = Self(Instant::MAX);
    /// The earlier of two.
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }
}

/// A length of wall time in whole seconds. Months are refused: they have no fixed length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Duration(pub i64);

impl Duration {
    /// `90d` = 90 × 24 h, `2w`, `24h`, `30m`, `45s`, or a sum such as `1d 12h`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let uncertain = |unit: &str| unit.to_ascii_lowercase().starts_with("mo") || unit.starts_with(['M', 'y']);
        if text.split(|c: char| !c.is_alphabetic()).any(uncertain) {
            return Err(format!("`{text}`: months and years have no fixed length; write days, e.g. `30d`"));
        }
        if text.starts_with(['-', '+']) {
            return Err(format!("`{text}`: a duration has no sign"));
        }
        let d = humantime::parse_duration(text).map_err(|_| format!("`{text}` is not a duration; write e.g. `24h`, `7d`, `2w`"))?;
        if d.subsec_nanos() != 0 {
            return Err(format!("`{text}` is finer than a second"));
        }
        i64::try_from(d.as_secs()).map(Self).map_err(|_| format!("`{text}` is too long"))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            s if s != 0 && s % 86_400 == 0 => write!(f, "{}d", s / 86_400),
            s if s != 0 && s % 3_600 == 0 => write!(f, "{}h", s / 3_600),
            s if s != 0 && s % 60 == 0 => write!(f, "{}m", s / 60),
            s => write!(f, "{s}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_fixed_length_so_months_are_refused() {
        assert_eq!(Duration::parse("90d"), Ok(Duration(90 * 86_400)));
        assert_eq!(Duration::parse("2w").map(|d| d.to_string()), Ok("14d".into()));
        assert!(Duration::parse("1month").is_err());
        assert!(Duration::parse("1M").is_err());
        assert!(Duration::parse("1d 2months").is_err_and(|why| why.contains("no fixed length")));
        assert!(Duration::parse("7").is_err());
    }
}
