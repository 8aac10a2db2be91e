//! Reading a claim against a plan: checks in the order of precedence of the reject codes, then the facts of the case.

#![allow(clippy::arithmetic_side_effects, reason = "places in tables that are in memory")]

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use chrono::{Days, NaiveDate};

use crate::claim::{AttributeValue, Claim, OpeningBalance, Person};
use crate::date::{AsOf, DateChoice, Per, Periods, day_number, full_years};
use crate::diagnostic::{Message, refused};
use crate::engine::case::{Given, Input};
use crate::engine::classify;
use crate::engine::dated::History;
use crate::ledger::AccumulatorKey;
use crate::money::Money;
use crate::plan::Plan;
use crate::plan::compile::read_value;
use crate::plan::fact::{Domain, Fact, FactKind, Facts, MISSING, Measure};
use crate::reject::{Reject, RejectCode};
use crate::scheme::syntax::Owner;

/// Reads the claim and the person into `input`.
pub(crate) fn prepare(plan: &Plan, person: &Person, claim: &Claim, input: &mut Input) -> Result<(), Reject> {
    let reject = |code, field: &str, message: Message| Err(Reject::new(&claim.id, code, field, message));
    if claim.person != person.id {
        let message = refused::another_person(&claim.person, &person.id);
        return reject(RejectCode::UnknownPerson, "person", message);
    }
    let rule_date = dates(plan, person, claim)?;
    amounts(plan, claim)?;
    portions(plan, claim)?;
    for layer in claim.prior.keys() {
        if !plan.layers.iter().any(|l| l.name.id == *layer) {
            return reject(RejectCode::UnknownLayer, &format!("prior.{layer}"), refused::no_layer(layer));
        }
    }

    input.facts.reset(plan.facts.len());
    input.portions = plan.portions.len();
    input.has_lines = !claim.lines.is_empty();
    input.lines = claim.lines.len().max(1);
    input.rule_date = Some(rule_date);
    input.service_from = Some(claim.service_from);
    input.service_to = Some(claim.service_to.unwrap_or(claim.service_from));
    input.line_dates.clear();
    if plan.asks_dates {
        input.line_dates.extend(claim.lines.iter().map(|line| line.date));
    }
    input.stay.clone_from(if plan.runs_per(Per::Stay) { &claim.stay } else { &None });
    input.billed.clear();
    input.billed.resize(input.lines * input.portions, Money::ZERO);
    input.periods = Periods::default();
    for per in Per::ALL.into_iter().filter(|per| plan.runs_per(*per)) {
        input.periods.set(per, period(plan, per, rule_date));
    }
    input.last_day_of_care = None;
    if !plan.spells.is_empty() {
        input.last_day_of_care = Some(last_day_of_care(plan, claim));
        input.periods.set(Per::Spell(0), Some(day_number(claim.service_from)));
    }
    case_facts(plan, person, claim, rule_date, input)?;
    given(plan, claim, input);
    if input.has_lines {
        line_facts(plan, claim, input)?;
        classify::classify(plan, claim, input)?;
    } else {
        for (named, cell) in plan.portions.iter().zip(&mut input.billed) {
            *cell = claim.portions.get(&named.id).copied().unwrap_or(Money::ZERO);
        }
    }
    for (index, fact) in plan.facts.iter().enumerate() {
        if let FactKind::Billed(portion) = fact.kind {
            let amount = portion.map_or(claim.bill, |p| input.portion_billed(p));
            input.facts.set(index, fact, amount.micros());
        }
    }
    Ok(())
}

