//! `sop init [DIR] [--from EXPORT]`: a commented workspace.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::failure;
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  sop init my-team                        the starter SOPs, every key explained
  sop init my-team --from leads.csv       fields.yaml written from that export: names, types, blanks seen";

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
    let written = sop::run::init(&args.folder).map_err(|e| failure(global, e))?;
    Output::verbatim(global)?.write(&mut |out| {
        for file in &written {
            writeln!(out, "wrote {}", file.display())?;
        }
        writeln!(out, "next: sop -C {} check, then sop -C {0} score FILE", args.folder.display())
    })
}
