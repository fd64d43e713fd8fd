//! What stands on a screen, however narrow.

use crate::reports::{every_report, ranked, score_facts};
use crate::{bytes, json, table, text};
use sop::render::{Format, Lang, Options, write_rows};
use sop::report::{Cell, Column, Layout, Report, Section, score};
use unicode_width::UnicodeWidthStr;

#[test]
fn columns_line_up_under_chinese_and_emoji() {
    // The last column is a right-aligned number, so every line of the table ends in the same place.
    let columns = vec![Column::text("name"), Column::text("company"), Column::integer("score")];
    let names = ["王伟", "Ada", "👍", "👩‍👩‍👧‍👧 家", "e\u{301}", "ｗｉｄｅ", "❤️", "a\tb\nc"];
    let rows = names.iter().zip(0..).map(|(n, i)| vec![Cell::text(*n), Cell::text("有限公司".repeat(i)), Cell::Integer(10_i64.pow(i as u32))]).collect();
    let report = table(columns, rows);
    for (lang, width) in [(Lang::En, None), (Lang::Zh, None), (Lang::En, Some(80)), (Lang::Zh, Some(40)), (Lang::En, Some(30))] {
        let printed = text(&report, &Options { lang, width, ..Options::default() });
        let table: Vec<_> = printed.lines().skip(2).take(names.len() + 2).collect();
        let widths: Vec<_> = table.iter().map(|l| l.width()).collect();
        assert!(widths.windows(2).all(|w| w[0] == w[1]), "{lang:?} {width:?} {widths:?}\n{printed}");
        assert!(printed.contains("10,000,000"), "a number is never cut");
        assert!(width.is_none_or(|w| printed.lines().all(|l| l.width() <= w)), "{printed}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for report in every_report() {
        for width in [20, 33, 60, 80, 200] {
            for lang in [Lang::En, Lang::Zh] {
                let printed = text(&report, &Options { lang, width: Some(width), verbose: true, ..Options::default() });
                for line in printed.lines() {
                    assert!(line.width() <= width, "{} at {width}: {line:?}", report.name);
                }
            }
        }
    }
}

#[test]
fn what_a_narrow_screen_leaves_out_is_named() {
    let printed = text(&score::report(&score_facts(ranked())), &Options { width: Some(40), ..Options::default() });
    assert!(printed.contains("no room for: ") && printed.contains("main reason"), "{printed}");
}

#[test]
fn a_screen_shows_the_first_rows_and_says_how_many_there_are() {
    let rows = |n: i64| (1..=n).map(|i| vec![Cell::Integer(i)]).collect();
    let report = table(vec![Column::integer("rank")], rows(9_240));
    let limited = Options { limit: Some(20), ..Options::default() };
    let printed = text(&report, &limited);
    assert!(printed.contains("20 of 9,240 shown; --limit 0 for all"), "{printed}");
    assert!(printed.lines().any(|l| l == "  20") && !printed.lines().any(|l| l.trim() == "21"), "{printed}");
    assert!(!text(&report, &Options::default()).contains("shown"));
    // A caller that hands over only the rows of the screen says how many there are.
    let first = Report { of: Some(9_240), ..table(vec![Column::integer("rank")], rows(20)) };
    assert!(text(&first, &limited).contains("20 of 9,240 shown"));
    assert!(!text(&table(vec![Column::integer("rank")], rows(20)), &limited).contains("shown"));
    // Other formats carry everything.
    assert_eq!(json(&report)["rows"].as_array().map(Vec::len), Some(9_240));
    assert_eq!(bytes(&report, Format::Csv, &limited).split(|b| *b == b'\n').count(), 9_240 + 2);
}

#[test]
fn a_long_table_is_written_as_it_comes() {
    let report = table(vec![Column::text("name"), Column::integer("score")], vec![]);
    let mut rows = (0..25_000).map(|i| Ok(vec![Cell::text("线索"), Cell::Integer(i)]));
    let mut out = Vec::new();
    write_rows(&report, &mut rows, Format::Text, &Options::default(), &mut out).expect("written");
    let printed = String::from_utf8(out).expect("UTF-8");
    assert_eq!(printed.lines().filter(|l| l.starts_with("线索")).count(), 25_000);
    let mut broken = [Ok(vec![Cell::text("a"), Cell::Integer(1)]), Err(std::io::Error::other("the disk"))].into_iter();
    assert!(write_rows(&report, &mut broken, Format::Json, &Options::default(), &mut Vec::new()).is_err());
}

#[test]
fn colour_only_when_asked() {
    let report = score::report(&score_facts(ranked()));
    assert!(!text(&report, &Options::default()).contains('\u{1b}'));
    assert!(text(&report, &Options { color: true, ..Options::default() }).contains('\u{1b}'));
    let hostile = table(vec![Column::text("name")], vec![vec![Cell::text("\u{1b}[2Jgone")]]);
    assert!(!text(&hostile, &Options::default()).contains('\u{1b}'), "a cell never drives the terminal");
}

#[test]
fn a_score_card_is_never_cut_by_the_limit() {
    let mut report = table(vec![Column::integer("n")], (0..30).map(|i| vec![Cell::Integer(i)]).collect());
    report.whole = true;
    let log = Section::new("timeline", Layout::Log, vec![Column::text("what")], vec![vec![Cell::text("x")]; 30]);
    report.sections.push(log);
    let printed = text(&report, &Options { limit: Some(5), ..Options::default() });
    assert!(printed.contains("29") && printed.contains("5 of 30 shown"), "{printed}");
}
