//! Whom one rule may deal to: conditions on owners are asked once per rule and owner, and again only where they ask for `held`
//! and it changed. A lead then costs a few operations on bits.

use super::Setting;
use super::desk::{Seats, of_owner};
use super::roster::{Owners, Roster};
use super::trace::Bar;
use super::turns::{Turn, Turns};
use crate::condition::Condition;
use crate::rules::assignment::{Assignment, By, Round, Rule, Target};
use crate::rules::team::Owner;
use std::fmt;

/// How many of those that a rule means could not get a lead, each by the first bar that applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nobody {
    /// Has it already.
    pub holds: u16,
    /// On leave.
    pub away: u16,
    /// At `capacity`.
    pub full: u16,
    /// At `per_day`.
    pub day_full: u16,
    /// By `pass_over`.
    pub passed_over: u16,
}

impl fmt::Display for Nobody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [(self.away, "on leave"), (self.full, "full"), (self.day_full, "at per_day"), (self.passed_over, "passed over"), (self.holds, "holds it")];
        let mut some = false;
        for (n, what) in counts.into_iter().filter(|(n, _)| *n > 0) {
            write!(f, "{}{n} {what}", if some { ", " } else { "" })?;
            some = true;
        }
        if some { Ok(()) } else { f.write_str("nobody of the team") }
    }
}

/// One rule at work.
pub(super) struct Pool<'a> {
    rule: &'a Rule,
    /// The rule's own, else the round's.
    roles: &'a [String],
    /// Of the roles, and of `to:`.
    members: Owners,
    passed: Owners,
    weights: Vec<u32>,
    /// It asks for `held`.
    live: bool,
    /// How much of [`Seats::log`] is known here.
    seen: usize,
    pub(super) turns: Turns,
    among: Vec<usize>,
}

impl<'a> Pool<'a> {
    pub(super) fn new(setting: &Setting<'_>, roster: &Roster<'_>, seats: &Seats, round: &'a Round, rule: &'a Rule, turn: Option<&Turn>) -> Self {
        let named = |owner: &Owner| match &rule.to {
            Target::Named(list) => list.iter().find(|(id, _)| *id == owner.id).map(|(_, weight)| *weight),
            _ => None,
        };
        let conditions = [if let Target::Where(c) = &rule.to { Some(c) } else { None }, rule.pass_over.as_ref()];
        let mut pool = Self {
            rule,
            roles: roles_of(round, rule),
            members: Owners::default(),
            passed: Owners::default(),
            weights: roster.iter().map(|(_, owner)| named(owner).unwrap_or(owner.weight)).collect(),
            live: conditions.into_iter().flatten().any(asks_held),
            seen: seats.log.len(),
            turns: Turns::new(turn, roster),
            among: Vec::new(),
        };
        for (place, owner) in roster.iter() {
            pool.ask(setting, seats, place, owner);
        }
        pool
    }

    fn ask(&mut self, setting: &Setting<'_>, seats: &Seats, place: usize, owner: &Owner) {
        let desk = seats.desk(place);
        let bar = self.bar_of_rule(setting, place, owner, seats);
        self.members.set(place, bar.is_none());
        let passed = bar.is_none() && self.rule.pass_over.as_ref().is_some_and(|c| of_owner(c, setting, owner, &desk));
        self.passed.set(place, passed);
    }

    /// Why the rule does not mean an owner at all.
    fn bar_of_rule(&self, setting: &Setting<'_>, place: usize, owner: &Owner, seats: &Seats) -> Option<Bar> {
        if !plays(self.roles, owner) {
            return Some(Bar::OtherRole);
        }
        let meant = match &self.rule.to {
            Target::Anyone => true,
            Target::Where(condition) => of_owner(condition, setting, owner, &seats.desk(place)),
            Target::Named(list) => list.iter().any(|(id, _)| *id == owner.id),
            Target::Queue(_) => false,
        };
        if !meant {
            return Some(Bar::NotMeant);
        }
        (self.rule.by == By::Weighted && self.weights.get(place) == Some(&0)).then_some(Bar::NoShare)
    }

