//! What the files of stages, people, rounds, promises and alerts mean, key by key: the shortest forms, the defaults, the names.

use super::{good, told};
use crate::diag::Code;
use crate::model::{ClockStatus, DealStatus, Duration, Instant, Outcome, Within};
use crate::rules::assignment::{By, Target};
use crate::rules::cases::{Outcome as Expected, Since};
use crate::rules::lifecycle::{Dated, Means, ReasonTo};
use crate::rules::sla::{Answer, Recipient, Start};

const DAY: i64 = 86_400;
const TEAM: &str = "
owners:
  zhang.wei: {name: 张伟, role: sales, email: zw@example.com, aliases: [老张], manager: li.na, region: 华东, industries: 制造业, capacity: 0, per_day: 10, weight: 2, away: [2026-10-01..2026-10-10, 2026-12-31]}
  li.si: {name: 李四, role: sales}
  li.na: {name: 李娜, role: manager, capacity: 0}
";

#[test]
fn the_starter_means_what_it_says() {
    let starter: Vec<_> = crate::rules::starter().into_iter().map(|(n, b)| (n, Ok(b))).collect();
    let (sop, _) = crate::rules::load(&starter).unwrap_or_else(|(_, d)| panic!("{:#?}", d.0));
    let ids: Vec<&str> = sop.lifecycle.stages.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["prospect", "connected", "mql", "sql", "opportunity", "customer"]);
    for (means, id) in [(Means::Mql, "mql"), (Means::Sql, "sql"), (Means::Opportunity, "opportunity"), (Means::Customer, "customer")] {
        assert_eq!(sop.lifecycle.meaning(means), sop.lifecycle.place(id));
    }
    assert_eq!(sop.lifecycle.stages[5].dated, Some(Dated::FirstWon));
    let after = |id: &str| sop.lifecycle.reason(id).map(|r| (r.to.clone(), r.after, r.return_turn));
    let recycled = || ReasonTo::Detour("recycled".into());
    assert_eq!(after("price"), Some((recycled(), None, false)));
    assert_eq!(after("unreachable"), Some((recycled(), Some(Duration(14 * DAY)), true)));
    assert_eq!(after("timing"), Some((recycled(), Some(Duration(90 * DAY)), false)));
    assert_eq!(after("duplicate"), Some((ReasonTo::Merge, None, true)));
    assert_eq!(sop.lifecycle.reasons.len(), 8);
    let roles = |role: &str| sop.team.owners.iter().filter(|o| o.role == role).count();
    assert_eq!((roles("sdr"), roles("sales"), roles("manager")), (2, 5, 1));
    let rounds: Vec<(&str, usize)> = sop.assignment.rounds.iter().map(|r| (r.name.as_str(), r.rules.len())).collect();
    assert_eq!(rounds, [("清洗", 1), ("交销售", 9)]);
    let queue = sop.assignment.queue("public").expect("the pool");
    assert_eq!((queue.reclaim.no_follow_up, queue.reclaim.warn), (Some(Within::BusinessDays(2)), Some(Within::BusinessHours(4 * 3600))));
    assert_eq!(
        sop.promises.iter().map(|p| p.within).collect::<Vec<_>>(),
        [Within::BusinessHours(4 * 3600), Within::Wall(Duration(DAY)), Within::BusinessDays(3)]
    );
    assert_eq!(sop.alerts.len(), 4);
}

#[test]
fn a_colleague_is_found_by_every_spelling() {
    let team = good(&[("team.yaml", TEAM)]).0.team;
    let find = |text: &str| team.find(text).map(|o| o.id.as_str());
    for text in ["zhang.wei", "ZHANG.WEI", "张伟", " 张伟 ", "ZW@example.com", "老张"] {
        assert_eq!(find(text), Some("zhang.wei"), "{text}");
    }
    assert_eq!(find("王五"), None);
    let zhang = team.owner("zhang.wei").expect("declared");
    assert_eq!((zhang.capacity, zhang.per_day, zhang.weight, zhang.manager.as_deref()), (Some(0), Some(10), 2, Some("li.na")));
    assert_eq!(zhang.industries, ["制造业"]);
    let day = |s: &str| s.parse::<chrono::NaiveDate>().expect("a date");
    assert!(zhang.is_away(day("2026-10-10")) && !zhang.is_away(day("2026-10-11")) && zhang.is_away(day("2026-12-31")));
    let li = team.owner("li.si").expect("declared");
    assert_eq!((li.capacity, li.weight), (None, 1));
}

