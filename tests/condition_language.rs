//! The language of conditions as its manual states it: what holds, what is said when something is wrong, and why.

mod condition_world;

use condition_world::{Found, World, day, list};
use sop::condition::{Place, Scope, ScopeKind, Want, compile};
use sop::diag::{Code, Diagnostics, Severity, SourceId};
use sop::model::{Duration, Instant, Until, Value};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

fn buyer() -> World {
    World::new()
        .text("industry", "制造业")
        .text("title", "采购总监")
        .with("employees", Value::Int(250))
        .with("budget", Value::Money(12_345_050))
        .with("tags", list(&["竞品", "VIP"]))
        .with("consent_sms", Value::Bool(true))
        .with("born", Value::Date(day("1990-02-28")))
}

#[track_caller]
fn only(found: Vec<Found>, code: Code, under: &str, help: &str) {
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].code, found[0].under.as_str()), (code, under), "{found:#?}");
    assert!(found[0].help.contains(help), "{found:#?}");
}

// --- what holds

#[test]
fn the_examples_of_the_manual_hold() {
    let w = buyer().event("pricing_view", HOUR, "/pricing").event("pricing_view", 2 * DAY, "/pricing").event("pricing_view", 6 * DAY, "/pricing");
    assert_eq!(w.test("industry IN ('制造业', '汽车') AND employees >= 200 AND has_any(title, '决策者')"), YES);
    assert_eq!(w.test("budget BETWEEN 100000 AND 500000 OR NOT (region = '海外')"), YES);
    assert_eq!(w.test("events('pricing_view', '7d') >= 3 AND last_event_at >= as_of - '30d'"), YES);
    assert_eq!(w.value("CASE WHEN employees >= 1000 THEN 15 WHEN employees >= 200 THEN 10 ELSE 0 END"), Value::Int(10));
}

#[test]
fn absent_is_unknown_as_in_sql() {
    let w = World::new();
    for unknown in [
        "employees > 5",
        "NOT employees > 5",
        "employees = NULL",
        "employees IN (1, NULL)",
        "title LIKE '%'",
        "employees + 1 > 0",
        "consent_sms",
        "employees BETWEEN 1 AND 2",
    ] {
        assert_eq!(w.test(unknown), None, "{unknown}");
    }
    let known = World::new().with("employees", Value::Int(5));
    assert_eq!(known.test("employees IN (1, NULL)"), None);
    assert_eq!(known.test("employees IN (5, NULL)"), YES);
    assert_eq!(known.test("employees NOT IN (1, NULL)"), None);
    assert_eq!(known.test("employees > 9 AND region = 'x'"), NO);
    assert_eq!(known.test("employees > 1 OR region = 'x'"), YES);
    assert_eq!(known.test("employees > 1 AND region = 'x'"), None);
    assert_eq!(known.test("region IS NULL AND employees IS NOT NULL"), YES);
    assert_eq!(known.test("employees BETWEEN 6 AND 9 AND region IS NULL"), NO);
    assert_eq!(known.test("CASE WHEN region = 'x' THEN FALSE ELSE TRUE END"), YES);
    assert_eq!(known.test("coalesce(consent_sms, TRUE) = TRUE"), YES);
}

#[test]
fn numbers_are_whole_where_both_sides_are_and_division_is_real() {
    let w = buyer();
    assert_eq!(w.value("employees + 1"), Value::Int(251));
    assert_eq!(w.value("employees / 100"), Value::Real(2.5));
    assert_eq!(w.value("employees / 0"), Value::Null);
    assert_eq!(w.value("9223372036854775807 + employees"), Value::Null);
    assert_eq!(w.value("-employees * 2 - 1"), Value::Int(-501));
    assert_eq!(w.value("budget"), Value::Real(123_450.5));
    assert_eq!(w.test("budget = 123450.5 AND budget > 123450"), YES);
    assert_eq!(w.test("employees = 250.0"), YES);
}

