//! Reports of how leads flow, from files to numbers: each reckoned by hand.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::Base;
use serde_json::Value;

fn report(base: &Base, day: &str, args: &[&str]) -> Value {
    base.on(day, &[&["report"], args, &["-f", "json"]].concat()).ok().json()
}

fn notes(report: &Value) -> String {
    report["notes"].as_array().unwrap().iter().filter_map(|n| n["text"].as_str()).collect::<Vec<_>>().join("\n")
}

fn row<'r>(report: &'r Value, column: &str, value: &str) -> &'r Value {
    report["rows"].as_array().unwrap().iter().find(|r| r[column] == value).unwrap_or_else(|| panic!("no row {value}: {report}"))
}

fn import(base: &Base, day: &str, name: &str, text: &str) {
    let path = base.write(name, text).display().to_string();
    base.on(day, &["import", &path, "--history"]).ok();
}

/// Forty leads of March, one of them half an hour after midnight in Shanghai (still February in Greenwich). The first 24 became MQL two days
/// later, six of those SQL five days after that; the first one won after 20 days.
fn forty() -> Base {
    let base = Base::new();
    let mut leads = "线索编号,姓名,手机,线索来源,创建时间\n".to_owned();
    let mut stages = "线索编号,阶段,进入时间\n".to_owned();
    for n in 0..40 {
        let at = if n == 39 { "2026-03-01 00:30" } else { "2026-03-10 09:00" };
        let channel = if n % 4 == 3 { "" } else { "baidu" };
        leads.push_str(&format!("L{n},人{n},{},{channel},{at}\n", base::phone(n)));
        if n < 24 {
            stages.push_str(&format!("L{n},mql,2026-03-12 09:00\n"));
        }
        if n < 6 {
            stages.push_str(&format!("L{n},sql,2026-03-17 09:00\n"));
        }
    }
    import(&base, "04-01", "leads.csv", &leads);
    import(&base, "04-01", "stages.csv", &stages);
    import(&base, "04-01", "deals.csv", "商机编号,线索编号,金额,创建时间,成交时间,商机状态\nD1,L0,5000,2026-03-20 09:00,2026-03-30 09:00,赢单\n");
    base
}

#[test]
fn stages_of_files_and_deals_make_one_funnel() {
    let base = forty();
    let funnel = report(&base, "04-02", &["funnel", "--period", "2026-03"]);
    let leads = |stage: &str| row(&funnel, "stage", stage)["leads"].as_u64().unwrap();
    // Nobody was ever `connected`: who is further passed it over.
    assert_eq!(["prospect", "connected", "mql", "sql", "opportunity", "customer"].map(leads), [40, 24, 24, 6, 1, 1]);
    assert_eq!(row(&funnel, "stage", "mql")["median_days"], 5.0);
    assert_eq!(row(&funnel, "stage", "prospect")["median_days"], 2.0, "passing a stage over takes no time");
    assert_eq!(row(&funnel, "stage", "connected")["stays"], 0);
    assert_eq!(row(&funnel, "stage", "sql")["conversion"], 0.25);
    assert!(notes(&funnel).contains("bottleneck: mql → sql: 6 of 24 went on (25.0%)"), "{}", notes(&funnel));
    assert!(notes(&funnel).contains("leads that stand further by their deals than by their stage: 1;"), "{}", notes(&funnel));
    let by = report(&base, "04-02", &["funnel", "--period", "2026-03", "--by", "channel"]);
    let of = |channel: &str| by["rows"].as_array().unwrap().iter().find(|r| r["channel"] == channel && r["stage"] == "prospect").unwrap()["leads"].clone();
    assert_eq!((of("baidu"), of("(none)")), (30.into(), 10.into()));
}

#[test]
fn months_are_those_of_the_zone() {
    let base = forty();
    assert_eq!(report(&base, "04-02", &["funnel", "--period", "2026-02"])["totals"]["leads"], 0);
    let cohorts = report(&base, "04-02", &["cohorts"]);
    let first = &cohorts["rows"][0];
    assert_eq!((&first["month"], &first["after_days"], &first["leads"]), (&"2026-03".into(), &30.into(), &40.into()));
    assert_eq!([&first["mql_leads"], &first["sql_leads"], &first["won_leads"]], [24, 6, 1]);
    assert_eq!((&first["revenue"], &first["revenue_per_lead"], &first["immature"]), (&5000.0.into(), &125.0.into(), &true.into()));
}

