//! Paths over a base: a tick twice is a tick once, days to come are the ticks that will make them, texts of paths stay with who entered by
//! them, and what people do with journeys is done and recorded.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

#[path = "base/mod.rs"]
mod base;

use base::Base;

const LEADS: &str = "id,姓名,邮箱,手机,行业,员工数,短信授权
1,王芳,a1@example.com,13812340001,制造业,500,是
2,李雷,a2@example.com,13812340002,零售,50,
";
const MORE: &str = "id,姓名,邮箱,手机,行业,员工数,短信授权
3,赵六,a3@example.com,13812340003,汽车,300,是
4,钱七,a4@example.com,13812340004,制造业,20,是
5,孙八,,13812340005,制造业,20,是
6,周九,a6@example.com,13812340006,零售,8,
";
const EVENTS: &str = "email,行为,时间
a4@example.com,form_submit,2026-11-20 09:30:00
a4@example.com,order_placed,2026-11-20 09:40:00
a6@example.com,webinar_signup,2026-11-20 09:45:00
";

/// The starter's paths over leads that came before the first tick (1, 2) and after it.
fn base() -> Base {
    let base = Base::new();
    for (name, text) in [("leads.csv", LEADS), ("more.csv", MORE), ("events.csv", EVENTS)] {
        base.write(name, text);
    }
    for args in [&["import", "leads.csv", "--as-of", "2026-11-19T10:00:00"][..], &["tick", "--as-of", "2026-11-19T10:30:00"]] {
        base.run(args).ok();
    }
    for args in [&["import", "more.csv", "--as-of", "2026-11-20T09:00:00"][..], &["import", "events.csv", "--as-of", "2026-11-20T09:50:00"]] {
        base.run(args).ok();
    }
    base
}

const MESSAGES: &str =
    "SELECT l.f_id || ' ' || m.path || '/' || m.step || ' ' || date(m.not_before, 'unixepoch', '8 hours') FROM messages m JOIN leads l USING (lead)
    WHERE m.part = 'main' AND m.state IN ('queued', 'deferred', 'sent') ORDER BY 1";

fn messages(base: &Base) -> Vec<String> {
    let column = base.texts("SELECT name FROM pragma_table_info('leads') WHERE name IN ('id', 'f_id')").pop().unwrap();
    base.texts(&MESSAGES.replace("f_id", &column))
}

#[test]
fn a_tick_twice_is_a_tick_once() {
    let base = base();
    base.run(&["tick", "--as-of", "2026-11-20T10:00:00"]).ok();
    let once = base.facts();
    base.run(&["tick", "--as-of", "2026-11-20T10:00:00"]).ok();
    base::assert_same("a second tick", &once, &base.facts());
    let due_only = base.copy();
    due_only.run(&["tick", "--as-of", "2026-11-23T10:00:00"]).ok();
    base.run(&["tick", "--full", "--as-of", "2026-11-23T10:00:00"]).ok();
    assert_eq!(messages(&due_only), messages(&base), "due-only is the same as everybody");
    assert_eq!(base.number("SELECT count(*) FROM enrollments WHERE state = 'noted'"), 2, "who was there before is noted");
}

