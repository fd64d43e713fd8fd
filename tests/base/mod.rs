//! A base of its own for each test, filled by the program from the outside and read table by table from the inside.
//! And files as exports really are: doubled, contradictory, half blank; made from a seed, so that everybody gets the same.

#![allow(dead_code, clippy::unwrap_used)] // each test program uses its part; a test may stop anywhere

pub(crate) mod english;

use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program under test: another build can be named, to test what is shipped.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("SOP_BIN").map_or_else(|| env!("CARGO_BIN_EXE_sop").into(), PathBuf::from)
}

/// Every table with its rows as text, in the order of the rows' own keys.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;

/// A folder with a base.
pub(crate) struct Base(tempfile::TempDir);

impl Base {
    /// With the starter SOPs.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With SOP files of its own.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let base = Self::new();
        for (name, text) in files {
            base.write(name, text);
        }
        base
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.path().join("sop.db")
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// The program, in this folder, with nothing of the caller's surroundings that could change its answer.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.arg("-C").arg(self.path()).args(args).current_dir(self.path());
        command.env("NO_COLOR", "1").env("LC_ALL", "C").env_remove("SOP_DB").env_remove("COLUMNS").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run { line: args.join(" "), output: self.command(args).output().unwrap() }
    }

    /// At noon of a day of 2026 in Shanghai: most tests must not depend on the clock.
    pub(crate) fn on(&self, day: &str, args: &[&str]) -> Run {
        let at = format!("2026-{day}T12:00:00");
        self.run(&[args, &["--as-of", &at]].concat())
    }

    pub(crate) fn open(&self) -> Connection {
        let db = // As the program itself opens it: what a killed run left in the log is put right by whoever comes next.
            Connection::open_with_flags(self.db(), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        db.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        db
    }

    /// Every table, blank cells left out: a column that was added and never filled is no difference.
    pub(crate) fn dump(&self) -> Dump {
        dump(&self.open())
    }

    /// The same without what tells of runs and not of leads: `runs` itself, and what is kept for `undo`.
    pub(crate) fn facts(&self) -> Dump {
        let mut dump = self.dump();
        dump.remove("runs");
        dump
    }

    /// One number.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.open().query_row(sql, [], |r| r.get(0)).unwrap()
    }

    /// One column of texts.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        let db = self.open();
        let mut statement = db.prepare(sql).unwrap();
        let found = statement.query_map([], |r| r.get::<_, Option<String>>(0)).unwrap();
        found.map(|t| t.unwrap().unwrap_or_default()).collect()
    }

    /// A copy of everything in the folder.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new();
        copy_folder(self.path(), copy.path());
        copy
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy_folder(&entry.path(), &target) } else { fs::copy(entry.path(), &target).map(drop).unwrap() }
    }
}

pub(crate) fn dump(db: &Connection) -> Dump {
    let mut tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let names: Vec<String> = tables.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    names.into_iter().map(|table| (table.clone(), rows(db, &table))).collect()
}

fn rows(db: &Connection, table: &str) -> Vec<String> {
    let mut statement = db.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut found = statement.query([]).unwrap();
    let mut out = Vec::new();
    while let Some(row) = found.next().unwrap() {
        let cells = columns.iter().enumerate().filter_map(|(i, name)| {
            let value: rusqlite::types::Value = row.get(i).unwrap();
            (value != rusqlite::types::Value::Null).then(|| format!("{name}={value:?}"))
        });
        out.push(cells.collect::<Vec<_>>().join(" "));
    }
    out
}

/// Says table by table what differs.
#[track_caller]
pub(crate) fn assert_same(what: &str, before: &Dump, after: &Dump) {
    let differences = difference(before, after);
    assert!(differences.is_empty(), "{what}: the base differs\n{}", differences.join("\n"));
}

pub(crate) fn difference(before: &Dump, after: &Dump) -> Vec<String> {
    let mut out = Vec::new();
    let none = Vec::new();
    for table in before.keys().chain(after.keys().filter(|t| !before.contains_key(*t))) {
        let (a, b) = (before.get(table).unwrap_or(&none), after.get(table).unwrap_or(&none));
        let gone: Vec<&String> = a.iter().filter(|r| b.binary_search(r).is_err() && !b.contains(r)).take(3).collect();
        let new: Vec<&String> = b.iter().filter(|r| !a.contains(r)).take(3).collect();
        if a != b {
            out.push(format!("  {table}: {} rows before, {} after", a.len(), b.len()));
            out.extend(gone.iter().map(|r| format!("    - {r}")));
            out.extend(new.iter().map(|r| format!("    + {r}")));
        }
    }
    out
}

/// How one call of the program ended.
pub(crate) struct Run {
    pub(crate) line: String,
    pub(crate) output: Output,
}

