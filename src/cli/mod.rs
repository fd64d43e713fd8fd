//! The command line: parse → run → print, one small file per verb. The only clock of the program is here.
//!
//! ```text
//! argv ──args──▶ Verb + Global ──(verb file)──▶ sop::run::… ──▶ sop::report::… ──output──▶ stdout | FILE
//! ```
//! Data goes to stdout, everything else to stderr. Whatever goes wrong is a [`Failure`], which knows its exit code.
#![expect(dead_code, reason = "the arguments of verbs that are not wired yet are parsed and not read")]

mod args;
mod as_of;
mod exit;
mod output;
mod progress;

mod changes;
mod check;
mod completions;
mod explain;
mod history;
mod import;
mod init;
mod leads;
mod merge;
mod schema;
mod score;
mod split;
mod test;
mod today;
mod undo;

use args::{Cli, Verb};
use clap::Parser;
use exit::{Exit, Failure};
use std::process::ExitCode;

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
    // What a run had begun dies with the process and is rolled back.
    let _ = ctrlc::set_handler(|| std::process::exit(i32::from(Exit::Interrupted.code())));
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
        Verb::Schema(args) => schema::run(&args, &global),
        Verb::Completions(args) => completions::run(&args, &global),
        other => Err(Failure::refused(format!("`sop {}` is not wired yet", other.name()), "")),
    }
}