#[test]
fn the_days_to_come_are_the_ticks_that_will_make_them() {
    let base = base();
    let told = base.run(&["simulate", "--days", "8", "--as-of", "2026-11-20T10:00:00", "-f", "json"]).ok();
    let before = base.facts();
    let json: serde_json::Value = serde_json::from_slice(&told.output.stdout).unwrap();
    let leaves = |r: &&serde_json::Value| matches!(r["state"].as_str(), Some("queued" | "deferred" | "sent")) && r["part"] == "main";
    let mut simulated: Vec<String> = json["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(leaves)
        .map(|r| format!("{}/{} {}", r["path"].as_str().unwrap(), r["step"].as_str().unwrap(), r["leaves_at"].as_str().unwrap().get(..10).unwrap()))
        .collect();
    for day in 20..28 {
        // Whoever carries messages on takes each at its instant.
        let left = format!(
            "UPDATE messages SET state = 'sent', sent_at = not_before WHERE state IN ('queued', 'deferred') AND not_before <= unixepoch('2026-11-{day} 02:00:00')"
        );
        base.open().execute(&left, []).unwrap();
        base.run(&["tick", "--as-of", &format!("2026-11-{day}T10:00:00")]).ok();
    }
    let mut real: Vec<String> = messages(&base).iter().map(|m| m.split_once(' ').unwrap().1.to_owned()).collect();
    simulated.sort();
    real.sort();
    assert_eq!(simulated, real);
    assert!(real.len() >= 8, "{real:?}");
    assert_ne!(before, base.facts());
}

#[test]
fn an_edited_path_leaves_those_on_it_their_steps() {
    let base = base();
    let path = |steps: &str| format!("enroll: {{when: \"email IS NOT NULL\"}}\nexit: [{{when: \"has_tag('x')\"}}]\nsteps:\n{steps}");
    let mail = "---\nmedium: email\nsubject: hello\n---\nhello {{ lead.name }}, unsubscribe\n";
    for (name, text) in [("sops/content/a.md", mail), ("sops/content/b.md", mail), ("sops/content/c.md", mail)] {
        base.write(name, text);
    }
    base.write("sops/nurture/p.yaml", path("  - {id: one, day: 1, send: email, content: a}\n  - {id: two, day: 3, send: email, content: b}\n"));
    base.run(&["tick", "--as-of", "2026-11-20T10:00:00"]).ok();
    base.run(&["nurture", "enroll", "p", "--backfill", "--as-of", "2026-11-20T10:10:00"]).ok();
    base.run(&["tick", "--as-of", "2026-11-20T10:30:00"]).ok();
    let n = messages(&base).len();
    assert!(n >= 4, "{:?}", messages(&base));
    base.run(&["send", "--as-of", "2026-11-20T11:00:00"]).ok();
    // The second step goes, a third comes: who is on the way keeps the second.
    base.write("sops/nurture/p.yaml", path("  - {id: one, day: 1, send: email, content: a}\n  - {id: three, day: 3, send: email, content: c}\n"));
    base.run(&["tick", "--as-of", "2026-11-22T10:00:00"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE step = 'two' AND state = 'queued'"), n as i64);
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE step = 'three'"), 0);
    // A file that is gone ends its journeys, and what has not left does not leave.
    std::fs::remove_file(base.path().join("sops/nurture/p.yaml")).unwrap();
    base.run(&["tick", "--as-of", "2026-11-22T11:00:00"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE state = 'queued'"), 0);
    assert_eq!(base.texts("SELECT DISTINCT state || ': ' || why FROM enrollments WHERE state <> 'noted'"), ["exited: the path is no longer in sops/nurture"]);
}

#[test]
fn people_take_leads_off_stop_them_and_let_them_go_on() {
    let base = base();
    base.run(&["tick", "--as-of", "2026-11-20T10:00:00"]).ok();
    let on = base.number("SELECT count(*) FROM enrollments WHERE path = 'newcomer' AND state = 'active'");
    assert!(on >= 1);
    base.run(&["send", "--as-of", "2026-11-20T10:03:00"]).ok();
    base.run(&["nurture", "pause", "newcomer", "--why", "rewriting", "--as-of", "2026-11-20T10:05:00"]).ok();
    base.run(&["tick", "--as-of", "2026-11-24T10:00:00"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE path = 'newcomer' AND state IN ('queued', 'deferred')"), 0);
    base.run(&["nurture", "resume", "newcomer", "--why", "done", "--as-of", "2026-11-24T10:05:00"]).ok();
    base.run(&["tick", "--as-of", "2026-11-24T10:30:00"]).ok();
    assert_eq!(
        base.number("SELECT count(*) FROM messages WHERE path = 'newcomer' AND step = 'product' AND state IN ('queued', 'deferred')"),
        on,
        "a pause is no lateness"
    );
    base.run(&["nurture", "exit", "newcomer", "a3@example.com", "--why", "no more", "--as-of", "2026-11-24T11:00:00"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM changes WHERE what = 'enrollment:newcomer' AND \"to\" = 'exited' AND why = 'by hand: no more'"), 1);
    let refused = base.run(&["nurture", "exit", "newcomr", "a3@example.com", "--why", "x"]);
    assert_eq!(refused.output.status.code(), Some(2), "an unknown path");
}

/// Forgetting a line of delivery.yaml must not write to somebody who said no. Who said nothing may be written to, as nobody asks.
#[test]
fn a_no_counts_where_no_file_asks_for_consent() {
    let base = Base::new();
    base.write("sops/fields.yaml", include_str!("../sops/fields.yaml"));
    base.write("sops/delivery.yaml", "send:\n  email: {via: csv, address: email}\n");
    base.write("sops/content/a.md", "---\nmedium: email\nsubject: hello\n---\nhello, unsubscribe\n");
    base.write("sops/nurture/p.yaml", "enroll: {when: \"email IS NOT NULL\"}\nsteps:\n  - {id: one, day: 1, send: email, content: a}\n");
    base.write("leads.csv", "id,邮箱,邮件授权\n1,no@example.com,否\n2,yes@example.com,是\n3,nothing@example.com,\n");
    base.write("first.csv", "id,邮箱\n9,first@example.com\n");
    base.run(&["import", "first.csv", "--as-of", "2026-11-19T10:00:00"]).ok();
    base.run(&["tick", "--as-of", "2026-11-19T10:30:00"]).ok();
    base.run(&["import", "leads.csv", "--as-of", "2026-11-20T09:00:00"]).ok();
    base.run(&["tick", "--as-of", "2026-11-20T10:00:00"]).ok();
    let said = base.texts("SELECT address || ' ' || state || coalesce(' ' || reason, '') FROM messages ORDER BY 1");
    assert_eq!(said, ["no@example.com held no consent", "nothing@example.com queued", "yes@example.com queued"]);
    // Who says no after the tick says it in time.
    base.write("later.csv", "id,邮件授权\n2,否\n");
    base.run(&["import", "later.csv", "--as-of", "2026-11-20T10:30:00"]).ok();
    base.run(&["send", "--as-of", "2026-11-20T10:40:00"]);
    let said = base.texts("SELECT address || ' ' || state || coalesce(' ' || reason, '') FROM messages ORDER BY 1");
    assert_eq!(said, ["no@example.com held no consent", "nothing@example.com sent", "yes@example.com held no consent"]);
}

/// A signup of the week before is no reason to write to somebody on the day on which its path is first walked, whether or not anything
/// was imported as history before.
#[test]
fn what_happened_before_a_path_began_is_history_to_it() {
    for history in [&[][..], &["--history"]] {
        let base = Base::new();
        base.write("sops/fields.yaml", include_str!("../sops/fields.yaml"));
        base.write("sops/delivery.yaml", "send:\n  email: {via: csv, address: email}\n");
        base.write("sops/content/a.md", "---\nmedium: email\nsubject: hello\n---\nhello, unsubscribe\n");
        base.write("leads.csv", "id,邮箱\n1,a1@example.com\n");
        base.write("before.csv", "email,行为,时间\na1@example.com,webinar_signup,2026-11-18 09:00:00\n");
        base.write("after.csv", "email,行为,时间\na1@example.com,webinar_signup,2026-11-20 11:00:00\n");
        base.run(&[&["import", "leads.csv", "--as-of", "2026-11-10T10:00:00"][..], history].concat()).ok();
        base.run(&["tick", "--as-of", "2026-11-10T11:00:00"]).ok();
        base.run(&["import", "before.csv", "--as-of", "2026-11-18T10:00:00"]).ok();
        base.write("sops/nurture/p.yaml", "enroll: {event: webinar_signup}\nsteps:\n  - {id: one, day: 1, send: email, content: a}\n");
        base.run(&["tick", "--as-of", "2026-11-20T10:00:00"]).ok();
        assert_eq!(base.number("SELECT count(*) FROM enrollments"), 0, "{history:?}");
        base.run(&["import", "after.csv", "--as-of", "2026-11-20T11:30:00"]).ok();
        base.run(&["tick", "--as-of", "2026-11-20T12:00:00"]).ok();
        assert_eq!(base.number("SELECT count(*) FROM enrollments"), 1, "{history:?}");
    }
}
