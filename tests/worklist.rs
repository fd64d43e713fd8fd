//! Worklists: what goes out to salespeople, what they do to it, and what follows when it comes back.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::{Base, assert_same};
use calamine::{Data, Reader};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use std::path::{Path, PathBuf};

const LEADS: &str = "姓名,手机,邮箱,线索编号,公司,负责人,创建时间\n张三,13920417003,zs@example.com,L1,甲,张伟,2026-03-01\n\
    李四,13920417040,ls@example.com,L2,乙,张伟,2026-03-01\n王五,13920417055,ww@example.com,L3,丙,张伟,2026-03-01\n赵六,13920417066,zl@example.com,L4,丁,王芳,2026-03-01\n";

/// Four leads, three of them zhang.wei's.
fn with_leads() -> Base {
    let base = Base::new();
    base.on("11-02", &["init"]).ok(); // the example team is a workspace's own
    let leads = base.write("leads.csv", LEADS).display().to_string();
    base.on("11-02", &["score", &leads]).ok();
    base
}

/// A first sheet as a person has it on the screen.
struct Sheet {
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    fn read(path: &Path) -> Self {
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
        let range = book.worksheet_range_at(0).unwrap().unwrap();
        let text = |cell: &Data| match cell {
            Data::DateTime(at) => at.as_datetime().map(|t| t.format("%Y-%m-%d").to_string()).unwrap_or_default(),
            other => other.to_string(),
        };
        let mut rows = range.rows().map(|r| r.iter().map(text).collect::<Vec<_>>());
        Self { headers: rows.next().unwrap(), rows: rows.collect() }
    }

    fn at(&self, header: &str) -> usize {
        self.headers.iter().position(|h| h == header).unwrap_or_else(|| panic!("no `{header}` in {:?}", self.headers))
    }

    /// The row of a lead by its id.
    fn row(&self, id: &str) -> usize {
        let column = self.headers.iter().position(|h| h == "编号" || h == "id").unwrap();
        self.rows.iter().position(|r| r[column] == id).unwrap()
    }

    fn fill(&mut self, id: &str, cells: &[(&str, &str)]) {
        let row = self.row(id);
        for (header, text) in cells {
            let column = self.at(header);
            self.rows[row][column] = (*text).to_owned();
        }
    }

    /// Saves it as a spreadsheet program does: days are numbers with a format.
    fn write(&self, path: &Path) {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let day = Format::new().set_num_format("yyyy-mm-dd");
        let lines = std::iter::once(&self.headers).chain(&self.rows);
        for (r, line) in (0..).zip(lines) {
            for (c, text) in (0..).zip(line).filter(|(_, t)| !t.is_empty()) {
                match ExcelDateTime::parse_from_str(text) {
                    Ok(at) if text.len() == 10 && text.starts_with("20") => sheet.write_datetime_with_format(r, c, &at, &day).unwrap(),
                    _ => sheet.write_string(r, c, text).unwrap(),
                };
            }
        }
        book.save(path).unwrap();
    }
}

fn lists(base: &Base, day: &str, lang: &str) -> PathBuf {
    let folder = base.path().join("lists");
    base.on(day, &["worklist", "--all", "-o", &folder.display().to_string(), "--lang", lang]).ok();
    folder.join("zhang.wei.xlsx")
}

/// Fills the list of zhang.wei and gives its path.
fn filled(base: &Base, answers: &[(&str, &[(&str, &str)])]) -> PathBuf {
    let path = lists(base, "11-03", "zh");
    let mut sheet = Sheet::read(&path);
    for (id, cells) in answers {
        sheet.fill(id, cells);
    }
    sheet.write(&path);
    path
}

fn import(base: &Base, day: &str, path: &Path) -> base::Run {
    base.on(day, &["import", &path.display().to_string(), "-f", "json"])
}

fn rejects(base: &Base) -> String {
    std::fs::read_to_string(base.path().join("rejects/zhang.wei.xlsx.csv")).unwrap_or_default()
}

