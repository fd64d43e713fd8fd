//! What `sop send` promises, against servers on this machine that do as they are told: nobody is written to twice, nothing is lost,
//! and what a server meant is what becomes of the message.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;
mod post;

use base::{Base, Run};
use post::{Act, MailServer, NOON, WebServer, leads, message, notice, put};
use sop::deliver::{Letter, Outcome, Server, Smtp, Tls};
use sop::model::{Instant, Message};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::{Duration, Instant as Moment};

const LEADS: &str = "姓名,邮箱,手机,企微客户ID,短信授权,负责人\n王芳,fang@example.com,13920417003,wm1,是,张伟\n李雷,lei@example.com,13920417040,wm2,否,张伟\n韩梅,mei@example.com,13920417055,wm3,,李四\n";

/// A base with three leads whose mails go to a server on this machine.
fn world(port: u16, more: &str) -> Base {
    let smtp = format!(
        "{{via: smtp, address: email, host: 127.0.0.1, port: {port}, tls: none, from: \"市场部 <mkt@example.com>\", username: mkt, password_env: SOP_TEST_PASSWORD{more}}}"
    );
    let base = Base::with(&[("sops/delivery.yaml", &format!("send:\n  email: {smtp}\n"))]);
    leads(&base, LEADS);
    base
}

/// `sop` at an instant after noon, with the secrets in its environment.
fn sop(base: &Base, after: i64, args: &[&str]) -> Run {
    let at = Instant(NOON + after).rfc3339();
    let args = [args, &["--as-of", &at]].concat();
    let mut command = base.command(&args);
    command
        .env("SOP_TEST_PASSWORD", "geheim")
        .env("NO_PROXY", "*")
        .env_remove("http_proxy")
        .env_remove("HTTP_PROXY")
        .env_remove("ALL_PROXY")
        .env_remove("all_proxy");
    Run { line: args.join(" "), output: command.output().unwrap() }
}

fn with_url(base: &Base, after: i64, url: &str, args: &[&str]) -> Run {
    let at = Instant(NOON + after).rfc3339();
    let args = [args, &["--as-of", &at]].concat();
    let mut command = base.command(&args);
    command.env("SOP_TEST_URL", url).env("NO_PROXY", "*").env_remove("http_proxy").env_remove("HTTP_PROXY").env_remove("ALL_PROXY").env_remove("all_proxy");
    Run { line: args.join(" "), output: command.output().unwrap() }
}

/// State and reason of every message by its lead.
fn states(base: &Base) -> BTreeMap<i64, (String, String)> {
    let db = base.open();
    let mut all = db.prepare("SELECT lead, state, coalesce(reason, '') FROM messages").unwrap();
    all.query_map([], |r| Ok((r.get(0)?, (r.get(1)?, r.get(2)?)))).unwrap().map(Result::unwrap).collect()
}

fn state(base: &Base, lead: i64) -> String {
    states(base)[&lead].0.clone()
}

fn three() -> Vec<Message> {
    (1..=3).map(|lead| message(lead, "email", "guide")).collect()
}

fn letter<'a>(id: &'a str, to: &'a str) -> Letter<'a> {
    Letter { id, medium: "email", to, name: Some("王芳"), subject: Some("案例"), body: "您好", service: false, at: Instant(NOON) }
}

fn direct(port: u16) -> Smtp {
    let (host, from) = ("127.0.0.1".to_owned(), "市场部 <mkt@example.com>".to_owned());
    Smtp::new(Server { host, port, tls: Tls::None, ca: None, from, login: None, patience: Duration::from_millis(300) }).unwrap()
}

/// `=?utf-8?b?…?=` and bodies in base64, read back.
fn base64(text: &str) -> String {
    let value = |c: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|x| *x == c);
    let digits: Vec<u32> = text.bytes().filter_map(value).map(|d| u32::try_from(d).unwrap()).collect();
    let bytes = digits.chunks(4).flat_map(|c| {
        let n = c.iter().enumerate().fold(0_u32, |n, (i, d)| n | d << (18 - 6 * i));
        n.to_be_bytes()[1..c.len()].to_vec()
    });
    String::from_utf8(bytes.collect()).unwrap()
}

