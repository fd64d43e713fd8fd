//! Laws over random rules and leads: the clock is asked second by second, the sums are done again by hand.

use crate::world::{DOWNLOAD, PAGE, TODAY, World, condition, event, one_group, rule};
use proptest::prelude::*;
use sop::condition::{Condition, ScopeKind, Want};
use sop::engine::scoring::{Scored, Scorer};
use sop::model::{Duration, Event, Instant, Until};
use sop::rules::scoring::{Clamp, EventRule, Fade, Group, Keep, Per, Points, Rule, Scoring};

/// Short lives, so that the clock can be asked second by second; the day changes inside.
const SPAN: i64 = 400;

fn event_rules() -> impl Strategy<Value = EventRule> {
    let seconds = 1..SPAN / 2;
    (
        prop_oneof![Just(None), Just(Some(PAGE)), Just(Some(DOWNLOAD))],
        proptest::option::of(seconds.clone()),
        prop_oneof![Just(Per::Event), Just(Per::Day), Just(Per::Asset)],
        prop_oneof![3 => Just(Keep::Newest), 1 => Just(Keep::Oldest)],
        proptest::option::of(0_usize..4),
        (0_usize..3, seconds),
    )
        .prop_map(|(kind, within, per, keep, limit, (fade, length))| EventRule {
            kind,
            filter: None,
            within: within.map(Duration),
            per,
            keep,
            limit,
            fade: [Fade::None, Fade::HalfLife(Duration(length)), Fade::Linear(Duration(length))][fade],
        })
}

fn clamps() -> impl Strategy<Value = Clamp> {
    (proptest::option::weighted(0.3, -20_i64..5), proptest::option::weighted(0.3, 5_i64..30)).prop_map(|(min, max)| Clamp { min, max })
}

fn rules() -> impl Strategy<Value = Rule> {
    (proptest::option::weighted(0.9, event_rules()), -40_i32..60, clamps())
        .prop_map(|(event, halves, clamp)| Rule { clamp, ..rule("r", f64::from(if event.is_some() { halves } else { halves * 2 }) / 2.0, event) })
}

fn scorings() -> impl Strategy<Value = Scoring> {
    let group = (proptest::collection::vec(rules(), 1..4), clamps()).prop_map(|(rules, clamp)| Group { id: "g".into(), clamp, rules });
    (proptest::collection::vec(group, 1..3), clamps()).prop_map(|(groups, total)| Scoring { groups, total, ..one_group(Vec::new()) })
}

/// Conditions that the clock moves and others that it does not.
fn conditions() -> impl Strategy<Value = Condition> {
    (0_usize..7, 1..SPAN).prop_map(|(n, seconds)| {
        let text = [
            format!("events('page_view', '{seconds}s') >= 2"),
            format!("last_event_at < as_of - '{seconds}s'"),
            format!("created_at >= as_of - '{seconds}s' OR events('whitepaper_download', '{seconds}s', 'asset = ''a''') = 1"),
            "days_since(last_event_at) >= 1".into(),
            "employees >= 100".into(),
            "NOT (events('*') > 3)".into(),
            format!("days_since(first_event('page_view')) < 1 AND events('*', '{seconds}s') > 1"),
        ];
        condition(&text[n], ScopeKind::Scoring, Want::Boolean)
    })
}

/// Rules with gates, `where`s and points that are reckoned.
fn conditional() -> impl Strategy<Value = Scoring> {
    let points = (0_usize..3, 1..SPAN).prop_map(|(n, seconds)| {
        let text = [
            format!("events('*', '{seconds}s') * 2 - 3"),
            format!("CASE WHEN last_event_at >= as_of - '{seconds}s' THEN 7.5 ELSE -7.5 END"),
            "employees".into(),
        ];
        Points::Expression(condition(&text[n], ScopeKind::Scoring, Want::Number))
    });
    let rule = (rules(), proptest::option::of(conditions()), proptest::option::of(points), any::<bool>()).prop_map(|(mut rule, when, points, filtered)| {
        rule.when = when;
        rule.points = points.unwrap_or(rule.points);
        if let Some(event) = &mut rule.event {
            event.filter = filtered.then(|| condition("asset = 'A' OR asset IS NULL", ScopeKind::Event, Want::Boolean));
        }
        rule
    });
    let group = (proptest::collection::vec(rule, 1..4), clamps()).prop_map(|(rules, clamp)| Group { id: "g".into(), clamp, rules });
    (proptest::collection::vec(group, 1..3), clamps()).prop_map(|(groups, total)| Scoring { groups, total, ..one_group(Vec::new()) })
}

