//! `opened|clicked|replied('STEP' [, within])`: unknown until the message left and until what came back is known; until when an answer holds;
//! which step a name means. And `reached(…)` of a path's goal, which counts since the enrollment.

mod condition_world;

use condition_world::{Found, Stands, World};
use proptest::prelude::*;
use sop::condition::{MessageStep, ScopeKind};
use sop::diag::Code;
use sop::model::{Covered, Duration, EnrollmentFact, Instant, MessageFact, Until, Value};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

/// In the path `web-form`, whose journey 7 sent `guide` two days ago.
fn world() -> World {
    let mut w = World::new();
    w.steps = [("web-form", "guide"), ("web-form", "offer"), ("newcomer", "intro")].map(|(p, s)| MessageStep { path: p.into(), step: s.into() }).into();
    w.stands = Stands { path: Some("web-form"), ..Stands::default() };
    w.enrollment = Some(EnrollmentFact { id: 7, reached: Value::List(Default::default()) });
    w.messages.push(sent(&w, "web-form", "guide", 7, 2 * DAY));
    w
}

fn sent(w: &World, path: &str, step: &str, enrollment: i64, ago: i64) -> MessageFact {
    let at = Some(w.as_of.plus(-ago));
    let (opened_at, clicked_at, replied_at, covered_until) = (None, None, None, Covered::default());
    MessageFact { path: path.into(), step: step.into(), enrollment, medium: "email".into(), sent_at: at, opened_at, clicked_at, replied_at, covered_until }
}

impl World {
    fn guide(mut self, change: impl FnOnce(&mut MessageFact, Instant)) -> Self {
        let as_of = self.as_of;
        change(&mut self.messages[0], as_of);
        self
    }
}

fn ago(as_of: Instant, seconds: i64) -> Option<Instant> {
    Some(as_of.plus(-seconds))
}

#[test]
fn nothing_is_known_before_it_left_and_before_feedback_covers_it() {
    let w = world();
    for text in ["opened('guide')", "clicked('guide', '1d')", "NOT opened('guide')", "opened('offer')"] {
        assert_eq!(w.test(text), None, "{text}: nothing came back yet, and the offer did not leave");
    }
    // Feedback up to twelve hours after the sending says nothing about a day, and something about an hour.
    let w = world().guide(|m, at| m.covered_until = Covered::all(ago(at, 36 * HOUR)));
    assert_eq!((w.test("opened('guide', '1d')"), w.test("opened('guide')"), w.test("opened('guide', '1h')")), (None, None, NO));
    let w = world().guide(|m, at| m.covered_until = Covered::all(ago(at, DAY)));
    assert_eq!((w.test("opened('guide', '1d')"), w.until("opened('guide', '1d')")), (NO, Until::NEVER));
    assert_eq!(w.test("opened('guide', '25h')"), None);
    // A "no" up to now holds as long as feedback covers.
    let w = world().guide(|m, at| m.covered_until = Covered::all(Some(at)));
    assert_eq!((w.test("opened('guide')"), w.until("opened('guide')")), (NO, Until(w.as_of.plus(1))));
}

#[test]
fn what_came_is_known_whatever_feedback_covers() {
    let w = world().guide(|m, at| m.opened_at = ago(at, 30 * HOUR));
    assert_eq!((w.test("opened('guide')"), w.until("opened('guide')")), (YES, Until::NEVER));
    assert_eq!(w.test("opened('guide', '18h')"), YES, "18 hours after sending is still within 18 hours");
    assert_eq!(w.test("opened('guide', '17h')"), NO, "the first opening was later");
    assert_eq!(w.test("clicked('guide')"), None);
    // Who clicked or replied has opened, pictures or not.
    assert_eq!(world().guide(|m, at| m.clicked_at = ago(at, HOUR)).test("opened('guide') AND clicked('guide')"), YES);
    assert_eq!(world().guide(|m, at| m.replied_at = ago(at, HOUR)).test("opened('guide') AND replied('guide')"), YES);
    // What is later than the as-of does not exist until then.
    let w = world().guide(|m, at| (m.opened_at, m.covered_until) = (Some(at.plus(HOUR)), Covered::all(Some(at.plus(DAY)))));
    assert_eq!((w.test("opened('guide')"), w.until("opened('guide')")), (NO, Until(w.as_of.plus(HOUR))));
    let w = world().guide(|m, at| m.sent_at = Some(at.plus(HOUR)));
    assert_eq!((w.test("opened('guide')"), w.until("opened('guide')")), (None, Until(w.as_of.plus(HOUR))));
}

#[test]
fn a_fallback_asks_as_of_its_own_time_after_sending() {
    let mut w = world().guide(|m, at| m.covered_until = Covered::all(ago(at, DAY)));
    assert_eq!(w.test("NOT opened('guide')"), None);
    w.stands.settled_after = Some(Duration(DAY));
    assert_eq!((w.test("NOT opened('guide')"), w.until("NOT opened('guide')")), (YES, Until::NEVER));
    // Opened after those 24 hours, but before the fallback goes: nobody is written to a second time.
    let w = w.guide(|m, at| m.opened_at = ago(at, HOUR));
    assert_eq!(w.test("NOT opened('guide')"), NO);
}

