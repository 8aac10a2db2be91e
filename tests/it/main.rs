//! Integration tests: one binary.

#[path = "../model/mod.rs"]
mod model;

mod by_hand;
mod diagnostics;
mod explain;
mod model_agreement;
mod properties;
