//! What the user's own files call what reports name by id: a Chinese reader sees 转介绍 for `referral` and 赵磊 for `zhao.lei`. The ids stay
//! in data formats, and in English, where readers also type them.

use crate::report::{Choice, Column, Report};
use crate::rules::Sop;

/// Gives the columns of a report their titles.
pub(super) fn name(report: &mut Report, sop: &Sop) {
    titled(&mut report.columns, sop);
    report.sections.iter_mut().for_each(|section| titled(&mut section.columns, sop));
}

fn titled(columns: &mut [Column], sop: &Sop) {
    for column in columns.iter_mut().filter(|c| c.choices.is_empty()) {
        column.choices = match column.id.as_str() {
            "channel" => channels(sop),
            "owner" => owners(sop),
            "stage" | "from_stage" | "to_stage" => places(sop),
            "path" => sop.paths.iter().map(|p| Choice::titled(&p.name, &p.title)).collect(),
            "reason" | "main_reason" => reasons(sop),
            // Of changes: whatever it is that moved.
            "from" | "to" => [places(sop), owners(sop), reasons(sop), queues(sop)].concat(),
            _ => continue,
        };
        column.choices.retain(|c| c.title.as_ref().is_some_and(|title| *title != c.id));
    }
}

fn channels(sop: &Sop) -> Vec<Choice> {
    sop.dictionary.channels.iter().map(|c| Choice::titled(&c.id, &c.title)).collect()
}

fn owners(sop: &Sop) -> Vec<Choice> {
    sop.team.owners.iter().map(|o| Choice::titled(&o.id, &o.name)).collect()
}

fn places(sop: &Sop) -> Vec<Choice> {
    let stages = sop.lifecycle.stages.iter().map(|s| Choice::titled(&s.id, &s.title));
    stages.chain(sop.lifecycle.detours.iter().map(|d| Choice::titled(&d.id, &d.title))).collect()
}

fn reasons(sop: &Sop) -> Vec<Choice> {
    sop.lifecycle.reasons.iter().map(|r| Choice::titled(&r.id, &r.title)).collect()
}

fn queues(sop: &Sop) -> Vec<Choice> {
    sop.assignment.queues.iter().map(|q| Choice::titled(&q.id, &q.title)).collect()
}
