//! What people do with single leads, end to end: what each verb promises, that the same again is the same, that a rehearsal writes
//! nothing, and that `undo` takes each back table by table.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::{Base, assert_same};

const SCORING: &str = "groups:\n  fit:\n    rules:\n      - {name: reachable, when: \"phone IS NOT NULL\", points: 60}\n  engagement:\n    rules:\n      - {name: call, event: call_connected, points: 5}\nbands: {hot: 80, qualified: 50, warm: 25, cold: 0}\n";
const LIFECYCLE: &str = "stages:
  - {id: prospect, title: 潜在客户}
  - {id: connected, title: 建联客户, enter: \"events('call_connected') > 0\"}
  - {id: mql, title: 市场认可线索, enter: \"score >= 50\", leave: score < 35}
  - {id: sql, title: 销售认可线索, enter: accepted}
detours:
  - {id: recycled, title: 退回培育, back: {after: 60d, to: prospect}}
reject_reasons:
  price: {title: 价格敏感, to: recycled}
  unreachable: {title: 联系不上, to: recycled, after: 14d, return_turn: true}
  duplicate: {title: 撞单, to: merge, return_turn: true}
";
const TEAM: &str = "owners:
  zhang.wei: {name: 张伟, role: sales, email: zw@corp.example}
  li.na: {name: 李娜, role: sales, email: ln@corp.example}
  wang.ji: {name: 王际, role: manager, capacity: 0, email: wj@corp.example}
";
const ASSIGNMENT: &str = "rounds:
  - name: 交销售
    when: stage = 'mql' AND owner IS NULL AND queue IS NULL
    roles: [sales]
    rules:
      - {name: 轮流, when: \"industry = '制造业'\", by: round_robin}
      - {name: 其余, to: {queue: public}}
queues:
  public: {title: 公共线索池, claim: {who: \"role = 'sales'\", per_day: 2, max_held: 4, cooldown: 7d}}
";
/// 1 to 4 are dealt to 李娜 and 张伟 in turn, 5 to 9 go to the pool.
const LEADS: &str = "线索编号,姓名,公司,行业,手机,邮箱,标签\n\
    1,甲,东方厂,制造业,13920417001,a@one.example,新\n2,乙,西方厂,制造业,13920417002,,\n3,丙,南方厂,制造业,13920417003,,\n4,丁,北方厂,制造业,13920417004,,\n\
    5,戊,书店,零售,13920417005,wu@five.example,\n6,己,饭店,零售,13920417006,,\n7,庚,商店,零售,13920417007,,\n8,辛,花店,零售,13920417008,,\n9,甲,东方厂,零售,13920417009,,\n";

/// A day after the first tick.
fn dealt() -> Base {
    let base = Base::with(&[
        ("sops/scoring.yaml", SCORING),
        ("sops/lifecycle.yaml", LIFECYCLE),
        ("sops/team.yaml", TEAM),
        ("sops/assignment.yaml", ASSIGNMENT),
        ("leads.csv", LEADS),
    ]);
    base.on("11-01", &["import", &base.path().join("leads.csv").display().to_string()]).ok();
    base.on("11-01", &["tick"]).ok();
    assert_eq!(base.texts("SELECT owner FROM lead_state WHERE owner IS NOT NULL ORDER BY owner"), ["li.na", "li.na", "zhang.wei", "zhang.wei"]);
    assert_eq!(base.number("SELECT count(*) FROM lead_state WHERE queue = 'public'"), 5);
    base
}

#[test]
fn a_queue_named_wrongly_is_answered_with_the_queues() {
    let base = dealt();
    base.on("11-02", &["queue", "claim", "nope", "--by", "张伟"]).refused(2, &["`nope` is neither a queue nor a lead", "public (公共线索池)"]);
    base.on("11-02", &["queue", "claim", "pubic", "--by", "张伟"]).refused(2, &["did you mean `public`?"]);
    let past = base.run(&["queue", "list", "--as-of", "2026-10-01", "-f", "json"]).ok().json();
    assert!(past["notes"].to_string().contains("are today's"), "{past}");
    assert!(!base.on("11-02", &["queue", "list", "-f", "json"]).ok().json()["notes"].to_string().contains("today's"));
}

#[test]
fn whoever_leaves_hands_over_everything_at_once() {
    let base = dealt();
    base.write("sops/team.yaml", TEAM.replace("  li.na: {name: 李娜, role: sales, email: ln@corp.example}\n", ""));
    let today = base.on("11-02", &["today", "-f", "json"]).ok().json();
    let row = today["rows"].as_array().unwrap().iter().find(|r| r["waits"] == "owner").unwrap().clone();
    assert_eq!((row["subject"].as_str(), row["count"].as_i64()), (Some("li.na"), Some(2)), "{row}");
    assert!(row["detail"].as_str().unwrap().contains("left the team"), "{row}");
    assert!(row["next"].as_str().unwrap().starts_with("sop set --where \"owner = 'li.na'\" owner="), "{row}");

    let before = base.facts();
    let all = ["set", "--where", "owner = 'li.na'", "owner=张伟", "--why", "left"];
    base.on("11-02", &all).refused(2, &["2 leads match", "--yes"]);
    let rehearsed = base.on("11-02", &[&all[..], &["--dry-run", "-f", "json"]].concat()).ok().json();
    assert!(rehearsed["notes"].to_string().contains("2 leads match: "), "{rehearsed}");
    assert_same("a refusal and a rehearsal", &before, &base.facts());
    base.on("11-02", &[&all[..], &["--yes"]].concat()).ok();
    assert_eq!(base.number("SELECT count(*) FROM lead_state WHERE owner = 'zhang.wei'"), 4);
    assert!(base.on("11-02", &[&all[..], &["--yes"]].concat()).ok().said().contains("no lead matches"));
    base.on("11-02", &["undo", "--yes"]).ok();
    let facts = |mut dump: base::Dump| {
        dump.remove("sop_versions");
        dump
    };
    assert_same("taken back", &facts(before), &facts(base.facts()));
    // One lead is nobody's surprise; a blank releases; a slip in the condition is shown.
    base.on("11-03", &["set", "--where", "phone = '+8613920417009' OR phone LIKE '%17009'", "tags+=x", "--why", "y"]).ok();
    base.on("11-03", &["set", "--where", "owner = 'li.na'", "owner=", "--why", "left", "--yes"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM lead_state WHERE owner IS NULL"), 7);
    base.on("11-03", &["set", "--where", "ownr = 'li.na'", "owner=", "--why", "left"]).refused(2, &["did you mean `owner`"]);
    base.on("11-03", &["set", "1", "--why", "left"]).refused(2, &["nothing is to be changed"]);
}

#[test]
fn leads_of_a_stage_that_is_gone_wait_for_a_word() {
    let base = dealt();
    base.on("11-02", &["accept", "1"]).ok();
    base.on("11-02", &["tick"]).ok();
    assert_eq!(state(&base, "1", "stage"), "sql");
    base.write("sops/lifecycle.yaml", LIFECYCLE.replace("  - {id: sql, title: 销售认可线索, enter: accepted}\n", ""));
    for day in ["11-03", "11-04"] {
        let told = base.on(day, &["tick"]).ok().said();
        assert!(told.contains("1 lead is at `sql`, which lifecycle.yaml has no more"), "{told}");
        assert_eq!(state(&base, "1", "stage"), "sql", "nobody asked for a move");
    }
    assert!(base.on("11-04", &["today"]).ok().stdout().contains("stage = 'sql'"));
    let other = base.copy();
    other.on("11-04", &["tick", "--yes"]).ok();
    assert_ne!(state(&other, "1", "stage"), "sql", "confirmed: it begins anew");
    base.on("11-04", &["set", "--where", "stage = 'sql'", "stage=mql", "--why", "we have no sql any more"]).ok();
    assert_eq!(state(&base, "1", "stage"), "mql");
    assert!(!base.on("11-04", &["tick"]).ok().said().contains("has no more"));
}

#[test]
fn a_file_of_dated_stages_brings_nobody_out_of_a_detour() {
    let base = dealt();
    base.on("11-02", &["reject", "1", "--reason", "price"]).ok();
    assert_eq!(state(&base, "1", "stage"), "recycled");
    let file = base.write("stages.csv", "线索编号,阶段,进入时间\n1,connected,2026-11-03 10:00\n2,connected,2026-11-03 10:00\n").display().to_string();
    let run = base.on("11-04", &["import", &file]).ok();
    assert!(run.said().contains("1 dated stages are kept as history"), "{}", run.said());
    assert_eq!((state(&base, "1", "stage"), state(&base, "2", "stage")), ("recycled".into(), "connected".into()));
    assert_eq!(base.number("SELECT count(*) FROM stage_history h JOIN leads l USING (lead) WHERE l.id = '1' AND h.stage = 'connected'"), 2, "kept as history");
}

#[test]
fn more_leads_than_people_are_told_by_check() {
    let rounds = "rounds:\n  - {name: 交销售, when: owner IS NULL, roles: [sales], rules: [{name: 轮流, by: round_robin}]}\n";
    let team = |per_day: u32| format!("owners:\n  an: {{name: An, role: sales, per_day: {per_day}}}\n  bo: {{name: Bo, role: sales, per_day: {per_day}}}\n");
    let base = Base::with(&[("sops/assignment.yaml", rounds), ("sops/team.yaml", &team(1))]);
    let rows: String = (0..70).map(|n| format!("{n},{}\n", base::phone(n))).collect();
    base.write("inbox/leads.csv", format!("线索编号,手机\n{rows}"));
    base.on("11-01", &["tick"]).ok();
    let told = base.on("11-01", &["check", "--data"]).ok().said();
    assert!(told.contains("the round `交销售` gets 2.5 leads a day") && told.contains("may get 2 a day together"), "{told}");
    base.write("sops/team.yaml", team(3));
    assert!(!base.on("11-01", &["check", "--data"]).ok().said().contains("leads a day"));
    let limited = |capacity: u32| team(3).replace("per_day: 3", &format!("per_day: 3, capacity: {capacity}"));
    base.write("sops/team.yaml", limited(4));
    let told = base.on("11-01", &["check", "--data"]).ok().said();
    assert!(told.contains("gets 2.5 leads a day") && told.contains("who hold 2, have room for 6 more together: full within 7 days"), "{told}");
    base.write("sops/team.yaml", limited(12));
    assert!(!base.on("11-01", &["check", "--data"]).ok().said().contains("leads a day"));
}

#[test]
fn a_chinese_screen_says_in_chinese_what_waits() {
    let base = dealt();
    let zh = base.on("11-02", &["today", "--lang", "zh"]).ok().stdout();
    assert!(zh.contains("今日待办") && zh.contains("待认领") && !zh.contains("queue  "), "{zh}");
    let json = base.on("11-02", &["today", "-f", "json", "--lang", "zh"]).ok().json();
    assert!(json["rows"].as_array().unwrap().iter().any(|r| r["waits"] == "queue"), "{json}");
}

#[test]
fn a_contact_of_an_odd_day_is_refused() {
    let base = dealt();
    let log = |rest: &[&str]| base.on("11-05", &[&["log", "1", "--type", "call", "--outcome", "connected"], rest].concat());
    log(&["--at", "1900-01-01"]).refused(2, &["more than ten years ago"]);
    log(&["--next", "2026-11-01"]).refused(2, &["before the contact itself"]);
    log(&["--next", "3026-11-01"]).refused(2, &["more than ten years ahead"]);
    assert_eq!(base.number("SELECT count(*) FROM follow_ups"), 0);
    log(&["--next", "2026-11-05"]).ok();
}

fn state(base: &Base, id: &str, column: &str) -> String {
    base.texts(&format!("SELECT s.{column} FROM lead_state s JOIN leads USING (lead) WHERE leads.id = '{id}'")).remove(0)
}

fn holder(base: &Base, id: &str) -> String {
    state(base, id, "owner")
}

/// A rehearsal writes nothing, the act does something, the same act again nothing, and undo takes it back.
#[track_caller]
fn four_ways(base: &Base, day: &str, args: &[&str]) {
    let line = args.join(" ");
    let (before, whole) = (base.facts(), base.dump());
    let rehearsed = base.on(day, &[args, &["--dry-run"]].concat()).ok();
    assert!(rehearsed.stdout().contains("rehearsal"), "{}", rehearsed.said());
    assert_same(&format!("{line} --dry-run"), &whole, &base.dump());
    base.on(day, args).ok();
    let after = base.facts();
    assert_ne!(before, after, "{line} did something");
    let again = base.on(day, &[args, &["-f", "json"]].concat()).ok();
    if args[0] != "queue" || args[1] != "claim" {
        assert_eq!(again.json()["totals"]["changes"], 0, "{line} again: {}", again.said());
        assert_eq!(again.json()["notes"][0]["code"], "already", "{line} again says so");
    }
    assert_same(&format!("{line} again"), &after, &base.facts());
    base.on(day, &["undo", "--yes"]).ok();
    assert_same(&format!("{line} undone"), &before, &base.facts());
}

#[test]
fn an_accepted_lead_is_sales_lead_at_once() {
    let base = dealt();
    let who = holder(&base, "1");
    four_ways(&base, "11-02", &["accept", "1", "3"]);
    base.on("11-02", &["accept", "1", "--by", &who]).ok();
    assert_eq!((state(&base, "1", "stage"), holder(&base, "1")), ("sql".into(), who.clone()));
    assert_eq!(base.texts("SELECT \"to\" FROM changes WHERE what = 'verdict'"), ["accepted"]);
    let later = base.on("11-05", &["accept", "1"]).ok();
    assert!(later.stdout().contains("accepted it already"), "{}", later.said());
    assert_eq!(base.number("SELECT count(*) FROM verdicts"), 1);
}

#[test]
fn a_verdict_is_given_by_whoever_holds_the_lead_and_several_are_all_or_none() {
    let base = dealt();
    let (mine, other) = if holder(&base, "1") == "zhang.wei" { ("张伟", "李娜") } else { ("李娜", "张伟") };
    let before = base.facts();
    base.on("11-02", &["accept", "1", "--by", other]).refused(2, &[mine, "holds it, not", other]);
    // Never handed over: says where it is.
    base.on("11-02", &["accept", "5"]).refused(2, &["queue `public`", "stage `mql`", "sop queue claim"]);
    base.on("11-02", &["accept", "1", "5", "nobody@else.example"]).refused(2, &["2 of 3 leads", "戊", "nobody@else.example"]);
    base.on("11-02", &["reject", "1", "--reason", "prise"]).refused(2, &["did you mean `price`", "unreachable"]);
    assert_same("refused verdicts", &before, &base.facts());
}

#[test]
fn a_rejected_lead_comes_back_after_its_time_and_qualifies_only_by_an_act_of_its_own() {
    let base = dealt();
    four_ways(&base, "11-02", &["reject", "1", "--reason", "price", "--note", "too dear"]);
    base.on("11-02", &["reject", "1", "--reason", "价格敏感"]).ok();
    assert_eq!((state(&base, "1", "stage"), holder(&base, "1")), ("recycled".into(), String::new()));
    assert_eq!(base.texts("SELECT ended_how FROM assignments WHERE ended_at IS NOT NULL"), ["rejected"]);
    base.on("12-31", &["tick"]).ok();
    assert_eq!(state(&base, "1", "stage"), "recycled", "59 days");
    let after = base.run(&["tick", "--as-of", "2027-01-02T12:00:00"]).ok();
    assert_eq!(state(&base, "1", "stage"), "prospect", "{}", after.said());
    assert_eq!(holder(&base, "1"), "", "60 points, but nothing done since");
    base.run(&["log", "1", "--type", "call", "--outcome", "no-answer", "--by", "li.na", "--as-of", "2027-01-03T12:00:00"]).ok();
    base.run(&["tick", "--as-of", "2027-01-04T12:00:00"]).ok();
    assert_eq!(state(&base, "1", "stage"), "prospect", "a call that nobody takes is no act of the lead");
    base.run(&["log", "1", "--type", "call", "--outcome", "connected", "--by", "li.na", "--as-of", "2027-01-05T12:00:00"]).ok();
    base.run(&["tick", "--as-of", "2027-01-06T12:00:00"]).ok();
    assert_eq!(state(&base, "1", "stage"), "mql");
    assert_ne!(holder(&base, "1"), "");
}

#[test]
fn a_reason_that_costs_nobody_a_turn_gives_it_back() {
    let base = dealt();
    let who = holder(&base, "1");
    let said = base.on("11-02", &["reject", "1", "--reason", "unreachable"]).ok();
    assert!(said.stdout().contains("交销售 › 轮流"), "{}", said.said());
    assert!(base.texts("SELECT state FROM credits")[0].contains(&format!("\"owed\":{{\"{who}\":1}}")), "{:?}", base.texts("SELECT state FROM credits"));
    // The next lead of the rule is theirs, whoever had the last one.
    let more = base.write("more.csv", "线索编号,姓名,行业,手机\n21,子,制造业,13920417021\n").display().to_string();
    base.on("11-03", &["import", &more]).ok();
    base.on("11-03", &["tick"]).ok();
    assert_eq!(holder(&base, "21"), who);
}

#[test]
fn a_lead_that_is_another_one_goes_to_the_list_with_its_likeliest_twin() {
    let base = dealt();
    // 9 has the name and the company of 1.
    four_ways(&base, "11-02", &["reject", "1", "--reason", "duplicate"]);
    base.on("11-02", &["reject", "1", "--reason", "duplicate"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM to_decide"), 1);
    let today = base.on("11-03", &["today"]).ok().stdout();
    assert!(today.contains("sales says so (duplicate): same name and company") && today.contains("sop merge"), "{today}");
    base.on("11-03", &["merge", "1", "9", "--why", "one person"]).ok();
    assert!(!base.on("11-03", &["today"]).ok().stdout().contains("sales says so"), "decided");
}

#[test]
fn a_lead_that_is_another_one_without_a_twin_waits_for_a_person() {
    let base = dealt();
    let said = base.on("11-02", &["reject", "2", "--reason", "duplicate"]).ok();
    assert!(said.stdout().contains("no other lead"), "{}", said.said());
    assert_eq!((base.number("SELECT count(*) FROM to_decide"), state(&base, "2", "stage")), (0, "connected".into()));
    let today = base.on("11-03", &["today"]).ok().stdout();
    assert!(today.contains("乙") && today.contains("sales says so (duplicate)"), "{today}");
    base.on("11-04", &["set", "2", "owner=张伟", "--why", "it is none"]).ok();
    assert!(!base.on("11-04", &["today"]).ok().stdout().contains("sales says so"), "somebody has it again");
}

#[test]
fn fields_are_typed_as_cells_are() {
    let base = dealt();
    four_ways(&base, "11-02", &["set", "1", "employees=1,200", "company=新厂", "tags+=vip", "tags-=新", "--why", "their web site"]);
    base.on("11-02", &["set", "1", "员工数=5万", "公司=", "tag+=vip", "--why", "their web site"]).ok();
    assert_eq!(base.number("SELECT employees FROM leads WHERE id = '1'"), 50_000);
    assert_eq!(base.texts("SELECT why FROM changes WHERE what = 'field:employees'"), ["their web site"]);
    assert_eq!(base.number("SELECT count(*) FROM leads WHERE id = '1' AND company IS NULL"), 1);
    let before = base.facts();
    let bad = base.on("11-02", &["set", "1", "employees=many", "compny=x", "score=9", "stage+=mql", "industry", "--why", "x"]);
    bad.refused(2, &["`employees` cannot be `many`", "did you mean `company`", "reckoned", "one value", "`industry` is no assignment"]);
    base.on("11-02", &["set", "1", "company=x", "--why", " "]).refused(2, &["needs a reason"]);
    assert_same("refused values", &before, &base.facts());
}

#[test]
fn an_address_recognises_the_lead_from_then_on_and_belongs_to_one() {
    let base = dealt();
    four_ways(&base, "11-02", &["set", "5", "email=New@Five.example", "phone=139-2041-7055", "--why", "new number"]);
    base.on("11-02", &["set", "5", "email=new@five.example", "--why", "new address"]).ok();
    base.on("11-02", &["explain", "new@five.example"]).ok();
    base.on("11-02", &["explain", "wu@five.example"]).refused(2, &["no lead is"]);
    let before = base.facts();
    base.on("11-02", &["set", "5", "email=a@one.example", "--why", "x"]).refused(2, &["another lead", "sop merge"]);
    base.on("11-02", &["set", "5", "phone=call me", "--why", "x"]).refused(2, &["`phone` cannot be"]);
    assert_same("refused addresses", &before, &base.facts());
    // What waited under the address arrives.
    let acts = base.write("acts.csv", "email,kind,at\nlate@five.example,inquiry,2026-10-01 10:00\n").display().to_string();
    base.on("11-03", &["import", &acts]).ok();
    assert_eq!(base.number("SELECT sum(n) FROM waiting_events"), 1);
    base.on("11-03", &["set", "5", "email=late@five.example", "--why", "new address"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM waiting_events"), 0);
    assert!(base.on("11-03", &["explain", "5"]).ok().stdout().contains("inquiry"));
}

#[test]
fn a_number_that_a_key_was_made_of_still_finds_its_lead() {
    let base = dealt();
    let file = base.write("more.csv", "姓名,手机\n子,13920417021\n").display().to_string();
    base.on("11-02", &["import", &file]).ok();
    let said = base.on("11-02", &["set", "13920417021", "phone=13920417022", "--why", "new number"]).ok();
    assert!(said.stdout().contains("still finds this lead"), "{}", said.said());
    for number in ["13920417021", "13920417022"] {
        assert!(base.on("11-02", &["explain", number]).ok().stdout().contains("子"));
    }
    // The old file again makes no second lead of the same key.
    base.on("11-03", &["import", &file]).ok();
    assert_eq!(base.number("SELECT count(*) FROM leads"), 10);
}

#[test]
fn stage_owner_and_queue_by_hand() {
    let base = dealt();
    four_ways(&base, "11-02", &["set", "5", "owner=李娜", "stage=sql", "--why", "met at the fair"]);
    four_ways(&base, "11-02", &["set", "1", "queue=公共线索池", "--why", "nobody has time"]);
    four_ways(&base, "11-02", &["set", "1", "owner=none", "--why", "left"]);
    four_ways(&base, "11-02", &["set", "1", "stage=recycled", "--why", "not now"]);
    let before = base.facts();
    for (wish, words) in [
        ("owner=zhang.wie", "did you mean `zhang.wei`"),
        ("stage=mqls", "did you mean `mql`"),
        ("queue=pubic", "did you mean `public`"),
        ("stage=", "is no stage"),
    ] {
        base.on("11-02", &["set", "1", wish, "--why", "x"]).refused(2, &[words]);
    }
    base.on("11-02", &["set", "1", "owner=li.na", "queue=public", "--why", "x"]).refused(2, &["not both"]);
    base.on("11-02", &["set", "1", "stage=recycled", "owner=li.na", "--why", "x"]).refused(2, &["detour `recycled`"]);
    assert_same("refused moves", &before, &base.facts());
    // A hold that began by hand has no round, and the one before ended by hand.
    base.on("11-02", &["set", "1", "owner=王际", "--why", "her account"]).ok();
    assert_eq!(base.texts("SELECT coalesce(round, 'none') FROM assignments WHERE ended_at IS NULL AND owner = 'wang.ji'"), ["none"]);
    assert_eq!(base.texts("SELECT ended_how FROM assignments WHERE ended_at IS NOT NULL"), ["by-hand"]);
    base.on("11-02", &["set", "1", "owner=none", "--why", "not hers"]).ok();
    base.on("11-03", &["tick"]).ok();
    assert_ne!(holder(&base, "1"), "", "a lead that was set free is dealt again");
}

#[test]
fn a_contact_is_logged_once_and_is_an_event_where_it_connected() {
    let base = dealt();
    four_ways(&base, "11-02", &["log", "5", "--type", "call", "--outcome", "connected", "--note", "wants an offer", "--by", "张伟", "--next", "2026-12-01"]);
    base.on("11-02", &["log", "1", "--type", "call", "--outcome", "connected", "--at", "2026-11-02T09:00"]).ok();
    base.on("11-03", &["log", "1", "--type", "call", "--outcome", "connected", "--at", "2026-11-02T09:00"]).ok();
    assert_eq!(base.texts("SELECT owner FROM follow_ups"), [holder(&base, "1")]);
    assert_eq!(base.number("SELECT count(*) FROM events JOIN details USING (detail) WHERE kind = 'call_connected'"), 1);
    base.on("11-03", &["log", "1", "--type", "call", "--outcome", "no_answer"]).ok();
    base.on("11-03", &["log", "1", "--type", "wecom", "--outcome", "replied"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM events JOIN details USING (detail) WHERE kind = 'reply'"), 1);
    base.on("11-04", &["tick"]).ok();
    assert_eq!(base.number("SELECT score FROM lead_state JOIN leads USING (lead) WHERE leads.id = '1'"), 65);
    base.on("11-04", &["log", "1", "--type", "call", "--outcome", "met", "--at", "2026-11-09"]).refused(2, &["later than", "--next"]);
    base.on("11-04", &["log", "1", "--type", "call", "--outcome", "met", "--by", "zhagn.wei"]).refused(2, &["did you mean `zhang.wei`"]);
}

#[test]
fn who_looks_into_a_queue_sees_no_address_and_who_claims_does() {
    let base = dealt();
    let list = base.on("11-02", &["queue", "list", "-f", "csv"]).ok().stdout();
    assert!(list.contains("139****7005") && list.contains("w***@five.example") && list.contains("戊"), "{list}");
    assert!(!list.contains("13920417005") && !list.contains("wu@five.example"), "{list}");
    four_ways(&base, "11-02", &["queue", "claim", "public", "--by", "张伟", "--n", "2"]);
    let rehearsed = base.on("11-02", &["queue", "claim", "5", "--by", "张伟", "--dry-run"]).ok().stdout();
    assert!(rehearsed.contains("139****7005") && !rehearsed.contains("13920417005"), "{rehearsed}");
    let claimed = base.on("11-02", &["queue", "claim", "5", "--by", "张伟", "-f", "csv"]).ok().stdout();
    assert!(claimed.contains("13920417005") && claimed.contains("wu@five.example"), "{claimed}");
    assert_eq!(base.texts("SELECT how FROM queue_stays WHERE until_at IS NOT NULL"), ["claimed"]);
    base.on("11-02", &["queue", "list", "pubic"]).refused(2, &["did you mean `public`"]);
}

#[test]
fn limits_of_a_queue_are_told_in_numbers() {
    let base = dealt();
    let before = base.facts();
    base.on("11-02", &["queue", "claim", "public", "--by", "张伟", "--n", "3"]).refused(2, &["claimed 2 of 2 leads today", "--n 2"]);
    base.on("11-02", &["queue", "claim", "5", "6", "7", "--by", "张伟"]).refused(2, &["1 of 3 leads", "claimed 2 of 2 leads today"]);
    base.on("11-02", &["queue", "claim", "5", "--by", "王际"]).refused(2, &["only owners with role = 'sales'"]);
    base.on("11-02", &["queue", "claim", "1", "--by", if holder(&base, "1") == "li.na" { "张伟" } else { "李娜" }])
        .refused(2, &["waits in no queue", "holds it"]);
    assert_same("refused claims", &before, &base.facts());
    base.on("11-02", &["queue", "claim", "5", "6", "--by", "张伟"]).ok();
    base.on("11-02", &["queue", "claim", "7", "--by", "张伟"]).refused(2, &["claimed 2 of 2 leads today", "tomorrow"]);
    base.on("11-03", &["queue", "claim", "7", "--by", "张伟"]).refused(2, &["holds 4 leads", "up to 4", "sop queue return"]);
    base.on("11-03", &["queue", "return", "6", "--reason", "no time"]).ok();
    base.on("11-03", &["queue", "claim", "7", "--by", "张伟"]).ok();
}

#[test]
fn whoever_returns_a_lead_waits_before_claiming_it_again() {
    let base = dealt();
    base.on("11-02", &["queue", "claim", "5", "--by", "张伟"]).ok();
    four_ways(&base, "11-03", &["queue", "return", "5", "--reason", "no budget", "--by", "zhang.wei"]);
    base.on("11-03", &["queue", "return", "5", "--reason", "x", "--by", "李娜"]).refused(2, &["张伟", "holds it, not", "李娜"]);
    base.on("11-03", &["queue", "return", "5", "--reason", "no budget"]).ok();
    assert_eq!((state(&base, "5", "queue"), holder(&base, "5")), ("public".into(), String::new()));
    assert_eq!(base.texts("SELECT ended_how FROM assignments WHERE ended_at IS NOT NULL"), ["returned"]);
    base.on("11-09", &["queue", "claim", "5", "--by", "张伟"]).refused(2, &["again from 2026-11-10"]);
    base.on("11-09", &["queue", "claim", "5", "--by", "李娜"]).ok();
    base.on("11-09", &["queue", "return", "6", "--reason", "x"]).refused(2, &["nothing to return", "it is in `public`"]);
}