fn header(mail: &str, name: &str) -> String {
    let unfolded = mail.replace("\r\n ", " ");
    let line = unfolded.split("\r\n").find_map(|l| l.strip_prefix(&format!("{name}: "))).unwrap_or_else(|| panic!("no {name} in {mail}")).to_owned();
    let words = line.split(' ').map(|word| word.strip_prefix("=?utf-8?b?").and_then(|w| w.strip_suffix("?=")).map_or_else(|| format!(" {word}"), base64));
    words.collect::<String>().trim().to_owned()
}

#[test]
fn mails_arrive_once_with_names_and_subjects_as_they_were_written() {
    let server = MailServer::new(&[]);
    let base = world(server.port, "");
    put(&base, &three(), &[]);
    let dry = sop(&base, 0, &["send", "--dry-run", "-f", "json"]).ok().json();
    assert_eq!(server.recipients(), Vec::<String>::new(), "a rehearsal stops before the server");
    let run = sop(&base, 0, &["send", "-f", "json"]).ok();
    assert_eq!(run.json()["rows"], dry["rows"], "a rehearsal prints the same plan");
    assert_eq!(server.recipients(), ["fang@example.com", "lei@example.com", "mei@example.com"]);
    assert_eq!(*server.connections.lock().unwrap(), 1, "one connection for all");
    let mail = server.mails.lock().unwrap()[0].1.clone();
    assert_eq!(header(&mail, "Subject"), "三分钟看懂：guide");
    assert!(header(&mail, "From").contains("市场部") && header(&mail, "To").contains("王芳"), "{mail}");
    assert_eq!(header(&mail, "Message-ID"), format!("<{}@example.com>", three()[0].id));
    assert_eq!(header(&mail, "Date"), "Fri, 20 Nov 2026 04:00:00 +0000");
    assert_eq!(header(&mail, "List-Unsubscribe"), "<mailto:mkt@example.com?subject=unsubscribe>");
    assert_eq!(header(&mail, "Auto-Submitted"), "auto-generated");
    assert!(states(&base).values().all(|(s, _)| s == "sent"));
    let again = sop(&base, 60, &["send"]).ok();
    assert!(again.stdout().contains("nothing is due"), "{}", again.said());
    assert_eq!(server.recipients().len(), 3);
}

#[test]
fn what_a_server_says_is_what_becomes_of_the_message() {
    let server = MailServer::new(&[
        Act::Say("RCPT", "450 4.2.1 greylisted, come back"),
        Act::Say("RCPT", "550 5.1.1 no such user"),
        Act::Say(".", "554 5.7.1 this looks like spam"),
    ]);
    let base = world(server.port, "");
    put(&base, &three(), &[]);
    let run = sop(&base, 0, &["send"]).ends(7);
    assert!(run.stdout().contains("2 failed (email)") && run.stdout().contains("1 to be tried again"), "{}", run.said());
    let all = states(&base);
    assert_eq!(all[&1], ("queued".into(), "450 4.2.1 greylisted, come back".into()));
    assert_eq!(all[&2], ("failed".into(), "550 5.1.1 no such user".into()));
    assert_eq!(all[&3].0, "failed");
    // Nobody is at the second address: it is closed. The third is somebody's, whatever they think of our text.
    assert_eq!(base.texts("SELECT address || ' ' || kind FROM suppressions"), ["lei@example.com bounce"]);
    // Not before its time, and then once.
    sop(&base, 30, &["send"]).ok();
    assert_eq!(state(&base, 1), "queued");
    sop(&base, 90, &["send"]).ok();
    assert_eq!((state(&base, 1).as_str(), server.recipients()), ("sent", vec!["fang@example.com".to_owned()]));
    // A later message to the closed address stays.
    put(&base, &[message(2, "email", "case")], &[]);
    sop(&base, 120, &["send"]).ok();
    assert_eq!(base.texts("SELECT state || ' ' || reason FROM messages WHERE step = 'case'"), ["suppressed bounce"]);
}

