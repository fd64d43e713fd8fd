//! Transcripts as the manual: `tests/cmd/*.trycmd` are what an analyst types and sees, to the letter.
//!
//! Every transcript begins in a fresh copy of `tests/cmd/world/`, and each of its commands finds what the earlier ones left.
//! After a change that is meant: `TRYCMD=overwrite cargo test --test cmd`, and read the diff as a reader would.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

use std::fs;
use std::path::Path;

#[test]
fn transcripts_say_what_the_program_says() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    let temp = tempfile::tempdir().unwrap();
    let mut transcripts = Vec::new();
    for entry in fs::read_dir(&source).unwrap().filter_map(Result::ok) {
        let Some(name) = entry.file_name().to_str().and_then(|n| n.strip_suffix(".trycmd")).map(str::to_owned) else { continue };
        fs::copy(entry.path(), temp.path().join(format!("{name}.trycmd"))).unwrap();
        copy(&source.join("world"), &temp.path().join(format!("{name}.in")));
        // A folder of expected files has its commands run in a copy; the export that nobody writes to is one.
        let out = temp.path().join(format!("{name}.out"));
        fs::create_dir(&out).unwrap();
        fs::copy(source.join("world/leads.csv"), out.join("leads.csv")).unwrap();
        transcripts.push(name);
    }
    assert!(transcripts.len() >= 12, "{transcripts:?}");
    let cases = trycmd::TestCases::new();
    for name in ["SOP_DB", "LANG", "LC_ALL", "LC_MESSAGES", "CLICOLOR_FORCE"] {
        cases.env(name, "");
    }
    cases.env("NO_COLOR", "1").env("LC_ALL", "C").case(temp.path().join("*.trycmd"));
    cases.run();
    if std::env::var("TRYCMD").as_deref() == Ok("overwrite") {
        for name in transcripts {
            let file = format!("{name}.trycmd");
            fs::copy(temp.path().join(&file), source.join(&file)).unwrap();
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().filter_map(Result::ok) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { fs::copy(entry.path(), &target).map(drop).unwrap() }
    }
}
