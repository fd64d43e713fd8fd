//! Law 5: the same inputs give the same bytes; the order of files and rows does not decide what it must not.

use crate::base::{Base, assert_same, events_csv, leads_csv, stages_csv};

fn files(base: &Base) -> Vec<String> {
    base.write("leads.csv", leads_csv(31, 0, 300));
    base.write("events.csv", events_csv(32, 0, 300, 800));
    base.write("stages.csv", stages_csv(33, 0, 300, 60));
    ["leads.csv", "events.csv", "stages.csv"].map(str::to_owned).to_vec()
}

fn scored(base: &Base, files: &[String], format: &str) -> String {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    base.on("11-01", &[&["score", "-f", format, "--limit", "0"], files.as_slice()].concat()).ok().stdout()
}

#[test]
fn two_bases_from_the_same_files_are_one() {
    for format in ["text", "csv", "json", "md", "html"] {
        let (a, b) = (Base::new(), Base::new());
        let names = files(&a);
        files(&b);
        assert_eq!(scored(&a, &names, format), scored(&b, &names, format), "{format}");
        assert_same("a second base", &a.facts(), &b.facts());
        let leads = |base: &Base| base.on("11-01", &["leads", "-f", format, "--limit", "0"]).ok().stdout();
        assert_eq!(leads(&a), leads(&b), "{format}");
    }
}

#[test]
fn the_order_of_files_on_the_command_line_is_no_matter() {
    let (a, b) = (Base::new(), Base::new());
    let mut names = files(&a);
    files(&b);
    let first = scored(&a, &names, "json");
    names.reverse();
    assert_eq!(first, scored(&b, &names, "json"));
    // Nor whether they come at once or one by one, the events before their leads.
    let c = Base::new();
    for name in files(&c).iter().rev() {
        c.on("11-01", &["import", name]).ok();
    }
    let rows = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["rows"].clone();
    assert_eq!(rows(&first), rows(&scored(&c, &[], "json")));
}
