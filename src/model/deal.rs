//! Deals (商机): what became of leads in money.

use super::Instant;

/// How a deal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DealStatus {
    /// 进行中
    Open,
    /// 赢单
    Won,
    /// 丢单
    Lost,
}

impl DealStatus {
    /// All, with their names in YAML, columns and JSON.
    pub const ALL: [(&'static str, Self); 3] = [("open", Self::Open), ("won", Self::Won), ("lost", Self::Lost)];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, s)| *s == self).map_or("", |(n, _)| n)
    }
    /// Whether a deal of this status and amount wins somebody: what is given back lowers what was earned, and wins nobody.
    pub fn wins(self, amount: Option<i64>) -> bool {
        self == Self::Won && amount.is_none_or(|n| n >= 0)
    }
    /// The status of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, s)| *s)
    }
}

/// What kinds of deals there are.
pub const DEAL_KINDS: [&str; 4] = ["new", "renewal", "upsell", "cross_sell"];

/// Whether a deal of this kind brings a customer: one of the kind `new` does, and so does one of which nobody knows what it is: blank, or a
/// word that is none of [`DEAL_KINDS`].
pub fn is_new_business(kind: &str) -> bool {
    !["renewal", "upsell", "cross_sell"].contains(&kind)
}

/// One deal of a lead, as far as rules ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deal {
    /// How it stands.
    pub status: DealStatus,
    /// In minor units of the base's currency.
    pub amount: Option<i64>,
    /// When it was opened.
    pub opened_at: Option<Instant>,
    /// When it was won or lost.
    pub closed_at: Option<Instant>,
    /// Payments so far, in minor units, with their instants.
    pub paid: Vec<(Instant, i64)>,
}

/// The deals of one lead, as of one instant: those opened later do not exist, those closed later are open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DealFacts {
    /// How many are open.
    pub open: i64,
    /// How many are won; see [`DealStatus::wins`].
    pub won: i64,
    /// How many are lost.
    pub lost: i64,
    /// The sum of won amounts, in minor units.
    pub won_amount: i64,
    /// The sum of payments, in minor units.
    pub paid_amount: i64,
    /// When the first was won, where told.
    pub first_won_at: Option<Instant>,
    /// When the latest was lost, where told.
    pub last_lost_at: Option<Instant>,
    /// When the first was opened, where told.
    pub first_opened_at: Option<Instant>,
    /// The first later instant at which any of this changes by the clock alone.
    pub until: Option<Instant>,
}

impl DealFacts {
    /// Sums up.
    pub fn of(deals: &[Deal], as_of: Instant) -> Self {
        let mut f = Self::default();
        let mut later = |at: Instant| f.until = Some(f.until.map_or(at, |u: Instant| u.min(at)));
        let mut seen = Vec::with_capacity(deals.len());
        for deal in deals {
            match deal.opened_at.filter(|at| *at > as_of) {
                // A deal that closed before it was opened did happen: files tell such things.
                Some(at) if deal.closed_at.is_none_or(|closed| closed > as_of) => later(at.min(deal.closed_at.unwrap_or(at))),
                _ => match deal.closed_at.filter(|at| *at > as_of && deal.status != DealStatus::Open) {
                    Some(at) => {
                        later(at);
                        seen.push((deal, DealStatus::Open));
                    }
                    None => seen.push((deal, deal.status)),
                },
            }
            deal.paid.iter().filter(|(at, _)| *at > as_of).for_each(|(at, _)| later(*at));
        }
        let earliest = |a: Option<Instant>, b: Option<Instant>| a.into_iter().chain(b).min();
        for (deal, status) in seen {
            // What is given back opens no deal.
            let opens = status != DealStatus::Won || status.wins(deal.amount);
            f.first_opened_at = earliest(f.first_opened_at, deal.opened_at.filter(|_| opens));
            match status {
                DealStatus::Open => f.open += 1,
                DealStatus::Won => {
                    f.won_amount = f.won_amount.saturating_add(deal.amount.unwrap_or(0));
                    if status.wins(deal.amount) {
                        f.won += 1;
                        f.first_won_at = earliest(f.first_won_at, deal.closed_at);
                    }
                }
                DealStatus::Lost => {
                    f.lost += 1;
                    f.last_lost_at = f.last_lost_at.max(deal.closed_at);
                }
            }
        }
        let paid = deals.iter().flat_map(|d| &d.paid).filter(|(at, _)| *at <= as_of);
        f.paid_amount = paid.fold(0_i64, |sum, (_, n)| sum.saturating_add(*n));
        f
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deals_exist_from_their_opening_and_are_open_until_they_close() {
        let deal = |status, opened: i64, closed: Option<i64>| Deal {
            status,
            amount: Some(100),
            opened_at: Some(Instant(opened)),
            closed_at: closed.map(Instant),
            paid: vec![(Instant(50), 30)],
        };
        let deals = [deal(DealStatus::Won, 10, Some(40)), deal(DealStatus::Lost, 20, Some(30)), deal(DealStatus::Open, 60, None)];
        let at = |t| DealFacts::of(&deals, Instant(t));
        assert_eq!((at(5).open, at(5).until), (0, Some(Instant(10))));
        assert_eq!((at(25).open, at(25).won, at(25).until), (2, 0, Some(Instant(30))));
        assert_eq!((at(45).open, at(45).won, at(45).lost, at(45).won_amount, at(45).paid_amount), (0, 1, 1, 100, 0));
        assert_eq!((at(70).open, at(70).paid_amount, at(70).until), (1, 90, None));
        assert_eq!((at(70).first_won_at, at(70).last_lost_at), (Some(Instant(40)), Some(Instant(30))));
    }

    #[test]
    fn what_is_given_back_is_taken_off_and_wins_nobody() {
        let back = Deal { status: DealStatus::Won, amount: Some(-40), opened_at: None, closed_at: Some(Instant(20)), paid: Vec::new() };
        let facts = DealFacts::of(&[back], Instant(30));
        assert_eq!((facts.won, facts.won_amount, facts.first_won_at), (0, -40, None));
    }

    #[test]
    fn a_deal_that_closed_before_it_opened_is_closed() {
        let odd = Deal { status: DealStatus::Won, amount: None, opened_at: Some(Instant(100)), closed_at: Some(Instant(20)), paid: Vec::new() };
        assert_eq!(DealFacts::of(&[odd], Instant(30)).won, 1);
    }
}
