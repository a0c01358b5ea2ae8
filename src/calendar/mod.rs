//! What is due when: CA certificates, CRLs, OCSP signers, leaves, the next ceremony. The rules and the
//! state at an instant are pure; `survey` asks the store and the issuers of a home.

use std::collections::BTreeMap;

use crate::base::clock::Timestamp;

mod census;
mod crls;
mod item;
mod rules;
mod survey;

pub use item::{CrlFacts, Item, Kind, State};
pub use rules::{Needed, Why};
pub use survey::{Scope, survey};

/// From when on, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The instant whose state is asked for.
    pub at: Timestamp,
    /// How many seconds early something counts as due.
    pub within: u64,
    /// At most so many leaves are listed, those that are due first.
    pub leaves: usize,
    /// What is looked at.
    pub scope: Scope,
}

/// What is due in a home.
#[derive(Clone, Debug)]
pub struct Calendar {
    at: Timestamp,
    within: u64,
    items: Vec<Item>,
    leaves: Vec<Item>,
    tallies: BTreeMap<(Kind, String), Tally>,
    superseded: u64,
    ceremony: Option<Item>,
}

/// How many things are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// Nothing to do.
    pub ok: u64,
    /// A successor should be made.
    pub due: u64,
    /// Ended.
    pub overdue: u64,
}

impl Tally {
    fn add(&mut self, state: State) {
        match state {
            State::Ok => self.ok += 1,
            State::Due => self.due += 1,
            State::Overdue => self.overdue += 1,
        }
    }
}

impl Calendar {
    /// A calendar of nothing.
    fn new(at: Timestamp, within: u64) -> Self {
        Self {
            at,
            within,
            items: Vec::new(),
            leaves: Vec::new(),
            tallies: BTreeMap::new(),
            superseded: 0,
            ceremony: None,
        }
    }

    /// The instant whose state it shows.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// How many seconds early something counts as due.
    pub fn within(&self) -> u64 {
        self.within
    }

    /// Everything with a date except leaves, what is due first in front.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The leaves that are due first, as many as were asked for.
    pub fn leaves(&self) -> &[Item] {
        &self.leaves
    }

    /// How many things of each kind are in which state, by the name of the issuer that signs their
    /// successors; empty for a CA certificate that another CA signs.
    pub fn tallies(&self) -> impl Iterator<Item = (Kind, &str, Tally)> {
        self.tallies.iter().map(|((kind, issuer), tally)| (*kind, issuer.as_str(), *tally))
    }

    /// All tallies of one kind, or of every kind.
    pub fn total(&self, kind: Option<Kind>) -> Tally {
        let mut total = Tally::default();
        for (_, _, tally) in self.tallies().filter(|(one, ..)| kind.is_none_or(|kind| kind == *one))
        {
            total.ok += tally.ok;
            total.due += tally.due;
            total.overdue += tally.overdue;
        }
        total
    }

    /// How many leaves that have not ended have a newer one for the same subject.
    pub fn superseded(&self) -> u64 {
        self.superseded
    }

    /// The next time that a root key is needed: the earliest date among what roots sign.
    pub fn ceremony(&self) -> Option<&Item> {
        self.ceremony.as_ref()
    }

    /// The state of the most urgent thing.
    pub fn state(&self) -> State {
        match self.total(None) {
            Tally { overdue: 1.., .. } => State::Overdue,
            Tally { due: 1.., .. } => State::Due,
            _ => State::Ok,
        }
    }

    /// The state of one of its items.
    pub fn state_of(&self, item: &Item) -> State {
        item.state(self.at, self.within)
    }

    fn push(&mut self, item: Item) {
        let state = self.state_of(&item);
        self.tally(item.what, item.issuer.as_deref().unwrap_or_default()).add(state);
        self.items.push(item);
    }

    fn tally(&mut self, kind: Kind, issuer: &str) -> &mut Tally {
        self.tallies.entry((kind, issuer.to_owned())).or_default()
    }

    fn sort(&mut self) {
        let order = |item: &Item| (item.due, item.what, item.name.clone(), item.uid.clone());
        self.items.sort_by_cached_key(order);
        self.leaves.sort_by_cached_key(order);
    }
}

#[cfg(test)]
mod tests;
