//! What reports do with what should not be: each has an outcome that a reader sees, and none a wrong number. Reckoned by hand.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::{Base, Run, assert_same};
use serde_json::Value;

const FIELDS: (&str, &str) = ("sops/fields.yaml", "currency: CNY\n");

fn import(base: &Base, day: &str, name: &str, text: &str) -> Run {
    let path = base.write(name, text).display().to_string();
    base.on(day, &["import", &path, "-f", "json"])
}

/// With files of these texts, as of the first of November.
fn with(files: &[(&str, &str)]) -> Base {
    let base = Base::with(&[FIELDS]);
    for (name, text) in files {
        import(&base, "11-01", name, text).ok();
    }
    base
}

fn report(base: &Base, args: &[&str]) -> Value {
    base.on("11-02", &[&["report"], args, &["-f", "json"]].concat()).ok().json()
}

fn october(base: &Base, name: &str) -> Value {
    report(base, &[name, "--period", "2026-10"])
}

/// The value of a column by the first column of its row.
fn cell<'v>(report: &'v Value, name: &str, column: &str) -> &'v Value {
    let first = report["columns"][0]["id"].as_str().unwrap();
    let row = report["rows"].as_array().unwrap().iter().find(|r| r[first] == name);
    &row.unwrap_or_else(|| panic!("no row {name}: {report}"))[column]
}

#[track_caller]
fn notes(report: &Value, part: &str) {
    let texts: Vec<&str> = report["notes"].as_array().unwrap().iter().filter_map(|n| n["text"].as_str()).collect();
    assert!(texts.iter().any(|t| t.contains(part)), "no note `{part}`: {texts:#?}");
}

fn listed(base: &Base, name: &str) -> String {
    std::fs::read_to_string(base.path().join("rejects").join(name)).unwrap_or_default()
}

const LEADS: &str = "线索编号,姓名,手机,公司,来源渠道,创建时间\nL1,王伟,13920417001,苏州恒力,百度,2026-10-05\nL2,李娜,13920417002,宁波海天,展会,2026-10-06\n";
const DEALS: &str = "商机编号,线索编号,负责人,金额,商机类型,创建时间,成交时间,状态\nD1,L1,张伟,1000,新签,2026-10-10,2026-10-20,赢单\n";

#[test]
fn a_cost_of_nothing_makes_nothing_cost_nothing() {
    let base = with(&[("leads.csv", LEADS), ("deals.csv", DEALS), ("costs.csv", "费用类型,渠道,日期,金额\n媒体,百度,2026-10-01,0\n")]);
    let roi = october(&base, "roi");
    for column in ["cpl", "cac", "paid_cac", "roas", "roi"] {
        assert!(cell(&roi, "baidu", column).is_null(), "{column} of no cost is n/a: {roi}");
    }
    assert_eq!([cell(&roi, "baidu", "cost"), cell(&roi, "baidu", "new_revenue")], [0.0, 1000.0]);
}

#[test]
fn refunds_beyond_what_was_spent_make_no_cheap_leads() {
    let costs = "费用类型,渠道,日期,金额,点击\n媒体,百度,2026-10-01,300,10\n媒体,百度,2026-10-02,-500,\n媒体,展会,2026-10-02,400,\n";
    let base = with(&[("leads.csv", LEADS), ("deals.csv", DEALS), ("costs.csv", costs)]);
    for name in ["roi", "channels", "costs"] {
        let found = october(&base, name);
        assert_eq!(cell(&found, "baidu", "cost"), -200.0);
        for column in ["cpl", "cac", "paid_cac", "roas", "roi", "cpc", "share"] {
            let value = &cell(&found, "baidu", column);
            assert!(value.is_null(), "{name} {column}: {value}");
        }
        notes(&found, "more was refunded than spent: baidu");
    }
    assert_eq!(cell(&october(&base, "kpi"), "cpl", "value"), 100.0, "all in all 200 were spent on two leads");
}

