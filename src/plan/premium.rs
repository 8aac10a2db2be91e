//! What a layer costs a person.

#![allow(clippy::arithmetic_side_effects, reason = "128 bits hold a 64-bit amount times months of a year; the unit is above zero")]

use chrono::{Months, NaiveDate};

use crate::claim::Person;
use crate::engine::Fault;
use crate::engine::prepare::person_fact;
use crate::money::Money;
use crate::plan::Plan;
use crate::plan::fact::Facts;

impl Plan {
    /// What a person is charged for a layer in the policy year that begins on a day: each sum with its day, what is paid back below zero. Nothing if the
    /// layer states no premium or does not insure the person; a fault if a fact that it goes by is not known.
    ///
    /// By the months: of an addition the premium of all months that are left, in twelfths; of a removal back those that are not insured. What a person is
    /// charged in all is rounded half up to the unit, so that each year's sums add up to it.
    pub(crate) fn premiums(&self, layer: usize, person: &Person, year: NaiveDate) -> Result<Vec<(NaiveDate, Money)>, Fault> {
        let by_month = self.layers.get(layer).and_then(|l| l.premium.as_ref()).is_some_and(|premium| premium.by_month);
        if !by_month {
            return Ok(self.premium(layer, person, year)?.map(|amount| (year, amount)).into_iter().collect());
        }
        let mut charged = Vec::new();
        // The year's premium of those who are insured, and what they have been charged for the months from this one on.
        let mut running: Option<(Money, u32)> = None;
        for month in 0..12 {
            let day = year.checked_add_months(Months::new(month)).ok_or(Fault::NoValue)?;
            let now = self.premium(layer, person, day)?;
            if running.map(|(amount, _)| amount) == now {
                continue;
            }
            if let Some((amount, since)) = running {
                let (whole, lasted) = (self.twelfths(amount, 12 - since)?, self.twelfths(amount, month - since)?);
                charged.push((day, lasted.checked_sub(whole).ok_or(Fault::Overflow)?));
            }
            if let Some(amount) = now {
                charged.push((day, self.twelfths(amount, 12 - month)?));
            }
            running = now.map(|amount| (amount, month));
        }
        Ok(charged)
    }

    fn twelfths(&self, amount: Money, months: u32) -> Result<Money, Fault> {
        let unit = i128::from(self.rounding.unit().micros().max(1));
        let units = (i128::from(amount.micros()) * i128::from(months) * 2 + 12 * unit) / (24 * unit);
        i64::try_from(units * unit).map(Money::from_micros).map_err(|_| Fault::Overflow)
    }

    /// The premium of a layer for a person, as of a day: nothing if the layer states none or the person is not insured by it.
    fn premium(&self, layer: usize, person: &Person, on: NaiveDate) -> Result<Option<Money>, Fault> {
        let Some(premium) = self.layers.get(layer).and_then(|l| l.premium.as_ref()) else { return Ok(None) };
        let mut facts = Facts::default();
        facts.reset(self.facts.len());
        for (index, fact) in self.facts.iter().enumerate().filter(|(_, fact)| fact.kind.of_person()) {
            if let Some(value) = person_fact(self, fact, person, on) {
                facts.set(index, fact, value);
            }
        }
        match premium.condition.first_failed(&facts)? {
            Some(_) => Ok(None),
            None => premium.amount.money(&facts).map(Some),
        }
    }
}
