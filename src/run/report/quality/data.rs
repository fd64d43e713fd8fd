//! What is wrong with the data of a base: counted where it can be, named where it must be.

use crate::ingest::rejected;
use crate::model::{DEAL_KINDS, FieldType, Instant, LeadId, fold, fold_header, nearest};
use crate::report::quality::{Check, Finding};
use crate::run::RunError;
use crate::run::report::Reading;
use crate::run::score::text_of;
use crate::store::DealRow;
use std::collections::BTreeMap;

/// So many lines of one kind that may be many; the last one counts the rest.
const LINES: usize = 10;
/// So many are named.
const NAMED: usize = 5;

/// Fields without which scoring, assignment or reports have little to go by, beside those that recognise a lead.
const KEY: [&str; 7] = ["name", "company", "title", "industry", "region", "channel", "created_at"];

fn found(check: Check, subject: impl Into<String>, count: u64, of: Option<u64>, detail: impl Into<String>, next: impl Into<String>) -> Finding {
    Finding { check, subject: subject.into(), count, of, detail: detail.into(), next: next.into() }
}

/// The first of so many, and how many more.
fn first(names: &[String], all: u64) -> String {
    let more = all.saturating_sub(names.len() as u64);
    let some = names.join(", ");
    if more > 0 { format!("{some} and {more} more") } else { some }
}

/// The most frequent, one line each; the rest as one.
fn lines(check: Check, mut all: Vec<(String, u64)>, of: Option<u64>, what: &str, detail: impl Fn(&str) -> String, next: &str) -> Vec<Finding> {
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut out: Vec<Finding> = all.iter().take(LINES).map(|(name, n)| found(check, format!("{what} `{name}`"), *n, of, detail(name), next)).collect();
    let rest = all.get(LINES..).unwrap_or_default();
    if !rest.is_empty() {
        out.push(found(check, format!("{} more: {what}", rest.len()), rest.iter().map(|(_, n)| n).sum(), of, String::new(), next));
    }
    out
}

/// Blank shares of the fields that work needs.
pub(super) fn blanks(reading: &Reading<'_>) -> Result<Vec<Finding>, RunError> {
    let (store, dictionary) = (reading.store, &reading.sop().dictionary);
    let all = store.count_leads()?.unsigned_abs();
    let mut out = Vec::new();
    let identity = |id: &str| dictionary.identity.iter().any(|ix| dictionary.fields.get(ix.0).is_some_and(|f| f.id == id));
    let fields: Vec<&str> = dictionary.fields.iter().map(|f| f.id.as_str()).filter(|id| identity(id) || KEY.contains(id)).collect();
    let addresses: Vec<&str> =
        dictionary.fields.iter().filter(|f| matches!(f.ty, FieldType::Email | FieldType::Phone) || f.id == "wecom_id").map(|f| f.id.as_str()).collect();
    // All of them in one pass.
    let mut groups: Vec<Vec<&str>> = fields.iter().map(|id| vec![*id]).collect();
    groups.extend(Some(addresses.clone()).filter(|a| a.len() > 1));
    let mut counts = store.count_blank(&groups)?.into_iter();
    for (field, blank) in fields.iter().zip(&mut counts) {
        out.push(found(Check::Blank, *field, blank, Some(all), String::new(), String::new()));
    }
    for blank in counts {
        let detail = format!("nobody can write to them: none of {}", addresses.join(", "));
        out.push(found(Check::Blank, "every address", blank, Some(all), detail, String::new()));
    }
    Ok(out)
}

/// What the reject files hold: each import replaces the file of its name.
pub(super) fn bad_values(reading: &Reading<'_>) -> Vec<Finding> {
    let mut by: BTreeMap<(String, String), (u64, String)> = BTreeMap::new();
    for r in rejected(&reading.workspace.root.join("rejects")) {
        let at = if r.column.is_empty() { "the row".to_owned() } else { format!("`{}`", r.column) };
        let first = || if r.value.is_empty() { r.reason.clone() } else { format!("`{}`: {}", r.value, r.reason) };
        by.entry((r.file.clone(), at)).or_insert_with(|| (0, first())).0 += 1;
    }
    let line = |((file, at), (n, first)): ((String, String), (u64, String))| {
        found(Check::BadValue, format!("{at} of {file}"), n, None, format!("first {first}"), format!("mend rejects/{file} and import it"))
    };
    by.into_iter().map(line).collect()
}

