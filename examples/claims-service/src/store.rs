//! Journals in SQLite: one for each circle of households, one row for each record.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use medaid::Person;
use medaid::journal::{Act, Desk, Journal, Operation, Receipt, Refusal};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

/// The format of the file, and that of the journals in it.
const FORMAT: i64 = 1;
const JOURNAL_FORMAT: u32 = 1;

/// How many journals are kept in memory at most.
const KEPT: usize = 4096;

const TABLES: &str = "
    CREATE TABLE rules (digest TEXT NOT NULL) STRICT;
    CREATE TABLE circles (circle INTEGER PRIMARY KEY, records INTEGER NOT NULL, digest TEXT NOT NULL) STRICT;
    CREATE TABLE records (
        circle INTEGER NOT NULL REFERENCES circles, number INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (circle, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE names (
        kind TEXT NOT NULL, id TEXT NOT NULL, circle INTEGER NOT NULL REFERENCES circles, PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 1;
";

/// What has a name, unique in the whole file, and belongs to one journal.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Person,
    Household,
    Claim,
    Operation,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Person => "person",
            Kind::Household => "household",
            Kind::Claim => "claim",
            Kind::Operation => "operation",
        }
    }
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("there is no {kind} `{id}`", kind = .0.word(), id = .1)]
    Unknown(Kind, String),
    #[error("operation `{0}`: the person or the households are in separate journals already, and journals are not joined")]
    Apart(String),
    #[error("operation `{id}`: claim `{claim}` is in the journal of another household")]
    ClaimElsewhere { id: String, claim: String },
    #[error("operation `{0}`: versions are not adopted by message here; they are given when the service starts")]
    NoAdoption(String),
    #[error("the stored journal is damaged: {0}")]
    Damaged(String),
    #[error("the database: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("the database was made with other rules, or by another version of this service")]
    OtherRules,
}

/// What the threads share.
#[derive(Debug, Default)]
pub struct Shared {
    /// Whose turn it is to write. SQLite would see to it too, but by polling.
    turn: Mutex<()>,
    /// Journals as they were last read or written. One is used only if its digest is the one that the database states.
    journals: Mutex<BTreeMap<i64, Arc<Journal>>>,
}

impl Shared {
    fn journals(&self) -> MutexGuard<'_, BTreeMap<i64, Arc<Journal>>> {
        self.journals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, circle: i64, journal: Arc<Journal>) {
        let mut journals = self.journals();
        if journals.len() >= KEPT && !journals.contains_key(&circle) {
            journals.pop_first();
        }
        journals.insert(circle, journal);
    }
}

/// A thread's connection.
#[derive(Debug)]
pub struct Store<'s> {
    connection: Connection,
    shared: &'s Shared,
}

