//! What a real export's columns seem to be, for `sop init --from`: names, types, texts that mean blank, the order of dates.
//! A guess is a proposal that a person reads; it never decides how a file is imported.

use super::cell::{BadCell, Clock, Evidence, Looks, evidence, trimmed};
use super::error::IngestError;
use super::header::{base_of, is_unnamed};
use super::mapping::{ColumnUse, LeadMapping};
use super::profile::default_order;
use super::row::{CellKind, RawRow};
use super::table::TableFile;
use crate::model::{Calendar, DateOrder, Dictionary, FieldIx, FieldType, fold, stable_hash};
use rustc_hash::FxHashSet;

/// What one column seems to be.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnGuess {
    /// Its header.
    pub header: String,
    /// The proposed name: the field's that the dictionary knows, else the header as a name.
    pub id: String,
    /// The known field that the header means.
    pub field: Option<FieldIx>,
    /// What it holds.
    pub ty: FieldType,
    /// How many of the looked-at cells hold something.
    pub filled: u64,
    /// Texts seen that mean blank and that the dictionary does not know, as written.
    pub blanks: Vec<String>,
    /// The order of day and month, where cells have the year last.
    pub order: Option<DateOrder>,
    /// No cell settles that order.
    pub order_open: bool,
    /// The values of a column with few of them, most frequent first.
    pub values: Vec<(String, u64)>,
    /// Recognises leads: unlike values under a header that names them so.
    pub identity: bool,
    /// Cells that the proposed type does not read.
    pub bad: Vec<BadCell>,
}

/// How many rows are looked at.
const ROWS: u64 = 20_000;
/// More unlike values than this are no list of choices.
const CHOICES: usize = 24;
/// Texts that mean blank wherever they were seen.
const BLANKS: &[&str] = &[
    "-",
    "--",
    "---",
    "—",
    "——",
    "/",
    "\\",
    ".",
    "?",
    "n/a",
    "na",
    "#n/a",
    "null",
    "none",
    "nil",
    "nan",
    "undefined",
    "unknown",
    "select",
    "- select -",
    "please select",
    "(blank)",
    "[blank]",
    "tbd",
    "无",
    "暂无",
    "未知",
    "不详",
    "空",
    "待补充",
    "未填写",
    "请选择",
    "待定",
];

#[derive(Default)]
struct Tally {
    filled: u64,
    looks: [u64; Looks::ALL.len()],
    blanks: Vec<String>,
    values: Vec<(String, u64)>,
    many: bool,
    unlike: FxHashSet<u64>,
    day: u64,
    month: u64,
    open: u64,
    samples: Vec<String>,
}

/// Looks at a table's first rows and begins it again.
pub fn guess(table: &mut TableFile, dictionary: &Dictionary, calendar: &Calendar) -> Result<Vec<ColumnGuess>, IngestError> {
    let headers = table.headers().to_vec();
    let mapping = LeadMapping::new(&headers, dictionary);
    let mut tallies: Vec<Tally> = headers.iter().map(|_| Tally::default()).collect();
    let (mut row, mut rows, mut clock) = (RawRow::default(), 0, Clock::new(calendar.zone));
    while rows < ROWS && table.next_row(&mut row)? {
        rows += 1;
        if row.problem.is_some() {
            continue;
        }
        for (column, tally) in tallies.iter_mut().enumerate() {
            let cell = row.cell(column);
            tally.add(trimmed(cell.text), cell.kind, dictionary, &mut clock);
        }
    }
    table.rewind()?;
    let mut taken: Vec<String> = Vec::new();
    let mut guesses = Vec::new();
    for (column, (header, tally)) in headers.iter().zip(tallies).enumerate() {
        let place = mapping.columns.get(column);
        if matches!(place, Some(ColumnUse::Key | ColumnUse::Derived)) || (is_unnamed(&headers, header) && tally.filled == 0) {
            continue;
        }
        let field = match place {
            Some(ColumnUse::Field(ix)) if mapping.column_of(*ix) == Some(column) => Some(*ix),
            _ => None,
        };
        guesses.push(tally.guess(base_of(&headers, column), header, field, dictionary, calendar, &mut taken));
    }
    Ok(guesses)
}

