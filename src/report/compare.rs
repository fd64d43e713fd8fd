//! `--compare previous`: two reports of one kind side by side. Each number of a row gets the number that the same row had
//! before (`previous_…`) and the difference (`change_…`, of shares in percentage points). The columns stand behind the
//! report's own, so that whoever reads those by place finds them there.

use super::{Cell, Column, ColumnType, Report, Total};

/// The report with the numbers of `before` beside its own. Rows are the same when the texts in front of their first
/// number are; a row that was there only before has no numbers of its own.
pub fn compare(now: Report, before: &Report) -> Report {
    let nothing = is_nothing(before);
    fn known(rows: &[Vec<Cell>], nothing: bool) -> &[Vec<Cell>] {
        if nothing { &[] } else { rows }
    }
    let (columns, rows) = beside((now.columns, now.rows), (&before.columns, known(&before.rows, nothing)));
    let mut out = Report { columns, rows, of: None, ..now };
    for section in &mut out.sections {
        let Some(old) = before.sections.iter().find(|s| s.id == section.id) else { continue };
        let (columns, rows) = (std::mem::take(&mut section.columns), std::mem::take(&mut section.rows));
        (section.columns, section.rows) = beside((columns, rows), (&old.columns, known(&old.rows, nothing)));
    }
    for (name, total) in &before.totals {
        let was = match total {
            _ if nothing => Total::One(Cell::Empty),
            Total::One(cell) => Total::One(cell.clone()),
            Total::Group(cells) => Total::Group(cells.clone()),
        };
        out.totals.push((format!("previous_{name}"), was));
    }
    if nothing {
        out.note("no-previous", "nothing of the period before is in the base: what it was is n/a, not 0");
        return out;
    }
    for note in &before.notes {
        if !out.notes.contains(note) {
            out.note(&note.code, format!("before: {}", note.text));
        }
    }
    out
}

/// Whether nothing is known of a period: every number of its report is 0 or blank.
fn is_nothing(report: &Report) -> bool {
    let zero = |cell: &Cell| match cell {
        Cell::Integer(n) | Cell::Money(n) => *n == 0,
        Cell::Number(x) | Cell::Percent(x) => *x == 0.0,
        _ => true,
    };
    let tables = std::iter::once(&report.rows).chain(report.sections.iter().map(|s| &s.rows));
    let mut totals = report.totals.iter().flat_map(|(_, total)| match total {
        Total::One(cell) => vec![cell],
        Total::Group(cells) => cells.iter().map(|(_, cell)| cell).collect(),
    });
    tables.flatten().flatten().all(zero) && totals.all(zero)
}

type Table = (Vec<Column>, Vec<Vec<Cell>>);

fn beside((mut columns, rows): Table, (old_columns, old_rows): (&[Column], &[Vec<Cell>])) -> Table {
    let key = keys(&columns);
    let old_key: Vec<Option<usize>> = key.iter().map(|i| columns.get(*i).and_then(|c| place(old_columns, &c.id))).collect();
    let numbers: Vec<usize> = (0..columns.len()).filter(|i| columns.get(*i).is_some_and(|c| is_number(c.ty))).collect();
    let old_numbers: Vec<Option<usize>> = numbers.iter().map(|i| columns.get(*i).and_then(|c| place(old_columns, &c.id))).collect();
    let name_of = |row: &[Cell], key: &[Option<usize>]| key.iter().map(|i| i.and_then(|i| row.get(i)).cloned().unwrap_or(Cell::Empty)).collect::<Vec<_>>();
    let own_key: Vec<Option<usize>> = key.iter().copied().map(Some).collect();
    let mut left: Vec<Option<&Vec<Cell>>> = old_rows.iter().map(Some).collect();
    let mut out = Vec::with_capacity(rows.len());
    for mut row in rows {
        let name = name_of(&row, &own_key);
        let same = left.iter_mut().find(|old| old.is_some_and(|old| name_of(old, &old_key) == name)).and_then(Option::take);
        add(&mut row, &numbers, same.map(|old| (old.as_slice(), old_numbers.as_slice())));
        out.push(row);
    }
    for old in left.into_iter().flatten() {
        let mut row = vec![Cell::Empty; columns.len()];
        for (to, from) in key.iter().zip(&old_key) {
            if let (Some(cell), Some(was)) = (row.get_mut(*to), from.and_then(|i| old.get(i))) {
                *cell = was.clone();
            }
        }
        add(&mut row, &numbers, Some((old, &old_numbers)));
        out.push(row);
    }
    let own: Vec<Column> = numbers.iter().filter_map(|i| columns.get(*i).cloned()).collect();
    for column in own {
        for prefix in ["previous", "change"] {
            columns.push(Column { id: format!("{prefix}_{}", column.id), ..column.clone() });
        }
    }
    (columns, out)
}

