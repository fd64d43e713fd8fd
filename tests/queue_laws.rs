//! What a queue promises: who may claim, what a refusal names, where leads go back to, and when they are taken back.

mod assignment_world;

use assignment_world::*;
use proptest::prelude::*;
use sop::engine::assignment::Desk;
use sop::engine::queue::{Clock, *};
use sop::model::*;
use sop::rules::assignment::*;
use sop::rules::lifecycle::{Lifecycle, Means, Stage};
use sop::rules::team::Owner;

const LEAD: LeadId = LeadId(7);

fn queue(id: &str) -> Queue {
    let claim = Claim { who: Some(who("role = 'sales'")), per_day: Some(20), max_held: Some(100), cooldown: Some(Duration(7 * DAY)) };
    let reclaim = Reclaim {
        no_follow_up: Some(Within::Wall(Duration(2 * DAY))),
        no_deal: Some(Within::Wall(Duration(90 * DAY))),
        warn: Some(Within::Wall(Duration(14_400))),
    };
    Queue { id: id.into(), title: id.into(), claim: Some(claim), reclaim, protect: Some(Duration(180 * DAY)) }
}

fn world() -> World {
    let mut world = World::new(vec![owner("li.si", "sales"), owner("sdr", "sdr")], Vec::new());
    world.sop.assignment.queues = vec![queue("public"), queue("east")];
    world
}

fn waiting(queue: &str) -> Standing {
    Standing { queue: Some(queue.into()), queue_at: Some(NOW.plus(-DAY)), last_queue: Some(queue.into()), ..Standing::default() }
}

fn try_claim(world: &World, standing: &Standing, owner: &Owner, desk: &Desk, today: u32, lost: &[(String, Instant)]) -> Result<Standing, String> {
    let mut after = standing.clone();
    let claiming = Claiming { queue: &world.sop.assignment.queues[0], owner, desk, today, lost };
    match claim(&world.setting(), &mut after, LEAD, &claiming) {
        Ok(changes) => {
            assert_eq!(changes.iter().map(|c| c.what.name()).collect::<Vec<_>>(), ["owner", "queue"]);
            Ok(after)
        }
        Err(refusal) => {
            assert_eq!(&after, standing, "a refusal changes nothing");
            Err(refusal.to_string())
        }
    }
}

#[test]
fn a_claim_takes_the_lead_out_of_the_queue() {
    let world = world();
    let li = &world.sop.team.owners[0];
    let got = try_claim(&world, &waiting("public"), li, &desk(99, 0), 19, &[]).expect("allowed");
    assert_eq!((got.owner.as_deref(), got.owner_at, got.assigned_at), (Some("li.si"), Some(NOW), Some(NOW)));
    assert_eq!((got.queue, got.queue_at, got.last_queue.as_deref()), (None, None, Some("public")));
}

#[test]
fn a_refusal_names_the_limit_and_the_numbers() {
    let mut world = world();
    let (li, sdr) = (world.sop.team.owners[0].clone(), world.sop.team.owners[1].clone());
    let here = waiting("public");
    let refused = |world: &World, standing: &Standing, owner: &Owner, held, today, lost: &[(String, Instant)]| {
        try_claim(world, standing, owner, &desk(held, 0), today, lost).expect_err("refused")
    };
    assert_eq!(refused(&world, &waiting("east"), &li, 0, 0, &[]), "the lead is not in the queue `public`: it is in `east`");
    let held = Standing { owner: Some("zhang.wei".into()), ..Standing::default() };
    assert_eq!(refused(&world, &held, &li, 0, 0, &[]), "the lead is not in the queue `public`: zhang.wei holds it");
    assert_eq!(refused(&world, &here, &sdr, 0, 0, &[]), "sdr may not claim from `public`: only owners with role = 'sales'");
    assert_eq!(refused(&world, &here, &li, 0, 20, &[]), "li.si claimed 20 of 20 leads today");
    assert_eq!(refused(&world, &here, &li, 100, 0, &[]), "li.si holds 100 leads; `public` lets claim up to 100");
    let lost = [("sdr".to_owned(), NOW), ("li.si".to_owned(), NOW.plus(-7 * DAY + 1)), ("li.si".to_owned(), NOW.plus(-30 * DAY))];
    assert_eq!(refused(&world, &here, &li, 0, 0, &lost), "li.si had this lead and may claim it again from 2026-11-20T02:00:01Z");
    assert!(try_claim(&world, &here, &li, &desk(0, 0), 0, &[("li.si".into(), NOW.plus(-7 * DAY))]).is_ok(), "the cooldown is over");
    let away = Owner { away: vec![("2026-11-20".parse().expect("a date"), "2026-11-22".parse().expect("a date"))], ..li.clone() };
    assert_eq!(refused(&world, &here, &away, 0, 0, &[]), "li.si is on leave until 2026-11-22");
    world.sop.assignment.queues[0].claim = None;
    assert_eq!(refused(&world, &here, &li, 0, 0, &[]), "nobody may claim from `public`: it has no `claim` in assignment.yaml");
}

