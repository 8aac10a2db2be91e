//! Records: how they take effect, and how they are stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::operation::{Act, Operation};
use super::outcome::{Names, Outcome, WireOutcome};
use super::receipt::Refusal;
use super::rework::{Coming, post};
use super::{Enrolled, Entry, Journal, OpeningPosting, Place, Record, RecordOutcome, Turn};
use crate::claim::Claim;
use crate::date::{Per, strict};
use crate::digest::Digest;
use crate::ledger::{AccumulatorKey, Ledger};
use crate::money::Money;
use crate::scheme::syntax::Owner;

/// The format of a stored journal.
const FORMAT: u32 = 1;

impl Journal {
    /// Notes an operation and what came of it. The ledger has been written already.
    pub(super) fn write(
        &mut self,
        operation: Operation,
        left: BTreeSet<String>,
        came: Vec<(Coming, Arc<Outcome>)>,
        others: Vec<(String, Arc<Outcome>)>,
        openings: Vec<OpeningPosting>,
    ) -> Result<usize, Refusal> {
        let mut outcomes: Vec<RecordOutcome> = Vec::new();
        let again: BTreeSet<String> = came.iter().map(|(one, _)| one.claim.id.clone()).collect();
        for claim in left.difference(&again).cloned() {
            outcomes.push(RecordOutcome { claim, outcome: None, place: None });
        }
        for (one, outcome) in came {
            outcomes.push(RecordOutcome { claim: one.claim.id.clone(), outcome: Some(outcome), place: Some(one.route.place) });
        }
        outcomes.extend(others.into_iter().map(|(claim, outcome)| RecordOutcome { claim, outcome: Some(outcome), place: None }));
        self.append(operation, outcomes, openings)
    }

    /// Notes that a version is in force, and takes over what came of it.
    pub(super) fn write_adoption(&mut self, operation: Operation, anew: Journal) -> Result<usize, Refusal> {
        let changed = |(id, entry): &(&String, &Entry)| self.claims.get(*id).is_none_or(|known| known.outcome != entry.outcome);
        let outcomes = anew.claims.iter().filter(changed).map(|(id, entry)| RecordOutcome {
            claim: id.clone(),
            outcome: Some(Arc::clone(&entry.outcome)),
            place: None,
        });
        let outcomes = outcomes.collect();
        self.ledger = anew.ledger;
        self.append(operation, outcomes, Vec::new())
    }

    fn append(&mut self, operation: Operation, outcomes: Vec<RecordOutcome>, openings: Vec<OpeningPosting>) -> Result<usize, Refusal> {
        let mut names: Vec<Arc<Names>> = Vec::new();
        for booking in outcomes.iter().filter_map(|o| o.outcome.as_ref()?.booking()) {
            let digest = booking.names.digest;
            if !self.names.contains_key(&digest) && !names.iter().any(|known| known.digest == digest) {
                names.push(Arc::clone(&booking.names));
            }
        }
        let id = operation.id.clone();
        let mut record = Record { operation, names, outcomes, openings, digest: self.digest() };
        record.digest = WireRecord::new(&record).digest(self.digest()).ok_or_else(|| Refusal::Internal(id.clone()))?;
        self.take(record).ok_or(Refusal::Internal(id))
    }

    /// Takes a record's effects over, all but those on the ledger.
    fn take(&mut self, record: Record) -> Option<usize> {
        let number = self.records.len();
        match &record.operation.act {
            Act::Enrol(person) => {
                if let Some(known) = self.persons.get(&person.id) {
                    for household in known.person.households() {
                        let count = self.households.get(household).copied().unwrap_or(0);
                        self.households.insert(household.to_owned(), count.saturating_sub(1));
                    }
                }
                for household in person.households() {
                    let count = self.households.get(household).copied().unwrap_or(0);
                    self.households.insert(household.to_owned(), count.checked_add(1)?);
                }
                let enrolled = Enrolled { person: Arc::new((**person).clone()), openings: record.openings.clone() };
                self.persons.insert(person.id.clone(), enrolled);
            }
            Act::Adopt(adoption) => {
                let adopted = (adoption.scheme.clone(), adoption.version.clone());
                self.adopted.retain(|known| *known != adopted);
                self.adopted.push(adopted);
            }
            _ => {}
        }
        for names in &record.names {
            self.names.insert(names.digest, Arc::clone(names));
        }
        for one in &record.outcomes {
            match (&one.outcome, &one.place) {
                (None, _) => drop(self.remove(&one.claim)),
                (Some(outcome), None) => self.claims.get_mut(&one.claim)?.outcome = Arc::clone(outcome),
                (Some(outcome), Some(place)) => {
                    let (claim, reserved_until) = self.content(&record.operation.act, &one.claim)?;
                    self.remove(&one.claim);
                    self.insert(number, claim, reserved_until, place, outcome);
                }
            }
        }
        if !matches!(record.operation.act, Act::Expire(_)) {
            self.operations.insert(record.operation.id.clone(), number);
        }
        self.records.push(record);
        Some(number)
    }

