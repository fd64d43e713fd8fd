//! The laws of journeys: once each, never as a burst, never past a limit, never to who must not be written to; the same on a second
//! look; and the same days however often cron runs.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

#[path = "nurture_world/mod.rs"]
mod world;

use chrono::Datelike;
use proptest::prelude::*;
use sop::model::{Instant, JourneyState, Message, MessageState, Part, SuppressedBy, Value};
use sop::rules::nurture::{Due, What, planned};
use std::collections::{BTreeMap, BTreeSet};
use world::World;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// One random step: how far from the one before, at what time, by what.
#[derive(Clone, Debug)]
struct Step {
    gap: u8,
    after: bool,
    at: Option<u8>,
    sms: bool,
    only: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (1_u8..5, any::<bool>(), prop::option::weighted(0.3, 0_u8..24), any::<bool>(), prop::bool::weighted(0.2));
    prop::collection::vec(step.prop_map(|(gap, after, at, sms, only)| Step { gap, after, at, sms, only }), 1..6)
}

/// The path of these steps. `late`: days after which a step is too late.
fn path(steps: &[Step], late: Option<u8>, hold: bool) -> String {
    let mut text = String::from("enroll: {when: \"over = FALSE\"}\ngoal: over = TRUE\n");
    if hold {
        text.push_str("hold_while: talking = TRUE\n");
    }
    if let Some(days) = late {
        text.push_str(&format!("late: {{max: {days}d}}\n"));
    }
    text.push_str("steps:\n");
    let mut day = 0;
    for (i, s) in steps.iter().enumerate() {
        day += i32::from(s.gap);
        let due = match (s.after && i > 0, s.at) {
            (true, _) => format!("after: {}d", s.gap),
            (false, Some(hour)) => format!("day: {day}, at: \"{hour:02}:00\""),
            (false, None) => format!("day: {day}"),
        };
        let only = if s.only { ", if: \"email IS NOT NULL\"" } else { "" };
        let (medium, content) = if s.sms { ("sms", "s") } else { ("email", "a") };
        text.push_str(&format!("  - {{id: s{i}, {due}{only}, send: {medium}, content: {content}}}\n"));
    }
    text
}

fn delivery(open: u8, long: u8, caps: Option<(u8, u8, u8)>) -> String {
    let close = u32::from(open) + u32::from(long);
    let hours = format!("{:02}:00-{:02}:00", open, if close > 24 { close - 24 } else { close });
    let (per_day, per_week, all) = caps.unwrap_or((9, 60, 90));
    format!(
        "send:\n  email: {{via: csv, address: email, hours: \"{hours}\", limits: {{per_day: {per_day}, per_week: {per_week}}}}}\n  sms: {{via: csv, address: phone, hours: \"{hours}\"}}\nlimits: {{per_week: {all}}}\n"
    )
}

/// Messages that leave, by journey in the order of steps.
fn leaving(w: &World) -> Vec<&Message> {
    w.messages.iter().filter(|m| matches!(m.state, MessageState::Queued | MessageState::Deferred)).collect()
}

fn check_laws(w: &World, caps: Option<(u8, u8, u8)>) -> Result<(), TestCaseError> {
    let mut once = BTreeSet::new();
    for m in &w.messages {
        prop_assert!(once.insert((m.enrollment, m.step.clone(), m.part)), "twice: {} {}", m.step, m.part.name());
    }
    let (path, calendar) = (&w.sop.paths[0], w.calendar());
    let days = planned(path);
    let place = |m: &Message| path.steps.iter().position(|s| s.id == m.step).unwrap();
    for a in leaving(w) {
        for b in leaving(w).into_iter().filter(|b| b.enrollment == a.enrollment && place(b) > place(a)) {
            let (from, to) = (place(a), place(b));
            let timed = path.steps[from + 1..=to].iter().all(|s| matches!(s.due, Due::After(_)));
            let gap: i64 = path.steps[from + 1..=to].iter().map(|s| if let Due::After(d) = s.due { d.0 } else { 0 }).sum();
            if timed {
                prop_assert!(b.not_before.0 - a.not_before.0 >= gap, "{} {} after {}: {:?}", b.step, b.not_before.0 - a.not_before.0, a.step, w.leaves());
            } else if path.steps[from + 1..=to].iter().all(|s| matches!(s.due, Due::Day { .. })) {
                let real = calendar.days_between(a.not_before, b.not_before);
                prop_assert!(real >= days[to] - days[from], "{} {real} days after {}: {:?}", b.step, a.step, w.leaves());
            }
        }
    }
    if let Some((per_day, per_week, all)) = caps {
        let (mut by_day, mut by_week, mut in_all) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for m in leaving(w) {
            let day = calendar.date(m.not_before);
            let week = day.iso_week();
            *in_all.entry(week).or_insert(0_u8) += 1;
            if m.medium == "email" {
                *by_day.entry(day).or_insert(0_u8) += 1;
                *by_week.entry(week).or_insert(0_u8) += 1;
            }
        }
        prop_assert!(
            by_day.values().all(|n| *n <= per_day) && by_week.values().all(|n| *n <= per_week) && in_all.values().all(|n| *n <= all),
            "{:?}",
            w.leaves()
        );
    }
    for m in leaving(w) {
        let medium = w.sop.delivery.medium(&m.medium).unwrap();
        prop_assert!(medium.hours.is_none_or(|h| h.is_open(calendar, m.not_before, medium.days)), "{} leaves outside its hours", m.step);
    }
    Ok(())
}

