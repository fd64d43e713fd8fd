//! Law 6: nothing is lost. What is early waits, what is merged keeps its names, what is undeclared is kept until it is declared.

use crate::base::Base;

fn file(base: &Base, name: &str, text: &str) -> String {
    base.write(name, text).display().to_string()
}

#[test]
fn early_events_and_stages_find_their_lead_later() {
    let base = Base::new();
    let acts = "线索编号,phone,email,kind,at\n77,13920417003,,inquiry,2026-10-01 10:00\n,,zw@example.com,inquiry,2026-10-02 10:00\n,,zw@example.com,inquiry,2026-10-02 10:00\n88,13920417099,,inquiry,2026-10-03 10:00\n";
    let acts = file(&base, "acts.csv", acts);
    let stages = file(&base, "stages.csv", "email,阶段,进入时间\nzw@example.com,connected,2026-03-01\n");
    let other = file(&base, "other.csv", "手机\n13920417040\n");
    base.on("11-01", &["score", &other, &acts, &stages]).ok();
    assert_eq!(base.number("SELECT sum(n) FROM waiting_events"), 4);
    assert!(base.on("11-01", &["today"]).ok().stdout().contains("events of unknown leads"));
    // Each lead comes with one of the names that its events have.
    let leads = file(&base, "leads.csv", "线索编号,手机,邮箱\n77,,\n,13920417099,\n");
    base.on("11-02", &["score", &leads]).ok();
    let late = file(&base, "late.csv", "手机,邮箱\n13920417044,ZW@example.com\n");
    base.on("11-02", &["score", &late]).ok();
    assert_eq!((base.number("SELECT count(*) FROM waiting_events"), base.number("SELECT count(*) FROM waiting_stages")), (0, 0));
    let events = "SELECT group_concat(n) FROM (SELECT count(e.at) AS n FROM leads l LEFT JOIN events e USING (lead) GROUP BY l.lead ORDER BY l.lead)";
    assert_eq!(base.texts(events), ["0,1,1,2"]);
    assert_eq!(base.texts("SELECT stage FROM lead_state ORDER BY lead"), ["", "", "", "connected"]);
    assert_eq!(base.number("SELECT count(*) FROM lead_state WHERE points_engagement > 0"), 3, "and are scored");
    // The lead of an event is one, even when its other name comes with somebody else.
    let second = file(&base, "second.csv", "手机\n13920417003\n");
    base.on("11-03", &["score", &second]).ok();
    assert_eq!(base.texts(events), ["0,1,1,2,0"]);
    // All of it again: everything is known.
    let before = base.number("SELECT count(*) FROM events");
    base.on("11-03", &["import", &acts, &stages]).ok();
    assert_eq!((base.number("SELECT count(*) FROM events"), base.number("SELECT count(*) FROM waiting_events")), (before, 0));
}

