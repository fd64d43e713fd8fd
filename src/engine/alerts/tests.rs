//! What the people who step in were promised: each event once, a state when it becomes true, nothing twice, nothing lost.

use super::*;
use crate::engine::a_lead::Lead;
use crate::model::{Duration, Value};
use crate::rules::sla::Recipient;
use crate::rules::team::Owner;
use proptest::prelude::*;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const FIELDS: &str = "event_kinds:\n  high_intent: {title: 高意向行为, from: [trial_request, inquiry]}\n";
const LONG_AGO: Instant = Instant(0);

fn lead() -> Lead {
    let mut lead = Lead::with(&[("sops/fields.yaml", FIELDS)]);
    lead.sop.team.owners = ["zhang", "an"].map(|id| Owner { id: id.into(), role: if id == "an" { "sdr" } else { "sales" }.into(), ..Owner::default() }).into();
    lead
}

fn alert(lead: &Lead, name: &str, events: &[&str], when: Option<&str>, cooldown: Option<i64>) -> Alert {
    let kinds = events.iter().map(|k| lead.sop.dictionary.kind_of(k).expect("a kind"));
    let to = vec![Recipient::Owner, Recipient::LastOwner, Recipient::Role("sdr".into())];
    Alert { name: name.into(), events: kinds.collect(), when: when.and_then(|w| lead.when(w)), to, cooldown: cooldown.map(Duration) }
}

fn high_value(lead: &Lead) -> Alert {
    alert(lead, "高价值行为", &["high_intent"], None, None)
}

fn active_but_below(lead: &Lead) -> Alert {
    alert(lead, "活跃但未达标", &[], Some("days_below_qualified >= 3 AND events('*', '3d') >= 5"), Some(14 * DAY))
}

fn look(lead: &Lead, alerts: &[Alert], memory: &Memory, as_of: Instant, quiet_before: Instant) -> Heard {
    watch(&Watch { alerts, team: &lead.sop.team, facts: &lead.facts(as_of), owner: Some("zhang"), last_owner: None, quiet_before }, memory)
}

/// One tick of somebody who remembers: what rang, "alert at date".
fn tick(lead: &Lead, alerts: &[Alert], memory: &mut Memory, as_of: Instant) -> Vec<String> {
    let heard = look(lead, alerts, memory, as_of, LONG_AGO);
    *memory = heard.memory;
    heard.rings.iter().map(|r| format!("{} {}", r.alert, lead.shown(r.at))).collect()
}

#[test]
fn a_trial_request_rings_once_also_when_a_tick_was_missed() {
    let mut lead = lead();
    let alerts = [high_value(&lead)];
    let mut memory = Memory::default();
    lead.did("page_view", lead.at("2026-11-20 09:00"), "/pricing");
    assert!(tick(&lead, &alerts, &mut memory, lead.at("2026-11-20 09:30")).is_empty());
    // Two ticks do not run.
    lead.did("trial_request", lead.at("2026-11-20 09:40"), "");
    let heard = look(&lead, &alerts, &memory, lead.at("2026-11-20 11:00"), LONG_AGO);
    let ring = &heard.rings[0];
    assert_eq!((heard.rings.len(), ring.to.as_deref(), lead.shown(ring.at).as_str()), (1, Some("zhang"), "2026-11-20 09:40"));
    assert!(ring.why.contains("2026-11-20 09:40"), "{}", ring.why);
    memory = heard.memory;
    for later in ["2026-11-20 11:00", "2026-11-20 11:30", "2026-12-20 11:30"] {
        assert!(tick(&lead, &alerts, &mut memory, lead.at(later)).is_empty(), "{later}");
    }
    lead.did("inquiry", lead.at("2026-12-21 08:00"), "");
    assert_eq!(tick(&lead, &alerts, &mut memory, lead.at("2026-12-21 09:00")), ["高价值行为 2026-12-21 08:00"], "another event");
}

#[test]
fn events_of_one_instant_are_told_apart_and_equal_rows_are_one() {
    let mut lead = lead();
    let alerts = [high_value(&lead)];
    let at = lead.at("2026-11-20 09:40");
    lead.did("trial_request", at, "/a");
    lead.did("trial_request", at, "/b");
    lead.did("trial_request", at, "/a");
    lead.did("inquiry", at, "/a");
    let heard = look(&lead, &alerts, &Memory::default(), at, LONG_AGO);
    assert_eq!((heard.rings.len(), heard.memory.events.len()), (3, 3));
    // A field that is declared later, before the others, makes no new events of them.
    let mut again = super::tests::lead();
    let path = again.sop.dictionary.event_fields.iter().position(|f| f.id == "path").expect("path");
    let field = again.sop.dictionary.event_fields[path].clone();
    again.sop.dictionary.event_fields.insert(0, crate::model::EventField { id: "booth".into(), ..field });
    for (kind, path) in [("trial_request", "/a"), ("trial_request", "/b"), ("inquiry", "/a")] {
        again.did(kind, at, path);
    }
    assert!(look(&again, &[high_value(&again)], &heard.memory, at, LONG_AGO).rings.is_empty());
}

