//! A small world to judge conditions in: a dictionary, a lead, its events.
#![allow(dead_code, unreachable_pub)] // each test file uses its part

use chrono::NaiveDate;
use sop::condition::{Condition, Explanation, Facts, MessageStep, Messages, Place, Scope, ScopeKind, StateName, StateUse, Want, compile};
use sop::diag::{Code, Diagnostics, Severity, SourceId};
use sop::engine::nurture::address;
use sop::engine::state::{Known, values};
use sop::model::*;
use sop::rules::delivery::Delivery;
use sop::rules::lifecycle::{Detour, Lifecycle, Stage};
use sop::rules::scoring::{Band, Clamp, Group, Scoring};
use sop::rules::state::{Ids, lifecycle_names, owner_names, state_names};
use std::sync::Arc;

pub const FIELDS: &[(&str, FieldType)] = &[
    ("industry", FieldType::Text),
    ("title", FieldType::Text),
    ("employees", FieldType::Integer),
    ("budget", FieldType::Money),
    ("rate", FieldType::Percent),
    ("born", FieldType::Date),
    ("signed_at", FieldType::Datetime),
    ("consent_sms", FieldType::Boolean),
    ("tags", FieldType::List),
    ("channel", FieldType::Channel),
    ("owner", FieldType::Owner),
    ("stage", FieldType::Stage),
    ("created_at", FieldType::Datetime),
    ("公司 规模", FieldType::Text),
    ("region", FieldType::Text),
];

pub const KINDS: &[&str] = &["page_view", "pricing_view", "whitepaper_download", "email_sent"];

pub fn dictionary() -> Dictionary {
    let mut fields: Vec<Field> = FIELDS.iter().map(|(id, ty)| Field::plain(id, *ty)).collect();
    fields[0].values = vec![("制造业".into(), "制造业".into()), ("制造".into(), "制造业".into())];
    let mut headers = rustc_hash::FxHashMap::default();
    for (i, f) in fields.iter().enumerate() {
        headers.insert(fold_header(&f.id), FieldIx(i));
    }
    headers.insert(fold_header("行业"), FieldIx(0));
    let event_field = |id: &str, ty| EventField { id: id.into(), ty, aliases: Vec::new(), order: None };
    let kind = |id: &&str| KindDef {
        id: (*id).into(),
        title: (*id).into(),
        by: if *id == "email_sent" { KindBy::Us } else { KindBy::Lead },
        weak: false,
        touch: false,
        aliases: Vec::new(),
        from: Vec::new(),
    };
    Dictionary {
        fields,
        event_fields: vec![event_field("path", FieldType::Text), event_field("seconds", FieldType::Integer), event_field("due_on", FieldType::Date)],
        kinds: KINDS.iter().map(kind).collect(),
        channels: vec![Channel { id: "baidu".into(), title: "百度推广".into(), synonyms: vec!["百度".into()], paid: true, marketing: true }],
        lists: vec![
            ("决策者".into(), ["总监", "总经理", "ceo", "cto", "vp"].map(String::from).to_vec()),
            ("非决策者".into(), ["助理", "秘书"].map(String::from).to_vec()),
        ],
        headers,
        kind_names: KINDS.iter().enumerate().map(|(i, k)| ((*k).to_owned(), KindId(i as u16))).collect(),
        ..Dictionary::default()
    }
}

/// Four bands, two groups.
pub fn scoring() -> Scoring {
    let band = |id: &str, at_least| Band { id: id.into(), at_least };
    let group = |id: &str| Group { id: id.into(), clamp: Clamp::default(), rules: Vec::new() };
    Scoring {
        groups: vec![group("fit"), group("engagement")],
        total: Clamp::default(),
        bands: vec![band("hot", 80), band("qualified", 50), band("warm", 25), band("cold", 0)],
    }
}

pub fn ids() -> Ids {
    let all = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    Ids {
        stages: all(&["prospect", "connected", "mql", "sql"]),
        detours: all(&["recycled", "lost"]),
        roles: all(&["sales", "sdr"]),
        queues: all(&["public", "partners"]),
        media: all(&["letter"]),
    }
}