    /// Asks again about those whose desks changed.
    pub(super) fn catch_up(&mut self, setting: &Setting<'_>, roster: &Roster<'_>, seats: &Seats) {
        if self.live {
            for &place in seats.log.get(self.seen..).unwrap_or_default() {
                if let Some(owner) = roster.get(place) {
                    self.ask(setting, seats, place, owner);
                }
            }
        }
        self.seen = seats.log.len();
    }

    /// Chooses who gets a lead that `holder` has now; `None`: nobody can.
    pub(super) fn choose(&mut self, seats: &Seats, roster: &Roster<'_>, holder: Option<usize>) -> Option<usize> {
        self.among.clear();
        for word in 0..self.members.words() {
            let mut bits = self.members.word(word) & !self.passed.word(word) & !seats.without_room(word);
            while bits != 0 {
                let place = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if holder != Some(place) {
                    self.among.push(place);
                }
            }
        }
        self.turns.choose(self.rule.by, &self.among, &self.weights, seats, roster)
    }

    /// Why nobody can.
    pub(super) fn nobody(&self, seats: &Seats, holder: Option<usize>) -> Nobody {
        let mut all = Nobody::default();
        for word in 0..self.members.words() {
            let mut left = self.members.word(word);
            let mut take = |bits: u64, count: &mut u16| {
                *count = count.saturating_add((left & bits).count_ones() as u16);
                left &= !bits;
            };
            take(holder.filter(|h| h / 64 == word).map_or(0, |h| 1 << (h % 64)), &mut all.holds);
            take(seats.away.word(word), &mut all.away);
            take(seats.full.word(word), &mut all.full);
            take(seats.day_full.word(word), &mut all.day_full);
            take(self.passed.word(word), &mut all.passed_over);
        }
        all
    }

    /// Why one owner cannot get a lead, from the very bits that [`Pool::choose`] reads.
    pub(super) fn bar(&self, setting: &Setting<'_>, seats: &Seats, place: usize, owner: &Owner, holder: Option<usize>) -> Option<Bar> {
        if !self.members.has(place) {
            return self.bar_of_rule(setting, place, owner, seats).or(Some(Bar::NotMeant));
        }
        no_room(seats, place, owner, holder).or_else(|| self.passed.has(place).then(|| Bar::PassedOver(seats.desk(place))))
    }

    /// The numbers that an owner is chosen by.
    pub(super) fn numbers(&self, seats: &Seats, place: usize) -> String {
        self.turns.numbers(self.rule.by, place, &self.weights, seats)
    }
}

/// Whether an owner could take a lead at all, whatever the rule.
pub(super) fn no_room(seats: &Seats, place: usize, owner: &Owner, holder: Option<usize>) -> Option<Bar> {
    let desk = seats.desk(place);
    if holder == Some(place) {
        Some(Bar::HoldsIt)
    } else if seats.away.has(place) {
        Some(Bar::Away)
    } else if seats.full.has(place) {
        Some(Bar::Full { held: desk.held, capacity: owner.capacity.unwrap_or(0) })
    } else if seats.day_full.has(place) {
        Some(Bar::DayFull { today: desk.today, per_day: owner.per_day.unwrap_or(0) })
    } else {
        None
    }
}

/// The roles that a rule deals to.
pub(super) fn roles_of<'a>(round: &'a Round, rule: &'a Rule) -> &'a [String] {
    rule.roles.as_deref().unwrap_or(&round.roles)
}

/// Whether an owner is of one of the roles; none named means all.
pub(super) fn plays(roles: &[String], owner: &Owner) -> bool {
    roles.is_empty() || roles.contains(&owner.role)
}

/// Whether a condition on owners may hold at one instant and not at another of the same day, all else being equal. (A text with a
/// parenthesis in it only costs time.)
pub fn asks_the_clock(assignment: &Assignment) -> bool {
    let of_rule = |rule: &Rule| {
        let to = if let Target::Where(c) = &rule.to { Some(c.normal_form()) } else { None };
        to.into_iter().chain(rule.pass_over.as_ref().map(Condition::normal_form)).any(|text| text.contains("as_of") || text.contains('('))
    };
    assignment.rounds.iter().flat_map(|round| &round.rules).any(of_rule)
}

/// Whether a condition may ask for `held`, the one value that dealing changes. (A text with that word in it only costs time.)
fn asks_held(condition: &Condition) -> bool {
    condition.normal_form().contains("held")
}
