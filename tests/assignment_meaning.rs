//! What assignment.yaml means, case by case: taking up, order, each `by:`, falling through, and leads that stay together.

mod assignment_world;

use assignment_world::*;
use sop::engine::assignment::*;
use sop::model::*;
use sop::rules::assignment::*;
use sop::rules::lifecycle::{Lifecycle, Means, Stage};
use sop::rules::team::Owner;

// ---- taking up ----------------------------------------------------------------------------------------------------------

fn two_rounds() -> World {
    let big = Rule { when: Some(when("employees >= 1000")), ..rule("大客户", By::Weighted) };
    let rest = Rule { to: Target::Queue("public".into()), ..rule("其余", By::RoundRobin) };
    let never = rule("到不了", By::RoundRobin);
    let wash = round("清洗", &["sdr"], vec![rule("全部", By::LeastLoaded)]);
    World::new(vec![owner("sdr.a", "sdr"), owner("li.si", "sales")], vec![wash, round("交销售", &["sales"], vec![big, rest, never])])
}

fn take_up(world: &World, employees: i64, standing: &Standing) -> Option<Candidate> {
    let details = Details::default();
    let lead = world.fields(&[("employees", Value::Int(employees))]);
    let intake = Intake::new(&world.sop.assignment, &world.sop.team, &world.sop.lifecycle);
    intake.take_up(LeadId(1), Key::of_hash(1), 50, &world.facts(&lead, &details), standing).0
}

#[test]
fn a_lead_is_in_the_first_round_that_it_has_not_passed() {
    let world = two_rounds();
    let fresh = take_up(&world, 10, &Standing::default()).expect("taken up");
    assert_eq!((fresh.round, &*fresh.rules), (0, &[0][..]));
    let washed = Standing { rounds: vec!["清洗".into()], owner: Some("sdr.a".into()), ..Standing::default() };
    let small = take_up(&world, 10, &washed).expect("taken up");
    assert_eq!((small.round, small.owner.as_deref(), &*small.rules), (1, Some("sdr.a"), &[1][..]), "a queue takes every lead: no rule behind it is asked");
    let big = take_up(&world, 2000, &washed).expect("taken up");
    assert_eq!(&*big.rules, &[0, 1][..]);
    let through = Standing { rounds: vec!["清洗".into(), "交销售".into()], ..Standing::default() };
    assert_eq!(take_up(&world, 10, &through), None);
}

#[test]
fn what_rounds_say_is_what_they_do() {
    let details = Details::default();
    let ask = |world: &World, employees: i64, standing: &Standing| {
        let lead = world.fields(&[("employees", Value::Int(employees))]);
        Intake::new(&world.sop.assignment, &world.sop.team, &world.sop.lifecycle).ask(&world.facts(&lead, &details), standing)
    };
    let mut world = two_rounds();
    let washed = Standing { rounds: vec!["清洗".into()], ..Standing::default() };
    let through = Standing { rounds: vec!["清洗".into(), "交销售".into()], ..Standing::default() };
    for (employees, standing) in [(10, &Standing::default()), (10, &washed), (2000, &washed), (10, &through)] {
        let Asking::Rounds(rounds) = ask(&world, employees, standing) else { panic!("it is there to be dealt") };
        let takes: Vec<u16> = rounds.iter().zip(0..).filter(|(r, _)| matches!(r.asked, Asked::Takes(_))).map(|(_, i)| i).collect();
        let taken = take_up(&world, employees, standing);
        assert_eq!(takes, taken.iter().map(|c| c.round).collect::<Vec<_>>());
        if let Some(candidate) = taken {
            let rules = &rounds[usize::from(candidate.round)].rules;
            assert!(candidate.rules.iter().all(|i| rules[usize::from(*i)].1), "{rules:?}");
        }
    }
    let Asking::Rounds(rounds) = ask(&world, 10, &washed) else { panic!("it is there to be dealt") };
    assert_eq!(rounds[0].asked, Asked::Passed);
    assert_eq!(rounds[1].rules[0], ("大客户".into(), false, "false: employees is `10`, not >= 1000".into()));
    world.sop.team.owners.retain(|o| o.role == "sales");
    let Asking::Rounds(rounds) = ask(&world, 10, &Standing::default()) else { panic!("it is there to be dealt") };
    assert_eq!(rounds[0].asked, Asked::Unmanned(vec!["sdr".into()]));
    let queued = Standing { queue: Some("public".into()), ..Standing::default() };
    assert_eq!(ask(&world, 10, &queued), Asking::InQueue("public".into()));
    let elsewhere = Standing { owner: Some("王五（已离职）".into()), ..Standing::default() };
    assert_eq!(ask(&world, 10, &elsewhere), Asking::HeldElsewhere("王五（已离职）".into()));
}