#[test]
fn without_leads_or_deals_there_is_no_number() {
    let base = with(&[("costs.csv", "费用类型,渠道,日期,金额\n媒体,百度,2026-10-01,100\n")]);
    for name in ["roi", "channels", "attribution", "kpi", "funnel", "velocity", "cohorts", "owners"] {
        let found = october(&base, name).to_string();
        assert!(!found.contains("NaN") && !found.contains("inf"), "{found}");
    }
    let roi = october(&base, "roi");
    assert_eq!([cell(&roi, "baidu", "cost"), cell(&roi, "baidu", "leads")], [&Value::from(100.0), &Value::from(0)], "spend and no leads: the row stays");
    assert!(cell(&roi, "baidu", "cpl").is_null() && cell(&roi, "baidu", "paid_cac").is_null(), "{roi}");
    assert_eq!(cell(&roi, "baidu", "roi"), -1.0, "all of it is lost so far");
}

#[test]
fn one_touch_has_all_the_credit_under_every_model() {
    let base = with(&[("leads.csv", LEADS), ("deals.csv", DEALS)]);
    let all = report(&base, &["attribution", "--period", "2026-10", "--model", "all"]);
    for model in ["first", "last", "last_non_direct", "linear", "time_decay", "position", "markov", "shapley"] {
        assert_eq!(cell(&all, "baidu", model), 1000.0, "{model}");
    }
}

#[test]
fn touches_after_the_opening_are_no_reason_for_a_deal() {
    let late = "phone,kind,at,channel\n13920417002,page_view,2026-10-25 10:00,百度\n";
    let deals = "商机编号,线索编号,金额,商机类型,创建时间,成交时间,状态\nD2,L2,700,新签,2026-10-01,2026-10-28,赢单\n";
    let base = with(&[("leads.csv", LEADS), ("events.csv", late), ("deals.csv", deals)]);
    let last = report(&base, &["attribution", "--period", "2026-10", "--model", "last"]);
    assert_eq!(cell(&last, "(no channel)", "new_revenue"), 700.0, "the lead came five days after its deal was opened");
    notes(&last, "0 deals have touches within the look-back; 0 only older ones, 1 only later ones, 0 none");
    notes(&october(&base, "roi"), "1 deal has touches only after it was opened");
}

#[test]
fn two_deals_of_one_lead_are_two_conversions_and_one_lead_won() {
    let two = format!("{DEALS}D2,L1,张伟,500,新签,2026-10-12,2026-10-22,赢单\nD3,L1,张伟,40,增购,2026-10-22,2026-10-23,赢单\n");
    let base = with(&[("leads.csv", LEADS), ("deals.csv", &two)]);
    let attribution = october(&base, "attribution");
    assert_eq!([cell(&attribution, "baidu", "conversions"), cell(&attribution, "baidu", "new_revenue")], [2.0, 1500.0]);
    assert_eq!(cell(&october(&base, "channels"), "baidu", "won_leads"), 1);
    // One word, one number: new revenue and that of other deals are the revenue of owners and KPIs.
    let (roi, owners, kpi) = (october(&base, "roi"), october(&base, "owners"), october(&base, "kpi"));
    assert_eq!([&roi["totals"]["period_basis"]["new_revenue"], &roi["totals"]["revenue_other_kinds"]], [1500.0, 40.0]);
    assert_eq!([&owners["totals"]["revenue"], cell(&kpi, "revenue", "value")], [1540.0, 1540.0]);
    assert_eq!([cell(&kpi, "new_revenue", "value"), &roi["totals"]["period_basis"]["new_deals"]], [1500.0, 2.0]);
    assert_eq!([&owners["totals"]["won"], cell(&kpi, "won_deals", "value")], [3, 3]);
    let pages = [&roi, &october(&base, "channels"), &attribution].map(|r| r["columns"].to_string());
    assert!(pages.iter().all(|c| !c.contains("\"revenue\"") && !c.contains("\"won\"")), "{pages:?}");
}

