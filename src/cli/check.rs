//! `sop check [--data]`: every problem at once.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::{Setup, colored, failure, folder};
use sop::diag::{Diagnostics, Severity, Sources};
use sop::render::Format;
use sop::report::check::{self as report, Problem};
use sop::run::Workspace;
const EXAMPLES: &str = "Examples:
  sop check                               every problem with its file, line and fix
  sop check --data                        also conditions that most leads leave unknown, values that no rule matches
  sop check -f json                       for an editor or CI";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Also hold the rules against the leads of the base
    #[arg(long)]
    pub(crate) data: bool,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let (start, exact) = folder(global);
    let root = Workspace::root(&start, exact);
    let (sources, mut problems, sop) = Workspace::check(&root).map_err(|e| failure(global, e))?;
    if let Some(sop) = &sop {
        let now = super::as_of::now();
        let as_of = match &global.as_of {
            None => now,
            Some(text) => super::as_of::parse(text, &sop.calendar, now).map_err(|e| Failure::refused(e, "see `sop --help`, --as-of"))?,
        };
        problems.0.extend(sop::rules::dated_warnings(sop, sop.calendar.date(as_of)).0);
        problems.0.extend(sop::run::check_addresses(sop).0);
        if args.data && !problems.has_errors() {
            let setup = Setup::new(global)?;
            problems.0.extend(setup.run("check", "--data", sop::run::check_data)?.0);
        }
        problems.sort();
    }
    if output.format() == Format::Text {
        let color = colored(global);
        output.write(&mut |out| writeln!(out, "{}{}", sop::render::diagnostics(&problems, &sources, color), summary(&problems, sources.iter().count())))?;
    } else {
        let calendar = sop.as_ref().map(|s| s.calendar.clone()).unwrap_or_default();
        let currency = sop.as_ref().map_or_else(|| sop::model::Currency::new("CNY"), |s| s.dictionary.currency.clone());
        let frame = sop::report::Frame { as_of: super::as_of::now(), zone: calendar.zone, currency };
        output.report(&report::report(&frame, &rows(&sources, &problems)))?;
    }
    let bad = problems.0.iter().any(|p| p.severity == Severity::Error || (global.strict && p.severity == Severity::Warning));
    Ok(if bad { Exit::Problems } else { Exit::Done })
}

fn rows(sources: &Sources, problems: &Diagnostics) -> Vec<Problem> {
    problems
        .0
        .iter()
        .map(|p| {
            let place = p.span.map(|s| sources.line_column(s.source, s.start));
            Problem {
                severity: match p.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Note => "note",
                },
                code: p.code.id(),
                file: p.span.and_then(|s| sources.get(s.source)).map_or_else(String::new, |s| s.name.clone()),
                line: place.map(|(line, _)| line),
                column: place.map(|(_, column)| column),
                message: p.message.clone(),
                help: p.help.clone(),
            }
        })
        .collect()
}

/// `2 errors, 1 warning`, or that all is well.
fn summary(problems: &Diagnostics, files: usize) -> String {
    let count = |severity: Severity, one: &str| match problems.0.iter().filter(|d| d.severity == severity).count() {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {one}s")),
    };
    let counts: Vec<_> =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")].into_iter().filter_map(|(s, one)| count(s, one)).collect();
    let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    if counts.is_empty() { format!("no problems in {files}") } else { counts.join(", ") }
}