#[test]
fn a_round_without_anyone_of_its_roles_is_left_out() {
    let mut world = two_rounds();
    world.sop.team.owners.retain(|o| o.role == "sales");
    assert_eq!(take_up(&world, 10, &Standing::default()).map(|c| c.round), Some(1));
    world.sop.team.owners.clear();
    assert_eq!(take_up(&world, 10, &Standing::default()), None, "nobody gets any lead without a team");
}

#[test]
fn leads_in_a_queue_and_leads_held_elsewhere_are_nobodys_candidates() {
    let mut world = two_rounds();
    let queued = Standing { queue: Some("public".into()), ..Standing::default() };
    let elsewhere = Standing { owner: Some("王五（已离职）".into()), ..Standing::default() };
    assert_eq!(take_up(&world, 10, &queued), None);
    assert_eq!(take_up(&world, 10, &elsewhere), None);
    // A colleague by another spelling is no stranger.
    world.sop.team.owners[0].aliases = vec!["小安".into()];
    let spelled = Standing { owner: Some(" 小安".into()), ..Standing::default() };
    assert_eq!(take_up(&world, 10, &spelled).and_then(|c| c.owner).as_deref(), Some("sdr.a"));
}

#[test]
fn taking_up_says_until_when_it_holds() {
    let mut world = two_rounds();
    world.sop.assignment.rounds[0].when = when("days_since(created_at) >= 3");
    world.sop.assignment.rounds[1].when = when("days_since(created_at) >= 9");
    let (lead, details) = (world.fields(&[]), Details::default());
    let intake = Intake::new(&world.sop.assignment, &world.sop.team, &world.sop.lifecycle);
    let (none, until) = intake.take_up(LeadId(1), Key::of_hash(1), 0, &world.facts(&lead, &details), &Standing::default());
    assert_eq!(none, None);
    // Created yesterday: the first round takes it up at the midnight after tomorrow.
    let calendar = world.sop.calendar;
    assert_eq!(until, Until(calendar.next_midnight(calendar.next_midnight(NOW))));
}

#[test]
fn customers_and_leads_beside_the_line_weigh_on_nobody() {
    let stage = |id: &str, means| Stage { id: id.into(), title: id.into(), journey: None, enter: None, leave: None, dated: None, means };
    let lost = sop::rules::lifecycle::Detour { id: "lost".into(), title: "丢单".into(), enter: None, back: None };
    let lifecycle =
        Lifecycle { stages: vec![stage("mql", Some(Means::Mql)), stage("customer", Some(Means::Customer))], detours: vec![lost], ..Lifecycle::default() };
    let at = |stage: &str| counts_as_held(&lifecycle, &Standing { stage: Some(stage.into()), ..Standing::default() });
    assert!(at("mql") && at("已分配") && counts_as_held(&lifecycle, &Standing::default()));
    assert!(!at("customer") && !at("lost"));
}

// ---- order and limits ---------------------------------------------------------------------------------------------------

