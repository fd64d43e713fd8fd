//! Whose touches a deal is credited to, and which of them count: those of its account within the look-back before it was opened.

use super::{Book, Sold};
use crate::measure::attribution::Touch;
use crate::model::{Event, Instant, LeadId};
use crate::run::RunError;
use crate::run::report::Reading;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// So many leads are looked at together: enough to read each part of the base once for many, few enough for any memory.
const TOGETHER: usize = 1 << 14;

/// Why a deal has the touches that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run::report) enum Path<'t> {
    /// Touches within the look-back.
    Touched(&'t [Touch<'t>]),
    /// All are older.
    Before,
    /// All came after the deal was opened.
    Late,
    /// None.
    Untouched,
}

/// An account that is looked at: the places of its deals, and its leads.
struct Group<'b> {
    deals: &'b [u32],
    leads: &'b [(u32, u32)],
}

/// What the accounts that are looked at together need; used again for the next ones.
#[derive(Default)]
struct Room {
    /// Leads with the place of their account.
    leads: Vec<(u32, u32)>,
    /// Of one lead.
    events: Vec<Event>,
    /// The place of the account, when and what.
    met: Vec<(u32, Instant, u32)>,
}

impl Book {
    /// Hands each deal that `wanted` lets pass to `f` with its touches, account by account. They must have been asked for.
    pub(in crate::run::report) fn each_path(
        &self,
        reading: &Reading<'_>,
        touches: &FxHashMap<u32, Arc<str>>,
        wanted: impl Fn(&Sold) -> bool,
        mut f: impl FnMut(&Sold, Path<'_>),
    ) -> Result<(), RunError> {
        let deal = |place: &u32| self.sold.get(*place as usize);
        let account = |place: &u32| deal(place).map(|d| d.account);
        // Accounts that are looked at together: their deals and their leads.
        let mut together: Vec<Group<'_>> = Vec::new();
        let (mut count, mut room) = (0, Room::default());
        let mut walk = |together: &mut Vec<Group<'_>>| -> Result<(), RunError> {
            self.met(reading, touches, together, &mut room)?;
            let lookback = reading.lookback().0;
            let mut within: Vec<Touch<'_>> = Vec::new();
            let mut by_account = room.met.chunk_by(|a, b| a.0 == b.0).peekable();
            for (place, group) in (0..).zip(together.iter()) {
                let met = by_account.next_if(|of| of.first().is_some_and(|t| t.0 == place)).unwrap_or_default();
                for deal in group.deals.iter().filter_map(deal).filter(|d| wanted(d)) {
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
            together.clear();
            Ok(())
        };
        for deals in self.by_account.chunk_by(|a, b| account(a) == account(b)) {
            let Some(of) = deals.first().and_then(account).filter(|_| deals.iter().filter_map(deal).any(&wanted)) else { continue };
            let leads = self.leads.get(self.leads.partition_point(|(a, _)| *a < of)..).unwrap_or_default();
            let leads = leads.get(..leads.partition_point(|(a, _)| *a == of)).unwrap_or_default();
            if count + leads.len() > TOGETHER {
                walk(&mut together)?;
                count = 0;
            }
            count += leads.len();
            together.push(Group { deals, leads });
        }
        walk(&mut together)
    }

    /// The touches of some accounts: the place of the account, when and what. Leads are read in the order in which the base has them:
    /// those of one account are spread over all of it.
    fn met(&self, reading: &Reading<'_>, touches: &FxHashMap<u32, Arc<str>>, accounts: &[Group<'_>], room: &mut Room) -> Result<(), RunError> {
        let Room { leads, events, met } = room;
        leads.clear();
        met.clear();
        for (place, account) in (0..).zip(accounts) {
            leads.extend(account.leads.iter().map(|(_, lead)| (*lead, place)));
        }
        leads.sort_unstable();
        let as_of = reading.context.as_of;
        for (lead, place) in leads.iter() {
            reading.store.events_of(LeadId(i64::from(*lead)), events)?;
            let touching = events.iter().filter(|e| e.at <= as_of && touches.contains_key(&e.detail.0));
            met.extend(touching.map(|e| (*place, e.at, e.detail.0)));
        }
        met.sort_unstable();
        Ok(())
    }
}
