//! `sop suppress`: addresses that must not be written to.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use sop::run::Closing;

const EXAMPLES: &str = "Examples:
  sop suppress wang@example.com --why \"asked by phone\"        by no medium any more
  sop suppress 138-0013-8000 --medium sms --why \"no more SMS\"
  sop suppress kmfrggzdfmza --why \"left the company\"          every address of a lead
  sop suppress --list                                         what is closed, since when and why
  sop suppress --lift wang@example.com --why \"asked us to\"    it may be written to again

Unsubscriptions, complaints and bounces close addresses by themselves (`suppress_on` in sops/delivery.yaml).";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// An address, or a lead by key, id or unique name
    #[arg(value_name = "ADDRESS|LEAD", required_unless_present_any = ["list", "lift"])]
    pub(crate) whom: Option<String>,
    /// The reason, kept with the change
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: Option<String>,
    /// Only for this medium (email, sms, wecom …)
    #[arg(long, value_name = "MEDIUM", conflicts_with = "list")]
    pub(crate) medium: Option<String>,
    /// What is closed
    #[arg(long, conflicts_with_all = ["whom", "lift"])]
    pub(crate) list: bool,
    /// Let it be written to again
    #[arg(long, value_name = "ADDRESS|LEAD", conflicts_with = "whom", requires = "why")]
    pub(crate) lift: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::as_before(global)?;
    let closing = |whom: &str| Closing { whom: whom.to_owned(), why: args.why.clone().unwrap_or_default(), medium: args.medium.clone() };
    let list = || output.report(&setup.run("suppress", "--list", sop::run::suppressions)?);
    match (&args.whom, &args.lift) {
        (_, Some(whom)) => {
            let acted = setup.run("suppress", "--lift", |w, c| sop::run::lift(w, c, &closing(whom)))?;
            super::accept::print(&output, "suppress", acted)
        }
        // As with `outbox list` and `queue list`.
        (Some(whom), None) if whom == "list" && args.why.is_none() => list(),
        (Some(_), None) if args.why.is_none() => {
            Err(Failure::refused("nothing was closed: no reason is told", "add --why, for those who ask later; `sop suppress --list` shows what is closed"))
        }
        (Some(whom), None) => {
            let acted = setup.run("suppress", "", |w, c| sop::run::suppress(w, c, &closing(whom)))?;
            super::accept::print(&output, "suppress", acted)
        }
        (None, None) => list(),
    }
}
