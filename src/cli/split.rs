//! `sop split LEAD`: a wrong join taken apart.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
const EXAMPLES: &str = "Examples:
  sop split kmfrggzdfmza --dry-run        which leads would come out
  sop split kmfrggzdfmza --why \"father and son\"";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A key, id, e-mail, phone or unique name
    #[arg(value_name = "LEAD")]
    pub(crate) lead: String,
    /// The reason, kept with the change
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let why = args.why.as_deref().unwrap_or("split");
    let merged = setup.run("split", "", |w, c| sop::run::split(w, c, &args.lead, why))?;
    super::merge::print(&setup, &output, "split", &merged)
}
