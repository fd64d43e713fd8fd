//! Reports on two public data sets: what must come out was worked out with Python from the files (`expected.json` beside them), never from the program.

use crate::{Workspace, data};
use serde_json::Value;

fn olist() -> Option<Workspace> {
    let data = data()?;
    let ws = Workspace::with(&[(
        "sops/fields.yaml",
        "currency: BRL\nleads:\n  id: {type: text, aliases: [mql_id]}\n  created_at: {type: datetime, aliases: [first_contact_date]}\n  channel: {type: channel, aliases: [origin]}\n",
    )]);
    let [leads, deals] = ["marketing_qualified_leads", "closed_deals"].map(|n| data.join(format!("olist/olist_{n}_dataset.csv")).display().to_string());
    ws.run(&["score", &leads, "--limit", "1"]).ok();
    ws.run(&["import", "--as", "deals", &deals]).ok();
    Some(ws)
}

fn maven() -> Option<Workspace> {
    let data = data()?;
    let ws = Workspace::with(&[("sops/fields.yaml", "currency: USD\n")]);
    ws.run(&["import", &data.join("maven_crm/sales_pipeline.csv").display().to_string()]).ok();
    Some(ws)
}

/// A report of all time, as programs read it.
fn report(ws: &Workspace, args: &[&str]) -> Value {
    let line: Vec<&str> = ["report"].iter().chain(args).chain(&["--period", "all", "-f", "json"]).copied().collect();
    ws.run(&line).ok().json()
}

fn notes(report: &Value) -> String {
    report["notes"].as_array().into_iter().flatten().filter_map(|n| n["text"].as_str()).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn close(got: &Value, expected: f64, half_of_the_last: f64) {
    assert!(got.as_f64().is_some_and(|x| (x - expected).abs() <= half_of_the_last), "{got} instead of {expected}");
}

#[test]
fn olist_comes_through_the_funnel_by_channel() {
    let Some(ws) = olist() else { return };
    let all = report(&ws, &["funnel"]);
    let won = &all["rows"][2];
    assert_eq!((&won["stage"], &won["leads"], &all["totals"]["leads"]), (&"customer".into(), &842.into(), &8000.into()));
    close(&won["share_of_all"], 0.105_25, 1e-12);
    assert!(notes(&all).contains("bottleneck: lead → opportunity: 842 of 8,000"), "{}", notes(&all));
    let by = report(&ws, &["funnel", "--by", "channel"]);
    let counts = |channel: &str| {
        let of = |stage: &str| by["rows"].as_array().unwrap().iter().find(|r| r["channel"] == channel && r["stage"] == stage).map(|r| r["leads"].as_u64());
        (of("customer").flatten().unwrap(), of("lead").flatten().unwrap())
    };
    for (channel, expected) in
        [("paid_search", (195, 1586)), ("organic_search", (271, 2296)), ("social", (75, 1350)), ("unknown", (179, 1099)), ("(none)", (14, 60))]
    {
        assert_eq!(counts(channel), expected, "{channel}");
    }
    let leads: u64 = by["rows"].as_array().unwrap().iter().filter(|r| r["stage"] == "lead").filter_map(|r| r["leads"].as_u64()).sum();
    assert_eq!(leads, 8000, "nobody is lost between the channels");
}

#[test]
fn olist_takes_two_weeks_to_win_and_the_impossible_deal_is_named() {
    let Some(ws) = olist() else { return };
    let velocity = report(&ws, &["velocity"]);
    close(&velocity["rows"][0]["median_cycle_days"], 14.6507, 5.1e-5);
    assert_eq!((&velocity["totals"]["won"], &velocity["totals"]["velocity"]), (&842.into(), &Value::Null), "no deal has an amount");
    let moves = &velocity["sections"][0]["rows"];
    close(&moves[0]["median_days"], 14.6507, 5.1e-5);
    assert_eq!((&moves[0]["from_stage"], &moves[0]["to_stage"], &moves[0]["leads"]), (&"lead".into(), &"customer".into(), &842.into()));
    let quality = report(&ws, &["quality"]);
    let odd = quality["rows"].as_array().unwrap().iter().find(|r| r["check"] == "impossible").unwrap();
    assert_eq!((&odd["count"], &odd["of"]), (&1.into(), &842.into()));
    assert_eq!(odd["detail"], "b91cf8812365f50ff4bda4bcd6206b05 (-1.18 d)");
    let blank = quality["rows"].as_array().unwrap().iter().find(|r| r["check"] == "blank" && r["subject"] == "channel").unwrap();
    assert_eq!((&blank["count"], &blank["of"]), (&60.into(), &8000.into()));
}

/// Leads of 2018-01: counted with Python (created in the month; won at most 30, 60, 90 and 180 times 24 hours later).
#[test]
fn olist_cohorts_add_up() {
    let Some(ws) = olist() else { return };
    let cohorts = report(&ws, &["cohorts"]);
    let rows = cohorts["rows"].as_array().unwrap();
    let leads: u64 = rows.iter().filter(|r| r["after_days"] == 30).filter_map(|r| r["leads"].as_u64()).sum();
    assert_eq!(leads, 8000);
    let january: Vec<_> =
        rows.iter().filter(|r| r["month"] == "2018-01").map(|r| (r["after_days"].as_u64().unwrap(), r["won_leads"].as_u64().unwrap())).collect();
    assert_eq!(january, [(30, 95), (60, 117), (90, 129), (180, 143)]);
    assert!(rows.iter().all(|r| r["mql_leads"].is_null() && r["immature"] == false), "no stage means mql, and all is long ago");
}

#[test]
fn maven_wins_six_of_ten_in_eight_weeks() {
    let Some(ws) = maven() else { return };
    let velocity = report(&ws, &["velocity"]);
    let row = &velocity["rows"][0];
    assert_eq!([&row["opportunities"], &row["won"], &row["lost"]], [2089, 4238, 2473]);
    close(&row["win_rate"], 0.631_501, 5.1e-7);
    close(&row["median_cycle_days"], 57.0, 0.0);
    // 10,005,534 of 4,238 deals.
    close(&row["average_deal"], 2360.91, 0.005);
    let daily = 2089.0 * (4238.0 / 6711.0) * (10_005_534.0 / 4238.0) / row["mean_cycle_days"].as_f64().unwrap();
    close(&row["velocity"], daily, 0.5);
    let owners = report(&ws, &["owners"]);
    let sum = |id: &str| owners["rows"].as_array().unwrap().iter().filter_map(|r| r[id].as_f64()).sum::<f64>();
    assert_eq!((sum("won"), sum("revenue")), (4238.0, 10_005_534.0), "every deal has its owner's row");
    let quality = report(&ws, &["quality"]);
    let alone = quality["rows"].as_array().unwrap().iter().find(|r| r["subject"] == "deals without a lead").unwrap();
    assert_eq!((&alone["count"], &alone["of"]), (&8800.into(), &8800.into()));
}
