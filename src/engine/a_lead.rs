//! A lead to try engines on: the built-in dictionary, an autumn of the mainland's calendar, and the state that a test gives it.

use crate::condition::{Condition, Facts, Place, Scope, ScopeKind, StateName, Type, Want, compile};
use crate::diag::{Diagnostics, SourceId};
use crate::model::{Detail, DetailId, Details, Event, Instant, Value};
use crate::rules::{Sop, load};
use chrono::{NaiveDate, NaiveDateTime};

/// What conditions of these tests may ask of a lead's state, in order.
const STATE: [(&str, Type); 4] = [("score", Type::Number), ("band", Type::Text), ("owner", Type::Text), ("days_below_qualified", Type::Number)];

pub(super) struct Lead {
    pub(super) sop: Sop,
    pub(super) details: Details,
    pub(super) events: Vec<Event>,
    pub(super) state: Vec<Value>,
}

impl Lead {
    /// With these texts beside the built-in fields and calendar.
    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        let files: Vec<_> = files.iter().map(|(name, text)| ((*name).to_owned(), Ok(text.as_bytes().to_vec()))).collect();
        let (mut sop, _) = load(&files).expect("sound files");
        sop.calendar.workdays = [day("2026-10-10")].into();
        sop.calendar.holidays.extend((1..=7).filter_map(|d| NaiveDate::from_ymd_opt(2026, 10, d)));
        Self { sop, details: Details::default(), events: Vec::new(), state: vec![Value::Null; STATE.len()] }
    }

    pub(super) fn new() -> Self {
        Self::with(&[])
    }

    pub(super) fn at(&self, text: &str) -> Instant {
        self.sop.calendar.instant(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time"))
    }

    pub(super) fn shown(&self, at: Instant) -> String {
        self.sop.calendar.local(at).format("%Y-%m-%d %H:%M").to_string()
    }

    pub(super) fn when(&self, text: &str) -> Option<Condition> {
        let bands = ["cold", "warm", "qualified", "hot"].map(String::from);
        let names = STATE.map(|(name, ty)| StateName { order: if name == "band" { bands.to_vec() } else { Vec::new() }, ..StateName::new(name, ty) });
        let scope = Scope::new(ScopeKind::State, &self.sop.dictionary, &names);
        let mut problems = Diagnostics::default();
        let place = Place::verbatim(SourceId(0), 0, text.len());
        Some(compile(text, &place, &scope, Want::Boolean, &mut problems).unwrap_or_else(|| panic!("{text}: {problems:?}")))
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        let i = STATE.iter().position(|(n, _)| *n == name).expect("a state name");
        self.state[i] = value;
    }

    /// An event; a path may tell those of one instant apart.
    pub(super) fn did(&mut self, kind: &str, at: Instant, path: &str) {
        let dictionary = &self.sop.dictionary;
        let id = dictionary.kind_of(kind).expect("a kind");
        let values = dictionary.event_fields.iter().map(|f| if f.id == "path" { Value::text(path) } else { Value::Null }).collect();
        self.details.0.push(Detail { kind: id, kind_name: kind.into(), values, kinds: Vec::new(), act: true });
        super::events::classify(&self.sop, &mut self.details);
        self.events.push(Event { at, detail: DetailId(self.details.0.len() as u32 - 1) });
        self.events.sort_by_key(|e| e.at);
    }

    pub(super) fn facts(&self, as_of: Instant) -> Facts<'_> {
        let nobody = Facts::nobody(&self.sop.dictionary, &self.sop.calendar, as_of, &self.details);
        Facts { created_at: Instant(0), events: &self.events, state: &self.state, ..nobody }
    }
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}
