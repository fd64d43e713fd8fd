//! Rules in few words, and a lead to score by them.

use sop::condition::{Condition, Facts, Place, Scope, ScopeKind, Want, compile};
use sop::diag::{Diagnostics, SourceId};
use sop::engine::scoring::{ScoreCard, Scored, score, score_card};
use sop::model::{Calendar, Detail, DetailId, Details, Dictionary, Duration, Event, EventField, Field, FieldType, Instant, KindBy, KindDef, KindId, Value};
use sop::rules::scoring::{Band, Clamp, EventRule, Fade, Group, Keep, Per, Points, Rule, Scoring};

pub(crate) const DAY: i64 = 86_400;
/// 2026-11-21T00:03:20 in Shanghai: midnight lies amid the events of the laws below.
pub(crate) const TODAY: i64 = 1_795_190_600;
pub(crate) const PAGE: KindId = KindId(0);
pub(crate) const DOWNLOAD: KindId = KindId(1);

pub(crate) fn kind(id: &str) -> KindDef {
    KindDef { id: id.into(), title: id.into(), by: KindBy::Lead, weak: false, touch: false, aliases: Vec::new(), from: Vec::new() }
}

pub(crate) fn dictionary() -> Dictionary {
    let field = |id: &str| EventField { id: id.into(), ty: FieldType::Text, aliases: Vec::new(), order: None };
    Dictionary {
        fields: vec![employees()],
        event_fields: vec![field("path"), field("asset")],
        kinds: vec![kind("page_view"), kind("whitepaper_download")],
        kind_names: [("page_view".into(), PAGE), ("whitepaper_download".into(), DOWNLOAD)].into_iter().collect(),
        ..Dictionary::default()
    }
}

pub(crate) fn employees() -> Field {
    Field { title: "员工数".into(), ..Field::plain("employees", FieldType::Integer) }
}

pub(crate) fn condition(text: &str, kind: ScopeKind, want: Want) -> Condition {
    let (dictionary, mut problems) = (dictionary(), Diagnostics::default());
    let scope = Scope::new(kind, &dictionary, &[]);
    compile(text, &Place::verbatim(SourceId(0), 0, text.len()), &scope, want, &mut problems).unwrap_or_else(|| panic!("{text}: {problems:?}"))
}

/// Six details: two kinds, each with the assets blank, `a` and `b`.
pub(crate) fn details() -> Details {
    let detail = |kind: KindId, name: &str, asset: &str| Detail {
        kind,
        kind_name: name.into(),
        values: vec![Value::Null, Value::text(asset)],
        kinds: vec![kind],
        act: true,
    };
    let of = |kind, name| ["", "a", "b"].map(|asset| detail(kind, name, asset));
    Details([of(PAGE, "page_view"), of(DOWNLOAD, "whitepaper_download")].concat())
}

/// What every score needs beside the rules.
pub(crate) struct World {
    pub(crate) dictionary: Dictionary,
    pub(crate) calendar: Calendar,
    pub(crate) details: Details,
    pub(crate) lead: Vec<Value>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { dictionary: dictionary(), calendar: Calendar::default(), details: details(), lead: vec![Value::Null] }
    }
    pub(crate) fn with_employees(n: i64) -> Self {
        Self { lead: vec![Value::Int(n)], ..Self::new() }
    }
    pub(crate) fn facts<'a>(&'a self, events: &'a [Event], as_of: i64) -> Facts<'a> {
        let nobody = Facts::nobody(&self.dictionary, &self.calendar, Instant(as_of), &self.details);
        Facts { lead: &self.lead, created_at: Instant(TODAY - 100), events, ..nobody }
    }
    pub(crate) fn score(&self, scoring: &Scoring, events: &[Event], as_of: i64) -> Scored {
        score(scoring, &self.facts(events, as_of))
    }
    pub(crate) fn card(&self, scoring: &Scoring, events: &[Event], as_of: i64) -> ScoreCard {
        score_card(scoring, &self.facts(events, as_of))
    }
    /// The whole points of every rule.
    pub(crate) fn lines(&self, scoring: &Scoring, events: &[Event], as_of: i64) -> Vec<i64> {
        self.card(scoring, events, as_of).groups.iter().flat_map(|group| group.lines.iter().map(|line| line.points)).collect()
    }
}

pub(crate) fn event(at: i64, detail: u32) -> Event {
    Event { at: Instant(at), detail: DetailId(detail) }
}

pub(crate) const PLAIN: EventRule =
    EventRule { kind: Some(DOWNLOAD), filter: None, within: None, per: Per::Event, keep: Keep::Newest, limit: None, fade: Fade::None };

pub(crate) fn rule(name: &str, points: f64, event: Option<EventRule>) -> Rule {
    Rule { name: name.into(), when: None, points: Points::Fixed(points), event, clamp: Clamp::default() }
}

pub(crate) fn one_group(rules: Vec<Rule>) -> Scoring {
    Scoring {
        groups: vec![Group { id: "engagement".into(), clamp: Clamp::default(), rules }],
        total: Clamp::default(),
        bands: [("qualified", 50), ("warm", 25), ("cold", 0)].map(|(id, at_least)| Band { id: id.into(), at_least }).into(),
    }
}

/// The template that many teams begin with: 制造业 +5, 决策者 +10 (a lead that is both), whitepaper +10, pricing page +15.
pub(crate) fn template(pricing: EventRule) -> Scoring {
    one_group(vec![
        rule("制造业", 5.0, None),
        rule("决策者", 10.0, None),
        rule("下载白皮书", 10.0, Some(EventRule { per: Per::Asset, limit: Some(3), within: Some(Duration(180 * DAY)), ..PLAIN })),
        rule("访问定价页", 15.0, Some(pricing)),
    ])
}

pub(crate) fn pricing() -> EventRule {
    EventRule { kind: Some(PAGE), per: Per::Day, limit: Some(2), within: Some(Duration(30 * DAY)), ..PLAIN }
}
