//! The end of an import: what was kept back is written, what changed is counted, and an import that looks like a mistake is asked about.

use super::raise::Arriving;
use super::{ImportSummary, Importer};
use crate::model::LeadId;
use crate::run::{RunError, Session};

/// Asked before more pairs of known leads than this turn out to be one.
const GUARD_PAIRS: u64 = 20;
/// A base smaller than this is not guarded against large changes.
const GUARD_BASE: i64 = 200;

impl Importer<'_, '_> {
    /// Writes what was kept back, counts what changed, and asks before an import that looks like a mistake.
    pub(super) fn finish(mut self) -> Result<(ImportSummary, Option<Arriving>), RunError> {
        self.write_identities()?;
        self.write_totals()?;
        let arriving = if self.session.store.is_first_import() {
            Some(self.arriving()?)
        } else {
            self.session.store.fill_states(LeadId(self.last_before))?;
            self.write_events()?;
            None
        };
        self.settle()?;
        let mut changed = self.session.store.net_changes(self.session.run)?;
        // What sales said of a lead is news of it, and no change that a file made.
        changed.retain(|lead| self.written.contains_key(lead) || !self.verdicts.judged.contains(lead));
        self.count_updated(&changed);
        let changed = changed.len() as u64;
        self.summary.updated = changed;
        self.summary.unchanged = self.existing_rows.saturating_sub(changed);
        self.summary.touched = std::mem::take(&mut self.touched);
        self.session.lead_rows += self.summary.lead_rows();
        self.guard(changed)?;
        self.follow_verdicts()?;
        self.obey_events()?;
        let counts = [("new", self.summary.new), ("updated", self.summary.updated), ("joined", self.summary.joined), ("rejected", self.summary.rejected)];
        self.session.counts.extend(counts.map(|(k, n)| (k.to_owned(), n.into())));
        // Of rows that are neither leads nor events, what the base did not know.
        for file in self.summary.files.iter().filter(|f| matches!(&*f.kind, "deals" | "payments" | "follow-ups" | "stages" | "costs")) {
            let before = self.session.counts.get(&file.kind).and_then(serde_json::Value::as_u64).unwrap_or(0);
            let n = before + file.new + file.updated;
            if n > 0 {
                self.session.counts.insert(file.kind.clone(), n.into());
            }
        }
        Ok((self.summary, arriving))
    }

    /// Whoever is not as before is due. A lead that ends up as it was leaves no trace.
    fn settle(&mut self) -> Result<(), RunError> {
        for lead in std::mem::take(&mut self.rewritten) {
            if self.session.store.forget_unchanged(self.session.run, lead)? {
                self.written.remove(&lead);
            }
        }
        let mut due: Vec<LeadId> = self.written.keys().copied().collect();
        due.sort_unstable();
        for lead in due {
            self.session.store.make_due(lead)?;
        }
        Ok(())
    }

    /// Which file changed how many leads: each counts for the file that had the last word.
    fn count_updated(&mut self, changed: &[LeadId]) {
        for lead in changed {
            if let Some(number) = self.written.get(lead)
                && let Some(file) = self.summary.files.iter_mut().find(|f| f.number == *number)
            {
                file.updated += 1;
                file.unchanged = file.unchanged.saturating_sub(1);
            }
        }
    }

    fn write_identities(&mut self) -> Result<(), RunError> {
        let Session { store, columns, run, .. } = &mut *self.session;
        Ok(std::mem::take(&mut self.pending).write(store, columns, &self.barred, *run)?)
    }

    fn guard(&self, changed: u64) -> Result<(), RunError> {
        if self.session.context.yes || self.session.context.dry_run {
            return Ok(());
        }
        let help = "look at it with --dry-run; if it is what you mean, repeat with --yes";
        if self.old_pairs > GUARD_PAIRS {
            let what = format!(
                "this import says that {} pairs of leads already in the base are one person each: is a column mistaken for an identity?",
                self.old_pairs
            );
            return Err(RunError::refused(what, help));
        }
        if self.last_before >= GUARD_BASE && changed > 0 {
            // Numbers have gaps where leads were merged or taken back.
            let base = self.session.store.count_leads()?.saturating_sub_unsigned(self.summary.new);
            if base >= GUARD_BASE && changed.saturating_mul(10) > base.unsigned_abs().saturating_mul(3) {
                let what = format!("this import would change {changed} of {base} leads (more than 30 %)");
                return Err(RunError::refused(what, help));
            }
        }
        Ok(())
    }
}
