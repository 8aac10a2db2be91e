//! What a claim pays and posts, in short: for those who keep a journal.

use crate::date::day_number;
use crate::engine::case::Case;
use crate::engine::trace::Step;
use crate::money::Money;
use crate::plan::Plan;
use crate::scheme::syntax::Owner;

/// What a settled claim pays and posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Booked {
    /// By layer.
    pub(crate) paid: Vec<Money>,
    /// By layer, beside the bill.
    pub(crate) beside: Vec<Money>,
    /// By fund.
    pub(crate) funds: Vec<Money>,
    pub(crate) out_of_pocket: Money,
    pub(crate) charged: Money,
    pub(crate) posted: Vec<Posted>,
}

/// What one rule posts to one accumulator in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Posted {
    /// The layer, and the benefit, if it is one of its benefits; nothing for counts of claims and days.
    pub(crate) rule: Option<(usize, Option<usize>)>,
    pub(crate) accumulator: usize,
    pub(crate) owner: Owner,
    pub(crate) period: i32,
    pub(crate) amount: i64,
}

/// What the case just settled pays and posts.
pub(super) fn booked(plan: &Plan, case: &Case, steps: &[Step]) -> Booked {
    let mut posted: Vec<Posted> = Vec::new();
    let (mut layer, mut benefit, mut day) = (None, None, None);
    for step in steps {
        let (accumulator, amount, period) = match *step {
            Step::Layer { layer: index } => {
                (layer, benefit, day) = (Some(index), None, None);
                continue;
            }
            Step::Benefit { benefit: index } => {
                (benefit, day) = (Some(index), None);
                continue;
            }
            Step::Item { date, .. } => {
                day = Some(day_number(date));
                continue;
            }
            Step::Posted { accumulator, amount, .. } => {
                let of_claim = case.accumulator_periods.get(accumulator).copied().flatten();
                let of_item = day.filter(|_| plan.item_days.contains(&accumulator));
                (accumulator, amount, of_item.or(of_claim))
            }
            Step::Carried { accumulator, amount, to } => (accumulator, amount, Some(day_number(to))),
            _ => continue,
        };
        // What lives in the claim alone is gone with it.
        let (Some(found), Some(period)) = (plan.accumulators.get(accumulator), period) else { continue };
        let counts = found.counts_claims() || found.of_spells || matches!(step, Step::Carried { .. });
        let rule = layer.filter(|_| !counts).map(|layer| (layer, benefit));
        posted.push(Posted { rule, accumulator, owner: found.owner, period, amount });
    }
    let out_of_pocket = case.residual.iter().fold(Money::ZERO, |sum, r| sum.checked_add(*r).unwrap_or(sum));
    let (paid, beside, funds) = (case.paid.clone(), case.beside.clone(), case.fund_paid.clone());
    Booked { paid, beside, funds, out_of_pocket, charged: case.charged, posted }
}
