//! What holds for the credits of any base, from files to the printed report: under every model, by channel, by campaign and by counted
//! path, they add up to what was earned, to the cent.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::Base;
use proptest::prelude::*;
use serde_json::Value;
use std::fmt::Write as _;

const CHANNELS: [&str; 5] = ["baidu", "fair", "referral", "抖音推广", ""];
const CAMPAIGNS: [&str; 4] = ["品牌词", "工博会", "秋季", ""];
const MODELS: [&str; 8] = ["first", "last", "last_non_direct", "linear", "time_decay", "position", "markov", "shapley"];

/// Of a lead: channel, campaign, day of the year on which it came, company.
type Lead = (usize, usize, u64, usize);
/// Of a touch: whose, channel, day.
type Touched = (usize, usize, u64);
/// Of a deal: whose (or nobody's), company, cents, day opened, days until it closed, whether it is new, whether it was won.
type Sale = (Option<usize>, usize, i64, u64, u64, bool, bool);

#[derive(Clone, Debug)]
struct World {
    leads: Vec<Lead>,
    touches: Vec<Touched>,
    deals: Vec<Sale>,
    settings: usize,
}

const SETTINGS: [&str; 4] = ["", "roi: {scope: lead}\n", "roi: {lookback: 20d}\n", "roi: {basis: cohort, lookback: 400d}\n"];

fn worlds() -> impl Strategy<Value = World> {
    let leads = proptest::collection::vec((0..CHANNELS.len(), 0..CAMPAIGNS.len(), 0_u64..300, 0_usize..4), 1..8);
    let touches = proptest::collection::vec((0_usize..8, 0..CHANNELS.len(), 0_u64..300), 0..10);
    let deal =
        (proptest::option::weighted(0.8, 0_usize..8), 0_usize..5, 1_i64..10_000_000, 0_u64..290, 0_u64..40, any::<bool>(), proptest::bool::weighted(0.8));
    (leads, touches, proptest::collection::vec(deal, 1..9), 0..SETTINGS.len()).prop_map(|(leads, touches, deals, settings)| World {
        leads,
        touches,
        deals,
        settings,
    })
}

fn day(n: u64) -> String {
    (chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(n)).to_string()
}

/// The files of a world, imported.
fn imported(world: &World) -> Base {
    let base = Base::with(&[("sops/fields.yaml", "currency: CNY\n"), ("sops/reports.yaml", SETTINGS[world.settings])]);
    let mut leads = String::from("线索编号,手机,公司,来源渠道,市场活动,创建时间\n");
    for (n, (channel, campaign, at, company)) in world.leads.iter().enumerate() {
        writeln!(leads, "L{n},{},公司{company},{},{},{}", base::phone(n as u64), CHANNELS[*channel], CAMPAIGNS[*campaign], day(*at)).unwrap();
    }
    let mut events = String::from("phone,kind,at,channel,campaign\n");
    for (whose, channel, at) in &world.touches {
        writeln!(
            events,
            "{},whitepaper_download,{} 09:00,{},{}",
            base::phone((whose % world.leads.len()) as u64),
            day(*at),
            CHANNELS[*channel],
            CAMPAIGNS[channel % 4]
        )
        .unwrap();
    }
    let mut deals = String::from("商机编号,线索编号,公司,金额,商机类型,创建时间,成交时间,状态\n");
    for (n, (whose, company, cents, opened, took, new, won)) in world.deals.iter().enumerate() {
        let lead = whose.map_or_else(String::new, |w| format!("L{}", w % world.leads.len()));
        let (kind, status) = (if *new { "新签" } else { "续约" }, if *won { "赢单" } else { "丢单" });
        writeln!(deals, "D{n},{lead},公司{company},{}.{:02},{kind},{},{},{status}", cents / 100, cents % 100, day(*opened), day(opened + took)).unwrap();
    }
    let files = [("leads.csv", leads), ("events.csv", events), ("deals.csv", deals)].map(|(name, text)| base.write(name, text).display().to_string());
    base.on("12-31", &["import", &files[0], &files[1], &files[2], "--history"]).ok();
    base
}

