//! Whoever sends may come once in a while: what lies days apart by design never lies in the outbox together.

use super::HOUR;
use super::plan::{Met, Plan, Year, holds, hours, plan, year};
use super::world::{Texts, World};
use proptest::prelude::*;
use sop::model::{Instant, Part};

fn world(plan: &Plan, year: &Year, hours: (u8, u8), late: Option<u8>) -> World {
    let late = late.map_or(String::new(), |days| format!("late: {{max: {days}d}}\n"));
    let path = format!("enroll: {{when: \"over = FALSE\"}}\n{late}steps:\n{}", plan.yaml());
    World::of(&Texts::new(&year.delivery(hours, None)).and("calendar", &year.yaml()).and("nurture/p", &path))
}

#[test]
fn a_sender_that_comes_late_sends_no_bursts() {
    let met = Met::default();
    let ticks = prop::collection::vec((10_i64..2_000, prop::bool::weighted(0.3)), 1..60);
    holds(128, &(plan(), year(), hours(), ticks), |(plan, year, hours, ticks)| {
        let mut w = world(&plan, &year, hours, None);
        let mut at = year.at(&w, 0, 8 * 60);
        for (minutes, sends) in ticks {
            at = at.plus(minutes * 60);
            w.decide(at);
            if sends {
                w.send(at);
            }
        }
        let sent = w.journeys.letters.iter().filter(|l| l.part == Part::Main).filter_map(|l| Some((Plan::place(&l.step), l.sent_at?)));
        let mut sent: Vec<(usize, Instant)> = sent.collect();
        sent.sort();
        for (from, a) in &sent {
            for (to, b) in sent.iter().filter(|(to, _)| to > from) {
                let (dated, least) = plan.between(*from, *to);
                prop_assert!(b.0 - a.0 >= least, "s{to} only {} s after s{from}, not {least}: {:?}", b.0 - a.0, w.journeys.letters);
                if let Some(designed) = dated {
                    let real = w.calendar().days_between(*a, *b);
                    prop_assert!(real >= designed, "s{to} only {real} days after s{from}, not {designed}: {:?}", w.journeys.letters);
                }
                met.count("pairs", 1);
            }
        }
        Ok(())
    });
    met.all(&["pairs"]);
}

/// Who is looked at only when it is said to be worth it gets the same, however seldom somebody sends.
#[test]
fn until_is_never_late_behind_a_late_sender() {
    holds(64, &(plan(), year(), hours(), prop::option::of(1_u8..9), 1_i64..90), |(plan, year, hours, late, every)| {
        let (mut all, mut due) = (world(&plan, &year, hours, late), world(&plan, &year, hours, late));
        let start = year.at(&all, 0, 8 * 60);
        let mut next = start;
        for n in 0..(35 * 24) {
            let at = start.plus(n * HOUR);
            all.decide(at);
            if at >= next {
                due.decide(at);
                next = due.look(at).until.map_or(Instant::MAX, |u| u.0);
                prop_assert!(next > at);
            }
            if n % every == 0 {
                all.send(at);
                let waits = due.journeys.letters.iter().filter(|l| l.waits()).count();
                due.send(at);
                if due.journeys.letters.iter().filter(|l| l.waits()).count() < waits {
                    next = at; // whoever is written to is due
                }
            }
        }
        prop_assert_eq!(all.leaves(), due.leaves());
        Ok(())
    });
}
