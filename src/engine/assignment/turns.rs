//! Whose turn it is: what a rule remembers from deal to deal, and how it chooses one of several.

use super::desk::Seats;
use super::roster::Roster;
use crate::rules::assignment::By;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// One lead in parts of credit. Weights share it out exactly, but for less than a millionth of a lead that nobody gets.
const LEAD: i64 = 1 << 40;

/// What one rule remembers. A plain value: the store keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// `round_robin`: who got the last lead.
    pub last: Option<String>,
    /// `weighted`: by owner, what they are owed, in parts of a lead (2⁴⁰ parts are one).
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

    fn weighted(&mut self, among: &[usize], weights: &[u32]) -> Option<usize> {
        let weight = |place: usize| i64::from(weights.get(place).copied().unwrap_or(0));
        let total = among.iter().fold(0_i64, |sum, place| sum.saturating_add(weight(*place)));
        let unit = LEAD.checked_div(total)?.max(1);
        // A newcomer starts level with the others: neither in debt nor with a claim on what was dealt before.
        let known = among.iter().filter_map(|place| self.credit(*place));
        let (sum, count) = known.fold((0_i128, 0_i128), |(sum, n), credit| (sum + i128::from(credit), n + 1));
        let mean = sum.checked_div_euclid(count).and_then(|mean| i64::try_from(mean).ok()).unwrap_or(0);
        let mut best: Option<(i64, usize)> = None;
        for &place in among {
            let Some(credit) = self.credits.get_mut(place) else { continue };
            let grown = credit.unwrap_or(mean).saturating_add(weight(place).saturating_mul(unit));
            *credit = Some(grown);
            if best.is_none_or(|(most, _)| grown > most) {
                best = Some((grown, place));
            }
        }
        let (_, chosen) = best?;
        if let Some(Some(credit)) = self.credits.get_mut(chosen) {
            *credit = credit.saturating_sub(total.saturating_mul(unit));
        }
        self.changed = true;
        Some(chosen)
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
