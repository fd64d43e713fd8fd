//! Scoring only whom the clock, a fact or an edit could have changed gives what scoring everyone gives.

use crate::base::{Base, Dice, assert_same, events_csv, leads_csv};

/// Rules of every kind: windows, counts per day, fading, days of silence, comparisons with the as-of.
fn rules(dice: &mut Dice) -> String {
    let points = 1 + dice.below(20);
    let within = dice.pick(&["7d", "30d", "90d"]);
    let fade = dice.pick(&["half_life: 9d", "linear: 40d", "per: day", "limit: 3"]);
    let silence = 5 + dice.below(40);
    format!(
        "groups:
  fit:
    max: {}
    rules:
      - {{name: industry, when: \"industry = '制造业'\", points: {points}}}
      - {{name: size, points: \"CASE WHEN employees >= 1000 THEN 9 ELSE 2 END\"}}
      - {{name: young, when: \"created_at >= as_of - '{}d'\", points: 6}}
  engagement:
    min: 0
    rules:
      - {{name: views, event: page_view, points: 5, within: {within}, {fade}}}
      - {{name: papers, event: whitepaper_download, points: 10, per: asset, keep: oldest, within: 60d}}
      - {{name: silent, when: \"days_since(last_event_at) >= {silence}\", points: -7}}
      - {{name: busy, when: \"events('*', '20d') >= 2 AND last_event('inquiry') > as_of - '{within}'\", points: 4}}
total: {{min: 0, max: 100}}
bands: {{hot: 40, warm: 15, cold: 0}}
",
        10 + dice.below(20),
        20 + dice.below(200)
    )
}

#[test]
fn whoever_is_not_due_would_not_have_changed() {
    for seed in 1..=3 {
        let mut dice = Dice(seed);
        let base = Base::with(&[("sops/scoring.yaml", &rules(&mut dice))]);
        let file = base.write("leads.csv", leads_csv(seed, 0, 120)).display().to_string();
        let acts = base.write("events.csv", events_csv(seed, 0, 120, 300)).display().to_string();
        base.run(&["score", &file, &acts, "--as-of", "2026-09-15T09:00:00"]).ok();
        let mut at = chrono::NaiveDate::from_ymd_opt(2026, 9, 15).unwrap().and_hms_opt(9, 0, 0).unwrap();
        for step in 0..8 {
            at += chrono::Duration::seconds(i64::try_from(1 + dice.below(40 * 86_400)).unwrap() >> dice.below(12));
            let when = at.format("%Y-%m-%dT%H:%M:%S").to_string();
            match dice.below(4) {
                0 => drop(base.write("sops/scoring.yaml", rules(&mut dice))),
                1 => {
                    let more = base.write("more.csv", events_csv(seed * 100 + step, 0, 120, 30)).display().to_string();
                    base.run(&["import", &more, "--as-of", &when]).ok();
                }
                2 => {
                    let from = dice.below(100);
                    let more = base.write("some.csv", leads_csv(seed * 100 + step, from, from + 15)).display().to_string();
                    base.run(&["import", &more, "--yes", "--as-of", &when]).ok();
                }
                _ => {} // only time passes
            }
            let everyone = base.copy();
            everyone.run(&["score", "--full", "--as-of", &when]).ok();
            base.run(&["score", "--as-of", &when]).ok();
            let of = |b: &Base| {
                let mut dump = b.facts();
                dump.retain(|table, _| ["lead_state", "changes", "leads", "events"].contains(&table.as_str()));
                // `until` may be later after a fresh look, never the score, group, band or stage.
                for row in dump.get_mut("lead_state").unwrap() {
                    *row = row.split(' ').filter(|cell| !cell.starts_with("next_change_at=")).collect::<Vec<_>>().join(" ");
                }
                dump
            };
            assert_same(&format!("seed {seed}, step {step}, {when}"), &of(&everyone), &of(&base));
        }
    }
}
