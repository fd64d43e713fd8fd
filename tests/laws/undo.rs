//! What `sop undo` takes back is as if it had never been.

use crate::base::{Base, Dump, assert_same, deals_csv, events_csv, follow_ups_csv, leads_csv, payments_csv, stages_csv};

fn rows(base: &Base, name: &str, text: &str) -> String {
    base.write(name, text).display().to_string()
}

/// A base with a past, scored.
fn with_past(leads: u64) -> Base {
    let base = Base::new();
    let files = [
        rows(&base, "a.csv", &leads_csv(1, 0, leads)),
        rows(&base, "e.csv", &events_csv(2, 0, leads, leads)),
        rows(&base, "s.csv", &stages_csv(3, 0, leads, 40)),
    ];
    base.on("11-01", &["score", &files[0], &files[1], &files[2]]).ok();
    base
}

/// Does something, takes it back, and compares.
fn there_and_back(base: &Base, what: &str, act: impl FnOnce(&Base)) {
    let before = base.facts();
    act(base);
    assert_ne!(before, base.facts(), "{what} did something");
    let plan = base.on("11-20", &["undo"]).ok();
    assert!(plan.said().contains("--yes"), "{}", plan.said());
    base.on("11-20", &["undo", "--yes"]).ok();
    assert_same(what, &before, &base.facts());
}

#[test]
fn an_import_of_ten_thousand_new_and_changed_leads() {
    let base = with_past(6_000);
    let new = [
        rows(&base, "b.csv", &leads_csv(7, 2_000, 12_000)),
        rows(&base, "f.csv", &events_csv(8, 0, 12_000, 4_000)),
        rows(&base, "t.csv", &stages_csv(5, 0, 7_000, 300)),
    ];
    there_and_back(&base, "score with files", |b| {
        b.on("11-05", &["score", &new[0], &new[1], &new[2], "--yes", "-q", "--limit", "1"]).ok();
    });
    there_and_back(&base, "import", |b| {
        b.on("11-20", &["import", &new[0], &new[1], &new[2], "--yes"]).ok();
    });
}

#[test]
fn a_scoring_run_under_other_rules() {
    let base = with_past(200);
    there_and_back(&base, "new rules", |b| {
        b.write("sops/scoring.yaml", "groups:\n  fit:\n    rules:\n      - {name: all, when: \"phone IS NOT NULL\", points: 60}\n  engagement:\n    rules:\n      - {name: any, event: page_view, points: 3}\nbands: {hot: 80, qualified: 50, warm: 25, cold: 0}\n");
        b.on("11-09", &["score"]).ok();
        b.on("11-09", &["undo"]).ok(); // a rehearsal leaves no trace
    });
}

#[test]
fn deals_payments_and_follow_ups() {
    let base = with_past(300);
    let old = [
        rows(&base, "d.csv", &deals_csv(11, 0, 300, 200)),
        rows(&base, "p.csv", &payments_csv(12, 100)),
        rows(&base, "u.csv", &follow_ups_csv(13, 0, 300, 200)),
    ];
    there_and_back(&base, "the first of them", |b| {
        b.on("11-05", &["score", &old[0], &old[1], &old[2]]).ok();
    });
    base.on("11-20", &["score", &old[0], &old[1], &old[2]]).ok();
    let new = [
        rows(&base, "d2.csv", &deals_csv(14, 0, 330, 260)),
        rows(&base, "p2.csv", &payments_csv(15, 150)),
        rows(&base, "u2.csv", &follow_ups_csv(16, 0, 300, 300)),
    ];
    let late = rows(&base, "l2.csv", &leads_csv(17, 295, 330));
    there_and_back(&base, "more of them, and the leads that some waited for", |b| {
        b.on("11-20", &["score", &new[0], &new[1], &new[2], &late, "--yes"]).ok();
    });
}

#[test]
fn a_first_import_taken_back_leaves_an_empty_base() {
    let base = with_past(100);
    base.on("11-02", &["undo", "--yes"]).ok();
    let left = base.facts();
    // What is left belongs to the base and not to any lead: its settings, and the offsets of the zone.
    let filled: Vec<&String> = left.iter().filter(|(_, rows)| !rows.is_empty()).map(|(table, _)| table).collect();
    assert_eq!(filled, ["meta", "zone"], "{left:?}");
    // And the files can be imported again, with the same result as in a fresh base.
    let files = ["a.csv", "e.csv", "s.csv"].map(|f| base.path().join(f).display().to_string());
    base.on("11-02", &["score", &files[0], &files[1], &files[2]]).ok();
    let fresh = Base::new();
    fresh.on("11-02", &["score", &files[0], &files[1], &files[2]]).ok();
    let same = |mut dump: Dump| {
        dump.retain(|table, _| table != "undo" && table != "identity_kinds");
        dump.into_iter().map(|(table, rows)| (table, rows.into_iter().map(|r| without_run(&r)).collect())).collect::<Dump>()
    };
    assert_same("imported again after undo", &same(fresh.facts()), &same(base.facts()));
}