/// In order of time; some after `TODAY`.
fn leads() -> impl Strategy<Value = Vec<Event>> {
    proptest::collection::vec((-SPAN..40, 0_u32..6), 0..14).prop_map(|mut events| {
        events.sort();
        events.into_iter().map(|(at, detail)| event(TODAY + at, detail)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn until_is_never_late_and_is_tight(scoring in scorings(), events in leads()) {
        let world = World::new();
        let (now, lines) = (world.score(&scoring, &events, TODAY), world.lines(&scoring, &events, TODAY));
        let until = now.until.0.0;
        prop_assert!(until > TODAY);
        let horizon = TODAY + 3 * SPAN;
        for t in TODAY + 1..until.min(horizon) {
            prop_assert_eq!(&world.lines(&scoring, &events, t), &lines, "late: changed {} s on, until says {}", t - TODAY, until - TODAY);
        }
        if until < horizon {
            let arrives = events.iter().any(|e| e.at.0 == until);
            prop_assert!(arrives || world.lines(&scoring, &events, until) != lines, "early: nothing changes after {} s", until - TODAY);
        }
    }

    #[test]
    fn until_is_never_late_with_conditions(scoring in conditional(), events in leads(), employees in proptest::option::of(0_i64..200)) {
        let world = employees.map_or_else(World::new, World::with_employees);
        let (until, lines) = (world.score(&scoring, &events, TODAY).until.0.0, world.lines(&scoring, &events, TODAY));
        for t in TODAY + 1..until.min(TODAY + 2 * SPAN) {
            prop_assert_eq!(&world.lines(&scoring, &events, t), &lines, "late: changed {} s on, until says {}", t - TODAY, until - TODAY);
        }
    }

    #[test]
    fn the_order_of_events_does_not_matter(scoring in scorings(), (events, shuffled) in leads().prop_flat_map(|e| (Just(e.clone()), Just(e).prop_shuffle()))) {
        let world = World::new();
        prop_assert_eq!(world.score(&scoring, &events, TODAY), world.score(&scoring, &shuffled, TODAY));
        prop_assert_eq!(world.card(&scoring, &events, TODAY), world.card(&scoring, &shuffled, TODAY));
    }

    #[test]
    fn lines_add_up_and_the_card_is_the_score(scoring in scorings(), events in leads()) {
        let world = World::new();
        let (card, scored) = (world.card(&scoring, &events, TODAY), world.score(&scoring, &events, TODAY));
        for group in &card.groups {
            let clamp = group.clamp.as_ref().map_or(0, |line| line.points);
            prop_assert_eq!(group.lines.iter().map(|line| line.points).sum::<i64>() + clamp, group.points);
        }
        let clamp = card.clamp.as_ref().map_or(0, |line| line.points);
        prop_assert_eq!(card.groups.iter().map(|group| group.points).sum::<i64>() + clamp, card.total);
        prop_assert_eq!(card.groups.iter().map(|group| group.points).collect::<Vec<_>>(), scored.groups.clone());
        prop_assert_eq!((card.total, &card.band, card.until), (scored.total, &scoring.bands[scored.band].id, scored.until));
    }

    #[test]
    fn what_is_after_the_as_of_does_not_exist(scoring in scorings(), events in leads()) {
        let world = World::new();
        let past: Vec<Event> = events.iter().copied().filter(|e| e.at.0 <= TODAY).collect();
        let (all, known) = (world.score(&scoring, &events, TODAY), world.score(&scoring, &past, TODAY));
        prop_assert_eq!((all.groups, all.total, all.band), (known.groups, known.total, known.band));
    }

    #[test]
    fn a_line_is_the_sum_done_by_hand(event_rule in event_rules(), halves in -40_i32..60, clamp in clamps(), events in leads()) {
        let world = World::new();
        let points = f64::from(halves) / 2.0;
        let by_hand = by_hand(&event_rule, points, clamp, &events, &world);
        let scoring = one_group(vec![Rule { clamp, ..rule("r", points, Some(event_rule)) }]);
        prop_assert_eq!(world.score(&scoring, &events, TODAY).total, by_hand);
    }

    /// The store keeps (scored, until); a tick scores those that are due, those with new events, and everybody when a rule changed.
    #[test]
    fn due_only_equals_full(
        first in prop_oneof![scorings(), conditional()], second in prop_oneof![scorings(), conditional()],
        base in proptest::collection::vec(leads(), 1..8),
        steps in proptest::collection::vec((1..60_i64, proptest::option::of((0_usize..8, -SPAN..60, 0_u32..6)), proptest::bool::weighted(0.1)), 1..24),
    ) {
        let world = World::new();
        let mut base = base;
        let mut scoring = &first;
        let mut scorer = Scorer::new(scoring, &world.dictionary);
        let mut now = TODAY;
        let mut stored: Vec<Scored> = base.iter().map(|events| world.score(scoring, events, now)).collect();
        for (seconds, news, edited) in steps {
            now += seconds;
            if let Some((lead, at, detail)) = news {
                let lead = lead % base.len();
                base[lead].push(event(now + at, detail));
                base[lead].sort();
                stored[lead].until = Until(Instant(now));
            }
            if edited {
                scoring = &second;
                scorer = Scorer::new(scoring, &world.dictionary);
                stored.iter_mut().for_each(|s| s.until = Until(Instant(now)));
            }
            for (kept, events) in stored.iter_mut().zip(&base).filter(|(kept, _)| kept.until <= Until(Instant(now))) {
                scorer.score(&world.facts(events, now), kept);
            }
            for (kept, events) in stored.iter().zip(&base) {
                let full = world.score(scoring, events, now);
                prop_assert_eq!((&kept.groups, kept.total, kept.band), (&full.groups, full.total, full.band));
            }
        }
    }
}

/// The order of design: where → within → per → limit → fade → sum → max/min → round, with nothing clever.
fn by_hand(rule: &EventRule, points: f64, clamp: Clamp, events: &[Event], world: &World) -> i64 {
    let mut left: Vec<&Event> = events.iter().filter(|e| e.at.0 <= TODAY && rule.kind.is_none_or(|k| world.details.of(e).kind == k)).collect();
    left.retain(|e| rule.within.is_none_or(|w| TODAY - e.at.0 <= w.0));
    let group = |e: &Event| match rule.per {
        Per::Event => None,
        Per::Day => Some(world.calendar.date(e.at).to_string()),
        Per::Asset => Some(format!("{:?}", world.details.of(e).values[1])),
    };
    if rule.keep == Keep::Newest {
        left.reverse();
    }
    let mut seen = Vec::new();
    left.retain(|e| {
        group(e).is_none_or(|g| {
            !seen.contains(&g) && {
                seen.push(g);
                true
            }
        })
    });
    left.sort_by_key(|e| std::cmp::Reverse(e.at));
    left.truncate(rule.limit.unwrap_or(usize::MAX));
    if left.is_empty() {
        return 0;
    }
    let factor = |age: f64| match rule.fade {
        Fade::None => 1.0,
        Fade::HalfLife(h) => 0.5_f64.powf(age / h.0 as f64),
        Fade::Linear(d) => (1.0 - age / d.0 as f64).max(0.0),
    };
    let sum: f64 = left.iter().map(|e| points * factor((TODAY - e.at.0) as f64)).sum();
    let held = clamp.max.map_or(sum, |max| sum.min(max as f64));
    let held = clamp.min.map_or(held, |min| held.max(min as f64));
    // 1e-9 as in the code: halves that binary cannot hold
    (held.signum() * (held.abs() + 0.5 + 1e-9).floor()) as i64
}
