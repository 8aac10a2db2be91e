//! Adjudicates medical-aid claims under layered "charity plus health insurance" schemes: exactly, deterministically, and with every cent explained.
//!
//! A [`Scheme`] is read from a rule file, compiled into a [`Plan`], and the plan adjudicates [`Claim`]s of [`Person`]s against a [`Ledger`]; what comes
//! out is a [`Decision`] or a [`Reject`].
//!
//! ```
//! # let text = include_str!("../tests/it/schemes/small.toml");
//! use medaid::{Claim, Ledger, Person, Plan, Scheme};
//! let plan = Plan::compile(&Scheme::parse("village.toml", text)?)?;
//! let person: Person = serde_json::from_str(r#"{ "id": "p1" }"#)?;
//! let claim: Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
//!     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?;
//! let mut ledger = Ledger::new();
//! let decision = plan.adjudicate(&person, &mut ledger, &claim)?;
//! assert_eq!(decision.out_of_pocket.to_string(), "17210.00");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The rule language is described in [`mod@reference`] and taught in [`mod@tutorial`], files in [`formats`], choices and their reasons in [`design`].

// Tests may add up as they like.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

pub mod batch;
pub mod boundary;
pub mod check;
pub mod claim;
pub mod coverage;
pub mod date;
pub mod decision;
pub mod diagnostic;
pub mod difference;
mod digest;
#[cfg(feature = "report")]
pub mod document;
mod engine;
mod exact;
pub mod explain;
pub mod fund;
#[cfg(feature = "io")]
pub mod io;
pub mod journal;
#[cfg(feature = "cli")]
mod layout;
mod ledger;
mod money;
mod plan;
mod ratio;
mod reject;
#[cfg(feature = "report")]
pub mod report;
mod scheme;
pub mod settle;

#[doc = include_str!("../docs/rule-language.md")]
pub mod reference {}

#[doc = include_str!("../docs/tutorial.md")]
pub mod tutorial {}

#[doc = include_str!("../docs/file-formats.md")]
pub mod formats {}

#[doc = include_str!("../docs/design.md")]
pub mod design {}

pub use claim::{AttributeValue, Claim, Dated, DatedValue, Facility, Line, OpeningBalance, Person, PriorPayment, SeveralHouseholds};
pub use date::{DateChoice, Length, Per, PolicyYear, Span};
pub use decision::{Decision, Language};
pub use diagnostic::{Code, Diagnostic, Diagnostics, Page, Severity};
pub use digest::{Digest, DigestError};
pub use engine::{Account, Adjudicator, Books, PreparedClaims, Settlement};
#[cfg(feature = "cli")]
pub use layout::lay_out;
pub use ledger::Ledger;
pub use money::{Amount, Money, MoneyError, Rounding, RoundingMode, Total};
pub use plan::{Plan, SEMANTICS};
pub use ratio::Ratio;
pub use reject::{Reject, RejectCode};
pub use scheme::Scheme;
pub use scheme::schema::schema;

/// The README's program compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
