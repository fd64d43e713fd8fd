//! The page of the weekly meeting in a real browser: no message on its console, nothing overlaps or is cut on a phone or on A4,
//! and the numbers in it are those of the JSON.
//!
//! Needs Chromium and pdftotext (poppler-utils); `.ci/run` installs them. Without them the tests say what they skip, and fail where CI=true.

#![allow(clippy::print_stderr)] // what is skipped is said aloud

mod base;
mod python;

use chrono::NaiveDate;
use sop::model::{Currency, Instant};
use sop::render::{Format, Lang, Options, write};
use sop::report::meeting::{self, Facts, Headline, Moment, Reach, RulesChange, Standing};
use sop::report::{Cell, Chart, Column, ColumnType, Frame, Note, Report, Said};
use std::path::{Path, PathBuf};
use std::process::Command;

fn frame() -> Frame {
    Frame { as_of: Instant(1_795_190_400), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") }
}

fn table(name: &str, columns: Vec<Column>, rows: Vec<Vec<Cell>>, chart: Option<Chart>, note: &str) -> Report {
    let mut report = Report::new(name, &frame(), columns);
    (report.rows, report.chart) = (rows, chart);
    report.note("definition", note);
    report
}

/// A page with everything that is hard to lay out: long Chinese names, losses, wide tables, markup in a name.
fn page() -> Report {
    let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
    let headline = |id: &str, value, previous| Headline { id: id.into(), value, previous, of: None };
    let channels = ["百度推广", "行业展会（上海国际工业博览会与配套活动）", "<b>referral</b> & \"friends\"", "企业微信社群", "(no channel)"];
    let money = |id: &str| Column::new(id, ColumnType::Money);
    let roi = channels.iter().zip(1_i64..).map(|(c, n)| {
        let (cost, revenue) = (Cell::Money(1_234_567 * n), Cell::Money(98_765_432 * (4 - n)));
        vec![
            Cell::text(*c),
            cost,
            Cell::Integer(40 * n),
            Cell::Integer(9 * n),
            Cell::Integer(n),
            revenue,
            Cell::Number((4 - n) as f64 * 1.7),
            Cell::Percent((3 - n) as f64),
        ]
    });
    let columns = vec![
        Column::text("channel"),
        money("cost"),
        Column::integer("leads"),
        Column::integer("mql"),
        Column::integer("won"),
        money("revenue"),
        Column::new("roas", ColumnType::Number),
        Column::new("roi", ColumnType::Percent),
    ];
    let funnel = [("潜在客户", 352), ("建联客户", 140), ("市场认可线索 MQL", 61), ("销售认可线索 SQL", 22), ("成交客户", 7)];
    let stages = funnel.iter().map(|(s, n)| vec![Cell::text(*s), Cell::Integer(*n)]).collect();
    let waits = vec![Column::text("waits"), Column::text("subject"), Column::text("next").sentences()];
    let decisions =
        vec![vec![Cell::text("merge"), Cell::text("王伟 (kaaaaaaaaaaa) · 王伟 (kbbbbbbbbbbb)"), Cell::text("sop merge kaaaaaaaaaaa kbbbbbbbbbbb --why …")]];
    meeting::report(Facts {
        frame: frame(),
        name: "weekly".into(),
        days: (day("2026-11-09"), day("2026-11-15")),
        before: (day("2026-11-02"), day("2026-11-08")),
        headline: vec![
            headline("leads", Cell::Integer(352), Cell::Integer(331)),
            headline("revenue", Cell::Money(9_876_543_210), Cell::Money(8_000_000_000)),
            headline("win_rate", Cell::Percent(0.241), Cell::Percent(0.262)),
            headline("cost", Cell::Money(0), Cell::Empty),
        ],
        standing: vec![Standing::of("mql", "市场认可线索 MQL", 3, (0..61).map(|d| d * 86_400).collect())],
        reach: Reach::of((day("2026-11-09"), day("2026-11-15"))),
        rules: Some(vec![RulesChange {
            at: frame().as_of,
            file: "sops/scoring.yaml".into(),
            removed: vec!["points: <b>10</b>".into()],
            added: vec!["points: 15".into()],
            said: Said::new("rule <b>x</b>: points 10 → 15", "规则「<b>x</b>」：points 10 → 15"),
        }]),
        trend: (0..8).map(|i| Moment { from: day("2026-09-21") + chrono::Days::new(7 * i), leads: 300 + 9 * i as i64, mql: 50 + i as i64, won: 5 }).collect(),
        decisions: table("today", waits, decisions, None, "two leads may be one person"),
        parts: vec![
            table("roi", columns, roi.collect(), Some(Chart::bars("channel", "roi")), "revenue of the period against cost of the period"),
            table(
                "funnel",
                vec![Column::text("stage"), Column::integer("leads")],
                stages,
                Some(Chart::funnel("stage", "leads")),
                "of the leads created in the period",
            ),
        ],
        notes: vec![Note::new("period", "a week starts on Monday")],
    })
}

fn html(lang: Lang) -> String {
    let mut out = Vec::new();
    write(&page(), Format::Html, &Options { lang, ..Options::default() }, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

/// Whether a program is there. Where CI=true it has to be.
fn there(program: &str) -> bool {
    let found = Command::new(program).arg("-v").output().is_ok() || Command::new(program).arg("--version").output().is_ok();
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "{program} is not installed");
    if !found {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

/// Chromium, without a window, without the network.
fn chromium(folder: &Path, args: &[&str]) -> (String, String) {
    let profile = format!("--user-data-dir={}", folder.join("profile").display());
    let quiet = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];
    let out = Command::new("chromium").args(quiet).args(["--enable-logging=stderr", "--v=0", &profile]).args(args).output().expect("chromium runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    (String::from_utf8_lossy(&out.stdout).into_owned(), String::from_utf8_lossy(&out.stderr).into_owned())
}

/// Measures the page as wide as a screen, in a frame of that width: whether it has to be scrolled sideways, texts that lie upon each other
/// in a picture, and texts that leave their picture.
const MEASURE: &str = r#"
const d = document.getElementById('page').contentDocument, found = [];
if (d.documentElement.scrollWidth > d.documentElement.clientWidth) found.push('wider than the screen: ' + d.documentElement.scrollWidth);
for (const svg of d.querySelectorAll('svg')) {
  const edge = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll('text')].map(t => [t.firstChild ? t.firstChild.data : '', t.getBoundingClientRect()]);
  texts.forEach(([a, r], i) => {
    if (r.left < edge.left - 1 || r.right > edge.right + 1 || r.bottom > edge.bottom + 1) found.push('cut: ' + a);
    texts.slice(i + 1).forEach(([b, s]) => { if (r.left < s.right - 1 && s.left < r.right - 1 && r.top < s.bottom - 3 && s.top < r.bottom - 3) found.push('overlap: ' + a + ' | ' + b); });
  });
}
for (const e of d.querySelectorAll('h1, h2, .tiles div *, .note, dd')) if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline') found.push('cut: ' + e.textContent);
for (const e of d.querySelectorAll('.wide')) if (e.scrollWidth > e.clientWidth + 1) found.push('scrolled sideways: ' + e.scrollWidth + ' > ' + e.clientWidth + ' ' + e.textContent.trim().slice(0, 40));
for (const e of d.querySelectorAll('.wide td')) if (e.clientWidth && e.scrollWidth > e.clientWidth + 1) found.push('cut: ' + e.textContent);
document.title = 'measured';
document.body.dataset.found = found.length ? found.join('\n') : 'nothing';
document.body.dataset.charts = d.querySelectorAll('svg').length;
"#;

fn measured(folder: &Path, page: &str, across: u32) -> String {
    std::fs::write(folder.join("page.html"), page).expect("written");
    let around = format!(
        "<!DOCTYPE html><meta charset=utf-8><body><iframe id=page src=page.html style=\"width:{across}px;height:900px;border:0\"></iframe><script>addEventListener('load', () => {{ {MEASURE} }})</script>"
    );
    std::fs::write(folder.join("around.html"), around).expect("written");
    let url = format!("file://{}", folder.join("around.html").display());
    let (dom, _) = chromium(folder, &["--allow-file-access-from-files", "--window-size=1200,1000", "--virtual-time-budget=3000", "--dump-dom", &url]);
    let of = |name: &str| dom.split(&format!("data-{name}=\"")).nth(1).and_then(|t| t.split('"').next()).unwrap_or("not measured").to_owned();
    format!("{} ({} charts)", of("found"), of("charts"))
}

#[test]
fn nothing_overlaps_or_is_cut_on_a_phone_or_a_sheet() {
    if !there("chromium") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for lang in [Lang::En, Lang::Zh] {
        for across in [360, 688, 1100] {
            assert_eq!(measured(folder.path(), &html(lang), across), "nothing (3 charts)", "{lang:?} at {across} px");
        }
    }
}

#[test]
fn the_console_is_silent_and_paper_shows_everything() {
    if !there("chromium") || !there("pdftotext") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (page, paper) = (folder.path().join("page.html"), folder.path().join("page.pdf"));
    std::fs::write(&page, html(Lang::Zh)).expect("written");
    let url = format!("file://{}", page.display());
    let print = format!("--print-to-pdf={}", paper.display());
    let (_, log) = chromium(folder.path(), &["--no-pdf-header-footer", &print, &url]);
    let console: Vec<&str> = log.lines().filter(|l| l.contains("CONSOLE")).collect();
    assert!(console.is_empty(), "{console:?}");
    let text = Command::new("pdftotext").args(["-layout", &paper.display().to_string(), "-"]).output().expect("pdftotext runs");
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    for word in ["百度推广", "销售认可线索", "98,765,432.10", "2,962,962.96", "352", "sop merge"] {
        assert!(text.contains(word), "{word} is not on paper:\n{text}");
    }
}

#[test]
fn what_the_page_shows_is_what_the_json_says() {
    let mut json = Vec::new();
    write(&page(), Format::Json, &Options::default(), &mut json).expect("written");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    let sections = json["sections"].as_array().expect("sections");
    let roi = sections.iter().find(|s| s["section"] == "roi").expect("roi");
    assert_eq!(roi["rows"][0]["revenue"], 2_962_962.96);
    assert_eq!(roi["notes"][0]["code"], "definition");
    assert!(html(Lang::En).contains("2,962,962.96"));
    assert!(!html(Lang::En).contains("<b>referral") && !html(Lang::En).contains("<b>10"), "a name never becomes markup");
}

/// The workspace of the example, after the commands of its README.
struct Example {
    folder: tempfile::TempDir,
    home: PathBuf,
}

impl Example {
    fn new() -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/10_weekly");
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("10_weekly");
        copy(&source, &home);
        let example = Self { folder, home };
        let commands = std::fs::read_to_string(source.join("cmd")).expect("the commands");
        for line in commands.lines().filter(|l| l.starts_with("sop ")) {
            example.sop(&line.split(' ').skip(1).collect::<Vec<_>>());
        }
        example
    }

    fn sop(&self, args: &[&str]) -> Vec<u8> {
        let out = Command::new(base::program()).args(args).current_dir(&self.home).env_remove("SOP_DB").output().expect("sop runs");
        assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
        out.stdout
    }

    /// What the commands wrote.
    fn page(&self, name: &str) -> String {
        std::fs::read_to_string(self.home.join(name)).expect(name)
    }

    fn json(&self) -> serde_json::Value {
        let text = self.sop(&["-C", ".", "report", "weekly", "-f", "json", "--as-of", "2026-11-16T09:00:00"]);
        serde_json::from_slice(&text).expect("JSON")
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").filter_map(Result::ok).filter(|e| e.file_name() != "expected") {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() { copy(&source, &target) } else { std::fs::copy(&source, &target).map(drop).expect("copied") }
    }
}

/// The rows of one section.
fn rows<'j>(json: &'j serde_json::Value, section: &str) -> Vec<&'j serde_json::Value> {
    let found = json["sections"].as_array().and_then(|all| all.iter().find(|s| s["section"] == section));
    found.unwrap_or_else(|| panic!("no section {section}"))["rows"].as_array().expect("rows").iter().collect()
}

