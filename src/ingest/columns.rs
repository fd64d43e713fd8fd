//! Typed rows of the tables beside leads and events: deals, payments, follow-ups. One mechanism for all of them: a
//! [`Layout`] says what each column of the dictionary's `Table` holds, the headers are matched by its names and aliases, and
//! every row comes out as values in the layout's order with whatever names its lead.

use super::cell::{BadCell, Typed, Typer, trimmed};
use super::error::{IngestError, IngestErrorKind, shorten};
use super::header::{base_of, first_of};
use super::identity::{WhoColumns, identity_of};
use super::lead::Next;
use super::profile::{OpenOrder, Profile, default_order, profile_dates};
use super::row::RawRow;
use super::table::TableFile;
use crate::model::{Calendar, Dictionary, FieldIx, FieldType, Identity, Key, Table, Value, fold, fold_header, nearest};
use std::sync::Arc;

/// A canonical value and other spellings of it, between `|`.
pub(super) type Choice = (&'static str, &'static str);

/// What one column holds.
#[derive(Clone, Copy)]
pub(super) enum Holds {
    /// Text as read; `values:` of fields.yaml are canonical.
    Text,
    /// The id or address of something or somebody: a number that a spreadsheet rewrote is restored, or refused.
    Id,
    /// An instant; a bare date is its 00:00 in the calendar's zone.
    At,
    /// Money in the base's currency.
    Money,
    /// A whole number.
    Whole,
    /// Yes or no.
    Boolean,
    /// One of a few words.
    Choice(&'static [Choice]),
}

/// What the columns of one table hold, and whether its rows name a lead.
pub(super) struct Layout {
    /// The table's id in fields.yaml.
    pub(super) table: &'static str,
    /// By column id.
    pub(super) columns: &'static [(&'static str, Holds)],
    /// The column that names the lead, if rows do.
    pub(super) lead: Option<&'static str>,
}

/// What the columns of one file mean.
#[derive(Clone, Debug, Default)]
pub struct TableMapping {
    /// By column of the layout.
    columns: Vec<Option<usize>>,
    ids: Vec<&'static str>,
    /// Columns that name the lead.
    pub who: Vec<(usize, FieldIx)>,
    /// The lead's key.
    pub key: Option<usize>,
    /// A column that may hold any of them.
    pub any: Option<usize>,
    /// Headers with another meaning; not read.
    pub unmatched: Vec<String>,
}

impl TableMapping {
    pub(super) fn of(layout: &Layout, headers: &[String], dictionary: &Dictionary, tables: &[Table]) -> Self {
        let folded: Vec<String> = (0..headers.len()).map(|i| fold_header(base_of(headers, i))).collect();
        let table = tables.iter().find(|t| t.id == layout.table);
        let mut used = vec![false; headers.len()];
        let mut find = |id: &str| {
            let aliases = table.and_then(|t| t.columns.iter().find(|c| c.id == id)).map(|c| c.aliases.as_slice()).unwrap_or_default();
            let names = std::iter::once(id).chain(aliases.iter().map(String::as_str)).map(fold_header);
            let found = names.into_iter().find_map(|n| folded.iter().zip(&used).position(|(f, used)| *f == n && !used));
            found.inspect(|i| used.iter_mut().skip(*i).take(1).for_each(|u| *u = true))
        };
        let columns: Vec<Option<usize>> = layout.columns.iter().map(|(id, _)| find(id)).collect();
        let mut mapping = Self { columns, ids: layout.columns.iter().map(|(id, _)| *id).collect(), ..Self::default() };
        if let Some(lead) = layout.lead {
            mapping.key = first_of(&folded, &["key", "leadkey"]).filter(|i| !mapping.columns.contains(&Some(*i)));
            mapping.any = find(lead).filter(|i| Some(*i) != mapping.key);
            for (i, name) in folded.iter().enumerate() {
                if !mapping.columns.contains(&Some(i))
                    && let Some(ix) = identity_of(name, dictionary)
                    && !mapping.who.iter().any(|(_, known)| *known == ix)
                {
                    mapping.who.push((i, ix));
                }
            }
            // A header that says which identity it holds is read as that one.
            mapping.any = mapping.any.filter(|i| !mapping.who.iter().any(|(c, _)| c == i));
        }
        let is_used =
            |i: usize| mapping.columns.contains(&Some(i)) || [mapping.key, mapping.any].contains(&Some(i)) || mapping.who.iter().any(|(c, _)| *c == i);
        let named = |i: usize, h: &String| !is_used(i) && !super::header::is_unnamed(headers, h);
        mapping.unmatched = headers.iter().enumerate().filter(|(i, h)| named(*i, h)).map(|(_, h)| h.clone()).collect();
        mapping
    }

