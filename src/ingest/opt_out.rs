//! Columns by which a CRM says that somebody must not be written to, in whichever way it asks: `HasOptedOutOfEmail`, 退订, 勿扰, 营销许可.
//! A yes to "opted out" is a no to consent. A no to it is silence: whoever did not object has not agreed yet. The texts stay what they
//! are, too: a field of the workspace, or `extra`.

use super::cell::boolean::{opted_out, parse};
use super::mapping::ColumnUse;
use crate::model::{Dictionary, FieldIx, FieldType, fold_header};

/// What a cell of the column must say for a no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Yes: the header asks who opted out.
    Yes,
    /// No: the header asks who agreed.
    No,
    /// Anything: the header asks when.
    When,
}

impl Says {
    /// Whether a cell that is not blank says no; `None` = it says neither.
    pub(super) fn no(self, text: &str) -> Option<bool> {
        match self {
            Self::Yes => opted_out(text),
            Self::No => Some(parse(text) == Some(false)), // what is unreadable, the field that it is tells
            Self::When => Some(parse(text) != Some(false)),
        }
    }
}

/// One such column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOut {
    /// Its place in the file.
    pub column: usize,
    /// What says no.
    pub says: Says,
    /// The consents that it takes; none = it is not understood, or there is none to take.
    pub fields: Vec<FieldIx>,
    /// Consents that it would take if they were declared.
    pub lacks: Vec<&'static str>,
}

/// What is refused: one medium, or all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Email,
    Sms,
    All,
}

impl Of {
    fn consents(self) -> &'static [&'static str] {
        match self {
            Self::Email => &["consent_email"],
            Self::Sms => &["consent_sms"],
            Self::All => &["consent_email", "consent_sms"],
        }
    }
}

/// Headers, folded, between `|`.
const HEADERS: [(Of, Says, &str); 8] = [
    (
        Of::Email,
        Says::Yes,
        "hasoptedoutofemail|optedoutofemail|emailoptout|emailoptedout|emailoptoutstatus|optoutemail|unsubscribedfromallemail|unsubscribedfromemail|unsubscribedemail|emailunsubscribed|isunsubscribed|unsubscribed|unsubscribe|donotemail|donotbulkemail|donotallowemails|donotallowbulkemails|noemail|邮件退订|是否邮件退订|退订邮件|是否退订邮件|拒收邮件|是否拒收邮件|拒绝邮件|不接收邮件",
    ),
    (
        Of::Sms,
        Says::Yes,
        "hasoptedoutofsms|optedoutofsms|smsoptout|smsoptedout|textoptout|donotsms|donottext|nosms|短信退订|是否短信退订|退订短信|是否退订短信|拒收短信|是否拒收短信|拒绝短信|不接收短信",
    ),
    (
        Of::All,
        Says::Yes,
        "optout|optedout|hasoptedout|donotcontact|donotdisturb|donotmarket|dnd|marketingoptout|optoutofmarketing|退订|是否退订|已退订|是否已退订|拒收|是否拒收|勿扰|是否勿扰|免打扰|是否免打扰|勿打扰|请勿打扰|拒绝营销|是否拒绝营销|拒绝联系|请勿联系|不再联系|禁止联系|禁止触达",
    ),
    (Of::Email, Says::When, "emailoptoutdate|emailoptouttime|邮件退订时间|邮件退订日期"),
    (Of::Sms, Says::When, "smsoptoutdate|smsoptouttime|短信退订时间|短信退订日期"),
    (
        Of::All,
        Says::When,
        "unsubscribedat|unsubscribedate|unsubscribetime|dateunsubscribed|unsubtime|optoutdate|optouttime|optedoutat|退订时间|退订日期|拒收时间",
    ),
    (Of::All, Says::No, "营销许可|营销授权|同意营销|同意接收营销|marketingconsent|marketingoptin|marketingpermission|acceptsmarketing"),
    (Of::Email, Says::No, "allowemail|允许邮件|可发邮件"),
];

/// What is in the headers of columns that say no in other words.
const SIGNS: [&str; 12] =
    ["optout", "optedout", "unsubscri", "donotemail", "donotcontact", "donotdisturb", "donottext", "退订", "拒收", "勿扰", "免打扰", "勿联系"];

/// What a folded header refuses, and how.
fn known(folded: &str) -> Option<&'static (Of, Says, &'static str)> {
    HEADERS.iter().find(|(_, _, list)| list.split('|').any(|h| h == folded))
}

impl OptOut {
    /// The consents that a column of this header takes from whoever says no in it.
    pub fn consents(header: &str) -> &'static [&'static str] {
        let folded = fold_header(header);
        known(&folded).map_or(&[], |(of, ..)| of.consents())
    }

    /// Those of a file: of columns that mean nothing else, and of a consent to everything that is known as that to e-mail.
    pub(super) fn all(headers: &[String], folded: &[String], columns: &[ColumnUse], dictionary: &Dictionary) -> Vec<Self> {
        let consents: Vec<(FieldIx, &str)> = dictionary
            .fields
            .iter()
            .enumerate()
            .filter(|(_, f)| f.ty == FieldType::Boolean && f.id.starts_with("consent_"))
            .map(|(i, f)| (FieldIx(i), f.id.as_str()))
            .collect();
        let mut all = Vec::new();
        for (column, ((name, place), _)) in folded.iter().zip(columns).zip(headers).enumerate() {
            let known = known(name);
            let own = match place {
                ColumnUse::Extra => true,
                // What a workspace declares under a name of its own says no all the same.
                ColumnUse::Field(ix) => known.is_some_and(|(_, says, _)| *says == Says::No || consents.iter().all(|(of, _)| of != ix)),
                _ => false,
            };
            if !own {
                continue;
            }
            let takes: &[&'static str] = match known {
                Some((of, ..)) => of.consents(),
                None if SIGNS.iter().any(|sign| name.contains(sign)) => &[],
                None => continue,
            };
            let every = matches!(known, Some((Of::All, ..)));
            let fields = consents.iter().filter(|(_, id)| every || takes.contains(id)).map(|(ix, _)| *ix).collect();
            let lacks = takes.iter().filter(|id| !consents.iter().any(|(_, known)| known == *id)).copied().collect();
            all.push(Self { column, says: known.map_or(Says::Yes, |(_, says, _)| *says), fields, lacks });
        }
        all
    }
}
