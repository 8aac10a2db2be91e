//! Spells: how long the benefit periods last that a claim is part of.

use chrono::NaiveDate;

use crate::date::day_number;
use crate::engine::Fault;
use crate::engine::case::{Bill, Case};
use crate::engine::kernel::{position, post as post_to};
use crate::engine::trace::Trace;
use crate::ledger::Books;
use crate::plan::Plan;

/// Posts the days that the claim adds to the spells it is part of: those of accumulators to which it posted, or whose benefits settled it. `before` are the
/// positions at its start.
pub(super) fn post<T: Trace>(
    plan: &Plan,
    bill: &Bill<'_>,
    before: &[i64],
    case: &mut Case,
    books: &mut Books<'_>,
    trace: &mut T,
) -> Result<(), Fault> {
    // Nobody is cared for at the end of a period that is settled as a whole.
    let Some(last) = bill.input.and_then(|input| input.last_day_of_care) else { return Ok(()) };
    for (accumulator, lasted) in &plan.spells {
        if case.positions.get(*accumulator) == before.get(*accumulator) && !case.used.contains(accumulator) {
            continue;
        }
        let owner = plan.accumulators.get(*accumulator).ok_or(Fault::Internal)?.owner;
        let first = books.period(*accumulator, owner).and_then(NaiveDate::from_num_days_from_ce_opt).ok_or(Fault::NoValue)?;
        let days = i64::from(day_number(last)).saturating_sub(i64::from(day_number(first))).saturating_add(1);
        let more = days.saturating_mul(1_000_000).saturating_sub(position(case, *lasted).micros());
        if more > 0 {
            post_to(case, *lasted, more, trace)?;
        }
    }
    Ok(())
}
