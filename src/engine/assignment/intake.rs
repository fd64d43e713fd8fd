//! Taking up: which round a lead is in now, and which of its rules match it.

use super::desk::counts_as_held;
use super::kin::{Kinship, kinships};
use super::roster::Roster;
use crate::condition::{Condition, Facts};
use crate::model::{Instant, Key, LeadId, Standing, Until};
use crate::rules::assignment::{Assignment, Target};
use crate::rules::lifecycle::Lifecycle;
use crate::rules::team::Team;

/// A lead that a round took up. Small, for there may be hundreds of thousands at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which lead.
    pub lead: LeadId,
    /// Breaks ties, so that the order of rows does not.
    pub key: Key,
    /// Higher ones are dealt first.
    pub score: i64,
    /// Then older ones.
    pub created_at: Instant,
    /// Who holds it now (the SDR of a hand-over to sales), by id.
    pub owner: Option<Box<str>>,
    /// Whether it weighs on the capacity of whoever holds it.
    pub counts: bool,
    /// Place in [`Assignment::rounds`].
    pub round: u16,
    /// Places of the rules that match, in order, up to the first that leads into a queue.
    pub rules: Box<[u16]>,
    /// What it shares with siblings.
    pub kin: Box<[Kinship]>,
}

/// Takes up many leads by the same rules.
pub struct Intake<'a> {
    pub(super) assignment: &'a Assignment,
    lifecycle: &'a Lifecycle,
    pub(super) roster: Roster<'a>,
    /// By round: somebody of the team is of its roles.
    pub(super) manned: Vec<bool>,
}

impl<'a> Intake<'a> {
    /// Looks up once who is there.
    pub fn new(assignment: &'a Assignment, team: &'a Team, lifecycle: &'a Lifecycle) -> Self {
        let of_role = |role: &String| team.owners.iter().any(|o| o.role == *role);
        let manned = assignment.rounds.iter().map(|r| if r.roles.is_empty() { !team.owners.is_empty() } else { r.roles.iter().any(of_role) }).collect();
        Self { assignment, lifecycle, roster: Roster::new(team), manned }
    }

    /// The first round that the lead has not passed in this spell, that somebody of the team is of the roles of, and whose `when` holds.
    /// The facts carry the values of the state names for `standing`. Leads in a queue and leads held elsewhere are never taken up.
    ///
    /// The `Until` is that of the conditions asked. A lead that is taken up and not placed is to be asked again at the next tick.
    pub fn take_up(&self, lead: LeadId, key: Key, score: i64, facts: &Facts<'_>, standing: &Standing) -> (Option<Candidate>, Until) {
        let mut until = Until::NEVER;
        let owner = standing.owner.as_deref().map(|text| self.roster.holder(text));
        if standing.queue.is_some() || owner == Some(None) {
            return (None, until);
        }
        let mut holds = |condition: &Condition| {
            let (value, at) = condition.test(facts);
            until = until.and(at);
            value == Some(true)
        };
        let open = self.assignment.rounds.iter().zip(&self.manned).zip(0_u16..).filter(|((_, manned), _)| **manned).map(|((r, _), i)| (i, r));
        let taken = open.filter(|(_, round)| !standing.rounds.contains(&round.name)).find(|(_, round)| holds(&round.when));
        let Some((place, round)) = taken else { return (None, until) };
        let mut rules = Vec::new();
        for (rule, i) in round.rules.iter().zip(0_u16..) {
            if rule.when.as_ref().is_none_or(&mut holds) {
                rules.push(i);
                if matches!(rule.to, Target::Queue(_)) {
                    break; // a queue takes every lead
                }
            }
        }
        let kin = self.assignment.keep_together.as_ref().map(|keep| kinships(keep, facts.dictionary, facts.lead)).unwrap_or_default();
        let candidate = Candidate {
            lead,
            key,
            score,
            created_at: facts.created_at,
            owner: owner.flatten().map(|i| self.roster.id(i).into()),
            counts: counts_as_held(self.lifecycle, standing),
            round: place,
            rules: rules.into(),
            kin: kin.into(),
        };
        (Some(candidate), until)
    }
}