#[test]
fn text_compares_folded() {
    let w = World::new().text("title", "Ｓａｌｅｓ　 Director").text("公司 规模", "大");
    assert_eq!(w.test("title = 'sales director'"), YES);
    assert_eq!(w.test("TITLE LIKE 'SALES%'"), YES);
    assert_eq!(w.test("has_word(title, 'director') AND NOT has_word(title, 'CTO')"), YES);
    assert_eq!(w.test("title LIKE '%cto%'"), YES);
    assert_eq!(w.test("\"公司 规模\" = '大' AND [公司 规模] = '大'"), YES);
    assert_eq!(w.test("length(title) = 15 AND lower(title) = title"), YES);
    assert_eq!(w.test("title IN ('x', 'Sales Director')"), YES);
}

#[test]
fn tags_are_a_set_that_may_be_empty() {
    assert_eq!(buyer().test("has_tag('vip') AND has_tag('竞品') AND NOT has_tag('竞')"), YES);
    assert_eq!(World::new().test("has_tag('vip')"), NO, "no tags is an empty set, not an unknown one");
    assert_eq!(World::new().test("tags IS NULL"), YES);
    assert_eq!(World::new().with("tags", list(&["集团CTO"])).test("has_any(tags, '决策者')"), YES);
}

#[test]
fn dates_meet_instants_at_midnight_of_the_zone() {
    let mut w = buyer();
    w.created_at = w.calendar.start_of(day("2026-11-01"));
    assert_eq!(w.test("created_at >= '2026-11-01' AND created_at < '2026-11-01 00:01'"), YES);
    assert_eq!(w.test("created_at = '2026-10-31T16:00:00Z'"), YES);
    assert_eq!(w.test("born = '1990-02-28' AND born + '1d' = '1990-03-01' AND born < created_at"), YES);
    assert_eq!(w.test("as_of - created_at > '20d' AND as_of - created_at < '3w'"), YES);
    assert_eq!(w.test("days_since(created_at) = 20 AND days_since('2026-11-20') = 1"), YES);
    assert_eq!(w.test("business_days_since('2026-11-13 17:00') = 5"), YES);
    assert_eq!(w.test("coalesce(signed_at, '2026-01-01') < created_at"), YES);
}

#[test]
fn events_count_inside_their_window_and_by_their_own_fields() {
    let mut w = World::new()
        .event("page_view", 7 * DAY, "/pricing")
        .event("page_view", 7 * DAY + 1, "/pricing")
        .event("page_view", DAY, "/it's")
        .event("email_sent", HOUR, "")
        .event("page_view", -HOUR, "/pricing");
    assert_eq!(w.test("events('page_view') = 3"), YES, "what is later than the as-of has not happened");
    assert_eq!(w.test("events('page_view', '7d') = 2"), YES, "the window is inclusive");
    assert_eq!(w.test("events('page_view', '30d', 'path LIKE ''/pricing%''') = 2"), YES);
    assert_eq!(w.test("events('*', '30d', 'path = ''/it''''s''') = 1"), YES);
    assert_eq!(w.test("events('*') = 3"), YES, "our own mail is no act of the lead");
    assert_eq!(w.test("days_since(last_event_at) = 1 AND last_event('page_view') = last_event_at"), YES);
    assert_eq!(w.test("first_event('page_view') = as_of - '7d' - '1s'"), YES);
    assert_eq!(w.test("first_event('pricing_view') IS NULL AND last_event('pricing_view') IS NULL"), YES);
    w.events.clear();
    assert_eq!(w.test("last_event_at = created_at"), YES);
}

#[test]
fn ordered_states_compare_by_place_and_detours_have_none() {
    let w = World::new().state("band", Value::text("qualified")).state("stage", Value::text("recycled")).text("stage", "老客户");
    assert_eq!(w.test("band >= 'qualified' AND band < 'HOT' AND band BETWEEN 'warm' AND 'hot'"), YES);
    assert_eq!(w.test("'cold' < band"), YES);
    assert_eq!(w.test("stage >= 'prospect'"), None);
    assert_eq!(w.test("stage = 'recycled' AND stage <> 'mql' AND stage IN ('recycled', 'lost')"), YES);
}

#[test]
fn undeclared_columns_are_text() {
    let mut w = World::new();
    w.extra = vec![("备注（内部）".into(), "要报价".into()), ("空".into(), String::new())];
    assert_eq!(w.test("extra('备注（内部）') LIKE '%报价%' AND extra('备注(内部)') IS NOT NULL"), YES);
    assert_eq!(w.test("extra('空') IS NULL AND extra('没有') IS NULL"), YES);
}

// --- until when

