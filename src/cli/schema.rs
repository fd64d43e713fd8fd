//! `sop schema [KIND]`: the contract of the JSON output.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use clap::builder::PossibleValuesParser;

const EXAMPLES: &str = "Examples:
  sop schema                              the kinds there are
  sop schema score > score.schema.json    the JSON of `sop score -f json`
  sop schema report                       what every report has in common";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A report
    #[arg(value_name = "KIND", value_parser = PossibleValuesParser::new(sop::render::SCHEMAS.iter().map(|(name, _)| *name)))]
    pub(crate) kind: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let text = match &args.kind {
        Some(kind) => sop::render::schema(kind).unwrap_or_default().to_owned(),
        None => sop::render::SCHEMAS.iter().map(|(name, _)| format!("{name}\n")).collect(),
    };
    Output::verbatim(global)?.write(&mut |out| out.write_all(text.as_bytes()))
}
