//! `sop leads`: the base as a list.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use clap::ValueEnum;
use sop::run::LeadsRequest;

const EXAMPLES: &str = "Examples:
  sop leads --where \"band = 'hot' AND region = '华东'\"
  sop leads --columns key,name,company,score --sort -score,name
  sop leads --owner 张伟 -o zhang-wei.xlsx
  sop leads --by account                  one row per company";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Only leads that meet this condition, in the language of the SOP files
    #[arg(long = "where", value_name = "COND")]
    pub(crate) condition: Option<String>,
    /// Only leads that this colleague holds
    #[arg(long, value_name = "OWNER")]
    pub(crate) owner: Option<String>,
    /// What to show of each: fields, groups, `score band stage owner key …`
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
    /// Order by these, `-` before a name for downwards
    #[arg(long, value_name = "X,-Y", value_delimiter = ',', allow_hyphen_values = true)]
    pub(crate) sort: Vec<String>,
    /// Put leads together
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["columns", "sort"])]
    pub(crate) by: Option<By>,
}

/// What to put leads together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// The company
    Account,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let request = LeadsRequest {
        filter: args.condition.clone(),
        owner: args.owner.clone(),
        columns: args.columns.clone(),
        sort: args.sort.clone(),
        by_account: args.by.is_some(),
    };
    let report = setup.run("leads", "", |w, c| sop::run::leads(w, c, &request))?;
    output.report(&report)
}
