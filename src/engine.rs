//! Adjudication: one kernel, generic over what it records.

mod adjustment;
pub(crate) mod allocate;
pub(crate) mod benefit;
pub(crate) mod booked;
mod carry;
pub(crate) mod case;
pub(crate) mod classify;
mod copay;
mod dated;
mod days;
pub(crate) mod earlier;
pub(crate) mod funds;
pub(crate) mod items;
pub(crate) mod kernel;
mod kinds;
mod lean;
mod line_caps;
mod phases;
pub(crate) mod prepare;
mod prepared;
mod program;
pub(crate) mod run_off;
mod spell;
pub(crate) mod trace;

use chrono::NaiveDate;

use crate::claim::{Claim, Person};
use crate::decision::Decision;
use crate::diagnostic::refused;
use crate::ledger::Ledger;
pub use crate::ledger::{Account, Books};
use crate::money::Money;
use crate::plan::Plan;
use crate::reject::{Reject, RejectCode};
use booked::Booked;
use case::{Bill, Case, Input};
use kinds::Kinds;
pub use prepared::PreparedClaims;

/// Why a claim could not be figured. Small, so that the kernel can return it cheaply; the words are made later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A rule asked for a fact that is not known.
    Missing {
        fact: u32,
    },
    /// A rule's value is not exact, out of range, or divided by zero.
    NoValue,
    Overflow,
    /// A given payment is above what is left for its layer.
    PriorAboveResidual {
        layer: u32,
    },
    /// A claim goes on beyond a layer's run-off, and does not say what is dated when.
    Undivided {
        layer: u32,
    },
    /// A payment given for a layer that is figured as if it paid.
    Notional {
        layer: u32,
    },
    /// Something that cannot be; a defect of this crate.
    Internal,
}

impl Fault {
    /// The reject in words; `bill` tells what was given.
    fn reject(self, plan: &Plan, claim: &str, bill: Option<&Bill<'_>>) -> Reject {
        let (code, field, message) = match self {
            Fault::Missing { fact } => {
                let asked = plan.facts.get(fact as usize);
                // Of what is told over time, the attribute is not known.
                let attribute = asked.and_then(|f| plan.facts.get(f.kind.attribute()?));
                let name = attribute.or(asked).map_or("", |f| f.name.as_str());
                (RejectCode::MissingAttribute, format!("attributes.{name}"), refused::not_given(name))
            }
            Fault::NoValue => (RejectCode::NoValue, String::new(), refused::no_value()),
            Fault::Overflow => (RejectCode::AmountOverflow, "bill".to_owned(), refused::too_large()),
            Fault::Notional { layer } => {
                let name = plan.layers.get(layer as usize).map_or("", |l| l.name.id.as_str());
                (RejectCode::NotionalLayer, format!("prior.{name}"), refused::notional_layer(name))
            }
            Fault::PriorAboveResidual { layer } => {
                let name = plan.layers.get(layer as usize).map_or("", |l| l.name.id.as_str());
                let places = usize::from(plan.places());
                let given = bill.and_then(|bill| bill.given(layer as usize));
                let amount = given.map_or(Money::ZERO, |given| given.amount);
                let message = refused::paying_too_much(name, &format!("{amount:.places$}"));
                (RejectCode::PriorAboveResidual, format!("prior.{name}"), message)
            }
            Fault::Undivided { layer } => {
                let layer = plan.layers.get(layer as usize);
                let name = layer.map_or("", |l| l.name.id.as_str());
                let Some(days) = layer.and_then(|l| l.run_off) else {
                    return Reject::new(claim, RejectCode::UndatedLines, "lines", refused::days_need_lines(name));
                };
                let input = bill.and_then(|bill| bill.input);
                let rule_date = input.and_then(|input| input.rule_date);
                let until = rule_date.and_then(|date| run_off::ends(plan, date, days)).map(|(_, until)| until).unwrap_or_default();
                if input.and_then(|input| input.service_to).is_some_and(|to| to <= until) {
                    return Reject::new(claim, RejectCode::UndatedLines, "lines", refused::days_need_lines(name));
                }
                (RejectCode::UndatedLines, "lines".to_owned(), refused::undated_lines(name, until))
            }
            Fault::Internal => (RejectCode::NoValue, String::new(), refused::internal()),
        };
        Reject::new(claim, code, &field, message)
    }
}

