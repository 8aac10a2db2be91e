//! One benefit: base, deductible, ratio, limits, rounding, posting. The numbered steps are those of the rule-language reference.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "places in tables that are in memory; picos of checked products; a cycle is at least one unit long"
)]

use crate::engine::Fault;
use crate::engine::adjustment::Adjustment;
use crate::engine::allocate::{largest_remainder, take_from_portion, touchable};
use crate::engine::case::{Bill, Case, look_at_line};
use crate::engine::copay;
use crate::engine::kernel::{feed, position, post};
use crate::engine::line_caps;
use crate::engine::phases;
use crate::engine::run_off;
use crate::engine::trace::{Failed, LimitKind, Step, Trace};
use crate::money::{Money, Raw, Rounding};
use crate::plan::value::Value;
use crate::plan::{Band, Benefit, Coordinate, Form, GrantRow, Group, Limit, Payer, Plan};
use crate::ratio::Ratio;
use crate::scheme::syntax::{Candidate, Counts, Parts, Taken};

fn add(a: Money, b: Money) -> Result<Money, Fault> {
    a.checked_add(b).ok_or(Fault::Overflow)
}

fn subtract(a: Money, b: Money) -> Result<Money, Fault> {
    a.checked_sub(b).ok_or(Fault::Overflow)
}

/// What is left of a limit: never below zero.
fn room(amount: Money, position: Money) -> Result<Money, Fault> {
    Ok(subtract(amount, position)?.max(Money::ZERO))
}

/// A limit in force.
#[derive(Clone, Copy)]
pub(crate) struct InForce {
    amount: Money,
    position: Money,
    pub(crate) room: Money,
}

/// Settles a benefit whose conditions hold.
#[inline(never)]
pub(crate) fn settle<T: Trace>(
    plan: &Plan,
    layer: usize,
    benefit: &Benefit,
    bill: &Bill<'_>,
    case: &mut Case,
    trace: &mut T,
) -> Result<(), Fault> {
    if let Some(failed) = choose_lines(plan, layer, benefit, bill, case, trace)? {
        trace.record(|| Step::Failed { failed });
        return Ok(());
    }
    settle_chosen(plan, layer, benefit, bill, case, trace)
}

