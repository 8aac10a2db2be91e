//! Run-off: how long a layer goes on paying for lines dated after the policy year that the claim belongs to.

use chrono::{Days, NaiveDate};

use crate::engine::Fault;
use crate::engine::case::{Bill, Case};
use crate::engine::trace::{Step, Trace};
use crate::money::Money;
use crate::plan::{Benefit, Plan};

/// The last day of the policy year of a claim, and the last that a layer with so many days of run-off pays for.
pub(crate) fn ends(plan: &Plan, rule_date: NaiveDate, days: u32) -> Option<(NaiveDate, NaiveDate)> {
    let year_end = plan.policy_year.next(plan.policy_year.start(rule_date)).pred_opt()?;
    Some((year_end, year_end.checked_add_days(Days::new(days.into()))?))
}

/// The last day that a benefit pays for, if the claim goes on beyond it.
pub(crate) fn crossed(plan: &Plan, benefit: &Benefit, bill: &Bill<'_>) -> Result<Option<NaiveDate>, Fault> {
    let (Some(days), Some(input)) = (benefit.run_off, bill.input) else { return Ok(None) };
    let rule_date = input.rule_date.ok_or(Fault::Internal)?;
    let (_, until) = ends(plan, rule_date, days).ok_or(Fault::Overflow)?;
    Ok(Some(until).filter(|until| input.service_to.is_some_and(|to| to > *until)))
}

/// Leaves out the chosen lines that are dated later; false if it leaves none. A line without a date of its own cannot be told.
pub(crate) fn leave_out<T: Trace>(
    benefit: &Benefit,
    layer: usize,
    until: NaiveDate,
    bill: &Bill<'_>,
    case: &mut Case,
    trace: &mut T,
) -> Result<bool, Fault> {
    let dates = bill.input.map_or(&[][..], |input| &input.line_dates);
    let mut any = false;
    for line in 0..case.lines {
        if !case.is_chosen(line) {
            continue;
        }
        let date = dates.get(line).copied().flatten().ok_or(Fault::Undivided { layer: layer as u32 })?;
        if date <= until {
            any = true;
            continue;
        }
        if let Some(chosen) = case.chosen.get_mut(line) {
            *chosen = false;
        }
        let mut left = Money::ZERO;
        for cover in &benefit.covers {
            left = left.checked_add(case.left(line, cover.portion)).ok_or(Fault::Overflow)?;
        }
        trace.record(|| Step::AfterRunOff { line, left });
    }
    Ok(any)
}
