//! Rows of costs: gathered over all files of the import, spread over their days, then held against the base. Of one (kind, channel,
//! day) the later file has the last word, as a whole: rows of one file add up, those that it replaces stay as superseded.

use super::Importer;
use super::intake::Intake;
use super::noted::Noted;
use super::summary::FileSummary;
use crate::ingest::{CostCells, CostReader, FileKind, PendingRejects, Rows, TableFile, TotalRow, cost_mapping};
use crate::model::{Currency, fold};
use crate::run::RunError;
use crate::store::CostRow;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What a later file replaces as a whole.
type Spot = (String, Option<String>, NaiveDate);
/// What one row is of: kind, channel, first and last day.
type Span = (String, Option<String>, NaiveDate, NaiveDate);
/// What was spent there, by campaign.
type Spent = BTreeMap<Option<String>, Amounts>;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Amounts {
    amount: i64,
    impressions: Option<i64>,
    clicks: Option<i64>,
}

impl Amounts {
    fn add(&mut self, more: Self) {
        let plus = |a: Option<i64>, b: Option<i64>| a.into_iter().chain(b).reduce(i64::saturating_add);
        self.amount = self.amount.saturating_add(more.amount);
        (self.impressions, self.clicks) = (plus(self.impressions, more.impressions), plus(self.clicks, more.clicks));
    }
}

/// The costs of an import's files.
#[derive(Default)]
pub(super) struct GatheredCosts {
    /// By spot: the file that has the last word, and what it says.
    spots: BTreeMap<Spot, (u16, Spent)>,
    /// By file: each row's kind, channel and days.
    rows: BTreeMap<u16, Vec<Span>>,
    /// Days that a later file of the same import told again.
    retold: u64,
}

impl GatheredCosts {
    fn add(&mut self, file: u16, cells: &CostCells) {
        let (first, last) = cells.days;
        let days = (last - first).num_days() + 1;
        let of = |all: Option<i64>, n: i64| all.map(|all| part(all, days, n));
        for (n, day) in (0_i64..).zip(first.iter_days().take_while(|d| *d <= last)) {
            let spot = (cells.kind.clone(), cells.channel.clone(), day);
            let spent = self.spots.entry(spot).or_insert_with(|| (file, Spent::new()));
            if spent.0 != file {
                *spent = (file, Spent::new());
                self.retold += 1;
            }
            let amounts = Amounts { amount: part(cells.amount, days, n), impressions: of(cells.impressions, n), clicks: of(cells.clicks, n) };
            spent.1.entry(cells.campaign.clone()).or_default().add(amounts);
        }
        self.rows.entry(file).or_default().push((cells.kind.clone(), cells.channel.clone(), first, last));
    }
}

/// The share of day `n` of `days`: the same for all, and one unit more for the first ones until the whole is spent.
fn part(all: i64, days: i64, n: i64) -> i64 {
    all.div_euclid(days) + i64::from(n < all.rem_euclid(days))
}

/// What became of a spot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Written {
    Same,
    Replaced,
    New,
}

