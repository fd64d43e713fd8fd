//! `sop report`: what was spent, who came, what was won and whose merit it is. The sums tie out to what was imported, to the fen.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::{Base, Run, assert_same};
use serde_json::Value;

fn import(base: &Base, day: &str, name: &str, text: &str) -> Run {
    let path = base.write(name, text).display().to_string();
    base.on(day, &["import", &path, "-f", "json"])
}

fn report(base: &Base, args: &[&str]) -> Value {
    base.on("11-02", &[&["report"], args, &["-f", "json"]].concat()).ok().json()
}

/// The value of a column by the first column of its row.
fn cell<'v>(report: &'v Value, name: &str, column: &str) -> &'v Value {
    let first = report["columns"][0]["id"].as_str().unwrap();
    let row = report["rows"].as_array().unwrap().iter().find(|r| r[first] == name);
    &row.unwrap_or_else(|| panic!("no row {name}: {report}"))[column]
}

/// A column's sum, in minor units.
fn sum(report: &Value, column: &str) -> i64 {
    report["rows"].as_array().unwrap().iter().map(|r| minor(&r[column])).sum()
}

fn minor(value: &Value) -> i64 {
    (value.as_f64().unwrap_or(0.0) * 100.0).round() as i64
}

const BAIDU: &str = "日期,账户,推广计划,展现,点击,消费,点击率\n2026-10-01,工厂,品牌词,\"1,200\",60,300.50,5%\n2026-10-01,工厂,行业词,2000,40,400,2%\n2026-10-02,工厂,品牌词,1100,55,275.25,5%\n合计,,,4300,155,975.75,\n";

#[test]
fn an_export_of_a_platform_needs_no_column_that_names_its_channel() {
    let base = Base::new();
    let run = import(&base, "11-01", "baidu.csv", BAIDU).ok();
    assert_eq!((run.json()["rows"][0]["kind"].as_str(), run.of_file(0, "new"), run.of_file(0, "rejected")), (Some("costs"), 3, 0));
    assert!(run.said().contains("of the channel baidu") && run.said().contains("not counted"), "{}", run.said());
    let costs = report(&base, &["costs", "--period", "2026-10"]);
    assert_eq!([cell(&costs, "baidu", "cost"), cell(&costs, "baidu", "clicks"), cell(&costs, "baidu", "impressions")], [975.75, 155.0, 4300.0]);
    let before = base.facts();
    import(&base, "11-01", "baidu.csv", BAIDU).ok();
    assert_same("the same file twice", &before, &base.facts());
}

#[test]
fn what_runs_over_days_is_spread_and_adds_up_to_the_fen() {
    let base = Base::new();
    let text = "费用类型,渠道,开始日期,结束日期,金额\n人力,,2026-09-28,2026-10-04,100.03\n展会,展会,2026-10-01,,50\n";
    import(&base, "11-01", "costs.csv", text).ok();
    assert_eq!(base.number("SELECT sum(amount) FROM costs"), 15_003);
    assert_eq!(
        base.texts("SELECT day || ' ' || amount FROM costs WHERE kind = 'people' ORDER BY day LIMIT 4").join(" "),
        "2026-09-28 1429 2026-09-29 1429 2026-09-30 1429 2026-10-01 1429"
    );
    let october = report(&base, &["costs", "--period", "2026-10", "--by", "kind"]);
    assert_eq!([cell(&october, "people", "cost"), cell(&october, "event", "cost")], [57.16, 50.0], "four of seven days, the rest in the first days");
    let months = import(&base, "11-01", "rent.csv", "费用类型,月份,金额\n工具,2026-10,3100\n").ok();
    assert_eq!((months.of_file(0, "new"), base.number("SELECT count(*) FROM costs WHERE kind = 'tools' AND amount = 10000")), (1, 31));
}

