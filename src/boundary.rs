//! Claims at the boundaries of a scheme's rules: just below, at and just above every threshold, band edge and cap, and on both sides of every date edge.
//!
//! They are found by settling: along a growing bill, wherever a rule begins or ceases to do something, the bill is closed in on to one unit of money. Each
//! claim is the first of a person of its own. What comes out is our result, for somebody to confirm.
//!
//! ```
//! # let text = include_str!("../tests/it/schemes/small.toml");
//! # let plan = medaid::Plan::compile(&medaid::Scheme::parse("village.toml", text)?)?;
//! let found = medaid::boundary::boundaries(&plan);
//! let deductible = found.edges.iter().find(|e| e.rule == "basic.inpatient: deductible 1 is met").ok_or("none")?;
//! let bills: Vec<String> = deductible.claims.iter().map(|(_, claim)| claim.bill.to_string()).collect();
//! assert_eq!(bills, ["299.99", "300", "300.01"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::check::breakpoints::breakpoints;
use crate::check::curve::{Axis, Subject, middle};
use crate::check::kinds::{Kind, kinds};
use crate::claim::{Claim, Person};
use crate::coverage::{self, Rule};
use crate::decision::Decision;
use crate::diagnostic::{Message, rules as say};
use crate::engine::Adjudicator;
use crate::ledger::Ledger;
use crate::money::{MICROS_PER_WHOLE, Money};
use crate::plan::Plan;
use crate::plan::fact::{Domain, effective_days};
use crate::reject::Reject;

/// The most kinds of person and claim that are looked at, the most claims that are settled in the search, and the most edges that are given.
pub const KIND_LIMIT: usize = 48;
/// The most claims that are settled in the search.
pub const SETTLE_LIMIT: usize = 60_000;
/// The most edges that are given.
pub const EDGE_LIMIT: usize = 400;

/// The edges of a scheme, and how far they were searched for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Boundaries {
    /// The edges, by rule and amount.
    pub edges: Vec<Edge>,
    /// How many kinds of person and claim were looked at, and whether they were all that the scheme tells apart.
    pub kinds: usize,
    /// Whether these kinds were all that the scheme tells apart.
    pub complete: bool,
    /// How many claims were settled.
    pub settled: usize,
    /// How many edges beyond [`EDGE_LIMIT`] were found.
    pub left_out: usize,
}

/// The edge of a rule, and the claims around it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Edge {
    /// The rule, and what it begins or ceases to do here.
    pub rule: Message,
    /// The claims in order, each with its person: below, at and above the edge.
    pub claims: Vec<(Person, Claim)>,
}

struct Search<'p> {
    plan: &'p Plan,
    adjudicator: Adjudicator<'p>,
    settled: usize,
    /// By rule and the bills on both sides.
    found: BTreeMap<(Message, Money, Money), Edge>,
}

/// The edges of a scheme's rules.
pub fn boundaries(plan: &Plan) -> Boundaries {
    let all = kinds(plan, KIND_LIMIT);
    let mut search = Search { plan, adjudicator: Adjudicator::new(plan), settled: 0, found: BTreeMap::new() };
    let covered: BTreeSet<usize> = plan.layers.iter().flat_map(|l| &l.benefits).flat_map(|b| &b.covers).map(|c| c.portion).collect();
    for kind in &all.kinds {
        let axes: Vec<Axis> = if kind.by_line {
            vec![Axis::Line]
        } else {
            covered.iter().map(|portion| Axis::Portion { portion: *portion, beside: Vec::new() }).collect()
        };
        for axis in axes {
            if let Some(subject) = Subject::new(plan, kind, axis) {
                search.along(kind, &subject);
            }
        }
    }
    search.dates(&all.kinds, &covered);
    let mut edges: Vec<Edge> = search.found.into_values().collect();
    let left_out = edges.len().saturating_sub(EDGE_LIMIT);
    edges.truncate(EDGE_LIMIT);
    for (number, edge) in edges.iter_mut().enumerate() {
        let last = edge.claims.len();
        for (place, (person, claim)) in edge.claims.iter_mut().enumerate() {
            let which = match (last, place) {
                (3, 0) | (2, 0) => "below",
                (3, 1) => "at",
                _ => "above",
            };
            let id = format!("e{:03}-{which}", number.saturating_add(1));
            person.id.clone_from(&id);
            claim.person.clone_from(&id);
            claim.id = id;
        }
    }
    Boundaries { edges, kinds: all.kinds.len(), complete: all.complete, settled: search.settled, left_out }
}

