//! Identities of a row: which columns recognise a lead, and the texts in the form that compares.

use super::cell::{BadCell, Blanks, disarmed, trimmed};
use super::row::RawRow;
use crate::model::rewritten::restored;
use crate::model::{Dictionary, Field, FieldIx, FieldType, Identity, IdentityKind, Key, NoIdentity, email, fold, phone};

/// Headers that speak of the lead of a row, alone or before the name of an identity.
pub(super) const WHO: &[&str] = &["lead", "contact", "user", "customer", "member", "线索", "客户", "联系人", "用户"];

/// The field of an identity column of an events or stages file: by its own header, or with `lead`, `contact`, `客户` … before it.
pub(super) fn identity_of(folded: &str, dictionary: &Dictionary) -> Option<FieldIx> {
    let of = |name: &str| dictionary.headers.get(name).copied().filter(|ix| dictionary.identity.contains(ix));
    of(folded).or_else(|| WHO.iter().find_map(|w| folded.strip_prefix(w).filter(|rest| !rest.is_empty()).and_then(of)))
}

/// An identity that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barred {
    /// Which field.
    pub field: FieldIx,
    /// Its text.
    pub text: String,
    /// Why it recognises nobody.
    pub why: NoIdentity,
}

/// How one identity field is compared.
#[derive(Clone, Debug)]
pub(super) struct Recogniser {
    pub(super) field: FieldIx,
    pub(super) kind: IdentityKind,
    ty: FieldType,
    region: Option<String>,
    /// `source` + tab for ids of a source system.
    prefix: Option<String>,
}

impl Recogniser {
    pub(super) fn new(ix: FieldIx, field: &Field, source: &str) -> Self {
        let prefix = (field.id == "id").then(|| format!("{}\t", fold(source)));
        Self { field: ix, kind: field.id.as_str().into(), ty: field.ty, region: field.region.clone(), prefix }
    }
    pub(super) fn all(dictionary: &Dictionary, source: &str) -> Vec<Self> {
        dictionary.identity.iter().filter_map(|ix| dictionary.fields.get(ix.0).map(|f| Self::new(*ix, f, source))).collect()
    }
    pub(super) fn is(&self, ty: FieldType) -> bool {
        self.ty == ty
    }
    /// The compared text of a value that is typed already.
    pub(super) fn of_value(&self, value: &str, out: &mut String) {
        out.clear();
        match self.ty {
            FieldType::Email | FieldType::Phone => out.push_str(value),
            _ => {
                out.push_str(self.prefix.as_deref().unwrap_or_default());
                out.push_str(&fold(value));
            }
        }
    }
    /// The compared text of a cell, without typing it first.
    pub(super) fn of_cell(&self, text: &str, out: &mut String) -> Result<(), &'static str> {
        match self.ty {
            FieldType::Email => email::parse(text, out).map(drop),
            FieldType::Phone => phone::parse(text, self.region.as_deref(), out).map(drop),
            _ => {
                self.of_value(&restored(text)?, out);
                Ok(())
            }
        }
    }
    /// Whether it may recognise a person.
    pub(super) fn barred(&self, identity: &Identity) -> Option<NoIdentity> {
        identity.barred(self.ty == FieldType::Email, self.ty == FieldType::Phone)
    }
}

/// Gives out identities whose texts keep their buffers.
#[derive(Debug, Default)]
pub(super) struct Pool(Vec<Identity>);

impl Pool {
    pub(super) fn take(&mut self, kind: &IdentityKind) -> Identity {
        match self.0.pop() {
            Some(mut identity) => {
                if !std::sync::Arc::ptr_eq(&identity.kind, kind) {
                    identity.kind = kind.clone();
                }
                identity.text.clear();
                identity
            }
            None => Identity { kind: kind.clone(), text: String::with_capacity(32) },
        }
    }
    pub(super) fn recycle(&mut self, identities: &mut Vec<Identity>) {
        self.0.append(identities);
    }
}

/// The columns of an event or stage file that say whose row it is.
#[derive(Debug)]
pub(super) struct WhoColumns {
    columns: Vec<(usize, Recogniser)>,
    key: Option<usize>,
    /// A column `lead` that may hold any of them.
    any: Option<usize>,
    all: Vec<Recogniser>,
    blanks: Blanks,
    pool: Pool,
}

impl WhoColumns {
    pub(super) fn new(dictionary: &Dictionary, source: &str, columns: Vec<(usize, FieldIx)>, key: Option<usize>, any: Option<usize>) -> Self {
        let all = Recogniser::all(dictionary, source);
        let columns = all.iter().filter_map(|r| columns.iter().find(|(_, ix)| *ix == r.field).map(|(c, _)| (*c, r.clone()))).collect();
        Self { columns, key, any, all, blanks: Blanks::new(&dictionary.blank), pool: Pool::default() }
    }

    /// The identities of a row, strongest first. A number of which digits are lost names nobody and is listed. Role mailboxes are not left out here: no lead has them as identity, so they find none.
    pub(super) fn read(&mut self, row: &RawRow, headers: &[String], identities: &mut Vec<Identity>, bad: &mut Vec<BadCell>) -> Option<Key> {
        self.pool.recycle(identities);
        for (column, recogniser) in &self.columns {
            let text = disarmed(trimmed(row.text(*column)));
            if text.is_empty() || self.blanks.has(text) {
                continue;
            }
            let mut identity = self.pool.take(&recogniser.kind);
            match recogniser.of_cell(text, &mut identity.text) {
                Ok(()) => identities.push(identity),
                Err(reason) => {
                    bad.push(BadCell::new(headers.get(*column).map_or("", String::as_str), text, reason));
                    self.pool.recycle(&mut vec![identity]);
                }
            }
        }
        let mut key = self.key.and_then(|c| Key::parse(row.text(c)));
        if let Some(text) = self.any.map(|c| disarmed(trimmed(row.text(c)))).filter(|t| !t.is_empty() && !self.blanks.has(t)) {
            match Key::parse(text) {
                Some(k) => key = key.or(Some(k)),
                None => match restored(text) {
                    Ok(text) => self.read_any(&text, identities),
                    Err(reason) => bad.push(BadCell::new(self.any.and_then(|c| headers.get(c)).map_or("", String::as_str), text, reason)),
                },
            }
        }
        key
    }

    /// The same of a row that is worth nothing without a name: what refuses it where it has none.
    pub(super) fn read_named(
        &mut self,
        row: &RawRow,
        headers: &[String],
        identities: &mut Vec<Identity>,
        bad: &mut Vec<BadCell>,
    ) -> Result<Option<Key>, BadCell> {
        let key = self.read(row, headers, identities, bad);
        if identities.is_empty() && key.is_none() {
            return Err(bad.pop().unwrap_or_else(|| BadCell::new("", "", "nobody is named")));
        }
        Ok(key)
    }

    /// A lead named by whatever it has: an address, a number, an id.
    fn read_any(&mut self, text: &str, identities: &mut Vec<Identity>) {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        for recogniser in &self.all {
            let fits = match recogniser.ty {
                FieldType::Email => text.contains('@'),
                FieldType::Phone => digits >= 7 && !text.chars().any(char::is_alphabetic),
                _ => !text.contains('@'),
            };
            if !fits || identities.iter().any(|i| i.kind == recogniser.kind) {
                continue;
            }
            let mut identity = self.pool.take(&recogniser.kind);
            if recogniser.of_cell(text, &mut identity.text).is_ok() {
                identities.push(identity);
            }
        }
    }
}
