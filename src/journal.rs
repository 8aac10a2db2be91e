//! Claims over time: a journal of operations, what each of them posted, and exact undo.
//!
//! A [`Journal`] is the history of some persons and their households. [`Operation`]s come in: a claim is submitted, corrected, taken back, reserved for, paid
//! by others after all; a person becomes another; a new version of a scheme is adopted. A [`Desk`] carries them out under [`Rules`], and says for each what
//! changed: claim by claim, layer by layer (应补应退). Nothing is ever overwritten: every operation is kept with what it brought about, totals are sums of
//! postings, and the view of any past day is the journal up to that day.
//!
//! ```
//! # let text = include_str!("../tests/it/schemes/small.toml").replace("as-received", "as-incurred");
//! use medaid::batch::PlanBook;
//! use medaid::journal::{Desk, Journal, Operation, Rules};
//! let plan = medaid::Plan::compile(&medaid::Scheme::parse("village.toml", &text)?)?;
//! let rules = Rules::new(PlanBook::new([plan])?);
//! let mut desk = Desk::new(&rules);
//! let mut journal = Journal::new();
//! let mut send = |text: &str| -> Result<_, Box<dyn std::error::Error>> {
//!     let operation: Operation = serde_json::from_str(text)?;
//!     Ok(desk.apply(&mut journal, &operation)?)
//! };
//! send(r#"{ "id": "o1", "received": "2024-01-02", "enrol": { "id": "p1" } }"#)?;
//! send(r#"{ "id": "o2", "received": "2024-05-20", "submit": { "id": "may", "person": "p1", "service_from": "2024-05-01",
//!     "bill": 50000, "portions": { "in_scope": 50000 } } }"#)?;
//! // A claim of March comes late: the yearly threshold is met by it first, and what May was paid changes.
//! let late = send(r#"{ "id": "o3", "received": "2024-06-01", "submit": { "id": "march", "person": "p1", "service_from": "2024-03-01",
//!     "bill": 20000, "portions": { "in_scope": 20000 } } }"#)?;
//! assert_eq!(late.changes()[0].claim(), "march");
//! let may = &late.changes()[1];
//! // 6,210 of the threshold of 17,833 are met by then: (15,210 - 11,623) x 60 %
//! assert_eq!((may.claim(), may.change().to_string().as_str()), ("may", "2152.20"));
//! // The same message again changes nothing, and says so.
//! assert!(send(r#"{ "id": "o3", "received": "2024-06-01", "submit": { "id": "march", "person": "p1", "service_from": "2024-03-01",
//!     "bill": 20000, "portions": { "in_scope": 20000 } } }"#)?.is_repeated());
//! // Taken back, it is as if it had never been there.
//! let void = send(r#"{ "id": "o4", "received": "2024-07-01", "void": { "claim": "march" } }"#)?;
//! assert_eq!(void.changes()[1].change().to_string(), "-2152.20");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod balance;
mod desk;
mod operation;
mod outcome;
mod posting;
mod receipt;
mod rework;
mod rules;
mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

pub use balance::{BalanceLine, BehindPosting};
pub use desk::Desk;
pub use operation::{Act, Adoption, ClaimRef, LatePayment, Operation, Reservation, Submission};
pub use outcome::{BookedPosting, Booking, Outcome};
pub use posting::{JournalPosting, PostingState};
pub use receipt::{Change, FigureChange, LayerChange, Moved, Quote, Receipt, Refusal, Why};
pub use rules::Rules;

use crate::claim::{Claim, Person};
use crate::digest::Digest;
use crate::ledger::{AccumulatorKey, Ledger};
use crate::scheme::syntax::Owner;
use outcome::Names;

/// The history of some persons and their households: every operation with what it brought about, and what stands at its end.
///
/// It is a value: it can be cloned, stored through serde and loaded again. A stored journal whose digests do not fit, because it was changed or cut short, is
/// refused.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    records: Vec<Record>,
    /// The records of operations by their ids.
    operations: BTreeMap<String, usize>,
    persons: BTreeMap<String, Enrolled>,
    /// How many memberships name each household.
    households: BTreeMap<String, usize>,
    claims: BTreeMap<String, Entry>,
    claims_of: BTreeMap<String, BTreeSet<String>>,
    /// By account: the claims that post there, in the order in which they were incurred; only of schemes that settle so.
    turns: BTreeMap<AccountKey, BTreeSet<Turn>>,
    reservations: BTreeSet<(NaiveDate, String)>,
    /// Versions adopted, by scheme and version, the latest last.
    adopted: Vec<(String, String)>,
    names: BTreeMap<Digest, Arc<Names>>,
    ledger: Ledger,
}

/// An operation and what it brought about.
#[derive(Debug, Clone)]
pub struct Record {
    operation: Operation,
    /// What is new of names in it.
    names: Vec<Arc<Names>>,
    outcomes: Vec<RecordOutcome>,
    /// What a person brings, if it enrols one.
    openings: Vec<OpeningPosting>,
    /// The digest of everything up to here.
    digest: Digest,
}

impl Record {
    /// The operation.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The outcomes of claims after it, where they are others than before; nothing for a claim that is gone.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, Option<&Outcome>)> {
        self.outcomes.iter().map(|one| (one.claim.as_str(), one.outcome.as_deref()))
    }

    /// The digest of the journal up to here.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

