//! What each column of an export becomes: a field with a name, a type and a remark, or nothing.

use super::yaml::comment;
use crate::ingest::{self, ColumnGuess, Guesses};
use crate::model::{Dictionary, FieldType, fold, fold_header};
use crate::report::thousands;

/// A name is not longer.
const LONGEST: usize = 40;
/// So many rows before the number of unlike values says anything.
const ENOUGH: u64 = 20;

/// One field to be declared.
pub(super) struct Column {
    /// Its name.
    pub(super) id: String,
    /// What it holds.
    pub(super) ty: FieldType,
    /// The headers that mean it, where they are not its name.
    pub(super) aliases: Vec<String>,
    /// One of the built-in fields.
    pub(super) known: bool,
    /// What the guess goes by.
    pub(super) guess: ColumnGuess,
    /// What a person should know, most important first.
    pub(super) remarks: Vec<String>,
}

/// The whole export as fields.
pub(super) struct Columns {
    /// Its file.
    pub(super) file: String,
    /// Encoding and separator, or sheet.
    pub(super) format: String,
    /// Rows looked at.
    pub(super) rows: u64,
    whole: bool,
    /// The fields, in the order of the columns.
    pub(super) fields: Vec<Column>,
    /// Ids that recognise a lead, strongest first.
    pub(super) identity: Vec<String>,
    /// Texts seen in blank cells, as written.
    pub(super) blanks: Vec<String>,
    /// Texts that may mean blank or may be an answer.
    pub(super) answers: Vec<String>,
    /// Headers without a field, and why.
    pub(super) left_out: Vec<(String, &'static str)>,
    /// The headers are Chinese: so are the names of rules.
    pub(super) chinese: bool,
}

/// Texts that a person may have meant: they stay values until somebody decides.
const ANSWERS: &[&str] = &["unknown", "none", "未知", "不详", "待定", "tbd", "?", ".", "nil", "undefined", "待补充", "na"];
/// Columns named after these with `_at` date a stage; the import keeps them for the lifecycle.
const STAGES: &[&str] = &["prospect", "connected", "mql", "sql", "opportunity", "customer", "won", "lost", "recycled", "disqualified"];

impl Columns {
    pub(super) fn new(guesses: Guesses, dictionary: &Dictionary, file: &str, format: &str) -> Self {
        let mut new = Self {
            file: file.to_owned(),
            format: format.to_owned(),
            rows: guesses.rows,
            whole: guesses.whole,
            fields: Vec::new(),
            identity: Vec::new(),
            blanks: Vec::new(),
            answers: Vec::new(),
            left_out: Vec::new(),
            chinese: guesses.columns.iter().any(|g| is_chinese(&g.header)),
        };
        for guess in guesses.columns {
            let (answers, blanks): (Vec<_>, Vec<_>) = guess.blanks.iter().cloned().partition(|b| ANSWERS.contains(&fold(b).as_ref()));
            add_new(&mut new.blanks, guess.known_blanks.iter().cloned().chain(blanks));
            add_new(&mut new.answers, answers);
            new.add(guess, dictionary);
        }
        new.join_names();
        new.identify(dictionary);
        new
    }