/// Settles a benefit on the lines that are chosen.
pub(crate) fn settle_chosen<T: Trace>(
    plan: &Plan,
    layer: usize,
    benefit: &Benefit,
    bill: &Bill<'_>,
    case: &mut Case,
    trace: &mut T,
) -> Result<(), Fault> {
    if !plan.sums.is_empty() {
        sum_lines(plan, benefit, bill, case, trace)?;
    }
    // 1: the base.
    let Tally { mut counted, mut within_reach, paid_before } = count(plan, benefit, bill, case, trace)?;
    if !benefit.line_caps.is_empty() {
        (counted, within_reach) = line_caps::cut(plan, benefit, bill, case, trace)?;
    }
    let mut base = counted;
    for (index, cap) in benefit.base_caps.iter().enumerate() {
        if let Some(InForce { room, .. }) = in_force(LimitKind::BaseCap, index, cap, case, trace)? {
            base = base.min(room);
        }
    }
    if base == Money::ZERO && benefit.indemnity {
        trace.record(|| Step::Failed { failed: Failed::NothingLeft });
        return Ok(());
    }
    trace.record(|| Step::Base { amount: base });
    if !plan.spells.is_empty() {
        case.used.extend(benefit.accumulators());
    }

    // 2 to 5: copayments, deductible, excess.
    if benefit.by_items {
        copay::begin(benefit, base, case)?;
    }
    let early = copayments(plan, benefit, Taken::BeforeDeductible, base, bill, case, trace)?;
    let after_early = subtract(base, early)?;
    let (deducted, excess_and_copay) = deduct(benefit, base, after_early, case, trace)?;
    if !plan.benefit_facts.is_empty() {
        case.deducted = add(case.deducted, deducted)?;
    }
    if benefit.by_items {
        copay::take_off(deducted, case)?;
    }
    // A copayment comes out of this claim's money, also where a franchise lets earlier claims' count.
    let late = copayments(plan, benefit, Taken::BeforeRatio, subtract(after_early, deducted)?, bill, case, trace)?;
    let excess = subtract(excess_and_copay, late)?;
    trace.record(|| Step::Excess { amount: excess });

    // 6 and 7: the payment before limits.
    let (mut raw, units) = match &benefit.form {
        Form::Phases { accumulator, share, rows } => {
            (phases::entitlement(plan, layer, (*accumulator, *share, rows), base, case, trace)?, 0)
        }
        _ => entitlement(benefit, base, excess, case, trace)?,
    };
    if benefit.copays.iter().any(|c| c.taken == Taken::FromPayment) {
        let most = benefit.rounding.round_raw(raw).ok_or(Fault::Overflow)?;
        let due = copayments(plan, benefit, Taken::FromPayment, most, bill, case, trace)?;
        let before = raw.picos;
        raw = raw.less(due);
        trace.record(|| Step::CopaidFromPayment { raw: Raw::from_picos(before - raw.picos) });
    }
    trace.record(|| Step::Raw { raw });

    // 8: the out-of-pocket maximum.
    let mut known = Known { deducted, copaid: add(early, late)? };
    if !benefit.out_of_pocket_max.is_empty() {
        (raw, known) = cut_share(benefit, base, known, raw, case, trace)?;
    }

    // Beside other payers: which figure it pays.
    if let Some(coordinate) = &benefit.coordinate {
        raw = choose(coordinate, base, paid_before, raw, trace)?;
    }

    // 9: limits on the payment.
    let mut limit = None;
    let mut bound = None;
    for (index, cap) in benefit.caps.iter().enumerate() {
        if let Some(InForce { room, .. }) = in_force(LimitKind::Cap, index, cap, case, trace)?
            && limit.is_none_or(|least| room < least)
        {
            limit = Some(room);
            bound = Some(index);
        }
    }
    if benefit.indemnity {
        trace.record(|| Step::Residual { amount: within_reach });
        if limit.is_none_or(|least| within_reach < least) {
            limit = Some(within_reach);
            bound = None;
        }
    }

    // 10: the one rounding.
    let rounding = benefit.rounding;
    let rounded = if benefit.rounds_coinsurance {
        let rest = subtract(base, add(known.deducted, known.copaid)?)?;
        let coinsurance = rounding.round_raw(raw.complement(rest)).ok_or(Fault::Overflow)?;
        plan.rounding.floor(subtract(rest, coinsurance)?.max(Money::ZERO))
    } else if benefit.rounds_patient_share {
        let share = rounding.round_raw(raw.complement(base)).ok_or(Fault::Overflow)?;
        if raw.exceeds(base) {
            rounding.round_raw(raw).ok_or(Fault::Overflow)?
        } else {
            plan.rounding.floor(subtract(base, share)?.max(Money::ZERO))
        }
    } else {
        rounding.round_raw(raw).ok_or(Fault::Overflow)?
    };
    trace.record(|| Step::Rounded { amount: rounded });
    let paid = match limit {
        Some(limit) if raw.exceeds(limit) => {
            trace.record(|| Step::Bound { cap: bound });
            limited(rounding, limit)?
        }
        Some(limit) if rounded > limit => {
            trace.record(|| Step::Bound { cap: bound });
            rounding.floor(limit)
        }
        _ => rounded,
    };

    // 11 and 12: a payment too small to be made; the residual.
    let minimum = match &benefit.minimum {
        Some(minimum) => minimum.money(&case.facts)?,
        None => Money::ZERO,
    };
    let issued = if paid < minimum { Money::ZERO } else { paid };
    trace.record(|| Step::Paid { amount: paid, issued });
    if !benefit.held.is_empty() && deducted > Money::ZERO {
        hold(benefit, deducted, case)?;
    }
    if benefit.indemnity {
        take(plan, benefit, issued, case, trace)?;
        let total = case.paid.get_mut(layer).ok_or(Fault::Internal)?;
        *total = add(*total, issued)?;
    } else {
        case.pays_beside = true;
        let total = case.beside.get_mut(layer).ok_or(Fault::Internal)?;
        *total = add(*total, issued)?;
    }

    charge(plan, benefit, bill, case, trace)?;
    if !benefit.line_caps.is_empty() {
        line_caps::post_all(benefit, case, trace)?;
    }

    // 13: postings.
    let patient_share = subtract(subtract(base, paid_before)?, rounded)?.max(Money::ZERO);
    for (accumulator, counts) in &benefit.posts {
        let amount = match counts {
            Counts::Deductible => deducted.micros(),
            Counts::Base => base.micros(),
            Counts::Excess => excess.micros(),
            Counts::Payment => paid.micros(),
            Counts::PatientShare => patient_share.micros(),
            Counts::Parts(parts) => known.posted(*parts, patient_share)?.micros(),
            Counts::Units => units,
            Counts::Claims | Counts::Days | Counts::Copay => 0,
        };
        post(case, *accumulator, amount, trace)?;
    }
    if !plan.feeds.is_empty() {
        feed(plan, case, Payer::Layer(layer), issued, trace)?;
    }
    if let Form::Phases { .. } = benefit.form {
        phases::share_out(plan.rounding.unit(), issued, case, trace)?;
        for fund in 0..plan.funds.len() {
            let part = case.fund_parts.get(fund).copied().unwrap_or(Money::ZERO);
            feed(plan, case, Payer::Fund(fund), part, trace)?;
        }
    }
    Ok(())
}

