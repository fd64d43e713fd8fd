//! `sop today`: what waits for a person.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
const EXAMPLES: &str = "Examples:
  sop today                               promises due, leads without an owner, strange names, merges to decide …
  sop today -f md -o today.md             for the morning's meeting";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let report = setup.run("today", "", sop::run::today)?;
    output.report(&report)
}
