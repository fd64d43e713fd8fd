//! Whose merit deals are: journeys of deals and of leads without one, told to a model, and what it credits to each name.

use super::Reading;
use super::book::{Path, Sold};
use super::names::{BEFORE_LOOKBACK, NO_CHANNEL, by_detail, nameless};
use crate::measure::attribution::{Attributor, Journey, Model, Settings, Touch};
use crate::model::{Instant, LeadId};
use crate::report::attribution::Credit;
use crate::run::RunError;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many deals had which touches.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Paths {
    pub(super) touched: usize,
    pub(super) before: usize,
    pub(super) late: usize,
    pub(super) untouched: usize,
}

impl Paths {
    pub(super) fn count(&mut self, path: Path<'_>) {
        *match path {
            Path::Touched(_) => &mut self.touched,
            Path::Before => &mut self.before,
            Path::Late => &mut self.late,
            Path::Untouched => &mut self.untouched,
        } += 1;
    }
}

/// Customers and revenue, credited to names.
pub(super) struct Credits {
    customers: Attributor,
    revenue: Attributor,
    rest: BTreeMap<&'static str, (f64, i64)>,
}

impl Credits {
    pub(super) fn new(reading: &Reading<'_>, model: Model) -> Self {
        let new = || Attributor::new(model, Settings { lookback: Some(reading.lookback()), ..Settings::default() });
        Self { customers: new(), revenue: new(), rest: BTreeMap::new() }
    }
    pub(super) fn add(&mut self, by: &str, deal: &Sold, path: Path<'_>, won: bool, revenue: i64) {
        let rest = match path {
            Path::Touched(touches) => {
                let journey = |value| Journey { touches, ended_at: deal.opened, value: Some(value) };
                if won {
                    self.customers.add(&journey(0));
                }
                return self.revenue.add(&journey(revenue));
            }
            Path::Before => BEFORE_LOOKBACK,
            Path::Late | Path::Untouched => nameless(by),
        };
        let sums = self.rest.entry(rest).or_default();
        *sums = (sums.0 + f64::from(u8::from(won)), sums.1.saturating_add(revenue));
    }
    pub(super) fn add_null(&mut self, touches: &[Touch<'_>], ended_at: Instant) {
        for attributor in [&mut self.customers, &mut self.revenue] {
            attributor.add(&Journey { touches, ended_at, value: None });
        }
    }
    /// By name: customers (with fractions) and revenue (whole minor units that add up to all of it).
    pub(super) fn finish(self) -> BTreeMap<String, Credit> {
        let of_rest = |(name, (conversions, revenue)): (&str, (f64, i64))| (name.to_owned(), Credit { conversions, revenue, removal_effect: None });
        let mut all: BTreeMap<String, Credit> = self.rest.into_iter().map(of_rest).collect();
        for credit in self.customers.finish().credits {
            all.entry(credit.channel.unwrap_or_else(|| NO_CHANNEL.into())).or_default().conversions += credit.conversions;
        }
        for credit in self.revenue.finish().credits {
            let sums = all.entry(credit.channel.unwrap_or_else(|| NO_CHANNEL.into())).or_default();
            sums.revenue = sums.revenue.saturating_add(credit.value);
            sums.removal_effect = credit.removal_effect;
        }
        all
    }
}

/// Journeys that came to nothing yet: of leads without a deal whose last touch is of the period.
pub(super) fn each_null(
    reading: &Reading<'_>,
    known: &FxHashMap<u32, Arc<str>>,
    with_deals: &[u32],
    mut f: impl FnMut(&[Touch<'_>], Instant),
) -> Result<(), RunError> {
    let by_detail = by_detail(known);
    let channel = |detail: u32| by_detail.get(detail as usize).copied().flatten();
    // Nothing before is within the look-back of a touch of the period.
    let span = (reading.period.from.plus(reading.lookback().0.saturating_neg()), reading.context.as_of);
    let has_deal = |lead: LeadId| u32::try_from(lead.0).is_ok_and(|lead| with_deals.binary_search(&lead).is_ok());
    let mut touches: Vec<Touch<'_>> = Vec::new();
    reading.store.each_touched(
        span,
        |detail| channel(detail).is_some(),
        |lead, events| {
            let Some(last) = events.last().filter(|e| reading.contains(e.at) && !has_deal(lead)) else { return };
            touches.clear();
            touches.extend(events.iter().filter_map(|e| Some(Touch { channel: channel(e.detail.0)?, at: e.at })));
            f(&touches, last.at);
        },
    )?;
    Ok(())
}
