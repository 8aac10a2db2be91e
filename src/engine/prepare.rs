//! Reading a claim against a plan: checks in the order of precedence of the reject codes, then the facts of the case.

use std::collections::BTreeMap;
use std::convert::Infallible;

use chrono::NaiveDate;

use crate::claim::{AttributeValue, Claim, OpeningBalance, Person};
use crate::date::{AsOf, DateChoice, Per, Periods, day_number, full_years};
use crate::engine::case::{Given, Input};
use crate::engine::{Fault, classify};
use crate::ledger::Books;
use crate::money::Money;
use crate::plan::Plan;
use crate::plan::compile::read_value;
use crate::plan::fact::{Domain, Fact, FactKind};
use crate::reject::{Reject, RejectCode};

/// Reads the claim and the person into `input`.
pub(crate) fn prepare(plan: &Plan, person: &Person, claim: &Claim, input: &mut Input) -> Result<(), Reject> {
    let reject = |code, field: &str, message: String| Err(Reject::new(&claim.id, code, field, message));
    if claim.person != person.id {
        let message = format!("the claim is for `{}`, not for `{}`", claim.person, person.id);
        return reject(RejectCode::UnknownPerson, "person", message);
    }
    let rule_date = dates(plan, person, claim)?;
    amounts(plan, claim)?;
    portions(plan, claim)?;
    for layer in claim.prior.keys() {
        if !plan.layers.iter().any(|l| l.name.id == *layer) {
            return reject(RejectCode::UnknownLayer, &format!("prior.{layer}"), format!("the scheme has no layer `{layer}`"));
        }
    }

    input.facts.reset(plan.facts.len());
    input.portions = plan.portions.len();
    input.has_lines = !claim.lines.is_empty();
    input.lines = claim.lines.len().max(1);
    input.rule_date = Some(rule_date);
    input.service_from = Some(claim.service_from);
    input.stay.clone_from(if plan.runs_per(Per::Stay) { &claim.stay } else { &None });
    input.billed.clear();
    input.billed.resize(input.lines * input.portions, Money::ZERO);
    input.periods = Periods::default();
    for per in Per::ALL.into_iter().filter(|per| plan.runs_per(*per)) {
        input.periods.set(per, period(plan, per, rule_date));
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
    let reject = |code, field: &str, message: String| Err(Reject::new(&claim.id, code, field, message));
    let Some(rule_date) = choose(plan.rule_date, claim) else {
        return reject(RejectCode::MissingDate, "settled", "the scheme goes by the day of settlement, which is missing".to_owned());
    };
    let from = claim.service_from;
    if claim.service_to.is_some_and(|to| to < from) {
        return reject(RejectCode::DatesOutOfOrder, "service_to", format!("the service ends before it begins on {from}"));
    }
    if claim.settled.is_some_and(|settled| settled < from) {
        return reject(RejectCode::DatesOutOfOrder, "settled", format!("settled before the service begins on {from}"));
    }
    if let Some(birth) = person.birth_date
        && from < birth
    {
        return reject(RejectCode::BeforeBirth, "service_from", format!("service on {from}, before the birth on {birth}"));
    }
    if !plan.effective.contains(rule_date) {
        let message = format!("scheme `{}` version {} does not hold on {rule_date}", plan.id, plan.version);
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
            return Err(Reject::new(&claim.id, RejectCode::NegativeAmount, &field(), format!("{amount} is below zero")));
        }
        Ok(())
    })?;
    for line in &claim.lines {
        if line.quantity <= Money::ZERO {
            let field = format!("lines.{}.quantity", line.id);
            return Err(Reject::new(
                &claim.id,
                RejectCode::NegativeAmount,
                &field,
                format!("the quantity {} is not above zero", line.quantity),
            ));
        }
    }
    for_each_amount(claim, |field, amount| {
        if !plan.rounding.holds(amount) {
            let message = format!("{amount} is no whole multiple of the scheme's unit {}", plan.rounding.unit());
            return Err(Reject::new(&claim.id, RejectCode::OverPreciseAmount, &field(), message));
        }
        Ok(())
    })
}

fn sum(amounts: impl Iterator<Item = Money>) -> Option<Money> {
    amounts.into_iter().try_fold(Money::ZERO, Money::checked_add)
}

fn portions(plan: &Plan, claim: &Claim) -> Result<(), Reject> {
    let reject = |code, field: &str, message: String| Err(Reject::new(&claim.id, code, field, message));
    let named = claim.portions.keys().map(|portion| (None, portion));
    let split = claim.prior.iter().flat_map(|(layer, prior)| prior.portions.keys().map(move |portion| (Some(layer), portion)));
    for (layer, portion) in named.chain(split) {
        if !plan.portions.iter().any(|p| p.id == *portion) {
            let path = layer.map_or_else(|| format!("portions.{portion}"), |layer| format!("prior.{layer}.portions.{portion}"));
            return reject(RejectCode::UnknownPortion, &path, format!("the scheme has no portion `{portion}`"));
        }
    }
    let places = usize::from(plan.places());
    let (field, parts) = match (claim.portions.is_empty(), claim.lines.is_empty()) {
        (false, true) => ("portions", sum(claim.portions.values().copied())),
        (true, false) => ("lines", sum(claim.lines.iter().map(|l| l.amount))),
        (true, true) if claim.bill == Money::ZERO => return Ok(()),
        (true, true) => {
            return reject(RejectCode::PortionsDoNotAddUp, "portions", "the bill comes with neither portions nor lines".to_owned());
        }
        (false, false) => {
            return reject(
                RejectCode::PortionsDoNotAddUp,
                "portions",
                "the bill comes with both portions and lines; give one of them".to_owned(),
            );
        }
    };
    match parts {
        None => return reject(RejectCode::AmountOverflow, field, "the amounts are too large to be figured with".to_owned()),
        Some(parts) if parts != claim.bill => {
            let message = format!("{field} add up to {parts:.places$}, the bill is {:.places$}", claim.bill);
            return reject(RejectCode::PortionsDoNotAddUp, field, message);
        }
        Some(_) => {}
    }
    for (layer, prior) in &claim.prior {
        if !prior.portions.is_empty() && sum(prior.portions.values().copied()) != Some(prior.amount) {
            let message = format!("the portions do not add up to {:.places$}", prior.amount);
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
            Domain::Words(words) => format!("one of {}", words.join(", ")),
            Domain::YesNo => "true or false".to_owned(),
            Domain::Number { unit, .. } => format!("{}, not below zero", unit.name()),
            Domain::Text(_) | Domain::Date { .. } => "a word".to_owned(),
        };
        Reject::new(&claim.id, RejectCode::UnknownValue, &field(), format!("`{text}` is not a value of `{}`, which is {known}", fact.name))
    })
}

