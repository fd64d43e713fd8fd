//! `sop history [LEAD|--run N]`: the memory of the base.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
const EXAMPLES: &str = "Examples:
  sop history                             every run: when, what, how many changes
  sop history zhang@example.com           every change of one lead
  sop history --run 12                    every change of one run";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A key, id, e-mail, phone or unique name
    #[arg(value_name = "LEAD", conflicts_with = "run")]
    pub(crate) lead: Option<String>,
    /// A run's number
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<i64>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_rules(global)?;
    let report = setup.run("history", "", |w, c| sop::run::history(w, c, args.lead.as_deref(), args.run))?;
    output.report(&report)
}
