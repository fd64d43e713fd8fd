//! `until` is never late: before it, time alone changes no answer.

use crate::dice::{Dice, SPANS, instant, lead, moved};
use crate::{DAY, cases};
use proptest::prelude::*;
use sop::model::{Instant, Until, Value};

/// Conditions in which the clock matters in every way there is.
fn ticking(dice: &mut Dice<'_>, depth: usize) -> String {
    let op = dice.pick(&["=", "<>", "<", "<=", ">", ">="]);
    let kind = dice.pick(&["page_view", "pricing_view", "*"]);
    let span = SPANS[dice.roll(SPANS.len())].0;
    let n = dice.roll(5);
    match dice.roll(if depth == 0 { 18 } else { 22 }) {
        0 => format!("events('{kind}', '{span}') {op} {n}"),
        1 => format!("{} {op} {}", instant(dice, 2).ours, instant(dice, 2).ours),
        2 => format!("days_since({}) {op} {}", instant(dice, 1).ours, n * 7),
        3 => format!("business_days_since({}) {op} {}", instant(dice, 1).ours, n as i64 * 3 - 3),
        4 => format!("days_since(last_event('{kind}')) + {n} {op} employees"),
        5 => format!("last_event('{kind}') {op} as_of - '{span}'"),
        6 => format!("events('{kind}', '{span}', 'due_on < as_of AND days_since(due_on) {} {n}') {} {n}", op, dice.pick(&[">", "="])),
        7 => format!("as_of - created_at {op} '{}d'", 98 + n),
        8 => format!("events('{kind}', '{span}') IN ({n}, 2) AND born {op} as_of"),
        9 => format!("born + '{n}d' BETWEEN as_of - '30d' AND as_of + '{span}'"),
        10 => format!("{} {op} {n}", dice.pick(&["days_in_stage", "days_held", "days_below_hot", "open_deals", "won_deals", "paid_amount", "won_amount"])),
        11 => format!("follow_ups('{}', '{span}') {op} {n}", dice.pick(&["connected", "met"])),
        12 => format!("follow_ups('{span}') IN ({n}, 2) OR follow_ups('met') {op} {n}"),
        13 => format!("{} {op} as_of - '{span}'", dice.pick(&["last_follow_up_at", "assigned_at", "recycled_at", "first_won_at"])),
        14 => format!("days_since({}) {op} {n}", dice.pick(&["last_follow_up_at", "first_won_at"])),
        15 => format!("stage >= 'mql' AND days_in_stage + {n} {op} follow_ups()"),
        16 => format!("days_in_stage IS NULL OR first_won_at IS NULL AND lost_deals {op} {n}"),
        17 => format!("days_held IN ({n}, 3) OR days_in_stage BETWEEN {n} AND 5"),
        18 => format!("({} {} {})", ticking(dice, depth - 1), dice.pick(&["AND", "OR"]), ticking(dice, depth - 1)),
        19 => format!("(NOT ({}))", ticking(dice, depth - 1)),
        20 => format!("(CASE WHEN {} THEN as_of - '{span}' ELSE signed_at END) {op} last_event_at", ticking(dice, depth - 1)),
        _ => format!("(({}) IS NULL)", ticking(dice, depth - 1)),
    }
}

proptest! {
    #![proptest_config(cases(800))]

    #[test]
    fn until_is_never_late(bytes in prop::collection::vec(any::<u8>(), 0..180), moments in prop::collection::vec(0_i64..90 * DAY, 12)) {
        let mut dice = Dice { bytes: &bytes, at: 0 };
        let mut w = lead(&mut dice);
        if dice.roll(2) == 1 {
            w.calendar.zone = chrono_tz::Europe::Berlin; // the clocks go back and forth around these days
            let shift = [-27, 127][dice.roll(2)] * DAY;
            w.as_of = w.as_of.plus(shift);
            w.events.iter_mut().for_each(|e| e.at = e.at.plus(shift));
        }
        w.calendar.holidays = (0..4).map(|d| w.calendar.date(w.as_of.plus(d * DAY))).collect();
        if dice.roll(3) > 0 {
            let born = w.calendar.date(w.as_of.plus((dice.roll(60) as i64 - 30) * DAY));
            w = w.with("born", Value::Date(born));
            w.details.0.iter_mut().for_each(|d| d.values[2] = Value::Date(born));
        }
        moved(&mut dice, &mut w);
        let text = ticking(&mut dice, 2);
        let compiled = w.condition(&text);
        let given = w.restate();
        let (value, until) = compiled.test(&w.facts());
        prop_assert!(until.0 > w.as_of && given.0 > w.as_of, "{} until {:?}, state {:?}", text, until, given);
        prop_assert!(compiled.uses_clock() || until == Until::NEVER);
        let until = until.and(given);
        // Any moment before it, and those where things happen: events, midnights, the last second.
        let start = w.as_of;
        let horizon = if until == Until::NEVER { 400 * DAY } else { until.0.0 - start.0 };
        let mut seconds: Vec<i64> = moments.iter().map(|m| m % horizon.max(1)).collect();
        seconds.extend([1, horizon - 1, horizon / 2]);
        for e in &w.events {
            seconds.extend([e.at.0 - start.0, e.at.0 - start.0 + 1, e.at.0 - start.0 + 7 * DAY + 1]);
        }
        for f in &w.follow_ups {
            seconds.extend(SPANS.iter().map(|(_, s)| f.at.0 - start.0 + s + 1));
        }
        seconds.extend((0..40).map(|d| w.calendar.next_midnight(start.plus(d * DAY)).0 - start.0));
        for s in seconds.into_iter().filter(|s| (0..horizon).contains(s)) {
            w.as_of = Instant(start.0 + s);
            w.restate();
            prop_assert_eq!(compiled.test(&w.facts()).0, value, "{} {} s later, until {} s", text, s, horizon);
        }
    }
}
