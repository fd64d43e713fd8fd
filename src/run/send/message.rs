//! One message to a lead: asked at the gates once more, claimed, handed over, settled.

use super::alike::Refused;
use super::{Post, again, next_try};
use crate::deliver::{Letter, Outcome};
use crate::engine::nurture::{Gate, Verdict, address, apart, gate};
use crate::model::{Instant, Message, MessageId, MessageState, SuppressedBy};
use crate::rules::content::Purpose;
use crate::rules::delivery::Medium;
use crate::run::RunError;
use crate::run::letter::NO_MEDIUM;
use crate::run::score::name_of;
use crate::run::suppress::{Cause, close, suppressed};
use crate::store::{Heard, ScanRow, Settled};
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
                self.letters.extend(self.session.context.lines.then_some(*id));
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
        self.letters.extend(session.context.lines.then_some(id));
        let (sop, store) = (&session.workspace.sop, &session.store);
        let Some(message) = store.message(id)? else { return Ok(None) };
        if message.not_after.is_some_and(|last| last < now) {
            return self.put(&message, MessageState::Skipped, "too late", None);
        }
        let Some(medium) = sop.delivery.medium(&message.medium) else {
            return self.put(&message, MessageState::Held, NO_MEDIUM, None);
        };
        let Some(row) = store.whole_lead(&session.columns, message.lead)? else {
            return self.put(&message, MessageState::Held, "its lead is gone", None);
        };
        let address = address(medium, &row.record.values).map(|(_, text)| text.trim().to_owned());
        let known = address.as_deref().and_then(|a| sop.dictionary.address(a));
        let heard = self.heard(&message, medium, address.as_deref(), now)?;
        let days = |all: bool| heard.iter().filter(|h| all || h.own).map(|h| (sop.calendar.date(h.at), h.medium.clone())).collect::<Vec<_>>();
        let (own, others) = (days(false), days(true));
        let asked = Gate {
            closed: known.and_then(|a| self.closed.stops(message.lead, &a, &medium.id, message.service)),
            consent: self.world.consents(medium, &row),
            address: address.as_deref(),
            others: &others,
        };
        let purpose = if message.service { Purpose::Service } else { Purpose::Marketing };
        let free = self.spaced(&message, now)?;
        let mut verdict = gate(&sop.calendar, &sop.delivery, medium, purpose, &asked, free);
        if let Verdict::Deferred(_, why) | Verdict::Stopped(MessageState::Skipped, why) = &mut verdict
            && own.len() < others.len()
            && matches!(gate(&sop.calendar, &sop.delivery, medium, purpose, &Gate { others: &own, ..asked }, free), Verdict::Leaves(_))
        {
            why.push_str(", which this address has had as another lead's");
        }
        match verdict {
            Verdict::Leaves(at) if at <= now => {}
            Verdict::Leaves(at) => {
                let why = if free > now { "keeps its distance from the message before it" } else { "outside its hours" };
                return self.put(&message, MessageState::Queued, why, Some(at));
            }
            Verdict::Deferred(at, why) => return self.put(&message, MessageState::Deferred, &why, Some(at)),
            Verdict::Stopped(state, why) => return self.put(&message, state, &why, None),
        }
        let Some(body) = message.body.clone().filter(|b| !b.trim().is_empty()) else {
            return self.put(&message, MessageState::Held, "it has no text", None);
        };
        let ScanRow { record, state, .. } = row;
        let name = name_of(&sop.dictionary, &record);
        Ok(Some(Ready { message, address: address.unwrap_or_default(), name, key: record.key.to_string(), owner: state.owner, body }))
    }

    /// The earliest instant for a message whose step was decided before the one ahead of it had left. So whoever sends once in a while
    /// sends no bursts.
    fn spaced(&self, message: &Message, now: Instant) -> Result<Instant, RunError> {
        let Some(ahead) = self.session.store.ahead_of(message)? else { return Ok(now) };
        let went = if ahead.waits { ahead.at.max(now) } else { ahead.at };
        Ok(apart(&self.session.workspace.sop, message, ahead.planned, went).map_or(now, |at| at.max(now)))
    }

    /// What the lead has heard from us this week already, and whoever else is reached at its address: who shares a mailbox hears from us as
    /// one person. Nothing where nothing limits that.
    fn heard(&self, message: &Message, medium: &Medium, address: Option<&str>, now: Instant) -> Result<Vec<Heard>, RunError> {
        let sop = &self.session.workspace.sop;
        let limits = [medium.limits, sop.delivery.limits];
        if message.service || limits.iter().all(|l| l.per_day.is_none() && l.per_week.is_none()) {
            return Ok(Vec::new());
        }
        let today = sop.calendar.date(now);
        let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
        Ok(self.session.store.heard(message.lead, address, sop.calendar.start_of(monday))?)
    }

    /// A gate is shut: the message goes where that puts it. What would have to wait too long is left out.
    fn put(&mut self, message: &Message, state: MessageState, reason: &str, until: Option<Instant>) -> Result<Option<Ready>, RunError> {
        let late = until.zip(message.not_after).is_some_and(|(until, last)| until > last);
        let (state, reason, until) = if late { (MessageState::Skipped, format!("too late: {reason}"), None) } else { (state, reason.to_owned(), until) };
        let settled = Settled { state, reason: Some(&reason), sent_at: None, next_try: None, not_before: until };
        self.session.store.settle_message(message.id, &settled)?;
        self.tally.because(&message.medium, message.state.name(), state.name(), &reason);
        Ok(None)
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
        if let Err(why) = self.wires.of_medium(medium) {
            self.tally.resting.insert(medium.to_owned(), why);
            self.tally.waits(medium);
            return Ok(());
        }
        self.session.store.claim_message(message.id, &ready.address, now, self.session.run)?;
        self.commit_between()?;
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
        let outcome = self.wires.hand_over(medium, &letter);
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
        if !matches!(outcome, Outcome::Refused(_)) {
            self.alike.over(medium);
        }
        match outcome {
            Outcome::Accepted => {
                with(MessageState::Sent, None, Some(now), None)?;
                self.tally.add(medium, from, MessageState::Sent.name(), 1);
            }
            Outcome::Permanent(why) => {
                with(MessageState::Failed, Some(&why), None, None)?;
                self.tally.trouble(medium, from, MessageState::Failed.name(), &why);
            }
            Outcome::Refused(why) => {
                with(MessageState::Failed, Some(&why), None, None)?;
                self.tally.trouble(medium, from, MessageState::Failed.name(), &why);
                if let Some(row) = self.alike.refused(medium, &why, (message.id, from, attempts), &ready.address) {
                    self.not_theirs(medium, &row, &why)?;
                }
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

    /// Everybody was refused alike: that is about us. The medium rests, and those who were refused are tried again.
    fn not_theirs(&mut self, medium: &str, row: &[Refused], why: &str) -> Result<(), RunError> {
        let now = self.now();
        for refused in row {
            let at = next_try(now, refused.attempts);
            let settled = Settled { state: MessageState::Queued, reason: Some(why), sent_at: None, next_try: Some(at), not_before: None };
            self.session.store.settle_message(refused.message, &settled)?;
            self.tally.taken_back(medium, refused.from);
        }
        self.tally.resting.insert(medium.to_owned(), format!("{} recipients in a row were refused alike: {why}", row.len()));
        Ok(())
    }

    /// Nobody is at an address: what that closes is for delivery.yaml to say.
    fn close(&mut self, ready: &Ready, why: &str, at: Instant) -> Result<(), RunError> {
        let sop = &self.session.workspace.sop;
        let address = sop.dictionary.address(&ready.address);
        let cause = Cause { closes: sop.delivery.suppress_on.bounce, by: SuppressedBy::Bounce, at, why };
        let closed = close(self.session, address.as_ref(), Some(ready.message.lead), &ready.message.medium, &cause)?;
        self.closed = suppressed(sop, &self.session.store)?;
        self.tally.closed(closed);
        Ok(())
    }
}
