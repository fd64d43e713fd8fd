//! JSON Schemas of the SOP files, for editors (`sop schema KIND`). Kept by hand; tests hold them to the readers' keys.

/// Every schema by the kind of file that it is for.
pub const SCHEMAS: &[(&str, &str)] = &[
    ("fields", include_str!("schema/fields.json")),
    ("calendar", include_str!("schema/calendar.json")),
    ("scoring", include_str!("schema/scoring.json")),
    ("team", include_str!("schema/team.json")),
    ("lifecycle", include_str!("schema/lifecycle.json")),
    ("assignment", include_str!("schema/assignment.json")),
    ("sla", include_str!("schema/sla.json")),
    ("alerts", include_str!("schema/alerts.json")),
    ("delivery", include_str!("schema/delivery.json")),
    ("content", include_str!("schema/content.json")),
    ("nurture", include_str!("schema/nurture.json")),
    ("experiments", include_str!("schema/experiments.json")),
    ("reports", include_str!("schema/reports.json")),
    ("tests", include_str!("schema/tests.json")),
];

/// The schema of a kind of SOP file (`fields`, `lifecycle`, `tests` …).
pub fn schema(kind: &str) -> Option<&'static str> {
    SCHEMAS.iter().find(|(known, _)| *known == kind).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{
        alerts, assignment, calendar, cases, content, delivery, experiments, fields, lifecycle, nurture, reports, scoring, sla, team, workspace,
    };
    use serde_json::Value;

    fn json(kind: &str) -> Value {
        serde_json::from_str(schema(kind).expect("a known kind")).expect("JSON")
    }

    #[test]
    fn every_key_that_the_readers_take_is_in_the_schema_and_no_other() {
        for (kind, pointer, keys) in [
            ("fields", "/properties", fields::KEYS),
            ("fields", "/$defs/field/properties", fields::FIELD_KEYS),
            ("fields", "/$defs/columns/additionalProperties/properties", fields::COLUMN_KEYS),
            ("fields", "/properties/events/additionalProperties/properties", fields::EVENT_COLUMN_KEYS),
            ("fields", "/$defs/kind/properties", fields::KIND_KEYS),
            ("fields", "/$defs/channel/properties", fields::CHANNEL_KEYS),
            ("fields", "/$defs/events_in/properties", fields::EVENTS_IN_KEYS),
            ("fields", "/properties/bot_filter/properties", fields::BOT_FILTER_KEYS),
            ("calendar", "/properties", calendar::KEYS),
            ("scoring", "/properties", scoring::read::KEYS),
            ("scoring", "/$defs/group/properties", scoring::read::GROUP_KEYS),
            ("scoring", "/$defs/rule/properties", scoring::read::RULE_KEYS),
            ("scoring", "/properties/total/properties", scoring::read::CLAMP_KEYS),
            ("team", "/properties", team::read::KEYS),
            ("team", "/$defs/owner/properties", team::read::OWNER_KEYS),
            ("lifecycle", "/properties", lifecycle::read::KEYS),
            ("lifecycle", "/$defs/stage/properties", lifecycle::read::STAGE_KEYS),
            ("lifecycle", "/$defs/detour/properties", lifecycle::read::DETOUR_KEYS),
            ("lifecycle", "/$defs/detour/properties/back/properties", lifecycle::read::BACK_KEYS),
            ("lifecycle", "/$defs/reason/properties", lifecycle::read::REASON_KEYS),
            ("assignment", "/properties", assignment::read::KEYS),
            ("assignment", "/properties/keep_together/properties", assignment::read::KEEP_TOGETHER_KEYS),
            ("assignment", "/$defs/round/properties", assignment::read::ROUND_KEYS),
            ("assignment", "/$defs/rule/properties", assignment::read::RULE_KEYS),
            ("assignment", "/$defs/rule/properties/to/properties", assignment::read::TO_KEYS),
            ("assignment", "/$defs/queue/properties", assignment::queues::QUEUE_KEYS),
            ("assignment", "/$defs/queue/properties/claim/properties", assignment::queues::CLAIM_KEYS),
            ("assignment", "/$defs/queue/properties/reclaim/properties", assignment::queues::RECLAIM_KEYS),
            ("sla", "/properties", sla::read::KEYS),
            ("sla", "/$defs/promise/properties", sla::read::PROMISE_KEYS),
            ("sla", "/$defs/promise/properties/breach/properties", sla::read::BREACH_KEYS),
            ("sla", "/$defs/recipient/oneOf/1/properties", sla::recipient::RECIPIENT_KEYS),
            ("alerts", "/properties", alerts::read::KEYS),
            ("alerts", "/$defs/alert/properties", alerts::read::ALERT_KEYS),
            ("alerts", "/$defs/recipient/oneOf/1/properties", sla::recipient::RECIPIENT_KEYS),
            ("delivery", "/properties", delivery::read::KEYS),
            ("delivery", "/properties/limits/properties", delivery::read::LIMIT_KEYS),
            ("delivery", "/properties/suppress_on/properties", delivery::read::SUPPRESS_KEYS),
            ("delivery", "/$defs/medium/properties", delivery::read::MEDIUM_KEYS),
            ("delivery", "/$defs/medium/properties/limits/properties", delivery::read::MEDIUM_LIMIT_KEYS),
            ("delivery", "/$defs/notify/properties", delivery::read::NOTIFY_KEYS),
            ("content", "/properties", content::read::KEYS),
            ("nurture", "/properties", nurture::read::KEYS),
            ("nurture", "/properties/exit/items/properties", nurture::read::EXIT_KEYS),
            ("nurture", "/properties/late/properties", nurture::read::LATE_KEYS),
            ("nurture", "/properties/then/oneOf/1/properties", nurture::read::THEN_KEYS),
            ("nurture", "/$defs/enroll/properties", nurture::enroll::ENROLL_KEYS),
            ("nurture", "/$defs/step/properties", nurture::steps::STEP_KEYS),
            ("nurture", "/$defs/choice/properties", nurture::send::CHOICE_KEYS),
            ("nurture", "/$defs/fallback/properties", nurture::send::FALLBACK_KEYS),
            ("nurture", "/$defs/experiment/properties", nurture::send::EXPERIMENT_KEYS),
            ("nurture", "/$defs/recipient/oneOf/1/properties", sla::recipient::RECIPIENT_KEYS),
            ("experiments", "/$defs/experiment/properties", experiments::read::EXPERIMENT_KEYS),
            ("reports", "/properties", reports::read::KEYS),
            ("reports", "/properties/roi/properties", reports::read::ROI_KEYS),
            ("tests", "/properties", cases::FILE_KEYS),
            ("tests", "/$defs/since/oneOf/1/properties", cases::SINCE_KEYS),
            ("tests", "/$defs/case/properties/history/items/properties", cases::HISTORY_KEYS),
            ("tests", "/$defs/case/properties/deals/items/properties", cases::DEAL_KEYS),
            ("tests", "/$defs/case/properties/deals/items/properties/paid/items/properties", cases::PAYMENT_KEYS),
            ("tests", "/$defs/case/properties/follow_ups/items/properties", cases::FOLLOW_UP_KEYS),
            ("tests", "/$defs/case/properties/verdicts/items/properties", cases::VERDICT_KEYS),
            ("tests", "/$defs/case/properties/feedback/items/properties", cases::FEEDBACK_KEYS),
            ("tests", "/$defs/case/properties", cases::KEYS),
            ("tests", "/$defs/case/properties/expect/properties", cases::EXPECT_KEYS),
        ] {
            let schema = json(kind);
            let mut known: Vec<&str> = schema.pointer(pointer).and_then(Value::as_object).expect(pointer).keys().map(String::as_str).collect();
            let mut keys = keys.to_vec();
            known.sort_unstable();
            keys.sort_unstable();
            assert_eq!(known, keys, "{kind} {pointer}");
        }
    }

    #[test]
    fn the_starter_validates() {
        for (name, bytes) in workspace::starter().into_iter().filter(|(name, _)| name.ends_with(".yaml")) {
            let kind = if name.contains("/nurture/") {
                "nurture"
            } else if name.contains("/tests/") {
                "tests"
            } else {
                name.trim_start_matches("sops/").trim_end_matches(".yaml")
            };
            let value: Value = serde_saphyr::from_slice(&bytes).expect("YAML");
            let validator = jsonschema::validator_for(&json(kind)).expect("a schema");
            let problems: Vec<String> = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path)).collect();
            assert!(problems.is_empty(), "{name}: {problems:#?}");
        }
        assert!(schema("goals").is_none());
    }

    #[test]
    fn the_schemas_refuse_what_the_readers_refuse() {
        for (kind, yaml) in [
            ("scoring", "groups: {fit: {rules: [{name: a, points: 5, wen: x}]}}"),
            ("scoring", "bands: {a: many}"),
            ("fields", "leads: {a: {type: txt}}"),
            ("calendar", "holidays: [2026-1-1]"),
            ("team", "owners: {a: {name: 张伟, role: sales, weight: 0}}"),
            ("lifecycle", "stages: [{id: a, enters: x}]"),
            ("lifecycle", "detours: [{id: merge}]"),
            ("assignment", "rounds: [{name: a, when: TRUE, rules: []}]"),
            ("assignment", "{when: TRUE, rules: [{name: a, to: {queue: q, owners: [b]}}]}"),
            ("sla", "promises: [{name: a, from: assigned, until: acept, within: 4 business hours}]"),
            ("alerts", "alerts: [{name: a, to: owner}]"),
            ("delivery", "send: {email: {via: smtp, password: hunter2}}"),
            ("delivery", "send: {email: {password_env: hunter2}}"),
            ("nurture", "{enroll: {event: a}, steps: [{id: a, send: email, task: b}]}"),
            ("nurture", "{enroll: {again: never}, steps: [{id: a, move: b}]}"),
            ("nurture", "{enroll: {event: a}, control: 0.1, steps: [{id: a, move: b}]}"),
            ("content", "{medium: email, purpose: advertising}"),
            ("experiments", "hillstrom: {arm: segment}"),
            ("reports", "{revenue: booked}"),
            ("reports", "{roi: {model: first, lookback: 180}}"),
            ("tests", "[{name: a, expect: {}}]"),
            ("tests", "[{name: a, as_of: 2026-11-21, deals: [{amount: 5}], expect: {}}]"),
        ] {
            let value: Value = serde_saphyr::from_str(yaml).expect("YAML");
            assert!(!jsonschema::is_valid(&json(kind), &value), "{yaml}");
        }
    }
}
