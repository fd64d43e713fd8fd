//! Exact money: whole minor units of one currency per base.

/// The base's currency (`currency:` in fields.yaml), an ISO 4217 code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency {
    /// `CNY`, `USD` …
    pub code: String,
    /// Digits after the decimal point: 2 for most, 0 for JPY and KRW.
    pub digits: u32,
}

impl Default for Currency {
    /// That of a base which declares none.
    fn default() -> Self {
        Self::new("CNY")
    }
}

impl Currency {
    /// The currency of an ISO 4217 code.
    pub fn new(code: &str) -> Self {
        let code = code.to_ascii_uppercase();
        let digits = match code.as_str() {
            "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "UGX" | "XAF" | "XOF" => 0,
            "BHD" | "KWD" | "OMR" | "JOD" | "TND" => 3,
            _ => 2,
        };
        Self { code, digits }
    }
    /// How many minor units make one major unit.
    pub fn scale(&self) -> i64 {
        10_i64.pow(self.digits)
    }
    /// Minor units as a plain decimal in major units: `12345` → `123.45`.
    pub fn decimal(&self, minor: i64) -> String {
        let scale = self.scale().unsigned_abs();
        let (sign, abs) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
        match self.digits {
            0 => format!("{sign}{abs}"),
            d => format!("{sign}{}.{:0width$}", abs / scale, abs % scale, width = d as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        let cny = Currency::new("cny");
        assert_eq!(cny.decimal(-5), "-0.05");
        assert_eq!(cny.decimal(12_345), "123.45");
        assert_eq!(Currency::new("JPY").decimal(7), "7");
    }
}
