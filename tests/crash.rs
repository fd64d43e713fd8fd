//! Law 2: a run that is killed leaves the state before it or the state after it, and the next run succeeds.
//!
//! `SOP_KILL_ROWS` leads (500 unless said) are imported fresh; a base of so many takes in more and takes them back. Each is killed at
//! 25 instants, spread over the time that it takes; `SOP_BIN` names another program to kill, a release build for instance.

#![allow(clippy::unwrap_used, clippy::print_stderr)] // a test may stop anywhere, and says what it measured

mod base;

use base::{Base, Dice, Dump, difference, events_csv, leads_csv};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

const KILLS: u32 = 25;

fn rows() -> u64 {
    std::env::var("SOP_KILL_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(500)
}

/// What a run leaves, apart from what its clock tells, in a file of its own: the next run finds what the dead one left as it was left.
/// `None`: there is no base.
struct Left(Option<Base>);

impl Left {
    fn of(base: &Base) -> Self {
        if !base.db().exists() {
            return Self(None);
        }
        let copy = Base::new();
        for name in ["sop.db", "sop.db-wal"].iter().filter(|n| base.path().join(n).exists()) {
            std::fs::copy(base.path().join(name), copy.path().join(name)).unwrap();
        }
        // Whoever opens it first puts right what is in the log. The numbers of runs stay, their wall clocks go.
        copy.open().execute_batch("UPDATE runs SET started = 0; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        let log = std::fs::metadata(copy.path().join("sop.db-wal")).map_or(0, |m| m.len());
        assert_eq!(log, 0, "everything is in one file");
        Self(Some(copy))
    }

    /// Which of some sound states this is: every table, every row. The same bytes are the same state; where they differ from all
    /// (a page may keep what was deleted from it), this one is sound too and has the rows of one of them, written anew by SQLite.
    fn which(&self, states: &[&Self]) -> Option<usize> {
        let Some(own) = &self.0 else { return states.iter().position(|s| s.0.is_none()) };
        let find = |path: &dyn Fn(&Base) -> PathBuf| {
            let own = bytes(&path(own));
            states.iter().position(|s| s.0.as_ref().is_some_and(|other| bytes(&path(other)) == own))
        };
        find(&Base::db).or_else(|| {
            self.is_sound();
            find(&anew)
        })
    }

    fn is(&self, other: &Self) -> bool {
        self.which(&[other]).is_some()
    }

    fn is_sound(&self) {
        let Some(base) = &self.0 else { return };
        let check: String = base.open().query_row("PRAGMA integrity_check", [], |r| r.get(0)).unwrap();
        assert_eq!(check, "ok");
    }

    /// Every table, row by row, to tell what differs.
    fn dump(&self) -> Dump {
        self.0.as_ref().map(Base::dump).unwrap_or_default()
    }
}

/// The rows of a base in a new file, which depends on nothing else.
fn anew(base: &Base) -> PathBuf {
    let path = base.path().join("anew.db");
    if !path.exists() {
        base.open().execute("VACUUM INTO ?1", [path.to_str().unwrap()]).unwrap();
    }
    path
}

/// The bytes of a base, but for what its header says of how often it was written and with which kind of log.
fn bytes(db: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(db).unwrap();
    for of_the_writing in [18..20, 24..28, 92..100] {
        bytes[of_the_writing].fill(0);
    }
    bytes
}

/// The state, and how long the command took to reach it.
fn finished(base: &Base, args: &[&str]) -> (Left, Duration) {
    let start = Instant::now();
    base.run(args).ok();
    let took = start.elapsed();
    (Left::of(base), took)
}

/// Whether the run after this kill is looked at: in a large base each fourth.
fn is_asked_again(kill: u32) -> bool {
    rows() <= 5_000 || kill.is_multiple_of(4)
}

/// One at a time: a run that shares the machine takes longer than it was measured to take.
static ALONE: Mutex<()> = Mutex::new(());

fn killed_at_random(what: &str, start: &Base, args: &[&str], seed: u64) {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let before = Left::of(start);
    let (after, took) = finished(&start.copy(), args);
    before.is_sound();
    after.is_sound();
    assert!(!before.is(&after), "{what}: nothing happens");
    let begun = Instant::now();
    let mut dice = Dice(seed);
    let (mut early, mut late) = (0, 0);
    for n in 0..KILLS {
        let base = start.copy();
        // One instant in each twenty-fifth of the time; the last ones fall into the commit and the renaming.
        let share = (f64::from(n) + dice.below(1000) as f64 / 1000.0) / f64::from(KILLS);
        let mut child = base.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(took.mul_f64(share * 1.3));
        let _ = child.kill(); // SIGKILL; it may have ended already
        child.wait().unwrap();
        let left = Left::of(&base);
        match left.which(&[&before, &after]) {
            Some(0) => {
                early += 1;
                // The next run is not in the way of anything that the dead one left, and ends where a run ends that nobody killed.
                if !is_asked_again(n) {
                    continue;
                }
                let (again, _) = finished(&base, args);
                assert!(again.is(&after), "{what}, killed after {share:.3}: the next run ends elsewhere");
                inbox_is_empty(what, &base);
            }
            Some(_) => {
                late += 1;
                if !is_asked_again(n) {
                    continue;
                }
                let done = base.facts();
                base.run(args).ok();
                if args[0] == "tick" {
                    // What was read and not yet put away is read again, and is nothing new.
                    base::assert_same(what, &done, &base.facts());
                    inbox_is_empty(what, &base);
                }
            }
            None => {
                let of = |s: &Left| difference(&s.dump(), &left.dump()).join("\n");
                panic!("{what}, killed after {share:.3}: neither before nor after\nbefore:\n{}\nafter:\n{}", of(&before), of(&after));
            }
        }
        for name in std::fs::read_dir(base.path()).unwrap().map(|e| e.unwrap().file_name()) {
            assert!(!name.to_string_lossy().starts_with("sop.db.new"), "{what}: the next run leaves {name:?}");
        }
    }
    eprintln!("{what}: {took:.2?} a run, {KILLS} kills in {:.0?}: {early} left the state before, {late} the one after", begun.elapsed());
    assert!(early > 0, "no kill came in time");
}

/// Every file that lay in the inbox was put away, once, whenever the run before was killed.
fn inbox_is_empty(what: &str, base: &Base) {
    let Ok(entries) = std::fs::read_dir(base.path().join("inbox")) else { return };
    let left: Vec<_> = entries.map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["done"], "{what}: a file was left or lost");
    let runs = std::fs::read_dir(base.path().join("inbox/done")).unwrap().map(|e| e.unwrap().path());
    let mut done: Vec<_> = runs.flat_map(|run| std::fs::read_dir(run).unwrap().map(|e| e.unwrap().file_name()).collect::<Vec<_>>()).collect();
    done.sort();
    assert_eq!(done, ["events.csv", "leads.csv"], "{what}: each file once");
}

/// A folder whose files are named from inside it, so that copies run the same command. A large base gets a tenth as many, as on
/// a working day.
fn prepared(past: bool) -> Base {
    let (base, n) = (Base::new(), rows());
    let arriving = if past { n.min(500 + n / 10) } else { n };
    base.write("leads.csv", leads_csv(1, 0, arriving));
    base.write("events.csv", events_csv(2, 0, arriving, 2 * arriving));
    if past {
        let from = arriving / 2;
        base.write("past.csv", leads_csv(3, from, from + n));
        base.write("acts.csv", events_csv(4, from, from + n, n));
        base.run(&["score", "past.csv", "acts.csv", "--as-of", "2026-11-01T12:00:00", "-q"]).ok();
        for done in ["past.csv", "acts.csv"] {
            std::fs::remove_file(base.path().join(done)).unwrap(); // each copy would carry them
        }
    }
    base
}

const ARGS: [&str; 7] = ["score", "leads.csv", "events.csv", "--as-of", "2026-11-02T12:00:00", "--yes", "-q"];

#[test]
fn a_first_import_is_there_or_not() {
    killed_at_random("first import", &prepared(false), &ARGS, 11);
}

#[test]
fn an_import_into_a_base_is_there_or_not() {
    killed_at_random("import into a base", &prepared(true), &ARGS, 12);
}

#[test]
fn a_day_is_there_or_not() {
    let base = prepared(true);
    std::fs::create_dir(base.path().join("inbox")).unwrap();
    for name in ["leads.csv", "events.csv"] {
        std::fs::rename(base.path().join(name), base.path().join("inbox").join(name)).unwrap();
    }
    killed_at_random("tick", &base, &["tick", "--as-of", "2026-11-02T12:00:00", "--yes", "-q"], 14);
}

#[test]
fn an_undo_is_there_or_not() {
    let base = prepared(true);
    base.run(&ARGS).ok();
    killed_at_random("undo", &base, &["undo", "--yes", "--as-of", "2026-11-03T12:00:00", "-q"], 13);
}

/// A run that is interrupted with Ctrl-C ends with 130 and leaves nothing behind.
#[cfg(unix)]
#[test]
fn ctrl_c_rolls_back() {
    for past in [false, true] {
        let base = prepared(past);
        let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = Left::of(&base);
        let (_, took) = finished(&base.copy(), &ARGS);
        let mut seen = false;
        for share in [0.3, 0.5, 0.7] {
            let base = base.copy();
            let child = base.command(&ARGS).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            sleep(took.mul_f64(share));
            std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
            let ended = child.wait_with_output().unwrap();
            if ended.status.code() == Some(130) {
                seen = true;
                assert!(Left::of(&base).is(&before), "interrupted after {share}: not as before");
                assert!(!String::from_utf8_lossy(&ended.stderr).contains("panicked"));
            } else {
                assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
            }
        }
        assert!(seen, "no interruption came in time");
    }
}
