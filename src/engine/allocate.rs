//! Spreading a sum over portions and lines so that the parts add up to it exactly.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "the product is checked; quotients, remainders and their sums are not above it, and unit and total are above zero"
)]

use crate::engine::Fault;
use crate::engine::case::Case;
use crate::money::Money;

/// Spreads `sum` over weights in whole steps of `unit` by the largest remainder, ties to the earlier; the shares go to `case.shares`. The sum must not
/// exceed the weights' total; then no share exceeds its weight.
pub(crate) fn largest_remainder(
    case: &mut Case,
    sum: Money,
    total: Money,
    unit: Money,
    weight: impl Fn(&Case, usize) -> Money,
) -> Result<(), Fault> {
    let lines = case.lines;
    case.shares.clear();
    case.remainders.clear();
    let (sum, total, unit) = (i128::from(sum.micros()), i128::from(total.micros()), i128::from(unit.micros()));
    if total <= 0 {
        case.shares.resize(lines, Money::ZERO);
        return Ok(());
    }
    let mut spread = 0i128;
    for line in 0..lines {
        let product = sum.checked_mul(i128::from(weight(case, line).micros())).ok_or(Fault::Overflow)?;
        // In steps of the unit, the exact share is product / (total x unit).
        let step = total.checked_mul(unit).ok_or(Fault::Overflow)?;
        let share = product / step * unit;
        spread += share;
        case.shares.push(Money::from_micros(i64::try_from(share).map_err(|_| Fault::Overflow)?));
        case.remainders.push((product % step, line));
    }
    let mut missing = (sum - spread) / unit;
    // The largest remainder first; of equal ones the earlier line.
    case.remainders.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, line) in &case.remainders {
        if missing <= 0 {
            break;
        }
        if let Some(share) = case.shares.get_mut(*line) {
            *share = share.checked_add(Money::from_micros(unit as i64)).ok_or(Fault::Overflow)?;
        }
        missing -= 1;
    }
    if missing == 0 { Ok(()) } else { Err(Fault::Internal) }
}

/// Takes `amount` out of the residual of one portion, over the lines that `case.touch` allows from `touch_start` on; `took` hears of each line's part.
pub(crate) fn take_from_portion(
    case: &mut Case,
    portion: usize,
    touch_start: usize,
    amount: Money,
    unit: Money,
    mut took: impl FnMut(usize, Money),
) -> Result<(), Fault> {
    if amount == Money::ZERO {
        return Ok(());
    }
    if case.lines == 1 {
        take(case, 0, portion, amount)?;
        took(0, amount);
        return Ok(());
    }
    let total = touchable(case, portion, touch_start)?;
    largest_remainder(case, amount, total, unit, |case, line| reachable(case, portion, touch_start, line))?;
    for line in 0..case.lines {
        let share = case.shares.get(line).copied().unwrap_or(Money::ZERO);
        if share != Money::ZERO {
            take(case, line, portion, share)?;
            took(line, share);
        }
    }
    Ok(())
}

/// The residual of a portion over the lines that may be touched.
pub(crate) fn touchable(case: &Case, portion: usize, touch_start: usize) -> Result<Money, Fault> {
    (0..case.lines).try_fold(Money::ZERO, |sum, line| sum.checked_add(reachable(case, portion, touch_start, line)).ok_or(Fault::Overflow))
}

fn reachable(case: &Case, portion: usize, touch_start: usize, line: usize) -> Money {
    let touch = case.touch.get(touch_start + line).copied().unwrap_or(false);
    if touch { case.left(line, portion) } else { Money::ZERO }
}

fn take(case: &mut Case, line: usize, portion: usize, amount: Money) -> Result<(), Fault> {
    let cell = case.cell(line, portion);
    let left = case.residual.get_mut(cell).ok_or(Fault::Internal)?;
    let rest = left.checked_sub(amount).filter(|rest| *rest >= Money::ZERO).ok_or(Fault::Internal)?;
    *left = rest;
    Ok(())
}
