//! The kernel: layers in order over one residual.

use crate::date::Per;
use crate::engine::Fault;
use crate::engine::allocate::take_from_portion;
use crate::engine::benefit;
use crate::engine::case::{Case, Given, Input};
use crate::engine::trace::{Failed, Step, Trace};
use crate::ledger::Books;
use crate::money::Money;
use crate::plan::fact::FactKind;
use crate::plan::{Layer, Plan};

/// Settles the case. Postings reach the books only once every layer is done: a fault leaves them as they were.
pub(crate) fn settle<T: Trace>(plan: &Plan, input: &Input, case: &mut Case, books: &mut Books<'_>, trace: &mut T) -> Result<(), Fault> {
    case.start(plan, input);
    if let (Some(stay), Some(key)) = (&input.stay, case.period_keys.get_mut(Per::Stay.index())) {
        *key = Some(books.person.stay(stay).ok_or(Fault::Overflow)?);
    }
    load(plan, case, books);
    layers(plan, input, case, trace)?;
    store(plan, case, books)
}

/// Reads the positions of all accumulators in the claim's periods; those that live in the claim alone start at zero.
fn load(plan: &Plan, case: &mut Case, books: &Books<'_>) {
    case.positions.clear();
    for (slot, symbol) in plan.slots.iter().zip(books.symbols) {
        let position = match case.period_keys.get(slot.per.index()).copied().flatten() {
            None => 0,
            Some(period) if slot.of_household => books.household.position(*symbol, period),
            Some(period) => books.person.position(*symbol, period),
        };
        case.positions.push(position);
    }
}

fn store(plan: &Plan, case: &Case, books: &mut Books<'_>) -> Result<(), Fault> {
    for ((slot, symbol), amount) in plan.slots.iter().zip(books.symbols).zip(&case.posted) {
        if *amount == 0 {
            continue;
        }
        if let Some(period) = case.period_keys.get(slot.per.index()).copied().flatten() {
            let account = if slot.of_household { &mut *books.household } else { &mut *books.person };
            // The sum was figured once already, and fitted.
            account.post(*symbol, period, *amount).ok_or(Fault::Internal)?;
        }
    }
    Ok(())
}

fn layers<T: Trace>(plan: &Plan, input: &Input, case: &mut Case, trace: &mut T) -> Result<(), Fault> {
    for (index, layer) in plan.layers.iter().enumerate() {
        trace.record(|| Step::Layer { layer: index });
        read_entry_facts(plan, case, trace);
        if let Some(given) = input.given.get(index).copied().flatten() {
            take_given(plan, input, case, index, layer, given, trace)?;
            continue;
        }
        if let Some(note) = layer.condition.first_failed(&case.facts)? {
            trace.record(|| Step::LayerFailed { note });
            continue;
        }
        for (number, benefit) in layer.benefits.iter().enumerate() {
            trace.record(|| Step::Benefit { benefit: number });
            match benefit.condition.first_failed(&case.facts)? {
                Some(note) => trace.record(|| Step::Failed { failed: Failed::Test(note) }),
                None => benefit::settle(plan, index, benefit, input, case, trace)?,
            }
        }
    }
    for index in &plan.claim_counts {
        if plan.accumulators.get(*index).ok_or(Fault::Internal)?.condition.holds(&case.facts)? {
            post(case, *index, 1_000_000, trace)?;
        }
    }
    Ok(())
}

/// What is left, paid and accumulated at entry to a layer.
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

fn take_given<T: Trace>(
    plan: &Plan,
    input: &Input,
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
    for portion in layer.covers.iter().copied() {
        let left = case.portion_left(portion);
        let stated = given.split.map(|start| input.given_split.get(start + portion).copied().unwrap_or(Money::ZERO));
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
    if amount == 0 {
        return Ok(());
    }
    let position = case.positions.get_mut(accumulator).ok_or(Fault::Internal)?;
    let before = *position;
    *position = before.checked_add(amount).ok_or(Fault::Overflow)?;
    let posted = case.posted.get_mut(accumulator).ok_or(Fault::Internal)?;
    *posted = posted.checked_add(amount).ok_or(Fault::Overflow)?;
    trace.record(|| Step::Posted { accumulator, before, amount });
    Ok(())
}
