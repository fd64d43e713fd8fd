//! `sop score [FILE...]`: import the files if there are any, score who is due, rank.

use super::evaluate::{Evaluated, Evaluator, evaluate};
use super::first::{Scores, evaluate_first};
use super::import::{ImportOptions, ImportSummary, Rejects, Touched, discard, import};
use super::{Context, Ended, RunError, Session, Workspace};
use crate::engine::scoring::main_reasons;
use crate::model::{Dictionary, LeadId, Value};
use crate::report::{Frame, Note, score as report};
use crate::store::{LeadRecord, StoreError};
use std::path::PathBuf;

/// What `sop score` is asked.
#[derive(Clone, Debug, Default)]
pub struct ScoreRequest {
    /// Files to import first.
    pub files: Vec<PathBuf>,
    /// How to read them.
    pub options: ImportOptions,
    /// How many rows are wanted; `None` = all.
    pub rows: Option<usize>,
}

/// What `sop score` gives back.
#[derive(Debug)]
pub struct Ranking {
    /// The ranking and the base's totals.
    pub facts: report::Facts,
    /// What the files brought.
    pub import: Option<ImportSummary>,
    /// What the scoring pass did.
    pub evaluated: Evaluated,
    /// The run.
    pub ended: Ended,
}

/// Imports, scores, ranks.
pub fn score(workspace: &Workspace, context: &Context<'_>, request: &ScoreRequest) -> Result<Ranking, RunError> {
    if request.files.is_empty() && !workspace.db.exists() {
        return Err(StoreError::Missing(workspace.db.display().to_string()).into());
    }
    let mut session = Session::begin(workspace, context)?;
    match within(&mut session, request) {
        Ok((facts, import, evaluated, rejects)) => {
            let ended = end(session, rejects)?;
            Ok(Ranking { facts, import, evaluated, ended })
        }
        Err(e) => {
            discard(workspace);
            Err(session.abandon(e))
        }
    }
}

/// Ends the run; its reject files appear after the commit, and not at all without one.
fn end(session: Session<'_>, rejects: Rejects) -> Result<Ended, RunError> {
    let workspace = session.workspace;
    match session.end() {
        Ok(ended) if !ended.rehearsed => {
            rejects.persist()?;
            Ok(ended)
        }
        other => {
            rejects.discard(workspace);
            other
        }
    }
}

/// What `sop import` gives back.
#[derive(Debug)]
pub struct Imported {
    /// What the files brought.
    pub summary: ImportSummary,
    /// Of its report.
    pub frame: Frame,
    /// The run.
    pub ended: Ended,
}

/// Imports without ranking; leads of an existing base stay due.
pub fn import_files(workspace: &Workspace, context: &Context<'_>, files: &[PathBuf], options: &ImportOptions) -> Result<Imported, RunError> {
    let mut session = Session::begin(workspace, context)?;
    let imported = import(&mut session, files, options).and_then(|(mut summary, left)| {
        // A base that is being built has its events written by the pass that scores; all others stay due.
        let evaluated = match left.arriving {
            Some(arriving) => evaluate_first(&mut session, arriving)?.0,
            None => Evaluated::default(),
        };
        arrived(&mut session, &mut summary, &evaluated);
        Ok((summary, left.rejects))
    });
    match imported {
        Ok((summary, rejects)) => {
            let ended = end(session, rejects)?;
            Ok(Imported { summary, frame: frame(workspace, context), ended })
        }
        Err(e) => {
            discard(workspace);
            Err(session.abandon(e))
        }
    }
}

/// Counts the events that came with the import, whoever wrote them.
fn arrived(session: &mut Session<'_>, summary: &mut ImportSummary, evaluated: &Evaluated) {
    summary.events_new += evaluated.events_new;
    summary.events_waiting += evaluated.events_waiting;
    session.counts.insert("events_new".into(), summary.events_new.into());
}

type Parts = (report::Facts, Option<ImportSummary>, Evaluated, Rejects);

fn within(session: &mut Session<'_>, request: &ScoreRequest) -> Result<Parts, RunError> {
    let mut summary = None;
    let (mut rejects, mut arriving) = (Rejects::default(), None);
    if !request.files.is_empty() {
        let (read, left) = import(session, &request.files, &request.options)?;
        summary = Some(read);
        rejects = left.rejects;
        arriving = left.arriving;
    }
    let (evaluated, scores) = match arriving {
        Some(arriving) => evaluate_first(session, arriving)?,
        None => (evaluate(session)?, None),
    };
    if let Some(summary) = &mut summary {
        arrived(session, summary, &evaluated);
    }
    session.counts.insert("scored".into(), evaluated.leads.into());
    session.counts.insert("bands_changed".into(), evaluated.bands.into());
    let scores = match scores {
        Some(scores) => scores,
        None => Scores { leads: session.store.scores()?, totals: session.store.totals(&session.columns)? },
    };
    let facts = ranking(session, scores, summary.as_ref().map(|s| &s.touched), request.rows)?;
    Ok((facts, summary, evaluated, rejects))
}

