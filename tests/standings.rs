//! What the base keeps of stages, owners, queues, deals and follow-ups comes out as it went in, in every way of asking, and
//! a run that is taken back leaves nothing of it.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::{Base, assert_same};
use proptest::prelude::*;
use sop::model::{Deal, DealStatus, FollowUp, Identity, Instant, Key, LeadId, Outcome, RunId, Standing, Until, Value, Verdict};
use sop::store::{
    AlertRow, AssignmentRow, BreachKind, BreachRow, Columns, DealId, DealRow, Due, Ended, FollowUpRow, Holder, LeadRecord, Needs, NoticeRow, NoticeState,
    RunRecord, ScanRow, ScoreRow, Store, StoreError,
};
use std::path::Path;

fn columns() -> Columns {
    let texts: Vec<_> = sop::rules::starter().into_iter().map(|(name, bytes)| (name, Ok(bytes))).collect();
    let (sop, _) = sop::rules::load(&texts).unwrap();
    Columns::new(&sop.dictionary, sop.scoring.groups.iter().map(|g| g.id.clone()))
}

/// A run on a base, committed.
fn run<T>(db: &Path, act: impl FnOnce(&Store, &Columns, RunId) -> T) -> (RunId, T) {
    let columns = columns();
    let store = Store::write(db, &Holder::default()).unwrap();
    store.ensure_columns(&columns).unwrap();
    let record = RunRecord { verb: "test".into(), flags: String::new(), version: String::new(), as_of: Instant(0), started: Instant(0) };
    let run = store.begin_run(&record).unwrap();
    let out = act(&store, &columns, run);
    store.end_run(run, None, 0, "{}").unwrap();
    store.commit().unwrap();
    (run, out)
}

fn with_leads(n: i64) -> Base {
    let base = Base::new();
    run(&base.db(), |store, columns, run| {
        for i in 1..=n {
            let record = LeadRecord {
                lead: LeadId(i),
                key: Key::of_hash((i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
                run,
                seen_at: Instant(0),
                fresh_at: None,
                sources: 1,
                extra: Vec::new(),
                values: vec![Value::Null; columns.fields.len()],
            };
            store.insert_lead(columns, &record).unwrap();
            store.insert_state(record.lead, None, None).unwrap();
        }
    });
    base
}

#[test]
fn whoever_stands_still_sees_one_state_and_keeps_nobody_from_writing() {
    let base = with_leads(2);
    let hold = |lead: i64| {
        run(&base.db(), |store, _, run| store.put_standing(LeadId(lead), &Standing { owner: Some("li".into()), ..Standing::default() }, run).unwrap())
    };
    let held = |store: &Store| store.holdings().unwrap().iter().map(|h| h.leads).sum::<i64>();
    // Built and never written to since.
    let reader = Store::read(&base.db()).unwrap();
    reader.stand_still().unwrap();
    assert_eq!(held(&reader), 0);
    hold(1);
    drop(reader);
    let reader = Store::read(&base.db()).unwrap();
    reader.stand_still().unwrap();
    assert_eq!(held(&reader), 1);
    hold(2);
    assert_eq!(held(&reader), 1);
    assert_eq!(held(&Store::read(&base.db()).unwrap()), 2);
}

fn pass(store: &Store, columns: &Columns, due: Due, needs: &Needs) -> Vec<ScanRow> {
    let mut rows = Vec::new();
    store
        .scan(columns, due, needs, |row| -> Result<(), StoreError> {
            rows.push(row);
            Ok(())
        })
        .unwrap();
    rows
}

fn at() -> impl Strategy<Value = Option<Instant>> {
    prop::option::of((0_i64..2_000_000_000).prop_map(Instant))
}

fn name() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop::sample::select(vec!["mql", "zhang.wei", "公共池", "o'neil \"x\""]).prop_map(str::to_owned))
}

