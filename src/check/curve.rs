//! What a plan pays as a claim grows: settled, not figured anew, at the amounts where something can change.
//!
//! Between breakpoints payments are straight lines but for rounding. The curve is settled at every breakpoint and one unit either side; a stretch whose
//! middle lies off the straight line between its ends is halved until it does not, so that edges which depend on earlier layers' payments are closed in on.

#![allow(clippy::arithmetic_side_effects, reason = "128 bits hold products of two 64-bit amounts; counts stay below the effort")]

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::breakpoints::breakpoints;
use super::kinds::{Bill, Kind};
use crate::claim::{Claim, OpeningBalance, Person};
use crate::date::Per;
use crate::engine::Adjudicator;
use crate::ledger::Ledger;
use crate::money::{MICROS_PER_WHOLE, Money};
use crate::plan::Plan;

/// The money that grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Axis {
    /// One portion, beside fixed amounts of the others (the amount at its own place is not looked at).
    Portion { portion: usize, beside: Vec<Money> },
    /// The claim's only line.
    Line,
}

/// What was paid at an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) at: Money,
    /// All payers together, sums beside the bill included.
    pub(crate) total: Money,
    /// By layer, sums beside the bill included.
    pub(crate) layers: Vec<Money>,
}

/// Settles claims, within a number.
pub(crate) struct Probe<'p> {
    pub(crate) plan: &'p Plan,
    adjudicator: Adjudicator<'p>,
    /// Fresh books to copy: names are entered once.
    fresh: Ledger,
    /// How many claims may still be settled.
    pub(crate) rest: usize,
    /// How many were.
    pub(crate) settled: usize,
}

impl<'p> Probe<'p> {
    pub(crate) fn new(plan: &'p Plan, budget: usize) -> Probe<'p> {
        let mut fresh = Ledger::new();
        // Nobody has opening balances, and the name is one that is never used: nothing can be wrong or left behind.
        let _ = fresh.open(plan, &Person::default(), NaiveDate::MIN);
        Probe { plan, adjudicator: Adjudicator::new(plan), fresh, rest: budget, settled: 0 }
    }

    /// Fresh books.
    pub(crate) fn ledger(&self) -> Ledger {
        self.fresh.clone()
    }

    /// What a claim is paid on the books as they are; nothing if it is rejected or the number is used up.
    pub(crate) fn settle(&mut self, person: &Person, ledger: &mut Ledger, claim: &Claim) -> Option<Point> {
        self.rest = self.rest.checked_sub(1)?;
        self.settled += 1;
        let settlement = self.adjudicator.settle(person, ledger, claim).ok()?;
        let both = settlement.paid_by_layer().iter().zip(settlement.beside_by_layer());
        let layers = both.map(|(paid, beside)| paid.checked_add(*beside)).collect::<Option<Vec<Money>>>()?;
        let total = layers.iter().try_fold(Money::ZERO, |sum, m| sum.checked_add(*m))?;
        Some(Point { at: claim.bill, total, layers })
    }
}

/// One kind of case whose money grows along an axis.
pub(crate) struct Subject<'k> {
    pub(crate) kind: &'k Kind,
    pub(crate) axis: Axis,
    person: Person,
}

