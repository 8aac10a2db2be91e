//! Two claims of one person whose total depends on which comes first.
//!
//! First few amounts for every kind of person, then more for each: below, at and above the amounts at which something changes, of every two kinds of case.
//! Both searches are bounded by a number of pairs for each kind of person, and by the claims that may still be settled.

#![allow(clippy::arithmetic_side_effects, reason = "places in lists that are in memory")]

use std::collections::{BTreeMap, BTreeSet};

use super::breakpoints::breakpoints;
use super::curve::{Axis, Point, Probe, Subject};
use super::kinds::Kind;
use super::slopes::slack;
use super::words;
use super::{Finding, Scene, Witness};
use crate::claim::{Claim, Person};
use crate::date::Per;
use crate::diagnostic::Code;
use crate::money::{MICROS_PER_WHOLE, Money};
use crate::plan::Plan;

/// The most kinds of person, and pairs of claims of each.
const PERSONS: usize = 40;
const PAIRS: usize = 400;
/// The most pairs of the second search, and the most edges of a kind of case that it looks at.
const WIDE_PAIRS: usize = 1_200;
const EDGES: usize = 8;

pub(super) fn findings(scene: &Scene<'_>, probe: &mut Probe<'_>) -> Vec<Finding> {
    let plan = scene.plan;
    if !plan.accumulators.iter().any(|a| !matches!(a.per, Per::Claim | Per::Stay)) {
        return Vec::new();
    }
    // Kinds by the person that they are about; claims of one person on one day share every period.
    let mut persons: BTreeMap<String, Vec<&Kind>> = BTreeMap::new();
    for kind in &scene.kinds.kinds {
        let key = kind.person(plan, "p1").and_then(|p| serde_json::to_string(&(p, kind.day(plan))).ok());
        if let Some(key) = key {
            persons.entry(key).or_default().push(kind);
        }
    }
    let mut groups: Vec<Vec<&Kind>> = persons.into_values().collect();
    // Most ways to differ first.
    groups.sort_by_key(|kinds| std::cmp::Reverse(kinds.len()));
    let mut found: BTreeMap<usize, Finding> = BTreeMap::new();
    for wide in [false, true] {
        for kinds in groups.iter().take(PERSONS) {
            search(scene, kinds, probe, wide, &mut found);
        }
    }
    found.into_values().collect()
}

