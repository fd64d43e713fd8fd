//! `sop sla`: how promises were kept.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use clap::ValueEnum;
use sop::model::Period;
use sop::run::SlaRequest;

const EXAMPLES: &str = "Examples:
  sop sla                                 attainment of each promise; owners' and leads' clocks apart
  sop sla --period last-week --by owner   who kept which promise last week
  sop sla --open                          those that wait for an answer, longest overdue first";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Clocks that started in `2026-11-21`, `2026-W47`, `2026-11`, `last-week`, `A..B` (default: all)
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: Option<String>,
    /// What a row stands for
    #[arg(long, value_name = "WHAT", default_value = "promise")]
    pub(crate) by: By,
    /// List the promises that wait for an answer
    #[arg(long, conflicts_with = "by")]
    pub(crate) open: bool,
}

/// The values of `--by`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// A promise, by all owners
    Promise,
    /// A promise of one owner
    Owner,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let period = period(&setup, args.period.as_deref(), "sla")?;
    let by = match args.by {
        By::Promise => sop::run::By::Promise,
        By::Owner => sop::run::By::Owner,
    };
    let request = SlaRequest { period, by, open: args.open };
    let report = setup.run("sla", "", |w, c| sop::run::sla(w, c, &request))?;
    output.report(&report)
}

/// `--period` of a verb.
pub(crate) fn period(setup: &Setup<'_>, text: Option<&str>, verb: &str) -> Result<Option<Period>, Failure> {
    let parse = |text| Period::parse(text, &setup.workspace.sop.calendar, setup.as_of);
    text.map(parse).transpose().map_err(|e| Failure::refused(e, format!("see `sop {verb} --help`")))
}
