//! Real exports, typed by the built-in dictionary, against what a person reads in them.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use sop::ingest::{self, BadCell, FileKind, LeadMapping, LeadReader, LeadRow, Next, Options, Profile, RejectWriter, recognise};
use sop::model::{DateOrder, Instant, Value};
use sop::rules::Sop;
use std::path::{Path, PathBuf};

/// The shared data, or `None` (said aloud) where it is not; a build server must have it.
fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SOP_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = root.join("data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none_or(|v| v != "true"), "{} is missing", path.display());
    eprintln!("skipped: no {}", path.display());
    None
}

/// The built-in dictionary with these additions.
fn sop(fields: &str) -> Sop {
    let files = if fields.is_empty() { Vec::new() } else { vec![("sops/fields.yaml".to_owned(), Ok(fields.as_bytes().to_vec()))] };
    sop::rules::load(&files).unwrap_or_else(|(_, d)| panic!("{d:?}")).0
}

struct Read {
    rows: Vec<LeadRow>,
    rejected: Vec<(u64, BadCell)>,
    mapping: LeadMapping,
    profile: Profile,
}

fn read(path: &Path, sop: &Sop) -> Read {
    let mut table = ingest::open(path, &Options::default()).unwrap_or_else(|e| panic!("{e}"));
    let mapping = LeadMapping::new(table.headers(), &sop.dictionary);
    let profile = ingest::profile(&mut table, &mapping, &sop.dictionary, &sop.calendar).expect("a profile");
    let mut reader = LeadReader::new(table, mapping.clone(), &sop.dictionary, &sop.calendar, profile.clone());
    let (mut rows, mut rejected, mut row) = (Vec::new(), Vec::new(), LeadRow::default());
    loop {
        match reader.next(&mut row).expect("rows") {
            Next::Row => rows.push(row.clone()),
            Next::Rejected => rejected.push((row.number, row.bad[0].clone())),
            Next::End => return Read { rows, rejected, mapping, profile },
        }
    }
}

fn of(text: &str, sop: &Sop) -> Read {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("leads.csv");
    std::fs::write(&path, text).expect("a file");
    read(&path, sop)
}

fn value(row: &LeadRow, sop: &Sop, field: &str) -> Value {
    sop.dictionary.field(field).map_or(Value::Null, |(ix, _)| row.values[ix.0].clone())
}

fn shown(row: &LeadRow, sop: &Sop, field: &str) -> String {
    match value(row, sop, field) {
        Value::Text(t) => t.to_string(),
        Value::At(t) => t.rfc3339(),
        Value::Null => String::new(),
        other => format!("{other:?}"),
    }
}

fn extra<'a>(row: &'a LeadRow, header: &str) -> Option<&'a str> {
    row.extra.iter().find(|(h, _)| **h == *header).map(|(_, t)| t.as_str())
}

