//! Balances: where a person stands on a day, and why.

use chrono::NaiveDate;
use serde::Serialize;

use super::outcome::period_start;
use super::receipt::Refusal;
use super::{Desk, Journal};
use crate::claim::Person;
use crate::date::Per;
use crate::decision::Language;
use crate::diagnostic::{Message, refused};
use crate::engine::earlier::{previous, quiet};
use crate::engine::{Fault, prepare};
use crate::money::{Amount, Money};
use crate::plan::fact::{FactKind, Facts};
use crate::plan::{Form, Limit, Plan};
use crate::scheme::syntax::{Counts, Owner};

/// Where a person stands with one rule on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BalanceLine {
    /// The scheme.
    pub scheme: String,
    /// Its version.
    pub version: String,
    /// The layer and benefit, `layer.benefit`; the layer alone for its own caps; empty for an accumulator that no rule measures against.
    pub rule: String,
    /// What of it: `deductible 1`, `cap 1`, `layer cap 1`, `out-of-pocket maximum 1`, `franchise`, `bands`; empty for the accumulator itself.
    pub limit: String,
    /// The accumulator.
    pub accumulator: String,
    /// The household, where it is the household's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub household: Option<String>,
    /// Over what it runs.
    pub per: Per,
    /// The first day of the period; nothing for a lifetime, and for a personal period that has not begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    /// How much of it is met or used: the position of the accumulator.
    pub used: Amount,
    /// The limit in force; nothing where there is none, or where it depends on the claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// What is left of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<Amount>,
    /// What of a claim the limit depends on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<String>,
    /// The postings behind the position.
    pub postings: Vec<BehindPosting>,
}

/// A posting behind a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BehindPosting {
    /// The claim; nothing for an opening balance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// Whether it is a reservation's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reserved: bool,
    /// The rule that posted it, `layer.benefit`; empty for counts and opening balances.
    pub rule: String,
    /// The amount, or the count.
    pub amount: Amount,
}

impl Desk<'_> {
    /// Where a person stands on a day, under every scheme in force: each deductible met and left, each cap used and left, the position of bands, and the
    /// postings behind each figure. Of schemes that settle as incurred, claims of later days are left out. What runs over a claim or a stay begins with the
    /// next one and is not shown.
    ///
    /// # Errors
    /// If the person is not known, or what is known of them does not fit a scheme.
    ///
    /// ```
    /// # let text = include_str!("../../tests/it/schemes/small.toml");
    /// use medaid::{batch::PlanBook, journal::{Desk, Journal, Operation, Rules}};
    /// let plan = medaid::Plan::compile(&medaid::Scheme::parse("village.toml", text)?)?;
    /// let rules = Rules::new(PlanBook::new([plan])?);
    /// let mut desk = Desk::new(&rules);
    /// let mut journal = Journal::new();
    /// for text in [
    ///     r#"{ "id": "o1", "received": "2024-01-02", "enrol": { "id": "p1" } }"#,
    ///     r#"{ "id": "o2", "received": "2024-05-20", "submit": { "id": "may", "person": "p1", "service_from": "2024-05-01",
    ///         "bill": 20000, "portions": { "in_scope": 20000 } } }"#,
    /// ] {
    ///     desk.apply(&mut journal, &serde_json::from_str(text)?)?;
    /// }
    /// let lines = desk.balance(&journal, "p1", "2024-06-01".parse().unwrap())?;
    /// let threshold = lines.iter().find(|line| line.rule == "critical_illness.annual" && line.limit == "deductible 1").unwrap();
    /// assert_eq!(threshold.used.to_string(), "6210.00");                       // (20,000 - 300) x 70 % leave 6,210
    /// assert_eq!(threshold.left.unwrap().to_string(), "11623.00");             // of 17,833
    /// assert_eq!(threshold.postings[0].claim.as_deref(), Some("may"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn balance(&self, journal: &Journal, person: &str, on: NaiveDate) -> Result<Vec<BalanceLine>, Refusal> {
        let refuse = |message: Message| Refusal::Person { id: format!("balance of {person}"), message };
        let known = journal.person(person).ok_or_else(|| refuse(refused::no_such_person(person)))?;
        let mut lines = Vec::new();
        for plan in self.plans_on(journal, on) {
            let household = known.household_on(on).map_err(|several| refuse(several.message()))?;
            let facts = prepare::facts_of_person(plan, known, on)
                .map_err(|reject| refuse(Message::new(reject.text(Language::Zh).to_owned(), reject.text(Language::En).to_owned())))?;
            let mut view = View { journal, plan, person: known, household, on, facts, lines: Vec::new() };
            view.read_positions();
            view.read_rules();
            lines.append(&mut view.lines);
        }
        Ok(lines)
    }
}