    /// What a claim that an operation puts in its place says.
    fn content(&self, act: &Act, id: &str) -> Option<(Arc<Claim>, Option<NaiveDate>)> {
        Some(match act {
            Act::Submit(submission) => (Arc::new(submission.claim.clone()), None),
            Act::Correct(claim) => (Arc::new((**claim).clone()), None),
            Act::Reserve(reservation) => (Arc::new(reservation.claim.clone()), Some(reservation.expires)),
            Act::Payment(payment) => {
                let mut claim = (*self.claims.get(id)?.claim).clone();
                claim.prior.insert(payment.layer.clone(), payment.paid.clone());
                (Arc::new(claim), None)
            }
            _ => {
                let entry = self.claims.get(id)?;
                (Arc::clone(&entry.claim), entry.reserved_until)
            }
        })
    }

    fn remove(&mut self, claim: &str) -> Option<Entry> {
        let entry = self.claims.remove(claim)?;
        for account in &entry.accounts {
            if let Some(turns) = self.turns.get_mut(account) {
                turns.remove(&entry.turn);
                if turns.is_empty() {
                    self.turns.remove(account);
                }
            }
        }
        if let Some(claims) = self.claims_of.get_mut(&entry.claim.person) {
            claims.remove(claim);
            if claims.is_empty() {
                self.claims_of.remove(&entry.claim.person);
            }
        }
        if let Some(until) = entry.reserved_until {
            self.reservations.remove(&(until, claim.to_owned()));
        }
        Some(entry)
    }

    fn insert(&mut self, number: usize, claim: Arc<Claim>, reserved_until: Option<NaiveDate>, place: &Place, outcome: &Arc<Outcome>) {
        let accounts = place.accounts(&claim.person);
        let turn = Turn::new(place, &claim, number);
        let id = claim.id.clone();
        if place.as_incurred {
            for account in &accounts {
                self.turns.entry(account.clone()).or_default().insert(turn.clone());
            }
        }
        self.claims_of.entry(claim.person.clone()).or_default().insert(id.clone());
        if let Some(until) = reserved_until {
            self.reservations.insert((until, id.clone()));
        }
        let (as_incurred, outcome) = (place.as_incurred, Arc::clone(outcome));
        self.claims.insert(id, Entry { claim, reserved_until, as_incurred, turn, accounts, outcome, decided_in: number });
    }

    /// Sums the ledger up anew.
    pub(super) fn sum_up(&mut self) -> Option<()> {
        let mut ledger = Ledger::new().with_stays_of(&self.ledger);
        for names in self.names.values() {
            ledger.set_names(&names.scheme, names.accumulators.iter().map(|a| (a.key, a.per, a.name.as_str())));
        }
        for enrolled in self.persons.values() {
            for one in &enrolled.openings {
                one.post(&mut ledger, &enrolled.person.id)?;
            }
        }
        for entry in self.claims.values() {
            post(&mut ledger, &entry.claim, &entry.outcome, false)?;
        }
        self.ledger = ledger;
        Some(())
    }

    /// The journal up to a record, read from what is stored of it.
    pub(super) fn read(records: impl Iterator<Item = WireRecord>) -> Result<Journal, StoreError> {
        let mut journal = Journal::new();
        for wire in records {
            let number = journal.records.len();
            let unfit = || StoreError::Digest(number);
            let digest = wire.digest.ok_or_else(unfit)?;
            if wire.digest(journal.digest()) != Some(digest) {
                return Err(unfit());
            }
            // What was known on a day is found by the days of the records.
            if journal.last_day().is_some_and(|last| wire.operation.received < last) {
                return Err(StoreError::Content(number));
            }
            let record = wire.read(&mut journal, digest).ok_or(StoreError::Content(number))?;
            journal.take(record).ok_or(StoreError::Content(number))?;
        }
        journal.sum_up().ok_or(StoreError::Content(journal.records.len()))?;
        Ok(journal)
    }

    /// The first records as they are stored.
    pub(super) fn wire(&self, count: usize) -> impl Iterator<Item = WireRecord> {
        self.records.iter().take(count).map(WireRecord::stored)
    }
}

impl OpeningPosting {
    /// Makes the accumulator known, and that the person has brought what they bring to this scheme.
    pub(super) fn announce(&self, ledger: &mut Ledger, person: &str) {
        // Nobody brings anything to a stay.
        ledger.set_names(&self.scheme, [(self.key, Per::Lifetime, self.accumulator.as_str())].into_iter());
        ledger.set_opened(person, &self.scheme);
    }

    fn post(&self, ledger: &mut Ledger, person: &str) -> Option<()> {
        self.announce(ledger, person);
        ledger.post(self.owner, &self.id, self.key, self.period, self.amount)
    }
}

/// Why a stored journal is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum StoreError {
    #[error("record {0} of the journal does not fit its digest: it was changed, or a record before it is missing")]
    Digest(usize),
    #[error("record {0} of the journal does not follow from those before it")]
    Content(usize),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a journal")]
struct WireJournal {
    format: u32,
    records: Vec<WireRecord>,
    /// Of the last record; that of nothing if there is none.
    digest: Digest,
}