#[test]
fn every_groweasy_file_reads() {
    let Some(folder) = shared("groweasy/demo/csvs") else { return };
    let sop = sop("");
    // File, rows, rejected rows: counted by hand.
    let files = [
        ("01-facebook-leads-standard", 5, 0),
        ("02-facebook-leads-messy-headers", 3, 0),
        ("03-google-ads-leads", 3, 0),
        ("04-google-ads-export-utf8", 3, 0),
        ("05-excel-export", 3, 0),
        ("06-agency-crm-export", 4, 0),
        ("07-real-estate-crm", 3, 0),
        ("08-broken-headers-typos", 3, 0),
        ("09-duplicate-headers", 2, 0),
        ("10-mixed-date-formats", 3, 0),
        ("11-international-names", 4, 0),
        ("12-unicode-emoji", 3, 0),
        ("13-mixed-languages", 3, 0),
        ("14-blank-rows", 2, 0),
        ("15-duplicate-rows", 5, 0),
        ("16-messy-formatting", 3, 0),
        ("17-formula-injection", 5, 0),
        ("18-international-phones", 6, 0),
        ("19-empty-columns", 3, 0),
        ("20-tiny-two-row", 2, 0),
        ("21-tab-separated", 2, 0),
        ("22-trailing-commas", 2, 0),
        ("23-quoted-fields-multiline", 2, 0),
        ("24-salesforce-style", 3, 0),
        ("25-hubspot-export", 3, 0),
        ("26-large-dataset-200-rows", 200, 0),
        ("real-world/agency-chaos", 4, 0),
        // Seven cells under eight headers: nobody knows which one is missing.
        ("real-world/duplicate-mixed-columns", 0, 2),
        ("real-world/european-semicolon", 2, 0),
        ("real-world/excel-messy-export", 3, 0),
        ("real-world/facebook-leads-realistic", 3, 0),
        ("real-world/google-ads-realistic", 3, 0),
        ("real-world/horrible-headers-mixed", 3, 0),
        ("real-world/hubspot-export", 3, 0),
        ("real-world/rtl-arabic-headers", 2, 0),
        ("real-world/salesforce-leads", 3, 0),
        ("real-world/zoho-crm-export", 3, 0),
    ];
    assert_eq!(files.len(), 37);
    for (name, rows, rejected) in files {
        let path = folder.join(format!("{name}.csv"));
        let got = read(&path, &sop);
        assert_eq!((got.rows.len(), got.rejected.len()), (rows, rejected), "{name}");
        let kind = recognise("", &got.mapping.headers, &sop.dictionary, &sop.tables).kind;
        // `Nmae,Emial,Phne`: nothing in it is known, so nothing is guessed.
        assert_eq!(kind, (name != "08-broken-headers-typos").then_some(FileKind::Leads), "{name}");
    }
}

#[test]
fn cells_of_groweasy_files_are_what_a_person_reads() {
    let Some(folder) = shared("groweasy/demo/csvs") else { return };
    let sop = sop("");
    let file = |name: &str| read(&folder.join(format!("{name}.csv")), &sop).rows;
    let cell = |row: &LeadRow, field: &str| shown(row, &sop, field);

    let rows = file("02-facebook-leads-messy-headers");
    assert_eq!(cell(&rows[0], "created_at"), "2024-03-15T01:12:00Z"); // 9:12 AM in Shanghai
    assert_eq!(cell(&rows[2], "name"), ""); // N/A
    let bad: Vec<&str> = rows[2].bad.iter().map(|b| b.value.as_str()).collect();
    assert_eq!((rows[2].identities.len(), bad), (0, vec!["invalid-email", "not-a-phone"]));

    let rows = file("05-excel-export");
    assert_eq!((cell(&rows[0], "name").as_str(), cell(&rows[0], "created_at").as_str()), ("Alice Johnson", "2024-01-14T16:00:00Z"));

    let rows = file("07-real-estate-crm");
    assert_eq!(value(&rows[0], &sop, "budget"), Value::Money(1_200_000_000)); // 1.2 Cr
    assert_eq!(value(&rows[1], &sop, "budget"), Value::Money(850_000_000)); // 85 L

    let rows = file("09-duplicate-headers");
    assert_eq!(
        (cell(&rows[0], "email").as_str(), extra(&rows[0], "Email (2)"), extra(&rows[0], "Name (2)")),
        ("john@dup.com", Some("john.d@alt.com"), Some("John D."))
    );

    let rows = file("10-mixed-date-formats");
    let days: Vec<String> = rows.iter().map(|r| cell(r, "created_at")).collect();
    assert_eq!(days, ["2024-01-14T16:00:00Z", "2024-01-19T16:00:00Z", "2024-03-19T16:00:00Z"]);

    let rows = file("14-blank-rows");
    assert_eq!((rows[0].number, rows[1].number), (3, 7));

    let rows = file("16-messy-formatting");
    let got: Vec<String> = ["name", "email", "phone", "company"].iter().map(|f| cell(&rows[0], f)).collect();
    assert_eq!(got, ["John \"Johnny\" Doe", "john@messy.com", "5550900", "Acme, Inc."]);
    assert_eq!(cell(&rows[2], "email"), "spaces@test.com");

    let rows = file("18-international-phones");
    let phones: Vec<String> = rows.iter().map(|r| cell(r, "phone")).collect();
    // The first, second and last are no valid numbers and keep their digits.
    assert_eq!(phones, ["15551234567", "447700900123", "+919876543210", "+491701234567", "+819012345678", "5511912345678"]);

    let rows = file("23-quoted-fields-multiline");
    assert_eq!((extra(&rows[0], "Address"), rows[1].number), (Some("123 Main St\nApt 4B"), 4));

    let rows = file("real-world/agency-chaos");
    assert_eq!((rows[0].number, rows[3].number, cell(&rows[3], "id").as_str()), (3, 7, "LD-004"));
    assert_eq!(extra(&rows[0], "Email / Phone"), Some("raj@agency.in / 9876501234"));

    let rows = file("real-world/horrible-headers-mixed");
    assert_eq!((cell(&rows[1], "email").as_str(), extra(&rows[0], "Lead Name")), ("jane@horrible.com", Some("John D")));

    let rows = file("real-world/salesforce-leads");
    assert_eq!(cell(&rows[2], "name"), "Unknown");
    assert_eq!(rows[0].identities[0].text, "default\t00q1");
}

