//! What an owner, their manager and the weekly meeting were promised about promises.

use super::*;
use crate::engine::a_lead::Lead;
use crate::model::{Duration, Outcome, Value, Within};
use crate::rules::lifecycle::Detour;
use crate::rules::sla::{Answer, Recipient};
use crate::rules::team::{Owner, Team};
use std::collections::BTreeSet;

pub(super) fn promise(name: &str, from: Start, until: Vec<Answer>, within: &str) -> Promise {
    let within = Within::parse(within).expect("a length");
    Promise { name: name.into(), from, until, within, warn_at: Some(0.75), when: None, notify: vec![Recipient::Manager] }
}

pub(super) fn accept() -> Promise {
    promise("accept", Start::Assigned, vec![Answer::Accept, Answer::Reject], "4 business hours")
}

pub(super) fn first_contact() -> Promise {
    promise("first-contact", Start::Stage("sql".into()), vec![Answer::FollowUp(Vec::new())], "24h")
}

/// One lead's history, told in wall times.
struct Told {
    lead: Lead,
    holds: Vec<Hold>,
    entered: Vec<(Instant, String)>,
    verdicts: Vec<Verdict>,
    follow_ups: Vec<FollowUp>,
    qualified_by: Option<Instant>,
    done: BTreeSet<Done>,
}

impl Told {
    fn of(promise: Promise) -> Self {
        let mut lead = Lead::new();
        lead.sop.promises = vec![promise];
        let owner = |id: &str, manager: Option<&str>| Owner { id: id.into(), manager: manager.map(Into::into), ..Owner::default() };
        lead.sop.team = Team { owners: vec![owner("zhang", Some("li")), owner("wang", Some("zhao")), owner("li", None), owner("zhao", None)] };
        lead.sop.lifecycle.detours = vec![Detour { id: "disqualified".into(), title: String::new(), enter: None, back: None }];
        Self { lead, holds: Vec::new(), entered: Vec::new(), verdicts: Vec::new(), follow_ups: Vec::new(), qualified_by: None, done: BTreeSet::new() }
    }
    fn held(mut self, owner: &str, from: &str, until: Option<&str>) -> Self {
        let (from, until) = (self.lead.at(from), until.map(|t| self.lead.at(t)));
        self.holds.push(Hold { owner: owner.into(), from, until, told: false });
        self
    }
    fn entered(mut self, place: &str, at: &str) -> Self {
        self.entered.push((self.lead.at(at), place.into()));
        self
    }
    fn qualified(mut self, at: &str) -> Self {
        self.qualified_by = Some(self.lead.at(at));
        self
    }
    fn judged(mut self, by: &str, at: &str, reason: Option<&str>) -> Self {
        self.verdicts.push(Verdict { at: self.lead.at(at), owner: Some(by.into()), reason: reason.map(Into::into) });
        self
    }
    fn called(mut self, by: &str, at: &str, outcome: Outcome) -> Self {
        self.call(by, at, outcome);
        self
    }
    fn call(&mut self, by: &str, at: &str, outcome: Outcome) {
        self.follow_ups.push(FollowUp { at: self.lead.at(at), owner: Some(by.into()), outcome: Some(outcome) });
    }
    fn clocks(&self, as_of: &str) -> Clocks {
        let history =
            History { holds: &self.holds, entered: &self.entered, verdicts: &self.verdicts, follow_ups: &self.follow_ups, qualified_by: self.qualified_by };
        clocks(&self.lead.sop, &self.lead.facts(self.lead.at(as_of)), &history)
    }
    /// "zhang met", one per clock; the lead's own as "lead …".
    fn stand(&self, as_of: &str) -> Vec<String> {
        self.clocks(as_of).clocks.iter().map(|c| format!("{} {}", c.owner.as_deref().unwrap_or("lead"), c.status.name())).collect()
    }
    fn due(&self, as_of: &str) -> Vec<String> {
        let clocks = self.clocks(as_of);
        clocks.clocks.iter().map(|c| self.lead.shown(c.due_at)).collect()
    }
    fn until(&self, as_of: &str) -> String {
        self.lead.shown(self.clocks(as_of).until.0)
    }
    /// One tick: what is done about the clocks, recorded. "breached zhang, due 2026-… → li".
    fn tick(&mut self, as_of: &str, quiet_before: &str) -> Vec<String> {
        let sop = &self.lead.sop;
        let (now, quiet_before) = (self.lead.at(as_of), self.lead.at(quiet_before));
        let notice = Notice { team: &sop.team, calendar: &sop.calendar, last_owner: None, as_of: now, quiet_before };
        let actions = due_actions(&sop.promises, &self.clocks(as_of).clocks, &self.done, &notice);
        self.done.extend(actions.iter().map(Action::done));
        let whom = |a: &Action| if a.silent.is_some() { "silent".to_owned() } else { a.to.clone().unwrap_or_default() };
        actions.iter().map(|a| format!("{} {}, {} -> {}", a.kind.name(), a.owner.as_deref().unwrap_or(""), self.lead.shown(a.at), whom(a))).collect()
    }
}

