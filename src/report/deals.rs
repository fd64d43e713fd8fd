//! What deals come to, by one rule for every report: which of them are won, lost and open, what they are worth, and how long winning took.

use super::Note;
use crate::model::{Currency, DealStatus, Instant, Period};
use std::collections::BTreeMap;

/// A deal as far as reports of speed ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealFact {
    /// As told today.
    pub status: DealStatus,
    /// In minor units.
    pub amount: Option<i64>,
    /// When it was opened, where anybody says.
    pub opened_at: Option<Instant>,
    /// When its lead came, where the base knows one.
    pub arrived_at: Option<Instant>,
    /// When it was won or lost.
    pub closed_at: Option<Instant>,
}

/// How long a won deal took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cycle {
    /// From when to when.
    Took(Instant, Instant),
    /// It closed before it was opened: a mistake. (One before its lead came did happen.)
    Backwards,
    /// Nobody says when it began, or when it ended.
    Undated,
}

impl DealFact {
    /// From when on it was under way: its opening; where nobody tells that, its lead's arrival.
    fn began_at(&self) -> Option<Instant> {
        self.opened_at.or(self.arrived_at)
    }

    /// How it stood at an instant; `None`: it did not exist yet.
    fn stood(&self, at: Instant) -> Option<DealStatus> {
        let closed = self.closed_at.is_some_and(|closed| closed <= at) || (self.closed_at.is_none() && self.status != DealStatus::Open);
        if closed && self.status != DealStatus::Open {
            return Some(self.status);
        }
        self.began_at().is_none_or(|began| began <= at).then_some(DealStatus::Open)
    }

    /// Whether it matters when its lead came: nobody tells its opening, and it stands open at the end of the period, or was won in it.
    pub fn asks_arrival(&self, period: Option<Period>, as_of: Instant) -> bool {
        let (end, counted) = self.seen(period, as_of);
        let matters = |stood| stood == DealStatus::Open || (stood == DealStatus::Won && counted);
        self.opened_at.is_none() && self.stood(end).is_some_and(matters)
    }

    /// The end of the period, or as of, and whether it closed in it. What nobody dates belongs to all time only.
    fn seen(&self, period: Option<Period>, as_of: Instant) -> (Instant, bool) {
        let end = period.map_or(as_of, |p| as_of.min(p.until.plus(-1)));
        (end, self.closed_at.map_or(period.is_none(), |at| period.is_none_or(|p| p.contains(at))))
    }

    /// The one rule of days to win.
    fn cycle(&self) -> Cycle {
        match (self.began_at(), self.closed_at) {
            (Some(began), Some(closed)) if self.opened_at.is_some() && closed < began => Cycle::Backwards,
            (Some(began), Some(closed)) => Cycle::Took(began, closed),
            _ => Cycle::Undated,
        }
    }
}

/// The deals of a stretch of time.
#[derive(Clone, Debug, Default)]
pub struct Deals {
    /// Open at its end.
    pub open: u64,
    /// Won in it. What is given back wins nobody.
    pub won: u64,
    /// Lost in it.
    pub lost: u64,
    /// Won with an amount.
    pub priced: u64,
    /// What was won, in minor units; what was given back is taken off.
    pub amount: i64,
    /// Of the won ones: when each began, and when it was won.
    pub cycles: Vec<(Instant, Instant)>,
    /// Of these, begun with the arrival of the lead.
    by_arrival: u64,
    /// Won, and in no cycle: the dates cannot be.
    backwards: u64,
    /// Won, and in no cycle: a date is missing.
    undated: u64,
}

