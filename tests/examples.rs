//! Every folder `examples/NN_topic/` is run as its README says, and prints what its `expected/` holds.
//!
//! `cmd` has one command per line; `expected/transcript.txt` what each prints, to the letter, with only the place of the workspace
//! blotted out; any other file in `expected/` is one that the commands wrote. After a change that is meant:
//! `UPDATE_EXPECTED=1 cargo test --test examples`, and read the diff.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// The folders with a `cmd`, by name.
fn topics() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(examples())
        .unwrap()
        .filter_map(Result::ok)
        .filter(|e| e.path().join("cmd").is_file())
        .map(|e| e.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn commands(topic: &str) -> Vec<String> {
    let text = fs::read_to_string(examples().join(topic).join("cmd")).unwrap();
    text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn the_examples_print_what_they_promise() {
    let topics = topics();
    assert!(topics.len() >= 7, "examples found: {topics:?}");
    let wrong: Vec<String> = topics.iter().filter_map(|topic| run(topic).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A reader who copies the README's lines runs the same commands as the test.
#[test]
fn readmes_show_the_commands_that_are_run() {
    for topic in topics() {
        let readme = fs::read_to_string(examples().join(&topic).join("README.md")).unwrap();
        let shown: Vec<&str> = readme.lines().filter_map(|l| l.strip_prefix("    ")).filter(|l| l.starts_with("sop ")).collect();
        assert_eq!(shown, commands(&topic), "examples/{topic}/README.md and cmd");
    }
}

/// The totals of leads.csv and of both files under the starter SOPs, reckoned apart from this program by a hundred lines of Python
/// (csv, datetime): phones as digits, e-mails in lower case, the starter's rules one by one, lines whole, groups clamped.
#[test]
fn the_shipped_leads_score_as_reckoned_by_hand() {
    let temp = tempfile::tempdir().unwrap();
    let totals = |file: &str| -> serde_json::Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sop"));
        command.arg("-C").arg(temp.path()).arg("score").arg(examples().join(file)).args(["-f", "json", "--as-of", "2026-11-21T18:00:00"]).env_remove("SOP_DB");
        let out = command.output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)));
        report["totals"].clone()
    };
    let expected = |engagement: u64, bands: [u64; 4], totals: &serde_json::Value| {
        assert_eq!(totals["leads"], 352, "360 rows, 8 of them people who stand twice");
        assert_eq!(totals["lead_rows"], 360);
        assert_eq!(totals["fit"], 6_030);
        assert_eq!(totals["engagement"], engagement);
        assert_eq!(["hot", "qualified", "warm", "cold"].map(|b| totals["bands"][b].as_u64().unwrap()), bands);
    };
    expected(3_650, [7, 59, 101, 185], &totals("leads.csv"));
    expected(7_497, [56, 55, 86, 155], &totals("events.csv"));
}

/// Runs one example in a copy, away from this checkout's own `sops/`.
fn run(topic: &str) -> Result<(), String> {
    let temp = tempfile::tempdir().unwrap();
    let place = temp.path().canonicalize().unwrap();
    for file in ["leads.csv", "events.csv"] {
        fs::copy(examples().join(file), place.join(file)).unwrap();
    }
    let home = place.join(topic);
    copy(&examples().join(topic), &home);

    let mut transcript = String::new();
    for line in commands(topic) {
        let words = words(&line);
        assert_eq!(words.first().map(String::as_str), Some("sop"), "examples/{topic}/cmd: {line}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sop"));
        command.args(&words[1..]).current_dir(&home).env("NO_COLOR", "1").env("LC_ALL", "C").env_remove("COLUMNS").env_remove("SOP_DB");
        let out = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(place.to_str().unwrap(), "[workspace]");
        writeln!(transcript, "$ {line}\n{}", text(&out.stdout)).unwrap();
        if !out.stderr.is_empty() {
            writeln!(transcript, "[stderr]\n{}", text(&out.stderr)).unwrap();
        }
        writeln!(transcript, "[exit {}]\n", out.status.code().unwrap_or(-1)).unwrap();
    }

    let expected = examples().join(topic).join("expected");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::create_dir_all(&expected).unwrap();
        fs::write(expected.join("transcript.txt"), &transcript).unwrap();
    }
    let promised = fs::read_to_string(expected.join("transcript.txt")).unwrap_or_default();
    differs(&format!("examples/{topic}/expected/transcript.txt"), &promised, &transcript)?;
    for file in fs::read_dir(&expected).unwrap().filter_map(Result::ok).filter(|f| f.file_name() != "transcript.txt") {
        let written = fs::read_to_string(home.join(file.file_name())).unwrap_or_else(|e| format!("not written: {e}"));
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(file.path(), &written).unwrap();
        }
        differs(&file.path().display().to_string(), &fs::read_to_string(file.path()).unwrap(), &written)?;
    }
    Ok(())
}

fn differs(what: &str, promised: &str, got: &str) -> Result<(), String> {
    if promised == got {
        return Ok(());
    }
    let (mut left, mut right, mut number) = (promised.lines(), got.lines(), 0);
    loop {
        number += 1;
        match (left.next(), right.next()) {
            (a, b) if a != b => return Err(format!("{what}:{number}\n  promised: {}\n  printed:  {}", a.unwrap_or("(the end)"), b.unwrap_or("(the end)"))),
            (None, None) => return Err(format!("{what}: line ends differ")),
            _ => {}
        }
    }
}

/// A command line's words, with double quotes as a shell has them.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().filter_map(Result::ok) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        // What somebody's own run left behind is no part of the example.
        let left_behind =
            ["expected", "rejects", "outbox"].iter().any(|n| entry.file_name() == *n) || entry.file_name().to_string_lossy().starts_with("sop.db");
        if left_behind {
            continue;
        }
        if source.is_dir() { copy(&source, &target) } else { fs::copy(&source, &target).map(drop).unwrap() }
    }
}
