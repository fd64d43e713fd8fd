//! A case's lead is handed over: the rules are asked with the desks that the case tells of, and the story says what each answered.

use super::{LEAD, Life};
use crate::engine::assignment::{Candidate, Desk, Desks, Kin, Trace, Tried, counts_as_held, deal, trace};
use crate::model::Instant;
use crate::run::tick::setting;
use std::collections::BTreeMap;

impl Life<'_> {
    /// Deals the lead as the only one of its day. False: it waits.
    pub(super) fn deal(&mut self, candidate: Candidate, at: Instant) -> bool {
        let (setting, desks, kin) = (setting(self.sop, at), self.desks(at), Kin::default());
        let candidates = [candidate];
        let dealt = deal(&setting, &candidates, &desks, &self.credits, &kin);
        if let Some(trace) = trace(&setting, &candidates, &desks, &self.credits, &kin, LEAD) {
            self.tell_trace(at, &trace);
        }
        self.credits.0.extend(dealt.credits.0);
        self.waits = dealt.unplaced.first().map(|u| u.why(&self.sop.assignment));
        if let Some(why) = self.waits.clone() {
            self.tell(at, "owner", self.standing.owner.clone(), None, format!("it waits: {why}"));
        }
        let Some(placement) = dealt.placements.first() else { return false };
        let mut after = self.standing.clone();
        let changes = placement.apply(&mut after, at);
        self.dealt = placement.rule.clone().map(|rule| (placement.round.clone(), rule));
        self.keep(after, at, &[], &changes);
        true
    }

    /// Each rule that was asked, and whom it could not give the lead.
    fn tell_trace(&mut self, at: Instant, trace: &Trace) {
        // Rules behind the one that took it were not asked.
        let asked = trace.tried.iter().rposition(|t| t.matched).map_or(trace.tried.len(), |last| last + 1);
        for Tried { rule, matched, by, barred, eligible } in trace.tried.iter().take(asked) {
            let name = |id: &String| self.sop.team.owner(id).map_or(id.as_str(), |o| o.name.as_str()).to_owned();
            let no: Vec<String> = barred.iter().map(|(id, bar)| format!("{} {bar}", name(id))).collect();
            let yes: Vec<String> = eligible.iter().map(|(id, numbers)| format!("{} ({numbers})", name(id))).collect();
            let why = match (matched, yes.is_empty(), no.is_empty()) {
                (false, ..) => self.why_unmatched(at, &trace.round, rule),
                (_, true, true) => "into the queue".to_owned(),
                (_, true, false) => format!("nobody: {}", no.join(", ")),
                (_, false, true) => format!("{} of {}", by.name(), yes.join(", ")),
                (_, false, false) => format!("{} of {}; not {}", by.name(), yes.join(", "), no.join(", ")),
            };
            self.tell(at, "rule", Some(trace.round.clone()), Some(rule.clone()), why);
        }
    }

    fn why_unmatched(&self, at: Instant, round: &str, rule: &str) -> String {
        let round = self.sop.assignment.rounds.iter().find(|r| r.name == round);
        let when = round.and_then(|r| r.rules.iter().find(|r| r.name == rule)).and_then(|r| r.when.as_ref());
        when.map_or_else(String::new, |when| self.with_state(at, |facts| when.explain(facts).summary()))
    }

    /// Everyone's desk: what the case says, and this lead.
    fn desks(&self, at: Instant) -> Desks {
        let mut desks: Desks = self.case.held.iter().map(|(id, held)| (id.clone(), Desk { held: *held, ..Desk::default() })).collect();
        if let Some(owner) = self.standing.owner.as_ref().filter(|_| counts_as_held(&self.sop.lifecycle, &self.standing)) {
            let desk = desks.entry(owner.clone()).or_default();
            desk.held = desk.held.saturating_add(1);
        }
        let today = self.sop.calendar.date(at);
        for hold in &self.holds {
            let desk = desks.entry(hold.owner.clone()).or_default();
            desk.today += u32::from(self.sop.calendar.date(hold.from) == today);
            desk.last = desk.last.max(Some(hold.from));
        }
        for contact in self.case.follow_ups.iter().filter(|f| f.at <= at) {
            let Some(owner) = contact.owner.as_ref().and_then(|told| self.sop.team.find(told)) else { continue };
            let desk = desks.entry(owner.id.clone()).or_default();
            desk.last = desk.last.max(Some(contact.at));
        }
        let mut open: BTreeMap<&str, u32> = BTreeMap::new();
        for owner in self.clocks.iter().filter(|c| c.is_open_breach()).filter_map(|c| c.owner.as_deref()) {
            *open.entry(owner).or_default() += 1;
        }
        for (owner, n) in open {
            desks.entry(owner.to_owned()).or_default().breached = n;
        }
        desks
    }
}
