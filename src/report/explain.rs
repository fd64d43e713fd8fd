//! `sop explain LEAD`: why. The score card whose lines add up, the rules that did not fire and why not,
//! who the lead is and where it stands, and what happened when.

mod state;

pub use state::{Contact, DealLine, Journey, Letter, Rang, Stands, State};

use super::{Cell, Column, ColumnType, Frame, Layout, Note, Report, Section};
use crate::model::Instant;

/// Everything that one lead's explanation says.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// Who and in what state: built-in columns first, then the fields that hold something.
    pub card: Vec<(Column, Cell)>,
    /// The groups of the score card, in the file's order.
    pub groups: Vec<Group>,
    /// A clamp of the total, as a line of its own.
    pub clamp: Option<Line>,
    /// After clamps.
    pub score: i64,
    /// The band's id.
    pub band: String,
    /// Beside the score.
    pub state: State,
    /// Newest first.
    pub timeline: Vec<Moment>,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// One group of the score card.
#[derive(Clone, Debug)]
pub struct Group {
    /// `fit`
    pub id: String,
    /// Every rule, fired or not.
    pub lines: Vec<Line>,
    /// A clamp of the group, as a line of its own.
    pub clamp: Option<Line>,
    /// After clamps: the sum of the lines.
    pub points: i64,
}

/// One line of the score card.
#[derive(Clone, Debug)]
pub struct Line {
    /// The rule's name (for clamps: `max 40`).
    pub rule: String,
    /// Whole points.
    pub points: i64,
    /// Whether the rule fired.
    pub fired: bool,
    /// Why, with the values seen.
    pub reason: String,
}

/// Something dated: an event, a contact, a stage, a deal, or a change that `sop` made.
#[derive(Clone, Debug)]
pub struct Moment {
    /// When.
    pub at: Instant,
    /// The event kind, or what changed (`stage`, `field:title`).
    pub what: String,
    /// The page, the asset; `from → to`.
    pub detail: String,
    /// The rule that made it so; blank for events.
    pub why: String,
}

/// The explanation. The rows are the lines that count, so their points add up to the total.
pub fn report(facts: Facts) -> Report {
    let columns = vec![Column::text("group"), Column::text("rule"), Column::integer("points"), Column::text("reason").sentences()];
    let mut report = Report::new("explain", &facts.frame, columns);
    report.whole = true;
    let mut unfired = Vec::new();
    for group in &facts.groups {
        for line in group.lines.iter().chain(&group.clamp) {
            if line.fired {
                report.rows.push(cells(&group.id, line));
            } else {
                unfired.push(vec![Cell::text(&*group.id), Cell::text(&*line.rule), Cell::text(&*line.reason)]);
            }
        }
    }
    report.rows.extend(facts.clamp.iter().map(|line| cells("total", line)));
    let groups: Vec<_> = facts.groups.iter().map(|g| (g.id.clone(), g.points)).collect();
    report.group("groups", &groups);
    report.total("score", Cell::Integer(facts.score));
    report.total("band", Cell::text(facts.band));

    let (columns, card) = facts.card.into_iter().unzip();
    report.sections.push(Section::new("lead", Layout::Card, columns, vec![card]));
    let columns = vec![Column::text("group"), Column::text("rule"), Column::text("reason").sentences()];
    report.sections.push(Section::new("unfired", Layout::Table, columns, unfired));
    report.sections.extend(state::sections(facts.state));
    let columns = vec![Column::new("at", ColumnType::Instant), Column::text("what"), Column::text("detail").sentences(), Column::text("why").sentences()];
    let moments = facts.timeline.into_iter().map(|m| vec![Cell::Instant(m.at), Cell::text(m.what), Cell::text(m.detail), Cell::text(m.why)]).collect();
    report.sections.push(Section::new("timeline", Layout::Log, columns, moments));
    report.notes = facts.notes;
    report
}

fn cells(group: &str, line: &Line) -> Vec<Cell> {
    vec![Cell::text(group), Cell::text(&*line.rule), Cell::Integer(line.points), Cell::text(&*line.reason)]
}