fn report(base: &Base, args: &[&str]) -> Value {
    base.on("12-31", &[&["report"], args, &["-f", "json"]].concat()).ok().json()
}

fn cents(value: &Value) -> i64 {
    (value.as_f64().unwrap_or(0.0) * 100.0).round() as i64
}

fn sum(rows: &Value, column: &str) -> i64 {
    rows.as_array().unwrap().iter().map(|r| cents(&r[column])).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_model_credits_what_was_earned_to_the_cent(world in worlds()) {
        let base = imported(&world);
        let new = || world.deals.iter().filter(|(.., new, won)| *new && *won);
        let (earned, won): (i64, usize) = (new().map(|(_, _, cents, ..)| cents).sum(), new().count());
        for by in ["channel", "campaign"] {
            let all = report(&base, &["attribution", "--period", "2026", "--by", by, "--model", "all"]);
            prop_assert_eq!(cents(&all["totals"]["new_revenue"]), earned, "{}", by);
            for model in MODELS {
                prop_assert_eq!(sum(&all["rows"], model), earned, "{} {}: {}", by, model, all);
                let conversions: f64 = all["sections"][0]["rows"].as_array().unwrap().iter().map(|r| r[model].as_f64().unwrap()).sum();
                prop_assert!((conversions - won as f64).abs() < 1e-4, "{} {}: {} of {}", by, model, conversions, won);
            }
        }
        for by in ["channel", "campaign", "month", "owner", "product"] {
            let roi = report(&base, &["roi", "--period", "2026", "--by", by]);
            let basis = if SETTINGS[world.settings].contains("cohort") { "cohort_basis" } else { "period_basis" };
            prop_assert_eq!(sum(&roi["rows"], "new_revenue"), cents(&roi["totals"][basis]["new_revenue"]), "{}: {}", by, roi);
            prop_assert_eq!(cents(&roi["totals"]["period_basis"]["new_revenue"]), earned);
        }
        // Owners and KPIs count deals of every kind.
        let revenue: i64 = world.deals.iter().filter(|d| d.6).map(|d| d.2).sum();
        let owners = report(&base, &["owners", "--period", "2026"]);
        prop_assert_eq!(cents(&owners["totals"]["revenue"]), revenue);
        let kpi = report(&base, &["kpi", "--period", "2026"]);
        let told = kpi["rows"].as_array().unwrap().iter().find(|r| r["kpi"] == "revenue").map_or(0, |r| cents(&r["value"]));
        prop_assert_eq!(told, revenue);
    }

    #[test]
    fn counted_paths_are_credited_to_the_cent(paths in proptest::collection::vec((proptest::collection::vec(0_usize..4, 1..6), 1_u64..50, 0_i64..1_000_000, 0_u64..20), 1..12)) {
        let base = Base::with(&[("sops/fields.yaml", "currency: CNY\n")]);
        base.write("leads.csv", "姓名,手机\n王伟,13920417001\n");
        base.on("12-31", &["import", &base.path().join("leads.csv").display().to_string()]).ok();
        let mut text = String::from("path,conversions,value,nulls\n");
        for (path, conversions, value, nulls) in &paths {
            let path: Vec<&str> = path.iter().map(|c| CHANNELS[*c]).collect();
            writeln!(text, "{},{conversions},{}.{:02},{nulls}", path.join(" > "), value / 100, value % 100).unwrap();
        }
        let file = base.write("paths.csv", text).display().to_string();
        let all = report(&base, &["attribution", "--journeys", &file, "--model", "all"]);
        let earned: i64 = paths.iter().map(|p| p.2).sum();
        for model in MODELS.iter().filter(|m| **m != "time_decay") {
            prop_assert_eq!(sum(&all["rows"], model), earned, "{}: {}", model, all);
        }
    }
}
