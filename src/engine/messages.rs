//! What is known of messages: the first opening, click and reply of each, without those that no person made.

use super::events::burst;
use crate::model::{BotFilter, Covers, Dictionary, FeedbackKind, Instant, MessageFact, SentMessage, Sign};

/// What conditions may ask about one lead's messages. A machine's clicks are derived anew each time, as of the instant that is reasoned
/// about: what comes later is left in, so that whoever reckons an `until` sees it come.
pub fn facts(messages: &[SentMessage], covers: &Covers, dictionary: &Dictionary, as_of: Instant) -> Vec<MessageFact> {
    let machines = by_machines(messages, dictionary, as_of);
    let fact = |(at, m): (usize, &SentMessage)| {
        let first = |kind| {
            let by_people = m.signs.iter().enumerate().filter(|(i, s)| s.kind == kind && machines.binary_search(&(at, *i)).is_err());
            by_people.map(|(_, s)| s.at).min()
        };
        MessageFact {
            path: m.path.clone(),
            step: m.step.clone(),
            enrollment: m.enrollment,
            medium: m.medium.clone(),
            sent_at: m.sent_at,
            opened_at: first(FeedbackKind::Open),
            clicked_at: first(FeedbackKind::Click),
            replied_at: first(FeedbackKind::Reply),
            covered_until: covers.of(&m.medium),
        }
    };
    messages.iter().enumerate().map(fact).collect()
}

/// The signs that no person made (message, sign), in order: those of one lead, over all its messages, that follow enough different links in
/// no time, as mail scanners do.
pub fn by_machines(messages: &[SentMessage], dictionary: &Dictionary, as_of: Instant) -> Vec<(usize, usize)> {
    let Some(filter) = &dictionary.bot_filter else { return Vec::new() };
    let all = messages.iter().enumerate().flat_map(|(m, message)| message.signs.iter().enumerate().map(move |(s, sign)| (m, s, message, sign)));
    let mut suspects: Vec<(usize, usize, &Sign)> = all
        .filter(|(_, _, message, sign)| sign.at <= as_of && looks_at(filter, dictionary, sign.kind.event(&message.medium)))
        .map(|(m, s, _, sign)| (m, s, sign))
        .collect();
    if suspects.len() < filter.links.max(1) {
        return Vec::new();
    }
    suspects.sort_by_key(|(m, s, sign)| (sign.at, *m, *s));
    let dated: Vec<(Instant, usize)> = suspects.iter().enumerate().map(|(place, (.., sign))| (sign.at, place)).collect();
    let link = |place: usize| suspects.get(place).and_then(|(.., sign)| sign.link.as_deref());
    let mut found: Vec<(usize, usize)> = burst(&dated, filter, link).into_iter().filter_map(|p| suspects.get(p)).map(|(m, s, _)| (*m, *s)).collect();
    found.sort_unstable();
    found
}

/// Whether the filter looks at events of a kind: by its id, or as one that it derives from.
fn looks_at(filter: &BotFilter, dictionary: &Dictionary, kind: &str) -> bool {
    let Some(own) = dictionary.kind_of(kind) else { return false };
    filter.kinds.iter().any(|k| *k == own || dictionary.kind(*k).is_some_and(|def| def.from.contains(&own)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Covered;

    fn dictionary() -> Dictionary {
        let mut dictionary = crate::engine::a_lead::Lead::new().sop.dictionary;
        let kinds = ["email_click"].iter().filter_map(|k| dictionary.kind_of(k)).collect();
        dictionary.bot_filter = Some(BotFilter { kinds, links: 3, within: 2 });
        dictionary
    }

    fn sign(kind: FeedbackKind, at: i64, link: &str) -> Sign {
        Sign { kind, at: Instant(at), link: (!link.is_empty()).then(|| link.to_owned()) }
    }

    fn message(step: &str, signs: Vec<Sign>) -> SentMessage {
        SentMessage { path: "p".into(), step: step.into(), enrollment: 1, medium: "email".into(), sent_at: Some(Instant(0)), signs }
    }

    #[test]
    fn a_scanner_over_two_messages_has_not_clicked_and_the_person_after_it_has() {
        use FeedbackKind::{Click, Open, Reply};
        let one = message("a", vec![sign(Open, 9, ""), sign(Click, 10, "x"), sign(Click, 11, "y"), sign(Click, 900, "x")]);
        let two = message("b", vec![sign(Click, 11, "z"), sign(Reply, 50, "")]);
        let mut covers = Covers::default();
        covers.extend("email", Click, Instant(1000));
        let known = facts(&[one.clone(), two.clone()], &covers, &dictionary(), Instant(2000));
        let times: Vec<_> = known.iter().map(|m| [m.opened_at, m.clicked_at, m.replied_at].map(|at| at.map(|at| at.0))).collect();
        assert_eq!(times, [[Some(9), Some(900), None], [None, None, Some(50)]]);
        assert_eq!(known[0].covered_until, Covered { clicks: Some(Instant(1000)), ..Covered::default() }, "of openings nothing is known");
        let before = facts(&[one, two], &covers, &dictionary(), Instant(10));
        assert_eq!(before[0].clicked_at, Some(Instant(10)), "the burst is still to come");
    }
}
