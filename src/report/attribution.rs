//! `sop report attribution`: which channels brought the deals, by one model, or by all of them side by side.

use super::roi::rounded;
use super::{Cell, Column, ColumnType, Frame, Layout, Note, Report, Section};
use std::collections::BTreeMap;

/// What one name is credited with.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Credit {
    /// Conversions, with fractions.
    pub conversions: f64,
    /// Revenue in minor units.
    pub revenue: i64,
    /// Markov only: the share of conversions that would be lost without it.
    pub removal_effect: Option<f64>,
}

/// One model's credits by name. They add up to the same under every model.
#[derive(Clone, Debug, PartialEq)]
pub struct Credited {
    /// Its name.
    pub model: &'static str,
    /// By channel or campaign.
    pub credits: BTreeMap<String, Credit>,
}

/// One model: a row per name. Several: a row per name and a column per model. `revenue` is what it is called: `new_revenue` of the base's
/// deals, which are those of the kind new; `revenue` of counted paths.
pub fn report(frame: &Frame, by: &str, revenue: &str, all: &[Credited], notes: Vec<Note>) -> Report {
    let mut report = match all {
        [one] => single(frame, by, revenue, one),
        _ => side_by_side(frame, by, all),
    };
    if let Some(first) = all.first() {
        let sum = first.credits.values().fold((0.0, 0_i64), |(n, money), c| (n + c.conversions, money.saturating_add(c.revenue)));
        report.total("conversions", Cell::Number(rounded(sum.0)));
        report.total(revenue, Cell::Money(sum.1));
    }
    report.whole = true;
    report.notes = notes;
    report
}

/// Most revenue first, then most conversions; what is no name of its own last.
fn ordered(credits: &BTreeMap<String, Credit>) -> Vec<(&String, &Credit)> {
    let mut rows: Vec<_> = credits.iter().collect();
    rows.sort_by(|(a, x), (b, y)| {
        let own = |n: &str| n.starts_with('(');
        own(a).cmp(&own(b)).then(y.revenue.cmp(&x.revenue)).then(y.conversions.total_cmp(&x.conversions)).then_with(|| a.cmp(b))
    });
    rows
}

fn single(frame: &Frame, by: &str, earned: &str, of: &Credited) -> Report {
    let mut columns = vec![Column::text(by), Column::text("model"), Column::new("conversions", ColumnType::Number)];
    columns.extend([Column::new(earned, ColumnType::Money), Column::new("share", ColumnType::Percent), Column::new("removal_effect", ColumnType::Percent)]);
    let mut report = Report::new("attribution", frame, columns);
    let revenue: i64 = of.credits.values().map(|c| c.revenue).sum();
    let conversions: f64 = of.credits.values().map(|c| c.conversions).sum();
    let share = |c: &Credit| match (revenue, conversions) {
        (0, n) => (n > 0.0).then(|| c.conversions / n),
        (all, _) => Some(c.revenue as f64 / all as f64),
    };
    for (name, c) in ordered(&of.credits) {
        let row = vec![
            Cell::text(&**name),
            Cell::text(of.model),
            Cell::Number(rounded(c.conversions)),
            Cell::Money(c.revenue),
            Cell::share(share(c)),
            Cell::share(c.removal_effect),
        ];
        report.rows.push(row);
    }
    report
}

fn side_by_side(frame: &Frame, by: &str, all: &[Credited]) -> Report {
    let columns = |ty: ColumnType| -> Vec<Column> {
        std::iter::once(Column::text(by)).chain(all.iter().map(|of| Column::new(&of.model.replace('-', "_"), ty).titled(of.model))).collect()
    };
    let mut report = Report::new("models", frame, columns(ColumnType::Money));
    let names: Vec<&String> = all.first().map(|first| ordered(&first.credits).into_iter().map(|(n, _)| n).collect()).unwrap_or_default();
    let mut names: Vec<&str> = names.into_iter().map(String::as_str).collect();
    for name in all.iter().flat_map(|of| of.credits.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.sort_by_key(|n| n.starts_with('('));
    let row = |name: &str, cell: fn(&Credit) -> Cell| -> Vec<Cell> {
        let of = |of: &Credited| cell(&of.credits.get(name).copied().unwrap_or_default());
        std::iter::once(Cell::text(name)).chain(all.iter().map(of)).collect()
    };
    report.rows = names.iter().map(|n| row(n, |c| Cell::Money(c.revenue))).collect();
    let rows = names.iter().map(|n| row(n, |c| Cell::Number(rounded(c.conversions)))).collect();
    report.sections.push(Section::new("conversions", Layout::Table, columns(ColumnType::Number), rows));
    report
}
