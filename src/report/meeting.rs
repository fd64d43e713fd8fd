//! `sop report weekly`, `monthly`, `quarterly`: the page that a meeting reads. It is put together of other reports, so that its
//! numbers are theirs: the headline, what needs a decision, then one table after the other.

mod earned;
mod findings;
mod reach;
mod rules;
mod standing;
mod table;
mod told;
mod verdicts;

pub use reach::Reach;
pub use rules::{RulesChange, Texts, compared};
pub use standing::Standing;
pub use verdicts::{Kept, kept};

use super::walk::FEW;
use super::{Cell, Chart, Column, ColumnType, Frame, Layout, Note, Report, Said, Section};
use crate::model::Instant;
use chrono::{DateTime, NaiveDate};

/// One number of the headline.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// Its name for programs: `leads`, `roi`.
    pub id: String,
    /// Its value in the period.
    pub value: Cell,
    /// Its value in the period before.
    pub previous: Cell,
    /// Of how many each of the two is a share, where it is one.
    pub of: Option<(i64, i64)>,
}

/// What one stretch of time came to, for the lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Its first day.
    pub from: NaiveDate,
    /// Leads created.
    pub leads: i64,
    /// Leads that became MQL for the first time.
    pub mql: i64,
    /// Deals won.
    pub won: i64,
}

/// What the page is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Of the page.
    pub frame: Frame,
    /// `weekly`, `monthly`, `quarterly`.
    pub name: String,
    /// The first and the last day.
    pub days: (NaiveDate, NaiveDate),
    /// The first and the last day of the period that it is held against.
    pub before: (NaiveDate, NaiveDate),
    /// The most important numbers, the first first.
    pub headline: Vec<Headline>,
    /// Oldest first; the last is the period's own.
    pub trend: Vec<Moment>,
    /// Where leads stand now, in the order of the line.
    pub standing: Vec<Standing>,
    /// How far the funnel and `roi_longer` go back.
    pub reach: Reach,
    /// Lines of SOP files that changed in the period; `None` = no run obeyed any.
    pub rules: Option<Vec<RulesChange>>,
    /// What waits for a person: `sop today`, and what the parts ask to be decided.
    pub decisions: Report,
    /// One after the other, each with its own notes and picture.
    pub parts: Vec<Report>,
    /// What the reader must know of the whole.
    pub notes: Vec<Note>,
}

/// The local day of an instant.
fn day(frame: &Frame, at: Instant) -> String {
    DateTime::from_timestamp(at.0, 0).map_or_else(|| at.rfc3339(), |t| t.with_timezone(&frame.zone).date_naive().to_string())
}

/// The page.
pub fn report(facts: Facts) -> Report {
    let findings = findings::section(&facts);
    let numbers = ["value", "previous"].map(|id| Column::new(id, ColumnType::Number));
    let columns = std::iter::once(Column::text("kpi").of_ids()).chain(numbers).chain([Column::text("change")]).collect();
    let mut page = Report::new(&facts.name, &facts.frame, columns);
    (page.whole, page.tiles) = (true, true);
    page.rows = facts
        .headline
        .into_iter()
        .map(|h| {
            let change = few(&h).map_or_else(|| Cell::maybe(change(&h.value, &h.previous).as_deref()), Cell::from);
            vec![Cell::text(h.id), h.value, h.previous, change]
        })
        .collect();
    let days = |(first, last): (NaiveDate, NaiveDate)| Cell::text(format!("{first} – {last}"));
    let (period, compared) = (Column::text("period"), Column::text("compared_with"));
    page.sections.push(Section::new("page", Layout::Card, vec![period, compared], vec![vec![days(facts.days), days(facts.before)]]));
    page.sections.extend(findings);
    page.sections.extend(Section::of(Report { name: "decisions".into(), ..facts.decisions }));
    if facts.trend.len() > 1 {
        let columns = vec![Column::new("starts_on", ColumnType::Date), Column::integer("leads"), Column::integer("mql"), Column::integer("won")];
        let rows = facts.trend.iter().map(|m| vec![Cell::Date(m.from), Cell::Integer(m.leads), Cell::Integer(m.mql), Cell::Integer(m.won)]);
        let chart = Some(Chart::trend("starts_on", &["leads", "mql", "won"]));
        page.sections.push(Section { chart, ..Section::new("trend", Layout::Table, columns, rows.collect()) });
    }
    for part in facts.parts {
        let funnel = part.name == "funnel";
        page.sections.extend(Section::of(part));
        page.sections.extend(standing::section(&facts.standing).filter(|_| funnel));
    }
    page.sections.extend(facts.rules.as_deref().and_then(rules::section));
    page.notes = facts.notes;
    page
}

/// Shares of so few that their difference says nothing.
fn few(h: &Headline) -> Option<Said> {
    let (now, was) = h.of.filter(|(now, was)| *now.min(was) < FEW as i64)?;
    let both = matches!((&h.value, &h.previous), (Cell::Percent(_), Cell::Percent(_)));
    both.then(|| Said::new(format!("too few to compare: {now}, before {was}"), format!("样本太少，不比较：本期 {now}，上期 {was}")))
}

/// `+12.5%` of amounts and counts, `+1.2 pp` of shares; nothing where one of the two is not there, or nothing was before.
fn change(value: &Cell, previous: &Cell) -> Option<String> {
    let relative = |now: f64, was: f64| (was != 0.0).then(|| format!("{:+.1}%", (now - was) / was.abs() * 100.0));
    match (value, previous) {
        (Cell::Percent(now), Cell::Percent(was)) => Some(format!("{:+.1} pp", (now - was) * 100.0)),
        (Cell::Integer(now), Cell::Integer(was)) | (Cell::Money(now), Cell::Money(was)) => relative(*now as f64, *was as f64),
        (Cell::Number(now), Cell::Number(was)) => relative(*now, *was),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_handful_are_not_compared() {
        let told = |of| few(&Headline { id: "win_rate".into(), value: Cell::Percent(0.667), previous: Cell::Percent(1.0), of });
        assert_eq!(told(Some((9, 4))).map(|said| said.en).as_deref(), Some("too few to compare: 9, before 4"));
        assert_eq!((told(Some((9, 5))), told(None)), (None, None));
    }

    #[test]
    fn a_change_is_relative_for_amounts_and_in_points_for_shares() {
        assert_eq!(change(&Cell::Integer(9), &Cell::Integer(8)).as_deref(), Some("+12.5%"));
        assert_eq!(change(&Cell::Money(50), &Cell::Money(-100)).as_deref(), Some("+150.0%"));
        assert_eq!(change(&Cell::Percent(0.25), &Cell::Percent(0.262)).as_deref(), Some("-1.2 pp"));
        assert_eq!(change(&Cell::Integer(9), &Cell::Integer(0)), None, "nothing to hold it against");
        assert_eq!(change(&Cell::Empty, &Cell::Integer(3)), None);
    }
}