    /// The same of a file whose rows name nobody.
    pub(super) fn of_nobody(layout: &Layout, headers: &[String], tables: &[Table]) -> Self {
        let folded: Vec<String> = (0..headers.len()).map(|i| fold_header(base_of(headers, i))).collect();
        let table = tables.iter().find(|t| t.id == layout.table);
        let mut mapping = Self { ids: layout.columns.iter().map(|(id, _)| *id).collect(), ..Self::default() };
        for (id, _) in layout.columns {
            let aliases = table.and_then(|t| t.columns.iter().find(|c| c.id == *id)).map(|c| c.aliases.as_slice()).unwrap_or_default();
            let mut names = std::iter::once(*id).chain(aliases.iter().map(String::as_str)).map(fold_header);
            let found = names.find_map(|n| folded.iter().enumerate().position(|(i, f)| *f == n && !mapping.columns.contains(&Some(i))));
            mapping.columns.push(found);
        }
        let named = |i: usize, h: &String| !mapping.columns.contains(&Some(i)) && !super::header::is_unnamed(headers, h);
        mapping.unmatched = headers.iter().enumerate().filter(|(i, h)| named(*i, h)).map(|(_, h)| h.clone()).collect();
        mapping
    }

    /// Lets a header that means nothing yet mean a column that no header means yet.
    pub(super) fn fill(&mut self, id: &str, headers: &[String], name: &str) {
        let found = headers.iter().position(|h| fold_header(h) == name && self.unmatched.contains(h));
        let place = self.ids.iter().position(|c| *c == id).and_then(|i| self.columns.get_mut(i));
        if let (Some(place @ None), Some(found)) = (place, found) {
            *place = Some(found);
            self.unmatched.retain(|h| fold_header(h) != name);
        }
    }
    /// The column of a name of the layout.
    pub fn column(&self, id: &str) -> Option<usize> {
        self.ids.iter().position(|c| *c == id).and_then(|i| self.columns.get(i).copied().flatten())
    }
    /// Whether any column has one of these names.
    pub fn has(&self, ids: &[&str]) -> bool {
        ids.iter().any(|id| self.column(id).is_some())
    }
    /// Every column that means something here.
    pub(super) fn used(&self) -> Vec<Option<usize>> {
        self.columns.iter().copied().chain([self.key, self.any]).chain(self.who.iter().map(|(c, _)| Some(*c))).filter(Option::is_some).collect()
    }
    /// Whether any column names the lead.
    pub fn has_who(&self) -> bool {
        !self.who.is_empty() || self.key.is_some() || self.any.is_some()
    }
}

