//! A benefit that is figured for each line or each day of a claim, one after the other.

use chrono::NaiveDate;

use crate::date::day_number;
use crate::engine::Fault;
use crate::engine::benefit;
use crate::engine::case::{Bill, Case, Input, look_at_line};
use crate::engine::trace::{Failed, Step, Trace};
use crate::ledger::Books;
use crate::plan::fact::FactKind;
use crate::plan::{Benefit, Plan};
use crate::scheme::syntax::Each;

/// What an accumulator by the day has on another day than the claim's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OtherDay {
    accumulator: usize,
    day: i32,
    before: i64,
    position: i64,
}

/// Reads the positions of accumulators by the day on the days of the lines.
pub(super) fn read_days(plan: &Plan, bill: &Bill<'_>, case: &mut Case, books: &mut Books<'_>) {
    case.other_days.clear();
    let Some(input) = bill.input else { return };
    let own = input.rule_date.map(day_number);
    let mut days: Vec<i32> = (0..case.lines).filter_map(|line| date_of(input, line)).map(day_number).collect();
    days.sort_unstable();
    days.dedup();
    for day in days.into_iter().filter(|day| Some(*day) != own) {
        for accumulator in &plan.item_days {
            let (Some(found), Some(slot)) = (plan.accumulators.get(*accumulator), plan.slots.get(*accumulator)) else { continue };
            let position = books.owner(found.owner).position(slot.key, day);
            case.other_days.push(OtherDay { accumulator: *accumulator, day, before: position, position });
        }
    }
}

/// Whether what was posted on other days fits there, so that nothing is left half done.
pub(super) fn fits(plan: &Plan, case: &Case, books: &mut Books<'_>) -> Result<(), Fault> {
    for one in &case.other_days {
        let (Some(found), Some(slot)) = (plan.accumulators.get(one.accumulator), plan.slots.get(one.accumulator)) else { continue };
        let posted = one.position.checked_sub(one.before).ok_or(Fault::Overflow)?;
        books.owner(found.owner).position(slot.key, one.day).checked_add(posted).ok_or(Fault::Overflow)?;
    }
    Ok(())
}

/// Posts what was posted on other days.
pub(super) fn post_days(plan: &Plan, case: &Case, books: &mut Books<'_>) -> Result<(), Fault> {
    for one in case.other_days.iter().filter(|one| one.position != one.before) {
        let (Some(found), Some(slot)) = (plan.accumulators.get(one.accumulator), plan.slots.get(one.accumulator)) else { continue };
        books.owner(found.owner).post(slot.key, one.day, one.position.saturating_sub(one.before)).ok_or(Fault::Overflow)?;
    }
    Ok(())
}

/// The day of a line, or of a claim without lines.
fn date_of(input: &Input, line: usize) -> Option<NaiveDate> {
    input.line_dates.get(line).copied().flatten().or(input.service_from)
}

/// Settles the benefit item by item.
pub(super) fn settle<T: Trace>(
    plan: &Plan,
    layer: usize,
    benefit: &Benefit,
    bill: &Bill<'_>,
    case: &mut Case,
    trace: &mut T,
) -> Result<(), Fault> {
    if let Some(failed) = benefit::choose_lines(plan, layer, benefit, bill, case, trace)? {
        trace.record(|| Step::Failed { failed });
        return Ok(());
    }
    let input = bill.input.ok_or(Fault::Internal)?;
    let mut lines: Vec<(NaiveDate, usize)> = Vec::new();
    for line in 0..case.lines {
        if !input.has_lines || case.is_chosen(line) {
            lines.push((date_of(input, line).ok_or(Fault::Internal)?, line));
        }
    }
    if benefit.each == Each::Day {
        // Days without lines cannot be told apart.
        if !input.has_lines && input.service_to > input.service_from {
            return Err(Fault::Undivided { layer: layer as u32 });
        }
        lines.sort_unstable();
    }
    let together = |a: &(NaiveDate, usize), b: &(NaiveDate, usize)| benefit.each == Each::Day && a.0 == b.0;
    let rule_date = plan.facts.iter().position(|fact| fact.kind == FactKind::RuleDate).ok_or(Fault::Internal)?;
    let own_date = case.facts.value(rule_date).ok_or(Fault::Internal)?;
    for item in lines.chunk_by(together) {
        let Some((date, first)) = item.first().copied() else { continue };
        if let (true, Some(values)) = (benefit.each == Each::Line, bill.line_values()) {
            look_at_line(plan, values, first, &mut case.facts);
        }
        set_date(plan, rule_date, read_on(plan, date), case);
        if input.has_lines {
            case.chosen.clear();
            case.chosen.resize(case.lines, false);
            for (_, line) in item {
                if let Some(chosen) = case.chosen.get_mut(*line) {
                    *chosen = true;
                }
            }
        }
        trace.record(|| Step::Item { date, first });
        for (_, line) in item.iter().filter(|_| input.has_lines) {
            trace.record(|| Step::ItemLine { line: *line });
        }
        let day = day_number(date);
        swap_days(day, case);
        let settled = match benefit.condition.first_failed(&case.facts) {
            Ok(None) => benefit::settle_chosen(plan, layer, benefit, bill, case, trace),
            Ok(Some(note)) => {
                trace.record(|| Step::Failed { failed: Failed::Test(note) });
                Ok(())
            }
            Err(fault) => Err(fault),
        };
        swap_days(day, case);
        settled?;
    }
    set_date(plan, rule_date, own_date, case);
    Ok(())
}

/// The day whose rules hold for an item: one outside of the scheme's time is taken for its first or last.
pub(crate) fn read_on(plan: &Plan, date: NaiveDate) -> i64 {
    let date = plan.effective.until.and_then(|until| until.pred_opt()).map_or(date, |last| date.min(last));
    i64::from(day_number(plan.effective.from.map_or(date, |from| date.max(from))))
}

fn set_date(plan: &Plan, fact: usize, date: i64, case: &mut Case) {
    if let Some(named) = plan.facts.get(fact) {
        case.facts.set(fact, named, date);
    }
}

/// Puts the positions of a day in the place of those of the claim's, and back.
fn swap_days(day: i32, case: &mut Case) {
    for one in case.other_days.iter_mut().filter(|one| one.day == day) {
        if let Some(position) = case.positions.get_mut(one.accumulator) {
            std::mem::swap(position, &mut one.position);
        }
    }
}
