//! Charts as inline SVG: no script, no network, colours from the page's style sheet so that dark pages and print work.
//!
//! A chart is drawn as wide as a phone and grows with the page. Bars are labelled with the same text as the table's cell, so
//! the picture and the numbers cannot disagree; the table behind it is always there, so a picture is told in one sentence.

use super::cells::Printer;
use super::html::escaped;
use super::labels::{Lang, label};
use super::width::{cut, width};
use crate::report::{Cell, Chart, ChartKind, Column};
use std::fmt::Write;

/// Units across: a narrow phone, so that text is never smaller than it says.
const ACROSS: f64 = 340.0;
/// Half of a full-width character at the labels' size.
const CHARACTER: f64 = 7.0;
/// From one bar to the next.
const STEP: f64 = 26.0;
/// A bar's height.
const BAR: f64 = 16.0;
/// The plot of a trend.
const HEIGHT: f64 = 130.0;
/// Bars beyond this are left to the table.
const MOST: usize = 14;

/// The rows of a chart: names and, per drawn column, values.
struct Plot<'a> {
    names: Vec<String>,
    series: Vec<Series<'a>>,
}

struct Series<'a> {
    column: &'a Column,
    cells: Vec<&'a Cell>,
    values: Vec<Option<f64>>,
}

/// The picture, or nothing where there is nothing to draw.
pub(super) fn draw(chart: &Chart, columns: &[Column], rows: &[Vec<Cell>], printer: &Printer<'_>, lang: Lang) -> Option<String> {
    let plot = plot(chart, columns, rows, printer, lang)?;
    let mut out = String::new();
    match chart.kind {
        ChartKind::Bars => bars(&plot, printer, lang, false, &mut out),
        ChartKind::Funnel => bars(&plot, printer, lang, true, &mut out),
        ChartKind::Trend => trend(&plot, printer, lang, &mut out),
    }
    .ok()?;
    Some(out)
}

fn plot<'a>(chart: &Chart, columns: &'a [Column], rows: &'a [Vec<Cell>], printer: &Printer<'_>, lang: Lang) -> Option<Plot<'a>> {
    let at = |id: &str| columns.iter().position(|c| c.id == id);
    let named = at(&chart.label)?;
    let drawn = chart.values.iter().filter_map(|id| at(id));
    let series: Vec<Series<'a>> = match chart.kind {
        ChartKind::Trend => drawn.filter_map(|i| series(i, columns, rows)).collect(),
        _ => drawn.take(1).filter_map(|i| series(i, columns, rows)).collect(),
    };
    let bars = chart.kind != ChartKind::Trend;
    let any = series.iter().any(|s| s.values.iter().flatten().any(|v| *v != 0.0));
    let column = columns.get(named)?;
    let names: Vec<String> = rows.iter().map(|row| row.get(named).map_or_else(String::new, |c| printer.of(column, c, lang).into_owned())).collect();
    // Where there is no number there is no bar: the table tells it.
    let drawn = |i: &usize| !bars || series.iter().any(|s| s.values.get(*i).is_some_and(Option::is_some));
    let kept: Vec<usize> = (0..rows.len()).filter(drawn).collect();
    let names = kept.iter().filter_map(|i| names.get(*i).cloned()).collect();
    let of = |s: Series<'a>| Series {
        column: s.column,
        cells: kept.iter().filter_map(|i| s.cells.get(*i).copied()).collect(),
        values: kept.iter().filter_map(|i| s.values.get(*i).copied()).collect(),
    };
    (any && kept.len() > 1).then(|| Plot { names, series: series.into_iter().map(of).collect() })
}

fn series<'a>(at: usize, columns: &'a [Column], rows: &'a [Vec<Cell>]) -> Option<Series<'a>> {
    let cells: Vec<&Cell> = rows.iter().map(|row| row.get(at).unwrap_or(&Cell::Empty)).collect();
    let values = cells.iter().map(|c| number(c)).collect();
    Some(Series { column: columns.get(at)?, cells, values })
}

