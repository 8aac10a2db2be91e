//! Values in the fields of a CSV file.

use std::str::FromStr;

use chrono::NaiveDate;

use crate::claim::{AttributeValue, Dated, DatedValue};
use crate::date::parse_date;
use crate::diagnostic::catalogue::number;
use crate::diagnostic::{Message, refused};
use crate::money::{Money, MoneyError};
use crate::reject::RejectCode;

/// Why a field, or a place in a JSON element, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The reject that it means for a claim.
    pub(super) code: RejectCode,
    pub(super) field: String,
    pub(super) message: Message,
}

impl Fault {
    pub(super) fn new(field: &str, message: impl Into<Message>) -> Fault {
        Fault { code: RejectCode::Unreadable, field: field.to_owned(), message: message.into() }
    }

    /// A number can be too fine or too large, which rules out the claim for a reason of its own.
    pub(super) fn money(field: &str, error: &MoneyError) -> Fault {
        let code = match error {
            MoneyError::TooPrecise(_) => RejectCode::OverPreciseAmount,
            MoneyError::OutOfRange(_) => RejectCode::AmountOverflow,
            _ => RejectCode::Unreadable,
        };
        Fault { code, field: field.to_owned(), message: number(error) }
    }
}

/// One field of a row.
#[derive(Clone, Copy)]
pub(super) struct Cell<'c> {
    pub(super) column: &'c str,
    pub(super) text: &'c str,
}

impl<'c> Cell<'c> {
    fn fault(self, message: impl Into<Message>) -> Fault {
        Fault::new(self.column, message)
    }

    /// The text, which may not be empty.
    pub(super) fn needed(self) -> Result<&'c str, Fault> {
        match self.text {
            "" => Err(self.fault(refused::is_empty())),
            text => word(text).map_err(|message| self.fault(message)),
        }
    }

    /// The text, if there is any.
    pub(super) fn given(self) -> Result<Option<&'c str>, Fault> {
        if self.text.is_empty() { Ok(None) } else { self.needed().map(Some) }
    }

    pub(super) fn text(self) -> Result<Option<String>, Fault> {
        Ok(self.given()?.map(str::to_owned))
    }

    pub(super) fn date(self) -> Result<Option<NaiveDate>, Fault> {
        self.given()?.map(|text| date(text).map_err(|message| self.fault(message))).transpose()
    }

    pub(super) fn money(self) -> Result<Option<Money>, Fault> {
        self.given()?.map(|text| text.parse::<Money>().map_err(|e| Fault::money(self.column, &e))).transpose()
    }

    pub(super) fn whole<N: FromStr>(self) -> Result<Option<N>, Fault> {
        let read = |text: &str| {
            let digits = text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten().ok_or_else(|| self.fault(refused::not_whole(text)))
        };
        self.given()?.map(read).transpose()
    }

    /// Values of an attribute, each perhaps dated: `low_income@2023-01-01..2024-01-01;none@2024-01-01..`.
    pub(super) fn dated(self) -> Result<Option<Dated>, Fault> {
        let Some(text) = self.given()? else { return Ok(None) };
        let mut values = Vec::new();
        for part in text.split(';') {
            let (value, time) = part.split_once('@').map_or((part, None), |(value, time)| (value, Some(time)));
            if value.is_empty() {
                return Err(self.fault(refused::value_missing(text)));
            }
            let value = AttributeValue::from(word(value).map_err(|message| self.fault(message))?);
            let (mut from, mut until) = (None, None);
            if let Some(time) = time {
                let Some((first, last)) = time.split_once("..") else {
                    return Err(self.fault(refused::not_a_time(time)));
                };
                for (text, end) in [(first, &mut from), (last, &mut until)] {
                    if !text.is_empty() {
                        *end = Some(date(text).map_err(|message| self.fault(message))?);
                    }
                }
            }
            values.push(DatedValue { value, from, until });
        }
        Ok(Some(Dated::new(values)))
    }
}

/// A text that says what it seems to say: without spaces around it, which nobody would see, and without control characters.
pub(super) fn word(text: &str) -> Result<&str, Message> {
    if text.trim().len() != text.len() {
        return Err(refused::spaces_around(text));
    }
    if text.chars().any(char::is_control) {
        return Err(refused::control_characters(&text.escape_debug().to_string()));
    }
    Ok(text)
}

fn date(text: &str) -> Result<NaiveDate, Message> {
    parse_date(text).ok_or_else(|| refused::not_a_day(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dated(text: &str) -> Result<String, String> {
        let cell = Cell { column: "attributes.identity", text };
        let value = cell.dated().map_err(|fault| fault.message.to_string())?;
        Ok(serde_json::to_string(&value).unwrap())
    }

    #[test]
    fn dated_values() {
        assert_eq!(dated("").unwrap(), "null");
        assert_eq!(dated("low_income").unwrap(), r#""low_income""#);
        assert_eq!(
            dated("low_income@2023-01-01..2024-01-01;none@2024-01-01..;a@..2020-01-01").unwrap(),
            r#"[{"value":"low_income","from":"2023-01-01","until":"2024-01-01"},{"value":"none","from":"2024-01-01"},{"value":"a","until":"2020-01-01"}]"#
        );
        assert_eq!(dated("a;").unwrap_err(), "a value is missing in `a;`");
        assert_eq!(dated("@2023-01-01..").unwrap_err(), "a value is missing in `@2023-01-01..`");
        assert_eq!(dated("a@2023-1-1..").unwrap_err(), "`2023-1-1` is not a date of the form YYYY-MM-DD");
        assert!(dated("a@2023-01-01").unwrap_err().starts_with("`2023-01-01` is not a time such as"));
        assert_eq!(dated("a; b").unwrap_err(), "` b` has spaces around it");
    }

    #[test]
    fn whole_numbers_are_digits() {
        let whole = |text| Cell { column: "days", text }.whole::<u32>().map_err(|f| f.message.to_string());
        assert_eq!(whole("11"), Ok(Some(11)));
        assert_eq!(whole(""), Ok(None));
        for bad in ["+1", "-1", "1.0", "4294967296", "x"] {
            assert_eq!(whole(bad), Err(format!("`{bad}` is not a whole number, or out of range")));
        }
    }
}
