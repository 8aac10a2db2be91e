//! Settlement at a period's end: a scheme whose claims are made of what another scheme left of all claims of a person or household in a month or year.
//!
//! Ceilings over a month (高額療養費), refunds at a year's end and the like are settled so. The claims are ordinary ones, adjudicated, explained and
//! recorded like any other: one for each owner and period, dated the period's last day, with a line for each decided claim, or for each of its lines and
//! portions.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::claim::{AttributeValue, Claim, Line, Person};
use crate::date::{Per, full_years};
use crate::decision::Decision;
use crate::money::Money;
use crate::plan::Plan;
use crate::plan::fact::FactKind;

/// A claim that was decided, with its person, under which plan, and how.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    /// The plan of the settled scheme.
    pub plan: &'a Plan,
    /// Whose claim it is.
    pub person: &'a Person,
    /// The claim.
    pub claim: &'a Claim,
    /// Its decision.
    pub decision: &'a Decision,
}

impl Plan {
    /// The scheme whose decided claims this one settles, if it settles any.
    pub fn settles(&self) -> Option<&str> {
        self.settles.as_ref().map(|s| s.scheme.as_str())
    }

    /// Whether it settles the claims of a household together, not those of a person.
    pub fn settles_for_households(&self) -> bool {
        self.settles.as_ref().is_some_and(|s| s.for_households)
    }
}

/// The claims of a settling plan: one for each owner and period of the decided claims, in the order of their ids, whatever the order of those.
///
/// A line's amount is what nobody paid; its class is the portion. Attributes of lines whose names begin with `claim_` tell of the claim that it comes from:
/// `claim_id`, `claim_person`, `claim_age`, `claim_care`, `claim_facility_id`, `claim_facility_level`, `claim_facility_region`, `claim_billed`,
/// and `claim_NAME` for an attribute NAME of its line, of the claim or, on its rule date, of the person. What a claim was told that is itself a settlement, it
/// hands on. Nothing comes of a plan that settles nothing.
///
/// ```
/// use medaid::{Ledger, Plan, Scheme, settle};
/// # let text = include_str!("../tests/it/schemes/small.toml");
/// # let plan = Plan::compile(&Scheme::parse("village.toml", text)?)?;
/// # let person: medaid::Person = serde_json::from_str(r#"{ "id": "p1" }"#)?;
/// # let claim: medaid::Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
/// #     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?;
/// let decision = plan.adjudicate(&person, &mut Ledger::new(), &claim)?;
/// let monthly = r#"
///     format = 1
///     [scheme]
///     id = "monthly_ceiling"
///     version = "1"
///     effective = { from = 2024-01-01 }
///     money = { currency = "CNY", unit = "0.01" }
///     settles = { scheme = "village_cover", per = "month" }
///     [[portion]]
///     id = "borne"
///     [[classify]]
///     into = "borne"
///     [[layer]]
///     id = "ceiling"
///       [[layer.benefit]]
///       id = "month"
///       covers = ["borne"]
///       deductible = { amount = 5000, per = "month" }
///       ratio = "100%"
/// "#;
/// let monthly = Plan::compile(&Scheme::parse("monthly.toml", monthly)?)?;
/// let decided = settle::Decided { plan: &plan, person: &person, claim: &claim, decision: &decision };
/// let claims = settle::claims(&monthly, [decided]);
/// assert_eq!((claims[0].id.as_str(), claims[0].lines.len()), ("p1/2024-05", 2));
/// let refund = monthly.adjudicate(&person, &mut Ledger::new(), &claims[0])?;
/// assert_eq!(refund.paid.to_string(), "12210.00");    // 17,210 were left; 5,000 are the ceiling
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn claims<'a>(plan: &Plan, decided: impl IntoIterator<Item = Decided<'a>>) -> Vec<Claim> {
    let Some(settles) = &plan.settles else { return Vec::new() };
    // By owner and last day: what each decided claim brings, with its rule date and id.
    type Brought<'a> = Vec<(NaiveDate, &'a str, Vec<Line>)>;
    let mut parts: BTreeMap<(String, NaiveDate), Brought<'_>> = BTreeMap::new();
    for one in decided.into_iter().filter(|one| one.plan.id == settles.scheme) {
        let household = || one.person.household_on(one.decision.rule_date).unwrap_or(&one.person.id);
        let owner = if settles.for_households { household() } else { &one.person.id };
        let Some(last) = settles.per.last_day(one.decision.rule_date, plan.policy_year) else { continue };
        let lines = lines(plan, &one);
        if !lines.is_empty() {
            parts.entry((owner.to_owned(), last)).or_default().push((one.decision.rule_date, one.claim.id.as_str(), lines));
        }
    }
    let made = parts.into_iter().enumerate().map(|(number, ((owner, last), mut parts))| {
        parts.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let lines: Vec<Line> = parts.into_iter().flat_map(|(_, _, lines)| lines).collect();
        // Parts of bills that fit; a sum that does not is rejected as not adding up.
        let bill = lines.iter().fold(Money::ZERO, |sum, line| sum.checked_add(line.amount).unwrap_or(sum));
        Claim {
            id: format!("{owner}/{}", label(settles.per, last, plan)),
            person: owner,
            scheme: Some(plan.id.clone()),
            service_from: last,
            settled: Some(last),
            sequence: number as u64,
            bill,
            lines,
            ..Claim::default()
        }
    });
    made.collect()
}