fn search(scene: &Scene<'_>, kinds: &[&Kind], probe: &mut Probe<'_>, wide: bool, found: &mut BTreeMap<usize, Finding>) {
    let plan = scene.plan;
    let Some(person) = kinds.first().and_then(|k| k.person(plan, "p1")) else { return };
    let mut bills: Vec<(Subject<'_>, Money)> = Vec::new();
    for kind in kinds.iter().take(6) {
        let edges: BTreeSet<Money> = breakpoints(plan, &kind.facts(plan)).into_iter().map(|b| b.amount).collect();
        let most = edges.last().copied().unwrap_or(Money::ZERO).micros().max(1_000 * MICROS_PER_WHOLE);
        let least = edges.first().copied().unwrap_or(Money::ZERO).micros().max(100 * MICROS_PER_WHOLE);
        let nothing = vec![Money::ZERO; plan.portions.len()];
        let axes: Vec<Axis> = if kind.by_line {
            vec![Axis::Line]
        } else {
            (0..plan.portions.len().min(4)).map(|portion| Axis::Portion { portion, beside: nothing.clone() }).collect()
        };
        for axis in axes {
            let mut amounts = vec![least.saturating_mul(3) / 2, most.saturating_mul(2).min(1_000_000_000 * MICROS_PER_WHOLE)];
            if wide {
                // Some of them from all over, where there are many.
                let every = edges.len().div_ceil(EDGES).max(1);
                let unit = plan.rounding.unit().micros();
                for edge in edges.iter().step_by(every).map(|e| e.micros()) {
                    amounts.extend([edge.saturating_sub(unit), edge, edge.saturating_add(edge / 2)]);
                }
            }
            for amount in amounts {
                let amount = plan.rounding.floor(Money::from_micros(amount));
                bills.extend(Subject::new(plan, kind, axis.clone()).map(|subject| (subject, amount)));
            }
        }
    }
    let most = if wide { WIDE_PAIRS } else { PAIRS };
    // Distant ones first: of other kinds of case, other portions and other amounts.
    let distances = if wide { (1..bills.len()).rev().collect() } else { Vec::new() };
    let far = distances.into_iter().flat_map(|d| (0..bills.len().saturating_sub(d)).map(move |i| (i, i + d)));
    let near = (0..if wide { 0 } else { bills.len() }).flat_map(|i| (i + 1..bills.len()).map(move |j| (i, j)));
    let pairs: Vec<(usize, usize)> = far.chain(near).take(if wide { usize::MAX } else { most }).collect();
    // Of more pairs than may be tried, some from all over.
    let every = pairs.len().div_ceil(most).max(1);
    for (i, j) in pairs.into_iter().step_by(every) {
        if let (Some(first), Some(second)) = (bills.get(i), bills.get(j)) {
            if probe.rest < 4 {
                return;
            }
            let claim = |(subject, amount): &(Subject<'_>, Money), person: &str, id: &str, sequence| {
                subject.claim(plan, person, id, sequence, *amount)
            };
            let Some((a, b)) = claim(first, "p1", "a1", 1).zip(claim(second, "p1", "b1", 2)) else { continue };
            let Some((one, other)) = both(probe, &person, &a, &b).zip(both(probe, &person, &b, &a)) else { continue };
            let gap = one.total.checked_sub(other.total).unwrap_or(Money::ZERO).micros().saturating_abs();
            if gap <= slack(plan).saturating_mul(2) {
                continue;
            }
            let differs = |(a, b): (&Money, &Money)| a != b;
            let Some(layer) = one.layers.iter().zip(&other.layers).position(differs) else { continue };
            if found.contains_key(&layer) {
                continue;
            }
            let Some((b2, a2)) = claim(second, "p2", "b2", 3).zip(claim(first, "p2", "a2", 4)) else { continue };
            found.insert(layer, finding(scene, layer, &person, vec![a, b, b2, a2], &one, &other));
        }
    }
}

/// What two claims are paid together, in that order.
fn both(probe: &mut Probe<'_>, person: &Person, first: &Claim, second: &Claim) -> Option<Point> {
    let mut ledger = probe.ledger();
    let first = probe.settle(person, &mut ledger, first)?;
    let second = probe.settle(person, &mut ledger, second)?;
    let layers = first.layers.iter().zip(&second.layers).map(|(a, b)| a.checked_add(*b)).collect::<Option<Vec<Money>>>()?;
    Some(Point { at: Money::ZERO, total: first.total.checked_add(second.total)?, layers })
}

fn finding(scene: &Scene<'_>, layer: usize, person: &Person, claims: Vec<Claim>, one: &Point, other: &Point) -> Finding {
    let plan = scene.plan;
    let places = usize::from(plan.places());
    let (first, second) = (format!("{:.places$}", one.total), format!("{:.places$}", other.total));
    let name = plan.layers.get(layer).map_or("", |l| l.name.id.as_str());
    let people = vec![person.clone(), Person { id: "p2".to_owned(), ..person.clone() }];
    let witness = Witness { people, claims, shows: words::order_shows(&first, &second) };
    Finding::new(Code::OrderMatters, scene.layer_place(layer), words::order_matters(name, &first, &second))
        .help(words::order_matters_help(&running(plan, layer)))
        .witness(Some(witness))
}

/// The accumulators of a layer's benefits that go on from claim to claim.
fn running(plan: &Plan, layer: usize) -> Vec<String> {
    let posts = plan.layers.get(layer).into_iter().flat_map(|l| &l.benefits).flat_map(|b| &b.posts).map(|(a, _)| *a);
    let kept: BTreeSet<usize> = posts.collect();
    let named = kept.into_iter().filter_map(|a| plan.accumulators.get(a)).filter(|a| a.per != Per::Claim);
    named.map(|a| a.name.clone()).take(4).collect()
}
