//! Rows of dated stages: a lead's history as another system knew it.

use super::Importer;
use super::intake::Intake;
use super::summary::FileSummary;
use crate::ingest::{FileKind, PendingRejects, StageMapping, StageReader, StageRow, TableFile};
use crate::model::Identity;
use crate::run::RunError;
use std::path::PathBuf;

impl Importer<'_, '_> {
    pub(super) fn stages_file(&mut self, path: PathBuf, mut table: TableFile, number: u16) -> Result<(FileSummary, PendingRejects), RunError> {
        let dictionary = self.dictionary();
        let calendar = &self.workspace().sop.calendar;
        let mapping = StageMapping::new(table.headers(), dictionary);
        let profile = mapping.profile(&mut table, calendar)?;
        let mut intake = Intake::new(self.workspace(), &path, FileKind::Stages, &table, number);
        if mapping.key.is_some() || mapping.any.is_some() {
            self.resolver.with_keys(&self.session.store)?;
        }
        let mut reader = StageReader::new(table, &mapping, dictionary, calendar, &profile)?;
        let mut row = StageRow::default();
        while intake.next(&mut reader, &mut row)? {
            let summary = &mut intake.summary;
            let lead = self.lead_named(row.key, &row.identities)?;
            let key = row.key.map(|key| Identity { kind: Identity::KEY.into(), text: key.to_string() });
            let mut names = key.iter().chain(&row.identities);
            match (lead, names.next()) {
                (Some(lead), _) => {
                    self.touched.insert(lead);
                    if self.put_stage(lead, row.at, &row.stage)? {
                        summary.new += 1;
                    } else {
                        summary.unchanged += 1;
                    }
                }
                (None, Some(identity)) => {
                    let (store, run) = (&self.session.store, self.session.run);
                    for other in names {
                        store.wait_also(other, identity, run)?;
                    }
                    if store.wait_stage(identity, row.at, &row.stage, run)? {
                        summary.events_waiting += 1;
                    } else {
                        summary.unchanged += 1;
                    }
                }
                (None, None) => {} // the reader refuses rows that name nobody
            }
        }
        intake.summary.notes.extend(self.places.notes(&self.workspace().sop.lifecycle));
        intake.finish()
    }
}
