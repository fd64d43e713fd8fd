//! What is told of messages: whoever rehearses sees each of them, and nothing that is in a lead's name becomes part of one.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::Base;
use serde_json::Value;

const PATH: &str = "name: hello
title: 问候
enroll: {when: email IS NOT NULL}
steps:
  - {id: one, day: 1, send: email, content: hello}
  - {id: two, day: 3, send: email, content: hello}
";
const TEXT: &str = "---
medium: email
subject: 致{{ lead.name }}
---
**{{ lead.name }}** 您好：

[查看案例](https://example.com/a?k={{ lead.key }})

不想再收到？回复“退订”即可。
";
/// What somebody typed into a form as his name.
const NAME: &str = "[点我](http://evil)";

/// One lead on the path, from the 19th on.
fn world() -> Base {
    let base = Base::with(&[("sops/nurture/hello.yaml", PATH), ("sops/content/hello.md", TEXT)]);
    base.write("old.csv", "id,姓名,邮箱\n1,李雷,\n");
    base.write("new.csv", format!("id,姓名,邮箱\n2,{NAME},a@example.com\n"));
    base.run(&["import", "old.csv", "--as-of", "2026-11-18T09:00:00"]).ok();
    base.run(&["tick", "--as-of", "2026-11-18T10:00:00"]).ok();
    base.run(&["import", "new.csv", "--as-of", "2026-11-19T09:00:00"]).ok();
    base
}

fn letters(plan: &Value) -> Vec<String> {
    let rows = plan["sections"][0]["rows"].as_array().cloned().unwrap_or_default();
    let text = |row: &Value, id: &str| row[id].as_str().unwrap_or("-").to_owned();
    rows.iter().map(|r| ["name", "path", "step", "medium", "state"].map(|id| text(r, id)).join(" ")).collect()
}

#[test]
fn what_is_in_a_name_is_read_and_does_nothing() {
    let base = world();
    base.run(&["tick", "--as-of", "2026-11-19T10:00:00"]).ok();
    let body = base.texts("SELECT body FROM messages").pop().unwrap();
    let page = sop::deliver::html(&body);
    assert!(page.contains(NAME) && !page.contains("href=\"http://evil"), "{page}");
    assert!(page.contains("<a href=\"https://example.com/a?k=k"), "our own link is one: {page}");
    assert!(sop::deliver::plain(&body).starts_with(&format!("{NAME} 您好：")), "{body}");
    assert_eq!(base.texts("SELECT subject FROM messages"), [format!("致{NAME}")]);
}

#[test]
fn a_rehearsal_names_each_message() {
    let base = world();
    let at = "2026-11-19T10:00:00";
    let plan = base.run(&["tick", "--dry-run", "-v", "-f", "json", "--as-of", at]).ok().json();
    assert_eq!(letters(&plan), [format!("{NAME} hello one email queued")]);
    base.run(&["tick", "--as-of", at]).ok();
    let plan = base.run(&["send", "--dry-run", "-v", "-f", "json", "--as-of", at]).ok().json();
    assert_eq!(letters(&plan), [format!("{NAME} hello one email sent")], "who would be written to");
    base.run(&["send", "--as-of", at]).ok();
    // A day on which nothing but a later step is due.
    let day = "2026-11-21T10:00:00";
    let said = base.run(&["tick", "--dry-run", "-v", "--as-of", day]).ok().stdout();
    assert!(said.contains("two") && said.contains("queued") && !said.contains("nothing to show"), "{said}");
    let plan = base.run(&["tick", "--dry-run", "-v", "-f", "json", "--as-of", day]).ok().json();
    assert_eq!(letters(&plan), [format!("{NAME} hello two email queued")]);
    assert!(plan["sections"][0]["rows"][0]["leaves_at"].as_str().is_some_and(|at| at.starts_with("2026-11-21")), "{plan}");
    assert_eq!(plan["totals"]["changes"], 1);
    assert!(base.run(&["tick", "--as-of", day]).ok().stdout().contains("1 message queued"));
}

#[test]
fn what_a_path_was_before_is_still_told() {
    let base = world();
    for verb in ["tick", "send"] {
        base.run(&[verb, "--as-of", "2026-11-19T10:00:00"]).ok();
    }
    base.write("sops/nurture/hello.yaml", PATH.replace("id: one", "id: first"));
    let shown = base.run(&["nurture", "show", "hello", "-f", "json", "--as-of", "2026-11-19T11:00:00"]).ok().json();
    let told: Vec<String> = shown["rows"].as_array().unwrap().iter().map(|r| format!("{} {} {}", r["step"].as_str().unwrap(), r["does"], r["sent"])).collect();
    assert!(told.iter().any(|t| t.contains("one \"gone\" 1")), "{told:?}");
    std::fs::remove_file(base.path().join("sops/nurture/hello.yaml")).unwrap();
    let said = base.run(&["tick", "--as-of", "2026-11-20T10:00:00"]).ok();
    assert!(said.stdout().contains("1 journey ended") && !said.stdout().contains("nothing changed"), "{}", said.said());
}

#[test]
fn a_text_without_end_is_refused_before_anybody_is_written_to() {
    for (gap, what) in
        [("{% for i in range(99999) %}{% for j in range(99999) %}{{ j }}{% endfor %}{% endfor %}", "100000 steps"), ("{{ \"x\" * 99999999 }}", "256 KB")]
    {
        let base = world();
        base.write("sops/content/hello.md", format!("{TEXT}\n{gap}\n"));
        let said = base.run(&["check"]).ends(1).said();
        assert!(said.contains("template-syntax") && said.contains(what), "{said}");
    }
}
