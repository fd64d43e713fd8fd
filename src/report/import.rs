//! What an import did with the rows that it read: one row per file, and the one line for trust.

use super::{Cell, Column, Frame, Note, Report, thousands};

/// The outcome of one file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// As given on the command line.
    pub file: String,
    /// `leads`, `events` …
    pub kind: String,
    /// Rows below the header.
    pub rows_read: i64,
    /// Rows that made a lead, or events that were not in the base.
    pub new: i64,
    /// Rows that changed something of a lead.
    pub updated: i64,
    /// Rows that changed nothing.
    pub unchanged: i64,
    /// Rows that were joined into another lead of the same files.
    pub joined: i64,
    /// Rows that could not be used.
    pub rejected: i64,
    /// Where those are, with their reasons.
    pub rejects: Option<String>,
    /// Events that belong to a lead, new to the base.
    pub events_matched: i64,
    /// Events that wait for their lead.
    pub events_waiting: i64,
    /// Events that the base knew.
    pub events_known: i64,
    /// Identities that point to two leads.
    pub to_decide: i64,
    /// What was guessed about the file (encoding, separator), for people.
    pub read_as: String,
}

/// One count of a file.
type Count = fn(&File) -> i64;

const COUNTS: [(&str, Count); 10] = [
    ("rows_read", |f| f.rows_read),
    ("new", |f| f.new),
    ("updated", |f| f.updated),
    ("unchanged", |f| f.unchanged),
    ("joined", |f| f.joined),
    ("rejected", |f| f.rejected),
    ("events_matched", |f| f.events_matched),
    ("events_waiting", |f| f.events_waiting),
    ("events_known", |f| f.events_known),
    ("to_decide", |f| f.to_decide),
];

/// One row per file, in the order given, and their sums.
pub fn report(frame: &Frame, files: &[File], notes: Vec<Note>) -> Report {
    let mut columns = vec![Column::text("file"), Column::text("kind"), Column::text("read_as")];
    columns.extend(COUNTS.iter().map(|(id, _)| Column::integer(id)));
    columns.push(Column::text("rejects"));
    let mut report = Report::new("import", frame, columns);
    for f in files {
        let mut row = vec![Cell::text(&*f.file), Cell::text(&*f.kind), Cell::text(&*f.read_as)];
        row.extend(COUNTS.iter().map(|(_, count)| Cell::Integer(count(f))));
        row.push(Cell::maybe(f.rejects.as_deref()));
        report.rows.push(row);
    }
    for (id, count) in COUNTS {
        report.total(id, Cell::Integer(files.iter().map(count).sum()));
    }
    report.notes = notes;
    report
}

/// The line that ends `sop score FILE…` and `sop import`: what became of every row that was read.
pub fn trust_line(files: &[File]) -> String {
    let sum = |count: Count| files.iter().map(count).sum::<i64>();
    let mut parts = vec![
        format!("{} rows read", thousands(sum(|f| f.rows_read))),
        format!("{} new", thousands(sum(|f| f.new))),
        format!("{} updated", thousands(sum(|f| f.updated))),
        format!("{} joined", thousands(sum(|f| f.joined))),
    ];
    let rejected = sum(|f| f.rejected);
    let into: Vec<_> = files.iter().filter(|f| f.rejected > 0).filter_map(|f| f.rejects.as_deref()).collect();
    parts.push(match into.is_empty() {
        true => format!("{} rejected", thousands(rejected)),
        false => format!("{} rejected ({})", thousands(rejected), into.join(", ")),
    });
    parts.push(format!("{} unchanged", thousands(sum(|f| f.unchanged))));
    let (matched, waiting, known) = (sum(|f| f.events_matched), sum(|f| f.events_waiting), sum(|f| f.events_known));
    if matched + waiting + known > 0 {
        parts.push(format!("events: {} matched, {} waiting, {} known", thousands(matched), thousands(waiting), thousands(known)));
    }
    let to_decide = sum(|f| f.to_decide);
    if to_decide > 0 {
        parts.push(format!("{} to decide (sop today)", thousands(to_decide)));
    }
    parts.join(" · ")
}
