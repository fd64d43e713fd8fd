//! `sop merge A B --why …`: two leads are one.

const EXAMPLES: &str = "Examples:
  sop merge kmfrggzdfmza kmfrggzdfmzb --why \"same person, new company\"
  sop merge 138-0013-8000 zhang@example.com --why \"confirmed by phone\" --dry-run";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The lead that both become, unless the other is older
    #[arg(value_name = "A")]
    pub(crate) a: String,
    /// The other lead
    #[arg(value_name = "B")]
    pub(crate) b: String,
    /// The reason, kept with the change
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
}
