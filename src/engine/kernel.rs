//! The kernel: layers in order over one residual.

#![allow(clippy::arithmetic_side_effects, reason = "places in tables that are in memory")]

use crate::date::Per;
use crate::engine::Fault;
use crate::engine::allocate::take_from_portion;
use crate::engine::benefit;
use crate::engine::carry;
use crate::engine::case::{Bill, Case, Given};
use crate::engine::days;
use crate::engine::earlier;
use crate::engine::funds;
use crate::engine::items;
use crate::engine::lean;
use crate::engine::program::Program;
use crate::engine::spell;
use crate::engine::trace::{Failed, Step, Trace};
use crate::ledger::Books;
use crate::money::Money;
use crate::plan::fact::FactKind;
use crate::plan::{Layer, Payer, Plan};
use crate::scheme::syntax::{Counts, Each};

/// Settles the case. Postings reach the books only once every layer is done: a fault leaves them as they were.
pub(crate) fn settle<T: Trace>(
    plan: &Plan,
    program: &Program,
    bill: &Bill<'_>,
    case: &mut Case,
    books: &mut Books<'_>,
    trace: &mut T,
) -> Result<(), Fault> {
    case.start(plan, program, bill);
    match bill.input.and_then(|input| input.stay.as_deref()) {
        None => books.load(plan, bill.periods, &mut case.positions),
        Some(stay) => {
            let mut periods = *bill.periods;
            periods.set(Per::Stay, Some(books.person.stay(stay).ok_or(Fault::Overflow)?));
            books.load(plan, &periods, &mut case.positions);
        }
    }
    if T::RECORDS {
        case.first_days = plan.accumulators.iter().enumerate().map(|(index, a)| books.first_day(index, a.owner)).collect();
    }
    if T::RULES {
        case.accumulator_periods.clear();
        case.accumulator_periods.extend(plan.accumulators.iter().enumerate().map(|(index, a)| books.period(index, a.owner)));
    }
    let before = if plan.carries.is_empty() && plan.spells.is_empty() { Vec::new() } else { case.positions.clone() };
    case.used.clear();
    if plan.asks_earlier {
        earlier::read(plan, bill, case, books, trace)?;
    }
    if !plan.item_days.is_empty() {
        items::read_days(plan, bill, case, books);
    }
    match &program.lean {
        // Nothing can change what fires, and nobody asks what did not.
        Some(ops) if bill.is_bare() && !T::RULES => lean::settle(ops, case, trace)?,
        _ => layers(plan, program, bill, case, trace)?,
    }
    if !plan.funds.is_empty() {
        funds::draw(plan, case)?;
    }
    if !plan.spells.is_empty() {
        spell::post(plan, bill, &before, case, books, trace)?;
    }
    if let Some(date) = bill.input.and_then(|input| input.rule_date).filter(|_| !plan.carries.is_empty()) {
        let carried = carry::carried(plan, date, &before, case, books, trace)?;
        items::fits(plan, case, books)?;
        books.store(&mut case.positions, T::RECORDS);
        items::post_days(plan, case, books)?;
        return carry::post(books, carried);
    }
    if !plan.item_days.is_empty() {
        items::fits(plan, case, books)?;
        books.store(&mut case.positions, T::RECORDS);
        return items::post_days(plan, case, books);
    }
    books.store(&mut case.positions, T::RECORDS);
    Ok(())
}

