//! `sop log LEAD --type … --outcome …`: a contact that a colleague had with a lead.

use super::args::Global;
use super::as_of;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use chrono::NaiveDate;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use sop::model::{Instant, Outcome};
use sop::run::Contact;
const EXAMPLES: &str = "Examples:
  sop log kmfrggzdfmza --type call --outcome connected --note \"wants an offer\" --next 2026-12-01
  sop log kmfrggzdfmza --type call --outcome no-answer --at 2026-11-20T15:30 --by 张伟
  sop log kmfrggzdfmza --type wecom --outcome replied --quality high

The same contact told again (same time, colleague, outcome and note) changes nothing. A --at without a time is the end of that day.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A key, id, e-mail, phone or unique name
    #[arg(value_name = "LEAD")]
    pub(crate) lead: String,
    /// How it was
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) ty: Type,
    /// How it ended
    #[arg(long, value_name = "OUTCOME")]
    pub(crate) outcome: OutcomeName,
    /// What was said
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// When it was (default: the as-of)
    #[arg(long, value_name = "DATE[TIME]")]
    pub(crate) at: Option<String>,
    /// Who had it (default: whoever holds the lead)
    #[arg(long, value_name = "OWNER")]
    pub(crate) by: Option<String>,
    /// When to speak again
    #[arg(long, value_name = "DATE[TIME]")]
    pub(crate) next: Option<String>,
    /// How good sales finds the lead
    #[arg(long, value_name = "TEXT")]
    pub(crate) quality: Option<String>,
}

/// The values of `--type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Type {
    /// 电话
    Call,
    /// 邮件
    Email,
    /// 企微
    Wecom,
    /// 拜访
    Visit,
}

/// The values of `--outcome`: as in files, with `-`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutcomeName(Outcome);

impl ValueEnum for OutcomeName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [OutcomeName; Outcome::ALL.len()] = {
            let mut all = [OutcomeName(Outcome::Connected); Outcome::ALL.len()];
            let mut i = 0;
            while i < all.len() {
                all[i] = OutcomeName(Outcome::ALL[i].1);
                i += 1;
            }
            all
        };
        &ALL
    }
    fn to_possible_value(&self) -> Option<PossibleValue> {
        let own = self.0.name();
        let flag = match self.0 {
            Outcome::NoAnswer => "no-answer",
            Outcome::WrongNumber => "wrong-number",
            Outcome::Connected | Outcome::Replied | Outcome::Met | Outcome::Refused => own,
        };
        Some(PossibleValue::new(flag).alias(own))
    }
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let calendar = &setup.workspace.sop.calendar;
    let read = |flag: &str, text: &str| as_of::parse(text, calendar, setup.as_of).map_err(|e| Failure::refused(format!("{flag}: {e}"), "see `sop log --help`"));
    let at = args.at.as_deref().map(|text| read("--at", text)).transpose()?;
    // A day that is agreed upon begins in the morning; a day of the past is over.
    let day = |text: &str| text.trim().parse::<NaiveDate>().ok().map(|day| calendar.start_of(day));
    let next_at: Option<Instant> = args.next.as_deref().map(|text| day(text).map_or_else(|| read("--next", text), Ok)).transpose()?;
    let contact = Contact {
        ty: args.ty.to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default(),
        outcome: Some(args.outcome.0),
        note: args.note.clone(),
        at,
        by: args.by.clone(),
        next_at,
        quality: args.quality.clone(),
    };
    let acted = setup.run("log", "", |w, c| sop::run::log(w, c, &args.lead, &contact))?;
    super::accept::print(&output, "log", acted)
}