#[test]
fn a_limit_of_zero_is_none_and_of_one_is_one() {
    let mut world = world();
    let li = world.sop.team.owners[0].clone();
    for (per_day, today, allowed) in [(0, 0, false), (1, 0, true), (1, 1, false)] {
        world.sop.assignment.queues[0].claim = Some(Claim { per_day: Some(per_day), ..Claim::default() });
        assert_eq!(try_claim(&world, &waiting("public"), &li, &desk(0, 0), today, &[]).is_ok(), allowed);
    }
}

#[test]
fn a_lead_is_returned_to_where_it_came_from() {
    let world = world();
    let assignment = &world.sop.assignment;
    let held = Standing {
        owner: Some("li.si".into()),
        owner_at: Some(NOW.plus(-DAY)),
        last_queue: Some("east".into()),
        accepted_at: Some(NOW),
        rounds: vec!["交销售".into()],
        ..Standing::default()
    };
    let mut back = held.clone();
    let changes = return_lead(assignment, &mut back, LEAD, Some("li.si"), NOW, "没时间").expect("theirs");
    assert_eq!(changes[0].why, "queue east: returned: 没时间");
    assert_eq!((back.owner.as_deref(), back.queue.as_deref(), back.last_owner.as_deref()), (None, Some("east"), Some("li.si")));
    assert_eq!((back.accepted_at, back.rounds.len(), back.barred_at), (None, 0, Some(NOW)), "the spell is over");
    let mut never_queued = Standing { last_queue: None, ..held.clone() };
    return_lead(assignment, &mut never_queued, LEAD, None, NOW, "").expect("whoever holds it");
    assert_eq!(never_queued.queue.as_deref(), Some("public"));
    let mut not_theirs = held.clone();
    let refusal = return_lead(assignment, &mut not_theirs, LEAD, Some("sdr"), NOW, "").expect_err("refused");
    assert_eq!(refusal.to_string(), "sdr cannot return a lead that is not theirs: li.si holds it");
    assert_eq!(not_theirs, held);
    assert_eq!(return_lead(&Assignment::default(), &mut not_theirs, LEAD, None, NOW, ""), Err(Refusal::NoQueue));
}

// ---- reclaim ------------------------------------------------------------------------------------------------------------

fn wall(within: &Within) -> i64 {
    if let Within::Wall(d) = within { d.0 } else { 0 }
}

fn due(world: &World, standing: &Standing, follow_ups: &[i64], deals: &[Deal], as_of: Instant) -> Option<Due> {
    let follow_ups: Vec<FollowUp> = follow_ups.iter().map(|at| FollowUp { at: NOW.plus(*at), owner: None, outcome: None }).collect();
    let clock = Clock { add: &|at, w| at.plus(wall(w)), before: &|at, w| at.plus(-wall(w)) };
    let held = Held { standing, follow_ups: &follow_ups, deals, as_of };
    reclaim_due(&world.sop.assignment, &world.sop.lifecycle, &world.sop.team, &held, &clock)
}

fn since_now() -> Standing {
    Standing { owner: Some("li.si".into()), owner_at: Some(NOW), assigned_at: Some(NOW), ..Standing::default() }
}

