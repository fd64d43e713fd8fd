//! One condition and one lead's score, alone: what a lead costs apart from reading and writing.

#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros; a benchmark may stop anywhere

use criterion::{Criterion, criterion_group, criterion_main};
use sop::condition::{Condition, Facts, Place, Scope, ScopeKind, Want, compile};
use sop::diag::{Diagnostics, Sources};
use sop::engine::{events::classify, scoring};
use sop::model::{Detail, DetailId, Details, Event, Instant, KindId, Value};
use sop::rules::{self, Sop};
use std::hint::black_box;

const AS_OF: Instant = Instant(1_795_260_000); // 2026-11-21 in Shanghai

/// A lead of the starter SOPs with 40 events of four kinds over 200 days.
struct Lead {
    sop: Sop,
    values: Vec<Value>,
    events: Vec<Event>,
    details: Details,
}

impl Lead {
    fn new() -> Self {
        let files: Vec<rules::File> = rules::starter().into_iter().map(|(name, bytes)| (name, Ok(bytes))).collect();
        let (sop, _) = rules::load(&files).map_err(|(_, problems)| problems).unwrap();
        let mut values = vec![Value::Null; sop.dictionary.fields.len()];
        for (id, value) in
            [("industry", Value::text("制造业")), ("title", Value::text("采购总监")), ("employees", Value::Int(350)), ("budget", Value::Money(50_000_000))]
        {
            let (ix, _) = sop.dictionary.field(id).unwrap();
            values[ix.0] = value;
        }
        let kinds = ["page_view", "email_open", "email_click", "whitepaper_download"];
        let mut details = Details(kinds.iter().map(|kind| detail(&sop, kind)).collect());
        classify(&sop, &mut details);
        let events = (0..40).rev().map(|n| Event { at: AS_OF.plus(-n * 5 * 86_400 + n * 977), detail: DetailId((n % 4) as u32) }).collect();
        Self { sop, values, events, details }
    }

    fn facts(&self) -> Facts<'_> {
        let nobody = Facts::nobody(&self.sop.dictionary, &self.sop.calendar, AS_OF, &self.details);
        Facts { lead: &self.values, created_at: AS_OF.plus(-200 * 86_400), events: &self.events, ..nobody }
    }

    fn condition(&self, text: &str) -> Condition {
        let mut sources = Sources::default();
        let place = Place::verbatim(sources.add("bench", text), 0, text.len());
        let scope = Scope::new(ScopeKind::Scoring, &self.sop.dictionary, &[]);
        let mut problems = Diagnostics::default();
        compile(text, &place, &scope, Want::Boolean, &mut problems).unwrap_or_else(|| panic!("{problems:?}"))
    }
}

fn detail(sop: &Sop, kind: &str) -> Detail {
    let values = sop.dictionary.event_fields.iter().map(|f| Value::text(if f.id == "path" { "/products/mes" } else { "guide" })).collect();
    Detail { kind: sop.dictionary.kind_of(kind).unwrap_or(KindId::OTHER), kind_name: kind.into(), values, kinds: Vec::new(), act: false }
}

fn conditions(c: &mut Criterion) {
    let lead = Lead::new();
    for (name, text) in [
        ("compare", "employees >= 200"),
        ("text", "industry IN ('制造业', '汽车') AND has_any(title, '决策者')"),
        ("like", "title LIKE '%总监%' OR title LIKE '%经理%'"),
        ("events", "events('page_view', '30d') >= 3 AND last_event_at >= as_of - '30d'"),
    ] {
        let condition = lead.condition(text);
        c.bench_function(&format!("condition/{name}"), |b| b.iter(|| condition.test(black_box(&lead.facts()))));
    }
    c.bench_function("condition/compile", |b| b.iter(|| lead.condition(black_box("industry IN ('制造业', '汽车') AND employees >= 200"))));
}

fn scores(c: &mut Criterion) {
    let lead = Lead::new();
    c.bench_function("score/starter, 40 events", |b| b.iter(|| scoring::score(&lead.sop.scoring, black_box(&lead.facts()))));
    c.bench_function("score/card", |b| b.iter(|| scoring::score_card(&lead.sop.scoring, black_box(&lead.facts()))));
}

criterion_group!(benches, conditions, scores);
criterion_main!(benches);
