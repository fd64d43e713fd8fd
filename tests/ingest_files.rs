//! Whatever the bytes are, they become a table, a refused row with its line, or an error that says what to do.

use proptest::prelude::*;
use sop::ingest::{Format, IngestError, IngestErrorKind as Kind, Options, RawRow, open};
use std::path::PathBuf;
use tempfile::TempDir;

struct Bytes {
    _folder: TempDir,
    path: PathBuf,
}

fn file(name: &str, bytes: &[u8]) -> Bytes {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    Bytes { _folder: folder, path }
}

type Rows = Vec<(u64, Result<Vec<String>, String>)>;

/// Headers, rows with their lines, encoding and delimiter.
fn read(bytes: &[u8]) -> Result<(Vec<String>, Rows, Format), IngestError> {
    let file = file("a.csv", bytes);
    let mut table = open(&file.path, &Options::default())?;
    let (mut rows, mut row) = (Vec::new(), RawRow::default());
    while table.next_row(&mut row)? {
        let cells = row.cells().map(|c| c.text.to_owned()).collect();
        rows.push((row.number, row.problem.as_ref().map_or(Ok(cells), |p| Err(p.reason.to_string()))));
    }
    Ok((table.headers().to_vec(), rows, table.format()))
}

fn fails(bytes: &[u8]) -> IngestError {
    read(bytes).expect_err("it should be refused")
}

fn cells(row: &[&str]) -> Result<Vec<String>, String> {
    Ok(row.iter().map(|c| (*c).to_owned()).collect())
}

fn text(encoding: &'static str, delimiter: char) -> Format {
    Format::Text { encoding, delimiter }
}

#[test]
fn encodings_are_told_by_the_bytes() {
    let table = "姓名,手机号,公司\n张三,13800000001,远山资本\n李四,13800000002,平川科技\n";
    let utf16 = |big: bool, bom: bool| -> Vec<u8> {
        let units = bom.then_some(0xfeff).into_iter().chain(table.encode_utf16());
        units.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    };
    let (gbk, _, _) = encoding_rs::GBK.encode(table);
    let cases = [
        (table.as_bytes().to_vec(), "UTF-8"),
        (format!("\u{feff}{table}").into_bytes(), "UTF-8"),
        (gbk.into_owned(), "gb18030"),
        (utf16(false, true), "UTF-16LE"),
        (utf16(true, true), "UTF-16BE"),
        (utf16(false, false), "UTF-16LE"),
        (utf16(true, false), "UTF-16BE"),
    ];
    for (bytes, encoding) in cases {
        let (headers, rows, format) = read(&bytes).expect(encoding);
        assert_eq!(headers, ["姓名", "手机号", "公司"], "{encoding}");
        assert_eq!(rows[0].1, cells(&["张三", "13800000001", "远山资本"]), "{encoding}");
        assert_eq!(format, text(encoding, ','));
    }
    let big5 = encoding_rs::BIG5
        .encode("姓名,電話,公司名稱,職稱\n王小明,0912345678,臺灣積體電路製造股份有限公司,總經理\n陳怡君,0922333444,鴻海精密工業,採購經理\n")
        .0
        .into_owned();
    let (headers, rows, format) = read(&big5).expect("Big5");
    assert_eq!(format, text("Big5", ','));
    assert_eq!((headers[3].as_str(), &rows[0].1), ("職稱", &cells(&["王小明", "0912345678", "臺灣積體電路製造股份有限公司", "總經理"])));
}

#[test]
fn an_encoding_may_show_late() {
    let mut bytes = b"name,city\n".to_vec();
    for i in 0..200_000 {
        bytes.extend_from_slice(format!("lead {i},city {i}\n").as_bytes());
    }
    bytes.extend_from_slice(&encoding_rs::GBK.encode("张三,上海市浦东新区\n李四,北京\n").0);
    let (_, rows, _) = read(&bytes).expect("a table");
    assert_eq!(rows.len(), 200_002);
    assert_eq!(rows[200_000], (200_002, cells(&["张三", "上海市浦东新区"])));
}

#[test]
fn broken_bytes_refuse_their_row_alone() {
    let mut bytes = "姓名,城市\n张三,上海\n".as_bytes().to_vec();
    bytes.extend_from_slice(b"\xe6\x9d,x\n");
    bytes.extend_from_slice("王五,北京朝阳区建国门外大街一号国贸大厦\n".as_bytes());
    bytes.extend_from_slice(b"a\0b,c\n");
    let (_, rows, _) = read(&bytes).expect("a table");
    let refused: Vec<u64> = rows.iter().filter(|(_, r)| r.is_err()).map(|(n, _)| *n).collect();
    assert_eq!((rows.len(), refused), (4, vec![3, 5]));
}

