//! `sop score [FILE…]`: the main job.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use clap::ValueEnum;
use sop::render::Format;
use sop::report::import as import_report;
use sop::run::{ImportOptions, ImportSummary, ScoreRequest};
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  sop score leads.csv events.csv          import both, print the ranking of their leads
  sop score                               score what is due, rank everyone
  sop score -o ranking.xlsx               the whole ranking as a workbook
  sop score -f json --as-of 2026-11-21    as things stood at the end of that day";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Exports to import first; the ranking is of the leads that they touch
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// What the files hold, when their headers leave it open
    #[arg(long = "as", value_name = "KIND", requires = "files")]
    pub(crate) kind: Option<Kind>,
    /// Where the files come from: the owner of their `id` column
    #[arg(long, value_name = "NAME", requires = "files")]
    pub(crate) source: Option<String>,
}

/// What a file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Persons, one per row
    Leads,
    /// What they did, one act per row
    Events,
    /// When they reached a stage
    Stages,
    /// Deals, one per row
    Deals,
    /// What was paid for deals
    Payments,
    /// What owners logged, and worklists that come back
    FollowUps,
    /// Opens, clicks, replies, bounces, complaints, unsubscriptions
    Feedback,
    /// Replies by SMS
    SmsReplies,
    /// Contacts added in 企微, and their replies
    Wecom,
    /// What was spent, with when and on what
    Costs,
    /// Counted paths: not kept, `sop report attribution --journeys FILE` reads them
    Journeys,
}

impl Kind {
    /// The name that the import knows it by.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Leads => "leads",
            Self::Events => "events",
            Self::Stages => "stages",
            Self::Deals => "deals",
            Self::Payments => "payments",
            Self::FollowUps => "follow-ups",
            Self::Feedback => "feedback",
            Self::SmsReplies => "sms-replies",
            Self::Wecom => "wecom",
            Self::Costs => "costs",
            Self::Journeys => "journeys",
        }
    }
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let request = ScoreRequest {
        files: args.files.clone(),
        options: ImportOptions { kind: args.kind.map(|k| k.name().to_owned()), source: args.source.clone(), history: false, unattended: false, until: None },
        rows: output.row_limit(),
    };
    let ranking = setup.run("score", &file_flags(&args.files, args.kind, args.source.as_deref()), |w, c| sop::run::score(w, c, &request))?;
    let mut report = sop::report::score::report(&ranking.facts);
    report.notes.extend(ranking.import.iter().flat_map(import_notes));
    if ranking.ended.rehearsed {
        report.note("rehearsal", "a rehearsal: nothing was written");
    }
    let exit = output.report(&report)?;
    let trust = match &ranking.import {
        Some(summary) => trust_line(summary),
        None if ranking.evaluated.leads == 0 => "nobody was due: no event, rule or window has changed a score since the last run".to_owned(),
        None => {
            format!("{} of {} leads were due and scored anew · {} changed band", ranking.evaluated.leads, ranking.facts.totals.leads, ranking.evaluated.bands)
        }
    };
    // The line for trust ends the text; beside other formats it goes to stderr.
    if output.format() == Format::Text && global.output.is_none() && !global.quiet {
        output.write(&mut |out| writeln!(out, "{}", output.spoken(&trust)))?;
    } else {
        setup.say(&trust);
    }
    Ok(exit)
}

/// Files and flags as the run's row keeps them: names of files, no folders.
pub(crate) fn file_flags(files: &[PathBuf], kind: Option<Kind>, source: Option<&str>) -> String {
    let mut words: Vec<String> = files.iter().filter_map(|f| f.file_name()).map(|n| n.to_string_lossy().into_owned()).collect();
    words.extend(kind.map(|k| format!("--as {}", k.name())));
    words.extend(source.map(|s| format!("--source {s}")));
    words.join(" ")
}

/// The outcome of each file, as the import report has it.
pub(crate) fn import_files(summary: &ImportSummary) -> Vec<import_report::File> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let mut files: Vec<import_report::File> = summary
        .files
        .iter()
        .map(|f| import_report::File {
            file: f.file.clone(),
            kind: f.kind.clone(),
            rows_read: number(f.rows),
            new: number(f.new),
            updated: number(f.updated),
            unchanged: number(f.unchanged),
            joined: number(f.joined),
            rejected: number(f.rejected),
            rejects: f.rejects.clone(),
            events_matched: number(f.events_matched),
            events_waiting: number(f.events_waiting),
            events_known: 0,
            to_decide: number(f.to_decide),
            read_as: f.read_as.clone(),
        })
        .collect();
    // Known events are told apart only when all files are in: they are the run's, printed with its last file of events.
    if let Some(last) = files.iter_mut().rfind(|f| f.kind == "events") {
        let known = number(summary.events_known).min(last.events_matched);
        last.events_known = known;
        last.events_matched -= known;
    }
    files
}

/// What became of every row that was read.
pub(crate) fn trust_line(summary: &ImportSummary) -> String {
    import_report::trust_line(&import_files(summary))
}

/// What a reader of the numbers must know of the files.
pub(crate) fn import_notes(summary: &ImportSummary) -> Vec<sop::report::Note> {
    let note = |code: &str, text: String| sop::report::Note { code: code.into(), text };
    let mut notes = Vec::new();
    for f in &summary.files {
        notes.extend(f.notes.iter().map(|n| note("file", format!("{}: {n}", f.file))));
        if f.blanked > 0 {
            let place = f.rejects.as_deref().unwrap_or("rejects/");
            notes.push(note(
                "blanked",
                format!(
                    "{}: {} could not be read and counts as blank; {place} lists what stands there",
                    f.file,
                    if f.blanked == 1 { "1 cell".to_owned() } else { format!("each of {} cells", f.blanked) }
                ),
            ));
        }
    }
    if !summary.shared.is_empty() {
        let some = summary.shared.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
        let what = if summary.shared.len() == 1 {
            "1 value stands under three or more names and identifies nobody".to_owned()
        } else {
            format!("{} values stand under three or more names and identify nobody", summary.shared.len())
        };
        notes.push(note("shared", format!("{what}: {some}")));
    }
    notes
}
