//! Cron every half hour or every morning: the same messages on the same days.
//!
//! That is promised of paths whose gaps are whole days, whose conditions stay true once they are, where no limit binds and nothing can be
//! too late, when the imports of a day are in before its one tick. A step is judged at the instant on which it is due, which for a `day:`
//! is its 00:00: what an `if:` asks for comes with the night's import here. Everything else comes at any hour before the morning's tick.

use super::HOUR;
use super::plan::{Does, Gap, Met, Plan, Step, Year, holds, whole_days, year};
use super::world::{Texts, World};
use proptest::prelude::*;
use sop::model::{Instant, MessageState, Part, Value};
use std::collections::BTreeMap;

/// The morning's tick.
const MORNING: u32 = 6 * 60;
/// Days that are looked at.
const SPAN: u64 = 45;

/// What a night's import brings.
#[derive(Clone, Copy, Debug)]
enum News {
    Enters,
    Ready,
    Over,
    Order,
}

/// At most one import a day: before which minute of the morning, and what it brings. What an `if:` asks for is in at 00:00.
fn imports() -> impl Strategy<Value = BTreeMap<u64, (u32, News)>> {
    let news = prop_oneof![
        4 => (0..MORNING).prop_map(|m| (m, News::Enters)),
        2 => Just((0, News::Ready)),
        1 => (0..MORNING).prop_map(|m| (m, News::Over)),
        3 => (0..MORNING).prop_map(|m| (m, News::Order))
    ];
    prop::collection::btree_map(0..SPAN - 5, news, 1..9)
}

fn world(plan: &Plan, year: &Year, hours: (u8, u8)) -> World {
    let own = format!("enroll: {{when: \"talking = TRUE\"}}\ngoal: over = TRUE\nsteps:\n{}", plan.yaml());
    let order = "enroll: {event: order_placed}\nsteps:\n  - {id: one, day: 1, send: email, content: c}\n  - {id: two, day: 5, send: sms, content: s}\n";
    let born = "enroll: {date: born, every: year}\nsteps:\n  - {id: eve, day: -2, send: email, content: c}\n  - {id: day, day: 0, at: \"12:00\", send: sms, content: s}\n";
    let texts = Texts::new(&year.delivery(hours, None)).and("calendar", &year.yaml()).and("nurture/p", &own);
    let mut w = World::of(&texts.and("nurture/order", order).and("nurture/birthday", born));
    w.set("born", Value::Date(chrono::NaiveDate::from_ymd_opt(1988, 2, 29).unwrap()));
    w
}

fn hear(w: &mut World, news: News, at: Instant) {
    match news {
        News::Enters => w.set("talking", Value::Bool(true)),
        News::Ready => w.set("ready", Value::Bool(true)),
        News::Over => w.set("over", Value::Bool(true)),
        News::Order => w.did("order_placed", at.plus(-3 * HOUR)),
    }
}

/// Every message that leaves: its day, its path and step.
fn run(w: &mut World, year: &Year, imports: &BTreeMap<u64, (u32, News)>, ticks: impl Fn(&World, u64) -> Vec<Instant>) -> Vec<String> {
    for day in 0..SPAN {
        let mut news = imports.get(&day).map(|(minute, news)| (year.at(w, day, *minute), *news));
        for at in ticks(w, day) {
            if let Some((came, what)) = news.take_if(|(came, _)| *came <= at) {
                hear(w, what, came);
            }
            w.tick(at);
        }
    }
    let leaves = |m: &&sop::model::Message| m.part == Part::Main && matches!(m.state, MessageState::Queued | MessageState::Deferred);
    let mut all: Vec<String> =
        w.messages.iter().filter(leaves).map(|m| format!("{} {}/{} of {}", w.calendar().date(w.left(m)), m.path, m.step, m.enrollment)).collect();
    all.sort();
    all
}

/// The ticks of a day.
type Rhythm = fn(&World, &Year, u64) -> Vec<Instant>;

/// Every half hour of a day, and once in its morning.
const RHYTHMS: [Rhythm; 2] = [
    |w, year, day| {
        let (start, end) = (year.at(w, day, 0), year.at(w, day + 1, 0));
        (0..60).map(|n| start.plus(n * HOUR / 2)).take_while(|at| *at < end).collect()
    },
    |w, year, day| vec![year.at(w, day, MORNING)],
];

/// What leaves under either, which is the same when nobody is woken before their time.
fn both(plan: &Plan, year: &Year, hours: (u8, u8), imports: &BTreeMap<u64, (u32, News)>) -> [Vec<String>; 2] {
    RHYTHMS.map(|rhythm| {
        let [all, woken] = [false, true].map(|sleeps| {
            let mut w = world(plan, year, hours);
            w.sleeps = sleeps;
            run(&mut w, year, imports, |w, day| rhythm(w, year, day))
        });
        assert_eq!(all, woken, "a tick that leaves alone whom nothing is due for does the same");
        all
    })
}

#[test]
fn half_hourly_and_daily_ticks_reach_the_same_messages_on_the_same_days() {
    let met = Met::default();
    holds(128, &(whole_days(), year(), (7_u8..12, 2_u8..10), imports()), |(plan, year, hours, imports)| {
        let [often, once] = both(&plan, &year, hours, &imports);
        for path in ["p/", "order/", "birthday/"] {
            met.count(path, once.iter().filter(|m| m.contains(path)).count());
        }
        prop_assert_eq!(often, once);
        Ok(())
    });
    met.all(&["p/", "order/", "birthday/"]);
}

/// A task at 10:00 is done by the next morning's tick, and the wait behind it began at 10:00: what was there then ends it at once, what
/// came in the night ends it in the night.
#[test]
fn a_wait_behind_a_task_tells_what_was_there_from_what_came_in_the_night() {
    let step = |gap, does| Step { gap, does, only: None };
    let plan = Plan(vec![
        step(Gap::Day(0, Some(10)), Does::Mail),
        step(Gap::Days(1), Does::Task),
        step(Gap::Next, Does::Wait(3)),
        step(Gap::Next, Does::Wait(3)),
        step(Gap::Days(1), Does::Sms),
    ]);
    let year = Year::plain("Asia/Shanghai", chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap());
    for (ready, day) in [(1, "2026-03-04"), (2, "2026-03-05"), (3, "2026-03-06")] {
        let imports = BTreeMap::from([(0, (0, News::Enters)), (ready, (3 * 60, News::Ready))]);
        let [often, once] = both(&plan, &year, (9, 9), &imports);
        assert_eq!(often, once, "ready on day {ready}");
        assert!(once.iter().any(|m| m.starts_with(day) && m.contains("p/s4")), "ready on day {ready}, and then on {day}: {once:?}");
    }
}
