//! Many claims at once: the plans of all schemes and editions, the people, the order in which claims are settled, and the sums over all of them.
//!
//! ```
//! # let text = include_str!("../tests/it/schemes/small.toml");
//! use medaid::batch::{self, Mode, People, PlanBook};
//! let book = PlanBook::new([medaid::Plan::compile(&medaid::Scheme::parse("village.toml", text)?)?])?;
//! let people = People::new([serde_json::from_str(r#"{ "id": "p1" }"#)?])?;
//! let claims = vec![serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
//!     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?];
//! let run = batch::run(&book, &people, claims, Vec::new(), Mode::Explained)?;
//! assert_eq!(run.decisions[0].out_of_pocket.to_string(), "17210.00");
//! assert_eq!(run.summary.paid.to_string(), "34790.00");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The order of settlement
//!
//! Claims of one **owner** depend on each other through accumulators; owners do not. The owner is the household where any accumulator of the scheme
//! belongs to a household, else the person. An owner's claims are settled in the scheme's order, `as-received` (sequence, id) or `as-incurred` (rule
//! date, sequence, id). Decisions come out by scheme, owner, and that order; rejects by claim id. Nothing depends on the order in which claims or
//! persons are given.

mod book;
mod error;
mod expect;
mod order;
mod people;
mod summary;

pub use book::PlanBook;
pub(crate) use book::{differ, plan_for, reword};
pub use error::BatchError;
pub use expect::{ExpectationError, Expectations, Mismatch};
pub use people::People;
pub use summary::{FundSummary, LayerSummary, PremiumSummary, SchemeSummary, Sum, Summary};

use crate::claim::{Claim, Person};
use crate::decision::Decision;
use crate::engine::Adjudicator;
use crate::fund::Movement;
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::reject::{Reject, RejectCode};
use crate::settle;

/// How much is wanted of each claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A decision with every step.
    Explained,
    /// Only the sums over all claims; several times as fast.
    Plain,
}

/// What came of many claims. Every claim that went in is here once: decided or rejected.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Run {
    /// The decisions, by scheme, owner and order of settlement; none in [`Mode::Plain`].
    pub decisions: Vec<Decision>,
    /// The rejects, by claim id, code and message.
    pub rejects: Vec<Reject>,
    /// The sums.
    pub summary: Summary,
    /// What moved the money of funds that keep accounts, by scheme, fund and day.
    pub movements: Vec<Movement>,
    /// The positions of all accumulators afterwards.
    pub ledger: Ledger,
}

/// What became of one claim, told while the others are still to be settled.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It was decided; with every step in [`Mode::Explained`].
    Decided(Option<Box<Decision>>),
    /// It was rejected; the reject is among those that come out at the end.
    Rejected,
}

/// Settles claims and keeps all decisions. `rejects` are those that could not even be read; they come out with the others.
///
/// # Errors
/// If a person carries an attribute that no scheme of the book declares.
pub fn run(book: &PlanBook, people: &People, claims: Vec<Claim>, rejects: Vec<Reject>, mode: Mode) -> Result<Run, BatchError> {
    let mut decisions = Vec::new();
    let mut run = stream(book, people, claims, rejects, mode, |outcome| -> Result<(), BatchError> {
        if let Outcome::Decided(Some(decision)) = outcome {
            decisions.push(*decision);
        }
        Ok(())
    })?;
    run.decisions = decisions;
    Ok(run)
}

/// Posts what members bring to their households before anybody claims: the member who brings it need not be the first to claim. An opening balance that does not
/// fit is the reject of that member's own claims.
fn open_households(book: &PlanBook, people: &People, ledger: &mut Ledger) {
    for plan in book.plans().iter().filter(|plan| plan.couples_households()) {
        for person in people.iter().filter(|p| !p.household.is_empty() && !p.opening.is_empty()) {
            let _ = ledger.open_balances(plan, person, "");
        }
    }
}