#[test]
fn until_is_the_instant_that_matters() {
    let w = World::new().event("page_view", DAY, "/a").event("page_view", 3 * DAY, "/b").event("page_view", -HOUR, "/c");
    let at = |seconds: i64| Until(w.as_of.plus(seconds));
    assert_eq!(w.until("employees > 5"), Until::NEVER);
    assert_eq!(w.until("events('page_view', '7d') >= 1"), at(6 * DAY + 1), "the newest one decides");
    assert_eq!(w.until("events('page_view', '7d') >= 2"), at(4 * DAY + 1));
    assert_eq!(w.until("events('page_view', '7d') >= 3"), at(HOUR), "one more is on its way");
    assert_eq!(w.until("events('page_view', '7d') >= 4"), Until::NEVER);
    assert_eq!(w.until("events('page_view', '7d') + 0 > 0"), at(HOUR));
    assert_eq!(w.until("last_event('page_view') >= as_of - '30d'"), at(HOUR));
    assert_eq!(w.until("created_at >= as_of - '120d'"), at(20 * DAY + 1));
    assert_eq!(w.until("created_at > as_of - '30d'"), Until::NEVER);
    assert_eq!(w.until("as_of >= '2026-11-22'"), at(14 * HOUR));
    assert_eq!(w.until("days_since(created_at) >= 30"), Until::NEVER);
    assert_eq!(w.until("days_since(created_at) >= 101"), at(14 * HOUR));
    assert_eq!(w.until("days_since(created_at) = 100"), at(14 * HOUR));
    assert_eq!(w.until("days_since(created_at) < 103"), at(2 * DAY + 14 * HOUR));
    assert_eq!(w.until("employees IS NOT NULL AND events('page_view', '7d') >= 1"), Until::NEVER, "a false part settles it");
}

// --- what is said

#[test]
fn unknown_names_get_the_nearest_or_the_fix() {
    let w = World::new();
    only(w.problems("industy = '制造业'"), Code::UnknownName, "industy", "did you mean `industry`");
    only(w.problems("行业 = '制造业'"), Code::UnknownName, "行业", "write `industry`");
    only(w.problems("industry = \"制造业\""), Code::UnknownName, "\"制造业\"", "text stands in single quotes: `'制造业'`");
    only(w.problems("industry = 制造业"), Code::UnknownName, "制造业", "write `'制造业'`");
    only(w.problems("has_anny(title, '决策者')"), Code::UnknownName, "has_anny", "`has_any`");
    only(w.problems("events('pricing_veiw') > 0"), Code::UnknownKind, "'pricing_veiw'", "'pricing_view'");
    only(w.problems("has_any(title, '决策')"), Code::UnknownList, "'决策'", "决策者");
    only(w.problems("has_any(title, 决策者)"), Code::BadArguments, "决策者", "write `'决策者'`");
    only(w.problems("days_since(now()) > 3"), Code::UnknownName, "now", "`as_of`");
    only(w.problems("extra('行业') = 'x'"), Code::BadArguments, "'行业'", "write `industry`");
    only(w.problems("events = 3"), Code::UnknownName, "events", "events('pricing_view'");
}

#[test]
fn names_outside_their_scope_say_where_they_are_allowed() {
    let w = World::new();
    for name in ["score", "stage", "owner", "band", "days_in_stage", "accepted", "days_below_qualified"] {
        only(w.problems(&format!("{name} IS NULL")), Code::OutOfScope, name, "it is known in");
    }
    only(w.problems("reached('mql')"), Code::OutOfScope, "reached", "lifecycle.yaml");
    only(w.problems("follow_ups('met', '7d') > 0"), Code::OutOfScope, "follow_ups", "assignment.yaml");
    only(w.problems("held > 3"), Code::OutOfScope, "held", "owners_where");
    only(w.problems("clicked('case')"), Code::OutOfScope, "clicked", "assignment.yaml");
    only(w.problems("path = '/x'"), Code::OutOfScope, "path", "events('*'");
    only(w.problems_in("industry = 'x'", ScopeKind::Event), Code::OutOfScope, "industry", "`path`");
    only(w.problems_in("events('page_view') > 1", ScopeKind::Event), Code::OutOfScope, "events", "outside");
    assert!(w.problems_in("path LIKE '/pricing%' AND kind = 'page_view' AND due_on < as_of", ScopeKind::Event).is_empty());
    assert!(w.problems("region = '华东'").is_empty(), "a field hides the later name of an owner's attribute");
}

