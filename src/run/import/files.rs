//! The files of one import: all are opened and recognised before the first row is written; each is parsed on a thread of
//! its own while its rows are written here.

use super::leads::{Arrived, LeadFile};
use super::noted::Noted;
use super::{ImportOptions, Importer, Outcome};
use crate::ingest::{self, BadCell, FileKind, IngestError, IngestErrorKind, LeadMapping, LeadReader, Next, Options, PendingRejects, RejectWriter, TableFile};
use crate::model::{Currency, FieldIx};
use crate::run::{RunError, Session, Workspace};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{channel, sync_channel};

/// Rows handed over at once.
pub(super) const BATCH: usize = 1000;
/// Batches under way between the two threads.
pub(super) const DEPTH: usize = 4;

/// What became of one file.
#[derive(Clone, Debug, Default)]
pub struct FileSummary {
    /// As named on the command line.
    pub file: String,
    /// `leads`, `events`, `stages`, `deals`, `payments`, `follow-ups`, `feedback`, `sms-replies`, `wecom`, `costs`
    pub kind: String,
    /// Encoding, separator, sheet: what was guessed.
    pub read_as: String,
    /// Rows below the header.
    pub rows: u64,
    /// Rows that made a lead.
    pub new: u64,
    /// Known leads that changed.
    pub updated: u64,
    /// Rows that changed nothing.
    pub unchanged: u64,
    /// Rows joined into a lead that another row spoke of.
    pub joined: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// Cells that could not be read and became blank.
    pub blanked: u64,
    /// Where both are listed.
    pub rejects: Option<String>,
    /// Events of known leads.
    pub events_matched: u64,
    /// Events that wait for their lead.
    pub events_waiting: u64,
    /// New pairs to decide.
    pub to_decide: u64,
    /// What people should know.
    pub notes: Vec<String>,
    /// Its place in the run.
    pub(super) number: u16,
}

/// Reject files under temporary names, until the commit.
#[derive(Default)]
pub(in crate::run) struct Rejects(Vec<PendingRejects>);

impl Rejects {
    /// Puts them in place.
    pub(in crate::run) fn persist(self) -> Result<(), RunError> {
        for pending in self.0 {
            pending.persist()?;
        }
        Ok(())
    }

    /// Leaves nothing behind of a rehearsal.
    pub(in crate::run) fn discard(self, workspace: &Workspace) {
        drop(self);
        discard(workspace);
    }
}

/// The folder of reject files goes if nothing is in it: a rehearsal or a failed run made it.
pub(in crate::run) fn discard(workspace: &Workspace) {
    let _ = std::fs::remove_dir(workspace.root.join("rejects"));
}

/// A file that was opened and recognised.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) table: TableFile,
    kind: FileKind,
    pub(super) number: u16,
}