/// A row without the numbers of its run and of its kind of identity.
fn without_run(row: &str) -> String {
    let number = |cell: &&str| ["run=", "lead_run=", "kind=Integer"].iter().any(|n| cell.starts_with(n));
    row.split(' ').filter(|cell| !number(cell)).collect::<Vec<_>>().join(" ")
}

fn two_people() -> Base {
    let base = Base::new();
    let leads = rows(
        &base,
        "leads.csv",
        "线索编号,姓名,手机,邮箱,职位,线索状态,创建时间,备用栏\n1,张伟,13920417003,,总监,connected,2026-01-01 08:00:01,x\n2,张伟,,zw@example.com,,mql,2026-03-01 08:00:01,y\n3,李娜,13920417077,,,,,\n",
    );
    let events = rows(
        &base,
        "events.csv",
        "phone,email,kind,at,asset\n13920417003,,白皮书下载,2026-10-01 10:00,a\n,zw@example.com,白皮书下载,2026-10-01 10:00,a\n,zw@example.com,inquiry,2026-10-02 10:00,\n",
    );
    let stages = rows(
        &base,
        "stages.csv",
        "phone,email,阶段,进入时间\n13920417003,,connected,2026-02-01\n,zw@example.com,connected,2026-02-01\n,zw@example.com,mql,2026-03-02\n",
    );
    base.on("11-01", &["score", &leads, &events, &stages]).ok();
    base
}

#[test]
fn a_merge_and_a_split() {
    let base = two_people();
    there_and_back(&base, "merge", |b| {
        b.on("11-02", &["merge", "13920417003", "zw@example.com", "--why", "same person"]).ok();
        assert_eq!(b.number("SELECT count(*) FROM leads"), 2);
        assert_eq!(b.number("SELECT count(*) FROM events e JOIN details USING (detail) WHERE kind = 'whitepaper_download'"), 1, "equal rows count once");
    });
    base.on("11-20", &["merge", "13920417003", "zw@example.com", "--why", "same person"]).ok();
    there_and_back(&base, "split", |b| {
        b.on("11-20", &["split", "13920417003", "--why", "father and son"]).ok();
        assert_eq!(b.number("SELECT count(*) FROM leads"), 3);
    });
}

#[test]
fn a_run_in_the_middle_that_nothing_was_built_upon() {
    let base = Base::new();
    let file = |name: &str, text: &str| rows(&base, name, text);
    let first = file("a.csv", "手机,姓名\n13920417003,甲\n");
    let second = file("b.csv", "手机,邮箱,姓名,wecom_id,线索来源\n13920417040,b@example.com,乙,WB,展会\n");
    let third = file("c.csv", "手机,邮箱,姓名,wecom_id,线索来源\n13920417077,c@example.com,丙,WC,展会\n");
    let acts = |n: &str, kind: &str| format!("phone,kind,at\n{n},{kind},2026-10-01 10:00\n");
    let (second_acts, third_acts) = (file("be.csv", &acts("13920417040", "inquiry")), file("ce.csv", &acts("13920417077", "inquiry")));
    base.on("11-01", &["score", &first]).ok();
    base.on("11-02", &["score", &second, &second_acts]).ok();
    base.on("11-03", &["score", &third, &third_acts]).ok();
    let shown = |key: &str| base.on("11-04", &["explain", key]).ok().stdout();
    let before = (shown("13920417003"), shown("13920417077"));
    base.on("11-04", &["undo", "2", "--yes"]).ok();
    assert_eq!(before, (shown("13920417003"), shown("13920417077")), "the leads of other runs are as they were");
    base.on("11-04", &["explain", "13920417040"]).refused(2, &["no lead is"]);
    base.on("11-04", &["score", "--full"]).ok();
    assert_eq!(before, (shown("13920417003"), shown("13920417077")));
    // What the run in the middle first spelt out, the later one still relies on.
    assert_eq!(base.number("SELECT count(*) FROM events e LEFT JOIN details d USING (detail) WHERE d.detail IS NULL"), 0);
    assert_eq!(base.number("SELECT count(*) FROM identities i LEFT JOIN identity_kinds k USING (kind) WHERE k.kind IS NULL"), 0);
    base.on("11-04", &["score", &second, &second_acts]).ok();
    assert!(shown("b@example.com").contains("inquiry"));
}

