//! Kinds of case: what a plan can know about a person and a claim before the first layer, apart from money, as far as its rules tell it apart.
//!
//! Every fact that a rule asks for has a few values that stand for all others (one for each group of classes that no rule parts). A kind picks one for
//! each. Where there are too many kinds, a covering selection is made: any two values of two facts come up together in some kind, and every layer and
//! benefit whose conditions a kind can meet is met by one. The choice is always the same.

#![allow(clippy::arithmetic_side_effects, reason = "counts and places of things in memory")]

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Months, NaiveDate};

use super::stretches::stretches;
use crate::claim::{AttributeValue, Claim, Facility, Line, OpeningBalance, Person};
use crate::date::{DateChoice, Per, day_number};
use crate::money::{MICROS_PER_WHOLE, Money};
use crate::plan::Plan;
use crate::plan::condition::{Condition, TestKind};
use crate::plan::fact::{Domain, Fact, FactKind, Facts, effective_days};
use crate::plan::parts::Part;
use crate::plan::table::Division;
use crate::scheme::syntax::Unit;

/// The most values of one fact that kinds are made of.
pub(crate) const VALUE_LIMIT: usize = 24;
/// The most steps of a search for a kind that meets a condition.
const AIM_LIMIT: usize = 2_000;
/// The most pairs of values that a selection is made to cover.
const PAIR_LIMIT: usize = 50_000;

/// One kind of case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    /// By fact of the plan; nothing for facts that no rule asks for, and for those of this claim's own money.
    values: Vec<Option<i64>>,
    /// Whether the claim comes with a line, not with portion totals.
    pub(crate) by_line: bool,
}

/// Kinds of case, in a fixed order.
pub(crate) struct Kinds {
    pub(crate) kinds: Vec<Kind>,
    /// Whether these are all that the plan tells apart (within [`VALUE_LIMIT`] values of each fact), not a selection.
    pub(crate) complete: bool,
}

/// The values of one fact that stand for all others.
struct Choice {
    fact: usize,
    values: Vec<i64>,
}

/// The money of a claim.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bill<'a> {
    /// By portion, in the order of the plan.
    Portions(&'a [Money]),
    /// One line of that amount.
    Line(Money),
}

/// At most `limit` kinds of case, in each way (by portions, by line) in which claims of the plan can come.
pub(crate) fn kinds(plan: &Plan, limit: usize) -> Kinds {
    let mut all = Kinds { kinds: Vec::new(), complete: true };
    for by_line in [false, true] {
        if by_line && plan.classify.is_empty() {
            continue;
        }
        let (choices, cut) = choices(plan, by_line);
        all.complete &= !cut;
        let first = Kind::empty(plan, by_line);
        let size = choices.iter().try_fold(1usize, |size, c| size.checked_mul(c.values.len()));
        let mut found = if size.is_some_and(|size| size <= limit) {
            product(&choices, &first)
        } else {
            all.complete = false;
            let mut some = aimed(plan, &choices, &first, limit);
            cover(&choices, &first, limit, &mut some);
            some
        };
        let mut seen = BTreeSet::new();
        found.retain(|kind| seen.insert(kind.clone()));
        all.kinds.extend(found);
    }
    all
}

/// A kind that the conditions do not rule out, if there is one among the values that stand for all others and the search finds it.
pub(crate) fn kind_meeting(plan: &Plan, conditions: &[&Condition], by_line: bool) -> Option<Kind> {
    let (choices, _) = choices(plan, by_line);
    let first = Kind::empty(plan, by_line);
    aim(plan, &choices, conditions, &first)
}

/// A kind of a given day that the conditions do not rule out, if the search finds one.
pub(crate) fn kind_on(plan: &Plan, conditions: &[&Condition], rule_date: usize, day: i64) -> Option<Kind> {
    let (mut choices, _) = choices(plan, false);
    choices.retain(|c| c.fact != rule_date);
    let first = Kind::empty(plan, false).with(rule_date, day);
    aim(plan, &choices, conditions, &first)
}

