//! Who is who: the order of identities decides, contradictions wait for a person, what many share identifies nobody.

use crate::base::Base;

fn import(base: &Base, text: &str, more: &[&str]) -> crate::base::Run {
    let file = base.write("file.csv", text).display().to_string();
    base.on("11-01", &[&["import", &file, "-f", "json"], more].concat())
}

fn leads(base: &Base) -> i64 {
    base.number("SELECT count(*) FROM leads")
}

#[test]
fn the_first_identity_decides_and_a_contradiction_waits() {
    let base = Base::new();
    import(&base, "线索编号,手机,邮箱,姓名\n1,13920417003,a@example.com,甲\n2,13920417040,b@example.com,乙\n", &[]).ok();
    let run = import(&base, "线索编号,手机,邮箱,职位\n1,13920417040,,总监\n,13920417003,b@example.com,经理\n", &[]).ok();
    assert_eq!((leads(&base), run.of_file(0, "to_decide")), (2, 1), "{}", run.said());
    assert_eq!(base.texts("SELECT title FROM leads ORDER BY lead"), ["经理", ""], "the id, then the phone, decided: both rows are the first lead");
    assert_eq!(base.texts("SELECT lead || '-' || other FROM to_decide"), ["1-2"]);
    assert!(base.on("11-01", &["today"]).ok().stdout().contains("sop merge"));
}

#[test]
fn an_id_counts_within_its_source() {
    let base = Base::new();
    import(&base, "线索编号,姓名\n7,甲\n", &[]).ok();
    import(&base, "线索编号,姓名\n7,乙\n", &["--source", "crm"]).ok();
    import(&base, "线索编号,姓名\n7,丙\n", &["--source", "CRM"]).ok();
    assert_eq!(base.texts("SELECT name FROM leads ORDER BY lead"), ["甲", "丙"]);
    base.on("11-01", &["explain", "7"]).refused(2, &["`7` is 2 leads"]);
}

#[test]
fn what_is_nobodys_own_identifies_nobody() {
    let base = Base::new();
    let rows = "姓名,手机,邮箱\n甲,,info@example.com\n乙,,Info@Example.com\n丙,13800138000,\n丁,13800138000,\n戊,,客服@example.com\n";
    import(&base, rows, &[]).ok();
    assert_eq!(leads(&base), 5, "role mailboxes and test numbers");
    // A switchboard, in one file and over several.
    let base = Base::new();
    import(&base, "姓名,手机\n甲,051288886666\n乙,0512-8888-6666\n丙,0512 88886666\n", &[]).ok();
    assert_eq!(leads(&base), 3, "three names in one file");
    for lists in
        [["甲,051288886666", "乙,051288886666", "丙,051288886666", "丁,051288886666"], ["甲,13920417003", "甲,13920417003", "甲,13920417003", "甲,13920417003"]]
    {
        let base = Base::new();
        for row in lists {
            import(&base, &format!("姓名,手机\n{row}\n"), &[]).ok();
        }
        let expected = if lists[0] == lists[1] { 1 } else { 3 };
        assert_eq!(leads(&base), expected, "{lists:?}: the third name and those after it are leads of their own");
    }
    // Asked for by it, the leads that share it are named.
    for number in ["051288886666", "0512-8888-6666"] {
        let keys = base.on("11-01", &["leads", "--columns", "key", "-f", "csv"]).ok().stdout();
        let keys: Vec<&str> = keys.lines().skip(1).map(str::trim).collect();
        let said = base.on("11-01", &["explain", number]).refused(2, &["shared by 3 leads", "key: "]).said();
        assert!(keys.len() == 3 && keys.iter().all(|k| said.contains(*k)), "{said}");
    }
    // Events that name it find nobody, either.
    let acts = base.write("acts.csv", "phone,kind,at\n051288886666,inquiry,2026-10-01\n").display().to_string();
    base.on("11-01", &["import", &acts]).ok();
    assert_eq!(base.number("SELECT count(*) FROM events"), 0);
}

const LOST: &str = "a spreadsheet has rounded this number: digits are lost; export the column as text";

/// The cells that a file's reject list names: row, column, text, reason.
fn listed(base: &Base) -> Vec<String> {
    let text = std::fs::read_to_string(base.path().join("rejects/file.csv")).unwrap_or_default();
    text.lines().skip(1).map(|l| l.rsplitn(5, ',').take(4).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join(",")).collect()
}

