//! Whose turn it is: what a rule remembers from deal to deal, and how it chooses one of several.

use super::desk::Seats;
use super::roster::Roster;
use crate::rules::assignment::By;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// One lead in parts of credit: the least number that all weights up to 40 divide, so that their turns meet exactly.
const LEAD: i64 = 5_342_931_457_063_200;

/// What one rule remembers. A plain value: the store keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// `round_robin`: who got the last lead.
    pub last: Option<String>,
    /// `weighted`: by owner, what they are owed, in parts of a lead (5 342 931 457 063 200 parts are one).
    pub credits: BTreeMap<String, i64>,
    /// By owner: turns given back.
    pub owed: BTreeMap<String, u32>,
}

/// By names of round and rule: what each remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credits(pub BTreeMap<(String, String), Turn>);

/// A lead that an owner got from a rule was rejected for a `return_turn` reason: the next one of that rule is theirs.
pub fn give_back(credits: &mut Credits, round: &str, rule: &str, owner: &str) {
    let turn = credits.0.entry((round.to_owned(), rule.to_owned())).or_default();
    let owed = turn.owed.entry(owner.to_owned()).or_default();
    *owed = owed.saturating_add(1);
}

/// A [`Turn`] at work, by place in the roster.
#[derive(Default)]
pub(super) struct Turns {
    last: Option<String>,
    credits: Vec<Option<i64>>,
    owed: Vec<u32>,
    /// There is something to store.
    pub(super) changed: bool,
}

impl Turns {
    pub(super) fn new(turn: Option<&Turn>, roster: &Roster<'_>) -> Self {
        let mut turns = Self { last: None, credits: vec![None; roster.len()], owed: vec![0; roster.len()], changed: false };
        let Some(turn) = turn else { return turns };
        turns.last.clone_from(&turn.last);
        for ((_, owner), (credit, owed)) in roster.iter().zip(turns.credits.iter_mut().zip(&mut turns.owed)) {
            *credit = turn.credits.get(&owner.id).copied();
            *owed = turn.owed.get(&owner.id).copied().unwrap_or(0);
        }
        turns
    }

    /// What to remember. Whoever is no longer in the team is forgotten.
    pub(super) fn stored(&self, roster: &Roster<'_>) -> Turn {
        let mut turn = Turn { last: self.last.clone(), ..Turn::default() };
        for ((_, owner), (credit, owed)) in roster.iter().zip(self.credits.iter().zip(&self.owed)) {
            turn.credits.extend(credit.map(|c| (owner.id.clone(), c)));
            if *owed > 0 {
                turn.owed.insert(owner.id.clone(), *owed);
            }
        }
        turn
    }

    /// Chooses one of `among` (places in order) and notes that it had its turn.
    pub(super) fn choose(&mut self, by: By, among: &[usize], weights: &[u32], seats: &Seats, roster: &Roster<'_>) -> Option<usize> {
        if by != By::LeastLoaded
            && let Some(owed) = self.pay_back(among)
        {
            return Some(owed);
        }
        match by {
            By::RoundRobin => self.round_robin(among, roster),
            By::Weighted => self.weighted(among, weights),
            By::LeastLoaded => least_loaded(among, weights, seats),
            By::LongestIdle => longest_idle(among, seats),
        }
    }

    /// Whoever had most turns given back.
    fn pay_back(&mut self, among: &[usize]) -> Option<usize> {
        let most = among.iter().copied().min_by_key(|place| (Reverse(self.owed(*place)), *place))?;
        let owed = self.owed.get_mut(most).filter(|owed| **owed > 0)?;
        *owed -= 1;
        self.changed = true;
        Some(most)
    }

    fn round_robin(&mut self, among: &[usize], roster: &Roster<'_>) -> Option<usize> {
        let from = self.last.as_deref().map_or(0, |last| roster.after(last));
        let next = among.iter().copied().find(|place| *place >= from).or_else(|| among.first().copied())?;
        self.last = Some(roster.id(next).to_owned());
        self.changed = true;
        Some(next)
    }

    /// Whoever's turn is due next. Everyone's turns come at equal distances, `LEAD / weight`.
    fn weighted(&mut self, among: &[usize], weights: &[u32]) -> Option<usize> {
        let weight = |place: usize| i64::from(weights.get(place).copied().unwrap_or(0));
        let total = among.iter().fold(0_i64, |sum, place| sum.saturating_add(weight(*place)));
        let share = LEAD.checked_div(total)?;
        self.welcome(among, &weight);
        let mut waits: Vec<Wait> = among.iter().filter_map(|&place| Wait::of(place, weight(place), self.credit(place)?)).collect();
        let next = waits.iter().map(|w| (w.left, w.place)).min()?;
        let last = waits.iter().map(|w| (w.left - w.step, w.place)).max()?;
        if last >= next {
            // Somebody's next turn was due before another's last: they were not there together. All are brought into one step.
            let now = i64::midpoint(next.0, last.0);
            waits.iter_mut().for_each(|w| w.left = w.left.clamp(now + 1, now + w.step));
        }
        let chosen = waits.iter().map(|w| (w.left, w.place)).min()?.1;
        for w in waits {
            let left = w.left - share + if w.place == chosen { w.step } else { 0 };
            if let Some(credit) = self.credits.get_mut(w.place) {
                *credit = Some(LEAD / 2 - left.saturating_mul(weight(w.place)));
            }
        }
        self.changed = true;
        Some(chosen)
    }

