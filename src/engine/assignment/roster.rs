//! The team in the order of ids, sets of its members, and whom a stored owner means.

use crate::model::fold;
use crate::rules::team::{Owner, Team};
use rustc_hash::FxHashMap;

/// Everyone once, by id: "ties go by owner id" is "the first in the roster".
pub(super) struct Roster<'a> {
    owners: Vec<&'a Owner>,
    /// By folded id, name, e-mail or alias; `None`: two fit.
    names: FxHashMap<String, Option<usize>>,
}

impl<'a> Roster<'a> {
    pub(super) fn new(team: &'a Team) -> Self {
        let mut owners: Vec<&Owner> = team.owners.iter().collect();
        owners.sort_by(|a, b| a.id.cmp(&b.id));
        owners.dedup_by(|a, b| a.id == b.id);
        let mut names: FxHashMap<String, Option<usize>> = FxHashMap::default();
        for (i, owner) in owners.iter().enumerate() {
            for known in [Some(&owner.name), owner.email.as_ref()].into_iter().flatten().chain(&owner.aliases) {
                names.entry(fold(known).into_owned()).and_modify(|one| *one = one.filter(|j| *j == i)).or_insert(Some(i));
            }
        }
        // An id beats the names of others.
        names.extend(owners.iter().enumerate().map(|(i, owner)| (fold(&owner.id).into_owned(), Some(i))));
        Self { owners, names }
    }
    /// How many.
    pub(super) fn len(&self) -> usize {
        self.owners.len()
    }
    /// By place.
    pub(super) fn get(&self, place: usize) -> Option<&'a Owner> {
        self.owners.get(place).copied()
    }
    /// The id at a place.
    pub(super) fn id(&self, place: usize) -> &'a str {
        self.get(place).map_or("", |owner| owner.id.as_str())
    }
    /// Everyone.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &'a Owner)> {
        self.owners.iter().copied().enumerate()
    }
    /// The place of an id.
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.owners.binary_search_by(|owner| owner.id.as_str().cmp(id)).ok()
    }
    /// Whom the owner of a lead means: as [`Team::find`], without walking the team. `None`: held elsewhere.
    pub(super) fn holder(&self, owner: &str) -> Option<usize> {
        self.place(owner).or_else(|| self.names.get(fold(owner.trim()).as_ref()).copied().flatten())
    }
    /// The first place after an id, whether or not the id is still there.
    pub(super) fn after(&self, id: &str) -> usize {
        self.owners.partition_point(|owner| owner.id.as_str() <= id)
    }
}

/// A set of places of the roster.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners(Vec<u64>);

impl Owners {
    pub(super) fn set(&mut self, place: usize, is_in: bool) {
        let (word, bit) = (place / 64, 1_u64 << (place % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(w) = self.0.get_mut(word) {
            *w = if is_in { *w | bit } else { *w & !bit };
        }
    }
    pub(super) fn has(&self, place: usize) -> bool {
        self.word(place / 64) & (1 << (place % 64)) != 0
    }
    pub(super) fn word(&self, word: usize) -> u64 {
        self.0.get(word).copied().unwrap_or(0)
    }
    /// How many words there are.
    pub(super) fn words(&self) -> usize {
        self.0.len()
    }
}
