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
    ("nurture", include_str!("schema/nurture.json")),
    ("path", include_str!("schema/path.json")),
    ("simulate", include_str!("schema/simulate.json")),
    ("today", include_str!("schema/today.json")),
    ("worklist", include_str!("schema/worklist.json")),
    ("worklists", include_str!("schema/worklists.json")),
];

/// The JSON Schema (draft 2020-12) of a report's JSON, by the report's name; `report` is what all have in common.
pub fn schema(name: &str) -> Option<&'static str> {
    SCHEMAS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
