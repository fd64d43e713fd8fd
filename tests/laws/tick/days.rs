//! Day after day: a rehearsal says what the tick will do, the due are enough, a second tick finds nothing, undo takes it all back.

use super::held::holds;
use super::world::{Day, Rules, days, everyone, file, instants, rules, said_of_leads, text, write_rules};
use crate::base::{Base, assert_same};
use proptest::prelude::*;

/// How many histories are tried: `SOP_CASES`, or a few, for each runs the program some thirty times.
pub(super) fn config(few: u32) -> ProptestConfig {
    let cases = std::env::var("SOP_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(few);
    ProptestConfig { cases, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() }
}

/// Rows and sentences of a tick's report.
fn plan(run: crate::base::Run) -> (serde_json::Value, Vec<String>) {
    let json = run.ok().json();
    let notes = json["notes"].as_array().unwrap().iter().filter(|n| n["code"] != "rehearsal").map(|n| n["text"].to_string()).collect();
    (json["rows"].clone(), notes)
}

fn one_history(seed: u64, start: Rules, days: &[Day]) {
    let base = Base::new();
    write_rules(&base, start);
    base.write("inbox/everyone.csv", everyone(seed));
    let mut rules = start;
    for (n, (day, at)) in days.iter().zip(instants(days)).enumerate() {
        let (when, what) = (text(at), format!("day {n}, {}, rules {rules:?}", text(at)));
        if let Some(other) = day.rules {
            write_rules(&base, other);
            rules = other;
        }
        for (i, (kind, seed)) in day.files.iter().enumerate() {
            base.write(&format!("inbox/{n}-{i}.csv"), file(*kind, *seed, at));
        }
        let tick = |b: &Base, flags: &[&str]| b.run(&[&["tick", "--as-of", &when, "--yes", "-f", "json"], flags].concat());
        if day.minutes % 3 == 0 && base.db().exists() {
            // One engine alone; whatever it leaves for the others, they find.
            let engine = if day.minutes % 2 == 0 { "advance" } else { "assign" };
            base.run(&[engine, "--as-of", &when, "--yes"]).ok();
            holds(&base, rules, &format!("{what}, {engine}"));
        }
        let before = base.db().exists().then(|| base.dump());

        let rehearsed = plan(tick(&base, &["--dry-run"]));
        assert_eq!(before, base.db().exists().then(|| base.dump()), "{what}: a rehearsal changed the base");
        let full = base.copy();
        tick(&full, &["--full"]).ok();
        let done = plan(tick(&base, &[]));
        assert_eq!(rehearsed, done, "{what}: a rehearsal says what will be");
        assert_same(&format!("{what}: --full against the due"), &said_of_leads(&full), &said_of_leads(&base));
        holds(&base, rules, &what);

        let after = base.facts();
        let again = base.run(&["tick", "--as-of", &when]).ok().said();
        assert!(again.contains("nothing changed"), "{what}, a second time: {again}");
        assert_same(&format!("{what}: a second tick"), &after, &base.facts());

        // A tick that changed nothing is nothing to take back.
        if let Some(mut before) = before
            && full.facts() != {
                let mut b = before.clone();
                b.remove("runs");
                b
            }
        {
            full.run(&["undo", "--yes", "--as-of", &when]).ok();
            before.remove("runs");
            assert_same(&format!("{what}: taken back"), &before, &full.facts());
        }
    }
}

/// Facts may be dated later: nobody holds these leads, and still the call counts when its time has come.
#[test]
fn a_follow_up_of_tomorrow_is_seen_tomorrow() {
    let alerts = "alerts:\n  - {name: called, when: \"last_follow_up_at IS NOT NULL\", to: [{role: sdr}]}\n";
    let team = "owners:\n  an: {name: An, role: sdr}\n";
    let base = Base::with(&[("sops/alerts.yaml", alerts), ("sops/team.yaml", team)]);
    base.write("inbox/leads.csv", "手机,姓名\n13920417003,甲\n");
    base.write("inbox/calls.csv", "手机,跟进时间,跟进方式,结果,备注\n13920417003,2026-11-03 10:00,邮件,未接,x\n");
    base.on("11-01", &["tick"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM follow_ups"), 1);
    base.on("11-02", &["tick"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM alerts"), 0);
    base.on("11-03", &["tick"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM alerts"), 1);
}

/// Leads that wait because the team is not known yet are dealt when somebody says that it may begin.
#[test]
fn whoever_waited_for_the_team_is_dealt_when_it_may_begin() {
    let rounds = "rounds:\n  - {name: all, when: owner IS NULL, roles: [sales], rules: [{name: turn, by: round_robin}]}\n";
    let base = Base::with(&[("sops/assignment.yaml", rounds), ("sops/team.yaml", "owners:\n  an: {name: An, role: sales}\n")]);
    let rows: String = (0..20).map(|n| format!("{},{}\n", crate::base::phone(n), if n < 10 { "外人" } else { "" })).collect();
    base.write("inbox/leads.csv", format!("手机,负责人\n{rows}"));
    let said = base.on("11-01", &["tick"]).ok().said();
    assert!(said.contains("nobody was assigned") && said.contains("外人"), "{said}");
    assert_eq!(base.number("SELECT count(*) FROM assignments"), 0);
    base.on("11-02", &["tick", "--yes"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM lead_state WHERE owner = 'an'"), 10);
    assert_eq!(base.number("SELECT count(*) FROM lead_state WHERE owner = '外人'"), 10, "held elsewhere is never dealt");
}

/// Whoever waits for an owner is told of at every tick, and gets one as soon as anybody has room: a lead less, or another day.
#[test]
fn whoever_waits_is_dealt_when_somebody_has_room() {
    let rounds = "rounds:\n  - {name: all, when: owner IS NULL, roles: [sales], rules: [{name: turn, by: weighted}]}\n";
    let team = "owners:\n  an: {name: An, role: sales, capacity: 2, per_day: 1}\n  bo: {name: Bo, role: boss}\n";
    let base = Base::with(&[("sops/assignment.yaml", rounds), ("sops/team.yaml", team)]);
    let rows: String = (0..4).map(|n| format!("L{n},{}\n", crate::base::phone(n))).collect();
    base.write("inbox/leads.csv", format!("id,手机\n{rows}"));
    let dealt = |when: &str, expected: i64, waiting: &str| {
        let said = base.run(&["tick", "--yes", "--as-of", when]).ok().said();
        assert_eq!(base.number("SELECT count(*) FROM assignments"), expected, "{when}: {said}");
        assert!(said.contains(waiting), "{when}: {said}");
    };
    dealt("2026-11-02T09:00:00", 1, "3 leads wait for an owner");
    let before = base.facts();
    for when in ["2026-11-02T09:00:00", "2026-11-02T10:00:00"] {
        dealt(when, 1, "nothing changed · 3 leads wait for an owner");
        dealt(when, 1, "3 leads could not be handed over and wait: all: turn (1 at per_day)");
        assert_same(when, &before, &base.facts());
    }
    dealt("2026-11-03T09:00:00", 2, "all: turn (1 full)");
    dealt("2026-11-04T09:00:00", 2, "nothing changed · 2 leads wait for an owner");
    let one = base.texts("SELECT l.id FROM leads l JOIN lead_state s USING (lead) WHERE s.owner = 'an' LIMIT 1").remove(0);
    base.run(&["set", &one, "owner=bo", "--why", "hers", "--as-of", "2026-11-04T10:00:00"]).ok();
    dealt("2026-11-04T11:00:00", 4, "1 lead waits for an owner");
    base.run(&["undo", "--yes", "--as-of", "2026-11-04T12:00:00"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM assignments"), 3, "one of them was given by hand");
    dealt("2026-11-04T13:00:00", 4, "1 lead waits for an owner");
}

proptest! {
    #![proptest_config(config(6))]

    #[test]
    fn every_day_keeps_the_laws(seed in any::<u64>(), rules in rules(), days in days(6)) {
        one_history(seed, rules, &days);
    }
}
