//! A person's attribute over time, of which so much is told.

#![allow(clippy::arithmetic_side_effects, reason = "days and months of the calendar")]

use chrono::{Days, Months, NaiveDate};

use super::kinds::{Kind, word};
use crate::claim::{Dated, DatedValue};
use crate::date::DateChoice;
use crate::money::MICROS_PER_WHOLE;
use crate::plan::Plan;
use crate::plan::fact::{Domain, Fact, FactKind, Measure};

/// The values of an attribute of a kind of person: the one that the kind has on the day on which it is read, and for so long as the kind says. What the kind
/// says of the time since it began goes before what it says of the policy year; where both cannot be, the attribute is as near as it comes.
pub(super) fn stretches(plan: &Plan, kind: &Kind, attribute: usize, value: i64, day: NaiveDate) -> Option<Dated> {
    let fact = plan.facts.get(attribute)?;
    let now = word(fact, value);
    let FactKind::PersonAttribute(as_of) = fact.kind else { return Some(Dated::from(now.as_str())) };
    let told = |measure: Measure| {
        let index = plan.facts.iter().position(|f| f.kind == FactKind::Dated(attribute, measure))?;
        kind.value(index).map(|value| value.div_euclid(MICROS_PER_WHOLE))
    };
    let on = as_of.back_from(if as_of.date == Some(DateChoice::PolicyYearStart) { plan.policy_year.start(day) } else { day })?;
    let begun = match (told(Measure::MonthsSince), told(Measure::DaysSince)) {
        (Some(months), _) => u32::try_from(months).ok().map(|months| on.checked_sub_months(Months::new(months))),
        (None, Some(days)) => u64::try_from(days).ok().map(|days| on.checked_sub_days(Days::new(days))),
        (None, None) => None,
    };
    if let Some(first) = begun {
        // Before the calendar is as good as ever.
        let first = first.filter(|first| chrono::Datelike::year(first) > 0);
        return Some(since(fact, value, first));
    }
    let year = plan.policy_year.start(on);
    let span = match (told(Measure::MonthsInYear), told(Measure::DaysInYear)) {
        (Some(months), _) => {
            let whole = u32::try_from(months).ok()?.min(12);
            let month = |number: u32| year.checked_add_months(Months::new(number));
            // Months that take the day in, or leave it out.
            let at = (0..12).rev().find(|number| month(*number).is_some_and(|first| first <= on))?;
            let first = if value == 1 {
                (at + 1).saturating_sub(whole)
            } else if whole <= at {
                0
            } else {
                at + 1
            };
            month(first).zip(month(first.saturating_add(whole)))
        }
        (None, Some(days)) => {
            let number = u64::try_from(days).ok()?.min(366);
            let at = u64::try_from(on.signed_duration_since(year).num_days()).ok()?;
            let first = if value == 1 {
                (at + 1).saturating_sub(number)
            } else if number <= at {
                0
            } else {
                at + 1
            };
            year.checked_add_days(Days::new(first)).zip(year.checked_add_days(Days::new(first.saturating_add(number))))
        }
        (None, None) => None,
    };
    let Some((from, until)) = span.filter(|_| matches!(fact.domain, Domain::YesNo)) else { return Some(Dated::from(now.as_str())) };
    let held = |held: bool, from: Option<NaiveDate>, until: Option<NaiveDate>| {
        let word = if held { "true" } else { "false" };
        DatedValue { value: word.into(), from, until }
    };
    if from == until {
        return Some(Dated::from(now.as_str()));
    }
    Some(Dated::new(vec![held(false, None, Some(from)), held(true, Some(from), Some(until)), held(false, Some(until), None)]))
}

/// A value that holds from a day on; before it another one, where it would hold by default.
fn since(fact: &Fact, value: i64, first: Option<NaiveDate>) -> Dated {
    let held = |value: i64, from: Option<NaiveDate>, until: Option<NaiveDate>| DatedValue {
        value: word(fact, value).as_str().into(),
        from,
        until,
    };
    let other = match &fact.domain {
        Domain::Words(words) => (0..words.len() as i64).rev().find(|other| *other != value),
        Domain::YesNo => Some(1 - value),
        Domain::Number { .. } => value.checked_add(MICROS_PER_WHOLE),
        Domain::Text(_) | Domain::Date { .. } => None,
    };
    let before = other.filter(|_| first.is_some() && fact.default == Some(value)).map(|other| held(other, None, first));
    Dated::new(before.into_iter().chain([held(value, first, None)]).collect())
}
