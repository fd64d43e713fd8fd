//! `sop test`: the cases under sops/tests.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::{Setup, colored, eprint_problems, failure, folder};
use sop::report::explain::Line;
use sop::report::tests as report;
use sop::run::Workspace;
const EXAMPLES: &str = "Examples:
  sop test                                run every case; a failure shows its score card
  sop test -f json                        for CI";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let (start, exact) = folder(global);
    let (sources, problems, _) = Workspace::check(&Workspace::root(&start, exact)).map_err(|e| failure(global, e))?;
    if problems.has_errors() {
        eprint_problems(&sop::render::diagnostics(&problems, &sources, colored(global)));
        return Err(Failure::new(Exit::BadSop, "", "mend the files; `sop check` lists every problem"));
    }
    let setup = Setup::new(global)?;
    let sop = &setup.workspace.sop;
    let cases: Vec<report::Case> = sop::run::run_cases(sop)
        .into_iter()
        .map(|c| {
            let file = sop.sources.get(c.span.source).map_or_else(String::new, |s| s.name.clone());
            // The file has a column of its own.
            let place = format!("{file}:");
            let short = |text: String| text.strip_prefix(&place).map_or_else(|| text.clone(), |rest| format!("line {rest}"));
            report::Case {
                line: sop.sources.line_column(c.span.source, c.span.start).0,
                file,
                name: c.name,
                differences: c.failures.into_iter().map(short).collect(),
                card: c
                    .card
                    .groups
                    .into_iter()
                    .flat_map(|g| g.lines.into_iter().chain(g.clamp).map(move |l| (g.id.clone(), l)))
                    .chain(c.card.clamp.into_iter().map(|l| ("total".to_owned(), l)))
                    .map(|(group, l)| (group, Line { rule: l.rule, points: l.points, fired: l.fired, reason: l.reason }))
                    .collect(),
                story: c.story.into_iter().map(|h| report::Step { at: h.at, what: h.what, from: h.from, to: h.to, why: h.why }).collect(),
            }
        })
        .collect();
    let failed = cases.iter().filter(|c| !c.differences.is_empty()).count();
    let frame = setup.run("test", "", |w, c| Ok(sop::run::frame(w, c)))?;
    let mut whole = report::report(&frame, &cases);
    if cases.is_empty() {
        whole.note("no-cases", "there are no cases under sops/tests");
    }
    output.report(&whole)?;
    Ok(if failed == 0 { Exit::Done } else { Exit::Problems })
}
