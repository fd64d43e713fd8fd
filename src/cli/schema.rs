//! `sop schema [KIND]`: the contracts of the JSON output and of the SOP files.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use clap::builder::PossibleValuesParser;

const EXAMPLES: &str = "Examples:
  sop schema                              the kinds there are
  sop schema score > score.schema.json    the JSON of `sop score -f json`
  sop schema report                       what every report has in common
  sop schema scoring > scoring.json       sops/scoring.yaml, for an editor that completes YAML";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A report (score, leads …), or an SOP file (fields, scoring, lifecycle, team …)
    #[arg(value_name = "KIND", hide_possible_values = true, value_parser = PossibleValuesParser::new(all().map(|(name, _)| name)))]
    pub(crate) kind: Option<String>,
}

/// Reports first, then SOP files; no name stands for two.
fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    sop::render::SCHEMAS.iter().chain(sop::rules::SCHEMAS).copied()
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let names = |list: &[(&'static str, &str)]| list.iter().map(|(name, _)| format!("  {name}\n")).collect::<String>();
    let text = match &args.kind {
        Some(kind) => all().find(|(name, _)| name == kind).map_or("", |(_, text)| text).to_owned(),
        None => format!("the JSON of reports (-f json):\n{}the SOP files:\n{}", names(sop::render::SCHEMAS), names(sop::rules::SCHEMAS)),
    };
    Output::verbatim(global)?.write(&mut |out| out.write_all(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_names_one_schema() {
        let mut names: Vec<_> = all().map(|(name, _)| name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|w| w[0] != w[1]), "{names:?}");
        assert!(all().all(|(_, text)| serde_json::from_str::<serde_json::Value>(text).is_ok()));
    }
}
