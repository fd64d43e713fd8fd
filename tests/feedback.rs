//! What comes back on messages, in the shapes in which systems export it: what a user is promised of each.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::{Base, assert_same};
use sop::model::{MessageId, Part};

const LEADS: &str = "姓名,手机,邮箱,企微客户ID,线索编号,创建时间\n张三,13920417003,zs@example.com,wmZS0001,L1,2026-03-01\n李四,13920417040,ls@example.com,wmLS0002,L2,2026-03-01\n王五,13920417050,ww@example.com,,L3,2026-03-01\n";

/// 2026-11-02 10:00 in Shanghai.
const SENT: i64 = 1_793_584_800;
const HOUR: i64 = 3600;

fn id(step: &str) -> MessageId {
    MessageId::of(["kabc", "web-form", ""], step, Part::Main)
}

/// Three leads, and messages as an earlier run sent them.
fn world() -> Base {
    with(&[])
}

fn with(files: &[(&str, &str)]) -> Base {
    let base = Base::with(files);
    let leads = base.write("leads.csv", LEADS).display().to_string();
    base.on("11-01", &["score", &leads]).ok();
    message(&base, "guide", "L1", "email", "guide-a", "zs@example.com", Some(SENT));
    message(&base, "case", "L1", "email", "case-mfg", "zs@example.com", Some(SENT + 48 * HOUR));
    message(&base, "hello", "L2", "email", "guide-a", "LS@Example.com", Some(SENT));
    message(&base, "text", "L1", "sms", "guide-a-sms", "+8613920417003", Some(SENT + 24 * HOUR));
    base
}

