//! Which names a condition may use where it stands, what they mean, and what is said where they are not known.

mod condition_world;

use condition_world::{Found, World, states};
use sop::condition::{Facts, ScopeKind, StateUse, Want};
use sop::diag::Code;
use sop::engine::state::owner_values;
use sop::model::{Deal, DealStatus, Field, FieldIx, Outcome, Until, Value};
use sop::rules::team::Owner;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);
const ALL: [ScopeKind; 6] = [ScopeKind::Event, ScopeKind::Scoring, ScopeKind::Lifecycle, ScopeKind::State, ScopeKind::Where, ScopeKind::Owner];

#[track_caller]
fn only(found: Vec<Found>, code: Code, under: &str, help: &str) {
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].code, found[0].under.as_str()), (code, under), "{found:#?}");
    assert!(found[0].help.contains(help), "{found:#?}");
}

/// A lead at mql for three days, held by a sales colleague since yesterday, with a won deal and three follow-ups.
fn mql() -> World {
    let mut w = World::new()
        .text("industry", "制造业")
        .follow_up(Some(Outcome::NoAnswer), 9 * DAY)
        .follow_up(Some(Outcome::Connected), 2 * DAY)
        .follow_up(None, HOUR)
        .follow_up(Some(Outcome::Met), -HOUR);
    let ago = |w: &World, seconds: i64| Some(w.as_of.plus(-seconds));
    w.standing.stage = Some("mql".into());
    w.standing.stage_at = ago(&w, 3 * DAY);
    w.standing.reached = ["prospect", "mql"].map(|s| (s.to_owned(), w.as_of.plus(-3 * DAY))).into();
    w.standing.below = [("qualified", 5), ("hot", 40)].map(|(b, days)| (b.to_owned(), w.as_of.plus(-days * DAY))).into();
    (w.standing.owner, w.standing.owner_at, w.standing.assigned_at) = (Some("li.si".into()), ago(&w, DAY), ago(&w, DAY));
    w.deals.push(Deal { status: DealStatus::Won, amount: Some(1_234_550), opened_at: None, closed_at: ago(&w, 2 * DAY), paid: vec![(w.as_of.plus(DAY), 100)] });
    w.restate();
    w
}

// --- where

/// A condition that uses a name in a way that is right wherever the name is known.
fn usage(name: &str) -> String {
    match name {
        "reached" => "reached('mql')".into(),
        "contactable" => "contactable('email')".into(),
        "follow_ups" => "follow_ups('met', '7d') > 0".into(),
        name => format!("{name} IS NOT NULL"),
    }
}

#[test]
fn later_files_see_earlier_values_and_never_the_reverse() {
    let lifecycle: Vec<String> = states(ScopeKind::Lifecycle).into_iter().map(|s| s.name).collect();
    let wider = states(ScopeKind::State).into_iter().map(|s| s.name).filter(|n| !lifecycle.contains(n)).chain(["follow_ups".to_owned()]);
    let lead = [ScopeKind::Lifecycle, ScopeKind::State, ScopeKind::Where];
    let homes = lifecycle.iter().map(|n| (n.clone(), &lead[..], "lifecycle.yaml")).chain(wider.map(|n| (n, &lead[1..], "assignment.yaml, sla.yaml")));
    let w = World::new();
    for (name, open, place) in homes {
        for kind in ALL {
            let found = w.problems_in(&usage(&name), kind);
            if open.contains(&kind) {
                assert!(found.is_empty(), "{name} in {kind:?}: {found:#?}");
            } else {
                let place = if kind == ScopeKind::Owner { "in the `when` of the rule" } else { place };
                only(found, Code::OutOfScope, &name, place);
            }
        }
    }
    for name in states(ScopeKind::Owner).into_iter().map(|s| s.name).filter(|n| n != "region") {
        assert!(w.problems_in(&usage(&name), ScopeKind::Owner).is_empty(), "{name}");
        for kind in lead {
            only(w.problems_in(&usage(&name), kind), Code::OutOfScope, &name, "`owners_where`");
        }
    }
}

#[test]
fn owner_and_stage_are_the_state_and_never_the_imported_column() {
    let w = mql().text("owner", "老王").text("stage", "老客户");
    assert_eq!(w.test("owner = 'li.si' AND stage = 'mql'"), YES);
    only(w.problems("owner IS NULL"), Code::OutOfScope, "owner", "assignment.yaml");
    only(w.problems("stage IS NULL"), Code::OutOfScope, "stage", "lifecycle.yaml");
    let (condition, _) = w.read("owner IS NULL AND stage = 'mql'", ScopeKind::State, Want::Boolean);
    assert!(condition.expect("sound").fields().is_empty());
}

