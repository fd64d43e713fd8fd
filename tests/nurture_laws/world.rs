//! A lead on paths without a base: rules as texts, ticks at any instants, news between them, and everything that was decided.

use sop::condition::Facts;
use sop::engine::nurture::{Begin, Looked, Seen, Task, look};
use sop::engine::state::{Known, values};
use sop::model::{
    Address, Calendar, Covered, DealFacts, Detail, Details, Event, FollowUp, Instant, JourneyState, Journeys, Key, LeadId, Letter, Message, MessageFact,
    MessageId, MessageState, Part, Standing, Suppressed, SuppressedBy, Value,
};
use sop::rules::{Sop, load};
use std::collections::BTreeMap;

const FIELDS: &str = "leads:
  id: {type: text}
  email: {type: email}
  phone: {type: phone, region: CN}
  talking: {type: boolean}
  ready: {type: boolean}
  over: {type: boolean}
  born: {type: date}
identity: [id, phone, email]
";

/// The texts of a workspace: by name under sops/.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts(pub(crate) Vec<(String, String)>);

impl Texts {
    pub(crate) fn new(delivery: &str) -> Self {
        Self::default().and("fields", FIELDS).and("delivery", delivery)
    }

    /// With another file, in the place of the one that had its name.
    pub(crate) fn and(mut self, name: &str, text: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), text.to_owned()));
        self
    }

    /// All of it, or a panic with every problem that it has.
    pub(crate) fn sop(&self) -> Sop {
        let mail = |name: &str, purpose: &str| {
            let text = format!("---\nmedium: email\nsubject: {name}\npurpose: {purpose}\n---\nhello. unsubscribe\n");
            (format!("sops/content/{name}.md"), Ok(text.into_bytes()))
        };
        let sms = format!("---\nmedium: sms\n---\n【示例】{} 拒收请回复R\n", 's');
        let own = self.0.iter().map(|(name, text)| (format!("sops/{name}.yaml"), Ok(text.clone().into_bytes())));
        let contents = ["a", "b", "c"].map(|name| mail(name, "marketing")).into_iter();
        let files: Vec<_> = own.chain(contents).chain([mail("v", "service"), ("sops/content/s.md".to_owned(), Ok(sms.into_bytes()))]).collect();
        load(&files).unwrap_or_else(|(sources, out)| panic!("{self:?}\n{}", sop::render::diagnostics(&out, &sources, false))).0
    }
}

pub(crate) struct World {
    pub(crate) sop: Sop,
    pub(crate) lead: Vec<Value>,
    pub(crate) closed: Suppressed,
    pub(crate) journeys: Journeys,
    pub(crate) messages: Vec<Message>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) events: Vec<Event>,
    pub(crate) key: Key,
    pub(crate) begin: Begin,
    /// Whoever carries messages on does it at each tick, and not at each message's instant.
    pub(crate) lags: bool,
    /// Until when openings were imported.
    pub(crate) covered: Option<Instant>,
    /// A tick leaves the lead alone until time alone could call for something, or there is news, as the real one does.
    pub(crate) sleeps: bool,
    /// Until when it may, after the last look; `None` after news.
    asleep_until: Option<Instant>,
    /// When each message was decided.
    decided: BTreeMap<MessageId, Instant>,
    details: Details,
}

impl World {
    /// One path.
    pub(crate) fn new(path: &str, delivery: &str) -> Self {
        Self::of(&Texts::new(delivery).and("nurture/p", path))
    }

    pub(crate) fn of(texts: &Texts) -> Self {
        let sop = texts.sop();
        let lead = sop.dictionary.fields.iter().map(|f| match f.id.as_str() {
            "email" => Value::text("a@example.com"),
            "phone" => Value::text("+8613812345678"),
            "talking" | "over" | "ready" => Value::Bool(false),
            _ => Value::Null,
        });
        let lead = lead.collect();
        Self {
            lead,
            closed: Suppressed::default(),
            journeys: Journeys::default(),
            messages: Vec::new(),
            tasks: Vec::new(),
            events: Vec::new(),
            key: Key::of_hash(77 << 40),
            begin: Begin { note: false, since: Instant(0), version: None },
            lags: false,
            sleeps: false,
            asleep_until: None,
            covered: None,
            decided: BTreeMap::new(),
            details: Details::default(),
            sop,
        }
    }

    /// Something that the lead did, as an import brings it.
    pub(crate) fn did(&mut self, kind: &str, at: Instant) {
        let id = self.sop.dictionary.kind_of(kind).unwrap();
        let values = vec![Value::Null; self.sop.dictionary.event_fields.len()];
        self.details.0.push(Detail { kind: id, kind_name: kind.into(), values, kinds: vec![id], act: true });
        let detail = sop::model::DetailId(u32::try_from(self.details.0.len()).unwrap() - 1);
        self.events.push(Event { at, detail });
        self.asleep_until = None;
        self.events.sort();
    }

    pub(crate) fn calendar(&self) -> &Calendar {
        &self.sop.calendar
    }

