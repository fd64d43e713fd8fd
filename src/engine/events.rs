//! What events count as: derived kinds, acts, and clicks that no person made.

use crate::model::{BotFilter, Detail, Details, Dictionary, Event, EventFieldIx, Instant, KindBy, KindId, Value};
use crate::rules::Sop;

/// Fills in what every detail counts as: its own kind, then the derived ones whose `where` it meets, and whether it is an act.
///
/// A derived `where` speaks of the event's fields only (`check` refuses `as_of` there), so this holds for every instant.
pub fn classify(sop: &Sop, details: &mut Details) {
    for detail in &mut details.0 {
        detail.act = is_act(&sop.dictionary, detail.kind);
        detail.kinds.clear();
        detail.kinds.push(detail.kind);
        for derived in &sop.derived {
            let bases = sop.dictionary.kind(derived.kind).map(|def| def.from.as_slice()).unwrap_or_default();
            if detail.kinds.contains(&derived.kind) || !bases.iter().any(|base| detail.kinds.contains(base)) {
                continue;
            }
            let meets = derived.when.as_ref().is_none_or(|when| when.test_event(detail, Instant(0), &sop.dictionary, &sop.calendar).0 == Some(true));
            if meets {
                detail.kinds.push(derived.kind);
            }
        }
    }
}

/// By the lead and not weak. Kinds that nothing declares are taken for acts of the lead.
fn is_act(dictionary: &Dictionary, kind: KindId) -> bool {
    dictionary.kind(kind).is_none_or(|def| def.by == KindBy::Lead && !def.weak)
}

/// When the lead last acted, as of an instant.
pub fn last_event_at(events: &[Event], details: &Details, as_of: Instant) -> Option<Instant> {
    events.iter().filter(|event| event.at <= as_of && details.of(event).act).map(|event| event.at).max()
}

/// Copies one lead's events to `out` (cleared first) without the clicks that no person made: those that open
/// `links` or more different links within `within` seconds, as mail scanners do. Yields how many were left out.
///
/// Judged on what exists at `as_of`; later events pass untouched, so that whoever reckons an `until` still sees them come.
pub fn bot_filter(events: &[Event], details: &Details, dictionary: &Dictionary, as_of: Instant, out: &mut Vec<Event>) -> usize {
    out.clear();
    let clicks = |filter: &BotFilter, event: &Event| event.at <= as_of && details.of(event).kinds.iter().any(|kind| filter.kinds.contains(kind));
    let filter = dictionary.bot_filter.as_ref().filter(|f| events.iter().filter(|e| clicks(f, e)).count() >= f.links.max(1));
    let Some(filter) = filter else {
        out.extend_from_slice(events);
        return 0;
    };
    let fields = ["path", "asset", "content", "link"].map(|id| dictionary.event_fields.iter().position(|f| f.id == id).map(EventFieldIx));
    let mut suspects: Vec<(Instant, usize)> = events.iter().enumerate().filter(|(_, e)| clicks(filter, e)).map(|(place, e)| (e.at, place)).collect();
    suspects.sort_unstable();
    let removed = burst(&suspects, filter, |place| events.get(place).map(|event| link(details.of(event), &fields)));
    out.extend(events.iter().enumerate().filter(|(place, _)| removed.binary_search(place).is_err()).map(|(_, event)| *event));
    removed.len()
}

/// The places of all suspects inside any span of `within` seconds that holds enough different links, ascending.
pub(super) fn burst<L: PartialEq>(suspects: &[(Instant, usize)], filter: &BotFilter, link: impl Fn(usize) -> L) -> Vec<usize> {
    let mut removed = Vec::new();
    let (mut start, mut done) = (0, 0);
    // The links of suspects[start..=end], each with how often.
    let mut open: Vec<(L, usize)> = Vec::new();
    for (end, &(at, place)) in suspects.iter().enumerate() {
        let new = link(place);
        match open.iter_mut().find(|(seen, _)| *seen == new) {
            Some((_, n)) => *n += 1,
            None => open.push((new, 1)),
        }
        while let Some(&(_, left)) = suspects.get(start).filter(|(first, _)| at.0.saturating_sub(first.0) > filter.within) {
            let left = link(left);
            open.iter_mut().filter(|(seen, _)| *seen == left).for_each(|(_, n)| *n -= 1);
            open.retain(|(_, n)| *n > 0);
            start += 1;
        }
        if open.len() >= filter.links.max(1) {
            removed.extend(suspects.iter().take(end + 1).skip(start.max(done)).map(|(_, place)| *place));
            done = end + 1;
        }
    }
    removed.sort_unstable();
    removed
}

