//! Owners take leads out of a queue, and give them back.

use super::{go_back, home};
use crate::engine::assignment::{Desk, Setting, To, hand_over, of_owner};
use crate::model::{Change, Instant, LeadId, Standing};
use crate::rules::assignment::{Assignment, Queue};
use crate::rules::team::Owner;
use chrono::NaiveDate;

/// Who claims, and what limits depend on.
#[derive(Clone, Copy)]
pub struct Claiming<'a> {
    /// From which queue.
    pub queue: &'a Queue,
    /// Who.
    pub owner: &'a Owner,
    /// Their desk.
    pub desk: &'a Desk,
    /// Leads that they claimed from this queue on the present calendar day of the zone.
    pub today: u32,
    /// By whom (id) and when this lead was returned, or lost to a queue.
    pub lost: &'a [(String, Instant)],
}

/// Why a lead cannot be claimed or returned. The text is for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not there.
    #[error("the lead is not in the queue `{queue}`: {place}")]
    NotInQueue {
        /// The queue that was named.
        queue: String,
        /// Where it is.
        place: String,
    },
    /// The queue has no `claim`.
    #[error("nobody may claim from `{queue}`: it has no `claim` in assignment.yaml")]
    Closed {
        /// The queue.
        queue: String,
    },
    /// `who` does not hold.
    #[error("{owner} may not claim from `{queue}`: only owners with {who}")]
    NotAllowed {
        /// Who.
        owner: String,
        /// The queue.
        queue: String,
        /// The condition as written.
        who: String,
    },
    /// Away.
    #[error("{owner} is on leave until {until}")]
    OnLeave {
        /// Who.
        owner: String,
        /// The last day of it.
        until: NaiveDate,
    },
    /// `cooldown`
    #[error("{owner} had this lead and may claim it again from {}", again.rfc3339())]
    Cooldown {
        /// Who.
        owner: String,
        /// The first instant at which they may.
        again: Instant,
    },
    /// `per_day`
    #[error("{owner} claimed {today} of {per_day} leads today")]
    PerDay {
        /// Who.
        owner: String,
        /// So far.
        today: u32,
        /// At most.
        per_day: u32,
    },
    /// `max_held`
    #[error("{owner} holds {held} leads; `{queue}` lets claim up to {max_held}")]
    MaxHeld {
        /// Who.
        owner: String,
        /// The queue.
        queue: String,
        /// Leads held before customer.
        held: u32,
        /// At most.
        max_held: u32,
    },
    /// Only what one holds can be returned.
    #[error("{owner} cannot return a lead that is not theirs: {place}")]
    NotTheirs {
        /// Who.
        owner: String,
        /// Where it is.
        place: String,
    },
    /// Nowhere to return it to.
    #[error("there is no queue to return it to; declare one under `queues:` in assignment.yaml")]
    NoQueue,
}

/// Gives a lead of a queue to an owner. Refused at the first limit that is reached; then nothing has changed.
pub fn claim(setting: &Setting<'_>, standing: &mut Standing, lead: LeadId, claiming: &Claiming<'_>) -> Result<Vec<Change>, Refusal> {
    let Claiming { queue, owner, desk, today, lost } = *claiming;
    let (name, id) = (|| owner.name.clone(), || queue.id.clone());
    if standing.queue.as_deref() != Some(queue.id.as_str()) {
        return Err(Refusal::NotInQueue { queue: id(), place: place_of(standing) });
    }
    let Some(rules) = &queue.claim else { return Err(Refusal::Closed { queue: id() }) };
    if let Some(who) = rules.who.as_ref().filter(|who| !of_owner(who, setting, owner, desk)) {
        return Err(Refusal::NotAllowed { owner: name(), queue: id(), who: who.text().to_owned() });
    }
    let day = setting.calendar.date(setting.as_of);
    if let Some(until) = owner.away.iter().filter(|(first, last)| *first <= day && day <= *last).map(|(_, last)| *last).max() {
        return Err(Refusal::OnLeave { owner: name(), until });
    }
    let last_had = lost.iter().filter(|(id, at)| *id == owner.id && *at <= setting.as_of).map(|(_, at)| *at).max();
    if let Some(again) = last_had.zip(rules.cooldown).map(|(at, cooldown)| at.plus(cooldown.0)).filter(|again| *again > setting.as_of) {
        return Err(Refusal::Cooldown { owner: name(), again });
    }
    if let Some(per_day) = rules.per_day.filter(|most| today >= *most) {
        return Err(Refusal::PerDay { owner: name(), today, per_day });
    }
    if let Some(max_held) = rules.max_held.filter(|most| desk.held >= *most) {
        return Err(Refusal::MaxHeld { owner: name(), queue: id(), held: desk.held, max_held });
    }
    Ok(hand_over(standing, lead, &To::Owner(owner.id.clone()), setting.as_of, &format!("queue {}: claimed", queue.id)))
}

/// An owner gives a lead back, to the queue that it came from. `by`: only if they hold it; `None`: whoever does.
pub fn return_lead(
    assignment: &Assignment,
    standing: &mut Standing,
    lead: LeadId,
    by: Option<&str>,
    at: Instant,
    reason: &str,
) -> Result<Vec<Change>, Refusal> {
    if standing.owner.is_none() || by.is_some_and(|by| standing.owner.as_deref() != Some(by)) {
        return Err(Refusal::NotTheirs { owner: by.unwrap_or("nobody").to_owned(), place: place_of(standing) });
    }
    let queue = home(assignment, standing).ok_or(Refusal::NoQueue)?;
    standing.barred_at = standing.barred_at.max(Some(at));
    Ok(go_back(standing, lead, &queue.id, at, &format!("queue {}: returned: {reason}", queue.id)))
}

/// Where a lead is, for people.
fn place_of(standing: &Standing) -> String {
    match (&standing.owner, &standing.queue) {
        (Some(owner), _) => format!("{owner} holds it"),
        (None, Some(queue)) => format!("it is in `{queue}`"),
        (None, None) => "nobody holds it, and it is in no queue".to_owned(),
    }
}
