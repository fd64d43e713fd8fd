//! Reading another report's table by the names of its columns.

use crate::report::{Cell, Column, Report, Said, Section};

/// A table of a part of the page.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    columns: &'a [Column],
    rows: &'a [Vec<Cell>],
}

/// One row of it.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    columns: &'a [Column],
    cells: &'a [Cell],
}

impl<'a> From<&'a Report> for Table<'a> {
    fn from(report: &'a Report) -> Self {
        Self { columns: &report.columns, rows: &report.rows }
    }
}

impl<'a> From<&'a Section> for Table<'a> {
    fn from(section: &'a Section) -> Self {
        Self { columns: &section.columns, rows: &section.rows }
    }
}

impl<'a> Table<'a> {
    pub(super) fn rows(self) -> impl Iterator<Item = Row<'a>> {
        self.rows.iter().map(move |cells| Row { columns: self.columns, cells })
    }
}

impl<'a> Row<'a> {
    /// The cell of a column; a column that is not there holds nothing.
    pub(super) fn cell(self, id: &str) -> &'a Cell {
        let at = self.columns.iter().position(|c| c.id == id);
        at.and_then(|at| self.cells.get(at)).unwrap_or(&Cell::Empty)
    }
    /// A text.
    pub(super) fn text(self, id: &str) -> &'a str {
        match self.cell(id) {
            Cell::Text(text) => text,
            _ => "",
        }
    }
    /// A text as readers of each language know it: its id, and its title.
    pub(super) fn name(self, id: &str) -> Said {
        let text = self.text(id);
        let choice = self.columns.iter().find(|c| c.id == id).and_then(|c| c.choices.iter().find(|c| c.id == text));
        Said::new(text, choice.and_then(|c| c.title.as_deref()).unwrap_or(text))
    }
    /// A count, or minor units.
    pub(super) fn whole(self, id: &str) -> Option<i64> {
        match self.cell(id) {
            Cell::Integer(n) | Cell::Money(n) => Some(*n),
            _ => None,
        }
    }
    /// A number or a share.
    pub(super) fn real(self, id: &str) -> Option<f64> {
        match self.cell(id) {
            Cell::Number(x) | Cell::Percent(x) => Some(*x),
            _ => None,
        }
    }
}
