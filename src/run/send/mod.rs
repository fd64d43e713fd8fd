//! `sop send`: what is due leaves the outbox, one message after the other.
//!
//! Claimed before the attempt, settled after it, both durable: a process that dies leaves at most the one message that was under
//! way, and that is *unknown* from then on. The settling of one message and the claim of the next are one commit. Messages for files
//! are settled together, and their files get their names after the commit; a run that died in between is made good by the next.
//! A rehearsal passes the same gates and stops before the carrier.

mod alike;
mod files;
mod message;
mod notices;
mod secrets;
mod tally;
mod wires;

pub(super) use files::national;
pub use secrets::check_addresses;

use super::evaluate::Evaluator;
use super::suppress::suppressed;
use super::{Context, Ended, RunError, Session, Workspace};
use crate::deliver::names_the_mailbox;
use crate::model::{Instant, MessageId, MessageState, Suppressed};
use crate::report::plan::{Count, Letter};
use crate::report::{Frame, Note};
use crate::rules::delivery::Via;
use crate::store::StoreError;
use alike::Alike;
use std::collections::BTreeMap;
use std::time::Duration;
use tally::Tally;
use wires::Wires;

/// The name under which `--medium` means words to colleagues.
pub const NOTICES: &str = "notify";

/// Why nobody knows what became of a message whose run died.
pub(super) const UNDER_WAY: &str = "it was under way when the run before ended: it may have left";

/// What `sop send` is asked.
#[derive(Clone, Copy)]
pub struct SendRequest<'a> {
    /// Only by this medium; [`NOTICES`] = only words to colleagues.
    pub medium: Option<&'a str>,
    /// At most so many.
    pub limit: Option<usize>,
    /// What may have left before is sent once more.
    pub retry_unknown: bool,
    /// What failed is tried anew, unless its address is closed or nobody is there.
    pub retry_failed: bool,
    /// The clock: rates, back-off and hours go by it.
    pub clock: &'a dyn Fn() -> Instant,
    /// How long it has been running.
    pub elapsed: &'a dyn Fn() -> Duration,
    /// Whether somebody wants it to end after the message that is under way.
    pub stop: &'a dyn Fn() -> bool,
}

/// What a `sop send` did.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Of its report.
    pub frame: Frame,
    /// By medium: from which state to which.
    pub counts: Vec<Count>,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// One line for a log.
    pub summary: String,
    /// The messages of which something was decided, where lines are asked for.
    pub letters: Vec<Letter>,
    /// Something did not leave that should have.
    pub failed: bool,
    /// It was told to end before it was done.
    pub stopped: bool,
    /// The run.
    pub ended: Ended,
}

/// One `sop send` under way.
struct Post<'s, 'a> {
    session: &'s Session<'a>,
    request: &'s SendRequest<'s>,
    world: Evaluator<'s>,
    wires: Wires<'s>,
    closed: Suppressed,
    tally: Tally,
    alike: Alike,
    /// The messages that were looked at, where lines are asked for.
    letters: Vec<MessageId>,
    /// How many more may leave.
    room: usize,
    /// When the base was last synced.
    synced: Duration,
    stopped: bool,
}