#[test]
fn a_number_that_a_spreadsheet_rounded_names_nobody() {
    let base = Base::new();
    let text = "姓名,手机,公司\n张三,1.39204E+10,甲公司\n李四,1.39204E+10,乙公司\n王五,1.3920410003E+10,丙公司\n赵六,13920410001.0,丁公司\n";
    let run = import(&base, text, &[]).ok();
    assert_eq!((run.of_file(0, "new"), run.of_file(0, "joined")), (4, 0), "{}", run.said());
    assert_eq!(
        base.texts("SELECT name || ' ' || coalesce(phone, '') FROM leads ORDER BY lead"),
        ["张三 ", "李四 ", "王五 +8613920410003", "赵六 +8613920410001"]
    );
    assert_eq!(listed(&base), [format!("2,手机,1.39204E+10,{LOST}"), format!("3,手机,1.39204E+10,{LOST}")]);
    // The same rows are the same leads, and so are those of a list that was exported as text.
    import(&base, text, &[]).ok();
    import(&base, "姓名,手机\n王五,13920410003\n赵六,13920410001\n", &[]).ok();
    assert_eq!(leads(&base), 4);
}

#[test]
fn a_rounded_id_joins_neither_leads_nor_deals_nor_payments() {
    let base = Base::new();
    import(&base, "线索编号,姓名,公司\n2.02611E+14,甲,甲公司\n2.02611E+14,乙,乙公司\n1001.0,丙,丙公司\n1001,丙,丙公司\n1E5,丁,丁公司\n", &[]).ok();
    assert_eq!(base.texts("SELECT name || ' ' || coalesce(id, '') FROM leads ORDER BY lead"), ["甲 ", "乙 ", "丙 1001", "丁 1E5"]);
    let deals = "id,company,status,amount,closed_at,product\n2.02611E+14,甲公司,won,100,2026-10-01,1E5\n2.02611E+14,乙公司,won,200,2026-10-02,1.5E+10\n5001.0,丙公司,won,300,2026-10-03,B\n";
    import(&base, deals, &["--as", "deals"]).ok();
    assert_eq!(base.texts("SELECT amount || ' ' || product FROM deals ORDER BY amount"), ["10000 1E5", "20000 1.5E+10", "30000 B"], "a product is no identity");
    assert_eq!(listed(&base).len(), 2);
    let paid = import(&base, "deal,at,amount\n2.02611E+14,2026-10-05,100\n5001,2026-10-05,300\n", &["--as", "payments"]).ok();
    assert_eq!((paid.of_file(0, "new"), paid.of_file(0, "rejected")), (1, 1));
    assert_eq!(listed(&base), [format!("2,deal,2.02611E+14,{LOST}")]);
    assert_eq!(base.number("SELECT count(*) FROM payments JOIN deals USING (deal)"), 1, "5001.0 is 5001: {}", paid.said());
}

#[test]
fn events_of_a_rounded_number_are_nobodys() {
    let base = Base::new();
    import(&base, "姓名,手机,线索编号\n甲,13920410003,77\n乙,13920410004,78\n", &[]).ok();
    for who in ["phone", "lead"] {
        let file = format!("{who},kind,at\n1.39204E+10,inquiry,2026-10-01\n1.3920410003E+10,inquiry,2026-10-02\n13920410004.0,inquiry,2026-10-03\n");
        let run = import(&base, &file, &["--as", "events"]).ok();
        assert_eq!((run.of_file(0, "events_matched") + run.of_file(0, "events_known"), run.of_file(0, "rejected")), (2, 1), "{who}: {}", run.said());
        assert_eq!(listed(&base), [format!("2,{who},1.39204E+10,{LOST}")]);
    }
    // An event's own id that is rounded makes no two events one.
    let run =
        import(&base, "phone,kind,at,event_id\n13920410003,inquiry,2026-10-11,2.02611E+14\n13920410003,inquiry,2026-10-12,2.02611E+14\n", &["--as", "events"])
            .ok();
    assert_eq!((run.of_file(0, "events_matched"), listed(&base).len()), (2, 2), "{}", run.said());
    assert_eq!(base.number("SELECT count(*) FROM events WHERE at > unixepoch('2026-10-10')"), 2);
}