impl Importer<'_, '_> {
    pub(super) fn files(&mut self, paths: &[PathBuf], options: &ImportOptions) -> Result<Rejects, RunError> {
        let mut opened = Vec::with_capacity(paths.len());
        for (number, path) in paths.iter().enumerate() {
            // File 0 is kept for events that waited in the base.
            opened.push(self.open(path, u16::try_from(number + 1).unwrap_or(u16::MAX), options)?);
        }
        opened.sort_by_key(|o| match o.kind {
            FileKind::Leads => 0,
            FileKind::Stages => 1,
            FileKind::Deals => 2,
            FileKind::Payments => 3,
            FileKind::FollowUps => 4,
            FileKind::Feedback | FileKind::SmsReplies | FileKind::Wecom => 5,
            FileKind::Costs => 6,
            FileKind::Events => 7,
        });
        let events = opened.iter().position(|o| o.kind == FileKind::Events).unwrap_or(opened.len());
        let events = opened.split_off(events);
        // New leads stay outside of a base that is being built until all of their rows are read.
        self.session.store.shelve(&self.session.columns)?;
        let rejects = std::thread::scope(|scope| -> Result<Rejects, RunError> {
            let mut events = events.into_iter();
            // A base that is being built has more to wait for than to ask: its events are read ahead.
            let read_ahead = self.session.store.is_first_import() && !opened.is_empty();
            let mut ahead = if read_ahead { events.next().map(|file| self.read_events(scope, file, true)) } else { None };
            let mut rejects = Rejects::default();
            for file in opened {
                let (summary, pending) = self.file(file)?;
                self.summary.rejected += summary.rejected;
                self.summary.files.push(summary);
                rejects.0.push(pending);
            }
            while let Some(reading) = ahead.take().or_else(|| events.next().map(|file| self.read_events(scope, file, false))) {
                self.unshelve()?;
                self.write_deals()?;
                let (summary, pending) = self.events_file(reading?)?;
                self.summary.rejected += summary.rejected;
                self.summary.files.push(summary);
                rejects.0.push(pending);
            }
            Ok(rejects)
        })?;
        self.unshelve()?;
        self.write_deals()?;
        self.write_costs()?;
        if self.session.context.strict && self.summary.rejected > 0 {
            let files = self.summary.files.iter().filter_map(|f| f.rejects.clone()).collect();
            rejects.persist()?; // the rows to mend are the answer to --strict
            return Err(RunError::Rejected { rows: self.summary.rejected, files });
        }
        Ok(rejects)
    }

    /// Takes in a file that is not of events.
    fn file(&mut self, file: Opened) -> Result<(FileSummary, PendingRejects), RunError> {
        let kind = file.kind;
        if kind != FileKind::Leads {
            self.unshelve()?;
        }
        if !matches!(kind, FileKind::Leads | FileKind::Stages | FileKind::Deals) {
            self.write_deals()?;
        }
        match kind {
            FileKind::Stages => self.stages_file(file.path, file.table, file.number),
            FileKind::Deals => self.deals_file(file.path, file.table, file.number),
            FileKind::Payments => self.payments_file(file.path, file.table, file.number),
            FileKind::FollowUps => self.follow_ups_file(file.path, file.table, file.number),
            FileKind::Feedback | FileKind::SmsReplies | FileKind::Wecom => self.feedback_file(file.path, file.table, kind, file.number),
            FileKind::Costs => self.costs_file(file.path, file.table, file.number),
            FileKind::Leads | FileKind::Events => self.leads_file(file),
        }
    }

    fn unshelve(&mut self) -> Result<(), RunError> {
        let Session { store, columns, run, .. } = &mut *self.session;
        Ok(store.unshelve(columns, *run)?)
    }

    fn open(&self, path: &Path, number: u16, options: &ImportOptions) -> Result<Opened, RunError> {
        let table = ingest::open(path, &Options { source: options.source.clone(), ..Options::default() })?;
        let kind = match &options.kind {
            Some(name) if name.trim().eq_ignore_ascii_case("journeys") => {
                let help = format!("read them where they are: sop report attribution --journeys {}", path.display());
                return Err(RunError::refused("counted journeys name no lead, and the base does not keep them", help));
            }
            Some(name) => FileKind::parse(name).ok_or_else(|| {
                RunError::refused(format!("`{name}` is no kind of file"), format!("kinds: {}", FileKind::names().collect::<Vec<_>>().join(", ")))
            })?,
            None => {
                let found = ingest::recognise(table.headers(), self.dictionary(), &self.workspace().sop.tables);
                let events = ingest::EventMapping::new(table.headers(), self.dictionary());
                if found.kind.is_none() && events.kind.is_some() && events.at.is_some() {
                    let what = format!("it has events but nobody whose they are: {}", events.missing().join(", "));
                    return Err(table.error(IngestErrorKind::MissingColumns, what, "add the column, or name the kind with --as").into());
                }
                if found.kind.is_none() && options.unattended {
                    let what = format!("none of its columns is known: {}", table.headers().join(", "));
                    let help = "add aliases to fields.yaml; or import it by hand, where every row becomes a lead of its own: sop import FILE --as leads";
                    return Err(table.error(IngestErrorKind::MissingColumns, what, help).into());
                }
                // A file that names nobody still holds rows: they are leads without identity.
                found.kind.unwrap_or(FileKind::Leads)
            }
        };
        Ok(Opened { path: path.to_owned(), table, kind, number })
    }