#[test]
fn a_step_of_this_path_is_this_journeys_and_elsewhere_the_last_one_sent() {
    let mut w = world().guide(|m, at| m.opened_at = ago(at, DAY));
    w.messages.push(sent(&w, "web-form", "guide", 9, DAY));
    assert_eq!(w.test("opened('guide')"), YES);
    assert_eq!(w.test("opened('web-form/guide')"), YES, "its own path is its own journey however it is named");
    w.stands = Stands { path: Some("newcomer"), ..Stands::default() };
    assert_eq!(w.test("opened('web-form/guide')"), None, "the one of journey 9 left later");
    w.stands = Stands::default();
    assert_eq!(w.test("opened('Web-Form/GUIDE')"), None);
    // Another one still to leave takes its place when it does.
    w.messages.push(sent(&w, "web-form", "guide", 10, -HOUR));
    assert_eq!(w.until("opened('web-form/guide')"), Until(w.as_of.plus(HOUR)));
}

#[track_caller]
fn only(found: Vec<Found>, code: Code, under: &str, help: &str) {
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].code, found[0].under.as_str()), (code, under), "{found:#?}");
    assert!(found[0].help.contains(help), "{found:#?}");
}

#[test]
fn a_name_that_no_step_has_is_told_with_the_nearest() {
    let mut w = world();
    let found = |w: &World, text: &str| w.problems_in(text, ScopeKind::State);
    only(found(&w, "opened('giude')"), Code::UnknownName, "'giude'", "`'guide'`");
    only(found(&w, "opened('intro')"), Code::UnknownName, "'intro'", "opened('newcomer/intro')");
    only(found(&w, "opened('x')"), Code::UnknownName, "'x'", "`guide` and `offer`");
    only(found(&w, "opened('web-form/guid')"), Code::UnknownName, "'web-form/guid'", "`'web-form/guide'`");
    only(found(&w, "opened('webform/guide')"), Code::UnknownName, "'webform/guide'", "`'web-form/guide'`");
    only(found(&w, "opened(guide)"), Code::BadArguments, "guide", "'guide'");
    only(found(&w, "opened('guide', '1M')"), Code::TypeMismatch, "'1M'", "");
    only(found(&w, "opened > 0"), Code::UnknownName, "opened", "opened('guide', '2d')");
    w.stands = Stands::default();
    only(found(&w, "opened('guide')"), Code::UnknownName, "'guide'", "opened('web-form/guide')");
    w.steps.clear();
    only(found(&w, "opened('web-form/guide')"), Code::UnknownName, "'web-form/guide'", "nurture/*.yaml");
    for kind in [ScopeKind::Scoring, ScopeKind::Lifecycle] {
        only(w.problems_in("opened('a/b')", kind), Code::OutOfScope, "opened", "assignment.yaml");
    }
}

#[test]
fn in_a_goal_reached_counts_since_the_enrollment() {
    let mut w = world();
    w = w.state("reached", Value::List(["prospect", "mql"].map(Into::into).into()));
    assert_eq!(w.test("reached('mql')"), YES);
    w.stands.since_enrollment = true;
    assert_eq!(w.test("reached('mql')"), NO);
    w.enrollment = Some(EnrollmentFact { id: 7, reached: Value::List(["prospect", "mql"].map(Into::into).into()) });
    assert_eq!(w.test("reached('mql')"), YES);
}

#[test]
fn what_a_condition_reads_of_state_and_messages_can_be_asked() {
    let condition = world().condition("score > 5 AND reached('MQL') AND (opened('guide') OR clicked('newcomer/intro', '2d'))");
    assert_eq!(condition.state_names(), ["reached('mql')", "score"]);
    let asked: Vec<String> = condition.messages().iter().map(|a| format!("{} {}/{}", a.feedback.name(), a.path, a.step)).collect();
    assert_eq!(asked, ["opened web-form/guide", "clicked newcomer/intro"]);
    assert!(condition.uses_clock());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Until the instant that an answer names, the clock alone does not change it.
    #[test]
    fn an_answer_holds_until_it_says(
        sent_ago in -50i64..50, opened in proptest::option::of(-60i64..60), covered in proptest::option::of(-60i64..60),
        within in proptest::option::of(1i64..40), settled in proptest::option::of(1i64..40), step in 1i64..60,
    ) {
        let mut w = world();
        let now = w.as_of;
        w.stands.settled_after = settled.map(Duration);
        w = w.guide(|m, at| {
            m.sent_at = ago(at, sent_ago);
            m.opened_at = opened.map(|s| at.plus(s)).filter(|o| Some(*o) >= m.sent_at);
            m.covered_until = Covered::all(covered.map(|s| at.plus(s)));
        });
        let text = within.map_or("opened('guide')".to_owned(), |s| format!("opened('guide', '{s}s')"));
        let (value, Until(until)) = w.condition(&text).test(&w.facts());
        prop_assert!(until > now, "{until:?}");
        w.as_of = now.plus(step);
        if w.as_of < until {
            prop_assert_eq!(w.test(&text), value, "{} at +{}, until {:?}", text, step, until.0 - now.0);
        }
    }
}
