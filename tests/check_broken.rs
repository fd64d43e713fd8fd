//! Every planted problem of every broken workspace under `tests/broken/` is told with its code, line and column, all in one run,
//! and nothing else is told: no problem brings a false one with it.
//!
//! A file says what it holds in comments at its end: `# ~ code line:column`.

use sop::diag::{Code, Diagnostics, Sources};
use sop::rules::load;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

type Told = BTreeSet<(String, usize, usize, String)>;

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    all.sort();
    all.into_iter().flat_map(|p| if p.is_dir() { files_under(&p) } else { vec![p] }).collect()
}

fn workspace(folder: &Path) -> Vec<(String, Result<Vec<u8>, String>)> {
    let name = |p: &Path| format!("sops/{}", p.strip_prefix(folder).expect("inside").to_string_lossy().replace('\\', "/"));
    files_under(folder).iter().map(|p| (name(p), std::fs::read(p).map_err(|e| e.to_string()))).collect()
}

fn planted(files: &[(String, Result<Vec<u8>, String>)]) -> Told {
    let mut all = Told::new();
    for (name, bytes) in files {
        let text = String::from_utf8_lossy(bytes.as_ref().expect("readable")).into_owned();
        for mark in text.lines().filter_map(|l| l.strip_prefix("# ~ ")) {
            let (code, place) = mark.split_once(' ').expect("`code line:column`");
            let (line, column) = place.trim().split_once(':').expect("`line:column`");
            all.insert((name.clone(), line.parse().expect("a line"), column.parse().expect("a column"), code.to_owned()));
        }
    }
    all
}

fn told(sources: &Sources, problems: &Diagnostics) -> Told {
    let place = |d: &sop::diag::Diagnostic| {
        let span = d.span.expect("every problem of a file has a place");
        let (line, column) = sources.line_column(span.source, span.start);
        (sources.get(span.source).expect("a source").name.clone(), line, column, d.code.id().to_owned())
    };
    problems.0.iter().map(place).collect()
}

#[test]
fn every_planted_problem_is_told_and_nothing_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&root).expect("the fixtures").map(|e| e.expect("an entry").path()).collect();
    cases.sort();
    assert!(cases.len() >= 30, "only {} broken workspaces", cases.len());
    let (mut wrong, mut manual) = (String::new(), String::new());
    for case in &cases {
        let files = workspace(case);
        let planted = planted(&files);
        assert!(!planted.is_empty(), "{}: nothing is planted", case.display());
        let (sources, problems) = match load(&files) {
            Ok((sop, warnings)) => (sop.sources, warnings),
            Err(problems) => problems,
        };
        let told = told(&sources, &problems);
        let shown = sop::render::diagnostics(&problems, &sources, false);
        if told != planted {
            wrong += &format!(
                "\n== {}\nplanted, not told: {:?}\ntold, not planted: {:?}\n{shown}",
                case.file_name().unwrap_or_default().to_string_lossy(),
                planted.difference(&told).collect::<Vec<_>>(),
                told.difference(&planted).collect::<Vec<_>>()
            );
        }
        for d in &problems.0 {
            // A broken condition's message says what was expected where; everything else says what to do next.
            let helped = d.help.as_ref().is_some_and(|h| !h.is_empty()) || matches!(d.code, Code::ConditionSyntax | Code::TypeMismatch);
            assert!(helped, "{}: `{}` does not say what to do", case.display(), d.message);
            assert!(shown.contains(d.message.as_str()), "{}: `{}` is not shown", case.display(), d.message);
        }
        manual += &format!("## {}\n{shown}\n", case.file_name().unwrap_or_default().to_string_lossy());
    }
    assert!(wrong.is_empty(), "{wrong}");
    if let Some(path) = std::env::var_os("SOP_BROKEN_MANUAL") {
        std::fs::write(path, manual).expect("written"); // for reading all of them in one go
    }
}
