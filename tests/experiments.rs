//! Experiments that paths run, as `sop report experiments` tells them: what a user is promised of each number.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::Base;
use serde_json::Value;
use sop::model::{MessageId, Part};

const PATH: &str = "name: web
enroll: {event: form_submit}
control: 20%
goal: won_deals > 0
steps:
  - {id: offer, day: 1, send: email, variants: {offer-a: 1, offer-b: 1}, experiment: {name: offer-test, measure: clicked, within: 14d}}
";
const CONTENT: &str = "---\nmedium: email\nsubject: Offer\npurpose: service\n---\nHello.\n";

/// 2026-11-01 00:00 UTC; 20 days before the report.
const SENT: i64 = 1_793_491_200;
const DAY: i64 = 86_400;

/// `n` leads in two arms, alternating; each got its message at `sent(lead)`.
fn world(n: u64, sent: impl Fn(u64) -> i64) -> Base {
    let base = Base::with(&[("sops/nurture/web.yaml", PATH), ("sops/content/offer-a.md", CONTENT), ("sops/content/offer-b.md", CONTENT)]);
    let rows: String = (1..=n).map(|i| format!("P{i},p{i}@example.com,L{i}\n")).collect();
    let leads = base.write("leads.csv", format!("name,email,id\n{rows}")).display().to_string();
    base.on("10-20", &["score", &leads]).ok();
    let db = base.open();
    for i in 1..=n {
        let (arm, at) = (if i % 2 == 1 { "offer-a" } else { "offer-b" }, sent(i));
        let lead: i64 = db.query_row("SELECT lead FROM leads WHERE \"id\" = ?1", [format!("L{i}")], |r| r.get(0)).unwrap();
        db.execute("INSERT INTO exposures (experiment, lead, arm, at, run) VALUES ('offer-test', ?1, ?2, ?3, 1)", rusqlite::params![lead, arm, at]).unwrap();
        let sql = "INSERT INTO messages (message, enrollment, lead, path, step, part, medium, service, content, experiment, arm, address, state, due_at, not_before, sent_at, run)
            VALUES (?1, ?2, ?2, 'web', 'offer', 'main', 'email', 1, ?3, 'offer-test', ?3, ?4, 'sent', ?5, ?5, ?5, 1)";
        db.execute(sql, rusqlite::params![id(i).0 as i64, lead, arm, format!("p{i}@example.com"), at]).unwrap();
    }
    base
}

fn id(lead: u64) -> MessageId {
    MessageId::of([&format!("k{lead}"), "web", ""], "offer", Part::Main)
}

/// Clicks of these leads, an hour after the start.
fn clicks(base: &Base, leads: impl Iterator<Item = u64>, until: &str) {
    let rows: String = leads.map(|i| format!("click,{},,,2026-11-01T10:00:00,https://e.cn/a\n", id(i))).collect();
    let text = format!("kind,message,address,content,at,link\n{rows}click,,nobody@example.com,,{until},\n");
    let path = base.write("feedback.csv", text).display().to_string();
    base.on("11-20", &["import", &path]).ok();
}

fn report(base: &Base) -> Value {
    base.on("11-20", &["report", "experiments", "-f", "json"]).ok().json()
}

fn row<'r>(report: &'r Value, arm: &str) -> &'r Value {
    report["rows"].as_array().unwrap().iter().find(|r| r["arm"] == arm).unwrap_or_else(|| panic!("{arm}: {report}"))
}

fn counts(report: &Value, arm: &str) -> [i64; 3] {
    ["leads", "waiting_leads", "successes"].map(|column| row(report, arm)[column].as_i64().unwrap())
}

#[test]
fn leads_count_once_in_their_arm_when_their_time_is_over_and_feedback_covers_it() {
    // The last ten were written to three days ago.
    let base = world(60, |i| if i > 50 { SENT + 16 * DAY } else { SENT });
    let nothing = report(&base);
    assert_eq!((counts(&nothing, "offer-a"), counts(&nothing, "offer-b")), ([0, 30, 0], [0, 30, 0]), "nobody has told yet what came back");
    assert!(nothing["notes"].to_string().contains("no feedback by email covers"), "{}", nothing["notes"]);
    // 5 of 25 of the one, 15 of 25 of the other; one of them twice.
    clicks(&base, (1..=10).filter(|i| i % 2 == 1).chain((2..=30).filter(|i| i % 2 == 0)).chain([2]), "2026-11-19T10:00:00");
    let told = report(&base);
    assert_eq!((counts(&told, "offer-a"), counts(&told, "offer-b")), ([25, 5, 5], [25, 5, 15]));
    assert_eq!(row(&told, "offer-b")["measure"].as_str(), Some("clicked"));
    let verdict = row(&told, "offer-b")["verdict"].as_str().unwrap();
    assert!(verdict.starts_with("the winner: higher than offer-a"), "{verdict}");
    assert!((row(&told, "offer-b")["difference"].as_f64().unwrap() - 0.4).abs() < 1e-12);
}

