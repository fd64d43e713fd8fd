//! CSV as others wrote it: csv-spectrum and csv-test-data must read as their JSON; what is broken must be refused with its line.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use serde_json::Value;
use sop::ingest::{IngestErrorKind, Options, RawRow, open};
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

/// Headers and rows as text; a refused row as its line.
fn read(path: &Path) -> (Vec<String>, Vec<Result<Vec<String>, u64>>) {
    let mut table = open(path, &Options::default()).unwrap_or_else(|e| panic!("{e}"));
    let (mut rows, mut row) = (Vec::new(), RawRow::default());
    while table.next_row(&mut row).unwrap_or_else(|e| panic!("{e}")) {
        rows.push(if row.problem.is_some() { Err(row.number) } else { Ok(row.cells().map(|c| c.text.to_owned()).collect()) });
    }
    (table.headers().to_vec(), rows)
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("the JSON beside it")).expect("valid JSON")
}

fn text(v: &Value) -> String {
    v.as_str().expect("a text").to_owned()
}

/// Objects and arrays of texts as headers and rows.
fn expected(v: &Value) -> (Option<Vec<String>>, Vec<Vec<String>>) {
    let list: Vec<&Value> = v.as_array().map_or_else(|| vec![v], |a| a.iter().collect());
    match list.first() {
        Some(Value::Object(first)) => {
            let headers: Vec<String> = first.keys().cloned().collect();
            let rows = list.iter().map(|o| headers.iter().map(|h| text(&o[h])).collect()).collect();
            (Some(headers), rows)
        }
        Some(_) => {
            let mut rows: Vec<Vec<String>> = list.iter().map(|r| r.as_array().expect("a row").iter().map(text).collect()).collect();
            (Some(rows.remove(0)), rows)
        }
        None => (None, Vec::new()),
    }
}

#[test]
fn csv_spectrum_reads_as_its_json() {
    let Some(folder) = shared("csv-spectrum") else { return };
    let mut files = 0;
    for entry in std::fs::read_dir(folder.join("csvs")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let (headers, rows) = read(&path);
        let (want_headers, mut want) = expected(&json(&folder.join("json").join(format!("{name}.json"))));
        if name == "location_coordinates" {
            // Upstream's JSON has another phone number than its CSV.
            assert_eq!(want[0][0], "1234567890");
            want[0][0] = "2095257564".to_owned();
        }
        assert_eq!(Some(headers), want_headers, "{name}");
        assert_eq!(rows, want.into_iter().map(Ok).collect::<Vec<_>>(), "{name}");
        files += 1;
    }
    assert_eq!(files, 12);
}

#[test]
fn csv_test_data_reads_as_its_json_and_the_broken_is_refused() {
    let Some(folder) = shared("csv-test-data") else { return };
    let mut files = 0;
    for entry in std::fs::read_dir(folder.join("json")).expect("a folder") {
        let json_path = entry.expect("an entry").path();
        let name = json_path.file_stem().expect("a name").to_string_lossy().into_owned();
        let path = folder.join("csv").join(format!("{name}.csv"));
        files += 1;
        if name == "all-empty" {
            // Two blank lines are no table.
            assert_eq!(open(&path, &Options::default()).err().map(|e| e.kind), Some(IngestErrorKind::Empty));
            continue;
        }
        let (headers, rows) = read(&path);
        let (want_headers, mut want) = expected(&json(&json_path));
        // A blank line is skipped, also where the table has one column.
        want.retain(|r| r.iter().any(|c| !c.is_empty()));
        if let Some(want_headers) = want_headers {
            assert_eq!(headers, want_headers, "{name}");
        }
        assert_eq!(rows, want.into_iter().map(Ok).collect::<Vec<_>>(), "{name}");
    }
    assert_eq!(files, 18);

    for name in ["bad-header-less-fields", "bad-header-more-fields", "bad-quotes-with-unescaped-quote", "bad-unescaped-quote"] {
        let (headers, rows) = read(&folder.join("csv").join(format!("{name}.csv")));
        assert_eq!(headers, ["foo", "bar", "baz"], "{name}");
        assert_eq!(rows, [Err(2)], "{name}");
    }
    let error = open(&folder.join("csv/bad-missing-quote.csv"), &Options::default()).err().expect("the quote is never closed");
    assert_eq!((error.kind, error.line.map(u64::from)), (IngestErrorKind::UnclosedQuote, Some(2)));
    let error = open(&folder.join("csv/bad-header-no-header.csv"), &Options::default()).err();
    assert_eq!(error.map(|e| e.kind), Some(IngestErrorKind::Empty));
    // Foreign headers are a table all the same; what they mean is the dictionary's matter.
    assert_eq!(read(&folder.join("csv/bad-header-wrong-header.csv")), (["qux", "quux", "quuz"].map(str::to_owned).to_vec(), Vec::new()));
}