impl Deals {
    /// Counts a deal by how it stood at the end of the period (`None`: all time), or as of. Says whether it counts as won or lost in it.
    pub fn add(&mut self, deal: &DealFact, period: Option<Period>, as_of: Instant) -> Option<DealStatus> {
        let (end, counted) = deal.seen(period, as_of);
        let stood = deal.stood(end)?;
        match stood {
            DealStatus::Open => {
                self.open += 1;
                return None;
            }
            _ if !counted => return None,
            DealStatus::Lost => self.lost += 1,
            DealStatus::Won => {
                self.amount = self.amount.saturating_add(deal.amount.unwrap_or(0));
                if !stood.wins(deal.amount) {
                    return None;
                }
                self.won += 1;
                self.priced += u64::from(deal.amount.is_some());
                match deal.cycle() {
                    Cycle::Took(began, closed) => {
                        self.cycles.push((began, closed));
                        self.by_arrival += u64::from(deal.opened_at.is_none());
                    }
                    Cycle::Backwards => self.backwards += 1,
                    Cycle::Undated => self.undated += 1,
                }
            }
        }
        Some(stood)
    }

    /// Both together.
    pub(super) fn join(&mut self, other: Self) {
        self.open += other.open;
        self.won += other.won;
        self.lost += other.lost;
        self.priced += other.priced;
        self.amount = self.amount.saturating_add(other.amount);
        self.cycles.extend(other.cycles);
        self.by_arrival += other.by_arrival;
        self.backwards += other.backwards;
        self.undated += other.undated;
    }

    /// How many were closed in it.
    pub fn closed(&self) -> u64 {
        self.won + self.lost
    }

    /// What a won deal is worth, of those that say so, in minor units.
    pub fn average(&self) -> Option<f64> {
        (self.priced > 0).then(|| self.amount as f64 / self.priced as f64)
    }

    /// What a reader must know of the days that winning took.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        if self.by_arrival > 0 {
            let what = won(self.by_arrival, "tells no opening: its cycle runs", "tell no opening: their cycle runs");
            notes.push(Note::new("by-arrival", format!("{what} from the arrival of the lead")));
        }
        if self.backwards > 0 {
            let what = won(self.backwards, "closed before it was opened, and is", "closed before they were opened, and are");
            notes.push(Note::new("backwards", format!("{what} in no cycle (`sop report quality` names them)")));
        }
        if self.undated > 0 {
            let what = won(self.undated, "lacks a date: it is", "lack a date: they are");
            notes.push(Note::new("undated", format!("{what} in no cycle")));
        }
        notes
    }
}

/// opportunities × win rate × average won amount / cycle days, in minor units a day. `None` where there is nothing to divide by.
pub fn a_day(open: u64, win_rate: f64, average: f64, cycle_days: f64) -> Option<i64> {
    let value = open as f64 * win_rate * average / cycle_days;
    (cycle_days > 0.0 && value.is_finite()).then_some(value.round() as i64)
}

/// What a reader must know of won deals that tell no amount.
pub fn unpriced(n: u64) -> String {
    won(n, "has no amount: it counts as won and brings nothing", "have no amount: they count as won and bring nothing")
}

/// So many types that nobody knows are named.
const NAMED: usize = 5;

/// What a reader must know of deals whose type is a word that nobody knows: by the word, how many and what they bring, in minor units.
pub fn strange_kinds(kinds: &BTreeMap<String, (u64, i64)>, currency: &Currency) -> Option<String> {
    let (n, amount) = kinds.values().fold((0, 0_i64), |(n, sum), (more, amount)| (n + more, sum.saturating_add(*amount)));
    let mut named: Vec<(&String, u64)> = kinds.iter().map(|(kind, (n, _))| (kind, *n)).collect();
    named.sort_by_key(|(kind, n)| (std::cmp::Reverse(*n), *kind));
    let some: Vec<String> = named.iter().take(NAMED).map(|(kind, n)| format!("{kind} ({n})")).collect();
    let what = match n {
        0 => return None,
        1 => "1 deal is of a type that nobody knows and counts as new business".to_owned(),
        n => format!("{n} deals are of types that nobody knows and count as new business"),
    };
    let (amount, more) = (currency.decimal(amount), if named.len() > NAMED { " …" } else { "" });
    Some(format!("{what} ({amount}): {}{more}; say what they are under `values:` of deals.kind in sops/fields.yaml", some.join(", ")))
}

