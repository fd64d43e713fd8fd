//! The laws by example: one path, one lead, and the days on which its messages leave.

use super::world::World;
use super::{DAY, HOUR};
use sop::model::{JourneyState, MessageState, Part, Value};
use sop::rules::nurture::What;

const OPEN: &str = "send: {email: {via: csv, address: email, hours: \"09:00-20:00\"}, sms: {via: csv, address: phone, hours: \"10:00-18:00\"}}\n";

/// Ticks every half hour from one instant to another.
fn walk(w: &mut World, from: &str, to: &str) {
    let (mut at, to) = (w.at(from), w.at(to));
    while at <= to {
        w.tick(at);
        at = at.plus(HOUR / 2);
    }
}

const THREE: &str = "enroll: {when: \"over = FALSE\"}\ngoal: over = TRUE\nhold_while: talking = TRUE\nsteps:
  - {id: one, day: 1, send: email, content: a}
  - {id: two, day: 3, send: email, content: b}
  - {id: three, day: 7, send: email, content: c}
";

#[test]
fn a_late_cron_does_not_send_everything_at_once() {
    let mut w = World::new(THREE, OPEN);
    walk(&mut w, "11-02 10:00", "11-02 12:00");
    // Nobody ran cron for nine days: the second leaves when it is back, the third keeps its four days.
    walk(&mut w, "11-12 15:00", "11-20 00:00");
    assert_eq!(w.leaves(), ["11-02 10:00 one", "11-12 15:00 two", "11-16 09:00 three"]);
    assert_eq!(w.states(), [JourneyState::Finished]);
}

#[test]
fn what_is_too_late_is_left_out_and_says_so() {
    let mut w = World::new(&format!("{THREE}late: {{max: 2d}}\n"), OPEN);
    walk(&mut w, "11-02 10:00", "11-02 12:00");
    walk(&mut w, "11-08 15:00", "11-12 00:00");
    assert_eq!(w.leaves(), ["11-02 10:00 one", "11-08 15:00 three"]);
    assert_eq!(w.stopped(), ["two skipped: 4d late, more than 2d"]);
}

#[test]
fn a_hold_moves_the_rest_and_is_not_lateness() {
    let mut w = World::new(&format!("{THREE}late: {{max: 1d}}\n"), OPEN);
    walk(&mut w, "11-02 10:00", "11-03 12:00");
    w.set("talking", Value::Bool(true));
    walk(&mut w, "11-03 12:30", "11-09 12:00");
    w.set("talking", Value::Bool(false));
    walk(&mut w, "11-09 12:30", "11-20 00:00");
    assert_eq!(w.leaves(), ["11-02 10:00 one", "11-09 12:30 two", "11-13 09:00 three"]);
    assert_eq!(w.journeys.enrollments[0].held, 5 * DAY + 12 * HOUR + HOUR / 2);
}

#[test]
fn the_control_group_goes_the_whole_way_and_is_never_written_to() {
    let mut w = World::new(&format!("{THREE}control: 50%\n"), OPEN);
    let control = (1..400_u64).map(|n| sop::model::Key::of_hash(n << 44)).find(|k| sop::engine::nurture::is_control(&w.sop.paths[0], *k));
    w.key = control.unwrap();
    walk(&mut w, "11-02 10:00", "11-12 00:00");
    assert_eq!((w.messages.len(), w.states()), (0, vec![JourneyState::Finished]));
    assert!(w.journeys.enrollments[0].control);
}

#[test]
fn whoever_matched_before_is_noted_until_they_match_anew() {
    let mut w = World::new(THREE, OPEN);
    w.begin.note = true;
    walk(&mut w, "11-02 10:00", "11-02 10:00");
    w.begin.note = false;
    walk(&mut w, "11-02 10:30", "11-05 10:00");
    assert_eq!((w.messages.len(), w.states()), (0, vec![JourneyState::Noted]));
    w.set("over", Value::Bool(true));
    walk(&mut w, "11-05 10:30", "11-05 10:30");
    w.set("over", Value::Bool(false));
    walk(&mut w, "11-05 11:00", "11-05 12:00");
    assert_eq!(w.leaves(), ["11-05 11:00 one"]);
}

#[test]
fn a_limit_puts_off_and_moves_the_rest() {
    let steps = "enroll: {when: \"over = FALSE\"}\ngoal: over = TRUE\nsteps:\n  - {id: one, day: 1, send: email, content: a}\n  - {id: two, day: 2, send: email, content: b}\n  - {id: three, day: 3, send: email, content: c}\n";
    let mut w = World::new(steps, "send: {email: {via: csv, address: email, hours: \"09:00-20:00\", limits: {per_week: 2}}}\n");
    walk(&mut w, "11-05 10:00", "11-20 00:00"); // a Thursday
    assert_eq!(w.leaves(), ["11-05 10:00 one", "11-06 09:00 two", "11-09 09:00 three"]);
    let third = w.messages.iter().find(|m| m.step == "three").unwrap();
    assert_eq!((third.state, third.reason.as_deref()), (MessageState::Deferred, Some("limit: 2 a week by email")));
}

#[test]
fn a_message_is_planned_on_its_day_and_leaves_at_its_hour() {
    let steps = "enroll: {when: \"over = FALSE\"}\ngoal: over = TRUE\nsteps:\n  - {id: one, day: 2, at: \"15:00\", send: email, content: a}\n";
    let mut w = World::new(steps, OPEN);
    w.tick(w.at("11-02 06:00"));
    w.tick(w.at("11-03 06:00"));
    assert_eq!(w.leaves(), ["11-03 15:00 one"]);
    let what = &w.sop.paths[0].steps[0].what;
    assert!(matches!(what, What::Send(_)) && w.messages[0].part == Part::Main);
}

#[test]
fn who_finished_a_path_comes_again_when_the_time_is_over_though_nothing_else_calls() {
    let steps = "enroll: {when: \"over = FALSE\", again: after 5d}\ngoal: over = TRUE\nsteps:\n  - {id: one, day: 1, send: email, content: a}\n";
    let mut w = World::new(steps, OPEN);
    let mut at = w.at("11-02 10:00");
    while at <= w.at("11-15 00:00") {
        let until = w.look(at).until.unwrap().0;
        w.tick(at); // the next one only when this one asked for it
        at = until;
    }
    let entered: Vec<_> = w.journeys.enrollments.iter().map(|e| e.entered_at).collect();
    assert_eq!(entered, ["11-02 10:00", "11-08 00:00", "11-14 00:00"].map(|at| w.at(at)));
}
