//! Why a round takes a lead up, or why none does: [`Intake::take_up`] told for people.

use super::intake::Intake;
use crate::condition::Facts;
use crate::model::Standing;

/// What the rounds made of a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asking {
    /// It waits in this queue and leaves it by a claim or by hand.
    InQueue(String),
    /// Somebody has it whom the team does not know: it is not ours to deal.
    HeldElsewhere(String),
    /// Every round, in order.
    Rounds(Vec<RoundAsked>),
}

/// One round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundAsked {
    /// Its name.
    pub round: String,
    /// What it said.
    pub asked: Asked,
    /// Of the round that takes the lead up: its rules with whether they match, and why.
    pub rules: Vec<(String, bool, String)>,
}

/// What one round said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The lead has passed it in this spell.
    Passed,
    /// Nobody of the team is of its roles.
    Unmanned(Vec<String>),
    /// Its `when` does not hold, with the values seen.
    No(String),
    /// It takes the lead up, with the values seen.
    Takes(String),
    /// An earlier one takes the lead up.
    Later,
}

impl Intake<'_> {
    /// Asks every round for its reasons. The facts are those of [`Intake::take_up`], and so is the round that takes the lead up.
    pub fn ask(&self, facts: &Facts<'_>, standing: &Standing) -> Asking {
        if let Some(queue) = &standing.queue {
            return Asking::InQueue(queue.clone());
        }
        if let Some(owner) = standing.owner.as_ref().filter(|owner| self.roster.holder(owner).is_none()) {
            return Asking::HeldElsewhere(owner.clone());
        }
        let mut taken = false;
        let rounds = self.assignment.rounds.iter().zip(&self.manned).map(|(round, manned)| {
            let asked = if taken {
                Asked::Later
            } else if standing.rounds.contains(&round.name) {
                Asked::Passed
            } else if !manned {
                Asked::Unmanned(round.roles.clone())
            } else {
                let told = round.when.explain(facts);
                taken = told.outcome() == Some(true);
                if taken { Asked::Takes(told.summary()) } else { Asked::No(told.summary()) }
            };
            let mut rules = Vec::new();
            if let Asked::Takes(_) = &asked {
                rules.extend(round.rules.iter().map(|rule| match &rule.when {
                    None => (rule.name.clone(), true, "takes every lead".to_owned()),
                    Some(when) => {
                        let told = when.explain(facts);
                        (rule.name.clone(), told.outcome() == Some(true), told.summary())
                    }
                }));
            }
            RoundAsked { round: round.name.clone(), asked, rules }
        });
        Asking::Rounds(rounds.collect())
    }
}
