//! When whoever sends comes late: what a path puts days between does not leave together. And what a person mends late: held messages are
//! filled in again. Whatever the SOP files say, the outbox can be read and who asks to be left alone is.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::Base;

const DELIVERY: &str = "send:\n  email: {via: csv, address: email, hours: \"09:00-20:00\"}\n";
const PATH: &str = "enroll: {when: \"email IS NOT NULL OR phone IS NOT NULL\"}\nexit: [{when: \"has_tag('x')\"}]\nsteps:\n";
const STEPS: &str = "  - {id: one, day: 1, send: email, content: a}
  - {id: two, day: 3, send: email, content: a}
  - {id: three, after: 36h, send: email, content: a}
";
const MAIL: &str = "---\nmedium: email\nsubject: hello\n---\nhello {{ lead.name }}, unsubscribe\n";

const SMS: &str = "---\nmedium: sms\n---\n【示例科技】{{ lead.name }} 拒收请回复R\n";

/// A path of the workspace's own; its first tick came before the leads.
fn base(steps: &str, leads: &str) -> Base {
    let base = Base::with(&[
        ("sops/delivery.yaml", DELIVERY),
        ("sops/content/a.md", MAIL),
        ("sops/content/s.md", SMS),
        ("sops/nurture/p.yaml", &format!("{PATH}{steps}")),
    ]);
    if steps.contains("content: b") {
        base.write("sops/content/b.md", MAIL);
    }
    base.write("sops/fields.yaml", include_str!("../sops/fields.yaml"));
    base.write("first.csv", "id,姓名,标签\n9,nobody,x\n");
    base.write("leads.csv", leads);
    base.run(&["import", "first.csv", "--as-of", "2026-11-01T10:00:00"]).ok();
    base.run(&["tick", "--as-of", "2026-11-01T10:30:00"]).ok();
    base.run(&["import", "leads.csv", "--as-of", "2026-11-02T08:00:00"]).ok();
    base
}

fn at(base: &Base, instant: &str, verb: &str) {
    base.run(&[verb, "-q", "--as-of", &format!("2026-11-{instant}:00")]).ok();
}

/// Step, state and when each message left.
fn messages(base: &Base) -> Vec<String> {
    base.texts("SELECT step || ' ' || state || coalesce(' ' || strftime('%d %H:%M', sent_at, 'unixepoch', '8 hours'), '') FROM messages ORDER BY due_at, step")
}

const ONE: &str = "id,姓名,邮箱\n1,王芳,a1@example.com\n";

#[test]
fn a_sender_that_was_away_for_days_sends_one_step_and_not_three() {
    let base = base(STEPS, ONE);
    at(&base, "02T08:30", "tick");
    // Ticks go on; nobody sends.
    for day in 3..=6 {
        at(&base, &format!("0{day}T08:30"), "tick");
    }
    at(&base, "07T08:30", "tick");
    at(&base, "07T10:00", "send");
    assert_eq!(messages(&base), ["one sent 07 10:00"], "what waited leaves, and nothing came to lie beside it");
    for day in ["07T10:30", "08T10:30"] {
        at(&base, day, "tick");
        at(&base, day, "send");
    }
    assert_eq!(messages(&base), ["one sent 07 10:00"]);
    for day in ["09T08:30", "09T10:00", "10T10:00", "10T21:30", "11T09:30"] {
        at(&base, day, "tick");
        at(&base, day, "send");
    }
    let left = messages(&base);
    assert_eq!(left[..2], ["one sent 07 10:00".to_owned(), "two sent 09 10:00".into()], "two days lie between the first two");
    assert_eq!(left[2], "three sent 11 09:30", "36 hours later it is night, and then morning");
}

#[test]
fn a_machine_that_was_off_makes_no_burst_either() {
    let base = base(STEPS, ONE);
    at(&base, "02T08:30", "tick");
    // Off. Whichever of the two comes first afterwards.
    for first in ["tick", "send"] {
        let base = base.copy();
        at(&base, "07T09:00", first);
        at(&base, "07T09:00", if first == "tick" { "send" } else { "tick" });
        at(&base, "07T09:30", "tick");
        at(&base, "07T09:30", "send");
        assert_eq!(messages(&base), ["one sent 07 09:00"], "{first} first");
    }
}

