//! Several ticks at once: one runs, the others say who does.

use crate::base::{Base, events_csv, leads_csv};
use std::process::Stdio;

#[test]
fn of_six_ticks_at_once_one_runs() {
    let base = Base::new();
    base.write("inbox/leads.csv", leads_csv(61, 0, 1_500));
    for (day, first) in [("11-01", true), ("11-02", false)] {
        base.write("inbox/more.csv", events_csv(62, 0, 1_500, 4_000));
        let at = format!("2026-{day}T12:00:00");
        let start = || base.command(&["tick", "--yes", "--full", "--as-of", &at]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let children: Vec<_> = (0..6).map(|_| start()).collect();
        let ids: Vec<String> = children.iter().map(|c| format!("pid {}", c.id())).collect();
        let ended: Vec<(Option<i32>, String)> =
            children.into_iter().map(|c| c.wait_with_output().unwrap()).map(|o| (o.status.code(), String::from_utf8_lossy(&o.stderr).into_owned())).collect();
        assert_eq!(ended.iter().filter(|(code, _)| *code == Some(0)).count(), 1, "{ended:?}");
        for (_, said) in ended.iter().filter(|(code, _)| *code != Some(0)) {
            assert!(said.contains("sop tick") && said.contains("since") && ids.iter().any(|id| said.contains(id)), "{said}");
        }
        assert_eq!(ended.iter().filter(|(code, _)| *code == Some(6)).count(), 5, "{ended:?}");
        let left: Vec<_> = std::fs::read_dir(base.path().join("inbox")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(left, ["done"], "read once, and put away");
        if first {
            assert!(base.path().join("inbox/done/1/leads.csv").exists());
        }
    }
    assert_eq!(base.number("SELECT count(*) FROM runs"), 2);
}
