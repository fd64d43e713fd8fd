//! Dealing: all leads that were taken up, in the order of their worth.

use super::Setting;
use super::desk::{Desk, Desks};
use super::hand_over::{To, hand_over};
use super::intake::Candidate;
use super::kin::Kin;
use super::pool::Nobody;
use super::table::{Chosen, Table, field_of};
use super::trace::Trace;
use super::turns::Credits;
use crate::model::{Change, Instant, LeadId, Standing};
use crate::rules::assignment::{Assignment, By, Round};
use rustc_hash::FxHashSet;
use std::cmp::Reverse;
use std::fmt::Write as _;

/// So many rules that could not place a lead are named in its `why`; the rest is a number.
const NAMED: usize = 3;

/// A lead that goes somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Which.
    pub lead: LeadId,
    /// Who has it, by id.
    pub from: Option<String>,
    /// Who gets it.
    pub to: To,
    /// The round's name.
    pub round: String,
    /// The rule's name; `None`: it stays with a sibling, and nobody's turn is touched.
    pub rule: Option<String>,
    /// How one of several owners was chosen.
    pub by: Option<By>,
    /// For the changes table: `交销售 › 华东制造: longest_idle`, and which rules before it had nobody.
    pub why: String,
}

impl Placement {
    /// Hands the lead over: it has passed the round.
    pub fn apply(&self, standing: &mut Standing, at: Instant) -> Vec<Change> {
        if !standing.rounds.contains(&self.round) {
            standing.rounds.push(self.round.clone());
        }
        hand_over(standing, self.lead, &self.to, at, &self.why)
    }
}

/// A lead that waits for the next tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// Which.
    pub lead: LeadId,
    /// Place of the round.
    pub round: u16,
    /// The rules that match it by their places, and why none had anybody. Empty: no rule matches.
    pub tried: Box<[(u16, Nobody)]>,
}

impl Unplaced {
    /// `交销售: 大客户 (2 full), 华东制造 (1 on leave)`
    pub fn why(&self, assignment: &Assignment) -> String {
        let Some(round) = assignment.rounds.get(usize::from(self.round)) else { return String::new() };
        let reasons = if self.tried.is_empty() { "no rule matches".to_owned() } else { reasons(round, &self.tried, usize::MAX) };
        format!("{}: {reasons}", round.name)
    }
}

/// What a deal comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dealt {
    /// In the order of the deal.
    pub placements: Vec<Placement>,
    /// Likewise.
    pub unplaced: Vec<Unplaced>,
    /// Only what changed, each whole.
    pub credits: Credits,
    /// Everyone's desk afterwards.
    pub desks: Desks,
}

/// Deals all candidates. The order in which they come does not matter.
pub fn deal(setting: &Setting<'_>, candidates: &[Candidate], desks: &Desks, credits: &Credits, kin: &Kin) -> Dealt {
    run(setting, candidates, desks, credits, kin, None)
}

/// Deals all candidates, and tells how one of them was dealt. Alone in the list, it is dealt as if it were the next.
pub fn trace(setting: &Setting<'_>, candidates: &[Candidate], desks: &Desks, credits: &Credits, kin: &Kin, lead: LeadId) -> Option<Trace> {
    let mut trace = Trace::default();
    let dealt = run(setting, candidates, desks, credits, kin, Some((lead, &mut trace)));
    trace.placed = dealt.placements.into_iter().find(|p| p.lead == lead);
    candidates.iter().any(|c| c.lead == lead).then_some(trace)
}

fn run(setting: &Setting<'_>, candidates: &[Candidate], desks: &Desks, credits: &Credits, kin: &Kin, mut watched: Option<(LeadId, &mut Trace)>) -> Dealt {
    let mut order: Vec<&Candidate> = candidates.iter().collect();
    order.sort_unstable_by_key(|c| (Reverse(c.score), c.created_at, c.key, c.lead, c.round));
    let mut table = Table::new(setting, desks, credits, kin);
    let mut dealt = Dealt::default();
    let mut seen = FxHashSet::default();
    for candidate in order {
        if !seen.insert(candidate.lead) {
            continue; // told twice
        }
        let trace = watched.as_mut().filter(|(lead, _)| *lead == candidate.lead).map(|(_, trace)| &mut **trace);
        let chosen = table.place(candidate, trace);
        let Some(round) = setting.assignment.rounds.get(usize::from(candidate.round)) else { continue };
        let owner = |place: usize| To::Owner(table.roster.id(place).to_owned());
        let (to, rule, how) = match chosen {
            Chosen::Kept(place, by) => (owner(place), None, format!("keep_together: {}", field_of(setting, by))),
            Chosen::Owner(place, rule) => (owner(place), Some(rule), format!("{}: {}", rule.name, rule.by.name())),
            Chosen::Queue(queue, rule) => (To::Queue(queue.to_owned()), Some(rule), format!("{}: queue {queue}", rule.name)),
            Chosen::Nobody => {
                dealt.unplaced.push(Unplaced { lead: candidate.lead, round: candidate.round, tried: table.skipped.as_slice().into() });
                continue;
            }
        };
        let mut why = format!("{} › {how}", round.name);
        if !table.skipped.is_empty() {
            let _ = write!(why, "; before it {}", reasons(round, &table.skipped, NAMED));
        }
        dealt.placements.push(Placement {
            lead: candidate.lead,
            from: candidate.owner.as_deref().map(str::to_owned),
            by: rule.filter(|_| to.owner().is_some()).map(|rule| rule.by),
            to,
            round: round.name.clone(),
            rule: rule.map(|rule| rule.name.clone()),
            why,
        });
    }
    dealt.credits = table.credits();
    dealt.desks = table.roster.iter().map(|(place, owner)| (owner.id.clone(), table.seats.desk(place))).collect::<Vec<(String, Desk)>>().into_iter().collect();
    dealt
}

/// `大客户 (2 full), 华东制造 (1 on leave)`
fn reasons(round: &Round, skipped: &[(u16, Nobody)], most: usize) -> String {
    let mut out = String::new();
    for (n, (rule, nobody)) in skipped.iter().take(most).enumerate() {
        let name = round.rules.get(usize::from(*rule)).map_or("", |rule| rule.name.as_str());
        let _ = write!(out, "{}{name} ({nobody})", if n == 0 { "" } else { ", " });
    }
    if skipped.len() > most {
        let _ = write!(out, " and {} more", skipped.len() - most);
    }
    out
}
