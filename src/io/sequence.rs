//! Streams of operations with what they need: rules, persons, and perhaps what must come out.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::error::{Error, ErrorKind, Errors};
use super::operations::{OperationsRead, read_operations};
use super::people::read_people;
use super::rows::Table;
use super::scenario::{ScenarioError, names_in, read_plans, schemes_among};
use super::source::Source;
use crate::batch::{Mismatch, People, PlanBook};
use crate::claim::Person;
use crate::diagnostic::refused;
use crate::diagnostic::{Diagnostics, Message};
use crate::journal::{Act, Desk, Journal, Operation, Receipt, Refusal, Rules};
use crate::money::Money;
use crate::plan::Plan;

/// The file that says what must change.
const EXPECTED: &str = "expect-changes.csv";

/// A stream of operations with the rules and persons that it needs: a folder with `operations.jsonl` in place of claims.
#[derive(Debug)]
#[non_exhaustive]
pub struct Sequence {
    /// The rules: versions that an operation adopts come into force with it, all others are so from the beginning.
    pub rules: Rules,
    /// Persons that are enrolled before anything else, by id.
    pub people: People,
    /// The operations, and what of them could not be read.
    pub operations: OperationsRead,
    /// What must change with each operation, if it is said.
    pub expected: Option<ExpectedChanges>,
    /// Findings about the schemes that are no errors.
    pub warnings: Vec<Diagnostics>,
}

impl Sequence {
    /// Whether a folder holds a stream of operations.
    pub fn is_in(folder: impl AsRef<Path>) -> bool {
        folder.as_ref().join("operations.jsonl").is_file()
    }

    /// Reads a folder.
    ///
    /// # Errors
    /// If a file is missing or cannot be read, if the schemes have errors or do not go together, or if there are claims beside the operations.
    pub fn open(folder: impl AsRef<Path>) -> Result<Sequence, ScenarioError> {
        let folder = folder.as_ref();
        let names = names_in(folder)?;
        if let Some(claims) = names.iter().find(|name| ["claims.csv", "claims.json"].contains(&name.as_str())) {
            return Err(Error::new(ErrorKind::WrongFiles, &folder.display().to_string(), refused::both_streams(claims)).into());
        }
        let schemes = schemes_among(folder, &names)?;
        let people = ["people.csv", "people.json"].iter().find(|name| names.iter().any(|n| n == *name)).map(|name| folder.join(name));
        let people = people.map(Source::open).transpose()?;
        let mut sequence = Sequence::read(&schemes, people.as_ref(), &Source::open(folder.join("operations.jsonl"))?)?;
        if names.iter().any(|name| name == EXPECTED) {
            sequence.expected = Some(ExpectedChanges::read(&Source::open(folder.join(EXPECTED))?)?);
        }
        Ok(sequence)
    }

    /// Reads schemes, persons and operations from files of any name. Persons may also be enrolled by operations.
    ///
    /// # Errors
    /// If a file cannot be read, or if the schemes have errors or do not go together.
    pub fn read(schemes: &[PathBuf], people: Option<&Source>, operations: &Source) -> Result<Sequence, ScenarioError> {
        let (plans, warnings) = read_plans(schemes)?;
        if let Some(plan) = plans.iter().find(|plan| plan.settles.is_some()) {
            return Err(Error::new(ErrorKind::WrongFiles, operations.name(), refused::settles_no_stream(&plan.id)).into());
        }
        let operations = read_operations(operations);
        let adopted = |plan: &Plan| {
            operations.operations.iter().any(|(_, operation)| match &operation.act {
                Act::Adopt(adoption) => adoption.scheme == plan.id && adoption.version == plan.version,
                _ => false,
            })
        };
        let (later, initial): (Vec<Plan>, Vec<Plan>) = plans.into_iter().partition(adopted);
        let mut rules = Rules::new(PlanBook::new(initial)?);
        for plan in later {
            rules = rules.with(plan)?;
        }
        let people = match people {
            Some(source) => read_people(source)?,
            None => People::default(),
        };
        Ok(Sequence { rules, people, operations, expected: None, warnings })
    }

    /// Carries all operations out, and tells what came of each.
    ///
    /// # Errors
    /// The receiver's own.
    pub fn carry_out<E>(
        &self,
        desk: &mut Desk<'_>,
        mut receive: impl FnMut(u64, &Operation, &Result<Receipt, Refusal>) -> Result<(), E>,
    ) -> Result<Journal, E> {
        let mut journal = Journal::new();
        for (line, operation) in self.operations() {
            let done = desk.apply(&mut journal, &operation);
            receive(line, &operation, &done)?;
        }
        Ok(journal)
    }