/// Marks the lines that the benefit looks at; says why if there is none.
#[inline]
pub(crate) fn choose_lines<T: Trace>(
    plan: &Plan,
    layer: usize,
    benefit: &Benefit,
    bill: &Bill<'_>,
    case: &mut Case,
    trace: &mut T,
) -> Result<Option<Failed>, Fault> {
    if !benefit.chooses() {
        return Ok(None);
    }
    let Some(line_values) = bill.line_values() else {
        return match run_off::crossed(plan, benefit, bill)? {
            _ if benefit.lines.is_some() => Ok(Some(Failed::NoLine)),
            Some(_) => Err(Fault::Undivided { layer: layer as u32 }),
            None => Ok(None),
        };
    };
    case.chosen.clear();
    case.chosen.resize(case.lines, true);
    let mut any = benefit.lines.is_none();
    if let Some(condition) = &benefit.lines {
        for line in 0..case.lines {
            look_at_line(plan, line_values, line, &mut case.facts);
            let holds = condition.holds(&case.facts)?;
            if let Some(chosen) = case.chosen.get_mut(line) {
                *chosen = holds;
            }
            any |= holds;
        }
    }
    if let Some(until) = run_off::crossed(plan, benefit, bill)?.filter(|_| any)
        && !run_off::leave_out(benefit, layer, until, bill, case, trace)?
    {
        return Ok(Some(Failed::AfterRunOff));
    }
    if let Some(group) = &benefit.group {
        drop_groups(plan, benefit, group, bill, case, trace)?;
        any &= case.chosen.iter().any(|chosen| *chosen);
    }
    Ok((!any).then_some(Failed::NoLine))
}

/// Leaves out the lines of groups that have too little counted money.
fn drop_groups<T: Trace>(
    plan: &Plan,
    benefit: &Benefit,
    group: &Group,
    bill: &Bill<'_>,
    case: &mut Case,
    trace: &mut T,
) -> Result<(), Fault> {
    let line_values = bill.line_values().unwrap_or_default();
    let least = group.least.money(&case.facts)?;
    let groups = bill.input.map_or(&[][..], |input| &input.groups);
    let first_of = |lines: usize, line: usize| groups.get(group.index * lines + line).copied().unwrap_or(line);
    case.grouped.clear();
    case.grouped.resize(case.lines, false);
    case.group_sums.clear();
    case.group_sums.resize(case.lines, Money::ZERO);
    for line in 0..case.lines {
        look_at_line(plan, line_values, line, &mut case.facts);
        if !case.is_chosen(line) || !group.condition.holds(&case.facts)? {
            continue;
        }
        let mut counted = Money::ZERO;
        for cover in &benefit.covers {
            let factor = cover.factor.ratio(&case.facts)?;
            counted = add(counted, factor.of_exactly(case.left(line, cover.portion)).ok_or(Fault::NoValue)?)?;
        }
        if let Some(grouped) = case.grouped.get_mut(line) {
            *grouped = true;
        }
        if let Some(sum) = case.group_sums.get_mut(first_of(case.lines, line)) {
            *sum = add(*sum, counted)?;
        }
    }
    for line in 0..case.lines {
        let sum = case.group_sums.get(first_of(case.lines, line)).copied().unwrap_or(Money::ZERO);
        if case.grouped.get(line) == Some(&true) && sum < least {
            trace.record(|| Step::Dropped { line, group: sum, least });
            if let Some(chosen) = case.chosen.get_mut(line) {
                *chosen = false;
            }
        }
    }
    Ok(())
}

