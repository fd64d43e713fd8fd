//! `sop report NAME`: one registry of reports, and what all of them have in common (period, comparison, what they need).
//! A report is one file here that gathers its facts, and one in `report` that turns them into a table.

mod attribution;
mod book;
mod channels;
mod cohorts;
mod costs;
mod credits;
mod economy;
mod experiments;
mod funnel;
mod kpi;
mod meeting;
mod names;
mod nurture;
mod options;
mod owners;
mod quality;
mod restated;
mod roi;
mod scores;
mod sla;
mod timing;
mod titles;
mod velocity;
mod walks;

use super::leads::stored_columns;
use super::score::frame;
use super::{Context, RunError, Workspace};
use crate::model::{AttributionModel, Duration, Instant, Period, nearest};
use crate::report::catalogue::{self, Entry as Listed};
use crate::report::{Frame, Report, compare};
use crate::rules::Sop;
use crate::store::{Columns, Store};

/// What `sop report` is asked.
#[derive(Clone, Debug, Default)]
pub struct ReportRequest {
    /// Which report.
    pub name: String,
    /// Of when; `None` = the last full month.
    pub period: Option<Period>,
    /// What a row stands for; `None` = the report's own choice.
    pub by: Option<String>,
    /// Instead of the model of reports.yaml; `all` where a report knows it.
    pub model: Option<String>,
    /// Instead of the look-back of reports.yaml.
    pub lookback: Option<Duration>,
    /// Beside the period before.
    pub compare: bool,
    /// A file of counted paths, for a report that reads one.
    pub journeys: Option<std::path::PathBuf>,
}

/// What a report reads.
pub(in crate::run) struct Reading<'a> {
    /// The base.
    pub(in crate::run) store: &'a Store,
    /// Its declared columns.
    pub(in crate::run) columns: &'a Columns,
    /// The rules.
    pub(in crate::run) workspace: &'a Workspace,
    /// The circumstances.
    pub(in crate::run) context: &'a Context<'a>,
    /// The question.
    pub(in crate::run) request: &'a ReportRequest,
    /// Of when: as asked, or the last full month.
    pub(in crate::run) period: Period,
    /// What a row stands for: one of the entry's.
    pub(in crate::run) by: &'static str,
}

impl Reading<'_> {
    /// The rules.
    pub(in crate::run) fn sop(&self) -> &Sop {
        &self.workspace.sop
    }
    /// What every report says about itself.
    pub(in crate::run) fn frame(&self) -> Frame {
        frame(self.workspace, self.context)
    }
    /// Whether something happened in the period, and by the as-of.
    pub(in crate::run) fn contains(&self, at: Instant) -> bool {
        self.period.contains(at) && at <= self.context.as_of
    }
    /// The period, where it is not all time.
    pub(in crate::run) fn limited(&self) -> Option<Period> {
        Some(self.period).filter(|p| *p != Period { from: Instant(i64::MIN), until: Instant::MAX })
    }
    /// The end of what the report may see: that of the period, or the second after the as-of.
    pub(in crate::run) fn until(&self) -> Instant {
        self.period.until.min(self.context.as_of.plus(1))
    }
    /// What the rows are split by; `None` = one for all.
    pub(in crate::run) fn split(&self) -> Option<&'static str> {
        Some(self.by).filter(|by| !["", "all"].contains(by))
    }
    /// The first and the last day that the report speaks of; the last is never after the as-of.
    pub(in crate::run) fn days(&self) -> (Option<chrono::NaiveDate>, chrono::NaiveDate) {
        let calendar = &self.sop().calendar;
        let (first, last) = self.period.days(calendar);
        let today = calendar.date(self.context.as_of);
        (first, last.map_or(today, |l| l.min(today)))
    }
    /// How long before a deal touches count.
    pub(in crate::run) fn lookback(&self) -> Duration {
        self.request.lookback.unwrap_or(self.sop().reports.roi.lookback)
    }
    /// By which rule deals are credited.
    pub(in crate::run) fn model(&self) -> Result<AttributionModel, RunError> {
        let Some(name) = &self.request.model else { return Ok(self.sop().reports.roi.model) };
        let names = || AttributionModel::ALL.into_iter().map(|(name, _)| name);
        AttributionModel::named(name).ok_or_else(|| unknown("model", name, names()))
    }
}

