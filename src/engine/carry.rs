//! Carry-over: what is posted to an accumulator in the last months of a period counts in the next one too.

use chrono::{Months, NaiveDate};

use crate::date::day_number;
use crate::engine::Fault;
use crate::engine::case::Case;
use crate::engine::trace::{Step, Trace};
use crate::ledger::{AccumulatorKey, Books};
use crate::plan::Plan;
use crate::scheme::syntax::Owner;

/// What a claim carries over: whose, into which period, and how much.
pub(super) struct Carried {
    owner: Owner,
    key: AccumulatorKey,
    period: i32,
    amount: i64,
}

/// What the claim posted to accumulators that carry over, if its date lies in the last months of their periods. `before` are the positions at its start.
pub(super) fn carried<T: Trace>(
    plan: &Plan,
    date: NaiveDate,
    before: &[i64],
    case: &Case,
    books: &mut Books<'_>,
    trace: &mut T,
) -> Result<Vec<Carried>, Fault> {
    let mut all = Vec::new();
    for (index, months) in &plan.carries {
        let (Some(accumulator), Some(slot)) = (plan.accumulators.get(*index), plan.slots.get(*index)) else { continue };
        let posted = case
            .positions
            .get(*index)
            .copied()
            .unwrap_or(0)
            .checked_sub(before.get(*index).copied().unwrap_or(0))
            .ok_or(Fault::Overflow)?;
        let next = accumulator.per.last_day(date, plan.policy_year).and_then(|last| last.succ_opt()).ok_or(Fault::NoValue)?;
        let from = next.checked_sub_months(Months::new(*months)).ok_or(Fault::NoValue)?;
        if posted == 0 || date < from {
            continue;
        }
        let period = day_number(next);
        // It must fit there, so that nothing is left half done.
        books.owner(accumulator.owner).position(slot.key, period).checked_add(posted).ok_or(Fault::Overflow)?;
        trace.record(|| Step::Carried { accumulator: *index, amount: posted, to: next });
        all.push(Carried { owner: accumulator.owner, key: slot.key, period, amount: posted });
    }
    Ok(all)
}

pub(super) fn post(books: &mut Books<'_>, carried: Vec<Carried>) -> Result<(), Fault> {
    for one in carried {
        books.owner(one.owner).post(one.key, one.period, one.amount).ok_or(Fault::Overflow)?;
    }
    Ok(())
}
