//! Closed periods whose numbers have changed since. A report of the past is reckoned from the base as it is known today, so that its parts
//! add up to what they add up to today; a deal that was closed in those days when they were reported, and is open again, closed otherwise
//! or on another day, moves them. Such deals are named.

use super::Reading;
use crate::model::Instant;
use crate::report::Note;
use crate::run::RunError;

/// Reports that count the deals closed in a period.
const OF_DEALS: &[&str] = &["roi", "channels", "attribution", "kpi", "velocity", "owners", "weekly", "monthly", "quarterly"];
/// How many are named.
const NAMED: usize = 5;

/// What a reader of a report of the period must know.
pub(super) fn note(reading: &Reading<'_>) -> Result<Option<Note>, RunError> {
    if reading.limited().is_none() || reading.request.journeys.is_some() || !OF_DEALS.contains(&reading.request.name.as_str()) {
        return Ok(None);
    }
    let deals = reading.store.lapsed_deals(reading.period.from, reading.until())?;
    let named = deals.iter().take(NAMED).map(|d| {
        let name = d.id.as_deref().or(d.company.as_deref()).unwrap_or("?");
        let was = d.lapsed.map_or("", |(status, _)| status.name());
        match d.closed_at.filter(|at| *at < Instant::MAX && d.status != crate::model::DealStatus::Open) {
            Some(at) => format!("{name} (was {was}, now {} {})", d.status.name(), reading.sop().calendar.date(at)),
            None => format!("{name} (was {was}, now {})", d.status.name()),
        }
    });
    let named: Vec<String> = named.collect();
    let what = if deals.len() == 1 { "1 deal closed in these days has".to_owned() } else { format!("{} deals closed in these days have", deals.len()) };
    let more = if deals.len() > NAMED { " …" } else { "" };
    let text = || format!("restated: {what} been told otherwise since, and the numbers are as known today: {}{more}", named.join(", "));
    Ok((!deals.is_empty()).then(|| Note::new("restated", text())))
}
