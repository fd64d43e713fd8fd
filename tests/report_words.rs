//! Reports for Chinese readers: what heads a column, what a note says and how a KPI is defined is Chinese; data formats stay as they are.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::Base;
use base::english::english;

const LEADS: &str = "线索编号,姓名,手机,公司,负责人,来源渠道,市场活动,创建时间\nL1,王伟,13920417001,苏州恒力,张伟,百度,品牌词,2026-10-05\nL2,李娜,13920417002,宁波海天,李娜,展会,,2026-10-06\nL3,张敏,13920417003,宁波海天,李娜,,,2026-01-06\n";
const DEALS: &str = "商机编号,线索编号,公司,负责人,金额,商机类型,创建时间,成交时间,状态\nD1,L1,,张伟,1000,新签,2026-10-10,2026-10-20,赢单\nD2,L2,,张伟,,,2026-10-10,2026-10-20,赢单\nD3,,宁波海天,张伟,5,增购,2026-10-10,2026-10-20,赢单\nD4,,谁也不识,张伟,5,新签,2026-10-10,,赢单\nD5,L3,,李娜,5,新签,2026-10-30,2026-10-20,赢单\nD6,L3,,李娜,5,新签,2026-10-01,,进行中\n";
const COSTS: &str = "费用类型,渠道,日期,金额,展现,点击\n媒体,百度,2026-10-01,100,10,2\n媒体,展会,2026-10-01,-5,,\n人力,,2026-10-01,50,,\n";
const EVENTS: &str =
    "phone,kind,at,channel\n13920417001,page_view,2026-10-12,\n13920417001,whitepaper_download,2026-10-12 09:30,展会\n13920417002,reply,2026-10-12 10:00,\n";
const STAGES: &str = "线索编号,阶段,进入时间\nL1,mql,2026-10-06\nL1,sql,2026-10-08\n";

const FILES: [(&str, &str); 5] = [("leads.csv", LEADS), ("stages.csv", STAGES), ("deals.csv", DEALS), ("costs.csv", COSTS), ("events.csv", EVENTS)];

fn world() -> Base {
    filled(Base::with(&[("sops/fields.yaml", "currency: CNY\n")]))
}

fn filled(base: Base) -> Base {
    for (name, text) in FILES {
        let path = base.write(name, text).display().to_string();
        base.on("11-01", &["import", &path]).ok();
    }
    base
}

/// A report as a Chinese reader has it in a wiki.
fn page(base: &Base, args: &[&str]) -> String {
    base.on("11-02", &[&["report"], args, &["--lang", "zh", "-f", "md"]].concat()).ok().stdout().to_owned()
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// Every report with what it can be split by, and the pages of meetings.
fn reports() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("roi", vec!["--by", "channel", "--compare", "previous"]),
        ("roi", vec!["--by", "campaign"]),
        ("roi", vec!["--by", "owner"]),
        ("channels", vec![]),
        ("attribution", vec!["--model", "markov"]),
        ("kpi", vec!["--compare", "previous"]),
        ("costs", vec![]),
        ("funnel", vec![]),
        ("velocity", vec![]),
        ("velocity", vec!["--by", "owner"]),
        ("cohorts", vec![]),
        ("sla", vec![]),
        ("owners", vec![]),
        ("quality", vec![]),
        ("scores", vec![]),
        ("timing", vec![]),
        ("nurture", vec![]),
        ("experiments", vec![]),
        ("monthly", vec![]),
    ]
}

#[test]
fn every_note_of_every_report_is_chinese() {
    let base = world();
    let mut english = Vec::new();
    for (name, options) in reports() {
        for period in ["2026-10", "2026-03", "2026"] {
            let text = page(&base, &[&[name, "--period", period], options.as_slice()].concat());
            let notes = text.lines().filter_map(|l| l.strip_prefix("> "));
            english.extend(notes.filter(|n| !is_chinese(n)).map(|n| format!("{name} {options:?} {period}: {n}")));
        }
    }
    assert!(english.is_empty(), "{}", english.join("\n"));
}

/// What a Chinese reader of tables sees in this workspace that is English.
fn left_in_english(base: &Base) -> Vec<String> {
    let mut found = Vec::new();
    let of = |args: &[&str]| {
        let text = base.on("11-02", &[args, &["--lang", "zh"]].concat()).ok().stdout().to_owned();
        english(&text).into_iter().map(|words| format!("{args:?}: {words}")).collect::<Vec<_>>()
    };
    for (name, options) in reports() {
        let args = [&["report", name, "--period", "2026-10"], options.as_slice()].concat();
        found.extend(of(&args));
    }
    for args in [&["report", "weekly"][..], &["report", "quarterly"], &["report", "kpi", "--list"], &["today"], &["leads"], &["score"], &["changes"]] {
        found.extend(of(args));
    }
    found
}

#[test]
fn no_sentence_of_any_report_is_left_in_english() {
    let own = left_in_english(&world());
    assert!(own.is_empty(), "{}", own.join("\n"));
    let starter = left_in_english(&filled(Base::new()));
    assert!(starter.is_empty(), "{}", starter.join("\n"));
}

