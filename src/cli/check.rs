//! `sop check [--data]`: every problem at once.

const EXAMPLES: &str = "Examples:
  sop check                               every problem with its file, line and fix
  sop check --data                        also conditions that most leads leave unknown, values that no rule matches
  sop check -f json                       for an editor or CI";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Also hold the rules against the leads of the base
    #[arg(long)]
    pub(crate) data: bool,
}
