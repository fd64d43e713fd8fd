//! A text of a message, or a path, that somebody is still writing: whoever decides or sends messages stops at it, and nobody else does.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::Base;

const NOON: &str = "2026-11-02T12:00:00";
const MAIL: &str = "---\nmedium: email\nsubject: hello\n---\nhello {{ lead.name }}, unsubscribe\n";
const PATH: &str = "enroll: {when: \"email IS NOT NULL\"}\nexit: [{when: \"has_tag('x')\"}]\nsteps:\n  - {id: one, day: 1, send: email, content: a}\n";
const LEADS: &str = "id,姓名,邮箱\n1,王芳,a1@example.com\n2,李雷,a2@example.com\n";

/// What is wrong, where: a gap that is not closed, a text without its head, a path that is no YAML, one that names a text that is not there.
const BROKEN: [(&str, &str, &str); 4] = [
    ("sops/content/a.md", "---\nmedium: email\nsubject: hello\n---\nhello {{ lead.name, unsubscribe\n", "sops/content/a.md is broken (5:"),
    ("sops/content/a.md", "hello\n", "sops/content/a.md is broken (1:"),
    ("sops/nurture/p.yaml", "steps: [", "sops/nurture/p.yaml is broken (1:"),
    ("sops/nurture/q.yaml", "steps:\n  - {id: one, day: 1, send: email, content: missing}\n", "sops/nurture/q.yaml is broken ("),
];

fn base() -> Base {
    let base = Base::with(&[("sops/content/a.md", MAIL), ("sops/nurture/p.yaml", PATH), ("first.csv", "id,姓名,标签\n9,nobody,x\n"), ("leads.csv", LEADS)]);
    base.write("sops/fields.yaml", include_str!("../sops/fields.yaml"));
    base.run(&["import", "first.csv", "--as-of", "2026-11-01T10:00:00"]).ok();
    base.run(&["tick", "--as-of", "2026-11-01T10:30:00"]).ok();
    base.run(&["import", "leads.csv", "--as-of", "2026-11-02T08:00:00"]).ok();
    base.run(&["tick", "--as-of", "2026-11-02T08:30:00"]).ok();
    base
}

fn at_noon<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [args, &["--as-of", NOON]].concat()
}

#[test]
fn whoever_only_reads_goes_on_and_says_so_in_one_line() {
    let base = base();
    let reads: [&[&str]; 12] = [
        &["leads"],
        &["explain", "a1@example.com"],
        &["today"],
        &["changes"],
        &["report", "funnel"],
        &["report", "weekly"],
        &["sla"],
        &["alerts"],
        &["queue", "list"],
        &["nurture", "status"],
        &["outbox"],
        &["history"],
    ];
    let sound: Vec<String> = reads.iter().map(|args| base.run(&at_noon(args)).ok().stdout()).collect();
    for (name, text, told) in BROKEN {
        let base = base.copy();
        base.write(name, text);
        let before = base.dump();
        for (args, sound) in reads.iter().zip(&sound) {
            let run = base.run(&at_noon(args)).ok();
            assert_eq!(run.stdout(), *sound, "{name}: {args:?}");
            let warned: Vec<String> = run.stderr().lines().filter(|l| l.contains("broken")).map(str::to_owned).collect();
            assert_eq!(warned.len(), 1, "{name}: {args:?}\n{}", run.said());
            assert!(warned[0].starts_with("warning: ") && warned[0].contains(told) && warned[0].ends_with("sop check"), "{name}: {args:?}: {}", warned[0]);
            assert!(!base.run(&[&at_noon(args)[..], &["-q"]].concat()).ok().stderr().contains("broken"), "{name}: {args:?}");
        }
        base::assert_same(name, &before, &base.dump());
    }
}

#[test]
fn whoever_decides_or_sends_messages_stops() {
    for (name, text, _) in BROKEN {
        let base = base();
        base.write(name, text);
        let before = base.dump();
        base.run(&at_noon(&["tick"])).refused(3, &[name, "error["]);
        base.run(&at_noon(&["simulate", "--days", "3"])).refused(3, &[name]);
        base.run(&at_noon(&["nurture", "enroll", "p", "9", "--why", "x"])).refused(3, &[name]);
        base.run(&["test"]).refused(3, &[name]);
        assert!(base.run(&["check"]).ends(1).said().contains(name));
        base::assert_same(name, &before, &base.dump());
    }
}

#[test]
fn whoever_works_on_leads_goes_on_by_the_same_rules() {
    let sound = base();
    for (name, text, _) in BROKEN {
        let (broken, sound) = (sound.copy(), sound.copy());
        broken.write(name, text);
        for base in [&broken, &sound] {
            base.write("more.csv", "id,姓名,邮箱\n3,韩梅,a3@example.com\n");
            base.run(&at_noon(&["import", "more.csv"])).ok();
            base.run(&at_noon(&["score"])).ok();
            base.run(&at_noon(&["set", "3", "tag+=vip", "--why", "fair"])).ok();
            base.run(&at_noon(&["nurture", "pause", "p", "1", "--why", "asked"])).ok();
            base.run(&at_noon(&["send"])).ok();
        }
        let (mut a, mut b) = (broken.dump(), sound.dump());
        for dump in [&mut a, &mut b] {
            dump.remove("runs"); // when they really ran
        }
        if name != "sops/nurture/q.yaml" {
            base::assert_same(name, &b, &a);
        }
        // Mended, the day goes on as if nothing had been.
        broken.write("sops/content/a.md", MAIL);
        broken.write("sops/nurture/p.yaml", PATH);
        let _ = std::fs::remove_file(broken.path().join("sops/nurture/q.yaml"));
        for base in [&broken, &sound] {
            base.run(&["tick", "--as-of", "2026-11-02T13:00:00"]).ok();
        }
        assert_eq!(broken.dump()["messages"], sound.dump()["messages"], "{name}");
        assert_eq!(broken.dump()["enrollments"], sound.dump()["enrollments"], "{name}");
    }
}

#[test]
fn the_first_hour_does_not_end_at_a_text_that_nobody_sends_yet() {
    let base = Base::with(&[("sops/content/a.md", "hello\n"), ("sops/nurture/p.yaml", PATH), ("leads.csv", LEADS)]);
    base.write("sops/fields.yaml", include_str!("../sops/fields.yaml"));
    let run = base.run(&at_noon(&["score", "leads.csv"])).ok();
    assert!(run.stderr().contains("warning: sops/content/a.md is broken") && run.stderr().contains("left out here"), "{}", run.stderr());
    assert_eq!(base.number("SELECT count(*) FROM leads"), 2);
}
