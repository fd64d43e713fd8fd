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

proptest! {
    #![proptest_config(config(6))]

    #[test]
    fn every_day_keeps_the_laws(seed in any::<u64>(), rules in rules(), days in days(6)) {
        one_history(seed, rules, &days);
    }
}