impl Search<'_> {
    fn decide(&mut self, person: &Person, claim: &Claim) -> Option<Result<Decision, Reject>> {
        if self.settled >= SETTLE_LIMIT {
            return None;
        }
        self.settled += 1;
        Some(self.adjudicator.adjudicate(person, &mut Ledger::new(), claim))
    }

    /// What the rules do to the subject's claim of that amount.
    fn done(&mut self, subject: &Subject<'_>, person: &Person, amount: Money) -> Option<BTreeSet<Rule>> {
        let claim = subject.claim(self.plan, &person.id, "c1", 1, amount)?;
        let decision = self.decide(person, &claim)?.ok()?;
        Some(coverage::exercised(self.plan, person, &claim, &decision))
    }

    fn along(&mut self, kind: &Kind, subject: &Subject<'_>) {
        let unit = self.plan.rounding.unit();
        let Some(person) = kind.person(self.plan, "p1") else { return };
        let mut points: Vec<(Money, BTreeSet<Rule>)> = Vec::new();
        for amount in amounts(self.plan, kind) {
            if let Some(done) = self.done(subject, &person, amount) {
                points.push((amount, done));
            }
        }
        let mut open: Vec<[(Money, BTreeSet<Rule>); 2]> =
            points.iter().cloned().zip(points.iter().skip(1).cloned()).map(|(a, b)| [a, b]).collect();
        while let Some([low, high]) = open.pop() {
            if low.1 == high.1 {
                continue;
            }
            match middle(low.0, high.0, unit) {
                Some(between) => {
                    if let Some(done) = self.done(subject, &person, between) {
                        open.push([low, (between, done.clone())]);
                        open.push([(between, done), high]);
                    }
                }
                None => self.edge(subject, &person, &low, &high),
            }
        }
    }

    /// Two bills one unit apart between which rules begin or cease to do something.
    fn edge(&mut self, subject: &Subject<'_>, person: &Person, low: &(Money, BTreeSet<Rule>), high: &(Money, BTreeSet<Rule>)) {
        let unit = self.plan.rounding.unit();
        for rule in low.1.symmetric_difference(&high.1) {
            let key = (rule.message(), low.0, high.0);
            if self.found.contains_key(&key) || low.0 == Money::ZERO {
                // That a rule counts money as soon as there is any is no edge.
                continue;
            }
            // The edge is the rounder of the two bills.
            let (zeros_low, zeros_high) = (zeros(low.0), zeros(high.0));
            let at_low = zeros_low > zeros_high || zeros_low == zeros_high && rule.begins_beyond_its_edge();
            let at = if at_low { low.0 } else { high.0 };
            let amounts = [at.checked_sub(unit), Some(at), at.checked_add(unit)];
            let claims = amounts.into_iter().flatten().filter_map(|amount| {
                let claim = subject.claim(self.plan, &person.id, "c1", 1, amount)?;
                Some((person.clone(), claim))
            });
            let claims = claims.collect();
            self.found.insert(key, Edge { rule: rule.message(), claims });
        }
    }

    /// Both sides of every day on which rules change: only kinds of claim that are paid otherwise on one side than on the other, and the ends of the scheme.
    fn dates(&mut self, kinds: &[Kind], covered: &BTreeSet<usize>) {
        let (first, last) = effective_days(self.plan.effective);
        let cuts = self.plan.facts.iter().find_map(|f| if let Domain::Date { cuts } = &f.domain { Some(cuts.clone()) } else { None });
        let mut days: BTreeSet<i64> = cuts.unwrap_or_default().into_iter().filter(|cut| (first..=last).contains(cut)).collect();
        days.extend([first, last].into_iter().filter(|day| *day != i64::MIN && *day != i64::MAX));
        for day in days {
            let mut told: BTreeSet<Message> = BTreeSet::new();
            for kind in kinds.iter().filter(|k| !k.by_line) {
                let Some(person) = kind.person(self.plan, "p1") else { continue };
                for portion in covered {
                    let axis = Axis::Portion { portion: *portion, beside: Vec::new() };
                    let Some(subject) = Subject::new(self.plan, kind, axis) else { continue };
                    let amount = Money::from_micros(MICROS_PER_WHOLE.saturating_mul(100_000));
                    let Some(claim) = subject.claim(self.plan, &person.id, "c1", 1, amount) else { continue };
                    let sides: Vec<Claim> = [day.saturating_sub(1), day].into_iter().filter_map(|d| on(&claim, d)).collect();
                    let [before, after] = sides.as_slice() else { continue };
                    let (Some(left), Some(right)) = (self.decide(&person, before), self.decide(&person, after)) else { return };
                    let Some(name) = difference(self.plan, &left, &right, day) else { continue };
                    if told.insert(name.clone()) {
                        let claims = sides.iter().map(|claim| (person.clone(), claim.clone())).collect();
                        let key = (name.clone(), Money::ZERO, Money::from_micros(day));
                        self.found.insert(key, Edge { rule: name, claims });
                    }
                }
            }
        }
    }
}

