//! Messages of steps: which text for whom, through which gates, or why none.

use super::due::{heard, opens};
use super::gates::{Gate, Verdict, address, consents, gate};
use super::{Look, arm_of};
use crate::condition::Facts;
use crate::model::{Duration, Enrollment, Instant, Message, MessageId, MessageState, Part};
use crate::rules::content::Purpose;
use crate::rules::delivery::Medium;
use crate::rules::nurture::{Choice, Path, Send, Step, Text, What};

/// A length of time for people: the largest unit that it fills.
fn about(d: Duration) -> String {
    match d.0 {
        s if s >= 86_400 => format!("{}d", s / 86_400),
        s if s >= 3_600 => format!("{}h", s / 3_600),
        s => format!("{}m", s / 60),
    }
}

impl<'a> Look<'a> {
    /// Decides the message of a step. Gives when the step really goes.
    pub(super) fn send(&mut self, path: &'a Path, step: &Step, send: &'a Send, e: &Enrollment, at: Instant, facts: &Facts<'_>) -> Instant {
        let sop = self.seen.sop;
        if let Some(known) = self.journeys.letters.iter().find(|l| l.enrollment == e.id && l.step == step.id && l.part == Part::Main) {
            return known.not_before;
        }
        let Some(medium) = sop.delivery.medium(&send.medium) else { return at };
        let (late, ready) = (self.late_for(path, medium, at), at.max(self.as_of()));
        if e.control {
            return if late.is_some() { at } else { opens(&sop.calendar, medium, ready) };
        }
        if let Some(late) = late {
            let most = path.late_max.map_or_else(String::new, |max| format!(", more than {max}"));
            self.leave_out(path, step, e, at, format!("{} late{most}", about(late)));
            return at;
        }
        let (content, arm) = match &send.text {
            Text::Choices(all) => (self.chosen(all, facts), None),
            Text::Variants { arms, experiment } => {
                let pinned = self.journeys.arms.get(&experiment.name).and_then(|known| arms.iter().find(|a| a.content == *known));
                let arm = pinned.or_else(|| arm_of(&experiment.name, arms, self.seen.key));
                (arm.map(|a| a.content.as_str()), arm.map(|a| (experiment.name.clone(), a.content.clone())))
            }
        };
        let Some(content) = content else {
            self.leave_out(path, step, e, at, "no content is for this lead".to_owned());
            return at;
        };
        let not_after = path.late_max.map(|max| opens(&sop.calendar, medium, at).plus(max.0));
        let draft = Message { content: Some(content.to_owned()), arm, not_after, ..self.draft(path, step, e, (Part::Main, &medium.id), at) };
        self.through(draft, medium, ready).unwrap_or(at)
    }

    /// The first text whose condition holds.
    pub(super) fn chosen(&mut self, all: &'a [Choice], facts: &Facts<'_>) -> Option<&'a str> {
        all.iter().find(|c| c.when.as_ref().is_none_or(|when| self.holds(when, facts) == Some(true))).map(|c| c.content.as_str())
    }

    /// A message of a step, before anything is known of it.
    pub(super) fn draft(&self, path: &Path, step: &Step, e: &Enrollment, (part, medium): (Part, &str), at: Instant) -> Message {
        let key = self.seen.key.to_string();
        let by_hand = matches!(medium, "wecom" | "call");
        Message {
            id: MessageId::of([&key, &path.name, &e.cause], &step.id, part),
            enrollment: e.id,
            lead: self.seen.lead,
            path: path.name.clone(),
            step: step.id.clone(),
            part,
            medium: medium.to_owned(),
            service: path.service,
            content: None,
            arm: None,
            address: None,
            colleague: self.seen.standing.owner.clone().filter(|_| by_hand),
            subject: None,
            body: None,
            state: MessageState::Skipped,
            reason: None,
            due_at: at,
            not_before: at.max(self.as_of()),
            not_after: None,
            attempts: 0,
            next_try: None,
            sent_at: None,
        }
    }

    /// Records why a step sends nothing. Of the control group and of other steps there is nothing to record.
    pub(super) fn leave_out(&mut self, path: &Path, step: &Step, e: &Enrollment, at: Instant, why: String) {
        if let (What::Send(send), false) = (&step.what, e.control) {
            let draft = self.draft(path, step, e, (Part::Main, &send.medium), at);
            self.post(Message { reason: Some(why), ..draft });
        }
    }

    /// Takes a message through the gates. Gives when it leaves, if it does.
    pub(super) fn through(&mut self, mut draft: Message, medium: &Medium, ready: Instant) -> Option<Instant> {
        let (sop, facts) = (self.seen.sop, self.seen.facts);
        let purpose = draft.content.as_deref().and_then(|name| sop.content(name)).map_or(Purpose::Marketing, |c| c.purpose);
        let found = address(medium, facts.lead);
        let to = found.filter(|_| !self.seen.closed.is_empty()).and_then(|(_, a)| facts.dictionary.address(a));
        let closed = to.and_then(|to| self.seen.closed.stops(self.seen.lead, &to, &medium.id, purpose == Purpose::Service));
        let others = heard(&sop.calendar, &self.journeys, self.as_of());
        let asked = Gate { closed, consent: consents(medium, facts), address: found.map(|(_, a)| a), others: &others };
        let verdict = gate(&sop.calendar, &sop.delivery, medium, purpose, &asked, ready);
        draft.service = purpose == Purpose::Service;
        draft.address = found.map(|(_, a)| a.to_owned());
        let over = |at: Instant| draft.not_after.is_some_and(|last| at > last);
        let (state, reason, at) = match verdict {
            Verdict::Leaves(at) if over(at) => (MessageState::Skipped, Some(format!("`{}` opens too late", medium.id)), None),
            Verdict::Deferred(at, why) if over(at) => (MessageState::Skipped, Some(format!("{why}, and later is too late")), None),
            Verdict::Leaves(at) => (MessageState::Queued, None, Some(at)),
            Verdict::Deferred(at, why) => (MessageState::Deferred, Some(why), Some(at)),
            Verdict::Stopped(state, why) => (state, Some(self.told(medium, found.is_none(), why)), None),
        };
        (draft.state, draft.reason) = (state, reason);
        draft.not_before = at.unwrap_or(ready);
        match (&draft.arm, at) {
            (Some((experiment, arm)), Some(_)) => {
                if self.journeys.arms.insert(experiment.clone(), arm.clone()).as_ref() != Some(arm) {
                    self.out.exposures.push((experiment.clone(), arm.clone()));
                }
            }
            // Who is not written to takes no part.
            (Some(_), None) => draft.arm = None,
            (None, _) => {}
        }
        self.post(draft);
        at
    }

    fn told(&self, medium: &Medium, blank: bool, why: String) -> String {
        let fields = &self.seen.sop.dictionary.fields;
        let names: Vec<String> = medium.address.iter().filter_map(|ix| fields.get(ix.0)).map(|f| format!("`{}`", f.id)).collect();
        if blank && why == "no address" && !names.is_empty() { format!("no address: {} is blank", names.join(", ")) } else { why }
    }
}
