//! The laws, whatever happens: random paths beside one another, random calendars, ticks early, late, doubled and missed, news in between.

use super::plan::{Caps, Met, Plan, Year, caps, holds, hours, plan, year};
use super::world::{Texts, World};
use super::{DAY, HOUR};
use chrono::{Datelike, Days};
use proptest::prelude::*;
use sop::model::{Instant, JourneyState, Message, MessageState, Part, SuppressedBy, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What happens before a tick.
#[derive(Clone, Copy, Debug)]
enum News {
    Nothing,
    Talking(bool),
    Mail(bool),
    Ready,
    Over,
    /// So many hours before, and imported only now.
    Order(u8),
    Form(u8),
    /// The openings up to here are imported: there are none.
    Openings,
    Unsubscribes,
    Complains,
    /// The number is dead.
    Bounces,
}

fn news() -> impl Strategy<Value = News> {
    prop_oneof![
        9 => Just(News::Nothing),
        3 => any::<bool>().prop_map(News::Talking),
        1 => any::<bool>().prop_map(News::Mail),
        1 => Just(News::Ready),
        1 => Just(News::Over),
        3 => (0_u8..90).prop_map(News::Order),
        2 => (0_u8..90).prop_map(News::Form),
        3 => Just(News::Openings),
        1 => prop_oneof![Just(News::Unsubscribes), Just(News::Complains), Just(News::Bounces)],
    ]
}

/// When the ticks come, in minutes after one another, and what happens before each.
fn ticks() -> impl Strategy<Value = Vec<(i64, News)>> {
    prop::collection::vec((prop_oneof![1 => Just(0), 3 => 1..120_i64, 4 => 120..2_000_i64, 1 => 2_000..15_000_i64], news()), 8..50)
}

/// What is asked of the random path beside its steps.
#[derive(Clone, Copy, Debug)]
struct Manner {
    late: Option<u8>,
    again: Option<u8>,
    caps: Option<Caps>,
    hours: (u8, u8),
    lags: bool,
}

fn manner() -> impl Strategy<Value = Manner> {
    let days = || prop::option::of(1_u8..9);
    (days(), days(), caps(), hours(), any::<bool>()).prop_map(|(late, again, caps, hours, lags)| Manner { late, again, caps, hours, lags })
}

/// The random path, a stronger one, one for each order, one that serves, one by a date.
fn texts(plan: &Plan, year: &Year, m: Manner) -> Texts {
    let again = m.again.map_or(String::new(), |days| format!(", again: after {days}d"));
    let late = m.late.map_or(String::new(), |days| format!("late: {{max: {days}d}}\n"));
    let own = format!("enroll: {{when: \"over = FALSE\"{again}}}\ngoal: over = TRUE\nhold_while: talking = TRUE\n{late}steps:\n{}", plan.yaml());
    Texts::new(&year.delivery(m.hours, m.caps))
        .and("calendar", &year.yaml())
        .and("nurture/p", &own)
        .and(
            "nurture/strong",
            "priority: 9\nenroll: {when: \"ready = TRUE\"}\ngoal: over = TRUE\nsteps:\n  - {id: one, day: 1, send: email, content: b}\n  - {id: two, day: 4, send: sms, content: s}\n",
        )
        .and(
            "nurture/order",
            "enroll: {event: order_placed}\nsteps:\n  - {id: one, day: 1, send: email, content: c}\n  - {id: two, day: 3, send: sms, content: s}\n",
        )
        .and(
            "nurture/serve",
            "service: true\nenroll: {event: form_submit}\nsteps:\n  - {id: one, day: 1, send: email, content: v}\n  - {id: two, day: 2, send: email, content: v}\n",
        )
        .and(
            "nurture/birthday",
            "enroll: {date: born, every: year}\nsteps:\n  - {id: eve, day: -1, send: email, content: c}\n  - {id: day, day: 0, at: \"12:00\", send: sms, content: s}\n",
        )
}

fn leaves(m: &Message) -> bool {
    matches!(m.state, MessageState::Queued | MessageState::Deferred)
}

/// A story as it happened.
struct Story<'s> {
    w: World,
    met: &'s Met,
    unsubscribed: bool,
    complained: bool,
    bounced: bool,
    mails: bool,
    did: usize,
}

impl<'s> Story<'s> {
    fn new(plan: &Plan, year: &Year, m: Manner, met: &'s Met) -> Self {
        let mut w = World::of(&texts(plan, year, m));
        w.lags = m.lags;
        // A birthday in the second week, of somebody who may be born on a leap day.
        let day = year.start + Days::new(9);
        w.set("born", Value::Date(day.with_year(1988).unwrap_or(day)));
        Self { w, met, unsubscribed: false, complained: false, bounced: false, mails: true, did: 0 }
    }

