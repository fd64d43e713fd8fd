//! What a table looks like as a picture. A chart names columns of its own table, so the two cannot disagree.

/// How the rows are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// One bar a row, in the order of the table.
    Bars,
    /// The same, centred: what is left of the first from row to row.
    Funnel,
    /// One point a row, one line a column: rows are times, oldest first.
    Trend,
}

/// One picture of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// How.
    pub kind: ChartKind,
    /// The column that names a row.
    pub label: String,
    /// The columns that are drawn; bars and funnels draw the first.
    pub values: Vec<String>,
}

impl Chart {
    /// One bar a row.
    pub fn bars(label: &str, value: &str) -> Self {
        Self { kind: ChartKind::Bars, label: label.into(), values: vec![value.into()] }
    }
    /// What is left from row to row.
    pub fn funnel(label: &str, value: &str) -> Self {
        Self { kind: ChartKind::Funnel, label: label.into(), values: vec![value.into()] }
    }
    /// Lines over time.
    pub fn trend(label: &str, values: &[&str]) -> Self {
        Self { kind: ChartKind::Trend, label: label.into(), values: values.iter().map(|v| (*v).into()).collect() }
    }
}
