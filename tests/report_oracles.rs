//! Published numbers, from files to the printed report: attribution T1 to T8 and the table of A/B tests.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::Base;
use serde_json::Value;
use std::fmt::Write as _;

fn report(base: &Base, args: &[&str]) -> Value {
    base.on("12-31", &[&["report"], args, &["-f", "json"]].concat()).ok().json()
}

#[track_caller]
fn close(got: &Value, expected: f64, half_of_the_last: f64) {
    assert!(got.as_f64().is_some_and(|x| (x - expected).abs() <= half_of_the_last), "{got} instead of {expected}");
}

/// One deal of 12,000 whose lead was touched by the channels t1, t2 … so many days after the first of January; opened on the last day.
fn touched(days: &[u64], opened: u64) -> Base {
    let base = Base::with(&[("sops/fields.yaml", "currency: CNY\n")]);
    let day = |n: u64| (chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(n)).to_string();
    let leads = base.write("leads.csv", "线索编号,手机,创建时间\nL1,13920417003,2026-01-01\n");
    let mut events = String::from("phone,kind,at,channel\n");
    for (n, at) in (1..).zip(days) {
        writeln!(events, "13920417003,whitepaper_download,{},t{n}", day(*at)).unwrap();
    }
    let events = base.write("events.csv", events);
    let text = format!("商机编号,线索编号,金额,商机类型,创建时间,成交时间,状态\nD1,L1,12000,新签,{},{},赢单\n", day(opened), day(opened + 1));
    let deals = base.write("deals.csv", text);
    let files = [leads, events, deals].map(|f| f.display().to_string());
    base.on("12-30", &["import", &files[0], &files[1], &files[2]]).ok();
    base
}

fn credited(base: &Base, model: &str, column: &str) -> Vec<Value> {
    let of = report(base, &["attribution", "--period", "2026", "--model", model]);
    let row = |n: usize| of["rows"].as_array().unwrap().iter().find(|r| r["channel"] == format!("t{n}")).unwrap_or_else(|| panic!("{of}"))[column].clone();
    (1..=of["rows"].as_array().unwrap().len()).map(row).collect()
}

/// T1: touches 28, 21, 14 and 7 days before the deal, half-life of 7 days.
#[test]
fn time_decay_halves_every_week() {
    let base = touched(&[0, 7, 14, 21], 28);
    for (got, expected) in credited(&base, "time-decay", "conversions").iter().zip([0.0667, 0.1333, 0.2667, 0.5333]) {
        close(got, expected, 5.1e-5);
    }
}

/// T2: days 0, 5, 12, 30 and 38 of 38; the published cents add up to one too many.
#[test]
fn five_touches_of_twelve_thousand() {
    let base = touched(&[0, 5, 12, 30, 38], 38);
    for (got, expected) in credited(&base, "time-decay", "new_revenue").iter().zip([175.20, 287.44, 574.88, 3417.04, 7545.45]) {
        close(got, expected, 0.0101);
    }
    for (got, expected) in credited(&base, "position", "new_revenue").iter().zip([4800.0, 800.0, 800.0, 800.0, 4800.0]) {
        close(got, expected, 0.0);
    }
}

/// The credits of counted paths: (path, conversions, value, nulls).
fn counted(paths: &[(&str, u64, u64, u64)], model: &str) -> Value {
    let base = Base::with(&[("sops/fields.yaml", "currency: CNY\n")]);
    let leads = base.write("leads.csv", "姓名,手机\n王伟,13920417003\n").display().to_string();
    base.on("12-30", &["import", &leads]).ok();
    let mut text = String::from("path,conversions,value,nulls\n");
    for (path, conversions, value, nulls) in paths {
        writeln!(text, "{},{conversions},{value},{nulls}", path.replace('>', " > ")).unwrap();
    }
    let file = base.write("paths.csv", text).display().to_string();
    report(&base, &["attribution", "--journeys", &file, "--model", model])
}

#[track_caller]
fn credits(of: &Value, column: &str, expected: &[(&str, f64)], half_of_the_last: f64) {
    for (channel, value) in expected {
        let row = of["rows"].as_array().unwrap().iter().find(|r| r["channel"] == *channel);
        close(&row.unwrap_or_else(|| panic!("no {channel}: {of}"))[column], *value, half_of_the_last);
    }
}

