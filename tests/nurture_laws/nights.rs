//! Nights and days on which plans break: the clocks change, a day is there every four years, the year ends, everybody is off for nine
//! days, the company moves. No step is lost, none comes twice.

use super::plan::holds;
use super::world::{Texts, World};
use super::{DAY, HOUR};
use chrono::NaiveDate;
use proptest::prelude::*;
use sop::model::{Instant, JourneyState, Value};
use std::collections::BTreeSet;

const PATH: &str = "enroll: {when: \"over = FALSE\"}\ngoal: over = TRUE\nsteps:\n";

fn world(calendar: &str, delivery: &str, path: &str) -> World {
    World::of(&Texts::new(delivery).and("calendar", calendar).and("nurture/p", path))
}

fn at(w: &World, text: &str) -> Instant {
    w.calendar().instant(chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

/// Ticks every half hour from one instant to another, and what left by then.
fn walk(w: &mut World, from: &str, to: &str) -> Vec<String> {
    let (mut now, to) = (at(w, from), at(w, to));
    while now <= to {
        w.tick(now);
        now = now.plus(HOUR / 2);
    }
    w.leaves()
}

const NIGHT: &str = "send: {email: {via: csv, address: email, hours: \"00:00-24:00\"}, sms: {via: csv, address: phone, hours: \"01:00-03:00\"}}\n";

#[test]
fn a_night_on_which_an_hour_is_left_out() {
    let steps = "  - {id: one, day: 1, at: \"02:30\", send: email, content: a}\n  - {id: two, day: 2, at: \"02:30\", send: email, content: b}\n  - {id: three, day: 3, at: \"02:30\", send: email, content: c}\n  - {id: four, after: 24h, send: sms, content: s}\n";
    let mut w = world("timezone: America/New_York\n", NIGHT, &format!("{PATH}{steps}"));
    // On 8 March there is no 02:30 in New York: that step leaves when the clocks are past it.
    let left = walk(&mut w, "2026-03-07 00:00", "2026-03-13 00:00");
    assert_eq!(left, ["03-07 02:30 one", "03-08 03:00 two", "03-09 02:30 three", "03-10 02:30 four"]);
    assert_eq!(w.states(), [JourneyState::Finished]);
}

#[test]
fn a_night_on_which_an_hour_comes_twice() {
    let steps = "  - {id: one, day: 1, at: \"01:30\", send: email, content: a}\n  - {id: two, day: 2, at: \"01:30\", send: email, content: b}\n  - {id: three, after: 24h, send: email, content: c}\n  - {id: four, day: 4, at: \"01:30\", send: sms, content: s}\n";
    let mut w = world("timezone: America/New_York\n", NIGHT, &format!("{PATH}{steps}"));
    // On 1 November it is 01:30 twice: the first time counts, and 24 hours later it is 00:30.
    let left = walk(&mut w, "2026-10-31 00:00", "2026-11-05 00:00");
    assert_eq!(left, ["10-31 01:30 one", "11-01 01:30 two", "11-02 00:30 three", "11-03 01:30 four"]);
    assert_eq!(w.messages[1].not_before, Instant(chrono::DateTime::parse_from_rfc3339("2026-11-01T01:30:00-04:00").unwrap().timestamp()));
}

#[test]
fn a_day_that_has_no_midnight() {
    let steps =
        "  - {id: one, day: 1, send: email, content: a}\n  - {id: two, day: 2, send: email, content: b}\n  - {id: three, day: 3, send: email, content: c}\n";
    let mut w = world("timezone: Africa/Cairo\n", NIGHT, &format!("{PATH}{steps}"));
    // 24 April 2026 begins at 01:00 in Cairo.
    let left = walk(&mut w, "2026-04-23 00:00", "2026-04-27 00:00");
    assert_eq!(left, ["04-23 00:00 one", "04-24 01:00 two", "04-25 00:00 three"]);
}

const DAYTIME: &str = "send: {email: {via: csv, address: email, hours: \"09:00-20:00\"}, sms: {via: csv, address: phone, hours: \"10:00-18:00\"}}\n";

#[test]
fn a_leap_day_is_a_day() {
    let steps =
        "  - {id: one, day: 1, send: email, content: a}\n  - {id: two, day: 2, send: email, content: b}\n  - {id: three, day: 3, send: email, content: c}\n";
    for (year, days) in [("2028", ["02-28", "02-29", "03-01"]), ("2027", ["02-28", "03-01", "03-02"])] {
        let mut w = world("timezone: Asia/Shanghai\n", DAYTIME, &format!("{PATH}{steps}"));
        let left = walk(&mut w, &format!("{year}-02-28 08:00"), &format!("{year}-03-04 00:00"));
        assert_eq!(left, days.iter().zip(["one", "two", "three"]).map(|(d, s)| format!("{d} 09:00 {s}")).collect::<Vec<_>>());
    }
}

/// Who was born on 29 February is thought of once a year, on the day that the path says.
#[test]
fn whoever_was_born_on_a_leap_day() {
    let of = |feb29: &str| {
        let path = format!(
            "enroll: {{date: born, every: year, feb29: {feb29}}}\nsteps:\n  - {{id: eve, day: -1, send: email, content: a}}\n  - {{id: day, day: 0, send: sms, content: s}}\n"
        );
        let mut w = world("timezone: Asia/Shanghai\n", DAYTIME, &path);
        w.set("born", Value::Date(NaiveDate::from_ymd_opt(1996, 2, 29).unwrap()));
        let mut now = at(&w, "2027-01-01 06:00");
        while now < at(&w, "2029-01-01 06:00") {
            w.tick(now);
            now = now.plus(DAY);
        }
        w.leaves()
    };
    assert_eq!(of("feb28"), ["02-27 09:00 eve", "02-28 10:00 day", "02-28 09:00 eve", "02-29 10:00 day"]);
    assert_eq!(of("mar1"), ["02-28 09:00 eve", "03-01 10:00 day", "02-28 09:00 eve", "02-29 10:00 day"]);
}

/// The last week of a year and the first days of the next are one week to a limit.
#[test]
fn the_year_ends_in_the_middle_of_a_week() {
    let steps = "  - {id: one, day: 1, send: email, content: a}\n  - {id: two, day: 3, send: email, content: b}\n  - {id: three, day: 5, send: email, content: c}\n  - {id: four, day: 7, send: email, content: c}\n";
    let mut w = world("timezone: Asia/Shanghai\n", DAYTIME, &format!("{PATH}{steps}"));
    let days = walk(&mut w, "2026-12-29 08:00", "2027-01-08 00:00");
    assert_eq!(days, ["12-29 09:00 one", "12-31 09:00 two", "01-02 09:00 three", "01-04 09:00 four"]);
    let two_a_week = "send: {email: {via: csv, address: email, hours: \"09:00-20:00\", limits: {per_week: 2}}}\n";
    let mut w = world("timezone: Asia/Shanghai\n", two_a_week, &format!("{PATH}{steps}"));
    let days = walk(&mut w, "2026-12-29 08:00", "2027-01-15 00:00");
    assert_eq!(days, ["12-29 09:00 one", "12-31 09:00 two", "01-04 09:00 three", "01-06 09:00 four"]);
    // A birthday on New Year's Day begins in the year before.
    let path = "enroll: {date: born, every: year}\nsteps:\n  - {id: eve, day: -3, send: email, content: a}\n  - {id: day, day: 0, send: sms, content: s}\n";
    let mut w = world("timezone: Asia/Shanghai\n", DAYTIME, path);
    w.set("born", Value::Date(NaiveDate::from_ymd_opt(1990, 1, 1).unwrap()));
    assert_eq!(walk(&mut w, "2026-12-25 06:00", "2027-01-09 00:00"), ["12-29 09:00 eve", "01-01 10:00 day"]);
}

/// 春节 2026: 15 to 23 February, with the Saturdays before and after worked. What leaves on working days waits and keeps its distances; what
/// leaves every day goes on.
#[test]
fn a_door_closed_for_nine_days_is_no_lateness() {
    let calendar = "timezone: Asia/Shanghai\nhours: {mon-fri: \"09:00-18:00\"}\nholidays: [2026-02-15..2026-02-23]\nworkdays: [2026-02-14, 2026-02-28]\n";
    let delivery =
        "send: {email: {via: csv, address: email, hours: \"09:00-20:00\", days: business}, sms: {via: csv, address: phone, hours: \"10:00-18:00\"}}\n";
    let steps = "  - {id: one, day: 1, send: email, content: a}\n  - {id: two, day: 3, send: email, content: b}\n  - {id: text, day: 4, send: sms, content: s}\n  - {id: three, day: 8, send: email, content: c}\n";
    for late in ["", "late: {max: 2d}\n"] {
        let mut w = world(calendar, delivery, &format!("{PATH}{steps}{late}"));
        let left = walk(&mut w, "2026-02-14 08:00", "2026-03-10 00:00");
        assert_eq!(left, ["02-14 09:00 one", "02-24 09:00 two", "02-25 10:00 text", "03-02 09:00 three"], "a closed door is no lateness");
        assert_eq!(w.states(), [JourneyState::Finished]);
    }
}

/// The company moves, and calendar.yaml says so from some tick on. Local days shift under every journey: nothing is lost or doubled.
#[test]
fn the_calendar_moves_to_another_zone() {
    let zones = ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"];
    let steps = "  - {id: one, day: 1, send: email, content: a}\n  - {id: two, day: 3, send: email, content: b}\n  - {id: three, day: 4, at: \"15:00\", send: sms, content: s}\n  - {id: four, after: 2d, send: email, content: c}\n";
    let order = "enroll: {event: order_placed}\nsteps:\n  - {id: thanks, day: 1, send: email, content: c}\n  - {id: again, day: 5, send: sms, content: s}\n";
    let born = "enroll: {date: born, every: year}\nsteps:\n  - {id: eve, day: -1, send: email, content: a}\n  - {id: day, day: 0, send: sms, content: s}\n";
    let texts = |zone: &str| {
        let texts = Texts::new(DAYTIME).and("calendar", &format!("timezone: {zone}\n")).and("nurture/p", &format!("{PATH}{steps}"));
        texts.and("nurture/order", order).and("nurture/birthday", born)
    };
    let sops = zones.map(texts);
    let zone = || 0..zones.len();
    let rhythm = prop_oneof![Just(HOUR / 2), Just(HOUR), Just(DAY)];
    holds(64, &(zone(), prop::collection::vec((1_i64..(12 * 48), zone()), 1..4), rhythm, 0_i64..48), |(first, moves, rhythm, begins)| {
        let mut w = World::of(&sops[first]);
        // Noon in Shanghai on 5 March; the birthday is on the 12th.
        let start = Instant(1_772_683_200).plus(begins * HOUR / 2);
        w.set("born", Value::Date(NaiveDate::from_ymd_opt(1990, 3, 12).unwrap()));
        w.did("order_placed", start.plus(5 * HOUR));
        let mut moves: Vec<(Instant, usize)> = moves.into_iter().map(|(n, zone)| (start.plus(n * HOUR / 2), zone)).collect();
        moves.sort_by(|a, b| b.cmp(a)); // the next one last
        let mut now = start;
        while now < start.plus(30 * DAY) {
            if let Some((_, zone)) = moves.pop_if(|(at, _)| *at <= now) {
                w.sop = sops[zone].sop();
            }
            w.tick(now);
            now = now.plus(rhythm);
        }
        let mut left: Vec<(String, String)> = w.messages.iter().map(|m| (m.path.clone(), m.step.clone())).collect();
        left.sort();
        let all =
            [("birthday", "day"), ("birthday", "eve"), ("order", "again"), ("order", "thanks"), ("p", "four"), ("p", "one"), ("p", "three"), ("p", "two")];
        let all: Vec<(String, String)> = all.iter().map(|(path, step)| ((*path).to_owned(), (*step).to_owned())).collect();
        prop_assert_eq!(left, all, "{:?} {:?}", w.leaves(), w.stopped());
        prop_assert_eq!(w.leaves().len(), 8, "{:?}", w.stopped());
        let numbers: BTreeSet<_> = w.messages.iter().map(|m| m.id).collect();
        prop_assert_eq!(numbers.len(), 8);
        // The order of a path stays, and no two steps of it come at once.
        let at = |step: &str| w.messages.iter().find(|m| m.step == step).map(|m| m.not_before).unwrap();
        for (a, b, least) in [("one", "two", DAY), ("two", "three", 0), ("three", "four", 2 * DAY), ("thanks", "again", 2 * DAY)] {
            prop_assert!(at(b).0 - at(a).0 >= least, "{b} {} s after {a}", at(b).0 - at(a).0);
        }
        Ok(())
    });
}
