//! Rows of deals: gathered over all files of the import (the last word about a deal counts), then written once.
//!
//! A deal is known by its source and own id; one without an id by what stays the same about it: whose it is, company,
//! product, kind and when it was opened (where no file says that: when it closed), and its place among equals, which are
//! ordered by what they say and not by their rows. A deal of a lead that we do not know keeps its company and waits.

use super::Importer;
use super::intake::Intake;
use super::noted::{Elsewhere, Noted};
use super::summary::FileSummary;
use crate::ingest::{DealCells, DealReader, FileKind, PendingRejects, Rows, TableFile, deal_mapping};
use crate::model::{Change, DEAL_KINDS, DealStatus, Identity, Instant, Key, LeadId, Value, What, fold, stable_hash};
use crate::report::deals::strange_kinds;
use crate::run::RunError;
use crate::store::{About, DealId, DealRow};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A deal as the files tell it.
#[derive(Clone, Debug)]
struct Told {
    cells: DealCells,
    source: String,
    file: u16,
    /// Rows that spoke of it.
    rows: u64,
}

/// The deals of an import's files.
#[derive(Default)]
pub(super) struct Gathered {
    order: Vec<DealId>,
    by_id: FxHashMap<DealId, Told>,
}

impl Gathered {
    /// What a later row says replaces what an earlier one said; a blank says nothing.
    fn add(&mut self, deal: DealId, told: Told) {
        let Some(known) = self.by_id.get_mut(&deal) else {
            self.order.push(deal);
            self.by_id.insert(deal, told);
            return;
        };
        let (old, new) = (std::mem::take(&mut known.cells), told.cells);
        let (key, identities) = if new.key.is_some() || !new.identities.is_empty() { (new.key, new.identities) } else { (old.key, old.identities) };
        known.cells = DealCells {
            key,
            identities,
            number: new.number,
            id: new.id.or(old.id),
            company: new.company.or(old.company),
            owner: new.owner.or(old.owner),
            amount: new.amount.or(old.amount),
            kind: new.kind.or(old.kind),
            kind_told: new.kind_told.or(old.kind_told),
            product: new.product.or(old.product),
            opened_at: new.opened_at.or(old.opened_at),
            // A closing is one of a status: what was lost one day and is won now was not won on that day.
            closed_at: new.closed_at.or(old.closed_at.filter(|_| new.status.is_none_or(|s| old.status.is_none_or(|o| o == s)))),
            status: new.status.or(old.status),
            reason: new.reason.or(old.reason),
            bad: Vec::new(),
        };
        (known.file, known.rows) = (told.file, known.rows + 1);
    }
}

/// What the files' deals leave to be said.
#[derive(Default)]
struct Remarks {
    no_lead: Noted,
    nobody: Noted,
    ahead: Noted,
    negative: Noted,
    beside: Noted,
    before_lead: Noted,
    before_open: Noted,
    turned: Noted,
    kindless: u64,
    /// Types that nobody knows: how many deals, and what they are worth.
    strange: BTreeMap<String, (u64, i64)>,
    elsewhere: Elsewhere,
}

impl Importer<'_, '_> {
    pub(super) fn deals_file(&mut self, path: PathBuf, table: TableFile, number: u16) -> Result<(FileSummary, PendingRejects), RunError> {
        let (dictionary, sop) = (self.dictionary(), &self.workspace().sop);
        let mapping = deal_mapping(table.headers(), dictionary, &sop.tables);
        let mut intake = Intake::new(self.workspace(), &path, FileKind::Deals, &table, number);
        if !mapping.unmatched.is_empty() {
            intake.summary.notes.push(format!("columns of deals that nothing declares are not kept: {}", mapping.unmatched.join(", ")));
        }
        if mapping.key.is_some() || mapping.any.is_some() {
            self.resolver.with_keys(&self.session.store)?;
        }
        let source = table.source().to_owned();
        let mut reader = DealReader::new(table, &mapping, dictionary, &sop.calendar, &sop.tables)?;
        intake.note_open(&reader);
        if reader.closed_is_won() {
            intake.summary.notes.push("no column says how the deals stand: those with a date of closing count as won".into());
        }
        // Deals without an id of their own, by what stays the same about them.
        let mut loose: FxHashMap<u64, Vec<DealCells>> = FxHashMap::default();
        let mut stems = Vec::new();
        let mut cells = DealCells::default();
        while intake.next(&mut reader, &mut cells)? {
            let cells = std::mem::take(&mut cells);
            intake.blanked(reader.raw(), &cells.bad)?;
            match &cells.id {
                Some(id) => {
                    let deal = deal_id(&source, id);
                    self.deals.add(deal, Told { cells, source: source.clone(), file: number, rows: 1 });
                }
                None => {
                    let stem = stem_of(&source, &cells, cells.kind.as_ref());
                    let equals = loose.entry(stem).or_insert_with(|| {
                        stems.push(stem);
                        Vec::new()
                    });
                    equals.push(cells);
                }
            }
        }
        for stem in stems {
            let mut equals = loose.remove(&stem).unwrap_or_default();
            equals.sort_by_key(|c| (c.closed_at, c.amount, c.status, c.owner.clone(), c.reason.clone()));
            for (place, cells) in equals.into_iter().enumerate() {
                let numbered = |stem: u64| DealId(stable_hash(&[b"deal-of", &stem.to_le_bytes(), &(place as u64).to_le_bytes()]));
                let mut deal = numbered(stem);
                // One whose type nobody knew when it came first goes by its word.
                let by_word = numbered(stem_of(&source, &cells, cells.kind_told.as_ref()));
                let store = &self.session.store;
                if by_word != deal && store.deal(deal)?.is_none() && store.deal(by_word)?.is_some() {
                    deal = by_word;
                }
                self.deals.add(deal, Told { cells, source: source.clone(), file: number, rows: 1 });
            }
        }
        intake.finish()
    }