const NEVER: &str = "2020-01-01 00:00";

#[test]
fn a_first_contact_is_promised_within_a_day_of_the_wall() {
    let mut told = Told::of(first_contact()).held("zhang", "2026-11-20 08:00", None).entered("sql", "2026-11-20 17:00");
    assert_eq!(told.due("2026-11-20 17:00"), ["2026-11-21 17:00"], "a Saturday");
    assert_eq!(told.stand("2026-11-21 17:00"), ["zhang running"], "at the deadline itself it is still kept");
    assert_eq!(told.stand("2026-11-21 17:01"), ["zhang breached"]);
    told.call("zhang", "2026-11-21 16:59", Outcome::NoAnswer);
    assert_eq!(told.stand("2026-11-21 17:01"), ["zhang met"]);
}

#[test]
fn four_business_hours_over_a_weekend_with_a_make_up_saturday() {
    // Friday 17:00: one hour that day, three on the Saturday that is worked.
    let told = Told::of(accept()).held("zhang", "2026-10-09 17:00", None);
    let clock = &told.clocks("2026-10-09 17:00").clocks[0];
    assert_eq!(told.lead.shown(clock.due_at), "2026-10-10 12:00");
    assert_eq!(clock.warn_at.map(|at| told.lead.shown(at)).as_deref(), Some("2026-10-10 11:00"));
    // Without it, Monday: 9 to 12.
    let mut told = told;
    told.lead.sop.calendar.workdays.clear();
    assert_eq!(told.due("2026-10-09 17:00"), ["2026-10-12 12:00"]);
}

#[test]
fn each_owner_has_a_clock_of_their_own() {
    let told = Told::of(accept()).held("zhang", "2026-11-23 09:00", Some("2026-11-23 10:00")).held("wang", "2026-11-23 10:00", None).judged(
        "wang",
        "2026-11-23 13:30",
        None,
    );
    assert_eq!(told.stand("2026-11-23 14:00"), ["zhang ended", "wang met"]);
    assert_eq!(told.due("2026-11-23 14:00"), ["2026-11-23 14:00", "2026-11-23 15:00"]);
    // An hour is not four: had zhang kept it past the deadline, that is a breach, and stays one.
    let late = Told::of(accept()).held("zhang", "2026-11-23 09:00", Some("2026-11-23 15:00")).held("wang", "2026-11-23 15:00", None);
    assert_eq!(late.stand("2026-11-23 16:00"), ["zhang breached", "wang running"]);
    assert!(!late.clocks("2026-11-23 16:00").clocks[0].is_open_breach(), "zhang can do nothing about it any more");
}

