//! To a mail server, over one connection that is used again. Every step is taken by itself, so that it is known whether the
//! server can have the mail: before the end of DATA it cannot, after it only its answer tells.

use super::mail::{mail, stuffed};
use super::refusal::names_the_mailbox;
use super::tls::{Place, advice, parameters};
use super::{Letter, Outcome, Secret, brief};
use crate::model::not_in_the_open;
use lettre::address::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::SmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use std::error::Error as _;
use std::time::Duration;

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Begins in the open and is then protected.
    StartTls,
    /// Protected from the start.
    Implicit,
    /// Not at all: only to this machine.
    None,
}

/// A mail server and who writes to it.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Authorities (PEM) whose certificates are trusted beside those that everybody trusts.
    pub ca: Option<Vec<u8>>,
    /// `市场部 <mkt@example.com>`
    pub from: String,
    /// Who logs in, and with what.
    pub login: Option<(String, Secret)>,
    /// How long an answer may take; the one after DATA four times as long.
    pub patience: Duration,
}

/// A mail server that is written to.
pub struct Smtp {
    server: Server,
    from: Mailbox,
    open: Option<SmtpConnection>,
    /// A mail went over the open connection already: the server may have hung up since.
    used: bool,
    halted: Option<String>,
}

const PLACE: Place =
    Place { name: "; write the name that its certificate is for as `host:`", open: "; this port does not begin with TLS: write `tls: starttls`" };

/// Why a step failed.
enum Step {
    /// The server said so: the code, and whether this may pass.
    Said { passing: bool, code: String, text: String },
    /// The connection is gone or silent.
    Lost { text: String, silent: bool },
}

impl Smtp {
    /// Refuses what must not be: an open connection to another machine, a sender that is none.
    pub fn new(server: Server) -> Result<Self, String> {
        if let Some(why) = not_in_the_open("tls: none", &server.host, "mails and the password").filter(|_| server.tls == Tls::None) {
            return Err(why);
        }
        let from = server.from.parse().map_err(|e| format!("`from: {}`: {e}", server.from))?;
        Ok(Self { server, from, open: None, used: false, halted: None })
    }

    /// Connects and logs in, unless that is done.
    pub fn ready(&mut self) -> Result<(), String> {
        if self.open.as_ref().is_some_and(|c| !c.has_broken()) {
            return Ok(());
        }
        self.open = None;
        match self.connect() {
            Ok(connection) => {
                (self.open, self.used) = (Some(connection), false);
                Ok(())
            }
            Err(why) => {
                self.halted = Some(why.clone());
                Err(why)
            }
        }
    }

    pub(super) fn halted(&self) -> Option<&str> {
        self.halted.as_deref()
    }

    pub(super) fn close(self) {
        if let Some(mut connection) = self.open {
            let _ = connection.quit(); // whether it says goodbye or not
        }
    }