impl Tally {
    fn add(&mut self, text: &str, kind: CellKind, dictionary: &Dictionary, clock: &mut Clock) {
        let folded = fold(text);
        if text.is_empty() || dictionary.blank.iter().any(|b| *b == folded) {
            return;
        }
        if BLANKS.contains(&&*folded) {
            if !self.blanks.iter().any(|b| b == text) {
                self.blanks.push(text.to_owned());
            }
            return;
        }
        self.filled += 1;
        for (look, n) in Looks::ALL.iter().zip(&mut self.looks) {
            *n += u64::from(look.fits(text, kind, clock));
        }
        match evidence(text) {
            Evidence::DayFirst => self.day += 1,
            Evidence::MonthFirst => self.month += 1,
            Evidence::Ambiguous => self.open += 1,
            Evidence::None => {}
        }
        self.unlike.insert(stable_hash(&[folded.as_bytes()]));
        if let Some((_, n)) = self.values.iter_mut().find(|(v, _)| v == text) {
            *n += 1;
        } else if self.values.len() < CHOICES && text.chars().count() <= 40 {
            self.values.push((text.to_owned(), 1));
        } else {
            self.many = true;
        }
        if self.samples.len() < 200 {
            self.samples.push(text.to_owned());
        }
    }

    fn guess(mut self, base: &str, header: &str, field: Option<FieldIx>, dictionary: &Dictionary, calendar: &Calendar, taken: &mut Vec<String>) -> ColumnGuess {
        let known = field.and_then(|ix| dictionary.fields.get(ix.0));
        let fitting = Looks::ALL.iter().zip(&self.looks).find(|(_, n)| self.filled > 0 && **n * 10 >= self.filled * 9).map(|(look, _)| look.field_type());
        let ty = known.map_or_else(|| fitting.unwrap_or(FieldType::Text), |f| f.ty);
        let id = unique(known.map_or_else(|| name_of(header), |f| f.id.clone()), taken);
        let order = match (self.day, self.month, self.open) {
            (0, 0, 0) => None,
            (0, 0, _) => Some(default_order(calendar)),
            (day, month, _) if day > month => Some(DateOrder::Dmy),
            _ => Some(DateOrder::Mdy),
        }
        .filter(|_| matches!(ty, FieldType::Date | FieldType::Datetime));
        let unlike = self.filled > 1 && self.unlike.len() as u64 == self.filled;
        let named_so = {
            let folded = fold(base);
            ["id", "编号", "编码", "工号", "uid", "number", "no.", "code"].iter().any(|w| folded.ends_with(w))
        };
        let identity = match field {
            Some(ix) => dictionary.identity.contains(&ix),
            None => (unlike && named_so && matches!(ty, FieldType::Text | FieldType::Integer)) || matches!(ty, FieldType::Email | FieldType::Phone),
        };
        // A number that only names something is a text: its zeros count.
        let ty = if identity && ty == FieldType::Integer { FieldType::Text } else { ty };
        let choices = !self.many
            && !identity
            && self.values.len() as u64 * 2 <= self.filled
            && matches!(ty, FieldType::Text | FieldType::Stage | FieldType::Channel | FieldType::Owner);
        self.values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut probe = super::cell::prober(known, ty, dictionary, calendar, order);
        let bad = self.samples.iter().filter_map(|text| probe(text).err().map(|reason| BadCell::new(header, text, reason))).take(3).collect();
        ColumnGuess {
            header: header.to_owned(),
            id,
            field,
            ty,
            filled: self.filled,
            blanks: self.blanks,
            order,
            order_open: order.is_some() && self.day + self.month == 0,
            values: if choices { self.values } else { Vec::new() },
            identity,
            bad,
        }
    }
}

/// A header as a name: Latin letters in snake_case, Chinese as it is, everything else one `_`.
fn name_of(header: &str) -> String {
    let mut name = String::new();
    for c in fold(header).chars() {
        if c.is_alphanumeric() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_');
    match name.chars().next() {
        None => "column".to_owned(),
        Some(c) if c.is_numeric() => format!("c_{name}"),
        Some(_) => name.to_owned(),
    }
}

fn unique(name: String, taken: &mut Vec<String>) -> String {
    let mut id = name.clone();
    let mut n = 2;
    while taken.contains(&id) {
        id = format!("{name}_{n}");
        n += 1;
    }
    taken.push(id.clone());
    id
}