#[test]
fn a_later_file_replaces_days_as_a_whole_and_says_so() {
    let base = Base::new();
    import(&base, "11-01", "first.csv", BAIDU).ok();
    let before = base.facts();
    let later = BAIDU.replace("300.50", "310.50").replace("2026-10-02", "2026-10-03");
    let run = import(&base, "11-02", "later.csv", &later).ok();
    assert!(run.said().contains("first.csv had told") && run.said().contains("700.50 by 710.50"), "{}", run.said());
    let costs = report(&base, &["costs", "--period", "2026-10"]);
    assert_eq!(cell(&costs, "baidu", "cost"), 710.50 + 275.25 + 275.25, "the second was not told again and stays");
    assert_eq!(base.number("SELECT sum(amount) FROM costs WHERE superseded_by IS NOT NULL"), 70_050, "what was replaced is kept");
    base.on("11-02", &["undo", "--yes"]).ok();
    assert_same("taken back", &before, &base.facts());
}

#[test]
fn what_cannot_be_a_cost_is_told() {
    let base = Base::new();
    let rows = "渠道,日期,费用,币种,费用类型\n百度,2026-10-01,100,USD,媒体\n百度,,100,CNY,媒体\n百度,2026-10-02,,CNY,媒体\n百度,2026-10-03,$5,CNY,媒体\n百度,2026-10-04,5,CNY,午餐\n快手,2026-10-05,7,人民币,媒体\n";
    let run = import(&base, "11-01", "costs.csv", rows).ok();
    assert_eq!((run.of_file(0, "new"), run.of_file(0, "rejected")), (1, 5), "{}", run.said());
    let listed = std::fs::read_to_string(base.path().join("rejects/costs.csv")).unwrap();
    for reason in ["another currency", "no date", "no amount", "$5", "午餐"] {
        assert!(listed.contains(reason), "{reason}: {listed}");
    }
    assert!(run.said().contains("快手 (1)"), "a channel that nobody declared is kept and named: {}", run.said());
    let foreign = base.write("meta.csv", "Reporting starts,Reporting ends,Campaign name,Amount spent (USD),Impressions,Reach\n2026-10-01,2026-10-01,a,5,1,1\n");
    let refused = base.on("11-01", &["import", &foreign.display().to_string()]);
    assert!(refused.said().contains("USD") && refused.code() == Some(4), "{}", refused.said());
    let journeys = base.on("11-01", &["import", "--as", "journeys", &foreign.display().to_string()]);
    assert!(journeys.said().contains("sop report attribution --journeys"), "{}", journeys.said());
}

const LEADS: &str = "线索编号,姓名,手机,公司,来源渠道,市场活动,创建时间\nL1,王伟,13920417001,苏州恒力,百度,品牌词,2026-09-01\nL2,李娜,13920417002,苏州恒力,展会,工博会,2026-09-10\nL3,张敏,13920417003,宁波海天,展会,工博会,2026-10-05\nL4,刘洋,13920417004,上海振华,百度,行业词,2026-10-06\nL5,陈静,13920417005,无锡一棉,,,2026-10-07\nL6,杨帆,13920417006,常州精工,小红书,,2026-02-01\n";
const DEALS: &str = "商机编号,线索编号,公司,负责人,金额,商机类型,创建时间,成交时间,状态\nD1,L1,苏州恒力,张伟,100000.01,新签,2026-09-20,2026-10-20,赢单\nD2,L3,宁波海天,李娜,50000,新签,2026-10-08,2026-10-25,赢单\nD3,,上海振华,李娜,70000,新签,2026-10-30,2026-10-31,赢单\nD4,L5,无锡一棉,张伟,30000,新签,2026-10-15,2026-10-28,赢单\nD5,L1,苏州恒力,张伟,20000,增购,2026-10-21,2026-10-22,赢单\nD6,L6,常州精工,张伟,8000,新签,2026-10-01,2026-10-20,赢单\nD7,,不认识,张伟,9999,新签,2026-10-15,2026-10-20,赢单\n";
const COSTS: &str = "费用类型,渠道,市场活动,开始日期,结束日期,金额,展现,点击\n媒体,百度,品牌词,2026-10-01,2026-10-31,6000,10000,500\n媒体,百度,行业词,2026-10-01,2026-10-31,4000,,\n展会,展会,工博会,2026-10-10,2026-10-14,30000,,\n人力,,,2026-10-01,2026-10-31,20000.50,,\n";