/// Sums facts of lines over those that the benefit counts.
#[inline(never)]
fn sum_lines<T: Trace>(plan: &Plan, benefit: &Benefit, bill: &Bill<'_>, case: &mut Case, trace: &mut T) -> Result<(), Fault> {
    let Some(line_values) = bill.line_values() else { return Ok(()) };
    let all = !benefit.chooses();
    for (index, summed) in &plan.sums {
        let place = plan.line_facts.iter().position(|fact| fact == summed).ok_or(Fault::Internal)?;
        let mut sum = 0i64;
        for line in (0..case.lines).filter(|line| all || case.is_chosen(*line)) {
            let value = line_values.get(line * plan.line_facts.len() + place).copied().flatten();
            sum = sum.checked_add(value.ok_or(Fault::Missing { fact: *summed as u32 })?).ok_or(Fault::Overflow)?;
        }
        if let Some(fact) = plan.facts.get(*index) {
            case.facts.set(*index, fact, sum);
            trace.record(|| Step::Entry { fact: *index, value: sum });
        }
    }
    Ok(())
}

/// What a benefit finds of a bill.
struct Tally {
    /// The counted money of every covered portion and chosen line.
    counted: Money,
    /// The residual that the benefit may touch.
    within_reach: Money,
    /// What the layers that it coordinates with paid of the counted money.
    paid_before: Money,
}

/// Counts the money of every covered portion and chosen line: what is left of it, and what the layers took that the benefit coordinates with.
fn count<T: Trace>(plan: &Plan, benefit: &Benefit, bill: &Bill<'_>, case: &mut Case, trace: &mut T) -> Result<Tally, Fault> {
    let mut base = Money::ZERO;
    if benefit.plain && case.lines == 1 {
        for (index, cover) in benefit.covers.iter().enumerate() {
            let left = case.left(0, cover.portion);
            trace.record(|| Step::Counted { cover: index, left, put_back: Money::ZERO, counted: left });
            base = add(base, left)?;
        }
        return Ok(Tally { counted: base, within_reach: base, paid_before: Money::ZERO });
    }
    let with = benefit.coordinate.as_ref().map_or(&[][..], |coordinate| &coordinate.with);
    let mut paid_before = Money::ZERO;
    let mut touchable = Money::ZERO;
    let mut held_total = Money::ZERO;
    let keeps = !benefit.held.is_empty() || benefit.by_items || !benefit.line_caps.is_empty();
    let chooses = bill.line_values().is_some() && benefit.chooses();
    case.counted.clear();
    case.touch.clear();
    for (index, cover) in benefit.covers.iter().enumerate() {
        let (mut left_total, mut put_back, mut counted_total) = (Money::ZERO, Money::ZERO, Money::ZERO);
        let mut factor = if cover.by_line { Ratio::ZERO } else { cover.factor.ratio(&case.facts)? };
        for line in 0..case.lines {
            if chooses && !case.is_chosen(line) {
                if keeps {
                    case.counted.push(Money::ZERO);
                }
                case.touch.push(false);
                continue;
            }
            if cover.by_line {
                look_at_line(plan, bill.line_values().unwrap_or_default(), line, &mut case.facts);
                factor = cover.factor.ratio(&case.facts)?;
            }
            let left = case.left(line, cover.portion);
            let mut taken = Money::ZERO;
            for layer in with {
                taken = add(taken, case.taken(*layer, line, cover.portion)?)?;
            }
            paid_before = add(paid_before, factor.of_exactly(taken).ok_or(Fault::NoValue)?)?;
            let mut counted = factor.of_exactly(add(left, taken)?).ok_or(Fault::NoValue)?;
            for slot in &benefit.held {
                let held = case.held.get((slot * case.lines + line) * case.portions + cover.portion).copied().unwrap_or(Money::ZERO);
                let taken = held.min(counted);
                counted = subtract(counted, taken)?;
                held_total = add(held_total, taken)?;
            }
            if keeps {
                case.counted.push(counted);
            }
            case.touch.push(factor != Ratio::ZERO);
            left_total = add(left_total, left)?;
            put_back = add(put_back, taken)?;
            counted_total = add(counted_total, counted)?;
            if factor != Ratio::ZERO {
                touchable = add(touchable, left)?;
            }
        }
        trace.record(|| Step::Counted { cover: index, left: left_total, put_back, counted: counted_total });
        base = add(base, counted_total)?;
    }
    if held_total > Money::ZERO {
        trace.record(|| Step::Held { amount: held_total });
    }
    Ok(Tally { counted: base, within_reach: touchable, paid_before })
}