/// Settles claims under one plan, reusing its working memory from claim to claim.
///
/// Without an explanation wanted, this is the fast way: after the first few claims it allocates nothing.
///
/// It settles what it is given: whether an id was settled before is the caller's to know (`batch` refuses duplicates within a run).
///
/// ```
/// # let text = include_str!("../tests/it/schemes/small.toml");
/// # let plan = medaid::Plan::compile(&medaid::Scheme::parse("village.toml", text)?)?;
/// # let person: medaid::Person = serde_json::from_str(r#"{ "id": "p1" }"#)?;
/// # let claim: medaid::Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
/// #     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?;
/// let mut ledger = medaid::Ledger::new();
/// let mut adjudicator = medaid::Adjudicator::new(&plan);
/// let settlement = adjudicator.settle(&person, &mut ledger, &claim)?;
/// assert_eq!(settlement.paid_by_layer()[0].to_string(), "34790");
/// assert_eq!(settlement.out_of_pocket().to_string(), "17210");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Adjudicator<'p> {
    plan: &'p Plan,
    kinds: Kinds,
    input: Input,
    case: Case,
    /// The steps by which the claim last settled was booked.
    steps: Vec<trace::Step>,
}

impl<'p> Adjudicator<'p> {
    /// An adjudicator for a plan.
    pub fn new(plan: &'p Plan) -> Adjudicator<'p> {
        Adjudicator { plan, kinds: Kinds::new(plan), input: Input::default(), case: Case::default(), steps: Vec::new() }
    }

    /// Settles a claim, posting its effects to the ledger, and gives the amounts.
    ///
    /// # Errors
    /// A [`Reject`], which leaves every balance as it was.
    pub fn settle(&mut self, person: &Person, ledger: &mut Ledger, claim: &Claim) -> Result<Settlement<'_>, Reject> {
        self.run(person, ledger, claim, &mut trace::Off)?;
        Ok(Settlement { plan: self.plan, case: &self.case })
    }

    /// Settles a claim, posting its effects to the ledger, and gives the decision with every step.
    ///
    /// # Errors
    /// A [`Reject`], which leaves every balance as it was.
    pub fn adjudicate(&mut self, person: &Person, ledger: &mut Ledger, claim: &Claim) -> Result<Decision, Reject> {
        let mut steps = trace::Steps::default();
        self.run(person, ledger, claim, &mut steps)?;
        Ok(crate::decision::build::decision(self.plan, person, claim, &self.input, &self.case, &steps))
    }

    /// Settles a claim and gives what it pays and posts.
    pub(crate) fn book(&mut self, person: &Person, ledger: &mut Ledger, claim: &Claim) -> Result<Booked, Reject> {
        let mut trace = trace::Postings(std::mem::take(&mut self.steps));
        trace.0.clear();
        let done = self.run(person, ledger, claim, &mut trace);
        let booked = done.map(|()| booked::booked(self.plan, &self.case, &trace.0));
        self.steps = trace.0;
        booked
    }

    /// Settles a claim and gives the decision with every step, and what it pays and posts.
    pub(crate) fn book_explained(&mut self, person: &Person, ledger: &mut Ledger, claim: &Claim) -> Result<(Booked, Decision), Reject> {
        let mut steps = trace::Steps::default();
        self.run(person, ledger, claim, &mut steps)?;
        let booked = booked::booked(self.plan, &self.case, &steps.0);
        Ok((booked, crate::decision::build::decision(self.plan, person, claim, &self.input, &self.case, &steps)))
    }

    fn run<T: trace::Trace>(&mut self, person: &Person, ledger: &mut Ledger, claim: &Claim, trace: &mut T) -> Result<(), Reject> {
        prepare::prepare(self.plan, person, claim, &mut self.input)?;
        let kind = self.kinds.number(self.plan, &self.input.facts);
        let program = self.kinds.program(kind).ok_or_else(|| Fault::Internal.reject(self.plan, &claim.id, None))?;
        let mut books = open(self.plan, person, ledger, &claim.id, self.input.rule_date)?;
        let bill = self.input.bill();
        kernel::settle(self.plan, program, &bill, &mut self.case, &mut books, trace)
            .map_err(|fault| fault.reject(self.plan, &claim.id, Some(&bill)))
    }