fn product(choices: &[Choice], first: &Kind) -> Vec<Kind> {
    let mut kinds = vec![first.clone()];
    for choice in choices {
        kinds = kinds.iter().flat_map(|kind| choice.values.iter().map(|value| kind.with(choice.fact, *value))).collect();
    }
    kinds
}

/// Kinds until any two values of two facts come up together, or there are `limit`.
fn cover(choices: &[Choice], first: &Kind, limit: usize, kinds: &mut Vec<Kind>) {
    let mut open: BTreeSet<(usize, usize, usize, usize)> = BTreeSet::new();
    for (a, left) in choices.iter().enumerate() {
        for (b, right) in choices.iter().enumerate().skip(a + 1) {
            if open.len() >= PAIR_LIMIT {
                break;
            }
            open.extend((0..left.values.len()).flat_map(|i| (0..right.values.len()).map(move |j| (a, i, b, j))));
        }
    }
    let picked = |kind: &Kind| -> Vec<Option<usize>> {
        choices.iter().map(|c| kind.value(c.fact).and_then(|v| c.values.iter().position(|w| *w == v))).collect()
    };
    let close = |open: &mut BTreeSet<(usize, usize, usize, usize)>, picks: &[Option<usize>]| {
        for (a, i) in picks.iter().enumerate() {
            for (b, j) in picks.iter().enumerate().skip(a + 1) {
                if let (Some(i), Some(j)) = (i, j) {
                    open.remove(&(a, *i, b, *j));
                }
            }
        }
    };
    for kind in kinds.iter() {
        close(&mut open, &picked(kind));
    }
    while kinds.len() < limit {
        let Some((a, i, b, j)) = open.first().copied() else { break };
        let mut picks: Vec<Option<usize>> = vec![None; choices.len()];
        for (place, pick) in [(a, i), (b, j)] {
            if let Some(slot) = picks.get_mut(place) {
                *slot = Some(pick);
            }
        }
        for (place, choice) in choices.iter().enumerate() {
            if picks.get(place).is_some_and(Option::is_some) {
                continue;
            }
            let gain = |value: usize| {
                let closes = |other: usize, pick: usize| {
                    let pair = if place < other { (place, value, other, pick) } else { (other, pick, place, value) };
                    usize::from(open.contains(&pair))
                };
                picks.iter().enumerate().filter_map(|(other, pick)| pick.map(|pick| closes(other, pick))).sum::<usize>()
            };
            // The first of the best.
            let best = (0..choice.values.len()).max_by_key(|value| (gain(*value), usize::MAX - value));
            if let Some(slot) = picks.get_mut(place) {
                *slot = best;
            }
        }
        close(&mut open, &picks);
        let values = choices.iter().zip(&picks).filter_map(|(c, pick)| Some((c.fact, *c.values.get((*pick)?)?)));
        kinds.push(values.fold(first.clone(), |kind, (fact, value)| kind.with(fact, value)));
    }
}

/// For every layer and benefit a kind that its conditions do not rule out, at most `limit`.
fn aimed(plan: &Plan, choices: &[Choice], first: &Kind, limit: usize) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for layer in &plan.layers {
        for benefit in &layer.benefits {
            let conditions: Vec<&Condition> = [&layer.condition, &benefit.condition].into_iter().chain(&benefit.lines).collect();
            if kinds.len() >= limit {
                return kinds;
            }
            kinds.extend(aim(plan, choices, &conditions, first));
        }
    }
    kinds
}

/// A search through the values of the facts that the conditions ask for; all other facts have their first value.
fn aim(plan: &Plan, choices: &[Choice], conditions: &[&Condition], first: &Kind) -> Option<Kind> {
    let mut asked = BTreeSet::new();
    for condition in conditions {
        condition.visit(&mut |fact, _| {
            asked.insert(fact);
        });
    }
    let searched: Vec<&Choice> = choices.iter().filter(|c| asked.contains(&c.fact)).collect();
    let mut kind = first.clone();
    for choice in choices.iter().filter(|c| !asked.contains(&c.fact)) {
        kind = kind.with(choice.fact, choice.values.first().copied()?);
    }
    let mut steps = 0;
    search(plan, &searched, conditions, kind, &mut steps)
}