    /// Carries all operations out and compares what changes with what is expected; how many values are expected, and what differs. Nothing if nothing is.
    pub fn compare(&self) -> Option<(usize, Vec<Mismatch>)> {
        let expected = self.expected.as_ref()?;
        let mut found = Vec::new();
        let mut desk = Desk::new(&self.rules).without_decisions();
        let carried = self.carry_out(&mut desk, |line, operation, done| -> Result<(), Infallible> {
            match done {
                Ok(receipt) => {
                    for change in receipt.expired().iter().chain(receipt.changes()) {
                        let figures = change.figures().into_iter();
                        found.extend(figures.map(|f| (operation.id.clone(), change.claim().to_owned(), f.figure, f.was, f.now)));
                    }
                }
                Err(refusal) => {
                    let now = Some(refusal.code().to_owned());
                    found.push((operation.id.clone(), format!("line {line}"), "refused".to_owned(), None, now));
                }
            }
            Ok(())
        });
        carried.ok()?;
        Some((expected.values(), expected.compare(found)))
    }

    /// All operations in order: first those that enrol the persons, known on the day of the first operation; each with its line, 0 for those.
    pub fn operations(&self) -> impl Iterator<Item = (u64, Operation)> {
        let first = self.operations.operations.first().map_or(NaiveDate::MIN, |(_, operation)| operation.received);
        let enrol = move |person: &Person| {
            let act = Act::Enrol(Box::new(person.clone()));
            (0, Operation { id: format!("people: {}", person.id), received: first, act })
        };
        self.people.iter().map(enrol).chain(self.operations.operations.iter().cloned())
    }
}

/// What must change with each operation: `expect-changes.csv`, with the columns operation, claim, figure, was, now.
#[derive(Debug, Clone)]
pub struct ExpectedChanges {
    file: String,
    rows: Vec<(usize, Figure)>,
}

/// Operation, claim, figure, and what it was and is.
type Figure = (String, String, String, Option<String>, Option<String>);

const COLUMNS: &[&str] = &["operation", "claim", "figure", "was", "now"];

impl ExpectedChanges {
    /// Reads them from a CSV file.
    ///
    /// # Errors
    /// If a column is missing, unknown or there twice, and the first row that cannot be read.
    ///
    /// ```
    /// use medaid::io::{ExpectedChanges, Source};
    /// let text = "operation,claim,figure,was,now\no1,c1,paid,,140.00\n";
    /// let expected = ExpectedChanges::read(&Source::read("expect-changes.csv", text.as_bytes())?)?;
    /// assert_eq!(expected.file(), "expect-changes.csv");
    /// # Ok::<(), medaid::io::Errors>(())
    /// ```
    pub fn read(source: &Source) -> Result<ExpectedChanges, Errors> {
        let known = |name: &str| COLUMNS.iter().position(|column| *column == name);
        let mut table = Table::open(source, COLUMNS, COLUMNS, known)?;
        let mut rows = Vec::new();
        while let Some(row) = table.next_row() {
            if let Some((kind, message)) = row.fault {
                return Err(Error::new(kind, source.name(), message).at(row.line, None).into());
            }
            let mut cells: [Option<String>; 5] = Default::default();
            for ((_, column), text) in table.columns.iter().zip(&row.fields) {
                if let Some(cell) = cells.get_mut(*column).filter(|_| !text.is_empty()) {
                    *cell = Some(text.to_string());
                }
            }
            let [operation, claim, figure, was, now] = cells;
            let text = Option::unwrap_or_default;
            rows.push((row.line, (text(operation), text(claim), text(figure), was, now)));
        }
        Ok(ExpectedChanges { file: source.name().to_owned(), rows })
    }

    /// The file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// How many values it states: what was and what is.
    fn values(&self) -> usize {
        self.rows.iter().flat_map(|(_, (.., was, now))| [was, now]).filter(|value| value.is_some()).count()
    }

    fn compare(&self, found: Vec<Figure>) -> Vec<Mismatch> {
        let mut rest = found;
        let mut mismatches = Vec::new();
        let shown = |was: &Option<String>, now: &Option<String>| {
            let [was, now] = [was, now].map(|value| value.as_deref().unwrap_or("nothing"));
            format!("{was} -> {now}")
        };
        let mismatch = |line, claim: &str, path, expected, found| Mismatch {
            line,
            claim: claim.to_owned(),
            path,
            expected,
            found,
            note: Message::default(),
        };
        for (line, (operation, claim, figure, was, now)) in &self.rows {
            let at = rest.iter().position(|(o, c, f, ..)| (o, c, f) == (operation, claim, figure)).map(|at| rest.remove(at));
            let same = |a: &Option<String>, b: &Option<String>| match (a, b) {
                (Some(a), Some(b)) => a == b || matches!((a.parse::<Money>(), b.parse::<Money>()), (Ok(a), Ok(b)) if a == b),
                (None, None) => true,
                _ => false,
            };
            if at.as_ref().is_none_or(|(.., found_was, found_now)| !same(was, found_was) || !same(now, found_now)) {
                let found = at.map(|(.., was, now)| shown(&was, &now));
                mismatches.push(mismatch(*line, claim, format!("{operation}: {figure}"), shown(was, now), found));
            }
        }
        for (operation, claim, figure, was, now) in rest {
            let path = format!("{operation}: {figure}");
            mismatches.push(mismatch(0, &claim, path, "no change".to_owned(), Some(shown(&was, &now))));
        }
        mismatches
    }
}
