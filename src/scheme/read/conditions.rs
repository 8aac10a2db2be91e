//! Conditions: tables of tests that must all hold.

use toml::de::DeValue;

use super::keys::{Entry, Keys};
use crate::date::parse_date;
use crate::diagnostic::{Code, Diagnostic, catalogue as say};
use crate::exact::Exact;
use crate::money::parse_decimal;
use crate::scheme::grammar;
use crate::scheme::syntax::{Alternative, At, Comparison, Condition, Guard, Literal, Test, TestKind};

/// `when` and `unless`.
pub(super) fn guard(keys: &Keys<'_>) -> Guard {
    Guard { when: keys.optional("when").and_then(condition), unless: keys.optional("unless").and_then(condition) }
}

pub(super) fn condition(entry: Entry<'_>) -> Option<Condition> {
    let keys = entry.table(&grammar::CONDITION)?;
    let mut tests = Vec::new();
    let mut whole = true;
    for test_entry in keys.every() {
        match test(test_entry) {
            Some(test) => tests.push(test),
            None => whole = false,
        }
    }
    whole.then_some(Condition { tests, place: keys.place.clone() })
}

fn test(entry: Entry<'_>) -> Option<Test> {
    // A dotted key has no place of its own: it ends with the value under it.
    let end = match entry.value.get_ref() {
        DeValue::Table(table) => table.iter().map(|(_, value)| value.span().end).max().unwrap_or(0),
        _ => 0,
    };
    let place = entry.key_place().start..end.max(entry.place.end).max(entry.key_place().end);
    let kind = match entry.key() {
        "any" => {
            let elements = entry.elements();
            let conditions: Vec<Condition> = elements.iter().cloned().filter_map(condition).collect();
            if conditions.len() < elements.len() {
                return None;
            }
            if conditions.is_empty() {
                entry.report(Code::WrongForm, say::any_needs_one());
                return None;
            }
            TestKind::Any(conditions)
        }
        "not" => TestKind::Not(condition(entry)?),
        _ => fact(entry)?,
    };
    Some(Test { kind, place })
}

fn fact(entry: Entry<'_>) -> Option<TestKind> {
    let name = At::new(entry.key().to_owned(), entry.key_place());
    // `left.in_scope = "> 3000"` is a dotted key: TOML makes a table of it.
    if matches!(entry.value.get_ref(), DeValue::Table(_)) {
        let keys = entry.table(&grammar::FACT)?;
        let mut parts = keys.every();
        return match (parts.next(), parts.next()) {
            (Some(part), None) => {
                let place = name.place.start..part.key_place().end;
                let alternatives = alternatives(&part)?;
                Some(TestKind::Fact { name: At::new(format!("{}.{}", name.value, part.key()), place), alternatives })
            }
            _ => {
                entry.report(Code::WrongForm, say::must_be_compared(&name.value));
                None
            }
        };
    }
    let alternatives = alternatives(&entry)?;
    Some(TestKind::Fact { name, alternatives })
}

fn alternatives(entry: &Entry<'_>) -> Option<Vec<Alternative>> {
    let elements = entry.elements();
    if elements.is_empty() {
        entry.report(Code::WrongForm, say::compared_with_nothing(entry.key()));
        return None;
    }
    let read: Vec<Alternative> = elements.iter().filter_map(alternative).collect();
    (read.len() == elements.len()).then_some(read)
}

fn alternative(entry: &Entry<'_>) -> Option<Alternative> {
    let at = entry.scalar()?;
    let text = at.value.trim();
    match entry.value.get_ref() {
        DeValue::Integer(_) | DeValue::Float(_) => {
            let literal = literal(text);
            if literal.is_none() {
                entry.report(Code::BadValue, say::not_a_plain_number(text));
            }
            literal.map(|l| Alternative::Compare(At::new(vec![(Comparison::Equal, l)], at.place)))
        }
        _ if text.starts_with(['<', '>', '=', '!']) => comparisons(entry, text),
        _ => Some(Alternative::Word(At::new(text.to_owned(), at.place))),
    }
}

fn comparisons(entry: &Entry<'_>, text: &str) -> Option<Alternative> {
    const SIGNS: [(&str, Comparison); 6] = [
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("!=", Comparison::NotEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
        ("=", Comparison::Equal),
    ];
    let mut all = Vec::new();
    for part in text.split(',') {
        let part = part.trim();
        let read = SIGNS
            .iter()
            .find_map(|(sign, comparison)| part.strip_prefix(sign).map(|rest| (*comparison, rest.trim())))
            .and_then(|(comparison, rest)| literal(rest).map(|l| (comparison, l)));
        match read {
            Some(pair) => all.push(pair),
            None => {
                entry.findings.report(Diagnostic::new(Code::BadValue, entry.place.clone(), say::not_a_comparison(part)));
                return None;
            }
        }
    }
    Some(Alternative::Compare(At::new(all, entry.place.clone())))
}

fn literal(text: &str) -> Option<Literal> {
    if let Some(date) = parse_date(text) {
        return Some(Literal::Date(date));
    }
    if let Some(number) = text.strip_suffix('%') {
        let micros = parse_decimal(number.trim_end(), 4).ok()?;
        return Some(Literal::Percent(Exact::from_micros(micros)));
    }
    let micros = parse_decimal(&text.replace('_', ""), 6).ok()?;
    Some(Literal::Number(Exact::from_micros(micros)))
}
