//! Amounts of money at which what a benefit pays can change slope or jump, as far as they can be told from its rules alone.
//!
//! They are amounts of the money that the benefit counts; for a first benefit, which counts a whole portion, amounts of the bill. Where a later benefit
//! looks at what earlier layers left, the amount of the bill is found by [`super::curve`].

#![allow(clippy::arithmetic_side_effects, reason = "128 bits hold sums and products of a few 64-bit amounts and ratios")]

use std::collections::BTreeSet;

use super::kinds::truth;
use crate::money::{MICROS_PER_WHOLE, Money};
use crate::plan::fact::{Domain, FactKind, Facts};
use crate::plan::value::Value;
use crate::plan::{Benefit, Copay, Form, Limit, Plan};
use crate::scheme::syntax::{CapOn, Taken, Unit};

/// The most amounts for one kind of case.
pub(crate) const AMOUNT_LIMIT: usize = 200;

/// What an amount is the edge of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Edge {
    Deductible,
    Copayment,
    Band,
    Step,
    BaseCap,
    Cap,
    OutOfPocketMax,
    Minimum,
    Fixed,
    /// A number that a condition or table compares this claim's money with.
    Condition,
    PriceLimit,
}

/// An amount and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Breakpoint {
    pub(crate) amount: Money,
    /// Layer and benefit; nothing for edges of conditions and prices.
    pub(crate) rule: Option<(usize, usize)>,
    pub(crate) edge: Edge,
}

/// The breakpoints of a plan for a case whose facts, as far as they are known before the first layer, are given: rising, each once, at most
/// [`AMOUNT_LIMIT`]; in whole units of the scheme (rounded down), and above zero.
pub(crate) fn breakpoints(plan: &Plan, facts: &Facts) -> Vec<Breakpoint> {
    let mut found = BTreeSet::new();
    let mut add = |rule: Option<(usize, usize)>, edge: Edge, micros: Option<i128>| {
        let amount = micros.and_then(|m| i64::try_from(m).ok()).map(|m| plan.rounding.floor(Money::from_micros(m)));
        if let Some(amount) = amount.filter(|a| *a > Money::ZERO) {
            found.insert(Breakpoint { amount, rule, edge });
        }
    };
    for (l, layer) in plan.layers.iter().enumerate().filter(|(_, layer)| truth(&layer.condition, facts) != Some(false)) {
        for (b, benefit) in layer.benefits.iter().enumerate().filter(|(_, b)| truth(&b.condition, facts) != Some(false)) {
            let factors: BTreeSet<i64> =
                benefit.covers.iter().filter_map(|c| c.factor.get(facts).ok()).filter(|f| 0 < *f && *f < MICROS_PER_WHOLE).collect();
            of_benefit(benefit, facts, &mut |edge, micros| {
                add(Some((l, b)), edge, Some(micros));
                for factor in &factors {
                    add(Some((l, b)), edge, divide(micros, i128::from(*factor)));
                }
            });
        }
    }
    for fact in &plan.facts {
        if let (
            FactKind::Billed(_)
            | FactKind::Left(_)
            | FactKind::Paid(_)
            | FactKind::PaidBy(..)
            | FactKind::DeductedBy(..)
            | FactKind::LineAmount
            | FactKind::Accumulated(_)
            | FactKind::Previous(_),
            Domain::Number { cuts, unit },
        ) = (fact.kind, &fact.domain)
            && *unit == Unit::Amount
        {
            for cut in cuts {
                add(None, Edge::Condition, Some(i128::from(*cut)));
            }
        }
    }
    for (price, _) in plan.classify.iter().filter_map(|row| row.price_limit.as_ref()) {
        add(None, Edge::PriceLimit, price.get(facts).ok().map(i128::from));
    }
    let mut all: Vec<Breakpoint> = found.into_iter().collect();
    all.truncate(AMOUNT_LIMIT);
    all
}

/// In millionths: `amount` / `ratio`.
fn divide(amount: i128, ratio: i128) -> Option<i128> {
    amount.checked_mul(i128::from(MICROS_PER_WHOLE))?.checked_div(ratio)
}

fn known(value: &Value, facts: &Facts) -> Option<i128> {
    value.get(facts).ok().map(i128::from)
}

fn amounts<'l>(limits: impl IntoIterator<Item = &'l Limit>, facts: &Facts) -> Vec<i128> {
    let in_force = limits.into_iter().filter(|l| truth(&l.condition, facts) != Some(false));
    in_force.filter_map(|l| known(&l.amount, facts)).collect()
}

/// By how much a copayment is multiplied, in millionths.
fn times(copay: &Copay, facts: &Facts) -> Option<i128> {
    copay.times.map_or(Some(i128::from(MICROS_PER_WHOLE)), |fact| facts.value(fact).map(i128::from))
}