#[test]
fn namesakes_are_told_apart_by_their_aliases() {
    let two = "owners:\n  a: {name: 王芳, role: sales, aliases: [王芳（华东）]}\n  b: {name: 王芳, role: sales, aliases: [王芳（华北）]}\n";
    let team = good(&[("team.yaml", two)]).0.team;
    let find = |text: &str| team.find(text).map(|o| o.id.as_str());
    assert_eq!((find("王芳"), find("王芳（华东）"), find("王芳(华北)")), (None, Some("a"), Some("b")));
}

#[test]
fn meanings_go_to_the_stage_of_that_name_unless_another_claims_them() {
    let stages = "stages: [{id: 新线索}, {id: MQL, enter: score > 5}, {id: sql, enter: accepted}, {id: 成单, enter: won_deals > 0, means: customer}, {id: 转介, enter: accepted, means: sql}]\n";
    let l = good(&[("lifecycle.yaml", stages)]).0.lifecycle;
    let of = |m| l.meaning(m).and_then(|i| l.stages.get(i)).map(|s| s.id.as_str());
    assert_eq!((of(Means::Mql), of(Means::Sql), of(Means::Opportunity), of(Means::Customer)), (Some("MQL"), Some("转介"), None, Some("成单")));
    assert!(!l.requalify_any);
    assert!(good(&[("lifecycle.yaml", "stages: [{id: a}]\nrequalify: any\n")]).0.lifecycle.requalify_any);
}

#[test]
fn a_stage_may_be_dated_by_a_field() {
    let fields = "leads:\n  签约日期: {type: date}\n";
    let stages = "stages: [{id: a}, {id: b, enter: won_deals > 0, dated: 签约日期}, {id: c, enter: won_deals > 1, dated: last_event_at}, {id: d, enter: accepted, dated: accepted_at}]\n";
    let sop = good(&[("fields.yaml", fields), ("lifecycle.yaml", stages)]).0;
    let (ix, _) = sop.dictionary.field("签约日期").expect("declared");
    assert_eq!(sop.lifecycle.stages.iter().map(|s| s.dated).collect::<Vec<_>>(), [None, Some(Dated::Field(ix)), Some(Dated::LastEvent), Some(Dated::Accepted)]);
}

#[test]
fn rules_without_rounds_are_one_round() {
    let (sop, warnings) = good(&[
        ("team.yaml", TEAM),
        ("calendar.yaml", "timezone: Asia/Shanghai\n"),
        (
            "assignment.yaml",
            "
keep_together: {by: [Company, phone], ignore: [个人, N／A]}
when: owner IS NULL
roles: sales
rules:
  - {name: 名单, when: score > 5, to: {owners: [zhang.wei, li.si]}, by: weighted}
  - {name: 另定, when: score > 3, to: {owners: {li.si: 3}}}
  - {name: 其余}
",
        ),
    ]);
    assert!(warnings.0.is_empty(), "{:#?}", warnings.0);
    let a = &sop.assignment;
    assert_eq!((a.rounds.len(), a.rounds[0].roles.as_slice()), (1, ["sales".to_owned()].as_slice()));
    let rules = &a.rounds[0].rules;
    assert!(matches!(&rules[0].to, Target::Named(n) if n == &[("zhang.wei".to_owned(), 2), ("li.si".to_owned(), 1)]), "the team's own weights");
    assert!(matches!(&rules[1].to, Target::Named(n) if n == &[("li.si".to_owned(), 3)]));
    assert!(matches!(rules[2].to, Target::Anyone) && rules[2].by == By::RoundRobin && rules[2].when.is_none());
    let keep = a.keep_together.as_ref().expect("declared");
    assert_eq!((keep.by.len(), keep.ignore.as_slice(), keep.until), (2, ["个人".to_owned(), "n/a".to_owned()].as_slice(), None));
}

