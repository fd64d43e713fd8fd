//! The data dictionary (统一数据口径): which fields a lead has, how files name them, what events there are.
//! Built and checked by `rules`; immutable afterwards.

use super::{Address, Currency, FieldType, fold, fold_header};
use chrono_tz::Tz;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A lead field's place in [`Dictionary::fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldIx(pub usize);

/// An event field's place in [`Dictionary::event_fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventFieldIx(pub usize);

/// An event kind's place in [`Dictionary::kinds`]. Kinds that nothing declares share [`KindId::OTHER`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindId(pub u16);

impl KindId {
    /// A kind that no file declares: kept in the base, counted by `'*'` as an act of the lead.
    pub const OTHER: Self = Self(u16::MAX);
}

/// Whose values win when rows of one lead disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// Larger `updated_at`, else the later file.
    KeepNewest,
    /// The first value stays.
    KeepFirst,
    /// Only blanks are filled.
    FillBlanks,
    /// Consent: FALSE beats blank beats TRUE.
    Stricter,
}

/// What a cell that does not parse does to its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadValue {
    /// The cell becomes blank and is listed.
    Blank,
    /// The row is refused.
    Reject,
}

/// Which number a range such as `100-499` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeEnd {
    /// 100
    Low,
    /// 299.5, rounded down for whole numbers
    Middle,
    /// 499
    High,
}

/// How `values:` synonyms meet a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueMatch {
    /// The whole folded cell.
    Exact,
    /// The folded cell starts with the synonym (the longest wins).
    Prefix,
}

/// The order of day and month where a date leaves it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// 2026-11-21
    Ymd,
    /// 21/11/2026
    Dmy,
    /// 11/21/2026
    Mdy,
}

/// One declared lead field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in YAML, SQL columns, conditions and JSON.
    pub id: String,
    /// What it holds.
    pub ty: FieldType,
    /// Label for people in Chinese (the first Chinese alias, or the id).
    pub title: String,
    /// Other headers that mean this field.
    pub aliases: Vec<String>,
    /// Canonical value by folded synonym; searched by [`Field::canonical`].
    pub values: Vec<(String, Arc<str>)>,
    /// How synonyms are matched.
    pub value_match: ValueMatch,
    /// Which end of a range counts.
    pub range: RangeEnd,
    /// Refuses thousands marks, units and ranges.
    pub plain: bool,
    /// ISO country of phone numbers without a country code.
    pub region: Option<String>,
    /// Declared day/month order; `None` = settled per column.
    pub order: Option<DateOrder>,
    /// Its zone, where a datetime column is not in the calendar's zone.
    pub zone: Option<Tz>,
    /// Folded texts that mean blank, beside the dictionary's.
    pub blank: Vec<String>,
    /// Whose value wins.
    pub on_conflict: OnConflict,
    /// What an unreadable cell does.
    pub on_bad_value: BadValue,
    /// `master: file`: for owner and stage, the file stays in charge after the first sight.
    pub master_file: bool,
}

impl Field {
    /// A field with nothing declared but its type.
    pub fn plain(id: &str, ty: FieldType) -> Self {
        Self {
            id: id.to_owned(),
            ty,
            title: id.to_owned(),
            aliases: Vec::new(),
            values: Vec::new(),
            value_match: ValueMatch::Exact,
            range: RangeEnd::Low,
            plain: false,
            region: None,
            order: None,
            zone: None,
            blank: Vec::new(),
            on_conflict: OnConflict::KeepNewest,
            on_bad_value: BadValue::Blank,
            master_file: false,
        }
    }

    /// The canonical value of a cell through `values:`, if it has one.
    pub fn canonical(&self, cell: &str) -> Option<&Arc<str>> {
        if self.values.is_empty() {
            return None;
        }
        let cell = fold(cell);
        match self.value_match {
            ValueMatch::Exact => self.values.iter().find(|(syn, _)| *syn == cell).map(|(_, v)| v),
            ValueMatch::Prefix => self.values.iter().filter(|(syn, _)| cell.starts_with(syn.as_str())).max_by_key(|(syn, _)| syn.len()).map(|(_, v)| v),
        }
    }
}

/// One declared field of events, beside `kind`, `at` and the lead's identities.
#[derive(Clone, Debug)]
pub struct EventField {
    /// `path`, `asset`, `campaign`, `content` …
    pub id: String,
    /// What it holds.
    pub ty: FieldType,
    /// Other headers.
    pub aliases: Vec<String>,
    /// Declared day/month order.
    pub order: Option<DateOrder>,
}

/// Who acts in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindBy {
    /// The lead: counts as activity.
    Lead,
    /// We (mails sent, calls made).
    Us,
    /// A system (bounces).
    System,
}

/// One event kind.
#[derive(Clone, Debug)]
pub struct KindDef {
    /// `whitepaper_download`
    pub id: String,
    /// 下载白皮书
    pub title: String,
    /// Who acts.
    pub by: KindBy,
    /// Never counts as activity (opens).
    pub weak: bool,
    /// Counts for attribution.
    pub touch: bool,
    /// Other spellings in files.
    pub aliases: Vec<String>,
    /// The kinds that this one is derived from; empty for kinds that files hold. Its `where` lives in `rules::Sop`.
    pub from: Vec<KindId>,
}

