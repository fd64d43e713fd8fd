//! What holds of a base after every tick, asked of its tables.

use super::world::Rules;
use crate::base::Base;

/// Of one colleague: capacity, how many a day, days on leave.
type Limits = (&'static str, Option<i64>, Option<i64>, &'static [(&'static str, &'static str)]);

/// What the teams of the world say, in their order.
const TEAMS: [&[Limits]; 3] = [
    &[
        ("an", Some(4), Some(2), &[]),
        ("bo", Some(3), Some(2), &[("2026-10-01", "2026-10-12")]),
        ("zhang.wei", None, Some(3), &[]),
        ("ding", Some(2), None, &[]),
        ("li", Some(0), None, &[]),
    ],
    &[("bo", Some(5), None, &[]), ("chu", None, None, &[("2026-09-25", "2026-10-06"), ("2026-10-20", "2026-10-20")]), ("zhang.wei", Some(6), Some(1), &[])],
    &[("an", None, None, &[("2026-10-08", "2026-10-09")]), ("eva", None, Some(2), &[]), ("bo", Some(2), None, &[])],
];

const DETOURS: &str = "'recycled', 'lost', 'disqualified', 'silent', 'rested'";
/// The detours that each of the world's lifecycles has.
const DETOURS_OF: [&str; 3] = ["'recycled', 'lost', 'disqualified'", "'recycled', 'lost', 'disqualified', 'silent'", "'recycled', 'rested'"];

/// No row: the law holds.
fn none(base: &Base, what: &str, law: &str, sql: &str) {
    let found = base.texts(sql);
    assert!(found.is_empty(), "{what}: {law}: {found:?}");
}

pub(super) fn holds(base: &Base, rules: Rules, what: &str) {
    let check = |law: &str, sql: &str| none(base, what, law, sql);
    check(
        "two owners at an instant",
        "SELECT lead || ' ' || at FROM (SELECT lead, at, lag(coalesce(ended_at, 9e18)) OVER (PARTITION BY lead ORDER BY at, seq) AS until FROM assignments) WHERE until > at",
    );
    check("two open holds", "SELECT lead FROM assignments WHERE ended_at IS NULL GROUP BY lead HAVING count(*) > 1");
    check("two queues", "SELECT lead FROM queue_stays WHERE until_at IS NULL GROUP BY lead HAVING count(*) > 1");
    check("an end before its beginning", "SELECT lead FROM assignments WHERE ended_at < at UNION SELECT lead FROM queue_stays WHERE until_at < from_at");
    check("an owner and a queue", "SELECT lead || owner || queue FROM lead_state WHERE owner IS NOT NULL AND queue IS NOT NULL");
    check(
        "a hold of somebody else than the owner",
        "SELECT a.lead || a.owner || coalesce(s.owner, '-') FROM assignments a JOIN lead_state s USING (lead) WHERE a.ended_at IS NULL AND a.owner IS NOT s.owner",
    );
    check(
        "a stay in another queue",
        "SELECT s.lead || coalesce(s.queue, '-') || coalesce(q.queue, '-') FROM lead_state s LEFT JOIN (SELECT * FROM queue_stays WHERE until_at IS NULL) q USING (lead) WHERE s.queue IS NOT q.queue",
    );
    for thing in ["stage", "owner", "queue"] {
        check(
            &format!("changes do not end at the present {thing}"),
            &format!(
                "SELECT c.lead || ': ' || coalesce(c.\"to\", '-') || ' but ' || coalesce(s.{thing}, '-') FROM changes c JOIN lead_state s USING (lead)
                 WHERE c.change = (SELECT max(change) FROM changes d WHERE d.lead = c.lead AND d.what = '{thing}') AND c.what = '{thing}' AND c.\"to\" IS NOT s.{thing}"
            ),
        );
        check(
            &format!("changes of {thing} that do not follow each other"),
            &format!(
                "SELECT lead || ': ' || coalesce(was, '-') || ' then from ' || coalesce(\"from\", '-') || ' ' || why FROM (
                   SELECT lead, \"from\", why, lag(\"to\") OVER w AS was, row_number() OVER w AS n FROM changes WHERE what = '{thing}' WINDOW w AS (PARTITION BY lead ORDER BY change))
                 WHERE n > 1 AND was IS NOT \"from\""
            ),
        );
    }
    check("a change dated after its run", "SELECT c.lead || c.what FROM changes c JOIN runs r USING (run) WHERE c.at > r.as_of");
    check("time going back", "SELECT run FROM (SELECT run, as_of, lag(as_of) OVER (ORDER BY run) AS before FROM runs) WHERE as_of < before");

    // Of the last run.
    let last = "run = (SELECT max(run) FROM runs)";
    let day = "date(at + 28800, 'unixepoch')";
    for (owner, capacity, per_day, away) in TEAMS[rules.1] {
        let got = format!("EXISTS (SELECT 1 FROM assignments WHERE {last} AND owner = '{owner}' AND round IS NOT NULL)");
        if let Some(most) = capacity {
            let held = format!("SELECT count(*) FROM lead_state WHERE owner = '{owner}' AND stage NOT IN ('customer', {DETOURS})");
            check(&format!("{owner} is over capacity"), &format!("SELECT ({held}) WHERE {got} AND ({held}) > {most}"));
        }
        if let Some(most) = per_day {
            let today = format!(
                "SELECT count(*) FROM assignments WHERE owner = '{owner}' AND round IS NOT NULL AND {day} = (SELECT date(as_of + 28800, 'unixepoch') FROM runs WHERE {last})"
            );
            check(&format!("{owner} got too many in a day"), &format!("SELECT ({today}) WHERE {got} AND ({today}) > {most}"));
        }
        for (from, until) in *away {
            check(
                &format!("{owner} got a lead on leave"),
                &format!("SELECT lead FROM assignments WHERE {last} AND owner = '{owner}' AND round IS NOT NULL AND {day} BETWEEN '{from}' AND '{until}'"),
            );
        }
    }
    check(
        "a move out of a detour that is no coming back",
        &format!(
            "SELECT lead || ' ' || why FROM changes WHERE {last} AND what = 'stage' AND \"from\" IN ({}) AND why NOT LIKE 'back:%' AND why NOT LIKE 'import%'",
            DETOURS_OF[rules.0]
        ),
    );
    check(
        "a lead is dealt in a detour",
        &format!(
            "SELECT lead FROM lead_state WHERE owner IN (SELECT owner FROM assignments a WHERE a.lead = lead_state.lead AND a.{last}) AND stage IN ({})",
            DETOURS_OF[rules.0]
        ),
    );
    if rules.0 != 2 {
        check(
            "an mql again without an act since the loss",
            &format!(
                "SELECT lead FROM lead_state s JOIN standings t USING (lead) WHERE stage = 'mql' AND barred_at IS NOT NULL
                 AND EXISTS (SELECT 1 FROM changes c WHERE c.lead = s.lead AND what = 'stage' AND \"to\" = 'mql' AND c.{last} AND c.at >= barred_at)
                 AND NOT EXISTS (SELECT 1 FROM events e JOIN details d USING (detail) WHERE e.lead = s.lead AND d.kind <> 'email_open' AND e.at > barred_at)"
            ),
        );
    }
}