#[test]
fn exports_from_china_read_alike_whatever_their_encoding_and_workbook() {
    let Some(folder) = shared("chinese/import_edge") else { return };
    let sop = sop(
        "leads: {id: {type: text}, name: {type: text}, phone: {type: phone, region: CN}, company: {type: text}, owner: {type: owner}, budget: {type: money}, tags: {type: list}, created_at: {type: datetime}, note: {type: text}, 预计签约: {type: date}, 加微信日期: {type: date}}\nidentity: [id, phone]\n",
    );
    let file = |name: &str| read(&folder.join(name), &sop);
    let cell = |row: &LeadRow, field: &str| shown(row, &sop, field);
    for name in ["gbk.csv", "utf16le_tab.txt", "utf8bom.csv"] {
        let rows = file(name).rows;
        let got: Vec<String> = ["name", "phone", "company"].iter().map(|f| cell(&rows[0], f)).collect();
        assert_eq!((rows.len(), got), (1, ["张三", "+8613800000001", "远山资本"].map(str::to_owned).to_vec()), "{name}");
    }
    let rows = file("1904日期_号码是数字.xlsx").rows;
    assert_eq!(cell(&rows[0], "phone"), "+8613800000001");
    assert_eq!(value(&rows[0], &sop, "预计签约"), Value::Date("2026-09-19".parse().expect("a date")));
    assert_eq!(value(&rows[0], &sop, "加微信日期"), Value::Date("2026-09-01".parse().expect("a date")));
    assert_eq!(value(&rows[0], &sop, "budget"), Value::Money(5_000_000));

    let rows = file("公式_一个有缓存值一个没有.xlsx").rows;
    assert_eq!((cell(&rows[0], "phone").as_str(), cell(&rows[1], "phone").as_str()), ("+8613800000001", ""));
    assert_eq!((rows[1].bad[0].column.as_str(), rows[1].bad[0].reason.as_ref()), ("手机号", "a formula saved without its value"));

    let companies: Vec<String> = file("合并单元格.xlsx").rows.iter().map(|r| cell(r, "company")).collect();
    assert_eq!(companies, ["远山资本"; 3]);
    assert!(file("只有表头.xlsx").rows.is_empty());

    let rows = file("表头第二行.xlsx").rows;
    assert_eq!((rows.len(), rows[0].number, cell(&rows[1], "company").as_str(), cell(&rows[1], "note").as_str()), (2, 3, "平川科技", ""));
    let rows = file("行号.xlsx").rows;
    assert_eq!(rows.iter().map(|r| r.number).collect::<Vec<_>>(), [3, 5, 6]);
    assert_eq!(rows[2].bad[0].value, "123");
    let rows = file("超宽60列.xlsx").rows;
    assert_eq!((cell(&rows[0], "phone").as_str(), rows[0].extra.len()), ("+8613800000001", 58));

    let rows = file("小满式-客户导出.xlsx").rows;
    assert_eq!(rows.len(), 7);
    assert_eq!((cell(&rows[0], "company").as_str(), cell(&rows[0], "id").as_str(), cell(&rows[0], "owner").as_str()), ("Apple, Inc", "11235", "王小满"));
    assert_eq!(value(&rows[0], &sop, "tags"), Value::List(["标签1", "标签2", "标签3"].map(Into::into).into()));
    assert_eq!(cell(&rows[0], "created_at"), "2026-03-02T02:15:00Z"); // 46083.427… = 10:15
    assert_eq!(extra(&rows[6], "联系人电话").or(Some(&cell(&rows[6], "phone"))).map(|p| p.trim_start_matches('+')), Some("2348031234567"));
}

