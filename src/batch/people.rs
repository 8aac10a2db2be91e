//! The persons of a batch.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::book::PlanBook;
use super::error::BatchError;
use crate::claim::{Claim, Person};
use crate::diagnostic::{nearest, refused};

/// How many findings about persons are told.
const TOLD: usize = 20;

/// Persons by id.
///
/// ```
/// use medaid::{Person, batch::People};
/// let people = People::new([Person { id: "p1".to_owned(), ..Person::default() }])?;
/// assert!(people.get("p1").is_some());
/// # Ok::<(), medaid::batch::BatchError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct People {
    persons: BTreeMap<String, Person>,
    /// What is known of households, for schemes that settle for them.
    households: BTreeMap<String, Person>,
    /// Of households whose members have belonged to several: by which of them all these go.
    circles: BTreeMap<String, String>,
}

impl People {
    /// Persons, each with an id of their own.
    ///
    /// # Errors
    /// If two have the same id, if somebody belongs to two households on one day, or if one who stands alone at any time has the name of somebody's
    /// household as id.
    pub fn new(persons: impl IntoIterator<Item = Person>) -> Result<People, BatchError> {
        let mut by_id = BTreeMap::new();
        for person in persons {
            if by_id.contains_key(&person.id) {
                return Err(BatchError::DuplicatePerson(person.id));
            }
            by_id.insert(person.id.clone(), person);
        }
        let households: BTreeSet<&str> = by_id.values().flat_map(Person::households).collect();
        let always = |p: &Person| p.household.values().iter().any(|h| h.from.is_none() && h.until.is_none());
        if let Some(person) = by_id.values().find(|p| !always(p) && households.contains(p.id.as_str())) {
            return Err(BatchError::AmbiguousHousehold(person.id.clone()));
        }
        for person in by_id.values() {
            let starts = person.household.values().iter().map(|h| h.from.unwrap_or(NaiveDate::MIN));
            for day in starts {
                person.household_on(day)?;
            }
        }
        let circles = circles(by_id.values());
        Ok(People { persons: by_id, households: BTreeMap::new(), circles })
    }

    /// By which name the claims of a person and of all with whom they ever share a household are ordered together.
    pub(super) fn circle<'a>(&'a self, person: &'a Person) -> &'a str {
        let household = person.households().min().unwrap_or(&person.id);
        self.circles.get(household).map_or(household, String::as_str)
    }

    /// Everybody whom a claim names, of whom nothing else is known: for where there is no file of persons.
    pub fn of_claims(claims: &[Claim]) -> People {
        let person = |claim: &Claim| (claim.person.clone(), Person { id: claim.person.clone(), ..Person::default() });
        People { persons: claims.iter().map(person).collect(), ..People::default() }
    }

    /// With what is known of households, written like persons: for schemes that settle for them. Of one that is not here nothing is known.
    ///
    /// # Errors
    /// If two have the same id.
    pub fn with_households(mut self, households: impl IntoIterator<Item = Person>) -> Result<People, BatchError> {
        for household in households {
            if self.households.contains_key(&household.id) {
                return Err(BatchError::DuplicateHousehold(household.id));
            }
            self.households.insert(household.id.clone(), household);
        }
        Ok(self)
    }

    /// What is known of a household.
    pub fn household(&self, id: &str) -> Option<&Person> {
        self.households.get(id)
    }

    /// The person with an id.
    pub fn get(&self, id: &str) -> Option<&Person> {
        self.persons.get(id)
    }

    /// All persons, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.persons.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.persons.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.persons.is_empty()
    }

    /// Refuses attributes that no scheme declares: a misspelt one would count as not given.
    pub(super) fn check(&self, book: &PlanBook) -> Result<(), BatchError> {
        let known = book.person_attributes();
        let mut findings = Vec::new();
        for person in self.iter().chain(self.households.values()) {
            for name in person.attributes.keys().filter(|name| !known.contains(name.as_str())) {
                let help = nearest(name, known.iter().copied()).map(refused::in_brackets).unwrap_or_default();
                findings.push(refused::no_person_attribute(&person.id, name).and(&help));
                if findings.len() >= TOLD {
                    return Err(BatchError::UnknownAttributes(findings));
                }
            }
        }
        if findings.is_empty() { Ok(()) } else { Err(BatchError::UnknownAttributes(findings)) }
    }
}

/// Of every household that is tied to another by a member who belonged to both: the first of all that are so tied.
fn circles<'a>(persons: impl Iterator<Item = &'a Person>) -> BTreeMap<String, String> {
    let mut of: BTreeMap<String, String> = BTreeMap::new();
    for person in persons.filter(|p| p.household.values().len() > 1) {
        let tied: BTreeSet<String> = person.households().map(|h| of.get(h).cloned().unwrap_or_else(|| h.to_owned())).collect();
        let Some(first) = tied.first() else { continue };
        for circle in of.values_mut().filter(|circle| tied.contains(*circle)) {
            circle.clone_from(first);
        }
        for household in person.households() {
            of.insert(household.to_owned(), first.clone());
        }
    }
    of
}
