//! The deals of a base with what they earned, and whose touches each is credited to: those of its account.

use super::Reading;
use crate::measure::attribution::Touch;
use crate::model::{DEAL_KINDS, DealStatus, Event, FieldIx, Instant, LeadId, Value, fold, is_new_business};
use crate::report::Note;
use crate::report::deals::{kindless, strange_kinds};
use crate::rules::reports::{Revenue, Scope};
use crate::run::RunError;
use crate::store::{DealId, DealRow, LeadFact};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A deal that earned something, or was won.
#[derive(Clone, Debug)]
pub(super) struct Sold {
    /// Whose.
    pub(super) lead: Option<LeadId>,
    company: Option<String>,
    /// Who sold it.
    pub(super) owner: Option<String>,
    /// What was sold.
    pub(super) product: Option<String>,
    /// `new`, or nobody says: only these bring a customer.
    pub(super) is_new: bool,
    /// It is taken for new business, and nobody knows what it is: blank, or the place of its word among the strange ones.
    untyped: Option<Untyped>,
    /// Nobody says what it is worth.
    pub(super) unpriced: bool,
    /// Until when touches count.
    pub(super) opened: Instant,
    /// When it was won, if it was, and if anybody says when.
    pub(super) won_at: Option<Instant>,
    /// It was won; nobody says when.
    pub(super) undated: bool,
    /// What it is worth, in minor units.
    pub(super) amount: i64,
    /// What it earned, and when, in minor units.
    pub(super) earned: Vec<(Instant, i64)>,
    /// When its lead, or the first of its account, was created.
    pub(super) created: Option<Instant>,
    account: usize,
}

/// Why nobody knows the type of a deal.
#[derive(Clone, Copy, Debug)]
enum Untyped {
    /// No file says.
    Blank,
    /// By a word that nobody knows: its place in [`Book::strange`].
    Strange(usize),
}

/// Leads that belong together, and their deals.
#[derive(Clone, Debug, Default)]
struct Account {
    leads: Vec<i64>,
    deals: Vec<usize>,
    /// When the first of its leads was created.
    first: Option<Instant>,
}

/// What deals leave to be said.
#[derive(Clone, Debug, Default)]
pub(super) struct Oddities {
    /// Won, and nobody says when.
    pub(super) undated: usize,
    /// Payments of deals that have not arrived.
    pub(super) orphans: usize,
    /// What those amount to.
    pub(super) orphan_amount: i64,
}

/// All of them.
pub(super) struct Book {
    /// In the order of source and id.
    pub(super) sold: Vec<Sold>,
    /// What is odd about them.
    pub(super) odd: Oddities,
    /// Types that nobody knows, as told.
    strange: Vec<String>,
    accounts: Vec<Account>,
    by_company: FxHashMap<String, usize>,
    by_lead: FxHashMap<i64, Vec<usize>>,
    created: FxHashMap<i64, Instant>,
    owners: FxHashMap<i64, String>,
    company: Option<FieldIx>,
    created_at: Option<FieldIx>,
}

/// So many accounts are looked at together: enough to read each part of the base once for many, few enough for any memory.
const TOGETHER: usize = 4096;

/// Why a deal has the touches that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path<'t> {
    /// Touches within the look-back.
    Touched(&'t [Touch<'t>]),
    /// All are older.
    Before,
    /// All came after the deal was opened.
    Late,
    /// None.
    Untouched,
}

impl Book {
    /// Every deal that was won or paid by the as-of, with its account.
    pub(super) fn read(reading: &Reading<'_>) -> Result<Self, RunError> {
        let mut book = Self::of_deals(reading)?;
        book.gather(reading)?;
        Ok(book)
    }

    /// The deals alone.
    pub(super) fn of_deals(reading: &Reading<'_>) -> Result<Self, RunError> {
        let (sop, as_of) = (reading.sop(), reading.context.as_of);
        let paid = sop.reports.revenue == Revenue::Paid;
        let mut payments: FxHashMap<DealId, Vec<(Instant, i64)>> = FxHashMap::default();
        if paid {
            reading.store.each_payment(|deal, at, amount, n| {
                if at <= as_of {
                    payments.entry(deal).or_default().push((at, amount.saturating_mul(n)));
                }
            })?;
        }
        let field = |id: &str| sop.dictionary.field(id).map(|(ix, _)| ix);
        let mut book = Self {
            sold: Vec::new(),
            odd: Oddities::default(),
            strange: Vec::new(),
            accounts: Vec::new(),
            by_company: FxHashMap::default(),
            by_lead: FxHashMap::default(),
            created: FxHashMap::default(),
            owners: FxHashMap::default(),
            company: field("company"),
            created_at: field("created_at"),
        };
        reading.store.each_deal(|d| {
            let payments = payments.remove(&d.deal);
            let won = d.status == DealStatus::Won && d.closed_at.is_none_or(|at| at <= as_of);
            if !won && payments.is_none() {
                return;
            }
            book.odd.undated += usize::from(won && d.closed_at.is_none());
            let untyped = untyped(&d.kind, &mut book.strange);
            book.sold.push(Sold { untyped, ..sold(d, won, payments, paid, as_of) });
        })?;
        // What is left was paid for deals that nobody told of.
        for amounts in payments.into_values() {
            book.odd.orphans += amounts.len();
            book.odd.orphan_amount = amounts.iter().fold(book.odd.orphan_amount, |sum, (_, n)| sum.saturating_add(*n));
        }
        Ok(book)
    }