#[test]
fn two_messages_of_one_day_keep_their_distance_when_they_leave() {
    let steps = "  - {id: one, day: 1, at: \"09:30\", send: email, content: a}\n  - {id: two, day: 1, at: \"13:30\", send: email, content: a}\n";
    let base = base(steps, ONE);
    at(&base, "02T09:30", "tick");
    assert_eq!(messages(&base), ["one queued", "two queued"], "both wait for their hours");
    at(&base, "02T14:00", "send");
    assert_eq!(messages(&base), ["one sent 02 14:00", "two queued"]);
    at(&base, "02T17:30", "send");
    assert_eq!(messages(&base)[1], "two queued");
    at(&base, "02T18:00", "send");
    assert_eq!(messages(&base)[1], "two sent 02 18:00", "four hours, as designed");
}

#[test]
fn what_was_held_for_a_gap_is_filled_in_once_it_is_mended() {
    let base = base(STEPS, "id,姓名,邮箱,手机\n1,王芳,a1@example.com,\n2,,a2@example.com,\n3,李雷,,13920417003\n");
    at(&base, "02T08:30", "tick");
    let held = |base: &Base| {
        base.texts("SELECT l.f_id || ' ' || m.state || coalesce(' ' || reason, '') FROM messages m JOIN leads l USING (lead) WHERE step = 'one' ORDER BY 1")
    };
    let held = |base: &Base| {
        if base.number("SELECT count(*) FROM pragma_table_info('leads') WHERE name = 'f_id'") == 1 {
            held(base)
        } else {
            base.texts("SELECT l.id || ' ' || m.state || coalesce(' ' || reason, '') FROM messages m JOIN leads l USING (lead) WHERE step = 'one' ORDER BY 1")
        }
    };
    assert_eq!(held(&base), ["1 queued", "2 held `lead.name` is blank", "3 held no address: `email` is blank"]);
    let list = base.run(&["outbox", "--as-of", "2026-11-02T09:00:00"]).ok();
    assert!(list.said().contains("2 are held") && list.said().contains("the next `sop tick` fills them in again"), "{}", list.said());
    // Nothing was mended: nothing changes.
    let before = base.dump().remove("messages");
    at(&base, "02T09:00", "tick");
    assert_eq!(before, base.dump().remove("messages"));
    base.write("more.csv", "id,姓名,邮箱\n2,韩梅,\n3,,a3@example.com\n");
    base.run(&["import", "more.csv", "--as-of", "2026-11-02T10:00:00"]).ok();
    at(&base, "02T10:30", "tick");
    assert_eq!(held(&base), ["1 queued", "2 queued", "3 queued"]);
    assert_eq!(base.texts("SELECT DISTINCT body FROM messages WHERE body LIKE '%韩梅%'"), ["hello 韩梅, unsubscribe"]);
    at(&base, "02T11:00", "send");
    assert_eq!(base.texts("SELECT address FROM messages WHERE state = 'sent' ORDER BY 1"), ["a1@example.com", "a2@example.com", "a3@example.com"]);
}

#[test]
fn a_mended_content_fills_in_what_it_had_left_open_and_what_is_too_late_stays() {
    let steps = format!("{STEPS}late: {{max: 3d}}\n");
    let base = base(&steps, ONE);
    base.write("sops/content/a.md", MAIL.replace("lead.name", "lead.title"));
    at(&base, "02T08:30", "tick");
    assert_eq!(messages(&base), ["one held"]);
    let late = base.copy();
    base.write("sops/content/a.md", MAIL);
    at(&base, "03T08:30", "tick");
    assert_eq!(messages(&base), ["one queued"], "an edited content is news for everybody");
    at(&base, "03T10:00", "send");
    // The step after it counts from when it really went.
    at(&base, "04T10:00", "tick");
    assert_eq!(messages(&base), ["one sent 03 10:00"]);
    at(&base, "05T10:00", "tick");
    assert_eq!(messages(&base), ["one sent 03 10:00", "two queued"]);
    // Mended when its time is over: the step after it is what leaves.
    let why = |base: &Base| base.texts("SELECT state || ': ' || reason FROM messages WHERE step = 'one'");
    let over = late.copy();
    over.write("sops/content/a.md", MAIL);
    at(&over, "06T08:30", "tick");
    assert_eq!((why(&over), messages(&over)[1].as_str()), (vec!["skipped: too late once it could be filled in".to_owned()], "two queued"));
}

/// A path whose first step has a text of its own, with a gap that nobody can fill.
fn two_texts() -> Base {
    let base = base(&STEPS.replacen("content: a", "content: b", 1), ONE);
    base.write("sops/content/b.md", MAIL.replace("lead.name", "lead.title"));
    at(&base, "02T08:30", "tick");
    assert_eq!(messages(&base), ["one held"]);
    base
}

