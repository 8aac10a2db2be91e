//! Whether it is certain that one more unit billed never lowers what is paid and never raises it by more: one benefit alone keeps to that, several do if no
//! accumulator is shared, none coordinates with another, and their covers are pairwise alike or apart.

use super::words;
use super::{Finding, Scene};
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
    let mut labels = Vec::new();
    let mut place = None;
    for (i, (fl, fb, first)) in all.iter().enumerate().take(BENEFITS) {
        for (sl, sb, second) in all.iter().skip(i + 1).take(BENEFITS) {
            if labels.len() >= NAMED {
                break;
            }
            let other = scene.benefit_name(*fl, *fb);
            let before = labels.len();
            if let Some(shared) = shared(plan, first, second) {
                labels.push((scene.benefit_place(*sl, *sb), words::shares_label(&other, &shared)));
            } else if second.coordinate.as_ref().is_some_and(|c| c.with.contains(fl)) {
                labels.push((scene.benefit_place(*sl, *sb), words::coordinates_label(&other)));
            } else if overlap_in_part(first, second) {
                labels.push((scene.benefit_place(*sl, *sb), words::overlap_label(&other)));
            }
            if place.is_none() && labels.len() > before {
                place = Some(scene.benefit_place(*fl, *fb));
            }
        }
    }
    let Some(place) = place else { return Vec::new() };
    let shown = found.iter().find(|f| f.code == Code::FallingPayment).or_else(|| found.iter().find(|f| f.code == Code::Jump));
    let help = if shown.is_some() { words::found_counterexample() } else { words::found_none(scene.claims) };
    let finding = Finding::new(Code::NoGuarantee, place, words::no_guarantee()).help(help);
    let finding = finding.witness(shown.and_then(|f| f.witness.clone()));
    vec![labels.into_iter().fold(finding, |f, (place, said)| f.label(place, said))]
}

/// An accumulator that both post to.
fn shared(plan: &Plan, first: &Benefit, second: &Benefit) -> Option<String> {
    let both = first.posts.iter().find(|(a, _)| second.posts.iter().any(|(b, _)| a == b));
    both.and_then(|(a, _)| plan.accumulators.get(*a)).map(|a| a.name.clone())
}

fn all_lines(benefit: &Benefit) -> bool {
    benefit.lines.is_none() && benefit.group.is_none()
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