#[test]
fn a_large_file_recognises_as_a_small_one_does() {
    // Past 4 MB identities are held in memory; the same rows come out.
    let rows = crate::base::leads_csv(41, 0, 400);
    let more = crate::base::leads_csv(42, 200, 500);
    let (small, large) = (Base::new(), Base::new());
    let wide = |text: &str| {
        text.lines().enumerate().map(|(i, l)| if i == 0 { format!("{l},padding\n") } else { format!("{l},{}\n", "x".repeat(12_000)) }).collect::<String>()
    };
    // Cells with line breaks would be torn apart by this way of widening.
    let plain = |text: String| text.replace("\"两行\n备注\"", "两行");
    let (rows, more) = (plain(rows), plain(more));
    for (base, first, second) in [(&small, rows.clone(), more.clone()), (&large, wide(&rows), wide(&more))] {
        import(base, &first, &[]).ok();
        import(base, &second, &["--yes"]).ok();
    }
    let who = "SELECT group_concat(lead || ':' || text, ' ') FROM (SELECT lead, text FROM identities WHERE text NOT LIKE '%#%' ORDER BY lead, text)";
    assert_eq!(small.texts(who), large.texts(who));
    assert_eq!(leads(&small), leads(&large));
    for table in ["barred", "to_decide", "source_rows"] {
        let count = format!("SELECT count(*) FROM {table}");
        assert!(small.number(&count) > 0 && small.number(&count) == large.number(&count), "{table}");
    }
}

fn fields(options: &str) -> String {
    format!(
        "leads:\n  phone: {{type: phone, region: CN, aliases: [手机]}}\n  name: {{type: text, aliases: [姓名]}}\n  title: {{type: text, aliases: [职位]{options}}}\n  consent_email: {{type: boolean, aliases: [邮件授权]}}\n  updated_at: {{type: datetime, aliases: [更新时间]}}\n  channel: {{type: channel, aliases: [来源渠道]}}\nidentity: [phone]\n"
    )
}

fn title_after(options: &str, rows: &[&str]) -> String {
    let base = Base::with(&[("sops/fields.yaml", &fields(options))]);
    for row in rows {
        import(&base, &format!("手机,职位,更新时间\n13920417003,{row}\n"), &[]).ok();
    }
    base.texts("SELECT title FROM leads").remove(0)
}

#[test]
fn whose_value_wins() {
    assert_eq!(title_after("", &["总监,", "经理,"]), "经理", "the later file");
    assert_eq!(title_after("", &["总监,2026-05-01", "经理,2026-04-01"]), "总监", "the larger updated_at");
    assert_eq!(title_after("", &["总监,2026-05-01", "经理,2026-04-01", "厂长,2026-06-01"]), "厂长");
    assert_eq!(title_after("", &["总监,", ","]), "总监", "a blank takes nothing away");
    assert_eq!(title_after("", &["总监,", "<clear>,"]), "", "<clear> does");
    assert_eq!(title_after("", &["总监,2026-05-01", "<clear>,2026-04-01"]), "总监", "an old one does not");
    assert_eq!(title_after(", on_conflict: keep_first", &["总监,", "经理,"]), "总监");
    assert_eq!(title_after(", on_conflict: fill_blanks", &[",", "经理,", "总监,"]), "经理");
    // Consent: the stricter of FALSE, blank, TRUE. Channel: the first, and a touch for each.
    let base = Base::with(&[("sops/fields.yaml", &fields(""))]);
    for (row, expected) in [("是", Some(1)), ("", Some(-1)), ("是", Some(-1)), ("否", Some(0)), ("是", Some(0)), ("", Some(0))] {
        import(&base, &format!("手机,邮件授权\n13920417003,{row}\n"), &[]).ok();
        assert_eq!(Some(base.number("SELECT coalesce(consent_email, -1) FROM leads")), expected, "{row}");
    }
    let base = Base::with(&[("sops/fields.yaml", &fields(""))]);
    for channel in ["百度推广", "展会", "百度推广", "转介绍"] {
        import(&base, &format!("手机,来源渠道,创建时间\n13920417003,{channel},2026-10-01 10:00\n"), &[]).ok();
    }
    assert_eq!(base.texts("SELECT channel FROM leads"), ["baidu"]);
    assert_eq!(base.number("SELECT count(*) FROM events"), 3, "three channels, three touches");
}

