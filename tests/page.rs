//! The page of the weekly meeting in a real browser: no message on its console, nothing overlaps or is cut on a phone or on A4,
//! and the numbers in it are those of the JSON.
//!
//! Needs Chromium and pdftotext (poppler-utils); `.ci/run` installs them. Without them the tests say what they skip, and fail where CI=true.

#![allow(clippy::print_stderr)] // what is skipped is said aloud

mod base;

use chrono::NaiveDate;
use sop::model::{Currency, Instant};
use sop::render::{Format, Lang, Options, write};
use sop::report::meeting::{self, Facts, Headline, Moment};
use sop::report::{Cell, Chart, Column, ColumnType, Frame, Note, Report};
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
    let headline = |id: &str, value, previous| Headline { id: id.into(), value, previous };
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
    assert!(!html(Lang::En).contains("<b>referral"), "a name never becomes markup");
}

/// Every number of the example's page, in the workbook that a stranger's program reads and on the page, is the one of the JSON.
#[test]
fn the_example_says_the_same_in_every_format() {
    let base = base::Base::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/09_roi");
    for file in ["leads.csv", "deals.csv", "baidu.csv", "costs.csv", "sops/fields.yaml", "sops/reports.yaml"] {
        if let Ok(text) = std::fs::read(example.join(file)) {
            base.write(file, text);
        }
    }
    let run = |args: &[&str]| {
        let out = base.command(args).args(["--as-of", "2026-11-02"]).output().expect("sop runs");
        assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
        out.stdout
    };
    run(&["import", "leads.csv", "deals.csv", "baidu.csv", "costs.csv"]);
    let of = ["report", "monthly", "--period", "2026-10"];
    let json: serde_json::Value = serde_json::from_slice(&run(&[&of[..], &["-f", "json"]].concat())).expect("JSON");
    for (lang, file) in [("en", "month.html"), ("zh", "月报.html"), ("en", "month.xlsx")] {
        run(&[&of[..], &["--lang", lang, "-o", file]].concat());
    }
    let roi = json["sections"].as_array().and_then(|all| all.iter().find(|s| s["section"] == "roi")).expect("roi");
    let baidu = roi["rows"].as_array().and_then(|rows| rows.iter().find(|r| r["channel"] == "baidu")).expect("baidu");
    assert_eq!((baidu["cost"].as_f64(), baidu["new_revenue"].as_f64()), (Some(9_620.0), Some(170_000.01)));
    let page = std::fs::read_to_string(base.path().join("月报.html")).expect("the page");
    assert!(page.contains("170,000.01") && page.contains("9,620.00") && page.contains("月报"), "{page}");
    if there("chromium") {
        for across in [360, 688] {
            let found = measured(base.path(), &page, across);
            assert!(found.starts_with("nothing (") && !found.contains("(0 charts)"), "at {across} px: {found}");
        }
    }
    let Some(python) = python() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/book.py");
    let read = Command::new(python).arg(script).arg(base.path().join("month.xlsx")).output().expect("python runs");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let book: serde_json::Value = serde_json::from_slice(&read.stdout).expect("JSON");
    let sheet = book.as_object().and_then(|sheets| sheets.values().find(|s| s["rows"][0][0] == "channel")).expect("a sheet of channels");
    assert_eq!(sheet["charts"], 1, "the picture of the page is a chart here");
    let ids: Vec<&str> = roi["columns"].as_array().expect("columns").iter().filter_map(|c| c["id"].as_str()).collect();
    for (row, cells) in roi["rows"].as_array().expect("rows").iter().zip(sheet["rows"].as_array().expect("rows").iter().skip(1)) {
        for (id, cell) in ids.iter().zip(cells.as_array().expect("cells")) {
            match (row[id].as_f64(), cell.as_f64()) {
                (Some(told), Some(read)) => assert!((told - read).abs() < 1e-9, "{id} of {row}: {read}"),
                (None, None) => {}
                (told, read) => panic!("{id} of {row}: {told:?} and {read:?}"),
            }
        }
    }
}

/// An interpreter that has openpyxl: that of `target/openpyxl`, which `.ci/run` makes, else python3's own.
fn python() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/openpyxl/bin/python");
    let found = [own, "python3".into()].into_iter().find(|p| Command::new(p).args(["-c", "import openpyxl"]).output().is_ok_and(|o| o.status.success()));
    if found.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI=true and no python3 with openpyxl");
        eprintln!("skipped: no python3 with openpyxl");
    }
    found
}
