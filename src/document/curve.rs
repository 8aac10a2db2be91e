//! What each layer pays as a bill grows.

#![allow(clippy::arithmetic_side_effects, reason = "128 bits hold products of 64-bit figures")]

use super::sample::Sample;
use crate::decision::Language;
use crate::diagnostic::refused;
use crate::engine::case::Input;
use crate::engine::prepare::{choose, prepare};
use crate::engine::{Adjudicator, Settlement};
use crate::ledger::Ledger;
use crate::money::{MICROS_PER_WHOLE, Money};
use crate::plan::fact::Facts;
use crate::plan::{Form, Plan};
use crate::reject::Reject;
use crate::scheme::syntax::Each;

/// How many bills are settled for a curve.
const STEPS: i64 = 240;

/// What each layer pays of one person's bill, at bills from nothing to a largest one. Each bill is the person's first claim.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Curve {
    /// The sample; there are several if nothing tells their curves apart.
    pub samples: Vec<usize>,
    /// How the first of them is described, and the others.
    pub(super) told: Vec<Told>,
    /// What the bill consists of.
    pub(super) portion: String,
    /// The facts of the claim, as names and values.
    pub(super) claim: Vec<(String, String)>,
    pub(super) rule_date: chrono::NaiveDate,
    /// Bills and what was paid of them, from the smallest to the largest.
    pub points: Vec<Point>,
    /// Whether anything is paid beside the bill.
    pub beside: bool,
}

/// What a sample is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) name: Option<String>,
    pub(super) apart: Vec<(String, String)>,
}

/// A bill and what was paid of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Point {
    /// The bill.
    pub bill: Money,
    /// What each layer pays of it, in the order of the layers.
    pub paid: Vec<Money>,
    /// What the patient bears.
    pub patient: Money,
}

/// A curve cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CurveError {
    /// A bill of a sample was rejected.
    Rejected {
        /// The person's id.
        person: String,
        /// Why.
        reject: Reject,
    },
    /// The largest bill is not above zero.
    NoBill,
    /// The plan was compiled from another scheme.
    OtherPlan,
}

impl CurveError {
    /// What is wrong, in words.
    pub fn text(&self, language: Language) -> String {
        let message = match self {
            CurveError::Rejected { person, reject } => refused::sample_rejected(person, reject.code().as_str(), reject.as_message()),
            CurveError::NoBill => refused::no_largest_bill(),
            CurveError::OtherPlan => refused::compiled_from_another(),
        };
        message.text(language).to_owned()
    }
}

impl std::fmt::Display for CurveError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl std::error::Error for CurveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CurveError::Rejected { reject, .. } => Some(reject),
            _ => None,
        }
    }
}

pub(super) fn curves(plan: &Plan, samples: &[Sample], top: Option<Money>) -> Result<Vec<Curve>, CurveError> {
    let top = match top {
        Some(top) if top > Money::ZERO => top,
        Some(_) => return Err(CurveError::NoBill),
        None => round_above(samples.iter().map(|sample| interesting(plan, sample)).max().unwrap_or(0)),
    };
    let mut curves: Vec<Curve> = Vec::new();
    if !plan.sums.is_empty() || asks_lines(plan) {
        // Bills without lines have no sums over lines, and nothing that is asked of each line.
        return Ok(curves);
    }
    let mut adjudicator = Adjudicator::new(plan);
    for (index, sample) in samples.iter().enumerate() {
        let (points, beside) = points(plan, &mut adjudicator, sample, top)?;
        let told = Told { name: sample.name.clone(), apart: sample.apart.clone() };
        match curves.iter_mut().find(|c| c.points == points && c.portion == sample.portion && c.beside == beside) {
            Some(same) => {
                same.samples.push(index);
                same.told.push(told);
            }
            None => curves.push(Curve {
                samples: vec![index],
                told: vec![told],
                portion: sample.portion.clone(),
                claim: facts_of_claim(plan, sample),
                rule_date: choose(plan.rule_date, &sample.claim).unwrap_or(sample.claim.service_from),
                points,
                beside,
            }),
        }
    }
    Ok(curves)
}

/// Whether a benefit that is figured for each line asks for facts of lines.
fn asks_lines(plan: &Plan) -> bool {
    let mut asks = false;
    let of_line = |fact: usize| plan.facts.get(fact).is_some_and(|f| f.kind.of_line());
    for benefit in plan.layers.iter().flat_map(|l| &l.benefits).filter(|b| b.each == Each::Line) {
        benefit.parts().into_iter().for_each(|part| part.visit_facts(&mut |fact| asks |= of_line(fact)));
    }
    asks
}