#[test]
fn the_best_leads_are_dealt_first_then_the_oldest() {
    let few = Owner { capacity: Some(2), ..owner("a", "sales") };
    let world = World::new(vec![few], vec![round("r", &[], vec![rule("all", By::RoundRobin)])]);
    let old = Candidate { created_at: NOW.plus(-9 * DAY), score: 50, ..lead(1) };
    let leads = [Candidate { score: 50, ..lead(3) }, old, Candidate { score: 80, ..lead(2) }];
    let dealt = world.deal(&leads, &Desks::new(), &Credits::default());
    assert_eq!(dealt.placements.iter().map(|p| p.lead.0).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(dealt.unplaced[0].why(&world.sop.assignment), "r: all (1 full)");
}

#[test]
fn limits_hold_to_the_last_lead_and_nothing_rounds_to_zero() {
    let limited = |id: &str, capacity, per_day| Owner { capacity, per_day, ..owner(id, "sales") };
    let mut away = owner("e", "sales");
    away.away = vec![("2026-11-20".parse().expect("a date"), "2026-11-20".parse().expect("a date"))];
    let team = vec![limited("a", None, Some(1)), limited("b", Some(0), None), limited("c", None, Some(0)), limited("d", Some(3), None), away];
    for by in By::ALL.map(|(_, by)| by) {
        let world = World::new(team.clone(), vec![round("r", &[], vec![rule("all", by)])]);
        let dealt = world.deal(&world.leads(10), &desks(&[("d", desk(1, 0))]), &Credits::default());
        assert_eq!(counts(&dealt), [("a".into(), 1), ("d".into(), 2)].into(), "{}", by.name());
        assert_eq!(dealt.unplaced.len(), 7);
        assert_eq!(dealt.unplaced[0].why(&world.sop.assignment), "r: all (1 on leave, 2 full, 2 at per_day)");
        assert_eq!((dealt.desks["a"].today, dealt.desks["d"].held), (1, 3));
    }
}

#[test]
fn the_day_of_a_leave_is_the_calendars() {
    let mut a = owner("a", "sales");
    a.away = vec![("2026-11-20".parse().expect("a date"), "2026-11-20".parse().expect("a date"))];
    let mut world = World::new(vec![a], vec![round("r", &[], vec![rule("all", By::RoundRobin)])]);
    let midnight = world.sop.calendar.next_midnight(NOW);
    world.as_of = midnight.plus(-1);
    assert_eq!(world.deal_new(1).placements.len(), 0);
    world.as_of = midnight;
    assert_eq!(world.deal_new(1).placements.len(), 1);
}

#[test]
fn a_rule_without_anyone_falls_through_and_says_why() {
    let east = Owner { region: Some("华东".into()), capacity: Some(1), ..owner("a", "sales") };
    let north = Owner { region: Some("华北".into()), ..owner("b", "sales") };
    let first = Rule { to: Target::Where(who("region = '华东'")), ..rule("华东", By::LongestIdle) };
    let other = Rule { to: Target::Where(who("region = '华南'")), ..rule("华南", By::LongestIdle) };
    let rest = Rule { to: Target::Queue("public".into()), ..rule("其余", By::RoundRobin) };
    let world = World::new(vec![east, north], vec![round("交销售", &["sales"], vec![first, other, rest])]);
    let dealt = world.deal_new(2);
    assert_eq!(dealt.placements[0].why, "交销售 › 华东: longest_idle");
    assert_eq!(dealt.placements[1].why, "交销售 › 其余: queue public; before it 华东 (1 full), 华南 (nobody of the team)");
    assert_eq!(dealt.placements[1].to, To::Queue("public".into()));
}

#[test]
fn a_rules_own_roles_beat_the_rounds() {
    let own = Rule { roles: Some(vec!["sdr".into()]), ..rule("地区不明", By::RoundRobin) };
    let world = World::new(vec![owner("a", "sales"), owner("b", "sdr")], vec![round("交销售", &["sales"], vec![own])]);
    assert_eq!(owners(&world.deal_new(2)), ["b", "b"]);
}

#[test]
fn owners_are_passed_over_by_what_is_on_their_desk_as_the_deal_goes_on() {
    let careful = Rule { pass_over: Some(who("breached > 2")), to: Target::Where(who("held < 2")), ..rule("all", By::RoundRobin) };
    let world = World::new(sales(3), vec![round("r", &[], vec![careful])]);
    let late = Desk { breached: 3, ..Desk::default() };
    let dealt = world.deal(&world.leads(9), &desks(&[("a00", late), ("a01", desk(1, 0))]), &Credits::default());
    assert_eq!(counts(&dealt), [("a01".into(), 1), ("a02".into(), 2)].into());
}

#[test]
fn whoever_hands_a_lead_on_does_not_get_it_again_and_has_room_afterwards() {
    let full = Owner { capacity: Some(1), ..owner("a", "sdr") };
    let world = World::new(vec![full, owner("b", "sales")], vec![round("r", &[], vec![rule("all", By::LeastLoaded)])]);
    let handed = Candidate { owner: Some("a".into()), score: 9, ..lead(1) };
    let to_a = Candidate { owner: Some("b".into()), ..lead(2) };
    let dealt = world.deal(&[to_a, handed], &desks(&[("a", desk(1, 0)), ("b", desk(1, 0))]), &Credits::default());
    assert_eq!(owners(&dealt), ["b", "a"]);
    assert_eq!((dealt.placements[0].from.as_deref(), dealt.desks["a"].held, dealt.desks["b"].held), (Some("a"), 1, 1));
}

#[test]
fn a_hand_over_is_told_and_leaves_one_holder() {
    let world = World::new(sales(1), vec![round("清洗", &[], vec![rule("全部", By::RoundRobin)])]);
    let mut standing = Standing { owner: Some("sdr".into()), owner_at: Some(Instant(5)), ..Standing::default() };
    let placement = &world.deal(&[Candidate { owner: Some("sdr".into()), ..lead(7) }], &Desks::new(), &Credits::default()).placements[0];
    let changes = placement.apply(&mut standing, NOW);
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].what.name(), changes[0].from.as_deref(), changes[0].to.as_deref()), ("owner".into(), Some("sdr"), Some("a00")));
    assert_eq!((standing.owner.as_deref(), standing.owner_at, standing.assigned_at), (Some("a00"), Some(NOW), Some(NOW)));
    assert_eq!((standing.last_owner.as_deref(), standing.rounds), (Some("sdr"), vec!["清洗".to_owned()]));
}