#[test]
fn a_rejection_answers_at_the_very_instant_at_which_it_takes_the_lead() {
    let reject = Told::of(accept()).held("zhang", "2026-11-23 09:00", Some("2026-11-23 11:00")).judged("zhang", "2026-11-23 11:00", Some("price"));
    assert_eq!(reject.stand("2026-11-23 12:00"), ["zhang met"]);
    let handed = Told::of(accept()).held("zhang", "2026-11-23 09:00", Some("2026-11-23 11:00")).held("wang", "2026-11-23 11:00", None).judged(
        "zhang",
        "2026-11-23 11:00",
        None,
    );
    assert_eq!(handed.stand("2026-11-23 12:00"), ["zhang met", "wang running"], "what zhang accepted, wang has not");
}

#[test]
fn what_a_file_says_about_owners_is_no_assignment() {
    let mut told = Told::of(accept()).held("zhang", "2026-11-23 09:00", None);
    told.holds[0].told = true;
    assert_eq!(told.stand("2026-11-25 09:00"), [""; 0]);
    // But whoever holds a lead when it enters a stage made the stage's promise.
    let mut told = Told::of(first_contact()).held("zhang", "2026-11-23 09:00", None).entered("sql", "2026-11-24 09:00");
    told.holds[0].told = true;
    assert_eq!(told.stand("2026-11-24 10:00"), ["zhang running"]);
}

#[test]
fn a_stages_clock_starts_anew_with_the_next_owner_until_somebody_answers() {
    let told = |called: Option<&str>| {
        let told = Told::of(first_contact())
            .held("zhang", "2026-11-20 09:00", Some("2026-11-23 15:00"))
            .held("wang", "2026-11-23 15:00", Some("2026-11-27 15:00"))
            .held("li", "2026-11-27 15:00", None)
            .entered("sql", "2026-11-23 09:00")
            .entered("opportunity", "2026-11-26 09:00");
        called.into_iter().fold(told, |told, at| told.called("zhang", at, Outcome::Connected))
    };
    assert_eq!(told(None).stand("2026-11-28 09:00"), ["zhang ended", "wang breached"], "li got it after that stage");
    assert_eq!(told(None).due("2026-11-28 09:00"), ["2026-11-24 09:00", "2026-11-24 15:00"]);
    assert_eq!(told(Some("2026-11-23 10:00")).stand("2026-11-28 09:00"), ["zhang met"], "the contact was made");
    assert_eq!(told(Some("2026-11-23 08:00")).stand("2026-11-28 09:00"), ["zhang ended", "wang breached"], "a call before it was due none");
    let waited = Told::of(first_contact()).entered("sql", "2026-11-20 09:00").held("zhang", "2026-11-23 15:00", None);
    assert_eq!(waited.due("2026-11-23 16:00"), ["2026-11-24 15:00"], "nobody could break it before somebody had it");
}

#[test]
fn each_stay_at_a_stage_is_promised_anew_and_passing_through_is_no_stay() {
    let again = Told::of(first_contact())
        .held("zhang", "2026-11-02 09:00", None)
        .entered("sql", "2026-11-02 09:00")
        .entered("mql", "2026-11-02 09:00")
        .entered("sql", "2026-11-02 09:00")
        .entered("prospect", "2026-11-10 09:00")
        .entered("sql", "2026-11-20 09:00");
    assert_eq!(again.due("2026-11-20 10:00"), ["2026-11-03 09:00", "2026-11-21 09:00"]);
    let soon = again.entered("prospect", "2026-11-20 12:00").entered("sql", "2026-11-20 15:00");
    assert_eq!(soon.due("2026-11-20 16:00"), ["2026-11-03 09:00", "2026-11-21 09:00"], "that clock still runs: nothing is promised twice");
}