fn message(base: &Base, step: &str, lead: &str, medium: &str, content: &str, address: &str, sent: Option<i64>) {
    let state = if sent.is_some() { "sent" } else { "queued" };
    let sql = "INSERT INTO messages (message, enrollment, lead, path, step, part, medium, service, content, address, subject, state, due_at, not_before, sent_at, run)
        VALUES (?1, 1, (SELECT lead FROM leads WHERE \"id\" = ?2), 'web-form', ?3, 'main', ?4, 0, ?5, ?6, '主题 ' || ?5, ?7, 0, 0, ?8, 1)";
    let row = rusqlite::params![id(step).0 as i64, lead, step, medium, content, address, state, sent];
    assert_eq!(base.open().execute(sql, row).unwrap(), 1);
}

fn import(base: &Base, day: &str, name: &str, text: &str) -> base::Run {
    import_as(base, day, name, text, &[])
}

fn import_as(base: &Base, day: &str, name: &str, text: &str, more: &[&str]) -> base::Run {
    let path = base.write(name, text).display().to_string();
    base.on(day, &[&["import", &path, "-f", "json"], more].concat())
}

/// `step kind`, of what was joined.
fn joined(base: &Base) -> Vec<String> {
    base.texts("SELECT m.step || ' ' || f.kind FROM feedback f JOIN messages m USING (message) ORDER BY m.step, f.kind, f.at")
}

/// `id kind n`, of the events of leads.
fn events(base: &Base) -> Vec<String> {
    base.texts(
        "SELECT l.\"id\" || ' ' || d.kind || ' ' || count(*) FROM events e JOIN details d USING (detail) JOIN leads l USING (lead)
         WHERE d.kind NOT IN ('lead_captured') GROUP BY l.\"id\", d.kind ORDER BY 1",
    )
}

fn closed(base: &Base) -> Vec<String> {
    base.texts("SELECT address || ' ' || medium || ' ' || kind FROM suppressions ORDER BY 1")
}

fn covers(base: &Base) -> Vec<String> {
    base.texts("SELECT medium || ' ' || kind || ' ' || until FROM feedback_cover ORDER BY 1")
}

/// The notes of an import.
fn notes(run: &base::Run) -> String {
    run.json()["notes"].as_array().unwrap().iter().map(|n| n["text"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn our_own_form_joins_by_id_by_message_id_and_by_address_and_content() {
    let base = world();
    let rows = format!(
        "kind,message,address,content,at,link\nopen,{},,,2026-11-02 11:00,\nclick,<{}@mail.example.com>,,,2026-11-02 11:01,https://e.cn/a\n打开,,ZS@example.com,case-mfg,2026-11-05 09:00,\nreply,,ls@example.com,主题 guide-a,2026-11-03 08:00,\nopen,,ww@example.com,guide-a,2026-11-03 08:00,\nopen,,nobody@example.com,guide-a,2026-11-03 08:00,\nopen,m1234,zs@example.com,never-sent,2026-11-03 08:00,\n",
        id("guide"),
        id("guide")
    );
    let run = import(&base, "11-10", "feedback.csv", &rows).ok();
    assert_eq!((run.json()["rows"][0]["kind"].as_str(), run.of_file(0, "new")), (Some("feedback"), 7), "{}", run.said());
    assert_eq!(joined(&base), ["case open", "guide click", "guide open", "hello reply"]);
    assert_eq!(events(&base), ["L1 email_click 1", "L1 email_open 3", "L2 reply 1", "L3 email_open 1"]);
    assert_eq!(base.number("SELECT count(*) FROM feedback WHERE message IS NULL"), 3, "what joins none is kept");
    let said = notes(&run);
    assert!(said.contains("4 signs came back on messages of ours") && said.contains("nobody@example.com") && said.contains("ww@example.com"), "{said}");
    let last = SENT + 71 * HOUR;
    assert_eq!(covers(&base), [format!("email click {last}"), format!("email open {last}"), format!("email reply {last}")]);
    assert!(base.number("SELECT min(next_change_at) FROM lead_state s JOIN leads l USING (lead) WHERE l.\"id\" IN ('L1', 'L2')") <= 0, "they are due");

    let before = base.facts();
    let again = import(&base, "11-11", "feedback.csv", &rows).ok();
    assert_eq!((again.of_file(0, "new"), again.of_file(0, "unchanged")), (0, 7), "{}", again.said());
    assert_same("told twice is once", &before, &base.facts());

    // Whoever had not arrived gets what was waiting.
    import(&base, "11-12", "late.csv", "姓名,邮箱,线索编号\n后来,nobody@example.com,L9\n").ok();
    assert!(events(&base).contains(&"L9 email_open 1".to_owned()), "{:?}", events(&base));
}

#[test]
fn a_word_that_nobody_knows_is_refused_with_the_nearest_and_rows_name_somebody() {
    let base = world();
    let rows = "kind,message,address,content,at\nclicc,,zs@example.com,guide-a,2026-11-03\nopen,,,,2026-11-03\nopen,,zs@example.com,guide-a,soon\n,,zs@example.com,guide-a,2026-11-03\n";
    let run = import(&base, "11-10", "feedback.csv", rows).ok();
    assert_eq!((run.of_file(0, "new"), run.of_file(0, "rejected")), (0, 4), "{}", run.said());
    let listed = std::fs::read_to_string(base.path().join("rejects/feedback.csv")).unwrap();
    assert!(listed.contains("did you mean `click`") && listed.contains("neither an address nor a message"), "{listed}");
}

const SENDGRID: [&str; 9] = [
    r#"{"email":"zs@example.com","timestamp":1793584800,"smtp-id":"<14c5d75ce93.dfd.64b469@ismtpd-555>","event":"processed","category":["cat facts"],"sg_event_id":"a","sg_message_id":"x.0"}"#,
    r#"{"email":"zs@example.com","timestamp":1793584801,"smtp-id":"<14c5d75ce93.dfd.64b469@ismtpd-555>","event":"delivered","sg_event_id":"b","sg_message_id":"x.0","response":"250 OK"}"#,
    r#"{"email":"zs@example.com","timestamp":1793588400,"event":"open","sg_machine_open":true,"sg_event_id":"c","sg_message_id":"x.0"}"#,
    r#"{"email":"zs@example.com","timestamp":1793592000,"event":"open","sg_machine_open":false,"sg_event_id":"d","sg_message_id":"x.0"}"#,
    r#"{"email":"zs@example.com","timestamp":1793592060,"event":"click","url":"https://e.cn/?a=1,2","smtp-id":"<ID@mail.example.com>","sg_event_id":"e","sg_message_id":"x.0"}"#,
    r#"{"email":"ls@example.com","timestamp":1793592100,"event":"bounce","type":"blocked","status":"4.2.2","reason":"mailbox full","sg_event_id":"f","sg_message_id":"y.0"}"#,
    r#"{"email":"ww@example.com","timestamp":1793592200,"event":"bounce","type":"bounce","status":"5.1.1","sg_event_id":"g","sg_message_id":"z.0"}"#,
    r#"{"email":"nobody@example.com","timestamp":1793592300,"event":"dropped","reason":"Bounced Address","sg_event_id":"h","sg_message_id":"v.0"}"#,
    r#"{"email":"ls@example.com","timestamp":1793592400,"event":"spamreport","sg_event_id":"i","sg_message_id":"y.0"}"#,
];

#[test]
fn a_webhook_of_sendgrid_as_lines_and_as_one_array_is_the_same() {
    let text = SENDGRID.join("\n").replace("ID@", &format!("{}@", id("guide")));
    let (lines, array) = (world(), world());
    let run = import(&lines, "11-10", "events.jsonl", &text).ok();
    import(&array, "11-10", "events.jsonl", &format!("[{}]", text.replace('\n', ","))).ok();
    assert_eq!(run.json()["rows"][0]["kind"].as_str(), Some("feedback"), "{}", run.said());
    assert_eq!(run.of_file(0, "rows_read"), 9);
    let same = |base: &Base| base.texts("SELECT hash || kind || at || coalesce(link, '') FROM feedback ORDER BY 1");
    assert_eq!(same(&lines), same(&array));
    assert_eq!(joined(&lines), ["guide click", "guide open", "hello bounce", "hello complaint"], "a mail without an id belongs to the newest before it");
    assert_eq!(lines.texts("SELECT link FROM feedback WHERE kind = 'click'"), ["https://e.cn/?a=1,2"]);
    let closed = closed(&lines);
    assert_eq!(
        closed,
        ["+8613920417040 * complaint", "ls@example.com * complaint", "nobody@example.com email bounce", "wmls0002 * complaint", "ww@example.com email bounce"],
        "a full mailbox closes nothing, a complaint everything of the person"
    );
    let until = 1_793_592_400;
    let all = ["bounce", "click", "complaint", "open", "unsubscribe"].map(|kind| format!("email {kind} {until}"));
    assert_eq!(covers(&lines), all, "a log of everything tells by its silence");
    let said = notes(&run);
    assert!(said.contains("2 rows are of sending") && said.contains("1 openings or clicks were made by machines") && said.contains("complaint 3"), "{said}");
    let before = lines.facts();
    import(&lines, "11-11", "events.jsonl", &text).ok();
    assert_same("the same log", &before, &lines.facts());
}

#[test]
fn the_activity_list_of_sendgrid_and_its_lists_of_bounces_are_read() {
    let base = world();
    let rows = "processed,message_id,event,api_key_id,recv_message_id,credential_id,subject,from,email,asm_group_id,template_id,originating_ip,reason,outbound_ip,outbound_ip_type,mx,attempt,url,user_agent,type,is_unique,username,categories\n2026-11-02 03:30:00,x.0,open,,r,,主题 guide-a,a@b.cn,zs@example.com,,,,,,,,,,Mozilla,,,,\n2026-11-02 03:31:00,x.0,click,,r,,主题 guide-a,a@b.cn,zs@example.com,,,,,,,,,https://e.cn/a,Mozilla,,,,\n2026-11-02 03:31:00,x.0,delivered,,r,,主题 guide-a,a@b.cn,zs@example.com,,,,,,,,,,,,,,\n";
    let run = import_as(&base, "11-10", "activity.csv", rows, &["--as", "feedback"]).ok();
    assert_eq!(run.of_file(0, "new"), 2, "{}", run.said());
    assert_eq!(joined(&base), [] as [&str; 0], "03:30 in Shanghai is before 10:00, when the mail left");
    let bounces = "status,reason,email,created\n5.1.1,550 no such user,ls@example.com,1793592400\n4.2.2,mailbox full,zs@example.com,1793592400\n";
    import_as(&base, "11-10", "suppression_bounces.csv", bounces, &["--as", "feedback"]).ok();
    assert_eq!((joined(&base), closed(&base)), (vec!["guide bounce".to_owned(), "hello bounce".into()], vec!["ls@example.com email bounce".to_owned()]));
}

#[test]
fn mautic_tells_in_one_row_who_read_and_what_failed() {
    let base = world();
    let rows = "id,email_id,lead_id,email_address,subject,is_failed,is_read,date_sent,date_read\n1,7,1,zs@example.com,主题 guide-a,0,1,2026-11-02 10:00:00,2026-11-02 12:00:00\n2,7,2,ls@example.com,主题 guide-a,0,0,2026-11-02 10:00:00,\n3,7,3,ww@example.com,主题 guide-a,1,0,2026-11-02 10:00:00,\n";
    let run = import(&base, "11-10", "email_stats.csv", rows).ok();
    assert_eq!((run.json()["rows"][0]["kind"].as_str(), run.of_file(0, "new"), run.of_file(0, "unchanged")), (Some("feedback"), 2, 1), "{}", run.said());
    assert_eq!((joined(&base), closed(&base)), (vec!["guide open".to_owned()], vec!["ww@example.com email bounce".to_owned()]));
    assert!(covers(&base).contains(&format!("email open {}", SENT + 2 * HOUR)), "{:?}", covers(&base));
    let before = base.facts();
    import(&base, "11-11", "email_stats.csv", rows).ok();
    assert_same("the same rows", &before, &base.facts());
}

#[test]
fn mailchimp_tells_in_a_file_for_each_thing() {
    let base = world();
    let unsubscribed = "Email Address,First Name,Last Name,MEMBER_RATING,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,LEID,EUID\nzs@example.com,San,Zhang,2,2026-11-03 09:00:00,guide-a,c1,NORMAL,1,e1\n";
    let run = import(&base, "11-10", "unsubscribed_members_export.csv", unsubscribed).ok();
    assert_eq!((run.json()["rows"][0]["kind"].as_str(), run.of_file(0, "new")), (Some("feedback"), 1), "{}", run.said());
    assert_eq!((joined(&base), closed(&base)), (vec!["guide unsubscribe".to_owned()], vec!["zs@example.com email unsubscribe".to_owned()]));
    assert_eq!(base.number("SELECT count(*) FROM leads"), 3, "nobody new came of it");

    let opened = "Email Address,First Name,Last Name,MEMBER_RATING,Opens\nls@example.com,Si,Li,3,2\nzs@example.com,San,Zhang,2,0\n";
    let run = import(&base, "11-10", "members_guide-a_opened.csv", opened).ok();
    assert_eq!((run.of_file(0, "new"), run.of_file(0, "unchanged")), (1, 1), "{}", run.said());
    assert_eq!(joined(&base), ["guide unsubscribe", "hello open"], "the name of the file says which campaign");
    assert!(!covers(&base).iter().any(|c| c.contains("open")), "without dates nothing is known of the others: {:?}", covers(&base));
    let before = base.facts();
    import(&base, "11-12", "members_guide-a_opened.csv", opened).ok();
    assert_same("a report without dates, again", &before, &base.facts());

    let cleaned = "Email Address,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID\nww@example.com,2026-11-03 09:00:00,guide-a,3\n";
    import(&base, "11-13", "cleaned_members.csv", cleaned).ok();
    assert!(closed(&base).contains(&"ww@example.com email bounce".to_owned()), "{:?}", closed(&base));
}

#[test]
fn whoever_answers_td_by_sms_is_left_alone_and_other_answers_are_answers() {
    let base = world();
    let rows = "手机号,回复内容,回复时间\n139 2041 7003,ＴＤ,2026-11-03 11:00\n13920417040,请联系我,2026-11-03 11:00\n13920417050,退订,2026-11-03 11:00\n13900001111,r,2026-11-03 11:00\n";
    let run = import(&base, "11-10", "上行.csv", rows).ok();
    assert_eq!((run.json()["rows"][0]["kind"].as_str(), run.of_file(0, "new")), (Some("sms-replies"), 4), "{}", run.said());
    assert_eq!(joined(&base), ["text unsubscribe"]);
    assert_eq!(closed(&base), ["+8613900001111 sms unsubscribe", "+8613920417003 sms unsubscribe", "+8613920417050 sms unsubscribe"]);
    assert_eq!(events(&base), ["L1 unsubscribe 1", "L2 reply 1", "L3 unsubscribe 1"]);
    let until = SENT + 25 * HOUR;
    assert_eq!(covers(&base), [format!("sms reply {until}"), format!("sms unsubscribe {until}")]);
}

#[test]
fn contacts_of_wecom_are_events_and_their_words_are_replies() {
    let base = world();
    let rows = "external_userid,添加人,添加时间,最近回复时间\nwmZS0001,小李,2026-11-03 09:00,2026-11-04 10:00\nwmNew,小李,2026-11-03 09:30,\n";
    let run = import(&base, "11-10", "企微客户.csv", rows).ok();
    assert_eq!(run.json()["rows"][0]["kind"].as_str(), Some("wecom"), "{}", run.said());
    assert_eq!(events(&base), ["L1 reply 1", "L1 wecom_added 1"]);
    let words = "external_userid,发送方,消息时间,内容\nwmLS0002,客户,2026-11-05 09:00,你好\nwmLS0002,员工,2026-11-05 09:01,您好\n";
    import_as(&base, "11-10", "messages.csv", words, &["--as", "wecom"]).ok();
    assert_eq!(events(&base), ["L1 reply 1", "L1 wecom_added 1", "L2 reply 1"]);
    import(&base, "11-11", "late.csv", "姓名,企微客户ID,线索编号\n新人,wmnew,L9\n").ok();
    assert!(events(&base).contains(&"L9 wecom_added 1".to_owned()), "{:?}", events(&base));
    let before = base.facts();
    import(&base, "11-12", "企微客户.csv", rows).ok();
    assert_same("the same contacts", &before, &base.facts());
}

const UNSUBSCRIBES: &str = "kind,message,address,content,at\n退订,,zs@example.com,guide-a,2026-11-03 09:00\n";

#[test]
fn what_waits_for_a_closed_address_is_stopped_at_once_and_undo_takes_all_of_it_back() {
    let base = world();
    message(&base, "next", "L1", "email", "offer", "ZS@example.com", None);
    message(&base, "other", "L1", "sms", "offer-sms", "+8613920417003", None);
    let before = base.facts();
    let run = import(&base, "11-10", "feedback.csv", UNSUBSCRIBES).ok();
    let state = |step: &str| base.texts(&format!("SELECT state || ' ' || coalesce(reason, '') FROM messages WHERE step = '{step}'"));
    assert_eq!((state("next"), state("other")), (vec!["suppressed unsubscribe".to_owned()], vec!["queued ".to_owned()]));
    assert!(notes(&run).contains("1 messages in the outbox are stopped"), "{}", notes(&run));
    assert_eq!(
        base.texts("SELECT what || ' ' || \"to\" || ' ' || why FROM changes WHERE what = 'suppression'"),
        ["suppression email: unsubscribe import feedback.csv"]
    );
    base.on("11-10", &["undo", "--yes"]).ok();
    assert_same("taken back", &before, &base.facts());
}

#[test]
fn an_address_that_a_person_opened_again_stays_open_when_the_same_file_comes_again() {
    let base = world();
    import(&base, "11-10", "feedback.csv", UNSUBSCRIBES).ok();
    let listed = base.on("11-10", &["suppress", "--list", "-f", "json"]).ok();
    assert_eq!(listed.json()["rows"][0]["address"].as_str(), Some("zs@example.com"));
    base.on("11-11", &["suppress", "--lift", "ZS@example.com", "--why", "asked us to"]).ok();
    assert_eq!(closed(&base), [] as [&str; 0]);
    import(&base, "11-12", "feedback.csv", UNSUBSCRIBES).ok();
    assert_eq!(closed(&base), [] as [&str; 0], "it was told before");
    let later = format!("{UNSUBSCRIBES}退订,,zs@example.com,guide-a,2026-11-09 09:00\n");
    import(&base, "11-13", "feedback.csv", &later).ok();
    assert_eq!(closed(&base), ["zs@example.com email unsubscribe"], "a new word counts");
}

#[test]
fn people_close_addresses_and_leads_by_hand_with_a_reason() {
    let base = world();
    base.on("11-10", &["suppress", "139-2041-7003", "--medium", "sms", "--why", "no SMS"]).ok();
    assert_eq!(closed(&base), ["+8613920417003 sms by-hand"]);
    base.on("11-10", &["suppress", "L2", "--why", "left the company"]).ok();
    assert_eq!(closed(&base), ["+8613920417003 sms by-hand", "+8613920417040 * by-hand", "ls@example.com * by-hand", "wmls0002 * by-hand"]);
    let before = base.facts();
    let again = base.on("11-10", &["suppress", "L2", "--why", "left the company"]).ok();
    assert!(again.said().contains("already"), "{}", again.said());
    assert_same("said again", &before, &base.facts());
    // An address of nobody's, too; a medium that there is none of is refused.
    base.on("11-10", &["suppress", "x@example.com", "--why", "a competitor"]).ok();
    assert!(closed(&base).contains(&"x@example.com * by-hand".to_owned()));
    base.on("11-10", &["suppress", "x@example.com", "--medium", "emial", "--why", "y"]).refused(2, &["did you mean `email`"]);
    base.on("11-10", &["suppress", "--lift", "L2", "--why", "back again"]).ok();
    assert_eq!(closed(&base), ["+8613920417003 sms by-hand", "x@example.com * by-hand"]);
}

#[test]
fn a_merge_keeps_what_was_closed_and_what_came_back() {
    let base = world();
    import(&base, "11-10", "feedback.csv", UNSUBSCRIBES).ok();
    let before = closed(&base);
    base.on("11-11", &["merge", "L2", "L1", "--why", "twins"]).ok();
    assert_eq!(closed(&base), before);
    assert_eq!(base.number("SELECT count(*) FROM feedback f JOIN leads USING (lead)"), 1, "it has a lead");
}

#[test]
fn clicks_of_a_scanner_are_reported_and_do_not_count() {
    let base = with(&[("sops/fields.yaml", "bot_filter: {kinds: [email_click], links: 3, within: 2s}\n")]);
    let row = |n: u32, second: u32| format!("click,{},,,2026-11-02 11:00:{second:02},https://e.cn/{n}\n", id("guide"));
    let rows = format!("kind,message,address,content,at,link\n{}{}{}", row(1, 0), row(2, 1), row(3, 1));
    let run = import(&base, "11-10", "feedback.csv", &rows).ok();
    assert!(notes(&run).contains("3 openings or clicks were made by machines"), "{}", notes(&run));
    assert_eq!(run.of_file(0, "new"), 3, "they are kept");
}

#[test]
fn lists_of_leads_and_of_events_are_still_what_they_are() {
    let base = world();
    let kind = |name: &str, text: &str| import(&base, "11-10", name, text).ok().json()["rows"][0]["kind"].as_str().unwrap_or_default().to_owned();
    assert_eq!(kind("a.csv", "姓名,邮箱,打开次数,点击次数\n甲,a@b.cn,3,1\n"), "leads");
    assert_eq!(kind("b.csv", "email,event,time,url\nzs@example.com,page_view,2026-11-03,/pricing\n"), "events");
    assert_eq!(kind("c.csv", "客户名称,external_userid,添加人,添加时间,标签,手机\n甲,wmA,小李,2026-11-03,vip,13920417099\n"), "leads");
}
