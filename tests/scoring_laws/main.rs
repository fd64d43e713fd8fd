//! What scoring promises, held against brute force: the clock is asked second by second, the sums are done again by hand.

use proptest::prelude::*;
use sop::condition::{Condition, Facts, Place, Scope, ScopeKind, Want, compile};
use sop::diag::{Diagnostics, SourceId};
use sop::engine::scoring::{ScoreCard, Scored, Scorer, main_reasons, score, score_card};
use sop::model::{
    Calendar, Currency, Detail, DetailId, Details, Dictionary, Duration, Event, EventField, Field, FieldType, Instant, KindBy, KindDef, KindId, Until, Value,
};
use sop::rules::scoring::{Band, Clamp, EventRule, Fade, Group, Keep, Per, Points, Rule, Scoring};

const DAY: i64 = 86_400;
/// 2026-11-21T00:03:20 in Shanghai: midnight lies amid the events of the laws below.
const TODAY: i64 = 1_795_190_600;
const PAGE: KindId = KindId(0);
const DOWNLOAD: KindId = KindId(1);

fn kind(id: &str) -> KindDef {
    KindDef { id: id.into(), title: id.into(), by: KindBy::Lead, weak: false, touch: false, aliases: Vec::new(), from: Vec::new() }
}

fn dictionary() -> Dictionary {
    let field = |id: &str| EventField { id: id.into(), ty: FieldType::Text, aliases: Vec::new(), order: None };
    Dictionary {
        currency: Currency::new("CNY"),
        fields: vec![employees()],
        identity: Vec::new(),
        event_fields: vec![field("path"), field("asset")],
        kinds: vec![kind("page_view"), kind("whitepaper_download")],
        event_headers: Default::default(),
        event_order: None,
        channels: Vec::new(),
        lists: Vec::new(),
        blank: Vec::new(),
        events_in: Vec::new(),
        bot_filter: None,
        headers: Default::default(),
        kind_names: [("page_view".into(), PAGE), ("whitepaper_download".into(), DOWNLOAD)].into_iter().collect(),
    }
}

fn employees() -> Field {
    Field { title: "员工数".into(), ..Field::plain("employees", FieldType::Integer) }
}

fn condition(text: &str, kind: ScopeKind, want: Want) -> Condition {
    let (dictionary, mut problems) = (dictionary(), Diagnostics::default());
    let scope = Scope::new(kind, &dictionary, &[]);
    compile(text, &Place::verbatim(SourceId(0), 0, text.len()), &scope, want, &mut problems).unwrap_or_else(|| panic!("{text}: {problems:?}"))
}

/// Six details: two kinds, each with the assets blank, `a` and `b`.
fn details() -> Details {
    let detail = |kind: KindId, name: &str, asset: &str| Detail {
        kind,
        kind_name: name.into(),
        values: vec![Value::Null, Value::text(asset)],
        kinds: vec![kind],
        act: true,
    };
    let of = |kind, name| ["", "a", "b"].map(|asset| detail(kind, name, asset));
    Details([of(PAGE, "page_view"), of(DOWNLOAD, "whitepaper_download")].concat())
}

/// What every score needs beside the rules.
struct World {
    dictionary: Dictionary,
    calendar: Calendar,
    details: Details,
    lead: Vec<Value>,
}

impl World {
    fn new() -> Self {
        Self { dictionary: dictionary(), calendar: Calendar::default(), details: details(), lead: vec![Value::Null] }
    }
    fn with_employees(n: i64) -> Self {
        Self { lead: vec![Value::Int(n)], ..Self::new() }
    }
    fn facts<'a>(&'a self, events: &'a [Event], as_of: i64) -> Facts<'a> {
        Facts {
            dictionary: &self.dictionary,
            calendar: &self.calendar,
            as_of: Instant(as_of),
            lead: &self.lead,
            extra: &[],
            created_at: Instant(TODAY - 100),
            events,
            details: &self.details,
            follow_ups: &[],
            state: &[],
            messages: &[],
            enrollment: None,
            event: None,
        }
    }
    fn score(&self, scoring: &Scoring, events: &[Event], as_of: i64) -> Scored {
        score(scoring, &self.facts(events, as_of))
    }
    fn card(&self, scoring: &Scoring, events: &[Event], as_of: i64) -> ScoreCard {
        score_card(scoring, &self.facts(events, as_of))
    }
    /// The whole points of every rule.
    fn lines(&self, scoring: &Scoring, events: &[Event], as_of: i64) -> Vec<i64> {
        self.card(scoring, events, as_of).groups.iter().flat_map(|group| group.lines.iter().map(|line| line.points)).collect()
    }
}

fn event(at: i64, detail: u32) -> Event {
    Event { at: Instant(at), detail: DetailId(detail) }
}

const PLAIN: EventRule = EventRule { kind: Some(DOWNLOAD), filter: None, within: None, per: Per::Event, keep: Keep::Newest, limit: None, fade: Fade::None };

fn rule(name: &str, points: f64, event: Option<EventRule>) -> Rule {
    Rule { name: name.into(), when: None, points: Points::Fixed(points), event, clamp: Clamp::default() }
}

fn one_group(rules: Vec<Rule>) -> Scoring {
    Scoring {
        groups: vec![Group { id: "engagement".into(), clamp: Clamp::default(), rules }],
        total: Clamp::default(),
        bands: [("qualified", 50), ("warm", 25), ("cold", 0)].map(|(id, at_least)| Band { id: id.into(), at_least }).into(),
    }
}

/// The template of the seed: 制造业 +5, 决策者 +10 (a lead that is both), whitepaper +10, pricing page +15.
fn template(pricing: EventRule) -> Scoring {
    one_group(vec![
        rule("制造业", 5.0, None),
        rule("决策者", 10.0, None),
        rule("下载白皮书", 10.0, Some(EventRule { per: Per::Asset, limit: Some(3), within: Some(Duration(180 * DAY)), ..PLAIN })),
        rule("访问定价页", 15.0, Some(pricing)),
    ])
}

fn pricing() -> EventRule {
    EventRule { kind: Some(PAGE), per: Per::Day, limit: Some(2), within: Some(Duration(30 * DAY)), ..PLAIN }
}

#[test]
fn the_template_makes_40_50_40() {
    // The seed's scoring table; 50 is MQL, inclusive.
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

// ---- laws, over random rules and leads ----

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
