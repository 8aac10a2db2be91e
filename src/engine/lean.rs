//! The commonest benefits, done at once: one or two portions counted in full, at most one deductible, a ratio or bands, at most two caps,
//! everything settled by the kind of case.
//! The steps are those of [`crate::engine::benefit`], in the same order and told in the same words; only what such a benefit cannot have is left out.

use crate::engine::Fault;
use crate::engine::benefit::limited;
use crate::engine::case::Case;
use crate::engine::program::{LeanBands, LeanForm, LeanLimit, LeanOp};
use crate::engine::trace::{Failed, LimitKind, Off, Step, Trace};
use crate::money::{Money, Raw};

#[inline(always)]
fn add(a: Money, b: Money) -> Result<Money, Fault> {
    a.checked_add(b).ok_or(Fault::Overflow)
}

#[inline(always)]
fn subtract(a: Money, b: Money) -> Result<Money, Fault> {
    a.checked_sub(b).ok_or(Fault::Overflow)
}

/// What is left of a limit.
#[inline(always)]
fn room<T: Trace>(kind: LimitKind, limit: &LeanLimit, positions: &[i64], trace: &mut T) -> Result<Money, Fault> {
    let position = Money::from_micros(positions.get(limit.accumulator).copied().ok_or(Fault::Internal)?);
    let room = subtract(limit.amount, position)?.max(Money::ZERO);
    let (index, amount) = (limit.index, limit.amount);
    trace.record(|| limit.off.map_or(Step::Limit { kind, index, amount, position, room }, |note| Step::LimitOff { kind, index, note }));
    Ok(room)
}

#[inline(always)]
fn post<T: Trace>(positions: &mut [i64], accumulator: usize, amount: Money, trace: &mut T) -> Result<(), Fault> {
    let position = positions.get_mut(accumulator).ok_or(Fault::Internal)?;
    let before = *position;
    *position = before.checked_add(amount.micros()).ok_or(Fault::Overflow)?;
    if amount != Money::ZERO {
        trace.record(|| Step::Posted { accumulator, before, amount: amount.micros(), payment_of: None });
    }
    Ok(())
}

/// What is left of a portion.
#[inline(always)]
fn count<T: Trace>(cover: usize, portion: usize, residual: &[Money], trace: &mut T) -> Result<Money, Fault> {
    let left = residual.get(portion).copied().ok_or(Fault::Internal)?;
    trace.record(|| Step::Counted { cover, left, put_back: Money::ZERO, counted: left });
    Ok(left)
}

/// Takes as much of a payment out of a portion as it holds, and gives the rest.
#[inline(always)]
fn take<T: Trace>(payment: Money, portion: usize, residual: &mut [Money], trace: &mut T) -> Result<Money, Fault> {
    let left = residual.get_mut(portion).ok_or(Fault::Internal)?;
    let amount = payment.min(*left);
    *left = subtract(*left, amount)?;
    if amount > Money::ZERO {
        trace.record(|| Step::Allocated { line: 0, portion, amount });
    }
    subtract(payment, amount)
}

/// Settles lean benefits, one after the other, on a bill without lines.
#[inline(never)]
pub(crate) fn settle<T: Trace>(ops: &[LeanOp], case: &mut Case, trace: &mut T) -> Result<(), Fault> {
    let (residual, positions, paid) = (case.residual.as_mut_slice(), case.positions.as_mut_slice(), case.paid.as_mut_slice());
    for op in ops {
        settle_one(op, residual, positions, paid, trace)?;
    }
    Ok(())
}