#[test]
fn promises_and_alerts_take_one_or_several() {
    let (sop, _) = good(&[
        ("team.yaml", TEAM),
        ("lifecycle.yaml", "stages: [{id: a}, {id: sql, enter: accepted}]\n"),
        (
            "sla.yaml",
            "
promises:
  - {name: 一, from: assigned, until: [accept, reject], within: 24h, warn_at: 12.5%, breach: {notify: [manager, {role: sales}, li.na]}}
  - {name: 二, from: {stage: sql}, until: follow_up, within: 2d, breach: {notify: {person: zhang.wei}}}
  - {name: 三, from: assigned, until: [{follow_up: met}, {follow_up: [connected, replied]}], within: 2d}
",
        ),
        ("alerts.yaml", "alerts:\n  - {name: 咨询, event: inquiry, when: score > 5, to: last_owner}\n"),
    ]);
    let [one, two, three] = sop.promises.as_slice() else { panic!("three promises") };
    assert_eq!((&one.from, one.until.as_slice(), one.warn_at), (&Start::Assigned, [Answer::Accept, Answer::Reject].as_slice(), Some(0.125)));
    assert_eq!(one.notify, [Recipient::Manager, Recipient::Role("sales".into()), Recipient::Person("li.na".into())]);
    assert_eq!((&two.from, two.until.as_slice()), (&Start::Stage("sql".into()), [Answer::FollowUp(Vec::new())].as_slice()));
    assert_eq!(two.notify, [Recipient::Person("zhang.wei".into())]);
    assert_eq!(three.until, [Answer::FollowUp(vec![Outcome::Met]), Answer::FollowUp(vec![Outcome::Connected, Outcome::Replied])]);
    assert!(three.notify.is_empty() && three.warn_at.is_none());
    let [alert] = sop.alerts.as_slice() else { panic!("one alert") };
    assert_eq!(
        (alert.events.as_slice(), alert.to.as_slice()),
        ([sop.dictionary.kind_of("inquiry").expect("built in")].as_slice(), [Recipient::LastOwner].as_slice())
    );
}

#[test]
fn a_team_may_do_without_a_usual_role() {
    let starter = crate::rules::starter();
    let mut files: Vec<(&str, &str)> = starter.iter().map(|(n, b)| (n.as_str(), std::str::from_utf8(b).expect("UTF-8"))).collect();
    // Only sellers, and nobody above them: leads go straight to them, and notices to whoever there is.
    // (The examples under tests/ name the people of the starter's team: who has others changes them with it.)
    files.retain(|(n, _)| *n != "sops/team.yaml" && !n.starts_with("sops/tests/"));
    files.push(("sops/team.yaml", "owners:\n  a: {name: 甲, role: sales, region: 华东, manager: b}\n  b: {name: 乙, role: sales}\n"));
    let codes = told(&files).into_iter().filter(|t| !t.starts_with("no-owner")).collect::<Vec<_>>();
    assert_eq!(codes, [""; 0], "the regions without people apart, every file still makes sense");
    // Nobody at all who could sell is said.
    let sellers = files.iter_mut().find(|(n, _)| *n == "sops/team.yaml").expect("the team");
    sellers.1 = "owners:\n  a: {name: 甲, role: 渠道}\n";
    assert!(told(&files).iter().any(|t| t.starts_with("unknown-role")));
}

#[test]
fn empty_files_say_nothing_but_that_they_are() {
    let (sop, warnings) =
        good(&[("team.yaml", ""), ("lifecycle.yaml", "stages:\n"), ("assignment.yaml", ""), ("sla.yaml", "promises: []"), ("alerts.yaml", "")]);
    assert!(warnings.0.len() == 3 && warnings.0.iter().all(|d| d.code == Code::EmptyFile), "{:#?}", warnings.0);
    assert!(sop.team.owners.is_empty() && sop.lifecycle.stages.is_empty() && sop.assignment.rounds.is_empty());
}

#[test]
fn the_fingerprint_follows_every_file() {
    let of = |list: &[(&str, &str)]| good(list).0.fingerprint;
    let base = of(&[("team.yaml", TEAM)]);
    for (name, text) in
        [("lifecycle.yaml", "stages: [{id: a}]"), ("assignment.yaml", "queues: {}"), ("sla.yaml", "promises: []"), ("alerts.yaml", "alerts: []")]
    {
        assert_ne!(base, of(&[("team.yaml", TEAM), (name, text)]), "{name}");
    }
    assert_ne!(base, of(&[("team.yaml", &TEAM.replace("weight: 2", "weight: 3"))]));
}

