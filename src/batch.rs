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
pub use error::BatchError;
pub use expect::{ExpectationError, Expectations, Mismatch};
pub use people::People;
pub use summary::{LayerSummary, PremiumSummary, SchemeSummary, Sum, Summary};

use crate::claim::Claim;
use crate::decision::Decision;
use crate::engine::Adjudicator;
use crate::ledger::Ledger;
use crate::reject::{Reject, RejectCode};

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
        for person in people.iter().filter(|p| p.household.is_some() && !p.opening.is_empty()) {
            let _ = ledger.open(plan, person);
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
    for entry in order::ordered(book, people, &claims) {
        let claim = entry.claim;
        let settled = entry.route.and_then(|route| {
            let internal = || Reject::new(&claim.id, RejectCode::NoValue, "", "internal error of medaid; please report it with this claim");
            let adjudicator = adjudicators.get_mut(route.plan).ok_or_else(internal)?;
            let decision = match mode {
                Mode::Explained => {
                    let decision = adjudicator.adjudicate(route.person, &mut ledger, claim)?;
                    tally.decision(route.plan, route.rule_date, claim, &decision);
                    Some(Box::new(decision))
                }
                Mode::Plain => {
                    let settlement = adjudicator.settle(route.person, &mut ledger, claim)?;
                    let sums = [settlement.paid_by_layer(), settlement.beside_by_layer(), settlement.paid_by_fund()];
                    tally.settlement(route.plan, route.rule_date, claim, sums, settlement.out_of_pocket());
                    None
                }
            };
            Ok(decision)
        });
        match settled {
            Ok(decision) => receive(Outcome::Decided(decision))?,
            Err(reject) => {
                rejects.push(book.reword(claim, reject));
                receive(Outcome::Rejected)?;
            }
        }
    }
    order::sort_rejects(&mut rejects);
    let summary = tally.finish(&rejects);
    Ok(Run { decisions: Vec::new(), rejects, summary, ledger })
}
