//! `sop schema [KIND]`: the contracts of the JSON output and of the SOP files.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use clap::builder::PossibleValuesParser;
use std::io::Write;

const EXAMPLES: &str = "Examples:
  sop schema                              the kinds there are, with what each is of
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

/// What a schema says of itself: whose contract it is, and what that is for.
fn of_itself(schema: &str) -> (String, String) {
    let json: serde_json::Value = serde_json::from_str(schema).unwrap_or_default();
    let text = |key: &str| json.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    (text("title"), text("description"))
}

/// Names with what each is of.
fn list(schemas: &[(&str, &str)]) -> String {
    let all: Vec<(&str, String, String)> =
        schemas.iter().map(|(name, text)| (*name, of_itself(text))).map(|(name, (title, what))| (name, title, what)).collect();
    let names = all.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let titles = all.iter().map(|(_, title, _)| title.chars().count()).max().unwrap_or(0);
    all.iter().map(|(name, title, what)| format!("  {name:names$}  {title:titles$}  {}\n", first_sentence(what))).collect()
}

fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.')
}

/// Reports whose command has the name of an SOP file: whoever asks for one may mean the other.
fn namesakes(kind: &str) -> Vec<(&'static str, String)> {
    let commands = [format!("sop {kind}"), format!("sop report {kind}")];
    let titled = sop::render::SCHEMAS.iter().map(|(name, text)| (*name, of_itself(text).0));
    titled.filter(|(_, title)| commands.iter().any(|c| title == c || title.starts_with(&format!("{c} ")))).collect()
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let text = match &args.kind {
        Some(kind) => {
            if !global.quiet && sop::rules::SCHEMAS.iter().any(|(name, _)| name == kind) {
                for (name, title) in namesakes(kind) {
                    let _ = writeln!(std::io::stderr().lock(), "note: this is the SOP file; the JSON of `{title}` is `sop schema {name}`");
                }
            }
            all().find(|(name, _)| name == kind).map_or("", |(_, text)| text).to_owned()
        }
        None => format!(
            "the JSON of reports (-f json), and the command that prints each:\n{}the SOP files:\n{}",
            list(sop::render::SCHEMAS),
            list(sop::rules::SCHEMAS)
        ),
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