impl Run {
    pub(crate) fn code(&self) -> Option<i32> {
        self.output.status.code()
    }
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.stdout(), self.stderr())
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.ends(0)
    }

    /// Ended with this code, and without a panic.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert!(!self.stderr().contains("panicked"), "sop {}\n{}", self.line, self.said());
        assert_eq!(self.code(), Some(code), "sop {}\n{}", self.line, self.said());
        self
    }

    /// Ended so, saying these words.
    #[track_caller]
    pub(crate) fn refused(self, code: i32, words: &[&str]) -> Self {
        let run = self.ends(code);
        for word in words {
            assert!(run.stderr().contains(word), "sop {}: `{word}` is not said\n{}", run.line, run.said());
        }
        run
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.output.stdout).unwrap_or_else(|e| panic!("sop {}: {e}\n{}", self.line, self.said()))
    }

    /// A number of the first file's row of an import report.
    #[track_caller]
    pub(crate) fn of_file(&self, file: usize, column: &str) -> i64 {
        self.json()["rows"][file][column].as_i64().unwrap_or_else(|| panic!("sop {}: no `{column}`\n{}", self.line, self.said()))
    }
}

/// Numbers from a seed (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }
    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

/// A mobile number that is valid in China and belongs to nobody's test range.
pub(crate) fn phone(n: u64) -> String {
    format!("139{:08}", 20_417_003 + n * 37)
}

/// Rows of leads as a CRM exports them: one in seven doubled with other values, one in nine without any identity, some with
/// two identities of two people; counts, tags, money, dates in several forms, undeclared columns.
pub(crate) fn leads_csv(seed: u64, from: u64, until: u64) -> String {
    let mut dice = Dice(seed);
    let mut out = String::from(
        "线索编号,姓名,手机,邮箱,公司,职位,行业,省份,员工数,预算,线索来源,市场活动,负责人,线索状态,创建时间,标签,短信授权,定价页访问次数,最近访问时间,试用申请时间,内部备注\n",
    );
    for n in from..until {
        let doubled = if dice.one_in(7) { 2 } else { 1 };
        for copy in 0..doubled {
            let nobody = n % 9 == 4;
            let id = if nobody || dice.one_in(4) { String::new() } else { format!("L{n:06}") };
            // One in thirteen names the phone of the lead before: two leads that a person must decide about.
            let number = if nobody || (!id.is_empty() && dice.one_in(5)) {
                String::new()
            } else {
                phone(if n % 13 == 0 && n > from && !id.is_empty() { n - 1 } else { n })
            };
            let mail = if nobody || dice.one_in(3) { String::new() } else { format!("user{n}@example.com") };
            let name = format!("{}{}", dice.pick(&["张", "李", "王", "Anna ", "O'Neil "]), if copy == 0 { "伟" } else { "敏" });
            let company = dice.pick(&["苏州精密机械有限公司", "Müller GmbH", "\"A, B & Co\"", "", "=1+1 科技"]);
            let title = dice.pick(&["总监", "采购经理", "CTO", "总经理助理", "Select", ""]);
            let industry = dice.pick(&["机械制造", "软件", "教育", "-", "采矿"]);
            let region = dice.pick(&["江苏省苏州市", "广东", "Berlin", ""]);
            let employees = dice.pick(&["\"1,200\"", "5万", "100-499", "", "很多"]);
            let budget = dice.pick(&["￥50万", "120000.50", "", "$100"]);
            let channel = dice.pick(&["百度推广", "展会", "Referral", "", "某渠道"]);
            let campaign = dice.pick(&["双十一", "", "spring 2026"]);
            let owner = dice.pick(&["张伟", "zhang.wei", ""]);
            let stage = dice.pick(&["connected", "", "意向客户"]);
            let created = format!("2026-0{}-1{} 08:{:02}:07", 1 + dice.below(9), dice.below(9), dice.below(60));
            let created = if dice.one_in(6) { "" } else { created.as_str() };
            let tags = dice.pick(&["a;b", "竞品", "", "b；c"]);
            let consent = dice.pick(&["是", "否", ""]);
            let (count, last) = if dice.one_in(3) { (format!("{}", dice.below(5)), "2026-10-02 10:00") } else { (String::new(), "") };
            let trial = if dice.one_in(8) { "2026-10-05 09:30:00" } else { "" };
            let remark = dice.pick(&["", "老客户介绍", "\"两行\n备注\"", "00123"]);
            out.push_str(&format!("{id},{name},{number},{mail},{company},{title},{industry},{region},{employees},{budget},{channel},{campaign},{owner},{stage},{created},{tags},{consent},{count},{last},{trial},{remark}\n"));
        }
    }
    out
}