fn stage(base: &Base, id: &str) -> String {
    let sql = format!("SELECT coalesce(s.stage, '') || ' ' || coalesce(s.owner, '') FROM lead_state s JOIN leads l USING (lead) WHERE l.\"id\" = '{id}'");
    base.texts(&sql).concat().trim().to_owned()
}

#[test]
fn a_list_that_nobody_filled_in_does_nothing_in_either_language() {
    for lang in ["en", "zh"] {
        let base = with_leads();
        let path = lists(&base, "11-03", lang);
        let sheet = Sheet::read(&path);
        let before = base.facts();
        let run = import(&base, "11-03", &path).ok();
        assert_eq!((run.json()["rows"][0]["kind"].as_str(), run.of_file(0, "new")), (Some("follow-ups"), 0), "{}", run.said());
        assert!(!run.said().contains("no worklist has") && !run.said().contains("other sheets"), "{lang}: {}", run.said());
        assert_same("an unfilled list", &before, &base.facts());
        assert_eq!(sheet.rows.len(), 3, "zhang.wei's, nobody else's");
        let answers = match lang {
            "zh" => ["判定", "原因", "结果", "质量", "需求痛点", "决策进度", "预算", "下次跟进", "备注"],
            _ => ["verdict", "reason", "result", "quality", "pain point", "progress", "budget", "next follow-up", "note"],
        };
        assert!(answers.iter().all(|h| sheet.rows.iter().all(|r| r[sheet.at(h)].is_empty())), "{:?}", sheet.headers);
    }
}

#[test]
fn answers_come_back_once_and_the_next_list_knows_them() {
    let base = with_leads();
    let all: [(&str, &[(&str, &str)]); 3] = [
        (
            "L1",
            &[
                ("判定", "接受"),
                ("结果", "接通"),
                ("质量", "A"),
                ("需求痛点", "停机"),
                ("决策进度", "评审"),
                ("预算", "50万"),
                ("下次跟进", "2026-11-05"),
                ("备注", "-报价"),
            ],
        ),
        ("L2", &[("判定", "拒绝"), ("原因", "价格敏感"), ("结果", "未接")]),
        ("L3", &[("结果", "已见面"), ("下次跟进", "2026-11-04")]),
    ];
    let path = filled(&base, &all);
    let run = import(&base, "11-03", &path).ok();
    assert_eq!((run.of_file(0, "new"), run.of_file(0, "rejected")), (3, 0), "{}", run.said());
    assert!(run.said().contains("1 leads accepted, 1 rejected"), "{}", run.said());
    assert_eq!((stage(&base, "L1").as_str(), stage(&base, "L2").as_str(), stage(&base, "L3").as_str()), ("sql zhang.wei", "recycled", "zhang.wei"));
    assert_eq!(base.texts("SELECT quality || pain || progress || budget || note FROM follow_ups WHERE quality IS NOT NULL"), ["A停机评审50万-报价"]);
    assert_eq!(base.texts("SELECT next_at_local FROM v_follow_ups WHERE next_at IS NOT NULL ORDER BY next_at"), ["2026-11-04 00:00:00", "2026-11-05 00:00:00"]);
    assert_eq!(base.texts("SELECT coalesce(reason, 'accept') FROM verdicts ORDER BY 1"), ["accept", "price"]);

    let before = base.facts();
    for day in ["11-03", "11-10"] {
        import(&base, day, &path).ok();
        assert_same("the same list again", &before, &base.facts());
    }

    // Its answers are in the base: the file may go. What was agreed upon first is due first; who was given back is gone.
    let next = Sheet::read(&lists(&base, "11-10", "zh"));
    let column = |h: &str| next.rows.iter().map(|r| r[next.at(h)].clone()).collect::<Vec<_>>();
    assert_eq!((column("编号"), column("到期")), (vec!["L3".into(), "L1".into()], vec!["2026-11-04".to_owned(), "2026-11-05".into()]));
    assert_eq!((column("最近结果"), column("最近跟进")), (vec!["已见面".into(), "接通".into()], vec!["2026-11-03".to_owned(); 2]));
    assert_eq!(next.rows[1][next.at("最近备注")], "-报价");
    assert!(next.rows.iter().all(|r| r[next.at("判定")].is_empty()), "a new list is blank");
}

