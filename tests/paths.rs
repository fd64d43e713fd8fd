//! The shipped paths: read without a word, and what they say is what the template asks.

use sop::model::Duration;
use sop::rules::delivery::Via;
use sop::rules::nurture::{Due, Enroll, Feb29, Text, planned};
use sop::rules::{File, Sop, load};
use std::path::Path;

fn shipped() -> Vec<File> {
    fn under(folder: &Path, name: &str, all: &mut Vec<File>) {
        let mut entries: Vec<_> = std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            let name = format!("{name}/{}", path.file_name().expect("a name").to_string_lossy());
            if path.is_dir() { under(&path, &name, all) } else { all.push((name, std::fs::read(&path).map_err(|e| e.to_string()))) }
        }
    }
    let mut all = Vec::new();
    under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sops"), "sops", &mut all);
    all
}

fn starter() -> Sop {
    let (sop, problems) = load(&shipped()).unwrap_or_else(|(sources, d)| panic!("{}", sop::render::diagnostics(&d, &sources, false)));
    assert!(problems.0.is_empty(), "{}", sop::render::diagnostics(&problems, &sop.sources, false));
    sop
}

#[test]
fn the_shipped_paths_read_without_a_word() {
    let sop = starter();
    let names: Vec<&str> = sop.paths.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["birthday", "decision", "event-signup", "interested", "newcomer", "order-thanks", "web-form"]);
}

#[test]
fn the_template_is_kept() {
    let sop = starter();
    let days = |path: &str| sop.path(path).map(planned).unwrap_or_default();
    assert_eq!(days("newcomer"), [1, 3, 5], "three mails, two days apart");
    assert_eq!(days("web-form"), [1, 3, 7, 9]);
    let newcomer = sop.path("newcomer").expect("shipped");
    let fallback = newcomer.sends().find_map(|(_, send)| send.fallback.as_ref()).expect("a text message after 24 hours");
    assert_eq!((fallback.medium.as_str(), fallback.after, fallback.by), ("sms", Duration(86_400), Some(Duration(2 * 86_400))));
    let web = sop.path("web-form").expect("shipped");
    assert_eq!((web.control, web.exclusive, newcomer.exclusive), (Some(0.1), true, true));
    assert!(["birthday", "event-signup", "order-thanks"].iter().all(|p| sop.path(p).is_some_and(|p| !p.exclusive)));
    let birthday = sop.path("birthday").expect("shipped");
    assert!(matches!(birthday.enroll, Enroll::Date { yearly: true, feb29: Feb29::Feb28, .. }));
    assert_eq!(birthday.steps[0].due, Due::Day { n: 0, at: 9 * 3_600 + 1_800 });
    let Some((_, offer)) = web.sends().last() else { panic!("the offer") };
    assert!(matches!(&offer.text, Text::Variants { arms, .. } if arms.len() == 2));
    assert!(sop.delivery.media.iter().all(|m| m.via == Via::Csv), "nothing leaves the machine unasked");
}
