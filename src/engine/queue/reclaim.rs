//! When a queue takes a lead back from whoever neglects it, and when they are warned.

use super::{go_back, home};
use crate::engine::assignment::counts_as_held;
use crate::model::{Change, Deal, DealStatus, FollowUp, Instant, LeadId, Standing, Within};
use crate::rules::assignment::Assignment;
use crate::rules::lifecycle::Lifecycle;
use crate::rules::team::Team;

/// The arithmetic of working time.
#[derive(Clone, Copy)]
pub struct Clock<'a> {
    /// So long after an instant.
    pub add: &'a dyn Fn(Instant, &Within) -> Instant,
    /// So long before an instant.
    pub before: &'a dyn Fn(Instant, &Within) -> Instant,
}

/// A lead that somebody holds, and what was done with it. What is later than `as_of` does not exist.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    /// Where it stands.
    pub standing: &'a Standing,
    /// Of anyone, in any order.
    pub follow_ups: &'a [FollowUp],
    /// Its deals.
    pub deals: &'a [Deal],
    /// The instant that is reasoned about.
    pub as_of: Instant,
}

/// Which limit of a queue runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// Not followed up.
    NoFollowUp,
    /// No deal opened.
    NoDeal,
    /// None won.
    Protect,
}

impl Limit {
    /// Its name in YAML.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoFollowUp => "no_follow_up",
            Self::NoDeal => "no_deal",
            Self::Protect => "protect",
        }
    }
}

/// The first limit of a lead to run out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Where the lead goes.
    pub queue: String,
    /// Which limit.
    pub limit: Limit,
    /// What it runs from: the hand-over, or the last follow-up since.
    pub since: Instant,
    /// From this instant on the lead is taken back.
    pub due_at: Instant,
    /// From this instant on the owner is warned; never before `since`.
    pub warn_at: Option<Instant>,
    /// How long after the warning the lead may still be kept, where the queue warns.
    pub warn: Option<Within>,
    /// The warning came when the limit was over already: what is told here runs from it.
    pub late: bool,
}

impl Due {
    /// For the changes table.
    pub fn why(&self) -> String {
        let late = if self.late { ", after a warning that came late" } else { "" };
        format!("queue {}: reclaimed: {}{late}", self.queue, self.limit.name())
    }

    /// The same, once it is known when the owner was warned. Nobody loses a lead unwarned: a warning that could not go out in
    /// time (no tick ran) goes out now, and leaves as much time as it would have left then.
    #[must_use]
    pub fn warned(self, at: Option<Instant>, as_of: Instant, clock: &Clock<'_>) -> Self {
        let Some(warn) = &self.warn else { return self };
        let told = match at {
            Some(at) if at >= self.due_at && at <= as_of => at,
            None if self.due_at <= as_of => as_of,
            _ => return self,
        };
        Self { due_at: (clock.add)(told, warn), warn_at: Some(told), late: true, ..self }
    }
}

/// When a lead goes back unless somebody does something; `None`: never. May be in the past.
pub fn reclaim_due(assignment: &Assignment, lifecycle: &Lifecycle, team: &Team, held: &Held<'_>, clock: &Clock<'_>) -> Option<Due> {
    let Held { standing, as_of, .. } = *held;
    let owner_at = standing.owner_at?;
    team.find(standing.owner.as_deref()?)?; // held elsewhere: not ours to take
    if !counts_as_held(lifecycle, standing) {
        return None;
    }
    let queue = home(assignment, standing)?;
    let reclaim = &queue.reclaim;
    let touched = held.follow_ups.iter().map(|f| f.at).filter(|at| *at <= as_of).max().map_or(owner_at, |at| at.max(owner_at));
    let protect = queue.protect.map(Within::Wall).filter(|_| !held.deals.iter().any(|deal| is_won(deal, as_of)));
    let no_deal = reclaim.no_deal.filter(|_| !held.deals.iter().any(|deal| is_opened(deal, owner_at, as_of)));
    // A file that says who holds a lead says nothing of what they did: a contact is asked of leads that were handed over here, or
    // whose contacts are known at all.
    let asked = standing.assigned_at.is_some() || held.follow_ups.iter().any(|f| f.at <= as_of);
    let limits =
        [(Limit::NoFollowUp, reclaim.no_follow_up.filter(|_| asked), touched), (Limit::NoDeal, no_deal, owner_at), (Limit::Protect, protect, owner_at)];
    let dues = limits.into_iter().filter_map(|(limit, within, since)| Some(((clock.add)(since, &within?), limit, since)));
    let (due_at, limit, since) = dues.min()?;
    let warn_at = reclaim.warn.map(|warn| (clock.before)(due_at, &warn).max(since));
    Some(Due { queue: queue.id.clone(), limit, since, due_at, warn_at, warn: reclaim.warn, late: false })
}

/// Takes a lead back.
pub fn reclaim(standing: &mut Standing, lead: LeadId, due: &Due, at: Instant) -> Vec<Change> {
    go_back(standing, lead, &due.queue, at, &due.why())
}

/// A deal that exists: opened by now, or closed by now, whatever the file says of its opening.
fn exists(deal: &Deal, as_of: Instant) -> bool {
    deal.opened_at.is_none_or(|at| at <= as_of) || deal.closed_at.is_some_and(|at| at <= as_of)
}

fn is_won(deal: &Deal, as_of: Instant) -> bool {
    deal.status.wins(deal.amount) && exists(deal, as_of) && deal.closed_at.is_none_or(|at| at <= as_of)
}

/// Opened since the owner has the lead (undated ones count), or open now whoever opened it.
fn is_opened(deal: &Deal, since: Instant, as_of: Instant) -> bool {
    let is_open = deal.status == DealStatus::Open || deal.closed_at.is_some_and(|at| at > as_of);
    exists(deal, as_of) && (is_open || deal.opened_at.is_none_or(|at| at >= since))
}