fn search(plan: &Plan, rest: &[&Choice], conditions: &[&Condition], kind: Kind, steps: &mut usize) -> Option<Kind> {
    *steps += 1;
    let facts = kind.facts(plan);
    if *steps > AIM_LIMIT || conditions.iter().any(|c| truth(c, &facts) == Some(false)) {
        return None;
    }
    let Some((choice, rest)) = rest.split_first() else { return Some(kind) };
    choice.values.iter().find_map(|value| search(plan, rest, conditions, kind.with(choice.fact, *value), steps))
}

/// Whether a condition holds, as far as the facts are known.
pub(crate) fn truth(condition: &Condition, facts: &Facts) -> Option<bool> {
    let mut all = Some(true);
    for test in &condition.tests {
        let found = match &test.kind {
            TestKind::In { fact, classes } => facts.value(*fact).map(|_| classes.contains(facts.class(*fact))),
            TestKind::Any(conditions) => {
                let mut any = Some(false);
                for condition in conditions {
                    match truth(condition, facts) {
                        Some(true) => any = Some(true),
                        None if any == Some(false) => any = None,
                        _ => {}
                    }
                }
                any
            }
            TestKind::Not(condition) => truth(condition, facts).map(|t| !t),
        };
        match found {
            Some(false) => return Some(false),
            None => all = None,
            Some(true) => {}
        }
    }
    all
}

/// The values of every fact that rules ask for and that a kind can choose; and whether values of any were left out.
fn choices(plan: &Plan, by_line: bool) -> (Vec<Choice>, bool) {
    let mut divisions: BTreeMap<usize, Division> = BTreeMap::new();
    let mut figured: BTreeSet<usize> = BTreeSet::new();
    let classes = |fact: usize| plan.facts.get(fact).map_or(0, |f| f.domain.classes());
    for part in plan.parts() {
        part.visit_facts(&mut |fact| {
            divisions.entry(fact).or_insert_with(|| Division::new(classes(fact)));
        });
        match part {
            Part::Condition(condition) => condition.visit(&mut |fact, set| {
                divisions.entry(fact).or_insert_with(|| Division::new(classes(fact))).refine(set.members());
            }),
            Part::Value(value) => {
                value.visit_axes(&mut |axis| {
                    divisions.entry(axis.fact).or_insert_with(|| Division::new(axis.offsets.len())).refine_by(axis);
                });
                value.visit_figured(&mut |fact| {
                    figured.insert(fact);
                });
            }
            Part::Fact(fact) => {
                figured.insert(fact);
            }
        }
    }
    // Of an attribute over time a kind has the value too.
    let over_time: Vec<usize> = divisions.keys().filter_map(|fact| plan.facts.get(*fact)?.kind.attribute()).collect();
    for attribute in over_time {
        divisions.entry(attribute).or_insert_with(|| Division::new(classes(attribute)));
    }
    let mut cut = false;
    let mut choices = Vec::new();
    for (index, division) in divisions {
        let Some(fact) = plan.facts.get(index) else { continue };
        if !is_choice(plan, fact, by_line) {
            continue;
        }
        let mut values: Vec<i64> = Vec::new();
        let mut groups = BTreeSet::new();
        for (class, group) in (0u32..).zip(division.groups()) {
            let Some(lowest) = lowest(plan, fact, class) else { continue };
            if groups.insert(group) {
                values.push(lowest);
            }
            if figured.contains(&index) {
                values.extend([lowest, highest(fact, class, lowest)]);
            }
        }
        let mut seen = BTreeSet::new();
        values.retain(|v| seen.insert(*v));
        if values.len() > VALUE_LIMIT {
            cut = true;
            let last = values.last().copied();
            values.truncate(VALUE_LIMIT - 1);
            values.extend(last);
        }
        if !values.is_empty() {
            choices.push(Choice { fact: index, values });
        }
    }
    (choices, cut)
}

