//! Files of deals, payments and follow-ups, and worklists that come back: what a user is promised of each.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::{Base, assert_same};

const LEADS: &str = "姓名,手机,邮箱,线索编号,创建时间\n张三,13920417003,zs@example.com,L1,2026-03-01\n李四,13920417040,ls@example.com,L2,2026-03-01\n";

fn with_leads() -> Base {
    let base = Base::new();
    let leads = base.write("leads.csv", LEADS).display().to_string();
    base.on("11-01", &["score", &leads]).ok();
    base
}

fn import(base: &Base, day: &str, name: &str, text: &str) -> base::Run {
    let path = base.write(name, text).display().to_string();
    base.on(day, &["import", &path, "-f", "json"])
}

fn rejects(base: &Base, name: &str) -> String {
    std::fs::read_to_string(base.path().join("rejects").join(name)).unwrap_or_default()
}

#[test]
fn a_deal_is_updated_by_its_id_and_its_lead_is_found_by_whatever_names_it() {
    let base = with_leads();
    let header = "商机编号,联系人,公司,金额,创建时间,成交时间,商机状态\n";
    let rows = "D1,L1,甲,￥50万,2026-04-01,,进行中\nD2,ls@example.com,乙,1000.50,2026-04-01,2026-05-01,赢单\nD3,13920417003,甲,,2026-04-01,,Prospecting\n";
    let first = import(&base, "11-02", "deals.csv", &format!("{header}{rows}")).ok();
    assert_eq!((first.json()["rows"][0]["kind"].as_str(), first.of_file(0, "new")), (Some("deals"), 3));
    assert_eq!(base.number("SELECT amount FROM deals WHERE id = 'D1'"), 50_000_000, "fen");
    let opened = base.number("SELECT opened_at FROM deals WHERE id = 'D1'");
    assert_eq!(opened, 1_775_001_600 - 8 * 3600, "midnight in Shanghai");
    let whose = |id: &str| base.texts(&format!("SELECT l.\"id\" FROM deals d JOIN leads l USING (lead) WHERE d.id = '{id}'"));
    assert_eq!((whose("D1"), whose("D2"), whose("D3")), (vec!["L1".into()], vec!["L2".into()], vec!["L1".into()]));
    let before = base.facts();
    import(&base, "11-03", "deals.csv", &format!("{header}{rows}")).ok();
    assert_same("the same file", &before, &base.facts());

    let won = import(&base, "11-04", "deals.csv", &format!("{header}{}", rows.replace("进行中", "closed-won"))).ok();
    assert_eq!((won.of_file(0, "new"), won.of_file(0, "updated"), won.of_file(0, "unchanged")), (0, 1, 2), "{}", won.said());
    assert_eq!(base.texts("SELECT what || ' ' || \"from\" || ' ' || \"to\" FROM changes WHERE what LIKE 'deal%'"), ["deal:D1 open won"]);
    assert_eq!(base.number("SELECT next_change_at + moves_at FROM lead_state s JOIN deals d USING (lead) WHERE d.id = 'D1'"), 0, "its lead is due");
}

#[test]
fn what_cannot_be_read_of_a_deal_is_listed() {
    let base = with_leads();
    let rows = "商机编号,邮箱,金额,商机状态\nD1,zs@example.com,$100,赢单\nD2,zs@example.com,100,天知道\nD3,zs@example.com,100,wonn\n";
    let run = import(&base, "11-02", "deals.csv", rows).ok();
    assert_eq!((run.of_file(0, "new"), run.of_file(0, "rejected")), (0, 3), "{}", run.said());
    assert_eq!(base.number("SELECT count(*) FROM deals"), 0, "another currency's money would be added up as the base's");
    let listed = rejects(&base, "deals.csv");
    assert!(listed.contains("天知道") && listed.contains("did you mean `won`") && listed.contains("$100"), "{listed}");
}

