//! `sop init [DIR] [--from EXPORT]`: a commented workspace.

use super::args::Global;
use super::as_of;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::failure;
use sop::model::Calendar;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "Examples:
  sop init my-team                        the starter SOPs, every key explained
  sop init my-team --from leads.csv       fields.yaml written from that export; stages, team, promises as comments";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The folder to write `sops/` into
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Read the fields from this export (CSV or XLSX)
    #[arg(long, value_name = "EXPORT")]
    pub(crate) from: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let folder = global.dir.as_ref().map_or_else(|| args.folder.clone(), |dir| dir.join(&args.folder));
    // A rehearsal writes the same files elsewhere, and takes them away.
    let elsewhere = if global.dry_run {
        Some(tempfile::tempdir().map_err(|e| Failure::new(Exit::Files, e.to_string(), "check the folder for temporary files"))?)
    } else {
        None
    };
    if elsewhere.is_some() && folder.join("sops").exists() {
        return Err(Failure::refused(format!("`{}` is there already", folder.join("sops").display()), "name another folder"));
    }
    let target = elsewhere.as_ref().map_or(folder.as_path(), |t| t.path());
    let written = match &args.from {
        None => sop::run::init(target),
        Some(export) => {
            let (calendar, now) = (Calendar::default(), as_of::now());
            let at = match &global.as_of {
                None => now,
                Some(text) => as_of::parse(text, &calendar, now).map_err(|e| Failure::refused(e, "see `sop --help`, --as-of"))?,
            };
            sop::run::init_from(target, export, calendar.date(at))
        }
    }
    .map_err(|e| failure(global, e))?;
    let file = args.from.as_ref().map_or_else(|| "FILE".into(), |f| f.display().to_string());
    let here = if folder == Path::new(".") { String::new() } else { format!(" -C {}", folder.display()) };
    Output::verbatim(global)?.write(&mut |out| {
        for note in &written.notes {
            writeln!(out, "{note}")?;
        }
        for file in &written.files {
            match &elsewhere {
                Some(t) => writeln!(out, "would write {}", folder.join(file.strip_prefix(t.path()).unwrap_or(file)).display())?,
                None => writeln!(out, "wrote {}", file.display())?,
            }
        }
        if elsewhere.is_some() {
            return writeln!(out, "a rehearsal: nothing was written");
        }
        writeln!(out, "next: read the files through, then `sop{here} check` and `sop{here} score {file}`")
    })
}