#[test]
fn of_several_held_messages_each_leaves_once_in_order_at_its_designed_distance() {
    let base = base(STEPS, ONE);
    base.write("sops/content/a.md", MAIL.replace("lead.name", "lead.title"));
    for day in 2..=5 {
        at(&base, &format!("0{day}T08:30"), "tick");
    }
    assert_eq!(messages(&base), ["one held", "two held", "three held"]);
    base.write("sops/content/a.md", MAIL);
    let mended = base.run(&["tick", "--as-of", "2026-11-05T11:00:00"]).ok();
    assert!(mended.said().contains("3 messages queued"), "{}", mended.said());
    assert_eq!(messages(&base), ["one queued", "two queued", "three queued"]);
    let same = base.dump().remove("messages");
    at(&base, "05T11:00", "tick");
    assert_eq!(same, base.dump().remove("messages"), "a second look does nothing");
    // Whoever looks every half hour finds each at its time, and never two together.
    for day in 5..=10 {
        for time in ["09:00", "11:30", "14:00", "19:30"] {
            if (day, time) >= (5, "11:30") {
                let now = format!("{day:02}T{time}");
                at(&base, &now, "send");
                at(&base, &now, "tick");
            }
        }
    }
    assert_eq!(messages(&base), ["one sent 05 11:30", "two sent 07 09:00", "three sent 09 09:00"], "two days; 36 hours and the night");
}

#[test]
fn a_message_filled_in_late_goes_ahead_of_what_waits_and_never_behind_what_has_left() {
    let waiting = two_texts();
    at(&waiting, "04T08:30", "tick");
    assert_eq!(messages(&waiting), ["one held", "two queued"]);
    let left = waiting.copy();
    waiting.write("sops/content/b.md", MAIL);
    at(&waiting, "04T08:40", "tick");
    for now in ["04T09:00", "05T10:00", "06T10:00"] {
        at(&waiting, now, "send");
    }
    assert_eq!(messages(&waiting), ["one sent 04 09:00", "two sent 06 10:00"]);
    at(&left, "04T10:00", "send");
    left.write("sops/content/b.md", MAIL);
    let told = left.run(&["tick", "--as-of", "2026-11-04T11:00:00"]).ok();
    assert!(told.said().contains("1 left out"), "{}", told.said());
    assert_eq!(messages(&left), ["one skipped", "two sent 04 10:00"]);
    let list = left.run(&["outbox", "list", "--state", "skipped", "-f", "json", "--as-of", "2026-11-04T12:00:00"]).ok().json();
    assert_eq!(list["rows"][0]["reason"], "overtaken by `two` before it could be filled in");
}

#[test]
fn of_several_held_messages_those_that_are_too_late_stay_and_the_others_keep_their_distance() {
    let base = base(&format!("{STEPS}late: {{max: 1d}}\n"), ONE);
    base.write("sops/content/a.md", MAIL.replace("lead.name", "lead.title"));
    for day in 2..=4 {
        at(&base, &format!("0{day}T08:30"), "tick");
    }
    base.write("sops/content/a.md", MAIL);
    at(&base, "04T20:30", "tick");
    assert_eq!(messages(&base)[..2], ["one skipped".to_owned(), "two queued".into()]);
    for day in ["05T09:00", "06T08:30", "06T09:00", "06T20:30", "07T09:00"] {
        at(&base, day, "tick");
        at(&base, day, "send");
    }
    assert_eq!(messages(&base), ["one skipped", "two sent 05 09:00", "three sent 07 09:00"]);
}

