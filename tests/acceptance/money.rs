//! Returns and KPIs of public data sets. What must come out stands in their `expected.json` and in the files' descriptions.

use crate::{Workspace, data};
use serde_json::Value;
use std::fmt::Write as _;

fn rows(report: &Value) -> &Vec<Value> {
    report["rows"].as_array().unwrap()
}

fn row<'v>(report: &'v Value, name: &str) -> &'v Value {
    let first = report["columns"][0]["id"].as_str().unwrap();
    rows(report).iter().find(|r| r[first] == name).unwrap_or_else(|| panic!("no {name}: {report}"))
}

#[test]
fn maven_won_and_lost_by_region_and_by_product() {
    let Some(data) = data() else { return };
    // The regions stand in a file of their own: the team.
    let teams = std::fs::read_to_string(data.join("maven_crm/sales_teams.csv")).unwrap();
    let mut team = String::from("owners:\n");
    for (n, line) in teams.lines().skip(1).enumerate() {
        let [name, _, region] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        writeln!(team, "  a{n}: {{name: {name}, role: sales, region: {region}}}").unwrap();
    }
    let ws = Workspace::with(&[("sops/fields.yaml", "currency: USD\n"), ("sops/team.yaml", &team)]);
    ws.run(&["import", &data.join("maven_crm/sales_pipeline.csv").display().to_string()]).ok();
    let kpi = ws.run(&["report", "kpi", "--period", "all", "-f", "json"]).ok().json();
    assert_eq!([&row(&kpi, "won_deals")["value"], &row(&kpi, "won_amount")["value"], &row(&kpi, "win_rate")["n"]], [4238.0, 10_005_534.0, 6711.0]);
    assert!((row(&kpi, "win_rate")["value"].as_f64().unwrap() - 0.631_501).abs() < 5e-7);
    assert_eq!(row(&kpi, "days_to_win")["value"], 57.0);
    let regions = ws.run(&["report", "roi", "--by", "region", "--period", "all", "-f", "json"]).ok().json();
    for (region, won, revenue) in [("Central", 1629.0, 3_346_293.0), ("East", 1171.0, 3_090_594.0), ("West", 1438.0, 3_568_647.0)] {
        assert_eq!([&row(&regions, region)["new_deals"], &row(&regions, region)["new_revenue"]], [won, revenue], "{region}");
    }
    assert_eq!(rows(&regions).len(), 3, "every agent is of the team");
    // `GTXPro` of the deals is `GTX Pro` of the price list: it has a row of its own, under its own name, and no deal is lost.
    let products = ws.run(&["report", "roi", "--by", "product", "--period", "all", "-f", "json"]).ok().json();
    assert!(row(&products, "GTXPro")["new_deals"].as_f64().unwrap() > 0.0);
    assert_eq!(rows(&products).iter().map(|r| r["new_deals"].as_f64().unwrap()).sum::<f64>(), 4238.0);
}

#[test]
fn olist_by_channel() {
    let Some(data) = data() else { return };
    let fields = "currency: BRL\nleads:\n  id: {type: text, aliases: [mql_id]}\n  created_at: {type: datetime, aliases: [first_contact_date]}\n  channel: {type: channel, aliases: [origin]}\n";
    let ws = Workspace::with(&[("sops/fields.yaml", fields)]);
    let [leads, deals] = ["marketing_qualified_leads", "closed_deals"].map(|n| data.join(format!("olist/olist_{n}_dataset.csv")).display().to_string());
    ws.run(&["import", &leads]).ok();
    ws.run(&["import", "--as", "deals", &deals]).ok();
    let channels = ws.run(&["report", "channels", "--period", "all", "-f", "json"]).ok().json();
    for (channel, leads, won) in
        [("paid_search", 1586, 195), ("organic_search", 2296, 271), ("social", 1350, 75), ("unknown", 1099, 179), ("(no channel)", 60, 14)]
    {
        let r = row(&channels, channel);
        assert_eq!([&r["leads"], &r["won_leads"], &r["won_since"]], [leads, won, won], "{channel}");
    }
    assert_eq!([&channels["totals"]["leads"], &channels["totals"]["won_leads"]], [8000, 842]);
    assert!((channels["totals"]["conversion"].as_f64().unwrap() - 0.10525).abs() < 1e-9);
    // First touch is the channel that the lead came by; whoever was won before the first contact has none in time.
    let first = ws.run(&["report", "attribution", "--period", "all", "--lookback", "3650d", "-f", "json"]).ok().json();
    assert_eq!([&row(&first, "paid_search")["conversions"], &first["totals"]["conversions"]], [195.0, 842.0]);
    assert_eq!(row(&first, "(no channel)")["conversions"], 15.0, "14 blank ones and the impossible one");
}

#[test]
fn ads_cost_of_an_approved_customer_by_campaign() {
    let Some(data) = data() else { return };
    let text = std::fs::read_to_string(data.join("ads_kag/KAG_conversion_data.csv")).unwrap();
    // Every approved customer of the file becomes a lead of its campaign with a deal: cost per customer is then CAC.
    let (mut leads, mut deals) =
        (String::from("Lead ID,channel,campaign,created_at\n"), String::from("Deal ID,Lead ID,amount,Created Date,Close Date,status\n"));
    let mut n = 0;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        for _ in 0..cells[11].parse::<usize>().unwrap() {
            n += 1;
            writeln!(leads, "L{n},facebook,{},2023-08-20", cells[2]).unwrap();
            writeln!(deals, "D{n},L{n},1,2023-08-21,2023-08-30,won").unwrap();
        }
    }
    let fields = "currency: USD\ncosts:\n  campaign: {aliases: [xyz_campaign_id]}\n";
    let ws = Workspace::with(&[("sops/fields.yaml", fields)]);
    let files = [ws.write("leads.csv", &leads), ws.write("deals.csv", &deals)].map(|p| p.display().to_string());
    ws.run(&["import", &files[0], &files[1], &data.join("ads_kag/KAG_conversion_data.csv").display().to_string(), "--source", "facebook"]).ok();
    let costs = ws.run(&["report", "costs", "--period", "all", "-f", "json"]).ok().json();
    assert_eq!([&costs["totals"]["cost"], &row(&costs, "facebook")["clicks"]], [58_705.23, 38_165.0]);
    let roi = ws.run(&["report", "roi", "--by", "campaign", "--period", "all", "-f", "json"]).ok().json();
    let by = ws.run(&["report", "costs", "--by", "campaign", "--period", "all", "-f", "json"]).ok().json();
    // 6.2379, 15.8108, 63.8327 in whole cents.
    for (campaign, cost, clicks, customers, each) in
        [("916", 149.71, 113, 24.0, 6.24), ("936", 2893.37, 1984, 183.0, 15.81), ("1178", 55_662.15, 36_068, 872.0, 63.83)]
    {
        let r = row(&roi, campaign);
        assert_eq!([&r["cost"], &r["new_deals"], &r["paid_cac"]], [cost, customers, each], "{campaign}");
        assert_eq!(row(&by, campaign)["clicks"], clicks, "{campaign}");
    }
}