pub fn lifecycle() -> Lifecycle {
    let stage = |id: String| Stage { id, title: String::new(), journey: None, enter: None, leave: None, dated: None, means: None };
    let detour = |id: String| Detour { id, title: String::new(), enter: None, back: None };
    Lifecycle { stages: ids().stages.into_iter().map(stage).collect(), detours: ids().detours.into_iter().map(detour).collect(), ..Lifecycle::default() }
}

/// The names of a scope, as SOPs of such a workspace have them.
pub fn states(kind: ScopeKind) -> Vec<StateName> {
    match kind {
        ScopeKind::Event | ScopeKind::Scoring => Vec::new(),
        ScopeKind::Lifecycle => lifecycle_names(&scoring(), &ids()),
        ScopeKind::State | ScopeKind::Where => state_names(&scoring(), &ids()),
        ScopeKind::Owner => owner_names(&ids()),
    }
}

pub fn day(s: &str) -> NaiveDate {
    s.parse().expect("a date")
}

/// One lead with everything that a condition may look at.
pub struct World {
    pub dictionary: Dictionary,
    pub calendar: Calendar,
    pub states: Vec<StateName>,
    pub as_of: Instant,
    pub lead: Vec<Value>,
    pub extra: Vec<(String, String)>,
    pub created_at: Instant,
    pub events: Vec<Event>,
    pub details: Details,
    pub follow_ups: Vec<FollowUp>,
    pub messages: Vec<MessageFact>,
    pub enrollment: Option<EnrollmentFact>,
    /// The steps that send.
    pub steps: Vec<MessageStep>,
    /// Where the condition stands.
    pub stands: Stands,
    pub standing: Standing,
    pub deals: Vec<Deal>,
    pub state: Vec<Value>,
}

/// Whether a condition stands in a path, in a fallback, in a goal.
#[derive(Clone, Copy, Default)]
pub struct Stands {
    pub path: Option<&'static str>,
    pub settled_after: Option<Duration>,
    pub since_enrollment: bool,
}

