//! What each column of a leads file means: a field, the key, a date of a stage, behaviour to count, or nothing declared.

use super::header::base_of;
use super::opt_out::OptOut;
use crate::model::{Dictionary, FieldIx, KindId, fold_header};

/// What one column means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnUse {
    /// A declared lead field.
    Field(FieldIx),
    /// The given name, where no column has the whole name.
    FirstName,
    /// The family name, likewise.
    LastName,
    /// The lead's own short name (`key`).
    Key,
    /// Computed by `sop` and exported: not read back.
    Derived,
    /// Behaviour kept in a lead column: the place in `Dictionary::events_in`.
    Events(usize),
    /// The date of a count column.
    EventsAt,
    /// `mql_at`: when the lead reached that stage, if lifecycle.yaml knows one of this name. Kept in extra too.
    StageAt(String),
    /// Nothing declares it: kept as it is.
    Extra,
}

/// One column of behaviour (`events_in:`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventsColumn {
    /// Its place in the file.
    pub column: usize,
    /// The kind of its events.
    pub kind: KindId,
    /// A total and not an instant.
    pub count: bool,
    /// The column that dates a total.
    pub at: Option<usize>,
}

/// What every column of a leads file means.
#[derive(Clone, Debug)]
pub struct LeadMapping {
    /// By column.
    pub columns: Vec<ColumnUse>,
    /// Headers by column, unique.
    pub headers: Vec<String>,
    /// The columns of each field, in the file's order; by [`FieldIx`].
    pub by_field: Vec<Vec<usize>>,
    /// The column of the key.
    pub key: Option<usize>,
    /// The column that says when the row was last changed (may be a field's too).
    pub updated_at: Option<usize>,
    /// Behaviour in columns.
    pub events: Vec<EventsColumn>,
    /// Columns by which a lead says no; those that nothing declares are kept in extra, too.
    pub opt_outs: Vec<OptOut>,
    /// Headers that nothing declares; their cells are kept in extra.
    pub unmatched: Vec<String>,
    /// Columns that are not read, for one note.
    pub derived: Vec<String>,
}

const FIRST_NAMES: &[&str] = &["firstname", "givenname", "forename", "fname", "名", "名字"];
const LAST_NAMES: &[&str] = &["lastname", "familyname", "surname", "lname", "姓", "姓氏"];
const UPDATED: &[&str] = &[
    "updatedat",
    "updatetime",
    "updatedtime",
    "updateddate",
    "modifiedat",
    "modifiedtime",
    "modifieddate",
    "lastmodified",
    "lastmodifieddate",
    "lastmodifiedtime",
    "lastmodifiedat",
    "lastupdated",
    "更新时间",
    "更新日期",
    "修改时间",
    "最后修改时间",
    "最近更新时间",
    "最后更新时间",
    "最近修改时间",
];
/// What `sop` computes and exports. Only a file that has the key is taken for ours: elsewhere `score` is another system's.
const DERIVED: &[&str] = &[
    "lead",
    "score",
    "fit",
    "engagement",
    "band",
    "mainreason",
    "reason",
    "reasons",
    "due",
    "daysinstage",
    "rank",
    "lasteventat",
    "queue",
    "ownerrole",
    "assignedat",
    "排名",
    "分数",
    "总分",
    "属性分",
    "行为分",
    "等级",
    "主要原因",
    "原因",
    "线索池",
    "负责人角色",
    "最近行为时间",
];
/// The columns that a reject file adds.
const REJECT: &[&str] = &["_row", "_column", "_value", "_reason"];

