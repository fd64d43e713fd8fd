//! Cases as an analyst writes them, and what they are told.

use super::*;
use crate::model::Calendar;
use crate::rules::load;

const FIELDS: &str = "
events_in:
  下载次数: {kind: whitepaper_download, count: true, at: 最近下载}
  试用时间: trial_request
bot_filter: {kinds: [email_click], links: 3, within: 2s}
";
const SCORING: &str = "
groups:
  engagement:
    max: 40
    rules:
      - {name: 下载, event: whitepaper_download, points: 10, within: 30d}
      - {name: 试用, event: trial_request, points: 25}
      - {name: 点击, event: email_click, points: 3}
bands: {hot: 40, cold: 0}
";

fn run(cases: &str) -> Vec<CaseResult> {
    let file = |name: &str, text: &str| (format!("sops/{name}"), Ok(text.as_bytes().to_vec()));
    let (sop, _) = load(&[file("fields.yaml", FIELDS), file("scoring.yaml", SCORING), file("tests/a.yaml", cases)]).expect("a good workspace");
    run_cases(&sop)
}

#[test]
fn the_starter_keeps_its_own_promises() {
    let files: Vec<_> = crate::rules::starter().into_iter().map(|(name, bytes)| (name, Ok(bytes))).collect();
    let (sop, _) = load(&files).expect("the starter is valid");
    let broken: Vec<String> = run_cases(&sop).iter().filter(|result| !result.passed).map(|result| result.text(&sop.calendar)).collect();
    assert!(sop.cases.len() > 10 && broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_kept_promise_is_one_line() {
    let out = run("
- name: 两次下载
  as_of: 2026-11-21
  lead: {下载次数: 2, 最近下载: 2026-11-01, 试用时间: 2026-11-20 10:00}
  expect: {score: 40, engagement: 40, band: hot, lines: {下载: 20, 试用: 25}}
");
    assert_eq!(out[0].failures, [""; 0]);
    assert_eq!(out[0].text(&Calendar::default()), "ok   两次下载\n");
}

#[test]
fn a_broken_promise_shows_its_place_and_the_card() {
    let out = run("
- name: 机器人点了三个链接
  as_of: 2026-11-21
  lead: {试用时间: 2026-11-21}
  events:
    - {kind: email_click, at: 2026-11-20 10:00:00, path: /a}
    - {kind: email_click, at: 2026-11-20 10:00:01, path: /b}
    - {kind: email_click, at: 2026-11-20 10:00:02, path: /c}
  expect:
    score: 34
    lines: {试用: 25, 点击: 9}
");
    assert!(!out[0].passed);
    assert_eq!(out[0].failures, ["sops/tests/a.yaml:10: score is 25, expected 34", "sops/tests/a.yaml:11: 点击 is 0, expected 9"]);
    let text = out[0].text(&Calendar::default());
    assert!(text.starts_with("FAIL 机器人点了三个链接\n  sops/tests/a.yaml:10: score is 25, expected 34\n"), "{text}");
    assert!(text.contains("+25  试用: 1 of 1 trial_request counted: 2026-11-21: 1 × 25 = 25\n"), "{text}");
    assert!(text.contains("+0  点击: no email_click\n"), "{text}");
}

#[test]
fn an_unreadable_cell_breaks_its_case() {
    let out = run("
- name: 时间写错
  as_of: 2026-11-21
  lead: {试用时间: 昨天}
  expect: {score: 0}
");
    assert_eq!(out[0].failures.len(), 1);
    assert!(out[0].failures[0].starts_with("sops/tests/a.yaml:2: `昨天` of `试用时间`: "), "{}", out[0].failures[0]);
}

/// The starter with a text of one of its files changed, and the failures of its cases by name.
fn changed(file: &str, from: &str, to: &str) -> Vec<(String, Vec<String>, Vec<Happening>)> {
    let files: Vec<_> = crate::rules::starter()
        .into_iter()
        .map(|(name, bytes)| {
            let text = String::from_utf8(bytes).expect("text");
            assert!(name != file || text.contains(from), "{file} says {from}");
            let text = if name == file { text.replacen(from, to, 1) } else { text };
            (name, Ok(text.into_bytes()))
        })
        .collect();
    let (sop, _) = load(&files).expect("still sound");
    run_cases(&sop).into_iter().filter(|r| !r.passed).map(|r| (r.name, r.failures, r.story)).collect()
}

#[test]
fn a_changed_number_breaks_the_case_that_speaks_of_it_and_says_why() {
    for (file, from, to, case, why) in [
        (
            "sops/lifecycle.yaml",
            "leave: score < 35",
            "leave: score < 36",
            "分数回落到 35，还留在 MQL",
            "stage is prospect, expected mql (since 2026-11-26 23:59:59: leave: ",
        ),
        (
            "sops/lifecycle.yaml",
            "back: {after: 60d, to: prospect}",
            "back: {after: 61d, to: prospect}",
            "满 60 天，回到潜在客户",
            "stage is recycled, expected prospect (since 2026-11-10 10:00: rejected: 价格敏感 (price))",
        ),
        (
            "sops/assignment.yaml",
            "employees >= 1000",
            "employees >= 2000",
            "大客户不看地区",
            "owner is zhao.lei, expected zhang.wei (since 2026-11-20 12:00: 交销售 › 华北: round_robin)",
        ),
        ("sops/assignment.yaml", "no_follow_up: 2 business days", "no_follow_up: 3 business days", "两个工作日没跟进", "queue is none, expected public"),
        (
            "sops/assignment.yaml",
            "warn: 4 business hours",
            "warn: 5 business hours",
            "提醒不早于提前量",
            "warnings given: public, expected none (public 2026-11-23 14:00: ",
        ),
        (
            "sops/sla.yaml",
            "within: 4 business hours",
            "within: 3 business hours",
            "到了周六 12 点整还不算超时",
            "accept is breached, expected running (zhang.wei has had it since 2026-10-09 17:00, due 2026-10-10 11:00, not answered)",
        ),
        ("sops/sla.yaml", "within: 24h", "within: 25h", "第 24 小时零一分", "first-contact is running, expected breached"),
        (
            "sops/alerts.yaml",
            "days_below_qualified >= 3",
            "days_below_qualified >= 9",
            "连续三天不到 50 分",
            "alerts that rang: none, expected 活跃但未达标 (活跃但未达标: ",
        ),
        ("sops/alerts.yaml", "days_below_qualified >= 3", "days_below_qualified >= 2", "才两天，还不提醒", "alerts that rang: 活跃但未达标, expected none"),
    ] {
        let broken = changed(file, from, to);
        let told = broken.iter().filter(|(name, ..)| name.starts_with(case)).flat_map(|(_, failures, _)| failures).any(|f| f.contains(why));
        assert!(told, "{from} → {to}: {broken:#?}");
    }
}

#[test]
fn a_wrong_owner_comes_with_each_rule_that_was_asked() {
    let broken = changed("sops/team.yaml", "region: 华东, industries: [制造业, 汽车], capacity: 30", "region: 华东, industries: [制造业, 汽车], capacity: 0");
    let (_, failures, story) = broken.iter().find(|(name, ..)| name.contains("华东制造给最久没跟进的")).expect("张伟 has no room any more");
    assert!(failures[0].contains("owner is wang.fang, expected zhang.wei"), "{failures:?}");
    let rules: Vec<(&str, &str)> = story.iter().filter(|h| h.what == "rule").map(|h| (h.to.as_deref().unwrap_or_default(), h.why.as_str())).collect();
    let [(all, sdr), (large, no), (core, yes)] = rules.as_slice() else { panic!("{rules:?}") };
    assert_eq!((*all, *large, *core), ("全部", "大客户", "华东制造"));
    assert!(sdr.starts_with("least_loaded of 陈静 (holds 0, weight 1), 刘洋"), "{sdr}");
    assert!(no.contains("`employees` is blank"), "{no}");
    assert!(yes.starts_with("longest_idle of 王芳 (last active") && yes.contains("张伟 full: holds 0 of 0") && yes.contains("赵磊 not among `to`"), "{yes}");
}

#[test]
fn who_waits_says_for_whom_and_who_is_not_taken_up_says_why() {
    let broken = changed("sops/team.yaml", "manager: li.na, capacity: 60, per_day: 20}\n  liu", "manager: li.na, capacity: 0, per_day: 20}\n  liu");
    assert!(broken.iter().any(|(name, ..)| name.starts_with("MQL 先给清洗组")), "{broken:#?}");
    let broken = changed("sops/scoring.yaml", "qualified: 50", "qualified: 55");
    let (_, failures, _) = broken.iter().find(|(name, ..)| name.starts_with("正好 50 分且留了邮箱")).expect("no longer enough");
    assert!(failures.iter().any(|f| f.contains("stage is prospect, expected mql (mql: enter: ") && f.contains("band is `warm`")), "{failures:#?}");
}

#[test]
fn a_verdict_that_cannot_be_given_breaks_its_case() {
    let broken = changed(
        "sops/tests/lifecycle.yaml",
        "  owner: {id: zhang.wei, since: 2026-11-20 09:00}\n  lead: {region: 上海, email: a@example.com}\n  verdicts: [{at: 2026-11-20 11:00",
        "  lead: {region: 上海, email: a@example.com}\n  verdicts: [{at: 2026-11-20 11:00",
    );
    let [(_, failures, _)] = broken.as_slice() else { panic!("{broken:#?}") };
    assert!(failures[0].contains("the verdict of 2026-11-20 11:00 (accept) could not be given: it was not handed to anyone"), "{failures:?}");
}

#[test]
fn ticks_carry_what_was_said_from_one_to_the_next() {
    let files = [
        ("team.yaml", "owners:\n  a: {name: 甲, role: sales}\n  b: {name: 乙, role: sales}\n"),
        (
            "lifecycle.yaml",
            "stages: [{id: prospect}, {id: mql, enter: events('trial_request') > 0}]\ndetours: [{id: recycled, back: {after: 1d, to: prospect}}]\nreject_reasons: {busy: {title: 忙, to: recycled, return_turn: true}}\n",
        ),
        ("assignment.yaml", "when: stage = 'mql' AND owner IS NULL\nrules: [{name: 轮流, by: round_robin}]\n"),
        ("sla.yaml", "promises: [{name: 回访, from: assigned, until: follow_up, within: 2h}]\n"),
        (
            "tests/a.yaml",
            "
- name: 甲退回，轮到谁
  as_of: 2026-11-12 12:00
  ticks: [2026-11-10 10:00, 2026-11-10 13:00, 2026-11-11 12:00]
  lead: {email: a@example.com}
  events: [{kind: trial_request, at: 2026-11-10 09:00}, {kind: trial_request, at: 2026-11-11 09:00}]
  verdicts: [{at: 2026-11-10 11:00, verdict: reject, reason: busy}]
  follow_ups: [{at: 2026-11-11 12:30, outcome: replied}]
  expect: {stage: mql, owner: a, promises: {回访: met}}
",
        ),
    ];
    let files: Vec<_> = files.iter().map(|(name, text)| (format!("sops/{name}"), Ok(text.as_bytes().to_vec()))).collect();
    let (sop, _) = load(&files).unwrap_or_else(|(_, d)| panic!("{d:#?}"));
    let out = run_cases(&sop);
    assert!(out[0].passed, "the turn was given back to 甲: {}", out[0].text(&sop.calendar));
}
