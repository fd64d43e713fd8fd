//! Where a lead stands and what the next step asks for, line by line.

use crate::condition::{Condition, Facts};
use crate::engine::events::last_event_at;
use crate::model::{Instant, Standing, Verdict};
use crate::report::explain::Stands;
use crate::rules::Sop;
use crate::rules::lifecycle::Means;
use crate::run::routing::who;
use crate::run::tick::{Warned, goes_back};
use crate::store::{ChangeRow, ScanRow};

/// What the lines are drawn from.
pub(super) struct Look<'a> {
    pub(super) sop: &'a Sop,
    pub(super) row: &'a ScanRow,
    pub(super) facts: &'a Facts<'a>,
    /// Of the lead, up to the as-of, oldest first.
    pub(super) changes: &'a [ChangeRow],
    /// By their queues.
    pub(super) warned: &'a Warned,
}

impl Look<'_> {
    pub(super) fn lines(&self) -> Vec<Stands> {
        let mut all = Vec::new();
        if !self.sop.lifecycle.stages.is_empty() {
            all.push(self.stage());
            all.extend(self.back());
            all.extend(self.next_stage());
            all.extend(self.leave());
            all.extend(self.spell());
            all.extend(self.requalification());
        }
        all.extend(self.owner());
        all.extend(self.queue());
        all.extend(self.reclaim());
        all
    }

    fn standing(&self) -> &Standing {
        &self.row.standing
    }

    fn told(&self, condition: &Condition) -> String {
        condition.explain(self.facts).summary()
    }

    /// The last recorded change of this kind to this value.
    fn recorded(&self, what: &str, to: &str) -> Option<&ChangeRow> {
        self.changes.iter().rev().find(|c| c.what == what && c.to.as_deref() == Some(to))
    }

    /// A place of the line or beside it, with its title.
    fn titled(&self, id: &str) -> String {
        let lifecycle = &self.sop.lifecycle;
        let stage = lifecycle.stages.iter().find(|s| s.id == id).map(|s| &s.title);
        match stage.or_else(|| lifecycle.detour(id).map(|d| &d.title)).filter(|t| !t.is_empty() && *t != id) {
            Some(title) => format!("{id} {title}"),
            None => id.to_owned(),
        }
    }

    fn stage(&self) -> Stands {
        let (value, why) = match &self.standing().stage {
            None => {
                let first = self.sop.lifecycle.stages.first().map_or("", |s| s.id.as_str());
                (self.titled(first), "every lead begins here; `sop tick` moves it on".to_owned())
            }
            Some(id) => {
                let known = self.sop.lifecycle.place(id).is_some() || self.sop.lifecycle.detour(id).is_some();
                let why = match self.recorded("stage", id) {
                    Some(change) => change.why.clone(),
                    None if !known => "as the import told; lifecycle.yaml knows no such stage".to_owned(),
                    None if self.sop.lifecycle.place(id) == Some(0) => "every lead begins here".to_owned(),
                    None => "as the import told".to_owned(),
                };
                (self.titled(id), why)
            }
        };
        Stands { what: "stage", value, at: self.standing().stage_at, why }
    }

    fn back(&self) -> Option<Stands> {
        let (at, to) = self.standing().back.as_ref()?;
        Some(Stands { what: "back", value: self.titled(to), at: Some(*at), why: "its time beside the line is over then".to_owned() })
    }

    /// What the next stage that leads can enter on their own asks for.
    fn next_stage(&self) -> Option<Stands> {
        let lifecycle = &self.sop.lifecycle;
        let place = match &self.standing().stage {
            None => 0,
            Some(id) => lifecycle.place(id)?,
        };
        let (stage, enter) = lifecycle.stages.iter().skip(place + 1).find_map(|s| Some((s, s.enter.as_ref()?)))?;
        let mut why = self.told(enter);
        if stage.means == Some(Means::Mql)
            && let Some((since, false)) = self.bar()
        {
            why = format!("asks for an act of its own after {}; {why}", self.local(since));
        } else if enter.explain(self.facts).outcome() == Some(true) {
            why.push_str(": `sop tick` moves it");
        }
        Some(Stands { what: "next_stage", value: self.titled(&stage.id), at: None, why })
    }

    fn leave(&self) -> Option<Stands> {
        let lifecycle = &self.sop.lifecycle;
        let place = lifecycle.place(self.standing().stage.as_deref()?)?;
        let leave = lifecycle.stages.get(place)?.leave.as_ref()?;
        let before = lifecycle.stages.get(place.checked_sub(1)?)?;
        let to = self.standing().came_from.as_deref().unwrap_or(&before.id);
        let why = match &self.standing().owner {
            Some(_) => format!("not while somebody holds it; {}", self.told(leave)),
            None => self.told(leave),
        };
        Some(Stands { what: "leave", value: self.titled(to), at: None, why })
    }

    fn spell(&self) -> Option<Stands> {
        let s = self.standing();
        let (value, at) = match (s.rejected_at, s.accepted_at, s.assigned_at) {
            (Some(at), ..) => ("rejected", at),
            (_, Some(at), _) => ("accepted", at),
            (.., Some(at)) => ("assigned", at),
            _ => return None,
        };
        let reason = |v: &Verdict| {
            let id = v.reason.as_deref().unwrap_or_default();
            self.sop.lifecycle.reason(id).map_or_else(|| id.to_owned(), |r| format!("{} ({id})", r.title))
        };
        let mut parts = Vec::new();
        if value == "rejected" {
            parts.extend(self.row.verdicts.iter().rev().find(|v| v.reason.is_some() && v.at == at).map(reason));
        }
        if !s.rounds.is_empty() {
            parts.push(format!("passed: {}", s.rounds.join(", ")));
        }
        Some(Stands { what: "spell", value: value.to_owned(), at: Some(at), why: parts.join("; ") })
    }

    /// Since when an act of its own is asked for, and whether there was one.
    fn bar(&self) -> Option<(Instant, bool)> {
        let since = self.standing().barred_at.filter(|_| !self.sop.lifecycle.requalify_any)?;
        let acted = last_event_at(self.facts.events, self.facts.details, self.facts.as_of);
        Some((since, acted.is_some_and(|at| at > since)))
    }

    fn requalification(&self) -> Option<Stands> {
        let (since, met) = self.bar()?;
        let mql = self.sop.lifecycle.meaning(Means::Mql).and_then(|place| self.sop.lifecycle.stages.get(place))?;
        let acted = last_event_at(self.facts.events, self.facts.details, self.facts.as_of);
        let last = acted.map_or_else(|| "it never did anything".to_owned(), |at| format!("its last act was at {}", self.local(at)));
        let why = format!("`{}` asks for an act later than the reject, return or loss; {last}", mql.id);
        Some(Stands { what: "requalification", value: if met { "met" } else { "barred" }.to_owned(), at: Some(since), why })
    }

    fn owner(&self) -> Option<Stands> {
        let s = self.standing();
        let Some(owner) = &s.owner else {
            let last = s.last_owner.as_ref().map(|o| format!("{} had it last", who(&self.sop.team, o)));
            return last.map(|why| Stands { what: "owner", value: "nobody".to_owned(), at: None, why });
        };
        let elsewhere = self.sop.team.find(owner).is_none() && !self.sop.team.owners.is_empty();
        let mut why = self.recorded("owner", owner).map_or_else(|| "as the import told".to_owned(), |c| c.why.clone());
        if elsewhere {
            why.push_str("; held elsewhere: team.yaml knows nobody of that name, so it is never dealt");
        }
        Some(Stands { what: "owner", value: who(&self.sop.team, owner), at: s.owner_at, why })
    }

    fn queue(&self) -> Option<Stands> {
        let s = self.standing();
        let queue = s.queue.as_ref()?;
        let title = self.sop.assignment.queue(queue).map(|q| q.title.as_str()).filter(|t| !t.is_empty() && t != queue);
        let value = title.map_or_else(|| queue.clone(), |t| format!("{queue} {t}"));
        Some(Stands { what: "queue", value, at: s.queue_at, why: self.recorded("queue", queue).map_or_else(String::new, |c| c.why.clone()) })
    }

    fn reclaim(&self) -> Option<Stands> {
        let due = goes_back(self.sop, self.row, self.standing(), self.facts.as_of, self.warned)?;
        let warned = due.warn_at.map(|at| format!("; the owner is warned from {} on", self.local(at))).unwrap_or_default();
        let why = format!("{} since {}{warned}", due.limit.name(), self.local(due.since));
        Some(Stands { what: "reclaim", value: due.queue, at: Some(due.due_at), why })
    }

    fn local(&self, at: Instant) -> String {
        self.facts.calendar.local(at).format("%Y-%m-%d %H:%M").to_string()
    }
}
