//! How long a person's attribute has had its value, and how much of the policy year a yes-no attribute holds.

#![allow(clippy::arithmetic_side_effects, reason = "days and months of the calendar")]

use chrono::{Datelike, Months, NaiveDate};

use crate::claim::Person;
use crate::date::PolicyYear;
use crate::plan::fact::Measure;

const MICROS: i64 = 1_000_000;
/// What stands for "since ever", in days and in months.
const EVER: i64 = 1_000_000;

/// A person's attribute over time.
pub(super) struct History<'a, F> {
    pub(super) person: &'a Person,
    pub(super) attribute: &'a str,
    /// Its value on a day, the default included; nothing if it has none then.
    pub(super) value: F,
}

impl<F, E> History<'_, F>
where
    F: Fn(NaiveDate) -> Result<Option<i64>, E>,
{
    /// A measure as of a day, in millionths; nothing where the attribute has no value on a day that it asks for.
    pub(super) fn measure(&self, measure: Measure, year: PolicyYear, whole_months: bool, on: NaiveDate) -> Result<Option<i64>, E> {
        let count = match measure {
            Measure::MonthsSince | Measure::DaysSince => {
                let Some(now) = (self.value)(on)? else { return Ok(None) };
                match self.since(now, on)? {
                    None => EVER,
                    Some(first) if measure == Measure::DaysSince => on.signed_duration_since(first).num_days(),
                    Some(first) => full_months(first, on),
                }
            }
            Measure::DaysInYear => {
                let first = year.start(on);
                match self.days(first, year.next(first))? {
                    None => return Ok(None),
                    Some((held, _)) => held,
                }
            }
            Measure::MonthsInYear => {
                let first = year.start(on);
                let mut count = 0;
                for number in 0..12 {
                    let month = |number| first.checked_add_months(Months::new(number)).unwrap_or(first);
                    let Some((held, days)) = self.days(month(number), month(number + 1))? else { return Ok(None) };
                    count += i64::from(if whole_months { held == days } else { held > 0 });
                }
                count
            }
        };
        Ok(Some(count.saturating_mul(MICROS)))
    }

    /// The days on which the value may change, in order.
    fn changes(&self) -> Vec<NaiveDate> {
        let values = self.person.attributes.get(self.attribute).map_or(&[][..], |dated| dated.values());
        let mut days: Vec<NaiveDate> = values.iter().flat_map(|v| [v.from, v.until]).flatten().collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// The first day of the time without a change in which a value holds on a day; nothing if it has none.
    fn since(&self, now: i64, on: NaiveDate) -> Result<Option<NaiveDate>, E> {
        for change in self.changes().into_iter().rev().filter(|change| *change <= on) {
            let Some(before) = change.pred_opt() else { return Ok(None) };
            if (self.value)(before)? != Some(now) {
                return Ok(Some(change));
            }
        }
        Ok(None)
    }

    /// On how many days from `first` until before `end` it holds, and how many there are; nothing if it has no value on one of them.
    fn days(&self, first: NaiveDate, end: NaiveDate) -> Result<Option<(i64, i64)>, E> {
        let inside = self.changes().into_iter().filter(|change| first < *change && *change < end);
        let mut held = 0;
        let mut start = first;
        for next in inside.chain([end]) {
            match (self.value)(start)? {
                None => return Ok(None),
                Some(0) => {}
                Some(_) => held += next.signed_duration_since(start).num_days(),
            }
            start = next;
        }
        Ok(Some((held, end.signed_duration_since(first).num_days())))
    }
}

/// Full months from one day to a later one: from 31 January one is full on 1 March, where the month between lacks the day.
fn full_months(first: NaiveDate, on: NaiveDate) -> i64 {
    let number = |date: NaiveDate| i64::from(date.year()).saturating_mul(12).saturating_add(i64::from(date.month()));
    number(on).saturating_sub(number(first)).saturating_sub(i64::from(on.day() < first.day()))
}
