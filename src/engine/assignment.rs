//! Who gets which lead: leads are taken up by rounds one by one, then dealt together. Pure: desks, credits and siblings in,
//! placements out.
//!
//! ```text
//! lead ──Intake::take_up──▶ Candidate ─┐
//! owners' Desks, Credits, Kin ─────────┴─deal──▶ Dealt { placements, unplaced, credits } ──Placement::apply──▶ Standing, changes
//! ```
//!
//! Laws, whatever the order in which candidates come: the same inputs give the same owners; a lead gets at most one owner;
//! nobody gets more than `capacity` or `per_day` or while on leave; a deal with nothing to place changes no credit.
//!
//! **Order.** Highest score first, then oldest, then key. Each lead: first whoever holds a sibling (`keep_together`: the one who
//! got one last, ties by id), who must be of a role that the round may deal to and have room; `pass_over`, `to:` and the turns are
//! not asked. Then the rules in order: of the roles, of `to:`, less those on leave, full, at `per_day`, or passed over, and
//! less whoever holds the lead now. Nobody left: the next rule that matches. No rule left: the lead waits.
//!
//! **Turns** (`by:`) are kept per (round, rule), ties go by owner id:
//! - `round_robin`: the next id after the one who got the last lead. While the same owners are eligible, their numbers differ
//!   by at most 1.
//! - `weighted`: stride scheduling (Waldspurger and Weihl, *Stride Scheduling: Deterministic Proportional-Share Resource Management*,
//!   MIT/LCS/TM-528, 1995): everyone's turns come at equal distances, those of weight 2 twice as often, and whoever's is due next
//!   gets the lead. Credits are kept in parts of one lead, so that they mean the same whoever is eligible: each lead is owed in
//!   shares by those who could have had it (the fair share of Fagin and Williams, *A fair carpool scheduling algorithm*, IBM J. Res.
//!   Dev. 27, 1983). Owners who are not eligible neither grow nor pay. A newcomer starts at the mean of the others.
//!   While the same owners are eligible, as many leads in a row as their weights sum up to give everyone exactly their weight, from
//!   the first lead on, whatever went before; so in any stretch of N leads `|n / weight − N / sum|` is at most 1. For that, who
//!   comes back out of step (owed or owing more than a turn beside the others) is brought into step, and the rest is forgotten.
//! - `least_loaded`: smallest (held + 1) / weight.
//! - `longest_idle`: whose last follow-up or assignment is longest ago; never comes first. Leads of the same deal count in their order.
//!
//! A turn given back ([`give_back`]) is served before all others and outside of the count; under `least_loaded` there are none,
//! for a lead that was given back weighs on nobody.

mod asked;
mod deal;
mod desk;
mod hand_over;
mod intake;
mod kin;
mod pool;
mod roster;
mod table;
mod trace;
mod turns;

pub use asked::{Asked, Asking, RoundAsked};
pub use deal::{Dealt, Placement, Unplaced, deal, trace};
pub use desk::{Desk, Desks, counts_as_held};
pub use hand_over::{To, hand_over};
pub use intake::{Candidate, Intake};
pub use kin::{Kin, Kinship, kinships};
pub use pool::Nobody;
pub use trace::{Bar, SiblingTrace, Trace, Tried};
pub use turns::{Credits, Turn, give_back};

pub use pool::asks_the_clock;

pub(super) use desk::of_owner;

use crate::model::{Calendar, Dictionary, Instant};
use crate::rules::assignment::Assignment;
use crate::rules::team::Team;

/// What dealing and claiming go by, beside desks and credits.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// assignment.yaml.
    pub assignment: &'a Assignment,
    /// team.yaml.
    pub team: &'a Team,
    /// What the conditions on owners were compiled against.
    pub dictionary: &'a Dictionary,
    /// Which day it is.
    pub calendar: &'a Calendar,
    /// The instant that is reasoned about.
    pub as_of: Instant,
}
