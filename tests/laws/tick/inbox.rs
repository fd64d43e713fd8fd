//! Whatever somebody drops into `inbox/`: what can be read is read, what cannot is put aside with its reason, nothing is lost.

use crate::base::{Base, Run, deals_csv, events_csv, follow_ups_csv, leads_csv};
use std::fs;

/// Everything under `inbox/`, as paths from there.
fn lies(base: &Base) -> Vec<String> {
    fn walk(folder: &std::path::Path, from: &str, out: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = format!("{from}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() { walk(&entry.path(), &format!("{name}/"), out) } else { out.push(name) }
        }
    }
    let mut all = Vec::new();
    walk(&base.path().join("inbox"), "", &mut all);
    all.sort();
    all
}

fn tick(base: &Base, day: &str) -> Run {
    base.on(day, &["tick"])
}

const LEADS: &str = "手机,姓名\n13920417003,甲\n13920417040,乙\n";

#[test]
fn no_folder_and_no_base_yet() {
    let base = Base::new();
    for verb in ["tick", "advance", "assign"] {
        base.on("11-01", &[verb]).refused(2, &["sop.db", "import"]);
    }
    assert!(!base.path().join("inbox").exists() && !base.db().exists(), "a look makes no base");
    // Nor is a folder with nothing in it anything to do.
    fs::create_dir(base.path().join("inbox")).unwrap();
    tick(&base, "11-02").refused(2, &["sop.db"]);
    base.write("inbox/leads.csv", LEADS);
    tick(&base, "11-03").ok();
    assert_eq!(base.number("SELECT count(*) FROM leads"), 2);
    assert_eq!(lies(&base), ["done/1/leads.csv"]);
}