fn dates(plan: &Plan, person: &Person, claim: &Claim) -> Result<NaiveDate, Reject> {
    let reject = |code, field: &str, message: Message| Err(Reject::new(&claim.id, code, field, message));
    let Some(rule_date) = choose(plan.rule_date, claim) else {
        return reject(RejectCode::MissingDate, "settled", refused::no_settlement_day());
    };
    let from = claim.service_from;
    if claim.service_to.is_some_and(|to| to < from) {
        return reject(RejectCode::DatesOutOfOrder, "service_to", refused::ends_before(from));
    }
    if claim.settled.is_some_and(|settled| settled < from) {
        return reject(RejectCode::DatesOutOfOrder, "settled", refused::settled_before(from));
    }
    let to = claim.service_to.unwrap_or(from);
    for line in &claim.lines {
        if line.date.is_some_and(|date| date < from || date > to) {
            return reject(RejectCode::DatesOutOfOrder, &format!("lines.{}.date", line.id), refused::line_outside(from, to));
        }
    }
    if let Some(birth) = person.birth_date
        && from < birth
    {
        return reject(RejectCode::BeforeBirth, "service_from", refused::before_birth(from, birth));
    }
    if plan.couples_households {
        household(person, rule_date, &claim.id)?;
    }
    if !plan.effective.contains(rule_date) {
        let message = refused::not_in_force(&plan.id, &plan.version, rule_date);
        return reject(RejectCode::NoSchemeInForce, "service_from", message);
    }
    Ok(rule_date)
}

pub(crate) fn choose(choice: DateChoice, claim: &Claim) -> Option<NaiveDate> {
    match choice {
        DateChoice::Admission | DateChoice::PolicyYearStart => Some(claim.service_from),
        DateChoice::Discharge => Some(claim.service_to.unwrap_or(claim.service_from)),
        DateChoice::Settlement => claim.settled,
    }
}

/// The day of discharge is a day of care where days count at both ends, or where it is the only one. A claim without it may say how many days it has.
fn last_day_of_care(plan: &Plan, claim: &Claim) -> NaiveDate {
    let from = claim.service_from;
    let last = match (claim.service_to, claim.days) {
        (Some(to), _) if plan.both_ends => Some(to),
        (Some(to), _) => to.pred_opt(),
        (None, Some(days)) => from.checked_add_days(Days::new(u64::from(days).saturating_sub(1))),
        (None, None) => Some(from),
    };
    last.unwrap_or(from).max(from)
}

/// The day on which a person's attribute is read.
fn read_on(plan: &Plan, as_of: AsOf, rule_date: NaiveDate, claim: &Claim) -> Option<NaiveDate> {
    let date = match as_of.date {
        None => Some(rule_date),
        Some(DateChoice::PolicyYearStart) => Some(plan.policy_year.start(rule_date)),
        Some(choice) => choose(choice, claim),
    };
    as_of.back_from(date?)
}

/// Every amount of the claim with the path of its field.
fn for_each_amount<E>(claim: &Claim, mut visit: impl FnMut(&dyn Fn() -> String, Money) -> Result<(), E>) -> Result<(), E> {
    visit(&|| "bill".to_owned(), claim.bill)?;
    for (portion, amount) in &claim.portions {
        visit(&|| format!("portions.{portion}"), *amount)?;
    }
    for line in &claim.lines {
        visit(&|| format!("lines.{}.amount", line.id), line.amount)?;
    }
    for (layer, prior) in &claim.prior {
        visit(&|| format!("prior.{layer}"), prior.amount)?;
        for (portion, amount) in &prior.portions {
            visit(&|| format!("prior.{layer}.portions.{portion}"), *amount)?;
        }
    }
    Ok(())
}

fn amounts(plan: &Plan, claim: &Claim) -> Result<(), Reject> {
    for_each_amount(claim, |field, amount| {
        if amount < Money::ZERO {
            return Err(Reject::new(&claim.id, RejectCode::NegativeAmount, &field(), refused::below_zero(amount)));
        }
        Ok(())
    })?;
    for line in &claim.lines {
        if line.quantity <= Money::ZERO {
            let field = format!("lines.{}.quantity", line.id);
            return Err(Reject::new(&claim.id, RejectCode::NegativeAmount, &field, refused::quantity_not_above_zero(line.quantity)));
        }
    }
    for_each_amount(claim, |field, amount| {
        if !plan.rounding.holds(amount) {
            let message = refused::no_multiple_of_unit(amount, plan.rounding.unit());
            return Err(Reject::new(&claim.id, RejectCode::OverPreciseAmount, &field(), message));
        }
        Ok(())
    })
}