#[test]
fn what_is_history_is_counted_and_rings_for_nobody() {
    let mut lead = lead();
    let alerts = [high_value(&lead)];
    for at in ["2026-03-01 09:00", "2026-11-13 09:00", "2026-11-19 09:00"] {
        lead.did("inquiry", lead.at(at), "");
    }
    let heard = look(&lead, &alerts, &Memory::default(), lead.at("2026-11-20 09:00"), lead.at("2026-11-13 09:00"));
    assert_eq!((heard.history, heard.rings.len()), (2, 1));
}

#[test]
fn an_event_rings_through_its_gate_and_waits_before_it() {
    let mut lead = lead();
    let alerts = [alert(&lead, "热", &["inquiry"], Some("score >= 50"), None)];
    lead.did("inquiry", lead.at("2026-11-20 09:00"), "");
    let mut memory = Memory::default();
    assert!(tick(&lead, &alerts, &mut memory, lead.at("2026-11-20 09:30")).is_empty(), "its score is not known");
    lead.set("score", Value::Int(60));
    let heard = look(&lead, &alerts, &memory, lead.at("2026-11-21 09:30"), LONG_AGO);
    assert!(heard.rings[0].why.ends_with("score is `60`: score >= 50 holds"), "{}", heard.rings[0].why);
    assert!(look(&lead, &alerts, &memory, lead.at("2026-11-28 09:30"), lead.at("2026-11-21 09:30")).rings.is_empty(), "by then it is history");
}

#[test]
fn events_within_the_cooldown_ring_for_nobody_whenever_one_looks() {
    let mut lead = lead();
    let alerts = [alert(&lead, "试用", &["inquiry"], None, Some(DAY))];
    for at in ["2026-11-20 09:00", "2026-11-20 18:00", "2026-11-21 08:59", "2026-11-21 09:00", "2026-11-22 08:00"] {
        lead.did("inquiry", lead.at(at), "");
    }
    let rung = ["试用 2026-11-20 09:00", "试用 2026-11-21 09:00"];
    assert_eq!(tick(&lead, &alerts, &mut Memory::default(), lead.at("2026-11-30 09:00")), rung);
    let mut memory = Memory::default();
    let hourly: Vec<String> = (0..200).flat_map(|h| tick(&lead, &alerts, &mut memory, lead.at("2026-11-20 08:30").plus(h * HOUR))).collect();
    assert_eq!(hourly, rung);
}

#[test]
fn three_days_below_and_active_rings_once_in_a_fortnight() {
    let mut lead = lead();
    let alerts = [active_but_below(&lead)];
    let start = lead.at("2026-11-02 09:00");
    (0..40).for_each(|day| (0..2).for_each(|n| lead.did("page_view", start.plus(day * DAY + n * HOUR), "")));
    let mut memory = Memory::default();
    let mut rung = Vec::new();
    for half_hour in 0..40 * 48 {
        let as_of = start.plus(half_hour * 1800);
        lead.set("days_below_qualified", Value::Int(half_hour / 48));
        rung.extend(tick(&lead, &alerts, &mut memory, as_of));
        assert!(tick(&lead, &alerts, &mut memory, as_of).is_empty(), "twice at one instant");
    }
    assert_eq!(rung, ["2026-11-05 09:00", "2026-11-19 09:00", "2026-12-03 09:00"].map(|at| format!("活跃但未达标 {at}")));
}

#[test]
fn without_a_cooldown_a_state_rings_each_time_that_it_becomes_true() {
    let mut lead = lead();
    let alerts = [alert(&lead, "热", &[], Some("band = 'hot'"), None), alert(&lead, "热, 每周", &[], Some("band = 'hot'"), Some(7 * DAY))];
    let mut memory = Memory::default();
    let mut rung = Vec::new();
    for (day, band) in ["warm", "hot", "hot", "", "hot", "warm", "warm", "warm", "hot"].into_iter().enumerate() {
        lead.set("band", Value::text(band));
        let rings = look(&lead, &alerts, &memory, Instant(day as i64 * DAY), LONG_AGO);
        memory = rings.memory;
        rung.extend(rings.rings.into_iter().map(|r| (day, r.alert, r.why)));
    }
    let days = |name: &str| rung.iter().filter(|(_, alert, _)| alert == name).map(|(day, ..)| *day).collect::<Vec<_>>();
    assert_eq!((days("热"), days("热, 每周")), (vec![1, 4, 8], vec![1, 8]), "unknown is not true");
    assert_eq!(rung[0].2, "band is `hot`: band = 'hot' holds");
}