impl World {
    /// A lead of whom nothing is known, on 2026-11-21 10:00 in Shanghai.
    pub fn new() -> Self {
        let calendar = Calendar::default();
        let as_of = calendar.instant(day("2026-11-21").and_hms_opt(10, 0, 0).expect("a time"));
        Self {
            dictionary: dictionary(),
            state: states(ScopeKind::Where).iter().map(|s| if s.used == StateUse::Holds { list(&[]) } else { Value::Null }).collect(),
            states: states(ScopeKind::Where),
            as_of,
            lead: vec![Value::Null; FIELDS.len()],
            extra: Vec::new(),
            created_at: as_of.plus(-100 * 86_400),
            events: Vec::new(),
            details: Details::default(),
            follow_ups: Vec::new(),
            messages: Vec::new(),
            enrollment: None,
            steps: Vec::new(),
            stands: Stands::default(),
            standing: Standing::default(),
            deals: Vec::new(),
            calendar,
        }
    }
    pub fn with(mut self, field: &str, value: Value) -> Self {
        let (ix, _) = self.dictionary.field(field).expect("a field");
        self.lead[ix.0] = value;
        self
    }
    pub fn text(self, field: &str, value: &str) -> Self {
        self.with(field, Value::text(value))
    }
    pub fn state(mut self, name: &str, value: Value) -> Self {
        let i = self.states.iter().position(|s| s.name == name).expect("a state");
        self.state[i] = value;
        self
    }
    /// An event this many seconds before the as-of.
    pub fn event(mut self, kind: &str, ago: i64, path: &str) -> Self {
        let id = KINDS.iter().position(|k| *k == kind).expect("a kind");
        self.details.0.push(Detail {
            kind: KindId(id as u16),
            kind_name: kind.into(),
            values: vec![Value::text(path), Value::Null, Value::Null],
            kinds: vec![KindId(id as u16)],
            act: kind != "email_sent",
        });
        self.events.push(Event { at: self.as_of.plus(-ago), detail: DetailId(self.details.0.len() as u32 - 1) });
        self.events.sort();
        self
    }
    /// A follow-up this many seconds before the as-of.
    pub fn follow_up(mut self, outcome: Option<Outcome>, ago: i64) -> Self {
        self.follow_ups.push(FollowUp { at: self.as_of.plus(-ago), owner: None, outcome });
        self.follow_ups.sort_by_key(|f| f.at);
        self
    }
    /// What stands and was sold as of now becomes what conditions see; until when the clock alone leaves that as it is.
    pub fn restate(&mut self) -> Until {
        let delivery = Delivery::usual(&self.dictionary);
        let media: Vec<&str> = delivery.media.iter().filter(|m| address(m, &self.lead).is_some()).map(|m| m.id.as_str()).collect();
        let known = Known {
            score: Some(42),
            groups: &[30, 12],
            band: Some("warm"),
            standing: &self.standing,
            seen_at: None,
            deals: &DealFacts::of(&self.deals, self.as_of),
            follow_ups: &self.follow_ups,
            owner_role: self.standing.owner.as_deref().map(|_| "sales"),
            media: &media,
        };
        let (state, until) = values(&scoring(), &lifecycle(), &known, self.as_of);
        self.state = state;
        until
    }
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            dictionary: &self.dictionary,
            calendar: &self.calendar,
            as_of: self.as_of,
            lead: &self.lead,
            extra: &self.extra,
            created_at: self.created_at,
            events: &self.events,
            details: &self.details,
            follow_ups: &self.follow_ups,
            state: &self.state,
            messages: &self.messages,
            enrollment: self.enrollment.as_ref(),
            event: None,
        }
    }
    fn told(&self) -> Messages<'_> {
        let Stands { path, settled_after, since_enrollment } = self.stands;
        Messages { steps: &self.steps, path, settled_after, since_enrollment }
    }
    /// Compiles in a scope, with everything that was said.
    pub fn read(&self, text: &str, kind: ScopeKind, want: Want) -> (Option<Condition>, Diagnostics) {
        let mut out = Diagnostics::default();
        let place = Place::verbatim(SourceId(0), 0, text.len());
        let state = states(kind);
        let condition = compile(text, &place, &Scope { messages: self.told(), ..Scope::new(kind, &self.dictionary, &state) }, want, &mut out);
        assert_eq!(condition.is_none(), out.has_errors(), "{text}: {:?}", out.0);
        (condition, out)
    }
    /// A condition over state and lead that must be right.
    pub fn condition(&self, text: &str) -> Condition {
        let (condition, out) = self.read(text, ScopeKind::Where, Want::Boolean);
        condition.unwrap_or_else(|| panic!("{text}: {:?}", out.0))
    }
    pub fn test(&self, text: &str) -> Option<bool> {
        self.condition(text).test(&self.facts()).0
    }
    pub fn until(&self, text: &str) -> Until {
        self.condition(text).test(&self.facts()).1
    }
    pub fn value(&self, text: &str) -> Value {
        let (condition, out) = self.read(text, ScopeKind::Scoring, Want::Number);
        condition.unwrap_or_else(|| panic!("{text}: {:?}", out.0)).value(&self.facts()).0
    }
    pub fn explain(&self, text: &str) -> Explanation {
        self.condition(text).explain(&self.facts())
    }
    pub fn why(&self, text: &str) -> String {
        self.explain(text).summary()
    }
    /// Code, text under the span, message and help of each problem in a scoring condition.
    pub fn problems(&self, text: &str) -> Vec<Found> {
        self.problems_in(text, ScopeKind::Scoring)
    }
    pub fn problems_in(&self, text: &str, kind: ScopeKind) -> Vec<Found> {
        let (_, out) = self.read(text, kind, Want::Boolean);
        out.0
            .into_iter()
            .map(|d| {
                let span = d.span.expect("a span");
                let under = text.get(span.start..span.end).expect("character boundaries").to_owned();
                Found { code: d.code, severity: d.severity, under, message: d.message, help: d.help.unwrap_or_default() }
            })
            .collect()
    }
}

#[derive(Debug)]
pub struct Found {
    pub code: Code,
    pub severity: Severity,
    pub under: String,
    pub message: String,
    pub help: String,
}

pub fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|s| Arc::from(*s)).collect())
}
