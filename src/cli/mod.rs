//! The command line: parse → run → print, one small file per verb. The only clock of the program is here.
//!
//! ```text
//! argv ──args──▶ Verb + Global ──(verb file)──▶ sop::run::… ──▶ sop::report::… ──output──▶ stdout | FILE
//! ```
//! Data goes to stdout, everything else to stderr. Whatever goes wrong is a [`Failure`], which knows its exit code.

mod args;
mod as_of;
mod exit;
mod output;
mod progress;

mod accept;
mod advance;
mod alerts;
mod assign;
mod changes;
mod check;
mod completions;
mod explain;
mod history;
mod import;
mod init;
mod leads;
mod log;
mod merge;
mod nurture;
mod outbox;
mod queue;
mod reject;
mod report;
mod schema;
mod score;
mod send;
mod set;
mod setup;
mod simulate;
mod sla;
mod split;
mod suppress;
mod test;
mod tick;
mod today;
mod undo;
mod worklist;

use args::{Cli, Verb};
use clap::Parser;
use exit::{Exit, Failure};
use std::process::ExitCode;
use std::sync::PoisonError;

/// The whole program.
pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version go to stdout with 0, a usage error to stderr with 2. A closed pipe has read enough.
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(2));
        }
    };
    // What a run had begun dies with the process and is rolled back; once it is durable, only its printing is left.
    let _ = ctrlc::set_handler(|| {
        if setup::STOP.ask() {
            return; // the message that is under way first
        }
        if !*setup::COMMITTED.lock().unwrap_or_else(PoisonError::into_inner) {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    });
    match dispatch(cli) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.exit.code())
        }
    }
}

fn dispatch(cli: Cli) -> Result<Exit, Failure> {
    let global = cli.global;
    match cli.verb {
        Verb::Init(args) => init::run(&args, &global),
        Verb::Check(args) => check::run(&args, &global),
        Verb::Test(args) => test::run(&args, &global),
        Verb::Import(args) => import::run(&args, &global),
        Verb::Score(args) => score::run(&args, &global),
        Verb::Leads(args) => leads::run(&args, &global),
        Verb::Explain(args) => explain::run(&args, &global),
        Verb::Tick(args) => tick::run(&args, &global),
        Verb::Advance(args) => advance::run(&args, &global),
        Verb::Assign(args) => assign::run(&args, &global),
        Verb::Sla(args) => sla::run(&args, &global),
        Verb::Alerts(args) => alerts::run(&args, &global),
        Verb::Accept(args) => accept::run(&args, &global),
        Verb::Reject(args) => reject::run(&args, &global),
        Verb::Log(args) => log::run(&args, &global),
        Verb::Queue(args) => queue::run(&args, &global),
        Verb::Nurture(args) => nurture::run(&args, &global),
        Verb::Simulate(args) => simulate::run(&args, &global),
        Verb::Set(args) => set::run(&args, &global),
        Verb::Today(args) => today::run(&args, &global),
        Verb::Worklist(args) => worklist::run(&args, &global),
        Verb::Changes(args) => changes::run(&args, &global),
        Verb::Report(args) => report::run(&args, &global),
        Verb::Merge(args) => merge::run(&args, &global),
        Verb::Split(args) => split::run(&args, &global),
        Verb::Suppress(args) => suppress::run(&args, &global),
        Verb::Undo(args) => undo::run(&args, &global),
        Verb::History(args) => history::run(&args, &global),
        Verb::Outbox(args) => outbox::run(&args, &global),
        Verb::Send(args) => send::run(&args, &global),
        Verb::Schema(args) => schema::run(&args, &global),
        Verb::Completions(args) => completions::run(&args, &global),
    }
}