/// One row; reused from row to row.
#[derive(Clone, Debug, Default)]
pub(super) struct TypedRow {
    /// The line of a text file where the row begins; the row of a sheet.
    pub(super) number: u64,
    /// Who: strongest first.
    pub(super) identities: Vec<Identity>,
    /// Who, by key.
    pub(super) key: Option<Key>,
    /// In the layout's order.
    pub(super) values: Vec<Value>,
    /// Cells that became blank, by the column's id; columns that name a lead have none.
    pub(super) bad: Vec<(&'static str, BadCell)>,
    /// What is to be told of an amount that was read, with the amount as the file has it.
    pub(super) remark: Option<(&'static str, String)>,
}

impl TypedRow {
    /// The value of a column of the layout, taken out.
    pub(super) fn take(&mut self, layout: &Layout, id: &str) -> Value {
        let place = layout.columns.iter().position(|(c, _)| *c == id);
        place.and_then(|i| self.values.get_mut(i)).map(std::mem::take).unwrap_or_default()
    }
    /// The value of a column of the layout, left where it is.
    pub(super) fn value(&self, layout: &Layout, id: &str) -> &Value {
        layout.columns.iter().position(|(c, _)| *c == id).and_then(|i| self.values.get(i)).unwrap_or(&Value::Null)
    }
    /// What was wrong with a column's cell.
    pub(super) fn bad_in(&self, ids: &[&str]) -> Option<&BadCell> {
        self.bad.iter().find(|(id, _)| ids.contains(id)).map(|(_, bad)| bad)
    }
}

/// Reads the rows of one file, one by one; what stands for a row is reused from row to row.
pub trait Rows {
    /// One row.
    type Cells;
    /// The next row, whether it can be used, or the end.
    fn next(&mut self, out: &mut Self::Cells) -> Result<Next, IngestError>;
    /// Its cells that became blank, or, on a rejected row, the one that refused it.
    fn bad(cells: &Self::Cells) -> &[BadCell];
    /// The row as the file has it: for the reject file.
    fn raw(&self) -> &RawRow;
    /// Columns whose dates leave their order open.
    fn open(&self) -> &[OpenOrder];
    /// What is to be told of an amount of the row read last, with the amount as the file has it.
    fn remark(&self) -> Option<&(&'static str, String)> {
        None
    }
}

/// Types the rows of one file.
pub(super) struct TableReader<'a> {
    table: TableFile,
    typers: Vec<Option<(usize, Typer<'a>, &'static str, Holds)>>,
    who: Option<WhoColumns>,
    /// What people should know of the dates.
    pub(super) open: Vec<OpenOrder>,
    raw: RawRow,
}

impl<'a> TableReader<'a> {
    /// Reads a table from its first row on, after a look at its dates.
    pub(super) fn new(
        layout: &Layout,
        mut table: TableFile,
        mapping: &TableMapping,
        dictionary: &'a Dictionary,
        calendar: &Calendar,
        tables: &[Table],
    ) -> Result<Self, IngestError> {
        let declared = |id: &str| tables.iter().find(|t| t.id == layout.table)?.columns.iter().find(|c| c.id == id);
        let dated =
            |(id, holds): &(&'static str, Holds)| mapping.column(id).filter(|_| matches!(holds, Holds::At) && declared(id).is_none_or(|c| c.order.is_none()));
        let dates: Vec<usize> = layout.columns.iter().filter_map(dated).collect();
        let profile = if dates.is_empty() { Profile::default() } else { profile_dates(&mut table, dates, calendar)? };
        let typers = layout.columns.iter().map(|(id, holds)| {
            let column = mapping.column(id)?;
            let ty = match holds {
                Holds::Text | Holds::Id | Holds::Choice(_) => FieldType::Text,
                Holds::At => FieldType::Datetime,
                Holds::Money => FieldType::Money,
                Holds::Whole => FieldType::Integer,
                Holds::Boolean => FieldType::Boolean,
            };
            let known = declared(id);
            let mut values: Vec<(String, Arc<str>)> = known.map(|c| c.values.clone()).unwrap_or_default();
            if let Holds::Choice(choices) = holds {
                for (name, spellings) in *choices {
                    values.extend(std::iter::once(*name).chain(spellings.split('|')).map(|s| (fold(s).into_owned(), Arc::from(*name))));
                }
            }
            let order = known.and_then(|c| c.order).or_else(|| profile.order(column)).unwrap_or_else(|| default_order(calendar));
            let typer = Typer::of_column(id, ty, values, order, dictionary, calendar, table.date1904());
            Some((column, typer.naming(matches!(holds, Holds::Id)), *id, *holds))
        });
        let typers = typers.collect();
        let who = layout.lead.map(|_| WhoColumns::new(dictionary, table.source(), mapping.who.clone(), mapping.key, mapping.any));
        Ok(Self { typers, who, open: profile.open, raw: RawRow::default(), table })
    }

    /// The row as the file has it: for the reject file.
    pub(super) fn raw(&self) -> &RawRow {
        &self.raw
    }
    /// The file.
    pub(super) fn table(&self) -> &TableFile {
        &self.table
    }
    /// The header of a column of the layout, blank where there is none.
    pub(super) fn header(&self, id: &str) -> &str {
        let column = self.typers.iter().flatten().find(|(_, _, of, _)| *of == id).map(|(column, ..)| *column);
        column.and_then(|c| self.table.headers().get(c)).map_or("", String::as_str)
    }

    /// What the row read last has in a column of the layout, as the file has it.
    pub(super) fn told(&self, id: &str) -> &str {
        let column = self.typers.iter().flatten().find(|(_, _, of, _)| *of == id).map(|(column, ..)| *column);
        column.map_or("", |c| trimmed(self.raw.text(c)))
    }

    /// The next row; one that is no record is rejected.
    pub(super) fn next(&mut self, row: &mut TypedRow) -> Result<Next, IngestError> {
        if !self.table.next_row(&mut self.raw)? {
            return Ok(Next::End);
        }
        let raw = &self.raw;
        row.number = raw.number;
        row.bad.clear();
        row.values.clear();
        row.remark = None;
        if let Err(bad) = raw.sound() {
            row.bad.push(("", bad));
            return Ok(Next::Rejected);
        }
        let headers = self.table.headers();
        for typer in &mut self.typers {
            let Some((column, typer, id, holds)) = typer else {
                row.values.push(Value::Null);
                continue;
            };
            let typed = typer.read(raw.cell(*column));
            let value = match typed {
                Ok(Typed::Noted(v, note)) => {
                    if matches!(holds, Holds::Money) {
                        row.remark = Some((note, shorten(raw.text(*column))));
                    }
                    v
                }
                Ok(Typed::Value(v)) => v,
                Ok(Typed::Blank | Typed::Clear) => Value::Null,
                Err(reason) => {
                    row.bad.push((id, BadCell::new(headers.get(*column).map_or("", String::as_str), raw.text(*column), reason)));
                    Value::Null
                }
            };
            row.values.push(match (&*holds, value.as_text()) {
                (Holds::Choice(choices), Some(text)) if !choices.iter().any(|(name, _)| *name == text) => {
                    let reason = unknown(text, choices);
                    row.bad.push((id, BadCell::new(headers.get(*column).map_or("", String::as_str), text, reason)));
                    Value::Null
                }
                _ => value,
            });
        }
        if let Some(who) = &mut self.who {
            let mut bad = Vec::new();
            row.key = who.read(raw, headers, &mut row.identities, &mut bad);
            row.bad.extend(bad.into_iter().map(|b| ("lead", b)));
        }
        Ok(Next::Row)
    }

    /// A refusal of a file that lacks columns.
    pub(super) fn lacks(table: &TableFile, kind: &str, what: &str) -> IngestError {
        let section = kind.replace('-', "_");
        let text = format!("a file of {kind} needs {what}; its headers are {}", table.headers().join(", "));
        table
            .error(IngestErrorKind::MissingColumns, text, &format!("add the column, or an alias for it under `{section}:` in fields.yaml"))
            .at(table.header_row())
    }
}

/// So many spellings of a choice are named.
const SPELT: usize = 3;

/// Why a word is none of the choices, with the nearest that is.
fn unknown(text: &str, choices: &[Choice]) -> String {
    let known = || choices.iter().flat_map(|(name, spellings)| std::iter::once(*name).chain(spellings.split('|')));
    match nearest(text, known()) {
        Some(near) => format!("no such word is known here; did you mean `{near}`?"),
        None => {
            let spelt = |spellings: &str| spellings.split('|').take(SPELT).collect::<Vec<_>>().join(", ");
            let all: Vec<String> = choices.iter().map(|(name, spellings)| format!("{name} ({} …)", spelt(spellings))).collect();
            format!("no such word is known here; known: {}; `values:` of the column in fields.yaml adds others", all.join("; "))
        }
    }
}

/// A text value, taken as it is.
pub(super) fn text(value: Value) -> Option<String> {
    match value {
        Value::Text(t) => Some(t.to_string()),
        _ => None,
    }
}
