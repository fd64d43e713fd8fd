//! What happened to a lead: deals, contacts, alerts, and the timeline of everything.

use crate::model::{DealStatus, Details, Event, Instant, KindId, LeadId, Verdict};
use crate::report::explain::{Contact, DealLine, Moment, Rang};
use crate::rules::Sop;
use crate::run::RunError;
use crate::run::import::value_text;
use crate::store::{ChangeRow, DealRow, FollowUpRow, ScanRow, Store};

/// Everything of one lead that has a date no later than the as-of.
pub(super) struct Past {
    pub(super) changes: Vec<ChangeRow>,
    contacts: Vec<(Instant, FollowUpRow)>,
    deals: Vec<DealRow>,
    stages: Vec<(Instant, String)>,
    as_of: Instant,
}

impl Past {
    pub(super) fn of(store: &Store, lead: LeadId, as_of: Instant) -> Result<Self, RunError> {
        let mut changes = store.changes(Some(lead), None, None)?;
        changes.retain(|c| c.at <= as_of);
        let contacts = store.follow_ups_of(lead)?.into_iter().filter(|(at, ..)| *at <= as_of).map(|(at, _, f)| (at, f)).collect();
        let mut deals = store.deal_rows_of(lead)?;
        deals.retain(|d| d.opened_at.or(d.closed_at).is_none_or(|at| at <= as_of));
        let mut stages = store.stages_of(lead)?;
        stages.retain(|(at, _)| *at <= as_of);
        Ok(Self { changes, contacts, deals, stages, as_of })
    }

    pub(super) fn deals(&self) -> Vec<DealLine> {
        let line = |d: &DealRow| DealLine {
            id: d.id.clone(),
            status: self.status(d).name(),
            amount: d.amount,
            kind: d.kind.clone(),
            product: d.product.clone(),
            owner: d.owner.clone(),
            opened_at: d.opened_at,
            closed_at: d.closed_at.filter(|at| *at <= self.as_of),
            reason: d.reason.clone(),
        };
        self.deals.iter().map(line).collect()
    }

    /// A deal that closes later is open yet.
    fn status(&self, d: &DealRow) -> DealStatus {
        if d.closed_at.is_some_and(|at| at > self.as_of) { DealStatus::Open } else { d.status }
    }

    pub(super) fn contacts(&self) -> Vec<Contact> {
        let line = |(at, f): &(Instant, FollowUpRow)| Contact {
            at: *at,
            owner: f.owner.clone(),
            ty: f.ty.clone(),
            outcome: f.outcome.map(|o| o.name()),
            next_at: f.next_at,
            note: Some([&f.note, &f.pain, &f.progress, &f.budget].into_iter().flatten().cloned().collect::<Vec<_>>().join(" · ")).filter(|t| !t.is_empty()),
        };
        self.contacts.iter().rev().map(line).collect()
    }

    /// The alerts about it, with why and the first contact since.
    pub(super) fn alerts(&self, store: &Store, lead: LeadId) -> Result<Vec<Rang>, RunError> {
        let mut all: Vec<Rang> = store
            .alerts(Some(lead))?
            .into_iter()
            .filter(|a| a.at <= self.as_of)
            .map(|a| Rang {
                why: self
                    .changes
                    .iter()
                    .find(|c| c.what == "alert" && c.at == a.at && c.to.as_deref() == Some(&*a.alert))
                    .map_or_else(String::new, |c| c.why.clone()),
                answered_at: self.contacts.iter().map(|(at, _)| *at).find(|at| *at > a.at),
                at: a.at,
                alert: a.alert,
                to: a.recipient,
            })
            .collect();
        all.reverse();
        Ok(all)
    }

    /// Newest first.
    pub(super) fn timeline(&self, sop: &Sop, row: &ScanRow, details: &Details) -> Vec<Moment> {
        let mut all: Vec<Moment> = row.events.iter().filter(|e| e.at <= self.as_of).map(|e| moment(sop, details, e)).collect();
        all.extend(self.changes.iter().map(|c| Moment {
            at: c.at,
            what: c.what.clone(),
            detail: format!("{} → {}", c.from.as_deref().unwrap_or("–"), c.to.as_deref().unwrap_or("–")),
            why: c.why.clone(),
        }));
        let moved = |at: Instant, to: Option<&str>| self.changes.iter().any(|c| c.what == "stage" && c.at == at && (to.is_none() || c.to.as_deref() == to));
        for (at, stage) in self.stages.iter().filter(|(at, stage)| !moved(*at, Some(stage))) {
            let why = if moved(*at, None) { "passed on the way" } else { "import (dated stages)" };
            all.push(Moment { at: *at, what: "stage".into(), detail: stage.clone(), why: why.into() });
        }
        let judged = |v: &Verdict| self.changes.iter().any(|c| c.what == "verdict" && c.at == v.at);
        for v in row.verdicts.iter().filter(|v| v.at <= self.as_of && !judged(v)) {
            let detail = v.reason.as_ref().map_or_else(|| "accepted".to_owned(), |r| format!("rejected: {r}"));
            all.push(Moment { at: v.at, what: "verdict".into(), detail, why: v.owner.clone().unwrap_or_default() });
        }
        for (at, f) in &self.contacts {
            let what = f.ty.as_ref().map_or_else(|| "follow_up".to_owned(), |ty| format!("follow_up {ty}"));
            let parts: Vec<&str> = [f.outcome.map(|o| o.name()), f.note.as_deref()].into_iter().flatten().collect();
            all.push(Moment { at: *at, what, detail: parts.join(" · "), why: f.owner.clone().unwrap_or_default() });
        }
        for d in &self.deals {
            let detail = [d.id.as_deref(), d.product.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
            let mut add = |at: Option<Instant>, what: &str| {
                all.extend(at.filter(|at| *at <= self.as_of).map(|at| Moment {
                    at,
                    what: what.into(),
                    detail: detail.clone(),
                    why: d.owner.clone().unwrap_or_default(),
                }));
            };
            add(d.opened_at, "deal opened");
            if d.status != DealStatus::Open {
                add(d.closed_at, &format!("deal {}", d.status.name()));
            }
        }
        all.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| (&a.what, &a.detail).cmp(&(&b.what, &b.detail))));
        all
    }
}

fn moment(sop: &Sop, details: &Details, event: &Event) -> Moment {
    let detail = details.of(event);
    let title = if detail.kind == KindId::OTHER { None } else { sop.dictionary.kind(detail.kind).map(|k| k.title.clone()) };
    let what = match title {
        Some(t) if t != *detail.kind_name => format!("{} {t}", detail.kind_name),
        _ => detail.kind_name.to_string(),
    };
    let parts: Vec<String> = detail.values.iter().filter_map(|v| value_text(v, &sop.dictionary.currency)).collect();
    Moment { at: event.at, what, detail: parts.join(" · "), why: String::new() }
}
