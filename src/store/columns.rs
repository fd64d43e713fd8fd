//! Columns that the dictionary declares, and how values stand in them.
//!
//! text, list TEXT (a list joined by `;`) · integer INTEGER · number, percent REAL · money INTEGER minor units ·
//! date `YYYY-MM-DD` · datetime INTEGER seconds UTC · boolean 0/1. The columns are `ANY`: a field may change its type.

use super::record::Record;
use super::{Result, Store, ident};
use crate::model::{Dictionary, FieldType, Instant, Value};
use rusqlite::types::{ToSqlOutput, Value as Sql, ValueRef};
use std::sync::Arc;

/// The names and types of the declared columns, in the dictionary's order, and the statements that name them all.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Lead fields.
    pub fields: Vec<(String, FieldType)>,
    /// Event fields.
    pub event_fields: Vec<(String, FieldType)>,
    /// Score groups.
    pub groups: Vec<String>,
    /// Digits of the currency behind the point.
    pub currency_digits: u32,
    /// Written once: these are asked for every row.
    pub(super) sql: Statements,
}

/// Statements over the declared columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Statements {
    pub(super) insert_lead: String,
    pub(super) update_lead: String,
    pub(super) select_lead: String,
    pub(super) select_state: String,
    pub(super) write_scores: String,
    pub(super) write_many_scores: String,
    pub(super) find_detail: String,
    pub(super) insert_detail: String,
}

impl Columns {
    /// The columns of a dictionary and of the score groups.
    pub fn new(dictionary: &Dictionary, groups: impl IntoIterator<Item = String>) -> Self {
        let mut columns = Self {
            fields: dictionary.fields.iter().map(|f| (f.id.clone(), f.ty)).collect(),
            event_fields: dictionary.event_fields.iter().map(|f| (f.id.clone(), f.ty)).collect(),
            groups: groups.into_iter().collect(),
            currency_digits: dictionary.currency.digits,
            sql: Statements::default(),
        };
        columns.sql = columns.statements();
        columns
    }

    fn statements(&self) -> Statements {
        let marks = |from: usize, n: usize| (from..from + n).map(|i| format!(", ?{i}")).collect::<String>();
        let sets = |from: usize, names: Vec<String>| names.iter().enumerate().map(|(i, n)| format!(", {} = ?{}", ident(n), from + i)).collect::<String>();
        let fields: Vec<String> = self.fields.iter().map(|(n, _)| lead_column(n)).collect();
        let groups: Vec<String> = self.groups.iter().map(|g| group_column(g)).collect();
        let events = self.event_field_list("");
        // Most leads of a first scoring have no state yet; all others have one.
        let upsert = |rows: usize| {
            let width = 5 + groups.len();
            let values: Vec<String> = (0..rows).map(|r| format!("(?{}{})", r * width + 1, marks(r * width + 2, width - 1))).collect();
            let names: String = groups.iter().map(|g| format!(", {}", ident(g))).collect();
            let sets: String = groups.iter().map(|g| format!(", {0} = excluded.{0}", ident(g))).collect();
            let moved: String = groups.iter().map(|g| format!(" OR {0} IS NOT excluded.{0}", ident(g))).collect();
            // What the engines behind scoring may see has changed, or came in since: they are due.
            format!(
                "INSERT INTO lead_state (lead, score, band, next_change_at, sop{names}) VALUES {} ON CONFLICT (lead) DO UPDATE SET
                 moves_at = iif(next_change_at = 0 OR score IS NOT excluded.score OR band IS NOT excluded.band OR sop IS NOT excluded.sop{moved}, 0, moves_at),
                 score = excluded.score, band = excluded.band, next_change_at = excluded.next_change_at, sop = excluded.sop{sets}",
                values.join(", ")
            )
        };
        Statements {
            insert_lead: format!(
                "INSERT INTO leads ({}{}) VALUES (?1{})",
                super::leads::OWN,
                self.field_list(""),
                marks(2, super::leads::OWN_COUNT - 1 + fields.len())
            ),
            update_lead: format!("UPDATE leads SET fresh_at = ?2, sources = ?3, extra = ?4{} WHERE lead = ?1", sets(5, fields)),
            select_lead: format!("SELECT {} FROM leads WHERE lead = ?1", super::leads::select_list(self, "")),
            select_state: format!("SELECT {} FROM lead_state WHERE lead = ?1", super::state::state_list(self, "")),
            write_scores: upsert(1),
            write_many_scores: upsert(super::state::SCORE_ROWS),
            find_detail: format!("SELECT detail, kind{events} FROM details WHERE hash = ?1 AND origin = ?2"),
            insert_detail: format!("INSERT INTO details (hash, kind, origin, run{events}) VALUES (?1, ?2, ?3, ?4{})", marks(5, self.event_fields.len())),
        }
    }

    /// `, "a", "b"` of the lead fields, with a prefix before each name.
    pub(super) fn field_list(&self, prefix: &str) -> String {
        self.fields.iter().map(|(n, _)| format!(", {prefix}{}", ident(&lead_column(n)))).collect()
    }
    /// The same of the event fields.
    pub(super) fn event_field_list(&self, prefix: &str) -> String {
        self.event_fields.iter().map(|(n, _)| format!(", {prefix}{}", ident(&event_column(n)))).collect()
    }
    /// The same of the groups.
    pub(super) fn group_list(&self, prefix: &str) -> String {
        self.groups.iter().map(|g| format!(", {prefix}{}", ident(&group_column(g)))).collect()
    }
}