fn is_choice(plan: &Plan, fact: &Fact, by_line: bool) -> bool {
    match fact.kind {
        FactKind::Billed(_)
        | FactKind::Left(_)
        | FactKind::Paid(_)
        | FactKind::PaidBy(..)
        | FactKind::DeductedBy(..)
        | FactKind::LineAmount
        | FactKind::Summed(_)
        | FactKind::DayCharge(_)
        | FactKind::Uncovered(_) => false,
        FactKind::Previous(_) | FactKind::Quiet(_) => true,
        // A balance can be brought from before, where its period is a stretch of the calendar.
        FactKind::Accumulated(index) => plan.accumulators.get(index).is_some_and(|a| !matches!(a.per, Per::Claim | Per::Stay)),
        kind => by_line || !kind.of_line(),
    }
}

/// The step in which the values of a fact go.
pub(crate) fn step(fact: &Fact) -> i64 {
    match (&fact.domain, fact.kind) {
        (Domain::Number { unit: Unit::Count, .. }, _) => MICROS_PER_WHOLE,
        // Balances are money; so small a step as a millionth would be no amount.
        (Domain::Number { unit: Unit::Amount, .. }, FactKind::Accumulated(_) | FactKind::Previous(_)) => MICROS_PER_WHOLE / 100,
        _ => 1,
    }
}

/// First value of a class and the first beyond it.
fn bounds(fact: &Fact, class: u32) -> (Option<i64>, Option<i64>) {
    match &fact.domain {
        Domain::Number { cuts, .. } | Domain::Date { cuts } => {
            let start = (class as usize).checked_sub(1).and_then(|i| cuts.get(i)).copied();
            (start, cuts.get(class as usize).copied())
        }
        _ => (None, None),
    }
}

/// The lowest value of a class that a case can have.
fn lowest(plan: &Plan, fact: &Fact, class: u32) -> Option<i64> {
    let (start, end) = bounds(fact, class);
    let value = match &fact.domain {
        Domain::Words(_) | Domain::YesNo | Domain::Text(_) => i64::from(class),
        Domain::Date { .. } => {
            let (from, until) = effective_days(plan.effective);
            let any = i64::from(day_number(NaiveDate::from_ymd_opt(2024, 1, 1)?));
            let day = match (start.filter(|s| *s > from), plan.effective.from) {
                (Some(start), _) => start,
                (None, Some(_)) => from,
                (None, None) => end.unwrap_or(until).min(until).min(any.saturating_add(1)).saturating_sub(1),
            };
            if day >= until && fact.kind != FactKind::LineDate {
                return None;
            }
            day
        }
        Domain::Number { .. } => {
            let step = step(fact);
            let least = match fact.kind {
                FactKind::Days | FactKind::Quantity => MICROS_PER_WHOLE,
                _ => 0,
            };
            let least = if end.is_none_or(|end| end > least) { least } else { 0 };
            let low = start.unwrap_or(0).max(least);
            low.div_euclid(step).checked_add(i64::from(low.rem_euclid(step) > 0))?.checked_mul(step)?
        }
    };
    let fits = end.is_none_or(|end| value < end) && !(fact.kind == FactKind::Quantity && value <= 0);
    fits.then_some(value)
}

/// A high value of a class: the highest, or one well above the lowest.
fn highest(fact: &Fact, class: u32, lowest: i64) -> i64 {
    if !matches!(fact.domain, Domain::Number { .. }) {
        return lowest;
    }
    let step = step(fact);
    match bounds(fact, class).1 {
        Some(end) => end.saturating_sub(1).div_euclid(step).saturating_mul(step).max(lowest),
        None if matches!(fact.domain, Domain::Number { unit: Unit::Count, .. }) => lowest.saturating_add(step.saturating_mul(10)),
        None => lowest.saturating_add(MICROS_PER_WHOLE.saturating_mul(1_000)),
    }
}