/// Sends what is due.
pub fn send(workspace: &Workspace, context: &Context<'_>, request: &SendRequest<'_>) -> Result<Sent, RunError> {
    if !workspace.db.exists() {
        return Err(StoreError::Missing(workspace.db.display().to_string()).into());
    }
    if let Some(asked) = request.medium.filter(|m| *m != NOTICES && workspace.sop.delivery.medium(m).is_none()) {
        let known: Vec<&str> = workspace.sop.delivery.media.iter().map(|m| m.id.as_str()).chain([NOTICES]).collect();
        let help = crate::model::nearest(asked, known.iter().copied())
            .map_or_else(|| format!("there are {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
        return Err(RunError::refused(format!("there is no medium `{asked}`"), help));
    }
    let mut session = Session::begin(workspace, context)?;
    let done = Post::begin(&session, request).and_then(|mut post| {
        post.all()?;
        Ok((crate::run::told::letters(&session, &post.letters)?, post.tally, post.stopped))
    });
    let (letters, tally, stopped) = match done {
        Ok(done) => done,
        Err(e) => return Err(session.abandon(e)),
    };
    if tally.settled() > 0 {
        session.counts.insert("messages".into(), tally.settled().into());
    }
    let unknown = match forget_what_left(&session).and_then(|()| Ok(session.store.left_perhaps()?)) {
        Ok(unknown) => unknown,
        Err(e) => return Err(session.abandon(e)),
    };
    let told = (tally.counts(), tally.notes(stopped, unknown), tally.summary(), tally.failed());
    let ended = session.end()?;
    let (counts, notes, summary, failed) = told;
    Ok(Sent { frame: super::frame(workspace, context), counts, notes, summary, letters, failed, stopped, ended })
}

/// What left cannot be taken back: how it was before need not be kept.
fn forget_what_left(session: &Session<'_>) -> Result<(), RunError> {
    if !session.context.dry_run && session.store.left_the_house(session.run)? > 0 {
        session.store.forget_before_images(session.run)?;
    }
    Ok(())
}

impl<'s, 'a> Post<'s, 'a> {
    fn begin(session: &'s Session<'a>, request: &'s SendRequest<'s>) -> Result<Self, RunError> {
        let world = Evaluator::new(&session.workspace.sop, &session.store, &session.columns, session.context.as_of)?;
        let room = request.limit.filter(|n| *n > 0).unwrap_or(usize::MAX);
        let wires = Wires::new(&session.workspace.sop.delivery, &session.workspace.root);
        let closed = suppressed(&session.workspace.sop, &session.store)?;
        Ok(Self {
            session,
            request,
            world,
            wires,
            closed,
            tally: Tally::default(),
            alike: Alike::default(),
            letters: Vec::new(),
            room,
            synced: Duration::ZERO,
            stopped: false,
        })
    }

    fn all(&mut self) -> Result<(), RunError> {
        let store = &self.session.store;
        self.mend_files()?;
        let (messages, notices) = store.abandon_sending(UNDER_WAY)?;
        for (what, n) in [("messages", messages), (NOTICES, notices)] {
            self.tally.found(what, n, self.request.retry_unknown);
        }
        if self.request.retry_unknown {
            let (leads, colleagues) = (self.to_leads(), self.to_colleagues());
            let medium = self.request.medium.filter(|_| leads);
            let (messages, notices) = if leads { store.retry_unknown(medium, colleagues)? } else { (0, store.retry_unknown(Some(""), colleagues)?.1) };
            self.tally.add("messages", "unknown", "queued", messages);
            self.tally.add(NOTICES, "unknown", "queued", notices);
        }
        if self.request.retry_failed {
            self.retry_failed()?;
        }
        let (store, delivery) = (&self.session.store, &self.session.workspace.sop.delivery);
        if self.to_colleagues() {
            let entries: Vec<&str> = delivery.notify.iter().map(|n| n.id.as_str()).collect();
            store.spread_notices(&entries, self.session.run)?;
        }
        self.commit()?;
        let is_file = |medium: &str| delivery.medium(medium).is_none_or(|m| m.via == Via::Csv);
        let due = if self.to_leads() { store.due_messages(self.now(), self.request.medium)? } else { Vec::new() };
        let (files, wires): (Vec<_>, Vec<_>) = due.into_iter().partition(|(_, medium)| is_file(medium));
        let notices = if self.to_colleagues() { store.due_notices(self.now())? } else { Vec::new() };
        let (paper, calls): (Vec<_>, Vec<_>) = notices.into_iter().partition(|(n, _)| self.wires.notify(&n.medium).is_none());
        self.write_files(&files, &paper)?;
        self.over_wires(&wires)?;
        self.call(&calls)?;
        std::mem::take(&mut self.wires.open).into_values().for_each(crate::deliver::Wire::close);
        Ok(())
    }

    /// Puts what failed back, but for addresses where nobody is, or that are closed.
    fn retry_failed(&mut self) -> Result<(), RunError> {
        let (store, dictionary) = (&self.session.store, &self.session.workspace.sop.dictionary);
        if self.to_leads() {
            for m in store.messages(Some(MessageState::Failed))?.into_iter().filter(|m| self.request.medium.is_none_or(|asked| asked == m.medium)) {
                let closed = m.address.as_deref().and_then(|a| dictionary.address(a)).and_then(|a| self.closed.stops(m.lead, &a, &m.medium, m.service));
                if closed.is_none() && !m.reason.as_deref().is_some_and(names_the_mailbox) {
                    store.retry_failed(m.id)?;
                    self.tally.add(&m.medium, MessageState::Failed.name(), MessageState::Queued.name(), 1);
                }
            }
        }
        if self.to_colleagues() {
            self.tally.add(NOTICES, MessageState::Failed.name(), MessageState::Queued.name(), store.retry_failed_notices()?);
        }
        Ok(())
    }

    fn to_leads(&self) -> bool {
        self.request.medium != Some(NOTICES)
    }

    fn to_colleagues(&self) -> bool {
        self.request.medium.is_none_or(|m| m == NOTICES)
    }

    fn now(&self) -> Instant {
        (self.request.clock)()
    }

    fn rehearses(&self) -> bool {
        self.session.context.dry_run
    }

    /// Makes what was done durable, against a power cut too; in a rehearsal nothing is.
    fn commit(&mut self) -> Result<(), RunError> {
        if !self.rehearses() {
            self.session.store.commit_so_far(true)?;
            self.synced = (self.request.elapsed)();
        }
        Ok(())
    }

    /// The same between two messages: against a power cut only if the last time is a while ago. A real server is slower than that and
    /// has each claim synced; one on this machine is not held up, and a power cut could cost it the claims of this while.
    fn commit_between(&mut self) -> Result<(), RunError> {
        let elapsed = (self.request.elapsed)();
        let synced = elapsed.saturating_sub(self.synced) >= SYNC_AFTER;
        self.session.store.commit_so_far(synced)?;
        if synced {
            self.synced = elapsed;
        }
        Ok(())
    }

    /// Whether another one may leave.
    fn goes_on(&mut self) -> bool {
        self.stopped = self.stopped || (self.request.stop)();
        !self.stopped && self.room > 0
    }
}

/// Claims that follow one another faster than this are synced together.
const SYNC_AFTER: Duration = Duration::from_millis(25);

/// When a failure that may pass is tried again: after 1 minute, 5, 25, 2 h 5 min, then every 6 hours.
fn next_try(at: Instant, attempts: u32) -> Instant {
    at.plus(60_i64.saturating_mul(5_i64.saturating_pow(attempts.saturating_sub(1))).min(6 * 3600))
}

/// A failure that may pass is final after so many attempts.
const MOST_ATTEMPTS: u32 = 8;

/// What a failure that may pass comes to: tried again at an instant, or given up.
fn again(at: Instant, attempts: u32, why: &str) -> Result<Instant, String> {
    if attempts >= MOST_ATTEMPTS { Err(format!("given up after {attempts} attempts: {why}")) } else { Ok(next_try(at, attempts)) }
}

/// Media that get no more in this run, and why.
type Resting = BTreeMap<String, String>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_that_may_pass_wait_longer_each_time_and_end() {
        let waits: Vec<i64> = (1..8).map(|n| next_try(Instant(0), n).0 / 60).collect();
        assert_eq!(waits, [1, 5, 25, 125, 360, 360, 360]);
        assert_eq!(again(Instant(0), 7, "busy"), Ok(Instant(6 * 3600)));
        assert_eq!(again(Instant(0), 8, "busy"), Err("given up after 8 attempts: busy".into()));
    }
}
