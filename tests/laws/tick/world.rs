//! A small team at work: a handful of rules, and files as they come in from day to day, all made from numbers.

use crate::base::{Base, Dice, Dump, dump, phone};
use proptest::prelude::*;

/// People of the files.
const PEOPLE: u64 = 24;

const LIFECYCLES: [&str; 3] = [
    include_str!("../../../sops/lifecycle.yaml"),
    "stages:
  - {id: prospect}
  - {id: connected, enter: \"events('reply') > 0 OR events('page_view', '20d') >= 2\"}
  - {id: mql, enter: \"score >= 20\", leave: \"score < 12\"}
  - {id: sql, enter: accepted}
  - {id: opportunity, enter: \"open_deals > 0 OR days_in_stage >= 9 AND stage = 'sql'\"}
  - {id: customer, enter: \"won_deals > 0\", dated: first_won_at}
detours:
  - {id: recycled, back: {after: 5d, to: prospect}}
  - {id: lost, enter: \"lost_deals > 0 AND open_deals = 0 AND won_deals = 0\", back: {after: 9d, to: prospect}}
  - {id: disqualified, enter: \"has_tag('竞品')\"}
  - {id: silent, enter: \"days_since(last_event_at) >= 40 AND NOT assigned\", back: {after: 15d, to: connected}}
reject_reasons:
  price: {to: recycled}
  unreachable: {to: recycled, after: 3d, return_turn: true}
",
    "stages:
  - {id: prospect}
  - {id: connected}
  - {id: mql, enter: \"score >= 10\"}
  - {id: sql, enter: \"assigned AND (accepted OR days_since(last_event_at) <= 2)\"}
  - {id: opportunity, enter: \"open_deals > 0\"}
  - {id: customer, enter: \"won_deals > 0\"}
detours:
  - {id: recycled, back: {after: 60d, to: prospect}}
  - {id: rested, enter: \"lost_deals > 0\", back: {after: 4d, to: prospect}}
reject_reasons:
  price: {to: recycled}
  unreachable: {to: recycled}
requalify: any
",
];

const TEAMS: [&str; 3] = [
    "owners:
  an: {name: 安然, role: sdr, capacity: 4, per_day: 2, manager: li}
  bo: {name: 薄荷, role: sales, region: 华东, capacity: 3, per_day: 2, manager: li, weight: 2, away: [2026-10-01..2026-10-12]}
  zhang.wei: {name: 张伟, role: sales, region: 华东, per_day: 3, manager: li}
  ding: {name: 丁一, role: sales, region: 华南, capacity: 2}
  li: {name: 李娜, role: manager, capacity: 0}
",
    "owners:
  bo: {name: 薄荷, role: sales, weight: 3, capacity: 5}
  chu: {name: 楚天, role: sales, weight: 1, away: [2026-09-25..2026-10-06, 2026-10-20]}
  zhang.wei: {name: 张伟, role: sales, capacity: 6, per_day: 1}
",
    "owners:
  an: {name: 安然, role: sdr, away: [2026-10-08..2026-10-09]}
  eva: {name: Eva, role: sdr, per_day: 2}
  bo: {name: 薄荷, role: sales, capacity: 2, manager: eva}
",
];

const ROUNDS: [&str; 4] = [
    include_str!("../../../sops/assignment.yaml"),
    "keep_together: {by: [company], ignore: [个人], until: 20d}
rounds:
  - name: first
    when: stage = 'mql' AND owner IS NULL AND queue IS NULL
    roles: [sdr]
    rules: [{name: all, by: round_robin}]
  - name: second
    when: (stage = 'mql' AND owner IS NULL AND queue IS NULL) OR (stage = 'sql' AND owner_role = 'sdr')
    roles: [sales]
    rules:
      - {name: large, when: \"employees >= 500\", by: weighted, pass_over: breached > 0}
      - {name: east, when: \"region = '华东'\", to: {owners_where: \"region = '华东'\"}, by: longest_idle}
      - {name: rest, to: {queue: public}}
queues:
  public: {reclaim: {no_follow_up: 6 business hours, no_deal: 8d, warn: 2 business hours}, protect: 12d}
",
    "rounds:
  - name: only
    when: score >= 10 AND owner IS NULL AND queue IS NULL AND stage IN ('connected', 'mql', 'sql', 'opportunity')
    roles: [sales, sdr]
    rules: [{name: all, by: weighted, pass_over: \"held > 4\"}]
queues:
  pool: {reclaim: {no_follow_up: 2d}}
",
    "rounds:
  - name: late
    when: owner IS NULL AND queue IS NULL AND stage IN ('prospect', 'connected', 'mql') AND days_since(created_at) >= 12 AND (last_follow_up_at IS NULL OR days_since(last_follow_up_at) >= 3)
    rules: [{name: some, when: \"days_since(created_at) >= 20\", by: least_loaded}, {name: others, by: longest_idle}]
",
];

const PROMISES: [&str; 2] = [
    include_str!("../../../sops/sla.yaml"),
    "promises:
  - {name: touch, from: assigned, until: follow_up, within: 20h, warn_at: 50%, breach: {notify: manager}}
  - {name: accept, from: assigned, until: [accept, reject], within: 1 business day, when: \"score >= 15\", breach: {notify: owner}}
  - {name: contact, from: {stage: mql}, until: {follow_up: [connected, replied]}, within: 3d}
",
];

const ALERTS: [&str; 2] = [
    include_str!("../../../sops/alerts.yaml"),
    "alerts:
  - {name: asks, event: [inquiry, trial_request], when: \"score >= 5 AND (last_follow_up_at IS NULL OR days_since(last_follow_up_at) > 2)\", to: [owner, {role: sdr}], cooldown: 2d}
  - {name: sleeps, when: \"days_since(last_event_at) >= 6 AND owner IS NOT NULL\", to: [owner, manager]}
  - {name: busy, when: \"events('*', '3d') >= 2\", to: [owner, last_owner], cooldown: 4d}
  - {name: called, when: \"days_since(last_follow_up_at) <= 1\", to: [owner, last_owner]}
",
];

const SCORING: [&str; 2] = [
    "groups:
  fit:
    rules:
      - {name: size, points: \"CASE WHEN employees >= 1000 THEN 15 WHEN employees >= 100 THEN 5 ELSE 0 END\"}
      - {name: title, when: \"title = '总监'\", points: 10}
  engagement:
    min: 0
    rules:
      - {name: views, event: page_view, points: 6, within: 12d, limit: 4}
      - {name: asks, event: inquiry, points: 20, half_life: 8d}
      - {name: silent, when: \"days_since(last_event_at) >= 10\", points: -5}
total: {min: 0, max: 100}
bands: {hot: 40, qualified: 20, warm: 10, cold: 0}
",
    "groups:
  fit: {rules: [{name: any, when: \"phone IS NOT NULL\", points: 12}]}
  engagement: {rules: [{name: views, event: page_view, points: 9, within: 5d, per: day}, {name: asks, event: inquiry, points: 30, linear: 20d}]}
bands: {hot: 50, qualified: 30, warm: 12, cold: 0}
",
];

/// Which of the handful: lifecycle, team, assignment, sla, alerts, scoring.
pub(super) type Rules = (usize, usize, usize, usize, usize, usize);

pub(super) fn rules() -> impl Strategy<Value = Rules> {
    (0..LIFECYCLES.len(), 0..TEAMS.len(), 0..ROUNDS.len(), 0..PROMISES.len(), 0..ALERTS.len(), 0..SCORING.len())
}

pub(super) fn write_rules(base: &Base, rules: Rules) {
    let (lifecycle, team, rounds, promises, alerts, scoring) = rules;
    base.write("sops/fields.yaml", include_str!("../../../sops/fields.yaml"));
    base.write("sops/calendar.yaml", include_str!("../../../sops/calendar.yaml"));
    base.write("sops/lifecycle.yaml", LIFECYCLES[lifecycle]);
    base.write("sops/team.yaml", TEAMS[team]);
    base.write("sops/assignment.yaml", ROUNDS[rounds]);
    base.write("sops/sla.yaml", PROMISES[promises]);
    base.write("sops/alerts.yaml", ALERTS[alerts]);
    base.write("sops/scoring.yaml", SCORING[scoring]);
}

/// What a file is of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Leads,
    Events,
    Deals,
    FollowUps,
    Stages,
}

/// What happens before one tick.
#[derive(Clone, Debug)]
pub(super) struct Day {
    /// So long after the one before.
    pub(super) minutes: i64,
    pub(super) files: Vec<(Kind, u64)>,
    /// Other rules from now on.
    pub(super) rules: Option<Rules>,
}

pub(super) fn days(most: usize) -> impl Strategy<Value = Vec<Day>> {
    let kind = prop_oneof![2 => Just(Kind::Leads), 4 => Just(Kind::Events), 2 => Just(Kind::Deals), 3 => Just(Kind::FollowUps), 1 => Just(Kind::Stages)];
    let minutes = prop_oneof![20..200_i64, 200..3_000_i64, 3_000..30_000_i64];
    let day = (minutes, prop::collection::vec((kind, any::<u64>()), 0..3), prop::option::weighted(0.1, rules()));
    prop::collection::vec(day.prop_map(|(minutes, files, rules)| Day { minutes, files, rules }), 2..=most)
}

/// The instants of the days, from 28 September 2026 on (a Monday before the longest holidays of the year).
pub(super) fn instants(days: &[Day]) -> Vec<chrono::NaiveDateTime> {
    let mut at = chrono::NaiveDate::from_ymd_opt(2026, 9, 28).unwrap().and_hms_opt(9, 30, 0).unwrap();
    let next = |day: &Day| {
        at += chrono::Duration::minutes(day.minutes);
        at
    };
    days.iter().map(next).collect()
}

pub(super) fn text(at: chrono::NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The first file: everyone.
pub(super) fn everyone(seed: u64) -> String {
    leads(seed, 0, PEOPLE, "2026-09-20 09:00")
}

fn leads(seed: u64, from: u64, until: u64, created: &str) -> String {
    let mut dice = Dice(seed);
    let mut out = String::from("手机,姓名,公司,省份,员工数,职位,负责人,标签,邮箱,创建时间\n");
    for n in from..until {
        let owner = if dice.one_in(12) { dice.pick(&["张伟", "外人", "bo"]) } else { "" };
        out.push_str(&format!(
            "{},人{n},{},{},{},{},{owner},{},u{n}@example.com,{created}\n",
            phone(n),
            dice.pick(&["甲厂", "乙厂", "个人", "", "丙公司"]),
            dice.pick(&["江苏省", "广东", "北京", ""]),
            dice.pick(&["1200", "600", "100", ""]),
            dice.pick(&["总监", "助理", ""]),
            if dice.one_in(25) { "竞品" } else { "" },
        ));
    }
    out
}

/// One file that comes in at an instant: most of it is of the days before, some is dated later, some of people who have not arrived.
pub(super) fn file(kind: Kind, seed: u64, now: chrono::NaiveDateTime) -> String {
    let mut dice = Dice(seed);
    let at = |dice: &mut Dice, late: bool| {
        let minutes = i64::try_from(dice.below(9 * 24 * 60)).unwrap();
        let t = if late && dice.one_in(8) { now + chrono::Duration::minutes(minutes) } else { now - chrono::Duration::minutes(minutes / 2) };
        t.format("%Y-%m-%d %H:%M").to_string()
    };
    let mut out = String::new();
    let rows = 3 + dice.below(9);
    match kind {
        Kind::Leads => {
            let from = dice.below(PEOPLE + 4);
            return leads(seed, from, from + rows / 2, &at(&mut dice, false));
        }
        Kind::Events => {
            out.push_str("phone,kind,at,path\n");
            for _ in 0..rows * 2 {
                let kind = dice.pick(&["page_view", "page_view", "inquiry", "reply", "email_open", "trial_request", "wecom_added"]);
                let path = if kind == "page_view" { dice.pick(&["/pricing", "/", "/cases/1"]) } else { "" };
                out.push_str(&format!("{},{kind},{},{path}\n", phone(dice.below(PEOPLE + 2)), at(&mut dice, true)));
            }
        }
        Kind::Deals => {
            out.push_str("商机编号,手机,金额,创建时间,成交时间,商机状态\n");
            for _ in 0..rows / 2 {
                let n = dice.below(PEOPLE);
                let (status, closed) = match dice.below(3) {
                    0 => ("进行中", String::new()),
                    1 => ("赢单", at(&mut dice, true)),
                    _ => ("丢单", at(&mut dice, true)),
                };
                out.push_str(&format!("D{n},{},1000,{},{closed},{status}\n", phone(n), at(&mut dice, false)));
            }
        }
        Kind::FollowUps => {
            out.push_str("手机,跟进人,跟进时间,跟进方式,结果,判定,原因\n");
            for _ in 0..rows {
                let (verdict, reason) = [("", ""), ("", ""), ("接受", ""), ("拒绝", "price"), ("退回", "unreachable")][usize::try_from(dice.below(5)).unwrap()];
                let owner = dice.pick(&["安然", "bo", "zhang.wei", ""]);
                let outcome = dice.pick(&["接通", "未接", "已回复", ""]);
                out.push_str(&format!("{},{owner},{},电话,{outcome},{verdict},{reason}\n", phone(dice.below(PEOPLE)), at(&mut dice, true)));
            }
        }
        Kind::Stages => {
            out.push_str("手机,阶段,进入时间\n");
            for _ in 0..rows / 3 {
                out.push_str(&format!("{},{},{}\n", phone(dice.below(PEOPLE)), dice.pick(&["prospect", "mql", "connected"]), at(&mut dice, false)));
            }
        }
    }
    out
}

/// Everything that a tick says of leads; when they are due again is the scheduler's own.
pub(super) fn said_of_leads(base: &Base) -> Dump {
    const TABLES: [&str; 13] = [
        "lead_state",
        "standings",
        "stage_history",
        "assignments",
        "queue_stays",
        "credits",
        "breaches",
        "alerts",
        "alert_state",
        "notices",
        "changes",
        "leads",
        "events",
    ];
    let mut all = dump(&base.open());
    all.retain(|table, _| TABLES.contains(&table.as_str()));
    for row in all.get_mut("lead_state").into_iter().flatten() {
        *row = row.split(' ').filter(|cell| !cell.starts_with("next_change_at=") && !cell.starts_with("moves_at=")).collect::<Vec<_>>().join(" ");
    }
    all
}
