//! The JSON Schemas that the project ships: the envelope of every report, and one per report name.

/// Every schema by name, in the order of the manual.
pub const SCHEMAS: &[(&str, &str)] = &[
    ("report", include_str!("schema/report.json")),
    ("score", include_str!("schema/score.json")),
    ("leads", include_str!("schema/leads.json")),
    ("accounts", include_str!("schema/accounts.json")),
    ("explain", include_str!("schema/explain.json")),
    ("changes", include_str!("schema/changes.json")),
    ("history", include_str!("schema/history.json")),
    ("runs", include_str!("schema/runs.json")),
    ("import", include_str!("schema/import.json")),
    ("plan", include_str!("schema/plan.json")),
    ("check", include_str!("schema/check.json")),
    ("test", include_str!("schema/test.json")),
    ("assign", include_str!("schema/assign.json")),
    ("routing", include_str!("schema/routing.json")),
    ("attainment", include_str!("schema/attainment.json")),
    ("promises", include_str!("schema/promises.json")),
    ("interventions", include_str!("schema/interventions.json")),
    ("queue", include_str!("schema/queue.json")),
    ("outbox", include_str!("schema/outbox.json")),
    ("outbox-files", include_str!("schema/outbox-files.json")),
    ("weekly", include_str!("schema/meeting.json")),
    ("monthly", include_str!("schema/meeting.json")),
    ("quarterly", include_str!("schema/meeting.json")),
    ("today", include_str!("schema/today.json")),
    ("worklist", include_str!("schema/worklist.json")),
    ("worklists", include_str!("schema/worklists.json")),
    ("suppressions", include_str!("schema/suppressions.json")),
    ("outcomes", include_str!("schema/outcomes.json")),
    ("catalogue", include_str!("schema/catalogue.json")),
    ("costs", include_str!("schema/costs.json")),
    ("roi", include_str!("schema/roi.json")),
    ("channels", include_str!("schema/channels.json")),
    ("attribution", include_str!("schema/attribution.json")),
    ("models", include_str!("schema/models.json")),
    ("kpi", include_str!("schema/kpi.json")),
    ("kpis", include_str!("schema/kpis.json")),
    ("funnel", include_str!("schema/funnel.json")),
    ("velocity", include_str!("schema/velocity.json")),
    ("cohorts", include_str!("schema/cohorts.json")),
    ("owners", include_str!("schema/owners.json")),
    ("quality", include_str!("schema/quality.json")),
    ("scores", include_str!("schema/scores.json")),
    ("timing", include_str!("schema/timing.json")),
    ("journeys", include_str!("schema/journeys.json")),
];

/// The JSON Schema (draft 2020-12) of a report's JSON, by the report's name; `report` is what all have in common.
pub fn schema(name: &str) -> Option<&'static str> {
    SCHEMAS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
