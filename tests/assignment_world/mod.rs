//! A small company whose leads are dealt: a team, rounds and queues, and leads by number.
#![allow(dead_code, unreachable_pub)] // each test file uses its part

use sop::condition::{Condition, Facts, Place, Scope, ScopeKind, Want, compile};
use sop::diag::{Diagnostics, SourceId};
use sop::engine::assignment::*;
use sop::model::*;
use sop::rules::assignment::*;
use sop::rules::lifecycle::Lifecycle;
use sop::rules::team::{Owner, Team};
use sop::rules::{Sop, load};
use std::collections::BTreeMap;
use std::sync::OnceLock;

pub const DAY: i64 = 86_400;
/// 2026-11-20T10:00 in Shanghai, a Friday.
pub const NOW: Instant = Instant(1_795_140_000);

/// The built-in dictionary and calendar, read once.
fn built_in() -> &'static Sop {
    static SOP: OnceLock<Sop> = OnceLock::new();
    SOP.get_or_init(|| load(&[]).expect("no files are fine").0)
}

/// What a workspace says of assignment.
pub struct Parts {
    pub dictionary: &'static Dictionary,
    pub calendar: &'static Calendar,
    pub lifecycle: Lifecycle,
    pub team: Team,
    pub assignment: Assignment,
}

/// The company as of an instant.
pub struct World {
    pub sop: Parts,
    pub as_of: Instant,
}

impl World {
    pub fn new(owners: Vec<Owner>, rounds: Vec<Round>) -> Self {
        let Sop { dictionary, calendar, .. } = built_in();
        let assignment = Assignment { keep_together: None, rounds, queues: Vec::new() };
        Self { sop: Parts { dictionary, calendar, lifecycle: Lifecycle::default(), team: Team { owners }, assignment }, as_of: NOW }
    }
    pub fn setting(&self) -> Setting<'_> {
        Setting { assignment: &self.sop.assignment, team: &self.sop.team, dictionary: self.sop.dictionary, calendar: self.sop.calendar, as_of: self.as_of }
    }
    pub fn deal(&self, candidates: &[Candidate], desks: &Desks, credits: &Credits) -> Dealt {
        deal(&self.setting(), candidates, desks, credits, &Kin::default())
    }
    /// Deals `n` leads that nobody holds by all rules of the first round.
    pub fn deal_new(&self, n: i64) -> Dealt {
        self.deal(&self.leads(n), &Desks::new(), &Credits::default())
    }
    /// Leads that every rule of the first round matches, the first of highest score.
    pub fn leads(&self, n: i64) -> Vec<Candidate> {
        let rules: Box<[u16]> = (0..self.sop.assignment.rounds[0].rules.len() as u16).collect();
        (0..n).map(|i| Candidate { score: n - i, rules: rules.clone(), ..lead(i) }).collect()
    }
    /// A lead with some fields of the built-in dictionary.
    pub fn fields(&self, values: &[(&str, Value)]) -> Vec<Value> {
        let mut lead = vec![Value::Null; self.sop.dictionary.fields.len()];
        for (id, value) in values {
            lead[self.sop.dictionary.field(id).expect("a built-in field").0.0] = value.clone();
        }
        lead
    }
    pub fn facts<'a>(&'a self, lead: &'a [Value], details: &'a Details) -> Facts<'a> {
        Facts { lead, created_at: self.as_of.plus(-DAY), ..Facts::nobody(self.sop.dictionary, self.sop.calendar, self.as_of, details) }
    }
}

pub fn owner(id: &str, role: &str) -> Owner {
    Owner { id: id.into(), name: id.into(), role: role.into(), weight: 1, ..Owner::default() }
}

/// `n` owners of role sales: a00, a01 …
pub fn sales(n: usize) -> Vec<Owner> {
    (0..n).map(|i| owner(&format!("a{i:02}"), "sales")).collect()
}

fn compiled(text: &str, kind: ScopeKind) -> Condition {
    let sop = built_in();
    let state = if kind == ScopeKind::Owner { sop::rules::state::owner_names(&Default::default()) } else { Vec::new() };
    let scope = Scope::new(kind, &sop.dictionary, &state);
    let mut problems = Diagnostics::default();
    compile(text, &Place::verbatim(SourceId(0), 0, text.len()), &scope, Want::Boolean, &mut problems).unwrap_or_else(|| panic!("{text}: {problems:?}"))
}

/// About a lead.
pub fn when(text: &str) -> Condition {
    compiled(text, ScopeKind::State)
}

/// About a colleague.
pub fn who(text: &str) -> Condition {
    compiled(text, ScopeKind::Owner)
}

/// Every lead of these roles' round.
pub fn round(name: &str, roles: &[&str], rules: Vec<Rule>) -> Round {
    Round { name: name.into(), when: when("coalesce(employees, 1) >= 0"), roles: roles.iter().map(|r| (*r).into()).collect(), rules }
}

pub fn rule(name: &str, by: By) -> Rule {
    Rule { name: name.into(), when: None, roles: None, to: Target::Anyone, by, pass_over: None }
}

pub fn lead(n: i64) -> Candidate {
    Candidate {
        lead: LeadId(n),
        key: Key::of_hash(stable_hash(&[&n.to_le_bytes()])),
        score: 0,
        created_at: NOW.plus(-DAY),
        owner: None,
        counts: true,
        round: 0,
        rules: Box::new([0]),
        kin: Box::new([]),
    }
}

/// Who got how many.
pub fn counts(dealt: &Dealt) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for owner in dealt.placements.iter().filter_map(|p| p.to.owner()) {
        *counts.entry(owner.to_owned()).or_insert(0) += 1;
    }
    counts
}

/// Who got them, in the order of the deal.
pub fn owners(dealt: &Dealt) -> Vec<&str> {
    dealt.placements.iter().map(|p| p.to.owner().unwrap_or("queue")).collect()
}

pub fn desk(held: u32, today: u32) -> Desk {
    Desk { held, today, ..Desk::default() }
}

pub fn desks(list: &[(&str, Desk)]) -> Desks {
    list.iter().map(|(id, desk)| ((*id).to_owned(), *desk)).collect()
}

/// What the store has after a deal.
pub fn merged(credits: &Credits, changed: &Credits) -> Credits {
    let mut all = credits.clone();
    all.0.extend(changed.0.clone());
    all
}