    /// Settles a claim that was read beforehand, against the books of its person: the way for many claims that are settled more than once, or against
    /// books that are at hand.
    ///
    /// # Errors
    /// A [`Reject`], which leaves every balance as it was; also where there is no such claim, or the claims or the books belong to another plan.
    ///
    /// ```
    /// # let text = include_str!("../tests/it/schemes/small.toml");
    /// # let plan = medaid::Plan::compile(&medaid::Scheme::parse("village.toml", text)?)?;
    /// # let person: medaid::Person = serde_json::from_str(r#"{ "id": "p1" }"#)?;
    /// # let claim: medaid::Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
    /// #     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?;
    /// let mut prepared = medaid::PreparedClaims::new(&plan);
    /// let number = prepared.push(&person, &claim)?;
    /// let mut ledger = medaid::Ledger::new();
    /// let mut books = ledger.open(&plan, &person, claim.service_from)?;
    /// let mut adjudicator = medaid::Adjudicator::new(&plan);
    /// let settlement = adjudicator.settle_prepared(&prepared, number, &mut books)?;
    /// assert_eq!(settlement.out_of_pocket().to_string(), "17210");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn settle_prepared(&mut self, claims: &PreparedClaims<'_>, claim: usize, books: &mut Books<'_>) -> Result<Settlement<'_>, Reject> {
        let id = || claims.id(claim).unwrap_or_default();
        if claims.plan.tag() != self.plan.tag() || books.plan != self.plan.tag() {
            let message = refused::under_another_plan();
            return Err(Reject::new(id(), RejectCode::UnknownScheme, "scheme", message));
        }
        let Some((program, bill)) = claims.get(claim) else { return Err(Fault::Internal.reject(self.plan, id(), None)) };
        kernel::settle(self.plan, program, &bill, &mut self.case, books, &mut trace::Off)
            .map_err(|fault| fault.reject(self.plan, id(), Some(&bill)))?;
        Ok(Settlement { plan: self.plan, case: &self.case })
    }
}

impl Ledger {
    /// The books of a person and of their household on a day, under a plan, opening balances posted.
    ///
    /// # Errors
    /// A [`Reject`] if an opening balance does not fit the plan, or if the person belongs to two households on that day.
    pub fn open(&mut self, plan: &Plan, person: &Person, on: NaiveDate) -> Result<Books<'_>, Reject> {
        open(plan, person, self, "", Some(on))
    }

    /// Posts the opening balances of a person under a plan, once: a household's to the one to which they belong on the day of the balance.
    pub(crate) fn open_balances(&mut self, plan: &Plan, person: &Person, claim: &str) -> Result<(), Reject> {
        if person.opening.is_empty() || self.is_opened(&person.id, &plan.id) {
            return Ok(());
        }
        let openings = prepare::openings(plan, person, claim)?;
        if openings.is_empty() {
            return Ok(());
        }
        let internal = || Fault::Internal.reject(plan, claim, None);
        let households = openings.iter().map(|one| prepare::household(person, one.on, claim)).collect::<Result<Vec<&str>, Reject>>()?;
        for (one, household) in openings.iter().zip(households) {
            let mut books = self.books(plan, &person.id, household).ok_or_else(internal)?;
            books.owner(one.owner).post(one.key, one.period, one.amount).ok_or_else(|| Fault::Overflow.reject(plan, claim, None))?;
        }
        self.books(plan, &person.id, &person.id).ok_or_else(internal)?.person.set_opened(&plan.id);
        Ok(())
    }
}

