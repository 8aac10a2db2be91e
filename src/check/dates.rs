//! Benefits of a layer that replace each other in time, with a gap or an overlap between them.

#![allow(clippy::arithmetic_side_effects, reason = "places in lists that are in memory")]

use chrono::NaiveDate;

use super::kinds::truth;
use super::words;
use super::{Finding, Scene};
use crate::diagnostic::Code;
use crate::plan::condition::Condition;
use crate::plan::fact::{Domain, FactKind, Facts, effective_days};
use crate::plan::{Layer, Plan};

/// The most stretches of time, and benefits in a layer, that are looked at.
const LIMIT: usize = 200;

pub(super) fn findings(scene: &Scene<'_>) -> Vec<Finding> {
    let plan = scene.plan;
    let Some((index, cuts)) = plan.facts.iter().enumerate().find_map(|(i, f)| match (&f.kind, &f.domain) {
        (FactKind::RuleDate, Domain::Date { cuts }) => Some((i, cuts.as_slice())),
        _ => None,
    }) else {
        return Vec::new();
    };
    if cuts.is_empty() || cuts.len() > LIMIT {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (l, layer) in plan.layers.iter().enumerate() {
        let dated: Vec<bool> = layer.benefits.iter().map(|b| asks(&b.condition, index)).collect();
        if layer.benefits.len() <= LIMIT && dated.iter().any(|d| *d) {
            let times = Times::new(plan, index, cuts, layer);
            if dated.iter().all(|d| *d) {
                gap(scene, l, &times, &mut findings);
            }
            overlaps(scene, l, &times, &dated, &mut findings);
        }
    }
    findings
}

fn asks(condition: &Condition, fact: usize) -> bool {
    let mut any = false;
    condition.visit(&mut |f, _| any |= f == fact);
    any
}

/// The stretches of time in which a layer holds, and by benefit in which of them it may.
struct Times {
    fact: usize,
    /// First day and day after the last, in order.
    stretches: Vec<(i64, i64)>,
    holds: Vec<Vec<bool>>,
}

impl Times {
    fn new(plan: &Plan, fact: usize, cuts: &[i64], layer: &Layer) -> Times {
        let (from, until) = effective_days(plan.effective);
        let mut edges = vec![from];
        edges.extend(cuts.iter().copied().filter(|c| from < *c && *c < until));
        edges.push(until);
        let stretches: Vec<(i64, i64)> = edges.iter().copied().zip(edges.iter().copied().skip(1)).collect();
        let on = |condition: &Condition, day: i64| {
            let mut facts = Facts::default();
            facts.reset(plan.facts.len());
            if let Some(f) = plan.facts.get(fact) {
                facts.set(fact, f, day);
            }
            truth(condition, &facts) != Some(false)
        };
        let stretches: Vec<(i64, i64)> = stretches.into_iter().filter(|(from, _)| on(&layer.condition, *from)).collect();
        let holds = layer.benefits.iter().map(|b| stretches.iter().map(|(from, _)| on(&b.condition, *from)).collect()).collect();
        Times { fact, stretches, holds }
    }

    fn dates(&self, first: usize, last: usize) -> (String, String) {
        let date = |day: Option<i64>| {
            let day = day.and_then(|d| i32::try_from(d).ok()).and_then(NaiveDate::from_num_days_from_ce_opt);
            day.map_or_else(words::open_end, |d| d.to_string())
        };
        (date(self.stretches.get(first).map(|s| s.0)), date(self.stretches.get(last).map(|s| s.1)))
    }
}

/// Stretches in which no benefit holds, between some in which one does.
fn gap(scene: &Scene<'_>, l: usize, times: &Times, findings: &mut Vec<Finding>) {
    let Some(layer) = scene.plan.layers.get(l) else { return };
    let any: Vec<bool> = (0..times.stretches.len()).map(|s| times.holds.iter().any(|h| h.get(s).copied().unwrap_or(false))).collect();
    let (Some(first), Some(last)) = (any.iter().position(|a| *a), any.iter().rposition(|a| *a)) else { return };
    let mut s = first;
    while s < last {
        if any.get(s).copied().unwrap_or(true) {
            s += 1;
            continue;
        }
        let start = s;
        while any.get(s).copied() == Some(false) {
            s += 1;
        }
        let (from, until) = times.dates(start, s - 1);
        let finding = Finding::new(Code::DateGap, scene.layer_place(l), words::date_gap(&layer.name.id, &from, &until));
        let day = times.stretches.get(start).map(|t| t.0);
        let kind = day.and_then(|day| super::kinds::kind_on(scene.plan, &[&layer.condition], times.fact, day));
        let witness = kind.and_then(|kind| scene.one_claim(&kind, words::date_gap_shows(&layer.name.id)));
        findings.push(finding.help(words::date_gap_help()).witness(witness));
    }
}

/// Two dated benefits that hold together for a time, each also alone.
fn overlaps(scene: &Scene<'_>, l: usize, times: &Times, dated: &[bool], findings: &mut Vec<Finding>) {
    let Some(layer) = scene.plan.layers.get(l) else { return };
    for (i, (first, held)) in layer.benefits.iter().zip(&times.holds).enumerate() {
        for (j, (second, other)) in layer.benefits.iter().zip(&times.holds).enumerate().skip(i + 1) {
            let both_dated = dated.get(i) == Some(&true) && dated.get(j) == Some(&true);
            let common = first.covers.iter().any(|c| second.covers.iter().any(|o| o.portion == c.portion));
            let together: Vec<usize> = held.iter().zip(other).enumerate().filter(|(_, (a, b))| **a && **b).map(|(s, _)| s).collect();
            let alone = |a: &[bool], b: &[bool]| a.iter().zip(b).any(|(a, b)| *a && !*b);
            let (Some(start), Some(end)) = (together.first(), together.last()) else { continue };
            if !both_dated || !common || !alone(held, other) || !alone(other, held) {
                continue;
            }
            let conditions = [&layer.condition, &first.condition, &second.condition];
            let day = times.stretches.get(*start).map_or(0, |t| t.0);
            // Only where a case shows both: they may differ in more than their time.
            let Some(kind) = super::kinds::kind_on(scene.plan, &conditions, times.fact, day) else { continue };
            let (from, until) = times.dates(*start, *end);
            let message = words::date_overlap(&first.name.id, &second.name.id, &from, &until);
            let witness = scene.one_claim(&kind, words::both_shows());
            findings.push(
                Finding::new(Code::DateOverlap, scene.benefit_place(l, j), message)
                    .label(scene.benefit_place(l, i), words::nothing())
                    .help(words::date_overlap_help())
                    .witness(witness),
            );
        }
    }
}