#[inline(never)]
fn layers<T: Trace>(plan: &Plan, program: &Program, bill: &Bill<'_>, case: &mut Case, trace: &mut T) -> Result<(), Fault> {
    case.at_entry.clear();
    case.notional.clear();
    case.figured.clear();
    let asked_of_benefits = !plan.benefit_facts.is_empty();
    if asked_of_benefits {
        tell_of_benefit(plan, None, case, trace)?;
    }
    for (index, (op, layer)) in program.layers.iter().zip(&plan.layers).enumerate() {
        if plan.coordinates {
            case.at_entry.extend_from_slice(&case.residual);
        }
        trace.record(|| Step::Layer { layer: index });
        read_entry_facts(plan, case, trace);
        if !plan.day_charges.is_empty() {
            days::read(plan, bill, case, trace)?;
        }
        let notional = match &layer.notional {
            Some(condition) => condition.holds(&case.facts)?,
            None => false,
        };
        if notional && bill.given(index).is_some() {
            return Err(Fault::Notional { layer: index as u32 });
        }
        if let Some(given) = bill.given(index) {
            take_given(plan, bill, case, index, layer, given, trace)?;
            continue;
        }
        if let Some(note) = op.gate.first_failed(&layer.condition, &case.facts)? {
            trace.record(|| Step::LayerFailed { note });
            continue;
        }
        if notional {
            case.begin_notional(index)?;
        }
        for (number, (op, benefit)) in op.benefits.iter().zip(&layer.benefits).enumerate() {
            trace.record(|| Step::Benefit { benefit: number });
            let before = case.paid.get(index).copied().unwrap_or(Money::ZERO);
            case.deducted = Money::ZERO;
            if benefit.each != Each::Claim {
                items::settle(plan, index, benefit, bill, case, trace)?;
                if asked_of_benefits {
                    tell_of_benefit(plan, Some((index, number, before)), case, trace)?;
                }
                continue;
            }
            if let Some(note) = op.gate.first_failed(&benefit.condition, &case.facts)? {
                trace.record(|| Step::Failed { failed: Failed::Test(note) });
                continue;
            }
            match &op.lean {
                Some(op) if case.lines == 1 && !asked_of_benefits => lean::settle(std::slice::from_ref(op), case, trace)?,
                _ => benefit::settle(plan, index, benefit, bill, case, trace)?,
            }
            if asked_of_benefits {
                tell_of_benefit(plan, Some((index, number, before)), case, trace)?;
            }
        }
        if notional {
            case.end_notional()?;
        }
    }
    if !plan.claim_counts.is_empty() {
        // Which claims count may depend on what was paid.
        read_entry_facts(plan, case, trace);
    }
    if !plan.day_charges.is_empty() {
        days::post_all(plan, bill, case, trace)?;
    }
    for index in &plan.claim_counts {
        let accumulator = plan.accumulators.get(*index).ok_or(Fault::Internal)?;
        if accumulator.condition.holds(&case.facts)? {
            let amount = if accumulator.counts == Counts::Days { days::of_claim(plan, case)? } else { 1_000_000 };
            post(case, *index, amount, trace)?;
        }
    }
    // Only now: what the layers were figured to pay is known to all of them.
    case.give_back_notional()?;
    Ok(())
}

/// What is left, paid and accumulated at entry to a layer.
#[inline(never)]
fn read_entry_facts<T: Trace>(plan: &Plan, case: &mut Case, trace: &mut T) {
    for index in &plan.entry_facts {
        let Some(fact) = plan.facts.get(*index) else { continue };
        let value = match fact.kind {
            FactKind::Left(Some(portion)) => case.portion_left(portion).micros(),
            FactKind::Left(None) => case.residual.iter().fold(0i64, |sum, r| sum.saturating_add(r.micros())),
            FactKind::Paid(layer) => case.paid.get(layer).map_or(0, |p| p.micros()),
            FactKind::Accumulated(accumulator) => position(case, accumulator).micros(),
            _ => continue,
        };
        case.facts.set(*index, fact, value);
        trace.record(|| Step::Entry { fact: *index, value });
    }
}

