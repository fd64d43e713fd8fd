//! What scoring promises: published sums here, laws over random rules and leads beside them.

mod laws;
mod world;

use sop::condition::{ScopeKind, Want};
use sop::engine::scoring::main_reasons;
use sop::model::{Duration, Event, Instant, Until};
use sop::rules::scoring::{Clamp, EventRule, Fade, Keep, Per, Points, Rule};
use world::{DAY, PLAIN, TODAY, World, condition, event, one_group, pricing, rule, template};

#[test]
fn the_template_makes_40_50_40() {
    // 50 is MQL, inclusive.
    let (world, rules) = (World::new(), template(pricing()));
    let band = |events: &[Event]| {
        let card = world.card(&rules, events, TODAY);
        (card.total, card.band)
    };
    let (page, a) = (event(TODAY - 3600, 0), event(TODAY - 20 * DAY, 4));
    assert_eq!(band(&[a, page]), (40, "warm".into()));
    assert_eq!(band(&[a, event(TODAY - 19 * DAY, 5), page]), (50, "qualified".into()), "a second, different whitepaper");
    assert_eq!(band(&[a, event(TODAY - 19 * DAY, 4), page]), (40, "warm".into()), "the same whitepaper twice");
    assert_eq!(band(&[]), (15, "cold".into()));
}

#[test]
fn a_fading_pricing_view_undoes_an_exact_50_after_35_hours() {
    // 15 · 2^(−t/30d) < 14.5 ⇔ t > 30 d · log2(15/14.5) = 35.2 h
    let world = World::new();
    let rules = template(EventRule { within: None, fade: Fade::HalfLife(Duration(30 * DAY)), ..pricing() });
    let events = [event(TODAY - DAY, 4), event(TODAY - DAY, 5), event(TODAY, 0)];
    let now = world.score(&rules, &events, TODAY);
    assert_eq!(now.total, 50);
    let undone = (1..).find(|t| 15.0 * (-(*t as f64) / (30 * DAY) as f64).exp2() < 14.5).expect("it fades");
    assert_eq!(undone / 3600, 35);
    assert_eq!(now.until, Until(Instant(TODAY + undone)));
    assert_eq!(world.score(&rules, &events, TODAY + undone - 1).total, 50);
    assert_eq!(world.score(&rules, &events, TODAY + undone).total, 49);
}

#[test]
fn points_fade_as_published() {
    // none p; window p·[t ≤ w]; half-life p·2^(−t/h); linear p·max(0, 1 − t/d)
    let world = World::new();
    let line = |fade, within, age: i64| {
        let rules = one_group(vec![rule("r", 1000.0, Some(EventRule { fade, within, ..PLAIN }))]);
        world.score(&rules, &[event(TODAY - age, 4)], TODAY).total
    };
    let (half, linear) = (Fade::HalfLife(Duration(30 * DAY)), Fade::Linear(Duration(40 * DAY)));
    assert_eq!([0, 15, 30, 45, 60, 90].map(|d| line(half, None, d * DAY)), [1000, 707, 500, 354, 250, 125]);
    assert_eq!([0, 10, 20, 39, 40, 50].map(|d| line(linear, None, d * DAY)), [1000, 750, 500, 25, 0, 0]);
    let window = Some(Duration(30 * DAY));
    assert_eq!([0, 30 * DAY, 30 * DAY + 1].map(|age| line(Fade::None, window, age)), [1000, 1000, 0], "the edge is inside");
    assert_eq!(line(Fade::None, None, 4000 * DAY), 1000);
}

#[test]
fn halves_round_away_from_zero() {
    let world = World::new();
    let line = |points: f64, n: usize| {
        let events: Vec<Event> = (0..n).map(|i| event(TODAY - i as i64, 4)).collect();
        world.score(&one_group(vec![rule("r", points, Some(PLAIN))]), &events, TODAY).total
    };
    assert_eq!([line(0.5, 1), line(-0.5, 1), line(0.5, 5), line(-0.5, 5), line(2.4, 1), line(-2.6, 1)], [1, -1, 3, -3, 2, -3]);
    assert_eq!(line(1.005, 100), 101, "100.5 by hand, whatever binary makes of it");
}

