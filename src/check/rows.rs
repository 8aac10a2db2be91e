//! Rows of a benefit's tables that are never used there, and dated values that begin when the scheme has ended.

#![allow(clippy::arithmetic_side_effects, reason = "divisors are at least one")]

use std::collections::BTreeSet;

use super::kinds::truth;
use super::words;
use super::{Finding, Scene};
use crate::date::day_number;
use crate::diagnostic::Code;
use crate::plan::Plan;
use crate::plan::compile::read_value;
use crate::plan::condition::Condition;
use crate::plan::fact::{Facts, effective_days};
use crate::scheme::syntax::{self, Alternative, Comparison, Literal, Place, TestKind, Value};
use crate::scheme::visit::Found;

/// The most cases that are looked at for one table.
const CELLS: usize = 1 << 14;
/// The most steps for all tables.
const STEPS: usize = 1 << 22;

pub(super) fn findings(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    dead_dates(scene, &mut findings);
    let mut rest = STEPS;
    for (l, (layer, tree)) in scene.plan.layers.iter().zip(&scene.tree().layers).enumerate() {
        for (b, (benefit, written)) in layer.benefits.iter().zip(&tree.benefits).enumerate() {
            // The layer asks on the claim's date, what is figured for each line or day on that of the item.
            let of_layer = Some(&layer.condition).filter(|_| benefit.each == syntax::Each::Claim);
            let given: Vec<&Condition> = of_layer.into_iter().chain([&benefit.condition]).filter(|c| !c.tests.is_empty()).collect();
            if given.is_empty() {
                continue;
            }
            for table in tables(written) {
                for place in unused(scene, &given, table, &mut rest) {
                    let message = words::row_never(&scene.benefit_name(l, b));
                    findings.push(Finding::new(Code::Unreachable, place, message).help(words::row_help()));
                }
            }
        }
    }
    findings
}

/// Values that begin on or after the day on which the scheme ends.
fn dead_dates(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    let Some(until) = scene.tree().header.effective.until else { return };
    scene.tree().visit(&mut |found| {
        let Found::Series(series) = found else { return };
        for (date, _) in series.value.iter().filter(|(date, _)| date.value >= until) {
            let message = words::date_never(&date.value.to_string(), &until.to_string());
            findings.push(Finding::new(Code::Unreachable, date.place.clone(), message).help(words::date_never_help()));
        }
    });
}

type Table = syntax::At<Vec<syntax::Row>>;

/// The tables that stand in a benefit itself.
fn tables(benefit: &syntax::Benefit) -> Vec<&Table> {
    let mut values: Vec<&Value> = Vec::new();
    // Factors of covers and values under a condition of their own are looked at by what they are given: left out here.
    values.extend(benefit.deductibles.iter().filter(|d| free(&d.limit.guard)).map(|d| &d.limit.amount));
    values.extend(benefit.copays.iter().filter(|c| free(&c.guard) && !c.each.by_line()).map(|c| &c.amount));
    values.extend(benefit.caps.iter().filter(|c| free(&c.limit.guard)).map(|c| &c.limit.amount));
    values.extend(benefit.out_of_pocket_max.iter().filter(|o| free(&o.guard)).map(|o| &o.amount));
    values.extend(benefit.minimum.iter().chain(benefit.ratio_between.iter().flatten()));
    match &benefit.form {
        syntax::Form::Ratio(value) | syntax::Form::Fixed(value) => values.push(value),
        syntax::Form::Bands { rows, .. } => values.extend(rows.iter().map(|r| &r.ratio)),
        syntax::Form::Phases { rows, .. } => values.extend(rows.iter().flat_map(|r| r.pays.values())),
        syntax::Form::Grant { rows, .. } => values.extend(rows.iter().map(|r| &r.pays)),
        syntax::Form::InKind { .. } => {}
    }
    let table = |value: &&'_ Value| matches!(value, Value::Table(_));
    values.into_iter().filter(table).filter_map(|v| if let Value::Table(t) = v { Some(t) } else { None }).collect()
}

fn free(guard: &syntax::Guard) -> bool {
    guard.when.is_none() && guard.unless.is_none()
}