/// One report.
pub(in crate::run) struct Entry {
    /// How it introduces itself.
    pub(in crate::run) listed: Listed,
    /// Gathers and reports.
    pub(in crate::run) run: fn(&Reading<'_>) -> Result<Report, RunError>,
}

/// Every report, in the order of the manual.
const REPORTS: &[Entry] = &[
    roi::ENTRY,
    channels::ENTRY,
    attribution::ENTRY,
    kpi::ENTRY,
    costs::ENTRY,
    funnel::ENTRY,
    velocity::ENTRY,
    cohorts::ENTRY,
    sla::ENTRY,
    owners::ENTRY,
    quality::ENTRY,
    scores::ENTRY,
    timing::ENTRY,
    nurture::ENTRY,
    experiments::ENTRY,
    meeting::WEEKLY,
    meeting::MONTHLY,
    meeting::QUARTERLY,
];

/// Reports that mean little for one month: they speak of all time unless told otherwise.
const OF_ALL_TIME: &[&str] = &["cohorts", "quality", "scores", "timing", "nurture", "experiments"];

/// The reports there are, or the one of a name.
pub fn reports(workspace: &Workspace, context: &Context<'_>, name: Option<&str>) -> Result<Report, RunError> {
    if name == Some("kpi") {
        return Ok(crate::report::kpi::list(&frame(workspace, context)));
    }
    let entries = match name {
        Some(name) => vec![entry(name)?.listed.clone()],
        None => REPORTS.iter().map(|e| e.listed.clone()).collect(),
    };
    Ok(catalogue::report(&frame(workspace, context), &entries))
}

/// One report, beside the period before if asked.
pub fn report(workspace: &Workspace, context: &Context<'_>, request: &ReportRequest) -> Result<Report, RunError> {
    let entry = entry(&request.name)?;
    let by = match &request.by {
        None => entry.listed.by.first().copied().unwrap_or_default(),
        Some(by) if entry.listed.by.is_empty() => {
            return Err(RunError::refused(format!("`sop report {}` has one form: it takes no --by {by}", request.name), "leave --by out"));
        }
        Some(by) => entry.listed.by.iter().copied().find(|known| known == by).ok_or_else(|| unknown("--by", by, entry.listed.by.iter().copied()))?,
    };
    options::check(request, by)?;
    let calendar = &workspace.sop.calendar;
    let store = Store::read(&workspace.db)?;
    // All parts of a report speak of one state of the base.
    store.stand_still()?;
    let columns = stored_columns(workspace, &store)?;
    let all_time = Period { from: Instant(i64::MIN), until: Instant::MAX };
    let span = meeting::usual(entry.listed.name).unwrap_or("last-month");
    let usual = || {
        if OF_ALL_TIME.contains(&entry.listed.name) {
            Ok(all_time)
        } else {
            Period::parse_in_weeks(span, calendar, context.as_of, workspace.sop.reports.week_starts)
        }
    };
    let asked = request.period.map_or_else(usual, Ok);
    let period = asked.map_err(|e| RunError::refused(e, "name one with --period"))?;
    let of = |period| -> Result<Report, RunError> {
        let reading = Reading { store: &store, columns: &columns, workspace, context, request, period, by };
        let mut report = (entry.run)(&reading)?;
        report.notes.extend(restated::note(&reading)?);
        Ok(report)
    };
    let mut report = of(period)?;
    let mut spoken = period.text(calendar);
    if request.compare {
        let Some(before) = period.previous(calendar) else {
            return Err(RunError::refused("there is nothing before a period without a start or an end", "name both: --period A..B"));
        };
        report = compare::compare(report, &of(before)?);
        spoken = format!("{spoken}, compared with {}", before.text(calendar));
    }
    if request.period.is_none() && period != all_time {
        let which = span.strip_prefix("last-").unwrap_or(span);
        spoken.push_str(&format!(" (the last full {which}; --period names another)"));
    }
    if period.until > context.as_of.plus(1) && period.until != Instant::MAX {
        spoken.push_str(&format!("; it is not over: what is later than {} is not in it", calendar.local(context.as_of)));
    }
    titles::name(&mut report, &workspace.sop);
    if meeting::usual(entry.listed.name).is_none() || spoken.contains("it is not over") {
        report.notes.insert(0, crate::report::Note::new("period", spoken));
    }
    Ok(report)
}

/// The last instant of a month as rows name it (`2026-10`).
fn month_end(name: &str, calendar: &crate::model::Calendar) -> Option<Instant> {
    Period::parse(name, calendar, Instant(0)).ok().map(|p| p.until.plus(-1))
}

fn entry(name: &str) -> Result<&'static Entry, RunError> {
    REPORTS.iter().find(|e| e.listed.name == name).ok_or_else(|| unknown("report", name, REPORTS.iter().map(|e| e.listed.name)))
}

/// A refusal of a name, with the nearest that is known.
pub(in crate::run) fn unknown<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k str> + Clone) -> RunError {
    let help = match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
    };
    let what = if what.starts_with('-') { format!("`{name}` is nothing that {what} takes here") } else { format!("there is no {what} `{name}`") };
    RunError::refused(what, help)
}