// ---- by ---------------------------------------------------------------------------------------------------------------

#[test]
fn round_robin_goes_on_after_whoever_was_last_even_when_they_left() {
    let world = World::new(sales(4), vec![round("r", &[], vec![rule("all", By::RoundRobin)])]);
    let first = world.deal_new(2);
    assert_eq!(owners(&first), ["a00", "a01"]);
    let mut left = World::new(sales(4), vec![round("r", &[], vec![rule("all", By::RoundRobin)])]);
    left.sop.team.owners.remove(1);
    assert_eq!(owners(&left.deal(&left.leads(3), &Desks::new(), &first.credits)), ["a02", "a03", "a00"]);
}

#[test]
fn weighted_turns_come_at_equal_distances() {
    // The usual example of smooth weights: {5, 1, 1}. Never a a a a a b c.
    let named = Rule { to: Target::Named(vec![("a00".into(), 5), ("a01".into(), 1), ("a02".into(), 1)]), ..rule("all", By::Weighted) };
    let world = World::new(sales(4), vec![round("r", &[], vec![named])]);
    let one = ["a00", "a01", "a00", "a00", "a00", "a02", "a00"];
    assert_eq!(owners(&world.deal_new(14)), [one, one].concat());
}

#[test]
fn a_weight_of_zero_has_no_share() {
    let team = vec![Owner { weight: 0, ..owner("a", "sales") }, owner("b", "sales")];
    let world = World::new(team.clone(), vec![round("r", &[], vec![rule("all", By::Weighted)])]);
    assert_eq!(owners(&world.deal_new(2)), ["b", "b"]);
    let world = World::new(team[..1].to_vec(), vec![round("r", &[], vec![rule("all", By::Weighted)])]);
    assert_eq!(world.deal_new(1).unplaced.len(), 1);
}

#[test]
fn a_newcomer_starts_level_and_an_absence_earns_nothing() {
    let world = |n: usize| World::new(sales(n), vec![round("r", &[], vec![rule("all", By::Weighted)])]);
    let before = world(3).deal_new(100);
    let joined = world(4).deal(&world(4).leads(8), &Desks::new(), &before.credits);
    assert_eq!(counts(&joined).into_values().collect::<Vec<_>>(), [2, 2, 2, 2], "no catching up");
    // a01 is away for a hundred leads: they are owed no more than when they left.
    let mut without = world(3);
    without.sop.team.owners[1].away = vec![("2026-11-01".parse().expect("a date"), "2026-11-30".parse().expect("a date"))];
    let meanwhile = without.deal(&without.leads(100), &Desks::new(), &before.credits);
    let key = ("r".to_owned(), "all".to_owned());
    assert_eq!(meanwhile.credits.0[&key].credits["a01"], before.credits.0[&key].credits["a01"]);
    let back = world(3).deal(&world(3).leads(9), &Desks::new(), &meanwhile.credits);
    assert_eq!(counts(&back).into_values().collect::<Vec<_>>(), [3, 3, 3], "no burst");
}

