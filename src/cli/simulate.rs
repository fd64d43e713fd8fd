//! `sop simulate --days N`: the days to come, on a copy.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use sop::model::Duration;
use sop::run::Simulation;

const EXAMPLES: &str = "Examples:
  sop simulate --days 30                  what leaves to whom in the next 30 days, and what does not, with why
  sop simulate --days 14 --every tick     a tick as often as sops/calendar.yaml says, instead of one a day
  sop simulate --days 30 -o plan.xlsx

The ticks are the real ones, on a copy of the base that is deleted afterwards; nothing comes in from outside meanwhile.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// How many days
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(crate) days: u32,
    /// How often a tick comes: `tick` (as sops/calendar.yaml says), or a length of time (default: once a day)
    #[arg(long, value_name = "TIME")]
    pub(crate) every: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::new(global)?;
    let every = match args.every.as_deref() {
        None => None,
        Some("tick") => Some(setup.workspace.sop.calendar.tick),
        Some(text) => Some(Duration::parse(text).map_err(|e| Failure::refused(e, "write e.g. `--every 30m`, or `--every tick`"))?),
    };
    if every.is_some_and(|d| d.0 < 60) {
        return Err(Failure::refused("a tick cannot come more often than once a minute", "write e.g. `--every 30m`, or `--every tick`"));
    }
    output.report(&setup.run("simulate", "", |w, c| sop::run::simulate(w, c, Simulation { days: args.days, every }))?)
}