#[test]
fn whom_a_file_named_is_asked_for_contacts_only_once_one_is_known() {
    let world = world();
    let told = Standing { assigned_at: None, ..since_now() };
    let limit = |follow_ups: &[i64]| due(&world, &told, follow_ups, &[], NOW.plus(DAY)).map(|d| d.limit);
    assert_eq!(limit(&[]), Some(Limit::NoDeal), "a file says nothing of what they did");
    assert_eq!(limit(&[3600]), Some(Limit::NoFollowUp));
}

fn deal_of(status: DealStatus, opened: i64, closed: Option<i64>) -> Deal {
    Deal { status, amount: None, opened_at: Some(NOW.plus(opened)), closed_at: closed.map(|c| NOW.plus(c)), paid: Vec::new() }
}

#[test]
fn the_first_limit_to_run_out_is_the_deadline() {
    let world = world();
    let later = NOW.plus(200 * DAY);
    let limit = |follow_ups: &[i64], deals: &[Deal]| due(&world, &since_now(), follow_ups, deals, later).map(|d| (d.limit, (d.due_at.0 - NOW.0) / DAY));
    assert_eq!(limit(&[], &[]), Some((Limit::NoFollowUp, 2)));
    assert_eq!(limit(&[50 * DAY, DAY], &[]), Some((Limit::NoFollowUp, 52)), "from the last follow-up by anyone");
    assert_eq!(limit(&[-5 * DAY], &[]), Some((Limit::NoFollowUp, 2)), "what was before the hand-over is not theirs");
    assert_eq!(limit(&[100 * DAY], &[]), Some((Limit::NoDeal, 90)));
    let opened = deal_of(DealStatus::Open, DAY, None);
    assert_eq!(limit(&[179 * DAY], std::slice::from_ref(&opened)), Some((Limit::Protect, 180)), "followed up or not");
    let lost = deal_of(DealStatus::Lost, -9 * DAY, Some(-DAY));
    assert_eq!(limit(&[100 * DAY], &[lost]), Some((Limit::NoDeal, 90)), "a deal of somebody before");
    let won = deal_of(DealStatus::Won, DAY, Some(2 * DAY));
    assert_eq!(limit(&[179 * DAY], &[won]), Some((Limit::NoFollowUp, 181)));
}

#[test]
fn what_is_later_does_not_exist() {
    let world = world();
    let won = deal_of(DealStatus::Won, DAY, Some(100 * DAY));
    let as_of = |days: i64| due(&world, &since_now(), &[89 * DAY, 179 * DAY], std::slice::from_ref(&won), NOW.plus(days * DAY)).map(|d| d.limit);
    assert_eq!(as_of(0), Some(Limit::NoFollowUp));
    assert_eq!(due(&world, &since_now(), &[179 * DAY], &[won], NOW.plus(99 * DAY)).map(|d| d.due_at), Some(NOW.plus(2 * DAY)));
}

#[test]
fn the_owner_is_warned_before_but_never_before_it_began() {
    let mut world = world();
    assert_eq!(due(&world, &since_now(), &[], &[], NOW).and_then(|d| d.warn_at), Some(NOW.plus(2 * DAY - 14_400)));
    world.sop.assignment.queues[0].reclaim.warn = Some(Within::Wall(Duration(9 * DAY)));
    assert_eq!(due(&world, &since_now(), &[], &[], NOW).and_then(|d| d.warn_at), Some(NOW));
    world.sop.assignment.queues[0].reclaim.warn = None;
    assert_eq!(due(&world, &since_now(), &[], &[], NOW).and_then(|d| d.warn_at), None);
}

#[test]
fn nobody_loses_a_lead_unwarned() {
    let mut world = world();
    let clock = Clock { add: &|at, w| at.plus(wall(w)), before: &|at, w| at.plus(-wall(w)) };
    let at = |warned: Option<i64>, now: i64, world: &World| {
        let due = due(world, &since_now(), &[], &[], NOW.plus(now)).expect("due").warned(warned.map(|w| NOW.plus(w)), NOW.plus(now), &clock);
        (due.due_at.0 - NOW.0, due.late)
    };
    let (limit, warn) = (2 * DAY, 14_400);
    assert_eq!(at(Some(limit - warn), limit, &world), (limit, false), "warned in time");
    assert_eq!(at(None, DAY, &world), (limit, false), "nothing is late yet");
    assert_eq!(at(None, 5 * DAY, &world), (5 * DAY + warn, true), "never warned: the warning comes first");
    assert_eq!(at(Some(5 * DAY), 6 * DAY, &world), (5 * DAY + warn, true), "and the time after it is over");
    world.sop.assignment.queues[0].reclaim.warn = None;
    assert_eq!(at(None, 5 * DAY, &world), (limit, false), "a queue that never warns");
}