/// Files that leave all sorts of things to be said.
#[test]
fn no_note_of_an_import_is_left_in_english() {
    let base = Base::with(&[("sops/fields.yaml", "currency: CNY\n"), ("sops/team.yaml", "owners:\n  zhang.wei: {name: 张伟, role: sales}\n")]);
    let more = [
        ("more.csv", "编号,线索编号,姓名,手机,公司,负责人,预算,生日\n1,L7,周八,abc,甲公司,王五,10.005,2026-13-45\n"),
        (
            "odd.csv",
            "商机编号,线索编号,公司,负责人,金额,商机类型,创建时间,成交时间,状态,颜色\nE1,L1,,王五,0.005,试点,2026-10-10,2026-10-09,赢单,红\nE2,L9,,,-5,,,2027-01-01,赢单,\nE3,,,,5,新签,2026-10-10,,进行中,\nE4,L1,,,x,新签,昨天,,未知,\n,L1,,,7,新签,2026-10-10,2026-09-01,赢单,\n",
        ),
        ("payments.csv", "商机编号,回款时间,回款金额\nD1,2026-10-21,10\n没有,2026-10-21,10\n"),
        ("costs.csv", "费用类型,渠道,日期,金额\n媒体,电梯,2026-10-01,3.001\n媒体,百度,2026-10-01,9\n媒体,,2026-10-02,1\n合计,,,13\n"),
        ("said.csv", "线索编号,跟进人,跟进时间,沟通结果,判定,原因\nL1,张伟,2026-10-21,接通,接受,\nL2,王五,,未接,退回,不知道\n"),
        ("events.csv", "phone,kind,at,颜色\n13920417001,跳舞,2026-10-12,红\n13999999999,page_view,2026-10-12,\n"),
        ("back.csv", "kind,message,address,at\nopen,m9,nobody@elsewhere.cn,2026-10-21\nclick,,13920417001,\n"),
        ("dates.csv", "线索编号,姓名,创建时间\nL30,甲,03/04/2026\nL31,乙,05/06/2026\n"),
    ];
    let mut found = Vec::new();
    for (name, text) in FILES.iter().chain(&more) {
        let path = base.write(name, text).display().to_string();
        let kind: &[&str] = if *name == "back.csv" { &["--as", "feedback"] } else { &[] };
        let run = base.on("11-01", &[&["import", &path, "--lang", "zh"], kind].concat()).ok();
        found.extend(english(&run.stdout()).into_iter().map(|words| format!("{name}: {words}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    let quality = base.on("11-02", &["report", "quality", "--lang", "zh"]).ok().stdout().to_owned();
    assert!(english(&quality).is_empty(), "{:?}\n{quality}", english(&quality));
    assert!(quality.contains("商机类型「试点」") && quality.contains("成交早于开启的商机"), "{quality}");
}

#[test]
fn what_heads_a_column_says_what_stands_in_it() {
    let base = world();
    let head = |text: &str| text.lines().find(|l| l.starts_with("| ")).unwrap_or_default().to_owned();
    let kpi = page(&base, &["kpi", "--period", "2026-10"]);
    assert!(head(&kpi).contains("| 名称 |") && !head(&kpi).contains("姓名"), "{}", head(&kpi));
    let kpis = page(&base, &["kpi", "--list"]);
    assert!(head(&kpis).contains("| 名称 |") && !head(&kpis).contains("姓名"), "{}", head(&kpis));
    assert!(!head(&page(&base, &["--list"])).contains("姓名"));
    let roi = page(&base, &["roi", "--period", "2026-10"]);
    assert!(head(&roi).contains("| 新客成交 | 新客收入 |") && !head(&roi).contains("商机"), "{}", head(&roi));
    assert!(roi.contains("(公共费用)"), "{roi}");
}

#[test]
fn every_kpi_and_every_report_is_described_in_chinese() {
    let base = world();
    let kpis = page(&base, &["kpi", "--list"]);
    let rows: Vec<&str> = kpis.lines().filter(|l| l.starts_with("| ")).skip(2).collect();
    assert!(rows.len() > 35, "{kpis}");
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [id, name, needs, definition] = cells[..] else { panic!("{row}") };
        assert!(is_chinese(name) || ["mql", "sql"].contains(&id), "{row}");
        assert!(is_chinese(definition) && is_chinese(needs), "{row}");
    }
    let catalogue = page(&base, &["--list"]);
    for row in catalogue.lines().filter(|l| l.starts_with("| ")).skip(2) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert!(cells.iter().skip(1).take(2).all(|cell| is_chinese(cell)), "{row}");
    }
    // Data formats are the same in every language.
    let of = |lang: &str| base.on("11-02", &["report", "kpi", "--period", "2026-10", "--lang", lang, "-f", "json"]).ok().json();
    assert_eq!(of("zh"), of("en"));
}