/// Pairs that wait for a person.
pub(super) fn duplicates(reading: &Reading<'_>) -> Result<Vec<Finding>, RunError> {
    let pairs = reading.store.to_decide()?.len() as u64;
    Ok((pairs > 0).then(|| found(Check::Duplicate, "pairs of leads", pairs, None, "one row named both", "sop today, sop merge")).into_iter().collect())
}

/// What may be wrong with deals, looked at one by one: of the odd ones only the first few are kept.
#[derive(Default)]
pub(super) struct Deals {
    all: u64,
    /// Closed before their lead was created, and before they were opened.
    early: Odd,
    backwards: Odd,
    /// Without a lead; of these, without a company.
    alone: u64,
    nobodys: u64,
    products: BTreeMap<String, u64>,
    /// Types that nobody knows.
    kinds: BTreeMap<String, u64>,
}

/// How many, and the first few with how many seconds too early.
#[derive(Default)]
struct Odd {
    count: u64,
    first: Vec<(DealRow, i64)>,
}

impl Odd {
    fn look(&mut self, d: &DealRow, began: Option<Instant>) {
        let Some(seconds) = d.closed_at.zip(began).map(|(closed, began)| closed.0.saturating_sub(began.0)).filter(|s| *s < 0) else { return };
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push((d.clone(), seconds));
        }
    }
}

impl Deals {
    /// A deal, and when its lead was created, as a file told.
    pub(super) fn add(&mut self, d: &DealRow, created: Option<Instant>) {
        self.all += 1;
        self.early.look(d, created);
        self.backwards.look(d, d.opened_at);
        self.alone += u64::from(d.lead.is_none());
        self.nobodys += u64::from(d.lead.is_none() && d.company.is_none());
        let count = |counts: &mut BTreeMap<String, u64>, text: &str| match counts.get_mut(text) {
            Some(n) => *n += 1,
            None => drop(counts.insert(text.to_owned(), 1)),
        };
        if let Some(product) = &d.product {
            count(&mut self.products, product);
        }
        if !d.kind.is_empty() && !DEAL_KINDS.contains(&d.kind.as_str()) {
            count(&mut self.kinds, &d.kind);
        }
    }

    /// Deals that cannot be as told, and deals and events that belong to nobody.
    pub(super) fn findings(&self, reading: &Reading<'_>) -> Result<Vec<Finding>, RunError> {
        let all = Some(self.all);
        let mut out = Vec::new();
        let mend = "mend the dates in their file and import it again";
        for (odd, what) in [(&self.early, "deals that closed before their lead was created"), (&self.backwards, "deals that closed before they were opened")] {
            if odd.count > 0 {
                let name = |(d, seconds): &(DealRow, i64)| Ok(format!("{} ({:.2} d)", name_of(reading, d)?, *seconds as f64 / 86_400.0));
                let names = odd.first.iter().map(name).collect::<Result<Vec<_>, RunError>>()?;
                out.push(found(Check::Impossible, what, odd.count, all, first(&names, odd.count), mend));
            }
        }
        if self.alone > 0 {
            let next = "import their leads: they join by themselves";
            out.push(found(Check::Orphan, "deals without a lead", self.alone, all, "none that the base knows", next));
        }
        if self.nobodys > 0 {
            let subject = "deals without a lead and without a company";
            out.push(found(Check::Orphan, subject, self.nobodys, all, "nobody can credit them", "name the lead in their file"));
        }
        let waiting = reading.store.waiting_count()?;
        if waiting > 0 {
            out.push(found(Check::Orphan, "events of unknown leads", waiting.unsigned_abs(), None, "their lead is not in the base yet", "import the leads"));
        }
        Ok(out)
    }
}

/// Moves dated before the stage before: `sop report funnel` counts them as less than nothing.
pub(super) fn backwards(reading: &Reading<'_>, moves: u64, leads: &[LeadId]) -> Result<Option<Finding>, RunError> {
    if moves == 0 {
        return Ok(None);
    }
    let names = leads.iter().take(NAMED).map(|lead| lead_name(reading, *lead)).collect::<Result<Vec<_>, _>>()?;
    let detail = first(&names, leads.len() as u64);
    let next = "mend the dates in their file and import it again";
    Ok(Some(found(Check::Impossible, "moves dated before the stage before", moves, None, detail, next)))
}