#[test]
fn only_leads_of_the_team_before_customer_are_taken_back_and_by_their_own_queue() {
    let mut world = world();
    world.sop.assignment.queues[1].reclaim = Reclaim::default();
    world.sop.assignment.queues[1].protect = None;
    assert_eq!(due(&world, &Standing { last_queue: Some("east".into()), ..since_now() }, &[], &[], NOW), None, "its queue has no limits");
    assert_eq!(due(&world, &Standing { owner: Some("已离职的人".into()), ..since_now() }, &[], &[], NOW), None, "held elsewhere");
    assert_eq!(due(&world, &waiting("public"), &[], &[], NOW), None, "nobody holds it");
    let stage = |id: &str, means| Stage { id: id.into(), title: id.into(), journey: None, enter: None, leave: None, dated: None, means };
    world.sop.lifecycle = Lifecycle { stages: vec![stage("mql", Some(Means::Mql)), stage("won", Some(Means::Customer))], ..Lifecycle::default() };
    assert_eq!(due(&world, &Standing { stage: Some("won".into()), ..since_now() }, &[], &[], NOW), None);
    assert!(due(&world, &Standing { stage: Some("mql".into()), ..since_now() }, &[], &[], NOW).is_some());
}

#[test]
fn a_reclaimed_lead_waits_in_the_queue_and_its_spell_is_over() {
    let world = world();
    let mut standing = Standing { accepted_at: Some(NOW), ..since_now() };
    let found = due(&world, &standing, &[], &[], NOW).expect("due");
    let changes = reclaim(&mut standing, LEAD, &found, found.due_at);
    assert_eq!(
        changes.iter().map(|c| (c.what.name(), c.why.as_str())).collect::<Vec<_>>(),
        [("owner".into(), "queue public: reclaimed: no_follow_up"), ("queue".into(), "queue public: reclaimed: no_follow_up")]
    );
    assert_eq!((standing.owner, standing.queue.as_deref(), standing.accepted_at), (None, Some("public"), None));
}

proptest! {
    /// Claims, returns and reclaims in any order: one holder at most, and the changes told rebuild owner and queue.
    #[test]
    fn a_lead_is_never_in_two_hands(acts in proptest::collection::vec((0..4_u8, 0..2_usize), 1..30)) {
        let mut world = world();
        let mut standing = waiting("public");
        let (mut owner, mut queue) = (standing.owner.clone(), standing.queue.clone());
        for (act, n) in acts {
            world.as_of = world.as_of.plus(3_600);
            let (setting, who) = (world.setting(), &world.sop.team.owners[n]);
            let changes = match act {
                0 | 1 => {
                    let claiming = Claiming { queue: &world.sop.assignment.queues[n], owner: who, desk: &Desk::default(), today: 0, lost: &[] };
                    claim(&setting, &mut standing, LEAD, &claiming).unwrap_or_default()
                }
                2 => return_lead(&world.sop.assignment, &mut standing, LEAD, Some(&who.id), world.as_of, "x").unwrap_or_default(),
                _ => due(&world, &standing, &[], &[], world.as_of).map(|d| reclaim(&mut standing, LEAD, &d, world.as_of)).unwrap_or_default(),
            };
            for change in changes {
                let held = if change.what == What::Owner { &mut owner } else { &mut queue };
                prop_assert_eq!(&*held, &change.from);
                held.clone_from(&change.to);
            }
            prop_assert_eq!((&owner, &queue), (&standing.owner, &standing.queue));
            prop_assert_eq!(owner.is_some(), queue.is_none());
            prop_assert_eq!((standing.owner_at.is_some(), standing.queue_at.is_some()), (owner.is_some(), queue.is_some()));
        }
    }
}
