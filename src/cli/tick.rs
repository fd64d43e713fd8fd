//! `sop tick`: the whole day, for cron.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use sop::render::Format;
use sop::report::plan;
use sop::run::Ticked;
const EXAMPLES: &str = "Examples:
  sop tick                                the whole day as of now; safe to run twice, or late
  sop tick --dry-run -v                   what it would do, line by line: each message with its lead, step and time
  sop tick -q                             for cron: only errors and what needs a person

Files in inbox/ are read first and move to inbox/done/RUN/. Exit code 1: a file was set aside; 6: another run is under way.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::new(global)?;
    let ticked = setup.run("tick", "", sop::run::tick)?;
    print(&setup, &output, "tick", &ticked)
}

/// One line on a screen, everything in a file or with `-v`.
pub(crate) fn print(setup: &Setup<'_>, output: &Output, command: &str, ticked: &Ticked) -> Result<Exit, Failure> {
    for (file, why) in &ticked.set_aside {
        setup.say(&format!("{file} was not read: {why}"));
    }
    let rehearsal = ticked.ended.rehearsed;
    let mut notes: Vec<_> = ticked.import.iter().flat_map(super::score::import_notes).collect();
    notes.extend(ticked.notes.iter().cloned());
    let exit = if is_brief(setup, output) {
        for note in &notes {
            setup.say(&note.text);
        }
        let at = setup.workspace.sop.calendar.local(setup.as_of);
        let line = format!("{command} as of {at}: {}{}", ticked.summary, if rehearsal { " (a rehearsal: nothing was written)" } else { "" });
        output.write(&mut |out| if setup.global.quiet { Ok(()) } else { writeln!(out, "{line}") })?
    } else {
        let facts = plan::Facts { frame: ticked.frame.clone(), command: command.to_owned(), rehearsal, counts: ticked.counts.clone(), notes };
        let mut report = plan::report(&facts);
        plan::tell_letters(&mut report, &ticked.letters);
        output.report(&report)?
    };
    Ok(if ticked.set_aside.is_empty() { exit } else { Exit::Problems })
}

/// One line is enough: a screen, and nobody asked for more.
pub(crate) fn is_brief(setup: &Setup<'_>, output: &Output) -> bool {
    output.format() == Format::Text && !setup.global.verbose && setup.global.output.is_none()
}
