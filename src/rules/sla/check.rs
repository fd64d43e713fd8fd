//! What an sla.yaml says that nobody meant. Working time without a calendar counts Monday to Friday as if there were no holidays.

use crate::diag::{Code, Diagnostic, Diagnostics, Span};

/// Warns of working time (here and in assignment.yaml) in a workspace that has no calendar.yaml.
pub(in crate::rules) fn business_time<'s>(spots: impl Iterator<Item = &'s Span>, out: &mut Diagnostics) {
    for at in spots {
        out.push(
            Diagnostic::new(Code::NoCalendar, *at, "there is no calendar.yaml: working time is counted without holidays")
                .help("add calendar.yaml with your hours and days off; `sop init DIR` writes one, with the mainland's holidays"),
        );
    }
}