/// `1234567.5` as people read it: `1,234,567.50`.
fn money(amount: f64) -> String {
    let cents = (amount * 100.0).round() as i64;
    let (whole, rest) = ((cents.abs() / 100).to_string(), cents.abs() % 100);
    let groups: Vec<&str> = whole.as_bytes().rchunks(3).rev().map(|c| std::str::from_utf8(c).expect("digits")).collect();
    format!("{}{}.{rest:02}", if cents < 0 { "-" } else { "" }, groups.join(","))
}

#[test]
fn the_example_answers_what_a_meeting_asks() {
    let example = Example::new();
    let json = example.json();
    let topics = rows(&json, "findings");
    let says = |topic: &str| topics.iter().filter(|r| r["topic"] == topic).filter_map(|r| r["finding"].as_str()).collect::<Vec<_>>().join(" ");
    // Which channel earned most per yuan: reckoned again from the table's own columns.
    let best = |section: &str| {
        let per = |r: &&serde_json::Value| Some((r["new_revenue"].as_f64()? / r["cost"].as_f64().filter(|c| *c > 0.0)?, r["channel"].as_str()?.to_owned()));
        rows(&json, section).iter().filter_map(per).max_by(|a, b| a.0.total_cmp(&b.0)).expect("a channel with a cost")
    };
    let (rate, channel) = best("roi");
    assert!(says("earned").starts_with(&format!("{channel} brought most revenue of new customers for each CNY spent: {rate:.2} (")), "{}", says("earned"));
    let (rate, channel) = best("roi_longer");
    assert!(says("earned").contains(&format!("Over the 26 weeks to 2026-11-15: {channel} {rate:.2}")), "{}", says("earned"));
    // Where leads get stuck.
    let funnel = rows(&json, "funnel");
    let at = |stage: &str| funnel.iter().find(|r| r["stage"] == stage).expect("a stage")["leads"].as_i64().expect("leads");
    assert!(says("stuck").contains("between mql and sql"), "{}", says("stuck"));
    assert!(says("stuck").contains(&format!("{} of {} went on", at("sql"), at("mql"))), "{}", says("stuck"));
    let standing = rows(&json, "standing_now");
    let here = standing.iter().find(|r| r["stage"] == "mql").expect("mql");
    assert!(says("stuck").contains(&format!("{} leads stand at mql now", here["leads_now"])), "{}", says("stuck"));
    // Who is late.
    let owners = rows(&json, "owners");
    assert_eq!(owners[0]["owner"], "zhao.lei");
    assert!(says("late").starts_with(&format!("赵磊 (zhao.lei): {} promises past the limit", owners[0]["late_now"])), "{}", says("late"));
    let late: Vec<i64> = owners.iter().filter_map(|r| r["late_now"].as_i64()).collect();
    assert!(late[0] >= 5 && late[1..].iter().all(|n| *n <= 1), "clearly: {late:?}");
    // What the experiments say: one is decided, of the other there are too few.
    assert!(says("experiment").contains("案例邮件标题") && says("experiment").contains("lower than case-number (p = "), "{}", says("experiment"));
    assert!(says("experiment").contains("Keep case-number. This speaks of clicks only"), "{}", says("experiment"));
    // What cost more than it brought, what nobody can be charged with, and what came for nothing.
    assert!(says("earned").contains("Over the longer time this brought less revenue than it cost: ocean_engine 0.30."), "{}", says("earned"));
    assert!(says("earned").contains("is in no channel.") && says("earned").contains("website 192,000. Is it free"), "{}", says("earned"));
    // What sales gave back: the sum of the verdicts.
    let verdicts = rows(&json, "verdicts");
    let sum = |id: &str| verdicts.iter().filter_map(|r| r[id].as_i64()).sum::<i64>();
    let judged = sum("accepted") + sum("rejected_leads");
    assert!(says("returned").starts_with(&format!("Sales gave back {} of the {judged} leads", sum("rejected_leads"))), "{}", says("returned"));
    // The backlog moved before the week: what changed is what the week did.
    let moved = |from: &str, to: &str| {
        let all = rows(&json, "changes");
        all.iter().find(|r| r["what"] == "stage" && r["from"] == from && r["to"] == to).and_then(|r| r["count"].as_i64()).unwrap_or(0)
    };
    let entries = |stage: &str| rows(&json, "period_conversion").iter().find(|r| r["stage"] == stage).and_then(|r| r["entries"].as_i64()).expect("entries");
    assert_eq!((moved("mql", "sql"), moved("sql", "opportunity")), (entries("sql"), entries("opportunity")));
    let lost = rows(&json, "losses").iter().filter(|r| r["loss"] == "lost").filter_map(|r| r["count"].as_i64()).sum::<i64>();
    assert_eq!(moved("opportunity", "lost"), lost);
    assert!(says("experiment").contains("试用指南形式") && says("experiment").contains("too few to tell"), "{}", says("experiment"));
    // What changed: one number of one rule.
    assert!(says("rules").contains("sops/scoring.yaml (2026-11-10): rule 下载白皮书: points 10 → 15."), "{}", says("rules"));
    let changed = rows(&json, "sop_changes");
    assert_eq!((changed.len(), changed[0]["lines_removed"].as_i64(), changed[0]["lines_added"].as_i64()), (1, Some(1), Some(1)));
    assert!(changed[0]["lines"].as_str().is_some_and(|l| l.contains("points: 10") && l.contains("points: 15")), "for whoever keeps the rules");
    assert_eq!(changed[0]["what_changed"], "rule 下载白皮书: points 10 → 15");
    for name in ["week.html", "week_zh.html"] {
        assert!(!example.page(name).contains("whitepaper_download, points"), "no YAML on {name}");
    }
    let decided = rows(&json, "decisions").into_iter().find(|r| r["waits"] == "experiment").expect("a decision");
    assert!(decided["next"].as_str().is_some_and(|next| next.starts_with("keep case-number in its file")), "{decided}");
    // What waits: late promises with their owner, the channel and the owner that nobody knows, the experiment that is over.
    let waits: Vec<(String, String)> =
        rows(&json, "decisions").iter().map(|r| (r["waits"].as_str().expect("a kind").into(), format!("{} {}", r["subject"], r["detail"]))).collect();
    for (kind, words) in [("breached", "赵磊"), ("owner", "刘强"), ("value", "小程序直播"), ("experiment", "案例邮件标题")] {
        assert!(waits.iter().any(|(k, text)| k == kind && text.contains(words)), "{kind} {words}: {waits:?}");
    }
    // In Chinese, by the names that Chinese readers use, and with nothing left in English.
    let page = example.page("week_zh.html");
    let body = page.split("</style>").last().expect("a body");
    let text: String = body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<Vec<_>>().join(" | ");
    assert_eq!(base::english::english(&text), Vec::<String>::new());
    for words in ["转介绍", "微信公众号", "卡在", "赵磊：", "人数太少", "本期变更的 SOP 文件", "低于 case-number"] {
        assert!(page.contains(words), "{words}");
    }
}

