//! `sop assign`: hand-overs alone.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use super::tick::print;
use sop::run::Engines;
const EXAMPLES: &str = "Examples:
  sop assign --dry-run -v                 who would get which leads
  sop assign                              hand leads over as assignment.yaml says";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::new(global)?;
    let ticked = setup.run("assign", "", |w, c| sop::run::one_engine(w, c, Engines::ASSIGN))?;
    print(&setup, &output, "assign", &ticked)
}
