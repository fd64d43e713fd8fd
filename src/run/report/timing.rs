//! When leads act.

use super::{Entry, Reading};
use crate::model::{FieldType, KindId};
use crate::report::Report;
use crate::report::catalogue::Entry as Listed;
use crate::report::timing::{Facts, Hours, report};
use crate::run::RunError;
use crate::run::evaluate::Evaluator;
use crate::store::{Due, Needs};
use chrono::{Datelike, NaiveDateTime, Timelike};

pub(super) const ENTRY: Entry = Entry {
    listed: Listed { name: "timing", about: "on which weekday and at what hour leads act, click and reply", needs: "events, or feedback on messages", by: &[] },
    run,
};

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let (store, columns, sop, context) = (reading.store, reading.columns, reading.sop(), reading.context);
    let mut facts =
        Facts { frame: reading.frame(), acts: Hours::default(), clicks: Hours::default(), replies: Hours::default(), hourless: 0, notes: Vec::new() };
    let at_hour = |hours: &mut Hours, local: NaiveDateTime| hours.add(local.weekday().num_days_from_monday(), local.hour());
    let mut world = Evaluator::new(sop, store, columns, context.as_of)?;
    let kinds = |names: &[&str]| names.iter().filter_map(|n| sop.dictionary.kind_of(n)).collect::<Vec<KindId>>();
    let (clicks, replies) = (kinds(&["email_click", "sms_click"]), kinds(&["reply"]));
    // Acts, clicks, replies, by detail.
    let of: Vec<[bool; 3]> =
        world.details().0.iter().map(|d| [d.act, d.kinds.iter().any(|k| clicks.contains(k)), d.kinds.iter().any(|k| replies.contains(k))]).collect();
    let created = sop.dictionary.fields.iter().map(|f| f.id == "created_at" && f.ty == FieldType::Datetime).collect();
    let needs = Needs { fields: created, extra: false, events: true, standing: false, deals: false, follow_ups: false, messages: false };
    let (count, mut looked) = (store.due_count(Due::All)?.unsigned_abs(), 0_u64);
    store.scan(columns, Due::All, &needs, |row| -> Result<(), RunError> {
        looked += 1;
        if looked.is_multiple_of(1000) {
            (context.progress)("leads", looked, count);
        }
        // Clicks of robots have gone by then.
        world.with_facts(&row, &[], |_, lead| {
            for event in lead.events.iter().filter(|e| reading.contains(e.at)) {
                let Some([act, click, reply]) = of.get(event.detail.0 as usize).filter(|counted| counted.contains(&true)) else { continue };
                let local = sop.calendar.local(event.at);
                if local.num_seconds_from_midnight() == 0 {
                    facts.hourless += 1;
                    continue;
                }
                for (hours, counted) in [(&mut facts.acts, act), (&mut facts.clicks, click), (&mut facts.replies, reply)] {
                    if *counted {
                        at_hour(hours, local);
                    }
                }
            }
        });
        Ok(())
    })?;
    Ok(report(facts))
}
