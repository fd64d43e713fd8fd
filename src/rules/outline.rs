//! What a file of the rules says, without its places: for whoever holds two versions of it against each other.

use super::yaml::{Entry, Kind, Node, parse};
use crate::diag::{Diagnostics, SourceId};

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outline {
    /// Keys with their values, in the file's order.
    Map(Vec<(String, Outline)>),
    /// A list.
    List(Vec<Outline>),
    /// A text, as it reads without quotes.
    Text(String),
}

/// The outline of a file's text; `None` where YAML can make nothing of it.
pub fn outline(text: &str) -> Option<Outline> {
    parse(SourceId(0), text, &mut Diagnostics::default()).map(of)
}

fn of(node: Node) -> Outline {
    match node.kind {
        Kind::Map(entries) => Outline::Map(entries.into_iter().map(|Entry { key, value, .. }| (key, of(value))).collect()),
        Kind::List(items) => Outline::List(items.into_iter().map(of).collect()),
        Kind::Scalar(scalar) => Outline::Text(scalar.text),
    }
}