#[test]
fn an_earlier_day_does_not_know_what_came_later() {
    let base = forty();
    let before = report(&base, "03-15", &["funnel", "--period", "all"]);
    let leads = |stage: &str| row(&before, "stage", stage)["leads"].as_u64().unwrap();
    assert_eq!(["prospect", "mql", "sql", "customer"].map(leads), [40, 24, 0, 0]);
    assert!(notes(&before).contains("a day before the last run"), "{}", notes(&before));
    let velocity = report(&base, "03-25", &["velocity", "--period", "all"]);
    assert_eq!((&velocity["totals"]["opportunities"], &velocity["totals"]["won"]), (&1.into(), &0.into()), "opened, not yet won");
}

#[test]
fn the_band_that_counts_is_the_one_at_the_hand_over() {
    let base = Base::new();
    let leads: String = (0..12).map(|n| format!("L{n},人{n},{},2026-03-01\n", base::phone(n))).collect();
    let path = base.write("leads.csv", format!("线索编号,姓名,手机,创建时间\n{leads}")).display().to_string();
    base.on("03-02", &["score", &path]).ok();
    // All are cold when they are handed over, but for six that had become hot the day before. The cold ones became hot when they were won.
    let db = base.open();
    let at = |day: &str| format!("unixepoch('2026-{day} 12:00:00')");
    for n in 1..=12 {
        let (rise, fall) = if n <= 6 { ("03-04", "03-20") } else { ("03-10", "03-20") };
        let change = |day: &str, from: &str, to: &str| {
            format!("INSERT INTO changes (run, lead, what, at, \"from\", \"to\", why) VALUES (1, {n}, 'band', {}, '{from}', '{to}', '')", at(day))
        };
        db.execute_batch(&format!("{}; {}", change(rise, "cold", "hot"), change(fall, "hot", "warm"))).unwrap();
        db.execute_batch(&format!("INSERT INTO assignments (lead, at, seq, owner, run) VALUES ({n}, {}, 0, 'zhang.wei', 1)", at("03-05"))).unwrap();
        // Sales takes five of the six hot ones, and one of the cold ones.
        if n <= 5 || n == 7 {
            db.execute_batch(&format!("INSERT INTO verdicts (lead, at, seq, owner, origin, run) VALUES ({n}, {}, 0, 'zhang.wei', '', 1)", at("03-06")))
                .unwrap();
        }
    }
    let scores = report(&base, "04-01", &["scores"]);
    let (hot, cold) = (row(&scores, "band", "hot"), row(&scores, "band", "cold"));
    assert_eq!([&hot["leads"], &hot["accepted"], &cold["leads"], &cold["accepted"]], [6, 5, 6, 1]);
    assert_eq!(row(&scores, "band", "warm")["leads"], 0, "what they are now does not count");
    // 5 of 6 beside 6 of 12; of 36 pairs the higher band has 25, and 5 + 5 are equal.
    assert!((hot["accepted_rate"].as_f64().unwrap() - 5.0 / 6.0).abs() < 1e-12);
    assert_eq!((&hot["accepted_lift"], &scores["totals"]["auc_accepted"]), (&1.67.into(), &0.8333.into()));
    assert!(scores["totals"]["auc_won"].is_null(), "nobody won: no area");
    let owners = report(&base, "04-01", &["owners", "--period", "2026-03"]);
    assert_eq!([&row(&owners, "owner", "zhang.wei")["assigned"], &row(&owners, "owner", "zhang.wei")["accepted"]], [12, 6]);
    assert_eq!(row(&owners, "owner", "(none)")["held"], 12, "the hand-overs above are only history");
}

const FIELDS: &str = "bot_filter: {kinds: [email_click], links: 3, within: 2s}\n";

