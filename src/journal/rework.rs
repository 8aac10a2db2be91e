//! Settling anew: which claims an operation touches, and what becomes of them.
//!
//! State is a sum of postings. So a claim is undone by taking its postings off, in whatever order; and what an operation touches is found by following
//! accounts: a later claim is touched if it posts to an account that changes, and then its other accounts change too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::desk::{Desk, Route};
use super::outcome::{Booking, Outcome};
use super::receipt::{Change, Moved, Why};
use super::{AccountKey, Journal, OpeningPosting, Turn};
use crate::claim::Claim;
use crate::decision::Decision;
use crate::ledger::Ledger;
use crate::money::{Amount, Money};
use crate::scheme::syntax::Owner;

/// What an operation does to the claims of a journal.
#[derive(Default)]
pub(super) struct Work {
    /// Claims that leave.
    pub(super) leave: BTreeSet<String>,
    /// Claims that come, with where they go; those that leave and come again included.
    pub(super) come: Vec<Coming>,
    /// Opening balances that leave and come.
    pub(super) openings: [Vec<OpeningPosting>; 2],
    /// What the person who is enrolled brings.
    pub(super) brings: Vec<OpeningPosting>,
    /// The claim that the operation is about.
    pub(super) own: Option<String>,
}

/// A claim that comes, or comes anew.
#[derive(Clone)]
pub(super) struct Coming {
    pub(super) claim: Arc<Claim>,
    pub(super) reserved_until: Option<NaiveDate>,
    pub(super) route: Route,
    pub(super) turn: Turn,
}

/// What becomes of the claims that are touched.
pub(super) struct Reworked {
    /// By claim, what changed; the operation's own claim first, then in the order in which they were settled.
    pub(super) changes: Vec<Change>,
    /// The outcomes of those that came.
    pub(super) came: Vec<(Coming, Arc<Outcome>)>,
    /// Outcomes of others that are settled anew and come out otherwise.
    pub(super) others: Vec<(String, Arc<Outcome>)>,
    pub(super) decision: Option<Box<Decision>>,
}

/// What is touched, besides what comes and leaves: later claims in their order, and all accounts whose positions may move.
pub(super) struct Touched {
    pub(super) turns: BTreeSet<Turn>,
    accounts: BTreeMap<AccountKey, Turn>,
}

impl Touched {
    pub(super) fn new(journal: &Journal, work: &Work) -> Touched {
        let mut touched = Touched { turns: BTreeSet::new(), accounts: BTreeMap::new() };
        let mut waiting = BTreeSet::new();
        let leaving =
            work.leave.iter().filter_map(|id| journal.claims.get(id)).map(|entry| (entry.as_incurred, &entry.turn, &entry.accounts));
        let coming = work.come.iter().map(|one| (one.route.place.as_incurred, &one.turn, &one.route.accounts));
        let mut later = Vec::new();
        for (as_incurred, turn, accounts) in leaving.chain(coming) {
            for account in accounts {
                later.push((account.clone(), turn.clone(), as_incurred));
            }
        }
        for opening in work.openings.iter().flatten() {
            let scheme: Arc<str> = Arc::from(opening.scheme.as_str());
            let account = AccountKey { scheme: Arc::clone(&scheme), owner: opening.owner, id: opening.id.clone() };
            later.push((account, Turn { scheme, date: NaiveDate::MIN, sequence: 0, id: String::new() }, true));
        }
        for (account, turn, as_incurred) in later {
            touched.touch(journal, &account, &turn, as_incurred, &mut waiting);
        }
        while let Some(turn) = waiting.pop_first() {
            if work.leave.contains(&turn.id) {
                continue;
            }
            if let Some(entry) = journal.claims.get(&turn.id) {
                for account in &entry.accounts {
                    touched.touch(journal, account, &turn, true, &mut waiting);
                }
            }
            touched.turns.insert(turn);
        }
        touched
    }

    /// From this turn on an account's positions may move.
    fn touch(&mut self, journal: &Journal, account: &AccountKey, from: &Turn, as_incurred: bool, waiting: &mut BTreeSet<Turn>) {
        if self.accounts.get(account).is_some_and(|known| known <= from) {
            return;
        }
        self.accounts.insert(account.clone(), from.clone());
        if let Some(turns) = journal.turns.get(account).filter(|_| as_incurred) {
            let after = (std::ops::Bound::Excluded(from), std::ops::Bound::Unbounded);
            waiting.extend(turns.range::<Turn, _>(after).filter(|turn| !self.turns.contains(*turn)).cloned());
        }
    }

    /// The accounts.
    pub(super) fn owners(&self) -> impl Iterator<Item = (Owner, &str)> {
        self.accounts.keys().map(AccountKey::owner)
    }
}