#[test]
fn the_leads_clock_starts_at_the_act_that_qualified_it_and_never_again() {
    let told = |qualified: &str| {
        Told::of(first_contact())
            .qualified(qualified)
            .held("zhang", "2026-11-23 09:00", Some("2026-11-23 15:00"))
            .held("wang", "2026-11-23 15:00", None)
            .entered("sql", "2026-11-23 09:00")
            .called("wang", "2026-11-23 16:00", Outcome::NoAnswer)
    };
    assert_eq!(told("2026-11-22 20:00").stand("2026-11-25 09:00"), ["zhang ended", "wang met", "lead met"]);
    assert_eq!(told("2026-11-21 20:00").stand("2026-11-25 09:00"), ["zhang ended", "wang met", "lead met_late"]);
    let clocks = told("2026-11-21 20:00").clocks("2026-11-25 09:00").clocks;
    let lead = clocks.iter().find(|c| c.kind == ClockKind::Lead).expect("the lead's clock");
    assert_eq!(lead.answered_at.map(|at| at.0 - lead.started_at.0), Some(44 * 3600));
    assert_eq!(told("2026-11-22 20:00").stand("2026-11-23 08:59"), [""; 0], "it was not at that stage yet");
    let off = Told::of(accept()).qualified("2026-11-23 09:00").entered("disqualified", "2026-11-23 10:00");
    assert_eq!(off.stand("2026-11-25 09:00"), ["lead ended"], "a competitor is not to be answered");
    assert!(told("2026-11-20 09:00").tick("2026-11-25 09:00", NEVER).is_empty(), "it is measured, nobody is told");
}

#[test]
fn only_some_outcomes_are_an_answer() {
    let reached = promise("reached", Start::Assigned, vec![Answer::FollowUp(vec![Outcome::Connected, Outcome::Replied])], "3 business days");
    let told = Told::of(reached).held("zhang", "2026-11-23 10:00", None).called("zhang", "2026-11-24 10:00", Outcome::NoAnswer);
    assert_eq!(told.stand("2026-11-26 10:00"), ["zhang running"]);
    let told = told.called("zhang", "2026-11-26 10:00", Outcome::Replied);
    assert_eq!((told.stand("2026-11-26 10:00"), told.due("2026-11-26 10:00")), (vec!["zhang met".to_owned()], vec!["2026-11-26 10:00".to_owned()]));
}

#[test]
fn a_promise_is_for_the_leads_that_it_speaks_of() {
    let mut told = Told::of(accept()).held("zhang", "2026-11-23 09:00", None);
    told.lead.sop.promises[0].when = told.lead.when("band = 'hot'");
    assert_eq!(told.stand("2026-11-23 10:00"), [""; 0], "unknown is not hot");
    told.lead.set("band", Value::text("hot"));
    assert_eq!(told.stand("2026-11-23 10:00"), ["zhang running"]);
}

#[test]
fn what_lies_ahead_does_not_exist_and_is_waited_for() {
    let told = Told::of(accept()).held("zhang", "2026-11-23 09:00", Some("2026-11-23 13:50")).judged("zhang", "2026-11-23 10:30", None);
    assert_eq!((told.stand("2026-11-23 08:00"), told.until("2026-11-23 08:00")), (Vec::new(), "2026-11-23 09:00".into()));
    assert_eq!((told.stand("2026-11-23 10:00"), told.until("2026-11-23 10:00")), (vec!["zhang running".into()], "2026-11-23 10:30".into()));
    assert_eq!((told.stand("2026-11-23 10:30"), told.until("2026-11-23 10:30")), (vec!["zhang met".into()], "2026-11-23 13:50".into()));
    let alone = Told::of(accept()).held("zhang", "2026-11-23 09:00", None);
    assert_eq!(alone.until("2026-11-23 10:00"), "2026-11-23 12:00", "the warning");
    let due = alone.lead.at("2026-11-23 14:00");
    assert_eq!(alone.clocks("2026-11-23 13:00").until, Until(due.plus(1)), "a second after the deadline");
    assert_eq!(alone.clocks("2026-11-23 14:01").until, Until::NEVER);
}

