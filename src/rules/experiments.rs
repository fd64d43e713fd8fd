//! experiments.yaml, checked: experiments that were run elsewhere and are read here from the leads' fields.

pub(super) mod read;

use crate::condition::Condition;
use crate::model::FieldIx;

/// One experiment, as the leads tell it.
#[derive(Debug)]
pub struct Experiment {
    /// `hillstrom`
    pub id: String,
    /// The field whose value names a lead's arm; a blank one took no part.
    pub arm: FieldIx,
    /// The arm that the others are held against; `None` = the first in the alphabet.
    pub control: Option<String>,
    /// What is counted: its name, and when it came about.
    pub outcomes: Vec<(String, Condition)>,
}