/// Does the work on a ledger that holds the accounts touched. Nothing if a position leaves the range, which cannot be: they were in it before.
pub(super) fn rework(desk: &mut Desk<'_>, journal: &Journal, touched: &Touched, work: Work, ledger: &mut Ledger) -> Option<Reworked> {
    let mut before: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for id in &work.leave {
        let entry = journal.claims.get(id)?;
        post(ledger, &entry.claim, &entry.outcome, true)?;
    }
    for turn in touched.turns.iter().rev() {
        let entry = journal.claims.get(&turn.id)?;
        post(ledger, &entry.claim, &entry.outcome, true)?;
        if let Some(booking) = entry.outcome.booking() {
            before.insert(&turn.id, positions(ledger, &entry.claim, booking));
        }
    }
    let [left, came] = &work.openings;
    for (openings, sign) in [(left, -1i64), (came, 1i64)] {
        for one in openings {
            ledger.post(one.owner, &one.id, one.key, one.period, one.amount.checked_mul(sign)?)?;
        }
    }
    let mut done = Reworked { changes: Vec::new(), came: Vec::new(), others: Vec::new(), decision: None };
    let was = |id: &str| journal.claims.get(id).filter(|_| work.leave.contains(id)).map(|entry| Arc::clone(&entry.outcome));
    // Those who leave for good.
    let come: BTreeSet<&str> = work.come.iter().map(|one| one.claim.id.as_str()).collect();
    for id in work.leave.iter().filter(|id| !come.contains(id.as_str())) {
        let entry = journal.claims.get(id)?;
        let (claim, person) = (id.clone(), entry.claim.person.clone());
        let (reserved, was) = (entry.reserved_until.is_some(), Some(Arc::clone(&entry.outcome)));
        done.changes.push(Change { claim, person, reserved, why: Why::Itself, was, now: None });
    }
    let mut coming: BTreeMap<&Turn, &Coming> = work.come.iter().map(|one| (&one.turn, one)).collect();
    let mut turns: Vec<&Turn> = touched.turns.iter().chain(coming.keys().copied()).collect();
    turns.sort();
    for turn in turns {
        if let Some(one) = coming.remove(turn) {
            let own = work.own.as_deref() == Some(one.claim.id.as_str());
            let (outcome, decision) = desk.settle(journal, ledger, &one.claim, &one.route, own);
            let outcome = Arc::new(outcome);
            let was = was(&one.claim.id);
            if own || was.as_deref() != Some(&*outcome) {
                let (claim, person) = (one.claim.id.clone(), one.claim.person.clone());
                let why = if own { Why::Itself } else { Why::Person };
                let reserved = one.reserved_until.is_some();
                done.changes.push(Change { claim, person, reserved, why, was, now: Some(Arc::clone(&outcome)) });
            }
            if own {
                done.decision = decision;
            }
            done.came.push((one.clone(), outcome));
            continue;
        }
        let entry = journal.claims.get(&turn.id)?;
        let route = desk.route(journal, &entry.claim).ok()?;
        let moved = match (entry.outcome.booking(), before.get(turn.id.as_str())) {
            (Some(booking), Some(before)) => moved(booking, before, &positions(ledger, &entry.claim, booking)),
            _ => Vec::new(),
        };
        let (outcome, _) = desk.settle(journal, ledger, &entry.claim, &route, false);
        if outcome != *entry.outcome {
            let outcome = Arc::new(outcome);
            let (claim, person) = (turn.id.clone(), entry.claim.person.clone());
            let (reserved, was) = (entry.reserved_until.is_some(), Some(Arc::clone(&entry.outcome)));
            done.changes.push(Change { claim, person, reserved, why: Why::Accumulated(moved), was, now: Some(Arc::clone(&outcome)) });
            done.others.push((turn.id.clone(), outcome));
        }
    }
    done.changes.sort_by_key(|change| change.why != Why::Itself);
    Some(done)
}

/// Posts what a claim posts, or takes it off.
pub(super) fn post(ledger: &mut Ledger, claim: &Claim, outcome: &Outcome, off: bool) -> Option<()> {
    let Some(booking) = outcome.booking() else { return Some(()) };
    for posted in &booking.booked.posted {
        let accumulator = booking.names.accumulators.get(posted.accumulator)?;
        let amount = if off { posted.amount.checked_neg()? } else { posted.amount };
        ledger.post(posted.owner, booking.owner_id(posted.owner, &claim.person), accumulator.key, posted.period, amount)?;
    }
    Some(())
}

/// The positions to which a claim posts, posting by posting.
fn positions(ledger: &Ledger, claim: &Claim, booking: &Booking) -> Vec<i64> {
    let position = |posted: &crate::engine::booked::Posted| {
        let accumulator = booking.names.accumulators.get(posted.accumulator)?;
        let id = booking.owner_id(posted.owner, &claim.person);
        Some(ledger.position_in(posted.owner, id, accumulator.key, posted.period))
    };
    booking.booked.posted.iter().map(|posted| position(posted).unwrap_or(0)).collect()
}

/// Which positions moved, each accumulator once.
fn moved(booking: &Booking, before: &[i64], now: &[i64]) -> Vec<Moved> {
    let mut all: Vec<Moved> = Vec::new();
    for ((posted, was), now) in booking.booked.posted.iter().zip(before).zip(now).filter(|((_, was), now)| was != now) {
        let Some(accumulator) = booking.names.accumulators.get(posted.accumulator) else { continue };
        if all.iter().any(|one| one.accumulator == accumulator.name) {
            continue;
        }
        let places = if accumulator.of_units { 0 } else { booking.names.places };
        let [was, now] = [was, now].map(|micros| Amount::new(Money::from_micros(*micros), places));
        all.push(Moved { accumulator: accumulator.name.clone(), was, now });
    }
    all
}
