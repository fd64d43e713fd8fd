//! reports.yaml → [`Reports`].

use super::{Basis, Reports, Revenue, Scope};
use crate::diag::Code;
use crate::model::{AttributionModel, Duration};
use crate::rules::reader::Reader;
use crate::rules::yaml::Node;
use chrono::Weekday;

/// The keys of reports.yaml.
pub(in crate::rules) const KEYS: &[&str] = &["review_by", "revenue", "roi", "week_starts"];
/// The keys of `roi`.
pub(in crate::rules) const ROI_KEYS: &[&str] = &["basis", "model", "lookback", "scope"];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// Reads reports.yaml. What has an error keeps its default; the errors are in `r.out`.
pub(in crate::rules) fn read(root: &Node, r: &mut Reader<'_>) -> Reports {
    let mut reports = Reports::default();
    let Some(map) = r.map(root, "reports.yaml", KEYS) else { return reports };
    r.review_by(map);
    if let Some(revenue) = map.get("revenue").and_then(|n| r.choice(n, &Revenue::ALL)) {
        reports.revenue = revenue;
    }
    if let Some(day) = map.get("week_starts").and_then(|n| r.choice(n, &WEEKDAYS)) {
        reports.week_starts = day;
    }
    let Some(roi) = map.get("roi").and_then(|n| r.map(n, "`roi`", ROI_KEYS)) else { return reports };
    if let Some(basis) = roi.get("basis").and_then(|n| r.choice(n, &Basis::ALL)) {
        reports.roi.basis = basis;
    }
    if let Some(model) = roi.get("model").and_then(|n| r.choice(n, &AttributionModel::ALL)) {
        reports.roi.model = model;
    }
    if let Some(node) = roi.get("lookback")
        && let Some(lookback) = r.duration(node)
    {
        match looks_back(lookback) {
            Ok(lookback) => reports.roi.lookback = lookback,
            Err(why) => r.error(Code::BadValue, node.span, why, "write e.g. `lookback: 90d`"),
        }
    }
    if let Some(scope) = roi.get("scope").and_then(|n| r.choice(n, &Scope::ALL)) {
        reports.roi.scope = scope;
    }
    reports
}

/// A look-back, if it is one: touches are told apart by days.
pub fn looks_back(lookback: Duration) -> Result<Duration, String> {
    let day = Duration(86_400);
    if lookback < day { Err(format!("looking back {lookback} finds nobody: `m` is minutes, and months have no length")) } else { Ok(lookback) }
}
