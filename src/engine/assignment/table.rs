//! The table at which leads are dealt one by one: everything that changes while they are.

use super::Setting;
use super::desk::{Desks, Seats};
use super::intake::Candidate;
use super::kin::Kin;
use super::pool::{Nobody, Pool, no_room, plays, roles_of};
use super::roster::Roster;
use super::trace::{Bar, SiblingTrace, Trace, Tried};
use super::turns::Credits;
use crate::model::Instant;
use crate::rules::assignment::{Round, Rule, Target};
use rustc_hash::FxHashMap;

/// What was decided for one lead.
pub(super) enum Chosen<'a> {
    /// To whom a sibling is with, by the field of this place in `by`.
    Kept(usize, u16),
    /// To an owner, by a rule.
    Owner(usize, &'a Rule),
    /// Into a queue.
    Queue(&'a str, &'a Rule),
    /// Nowhere.
    Nobody,
}

pub(super) struct Table<'a> {
    setting: Setting<'a>,
    pub(super) roster: Roster<'a>,
    pub(super) seats: Seats,
    credits: &'a Credits,
    kin: &'a Kin,
    /// What was dealt at this table, by kinship: the last one is the latest.
    dealt: FxHashMap<u64, Vec<usize>>,
    pools: FxHashMap<(u16, u16), Pool<'a>>,
    /// Rules that matched the present lead and could not place it.
    pub(super) skipped: Vec<(u16, Nobody)>,
}

impl<'a> Table<'a> {
    pub(super) fn new(setting: &Setting<'a>, desks: &Desks, credits: &'a Credits, kin: &'a Kin) -> Self {
        let roster = Roster::new(setting.team);
        let seats = Seats::new(setting, &roster, desks);
        Self { setting: *setting, roster, seats, credits, kin, dealt: FxHashMap::default(), pools: FxHashMap::default(), skipped: Vec::new() }
    }