impl Kind {
    /// A kind of which nothing is known.
    pub(crate) fn empty(plan: &Plan, by_line: bool) -> Kind {
        Kind { values: vec![None; plan.facts.len()], by_line }
    }

    /// The kind with a fact of a class; nothing if no case can have it.
    pub(crate) fn of_class(&self, plan: &Plan, fact: usize, class: u32) -> Option<Kind> {
        let found = plan.facts.get(fact)?;
        Some(self.with(fact, lowest(plan, found, class)?))
    }

    /// The kind with another value of a fact.
    pub(crate) fn with(&self, fact: usize, value: i64) -> Kind {
        let mut kind = self.clone();
        if let Some(slot) = kind.values.get_mut(fact) {
            *slot = Some(value);
        }
        kind
    }

    pub(crate) fn value(&self, fact: usize) -> Option<i64> {
        self.values.get(fact).copied().flatten()
    }

    /// What is known of the case before the first layer, apart from money.
    pub(crate) fn facts(&self, plan: &Plan) -> Facts {
        let mut facts = Facts::default();
        facts.reset(plan.facts.len());
        for (index, fact) in plan.facts.iter().enumerate() {
            if let Some(value) = self.value(index) {
                facts.set(index, fact, value);
            }
        }
        facts
    }

    /// The day of the claim: the rule date, whichever date of the claim that is.
    pub(crate) fn day(&self, plan: &Plan) -> Option<NaiveDate> {
        let chosen = plan.facts.iter().position(|f| f.kind == FactKind::RuleDate).and_then(|i| self.value(i));
        let day = match chosen {
            Some(day) => NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?)?,
            None => match (plan.effective.from, plan.effective.until) {
                (Some(from), _) => from,
                (None, Some(until)) => until.pred_opt()?,
                (None, None) => NaiveDate::from_ymd_opt(2024, 1, 1)?,
            },
        };
        Some(day)
    }

    /// A person of this kind.
    pub(crate) fn person(&self, plan: &Plan, id: &str) -> Option<Person> {
        let day = self.day(plan)?;
        let mut person = Person { id: id.to_owned(), ..Person::default() };
        for (index, fact) in plan.facts.iter().enumerate() {
            let Some(value) = self.value(index) else { continue };
            match fact.kind {
                FactKind::PersonAttribute(_) => {
                    person.attributes.insert(fact.name.clone(), stretches(plan, self, index, value, day)?);
                }
                FactKind::Age => {
                    let years = u32::try_from(value.div_euclid(MICROS_PER_WHOLE)).ok()?;
                    let birth = day.checked_sub_months(Months::new(years.checked_mul(12)?))?;
                    person.birth_date = Some(birth).filter(|b| b.year() >= 0);
                }
                FactKind::Previous(accumulator) if value > 0 => {
                    let found = plan.accumulators.get(accumulator)?;
                    let on = found.per.start(day, plan.policy_year)?.pred_opt()?;
                    let (accumulator, amount) = (found.name.clone(), Money::from_micros(value));
                    person.opening.push(OpeningBalance { scheme: None, accumulator, on, amount });
                }
                FactKind::Quiet(accumulator) => {
                    // Posted in the year before the quiet ones, if that is not before the calendar.
                    let years =
                        u32::try_from(value.div_euclid(MICROS_PER_WHOLE)).ok().and_then(|years| years.checked_add(1)?.checked_mul(12));
                    let posted = years.and_then(|months| plan.policy_year.start(day).checked_sub_months(Months::new(months)));
                    if let Some(on) = posted.filter(|on| on.year() > 0) {
                        let accumulator = plan.accumulators.get(accumulator)?.name.clone();
                        person.opening.push(OpeningBalance { scheme: None, accumulator, on, amount: Money::from_micros(MICROS_PER_WHOLE) });
                    }
                }
                FactKind::Accumulated(accumulator) if value > 0 => person.opening.push(OpeningBalance {
                    scheme: None,
                    accumulator: plan.accumulators.get(accumulator)?.name.clone(),
                    on: day,
                    amount: Money::from_micros(value),
                }),
                _ => {}
            }
        }
        Some(person)
    }

    /// A claim of this kind with that money.
    pub(crate) fn claim(&self, plan: &Plan, person: &str, id: &str, sequence: u64, bill: Bill<'_>) -> Option<Claim> {
        let day = self.day(plan)?;
        let mut claim = Claim {
            id: id.to_owned(),
            person: person.to_owned(),
            service_from: day,
            service_to: Some(day),
            settled: Some(day),
            sequence,
            ..Claim::default()
        };
        let mut line = Line {
            id: "1".to_owned(),
            code: None,
            class: None,
            date: None,
            quantity: crate::claim::one(),
            amount: Money::ZERO,
            attributes: BTreeMap::new(),
        };
        let mut facility = Facility::default();
        for (index, fact) in plan.facts.iter().enumerate() {
            let Some(value) = self.value(index) else { continue };
            let text = word(fact, value);
            match fact.kind {
                FactKind::ClaimAttribute => {
                    claim.attributes.insert(fact.name.clone(), AttributeValue::from(text.as_str()));
                }
                FactKind::LineAttribute => {
                    line.attributes.insert(fact.name.clone(), AttributeValue::from(text.as_str()));
                }
                FactKind::Care => claim.care = Some(text),
                FactKind::FacilityId => facility.id = Some(text),
                FactKind::FacilityLevel => facility.level = Some(text),
                FactKind::FacilityRegion => facility.region = Some(text),
                FactKind::LineClass => line.class = Some(text),
                FactKind::LineCode => line.code = Some(text),
                FactKind::Quantity => line.quantity = Money::from_micros(value),
                FactKind::LineDate => {
                    // On the day of the claim, if that is of the same class; else the service is longer, as far as the rule date stays.
                    let on_the_day = fact.domain.class_of(i64::from(day_number(day))) == fact.domain.class_of(value);
                    let date = if on_the_day { day } else { NaiveDate::from_num_days_from_ce_opt(i32::try_from(value).ok()?)? };
                    let moved = |choice| plan.rule_date != choice;
                    match date.cmp(&day) {
                        Ordering::Less if moved(DateChoice::Admission) => claim.service_from = date,
                        Ordering::Greater if moved(DateChoice::Discharge) => claim.service_to = Some(date),
                        Ordering::Equal => {}
                        _ => return None,
                    }
                    line.date = Some(date);
                }
                FactKind::Days => claim.days = Some(u32::try_from(value.div_euclid(MICROS_PER_WHOLE)).ok()?),
                _ => {}
            }
        }
        claim.facility = facility;
        self.charge(plan, &mut claim, line, bill)?;
        Some(claim)
    }

    fn charge(&self, plan: &Plan, claim: &mut Claim, line: Line, bill: Bill<'_>) -> Option<()> {
        match bill {
            Bill::Portions(amounts) => {
                for (portion, amount) in plan.portions.iter().zip(amounts) {
                    claim.bill = claim.bill.checked_add(*amount)?;
                    claim.portions.insert(portion.id.clone(), *amount);
                }
            }
            Bill::Line(amount) => {
                claim.bill = amount;
                claim.lines.push(Line { amount, ..line });
            }
        }
        Some(())
    }

    /// The kind in the words of the scheme: the facts that rules ask for, with their values.
    #[allow(dead_code, reason = "for those who show kinds")]
    pub(crate) fn describe(&self, plan: &Plan) -> Vec<(String, String)> {
        let facts = plan.facts.iter().enumerate();
        facts.filter_map(|(index, fact)| self.value(index).map(|value| (fact.name.clone(), word(fact, value)))).collect()
    }
}

/// A value as it stands in files.
pub(super) fn word(fact: &Fact, value: i64) -> String {
    match &fact.domain {
        Domain::Text(words) if usize::try_from(value).is_ok_and(|v| v >= words.len()) => {
            let mut other = "other".to_owned();
            while words.contains(&other) {
                other.push('_');
            }
            other
        }
        domain => domain.show(value),
    }
}
