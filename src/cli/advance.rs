//! `sop advance`: stages alone.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use super::tick::print;
use sop::run::Engines;
const EXAMPLES: &str = "Examples:
  sop advance                             move leads between stages as lifecycle.yaml says
  sop advance --dry-run -v                who would move from where to where, counted";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let ticked = setup.run("advance", "", |w, c| sop::run::one_engine(w, c, Engines::ADVANCE))?;
    print(&setup, &output, "advance", &ticked)
}