#[test]
fn least_loaded_fills_the_emptiest_desk_by_weight() {
    let team = vec![owner("a", "sales"), Owner { weight: 3, ..owner("b", "sales") }];
    let world = World::new(team, vec![round("r", &[], vec![rule("all", By::LeastLoaded)])]);
    let dealt = world.deal(&world.leads(8), &desks(&[("a", desk(2, 0)), ("b", desk(2, 0))]), &Credits::default());
    assert_eq!((dealt.desks["a"].held, dealt.desks["b"].held), (3, 9));
    assert_eq!(dealt.credits, Credits::default(), "it needs no memory");
}

#[test]
fn the_longest_idle_comes_first_and_a_batch_is_spread() {
    let world = World::new(sales(10), vec![round("r", &[], vec![rule("all", By::LongestIdle)])]);
    let idle = |days: i64| Desk { last: Some(NOW.plus(-days * DAY)), ..Desk::default() };
    let seen: Vec<(String, Desk)> = (1..10).map(|i| (format!("a{i:02}"), idle(i))).collect();
    let first = world.deal(&world.leads(3), &seen.iter().cloned().collect(), &Credits::default());
    assert_eq!(owners(&first), ["a00", "a09", "a08"], "never active, then the longest ago");
    let batch = world.deal(&world.leads(100), &seen.into_iter().collect(), &Credits::default());
    assert!(counts(&batch).values().all(|n| *n == 10), "{:?}", counts(&batch));
}

#[test]
fn a_turn_given_back_is_the_next_one() {
    for by in [By::RoundRobin, By::Weighted, By::LongestIdle] {
        let world = World::new(sales(3), vec![round("r", &[], vec![rule("all", by)])]);
        let first = world.deal_new(4);
        let mut credits = merged(&Credits::default(), &first.credits);
        give_back(&mut credits, "r", "all", "a02");
        give_back(&mut credits, "r", "all", "a02");
        let next = world.deal(&world.leads(5), &first.desks, &credits);
        let without = world.deal(&world.leads(3), &first.desks, &first.credits);
        assert_eq!(owners(&next)[..2], ["a02", "a02"], "{}", by.name());
        assert_eq!(counts(&next).into_values().collect::<Vec<_>>(), [1, 1, 3], "outside of the count: {}", by.name());
        if by != By::LongestIdle {
            assert_eq!(owners(&next)[2..], owners(&without)[..], "{}", by.name());
        }
        let stored = next.credits.0.values().next().expect("changed");
        assert!(stored.owed.is_empty());
    }
}

// ---- keep_together ------------------------------------------------------------------------------------------------------

fn family() -> World {
    let mut world = World::new(sales(3), vec![round("r", &["sales"], vec![rule("all", By::RoundRobin)])]);
    world.sop.team.owners.push(owner("sdr", "sdr"));
    let by = ["company", "phone"].map(|f| world.sop.dictionary.field(f).expect("built in").0);
    world.sop.assignment.keep_together = Some(KeepTogether { by: by.into(), ignore: vec!["个人".into(), "无".into()], until: Some(Duration(180 * DAY)) });
    world
}

fn kin_of(world: &World, company: &str) -> Box<[Kinship]> {
    let keep = world.sop.assignment.keep_together.as_ref().expect("set");
    kinships(keep, world.sop.dictionary, &world.fields(&[("company", Value::text(company))])).into()
}

