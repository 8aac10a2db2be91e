//! Payments that leap or fall as the bill grows.
//!
//! Curves are settled for every kind of case and every portion (or the line): for a first claim, and for one of somebody whose earlier claims have met
//! deductibles in part, used half or nearly all of a cap, or reached a band. Where two neighbouring points differ by more than their distance, or the
//! higher is paid less, the stretch is halved until one step shows it: one half always does.

#![allow(clippy::arithmetic_side_effects, reason = "divisors are at least one, and counts stay below the effort")]

use std::collections::{BTreeMap, BTreeSet};

use super::breakpoints::breakpoints;
use super::curve::{Axis, Point, Probe, Subject, middle};
use super::kinds::truth;
use super::words::{self, Cause, Slope};
use super::{Finding, Scene, Witness};
use crate::claim::Person;
use crate::date::Per;
use crate::decision::{BenefitDecision, Decision, NotFired};
use crate::diagnostic::Code;
use crate::money::{MICROS_PER_WHOLE, Money};
use crate::plan::fact::FactKind;
use crate::plan::{Form, Plan};

/// The most and the fewest claims for one curve.
const CURVE: usize = 2_000;
const CURVE_LEAST: usize = 80;
/// The most states of the accumulators, other than empty, from which a curve is begun.
const STARTS: usize = 8;
/// The most places of one curve that are closed in on.
const PLACES: usize = 12;

/// By code, layer and benefit: the first place, and the kinds of case that have one.
type Found = BTreeMap<(Code, usize, usize), (Steep, BTreeSet<usize>)>;

pub(super) fn findings(scene: &Scene<'_>, probe: &mut Probe<'_>) -> Vec<Finding> {
    let plan = scene.plan;
    let step = coarsest(plan);
    let mut subjects = Vec::new();
    for (number, kind) in scene.kinds.kinds.iter().enumerate() {
        let axes = if kind.by_line { vec![Axis::Line] } else { axes(plan, &kind.facts(plan)) };
        subjects.extend(axes.into_iter().filter_map(|axis| Some((number, Subject::new(plan, kind, axis)?))));
    }
    let runs_on = plan.accumulators.iter().any(|a| !matches!(a.per, Per::Claim | Per::Stay));
    let first = if runs_on { probe.rest - probe.rest / 3 } else { probe.rest };
    let limit = (first / subjects.len().max(1)).clamp(CURVE_LEAST, CURVE);
    let mut found: Found = BTreeMap::new();
    for (kind, subject) in &subjects {
        if probe.rest == 0 {
            break;
        }
        for steep in steeps(subject, probe, step, limit) {
            let Some(steep) = Steep::new(subject, probe.plan, steep, false) else { continue };
            let key = (steep.code, steep.layer, steep.benefit);
            found.entry(key).or_insert_with(|| (steep, BTreeSet::new())).1.insert(*kind);
        }
    }
    if runs_on {
        mid_year(&subjects, probe, step, &mut found);
    }
    found.into_values().map(|(steep, kinds)| steep.finding(scene, kinds.len().saturating_sub(1))).collect()
}