#[test]
fn a_colleague_is_asked_about_alone() {
    let w = World::new();
    for (text, under) in [
        ("industry = '制造业'", "industry"),
        ("created_at < as_of", "created_at"),
        ("events('*') > 0", "events"),
        ("has_tag('x')", "has_tag"),
        ("extra('x') = 'y'", "extra"),
        ("score > 3", "score"),
        ("opened('x')", "opened"),
        ("follow_ups() > 1", "follow_ups"),
    ] {
        only(w.problems_in(text, ScopeKind::Owner), Code::OutOfScope, under, "`industries`");
    }
    only(w.problems_in("hold > 3", ScopeKind::Owner), Code::UnknownName, "hold", "did you mean `held`");
    only(w.problems_in("path = 'x'", ScopeKind::Owner), Code::UnknownName, "path", "`capacity`");
    only(w.problems_in("role = 'sale'", ScopeKind::Owner), Code::BadValue, "'sale'", "'sales'");
    only(w.problems_in("industries < '制造业'", ScopeKind::Owner), Code::TypeMismatch, "'制造业'", "");
    let zhang = Owner {
        id: "zhang.wei".into(),
        name: "张伟".into(),
        role: "Sales".into(),
        region: Some("华东".into()),
        industries: vec!["制造业".into(), "IT".into()],
        weight: 2,
        ..Owner::default()
    };
    let test = |text: &str| {
        let (condition, out) = w.read(text, ScopeKind::Owner, Want::Boolean);
        let condition = condition.unwrap_or_else(|| panic!("{text}: {:?}", out.0));
        let state = owner_values(&zhang, 7, 3);
        let why = condition.explain(&Facts { state: &state, ..Facts::nobody(&w.dictionary, &w.calendar, w.as_of, &w.details) });
        let (value, until) = condition.test_owner(&state, w.as_of, &w.dictionary, &w.calendar);
        assert_eq!((why.outcome(), until), (value, Until::NEVER), "{text}");
        (value, why.summary())
    };
    for yes in [
        "region = '华东' AND role = 'sales' AND id = 'ZHANG.WEI'",
        "breached > 2 AND held < 10 AND weight = 2",
        "industries = '制造业' AND 'it' = industries AND industries <> '汽车' AND NOT industries = '汽车'",
        "industries IN ('汽车', 'IT') AND industries NOT IN ('汽车', '物流') AND industries IS NOT NULL",
        "has_word(industries, 'it') AND manager IS NULL AND as_of > '2026-01-01'",
    ] {
        assert_eq!(test(yes).0, YES, "{yes}");
    }
    assert_eq!(test("industries IN ('汽车')").0, NO);
    assert_eq!(test("held < capacity").0, None, "no capacity is unlimited, and unknown to a comparison");
    assert_eq!(test("held < coalesce(capacity, 1000)").0, YES);
    assert_eq!(test("industries = '汽车'").1, "false: industries is `制造业, IT`: industries = '汽车' does not hold");
    assert_eq!(test("breached > 5").1, "false: breached is `3`, not > 5");
}

// --- what holds

#[test]
fn the_conditions_of_the_manual_hold() {
    let w = mql().text("region", "x");
    for yes in [
        "band = 'warm' AND band < 'qualified' AND fit + engagement = score AND engagement >= 10",
        "stage = 'mql' AND stage >= 'connected' AND stage IN ('mql', 'sql') AND days_in_stage = 3",
        "reached('connected') AND reached('MQL') AND NOT reached('sql')",
        "days_below_qualified >= 3 AND days_below_hot = 40 AND days_below_warm IS NULL",
        "assigned AND NOT accepted AND NOT rejected AND recycled_at IS NULL",
        "won_deals = 1 AND open_deals = 0 AND lost_deals = 0 AND won_amount = 12345.5 AND paid_amount = 0",
        "days_since(first_won_at) = 2",
        "owner_role = 'sales' AND owner IS NOT NULL AND queue IS NULL AND days_held = 1 AND assigned_at >= as_of - '1d'",
        "days_since(last_follow_up_at) < 3 AND last_follow_up_at = as_of - '1h'",
        "follow_ups() = 3 AND follow_ups('7d') = 2 AND follow_ups('connected') = 1 AND follow_ups('no_answer', '7d') = 0",
        "follow_ups('met') = 0 AND follow_ups(NULL, '9d') = 3 AND follow_ups('connected', '2d') = 1",
    ] {
        assert_eq!(w.test(yes), YES, "{yes}");
    }
    for unknown in ["days_below_warm > 1", "first_won_at > as_of AND queue = 'public'", "NOT queue = 'public'"] {
        assert_ne!(w.test(unknown), YES, "{unknown}");
    }
}

