//! One message to a lead: asked at the gates once more, claimed, handed over, settled.

use super::{Post, again};
use crate::deliver::{Letter, Outcome};
use crate::engine::gates::{Asked, shut};
use crate::model::{Instant, LeadId, Message, MessageId, MessageState, Value, fold, stable_hash};
use crate::rules::delivery::{Closes, Medium};
use crate::run::RunError;
use crate::run::score::name_of;
use crate::store::{Heard, LeadRecord, ScanRow, Settled};
use chrono::{Datelike, Days};

/// A message that may leave.
pub(super) struct Ready {
    pub(super) message: Message,
    pub(super) address: String,
    pub(super) name: Option<String>,
    pub(super) key: String,
    pub(super) owner: Option<String>,
    pub(super) body: String,
}

impl Post<'_, '_> {
    /// Hands over what leaves by a wire.
    pub(super) fn over_wires(&mut self, due: &[(MessageId, String)]) -> Result<(), RunError> {
        for (n, (id, medium)) in due.iter().enumerate() {
            (self.session.context.progress)("sending", n as u64, due.len() as u64);
            if !self.goes_on() {
                break;
            }
            if self.tally.resting.contains_key(medium) {
                self.tally.waits(medium);
                continue;
            }
            if let Some(ready) = self.admit(*id)? {
                self.hand_over(&ready)?;
            }
        }
        self.commit()
    }

    /// The message if every gate is open; else it is where the gate put it.
    pub(super) fn admit(&mut self, id: MessageId) -> Result<Option<Ready>, RunError> {
        let (session, now) = (self.session, self.now());
        let (sop, store) = (&session.workspace.sop, &session.store);
        let Some(message) = store.message(id)? else { return Ok(None) };
        let held = |reason: &str| Shut { state: MessageState::Held, reason: reason.to_owned(), until: None };
        let Some(medium) = sop.delivery.medium(&message.medium) else {
            return self.put(&message, &held("delivery.yaml has no such medium")).map(|()| None);
        };
        let Some(row) = store.whole_lead(&session.columns, message.lead)? else {
            return self.put(&message, &held("its lead is gone")).map(|()| None);
        };
        let address = address_of(medium, &row.record);
        let closed = match &address {
            Some(address) => store.closed(address_hash(address), &medium.id)?,
            None => Vec::new(),
        };
        let limited = [medium.limits.per_day, medium.limits.per_week, sop.delivery.limits.per_day, sop.delivery.limits.per_week].iter().any(Option::is_some);
        let heard = if limited && !message.service { self.heard(&message, now)? } else { Heard::default() };
        let asked = Asked {
            medium,
            service: message.service,
            address: address.as_deref(),
            closed: &closed,
            consent: medium.consent.as_ref().and_then(|c| self.world.test(c, &row)),
            heard: [heard.day, heard.week, heard.day_all, heard.week_all],
            not_after: message.not_after,
            at: now,
        };
        if let Some(shut) = shut(&sop.delivery, &sop.calendar, &asked) {
            return self.put(&message, &shut).map(|()| None);
        }
        let Some(body) = message.body.clone().filter(|b| !b.trim().is_empty()) else {
            return self.put(&message, &held("it has no text")).map(|()| None);
        };
        let ScanRow { record, state, .. } = row;
        let name = name_of(&sop.dictionary, &record);
        Ok(Some(Ready { message, address: address.unwrap_or_default(), name, key: record.key.to_string(), owner: state.owner, body }))
    }

    fn heard(&self, message: &Message, now: Instant) -> Result<Heard, RunError> {
        let calendar = &self.session.workspace.sop.calendar;
        let today = calendar.date(now);
        let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
        let (day, week) = (calendar.start_of(today), calendar.start_of(monday));
        Ok(self.session.store.heard(message.lead, &message.medium, message.id, day, week)?)
    }

    /// A gate is shut: the message goes where that puts it.
    fn put(&mut self, message: &Message, shut: &Shut) -> Result<(), RunError> {
        let settled = Settled { state: shut.state, reason: Some(&shut.reason), sent_at: None, next_try: None, not_before: shut.until };
        self.session.store.settle_message(message.id, &settled)?;
        self.tally.because(&message.medium, message.state.name(), shut.state.name(), &shut.reason);
        Ok(())
    }

    /// A message has left: into a file, or in a rehearsal.
    pub(super) fn sent(&mut self, ready: &Ready, now: Instant) -> Result<(), RunError> {
        let (store, message) = (&self.session.store, &ready.message);
        store.claim_message(message.id, &ready.address, now, self.session.run)?;
        store.settle_message(message.id, &Settled { state: MessageState::Sent, reason: None, sent_at: Some(now), next_try: None, not_before: None })?;
        self.tally.add(&message.medium, message.state.name(), MessageState::Sent.name(), 1);
        self.room -= 1;
        Ok(())
    }

