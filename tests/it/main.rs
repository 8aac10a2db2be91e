//! Integration tests: one binary.

#[path = "../model/mod.rs"]
mod model;

mod model_agreement;