impl LeadMapping {
    /// Whether the name comes in two columns.
    pub fn names_in_parts(&self) -> bool {
        self.columns.iter().any(|c| matches!(c, ColumnUse::FirstName | ColumnUse::LastName))
    }
    /// What the columns mean, by the dictionary.
    pub fn new(headers: &[String], dictionary: &Dictionary) -> Self {
        let folded: Vec<String> = (0..headers.len()).map(|i| fold_header(base_of(headers, i))).collect();
        let at = |name: &str| folded.iter().position(|f| f == name);
        let key = at("key");
        let mut columns: Vec<ColumnUse> = folded
            .iter()
            .enumerate()
            .map(|(i, name)| match dictionary.headers.get(name) {
                _ if Some(i) == key => ColumnUse::Key,
                _ if REJECT.contains(&headers.get(i).map_or("", String::as_str)) => ColumnUse::Derived,
                Some(ix) => ColumnUse::Field(*ix),
                None if key.is_some() && DERIVED.contains(&name.as_str()) => ColumnUse::Derived,
                None => ColumnUse::Extra,
            })
            .collect();
        // What events_in: names is behaviour, even where a field has the same header.
        let mut events = Vec::new();
        for (n, declared) in dictionary.events_in.iter().enumerate() {
            let Some(column) = at(&fold_header(&declared.header)) else { continue };
            let dated = declared.at.as_ref().and_then(|h| at(&fold_header(h)));
            if let Some(place) = columns.get_mut(column) {
                *place = ColumnUse::Events(n);
            }
            if let Some(place) = dated.and_then(|i| columns.get_mut(i)).filter(|c| **c == ColumnUse::Extra) {
                *place = ColumnUse::EventsAt;
            }
            events.push(EventsColumn { column, kind: declared.kind, count: declared.count, at: dated });
        }
        let declared = dictionary.field("updated_at").and_then(|(ix, _)| columns.iter().position(|c| *c == ColumnUse::Field(ix)));
        let updated_at = declared.or_else(|| folded.iter().position(|f| UPDATED.contains(&f.as_str())));
        let has_name = dictionary.field("name").is_none_or(|(ix, _)| columns.contains(&ColumnUse::Field(ix)));
        for (i, (place, name)) in columns.iter_mut().zip(&folded).enumerate() {
            if *place != ColumnUse::Extra {
                continue;
            }
            if !has_name && FIRST_NAMES.contains(&name.as_str()) {
                *place = ColumnUse::FirstName;
            } else if !has_name && LAST_NAMES.contains(&name.as_str()) {
                *place = ColumnUse::LastName;
            } else if let Some(stage) = stage_of(headers.get(i).map_or("", String::as_str))
                && updated_at != Some(i)
            {
                *place = ColumnUse::StageAt(stage);
            }
        }
        let mut by_field = vec![Vec::new(); dictionary.fields.len()];
        for (i, place) in columns.iter().enumerate() {
            if let ColumnUse::Field(ix) = place
                && let Some(list) = by_field.get_mut(ix.0)
            {
                list.push(i);
            }
        }
        let named = |want: fn(&ColumnUse) -> bool| columns.iter().zip(headers).filter(|(c, _)| want(c)).map(|(_, h)| h.clone()).collect::<Vec<_>>();
        let opt_outs = OptOut::all(headers, &folded, &columns, dictionary);
        let used = |h: &String| opt_outs.iter().any(|o| !o.fields.is_empty() && headers.get(o.column) == Some(h));
        let told = |h: &String| !used(h) && updated_at.and_then(|i| headers.get(i)) != Some(h) && !super::header::is_unnamed(headers, h);
        let unmatched = named(|c| matches!(c, ColumnUse::Extra)).into_iter().filter(told).collect();
        let derived = named(|c| *c == ColumnUse::Derived);
        Self { headers: headers.to_vec(), by_field, key, updated_at, events, opt_outs, unmatched, derived, columns }
    }

    /// Takes further columns for our own exports' (the names of score groups, which the dictionary does not know).
    pub fn skip_derived<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        if self.key.is_none() {
            return;
        }
        for name in names {
            let name = fold_header(name);
            for (place, header) in self.columns.iter_mut().zip(&self.headers) {
                if *place == ColumnUse::Extra && fold_header(header) == name {
                    *place = ColumnUse::Derived;
                    self.unmatched.retain(|h| h != header);
                    self.derived.push(header.clone());
                }
            }
        }
    }

    /// The first column of a field.
    pub fn column_of(&self, field: FieldIx) -> Option<usize> {
        self.by_field.get(field.0).and_then(|c| c.first().copied())
    }
    /// Whether any column may recognise a lead.
    pub fn has_identity(&self, dictionary: &Dictionary) -> bool {
        self.key.is_some() || dictionary.identity.iter().any(|ix| self.column_of(*ix).is_some())
    }
}

/// The stage of a header such as `mql_at`.
fn stage_of(header: &str) -> Option<String> {
    let folded = crate::model::fold(header);
    let stage = folded.strip_suffix("_at").or_else(|| folded.strip_suffix(" at"))?;
    (!stage.is_empty() && !matches!(stage, "created" | "updated" | "deleted" | "modified")).then(|| stage.replace(' ', "_"))
}
