//! `sop nurture status|show|enroll|exit|pause|resume`: leads on paths.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use clap::Subcommand;
use sop::engine::nurture::Act;
use sop::run::Travellers;

const EXAMPLES: &str = "Examples:
  sop nurture status                      who is on which path
  sop nurture show web-form               one path, drawn, with its days and numbers
  sop nurture enroll web-form --backfill  whoever matched before the path began
  sop nurture enroll web-form zhang@example.com --why \"asked at the fair\"
  sop nurture exit web-form kmfrggzdfmza --why \"wants no more mails\"
  sop nurture pause web-form --why \"the offer is being rewritten\"
  sop nurture resume web-form --why \"the new offer is in\"

The paths stand in sops/nurture/*.yaml; `sop tick` walks leads along them.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) what: What,
}

/// What to do with paths.
#[derive(Debug, Subcommand)]
pub(crate) enum What {
    /// Who is on which path
    Status,
    /// One path, drawn: days, contents, numbers
    Show {
        /// A path, by name or title
        #[arg(value_name = "PATH")]
        path: String,
    },
    /// Put leads onto a path, whether they match or not
    Enroll {
        /// A path, by name or title
        #[arg(value_name = "PATH")]
        path: String,
        /// Keys, ids, e-mails, phones or unique names
        #[arg(value_name = "LEAD", required_unless_present = "backfill")]
        leads: Vec<String>,
        /// Whoever matched before the path began
        #[arg(long, conflicts_with = "leads")]
        backfill: bool,
        /// Why, kept with the change
        #[arg(long, value_name = "TEXT", default_value = "by hand")]
        why: String,
    },
    /// Take leads off a path: what has not left does not leave
    Exit(OnPath),
    /// Stop leads on a path for a while, or everybody on it
    Pause(OnPath),
    /// Let leads go on, or everybody who is paused
    Resume(OnPath),
}

/// A path and leads on it.
#[derive(Debug, clap::Args)]
pub(crate) struct OnPath {
    /// A path, by name or title
    #[arg(value_name = "PATH")]
    pub(crate) path: String,
    /// Keys, ids, e-mails, phones or unique names; none = everybody on it
    #[arg(value_name = "LEAD")]
    pub(crate) leads: Vec<String>,
    /// Why, kept with the change
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    // Whatever the files say, a lead can be left alone.
    let setup = match &args.what {
        What::Exit(_) | What::Pause(_) => Setup::as_before(global)?,
        What::Status => Setup::without_letters(global)?,
        What::Show { .. } | What::Enroll { .. } | What::Resume(_) => Setup::new(global)?,
    };
    let whom = |leads: &[String]| if leads.is_empty() { Travellers::All } else { Travellers::Leads(leads.to_vec()) };
    let (verb, act, path, leads, why) = match &args.what {
        What::Status => return output.report(&setup.run("nurture status", "", sop::run::nurture_status)?),
        What::Show { path } => return output.report(&setup.run("nurture show", "", |w, c| sop::run::nurture_show(w, c, path))?),
        What::Enroll { path, leads, why, .. } => ("nurture enroll", Act::Enroll, path, leads, why),
        What::Exit(s) => ("nurture exit", Act::Exit, &s.path, &s.leads, &s.why),
        What::Pause(s) => ("nurture pause", Act::Pause, &s.path, &s.leads, &s.why),
        What::Resume(s) => ("nurture resume", Act::Resume, &s.path, &s.leads, &s.why),
    };
    if act == Act::Exit && leads.is_empty() && !global.yes {
        return Err(Failure::refused(format!("this would take everybody off `{path}`"), "name leads, or repeat with --yes"));
    }
    let acted = setup.run(verb, "", |w, c| sop::run::nurture_act(w, c, path, act, &whom(leads), why))?;
    super::accept::print(&output, verb, acted)
}
