//! The reference model: a slow, plain reading of the specification that shares nothing with the engine.
//!
//! - [`rat`]: exact fractions, the only arithmetic used here.
//! - [`scheme`]: what a scheme, a person and a claim are, as plain data.
//! - [`interpret`]: one claim, step by step; to be read beside "How one benefit is figured".
//! - [`values`]: what conditions and values read.
//! - [`toml`]: the same data written as a rule file, and as the JSON of people and claims.
//! - [`generate`]: schemes and histories as functions of a seed.
//! - [`history`]: claims over time: which claims stand after a list of operations, in which order they count, and what is decided of each.
//! - [`published`]: printed examples that the model must reproduce.
//! - [`reduce`]: makes a failing history smaller.
//! - [`checks`]: figures worked out by hand.
//! - [`coverage`]: what was generated and which branches were taken.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test support: a fault here must stop the test"
)]

mod checks;
pub(crate) mod coverage;
pub(crate) mod generate;
pub(crate) mod history;
pub(crate) mod interpret;
pub(crate) mod published;
pub(crate) mod rat;
pub(crate) mod reduce;
pub(crate) mod scheme;
pub(crate) mod toml;
mod values;