#[test]
fn an_import_that_looks_like_a_mistake_asks() {
    let base = Base::new();
    let rows = |title: &str, from: usize, until: usize| -> String {
        let line = |n: usize| format!("{n},{},{title}\n", crate::base::phone(n as u64));
        format!("线索编号,手机,职位\n{}", (from..until).map(line).collect::<String>())
    };
    import(&base, &rows("总监", 0, 200), &[]).ok();
    import(&base, &rows("经理", 0, 60), &[]).ok(); // 30 % is not more than 30 %
    let before = base.dump();
    import(&base, &rows("厂长", 0, 61), &[]).refused(2, &["61 of 200 leads", "--yes"]);
    crate::base::assert_same("a refused import", &before, &base.dump());
    import(&base, &rows("厂长", 0, 61), &["--yes"]).ok();
    // Rows that name two known leads each: the third column was mistaken for an identity.
    let pairs = |n: usize| format!("线索编号,手机\n{}", (0..n).map(|i| format!("{i},{}\n", crate::base::phone(100 + i as u64))).collect::<String>());
    let before = base.dump();
    import(&base, &pairs(21), &[]).refused(2, &["21 pairs", "--yes"]);
    crate::base::assert_same("a refused import", &before, &base.dump());
    import(&base, &pairs(20), &[]).ok();
    import(&base, &pairs(45), &["--yes"]).ok();
    // A base that shrank by merges is as large as it is, not as it was numbered.
    let base = Base::new();
    import(&base, &rows("总监", 0, 205), &[]).ok();
    for n in 0..6 {
        base.on("11-01", &["merge", &crate::base::phone(2 * n), &crate::base::phone(2 * n + 1), "--why", "x"]).ok();
    }
    import(&base, &rows("厂长", 50, 199), &[]).ok(); // 199 leads: below 200 nobody asks
}

#[test]
fn two_people_under_one_number_can_be_split() {
    let base = Base::new();
    let text = "姓名,手机,职位\n张三,13920417003,总监\n李四,13920417003,助理\n";
    import(&base, text, &[]).ok();
    assert_eq!(leads(&base), 1);
    base.on("11-01", &["split", "13920417003", "--why", "father and son"]).ok();
    assert_eq!(base.texts("SELECT name || ' ' || title FROM leads ORDER BY lead"), ["张三 总监", "李四 助理"]);
    // The same file finds the two, and makes no third.
    let again = import(&base, text, &[]).ok();
    assert_eq!((again.of_file(0, "new"), again.of_file(0, "updated"), leads(&base)), (0, 0, 2), "{}", again.said());
    for key in base.on("11-01", &["leads", "-f", "json"]).ok().json()["rows"].as_array().unwrap() {
        base.on("11-01", &["explain", key["key"].as_str().unwrap()]).ok();
    }
}

/// A role mailbox identifies nobody, but a person may ask for the one lead that has it.
#[test]
fn the_one_lead_of_an_office_address_can_be_asked_for() {
    let base = Base::new();
    import(&base, "姓名,邮箱\n甲,info@example.com\n乙,b@example.com\n", &[]).ok();
    assert!(base.on("11-01", &["explain", "Info@Example.com"]).ok().stdout().contains('甲'));
}

/// What a lead was recognised by goes into its first row's record, whether the base knew it or this file brought it.
#[test]
fn a_split_gives_back_what_both_rows_had() {
    let base = Base::new();
    import(&base, "线索编号,手机,邮箱,姓名\n1,13920417003,,甲\n2,13920417040,,乙\n", &[]).ok();
    // The first row brings an address; the second and third are other rows of the two leads.
    let rows = "线索编号,手机,邮箱,姓名\n2,13920417040,b@example.com,乙\n9,13920417003,,甲\n8,,b@example.com,乙\n";
    import(&base, rows, &[]).ok();
    assert_eq!(leads(&base), 2);
    let first = base.texts("SELECT identities FROM source_rows WHERE file = '' ORDER BY lead");
    assert_eq!(first.len(), 2, "{first:?}");
    assert!(first[0].contains("+8613920417003") && !first[0].contains("b@example.com"), "{first:?}");
    assert!(first[1].contains("+8613920417040") && first[1].contains("b@example.com"), "{first:?}");
}