/// Every number of the example's page, in the workbook that a stranger's program reads and on the page, is the one of the JSON.
#[test]
fn the_example_says_the_same_in_every_format() {
    let example = Example::new();
    let json = example.json();
    // What a page leaves out stands in the workbook.
    let left_out = ["cpmql", "cpsql"];
    for name in ["week.html", "week_zh.html"] {
        let page = example.page(name);
        for section in json["sections"].as_array().expect("sections") {
            for column in section["columns"].as_array().expect("columns").iter().filter(|c| c["type"] == "money") {
                let id = column["id"].as_str().expect("an id");
                if left_out.contains(&id) {
                    continue;
                }
                for amount in section["rows"].as_array().expect("rows").iter().filter_map(|r| r[id].as_f64()) {
                    assert!(page.contains(&format!(">{}<", money(amount))), "{name}: {} {id} {amount}", section["section"]);
                }
            }
        }
    }
    if there("chromium") {
        for name in ["week.html", "week_zh.html"] {
            for across in [360, 688, 1100] {
                let found = measured(example.folder.path(), &example.page(name), across);
                assert_eq!(found, "nothing (5 charts)", "{name} at {across} px");
            }
        }
        let url = format!("file://{}", example.home.join("week_zh.html").display());
        let (_, log) = chromium(example.folder.path(), &["--dump-dom", &url]);
        let console: Vec<&str> = log.lines().filter(|l| l.contains("CONSOLE")).collect();
        assert!(console.is_empty(), "{console:?}");
    }
    let Some(python) = python::with("openpyxl") else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/book.py");
    let read = Command::new(python).arg(script).arg(example.home.join("week.xlsx")).output().expect("python runs");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let book: serde_json::Value = serde_json::from_slice(&read.stdout).expect("JSON");
    let sheets: Vec<&serde_json::Value> = book.as_object().expect("sheets").values().collect();
    let tables = json["sections"].as_array().expect("sections").iter().chain([&json]).filter(|t| t["section"] != "page");
    for table in tables {
        let columns = table["columns"].as_array().expect("columns");
        let titles: Vec<&serde_json::Value> = columns.iter().map(|c| &c["title"]).collect();
        let alike = |sheet: &&&serde_json::Value| sheet["rows"][0].as_array().is_some_and(|head| head.iter().eq(titles.iter().copied()));
        // Two tables may have the same columns: one of the sheets with them is this one.
        let wrong: Vec<String> = sheets.iter().filter(alike).filter_map(|sheet| differs(table, sheet)).collect();
        let found = sheets.iter().filter(alike).count();
        assert!(found > wrong.len(), "{} is on none of {found} sheets: {wrong:?}", table["section"]);
    }
    let charts: i64 = sheets.iter().filter_map(|s| s["charts"].as_i64()).sum();
    assert_eq!(charts, 5, "the pictures of the page are charts here");
}

/// The first number of a table that a sheet tells otherwise.
fn differs(table: &serde_json::Value, sheet: &serde_json::Value) -> Option<String> {
    let ids: Vec<&str> = table["columns"].as_array().expect("columns").iter().filter_map(|c| c["id"].as_str()).collect();
    let (told, read) = (table["rows"].as_array().expect("rows"), sheet["rows"].as_array().expect("rows"));
    if told.len() + 1 != read.len() {
        return Some(format!("{} rows, not {}", read.len() - 1, told.len()));
    }
    told.iter().zip(read.iter().skip(1)).find_map(|(row, cells)| {
        ids.iter().zip(cells.as_array().expect("cells")).find_map(|(id, cell)| match (row[id].as_f64(), cell.as_f64()) {
            (Some(told), Some(read)) => ((told - read).abs() > 1e-9).then(|| format!("{id} of {row}: {read}")),
            (None, None) => None,
            (told, read) => Some(format!("{id} of {row}: {told:?} and {read:?}")),
        })
    })
}
