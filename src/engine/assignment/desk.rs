//! What an owner has on the desk: what capacity, turns and conditions on owners are decided by.

use super::Setting;
use super::roster::{Owners, Roster};
use crate::condition::Condition;
use crate::engine::state::owner_values;
use crate::model::{Instant, Standing};
use crate::rules::lifecycle::{Lifecycle, Means};
use crate::rules::team::Owner;
use std::collections::BTreeMap;

/// One owner's desk as of an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// Leads held before customer ([`counts_as_held`]).
    pub held: u32,
    /// Leads got by assignment on the present calendar day of the zone.
    pub today: u32,
    /// The later of last follow-up and last assignment.
    pub last: Option<Instant>,
    /// Open breached promises.
    pub breached: u32,
}

/// By owner id. Who is not in it has an empty desk.
pub type Desks = BTreeMap<String, Desk>;

/// Whether a lead that someone holds weighs on their capacity, and may be reclaimed: it is on the line, and not yet at the
/// stage that means customer. (Detours are beside the line: a lost lead fills nobody's desk.)
pub fn counts_as_held(lifecycle: &Lifecycle, standing: &Standing) -> bool {
    let Some(stage) = standing.stage.as_deref() else { return true };
    if lifecycle.detour(stage).is_some() {
        return false;
    }
    match (lifecycle.place(stage), lifecycle.meaning(Means::Customer)) {
        (Some(here), Some(customer)) => here < customer,
        _ => true,
    }
}

/// Whether a condition on owners holds for one; unknown does not hold.
pub(in crate::engine) fn of_owner(condition: &Condition, setting: &Setting<'_>, owner: &Owner, desk: &Desk) -> bool {
    let state = owner_values(owner, i64::from(desk.held), i64::from(desk.breached));
    condition.test_owner(&state, setting.as_of, setting.dictionary, setting.calendar).0 == Some(true)
}

/// All desks while leads are dealt, and who has no room. By place in the roster.
pub(super) struct Seats {
    pub(super) desks: Vec<Desk>,
    /// Within this deal: the number of the last lead that they got; 0 = none.
    pub(super) latest: Vec<u32>,
    pub(super) away: Owners,
    pub(super) full: Owners,
    pub(super) day_full: Owners,
    /// Whose desk changed, in order: conditions on `held` are asked again.
    pub(super) log: Vec<usize>,
    dealt: u32,
    as_of: Instant,
}

impl Seats {
    pub(super) fn new(setting: &Setting<'_>, roster: &Roster<'_>, desks: &Desks) -> Self {
        let today = setting.calendar.date(setting.as_of);
        let mut seats = Self {
            desks: vec![Desk::default(); roster.len()],
            latest: vec![0; roster.len()],
            away: Owners::default(),
            full: Owners::default(),
            day_full: Owners::default(),
            log: Vec::new(),
            dealt: 0,
            as_of: setting.as_of,
        };
        for (place, owner) in roster.iter() {
            if let (Some(seat), Some(desk)) = (seats.desks.get_mut(place), desks.get(&owner.id)) {
                *seat = *desk;
            }
            seats.away.set(place, owner.is_away(today));
            seats.note_room(place, owner);
        }
        seats
    }
    pub(super) fn desk(&self, place: usize) -> Desk {
        self.desks.get(place).copied().unwrap_or_default()
    }
    /// Nobody who is on leave, full, or at `per_day` gets a lead.
    pub(super) fn without_room(&self, word: usize) -> u64 {
        self.away.word(word) | self.full.word(word) | self.day_full.word(word)
    }
    fn note_room(&mut self, place: usize, owner: &Owner) {
        let desk = self.desk(place);
        self.full.set(place, owner.capacity.is_some_and(|most| desk.held >= most));
        self.day_full.set(place, owner.per_day.is_some_and(|most| desk.today >= most));
    }
    /// An owner got a lead. `counts`: it weighs on capacity.
    pub(super) fn got(&mut self, place: usize, owner: &Owner, counts: bool) {
        self.dealt += 1;
        if let (Some(desk), Some(latest)) = (self.desks.get_mut(place), self.latest.get_mut(place)) {
            desk.held = desk.held.saturating_add(u32::from(counts));
            desk.today = desk.today.saturating_add(1);
            desk.last = desk.last.max(Some(self.as_of));
            *latest = self.dealt;
        }
        self.log.push(place);
        self.note_room(place, owner);
    }
    /// An owner handed a lead on.
    pub(super) fn gave(&mut self, place: usize, owner: &Owner, counts: bool) {
        if let Some(desk) = self.desks.get_mut(place) {
            desk.held = desk.held.saturating_sub(u32::from(counts));
        }
        self.log.push(place);
        self.note_room(place, owner);
    }
}
