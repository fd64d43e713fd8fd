//! The first scoring of a base that is being built: everyone, in one ordered pass, while the events arrive.
//!
//! Leads are read on this thread, where they meet their events; another thread scores them and writes events and states,
//! which nobody has to read back.

use super::evaluate::{BATCH, DEPTH, Evaluated, Evaluator, evaluate, failed, needs};
use super::import::Arriving;
use super::{RunError, Session};
use crate::store::{Loader, ScanRow, ScoreRow};
use std::sync::mpsc::sync_channel;

/// Writes the events and scores everyone.
pub(super) fn evaluate_first(session: &mut Session<'_>, mut arriving: Arriving) -> Result<Evaluated, RunError> {
    let scoring = &session.workspace.sop.scoring;
    let Some(mut loader) = session.store.loader(&session.columns, session.run)? else { return Err(failed()) };
    let mut done = if loader.takes_states(scoring.bands.iter().map(|b| b.id.as_str())) {
        let (done, loader) = pass(session, &mut arriving, loader)?;
        session.store.attach(loader)?;
        done
    } else {
        // Files told stages or owners: states are there to be kept.
        while let Some((lead, event)) = arriving.next()? {
            loader.event(crate::model::LeadId(lead), event)?;
        }
        session.store.attach(loader)?;
        evaluate(session)?
    };
    done.events_new = arriving.written;
    done.events_waiting = arriving.finish(&session.store, session.run)?;
    Ok(done)
}

fn pass(session: &Session<'_>, arriving: &mut Arriving, loader: Loader) -> Result<(Evaluated, Loader), RunError> {
    let Session { store, columns, context, workspace, sop: version, .. } = session;
    let all = store.last_lead()?.unsigned_abs();
    let evaluator = Evaluator::new(&workspace.sop, store, columns, context.as_of)?;
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel::<Vec<ScanRow>>(DEPTH);
        let version = *version;
        let scorer = scope.spawn(move || score(receive, evaluator, loader, version));
        let mut batch = Vec::with_capacity(BATCH);
        let mut handed = 0;
        let scanned = store.scan_arriving(columns, &needs(workspace, columns), &mut || arriving.next(), |row| {
            batch.push(row);
            if batch.len() < BATCH {
                return Ok(());
            }
            handed += BATCH as u64;
            (context.progress)("scoring", handed, all);
            send.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).map_err(|_| failed())
        });
        // Whoever stops listening has the better reason.
        let handed = scanned.and_then(|()| send.send(batch).map_err(|_| failed()));
        drop(send);
        let scored = scorer.join().map_err(|_| failed())??;
        handed.map(|()| scored)
    })
}

/// The scoring thread: what each lead did goes into the base with what it comes to.
fn score(
    batches: impl IntoIterator<Item = Vec<ScanRow>>,
    mut evaluator: Evaluator<'_>,
    mut loader: Loader,
    version: i64,
) -> Result<(Evaluated, Loader), RunError> {
    let mut done = Evaluated::default();
    for row in batches.into_iter().flatten() {
        for event in &row.events {
            loader.event(row.record.lead, *event)?;
        }
        let scored = evaluator.score(&row);
        let band = evaluator.band(scored.band);
        loader.state(&ScoreRow { lead: row.record.lead, groups: &scored.groups, total: scored.total, band, until: scored.until }, version)?;
        done.leads += 1;
    }
    done.bots = evaluator.bots;
    Ok((done, loader))
}