#[test]
fn columns_mean_what_their_headers_say() {
    let sop = sop("events_in: {白皮书下载时间: whitepaper_download, 定价页访问次数: {kind: pricing_view, count: true, at: 最近访问时间}}\n");
    let text = "key,姓,名,邮箱,手机,电话,score,band,_row,mql_at,更新时间,白皮书下载时间,定价页访问次数,最近访问时间,备注2\n\
        kaaaaaaaaaab,王,小明,A@B.com,,010-62345678,50,hot,7,2026-03-04,2026-05-01,2026-02-01,3,2026-02-03,'=1+1\n\
        ,Lovelace,Ada,<clear>,13812345678,13912345678,1,cold,8,,,,x,,-\n";
    let read = of(text, &sop);
    let (row, second) = (&read.rows[0], &read.rows[1]);
    assert_eq!(row.key.map(|k| k.to_string()).as_deref(), Some("kaaaaaaaaaab"));
    assert_eq!((shown(row, &sop, "name").as_str(), shown(second, &sop, "name").as_str()), ("王小明", "Ada Lovelace"));
    assert_eq!(shown(row, &sop, "phone"), "+861062345678"); // the first that is not blank
    assert_eq!((shown(second, &sop, "phone").as_str(), extra(second, "电话")), ("+8613812345678", Some("13912345678")));
    assert_eq!(read.mapping.derived, ["score", "band", "_row"]);
    let midnight = |day: &str| Instant(day.parse::<chrono::NaiveDate>().expect("a date").and_time(chrono::NaiveTime::MIN).and_utc().timestamp() - 8 * 3600);
    assert_eq!(row.stage_dates.iter().map(|(s, t)| (&**s, *t)).collect::<Vec<_>>(), [("mql", midnight("2026-03-04"))]);
    assert_eq!(row.updated_at, Some(midnight("2026-05-01")));
    let counts: Vec<_> = row.counts.iter().map(|c| (c.n, c.total, c.at)).collect();
    assert_eq!(counts, [(1, false, Some(midnight("2026-02-01"))), (3, true, Some(midnight("2026-02-03")))]);
    assert_eq!(extra(row, "备注2"), Some("=1+1")); // our own disarming is taken off
    assert_eq!(second.cleared.iter().map(|ix| sop.dictionary.fields[ix.0].id.as_str()).collect::<Vec<_>>(), ["email"]);
    assert_eq!(second.bad.iter().map(|b| b.value.as_str()).collect::<Vec<_>>(), ["x"]);
    assert_eq!(extra(second, "备注2"), None); // `-` means blank everywhere
    assert_eq!(read.mapping.unmatched, ["备注2"]);
    // Without a key, score is another system's.
    assert_eq!(of("name,score\na,5\n", &sop).mapping.unmatched, ["score"]);
}