#[test]
fn siblings_share_folded_values_of_one_field_that_say_something() {
    let world = family();
    assert_eq!(kin_of(&world, "ACME 有限公司"), kin_of(&world, " acme  有限公司"));
    assert!(kin_of(&world, "个人").is_empty() && kin_of(&world, "").is_empty());
    let keep = world.sop.assignment.keep_together.as_ref().expect("set");
    let phone = kinships(keep, world.sop.dictionary, &world.fields(&[("phone", Value::text("acme"))]));
    assert_ne!(phone[0].hash, kin_of(&world, "acme")[0].hash, "a number is no company");
}

#[test]
fn a_lead_goes_where_its_sibling_is() {
    let world = family();
    let sibling = Candidate { kin: kin_of(&world, "acme"), ..lead(1) };
    let kin_with = |owner: &str, days: i64| {
        let mut kin = Kin::default();
        kin.hold(sibling.kin[0].hash, owner, NOW.plus(-days * DAY));
        kin
    };
    let dealt = |kin: &Kin, desks: &Desks| {
        let dealt = deal(&world.setting(), std::slice::from_ref(&sibling), desks, &Credits::default(), kin);
        (dealt.placements[0].to.owner().expect("placed").to_owned(), dealt.placements[0].why.clone(), dealt.credits)
    };
    let (to, why, credits) = dealt(&kin_with("a02", 180), &Desks::new());
    assert_eq!((to.as_str(), why.as_str()), ("a02", "r › keep_together: company"));
    assert_eq!(credits, Credits::default(), "nobody's turn");
    for kin in [kin_with("a02", 181), kin_with("sdr", 1), kin_with("somebody else", 1)] {
        assert_eq!(dealt(&kin, &Desks::new()).0, "a00");
    }
    let mut two = kin_with("a01", 9);
    two.hold(sibling.kin[0].hash, "a02", NOW.plus(-8 * DAY));
    assert_eq!(dealt(&two, &Desks::new()).0, "a02", "who got one last");
}

#[test]
fn siblings_of_one_deal_stay_together_while_there_is_room() {
    let mut world = family();
    for o in &mut world.sop.team.owners {
        o.per_day = Some(2);
    }
    let leads: Vec<_> = (0..4).map(|n| Candidate { kin: kin_of(&world, "acme"), ..lead(n) }).collect();
    assert_eq!(owners(&world.deal(&leads, &Desks::new(), &Credits::default())), ["a00", "a00", "a01", "a01"]);
}

// ---- why ----------------------------------------------------------------------------------------------------------------

#[test]
fn a_trace_tells_what_the_deal_did() {
    let mut world = family();
    let big = Rule { when: Some(when("employees >= 1000")), ..rule("大客户", By::Weighted) };
    let careful = Rule { pass_over: Some(who("breached > 2")), ..rule("华东", By::LeastLoaded) };
    world.sop.assignment.rounds = vec![round("交销售", &["sales"], vec![big, careful])];
    world.sop.team.owners[0].capacity = Some(5);
    let mut kin = Kin::default();
    let leads = [Candidate { rules: Box::new([1]), kin: kin_of(&world, "acme"), ..lead(1) }];
    kin.hold(leads[0].kin[0].hash, "a00", NOW);
    let desks = desks(&[("a00", desk(5, 0)), ("a01", Desk { breached: 4, ..Desk::default() }), ("a02", desk(7, 1))]);
    let trace = trace(&world.setting(), &leads, &desks, &Credits::default(), &kin, LeadId(1)).expect("a candidate");
    assert_eq!(trace.siblings[0].bar.map(|b| b.to_string()).as_deref(), Some("full: holds 5 of 5"));
    assert_eq!((trace.tried[0].rule.as_str(), trace.tried[0].matched, trace.tried[1].matched), ("大客户", false, true));
    let barred: Vec<String> = trace.tried[1].barred.iter().map(|(who, bar)| format!("{who}: {bar}")).collect();
    assert_eq!(barred, ["a00: full: holds 5 of 5", "a01: passed over: held 0, breached 4", "sdr: of another role"]);
    assert_eq!(trace.tried[1].eligible, [("a02".to_owned(), "holds 7, weight 1".to_owned())]);
    let dealt = deal(&world.setting(), &leads, &desks, &Credits::default(), &kin);
    assert_eq!(trace.placed.as_ref(), dealt.placements.first());
}
