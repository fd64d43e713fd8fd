//! Real exports that nobody in this project wrote, read by the program from the outside.
//!
//! What must come out stands in leads.csv and values.csv beside this file, each row with how it was worked out: from the files with
//! Python's csv, openpyxl and phonenumbers, and by eye; never from the program. The data is not ours to ship: it is looked for in
//! `SOP_SHARED`, else `../shared` beside the checkout; without it the tests say that they are skipped, and fail when `CI=true`.

#![allow(clippy::print_stderr, clippy::unwrap_used)] // a test may stop anywhere, and says aloud what it skips

mod conformance;
mod deals;
mod measures;
mod money;
#[path = "../python/mod.rs"]
mod python;
mod reports;
mod routing;
mod shown;
mod worklist;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The shared data, or nothing said aloud.
pub(crate) fn data() -> Option<PathBuf> {
    let shared = std::env::var_os("SOP_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let data = shared.join("data");
    if data.is_dir() {
        return Some(data.canonicalize().unwrap());
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI=true and no real data at {}", data.display());
    eprintln!("skipped: no real data at {} (set SOP_SHARED)", data.display());
    None
}

/// A workspace of its own, with the starter SOPs unless files are given.
pub(crate) struct Workspace(tempfile::TempDir);

impl Workspace {
    pub(crate) fn starter() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let ws = Self::starter();
        for (name, text) in files {
            ws.write(name, text);
        }
        ws
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_in(".", args)
    }

    /// Runs in a folder of the workspace as if that were the workspace.
    fn run_in(&self, folder: &str, args: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sop"));
        command.arg("-C").arg(self.0.path().join(folder)).args(args).env("NO_COLOR", "1").env("LC_ALL", "C").env_remove("SOP_DB").current_dir(self.0.path());
        Run { line: args.join(" "), output: command.output().unwrap() }
    }

    /// Every line of every reject file, by header.
    pub(crate) fn rejects(&self) -> Vec<BTreeMap<String, String>> {
        let Ok(entries) = fs::read_dir(self.0.path().join("rejects")) else { return Vec::new() };
        let files: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
        files.iter().flat_map(|f| csv::Reader::from_path(f).unwrap().into_deserialize().map(Result::unwrap).collect::<Vec<_>>()).collect()
    }

    /// How many leads meet a condition.
    #[track_caller]
    fn count(&self, condition: &str) -> usize {
        self.run(&["leads", "--where", condition, "-f", "json"]).ok().json()["rows"].as_array().unwrap().len()
    }
}

pub(crate) struct Run {
    line: String,
    output: Output,
}

impl Run {
    pub(crate) fn code(&self) -> Option<i32> {
        self.output.status.code()
    }

    /// Everything that a person at the screen saw.
    pub(crate) fn said(&self) -> String {
        format!("{}{}", String::from_utf8_lossy(&self.output.stdout), String::from_utf8_lossy(&self.output.stderr))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code(), Some(0), "sop {}\n{}", self.line, self.said());
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.output.stdout).unwrap_or_else(|e| panic!("sop {}: {e}\n{}", self.line, self.said()))
    }

    #[track_caller]
    fn total(&self, name: &str) -> u64 {
        self.json()["totals"][name].as_u64().unwrap_or_else(|| panic!("sop {}: no total `{name}`\n{}", self.line, self.said()))
    }
}

fn table(name: &str) -> Vec<BTreeMap<String, String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance").join(name);
    csv::Reader::from_path(path).unwrap().into_deserialize().map(Result::unwrap).collect()
}

