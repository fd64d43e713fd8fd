//! The journeys of a case's lead from tick to tick. What may leave leaves at its instant, and what came back is what the case says.

use crate::engine::nurture::{Begin, Looked};
use crate::model::{Covered, FeedbackKind, Instant, Journeys, Letter, Message, MessageFact, MessageState, Part, Standing};
use crate::rules::Sop;
use crate::rules::cases::Case;
use crate::run::lead::Lead;
use crate::run::tick::{Book, see};

/// What happened so long before the first tick is history to paths of events.
const FRESH: i64 = 7 * 86_400;

/// Everything that journeys brought about.
pub(super) struct Travels {
    book: Book,
    journeys: Journeys,
    /// In the order in which they were decided.
    pub(super) messages: Vec<Message>,
}

impl Travels {
    pub(super) fn new(sop: &Sop, first: Instant) -> Self {
        let begin = Begin { note: false, since: first.plus(-FRESH), version: None };
        let book = Book { begins: vec![begin; sop.paths.len()], ..Book::default() };
        Self { book, journeys: Journeys::default(), messages: Vec::new() }
    }

    /// What may leave by an instant has left.
    pub(super) fn leave(&mut self, at: Instant) {
        for letter in self.journeys.letters.iter_mut().filter(|l| l.waits() && l.not_before <= at) {
            (letter.state, letter.sent_at) = (MessageState::Sent, Some(letter.not_before));
        }
    }

    /// What conditions see of its messages.
    pub(super) fn facts(&self, case: &Case) -> Vec<MessageFact> {
        let fact = |l: &Letter| {
            let e = self.journeys.enrollments.iter().find(|e| e.id == l.enrollment)?;
            let name = format!("{}/{}", e.path, l.step);
            let first = |kind: FeedbackKind| case.feedback.iter().find(|(k, m, at)| *k == kind && *m == name && l.sent_at <= Some(*at)).map(|(.., at)| *at);
            Some(MessageFact {
                path: e.path.clone(),
                step: l.step.clone(),
                enrollment: l.enrollment,
                medium: l.medium.clone(),
                sent_at: l.sent_at,
                opened_at: first(FeedbackKind::Open),
                clicked_at: first(FeedbackKind::Click),
                replied_at: first(FeedbackKind::Reply),
                covered_until: Covered::all(case.feedback_until),
            })
        };
        self.journeys.letters.iter().filter(|l| l.part == Part::Main).filter_map(fact).collect()
    }

    pub(super) fn look(&self, sop: &Sop, lead: &Lead<'_>, standing: &Standing, entered: &[(Instant, String)]) -> Looked {
        see(sop, &self.book, lead, standing, (entered, &self.journeys))
    }

    /// Takes a look, as a base would.
    pub(super) fn keep(&mut self, looked: &Looked) {
        looked.apply(&mut self.journeys, &mut self.messages);
    }
}
