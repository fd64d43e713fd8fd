//! One engine alone reads less of a lead than a whole day does, and decides the same.

use crate::base::{Base, events_csv, leads_csv};

/// Where `assign` alone takes everybody, and where a tick does.
fn owners(files: &[(&str, &str)]) -> [Vec<String>; 2] {
    let base = Base::with(files);
    base.write("leads.csv", leads_csv(81, 0, 300));
    base.write("events.csv", events_csv(82, 0, 300, 4_000));
    base.on("10-30", &["score", "leads.csv", "events.csv"]).ok();
    ["assign", "tick"].map(|verb| {
        let base = base.copy();
        base.on("10-30", &[verb, "--yes"]).ok();
        base.texts("SELECT lead || ' ' || coalesce(owner, '-') || ' ' || coalesce(queue, '-') FROM lead_state ORDER BY lead")
    })
}

#[test]
fn hand_overs_alone_see_the_events_that_a_rule_asks_for() {
    const TEAM: &str = "owners:\n  an: {name: An, role: sales}\n  bo: {name: Bo, role: sales}\n";
    let rounds = |when: &str| {
        format!(
            "rounds:\n  - name: all\n    when: owner IS NULL AND queue IS NULL\n    roles: [sales]\n    rules:\n      \
             - {{name: some, when: \"{when}\", to: {{owners_where: \"id = 'an'\"}}, by: round_robin}}\n      \
             - {{name: rest, to: {{owners_where: \"id = 'bo'\"}}, by: round_robin}}\n"
        )
    };
    let by_mail = "send:\n  email: {via: csv, address: email, consent: \"events('inquiry') > 0\"}\n";
    let cases = [
        ("a rule", rounds("events('page_view', '90d') > 1"), ""),
        ("the last act", rounds("days_since(last_event_at) < 20"), ""),
        ("a consent, by which a lead can be reached", rounds("contactable('email')"), by_mail),
        ("nothing", rounds("employees > 1000"), ""),
    ];
    for (what, rounds, delivery) in cases {
        let mut files = vec![("sops/team.yaml", TEAM), ("sops/assignment.yaml", rounds.as_str())];
        files.extend(Some(("sops/delivery.yaml", delivery)).filter(|_| !delivery.is_empty()));
        let [alone, day] = owners(&files);
        assert_eq!(alone, day, "{what} asks for events");
        let got = |id: &str| alone.iter().filter(|l| l.contains(&format!(" {id} "))).count();
        assert!(got("an") > 5 && got("bo") > 5, "{what}: {} and {}", got("an"), got("bo"));
    }
}
