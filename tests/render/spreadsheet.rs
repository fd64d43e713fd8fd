//! What a spreadsheet makes of a report.

use crate::reports::{every_report, frame};
use crate::{bytes, table};
use calamine::{Data, Reader, Xlsx};
use sop::render::{Format, Lang, Options};
use sop::report::{Cell, Column, ColumnType, Report};
use std::io::Cursor;

pub(crate) fn book(report: &Report) -> Xlsx<Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(Cursor::new(bytes(report, Format::Xlsx, &Options::default()))).expect("a workbook")
}

#[test]
fn a_spreadsheet_never_runs_a_text() {
    let texts = ["=1+1", "+8613800138000", "-1", "@a", "\t=1", "'=1", "''=1", "'tis", "plain", "'"];
    let rows = texts.iter().map(|t| vec![Cell::text(*t), Cell::List(vec![(*t).into()]), Cell::Integer(-1)]).collect();
    let report = table(vec![Column::text("=header"), Column::new("tags", ColumnType::List), Column::integer("n")], rows);
    let csv = bytes(&report, Format::Csv, &Options { excel: true, ..Options::default() });
    let csv = String::from_utf8(csv).expect("UTF-8");
    let csv = csv.strip_prefix('\u{feff}').expect("--excel starts with a mark");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.headers().expect("headers").get(0), Some("'=header"));
    for (record, original) in reader.records().map(|r| r.expect("a record")).zip(texts) {
        for cell in [&record[0], &record[1]] {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']), "{cell:?}");
            let unquoted = cell.strip_prefix('\'').filter(|rest| rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\0']));
            assert_eq!(unquoted.unwrap_or(cell), original);
        }
        assert_eq!(&record[2], "-1", "a number stays one");
    }
    assert!(!bytes(&report, Format::Csv, &Options::default()).starts_with("\u{feff}".as_bytes()));
}

#[test]
fn a_workbook_reads_back_with_the_same_cells() {
    let on = chrono::NaiveDate::from_ymd_opt(2026, 2, 28).expect("a date");
    let columns = vec![
        Column::text("id"),
        Column::text("phone"),
        Column::integer("score"),
        Column::new("share", ColumnType::Percent),
        Column::new("budget", ColumnType::Money),
        Column::new("on", ColumnType::Date),
        Column::new("created_at", ColumnType::Instant),
        Column::new("yes", ColumnType::Boolean),
        Column::text("company"),
    ];
    let row = vec![
        Cell::text("007"),
        Cell::text("+8613800138000"),
        Cell::Integer(-3),
        Cell::Percent(0.25),
        Cell::Money(12_345),
        Cell::Date(on),
        Cell::Instant(frame().as_of),
        Cell::Boolean(true),
        Cell::text("=1+1 上海"),
    ];
    let blank = vec![Cell::Empty; row.len()];
    let mut book = book(&table(columns, vec![row, blank]));
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("readable");
    let header: Vec<_> = sheet.rows().next().expect("a header").iter().map(ToString::to_string).collect();
    assert_eq!(header[..3], ["id", "phone", "score"]);
    let cells = sheet.rows().nth(1).expect("a row");
    assert_eq!(cells[0], Data::String("007".into()));
    assert_eq!(cells[1], Data::String("+8613800138000".into()));
    assert_eq!((&cells[2], &cells[3], &cells[4]), (&Data::Float(-3.0), &Data::Float(0.25), &Data::Float(123.45)));
    let date = |cell: &Data| if let Data::DateTime(d) = cell { d.as_datetime().map(|d| d.to_string()) } else { None };
    assert_eq!(date(&cells[5]).as_deref(), Some("2026-02-28 00:00:00"));
    assert_eq!(date(&cells[6]).as_deref(), Some("2026-11-21 23:59:59"));
    assert_eq!(cells[7], Data::Bool(true));
    assert_eq!(cells[8], Data::String("=1+1 上海".into()));
}

#[test]
fn a_workbook_has_a_sheet_per_table_and_the_same_bytes_every_time() {
    for report in every_report() {
        assert_eq!(bytes(&report, Format::Xlsx, &Options::default()), bytes(&report, Format::Xlsx, &Options::default()), "{}", report.name);
        let help = usize::from(report.columns.iter().any(|c| c.fill_in));
        assert_eq!(book(&report).sheet_names().len(), 2 + help + report.sections.len(), "{}: its tables and the totals", report.name);
    }
}

#[test]
fn columns_to_fill_in_are_explained_on_the_second_sheet_with_every_choice() {
    use sop::report::Choice;
    // Too long for a drop-down of its own, and with what separates the entries of one.
    let reasons: Vec<Choice> = (0..60).map(|i| Choice::titled(&format!("r{i}"), &format!("原因，第 {i} 条, 够长"))).collect();
    let columns = vec![
        Column::text("name").in_sight(),
        Column::text("last_outcome").one_of([Choice::new("met")]),
        Column::text("reason").one_of(reasons).to_fill(),
        Column::text("outcome").one_of([Choice::new("met"), Choice::new("no_answer")]).to_fill(),
        Column::new("next_at", ColumnType::Date).to_fill(),
    ];
    let mut report = Report::new("worklist", &frame(), columns);
    report.rows = vec![vec![Cell::text("王伟"), Cell::text("met"), Cell::Empty, Cell::Empty, Cell::Empty]];
    for (lang, help, met) in [(Lang::Zh, "说明", "已见面"), (Lang::En, "Help", "met")] {
        let options = Options { lang, ..Options::default() };
        let mut read: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes(&report, Format::Xlsx, &options))).expect("a workbook");
        assert_eq!(read.sheet_names().get(1).map(String::as_str), Some(help));
        let sheet = read.worksheet_range_at(1).expect("a sheet").expect("readable");
        let list = |column: u32| (1..).map_while(|row| sheet.get_value((row, column)).map(ToString::to_string)).filter(|t| !t.is_empty()).collect::<Vec<_>>();
        assert_eq!((list(3).len(), list(3)[59].as_str()), (60, "原因，第 59 条, 够长"));
        assert_eq!(list(4)[0], met);
        let table = read.worksheet_range_at(0).expect("a sheet").expect("readable");
        assert_eq!(table.get_value((1, 1)).map(ToString::to_string).as_deref(), Some(met), "a choice is shown by its label");
    }
    let json: serde_json::Value = serde_json::from_slice(&bytes(&report, Format::Json, &Options::default())).expect("JSON");
    assert_eq!(json["rows"][0]["last_outcome"], "met", "programs see the id in every language");
}