    /// Writes the deals that were gathered, and says of each file what became of its rows.
    pub(super) fn write_deals(&mut self) -> Result<(), RunError> {
        let Gathered { order, mut by_id } = std::mem::take(&mut self.deals);
        let mut remarks: FxHashMap<u16, Remarks> = FxHashMap::default();
        for deal in order {
            let Some(told) = by_id.remove(&deal) else { continue };
            let (file, rows) = (told.file, told.rows);
            let outcome = self.put_deal(deal, told, remarks.entry(file).or_default())?;
            if let Some(summary) = self.summary.files.iter_mut().find(|f| f.kind == FileKind::Deals.name() && f.number == file) {
                match outcome {
                    Written::New => summary.new += 1,
                    Written::Updated => summary.updated += 1,
                    Written::Same => summary.unchanged += 1,
                }
                summary.joined += rows - 1;
            }
        }
        let currency = self.dictionary().currency.clone();
        for summary in &mut self.summary.files {
            let Some(r) = remarks.get(&summary.number).filter(|_| summary.kind == FileKind::Deals.name()) else { continue };
            let notes = [
                r.no_lead.note(|n| format!("{} no known lead, and count for their companies until a lead comes", deals(n, "names", "name"))),
                r.nobody.note(|n| format!("{} neither a known lead nor a company (counted for nobody)", deals(n, "names", "name"))),
                r.ahead.note(|n| format!("{} dated later than this run (open or unknown until then)", deals(n, "is", "are"))),
                r.negative.note(|n| format!("{} a negative amount (taken off the sums)", deals(n, "has", "have"))),
                r.beside.note(|n| format!("{} open while nobody works on its lead, which is in a detour (`sop today` says what to do)", deals(n, "is", "are"))),
                r.before_lead.note(|n| format!("{} before {} created", deals(n, "closed", "closed"), if n == 1 { "its lead was" } else { "their leads were" })),
                r.before_open.note(|n| format!("{} before {} opened", deals(n, "closed", "closed"), if n == 1 { "it was" } else { "they were" })),
                r.turned.note(|n| format!("{} closed before and told otherwise now (reports of those days are restated, and say so)", deals(n, "was", "were"))),
                (r.kindless > 0).then(|| {
                    format!("{} no type, and {} as new business", deals(r.kindless, "tells", "tell"), if r.kindless == 1 { "counts" } else { "count" })
                }),
                strange_kinds(&r.strange, &currency).map(|what| format!("{what}, and import the file again")),
                r.elsewhere.note("deal is held elsewhere", "deals are held elsewhere"),
            ];
            summary.notes.extend(notes.into_iter().flatten());
        }
        Ok(())
    }