/// Headers as the systems export them; each row was opened on 1 April and won on 1 May.
#[test]
fn exports_of_common_systems_are_read_as_they_come() {
    let exports = [
        (
            "hubspot",
            "Record ID,Deal Name,Deal Stage,Amount,Currency,Close Date,Deal owner,Create Date,Deal Type,Associated Company,Closed Lost Reason",
            "7,甲,Closed Won,50,CNY,2026-05-01 10:00,Zhang,2026-04-01 09:00,New Business,恒力,",
        ),
        (
            "salesforce",
            "Opportunity ID,Account Name,Amount Currency,Amount,Close Date,Created Date,Stage,Opportunity Owner,Type,Loss Reason",
            "006,恒力,CNY,50,2026-05-01,2026-04-01,Closed Won,Zhang,New Business,",
        ),
        (
            "salesforce-api",
            "Id,AccountId,Amount,CloseDate,CreatedDate,StageName,IsWon,Type",
            "006,001,50,2026-05-01,2026-04-01T09:00:00Z,Closed Won,true,New Customer",
        ),
        (
            "zoho",
            "Record Id,Deal Name,Account Name,Amount,Currency,Closing Date,Stage,Deal Owner,Created Time,Type,Reason For Loss",
            "zcrm_1,甲,恒力,50,CNY,2026-05-01,Closed Won,Zhang,2026-04-01 09:00:00,New Business,",
        ),
        (
            "odoo",
            "External ID,Customer,Expected Revenue,Stage,Salesperson,Created on,Closed Date,Lost Reason",
            "crm_lead_1,恒力,50,Won,Zhang,2026-04-01 09:00:00,2026-05-01 10:00:00,",
        ),
        (
            "fxiaoke",
            "商机编号,商机名称,客户名称,商机金额,币种,商机类型,销售阶段,负责人,创建时间,成交日期,输单原因",
            "SJ1,甲,恒力,50,人民币,新签,赢单,张伟,2026-04-01 09:00,2026-05-01,",
        ),
        ("xiaoshouyi", "商机ID,客户名称,销售金额(元),销售阶段,销售机会所有人,创建日期,结单日期", "1,恒力,50,赢单,张伟,2026-04-01,2026-05-01"),
        ("plain", "deal_id,company,amount,created_at,closed_at,status", "1,恒力,50,2026-04-01,2026-05-01,won"),
        ("chinese", "商机编号,公司,金额,开始时间,结束时间,商机状态", "1,恒力,50,2026-04-01,2026-05-01,赢单"),
    ];
    for (name, header, row) in exports {
        let base = Base::new();
        let run = import(&base, "11-02", &format!("{name}.csv"), &format!("{header}\n{row}\n")).ok();
        assert_eq!(
            (run.json()["rows"][0]["kind"].as_str(), run.of_file(0, "new"), run.of_file(0, "rejected")),
            (Some("deals"), 1, 0),
            "{name}: {}",
            run.said()
        );
        let found = base.texts(
            "SELECT status || ' ' || amount || ' ' || date(opened_at, 'unixepoch', '8 hours') || ' ' || date(closed_at, 'unixepoch', '8 hours') FROM deals",
        );
        assert_eq!(found, ["won 5000 2026-04-01 2026-05-01"], "{name}: {}", run.said());
    }
    // The leads' own dates stay the leads'.
    let base = Base::new();
    let run = import(&base, "11-02", "leads.csv", "线索编号,姓名,手机,创建日期,线索状态\nL1,张三,13920417003,2026-03-01,新线索\n").ok();
    assert_eq!(run.json()["rows"][0]["kind"].as_str(), Some("leads"), "{}", run.said());
}

#[test]
fn what_is_odd_about_a_deal_is_named() {
    let base = with_leads();
    let header = "商机编号,手机,公司,金额,创建时间,成交时间,商机状态\n";
    let rows = "D1,,,10,2026-04-01,,进行中\nD2,13920417003,甲,-5,2026-04-01,,进行中\nD3,13920417003,甲,5,2026-04-01,2027-05-01,赢单\nD4,13920417003,甲,5,2026-04-01,,天知道\n";
    let run = import(&base, "11-02", "deals.csv", &format!("{header}{rows}")).ok();
    let said = run.json()["notes"].to_string();
    for note in [
        "1 deal names neither a known lead nor a company (counted for nobody): D1",
        "1 deal has a negative amount (taken off the sums): D2 -5.00",
        "D3 closed 2027-05-01",
    ] {
        assert!(said.contains(note), "{note}\n{said}");
    }
    let listed = rejects(&base, "deals.csv");
    assert!(listed.contains("open (进行中, ") && listed.contains("won (赢单, ") && listed.contains("lost (丢单, "), "{listed}");
    let today = base.on("11-02", &["today", "-f", "json"]).ok().json();
    assert!(today["rows"].to_string().contains("name neither a known lead nor a company: D1"), "{today}");
}