/// Reads every file of leads.csv whose name starts with `prefix` into a base of its own and says all that differs.
fn files_read_as_worked_out(prefix: &str, expected_files: usize) {
    let Some(data) = data() else { return };
    let rows: Vec<_> = table("leads.csv").into_iter().filter(|r| r["file"].starts_with(prefix)).collect();
    assert_eq!(rows.len(), expected_files, "files of {prefix} in leads.csv");
    let wrong: Vec<String> =
        rows.iter().filter_map(|row| read_one(&data, row).err().map(|e| format!("{} ({}): {e}", row["file"], row["worked_out"]))).collect();
    assert!(wrong.is_empty(), "{} of {expected_files} files differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn read_one(data: &Path, row: &BTreeMap<String, String>) -> Result<(), String> {
    let (ws, path) = (Workspace::starter(), data.join(&row["file"]));
    let args = ["score", path.to_str().unwrap(), "-f", "json", "--as-of", "2026-11-21T12:00:00"];
    let run = ws.run(&args);
    let leads: u64 = row["leads"].parse().unwrap();
    let refuses_whole = leads == 0 && run.code() == Some(4) && run.said().contains(path.file_name().unwrap().to_str().unwrap());
    if !refuses_whole {
        if run.code() != Some(0) {
            return Err(format!("exit {:?}\n{}", run.code(), run.said()));
        }
        differs("leads", run.total("leads"), leads)?;
        if let Ok(rows) = row["rows"].parse() {
            differs("rows read", run.total("lead_rows"), rows)?;
        }
    }
    let rejects = ws.rejects();
    for value in row["bad_values"].split(';').filter(|v| !v.is_empty()) {
        if !rejects.iter().any(|r| r.get("_value").is_some_and(|v| v == value) && r.get("_reason").is_some_and(|v| !v.is_empty())) {
            return Err(format!("`{value}` is not among the rejects: {rejects:?}"));
        }
    }
    for line in row["refused_lines"].split(';').filter(|v| !v.is_empty()) {
        let named = rejects.iter().any(|r| r.get("_row").is_some_and(|v| v == line));
        if !named {
            return Err(format!("line {line} is not among the rejects: {rejects:?}"));
        }
    }
    // The same file once more: nothing new, nothing changed.
    if !refuses_whole {
        let again = ws.run(&args);
        differs("leads after the second import", again.total("leads"), leads)?;
        let stored = ws.run(&["changes", "-f", "json"]);
        let overwritten = stored.json()["rows"].as_array().map_or(0, |rows| rows.iter().filter(|r| r.to_string().contains("field:")).count());
        differs("fields overwritten by the second import", overwritten as u64, 0)?;
    }
    Ok(())
}

fn differs(what: &str, got: u64, expected: u64) -> Result<(), String> {
    if got == expected { Ok(()) } else { Err(format!("{what}: {got} instead of {expected}")) }
}

#[test]
fn chinese_exports_with_their_traps() {
    files_read_as_worked_out("chinese/import_edge/", 11);
}

#[test]
fn thirty_seven_small_exports_are_read_as_worked_out() {
    files_read_as_worked_out("groweasy/", 37);
}

#[test]
fn contacts_of_mautic_are_read_as_worked_out() {
    files_read_as_worked_out("mautic/", 2);
}

#[test]
fn contacts_of_a_bank_are_read_as_worked_out() {
    files_read_as_worked_out("bank/", 1);
}

#[test]
fn values_are_those_of_the_files() {
    let Some(data) = data() else { return };
    let mut by_file: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
    for row in table("values.csv") {
        by_file.entry(row["file"].clone()).or_default().push(row);
    }
    let mut wrong = Vec::new();
    for (file, checks) in by_file {
        let ws = Workspace::starter();
        ws.run(&["import", data.join(&file).to_str().unwrap(), "--as-of", "2026-11-21T12:00:00"]).ok();
        for c in checks {
            let run = ws.run(&["leads", "--where", &c["where"], "--columns", &c["column"], "-f", "json"]).ok();
            let rows = run.json()["rows"].as_array().unwrap().clone();
            let shown: Vec<String> = rows.iter().map(|r| plain(&r[&c["column"]])).collect();
            if shown.len() != 1 || !same(&shown[0], &c["value"]) {
                wrong.push(format!("{file}: {} of {}: {shown:?} instead of `{}` ({})", c["column"], c["where"], c["value"], c["worked_out"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A JSON cell as text; null is blank.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// Equal as text, as numbers (50000 and 50000.00), or as instants.
fn same(got: &str, expected: &str) -> bool {
    let instant = |s: &str| chrono::DateTime::parse_from_rfc3339(s).ok();
    got == expected
        || matches!((got.parse::<f64>(), expected.parse::<f64>()), (Ok(a), Ok(b)) if a == b && !expected.starts_with(['+', '0']))
        || matches!((instant(got), instant(expected)), (Some(a), Some(b)) if a == b)
}

/// One file in three encodings is one person.
#[test]
fn encodings_do_not_make_new_leads() {
    let Some(data) = data() else { return };
    let ws = Workspace::starter();
    let files: Vec<_> = ["gbk.csv", "utf16le_tab.txt", "utf8bom.csv"].map(|f| data.join("chinese/import_edge").join(f)).into();
    let mut args = vec!["score", "-f", "json"];
    args.extend(files.iter().map(|f| f.to_str().unwrap()));
    let run = ws.run(&args).ok();
    assert_eq!((run.total("leads"), run.total("lead_rows")), (1, 3), "13800000001 stands once in each of three files");
}

/// The page hits name visitors by a tracking id that no lead has yet: they wait, and attach when leads bring the ids.
#[test]
fn mautic_page_hits_wait_for_their_visitors() {
    let Some(data) = data() else { return };
    let fields = "\
leads:
  email:       {type: email}
  phone:       {type: phone}
  tracking_id: {type: text, aliases: [trackingId]}
identity: [phone, email, tracking_id]
event_kinds:
  page_view: {by: lead, aliases: ['200']}     # the export has no kind: every hit answered 200
events:
  kind: {aliases: [code]}
  at:   {aliases: [dateHit], order: mdy}
  path: {aliases: [url]}
";
    let ws = Workspace::with(&[("sops/fields.yaml", fields)]);
    let (leads, hits) = (data.join("mautic/fakeleaddata.csv"), data.join("mautic/fakepagehitdata.csv"));
    let run = ws.run(&["score", leads.to_str().unwrap(), hits.to_str().unwrap(), "-f", "json", "--as-of", "2026-11-21T12:00:00"]).ok();
    assert_eq!(run.total("leads"), 54, "no hit makes a lead");
    assert_eq!(run.total("events_matched"), 0, "no lead has a tracking id");
    assert!(ws.rejects().iter().all(|r| !r.values().any(|v| v.contains("fakepagehitdata"))), "early is not wrong");

    let mut ids: Vec<String> = csv::Reader::from_path(&hits).unwrap().records().map(|r| r.unwrap()[10].to_owned()).collect();
    assert_eq!(ids.len(), 130, "rows of fakepagehitdata.csv, counted with Python");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 121, "different tracking ids, counted with Python");
    let visitors: String = ids.iter().map(|id| format!("visitor {id},{id}\n")).collect();
    let visitors = ws.write("visitors.csv", &format!("name,trackingId\n{visitors}"));
    let run = ws.run(&["score", visitors.to_str().unwrap(), "-f", "json", "--as-of", "2026-11-21T12:01:00"]).ok();
    assert_eq!((run.total("leads"), run.total("events_matched")), (54 + 121, 130), "every hit found its visitor; nothing was lost");

    // Four of the ten contacts are among the 54 leads by e-mail (Penny, Henry, Stephanie, Andrew): six are new.
    let contacts = data.join("mautic/10contacts.csv");
    let run = ws.run(&["score", contacts.to_str().unwrap(), "-f", "json", "--as-of", "2026-11-21T12:02:00"]).ok();
    assert_eq!(run.total("leads"), 54 + 121 + 6);
}

/// A blank origin (60) and the text "unknown" (1,099) stay two things; counts by pandas in expected.json beside the data.
#[test]
fn olist_leads_and_their_origins() {
    let Some(data) = data() else { return };
    let file = data.join("olist/olist_marketing_qualified_leads_dataset.csv");
    let fields = "\
leads:
  id:         {type: text, aliases: [mql_id]}
  origin:     {type: text}
  created_at: {type: datetime, aliases: [first_contact_date]}
identity: [id]
";
    let ws = Workspace::with(&[("sops/fields.yaml", fields)]);
    let run = ws.run(&["score", file.to_str().unwrap(), "-f", "json", "--as-of", "2026-11-21T12:00:00"]).ok();
    assert_eq!((run.total("leads"), run.total("lead_rows")), (8_000, 8_000));
    assert_eq!(ws.count("origin IS NULL"), 60);
    assert_eq!(ws.count("origin = 'unknown'"), 1_099);
    assert_eq!(ws.count("origin = 'paid_search'"), 1_586);
    assert_eq!(ws.count("created_at < '2018-01-01'"), 2_002, "first contacts of 2017, counted with Python");
    assert!(ws.rejects().is_empty(), "{:?}", ws.rejects().first());
    again(&ws, &file, 8_000);
}

/// `sop init --from` writes a workspace that works without editing.
#[test]
fn olist_gives_a_workspace() {
    let Some(data) = data() else { return };
    let file = data.join("olist/olist_marketing_qualified_leads_dataset.csv");
    let home = Workspace::starter();
    home.run(&["init", "new", "--from", file.to_str().unwrap()]).ok();
    home.run_in("new", &["check"]).ok();
    let run = home.run_in("new", &["score", file.to_str().unwrap(), "-f", "json"]).ok();
    assert_eq!((run.total("leads"), run.total("lead_rows")), (8_000, 8_000));
}

/// 4,119 rows in `;`, "unknown" placeholders, no identity: none joined, none refused.
#[test]
fn bank_has_nothing_to_refuse() {
    let Some(data) = data() else { return };
    let file = data.join("bank/bank-additional.csv");
    let ws = Workspace::with(&[("sops/fields.yaml", "leads:\n  job: {type: text}\n  age: {type: integer}\n")]);
    let run = ws.run(&["score", file.to_str().unwrap(), "-f", "json", "--as-of", "2026-11-21T12:00:00"]).ok();
    assert_eq!((run.total("leads"), run.total("lead_rows")), (4_119, 4_119));
    assert_eq!(ws.count("job = 'unknown'"), 39, "counted with Python; a placeholder is a value unless `blank:` says otherwise");
    assert_eq!(ws.count("age < 30"), 551, "counted with Python");
    assert!(ws.rejects().is_empty(), "{:?}", ws.rejects().first());
    again(&ws, &file, 4_119);
}

/// 64,000 rows without identity, 6,562 of them equal to another: none joined, and importing them again changes nothing.
#[test]
fn hillstrom_joins_nobody() {
    let Some(data) = data() else { return };
    let file = data.join("hillstrom/hillstrom.csv");
    let fields = "leads:\n  segment: {type: text}\n  visit: {type: integer}\n  spend: {type: number}\n";
    let ws = Workspace::with(&[("sops/fields.yaml", fields)]);
    let run = ws.run(&["score", file.to_str().unwrap(), "-f", "json", "--as-of", "2026-11-21T12:00:00"]).ok();
    assert_eq!((run.total("leads"), run.total("lead_rows")), (64_000, 64_000));
    // expected.json beside the data, computed with pandas and published elsewhere too.
    assert_eq!(ws.count("segment = 'Mens E-Mail'"), 21_307);
    assert_eq!(ws.count("segment = 'Mens E-Mail' AND visit = 1"), 3_894);
    assert_eq!(ws.count("segment = 'No E-Mail' AND visit = 1"), 2_262);
    again(&ws, &file, 64_000);
}

/// The same file again: the trust line says so, and nothing is new.
fn again(ws: &Workspace, file: &Path, leads: u64) {
    let said = ws.run(&["score", file.to_str().unwrap(), "--as-of", "2026-11-21T12:05:00"]).ok().said();
    assert!(said.contains("0 new") && said.contains("0 updated"), "{said}");
    let run = ws.run(&["score", "-f", "json", "--as-of", "2026-11-21T12:06:00"]).ok();
    assert_eq!(run.total("leads"), leads);
}