#[test]
fn a_window_says_when_it_ends_and_only_if_that_matters() {
    let world = World::new();
    let events: Vec<Event> = [9, 5, 2].map(|d| event(TODAY - d * DAY, 4)).into();
    let until = |limit, max| {
        let mut r = rule("r", 10.0, Some(EventRule { within: Some(Duration(30 * DAY)), limit, ..PLAIN }));
        r.clamp.max = max;
        world.score(&one_group(vec![r]), &events, TODAY).until.0.0
    };
    let leaves = |d: i64| TODAY + (30 - d) * DAY + 1;
    assert_eq!(until(None, None), leaves(9), "the oldest of three");
    assert_eq!(until(Some(2), None), leaves(5), "the oldest is beyond the limit anyway");
    assert_eq!(until(None, Some(10)), leaves(2), "one is enough for the maximum");
    assert_eq!(world.score(&one_group(vec![rule("r", 10.0, Some(PLAIN))]), &events, TODAY).until, Until::NEVER);
    let later = [events.clone(), vec![event(TODAY + 77, 4)]].concat();
    assert_eq!(world.score(&one_group(vec![rule("r", 10.0, Some(PLAIN))]), &later, TODAY).until, Until(Instant(TODAY + 77)), "a dated future");
}

#[test]
fn an_expiry_beyond_the_limit_can_bring_a_newer_event_in() {
    // Oldest of each asset, the newest one of these: `b`, until the first `a` leaves and the second stands for it.
    let world = World::new();
    let event_rule =
        EventRule { per: Per::Asset, keep: Keep::Oldest, limit: Some(1), within: Some(Duration(100)), fade: Fade::HalfLife(Duration(200)), ..PLAIN };
    let rules = one_group(vec![rule("r", 4.0, Some(event_rule))]);
    let events = [event(TODAY - 90, 4), event(TODAY - 50, 5), event(TODAY - 5, 4)];
    let now = world.score(&rules, &events, TODAY);
    assert_eq!((now.total, now.until.0.0 - TODAY), (3, 11), "4 · 2^(−50/200) = 3.36");
    assert_eq!(world.score(&rules, &events, TODAY + 10).total, 3);
    assert_eq!(world.score(&rules, &events, TODAY + 11).total, 4, "4 · 2^(−16/200) = 3.78");
}

#[test]
fn a_lead_with_very_many_events_costs_no_square() {
    let world = World::new();
    let events: Vec<Event> = (0..100_000).map(|i| event(TODAY - 100_000 + i, 4)).collect();
    for (keep, fade) in [(Keep::Newest, Fade::HalfLife(Duration(DAY))), (Keep::Oldest, Fade::Linear(Duration(20 * DAY)))] {
        let mut r = rule("r", 3.0, Some(EventRule { within: Some(Duration(10 * DAY)), keep, fade, ..PLAIN }));
        r.clamp.max = Some(9);
        let scored = world.score(&one_group(vec![r]), &events, TODAY);
        assert_eq!(scored.total, 9);
        assert!(scored.until.0.0 > TODAY);
    }
}

#[test]
fn main_reasons_are_the_biggest_lines_then_the_files_order() {
    let rules = one_group(vec![rule("小", 5.0, None), rule("大", 10.0, None), rule("减", -10.0, None), rule("无", 30.0, Some(PLAIN))]);
    let card = World::new().card(&rules, &[], TODAY);
    assert_eq!(main_reasons(&card, 2), ["大 +10", "减 -10"]);
    assert_eq!(main_reasons(&card, 9), ["大 +10", "减 -10", "小 +5"]);
}

