//! `sop undo [RUN]`: a run taken back.

const EXAMPLES: &str = "Examples:
  sop undo                                what taking back the last run would do
  sop undo --yes                          do it
  sop undo 12 --yes                       an earlier run that nothing was built upon";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The run's number (see `sop history`); default: the last one that wrote
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<i64>,
}