fn world(reports: &str) -> Base {
    let base = Base::with(&[("sops/fields.yaml", "currency: CNY\n"), ("sops/reports.yaml", reports)]);
    let files = [("leads.csv", LEADS), ("deals.csv", DEALS), ("costs.csv", COSTS)].map(|(n, t)| base.write(n, t).display().to_string());
    base.on("11-01", &["import", &files[0], &files[1], &files[2]]).ok();
    base
}

#[test]
fn return_by_channel_ties_out() {
    let base = world("");
    let roi = report(&base, &["roi", "--period", "2026-10"]);
    // By hand: 恒力's first touch was baidu, 海天's the fair; 振华's deal names no lead and joins by company; 精工's touch is 8 months old.
    for (channel, cost, deals, revenue) in [
        ("baidu", 10_000.0, 2.0, 170_000.01),
        ("fair", 30_000.0, 1.0, 50_000.0),
        ("(no channel)", 0.0, 2.0, 39_999.0),
        ("(before lookback)", 0.0, 1.0, 8_000.0),
        ("(shared cost)", 20_000.5, 0.0, 0.0),
    ] {
        assert_eq!([cell(&roi, channel, "cost"), cell(&roi, channel, "new_deals"), cell(&roi, channel, "new_revenue")], [cost, deals, revenue], "{channel}");
    }
    assert_eq!([cell(&roi, "baidu", "cac"), cell(&roi, "baidu", "roas"), cell(&roi, "fair", "cpl")], [5000.0, 17.000_001, 30_000.0]);
    assert!(cell(&roi, "(no channel)", "roi").is_null() && cell(&roi, "(shared cost)", "roi").is_null(), "n/a of no cost, and of everybody's");
    assert_eq!([&roi["totals"]["period_basis"]["cost"], &roi["totals"]["period_basis"]["new_revenue"]], [60_000.5, 267_999.01]);
    assert_eq!([&roi["totals"]["cohort_basis"]["new_revenue"], &roi["totals"]["revenue_other_kinds"]], [150_000.0, 20_000.0], "D2, D3, D4; D5 is an upsell");
    assert_eq!(roi["totals"]["cohort_basis"]["maturity"], "immature");
    assert!(roi["rows"].as_array().unwrap().iter().all(|r| r["paid_cac"].is_null()), "people are among the costs");
}

#[test]
fn every_cut_and_every_model_adds_up_to_the_same() {
    let base = world("");
    for reports in ["", "revenue: paid", "roi: {basis: cohort}", "roi: {scope: lead, model: linear}", "roi: {model: markov, lookback: 30d}"] {
        base.write("sops/reports.yaml", reports);
        if reports.contains("paid") {
            let rows = "商机编号,回款日期,回款金额\nD1,2026-10-05,30000.01\nD1,2026-10-25,30000\nD3,2026-10-31,0.02\nX9,2026-10-31,5\n";
            import(&base, "11-01", "payments.csv", rows).ok();
        }
        for by in ["channel", "campaign", "month", "owner", "region", "product"] {
            let roi = report(&base, &["roi", "--period", "2026-10", "--by", by]);
            let basis = if reports.contains("cohort") { "cohort_basis" } else { "period_basis" };
            let total = &roi["totals"][basis];
            for column in ["cost", "new_revenue", "leads", "new_deals"] {
                assert_eq!(sum(&roi, column), minor(&total[column]), "{reports} by {by}: {column}: {roi}");
            }
            assert_eq!(sum(&roi, "cost"), base.number("SELECT sum(amount) FROM costs"), "{by}: what was imported");
        }
        if reports.contains("paid") {
            let roi = report(&base, &["roi", "--period", "2026-10"]);
            assert_eq!(roi["totals"]["period_basis"]["new_revenue"], 60_000.03);
            assert!(roi["notes"].to_string().contains("1 payments (5.00) are for deals that have not arrived"), "{roi}");
        }
        let all = report(&base, &["attribution", "--period", "2026-10", "--model", "all"]);
        for model in ["first", "last", "last_non_direct", "linear", "time_decay", "position", "markov", "shapley"] {
            assert_eq!(sum(&all, model), minor(&all["totals"]["new_revenue"]), "{reports}: {model}");
        }
    }
}