/// The outcome of a claim after an operation, where it is another than before.
#[derive(Debug, Clone)]
struct RecordOutcome {
    claim: String,
    /// Nothing for a claim that is gone.
    outcome: Option<Arc<Outcome>>,
    /// Where it stands, if it comes, or comes anew.
    place: Option<Place>,
}

/// Where a claim stands.
#[derive(Debug, Clone)]
struct Place {
    scheme: Arc<str>,
    as_incurred: bool,
    rule_date: NaiveDate,
    /// The household, where any version of the scheme keeps accumulators for households.
    household: Option<String>,
    /// Whether any version of the scheme keeps accumulators for all whom it insures.
    with_everyone: bool,
}

impl Place {
    /// The accounts that a person's claim may post to.
    fn accounts(&self, person: &str) -> Vec<AccountKey> {
        let account = |owner, id: &str| AccountKey { scheme: Arc::clone(&self.scheme), owner, id: id.to_owned() };
        let mut accounts = vec![account(Owner::Person, person)];
        accounts.extend(self.household.as_deref().map(|id| account(Owner::Household, id)));
        accounts.extend(self.with_everyone.then(|| account(Owner::Everyone, &self.scheme)));
        accounts
    }
}

/// A person and what they brought.
#[derive(Debug, Clone)]
struct Enrolled {
    person: Arc<Person>,
    openings: Vec<OpeningPosting>,
}

/// An opening balance, posted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OpeningPosting {
    scheme: String,
    accumulator: String,
    owner: Owner,
    id: String,
    key: AccumulatorKey,
    period: i32,
    amount: i64,
}

/// A claim that stands.
#[derive(Debug, Clone)]
struct Entry {
    claim: Arc<Claim>,
    /// The last day of a reservation; nothing for a claim.
    reserved_until: Option<NaiveDate>,
    as_incurred: bool,
    turn: Turn,
    /// The accounts that it may post to.
    accounts: Vec<AccountKey>,
    outcome: Arc<Outcome>,
    /// The record in which its outcome was last decided.
    decided_in: usize,
}

/// The account of a person, of a household, or of all whom a scheme insures, who go by its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct AccountKey {
    scheme: Arc<str>,
    owner: Owner,
    id: String,
}

impl AccountKey {
    fn owner(&self) -> (Owner, &str) {
        (self.owner, &self.id)
    }
}

/// The place of a claim in the order in which claims were incurred.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    scheme: Arc<str>,
    date: NaiveDate,
    sequence: u64,
    id: String,
}

impl Turn {
    /// By its date where claims are settled as incurred, else by when it was decided.
    fn new(place: &Place, claim: &Claim, record: usize) -> Turn {
        let (date, sequence) = if place.as_incurred { (place.rule_date, claim.sequence) } else { (NaiveDate::MIN, record as u64) };
        Turn { scheme: Arc::clone(&place.scheme), date, sequence, id: claim.id.clone() }
    }
}

impl Journal {
    /// A journal of nothing.
    pub fn new() -> Journal {
        Journal::default()
    }

    /// Everything that was done, in order.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The digest of the whole journal: of every operation and everything that came of it.
    pub fn digest(&self) -> Digest {
        self.records.last().map_or_else(|| Digest::of(b""), |record| record.digest)
    }

    /// The day on which the last operation was known.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.records.last().map(|record| record.operation.received)
    }

    /// A person as they are known now.
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.persons.get(id).map(|enrolled| &*enrolled.person)
    }

    /// All persons, by id.
    pub fn persons(&self) -> impl Iterator<Item = &Person> {
        self.persons.values().map(|enrolled| &*enrolled.person)
    }

    /// A claim as it stands, reservations included.
    pub fn claim(&self, id: &str) -> Option<&Claim> {
        self.claims.get(id).map(|entry| &*entry.claim)
    }

    /// All claims that stand, by id, with what became of them; reservations included.
    pub fn claims(&self) -> impl Iterator<Item = (&Claim, &Outcome)> {
        self.claims.values().map(|entry| (&*entry.claim, &*entry.outcome))
    }

    /// What became of a claim.
    pub fn outcome(&self, claim: &str) -> Option<&Outcome> {
        self.claims.get(claim).map(|entry| &*entry.outcome)
    }

    /// The last day on which a reservation holds; nothing if there is no such reservation.
    pub fn reserved_until(&self, claim: &str) -> Option<NaiveDate> {
        self.claims.get(claim)?.reserved_until
    }

    /// The positions of all accumulators: sums of the postings of all claims that stand, of reservations and of opening balances.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The digest of what stands: the outcomes of all claims and the positions of all accumulators, however they came about.
    pub fn state_digest(&self) -> Digest {
        let outcome = |entry: &Entry| (entry.reserved_until, outcome::WireOutcome::new(&entry.outcome));
        let claims: BTreeMap<&str, _> = self.claims.iter().map(|(id, entry)| (id.as_str(), outcome(entry))).collect();
        Digest::of(serde_json::to_string(&(claims, &self.ledger)).unwrap_or_default().as_bytes())
    }

    /// The journal as it was at the end of a day: what was known then, as it was decided then. (Reservations run out with the first operation after their
    /// last day.)
    pub fn as_of(&self, day: NaiveDate) -> Journal {
        let known = self.records.iter().take_while(|record| record.operation.received <= day).count();
        // A journal up to any of its records is a journal.
        Journal::read(self.wire(known)).unwrap_or_default()
    }
}