#[test]
fn the_whole_column_settles_day_and_month() {
    let sop = sop("");
    let read_order = |cells: &str| {
        let text: String = std::iter::once("name,created_at\n".to_owned()).chain(cells.split(' ').map(|c| format!("x,{c}\n"))).collect();
        let read = of(&text, &sop);
        let open: Vec<_> = read.profile.open.iter().map(|o| (o.read_as, o.cells, o.said)).collect();
        (read.rows.iter().map(|r| shown(r, &sop, "created_at")[..10].to_owned()).collect::<Vec<_>>(), open)
    };
    // Midnight in Shanghai is the evening before in UTC.
    assert_eq!(read_order("03/04/2026 25/04/2026"), (vec!["2026-04-02".to_owned(), "2026-04-24".to_owned()], vec![]));
    assert_eq!(read_order("03/04/2026 04/25/2026"), (vec!["2026-03-03".to_owned(), "2026-04-24".to_owned()], vec![]));
    let (days, open) = read_order("03/04/2026 05/06/2026");
    assert_eq!((days[0].as_str(), open), ("2026-03-03", vec![(DateOrder::Mdy, 2, (0, 0))]));
    let (_, open) = read_order("03/04/2026 25/04/2026 04/26/2026");
    assert_eq!(open, [(DateOrder::Mdy, 1, (1, 1))]);
    // The majority decides; one note says what would be another date the other way. 05/05 is one date either way.
    let (days, open) = read_order("03/04/2026 25/04/2026 26/04/2026 04/27/2026 05/06/2026 05/05/2026");
    assert_eq!((days[0].as_str(), open), ("2026-04-02", vec![(DateOrder::Dmy, 2, (2, 1))]));
    let mixed = of("name,created_at\nx,03/04/2026\nx,25/04/2026\nx,26/04/2026\nx,04/27/2026\n", &sop).profile;
    assert_eq!(mixed.open.len(), 1, "one note");
    let text = mixed.open[0].message();
    for part in ["created_at", "2 with the day first, 1 with the month first", "1 cells such as `03/04/2026`", "order: dmy"] {
        assert!(text.contains(part), "{text}");
    }
    let text = of("name,created_at\nx,03/04/2026\n", &sop).profile.open[0].message();
    assert!(text.contains("created_at") && text.contains("03/04/2026") && text.contains("order: mdy"), "{text}");
}

#[test]
fn numbers_of_offices_recognise_nobody() {
    let sop = sop("");
    let text = "姓名,手机,邮箱\n甲,13811112223,a@x.com\n乙,13811112223,b@x.com\n丙,138 1111 2223,info@x.com\n丁,13811112224,c@x.com\n丁,13811112224,\n戊,13800138000,d@x.com\n";
    let read = of(text, &sop);
    let ids: Vec<Vec<&str>> = read.rows.iter().map(|r| r.identities.iter().map(|i| i.text.as_str()).collect()).collect();
    assert_eq!(ids, [vec!["a@x.com"], vec!["b@x.com"], vec![], vec!["+8613811112224", "c@x.com"], vec!["+8613811112224"], vec!["d@x.com"]]);
    assert_eq!(read.profile.shared_count, 1);
    assert_eq!(read.rows[2].barred.len(), 2);
    // A row without identity is known by its cells, whatever the order of its columns.
    let turned = of("邮箱,手机,姓名\ninfo@x.com,138 1111 2223,丙\n", &sop);
    assert_eq!(turned.rows[0].row_hash, read.rows[2].row_hash);
    assert_ne!(read.rows[0].row_hash, read.rows[2].row_hash);
}

#[test]
fn a_field_may_refuse_its_row() {
    let sop = sop("leads:\n  employees: {type: integer, plain: true, on_bad_value: reject}\n  budget: {type: money}\n");
    let read = of("name,employees,budget\na,50,$5\nb,50-100人,￥50万\n", &sop);
    assert_eq!((read.rows.len(), read.rejected.len()), (1, 1));
    assert_eq!((read.rejected[0].0, read.rejected[0].1.column.as_str(), read.rejected[0].1.value.as_str()), (3, "employees", "50-100人"));
    assert_eq!(read.rows[0].bad[0].reason, "another currency's sign");
}

