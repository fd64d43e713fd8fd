//! Several ticks at once: one runs, the others say who does.

use crate::base::{Base, events_csv, leads_csv};
use std::process::Stdio;

#[test]
fn of_six_ticks_at_once_one_runs() {
    let base = Base::new();
    base.write("inbox/leads.csv", leads_csv(61, 0, 1_500));
    for (day, first) in [("11-01", true), ("11-02", false)] {
        base.write("inbox/more.csv", events_csv(62, 0, 1_500, 4_000));
        let at = format!("2026-{day}T12:00:00");
        let start = || base.command(&["tick", "--yes", "--full", "--as-of", &at]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let children: Vec<_> = (0..6).map(|_| start()).collect();
        let ids: Vec<String> = children.iter().map(|c| format!("pid {}", c.id())).collect();
        let ended: Vec<(Option<i32>, String)> =
            children.into_iter().map(|c| c.wait_with_output().unwrap()).map(|o| (o.status.code(), String::from_utf8_lossy(&o.stderr).into_owned())).collect();
        assert_eq!(ended.iter().filter(|(code, _)| *code == Some(0)).count(), 1, "{ended:?}");
        for (_, said) in ended.iter().filter(|(code, _)| *code != Some(0)) {
            assert!(said.contains("sop tick") && said.contains("since") && ids.iter().any(|id| said.contains(id)), "{said}");
        }
        assert_eq!(ended.iter().filter(|(code, _)| *code == Some(6)).count(), 5, "{ended:?}");
        let left: Vec<_> = std::fs::read_dir(base.path().join("inbox")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(left, ["done"], "read once, and put away");
        if first {
            assert!(base.path().join("inbox/done/1/leads.csv").exists());
        }
    }
    assert_eq!(base.number("SELECT count(*) FROM runs"), 2);
}

/// The machine was off for a week: what a timely tick would have said first is said first.
#[test]
fn a_late_tick_warns_before_a_queue_takes_a_lead_back() {
    let rounds = "rounds:\n  - {name: all, when: owner IS NULL AND queue IS NULL, roles: [sales], rules: [{name: turn, by: round_robin}]}\nqueues:\n  public: {reclaim: {no_follow_up: 2d, warn: 4h}}\n";
    let base = Base::with(&[("sops/assignment.yaml", rounds), ("sops/team.yaml", "owners:\n  an: {name: An, role: sales}\n")]);
    base.write("inbox/leads.csv", "手机,姓名\n13920417003,甲\n13920417040,乙\n");
    base.on("11-01", &["tick"]).ok();
    let held = || base.number("SELECT count(*) FROM lead_state WHERE owner = 'an'");
    let at = |time: &str, args: &[&str]| base.run(&[args, &["--as-of", &format!("2026-11-{time}")]].concat()).ok();
    at("10T12:00", &["tick"]);
    assert_eq!((held(), base.number("SELECT count(*) FROM changes WHERE what = 'warning'")), (2, 2), "nobody loses a lead unwarned");
    assert!(base.texts("SELECT body FROM notices").iter().all(|t| t.contains("on 2026-11-10 16:00")), "{:?}", base.texts("SELECT body FROM notices"));
    assert!(at("10T12:00", &["explain", "13920417003"]).stdout().contains("2026-11-10 16:00"));
    assert!(at("10T12:00", &["tick"]).said().contains("nothing changed"), "a second time");
    at("10T13:00", &["log", "13920417003", "--by", "an", "--type", "call", "--outcome", "connected"]);
    at("10T15:59", &["tick"]);
    assert_eq!(held(), 2);
    at("10T16:00", &["tick"]);
    assert_eq!(held(), 1, "whoever was called stays");
    let why = base.texts("SELECT why FROM changes WHERE what = 'owner' AND \"to\" IS NULL");
    assert_eq!(why, ["queue public: reclaimed: no_follow_up, after a warning that came late"]);
}