    /// Claims, tries and settles.
    fn hand_over(&mut self, ready: &Ready) -> Result<(), RunError> {
        let (message, medium) = (&ready.message, ready.message.medium.as_str());
        if self.rehearses() {
            return self.sent(ready, self.now());
        }
        let now = self.now();
        let wire = match self.wires.of_medium(medium) {
            Ok(wire) => wire,
            Err(why) => {
                self.tally.resting.insert(medium.to_owned(), why);
                self.tally.waits(medium);
                return Ok(());
            }
        };
        let store = &self.session.store;
        store.claim_message(message.id, &ready.address, now, self.session.run)?;
        store.commit_so_far()?;
        let letter = Letter {
            id: &message.id.to_string(),
            medium,
            to: &ready.address,
            name: ready.name.as_deref(),
            subject: message.subject.as_deref(),
            body: &ready.body,
            service: message.service,
            at: now,
        };
        let outcome = wire.send(&letter);
        self.room -= 1;
        self.settle(ready, outcome)
    }

    fn settle(&mut self, ready: &Ready, outcome: Outcome) -> Result<(), RunError> {
        let (now, store, message) = (self.now(), &self.session.store, &ready.message);
        let (from, medium) = (message.state.name(), message.medium.as_str());
        let attempts = message.attempts.saturating_add(1);
        let with = |state, reason: Option<&str>, sent_at, next_try| -> Result<(), RunError> {
            Ok(store.settle_message(message.id, &Settled { state, reason, sent_at, next_try, not_before: None })?)
        };
        let (trouble, unknown) = (outcome != Outcome::Accepted, matches!(outcome, Outcome::Unknown(_)));
        // A refusal that is about the letter says nothing about the carrier.
        let carrier = matches!(outcome, Outcome::Transient(_) | Outcome::Unknown(_));
        match outcome {
            Outcome::Accepted => {
                with(MessageState::Sent, None, Some(now), None)?;
                self.tally.add(medium, from, MessageState::Sent.name(), 1);
            }
            Outcome::Permanent(why) => {
                with(MessageState::Failed, Some(&why), None, None)?;
                self.tally.trouble(medium, from, MessageState::Failed.name(), &why);
            }
            Outcome::Bounced(why) => {
                with(MessageState::Failed, Some(&why), None, None)?;
                self.tally.trouble(medium, from, MessageState::Failed.name(), &why);
                self.close(ready, &why, now)?;
            }
            Outcome::Transient(why) => match again(now, attempts, &why) {
                Ok(at) => {
                    with(MessageState::Queued, Some(&why), None, Some(at))?;
                    self.tally.trouble(medium, from, "retry", &why);
                }
                Err(given_up) => {
                    with(MessageState::Failed, Some(&given_up), None, None)?;
                    self.tally.trouble(medium, from, MessageState::Failed.name(), &given_up);
                }
            },
            Outcome::Unknown(why) => {
                with(MessageState::Unknown, Some(&why), None, None)?;
                self.tally.trouble(medium, from, MessageState::Unknown.name(), &why);
            }
        }
        if let Some(why) = self.wires.rests(medium, carrier, unknown) {
            self.tally.resting.insert(medium.to_owned(), why);
        }
        // What went well becomes durable together with the next claim; what did not may be followed by a long wait.
        if trouble { self.commit() } else { Ok(()) }
    }

    /// Nobody is at an address: what that closes is for delivery.yaml to say.
    fn close(&mut self, ready: &Ready, why: &str, at: Instant) -> Result<(), RunError> {
        let sop = &self.session.workspace.sop;
        let medium = ready.message.medium.as_str();
        let mut all: Vec<(String, &str)> = vec![(ready.address.clone(), "*")];
        match sop.delivery.suppress_on.bounce {
            Closes::Address => {}
            Closes::Medium => all = self.addresses(ready.message.lead, |m| m.id == medium)?.into_iter().map(|a| (a, medium)).collect(),
            Closes::All => all.extend(self.addresses(ready.message.lead, |_| true)?.into_iter().map(|a| (a, "*"))),
        }
        for (address, medium) in all {
            if self.session.store.close_bounced(address_hash(&address), &address, medium, at, why, self.session.run)? {
                self.tally.closed();
            }
        }
        Ok(())
    }

    /// Every address of a lead by some media.
    fn addresses(&self, lead: LeadId, of: impl Fn(&Medium) -> bool) -> Result<Vec<String>, RunError> {
        let Some(record) = self.session.store.lead(&self.session.columns, lead)? else { return Ok(Vec::new()) };
        let media = self.session.workspace.sop.delivery.media.iter().filter(|m| of(m));
        let mut all: Vec<String> = media.flat_map(|m| m.address.iter()).filter_map(|ix| record.values.get(ix.0)?.as_text().map(str::to_owned)).collect();
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }
}

use crate::engine::gates::Shut;

/// Where a lead is reached by a medium: the first of its fields that is filled.
fn address_of(medium: &Medium, record: &LeadRecord) -> Option<String> {
    let text = |v: &Value| v.as_text().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    medium.address.iter().find_map(|ix| text(record.values.get(ix.0)?))
}

/// What an address is known by among those that must not be written to.
fn address_hash(address: &str) -> u64 {
    stable_hash(&[b"address", fold(address).as_bytes()])
}