#[test]
fn what_a_pause_kept_leaves_after_it_at_its_designed_distance_and_is_not_late() {
    let steps =
        "  - {id: one, day: 1, at: \"09:30\", send: email, content: a}\n  - {id: two, day: 1, at: \"13:30\", send: email, content: a}\nlate: {max: 1d}\n";
    let base = base(steps, ONE);
    at(&base, "02T09:30", "tick");
    base.run(&["nurture", "pause", "p", "--why", "rewriting", "--as-of", "2026-11-02T09:35:00"]).ok();
    for day in ["02T10:00", "03T10:00"] {
        at(&base, day, "tick");
        at(&base, day, "send");
    }
    assert_eq!(base.texts("SELECT state || ' ' || reason FROM messages"), ["held paused", "held paused"]);
    base.run(&["nurture", "resume", "p", "--why", "done", "--as-of", "2026-11-05T10:00:00"]).ok();
    at(&base, "05T10:00", "send");
    assert_eq!(messages(&base), ["one sent 05 10:00", "two queued"]);
    at(&base, "05T13:30", "send");
    assert_eq!(messages(&base)[1], "two queued");
    at(&base, "05T14:00", "tick");
    at(&base, "05T14:00", "send");
    assert_eq!(messages(&base)[1], "two sent 05 14:00");
    // A short one moves nothing.
    let base = self::base(steps, ONE);
    at(&base, "02T08:00", "tick");
    let before = base.texts("SELECT step || not_before || not_after FROM messages ORDER BY step");
    base.run(&["nurture", "pause", "p", "--why", "rewriting", "--as-of", "2026-11-02T08:10:00"]).ok();
    base.run(&["nurture", "resume", "p", "--why", "done", "--as-of", "2026-11-02T08:20:00"]).ok();
    assert_eq!(before, base.texts("SELECT step || not_before || not_after FROM messages ORDER BY step"));
}

#[test]
fn broken_files_keep_nobody_from_the_outbox_nor_from_being_left_alone() {
    for (name, text) in [
        ("sops/content/a.md", "---\nmedium: email\n"),
        ("sops/nurture/p.yaml", "steps: ["),
        ("sops/delivery.yaml", "send: {emial: {}}"),
        ("sops/fields.yaml", "leads: {id: {type: nonsense}}"),
    ] {
        let base = base(STEPS, "id,姓名,邮箱\n1,王芳,a1@example.com\n2,李雷,a2@example.com\n");
        at(&base, "02T08:30", "tick");
        let columns = base.texts("SELECT name FROM pragma_table_info('leads')");
        let sound = std::fs::read(base.path().join(name)).unwrap();
        base.write(name, text);
        base.run(&["tick", "--as-of", "2026-11-02T09:00:00"]).ends(3);
        let list = base.run(&["outbox", "list", "-f", "json", "--as-of", "2026-11-02T09:00:00"]).ok();
        assert_eq!(list.json()["totals"]["states"], serde_json::json!({"queued": 2}), "{name}");
        assert!(list.stderr().contains("warning") && list.stderr().contains("the rules of the last run apply"), "{name}: {}", list.stderr());
        base.run(&["suppress", "a1@example.com", "--why", "asked by phone", "--as-of", "2026-11-02T09:00:00"]).ok();
        base.run(&["suppress", "--list"]).ok();
        assert_eq!(base.texts("SELECT address FROM suppressions"), ["a1@example.com"], "{name}");
        base.run(&["outbox", "cancel", "a2@example.com", "--why", "called us", "--as-of", "2026-11-02T09:10:00"]).ok();
        assert_eq!(base.texts("SELECT state FROM messages ORDER BY address"), ["suppressed", "cancelled"], "{name}");
        assert_eq!(base.texts("SELECT name FROM pragma_table_info('leads')"), columns, "{name}: no run by halves of the rules");
        assert_eq!(base.number("SELECT count(*) FROM sop_versions"), 1, "{name}");
        base.write(name, sound);
        base.run(&["send", "--as-of", "2026-11-02T10:00:00"]).ok();
        assert_eq!(base.number("SELECT count(*) FROM messages WHERE state = 'sent'"), 0, "{name}");
    }
    // Without a base there is nothing to go by.
    let base = Base::with(&[("sops/content/a.md", "no front matter")]);
    base.run(&["suppress", "a1@example.com", "--why", "x"]).ends(3);
}

#[test]
fn numbers_are_written_as_a_gateway_dials_them() {
    let delivery = "send:\n  sms: {via: csv, address: phone}\n";
    let base = base("  - {id: one, day: 1, send: sms, content: s}\n", "id,姓名,手机\n1,=cmd(),+49 30 12345678\n2,李雷,13920417003\n");
    base.write("sops/delivery.yaml", delivery);
    at(&base, "02T08:30", "tick");
    base.run(&["outbox", "export", "-o", "lists", "--as-of", "2026-11-02T09:00:00"]).ok();
    at(&base, "02T09:00", "send");
    for folder in ["lists", "outbox"] {
        let day = std::fs::read_dir(base.path().join(folder)).unwrap().next().unwrap().unwrap().path();
        let text = std::fs::read_to_string(day.join("sms.csv")).unwrap();
        assert!(text.contains(",+493012345678,") && text.contains(",13920417003,") && text.contains(",'=cmd(),"), "{folder}: {text}");
    }
}