    fn hear(&mut self, news: News, at: Instant) {
        let (mail, phone) = ("a@example.com", "+8613812345678");
        let ago = |hours: u8| at.plus(-i64::from(hours) * HOUR);
        match news {
            News::Nothing => {}
            News::Talking(yes) => self.w.set("talking", Value::Bool(yes)),
            News::Mail(yes) => {
                self.w.set("email", if yes { Value::text(mail) } else { Value::Null });
                self.mails = yes;
            }
            News::Ready => self.w.set("ready", Value::Bool(true)),
            News::Over => self.w.set("over", Value::Bool(true)),
            News::Order(hours) => {
                self.w.did("order_placed", ago(hours));
                self.did += 1;
            }
            News::Form(hours) => {
                self.w.did("form_submit", ago(hours));
                self.did += 1;
            }
            News::Openings => self.w.covered = Some(at),
            News::Unsubscribes => {
                self.w.close(mail, Some("email"), SuppressedBy::Unsubscribe);
                self.unsubscribed = true;
            }
            News::Complains => {
                self.w.close(mail, None, SuppressedBy::Complaint);
                self.w.close(phone, None, SuppressedBy::Complaint);
                self.complained = true;
            }
            News::Bounces => {
                self.w.close(phone, Some("sms"), SuppressedBy::Bounce);
                self.bounced = true;
            }
        }
    }

    /// One tick, and what may not come of it.
    fn tick(&mut self, at: Instant) -> Result<(), TestCaseError> {
        let before = self.w.messages.len();
        self.w.tick(at);
        for m in self.w.messages.iter().skip(before) {
            self.met.count(m.state.name(), 1);
            if leaves(m) {
                let mail = m.medium == "email";
                let closed = self.complained || (mail && self.unsubscribed && !m.service) || (!mail && self.bounced);
                prop_assert!(!closed, "to who must not be written to: {}/{} by {}", m.path, m.step, m.medium);
                prop_assert!(!mail || self.mails, "to nowhere: {}/{}", m.path, m.step);
                prop_assert!(m.not_before >= at, "queued for the past: {}/{}", m.path, m.step);
                prop_assert!(m.not_after.is_none_or(|last| m.not_before <= last), "planned too late: {}/{}", m.path, m.step);
            }
            if m.service && self.unsubscribed && !self.complained && leaves(m) {
                self.met.count("service after an unsubscription", 1);
            }
        }
        let path = |name: &str| self.w.sop.path(name).is_some_and(|p| p.exclusive);
        let open = self.w.journeys.enrollments.iter().filter(|e| e.state.is_open() && path(&e.path)).count();
        prop_assert!(open <= 1, "on {open} marketing paths at once");
        if self.w.lead_is_over() {
            let waits = |m: &&Message| m.path == "p" && m.not_before > at && leaves(m);
            prop_assert_eq!(self.w.messages.iter().filter(waits).count(), 0, "what has not left when the goal is reached does not leave");
        }
        Ok(())
    }
}