impl Plan {
    /// The books of a person whose account, and whose household's, the caller keeps, and the account of all whom the scheme insures where the plan
    /// [couples them](Plan::couples_everyone); opening balances posted. One who has no household's account given is a household of their own; without
    /// the account of everyone they are all there are.
    ///
    /// # Errors
    /// A [`Reject`] if an opening balance does not fit the plan.
    pub fn open<'a>(
        &self,
        person: &Person,
        account: &'a mut Account,
        household: Option<&'a mut Account>,
        everyone: Option<&'a mut Account>,
    ) -> Result<Books<'a>, Reject> {
        let household = household.filter(|_| self.couples_households());
        let everyone = everyone.filter(|_| self.couples_everyone());
        let mut books = Books { person: account, household, everyone, plan: self.tag() };
        if !person.opening.is_empty() && !books.person.is_opened(&self.id) {
            for one in prepare::openings(self, person, "")? {
                books.owner(one.owner).post(one.key, one.period, one.amount).ok_or_else(|| Fault::Overflow.reject(self, "", None))?;
            }
            books.person.set_opened(&self.id);
        }
        Ok(books)
    }
}

fn open<'l>(plan: &Plan, person: &Person, ledger: &'l mut Ledger, claim: &str, on: Option<NaiveDate>) -> Result<Books<'l>, Reject> {
    ledger.open_balances(plan, person, claim)?;
    let household = match on {
        Some(on) if plan.couples_households() => prepare::household(person, on, claim)?,
        _ => &person.id,
    };
    ledger.books(plan, &person.id, household).ok_or_else(|| Fault::Internal.reject(plan, claim, None))
}

impl Plan {
    /// Adjudicates one claim of a person: posts its effects to the ledger and gives the decision with every step. [`Adjudicator`] does the same for many claims.
    ///
    /// # Errors
    /// A [`Reject`], which leaves every balance as it was.
    ///
    /// ```
    /// # let text = include_str!("../tests/it/schemes/small.toml");
    /// use medaid::{Claim, Ledger, Person, Plan, Scheme};
    /// let plan = Plan::compile(&Scheme::parse("village.toml", text)?)?;
    /// let person: Person = serde_json::from_str(r#"{ "id": "p1", "attributes": { "identity": "low_income" } }"#)?;
    /// let claim: Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
    ///     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?;
    /// let mut ledger = Ledger::new();
    /// let decision = plan.adjudicate(&person, &mut ledger, &claim)?;
    /// let facts = decision.facts();
    /// assert_eq!(facts["basic.paid"], "34790.00");             // (50,000 - 300) x 70 %
    /// assert_eq!(facts["critical_illness.paid"], "4090.78");   // (15,210 - 8,916.50) x 65 % = 4,090.775
    /// assert_eq!(facts["out_of_pocket.total"], "13119.22");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn adjudicate(&self, person: &Person, ledger: &mut Ledger, claim: &Claim) -> Result<Decision, Reject> {
        Adjudicator::new(self).adjudicate(person, ledger, claim)
    }
}

/// The amounts of a settled claim, without the steps that led to them.
#[derive(Debug, Clone, Copy)]
pub struct Settlement<'a> {
    plan: &'a Plan,
    case: &'a Case,
}

impl Settlement<'_> {
    /// What each layer paid of the bill, in the order of the layers.
    pub fn paid_by_layer(&self) -> &[Money] {
        &self.case.paid
    }

    /// What each layer paid beside the bill (sums that are no indemnity), in the order of the layers.
    pub fn beside_by_layer(&self) -> &[Money] {
        &self.case.beside
    }

    /// What each fund paid, in the order in which the scheme declares them.
    pub fn paid_by_fund(&self) -> &[Money] {
        &self.case.fund_paid
    }

    /// What the patient owes on top of the bill: copayments that are taken beside it.
    pub fn charged(&self) -> Money {
        self.case.charged
    }

    /// What nobody paid.
    pub fn out_of_pocket(&self) -> Money {
        // The parts of a bill that fits: their sum fits.
        self.case.residual.iter().fold(Money::ZERO, |sum, r| sum.checked_add(*r).unwrap_or(sum))
    }

    /// What nobody paid of one portion.
    pub fn left(&self, portion: &str) -> Option<Money> {
        let index = self.plan.portions.iter().position(|p| p.id == portion)?;
        Some(self.case.portion_left(index))
    }
}
