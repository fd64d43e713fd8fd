//! `sop reject LEAD… --reason ID`: sales gives leads back.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use sop::run::Rejection;
const EXAMPLES: &str = "Examples:
  sop reject kmfrggzdfmza --reason price
  sop reject kmfrggzdfmza kmfrggzdfmzb --reason 联系不上 --by zhang.wei
  sop reject kmfrggzdfmza --reason duplicate --note \"same as the lead of the fair\"

Reasons and where each takes a lead stand in sops/lifecycle.yaml under `reject_reasons:`.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Keys, ids, e-mails, phones or unique names
    #[arg(value_name = "LEAD", required = true)]
    pub(crate) leads: Vec<String>,
    /// A reason of lifecycle.yaml, by id or title
    #[arg(long, value_name = "ID")]
    pub(crate) reason: String,
    /// Who says so: only if they hold it (id, name or e-mail)
    #[arg(long, value_name = "OWNER")]
    pub(crate) by: Option<String>,
    /// What there is to say beside it, kept with the change
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let rejection = Rejection { reason: &args.reason, note: args.note.as_deref() };
    let flags = format!("--reason {}", args.reason.trim());
    let acted = setup.run("reject", &flags, |w, c| sop::run::reject(w, c, &args.leads, &rejection, args.by.as_deref()))?;
    super::accept::print(&output, "reject", acted)
}