/// Acts of those leads, some of them twice at the same second (which is two acts), some of people who have not arrived.
pub(crate) fn events_csv(seed: u64, from: u64, until: u64, rows: u64) -> String {
    let mut dice = Dice(seed);
    let mut out = String::from("phone,email,kind,at,path,asset\n");
    for _ in 0..rows {
        let n = from + dice.below(until - from + 20);
        let (number, mail) = if dice.one_in(2) { (phone(n), String::new()) } else { (String::new(), format!("User{n}@Example.com")) };
        let kind = dice.pick(&["page_view", "白皮书下载", "email_open", "inquiry", "event_attend", "某行为"]);
        let at = format!("2026-{:02}-{:02} {:02}:00:00", 8 + dice.below(3), 1 + dice.below(28), dice.below(24));
        let path = if kind == "page_view" { dice.pick(&["/pricing", "/", "/cases/1"]) } else { "" };
        let asset = dice.pick(&["", "a.pdf", "b.pdf"]);
        for _ in 0..if dice.one_in(10) { 2 } else { 1 } {
            out.push_str(&format!("{number},{mail},{kind},{at},{path},{asset}\n"));
        }
    }
    out
}

/// Dated stages of those leads, some of people who have not arrived.
pub(crate) fn stages_csv(seed: u64, from: u64, until: u64, rows: u64) -> String {
    let mut dice = Dice(seed);
    let mut out = String::from("手机,阶段,进入时间\n");
    for _ in 0..rows {
        let n = from + dice.below(until - from + 5);
        let stage = dice.pick(&["prospect", "connected", "mql"]);
        out.push_str(&format!("{},{stage},2026-0{}-11 10:00\n", phone(n), 1 + dice.below(9)));
    }
    out
}

/// Deals of those leads: most have an id, some stand twice with another status, some have another currency or an unknown word,
/// some are of people who have not arrived or of nobody; some have no id.
pub(crate) fn deals_csv(seed: u64, from: u64, until: u64, rows: u64) -> String {
    let mut dice = Dice(seed);
    let mut out = String::from("商机编号,手机,公司,负责人,金额,类型,产品,创建时间,成交时间,商机状态,丢单原因\n");
    for n in 0..rows {
        let id = if dice.one_in(5) { String::new() } else { format!("D{:04}", if dice.one_in(6) { n / 2 } else { n }) };
        let number = if dice.one_in(7) { String::new() } else { phone(from + dice.below(until - from + 15)) };
        let company = if number.is_empty() { "苏州精密机械有限公司" } else { dice.pick(&["", "甲", "Müller GmbH"]) };
        let owner = dice.pick(&["张伟", "zhang.wei", ""]);
        let amount = dice.pick(&["￥50万", "120000.50", "", "$100"]);
        let kind = dice.pick(&["", "续约", "new", "Upsell"]);
        let product = dice.pick(&["A", "B", ""]);
        let opened = dice.pick(&["2026-03-01", "2026-05-02 10:00", ""]);
        let closed = dice.pick(&["2026-06-11 12:00", "2026-02-01", ""]);
        let status = dice.pick(&["进行中", "赢单", "丢单", "Won", "Lost", "Engaging", "", "天知道"]);
        out.push_str(&format!("{id},{number},{company},{owner},{amount},{kind},{product},{opened},{closed},{status},\n"));
    }
    out
}

/// Payments for those deals, some twice on a day, some for deals that never come.
pub(crate) fn payments_csv(seed: u64, rows: u64) -> String {
    let mut dice = Dice(seed);
    let mut out = String::from("商机编号,回款日期,回款金额\n");
    for _ in 0..rows {
        let amount = dice.pick(&["1000", "￥2.5万", "$3"]);
        let row = format!("D{:04},2026-07-{:02},{amount}\n", dice.below(rows + 20), 1 + dice.below(28));
        out.push_str(&row.repeat(if dice.one_in(5) { 2 } else { 1 }));
    }
    out
}

/// Follow-ups of those leads: with and without dates, some twice, some with verdicts (two that differ among them), some of
/// people who have not arrived, some blank.
pub(crate) fn follow_ups_csv(seed: u64, from: u64, until: u64, rows: u64) -> String {
    let mut dice = Dice(seed);
    let mut out = String::from("手机,跟进人,跟进时间,跟进方式,结果,判定,原因,质量,需求痛点,下次跟进,备注\n");
    for _ in 0..rows {
        let n = from + dice.below(until - from + 10);
        let owner = dice.pick(&["张伟", "zhang.wei", ""]);
        let at = dice.pick(&["2026-08-01 10:00", "2026-09-02 11:00", ""]);
        let ty = dice.pick(&["电话", "邮件", ""]);
        let outcome = dice.pick(&["接通", "未接", "已回复", "", "飞了"]);
        let (verdict, reason) = [("", ""), ("接受", ""), ("拒绝", "price"), ("退回", "unreachable")][usize::try_from(dice.below(4)).unwrap()];
        let quality = dice.pick(&["高", ""]);
        let pain = dice.pick(&["价格", ""]);
        let next = dice.pick(&["2026-12-01", ""]);
        let note = dice.pick(&["", "想看案例"]);
        let row = format!("{},{owner},{at},{ty},{outcome},{verdict},{reason},{quality},{pain},{next},{note}\n", phone(n));
        out.push_str(&row.repeat(if dice.one_in(9) { 2 } else { 1 }));
    }
    out.push_str(&format!("{},,,,,,,,,,\n", phone(from)));
    out
}
