//! `sop explain LEAD`: why.

const EXAMPLES: &str = "Examples:
  sop explain zhang@example.com           by e-mail, phone, id, key or unique name
  sop explain kmfrggzdfmza -f json
  sop explain 王伟 --as-of 2026-10-01     as it stood then";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A key, id, e-mail, phone or unique name
    #[arg(value_name = "LEAD")]
    pub(crate) lead: String,
}
