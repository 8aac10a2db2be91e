//! Whether it is certain that one more unit billed never lowers what is paid and never raises it by more: one benefit alone keeps to that, several do if no
//! accumulator is shared, none coordinates with another, and their covers are pairwise alike or apart.

#![allow(clippy::arithmetic_side_effects, reason = "places in lists that are in memory")]

use super::words;
use super::{Finding, Scene, Witness};
use crate::decision::Decision;
use crate::diagnostic::Code;
use crate::plan::value::Value;
use crate::plan::{Benefit, Plan};

/// The most pairs that are named.
const NAMED: usize = 4;
/// The most benefits that are compared.
const BENEFITS: usize = 400;

pub(super) fn findings(scene: &Scene<'_>, found: &[Finding]) -> Vec<Finding> {
    let plan = scene.plan;
    let all: Vec<(usize, usize, &Benefit)> = plan
        .layers
        .iter()
        .enumerate()
        .flat_map(|(l, layer)| layer.benefits.iter().enumerate().map(move |(b, benefit)| (l, b, benefit)))
        .collect();
    let mut pairs = Vec::new();
    for (i, (fl, fb, first)) in all.iter().enumerate().take(BENEFITS) {
        for (sl, sb, second) in all.iter().skip(i + 1).take(BENEFITS) {
            if pairs.len() >= NAMED {
                break;
            }
            let other = scene.benefit_name(*fl, *fb);
            let said = if let Some(shared) = shared(plan, first, second) {
                words::shares_label(&other, &shared)
            } else if second.coordinate.as_ref().is_some_and(|c| c.with.contains(fl)) {
                words::coordinates_label(&other)
            } else if overlap_in_part(first, second) {
                words::overlap_label(&other)
            } else {
                continue;
            };
            pairs.push(([(*fl, *fb), (*sl, *sb)], said));
        }
    }
    let findings = pairs.into_iter().map(|(pair, said)| {
        let [first, second] = pair.map(|(layer, benefit)| scene.benefit_place(layer, benefit));
        let shown = counterexample(scene, found, &pair);
        let help = if shown.is_some() { words::found_counterexample() } else { words::found_none(scene.claims) };
        Finding::new(Code::NoGuarantee, first, words::no_guarantee()).label(second, said).help(help).witness(shown)
    });
    findings.collect()
}

/// The claims of a finding about one of the two benefits, in whose decisions both of them count.
fn counterexample(scene: &Scene<'_>, found: &[Finding], pair: &[(usize, usize); 2]) -> Option<Witness> {
    let about = |f: &&Finding| pair.iter().any(|(layer, benefit)| scene.benefit_place(*layer, *benefit) == f.place);
    let of = |code: Code| found.iter().filter(move |f| f.code == code).filter(about);
    let both = |witness: &&Witness| {
        let Ok(decisions) = witness.decisions(scene.plan) else { return false };
        pair.iter().all(|(layer, benefit)| {
            let figures = |d: &Decision| d.layers.get(*layer).and_then(|l| l.benefits.get(*benefit)).is_some_and(|b| b.fired());
            decisions.iter().any(figures)
        })
    };
    of(Code::FallingPayment).chain(of(Code::Jump)).filter_map(|f| f.witness.as_ref()).find(both).cloned()
}

/// An accumulator that both post to.
fn shared(plan: &Plan, first: &Benefit, second: &Benefit) -> Option<String> {
    let both = first.posts.iter().find(|(a, _)| second.posts.iter().any(|(b, _)| a == b));
    both.and_then(|(a, _)| plan.accumulators.get(*a)).map(|a| a.name.clone())
}

fn all_lines(benefit: &Benefit) -> bool {
    !benefit.chooses()
}

fn overlap_in_part(first: &Benefit, second: &Benefit) -> bool {
    let cover = |b: &Benefit| -> Vec<(usize, Option<i64>)> {
        let of = |c: &crate::plan::Cover| match c.factor {
            Value::Constant(factor) => (c.portion, Some(factor)),
            _ => (c.portion, None),
        };
        b.covers.iter().map(of).collect()
    };
    let (one, other) = (cover(first), cover(second));
    let common = one.iter().any(|(p, _)| other.iter().any(|(q, _)| p == q));
    let alike = one == other && one.iter().all(|(_, factor)| factor.is_some()) && all_lines(first) && all_lines(second);
    common && !alike
}