/// Curves of those who have had claims before, for what the first claim of a year does not show.
fn mid_year(subjects: &[(usize, Subject<'_>)], probe: &mut Probe<'_>, step: Money, found: &mut Found) {
    let starts: Vec<Vec<Money>> = subjects.iter().map(|(_, subject)| starts(subject, probe.plan, step)).collect();
    let rounds = starts.iter().map(Vec::len).max().unwrap_or(0);
    let curves = starts.iter().map(Vec::len).sum::<usize>().max(1);
    let limit = (probe.rest / curves).clamp(CURVE_LEAST, CURVE);
    // One start of every subject before the next start of any.
    for round in 0..rounds {
        for ((kind, subject), starts) in subjects.iter().zip(&starts) {
            let Some(start) = starts.get(round) else { continue };
            if probe.rest == 0 {
                return;
            }
            let Some(later) = subject.after(probe, *start) else { continue };
            for steep in steeps(&later, probe, step, limit) {
                let Some(steep) = Steep::new(&later, probe.plan, steep, true) else { continue };
                let key = (steep.code, steep.layer, steep.benefit);
                found.entry(key).or_insert_with(|| (steep, [*kind].into()));
            }
        }
    }
}

/// What earlier claims may have come to: half of the amounts at which something changes, and a step less than they. Of many, some from all over.
fn starts(subject: &Subject<'_>, plan: &Plan, step: Money) -> Vec<Money> {
    let mut all: BTreeSet<Money> = BTreeSet::new();
    for breakpoint in breakpoints(plan, &subject.kind.facts(plan)) {
        let half = plan.rounding.floor(Money::from_micros(breakpoint.amount.micros() / 2));
        all.extend([Some(half), breakpoint.amount.checked_sub(step)].into_iter().flatten().filter(|amount| *amount > Money::ZERO));
    }
    let all: Vec<Money> = all.into_iter().collect();
    if all.len() <= STARTS {
        return all;
    }
    // The first and the last are among them.
    let last = all.len() - 1;
    (0..STARTS).filter_map(|i| all.get(i * last / (STARTS - 1)).copied()).collect()
}

/// The coarsest step in which payments go.
pub(super) fn coarsest(plan: &Plan) -> Money {
    plan.layers.iter().flat_map(|l| &l.benefits).map(|b| b.rounding.unit()).max().unwrap_or(plan.rounding.unit()).max(plan.rounding.unit())
}

/// What rounding alone can make of a difference.
pub(super) fn slack(plan: &Plan) -> i64 {
    let benefits = plan.layers.iter().map(|l| l.benefits.len() as i64).sum::<i64>();
    coarsest(plan).micros().saturating_mul(benefits.saturating_add(1))
}

/// Every portion that a benefit of the case may count, or that a rule asks for, beside nothing and beside a sum of each other one.
fn axes(plan: &Plan, facts: &crate::plan::fact::Facts) -> Vec<Axis> {
    let mut portions: Vec<usize> = Vec::new();
    for layer in plan.layers.iter().filter(|l| truth(&l.condition, facts) != Some(false)) {
        for benefit in layer.benefits.iter().filter(|b| truth(&b.condition, facts) != Some(false)) {
            portions.extend(benefit.covers.iter().map(|c| c.portion));
        }
    }
    // Money that nobody pays can decide whether other money is paid.
    portions.extend(plan.facts.iter().filter_map(|fact| match fact.kind {
        FactKind::Billed(portion) | FactKind::Left(portion) => portion,
        _ => None,
    }));
    portions.sort_unstable();
    portions.dedup();
    let nothing = vec![Money::ZERO; plan.portions.len()];
    let some = plan.rounding.floor(Money::from_micros(20_000 * MICROS_PER_WHOLE));
    let mut axes: Vec<Axis> = portions.iter().map(|portion| Axis::Portion { portion: *portion, beside: nothing.clone() }).collect();
    if portions.len() > 1 {
        let beside: Vec<Money> = (0..plan.portions.len()).map(|p| if portions.contains(&p) { some } else { Money::ZERO }).collect();
        axes.extend(portions.iter().map(|portion| {
            let mut beside = beside.clone();
            if let Some(slot) = beside.get_mut(*portion) {
                *slot = Money::ZERO;
            }
            Axis::Portion { portion: *portion, beside }
        }));
    }
    axes
}

/// By how much two points break the rule: more paid than billed more (above zero), or less paid (below zero).
fn excess(low: &Point, high: &Point) -> i64 {
    let more = high.at.micros().saturating_sub(low.at.micros());
    let paid = high.total.micros().saturating_sub(low.total.micros());
    if paid > more { paid.saturating_sub(more) } else { paid.min(0) }
}

/// Pairs of points of a curve that break the rule by more than rounding can.
fn steeps(subject: &Subject<'_>, probe: &mut Probe<'_>, step: Money, limit: usize) -> Vec<(Point, Point)> {
    let slack = slack(probe.plan);
    let points = subject.curve(probe, step, limit);
    let mut found = Vec::new();
    for (low, high) in points.iter().zip(points.iter().skip(1)) {
        let wide = excess(low, high);
        if wide.saturating_abs() <= slack {
            continue;
        }
        if found.len() >= PLACES {
            break;
        }
        let (mut a, mut b) = (low.clone(), high.clone());
        while let Some(between) = middle(a.at, b.at, step) {
            let Some(point) = subject.point(probe, between) else { break };
            let (left, right) = (excess(&a, &point), excess(&point, &b));
            let same = |e: i64| e.signum() == wide.signum();
            // The steeper half.
            if same(left) && (!same(right) || left.saturating_abs() >= right.saturating_abs()) {
                b = point;
            } else if same(right) {
                a = point;
            } else {
                break;
            }
        }
        // Where each step is steep only by rounding, the stretch as a whole is the finding.
        found.push(if excess(&a, &b).saturating_abs() > slack { (a, b) } else { (low.clone(), high.clone()) });
    }
    found
}

/// A place where what is paid leaps or falls.
struct Steep {
    code: Code,
    layer: usize,
    benefit: usize,
    cause: Cause,
    of: String,
    low: Point,
    high: Point,
    witness: Witness,
    /// Whether only somebody with earlier claims has it.
    later: bool,
}

impl Steep {
    fn new(subject: &Subject<'_>, plan: &Plan, (low, high): (Point, Point), later: bool) -> Option<Steep> {
        let code = if excess(&low, &high) > 0 { Code::Jump } else { Code::FallingPayment };
        let people: Vec<Person> = vec![subject.somebody("p1"), subject.somebody("p2")];
        let claims = vec![subject.claim(plan, "p1", "c1", 1, low.at)?, subject.claim(plan, "p2", "c2", 2, high.at)?];
        let mut witness = Witness { people, claims, shows: words::nothing() };
        let decisions = witness.decisions(plan).ok()?;
        let (layer, benefit, cause) = cause(plan, decisions.first()?, decisions.get(1)?);
        let of = match &subject.axis {
            Axis::Line => words::line_amount().to_owned(),
            Axis::Portion { portion, .. } => format!("`{}`", plan.portions.get(*portion).map_or("", |p| p.id.as_str())),
        };
        witness.shows = slope(plan, &of, &low, &high, "").shows();
        Some(Steep { code, layer, benefit, cause, of, low, high, witness, later })
    }

    fn finding(self, scene: &Scene<'_>, more: usize) -> Finding {
        let name = scene.benefit_name(self.layer, self.benefit);
        let slope = slope(scene.plan, &self.of, &self.low, &self.high, &name);
        let message = if self.code == Code::Jump { slope.rises() } else { slope.falls() };
        let place = scene.benefit_place(self.layer, self.benefit);
        let message = if self.later { message.and(&words::with_earlier_claims()) } else { message };
        Finding::new(self.code, place, message)
            .help(words::slope_help(&self.cause, self.code == Code::FallingPayment, more))
            .witness(Some(self.witness))
    }
}

fn slope<'a>(plan: &Plan, of: &'a str, low: &Point, high: &Point, benefit: &'a str) -> Slope<'a> {
    Slope { of, from: low.at, to: high.at, paid_from: low.total, paid_to: high.total, places: plan.places(), benefit }
}

/// The first benefit whose payment leaps or falls between two decisions, and why.
fn cause(plan: &Plan, low: &Decision, high: &Decision) -> (usize, usize, Cause) {
    let more = high.bill.money().zip(low.bill.money()).and_then(|(h, l)| h.checked_sub(l)).unwrap_or(Money::ZERO);
    let slack = Money::from_micros(slack(plan));
    let paid = |b: &BenefitDecision| b.figures.as_ref().and_then(|f| f.issued.money()).unwrap_or(Money::ZERO);
    let mut any_change = None;
    for (l, (before, after)) in low.layers.iter().zip(&high.layers).enumerate() {
        let benefits = plan.layers.get(l).map_or(0, |layer| layer.benefits.len());
        for b in 0..benefits {
            let (first, second) = (before.benefits.get(b), after.benefits.get(b));
            let (was, is) = (first.map_or(Money::ZERO, paid), second.map_or(Money::ZERO, paid));
            let rise = is.checked_sub(was).unwrap_or(Money::ZERO);
            let beyond = more.checked_add(slack).unwrap_or(Money::MAX);
            let steep = rise > beyond || rise.checked_add(slack).unwrap_or(Money::ZERO) < Money::ZERO;
            if steep || (any_change.is_none() && rise != Money::ZERO) {
                let failed = [before.failed.as_ref(), after.failed.as_ref()].into_iter().flatten().next();
                let failed = failed.or_else(|| {
                    [first, second].into_iter().flatten().find_map(|d| match &d.not_fired {
                        Some(NotFired::Condition(test)) => Some(test),
                        _ => None,
                    })
                });
                let found = (l, b, why(plan, l, b, failed.map(|t| t.test.as_str())));
                if steep {
                    return found;
                }
                any_change = Some(found);
            }
        }
    }
    any_change.unwrap_or((0, 0, Cause::Other))
}

fn why(plan: &Plan, layer: usize, benefit: usize, failed: Option<&str>) -> Cause {
    let Some(benefit) = plan.layers.get(layer).and_then(|l| l.benefits.get(benefit)) else { return Cause::Other };
    match (failed, &benefit.form) {
        (Some(test), _) => Cause::Condition(test.to_owned()),
        (None, Form::Grant { .. }) => Cause::Grant,
        _ if benefit.franchise.is_some() => Cause::Franchise,
        _ if benefit.minimum.is_some() => Cause::Minimum,
        _ => Cause::Other,
    }
}
