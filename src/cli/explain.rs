//! `sop explain LEAD`: why.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
const EXAMPLES: &str = "Examples:
  sop explain zhang@example.com           by e-mail, phone, id, key or unique name
  sop explain kmfrggzdfmza -f json
  sop explain 王伟 --as-of 2026-10-01     as it stood then";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A key, id, e-mail, phone or unique name
    #[arg(value_name = "LEAD")]
    pub(crate) lead: String,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let report = setup.run("explain", "", |w, c| sop::run::explain(w, c, &args.lead))?;
    output.report(&report)
}