/// What a click opened.
fn link<'a>(detail: &'a Detail, fields: &[Option<EventFieldIx>; 4]) -> [Option<&'a Value>; 4] {
    fields.map(|field| field.and_then(|ix| detail.values.get(ix.0)).filter(|value| !value.is_null()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Calendar, DetailId, EventField, FieldType, KindDef};
    use crate::rules::Derived;
    use crate::rules::scoring::{Clamp, Scoring};

    const OPEN: KindId = KindId(0);
    const CLICK: KindId = KindId(1);
    const BOUNCE: KindId = KindId(2);
    const MAIL: KindId = KindId(3);
    const ANY: KindId = KindId(4);

    fn dictionary() -> Dictionary {
        let kind =
            |id: &str, by, weak, from: &[KindId]| KindDef { id: id.into(), title: id.into(), by, weak, touch: false, aliases: Vec::new(), from: from.into() };
        let field = |id: &str| EventField { id: id.into(), ty: FieldType::Text, aliases: Vec::new(), order: None };
        Dictionary {
            event_fields: vec![field("campaign"), field("path")],
            kinds: vec![
                kind("email_open", KindBy::Lead, true, &[]),
                kind("email_click", KindBy::Lead, false, &[]),
                kind("bounce", KindBy::System, false, &[]),
                kind("mail_act", KindBy::Lead, false, &[OPEN, CLICK]),
                kind("any_sign", KindBy::Lead, false, &[MAIL, BOUNCE]),
            ],
            bot_filter: Some(BotFilter { kinds: vec![CLICK], links: 3, within: 2 }),
            ..Dictionary::default()
        }
    }

    fn detail(kind: KindId, campaign: &str, path: &str) -> Detail {
        Detail { kind, kind_name: "".into(), values: vec![Value::text(campaign), Value::text(path)], kinds: vec![kind], act: true }
    }

    fn event(at: i64, detail: u32) -> Event {
        Event { at: Instant(at), detail: DetailId(detail) }
    }

    #[test]
    fn derived_kinds_build_on_each_other_and_weak_or_foreign_events_are_no_acts() {
        let sop = Sop {
            dictionary: dictionary(),
            calendar: Calendar::default(),
            scoring: Scoring { groups: Vec::new(), total: Clamp::default(), bands: Vec::new() },
            lifecycle: Default::default(),
            team: Default::default(),
            assignment: Default::default(),
            promises: Vec::new(),
            alerts: Vec::new(),
            delivery: crate::rules::delivery::Delivery::usual(&dictionary()),
            paths: Vec::new(),
            content: Vec::new(),
            experiments: Vec::new(),
            reports: crate::rules::reports::Reports::default(),
            derived: [MAIL, ANY].map(|kind| Derived { kind, when: None }).into(),
            tables: Vec::new(),
            cases: Vec::new(),
            reviews: Vec::new(),
            calendar_ends: None,
            fingerprint: String::new(),
            sources: Default::default(),
            starter: false,
        };
        let mut details = Details([OPEN, CLICK, BOUNCE, MAIL, KindId::OTHER].map(|kind| detail(kind, "", "")).into());
        classify(&sop, &mut details);
        classify(&sop, &mut details); // twice is once
        let kinds: Vec<&[KindId]> = details.0.iter().map(|d| d.kinds.as_slice()).collect();
        assert_eq!(kinds, [&[OPEN, MAIL, ANY][..], &[CLICK, MAIL, ANY], &[BOUNCE, ANY], &[MAIL, ANY], &[KindId::OTHER]]);
        assert_eq!(details.0.iter().map(|d| d.act).collect::<Vec<_>>(), [false, true, false, true, true]);
        let events = [event(1, 1), event(5, 0), event(9, 1)];
        assert_eq!(last_event_at(&events, &details, Instant(8)), Some(Instant(1)), "an open is no act, the later click does not exist yet");
    }

    /// Links a b c; `a` again under another campaign; and an open.
    fn clicks() -> Details {
        Details(vec![detail(CLICK, "x", "a"), detail(CLICK, "x", "b"), detail(CLICK, "x", "c"), detail(CLICK, "y", "a"), detail(OPEN, "x", "d")])
    }

    fn left(events: &[Event], as_of: i64) -> (usize, Vec<Event>) {
        let mut out = vec![event(0, 0)];
        let removed = bot_filter(events, &clicks(), &dictionary(), Instant(as_of), &mut out);
        (removed, out)
    }

    #[test]
    fn a_scanner_opens_everything_at_once() {
        let scan = [event(10, 0), event(11, 1), event(11, 4), event(12, 2), event(500, 0)];
        assert_eq!(left(&scan, 900), (3, vec![scan[2], scan[4]]), "the open and the later click stay");
        let slow = [event(10, 0), event(11, 1), event(13, 2)];
        assert_eq!(left(&slow, 900), (0, slow.into()), "three links in three seconds");
        let same = [event(10, 0), event(11, 3), event(11, 1)];
        assert_eq!(left(&same, 900), (0, same.into()), "one link under two campaigns is one");
        let rolling = [event(10, 0), event(11, 1), event(12, 2), event(13, 0), event(14, 1)];
        assert_eq!(left(&rolling, 900).0, 5, "each is inside some such span");
    }

    #[test]
    fn a_burst_that_is_still_to_come_removes_nothing_yet() {
        let events = [event(10, 0), event(11, 1), event(12, 2)];
        assert_eq!(left(&events, 11), (0, events.into()));
        assert_eq!(left(&events, 12).0, 3);
    }
}