#[test]
fn a_file_that_nobody_can_read_makes_no_name_wrong() {
    let list = [("team.yaml", "owners: ["), ("sla.yaml", "promises:\n  - {name: a, from: assigned, until: accept, within: 24h, breach: {notify: 谁知道}}\n")];
    assert_eq!(told(&list), ["yaml-syntax 1:9"]);
}

#[test]
fn a_case_tells_where_a_lead_stands() {
    let cases = "
- name: 都写了
  as_of: 2026-11-21
  ticks: [2026-11-19, 2026-11-20 10:00]
  stage: {id: 退回, since: 2026-11-01}
  owner: zhang.wei
  history: [{stage: b, at: 2026-10-02}, {stage: a, at: 2026-10-01}]
  deals: [{status: won, amount: 1200.5, opened_at: 2026-11-01, closed_at: 2026-11-02, paid: [{at: 2026-11-03, amount: 200}]}]
  follow_ups: [{at: 2026-11-20 09:00, owner: 王五, outcome: met}]
  verdicts: [{at: 2026-11-20, verdict: reject, reason: 价格}, {at: 2026-11-18, owner: zhang.wei, verdict: accept}]
  held: {zhang.wei: 30}
  expect: {stage: a, owner: , queue: null, reached: b, promises: {回访: met_late, 接受: }, warned: [回访], alerts: [试用, 试用]}
";
    let stages = "stages: [{id: a}, {id: b, enter: accepted}]\ndetours: [{id: 退回}]\nreject_reasons: {价格: {to: 退回}}\n";
    let promises = "promises:\n  - {name: 回访, from: assigned, until: follow_up, within: 24h}\n  - {name: 接受, from: assigned, until: accept, within: 24h}\n";
    let alerts = "alerts: [{name: 试用, event: trial_request, to: [owner]}]\n";
    let files = [("team.yaml", TEAM), ("lifecycle.yaml", stages), ("sla.yaml", promises), ("alerts.yaml", alerts), ("tests/a.yaml", cases)];
    let sop = good(&files).0;
    let [case] = sop.cases.as_slice() else { panic!("one case") };
    let at = |text: &str| {
        let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time");
        sop.calendar.instant(local)
    };
    assert_eq!(case.stage, Some(Since { id: "退回".into(), since: Some(at("2026-11-01 00:00")) }));
    assert_eq!((&case.owner, &case.queue), (&Some(Since { id: "zhang.wei".into(), since: None }), &None));
    assert_eq!(case.ticks, [sop.calendar.end_of("2026-11-19".parse().expect("a date")), at("2026-11-20 10:00")]);
    assert_eq!(case.history.iter().map(|(s, _)| s.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let [deal] = case.deals.as_slice() else { panic!("one deal") };
    assert_eq!((deal.status, deal.amount, deal.paid.as_slice()), (DealStatus::Won, Some(120_050), [(at("2026-11-03 00:00"), 20_000)].as_slice()));
    assert_eq!(case.follow_ups[0].outcome, Some(Outcome::Met));
    let verdicts: Vec<(Instant, Option<&str>)> = case.verdicts.iter().map(|v| (v.at, v.reason.as_deref())).collect();
    assert_eq!(verdicts, [(at("2026-11-18 00:00"), None), (at("2026-11-20 00:00"), Some("价格"))]);
    let expected: Vec<&Expected> = case.expect.iter().map(|e| &e.outcome).collect();
    let place = [Expected::Stage("a".into()), Expected::Owner(None), Expected::Queue(None), Expected::Reached("b".into())];
    let clocks = [Expected::Promise("回访".into(), Some(ClockStatus::MetLate)), Expected::Promise("接受".into(), None)];
    let said = [Expected::Warned(vec!["回访".into()]), Expected::Alerts(vec!["试用".into(); 2])];
    assert_eq!(expected, place.iter().chain(&clocks).chain(&said).collect::<Vec<_>>());
    assert_eq!(case.held, [("zhang.wei".to_owned(), 30)]);
}