/// What a cell is as a length.
fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Integer(n) | Cell::Money(n) => Some(*n as f64),
        Cell::Number(x) | Cell::Percent(x) => Some(*x).filter(|x| x.is_finite()),
        _ => None,
    }
}

/// `<svg …>` with what a reader who cannot see it is told.
fn open(height: f64, told: &str, out: &mut String) -> std::fmt::Result {
    let told = escaped(told);
    writeln!(out, "<svg class=\"chart\" viewBox=\"0 0 {ACROSS} {height:.0}\" role=\"img\" aria-label=\"{told}\"><title>{told}</title>")
}

fn bars(plot: &Plot<'_>, printer: &Printer<'_>, lang: Lang, centred: bool, out: &mut String) -> std::fmt::Result {
    let Some(series) = plot.series.first() else { return Ok(()) };
    let shown = plot.names.len().min(MOST);
    let texts: Vec<String> = series.cells.iter().map(|c| printer.human(c).into_owned()).collect();
    let of = |all: &[String], most: f64| all.iter().take(shown).map(|t| width(t) as f64 * CHARACTER).fold(0.0, f64::max).min(most);
    let (left, right) = (of(&plot.names, 120.0) + 8.0, of(&texts, 110.0) + 14.0);
    let room = (ACROSS - left - right).max(40.0);
    let value = |i: usize| series.values.get(i).copied().flatten();
    let (least, most) = (0..shown).filter_map(value).fold((0.0_f64, 0.0_f64), |(a, b), v| (a.min(v), b.max(v)));
    let scale = if most - least > 0.0 { room / (most - least) } else { 0.0 };
    let told = format!("{}: {}", label(series.column, lang), lang.pick("bars, the numbers are in the table", "条形图，数值见表格"));
    open(shown as f64 * STEP + 4.0, &told, out)?;
    for (i, (name, text)) in plot.names.iter().zip(&texts).take(shown).enumerate() {
        let y = i as f64 * STEP + 4.0;
        let base = y + BAR - 4.0;
        let v = value(i).unwrap_or(0.0);
        let length = v.abs() * scale;
        let x = match centred {
            true => left + (room - length) / 2.0,
            false => left + (v.min(0.0) - least) * scale,
        };
        let short = cut(name, ((left - 8.0) / CHARACTER).max(4.0) as usize);
        writeln!(out, "<text x=\"0\" y=\"{base:.1}\">{}<title>{}</title></text>", escaped(&short), escaped(name))?;
        if length > 0.0 {
            let class = if v < 0.0 { "bar minus" } else { "bar" };
            writeln!(out, "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{BAR}\" rx=\"2\"/>", length.max(1.0))?;
        }
        writeln!(out, "<text class=\"value\" x=\"{ACROSS}\" y=\"{base:.1}\" text-anchor=\"end\">{}</text>", escaped(text))?;
    }
    out.push_str("</svg>\n");
    if plot.names.len() > shown {
        let rest = plot.names.len() - shown;
        writeln!(out, "<p class=\"quiet\">{}</p>", rest_of(rest, lang))?;
    }
    Ok(())
}

fn rest_of(rest: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{rest} more in the table"),
        Lang::Zh => format!("另有 {rest} 行见表格"),
    }
}