    /// Decides for one lead, and notes it on the desks. A lead is decided once.
    pub(super) fn place(&mut self, candidate: &Candidate, mut trace: Option<&mut Trace>) -> Chosen<'a> {
        self.skipped.clear();
        let Some(round) = self.setting.assignment.rounds.get(usize::from(candidate.round)) else { return Chosen::Nobody };
        let holder = candidate.owner.as_deref().and_then(|id| self.roster.place(id));
        if let Some(trace) = &mut trace {
            trace.round.clone_from(&round.name);
        }
        let chosen = self.choose(candidate, round, holder, trace);
        let to = match chosen {
            Chosen::Kept(place, _) | Chosen::Owner(place, _) => Some(place),
            Chosen::Queue(..) => None,
            Chosen::Nobody => return chosen,
        };
        if let Some((place, owner)) = to.and_then(|place| Some((place, self.roster.get(place)?))) {
            self.seats.got(place, owner, candidate.counts);
            for kinship in &candidate.kin {
                let holders = self.dealt.entry(kinship.hash).or_default();
                holders.retain(|known| *known != place);
                holders.push(place);
            }
        }
        if let Some((place, owner)) = holder.and_then(|place| Some((place, self.roster.get(place)?))) {
            self.seats.gave(place, owner, candidate.counts);
        }
        chosen
    }

    fn choose(&mut self, candidate: &Candidate, round: &'a Round, holder: Option<usize>, mut trace: Option<&mut Trace>) -> Chosen<'a> {
        if let Some((place, by)) = self.sibling(candidate, round, holder, trace.as_deref_mut()) {
            return Chosen::Kept(place, by);
        }
        let mut untold = 0_u16;
        for &i in &candidate.rules {
            let Some(rule) = round.rules.get(usize::from(i)) else { continue };
            if let Some(trace) = &mut trace {
                trace.tried.extend((untold..i).filter_map(|i| round.rules.get(usize::from(i))).map(|rule| tried(rule, false)));
                untold = i.saturating_add(1);
            }
            if let Target::Queue(queue) = &rule.to {
                if let Some(trace) = &mut trace {
                    trace.tried.push(tried(rule, true));
                }
                return Chosen::Queue(queue, rule);
            }
            let (setting, roster, seats, credits) = (&self.setting, &self.roster, &self.seats, self.credits);
            let pool = self.pools.entry((candidate.round, i)).or_insert_with(|| {
                let turn = credits.0.get(&(round.name.clone(), rule.name.clone()));
                Pool::new(setting, roster, seats, round, rule, turn)
            });
            pool.catch_up(setting, roster, seats);
            if let Some(trace) = &mut trace {
                let mut told = tried(rule, true);
                for (place, owner) in roster.iter() {
                    match pool.bar(setting, seats, place, owner, holder) {
                        Some(bar) => told.barred.push((owner.id.clone(), bar)),
                        None => told.eligible.push((owner.id.clone(), pool.numbers(seats, place))),
                    }
                }
                trace.tried.push(told);
            }
            match pool.choose(seats, roster, holder) {
                Some(place) => return Chosen::Owner(place, rule),
                None => self.skipped.push((i, pool.nobody(seats, holder))),
            }
        }
        if let Some(trace) = &mut trace {
            trace.tried.extend(round.rules.iter().skip(usize::from(untold)).map(|rule| tried(rule, false)));
        }
        Chosen::Nobody
    }

    /// Who got a sibling last, is of a role that the round may deal to, and has room; ties by id.
    fn sibling(&self, candidate: &Candidate, round: &Round, holder: Option<usize>, mut trace: Option<&mut Trace>) -> Option<(usize, u16)> {
        let keep = self.setting.assignment.keep_together.as_ref()?;
        let as_of = self.setting.as_of;
        let mut best: Option<(Instant, usize, usize, u16)> = None;
        for kinship in &candidate.kin {
            // Those of this deal come after all others, in its order.
            let held = self.kin.holders(kinship.hash).filter_map(|(id, at)| Some((self.roster.place(id)?, at, 0)));
            let dealt = self.dealt.get(&kinship.hash).into_iter().flatten().zip(1_usize..).map(|(place, turn)| (*place, as_of, turn));
            for (place, at, turn) in held.chain(dealt) {
                let Some(owner) = self.roster.get(place) else { continue };
                let roles = || candidate.rules.iter().filter_map(|i| round.rules.get(usize::from(*i))).map(|rule| roles_of(round, rule));
                let bar = if !plays(&round.roles, owner) && !roles().any(|roles| plays(roles, owner)) {
                    Some(Bar::OtherRole)
                } else if keep.until.is_some_and(|until| at.plus(until.0) < as_of) {
                    Some(Bar::TooLongAgo)
                } else {
                    no_room(&self.seats, place, owner, holder)
                };
                if let Some(trace) = &mut trace {
                    let field = field_of(&self.setting, kinship.by);
                    trace.siblings.push(SiblingTrace { owner: owner.id.clone(), at, field, bar });
                }
                let better =
                    best.is_none_or(|(b_at, b_turn, b_place, b_by)| (b_at, b_turn).cmp(&(at, turn)).then((place, kinship.by).cmp(&(b_place, b_by))).is_lt());
                if bar.is_none() && better {
                    best = Some((at, turn, place, kinship.by));
                }
            }
        }
        if let Some(trace) = trace {
            trace.siblings.sort_by(|a, b| (&a.owner, a.at, &a.field).cmp(&(&b.owner, b.at, &b.field)));
        }
        best.map(|(_, _, place, by)| (place, by))
    }

    /// What changed of the turns.
    pub(super) fn credits(&self) -> Credits {
        let mut changed = Credits::default();
        for ((round, rule), pool) in self.pools.iter().filter(|(_, pool)| pool.turns.changed) {
            let round = self.setting.assignment.rounds.get(usize::from(*round));
            let names = round.and_then(|r| Some((r.name.clone(), r.rules.get(usize::from(*rule))?.name.clone())));
            changed.0.extend(names.map(|names| (names, pool.turns.stored(&self.roster))));
        }
        changed
    }
}

fn tried(rule: &Rule, matched: bool) -> Tried {
    Tried { rule: rule.name.clone(), matched, by: rule.by, barred: Vec::new(), eligible: Vec::new() }
}

/// The field that siblings share, by its place in `by`.
pub(super) fn field_of(setting: &Setting<'_>, by: u16) -> String {
    let ix = setting.assignment.keep_together.as_ref().and_then(|keep| keep.by.get(usize::from(by)));
    ix.and_then(|ix| setting.dictionary.fields.get(ix.0)).map(|f| f.id.clone()).unwrap_or_default()
}