/// Settles claims and hands every outcome on as it comes, in order, so that decisions need not be kept; [`Run::decisions`] stays empty.
///
/// # Errors
/// If a person carries an attribute that no scheme of the book declares, and the receiver's own.
pub fn stream<E: From<BatchError>>(
    book: &PlanBook,
    people: &People,
    claims: Vec<Claim>,
    rejects: Vec<Reject>,
    mode: Mode,
    mut receive: impl FnMut(Outcome) -> Result<(), E>,
) -> Result<Run, E> {
    people.check(book)?;
    let mut rejects = rejects;
    let mut tally = summary::Tally::new(book, people);
    for _ in &rejects {
        receive(Outcome::Rejected)?;
    }
    let (claims, duplicates) = order::without_duplicates(claims);
    for duplicate in duplicates {
        rejects.push(duplicate);
        receive(Outcome::Rejected)?;
    }
    let mut adjudicators: Vec<Adjudicator<'_>> = book.plans().iter().map(Adjudicator::new).collect();
    let mut ledger = Ledger::new();
    open_households(book, people, &mut ledger);
    let mut made: Vec<Made> = Vec::new();
    for entry in order::ordered(book, people, &claims) {
        let claim = entry.claim;
        let settled = entry.route.and_then(|route| {
            let kept = book.plans().get(route.plan).is_some_and(|plan| book.is_settled(&plan.id));
            let mut settler = Settler { adjudicators: &mut adjudicators, ledger: &mut ledger, tally: &mut tally };
            let decision = settler.settle(&route, claim, if kept { Mode::Explained } else { mode })?;
            match decision {
                Some(decision) if kept => {
                    made.push(Made { plan: route.plan, person: route.person.clone(), claim: claim.clone(), decision: decision.clone() });
                    Ok(Some(decision).filter(|_| mode == Mode::Explained))
                }
                decision => Ok(decision),
            }
        });
        match settled {
            Ok(decision) => receive(Outcome::Decided(decision))?,
            Err(reject) => {
                rejects.push(book.reword(claim, reject));
                receive(Outcome::Rejected)?;
            }
        }
    }
    // Periods are settled once all claims of the run are decided.
    for (edition, settling) in book.settling() {
        let decided = made.iter().filter_map(|one| {
            let plan = book.plans().get(one.plan)?;
            Some(settle::Decided { plan, person: &one.person, claim: &one.claim, decision: &one.decision })
        });
        let claims = settle::claims(settling, decided);
        // Each edition makes those of its own time; one of them those of which none holds, and says so.
        for claim in claims.into_iter().filter(|claim| book.plan_for(claim) == Ok(edition)) {
            let person = owner(settling, people, &claim.person);
            let route = order::Route { plan: edition, person: &person, rule_date: claim.service_from };
            let mut settler = Settler { adjudicators: &mut adjudicators, ledger: &mut ledger, tally: &mut tally };
            match settler.settle(&route, &claim, Mode::Explained) {
                Ok(decision) => {
                    if let Some(decision) = &decision {
                        made.push(Made { plan: edition, person, claim, decision: decision.clone() });
                    }
                    receive(Outcome::Decided(decision.filter(|_| mode == Mode::Explained)))?;
                }
                Err(reject) => {
                    rejects.push(book.reword(&claim, reject));
                    receive(Outcome::Rejected)?;
                }
            }
        }
    }
    order::sort_rejects(&mut rejects);
    let (summary, movements) = tally.finish(&rejects)?;
    Ok(Run { decisions: Vec::new(), rejects, summary, movements, ledger })
}

/// A decided claim that another scheme settles.
struct Made {
    plan: usize,
    person: Person,
    claim: Claim,
    decision: Box<Decision>,
}

/// Whose claim a settlement is: a person's, or a household's, of which nothing need be known.
fn owner(plan: &Plan, people: &People, id: &str) -> Person {
    let known = if plan.settles_for_households() { people.household(id) } else { people.get(id) };
    known.cloned().unwrap_or_else(|| Person { id: id.to_owned(), ..Person::default() })
}

/// What a claim in its turn needs.
struct Settler<'s, 'p> {
    adjudicators: &'s mut [Adjudicator<'p>],
    ledger: &'s mut Ledger,
    tally: &'s mut summary::Tally<'p>,
}

impl Settler<'_, '_> {
    fn settle(&mut self, route: &order::Route<'_>, claim: &Claim, mode: Mode) -> Result<Option<Box<Decision>>, Reject> {
        let internal = || Reject::new(&claim.id, RejectCode::NoValue, "", crate::diagnostic::refused::internal());
        let adjudicator = self.adjudicators.get_mut(route.plan).ok_or_else(internal)?;
        Ok(match mode {
            Mode::Explained => {
                let decision = adjudicator.adjudicate(route.person, self.ledger, claim)?;
                self.tally.decision(route.plan, route.rule_date, claim, &decision);
                Some(Box::new(decision))
            }
            Mode::Plain => {
                let settlement = adjudicator.settle(route.person, self.ledger, claim)?;
                let sums = [settlement.paid_by_layer(), settlement.beside_by_layer(), settlement.paid_by_fund()];
                self.tally.settlement(route.plan, route.rule_date, claim, sums, settlement.out_of_pocket());
                None
            }
        })
    }
}
