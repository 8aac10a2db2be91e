//! Integration tests: one binary.

#![allow(clippy::indexing_slicing, clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that goes wrong should stop")]

#[path = "../model/mod.rs"]
mod model;
#[cfg(feature = "cli")]
#[path = "../readers/mod.rs"]
mod reader_targets;

mod as_of;
#[cfg(feature = "io")]
mod bad_input;
mod batch;
mod boundary;
mod by_hand;
mod carry;
mod check;
#[cfg(feature = "cli")]
mod cli;
mod coordination;
mod copay;
mod day_count;
mod days;
mod diagnostics;
mod difference;
#[cfg(feature = "cli")]
mod document;
mod explain;
#[cfg(feature = "cli")]
mod faults;
#[cfg(feature = "io")]
mod files;
mod funds;
#[cfg(feature = "io")]
mod golden;
mod households;
mod items;
mod journal;
mod journal_agreement;
#[cfg(feature = "cli")]
mod layout;
mod lean;
#[cfg(feature = "io")]
mod limits;
mod line_caps;
mod line_dates;
mod model_agreement;
mod notional;
mod of_benefits;
mod outside;
mod over_time;
mod pages;
mod parts;
mod personal_periods;
mod phases;
mod properties;
mod ratio_between;
#[cfg(feature = "cli")]
mod readers;
#[cfg(feature = "cli")]
mod readme;
mod run_off;
mod schema;
mod settle;
mod spells;
#[cfg(feature = "io")]
mod words;