#[test]
fn types_that_cannot_meet_are_named() {
    let w = World::new();
    only(w.problems("employees >= '200'"), Code::TypeMismatch, "'200'", "`200`");
    only(w.problems("industry = 5"), Code::TypeMismatch, "5", "'5'");
    only(w.problems("employees"), Code::TypeMismatch, "employees", "> 0");
    only(w.problems("consent_sms = 1"), Code::TypeMismatch, "1", "consent_sms = TRUE");
    only(w.problems("tags = '竞品'"), Code::TypeMismatch, "'竞品'", "has_tag");
    only(w.problems("created_at > '2026年1月5日'"), Code::TypeMismatch, "'2026年1月5日'", "'2026-01-05'");
    only(w.problems("created_at > as_of - 30"), Code::TypeMismatch, "as_of - 30", "'30d'");
    only(w.problems("created_at > as_of - '3 months'"), Code::TypeMismatch, "'3 months'", "");
    only(w.problems("events('page_view', '1M') > 0"), Code::TypeMismatch, "'1M'", "");
    only(w.problems("title + 1 > 2"), Code::TypeMismatch, "title + 1", "");
    only(w.problems("employees LIKE '%1%'"), Code::TypeMismatch, "employees", "");
    only(w.problems("has_tag()"), Code::BadArguments, "has_tag()", "has_tag('竞品')");
    only(w.problems_in("band >= 'hott'", ScopeKind::Where), Code::BadValue, "'hott'", "'hot'");
    let (_, out) = w.read("industry", ScopeKind::Scoring, Want::Number);
    assert_eq!(out.0[0].code, Code::TypeMismatch);
}

#[test]
fn several_problems_are_told_at_once() {
    let found = World::new().problems("industy = 'a' AND employees >= '5' AND （score > 3） OR titel == 'x'");
    let codes: Vec<_> = found.iter().map(|f| f.code).collect();
    for code in [Code::UnknownName, Code::TypeMismatch, Code::FullWidth, Code::OutOfScope, Code::ConditionSyntax] {
        assert!(codes.contains(&code), "{code:?} in {found:#?}");
    }
}

#[test]
fn a_condition_inside_a_literal_is_judged_letter_by_letter() {
    let w = World::new();
    only(w.problems("events('page_view', '7d', 'pathh = ''中''') > 0"), Code::UnknownName, "pathh", "`path`");
    only(w.problems("events('page_view', '7d', 'path = ''中'' AND secnds > 3') > 0"), Code::UnknownName, "secnds", "`seconds`");
    only(w.problems("events('page_view', '7d', 'path ＝ ''中''') > 0"), Code::FullWidth, "＝", "`=`");
}

#[test]
fn spans_follow_the_place_in_the_file() {
    // The condition `a = 'b'` stands in YAML as "a = ''b''" inside single quotes, 7 bytes into the file.
    let w = World::new();
    let text = "titel = 'b'";
    let offsets = vec![7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 20];
    let mut out = Diagnostics::default();
    let scope = Scope::new(ScopeKind::Scoring, &w.dictionary, &[]);
    compile(text, &Place { source: SourceId(3), offsets }, &scope, Want::Boolean, &mut out);
    let span = out.0[0].span.expect("a span");
    assert_eq!((span.source, span.start, span.end), (SourceId(3), 7, 12));
}