/// What a period is called: `2024-05`, `2024`, or its first day.
fn label(per: Per, last: NaiveDate, plan: &Plan) -> String {
    let first = per.start(last, plan.policy_year).unwrap_or(last);
    match per {
        Per::Month => first.format("%Y-%m").to_string(),
        Per::CalendarYear => first.format("%Y").to_string(),
        _ => first.to_string(),
    }
}

/// The lines that a decided claim brings: for each line and portion with money in it, what nobody paid.
fn lines(plan: &Plan, one: &Decided<'_>) -> Vec<Line> {
    let decision = one.decision;
    let mut made = Vec::new();
    let mut add = |id: String, line: Option<&Line>, portion: &str, billed: Money, left: Money| {
        let attributes = plan.facts.iter().filter(|f| f.kind == FactKind::LineAttribute);
        // A line that was itself made of a claim hands on what it was told.
        let of_line = |name: &str, asked: &str| line.and_then(|l| l.attributes.get(name).or_else(|| l.attributes.get(asked))).cloned();
        let told = attributes.filter_map(|fact| {
            let asked = fact.name.strip_prefix("claim_")?;
            Some((fact.name.clone(), of_line(&fact.name, asked).or_else(|| tell(one, asked, billed))?))
        });
        let quantity = Money::from_micros(1_000_000);
        made.push(Line { id, amount: left, class: Some(portion.to_owned()), code: None, date: None, quantity, attributes: told.collect() });
    };
    let money = |amount: crate::Amount| amount.money().unwrap_or(Money::ZERO);
    if decision.lines.is_empty() {
        let billed = || decision.billed.iter().filter(|p| !p.amount.is_zero());
        let several = billed().count() > 1;
        for part in billed() {
            let left = decision.left.iter().find(|p| p.portion == part.portion).map_or(Money::ZERO, |p| money(p.amount));
            let id = if several { format!("{}/{}", one.claim.id, part.portion) } else { one.claim.id.clone() };
            add(id, None, &part.portion, money(part.amount), left);
        }
    }
    for line in &decision.lines {
        let given = one.claim.lines.iter().find(|l| l.id == line.line);
        for part in line.portions.iter().filter(|p| !p.amount.is_zero()) {
            let of_portion = line.left.iter().find(|p| p.portion == part.portion).map(|p| p.amount);
            let mut id = format!("{}/{}", one.claim.id, line.line);
            if !line.left.is_empty() {
                id = format!("{id}/{}", part.portion);
            }
            add(id, given, &part.portion, money(part.amount), money(of_portion.unwrap_or(line.out_of_pocket)));
        }
    }
    made
}

/// What a line's attribute says of the claim that it comes from.
fn tell(one: &Decided<'_>, name: &str, billed: Money) -> Option<AttributeValue> {
    let Decided { plan, person, claim, decision } = one;
    let text = |value: &Option<String>| value.as_deref().map(AttributeValue::from);
    match name {
        "id" => Some(AttributeValue::from(claim.id.as_str())),
        "person" => Some(AttributeValue::from(person.id.as_str())),
        "billed" => Some(AttributeValue::from(billed.to_string().as_str())),
        "age" => person.birth_date.map(|birth| AttributeValue::from(full_years(birth, decision.rule_date).to_string().as_str())),
        "care" => text(&claim.care),
        "facility_id" => text(&claim.facility.id),
        "facility_level" => text(&claim.facility.level),
        "facility_region" => text(&claim.facility.region),
        _ => claim.attributes.get(name).cloned().or_else(|| {
            // As the settled scheme reads it: the highest rank of several, or its default.
            let fact =
                plan.facts.iter().find(|f| f.name == name && matches!(f.kind, FactKind::PersonAttribute(_) | FactKind::ClaimAttribute))?;
            let value = match fact.kind {
                FactKind::PersonAttribute(_) => crate::engine::prepare::person_fact(plan, fact, person, decision.rule_date),
                _ => fact.default,
            };
            Some(AttributeValue::from(fact.domain.show(value?).as_str()))
        }),
    }
}