fn points(plan: &Plan, adjudicator: &mut Adjudicator<'_>, sample: &Sample, top: Money) -> Result<(Vec<Point>, bool), CurveError> {
    let mut claim = sample.claim.clone();
    let mut points: Vec<Point> = Vec::new();
    let mut beside = false;
    for step in 0..=STEPS {
        let bill = i128::from(top.micros()) * i128::from(step) / i128::from(STEPS);
        let bill = plan.rounding.floor(Money::from_micros(i64::try_from(bill).unwrap_or(i64::MAX)));
        if points.last().is_some_and(|point| point.bill == bill) {
            continue;
        }
        claim.bill = bill;
        claim.portions = [(sample.portion.clone(), bill)].into();
        let settled = adjudicator.settle(&sample.person, &mut Ledger::new(), &claim);
        let settled = settled.map_err(|reject| CurveError::Rejected { person: sample.person.id.clone(), reject })?;
        beside |= settled.beside_by_layer().iter().any(|amount| *amount != Money::ZERO);
        points.push(point(bill, &settled));
    }
    Ok((points, beside))
}

fn point(bill: Money, settled: &Settlement<'_>) -> Point {
    Point { bill, paid: settled.paid_by_layer().to_vec(), patient: settled.out_of_pocket() }
}

fn facts_of_claim(plan: &Plan, sample: &Sample) -> Vec<(String, String)> {
    let claim = &sample.claim;
    let fields = [
        ("care", &claim.care),
        ("facility_id", &claim.facility.id),
        ("facility_level", &claim.facility.level),
        ("facility_region", &claim.facility.region),
    ];
    let fields = fields.into_iter().filter_map(|(name, value)| value.as_ref().map(|v| (name.to_owned(), v.clone())));
    let attributes = claim.attributes.iter().map(|(name, value)| (name.clone(), value.as_str().to_owned()));
    fields.chain(attributes).filter(|(name, _)| plan.facts.iter().any(|f| f.name == *name)).collect()
}

/// A bill, in millionths, at which most of what a scheme does for a sample has begun to show.
fn interesting(plan: &Plan, sample: &Sample) -> i64 {
    let nothing = crate::Claim { bill: Money::ZERO, ..sample.claim.clone() };
    let mut input = Input::default();
    if prepare(plan, &sample.person, &nothing, &mut input).is_err() {
        return 0;
    }
    let facts = &input.facts;
    let mut most = 0i64;
    let mut least_cap = i64::MAX;
    for benefit in plan.layers.iter().flat_map(|l| &l.benefits) {
        for limit in benefit.deductibles.iter().chain(&benefit.franchise) {
            most = most.max(limit.amount.get(facts).unwrap_or(0).saturating_mul(10));
        }
        for cap in benefit.caps.iter().filter(|c| c.condition.holds(facts) == Ok(true)) {
            least_cap = least_cap.min(cap.amount.get(facts).unwrap_or(i64::MAX));
        }
        most = most.max(last_edge(&benefit.form, facts).saturating_mul(3) / 2);
    }
    if least_cap < i64::MAX { most.max(least_cap.saturating_mul(2)) } else { most }
}

fn last_edge(form: &Form, facts: &Facts) -> i64 {
    let edges: Vec<i64> = match form {
        Form::Bands { rows, .. } => rows.iter().filter_map(|row| row.to.as_ref()?.get(facts).ok()).collect(),
        Form::Phases { rows, .. } => {
            rows.iter().flat_map(|row| row.to.iter().chain(&row.to_share)).filter_map(|edge| edge.get(facts).ok()).collect()
        }
        Form::Grant { rows, .. } => rows.iter().filter_map(|row| row.above.get(facts).ok()).collect(),
        _ => Vec::new(),
    };
    edges.into_iter().max().unwrap_or(0)
}

/// The next of 1, 2, 5, 10, 20, 50, ... thousand.
fn round_above(micros: i64) -> Money {
    let mut round = MICROS_PER_WHOLE.saturating_mul(1_000);
    let mut next = [2, 5, 10].into_iter().cycle();
    let mut decade = round;
    while round < micros {
        let times = next.next().unwrap_or(10);
        round = decade.saturating_mul(times);
        if times == 10 {
            decade = round;
        }
        if round == i64::MAX {
            break;
        }
    }
    if micros <= 0 { Money::from_micros(MICROS_PER_WHOLE.saturating_mul(100_000)) } else { Money::from_micros(round) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_end_at_round_bills() {
        let round = |whole: i64| round_above(whole * MICROS_PER_WHOLE).to_string();
        assert_eq!(
            [round(0), round(1), round(1_001), round(2_001), round(5_001), round(187_970)],
            ["100000", "1000", "2000", "5000", "10000", "200000"]
        );
        assert_eq!(round_above(i64::MAX), Money::MAX);
    }
}