#[test]
fn the_owner_is_warned_once_and_a_breach_told_once() {
    let mut told = Told::of(accept()).held("zhang", "2026-11-23 09:00", None);
    assert!(told.tick("2026-11-23 11:59", NEVER).is_empty());
    assert_eq!(told.tick("2026-11-23 12:10", NEVER), ["warned zhang, 2026-11-23 12:00 -> zhang"]);
    assert!(told.tick("2026-11-23 12:10", NEVER).is_empty(), "the same instant again");
    assert!(told.tick("2026-11-23 14:00", NEVER).is_empty());
    assert_eq!(told.tick("2026-11-23 14:30", NEVER), ["breached zhang, 2026-11-23 14:00 -> li"]);
    assert!(told.tick("2026-11-23 14:30", NEVER).is_empty() && told.tick("2026-11-30 09:00", NEVER).is_empty());
}

#[test]
fn a_tick_that_did_not_run_loses_nothing() {
    let mut told = Told::of(accept()).held("zhang", "2026-11-23 09:00", Some("2026-11-24 09:00")).judged("zhang", "2026-11-23 16:00", None);
    // Answered late by now: the breach is told all the same; a warning would be of no use to anyone.
    assert_eq!(told.tick("2026-11-25 09:00", NEVER), ["warned zhang, 2026-11-23 12:00 -> silent", "breached zhang, 2026-11-23 14:00 -> li"]);
    assert!(told.tick("2026-11-25 09:00", NEVER).is_empty());
}

#[test]
fn a_follow_up_that_is_imported_late_makes_a_breach_what_it_was() {
    let breached = || {
        let mut told = Told::of(first_contact()).held("zhang", "2026-11-23 09:00", None).entered("sql", "2026-11-23 09:00");
        assert_eq!(told.tick("2026-11-25 09:00", NEVER).len(), 2);
        told
    };
    let mut in_time = breached();
    in_time.call("zhang", "2026-11-23 15:00", Outcome::Connected);
    assert_eq!((in_time.stand("2026-11-25 09:00"), in_time.tick("2026-11-25 10:00", NEVER)), (vec!["zhang met".into()], Vec::new()));
    let mut late = breached();
    late.call("zhang", "2026-11-24 15:00", Outcome::Connected);
    assert_eq!((late.stand("2026-11-25 09:00"), late.tick("2026-11-25 10:00", NEVER)), (vec!["zhang met_late".into()], Vec::new()));
}

#[test]
fn a_first_tick_over_an_old_base_records_what_is_history_and_tells_nobody() {
    let mut told = Told::of(accept()).held("zhang", "2026-10-12 09:00", Some("2026-11-20 09:00")).held("wang", "2026-11-20 09:00", None);
    let quiet = quiet_before(told.lead.at("2026-11-23 09:00"), None);
    assert_eq!(told.lead.shown(quiet), "2026-11-16 09:00");
    assert_eq!(
        told.tick("2026-11-23 09:00", "2026-11-16 09:00"),
        [
            "warned zhang, 2026-10-12 12:00 -> silent",
            "breached zhang, 2026-10-12 14:00 -> silent",
            "warned wang, 2026-11-20 12:00 -> silent",
            "breached wang, 2026-11-20 14:00 -> zhao",
        ]
    );
    assert!(told.tick("2026-11-23 09:00", NEVER).is_empty(), "recorded is recorded");
}

#[test]
fn a_machine_that_stood_still_for_a_month_still_tells_of_all_that_it_missed() {
    let now = Instant(100 * 86_400);
    assert_eq!(quiet_before(now, Some(now.plus(-30 * 86_400))), now.plus(-30 * 86_400));
    assert_eq!(quiet_before(now, Some(now.plus(-1800))), now.plus(-7 * 86_400));
}

#[test]
fn a_promise_of_no_working_day_ever_is_never_due() {
    let mut told = Told::of(accept()).held("zhang", "2026-11-23 09:00", None);
    told.lead.sop.calendar.hours = Default::default();
    told.lead.sop.calendar.workdays.clear();
    assert_eq!(told.stand("2099-01-01 00:00"), ["zhang running"]);
    told.lead.sop.promises[0].within = Within::Wall(Duration(i64::MAX));
    assert_eq!(told.stand("2099-01-01 00:00"), ["zhang running"]);
}