/// What happens before a tick.
#[derive(Clone, Copy, Debug)]
enum News {
    Nothing,
    Talking(bool),
    Mail(bool),
    Over,
    Closed,
}

fn news() -> impl Strategy<Value = News> {
    prop_oneof![
        6 => Just(News::Nothing),
        2 => any::<bool>().prop_map(News::Talking),
        1 => any::<bool>().prop_map(News::Mail),
        1 => Just(News::Over),
        1 => Just(News::Closed)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Ticks early, late, doubled and missed, news between them: once each, no bursts, no limit passed, nobody who must not be written to.
    #[test]
    fn whatever_happens_the_laws_hold(
        steps in steps(),
        late in prop::option::of(1_u8..9),
        (open, long) in (0_u8..24, 2_u8..13),
        caps in prop::option::of((1_u8..3, 1_u8..4, 2_u8..5)),
        ticks in prop::collection::vec((prop_oneof![1..120_i64, 120..2_000_i64, 2_000..15_000_i64], news()), 4..40),
    ) {
        let mut w = World::new(&path(&steps, late, true), &delivery(open, long, caps));
        let mut at = w.at("03-02 08:00");
        let mut closed = false;
        for (minutes, news) in ticks {
            at = at.plus(minutes * 60);
            match news {
                News::Nothing => {}
                News::Talking(yes) => w.set("talking", Value::Bool(yes)),
                News::Mail(yes) => w.set("email", if yes { Value::text("a@example.com") } else { Value::Null }),
                News::Over => w.set("over", Value::Bool(true)),
                News::Closed => {
                    w.close("a@example.com", SuppressedBy::Unsubscribe);
                    closed = true;
                }
            }
            let before = w.messages.len();
            w.tick(at);
            for m in w.messages.iter().skip(before) {
                prop_assert!(!(closed && m.medium == "email" && matches!(m.state, MessageState::Queued | MessageState::Deferred)), "to who unsubscribed: {}", m.step);
                prop_assert!(m.not_before >= at || m.state != MessageState::Queued, "queued for the past");
            }
        }
        check_laws(&w, caps)?;
        if w.states().contains(&JourneyState::Goal) {
            let later = |m: &&Message| m.not_before > at && matches!(m.state, MessageState::Queued | MessageState::Deferred);
            prop_assert!(w.messages.iter().filter(later).count() == 0, "what has not left when the goal is reached does not leave");
        }
    }

    /// Whoever sends may come once in a while: steps that days lie between never lie in the outbox together, and leave as far apart as designed.
    #[test]
    fn a_sender_that_comes_late_sends_no_bursts(steps in steps(), (open, long) in (0_u8..24, 2_u8..13), ticks in prop::collection::vec((10_i64..2_000, prop::bool::weighted(0.3)), 1..60)) {
        let mut w = World::new(&path(&steps, None, false), &delivery(open, long, None));
        let mut at = w.at("03-02 08:00");
        for (minutes, sends) in ticks {
            at = at.plus(minutes * 60);
            w.decide(at);
            if sends {
                w.send(at);
            }
        }
        let (path, calendar) = (&w.sop.paths[0], w.calendar());
        let days = planned(path);
        let sent: Vec<(usize, Instant)> = path.steps.iter().enumerate().filter_map(|(i, s)| Some((i, w.journeys.letters.iter().find(|l| l.step == s.id)?.sent_at?))).collect();
        for pair in sent.windows(2) {
            let ((from, a), (to, b)) = (pair[0], pair[1]);
            let between = &path.steps[from + 1..=to];
            if between.iter().all(|s| matches!(s.due, Due::Day { .. })) && days[to] > days[from] {
                prop_assert!(calendar.days_between(a, b) >= days[to] - days[from], "{:?}", w.journeys.letters);
            } else if let [s] = between && let Due::After(gap) = s.due && gap.0 >= DAY {
                prop_assert!(b.0 - a.0 >= gap.0, "{:?}", w.journeys.letters);
            }
        }
    }

    /// Paths of whole days reach the same messages on the same days, whether cron runs every half hour or every morning.
    #[test]
    fn the_rhythm_of_cron_does_not_matter(steps in steps(), (open, long) in (7_u8..12, 2_u8..10)) {
        let run = |step: i64| {
            let mut w = World::new(&path(&steps, None, false), &delivery(open, long, None));
            let mut at = w.at("03-02 06:00");
            let end = at.plus(40 * DAY);
            while at < end {
                w.tick(at);
                at = at.plus(step);
            }
            w.leaves().into_iter().map(|l| l.split(' ').next().unwrap_or_default().to_owned() + &l[11..]).collect::<Vec<_>>()
        };
        prop_assert_eq!(run(HOUR / 2), run(DAY));
    }

    /// A tick that nobody waited for changes nothing: due-only is the same as looking all the time.
    #[test]
    fn until_is_never_late(steps in steps(), late in prop::option::of(1_u8..9), (open, long) in (0_u8..24, 2_u8..13), caps in prop::option::of((1_u8..3, 1_u8..4, 2_u8..5))) {
        let (mut all, mut due) = (World::new(&path(&steps, late, true), &delivery(open, long, caps)), World::new(&path(&steps, late, true), &delivery(open, long, caps)));
        let start = all.at("03-02 08:00");
        let mut next = start;
        for n in 0..(40 * 24) {
            let at = start.plus(n * HOUR);
            all.tick(at);
            if at >= next {
                due.tick(at);
                next = due.look(at).until.map_or(Instant::MAX, |u| u.0);
                prop_assert!(next > at);
            }
        }
        prop_assert_eq!(all.leaves(), due.leaves());
        prop_assert_eq!(all.states(), due.states());
    }

    /// The same where whoever sends comes every so many hours only.
    #[test]
    fn until_is_never_late_behind_a_late_sender(steps in steps(), late in prop::option::of(1_u8..9), (open, long) in (0_u8..24, 2_u8..13), every in 1_i64..90) {
        let (mut all, mut due) = (World::new(&path(&steps, late, true), &delivery(open, long, None)), World::new(&path(&steps, late, true), &delivery(open, long, None)));
        let start = all.at("03-02 08:00");
        let mut next = start;
        for n in 0..(40 * 24) {
            let at = start.plus(n * HOUR);
            all.decide(at);
            if at >= next {
                due.decide(at);
                next = due.look(at).until.map_or(Instant::MAX, |u| u.0);
                prop_assert!(next > at);
            }
            if n % every == 0 {
                all.send(at);
                due.send(at);
            }
        }
        prop_assert_eq!(all.leaves(), due.leaves());
    }
}

const OPEN: &str = "send: {email: {via: csv, address: email, hours: \"09:00-20:00\"}, sms: {via: csv, address: phone, hours: \"10:00-18:00\"}}\n";

/// Ticks every half hour from one instant to another.
fn walk(w: &mut World, from: &str, to: &str) {
    let (mut at, to) = (w.at(from), w.at(to));
    while at <= to {
        w.tick(at);
        at = at.plus(HOUR / 2);
    }
}

const THREE: &str = "enroll: {when: \"over = FALSE\"}\ngoal: over = TRUE\nhold_while: talking = TRUE\nsteps:
  - {id: one, day: 1, send: email, content: a}
  - {id: two, day: 3, send: email, content: b}
  - {id: three, day: 7, send: email, content: c}
";

#[test]
fn a_late_cron_does_not_send_everything_at_once() {
    let mut w = World::new(THREE, OPEN);
    walk(&mut w, "11-02 10:00", "11-02 12:00");
    // Nobody ran cron for nine days: the second leaves when it is back, the third keeps its four days.
    walk(&mut w, "11-12 15:00", "11-20 00:00");
    assert_eq!(w.leaves(), ["11-02 10:00 one", "11-12 15:00 two", "11-16 09:00 three"]);
    assert_eq!(w.states(), [JourneyState::Finished]);
}

#[test]
fn what_is_too_late_is_left_out_and_says_so() {
    let mut w = World::new(&format!("{THREE}late: {{max: 2d}}\n"), OPEN);
    walk(&mut w, "11-02 10:00", "11-02 12:00");
    walk(&mut w, "11-08 15:00", "11-12 00:00");
    assert_eq!(w.leaves(), ["11-02 10:00 one", "11-08 15:00 three"]);
    assert_eq!(w.stopped(), ["two skipped: 4d late, more than 2d"]);
}

#[test]
fn a_hold_moves_the_rest_and_is_not_lateness() {
    let mut w = World::new(&format!("{THREE}late: {{max: 1d}}\n"), OPEN);
    walk(&mut w, "11-02 10:00", "11-03 12:00");
    w.set("talking", Value::Bool(true));
    walk(&mut w, "11-03 12:30", "11-09 12:00");
    w.set("talking", Value::Bool(false));
    walk(&mut w, "11-09 12:30", "11-20 00:00");
    assert_eq!(w.leaves(), ["11-02 10:00 one", "11-09 12:30 two", "11-13 09:00 three"]);
    assert_eq!(w.journeys.enrollments[0].held, 5 * DAY + 12 * HOUR + HOUR / 2);
}

#[test]
fn the_control_group_goes_the_whole_way_and_is_never_written_to() {
    let mut w = World::new(&format!("{THREE}control: 50%\n"), OPEN);
    let control = (1..400_u64).map(|n| sop::model::Key::of_hash(n << 44)).find(|k| sop::engine::nurture::is_control(&w.sop.paths[0], *k));
    w.key = control.unwrap();
    walk(&mut w, "11-02 10:00", "11-12 00:00");
    assert_eq!((w.messages.len(), w.states()), (0, vec![JourneyState::Finished]));
    assert!(w.journeys.enrollments[0].control);
}

#[test]
fn whoever_matched_before_is_noted_until_they_match_anew() {
    let mut w = World::new(THREE, OPEN);
    w.begin.note = true;
    walk(&mut w, "11-02 10:00", "11-02 10:00");
    w.begin.note = false;
    walk(&mut w, "11-02 10:30", "11-05 10:00");
    assert_eq!((w.messages.len(), w.states()), (0, vec![JourneyState::Noted]));
    w.set("over", Value::Bool(true));
    walk(&mut w, "11-05 10:30", "11-05 10:30");
    w.set("over", Value::Bool(false));
    walk(&mut w, "11-05 11:00", "11-05 12:00");
    assert_eq!(w.leaves(), ["11-05 11:00 one"]);
}

#[test]
fn a_limit_puts_off_and_moves_the_rest() {
    let steps = "enroll: {when: \"over = FALSE\"}\ngoal: over = TRUE\nsteps:\n  - {id: one, day: 1, send: email, content: a}\n  - {id: two, day: 2, send: email, content: b}\n  - {id: three, day: 3, send: email, content: c}\n";
    let mut w = World::new(steps, "send: {email: {via: csv, address: email, hours: \"09:00-20:00\", limits: {per_week: 2}}}\n");
    walk(&mut w, "11-05 10:00", "11-20 00:00"); // a Thursday
    assert_eq!(w.leaves(), ["11-05 10:00 one", "11-06 09:00 two", "11-09 09:00 three"]);
    let third = w.messages.iter().find(|m| m.step == "three").unwrap();
    assert_eq!((third.state, third.reason.as_deref()), (MessageState::Deferred, Some("limit: 2 a week by email")));
}

#[test]
fn a_message_is_planned_on_its_day_and_leaves_at_its_hour() {
    let steps = "enroll: {when: \"over = FALSE\"}\ngoal: over = TRUE\nsteps:\n  - {id: one, day: 2, at: \"15:00\", send: email, content: a}\n";
    let mut w = World::new(steps, OPEN);
    w.tick(w.at("11-02 06:00"));
    w.tick(w.at("11-03 06:00"));
    assert_eq!(w.leaves(), ["11-03 15:00 one"]);
    let what = &w.sop.paths[0].steps[0].what;
    assert!(matches!(what, What::Send(_)) && w.messages[0].part == Part::Main);
}

#[test]
fn who_finished_a_path_comes_again_when_the_time_is_over_though_nothing_else_calls() {
    let steps = "enroll: {when: \"over = FALSE\", again: after 5d}\ngoal: over = TRUE\nsteps:\n  - {id: one, day: 1, send: email, content: a}\n";
    let mut w = World::new(steps, OPEN);
    let mut at = w.at("11-02 10:00");
    while at <= w.at("11-15 00:00") {
        let until = w.look(at).until.unwrap().0;
        w.tick(at); // the next one only when this one asked for it
        at = until;
    }
    let entered: Vec<_> = w.journeys.enrollments.iter().map(|e| e.entered_at).collect();
    assert_eq!(entered, ["11-02 10:00", "11-08 00:00", "11-14 00:00"].map(|at| w.at(at)));
}
