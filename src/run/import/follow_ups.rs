//! Rows of follow-ups, and worklists that come back: what owners logged, and what they think of the leads.
//!
//! - With a date, rows are a multiset per (lead, instant, owner, outcome, note): a file with m equal ones raises the base to
//!   max(base, m), and fills what the base has blank.
//! - Without a date, a row is dated by the as-of of the import that saw it first, and known by a hash of its answers and of
//!   the number of its worklist (`worklist`): whenever it comes again, it is the same. Two worklists of ours have two
//!   numbers, so that the same answer a week later is another one; in a list without a number it is not.
//! - Verdicts are taken as if given on the command line (`verdicts.rs`).

use super::Importer;
use super::details::{detail_of, intern};
use super::intake::Intake;
use super::noted::Elsewhere;
use super::summary::FileSummary;
use super::verdicts::{Remarked, Taken, answer_of};
use crate::ingest::{
    ANSWERS, BadCell, FileKind, FollowUpCells, FollowUpReader, PendingRejects, Rows, TableFile, TableMapping, follow_up_mapping, strange_columns,
};
use crate::model::{DetailId, Identity, Instant, LeadId, Outcome, fold, stable_hash};
use crate::run::RunError;
use crate::store::{About, FollowUpRow};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What makes rows with a date equal.
type Same = (LeadId, Instant, Option<String>, Option<Outcome>, Option<String>);

/// What a file leaves to be said.
#[derive(Default)]
struct Remarks {
    unfilled: u64,
    undated: u64,
    verdicts: Remarked,
    elsewhere: Elsewhere,
}

impl Importer<'_, '_> {
    pub(super) fn follow_ups_file(&mut self, path: PathBuf, table: TableFile, number: u16) -> Result<(FileSummary, PendingRejects), RunError> {
        let (dictionary, sop) = (self.dictionary(), &self.workspace().sop);
        let mapping = follow_up_mapping(table.headers(), dictionary, &sop.tables);
        let mut intake = Intake::new(self.workspace(), &path, FileKind::FollowUps, &table, number);
        if mapping.key.is_some() || mapping.any.is_some() {
            self.resolver.with_keys(&self.session.store)?;
        }
        let mut reader = FollowUpReader::new(table, &mapping, dictionary, &sop.calendar, &sop.tables)?;
        intake.note_open(&reader);
        let mut remarks = Remarks::default();
        let strange = strange_columns(reader.table().headers(), &mapping, dictionary);
        intake.summary.notes.extend(strange_note(&strange, reader.table().headers(), &mapping));
        let mut dated: BTreeMap<Same, Vec<(FollowUpRow, bool)>> = BTreeMap::new();
        let mut ordinals: FxHashMap<(LeadId, u64), u64> = FxHashMap::default();
        let mut cells = FollowUpCells::default();
        while intake.next(&mut reader, &mut cells)? {
            for column in strange.iter().filter(|c| !reader.raw().text(**c).trim().is_empty()) {
                intake.blanked(reader.raw(), &[reader.bad_cell(*column, "a worklist has no such column")])?;
            }
            if cells.is_unfilled() {
                remarks.unfilled += 1;
                continue;
            }
            let Some(lead) = self.lead_named(cells.key, &cells.identities)? else {
                let key = cells.key.map(|k| k.to_string());
                let who = key.or_else(|| cells.identities.first().map(name_of)).unwrap_or_default();
                let bad = BadCell { column: "lead".into(), value: who, reason: "no lead of the base is known by this".into() };
                intake.refuse(reader.raw(), &bad)?;
                continue;
            };
            let answer = match answer_of(&cells, &sop.lifecycle) {
                Ok(answer) => answer,
                Err(why) => {
                    let bad = reader.bad_reason(cells.reason.as_deref().unwrap_or_default(), why);
                    intake.refuse(reader.raw(), &bad)?;
                    continue;
                }
            };
            intake.blanked(reader.raw(), &cells.bad)?;
            self.touched.insert(lead);
            let mut changed = false;
            let row = row_of(&cells, |told| remarks.elsewhere.owner(&sop.team, told));
            let owner = row.owner.clone();
            if let Some(reason) = answer {
                match self.take_verdict(lead, &cells, owner, reason, &mut remarks.verdicts)? {
                    Taken::New => changed = true,
                    Taken::Known => {}
                    // What else the row says stands; the verdict is listed.
                    Taken::Not(why) => {
                        let bad = reader.bad_verdict(why);
                        if !cells.is_contact() {
                            intake.refuse(reader.raw(), &bad)?;
                            continue;
                        }
                        intake.blanked(reader.raw(), &[bad])?;
                    }
                }
            }
            remarks.undated += u64::from(cells.at.is_none());
            if cells.is_contact() {
                match cells.at {
                    Some(at) => {
                        self.told_of(About::follow_up(at, &row), cells.key, &cells.identities)?;
                        dated.entry((lead, at, row.owner.clone(), row.outcome, row.note.clone())).or_default().push((row, changed));
                        continue; // its follow-up is counted with its equals
                    }
                    None => {
                        let answers = hash_of(&cells);
                        let place = ordinals.entry((lead, answers)).or_insert(0);
                        let origin = format!("{:016x}", stable_hash(&[&answers.to_le_bytes(), &place.to_le_bytes()]));
                        *place += 1;
                        let row = FollowUpRow { origin, ..row };
                        self.told_of(About::follow_up(self.session.context.as_of, &row), cells.key, &cells.identities)?;
                        changed |= self.undated_follow_up(lead, row, number)?;
                    }
                }
            }
            intake.summary.new += u64::from(changed);
            intake.summary.unchanged += u64::from(!changed);
        }
        let summary = &mut intake.summary;
        for (same, rows) in dated {
            self.dated_follow_ups(same, rows, number, summary)?;
        }
        if remarks.unfilled > 0 {
            summary.notes.push(format!("{} rows are not filled in: nothing follows from them", remarks.unfilled));
            summary.unchanged += remarks.unfilled;
        }
        if remarks.undated > 0 {
            let at = sop.calendar.local(self.session.context.as_of);
            summary.notes.push(format!("{} rows have no date: new ones are dated {at}", remarks.undated));
        }
        summary.notes.extend(remarks.verdicts.notes());
        summary.notes.extend(remarks.elsewhere.note("follow-up is by somebody else", "follow-ups are by others"));
        intake.finish()
    }