#[test]
fn rejects_are_written_after_the_commit_and_read_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("leads.csv");
    std::fs::write(&input, "name,phone\n=SUM(A1),1,2\na,13812345678\nb\n").expect("a file");
    let sop = sop("");
    let rejects = folder.path().join("rejects");
    let run = |take: bool| {
        let table = ingest::open(&input, &Options::default()).expect("a table");
        let mapping = LeadMapping::new(table.headers(), &sop.dictionary);
        let mut writer = RejectWriter::new(&rejects, &input, table.headers());
        let mut reader = LeadReader::new(table, mapping, &sop.dictionary, &sop.calendar, Profile::default());
        let mut row = LeadRow::default();
        loop {
            match reader.next(&mut row).expect("rows") {
                Next::Rejected if take => writer.add(reader.raw(), &row.bad[0]).expect("written"),
                Next::End => return writer.finish().expect("finished"),
                _ => {}
            }
        }
    };
    let pending = run(true);
    assert_eq!(pending.count, 2);
    assert!(!rejects.join("leads.csv").exists(), "nothing is in place before the commit");
    let path = pending.persist().expect("in place").expect("a file");
    let text = std::fs::read_to_string(&path).expect("rejects");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "name,phone,_row,_column,_value,_reason");
    assert!(lines[1].starts_with("'=SUM(A1),\"1,2\",2,,") && lines[2].starts_with("b,,4,,"), "{text}");
    // What it added is not read back as data.
    let again = read(&path, &sop);
    assert_eq!((again.mapping.derived.len(), again.rows.len(), shown(&again.rows[0], &sop, "name").as_str()), (4, 2, "=SUM(A1)"));
    // Nothing rejected: the old file goes.
    assert_eq!(run(false).persist().expect("done"), None);
    assert!(!path.exists());
    assert_eq!(std::fs::read_dir(&rejects).expect("a folder").count(), 0);
}

#[test]
fn guesses_for_a_new_workspace() {
    let sop = sop("");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("export.csv");
    let mut text = "姓名,客户等级,加微时间,折扣,合同金额,内部编号,Opt In?,加微时间 2,区号\n".to_owned();
    for i in 0..20 {
        let level = ["A", "B", "待定"][i % 3];
        text.push_str(&format!("人{i},{level},2026-03-{:02} 10:00,1{i}%,￥{i}万,{:05},{},0{}/04/2026,0571\n", i + 1, i + 100, ["是", "否"][i % 2], i % 9 + 1));
    }
    std::fs::write(&path, text).expect("a file");
    let mut table = ingest::open(&path, &Options::default()).expect("a table");
    let guesses = ingest::guess(&mut table, &sop.dictionary, &sop.calendar).expect("guesses");
    let of = |header: &str| guesses.columns.iter().find(|g| g.header == header).expect("a guess");
    let ty = |header: &str| of(header).ty.name();
    assert_eq!(of("姓名").id, "name");
    assert_eq!((of("客户等级").values.clone(), of("客户等级").blanks.clone()), (vec![("A".to_owned(), 7), ("B".to_owned(), 7)], vec!["待定".to_owned()]));
    assert_eq!([ty("加微时间"), ty("折扣"), ty("合同金额"), ty("Opt In?"), ty("加微时间 2")], ["datetime", "percent", "money", "boolean", "date"]);
    assert!(of("内部编号").identity && ty("内部编号") == "text" && !of("客户等级").identity);
    assert_eq!((of("Opt In?").id.as_str(), of("加微时间 2").id.as_str()), ("opt_in", "加微时间_2"));
    assert!(of("加微时间 2").order == Some(DateOrder::Mdy) && of("加微时间 2").order_open && of("加微时间").order.is_none());
    assert_eq!(ty("区号"), "text"); // its zero counts
}
