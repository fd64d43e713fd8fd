//! `sop score [FILE…]`: the main job.

use clap::ValueEnum;
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  sop score leads.csv events.csv          import both, print the ranking of their leads
  sop score                               score what is due, rank everyone
  sop score -o ranking.xlsx               the whole ranking as a workbook
  sop score -f json --as-of 2026-11-21    as things stood at the end of that day";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Exports to import first; the ranking is of the leads that they touch
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// What the files hold, when their headers leave it open
    #[arg(long = "as", value_name = "KIND", requires = "files")]
    pub(crate) kind: Option<Kind>,
    /// Where the files come from: the owner of their `id` column
    #[arg(long, value_name = "NAME", requires = "files")]
    pub(crate) source: Option<String>,
}

/// What a file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Persons, one per row
    Leads,
    /// What they did, one act per row
    Events,
    /// When they reached a stage
    Stages,
}

impl Kind {
    /// The name that the import knows it by.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Leads => "leads",
            Self::Events => "events",
            Self::Stages => "stages",
        }
    }
}