/// T3: four journeys worth 500.
#[test]
fn four_journeys_share_five_hundred_by_each_model_as_published() {
    let paths = [("org>soc>paid", 1, 100, 0), ("paid>email", 1, 200, 0), ("soc>org>soc>paid", 1, 150, 0), ("email", 1, 50, 0)];
    for (model, [email, org, paid, soc]) in [
        ("first", [50.0, 100.0, 200.0, 150.0]),
        ("last", [250.0, 0.0, 250.0, 0.0]),
        ("linear", [150.0, 70.8333, 170.8333, 108.3333]),
        ("position", [150.0, 55.0, 200.0, 95.0]),
    ] {
        credits(&counted(&paths, model), "revenue", &[("email", email), ("org", org), ("paid", paid), ("soc", soc)], 0.0101);
    }
}

/// T4: nine paths of three conversions each.
#[test]
fn nine_paths_are_credited_by_each_model_as_published() {
    let paths = ["A", "A>B", "A>B>C", "B", "B>A", "B>C>A", "C", "C>A", "C>B>A"].map(|path| (path, 3, 3, 0));
    for (model, [a, b, c]) in [
        ("first", [9.0, 9.0, 9.0]),
        ("last", [15.0, 6.0, 6.0]),
        ("linear", [10.5, 9.0, 7.5]),
        ("position", [11.1, 8.4, 7.5]),
        ("shapley", [10.5, 9.0, 7.5]),
        ("markov", [10.6432, 8.5145, 7.8423]),
    ] {
        credits(&counted(&paths, model), "conversions", &[("A", a), ("B", b), ("C", c)], 5.1e-5);
    }
    credits(&counted(&paths, "markov"), "removal_effect", &[("A", 0.6667), ("B", 0.5333), ("C", 0.4912)], 5.1e-5);
}

/// T6 and T8: journeys that came to nothing.
#[test]
fn chains_with_nulls() {
    let of = counted(&[("g", 2, 2, 1), ("m", 1, 1, 0), ("g>m", 1, 1, 0)], "markov");
    credits(&of, "conversions", &[("g", 2.4), ("m", 1.6)], 1e-6);
    credits(&of, "removal_effect", &[("g", 0.75), ("m", 0.5)], 1e-9);
    let of = counted(&[("a>b", 3, 3, 1), ("a>c", 1, 1, 1)], "markov");
    credits(&of, "conversions", &[("a", 2.0), ("b", 1.5), ("c", 0.5)], 1e-6);
    credits(&of, "removal_effect", &[("a", 1.0), ("b", 0.75), ("c", 0.25)], 1e-9);
}

/// Both arms: hits and leads; then z, p, Newcombe's interval of the difference, and the chance that B is the better one.
type Published = ([u64; 2], [u64; 2], [f64; 5]);

const AB: [Published; 4] = [
    ([200, 4000], [250, 4000], [-2.426_248, 0.015_255_82, 0.002_398, 0.022_648, 0.992_360]),
    ([120, 1000], [150, 1000], [-1.963_050, 0.049_640_39, 0.000_014, 0.060_008, 0.975_068]),
    ([30, 500], [42, 500], [-1.468_051, 0.142_090_49, -0.008_331, 0.056_761, 0.927_887]),
    ([5, 83], [12, 99], [-1.407_830, 0.159_181_29, -0.027_910, 0.146_883, 0.913_549]),
];

#[test]
fn tests_of_two_arms() {
    let fields = "leads:\n  id: {type: text}\n  arm: {type: text}\n  hit: {type: integer}\n";
    let experiments = "ab: {arm: arm, control: A, outcomes: {hit: \"hit = 1\"}}\n";
    for (a, b, [z, p, low, high, chance]) in AB {
        let base = Base::with(&[("sops/fields.yaml", fields), ("sops/experiments.yaml", experiments)]);
        let mut text = String::from("id,arm,hit\n");
        for (arm, [hits, of]) in [("A", a), ("B", b)] {
            (0..of).for_each(|n| writeln!(text, "{arm}{n},{arm},{}", u8::from(n < hits)).unwrap());
        }
        let file = base.write("leads.csv", text).display().to_string();
        base.on("12-30", &["import", "--as", "leads", &file]).ok();
        let of = report(&base, &["experiments"]);
        let row = of["rows"].as_array().unwrap().iter().find(|r| r["arm"] == "B").unwrap_or_else(|| panic!("{of}"));
        close(&row["z"], z, 5.1e-7);
        close(&row["p"], p, 5.1e-9);
        close(&row["difference_low"], low, 5.1e-7);
        close(&row["difference_high"], high, 5.1e-7);
        close(&row["chance_best"], chance, 5.1e-7);
    }
}