    /// Puts each deal into its account.
    fn gather(&mut self, reading: &Reading<'_>) -> Result<(), RunError> {
        let sop = reading.sop();
        let scope = sop.reports.roi.scope;
        let ignored: &[String] = sop.assignment.keep_together.as_ref().map(|k| k.ignore.as_slice()).unwrap_or_default();
        let says = |company: Option<&str>| company.map(|c| fold(c).into_owned()).filter(|c| !c.is_empty() && !ignored.contains(c));
        let asked: Vec<FieldIx> = self.company.into_iter().collect();
        let mut others: FxHashMap<i64, usize> = FxHashMap::default();
        for place in 0..self.sold.len() {
            let Some(deal) = self.sold.get_mut(place) else { break };
            let company = match (says(deal.company.as_deref()), scope, deal.lead) {
                (_, Scope::Lead, Some(_)) => None,
                (None, Scope::Account, Some(lead)) => {
                    let fields = reading.store.lead_fields(reading.columns, lead, &asked)?;
                    says(fields.as_ref().and_then(|(_, values)| values.first()).and_then(Value::as_text))
                }
                (told, ..) => told,
            };
            let new = self.accounts.len();
            let account = match (company, deal.lead) {
                (Some(company), _) => *self.by_company.entry(company).or_insert(new),
                (None, Some(lead)) => *others.entry(lead.0).or_insert(new),
                (None, None) => new,
            };
            if account == new {
                self.accounts.push(Account::default());
            }
            deal.account = account;
            if let Some(account) = self.accounts.get_mut(account) {
                account.deals.push(place);
            }
            if let Some(lead) = deal.lead {
                let of = self.by_lead.entry(lead.0).or_default();
                if !of.contains(&account) {
                    of.push(account);
                }
            }
        }
        Ok(())
    }

    /// The fields that [`Book::meet`] looks at.
    pub(super) fn asks(&self) -> [Option<FieldIx>; 2] {
        [self.company, self.created_at]
    }

    /// A lead of the pass: it belongs to the account of its company, and to those of its deals.
    pub(super) fn meet(&mut self, lead: &LeadFact, company: Option<&str>, created: Instant) {
        let by_company = company.and_then(|c| self.by_company.get(fold(c).as_ref()).copied());
        let by_deal = self.by_lead.get(&lead.lead).map(Vec::as_slice).unwrap_or_default();
        if by_company.is_none() && by_deal.is_empty() {
            return;
        }
        if !by_deal.is_empty() {
            self.created.insert(lead.lead, created);
            if let Some(owner) = &lead.owner {
                self.owners.insert(lead.lead, owner.clone());
            }
        }
        for account in by_company.into_iter().chain(by_deal.iter().copied().filter(|a| Some(*a) != by_company)) {
            if let Some(account) = self.accounts.get_mut(account) {
                account.leads.push(lead.lead);
                account.first = account.first.into_iter().chain([created]).min();
            }
        }
    }

    /// After the pass: every deal knows since when its lead is known, and who holds it where the deal names nobody.
    pub(super) fn settle(&mut self) {
        for account in &self.accounts {
            for place in &account.deals {
                if let Some(deal) = self.sold.get_mut(*place) {
                    deal.owner = deal.owner.take().or_else(|| self.owners.get(&deal.lead?.0).cloned());
                    deal.created = deal.lead.and_then(|l| self.created.get(&l.0).copied()).or(account.first);
                }
            }
        }
    }

    /// The leads whose journeys ended in a deal.
    pub(super) fn leads_with_deals(&self) -> FxHashSet<i64> {
        self.accounts.iter().flat_map(|a| a.leads.iter().copied()).collect()
    }

    /// What a reader must know of deals that count as new business because nobody knows what they are: of those that are worth anything.
    pub(super) fn untyped(&self, reading: &Reading<'_>, worth: impl Fn(&Sold) -> (bool, i64)) -> Vec<Note> {
        let currency = &reading.sop().dictionary.currency;
        let mut blank = (0, 0_i64);
        let mut strange: BTreeMap<String, (u64, i64)> = BTreeMap::new();
        for deal in &self.sold {
            let (Some(untyped), (won, earned)) = (deal.untyped, worth(deal)) else { continue };
            if !won && earned == 0 {
                continue;
            }
            let (n, amount) = match untyped {
                Untyped::Blank => &mut blank,
                Untyped::Strange(place) => strange.entry(self.strange.get(place).cloned().unwrap_or_default()).or_default(),
            };
            (*n, *amount) = (*n + 1, amount.saturating_add(earned));
        }
        let strange = strange_kinds(&strange, currency).map(|text| Note::new("strange-kind", format!("{text}, and import the file again")));
        kindless(blank.0, blank.1, currency).into_iter().chain(strange).collect()
    }

