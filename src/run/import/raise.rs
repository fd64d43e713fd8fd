//! Collected events on their way into the base: raised where there are some, handed out where there are none yet; those of
//! strangers wait.

use super::resolver::Stranger;
use super::sink::{EventSink, Group, Groups, STRANGER};
use super::{Importer, spill_error};
use crate::model::{Event, LeadId, RunId};
use crate::run::RunError;
use crate::store::Store;

impl Importer<'_, '_> {
    /// Totals kept in lead columns: only what exceeds the events of that column already in the base is new.
    pub(super) fn write_totals(&mut self) -> Result<(), RunError> {
        let mut totals: Vec<_> = std::mem::take(&mut self.totals).into_iter().collect();
        totals.sort_unstable_by_key(|((lead, detail), _)| (*lead, *detail));
        let mut there = Vec::new();
        for ((lead, detail), (n, at)) in totals {
            let (mut known, mut at_once) = (0, 0);
            if lead.0 <= self.last_before {
                self.session.store.events_of(lead, &mut there)?;
                known = there.iter().filter(|e| e.detail == detail).count() as i64;
                at_once = there.iter().filter(|e| e.detail == detail && e.at == at).count() as i64;
            }
            if n > known {
                for _ in 0..n - known + at_once {
                    self.push_event(lead.0 as u32, at, detail, 0)?;
                }
            }
        }
        Ok(())
    }

    /// Adds the collected events that the base does not have; those of strangers wait.
    pub(super) fn write_events(&mut self) -> Result<(), RunError> {
        let sink = std::mem::replace(&mut self.sink, EventSink::new());
        let total = sink.len;
        if total == 0 {
            return Ok(());
        }
        let mut groups = sink.drain(std::mem::take(&mut self.renumber)).map_err(spill_error)?;
        let (store, run) = (&self.session.store, self.session.run);
        let (mut pushed, mut added, mut due) = (0_u64, 0_u64, 0);
        let mut details = Vec::new();
        let mut next = groups.next_group().map_err(spill_error)?;
        while let Some(group) = next.filter(|g| g.lead < STRANGER) {
            details.clear();
            // All details of one lead at one instant.
            while let Some(same) = next.filter(|g| (g.lead, g.at) == (group.lead, group.at)) {
                details.extend(std::iter::repeat_n(same.detail, usize::try_from(same.n).unwrap_or(0)));
                next = groups.next_group().map_err(spill_error)?;
            }
            pushed += details.len() as u64;
            let lead = LeadId(i64::from(group.lead));
            let new = store.raise_events(lead, group.at, &details, run)? as u64;
            added += new;
            if new > 0 && due != group.lead {
                store.make_due(lead)?;
                due = group.lead;
            }
            if pushed.is_multiple_of(4096) {
                (self.session.context.progress)("writing events", pushed, total);
            }
        }
        self.summary.events_new += added;
        self.summary.events_known += pushed - added;
        let strangers = std::mem::take(&mut self.resolver.strangers);
        self.summary.events_waiting += wait(store, &mut groups, next, &strangers, run)?;
        Ok(())
    }

    /// The collected events of a base that has none yet: whoever passes over the leads writes them.
    pub(super) fn arriving(&mut self) -> Result<Arriving, RunError> {
        let sink = std::mem::replace(&mut self.sink, EventSink::new());
        let groups = sink.drain(std::mem::take(&mut self.renumber)).map_err(spill_error)?;
        Ok(Arriving { groups, current: None, strangers: std::mem::take(&mut self.resolver.strangers), written: 0 })
    }
}

/// Events on their way into a base that has none yet.
pub(in crate::run) struct Arriving {
    groups: Groups,
    current: Option<Group>,
    strangers: Vec<Stranger>,
    /// How many were handed out.
    pub(in crate::run) written: u64,
}

impl Arriving {
    /// The next event of a lead; `None` when only those of strangers are left.
    pub(in crate::run) fn next(&mut self) -> Result<Option<(i64, Event)>, RunError> {
        loop {
            match &mut self.current {
                Some(group) if group.lead >= STRANGER => return Ok(None),
                Some(group) if group.n > 0 => {
                    group.n -= 1;
                    let event = Event { at: group.at, detail: group.detail };
                    self.written += 1;
                    return Ok(Some((i64::from(group.lead), event)));
                }
                _ => {}
            }
            self.current = self.groups.next_group().map_err(spill_error)?;
            if self.current.is_none() {
                return Ok(None);
            }
        }
    }

    /// The events of one lead into `out`. Leads are asked for in the order of their numbers.
    pub(in crate::run) fn of(&mut self, lead: LeadId, out: &mut Vec<Event>) -> Result<(), RunError> {
        out.clear();
        loop {
            if let Some(group) = &self.current {
                let of = i64::from(group.lead);
                if of > lead.0 || group.lead >= STRANGER {
                    return Ok(());
                }
                let n = usize::try_from(group.n).unwrap_or(0);
                self.written += n as u64;
                if of == lead.0 {
                    out.extend(std::iter::repeat_n(Event { at: group.at, detail: group.detail }, n));
                }
            }
            self.current = self.groups.next_group().map_err(spill_error)?;
            if self.current.is_none() {
                return Ok(());
            }
        }
    }

    /// Lets the events of strangers wait. Gives how many.
    pub(in crate::run) fn finish(mut self, store: &Store, run: RunId) -> Result<u64, RunError> {
        wait(store, &mut self.groups, self.current, &self.strangers, run)
    }
}

/// Lets the rest of the groups wait for their leads.
fn wait(store: &Store, groups: &mut Groups, first: Option<Group>, strangers: &[Stranger], run: RunId) -> Result<u64, RunError> {
    let (mut next, mut waiting, mut told) = (first, 0, 0);
    while let Some(group) = next {
        if let Some(Stranger { identity, others }) = group.lead.checked_sub(STRANGER).and_then(|n| strangers.get(n as usize)) {
            store.wait_event(identity, group.at, group.detail, group.n, run)?;
            if told != group.lead {
                told = group.lead;
                for (_, other) in others {
                    store.wait_also(other, identity, run)?;
                }
            }
            waiting += group.n.unsigned_abs();
        }
        next = groups.next_group().map_err(spill_error)?;
    }
    Ok(waiting)
}
