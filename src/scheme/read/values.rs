//! Values: constants, expressions, dated series and decision tables.

use toml::de::DeValue;

use super::conditions;
use super::keys::{Entry, Keys};
use crate::date::parse_date;
use crate::diagnostic::{Code, Diagnostic, catalogue as say};
use crate::exact::Exact;
use crate::money::parse_decimal;
use crate::scheme::expression;
use crate::scheme::grammar;
use crate::scheme::syntax::{At, Expression, Node, Row, Series, Value};

/// Reads a value: wherever a number stands.
pub(super) fn value(entry: Entry<'_>) -> Option<Value> {
    match entry.value.get_ref() {
        DeValue::Integer(_) | DeValue::Float(_) => number(&entry).map(Value::Expression),
        DeValue::String(text) => expression_text(&entry, text).map(Value::Expression),
        DeValue::Array(_) => table(&entry),
        DeValue::Table(_) => {
            let keys = entry.table(&grammar::SERIES)?;
            series(&keys).map(Value::Series)
        }
        DeValue::Boolean(_) | DeValue::Datetime(_) => {
            entry.report(Code::WrongForm, say::not_a_value(entry.key()));
            None
        }
    }
}

fn number(entry: &Entry<'_>) -> Option<Expression> {
    let text = entry.scalar()?.value.replace('_', "");
    match parse_decimal(text.strip_prefix('+').unwrap_or(&text), 6) {
        Ok(micros) => Some(At::new(Box::new(Node::Number(Exact::from_micros(micros))), entry.place.clone())),
        Err(error) => {
            entry.report(Code::BadValue, say::number(&error));
            None
        }
    }
}

fn expression_text(entry: &Entry<'_>, text: &str) -> Option<Expression> {
    let start = entry.text_start(text);
    match expression::parse(text, start.unwrap_or(0)) {
        // Inside a text with escapes, places cannot be told apart: all are the whole text.
        Ok(parsed) => Some(if start.is_some() { parsed } else { moved(parsed, entry) }),
        Err(error) => {
            let place = if start.is_some() { error.place } else { entry.place.clone() };
            entry.findings.report(Diagnostic::new(Code::BadValue, place, error.message));
            None
        }
    }
}

fn moved(mut expression: Expression, entry: &Entry<'_>) -> Expression {
    expression.place = entry.place.clone();
    let node = match *expression.value {
        Node::Negate(inner) => Node::Negate(moved(inner, entry)),
        Node::Binary(operator, left, right) => Node::Binary(operator, moved(left, entry), moved(right, entry)),
        Node::Call(function, inner) => Node::Call(function, inner.into_iter().map(|e| moved(e, entry)).collect()),
        leaf => leaf,
    };
    At::new(Box::new(node), expression.place)
}

/// The dates of a series: all keys that nobody has asked for.
pub(super) fn series(keys: &Keys<'_>) -> Option<At<Series>> {
    let mut dates = Vec::new();
    for entry in keys.others() {
        match parse_date(entry.key()) {
            Some(date) => {
                let place = entry.key_place();
                if let Some(value) = value(entry) {
                    dates.push((At::new(date, place), value));
                }
            }
            None => {
                let message = say::neither_key_nor_date(entry.key());
                keys.findings.report(Diagnostic::new(Code::UnknownKey, entry.key_place(), message));
            }
        }
    }
    if dates.is_empty() {
        keys.report_missing("value", say::value_is_missing());
        return None;
    }
    dates.sort_by_key(|(date, _)| date.value);
    Some(At::new(dates, keys.place.clone()))
}

fn table(entry: &Entry<'_>) -> Option<Value> {
    let mut rows = Vec::new();
    let elements = entry.elements();
    let last = elements.len().checked_sub(1);
    for (i, element) in elements.iter().enumerate() {
        let Some(keys) = element.table(&grammar::ROW) else { continue };
        let row = if let Some(otherwise) = keys.optional("otherwise") {
            if Some(i) != last {
                element.report(Code::OutOfOrder, say::otherwise_comes_last());
            }
            keys.finish();
            value(otherwise).map(|then| Row { when: None, then, place: element.place.clone() })
        } else {
            let when = keys.required("when").and_then(conditions::condition);
            let then = keys.required("then").and_then(value);
            keys.finish();
            when.zip(then).map(|(when, then)| Row { when: Some(when), then, place: element.place.clone() })
        };
        rows.extend(row);
    }
    if elements.is_empty() {
        entry.report(Code::WrongForm, say::table_needs_a_row());
        return None;
    }
    // A row that could not be read would look like a gap; the table is then left out.
    (rows.len() == elements.len()).then(|| Value::Table(At::new(rows, entry.place.clone())))
}
