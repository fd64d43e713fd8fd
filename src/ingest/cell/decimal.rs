//! Exact decimals, as wide as anything that is written by hand.

/// `mantissa × 10^exp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(super) mantissa: i128,
    pub(super) exp: i32,
}

impl Decimal {
    /// The whole number, if it is one.
    pub(crate) fn whole(self) -> Option<i64> {
        self.scaled(0).filter(|(_, exact)| *exact).map(|(n, _)| n)
    }
    /// Rounded down to a whole number.
    pub(super) fn floor(self) -> Option<i64> {
        let (n, exact) = self.truncated(0)?;
        i64::try_from(if exact || n > 0 || self.mantissa >= 0 { n } else { n - 1 }).ok()
    }
    /// In units of `10^-digits`, rounded half away from zero, and whether nothing was rounded.
    pub(crate) fn minor(self, digits: u32) -> Option<(i64, bool)> {
        self.scaled(digits)
    }
    /// The nearest float.
    pub(crate) fn real(self) -> Option<f64> {
        format!("{}e{}", self.mantissa, self.exp).parse().ok().filter(|x: &f64| x.is_finite())
    }
    fn scaled(self, digits: u32) -> Option<(i64, bool)> {
        let (n, exact) = self.truncated(digits)?;
        if exact {
            return Some((i64::try_from(n).ok()?, true));
        }
        let doubled = Self { mantissa: self.mantissa.checked_mul(2)?, exp: self.exp };
        let (twice, _) = doubled.truncated(digits)?;
        // Half away from zero: the odd half-units go outwards.
        Some((i64::try_from(n + (twice - 2 * n)).ok()?, false))
    }
    fn truncated(self, digits: u32) -> Option<(i128, bool)> {
        let shift = self.exp + i32::try_from(digits).ok()?;
        if self.mantissa == 0 {
            return Some((0, true));
        }
        if shift >= 0 {
            let scale = 10_i128.checked_pow(u32::try_from(shift).ok()?)?;
            return Some((self.mantissa.checked_mul(scale)?, true));
        }
        let Some(scale) = 10_i128.checked_pow(shift.unsigned_abs()) else { return Some((0, false)) };
        Some((self.mantissa / scale, self.mantissa % scale == 0))
    }
    pub(super) fn shift(self, by: i32) -> Self {
        Self { exp: self.exp + by, ..self }
    }
    /// Half of the sum of two.
    pub(super) fn middle(self, other: Self) -> Option<Self> {
        let exp = self.exp.min(other.exp);
        let at = |d: Self| 10_i128.checked_pow((d.exp - exp).unsigned_abs()).and_then(|s| d.mantissa.checked_mul(s));
        Some(Self { mantissa: at(self)?.checked_add(at(other)?)?.checked_mul(5)?, exp: exp - 1 })
    }
    pub(super) fn at_most(self, other: Self) -> bool {
        self.real().zip(other.real()).is_some_and(|(a, b)| a <= b)
    }
}