/// Which of the candidates a coordinating benefit pays, given its own figure: the least or the greatest, the first named of equal ones.
fn choose<T: Trace>(coordinate: &Coordinate, base: Money, paid_before: Money, own: Raw, trace: &mut T) -> Result<Raw, Fault> {
    let mut chosen: Option<Raw> = None;
    for candidate in &coordinate.candidates {
        let figure = match candidate {
            Candidate::Own => own,
            Candidate::OwnLessPaid => own.less(paid_before),
            Candidate::BaseLessPaid => Raw::from_money(subtract(base, paid_before)?.max(Money::ZERO)),
        };
        trace.record(|| Step::Candidate { candidate: *candidate, figure, paid_before });
        let better = chosen.is_none_or(|best| if coordinate.greatest { figure > best } else { figure < best });
        if better {
            chosen = Some(figure);
        }
    }
    let raw = chosen.ok_or(Fault::Internal)?;
    trace.record(|| Step::Chosen { raw });
    Ok(raw)
}

/// A limit, if its condition holds.
#[inline]
pub(crate) fn in_force<T: Trace>(
    kind: LimitKind,
    index: usize,
    limit: &Limit,
    case: &Case,
    trace: &mut T,
) -> Result<Option<InForce>, Fault> {
    if let Some(note) = limit.condition.first_failed(&case.facts)? {
        trace.record(|| Step::LimitOff { kind, index, note });
        return Ok(None);
    }
    let amount = limit.amount.money(&case.facts)?;
    let position = position(case, limit.accumulator);
    let room = room(amount, position)?;
    trace.record(|| Step::Limit { kind, index, amount, position, room });
    Ok(Some(InForce { amount, position, room }))
}

/// Copayments of one kind: what they take of at most `most`, or what is due, where they are not taken out of the base.
fn copayments<T: Trace>(
    plan: &Plan,
    benefit: &Benefit,
    taken: Taken,
    most: Money,
    bill: &Bill<'_>,
    case: &mut Case,
    trace: &mut T,
) -> Result<Money, Fault> {
    if benefit.copays.is_empty() {
        return Ok(Money::ZERO);
    }
    let mut total = Money::ZERO;
    if benefit.by_items {
        total = copay::by_items(plan, benefit, taken, most, bill, case, trace)?;
        if !matches!(taken, Taken::FromPayment | Taken::Beside) {
            trace.record(|| Step::CopaidFromBase { amount: total });
        }
        return Ok(total);
    }
    for (index, copay) in benefit.copays.iter().enumerate().filter(|(_, c)| c.taken == taken) {
        match copay.condition.first_failed(&case.facts)? {
            Some(note) => trace.record(|| Step::CopayOff { index, note }),
            None => {
                let amount = copay.amount.money(&case.facts)?;
                trace.record(|| Step::Copay { index, amount });
                total = add(total, amount)?;
            }
        }
    }
    if matches!(taken, Taken::FromPayment | Taken::Beside) {
        return Ok(total);
    }
    let total = total.min(most);
    trace.record(|| Step::CopaidFromBase { amount: total });
    Ok(total)
}

