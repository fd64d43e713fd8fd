//! Programs in Python that stand for the world outside: a spreadsheet program, a mail server.

use std::path::{Path, PathBuf};
use std::process::Command;

/// An interpreter that has these modules: that of `target/openpyxl`, which `.ci/run` makes, else python3's own. Whoever finds none skips
/// the test and says so; with `CI=true` that is a failure.
pub(crate) fn with(modules: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/openpyxl/bin/python");
    let has = |p: &PathBuf| Command::new(p).args(["-c", &format!("import {modules}")]).output().is_ok_and(|o| o.status.success());
    let found = [own, "python3".into()].into_iter().find(has);
    if found.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI=true and no python3 with {modules}");
        eprintln!("skipped: no python3 with {modules}");
    }
    found
}
