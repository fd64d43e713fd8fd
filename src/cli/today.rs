//! `sop today`: what waits for a person.

const EXAMPLES: &str = "Examples:
  sop today                               merges to decide, headers and names that nothing matches";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {}