fn sum(amounts: impl Iterator<Item = Money>) -> Option<Money> {
    amounts.into_iter().try_fold(Money::ZERO, Money::checked_add)
}

fn portions(plan: &Plan, claim: &Claim) -> Result<(), Reject> {
    let reject = |code, field: &str, message: Message| Err(Reject::new(&claim.id, code, field, message));
    let named = claim.portions.keys().map(|portion| (None, portion));
    let split = claim.prior.iter().flat_map(|(layer, prior)| prior.portions.keys().map(move |portion| (Some(layer), portion)));
    for (layer, portion) in named.chain(split) {
        if !plan.portions.iter().any(|p| p.id == *portion) {
            let path = layer.map_or_else(|| format!("portions.{portion}"), |layer| format!("prior.{layer}.portions.{portion}"));
            return reject(RejectCode::UnknownPortion, &path, refused::no_portion(portion));
        }
    }
    let places = usize::from(plan.places());
    let (field, parts) = match (claim.portions.is_empty(), claim.lines.is_empty()) {
        (false, true) => ("portions", sum(claim.portions.values().copied())),
        (true, false) => ("lines", sum(claim.lines.iter().map(|l| l.amount))),
        (true, true) if claim.bill == Money::ZERO => return Ok(()),
        (true, true) => {
            return reject(RejectCode::PortionsDoNotAddUp, "portions", refused::neither_portions_nor_lines());
        }
        (false, false) => {
            return reject(RejectCode::PortionsDoNotAddUp, "portions", refused::both_portions_and_lines());
        }
    };
    match parts {
        None => return reject(RejectCode::AmountOverflow, field, refused::too_large()),
        Some(parts) if parts != claim.bill => {
            let (parts, bill) = (format!("{parts:.places$}"), format!("{:.places$}", claim.bill));
            let message = if field == "lines" { refused::lines_sum(&parts, &bill) } else { refused::portions_sum(&parts, &bill) };
            return reject(RejectCode::PortionsDoNotAddUp, field, message);
        }
        Some(_) => {}
    }
    for (layer, prior) in &claim.prior {
        if !prior.portions.is_empty() && sum(prior.portions.values().copied()) != Some(prior.amount) {
            let message = refused::split_sum(&format!("{:.places$}", prior.amount));
            return reject(RejectCode::PortionsDoNotAddUp, &format!("prior.{layer}.portions"), message);
        }
    }
    Ok(())
}

fn given(plan: &Plan, claim: &Claim, input: &mut Input) {
    input.given.clear();
    input.given_split.clear();
    if claim.prior.is_empty() {
        return;
    }
    input.given.resize(plan.layers.len(), None);
    for (layer, prior) in &claim.prior {
        let mut split = None;
        if !prior.portions.is_empty() {
            split = Some(input.given_split.len());
            let amounts = plan.portions.iter().map(|p| prior.portions.get(&p.id).copied().unwrap_or(Money::ZERO));
            input.given_split.extend(amounts);
        }
        let index = plan.layers.iter().position(|l| l.name.id == *layer);
        if let Some(slot) = index.and_then(|i| input.given.get_mut(i)) {
            *slot = Some(Given { amount: prior.amount, split });
        }
    }
}

/// The value that a word or number means for a fact, or the reject that says why it means none.
fn value_of(claim: &Claim, fact: &Fact, field: impl FnOnce() -> String, text: &str) -> Result<i64, Reject> {
    read_value(&fact.domain, text).ok_or_else(|| {
        let known = match &fact.domain {
            Domain::Words(words) => refused::one_of_words(&words.join(", ")),
            Domain::YesNo => refused::true_or_false(),
            Domain::Number { unit, .. } => refused::not_below_zero(*unit),
            Domain::Text(_) | Domain::Date { .. } => refused::a_word(),
        };
        Reject::new(&claim.id, RejectCode::UnknownValue, &field(), refused::not_a_value(text, &fact.name, &known))
    })
}