    pub(crate) fn set(&mut self, field: &str, value: Value) {
        let (ix, _) = self.sop.dictionary.field(field).unwrap();
        self.lead[ix.0] = value;
        self.asleep_until = None;
    }

    pub(crate) fn close(&mut self, address: &str, medium: Option<&str>, by: SuppressedBy) {
        self.closed.insert(Address::of(address, Some("CN")).unwrap().hash(), medium.map(str::to_owned), by);
    }

    pub(crate) fn lead_is_over(&self) -> bool {
        let (ix, _) = self.sop.dictionary.field("over").unwrap();
        self.lead[ix.0] == Value::Bool(true)
    }

    /// When the next message that waits is taken on, at an instant or after it.
    pub(crate) fn next_to_leave(&self, at: Instant) -> Instant {
        self.journeys.letters.iter().filter(|l| l.waits()).map(|l| l.not_before.max(at)).min().unwrap_or(Instant::MAX)
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
        let messages: Vec<MessageFact> = self.messages.iter().filter(|m| m.part == Part::Main).map(|m| self.fact(m)).collect();
        let facts = Facts {
            dictionary: &self.sop.dictionary,
            calendar: &self.sop.calendar,
            as_of: at,
            lead: &self.lead,
            extra: &[],
            created_at: Instant(0),
            events: &self.events,
            details: &self.details,
            follow_ups: &follow_ups,
            messages: &messages,
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

    fn letter(&self, m: &Message) -> Option<&Letter> {
        self.journeys.letters.iter().find(|l| l.id == m.id)
    }

    /// When a message really left, or is to leave.
    pub(crate) fn left(&self, m: &Message) -> Instant {
        self.letter(m).and_then(|l| l.sent_at).unwrap_or(m.not_before)
    }

    /// What is known of a message: nobody opens any.
    fn fact(&self, m: &Message) -> MessageFact {
        MessageFact {
            path: m.path.clone(),
            step: m.step.clone(),
            enrollment: m.enrollment,
            medium: m.medium.clone(),
            sent_at: self.letter(m).and_then(|l| l.sent_at),
            opened_at: None,
            clicked_at: None,
            replied_at: None,
            covered_until: Covered::all(self.covered),
        }
    }

    /// One tick. What may leave has left.
    pub(crate) fn tick(&mut self, at: Instant) {
        if self.lags {
            self.send(at);
        } else {
            for letter in self.journeys.letters.iter_mut().filter(|l| l.waits() && l.not_before <= at) {
                (letter.state, letter.sent_at) = (MessageState::Sent, Some(letter.not_before));
            }
        }
        self.decide(at);
    }

    /// Somebody empties the outbox: what may leave by an instant leaves at it, however long it has been waiting.
    pub(crate) fn send(&mut self, at: Instant) {
        let mut ready: Vec<(Instant, usize)> =
            (0..).zip(&self.journeys.letters).filter(|(_, l)| l.waits() && l.not_before <= at).map(|(i, l)| (l.not_before, i)).collect();
        ready.sort();
        for (_, i) in ready {
            if !self.is_close_behind(&self.journeys.letters[i], at) {
                let letter = &mut self.journeys.letters[i];
                (letter.state, letter.sent_at) = (MessageState::Sent, Some(at));
            }
        }
    }

    /// Whether the message ahead, which had not left when this one was decided, is too near by now. Whoever sends asks that
    /// (tests/outbox_late.rs has the real one).
    fn is_close_behind(&self, letter: &Letter, at: Instant) -> bool {
        let due = |l: &Letter| self.messages.iter().find(|m| m.id == l.id).map(|m| m.due_at);
        let Some(own) = due(letter).filter(|_| letter.part == Part::Main) else { return false };
        let others = self.journeys.letters.iter().filter(|l| l.enrollment == letter.enrollment && l.part == Part::Main && l.id != letter.id);
        let ahead = others.filter(|l| l.waits() || l.sent_at.is_some()).filter_map(|l| Some((due(l)?, l))).filter(|(due, _)| *due < own);
        let Some((_, ahead)) = ahead.max_by_key(|(due, _)| *due) else { return false };
        let (gap, days) = (own.0 - ahead.not_before.0, self.calendar().days_between(ahead.not_before, own));
        match ahead.sent_at {
            _ if gap <= 0 => false,
            None => true,
            Some(went) if self.decided.get(&letter.id).is_some_and(|decided| went < *decided) => false,
            Some(went) => {
                let by_day = self.calendar().start_of(self.calendar().date(went) + chrono::Days::new(days.max(0).unsigned_abs()));
                at < if days > 0 { by_day.min(went.plus(gap)) } else { went.plus(gap) }
            }
        }
    }

    /// One tick that nobody has sent anything before.
    pub(crate) fn decide(&mut self, at: Instant) {
        if self.sleeps && self.asleep_until.is_some_and(|until| at < until) {
            return;
        }
        let looked = self.look(at);
        self.asleep_until = looked.until.map(|until| until.0);
        looked.apply(&mut self.journeys, &mut self.messages);
        self.decided.extend(looked.messages.iter().map(|m| (m.id, at)));
        self.tasks.extend(looked.tasks);
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