/// A claim moved to a day.
fn on(claim: &Claim, day: i64) -> Option<Claim> {
    let day = NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?)?;
    Some(Claim { service_from: day, service_to: Some(day), settled: Some(day), ..claim.clone() })
}

/// What differs between two days: that the scheme holds, or the first layer that pays another sum.
fn difference(plan: &Plan, left: &Result<Decision, Reject>, right: &Result<Decision, Reject>, day: i64) -> Option<Message> {
    let day = NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?)?;
    match (left, right) {
        (Ok(left), Ok(right)) => {
            let pairs = left.layers.iter().zip(&right.layers).zip(&plan.layers);
            let mut pairs = pairs.filter(|((left, right), _)| left.paid != right.paid);
            pairs.next().map(|(_, layer)| say::on_day(day, &say::pays_otherwise(&layer.name.id)))
        }
        (Err(_), Ok(_)) => Some(say::on_day(day, &say::scheme_begins())),
        (Ok(_), Err(_)) => Some(say::on_day(day, &say::scheme_has_ended())),
        (Err(_), Err(_)) => None,
    }
}

/// Bills from which the search begins: around every amount that the rules name, and twice as much again and again.
fn amounts(plan: &Plan, kind: &Kind) -> Vec<Money> {
    let unit = plan.rounding.unit().micros().max(1);
    let mut micros: BTreeSet<i64> = [0, unit].into();
    for breakpoint in breakpoints(plan, &kind.facts(plan)) {
        let at = breakpoint.amount.micros();
        micros.extend([at.saturating_sub(unit), at, at.saturating_add(unit)]);
    }
    let mut bill = MICROS_PER_WHOLE.saturating_mul(1_000);
    for _ in 0..14 {
        micros.insert(bill.div_euclid(unit).saturating_mul(unit));
        bill = bill.saturating_mul(2);
    }
    micros.into_iter().filter(|m| *m >= 0).map(Money::from_micros).collect()
}

/// How many zeros a number ends with.
fn zeros(amount: Money) -> u32 {
    let mut micros = amount.micros();
    let mut zeros = 0;
    while micros != 0 && micros % 10 == 0 {
        micros /= 10;
        zeros += 1;
    }
    zeros
}
