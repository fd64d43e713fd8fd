//! `sop outbox list|export|cancel`: the messages that wait to leave, and those that left.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use clap::Subcommand;
use sop::render::Format;
use sop::report::{Note, outbox as report};
use sop::run::{OutboxRequest, Recall};
use std::fs;
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  sop outbox                              what waits to leave, and why the rest does not
  sop outbox list --state failed --medium email
  sop outbox list --state all -o outbox.xlsx
  sop outbox export -o lists              one CSV per medium and day, WeCom one per colleague; nothing is marked as sent
  sop outbox export -o lists -f xlsx --path web-form
  sop outbox cancel wang@example.com --why \"called us\"
  sop outbox cancel --path web-form --why \"the offer has ended\"

States: queued sending sent failed unknown held deferred suppressed skipped cancelled. Addresses are masked in lists, whole in exports.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) act: Option<Act>,
}

/// What to do with the outbox.
#[derive(Debug, Subcommand)]
pub(crate) enum Act {
    /// The messages, with how far each has come and why
    List(Which),
    /// Files for whoever sends by hand: what waits, in full
    Export(Which),
    /// Take back messages that have not left
    Cancel {
        /// Messages by their numbers (m…), or leads by key, id, e-mail, phone or unique name: all that waits for them
        #[arg(value_name = "MESSAGE|LEAD", required_unless_present = "path")]
        whom: Vec<String>,
        /// All that waits of this path
        #[arg(long, value_name = "PATH", conflicts_with = "whom")]
        path: Option<String>,
        /// Why, kept with the message
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
}

/// Which messages.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Which {
    /// In these states; `all` for every one (default: what waits or needs a person)
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    pub(crate) state: Vec<String>,
    /// By this medium
    #[arg(long, value_name = "MEDIUM")]
    pub(crate) medium: Option<String>,
    /// Of this path
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<String>,
}

impl Which {
    fn request(&self) -> OutboxRequest<'_> {
        OutboxRequest { states: &self.state, medium: self.medium.as_deref(), path: self.path.as_deref() }
    }
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    match &args.act {
        None => list(&Which::default(), global),
        Some(Act::List(which)) => list(which, global),
        Some(Act::Export(which)) => export(which, global),
        Some(Act::Cancel { whom, path, why }) => {
            let output = Output::new(global)?;
            let setup = Setup::as_before(global)?;
            let recall = match path {
                Some(path) => Recall::Path(path),
                None => Recall::These(whom),
            };
            let acted = setup.run("outbox cancel", "", |w, c| sop::run::cancel_messages(w, c, &recall, why))?;
            super::accept::print(&output, "outbox cancel", acted)
        }
    }
}

fn list(which: &Which, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::as_before(global)?;
    output.report(&setup.run("outbox list", "", |w, c| sop::run::outbox_list(w, c, &which.request()))?)
}

/// One file per medium and day under `-o DIR`.
fn export(which: &Which, global: &Global) -> Result<Exit, Failure> {
    let folder: PathBuf = match &global.output {
        Some(folder) if !folder.is_file() => folder.clone(),
        Some(file) => {
            return Err(Failure::refused(format!("`{}` is no folder: every medium and day gets a file", file.display()), "name a folder: `-o lists`"));
        }
        None => return Err(Failure::refused("an export makes one file per medium and day", "name a folder for them: `-o lists`")),
    };
    let format = match global.format.map(|f| f.0) {
        None | Some(Format::Csv) => Format::Csv,
        Some(Format::Xlsx) => Format::Xlsx,
        Some(_) => return Err(Failure::refused("an export is CSV or XLSX", "`-f csv` or `-f xlsx`; `sop outbox list` prints any format")),
    };
    // Whoever opens these has a spreadsheet.
    let output = Output::screen(&Global { format: None, excel: true, ..global.clone() })?;
    let setup = Setup::as_before(global)?;
    let (frame, sheets) = setup.run("outbox export", "", |w, c| sop::run::outbox_export(w, c, &which.request()))?;
    let ending = if format == Format::Csv { "csv" } else { "xlsx" };
    let mut rows = Vec::new();
    for sheet in sheets {
        let file = folder.join(format!("{}.{ending}", sheet.name));
        rows.push(report::Written { file: file.display().to_string(), messages: sheet.report.rows.len() });
        if global.dry_run {
            continue;
        }
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent).map_err(|e| {
                let error = anyhow::Error::new(e).context(format!("cannot make the folder `{}`", parent.display()));
                Failure::of(Exit::Files, error, "check the path and its permissions")
            })?;
        }
        output.file(&file, format, &sheet.report)?;
    }
    let notes = if global.dry_run { vec![Note::new("rehearsal", "a rehearsal: nothing was written")] } else { Vec::new() };
    output.report(&report::written(&frame, &rows, notes))
}
