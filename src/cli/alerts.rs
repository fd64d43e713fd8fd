//! `sop alerts`: 线索人工介入记录表.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use super::sla::period;

const EXAMPLES: &str = "Examples:
  sop alerts                              when a person was called in, newest first
  sop alerts --period last-week -o alerts.xlsx";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// `2026-11-21`, `2026-W47`, `2026-11`, `today`, `last-week`, `A..B` (default: all)
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let period = period(&setup, args.period.as_deref(), "alerts")?;
    let report = setup.run("alerts", "", |w, c| sop::run::alerts(w, c, period))?;
    output.report(&report)
}