/// A group's column in `lead_state`.
pub(super) fn group_column(group: &str) -> String {
    format!("points_{group}")
}

/// A lead field's column in `leads`; the few names that the table has itself are moved aside.
pub(super) fn lead_column(name: &str) -> String {
    const OWN: [&str; 7] = ["lead", "lead_key", "lead_run", "seen_at", "fresh_at", "sources", "extra"];
    if OWN.contains(&name.to_lowercase().as_str()) { format!("field_{name}") } else { name.to_owned() }
}

/// An event field's column in `details`; the few names that the table has itself are moved aside.
pub(super) fn event_column(name: &str) -> String {
    if ["detail", "hash", "kind", "origin", "run"].contains(&name.to_lowercase().as_str()) { format!("field_{name}") } else { name.to_owned() }
}

impl Store {
    /// Adds the columns that the tables do not have yet. Says whether any was added.
    pub fn ensure_columns(&self, columns: &Columns) -> Result<bool> {
        let mut added = false;
        let wanted: [(&str, Vec<(String, &str)>); 3] = [
            ("leads", columns.fields.iter().map(|(n, _)| (lead_column(n), "ANY")).collect()),
            ("details", columns.event_fields.iter().map(|(n, _)| (event_column(n), "ANY")).collect()),
            ("lead_state", columns.groups.iter().map(|g| (group_column(g), "INTEGER")).collect()),
        ];
        for (table, names) in wanted {
            let there = self.column_names(table)?;
            for (name, ty) in names {
                if !there.iter().any(|t| t.to_lowercase() == name.to_lowercase()) {
                    self.conn.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {} {ty}", ident(&name)))?;
                    added = true;
                }
            }
        }
        super::views::create(&self.conn, columns)?;
        Ok(added)
    }

    /// Whether the base has all of these columns already.
    pub fn readable_columns(&self, columns: &Columns) -> Result<bool> {
        let has = |table: &str, wanted: Vec<String>| -> Result<bool> {
            let there: Vec<String> = self.column_names(table)?.iter().map(|n| n.to_lowercase()).collect();
            Ok(wanted.iter().all(|w| there.contains(&w.to_lowercase())))
        };
        Ok(has("leads", columns.fields.iter().map(|(n, _)| lead_column(n)).collect())?
            && has("details", columns.event_fields.iter().map(|(n, _)| event_column(n)).collect())?
            && has("lead_state", columns.groups.iter().map(|g| group_column(g)).collect())?)
    }

    /// The columns of a table, in its order.
    pub(super) fn column_names(&self, table: &str) -> Result<Vec<String>> {
        // Every column's name of one table, in order.
        const NAMES: &str = "SELECT name FROM pragma_table_info(?1) ORDER BY cid";
        let mut statement = self.conn.prepare_cached(NAMES)?;
        let names = statement.query_map([table], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(names)
    }
}

/// A value as it stands in the base.
pub(super) struct Stored<'a>(pub &'a Value);

impl rusqlite::ToSql for Stored<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Null => ToSqlOutput::Owned(Sql::Null),
            Value::Bool(b) => i64::from(*b).into(),
            Value::Int(i) | Value::Money(i) => (*i).into(),
            Value::Real(r) => (*r).into(),
            Value::Text(t) => ToSqlOutput::Borrowed(ValueRef::Text(t.as_bytes())),
            Value::List(items) => ToSqlOutput::Owned(Sql::Text(items.join(";"))),
            Value::Date(d) => ToSqlOutput::Owned(Sql::Text(d.format("%Y-%m-%d").to_string())),
            Value::At(t) => t.0.into(),
        })
    }
}

/// The same into a row that becomes part of a page.
pub(super) fn record_value(record: &mut Record, v: &Value) {
    match v {
        Value::Null => record.null(),
        Value::Bool(b) => record.int(i64::from(*b)),
        Value::Int(i) | Value::Money(i) => record.int(*i),
        Value::Real(r) => record.real(*r),
        Value::Text(t) => record.text(t),
        Value::List(items) => record.text(&items.join(";")),
        Value::Date(d) => record.text(&d.format("%Y-%m-%d").to_string()),
        Value::At(t) => record.int(t.0),
    }
}

/// A stored cell as a value of its field's type; what does not fit the type is blank (it is re-read on the next writing run).
pub(super) fn read_value(cell: ValueRef<'_>, ty: FieldType) -> Value {
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    match (cell, ty) {
        (ValueRef::Null, _) => Value::Null,
        (ValueRef::Integer(i), FieldType::Boolean) => Value::Bool(i != 0),
        (ValueRef::Integer(i), FieldType::Integer) => Value::Int(i),
        (ValueRef::Integer(i), FieldType::Money) => Value::Money(i),
        (ValueRef::Integer(i), FieldType::Datetime) => Value::At(Instant(i)),
        (ValueRef::Integer(i), FieldType::Number | FieldType::Percent) => Value::Real(i as f64),
        (ValueRef::Real(r), FieldType::Number | FieldType::Percent) => Value::Real(r),
        (ValueRef::Text(b), FieldType::Date) => std::str::from_utf8(b).ok().and_then(|t| t.parse().ok()).map_or(Value::Null, Value::Date),
        (ValueRef::Text(b), FieldType::List) => Value::List(text(b).split(';').filter(|t| !t.is_empty()).map(Arc::from).collect()),
        (ValueRef::Text(b), ty) if ty.is_text() => match std::str::from_utf8(b) {
            Ok(t) => Value::Text(t.into()),
            Err(_) => Value::text(&text(b)),
        },
        _ => Value::Null,
    }
}
