//! Phases by accumulated cost and by what the patient has borne, and the parts of several funds in one payment.

use std::cmp::Ordering;

use crate::engine::Fault;
use crate::engine::case::Case;
use crate::engine::kernel::position;
use crate::engine::trace::{Step, Trace};
use crate::exact::Exact;
use crate::money::{Money, Raw};
use crate::plan::{Payer, Phase, Plan};
use crate::ratio::Ratio;

/// Goes through the phases with the base of a claim: what is paid in all, with each fund's part in `case.parts`.
///
/// The cost grows by the money in a phase, what the patient has borne by what is not paid of it and by what counts as if the patient had paid it. So a
/// phase that ends where the patient has borne S holds (S - borne) / (1 - ratio + counted ratios) of money: exactly, as a fraction.
pub(super) fn entitlement<T: Trace>(
    plan: &Plan,
    layer: usize,
    (accumulator, share, rows): (usize, usize, &[Phase]),
    base: Money,
    case: &mut Case,
    trace: &mut T,
) -> Result<Raw, Fault> {
    let exact = |money: Money| Exact::from_micros(money.micros());
    let of_ratio = |ratio: Ratio| Exact::from_micros(ratio.millionths());
    let (before, borne_before) = (position(case, accumulator), position(case, share));
    trace.record(|| Step::Phases { before, borne: borne_before });
    let (mut cost, mut borne, mut left) = (exact(before), exact(borne_before), exact(base));
    let mut paid = Exact::ZERO;
    case.parts.clear();
    case.parts.resize(plan.funds.len(), Exact::ZERO);
    let counts = |payer| plan.feeds.iter().any(|feed| feed.accumulator == share && feed.payer == payer);
    for (index, row) in rows.iter().enumerate() {
        let (mut ratio, mut counted) = (Ratio::ZERO, Ratio::ZERO);
        for (fund, part) in &row.parts {
            let part = part.ratio(&case.facts)?;
            ratio = sum(ratio, part)?;
            if counts(Payer::Layer(layer)) || fund.is_some_and(|fund| counts(Payer::Fund(fund))) {
                counted = sum(counted, part)?;
            }
        }
        if ratio > Ratio::ONE {
            return Err(Fault::NoValue);
        }
        let unpaid = Ratio::from_millionths(Ratio::ONE.millionths().saturating_sub(ratio.millionths()));
        let counts = sum(unpaid, counted)?;
        let to = row.to.as_ref().map(|to| to.money(&case.facts)).transpose()?;
        let to_share = row.to_share.as_ref().map(|to| to.money(&case.facts)).transpose()?;
        let width = width(left, to.map(|to| (exact(to), cost)), to_share.map(|to| (exact(to), borne)), of_ratio(counts));
        let width = width.ok_or(Fault::Overflow)?;
        if !width.is_positive() {
            continue;
        }
        let mut step = || {
            for (fund, part) in &row.parts {
                let slot = fund.and_then(|fund| case.parts.get_mut(fund));
                if let Some(slot) = slot {
                    *slot = slot.add(width.multiply(of_ratio(part.ratio(&case.facts).ok()?))?)?;
                }
            }
            let gives = width.multiply(of_ratio(ratio))?;
            cost = cost.add(width)?;
            borne = borne.add(width.multiply(of_ratio(counts))?)?;
            left = left.subtract(width)?;
            paid = paid.add(gives)?;
            Some((raw(width)?, raw(gives)?))
        };
        let (amount, gives) = step().ok_or(Fault::Overflow)?;
        trace.record(|| Step::Phase { row: index, to, to_share, amount, ratio, counts, gives });
    }
    // The last phase has no end.
    if left.is_positive() { Err(Fault::Internal) } else { raw(paid).ok_or(Fault::Overflow) }
}

fn sum(a: Ratio, b: Ratio) -> Result<Ratio, Fault> {
    a.millionths().checked_add(b.millionths()).map(Ratio::from_millionths).ok_or(Fault::NoValue)
}

fn raw(exact: Exact) -> Option<Raw> {
    exact.picos().map(|(picos, rest)| Raw { picos, rest })
}

/// How much money goes into a phase: up to its ends, each given with the position that it is measured by.
fn width(left: Exact, to: Option<(Exact, Exact)>, to_share: Option<(Exact, Exact)>, counts: Exact) -> Option<Exact> {
    let mut width = left;
    if let Some((to, cost)) = to {
        width = width.least(to.subtract(cost)?)?;
    }
    if let Some((to, borne)) = to_share {
        let room = to.subtract(borne)?;
        // Where nothing counts as borne, the end is never reached.
        if !room.is_positive() {
            width = Exact::ZERO;
        } else if counts.is_positive() {
            width = width.least(room.divide(counts)?)?;
        }
    }
    Some(width)
}

/// Each fund's part of a payment, in whole units: in proportion to the exact parts, by the largest remainder, ties to the fund declared first. Into
/// `case.fund_parts`; those of all benefits into `case.fund_paid`.
pub(super) fn share_out<T: Trace>(unit: Money, paid: Money, case: &mut Case, trace: &mut T) -> Result<(), Fault> {
    case.fund_parts.clear();
    case.fund_parts.resize(case.parts.len(), Money::ZERO);
    let mut whole = Exact::ZERO;
    for part in &case.parts {
        whole = whole.add(*part).ok_or(Fault::Overflow)?;
    }
    if !whole.is_positive() {
        return Ok(());
    }
    let [exact_paid, exact_unit] = [paid, unit].map(|money| Exact::from_micros(money.micros()));
    let share = |part: Exact| exact_paid.multiply(part)?.divide(whole);
    let mut rest = paid;
    for (part, slot) in case.parts.iter().zip(&mut case.fund_parts) {
        let floored = share(*part).and_then(|s| s.floor(exact_unit)?.micros()).ok_or(Fault::Overflow)?;
        *slot = Money::from_micros(floored);
        rest = rest.checked_sub(*slot).ok_or(Fault::Overflow)?;
    }
    while rest > Money::ZERO {
        let mut largest: Option<(usize, Exact)> = None;
        for (fund, (part, slot)) in case.parts.iter().zip(&case.fund_parts).enumerate() {
            let remainder = share(*part).and_then(|s| s.subtract(Exact::from_micros(slot.micros()))).ok_or(Fault::Overflow)?;
            let more = match largest {
                None => true,
                Some((_, most)) => remainder.compare(most).ok_or(Fault::Overflow)? == Ordering::Greater,
            };
            if more {
                largest = Some((fund, remainder));
            }
        }
        let slot = largest.and_then(|(fund, _)| case.fund_parts.get_mut(fund)).ok_or(Fault::Internal)?;
        *slot = slot.checked_add(unit).ok_or(Fault::Overflow)?;
        rest = rest.checked_sub(unit).ok_or(Fault::Overflow)?;
    }
    case.pays_beside = true;
    for (fund, (part, total)) in case.fund_parts.iter().zip(&mut case.fund_paid).enumerate() {
        *total = total.checked_add(*part).ok_or(Fault::Overflow)?;
        if *part > Money::ZERO {
            trace.record(|| Step::FundPaid { fund, amount: *part });
        }
    }
    Ok(())
}