/// What was before, and the difference, behind the row.
fn add(row: &mut Vec<Cell>, numbers: &[usize], old: Option<(&[Cell], &[Option<usize>])>) {
    for (n, i) in numbers.iter().enumerate() {
        let was = old.and_then(|(cells, places)| cells.get((*places.get(n)?)?)).cloned().unwrap_or(Cell::Empty);
        let change = row.get(*i).map_or(Cell::Empty, |now| difference(now, &was));
        row.extend([was, change]);
    }
}

fn difference(now: &Cell, was: &Cell) -> Cell {
    match (now, was) {
        (Cell::Integer(a), Cell::Integer(b)) => Cell::Integer(a.saturating_sub(*b)),
        (Cell::Number(a), Cell::Number(b)) => Cell::Number(a - b),
        (Cell::Money(a), Cell::Money(b)) => Cell::Money(a.saturating_sub(*b)),
        (Cell::Percent(a), Cell::Percent(b)) => Cell::Percent(a - b),
        _ => Cell::Empty,
    }
}

fn is_number(ty: ColumnType) -> bool {
    matches!(ty, ColumnType::Integer | ColumnType::Number | ColumnType::Money | ColumnType::Percent)
}

/// The columns that name a row: those in front of the first number.
fn keys(columns: &[Column]) -> Vec<usize> {
    (0..columns.len()).take_while(|i| columns.get(*i).is_some_and(|c| !is_number(c.ty) && !c.wrap)).collect()
}

fn place(columns: &[Column], id: &str) -> Option<usize> {
    columns.iter().position(|c| c.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, Instant};
    use crate::report::Frame;

    fn table(rows: &[(&str, i64, Cell)]) -> Report {
        let frame = Frame { as_of: Instant(0), zone: chrono_tz::UTC, currency: Currency::new("CNY") };
        let columns = vec![Column::text("channel"), Column::integer("leads"), Column::new("cost", ColumnType::Money), Column::text("remark")];
        let mut report = Report::new("roi", &frame, columns);
        report.rows = rows.iter().map(|(c, n, cost)| vec![Cell::text(*c), Cell::Integer(*n), cost.clone(), Cell::text("x")]).collect();
        report.total("leads", Cell::Integer(rows.iter().map(|(_, n, _)| n).sum()));
        report
    }

    #[test]
    fn each_row_stands_beside_what_it_was() {
        let (now, before) = (table(&[("a", 5, Cell::Money(300)), ("b", 2, Cell::Empty)]), table(&[("c", 7, Cell::Money(1)), ("a", 3, Cell::Money(500))]));
        let both = compare(now, &before);
        let ids: Vec<&str> = both.columns.iter().map(|c| c.id.as_str()).collect();
        assert_eq!(ids, ["channel", "leads", "cost", "remark", "previous_leads", "change_leads", "previous_cost", "change_cost"]);
        assert_eq!(both.rows[0][4..], [Cell::Integer(3), Cell::Integer(2), Cell::Money(500), Cell::Money(-200)]);
        assert_eq!(both.rows[1][4..], [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty], "b is new");
        assert_eq!(both.rows[2], [Cell::text("c"), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Integer(7), Cell::Empty, Cell::Money(1), Cell::Empty]);
        assert_eq!(both.totals[1], ("previous_leads".into(), Total::One(Cell::Integer(10))));
    }

    #[test]
    fn a_period_of_which_nothing_is_known_was_not_zero() {
        let (now, before) = (table(&[("a", 5, Cell::Money(300))]), table(&[("a", 0, Cell::Money(0)), ("b", 0, Cell::Empty)]));
        let both = compare(now, &before);
        assert_eq!(both.rows.len(), 1);
        assert_eq!(both.rows[0][4..], [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]);
        assert_eq!(both.totals[1], ("previous_leads".into(), Total::One(Cell::Empty)));
        assert!(both.notes.iter().any(|n| n.code == "no-previous"));
    }
}
