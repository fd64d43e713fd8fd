//! Laws 3 and 4: a rehearsal is the run without its effect; time moves forward.

use crate::base::{Base, assert_same, events_csv, leads_csv};
use std::fs;

fn files(base: &Base) -> (String, String) {
    let leads = base.write("leads.csv", leads_csv(1, 0, 120)).display().to_string();
    let events = base.write("events.csv", events_csv(2, 0, 120, 200)).display().to_string();
    (leads, events)
}

fn left_behind(base: &Base) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(base.path()).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.retain(|n| n.starts_with("sop.db") && n != "sop.db.lock" || n.starts_with('.') || n == "rejects");
    names.sort();
    names
}

#[test]
fn a_rehearsed_first_import_leaves_no_base() {
    let base = Base::new();
    let (leads, events) = files(&base);
    let rehearsed = base.on("11-01", &["score", &leads, &events, "--dry-run", "-f", "json"]).ok();
    assert_eq!(left_behind(&base), [""; 0], "nothing is left beside the files");
    let done = base.on("11-01", &["score", &leads, &events, "-f", "json"]).ok();
    let (plan, real) = (rehearsed.json(), done.json());
    assert_eq!((&plan["rows"], &plan["totals"]), (&real["rows"], &real["totals"]));
    assert!(plan["notes"].to_string().contains("rehearsal") && !real["notes"].to_string().contains("rehearsal"));
}

#[test]
fn a_rehearsal_changes_no_byte_of_any_table() {
    let base = Base::new();
    let (leads, events) = files(&base);
    base.on("11-01", &["score", &leads]).ok();
    let more = base.write("more.csv", leads_csv(5, 60, 200)).display().to_string();
    fs::remove_dir_all(base.path().join("rejects")).unwrap();
    let before = base.dump();
    let shown = |run: &crate::base::Run| run.json()["rows"].clone();
    let plan = base.on("11-02", &["import", &more, &events, "--yes", "--dry-run", "-f", "json"]).ok();
    assert_same("import --dry-run", &before, &base.dump());
    assert_eq!(shown(&plan), shown(&base.copy().on("11-02", &["import", &more, &events, "--yes", "-f", "json"]).ok()));
    let plan = base.on("11-02", &["score", &more, &events, "--yes", "--dry-run", "-f", "json"]).ok();
    assert_same("score --dry-run", &before, &base.dump());
    assert_eq!(shown(&plan), shown(&base.copy().on("11-02", &["score", &more, &events, "--yes", "-f", "json"]).ok()));
    let known = base.texts("SELECT phone FROM leads WHERE phone IS NOT NULL ORDER BY lead LIMIT 2");
    for act in [vec!["merge", &known[0], &known[1], "--why", "x"], vec!["undo"], vec!["undo", "--yes"], vec!["score", "--full"]] {
        base.on("11-02", &[act.as_slice(), &["--dry-run"]].concat()).ok();
        assert_same(&act.join(" "), &before, &base.dump());
    }
    assert!(!base.path().join("rejects").exists() || fs::read_dir(base.path().join("rejects")).unwrap().count() == 0, "a rehearsal writes no reject file");
}

#[test]
fn writing_moves_forward_and_reading_takes_any_date() {
    let base = Base::new();
    let (leads, events) = files(&base);
    base.on("11-10", &["score", &leads, &events]).ok();
    let before = base.dump();
    let known = base.texts("SELECT phone FROM leads WHERE phone IS NOT NULL ORDER BY lead LIMIT 2");
    for act in [vec!["score"], vec!["import", leads.as_str()], vec!["merge", &known[0], &known[1], "--why", "x"]] {
        base.on("11-09", &act).refused(2, &["time moves forward", "run 1", "2026-11-10 12:00:00"]);
    }
    assert_same("refused acts", &before, &base.dump());
    for read in [vec!["leads"], vec!["explain", &known[0]], vec!["changes"], vec!["history"], vec!["score", "--dry-run"]] {
        base.on("02-01", &read).ok();
        base.run(&[read.as_slice(), &["--as-of", "2031-02-01"]].concat()).ok();
    }
    assert_same("reading", &before, &base.dump());
    base.on("11-10", &["score"]).ok(); // the same instant is not back in time
    // Taken back, a run is no past any more.
    base.on("11-20", &["score", "--full"]).ok();
}

#[test]
fn a_rehearsal_of_the_past_knows_nothing_later() {
    let base = Base::new();
    let lead = base.write("l.csv", "手机,创建时间\n13920417003,2026-01-01\n").display().to_string();
    let acts = base.write("e.csv", "phone,kind,at\n13920417003,inquiry,2026-10-20 10:00\n13920417003,trial_request,2026-10-25 10:00\n").display().to_string();
    base.on("11-10", &["score", &lead, &acts]).ok();
    let score = |day: &str| base.on(day, &["score", "--dry-run", "-f", "json"]).ok().json()["rows"][0]["score"].as_i64().unwrap();
    assert_eq!((score("10-19"), score("10-21"), score("11-10")), (0, 20, 45));
    // `explain` says the same of that day.
    assert_eq!(base.on("10-21", &["explain", "13920417003", "-f", "json"]).ok().json()["totals"]["score"], 20);
}

/// Whoever plays through days of the past and forgets `--as-of` once is told which run that was, and how to go on.
#[test]
fn a_run_that_the_clock_dated_among_days_of_the_past_is_named_with_the_way_out() {
    let base = Base::new();
    let (leads, events) = files(&base);
    let on = |day: &str, args: &[&str]| base.run(&[args, &["--as-of", &format!("2025-{day}")]].concat());
    on("11-10", &["score", &leads, &events]).ok();
    let phone = base.texts("SELECT phone FROM leads WHERE phone IS NOT NULL ORDER BY lead LIMIT 1").remove(0);
    base.run(&["suppress", &phone, "--why", "asked by phone"]).ok();
    let words = ["time moves forward", "run 2 (`sop suppress`", "was given no --as-of", "dated by the clock", "repeat it with --as-of: sop undo 2 --yes"];
    on("11-12", &["score"]).refused(2, &words);
    on("11-12", &["score", "--dry-run"]).ok();
    base.run(&["suppress", "nobody@example.com", "--why", "asked by phone"]).ok();
    let told = on("11-12", &["score"]).refused(2, &["sop undo 3 --yes, and so with run 2"]);
    assert!(!told.said().contains("11-10"), "{}", told.said());
    // What it says works.
    base.run(&["undo", "3", "--yes"]).ok();
    base.run(&["undo", "2", "--yes"]).ok();
    on("11-12", &["suppress", &phone, "--why", "asked by phone"]).ok();
    on("11-12", &["score"]).ok();
}

#[test]
fn a_future_as_of_asks_and_can_be_taken_back() {
    let base = Base::new();
    let (leads, events) = files(&base);
    base.on("11-10", &["score", &leads, &events]).ok();
    let before = base.dump();
    base.run(&["score", "--as-of", "2099-12-31"]).refused(2, &["more than a year ahead", "--yes"]);
    assert_same("asked first", &before, &base.dump());
    base.run(&["score", "--full", "--as-of", "2099-12-31", "--yes"]).ok();
    base.on("11-10", &["score"]).refused(2, &["time moves forward", "sop undo 2 --yes"]);
    // Not in anybody's way: neither the run that went too far, once taken back, nor its undo.
    base.on("11-10", &["undo", "--yes"]).ok();
    base.on("11-10", &["score"]).ok();
}
