//! Persons and claims for whom charts are drawn.

#![allow(clippy::arithmetic_side_effects, reason = "counts of things in memory")]

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::claim::{Claim, Person};
use crate::date::parse_date;
use crate::decision::Language;
use crate::diagnostic::nearest;
use crate::diagnostic::refused;
use crate::plan::Plan;
use crate::plan::compile::read_value;
use crate::plan::condition::Condition;
use crate::plan::fact::{Domain, Fact, FactKind, effective_days};

/// The most samples that are made without being asked for.
const SAMPLE_LIMIT: usize = 12;
/// The age of a person of whom nothing else is known.
const AGE: i32 = 40;

/// A person with a claim of which only the size of the bill is open.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sample {
    /// The person.
    pub person: Person,
    /// The claim; its bill and portions are filled in bill by bill.
    pub claim: Claim,
    /// The portion that the whole bill belongs to.
    pub portion: String,
    /// What sets the sample apart, as names and values; nothing for one with every default.
    pub apart: Vec<(String, String)>,
    /// Who it is, for a person who was not made up.
    pub name: Option<String>,
}

/// A sample cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SampleError {
    /// The scheme knows nothing of that name.
    UnknownName {
        /// The name.
        name: String,
        /// The name that may have been meant.
        near: Option<String>,
    },
    /// What it is said to be is none of its values.
    UnknownValue {
        /// The name.
        name: String,
        /// The value.
        value: String,
        /// The values, where they are a list.
        known: Vec<String>,
    },
}

impl SampleError {
    /// What is wrong, in words.
    pub fn text(&self, language: Language) -> String {
        let message = match self {
            SampleError::UnknownName { name, near } => {
                refused::not_asked_for(name).and(&near.as_deref().map(refused::or_near).unwrap_or_default())
            }
            SampleError::UnknownValue { name, value, known } if known.is_empty() => refused::no_value_of(value, name),
            SampleError::UnknownValue { name, value, known } => {
                refused::no_value_of(value, name).and(&refused::which_is_one_of(&known.join(", ")))
            }
        };
        message.text(language).to_owned()
    }
}

impl std::fmt::Display for SampleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl std::error::Error for SampleError {}

impl Sample {
    /// Samples that show what a scheme makes a difference of: a person with every default, and for each attribute that decides about a whole layer (else for
    /// the attribute that most rules ask for) one person with each of its other values. `with` sets attributes of the person or the claim, `age`, `rule_date`
    /// and `portion` for all of them.
    ///
    /// What a claim must have and has no default is the first value of its list; the whole bill is of the first portion that a benefit counts; the rules are
    /// the newest ones of the scheme.
    ///
    /// # Errors
    /// If `with` names what the scheme does not know.
    pub fn defaults(plan: &Plan, with: &[(String, String)]) -> Result<Vec<Sample>, SampleError> {
        let base = Sample::base(plan, with)?;
        let mut samples = vec![base.clone()];
        for fact in deciding(plan).into_iter().filter_map(|index| plan.facts.get(index)) {
            if with.iter().any(|(name, _)| *name == fact.name) {
                continue;
            }
            let classes = u32::try_from(fact.domain.classes()).unwrap_or(0);
            for value in (0..classes).map(i64::from).filter(|value| fact.default != Some(*value)) {
                let word = fact.domain.show(value);
                let mut sample = base.clone();
                if sample.person.attributes.get(&fact.name) == Some(&word.as_str().into()) {
                    continue;
                }
                sample.person.attributes.insert(fact.name.clone(), word.as_str().into());
                sample.apart.push((fact.name.clone(), word));
                samples.push(sample);
            }
        }
        samples.truncate(SAMPLE_LIMIT);
        Ok(samples)
    }

    /// A sample of a person who is known, with a claim as in [`Sample::defaults`].
    ///
    /// # Errors
    /// If `with` names what the scheme does not know.
    pub fn of_person(plan: &Plan, person: &Person, with: &[(String, String)]) -> Result<Sample, SampleError> {
        let base = Sample::base(plan, with)?;
        let mut sample = Sample { name: Some(person.id.clone()), ..base };
        let made_up = std::mem::replace(&mut sample.person, person.clone());
        sample.claim.person.clone_from(&person.id);
        for (name, _) in with {
            if let Some(value) = made_up.attributes.get(name) {
                sample.person.attributes.insert(name.clone(), value.clone());
            }
        }
        if sample.person.birth_date.is_none() || with.iter().any(|(name, _)| name == "age") {
            sample.person.birth_date = made_up.birth_date;
        }
        Ok(sample)
    }