#[test]
fn a_place_beside_the_line_has_no_order() {
    let mut w = World::new();
    w.standing.stage = Some("recycled".into());
    w.standing.reached = [("mql".to_owned(), w.as_of)].into();
    w.restate();
    assert_eq!(w.test("stage < 'mql' OR stage >= 'mql'"), None);
    assert_eq!(w.test("stage BETWEEN 'prospect' AND 'sql'"), None);
    assert_eq!(w.test("stage = 'recycled' AND stage <> 'mql' AND stage NOT IN ('mql', 'lost') AND reached('connected')"), YES);
    w.standing.stage = Some("老客户".into());
    w.restate();
    assert_eq!(w.test("stage > 'prospect'"), None, "a text of a file that no stage is known by");
    assert_eq!(w.test("stage IS NOT NULL AND stage <> 'mql'"), YES);
}

#[test]
fn an_address_is_enough_to_be_contactable() {
    let mut w = World::new();
    w.dictionary.fields.extend(
        [("mail", sop::model::FieldType::Email), ("mobile", sop::model::FieldType::Phone), ("wecom_id", sop::model::FieldType::Text)]
            .map(|(id, ty)| Field::plain(id, ty)),
    );
    w.lead.extend([Value::text("a@example.com"), Value::Null, Value::text("wm1")]);
    w.restate();
    assert_eq!(w.test("contactable('email') AND contactable('WeCom') AND NOT contactable('sms') AND NOT contactable('call')"), YES);
    assert_eq!(w.test("contactable('letter')"), NO, "a medium of delivery.yaml that nothing reaches");
    let c = w.condition("contactable('sms') AND contactable('wecom')");
    let fields: Vec<&str> = c.fields().iter().map(|FieldIx(i)| w.dictionary.fields[*i].id.as_str()).collect();
    assert_eq!(fields, ["mobile", "wecom_id"], "whoever loads a lead must load its addresses");
}

// --- until when

#[test]
fn days_turn_at_midnight_and_follow_ups_leave_their_window() {
    let mut w = mql();
    let given = w.restate();
    assert_eq!(given, Until(w.as_of.plus(HOUR)), "the follow-up to come; the payment is a day away");
    let at = |seconds: i64| Until(w.as_of.plus(seconds));
    assert_eq!(w.until("days_in_stage >= 3"), Until::NEVER);
    assert_eq!(w.until("days_in_stage >= 5"), at(DAY + 14 * HOUR));
    assert_eq!(w.until("days_held = 1"), at(14 * HOUR));
    assert_eq!(w.until("days_below_warm > 5"), Until::NEVER);
    assert_eq!(w.until("follow_ups('connected', '7d') > 0"), at(5 * DAY + 1));
    assert_eq!(w.until("follow_ups('7d') >= 3"), at(HOUR));
    assert_eq!(w.until("follow_ups('wrong_number') > 0"), Until::NEVER);
    assert_eq!(w.until("reached('sql') OR owner IS NULL OR won_deals > 3"), Until::NEVER);
}

// --- what is said

#[test]
fn ids_that_do_not_exist_are_errors_with_the_nearest() {
    let w = World::new();
    let found = |text: &str| w.problems_in(text, ScopeKind::Where);
    only(found("stage = 'mqll'"), Code::BadValue, "'mqll'", "'mql'");
    only(found("stage IN ('mql', 'recicled')"), Code::BadValue, "'recicled'", "'recycled'");
    only(found("'qualifed' <> band"), Code::BadValue, "'qualifed'", "'qualified'");
    only(found("stage >= 'recycled'"), Code::BadValue, "'recycled'", "its order is");
    only(found("owner_role = 'boss'"), Code::BadValue, "'boss'", "`sdr`");
    only(found("queue = 'publik'"), Code::BadValue, "'publik'", "'public'");
    only(found("reached('mqll')"), Code::BadValue, "'mqll'", "'mql'");
    only(found("reached('recycled')"), Code::BadValue, "'recycled'", "`prospect`");
    only(found("contactable('fax')"), Code::BadValue, "'fax'", "`email`, `sms`, `wecom`, `call` and `letter`");
    only(found("contactable(mail)"), Code::BadArguments, "mail", "'mail'");
    only(found("days_below_hott > 3"), Code::UnknownName, "days_below_hott", "`days_below_hot`");
    only(found("follow_ups('conected') > 0"), Code::BadValue, "'conected'", "'connected'");
    only(found("follow_ups('connected', '1M') > 0"), Code::TypeMismatch, "'1M'", "");
    only(found("follow_ups('30d', '30d') > 0"), Code::BadValue, "'30d'", "connected");
    only(found("follow_ups('met', '3d', 'x') > 0"), Code::BadArguments, "follow_ups('met', '3d', 'x')", "follow_ups('connected', '30d')");
    only(found("reached > 3"), Code::UnknownName, "reached", "reached('mql')");
    only(found("replied('guide')"), Code::UnknownName, "'guide'", "replied('path/step')");
    only(found("coalesce(stage, 'prospect') >= 'mql'"), Code::TypeMismatch, "coalesce(stage, 'prospect')", "stage >= 'sql'");
    only(found("days_in_stage > '3d'"), Code::TypeMismatch, "'3d'", "");
    assert!(found("owner = '王五' AND queue = 'partners' AND owner_role = 'SDR'").is_empty(), "owners may be held elsewhere");
}