/// Ten leads on a path and ten left alone: five and one of them reach the goal.
#[test]
fn a_path_beside_its_control() {
    let base = Base::with(&[("sops/fields.yaml", FIELDS)]);
    let leads: String = (0..20).map(|n| format!("L{n},人{n},{}\n", base::phone(n))).collect();
    let path = base.write("leads.csv", format!("线索编号,姓名,手机\n{leads}")).display().to_string();
    base.on("03-02", &["score", &path]).ok();
    let db = base.open();
    for n in 1..=20 {
        let state = if n <= 5 || n == 20 { "goal" } else { "active" };
        let control = i32::from(n > 10);
        db.execute_batch(&format!(
            "INSERT INTO enrollments (enrollment, lead, path, cause, version, state, control, entered_at, run) VALUES ({n}, {n}, 'web', '', 1, '{state}', {control}, 1772500000, 1)"
        ))
        .unwrap();
        if control == 0 {
            db.execute_batch(&format!(
                "INSERT INTO messages (message, enrollment, lead, path, step, part, medium, service, state, due_at, not_before, sent_at, run)
                 VALUES ({n}, {n}, {n}, 'web', 'guide', 'main', 'email', 0, 'sent', 1772500000, 1772500000, 1772500000, 1)"
            ))
            .unwrap();
        }
    }
    let back = |hash: i64, message: i64, kind: &str, at: i64, link: &str| {
        let sql = format!(
            "INSERT INTO feedback (hash, message, lead, kind, at, medium, link, run) VALUES ({hash}, {message}, {message}, '{kind}', {at}, 'email', '{link}', 1)"
        );
        db.execute_batch(&sql).unwrap();
    };
    db.execute_batch("INSERT INTO feedback_cover (medium, kind, until, run) VALUES ('email', 'open', 1772900000, 1)").unwrap();
    // Two bounce; four of the eight that arrive are opened (one twice), two clicked; a third one's scanner follows three links at once.
    back(1, 9, "bounce", 1_772_500_100, "");
    back(2, 10, "bounce", 1_772_500_100, "");
    (1..=4).for_each(|n| back(10 + n, n, "open", 1_772_500_500, ""));
    back(20, 1, "open", 1_772_500_900, "");
    // What a gateway opened and sent back was not delivered.
    back(15, 9, "open", 1_772_500_050, "");
    back(21, 1, "click", 1_772_500_901, "a");
    back(22, 2, "click", 1_772_500_902, "a");
    ["a", "b", "c"].iter().zip(30..).for_each(|(link, hash)| back(hash, 3, "click", 1_772_500_501, link));
    let came = report(&base, "04-01", &["nurture"]);
    assert_eq!(came["report"], "journeys");
    let web = row(&came, "path", "web");
    assert_eq!([&web["enrolled"], &web["goal"], &web["control"]], [10, 5, 10]);
    assert_eq!([&web["goal_rate"], &web["control_rate"], &web["uplift"]], [0.5, 0.1, 0.4]);
    assert!(web["remark"].as_str().unwrap().contains("too few to tell"), "one of ten is no comparison: {web}");
    let step = &came["sections"][0]["rows"][0];
    assert_eq!([&step["sent_messages"], &step["bounced"], &step["opened"], &step["clicked"]], [10, 2, 4, 2]);
    assert_eq!([&step["open_rate"], &step["click_rate"]], [0.5, 0.25]);
    // Nobody ever told of replies: that there were none is not known.
    assert_eq!([&step["replied"], &step["reply_rate"]], [&serde_json::Value::Null; 2]);
    let notes = came["notes"].to_string();
    assert!(notes.contains("no replies by email were ever imported") && !notes.contains("no clicks by email"), "{notes}");
}

#[test]
fn hours_are_those_of_the_zone() {
    let base = Base::new();
    let leads = base.write("leads.csv", "线索编号,姓名,手机\nL1,张三,13920417003\n").display().to_string();
    let events = base.write(
        "events.csv",
        "phone,kind,at\n13920417003,email_click,2026-03-02T01:30:00Z\n13920417003,reply,2026-03-01 23:10\n13920417003,email_open,2026-03-02 10:00\n",
    );
    base.on("03-04", &["score", &leads, &events.display().to_string()]).ok();
    let timing = report(&base, "03-05", &["timing"]);
    // Half past one in Greenwich is half past nine on Monday in Shanghai; the second of March is a Monday.
    assert_eq!((&row(&timing, "hour", "09:00")["mon"], &row(&timing, "hour", "23:00")["sun"]), (&1.into(), &1.into()));
    assert_eq!([&timing["totals"]["acts"], &timing["totals"]["clicks"], &timing["totals"]["replies"]], [2, 1, 1], "an opening is no act");
}

