//! Amounts that go by the day: stretches of days, and reserve days that are used once in a lifetime.

#![allow(clippy::arithmetic_side_effects, reason = "counts of the days of a stay")]

use chrono::Days;

use crate::date::day_number;
use crate::engine::Fault;
use crate::engine::case::{Bill, Case};
use crate::engine::kernel::{position, post};
use crate::engine::trace::{Step, Trace};
use crate::money::Money;
use crate::plan::fact::FactKind;
use crate::plan::{DayCharge, Plan};

/// The most days of a claim: a hundred years.
const MOST_DAYS: i64 = 36_525;
const MICROS: i64 = 1_000_000;

/// What the days of a claim come to.
pub(super) struct Charged {
    pub(super) amount: Money,
    pub(super) uncovered: i64,
}

/// Goes through the days of the claim: each falls in the first row whose last day it is not past, or that has reserve days left. `tell` hears of every stretch
/// of one row: its number, days and amount.
pub(super) fn charge(
    plan: &Plan,
    charge: &DayCharge,
    bill: &Bill<'_>,
    case: &mut Case,
    mut tell: impl FnMut(usize, i64, Money),
) -> Result<Charged, Fault> {
    let mut charged = Charged { amount: Money::ZERO, uncovered: 0 };
    if !charge.condition.holds(&case.facts)? {
        return Ok(charged);
    }
    let days = case.facts.value(charge.days).ok_or(Fault::Missing { fact: charge.days as u32 })?;
    let days = if days % MICROS == 0 { days / MICROS } else { return Err(Fault::NoValue) };
    let first = bill.input.and_then(|input| input.service_from).ok_or(Fault::Internal)?;
    if days > MOST_DAYS {
        return Err(Fault::NoValue);
    }
    let before = position(case, charge.counted).micros();
    let whole = |days: i64| days.saturating_mul(MICROS);
    let own_date = case.facts.value(charge.rule_date);
    let mut told: Vec<(usize, i64, Money)> = Vec::new();
    for day in 0..days {
        let number = before.checked_add(whole(day + 1)).ok_or(Fault::Overflow)?;
        let used = |index: usize| told.iter().filter(|(row, ..)| *row == index).map(|(_, days, _)| days).sum::<i64>();
        let row = charge.rows.iter().enumerate().find(|(index, row)| match (row.to, row.reserve) {
            (Some(to), _) => number <= whole(to.into()),
            (None, Some((reserve, most))) => position(case, reserve).micros().saturating_add(whole(used(*index))) < whole(most.into()),
            (None, None) => true,
        });
        let Some((index, row)) = row else {
            charged.uncovered += 1;
            continue;
        };
        let date = first.checked_add_days(Days::new(day as u64)).ok_or(Fault::NoValue)?;
        // A day before the scheme is taken for its first: it has no values for earlier ones.
        let date = plan.effective.from.map_or(date, |from| date.max(from));
        set_date(plan, charge, case, day_number(date).into());
        let amount = row.amount.money(&case.facts)?;
        charged.amount = charged.amount.checked_add(amount).ok_or(Fault::Overflow)?;
        match told.iter_mut().find(|(row, ..)| *row == index) {
            Some((_, days, sum)) => {
                *days += 1;
                *sum = sum.checked_add(amount).ok_or(Fault::Overflow)?;
            }
            None => told.push((index, 1, amount)),
        }
    }
    if let Some(date) = own_date {
        set_date(plan, charge, case, date);
    }
    for (row, days, amount) in told {
        tell(row, days, amount);
    }
    Ok(charged)
}

fn set_date(plan: &Plan, charge: &DayCharge, case: &mut Case, day: i64) {
    if let Some(fact) = plan.facts.get(charge.rule_date) {
        case.facts.set(charge.rule_date, fact, day);
    }
}

/// Sets what the days come to, for the rules of a layer that is entered.
pub(super) fn read<T: Trace>(plan: &Plan, bill: &Bill<'_>, case: &mut Case, trace: &mut T) -> Result<(), Fault> {
    for (number, one) in plan.day_charges.iter().enumerate() {
        let charged = charge(plan, one, bill, case, |_, _, _| {})?;
        for (index, fact) in plan.facts.iter().enumerate() {
            let value = match fact.kind {
                FactKind::DayCharge(of) if of == number => charged.amount.micros(),
                FactKind::Uncovered(of) if of == number => charged.uncovered.saturating_mul(MICROS),
                _ => continue,
            };
            case.facts.set(index, fact, value);
            trace.record(|| Step::Entry { fact: index, value });
        }
    }
    Ok(())
}

/// Tells how the days were charged, and posts the reserve days used.
pub(super) fn post_all<T: Trace>(plan: &Plan, bill: &Bill<'_>, case: &mut Case, trace: &mut T) -> Result<(), Fault> {
    for (number, one) in plan.day_charges.iter().enumerate() {
        let mut used: Vec<(usize, i64)> = Vec::new();
        let before = position(case, one.counted);
        let charged = charge(plan, one, bill, case, |row, days, amount| {
            trace.record(|| Step::Day { charge: number, before, row: Some(row), days, amount });
            used.extend(one.rows.get(row).and_then(|row| row.reserve).map(|(reserve, _)| (reserve, days)));
        })?;
        if charged.uncovered > 0 {
            trace.record(|| Step::Day { charge: number, before, row: None, days: charged.uncovered, amount: Money::ZERO });
        }
        for (reserve, days) in used {
            post(case, reserve, days.checked_mul(MICROS).ok_or(Fault::Overflow)?, trace)?;
        }
    }
    Ok(())
}

/// The days of a claim, in millionths, for an accumulator that counts them.
pub(super) fn of_claim(plan: &Plan, case: &Case) -> Result<i64, Fault> {
    let days = plan.facts.iter().position(|fact| fact.kind == FactKind::Days).ok_or(Fault::Internal)?;
    case.facts.value(days).ok_or(Fault::Missing { fact: days as u32 })
}
