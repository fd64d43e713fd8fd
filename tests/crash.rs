//! Law 2: a run that is killed leaves the state before it or the state after it, and the next run succeeds.
//!
//! `SOP_KILL_ROWS` leads (500 unless said) are imported fresh and into a base, and killed at 25 instants each, spread over the
//! time that the import takes; `SOP_BIN` names another program to kill, a release build for instance.

#![allow(clippy::unwrap_used, clippy::print_stderr)] // a test may stop anywhere, and says what it measured

mod base;

use base::{Base, Dice, Dump, difference, events_csv, leads_csv};
use std::process::Stdio;
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

const KILLS: u32 = 25;

fn rows() -> u64 {
    std::env::var("SOP_KILL_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(500)
}

/// What a run leaves that is not told by its clock.
fn state(base: &Base) -> Option<Dump> {
    if !base.db().exists() {
        return None;
    }
    let check: String = base.open().query_row("PRAGMA integrity_check", [], |r| r.get(0)).unwrap();
    assert_eq!(check, "ok");
    let mut dump = base.dump();
    // The number of a run stays, its wall clock goes.
    for row in dump.get_mut("runs").unwrap() {
        *row = row.split(' ').filter(|cell| !cell.starts_with("started=")).collect::<Vec<_>>().join(" ");
    }
    Some(dump)
}

/// The state, and how long the command took to reach it.
fn finished(base: &Base, args: &[&str]) -> (Option<Dump>, Duration) {
    let start = Instant::now();
    base.run(args).ok();
    let took = start.elapsed();
    (state(base), took)
}

/// One at a time: a run that shares the machine takes longer than it was measured to take.
static ALONE: Mutex<()> = Mutex::new(());

fn killed_at_random(what: &str, start: &Base, args: &[&str], seed: u64) {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let before = state(start);
    let (after, took) = finished(&start.copy(), args);
    assert_ne!(before, after);
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
        let left = state(&base);
        match (left == before, left == after) {
            (true, _) => early += 1,
            (_, true) => late += 1,
            _ => {
                let none = Dump::new();
                let of = |s: &Option<Dump>| difference(s.as_ref().unwrap_or(&none), left.as_ref().unwrap_or(&none)).join("\n");
                panic!("{what}, killed after {share:.3}: neither before nor after\nbefore:\n{}\nafter:\n{}", of(&before), of(&after));
            }
        }
        // The next run is not in the way of anything that the dead one left, and ends where a run ends that nobody killed.
        if left == before {
            let (again, _) = finished(&base, args);
            assert!(again == after, "{what}, killed after {share:.3}: the next run ends elsewhere");
        } else {
            base.run(args).ok();
        }
        for name in std::fs::read_dir(base.path()).unwrap().map(|e| e.unwrap().file_name()) {
            assert!(!name.to_string_lossy().starts_with("sop.db.new"), "{what}: the next run leaves {name:?}");
        }
    }
    eprintln!("{what}: {took:?} a run, {KILLS} kills: {early} left the state before, {late} the one after");
    assert!(early > 0, "no kill came in time");
}

/// A folder whose files are named from inside it, so that copies run the same command.
fn prepared(past: bool) -> Base {
    let (base, n) = (Base::new(), rows());
    base.write("leads.csv", leads_csv(1, 0, n));
    base.write("events.csv", events_csv(2, 0, n, 2 * n));
    if past {
        base.write("past.csv", leads_csv(3, n / 2, n + n / 2));
        base.write("acts.csv", events_csv(4, n / 2, n + n / 2, n));
        base.run(&["score", "past.csv", "acts.csv", "--as-of", "2026-11-01T12:00:00", "-q"]).ok();
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
        let before = state(&base);
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
                assert!(state(&base) == before, "interrupted after {share}: not as before");
                assert!(!String::from_utf8_lossy(&ended.stderr).contains("panicked"));
            } else {
                assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
            }
        }
        assert!(seen, "no interruption came in time");
    }
}