    fn connect(&self) -> Result<SmtpConnection, String> {
        let Server { host, port, tls, login, patience, ca, .. } = &self.server;
        let at = |what: &str, e: &Error| {
            let told = self.told(e);
            format!("{host}:{port}: {what}: {told}{}", advice(&told, &PLACE))
        };
        let hello = ClientId::Domain(self.from.email.domain().to_owned());
        let protection = if *tls == Tls::None { None } else { Some(parameters(host, ca.as_deref())?) };
        let implicit = protection.as_ref().filter(|_| *tls == Tls::Implicit);
        let mut connection = SmtpConnection::connect((host.as_str(), *port), Some(*patience), &hello, implicit, None).map_err(|e| at("no connection", &e))?;
        if let Some(protection) = protection.as_ref().filter(|_| *tls == Tls::StartTls) {
            if !connection.can_starttls() {
                connection.abort();
                return Err(format!(
                    "{host}:{port}: the server offers no STARTTLS, and nothing is said in the open; write `tls: tls` for port 465, or mend the server"
                ));
            }
            connection.starttls(protection, &hello).map_err(|e| at("STARTTLS", &e))?;
        }
        if let Some((username, password)) = login {
            let credentials = Credentials::new(username.clone(), password.expose().to_owned());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).map_err(|e| at("the login was refused", &e))?;
        }
        Ok(connection)
    }

    /// What the server said, without what it may have repeated.
    fn told(&self, e: &Error) -> String {
        let text = match (e.status(), e.source()) {
            (Some(code), Some(text)) => format!("{code} {text}"),
            (Some(code), None) => code.to_string(),
            (None, Some(source)) => source.to_string(),
            (None, None) => e.to_string(),
        };
        let hidden = self.server.login.as_ref().map_or(text.clone(), |(_, password)| password.hidden_in(&text));
        brief(&hidden)
    }

    fn step(&self, e: &Error) -> Step {
        let text = self.told(e);
        match e.status() {
            Some(code) => Step::Said { passing: e.is_transient(), code: code.to_string(), text },
            None => Step::Lost { text, silent: silent(e) },
        }
    }

    /// Hands one letter over.
    pub fn send(&mut self, letter: &Letter<'_>) -> Outcome {
        let (to, text) = match mail(letter, &self.from) {
            Ok(mail) => mail,
            Err(why) => return Outcome::Permanent(why),
        };
        let mut again = true;
        loop {
            if let Err(why) = self.ready() {
                return Outcome::Transient(why);
            }
            let used = std::mem::replace(&mut self.used, true);
            match self.sender(&to, &text) {
                Ok(()) => break,
                // It hung up between two mails, as servers do; nothing of this one was said yet.
                Err(Step::Lost { silent: false, .. }) if used && again => self.drop_connection(),
                Err(Step::Said { code, .. }) if used && again && code == "421" => self.drop_connection(),
                Err(Step::Said { passing: true, text, .. }) => return self.refused(Outcome::Transient(text)),
                Err(Step::Said { passing: false, text, .. }) => {
                    // It does not take mails of this sender: that is no fault of the letter.
                    self.halted = Some(text.clone());
                    return self.refused(Outcome::Transient(text));
                }
                Err(Step::Lost { text, silent }) => return self.lost(Outcome::Transient(text), silent),
            }
            again = false;
        }
        self.recipient_and_data(to, &text)
    }

    fn sender(&mut self, to: &Address, text: &str) -> Result<(), Step> {
        let from = self.from.email.clone();
        let Some(connection) = &mut self.open else { return Err(Step::Lost { text: "no connection".into(), silent: false }) };
        let mut options = Vec::new();
        if !to.to_string().is_ascii() && connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            options.push(MailParameter::SmtpUtfEight);
        }
        if !text.is_ascii() {
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let said = connection.command(Mail::new(Some(from), options));
        said.map(drop).map_err(|e| self.step(&e))
    }

    fn recipient_and_data(&mut self, to: Address, text: &str) -> Outcome {
        let Some(connection) = &mut self.open else { return Outcome::Transient("no connection".into()) };
        if !to.to_string().is_ascii() && !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return self.refused(Outcome::Permanent("the mail server takes no addresses beyond ASCII".into()));
        }
        if let Err(e) = connection.command(Rcpt::new(to, Vec::new())) {
            return match self.step(&e) {
                Step::Said { passing: true, text, .. } => self.refused(Outcome::Transient(text)),
                Step::Said { text, .. } if names_the_mailbox(&text) => self.refused(Outcome::Bounced(text)),
                Step::Said { text, .. } => self.refused(Outcome::Refused(text)),
                Step::Lost { text, silent } => self.lost(Outcome::Transient(text), silent),
            };
        }
        let Some(connection) = &mut self.open else { return Outcome::Transient("no connection".into()) };
        if let Err(e) = connection.command(Data) {
            return match self.step(&e) {
                Step::Said { passing: true, text, .. } => self.refused(Outcome::Transient(text)),
                Step::Said { text, .. } => self.refused(Outcome::Refused(text)),
                Step::Lost { text, silent } => self.lost(Outcome::Transient(text), silent),
            };
        }
        let Some(connection) = &mut self.open else { return Outcome::Transient("no connection".into()) };
        // In one piece: a second small one would wait for the acknowledgement of the first. Who has a whole mail may think
        // about it for a while, and giving up too early makes an unknown of what was taken.
        let _ = connection.set_timeout(Some(self.server.patience.saturating_mul(4)));
        let said = connection.command(stuffed(text));
        let _ = connection.set_timeout(Some(self.server.patience));
        match said {
            Ok(_) => Outcome::Accepted,
            Err(e) => match self.step(&e) {
                Step::Said { passing: true, text, .. } => self.refused(Outcome::Transient(text)),
                Step::Said { text, .. } => self.refused(Outcome::Refused(text)),
                Step::Lost { text, silent } => self.lost(Outcome::Unknown(format!("no answer after the mail was handed over: {text}")), silent),
            },
        }
    }

    /// The server said no: the next letter begins anew.
    fn refused(&mut self, outcome: Outcome) -> Outcome {
        if self.open.as_mut().is_some_and(|c| c.command(Rset).is_err()) {
            self.drop_connection();
        }
        outcome
    }

    /// The connection is of no use any more. A server that is silent would be so for every letter.
    fn lost(&mut self, outcome: Outcome, silent: bool) -> Outcome {
        self.drop_connection();
        if silent {
            self.halted = Some(format!("{}:{} does not answer", self.server.host, self.server.port));
        }
        outcome
    }

    /// Closes without a word: a server that hangs would be waited for.
    fn drop_connection(&mut self) {
        self.open = None;
    }
}

/// Nothing came in time.
fn silent(e: &Error) -> bool {
    let mut source = e.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return matches!(io.kind(), std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock);
        }
        source = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_is_refused_before_anything_leaves() {
        let server = |host: &str, tls, from: &str| {
            let login = Some(("mkt".to_owned(), Secret::new("hunter2")));
            Server { host: host.into(), port: 25, tls, ca: None, from: from.into(), login, patience: Duration::from_secs(1) }
        };
        assert!(Smtp::new(server("smtp.example.com", Tls::None, "a@example.com")).is_err_and(|e| e.contains("only for a server on this machine")));
        assert!(Smtp::new(server("localhost", Tls::None, "市场部")).is_err());
        for host in ["localhost", "127.0.0.1", "::1"] {
            assert!(Smtp::new(server(host, Tls::None, "市场部 <a@example.com>")).is_ok(), "{host}");
        }
        let shown = format!("{:?}", server("localhost", Tls::None, "a@example.com"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
