//! Broken CSV from the outside: refused with its line. (That valid files read as their JSON is held by tests/ingest_conformance.rs.)

use crate::{Workspace, data};

/// The broken files, and the line that is wrong in each (read with `cat -n`).
const BROKEN: &[(&str, u64)] = &[
    ("bad-header-less-fields", 2),
    ("bad-header-more-fields", 2),
    ("bad-missing-quote", 2),
    ("bad-quotes-with-unescaped-quote", 2),
    ("bad-unescaped-quote", 2),
];

#[test]
fn broken_rows_are_refused_with_their_line() {
    let Some(data) = data() else { return };
    for (name, line) in BROKEN {
        let ws = Workspace::starter();
        let path = data.join(format!("csv-test-data/csv/{name}.csv"));
        let run = ws.run(&["import", path.to_str().unwrap(), "--as", "leads"]);
        let in_rejects = ws.rejects().iter().any(|r| r.get("_row") == Some(&line.to_string()) && r.get("_reason").is_some_and(|v| !v.is_empty()));
        let refused = run.code() == Some(4) && run.said().contains(&format!("{name}.csv:{line}"));
        assert!(in_rejects || refused, "{name}: exit {:?}, rejects {:?}\n{}", run.code(), ws.rejects(), run.said());
    }
}

#[test]
fn files_without_a_table_are_refused() {
    let Some(data) = data() else { return };
    for name in ["bad-header-no-header", "all-empty"] {
        let run = Workspace::starter().run(&["import", data.join(format!("csv-test-data/csv/{name}.csv")).to_str().unwrap(), "--as", "leads"]);
        assert_eq!(run.code(), Some(4), "{name}: {}", run.said());
        assert!(run.said().contains(name), "{name} is not named: {}", run.said());
    }
}