#[test]
fn paid_revenue_is_the_same_for_owners_and_kpis() {
    let base = with(&[("leads.csv", LEADS), ("deals.csv", DEALS)]);
    base.write("sops/reports.yaml", "revenue: paid\n");
    let lost = "商机编号,线索编号,负责人,金额,商机类型,创建时间,成交时间,状态\nD2,L2,张伟,900,续约,2026-10-10,2026-10-20,丢单\n";
    import(&base, "11-01", "lost.csv", lost).ok();
    import(&base, "11-01", "payments.csv", "商机编号,回款日期,回款金额\nD1,2026-10-21,300\nD2,2026-10-22,50\n").ok();
    let (owners, kpi) = (october(&base, "owners"), october(&base, "kpi"));
    assert_eq!([&owners["totals"]["revenue"], cell(&kpi, "revenue", "value"), cell(&kpi, "new_revenue", "value")], [350.0, 350.0, 300.0]);
}

#[test]
fn money_of_another_currency_is_refused_row_by_row() {
    let header = "商机编号,线索编号,金额,币种,商机类型,创建时间,成交时间,状态\n";
    let rows = "D1,L1,1000,CNY,新签,2026-10-10,2026-10-20,赢单\nD2,L1,1000,USD,新签,2026-10-10,2026-10-20,赢单\nD3,L1,$70,,新签,2026-10-10,2026-10-20,赢单\nD4,L1,900,人民币,新签,2026-10-10,2026-10-20,赢单\nD5,L1,,EUR,新签,2026-10-10,,进行中\n";
    let base = with(&[("leads.csv", LEADS)]);
    let run = import(&base, "11-01", "deals.csv", &format!("{header}{rows}")).ok();
    assert_eq!((run.of_file(0, "new"), run.of_file(0, "rejected")), (3, 2), "{}", run.said());
    assert_eq!(base.number("SELECT sum(amount) FROM deals"), 190_000, "an open deal without an amount says nothing of money");
    let why = listed(&base, "deals.csv");
    assert!(why.contains("D2") && why.contains("币种,USD") && why.contains("D3") && why.contains("$70"), "{why}");
    assert_eq!(why.matches("another currency than the base's: convert the amount to CNY").count(), 2, "with the next step: {why}");
    // What was mended counts.
    import(&base, "11-01", "deals.csv", &format!("{header}{}", rows.replace("1000,USD", "7000,CNY").replace("$70,", "500,CNY"))).ok();
    assert_eq!(base.number("SELECT sum(amount) FROM deals"), 940_000);

    let paid = "商机编号,回款日期,回款金额,货币\nD1,2026-10-21,300,CNY\nD1,2026-10-21,300,美元\nD1,2026-10-22,€5,\n";
    let run = import(&base, "11-01", "payments.csv", paid).ok();
    assert_eq!((run.of_file(0, "new"), run.of_file(0, "rejected")), (1, 2), "{}", run.said());
    assert_eq!(base.number("SELECT sum(amount) FROM payments"), 30_000);
    assert_eq!(listed(&base, "payments.csv").matches("convert the amount to CNY").count(), 2);

    let before = base.facts();
    for (name, text) in [
        ("usd.csv", "商机编号,线索编号,金额（美元）,成交时间,状态\nD9,L1,5,2026-10-20,赢单\n"),
        ("wan.csv", "商机编号,线索编号,金额(万元),成交时间,状态\nD9,L1,5,2026-10-20,赢单\n"),
        ("paid.csv", "商机编号,回款日期,回款金额(USD)\nD1,2026-10-21,300\n"),
        ("cost.csv", "费用类型,渠道,日期,金额(千元)\n媒体,百度,2026-10-01,5\n"),
    ] {
        let refused = import(&base, "11-01", name, text);
        assert_eq!(refused.code(), Some(4), "{name}: {}", refused.said());
        assert!(refused.said().contains("say so in its header"), "{name}: {}", refused.said());
    }
    assert_same("a file in another unit changes nothing", &before, &base.facts());
    let yuan = import(&base, "11-01", "yuan.csv", "商机编号,线索编号,金额（元）,成交时间,状态\nD8,L1,5,2026-10-20,赢单\n").ok();
    assert_eq!((yuan.of_file(0, "new"), base.number("SELECT amount FROM deals WHERE id = 'D8'")), (1, 500), "{}", yuan.said());
}

