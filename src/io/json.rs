//! JSON files: an array whose elements are read each on its own, so that one bad element costs one element.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::cells::Fault;
use super::error::{Error, ErrorKind};
use super::source::Source;
use crate::diagnostic::catalogue::number;
use crate::diagnostic::{Message, nearest, place, refused};
use crate::money::MoneyError;

/// The most characters of a message.
const MESSAGE_LIMIT: usize = 300;

/// One element of the array.
pub(super) struct Element<'s> {
    /// Its number, from 1.
    pub(super) number: usize,
    /// Its line, from 1.
    pub(super) line: usize,
    pub(super) text: &'s str,
}

/// The elements of a file that is an array; `array` says of what it must be.
pub(super) fn elements<'s>(source: &'s Source, array: fn() -> Message) -> Result<Vec<Element<'s>>, Error> {
    if source.is_blank() {
        return Err(source.empty());
    }
    let text = source.text();
    let start = text.len().saturating_sub(text.trim_start().len());
    if !text.trim_start().starts_with('[') {
        let (line, column) = place(text, start);
        return Err(Error::new(ErrorKind::Malformed, source.name(), array()).at(line, Some(column)));
    }
    let raw: Vec<&'s RawValue> = serde_json::from_str(text).map_err(|error| {
        let (line, column) = place(text, offset(text, &error).saturating_sub(1));
        Error::new(ErrorKind::Malformed, source.name(), refused::not_json(&words(&error))).at(line, Some(column))
    })?;
    let mut elements = Vec::with_capacity(raw.len());
    let (mut line, mut seen) = (1usize, 0usize);
    for (index, raw) in raw.into_iter().enumerate() {
        let raw = raw.get();
        let offset = (raw.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        line = line.saturating_add(text.get(seen..offset).map_or(0, |t| t.matches('\n').count()));
        seen = offset;
        elements.push(Element { number: index.saturating_add(1), line, text: raw });
    }
    Ok(elements)
}

impl Element<'_> {
    /// Reads the element, or says what is wrong with it, with the line in the file.
    pub(super) fn read<'de, T: Deserialize<'de>>(&'de self) -> Result<T, (Fault, usize)> {
        if !self.text.starts_with('{') {
            return Err((Fault::new("", refused::an_object()), self.line));
        }
        serde_json::from_str(self.text).map_err(|error| {
            let line = self.line.saturating_add(error.line()).saturating_sub(1);
            (fault(self.text, &error), line)
        })
    }

    /// A text of the element without its being read as a whole: for naming it when it cannot be.
    pub(super) fn peek(&self, field: &str) -> Option<String> {
        let value: serde_json::Value = serde_json::from_str(self.text).ok()?;
        value.get(field)?.as_str().map(str::to_owned)
    }
}

/// Reads a line that is an object, or says what is wrong with it.
pub(super) fn line<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Message> {
    if !text.trim_start().starts_with('{') {
        return Err(refused::an_object());
    }
    serde_json::from_str(text).map_err(|error| {
        if error.is_syntax() || error.is_eof() {
            return refused::line_is_no_json(&short(&without_place(&error)), error.column());
        }
        let Fault { field, message, .. } = fault(text, &error);
        if field.is_empty() { message } else { refused::in_field(&field, &message) }
    })
}

/// The words of an error.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

/// The byte of the text up to which the reader had come.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let line_start = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    line_start.saturating_add(error.column()).min(text.len())
}

