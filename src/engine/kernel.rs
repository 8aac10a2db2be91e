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
use crate::scheme::syntax::{Counts, Owner};

/// Settles the case. On a fault every posting is taken back.
pub(crate) fn settle<T: Trace>(plan: &Plan, input: &Input, case: &mut Case, books: &mut Books<'_>, trace: &mut T) -> Result<(), Fault> {
    case.start(plan, input);
    if let (Some(stay), Some(key)) = (&input.stay, case.period_keys.get_mut(Per::Stay.index())) {
        *key = Some(books.person.stay(stay).ok_or(Fault::Overflow)?);
    }
    let result = layers(plan, input, case, books, trace);
    if result.is_err() {
        while let Some((accumulator, amount)) = case.posted.pop() {
            // What was added can be taken off again.
            let _ = post_raw(plan, case, books, accumulator, amount.wrapping_neg());
        }
    }
    result
}

fn layers<T: Trace>(plan: &Plan, input: &Input, case: &mut Case, books: &mut Books<'_>, trace: &mut T) -> Result<(), Fault> {
    for (index, layer) in plan.layers.iter().enumerate() {
        trace.record(|| Step::Layer { layer: index });
        read_entry_facts(plan, case, books);
        if let Some(given) = input.given.get(index).copied().flatten() {
            take_given(plan, input, case, books, index, layer, given, trace)?;
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
                None => benefit::settle(plan, index, benefit, input, case, books, trace)?,
            }
        }
    }
    for (index, accumulator) in plan.accumulators.iter().enumerate() {
        if accumulator.counts == Counts::Claims && accumulator.condition.holds(&case.facts)? {
            post(plan, case, books, index, 1_000_000, trace)?;
        }
    }
    Ok(())
}

/// What is left, paid and accumulated at entry to a layer.
fn read_entry_facts(plan: &Plan, case: &mut Case, books: &Books<'_>) {
    for index in &plan.entry_facts {
        let Some(fact) = plan.facts.get(*index) else { continue };
        let value = match fact.kind {
            FactKind::Left(Some(portion)) => case.portion_left(portion).micros(),
            FactKind::Left(None) => case.residual.iter().fold(0i64, |sum, r| sum.saturating_add(r.micros())),
            FactKind::Paid(layer) => case.paid.get(layer).map_or(0, |p| p.micros()),
            FactKind::Accumulated(accumulator) => position(plan, case, books, accumulator).micros(),
            _ => continue,
        };
        case.facts.set(*index, fact, value);
    }
}

#[expect(clippy::too_many_arguments, reason = "one layer's turn in the kernel: what it reads, works on and tells")]
fn take_given<T: Trace>(
    plan: &Plan,
    input: &Input,
    case: &mut Case,
    books: &mut Books<'_>,
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
            let position = position(plan, case, books, cap.accumulator);
            beyond |= position.checked_add(given.amount).is_none_or(|sum| sum > amount);
        }
    }
    trace.record(|| Step::Given { beyond });
    for accumulator in &layer.given_posts {
        post(plan, case, books, *accumulator, given.amount.micros(), trace)?;
    }
    if let Some(paid) = case.paid.get_mut(index) {
        *paid = given.amount;
    }
    Ok(())
}

/// The position of an accumulator in the claim's period.
#[inline]
pub(crate) fn position(plan: &Plan, case: &Case, books: &Books<'_>, accumulator: usize) -> Money {
    let Some(found) = plan.accumulators.get(accumulator) else { return Money::ZERO };
    let micros = match case.period_keys.get(found.per.index()).copied().flatten() {
        None => case.local.get(accumulator).copied().unwrap_or(0),
        Some(period) => {
            let account = if found.owner == Owner::Household { &*books.household } else { &*books.person };
            books.symbols.get(accumulator).map_or(0, |symbol| account.position(*symbol, period))
        }
    };
    Money::from_micros(micros)
}

/// Posts to an accumulator in the claim's period, and remembers it.
#[inline]
pub(crate) fn post<T: Trace>(plan: &Plan, case: &mut Case, books: &mut Books<'_>, accumulator: usize, amount: i64, trace: &mut T) -> Result<(), Fault> {
    if amount == 0 {
        return Ok(());
    }
    trace.record(|| Step::Posted { accumulator, before: position(plan, case, books, accumulator).micros(), amount });
    post_raw(plan, case, books, accumulator, amount).ok_or(Fault::Overflow)?;
    case.posted.push((accumulator, amount));
    Ok(())
}

#[inline]
fn post_raw(plan: &Plan, case: &mut Case, books: &mut Books<'_>, accumulator: usize, amount: i64) -> Option<()> {
    let found = plan.accumulators.get(accumulator)?;
    match case.period_keys.get(found.per.index()).copied().flatten() {
        None => {
            let cell = case.local.get_mut(accumulator)?;
            *cell = cell.checked_add(amount)?;
            Some(())
        }
        Some(period) => {
            let account = if found.owner == Owner::Household { &mut *books.household } else { &mut *books.person };
            account.post(*books.symbols.get(accumulator)?, period, amount)
        }
    }
}