/// A record as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireRecord {
    operation: Operation,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    schemes: Vec<Names>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    openings: Vec<WireOpening>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    outcomes: Vec<WireRecordOutcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireOpening {
    scheme: String,
    accumulator: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    household: Option<String>,
    period: i32,
    amount: Money,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireRecordOutcome {
    claim: String,
    /// Where it stands, if it comes, or comes anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<WirePlace>,
    /// Nothing for a claim that is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<WireOutcome>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WirePlace {
    scheme: String,
    as_incurred: bool,
    #[serde(deserialize_with = "strict::read")]
    rule_date: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    household: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    with_everyone: bool,
}

impl WireRecord {
    fn new(record: &Record) -> WireRecord {
        let place = |place: &Place| WirePlace {
            scheme: place.scheme.to_string(),
            as_incurred: place.as_incurred,
            rule_date: place.rule_date,
            household: place.household.clone(),
            with_everyone: place.with_everyone,
        };
        WireRecord {
            operation: record.operation.clone(),
            schemes: record.names.iter().map(|names| (**names).clone()).collect(),
            openings: record
                .openings
                .iter()
                .map(|one| WireOpening {
                    scheme: one.scheme.clone(),
                    accumulator: one.accumulator.clone(),
                    household: if one.owner == Owner::Household { Some(one.id.clone()) } else { None },
                    period: one.period,
                    amount: Money::from_micros(one.amount),
                })
                .collect(),
            outcomes: record
                .outcomes
                .iter()
                .map(|one| WireRecordOutcome {
                    claim: one.claim.clone(),
                    place: one.place.as_ref().map(place),
                    outcome: one.outcome.as_deref().map(WireOutcome::new),
                })
                .collect(),
            digest: None,
        }
    }

    fn stored(record: &Record) -> WireRecord {
        WireRecord { digest: Some(record.digest), ..WireRecord::new(record) }
    }

    /// The digest of the journal up to this record, after those before it.
    fn digest(&self, before: Digest) -> Option<Digest> {
        let content = (before, &self.operation, &self.schemes, &self.openings, &self.outcomes);
        serde_json::to_string(&content).ok().map(|text| Digest::of(text.as_bytes()))
    }

    fn read(self, journal: &mut Journal, digest: Digest) -> Option<Record> {
        let names: Vec<Arc<Names>> = self.schemes.into_iter().map(|names| Arc::new(names.with_keys())).collect();
        let found: BTreeMap<Digest, Arc<Names>> = names.iter().chain(journal.names.values()).map(|n| (n.digest, Arc::clone(n))).collect();
        let person = match &self.operation.act {
            Act::Enrol(person) => person.id.clone(),
            _ => String::new(),
        };
        let openings = self.openings.into_iter().map(|one| {
            let (owner, id) = one.household.map_or_else(|| (Owner::Person, person.clone()), |household| (Owner::Household, household));
            let key = AccumulatorKey::new(&one.scheme, &one.accumulator);
            let (period, amount) = (one.period, one.amount.micros());
            OpeningPosting { scheme: one.scheme, accumulator: one.accumulator, owner, id, key, period, amount }
        });
        let openings = openings.collect();
        let mut outcomes = Vec::new();
        for one in self.outcomes {
            let outcome = match one.outcome {
                None => None,
                Some(outcome) => {
                    let (claim, _) =
                        journal.content(&self.operation.act, &one.claim).filter(|(claim, _)| claim.id == one.claim).or_else(|| {
                            let entry = journal.claims.get(&one.claim)?;
                            Some((Arc::clone(&entry.claim), None))
                        })?;
                    let stay = match &claim.stay {
                        Some(stay) => Some(journal.ledger.stay(&claim.person, stay)?),
                        None => None,
                    };
                    Some(Arc::new(outcome.read(|digest| found.get(&digest).cloned(), stay)?))
                }
            };
            let place = one.place.map(|place| Place {
                scheme: place.scheme.into(),
                as_incurred: place.as_incurred,
                rule_date: place.rule_date,
                household: place.household,
                with_everyone: place.with_everyone,
            });
            outcomes.push(RecordOutcome { claim: one.claim, outcome, place });
        }
        Some(Record { operation: self.operation, names, outcomes, openings, digest })
    }
}

/// As it is stored in a journal, digest included. Who keeps journals in a database may so write what is new, record by record, and load
/// `{"format": 1, "records": [...], "digest": ...}` with the last record's digest.
impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WireRecord::stored(self).serialize(serializer)
    }
}

impl Serialize for Journal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WireJournal { format: FORMAT, records: self.wire(self.records.len()).collect(), digest: self.digest() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Journal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = WireJournal::deserialize(deserializer)?;
        if wire.format != FORMAT {
            return Err(de::Error::custom(format_args!("journal format {} is not known; this version reads {FORMAT}", wire.format)));
        }
        let journal = Journal::read(wire.records.into_iter()).map_err(de::Error::custom)?;
        if journal.digest() != wire.digest {
            return Err(de::Error::custom("the journal's last digest does not fit: records at its end are missing"));
        }
        Ok(journal)
    }
}