/// The deductible or franchise: what it takes, and what is left above it.
#[inline]
fn deduct<T: Trace>(benefit: &Benefit, base: Money, after_copay: Money, case: &Case, trace: &mut T) -> Result<(Money, Money), Fault> {
    if let Some(franchise) = &benefit.franchise {
        let Some(InForce { amount, position: before, .. }) = in_force(LimitKind::Franchise, 0, franchise, case, trace)? else {
            return Ok((Money::ZERO, after_copay));
        };
        let above = if add(before, base)? <= amount {
            Money::ZERO
        } else if before <= amount {
            // Everything from zero, what earlier claims brought included.
            add(before, after_copay)?
        } else {
            after_copay
        };
        let deducted = if above == Money::ZERO { after_copay } else { Money::ZERO };
        trace.record(|| Step::Deducted { amount: deducted, met: before, in_force: amount });
        return Ok((deducted, above));
    }
    let mut least: Option<InForce> = None;
    for (index, deductible) in benefit.deductibles.iter().enumerate() {
        if let Some(found) = in_force(LimitKind::Deductible, index, deductible, case, trace)?
            && least.is_none_or(|least| found.room < least.room)
        {
            least = Some(found);
        }
    }
    let Some(InForce { amount: in_force, position: met, room }) = least else { return Ok((Money::ZERO, after_copay)) };
    let deducted = after_copay.min(room);
    trace.record(|| Step::Deducted { amount: deducted, met, in_force });
    Ok((deducted, subtract(after_copay, deducted)?))
}

/// Step 6: what the benefit's form gives for the excess, and the units that it counted.
fn entitlement<T: Trace>(benefit: &Benefit, base: Money, excess: Money, case: &Case, trace: &mut T) -> Result<(Raw, i64), Fault> {
    match &benefit.form {
        Form::Ratio(ratio) => {
            let ratio = adjustment(benefit, case, trace)?.apply(ratio.ratio(&case.facts)?)?;
            let ratio = kept_between(benefit, ratio, case)?;
            if excess > Money::ZERO {
                trace.record(|| Step::Band { from: Money::ZERO, to: None, ratio, amount: excess });
            }
            Ok((ratio.of(excess), 0))
        }
        Form::Bands { absolute, accumulator, rows } => {
            let before = position(case, *accumulator);
            let to = add(before, if *absolute { base } else { excess })?;
            let from = subtract(to, excess)?;
            Ok((integrate(benefit, rows, from, to, case, trace)?, 0))
        }
        Form::Grant { accumulator, rows } => {
            let before = position(case, *accumulator);
            let after = add(before, excess)?;
            let granted_before = step(rows, before, case)?;
            let granted_after = step(rows, after, case)?;
            trace.record(|| Step::Grant { before, after, granted_before, granted_after });
            Ok((Raw::from_money(granted_after).less(granted_before), 0))
        }
        Form::Phases { .. } => Err(Fault::Internal),
        Form::Fixed(sum) => {
            let amount = sum.money(&case.facts)?;
            trace.record(|| Step::Fixed { amount });
            Ok((Raw::from_money(amount), 0))
        }
        Form::InKind { buy, give, units, accumulator } => {
            let before = position(case, *accumulator).micros();
            let units = case.facts.value(*units).ok_or(Fault::Missing { fact: *units as u32 })?;
            let given = given_units(*buy, *give, before, units).ok_or(Fault::Overflow)?;
            trace.record(|| Step::InKind { before, units, given });
            if units == 0 {
                return Ok((Raw::ZERO, 0));
            }
            let product = Raw::from_money(excess).picos.checked_mul(i128::from(given)).ok_or(Fault::Overflow)?;
            let whole = i128::from(units);
            Ok((Raw { picos: product / whole, rest: product % whole != 0 }, units))
        }
    }
}

/// Of the units from `before` to `before + units` in cycles of bought and given ones: how many are given. All in millionths.
fn given_units(buy: u32, give: u32, before: i64, units: i64) -> Option<i64> {
    let buy = i64::from(buy).checked_mul(1_000_000)?;
    let cycle = i64::from(give).checked_mul(1_000_000)?.checked_add(buy)?;
    let given_up_to = |position: i64| {
        let whole = (position / cycle).checked_mul(cycle - buy)?;
        whole.checked_add((position % cycle - buy).max(0))
    };
    given_up_to(before.checked_add(units)?)?.checked_sub(given_up_to(before)?)
}

/// The points and factors that apply to this case.
fn adjustment<T: Trace>(benefit: &Benefit, case: &Case, trace: &mut T) -> Result<Adjustment, Fault> {
    let mut adjustment = Adjustment::NONE;
    for (point, rules) in [(true, &benefit.points), (false, &benefit.factors)] {
        for (index, rule) in rules.iter().enumerate() {
            let step = match rule.condition.first_failed(&case.facts)? {
                Some(note) => Step::AdjustmentOff { point, index, note },
                None => adjustment.take(point, rule.value.ratio(&case.facts)?)?,
            };
            trace.record(|| step);
        }
    }
    Ok(adjustment)
}