    fn base(plan: &Plan, with: &[(String, String)]) -> Result<Sample, SampleError> {
        let set: BTreeMap<&str, &str> = with.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let unknown = |name: &str, value: &str, known: Vec<String>| SampleError::UnknownValue {
            name: name.to_owned(),
            value: value.to_owned(),
            known,
        };
        let date = match set.get("rule_date") {
            Some(text) => parse_date(text).ok_or_else(|| unknown("rule_date", text, Vec::new()))?,
            None => newest_rules(plan),
        };
        let portions: Vec<String> = plan.portion_ids().map(str::to_owned).collect();
        let portion = match set.get("portion") {
            Some(text) if portions.iter().any(|p| p == text) => (*text).to_owned(),
            Some(text) => return Err(unknown("portion", text, portions)),
            None => first_counted(plan).or_else(|| portions.first().cloned()).unwrap_or_default(),
        };
        let mut sample = Sample {
            person: Person { id: "sample".to_owned(), ..Person::default() },
            claim: Claim {
                id: "sample".to_owned(),
                person: "sample".to_owned(),
                service_from: date,
                settled: Some(date),
                ..Claim::default()
            },
            portion,
            apart: Vec::new(),
            name: None,
        };
        let asks_for_age = plan.facts.iter().any(|f| f.kind == FactKind::Age);
        if let Some(text) = set.get("age") {
            let age = text.parse::<i32>().ok().filter(|age| (0..=150).contains(age)).ok_or_else(|| unknown("age", text, Vec::new()))?;
            sample.person.birth_date = born(date, age);
            sample.apart.push(("age".to_owned(), (*text).to_owned()));
        } else if asks_for_age {
            sample.person.birth_date = born(date, AGE);
        }
        for name in set.keys().filter(|name| !["rule_date", "portion", "age"].contains(name)) {
            if !plan.facts.iter().any(|f| f.name == **name && settable(f.kind)) {
                let known = plan.facts.iter().filter(|f| settable(f.kind)).map(|f| f.name.as_str()).chain(["rule_date", "portion", "age"]);
                return Err(SampleError::UnknownName { name: (*name).to_owned(), near: nearest(name, known).map(str::to_owned) });
            }
        }
        for fact in plan.facts.iter().filter(|f| settable(f.kind)) {
            let word = match set.get(fact.name.as_str()) {
                Some(word) => {
                    if read_value(&fact.domain, word).is_none() {
                        let known = if let Domain::Words(words) = &fact.domain { words.clone() } else { Vec::new() };
                        return Err(unknown(&fact.name, word, known));
                    }
                    (*word).to_owned()
                }
                None if fact.default.is_some() => continue,
                None => usual(fact),
            };
            if set.contains_key(fact.name.as_str()) && matches!(fact.kind, FactKind::PersonAttribute(_)) {
                sample.apart.push((fact.name.clone(), word.clone()));
            }
            put(&mut sample, fact, word);
        }
        Ok(sample)
    }
}

fn settable(kind: FactKind) -> bool {
    use FactKind::*;
    matches!(kind, PersonAttribute(_) | ClaimAttribute | Care | FacilityId | FacilityLevel | FacilityRegion)
}

fn put(sample: &mut Sample, fact: &Fact, word: String) {
    let claim = &mut sample.claim;
    match fact.kind {
        FactKind::PersonAttribute(_) => {
            sample.person.attributes.insert(fact.name.clone(), word.as_str().into());
        }
        FactKind::ClaimAttribute => {
            claim.attributes.insert(fact.name.clone(), word.as_str().into());
        }
        FactKind::Care => claim.care = Some(word),
        FactKind::FacilityId => claim.facility.id = Some(word),
        FactKind::FacilityLevel => claim.facility.level = Some(word),
        FactKind::FacilityRegion => claim.facility.region = Some(word),
        _ => {}
    }
}

