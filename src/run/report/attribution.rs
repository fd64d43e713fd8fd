//! Which channels brought the deals: of the base, or of counted paths in a file.

use super::book::Book;
use super::credits::{Credits, Paths, each_null};
use super::economy::{created, worth};
use super::names::{Names, touches};
use super::{Entry, Reading};
use crate::ingest::{self, Options};
use crate::measure::attribution::{Attributor, Model, NO_CHANNEL, Path, Settings};
use crate::model::Value;
use crate::report::attribution::{Credit, Credited, report};
use crate::report::catalogue::Entry as Listed;
use crate::report::{Note, Report};
use crate::rules::reports::Basis;
use crate::run::RunError;
use crate::store::LeadAsk;

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "attribution",
        about: "which channels brought the deals, by one of eight models or by all",
        needs: "deals, and leads with a channel (touches); or --journeys FILE with counted paths",
        by: &["channel", "campaign"],
    },
    run,
};

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let models: Vec<Model> = match reading.request.model.as_deref() {
        Some("all") => Model::ALL.into_iter().map(|(_, m)| m).collect(),
        _ => vec![reading.model()?],
    };
    match &reading.request.journeys {
        Some(file) => counted(reading, file, &models),
        None => of_deals(reading, &models),
    }
}

fn of_deals(reading: &Reading<'_>, models: &[Model]) -> Result<Report, RunError> {
    let all = models.contains(&Model::Markov);
    let mut book = Book::read(reading, |deal| all || worth(reading, deal, Basis::Period) != (false, 0))?;
    let asked = book.asks();
    let ask = LeadAsk { fields: asked.into_iter().flatten().collect(), ..LeadAsk::default() };
    reading.store.each_lead_fact(reading.columns, &ask, reading.context.as_of, |fact| {
        let company = asked[0].and_then(|_| fact.values.first());
        let told = asked[1].and_then(|_| fact.values.get(usize::from(asked[0].is_some())));
        book.meet(fact, company.and_then(Value::as_text), created(fact, told));
    })?;
    book.settle();
    let mut names = Names::new(&reading.sop().dictionary, reading.by == "channel");
    let known = touches(reading, &mut names, reading.by)?;
    let mut credits: Vec<(Model, Credits)> = models.iter().map(|m| (*m, Credits::new(reading, *m))).collect();
    let mut paths = Paths::default();
    let worth = |deal: &_| worth(reading, deal, Basis::Period);
    book.each_path(
        reading,
        &known,
        |deal| deal.is_new && worth(deal) != (false, 0),
        |deal, path| {
            let (won, revenue) = worth(deal);
            paths.count(path);
            credits.iter_mut().for_each(|(_, c)| c.add(reading.by, deal, path, won, revenue));
        },
    )?;
    let mut nulls = 0_usize;
    if models.contains(&Model::Markov) {
        let with_deals = book.leads_with_deals();
        each_null(reading, &known, &with_deals, |touches, at| {
            nulls += 1;
            credits.iter_mut().filter(|(m, _)| *m == Model::Markov).for_each(|(_, c)| c.add_null(touches, at));
        })?;
    }
    let all: Vec<Credited> = credits.into_iter().map(|(m, c)| Credited { model: m.name(), credits: c.finish() }).collect();
    let mut notes = vec![Note::new(
        "touches",
        format!(
            "deals of the kind new that earned something in the period; touches of the {} up to the opening of each deal, {} back",
            reading.sop().reports.roi.scope.name(),
            reading.lookback()
        ),
    )];
    if nulls > 0 {
        notes.push(Note::new("nulls", format!("markov also sees {nulls} leads without a deal whose last touch is of the period")));
    }
    let none = paths.untouched + paths.late;
    if none + paths.before > 0 {
        let what = format!(
            "{} deals have touches within the look-back; {} only older ones, {} only later ones, {} none",
            paths.touched, paths.before, paths.late, paths.untouched
        );
        notes.push(Note::new("untouched", what));
    }
    notes.extend(book.untyped(reading, worth));
    Ok(report(&reading.frame(), reading.by, "new_revenue", &all, notes))
}

fn counted(reading: &Reading<'_>, file: &std::path::Path, models: &[Model]) -> Result<Report, RunError> {
    let sop = reading.sop();
    let paths = ingest::journeys(ingest::open(file, &Options::default())?, &sop.dictionary, &sop.calendar)?;
    let mut notes =
        vec![Note::new("journeys", format!("{} counted paths of {}, not of the base: period and look-back do not concern them", paths.len(), file.display()))];
    let mut all = Vec::new();
    'models: for model in models {
        let mut attributor = Attributor::new(*model, Settings::default());
        for path in &paths {
            let channels: Vec<&str> = path.channels.iter().map(String::as_str).collect();
            let path = Path { channels: &channels, conversions: path.conversions, value: path.value, nulls: path.nulls };
            if let Err(e) = attributor.add_path(&path) {
                if models.len() == 1 {
                    return Err(RunError::refused(e.to_string(), "counted paths have no dates; every model but time-decay takes them"));
                }
                notes.push(Note::new("left-out", format!("{}: {e}", model.name())));
                continue 'models;
            }
        }
        let credits = attributor.finish().credits.into_iter().map(|c| {
            let credit = Credit { conversions: c.conversions, revenue: c.value, removal_effect: c.removal_effect };
            (c.channel.unwrap_or_else(|| NO_CHANNEL.into()), credit)
        });
        all.push(Credited { model: model.name(), credits: credits.collect() });
    }
    Ok(report(&reading.frame(), "channel", "revenue", &all, notes))
}