#[test]
fn conditions_that_say_nothing_are_warned_about() {
    let w = World::new();
    let verdict = |text: &str| w.problems(text).first().map(|f| (f.code, f.severity));
    let never = Some((Code::NeverTrue, Severity::Warning));
    let always = Some((Code::AlwaysTrue, Severity::Warning));
    for text in [
        "employees > 5 AND employees < 3",
        "employees >= 5 AND employees < 5",
        "title = 'a' AND title = 'b'",
        "title IN ('a', 'b') AND title = 'c'",
        "employees BETWEEN 5 AND 3",
        "region IS NULL AND region = 'x'",
        "consent_sms AND NOT consent_sms",
        "events('page_view') > 2 AND events('page_view') < 3",
        "events('page_view') < 0",
        "born > '2026-01-01' AND born < '2025-01-01'",
        "region = NULL",
        "title = ''",
        "1 = 2 AND title = 'x'",
        "NOT (employees <= 5 OR employees >= 3)",
        "industry = '制造'",
        "channel = '百度'",
    ] {
        assert_eq!(verdict(text), never, "{text}");
    }
    for text in [
        "title <> 'a' OR title <> 'b'",
        "employees > 3 OR employees <= 5",
        "events('page_view') >= 0",
        "1 = 1 OR title = 'x'",
        "NOT (employees > 5 AND employees < 3)",
    ] {
        assert_eq!(verdict(text), always, "{text}");
    }
    for text in [
        "employees > 3 AND employees < 5",
        "employees >= 5 AND employees <= 5",
        "title = 'a' OR title = 'b'",
        "title <> 'a' AND title <> 'b'",
        "employees IS NULL OR employees > 3",
        "title = 'A' AND title = 'a '",
        "TRUE",
        "industry = '制造业' AND channel = 'baidu'",
        "events('page_view', '7d') = 0 AND events('page_view', '30d') > 0",
        "region > 'a' AND region < 'b'",
    ] {
        assert_eq!(verdict(text), None, "{text}");
    }
    assert!(w.condition("employees > 5 AND employees < 3").is_never_true());
    assert_eq!(w.condition("TRUE").constant(), Some(Some(true)));
    assert_eq!(w.condition("FALSE AND title = 'x'").constant(), Some(Some(false)));
    assert_eq!(w.condition("employees > 3").constant(), None);
}

#[test]
fn a_when_that_an_earlier_one_takes_is_warned_about() {
    let w = World::new();
    let (_, out) = w.read("CASE WHEN employees >= 200 THEN 10 WHEN employees >= 1000 THEN 15 ELSE 0 END", ScopeKind::Scoring, Want::Number);
    assert_eq!(out.0.len(), 1);
    assert_eq!(out.0[0].code, Code::NeverTrue);
    let (_, out) = w.read("CASE WHEN employees >= 1000 THEN 15 WHEN employees >= 200 THEN 10 ELSE 0 END", ScopeKind::Scoring, Want::Number);
    assert!(out.0.is_empty());
}

#[test]
fn short_latin_patterns_are_warned_about() {
    let w = World::new();
    only(w.problems("title LIKE '%CTO%'"), Code::ShortLike, "'%CTO%'", "has_word(title, 'CTO')");
    assert!(w.problems("title LIKE '%总监%' OR title LIKE '%director%' OR title LIKE 'CTO%'").is_empty());
}

// --- why

#[test]
fn reasons_name_the_values_seen() {
    let w = buyer().event("pricing_view", DAY, "/pricing");
    assert_eq!(w.why("has_any(title, '决策者')"), "title is `采购总监`: has_any(title, '决策者') holds");
    assert_eq!(World::new().why("employees >= 200"), "unknown: `employees` is blank");
    assert_eq!(World::new().text("industry", "零售").why("industry = '制造业'"), "false: industry is `零售`, not `制造业`");
    assert_eq!(w.why("industry = '零售' AND employees > 9"), "false: industry is `制造业`, not `零售`");
    assert_eq!(w.why("employees >= 1000"), "false: employees is `250`, not >= 1000");
    assert_eq!(w.why("industry IN ('零售', '汽车')"), "false: industry is `制造业`, not one of ('零售', '汽车')");
    assert_eq!(w.why("NOT has_any(title, '非决策者')"), "title is `采购总监`: NOT has_any(title, '非决策者') holds");
    assert_eq!(w.why("events('pricing_view', '7d') >= 3"), "false: events('pricing_view', '7d') is `1`, not >= 3");
    assert_eq!(w.why("has_tag('潜客')"), "false: tags is `竞品, VIP`: has_tag('潜客') does not hold");
    assert_eq!(w.why("budget >= 500000"), "false: budget is `123450.50`, not >= 500000");
    assert_eq!(w.why("region = 'x' AND signed_at > '2026-01-01'"), "unknown: `region` is blank; `signed_at` is blank");
    assert_eq!(w.why("employees > 200\n  OR region = 'x'"), "employees is `250`: employees > 200 holds");
    assert_eq!(
        w.why("days_since(last_event_at) >= 30"),
        "false: last_event_at is `2026-11-20 10:00`, days_since(last_event_at) is `1`: days_since(last_event_at) >= 30 does not hold"
    );
    assert_eq!(
        w.why("created_at >= as_of - '30d'"),
        "false: created_at is `2026-08-13 10:00`, as_of is `2026-11-21 10:00`: created_at >= as_of - '30d' does not hold"
    );
}