fn case_facts(plan: &Plan, person: &Person, claim: &Claim, rule_date: NaiveDate, input: &mut Input) -> Result<(), Reject> {
    for name in claim.attributes.keys() {
        if !plan.facts.iter().any(|f| f.kind == FactKind::ClaimAttribute && f.name == *name) {
            let message = format!("the scheme declares no attribute `{name}` of claims");
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

fn age(person: &Person, on: NaiveDate) -> Option<i64> {
    person.birth_date.map(|birth| full_years(birth, on).saturating_mul(1_000_000))
}

/// The value of a person's fact on a day, for premiums; nothing if it is not known or not a value of the scheme.
pub(crate) fn person_fact(fact: &Fact, person: &Person, on: NaiveDate) -> Option<i64> {
    let known = match fact.kind {
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
                _ => Some(line.amount.to_string()),
            };
            let key = by.iter().map(|key| plan.facts.get(key.fact).and_then(text).or_else(|| key.default.clone())).collect();
            input.groups.push(*firsts.entry(key).or_insert(index));
        }
    }
}

fn line_facts(plan: &Plan, claim: &Claim, input: &mut Input) -> Result<(), Reject> {
    groups(plan, claim, input);
    input.line_values.clear();
    for (index, line) in claim.lines.iter().enumerate() {
        if claim.lines.iter().take(index).any(|other| other.id == line.id) {
            let message = format!("two lines have the id `{}`", line.id);
            return Err(Reject::new(&claim.id, RejectCode::DuplicateLine, &format!("lines.{}", line.id), message));
        }
        for name in line.attributes.keys() {
            if !plan.facts.iter().any(|f| f.kind == FactKind::LineAttribute && f.name == *name) {
                let field = format!("lines.{}.attributes.{name}", line.id);
                let message = format!("the scheme declares no attribute `{name}` of lines");
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
                (_, Some(text)) => Some(value_of(claim, fact, || format!("lines.{}.{}", line.id, fact.name), text)?),
                (_, None) => fact.default,
            };
            input.line_values.push(value);
        }
    }
    Ok(())
}

/// Posts a person's opening balances, once for each scheme.
pub(crate) fn open(plan: &Plan, person: &Person, claim: &str, books: &mut Books<'_>) -> Result<(), Reject> {
    if person.opening.is_empty() || books.person.is_opened(&plan.id) {
        return Ok(());
    }
    let mut postings = Vec::new();
    let of_scheme = |opening: &OpeningBalance| opening.scheme.as_ref().is_none_or(|scheme| *scheme == plan.id);
    for (index, opening) in person.opening.iter().enumerate().filter(|(_, o)| of_scheme(o)) {
        let field = format!("person.opening.{index}");
        let reject = |code, message: String| Reject::new(claim, code, &field, message);
        let Some((accumulator, found)) = plan.accumulator(&opening.accumulator).and_then(|i| plan.accumulators.get(i).map(|a| (i, a)))
        else {
            return Err(reject(RejectCode::UnknownAccumulator, format!("the scheme has no accumulator `{}`", opening.accumulator)));
        };
        if opening.amount < Money::ZERO {
            return Err(reject(RejectCode::NegativeAmount, format!("{} is below zero", opening.amount)));
        }
        let of_account = matches!(found.per, Per::FirstUse(_) | Per::Last(_)).then(|| day_number(opening.on));
        let Some(period) = of_account.or_else(|| period(plan, found.per, opening.on)) else {
            let message = format!("`{}` runs per {}: it has no balance before the first claim", opening.accumulator, found.per);
            return Err(reject(RejectCode::UnknownAccumulator, message));
        };
        postings.push((accumulator, found.owner, period, opening.amount.micros()));
    }
    for (accumulator, owner, period, amount) in postings {
        let key = plan.slots.get(accumulator).map(|slot| slot.key);
        let posted = key.and_then(|key| books.owner(owner).post(key, period, amount));
        posted.ok_or_else(|| Fault::Overflow.reject(plan, claim, None))?;
    }
    books.person.set_opened(&plan.id);
    Ok(())
}

/// The key of the period that contains a date; nothing for one that is no stretch of the calendar. Those of stays and personal periods are the account's
/// business.
fn period(plan: &Plan, per: Per, date: NaiveDate) -> Option<i32> {
    if per == Per::Lifetime { Some(0) } else { per.start(date, plan.policy_year).map(day_number) }
}
