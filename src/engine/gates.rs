//! Whether a message may leave at an instant: the gates in their order, each with its reason. Asked again when a message is claimed,
//! for much may have happened since it was queued.

use crate::model::{Calendar, Instant, MessageState};
use crate::rules::delivery::{Delivery, Limits, Medium, OnCap};
use chrono::{Datelike, Days};

/// What is known of a message and of the lead that it goes to.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// How it leaves.
    pub medium: &'a Medium,
    /// It serves and does not advertise.
    pub service: bool,
    /// Where it would go.
    pub address: Option<&'a str>,
    /// The kinds of signs that closed that address: `unsubscribe`, `bounce` …
    pub closed: &'a [String],
    /// What the medium's `consent:` says; unknown is no consent.
    pub consent: Option<bool>,
    /// Advertising that the lead heard: by this medium today and this week, by all today and this week.
    pub heard: [u32; 4],
    /// Later than this it is worth nothing.
    pub not_after: Option<Instant>,
    /// When it would leave.
    pub at: Instant,
}

/// A gate that is shut: what becomes of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shut {
    /// Where it goes.
    pub state: MessageState,
    /// Why.
    pub reason: String,
    /// When the gate opens, where the clock opens it.
    pub until: Option<Instant>,
}

/// The first gate that is shut, in the order suppressed → consent → address → limits → hours; `None` = it may leave.
pub fn shut(delivery: &Delivery, calendar: &Calendar, asked: &Asked<'_>) -> Option<Shut> {
    let Asked { medium, service, at, .. } = *asked;
    let stay = |state, reason: &str| Some(Shut { state, reason: reason.to_owned(), until: None });
    if asked.not_after.is_some_and(|last| last < at) {
        return stay(MessageState::Skipped, "too late");
    }
    // Whoever unsubscribed still gets the receipt; nobody is where it bounced, and who complained is left alone.
    if let Some(kind) = asked.closed.iter().find(|kind| !service || *kind != "unsubscribe") {
        return stay(MessageState::Suppressed, kind);
    }
    if !service && medium.consent.is_some() && asked.consent != Some(true) {
        return stay(MessageState::Held, "no consent");
    }
    if asked.address.is_none_or(|a| a.trim().is_empty()) {
        return stay(MessageState::Held, "no address");
    }
    let opens = |from: Instant| medium.hours.map_or(from, |hours| hours.next_open(calendar, from, medium.days));
    let wait = |state, reason: &str, until: Instant| match asked.not_after.filter(|last| *last < until) {
        Some(_) => Some(Shut { state: MessageState::Skipped, reason: format!("too late: {reason}"), until: None }),
        None => Some(Shut { state, reason: reason.to_owned(), until: Some(until) }),
    };
    if !service && let Some((reason, from)) = capped(delivery, calendar, asked) {
        return match delivery.on_cap {
            OnCap::Defer => wait(MessageState::Deferred, reason, opens(from)),
            OnCap::Skip => stay(MessageState::Skipped, reason),
        };
    }
    match opens(at) {
        open if open > at => wait(MessageState::Queued, "outside its hours", open),
        _ => None,
    }
}