#[inline(always)]
fn settle_one<T: Trace>(
    op: &LeanOp,
    residual: &mut [Money],
    positions: &mut [i64],
    paid_by_layer: &mut [Money],
    trace: &mut T,
) -> Result<(), Fault> {
    // 1: the base.
    let mut base = count(0, op.portion, residual, trace)?;
    if let Some(portion) = op.second_portion {
        base = add(base, count(1, portion, residual, trace)?)?;
    }
    if base == Money::ZERO {
        trace.record(|| Step::Failed { failed: Failed::NothingLeft });
        return Ok(());
    }
    trace.record(|| Step::Base { amount: base });

    // 4 and 5: deductible, excess. What is met is posted at once.
    let mut excess = base;
    if let Some(deductible) = &op.deductible {
        let room = room(LimitKind::Deductible, deductible, positions, trace)?;
        let deducted = base.min(room);
        excess = subtract(base, deducted)?;
        if deductible.off.is_none() {
            trace.record(|| Step::Deducted { amount: deducted, met: met(deductible, positions), in_force: deductible.amount });
        }
        post(positions, deductible.accumulator, deducted, trace)?;
    }
    trace.record(|| Step::Excess { amount: excess });

    // 6, 7 and 10: the payment before limits, and its rounding.
    let rounded = match &op.form {
        LeanForm::Ratio { ratio, told } => {
            told.iter().for_each(|step| trace.record(|| *step));
            if excess > Money::ZERO {
                trace.record(|| Step::Band { from: Money::ZERO, to: None, ratio: *ratio, amount: excess });
            }
            trace.record(|| Step::Raw { raw: ratio.of(excess) });
            op.rounding.share(excess, *ratio)
        }
        LeanForm::Bands(bands) => {
            let raw = bands.raw(base, excess, positions, trace)?;
            trace.record(|| Step::Raw { raw });
            op.rounding.round_raw(raw)
        }
    };
    let rounded = rounded.ok_or(Fault::Overflow)?;

    // 9: limits on the payment; what is left is the base.
    let mut limit = base;
    let mut bound = None;
    if let Some(cap) = &op.cap {
        let room = room(LimitKind::Cap, cap, positions, trace)?;
        if room <= limit {
            (limit, bound) = (room, Some(cap.index));
        }
    }
    if let Some(cap) = &op.second_cap {
        let room = room(LimitKind::Cap, cap, positions, trace)?;
        if room < limit || (room == limit && bound.is_none()) {
            (limit, bound) = (room, Some(cap.index));
        }
    }
    trace.record(|| Step::Residual { amount: base });
    trace.record(|| Step::Rounded { amount: rounded });
    // Rounding keeps order: under a limit in whole units, the lesser of the two is what is paid, and below any limit it is what would be paid anyway.
    let paid = if !T::RECORDS && (rounded < limit || op.rounding.holds(limit)) {
        rounded.min(limit)
    } else {
        limited_by(op, base, excess, rounded, limit, bound, positions, trace)?
    };

    // 12: the residual.
    trace.record(|| Step::Paid { amount: paid, issued: paid });
    let mut rest = take(paid, op.portion, residual, trace)?;
    if let Some(portion) = op.second_portion {
        rest = take(rest, portion, residual, trace)?;
    }
    if rest != Money::ZERO {
        return Err(Fault::Internal);
    }
    let total = paid_by_layer.get_mut(op.layer).ok_or(Fault::Internal)?;
    *total = add(*total, paid)?;

    // 13: postings.
    if let LeanForm::Bands(bands) = &op.form {
        post(positions, bands.accumulator, if bands.absolute { base } else { excess }, trace)?;
    }
    if let Some(cap) = &op.cap {
        post(positions, cap.accumulator, paid, trace)?;
    }
    if let Some(cap) = &op.second_cap {
        post(positions, cap.accumulator, paid, trace)?;
    }
    Ok(())
}

fn met(limit: &LeanLimit, positions: &[i64]) -> Money {
    Money::from_micros(positions.get(limit.accumulator).copied().unwrap_or(0))
}

impl LeanBands {
    /// H(to) - H(from) for the banded ratio H integrates.
    #[inline(never)]
    fn raw<T: Trace>(&self, base: Money, excess: Money, positions: &[i64], trace: &mut T) -> Result<Raw, Fault> {
        let before = Money::from_micros(positions.get(self.accumulator).copied().ok_or(Fault::Internal)?);
        let to = add(before, if self.absolute { base } else { excess })?;
        let from = subtract(to, excess)?;
        let mut raw = 0i128;
        let mut lower = Money::ZERO;
        for (edge, ratio) in &self.rows {
            let (start, end) = (from.max(lower), edge.map_or(to, |edge| to.min(edge)));
            if end > start {
                let amount = subtract(end, start)?;
                trace.record(|| Step::Band { from: lower, to: *edge, ratio: *ratio, amount });
                raw = raw.checked_add(ratio.of(amount).picos).ok_or(Fault::Overflow)?;
            }
            match edge {
                Some(edge) if *edge < to => lower = *edge,
                _ => break,
            }
        }
        Ok(Raw::from_picos(raw))
    }
}

/// The payment under a limit.
#[allow(clippy::too_many_arguments, reason = "out of the way of the common case, whose figures it needs")]
#[inline(never)]
fn limited_by<T: Trace>(
    op: &LeanOp,
    base: Money,
    excess: Money,
    rounded: Money,
    limit: Money,
    bound: Option<usize>,
    positions: &[i64],
    trace: &mut T,
) -> Result<Money, Fault> {
    let raw = match &op.form {
        LeanForm::Ratio { ratio, .. } => ratio.of(excess),
        LeanForm::Bands(bands) => bands.raw(base, excess, positions, &mut Off)?,
    };
    if raw.exceeds(limit) {
        trace.record(|| Step::Bound { cap: bound });
        limited(op.rounding, limit)
    } else if rounded > limit {
        trace.record(|| Step::Bound { cap: bound });
        Ok(op.rounding.floor(limit))
    } else {
        Ok(rounded)
    }
}