#[test]
fn points_explain_themselves() {
    let w = buyer();
    let why = |w: &World, text: &str| w.read(text, ScopeKind::Scoring, Want::Number).0.expect("sound").explain(&w.facts()).summary();
    let size = "CASE WHEN employees >= 1000 THEN 15 WHEN employees >= 200 THEN 10 ELSE 0 END";
    assert_eq!(why(&w, size), "employees is `250`: employees >= 200 holds, so 10");
    assert_eq!(
        why(&World::new().with("employees", Value::Int(3)), size),
        "no WHEN holds (false: employees is `3`, not >= 1000; false: employees is `3`, not >= 200), so 0"
    );
    assert_eq!(why(&w, "employees / 100"), "employees is `250`: employees / 100 is 2.5");
    assert_eq!(why(&World::new(), "employees / 100"), "unknown: `employees` is blank");
    assert_eq!(why(&w, "employees / 0"), "unknown: employees is `250`: `employees / 0` has no value");
}

#[test]
fn explanations_are_trees() {
    let e = buyer().explain("industry = '零售' OR employees > 200");
    assert_eq!(e.outcome(), YES);
    assert_eq!(e.parts.iter().map(|p| p.outcome()).collect::<Vec<_>>(), [NO, YES]);
    assert_eq!(e.parts[1].excerpt, "employees > 200");
    assert_eq!(e.parts[1].seen, [("employees".to_owned(), Some("250".to_owned()))]);
}

// --- what others ask of a condition

#[test]
fn one_meaning_has_one_normal_form() {
    let w = World::new();
    let normal = |text: &str| w.condition(text).normal_form().to_owned();
    let form = "industry IN ('制造业', '汽车') AND NOT employees <> 200";
    for text in [form, "(INDUSTRY in ('制造业','汽车'))\n and not(Employees != 200)", "[industry] IN ('制造业', '汽车') AND (NOT (((\"employees\" <> 200))))"]
    {
        assert_eq!(normal(text), form);
    }
    assert_eq!(normal("employees > 1 AND (region = 'a' AND (title = 'b' OR title = 'c'))"), "employees > 1 AND region = 'a' AND (title = 'b' OR title = 'c')");
    assert_eq!(normal("[公司 规模] = 'it''s'"), "\"公司 规模\" = 'it''s'");
    assert_eq!(normal("1.50 + -(2 - 3) * 4 > (employees - 1) - (2 - 1)"), "1.5 + -(2 - 3) * 4 > employees - 1 - (2 - 1)");
}

#[test]
fn a_condition_knows_what_it_uses() {
    let w = World::new();
    let c = w.condition("events('pricing_view', '7d') > 0 AND title = 'x' OR coalesce(employees, 0) > 3 AND has_tag('a')");
    let names: Vec<&str> = c.fields().iter().map(|ix| w.dictionary.fields[ix.0].id.as_str()).collect();
    assert_eq!(names, ["title", "employees", "tags"]);
    assert_eq!(c.kinds().len(), 1);
    assert!(c.uses_events() && c.uses_clock());
    let still = w.condition("title = 'x'");
    assert!(!still.uses_events() && !still.uses_clock());
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&c);
}

#[test]
fn derived_kinds_ask_one_event() {
    let w = World::new().event("page_view", 0, "/pricing/plans");
    let (condition, _) = w.read("path LIKE '/pricing%'", ScopeKind::Event, Want::Boolean);
    let condition = condition.expect("sound");
    assert_eq!(condition.test_event(&w.details.0[0], Instant(0), &w.dictionary, &w.calendar), (YES, Until::NEVER));
}

#[test]
fn durations_are_wall_time() {
    assert_eq!(Duration::parse("90d"), Ok(Duration(90 * DAY)));
    let w = World::new().event("page_view", 90 * DAY, "/a");
    assert_eq!(w.test("events('page_view', '90d') = 1 AND events('page_view', '12w') = 0"), YES);
}