#[test]
fn what_no_tick_reads_is_told_and_left() {
    let base = Base::new();
    base.write("inbox/leads.csv", LEADS);
    base.write("inbox/notes.pdf", "x");
    base.write("inbox/march/leads.csv", LEADS);
    let told = base.on("11-01", &["tick"]).ok().stderr();
    assert!(told.contains("left in inbox/: march (a folder), notes.pdf (no table)"), "{told}");
    assert_eq!(lies(&base), ["done/1/leads.csv", "march/leads.csv", "notes.pdf"]);
    let today = base.on("11-01", &["today"]).ok().stdout();
    assert!(today.contains("notes.pdf (no table)"), "{today}");
    assert!(!base.on("11-01", &["tick", "-q"]).ok().said().contains("notes.pdf"), "cron is not told twice an hour");
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_inside_of_the_workspace_only() {
    use std::os::unix::fs::symlink;
    let (base, elsewhere) = (Base::new(), Base::new());
    let outside = elsewhere.write("secret.csv", "手机,姓名\n13920417077,丙\n");
    let inside = base.write("exports/leads.csv", LEADS);
    fs::create_dir(base.path().join("inbox")).unwrap();
    symlink(&outside, base.path().join("inbox/a.csv")).unwrap();
    symlink(&inside, base.path().join("inbox/b.csv")).unwrap();
    symlink("nowhere.csv", base.path().join("inbox/c.csv")).unwrap();
    let run = tick(&base, "11-01").ends(1);
    assert!(run.said().contains("inbox/a.csv was not read: it is a link to a file outside of this workspace"), "{}", run.said());
    assert!(run.said().contains("c.csv (a link that leads nowhere)"), "{}", run.said());
    assert_eq!(base.texts("SELECT \"name\" FROM leads ORDER BY 1"), ["乙", "甲"]);
    assert!(fs::symlink_metadata(base.path().join("inbox/a.csv")).is_ok() && outside.exists(), "it stays where it is");
    assert!(base.on("11-01", &["today"]).ok().stdout().contains("inbox/a.csv"));
}

#[test]
fn a_rehearsal_leaves_every_file() {
    let base = Base::new();
    base.write("inbox/leads.csv", LEADS);
    base.write("inbox/broken.csv", "");
    base.on("11-01", &["tick", "--dry-run"]).ends(1);
    assert_eq!(lies(&base), ["broken.csv", "leads.csv"]);
    assert!(!base.db().exists());
}

#[test]
fn broken_files_are_put_aside_and_the_others_read() {
    for past in [false, true] {
        let base = Base::new();
        if past {
            let file = base.write("past.csv", LEADS).display().to_string();
            base.on("10-30", &["score", &file]).ok();
        }
        let broken: [(&str, &[u8]); 6] = [
            ("a empty.csv", b""),
            ("b binary.csv", &[0x00, 0xff, 0x13, 0x00, 0x80, 0x07, 0x00, 0x00, 0x01, 0xfe, 0x00, 0x00, 0x9c, 0x00]),
            ("c quote.csv", "手机,姓名\n13920417077,\"丙\n13920417114,丁\n".as_bytes()),
            ("d columns.csv", b"foo,bar\n1,2\n3,4\n"),
            ("e nobody.csv", b"kind,at\npage_view,2026-10-01\n"),
            ("f no sheet.xlsx", b"PK\x03\x04 this is no workbook"),
        ];
        for (name, bytes) in broken {
            base.write(&format!("inbox/{name}"), bytes);
        }
        base.write("inbox/线索 导出.csv", "手机,姓名\n13920417151,戊\n");
        base.write("inbox/z acts.csv", "phone,kind,at\n13920417151,inquiry,2026-10-30 10:00\n");
        let said = tick(&base, "11-01").ends(1).said();
        let run = base.number("SELECT max(run) FROM runs");
        for (name, _) in broken {
            assert!(said.contains(&format!("inbox/failed/{name}")), "{name} is not named: {said}");
            let reason = fs::read_to_string(base.path().join(format!("inbox/failed/{name}.reason.txt"))).unwrap();
            assert!(reason.trim().len() > 20 && reason.contains('\n'), "{name}: {reason}");
        }
        let read = [format!("done/{run}/z acts.csv"), format!("done/{run}/线索 导出.csv")];
        let mut expected: Vec<String> = broken.iter().flat_map(|(n, _)| [format!("failed/{n}"), format!("failed/{n}.reason.txt")]).chain(read).collect();
        expected.sort();
        assert_eq!(lies(&base), expected);
        assert_eq!(base.texts("SELECT name FROM leads WHERE name = '戊'"), ["戊"]);
        assert_eq!(base.number("SELECT count(*) FROM leads"), if past { 3 } else { 1 }, "nothing came of what was put aside");
        assert_eq!(base.number("SELECT count(*) FROM events"), 1);
        tick(&base, "11-02").ok(); // and they are in nobody's way
    }
}

#[test]
fn files_of_several_kinds_in_one_day() {
    let base = Base::new();
    for (name, text) in [
        ("leads.csv", leads_csv(71, 0, 60)),
        ("acts.csv", events_csv(72, 0, 60, 90)),
        ("deals.csv", deals_csv(73, 0, 60, 30)),
        ("calls.csv", follow_ups_csv(74, 0, 60, 40)),
    ] {
        base.write(&format!("inbox/{name}"), text);
    }
    tick(&base, "11-01").ok();
    let own = Base::new();
    for (name, text) in
        [("l.csv", leads_csv(71, 0, 60)), ("a.csv", events_csv(72, 0, 60, 90)), ("d.csv", deals_csv(73, 0, 60, 30)), ("u.csv", follow_ups_csv(74, 0, 60, 40))]
    {
        own.write(name, text);
    }
    own.on("11-01", &["import", "l.csv", "a.csv", "d.csv", "u.csv"]).ok();
    for table in ["leads", "events", "deals", "follow_ups"] {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(base.number(&count), own.number(&count), "{table}");
    }
    assert_eq!(lies(&base).len(), 4);
}

#[test]
fn what_a_guard_asks_about_stays_and_the_day_goes_on() {
    let base = Base::new();
    let names = |suffix: &str| (0..240_u64).map(|n| format!("{},人{n}{suffix}\n", crate::base::phone(n))).collect::<String>();
    base.write("inbox/leads.csv", format!("手机,姓名\n{}", names("")));
    tick(&base, "11-01").ok();
    base.write("inbox/renamed.csv", format!("手机,姓名\n{}", names("改")));
    base.write("inbox/acts.csv", format!("phone,kind,at\n{},inquiry,2026-11-01 10:00\n", crate::base::phone(3)));
    base.write("inbox/empty.csv", "");
    let said = tick(&base, "11-02").ends(1).said();
    assert!(said.contains("inbox/renamed.csv") && said.contains("30 %") && said.contains("--yes"), "{said}");
    assert_eq!(lies(&base).iter().filter(|f| !f.contains('/')).collect::<Vec<_>>(), ["acts.csv", "renamed.csv"]);
    assert_eq!(base.number("SELECT count(*) FROM leads WHERE name LIKE '%改'"), 0);
    assert_eq!(base.texts("SELECT verb FROM runs"), ["tick", "tick"], "the day was worked through");
    // Nor does a rehearsal promise what the tick would not do.
    base.on("11-02", &["tick", "--yes"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM leads WHERE name LIKE '%改'"), 240);
    assert_eq!(lies(&base).iter().filter(|f| !f.contains('/')).count(), 0);
}

#[test]
fn folders_and_files_under_way_are_left_alone() {
    let base = Base::new();
    base.write("inbox/leads.CSV", LEADS);
    let others = ["sub/leads.csv", "~$leads.xlsx", ".~lock.leads.csv#", ".hidden.csv", "leads.csv.part", "leads.csv~", "readme.md", "leads.csv.crdownload"];
    for other in others {
        base.write(&format!("inbox/{other}"), LEADS);
    }
    tick(&base, "11-01").ok();
    let mut expected: Vec<String> = others.iter().map(|o| (*o).to_owned()).chain(["done/1/leads.CSV".to_owned()]).collect();
    expected.sort();
    assert_eq!(lies(&base), expected);
}

#[test]
fn the_same_file_twice_is_one_and_both_are_kept() {
    let base = Base::new();
    let acts = "phone,kind,at\n13920417003,page_view,2026-10-30 10:00\n";
    base.write("inbox/leads.csv", LEADS);
    base.write("inbox/acts.csv", acts);
    tick(&base, "11-01").ok();
    let before = base.facts();
    base.write("inbox/leads.csv", LEADS);
    base.write("inbox/acts.csv", acts);
    let said = tick(&base, "11-01").ok().said();
    assert!(said.contains("2 files read") && !said.contains("lead moved"), "{said}");
    crate::base::assert_same("the same files again", &before, &base.facts());
    assert_eq!(lies(&base), ["done/1/acts.csv", "done/1/leads.csv", "done/2/acts.csv", "done/2/leads.csv"]);
    // A broken file that comes again under its name stands beside the first.
    for day in ["11-03", "11-04"] {
        base.write("inbox/bad.csv", "");
        tick(&base, day).ends(1);
    }
    let failed: Vec<String> = lies(&base).into_iter().filter(|f| f.starts_with("failed/")).collect();
    assert_eq!(failed, ["failed/bad-1.csv", "failed/bad-1.csv.reason.txt", "failed/bad.csv", "failed/bad.csv.reason.txt"]);
}

#[test]
fn a_late_move_is_made_up_for() {
    let base = Base::new();
    base.write("inbox/leads.csv", LEADS);
    tick(&base, "11-01").ok();
    let before = base.facts();
    // As if the program had died between its commit and putting the file away.
    fs::rename(base.path().join("inbox/done/1/leads.csv"), base.path().join("inbox/leads.csv")).unwrap();
    tick(&base, "11-01").ok();
    crate::base::assert_same("read a second time", &before, &base.facts());
    assert_eq!(lies(&base), ["done/2/leads.csv"]);
}
