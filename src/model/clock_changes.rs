//! The days on which a zone turns its clocks: the only days whose working hours may last longer or shorter than they read.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use std::sync::{LazyLock, OnceLock};

/// 1880 to 2101: the tables of zones begin later and end earlier.
const KNOWN: (i64, i64) = (-2_840_140_800, 4_133_980_800);
/// No zone turns its clocks there and back within two days (a test holds this), so this stride misses nothing.
const STRIDE: i64 = 2 * 86_400;

static FOUND: LazyLock<Vec<OnceLock<Vec<NaiveDate>>>> = LazyLock::new(|| TZ_VARIANTS.iter().map(|_| OnceLock::new()).collect());

/// The days that a turn of the clocks touches, ordered; looked for once per zone and run, two or so a year.
pub(super) fn days_of_change(zone: Tz) -> &'static [NaiveDate] {
    FOUND.get(zone as usize).map_or(&[], |found| found.get_or_init(|| find(zone)))
}

fn find(zone: Tz) -> Vec<NaiveDate> {
    let mut days = Vec::new();
    for change in changes(zone, STRIDE) {
        let shown = |at: i64| wall(change, i64::from(offset(zone, at)));
        let (one, other) = (shown(change - 1), shown(change));
        let (first, last) = (one.min(other).date(), one.max(other).date());
        days.extend(first.iter_days().take_while(|d| *d <= last));
    }
    days.dedup();
    days
}

/// The first instants of every new offset.
fn changes(zone: Tz, stride: i64) -> Vec<i64> {
    let mut all = Vec::new();
    let (mut low, mut old) = (KNOWN.0, offset(zone, KNOWN.0));
    while low < KNOWN.1 {
        if offset(zone, low + stride) == old {
            low += stride;
            continue;
        }
        let mut high = low + stride;
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if offset(zone, middle) == old { low = middle } else { high = middle }
        }
        all.push(high);
        (low, old) = (high, offset(zone, high));
    }
    all
}

fn offset(zone: Tz, at: i64) -> i32 {
    zone.offset_from_utc_datetime(&wall(at, 0)).fix().local_minus_utc()
}

fn wall(at: i64, offset: i64) -> NaiveDateTime {
    DateTime::from_timestamp(at, 0).unwrap_or_default().naive_utc() + TimeDelta::seconds(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_has_its_own_days() {
        let of = |zone: Tz, year: &str| days_of_change(zone).iter().map(NaiveDate::to_string).filter(|d| d.starts_with(year)).collect::<Vec<_>>();
        assert_eq!(of(chrono_tz::Europe::Berlin, "2026"), ["2026-03-29", "2026-10-25"]);
        assert_eq!(of(chrono_tz::America::New_York, "2026"), ["2026-03-08", "2026-11-01"]);
        assert_eq!(of(chrono_tz::Australia::Lord_Howe, "2026"), ["2026-04-05", "2026-10-04"]);
        // Clocks that turn back at 00:01 touch two days; Samoa left a whole day out.
        assert_eq!(of(chrono_tz::America::St_Johns, "2010"), ["2010-03-14", "2010-11-06", "2010-11-07"]);
        assert_eq!(of(chrono_tz::Pacific::Apia, "2011-12"), ["2011-12-30", "2011-12-31"]);
        assert!(of(chrono_tz::Asia::Shanghai, "2026").is_empty() && days_of_change(chrono_tz::UTC).is_empty());
    }

    #[test]
    #[ignore = "a minute: every zone of the table, six hours by six hours"]
    fn the_stride_misses_nothing() {
        for zone in TZ_VARIANTS {
            assert_eq!(changes(zone, STRIDE), changes(zone, 6 * 3600), "{zone}");
        }
    }
}
