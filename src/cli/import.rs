//! `sop import FILE…`: rows into the base.

use super::args::Global;
use super::as_of;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::score::Kind;
use super::setup::Setup;
use sop::model::Instant;
use sop::run::ImportOptions;
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  sop import leads.csv events.csv         kinds are recognised from the headers
  sop import visits.xlsx --as events      when the headers leave it open
  sop import names.csv --as leads         every row a lead, though no column of it is known
  sop import crm.csv --source crm         its `id` column belongs to this source
  sop import baidu-2026-10.csv            what was spent: exports of advertising platforms, or your own list
  sop import clicks.csv --as feedback --until 2026-11-20     nobody clicked after its last row
  sop import leads.csv --dry-run          what it would do";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// CSV, TSV or XLSX, in any usual encoding
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What the files hold, when their headers leave it open
    #[arg(long = "as", value_name = "KIND")]
    pub(crate) kind: Option<Kind>,
    /// Where the files come from: the owner of their `id` column
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// These rows are the past: note what follows from them, act on none of it
    #[arg(long)]
    pub(crate) history: bool,
    /// Of what came back on messages: the files are complete up to here, though their last row is older
    #[arg(long, value_name = "DATE[TIME]")]
    pub(crate) until: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let until = args.until.as_deref().map(|text| complete_until(text, &setup)).transpose()?;
    let options = ImportOptions { kind: args.kind.map(|k| k.name().to_owned()), source: args.source.clone(), history: args.history, unattended: false, until };
    let mut flags = super::score::file_flags(&args.files, args.kind, args.source.as_deref());
    if args.history {
        flags.push_str(" --history");
    }
    if let Some(until) = until {
        flags.push_str(&format!(" --until {}", setup.workspace.sop.calendar.local(until)));
    }
    let imported = setup.run("import", &flags, |w, c| sop::run::import_files(w, c, &args.files, &options))?;
    let files = super::score::import_files(&imported.summary);
    let mut notes = super::score::import_notes(&imported.summary);
    if imported.ended.rehearsed {
        notes.push(sop::report::Note { code: "rehearsal".into(), text: "a rehearsal: nothing was written".into() });
    }
    let exit = output.report(&sop::report::import::report(&imported.frame, &files, notes))?;
    setup.say(&sop::report::import::trust_line(&files));
    Ok(exit)
}

/// Until when files are complete. Nobody knows that of what is yet to come.
fn complete_until(text: &str, setup: &Setup<'_>) -> Result<Instant, Failure> {
    let calendar = &setup.workspace.sop.calendar;
    let until = as_of::parse(text, calendar, setup.as_of).map_err(|e| Failure::refused(format!("--until: {e}"), "see `sop import --help`"))?;
    if until > setup.as_of {
        let what = format!("--until {} lies ahead: it is {}", calendar.local(until), calendar.local(setup.as_of));
        return Err(Failure::refused(what, "say until when the file is complete: when it was exported, at the latest"));
    }
    Ok(until)
}