impl<'s> Store<'s> {
    /// Opens the file, or makes it, for these rules.
    pub fn open(file: &Path, rules: &str, shared: &'s Shared) -> Result<Store<'s>, Problem> {
        let mut connection = Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let format: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if format == 0 {
            transaction.execute_batch(TABLES)?;
            transaction.execute("INSERT INTO rules VALUES (?)", [rules])?;
        } else if format != FORMAT || transaction.query_row("SELECT digest FROM rules", [], |row| row.get::<_, String>(0))? != rules {
            return Err(Problem::OtherRules);
        }
        transaction.commit()?;
        Ok(Store { connection, shared })
    }

    /// Whether the file can be read.
    pub fn check(&self) -> Result<(), Problem> {
        Ok(self.connection.query_row("SELECT count(*) FROM rules", [], |_| Ok(()))?)
    }

    /// The journal in which something is.
    pub fn journal(&mut self, kind: Kind, id: &str) -> Result<Arc<Journal>, Problem> {
        let transaction = self.connection.transaction()?;
        let circle = find(&transaction, kind, id)?.ok_or_else(|| Problem::Unknown(kind, id.to_owned()))?;
        let journal = load(&transaction, self.shared, circle)?;
        self.shared.keep(circle, Arc::clone(&journal));
        Ok(journal)
    }

    /// Carries an operation out. When this returns, what came of it is on the disk, or nothing was done.
    pub fn carry_out(&mut self, desk: &mut Desk<'_>, operation: &Operation) -> Result<Receipt, Problem> {
        let _turn = self.shared.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let circle = route(&transaction, operation)?;
        let loaded = circle.map_or_else(|| Ok(Arc::default()), |circle| load(&transaction, self.shared, circle))?;
        // If anything fails from here on, the next one reads the journal anew.
        circle.map(|circle| self.shared.journals().remove(&circle));
        let mut journal = Arc::unwrap_or_clone(loaded);
        let known = journal.records().len();
        let receipt = desk.apply(&mut journal, operation)?;
        let circle = if receipt.is_repeated() { circle } else { Some(write(&transaction, circle, &journal, known)?) };
        transaction.commit()?;
        if let Some(circle) = circle {
            self.shared.keep(circle, Arc::new(journal));
        }
        Ok(receipt)
    }
}

fn find(transaction: &Transaction<'_>, kind: Kind, id: &str) -> Result<Option<i64>, Problem> {
    let mut statement = transaction.prepare_cached("SELECT circle FROM names WHERE kind = ? AND id = ?")?;
    Ok(statement.query_row(params![kind.word(), id], |row| row.get(0)).optional()?)
}

/// The circle that an operation belongs to; nothing for a new one.
fn route(transaction: &Transaction<'_>, operation: &Operation) -> Result<Option<i64>, Problem> {
    // What was carried out before is answered where it was.
    if let Some(circle) = find(transaction, Kind::Operation, &operation.id)? {
        return Ok(Some(circle));
    }
    let known = |kind, id: &str| find(transaction, kind, id)?.ok_or_else(|| Problem::Unknown(kind, id.to_owned()));
    let claim = match &operation.act {
        Act::Enrol(person) => {
            let mut circles = BTreeSet::new();
            circles.extend(find(transaction, Kind::Person, &person.id)?);
            for household in households(person) {
                circles.extend(find(transaction, Kind::Household, household)?);
            }
            return match circles.len() {
                0 | 1 => Ok(circles.first().copied()),
                _ => Err(Problem::Apart(operation.id.clone())),
            };
        }
        Act::Submit(submission) => &submission.claim,
        Act::Correct(claim) => claim,
        Act::Reserve(reservation) => &reservation.claim,
        Act::Void(one) | Act::Release(one) | Act::Expire(one) => return known(Kind::Claim, &one.claim).map(Some),
        Act::Payment(payment) => return known(Kind::Claim, &payment.claim).map(Some),
        // `Act` may grow.
        _ => return Err(Problem::NoAdoption(operation.id.clone())),
    };
    let circle = known(Kind::Person, &claim.person)?;
    match find(transaction, Kind::Claim, &claim.id)? {
        Some(other) if other != circle => Err(Problem::ClaimElsewhere { id: operation.id.clone(), claim: claim.id.clone() }),
        _ => Ok(Some(circle)),
    }
}

/// Every household to which a person ever belongs, the one of their own included, if they are alone at times.
fn households(person: &Person) -> impl Iterator<Item = &str> {
    let alone = !person.household.values().iter().any(|one| one.from.is_none() && one.until.is_none());
    person.households().chain(alone.then_some(person.id.as_str()))
}

/// A journal as the database has it.
fn load(transaction: &Transaction<'_>, shared: &Shared, circle: i64) -> Result<Arc<Journal>, Problem> {
    let digest: String =
        transaction.prepare_cached("SELECT digest FROM circles WHERE circle = ?")?.query_row([circle], |row| row.get(0))?;
    let kept = shared.journals().get(&circle).cloned();
    if let Some(journal) = kept.filter(|journal| journal.digest().to_string() == digest) {
        return Ok(journal);
    }
    let mut statement = transaction.prepare_cached("SELECT record FROM records WHERE circle = ? ORDER BY number")?;
    let records = statement.query_map([circle], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    let text = format!(r#"{{"format":{JOURNAL_FORMAT},"records":[{}],"digest":"{digest}"}}"#, records.join(","));
    // Reading checks the digest of every record, and the last one.
    serde_json::from_str(&text).map(Arc::new).map_err(|error| Problem::Damaged(error.to_string()))
}

/// Writes what is new in a journal, and the names in it.
fn write(transaction: &Transaction<'_>, circle: Option<i64>, journal: &Journal, known: usize) -> Result<i64, Problem> {
    let (count, digest) = (journal.records().len() as u64, journal.digest().to_string());
    let circle = match circle {
        Some(circle) => {
            transaction
                .prepare_cached("UPDATE circles SET records = ?, digest = ? WHERE circle = ?")?
                .execute(params![count, digest, circle])?;
            circle
        }
        None => {
            transaction.prepare_cached("INSERT INTO circles (records, digest) VALUES (?, ?)")?.execute(params![count, digest])?;
            transaction.last_insert_rowid()
        }
    };
    let mut put = transaction.prepare_cached("INSERT INTO records VALUES (?, ?, ?)")?;
    let mut put_name = transaction.prepare_cached("INSERT INTO names VALUES (?, ?, ?) ON CONFLICT DO NOTHING")?;
    let mut name = |kind: Kind, id: &str| put_name.execute(params![kind.word(), id, circle]);
    for (number, record) in journal.records().iter().enumerate().skip(known) {
        let text = serde_json::to_string(record).map_err(|error| Problem::Damaged(error.to_string()))?;
        put.execute(params![circle, number as u64, text])?;
        let operation = record.operation();
        match &operation.act {
            // Journals write this themselves; it has no id of the sender's.
            Act::Expire(_) => continue,
            Act::Enrol(person) => {
                name(Kind::Person, &person.id)?;
                for household in households(person) {
                    name(Kind::Household, household)?;
                }
            }
            act => {
                if let Some(claim) = act.claim() {
                    name(Kind::Claim, claim)?;
                }
            }
        }
        name(Kind::Operation, &operation.id)?;
    }
    Ok(circle)
}
