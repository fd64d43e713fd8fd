//! Numbers as conditions see them: whole or real. `+ - *` are whole when both sides are, `/` is real;
//! what overflows, or divides by zero, is unknown. Whole and real compare exactly.

use std::cmp::Ordering;

/// A number; a real is never NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Num {
    Int(i64),
    Real(f64),
}

const TWO_63: f64 = 9_223_372_036_854_775_808.0;

impl Num {
    /// A real, if it is one.
    pub(super) fn real(x: f64) -> Option<Self> {
        x.is_finite().then_some(Self::Real(x))
    }
    /// As a real, rounded where a whole number has no exact one.
    pub(super) fn as_real(self) -> f64 {
        match self {
            Self::Int(i) => i as f64,
            Self::Real(x) => x,
        }
    }
    /// Exact over both sorts.
    pub(super) fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(&b),
            (Self::Real(a), Self::Real(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (Self::Int(a), Self::Real(b)) => order_mixed(a, b),
            (Self::Real(a), Self::Int(b)) => order_mixed(b, a).reverse(),
        }
    }
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.checked_add(b).map(Self::Int),
            (a, b) => Self::real(a.as_real() + b.as_real()),
        }
    }
    pub(super) fn minus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.checked_sub(b).map(Self::Int),
            (a, b) => Self::real(a.as_real() - b.as_real()),
        }
    }
    pub(super) fn times(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.checked_mul(b).map(Self::Int),
            (a, b) => Self::real(a.as_real() * b.as_real()),
        }
    }
    pub(super) fn over(self, other: Self) -> Option<Self> {
        Self::real(self.as_real() / other.as_real())
    }
    pub(super) fn negated(self) -> Option<Self> {
        match self {
            Self::Int(a) => a.checked_neg().map(Self::Int),
            Self::Real(a) => Some(Self::Real(-a)),
        }
    }
    /// The least whole number `n` with `n >= self`, where one exists.
    pub(super) fn ceil(self) -> Option<i64> {
        match self {
            Self::Int(a) => Some(a),
            Self::Real(x) => whole(x.ceil()),
        }
    }
    /// The greatest whole number `n` with `n <= self`, where one exists.
    pub(super) fn floor(self) -> Option<i64> {
        match self {
            Self::Int(a) => Some(a),
            Self::Real(x) => whole(x.floor()),
        }
    }
}

/// A whole real as an integer, if it fits.
fn whole(x: f64) -> Option<i64> {
    (-TWO_63..TWO_63).contains(&x).then_some(x as i64)
}

fn order_mixed(a: i64, b: f64) -> Ordering {
    match whole(b.floor()) {
        None if b > 0.0 => Ordering::Less,
        None => Ordering::Greater,
        Some(floor) => a.cmp(&floor).then(if b > b.floor() { Ordering::Less } else { Ordering::Equal }),
    }
}

impl std::fmt::Display for Num {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(i) => write!(f, "{i}"),
            Self::Real(x) => write!(f, "{x:?}"), // keeps the point, so that it reads back as a real
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_real_compare_exactly() {
        let big = i64::MAX; // as f64 this is 2^63, one more
        assert_eq!(Num::Int(big).order(Num::Real(TWO_63)), Ordering::Less);
        assert_eq!(Num::Int(i64::MIN).order(Num::Real(-TWO_63)), Ordering::Equal);
        assert_eq!(Num::Int(3).order(Num::Real(3.5)), Ordering::Less);
        assert_eq!(Num::Int(-3).order(Num::Real(-3.5)), Ordering::Greater);
        assert_eq!(Num::Real(2.0).order(Num::Int(2)), Ordering::Equal);
        assert_eq!(Num::Int(5).order(Num::Real(-1e300)), Ordering::Greater);
    }

    #[test]
    fn overflow_and_division_by_zero_are_unknown() {
        assert_eq!(Num::Int(i64::MAX).plus(Num::Int(1)), None);
        assert_eq!(Num::Int(i64::MIN).negated(), None);
        assert_eq!(Num::Int(1).over(Num::Int(0)), None);
        assert_eq!(Num::Real(1e308).times(Num::Real(10.0)), None);
        assert_eq!(Num::Int(7).over(Num::Int(2)), Some(Num::Real(3.5)));
    }
}
