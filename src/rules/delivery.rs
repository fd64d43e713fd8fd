//! delivery.yaml, checked: how messages leave, to which address, at which hours, and how often a lead may hear from us.

mod carriers;
pub(super) mod media;
pub(super) mod read;

use super::state::MEDIA;
use crate::condition::{Condition, Feedback};
use crate::diag::Span;
use crate::model::{Dictionary, FeedbackKind, FieldIx, SuppressedBy, Window, WindowDays};

/// Everything about leaving. Without delivery.yaml: the usual media, written to CSV, without limits.
#[derive(Debug)]
pub struct Delivery {
    /// The media that delivery.yaml declares, in its order; then the usual ones that it leaves out, as CSV.
    pub media: Vec<Medium>,
    /// Where notices to colleagues go: all of them. Empty = to CSV.
    pub notify: Vec<Notify>,
    /// Over all media together.
    pub limits: Limits,
    /// What happens to a message that a limit holds.
    pub on_cap: OnCap,
    /// What a bounce, a complaint and an unsubscription close.
    pub suppress_on: SuppressOn,
}

/// One way in which messages leave.
#[derive(Debug)]
pub struct Medium {
    /// `email`
    pub id: String,
    /// How.
    pub via: Via,
    /// The fields that hold its address; the first that is filled counts.
    pub address: Vec<FieldIx>,
    /// When it may leave; `None` = always.
    pub hours: Option<Window>,
    /// On which days.
    pub days: WindowDays,
    /// Whom it may be sent to; `None` = whoever has an address. Judged in the scope of nurture; unknown is no consent.
    pub consent: Option<Condition>,
    /// How often one lead may hear from us by it.
    pub limits: Limits,
}

/// How messages of a medium leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// Into a file that somebody sends.
    Csv,
    /// To a mail server.
    Smtp(Smtp),
    /// To a robot or another system.
    Webhook(Webhook),
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    /// Its name.
    pub host: String,
    /// 587, 465 or 25 unless said otherwise, as `tls` has it.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// `市场部 <mkt@example.com>`
    pub from: String,
    /// Who logs in.
    pub username: Option<String>,
    /// The environment variable that holds the password.
    pub password_env: Option<String>,
    /// A file of the workspace with the certificates of authorities that are trusted beside the usual ones: the company's own.
    pub ca_file: Option<String>,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Begins in the open and is then protected: port 587.
    StartTls,
    /// Protected from the start: port 465.
    Tls,
    /// Not at all: port 25, for a server on this machine.
    None,
}

/// A web address that takes messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// What its body looks like.
    pub shape: Shape,
    /// The environment variable that holds the address: whoever has it may write to the group.
    pub url_env: String,
    /// Where that stands: what it holds is looked at later.
    pub url_at: Span,
    /// A file of the workspace with the certificates of authorities that are trusted beside the usual ones: the company's own.
    pub ca_file: Option<String>,
}

/// What the body of a webhook looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A 企业微信 group robot.
    Wecom,
    /// A 钉钉 robot.
    Dingtalk,
    /// A 飞书 robot.
    Feishu,
    /// Our own JSON.
    Json,
}

/// Where notices to colleagues go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify {
    /// `robot`
    pub id: String,
    /// `None` = into a file.
    pub webhook: Option<Webhook>,
}

/// How often one lead may hear from us; day and week of the calendar's zone. `None` = unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Messages a day.
    pub per_day: Option<u32>,
    /// Messages a week, Monday to Sunday.
    pub per_week: Option<u32>,
}

/// What happens to a message that a limit holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnCap {
    /// It waits for the next day or week.
    #[default]
    Defer,
    /// It is left out, with that reason.
    Skip,
}

/// What a sign that somebody must not be written to closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuppressOn {
    /// 退订
    pub unsubscribe: Closes,
    /// 投诉
    pub complaint: Closes,
    /// 退信
    pub bounce: Closes,
}

/// How much is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closes {
    /// This address.
    Address,
    /// Every address of the person for this medium.
    Medium,
    /// Every address of the person.
    All,
}

impl Default for SuppressOn {
    fn default() -> Self {
        Self { unsubscribe: Closes::Medium, complaint: Closes::All, bounce: Closes::Address }
    }
}

impl SuppressOn {
    /// What a sign closes, and why; `None` = it closes nothing.
    pub fn on(&self, kind: FeedbackKind) -> Option<(Closes, SuppressedBy)> {
        match kind {
            FeedbackKind::Unsubscribe => Some((self.unsubscribe, SuppressedBy::Unsubscribe)),
            FeedbackKind::Complaint => Some((self.complaint, SuppressedBy::Complaint)),
            FeedbackKind::Bounce => Some((self.bounce, SuppressedBy::Bounce)),
            _ => None,
        }
    }
}

impl Delivery {
    /// What holds without delivery.yaml.
    pub fn usual(dictionary: &Dictionary) -> Self {
        let media = MEDIA.map(|id| Medium::usual(id, dictionary)).into();
        Self { media, notify: Vec::new(), limits: Limits::default(), on_cap: OnCap::default(), suppress_on: SuppressOn::default() }
    }
    /// The medium of an id.
    pub fn medium(&self, id: &str) -> Option<&Medium> {
        self.media.iter().find(|m| m.id == id)
    }
}

impl Medium {
    fn usual(id: &str, dictionary: &Dictionary) -> Self {
        let address = dictionary.addresses(id).collect();
        Self { id: id.to_owned(), via: Via::Csv, address, hours: None, days: WindowDays::Every, consent: None, limits: Limits::default() }
    }
}

/// Whether anybody can tell that a message of this medium was opened, clicked or answered.
pub fn gives(medium: &str, feedback: Feedback) -> bool {
    match medium {
        "sms" => feedback != Feedback::Opened,
        "wecom" => feedback == Feedback::Replied,
        "call" => false,
        _ => true,
    }
}