#[test]
fn dialects_are_told_by_the_records() {
    for (body, delimiter) in [("a;b;c\n1;2,5;3\n4;5,5;6\n", ';'), ("a\tb\tc\n1\t2, 5\t3\n", '\t'), ("a|b|c\n1|2|3\n", '|'), ("sep=;\na;b;c\n1;2;3\n", ';')] {
        let (headers, rows, format) = read(body.as_bytes()).expect(body);
        assert_eq!((headers.len(), format), (3, text("UTF-8", delimiter)), "{body}");
        assert!(rows.iter().all(|(_, r)| r.as_ref().is_ok_and(|r| r.len() == 3)), "{body}");
    }
    let (headers, rows, _) = read(b"a,b\r1,2\r3,4\r").expect("lone CR");
    assert_eq!((headers, rows.len()), (vec!["a".to_owned(), "b".to_owned()], 2));
    let (_, rows, _) = read(b"'a','b'\n'1,5','2'\n").expect("apostrophes");
    assert_eq!(rows[0].1, cells(&["1,5", "2"]));
    let (_, rows, _) = read(b"a,b\n1,\"say \\\"hi\\\", you\"\n2,\"x\\\\y\"\n").expect("backslashes");
    assert_eq!((&rows[0].1, &rows[1].1), (&cells(&["1", "say \"hi\", you"]), &cells(&["2", "x\\y"])));
}

#[test]
fn headers_are_found_and_unique() {
    let (headers, rows, _) = read("2026 年 9 月客户名单,,\n\n,,\n姓名,手机,手机\n张三,1,2\n".as_bytes()).expect("a title");
    assert_eq!((headers.as_slice(), rows), (["姓名", "手机", "手机 (2)"].map(str::to_owned).as_slice(), vec![(5, cells(&["张三", "1", "2"]))]));
    let (headers, rows, _) = read(b" a , ,b,,\n1,2,3,,\n4,5,6\n").expect("blank headers");
    assert_eq!(headers, ["a", "column 2", "b", "column 4", "column 5"]);
    // Cells may be missing only where there is no header.
    assert_eq!(rows, [(2, cells(&["1", "2", "3", "", ""])), (3, cells(&["4", "5", "6"]))]);
    let (headers, rows, _) = read(b"name\n").expect("headers alone are a table");
    assert_eq!((headers, rows), (vec!["name".to_owned()], Vec::new()));
}

#[test]
fn lines_are_counted_through_quotes_and_after_refused_rows() {
    let (_, rows, _) = read(b"a,b\r\n\"x\r\ny\",1\r\n2\r\n\"bad\"x,3\r\n4,5\r\n\r\n6,7\r\n").expect("a table");
    let seen: Vec<(u64, bool)> = rows.iter().map(|(n, r)| (*n, r.is_ok())).collect();
    assert_eq!(seen, [(2, true), (4, false), (5, false), (6, true), (8, true)]);
    assert_eq!(rows[0].1, cells(&["x\r\ny", "1"]));
    let error = fails(b"a,b\n1,2\n3,\"never closed\n4,5\n");
    assert_eq!((error.kind, error.line.map(u64::from)), (Kind::UnclosedQuote, Some(3)));
    assert!(error.to_string().contains("never closed") && !error.help.is_empty());
}

