//! A wrong join taken apart: what files told of one of the two goes with that one, and what nobody can tell apart is said.

use crate::base::{Base, assert_same};

const LEADS: &str =
    "线索编号,姓名,手机,邮箱,公司,创建时间\n1,张伟,13920417003,,甲公司,2026-01-01 08:00:01\n2,张为,,zw@example.com,甲公司,2026-03-01 08:00:01\n";
const DEALS: &str = "商机编号,手机,邮箱,公司,金额,创建时间,商机状态\nD1,13920417003,,甲公司,1000,2026-05-01,进行中\nD2,,zw@example.com,甲公司,2000,2026-05-02,进行中\nD3,,,甲公司,3000,2026-05-03,进行中\n";
const CONTACTS: &str = "手机,邮箱,跟进人,跟进时间,跟进方式,结果,备注\n13920417003,,张伟,2026-08-01 10:00,电话,接通,老张\n,zw@example.com,张伟,2026-08-02 10:00,电话,接通,小张\n,zw@example.com,张伟,,电话,未接,没有日期\n";

/// What each lead has: `name: thing`.
fn whose(base: &Base) -> Vec<String> {
    let mut all = base.texts("SELECT l.name || ': ' || d.id FROM deals d JOIN leads l USING (lead)");
    all.extend(base.texts("SELECT l.name || ': ' || f.note FROM follow_ups f JOIN leads l USING (lead)"));
    all.sort();
    all
}

fn merged() -> Base {
    let base = Base::new();
    for (name, text) in [("leads.csv", LEADS), ("deals.csv", DEALS), ("contacts.csv", CONTACTS)] {
        base.write(name, text);
    }
    base.on("11-01", &["score", "leads.csv"]).ok();
    base.on("11-02", &["import", "deals.csv", "contacts.csv"]).ok();
    base
}

#[test]
fn what_files_told_of_one_of_the_two_goes_with_that_one() {
    let base = merged();
    let before = whose(&base);
    assert_eq!(before, ["张为: D2", "张为: 小张", "张为: 没有日期", "张伟: D1", "张伟: 老张"]);
    base.on("11-03", &["merge", "13920417003", "zw@example.com", "--why", "same person"]).ok();
    assert!(whose(&base).iter().all(|w| w.starts_with("张伟: ")), "{:?}", whose(&base));
    // Spoken to since, by hand: nobody can say which of the two that was.
    base.on("11-04", &["log", "13920417003", "--type", "call", "--outcome", "connected", "--note", "打过"]).ok();
    let joined = base.facts();
    let split = base.on("11-05", &["split", "13920417003", "--why", "father and son"]).ok();
    let told = split.said();
    assert_eq!(whose(&base), [&before[..3], &["张伟: D1".into(), "张伟: 打过".into(), "张伟: 老张".into()]].concat(), "{told}");
    for said in ["the deal D2 goes to ", "which its row names", "2 follow-ups go to ", "1 follow-up stays with the older lead", "logged by hand"] {
        assert!(told.contains(said), "`{said}` is not said\n{told}");
    }
    base.on("11-05", &["undo", "--yes"]).ok();
    assert_same("a split taken back", &joined, &base.facts());
}

/// The same files again after the split change nothing: everything lies where they say.
#[test]
fn the_same_files_find_everything_in_its_place() {
    let base = merged();
    base.on("11-03", &["merge", "13920417003", "zw@example.com", "--why", "same person"]).ok();
    base.on("11-05", &["split", "13920417003", "--why", "father and son"]).ok();
    let apart = whose(&base);
    base.on("11-06", &["import", "deals.csv", "contacts.csv"]).ok();
    assert_eq!(whose(&base), apart);
}
