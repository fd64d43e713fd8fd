//! Journeys that were counted elsewhere: `path` (`a > b > c`), `conversions`, `value`, `nulls`. They name nobody, so they are read for one
//! report and not kept. A row that cannot be read refuses the file: a report of a part would look like one of the whole.

use super::columns::{Holds, Layout, TableMapping, TableReader, TypedRow, text};
use super::error::{IngestError, IngestErrorKind};
use super::lead::Next;
use super::table::TableFile;
use crate::model::{Calendar, Dictionary, Table, TableColumn, Value};

const JOURNEYS: Layout = Layout {
    table: "journeys",
    columns: &[("path", Holds::Text), ("conversions", Holds::Whole), ("value", Holds::Money), ("nulls", Holds::Whole)],
    lead: None,
};

const HEADERS: [(&str, &str); 4] = [
    ("path", "路径|转化路径|触点路径|Journey|Channel Path|Top Conversion Paths|MCF Channel Grouping Path"),
    ("conversions", "转化|转化数|成交数|Total Conversions|Conversion"),
    ("value", "金额|转化金额|成交金额|价值|Total Conversion Value|Conversion Value|Revenue"),
    ("nulls", "未转化|未转化数|Total Null|Null|Non Conversions"),
];

/// Journeys of the same touches in the same order, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedPath {
    /// Names of channels, in the order of the touches.
    pub channels: Vec<String>,
    /// How many converted.
    pub conversions: u64,
    /// The value of them all, in minor units.
    pub value: i64,
    /// How many did not.
    pub nulls: u64,
}

/// Every path of a file; a row without a number of conversions is one conversion.
pub fn journeys(table: TableFile, dictionary: &Dictionary, calendar: &Calendar) -> Result<Vec<CountedPath>, IngestError> {
    let column =
        |(id, headers): (&str, &str)| TableColumn { id: id.into(), aliases: headers.split('|').map(str::to_owned).collect(), order: None, values: Vec::new() };
    let tables = [Table { id: JOURNEYS.table.into(), columns: HEADERS.map(column).into() }];
    let mapping = TableMapping::of_nobody(&JOURNEYS, table.headers(), &tables);
    if mapping.column("path").is_none() {
        let what = format!("a file of journeys needs path, and conversions, value or nulls; its headers are {}", table.headers().join(", "));
        return Err(table.error(IngestErrorKind::MissingColumns, what, "name the column `path`").at(table.header_row()));
    }
    let counted = mapping.has(&["conversions", "nulls"]);
    let mut reader = TableReader::new(&JOURNEYS, table, &mapping, dictionary, calendar, &tables)?;
    let (mut row, mut all) = (TypedRow::default(), Vec::new());
    loop {
        let next = reader.next(&mut row)?;
        if next == Next::End {
            return Ok(all);
        }
        let refused = |reader: &TableReader<'_>, what: String, number: u64| {
            reader.table().error(IngestErrorKind::MissingColumns, what, "mend the row: a report of some of the journeys would look like one of all").at(number)
        };
        if let Some((_, bad)) = row.bad.first() {
            return Err(refused(&reader, format!("column `{}`: `{}` is {}", bad.column, bad.value, bad.reason), row.number));
        }
        let Some(path) = text(row.take(&JOURNEYS, "path")) else { continue };
        let mut whole = |id: &str| match row.take(&JOURNEYS, id) {
            Value::Int(n) => u64::try_from(n).map(Some),
            _ => Ok(None),
        };
        let (Ok(conversions), Ok(nulls)) = (whole("conversions"), whole("nulls")) else {
            return Err(refused(&reader, "a count below 0".into(), row.number));
        };
        let value = match row.take(&JOURNEYS, "value") {
            Value::Money(n) => n,
            _ => 0,
        };
        let channels = path.split(['>', '→']).map(|c| c.trim().to_owned()).filter(|c| !c.is_empty()).collect();
        let conversions = conversions.unwrap_or(u64::from(!counted));
        if conversions == 0 && value != 0 {
            return Err(refused(&reader, format!("`{path}` has a value and no conversions"), row.number));
        }
        all.push(CountedPath { channels, conversions, value, nulls: nulls.unwrap_or(0) });
    }
}
