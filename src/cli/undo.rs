//! `sop undo [RUN]`: a run taken back.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use sop::report::Note;
use sop::report::plan::{self, Count};
use sop::run::UndoReport;

const EXAMPLES: &str = "Examples:
  sop undo                                what taking back the last run would do
  sop undo --yes                          do it
  sop undo 12 --yes                       an earlier run that nothing was built upon

Without RUN: the newest run that did anything and can be taken back. What has left cannot; newer runs that are passed over are named.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The run's number (see `sop history`); default: the last one that can be taken back
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
    let opened = done.opened.iter().map(|(by, addresses)| Count {
        what: OPENED.into(),
        from: Some(by.name().into()),
        to: None,
        count: i64::try_from(addresses.len()).unwrap_or(i64::MAX),
    });
    let mut counts: Vec<Count> = opened.collect();
    counts.extend(rows("taken out", &done.undone.deleted));
    counts.extend(rows("put back", &done.undone.restored));
    let mut notes = Vec::new();
    if done.ended.rehearsed {
        let text =
            format!("would take back run {} (`{}`); repeat with --yes to do it", done.run.run.0, format!("sop {} {}", done.run.verb, done.run.flags).trim());
        notes.push(Note { code: "undo".into(), text });
    }
    notes.extend(done.passed.iter().map(|why| Note::new("passed-over", format!("not the newest run: {why}"))));
    notes.extend(opt_outs(&done));
    let command = format!("undo {}", done.run.run.0);
    let frame = setup.run("undo", "", |w, c| Ok(sop::run::frame(w, c)))?;
    output.report(&plan::report(&plan::Facts { frame, command, rehearsal: done.ended.rehearsed, counts, notes }))
}

/// Of addresses that are no longer closed, in the table that `--quiet` leaves, too.
const OPENED: &str = "opened again: addresses that must not be written to";

/// So many addresses are named.
const NAMED: usize = 5;

/// Whoever said no and would be written to again, by name: nothing else that undo does reaches other people.
fn opt_outs(done: &UndoReport) -> Option<Note> {
    if done.opened.is_empty() {
        return None;
    }
    let all: usize = done.opened.iter().map(|(_, addresses)| addresses.len()).sum();
    let by: Vec<String> = done.opened.iter().map(|(by, addresses)| format!("{} {}", by.name(), addresses.len())).collect();
    let mut named: Vec<&str> = done.opened.iter().flat_map(|(_, addresses)| addresses).map(String::as_str).take(NAMED).collect();
    if all > NAMED {
        named.push("…");
    }
    let (would, close) = if done.ended.rehearsed {
        ("WARNING: this would open", "think before --yes, or close them again by hand: sop suppress ADDRESS --why …")
    } else {
        ("WARNING: opened", "import the right file, or close them by hand: sop suppress ADDRESS --why …")
    };
    let what = if all == 1 { "1 closed address".to_owned() } else { format!("{all} closed addresses") };
    let text = format!("{would} {what} to our messages again ({}): {}; {close}", by.join(", "), named.join(", "));
    Some(Note::new("opened", text))
}

/// What a table of the base holds, for people.
fn called(table: &str) -> &str {
    match table {
        "alert_state" => "what alerts remember of leads",
        "assignments" => "hand-overs",
        "barred" => "values that identify nobody",
        "breaches" => "missed promises",
        "changes" => "recorded changes",
        "credits" => "turns of owners",
        "details" => "kinds of events",
        "enrollments" => "journeys on paths",
        "event_ids" => "numbers of events",
        "exposures" => "leads in experiments",
        "feedback" => "signs that came back on messages",
        "feedback_cover" => "until when feedback is known",
        "follow_ups" => "follow-ups",
        "identity_kinds" => "kinds of identities",
        "lead_state" => "scores, bands, stages and owners",
        "meta" => "counters of the base",
        "notices" => "notices to colleagues",
        "path_versions" => "texts of paths",
        "queue_stays" => "stays in queues",
        "sop_versions" => "texts of the SOP files",
        "source_rows" => "rows as their files had them",
        "stage_history" => "dated stages",
        "standings" => "where leads stand",
        "suppressions" => "addresses that must not be written to",
        "told_of" => "names under which files spoke of leads",
        "to_decide" => "pairs to decide",
        "waiting_deals" => "deals that wait for their lead",
        "waiting_events" => "events that wait for their lead",
        "waiting_names" => "names of leads that something waits for",
        "waiting_stages" => "dated stages that wait for their lead",
        // leads, identities, events, deals, payments, verdicts, alerts, messages, costs
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_a_name_for_people() {
        let schema = include_str!("../store/schema/0001_base.sql");
        let tables = schema.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split([' ', '(']).next());
        let raw: Vec<&str> = tables.map(called).filter(|name| name.contains('_')).collect();
        assert_eq!(raw, [] as [&str; 0]);
    }
}
