//! `sop changes`: what moved.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use super::sla::period;
use clap::ValueEnum;

const EXAMPLES: &str = "Examples:
  sop changes --period last-week          what moved last week, and by which rule
  sop changes --what band,stage --period 2026-W47
  sop changes --what owner,queue,breach --period yesterday
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
    /// Sales accepted or rejected
    Verdict,
    /// A promise about to be missed
    Warning,
    /// A promise missed
    Breach,
    /// A person called in
    Alert,
    /// How a deal stands, or what it says
    Deal,
    /// A field that was overwritten
    Field,
    /// An address that must not be written to any more, or may be again
    Suppression,
    /// A lead joined into another
    Merge,
    /// A joined row taken out again
    Split,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let period = period(&setup, args.period.as_deref(), "changes")?;
    let what: Vec<String> = args.what.iter().filter_map(ValueEnum::to_possible_value).map(|v| v.get_name().to_owned()).collect();
    let report = setup.run("changes", "", |w, c| sop::run::changes(w, c, period, &what, output.row_limit().unwrap_or(0)))?;
    output.report(&report)
}