fn trend(plot: &Plot<'_>, printer: &Printer<'_>, lang: Lang, out: &mut String) -> std::fmt::Result {
    let most = plot.series.iter().flat_map(|s| s.values.iter().flatten()).fold(0.0_f64, |a, b| a.max(*b));
    let highest = plot.series.iter().flat_map(|s| s.cells.iter().zip(&s.values)).find(|(_, v)| v.is_some_and(|v| v >= most));
    let top = highest.map_or_else(String::new, |(c, _)| printer.human(c).into_owned());
    let left = (width(&top) as f64 * CHARACTER).min(110.0) + 8.0;
    let room = ACROSS - left - 10.0;
    let n = plot.names.len();
    let x = |i: usize| left + room * i as f64 / (n.max(2) - 1) as f64;
    let y = |v: f64| 10.0 + HEIGHT * (1.0 - if most > 0.0 { v / most } else { 0.0 });
    let names: Vec<String> = plot.series.iter().map(|s| label(s.column, lang)).collect();
    let told = format!("{}: {}", names.join(", "), lang.pick("lines over time, the numbers are in the table", "趋势线，数值见表格"));
    open(HEIGHT + 34.0, &told, out)?;
    for (v, text) in [(most, top.as_str()), (0.0, "0")] {
        writeln!(out, "<line class=\"grid\" x1=\"{left:.1}\" x2=\"{:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>", left + room, y(v), y(v))?;
        writeln!(out, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", left - 6.0, y(v) + 4.0, escaped(text))?;
    }
    for (k, series) in plot.series.iter().enumerate() {
        let points: Vec<(f64, f64)> = series.values.iter().enumerate().filter_map(|(i, v)| v.map(|v| (x(i), y(v)))).collect();
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        writeln!(out, "<polyline class=\"line line-{k}\" points=\"{}\"/>", path.join(" "))?;
        for (x, y) in points {
            writeln!(out, "<circle class=\"dot line-{k}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\"/>")?;
        }
    }
    let base = HEIGHT + 26.0;
    for (i, anchor) in [(0, "start"), (n.saturating_sub(1), "end")] {
        let name = plot.names.get(i).map_or("", String::as_str);
        writeln!(out, "<text x=\"{:.1}\" y=\"{base:.1}\" text-anchor=\"{anchor}\">{}</text>", if i == 0 { left } else { left + room }, escaped(name))?;
    }
    out.push_str("</svg>\n<p class=\"key\">");
    for (k, name) in names.iter().enumerate() {
        write!(out, "<span class=\"line-{k}\">{}</span>", escaped(name))?;
    }
    out.push_str("</p>\n");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Currency;

    fn drawn(chart: &Chart, rows: &[Vec<Cell>]) -> Option<String> {
        let columns = [Column::text("channel"), Column::integer("leads")];
        draw(chart, &columns, rows, &Printer { zone: chrono_tz::UTC, currency: &Currency::new("CNY") }, Lang::En)
    }

    fn row(name: &str, n: i64) -> Vec<Cell> {
        vec![Cell::text(name), Cell::Integer(n)]
    }

    #[test]
    fn a_bar_is_as_long_as_its_number_and_nothing_becomes_markup() {
        let svg = drawn(&Chart::bars("channel", "leads"), &[row("<b>百度</b>", 100), row("fair", 50), row("loss", -50)]).expect("a chart");
        let lengths: Vec<f64> =
            svg.lines().filter(|l| l.starts_with("<rect")).filter_map(|l| l.split("width=\"").nth(1)?.split('"').next()?.parse().ok()).collect();
        assert_eq!(lengths.len(), 3);
        assert!((lengths[0] - 2.0 * lengths[1]).abs() < 0.2 && (lengths[1] - lengths[2]).abs() < 0.2, "{lengths:?}");
        assert!(!svg.contains("<b>") && svg.contains("minus"));
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!(drawn(&Chart::bars("channel", "leads"), &[]), None);
        assert_eq!(drawn(&Chart::bars("channel", "leads"), &[row("a", 0), row("b", 0)]), None);
        assert_eq!(drawn(&Chart::bars("channel", "no_such"), &[row("a", 1), row("b", 2)]), None);
    }

    #[test]
    fn a_line_has_a_point_for_each_time_that_has_a_number() {
        let rows = [row("W45", 3), vec![Cell::text("W46"), Cell::Empty], row("W47", 9)];
        let svg = drawn(&Chart::trend("channel", &["leads"]), &rows).expect("a chart");
        assert_eq!(svg.matches("<circle").count(), 2);
    }
}
