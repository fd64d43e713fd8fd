//! The first scoring of a base that is being built: everyone, in one ordered pass, while the events arrive.
//!
//! Leads are read on this thread, where they meet their events; another thread scores them and writes events and states,
//! which nobody has to read back.

use super::evaluate::{BATCH, DEPTH, Evaluated, Evaluator, evaluate, failed, needs};
use super::import::Arriving;
use super::{RunError, Session};
use crate::engine::scoring as engine;
use crate::model::LeadId;
use crate::store::{Loader, ScanRow, ScoreRow, Totals};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};

/// Everyone's score, and what they come to: known after the first scoring, else asked of the base.
pub(super) struct Scores {
    /// Score and lead, in the order of numbers.
    pub(super) leads: Vec<(i64, LeadId)>,
    /// Sums over the whole base.
    pub(super) totals: Totals,
}

/// Writes the events and scores everyone.
pub(super) fn evaluate_first(session: &mut Session<'_>, mut arriving: Arriving) -> Result<(Evaluated, Option<Scores>), RunError> {
    let scoring = &session.workspace.sop.scoring;
    let Some(mut loader) = session.store.loader(&session.columns, session.run)? else { return Err(failed()) };
    let (mut done, scores) = if loader.takes_states(scoring.bands.iter().map(|b| b.id.as_str())) {
        let scored = pass(session, &mut arriving, loader)?;
        session.store.attach(scored.loader)?;
        (scored.done, Some(scored.scores))
    } else {
        // Files told stages or owners: states are there to be kept.
        while let Some((lead, event)) = arriving.next()? {
            loader.event(LeadId(lead), event)?;
        }
        session.store.attach(loader)?;
        (evaluate(session)?, None)
    };
    done.events_new = arriving.written;
    done.events_waiting = arriving.finish(&session.store, session.run)?;
    Ok((done, scores))
}

/// What the scoring thread gives back.
struct Scored {
    loader: Loader,
    done: Evaluated,
    scores: Scores,
}

fn pass(session: &Session<'_>, arriving: &mut Arriving, loader: Loader) -> Result<Scored, RunError> {
    let Session { store, columns, context, workspace, sop: version, .. } = session;
    let all = store.last_lead()?.unsigned_abs();
    let evaluator = Evaluator::new(&workspace.sop, store, columns, context.as_of)?;
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel::<Vec<ScanRow>>(DEPTH);
        let version = *version;
        // Rows go back with what they hold, in their order: what one thread allocates, another frees slowly, and memory that is
        // walked through in another order is read slowly.
        let (give_back, empty) = channel::<Vec<ScanRow>>();
        let scorer = scope.spawn(move || score(&receive, &give_back, evaluator, loader, version));
        let (mut batch, mut spent) = (Vec::with_capacity(BATCH), VecDeque::new());
        let mut handed = 0;
        let scanned = store.scan_arriving(
            columns,
            &needs(workspace, columns),
            |lead, out| arriving.of(lead, out),
            |row| {
                batch.push(row);
                if batch.len() == BATCH {
                    handed += BATCH as u64;
                    (context.progress)("scoring", handed, all);
                    spent.extend(empty.try_iter().flatten());
                    send.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).map_err(|_| failed())?;
                }
                Ok(spent.pop_front().unwrap_or_default())
            },
        );
        // Whoever stops listening has the better reason.
        let handed = scanned.and_then(|()| send.send(batch).map_err(|_| failed()));
        drop(send);
        let scored = scorer.join().map_err(|_| failed())??;
        handed.map(|()| scored)
    })
}

/// The scoring thread: what each lead did goes into the base with what it comes to.
fn score(
    batches: &Receiver<Vec<ScanRow>>,
    give_back: &Sender<Vec<ScanRow>>,
    mut evaluator: Evaluator<'_>,
    mut loader: Loader,
    version: i64,
) -> Result<Scored, RunError> {
    let mut done = Evaluated::default();
    let totals = Totals { groups: vec![0; evaluator.groups()], ..Totals::default() };
    let mut scores = Scores { leads: Vec::new(), totals };
    // Being captured is told by a row of leads and is no event of a file.
    let captured: Vec<bool> = evaluator.details().0.iter().map(|d| &*d.kind_name == "lead_captured").collect();
    let mut scored = engine::Scored::default();
    for batch in batches {
        for row in &batch {
            let lead = row.record.lead;
            for event in &row.events {
                loader.event(lead, *event)?;
                scores.totals.events += i64::from(captured.get(event.detail.0 as usize) != Some(&true));
            }
            evaluator.score(row, &mut scored);
            let band = evaluator.band(scored.band);
            loader.state(&ScoreRow { lead, groups: &scored.groups, total: scored.total, band, until: scored.until }, version)?;
            done.leads += 1;
            scores.add(lead, &scored, band);
        }
        let _ = give_back.send(batch);
    }
    done.bots = evaluator.bots;
    Ok(Scored { loader, done, scores })
}

impl Scores {
    fn add(&mut self, lead: LeadId, scored: &engine::Scored, band: &str) {
        self.leads.push((scored.total, lead));
        let totals = &mut self.totals;
        totals.leads += 1;
        totals.score = totals.score.saturating_add(scored.total);
        totals.groups.iter_mut().zip(&scored.groups).for_each(|(sum, points)| *sum = sum.saturating_add(*points));
        match totals.bands.iter_mut().find(|(id, _)| id == band) {
            Some((_, n)) => *n += 1,
            None => totals.bands.push((band.to_owned(), 1)),
        }
    }
}