    /// Hands each deal that `wanted` lets pass to `f` with its touches, account by account.
    pub(super) fn each_path(
        &self,
        reading: &Reading<'_>,
        touches: &FxHashMap<u32, Arc<str>>,
        wanted: impl Fn(&Sold) -> bool,
        mut f: impl FnMut(&Sold, Path<'_>),
    ) -> Result<(), RunError> {
        let lookback = reading.lookback().0;
        let mut within: Vec<Touch<'_>> = Vec::new();
        let with_deals = |account: &Account| -> Vec<&Sold> { account.deals.iter().filter_map(|d| self.sold.get(*d)).filter(|d| wanted(d)).collect() };
        let all: Vec<&Account> = self.accounts.iter().filter(|a| !with_deals(a).is_empty()).collect();
        for accounts in all.chunks(TOGETHER) {
            let all_met = self.met(reading, touches, accounts)?;
            let mut by_account = all_met.chunk_by(|a, b| a.0 == b.0).peekable();
            for (place, account) in (0..).zip(accounts) {
                let met = by_account.next_if(|of| of.first().is_some_and(|t| t.0 == place)).unwrap_or_default();
                for deal in with_deals(account) {
                    within.clear();
                    let from = deal.opened.plus(lookback.saturating_neg());
                    let here = met.iter().filter(|(_, at, _)| *at >= from && *at <= deal.opened);
                    within.extend(here.filter_map(|(_, at, detail)| Some(Touch { channel: touches.get(detail)?, at: *at })));
                    let path = match (within.is_empty(), met.iter().any(|(_, at, _)| *at < from), met.is_empty()) {
                        (false, ..) => Path::Touched(&within),
                        (true, true, _) => Path::Before,
                        (true, false, false) => Path::Late,
                        (true, false, true) => Path::Untouched,
                    };
                    f(deal, path);
                }
            }
        }
        Ok(())
    }

    /// The touches of some accounts: the place of the account, when and what. Leads are read in the order in which the base has them:
    /// those of one account are spread over all of it.
    fn met(&self, reading: &Reading<'_>, touches: &FxHashMap<u32, Arc<str>>, accounts: &[&Account]) -> Result<Vec<(u32, Instant, u32)>, RunError> {
        let of = |(place, account): (u32, &&Account)| account.leads.iter().map(move |lead| (*lead, place)).collect::<Vec<_>>();
        let mut leads: Vec<(i64, u32)> = (0..).zip(accounts).flat_map(of).collect();
        leads.sort_unstable();
        let as_of = reading.context.as_of;
        let (mut events, mut met): (Vec<Event>, Vec<(u32, Instant, u32)>) = (Vec::new(), Vec::new());
        for (lead, place) in leads {
            reading.store.events_of(LeadId(lead), &mut events)?;
            let touching = events.iter().filter(|e| e.at <= as_of && touches.contains_key(&e.detail.0));
            met.extend(touching.map(|e| (place, e.at, e.detail.0)));
        }
        met.sort_unstable();
        Ok(met)
    }
}

/// Why nobody knows the type of a deal, if so.
fn untyped(kind: &str, strange: &mut Vec<String>) -> Option<Untyped> {
    match kind {
        "" => Some(Untyped::Blank),
        known if DEAL_KINDS.contains(&known) => None,
        word => {
            let place = strange.iter().position(|known| known == word);
            Some(Untyped::Strange(place.unwrap_or_else(|| {
                strange.push(word.to_owned());
                strange.len() - 1
            })))
        }
    }
}

fn sold(d: DealRow, won: bool, payments: Option<Vec<(Instant, i64)>>, paid: bool, as_of: Instant) -> Sold {
    let won_at = d.closed_at.filter(|_| won);
    let earned = match (paid, won_at) {
        (true, _) => payments.unwrap_or_default(),
        // Won, and nobody says when: it belongs to no period, only to all time.
        (false, None) if won => vec![(Instant::MAX, d.amount.unwrap_or(0))],
        (false, at) => at.map(|at| (at, d.amount.unwrap_or(0))).into_iter().collect(),
    };
    let opened = match (d.opened_at, d.closed_at) {
        (Some(opened), Some(closed)) => opened.min(closed),
        (opened, closed) => opened.or(closed).unwrap_or(as_of),
    };
    Sold {
        lead: d.lead,
        company: d.company,
        owner: d.owner,
        product: d.product,
        is_new: is_new_business(&d.kind),
        untyped: None,
        unpriced: won && d.amount.is_none() && !paid,
        opened,
        won_at,
        undated: won && won_at.is_none(),
        amount: d.amount.unwrap_or(0),
        earned,
        created: None,
        account: 0,
    }
}
