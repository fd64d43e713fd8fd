//! Law 1: the same command with the same inputs and the same as-of changes no table but `runs`.

use crate::base::{Base, assert_same, deals_csv, events_csv, follow_ups_csv, leads_csv, payments_csv, stages_csv};

fn messy() -> (Base, [&'static str; 9]) {
    let base = Base::new();
    base.write("leads.csv", leads_csv(1, 0, 300));
    base.write("more.csv", leads_csv(2, 150, 350));
    base.write("events.csv", events_csv(3, 0, 350, 900));
    base.write("stages.csv", stages_csv(4, 0, 350, 80));
    base.write("deals.csv", deals_csv(5, 0, 350, 300));
    base.write("later.csv", deals_csv(6, 0, 350, 200));
    base.write("payments.csv", payments_csv(7, 200));
    base.write("follow-ups.csv", follow_ups_csv(8, 0, 350, 400));
    (base, ["leads.csv", "more.csv", "events.csv", "stages.csv", "deals.csv", "later.csv", "payments.csv", "follow-ups.csv", "--yes"])
}

#[test]
fn importing_the_same_files_twice_changes_nothing() {
    let (base, files) = messy();
    let files: Vec<String> = files.iter().map(|f| if f.starts_with('-') { (*f).to_owned() } else { base.path().join(f).display().to_string() }).collect();
    let import: Vec<&str> = ["import", "-f", "json"].into_iter().chain(files.iter().map(String::as_str)).collect();
    base.on("11-01", &import).ok();
    let before = base.facts();
    assert!(before["leads"].len() > 300 && before["events"].len() > 800 && before["waiting_events"].len() > 10, "the files are as messy as meant");
    assert!(!before["to_decide"].is_empty() && !before["source_rows"].is_empty() && !before["waiting_stages"].is_empty());
    assert!(before["deals"].len() > 200 && !before["waiting_deals"].is_empty() && !before["payments"].is_empty());
    assert!(before["follow_ups"].len() > 200 && before["verdicts"].len() > 100);
    for day in ["11-01", "11-03"] {
        let again = base.on(day, &import).ok();
        for file in 0..8 {
            assert_eq!((again.of_file(file, "new"), again.of_file(file, "updated")), (0, 0), "{}", again.said());
        }
        assert_same("a second import", &before, &base.facts());
    }
}

#[test]
fn scoring_the_same_files_twice_changes_nothing() {
    let (base, files) = messy();
    let files: Vec<String> = files.iter().map(|f| if f.starts_with('-') { (*f).to_owned() } else { base.path().join(f).display().to_string() }).collect();
    let score: Vec<&str> = ["score", "-f", "json"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let first = base.on("11-01", &score).ok();
    let before = base.facts();
    let second = base.on("11-01", &score).ok();
    assert_same("a second score", &before, &base.facts());
    assert_eq!(first.json()["rows"], second.json()["rows"]);
    // Whoever imports what was scored already leaves the scores valid, too.
    let import: Vec<&str> = ["import"].into_iter().chain(files.iter().map(String::as_str)).collect();
    base.on("11-01", &import).ok();
    assert_same("an import of the same", &before, &base.facts());
    base.on("11-01", &["score"]).ok();
    assert_same("a score of all", &before, &base.facts());
}

#[test]
fn each_file_alone_and_in_any_order_changes_nothing_again() {
    let (base, files) = messy();
    let all: Vec<String> = files[..8].iter().map(|f| base.path().join(f).display().to_string()).collect();
    for file in &all {
        base.on("11-01", &["import", file, "--yes"]).ok();
        let before = base.facts();
        base.on("11-01", &["import", file, "--yes"]).ok();
        assert_same(file, &before, &base.facts());
    }
    // A file of events that waited for their leads brings nothing new once these have come.
    let waiting = || {
        let count = |table: &str| base.number(&format!("SELECT count(*) FROM waiting_{table}"));
        (count("events"), count("stages"), count("deals"))
    };
    let waited = waiting();
    base.write("late.csv", leads_csv(9, 350, 380));
    base.on("11-02", &["import", &base.path().join("late.csv").display().to_string()]).ok();
    assert!(waiting().0 < waited.0 && waiting().2 < waited.2, "{waited:?} {:?}", waiting());
    let before = base.facts();
    for file in ["events.csv", "stages.csv"] {
        base.on("11-02", &["import", &base.path().join(file).display().to_string()]).ok();
        assert_same(file, &before, &base.facts());
    }
}

#[test]
fn a_number_that_turns_out_to_be_an_offices_changes_nothing_again() {
    let base = Base::new();
    let one = base.write("one.csv", "姓名,手机\n张三,13920417003\n").display().to_string();
    let two = base.write("two.csv", "姓名,手机,公司\n李四,13920417003,甲\n王五,13920417003,乙\n赵六,13920417040,丙\n").display().to_string();
    base.on("11-01", &["score", &one]).ok();
    base.on("11-01", &["score", &two, "--yes"]).ok();
    let before = base.facts();
    base.on("11-01", &["score", &two]).ok();
    assert_same("the file that told", &before, &base.facts());
    // Whoever came by that number before is still found by it and the name; nobody is doubled.
    for files in [vec![&one], vec![&one, &two], vec![&two, &one]] {
        let files: Vec<&str> = files.into_iter().map(String::as_str).collect();
        base.on("11-01", &[&["score", "--yes"], files.as_slice()].concat()).ok();
        assert_eq!(base.number("SELECT count(*) FROM leads"), 3, "{files:?}");
        let before = base.facts();
        base.on("11-01", &[&["score", "--yes"], files.as_slice()].concat()).ok();
        assert_same(&files.join(" "), &before, &base.facts());
    }
}

#[test]
fn counts_are_totals_and_repeats_are_kept() {
    let base = Base::new();
    let leads = |n: u32, at: &str| format!("手机,定价页访问次数,最近访问时间\n13920417003,{n},{at}\n");
    let file = base.write("leads.csv", leads(2, "2026-10-01 10:00")).display().to_string();
    let count = || base.number("SELECT count(*) FROM events");
    base.on("11-01", &["import", &file]).ok();
    assert_eq!(count(), 2);
    base.write("leads.csv", leads(5, "2026-10-20 10:00"));
    base.on("11-02", &["import", &file]).ok();
    assert_eq!(count(), 5, "three more than the base had");
    base.write("leads.csv", leads(6, "2026-10-20 10:00"));
    base.on("11-03", &["import", &file]).ok();
    assert_eq!(count(), 6, "one more, at the instant that has three already");
    base.write("leads.csv", leads(1, "2026-10-30 10:00"));
    base.on("11-04", &["import", &file]).ok();
    assert_eq!(count(), 6, "a smaller total takes nothing away");

    let base = Base::new();
    let view = "13920417003,page_view,2026-10-01 10:00,/pricing\n";
    let file = base.write("events.csv", format!("phone,kind,at,path\n{}", view.repeat(3))).display().to_string();
    let lead = base.write("leads.csv", "手机\n13920417003\n").display().to_string();
    base.on("11-01", &["import", &lead, &file]).ok();
    let count = || base.number("SELECT count(*) FROM events");
    assert_eq!(count(), 3, "equal rows of one file are acts of their own");
    base.write("events.csv", format!("phone,kind,at,path\n{}", view.repeat(2)));
    base.on("11-01", &["import", &file]).ok();
    assert_eq!(count(), 3, "a file with fewer brings none");
    base.write("events.csv", format!("phone,kind,at,path\n{}", view.repeat(4)));
    base.on("11-01", &["import", &file]).ok();
    assert_eq!(count(), 4, "a file with one more brings one");
}

#[test]
fn two_rows_that_disagree_about_an_owner_leave_the_lead_as_it_was() {
    let base = Base::with(&[(
        "sops/fields.yaml",
        "leads:\n  phone: {type: phone, region: CN}\n  owner: {type: owner, master: file}\n  stage: {type: stage, master: file}\nidentity: [phone]\n",
    )]);
    let file = base.write("leads.csv", "手机,负责人,线索状态\n13920417003,甲,mql\n13920417003,乙,sql\n").display().to_string();
    base.on("11-01", &["score", &file]).ok();
    let before = base.facts();
    assert_eq!(base.texts("SELECT owner || stage FROM lead_state"), ["乙sql"]);
    base.on("11-03", &["score", &file]).ok();
    assert_same("the same file, two days later", &before, &base.facts());
    base.write("leads.csv", "手机,负责人,线索状态\n13920417003,丙,sql\n");
    base.on("11-05", &["score", &file]).ok();
    assert_eq!(base.texts("SELECT last_owner || ' ' || (owner_at > stage_at) FROM standings"), ["乙 1"], "held since the file said so");
}
