//! Integration tests: one binary.

#![allow(clippy::indexing_slicing, clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that goes wrong should stop")]

#[path = "../model/mod.rs"]
mod model;

#[cfg(feature = "io")]
mod bad_input;
mod batch;
mod boundary;
mod by_hand;
#[cfg(feature = "cli")]
mod cli;
mod diagnostics;
mod difference;
#[cfg(feature = "cli")]
mod document;
mod explain;
#[cfg(feature = "io")]
mod files;
mod lean;
mod model_agreement;
mod properties;
#[cfg(feature = "cli")]
mod readme;
