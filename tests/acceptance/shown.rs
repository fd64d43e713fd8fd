//! The commands that examples/public_data shows, as they stand there, and the numbers that it promises of them.

use crate::data;
use std::fs;
use std::path::Path;
use std::process::Command;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { fs::copy(entry.path(), &target).map(drop).unwrap() }
    }
}

/// A line of a table: the words that it begins with, and others that it must have.
const PROMISED: &[(&str, &str, &[&str])] = &[
    ("maven_crm report kpi", "won_deals", &["4,238"]),
    ("maven_crm report kpi", "won_amount", &["10,005,534.00"]),
    ("maven_crm report kpi", "win_rate", &["63.2%", "6,711"]),
    ("maven_crm report kpi", "days_to_win", &["57"]),
    ("maven_crm report velocity", "Central", &["1,629", "975", "62.6%"]),
    ("maven_crm report velocity", "East", &["1,171", "687", "63.0%"]),
    ("maven_crm report velocity", "West", &["1,438", "811", "63.9%"]),
    ("maven_crm report roi", "Central", &["1,629", "3,346,293.00"]),
    ("maven_crm report roi", "East", &["1,171", "3,090,594.00"]),
    ("maven_crm report roi", "West", &["1,438", "3,568,647.00"]),
    ("maven_crm report quality", "", &["product `GTXPro`", "1,480", "`GTX Pro`"]),
    ("maven_crm report quality", "", &["deals without a lead", "8,800"]),
    ("olist report channels", "organic_search", &["2,296", "271"]),
    ("olist report channels", "paid_search", &["1,586", "195"]),
    ("olist report channels", "social", &["1,350", "75"]),
    ("olist report channels", "unknown", &["1,099", "179"]),
    ("olist report channels", "(no channel)", &["60", "14"]),
    ("olist report channels", "cost", &["leads 8,000", "leads won 842", "conversion 10.5%"]),
    ("olist report velocity", "", &["842", "14.65"]),
    ("olist report quality", "", &["b91cf8812365f50ff4bda4bcd6206b05 (-1.18 d)"]),
    ("olist import --as deals", "note", &["1 deal closed before its lead was created", "b91cf8812365f50ff4bda4bcd6206b05"]),
    ("ads_kag report costs --period", "facebook", &["58,705.23", "38,165"]),
    ("ads_kag report costs --by", "1178", &["55,662.15", "36,068"]),
    ("ads_kag report roi", "916", &["149.71", "24", "6.24"]),
    ("ads_kag report roi", "936", &["2,893.37", "183", "15.81"]),
    ("ads_kag report roi", "1178", &["55,662.15", "872", "63.83"]),
    ("ads_kag report roi", "note", &["1079 deals tell no type"]),
];

#[test]
fn the_commands_shown_for_public_data_print_what_is_promised() {
    let Some(data) = data() else { return };
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/public_data");
    let temp = tempfile::tempdir().unwrap();
    copy(&examples, temp.path());
    let bin = Path::new(env!("CARGO_BIN_EXE_sop")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let readme = fs::read_to_string(examples.join("README.md")).unwrap();
    let mut printed: Vec<(&str, String)> = Vec::new();
    for line in readme.lines().filter_map(|l| l.strip_prefix("    ")).filter(|l| !l.starts_with("cd ")) {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(temp.path()).env("DATA", &data).env("PATH", &path);
        let out = command.env("NO_COLOR", "1").env("LC_ALL", "C").env_remove("SOP_DB").env_remove("COLUMNS").output().unwrap();
        assert!(out.status.success(), "{line}: {}", String::from_utf8_lossy(&out.stderr));
        printed.push((line, String::from_utf8_lossy(&out.stdout).into_owned()));
    }
    for (command, begins, has) in PROMISED {
        let (_, text) = printed.iter().find(|(line, _)| line.contains(command)).unwrap_or_else(|| panic!("no `{command}` in the README"));
        let found = text.lines().any(|l| l.trim_start().starts_with(begins) && has.iter().all(|part| l.contains(part)));
        assert!(found, "{command}: no line `{begins}` with {has:?}:\n{text}");
    }
}
