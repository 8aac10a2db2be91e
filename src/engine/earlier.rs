//! What earlier periods held: the position of the one before, and for how many policy years nothing was posted.

use chrono::NaiveDate;

use crate::date::{Per, PolicyYear, day_number};
use crate::engine::Fault;
use crate::engine::case::{Bill, Case};
use crate::engine::trace::{Step, Trace};
use crate::ledger::Books;
use crate::plan::Plan;
use crate::plan::fact::FactKind;

const MICROS: i64 = 1_000_000;
/// What stands for "never", in years.
const NEVER: i64 = 1_000_000;

/// Sets the facts that ask for earlier periods. Nothing that the claim posts changes them.
#[inline(never)]
pub(super) fn read<T: Trace>(plan: &Plan, bill: &Bill<'_>, case: &mut Case, books: &mut Books<'_>, trace: &mut T) -> Result<(), Fault> {
    let Some(date) = bill.input.and_then(|input| input.rule_date) else { return Ok(()) };
    for index in &plan.entry_facts {
        let Some(fact) = plan.facts.get(*index) else { continue };
        let (FactKind::Previous(accumulator) | FactKind::Quiet(accumulator)) = fact.kind else { continue };
        let (Some(found), Some(slot)) = (plan.accumulators.get(accumulator), plan.slots.get(accumulator)) else { continue };
        let account = books.owner(found.owner);
        let value = match fact.kind {
            FactKind::Previous(_) => previous(found.per, plan.policy_year, date).map_or(0, |start| account.position(slot.key, start)),
            _ => quiet(plan.policy_year, date, |before| account.last_posted(slot.key, before)),
        };
        case.facts.set(*index, fact, value);
        trace.record(|| Step::Entry { fact: *index, value });
    }
    Ok(())
}

/// The key of the period before the one of a day.
pub(crate) fn previous(per: Per, year: PolicyYear, date: NaiveDate) -> Option<i32> {
    per.start(per.start(date, year)?.pred_opt()?, year).map(day_number)
}

/// The whole policy years without a posting just before that of a day, in millionths. `last` knows the last one before a day that had any.
pub(crate) fn quiet(year: PolicyYear, date: NaiveDate, last: impl FnOnce(i32) -> Option<i32>) -> i64 {
    let now = year.start(date);
    let years = match last(day_number(now)).and_then(NaiveDate::from_num_days_from_ce_opt) {
        Some(posted) => {
            i64::from(chrono::Datelike::year(&now)).saturating_sub(i64::from(chrono::Datelike::year(&posted))).saturating_sub(1)
        }
        None => NEVER,
    };
    years.saturating_mul(MICROS)
}
