//! Words to colleagues over the wire: every entry of `notify` gets them, each by itself.

use super::wires::entry;
use super::{NOTICES, Post, again};
use crate::deliver::{Letter, Outcome};
use crate::run::RunError;
use crate::store::{NoticeRow, NoticeState};

/// What the other side tells a second copy by.
pub(super) fn id_of(notice: &NoticeRow) -> String {
    format!("n{:016x}", notice.notice)
}

impl Post<'_, '_> {
    pub(super) fn call(&mut self, due: &[(NoticeRow, u32)]) -> Result<(), RunError> {
        for (n, (notice, attempts)) in due.iter().enumerate() {
            (self.session.context.progress)("telling colleagues", n as u64, due.len() as u64);
            if !self.goes_on() {
                break;
            }
            if self.tally.resting.contains_key(&notice.medium) {
                self.tally.waits(&notice.medium);
                continue;
            }
            self.tell(notice, attempts.saturating_add(1))?;
        }
        self.commit()
    }

    fn tell(&mut self, notice: &NoticeRow, attempts: u32) -> Result<(), RunError> {
        let (store, run, now, number) = (&self.session.store, self.session.run, self.now(), notice.notice);
        let queued = NoticeState::Queued.name();
        if self.rehearses() {
            store.claim_notice(number, run)?;
            store.settle_notice(number, NoticeState::Sent, None, Some(now), None)?;
            self.tally.add(NOTICES, queued, NoticeState::Sent.name(), 1);
            self.room -= 1;
            return Ok(());
        }
        let name = self.colleague(&notice.recipient).to_owned();
        if let Err(why) = self.wires.of_entry(&notice.medium) {
            self.tally.resting.insert(notice.medium.clone(), why);
            self.tally.waits(&notice.medium);
            return Ok(());
        }
        store.claim_notice(number, run)?;
        self.commit_between()?;
        let letter = Letter {
            id: &id_of(notice),
            medium: &notice.medium,
            to: &notice.recipient,
            name: Some(&name),
            subject: Some(&notice.subject),
            body: &notice.body,
            service: true,
            at: now,
        };
        let outcome = self.wires.hand_over(&entry(&notice.medium), &letter);
        let now = self.now();
        self.room -= 1;
        let (trouble, unknown) = (outcome != Outcome::Accepted, matches!(outcome, Outcome::Unknown(_)));
        let carrier = matches!(outcome, Outcome::Transient(_) | Outcome::Unknown(_));
        match outcome {
            Outcome::Accepted => {
                store.settle_notice(number, NoticeState::Sent, None, Some(now), None)?;
                self.tally.add(NOTICES, queued, NoticeState::Sent.name(), 1);
            }
            Outcome::Permanent(why) | Outcome::Bounced(why) | Outcome::Refused(why) => {
                store.settle_notice(number, NoticeState::Failed, Some(&why), None, None)?;
                self.tally.trouble(NOTICES, queued, NoticeState::Failed.name(), &why);
            }
            Outcome::Transient(why) => match again(now, attempts, &why) {
                Ok(at) => {
                    store.settle_notice(number, NoticeState::Queued, Some(&why), None, Some(at))?;
                    self.tally.trouble(NOTICES, queued, "retry", &why);
                }
                Err(given_up) => {
                    store.settle_notice(number, NoticeState::Failed, Some(&given_up), None, None)?;
                    self.tally.trouble(NOTICES, queued, NoticeState::Failed.name(), &given_up);
                }
            },
            Outcome::Unknown(why) => {
                store.settle_notice(number, NoticeState::Unknown, Some(&why), None, None)?;
                self.tally.trouble(NOTICES, queued, NoticeState::Unknown.name(), &why);
            }
        }
        if let Some(why) = self.wires.rests(&entry(&notice.medium), carrier, unknown) {
            self.tally.resting.insert(notice.medium.clone(), why);
        }
        if trouble { self.commit() } else { Ok(()) }
    }
}