#[test]
fn one_need_not_look_before_the_cooldown_is_over() {
    let mut lead = lead();
    let alerts = [alert(&lead, "热", &[], Some("band = 'hot'"), Some(7 * DAY))];
    lead.set("band", Value::text("hot"));
    let heard = look(&lead, &alerts, &Memory::default(), Instant(0), LONG_AGO);
    assert_eq!((heard.rings.len(), heard.until), (1, Until(Instant(7 * DAY))));
    let asleep = look(&lead, &alerts, &heard.memory, Instant(7 * DAY - 1), LONG_AGO);
    assert_eq!((asleep.rings.len(), asleep.until), (0, Until(Instant(7 * DAY))));
    assert_eq!(look(&lead, &alerts, &heard.memory, Instant(7 * DAY), LONG_AGO).rings.len(), 1);
}

/// Alerts of every sort; only the events and the clock move them.
fn every_sort(lead: &Lead) -> [Alert; 6] {
    [
        high_value(lead),
        alert(lead, "试用", &["inquiry"], None, Some(DAY)),
        alert(lead, "活跃时咨询", &["inquiry"], Some("events('*', '12h') >= 2"), None),
        alert(lead, "活跃", &[], Some("events('*', '1d') >= 3"), Some(2 * DAY)),
        alert(lead, "安静", &[], Some("last_event_at < as_of - '20h'"), None),
        alert(lead, "安静, 每天", &[], Some("days_since(last_event_at) >= 2"), Some(DAY)),
    ]
}

fn acts() -> impl Strategy<Value = Vec<(i64, usize)>> {
    proptest::collection::vec((0..20 * DAY, 0..3_usize), 0..14)
}

fn lived(acts: &[(i64, usize)]) -> (Lead, Instant) {
    let mut lead = lead();
    let start = lead.at("2026-11-02 09:00");
    acts.iter().for_each(|(at, kind)| lead.did(["inquiry", "trial_request", "page_view"][*kind], start.plus(*at), ""));
    (lead, start)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn looking_only_when_due_hears_what_looking_every_hour_does(acts in acts()) {
        let (lead, start) = lived(&acts);
        let alerts = every_sort(&lead);
        let (mut hourly, mut due) = (Memory::default(), Memory::default());
        let mut next = Until(start);
        for hour in 0..24 * 24 {
            let as_of = start.plus(hour * HOUR);
            let quiet = as_of.plus(-7 * DAY);
            let all = look(&lead, &alerts, &hourly, as_of, quiet);
            hourly = all.memory;
            prop_assert!(look(&lead, &alerts, &hourly, as_of, quiet).rings.is_empty(), "twice at one instant");
            if as_of >= next.0 {
                let heard = look(&lead, &alerts, &due, as_of, quiet);
                (due, next) = (heard.memory, heard.until);
                prop_assert_eq!(&heard.rings, &all.rings);
            } else {
                prop_assert_eq!(&all.rings, &Vec::new());
            }
            prop_assert_eq!(&hourly, &due);
        }
    }

    #[test]
    fn missed_ticks_lose_no_event(acts in acts(), mut ticks in proptest::collection::vec(0..20 * DAY, 0..8)) {
        let (lead, start) = lived(&acts);
        let alerts = &every_sort(&lead)[..2];
        ticks.sort_unstable();
        let mut memory = Memory::default();
        let mut rung = Vec::new();
        for at in ticks.into_iter().chain([20 * DAY]) {
            let heard = look(&lead, alerts, &memory, start.plus(at), LONG_AGO);
            memory = heard.memory;
            rung.extend(heard.rings);
        }
        let at_once = look(&lead, alerts, &Memory::default(), start.plus(20 * DAY), LONG_AGO);
        let sorted = |rings: Vec<Ring>| { let mut r: Vec<_> = rings.into_iter().map(|r| (r.alert, r.cause, r.at)).collect(); r.sort(); r };
        prop_assert_eq!(sorted(rung), sorted(at_once.rings));
        prop_assert_eq!(memory, at_once.memory);
    }
}