#[test]
fn a_period_of_which_nothing_is_known_is_not_zero() {
    let base = with(&[("leads.csv", LEADS), ("deals.csv", DEALS), ("costs.csv", "费用类型,渠道,日期,金额\n媒体,百度,2026-10-01,100\n")]);
    let kpi = report(&base, &["kpi", "--period", "2026-03"]);
    assert_eq!(kpi["rows"].as_array().unwrap().len(), 0, "{kpi}");
    notes(&kpi, "nothing of these days is in the base: every number is n/a, not 0");
    for (name, total) in [("roi", "period_basis"), ("channels", "leads"), ("funnel", "leads"), ("costs", "cost")] {
        let both = report(&base, &[name, "--period", "2026-10", "--compare", "previous"]);
        assert!(both["totals"][format!("previous_{total}")].is_null(), "{name}: {}", both["totals"]);
        let rows = both["rows"].as_array().unwrap();
        let previous = |r: &Value| r.as_object().unwrap().iter().filter(|(k, _)| k.starts_with("previous_")).all(|(_, v)| v.is_null());
        assert!(rows.iter().all(previous), "{name}: {both}");
        notes(&both, "what it was is n/a, not 0");
    }
    // A week without a lead, in a base that has some, had none: that is a number.
    let quiet = report(&base, &["kpi", "--period", "2026-10-20"]);
    assert_eq!([cell(&quiet, "leads", "value"), cell(&quiet, "won_deals", "value")], [0, 1]);
}

#[test]
fn deals_without_leads_count_and_are_told() {
    let deals = "商机编号,公司,负责人,金额,商机类型,创建时间,成交时间,状态\nD1,宁波海天,张伟,100,新签,2026-10-20,2026-10-25,赢单\nD2,没人认识,张伟,50,新签,2026-10-20,2026-10-25,赢单\n";
    let base = with(&[("leads.csv", LEADS), ("deals.csv", deals)]);
    let roi = october(&base, "roi");
    assert_eq!([cell(&roi, "fair", "new_revenue"), cell(&roi, "(no channel)", "new_revenue")], [100.0, 50.0]);
    notes(&roi, "1 deal names no lead and counts for the leads of the same company");
    notes(&roi, "1 deal has no lead that is known, and no company of one");
    assert_eq!(cell(&october(&base, "owners"), "张伟", "revenue"), 150.0);
    notes(&october(&base, "channels"), "2 deals won in the period name no lead");
}

#[test]
fn a_deal_that_is_opened_again_restates_the_past_and_says_so() {
    let deals = |rest: &str| format!("商机编号,线索编号,负责人,金额,商机类型,创建时间,成交时间,状态\nD1,L1,张伟,1000,新签,2026-10-10,{rest}\n");
    let base = with(&[("leads.csv", LEADS), ("deals.csv", &deals("2026-10-20,丢单"))]);
    let was = october(&base, "velocity");
    assert_eq!([&was["totals"]["lost"], &was["totals"]["won"]], [1, 0]);
    assert!(!was["notes"].to_string().contains("restated"));

    let again = import(&base, "11-03", "deals.csv", &deals(",进行中")).ok();
    assert!(again.said().contains("1 deal was closed before and told otherwise now"), "{}", again.said());
    let now = |name: &str, period: &str| base.on("11-20", &["report", name, "--period", period, "-f", "json"]).ok().json();
    let opened = now("velocity", "2026-10");
    assert_eq!([&opened["totals"]["lost"], &opened["totals"]["opportunities"]], [0, 1], "as it is known today");
    for name in ["velocity", "kpi", "roi", "owners", "channels", "attribution", "monthly"] {
        notes(
            &now(name, "2026-10"),
            "restated: 1 deal closed in these days has been told otherwise since, and the numbers are as known today: D1 (was lost, now open)",
        );
    }
    let before = base.facts();
    import(&base, "11-03", "deals.csv", &deals(",进行中")).ok();
    assert_same("the same file", &before, &base.facts());

    // Won in November: October has lost nothing, November has won, and nothing is won on the day that it was lost.
    import(&base, "11-10", "deals.csv", &deals("2026-11-09,赢单")).ok();
    assert_eq!(now("roi", "2026-11")["totals"]["period_basis"]["new_revenue"], 1000.0);
    assert_eq!(now("roi", "2026-10")["totals"]["period_basis"]["new_revenue"], 0.0);
    notes(&now("owners", "2026-10"), "D1 (was lost, now won 2026-11-09)");
    assert!(!now("owners", "2026-11")["notes"].to_string().contains("restated"));

    base.on("11-10", &["undo", "--yes"]).ok();
    base.on("11-10", &["undo", "--yes"]).ok();
    let back = now("velocity", "2026-10");
    assert_eq!(back["totals"]["lost"], 1, "taken back");
    assert!(!back["notes"].to_string().contains("restated"), "{back}");

    // Whoever says that it was won after all and not when, does not say that it was won on the day on which it was lost.
    import(&base, "11-11", "deals.csv", &deals(",赢单")).ok();
    assert_eq!(now("roi", "2026-10")["totals"]["period_basis"]["new_revenue"], 0.0);
    notes(&now("roi", "2026-10"), "1 deal was won without a date: in no period but all time");
}

