//! Rows of a stages file: which lead reached which stage, and when.

use super::cell::{BadCell, disarmed, trimmed};
use super::columns::Rows;
use super::error::{IngestError, IngestErrorKind};
use super::header::{base_of, first_of};
use super::identity::{WhoColumns, identity_of};
use super::lead::Next;
use super::profile::{OpenOrder, Profile, default_order};
use super::row::RawRow;
use super::table::TableFile;
use super::when::{WhenColumn, at_column, profile_at};
use crate::model::{Calendar, Dictionary, Field, FieldIx, FieldType, Identity, Instant, Key, fold_header};

/// What the columns of a stages file mean.
#[derive(Clone, Debug, Default)]
pub struct StageMapping {
    /// The stage.
    pub stage: Option<usize>,
    /// When it was reached.
    pub at: Option<usize>,
    /// Columns that name the lead.
    pub who: Vec<(usize, FieldIx)>,
    /// The lead's key.
    pub key: Option<usize>,
    /// A column `lead`.
    pub any: Option<usize>,
    /// Columns with another meaning; not read.
    pub unmatched: Vec<String>,
}

const STAGE: &[&str] = &["stage", "tostage", "newstage", "阶段", "新阶段", "客户阶段", "线索阶段"];

impl StageMapping {
    /// What the columns mean, by the dictionary.
    pub fn new(headers: &[String], dictionary: &Dictionary) -> Self {
        let folded: Vec<String> = (0..headers.len()).map(|i| fold_header(base_of(headers, i))).collect();
        let is_stage = |f: &String| dictionary.headers.get(f).and_then(|ix| dictionary.fields.get(ix.0)).is_some_and(|f| f.ty == FieldType::Stage);
        let stage = folded.iter().position(is_stage).or_else(|| first_of(&folded, STAGE));
        let at = first_of(&folded, &["stageat", "reachedat", "enteredat", "进入时间", "变更时间"]).or_else(|| at_column(&folded, dictionary));
        let who: Vec<(usize, FieldIx)> = folded
            .iter()
            .enumerate()
            .filter(|(i, _)| Some(*i) != stage && Some(*i) != at)
            .filter_map(|(i, f)| Some((i, identity_of(f, dictionary)?)))
            .collect();
        let key = first_of(&folded, &["key", "leadkey"]);
        let any = first_of(&folded, &["lead", "线索", "客户"]).filter(|i| !who.iter().any(|(c, _)| c == i));
        let used = |i: usize| [stage, at, key, any].contains(&Some(i)) || who.iter().any(|(c, _)| *c == i);
        let unmatched = headers.iter().enumerate().filter(|(i, _)| !used(*i)).map(|(_, h)| h.clone()).collect();
        Self { stage, at, who, key, any, unmatched }
    }
    /// Whether any column names the lead.
    pub fn has_who(&self) -> bool {
        !self.who.is_empty() || self.key.is_some() || self.any.is_some()
    }
    /// Settles the order of the dates, if the first rows leave it open.
    pub fn profile(&self, table: &mut TableFile, calendar: &Calendar) -> Result<Profile, IngestError> {
        self.at.map_or_else(|| Ok(Profile::default()), |at| profile_at(table, at, calendar))
    }
}

/// One reached stage; reused from row to row.
#[derive(Clone, Debug)]
pub struct StageRow {
    /// The line of a text file where the row begins; the row of a sheet.
    pub number: u64,
    /// Who: strongest first.
    pub identities: Vec<Identity>,
    /// Who, by key.
    pub key: Option<Key>,
    /// The stage after `values:`; lifecycle.yaml knows whether it exists.
    pub stage: String,
    /// When.
    pub at: Instant,
    /// Cells that became blank, or, on a rejected row, the one that refused it.
    pub bad: Vec<BadCell>,
}

impl Default for StageRow {
    fn default() -> Self {
        Self { number: 0, identities: Vec::new(), key: None, stage: String::new(), at: Instant(0), bad: Vec::new() }
    }
}

/// Types the rows of one stages file.
pub struct StageReader<'a> {
    table: TableFile,
    stage: usize,
    at: WhenColumn,
    field: Option<&'a Field>,
    who: WhoColumns,
    raw: RawRow,
}

impl<'a> StageReader<'a> {
    /// Reads a table from its first row on; refused when it has no stage, no date or nobody in it.
    pub fn new(table: TableFile, mapping: &StageMapping, dictionary: &'a Dictionary, calendar: &Calendar, profile: &Profile) -> Result<Self, IngestError> {
        let (Some(stage), Some(at), true) = (mapping.stage, mapping.at, mapping.has_who()) else {
            let what = format!("a stages file needs lead, stage and at; its headers are {}", table.headers().join(", "));
            return Err(table.error(IngestErrorKind::MissingColumns, what, "name the columns lead, stage, at").at(table.header_row()));
        };
        let order = profile.order(at).unwrap_or_else(|| default_order(calendar));
        Ok(Self {
            stage,
            at: WhenColumn::new(at, calendar, order, table.date1904()),
            field: dictionary.fields.iter().find(|f| f.ty == FieldType::Stage),
            who: WhoColumns::new(dictionary, table.source(), mapping.who.clone(), mapping.key, mapping.any),
            raw: RawRow::default(),
            table,
        })
    }

    /// The row as the file has it: for the reject file.
    pub fn raw(&self) -> &RawRow {
        &self.raw
    }
    /// The file.
    pub fn table(&self) -> &TableFile {
        &self.table
    }

    /// The next row.
    pub fn next(&mut self, row: &mut StageRow) -> Result<Next, IngestError> {
        if !self.table.next_row(&mut self.raw)? {
            return Ok(Next::End);
        }
        row.number = self.raw.number;
        row.bad.clear();
        Ok(match self.fill(row) {
            Ok(()) => Next::Row,
            Err(bad) => {
                row.bad.push(bad);
                Next::Rejected
            }
        })
    }

    /// Fills in a row; else what refuses it.
    fn fill(&mut self, row: &mut StageRow) -> Result<(), BadCell> {
        let (raw, headers) = (&self.raw, self.table.headers());
        raw.sound()?;
        let stage = disarmed(trimmed(raw.text(self.stage)));
        if stage.is_empty() {
            return Err(BadCell::new(headers.get(self.stage).map_or("", String::as_str), "", "no stage"));
        }
        row.at = self.at.read(raw, headers)?;
        row.stage.clear();
        row.stage.push_str(self.field.and_then(|f| f.canonical(stage)).map_or(stage, |s| s));
        row.key = self.who.read_named(raw, headers, &mut row.identities, &mut row.bad)?;
        Ok(())
    }
}

impl Rows for StageReader<'_> {
    type Cells = StageRow;

    fn next(&mut self, out: &mut StageRow) -> Result<Next, IngestError> {
        StageReader::next(self, out)
    }
    fn bad(cells: &StageRow) -> &[BadCell] {
        &cells.bad
    }
    fn raw(&self) -> &RawRow {
        &self.raw
    }
    fn open(&self) -> &[OpenOrder] {
        &[]
    }
}
