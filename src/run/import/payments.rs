//! Rows of payments: a file with m equal ones raises a deal to max(base, m). A payment may come before its deal.

use super::Importer;
use super::deals::deal_id;
use super::intake::Intake;
use super::noted::Noted;
use super::summary::FileSummary;
use crate::ingest::{FileKind, PaymentCells, PaymentReader, PendingRejects, TableFile, payment_mapping};
use crate::model::Instant;
use crate::run::RunError;
use crate::store::DealId;
use std::collections::BTreeMap;
use std::path::PathBuf;

impl Importer<'_, '_> {
    pub(super) fn payments_file(&mut self, path: PathBuf, table: TableFile, number: u16) -> Result<(FileSummary, PendingRejects), RunError> {
        let (dictionary, sop) = (self.dictionary(), &self.workspace().sop);
        let mapping = payment_mapping(table.headers(), dictionary, &sop.tables);
        let mut intake = Intake::new(self.workspace(), &path, FileKind::Payments, &table, number);
        let source = table.source().to_owned();
        let mut reader = PaymentReader::new(table, &mapping, dictionary, &sop.calendar, &sop.tables)?;
        intake.note_open(&reader);
        let mut cells = PaymentCells::default();
        let mut equal: BTreeMap<(DealId, Instant, i64), (i64, String)> = BTreeMap::new();
        while intake.next(&mut reader, &mut cells)? {
            let payment = equal.entry((deal_id(&source, &cells.deal), cells.at, cells.amount)).or_insert_with(|| (0, cells.deal.clone()));
            payment.0 += 1;
        }
        let mut unknown = Noted::default();
        let summary = &mut intake.summary;
        let (store, run) = (&self.session.store, self.session.run);
        for ((deal, at, amount), (n, name)) in equal {
            let added = store.raise_payments(deal, at, amount, n, run)?;
            summary.new += added.unsigned_abs();
            summary.unchanged += (n - added).unsigned_abs();
            match store.deal(deal)? {
                None => unknown.add(|| name),
                Some(row) => {
                    if let Some(lead) = row.lead {
                        self.touched.insert(lead);
                        if added > 0 {
                            store.make_due(lead)?;
                        }
                    }
                }
            }
        }
        summary.notes.extend(unknown.note(|n| {
            format!(
                "{} not arrived (deals and payments are joined by id within one --source)",
                if n == 1 { "1 payment is for a deal that has".to_owned() } else { format!("{n} payments are for deals that have") }
            )
        }));
        intake.finish()
    }
}
