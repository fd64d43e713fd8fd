//! Laws of clocks over any history: when one looks does not matter, and one need not look before `until`.

use super::tests::{accept, first_contact};
use super::*;
use crate::engine::a_lead::Lead;
use crate::model::Outcome;
use proptest::prelude::*;
use std::collections::BTreeSet;

const HOUR: i64 = 3600;
/// Hours that are looked at.
const SPAN: i64 = 240;
/// Wednesday 2026-10-07 00:00 in Shanghai: the last day off, two days of work, a Saturday that is worked, a Sunday.
const START: &str = "2026-10-07 00:00";
const OWNERS: [&str; 3] = ["zhang", "wang", "held elsewhere"];

#[derive(Clone, Debug)]
struct Lived {
    holds: Vec<Hold>,
    entered: Vec<(Instant, String)>,
    verdicts: Vec<Verdict>,
    follow_ups: Vec<FollowUp>,
    qualified_by: Option<Instant>,
}

impl Lived {
    fn history(&self) -> History<'_> {
        let Self { holds, entered, verdicts, follow_ups, qualified_by } = self;
        History { holds, entered, verdicts, follow_ups, qualified_by: *qualified_by }
    }
}

/// Half hours, so that things meet.
fn moment() -> impl Strategy<Value = i64> {
    (0..2 * SPAN).prop_map(|n| n * HOUR / 2)
}

fn who() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(0..OWNERS.len()).prop_map(|i| i.map(|i| OWNERS[i].to_owned()))
}

fn anything(start: Instant) -> impl Strategy<Value = Lived> {
    let holds = proptest::collection::vec((0..40_i64, 0..80_i64, 0..OWNERS.len(), proptest::bool::weighted(0.2)), 0..5);
    let places = proptest::collection::vec((0..100_i64, 0..4_usize), 0..6);
    let verdicts = proptest::collection::vec((moment(), who(), any::<bool>()), 0..3);
    let calls = proptest::collection::vec((moment(), who(), any::<bool>()), 0..4);
    (holds, places, verdicts, calls, proptest::option::of(moment()), any::<bool>()).prop_map(move |(holds, places, verdicts, calls, qualified, open)| {
        let mut at = start;
        let mut held = Vec::new();
        for (gap, length, owner, told) in holds {
            let from = at.plus(gap / 10 * HOUR / 2); // often handed over at once
            at = from.plus(length * HOUR / 2);
            held.push(Hold { owner: OWNERS[owner].into(), from, until: Some(at), told });
        }
        if let Some(last) = held.last_mut().filter(|_| open) {
            last.until = None;
        }
        let mut at = start;
        let entered = places.into_iter().map(|(gap, place)| {
            at = at.plus((gap - 20).max(0) * HOUR / 2); // now and then through a stage at once
            (at, ["mql", "sql", "sql", "recycled"][place].to_owned())
        });
        Lived {
            entered: entered.collect(),
            holds: held,
            verdicts: verdicts.into_iter().map(|(at, owner, no)| Verdict { at: start.plus(at), owner, reason: no.then(|| "price".into()) }).collect(),
            follow_ups: calls.into_iter().map(|(at, owner, yes)| FollowUp { at: start.plus(at), owner, outcome: yes.then_some(Outcome::Connected) }).collect(),
            qualified_by: qualified.map(|at| start.plus(at)),
        }
    })
}

fn world() -> Lead {
    let mut lead = Lead::new();
    let reached = Promise { name: "reached".into(), until: vec![crate::rules::sla::Answer::FollowUp(vec![Outcome::Connected])], ..accept() };
    lead.sop.promises = vec![accept(), first_contact(), reached];
    lead
}

/// One tick of a machine that remembers what it did: the actions, and what it may sleep until.
fn tick(lead: &Lead, told: &Lived, as_of: Instant, done: &mut BTreeSet<Done>) -> (Vec<Action>, Clocks) {
    let found = clocks(&lead.sop, &lead.facts(as_of), &told.history());
    let notice = Notice { team: &lead.sop.team, calendar: &lead.sop.calendar, last_owner: None, as_of, quiet_before: Instant(0) };
    let actions = due_actions(&lead.sop.promises, &found.clocks, done, &notice);
    done.extend(actions.iter().map(Action::done));
    (actions, found)
}

fn dated(actions: &[Action]) -> BTreeSet<(Done, Instant)> {
    actions.iter().map(|a| (a.done(), a.at)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whenever_one_looks_the_same_is_done_by_the_end(told in anything(world().at(START)), mut ticks in proptest::collection::vec(0..SPAN, 0..12)) {
        let lead = world();
        let start = lead.at(START);
        let mut done = BTreeSet::new();
        let mut all = Vec::new();
        ticks.sort_unstable();
        for hour in ticks.into_iter().chain([SPAN]) {
            all.extend(tick(&lead, &told, start.plus(hour * HOUR), &mut done).0);
            prop_assert!(tick(&lead, &told, start.plus(hour * HOUR), &mut done).0.is_empty(), "twice at one instant");
        }
        prop_assert_eq!(dated(&all).len(), all.len(), "each once");
        let (at_once, _) = tick(&lead, &told, start.plus(SPAN * HOUR), &mut BTreeSet::new());
        prop_assert_eq!(dated(&all), dated(&at_once));
    }

    #[test]
    fn nothing_changes_before_until(told in anything(world().at(START)), minutes in 20..120_i64) {
        let lead = world();
        let start = lead.at(START);
        let mut done = BTreeSet::new();
        let (_, mut last) = tick(&lead, &told, start, &mut done);
        for n in 1..=SPAN * 60 / minutes {
            let as_of = start.plus(n * minutes * 60);
            let (actions, now) = tick(&lead, &told, as_of, &mut done);
            if as_of < last.until.0 {
                prop_assert_eq!(&now, &last);
                prop_assert!(actions.is_empty());
            }
            last = now;
        }
    }

    #[test]
    fn an_answer_lies_within_its_clock_and_nobody_has_two_at_a_time(told in anything(world().at(START)), hour in 0..SPAN) {
        let lead = world();
        let as_of = lead.at(START).plus(hour * HOUR);
        let found = clocks(&lead.sop, &lead.facts(as_of), &told.history()).clocks;
        for c in &found {
            prop_assert!(c.started_at <= as_of && c.answered_at.is_none_or(|at| c.started_at <= at && at <= as_of), "{:?}", c);
            prop_assert!(c.answered_at.zip(c.ended_at).is_none_or(|(at, end)| at <= end), "{:?}", c);
            prop_assert!(c.warn_at.is_none_or(|at| c.started_at <= at && at <= c.due_at), "{:?}", c);
        }
        for promise in &lead.sop.promises {
            let running = |kind| found.iter().filter(|c| c.promise == promise.name && c.kind == kind && c.status == ClockStatus::Running && c.ended_at.is_none()).count();
            prop_assert!(running(ClockKind::Owner) <= 1 && running(ClockKind::Lead) <= 1);
            let starts: BTreeSet<_> = found.iter().filter(|c| c.promise == promise.name && c.kind == ClockKind::Owner).map(|c| c.started_at).collect();
            prop_assert_eq!(starts.len(), found.iter().filter(|c| c.promise == promise.name && c.kind == ClockKind::Owner).count(), "a start names a clock");
        }
    }
}