fn of_benefit(benefit: &Benefit, facts: &Facts, add: &mut dyn FnMut(Edge, i128)) {
    let one = i128::from(MICROS_PER_WHOLE);
    let deductibles = amounts(benefit.franchise.iter().chain(&benefit.deductibles), facts);
    let copays: i128 = benefit
        .copays
        .iter()
        .filter(|c| !c.is_ratio && c.taken != Taken::Beside && truth(&c.condition, facts) != Some(false))
        .filter_map(|c| known(&c.amount, facts).zip(times(c, facts)).and_then(|(a, n)| a.checked_mul(n)?.checked_div(one)))
        .sum();
    // Below which nothing is paid: without a deductible, zero.
    let mut floors: BTreeSet<i128> = deductibles.iter().flat_map(|d| [*d, d + copays]).collect();
    if floors.is_empty() {
        floors.extend([0, copays]);
    }
    for deductible in &deductibles {
        add(Edge::Deductible, *deductible);
    }
    for floor in &floors {
        add(Edge::Copayment, *floor);
    }
    // A ratio's least is the whole of a small item; above it, the ratio goes up to the most.
    for copay in benefit.copays.iter().filter(|c| c.is_ratio && truth(&c.condition, facts) != Some(false)) {
        let ends = [&copay.least, &copay.most].map(|end| end.as_ref().and_then(|end| known(end, facts)));
        for end in ends.into_iter().flatten() {
            let end = times(copay, facts).and_then(|n| end.checked_mul(n)?.checked_div(one)).unwrap_or(end);
            let from = known(&copay.amount, facts).filter(|ratio| *ratio > 0).and_then(|ratio| divide(end, ratio));
            for amount in [Some(end), from].into_iter().flatten() {
                for floor in deductibles.iter().chain([&0]) {
                    add(Edge::Copayment, floor + amount);
                }
            }
        }
    }
    let money = benefit.line_caps.iter().filter(|cap| cap.on == CapOn::Base).map(|cap| &cap.limit);
    for cap in amounts(money.chain(&benefit.base_caps), facts) {
        add(Edge::BaseCap, cap);
    }
    let minimum = benefit.minimum.as_ref().and_then(|m| known(m, facts));
    let caps = amounts(&benefit.caps, facts);
    let maxima = amounts(&benefit.out_of_pocket_max, facts);
    // Where the patient's share, the payment or its minimum reach a sum, on a stretch from `from` with what is paid there.
    let reach = |floor: i128, from: i128, paid: i128, ratio: i128, add: &mut dyn FnMut(Edge, i128)| {
        for (edge, cap) in caps.iter().map(|c| (Edge::Cap, *c)).chain(minimum.map(|m| (Edge::Minimum, m))) {
            if ratio > 0 && cap > paid {
                add(edge, from + divide(cap - paid, ratio).unwrap_or(0));
            }
        }
        // Below the floor lie deductible and copayments; a maximum need not count them.
        let deducted = deductibles.iter().copied().filter(|d| *d <= floor).max().unwrap_or(0);
        let uncounted = match (benefit.parts.deductible, benefit.parts.copay) {
            (true, true) => 0,
            (false, false) => floor,
            (false, true) => deducted,
            (true, false) => floor - deducted,
        };
        for most in maxima.iter().filter(|_| benefit.parts.coinsurance) {
            let share = most - (from - paid - uncounted);
            if ratio < one && share > 0 {
                add(Edge::OutOfPocketMax, from + divide(share, one - ratio).unwrap_or(0));
            }
        }
    };
    match &benefit.form {
        Form::Ratio(ratio) => {
            for floor in &floors {
                for ratio in adjusted(benefit, known(ratio, facts), facts) {
                    reach(*floor, *floor, 0, ratio, add);
                }
            }
        }
        Form::Bands { absolute, rows, .. } => {
            for floor in &floors {
                let (mut lower, mut paid) = (0, 0);
                for row in rows {
                    let shift = if *absolute { 0 } else { *floor };
                    let upper = row.to.as_ref().and_then(|to| known(to, facts));
                    let start = (lower + shift).max(*floor);
                    for ratio in adjusted(benefit, known(&row.ratio, facts), facts).into_iter().take(1) {
                        reach(*floor, start, paid, ratio, add);
                        if let Some(upper) = upper {
                            paid += (upper + shift - start).max(0) * ratio / one;
                        }
                    }
                    let Some(upper) = upper else { break };
                    add(Edge::Band, upper + shift);
                    lower = upper;
                }
            }
        }
        Form::Phases { rows, .. } => {
            let (mut cost, mut borne) = (0, 0);
            for row in rows {
                let ratio: i128 = row.parts.iter().filter_map(|(_, ratio)| known(ratio, facts)).sum();
                let to = row.to.as_ref().and_then(|to| known(to, facts));
                // Payments that count as borne are left out: the edge is near, and its neighbourhood is tried.
                let to_share = row.to_share.as_ref().and_then(|to| known(to, facts)).filter(|_| ratio < one);
                let by_share = to_share.and_then(|to| divide((to - borne).max(0), one - ratio)).map(|width| cost + width);
                let Some(end) = to.into_iter().chain(by_share).min() else { break };
                add(Edge::Band, end);
                borne += (end - cost).max(0) * (one - ratio) / one;
                cost = cost.max(end);
            }
        }
        Form::Grant { rows, .. } => {
            for above in rows.iter().filter_map(|row| known(&row.above, facts)) {
                for floor in &floors {
                    add(Edge::Step, above + floor);
                }
            }
        }
        Form::Fixed(sum) => {
            if let Some(sum) = known(sum, facts) {
                add(Edge::Fixed, sum);
            }
        }
        Form::InKind { .. } => {}
    }
}

/// The ratio with its points and factors, and without them.
fn adjusted(benefit: &Benefit, ratio: Option<i128>, facts: &Facts) -> Vec<i128> {
    let one = i128::from(MICROS_PER_WHOLE);
    let Some(ratio) = ratio else { return Vec::new() };
    let sum = |list: &[crate::plan::Adjustment]| -> Vec<i128> {
        list.iter().filter(|a| truth(&a.condition, facts) == Some(true)).filter_map(|a| known(&a.value, facts)).collect()
    };
    let points: i128 = sum(&benefit.points).into_iter().sum();
    let with = sum(&benefit.factors).into_iter().fold(ratio + points, |r, f| r.saturating_mul(f) / one).clamp(0, one);
    if with == ratio { vec![ratio] } else { vec![with, ratio] }
}