/// What people know a lead by: its source's id, else its key.
fn lead_name(reading: &Reading<'_>, lead: LeadId) -> Result<String, RunError> {
    let record = reading.store.lead(reading.columns, lead)?;
    Ok(record.map_or_else(|| "a lead".into(), |r| text_of(&reading.sop().dictionary, &r, "id").unwrap_or_else(|| r.key.to_string())))
}

/// What people know a deal by: its own id, else its lead's, else its company.
fn name_of(reading: &Reading<'_>, deal: &DealRow) -> Result<String, RunError> {
    if let Some(id) = &deal.id {
        return Ok(id.clone());
    }
    let Some(lead) = deal.lead else { return Ok(deal.company.clone().unwrap_or_else(|| "a deal".into())) };
    lead_name(reading, lead)
}

/// Owners, channels and products that no list knows, and products that may be one.
pub(super) fn unknown(reading: &Reading<'_>, deals: &Deals) -> Result<Vec<Finding>, RunError> {
    let (store, sop) = (reading.store, reading.sop());
    let mut out = Vec::new();
    if !sop.team.owners.is_empty() {
        let mut owners: BTreeMap<String, u64> = store.owners()?.into_iter().map(|o| (o, 0)).collect();
        for h in store.holdings()? {
            *owners.entry(h.owner).or_default() += h.leads.unsigned_abs();
        }
        owners.retain(|o, _| sop.team.find(o).is_none());
        let near = |o: &str| nearest(o, sop.team.owners.iter().flat_map(|c| [c.id.as_str(), c.name.as_str()])).map(|n| format!("did they mean `{n}`?"));
        let detail = |o: &str| near(o).unwrap_or_else(|| "team.yaml knows nobody of that name".into());
        out.extend(lines(Check::Unknown, owners.into_iter().collect(), None, "owner", detail, "add them to sops/team.yaml, or to a colleague's `aliases:`"));
    }
    for field in sop.dictionary.fields.iter().filter(|f| f.ty == FieldType::Channel) {
        let texts = store.text_counts(&field.id)?.into_iter().filter(|(text, _)| sop.dictionary.channel_of(text).is_none());
        let all = texts.map(|(text, n)| (text, n.unsigned_abs())).collect();
        let leads = Some(store.count_leads()?.unsigned_abs());
        out.extend(lines(Check::Unknown, all, leads, "channel", |_| "no channel of fields.yaml".into(), "add it under `channels:`, or to the synonyms of one"));
    }
    let (kinds, all) = (deals.kinds.iter().map(|(kind, n)| (kind.clone(), *n)).collect(), Some(deals.all));
    let next = "say what it is under `values:` of deals.kind in sops/fields.yaml, and import the file again";
    out.extend(lines(Check::Unknown, kinds, all, "deal type", |_| "counts as new business".into(), next));
    out.extend(products(reading, deals));
    Ok(out)
}

fn products(reading: &Reading<'_>, deals: &Deals) -> Vec<Finding> {
    let (counts, all) = (&deals.products, Some(deals.all));
    let mut out = Vec::new();
    let table = reading.sop().tables.iter().find(|t| t.id == "deals");
    let values = table.and_then(|t| t.columns.iter().find(|c| c.id == "product")).map_or(&[][..], |c| c.values.as_slice());
    if !values.is_empty() {
        let known = |p: &str| values.iter().any(|(spelling, value)| *spelling == fold(p) || fold(value) == fold(p));
        let strange = counts.iter().filter(|(p, _)| !known(p)).map(|(p, n)| (p.clone(), *n)).collect();
        let near = |p: &str| nearest(p, values.iter().map(|(_, v)| &**v)).map(|n| format!("did they mean `{n}`?")).unwrap_or_default();
        out.extend(lines(Check::Unknown, strange, all, "product", near, "name it under `values:` of deals.product in sops/fields.yaml"));
    }
    // `GTXPro` and `GTX Pro`.
    let mut alike: BTreeMap<String, Vec<(&str, u64)>> = BTreeMap::new();
    for (product, n) in counts {
        let bare: String = fold_header(product).split_whitespace().collect();
        alike.entry(bare).or_default().push((product, *n));
    }
    for spellings in alike.into_values().filter(|s| s.len() > 1) {
        let names = spellings.iter().map(|(p, n)| format!("`{p}` {n}")).collect::<Vec<_>>().join(", ");
        let n = spellings.iter().map(|(_, n)| n).sum();
        out.push(found(Check::Unknown, "products spelt in several ways", n, all, names, "join them under `values:` of deals.product in sops/fields.yaml"));
    }
    out
}
