//! `sop accept LEAD…`: sales takes leads on.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use sop::report::plan;
use sop::run::Acted;
const EXAMPLES: &str = "Examples:
  sop accept kmfrggzdfmza                 whoever holds it takes it on: it moves to the stage that asks for `accepted`
  sop accept 138-0013-8000 zhang@example.com --by 张伟
  sop accept kmfrggzdfmza --dry-run       what would follow

Several leads are one run: all of them, or none and every refusal named.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Keys, ids, e-mails, phones or unique names
    #[arg(value_name = "LEAD", required = true)]
    pub(crate) leads: Vec<String>,
    /// Who says so: only if they hold it (id, name or e-mail)
    #[arg(long, value_name = "OWNER")]
    pub(crate) by: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let acted = setup.run("accept", "", |w, c| sop::run::accept(w, c, &args.leads, args.by.as_deref()))?;
    print(&output, "accept", acted)
}

/// What an act of a person did, as a plan.
pub(crate) fn print(output: &Output, command: &str, acted: Acted) -> Result<Exit, Failure> {
    let Acted { frame, counts, notes, ended } = acted;
    output.report(&plan::report(&plan::Facts { frame, command: command.to_owned(), rehearsal: ended.rehearsed, counts, notes }))
}
