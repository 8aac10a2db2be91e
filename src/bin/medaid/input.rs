//! What comes in: a scenario folder, or files one by one.

use std::path::{Path, PathBuf};

use medaid::io::{Scenario, Source};

use crate::screen::{Failure, Screen};

/// Where schemes, persons and claims are.
#[derive(clap::Args)]
pub(crate) struct Input {
    /// A scenario folder: scheme.toml (or scheme-*.toml), people.csv or .json, claims.csv or .json, and perhaps lines.csv
    #[arg(value_name = "SCENARIO", conflicts_with_all = ["schemes", "claims", "lines", "people", "households"])]
    pub(crate) scenario: Option<PathBuf>,
    /// A rule file; may be given several times, for several schemes or editions
    #[arg(long = "scheme", value_name = "FILE")]
    pub(crate) schemes: Vec<PathBuf>,
    /// A file of claims, CSV or JSON; `-` is standard input
    #[arg(long, value_name = "FILE", requires = "schemes")]
    claims: Option<PathBuf>,
    /// A CSV file of the lines of the claims
    #[arg(long, value_name = "FILE", requires = "claims")]
    lines: Option<PathBuf>,
    /// A file of persons, CSV or JSON; without it everybody whom a claim names is taken as known, and nothing is known of them
    #[arg(long, value_name = "FILE", requires = "schemes")]
    pub(crate) people: Option<PathBuf>,
    /// A file of households, like one of persons: what schemes that settle for households know of them
    #[arg(long, value_name = "FILE", requires = "claims")]
    households: Option<PathBuf>,
}

impl Input {
    pub(crate) fn load(&self, screen: &Screen) -> Result<Scenario, Failure> {
        let scenario = match (&self.scenario, &self.claims) {
            (Some(folder), _) => Scenario::open(folder)?,
            (None, Some(claims)) => {
                let people = self.people.as_deref().map(open).transpose()?;
                let lines = self.lines.as_deref().map(open).transpose()?;
                let mut scenario = Scenario::read(&self.schemes, people.as_ref(), &open(claims)?, lines.as_ref())?;
                if let Some(path) = &self.households {
                    scenario.people = medaid::io::read_households(&open(path)?, scenario.people)?;
                }
                scenario
            }
            (None, None) => return Err(Failure::Message(screen.words.give_scenario_or_files().to_owned())),
        };
        Ok(scenario)
    }
}

/// A file, or standard input.
pub(crate) fn open(path: &Path) -> Result<Source, Failure> {
    let source = if path == Path::new("-") { Source::read("standard input", std::io::stdin().lock()) } else { Source::open(path) };
    Ok(source?)
}
