//! What a real export's columns seem to be, for `sop init --from`: names, types, texts that mean blank, the order of dates.
//! A guess is a proposal that a person reads; it never decides how a file is imported.

use super::cell::{BadCell, Clock, Evidence, Looks, evidence, trimmed};
use super::error::IngestError;
use super::header::{base_of, is_unnamed};
use super::mapping::{ColumnUse, LeadMapping};
use super::profile::default_order;
use super::row::{CellKind, RawRow};
use super::table::TableFile;
use crate::model::{Calendar, DateOrder, Dictionary, Field, FieldIx, FieldType, Value, fold, fold_header, stable_hash};
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
    /// An earlier column has this header or means this field: the first that is filled counts.
    pub repeats: bool,
    /// How many of the looked-at cells hold something.
    pub filled: u64,
    /// How many different texts they hold.
    pub distinct: u64,
    /// Texts seen that mean blank and that the dictionary knows, as written.
    pub known_blanks: Vec<String>,
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
    /// Some cells that the proposed type does not read.
    pub bad: Vec<BadCell>,
    /// The share of the first cells that it does not read.
    pub unread: f64,
    /// Median and upper quartile of the first cells, where they are numbers.
    pub upper: Option<[f64; 2]>,
    /// The currency whose sign most cells with a sign have.
    pub currency: Option<&'static str>,
}

/// What a whole export seems to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Guesses {
    /// How many rows were looked at.
    pub rows: u64,
    /// They are all there are.
    pub whole: bool,
    /// In the file's order, without our own key and what `sop` itself computes.
    pub columns: Vec<ColumnGuess>,
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

/// Signs of money, by currency.
const SIGNS: [(&str, &[char]); 5] = [("CNY", &['¥', '￥', '元']), ("USD", &['$']), ("EUR", &['€']), ("GBP", &['£']), ("INR", &['₹'])];

#[derive(Default)]
struct Tally {
    filled: u64,
    looks: [u64; Looks::ALL.len()],
    blanks: Vec<String>,
    known_blanks: Vec<String>,
    signs: [u64; SIGNS.len()],
    values: Vec<(String, u64)>,
    many: bool,
    unlike: FxHashSet<u64>,
    day: u64,
    month: u64,
    open: u64,
    samples: Vec<String>,
}

