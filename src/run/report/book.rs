//! The deals of a base with what they earned, and whose touches each is credited to: those of its account. A base has many leads: of those
//! in accounts with a deal that matters only the numbers are kept, and their touches are read for so many leads at a time.

mod paths;
mod sold;

pub(super) use self::paths::Path;
pub(super) use self::sold::Sold;

use self::sold::{Texts, Untyped};
use super::Reading;
use crate::model::{FieldIx, Instant, Value, fold};
use crate::report::Note;
use crate::report::deals::{kindless, strange_kinds};
use crate::rules::reports::{Revenue, Scope};
use crate::run::RunError;
use crate::store::{DealId, DealRow, LeadFact};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

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

/// Leads that belong together.
#[derive(Clone, Copy)]
struct Account {
    /// When the first of its leads was created.
    first: Option<Instant>,
    /// Its touches will be asked for.
    asked: bool,
}

/// All of them.
pub(super) struct Book {
    /// In one order, always the same.
    pub(super) sold: Vec<Sold>,
    /// What is odd about them.
    pub(super) odd: Oddities,
    /// Types that nobody knows, as told.
    strange: Vec<String>,
    accounts: Vec<Account>,
    /// The places of the deals, account by account.
    by_account: Vec<u32>,
    /// Accounts with their leads; sorted when all were met.
    leads: Vec<(u32, u32)>,
    /// During the pass over the leads: the account of a company, and the deals of a lead.
    by_company: FxHashMap<Box<str>, u32>,
    by_lead: Vec<(i64, u32)>,
    texts: Texts,
    company: Option<FieldIx>,
    created_at: Option<FieldIx>,
}

impl Book {
    /// Every deal that was won or paid by the as-of, with its account. `asked`: whose touches will be asked for.
    pub(super) fn read(reading: &Reading<'_>, asked: impl Fn(&Sold) -> bool) -> Result<Self, RunError> {
        let mut companies = Vec::with_capacity(reading.store.won_deals()?);
        let mut book = Self::deals(reading, |d, texts| companies.push(d.company.as_deref().map(|c| texts.one(c))))?;
        book.gather(reading, companies, asked)?;
        Ok(book)
    }

    /// The deals alone.
    pub(super) fn of_deals(reading: &Reading<'_>) -> Result<Self, RunError> {
        Self::deals(reading, |_, _| {})
    }

    fn deals(reading: &Reading<'_>, mut also: impl FnMut(&DealRow, &mut Texts)) -> Result<Self, RunError> {
        let (sop, as_of) = (reading.sop(), reading.context.as_of);
        let revenue = sop.reports.revenue;
        let mut payments: FxHashMap<DealId, Vec<(Instant, i64)>> = FxHashMap::default();
        if revenue == Revenue::Paid {
            reading.store.each_payment(|deal, at, amount, n| {
                if at <= as_of {
                    payments.entry(deal).or_default().push((at, amount.saturating_mul(n)));
                }
            })?;
        }
        let field = |id: &str| sop.dictionary.field(id).map(|(ix, _)| ix);
        let mut book = Self {
            // What grows by doubling holds its memory several times over.
            sold: Vec::with_capacity(reading.store.won_deals()?),
            odd: Oddities::default(),
            strange: Vec::new(),
            accounts: Vec::new(),
            by_account: Vec::new(),
            leads: Vec::new(),
            by_company: FxHashMap::default(),
            by_lead: Vec::new(),
            texts: Texts::default(),
            company: field("company"),
            created_at: field("created_at"),
        };
        let take = |d: DealRow| {
            let Some(mut sold) = Sold::of(&d, payments.remove(&d.deal), revenue, as_of, &mut book.texts) else { return };
            book.odd.undated += usize::from(sold.undated);
            also(&d, &mut book.texts);
            sold.untyped = Untyped::of(&d.kind, &mut book.strange);
            book.sold.push(sold);
        };
        // Of a product the spelling that was met first counts: that of the first deal by name.
        if reading.by == "product" { reading.store.each_deal_by_name(take) } else { reading.store.each_deal(take) }?;
        // What is left was paid for deals that nobody told of.
        for amounts in payments.into_values() {
            book.odd.orphans += amounts.len();
            book.odd.orphan_amount = amounts.iter().fold(book.odd.orphan_amount, |sum, (_, n)| sum.saturating_add(*n));
        }
        Ok(book)
    }

