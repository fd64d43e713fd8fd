//! The longer time of a page, over which a lead can come to anything: so many stretches as long as the page's own.

use crate::report::Said;
use chrono::{Datelike, NaiveDate};

/// How long one stretch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Days(i64),
    Week,
    Months(i32),
    Quarter,
    Year,
}

/// So many stretches, the last of which ends with the page's own period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// How many.
    pub stretches: usize,
    unit: Unit,
    last: NaiveDate,
}

impl Reach {
    /// Of a page of these days, the first and the last.
    pub fn of((first, last): (NaiveDate, NaiveDate)) -> Self {
        let days = (last - first).num_days() + 1;
        let after = last.succ_opt().unwrap_or(last);
        let months = (after.year() - first.year()) * 12 + after.month0() as i32 - first.month0() as i32;
        let unit = match months {
            _ if (first.day(), after.day()) != (1, 1) || months < 1 => {
                if days == 7 {
                    Unit::Week
                } else {
                    Unit::Days(days)
                }
            }
            3 if first.month0() % 3 == 0 => Unit::Quarter,
            12 if first.month0() == 0 => Unit::Year,
            n => Unit::Months(n),
        };
        let stretches = match unit {
            Unit::Week => 26,
            Unit::Quarter => 8,
            Unit::Year => 3,
            Unit::Months(n) => usize::try_from(12 / n).unwrap_or(2).max(2),
            // Half a year of days.
            Unit::Days(n) => usize::try_from(182 / n).unwrap_or(2).max(2),
        };
        Self { stretches, unit, last }
    }

    /// `the 26 weeks to 2026-11-15`
    pub(super) fn said(&self) -> Said {
        let n = i64::try_from(self.stretches).unwrap_or(0);
        let (n, en, zh) = match self.unit {
            Unit::Week => (n, "weeks", "周"),
            Unit::Quarter => (n, "quarters", "个季度"),
            Unit::Year => (n, "years", "年"),
            Unit::Months(each) => (n * i64::from(each), "months", "个月"),
            Unit::Days(each) => (n * each, "days", "天"),
        };
        let last = self.last;
        Said::new(format!("the {n} {en} to {last}"), format!("截至 {last} 的 {n} {zh}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_in_the_lengths_of_the_page() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        for (first, last, en, zh) in [
            ("2026-11-09", "2026-11-15", "the 26 weeks to 2026-11-15", "截至 2026-11-15 的 26 周"),
            ("2026-10-01", "2026-10-31", "the 12 months to 2026-10-31", "截至 2026-10-31 的 12 个月"),
            ("2026-07-01", "2026-09-30", "the 8 quarters to 2026-09-30", "截至 2026-09-30 的 8 个季度"),
            ("2025-01-01", "2025-12-31", "the 3 years to 2025-12-31", "截至 2025-12-31 的 3 年"),
            ("2026-05-01", "2026-06-30", "the 12 months to 2026-06-30", "截至 2026-06-30 的 12 个月"),
            ("2026-11-15", "2026-11-15", "the 182 days to 2026-11-15", "截至 2026-11-15 的 182 天"),
            ("2026-11-02", "2026-11-15", "the 182 days to 2026-11-15", "截至 2026-11-15 的 182 天"),
        ] {
            let said = Reach::of((day(first), day(last))).said();
            assert_eq!((said.en.as_str(), said.zh.as_str()), (en, zh));
        }
    }
}