/// A ratio kept between the benefit's least and most; the least first, so that the most has the last word.
fn kept_between(benefit: &Benefit, ratio: Ratio, case: &Case) -> Result<Ratio, Fault> {
    let [least, most] = &benefit.ratio_between;
    let mut ratio = ratio;
    if let Some(least) = least {
        ratio = ratio.max(least.ratio(&case.facts)?);
    }
    if let Some(most) = most {
        ratio = ratio.min(most.ratio(&case.facts)?);
    }
    Ok(ratio)
}

/// H(to) - H(from) for the banded ratio H integrates.
fn integrate<T: Trace>(benefit: &Benefit, rows: &[Band], from: Money, to: Money, case: &Case, trace: &mut T) -> Result<Raw, Fault> {
    let adjustment = adjustment(benefit, case, trace)?;
    let mut raw = 0i128;
    let mut lower = Money::ZERO;
    for row in rows {
        let edge = row.to.as_ref().map(|v: &Value| v.money(&case.facts)).transpose()?;
        if edge.is_some_and(|edge| edge <= lower) {
            return Err(Fault::NoValue);
        }
        let start = from.max(lower);
        let end = edge.map_or(to, |edge| to.min(edge));
        if end > start {
            let amount = subtract(end, start)?;
            let ratio = kept_between(benefit, adjustment.apply(row.ratio.ratio(&case.facts)?)?, case)?;
            trace.record(|| Step::Band { from: lower, to: edge, ratio, amount });
            raw = raw.checked_add(ratio.of(amount).picos).ok_or(Fault::Overflow)?;
        }
        match edge {
            Some(edge) if edge < to => lower = edge,
            _ => break,
        }
    }
    Ok(Raw::from_picos(raw))
}

/// The sum of the last step whose `above` the position exceeds.
fn step(rows: &[GrantRow], at: Money, case: &Case) -> Result<Money, Fault> {
    let mut sum = Money::ZERO;
    for row in rows {
        if at > row.above.money(&case.facts)? {
            sum = row.pays.money(&case.facts)?;
        }
    }
    Ok(sum)
}

/// The parts of the patient's share beside the coinsurance. What is left of it is coinsurance.
#[derive(Clone, Copy)]
struct Known {
    deducted: Money,
    copaid: Money,
}

impl Known {
    /// The sums that a maximum of these parts holds down.
    fn among(self, parts: Parts) -> Result<Money, Fault> {
        let deducted = if parts.deductible { self.deducted } else { Money::ZERO };
        add(deducted, if parts.copay { self.copaid } else { Money::ZERO })
    }

    /// The sums that it leaves alone.
    fn outside(self, parts: Parts) -> Result<Money, Fault> {
        subtract(add(self.deducted, self.copaid)?, self.among(parts)?)
    }

    /// Cut to a room: copayments first, then the deductible, and only those among the parts.
    fn cut(mut self, parts: Parts, room: Money) -> Result<Known, Fault> {
        let mut over = subtract(self.among(parts)?, room)?.max(Money::ZERO);
        if parts.copay {
            let part = over.min(self.copaid);
            self.copaid = subtract(self.copaid, part)?;
            over = subtract(over, part)?;
        }
        if parts.deductible {
            self.deducted = subtract(self.deducted, over)?;
        }
        Ok(self)
    }

    /// What these parts are of a patient's share as it was rounded: the rounding falls on the coinsurance.
    fn posted(self, parts: Parts, patient_share: Money) -> Result<Money, Fault> {
        if parts.coinsurance { Ok(subtract(patient_share, self.outside(parts)?)?.max(Money::ZERO)) } else { self.among(parts) }
    }
}

