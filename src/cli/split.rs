//! `sop split LEAD`: a wrong join taken apart.

const EXAMPLES: &str = "Examples:
  sop split kmfrggzdfmza --dry-run        which leads would come out
  sop split kmfrggzdfmza --why \"father and son\"";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A key, id, e-mail, phone or unique name
    #[arg(value_name = "LEAD")]
    pub(crate) lead: String,
    /// The reason, kept with the change
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: Option<String>,
}
