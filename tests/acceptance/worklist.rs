//! A worklist in the hands of a program that is not ours: opened, looked at, filled in and saved by Python's openpyxl.

use crate::Workspace;
use std::path::Path;
use std::process::Command;

#[test]
fn a_worklist_is_filled_in_by_a_spreadsheet_program_and_comes_back() {
    let Some(python) = crate::python::with("openpyxl") else { return };
    let ws = Workspace::starter();
    ws.run(&["init"]).ok(); // the example team is a workspace's own
    ws.write("leads.csv", "姓名,手机,线索编号,负责人\n张三,13920417003,L1,张伟\n李四,13920417040,L2,张伟\n王五,13920417055,L3,张伟\n");
    ws.run(&["score", "leads.csv", "--as-of", "2026-11-20"]).ok();
    ws.run(&["worklist", "--all", "-o", "lists", "--lang", "zh", "--as-of", "2026-11-21"]).ok();
    let file = ws.0.path().join("lists/zhang.wei.xlsx");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/worklist.py");
    let filled = Command::new(python).arg(script).arg(&file).output().unwrap();
    assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
    let run = ws.run(&["import", "lists/zhang.wei.xlsx", "--as-of", "2026-11-21", "-f", "json"]).ok();
    assert_eq!((run.total("new"), run.total("rejected")), (2, 0), "{}", run.said());
    assert!(run.said().contains("1 leads accepted, 1 rejected"), "{}", run.said());
    assert_eq!((ws.count("stage = 'sql'"), ws.count("stage = 'recycled'")), (1, 1));
    let again = ws.run(&["import", "lists/zhang.wei.xlsx", "--as-of", "2026-11-22", "-f", "json"]).ok();
    assert_eq!((again.total("new"), again.total("unchanged")), (0, 3), "{}", again.said());
    let next = ws.run(&["worklist", "张伟", "--as-of", "2026-11-22", "-f", "json"]).ok().json();
    assert_eq!((next["rows"][0]["due"].as_str(), next["rows"][0]["last_note"].as_str()), (Some("2026-11-25"), Some("要报价")));
}