/// What a reader must know of deals that tell no type: how many, and what they bring, in minor units.
pub fn kindless(n: u64, amount: i64, currency: &Currency) -> Option<Note> {
    let what = match n {
        0 => return None,
        1 => "1 deal tells no type and counts as new business".to_owned(),
        n => format!("{n} deals tell no type and count as new business"),
    };
    let amount = currency.decimal(amount);
    Some(Note::new("kindless", format!("{what} ({amount}); a column 商机类型 or Deal Type says new, renewal, upsell or cross_sell")))
}

/// `1 won deal lacks …`, `3 won deals lack …`
fn won(n: u64, one: &str, more: &str) -> String {
    if n == 1 { format!("1 won deal {one}") } else { format!("{n} won deals {more}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn deal(status: DealStatus, amount: Option<i64>, opened: Option<i64>, arrived: Option<i64>, closed: Option<i64>) -> DealFact {
        let at = |day: Option<i64>| day.map(|d| Instant(d * DAY));
        DealFact { status, amount, opened_at: at(opened), arrived_at: at(arrived), closed_at: at(closed) }
    }

    fn all(deals: &[DealFact], period: Option<Period>) -> Deals {
        let mut all = Deals::default();
        for deal in deals {
            all.add(deal, period, Instant(1000 * DAY));
        }
        all
    }

    #[test]
    fn a_cycle_runs_from_the_opening_else_from_the_arrival_of_the_lead() {
        use DealStatus::Won;
        let found = all(
            &[
                deal(Won, Some(1), Some(10), Some(2), Some(14)),
                deal(Won, Some(1), None, Some(2), Some(14)),
                deal(Won, Some(1), None, Some(20), Some(14)), // before its lead came: it did happen
                deal(Won, Some(1), Some(20), Some(2), Some(14)),
                deal(Won, Some(1), None, None, Some(14)),
            ],
            None,
        );
        let days: Vec<i64> = found.cycles.iter().map(|(from, until)| (until.0 - from.0) / DAY).collect();
        assert_eq!((found.won, days), (5, vec![4, 12, -6]));
        let notes: Vec<String> = found.notes().into_iter().map(|n| n.text).collect();
        assert_eq!(
            notes,
            [
                "2 won deals tell no opening: their cycle runs from the arrival of the lead",
                "1 won deal closed before it was opened, and is in no cycle (`sop report quality` names them)",
                "1 won deal lacks a date: it is in no cycle"
            ]
        );
    }

    #[test]
    fn what_is_given_back_wins_nobody_and_lowers_what_was_won() {
        use DealStatus::Won;
        let found =
            all(&[deal(Won, Some(1000), Some(1), None, Some(5)), deal(Won, Some(-400), Some(1), None, Some(6)), deal(Won, None, Some(1), None, Some(7))], None);
        assert_eq!((found.won, found.priced, found.amount, found.average()), (2, 1, 600, Some(600.0)));
    }

    #[test]
    fn a_period_sees_the_deals_as_they_stood_at_its_end() {
        use DealStatus::{Lost, Open, Won};
        let deals = [
            deal(Won, Some(1), Some(50), None, Some(250)), // open at the end
            deal(Open, Some(1), Some(250), None, None),    // not there yet
            deal(Open, Some(1), None, Some(250), None),    // nor its lead
            deal(Lost, Some(1), Some(50), None, Some(60)), // closed before
            deal(Won, Some(1), Some(50), None, Some(150)),
            deal(Won, Some(1), Some(50), None, None), // nobody says when
        ];
        let found = all(&deals, Some(Period { from: Instant(100 * DAY), until: Instant(200 * DAY) }));
        assert_eq!((found.open, found.won, found.lost), (1, 1, 0));
    }
}
