//! Neither the order of rows nor the number of files decides who gets whom; a tick that did not run loses nothing.

use super::days::config;
use super::world::{Kind, Rules, everyone, file, rules, text, write_rules};
use crate::base::{Base, Dice};
use proptest::prelude::*;

/// The rows of a file in another order, in several files.
fn dealt_out(text: &str, seed: u64, files: usize) -> Vec<String> {
    let mut dice = Dice(seed);
    let (head, rows) = text.split_once('\n').unwrap();
    let mut out = vec![format!("{head}\n"); files];
    let mut rows: Vec<&str> = rows.lines().collect();
    while !rows.is_empty() {
        let row = rows.swap_remove(usize::try_from(dice.below(rows.len() as u64)).unwrap());
        let place = usize::try_from(dice.below(files as u64)).unwrap();
        out[place].push_str(&format!("{row}\n"));
    }
    out
}

/// Where everybody stands, by phone.
fn places(base: &Base) -> Vec<String> {
    const PLACES: &str =
        "SELECT phone || ' ' || coalesce(stage, '-') || ' ' || coalesce(owner, '-') || ' ' || coalesce(queue, '-') || ' ' || coalesce(score, '-')
        FROM (SELECT l.phone, s.* FROM leads l JOIN lead_state s USING (lead)) ORDER BY phone";
    base.texts(PLACES)
}

proptest! {
    #![proptest_config(config(6))]

    #[test]
    fn the_same_rows_give_the_same_owners(seed in any::<u64>(), rules in rules(), files in 2_usize..4) {
        let now = chrono::NaiveDate::from_ymd_opt(2026, 9, 28).unwrap().and_hms_opt(12, 0, 0).unwrap();
        let [plain, mixed] = [false, true].map(|mix| {
            let base = Base::new();
            write_rules(&base, rules);
            for (name, content) in [("leads", everyone(seed)), ("events", file(Kind::Events, seed, now)), ("asks", file(Kind::Events, seed ^ 77, now))] {
                let parts = if mix { dealt_out(&content, seed ^ 9, files) } else { vec![content] };
                for (i, part) in parts.iter().enumerate() {
                    base.write(&format!("inbox/{name}{i}.csv"), part);
                }
            }
            base.run(&["tick", "--as-of", &text(now), "--yes"]).ok();
            base
        });
        prop_assert_eq!(places(&plain), places(&mixed));
    }

    /// Acts and follow-ups of a week, looked at every few hours or once at its end: nothing dated by facts is lost or dated otherwise.
    #[test]
    fn a_missed_tick_loses_nothing_that_facts_date(seed in any::<u64>(), sla in 0_usize..2) {
        let rules: Rules = (0, 0, 1, sla, 0, 0);
        let start = chrono::NaiveDate::from_ymd_opt(2026, 9, 21).unwrap().and_hms_opt(9, 0, 0).unwrap();
        let end = start + chrono::Duration::hours(80);
        let [often, once] = [true, false].map(|often| {
            let base = Base::new();
            write_rules(&base, rules);
            // No queue takes back, and leads are handed over in the first tick only: what a missed tick dates later is not asked about.
            base.write("sops/assignment.yaml", "rounds:\n  - {name: only, when: \"stage = 'prospect' AND owner IS NULL\", roles: [sales], rules: [{name: all, by: round_robin}]}\n");
            base.write("sops/lifecycle.yaml", "stages:\n  - {id: prospect}\n  - {id: mql, enter: \"engagement >= 500\"}\n  - {id: sql, enter: accepted}\n  - {id: opportunity}\n  - {id: customer, enter: \"won_deals > 0\", dated: first_won_at}\n");
            base.write("sops/team.yaml", "owners:\n  bo: {name: B, role: sales, manager: li}\n  chu: {name: C, role: sales, manager: li}\n  li: {name: L, role: manager}\n");
            base.write("inbox/leads.csv", everyone(seed));
            base.run(&["tick", "--as-of", &text(start), "--yes"]).ok();
            // What happens is there from the start, dated later: as facts of the future are.
            for n in 0..4_u64 {
                let middle = start + chrono::Duration::hours(20 * i64::try_from(n).unwrap() + 10);
                base.write(&format!("inbox/e{n}.csv"), file(Kind::Events, seed ^ n, middle));
                base.write(&format!("inbox/f{n}.csv"), file(Kind::FollowUps, seed ^ n, middle).replace("接受", "").replace("拒绝,price", ",").replace("退回,unreachable", ","));
            }
            base.write("inbox/d.csv", file(Kind::Deals, seed, start + chrono::Duration::hours(40)));
            let step = if often { 7 } else { 80 };
            let mut at = start + chrono::Duration::minutes(1);
            while at < end {
                base.run(&["tick", "--as-of", &text(at), "--yes"]).ok();
                at += chrono::Duration::hours(step);
            }
            base.run(&["tick", "--as-of", &text(end), "--yes"]).ok();
            base
        });
        for (what, sql) in [
            // Promises with a `when` speak of the instant at which somebody looks.
            ("breaches", "SELECT promise || lead || start || kind || at || owner FROM breaches WHERE promise IN ('first-contact', 'touch', 'contact') ORDER BY 1"),
            ("alerts of events", "SELECT alert || lead || cause || at FROM alerts WHERE alert = '高价值行为' ORDER BY 1"),
            ("stages dated by facts", "SELECT lead || stage || at FROM stage_history WHERE stage = 'customer' ORDER BY 1"),
            ("stages and owners", "SELECT lead || coalesce(stage, '') || coalesce(owner, '') FROM lead_state ORDER BY 1"),
        ] {
            prop_assert_eq!(often.texts(sql), once.texts(sql), "{}", what);
        }
    }
}