/// What is known of a person on a day, when nothing is known of any claim.
pub(crate) fn facts_of_person(plan: &Plan, person: &Person, on: NaiveDate) -> Result<Facts, Reject> {
    let mut input = Input::default();
    input.facts.reset(plan.facts.len());
    let claim = Claim { person: person.id.clone(), service_from: on, settled: Some(on), ..Claim::default() };
    case_facts(plan, person, &claim, on, &mut input)?;
    // What a claim would say is left open, its defaults too.
    let of_claims = plan.facts.iter().zip(&mut input.facts.classes).filter(|(fact, _)| !fact.kind.of_person());
    of_claims.for_each(|(_, class)| *class = MISSING);
    Ok(input.facts)
}

fn case_facts(plan: &Plan, person: &Person, claim: &Claim, rule_date: NaiveDate, input: &mut Input) -> Result<(), Reject> {
    for name in claim.attributes.keys() {
        if !plan.facts.iter().any(|f| f.kind == FactKind::ClaimAttribute && f.name == *name) {
            let message = refused::no_claim_attribute(name);
            return Err(Reject::new(&claim.id, RejectCode::UnknownAttribute, &format!("attributes.{name}"), message));
        }
    }
    let facility = &claim.facility;
    for (index, fact) in plan.facts.iter().enumerate() {
        let word =
            |value: &Option<String>, field: &str| value.as_deref().map(|text| value_of(claim, fact, || field.to_owned(), text)).transpose();
        let value = match fact.kind {
            FactKind::PersonAttribute(as_of) => {
                let on = read_on(plan, as_of, rule_date, claim);
                match on {
                    Some(on) => person_value(person, fact, on, |text| {
                        value_of(claim, fact, || format!("person.attributes.{}", fact.name), text).map(Some)
                    })?,
                    None => None,
                }
            }
            FactKind::ClaimAttribute => {
                let found = claim.attributes.get(&fact.name).map(AttributeValue::as_str);
                found.map(|text| value_of(claim, fact, || format!("attributes.{}", fact.name), text)).transpose()?
            }
            FactKind::Care => word(&claim.care, "care")?,
            FactKind::FacilityId => word(&facility.id, "facility.id")?,
            FactKind::FacilityLevel => word(&facility.level, "facility.level")?,
            FactKind::FacilityRegion => word(&facility.region, "facility.region")?,
            FactKind::Dated(of, measure) => match plan.facts.get(of).map(|of| (of, of.kind)) {
                Some((of, FactKind::PersonAttribute(as_of))) => match read_on(plan, as_of, rule_date, claim) {
                    Some(on) => over_time(plan, person, of, measure, on, |text| {
                        value_of(claim, of, || format!("person.attributes.{}", of.name), text).map(Some)
                    })?,
                    None => None,
                },
                _ => None,
            },
            FactKind::Age => age(person, rule_date),
            FactKind::Days => {
                let to = claim.service_to.unwrap_or(claim.service_from);
                let nights = to.signed_duration_since(claim.service_from).num_days();
                let counted = if plan.both_ends { nights.saturating_add(1) } else { nights.max(1) };
                let days = claim.days.map_or(counted, i64::from);
                Some(days.saturating_mul(1_000_000))
            }
            FactKind::RuleDate => Some(i64::from(day_number(rule_date))),
            _ => None,
        };
        if let Some(value) = value.or(fact.default) {
            input.facts.set(index, fact, value);
        }
    }
    Ok(())
}

/// A person's value on a day: of several words the one of the highest rank; of several numbers the last written.
fn person_value<E>(person: &Person, fact: &Fact, on: NaiveDate, read: impl Fn(&str) -> Result<Option<i64>, E>) -> Result<Option<i64>, E> {
    let mut best = None;
    for value in person.attributes.get(&fact.name).into_iter().flat_map(|dated| dated.on(on)) {
        best = match (best, read(value.as_str())?, &fact.domain) {
            (Some(best), Some(value), Domain::Words(_)) => Some(value.min(best)),
            (best, value, _) => value.or(best),
        };
    }
    Ok(best)
}