/// Sets the facts that ask what a benefit paid or took as deductible, once it is done: its layer, its place there and what the layer had paid before it.
/// Without one, a claim begins: nothing is paid yet.
#[inline(never)]
fn tell_of_benefit<T: Trace>(plan: &Plan, done: Option<(usize, usize, Money)>, case: &mut Case, trace: &mut T) -> Result<(), Fault> {
    for index in &plan.benefit_facts {
        let Some(fact) = plan.facts.get(*index) else { continue };
        let value = match (fact.kind, done) {
            (_, None) => Money::ZERO,
            (FactKind::PaidBy(layer, benefit), Some((l, b, before))) if (layer, benefit) == (l, b) => {
                let after = case.paid.get(layer).copied().ok_or(Fault::Internal)?;
                after.checked_sub(before).ok_or(Fault::Overflow)?
            }
            (FactKind::DeductedBy(layer, benefit), Some((l, b, _))) if (layer, benefit) == (l, b) => case.deducted,
            _ => continue,
        };
        case.facts.set(*index, fact, value.micros());
        trace.record(|| Step::Entry { fact: *index, value: value.micros() });
    }
    Ok(())
}

#[inline(never)]
fn take_given<T: Trace>(
    plan: &Plan,
    bill: &Bill<'_>,
    case: &mut Case,
    index: usize,
    layer: &Layer,
    given: Given,
    trace: &mut T,
) -> Result<(), Fault> {
    let unit = plan.rounding.unit();
    case.touch.clear();
    case.touch.resize(case.lines, true);
    let mut rest = given.amount;
    let splits = bill.input.map_or(&[][..], |input| &input.given_split);
    for portion in layer.covers.iter().copied() {
        let left = case.portion_left(portion);
        let stated = given.split.map(|start| splits.get(start + portion).copied().unwrap_or(Money::ZERO));
        let part = stated.unwrap_or(rest).min(rest).min(left);
        take_from_portion(case, portion, 0, part, unit, |line, amount| trace.record(|| Step::Allocated { line, portion, amount }))?;
        if stated.is_some_and(|stated| stated > part) {
            break;
        }
        rest = rest.checked_sub(part).ok_or(Fault::Overflow)?;
    }
    if rest > Money::ZERO {
        return Err(Fault::PriorAboveResidual { layer: index as u32 });
    }
    let mut beyond = false;
    for cap in &layer.given_caps {
        if cap.condition.holds(&case.facts)? {
            let amount = cap.amount.money(&case.facts)?;
            let position = position(case, cap.accumulator);
            beyond |= position.checked_add(given.amount).is_none_or(|sum| sum > amount);
        }
    }
    trace.record(|| Step::Given { beyond });
    for accumulator in &layer.given_posts {
        post(case, *accumulator, given.amount.micros(), trace)?;
    }
    feed(plan, case, Payer::Layer(index), given.amount, trace)?;
    if let Some(paid) = case.paid.get_mut(index) {
        *paid = given.amount;
    }
    Ok(())
}

/// The position of an accumulator in the claim's period.
#[inline]
pub(crate) fn position(case: &Case, accumulator: usize) -> Money {
    Money::from_micros(case.positions.get(accumulator).copied().unwrap_or(0))
}

/// Posts to an accumulator in the claim's period.
#[inline]
pub(crate) fn post<T: Trace>(case: &mut Case, accumulator: usize, amount: i64, trace: &mut T) -> Result<(), Fault> {
    post_of(case, accumulator, amount, None, trace)
}

#[inline]
fn post_of<T: Trace>(case: &mut Case, accumulator: usize, amount: i64, payment_of: Option<Payer>, trace: &mut T) -> Result<(), Fault> {
    if amount == 0 {
        return Ok(());
    }
    let position = case.positions.get_mut(accumulator).ok_or(Fault::Internal)?;
    let before = *position;
    *position = before.checked_add(amount).ok_or(Fault::Overflow)?;
    trace.record(|| Step::Posted { accumulator, before, amount, payment_of });
    Ok(())
}

/// Posts a payment to the accumulators that count what this payer pays.
pub(crate) fn feed<T: Trace>(plan: &Plan, case: &mut Case, payer: Payer, amount: Money, trace: &mut T) -> Result<(), Fault> {
    for feed in plan.feeds.iter().filter(|feed| feed.payer == payer) {
        post_of(case, feed.accumulator, amount.micros(), Some(payer), trace)?;
    }
    Ok(())
}
