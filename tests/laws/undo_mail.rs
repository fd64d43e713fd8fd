//! `sop undo` and `sop history` where messages are concerned: what has left cannot be taken back, and whoever said no must not be written
//! to again without anybody noticing.

use crate::base::{Base, Run};

const FIRST: &str = "id,姓名,邮箱\n9,先到,first@example.com\n";
const LEADS: &str = "id,姓名,邮箱\n1,王芳,wang@example.com\n2,李雷,li@example.com\n3,赵六,zhao@example.com\n";

/// Three leads with a mail each that may leave at noon of 20 November.
fn with_mail() -> Base {
    let base = Base::with(&[
        ("sops/fields.yaml", include_str!("../../sops/fields.yaml")),
        ("sops/delivery.yaml", "send:\n  email: {via: csv, address: email}\n"),
        ("sops/content/a.md", "---\nmedium: email\nsubject: hello\n---\nhello, unsubscribe\n"),
        (
            "sops/nurture/p.yaml",
            "enroll: {when: \"email IS NOT NULL\"}\nexit: [{when: \"has_tag('x')\"}]\nsteps:\n  - {id: one, day: 1, send: email, content: a}\n",
        ),
        ("first.csv", FIRST),
        ("leads.csv", LEADS),
    ]);
    base.on("11-18", &["import", "first.csv"]).ok();
    base.on("11-18", &["tick"]).ok();
    base.on("11-19", &["import", "leads.csv"]).ok();
    base.on("11-20", &["tick"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE state = 'queued'"), 3);
    base
}

/// What the list of runs says of the newest one of a command.
fn did(base: &Base, command: &str) -> String {
    let runs = base.on("12-01", &["history", "-f", "json"]).ok().json();
    let row = runs["rows"].as_array().unwrap().iter().find(|r| r["command"].as_str().unwrap().starts_with(command)).unwrap().clone();
    row["did"].as_str().unwrap_or_default().to_owned()
}

fn feedback(base: &Base, day: &str) -> Run {
    base.write("feedback.csv", "kind,message,address,content,at\nunsubscribe,,wang@example.com,a,2026-11-20 13:00\ncomplaint,,li@example.com,a,2026-11-20 14:00\nopen,,zhao@example.com,a,2026-11-20 15:00\n");
    base.on(day, &["import", "feedback.csv"]).ok()
}

#[test]
fn history_says_what_each_run_did() {
    let base = with_mail();
    assert!(did(&base, "import").contains("3 new leads"), "{}", did(&base, "import"));
    assert!(did(&base, "tick").contains("3 leads entered paths") && did(&base, "tick").contains("3 messages planned"), "{}", did(&base, "tick"));
    base.on("11-20", &["outbox", "cancel", "zhao@example.com", "--why", "called us"]).ok();
    assert_eq!(did(&base, "outbox cancel"), "1 message cancelled");
    base.on("11-20", &["send"]).ok();
    assert_eq!(did(&base, "send"), "2 messages sent");
    base.on("11-20", &["send"]).ok();
    assert_eq!(did(&base, "send"), "", "the second had nothing to do");
    feedback(&base, "11-21");
    let told = did(&base, "import");
    assert!(told.contains("3 signs that came back on messages") && told.contains("2 addresses closed"), "{told}");
    base.on("11-22", &["suppress", "nobody@example.com", "--why", "asked by phone"]).ok();
    assert_eq!(did(&base, "suppress"), "1 address closed");
    base.on("11-22", &["suppress", "--lift", "nobody@example.com", "--why", "a mistake"]).ok();
    assert_eq!(did(&base, "suppress --lift"), "1 closed address opened again");
}

#[test]
fn a_bare_undo_takes_the_newest_run_that_can_be_taken_back() {
    let base = with_mail();
    base.write("more.csv", "id,姓名,邮箱\n4,钱七,\n");
    base.on("11-20", &["import", "more.csv"]).ok();
    // A send with nothing to send is not what anybody means.
    base.on("11-20", &["send", "--medium", "notify"]).ok();
    let plan = base.on("11-21", &["undo"]).ok().said();
    assert!(plan.contains("would take back run 5 (`sop import") && !plan.contains("not the newest"), "{plan}");
    // One that sent cannot be taken back: it is passed over, and that is said.
    base.on("11-21", &["send"]).ok();
    let plan = base.on("11-21", &["undo"]).ok().said();
    assert!(plan.contains("would take back run 5 (`sop import"), "{plan}");
    assert!(plan.contains("not the newest run: 3 messages of run 7 (`sop send`) have left"), "{plan}");
    base.on("11-21", &["undo", "--yes"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM leads"), 4);
    // Now nothing can: the newest says why.
    let why = ["the newest run cannot be taken back: 3 messages of run 7 (`sop send`) have left", "run 4 (`sop tick`) built upon run 3"];
    let instead = ["sop outbox cancel LEAD", "sop nurture exit PATH LEAD", "sop set LEAD"];
    base.on("11-21", &["undo"]).refused(2, &[&why[..], &instead].concat());
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE state = 'sent'"), 3);
    // Who names a run means that run.
    base.on("11-21", &["undo", "7"]).refused(2, &[&["have left"][..], &instead].concat());
    // Whoever names one that a sending run was built upon is not sent round in a circle.
    let told = base.on("11-21", &["undo", "3"]).refused(2, &["run 4 has sent messages, and stays", "sop nurture exit"]);
    assert!(!told.said().contains("sop undo 4"), "{}", told.said());
}

#[test]
fn history_keeps_what_a_run_had_done_after_it_is_taken_back() {
    let base = with_mail();
    base.on("11-20", &["send"]).ok();
    feedback(&base, "11-21");
    base.on("11-21", &["set", "1", "tag+=vip", "--why", "fair"]).ok();
    let row = |command: &str| {
        let runs = base.on("12-01", &["history", "-f", "json"]).ok().json();
        runs["rows"].as_array().unwrap().iter().find(|r| r["command"].as_str().unwrap().starts_with(command)).unwrap().clone()
    };
    for command in ["set", "import"] {
        let before = row(command);
        base.on("11-22", &["undo", "--yes"]).ok();
        let after = row(command);
        for column in ["did", "changes", "created"] {
            assert_eq!(after[column], before[column], "{command}: {column}");
        }
        assert!(before["undone_by"].is_null() && after["undone_by"].is_i64(), "{command}: {after}");
    }
    let told = row("import")["did"].as_str().unwrap().to_owned();
    assert!(told.contains("3 signs that came back on messages") && told.contains("2 addresses closed"), "{told}");
}

#[test]
fn an_undo_that_opens_closed_addresses_says_so_loudly() {
    let base = with_mail();
    base.on("11-20", &["send"]).ok();
    base.on("11-21", &["suppress", "li@example.com", "--why", "asked by phone"]).ok();
    feedback(&base, "11-22");
    let closed = || base.texts("SELECT DISTINCT address FROM suppressions ORDER BY 1");
    assert_eq!(closed(), ["li@example.com", "wang@example.com"]);
    for args in [&["undo"][..], &["undo", "-q"]] {
        let plan = base.on("11-23", args).ok().said();
        assert!(plan.contains("opened again: addresses that must not be written to") && plan.contains("unsubscribe"), "{plan}");
    }
    let plan = base.on("11-23", &["undo"]).ok().said();
    assert!(plan.contains("WARNING: this would open 1 closed address to our messages again (unsubscribe 1): wang@example.com"), "{plan}");
    assert_eq!(closed(), ["li@example.com", "wang@example.com"], "without --yes nothing is opened");
    // What the plan calls things, people understand.
    let rows = base.on("11-23", &["undo", "-f", "json"]).ok().json();
    let raw: Vec<&str> = rows["rows"].as_array().unwrap().iter().map(|r| r["what"].as_str().unwrap()).filter(|w| w.contains('_')).collect();
    assert_eq!(raw, [] as [&str; 0]);
    let done = base.on("11-23", &["undo", "--yes"]).ok().said();
    assert!(done.contains("WARNING: opened 1 closed address"), "{done}");
    assert_eq!(closed(), ["li@example.com"], "closed by hand before: it stays closed");
}

#[test]
fn whoever_puts_a_closed_address_onto_a_path_is_told() {
    let base = with_mail();
    base.write(
        "sops/nurture/q.yaml",
        "enroll: {when: \"has_tag('q')\"}\nexit: [{when: \"has_tag('x')\"}]\npriority: 5\nsteps:\n  - {id: one, day: 1, send: email, content: a}\n",
    );
    base.on("11-20", &["tick"]).ok();
    base.on("11-20", &["suppress", "wang@example.com", "--why", "asked by phone"]).ok();
    let told = base.on("11-21", &["nurture", "enroll", "q", "wang@example.com", "li@example.com", "--why", "the fair"]).ok().said();
    assert!(told.contains("王芳") && told.contains("nothing of it leaves by email as things are: suppressed (by-hand)"), "{told}");
    assert!(told.contains("sop suppress --list") && !told.contains("李雷"), "{told}");
    base.on("11-21", &["nurture", "enroll", "wang@example.com", "q"]).refused(2, &["the path comes first", "sop nurture enroll q wang@example.com"]);
}
