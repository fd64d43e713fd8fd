//! `sop report`: what it cost, and what came of it.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use clap::ValueEnum;
use sop::model::{Duration, Instant, Period};
use sop::rules::reports::looks_back;
use sop::run::ReportRequest;
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  sop report                              the reports there are, and what each needs
  sop report weekly --lang zh -o week.html        the page of the weekly meeting
  sop report roi --period 2026-10                 what each channel cost and brought
  sop report roi --by campaign --model linear --compare previous -o roi.xlsx
  sop report attribution --model all --lookback 90d
  sop report attribution --journeys paths.csv --model markov
  sop report funnel --period 2026-Q3 --by channel
  sop report kpi --list                           every KPI and what it needs";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which report (default: list them)
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// `2026-10`, `2026-Q4`, `2026-W47`, `last-week`, `last-7-days`, `A..B`, `all` (default: the last full month)
    #[arg(long, value_name = "PERIOD", requires = "name")]
    pub(crate) period: Option<String>,
    /// What a row stands for; `--list` says what a report takes
    #[arg(long, value_name = "WHAT", requires = "name")]
    pub(crate) by: Option<String>,
    /// first, last, last-non-direct, linear, time-decay, position, markov, shapley, all (default: reports.yaml)
    #[arg(long, value_name = "MODEL", requires = "name")]
    pub(crate) model: Option<String>,
    /// Touches this long before a deal count, e.g. `90d` (default: reports.yaml)
    #[arg(long, value_name = "D", requires = "name")]
    pub(crate) lookback: Option<String>,
    /// Beside the numbers of the period before
    #[arg(long, value_name = "WHAT", requires = "name")]
    pub(crate) compare: Option<Compare>,
    /// Attribute the counted paths of this file (path, conversions, value, nulls) instead of the base's deals
    #[arg(long, value_name = "FILE", requires = "name")]
    pub(crate) journeys: Option<PathBuf>,
    /// What the reports, or this one, need
    #[arg(long)]
    pub(crate) list: bool,
}

/// The values of `--compare`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Compare {
    /// The period before, of the same length
    Previous,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let Some(name) = args.name.clone().filter(|_| !args.list) else {
        let report = setup.run("report", "", |w, c| sop::run::reports(w, c, args.name.as_deref()))?;
        return output.report(&report);
    };
    let sop = &setup.workspace.sop;
    let period = match args.period.as_deref() {
        None => None,
        Some("all") => Some(Period { from: Instant(i64::MIN), until: Instant::MAX }),
        Some(text) => {
            let parsed = Period::parse_in_weeks(text, &sop.calendar, setup.as_of, sop.reports.week_starts);
            Some(parsed.map_err(|e| Failure::refused(e, "see `sop report --help`"))?)
        }
    };
    let looks_back = |text: &str| Duration::parse(text).map_err(|e| e.to_string()).and_then(looks_back);
    let lookback = args.lookback.as_deref().map(looks_back).transpose().map_err(|e| Failure::refused(e, "write e.g. `--lookback 90d`"))?;
    let (by, model, journeys) = (args.by.clone(), args.model.clone(), args.journeys.clone());
    let request = ReportRequest { name, period, by, model, lookback, compare: args.compare.is_some(), journeys };
    let report = setup.run("report", "", |w, c| sop::run::report(w, c, &request))?;
    output.report(&report)
}