#[test]
fn a_deal_that_is_open_again_brings_its_lead_to_mind() {
    let base = with_leads();
    let deals = |status: &str| format!("商机编号,手机,金额,创建时间,成交时间,商机状态\nD1,13920417003,5,2026-04-01,{status}\n");
    import(&base, "11-02", "deals.csv", &deals("2026-05-01,丢单")).ok();
    base.on("11-02", &["tick"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM lead_state WHERE stage = 'lost'"), 1);
    assert!(!base.on("11-02", &["today"]).ok().stdout().contains("reopened"));
    let told = import(&base, "11-03", "deals.csv", &deals(",进行中")).ok();
    assert!(told.said().contains("open while nobody works on its lead, which is in a detour"), "{}", told.said());
    let today = base.on("11-03", &["today", "-f", "json"]).ok().json();
    let row = today["rows"].as_array().unwrap().iter().find(|r| r["waits"] == "reopened").unwrap_or_else(|| panic!("{today}")).clone();
    assert!(row["detail"].as_str().unwrap().contains("张三") && row["next"].as_str().unwrap().contains("stage=opportunity"), "{row}");
    let key = base.texts("SELECT key FROM v_leads WHERE id = 'L1'").remove(0);
    base.on("11-03", &["set", &key, "stage=opportunity", "--why", "the deal is open again"]).ok();
    assert!(!base.on("11-03", &["today"]).ok().stdout().contains("reopened"));
}

#[test]
fn won_may_be_a_yes_or_no_and_odd_dates_are_named() {
    let base = with_leads();
    let rows = "合同编号,邮箱,金额,创建时间,签约时间,是否成交\nC1,zs@example.com,10,2026-05-01,2026-04-01,是\nC2,ls@example.com,10,,2026-01-15,是\nC3,ls@example.com,10,2026-05-01,2026-06-01,否\nC4,ls@example.com,10,2026-05-01,,\n";
    let run = import(&base, "11-02", "deals.csv", rows).ok();
    assert_eq!(base.texts("SELECT status FROM deals ORDER BY id"), ["won", "won", "lost", "open"]);
    let notes = run.said();
    assert!(notes.contains("1 deal closed before it was opened: C1"), "{notes}");
    assert!(notes.contains("1 deal closed before its lead was created: ls@example.com closed 2026-01-15"), "{notes}");
}

#[test]
fn a_deal_of_nobody_waits_for_its_lead_and_a_payment_for_its_deal() {
    let base = with_leads();
    let paid = "商机编号,回款日期,回款金额\nD9,2026-07-01,300\nD9,2026-07-01,300\n";
    let early = import(&base, "11-02", "payments.csv", paid).ok();
    assert!(early.said().contains("not arrived"), "{}", early.said());
    let deal = "商机编号,手机,公司,金额,商机状态\nD9,13920417077,丙,900,赢单\n";
    let run = import(&base, "11-02", "deals.csv", deal).ok();
    assert!(run.said().contains("1 deal names no known lead"), "{}", run.said());
    assert_eq!(base.texts("SELECT company FROM deals WHERE lead IS NULL"), ["丙"]);
    import(&base, "11-03", "late.csv", "姓名,手机\n王五,13920417077\n").ok();
    assert_eq!(base.texts("SELECT \"name\" FROM deals JOIN leads USING (lead)"), ["王五"]);
    assert_eq!(base.number("SELECT count(*) FROM waiting_deals"), 0);
    let before = base.facts();
    import(&base, "11-03", "deals.csv", deal).ok();
    import(&base, "11-03", "payments.csv", paid).ok();
    assert_same("the same again", &before, &base.facts());
    assert_eq!(base.number("SELECT CAST(paid AS INTEGER) FROM v_deals"), 600, "in major units");
}

/// Paid for a deal so far, in major units.
fn paid(base: &Base, deal: &str) -> i64 {
    base.number(&format!("SELECT CAST(coalesce(paid, 0) AS INTEGER) FROM v_deals WHERE id = '{deal}'"))
}

fn with_deals() -> Base {
    let base = with_leads();
    let deals = "商机编号,线索编号,金额,商机状态,成交日期\nD-1,L1,90000,赢单,2026-10-01\nD-2,L1,90000,赢单,2026-10-01\n";
    import(&base, "11-02", "deals.csv", deals).ok();
    base
}

#[test]
fn a_payment_with_an_id_is_known_by_it_and_restated_when_it_comes_again() {
    let base = with_deals();
    let header = "回款编号,商机编号,回款日期,回款金额\n";
    let file = |name: &str, rows: &str| import(&base, "11-03", name, &format!("{header}{rows}")).ok();
    let first = file("a.csv", "P1,D-1,2026-10-05,50000\n");
    assert_eq!((first.of_file(0, "new"), paid(&base, "D-1")), (1, 50_000));
    assert!(!first.said().contains("without an id"), "{}", first.said());
    let before = base.facts();
    assert_eq!(file("a.csv", "P1,D-1,2026-10-05,50000\n").of_file(0, "unchanged"), 1);
    assert_same("the same again", &before, &base.facts());
    let corrected = file("b.csv", "P1,D-1,2026-10-06,60000\n");
    assert_eq!((corrected.of_file(0, "updated"), corrected.of_file(0, "new"), paid(&base, "D-1")), (1, 0, 60_000), "{}", corrected.said());
    // Taken back, the first word counts again.
    base.on("11-03", &["undo", "--yes"]).ok();
    assert_same("undone", &before, &base.facts());
    // It was booked on the wrong deal.
    file("c.csv", "P1,D-2,2026-10-05,50000\n");
    assert_eq!((paid(&base, "D-1"), paid(&base, "D-2")), (0, 50_000));
    // One transfer for two deals; one row told twice; two transfers of one day and amount, in two files.
    file("d.csv", "P1,D-1,2026-10-05,30000\nP1,D-2,2026-10-05,20000\n");
    assert_eq!((paid(&base, "D-1"), paid(&base, "D-2")), (30_000, 20_000));
    let twice = file("e.csv", "P2,D-1,2026-10-07,-10000\nP2,D-1,2026-10-07,-10000\n");
    assert_eq!((twice.of_file(0, "new"), twice.of_file(0, "unchanged"), paid(&base, "D-1")), (1, 1, 20_000));
    file("f.csv", "P3,D-1,2026-10-08,500\n");
    assert_eq!(file("g.csv", "P4,D-1,2026-10-08,500\n").of_file(0, "new"), 1);
    assert_eq!(paid(&base, "D-1"), 21_000);
    let contradicted = file("h.csv", "P5,D-2,2026-10-08,100\nP5,D-2,2026-10-08,200\n");
    assert!(
        contradicted.said().contains("1 row says otherwise of a payment that the file has told before, and takes its place: P5"),
        "{}",
        contradicted.said()
    );
    assert_eq!(paid(&base, "D-2"), 20_200);
}

#[test]
fn payments_without_ids_are_known_by_what_they_say_and_keep_their_place_when_ids_come() {
    let base = with_deals();
    let plain = "商机编号,回款日期,回款金额\nD-1,2026-10-05,300\nD-1,2026-10-05,300\n";
    let run = import(&base, "11-03", "plain.csv", plain).ok();
    assert!(run.said().contains("without an id (a column 回款编号, payment_id …) a payment is known by its deal, date and amount"), "{}", run.said());
    assert_eq!(paid(&base, "D-1"), 600);
    let named = "payment_id,deal,at,amount\nP1,D-1,2026-10-05,300\nP2,D-1,2026-10-05,300\nP3,D-1,2026-10-05,300\n";
    import(&base, "11-04", "named.csv", named).ok();
    assert_eq!(paid(&base, "D-1"), 900, "two of them were there");
    assert_eq!(import(&base, "11-05", "plain.csv", plain).ok().of_file(0, "unchanged"), 2, "and are there");
    assert_eq!(paid(&base, "D-1"), 900);
    // Numbers of rows begin anew in each file: they name nothing.
    import(&base, "11-05", "x.csv", "编号,商机编号,回款日期,回款金额\n1,D-2,2026-10-05,10\n2,D-2,2026-10-06,20\n").ok();
    let next = import(&base, "11-06", "y.csv", "编号,商机编号,回款日期,回款金额\n1,D-2,2026-11-05,40\n").ok();
    assert!(next.said().contains("numbers of their rows"), "{}", next.said());
    assert_eq!(paid(&base, "D-2"), 70);
}

#[test]
fn follow_ups_are_events_too_and_repeats_are_kept() {
    let base = with_leads();
    let header = "手机,跟进人,跟进时间,跟进方式,跟进结果,备注\n";
    let rows = "13920417003,张伟,2026-10-01 10:00,电话,接通,想看案例\n13920417003,张伟,2026-10-01 10:00,电话,接通,想看案例\n13920417040,张伟,2026-10-02 11:00,邮件,已回复,\n13920417040,张伟,2026-10-03 11:00,上门,已见面,\n";
    let first = import(&base, "11-02", "f.csv", &format!("{header}{rows}")).ok();
    assert_eq!((first.json()["rows"][0]["kind"].as_str(), first.of_file(0, "new")), (Some("follow-ups"), 4), "{}", first.said());
    let kinds = || base.texts("SELECT d.kind FROM events e JOIN details d USING (detail) WHERE d.kind <> 'lead_captured' ORDER BY e.lead, e.at, e.seq");
    assert_eq!(kinds(), ["call_connected", "call_connected", "reply"]);
    let calls = base.write("calls.csv", "phone,kind,at\n13920417003,call_connected,2026-10-01 10:00\n").display().to_string();
    base.on("11-02", &["import", &calls]).ok();
    assert_eq!(kinds().len(), 3, "the same call, told by another file");
    let before = base.facts();
    import(&base, "11-04", "f.csv", &format!("{header}{rows}")).ok();
    assert_same("the same file", &before, &base.facts());
    import(&base, "11-05", "g.csv", "手机,跟进人,跟进时间,跟进方式,跟进结果,下次跟进\n13920417040,张伟,2026-10-02 11:00,邮件,已回复,2026-12-01\n").ok();
    assert_eq!(base.number("SELECT count(*) FROM follow_ups"), 4, "a blank is filled, nothing is doubled");
    assert_eq!(base.texts("SELECT next_at_local FROM v_follow_ups WHERE next_at IS NOT NULL"), ["2026-12-01 00:00:00"]);
}

#[test]
fn a_worklist_comes_back_once_whenever_it_comes() {
    let base = with_leads();
    base.on("11-01", &["set", "L1", "owner=张伟", "--why", "handed over"]).ok();
    let keys = base.texts("SELECT key FROM v_leads ORDER BY lead");
    let header = "key,姓名,公司,手机,总分,清单编号,判定,原因,结果,质量,需求痛点,决策进度,预算,下次跟进,备注\n";
    let row = |key: &str, list: &str, rest: &str| format!("{key},张三,甲,13920417003,50,{list},{rest}\n");
    let filled = format!("{header}{}{}", row(&keys[0], "w1", "接受,,接通,高,成本,立项,50万,2026-12-01,好"), row(&keys[1], "w1", ",,,,,,,,"));
    let first = import(&base, "11-02", "list.csv", &filled).ok();
    assert_eq!((first.json()["rows"][0]["kind"].as_str(), first.of_file(0, "new")), (Some("follow-ups"), 1), "{}", first.said());
    assert!(first.said().contains("1 rows are not filled in"), "{}", first.said());
    assert_eq!(base.texts("SELECT quality || pain || progress || budget || note FROM follow_ups"), ["高成本立项50万好"]);
    assert_eq!(base.number("SELECT count(*) FROM verdicts WHERE reason IS NULL"), 1);
    assert_eq!(base.texts("SELECT \"name\" FROM leads WHERE \"company\" IS NOT NULL"), Vec::<String>::new(), "a worklist does not change leads");
    let before = base.facts();
    import(&base, "11-09", "list.csv", &filled).ok();
    assert_same("the same list, a week later", &before, &base.facts());
    import(&base, "11-09", "list.csv", &filled.replace("w1", "w2")).ok();
    assert_eq!((base.number("SELECT count(*) FROM follow_ups"), base.number("SELECT count(*) FROM verdicts")), (2, 2), "the next list\'s answers");
}

#[test]
fn answers_that_contradict_or_cannot_be_read() {
    let base = with_leads();
    let header = "手机,判定,原因,结果,备注,跟进时间\n";
    let rows = "13920417003,接受,,,,2026-10-01\n13920417003,拒绝,price,,,2026-10-02\n13920417040,拒绝,,,,2026-10-01\n13999999998,接受,,,,2026-10-01\n13920417040,,,飞了,,2026-10-01\n";
    let run = import(&base, "11-02", "v.csv", &format!("{header}{rows}")).ok();
    assert_eq!((run.of_file(0, "rows_read"), run.of_file(0, "rejected"), run.of_file(0, "new")), (5, 4, 1), "{}", run.said());
    assert!(run.said().contains("different answers") && run.said().contains("reject (price)"), "{}", run.said());
    let listed = rejects(&base, "v.csv");
    for why in ["another verdict on this lead was read first", "a lead is rejected for a reason", "no lead of the base is known by this", "飞了"] {
        assert!(listed.contains(why), "{why}\n{listed}");
    }
}

#[test]
fn what_is_split_off_gets_its_deals_where_that_is_known() {
    let base = Base::new();
    let leads = "姓名,手机,邮箱,线索编号,公司\n张三,13920417003,zs@example.com,L1,甲厂\n李四,13920417040,ls@example.com,L2,乙厂\n";
    let leads = base.write("leads.csv", leads).display().to_string();
    base.on("11-01", &["score", &leads]).ok();
    let deals = "商机编号,手机,公司,金额,商机状态\nD1,13920417003,甲厂,10,open\nD2,13920417040,乙厂,20,won\nD3,13920417040,,30,won\n";
    import(&base, "11-02", "deals.csv", deals).ok();
    import(&base, "11-02", "f.csv", "手机,跟进人,跟进时间,跟进方式,跟进结果,备注\n13920417040,张伟,2026-10-01 10:00,电话,未接,x\n").ok();
    base.on("11-03", &["merge", "13920417003", "13920417040", "--why", "one person"]).ok();
    let before = base.facts();
    let run = base.on("11-04", &["split", "13920417003", "--why", "two after all"]).ok();
    for told in ["the deal D2 goes to", "the deal D3 goes to", "1 follow-up goes to"] {
        assert!(run.said().contains(told), "{told}\n{}", run.said());
    }
    let whose = |id: &str| base.texts(&format!("SELECT l.\"name\" FROM deals d JOIN leads l USING (lead) WHERE d.id = '{id}'"));
    assert_eq!((whose("D1"), whose("D2"), whose("D3")), (vec!["张三".into()], vec!["李四".into()], vec!["李四".into()]), "each to the lead that its row names");
    let copy = base.copy();
    copy.on("11-04", &["undo", "--yes"]).ok();
    assert_same("taken back", &before, &copy.facts());
    import(&base, "11-05", "deals.csv", deals).ok();
    assert_eq!(whose("D3"), ["李四"], "its row names whose it is");
}

#[test]
fn merging_two_leads_unites_what_is_kept_of_them() {
    let base = with_leads();
    import(&base, "11-02", "deals.csv", "商机编号,手机,金额,商机状态\nD1,13920417003,10,open\nD2,13920417040,20,won\n").ok();
    let call = |phone: &str| format!("{phone},张伟,2026-10-01 10:00,电话,接通,一样\n");
    let rows =
        format!("手机,跟进人,跟进时间,跟进方式,跟进结果,备注\n{}{}{}", call("13920417003"), call("13920417040"), call("13920417040").replace("一样", "另外"));
    import(&base, "11-02", "f.csv", &rows).ok();
    base.on("11-02", &["score"]).ok();
    let before = base.facts();
    base.on("11-03", &["merge", "13920417003", "13920417040", "--why", "one person"]).ok();
    assert_eq!(base.number("SELECT count(DISTINCT lead) FROM deals"), 1);
    assert_eq!(base.number("SELECT count(*) FROM follow_ups"), 2, "equal ones once");
    assert_eq!(base.number("SELECT count(*) FROM follow_ups WHERE lead NOT IN (SELECT lead FROM leads)"), 0);
    base.on("11-03", &["undo", "--yes"]).ok();
    assert_same("the merge", &before, &base.facts());
}
