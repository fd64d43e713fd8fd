//! Rows of what came back: joined to the messages that they answer, kept once, told to scoring as events, and obeyed at once.
//!
//! - The message is the one whose id the row names; else the newest of that content (or subject) that left for that address in the 60 days
//!   before. What joins none is kept without one, and counted with the reason.
//! - Told twice is once, by a hash of what the row says. A row without a date is dated by the as-of of the import that saw it first.
//! - Unsubscriptions, complaints and bounces close addresses the first time that they are told (`suppress_on` of delivery.yaml): an address
//!   that a person opened again stays open when the same file comes again.

mod joining;
mod remarks;

pub(super) use self::remarks::closed_notes;

use self::joining::{Holders, Unjoined, hash_of, message_id};
use self::remarks::Remarks;
use super::Importer;
use super::details::{detail_of, intern};
use super::intake::Intake;
use super::summary::FileSummary;
use crate::ingest::{
    BadCell, Came, FeedbackCells, FeedbackReader, FeedbackShape, FileKind, PendingRejects, Rows, TableFile, feedback_mapping, sms_mapping, wecom_mapping,
};
use crate::model::{Address, DetailId, FeedbackKind, Instant, KindId, LeadId, MessageId, Value, fold};
use crate::run::RunError;
use crate::run::suppress::{Cause, close, stop_waiting};
use crate::store::{FeedbackRow, Put};
use std::path::PathBuf;

/// The row under way.
struct Row<'r> {
    cells: &'r FeedbackCells,
    /// The file's name without its ending.
    stem: &'r str,
    file: &'r str,
    number: u16,
    address: Option<Address>,
    /// The id that it names, if it is one of ours.
    id: Option<MessageId>,
    lead: Option<LeadId>,
}

impl Importer<'_, '_> {
    pub(super) fn feedback_file(&mut self, path: PathBuf, table: TableFile, kind: FileKind, number: u16) -> Result<(FileSummary, PendingRejects), RunError> {
        let (dictionary, sop) = (self.dictionary(), &self.workspace().sop);
        let (shape, mapping) = match kind {
            FileKind::SmsReplies => (FeedbackShape::Sms, sms_mapping(table.headers(), dictionary, &sop.tables)),
            FileKind::Wecom => (FeedbackShape::Wecom, wecom_mapping(table.headers(), dictionary, &sop.tables)),
            _ => (FeedbackShape::Feedback, feedback_mapping(table.headers(), dictionary, &sop.tables)),
        };
        let mut intake = Intake::new(self.workspace(), &path, kind, &table, number);
        if mapping.key.is_some() || mapping.any.is_some() {
            self.resolver.with_keys(&self.session.store)?;
        }
        let mut reader = FeedbackReader::new(shape, table, &mapping, dictionary, &sop.calendar, &sop.tables)?;
        intake.note_open(&reader);
        let stem = path.file_stem().map(|n| fold(&n.to_string_lossy()).into_owned()).unwrap_or_default();
        let file = intake.summary.file.clone();
        let mut remarks = Remarks::default();
        let mut holders: Option<Holders> = None;
        let mut cells = FeedbackCells::default();
        while intake.next(&mut reader, &mut cells)? {
            intake.blanked(reader.raw(), &cells.bad)?;
            remarks.is_log |= cells.told.is_empty() && shape == FeedbackShape::Feedback;
            let address = cells.address.as_deref().and_then(|a| dictionary.address(a));
            if cells.address.is_some() && address.is_none() && cells.message.is_none() {
                let bad = BadCell { column: "address".into(), value: cells.address.clone().unwrap_or_default(), reason: "no address".into() };
                intake.refuse(reader.raw(), &bad)?;
                continue;
            }
            let lead = match &address {
                Some(address) => match self.lead_named(None, &self.identities(address))? {
                    Some(lead) => Some(lead),
                    None => self.holder(&mut holders, address)?,
                },
                None => self.lead_named(cells.key, &cells.identities)?,
            };
            let id = cells.message.as_deref().and_then(message_id);
            let row = Row { cells: &cells, stem: &stem, file: &file, number, address, id, lead };
            let outcomes = self.signs(&row, &mut remarks)?;
            let summary = &mut intake.summary;
            summary.new += u64::from(outcomes == Some(Put::New));
            summary.updated += u64::from(outcomes == Some(Put::Linked));
            summary.unchanged += u64::from(!matches!(outcomes, Some(Put::New | Put::Linked)));
        }
        self.cover(shape, &reader.covers(), &remarks)?;
        let stopped = if remarks.closed.is_empty() { 0 } else { stop_waiting(self.session)? };
        intake.summary.notes.extend(self.feedback_notes(&remarks, stopped)?);
        intake.finish()
    }

    /// Everything that one row tells. Gives the best that became of it.
    fn signs(&mut self, row: &Row<'_>, remarks: &mut Remarks) -> Result<Option<Put>, RunError> {
        if row.cells.told.is_empty() {
            remarks.nothing += 1;
            return Ok(None);
        }
        let mut best = None;
        for told in &row.cells.told {
            let soft = told.came == Came::Soft;
            let kind = match told.came {
                Came::Sign(kind) => kind,
                Came::Soft => FeedbackKind::Bounce,
                Came::Nothing => continue,
                Came::Added => {
                    let at = told.at.unwrap_or(self.session.context.as_of);
                    let put = self.added(row, at)?;
                    best = Some(better(best, put));
                    continue;
                }
            };
            if row.cells.by_machine && matches!(kind, FeedbackKind::Open | FeedbackKind::Click) {
                remarks.machines += 1;
                remarks.reaches(told.at, self.session.context.as_of);
                continue;
            }
            let put = self.sign(row, kind, told.at, soft, remarks)?;
            best = Some(better(best, put));
        }
        Ok(best)
    }