#[test]
fn a_next_day_that_is_none_is_listed_and_the_rest_of_the_row_stands() {
    let base = with_leads();
    let path = filled(&base, &[("L1", &[("结果", "接通"), ("备注", "好"), ("下次跟进", "下周吧")]), ("L2", &[("判定", "拒绝"), ("原因", "太贵")])]);
    let run = import(&base, "11-03", &path).ok();
    assert_eq!((run.of_file(0, "new"), run.of_file(0, "rejected")), (1, 1), "{}", run.said());
    assert_eq!(base.texts("SELECT note FROM follow_ups WHERE next_at IS NULL"), ["好"]);
    let listed: String = std::fs::read_dir(base.path().join("rejects")).unwrap().map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap()).collect();
    assert!(listed.contains("下周吧"), "{listed}");
    assert!(listed.contains("known: 价格敏感 (price)") || listed.contains("did you mean `价格敏感`"), "by the words of the sheet: {listed}");
}

#[test]
fn a_verdict_of_a_list_is_the_one_of_the_command_line() {
    let by_list = with_leads();
    by_list.on("11-03", &["tick", "--yes"]).ok();
    let by_hand = by_list.copy();
    let path = filled(
        &by_list,
        &[("L1", &[("判定", "accept")]), ("L2", &[("判定", "reject"), ("原因", "联系不上")]), ("L3", &[("判定", "退回"), ("原因", "duplicate")])],
    );
    import(&by_list, "11-03", &path).ok();
    by_hand.on("11-03", &["accept", "L1"]).ok();
    by_hand.on("11-03", &["reject", "L2", "--reason", "联系不上"]).ok();
    by_hand.on("11-03", &["reject", "L3", "--reason", "duplicate"]).ok();
    for table in ["standings", "lead_state", "stage_history", "assignments", "queue_stays", "to_decide", "credits"] {
        let bare = |base: &Base| -> Vec<String> {
            let rows = base.facts().remove(table).unwrap_or_default();
            rows.iter().map(|r| r.split(' ').filter(|c| !c.starts_with("run=")).collect::<Vec<_>>().join(" ")).collect()
        };
        assert_eq!(bare(&by_list), bare(&by_hand), "{table}");
    }
    let changes = |base: &Base| base.texts("SELECT lead || what || coalesce(\"to\", '') || at || why FROM changes ORDER BY 1");
    assert_eq!(changes(&by_list), changes(&by_hand));
    assert_eq!(base_verdicts(&by_list), base_verdicts(&by_hand));
}

fn base_verdicts(base: &Base) -> Vec<String> {
    base.texts("SELECT lead || ' ' || at || ' ' || owner || ' ' || coalesce(reason, '') FROM verdicts ORDER BY 1")
}

#[test]
fn columns_may_be_moved_and_left_out_and_a_renamed_one_loses_nothing() {
    let base = with_leads();
    let path = filled(&base, &[("L1", &[("判定", "接受"), ("备注", "好")]), ("L2", &[("结果", "已回复")])]);
    let mut sheet = Sheet::read(&path);
    let keep = ["key", "清单编号", "负责人", "备注", "判定", "结果", "姓名"];
    let places: Vec<usize> = keep.iter().map(|h| sheet.at(h)).collect();
    for row in std::iter::once(&mut sheet.headers).chain(&mut sheet.rows) {
        *row = places.iter().map(|i| row[*i].clone()).collect();
    }
    let at = sheet.at("备注");
    sheet.headers[at] = "我的想法".into();
    sheet.write(&path);
    let run = import(&base, "11-03", &path).ok();
    assert_eq!((run.of_file(0, "new"), run.of_file(0, "rejected")), (2, 0), "{}", run.said());
    assert_eq!(stage(&base, "L1"), "sql zhang.wei");
    assert!(run.said().contains("`我的想法`") && run.said().contains("no column for reason"), "{}", run.said());
    assert!(rejects(&base).contains("我的想法,好,"), "{}", rejects(&base));
    let before = base.facts();
    import(&base, "11-04", &path).ok();
    assert_same("again", &before, &base.facts());
}

