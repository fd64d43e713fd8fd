//! team.yaml, checked: the colleagues who hold leads.

pub(super) mod check;
pub(super) mod read;

use crate::model::fold;
use chrono::NaiveDate;

/// Everyone, in the file's order. Without team.yaml nobody.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Team {
    /// Everyone.
    pub owners: Vec<Owner>,
}

/// One colleague.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Owner {
    /// `zhang.wei`
    pub id: String,
    /// 张伟
    pub name: String,
    /// `sdr`, `sales`, `partner`, or the team's own word.
    pub role: String,
    /// Where notices go, and one of the ways in which files name them.
    pub email: Option<String>,
    /// Other spellings in files.
    pub aliases: Vec<String>,
    /// The id of whom breaches are told to.
    pub manager: Option<String>,
    /// 大区
    pub region: Option<String>,
    /// What they know.
    pub industries: Vec<String>,
    /// Leads held before `customer`; `None` = unlimited, 0 = none.
    pub capacity: Option<u32>,
    /// New leads per calendar day of the zone; `None` = unlimited, 0 = none.
    pub per_day: Option<u32>,
    /// Share under `weighted`.
    pub weight: u32,
    /// Days on leave: first and last.
    pub away: Vec<(NaiveDate, NaiveDate)>,
}

impl Team {
    /// The owner of an id.
    pub fn owner(&self, id: &str) -> Option<&Owner> {
        self.owners.iter().find(|o| o.id == id)
    }
    /// Whom a text of a file or a command line means: by id, name, e-mail or alias, folded. Nobody, when two fit.
    pub fn find(&self, text: &str) -> Option<&Owner> {
        let text = fold(text.trim());
        let mut fits = self
            .owners
            .iter()
            .filter(|o| [Some(&o.id), Some(&o.name), o.email.as_ref()].into_iter().flatten().chain(&o.aliases).any(|known| fold(known) == text));
        let first = fits.next()?;
        // An id beats the names of others.
        match self.owners.iter().find(|o| fold(&o.id) == text) {
            Some(by_id) => Some(by_id),
            None => fits.next().is_none().then_some(first),
        }
    }
}

impl Owner {
    /// Whether they are on leave that day.
    pub fn is_away(&self, day: NaiveDate) -> bool {
        self.away.iter().any(|(first, last)| *first <= day && day <= *last)
    }
}