#[test]
fn a_deal_that_tells_no_type_counts_as_new_and_is_told() {
    let deals = "商机编号,线索编号,金额,商机类型,创建时间,成交时间,状态\nD1,L1,100,,2026-10-10,2026-10-20,赢单\nD2,L2,10,续约,2026-10-10,2026-10-20,赢单\n";
    let base = with(&[("leads.csv", LEADS)]);
    let run = import(&base, "11-01", "deals.csv", deals).ok();
    assert!(run.said().contains("1 deal tells no type, and counts as new business"), "{}", run.said());
    assert_eq!(october(&base, "roi")["totals"]["period_basis"]["new_revenue"], 100.0);
    for name in ["roi", "kpi", "attribution"] {
        notes(&october(&base, name), "1 deal tells no type and counts as new business");
    }
}

#[test]
fn a_deal_of_a_type_that_nobody_knows_counts_as_new_and_is_named_with_what_to_do() {
    let deals = "商机编号,线索编号,金额,商机类型,创建时间,成交时间,状态\nD1,L1,100,试点,2026-10-10,2026-10-20,赢单\nD2,L2,10,续约,2026-10-10,2026-10-20,赢单\n,L2,30,试点,2026-10-11,2026-10-21,赢单\n";
    let base = with(&[("leads.csv", LEADS)]);
    let run = import(&base, "11-01", "deals.csv", deals).ok();
    let said = "2 deals are of types that nobody knows and count as new business (130.00): 试点 (2); say what they are under `values:` of deals.kind in sops/fields.yaml, and import the file again";
    assert!(run.said().contains(said), "{}", run.said());
    assert_eq!(october(&base, "roi")["totals"]["period_basis"]["new_revenue"], 130.0);
    for name in ["roi", "kpi", "attribution"] {
        notes(&october(&base, name), said);
    }
    let page = october(&base, "monthly");
    for part in ["roi", "roi_longer"] {
        let found = page["sections"].as_array().unwrap().iter().find(|s| s["section"] == part).unwrap_or_else(|| panic!("{part}: {page}"));
        assert!(found["notes"].to_string().contains("count as new business (130.00): 试点 (2)"), "{part}: {}", found["notes"]);
    }
    let quality = report(&base, &["quality"]);
    assert!(quality["rows"].to_string().contains("deal type `试点`"), "{quality}");
    // Whoever does what it says has renewals, and no deal twice.
    base.write("sops/fields.yaml", "currency: CNY\ndeals:\n  kind: {values: {renewal: [试点]}}\n");
    import(&base, "11-02", "deals.csv", deals).ok();
    assert_eq!(base.number("SELECT count(*) FROM deals"), 3);
    let roi = october(&base, "roi");
    assert_eq!([&roi["totals"]["period_basis"]["new_revenue"], &roi["totals"]["revenue_other_kinds"]], [0.0, 140.0]);
    assert!(!roi["notes"].to_string().contains("nobody knows"), "{}", roi["notes"]);
}

