//! Which options mean something to which report. One that would change nothing is refused, so that nobody takes a number for another.

use super::{ReportRequest, meeting};
use crate::run::RunError;

/// Refuses what the report does not use; `by` is what its rows stand for.
pub(super) fn check(request: &ReportRequest, by: &str) -> Result<(), RunError> {
    let name = request.name.as_str();
    let is_page = meeting::usual(name).is_some();
    let refused = |option: &str, why: &str, help: &str| Err(RunError::refused(format!("`sop report {name}` takes no {option}: {why}"), help));
    if request.journeys.is_some() {
        if name != "attribution" {
            return refused("--journeys", "it reads the base", "counted paths are attributed: sop report attribution --journeys FILE");
        }
        let others = [("--by", request.by.is_some()), ("--period", request.period.is_some()), ("--lookback", request.lookback.is_some())];
        if let Some((option, _)) = others.into_iter().chain([("--compare", request.compare)]).find(|(_, given)| *given) {
            return refused(&format!("{option} with --journeys"), "counted paths have channels and no dates", &format!("leave {option} out"));
        }
    }
    let credits = match name {
        "roi" => matches!(by, "channel" | "campaign"),
        "attribution" => true,
        _ => is_page,
    };
    if request.model.is_some() && !credits {
        let help =
            if name == "roi" { "models credit deals to channels: --by channel or --by campaign" } else { "leave --model out; roi and attribution take it" };
        return refused("--model", "its numbers are the same under every model", help);
    }
    if request.lookback.is_some() && !credits && name != "kpi" {
        return refused("--lookback", "it looks at no touches", "leave --lookback out; roi, attribution and kpi take it");
    }
    if request.compare && is_page {
        return refused("--compare", "it stands beside the period before by itself", "leave --compare out");
    }
    Ok(())
}
