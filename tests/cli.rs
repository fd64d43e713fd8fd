//! The command line itself: what goes where, and how it ends.

use assert_cmd::Command;

fn sop(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("sop").expect("the program");
    command.args(args).env_clear();
    command
}

#[test]
fn help_is_data_and_a_typo_is_not() {
    let help = sop(&["--help"]).assert().code(0).stderr("");
    assert!(String::from_utf8_lossy(&help.get_output().stdout).contains("sop score leads.csv events.csv"));
    let typo = sop(&["scoer"]).assert().code(2).stdout("");
    assert!(String::from_utf8_lossy(&typo.get_output().stderr).contains("'score'"));
    sop(&["score", "-q", "-v"]).assert().code(2).stdout("");
}

#[test]
fn check_counts_its_files_as_people_do() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("sops")).expect("made");
    for (file, text, said) in [("calendar.yaml", "timezone: Asia/Shanghai", "no problems in 1 file\n"), ("team.yaml", "# later", "no problems in 2 files\n")] {
        std::fs::write(folder.path().join("sops").join(file), text).expect("written");
        sop(&["-C"]).arg(folder.path()).arg("check").assert().code(0).stdout(said);
    }
}

#[test]
fn a_schema_goes_to_stdout_or_to_a_file() {
    let stdout = sop(&["schema", "score"]).assert().code(0).get_output().stdout.clone();
    assert_eq!(stdout, sop::render::schema("score").expect("the schema").as_bytes());
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("score.json");
    sop(&["schema", "score", "-o"]).arg(&file).assert().code(0).stdout("");
    assert_eq!(std::fs::read(&file).expect("written"), stdout);
    sop(&["schema", "score", "-o"]).arg(folder.path().join("no/such.json")).assert().code(4);
    sop(&["schema", "scroe"]).assert().code(2);
}

#[test]
fn a_table_in_a_pipe_is_as_wide_as_it_is_asked_to_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let leads = folder.path().join("leads.csv");
    std::fs::write(&leads, "name,email,company,title\nAnna,anna@example.com,A rather long name of a company that makes machines,Head of purchasing\n")
        .expect("written");
    let lines = |columns: Option<&str>| {
        let mut command = sop(&["-C"]);
        command.arg(folder.path()).args(["score", "--dry-run"]).arg(&leads);
        columns.map(|n| command.env("COLUMNS", n));
        let out = command.assert().code(0).get_output().stdout.clone();
        String::from_utf8(out).expect("UTF-8").lines().filter(|l| !l.contains("rows read")).map(|l| l.chars().count()).max().unwrap_or(0)
    };
    assert!(lines(None) > 60, "nothing is cut unasked");
    assert!(lines(Some("60")) <= 60);
}

#[test]
fn completions_know_the_flags_of_every_verb() {
    for shell in ["bash", "zsh", "fish"] {
        let script = sop(&["completions", shell]).assert().code(0).get_output().stdout.clone();
        let script = String::from_utf8(script).expect("UTF-8");
        assert!(script.contains("where") && script.contains("explain"), "{shell}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_pipe_is_a_good_end_and_a_full_disk_is_not() {
    use std::process::{Command, Stdio};
    let run =
        |stdout: Stdio| Command::new(env!("CARGO_BIN_EXE_sop")).args(["completions", "bash"]).stdout(stdout).stderr(Stdio::null()).status().expect("runs");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the device");
    assert_eq!(run(full.into()).code(), Some(4));
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    assert_eq!(run(writer.into()).code(), Some(0));
}

/// Our own exports come back: what we computed is not read as data, whatever the groups are called and the labels' language.
#[test]
fn an_export_comes_back_without_what_was_computed() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("sops")).expect("a folder");
    let scoring = "groups:\n  潜力:\n    rules:\n      - {name: 公司, when: company IS NOT NULL, points: 7}\n  intent:\n    rules:\n      - {name: 试用, event: trial_request, points: 9}\nbands: {好: 5, 差: 0}\n";
    std::fs::write(at("sops/scoring.yaml"), scoring).expect("written");
    std::fs::write(at("leads.csv"), "name,company,phone\n王伟,精机,13912345601\n李娜,,13912345602\n").expect("written");
    let run = |words: &[&str]| {
        let mut command = sop(words);
        command.current_dir(folder.path()).env_remove("SOP_DB").env("LC_ALL", "C");
        let out = command.output().expect("runs");
        assert!(out.status.success(), "{words:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).expect("UTF-8")
    };
    run(&["score", "leads.csv"]);
    for (lang, file) in [("zh", "zh.xlsx"), ("en", "en.xlsx"), ("zh", "plain.csv")] {
        run(&["leads", "--lang", lang, "-o", file]);
        run(&["score", "-o", &format!("rank-{file}")]);
        for file in [file.to_owned(), format!("rank-{file}")] {
            let base = format!("{file}.db");
            let said = run(&["--db", &base, "import", &file, "-f", "json"]);
            let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
            let notes: Vec<&str> =
                said["notes"].as_array().expect("notes").iter().filter_map(|n| n["text"].as_str()).filter(|t| t.contains("not read:")).collect();
            assert_eq!(notes.len(), 1, "one note: {said}");
            assert!(notes[0].contains("潜力") && notes[0].contains("intent"), "{notes:?}");
            let header = run(&["--db", &base, "leads", "-f", "csv"]).lines().next().unwrap_or_default().to_owned();
            let phone = if file.starts_with("rank-") { "" } else { "phone," }; // a ranking has no phones
            assert_eq!(header, format!("key,name,{phone}company,created_at,score,band,潜力,intent,queue"), "nothing undeclared was kept of {file}");
        }
    }
}

#[test]
fn quiet_says_less_and_verbose_more() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("leads.csv"), "name,phone\n王伟,13912345601\n").expect("written");
    let run = |words: &[&str]| {
        let mut command = sop(words);
        command.current_dir(folder.path()).env_remove("SOP_DB").env("LC_ALL", "C");
        let out = command.output().expect("runs");
        (String::from_utf8(out.stdout).expect("UTF-8"), String::from_utf8(out.stderr).expect("UTF-8"))
    };
    let (loud, _) = run(&["score", "leads.csv"]);
    assert!(loud.contains("note: ") && loud.contains("1 rows read") || loud.contains("1 row read"), "{loud}");
    let (quiet, said) = run(&["score", "leads.csv", "-q"]);
    assert!(!quiet.contains("note: ") && !quiet.contains("read ·") && said.is_empty(), "{quiet}{said}");
    let (verbose, _) = run(&["score", "-v"]);
    assert!(verbose.contains("company") && !loud.contains("company"), "blank columns too\n{verbose}");
    let (_, said) = run(&["leads", "-o", "all.csv", "-q"]);
    assert!(said.is_empty(), "{said}");
    let (_, said) = run(&["leads", "-o", "all.csv"]);
    assert_eq!(said, "wrote all.csv: 1 row\n");
}

