//! `sop set LEAD field=… --why …`: what a person knows better.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use sop::run::These;
const EXAMPLES: &str = "Examples:
  sop set 138-0013-8000 company=苏州精机 employees=1200 --why \"from their web site\"
  sop set zhang@example.com stage=mql owner=张伟 --why \"met at the fair\"
  sop set L-00123 owner=none --why \"asked for another colleague\"     the rounds may deal it again
  sop set kmfrggzdfmza queue=public tags+=vip tags-=冷 title= --why \"call of 2026-11-20\"
  sop set --where \"owner = 'li.si'\" owner=zhang.wei --why \"li.si left\" --dry-run     who would be handed over
  sop set --where \"stage = 'lost' AND open_deals >= 1\" stage=opportunity --why \"reopened\" --yes

`field=` clears, `owner=` and `owner=none` release. Several leads of --where are changed with --yes only: all of them, or none and
every refusal named. An e-mail, a phone or an id finds the lead from then on; one of another lead is refused (see `sop merge`).";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A key, id, e-mail, phone or unique name (none with --where), and what to change: `field=value`, `field=`, `tags+=x`, `tags-=y`, `stage=`, `owner=` (or none), `queue=` (or none)
    #[arg(value_name = "LEAD|FIELD=VALUE", required = true)]
    pub(crate) words: Vec<String>,
    /// Every lead for which this holds, instead of one
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) filter: Option<String>,
    /// The reason, kept with every change
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let (which, assignments) = match (&args.filter, args.words.as_slice()) {
        (Some(condition), assignments) => (These::Where(condition), assignments),
        (None, [lead, assignments @ ..]) if !assignments.is_empty() => (These::Lead(lead), assignments),
        _ => return Err(Failure::refused("nothing is to be changed", "`sop set LEAD field=value … --why …`; `sop set --help` has examples")),
    };
    let acted = setup.run("set", "", |w, c| sop::run::set(w, c, which, assignments, &args.why))?;
    super::accept::print(&output, "set", acted)
}