#[test]
fn an_outsider_can_recompute_the_card() {
    let world = World::new();
    let mut rules = template(EventRule { fade: Fade::HalfLife(Duration(30 * DAY)), ..pricing() });
    rules.groups[0].clamp.max = Some(30);
    let events = [event(TODAY - 20 * DAY, 4), event(TODAY - 19 * DAY, 5), event(TODAY - 18 * DAY, 5), event(TODAY - 15 * DAY, 0)];
    let card = world.card(&rules, &events, TODAY);
    let group = &card.groups[0];
    assert_eq!(group.lines[2].reason, "2 of 3 whitepaper_download counted (per asset, limit 3, within 180d): 2026-11-01 a, 2026-11-03 b: 2 × 10 = 20");
    assert_eq!(
        group.lines[3].reason,
        "1 of 1 page_view counted (per day, limit 2, within 30d, half_life 30d): 2026-11-06 (15d × 0.7071): 0.7071 × 15 = 10.6066 → 11"
    );
    let clamp = group.clamp.as_ref().expect("46 is over 30");
    assert_eq!((clamp.rule.as_str(), clamp.points, clamp.reason.as_str()), ("max 30", -16, "the lines add up to 46; at most 30"));
    assert_eq!((group.points, card.total), (30, 30));
    assert_eq!(world.card(&rules, &[], TODAY).groups[0].lines[2].reason, "no whitepaper_download");
    let old = world.card(&rules, &[event(TODAY - 200 * DAY, 4)], TODAY);
    assert_eq!(old.groups[0].lines[2].reason, "0 of 1 whitepaper_download counted (per asset, limit 3, within 180d); the last on 2026-05-05");
}

#[test]
fn the_card_says_why_a_rule_did_not_fire_or_is_unknown() {
    let with = |when: &str| Rule { when: Some(condition(when, ScopeKind::Scoring, Want::Boolean)), ..rule("规模", 10.0, None) };
    let reason = |world: &World, r: Rule| {
        let line = world.card(&one_group(vec![r]), &[event(TODAY - 9, 4)], TODAY).groups.remove(0).lines.remove(0);
        (line.points, line.fired, line.reason)
    };
    let (blank, big) = (World::new(), World::with_employees(1200));
    assert_eq!(reason(&blank, with("employees >= 200")), (0, false, "unknown: `employees` is blank".into()));
    assert_eq!(reason(&big, with("employees >= 2000")), (0, false, "false: employees is `1200`, not >= 2000".into()));
    assert_eq!(reason(&big, with("employees >= 200")), (10, true, "employees is `1200`: employees >= 200 holds".into()));

    let worth = |text: &str| Points::Expression(condition(text, ScopeKind::Scoring, Want::Number));
    let size = || Rule { points: worth("employees / 100"), ..rule("规模", 0.0, None) };
    assert_eq!(reason(&blank, size()), (0, false, "unknown: `employees` is blank".into()));
    let held = Rule { clamp: Clamp { min: None, max: Some(9) }, ..size() };
    assert_eq!(reason(&big, held), (9, true, "employees is `1200`: employees / 100 is 12, max 9".into()));
    let download = || Rule { points: worth("employees / 1000"), ..rule("下载", 0.0, Some(PLAIN)) };
    assert_eq!(reason(&blank, download()), (0, false, "unknown: `employees` is blank".into()));
    let counted = "1 of 1 whitepaper_download counted: 2026-11-21 a: 1 × 1.2 (employees is `1200`: employees / 1000 is 1.2) = 1.2 → 1";
    assert_eq!(reason(&big, download()), (1, true, counted.into()));
    let gated = Rule { when: Some(condition("employees < 10", ScopeKind::Scoring, Want::Boolean)), ..rule("下载", 10.0, Some(PLAIN)) };
    assert_eq!(reason(&big, gated), (0, false, "false: employees is `1200`, not < 10".into()));
    let filtered = EventRule { filter: Some(condition("asset = 'b'", ScopeKind::Event, Want::Boolean)), ..PLAIN };
    assert_eq!(reason(&big, rule("下载", 10.0, Some(filtered))), (0, false, "no whitepaper_download where asset = 'b'".into()));
    let every = EventRule { kind: None, ..PLAIN };
    assert_eq!(reason(&big, rule("互动", 2.0, Some(every))), (2, true, "1 of 1 acts counted: 2026-11-21 whitepaper_download a: 1 × 2 = 2".into()));
}