/// The places of rows that no case uses in which the conditions hold.
fn unused(scene: &Scene<'_>, given: &[&Condition], table: &Table, rest: &mut usize) -> Vec<Place> {
    let plan = scene.plan;
    let mut facts = BTreeSet::new();
    for condition in given {
        condition.visit(&mut |fact, _| {
            facts.insert(fact);
        });
    }
    let before = facts.len();
    let mut asked = BTreeSet::new();
    for row in &table.value {
        if row.when.iter().any(|when| !names(plan, when, &mut asked)) {
            return Vec::new();
        }
    }
    // A table that asks for nothing of what the conditions ask for loses no row to them.
    if before == 0 || asked.is_disjoint(&facts) {
        return Vec::new();
    }
    facts.extend(asked);
    let effective = effective_days(plan.effective);
    let classes: Vec<(usize, Vec<u32>)> = facts
        .iter()
        .filter_map(|fact| plan.facts.get(*fact).map(|f| (*fact, f)))
        .map(|(fact, f)| (fact, (0..f.domain.classes() as u32).filter(|c| f.possible(*c, effective)).collect()))
        .collect();
    let cells = classes.iter().try_fold(1usize, |n, (_, c)| n.checked_mul(c.len())).filter(|n| *n <= CELLS);
    let Some(left) = cells.and_then(|n| n.checked_mul(table.value.len())).and_then(|n| rest.checked_sub(n)) else { return Vec::new() };
    *rest = left;
    let mut used = vec![false; table.value.len()];
    let mut case = Facts::default();
    case.reset(plan.facts.len());
    for cell in 0..cells.unwrap_or(0) {
        let mut number = cell;
        for (fact, classes) in &classes {
            let class = classes.get(number % classes.len().max(1)).copied().unwrap_or(0);
            number /= classes.len().max(1);
            if let (Some(f), Some(v), Some(c)) = (plan.facts.get(*fact), case.values.get_mut(*fact), case.classes.get_mut(*fact)) {
                *v = f.domain.sample(class);
                *c = class;
            }
        }
        if given.iter().any(|c| truth(c, &case) != Some(true)) {
            continue;
        }
        let row = table.value.iter().position(|row| row.when.as_ref().is_none_or(|when| met(plan, when, &case)));
        if let Some(used) = row.and_then(|row| used.get_mut(row)) {
            *used = true;
        }
    }
    // Where no case is left at all, the benefit itself is what is not reached.
    if used.iter().all(|u| !u) {
        return Vec::new();
    }
    table.value.iter().zip(&used).filter(|(_, used)| !**used).map(|(row, _)| row.place.clone()).collect()
}

/// Gathers the facts of a condition; false if one is not a fact of the plan.
pub(super) fn names(plan: &Plan, condition: &syntax::Condition, facts: &mut BTreeSet<usize>) -> bool {
    condition.tests.iter().all(|test| match &test.kind {
        TestKind::Fact { name, .. } => plan.facts.iter().position(|f| f.name == name.value).map(|f| facts.insert(f)).is_some(),
        TestKind::Any(conditions) => conditions.iter().all(|c| names(plan, c, facts)),
        TestKind::Not(condition) => names(plan, condition, facts),
    })
}

/// Whether a written condition holds.
pub(super) fn met(plan: &Plan, condition: &syntax::Condition, case: &Facts) -> bool {
    condition.tests.iter().all(|test| match &test.kind {
        TestKind::Any(conditions) => conditions.iter().any(|c| met(plan, c, case)),
        TestKind::Not(condition) => !met(plan, condition, case),
        TestKind::Fact { name, alternatives } => {
            let found = plan.facts.iter().enumerate().find(|(_, f)| f.name == name.value);
            found.and_then(|(index, fact)| Some((fact, case.value(index)?))).is_some_and(|(fact, value)| {
                alternatives.iter().any(|alternative| match alternative {
                    Alternative::Word(word) => read_value(&fact.domain, &word.value) == Some(value),
                    Alternative::Compare(comparisons) => comparisons.value.iter().all(|(comparison, literal)| {
                        let other = match literal {
                            Literal::Date(date) => Some(i64::from(day_number(*date))),
                            // `facility_level = 2` means the word "2".
                            Literal::Number(number) if fact.domain.unit().is_none() => {
                                number.micros().and_then(|m| read_value(&fact.domain, &crate::Money::from_micros(m).to_string()))
                            }
                            Literal::Number(number) | Literal::Percent(number) => number.micros(),
                        };
                        other.is_some_and(|other| match comparison {
                            Comparison::Equal => value == other,
                            Comparison::NotEqual => value != other,
                            Comparison::Less => value < other,
                            Comparison::LessOrEqual => value <= other,
                            Comparison::Greater => value > other,
                            Comparison::GreaterOrEqual => value >= other,
                        })
                    }),
                })
            })
        }
    })
}
