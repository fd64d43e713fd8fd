//! `sop merge A B --why …`: two leads are one.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use sop::report::Note;
use sop::report::plan::{self, Count};
use sop::run::Merged;
const EXAMPLES: &str = "Examples:
  sop merge kmfrggzdfmza kmfrggzdfmzb --why \"same person, new company\"
  sop merge 138-0013-8000 zhang@example.com --why \"confirmed by phone\" --dry-run";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The lead that both become, unless the other is older
    #[arg(value_name = "A")]
    pub(crate) a: String,
    /// The other lead
    #[arg(value_name = "B")]
    pub(crate) b: String,
    /// The reason, kept with the change
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let merged = setup.run("merge", "", |w, c| sop::run::merge(w, c, &args.a, &args.b, &args.why))?;
    print(&setup, &output, "merge", &merged)
}

/// What a merge or a split did, as a plan.
pub(crate) fn print(setup: &Setup<'_>, output: &Output, command: &str, merged: &Merged) -> Result<Exit, Failure> {
    let others = merged.others.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let survivor = merged.survivor.to_string();
    let (from, to) = if command == "split" { (survivor, others) } else { (others, survivor) };
    let mut counts = vec![Count { what: command.to_owned(), from: Some(from), to: Some(to), count: 1 }];
    counts.extend(merged.differences.iter().map(|(field, from, to)| Count { what: format!("field:{field}"), from: from.clone(), to: to.clone(), count: 1 }));
    let note = |code: &str, text: String| Note { code: code.into(), text };
    let mut notes = Vec::new();
    if let Some(score) = merged.score {
        let has = if merged.ended.rehearsed { "would have" } else { "has" };
        notes.push(note("score", format!("{} {has} {score} points, computed anew from its own values and events", merged.survivor)));
    }
    if !merged.shared.is_empty() {
        notes.push(note("shared", format!("identifies nobody from now on, since several people have it: {}", merged.shared.join(", "))));
    }
    notes.extend(merged.notes.iter().map(|text| note("stays", text.clone())));
    if command == "split" {
        notes.push(note("events", "events stay with the older lead: no file says which of the two acted".into()));
    }
    let frame = setup.run(command, "", |w, c| Ok(sop::run::frame(w, c)))?;
    output.report(&plan::report(&plan::Facts { frame, command: command.to_owned(), rehearsal: merged.ended.rehearsed, counts, notes }))
}
