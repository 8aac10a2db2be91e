//! Claims read against a plan beforehand, side by side in memory: for settling many, or the same ones more than once.

#![allow(clippy::arithmetic_side_effects, reason = "places in tables that are in memory")]

use crate::claim::{Claim, Person};
use crate::date::Periods;
use crate::engine::case::{Bill, Input};
use crate::engine::kinds::Kinds;
use crate::engine::prepare::prepare;
use crate::engine::program::Program;
use crate::money::Money;
use crate::plan::Plan;
use crate::reject::Reject;

/// Claims read against one plan: names resolved, lines classified, everything checked that can be checked before the first layer.
///
/// Each claim is known by its number, from 0 in the order in which they were read. [`Adjudicator::settle_prepared`](crate::Adjudicator::settle_prepared)
/// settles them.
///
/// ```
/// # let text = include_str!("../../tests/it/schemes/small.toml");
/// # let plan = medaid::Plan::compile(&medaid::Scheme::parse("village.toml", text)?)?;
/// # let person: medaid::Person = serde_json::from_str(r#"{ "id": "p1" }"#)?;
/// # let claim: medaid::Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
/// #     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?;
/// let mut prepared = medaid::PreparedClaims::new(&plan);
/// assert_eq!(prepared.push(&person, &claim)?, 0);
/// assert_eq!(prepared.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct PreparedClaims<'p> {
    pub(crate) plan: &'p Plan,
    kinds: Kinds,
    entries: Vec<Entry>,
    /// The bills of all claims, one after the other.
    billed: Vec<Money>,
    /// What only some claims need.
    inputs: Vec<Input>,
    ids: Vec<String>,
    /// Working memory.
    input: Input,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    kind: u32,
    /// Where its bill begins.
    billed: u32,
    periods: Periods,
    /// Its place among the inputs, if its rules ask for more than the bill.
    input: Option<u32>,
}

impl<'p> PreparedClaims<'p> {
    /// No claims yet.
    pub fn new(plan: &'p Plan) -> PreparedClaims<'p> {
        PreparedClaims {
            plan,
            kinds: Kinds::new(plan),
            entries: Vec::new(),
            billed: Vec::new(),
            inputs: Vec::new(),
            ids: Vec::new(),
            input: Input::default(),
        }
    }

    /// Reads a claim of a person and gives its number.
    ///
    /// # Errors
    /// The [`Reject`], if the claim cannot be decided; it then has no number.
    pub fn push(&mut self, person: &Person, claim: &Claim) -> Result<usize, Reject> {
        prepare(self.plan, person, claim, &mut self.input)?;
        let input = &self.input;
        let kind = self.kinds.number(self.plan, &input.facts);
        let lean = self.kinds.program(kind).is_some_and(|program| !program.asks);
        let bare = lean && input.bill().is_bare() && input.stay.is_none();
        let place = |count: usize| u32::try_from(count).map_err(|_| crate::engine::Fault::Overflow.reject(self.plan, &claim.id, None));
        let entry = Entry {
            kind: place(kind)?,
            billed: place(self.billed.len())?,
            periods: input.periods,
            input: if bare { None } else { Some(place(self.inputs.len())?) },
        };
        if bare {
            self.billed.extend_from_slice(&input.billed);
        } else {
            self.inputs.push(input.clone());
        }
        self.entries.push(entry);
        self.ids.push(claim.id.clone());
        Ok(self.entries.len().saturating_sub(1))
    }

    /// How many claims were read.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The id of a claim.
    pub fn id(&self, claim: usize) -> Option<&str> {
        self.ids.get(claim).map(String::as_str)
    }

    #[inline]
    pub(crate) fn get(&self, claim: usize) -> Option<(&Program, Bill<'_>)> {
        let entry = self.entries.get(claim)?;
        let program = self.kinds.program(entry.kind as usize)?;
        if let Some(input) = entry.input {
            return Some((program, self.inputs.get(input as usize)?.bill()));
        }
        let start = entry.billed as usize;
        let billed = self.billed.get(start..start + self.plan.portions.len())?;
        let bill = Bill { billed, lines: 1, periods: &entry.periods, input: None };
        Some((program, bill))
    }
}
