//! Whom `sop send` spares: who shares an address hears from us as one person, nobody pays for a refusal that is about us, and what nobody
//! knows is told until somebody decides.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;
mod post;

use base::{Base, Run};
use post::{Act, MailServer, NOON, leads, message, put};
use sop::model::{Instant, MessageState};

/// A base whose mails go to a server on this machine.
fn world(port: u16, more: &str, csv: &str) -> Base {
    let smtp = format!("{{via: smtp, address: email, host: 127.0.0.1, port: {port}, tls: none, from: \"市场部 <mkt@example.com>\"{more}}}");
    let base = Base::with(&[("sops/delivery.yaml", &format!("send:\n  email: {smtp}\n"))]);
    leads(&base, csv);
    base
}

fn sop(base: &Base, after: i64, args: &[&str]) -> Run {
    let at = Instant(NOON + after).rfc3339();
    base.run(&[args, &["--as-of", &at]].concat())
}

fn told(base: &Base) -> Vec<String> {
    base.texts("SELECT lead || ' ' || state || coalesce(' ' || reason, '') FROM messages ORDER BY lead, step")
}

/// Five leads with an address each.
const FIVE: &str = "编号,姓名,邮箱\nR-1,王芳,a@example.com\nR-2,李雷,b@example.com\nR-3,韩梅,c@example.com\nR-4,赵六,d@example.com\nR-5,钱七,e@example.com\n";

#[test]
fn who_shares_a_mailbox_hears_from_us_as_one_person() {
    let server = MailServer::new(&[]);
    let shared = "编号,姓名,邮箱\nR-1,王芳,info@corp.com\nR-2,李雷,INFO@corp.com\nR-3,韩梅,info@corp.com\nR-4,赵六,d@example.com\n";
    let base = world(server.port, ", limits: {per_day: 1}", shared);
    let mut all: Vec<_> = (1..=4).map(|lead| message(lead, "email", "guide")).collect();
    all[2].service = true;
    put(&base, &all, &[]);
    let dry = sop(&base, 0, &["send", "--dry-run", "-f", "json"]).ok().json();
    let sent = sop(&base, 0, &["send", "-f", "json"]).ok().json();
    assert_eq!(dry["rows"], sent["rows"], "a rehearsal keeps the same limits");
    let mut to = server.recipients();
    to.sort();
    assert_eq!(to, ["d@example.com", "info@corp.com", "info@corp.com"], "one advertises, one serves");
    assert_eq!(told(&base)[1], "2 deferred limit: 1 a day by email, which this address has had as another lead's");
    sop(&base, 86_400, &["send"]).ok();
    assert_eq!(told(&base)[1], "2 sent", "its turn comes on another day");
}

#[test]
fn a_refusal_that_is_about_us_costs_nobody_an_address() {
    let refused = |text| [Act::Say("RCPT", text); 3];
    for text in ["550 Domain frequency limited", "554 5.7.1 Relay access denied"] {
        let server = MailServer::new(&refused(text));
        let base = world(server.port, "", FIVE);
        put(&base, &(1..=5).map(|lead| message(lead, "email", "guide")).collect::<Vec<_>>(), &[]);
        let run = sop(&base, 0, &["send"]).ends(7);
        assert!(run.said().contains("3 recipients in a row were refused alike"), "{}", run.said());
        assert!(run.stdout().contains("3 to be tried again") && !run.stdout().contains("failed"), "{}", run.stdout());
        assert_eq!(base.number("SELECT count(*) FROM messages WHERE state = 'queued'"), 5, "{:?}", told(&base));
        assert_eq!(base.number("SELECT count(*) FROM suppressions"), 0);
        sop(&base, 3600, &["send"]).ok();
        assert_eq!(server.recipients().len(), 5, "once the cause is mended everybody gets it");
    }
}

#[test]
fn what_failed_is_tried_again_when_asked_but_never_where_nobody_is() {
    let server = MailServer::new(&[Act::Say("RCPT", "550 Mail content denied"), Act::Say("RCPT", "550 5.1.1 no such user")]);
    let base = world(server.port, "", FIVE);
    put(&base, &(1..=3).map(|lead| message(lead, "email", "guide")).collect::<Vec<_>>(), &[]);
    sop(&base, 0, &["send"]).ends(7);
    assert_eq!(told(&base)[0], "1 failed 550 Mail content denied");
    assert_eq!(base.texts("SELECT address FROM suppressions"), ["b@example.com"], "only the one where nobody is");
    sop(&base, 60, &["send"]).ok();
    assert_eq!(server.recipients(), ["c@example.com"], "unasked nothing is");
    sop(&base, 120, &["send", "--retry-failed"]).ok();
    assert_eq!(told(&base), ["1 sent", "2 failed 550 5.1.1 no such user", "3 sent"]);
    assert_eq!(server.recipients(), ["c@example.com", "a@example.com"]);
}

#[test]
fn what_a_dead_run_left_behind_is_no_success() {
    let server = MailServer::new(&[]);
    let base = world(server.port, "", FIVE);
    let mut all: Vec<_> = (1..=2).map(|lead| message(lead, "email", "guide")).collect();
    all[0].state = MessageState::Sending;
    put(&base, &all, &[]);
    let run = sop(&base, 0, &["send"]).ends(7);
    assert!(run.stdout().contains("1 may have left") && run.stdout().contains("1 sent"), "{}", run.stdout());
    // It was told once; what stays is said, and is no failure of this run.
    let next = sop(&base, 60, &["send"]).ok();
    assert!(next.said().contains("1 may have left") && next.said().contains("--retry-unknown"), "{}", next.said());
    let list = sop(&base, 120, &["outbox", "list"]).ok();
    assert!(list.stdout().contains("1 may have left (a run ended over them)"), "{}", list.stdout());
    sop(&base, 180, &["send", "--retry-unknown"]).ok();
    assert_eq!(told(&base), ["1 sent", "2 sent"]);
}