#[test]
fn an_owner_whom_nobody_knows_is_a_typing_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |words: &[&str]| {
        let mut command = sop(words);
        command.current_dir(folder.path()).env_remove("SOP_DB").env("LC_ALL", "C");
        let out = command.output().expect("runs");
        (out.status.code(), format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)))
    };
    std::fs::write(folder.path().join("leads.csv"), "name,phone\n王伟,13912345601\n").expect("written");
    run(&["score", "leads.csv"]);
    let (code, said) = run(&["leads", "--owner", "foo"]);
    assert!(code == Some(2) && said.contains("`foo`") && said.contains("no lead of this base has an owner"), "{said}");
    std::fs::write(folder.path().join("leads.csv"), "name,phone,owner\n王伟,13912345601,Zhang Wei\n李娜,13912345602,李强\n").expect("written");
    run(&["score", "leads.csv", "--yes"]);
    let (code, said) = run(&["leads", "--owner", "zhang we"]);
    assert!(code == Some(2) && said.contains("did you mean `Zhang Wei`?"), "{said}");
    let (code, said) = run(&["leads", "--owner", "ZHANG WEI"]);
    assert!(code == Some(0) && said.contains("王伟") && !said.contains("李娜"), "{said}");
    // Nobody of a known owner's leads is an answer.
    assert_eq!(run(&["leads", "--owner", "李强", "--where", "name = 'x'"]).0, Some(0));
}

#[test]
fn a_number_is_found_as_a_person_types_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |words: &[&str]| {
        let mut command = sop(words);
        command.current_dir(folder.path()).env_remove("SOP_DB").env("LC_ALL", "C");
        let out = command.output().expect("runs");
        assert!(out.status.success(), "{words:?}: {}", String::from_utf8_lossy(&out.stderr));
        (String::from_utf8_lossy(&out.stdout).lines().count() - 1, String::from_utf8_lossy(&out.stderr).into_owned())
    };
    std::fs::write(folder.path().join("leads.csv"), "name,phone,email\n王伟,15000001007,Wang@Example.com\n李娜,15000001008,li@example.com\n").expect("written");
    run(&["score", "leads.csv"]);
    for (condition, found) in [
        ("phone = '15000001007'", 1),
        ("'150 0000 1007' = phone", 1),
        ("phone = '+8615000001007'", 1),
        ("phone <> '150-0000-1007'", 1),
        ("phone IN ('15000001007', '+86 150 0000 1008')", 2),
        ("phone NOT IN ('15000001007')", 1),
        ("phone LIKE '%1007'", 1),
        ("email = '王伟 <WANG@example.com>'", 1),
        ("email IN ('mailto:li@example.com')", 1),
    ] {
        let (rows, said) = run(&["leads", "--where", condition, "--columns", "key", "-f", "csv"]);
        assert_eq!((rows, said.as_str()), (found, ""), "{condition}");
    }
}
