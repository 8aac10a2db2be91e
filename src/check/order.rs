//! Two claims of one person whose total depends on which comes first.

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
    for kinds in groups.iter().take(PERSONS) {
        search(scene, kinds, probe, &mut found);
    }
    found.into_values().collect()
}

fn search(scene: &Scene<'_>, kinds: &[&Kind], probe: &mut Probe<'_>, found: &mut BTreeMap<usize, Finding>) {
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
            for amount in [least.saturating_mul(3) / 2, most.saturating_mul(2).min(1_000_000_000 * MICROS_PER_WHOLE)] {
                let amount = plan.rounding.floor(Money::from_micros(amount));
                bills.extend(Subject::new(plan, kind, axis.clone()).map(|subject| (subject, amount)));
            }
        }
    }
    let mut pairs = 0;
    for (i, first) in bills.iter().enumerate() {
        for second in bills.iter().skip(i + 1) {
            pairs += 1;
            if pairs > PAIRS || probe.rest < 4 {
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
