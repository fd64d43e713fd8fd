//! `sop init [DIR] [--from EXPORT]`: a commented workspace. Without an export it is the starter SOPs, byte for byte; with one,
//! what the export's columns seem to be, and a first scoring over them.
//!
//! Everything guessed is written with the reason for the guess, and the whole is checked by the program's own readers before a
//! byte of it is written: a workspace that `check` or `test` would not accept never comes out of here.

mod columns;
mod fields;
mod scoring;
mod yaml;

use super::RunError;
use super::cases::run_cases;
use crate::ingest::{self, FileKind};
use crate::model::Currency;
use crate::rules::{self, Sop};
use chrono::NaiveDate;
use columns::Columns;
use std::fs;
use std::path::{Path, PathBuf};

/// What `sop init` wrote.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// The files.
    pub files: Vec<PathBuf>,
    /// What it says about the export, one sentence each; empty without one.
    pub notes: Vec<String>,
}

/// Writes the starter SOPs into a folder that has none.
pub fn init(folder: &Path) -> Result<Written, RunError> {
    Ok(Written { files: write(folder, rules::starter())?, notes: Vec::new() })
}

/// Writes SOPs that fit a real export into a folder that has none. `today` dates the first test case.
pub fn init_from(folder: &Path, export: &Path, today: NaiveDate) -> Result<Written, RunError> {
    refuse_existing(folder)?;
    let mut sop = built_in()?;
    let mut table = ingest::open(export, &ingest::Options::default())?;
    if let Some(kind) = ingest::recognise("", table.headers(), &sop.dictionary, &sop.tables).kind.filter(|kind| *kind != FileKind::Leads) {
        let what = format!("`{}` holds {kind}, one per row, and no leads", table.name());
        return Err(RunError::refused(what, "name an export of leads here; then score both: `sop score LEADS EVENTS`"));
    }
    let mut guesses = ingest::guess(&mut table, &sop.dictionary, &sop.calendar)?;
    // Amounts are read in one currency: the one whose sign the export uses.
    let signs = guesses.columns.iter().filter(|c| c.ty == crate::model::FieldType::Money || c.field.is_none()).find_map(|c| c.currency);
    if let Some(code) = signs.filter(|code| *code != sop.dictionary.currency.code) {
        sop.dictionary.currency = Currency::new(code);
        guesses = ingest::guess(&mut table, &sop.dictionary, &sop.calendar)?;
    }
    let file = export.file_name().map_or_else(|| export.display().to_string(), |n| n.to_string_lossy().into_owned());
    let columns = Columns::new(guesses, &sop.dictionary, &file, &table.format().to_string());
    let rules = scoring::rules(&columns, &sop.dictionary, today);
    let texts = [
        ("sops/fields.yaml", fields::text(&columns, &sop.dictionary)),
        ("sops/scoring.yaml", scoring::text(&columns, &rules)),
        ("sops/tests/scoring.yaml", scoring::cases(&columns, &rules, today)),
    ];
    let mut files: Vec<(String, Vec<u8>)> = texts.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    for (name, bytes) in rules::starter() {
        match name.as_str() {
            "sops/calendar.yaml" => files.push((name, bytes)),
            _ if ASLEEP.contains(&name.as_str()) => files.push((name, asleep(&bytes))),
            _ => {}
        }
    }
    files.sort();
    prove(&files)?;
    Ok(Written { files: write(folder, files)?, notes: columns.notes(rules.len()) })
}

/// Starter files whose stages, people and promises nobody can read off an export: they come along as comments, to be woken up.
const ASLEEP: [&str; 5] = ["sops/lifecycle.yaml", "sops/team.yaml", "sops/assignment.yaml", "sops/sla.yaml", "sops/alerts.yaml"];

/// A file of which nothing is in force yet.
fn asleep(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::from(
        "# Nothing of this file is in force yet. To begin, take the first `# ` off every line below this one, put your own stages,\n\
         # people and times in, and run `sop check`.\n#\n",
    );
    for line in String::from_utf8_lossy(bytes).lines() {
        out.push_str(if line.is_empty() { "#" } else { "# " });
        out.push_str(line);
        out.push('\n');
    }
    out.into_bytes()
}

/// The dictionary that a workspace without files has.
fn built_in() -> Result<Sop, RunError> {
    rules::load(&[]).map(|(sop, _)| sop).map_err(|problems| RunError::Sop(Box::new(problems)))
}

/// The program's own readers accept the files, and the first case passes.
fn prove(files: &[(String, Vec<u8>)]) -> Result<(), RunError> {
    let files: Vec<rules::File> = files.iter().map(|(n, b)| (n.clone(), Ok(b.clone()))).collect();
    let (sop, _) = rules::load(&files).map_err(|problems| RunError::Sop(Box::new(problems)))?;
    match run_cases(&sop).into_iter().find(|c| !c.passed) {
        None => Ok(()),
        Some(case) => Err(RunError::refused(
            format!("the first test case that would be written fails: {}", case.failures.join("; ")),
            "this is a mistake of sop: please report the headers of the export. `sop init` without --from writes the starter SOPs",
        )),
    }
}

fn refuse_existing(folder: &Path) -> Result<(), RunError> {
    if folder.join("sops").exists() {
        let what = format!("`{}` is there already", folder.join("sops").display());
        return Err(RunError::refused(what, "name another folder, or edit the files that are there"));
    }
    Ok(())
}

/// Writes files below a folder: all of them, or, if `sops/` is there already, none.
fn write(folder: &Path, files: Vec<(String, Vec<u8>)>) -> Result<Vec<PathBuf>, RunError> {
    refuse_existing(folder)?;
    // Built beside its place and renamed: a workspace is whole or not there.
    let fail = |path: &Path| {
        let path = path.display().to_string();
        move |source| RunError::File { verb: "write", path, source }
    };
    fs::create_dir_all(folder).map_err(fail(folder))?;
    let temporary = tempfile::Builder::new().prefix(".sops-").tempdir_in(folder).map_err(fail(folder))?;
    let mut written = Vec::new();
    for (name, bytes) in files {
        let inside = name.strip_prefix("sops/").unwrap_or(&name);
        let path = temporary.path().join(inside);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(fail(parent))?;
        }
        fs::write(&path, bytes).map_err(fail(&path))?;
        written.push(folder.join("sops").join(inside));
    }
    let place = folder.join("sops");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(temporary.path(), fs::Permissions::from_mode(0o755)).map_err(fail(&place))?;
    }
    fs::rename(temporary.path(), &place).map_err(fail(&place))?;
    let _ = temporary.keep();
    Ok(written)
}