    /// Puts each deal into its account: that of the company that it names, or that its lead is of.
    fn gather(&mut self, reading: &Reading<'_>, companies: Vec<Option<Arc<str>>>, asked: impl Fn(&Sold) -> bool) -> Result<(), RunError> {
        let sop = reading.sop();
        let scope = sop.reports.roi.scope;
        let ignored: &[String] = sop.assignment.keep_together.as_ref().map(|k| k.ignore.as_slice()).unwrap_or_default();
        let says = |company: Option<&str>| company.map(|c| fold(c).into_owned()).filter(|c| !c.is_empty() && !ignored.contains(c));
        let field: Vec<FieldIx> = self.company.into_iter().collect();
        let mut others: FxHashMap<i64, u32> = FxHashMap::default();
        self.by_account.reserve_exact(self.sold.len());
        self.by_lead.reserve_exact(self.sold.len());
        for ((place, deal), company) in (0..).zip(&mut self.sold).zip(companies) {
            let company = match (says(company.as_deref()), scope, deal.lead) {
                (_, Scope::Lead, Some(_)) => None,
                (None, Scope::Account, Some(lead)) => {
                    let fields = reading.store.lead_fields(reading.columns, lead, &field)?;
                    says(fields.as_ref().and_then(|(_, values)| values.first()).and_then(Value::as_text))
                }
                (told, ..) => told,
            };
            let new = u32::try_from(self.accounts.len()).unwrap_or(u32::MAX);
            deal.account = match (company, deal.lead) {
                (Some(company), _) => *self.by_company.entry(company.into()).or_insert(new),
                (None, Some(lead)) => *others.entry(lead.0).or_insert(new),
                (None, None) => new,
            };
            if deal.account == new {
                self.accounts.push(Account { first: None, asked: false });
            }
            if let Some(account) = self.accounts.get_mut(deal.account as usize) {
                account.asked |= asked(deal);
            }
            self.by_account.push(place);
            self.by_lead.extend(deal.lead.map(|lead| (lead.0, place)));
        }
        let sold = &self.sold;
        self.by_account.sort_unstable_by_key(|place| (sold.get(*place as usize).map(|d| d.account), *place));
        self.by_lead.sort_unstable();
        Ok(())
    }

    /// The fields that [`Book::meet`] looks at.
    pub(super) fn asks(&self) -> [Option<FieldIx>; 2] {
        [self.company, self.created_at]
    }

    /// A lead of the pass: it belongs to the account of its company, and to those of its deals.
    pub(super) fn meet(&mut self, lead: &LeadFact, company: Option<&str>, created: Instant) {
        let by_company = company.and_then(|c| self.by_company.get(fold(c).as_ref()).copied());
        let from = self.by_lead.partition_point(|(of, _)| *of < lead.lead);
        let mut own: Vec<u32> = Vec::new();
        for (_, place) in self.by_lead.get(from..).unwrap_or_default().iter().take_while(|(of, _)| *of == lead.lead) {
            let Some(deal) = self.sold.get_mut(*place as usize) else { continue };
            // It is known since when its lead is, and whoever holds the lead sold it where it names nobody.
            deal.created = Some(created);
            if deal.owner.is_none() {
                deal.owner = lead.owner.as_deref().map(|owner| self.texts.one(owner));
            }
            if Some(deal.account) != by_company && !own.contains(&deal.account) {
                own.push(deal.account);
            }
        }
        for of in by_company.into_iter().chain(own) {
            let Some(account) = self.accounts.get_mut(of as usize) else { continue };
            account.first = account.first.into_iter().chain([created]).min();
            // Numbers of leads have 32 bits, as in the import.
            self.leads.extend(u32::try_from(lead.lead).ok().filter(|_| account.asked).map(|lead| (of, lead)));
        }
    }

    /// After the pass: a deal without a lead is as old as its account.
    pub(super) fn settle(&mut self) {
        for deal in &mut self.sold {
            deal.created = deal.created.or(self.accounts.get(deal.account as usize).and_then(|account| account.first));
        }
        self.leads.sort_unstable();
        (self.by_company, self.by_lead) = Default::default();
    }

    /// The leads whose journeys ended in a deal, in order; of accounts that were asked for.
    pub(super) fn leads_with_deals(&self) -> Vec<u32> {
        let mut leads: Vec<u32> = self.leads.iter().map(|(_, lead)| *lead).collect();
        leads.sort_unstable();
        leads.dedup();
        leads
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
                Untyped::Strange(place) => strange.entry(self.strange.get(place as usize).cloned().unwrap_or_default()).or_default(),
            };
            (*n, *amount) = (*n + 1, amount.saturating_add(earned));
        }
        let strange = strange_kinds(&strange, currency).map(|text| Note::new("strange-kind", format!("{text}, and import the file again")));
        kindless(blank.0, blank.1, currency).into_iter().chain(strange).collect()
    }
}