#[test]
fn rules_of_a_run_that_was_taken_back_are_not_mistaken_for_later_ones() {
    let base = Base::new();
    let rules = |points: i64| {
        format!("groups:\n  fit:\n    rules:\n      - {{name: all, when: \"phone IS NOT NULL\", points: {points}}}\nbands: {{hot: 80, cold: 0}}\n")
    };
    let score = |base: &Base| base.number("SELECT score FROM lead_state JOIN leads USING (lead) WHERE phone = '+8613920417003'");
    base.write("sops/scoring.yaml", rules(1));
    let (a, b) = (rows(&base, "a.csv", "手机\n13920417003\n"), rows(&base, "b.csv", "手机\n13920417040\n"));
    base.on("11-01", &["score", &a]).ok();
    base.write("sops/scoring.yaml", rules(2));
    base.on("11-02", &["import", &b]).ok();
    base.on("11-03", &["score"]).ok();
    assert_eq!(score(&base), 2);
    // The import knew the rules first, and nothing but the scoring was built upon it.
    base.on("11-04", &["undo", "2", "--yes"]).refused(2, &["run 3"]);
    base.on("11-04", &["undo", "3", "--yes"]).ok();
    base.on("11-04", &["undo", "2", "--yes"]).ok();
    assert_eq!(score(&base), 1);
    base.write("sops/scoring.yaml", rules(3));
    base.on("11-05", &["score"]).ok();
    assert_eq!(score(&base), 3, "other rules make everyone due");
}

#[test]
fn waiting_events_are_built_upon_too() {
    let base = Base::new();
    let acts = |n: usize| format!("phone,kind,at\n{}", "13920417003,inquiry,2026-10-01 10:00\n".repeat(n));
    let (one, two) = (rows(&base, "one.csv", &acts(1)), rows(&base, "two.csv", &acts(2)));
    let lead = rows(&base, "lead.csv", "手机\n13920417040\n");
    base.on("11-01", &["score", &lead]).ok();
    base.on("11-02", &["import", &one]).ok();
    base.on("11-03", &["import", &two]).ok();
    base.on("11-04", &["undo", "2", "--yes"]).refused(2, &["run 3 (`sop ", ") built upon run 2", "sop undo 3"]);
    base.on("11-04", &["undo", "--yes"]).ok();
    assert_eq!(base.number("SELECT sum(n) FROM waiting_events"), 1);
}

#[test]
fn what_cannot_be_taken_back_says_why() {
    let base = Base::new();
    base.on("11-01", &["undo"]).refused(2, &["there is no base"]);
    let file = rows(&base, "a.csv", "线索编号,姓名\n7,甲\n");
    base.on("11-01", &["score", &file]).ok();
    rows(&base, "a.csv", "线索编号,姓名\n7,乙\n");
    base.on("11-02", &["score", &file]).ok();
    base.on("11-03", &["undo", "9", "--yes"]).refused(2, &["no run 9", "sop history"]);
    base.on("11-03", &["undo", "1", "--yes"]).refused(2, &["run 2 (`sop ", ") built upon run 1", "run 2 first: sop undo 2"]);
    base.on("11-03", &["undo", "2", "--yes"]).ok();
    base.on("11-03", &["undo", "2", "--yes"]).refused(2, &["taken back already"]);
    base.on("11-03", &["undo", "3", "--yes"]).refused(2, &["an undo itself"]);
    // Twelve more changes: only the newest ten are kept, however many of them are taken back.
    for day in 4..=15 {
        rows(&base, "a.csv", &format!("线索编号,姓名\n7,第{day}\n"));
        base.on(&format!("11-{day:02}"), &["import", &file]).ok();
    }
    for _ in 0..10 {
        base.on("11-17", &["undo", "--yes"]).ok();
    }
    assert_eq!(base.texts("SELECT name FROM leads"), ["第5"]);
    base.on("11-17", &["undo", "--yes"]).refused(2, &["too old"]);
    let before = base.dump();
    base.on("11-17", &["undo"]).refused(2, &["too old"]);
    assert_same("a refused undo", &before, &base.dump());
}
