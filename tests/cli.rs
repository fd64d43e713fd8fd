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
