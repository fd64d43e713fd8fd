//! `sop import FILE…`: rows into the base.

use super::score::Kind;
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  sop import leads.csv events.csv         kinds are recognised from the headers
  sop import visits.xlsx --as events      when the headers leave it open
  sop import crm.csv --source crm         its `id` column belongs to this source
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
}