    fn add(&mut self, guess: ColumnGuess, dictionary: &Dictionary) {
        let known = guess.field.and_then(|ix| dictionary.fields.get(ix.0));
        if guess.repeats {
            // Of several columns of one field the first that is filled counts; the others' headers are spelled out.
            let same =
                |c: &&mut Column| if guess.field.is_some() { c.guess.field == guess.field } else { fold_header(&c.guess.header) == fold_header(&guess.header) };
            let Some(first) = self.fields.iter_mut().find(same) else { return };
            if known.is_some()
                && !first.aliases.contains(&guess.header)
                && fold_header(&guess.header) != fold_header(&first.guess.header)
                && !guess.header.ends_with(')')
            {
                first.aliases.push(guess.header);
            }
            let text = "several columns mean this: the first that is filled counts, the others are kept beside it";
            if !first.remarks.iter().any(|r| r == text) {
                first.remarks.push(text.to_owned());
            }
            return;
        }
        if self.fields.len() == 500 {
            self.left_out.push((guess.header, "500 fields are the most that can be declared"));
            return;
        }
        if known.is_none() && guess.filled == 0 && self.rows > 0 {
            self.left_out.push((guess.header, "blank in every row"));
            return;
        }
        let folded = fold(&guess.header);
        if known.is_none() && folded.strip_suffix("_at").or(folded.strip_suffix(" at")).is_some_and(|stage| STAGES.contains(&stage)) {
            self.left_out.push((guess.header, "dates a stage; kept for the lifecycle"));
            return;
        }
        let doubted = known.is_some_and(|f| is_doubted(&f.id, &guess));
        let mut ty = guess.ty;
        let mut remarks = Vec::new();
        if let Some(field) = known.filter(|_| doubted) {
            ty = FieldType::Text;
            remarks.push(format!("only {} different values: no {}, whatever the header says", guess.distinct, field.id));
        } else if known.is_some() && !ty.is_text() && guess.unread > 0.5 {
            ty = FieldType::Text;
            let example = guess.bad.first().map_or("", |b| b.value.as_str());
            remarks.push(format!("text, because cells such as `{}` are no {}", comment(example), guess.ty.name()));
        } else if let Some(bad) = guess.bad.first() {
            remarks.push(format!("cells such as `{}` count as blank and are listed: {}", comment(&bad.value), bad.reason));
        }
        let known = known.filter(|_| !doubted);
        let own = ingest::name_of(&guess.header);
        let id = self.name(known.map_or(own.as_str(), |f| f.id.as_str()), known.is_some());
        let aliases = if fold_header(&guess.header) == fold_header(&id) { Vec::new() } else { vec![guess.header.clone()] };
        remarks.extend(self.says(&guess, ty));
        self.fields.push(Column { id, ty, aliases, known: known.is_some(), guess, remarks });
    }

    /// A name that nothing else has.
    fn name(&self, wanted: &str, known: bool) -> String {
        if known {
            return wanted.to_owned();
        }
        let short: String = wanted.chars().take(LONGEST).collect();
        let taken = |name: &str| {
            let store = ["lead", "key", "extra", "fit", "engagement"].contains(&name);
            let built_in = ["id", "name", "email", "phone", "owner", "stage", "wecom_id", "created_at"].contains(&name);
            store || built_in || crate::condition::is_reserved(name) || self.fields.iter().any(|f| fold(&f.id) == fold(name))
        };
        let prefixed = [short.clone(), format!("crm_{short}")];
        prefixed.into_iter().chain((2..).map(|n| format!("{short}_{n}"))).find(|n| !taken(n)).unwrap_or(short)
    }

    /// What the cells of a column say for themselves.
    fn says(&self, guess: &ColumnGuess, ty: FieldType) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(order) = guess.order {
            let first = if order == crate::model::DateOrder::Dmy { "the day" } else { "the month" };
            said.push(match guess.order_open {
                true => format!("no cell says whether day or month comes first; read with {first} first. If that is wrong, write `order:` dmy or mdy"),
                false => format!("{first} comes first: some cells leave no doubt"),
            });
        }
        match (guess.values.as_slice(), ty) {
            ([], FieldType::Text | FieldType::Channel | FieldType::Owner | FieldType::Stage) if guess.filled >= ENOUGH => {
                said.push(match guess.distinct == guess.filled {
                    true => "all different".to_owned(),
                    false => format!("{} different values", count(guess.distinct)),
                });
            }
            ([], _) => {}
            (values, _) => {
                let shown: Vec<String> = values.iter().take(6).map(|(v, n)| format!("{} {}", comment(v), count(*n))).collect();
                let rest = values.len().saturating_sub(6);
                said.push(if rest > 0 { format!("{} · and {rest} more", shown.join(" · ")) } else { shown.join(" · ") });
            }
        }
        if guess.filled == 0 && self.rows > 0 {
            said.push("blank in every row".to_owned());
        } else if guess.filled < self.rows && guess.blanks.is_empty() {
            said.push(format!("blank in {} of {}", count(self.rows - guess.filled), count(self.rows)));
        }
        said
    }