#[test]
fn amounts_finer_than_a_cent_are_rounded_and_counted() {
    let base = with(&[("leads.csv", LEADS)]);
    let deals = "商机编号,线索编号,金额,商机类型,创建时间,成交时间,状态\nD1,L1,0.005,新签,2026-10-10,2026-10-20,赢单\nD2,L2,-0.005,新签,2026-10-10,2026-10-20,赢单\nD3,L2,7.10,新签,2026-10-10,2026-10-20,赢单\n";
    let run = import(&base, "11-01", "deals.csv", deals).ok();
    assert!(run.said().contains("2 amounts are finer than 0.01 CNY and are rounded, halves away from zero: 0.005; -0.005"), "{}", run.said());
    assert_eq!(["D1", "D2", "D3"].map(|id| base.number(&format!("SELECT amount FROM deals WHERE id = '{id}'"))), [1, -1, 710]);
    let run = import(&base, "11-01", "costs.csv", "费用类型,渠道,日期,金额\n媒体,百度,2026-10-01,1.004\n媒体,百度,2026-10-02,\n").ok();
    assert!(run.said().contains("1 amount is finer than 0.01 CNY and is rounded, a half away from zero: 1.004"), "{}", run.said());
    let run = import(&base, "11-02", "more.csv", "线索编号,姓名,手机,预算\nL9,赵六,13920417009,10.999\nL8,钱七,13920417008,1200.50\n").ok();
    assert!(run.said().contains("1 amount is finer than 0.01 CNY"), "{}", run.said());
}

#[test]
fn a_deal_that_closed_before_it_was_opened_has_no_cycle() {
    let deals = "商机编号,线索编号,金额,商机类型,创建时间,成交时间,状态\nD1,L1,100,新签,2026-10-10,2026-10-14,赢单\nD2,L2,10,新签,2026-10-10,2026-10-16,赢单\nD3,L2,10,新签,2026-10-30,2026-10-10,赢单\n";
    let base = with(&[("leads.csv", LEADS), ("deals.csv", deals)]);
    let (kpi, velocity) = (october(&base, "kpi"), october(&base, "velocity"));
    assert_eq!([cell(&kpi, "days_to_win", "value"), cell(&kpi, "days_to_win", "n")], [&Value::from(5.0), &Value::from(2)], "4 and 6 days");
    assert_eq!([&velocity["totals"]["won"], &velocity["totals"]["median_cycle_days"]], [&Value::from(3), &Value::from(5.0)]);
    for found in [&kpi, &velocity] {
        notes(found, "1 won deal closed before it was opened, and is in no cycle");
    }
    let quality = report(&base, &["quality"]);
    assert!(quality["rows"].to_string().contains("D3 (-20.00 d)"), "{quality}");
}

#[test]
fn a_date_without_an_hour_is_in_no_hour() {
    let events = "phone,kind,at\n13920417001,page_view,2026-10-12\n13920417001,page_view,2026-10-12 09:30\n13920417002,reply,2026-10-12\n";
    let base = with(&[("leads.csv", LEADS), ("events.csv", events)]);
    let timing = report(&base, &["timing"]);
    assert_eq!([cell(&timing, "00:00", "mon"), cell(&timing, "09:00", "mon")], [0, 1]);
    assert_eq!(
        [&timing["totals"]["acts"], &timing["totals"]["replies"], &timing["totals"]["hourless"]],
        [1, 0, 4],
        "two events, and the days on which both leads came"
    );
    notes(&timing, "4 events are dated 00:00:00 sharp");
}

#[test]
fn an_option_that_changes_nothing_is_refused() {
    let base = with(&[("leads.csv", LEADS), ("deals.csv", DEALS)]);
    let paths = base.write("paths.csv", "path,conversions,value\na > b,1,5\n").display().to_string();
    for (args, said) in [
        (vec!["kpi", "--model", "linear"], "takes no --model"),
        (vec!["channels", "--model", "linear"], "takes no --model"),
        (vec!["roi", "--by", "month", "--model", "linear"], "--by channel or --by campaign"),
        (vec!["owners", "--lookback", "30d"], "takes no --lookback"),
        (vec!["funnel", "--journeys", &paths], "takes no --journeys"),
        (vec!["attribution", "--journeys", &paths, "--period", "2026-10"], "takes no --period with --journeys"),
        (vec!["attribution", "--journeys", &paths, "--lookback", "30d"], "takes no --lookback with --journeys"),
        (vec!["attribution", "--journeys", &paths, "--compare", "previous"], "takes no --compare with --journeys"),
        (vec!["weekly", "--compare", "previous"], "it stands beside the period before by itself"),
        (vec!["monthly", "--compare", "previous"], "leave --compare out"),
    ] {
        let run = base.on("11-02", &[&["report"], args.as_slice()].concat());
        assert!(run.code() == Some(2) && run.said().contains(said), "{args:?}: {}", run.said());
    }
    for args in [vec!["kpi", "--lookback", "30d"], vec!["roi", "--model", "linear"], vec!["weekly", "--model", "last", "--lookback", "30d"]] {
        base.on("11-02", &[&["report"], args.as_slice()].concat()).ok();
    }
}