impl<'k> Subject<'k> {
    pub(crate) fn new(plan: &Plan, kind: &'k Kind, axis: Axis) -> Option<Subject<'k>> {
        Some(Subject { kind, axis, person: kind.person(plan, "p1")? })
    }

    /// The same case later in the year: the person has what a claim of that amount has left in the accumulators, as opening balances. Nothing if it leaves
    /// nothing there.
    pub(crate) fn after(&self, probe: &mut Probe<'_>, amount: Money) -> Option<Subject<'k>> {
        let plan = probe.plan;
        let day = self.kind.day(plan)?;
        let claim = self.claim(plan, &self.person.id, "c0", 0, amount)?;
        let mut ledger = probe.ledger();
        probe.settle(&self.person, &mut ledger, &claim)?;
        let kept = plan.accumulators.iter().filter(|a| !matches!(a.per, Per::Claim | Per::Stay));
        let opening: Vec<OpeningBalance> = kept
            .filter_map(|a| Some((a, ledger.position(plan, &self.person.id, &a.name, day).filter(|p| *p > Money::ZERO)?)))
            .map(|(a, amount)| OpeningBalance { scheme: None, accumulator: a.name.clone(), on: day, amount })
            .collect();
        let more = !opening.is_empty() && opening != self.person.opening;
        more.then(|| Subject { kind: self.kind, axis: self.axis.clone(), person: Person { opening, ..self.person.clone() } })
    }

    /// Somebody in the situation of the subject.
    pub(crate) fn somebody(&self, id: &str) -> Person {
        Person { id: id.to_owned(), ..self.person.clone() }
    }

    /// The claim with that amount on the axis.
    pub(crate) fn claim(&self, plan: &Plan, person: &str, id: &str, sequence: u64, amount: Money) -> Option<Claim> {
        match &self.axis {
            Axis::Line => self.kind.claim(plan, person, id, sequence, Bill::Line(amount)),
            Axis::Portion { portion, beside } => {
                let mut amounts = beside.clone();
                amounts.resize(plan.portions.len(), Money::ZERO);
                if let Some(slot) = amounts.get_mut(*portion) {
                    *slot = amount;
                }
                self.kind.claim(plan, person, id, sequence, Bill::Portions(&amounts))
            }
        }
    }

    /// What a first claim of that amount is paid.
    pub(crate) fn point(&self, probe: &mut Probe<'_>, amount: Money) -> Option<Point> {
        let claim = self.claim(probe.plan, &self.person.id, "c1", 1, amount)?;
        let mut ledger = probe.ledger();
        let point = probe.settle(&self.person, &mut ledger, &claim)?;
        Some(Point { at: amount, ..point })
    }

    /// The curve in steps of `unit`, at most `limit` points and as many as the probe may still settle: rising, each amount once.
    pub(crate) fn curve(&self, probe: &mut Probe<'_>, unit: Money, limit: usize) -> Vec<Point> {
        let stop = probe.rest.saturating_sub(limit);
        let mut points: BTreeMap<Money, Point> = BTreeMap::new();
        let amounts = self.first_amounts(probe.plan, unit);
        for amount in &amounts {
            if probe.rest <= stop {
                break;
            }
            points.extend(self.point(probe, *amount).map(|p| (p.at, p)));
        }
        // Widest first, so that a limit cuts detail, not reach.
        let pairs = |points: &BTreeMap<Money, Point>| -> Vec<(Money, Money)> {
            points.keys().copied().zip(points.keys().copied().skip(1)).collect()
        };
        let mut open = pairs(&points);
        while !open.is_empty() && probe.rest > stop {
            let mut next = Vec::new();
            for (low, high) in open {
                let Some(middle) = middle(low, high, unit) else { continue };
                if probe.rest <= stop {
                    break;
                }
                let Some(point) = self.point(probe, middle) else { continue };
                let straight = match (points.get(&low), points.get(&high)) {
                    (Some(low), Some(high)) => is_straight(low, &point, high, probe.plan),
                    _ => true,
                };
                points.insert(middle, point);
                if !straight {
                    next.extend([(low, middle), (middle, high)]);
                }
            }
            open = next;
        }
        points.into_values().collect()
    }

    /// Breakpoints with a unit either side, and amounts well beyond them.
    fn first_amounts(&self, plan: &Plan, unit: Money) -> Vec<Money> {
        let mut micros: Vec<i64> = vec![0];
        let step = unit.micros().max(1);
        let found = breakpoints(plan, &self.kind.facts(plan));
        let most = found.iter().map(|b| b.amount.micros()).max().unwrap_or(0);
        for breakpoint in &found {
            let at = breakpoint.amount.micros().div_euclid(step).saturating_mul(step);
            micros.extend([at.saturating_sub(step), at, at.saturating_add(step), at.saturating_add(step.saturating_mul(2))]);
        }
        let far = most.max(MICROS_PER_WHOLE.saturating_mul(50_000)).min(TOP.micros() / 8);
        micros.extend([2, 4, 8].map(|times| far.saturating_mul(times).div_euclid(step).saturating_mul(step)));
        micros.retain(|m| *m >= 0);
        micros.sort_unstable();
        micros.dedup();
        micros.into_iter().map(Money::from_micros).filter(|m| *m <= TOP).collect()
    }
}

/// No curve goes further.
pub(crate) const TOP: Money = Money::from_micros(1_000_000_000_000 * MICROS_PER_WHOLE);

/// The whole unit between two amounts, if there is one.
pub(crate) fn middle(low: Money, high: Money, unit: Money) -> Option<Money> {
    let step = unit.micros().max(1);
    let steps = high.checked_sub(low)?.micros().div_euclid(step);
    if steps < 2 { None } else { low.checked_add(Money::from_micros(steps / 2 * step)) }
}

/// Whether every layer's payment in the middle lies on the line between the ends, but for rounding.
fn is_straight(low: &Point, middle: &Point, high: &Point, plan: &Plan) -> bool {
    let benefits: i64 = plan.layers.iter().map(|l| l.benefits.len() as i64).sum();
    let coarsest = plan.layers.iter().flat_map(|l| &l.benefits).map(|b| b.rounding.unit()).max().unwrap_or(plan.rounding.unit());
    let slack = i128::from(coarsest.micros()) * i128::from(benefits.max(1)) * 2;
    let width = i128::from(high.at.micros()) - i128::from(low.at.micros());
    let part = i128::from(middle.at.micros()) - i128::from(low.at.micros());
    low.layers.iter().zip(&middle.layers).zip(&high.layers).all(|((low, middle), high)| {
        let rise = i128::from(high.micros()) - i128::from(low.micros());
        let line = i128::from(low.micros()) + rise.checked_mul(part).and_then(|p| p.checked_div(width)).unwrap_or(0);
        (i128::from(middle.micros()) - line).abs() <= slack
    })
}