/// What is told of a person's attribute over time, as of a day.
fn over_time<E>(
    plan: &Plan,
    person: &Person,
    of: &Fact,
    measure: Measure,
    on: NaiveDate,
    read: impl Fn(&str) -> Result<Option<i64>, E>,
) -> Result<Option<i64>, E> {
    let value = |day: NaiveDate| person_value(person, of, day, &read).map(|known| known.or(of.default));
    History { person, attribute: &of.name, value }.measure(measure, plan.policy_year, plan.whole_months, on)
}

fn age(person: &Person, on: NaiveDate) -> Option<i64> {
    person.birth_date.map(|birth| full_years(birth, on).saturating_mul(1_000_000))
}

/// The value of a person's fact on a day, for premiums; nothing if it is not known or not a value of the scheme.
pub(crate) fn person_fact(plan: &Plan, fact: &Fact, person: &Person, on: NaiveDate) -> Option<i64> {
    let known = match fact.kind {
        FactKind::Dated(of, measure) => {
            let of = plan.facts.get(of)?;
            let FactKind::PersonAttribute(as_of) = of.kind else { return None };
            let on = as_of.back_from(on)?;
            let known = over_time(plan, person, of, measure, on, |text| Ok::<_, Infallible>(read_value(&of.domain, text)));
            known.unwrap_or_else(|never| match never {})
        }
        FactKind::PersonAttribute(as_of) => {
            let on = as_of.back_from(on)?;
            let known = person_value(person, fact, on, |text| Ok::<_, Infallible>(read_value(&fact.domain, text)));
            known.unwrap_or_else(|never| match never {})
        }
        FactKind::Age => age(person, on),
        FactKind::RuleDate => Some(i64::from(day_number(on))),
        _ => None,
    };
    known.or(fact.default)
}

/// The first line of the same group, by group and line: by the texts themselves, not the classes that rules tell apart.
fn groups(plan: &Plan, claim: &Claim, input: &mut Input) {
    input.groups.clear();
    for by in &plan.groups {
        let mut firsts: BTreeMap<Vec<Option<String>>, usize> = BTreeMap::new();
        for (index, line) in claim.lines.iter().enumerate() {
            let text = |fact: &Fact| match fact.kind {
                FactKind::LineAttribute => line.attributes.get(&fact.name).map(|v| v.as_str().to_owned()),
                FactKind::LineClass => line.class.clone(),
                FactKind::LineCode => line.code.clone(),
                FactKind::Quantity => Some(line.quantity.to_string()),
                FactKind::LineDate => Some(line.date.unwrap_or(claim.service_from).to_string()),
                _ => Some(line.amount.to_string()),
            };
            let key = by.iter().map(|key| plan.facts.get(key.fact).and_then(text).or_else(|| key.default.clone())).collect();
            input.groups.push(*firsts.entry(key).or_insert(index));
        }
    }
}

/// The first line with the id of an earlier one. Few lines are compared one with the other, so that nothing need be kept; of many that would take for ever.
fn repeated(claim: &Claim) -> Option<usize> {
    if claim.lines.len() <= 16 {
        return claim.lines.iter().enumerate().position(|(index, line)| claim.lines.iter().take(index).any(|other| other.id == line.id));
    }
    let mut seen = BTreeSet::new();
    claim.lines.iter().position(|line| !seen.insert(line.id.as_str()))
}

