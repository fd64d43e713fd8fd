//! What comes after a lead's standing is final: its journeys, then promises and alerts.

use super::Done;
use super::chain::Chain;
use super::nurture::Gardener;
use super::watch::Watcher;
use crate::model::{MessageState, Standing, Until};
use crate::run::score::note;
use crate::run::{RunError, Session};
use crate::store::ScanRow;

/// Who looks after leads once they have moved and been handed over.
pub(super) struct Evening {
    pub(super) gardener: Gardener,
    watcher: Watcher,
}

impl Evening {
    pub(super) fn new(session: &Session<'_>) -> Result<Self, RunError> {
        Ok(Self { gardener: Gardener::new(session)?, watcher: Watcher::new(session)? })
    }

    /// Looks at one lead. Gives when time alone could next call for something.
    pub(super) fn look(
        &mut self,
        session: &Session<'_>,
        chain: &mut Chain<'_>,
        row: &ScanRow,
        standing: &Standing,
        done: &mut Done,
    ) -> Result<Until, RunError> {
        let before = self.gardener.anew.len();
        let nurtured = self.gardener.look(session, chain, row, standing, done)?;
        if self.gardener.anew.len() > before {
            return Ok(nurtured); // it is another lead now, and will be looked at again
        }
        Ok(nurtured.and(self.watcher.look(session, chain, row, standing, done)?))
    }

    /// What people should know when the day is over.
    pub(super) fn tell(&self, done: &mut Done) {
        if self.watcher.history > 0 && self.watcher.first {
            done.notes.push(note("history", format!("{} older acts are history: no alert rang about them", self.watcher.history)));
        }
        let tally = &done.nurture;
        let mut notes = Vec::new();
        for (path, n) in &tally.noted {
            notes.push(note("noted", format!("{} already matched: sop nurture enroll {path} --backfill", crate::report::thousands(*n))));
        }
        for ((state, why), n) in tally.stopped.iter().filter(|((state, _), _)| *state == MessageState::Held) {
            let s = if *n == 1 { "" } else { "s" };
            notes.push(note("message-held", format!("{n} message{s} {}: {why}", state.name())));
        }
        for path in &self.gardener.book.unread {
            let text = format!("`{path}`: an older text of it can no longer be read; who entered by it goes on by the present one");
            notes.push(note("path-version", text));
        }
        if tally.orphaned > 0 {
            notes.push(note(
                "path-gone",
                format!(
                    "{} ended: their path is no longer in sops/nurture",
                    if tally.orphaned == 1 { "1 journey".to_owned() } else { format!("{} journeys", tally.orphaned) }
                ),
            ));
        }
        if tally.nobody > 0 {
            notes.push(note("task-for-nobody", format!("{} tasks of paths had nobody to go to", tally.nobody)));
        }
        notes.extend(tally.unset.iter().map(|why| note("not-set", why.clone())));
        done.notes.extend(notes);
    }
}