/// The ranking of the touched leads (or of all): score, then id, then key.
fn ranking(session: &Session<'_>, scores: Scores, touched: Option<&Touched>, rows: Option<usize>) -> Result<report::Facts, RunError> {
    let Session { store, columns, workspace, context, .. } = session;
    let sop = &workspace.sop;
    let Scores { leads: mut order, totals: sums } = scores;
    if let Some(touched) = touched {
        order.retain(|(_, lead)| touched.contains(*lead));
    }
    let ranked = order.len() as u64;
    order.sort_unstable_by_key(|(score, _)| std::cmp::Reverse(*score));
    if let Some(n) = rows
        && let Some((last, _)) = n.checked_sub(1).and_then(|i| order.get(i)).copied()
    {
        let end = order.partition_point(|(score, _)| *score >= last); // with everyone who ties for the last place
        order.truncate(end);
    }
    let mut evaluator = Evaluator::new(sop, store, columns, context.as_of)?;
    let id = sop.dictionary.field("id").map(|(ix, _)| ix);
    let mut keyed: Vec<(i64, String, String, LeadId)> = Vec::with_capacity(order.len());
    for (score, lead) in order {
        let Some(record) = store.lead(columns, lead)? else { continue };
        let id = id.and_then(|ix| record.values.get(ix.0)).and_then(Value::as_text).unwrap_or("").to_owned();
        keyed.push((score, id, record.key.to_string(), lead));
    }
    keyed.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)).then_with(|| a.2.cmp(&b.2)));
    keyed.truncate(rows.unwrap_or(usize::MAX));
    let mut out = Vec::with_capacity(keyed.len());
    for (_, _, _, lead) in keyed {
        let Some(row) = store.whole_lead(columns, lead)? else { continue };
        let card = evaluator.card(&row);
        out.push(report::Row {
            main_reasons: main_reasons(&card, 3),
            stage: row.state.stage,
            owner: row.state.owner,
            band: row.state.band.unwrap_or_default(),
            groups: row.state.groups,
            score: row.state.score.unwrap_or_default(),
            key: row.record.key.to_string(),
            id: text_of(&sop.dictionary, &row.record, "id"),
            name: name_of(&sop.dictionary, &row.record),
            company: text_of(&sop.dictionary, &row.record, "company"),
            title: text_of(&sop.dictionary, &row.record, "title"),
        });
    }
    let bands = sop.scoring.bands.iter().map(|b| (b.id.clone(), sums.bands.iter().find(|(id, _)| *id == b.id).map_or(0, |(_, n)| *n))).collect();
    let mut notes = Vec::new();
    if sop.starter {
        notes.push(note("starter", "no sops/ folder in sight: the built-in starter SOPs apply (`sop init` writes them out to edit)"));
    }
    if sop.scoring.groups.is_empty() {
        notes.push(note("no-rules", "sops/scoring.yaml has no rules, or is not there: every score is 0"));
    }
    if !store.has_behaviour()? {
        notes.push(note("no-events", "no events: engagement is 0 for all"));
    }
    let totals = report::Totals {
        leads: sums.leads,
        groups: sums.groups,
        score: sums.score,
        bands,
        lead_rows: sums.lead_rows + session.lead_rows as i64,
        events_matched: sums.events,
    };
    let groups = sop.scoring.groups.iter().map(|g| (g.id.clone(), None)).collect();
    Ok(report::Facts { frame: frame(workspace, context), groups, rows: out, ranked, totals, notes })
}

/// As of, zone and currency of a report.
pub fn frame(workspace: &Workspace, context: &Context<'_>) -> Frame {
    Frame { as_of: context.as_of, zone: workspace.sop.calendar.zone, currency: workspace.sop.dictionary.currency.clone() }
}

pub(super) fn note(code: &str, text: impl Into<String>) -> Note {
    Note { code: code.into(), text: text.into() }
}

/// The text of a lead's field.
pub(super) fn text_of(dictionary: &Dictionary, record: &LeadRecord, field: &str) -> Option<String> {
    let (ix, _) = dictionary.field(field)?;
    record.values.get(ix.0)?.as_text().map(str::to_owned)
}

/// The lead's name, or what stands for it.
pub(super) fn name_of(dictionary: &Dictionary, record: &LeadRecord) -> Option<String> {
    text_of(dictionary, record, "name").or_else(|| {
        let parts: Vec<String> = ["first_name", "last_name"].iter().filter_map(|f| text_of(dictionary, record, f)).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
}
