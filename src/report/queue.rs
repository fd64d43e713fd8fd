//! `sop queue list` and `sop queue claim`: leads of a queue, with addresses that only the claimer sees.

use super::{Cell, Column, Frame, Note, Report};
use crate::model::Instant;

/// One lead.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Where it waits, or came from.
    pub queue: String,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: Option<String>,
    /// Its company.
    pub company: Option<String>,
    /// Its position there.
    pub title: Option<String>,
    /// Where that is.
    pub region: Option<String>,
    /// Its score; `None` before the first scoring.
    pub score: Option<i64>,
    /// The band of it.
    pub band: Option<String>,
    /// Since when it waits, or is held.
    pub since: Option<Instant>,
    /// Its addresses in full, by the columns of [`Facts::contacts`].
    pub contacts: Vec<Cell>,
}

/// Leads of queues.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// The columns of addresses.
    pub contacts: Vec<Column>,
    /// The leads, in the order to be read.
    pub rows: Vec<Waiting>,
    /// Addresses are masked.
    pub masked: bool,
    /// They were claimed, by this colleague.
    pub claimed: Option<String>,
    /// Nothing was kept.
    pub rehearsal: bool,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// The list.
pub fn report(facts: Facts) -> Report {
    let Facts { frame, contacts, rows, masked: hide, claimed, rehearsal, notes } = facts;
    let mut columns: Vec<Column> = ["queue", "key", "name", "company", "title", "region"].map(Column::text).into();
    columns.push(Column::integer("score"));
    columns.push(Column::text("band"));
    columns.push(Column::new("since", super::ColumnType::Instant));
    columns.extend(contacts);
    let mut report = Report::new("queue", &frame, columns);
    let count = rows.len();
    let row = |w: Waiting| {
        let texts = [w.name, w.company, w.title, w.region].map(|t| Cell::maybe(t.as_deref()));
        let mut cells = vec![Cell::text(w.queue), Cell::text(w.key)];
        cells.extend(texts);
        cells.push(w.score.map_or(Cell::Empty, Cell::Integer));
        cells.push(Cell::maybe(w.band.as_deref()));
        cells.push(w.since.map_or(Cell::Empty, Cell::Instant));
        cells.extend(w.contacts.into_iter().map(|c| match c {
            Cell::Text(text) if hide => Cell::Text(masked(&text)),
            other => other,
        }));
        cells
    };
    report.rows = rows.into_iter().map(row).collect();
    report.total(if claimed.is_some() { "claimed" } else { "waiting" }, Cell::count(count));
    if let Some(owner) = claimed {
        report.total("owner", Cell::text(owner));
        report.total("rehearsal", Cell::Boolean(rehearsal));
        report.whole = true;
    }
    if rehearsal {
        report.note("rehearsal", "a rehearsal: nothing was written");
    }
    report.notes.extend(notes);
    report
}

/// An address that is recognised by who knows it and is of no use to who does not: `138****8000`, `z***@example.com`.
pub fn masked(text: &str) -> String {
    let ends = |text: &str, first: usize, last: usize| {
        let chars: Vec<char> = text.chars().collect();
        // At least as much is hidden as shown, and never fewer than four characters.
        if chars.len() < first + last + 4 {
            let first: String = chars.iter().take(1).collect();
            return format!("{first}****");
        }
        let head: String = chars.iter().take(first).collect();
        let tail: String = chars.iter().skip(chars.len() - last).collect();
        format!("{head}****{tail}")
    };
    if let Some((local, domain)) = text.rsplit_once('@') {
        let first: String = local.chars().take(1).collect();
        return format!("{first}***@{domain}");
    }
    let number = text.strip_prefix("+86").filter(|n| n.len() == 11).unwrap_or(text);
    if number.chars().all(|c| c.is_ascii_digit() || c == '+') { ends(number, 3, 4) } else { ends(number, 2, 2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_recognised_and_of_no_use() {
        for (text, shown) in [
            ("+8613800138000", "138****8000"),
            ("zhang@example.com", "z***@example.com"),
            ("z@example.com", "z***@example.com"),
            ("+493012345678", "+49****5678"),
            ("02112345678", "021****5678"),
            ("5550100", "5****"),
            ("wmZhangWei01", "wm****01"),
            ("张伟", "张****"),
            ("", "****"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }
}
