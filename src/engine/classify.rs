//! From lines to portions.

use crate::claim::Claim;
use crate::diagnostic::refused;
use crate::engine::Fault;
use crate::engine::case::{Input, look_at_line};
use crate::money::{Money, Raw};
use crate::plan::{ClassifyRow, Plan};
use crate::ratio::Ratio;
use crate::reject::{Reject, RejectCode};

/// Splits every line into portions; the portions of a line add up to its amount exactly.
pub(crate) fn classify(plan: &Plan, claim: &Claim, input: &mut Input) -> Result<(), Reject> {
    for (index, line) in claim.lines.iter().enumerate() {
        look_at_line(plan, &input.line_values, index, &mut input.facts);
        let row = row(plan, input).map_err(|fault| fault.reject(plan, &claim.id, None))?.ok_or_else(|| {
            let message = refused::no_row_fits(&line.id);
            Reject::new(&claim.id, RejectCode::UnclassifiedLine, &format!("lines.{}", line.id), message)
        })?;
        split(plan, row, input, index, line.amount, line.quantity).map_err(|fault| fault.reject(plan, &claim.id, None))?;
    }
    Ok(())
}

/// The first row whose condition the line meets.
fn row<'p>(plan: &'p Plan, input: &Input) -> Result<Option<&'p ClassifyRow>, Fault> {
    for row in &plan.classify {
        if row.condition.holds(&input.facts)? {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

fn split(plan: &Plan, row: &ClassifyRow, input: &mut Input, line: usize, amount: Money, quantity: Money) -> Result<(), Fault> {
    let mut rest = amount;
    let mut admitted = quantity;
    if let Some((limit, into)) = &row.quantity_limit {
        let limit = limit.money(&input.facts)?;
        if quantity > limit {
            let excess = quantity.checked_sub(limit).ok_or(Fault::Overflow)?;
            let over = pro_rata(amount, excess, quantity).ok_or(Fault::Overflow)?;
            let over = plan.rounding.round_raw(over).ok_or(Fault::Overflow)?;
            rest = put(input, line, *into, over, rest)?;
            admitted = limit;
        }
    }
    if let Some((price, into)) = &row.price_limit {
        let price = price.money(&input.facts)?;
        // A quantity has the form of an amount: its millionths are a ratio's.
        let allowed = Ratio::from_millionths(admitted.micros()).of(price);
        let over = Raw::from_picos(Raw::from_money(rest).picos.checked_sub(allowed.picos).ok_or(Fault::Overflow)?);
        if over > Raw::ZERO {
            let over = plan.rounding.round_raw(over).ok_or(Fault::Overflow)?;
            rest = put(input, line, *into, over, rest)?;
        }
    }
    if let Some((rate, into)) = &row.self_pay {
        let rate = rate.ratio(&input.facts)?;
        let self_pay = plan.rounding.round_raw(rate.of(rest)).ok_or(Fault::Overflow)?;
        rest = put(input, line, *into, self_pay, rest)?;
    }
    put(input, line, row.into, rest, rest).map(|_| ())
}

/// Adds a part to a portion and gives what remains of the rest.
fn put(input: &mut Input, line: usize, portion: usize, part: Money, rest: Money) -> Result<Money, Fault> {
    let part = part.min(rest);
    let cell = input.cell(line, portion);
    let slot = input.billed.get_mut(cell).ok_or(Fault::Internal)?;
    *slot = slot.checked_add(part).ok_or(Fault::Overflow)?;
    rest.checked_sub(part).ok_or(Fault::Overflow)
}

/// `amount` x `part` / `whole`, exactly.
pub(crate) fn pro_rata(amount: Money, part: Money, whole: Money) -> Option<Raw> {
    let product = i128::from(amount.micros()).checked_mul(i128::from(part.micros()))?.checked_mul(1_000_000)?;
    let whole = i128::from(whole.micros());
    Some(Raw { picos: product.checked_div(whole)?, rest: product.checked_rem(whole)? != 0 })
}