/// At most once: a message of a step, its second one, a piece of work; a journey for a cause.
fn once(s: &Story<'_>) -> Result<(), TestCaseError> {
    let (mut ids, mut parts, mut tasks, mut causes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for m in &s.w.messages {
        prop_assert!(ids.insert(m.id), "one number twice: {}", m.step);
        prop_assert!(parts.insert((m.enrollment, m.step.clone(), m.part)), "twice: {}/{} {}", m.path, m.step, m.part.name());
        s.met.count(if m.part == Part::Fallback && leaves(m) { "second messages" } else { "first messages" }, 1);
    }
    for t in &s.w.tasks {
        prop_assert!(tasks.insert((t.path.clone(), t.cause.clone(), t.step.clone())), "twice: {}/{}", t.path, t.step);
        s.met.count("tasks", 1);
    }
    let all = &s.w.journeys.enrollments;
    for e in all {
        prop_assert!(causes.insert((e.path.clone(), e.cause.clone())), "two journeys for one cause: {} {}", e.path, e.cause);
    }
    let of = |path: &str| all.iter().filter(|e| e.path == path).count();
    prop_assert!(of("order") + of("serve") <= s.did, "more journeys than events");
    prop_assert!(of("birthday") <= 1, "two birthdays in a few months");
    s.met.count("birthdays", of("birthday"));
    s.met.count("came again", usize::from(of("p") > 1));
    s.met.count("superseded", all.iter().filter(|e| e.state == JourneyState::Superseded).count());
    Ok(())
}

/// Never closer together than designed; counted from the entry, too.
fn gaps(s: &Story<'_>, plan: &Plan) -> Result<(), TestCaseError> {
    let (w, calendar, days) = (&s.w, s.w.calendar(), plan.days());
    let own = |part: Part| w.messages.iter().filter(move |m| m.path == "p" && m.part == part && leaves(m));
    for b in own(Part::Main) {
        let (place, entered) = (Plan::place(&b.step), w.journeys.enrollments.iter().find(|e| e.id == b.enrollment).unwrap().entered_at);
        if plan.between(0, place).0.is_some() {
            let (first, real) = (days[place] - 1, calendar.days_between(entered, w.left(b)));
            prop_assert!(real >= first, "{} on the {real}th day after the entry, not the {first}th: {:?}", b.step, w.leaves());
        }
        for a in own(Part::Main).filter(|a| a.enrollment == b.enrollment && Plan::place(&a.step) < place) {
            let (dated, least) = plan.between(Plan::place(&a.step), place);
            let seconds = w.left(b).0 - w.left(a).0;
            prop_assert!(seconds >= least, "{} only {seconds} s after {}, not {least}: {:?}", b.step, a.step, w.leaves());
            if let Some(designed) = dated {
                let real = calendar.days_between(w.left(a), w.left(b));
                prop_assert!(real >= designed, "{} only {real} days after {}, not {designed}: {:?}", b.step, a.step, w.leaves());
            }
            s.met.count("gaps", 1);
        }
    }
    for b in own(Part::Fallback) {
        let first = own(Part::Main).find(|a| a.enrollment == b.enrollment && a.step == b.step);
        prop_assert!(first.is_some(), "a second message without a first: {}", b.step);
        let after = w.left(b).0 - w.left(first.unwrap()).0;
        prop_assert!(after >= 24 * HOUR, "the second of {} only {after} s after the first", b.step);
        prop_assert!(b.not_before.0 - w.left(first.unwrap()).0 <= 60 * HOUR, "the second of {} too late", b.step);
    }
    Ok(())
}

/// Never more than allowed, by the local day and its week. A carrier who is late is stopped at its own gate.
fn limits(s: &Story<'_>, caps: Option<Caps>) -> Result<(), TestCaseError> {
    let Some(caps) = caps.filter(|_| !s.w.lags) else { return Ok(()) };
    let mut n: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for m in s.w.messages.iter().filter(|m| leaves(m) && !m.service) {
        let day = s.w.calendar().date(s.w.left(m));
        let (today, week) = (day.to_string(), format!("{:?}", day.iso_week()));
        let all = [("day", today.clone()), ("week", week.clone())].into_iter();
        for key in all.chain([("mail_day", today), ("mail_week", week)].into_iter().filter(|_| m.medium == "email")) {
            *n.entry(key).or_default() += 1;
        }
    }
    for ((what, when), n) in &n {
        let most = BTreeMap::from([("day", caps.day), ("week", caps.week), ("mail_day", caps.mail_day), ("mail_week", caps.mail_week)])[what];
        prop_assert!(*n <= most, "{n} by `{what}` of {when}, {most} are allowed: {:?}", s.w.leaves());
        s.met.count(what, usize::from(*n == most));
    }
    Ok(())
}

/// Inside the hours of its medium, on its days.
fn windows(s: &Story<'_>) -> Result<(), TestCaseError> {
    for m in s.w.messages.iter().filter(|m| leaves(m)) {
        let medium = s.w.sop.delivery.medium(&m.medium).unwrap();
        prop_assert!(medium.hours.is_none_or(|h| h.is_open(s.w.calendar(), m.not_before, medium.days)), "{}/{} leaves outside its hours", m.path, m.step);
    }
    Ok(())
}

#[test]
fn whatever_happens_the_laws_hold() {
    let met = Met::default();
    holds(256, &(plan(), year(), manner(), ticks()), |(plan, year, manner, ticks)| {
        let mut story = Story::new(&plan, &year, manner, &met);
        let mut at = year.at(&story.w, 0, 8 * 60);
        for (minutes, news) in ticks {
            at = at.plus(minutes * 60);
            story.hear(news, at);
            story.tick(at)?;
        }
        once(&story)?;
        gaps(&story, &plan)?;
        limits(&story, manner.caps)?;
        windows(&story)
    });
    let states = ["queued", "deferred", "held", "skipped", "suppressed"];
    let limits = ["day", "week", "mail_day", "mail_week"];
    let others = ["gaps", "second messages", "tasks", "birthdays", "came again", "superseded", "service after an unsubscription"];
    met.all(&[&states[..], &limits, &others].concat());
}

/// A tick that nobody waited for changes nothing: due-only is the same as looking all the time, whatever news comes between.
#[test]
fn until_is_never_late() {
    let news = prop::collection::btree_map(0_i64..(35 * 24), news(), 0..8);
    let met = Met::default();
    holds(64, &(plan(), year(), manner(), news), |(plan, year, manner, news)| {
        let (mut all, mut due) = (Story::new(&plan, &year, manner, &met), Story::new(&plan, &year, manner, &met));
        let start = year.at(&all.w, 0, 8 * 60);
        let mut next = start;
        for n in 0..(35 * 24) {
            let at = start.plus(n * HOUR);
            if let Some(news) = news.get(&n) {
                all.hear(*news, at);
                due.hear(*news, at);
                next = at; // whoever has news is due
            }
            all.tick(at)?;
            if at >= next {
                // Whoever carries messages on tells of it: where it does so late, the lead is due again.
                due.tick(at)?;
                next = due.w.look(at).until.map_or(Instant::MAX, |u| u.0);
                if manner.lags {
                    next = next.min(due.w.next_to_leave(at.plus(1)));
                }
                prop_assert!(next > at);
                prop_assert!(next.0 - at.0 < 40 * 366 * DAY || next == Instant::MAX);
            }
        }
        prop_assert_eq!(all.w.leaves(), due.w.leaves());
        prop_assert_eq!(all.w.states(), due.w.states());
        Ok(())
    });
}