#[test]
fn of_two_answers_for_one_lead_the_first_counts_and_the_other_is_listed() {
    let base = with_leads();
    let path = filled(&base, &[("L1", &[("判定", "接受")])]);
    let mut sheet = Sheet::read(&path);
    let copy = sheet.rows[sheet.row("L1")].clone();
    sheet.rows.push(copy);
    let (last, verdict, reason) = (sheet.rows.len() - 1, sheet.at("判定"), sheet.at("原因"));
    sheet.rows[last][verdict] = "拒绝".into();
    sheet.rows[last][reason] = "无预算".into();
    sheet.write(&path);
    let run = import(&base, "11-03", &path).ok();
    assert!(run.said().contains("1 leads have two different answers") && run.said().contains("reject (budget)"), "{}", run.said());
    assert_eq!(stage(&base, "L1"), "sql zhang.wei");
    assert!(rejects(&base).contains("another verdict on this lead was read first"), "{}", rejects(&base));
    let before = base.facts();
    import(&base, "11-04", &path).ok();
    assert_same("again", &before, &base.facts());
}

#[test]
fn who_does_not_hold_the_lead_any_more_does_not_judge_it_and_nothing_is_lost() {
    let base = with_leads();
    let path = filled(&base, &[("L1", &[("判定", "接受"), ("结果", "接通")]), ("L2", &[("判定", "拒绝"), ("原因", "无预算")])]);
    for id in ["L1", "L2"] {
        base.on("11-03", &["set", id, "owner=王芳", "--why", "on leave"]).ok();
    }
    let run = import(&base, "11-04", &path).ok();
    assert_eq!((run.of_file(0, "new"), run.of_file(0, "rejected")), (1, 1), "{}", run.said());
    assert!(run.said().contains("2 verdicts are refused"), "{}", run.said());
    assert_eq!((stage(&base, "L1").as_str(), stage(&base, "L2").as_str()), ("wang.fang", "wang.fang"));
    assert_eq!(base.number("SELECT count(*) FROM verdicts"), 0, "no promise is answered by it");
    assert_eq!(base.texts("SELECT outcome || owner FROM follow_ups"), ["connectedzhang.wei"], "he did call");
    let listed = rejects(&base);
    assert!(listed.matches("holds it, not 张伟 (zhang.wei)").count() == 2 && listed.contains("无预算"), "{listed}");
    let folder = path.parent().unwrap().display().to_string();
    let again = base.on("11-05", &["worklist", "张伟", "-o", &folder]);
    assert!(again.code() == Some(2) && again.said().contains("answers that the base does not have"), "{}", again.said());
    base.on("11-05", &["worklist", "张伟", "-o", &folder, "--yes"]).ok();
}

#[test]
fn answers_that_say_too_little_are_listed_with_the_reason() {
    let base = with_leads();
    let path =
        filled(&base, &[("L1", &[("原因", "价格敏感")]), ("L2", &[("判定", "拒绝")]), ("L3", &[("判定", "拒绝"), ("原因", "价格敏干"), ("结果", "接通")])]);
    let before = base.facts();
    let run = import(&base, "11-03", &path).ok();
    assert_eq!((run.of_file(0, "new"), run.of_file(0, "rejected")), (0, 3), "{}", run.said());
    assert_same("answers that cannot be read", &before, &base.facts());
    for why in ["a reason without a verdict", "a lead is rejected for a reason", "did you mean `价格敏感`?"] {
        assert!(rejects(&base).contains(why), "{why}\n{}", rejects(&base));
    }
}

