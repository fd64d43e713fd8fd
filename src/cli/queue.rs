//! `sop queue list|claim|return`: leads that nobody holds.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use clap::Subcommand;
use sop::run::Whom;
const EXAMPLES: &str = "Examples:
  sop queue list                          who waits, best first; addresses are masked
  sop queue list public --limit 0
  sop queue claim public --by 张伟 --n 5  the best five that the limits allow
  sop queue claim kmfrggzdfmza --by zhang.wei
  sop queue return kmfrggzdfmza --reason \"no budget this year\"

Whoever claims a lead sees how to reach it. Limits stand in sops/assignment.yaml under `queues:`.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) act: Act,
}

/// What to do with a queue.
#[derive(Debug, Subcommand)]
pub(crate) enum Act {
    /// Who waits, best first; addresses are masked
    List {
        /// Only this queue, by id or title
        #[arg(value_name = "QUEUE")]
        queue: Option<String>,
    },
    /// A colleague takes leads: the best of a queue, or these
    Claim {
        /// A queue, or leads by key, id, e-mail, phone or unique name
        #[arg(value_name = "QUEUE|LEAD", required = true)]
        whom: Vec<String>,
        /// Who takes them (id, name or e-mail)
        #[arg(long, value_name = "OWNER")]
        by: String,
        /// How many of a queue (default: 1)
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        n: Option<u32>,
    },
    /// Leads go back to the queue that they came from
    Return {
        /// Keys, ids, e-mails, phones or unique names
        #[arg(value_name = "LEAD", required = true)]
        leads: Vec<String>,
        /// Why, kept with the change
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Who gives them back: only if they hold them
        #[arg(long, value_name = "OWNER")]
        by: Option<String>,
    },
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    match &args.act {
        Act::List { queue } => output.report(&setup.run("queue list", "", |w, c| sop::run::queue_list(w, c, queue.as_deref()))?),
        Act::Claim { whom, by, n } => {
            let whom = meant(&setup, whom, *n)?;
            let claimed = setup.run("queue claim", "", |w, c| sop::run::claim(w, c, &whom, by))?;
            output.report(&claimed.report)
        }
        Act::Return { leads, reason, by } => {
            let acted = setup.run("queue return", "", |w, c| sop::run::return_leads(w, c, leads, reason, by.as_deref()))?;
            super::accept::print(&output, "queue return", acted)
        }
    }
}

/// A queue or leads: what is the name of a queue means the queue.
fn meant(setup: &Setup<'_>, typed: &[String], n: Option<u32>) -> Result<Whom, Failure> {
    let same = |a: &str, b: &str| sop::model::fold(a) == sop::model::fold(b.trim());
    let queue = |text: &&String| setup.workspace.sop.assignment.queues.iter().any(|q| same(&q.id, text) || same(&q.title, text));
    match typed {
        [one] if queue(&one) || n.is_some() => Ok(Whom::Best { queue: one.clone(), n: n.unwrap_or(1) as usize }),
        leads => match leads.iter().find(queue) {
            Some(queue) => Err(Failure::refused(format!("`{queue}` is a queue among leads"), "claim from one queue at a time, or name leads alone")),
            None if n.is_some() => Err(Failure::refused("--n is for a queue: these are leads", "leave --n out")),
            None => Ok(Whom::Leads(leads.to_vec())),
        },
    }
}