/// The error without its place, without names of types, and not too long. Numbers can be too fine or too large, which are reasons of their own.
fn words(error: &serde_json::Error) -> Message {
    let text = &*without_place(error);
    if let Some(money) = of_money(text) {
        return number(&money);
    }
    if let Some((name, known)) = text.strip_prefix("unknown field `").and_then(|t| t.split_once("`, expected ")) {
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        return match nearest(&short(name), known.iter().copied()) {
            Some(near) => refused::no_field_near(&short(name), near),
            None => refused::no_field(&short(name), &refused::listed(known)),
        };
    }
    let quoted = |before: &str, after: &str| text.strip_prefix(before).and_then(|t| t.strip_suffix(after)).map(short);
    if let Some(name) = quoted("duplicate field `", "`") {
        return refused::field_twice(&name);
    }
    if let Some(name) = quoted("`", "` is given twice") {
        return refused::given_twice(&name);
    }
    if let Some(day) = quoted("`", "` is not a date of the form YYYY-MM-DD") {
        return refused::not_a_day(&day);
    }
    if let Some(found) = quoted("expected a decimal number, as text such as \"1234.50\", found ", "") {
        return refused::decimal_expected(&found);
    }
    if let Some((field, of)) = text.split_once("` belongs to `") {
        return refused::belongs_to(&short(field.trim_start_matches('`')), &short(of.trim_end_matches('`')));
    }
    if let Some(acts) = text.strip_prefix("an operation does one of: ") {
        return refused::an_operation_does(&refused::listed(acts.split(", ")));
    }
    if text.starts_with("a binary float is not exact") {
        return refused::binary_float();
    }
    if text.starts_with("EOF while parsing") {
        return refused::file_ends(text);
    }
    if let Some((found, wanted)) = text.rsplit_once(", expected ") {
        let expected = match wanted {
            "u64" | "u32" | "a whole number" => Some(refused::a_whole_number()),
            "a string" => Some(refused::a_string()),
            "a sequence" => Some(refused::a_sequence()),
            "a boolean" => Some(refused::true_or_false_here()),
            "a table of names and values" => Some(refused::a_table()),
            _ => wanted.starts_with("struct").then(refused::an_object_here),
        };
        if let Some(expected) = expected {
            return refused::should_be(&expected, &short(found));
        }
    }
    refused::said_by_the_reader(&short(text))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(MESSAGE_LIMIT) {
        Some((end, _)) => format!("{} ...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The error of a number that a text tells.
fn of_money(text: &str) -> Option<MoneyError> {
    let errors: [fn(String) -> MoneyError; 3] = [MoneyError::NotDecimal, MoneyError::TooPrecise, MoneyError::OutOfRange];
    errors.into_iter().find_map(|error| {
        let told = error(String::new()).to_string();
        let number = text.strip_suffix(told.trim_start_matches('`'))?.strip_prefix('`')?;
        Some(error(short(number.strip_suffix('`').unwrap_or(number))))
    })
}

fn fault(text: &str, error: &serde_json::Error) -> Fault {
    let told = &*without_place(error);
    // On its way out of an error the reader still takes a closing bracket, which leads out of the place.
    let mut end = offset(text, error);
    if text.get(..end).is_some_and(|t| t.ends_with(['}', ']'])) {
        end = end.saturating_sub(1);
    }
    let mut path = path_at(text, end);
    if let Some(field) = told.strip_prefix("missing field `").and_then(|m| m.strip_suffix('`')) {
        path.pop();
        path.push(field.to_owned());
        return Fault::new(&path.join("."), refused::is_missing());
    }
    match of_money(told) {
        Some(money) => Fault::money(&path.join("."), &money),
        None => Fault::new(&path.join("."), words(error)),
    }
}

/// The keys and indices that lead to the value at, or just before, a byte.
fn path_at(text: &str, end: usize) -> Vec<String> {
    enum Frame {
        Object { key: String, at_key: bool },
        Array(usize),
    }
    let mut frames: Vec<Frame> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if at >= end {
            break;
        }
        match c {
            '{' => frames.push(Frame::Object { key: String::new(), at_key: true }),
            '[' => frames.push(Frame::Array(0)),
            '}' | ']' => {
                frames.pop();
            }
            ':' => {
                if let Some(Frame::Object { at_key, .. }) = frames.last_mut() {
                    *at_key = false;
                }
            }
            ',' => match frames.last_mut() {
                Some(Frame::Object { at_key, .. }) => *at_key = true,
                Some(Frame::Array(index)) => *index = index.saturating_add(1),
                None => {}
            },
            '"' => {
                let mut close = text.len();
                while let Some((i, c)) = chars.next() {
                    match c {
                        '\\' => {
                            chars.next();
                        }
                        '"' => {
                            close = i;
                            break;
                        }
                        _ => {}
                    }
                }
                if let Some(Frame::Object { key, at_key: true }) = frames.last_mut() {
                    *key = text.get(at.saturating_add(1)..close).unwrap_or_default().to_owned();
                }
            }
            _ => {}
        }
    }
    frames
        .into_iter()
        .map(|frame| match frame {
            Frame::Object { key, .. } => key,
            Frame::Array(index) => index.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Claim, Person};
    use crate::reject::RejectCode;

    fn told<T: for<'a> Deserialize<'a>>(text: &str) -> (String, String, usize) {
        let source = Source::read("claims.json", format!("[\n{text}\n]").as_bytes()).unwrap();
        let elements = elements(&source, refused::array_of_claims).unwrap();
        match elements[0].read::<T>() {
            Ok(_) => (String::new(), "fine".to_owned(), 0),
            Err((fault, line)) => (fault.field, fault.message.to_string(), line),
        }
    }

    fn claim(rest: &str) -> (String, String, usize) {
        told::<Claim>(&format!("{{ \"id\": \"c1\", \"person\": \"p1\",\n\"service_from\": \"2024-05-01\"{rest} }}"))
    }

    #[test]
    fn faults_have_their_field_and_line() {
        let same = |found: (String, String, usize), field: &str, message: &str, line: usize| {
            assert_eq!((found.0.as_str(), found.1.as_str(), found.2), (field, message, line));
        };
        same(claim(r#", "bill": 1"#), "", "fine", 0);
        same(claim(""), "bill", "is missing", 3);
        same(claim(r#", "bill": "1,000""#), "bill", "`1,000` is not a plain decimal amount such as `1234.50`", 3);
        same(claim(r#", "bill": 1.1234567"#), "bill", "`1.1234567` has more than six decimal places", 3);
        same(claim(r#", "bill": true"#), "bill", "expected a decimal number, as text such as \"1234.50\", found true", 3);
        same(claim(r#", "bill": 1, "sequence": 1.5"#), "sequence", "invalid type: floating point `1.5`, expected a whole number", 3);
        same(
            claim(", \"bill\": 1,\n\"portions\": { \"a\": 1,\n\"b\": \"x\" }"),
            "portions.b",
            "`x` is not a plain decimal amount such as `1234.50`",
            5,
        );
        same(claim(r#", "bill": 1, "lines": [{ "id": "1", "amount": 1 }, { "id": "2" }]"#), "lines.1.amount", "is missing", 3);
        same(claim(r#", "bill": 1, "facility": 5"#), "facility", "invalid type: integer `5`, expected an object, `{ ... }`", 3);
        same(claim(r#", "bill": 1, "settled": "2024-5-1""#), "settled", "`2024-5-1` is not a date of the form YYYY-MM-DD", 3);
        same(
            claim(r#", "bill": 1, "prior": { "basic": { "amount": "x" } }"#),
            "prior.basic",
            "`x` is not a plain decimal amount such as `1234.50`",
            3,
        );
        same(claim(r#", "bill": 1, "bill": 2"#), "bill", "duplicate field `bill`", 3);
        same(claim(r#", "bill": 1, "prior": { "a": 1, "a": 2 }"#), "prior.a", "`a` is given twice", 3);
        same(told::<Claim>("5"), "", "it must be an object, `{ ... }`", 2);
        let (field, message, _) = told::<Person>(r#"{ "id": "p1", "attributes": { "a": [{ "value": 1.5 }] } }"#);
        assert_eq!((field.as_str(), message.contains("a binary float is not exact")), ("attributes.a.0.value", true));
    }

    #[test]
    fn codes_of_amounts() {
        let code = |bill: &str| {
            let text = format!(r#"{{ "id": "c1", "person": "p1", "service_from": "2024-05-01", "bill": {bill} }}"#);
            let element = Element { number: 1, line: 1, text: &text };
            element.read::<Claim>().map_err(|(fault, _)| fault.code).unwrap_err()
        };
        assert_eq!(code("1.1234567"), RejectCode::OverPreciseAmount);
        assert_eq!(code("\"99999999999999\""), RejectCode::AmountOverflow);
        assert_eq!(code("1e400"), RejectCode::Unreadable);
    }
}