    /// A row without a date. True when it is new.
    fn undated_follow_up(&mut self, lead: LeadId, row: FollowUpRow, file: u16) -> Result<bool, RunError> {
        let (store, at) = (&self.session.store, self.session.context.as_of);
        if store.follow_ups_of(lead)?.iter().any(|(_, _, known)| known.origin == row.origin) {
            return Ok(false);
        }
        store.add_follow_up(lead, at, &row, self.session.run)?;
        store.make_due(lead)?;
        self.event_of(lead, at, &row, file)?;
        Ok(true)
    }

    /// Rows with a date that are equal: the base is raised to their number, and its blanks are filled. Each comes with whether
    /// its verdict was new.
    fn dated_follow_ups(&mut self, same: Same, mut rows: Vec<(FollowUpRow, bool)>, file: u16, summary: &mut FileSummary) -> Result<(), RunError> {
        let (lead, at, ..) = same;
        let store = &self.session.store;
        let is_same = |f: &FollowUpRow| f.origin.is_empty() && (&f.owner, f.outcome, &f.note) == (&same.2, same.3, &same.4);
        let mut there: Vec<(i64, FollowUpRow)> =
            store.follow_ups_of(lead)?.into_iter().filter(|(t, _, f)| *t == at && is_same(f)).map(|(_, seq, f)| (seq, f)).collect();
        rows.sort();
        there.sort_by(|a, b| a.1.cmp(&b.1));
        let mut known = there.into_iter();
        for (row, is_judged) in &rows {
            match known.next() {
                None => {
                    store.add_follow_up(lead, at, row, self.session.run)?;
                    summary.new += 1;
                }
                Some((seq, old)) => {
                    let filled = fill(&old, row);
                    if filled != old {
                        store.update_follow_up(lead, at, seq, &filled)?;
                    } else if !is_judged {
                        summary.unchanged += 1;
                        continue;
                    }
                    summary.updated += 1;
                }
            }
            store.make_due(lead)?;
        }
        for (row, _) in &rows {
            self.event_of(lead, at, row, file)?;
        }
        Ok(())
    }