#[test]
fn what_was_merged_keeps_its_names() {
    let base = Base::new();
    let leads = file(&base, "leads.csv", "手机,邮箱,姓名,创建时间\n13920417003,,甲,2026-01-01\n,b@example.com,乙,2026-02-01\n,c@example.com,丙,2026-03-01\n");
    base.on("11-01", &["score", &leads]).ok();
    let keys: Vec<String> = base.on("11-01", &["leads", "--sort", "created_at", "-f", "json"]).ok().json()["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["key"].as_str().unwrap().to_owned())
        .collect();
    base.on("11-02", &["merge", &keys[1], &keys[2], "--why", "same"]).ok();
    base.on("11-02", &["merge", &keys[0], &keys[1], "--why", "same"]).ok();
    for name in [&keys[0], &keys[1], &keys[2], "13920417003", "b@example.com", "C@Example.com"] {
        assert!(base.on("11-03", &["explain", name]).ok().stdout().contains(&keys[0]), "{name}");
    }
    // Rows and events that use an old name arrive, too.
    let old = file(&base, "old.csv", &format!("key,职位\n{},总监\n", keys[2]));
    let acts = file(&base, "acts.csv", &format!("lead,kind,at\n{},inquiry,2026-10-01\nb@example.com,inquiry,2026-10-02\n", keys[1]));
    base.on("11-03", &["score", &old, &acts]).ok();
    assert_eq!((base.number("SELECT count(*) FROM leads"), base.number("SELECT count(*) FROM events")), (1, 2));
    assert_eq!(base.texts("SELECT title FROM leads"), ["总监"]);
}

#[test]
fn a_pair_to_decide_outlives_the_merge_of_one_of_them() {
    let base = Base::new();
    let leads = file(
        &base,
        "leads.csv",
        "线索编号,手机,邮箱,创建时间\n1,13920417003,,2026-01-01\n2,13920417040,,2026-02-01\n3,,c@example.com,2026-03-01\n2,,c@example.com,2026-02-01\n",
    );
    base.on("11-01", &["score", &leads]).ok();
    assert_eq!(base.number("SELECT count(*) FROM to_decide"), 1, "2 and 3 by c@example.com");
    base.on("11-02", &["merge", "13920417003", "13920417040", "--why", "same"]).ok();
    assert_eq!(base.texts("SELECT lead || '-' || other FROM to_decide"), ["1-3"], "now it is the survivor's");
    base.on("11-02", &["merge", "13920417003", "c@example.com", "--why", "same"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM to_decide"), 0);
}

const FIELDS: &str = "leads:\n  phone: {type: phone, region: CN, aliases: [手机]}\nidentity: [phone]\n";

#[test]
fn an_undeclared_column_moves_into_its_field_when_that_is_declared() {
    let base = Base::with(&[("sops/fields.yaml", FIELDS)]);
    let leads = file(&base, "leads.csv", "手机,意向金额,看房日期\n13920417003,￥50万,2026-10-01\n13920417040,再说,\n13920417077,,2026-10-09\n");
    base.on("11-01", &["score", &leads]).ok();
    assert_eq!(base.number("SELECT count(*) FROM leads WHERE extra ->> '意向金额' IS NOT NULL"), 2);
    base.write("sops/fields.yaml", "leads:\n  phone: {type: phone, region: CN, aliases: [手机]}\n  hope: {type: money, aliases: [意向金额]}\n  看房日期: {type: date}\nidentity: [phone]\n");
    // A reading command does not guess at what is not there yet.
    base.on("11-02", &["score"]).ok();
    assert_eq!(base.number("SELECT hope FROM leads WHERE lead = 1"), 50_000_000);
    assert_eq!(base.texts("SELECT \"看房日期\" FROM leads ORDER BY lead"), ["2026-10-01", "", "2026-10-09"]);
    assert_eq!(base.texts("SELECT extra ->> '意向金额' FROM leads ORDER BY lead"), ["", "再说", ""], "what is no amount stays where it was");
    // The same file again brings nothing new.
    let again = base.on("11-02", &["import", &leads, "-f", "json"]).ok();
    assert_eq!((again.of_file(0, "new"), again.of_file(0, "updated")), (0, 0), "{}", again.said());
}

#[test]
fn a_field_that_changes_its_type_is_read_again() {
    let typed =
        |ty: &str| format!("leads:\n  phone: {{type: phone, region: CN, aliases: [手机]}}\n  size: {{type: {ty}, aliases: [规模]}}\nidentity: [phone]\n");
    let base = Base::with(&[("sops/fields.yaml", &typed("text"))]);
    let leads = file(&base, "leads.csv", "手机,规模\n13920417003,\"1,200\"\n13920417040,很多\n13920417077,0100\n");
    base.on("11-01", &["score", &leads]).ok();
    base.write("sops/fields.yaml", typed("integer"));
    base.on("11-02", &["score"]).ok();
    let kinds = || base.texts("SELECT typeof(size) || ' ' || coalesce(size, '') || ' ' || coalesce(extra ->> 'size', '') FROM leads ORDER BY lead");
    assert_eq!(kinds(), ["integer 1200 ", "null  很多", "integer 100 "]);
    base.write("sops/fields.yaml", typed("text"));
    base.on("11-03", &["score"]).ok();
    assert_eq!(kinds(), ["text 1200 ", "text 很多 ", "text 100 "]);
    // Left out for a while and declared again as something else, it is still read as what it was written as.
    base.write("sops/fields.yaml", typed("money"));
    base.on("11-04", &["score"]).ok();
    base.write("sops/fields.yaml", FIELDS);
    base.on("11-05", &["score"]).ok();
    base.write("sops/fields.yaml", typed("integer"));
    base.on("11-06", &["score"]).ok();
    assert_eq!(kinds()[0], "integer 1200 ");
}

#[test]
fn rejected_rows_are_kept_with_their_reason() {
    let base = Base::new();
    let leads = file(&base, "leads.csv", "手机,员工数\n13920417003,12\n13920417040,12,13,14\n13920417077,lots\n");
    base.on("11-01", &["import", &leads, "--strict"]).refused(1, &["rejected rows: 1", "rejects/leads.csv"]);
    assert!(!base.db().exists(), "nothing was imported");
    base.on("11-01", &["import", &leads]).ok();
    let rejects = std::fs::read_to_string(base.path().join("rejects/leads.csv")).unwrap();
    assert!(rejects.lines().count() == 3 && rejects.contains("lots") && rejects.contains("13920417040"), "{rejects}");
    assert_eq!(base.number("SELECT count(*) FROM leads"), 2);
    base.write("leads.csv", "手机,员工数\n13920417003,12\n");
    base.on("11-02", &["import", &leads]).ok();
    assert!(!base.path().join("rejects/leads.csv").exists(), "replaced each run");
}
