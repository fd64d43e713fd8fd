//! `sop set LEAD field=… --why …`: what a person knows better.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
const EXAMPLES: &str = "Examples:
  sop set kmfrggzdfmza company=上海精机 employees=1200 --why \"from their web site\"
  sop set kmfrggzdfmza stage=mql owner=张伟 --why \"met at the fair\"
  sop set kmfrggzdfmza owner=none --why \"left the company\"       the rounds may deal it again
  sop set kmfrggzdfmza queue=public tags+=vip tags-=冷 title= --why \"see the call of today\"

`field=` clears. An e-mail, a phone or an id finds the lead from then on; one of another lead is refused (see `sop merge`).";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A key, id, e-mail, phone or unique name
    #[arg(value_name = "LEAD")]
    pub(crate) lead: String,
    /// `field=value`, `field=`, `tags+=x`, `tags-=y`, `stage=`, `owner=` (or none), `queue=` (or none)
    #[arg(value_name = "FIELD=VALUE", required = true)]
    pub(crate) assignments: Vec<String>,
    /// The reason, kept with every change
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::new(global)?;
    let acted = setup.run("set", "", |w, c| sop::run::set(w, c, &args.lead, &args.assignments, &args.why))?;
    super::accept::print(&output, "set", acted)
}
