//! `sop report timing`: on which weekday and at what hour leads act, click and reply, by the clock of the calendar's zone.

use super::walk::number;
use super::{Cell, Column, Frame, Layout, Note, Report, Section};

/// Below this many nothing is called the best hour.
const ENOUGH: u64 = 50;

/// Monday to Sunday.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Counts by weekday (Monday first) and hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours([[u64; 24]; 7]);

impl Hours {
    /// Counts something at an hour of a weekday (0 = Monday).
    pub fn add(&mut self, weekday: u32, hour: u32) {
        let at = self.0.get_mut(weekday as usize).and_then(|day| day.get_mut(hour as usize));
        at.into_iter().for_each(|n| *n += 1);
    }

    fn all(&self) -> u64 {
        self.0.iter().flatten().sum()
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let row = |hour: usize| {
            let days = self.0.each_ref().map(|day| day.get(hour).copied().unwrap_or(0));
            let mut row = vec![Cell::text(format!("{hour:02}:00"))];
            row.extend(days.map(number));
            row.push(number(days.iter().sum()));
            row
        };
        (0..24).map(row).collect()
    }

    /// Weekday, hour and count of the most; of equals the earliest in the week.
    fn best(&self) -> Option<(&'static str, usize, u64)> {
        let each = self.0.iter().zip(DAYS).flat_map(|(day, name)| day.iter().enumerate().map(move |(hour, n)| (name, hour, *n)));
        each.filter(|(.., n)| *n > 0).reduce(|best, next| if next.2 > best.2 { next } else { best })
    }
}

/// What was counted.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// Whatever leads did themselves.
    pub acts: Hours,
    /// Clicks in mails and messages.
    pub clicks: Hours,
    /// Replies.
    pub replies: Hours,
    /// At 00:00:00 sharp: files that know the day and not the hour say that, and they are in no hour.
    pub hourless: u64,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// One row for each hour, one column for each weekday.
pub fn report(facts: Facts) -> Report {
    let columns = || {
        let mut columns = vec![Column::text("hour")];
        columns.extend(DAYS.map(Column::integer));
        columns.push(Column::integer("week"));
        columns
    };
    let mut report = Report::new("timing", &facts.frame, columns());
    report.whole = true;
    report.rows = facts.acts.rows();
    for (id, hours) in [("clicks", &facts.clicks), ("replies", &facts.replies)] {
        let rows = if hours.all() > 0 { hours.rows() } else { Vec::new() };
        report.sections.push(Section::new(id, Layout::Table, columns(), rows));
    }
    let all = [("acts", "acts", &facts.acts), ("clicks", "clicks", &facts.clicks), ("replies", "replies", &facts.replies)];
    for (id, _, hours) in all {
        report.total(id, number(hours.all()));
    }
    for (id, what, hours) in all {
        let said = match hours.best().filter(|_| hours.all() >= ENOUGH) {
            Some((day, hour, n)) => format!("most {what}: {day} {hour:02}:00 to {:02}:00, {n} of {}", hour + 1, hours.all()),
            None => format!("most {what}: {}: too few to tell (below {ENOUGH})", hours.all()),
        };
        report.note(&format!("best-{id}"), said);
    }
    report.total("hourless", number(facts.hourless));
    if facts.hourless > 0 {
        let what = if facts.hourless == 1 { "1 event is".to_owned() } else { format!("{} events are", super::thousands(facts.hourless as i64)) };
        report.note("hourless", format!("{what} dated 00:00:00 sharp, as a date without a time of day is: in no hour, and not counted"));
    }
    report.note(
        "timing",
        format!(
            "counted by the clock of {}; acts: what leads did themselves (the kinds of `by: lead` that are not weak); clicks: email_click and sms_click; replies: the kind \
             reply; feedback on our messages is among them, clicks of machines (bot_filter) are not. When leads were not written to, nobody could click: an hour without clicks \
             may be one without mails",
            facts.frame.zone
        ),
    );
    report.notes.extend(facts.notes);
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, Instant};

    #[test]
    fn a_week_by_hand() {
        let mut acts = Hours::default();
        (0..40).for_each(|_| acts.add(1, 10));
        (0..15).for_each(|_| acts.add(5, 23));
        acts.add(7, 3); // no such day
        let frame = Frame { as_of: Instant(0), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") };
        let report = report(Facts { frame, acts, clicks: Hours::default(), replies: Hours::default(), hourless: 1, notes: vec![] });
        assert_eq!(report.rows.len(), 24);
        assert_eq!((&report.rows[10][2], &report.rows[10][8], &report.rows[23][6]), (&Cell::Integer(40), &Cell::Integer(40), &Cell::Integer(15)));
        assert_eq!(report.notes[0].text, "most acts: tue 10:00 to 11:00, 40 of 55");
        assert_eq!(report.notes[1].text, "most clicks: 0: too few to tell (below 50)");
        assert!(report.notes.iter().any(|n| n.code == "hourless" && n.text.starts_with("1 event is dated 00:00:00 sharp")));
        assert!(report.sections.iter().all(|s| s.rows.is_empty()), "no table of nothing");
    }
}
