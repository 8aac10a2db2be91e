//! From lines to portions.

use crate::claim::Claim;
use crate::engine::Fault;
use crate::engine::case::Case;
use crate::money::{Money, Raw};
use crate::plan::{ClassifyRow, Plan};
use crate::ratio::Ratio;

/// Splits every line into portions; the portions of a line add up to its amount exactly.
pub(crate) fn classify(plan: &Plan, claim: &Claim, case: &mut Case) -> Result<(), Fault> {
    for (index, line) in claim.lines.iter().enumerate() {
        case.look_at_line(index, &plan.line_facts, &plan.facts);
        let mut fitting = None;
        for row in &plan.classify {
            if row.condition.holds(&case.facts)? {
                fitting = Some(row);
                break;
            }
        }
        let row = fitting.ok_or(Fault::Unclassified { line: index })?;
        split(plan, row, case, index, line.amount, line.quantity)?;
    }
    Ok(())
}

fn split(plan: &Plan, row: &ClassifyRow, case: &mut Case, line: usize, amount: Money, quantity: Money) -> Result<(), Fault> {
    let mut rest = amount;
    let mut admitted = quantity;
    if let Some((limit, into)) = &row.quantity_limit {
        let limit = limit.money(&case.facts)?;
        if quantity > limit {
            let excess = quantity.checked_sub(limit).ok_or(Fault::Overflow)?;
            let over = pro_rata(amount, excess, quantity).ok_or(Fault::Overflow)?;
            let over = plan.rounding.round_raw(over).ok_or(Fault::Overflow)?;
            rest = put(case, line, *into, over, rest)?;
            admitted = limit;
        }
    }
    if let Some((price, into)) = &row.price_limit {
        let price = price.money(&case.facts)?;
        // A quantity has the form of an amount: its millionths are a ratio's.
        let allowed = Ratio::from_millionths(admitted.micros()).of(price);
        let over = Raw::from_picos(Raw::from_money(rest).picos.checked_sub(allowed.picos).ok_or(Fault::Overflow)?);
        if over > Raw::ZERO {
            let over = plan.rounding.round_raw(over).ok_or(Fault::Overflow)?;
            rest = put(case, line, *into, over, rest)?;
        }
    }
    if let Some((rate, into)) = &row.self_pay {
        let rate = rate.ratio(&case.facts)?;
        let self_pay = plan.rounding.round_raw(rate.of(rest)).ok_or(Fault::Overflow)?;
        rest = put(case, line, *into, self_pay, rest)?;
    }
    put(case, line, row.into, rest, rest).map(|_| ())
}

/// Adds a part to a portion and gives what remains of the rest.
fn put(case: &mut Case, line: usize, portion: usize, part: Money, rest: Money) -> Result<Money, Fault> {
    let part = part.min(rest);
    let cell = case.cell(line, portion);
    let slot = case.billed.get_mut(cell).ok_or(Fault::Internal)?;
    *slot = slot.checked_add(part).ok_or(Fault::Overflow)?;
    rest.checked_sub(part).ok_or(Fault::Overflow)
}

/// `amount` x `part` / `whole`, exactly.
fn pro_rata(amount: Money, part: Money, whole: Money) -> Option<Raw> {
    let product = i128::from(amount.micros()).checked_mul(i128::from(part.micros()))?.checked_mul(1_000_000)?;
    let whole = i128::from(whole.micros());
    Some(Raw { picos: product.checked_div(whole)?, rest: product.checked_rem(whole)? != 0 })
}
