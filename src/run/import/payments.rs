//! Rows of payments. One with an id of its own is known by it: told again it is restated, on however many deals one file spreads it. Of
//! those without, a file with m equal ones raises a deal to max(base, m). A payment may come before its deal.

use super::Importer;
use super::deals::deal_id;
use super::intake::Intake;
use super::noted::Noted;
use super::summary::FileSummary;
use crate::ingest::{FileKind, PaymentCells, PaymentReader, PendingRejects, TableFile, payment_mapping};
use crate::model::{Instant, fold, stable_hash};
use crate::run::RunError;
use crate::store::{DealId, Paid, Part, PaymentId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A row: the payment's own id, what it says, and the deal's own id.
type Row = (Option<String>, Part, String);

/// The payments of one file.
#[derive(Default)]
struct Gathered {
    /// By deal, instant and amount: how many rows, and the deal's own id.
    nameless: BTreeMap<(DealId, Instant, i64), (i64, String)>,
    /// By own id and deal: the last word about each, and the deal's own id.
    named: BTreeMap<String, BTreeMap<DealId, (Part, String)>>,
    /// Rows that said what an earlier one had said, or something else.
    again: u64,
    otherwise: Noted,
}

impl Gathered {
    fn of(rows: Vec<Row>) -> Self {
        let mut all = Self::default();
        for (id, part, name) in rows {
            let (deal, at, amount) = part;
            let Some(told) = id else {
                all.nameless.entry((deal, at, amount)).or_insert_with(|| (0, name)).0 += 1;
                continue;
            };
            let before = all.named.entry(fold(&told).into_owned()).or_default().insert(deal, (part, name));
            if let Some((before, _)) = before {
                all.again += 1;
                if before != part {
                    all.otherwise.add(|| told);
                }
            }
        }
        all
    }
}

/// Whether ids merely number the rows: 1, 2, 3 … Another file begins with 1 again, and means other payments.
fn are_row_numbers(rows: &[Row]) -> bool {
    !rows.is_empty() && (1_usize..).zip(rows).all(|(place, (id, ..))| id.as_deref().and_then(|id| id.trim().parse().ok()) == Some(place))
}

impl Importer<'_, '_> {
    pub(super) fn payments_file(&mut self, path: PathBuf, table: TableFile, number: u16) -> Result<(FileSummary, PendingRejects), RunError> {
        let (dictionary, sop) = (self.dictionary(), &self.workspace().sop);
        let mapping = payment_mapping(table.headers(), dictionary, &sop.tables);
        let mut intake = Intake::new(self.workspace(), &path, FileKind::Payments, &table, number);
        let source = table.source().to_owned();
        let mut reader = PaymentReader::new(table, &mapping, dictionary, &sop.calendar, &sop.tables)?;
        intake.note_open(&reader);
        let mut cells = PaymentCells::default();
        let mut rows: Vec<Row> = Vec::new();
        while intake.next(&mut reader, &mut cells)? {
            rows.push((cells.id.take(), (deal_id(&source, &cells.deal), cells.at, cells.amount), cells.deal.clone()));
        }
        let numbered = are_row_numbers(&rows);
        if numbered {
            rows.iter_mut().for_each(|(id, ..)| *id = None);
        }
        let all = Gathered::of(rows);
        let (store, run) = (&self.session.store, self.session.run);
        // Deals of which the base knows something else now.
        let (mut changed, mut told): (BTreeSet<DealId>, BTreeMap<DealId, (String, i64)>) = (BTreeSet::new(), BTreeMap::new());
        let summary = &mut intake.summary;
        summary.unchanged += all.again;
        let any_nameless = !all.nameless.is_empty();
        for (id, parts) in all.named {
            let payment = PaymentId(stable_hash(&[b"payment", fold(&source).as_bytes(), id.as_bytes()]).max(1));
            let now: Vec<Part> = parts.values().map(|(part, _)| *part).collect();
            let paid = store.put_payment(payment, &now, run)?;
            let rows = now.len() as u64;
            *(match paid {
                Paid::New => &mut summary.new,
                Paid::Restated(_) => &mut summary.updated,
                Paid::Named | Paid::Known => &mut summary.unchanged,
            }) += rows;
            if matches!(paid, Paid::New | Paid::Restated(_)) {
                changed.extend(parts.keys());
            }
            if let Paid::Restated(before) = paid {
                changed.extend(before.into_iter().map(|(deal, ..)| deal));
            }
            parts.into_iter().for_each(|(deal, (_, name))| told.entry(deal).or_insert((name, 0)).1 += 1);
        }
        for (part, (n, name)) in all.nameless {
            let added = store.raise_payments(part, n, run)?;
            summary.new += added.unsigned_abs();
            summary.unchanged += (n - added).unsigned_abs();
            if added > 0 {
                changed.insert(part.0);
            }
            told.entry(part.0).or_insert((name, 0)).1 += 1;
        }
        let mut unknown = Noted::default();
        for deal in told.keys().chain(&changed).copied().collect::<BTreeSet<_>>() {
            match (store.deal(deal)?, told.get(&deal)) {
                (None, told) => (0..told.map_or(0, |(_, n)| *n)).for_each(|_| unknown.add(|| told.map(|(name, _)| name.clone()).unwrap_or_default())),
                (Some(row), _) => {
                    if let Some(lead) = row.lead {
                        self.touched.insert(lead);
                        if changed.contains(&deal) {
                            store.make_due(lead)?;
                        }
                    }
                }
            }
        }
        let rule = "a payment is known by its deal, date and amount, so that a corrected one counts beside the old";
        if numbered {
            summary.notes.push(format!("the ids of payments are the numbers of their rows, and are not read: {rule}"));
        } else if any_nameless {
            summary.notes.push(format!("without an id (a column 回款编号, payment_id …) {rule}"));
        }
        summary.notes.extend(all.otherwise.note(|n| match n {
            1 => "1 row says otherwise of a payment that the file has told before, and takes its place".to_owned(),
            n => format!("{n} rows say otherwise of payments that the file has told before, and take their place"),
        }));
        summary.notes.extend(unknown.note(|n| {
            format!(
                "{} not arrived (deals and payments are joined by id within one --source)",
                if n == 1 { "1 payment is for a deal that has".to_owned() } else { format!("{n} payments are for deals that have") }
            )
        }));
        intake.finish()
    }
}