impl Importer<'_, '_> {
    pub(super) fn costs_file(&mut self, path: PathBuf, table: TableFile, number: u16) -> Result<(FileSummary, PendingRejects), RunError> {
        let (dictionary, sop) = (self.dictionary(), &self.workspace().sop);
        let mapping = cost_mapping(table.headers(), &sop.tables);
        let mut intake = Intake::new(self.workspace(), &path, FileKind::Costs, &table, number);
        let mut reader = CostReader::new(table, &mapping, dictionary, &sop.calendar, &sop.tables)?;
        intake.note_open(&reader);
        if let Some(platform) = reader.platform() {
            intake.summary.notes.push(format!("its columns are those of {}: what was spent is of the channel {}", platform.name, platform.channel));
        }
        let (mut cells, mut sum) = (CostCells::default(), 0_i64);
        let mut strange: BTreeMap<String, (String, u64)> = BTreeMap::new();
        let mut nowhere = 0_u64;
        while intake.next(&mut reader, &mut cells)? {
            intake.blanked(reader.raw(), &cells.bad)?;
            sum = sum.saturating_add(cells.amount);
            match &cells.channel {
                Some(channel) if dictionary.channel_of(channel).is_none() => {
                    strange.entry(fold(channel).into_owned()).or_insert_with(|| (channel.clone(), 0)).1 += 1;
                }
                None if cells.kind == "media" => nowhere += 1,
                _ => {}
            }
            self.costs.add(number, &cells);
        }
        let summary = &mut intake.summary;
        summary.notes.extend(totals_note(&reader.totals, sum, &dictionary.currency));
        if !strange.is_empty() {
            let mut names: Vec<_> = strange.into_values().collect();
            names.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), name.clone()));
            let some: Vec<String> = names.iter().take(8).map(|(name, n)| format!("{name} ({n})")).collect();
            let more = if names.len() > some.len() { " …" } else { "" };
            summary.notes.push(format!(
                "channels that fields.yaml does not know, kept under these names (add them or synonyms under `channels:`): {}{more}",
                some.join(", ")
            ));
        }
        if nowhere > 0 {
            let what = if nowhere == 1 { "1 row of media costs names".to_owned() } else { format!("{nowhere} rows of media costs name") };
            summary.notes.push(format!("{what} no channel: add a column, or import with --source CHANNEL"));
        }
        intake.finish()
    }

    /// Writes what was gathered, and says of each file what became of its rows.
    pub(super) fn write_costs(&mut self) -> Result<(), RunError> {
        let GatheredCosts { spots, rows, retold } = std::mem::take(&mut self.costs);
        let (Some(first), Some(last)) = (spots.keys().map(|(.., d)| *d).min(), spots.keys().map(|(.., d)| *d).max()) else { return Ok(()) };
        let names: BTreeMap<u16, String> = self.summary.files.iter().filter(|f| f.kind == FileKind::Costs.name()).map(|f| (f.number, f.file.clone())).collect();
        let (store, run) = (&self.session.store, self.session.run);
        let mut standing: BTreeMap<Spot, (Spent, Vec<i64>, BTreeSet<String>)> = BTreeMap::new();
        for (cost, file, row) in store.costs_between(first, last)? {
            let spot = standing.entry((row.kind, row.channel, row.day)).or_default();
            spot.0.entry(row.campaign).or_default().add(Amounts { amount: row.amount, impressions: row.impressions, clicks: row.clicks });
            spot.1.push(cost);
            spot.2.insert(file);
        }
        let mut written: BTreeMap<Spot, Written> = BTreeMap::new();
        let mut replaced: BTreeMap<(u16, String), Replaced> = BTreeMap::new();
        for (spot, (file, spent)) in spots {
            let outcome = match standing.get(&spot) {
                Some((known, ..)) if *known == spent => Written::Same,
                Some((known, costs, files)) => {
                    store.supersede_costs(costs, run)?;
                    let files: Vec<&str> = files.iter().map(String::as_str).collect();
                    let was = replaced.entry((file, files.join(", "))).or_default();
                    was.days.insert(spot.2);
                    was.channels.insert(spot.1.clone().unwrap_or_else(|| "(no channel)".into()));
                    was.before = was.before.saturating_add(known.values().map(|a| a.amount).sum());
                    was.now = was.now.saturating_add(spent.values().map(|a| a.amount).sum());
                    Written::Replaced
                }
                None => Written::New,
            };
            if outcome != Written::Same {
                let name = names.get(&file).map_or("", String::as_str);
                for (campaign, a) in spent {
                    let (kind, channel, day) = spot.clone();
                    store.add_cost(&CostRow { kind, channel, campaign, day, amount: a.amount, impressions: a.impressions, clicks: a.clicks }, name, run)?;
                }
            }
            written.insert(spot, outcome);
        }
        let currency = self.dictionary().currency.clone();
        for summary in self.summary.files.iter_mut().filter(|f| f.kind == FileKind::Costs.name()) {
            for (kind, channel, first, last) in rows.get(&summary.number).into_iter().flatten() {
                let spot = |day| (kind.clone(), channel.clone(), day);
                let outcome = first.iter_days().take_while(|d| d <= last).filter_map(|day| written.get(&spot(day))).max();
                match outcome {
                    Some(Written::New) => summary.new += 1,
                    Some(Written::Replaced) => summary.updated += 1,
                    _ => summary.unchanged += 1,
                }
            }
            summary.notes.extend(replaced.iter().filter(|((file, _), _)| *file == summary.number).map(|((_, files), r)| r.note(files, &currency)));
        }
        if retold > 0
            && let Some(summary) = self.summary.files.iter_mut().rfind(|f| f.kind == FileKind::Costs.name())
        {
            summary
                .notes
                .push(format!("{retold} days of a channel stand in several of these files: the last file counts; to add them up, put them into one file"));
        }
        Ok(())
    }
}

/// What a file replaced of others.
#[derive(Default)]
struct Replaced {
    days: BTreeSet<NaiveDate>,
    channels: BTreeSet<String>,
    before: i64,
    now: i64,
}

impl Replaced {
    fn note(&self, files: &str, currency: &Currency) -> String {
        let mut channels = Noted::default();
        self.channels.iter().for_each(|c| channels.add(|| c.clone()));
        let days = self.days.len();
        let span = match (self.days.first(), self.days.last()) {
            (Some(a), Some(b)) if a != b => format!("{a} to {b}"),
            (Some(a), _) => a.to_string(),
            _ => String::new(),
        };
        let (before, now) = (currency.decimal(self.before), currency.decimal(self.now));
        let what = |_| format!("{days} day{} ({span}) that {files} had told are replaced, {before} by {now}", if days == 1 { "" } else { "s" });
        let note = channels.note(what).unwrap_or_default();
        format!("{note}; the old rows are kept as superseded. If both are to count, put them into one file")
    }
}

/// What rows of totals say, and whether the rows agree.
fn totals_note(totals: &[TotalRow], sum: i64, currency: &Currency) -> Option<String> {
    let TotalRow { number, label, amount } = totals.last()?;
    let rows = if totals.len() == 1 {
        format!("row {number} (`{label}`) only adds up the others and is")
    } else {
        format!("{} rows of totals (`{label}`) are", totals.len())
    };
    Some(match amount {
        Some(amount) if *amount != sum && totals.len() == 1 => {
            let (told, own) = (currency.decimal(*amount), currency.decimal(sum));
            format!("{rows} not counted; it says {told}, and the rows that could be read add up to {own}")
        }
        _ => format!("{rows} not counted"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever is spread over days is there again when they are added up, and no two days differ by more than a unit.
        #[test]
        fn what_is_spread_adds_up(all in -1_000_000_000_i64..1_000_000_000, days in 1_i64..4000) {
            let parts: Vec<i64> = (0..days).map(|n| part(all, days, n)).collect();
            prop_assert_eq!(parts.iter().sum::<i64>(), all);
            let spread = parts.iter().max().zip(parts.iter().min()).map(|(a, b)| a - b);
            prop_assert!(spread <= Some(1));
            prop_assert!(parts.windows(2).all(|w| w[0] >= w[1]), "the first days have the rest");
        }
    }
}
