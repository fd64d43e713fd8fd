//! Files that cannot be used: each gets a message that names it, says where and what next, its exit code, and leaves nothing
//! half done. Never a panic.

#![allow(clippy::unwrap_used, clippy::print_stderr)] // a test may stop anywhere, and says aloud what it skips

mod base;

use base::{Base, Run, assert_same, leads_csv};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const GOOD: &str = "手机,姓名\n13920417003,甲\n";

/// A base with one lead, and a good file beside the bad one.
fn known() -> (Base, String) {
    let base = Base::new();
    let good = base.write("good.csv", GOOD).display().to_string();
    base.on("11-01", &["score", &good]).ok();
    (base, good)
}

/// The bad file alone, after a good one, and into a base that does not exist: refused each time with these words.
fn refuses(name: &str, bytes: &[u8], words: &[&str]) {
    let (base, good) = known();
    let path = base.write(name, bytes).display().to_string();
    refuses_path(&base, &good, &path, words);
    let fresh = Base::new();
    for verb in ["score", "import"] {
        fresh.on("11-02", &[verb, &path]).refused(4, &[&[name], words].concat());
        assert!(!fresh.db().exists() && !fresh.path().join("sop.db.new").exists() && !fresh.path().join("rejects").exists());
    }
}

fn refuses_path(base: &Base, good: &str, path: &str, words: &[&str]) {
    let before = base.dump();
    let more = base.write("more.csv", leads_csv(1, 0, 30)).display().to_string();
    for files in [vec![path], vec![more.as_str(), path], vec![path, good, more.as_str()]] {
        let run = base.on("11-02", &[&["score"], files.as_slice()].concat()).refused(4, words);
        assert!(run.stderr().contains("error") && run.stderr().contains("help: "), "{path}: no next step\n{}", run.stderr());
        assert_eq!(run.stdout(), "", "{path}");
    }
    assert_same(path, &before, &base.dump());
    assert!(!base.path().join("rejects").exists(), "{path}: a refused run writes no rejects");
}

#[test]
fn an_empty_file_is_refused_and_says_which() {
    refuses("empty.csv", b"", &["empty", "help: "]);
    refuses("blank.csv", b"\xef\xbb\xbf\r\n\r\n   \r\n", &["nothing but blanks"]);
    refuses("nul.csv", &[0; 4096], &["nul.csv"]);
}

