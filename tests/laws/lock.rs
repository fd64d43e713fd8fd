//! One writer at a time, readers always; files that are none of ours stay as they are.

use crate::base::{Base, leads_csv};
use std::fs;
use std::process::Stdio;
use std::time::Duration;

fn scored(leads: u64) -> (Base, String) {
    let base = Base::new();
    let file = base.write("leads.csv", leads_csv(51, 0, leads)).display().to_string();
    base.on("11-01", &["score", &file]).ok();
    (base, file)
}

#[test]
fn a_second_writer_is_told_who_writes_and_a_reader_is_not_held_up() {
    let (base, _) = scored(30);
    // Held from here, as a run would.
    let lock = fs::OpenOptions::new().read(true).write(true).open(base.path().join("sop.db.lock")).unwrap();
    lock.try_lock().unwrap();
    fs::write(base.path().join("sop.db.lock"), "pid 4242\nhost laptop\ncommand sop tick\nsince 2026-11-01T12:00:00Z\n").unwrap();
    let before = base.dump();
    for act in [vec!["score"], vec!["score", "--dry-run"], vec!["undo"]] {
        base.on("11-02", &act).refused(6, &["4242", "sop tick", "laptop", "2026-11-01T12:00:00Z"]);
    }
    for read in [vec!["leads"], vec!["history"], vec!["changes"], vec!["today"]] {
        base.on("11-02", &read).ok();
    }
    crate::base::assert_same("refused", &before, &base.dump());
    drop(lock);
    base.on("11-02", &["score"]).ok();
}

#[test]
fn of_six_at_once_one_runs() {
    let base = Base::new();
    let file = base.write("leads.csv", leads_csv(52, 0, 1_500)).display().to_string();
    for day in ["11-01", "11-02"] {
        // The first time nobody has a base, the second time all of them do.
        let at = format!("2026-{day}T12:00:00");
        let start = || base.command(&["score", &file, "--full", "--as-of", &at]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let children: Vec<_> = (0..6).map(|_| start()).collect();
        let ids: Vec<String> = children.iter().map(|c| format!("pid {}", c.id())).collect();
        let ended: Vec<(Option<i32>, String)> =
            children.into_iter().map(|c| c.wait_with_output().unwrap()).map(|o| (o.status.code(), String::from_utf8_lossy(&o.stderr).into_owned())).collect();
        let winners = ended.iter().filter(|(code, _)| *code == Some(0)).count();
        let told = ended.iter().filter(|(code, said)| *code == Some(6) && said.contains("sop score") && ids.iter().any(|id| said.contains(id))).count();
        assert!(winners >= 1 && winners + told == 6, "{ended:?}");
        assert_eq!(winners, 1, "they were started together");
    }
    assert_eq!(base.number("SELECT count(*) FROM runs"), 2);
}

#[test]
fn readers_see_a_whole_state_while_a_run_writes() {
    let (base, _) = scored(400);
    let more = base.write("more.csv", leads_csv(53, 0, 3_000)).display().to_string();
    let total = |run: crate::base::Run| run.ok().json()["rows"].as_array().unwrap().len();
    let before = total(base.on("11-01", &["leads", "-f", "json"]));
    let mut writer =
        base.command(&["score", &more, "--yes", "--as-of", "2026-11-02T12:00:00", "-q"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut seen = Vec::new();
    while writer.try_wait().unwrap().is_none() {
        seen.push(total(base.on("11-03", &["leads", "-f", "json"])));
        std::thread::sleep(Duration::from_millis(20));
    }
    let after = total(base.on("11-03", &["leads", "-f", "json"]));
    assert!(after > before && seen.iter().all(|n| *n == before || *n == after), "{before} {after} {seen:?}");
    assert!(seen.contains(&before), "somebody read while it wrote");
}

#[test]
fn a_newer_base_and_a_strange_file_are_left_alone() {
    let (base, file) = scored(5);
    let version = |n: i64| rusqlite::Connection::open(base.db()).unwrap().pragma_update(None, "user_version", n).unwrap();
    version(99);
    for act in [vec!["score"], vec!["leads"], vec!["import", &file], vec!["undo"]] {
        base.on("11-02", &act).refused(5, &["format 99", "newer `sop`"]);
    }
    version(1);
    base.on("11-02", &["score"]).ok();

    let strange = base.path().join("strange.db");
    let db = rusqlite::Connection::open(&strange).unwrap();
    db.execute_batch("CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('x')").unwrap();
    drop(db);
    let text = base.write("text.db", "this is no database, but it is longer than a header of one would be ............................");
    for (path, names) in [(&strange, "another program"), (&text, "not a base")] {
        let bytes = fs::read(path).unwrap();
        let path_text = path.display().to_string();
        for act in [vec!["score", &file], vec!["leads"], vec!["undo", "--yes"]] {
            base.on("11-02", &[&["--db", &path_text], act.as_slice()].concat()).refused(5, &[names]);
        }
        assert_eq!(bytes, fs::read(path).unwrap());
    }
    let folder = base.path().join("folder.db");
    fs::create_dir(&folder).unwrap();
    base.on("11-02", &["--db", &folder.display().to_string(), "score", &file]).refused(5, &["folder"]);
    base.on("11-02", &["--db", &folder.display().to_string(), "leads"]).refused(5, &["folder"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_what_holds_addresses() {
    use std::os::unix::fs::PermissionsExt;
    let (base, file) = scored(5);
    let mode = |name: &str| fs::metadata(base.path().join(name)).map(|m| m.permissions().mode() & 0o777).ok();
    assert_eq!((mode("sop.db"), mode("sop.db.lock")), (Some(0o600), Some(0o600)));
    // While a run writes, its log is as private.
    let big = base.write("big.csv", leads_csv(54, 0, 3_000)).display().to_string();
    let mut writer = base.command(&["import", &big, "--yes"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut log = None;
    while writer.try_wait().unwrap().is_none() {
        log = log.or(mode("sop.db-wal"));
    }
    assert!(log.is_none_or(|m| m == 0o600), "{log:?}");
    let fresh = Base::new();
    let mut writer = fresh.command(&["import", &big]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while writer.try_wait().unwrap().is_none() {
        if let Ok(m) = fs::metadata(fresh.path().join("sop.db.new")) {
            assert_eq!(m.permissions().mode() & 0o777, 0o600);
        }
    }
    assert!(!file.is_empty());
}
