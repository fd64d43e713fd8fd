//! A lead on a path without a base: rules as texts, ticks at any instants, and everything that was decided.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

use sop::condition::Facts;
use sop::engine::nurture::{Begin, Looked, Seen, look};
use sop::engine::state::{Known, values};
use sop::model::{
    Address, Calendar, DealFacts, Details, FollowUp, Instant, JourneyState, Journeys, Key, LeadId, Letter, Message, MessageState, Standing, Suppressed,
    SuppressedBy, Value,
};
use sop::rules::{Sop, load};
use std::collections::BTreeMap;

pub(crate) const FIELDS: &str = "leads:
  id: {type: text}
  email: {type: email}
  phone: {type: phone, region: CN}
  talking: {type: boolean}
  over: {type: boolean}
";

pub(crate) struct World {
    pub(crate) sop: Sop,
    pub(crate) lead: Vec<Value>,
    pub(crate) closed: Suppressed,
    pub(crate) journeys: Journeys,
    pub(crate) messages: Vec<Message>,
    pub(crate) key: Key,
    pub(crate) begin: Begin,
    details: Details,
}

impl World {
    pub(crate) fn new(path: &str, delivery: &str) -> Self {
        let mail = |name: &str| (format!("sops/content/{name}.md"), Ok(format!("---\nmedium: email\nsubject: {name}\n---\nhello. unsubscribe\n").into_bytes()));
        let text = |name: &str| (format!("sops/content/{name}.md"), Ok(format!("---\nmedium: sms\n---\n【示例】{name} 拒收请回复R\n").into_bytes()));
        let file = |name: &str, text: &str| (format!("sops/{name}"), Ok(text.as_bytes().to_vec()));
        let files = [file("fields.yaml", FIELDS), file("nurture/p.yaml", path), file("delivery.yaml", delivery), mail("a"), mail("b"), mail("c"), text("s")];
        let (sop, _) = load(&files).unwrap_or_else(|(sources, out)| panic!("{path}\n{}", sop::render::diagnostics(&out, &sources, false)));
        let lead = sop.dictionary.fields.iter().map(|f| match f.id.as_str() {
            "email" => Value::text("a@example.com"),
            "phone" => Value::text("+8613812345678"),
            "talking" | "over" => Value::Bool(false),
            _ => Value::Null,
        });
        let lead = lead.collect();
        let begin = Begin { note: false, since: Instant(0), version: None };
        let (closed, journeys) = (Suppressed::default(), Journeys::default());
        Self { lead, closed, journeys, messages: Vec::new(), key: Key::of_hash(77 << 40), begin, details: Details::default(), sop }
    }

    pub(crate) fn calendar(&self) -> &Calendar {
        &self.sop.calendar
    }

    pub(crate) fn set(&mut self, field: &str, value: Value) {
        let (ix, _) = self.sop.dictionary.field(field).unwrap();
        self.lead[ix.0] = value;
    }

    pub(crate) fn close(&mut self, address: &str, by: SuppressedBy) {
        self.closed.insert(Address::of(address, Some("CN")).unwrap().hash(), None, by);
    }

    pub(crate) fn look(&self, at: Instant) -> Looked {
        let (standing, follow_ups): (Standing, [FollowUp; 0]) = (Standing::default(), []);
        let media: Vec<&str> = vec!["email", "sms"];
        let deals = DealFacts::default();
        let known = Known {
            score: Some(0),
            groups: &[],
            band: None,
            standing: &standing,
            seen_at: Some(Instant(0)),
            deals: &deals,
            follow_ups: &follow_ups,
            owner_role: None,
            media: &media,
        };
        let (state, _) = values(&self.sop.scoring, &self.sop.lifecycle, &known, at);
        let facts = Facts {
            dictionary: &self.sop.dictionary,
            calendar: &self.sop.calendar,
            as_of: at,
            lead: &self.lead,
            extra: &[],
            created_at: Instant(0),
            events: &[],
            details: &self.details,
            follow_ups: &follow_ups,
            messages: &[],
            enrollment: None,
            state: &state,
            event: None,
        };
        let (begins, pinned) = (vec![self.begin; self.sop.paths.len()], BTreeMap::new());
        let seen = Seen {
            sop: &self.sop,
            facts: &facts,
            lead: LeadId(1),
            key: self.key,
            standing: &standing,
            entered: &[],
            closed: &self.closed,
            begins: &begins,
            pinned: &pinned,
        };
        look(&seen, &self.journeys)
    }

    /// One tick. What may leave has left at its instant.
    pub(crate) fn tick(&mut self, at: Instant) {
        for letter in self.journeys.letters.iter_mut().filter(|l| l.waits() && l.not_before <= at) {
            (letter.state, letter.sent_at) = (MessageState::Sent, Some(letter.not_before));
        }
        self.decide(at);
    }

    /// Somebody empties the outbox: what may leave by an instant leaves at it, however long it has been waiting.
    pub(crate) fn send(&mut self, at: Instant) {
        for letter in self.journeys.letters.iter_mut().filter(|l| l.waits() && l.not_before <= at) {
            (letter.state, letter.sent_at) = (MessageState::Sent, Some(at));
        }
    }

    /// One tick that nobody has sent anything before.
    pub(crate) fn decide(&mut self, at: Instant) {
        let looked = self.look(at);
        for e in looked.enrollments {
            match self.journeys.enrollments.iter_mut().find(|known| known.id == e.id) {
                Some(known) => *known = e,
                None => self.journeys.enrollments.push(e),
            }
        }
        for (id, state, _) in looked.restated {
            self.journeys.letters.iter_mut().filter(|l| l.id == id).for_each(|l| l.state = state);
            self.messages.iter_mut().filter(|m| m.id == id).for_each(|m| m.state = state);
        }
        for m in looked.messages {
            self.journeys.letters.push(Letter {
                id: m.id,
                enrollment: m.enrollment,
                step: m.step.clone(),
                part: m.part,
                medium: m.medium.clone(),
                service: m.service,
                state: m.state,
                not_before: m.not_before,
                sent_at: None,
                paused: false,
            });
            self.messages.push(m);
        }
        self.journeys.arms.extend(looked.exposures);
        let again = self.look(at);
        assert!(
            again.enrollments.is_empty() && again.messages.is_empty() && again.restated.is_empty() && again.changes.is_empty() && again.tasks.is_empty(),
            "a second look at one instant does nothing: {again:?}"
        );
    }

    /// What leaves, by the local day and hour: `11-22 09:00 step`.
    pub(crate) fn leaves(&self) -> Vec<String> {
        let mut all: Vec<&Message> = self.messages.iter().filter(|m| matches!(m.state, MessageState::Queued | MessageState::Deferred)).collect();
        all.sort_by_key(|m| m.not_before);
        all.iter().map(|m| format!("{} {}", self.calendar().local(m.not_before).format("%m-%d %H:%M"), m.step)).collect()
    }

    /// Why others do not: `step: reason`.
    pub(crate) fn stopped(&self) -> Vec<String> {
        let stopped = self.messages.iter().filter(|m| !matches!(m.state, MessageState::Queued | MessageState::Deferred));
        stopped.map(|m| format!("{} {}: {}", m.step, m.state.name(), m.reason.as_deref().unwrap_or_default())).collect()
    }

    pub(crate) fn states(&self) -> Vec<JourneyState> {
        self.journeys.enrollments.iter().map(|e| e.state).collect()
    }

    pub(crate) fn at(&self, text: &str) -> Instant {
        self.calendar().instant(chrono::NaiveDateTime::parse_from_str(&format!("2026-{text}"), "%Y-%m-%d %H:%M").unwrap())
    }
}