    fn leads_file(&mut self, opened: Opened) -> Result<(FileSummary, PendingRejects), RunError> {
        let Opened { path, mut table, number, .. } = opened;
        let dictionary = self.dictionary();
        let calendar = &self.workspace().sop.calendar;
        let mut mapping = LeadMapping::new(table.headers(), dictionary);
        mapping.skip_derived(self.workspace().sop.scoring.groups.iter().map(|g| g.id.as_str()));
        (self.session.context.progress)(&format!("reading {}", short(&path)), 0, 0);
        let profile = ingest::profile(&mut table, &mapping, dictionary, calendar)?;
        let mut summary = start(&path, FileKind::Leads, &table);
        summary.notes.extend(profile.open.iter().map(ingest::OpenOrder::message));
        if !mapping.derived.is_empty() {
            summary.notes.push(format!("columns that sop itself computes are not read: {}", mapping.derived.join(", ")));
        }
        if mapping.key.is_none() && !mapping.has_identity(dictionary) {
            summary.notes.push("no column identifies a person: every row is a lead of its own (declare one under `identity:` in fields.yaml)".into());
        }
        if mapping.key.is_some() {
            self.resolver.with_keys(&self.session.store)?;
        }
        let present: Vec<bool> = dictionary
            .fields
            .iter()
            .enumerate()
            .map(|(i, f)| mapping.column_of(FieldIx(i)).is_some() || (f.id == "name" && mapping.names_in_parts()))
            .collect();
        let mut rejects = RejectWriter::new(&self.workspace().root.join("rejects"), &path, table.headers());
        let mut reader = LeadReader::new(table, mapping, dictionary, calendar, profile);
        let (bytes, total) = (AtomicU64::new(0), reader.table().progress().1);
        let file_name = summary.file.clone();
        let file = LeadFile { name: &file_name, number, present: &present };
        summary.number = number;
        self.keyed.clear();
        let before = self.summary.to_decide;
        let (mut existing, mut nobody) = (0, 0_u64);
        let (counts, rejects) = std::thread::scope(|scope| -> Result<_, RunError> {
            let (send, receive) = sync_channel::<Vec<Arrived>>(DEPTH);
            // Rows go back with what they hold, in their order: what one thread allocates, another frees slowly, and memory that
            // is walked through in another order is read slowly.
            let (give_back, empty) = channel::<Vec<Arrived>>();
            let bytes = &bytes;
            let parser = scope.spawn(move || -> Result<(Counts, RejectWriter), IngestError> {
                let mut counts = Counts::default();
                let mut batch = Vec::with_capacity(BATCH);
                let mut spent: VecDeque<Arrived> = VecDeque::new();
                loop {
                    let mut arrived = spent.pop_front().unwrap_or_default();
                    let row = arrived.reused();
                    match reader.next(row)? {
                        Next::End => break,
                        Next::Rejected => {
                            counts.reject(&mut rejects, reader.raw(), &row.bad)?;
                            spent.push_front(arrived);
                            continue;
                        }
                        Next::Row => {}
                    }
                    counts.rows += 1;
                    for bad in &row.bad {
                        rejects.add(reader.raw(), bad)?;
                        counts.blanked += 1;
                    }
                    for note in row.notes.iter().filter(|n| n.reason == ingest::FINER) {
                        counts.rounded.add(|| note.value.clone());
                    }
                    batch.push(arrived);
                    if batch.len() == BATCH {
                        bytes.store(reader.table().progress().0, Ordering::Relaxed);
                        spent.extend(empty.try_iter().flatten());
                        if send.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).is_err() {
                            break; // the writer gave up and has the reason
                        }
                    }
                }
                let _ = send.send(batch);
                Ok((counts, rejects))
            });
            for mut batch in receive {
                for arrived in &mut batch {
                    arrived.name();
                    for barred in &arrived.row.barred {
                        if barred.why == crate::model::NoIdentity::Shared
                            && let Some(f) = dictionary.fields.get(barred.field.0)
                        {
                            self.bar(&crate::model::Identity { kind: f.id.as_str().into(), text: barred.text.clone() })?;
                        } else if barred.why != crate::model::NoIdentity::Shared {
                            nobody += 1;
                        }
                    }
                    match self.lead_row(&file, arrived)? {
                        Outcome::New => summary.new += 1,
                        Outcome::Joined => summary.joined += 1,
                        Outcome::Existing => existing += 1,
                    }
                }
                let _ = give_back.send(batch);
                (self.session.context.progress)(&format!("importing {}", short(&path)), bytes.load(Ordering::Relaxed), total);
            }
            parser.join().map_err(|_| RunError::refused("reading the file failed unexpectedly", "please report this file's shape"))?.map_err(RunError::from)
        })?;
        summary.notes.extend(counts.rounding(&dictionary.currency));
        counts.into(&mut summary);
        if nobody > 0 {
            summary.notes.push(format!(
                "{nobody} role mailboxes or test numbers (info@…, 13800138000, …12345678) identify nobody: their rows are joined by other identities only"
            ));
        }
        summary.notes.extend(self.place_notes());
        summary.unchanged = existing; // those that changed are told apart at the end
        summary.to_decide = self.summary.to_decide - before;
        self.existing_rows += existing;
        self.summary.new += summary.new;
        self.summary.joined += summary.joined;
        Ok((with_rejects(&mut summary, &rejects), rejects.finish()?))
    }
}