fn line_facts(plan: &Plan, claim: &Claim, input: &mut Input) -> Result<(), Reject> {
    groups(plan, claim, input);
    input.line_values.clear();
    let repeated = repeated(claim);
    for (index, line) in claim.lines.iter().enumerate() {
        if repeated == Some(index) {
            let message = refused::two_lines(&line.id);
            return Err(Reject::new(&claim.id, RejectCode::DuplicateLine, &format!("lines.{}", line.id), message));
        }
        for name in line.attributes.keys() {
            if !plan.facts.iter().any(|f| f.kind == FactKind::LineAttribute && f.name == *name) {
                let field = format!("lines.{}.attributes.{name}", line.id);
                let message = refused::no_line_attribute(name);
                return Err(Reject::new(&claim.id, RejectCode::UnknownAttribute, &field, message));
            }
        }
        for fact_index in &plan.line_facts {
            let Some(fact) = plan.facts.get(*fact_index) else { continue };
            let text = match fact.kind {
                FactKind::LineAttribute => line.attributes.get(&fact.name).map(AttributeValue::as_str),
                FactKind::LineClass => line.class.as_deref(),
                FactKind::LineCode => line.code.as_deref(),
                _ => None,
            };
            let value = match (fact.kind, text) {
                (FactKind::Quantity, _) => Some(line.quantity.micros()),
                (FactKind::LineAmount, _) => Some(line.amount.micros()),
                (FactKind::LineDate, _) => Some(i64::from(day_number(line.date.unwrap_or(claim.service_from)))),
                (_, Some(text)) => Some(value_of(claim, fact, || format!("lines.{}.{}", line.id, fact.name), text)?),
                (_, None) => fact.default,
            };
            input.line_values.push(value);
        }
    }
    Ok(())
}

/// The household of a person on a day.
pub(crate) fn household<'a>(person: &'a Person, on: NaiveDate, claim: &str) -> Result<&'a str, Reject> {
    person.household_on(on).map_err(|several| Reject::new(claim, RejectCode::SeveralHouseholds, "person.household", several.message()))
}

/// What an opening balance posts.
pub(crate) struct Opening {
    pub(crate) accumulator: usize,
    pub(crate) owner: Owner,
    /// The day for which it is given.
    pub(crate) on: NaiveDate,
    pub(crate) key: AccumulatorKey,
    pub(crate) period: i32,
    pub(crate) amount: i64,
}

/// The opening balances of a person for a plan.
pub(crate) fn openings(plan: &Plan, person: &Person, claim: &str) -> Result<Vec<Opening>, Reject> {
    let mut openings = Vec::new();
    let of_scheme = |opening: &OpeningBalance| opening.scheme.as_ref().is_none_or(|scheme| *scheme == plan.id);
    for (index, opening) in person.opening.iter().enumerate().filter(|(_, o)| of_scheme(o)) {
        let field = format!("person.opening.{index}");
        let reject = |code, message: Message| Reject::new(claim, code, &field, message);
        let Some(accumulator) = plan.accumulator(&opening.accumulator) else {
            return Err(reject(RejectCode::UnknownAccumulator, refused::no_accumulator(&opening.accumulator)));
        };
        let (Some(found), Some(slot)) = (plan.accumulators.get(accumulator), plan.slots.get(accumulator)) else { continue };
        if found.owner == Owner::Everyone {
            return Err(reject(RejectCode::UnknownAccumulator, refused::nobodys_balance(&opening.accumulator)));
        }
        if opening.amount < Money::ZERO {
            return Err(reject(RejectCode::NegativeAmount, refused::below_zero(opening.amount)));
        }
        let of_account = matches!(found.per, Per::FirstUse(_) | Per::Last(_) | Per::Spell(_)).then(|| day_number(opening.on));
        let Some(period) = of_account.or_else(|| period(plan, found.per, opening.on)) else {
            let message = refused::no_balance_before(&opening.accumulator, found.per);
            return Err(reject(RejectCode::UnknownAccumulator, message));
        };
        openings.push(Opening { accumulator, owner: found.owner, on: opening.on, key: slot.key, period, amount: opening.amount.micros() });
    }
    Ok(openings)
}

/// The key of the period that contains a date; nothing for one that is no stretch of the calendar. Those of stays and personal periods are the account's
/// business.
fn period(plan: &Plan, per: Per, date: NaiveDate) -> Option<i32> {
    if per == Per::Lifetime { Some(0) } else { per.start(date, plan.policy_year).map(day_number) }
}
