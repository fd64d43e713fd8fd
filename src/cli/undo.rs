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
    let setup = Setup::without_rules(global)?;
    let done = setup.run("undo", &args.run.map(|n| n.to_string()).unwrap_or_default(), |w, c| sop::run::undo(w, c, args.run))?;
    let rows = |what: &str, list: &[(String, usize)]| -> Vec<Count> {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        list.iter().map(|(table, n)| Count { what: format!("{what}: {}", called(table)), from: None, to: None, count: count(*n) }).collect()
    };
    let mut counts = rows("taken out", &done.undone.deleted);
    counts.extend(rows("put back", &done.undone.restored));
    let mut notes = Vec::new();
    if done.ended.rehearsed {
        let text =
            format!("would take back run {} (`{}`); repeat with --yes to do it", done.run.run.0, format!("sop {} {}", done.run.verb, done.run.flags).trim());
        notes.push(Note { code: "undo".into(), text });
    }
    let command = format!("undo {}", done.run.run.0);
    let frame = setup.run("undo", "", |w, c| Ok(sop::run::frame(w, c)))?;
    output.report(&plan::report(&plan::Facts { frame, command, rehearsal: done.ended.rehearsed, counts, notes }))
}

/// What a table of the base holds, for people.
fn called(table: &str) -> &str {
    match table {
        "lead_state" => "scores, bands, stages and owners",
        "barred" => "values that identify nobody",
        "source_rows" => "rows as their files had them",
        "event_ids" => "numbers of events",
        "waiting_events" => "events that wait for their lead",
        "to_decide" => "pairs to decide",
        "stage_history" | "waiting_stages" => "dated stages",
        "details" => "kinds of events",
        "changes" => "recorded changes",
        "sop_versions" => "texts of the SOP files",
        "meta" => "counters of the base",
        "notices" => "notices to colleagues",
        other => other,
    }
}