#[test]
fn who_clicked_counts_no_sooner_than_who_did_not() {
    let base = world(60, |_| SENT);
    let db = base.open();
    // Three were assigned and never written to: they count by the same clock.
    db.execute("UPDATE messages SET sent_at = NULL, state = 'suppressed' WHERE lead IN (SELECT lead FROM leads WHERE \"id\" IN ('L1', 'L3', 'L5'))", [])
        .unwrap();
    drop(db);
    let export = |until: &str| {
        let rows: String = (2..=24).step_by(2).map(|i| format!("click,{},2026-11-01T10:00:00\n", id(i))).collect();
        let path = base.write("feedback.csv", format!("kind,message,at\n{rows}click,{},2026-11-03T08:00:00\n", id(7))).display().to_string();
        let told = ["import", &path, "--as", "feedback", "--until", until];
        base.on("11-20", if until.is_empty() { &told[..4] } else { &told }).ok();
    };
    export("");
    let early = report(&base);
    assert_eq!((counts(&early, "offer-a"), counts(&early, "offer-b")), ([0, 30, 0], [0, 30, 0]), "the export reaches two days, their time is fourteen");
    assert!(row(&early, "offer-b")["rate"].is_null());
    let note = early["notes"].to_string();
    assert!(note.contains("60 leads are not counted yet (13 successes among them)") && note.contains("until 2026-11-15 08:00:00"), "{note}");
    assert!(note.contains("it reaches 2026-11-03 08:00:00") && note.contains("--until DATE"), "{note}");
    // A day too little, then the day on which the last of their times is over.
    export("2026-11-14");
    assert_eq!(counts(&report(&base), "offer-b"), [0, 30, 0]);
    export("2026-11-15");
    let told = report(&base);
    assert_eq!((counts(&told, "offer-a"), counts(&told, "offer-b")), ([30, 0, 1], [30, 0, 12]), "whoever was never reached is a lead of its arm");
    assert!(!told["notes"].to_string().contains("not counted yet"), "{}", told["notes"]);
    // Taken back, it is as before.
    base.on("11-20", &["undo", "--yes"]).ok();
    assert_eq!(counts(&report(&base), "offer-b"), [0, 30, 0]);
}

#[test]
fn a_measure_that_asks_for_messages_waits_for_what_came_back_on_them() {
    let base = world(40, |_| SENT);
    base.write("sops/nurture/web.yaml", PATH.replace("measure: clicked", "measure: \"clicked('offer') AND email IS NOT NULL\""));
    clicks(&base, (2..=20).step_by(2), "2026-11-03T10:00:00");
    let early = report(&base);
    assert_eq!((counts(&early, "offer-a"), counts(&early, "offer-b")), ([0, 20, 0], [0, 20, 0]));
    assert!(early["notes"].to_string().contains("40 leads are not counted yet (10 successes among them)"), "{}", early["notes"]);
    clicks(&base, (2..=20).step_by(2), "2026-11-19T10:00:00");
    let told = report(&base);
    assert_eq!((counts(&told, "offer-a"), counts(&told, "offer-b")), ([20, 0, 0], [20, 0, 10]));
}

#[test]
fn a_file_without_a_row_may_say_that_nothing_more_came() {
    let base = world(20, |_| SENT);
    clicks(&base, [2, 4, 6].into_iter(), "2026-11-02T10:00:00");
    let empty = base.write("nothing.csv", "kind,message,at\n").display().to_string();
    base.on("11-20", &["import", &empty, "--as", "feedback"]).ok();
    assert_eq!(counts(&report(&base), "offer-b"), [0, 10, 0], "a file without a row says nothing of its own");
    base.on("11-20", &["import", &empty, "--as", "feedback", "--until", "2026-11-19"]).ok();
    assert_eq!((counts(&report(&base), "offer-a"), counts(&report(&base), "offer-b")), ([10, 0, 0], [10, 0, 3]));
    let ahead = base.on("11-20", &["import", &empty, "--as", "feedback", "--until", "2026-11-22"]).ends(2);
    assert!(ahead.stderr().contains("lies ahead"), "{}", ahead.stderr());
    let leads = base.write("more.csv", "name,email\nA,a@b.cn\n").display().to_string();
    let other = base.on("11-20", &["import", &leads, "--until", "2026-11-19"]).ends(2);
    assert!(other.stderr().contains("leads") && other.stderr().contains("without --until"), "{}", other.stderr());
}

#[test]
fn a_path_with_a_control_group_is_measured_on_its_goal() {
    let base = world(2, |_| SENT);
    let db = base.open();
    for (i, (control, state, n)) in [(0, "goal", 30), (0, "finished", 50), (1, "goal", 2), (1, "active", 18), (0, "noted", 9)].into_iter().enumerate() {
        for lead in 0..n {
            let sql = "INSERT INTO enrollments (lead, path, cause, state, control, entered_at, run) VALUES (?1, 'web', '', ?2, ?3, 0, 1)";
            db.execute(sql, rusqlite::params![1000 * (i as i64 + 1) + lead, state, control]).unwrap();
        }
    }
    let told = report(&base);
    assert_eq!((counts(&told, "control"), counts(&told, "path")), ([20, 0, 2], [80, 0, 30]), "those who merely matched are nobody's");
    assert_eq!((row(&told, "path")["experiment"].as_str(), row(&told, "path")["measure"].as_str()), (Some("web"), Some("goal")));
    assert!((row(&told, "path")["split_p"].as_f64().unwrap() - 1.0).abs() < 1e-9, "a fifth was planned");
}

#[test]
fn a_base_without_experiments_says_how_to_have_one() {
    let base = Base::with(&[("sops/fields.yaml", "leads:\n  email: {type: email}\n")]);
    let leads = base.write("leads.csv", "email\na@b.cn\n").display().to_string();
    base.on("10-20", &["score", &leads]).ok();
    let told = report(&base);
    assert_eq!(told["rows"].as_array().unwrap().len(), 0);
    assert!(told["notes"].to_string().contains("experiments.yaml"), "{told}");
}