    /// A name in two columns is one name too.
    fn join_names(&mut self) {
        let at = |id: &str| self.fields.iter().position(|f| f.known && f.id == id);
        let Some(place) = at("first_name").or(at("last_name")).filter(|_| at("name").is_none()) else { return };
        let Some(guess) = self.fields.get(place).map(|f| ColumnGuess { header: "name".into(), values: Vec::new(), ..f.guess.clone() }) else { return };
        let remarks = vec!["put together from first and last name".to_owned()];
        self.fields.insert(place, Column { id: "name".into(), ty: FieldType::Text, aliases: Vec::new(), known: true, guess, remarks });
    }

    fn identify(&mut self, dictionary: &Dictionary) {
        let built_in = dictionary.identity.iter().filter_map(|ix| dictionary.fields.get(ix.0)).map(|f| f.id.as_str());
        let mut found: Vec<String> = Vec::new();
        for id in built_in {
            let Some(field) = self.fields.iter_mut().find(|f| f.known && f.id == id) else { continue };
            // A number that comes again and again is not one per lead.
            if id == "id" && field.guess.filled >= ENOUGH && field.guess.distinct * 2 < field.guess.filled {
                field.remarks.push("comes again and again, so it is not in `identity:`".to_owned());
            } else {
                found.push(id.to_owned());
            }
        }
        for field in self.fields.iter_mut().filter(|f| !f.known && f.guess.identity && f.ty.is_text()) {
            if !matches!(field.ty, FieldType::Email | FieldType::Phone) {
                if field.guess.filled >= ENOUGH && names_a_lead(&field.guess.header) {
                    found.insert(0, field.id.clone());
                } else {
                    field.remarks.push("add it to `identity:` if it names the lead".to_owned());
                }
            } else if !found.iter().any(|id| id == field.ty.name()) {
                found.push(field.id.clone());
            }
        }
        self.identity = found;
    }

    /// `8,000 rows`, or `the first 20,000 rows`.
    pub(super) fn seen(&self) -> String {
        match (self.whole, self.rows) {
            (true, 1) => "1 row".to_owned(),
            (true, n) => format!("{} rows", count(n)),
            (false, n) => format!("the first {} rows", count(n)),
        }
    }

    /// What a person is told after `sop init --from`.
    pub(super) fn notes(&self, rules: usize) -> Vec<String> {
        let known = self.fields.iter().filter(|f| f.known).count();
        let mut notes =
            vec![format!("read {} of {} ({}): {} fields, {known} of them known by their headers", self.seen(), self.file, self.format, self.fields.len())];
        notes.push(match self.identity.is_empty() {
            true => "no column recognises a lead: rows stay apart, and only an equal row is the same lead again".to_owned(),
            false => format!("leads are recognised by {}", self.identity.join(", then ")),
        });
        if !self.chinese {
            let local = if self.field("phone").is_some() { ", phone numbers without a country code as Chinese (`region:` in fields.yaml)" } else { "" };
            notes.push(format!("times are read in Asia/Shanghai (`timezone:` in calendar.yaml){local}: change what is not yours"));
        }
        let plural = if rules == 1 { "" } else { "s" };
        notes.push(format!("{rules} rule{plural} on these fields to begin with, in sops/scoring.yaml: which values are worth points only you know"));
        notes
    }

    /// A field of this name, if the export has it.
    pub(super) fn field(&self, id: &str) -> Option<&Column> {
        self.fields.iter().find(|f| f.id == id && f.guess.filled > 0)
    }
}

/// A column that is called like a field of persons and holds a handful of values.
fn is_doubted(id: &str, guess: &ColumnGuess) -> bool {
    ["id", "name", "email", "phone", "wecom_id"].contains(&id) && guess.filled >= ENOUGH * 2 && guess.distinct * 20 <= guess.filled
}

/// Numbers of leads, not of campaigns, forms or post codes.
fn names_a_lead(header: &str) -> bool {
    let folded = fold_header(header);
    ["lead", "contact", "customer", "client", "person", "user", "member", "record", "prospect", "mql", "线索", "客户", "联系人", "会员", "用户"]
        .iter()
        .any(|word| folded.contains(word))
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

fn add_new(all: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for text in more {
        if !all.iter().any(|t| fold(t) == fold(&text)) {
            all.push(text);
        }
    }
}

/// `8,000`
pub(super) fn count(n: u64) -> String {
    thousands(i64::try_from(n).unwrap_or(i64::MAX))
}
