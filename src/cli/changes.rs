//! `sop changes`: what moved.

use clap::ValueEnum;

const EXAMPLES: &str = "Examples:
  sop changes --period last-week          what moved last week, and by which rule
  sop changes --what band,stage --period 2026-W47
  sop changes --period 2026-11-01..2026-11-21 -o changes.csv";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// `2026-11-21`, `2026-W47`, `2026-11`, `2026-Q4`, `today`, `last-week`, `last-7-days`, `A..B` (default: everything)
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: Option<String>,
    /// Only these kinds of change
    #[arg(long, value_name = "KIND,…", value_delimiter = ',')]
    pub(crate) what: Vec<Kind>,
}

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// The band of the total
    Band,
    /// The lifecycle stage
    Stage,
    /// The colleague who holds the lead
    Owner,
    /// The queue it waits in
    Queue,
    /// A field that was overwritten
    Field,
    /// A lead joined into another
    Merge,
    /// A joined row taken out again
    Split,
}