/// One acquisition channel (获客渠道).
#[derive(Clone, Debug)]
pub struct Channel {
    /// `baidu`
    pub id: String,
    /// 百度推广
    pub title: String,
    /// Other spellings.
    pub synonyms: Vec<String>,
    /// Costs media money.
    pub paid: bool,
    /// Is marketing's.
    pub marketing: bool,
}

/// Behaviour kept in a lead column (`events_in:`).
#[derive(Clone, Debug)]
pub struct CountColumn {
    /// The header, as written.
    pub header: String,
    /// The kind its events have.
    pub kind: KindId,
    /// The cell is a total, not an instant.
    pub count: bool,
    /// The header that dates a count.
    pub at: Option<String>,
}

/// Everything that fields.yaml says, with the built-in part filled in. By default nothing is declared.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    /// The base's currency.
    pub currency: Currency,
    /// Lead fields, in the file's order.
    pub fields: Vec<Field>,
    /// Fields that recognise a lead, strongest first.
    pub identity: Vec<FieldIx>,
    /// Event fields beside kind, at and identities.
    pub event_fields: Vec<EventField>,
    /// Event kinds, declared and built-in.
    pub kinds: Vec<KindDef>,
    /// Extra headers (folded) of event files that mean `kind`, `at`, `event_id`, from `events:` aliases.
    pub event_headers: FxHashMap<String, String>,
    /// Day/month order of the events' `at`, if declared.
    pub event_order: Option<DateOrder>,
    /// Acquisition channels.
    pub channels: Vec<Channel>,
    /// Named word lists for `has_any`; words folded.
    pub lists: Vec<(String, Vec<String>)>,
    /// Folded texts that mean blank in every field.
    pub blank: Vec<String>,
    /// Behaviour in lead columns.
    pub events_in: Vec<CountColumn>,
    /// Clicks on ≥ `links` links within `within` seconds do not score.
    pub bot_filter: Option<BotFilter>,
    /// Folded header → field, over ids and aliases (declared beat built-in).
    pub headers: FxHashMap<String, FieldIx>,
    /// Folded spelling → kind.
    pub kind_names: FxHashMap<String, KindId>,
}

/// See [`Dictionary::bot_filter`].
#[derive(Clone, Debug)]
pub struct BotFilter {
    /// The kinds it looks at.
    pub kinds: Vec<KindId>,
    /// How many different links.
    pub links: usize,
    /// Within how many seconds.
    pub within: i64,
}

impl Dictionary {
    /// The field of this id.
    pub fn field(&self, id: &str) -> Option<(FieldIx, &Field)> {
        self.fields.iter().enumerate().find(|(_, f)| f.id == id).map(|(i, f)| (FieldIx(i), f))
    }
    /// The field that a header means, by id or alias.
    pub fn field_of_header(&self, header: &str) -> Option<FieldIx> {
        self.headers.get(&fold_header(header)).copied()
    }
    /// The kind that a file's spelling means.
    pub fn kind_of(&self, spelling: &str) -> Option<KindId> {
        self.kind_names.get(fold(spelling).as_ref()).copied()
    }
    /// The definition of a kind; `None` for [`KindId::OTHER`].
    pub fn kind(&self, id: KindId) -> Option<&KindDef> {
        self.kinds.get(usize::from(id.0))
    }
    /// The channel that a cell means.
    pub fn channel_of(&self, cell: &str) -> Option<&Channel> {
        let cell = fold(cell);
        self.channels.iter().find(|c| fold(&c.id) == cell || fold(&c.title) == cell || c.synonyms.iter().any(|s| fold(s) == cell))
    }
    /// The fields that hold addresses for a medium: those of type email for `email`, of type phone for `sms` and `call`, the field
    /// `wecom_id` for `wecom`.
    pub fn addresses<'a>(&'a self, medium: &'a str) -> impl Iterator<Item = FieldIx> + 'a {
        let fits = move |f: &Field| match medium {
            "email" => f.ty == FieldType::Email,
            "sms" | "call" => f.ty == FieldType::Phone,
            "wecom" => f.id == "wecom_id",
            _ => false,
        };
        self.fields.iter().enumerate().filter(move |(_, f)| fits(f)).map(|(i, _)| FieldIx(i))
    }
    /// The address that a text means, in the form that compares.
    pub fn address(&self, told: &str) -> Option<Address> {
        let region = self.fields.iter().find(|f| f.ty == FieldType::Phone).and_then(|f| f.region.as_deref());
        Address::of(told, region)
    }
    /// The words of a named list, folded.
    pub fn list(&self, name: &str) -> Option<&[String]> {
        let name = fold(name);
        self.lists.iter().find(|(n, _)| fold(n) == name).map(|(_, w)| w.as_slice())
    }
}

/// The columns of one kind of file beside leads and events (`costs`, `deals`, `payments` …), as fields.yaml names them.
#[derive(Clone, Debug)]
pub struct Table {
    /// `costs`
    pub id: String,
    /// Its columns, in the order of the documentation.
    pub columns: Vec<TableColumn>,
}

/// One column of a [`Table`].
#[derive(Clone, Debug)]
pub struct TableColumn {
    /// `amount`
    pub id: String,
    /// Headers that mean it; declared ones first.
    pub aliases: Vec<String>,
    /// Declared day/month order of its dates.
    pub order: Option<DateOrder>,
    /// Canonical value by folded synonym.
    pub values: Vec<(String, Arc<str>)>,
}
