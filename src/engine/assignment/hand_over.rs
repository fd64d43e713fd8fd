//! A lead goes to an owner or into a queue: the one place where a standing changes hands.

use crate::model::{Change, Instant, LeadId, Standing, What};

/// Where a lead goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    /// To a colleague, by id.
    Owner(String),
    /// Into a queue, by id.
    Queue(String),
}

impl To {
    /// The owner's id.
    pub fn owner(&self) -> Option<&str> {
        if let Self::Owner(id) = self { Some(id) } else { None }
    }
    /// The queue's id.
    pub fn queue(&self) -> Option<&str> {
        if let Self::Queue(id) = self { Some(id) } else { None }
    }
}

/// Hands a lead over, and tells what changed: the owner, the queue, or both. Afterwards it has exactly one of the two.
pub fn hand_over(standing: &mut Standing, lead: LeadId, to: &To, at: Instant, why: &str) -> Vec<Change> {
    let (owner, queue) = (to.owner().map(str::to_owned), to.queue().map(str::to_owned));
    let mut changes = Vec::new();
    let mut tell = |what: What, from: &Option<String>, to: &Option<String>| {
        if from != to {
            changes.push(Change { lead, what, at, from: from.clone(), to: to.clone(), why: why.to_owned() });
        }
    };
    tell(What::Owner, &standing.owner, &owner);
    tell(What::Queue, &standing.queue, &queue);
    if standing.owner != owner {
        if standing.owner.is_some() {
            standing.last_owner.clone_from(&standing.owner);
        }
        standing.owner_at = owner.is_some().then_some(at);
        if owner.is_some() {
            standing.assigned_at = Some(at);
        }
        standing.owner = owner;
    }
    if standing.queue != queue {
        let last = if queue.is_some() { &queue } else { &standing.queue };
        standing.last_queue.clone_from(last);
        standing.queue_at = queue.is_some().then_some(at);
        standing.queue = queue;
    }
    changes
}
