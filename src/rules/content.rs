//! content/*.md, checked: what a message says. Front matter (medium, subject, purpose), then a template over `lead`, `owner`, `account`.
//! Turning its Markdown into plain text and HTML is for whoever sends it.

pub(super) mod check;
mod filled;
mod markup;
pub(super) mod read;
mod template;

pub use read::{ACCOUNT, OWNER};
pub use template::{RenderError, Template, Vars};

/// One text.
#[derive(Debug)]
pub struct Content {
    /// The file's name without its ending: `guide-a`.
    pub name: String,
    /// By which medium it leaves.
    pub medium: String,
    /// Whether it advertises.
    pub purpose: Purpose,
    /// The subject of a mail.
    pub subject: Option<Template>,
    /// What it says, as Markdown once filled in.
    pub body: Template,
}

/// Why somebody is written to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Needs consent, keeps to the limits, and says how to stop it.
    #[default]
    Marketing,
    /// Answers what the lead did (a confirmation, an order): passes limits, marketing consent and unsubscriptions.
    Service,
}