    /// One sign: joined, kept, told on.
    fn sign(&mut self, row: &Row<'_>, kind: FeedbackKind, told: Option<Instant>, soft: bool, remarks: &mut Remarks) -> Result<Put, RunError> {
        let hash = hash_of(row, kind, told);
        let at = match told {
            Some(at) => at,
            None => {
                remarks.undated += 1;
                self.session.store.feedback_at(hash)?.unwrap_or(self.session.context.as_of)
            }
        };
        let guess = row.cells.medium.clone().unwrap_or_else(|| if row.address.as_ref().is_some_and(Address::is_phone) { "sms" } else { "email" }.to_owned());
        let joined = self.message_of(row, &guess, told, at)?;
        remarks.reaches(told, self.session.context.as_of);
        let (message, medium, lead) = match joined {
            Ok((id, medium, lead)) => {
                remarks.joined += 1;
                (Some(id), medium, Some(lead))
            }
            Err(why) => {
                let name = || row.address.as_ref().map(|a| a.text().to_owned()).or_else(|| row.cells.message.clone()).unwrap_or_default();
                match why {
                    Unjoined::NoLead => remarks.no_lead.add(name),
                    Unjoined::NoMessage => remarks.no_message.add(name),
                    Unjoined::NotOurs => remarks.not_ours.add(|| row.cells.message.clone().unwrap_or_default()),
                }
                (None, guess, row.lead)
            }
        };
        remarks.kinds.insert((medium.clone(), kind));
        let (content, link) = (row.cells.content.clone(), row.cells.link.clone());
        let address = row.address.as_ref().map(|a| a.text().to_owned());
        let put = self
            .session
            .store
            .put_feedback(&FeedbackRow { hash, message, lead, kind, at, medium: medium.clone(), address, content, link }, self.session.run)?;
        if let Some(lead) = lead {
            self.touched.insert(lead);
            if matches!(kind, FeedbackKind::Open | FeedbackKind::Click) {
                remarks.leads.insert(lead);
            }
            if put != Put::Known {
                self.session.store.make_due(lead)?;
            }
        }
        self.tell(row, kind.event(&medium), lead, at)?;
        if put == Put::New && !soft {
            self.obey(row, kind, lead, &medium, at, remarks)?;
        }
        Ok(put)
    }

    /// What came back is an event of its lead, too; one of an unknown address waits for it.
    fn tell(&mut self, row: &Row<'_>, kind: &str, lead: Option<LeadId>, at: Instant) -> Result<(), RunError> {
        let dictionary = self.dictionary();
        let Some(id) = dictionary.kind_of(kind) else { return Ok(()) };
        let whose = match lead {
            Some(lead) => lead.0 as u32,
            None => {
                let names = row.address.as_ref().map_or_else(|| row.cells.identities.clone(), |a| self.identities(a));
                let Some(first) = names.first().cloned() else { return Ok(()) };
                self.resolver.stranger(first.hash(), || first)
            }
        };
        let detail = self.feedback_detail(id, row.cells.content.as_deref(), row.cells.link.as_deref())?;
        self.push_event(whose, at, detail, row.number)?;
        Ok(())
    }

    /// A contact of 企微 is an event; whom nobody knows yet it waits for.
    fn added(&mut self, row: &Row<'_>, at: Instant) -> Result<Put, RunError> {
        self.tell(row, "wecom_added", row.lead, at)?;
        Ok(match row.lead {
            Some(lead) => {
                self.touched.insert(lead);
                Put::Known
            }
            None => Put::New,
        })
    }

    fn feedback_detail(&mut self, kind: KindId, content: Option<&str>, link: Option<&str>) -> Result<DetailId, RunError> {
        let key = (kind, content.map(str::to_owned), link.map(str::to_owned));
        if let Some(known) = self.details.feedback.get(&key) {
            return Ok(*known);
        }
        let value = |text: Option<&str>| text.map_or(Value::Null, Value::text);
        let dictionary = self.dictionary();
        let detail = detail_of(dictionary, kind, &[("content", value(content)), ("link", value(link))]);
        let id = intern(&self.session.store, &self.session.columns, dictionary, &detail, "", self.session.run)?;
        self.details.feedback.insert(key, id);
        Ok(id)
    }

    /// Closes what a sign closes.
    fn obey(&mut self, row: &Row<'_>, kind: FeedbackKind, lead: Option<LeadId>, medium: &str, at: Instant, remarks: &mut Remarks) -> Result<(), RunError> {
        let Some((closes, by)) = self.workspace().sop.delivery.suppress_on.on(kind) else { return Ok(()) };
        let told_to = match (&row.address, row.id) {
            (Some(address), _) => Some(address.clone()),
            // The row names the message alone: where that went.
            (None, Some(id)) => self.session.store.message(id)?.and_then(|m| m.address).and_then(|a| self.dictionary().address(&a)),
            (None, None) => None,
        };
        let why = format!("import {}", row.file);
        let closed = close(self.session, told_to.as_ref(), lead, medium, &Cause { closes, by, at, why: &why })?;
        if closed > 0 {
            *remarks.closed.entry(by).or_default() += closed;
        }
        Ok(())
    }
}

/// Of what became of two signs of one row, the one that says more.
fn better(a: Option<Put>, b: Put) -> Put {
    let rank = |p: Put| match p {
        Put::New => 2,
        Put::Linked => 1,
        Put::Known => 0,
    };
    a.filter(|a| rank(*a) >= rank(b)).unwrap_or(b)
}