/// A value for one who must have one: of a person the last in the ranking, of a claim the first in the list.
fn usual(fact: &Fact) -> String {
    match &fact.domain {
        Domain::Words(words) => {
            let of_person = matches!(fact.kind, FactKind::PersonAttribute(_));
            let word = if of_person { words.last() } else { words.first() };
            word.cloned().unwrap_or_default()
        }
        Domain::Text(words) => words.first().cloned().unwrap_or_else(|| "other".to_owned()),
        Domain::YesNo => "false".to_owned(),
        Domain::Number { unit: crate::scheme::syntax::Unit::Ratio, .. } => "0%".to_owned(),
        Domain::Number { .. } | Domain::Date { .. } => "0".to_owned(),
    }
}

fn born(date: NaiveDate, age: i32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(date.year().saturating_sub(age), 1, 1)
}

/// The first day on which the newest dated values hold.
fn newest_rules(plan: &Plan) -> NaiveDate {
    let (first, last) = effective_days(plan.effective);
    let cuts = plan.facts.iter().find_map(|f| if let Domain::Date { cuts } = &f.domain { Some(cuts.as_slice()) } else { None });
    let newest = cuts.unwrap_or_default().iter().copied().filter(|cut| (first..last).contains(cut)).max();
    let day = newest.and_then(|day| i32::try_from(day).ok()).and_then(NaiveDate::from_num_days_from_ce_opt);
    day.or(plan.effective.from).or(plan.effective.until.and_then(|until| until.pred_opt())).unwrap_or_default()
}

fn first_counted(plan: &Plan) -> Option<String> {
    let cover = plan.layers.iter().flat_map(|l| &l.benefits).flat_map(|b| &b.covers).next()?;
    plan.portions.get(cover.portion).map(|p| p.id.clone())
}

/// The attributes of persons that decide about a whole layer; where there are none, the one that most rules ask for.
fn deciding(plan: &Plan) -> Vec<usize> {
    let lists = |index: usize| {
        let fact = plan.facts.get(index);
        fact.is_some_and(|f| matches!(f.kind, FactKind::PersonAttribute(_)) && matches!(f.domain, Domain::Words(_) | Domain::YesNo))
    };
    let mut of_layers: Vec<usize> = Vec::new();
    for layer in &plan.layers {
        layer.condition.visit(&mut |fact, _| {
            if lists(fact) && !of_layers.contains(&fact) {
                of_layers.push(fact);
            }
        });
    }
    if !of_layers.is_empty() {
        return of_layers;
    }
    let mut asked: BTreeMap<usize, usize> = BTreeMap::new();
    let mut count = |fact: usize| {
        if lists(fact) {
            *asked.entry(fact).or_default() += 1;
        }
    };
    for benefit in plan.layers.iter().flat_map(|l| &l.benefits) {
        let mut of_condition = |condition: &Condition| condition.visit(&mut |fact, _| count(fact));
        of_condition(&benefit.condition);
        let limits = benefit.deductibles.iter().chain(&benefit.caps).chain(&benefit.out_of_pocket_max);
        limits.clone().for_each(|l| of_condition(&l.condition));
        benefit.points.iter().chain(&benefit.factors).for_each(|a| of_condition(&a.condition));
        limits.for_each(|l| l.amount.visit_facts(&mut count));
        match &benefit.form {
            crate::plan::Form::Ratio(value) | crate::plan::Form::Fixed(value) => value.visit_facts(&mut count),
            crate::plan::Form::Bands { rows, .. } => rows.iter().for_each(|row| row.ratio.visit_facts(&mut count)),
            crate::plan::Form::Phases { rows, .. } => {
                rows.iter().flat_map(|row| &row.parts).for_each(|(_, ratio)| ratio.visit_facts(&mut count));
            }
            crate::plan::Form::Grant { rows, .. } => rows.iter().for_each(|row| row.pays.visit_facts(&mut count)),
            crate::plan::Form::InKind { .. } => {}
        }
    }
    let most = asked.iter().max_by_key(|(index, count)| (**count, std::cmp::Reverse(**index)));
    most.map(|(index, _)| vec![*index]).unwrap_or_default()
}