#[test]
fn what_cannot_hold_is_told() {
    let w = World::new();
    for text in ["stage >= 'sql' AND stage < 'mql'", "days_in_stage > 5 AND days_in_stage < 3", "follow_ups('7d') < 0", "accepted AND NOT accepted"] {
        let found = w.problems_in(text, ScopeKind::Lifecycle);
        let found = if found.iter().any(|f| f.code == Code::OutOfScope) { w.problems_in(text, ScopeKind::State) } else { found };
        assert_eq!(found.iter().map(|f| f.code).collect::<Vec<_>>(), [Code::NeverTrue], "{text}");
    }
}

#[test]
fn a_group_is_known_only_behind_scoring() {
    let later = [sop::condition::StateName::new("behaviour", sop::condition::Type::Number)];
    let w = World::new();
    let scope = sop::condition::Scope::new(ScopeKind::Scoring, &w.dictionary, &later);
    let mut out = sop::diag::Diagnostics::default();
    let place = sop::condition::Place::verbatim(sop::diag::SourceId(0), 0, 13);
    assert!(sop::condition::compile("behaviour > 3", &place, &scope, Want::Boolean, &mut out).is_none());
    assert_eq!(out.0[0].code, Code::OutOfScope);
    assert!(out.0[0].help.as_ref().is_some_and(|h| h.contains("lifecycle.yaml")));
}

// --- why

#[test]
fn reasons_show_the_state_that_was_seen() {
    let w = mql();
    assert_eq!(w.why("days_in_stage >= 7"), "false: days_in_stage is `3`, not >= 7");
    assert_eq!(w.why("days_below_warm >= 7"), "unknown: `days_below_warm` is blank");
    assert_eq!(w.why("reached('sql')"), "false: reached is `prospect, connected, mql`: reached('sql') does not hold");
    assert_eq!(w.why("contactable('email')"), "false: contactable is `none`: contactable('email') does not hold");
    assert_eq!(w.why("follow_ups('7d') >= 3"), "false: follow_ups('7d') is `2`, not >= 3");
    assert_eq!(w.why("won_amount > 20000"), "false: won_amount is `12345.50`, not > 20000");
    assert_eq!(w.why("stage >= 'sql'"), "false: stage is `mql`, not >= 'sql'");
    assert_eq!(w.why("assigned AND owner = 'wang.wu'"), "false: owner is `li.si`, not `wang.wu`");
    assert_eq!(w.why("days_held >= 1 AND assigned"), "days_held is `1`: days_held >= 1 holds; assigned is `TRUE`");
    assert_eq!(
        w.condition("Days_In_Stage>3 and Reached('mql') AND FOLLOW_UPS( 'met' ,'7d')=0").normal_form(),
        "days_in_stage > 3 AND reached('mql') AND follow_ups('met', '7d') = 0"
    );
}

#[test]
fn conditions_know_what_they_use_of_the_state() {
    let w = World::new();
    let c = |text: &str| w.condition(text);
    assert!(c("days_in_stage > 3").uses_clock() && c("days_held = 1").uses_clock() && c("follow_ups() > 0").uses_clock());
    assert!(!c("stage = 'mql' AND reached('mql') AND won_deals > 0").uses_clock());
    assert!(c("follow_ups() > 0").uses_follow_ups() && !c("last_follow_up_at IS NULL").uses_follow_ups());
    assert!(!c("follow_ups() > 0 AND owner IS NULL").uses_events());
    assert!(states(ScopeKind::Where).iter().filter(|s| s.used == StateUse::Holds).all(|s| s.name == "reached" || s.name == "contactable"));
}