#[test]
fn a_mail_that_may_have_been_taken_is_not_sent_again_unasked() {
    let server = MailServer::new(&[Act::Accept, Act::DropAfterData]);
    let base = world(server.port, "");
    put(&base, &three(), &[]);
    let run = sop(&base, 0, &["send"]).ends(7);
    assert!(run.said().contains("--retry-unknown"), "{}", run.said());
    assert_eq!(state(&base, 2), "unknown");
    assert_eq!((state(&base, 1).as_str(), state(&base, 3).as_str()), ("sent", "sent"), "the others left over a new connection");
    sop(&base, 100_000, &["send"]).ok();
    assert_eq!(server.recipients().len(), 3);
    sop(&base, 100_060, &["send", "--retry-unknown"]).ok();
    assert_eq!((state(&base, 2).as_str(), server.recipients().len()), ("sent", 4));
}

#[test]
fn a_server_that_is_not_there_costs_no_message_an_attempt() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = world(port, "");
    put(&base, &three(), &[]);
    let run = sop(&base, 0, &["send"]).ends(7);
    assert!(run.said().contains("refused") && run.said().contains("3 more wait"), "{}", run.said());
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE state = 'queued' AND attempts = 0"), 3);
}

#[test]
fn a_wrong_password_stops_the_medium_and_is_never_printed() {
    let server = MailServer::new(&[]);
    let base = world(server.port, "");
    put(&base, &three(), &[]);
    let at = Instant(NOON).rfc3339();
    let missing = base.run(&["send", "--as-of", &at]).ends(7);
    assert!(missing.said().contains("SOP_TEST_PASSWORD is not set"), "{}", missing.said());
    let mut command = base.command(&["send", "-v", "--as-of", &at]);
    let wrong = Run { line: "send".into(), output: command.env("SOP_TEST_PASSWORD", "falsch").output().unwrap() }.ends(7);
    assert!(wrong.said().contains("the login was refused: 535") && !wrong.said().contains("falsch"), "{}", wrong.said());
    // The server repeats the right one; nobody else does.
    let base = world(MailServer::new(&[Act::Accept]).port, "");
    put(&base, &three(), &[]);
    let run = sop(&base, 0, &["send", "-f", "json"]).ok();
    assert!(!run.said().contains("geheim"));
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE state = 'sent'"), 3);
    assert!(!base.dump().values().flatten().any(|row| row.contains("geheim")));
}

#[test]
fn a_server_that_hangs_is_given_up_in_time() {
    for (act, outcome) in
        [(Act::HangAt("MAIL"), "transient"), (Act::HangAt("RCPT"), "transient"), (Act::HangAt("."), "unknown"), (Act::DropAt("RCPT"), "transient")]
    {
        let mut smtp = direct(MailServer::new(&[act]).port);
        let begun = Moment::now();
        let said = smtp.send(&letter("mabcdefghijk", "fang@example.com"));
        let is = match &said {
            Outcome::Transient(_) => "transient",
            Outcome::Unknown(_) => "unknown",
            _ => "something else",
        };
        assert_eq!(is, outcome, "{act:?}: {said:?}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{act:?}");
    }
    // Slow is not silent.
    let mut smtp = direct(MailServer::new(&[Act::Slow(Duration::from_millis(100))]).port);
    assert_eq!(smtp.send(&letter("mabcdefghijk", "fang@example.com")), Outcome::Accepted);
}

#[test]
fn a_server_that_hangs_up_between_two_mails_is_called_again() {
    let server = MailServer::new(&[Act::AcceptAndLeave, Act::AcceptAndLeave, Act::Say("MAIL", "421 too many"), Act::Accept]);
    let mut smtp = direct(server.port);
    for to in ["a@example.com", "b@example.com", "c@example.com"] {
        assert_eq!(
            smtp.send(&letter("mabcdefghijk", to)),
            if to.starts_with('c') { Outcome::Transient("421 too many".into()) } else { Outcome::Accepted },
            "{to}"
        );
    }
    assert_eq!(smtp.send(&letter("mabcdefghijk", "c@example.com")), Outcome::Accepted);
    assert_eq!(server.recipients(), ["a@example.com", "b@example.com", "c@example.com"]);
}

