//! Files of persons.

use std::collections::BTreeMap;

use super::cells::{Cell, Fault, word};
use super::error::{Error, ErrorKind, Errors};
use super::json;
use super::rows::Table;
use super::source::{Format, Source};
use crate::batch::People;
use crate::claim::Person;
use crate::diagnostic::{Message, refused};

const COLUMNS: &[&str] = &["id", "household", "birth_date", "attributes.NAME"];

enum Column {
    Id,
    Household,
    BirthDate,
    Attribute(String),
}

fn column(name: &str) -> Option<Column> {
    Some(match name {
        "id" => Column::Id,
        "household" => Column::Household,
        "birth_date" => Column::BirthDate,
        _ => match name.strip_prefix("attributes.") {
            Some(name) if !name.is_empty() => Column::Attribute(name.to_owned()),
            _ => return None,
        },
    })
}

/// Reads persons from a CSV or JSON file.
///
/// # Errors
/// Everything that is wrong with the file, each with its place: a person who is left out would change other people's sums.
pub fn read_people(source: &Source) -> Result<People, Errors> {
    let mut reader = Reader { source, errors: None, persons: Vec::new(), lines: BTreeMap::new() };
    match source.format() {
        Format::Csv => reader.csv()?,
        Format::Json => reader.json()?,
    }
    match reader.errors {
        Some(errors) => Err(errors),
        None => People::new(reader.persons).map_err(|e| Error::new(ErrorKind::BadValue, source.name(), e.message()).into()),
    }
}

/// Reads what is known of households, for schemes that settle for them: a file like one of persons.
///
/// # Errors
/// Everything that is wrong with the file, each with its place.
pub fn read_households(source: &Source, people: People) -> Result<People, Errors> {
    let households: Vec<Person> = read_people(source)?.iter().cloned().collect();
    people.with_households(households).map_err(|e| Error::new(ErrorKind::BadValue, source.name(), e.message()).into())
}

struct Reader<'s> {
    source: &'s Source,
    errors: Option<Errors>,
    persons: Vec<Person>,
    /// Where each person stands.
    lines: BTreeMap<String, usize>,
}

impl Reader<'_> {
    fn error(&mut self, kind: ErrorKind, line: usize, field: &str, message: Message) {
        let mut error = Error::new(kind, self.source.name(), message).at(line, None);
        if !field.is_empty() {
            error = error.field(field);
        }
        Errors::push(&mut self.errors, error);
    }

    fn take(&mut self, person: Person, line: usize) {
        for (name, dated) in &person.attributes {
            for value in dated.values() {
                if let (Some(from), Some(until)) = (value.from, value.until)
                    && until <= from
                {
                    let message = refused::ends_on(value.value.as_str(), until, from);
                    self.error(ErrorKind::BadValue, line, &format!("attributes.{name}"), message);
                }
            }
        }
        match self.lines.get(&person.id).copied() {
            Some(first) => self.error(ErrorKind::DuplicateId, line, "id", refused::person_twice(&person.id, first)),
            None => {
                self.lines.insert(person.id.clone(), line);
                self.persons.push(person);
            }
        }
    }

    fn csv(&mut self) -> Result<(), Errors> {
        let mut table = Table::open(self.source, COLUMNS, &["id"], column)?;
        while let Some(row) = table.next_row() {
            if let Some((kind, message)) = row.fault {
                self.error(kind, row.line, "", message);
                continue;
            }
            let mut person = Person::default();
            let mut bad = false;
            for ((name, column), text) in table.columns.iter().zip(&row.fields) {
                if let Err(fault) = fill(&mut person, column, Cell { column: name, text }) {
                    bad = true;
                    self.error(ErrorKind::BadValue, row.line, &fault.field, fault.message);
                }
            }
            if !bad {
                self.take(person, row.line);
            }
        }
        Ok(())
    }

    fn json(&mut self) -> Result<(), Errors> {
        for element in json::elements(self.source, refused::array_of_persons)? {
            match element.read::<Person>() {
                Err((fault, line)) => self.error(ErrorKind::BadValue, line, &fault.field, fault.message),
                Ok(person) => match Some(person.id.as_str()).filter(|id| !id.is_empty()).ok_or_else(refused::is_empty).and_then(word) {
                    Err(message) => self.error(ErrorKind::BadValue, element.line, "id", message),
                    Ok(_) => self.take(person, element.line),
                },
            }
        }
        Ok(())
    }
}

fn fill(person: &mut Person, column: &Column, cell: Cell<'_>) -> Result<(), Fault> {
    match column {
        Column::Id => person.id = cell.needed()?.to_owned(),
        Column::Household => person.household = cell.dated()?.unwrap_or_default(),
        Column::BirthDate => person.birth_date = cell.date()?,
        Column::Attribute(name) => {
            if let Some(dated) = cell.dated()? {
                person.attributes.insert(name.clone(), dated);
            }
        }
    }
    Ok(())
}
