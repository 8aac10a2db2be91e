//! Caps on what a benefit counts of its lines: so many units, so many days, so much money of some lines. They cut the counted money before the base is
//! summed.

#![allow(clippy::arithmetic_side_effects, reason = "places in tables that are in memory")]

use crate::engine::Fault;
use crate::engine::case::{Bill, Case, look_at_line};
use crate::engine::classify::pro_rata;
use crate::engine::kernel::{position, post};
use crate::engine::trace::{Step, Trace};
use crate::money::Money;
use crate::plan::{Benefit, LineCap, Plan};
use crate::scheme::syntax::CapOn;

fn add(a: Money, b: Money) -> Result<Money, Fault> {
    a.checked_add(b).ok_or(Fault::Overflow)
}

fn subtract(a: Money, b: Money) -> Result<Money, Fault> {
    a.checked_sub(b).ok_or(Fault::Overflow)
}

/// Cuts the counted money by every cap in turn. Gives what still counts, and the residual that the benefit may touch: lines of which nothing counts are
/// left alone.
pub(crate) fn cut<T: Trace>(
    plan: &Plan,
    benefit: &Benefit,
    bill: &Bill<'_>,
    case: &mut Case,
    trace: &mut T,
) -> Result<(Money, Money), Fault> {
    case.line_counts.clear();
    for (index, cap) in benefit.line_caps.iter().enumerate() {
        let keeps = cut_by(plan, benefit, index, cap, bill, case, trace)?;
        case.line_counts.push(keeps);
    }
    let (mut counted, mut within_reach) = (Money::ZERO, Money::ZERO);
    for (index, cover) in benefit.covers.iter().enumerate() {
        for line in 0..case.lines {
            let cell = index * case.lines + line;
            counted = add(counted, case.counted.get(cell).copied().unwrap_or(Money::ZERO))?;
            if case.touch.get(cell) == Some(&true) {
                within_reach = add(within_reach, case.left(line, cover.portion))?;
            }
        }
    }
    Ok((counted, within_reach))
}

/// Posts what the caps let count.
pub(crate) fn post_all<T: Trace>(benefit: &Benefit, case: &mut Case, trace: &mut T) -> Result<(), Fault> {
    for (index, cap) in benefit.line_caps.iter().enumerate().filter(|(_, cap)| cap.posts) {
        let keeps = case.line_counts.get(index).copied().unwrap_or(0);
        post(case, cap.limit.accumulator, keeps, trace)?;
    }
    Ok(())
}

/// The money that a line counts.
fn of_line(benefit: &Benefit, line: usize, case: &Case) -> Result<Money, Fault> {
    let cells = (0..benefit.covers.len()).map(|cover| case.counted.get(cover * case.lines + line).copied().unwrap_or(Money::ZERO));
    cells.into_iter().try_fold(Money::ZERO, add)
}

/// What counts by one cap, in millionths: units, days or money.
fn cut_by<T: Trace>(
    plan: &Plan,
    benefit: &Benefit,
    index: usize,
    cap: &LineCap,
    bill: &Bill<'_>,
    case: &mut Case,
    trace: &mut T,
) -> Result<i64, Fault> {
    let off = cap.limit.condition.first_failed(&case.facts)?;
    let (amount, position) = match off {
        Some(note) => {
            trace.record(|| Step::LineCapOff { index, note });
            (i64::MAX, 0)
        }
        None => (cap.limit.amount.get(&case.facts)?, position(case, cap.limit.accumulator).micros()),
    };
    let room = amount.checked_sub(position).ok_or(Fault::Overflow)?.max(0);
    // Lines of which nothing counts use nothing up.
    let (mut has, mut before) = (0i64, Money::ZERO);
    case.capped.clear();
    for line in 0..case.lines {
        let money = of_line(benefit, line, case)?;
        let looked_at = match (&cap.lines, bill.line_values()) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(lines), Some(values)) => {
                look_at_line(plan, values, line, &mut case.facts);
                lines.holds(&case.facts)?
            }
        };
        let looked_at = looked_at && money > Money::ZERO;
        case.capped.push(looked_at);
        if looked_at {
            before = add(before, money)?;
        }
    }
    let any = case.capped.contains(&true);
    let mut left = room;
    match cap.on {
        CapOn::Days if any => {
            has = number(cap, case)?;
            left = left.min(has);
            for line in 0..case.lines {
                if case.capped.get(line) == Some(&true) {
                    keep_part(plan, benefit, line, (left, has), case)?;
                }
            }
            left = room.saturating_sub(left);
        }
        CapOn::Units => {
            for line in 0..case.lines {
                if case.capped.get(line) != Some(&true) {
                    continue;
                }
                if let Some(values) = bill.line_values() {
                    look_at_line(plan, values, line, &mut case.facts);
                }
                let units = number(cap, case)?;
                has = has.checked_add(units).ok_or(Fault::Overflow)?;
                keep_part(plan, benefit, line, (left.min(units), units), case)?;
                left = left.saturating_sub(left.min(units));
            }
        }
        CapOn::Base | CapOn::Payment => {
            has = before.micros();
            for line in 0..case.lines {
                for cover in 0..benefit.covers.len() {
                    let cell = cover * case.lines + line;
                    if case.capped.get(line) == Some(&true)
                        && let Some(counted) = case.counted.get_mut(cell)
                    {
                        *counted = (*counted).min(Money::from_micros(left));
                        left = left.saturating_sub(counted.micros());
                    }
                }
            }
        }
        CapOn::Days => {}
    }
    let mut after = Money::ZERO;
    for line in 0..case.lines {
        if case.capped.get(line) != Some(&true) {
            continue;
        }
        after = add(after, of_line(benefit, line, case)?)?;
        for cover in 0..benefit.covers.len() {
            let cell = cover * case.lines + line;
            if let (Some(counted), Some(touch)) = (case.counted.get(cell), case.touch.get_mut(cell)) {
                *touch &= *counted > Money::ZERO;
            }
        }
    }
    let keeps = room.saturating_sub(left);
    if off.is_none() {
        trace.record(|| Step::LineCap { index, limit: [amount, position, room], has, keeps, before, after });
    }
    Ok(keeps)
}

/// The units of the line at work, or the claim's days.
fn number(cap: &LineCap, case: &Case) -> Result<i64, Fault> {
    let fact = cap.times.ok_or(Fault::Internal)?;
    case.facts.value(fact).ok_or(Fault::Missing { fact: fact as u32 })
}

/// Lets so much of a line count: what no longer counts is rounded as lines are that go over a quantity limit.
fn keep_part(plan: &Plan, benefit: &Benefit, line: usize, (part, whole): (i64, i64), case: &mut Case) -> Result<(), Fault> {
    if part >= whole {
        return Ok(());
    }
    for cover in 0..benefit.covers.len() {
        let cell = cover * case.lines + line;
        let Some(counted) = case.counted.get_mut(cell) else { continue };
        let beyond = Money::from_micros(whole.checked_sub(part).ok_or(Fault::Overflow)?);
        let over = pro_rata(*counted, beyond, Money::from_micros(whole)).ok_or(Fault::Overflow)?;
        // Of nothing left, nothing counts, however fine the money is.
        let over = if part == 0 { *counted } else { plan.rounding.round_raw(over).ok_or(Fault::Overflow)?.min(*counted) };
        *counted = subtract(*counted, over)?;
    }
    Ok(())
}