/// What is behind a position.
struct Behind {
    since: Option<NaiveDate>,
    position: i64,
    places: u8,
    postings: Vec<BehindPosting>,
}

/// A person's accounts under one plan on a day.
struct View<'a> {
    journal: &'a Journal,
    plan: &'a Plan,
    person: &'a Person,
    household: &'a str,
    on: NaiveDate,
    facts: Facts,
    lines: Vec<BalanceLine>,
}

impl View<'_> {
    fn owner(&self, owner: Owner) -> &str {
        match owner {
            Owner::Person => &self.person.id,
            Owner::Household => self.household,
            Owner::Everyone => &self.plan.id,
        }
    }

    /// Rules may ask for positions.
    fn read_positions(&mut self) {
        for (index, fact) in self.plan.facts.iter().enumerate() {
            let value = match fact.kind {
                FactKind::Accumulated(accumulator) => self.behind(accumulator).map(|behind| behind.position),
                FactKind::Previous(accumulator) | FactKind::Quiet(accumulator) => self.earlier(fact.kind, accumulator),
                _ => continue,
            };
            if let Some(value) = value {
                self.facts.set(index, fact, value);
            }
        }
    }

    /// What earlier periods of an accumulator held.
    fn earlier(&self, kind: FactKind, accumulator: usize) -> Option<i64> {
        let (found, slot) = self.plan.accumulators.get(accumulator).zip(self.plan.slots.get(accumulator))?;
        let (ledger, id, year) = (&self.journal.ledger, self.owner(found.owner), self.plan.policy_year);
        match kind {
            FactKind::Quiet(_) => Some(quiet(year, self.on, |before| ledger.last_posted(found.owner, id, slot.key, before))),
            _ => previous(found.per, year, self.on).map(|period| ledger.position_in(found.owner, id, slot.key, period)),
        }
    }

    /// The postings behind the position of an accumulator; nothing of one that runs over a claim or a stay.
    fn behind(&self, accumulator: usize) -> Option<Behind> {
        let (found, slot) = self.plan.accumulators.get(accumulator).zip(self.plan.slots.get(accumulator))?;
        let id = self.owner(found.owner);
        let periods = self.journal.ledger.periods_on(found.owner, id, slot, self.plan.policy_year, self.on)?;
        let units = matches!(found.counts, Counts::Claims | Counts::Days | Counts::Units);
        let places = if units { 0 } else { self.plan.places() };
        let mut behind = Behind { since: period_start(found.per, *periods.start()), position: 0, places, postings: Vec::new() };
        let mut put = |claim: Option<&str>, reserved: bool, rule: String, micros: i64| {
            let amount = Amount::new(Money::from_micros(micros), places);
            behind.position = behind.position.saturating_add(micros);
            behind.postings.push(BehindPosting { claim: claim.map(str::to_owned), reserved, rule, amount });
        };
        for opening in self.journal.persons.values().flat_map(|enrolled| &enrolled.openings) {
            if opening.owner == found.owner && opening.id == id && opening.key == slot.key && periods.contains(&opening.period) {
                put(None, false, String::new(), opening.amount);
            }
        }
        for entry in self.journal.claims.values() {
            let Some(booking) = entry.outcome.booking() else { continue };
            let whose = booking.owner_id(found.owner, &entry.claim.person);
            let later = entry.as_incurred && booking.rule_date > self.on;
            if later || booking.names.scheme != self.plan.id || whose != id {
                continue;
            }
            for (posted, told) in booking.booked.posted.iter().zip(booking.postings()) {
                if told.accumulator == found.name && periods.contains(&posted.period) {
                    put(Some(&entry.claim.id), entry.reserved_until.is_some(), told.rule, posted.amount);
                }
            }
        }
        Some(behind)
    }

    fn read_rules(&mut self) {
        let plan = self.plan;
        for layer in &plan.layers {
            for benefit in &layer.benefits {
                let rule = format!("{}.{}", layer.name.id, benefit.name.id);
                let limits = benefit.franchise.iter().chain(&benefit.deductibles).chain(&benefit.out_of_pocket_max);
                for limit in limits.chain(&benefit.base_caps).chain(&benefit.caps) {
                    let rule = if limit.label.starts_with("layer ") { &layer.name.id } else { &rule };
                    self.limit(rule, limit);
                }
                match &benefit.form {
                    Form::Bands { accumulator, .. } => self.position(&rule, "bands", *accumulator),
                    Form::Phases { accumulator, share, .. } => {
                        self.position(&rule, "phases", *accumulator);
                        self.position(&rule, "phases", *share);
                    }
                    Form::Grant { accumulator, .. } => self.position(&rule, "grant", *accumulator),
                    Form::InKind { accumulator, .. } => self.position(&rule, "in kind", *accumulator),
                    Form::Ratio(_) | Form::Fixed(_) => {}
                }
            }
        }
        for index in 0..plan.accumulators.len() {
            let shown = plan.accumulators.get(index).is_some_and(|a| self.lines.iter().any(|line| line.accumulator == a.name));
            if !shown {
                self.position("", "", index);
            }
        }
    }

    fn position(&mut self, rule: &str, limit: &str, accumulator: usize) {
        self.line(rule, limit, accumulator, Ok(None));
    }

    fn limit(&mut self, rule: &str, limit: &Limit) {
        let amount = match limit.condition.holds(&self.facts) {
            Ok(true) => limit.amount.money(&self.facts).map(Some),
            Ok(false) => Ok(None),
            Err(fault) => Err(fault),
        };
        self.line(rule, &limit.label, limit.accumulator, amount);
    }

    fn line(&mut self, rule: &str, limit: &str, accumulator: usize, amount: Result<Option<Money>, Fault>) {
        let Some(found) = self.plan.accumulators.get(accumulator) else { return };
        let known = |line: &BalanceLine| (line.rule.as_str(), line.limit.as_str(), line.accumulator.as_str()) == (rule, limit, &found.name);
        if self.lines.iter().any(known) {
            // A cap of the layer stands at each of its benefits.
            return;
        }
        let Some(behind) = self.behind(accumulator) else { return };
        let shown = |micros: i64| Amount::new(Money::from_micros(micros), behind.places);
        let position = Money::from_micros(behind.position);
        let depends_on = match &amount {
            Err(Fault::Missing { fact }) => self.plan.facts.get(*fact as usize).map(|fact| fact.name.clone()),
            Err(_) => Some(String::from("?")),
            Ok(_) => None,
        };
        let amount = amount.ok().flatten();
        let left = amount.map(|amount| amount.checked_sub(position).unwrap_or(Money::ZERO).max(Money::ZERO));
        let begun = !matches!(found.per, Per::FirstUse(_) | Per::Spell(_)) || !behind.postings.is_empty();
        self.lines.push(BalanceLine {
            scheme: self.plan.id.clone(),
            version: self.plan.version.clone(),
            rule: rule.to_owned(),
            limit: limit.to_owned(),
            accumulator: found.name.clone(),
            household: Some(self.owner(found.owner).to_owned()).filter(|_| found.owner == Owner::Household),
            per: found.per,
            since: behind.since.filter(|_| begun),
            used: shown(behind.position),
            amount: amount.map(|amount| shown(amount.micros())),
            left: left.map(|left| shown(left.micros())),
            depends_on,
            postings: behind.postings,
        });
    }
}
