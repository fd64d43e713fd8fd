//! What a reader of any report was promised, whatever the format.

mod reports;
mod screen;
mod spreadsheet;

use calamine::{Data, Reader};
use reports::{every_report, frame, ranked, score_facts, some};
use sop::model::Instant;
use sop::render::{Format, Lang, Options, SCHEMAS, schema, write};
use sop::report::{Cell, Column, ColumnType, Report, import, score};
use unicode_width::UnicodeWidthStr;

fn bytes(report: &Report, format: Format, options: &Options) -> Vec<u8> {
    let mut out = Vec::new();
    write(report, format, options, &mut out).expect("writing to memory");
    out
}

fn text(report: &Report, options: &Options) -> String {
    String::from_utf8(bytes(report, Format::Text, options)).expect("UTF-8")
}

fn json(report: &Report) -> serde_json::Value {
    serde_json::from_slice(&bytes(report, Format::Json, &Options::default())).expect("JSON")
}

fn table(columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Report {
    Report { rows, ..Report::new("leads", &frame(), columns) }
}

#[test]
fn json_of_every_report_keeps_its_schema_in_every_language() {
    let envelope: serde_json::Value = serde_json::from_str(schema("report").expect("the envelope")).expect("JSON");
    let envelope = jsonschema::validator_for(&envelope).expect("a schema");
    for report in every_report() {
        let own: serde_json::Value = serde_json::from_str(schema(&report.name).expect("every report has a schema")).expect("JSON");
        let own = jsonschema::validator_for(&own).expect("a schema");
        let value = json(&report);
        let errors: Vec<_> = envelope.iter_errors(&value).chain(own.iter_errors(&value)).map(|e| format!("{e} at {}", e.instance_path)).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", report.name);
        let zh = bytes(&report, Format::Json, &Options { lang: Lang::Zh, ..Options::default() });
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&zh).expect("JSON"), value, "--lang does not change JSON");
    }
}

#[test]
fn every_schema_is_of_a_report() {
    let names: Vec<_> = every_report().into_iter().map(|r| r.name).collect();
    for (name, _) in SCHEMAS.iter().filter(|(name, _)| *name != "report") {
        assert!(names.iter().any(|n| n == name), "{name} is tested");
    }
}

#[test]
fn json_types_are_those_of_the_contract() {
    let columns = vec![
        Column::new("money", ColumnType::Money),
        Column::new("share", ColumnType::Percent),
        Column::new("nan", ColumnType::Number),
        Column::new("at", ColumnType::Instant),
        Column::new("on", ColumnType::Date),
        Column::new("yes", ColumnType::Boolean),
    ];
    let on = chrono::NaiveDate::from_ymd_opt(2026, 2, 28).expect("a date");
    let row =
        vec![Cell::Money(9_007_199_254_740_993), Cell::Percent(0.25), Cell::Number(f64::NAN), Cell::Instant(Instant(0)), Cell::Date(on), Cell::Boolean(true)];
    let report = table(columns, vec![row]);
    let written = String::from_utf8(bytes(&report, Format::Json, &Options::default())).expect("UTF-8");
    assert!(written.contains("\"money\": 90071992547409.93,"), "money is exact, beyond what a double holds: {written}");
    let value = json(&report);
    let row = &value["rows"][0];
    assert_eq!((row["share"].as_f64(), row["nan"].is_null(), row["yes"].as_bool()), (Some(0.25), true, Some(true)));
    assert_eq!((row["at"].as_str(), row["on"].as_str()), (Some("1970-01-01T08:00:00+08:00"), Some("2026-02-28")));
    assert_eq!(value["as_of"], "2026-11-21T23:59:59+08:00");
}

#[test]
fn totals_of_score_are_those_of_the_contract() {
    let totals = json(&score::report(&score_facts(ranked())))["totals"].clone();
    let expected = serde_json::json!({"leads": 9240, "fit": 100, "engagement": -3, "score": 97, "bands": {"hot": 12, "cold": 9228}, "lead_rows": 9500, "events_matched": 88000});
    assert_eq!(totals, expected);
    let keys: Vec<_> = totals.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(keys, ["leads", "fit", "engagement", "score", "bands", "lead_rows", "events_matched"]);
}

#[test]
fn an_explanation_adds_up() {
    let report = every_report().into_iter().find(|r| r.name == "explain").expect("an explanation");
    let value = json(&report);
    let sum: i64 = value["rows"].as_array().expect("rows").iter().filter_map(|r| r["points"].as_i64()).sum();
    assert_eq!(Some(sum), value["totals"]["score"].as_i64());
    assert_eq!(value["sections"][1]["section"], "unfired");
    assert_eq!(value["sections"][1]["rows"][0]["rule"], "规模");
}

