//! `sop undo [RUN]`: a run taken back.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use sop::report::Note;
use sop::report::plan::{self, Count};
const EXAMPLES: &str = "Examples:
  sop undo                                what taking back the last run would do
  sop undo --yes                          do it
  sop undo 12 --yes                       an earlier run that nothing was built upon";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The run's number (see `sop history`); default: the last one that wrote
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<i64>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::new(global)?;
    let done = setup.run("undo", &args.run.map(|n| n.to_string()).unwrap_or_default(), |w, c| sop::run::undo(w, c, args.run))?;
    let rows = |what: &str, list: &[(String, usize)]| -> Vec<Count> {
        list.iter()
            .map(|(table, n)| Count { what: format!("{what} rows of {table}"), from: None, to: None, leads: i64::try_from(*n).unwrap_or(i64::MAX) })
            .collect()
    };
    let mut counts = rows("removed", &done.undone.deleted);
    counts.extend(rows("restored", &done.undone.restored));
    let mut notes = Vec::new();
    if done.ended.rehearsed {
        let text = format!("would take back run {} (`sop {} {}`); repeat with --yes to do it", done.run.run.0, done.run.verb, done.run.flags);
        notes.push(Note { code: "undo".into(), text });
    }
    let command = format!("undo {}", done.run.run.0);
    let frame = setup.run("undo", "", |w, c| Ok(sop::run::frame(w, c)))?;
    output.report(&plan::report(&plan::Facts { frame, command, rehearsal: done.ended.rehearsed, counts, notes }))
}