#[test]
fn touches_after_a_deal_are_no_reason_for_it_and_a_lead_that_came_again_is_returning() {
    let base = world("");
    let again = "线索编号,姓名,手机,公司,来源渠道,创建时间\nL1,王伟,13920417001,苏州恒力,抖音推广,2026-10-12\n";
    import(&base, "11-01", "again.csv", again).ok();
    let last = report(&base, &["attribution", "--period", "2026-10", "--model", "last"]);
    assert_eq!(cell(&last, "fair", "new_revenue"), 150_000.01, "抖音 came after the deal was opened");
    let channels = report(&base, &["channels", "--period", "2026-10"]);
    assert_eq!([cell(&channels, "ocean_engine", "leads"), cell(&channels, "ocean_engine", "returning")], [0, 1]);
    assert_eq!([cell(&channels, "baidu", "leads"), cell(&channels, "baidu", "returning"), cell(&channels, "baidu", "won_leads")], [1, 0, 1]);
    assert_eq!([cell(&channels, "baidu", "impressions"), cell(&channels, "baidu", "clicks")], [10_000, 500]);
    let wider = report(&base, &["roi", "--period", "2026-10", "--lookback", "365d"]);
    assert_eq!(cell(&wider, "xiaohongshu", "new_revenue"), 8_000.0);
}

#[test]
fn a_deal_that_was_lost_and_won_after_all_counts_once() {
    let base = world("");
    let lost = "商机编号,线索编号,公司,金额,创建时间,成交时间,状态\nD9,L4,上海振华,100,2026-10-07,2026-10-09,丢单\n";
    import(&base, "11-01", "lost.csv", lost).ok();
    let before = report(&base, &["kpi", "--period", "2026-10"]);
    import(&base, "11-01", "lost.csv", &lost.replace("2026-10-09,丢单", "2026-10-29,赢单")).ok();
    let after = report(&base, &["kpi", "--period", "2026-10"]);
    assert_eq!([cell(&before, "won_deals", "value"), cell(&after, "won_deals", "value")], [7, 8]);
    assert_eq!([cell(&before, "win_rate", "n"), cell(&after, "win_rate", "value")], [&Value::from(8), &Value::from(1.0)]);
    assert!(after["rows"].as_array().unwrap().iter().all(|r| r["kpi"] != "nps"), "what nothing feeds is left out");
    let listed = report(&base, &["kpi", "--list"]);
    assert!(!cell(&listed, "nps", "needs").is_null());
}

#[test]
fn nothing_in_the_base_is_no_number_and_no_failure() {
    let base = Base::new();
    import(&base, "11-01", "leads.csv", "姓名,手机,创建时间\n王伟,13920417001,2026-10-02\n").ok();
    for name in ["roi", "channels", "attribution", "kpi", "costs"] {
        let empty = report(&base, &[name]);
        assert!(!empty.to_string().contains("NaN"), "{empty}");
        let text = base.on("11-02", &["report", name, "--compare", "previous"]).ok();
        assert!(text.said().contains("2026-10-01 to 2026-10-31, compared with 2026-09-01 to 2026-09-30 (the last full month"), "{}", text.said());
    }
    let roi = report(&base, &["roi"]);
    assert_eq!([cell(&roi, "(no channel)", "leads"), cell(&roi, "(no channel)", "cpl")], [&Value::from(1), &Value::Null], "leads without cost");
}