#[test]
fn attempts_end() {
    let server = MailServer::new(&[Act::Say("RCPT", "451 not now"); 9]);
    let base = world(server.port, "");
    put(&base, &three()[..1], &[]);
    let mut after = 0;
    let mut waits = Vec::new();
    for _ in 0..8 {
        sop(&base, after, &["send"]).ends(7);
        let next = base.number("SELECT coalesce(next_try, 0) FROM messages");
        waits.push((next - NOON - after).max(0) / 60);
        after = (next - NOON).max(after) + 60;
    }
    assert_eq!(waits, [1, 5, 25, 125, 360, 360, 360, 0]);
    assert_eq!(states(&base)[&1], ("failed".into(), "given up after 8 attempts: 451 not now".into()));
    assert_eq!(base.number("SELECT count(*) FROM suppressions"), 0);
}

#[test]
fn gates_are_asked_again_when_a_message_leaves() {
    let server = MailServer::new(&[]);
    let more = ", hours: \"09:00-20:00\", consent: \"coalesce(consent_sms, TRUE) = TRUE\", limits: {per_day: 1}";
    let base = world(server.port, more);
    let mut all = three(); // the second refused
    all.push(message(1, "email", "second"));
    put(&base, &all, &[]);
    sop(&base, 0, &["send"]).ok();
    let of = |step: &str, lead: i64| {
        base.texts(&format!("SELECT state || ' ' || coalesce(reason, '') FROM messages WHERE step = '{step}' AND lead = {lead}"))[0].clone()
    };
    assert_eq!(of("guide", 2), "held no consent");
    let (guide, second) = (of("guide", 1), of("second", 1));
    let one = [guide, second];
    assert!(one.contains(&"sent ".to_owned()) && one.contains(&"deferred limit: 1 a day by email".to_owned()), "{one:?}");
    let tomorrow = base.number("SELECT not_before FROM messages WHERE state = 'deferred'");
    assert_eq!(tomorrow, NOON + 21 * 3600, "when the hours of the next day begin");
    sop(&base, 20 * 3600, &["send"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE state = 'deferred'"), 1);
    sop(&base, 21 * 3600, &["send"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE state = 'sent'"), 3);
    // In the night nothing leaves, and what is too late by then never does.
    let mut late = message(3, "email", "late");
    late.not_after = Some(Instant(NOON + 34 * 3600));
    put(&base, &[late, message(3, "email", "night")], &[]);
    sop(&base, 33 * 3600, &["send"]).ok();
    assert_eq!(of("late", 3), "skipped too late: outside its hours");
    assert_eq!(of("night", 3), "queued outside its hours");
}

#[test]
fn a_limit_of_this_call_is_kept_and_media_can_be_named() {
    let server = MailServer::new(&[]);
    let base = world(server.port, "");
    put(&base, &three(), &[]);
    sop(&base, 0, &["send", "--limit", "2"]).ok();
    assert_eq!(server.recipients().len(), 2);
    sop(&base, 10, &["send", "--medium", "sms"]).ok();
    assert_eq!(server.recipients().len(), 2);
    sop(&base, 20, &["send", "--medium", "emial"]).refused(2, &["there is no medium `emial`", "did you mean `email`?"]);
    sop(&base, 30, &["send", "--medium", "email"]).ok();
    assert_eq!(server.recipients().len(), 3);
}

#[test]
fn what_left_cannot_be_undone_and_what_waits_can_be_cancelled() {
    let server = MailServer::new(&[]);
    let base = world(server.port, "");
    put(&base, &three(), &[]);
    sop(&base, 0, &["send", "--limit", "1"]).ok();
    let runs = base.number("SELECT max(run) FROM runs");
    for run in [runs, runs - 1] {
        sop(&base, 10, &["undo", &run.to_string(), "--yes"]).refused(2, &[" left, or may have: nobody can take ", "sop outbox cancel"]);
    }
    let id = three()[1].id.to_string();
    let sent = three()[0].id.to_string();
    sop(&base, 10, &["outbox", "cancel", &sent, "--why", "x"]).refused(2, &["is sent"]);
    sop(&base, 10, &["outbox", "cancel", &id, "--why", "他打来电话了"]).ok();
    sop(&base, 10, &["outbox", "cancel", "mei@example.com", "--why", "called", "--dry-run"]).ok();
    assert_eq!(states(&base)[&2], ("cancelled".into(), "他打来电话了".into()));
    assert_eq!(state(&base, 3), "queued");
    sop(&base, 10, &["outbox", "cancel", "--path", "web-from", "--why", "x"]).refused(2, &["did you mean `web-form`?"]);
    sop(&base, 10, &["outbox", "cancel", "--path", "web-form", "--why", "the offer has ended"]).ok();
    sop(&base, 60, &["send"]).ok();
    assert_eq!(server.recipients().len(), 1);
    let list = sop(&base, 60, &["outbox", "list", "--state", "all", "-f", "json"]).ok().json();
    assert_eq!(list["totals"]["states"], serde_json::json!({"sent": 1, "cancelled": 2}));
    assert_eq!(list["totals"]["reasons"]["the offer has ended"], 1);
    let row = list["rows"].as_array().unwrap().iter().find(|r| r["state"] == "sent").unwrap().clone();
    assert_eq!(row["address"], "f***@example.com", "addresses are masked");
}

#[test]
fn without_a_server_files_are_written_once() {
    let base = Base::with(&[("sops/delivery.yaml", "send:\n  sms: {via: csv, address: phone, consent: consent_sms = TRUE}\n")]);
    leads(&base, LEADS);
    let mut all: Vec<Message> = (1..=3).flat_map(|lead| ["email", "sms", "wecom"].map(|m| message(lead, m, m))).collect();
    all.iter_mut().filter(|m| m.medium == "wecom").for_each(|m| m.colleague = Some(if m.lead.0 == 3 { "李四" } else { "张伟" }.into()));
    let gone = all.iter().position(|m| m.medium == "sms" && m.lead.0 == 1).unwrap();
    all[gone].body = Some("【示例科技】=1+1 拒收请回复R".into());
    put(&base, &all, &[notice(7, "zhang.wei")]);
    let dry = sop(&base, 0, &["send", "--dry-run"]).ok();
    assert!(!base.path().join("outbox").exists(), "{}", dry.said());
    sop(&base, 0, &["send"]).ok();
    let read = |name: &str| {
        let text = std::fs::read_to_string(base.path().join("outbox/2026-11-20").join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes())
            .into_deserialize::<BTreeMap<String, String>>()
            .map(Result::unwrap)
            .collect::<Vec<_>>()
    };
    let column = |name: &str, column: &str| read(name).iter().map(|r| r[column].clone()).collect::<Vec<_>>();
    assert_eq!(column("email.csv", "address"), ["fang@example.com", "lei@example.com", "mei@example.com"]);
    assert_eq!(column("sms.csv", "address"), ["13920417003"], "only who agreed");
    assert_eq!((column("wecom/张伟.csv", "name"), column("wecom/李四.csv", "name")), (vec!["王芳".to_owned(), "李雷".into()], vec!["韩梅".to_owned()]));
    assert_eq!(column("notices.csv", "subject"), ["高价值行为"]);
    assert!(column("email.csv", "text")[0].contains("查看案例 (https://example.com/a)"));
    let files = || std::fs::read(base.path().join("outbox/2026-11-20/email.csv")).unwrap();
    let before = files();
    sop(&base, 60, &["send"]).ok();
    assert_eq!(before, files());
    // A run that died between its commit and its files is made good, and only what is missing is written.
    base.open()
        .execute("UPDATE meta SET value = (SELECT json_object('run', max(sent_run), 'day', '2026-11-20') FROM messages) WHERE name = 'outbox_pending'", [])
        .unwrap();
    std::fs::remove_file(base.path().join("outbox/2026-11-20/wecom/李四.csv")).unwrap();
    sop(&base, 120, &["send"]).ok();
    assert_eq!((before, column("wecom/李四.csv", "name")), (files(), vec!["韩梅".to_owned()]));
    // What waits is handed out in full on request, and stays where it is.
    put(&base, &[message(1, "email", "next")], &[]);
    sop(&base, 180, &["outbox", "export", "-o", "lists"]).ok();
    let text = std::fs::read_to_string(base.path().join("lists/2026-11-20/email.csv")).unwrap();
    assert!(text.contains("fang@example.com") && text.contains("三分钟看懂：next"), "{text}");
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE step = 'next' AND state = 'queued'"), 1);
}

#[test]
fn colleagues_are_told_by_every_entry() {
    let (robot, system) = (
        WebServer::new(&[Some(("200 OK", r#"{"errcode":45009,"errmsg":"freq"}"#)), Some(("200 OK", r#"{"errcode":0}"#))]),
        WebServer::new(&[Some(("204 No Content", ""))]),
    );
    let notify = "notify:\n  robot: {via: webhook, shape: wecom, url_env: SOP_TEST_URL}\n  system: {via: webhook, shape: json, url_env: SOP_TEST_URL2}\n";
    let team = "owners:\n  zhang.wei: {name: 张伟, role: sales}\n";
    let base = Base::with(&[("sops/delivery.yaml", notify), ("sops/team.yaml", team)]);
    leads(&base, LEADS);
    put(&base, &[], &[notice(7, "zhang.wei"), notice(8, "somebody")]);
    let send = |after: i64, code: i32| {
        let at = Instant(NOON + after).rfc3339();
        let mut command = base.command(&["send", "--medium", "notify", "--as-of", &at]);
        command.env("SOP_TEST_URL", robot.url()).env("SOP_TEST_URL2", system.url()).env("NO_PROXY", "*");
        Run { line: "send".into(), output: command.output().unwrap() }.ends(code)
    };
    let first = send(0, 7);
    assert!(!first.said().contains("geheim"), "{}", first.said());
    assert_eq!((robot.keys().len(), system.keys().len()), (2, 2));
    send(90, 0);
    assert_eq!((robot.keys().len(), system.keys().len()), (3, 2), "only what was not taken is told again");
    let told: Vec<String> = robot.bodies().iter().map(|b| b["text"]["content"].as_str().unwrap().to_owned()).collect();
    assert!(told.contains(&"@张伟 高价值行为\n申请试用".to_owned()), "{told:?}");
    assert_eq!(system.bodies()[0]["subject"], "高价值行为");
    assert_eq!(base.texts("SELECT DISTINCT state FROM notices"), ["sent"]);
    assert_eq!(base.number("SELECT count(*) FROM notices"), 4);
}

#[test]
fn a_web_address_is_told_each_message_with_its_number() {
    let server = WebServer::new(&[Some(("200 OK", "ok")), None, Some(("500 Oops", "<html>oops</html>")), Some(("200 OK", "ok"))]);
    let base = Base::with(&[("sops/delivery.yaml", "send:\n  im: {via: webhook, shape: json, address: email, url_env: SOP_TEST_URL}\n")]);
    leads(&base, LEADS);
    let all: Vec<Message> = (1..=3).map(|lead| message(lead, "im", "guide")).collect();
    put(&base, &all, &[]);
    let first = with_url(&base, 0, &server.url(), &["send"]).ends(7);
    assert!(!first.said().contains("geheim"), "{}", first.said());
    assert_eq!((state(&base, 1), state(&base, 2), state(&base, 3)), ("sent".into(), "unknown".into(), "queued".into()));
    with_url(&base, 90, &server.url(), &["send"]).ok();
    let ids: Vec<String> = all.iter().map(|m| m.id.to_string()).collect();
    assert_eq!(server.keys(), [ids[0].as_str(), &ids[1], &ids[2], &ids[2]]);
    assert_eq!(server.bodies()[0]["name"], "王芳");
    assert_eq!(server.bodies()[0]["subject"], "三分钟看懂：guide");
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    put(&base, &[message(1, "im", "more")], &[]);
    let run = with_url(&base, 120, &format!("http://127.0.0.1:{refused}/?key=geheim"), &["send"]).ends(7);
    assert!(!run.said().contains("geheim") && !base.dump().values().flatten().any(|r| r.contains("geheim")), "{}", run.said());
    with_url(&base, 130, "", &["send"]).ok(); // it waits a minute
    let unset = with_url(&base, 200, "", &["send"]).ends(7);
    assert!(unset.said().contains("SOP_TEST_URL is empty"), "{}", unset.said());
}

/// Before the first byte of a request was said nothing can have arrived: it is tried again, and nobody has to decide about it.
#[test]
fn what_was_never_said_has_not_left() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = deaf.local_addr().unwrap().port();
    std::thread::spawn(move || deaf.incoming().flatten().for_each(drop));
    let base = Base::with(&[("sops/delivery.yaml", "send:\n  im: {via: webhook, shape: json, address: email, url_env: SOP_TEST_URL}\n")]);
    leads(&base, LEADS);
    for (n, (url, state)) in [
        (format!("http://127.0.0.1:{free}/?key=geheim"), "queued"),
        ("https://nobody.invalid/?key=geheim".into(), "queued"),
        (format!("https://127.0.0.1:{port}/?key=geheim"), "queued"), // it hung up before the two had agreed on a key
        (format!("http://127.0.0.1:{port}/?key=geheim"), "unknown"), // it has heard something
    ]
    .into_iter()
    .enumerate()
    {
        let step = format!("s{n}");
        put(&base, &[message(1, "im", &step), message(2, "im", &step)], &[]);
        let run = with_url(&base, 0, &url, &["send", "--medium", "im"]).ends(7);
        assert!(!run.said().contains("geheim"), "{}", run.said());
        let said = base.texts(&format!("SELECT state || ' ' || attempts FROM messages WHERE step = '{step}' ORDER BY attempts DESC"));
        assert_eq!(said[0], format!("{state} 1"), "{url}: {}", run.said());
        if state == "queued" {
            assert_eq!(said[1], "queued 0", "{url}: the others are not tried in vain");
        }
        base.open().execute("DELETE FROM messages", []).unwrap();
    }
    // The same of a mail server: no attempt is counted at all.
    let base =
        Base::with(&[("sops/delivery.yaml", "send:\n  email: {via: smtp, address: email, host: nobody.invalid, port: 25, from: \"mkt@example.com\"}\n")]);
    leads(&base, LEADS);
    put(&base, &three(), &[]);
    let run = sop(&base, 0, &["send"]).ends(7);
    assert!(run.said().contains("nobody.invalid:25: no connection"), "{}", run.said());
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE state = 'queued' AND attempts = 0"), 3);
}

#[test]
fn two_do_not_send_at_once() {
    let server = MailServer::new(&[Act::Slow(Duration::from_millis(150)); 3]);
    let base = world(server.port, "");
    put(&base, &three(), &[]);
    let at = Instant(NOON).rfc3339();
    let mut first = base.command(&["send", "-q", "--as-of", &at]).env("SOP_TEST_PASSWORD", "geheim").spawn().unwrap();
    while *server.connections.lock().unwrap() == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    sop(&base, 0, &["send"]).refused(6, &["sop send"]);
    assert!(first.wait().unwrap().success());
    assert_eq!(server.recipients().len(), 3);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_between_two_messages() {
    let server = MailServer::new(&[Act::Slow(Duration::from_millis(80)); 3]);
    let base = world(server.port, "");
    put(&base, &three(), &[]);
    let at = Instant(NOON).rfc3339();
    let mut run = base.command(&["send", "--as-of", &at]).env("SOP_TEST_PASSWORD", "geheim").spawn().unwrap();
    while *server.connections.lock().unwrap() == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(200));
    assert!(std::process::Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap().success());
    assert_eq!(run.wait().unwrap().code(), Some(130));
    let sent = base.number("SELECT count(*) FROM messages WHERE state = 'sent'");
    assert_eq!(usize::try_from(sent).unwrap(), server.recipients().len(), "what left is known to have left");
    assert_eq!(base.number("SELECT count(*) FROM messages WHERE state IN ('sending', 'unknown')"), 0);
    sop(&base, 10, &["send"]).ok();
    assert_eq!(server.recipients().len(), 3);
}
