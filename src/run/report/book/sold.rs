//! One deal as a report of money remembers it: small, because a base has many.

use crate::model::{DEAL_KINDS, DealStatus, Instant, LeadId, is_new_business};
use crate::rules::reports::Revenue;
use crate::store::DealRow;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// A deal that earned something, or was won.
#[derive(Clone, Debug)]
pub(in crate::run::report) struct Sold {
    /// Whose.
    pub(in crate::run::report) lead: Option<LeadId>,
    /// Who sold it.
    pub(in crate::run::report) owner: Option<Arc<str>>,
    /// What was sold.
    pub(in crate::run::report) product: Option<Arc<str>>,
    /// Until when touches count.
    pub(in crate::run::report) opened: Instant,
    /// When it was won, if it was, and if anybody says when.
    pub(in crate::run::report) won_at: Option<Instant>,
    /// When its lead, or the first of its account, was created.
    pub(in crate::run::report) created: Option<Instant>,
    /// What it is worth, in minor units.
    pub(in crate::run::report) amount: i64,
    earned: Earned,
    /// Its account, once it has one.
    pub(super) account: u32,
    /// It is taken for new business, and nobody knows what it is.
    pub(super) untyped: Option<Untyped>,
    /// `new`, or nobody knows: only these bring a customer.
    pub(in crate::run::report) is_new: bool,
    /// Nobody says what it is worth.
    pub(in crate::run::report) unpriced: bool,
    /// It was won; nobody says when.
    pub(in crate::run::report) undated: bool,
}

/// What a deal earned, and when, in minor units: mostly all at once.
#[derive(Clone, Debug)]
enum Earned {
    Once([(Instant, i64); 1]),
    Often(Box<[(Instant, i64)]>),
}

/// Why nobody knows the type of a deal.
#[derive(Clone, Copy, Debug)]
pub(super) enum Untyped {
    /// No file says.
    Blank,
    /// By a word that nobody knows: its place among the strange ones.
    Strange(u32),
}

/// Texts that many deals share, kept once.
#[derive(Default)]
pub(super) struct Texts(FxHashSet<Arc<str>>);

impl Texts {
    pub(super) fn one(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}

impl Sold {
    /// A deal of the base; `None` where it was neither won nor paid by the as-of.
    pub(super) fn of(d: &DealRow, payments: Option<Vec<(Instant, i64)>>, revenue: Revenue, as_of: Instant, texts: &mut Texts) -> Option<Self> {
        let won = d.status == DealStatus::Won && d.closed_at.is_none_or(|at| at <= as_of);
        if !won && payments.is_none() {
            return None;
        }
        let paid = revenue == Revenue::Paid;
        let won_at = d.closed_at.filter(|_| won);
        let earned = match (paid, won_at) {
            (true, _) => Earned::Often(payments.unwrap_or_default().into()),
            (false, Some(at)) => Earned::Once([(at, d.amount.unwrap_or(0))]),
            // Won, and nobody says when: it belongs to no period, only to all time.
            (false, None) if won => Earned::Once([(Instant::MAX, d.amount.unwrap_or(0))]),
            (false, None) => Earned::Often(Box::default()),
        };
        let opened = match (d.opened_at, d.closed_at) {
            (Some(opened), Some(closed)) => opened.min(closed),
            (opened, closed) => opened.or(closed).unwrap_or(as_of),
        };
        let mut text = |told: &Option<String>| told.as_deref().map(|text| texts.one(text));
        Some(Self {
            lead: d.lead,
            owner: text(&d.owner),
            product: text(&d.product),
            opened,
            won_at,
            created: None,
            amount: d.amount.unwrap_or(0),
            earned,
            account: 0,
            untyped: None,
            is_new: is_new_business(&d.kind),
            unpriced: won && d.amount.is_none() && !paid,
            undated: won && won_at.is_none(),
        })
    }

    /// What it earned, and when, in minor units.
    pub(in crate::run::report) fn earned(&self) -> &[(Instant, i64)] {
        match &self.earned {
            Earned::Once(once) => once,
            Earned::Often(often) => often,
        }
    }
}

impl Untyped {
    /// Why nobody knows a type, if so; a strange word gets its place.
    pub(super) fn of(kind: &str, strange: &mut Vec<String>) -> Option<Self> {
        match kind {
            "" => Some(Self::Blank),
            known if DEAL_KINDS.contains(&known) => None,
            word => {
                let place = strange.iter().position(|known| known == word).unwrap_or_else(|| {
                    strange.push(word.to_owned());
                    strange.len() - 1
                });
                Some(Self::Strange(u32::try_from(place).unwrap_or(u32::MAX)))
            }
        }
    }
}