#[test]
fn each_number_stands_beside_the_one_before() {
    let base = world("");
    let both = report(&base, &["roi", "--period", "2026-10", "--compare", "previous"]);
    assert_eq!([cell(&both, "baidu", "previous_leads"), cell(&both, "baidu", "change_leads"), cell(&both, "fair", "previous_leads")], [1, 0, 1]);
    assert_eq!(both["totals"]["previous_period_basis"]["new_revenue"], 0.0);
    let endless = base.on("11-02", &["report", "roi", "--period", "all", "--compare", "previous"]);
    assert_eq!(endless.code(), Some(2));
}

#[test]
fn a_wrong_name_is_answered_with_the_nearest() {
    let base = world("");
    for (args, near) in [
        (vec!["report", "rio"], "roi"),
        (vec!["report", "roi", "--by", "chanel"], "channel"),
        (vec!["report", "roi", "--model", "lienar"], "linear"),
        (vec!["report", "kpi", "--by", "owner"], "leave --by out"),
    ] {
        let run = base.on("11-02", &args);
        assert!(run.code() == Some(2) && run.said().contains(near), "{args:?}: {}", run.said());
    }
    let list = base.on("11-02", &["report"]).ok();
    assert!(list.stdout().contains("attribution") && list.stdout().contains("costs"), "{}", list.stdout());
}

/// T3 of the published tables: org>soc>paid 100; paid>email 200; soc>org>soc>paid 150; email 50.
#[test]
fn counted_journeys_need_no_base_of_their_own() {
    let base = world("");
    let file = base
        .write("journeys.csv", "path,conversions,value,nulls\norg > soc > paid,1,100,0\npaid > email,1,200,0\nsoc > org > soc > paid,1,150,2\nemail,1,50,0\n");
    let file = file.display().to_string();
    let linear = report(&base, &["attribution", "--journeys", &file, "--model", "linear"]);
    for (channel, revenue) in [("email", 150.0), ("org", 70.83), ("paid", 170.83), ("soc", 108.34)] {
        let got = cell(&linear, channel, "revenue").as_f64().unwrap();
        assert!((got - revenue).abs() < 0.011, "{channel} {got}");
    }
    assert_eq!(sum(&linear, "revenue"), 50_000);
    let refused = base.on("11-02", &["report", "attribution", "--journeys", &file, "--model", "time-decay"]);
    assert_eq!(refused.code(), Some(2));
    let all = report(&base, &["attribution", "--journeys", &file, "--model", "all"]);
    assert!(all["notes"].to_string().contains("time-decay"), "{all}");
    assert_eq!(sum(&all, "markov"), 50_000);
}

#[test]
fn csv_says_which_tables_it_has_no_room_for() {
    let base = Base::new();
    import(&base, "11-01", "baidu.csv", BAIDU).ok();
    let all = base.on("11-02", &["report", "weekly", "--period", "2026-10", "-f", "json"]).ok().json();
    let sections = all["sections"].as_array().unwrap();
    let ids: Vec<&str> = sections.iter().filter(|s| !s["rows"].as_array().unwrap().is_empty()).map(|s| s["section"].as_str().unwrap()).collect();
    assert!(!ids.is_empty());
    let run = base.on("11-02", &["report", "weekly", "--period", "2026-10", "-f", "csv"]).ok();
    assert!(run.stderr().contains("CSV holds one table") && run.stderr().contains("`-f xlsx`"), "{}", run.stderr());
    assert!(ids.iter().all(|id| run.stderr().contains(id)), "{ids:?}\n{}", run.stderr());
    assert!(!run.stdout().contains("left out"), "data on stdout, the rest on stderr");
    let path = base.path().join("week.csv").display().to_string();
    assert!(base.on("11-02", &["report", "weekly", "--period", "2026-10", "-o", &path]).ok().stderr().contains("CSV holds one table"));
    for quiet in [&["report", "weekly", "-f", "csv", "-q"][..], &["report", "costs", "-f", "csv"], &["report", "weekly", "-f", "json"]] {
        assert!(!base.on("11-02", quiet).ok().stderr().contains("CSV holds"), "{quiet:?}");
    }
}
