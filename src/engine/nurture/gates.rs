//! Whether a message may leave, and when: suppressed → consent → no address → cap → window, in this order. Asked when a message is
//! queued and again when it is claimed for sending, by one function: a rehearsal never counts people who would have been left out.

use crate::condition::Facts;
use crate::model::{Calendar, FieldIx, Instant, LeadId, MessageState, Suppressed, SuppressedBy, Value};
use crate::rules::content::Purpose;
use crate::rules::delivery::{Delivery, Limits, Medium, OnCap};
use chrono::{Datelike, Days, NaiveDate};

/// What a message to one lead is held against.
#[derive(Clone, Copy, Debug)]
pub struct Gate<'a> {
    /// Why its address must not be written to by this medium: what [`Suppressed::stops`] says.
    pub closed: Option<SuppressedBy>,
    /// Whether the medium's `consent` holds, see [`consents`].
    pub consent: Option<bool>,
    /// Where it goes.
    pub address: Option<&'a str>,
    /// The local day and the medium of every other advertising message of the lead that left or is to leave.
    pub others: &'a [(NaiveDate, String)],
}

/// What the gates say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may leave from here on: at once, or when its medium opens.
    Leaves(Instant),
    /// A limit moves it to a later day.
    Deferred(Instant, String),
    /// It does not leave: the state that it is in, and why.
    Stopped(MessageState, String),
}

/// How far ahead a limit may move a message.
const FAR: u32 = 366;

/// Asks every gate for a message that is ready at an instant.
pub fn gate(calendar: &Calendar, delivery: &Delivery, medium: &Medium, purpose: Purpose, gate: &Gate<'_>, at: Instant) -> Verdict {
    let stopped = |state, why: &str| Verdict::Stopped(state, why.to_owned());
    let serves = purpose == Purpose::Service;
    if let Some(why) = gate.closed.filter(|why| !serves || why.stops_service()) {
        return stopped(MessageState::Suppressed, why.name());
    }
    if !serves && (gate.consent == Some(false) || (medium.consent.is_some() && gate.consent.is_none())) {
        return stopped(MessageState::Held, "no consent");
    }
    if gate.address.is_none() {
        return stopped(MessageState::Held, "no address");
    }
    let opens = |at: Instant| medium.hours.map_or(at, |hours| hours.next_open(calendar, at, medium.days));
    let (mut from, mut why) = (at, None);
    for _ in 0..FAR {
        let leaves = opens(from);
        if leaves == Instant::MAX {
            return Verdict::Stopped(MessageState::Held, format!("`{}` never opens again", medium.id));
        }
        let day = calendar.date(leaves);
        match if serves { None } else { full(delivery, medium, gate.others, day) } {
            None => return why.map_or(Verdict::Leaves(leaves), |why| Verdict::Deferred(leaves, why)),
            Some((told, _)) if delivery.on_cap == OnCap::Skip => return Verdict::Stopped(MessageState::Skipped, told),
            Some((told, next)) => {
                why.get_or_insert(told);
                from = calendar.start_of(next).max(leaves.plus(1));
            }
        }
    }
    Verdict::Stopped(MessageState::Skipped, format!("{}, and there is no room within a year", why.unwrap_or_default()))
}

/// The limit that a day has used up, and the first day on which there could be room.
fn full(delivery: &Delivery, medium: &Medium, others: &[(NaiveDate, String)], day: NaiveDate) -> Option<(String, NaiveDate)> {
    let monday = |d: NaiveDate| d - Days::new(u64::from(d.weekday().num_days_from_monday()));
    let count = |own: bool, within: &dyn Fn(NaiveDate) -> bool| others.iter().filter(|(d, m)| within(*d) && (!own || *m == medium.id)).count();
    let ask = |limits: Limits, own: bool| {
        let of = if own { format!("by {}", medium.id) } else { "in all".to_owned() };
        let over = |most: Option<u32>, n: usize| most.filter(|most| n >= *most as usize);
        let daily = over(limits.per_day, count(own, &|d| d == day)).map(|most| (format!("limit: {most} a day {of}"), day + Days::new(1)));
        let weekly = over(limits.per_week, count(own, &|d| monday(d) == monday(day)));
        weekly.map(|most| (format!("limit: {most} a week {of}"), monday(day) + Days::new(7))).or(daily)
    };
    ask(medium.limits, true).or_else(|| ask(delivery.limits, false))
}

/// The address of a lead for a medium: the first of its fields that is filled. `values`: by field.
pub fn address<'v>(medium: &Medium, values: &'v [Value]) -> Option<(FieldIx, &'v str)> {
    medium.address.iter().find_map(|ix| Some((*ix, values.get(ix.0)?.as_text().filter(|t| !t.trim().is_empty())?)))
}

/// Whether a lead agreed to be written to by a medium; unknown is not yes. Where delivery.yaml does not ask, everybody did but those
/// whose `consent_email` (`consent_sms` …) says no: forgetting a line of a file must not write to them.
pub fn consents(medium: &Medium, facts: &Facts<'_>) -> Option<bool> {
    let said_no = || {
        let field = facts.dictionary.field(&format!("consent_{}", medium.id));
        field.and_then(|(ix, _)| facts.lead.get(ix.0)).is_some_and(|value| *value == Value::Bool(false))
    };
    medium.consent.as_ref().map_or_else(|| Some(!said_no()), |c| c.test(facts).0)
}

/// The media by which a lead can be reached: there is an address, it is not suppressed, consent holds. Limits and hours don't matter.
/// `state` gives the state's values where these media are the reachable ones, for a consent that speaks of the state.
pub fn reachable<'d>(delivery: &'d Delivery, facts: &Facts<'_>, (lead, closed): (LeadId, &Suppressed), state: &dyn Fn(&[&str]) -> Vec<Value>) -> Vec<&'d str> {
    let stops = |m: &Medium, a: &str| facts.dictionary.address(a).and_then(|a| closed.stops(lead, &a, &m.id, false)).is_some();
    let open = |m: &&Medium| address(m, facts.lead).is_some_and(|(_, a)| closed.is_empty() || !stops(m, a));
    let open: Vec<&Medium> = delivery.media.iter().filter(open).collect();
    let ids: Vec<&str> = open.iter().map(|m| m.id.as_str()).collect();
    let asks = open.iter().filter_map(|m| m.consent.as_ref()).any(|c| !c.state_names().is_empty());
    let known = if asks { state(&ids) } else { Vec::new() };
    let facts = Facts { state: if asks { &known } else { facts.state }, ..*facts };
    open.into_iter().filter(|m| consents(m, &facts) == Some(true)).map(|m| m.id.as_str()).collect()
}