/// Whoever stands before the screen is told and may take it back; in the inbox, where nobody looks, such a file is refused.
#[test]
fn a_file_of_which_no_column_is_known_is_told_loudly_by_hand_and_refused_in_the_inbox() {
    let text = "Hersteller,Anzahl\nMaier,3\nHuber,4\n";
    let (base, _) = known();
    base.write("teile.csv", text);
    let said = base.on("11-02", &["import", "teile.csv"]).ok();
    let told = format!("{}{}", said.stdout(), said.stderr());
    assert!(told.contains("none of its columns is known: Hersteller, Anzahl; every row is a lead of its own") && told.contains("sop undo"), "{told}");
    assert_eq!(base.number("SELECT count(*) FROM leads WHERE extra LIKE '%Hersteller%'"), 2);
    base.on("11-02", &["score", "teile.csv"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM leads"), 3, "the same rows are the same leads");
    let (base, _) = known();
    base.write("inbox/teile.csv", text);
    base.on("11-03", &["tick"]);
    assert_eq!(base.number("SELECT count(*) FROM leads"), 1);
    assert!(base.path().join("inbox/failed/teile.csv").exists());
    // Told once what a column is called, it needs no insisting.
    let base = Base::with(&[("sops/fields.yaml", "leads:\n  company: {type: text, aliases: [Hersteller]}\n"), ("teile.csv", text)]);
    base.on("11-02", &["import", "teile.csv"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM leads WHERE company IS NOT NULL"), 2);
}

#[test]
fn a_header_without_rows_is_no_error_and_says_so() {
    let (base, _) = known();
    let path = base.write("header.csv", "手机,姓名\n").display().to_string();
    let before = base.facts();
    let run = base.on("11-02", &["import", &path, "-f", "json"]).ok();
    assert_eq!(run.of_file(0, "rows_read"), 0);
    assert_same("a header alone", &before, &base.facts());
}

#[test]
fn files_that_are_no_tables() {
    let random: Vec<u8> = (0..60_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    refuses("random.csv", &random, &["random.csv"]);
    refuses("tiny.csv", b"\x00\x01\x02\xff\xfe", &["neither text nor a workbook", "CSV or XLSX"]);
    let shorts: Vec<u8> = (0..4_000_u16).flat_map(|i| (i % 200).to_le_bytes()).collect();
    refuses("shorts.csv", &shorts, &["neither text nor a workbook"]);
    refuses("image.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &["picture"]);
    refuses("archive.xlsx", b"PK\x03\x04 and then nothing of a workbook", &["workbook"]);
    refuses("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and then nothing", &["workbook"]);
    refuses("page.xls", b"<html><table><tr><td>x</td></tr></table></html>", &["web page"]);
    refuses("data.csv", b"{\"leads\": []}", &["JSON"]);
    let (base, good) = known();
    let db = base.db().display().to_string();
    refuses_path(&base, &good, &db, &["SQLite database"]);
}

#[test]
fn a_stray_nul_costs_its_row_and_no_other() {
    for (text, header) in
        [("phone,name\n13920417003,A\n13920417\x0004,B\n13920417005,C\n", "phone"), ("手机,姓名\n13920417003,甲\n1392\x00417004,乙\n13920417005,丙\n", "手机")]
    {
        let base = Base::new();
        let path = base.write("nul.csv", text).display().to_string();
        let run = base.on("11-02", &["import", &path, "-f", "json"]).ok();
        assert_eq!((run.of_file(0, "new"), run.of_file(0, "rejected")), (2, 1), "{header}: {}", run.said());
    }
    // UTF-16 without its mark is still told, by most of its bytes.
    let base = Base::new();
    let bytes: Vec<u8> = "手机,姓名\n13920417003,甲\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let path = base.write("wide.csv", bytes).display().to_string();
    assert_eq!(base.on("11-02", &["import", &path, "-f", "json"]).ok().of_file(0, "new"), 1);
}

/// Whoever has no headers would lose a person in silence.
#[test]
fn a_first_row_of_people_is_no_header() {
    for (row, shown) in [("张三,13920417003,甲公司\n李四,13920417004,乙公司\n", "13920417003"), ("张三,a@example.com\n李四,b@example.com\n", "a@example.com")]
    {
        let (base, good) = known();
        let path = base.write("bare.csv", row).display().to_string();
        for verb in [&["import", &path, "--as", "leads"][..], &["score", &path], &["import", &good, &path, "--as", "leads"]] {
            let said = base.on("11-02", verb).refused(4, &["no headers", shown, "help: put a row of headers"]);
            assert!(said.stderr().contains("bare.csv:1"), "{}", said.stderr());
        }
    }
    // A day may be the name of a column: told, not refused.
    let (base, _) = known();
    let path = base.write("days.csv", "张三,2026-10-01,甲公司\n李四,2026-10-02,乙公司\n").display().to_string();
    let said = base.on("11-02", &["import", &path, "--as", "leads"]).ok().said();
    assert!(said.contains("line 1 look like data (2026-10-01)"), "{said}");
}

#[test]
fn a_row_of_totals_is_no_lead() {
    for (text, new) in [
        ("姓名,手机,公司\n甲,13920417003,甲公司\n合计,1,\n", 1),
        ("姓名,线索编号,预算\n甲,7,100\nTotal,1,\"1,234.50\"\n", 1),
        ("公司,姓名,手机\nTotal,甲,13920417003\n汇总科技,乙,\nTotal,,13920417004\n", 3),
    ] {
        let base = Base::new();
        let path = base.write("leads.csv", text).display().to_string();
        let run = base.on("11-02", &["import", &path, "-f", "json"]).ok();
        assert_eq!(run.of_file(0, "new"), new, "{text}{}", run.said());
        if new == 1 {
            let listed = fs::read_to_string(base.path().join("rejects/leads.csv")).unwrap();
            assert!(listed.contains("a row of totals, not a lead"), "{listed}");
        }
    }
}

#[test]
fn a_comma_that_is_read_as_a_point_is_told() {
    let base = Base::new();
    let path = base.write("leads.csv", "姓名,手机,预算\n甲,13920417003,\"12,34\"\n乙,13920417004,\"1,234\"\n").display().to_string();
    let said = base.on("11-02", &["import", &path]).ok().said();
    assert!(said.contains("1 amount has a comma before its last one or two digits, which is read as a decimal point: 12,34"), "{said}");
    let path = base.write("costs.csv", "日期,渠道,费用\n2026-10-01,百度,\"12,34\"\n2026-10-02,百度,\"56,7\"\n").display().to_string();
    let said = base.on("11-02", &["import", &path, "--as", "costs"]).ok().said();
    assert!(said.contains("2 amounts have a comma before their last one or two digits, which is read as a decimal point: 12,34; 56,7"), "{said}");
}

#[test]
fn a_cell_with_several_addresses_is_told_and_one_with_rubbish_refused() {
    let base = Base::new();
    let text = "姓名,邮箱,手机\n甲,a@example.com;a2@example.com,\n乙,\"i7@example.com,evil@example.net\",\n丙,张三 <c@example.com>,\n丁,\"i8@example.com>\r\nRCPT TO:<evil@example.net\",\n戊,,13920417003/13920417004\n";
    let path = base.write("leads.csv", text).display().to_string();
    let run = base.on("11-02", &["import", &path]).ok();
    assert_eq!(base.texts("SELECT email FROM leads ORDER BY lead"), ["a@example.com", "i7@example.com", "c@example.com", "", ""]);
    let said = run.said();
    assert!(said.contains("2 cells hold several e-mail addresses, of which the first is used: a@example.com;a2@example.com"), "{said}");
    assert!(said.contains("1 cell holds several phone numbers, of which the first is used: 13920417003/13920417004"), "{said}");
    let listed = fs::read_to_string(base.path().join("rejects/leads.csv")).unwrap();
    assert!(listed.contains("line breaks or stray angle brackets"), "{listed}");
}

#[test]
fn an_unclosed_quote_names_its_line() {
    let mut text = String::from("手机,姓名,备注\n");
    for n in 0..2_000 {
        text.push_str(&format!("{},甲,\"ok\"\n", base::phone(n)));
    }
    text.push_str("13920417003,乙,\"never closed\n");
    for n in 0..2_000 {
        text.push_str(&format!("{},丙,x\n", base::phone(5_000 + n)));
    }
    refuses("quote.csv", text.as_bytes(), &["2002", "never closed"]);
}

#[test]
fn bytes_of_no_encoding_are_refused_or_rejected_never_guessed_silently() {
    let (base, _) = known();
    let mut bytes = "手机,姓名\n".as_bytes().to_vec();
    for n in 0..500 {
        bytes.extend(format!("{},甲\n", base::phone(n)).bytes());
    }
    bytes.extend(b"13920499999,\xff\xfe\xfd\n");
    let path = base.write("broken.csv", bytes).display().to_string();
    let run = base.on("11-02", &["import", &path, "--yes"]);
    assert!(!run.stderr().contains("panicked"));
    let told = run.said();
    assert!(run.code() == Some(4) || told.contains("rejected") || told.contains("�") || told.contains("encoding"), "{told}");
    if run.code() == Some(4) {
        assert!(told.contains("502"), "the line: {told}");
    }
}

#[test]
fn a_thousand_columns_are_kept_and_twenty_thousand_are_refused() {
    let wide = |n: usize| format!("手机,{}\n13920417003,{}\n", (1..n).map(|i| format!("c{i}")).collect::<Vec<_>>().join(","), vec!["1"; n - 1].join(","));
    refuses("wide.csv", wide(20_000).as_bytes(), &["columns"]);
    refuses("million.csv", wide(1_000_000).as_bytes(), &["columns"]);
    // A thousand are many, and are kept.
    let base = Base::new();
    let path = base.write("many.csv", wide(1_000)).display().to_string();
    base.on("11-02", &["score", &path]).ok();
    assert_eq!(base.number("SELECT count(*) FROM leads, json_each(leads.extra)"), 999);
}

#[test]
fn a_markdown_report_does_not_come_back() {
    let (base, good) = known();
    for verb in [&["leads"][..], &["score"], &["history"], &["explain", "甲"]] {
        base.on("11-02", &[verb, &["-o", "list.md"]].concat()).ok();
        refuses_path(&base, &good, &base.path().join("list.md").display().to_string(), &["list.md", "Markdown", "CSV or XLSX"]);
    }
}

/// What happened, and taking it back, needs no rules.
#[test]
fn broken_rules_do_not_keep_anybody_from_undo() {
    for (file, text) in [("scoring.yaml", "groups: {fit: {rules: [{name: a, when: employes > 1, points: 5}]}}\n"), ("fields.yaml", "felder: []\n")] {
        let (base, _) = known();
        base.write(&format!("sops/{file}"), text);
        for verb in ["leads", "score"] {
            base.on("11-02", &[verb]).refused(3, &[file, "error["]);
        }
        let run = base.on("11-02", &["history"]).ok();
        assert!(run.stdout().contains("score"), "{}", run.said());
        assert!(
            run.stderr().contains(file) && run.stderr().contains("warning: ") && run.stderr().lines().count() == 1 && !run.stderr().contains("error"),
            "{}",
            run.said()
        );
        base.on("11-02", &["undo", "--yes"]).ok();
        assert_eq!(base.number("SELECT count(*) FROM leads"), 0);
    }
}

#[test]
fn a_folder_where_a_file_should_be() {
    let (base, good) = known();
    base.write("sops/scoring.yaml/rules.txt", "x");
    for args in [&["check"][..], &["leads"]] {
        let run = base.on("11-02", args);
        assert_ne!(run.code(), Some(0), "{}", run.said());
        assert!(run.said().contains("sops/scoring.yaml") && run.said().contains("it is a folder") && run.said().contains("help"), "{}", run.said());
    }
    let folder = base.path().join("sops").display().to_string();
    for args in [&["leads"][..], &["history"], &["score", &good], &["undo"]] {
        let (clean, _) = known();
        clean.on("11-02", &[&["--db", &folder], args].concat()).refused(5, &["sops", "it is a folder", "--db FILE"]);
    }
}

#[test]
fn numbers_past_all_bounds_and_files_of_nothing() {
    let base = Base::with(&[(
        "sops/scoring.yaml",
        "groups: {fit: {max: 99999999999999999999, rules: [{name: a, when: employees > 1, points: 99999999999999999999}]}}\n",
    )]);
    let said = base.on("11-02", &["check"]).ends(1).said();
    assert_eq!(said.matches("is too large").count(), 2, "{said}");
    assert!(!said.contains("not a whole number"), "{said}");
    for nothing in ["null\n", "~\n", "# nothing yet\n"] {
        let base = Base::with(&[("sops/scoring.yaml", nothing)]);
        base.on("11-02", &["check"]).ends(0);
    }
}

#[test]
fn what_is_not_there_or_not_a_file() {
    let (base, good) = known();
    refuses_path(&base, &good, &base.path().join("missing.csv").display().to_string(), &["missing.csv", "no such file"]);
    refuses_path(&base, &good, &base.path().display().to_string(), &["this is a folder"]);
    base.on("11-02", &["-C", "/no/such/folder", "score"]).ends(2);
    base.on("11-02", &["import"]).ends(2);
    base.on("11-02", &["import", &good, "--as", "songs"]).ends(2);
    base.run(&["score", &good, "--as-of", "yesterday"]).refused(2, &["yesterday", "2026-11-21"]);
    let empty = Base::new();
    for verb in ["score", "leads", "changes", "history", "undo"] {
        empty.on("11-02", &[verb]).refused(2, &["import a file first"]);
    }
}

#[cfg(unix)]
#[test]
fn a_device_is_refused_and_a_pipe_is_not_waited_for() {
    let (base, good) = known();
    refuses_path(&base, &good, "/dev/null", &["/dev/null", "device"]);
    let pipe = base.path().join("pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Nobody writes into it: it must not be waited for.
    let start = Instant::now();
    let mut child = base.command(&["score", &pipe.display().to_string()]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(20) || child.kill().is_err(), "waits for a pipe for ever");
        std::thread::sleep(Duration::from_millis(20));
    }
    let run = Run { line: "score pipe.csv".into(), output: child.wait_with_output().unwrap() };
    run.refused(4, &["pipe.csv", "help: "]);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_or_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let (base, good) = known();
    let secret = base.write("secret.csv", GOOD);
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&secret).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    refuses_path(&base, &good, &secret.display().to_string(), &["secret.csv", "ermission denied"]);
    let closed = base.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).unwrap();
    base.on("11-02", &["leads", "-o", &closed.join("x.csv").display().to_string()]).refused(4, &["x.csv"]);
    base.on("11-02", &["--db", &closed.join("sop.db").display().to_string(), "score", &good]).refused(4, &["closed"]);
}

/// A disk that is full after so many blocks of 512 bytes: a limit on the size of files, which gives EFBIG where a full disk gives ENOSPC.
#[cfg(target_os = "linux")]
fn limited(base: &Base, blocks: u32, args: &[&str]) -> Run {
    let line = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &line, "sh"]).arg(base::program()).arg("-C").arg(base.path()).args(args).current_dir(base.path());
    command.env("NO_COLOR", "1").env_remove("SOP_DB").stdin(Stdio::null());
    Run { line: args.join(" "), output: command.output().unwrap() }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_changes_nothing() {
    let leads = leads_csv(3, 0, 2_000);
    // Fresh: the new base does not fit.
    let fresh = Base::new();
    let file = fresh.write("leads.csv", &leads).display().to_string();
    for blocks in [0, 8, 200, 600] {
        let run = limited(&fresh, blocks, &["score", &file]);
        assert!(matches!(run.code(), Some(4 | 5)), "{blocks}: {:?} {}", run.code(), run.said());
        assert!(!run.stderr().contains("panicked") && run.stderr().contains("help: "), "{}", run.stderr());
        let left: Vec<String> = fs::read_dir(fresh.path()).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        let left: Vec<&String> = left.iter().filter(|n| *n != "leads.csv" && *n != "sop.db.lock").collect();
        assert!(left.is_empty(), "{blocks}: {left:?}");
    }
    fresh.on("11-02", &["score", &file]).ok();
    // Into a base: its log does not fit.
    let (base, _) = known();
    let file = base.write("leads.csv", &leads).display().to_string();
    let before = base.dump();
    for blocks in [0, 200, 600] {
        let run = limited(&base, blocks, &["score", &file, "--yes"]);
        assert!(matches!(run.code(), Some(4 | 5)), "{blocks}: {:?} {}", run.code(), run.said());
        assert!(!run.stderr().contains("panicked") && run.stderr().contains("help: "), "{}", run.stderr());
        assert_same("a full disk", &before, &base.dump());
    }
    base.on("11-02", &["score", &file, "--yes"]).ok();
    // A report that does not fit is not there, and an old one stays.
    for name in ["out.csv", "out.xlsx", "out.json"] {
        let target = base.write(name, "old");
        let run = limited(&base, 70, &["leads", "-o", &target.display().to_string()]);
        run.refused(4, &[name, "help: "]);
        assert_eq!(fs::read(&target).unwrap(), b"old", "{name}");
        let left = fs::read_dir(base.path()).unwrap().filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with(".sop-")).count();
        assert_eq!(left, 0, "{name}: a piece is left");
    }
    base.on("11-02", &["leads", "-f", "csv", "-o", "/dev/full"]).refused(4, &["/dev/full"]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = base.command(&["leads", "-f", "csv"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(ended.status.code(), Some(4), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn a_report_goes_nowhere_it_cannot() {
    let (base, _) = known();
    base.on("11-02", &["leads", "-o", &base.path().display().to_string(), "-f", "csv"]).refused(4, &["folder"]);
    base.on("11-02", &["leads", "-o", &base.path().join("no/such/all.csv").display().to_string()]).refused(4, &["all.csv"]);
    base.on("11-02", &["leads", "-o", "all.pdf"]).refused(2, &["all.pdf", "-f"]);
    // A name that no file can have: it is told, not the one under which the report was being written.
    let long = format!("{}.csv", "x".repeat(300));
    let run = base.on("11-02", &["leads", "-o", &long]).refused(4, &[&long, "help: "]);
    assert!(!run.stderr().contains(".sop-"), "{}", run.stderr());
}

#[test]
fn rows_that_cannot_be_used_do_not_stop_those_that_can() {
    let base = Base::new();
    let mut bytes = b"phone,name,note\n13920417003,ok,x\n13920417040,too,many,cells,here\n".to_vec();
    bytes.write_all("13920417077,\u{0},nul\n".as_bytes()).unwrap();
    bytes.write_all(format!("13920417114,{},long\n", "长".repeat(200_000)).as_bytes()).unwrap();
    bytes.write_all(b"13920417151,last,no newline").unwrap();
    let path = base.write("rows.csv", bytes).display().to_string();
    let run = base.on("11-02", &["import", &path]).ok();
    assert!(base.texts("SELECT note FROM leads").contains(&"no newline".to_owned()), "{}", run.said());
    let before = base.facts();
    base.on("11-02", &["import", &path]).ok();
    assert_same("again", &before, &base.facts());
    // What was overwritten comes back to the last byte, the odd ones included.
    base.write("rows.csv", "phone,name,note\n13920417077,new,new\n13920417114,new,new\n");
    base.on("11-03", &["import", &path, "--yes"]).ok();
    base.on("11-03", &["undo", "--yes"]).ok();
    assert_same("taken back", &before, &base.facts());
}

/// Rows of a GBK file pasted into a UTF-8 one: they are refused where they stand, and everybody else is who they are.
#[test]
fn a_row_of_another_encoding_is_no_reason_to_misread_the_others() {
    let base = Base::new();
    let mut bytes = "线索编号,姓名,手机,公司\nR1,王伟,13920417001,苏州恒力机械\nR2,李娜,13920417002,宁波海天塑机\n".as_bytes().to_vec();
    let (gbk, _, _) = encoding_rs::GBK.encode("R3,张敏,13920417003,无锡精工\n");
    bytes.extend_from_slice(&gbk);
    let path = base.write("mixed.csv", &bytes).display().to_string();
    let run = base.on("11-01", &["import", &path]).ok();
    assert!(run.said().contains("UTF-8") && run.said().contains("1 rejected"), "{}", run.said());
    assert_eq!(base.number("SELECT count(*) FROM leads WHERE name IN ('王伟', '李娜')"), 2);
    assert_eq!(base.number("SELECT count(*) FROM leads"), 2);
    assert!(fs::read_to_string(base.path().join("rejects/mixed.csv")).unwrap().contains('4'), "with its line");
}
