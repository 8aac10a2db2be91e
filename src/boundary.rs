//! Claims at the boundaries of a scheme's rules: just below, at and just above every threshold, band edge and cap; just below, at and just above every age,
//! length of stay, count and other number that rules compare; and on both sides of every date edge.
//!
//! They are found by settling: along a growing bill, wherever a rule begins or ceases to do something, the bill is closed in on to one unit of money. Each
//! claim is the first of a person of its own; counts and sums of earlier claims are opening balances. At an age, the claims are on the day before the
//! birthday, on it and on the day after, and where it can be also those of somebody who was born on 29 February. What comes out is our result, for somebody to confirm.
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

#![allow(clippy::arithmetic_side_effects, reason = "counts of claims tried, below a limit")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Months, NaiveDate};

use crate::check::breakpoints::breakpoints;
use crate::check::curve::{Axis, Subject, middle};
use crate::check::kinds::{Kind, kinds, step};
use crate::claim::{Claim, Line, Person};
use crate::coverage::{self, Rule};
use crate::date::day_number;
use crate::decision::Decision;
use crate::diagnostic::{Message, rules as say};
use crate::engine::Adjudicator;
use crate::ledger::Ledger;
use crate::money::{MICROS_PER_WHOLE, Money};
use crate::plan::Plan;
use crate::plan::fact::{Domain, FactKind, effective_days};
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
    search.numbers(&all.kinds, &covered);
    search.dates(&all.kinds, &covered);
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

    /// Both sides of every number that rules compare and that is known before the first layer: ages, days, counts, balances.
    fn numbers(&mut self, kinds: &[Kind], covered: &BTreeSet<usize>) {
        for (index, fact) in self.plan.facts.iter().enumerate() {
            let Domain::Number { cuts, .. } = &fact.domain else { continue };
            let step = step(fact);
            for cut in cuts {
                let high = cut.div_euclid(step).saturating_add(i64::from(cut.rem_euclid(step) > 0)).saturating_mul(step);
                let low = high.saturating_sub(step);
                // A number that a rule writes as `> 60` is still on the near side at 60.
                let at = if high == *cut { high } else { low };
                let mut told: BTreeSet<Message> = BTreeSet::new();
                for kind in kinds.iter().filter(|k| k.value(index).is_some()) {
                    let axes: Vec<Axis> = if kind.by_line {
                        vec![Axis::Line]
                    } else {
                        covered.iter().map(|portion| Axis::Portion { portion: *portion, beside: Vec::new() }).collect()
                    };
                    for axis in axes {
                        let whole = |value: i64| {
                            let kind = kind.with(index, value);
                            let person = kind.person(self.plan, "p1").filter(|_| value >= 0)?;
                            let amount = Money::from_micros(MICROS_PER_WHOLE.saturating_mul(100_000));
                            let claim = Subject::new(self.plan, &kind, axis.clone())?.claim(self.plan, &person.id, "c1", 1, amount)?;
                            Some((person, claim))
                        };
                        let Some((below, above)) = whole(low).zip(whole(high)) else { continue };
                        let (Some(left), Some(right)) = (self.decide(&below.0, &below.1), self.decide(&above.0, &above.1)) else { return };
                        let Some(what) = self.otherwise(&below, &left, &above, &right) else { continue };
                        let name = say::fact_is(&fact.name, &fact.domain.show(at)).of(what.clone());
                        if !told.insert(name.clone()) {
                            continue;
                        }
                        let key = |name: &Message| (name.clone(), Money::from_micros(at), Money::ZERO);
                        if fact.kind == FactKind::Age {
                            if let Some(claims) = birthdays(&above, high) {
                                let name = say::fact_is(&fact.name, &fact.domain.show(high)).of(what.clone());
                                self.found.insert(key(&name), Edge { rule: name, claims });
                            }
                            if let Some(claims) = leap_birthday(self.plan, &above, high) {
                                let name = say::fact_is(&fact.name, &fact.domain.show(high)).and(&say::of_29_february()).of(what);
                                self.found.insert(key(&name), Edge { rule: name, claims });
                            }
                            continue;
                        }
                        let values = [at.saturating_sub(step), at, at.saturating_add(step)];
                        let claims: Vec<(Person, Claim)> = values.into_iter().filter_map(whole).collect();
                        self.found.insert(key(&name), Edge { rule: name, claims });
                    }
                }
            }
        }
    }

    /// What is otherwise between two claims: the first layer that pays another sum, else the first rule that does something to one of them alone.
    fn otherwise(
        &self,
        below: &(Person, Claim),
        left: &Result<Decision, Reject>,
        above: &(Person, Claim),
        right: &Result<Decision, Reject>,
    ) -> Option<Message> {
        match (left, right) {
            (Ok(left), Ok(right)) => {
                if let Some(layer) = paid_otherwise(self.plan, left, right) {
                    return Some(layer);
                }
                // Which row is looked up follows from the number itself.
                let done = |(person, claim): &(Person, Claim), decision| coverage::exercised(self.plan, person, claim, decision);
                let (left, right) = (done(below, left), done(above, right));
                left.symmetric_difference(&right).next().map(Rule::message)
            }
            (Err(left), Err(right)) if left.code() == right.code() => None,
            _ => Some(say::decided_otherwise()),
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

/// The first layer that pays another sum.
fn paid_otherwise(plan: &Plan, left: &Decision, right: &Decision) -> Option<Message> {
    let pairs = left.layers.iter().zip(&right.layers).zip(&plan.layers);
    let mut pairs = pairs.filter(|((left, right), _)| left.paid != right.paid);
    pairs.next().map(|(_, layer)| say::pays_otherwise(&layer.name.id))
}

/// Claims on one day of somebody who comes to an age on the next day, on that day, and on the day before.
fn birthdays((person, claim): &(Person, Claim), age: i64) -> Option<Vec<(Person, Claim)>> {
    let birth = born(claim.service_from, age)?;
    let days = [birth.succ_opt()?, birth, birth.pred_opt()?];
    Some(days.into_iter().map(|birth| (Person { birth_date: Some(birth), ..person.clone() }, claim.clone())).collect())
}

/// Claims on the last of February and the first of March, in a year without a leap day, of somebody who was born on one.
fn leap_birthday(plan: &Plan, (person, claim): &(Person, Claim), age: i64) -> Option<Vec<(Person, Claim)>> {
    let years = i32::try_from(age.div_euclid(MICROS_PER_WHOLE)).ok()?;
    let first = claim.service_from.year();
    let found = (first..first.saturating_add(9)).find_map(|year| {
        let march = NaiveDate::from_ymd_opt(year, 3, 1)?;
        let (eve, leap) = (march.pred_opt()?, NaiveDate::from_ymd_opt(year.checked_sub(years)?, 2, 29)?);
        let held = [eve, march].into_iter().all(|day| plan.effective.contains(day) && day >= claim.service_from);
        (eve.day() == 28 && leap < eve && held).then_some((leap, eve, march))
    });
    let (leap, eve, march) = found?;
    let person = Person { birth_date: Some(leap), ..person.clone() };
    let claims = [eve, march].into_iter().filter_map(|day| on(claim, i64::from(day_number(day))));
    Some(claims.map(|claim| (person.clone(), claim)).collect())
}

/// The day on which somebody was born who comes to an age on a day.
fn born(on: NaiveDate, age: i64) -> Option<NaiveDate> {
    on.checked_sub_months(Months::new(u32::try_from(age.div_euclid(MICROS_PER_WHOLE)).ok()?.checked_mul(12)?))
}

/// A claim moved to a day.
fn on(claim: &Claim, day: i64) -> Option<Claim> {
    let day = NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?)?;
    Some(on_day(claim.clone(), day))
}

/// A claim with all its dates on one day, those of its lines too.
pub(crate) fn on_day(claim: Claim, day: NaiveDate) -> Claim {
    let lines = claim.lines.into_iter().map(|line| Line { date: line.date.map(|_| day), ..line }).collect();
    Claim { service_from: day, service_to: Some(day), settled: Some(day), lines, ..claim }
}

/// What differs between two days: that the scheme holds, or the first layer that pays another sum.
fn difference(plan: &Plan, left: &Result<Decision, Reject>, right: &Result<Decision, Reject>, day: i64) -> Option<Message> {
    let day = NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?)?;
    match (left, right) {
        (Ok(left), Ok(right)) => paid_otherwise(plan, left, right).map(|what| say::on_day(day, &what)),
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
