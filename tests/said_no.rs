//! Whoever said no is not written to, in whatever file and column the no arrives, and whatever address they have since.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::{Base, assert_same};

const LEADS: &str = "线索编号,姓名,手机,邮箱,创建时间\nN-1,赵一,13920417003,zhao@example.com,2026-03-01\nN-2,钱二,13920417040,qian@example.com,2026-03-01\nN-3,孙三,13920417050,sun@example.com,2026-03-01\n";

fn world() -> Base {
    let base = Base::new();
    let leads = base.write("leads.csv", LEADS).display().to_string();
    base.on("11-01", &["score", &leads]).ok();
    base
}

fn import(base: &Base, day: &str, name: &str, text: &str) -> base::Run {
    let path = base.write(name, text).display().to_string();
    base.on(day, &["import", &path, "-f", "json"])
}

fn notes(run: &base::Run) -> String {
    run.json()["notes"].as_array().unwrap().iter().map(|n| n["text"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

fn kind(run: &base::Run) -> String {
    run.json()["rows"][0]["kind"].as_str().unwrap_or_default().to_owned()
}

fn closed(base: &Base) -> Vec<String> {
    base.texts("SELECT address || ' ' || medium || ' ' || kind FROM suppressions ORDER BY 1")
}

fn reached(base: &Base, day: &str) -> Vec<String> {
    let run = base.on(day, &["leads", "--where", "contactable('email')", "--columns", "id", "-f", "csv"]).ok();
    let mut ids: Vec<String> = run.stdout().lines().skip(1).map(|l| l.split(',').next().unwrap_or_default().trim_matches('\u{feff}').to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn an_event_by_which_somebody_says_no_closes_the_address_and_undo_opens_it_again() {
    let base = world();
    let before = base.facts();
    let rows = "email,行为,时间\nzhao@example.com,退订,2026-11-17 10:00\nqian@example.com,投诉,2026-11-17 10:00\nsun@example.com,email_bounce,2026-11-17 10:00\n\
                nobody@example.com,unsubscribe,2026-11-17 10:00\nzhao@example.com,page_view,2026-11-17 09:00\nlater@example.com,软退信,2026-11-17 10:00\n";
    let run = import(&base, "11-18", "events.csv", rows).ok();
    let all = [
        "+8613920417040 * complaint",
        "nobody@example.com email unsubscribe",
        "qian@example.com * complaint",
        "sun@example.com email bounce",
        "zhao@example.com email unsubscribe",
    ];
    assert_eq!((kind(&run).as_str(), closed(&base)), ("events", all.map(str::to_owned).to_vec()));
    assert!(notes(&run).contains("addresses that must not be written to from now on: unsubscribe 2, bounce 1, complaint 2"), "{}", notes(&run));
    // They are still what the leads did.
    let timeline =
        "SELECT l.\"id\" || ' ' || d.kind FROM events e JOIN details d USING (detail) JOIN leads l USING (lead) WHERE d.kind IN ('unsubscribe', 'complaint')";
    assert_eq!(base.texts(&format!("{timeline} ORDER BY 1")), ["N-1 unsubscribe", "N-2 complaint"]);
    assert_eq!(reached(&base, "11-18"), [] as [&str; 0]);
    base.on("11-18", &["undo", "--yes"]).ok();
    assert_same("taken back", &before, &base.facts());
}

#[test]
fn an_event_is_obeyed_once_and_in_a_first_import_too() {
    let base = Base::new();
    let leads = base.write("leads.csv", LEADS).display().to_string();
    let events = base.write("events.csv", "Email,Event,Timestamp\nzhao@example.com,Unsubscribed,2026-11-17 10:00\n").display().to_string();
    base.on("11-18", &["score", &leads, &events]).ok();
    assert_eq!(closed(&base), ["zhao@example.com email unsubscribe"]);
    base.on("11-19", &["suppress", "--lift", "zhao@example.com", "--why", "asked us to"]).ok();
    base.on("11-20", &["import", &events]).ok();
    assert_eq!(closed(&base), [] as [&str; 0], "it was told before");
}

/// Who writes to nobody is told, and a million events are read no slower for it; the file closes what it says once there is a path.
#[test]
fn where_no_path_writes_to_anybody_nothing_is_closed_until_one_does() {
    let base = Base::with(&[("sops/fields.yaml", include_str!("../sops/fields.yaml"))]);
    let leads = base.write("leads.csv", LEADS).display().to_string();
    base.on("11-01", &["score", &leads]).ok();
    let rows = "email,行为,时间\nzhao@example.com,退订,2026-11-17 10:00\n";
    let run = import(&base, "11-18", "events.csv", rows).ok();
    assert!(notes(&run).contains("some events say no (unsubscriptions, complaints, bounces); no path"), "{}", notes(&run));
    assert_eq!(closed(&base), [] as [&str; 0]);
    base.write("sops/content/a.md", "---\nmedium: email\nsubject: hello\n---\nhello, unsubscribe\n");
    base.write("sops/nurture/p.yaml", "enroll: {when: \"email IS NOT NULL\"}\nsteps:\n  - {id: one, day: 1, send: email, content: a}\n");
    import(&base, "11-19", "events.csv", rows).ok();
    assert_eq!(closed(&base), ["zhao@example.com email unsubscribe"]);
}

#[test]
fn an_event_that_names_no_address_closes_those_of_its_lead_when_it_is_known() {
    let base = world();
    import(&base, "11-18", "events.csv", "线索编号,行为,时间\nN-1,短信退订,2026-11-17 10:00\nN-2,退订,2026-11-17 10:00\nN-9,邮件退订,2026-11-17 10:00\n").ok();
    assert_eq!(
        closed(&base),
        ["+8613920417003 sms unsubscribe", "+8613920417040 call unsubscribe", "+8613920417040 sms unsubscribe", "qian@example.com email unsubscribe"]
    );
    let run = import(&base, "11-19", "late.csv", "线索编号,姓名,邮箱\nN-9,李九,li@example.com\n").ok();
    assert!(closed(&base).contains(&"li@example.com email unsubscribe".to_owned()), "{:?}", closed(&base));
    assert!(notes(&run).contains("unsubscribe 1"), "{}", notes(&run));
}

#[test]
fn who_said_no_is_left_alone_at_a_new_address_and_a_bounce_is_no_word_of_theirs() {
    let base = world();
    let rows = "邮箱,反馈类型,时间\nzhao@example.com,退订,2026-11-17 10:00\nqian@example.com,退信,2026-11-17 10:00\n";
    let run = import(&base, "11-18", "november.csv", rows).ok();
    assert_eq!((kind(&run).as_str(), reached(&base, "11-18")), ("feedback", vec!["N-3".to_owned()]));
    import(&base, "11-19", "crm.csv", "线索编号,邮箱,姓名\nN-1,zhao.new@example.com,赵一\nN-2,qian.new@example.com,钱二\n").ok();
    assert_eq!(reached(&base, "11-19"), ["N-2", "N-3"], "the new address of whoever bounced is good");
    // At the claim, too.
    let sql =
        "INSERT INTO messages (message, enrollment, lead, path, step, part, medium, service, content, address, subject, body, state, due_at, not_before, run)
        SELECT lead, lead, lead, 'web-form', 'guide', 'main', 'email', 0, 'x', email, 's', 'b', 'queued', 0, 0, 1 FROM leads";
    base.open().execute(sql, []).unwrap();
    base.on("11-19", &["send"]).ok();
    let states = base.texts("SELECT l.\"id\" || ' ' || state || ' ' || coalesce(reason, '') FROM messages m JOIN leads l USING (lead) ORDER BY 1");
    assert_eq!(states, ["N-1 suppressed unsubscribe", "N-2 sent ", "N-3 sent "]);
    // Whoever opens the old address again opens the person.
    base.on("11-20", &["suppress", "--lift", "zhao@example.com", "--why", "asked us to"]).ok();
    assert_eq!(reached(&base, "11-20"), ["N-1", "N-2", "N-3"]);
}

#[test]
fn a_new_address_by_hand_takes_no_word_back() {
    let base = world();
    import(&base, "11-18", "november.csv", "邮箱,反馈类型,时间\nzhao@example.com,退订,2026-11-17 10:00\n").ok();
    let run = base.on("11-19", &["set", "N-1", "email=zhao.new@example.com", "--why", "told us"]).ok();
    assert_eq!(reached(&base, "11-19"), ["N-2", "N-3"], "{}", run.said());
    assert!(run.said().contains("`zhao@example.com` still finds this lead"), "{}", run.said());
}

#[test]
fn where_an_unsubscription_closes_the_address_alone_another_address_stays_open() {
    let base = Base::with(&[("sops/delivery.yaml", "suppress_on: {unsubscribe: address}\n")]);
    base.on("11-01", &["score", &base.write("leads.csv", LEADS).display().to_string()]).ok();
    import(&base, "11-18", "november.csv", "邮箱,反馈类型,时间\nzhao@example.com,退订,2026-11-17 10:00\n").ok();
    import(&base, "11-19", "crm.csv", "线索编号,邮箱,姓名\nN-1,zhao.new@example.com,赵一\n").ok();
    assert_eq!(reached(&base, "11-19"), ["N-1", "N-2", "N-3"]);
}

#[test]
fn files_of_what_came_back_are_not_taken_for_leads() {
    for (name, text, is, says) in [
        ("a.csv", "邮箱,反馈类型,时间\nzhao@example.com,退订,2026-11-17 10:00\n", "feedback", "zhao@example.com email unsubscribe"),
        ("a.csv", "邮箱,退订时间\nzhao@example.com,2026-11-17 10:00\n", "feedback", "zhao@example.com email unsubscribe"),
        ("a.csv", "收件人,反馈类型,时间,主题\nzhao@example.com,投诉,2026-11-17 10:00,您好\n", "feedback", "zhao@example.com * complaint"),
        ("a.csv", "收件人,事件,时间\nx@example.com,退订,2026-11-17 10:00\n", "feedback", "x@example.com email unsubscribe"),
        ("a.csv", "手机,回复,时间\n13920417003,TD,2026-11-17 10:00\n", "sms-replies", "+8613920417003 sms unsubscribe"),
        ("a.csv", "手机号码,短信内容,上行时间\n13920417003,退订,2026-11-17 10:00\n", "sms-replies", "+8613920417003 sms unsubscribe"),
        ("suppression_bounces.csv", "email,reason,status,created\nx@example.com,no such user,5.1.1,1793592400\n", "feedback", "x@example.com email bounce"),
        ("退订名单.csv", "邮箱\nzhao@example.com\n", "feedback", "zhao@example.com email unsubscribe"),
    ] {
        let base = world();
        let run = import(&base, "11-18", name, text).ok();
        assert_eq!(kind(&run), is, "{text}");
        assert!(closed(&base).contains(&says.to_owned()), "{text}: {:?}", closed(&base));
        assert_eq!(base.number("SELECT count(*) FROM leads"), 3, "{text}");
    }
}

#[test]
fn what_may_be_feedback_is_asked_for_by_name() {
    let base = world();
    import(&base, "11-18", "a.csv", "email,reason,status,created\nx@example.com,no such user,5.1.1,1793592400\n")
        .refused(4, &["several kinds", "--as feedback"]);
    import(&base, "11-18", "b.csv", "邮箱,状态,时间\nzhao@example.com,已退订,2026-11-17 10:00\n").refused(4, &["状态", "--as feedback", "--as stages"]);
    import(&base, "11-18", "c.csv", "手机,短信内容,时间\n13920417003,好的,2026-11-17 10:00\n").refused(4, &["--as sms-replies"]);
    import(&base, "11-18", "d.csv", "收件人,退信原因\nx@example.com,no such user\n").refused(4, &["--as feedback"]);
    // By name, the state of a mail is what came back.
    let path = base.path().join("b.csv").display().to_string();
    base.on("11-18", &["import", &path, "--as", "feedback"]).ok();
    assert_eq!(closed(&base), ["zhao@example.com email unsubscribe"]);
    // Lists of leads with a state are what they were.
    assert_eq!(kind(&import(&base, "11-18", "e.csv", "姓名,邮箱,状态,创建时间\n甲,a@b.cn,新线索,2026-11-01\n").ok()), "leads");
}

#[test]
fn columns_in_which_a_crm_says_no_take_consent() {
    let both = ["email 0", "sms 0"];
    for (header, cell, says) in [
        ("HasOptedOutOfEmail", "TRUE", &both[..1]),
        ("Email Opt Out", "1", &both[..1]),
        ("Unsubscribed from all email", "true", &both[..1]),
        ("Do Not Email", "Yes", &both[..1]),
        ("拒收邮件", "是", &both[..1]),
        ("同意接收邮件", "否", &both[..1]),
        ("短信退订", "已退订", &both[1..]),
        ("退订", "是", &both),
        ("退订", "已退订", &both),
        ("是否退订", "是", &both),
        ("勿扰", "是", &both),
        ("营销许可", "否", &both),
        ("退订时间", "2026-11-01 10:00", &both),
        // Whoever did not object has not agreed yet.
        ("HasOptedOutOfEmail", "FALSE", &[]),
        ("勿扰", "否", &[]),
    ] {
        let base = world();
        let run = import(&base, "11-18", "crm.csv", &format!("线索编号,姓名,公司,职位,{header}\nN-1,赵一,甲公司,经理,{cell}\n")).ok();
        let consents = "SELECT 'email ' || consent_email FROM leads WHERE \"id\" = 'N-1' AND consent_email IS NOT NULL
            UNION ALL SELECT 'sms ' || consent_sms FROM leads WHERE \"id\" = 'N-1' AND consent_sms IS NOT NULL";
        assert_eq!(base.texts(consents), says, "{header}={cell}: {}", notes(&run));
        assert_eq!(reached(&base, "11-18").contains(&"N-1".to_owned()), !says.contains(&"email 0"), "{header}={cell}");
    }
}

#[test]
fn a_no_beats_a_yes_of_another_column_and_is_never_passed_over_in_silence() {
    let base = world();
    import(&base, "11-18", "crm.csv", "线索编号,姓名,公司,职位,邮件授权,退订\nN-1,赵一,甲公司,经理,是,是\n").ok();
    assert!(!reached(&base, "11-18").contains(&"N-1".to_owned()));
    let run = import(&base, "11-18", "other.csv", "线索编号,姓名,公司,职位,客户退订情况\nN-2,钱二,甲公司,经理,是\n").ok();
    assert!(notes(&run).contains("`客户退订情况` looks like an opt-out and is not used"), "{}", notes(&run));
    // A workspace whose own list of fields has no consent is told what to declare.
    let base = Base::with(&[("sops/fields.yaml", "leads:\n  id: {type: text}\n  email: {type: email}\n  退订: {type: boolean}\n")]);
    let run = import(&base, "11-18", "crm.csv", "id,email,name,company,退订\nN-1,a@b.cn,x,y,是\n").ok();
    assert!(notes(&run).contains("declare `consent_email: {type: boolean}` and `consent_sms: {type: boolean}`"), "{}", notes(&run));
}

#[test]
fn a_workspace_made_from_an_export_knows_who_said_no_in_it() {
    let base = Base::new();
    let export = base.write("crm.csv", "Email,Name,Company,Title,HasOptedOutOfEmail\na@b.cn,A,X,CEO,TRUE\nc@d.cn,C,Y,CTO,FALSE\n").display().to_string();
    base.run(&["init", "--from", &export]).ok();
    base.on("11-18", &["score", &export]).ok();
    assert_eq!(base.texts("SELECT email || ' ' || coalesce(consent_email, '') FROM leads ORDER BY 1"), ["a@b.cn 0", "c@d.cn "]);
}

#[test]
fn the_future_does_not_say_until_when_feedback_is_known() {
    let covers = |rows: &str| {
        let base = world();
        let run = import(&base, "11-18", "feedback.csv", &format!("邮箱,反馈类型,时间\nzhao@example.com,打开,2026-11-05 00:00\n{rows}")).ok();
        (base.texts("SELECT kind || ' ' || datetime(until, 'unixepoch', '+8 hours') FROM feedback_cover ORDER BY 1"), notes(&run))
    };
    let known = vec!["open 2026-11-05 00:00:00".to_owned()];
    assert_eq!(covers("").0, known);
    let (until, notes) = covers("qian@example.com,打开,2027-01-01 00:00\n");
    assert_eq!(until, known);
    assert!(notes.contains("1 signs are dated after this run"), "{notes}");
    // A file is one export, whoever the last sign is of; it reaches no further than that.
    assert_eq!(covers("stranger@example.com,打开,2026-11-08 00:00\n").0, ["open 2026-11-08 00:00:00"]);
    assert_eq!(covers("stranger@example.com,打开,2027-01-01 00:00\n").0, known);
    assert_eq!(covers("qian@example.com,打开,2026-11-17 00:00\n").0, ["open 2026-11-17 00:00:00"]);
}