    fn put_deal(&mut self, deal: DealId, told: Told, remarks: &mut Remarks) -> Result<Written, RunError> {
        let DealCells { identities, key, id, company, owner, amount, kind, product, opened_at, closed_at, status, reason, .. } = told.cells;
        let lead = self.lead_named(key, &identities)?;
        self.told_of(About::deal(deal), key, &identities)?;
        let owner = remarks.elsewhere.owner(&self.workspace().sop.team, owner);
        let before = self.session.store.deal(deal)?;
        let old = before.clone();
        let status = status.or(before.as_ref().map(|b| b.status)).unwrap_or(DealStatus::Open);
        let known = before.as_ref().filter(|b| b.status == status);
        let closed_at = closed_at.or(known.and_then(|b| b.closed_at));
        let kept = |new: Option<String>, old: fn(&DealRow) -> &Option<String>| new.or_else(|| before.as_ref().and_then(|b| old(b).clone()));
        let row = DealRow {
            deal,
            lead: lead.or(before.as_ref().and_then(|b| b.lead)),
            id: kept(id, |b| &b.id),
            company: kept(company, |b| &b.company),
            owner: kept(owner, |b| &b.owner),
            product: kept(product, |b| &b.product),
            reason: kept(reason, |b| &b.reason),
            amount: amount.or(before.as_ref().and_then(|b| b.amount)),
            kind: kind.or(before.as_ref().map(|b| b.kind.clone())).unwrap_or_default(),
            opened_at: opened_at.or(before.as_ref().and_then(|b| b.opened_at)),
            closed_at,
            status,
            lapsed: before.as_ref().and_then(|b| b.lapsed.or(lapsed(b, status, closed_at))),
            source: told.source,
        };
        if let Some((was, at)) = row.lapsed.filter(|l| old.as_ref().is_some_and(|o| o.lapsed != Some(*l))) {
            remarks.turned.add(|| format!("{} {} {}", name_of(&row), was.name(), self.workspace().sop.calendar.local(at)));
        }
        remarks.kindless += u64::from(row.kind.is_empty());
        if !row.kind.is_empty() && !DEAL_KINDS.contains(&row.kind.as_str()) {
            let (n, amount) = remarks.strange.entry(row.kind.clone()).or_default();
            (*n, *amount) = (*n + 1, amount.saturating_add(row.amount.unwrap_or(0)));
        }
        self.remark(&row, &identities, key, remarks)?;
        self.remark_state(&row, old.as_ref(), remarks)?;
        let (store, run) = (&self.session.store, self.session.run);
        match row.lead {
            Some(lead) => {
                self.touched.insert(lead);
                store.found_lead(deal)?;
            }
            None => {
                let key = key.map(|key| Identity { kind: Identity::KEY.into(), text: key.to_string() });
                for identity in key.iter().chain(&identities) {
                    store.wait_deal(identity, deal, run)?;
                }
            }
        }
        if old.as_ref() == Some(&row) {
            return Ok(Written::Same);
        }
        store.put_deal(&row, run)?;
        for lead in row.lead.into_iter().chain(old.as_ref().and_then(|o| o.lead).filter(|l| Some(*l) != row.lead)) {
            store.make_due(lead)?;
        }
        let Some(old) = old else { return Ok(Written::New) };
        if let Some(lead) = row.lead {
            self.record_deal(lead, &old, &row, told.file)?;
        }
        Ok(Written::Updated)
    }

    /// Every value of a deal that was overwritten, as a change of its lead.
    fn record_deal(&self, lead: LeadId, old: &DealRow, new: &DealRow, file: u16) -> Result<(), RunError> {
        let calendar = &self.workspace().sop.calendar;
        let currency = &self.dictionary().currency;
        let name = name_of(new);
        let file = self.summary.files.iter().find(|f| f.number == file && f.kind == FileKind::Deals.name()).map_or("", |f| f.file.as_str());
        let date = |t: Option<Instant>| t.map(|t| calendar.local(t).to_string());
        let money = |n: Option<i64>| n.map(|n| currency.decimal(n));
        let kind = |d: &DealRow| Some(d.kind.clone()).filter(|k| !k.is_empty());
        let columns = [
            (None, Some(old.status.name().to_owned()), Some(new.status.name().to_owned())),
            (Some("amount"), money(old.amount), money(new.amount)),
            (Some("closed_at"), date(old.closed_at), date(new.closed_at)),
            (Some("opened_at"), date(old.opened_at), date(new.opened_at)),
            (Some("owner"), old.owner.clone(), new.owner.clone()),
            (Some("company"), old.company.clone(), new.company.clone()),
            (Some("kind"), kind(old), kind(new)),
            (Some("product"), old.product.clone(), new.product.clone()),
            (Some("reason"), old.reason.clone(), new.reason.clone()),
        ];
        for (column, from, to) in columns.into_iter().filter(|(_, from, to)| from != to && from.is_some()) {
            let change = Change { lead, what: What::Deal(name.clone(), column), at: self.session.context.as_of, from, to, why: format!("import {file}") };
            self.session.store.record(self.session.run, &change)?;
        }
        Ok(())
    }

