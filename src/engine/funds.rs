//! What of a layer's payments comes out of which fund.

#![allow(clippy::arithmetic_side_effects, reason = "128 bits hold a 64-bit amount times a ratio of at most 10^6; the step is above zero")]

use crate::engine::Fault;
use crate::engine::case::Case;
use crate::money::Money;
use crate::plan::{Layer, Plan};
use crate::ratio::Ratio;

/// Adds what the layers paid of this claim to what the funds behind them paid.
#[inline(never)]
pub(super) fn draw(plan: &Plan, case: &mut Case) -> Result<(), Fault> {
    for (index, layer) in plan.layers.iter().enumerate().filter(|(_, layer)| !layer.funds.is_empty()) {
        // To be cleared before the next claim.
        case.pays_beside = true;
        let of = |paid: &[Money]| paid.get(index).copied().unwrap_or(Money::ZERO);
        let paid = of(&case.paid).checked_add(of(&case.beside)).ok_or(Fault::Overflow)?;
        for (fund, share) in shares(layer, paid, plan.rounding.unit()) {
            let total = case.fund_paid.get_mut(fund).ok_or(Fault::Internal)?;
            *total = total.checked_add(share).ok_or(Fault::Overflow)?;
        }
    }
    Ok(())
}

/// Each fund's share of a sum that a layer paid, in whole units, by the largest remainder, ties to the fund declared first. They add up to the sum.
pub(crate) fn shares(layer: &Layer, paid: Money, unit: Money) -> impl Iterator<Item = (usize, Money)> {
    let (paid, step) = (i128::from(paid.micros()), i128::from(unit.micros().max(1)) * i128::from(Ratio::ONE.millionths()));
    // Of 18 and 7 digits: the product fits.
    let product = move |share: i64| paid * i128::from(share);
    let floored = move |share: i64| product(share) / step * i128::from(unit.micros());
    let rest = paid - layer.funds.iter().map(|(_, share)| floored(*share)).sum::<i128>();
    let missing = rest / i128::from(unit.micros().max(1));
    layer.funds.iter().enumerate().map(move |(place, (fund, share))| {
        let remainder = product(*share) % step;
        let goes_first = |(other, (_, theirs)): (usize, &(usize, i64))| {
            let theirs = product(*theirs) % step;
            theirs > remainder || (theirs == remainder && other < place)
        };
        let before = layer.funds.iter().enumerate().filter(|one| goes_first(*one)).count() as i128;
        let more = if before < missing { i128::from(unit.micros()) } else { 0 };
        (*fund, Money::from_micros(i64::try_from(floored(*share) + more).unwrap_or(i64::MAX)))
    })
}
