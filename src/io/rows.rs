//! CSV, strictly: a row is a line, and every fault has its place.
//!
//! The usual readers of CSV take a stray quote as the beginning of a field that goes on over the next lines, perhaps to the end of the file, and say
//! nothing. Here a field ends with its line, so that one bad row costs one row.

use std::borrow::Cow;

use super::error::{Error, ErrorKind, Errors};
use super::source::Source;
use crate::diagnostic::{Message, nearest, refused};

/// The most bytes in a field; longer ones are refused, so that messages stay short.
const FIELD_LIMIT: usize = 1_000;
/// The most columns.
const COLUMN_LIMIT: usize = 10_000;

/// A file with its header read.
pub(super) struct Table<'s, C> {
    pub(super) columns: Vec<(String, C)>,
    lines: Lines<'s>,
}

struct Lines<'s> {
    rest: Option<&'s str>,
    line: usize,
}

impl<'s> Iterator for Lines<'s> {
    type Item = (usize, &'s str);

    /// The next line that is not blank.
    fn next(&mut self) -> Option<(usize, &'s str)> {
        loop {
            let rest = self.rest?;
            let (line, rest) = match rest.split_once('\n') {
                Some((line, rest)) => (line, Some(rest)),
                None => (rest, None),
            };
            self.rest = rest;
            self.line = self.line.saturating_add(1);
            let line = line.strip_suffix('\r').unwrap_or(line);
            if !line.is_empty() {
                return Some((self.line, line));
            }
        }
    }
}

/// One row: its fields, or why it has none.
pub(super) struct Row<'s> {
    pub(super) line: usize,
    pub(super) fields: Vec<Cow<'s, str>>,
    pub(super) fault: Option<(ErrorKind, Message)>,
}

/// Splits a line into fields. On a fault the fields before it are there.
fn split<'s>(line: &'s str, fields: &mut Vec<Cow<'s, str>>) -> Result<(), Message> {
    let mut rest = line;
    loop {
        let number = fields.len().saturating_add(1);
        let fault = |what: Message| Err(refused::field_fault(number, &what));
        let (field, after) = match rest.strip_prefix('"') {
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                if field.contains('"') {
                    return fault(refused::stray_quote());
                }
                (Cow::Borrowed(field), after)
            }
            Some(quoted) => {
                let mut from = 0usize;
                let end = loop {
                    let Some(at) = quoted.get(from..).and_then(|t| t.find('"')) else {
                        return fault(refused::open_quote());
                    };
                    let at = from.saturating_add(at);
                    let next = at.saturating_add(1);
                    if quoted.get(next..).is_some_and(|t| t.starts_with('"')) {
                        from = next.saturating_add(1);
                    } else {
                        break at;
                    }
                };
                let (field, after) = quoted.split_at(end);
                let after = after.strip_prefix('"').unwrap_or(after);
                if !after.is_empty() && !after.starts_with(',') {
                    return fault(refused::text_after_quote());
                }
                let field = if field.contains('"') { Cow::Owned(field.replace("\"\"", "\"")) } else { Cow::Borrowed(field) };
                (field, after)
            }
        };
        if field.len() > FIELD_LIMIT {
            return fault(refused::longer_than(FIELD_LIMIT));
        }
        if number > COLUMN_LIMIT {
            return Err(refused::more_than_fields(COLUMN_LIMIT));
        }
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return Ok(()),
        }
    }
}

impl<'s, C> Table<'s, C> {
    /// Reads the header. `column` says what a column means; `known` are the names for suggestions, `required` those that must be there.
    pub(super) fn open(
        source: &'s Source,
        known: &[&str],
        required: &[&str],
        column: impl Fn(&str) -> Option<C>,
    ) -> Result<Table<'s, C>, Errors> {
        let mut lines = Lines { rest: Some(source.text()), line: 0 };
        let Some((line, header)) = lines.next().filter(|_| !source.is_blank()) else { return Err(source.empty().into()) };
        let mut errors = None;
        let mut push = |kind, message: Message| Errors::push(&mut errors, Error::new(kind, source.name(), message).at(line, None));
        let mut names = Vec::new();
        if let Err(message) = split(header, &mut names) {
            push(ErrorKind::Malformed, refused::bad_header(&message));
            names.clear();
        }
        let mut columns: Vec<(String, C)> = Vec::new();
        for name in &names {
            if columns.iter().any(|(other, _)| other == name) {
                push(ErrorKind::DuplicateColumn, refused::column_twice(name));
                continue;
            }
            match column(name) {
                Some(meaning) => columns.push((name.to_string(), meaning)),
                None if name.is_empty() => push(ErrorKind::UnknownColumn, refused::column_unnamed()),
                None => {
                    let message = match nearest(name, known.iter().copied()) {
                        Some(near) => refused::no_column_near(name, near),
                        None => refused::no_column(name, &refused::listed(known.iter().copied())),
                    };
                    push(ErrorKind::UnknownColumn, message);
                }
            }
        }
        for name in required {
            if !names.is_empty() && !names.iter().any(|n| n == name) {
                push(ErrorKind::MissingColumn, refused::column_missing(name));
            }
        }
        match errors {
            Some(errors) => Err(errors),
            None => Ok(Table { columns, lines }),
        }
    }

    /// The next row.
    pub(super) fn next_row(&mut self) -> Option<Row<'s>> {
        let (line, text) = self.lines.next()?;
        let mut fields = Vec::with_capacity(self.columns.len());
        let fault = match split(text, &mut fields) {
            Err(message) => Some((ErrorKind::Malformed, message)),
            Ok(()) if fields.len() != self.columns.len() => {
                let message = refused::field_count(fields.len(), self.columns.len());
                Some((ErrorKind::FieldCount, message))
            }
            Ok(()) => None,
        };
        Some(Row { line, fields, fault })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str) -> Result<Vec<String>, Message> {
        let mut fields = Vec::new();
        split(line, &mut fields)?;
        Ok(fields.into_iter().map(Cow::into_owned).collect())
    }

    #[test]
    fn fields_of_a_line() {
        assert_eq!(fields("a,,b").unwrap(), ["a", "", "b"]);
        assert_eq!(fields("\"a,b\",\"\",\"say \"\"hi\"\"\",c,").unwrap(), ["a,b", "", "say \"hi\"", "c", ""]);
        assert_eq!(fields("\"\"\"\"").unwrap(), ["\""]);
    }

    #[test]
    fn stray_quotes_are_faults() {
        assert_eq!(fields("a,\"b").unwrap_err(), "field 2: a quote that is not closed on its line");
        assert_eq!(fields("a,b\"c").unwrap_err(), "field 2: a quote inside a field that does not begin with one");
        assert_eq!(fields("a,\"b\"c").unwrap_err(), "field 2: text after the closing quote");
        assert_eq!(fields(&"x".repeat(1_001)).unwrap_err(), "field 1: longer than 1000 bytes");
    }
}