    /// A connected call and a reply are events, too.
    fn event_of(&mut self, lead: LeadId, at: Instant, row: &FollowUpRow, file: u16) -> Result<(), RunError> {
        let Some(kind) = event_told_by(row) else { return Ok(()) };
        let dictionary = self.dictionary();
        let Some(id) = dictionary.kind_of(kind) else { return Ok(()) };
        let known: Option<DetailId> = self.details.follow_ups.iter().find(|(k, _)| *k == id).map(|(_, d)| *d);
        let detail = match known {
            Some(detail) => detail,
            None => {
                let detail = intern(&self.session.store, &self.session.columns, dictionary, &detail_of(dictionary, id, &[]), "", self.session.run)?;
                self.details.follow_ups.push((id, detail));
                detail
            }
        };
        self.push_event(lead.0 as u32, at, detail, file)?;
        Ok(())
    }
}

/// What people should know of a worklist whose columns are not as they went out.
fn strange_note(strange: &[usize], headers: &[String], mapping: &TableMapping) -> Option<String> {
    let missing: Vec<&str> = ANSWERS.iter().copied().filter(|id| !mapping.has(&[id])).collect();
    let named: Vec<String> = strange.iter().filter_map(|c| headers.get(*c)).map(|h| format!("`{h}`")).collect();
    let lacks = if missing.is_empty() { String::new() } else { format!("; there is no column for {}", missing.join(", ")) };
    (!named.is_empty()).then(|| format!("columns that no worklist has, what they hold is listed and not read: {}{lacks}", named.join(", ")))
}

fn row_of(cells: &FollowUpCells, owner: impl FnOnce(Option<String>) -> Option<String>) -> FollowUpRow {
    FollowUpRow {
        owner: owner(cells.owner.clone()),
        ty: cells.ty.clone(),
        outcome: cells.outcome,
        note: cells.note.clone(),
        pain: cells.pain.clone(),
        progress: cells.progress.clone(),
        budget: cells.budget.clone(),
        next_at: cells.next_at,
        quality: cells.quality.clone(),
        origin: String::new(),
    }
}

/// What a row without a date says, as one number: with the owner as told, whoever the team may come to know.
fn hash_of(cells: &FollowUpCells) -> u64 {
    let texts = [&cells.worklist, &cells.owner, &cells.ty, &cells.note, &cells.pain, &cells.progress, &cells.budget, &cells.quality];
    let mut parts: Vec<String> = texts.iter().map(|t| t.as_deref().map(|t| fold(t).into_owned()).unwrap_or_default()).collect();
    parts.push(cells.outcome.map_or("", Outcome::name).to_owned());
    parts.push(cells.next_at.map_or_else(String::new, |t| t.0.to_string()));
    stable_hash(&parts.iter().map(String::as_bytes).collect::<Vec<_>>())
}

/// The kind of event that a follow-up is, too.
pub(in crate::run) fn event_told_by(row: &FollowUpRow) -> Option<&'static str> {
    match (row.outcome, row.ty.as_deref()) {
        (Some(Outcome::Connected), None | Some("call")) => Some("call_connected"),
        (Some(Outcome::Replied), _) => Some("reply"),
        _ => None,
    }
}

/// A follow-up with its blanks filled.
pub(in crate::run) fn fill(old: &FollowUpRow, new: &FollowUpRow) -> FollowUpRow {
    let either = |a: &Option<String>, b: &Option<String>| a.clone().or_else(|| b.clone());
    FollowUpRow {
        ty: either(&old.ty, &new.ty),
        pain: either(&old.pain, &new.pain),
        progress: either(&old.progress, &new.progress),
        budget: either(&old.budget, &new.budget),
        next_at: old.next_at.or(new.next_at),
        quality: either(&old.quality, &new.quality),
        ..old.clone()
    }
}

/// A name for people: ids without their source.
pub(super) fn name_of(identity: &Identity) -> String {
    identity.text.rsplit('\t').next().unwrap_or_default().to_owned()
}
