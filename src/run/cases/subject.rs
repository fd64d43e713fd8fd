//! The lead of a case with everything that is known of it, as imports would have made it.

use crate::condition::Facts;
use crate::engine::events::{bot_filter, classify};
use crate::ingest::cell;
use crate::ingest::{BadCell, Cell};
use crate::model::{CountColumn, Detail, DetailId, Details, Event, Field, FieldType, FollowUp, Instant, KindId, Outcome, Value, fold};
use crate::rules::Sop;
use crate::rules::cases::{Case, CaseEvent};

/// The most events that one count in a lead column may stand for here.
const MOST: i64 = 10_000;

/// The lead of a case. What is dated later than an instant does not exist at it.
pub(super) struct Subject<'a> {
    sop: &'a Sop,
    lead: Vec<Value>,
    events: Vec<Event>,
    details: Details,
    follow_ups: &'a [FollowUp],
    created_at: Instant,
    /// Cells that could not be read.
    pub(super) bad: Vec<BadCell>,
}

impl<'a> Subject<'a> {
    /// Reads the cells of a case. A lead that does not say when it was created is as old as its first tick, as one that an
    /// import sees for the first time.
    pub(super) fn new(sop: &'a Sop, case: &'a Case, first: Instant) -> Self {
        let follow_ups = case.follow_ups.as_slice();
        let mut subject = Self { sop, lead: Vec::new(), events: Vec::new(), details: Details::default(), follow_ups, created_at: first, bad: Vec::new() };
        subject.read_lead(sop, case);
        subject.read_events(sop, case);
        subject.read_contacts(sop);
        classify(sop, &mut subject.details);
        subject.events.sort();
        let told = sop.dictionary.field("created_at").and_then(|(ix, _)| subject.lead.get(ix.0)).and_then(|value| match value {
            Value::At(at) => Some(*at),
            Value::Date(day) => Some(sop.calendar.start_of(*day)),
            _ => None,
        });
        subject.created_at = told.unwrap_or(first);
        subject
    }

    /// When the lead was created.
    pub(super) fn created_at(&self) -> Instant {
        self.created_at
    }

    /// What conditions may look at, without the state.
    pub(super) fn with_facts<T>(&self, as_of: Instant, f: impl FnOnce(&Facts<'_>) -> T) -> T {
        let mut events = Vec::new();
        bot_filter(&self.events, &self.details, &self.sop.dictionary, as_of, &mut events);
        let nobody = Facts::nobody(&self.sop.dictionary, &self.sop.calendar, as_of, &self.details);
        f(&Facts { lead: &self.lead, created_at: self.created_at, events: &events, follow_ups: self.follow_ups, ..nobody })
    }

    /// A connected call and a reply are events, too: unless the case itself tells of them.
    fn read_contacts(&mut self, sop: &Sop) {
        for contact in self.follow_ups {
            let kind = match contact.outcome {
                Some(Outcome::Connected) => "call_connected",
                Some(Outcome::Replied) => "reply",
                _ => continue,
            };
            let Some(kind) = sop.dictionary.kind_of(kind) else { continue };
            let told = |e: &Event| e.at == contact.at && self.details.of(e).kind == kind;
            if !self.events.iter().any(told) {
                self.add(sop, kind, contact.at, vec![Value::Null; sop.dictionary.event_fields.len()]);
            }
        }
    }

    fn read_lead(&mut self, sop: &Sop, case: &Case) {
        self.lead = vec![Value::Null; sop.dictionary.fields.len()];
        for (name, text) in &case.lead {
            if let Some(column) = sop.dictionary.events_in.iter().find(|column| column.header == *name) {
                self.read_column(sop, case, column, text);
            } else if let Some(ix) = sop.dictionary.field_of_header(name)
                && let Some(field) = sop.dictionary.fields.get(ix.0)
            {
                let value = self.cell(sop, field, text);
                if let Some(place) = self.lead.get_mut(ix.0) {
                    *place = value;
                }
            }
        }
    }

    /// Behaviour kept in a lead column: an instant is one event, a count is as many, at its companion's instant or the as-of.
    fn read_column(&mut self, sop: &Sop, case: &Case, column: &CountColumn, text: &str) {
        let when = |subject: &mut Self, text: &str| subject.cell(sop, &Field::plain(&column.header, FieldType::Datetime), text).as_instant();
        let (n, at) = if column.count {
            let n = match self.cell(sop, &Field::plain(&column.header, FieldType::Integer), text) {
                Value::Int(n) if n > MOST => {
                    let reason = "more events than an example needs".into();
                    self.bad.push(BadCell { column: column.header.clone(), value: text.to_owned(), reason });
                    0
                }
                Value::Int(n) => n.max(0),
                _ => 0,
            };
            let companion = column.at.as_ref().and_then(|header| case.lead.iter().find(|(name, _)| name == header));
            (n, companion.and_then(|(_, text)| when(self, text)).or(Some(case.as_of)))
        } else {
            (1, when(self, text))
        };
        let Some(at) = at else { return };
        let values = vec![Value::Null; sop.dictionary.event_fields.len()];
        for _ in 0..n {
            self.add(sop, column.kind, at, values.clone());
        }
    }

    fn read_events(&mut self, sop: &Sop, case: &Case) {
        for CaseEvent { kind, at, cells } in &case.events {
            let mut values = vec![Value::Null; sop.dictionary.event_fields.len()];
            for (name, text) in cells {
                let named = |id: &str| fold(id) == fold(name);
                let found = sop.dictionary.event_fields.iter().position(|f| named(&f.id) || f.aliases.iter().any(|alias| named(alias)));
                if let Some(ix) = found
                    && let (Some(field), Some(place)) = (sop.dictionary.event_fields.get(ix), values.get_mut(ix))
                {
                    *place = self.cell(sop, &Field { order: field.order, ..Field::plain(&field.id, field.ty) }, text);
                }
            }
            self.add(sop, *kind, *at, values);
        }
    }

    fn add(&mut self, sop: &Sop, kind: KindId, at: Instant, values: Vec<Value>) {
        let kind_name = sop.dictionary.kind(kind).map_or("", |def| def.id.as_str()).into();
        let detail = DetailId(u32::try_from(self.details.0.len()).unwrap_or(u32::MAX));
        self.details.0.push(Detail { kind, kind_name, values, kinds: Vec::new(), act: false });
        self.events.push(Event { at, detail });
    }

    /// One typed cell; an unreadable one is blank and breaks the case.
    fn cell(&mut self, sop: &Sop, field: &Field, text: &str) -> Value {
        cell::parse(field, &sop.dictionary, &sop.calendar, Cell::text(text), None).unwrap_or_else(|bad| {
            self.bad.push(bad);
            Value::Null
        })
    }
}