#[test]
fn what_is_no_table_says_what_to_do() {
    for (bytes, kind) in [
        (&b""[..], Kind::Empty),
        (b"\n \n", Kind::Empty),
        (b"\x89PNG\r\n\x1a\n", Kind::NotATable),
        (b"%PDF-1.7", Kind::NotATable),
        (b"<html><table>", Kind::NotATable),
        (b"[{\"a\": 1}]", Kind::NotATable),
        (b"PK\x03\x04 this is no workbook", Kind::Workbook),
        (b"\x01\x02\x03\x04\x05\x06\x07\x08", Kind::NotATable),
    ] {
        let error = fails(bytes);
        assert_eq!(error.kind, kind, "{error}");
        assert!(!error.help.is_empty() && error.file.ends_with("a.csv"));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let error = |path: &std::path::Path| open(path, &Options::default()).err().expect("refused");
    assert!(error(folder.path()).what.contains("folder"));
    assert!(error(&folder.path().join("missing.csv")).what.contains("no such file"));
}

#[test]
fn sizes_have_limits() {
    let wide = "x,".repeat(20_000) + "x\n";
    assert_eq!(fails(wide.as_bytes()).kind, Kind::TooLarge);
    let huge = format!("a,b\n1,{}\n2,3\n", "y".repeat(2 << 20));
    let (_, rows, _) = read(huge.as_bytes()).expect("a table");
    assert!(rows[0].1.as_ref().is_err_and(|e| e.contains("1 MiB")) && rows[1].1.is_ok());
    let endless = format!("a,b\n1,\"{}", "y".repeat(20 << 20));
    assert!(matches!(fails(endless.as_bytes()).kind, Kind::TooLarge | Kind::UnclosedQuote));
}

#[test]
fn a_workbook_is_one_whatever_its_name() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let hidden = book.add_worksheet();
    hidden.set_name("old").and_then(|s| s.write(0, 0, "姓名")).expect("a cell");
    hidden.set_hidden(true);
    let sheet = book.add_worksheet().set_name("客户").expect("a name");
    let percent = rust_xlsxwriter::Format::new().set_num_format("0.0%");
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm");
    for (i, header) in ["姓名", "折扣", "日期", "号码", "标记"].iter().enumerate() {
        sheet.write(0, i as u16, *header).expect("a cell");
    }
    sheet.write(1, 0, "张三").expect("a cell");
    sheet.write_with_format(1, 1, 0.125, &percent).expect("a cell");
    sheet.write_with_format(1, 2, 46_284.5, &day).expect("a cell");
    sheet.write(1, 3, 13_800_000_001.0).expect("a cell");
    sheet.write(1, 4, true).expect("a cell");
    sheet.write(3, 0, "李四").expect("a cell");
    sheet.write(3, 1, 0.1 + 0.2).expect("a cell");
    sheet.set_active(true);
    let bytes = book.save_to_buffer().expect("a workbook");
    let (headers, rows, format) = read(&bytes).expect("a workbook named .csv");
    assert_eq!(format, Format::Sheet { name: "客户".to_owned() });
    assert_eq!(headers.len(), 5);
    assert_eq!(rows[0], (2, cells(&["张三", "12.5%", "2026-09-19 12:00:00", "13800000001", "TRUE"])));
    assert_eq!(rows[1], (4, cells(&["李四", "0.3"])));

    let file = file("客户.xlsx", &bytes);
    let options = |sheet: &str| Options { sheet: Some(sheet.to_owned()), ..Options::default() };
    assert_eq!(open(&file.path, &options("old")).expect("the hidden sheet by name").headers(), ["姓名"]);
    let error = open(&file.path, &options("nope")).err().expect("no such sheet");
    assert!(error.kind == Kind::NoSuchSheet && error.help.contains("客户"));
}

#[test]
fn a_second_reading_gives_the_same() {
    let file = file("a.csv", "title\n姓名,b\n张三,1\n李四,2\n".as_bytes());
    let mut table = open(&file.path, &Options::default()).expect("a table");
    let mut row = RawRow::default();
    let mut names = |table: &mut sop::ingest::TableFile| {
        let mut names = Vec::new();
        while table.next_row(&mut row).expect("rows") {
            names.push(row.text(0).to_owned());
        }
        names
    };
    let first = names(&mut table);
    table.rewind().expect("again");
    assert_eq!((first.as_slice(), names(&mut table)), (["张三", "李四"].map(str::to_owned).as_slice(), first.clone()));
    let (read, total) = table.progress();
    assert_eq!(read, total);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// What a strict writer wrote comes back as it was.
    #[test]
    fn written_records_read_back(rows in prop::collection::vec(prop::collection::vec("[a-z\"',;|\t\r\n 张。0-9]{0,9}", 3), 1..12)) {
        let mut out = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        out.write_record(["alpha", "beta", "gamma"]).expect("a header");
        for row in &rows {
            out.write_record(row).expect("a row");
        }
        let bytes = out.into_inner().expect("bytes");
        let (headers, read, _) = read(&bytes).expect("a table");
        prop_assert_eq!(headers, ["alpha", "beta", "gamma"]);
        let kept: Vec<_> = rows.iter().filter(|r| r.iter().any(|c| !c.trim().is_empty())).map(|r| Ok(r.clone())).collect();
        prop_assert_eq!(read.into_iter().map(|(_, r)| r).collect::<Vec<_>>(), kept);
    }
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }
    #[test]
    fn no_text_makes_it_panic(text in "[ab,;\"\t\r\n\\\\'1=|]{0,120}") {
        let _ = read(text.as_bytes());
    }
}
