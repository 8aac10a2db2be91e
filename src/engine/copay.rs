//! Copayments by item: for each line, unit or day, by a ratio with a least and a most, and with caps of their own.
//!
//! What is taken before is taken off the lines in their order, so that the money that a line has left is exact.

#![allow(clippy::arithmetic_side_effects, reason = "places in tables that are in memory")]

use crate::engine::Fault;
use crate::engine::benefit::in_force;
use crate::engine::case::{Bill, Case, look_at_line};
use crate::engine::kernel::post;
use crate::engine::trace::{LimitKind, Step, Trace};
use crate::money::Money;
use crate::plan::{Benefit, Copay, Plan};
use crate::ratio::Ratio;
use crate::scheme::syntax::{Each, Taken};

fn add(a: Money, b: Money) -> Result<Money, Fault> {
    a.checked_add(b).ok_or(Fault::Overflow)
}

fn subtract(a: Money, b: Money) -> Result<Money, Fault> {
    a.checked_sub(b).ok_or(Fault::Overflow)
}

/// The money that each line brings into the base. What caps on the base leave out is taken off the last lines.
pub(crate) fn begin(benefit: &Benefit, base: Money, case: &mut Case) -> Result<(), Fault> {
    let mut room = base;
    case.items.clear();
    for line in 0..case.lines {
        let mut counted = Money::ZERO;
        for cover in 0..benefit.covers.len() {
            counted = add(counted, case.counted.get(cover * case.lines + line).copied().ok_or(Fault::Internal)?)?;
        }
        let counted = counted.min(room);
        room = subtract(room, counted)?;
        case.items.push(counted);
    }
    case.items_left.clone_from(&case.items);
    Ok(())
}

/// Takes a sum off what the lines have left, in their order.
pub(crate) fn take_off(sum: Money, case: &mut Case) -> Result<(), Fault> {
    let mut rest = sum;
    for left in &mut case.items_left {
        let part = rest.min(*left);
        *left = subtract(*left, part)?;
        rest = subtract(rest, part)?;
    }
    Ok(())
}

/// Takes a sum off the lines that it was made of, in their order.
fn take_from_items(sum: Money, case: &mut Case) -> Result<(), Fault> {
    let mut rest = sum;
    for (left, due) in case.items_left.iter_mut().zip(&case.items_due) {
        let part = rest.min(*due);
        *left = subtract(*left, part)?;
        rest = subtract(rest, part)?;
    }
    Ok(())
}

/// What the copayments of one kind take of at most `most`, which their caps count; or what is due, where they are not taken out of the base.
pub(crate) fn by_items<T: Trace>(
    plan: &Plan,
    benefit: &Benefit,
    taken: Taken,
    most: Money,
    bill: &Bill<'_>,
    case: &mut Case,
    trace: &mut T,
) -> Result<Money, Fault> {
    let (mut total, mut due_in_all) = (Money::ZERO, Money::ZERO);
    for (index, copay) in benefit.copays.iter().enumerate().filter(|(_, c)| c.taken == taken) {
        if let Some(note) = copay.condition.first_failed(&case.facts)? {
            trace.record(|| Step::CopayOff { index, note });
            continue;
        }
        let mut due =
            if copay.each.by_line() { of_lines(plan, index, copay, bill, case, trace)? } else { of_claim(index, copay, case, trace)? };
        for (number, cap) in copay.caps.iter().enumerate() {
            if let Some(limit) = in_force(LimitKind::Copay(index), number, cap, case, trace)? {
                due = due.min(limit.room);
            }
        }
        trace.record(|| Step::Copay { index, amount: due });
        let part = due.min(subtract(most, total)?);
        total = add(total, part)?;
        due_in_all = add(due_in_all, due)?;
        if taken != Taken::Beside && copay.each.by_line() {
            take_from_items(part, case)?;
        } else if taken != Taken::Beside {
            take_off(part, case)?;
        }
        for (number, cap) in copay.caps.iter().enumerate() {
            // One accumulator may stand behind two caps.
            if !copay.caps.iter().take(number).any(|before| before.accumulator == cap.accumulator) {
                post(case, cap.accumulator, part.micros(), trace)?;
            }
        }
    }
    Ok(if matches!(taken, Taken::FromPayment | Taken::Beside) { due_in_all } else { total })
}

/// What is due for each line.
fn of_lines<T: Trace>(plan: &Plan, index: usize, copay: &Copay, bill: &Bill<'_>, case: &mut Case, trace: &mut T) -> Result<Money, Fault> {
    let mut total = Money::ZERO;
    case.items_due.clear();
    for line in 0..case.lines {
        let beside = copay.taken == Taken::Beside;
        let items = if beside { &case.items } else { &case.items_left };
        let left = items.get(line).copied().unwrap_or(Money::ZERO);
        if left == Money::ZERO {
            case.items_due.push(Money::ZERO);
            continue;
        }
        if let Some(line_values) = bill.line_values() {
            look_at_line(plan, line_values, line, &mut case.facts);
        }
        let due = item(index, copay, Some(line), left, (!beside).then_some(left), case, trace)?;
        case.items_due.push(due);
        total = add(total, due)?;
    }
    Ok(total)
}

/// What is due for the claim, or for its days.
fn of_claim<T: Trace>(index: usize, copay: &Copay, case: &Case, trace: &mut T) -> Result<Money, Fault> {
    if copay.each == Each::Claim && !copay.is_ratio {
        return copay.amount.money(&case.facts);
    }
    let left = case.items_left.iter().try_fold(Money::ZERO, |sum, left| add(sum, *left))?;
    item(index, copay, None, left, copay.is_ratio.then_some(left), case, trace)
}

/// What is due for one item that has so much left, at most `room`.
fn item<T: Trace>(
    index: usize,
    copay: &Copay,
    line: Option<usize>,
    left: Money,
    room: Option<Money>,
    case: &Case,
    trace: &mut T,
) -> Result<Money, Fault> {
    let times = match copay.times {
        Some(fact) => case.facts.value(fact).ok_or(Fault::Missing { fact: fact as u32 })?,
        None => Ratio::ONE.millionths(),
    };
    // A count has the form of a ratio: both are in millionths.
    let times_of = |amount: Money| Ratio::from_millionths(times).of_exactly(amount).ok_or(Fault::NoValue);
    let value = copay.amount.get(&case.facts)?;
    let [least, most] = [&copay.least, &copay.most].map(|end| end.as_ref().map(|end| end.money(&case.facts)).transpose());
    let (least, most) = (least?, most?);
    let mut due = if copay.is_ratio {
        Ratio::from_millionths(value).of_exactly(left).ok_or(Fault::NoValue)?
    } else {
        times_of(Money::from_micros(value))?
    };
    if let Some(least) = least {
        due = due.max(times_of(least)?);
    }
    if let Some(most) = most {
        due = due.min(times_of(most)?);
    }
    let due = room.map_or(due, |room| due.min(room));
    trace.record(|| Step::CopayItem { index, line, left, times, value, least, most, due });
    Ok(due)
}
