//! `sop assign`: hand-overs alone.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use super::tick::{is_brief, print};
use sop::report::assign;
use sop::run::Engines;
const EXAMPLES: &str = "Examples:
  sop assign --dry-run -v                 who would get which leads, by which rule, and who would wait
  sop assign                              hand leads over as assignment.yaml says
  sop assign --explain zhang@example.com  why this lead goes where it goes; hands nothing over";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Tell how this lead would be dealt, among all others; a rehearsal
    #[arg(long, value_name = "LEAD")]
    pub(crate) explain: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    if let Some(lead) = &args.explain {
        let report = setup.run("assign", "", |w, c| sop::run::explain_deal(w, c, lead))?;
        return output.report(&report);
    }
    let ticked = setup.run("assign", "", |w, c| sop::run::one_engine(w, c, Engines::ASSIGN))?;
    if is_brief(&setup, &output) {
        return print(&setup, &output, "assign", &ticked);
    }
    let dealing = ticked.dealing.unwrap_or_default();
    output.report(&assign::report(assign::Facts {
        frame: ticked.frame,
        placed: dealing.placed,
        waiting: dealing.waiting,
        rehearsal: ticked.ended.rehearsed,
        notes: ticked.notes,
    }))
}
