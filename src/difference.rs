//! What differs in meaning between two schemes, or two editions of one.
//!
//! The plans are compared, not the texts: layout, comments, the order of keys, `0.50` for `0.5`, or a parameter written out in place are no difference. Numbers
//! and conditions are the same if they come out the same in every case that either of them tells apart. Each difference comes with a claim whose decision
//! changes, where one is found: claims of every kind that either scheme tells apart are settled under both, at all amounts that either names.
//!
//! ```
//! # let text = include_str!("../tests/it/schemes/small.toml");
//! use medaid::{Plan, Scheme, difference};
//! let old = Plan::compile(&Scheme::parse("old.toml", text)?)?;
//! let new = Plan::compile(&Scheme::parse("new.toml", &text.replace("\"70%\"", "\"75%\""))?)?;
//! let found = difference::compare(&old, &new);
//! assert_eq!(found.differences[0].to_string(), "basic.inpatient: ratio: 70% -> 75%");
//! let witness = found.differences[0].witness.as_ref().ok_or("none")?;
//! assert_ne!(witness.old, witness.new);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cases;
mod rules;
mod search;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::claim::{Claim, Person};
use crate::diagnostic::Message;
use crate::plan::Plan;

/// The differences of two schemes, and how far their witnesses were searched for.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Differences {
    /// The differences: those of the scheme as a whole, then rule by rule.
    pub differences: Vec<Difference>,
    /// How many kinds of person and claim were looked at.
    pub kinds: usize,
    /// Whether these were all kinds that the schemes tell apart.
    pub complete: bool,
    /// How many claims were settled.
    pub settled: usize,
}

/// One difference in meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The rule, such as `basic.inpatient: cap 1`.
    pub rule: Message,
    /// The first case in which the rule comes out otherwise; nothing if it does in all.
    #[serde(skip_serializing_if = "Message::is_empty")]
    pub case: Message,
    /// What it was there; nothing if it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Message>,
    /// What it is now; nothing if it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Message>,
    /// A claim whose decision changes. Without one, the rules differ but no such claim was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rule)?;
        if !self.case.is_empty() {
            write!(f, " ({})", self.case)?;
        }
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => write!(f, ": {old} -> {new}"),
            (Some(old), None) => write!(f, ": gone (was {old})"),
            (None, Some(new)) => write!(f, ": new ({new})"),
            (None, None) => Ok(()),
        }
    }
}

/// A person and claims, the last of which is decided otherwise under the one scheme than under the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Witness {
    /// The person.
    pub person: Person,
    /// The claims, settled in this order.
    pub claims: Vec<Claim>,
    /// What the last claim comes to under the old scheme: what each layer pays, what is left, or why it is rejected.
    pub old: BTreeMap<String, String>,
    /// What it comes to under the new one.
    pub new: BTreeMap<String, String>,
}

/// What differs in meaning between two plans.
pub fn compare(old: &Plan, new: &Plan) -> Differences {
    let found = rules::differences(old, new);
    search::with_witnesses(old, new, found)
}
