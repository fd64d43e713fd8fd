//! How letters leave: to a mail server, to a web address, or into files that a person sends.
//!
//! A carrier is handed one [`Letter`] at a time and gives one [`Outcome`] back; it knows no base and no rules. What matters
//! is to tell "it was not taken" from "it may have been taken": only the first may ever be tried again unasked.
//! A carrier that is out of order itself says so ([`Wire::halted`]): the letters behind it then wait for another run.

mod https;
mod mail;
mod markdown;
mod refusal;
mod secret;
mod sheets;
mod smtp;
mod spoken;
mod tls;
mod webhook;

pub use markdown::{html, plain};
pub use refusal::{in_common, names_the_mailbox};
pub use secret::Secret;
pub use sheets::{Row, Staged, file_name, stage};
pub use smtp::{Server, Smtp, Tls};
pub use webhook::{Shape, Webhook, refused_url};

use crate::model::Instant;

/// One message, ready to leave.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// Its number: `m` and 11 letters. The other side sees it and can tell a second copy by it.
    pub id: &'a str,
    /// `email`
    pub medium: &'a str,
    /// The address.
    pub to: &'a str,
    /// Whose it is.
    pub name: Option<&'a str>,
    /// One line.
    pub subject: Option<&'a str>,
    /// Markdown.
    pub body: &'a str,
    /// It serves and does not advertise: it needs no way to unsubscribe.
    pub service: bool,
    /// When it leaves: the date on it.
    pub at: Instant,
}

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Whoever carries it on has taken it.
    Accepted,
    /// It was refused, and always will be.
    Permanent(String),
    /// The same, because of its address: nobody is there.
    Bounced(String),
    /// The same, by a server that did not say that it is about the address: it may be about whoever sends, and the next be refused alike.
    Refused(String),
    /// It was not taken; later it may be.
    Transient(String),
    /// It was under way and no answer came: it may have been taken.
    Unknown(String),
}

/// A way out of the machine.
pub enum Wire {
    /// To a mail server.
    Smtp(Box<Smtp>),
    /// To a web address.
    Webhook(Webhook),
}

impl Wire {
    /// Makes sure that a letter can be handed over now. What goes wrong here concerns no letter.
    pub fn ready(&mut self) -> Result<(), String> {
        match self {
            Self::Smtp(smtp) => smtp.ready(),
            Self::Webhook(_) => Ok(()), // a request opens its own connection
        }
    }
    /// Hands one letter over.
    pub fn send(&mut self, letter: &Letter<'_>) -> Outcome {
        match self {
            Self::Smtp(smtp) => smtp.send(letter),
            Self::Webhook(webhook) => webhook.send(letter),
        }
    }
    /// Why nothing more should be tried with it for now.
    pub fn halted(&self) -> Option<&str> {
        match self {
            Self::Smtp(smtp) => smtp.halted(),
            Self::Webhook(webhook) => webhook.halted(),
        }
    }
    /// Takes leave.
    pub fn close(self) {
        if let Self::Smtp(smtp) = self {
            smtp.close();
        }
    }
}

/// The first line of an answer, short enough for a table.
fn brief(text: &str) -> String {
    let line: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut out: String = line.chars().take(160).collect();
    if line.chars().count() > 160 {
        out.push('…');
    }
    out
}