/// The limit that is reached and stays so the longest, and when it begins anew.
fn capped(delivery: &Delivery, calendar: &Calendar, asked: &Asked<'_>) -> Option<(&'static str, Instant)> {
    let today = calendar.date(asked.at);
    let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    let (tomorrow, next_week) = (calendar.start_of(today + Days::new(1)), calendar.start_of(monday + Days::new(7)));
    let [day, week, day_all, week_all] = asked.heard;
    let Limits { per_day, per_week } = asked.medium.limits;
    let limits = [
        (per_week, week, "the limit per week by this medium", next_week),
        (delivery.limits.per_week, week_all, "the limit per week", next_week),
        (per_day, day, "the limit per day by this medium", tomorrow),
        (delivery.limits.per_day, day_all, "the limit per day", tomorrow),
    ];
    limits.into_iter().find(|(limit, heard, ..)| limit.is_some_and(|limit| *heard >= limit)).map(|(.., reason, from)| (reason, from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Dictionary, Window, WindowDays};

    const NOON: &str = "2026-11-20 12:00"; // a Friday

    fn at(text: &str) -> Instant {
        Calendar::default().instant(chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time"))
    }

    fn delivery(on_cap: OnCap) -> Delivery {
        let mut all = Delivery::usual(&Dictionary::default());
        all.on_cap = on_cap;
        all.limits = Limits { per_day: Some(2), per_week: Some(6) };
        for medium in &mut all.media {
            medium.limits = Limits { per_day: Some(1), per_week: Some(4) };
            (medium.hours, medium.days) = (Window::parse("09:00-20:00").ok(), WindowDays::Every);
        }
        all
    }

    fn judged(all: &Delivery, change: impl FnOnce(&mut Asked<'_>)) -> Option<(MessageState, String, Option<Instant>)> {
        let medium = all.medium("email").expect("a usual medium");
        let mut asked =
            Asked { medium, service: false, address: Some("a@example.com"), closed: &[], consent: None, heard: [0; 4], not_after: None, at: at(NOON) };
        change(&mut asked);
        shut(all, &Calendar::default(), &asked).map(|s| (s.state, s.reason, s.until))
    }

    #[test]
    fn gates_are_asked_in_their_order() {
        let all = delivery(OnCap::Defer);
        assert_eq!(judged(&all, |_| ()), None);
        let kinds = ["bounce".to_owned(), "unsubscribe".to_owned()];
        let state = |change: fn(&mut Asked<'_>)| judged(&all, change).map(|(state, reason, _)| (state, reason));
        assert_eq!(judged(&all, |a| (a.closed, a.address) = (&kinds, None)).map(|s| s.1), Some("bounce".into()));
        assert_eq!(state(|a| (a.address, a.heard) = (None, [9; 4])), Some((MessageState::Held, "no address".into())));
        assert_eq!(state(|a| (a.heard, a.at) = ([9; 4], at("2026-11-20 22:00"))).map(|s| s.0), Some(MessageState::Deferred));
        assert_eq!(state(|a| a.not_after = Some(at("2026-11-20 11:00"))), Some((MessageState::Skipped, "too late".into())));
    }

    #[test]
    fn what_serves_passes_limits_and_unsubscriptions_but_no_bounce() {
        let all = delivery(OnCap::Defer);
        let (gone, bounced) = (["unsubscribe".to_owned()], ["bounce".to_owned()]);
        assert_eq!(judged(&all, |a| (a.service, a.heard, a.closed) = (true, [9; 4], &gone)), None);
        assert_eq!(judged(&all, |a| (a.service, a.closed) = (true, &bounced)).map(|s| s.0), Some(MessageState::Suppressed));
    }

    #[test]
    fn a_limit_waits_for_its_day_or_week_and_then_for_the_hours() {
        let all = delivery(OnCap::Defer);
        let until = |heard| judged(&all, |a| a.heard = heard).and_then(|s| s.2);
        assert_eq!(until([1, 1, 1, 1]), Some(at("2026-11-21 09:00")));
        assert_eq!(until([1, 4, 1, 4]), Some(at("2026-11-23 09:00")), "the week's limit outlasts the day's");
        assert_eq!(until([0, 0, 2, 2]), Some(at("2026-11-21 09:00")));
        assert_eq!(judged(&delivery(OnCap::Skip), |a| a.heard = [1; 4]).map(|s| s.0), Some(MessageState::Skipped));
        let short = judged(&all, |a| (a.heard, a.not_after) = ([1; 4], Some(at("2026-11-21 08:00"))));
        assert_eq!(short.map(|s| s.0), Some(MessageState::Skipped), "it would be too late by then");
        let night = judged(&all, |a| a.at = at("2026-11-20 20:00"));
        assert_eq!(night.map(|s| (s.0, s.2)), Some((MessageState::Queued, Some(at("2026-11-21 09:00")))));
    }
}