#[test]
fn what_sales_says_is_told_by_channel_and_by_stage() {
    let base = forty();
    let db = base.open();
    for (lead, reason) in (1..=8).map(|n| (n, if n <= 6 { "'price'" } else { "NULL" })) {
        let sql = format!(
            "INSERT INTO verdicts (lead, at, seq, owner, reason, origin, run) VALUES ({lead}, unixepoch('2026-03-20'), 0, 'zhang.wei', {reason}, '', 1)"
        );
        db.execute_batch(&sql).unwrap();
    }
    let quality = report(&base, "04-02", &["quality"]);
    let of = |i: usize| quality["sections"][i]["rows"].as_array().unwrap().clone();
    // Leads 4 and 8 have no channel; 1, 2, 3, 5, 6 and 7 came by baidu: five rejects and one accept.
    let baidu = of(0).into_iter().find(|r| r["channel"] == "baidu").unwrap();
    assert_eq!((&baidu["accepted"], &baidu["rejected_leads"], &baidu["main_reason"]), (&1.into(), &5.into(), &"price".into()));
    assert!((baidu["reject_rate"].as_f64().unwrap() - 5.0 / 6.0).abs() < 1e-12);
    let loss = of(1);
    assert_eq!((loss.len(), &loss[0]["stage"], &loss[0]["count"], &loss[0]["share"]), (1, &"sql".into(), &6.into(), &1.0.into()));
}

#[test]
fn an_empty_base_gives_empty_reports_and_never_a_panic() {
    let base = Base::new();
    let leads = base.write("leads.csv", "线索编号,姓名\n").display().to_string();
    let one = base.write("one.csv", "线索编号,姓名\nL1,张三\n").display().to_string();
    if base.on("03-01", &["import", &leads]).code() != Some(0) {
        base.on("03-01", &["import", &one]).ok();
    }
    for name in ["funnel", "velocity", "cohorts", "sla", "owners", "quality", "scores", "timing", "nurture"] {
        for period in ["all", "2026-02", "2026-03-01"] {
            let run = base.on("03-02", &["report", name, "--period", period, "-f", "json"]).ok();
            assert!(!run.stdout().contains("NaN") && !run.json()["notes"].as_array().unwrap().is_empty(), "{name}");
        }
    }
}

#[test]
fn what_could_not_be_read_is_counted_by_column_and_what_is_spelt_in_two_ways_is_named() {
    let base = Base::new();
    import(&base, "03-01", "leads.csv", "线索编号,姓名,邮箱\nL1,张三,坏\nL2,李四,糟\nL3,王五,w@example.com\n");
    import(
        &base,
        "03-02",
        "deals.csv",
        "商机编号,线索编号,产品,成交时间,商机状态\nD1,L1,GTX Pro,2026-02-01,赢单\nD2,L2,GTXPro,2026-02-01,丢单\nD3,L9,MG,2026-02-01,丢单\n",
    );
    let quality = report(&base, "03-03", &["quality"]);
    let found = |check: &str, subject: &str| {
        let rows = quality["rows"].as_array().unwrap();
        rows.iter().find(|r| r["check"] == check && r["subject"].as_str().unwrap().contains(subject)).unwrap_or_else(|| panic!("no {subject}: {quality}"))
    };
    let bad = found("bad_value", "邮箱");
    assert_eq!(bad["count"], 2);
    assert!(bad["detail"].as_str().unwrap().contains("坏"), "the first is named: {bad}");
    assert_eq!((&found("blank", "email")["count"], &found("blank", "email")["of"]), (&2.into(), &3.into()));
    assert_eq!(found("unknown", "products spelt")["detail"], "`GTX Pro` 1, `GTXPro` 1");
    assert_eq!((&found("orphan", "deals without a lead")["count"], &found("orphan", "deals without a lead")["of"]), (&1.into(), &3.into()));
    assert_eq!(quality["rows"].as_array().unwrap().iter().filter(|r| r["check"] == "impossible").count(), 0, "leads that tell no date came whenever");
}
