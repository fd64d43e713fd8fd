//! What the meeting has to decide: what waits for a person, and what the parts of the page ask for.

use crate::report::meeting::kept;
use crate::report::today::{Item, Waits};
use crate::report::{Cell, Report, Said};
use crate::run::RunError;
use crate::run::report::Reading;
use crate::run::today::{items, told};

/// What waits, and experiments whose answer is in.
pub(super) fn of(reading: &Reading<'_>, parts: &[Report]) -> Result<Report, RunError> {
    let mut all = items(reading.workspace, reading.context)?;
    all.iter_mut().for_each(first);
    all.extend(parts.iter().filter(|part| part.name == "outcomes").flat_map(experiments));
    Ok(told(reading.workspace, reading.context, &all))
}

/// What a person does first, then the command that helps.
fn first(item: &mut Item) {
    let (en, zh) = match item.waits {
        Waits::Breached => ("answer them today, or hand them to somebody who can", "今天跟进，或改派给能跟进的人"),
        Waits::Due => ("answer them before they are late", "超时之前跟进"),
        Waits::Notice => ("tell these colleagues", "通知这些同事"),
        _ => return,
    };
    item.next = Said::new(format!("{en}: {}", item.next.en), format!("{zh}：{}", item.next.chinese()));
}

/// Experiments that name a winner, or whose arms are not what they were meant to be.
fn experiments(outcomes: &Report) -> Vec<Item> {
    let at = |id: &str| outcomes.columns.iter().position(|c| c.id == id);
    let (Some(name), Some(measure), Some(arm), Some(verdict)) = (at("experiment"), at("measure"), at("arm"), at("verdict")) else { return Vec::new() };
    let text = |cell: Option<&Cell>| match cell {
        Some(Cell::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let kept = kept(outcomes);
    let mut items: Vec<Item> = Vec::new();
    for row in &outcomes.rows {
        let said = match row.get(verdict) {
            Some(Cell::Said(said)) => (**said).clone(),
            cell => Said::from(text(cell)),
        };
        let (subject, measure, arm) = (text(row.get(name)), text(row.get(measure)), text(row.get(arm)));
        let broken = said.en.contains("did not get the shares");
        let decided = said.en.contains("higher than") || said.en.contains("lower than") || broken;
        if !decided || items.iter().any(|i| i.subject.en == subject) {
            continue;
        }
        let keep = kept.iter().find(|k| (&k.experiment, &k.measure) == (&subject, &measure)).map(|k| &k.arm);
        let next = match keep {
            _ if broken => Said::new("find out why before anything is concluded; sop report experiments", "先查明原因，再下结论；详见 sop report experiments"),
            Some(keep) => Said::new(
                format!("keep {keep} in its file and end the experiment; sop report experiments"),
                format!("在对应文件中保留 {keep}，并结束实验；详见 sop report experiments"),
            ),
            // One of several arms is out, and between the others nothing is decided.
            None => Said::new("wait for the other arms; sop report experiments", "等其他组有结论；详见 sop report experiments"),
        };
        items.push(Item {
            waits: Waits::Experiment,
            count: 0,
            detail: Said::new(format!("{arm}: {}", said.en), format!("{arm}：{}", said.chinese())),
            subject: subject.into(),
            next,
        });
    }
    items
}