    /// Newcomers start level with the others: neither in debt nor with a claim on what was dealt before. Several of one weight
    /// are spread over the distance of their turns, around that level, so that they do not all come at once.
    fn welcome(&mut self, among: &[usize], weight: &impl Fn(usize) -> i64) {
        let new: Vec<usize> = among.iter().copied().filter(|place| self.credit(*place).is_none()).collect();
        let known = among.iter().filter_map(|place| self.credit(*place));
        let (sum, count) = known.fold((0_i128, 0_i128), |(sum, n), credit| (sum + i128::from(credit), n + 1));
        let mean = sum.checked_div_euclid(count).and_then(|mean| i64::try_from(mean).ok()).unwrap_or(0);
        for (i, &place) in new.iter().enumerate() {
            let alike = |places: &[usize]| places.iter().filter(|other| weight(**other) == weight(place)).count();
            let (before, all) = (alike(new.get(..i).unwrap_or_default()), alike(&new));
            let part = i128::from(LEAD) * (2 * before + 1) as i128 / (2 * all) as i128;
            let credit = mean.saturating_add(LEAD / 2).saturating_sub(i64::try_from(part).unwrap_or(LEAD));
            if let Some(slot) = self.credits.get_mut(place) {
                *slot = Some(credit);
            }
        }
    }

    fn credit(&self, place: usize) -> Option<i64> {
        self.credits.get(place).copied().flatten()
    }

    fn owed(&self, place: usize) -> u32 {
        self.owed.get(place).copied().unwrap_or(0)
    }

    /// The numbers that one owner is chosen or not chosen by.
    pub(super) fn numbers(&self, by: By, place: usize, weights: &[u32], seats: &Seats) -> String {
        let (desk, weight) = (seats.desk(place), weights.get(place).copied().unwrap_or(0));
        let numbers = match by {
            By::RoundRobin => self.last.as_deref().map_or_else(|| "nobody had a turn yet".to_owned(), |last| format!("the last turn was {last}'s")),
            By::Weighted => {
                let credit = self.credit(place).map_or_else(|| "starts at the mean".to_owned(), |c| format!("credit {:+.2}", c as f64 / LEAD as f64));
                format!("{credit}, weight {weight}")
            }
            By::LeastLoaded => format!("holds {}, weight {weight}", desk.held),
            By::LongestIdle => match seats.latest.get(place).copied().unwrap_or(0) {
                0 => desk.last.map_or_else(|| "never active".to_owned(), |at| format!("last active {}", at.rfc3339())),
                n => format!("got lead {n} of this deal"),
            },
        };
        match self.owed(place) {
            n if n > 0 && by != By::LeastLoaded => format!("{numbers}, {n} turn{} back", if n == 1 { "" } else { "s" }),
            _ => numbers,
        }
    }
}

/// When somebody's turn is due, in parts of what a weight of 1 waits from turn to turn.
struct Wait {
    place: usize,
    /// From turn to turn.
    step: i64,
    /// Until the next.
    left: i64,
}

impl Wait {
    /// Whoever is owed half a lead is due now.
    fn of(place: usize, weight: i64, credit: i64) -> Option<Self> {
        let left = LEAD.checked_div(2)?.saturating_sub(credit).checked_div_euclid(weight)?;
        Some(Self { place, step: LEAD.checked_div(weight)?, left })
    }
}

/// Smallest (held + 1) / weight, multiplied out. Without weight: last.
fn least_loaded(among: &[usize], weights: &[u32], seats: &Seats) -> Option<usize> {
    let load = |place: usize| (u64::from(seats.desk(place).held) + 1, u64::from(weights.get(place).copied().unwrap_or(0)));
    among.iter().copied().reduce(|best, other| {
        let ((held, weight), (other_held, other_weight)) = (load(best), load(other));
        let less = match (weight, other_weight) {
            (0, 0) => other_held < held,
            _ => u128::from(other_held) * u128::from(weight) < u128::from(held) * u128::from(other_weight),
        };
        if less { other } else { best }
    })
}

/// Oldest activity first; who got a lead of this deal comes after all others, in the order of the deal.
fn longest_idle(among: &[usize], seats: &Seats) -> Option<usize> {
    among.iter().copied().min_by_key(|place| (seats.latest.get(*place).copied().unwrap_or(0), seats.desk(*place).last, *place))
}