    /// What is worth telling about a deal.
    fn remark(&self, row: &DealRow, identities: &[Identity], key: Option<Key>, remarks: &mut Remarks) -> Result<(), RunError> {
        let calendar = &self.workspace().sop.calendar;
        let name = || name_of(row);
        let as_of = self.session.context.as_of;
        for (what, at) in [("opened", row.opened_at), ("closed", row.closed_at)] {
            if let Some(at) = at.filter(|at| *at > as_of) {
                remarks.ahead.add(|| format!("{} {what} {}", name(), calendar.local(at)));
            }
        }
        if let Some(amount) = row.amount.filter(|n| *n < 0) {
            remarks.negative.add(|| format!("{} {}", name(), self.dictionary().currency.decimal(amount)));
        }
        let Some(lead) = row.lead else {
            if row.company.is_none() {
                remarks.nobody.add(name);
                return Ok(());
            }
            let who = || key.map(|k| k.to_string()).or_else(|| identities.first().map(|i| i.text.replace('\t', ":"))).or_else(|| row.company.clone());
            remarks.no_lead.add(|| row.id.clone().or_else(who).unwrap_or_else(name));
            return Ok(());
        };
        let Some(closed) = row.closed_at else { return Ok(()) };
        if row.opened_at.is_some_and(|opened| closed < opened) {
            remarks.before_open.add(|| format!("{} closed {}", name(), calendar.local(closed)));
        }
        let Some(record) = self.session.store.lead(&self.session.columns, lead)? else { return Ok(()) };
        let told = self.created_at.and_then(|ix| record.values.get(ix.0)).and_then(Value::as_instant);
        // A lead that does not say when it was created has the date on which we saw it first.
        if let Some(created) = told.filter(|created| *created != record.seen_at && closed < *created) {
            let who = identities.first().map(|i| i.text.rsplit('\t').next().unwrap_or_default().to_owned()).unwrap_or_else(name);
            remarks.before_lead.add(|| format!("{who} closed {}, created {}", calendar.local(closed), calendar.local(created)));
        }
        Ok(())
    }
}

impl Importer<'_, '_> {
    /// A deal that is opened, or opened again, of a lead that is beside the line: nothing brings it back by itself.
    fn remark_state(&self, row: &DealRow, old: Option<&DealRow>, remarks: &mut Remarks) -> Result<(), RunError> {
        let Some(lead) = row.lead.filter(|_| row.status == DealStatus::Open && old.is_none_or(|o| o.status != DealStatus::Open)) else { return Ok(()) };
        let detours = &self.workspace().sop.lifecycle;
        if let Some(detour) = self.session.store.standing(lead)?.stage.filter(|s| detours.detour(s).is_some()) {
            remarks.beside.add(|| format!("{} ({detour})", name_of(row)));
        }
        Ok(())
    }
}

/// What writing a deal did.
enum Written {
    New,
    Updated,
    Same,
}

/// The closing of a deal that a file takes back: it is open again, closed otherwise, or on another day.
fn lapsed(old: &DealRow, status: DealStatus, closed_at: Option<Instant>) -> Option<(DealStatus, Instant)> {
    let closing = old.closed_at.filter(|_| old.status != DealStatus::Open).map(|at| (old.status, at));
    closing.filter(|(was, at)| (*was, Some(*at)) != (status, closed_at))
}

/// The number of a deal with an id of its own.
pub(super) fn deal_id(source: &str, id: &str) -> DealId {
    DealId(stable_hash(&[b"deal", fold(source).as_bytes(), fold(id).as_bytes()]))
}

/// What stays the same about a deal without an id.
fn stem_of(source: &str, cells: &DealCells, kind: Option<&String>) -> u64 {
    let who = match (cells.key, cells.identities.first()) {
        (Some(key), _) => key.to_string(),
        (None, Some(identity)) => format!("{}\t{}", identity.kind, identity.text),
        _ => String::new(),
    };
    let at = cells.opened_at.or(cells.closed_at).map_or_else(String::new, |t| t.0.to_string());
    let texts = [cells.company.as_ref(), cells.product.as_ref(), kind].map(|t| t.map(|t| fold(t).into_owned()).unwrap_or_default());
    let [company, product, kind] = &texts;
    stable_hash(&[fold(source).as_bytes(), who.as_bytes(), company.as_bytes(), product.as_bytes(), kind.as_bytes(), at.as_bytes()])
}

/// `1 deal names`, `3 deals name`
fn deals(n: u64, one: &str, more: &str) -> String {
    if n == 1 { format!("1 deal {one}") } else { format!("{n} deals {more}") }
}

/// A deal for people.
fn name_of(row: &DealRow) -> String {
    row.id.clone().unwrap_or_else(|| format!("{:08x}", row.deal.0 >> 32))
}