#[test]
fn no_file_of_others_and_no_unread_answer_is_overwritten() {
    let base = with_leads();
    let folder = base.path().join("lists").display().to_string();
    base.write("lists/zhang.wei.xlsx", "mine");
    let refused = base.on("11-03", &["worklist", "--all", "-o", &folder]);
    assert_eq!(refused.code(), Some(2), "{}", refused.said());
    assert!(refused.said().contains("no worklists of `sop`") && !base.path().join("lists/wang.fang.xlsx").exists(), "{}", refused.said());
    std::fs::remove_file(base.path().join("lists/zhang.wei.xlsx")).unwrap();

    let path = filled(&base, &[("L1", &[("判定", "接受")])]);
    let bytes = std::fs::read(&path).unwrap();
    let refused = base.on("11-03", &["worklist", "--all", "-o", &folder]);
    assert_eq!(refused.code(), Some(2), "{}", refused.said());
    assert!(refused.said().contains("answers that the base does not have"), "{}", refused.said());
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    base.on("11-03", &["worklist", "--all", "-o", &folder, "--dry-run", "--yes"]).ok();
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "a rehearsal writes nothing");
    import(&base, "11-03", &path).ok();
    base.on("11-03", &["worklist", "--all", "-o", &folder]).ok();
    assert!(Sheet::read(&path).headers.contains(&"verdict".to_owned()), "it was read: a new one takes its place");
    let first = std::fs::read(&path).unwrap();
    base.on("11-03", &["worklist", "--all", "-o", &folder]).ok();
    assert_eq!(std::fs::read(&path).unwrap(), first, "the same facts, the same bytes");
}

#[test]
fn owners_are_named_in_any_way_and_who_has_nothing_to_do_is_told() {
    let base = with_leads();
    let of = |typed: &str| base.on("11-03", &["worklist", typed, "-f", "json"]);
    for typed in ["zhang.wei", "张伟", "Zhang.Wei@example.com"] {
        assert_eq!(of(typed).ok().json()["totals"]["leads"], 3, "{typed}");
    }
    let slip = of("zhang.wie");
    assert!(slip.code() == Some(2) && slip.said().contains("did you mean `zhang.wei`?"), "{}", slip.said());
    assert!(of("李娜").ok().said().contains("nothing to do, no list: 李娜 (li.na)"));
    let bare = base.run(&["worklist", "--all"]);
    assert!(bare.code() == Some(2) && bare.said().contains("-o lists"), "{}", bare.said());
    let file = base.run(&["worklist", "--all", "-o", "lists.xlsx"]);
    assert!(file.code() == Some(2) && file.said().contains("every owner gets a file"), "{}", file.said());
    let before = base.dump();
    let one = base.path().join("one.xlsx").display().to_string();
    base.on("11-03", &["worklist", "张伟", "-o", &one]).ok();
    assert_eq!(Sheet::read(Path::new(&one)).rows.len(), 3);
    assert_same("a list only reads", &before, &base.dump());
}

#[test]
fn what_comes_after_the_as_of_is_in_no_list() {
    let base = with_leads();
    let events = base.write("events.csv", "phone,kind,at\n13920417003,page_view,2026-10-01 10:00\n13920417003,trial_request,2026-11-20 10:00\n");
    base.on("11-21", &["score", &events.display().to_string()]).ok();
    let list = |day: &str| base.on(day, &["worklist", "张伟", "-f", "json"]).ok().json();
    let touch = |json: &serde_json::Value| json["rows"].as_array().unwrap().iter().find(|r| r["id"] == "L1").unwrap()["last_touch"].to_string();
    assert!(touch(&list("11-03")).contains("2026-10-01"), "{}", list("11-03"));
    assert!(touch(&list("11-21")).contains("2026-11-20"));
    assert!(list("11-03")["notes"].to_string().contains("after the as-of do not exist"));
    let lead = list("11-21")["rows"][0].clone();
    assert_eq!(lead["id"], "L1", "the highest score first");
    assert!(lead["why"].as_str().unwrap().contains("申请试用 +"), "{lead}");
}