/// Looks at a table's first rows and begins it again.
pub fn guess(table: &mut TableFile, dictionary: &Dictionary, calendar: &Calendar) -> Result<Guesses, IngestError> {
    let headers = table.headers().to_vec();
    let mapping = LeadMapping::new(&headers, dictionary);
    let mut tallies: Vec<Tally> = headers.iter().map(|_| Tally::default()).collect();
    let (mut row, mut rows, mut whole, mut clock) = (RawRow::default(), 0, true, Clock::new(calendar.zone));
    while table.next_row(&mut row)? {
        if rows == ROWS {
            whole = false;
            break;
        }
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
    let mut columns = Vec::new();
    for (column, (header, tally)) in headers.iter().zip(tallies).enumerate() {
        let place = mapping.columns.get(column);
        if matches!(place, Some(ColumnUse::Key | ColumnUse::Derived)) || (is_unnamed(&headers, header) && tally.filled == 0) {
            continue;
        }
        let (base, field) = (base_of(&headers, column), if let Some(ColumnUse::Field(ix)) = place { Some(*ix) } else { None });
        let same = |i: usize| fold_header(base_of(&headers, i)) == fold_header(base);
        let repeats = field.map_or_else(|| (0..column).any(same), |ix| mapping.column_of(ix) != Some(column));
        let guess = tally.guess(base, header, field.filter(|_| !repeats), dictionary, calendar, &mut taken);
        columns.push(ColumnGuess { field, repeats, ..guess });
    }
    Ok(Guesses { rows, whole, columns })
}

impl Tally {
    fn add(&mut self, text: &str, kind: CellKind, dictionary: &Dictionary, clock: &mut Clock) {
        let folded = fold(text);
        if text.is_empty() {
            return;
        }
        if dictionary.blank.iter().any(|b| *b == folded) {
            if !self.known_blanks.iter().any(|b| b == text) {
                self.known_blanks.push(text.to_owned());
            }
            return;
        }
        if BLANKS.contains(&&*folded) {
            if !self.blanks.iter().any(|b| b == text) {
                self.blanks.push(text.to_owned());
            }
            return;
        }
        self.filled += 1;
        if let Some(n) = SIGNS.iter().position(|(_, signs)| text.contains(*signs)).and_then(|i| self.signs.get_mut(i)) {
            *n += 1;
        }
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
        // One stray cell makes no other type, except that a single 2 among zeros and ones makes numbers of them.
        let enough = |look: Looks, n: u64| if look == Looks::Boolean { n == self.filled } else { n * 10 >= self.filled * 9 };
        let fitting = Looks::ALL.iter().zip(&self.looks).find(|(look, n)| self.filled > 0 && enough(**look, **n)).map(|(look, _)| look.field_type());
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
        let mut ty = if identity && ty == FieldType::Integer { FieldType::Text } else { ty };
        let read = Reading::of(&self.samples, known, ty, dictionary, calendar, order);
        // A column that only looked like a type (`2) $100 - $200`) is text.
        let misread = known.is_none() && read.unread > 0.1;
        if misread {
            ty = FieldType::Text;
        }
        // These have few values in any file, however short this one is.
        let of_few = known.is_some_and(|f| f.ty == FieldType::Channel || matches!(f.id.as_str(), "industry" | "region" | "country"));
        let choices = !self.many
            && !identity
            && (self.values.len() as u64 * 2 <= self.filled || of_few)
            && matches!(ty, FieldType::Text | FieldType::Stage | FieldType::Channel | FieldType::Owner);
        self.values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let bad = if misread { Vec::new() } else { read.bad.iter().map(|(text, reason)| BadCell::new(header, text, *reason)).collect() };
        let currency = SIGNS.iter().zip(self.signs).filter(|(_, n)| *n > 0).max_by_key(|(_, n)| *n).map(|((code, _), _)| *code);
        ColumnGuess {
            header: header.to_owned(),
            id,
            field,
            ty,
            repeats: false,
            filled: self.filled,
            distinct: self.unlike.len() as u64,
            known_blanks: self.known_blanks,
            blanks: self.blanks,
            order,
            order_open: order.is_some() && self.day + self.month == 0,
            values: if choices { self.values } else { Vec::new() },
            identity,
            bad,
            unread: if misread { 0.0 } else { read.unread },
            upper: if misread { None } else { read.upper },
            currency,
        }
    }
}

/// How the first cells of a column read as a type.
struct Reading<'t> {
    bad: Vec<(&'t str, &'static str)>,
    unread: f64,
    upper: Option<[f64; 2]>,
}

impl<'t> Reading<'t> {
    fn of(samples: &'t [String], known: Option<&Field>, ty: FieldType, dictionary: &Dictionary, calendar: &Calendar, order: Option<DateOrder>) -> Self {
        let mut probe = super::cell::prober(known, ty, dictionary, calendar, order);
        let (mut bad, mut unread, mut numbers) = (Vec::new(), 0_u32, Vec::new());
        for text in samples {
            match probe(text) {
                Ok(Value::Int(n)) => numbers.push(n as f64),
                Ok(Value::Real(x)) => numbers.push(x),
                Ok(Value::Money(minor)) => numbers.push(minor as f64 / dictionary.currency.scale() as f64),
                Ok(_) => {}
                Err(reason) => {
                    unread += 1;
                    if bad.len() < 3 {
                        bad.push((text.as_str(), reason));
                    }
                }
            }
        }
        numbers.sort_by(f64::total_cmp);
        let at = |share: usize| numbers.get(numbers.len() * share / 4).copied();
        let unread = if samples.is_empty() { 0.0 } else { f64::from(unread) / samples.len() as f64 };
        Self { bad, unread, upper: at(2).zip(at(3)).map(|(median, quartile)| [median, quartile]) }
    }
}

/// A header as a name: Latin letters in snake_case, Chinese as it is, everything else one `_`.
pub fn name_of(header: &str) -> String {
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
