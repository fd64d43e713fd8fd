//! Local days of many instants, each zone lookup done once per day instead of once per event.

use crate::model::{Calendar, Instant};
use chrono::{Datelike, Offset, TimeZone};
use chrono_tz::Tz;

/// One remembered local day: its first instant, the first instant after it, its number.
#[derive(Clone, Copy)]
struct Day {
    start: i64,
    end: i64,
    number: u32,
}

/// Direct-mapped and exact: a slot is believed only for instants inside the day that it holds.
pub(super) struct LocalDays {
    zone: Option<Tz>,
    /// Seconds east of UTC, so that slots fall on local days (but for daylight saving, which only costs a miss).
    shift: i64,
    slots: Vec<Day>,
}

/// A year and a half of days: the longest windows in use.
const SLOTS: usize = 512;
const EMPTY: Day = Day { start: 0, end: 0, number: 0 };

impl LocalDays {
    pub(super) fn new() -> Self {
        Self { zone: None, shift: 0, slots: Vec::new() }
    }

    /// A number that two instants share exactly when they fall on one calendar day of the zone.
    pub(super) fn of(&mut self, calendar: &Calendar, at: Instant) -> u32 {
        if self.zone != Some(calendar.zone) {
            let utc = chrono::DateTime::from_timestamp(at.0, 0).unwrap_or_default().naive_utc();
            self.shift = i64::from(calendar.zone.offset_from_utc_datetime(&utc).fix().local_minus_utc());
            self.zone = Some(calendar.zone);
            self.slots.clear();
            self.slots.resize(SLOTS, EMPTY);
        }
        let place = at.0.saturating_add(self.shift).div_euclid(86_400).rem_euclid(SLOTS as i64) as usize;
        let Some(slot) = self.slots.get_mut(place) else { return day_number(calendar, at) };
        if at.0 < slot.start || at.0 >= slot.end {
            *slot = Day { start: calendar.start_of(calendar.date(at)).0, end: calendar.next_midnight(at).0, number: day_number(calendar, at) };
        }
        slot.number
    }
}

fn day_number(calendar: &Calendar, at: Instant) -> u32 {
    calendar.date(at).num_days_from_ce() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_calendar_over_daylight_saving() {
        for zone in [chrono_tz::Asia::Shanghai, chrono_tz::Europe::Berlin, chrono_tz::America::St_Johns, chrono_tz::Pacific::Apia] {
            let calendar = Calendar { zone, ..Calendar::default() };
            let mut days = LocalDays::new();
            // 2011-12-20 .. 2013: Apia skips a whole day here.
            for step in 0..20_000_i64 {
                let at = Instant(1_324_339_200 + step * 1_807);
                assert_eq!(days.of(&calendar, at), day_number(&calendar, at), "{zone} {}", at.rfc3339());
            }
        }
    }
}