#[test]
fn a_lead_without_an_id_is_known_by_its_key() {
    let report = score::report(&score_facts(ranked()));
    let printed = text(&report, &Options::default());
    assert!(printed.contains("kbbbbbbbbbbb") && printed.contains("L-1") && !printed.contains("kaaaaaaaaaaa"), "{printed}");
    let verbose = text(&report, &Options { verbose: true, ..Options::default() });
    assert!(verbose.contains("kaaaaaaaaaaa"), "{verbose}");
    let row = &json(&report)["rows"][1];
    assert!(row["id"].is_null() && row["key"] == "kbbbbbbbbbbb", "data formats carry both as they are");
}

#[test]
fn an_empty_report_is_whole_in_every_format() {
    let empty = table(vec![Column::text("name"), Column::integer("score")], vec![]);
    let bare = table(vec![], vec![]);
    for report in [&empty, &bare] {
        for (name, format) in Format::ALL {
            assert!(!bytes(report, format, &Options::default()).is_empty(), "{name}");
        }
        assert!(text(report, &Options::default()).contains("nothing to show"));
        assert!(text(report, &Options { lang: Lang::Zh, ..Options::default() }).contains("没有记录"));
    }
    assert_eq!(bytes(&empty, Format::Csv, &Options::default()), b"name,score\n");
    assert_eq!(json(&empty)["rows"], serde_json::json!([]));
}

#[test]
fn a_huge_cell_harms_no_format() {
    let huge = "线索 ".repeat(200_000);
    let report = table(
        vec![Column::text("name"), Column::text("note").sentences(), Column::integer("score")],
        vec![vec![Cell::text(&*huge), Cell::text(&*huge), Cell::Integer(7)]],
    );
    let csv = bytes(&report, Format::Csv, &Options::default());
    assert!(csv.len() > 2 * huge.len(), "data formats carry all of it");
    assert_eq!(json(&report)["rows"][0]["name"].as_str(), Some(&*huge));
    let printed = text(&report, &Options { width: Some(80), ..Options::default() });
    assert!(printed.lines().all(|l| l.width() <= 80));
    let mut book = spreadsheet::book(&report);
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("readable");
    let cell = sheet.get((1, 0)).map(ToString::to_string).unwrap_or_default();
    assert_eq!(cell.chars().count(), 32_767, "what the format can hold");
    assert_eq!(sheet.get((1, 2)), Some(&Data::Float(7.0)));
}

#[test]
fn labels_follow_the_language_and_ids_do_not() {
    let report = score::report(&score_facts(ranked()));
    let zh = Options { lang: Lang::Zh, ..Options::default() };
    assert!(text(&report, &zh).contains("总分") && text(&report, &Options::default()).contains("score"));
    for format in [Format::Markdown, Format::Html] {
        let page = String::from_utf8(bytes(&report, format, &zh)).expect("UTF-8");
        assert!(page.contains("属性分") && !page.contains("<b>"), "labels are Chinese, cells are escaped");
    }
    assert_eq!(bytes(&report, Format::Csv, &zh), bytes(&report, Format::Csv, &Options::default()));
    assert!(bytes(&report, Format::Csv, &zh).starts_with(b"rank,score,band,fit,engagement,id,key,name,company,title,stage,owner,main_reason\n"));
}

#[test]
fn a_page_needs_nothing_from_the_network() {
    for report in every_report() {
        let page = String::from_utf8(bytes(&report, Format::Html, &Options::default())).expect("UTF-8");
        assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
        for outside in ["http://", "https://", "<script", "url(", "@import"] {
            assert!(!page.contains(outside), "{}: {outside}", report.name);
        }
    }
}

#[test]
fn the_trust_line_accounts_for_every_row() {
    let leads = import::File {
        rows_read: 9_500,
        new: 9_000,
        updated: 100,
        joined: 200,
        rejected: 150,
        unchanged: 50,
        rejects: some("rejects/leads.csv"),
        ..Default::default()
    };
    let events = import::File { rows_read: 10, events_matched: 7, events_waiting: 2, events_known: 1, to_decide: 3, ..Default::default() };
    assert_eq!(
        import::trust_line(&[leads, events]),
        "9,510 rows read · 9,000 new · 100 updated · 200 joined · 150 rejected (rejects/leads.csv) · 50 unchanged · events: 7 matched, 2 waiting, 1 known · 3 to decide (sop today)"
    );
}

#[test]
fn two_columns_of_one_name_are_told_apart() {
    let report = table(vec![Column::text("score"), Column::text("score"), Column::text("a")], vec![vec![Cell::text("x"), Cell::text("y"), Cell::Empty]]);
    let value = json(&report);
    assert_eq!((&value["rows"][0]["score"], &value["rows"][0]["score_2"]), (&"x".into(), &"y".into()));
    assert_eq!(value["columns"][1]["id"], "score_2");
    assert!(bytes(&report, Format::Csv, &Options::default()).starts_with(b"score,score_2,a\n"));
}