#[test]
fn a_deal_that_names_no_owner_is_its_leads_owners_in_every_report() {
    let leads = "线索编号,姓名,手机,负责人,创建时间\nL1,王伟,13920417001,李雷,2026-10-05\n";
    let deals = "商机编号,线索编号,金额,商机类型,创建时间,成交时间,状态\nD1,L1,100,新签,2026-10-10,2026-10-14,赢单\n";
    let base = with(&[("leads.csv", leads), ("deals.csv", deals)]);
    let roi = report(&base, &["roi", "--period", "2026-10", "--by", "owner"]);
    assert_eq!([cell(&roi, "李雷", "new_revenue"), cell(&october(&base, "owners"), "李雷", "revenue")], [100.0, 100.0]);
}

#[test]
fn money_that_goes_back_wins_nobody() {
    let more = "D2,L2,张伟,-400,新签,2026-10-11,2026-10-25,赢单\nD3,L2,张伟,500,退款,2026-10-11,2026-10-26,赢单\n";
    let base = with(&[("leads.csv", LEADS), ("deals.csv", &format!("{DEALS}{more}")), ("costs.csv", "费用类型,渠道,日期,金额\n媒体,百度,2026-10-01,200\n")]);
    assert!(listed(&base, "deals.csv").contains("money that goes back is no deal"), "a refund by its word is refused, whatever its sign");
    let (roi, kpi) = (october(&base, "roi"), october(&base, "kpi"));
    assert_eq!(cell(&roi, "baidu", "new_deals"), 1.0);
    let won = |report: &Value| report["rows"].as_array().unwrap().iter().find(|r| r["kpi"] == "won_deals").map(|r| r["value"].clone());
    assert_eq!(won(&kpi), Some(1.into()), "{kpi}");
    assert!(roi["rows"].as_array().unwrap().iter().all(|r| r["new_deals"].as_f64().unwrap_or(0.0) <= 1.0), "{roi}");
    let total: f64 = roi["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["new_revenue"].as_str().map_or(r["new_revenue"].as_f64().unwrap_or(0.0), |t| t.parse().unwrap()))
        .sum();
    assert_eq!(total, 600.0, "what was given back is taken off");
    // Nor is it a deal that marketing brought.
    let (refunded, plain) = (format!("{DEALS}D4,L1,张伟,-400,新签,2026-10-11,2026-10-25,赢单\n"), DEALS);
    let sourced = |deals: &str| {
        let base = with(&[("leads.csv", LEADS), ("deals.csv", deals)]);
        let kpi = october(&base, "kpi");
        let of =
            |id: &str, column: &str| kpi["rows"].as_array().unwrap().iter().find(|r| r["kpi"] == id).unwrap_or_else(|| panic!("{id}: {kpi}"))[column].clone();
        (of("sourced_share", "n"), of("influenced_amount", "n"), of("influenced_amount", "value"))
    };
    assert_eq!(sourced(plain), (1.into(), 1.into(), 1000.0.into()));
    assert_eq!(sourced(&refunded), (1.into(), 1.into(), 600.0.into()));
}

#[test]
fn a_look_back_of_minutes_is_a_slip() {
    let base = with(&[("leads.csv", LEADS), ("deals.csv", DEALS)]);
    let told = base.on("11-02", &["report", "roi", "--lookback", "3m"]);
    assert!(told.said().contains("months have no length") && told.said().contains("90d"), "{}", told.said());
    base.write("sops/reports.yaml", "roi: {lookback: 3m}\n");
    assert!(base.on("11-02", &["check"]).said().contains("sops/reports.yaml:1:"));
}
