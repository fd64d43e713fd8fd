//! CSV as RFC 4180 has it: csv-spectrum and csv-test-data read as the JSON beside them; what is broken is refused by line.

use crate::{Workspace, data};
use serde_json::{Value, json};
use sop::ingest::{Options, RawRow, open};
use std::path::Path;

/// The headers, and the rows as they stand in the file, less those that are blank.
fn read(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut file = open(path, &Options::default()).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let headers = file.headers().to_vec();
    let (mut row, mut rows) = (RawRow::default(), Vec::new());
    while file.next_row(&mut row).unwrap() {
        assert!(row.problem.is_none(), "{}: line {}: {:?}", path.display(), row.number, row.problem);
        rows.push(row.cells().map(|c| c.text.to_owned()).collect());
    }
    (headers, rows)
}

fn expected(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn csv_spectrum() {
    let Some(data) = data() else { return };
    let mut files = 0;
    for entry in std::fs::read_dir(data.join("csv-spectrum/csvs")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let mut wanted = expected(&data.join(format!("csv-spectrum/json/{stem}.json")));
        if stem == "location_coordinates" {
            // Upstream's JSON is one object, and its phone number is not the file's.
            wanted["Contact Phone Number"] = json!("2095257564");
            wanted = json!([wanted]);
        }
        let (headers, rows) = read(&path);
        let got: Vec<Value> = rows.into_iter().map(|r| headers.iter().cloned().zip(r.into_iter().map(Value::from)).collect()).collect();
        assert_eq!(Value::from(got), wanted, "{}", path.display());
        files += 1;
    }
    assert_eq!(files, 12, "files of csv-spectrum");
}

#[test]
fn csv_test_data() {
    let Some(data) = data() else { return };
    let mut files = 0;
    for entry in std::fs::read_dir(data.join("csv-test-data/csv")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // `all-empty` has neither headers nor a value: for us it is an empty file.
        if stem.starts_with("bad-") || stem == "all-empty" {
            continue;
        }
        let wanted = expected(&data.join(format!("csv-test-data/json/{stem}.json")));
        let (headers, rows) = read(&path);
        let got: Value = if stem.starts_with("header-") {
            rows.into_iter().map(|r| headers.iter().cloned().zip(r.into_iter().map(Value::from)).collect::<Value>()).collect()
        } else {
            // Files without a header: their first line stands where ours always is. A blank line is no row.
            let blank = |row: &&Value| row.as_array().is_some_and(|r| r.iter().all(|c| c == ""));
            let wanted: Vec<_> = wanted.as_array().unwrap().iter().filter(|r| !blank(r)).cloned().collect();
            let got: Vec<Value> = std::iter::once(headers).chain(rows).map(Value::from).collect();
            assert_eq!(got, wanted, "{stem}");
            files += 1;
            continue;
        };
        assert_eq!(got, wanted, "{stem}");
        files += 1;
    }
    assert_eq!(files, 17, "valid files of csv-test-data, less all-empty");
}

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