prop_compose! {
    fn standing()(
        names in prop::array::uniform7(name()), times in prop::array::uniform9(at()), back in at(),
        rounds in prop::collection::vec("[清洗a-z]{1,4}", 0..3), lists in prop::array::uniform3(prop::collection::btree_map("[a-z]{1,3}", (0_i64..100).prop_map(Instant), 0..3)),
    ) -> Standing {
        let [stage, came_from, back_to, owner, last_owner, queue, last_queue] = names;
        let [stage_at, spell_at, assigned_at, accepted_at, rejected_at, recycled_at, barred_at, owner_at, queue_at] = times;
        let [reached, spent, below] = lists;
        Standing { stage, stage_at, came_from, back: back.zip(back_to), reached, spell_at, assigned_at, accepted_at, rejected_at, rounds, recycled_at,
            barred_at, spent, owner, owner_at, last_owner, queue, queue_at, last_queue, below }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_standing_comes_out_as_it_went_in_and_undo_takes_it_back(first in prop::collection::vec(standing(), 12), then in standing()) {
        let base = with_leads(12);
        let empty = base.facts();
        let (one, ()) = run(&base.db(), |store, columns, run| {
            for (i, s) in first.iter().enumerate() {
                store.put_standing(LeadId(i as i64 + 1), s, run).unwrap();
            }
            // In one stream, and lead by lead.
            let all: Vec<Standing> = pass(store, columns, Due::All, &Needs::all(columns)).into_iter().map(|r| r.standing).collect();
            assert_eq!(all, first);
            for i in 2..=12 {
                store.put_moves_at(LeadId(i), Until(Instant(500))).unwrap();
            }
            let due = pass(store, columns, Due::Moves(Instant(499)), &Needs { events: false, ..Needs::all(columns) });
            assert_eq!(due.iter().map(|r| &r.standing).collect::<Vec<_>>(), [&first[0]]);
            assert_eq!(store.due_count(Due::Moves(Instant(500))).unwrap(), 12);
        });
        let before = base.facts();
        let (two, ()) = run(&base.db(), |store, _, run| {
            // What was reached stays reached.
            let mut then = then.clone();
            then.reached.extend(first[0].reached.clone());
            store.put_standing(LeadId(1), &then, run).unwrap();
            assert_eq!(store.standing(LeadId(1)).unwrap(), then);
            for (i, s) in first.iter().enumerate().skip(1) {
                store.put_standing(LeadId(i as i64 + 1), s, run).unwrap(); // says nothing new
            }
        });
        let (_, ()) = run(&base.db(), |store, _, by| { store.take_back(two, by).unwrap(); });
        assert_same("the second run", &before, &base.facts());
        let (_, ()) = run(&base.db(), |store, _, by| { store.take_back(one, by).unwrap(); });
        assert_same("the first run", &empty, &base.facts());
    }
}

fn deal(deal: u64, lead: Option<i64>, status: DealStatus) -> DealRow {
    DealRow {
        deal: DealId(deal),
        id: Some(format!("D{deal}")),
        source: "default".into(),
        lead: lead.map(LeadId),
        company: Some("甲".into()),
        owner: None,
        amount: Some(500),
        kind: "new".into(),
        product: None,
        opened_at: Some(Instant(10)),
        closed_at: None,
        status,
        reason: None,
        lapsed: None,
    }
}

#[test]
fn a_pass_hands_out_deals_follow_ups_and_verdicts_with_their_leads() {
    let base = with_leads(30);
    run(&base.db(), |store, columns, run| {
        store.put_deal(&deal(u64::MAX - 3, Some(2), DealStatus::Won), run).unwrap();
        store.put_deal(&deal(7, Some(2), DealStatus::Open), run).unwrap();
        store.put_deal(&deal(8, None, DealStatus::Lost), run).unwrap();
        assert_eq!(store.raise_payments((DealId(7), Instant(20), 100), 2, run).unwrap(), 2);
        assert_eq!(store.raise_payments((DealId(7), Instant(20), 100), 2, run).unwrap(), 0, "the same again is the same");
        assert_eq!(store.raise_payments((DealId(7), Instant(15), 40), 1, run).unwrap(), 1);
        let call = FollowUpRow { owner: Some("a".into()), outcome: Some(Outcome::Connected), ..FollowUpRow::default() };
        for lead in [2, 29] {
            store.add_follow_up(LeadId(lead), Instant(5), &call, run).unwrap();
            store.add_follow_up(LeadId(lead), Instant(5), &call, run).unwrap();
        }
        let verdict = Verdict { at: Instant(6), owner: None, reason: Some("price".into()) };
        assert!(store.put_verdict(LeadId(2), &verdict, "", run).unwrap());
        assert!(!store.put_verdict(LeadId(2), &verdict, "", run).unwrap());

        (1..=30).filter(|i| *i != 2).for_each(|i| store.put_moves_at(LeadId(i), Until::NEVER).unwrap());
        let few = pass(store, columns, Due::Moves(Instant(0)), &Needs::all(columns));
        let all = pass(store, columns, Due::All, &Needs::all(columns));
        let asked = store.whole_lead(columns, LeadId(2)).unwrap().unwrap();
        for row in [&few[0], &all[1], &asked] {
            let open = Deal {
                status: DealStatus::Open,
                amount: Some(500),
                opened_at: Some(Instant(10)),
                closed_at: None,
                paid: vec![(Instant(15), 40), (Instant(20), 100), (Instant(20), 100)],
            };
            let won = Deal { status: DealStatus::Won, paid: Vec::new(), ..open.clone() };
            let mut deals = row.deals.clone();
            deals.sort_by_key(|d| d.paid.len());
            assert_eq!(deals, [won, open]);
            let logged = FollowUp { at: Instant(5), owner: Some("a".into()), outcome: Some(Outcome::Connected) };
            assert_eq!(row.follow_ups, [logged.clone(), logged]);
            assert_eq!(row.verdicts, std::slice::from_ref(&verdict));
        }
        assert_eq!((few.len(), all.len(), all[28].follow_ups.len(), all[0].deals.len()), (1, 30, 2, 0));
    });
}

#[test]
fn a_deal_finds_its_lead_when_it_arrives() {
    let base = with_leads(1);
    let mail = Identity { kind: "email".into(), text: "a@example.com".into() };
    let before = base.facts();
    let (one, ()) = run(&base.db(), |store, _, run| {
        store.put_deal(&deal(8, None, DealStatus::Lost), run).unwrap();
        store.wait_deal(&mail, DealId(8), run).unwrap();
    });
    let waiting = base.facts();
    let (two, ()) = run(&base.db(), |store, _, _| {
        assert!(store.any_waiting_deals().unwrap());
        assert_eq!(store.take_waiting_deals(&mail, LeadId(1)).unwrap(), 1);
        assert_eq!(store.deals_of(LeadId(1)).unwrap().len(), 1);
        assert!(!store.any_waiting_deals().unwrap());
    });
    run(&base.db(), |store, _, by| store.take_back(two, by).unwrap());
    assert_same("the arrival", &waiting, &base.facts());
    run(&base.db(), |store, _, by| store.take_back(one, by).unwrap());
    assert_same("the deal", &before, &base.facts());
}

#[test]
fn assignments_queues_and_notices_are_kept_once_and_taken_back() {
    let base = with_leads(3);
    let before = base.facts();
    let (one, ()) = run(&base.db(), |store, _, run| {
        for (lead, owner, stage) in [(1, "a", Some("mql")), (2, "a", None), (3, "b", Some("mql"))] {
            let s = Standing { owner: Some(owner.into()), stage: stage.map(str::to_owned), ..Standing::default() };
            store.put_standing(LeadId(lead), &s, run).unwrap();
            let a = AssignmentRow {
                lead: LeadId(lead),
                at: Instant(100 * lead),
                owner: owner.into(),
                from_owner: None,
                round: Some("r".into()),
                rule: None,
                ended: None,
            };
            store.add_assignment(&a, run).unwrap();
        }
        let held: Vec<_> = store.holdings().unwrap().into_iter().map(|h| (h.owner, h.stage, h.leads)).collect();
        assert_eq!(held, [("a".into(), None, 1), ("a".into(), Some("mql".into()), 1), ("b".to_owned(), Some("mql".to_owned()), 1)]);
        assert_eq!(store.held_by("a").unwrap(), [LeadId(1), LeadId(2)]);
        assert_eq!(store.got_on(Instant(100), Instant(300)).unwrap(), [("a".to_owned(), 2, 0)]);
        assert_eq!(store.last_activity(Instant(250)).unwrap(), [("a".to_owned(), Instant(200))]);
        let call = FollowUpRow { owner: Some("a".into()), ..FollowUpRow::default() };
        store.add_follow_up(LeadId(3), Instant(220), &call, run).unwrap();
        assert_eq!(store.last_activity(Instant(250)).unwrap(), [("a".to_owned(), Instant(220))]);
        assert!(store.end_assignment(LeadId(1), Instant(150), Ended::Returned).unwrap());
        assert!(!store.end_assignment(LeadId(1), Instant(160), Ended::ByHand).unwrap(), "it has ended");
        assert_eq!(store.assignments_of(LeadId(1)).unwrap()[0].ended, Some((Instant(150), Ended::Returned)));

        store.rename_owner("b", "zhang.wei").unwrap();
        assert_eq!(store.owners().unwrap(), ["a", "zhang.wei"], "a name turned out to be a colleague");
        assert_eq!(store.held_by("zhang.wei").unwrap(), [LeadId(3)]);

        store.enter_queue(LeadId(1), "public", Instant(150), run).unwrap();
        assert!(store.leave_queue(LeadId(1), Instant(170), "claimed").unwrap());
        assert_eq!(store.queue_stays_of(LeadId(1)).unwrap()[0].left, Some((Instant(170), "claimed".into())));
        store.put_credit("r", "rest", "{\"a\":1}", run).unwrap();
        assert_eq!(store.credit("r", "rest").unwrap().as_deref(), Some("{\"a\":1}"));

        let alert = AlertRow { alert: "x".into(), lead: LeadId(1), cause: "10/3/0".into(), at: Instant(11), recipient: Some("a".into()) };
        assert!(store.ring(&alert, run).unwrap() && !store.ring(&AlertRow { at: Instant(99), ..alert.clone() }, run).unwrap());
        assert_eq!(store.alerts(Some(LeadId(1))).unwrap(), [alert]);
        let breach =
            BreachRow { promise: "p".into(), lead: LeadId(1), start: Instant(1), kind: BreachKind::Warned, at: Instant(2), owner: None, recipient: None };
        assert!(store.put_breach(&breach, run).unwrap() && !store.put_breach(&breach, run).unwrap());
        assert!(store.put_breach(&BreachRow { kind: BreachKind::Breached, ..breach }, run).unwrap());
        assert_eq!((store.breaches(None).unwrap().len(), store.breaches(Some(LeadId(2))).unwrap().len()), (2, 0));
        let notice = NoticeRow {
            notice: u64::MAX,
            at: Instant(2),
            recipient: "a".into(),
            medium: "csv".into(),
            lead: Some(LeadId(1)),
            subject: "s".into(),
            body: "b".into(),
            state: NoticeState::Queued,
        };
        assert!(store.put_notice(&notice, run).unwrap() && !store.put_notice(&notice, run).unwrap());
        store.set_notice_state(u64::MAX, NoticeState::Sent).unwrap();
        assert_eq!(store.notices(Some(NoticeState::Queued)).unwrap(), []);
    });
    run(&base.db(), |store, _, by| store.take_back(one, by).unwrap());
    assert_same("the run", &before, &base.facts());
}

#[test]
fn a_new_score_makes_the_engines_behind_it_due() {
    let base = with_leads(60);
    run(&base.db(), |store, columns, _| {
        let groups = vec![1; columns.groups.len()];
        let score = |lead: i64, total: i64, until: i64| ScoreRow { lead: LeadId(lead), groups: &groups, total, band: "a", until: Until(Instant(until)) };
        let settle = || (1..=60).for_each(|i| store.put_moves_at(LeadId(i), Until(Instant(9))).unwrap());
        let due = || {
            pass(store, columns, Due::Moves(Instant(8)), &Needs { events: false, ..Needs::all(columns) }).iter().map(|r| r.record.lead.0).collect::<Vec<_>>()
        };
        let rows: Vec<ScoreRow<'_>> = (1..=60).map(|i| score(i, 5, 100)).collect();
        settle();
        store.write_scores(columns, &rows, 1).unwrap();
        assert_eq!(due().len(), 60, "scored for the first time");
        settle();
        store.write_scores(columns, &(1..=60).map(|i| score(i, 5, 200)).collect::<Vec<_>>(), 1).unwrap();
        assert!(due().is_empty(), "the same score, due at another time");
        store.write_scores(columns, &(1..=60).map(|i| score(i, if i == 3 { 6 } else { 5 }, 200)).collect::<Vec<_>>(), 1).unwrap();
        assert_eq!(due(), [3]);
        settle();
        store.make_due(LeadId(4)).unwrap();
        store.put_moves_at(LeadId(4), Until(Instant(9))).unwrap();
        store.write_scores(columns, &[score(4, 5, 200)], 1).unwrap();
        assert_eq!(due(), [4], "new facts");
        settle();
        store.write_scores(columns, &[score(5, 5, 200)], 2).unwrap();
        assert_eq!(due(), [5], "another version of the rules");
    });
}

#[test]
fn what_waits_is_counted_without_a_pass() {
    let base = with_leads(4);
    let text = |t: &str| Some(t.to_owned());
    let planned = |owner: Option<&str>, next: i64, origin: &str| FollowUpRow {
        owner: owner.map(str::to_owned),
        ty: None,
        outcome: None,
        note: None,
        pain: None,
        progress: None,
        budget: None,
        next_at: Some(Instant(next)),
        quality: None,
        origin: origin.into(),
    };
    run(&base.db(), |store, _, run| {
        let held = Standing { owner: text("zhang.wei"), ..Standing::default() };
        store.put_standing(LeadId(1), &held, run).unwrap();
        let queued = |at| Standing { queue: text("public"), queue_at: Some(Instant(at)), ..Standing::default() };
        store.put_standing(LeadId(2), &queued(50), run).unwrap();
        store.put_standing(LeadId(3), &Standing { last_owner: text("li.si"), ..queued(30) }, run).unwrap();
        // The later follow-up of lead 1 says when: what was planned before is over.
        store.add_follow_up(LeadId(1), Instant(10), &planned(None, 15, ""), run).unwrap();
        store.add_follow_up(LeadId(1), Instant(20), &planned(None, 90, ""), run).unwrap();
        store.add_follow_up(LeadId(2), Instant(20), &planned(Some("li.si"), 40, ""), run).unwrap();
        store.add_follow_up(LeadId(4), Instant(20), &planned(None, 400, ""), run).unwrap();
        for notice in 1..=2 {
            let state = if notice == 1 { NoticeState::Queued } else { NoticeState::Sent };
            let row = NoticeRow {
                notice,
                at: Instant(5),
                recipient: "li.na".into(),
                medium: "notify".into(),
                lead: None,
                subject: String::new(),
                body: String::new(),
                state,
            };
            store.put_notice(&row, run).unwrap();
        }
    });
    let store = Store::read(&base.db()).unwrap();
    let queues: Vec<_> = store.waiting().unwrap().into_iter().map(|w| (w.queue, w.leads, w.since)).collect();
    assert_eq!(queues, [("public".to_owned(), 2, Some(Instant(30)))]);
    let next =
        |as_of, until| -> Vec<_> { store.next_contacts(Instant(as_of), Instant(until)).unwrap().into_iter().map(|c| (c.lead.0, c.owner, c.at.0)).collect() };
    assert_eq!(next(100, 100), [(2, text("li.si"), 40), (1, text("zhang.wei"), 90)]);
    assert_eq!(next(15, 100), [(1, text("zhang.wei"), 15)], "what is later does not exist yet");
    assert_eq!(store.queued_notices().unwrap(), [("li.na".to_owned(), 1)]);
    let columns = columns();
    let leads = |due| pass(&store, &columns, due, &Needs::all(&columns)).iter().map(|r| r.record.lead.0).collect::<Vec<_>>();
    assert_eq!((leads(Due::Held), leads(Due::Promised)), (vec![1], vec![1, 3]));
    assert_eq!((store.due_count(Due::Held).unwrap(), store.due_count(Due::Promised).unwrap()), (1, 2));
}