/// Step 8: the parts of the patient's share that a maximum names are cut to the least room, exactly.
fn cut_share<T: Trace>(benefit: &Benefit, base: Money, known: Known, raw: Raw, case: &Case, trace: &mut T) -> Result<(Raw, Known), Fault> {
    let mut least: Option<Money> = None;
    for (index, limit) in benefit.out_of_pocket_max.iter().enumerate() {
        if let Some(InForce { room, .. }) = in_force(LimitKind::OutOfPocket, index, limit, case, trace)? {
            least = Some(least.map_or(room, |least| least.min(room)));
        }
    }
    let Some(room) = least else { return Ok((raw, known)) };
    let parts = benefit.parts;
    let cut = if parts.coinsurance {
        let most = subtract(base, known.outside(parts)?)?;
        raw.complement(most).exceeds(room).then(|| subtract(most, room)).transpose()?.map(Raw::from_money)
    } else {
        let over = subtract(known.among(parts)?, room)?;
        (over > Money::ZERO).then(|| Raw::from_picos(raw.picos + Raw::from_money(over).picos))
    };
    let Some(cut) = cut else { return Ok((raw, known)) };
    trace.record(|| Step::OutOfPocketCut { raw: cut });
    Ok((cut, known.cut(parts, room)?))
}

/// Copayments on top of the bill: nobody's payment and no part of the residual.
fn charge<T: Trace>(plan: &Plan, benefit: &Benefit, bill: &Bill<'_>, case: &mut Case, trace: &mut T) -> Result<(), Fault> {
    if !benefit.copays.iter().any(|c| c.taken == Taken::Beside) {
        return Ok(());
    }
    let amount = copayments(plan, benefit, Taken::Beside, Money::MAX, bill, case, trace)?;
    if !plan.rounding.holds(amount) {
        return Err(Fault::NoValue);
    }
    case.charged = add(case.charged, amount)?;
    case.pays_beside = true;
    trace.record(|| Step::Charged { amount });
    Ok(())
}

/// A limit that binds, in whole units: rounded, or floored where rounding would exceed it.
pub(crate) fn limited(rounding: Rounding, limit: Money) -> Result<Money, Fault> {
    if rounding.holds(limit) {
        return Ok(limit);
    }
    let rounded = rounding.round(limit).ok_or(Fault::Overflow)?;
    Ok(if rounded > limit { rounding.floor(limit) } else { rounded })
}

/// Lays what was deducted under a shared deductible on the benefit's counted money, in reverse order of allocation.
fn hold(benefit: &Benefit, deducted: Money, case: &mut Case) -> Result<(), Fault> {
    let micro = Money::from_micros(1);
    let mut rest = deducted;
    for index in benefit.allocate.iter().rev() {
        let Some(cover) = benefit.covers.get(*index) else { continue };
        let start = index * case.lines;
        let mut total = Money::ZERO;
        for line in 0..case.lines {
            total = add(total, case.counted.get(start + line).copied().unwrap_or(Money::ZERO))?;
        }
        let part = rest.min(total);
        largest_remainder(case, part, total, micro, |case, line| case.counted.get(start + line).copied().unwrap_or(Money::ZERO))?;
        for slot in &benefit.held {
            for line in 0..case.lines {
                let cell = (slot * case.lines + line) * case.portions + cover.portion;
                let share = case.shares.get(line).copied().unwrap_or(Money::ZERO);
                if let Some(held) = case.held.get_mut(cell) {
                    *held = add(*held, share)?;
                }
            }
        }
        rest = subtract(rest, part)?;
    }
    Ok(())
}

/// Step 12: takes the payment out of the residual, portion by portion.
fn take<T: Trace>(plan: &Plan, benefit: &Benefit, issued: Money, case: &mut Case, trace: &mut T) -> Result<(), Fault> {
    let unit = plan.rounding.unit();
    let mut rest = issued;
    for index in &benefit.allocate {
        if rest == Money::ZERO {
            break;
        }
        let Some(cover) = benefit.covers.get(*index) else { continue };
        let (portion, start) = (cover.portion, index * case.lines);
        if benefit.plain && case.lines == 1 {
            let part = rest.min(case.left(0, portion));
            take_from_portion(case, portion, start, part, unit, |line, amount| trace.record(|| Step::Allocated { line, portion, amount }))?;
            rest = subtract(rest, part)?;
            continue;
        }
        let part = rest.min(touchable(case, portion, start)?);
        take_from_portion(case, portion, start, part, unit, |line, amount| trace.record(|| Step::Allocated { line, portion, amount }))?;
        rest = subtract(rest, part)?;
    }
    if rest == Money::ZERO { Ok(()) } else { Err(Fault::Internal) }
}
