//! `sop test`: the cases under sops/tests.

const EXAMPLES: &str = "Examples:
  sop test                                run every case; a failure shows its score card
  sop test -f json                        for CI";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {}