/// What the parsing thread counted.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) rows: u64,
    pub(super) rejected: u64,
    pub(super) blanked: u64,
    /// Amounts with a fraction of the currency's smallest unit.
    pub(super) rounded: Noted,
}

impl Counts {
    pub(super) fn reject(&mut self, rejects: &mut RejectWriter, raw: &ingest::RawRow, bad: &[BadCell]) -> Result<(), IngestError> {
        self.rows += 1;
        self.rejected += 1;
        match bad.first() {
            Some(bad) => rejects.add(raw, bad),
            None => Ok(()),
        }
    }
    /// What people should know of amounts that were rounded.
    pub(super) fn rounding(&self, currency: &Currency) -> Option<String> {
        let unit = format!("{} {}", currency.decimal(1), currency.code);
        self.rounded.note(|n| match n {
            1 => format!("1 amount is finer than {unit} and is rounded, a half away from zero"),
            n => format!("{n} amounts are finer than {unit} and are rounded, halves away from zero"),
        })
    }
    pub(super) fn into(self, summary: &mut FileSummary) {
        summary.rows = self.rows;
        summary.rejected = self.rejected;
        summary.blanked = self.blanked;
    }
}

/// A summary with what is known before the first row.
pub(super) fn start(path: &Path, kind: FileKind, table: &TableFile) -> FileSummary {
    FileSummary {
        file: path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned()),
        kind: kind.name().to_owned(),
        read_as: table.format().to_string(),
        notes: table.notes.clone(),
        ..FileSummary::default()
    }
}

/// The summary with the place of its reject file, if it has one.
pub(super) fn with_rejects(summary: &mut FileSummary, rejects: &RejectWriter) -> FileSummary {
    if rejects.count() > 0 {
        let name = rejects.target().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        summary.rejects = Some(format!("rejects/{name}"));
    }
    std::mem::take(summary)
}

pub(super) fn short(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
