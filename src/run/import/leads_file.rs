//! One file of leads: its rows are typed on a thread of their own while those before them are joined and written here.

use super::files::Opened;
use super::leads::{Arrived, LeadFile};
use super::summary::{Counts, FileSummary, short};
use super::{BATCH, DEPTH, Importer, Outcome, parser_died};
use crate::ingest::{self, FileKind, IngestError, LeadMapping, LeadReader, LeadRow, Next, OpenOrder, PendingRejects, RejectWriter, Says};
use crate::model::{FieldIx, Identity, NoIdentity};
use crate::run::RunError;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

/// The parsing thread's end of the way that rows take.
struct Way<'w> {
    /// Full batches go there.
    full: SyncSender<Vec<Arrived>>,
    /// Rows come back with what they hold, in their order: what one thread allocates, another frees slowly, and memory that is
    /// walked through in another order is read slowly.
    spent: Receiver<Vec<Arrived>>,
    /// How far it has read, for the progress.
    bytes: &'w AtomicU64,
}

/// The parsing thread: rows into batches, until the file ends or nobody listens.
fn parse(mut reader: LeadReader<'_>, mut rejects: RejectWriter, way: &Way<'_>) -> Result<(Counts, RejectWriter), IngestError> {
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
        counts.blank(&mut rejects, reader.raw(), &row.bad)?;
        for note in &row.notes {
            counts.remark(note.reason.clone(), &note.value);
        }
        batch.push(arrived);
        if batch.len() == BATCH {
            way.bytes.store(reader.table().progress().0, Ordering::Relaxed);
            spent.extend(way.spent.try_iter().flatten());
            if way.full.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).is_err() {
                break; // the writer gave up and has the reason
            }
        }
    }
    let _ = way.full.send(batch);
    Ok((counts, rejects))
}

/// What people should know of the columns of a file before its first row is read.
fn of_columns(mapping: &LeadMapping, open: &[OpenOrder], has_identity: bool) -> Vec<String> {
    let mut notes: Vec<String> = open.iter().map(OpenOrder::message).collect();
    if !mapping.derived.is_empty() {
        notes.push(format!("columns that sop itself computes are not read: {}", mapping.derived.join(", ")));
    }
    for column in &mapping.opt_outs {
        let header = mapping.headers.get(column.column).map_or("", String::as_str);
        if !column.lacks.is_empty() {
            let fields = column.lacks.iter().map(|id| format!("`{id}: {{type: boolean}}`")).collect::<Vec<_>>().join(" and ");
            let what = if column.fields.is_empty() { "looks like an opt-out and is not used" } else { "says who opted out, and not all of it is used" };
            notes.push(format!("`{header}` {what}: declare {fields} under `leads:` in sops/fields.yaml and import the file again"));
        } else if column.fields.is_empty() {
            notes.push(format!(
                "`{header}` looks like an opt-out and is not used: declare it as an alias in sops/fields.yaml, or import those who said no with --as feedback"
            ));
        } else if column.says != Says::No {
            notes.push(format!("`{header}` is read as an opt-out: whoever says no there has no consent"));
        }
    }
    if mapping.key.is_none() && !has_identity {
        notes.push("no column identifies a person: every row is a lead of its own (declare one under `identity:` in fields.yaml)".into());
    }
    notes
}

/// What people should know of values that identify nobody in any file.
fn of_nobody(count: u64) -> Option<String> {
    const SUCH: &str = "(info@…, 13800138000, …12345678)";
    match count {
        0 => None,
        1 => Some(format!("1 role mailbox or test number {SUCH} identifies nobody: its row is joined by other identities only")),
        n => Some(format!("{n} role mailboxes or test numbers {SUCH} identify nobody: their rows are joined by other identities only")),
    }
}

impl Importer<'_, '_> {
    /// Takes in a file of leads.
    pub(super) fn leads_file(&mut self, opened: Opened) -> Result<(FileSummary, PendingRejects), RunError> {
        let Opened { path, mut table, number, .. } = opened;
        let (dictionary, calendar) = (self.dictionary(), &self.workspace().sop.calendar);
        let mut mapping = LeadMapping::new(table.headers(), dictionary);
        mapping.skip_derived(self.workspace().sop.scoring.groups.iter().map(|g| g.id.as_str()));
        (self.session.context.progress)(&format!("reading {}", short(&path)), 0, 0);
        let profile = ingest::profile(&mut table, &mapping, dictionary, calendar)?;
        let mut summary = FileSummary::new(&path, FileKind::Leads, &table, number);
        summary.notes.extend(of_columns(&mapping, &profile.open, mapping.has_identity(dictionary)));
        if mapping.key.is_some() {
            self.resolver.with_keys(&self.session.store)?;
        }
        let opted_out = |i: usize| mapping.opt_outs.iter().any(|o| o.fields.contains(&FieldIx(i)));
        let is_present = |i: usize, id: &str| mapping.column_of(FieldIx(i)).is_some() || opted_out(i) || (id == "name" && mapping.names_in_parts());
        let present: Vec<bool> = dictionary.fields.iter().enumerate().map(|(i, f)| is_present(i, &f.id)).collect();
        let rejects = RejectWriter::new(&self.workspace().root.join("rejects"), &path, table.headers());
        let reader = LeadReader::new(table, mapping, dictionary, calendar, profile);
        let (bytes, total) = (AtomicU64::new(0), reader.table().progress().1);
        let file_name = summary.file.clone();
        let file = LeadFile { name: &file_name, number, present: &present };
        self.keyed.clear();
        let before = self.summary.to_decide;
        let (mut existing, mut nobody) = (0, 0);
        let (counts, rejects) = std::thread::scope(|scope| -> Result<_, RunError> {
            let (full, receive) = sync_channel(DEPTH);
            let (give_back, spent) = channel();
            let way = Way { full, spent, bytes: &bytes };
            let parser = scope.spawn(move || parse(reader, rejects, &way));
            for mut batch in receive {
                for arrived in &mut batch {
                    arrived.name();
                    nobody += self.bar_shared(&arrived.row)?;
                    match self.lead_row(&file, arrived)? {
                        Outcome::New => summary.new += 1,
                        Outcome::Joined => summary.joined += 1,
                        Outcome::Existing => existing += 1,
                    }
                }
                let _ = give_back.send(batch);
                (self.session.context.progress)(&format!("importing {}", short(&path)), bytes.load(Ordering::Relaxed), total);
            }
            parser.join().map_err(|_| parser_died())?.map_err(RunError::from)
        })?;
        summary.notes.extend(counts.remarks(&dictionary.currency));
        counts.put_into(&mut summary);
        summary.notes.extend(of_nobody(nobody));
        summary.notes.extend(self.places.notes(&self.workspace().sop.lifecycle));
        summary.unchanged = existing; // those that changed are told apart at the end
        summary.to_decide = self.summary.to_decide - before;
        self.existing_rows += existing;
        self.summary.new += summary.new;
        self.summary.joined += summary.joined;
        summary.finish(rejects)
    }

    /// What too many people of the file share recognises nobody from here on. Gives how many others of the row identify nobody in any file.
    fn bar_shared(&mut self, row: &LeadRow) -> Result<u64, RunError> {
        let mut nobody = 0;
        for barred in &row.barred {
            match (barred.why, self.dictionary().fields.get(barred.field.0)) {
                (NoIdentity::Shared, Some(field)) => self.bar(&Identity { kind: field.id.as_str().into(), text: barred.text.clone() })?,
                (NoIdentity::Shared, None) => {}
                _ => nobody += 1,
            }
        }
        Ok(nobody)
    }
}
