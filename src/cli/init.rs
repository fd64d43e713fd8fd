//! `sop init [DIR] [--from EXPORT]`: a commented workspace.

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
