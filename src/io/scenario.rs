//! Scenario folders: schemes, persons, claims and perhaps what must come out, side by side.

use std::path::{Path, PathBuf};

use super::claims::{ClaimsRead, read_claims};
use super::error::{Error, ErrorKind, Errors};
use super::people::{read_households, read_people};
use super::source::Source;
use crate::batch::{BatchError, ExpectationError, Expectations, Mode, People, PlanBook, Run, run};
use crate::decision::Language;
use crate::diagnostic::{Diagnostics, Message, refused};
use crate::plan::Plan;
use crate::scheme::Scheme;

/// Why a scenario cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// Files cannot be read.
    #[error(transparent)]
    Files(#[from] Errors),
    /// Rule files have errors.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Schemes(Vec<Diagnostics>),
    /// The schemes do not go together, or the persons do not go with them.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The expectations cannot be read.
    #[error(transparent)]
    Expectations(#[from] ExpectationError),
}

impl ScenarioError {
    /// What is wrong, in words; findings about rule files are told without excerpts.
    pub fn text(&self, language: Language) -> String {
        match self {
            ScenarioError::Files(errors) => errors.text(language),
            ScenarioError::Schemes(_) => self.to_string(),
            ScenarioError::Batch(error) => error.text(language),
            ScenarioError::Expectations(error) => error.text(language),
        }
    }
}

impl From<Error> for ScenarioError {
    fn from(error: Error) -> Self {
        ScenarioError::Files(error.into())
    }
}

/// The rule files of a scenario folder, in the order of their names: `scheme.toml`, `scheme-*.toml`.
///
/// # Errors
/// If the folder cannot be read, or has no rule file.
pub fn scheme_files(folder: impl AsRef<Path>) -> Result<Vec<PathBuf>, Error> {
    let folder = folder.as_ref();
    schemes_among(folder, &names_in(folder)?)
}

pub(super) fn names_in(folder: &Path) -> Result<Vec<String>, Error> {
    let shown = folder.display().to_string();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| Error::io(&shown, refused::cannot_be_read, e))? {
        let entry = entry.map_err(|e| Error::io(&shown, refused::cannot_be_read, e))?;
        if let Some(name) = entry.file_name().to_str() {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

pub(super) fn schemes_among(folder: &Path, names: &[String]) -> Result<Vec<PathBuf>, Error> {
    let is_scheme = |name: &&String| *name == "scheme.toml" || name.starts_with("scheme-") && name.ends_with(".toml");
    let schemes: Vec<PathBuf> = names.iter().filter(is_scheme).map(|name| folder.join(name)).collect();
    if schemes.is_empty() { Err(missing(folder, refused::scenario_needs_scheme())) } else { Ok(schemes) }
}

fn missing(folder: &Path, message: Message) -> Error {
    Error::new(ErrorKind::WrongFiles, &folder.display().to_string(), message)
}

/// Reads and checks a rule file.
///
/// # Errors
/// If it cannot be read, or has errors.
pub fn read_scheme(path: impl AsRef<Path>) -> Result<Scheme, ScenarioError> {
    let source = Source::open(path)?;
    Scheme::parse(source.name(), source.text()).map_err(|findings| ScenarioError::Schemes(vec![findings]))
}

/// Everything that a batch needs.
#[derive(Debug)]
#[non_exhaustive]
pub struct Scenario {
    /// The plans.
    pub book: PlanBook,
    /// The persons.
    pub people: People,
    /// The claims, and what of them could not be read.
    pub claims: ClaimsRead,
    /// What must come out, if it is said.
    pub expectations: Option<Expectations>,
    /// Findings about the schemes that are no errors.
    pub warnings: Vec<Diagnostics>,
}

impl Scenario {
    /// Reads a scenario folder.
    ///
    /// # Errors
    /// If a file is missing or cannot be read, or if the schemes have errors.
    pub fn open(folder: impl AsRef<Path>) -> Result<Scenario, ScenarioError> {
        let files = Files::find(folder.as_ref())?;
        let people = files.people.as_deref().map(Source::open).transpose()?;
        let claims = Source::open(&files.claims)?;
        let lines = files.lines.as_deref().map(Source::open).transpose()?;
        let mut scenario = Scenario::read(&files.schemes, people.as_ref(), &claims, lines.as_ref())?;
        if let Some(path) = &files.households {
            scenario.people = read_households(&Source::open(path)?, scenario.people)?;
        }
        if let Some(path) = &files.expectations {
            let source = Source::open(path)?;
            scenario.expectations = Some(Expectations::parse(source.name(), source.text())?);
        }
        Ok(scenario)
    }

    /// Reads schemes, persons, claims and lines from files of any name. Without persons, everybody whom a claim names is taken as known, and nothing is
    /// known of them.
    ///
    /// # Errors
    /// If a file cannot be read, or if the schemes have errors.
    pub fn read(schemes: &[PathBuf], people: Option<&Source>, claims: &Source, lines: Option<&Source>) -> Result<Scenario, ScenarioError> {
        let (plans, warnings) = read_plans(schemes)?;
        let book = PlanBook::new(plans)?;
        let claims = read_claims(claims, lines)?;
        let people = match people {
            Some(source) => read_people(source)?,
            None => People::of_claims(&claims.claims),
        };
        Ok(Scenario { book, people, claims, expectations: None, warnings })
    }

    /// Settles the claims.
    ///
    /// # Errors
    /// If a person carries an attribute that no scheme declares.
    pub fn run(&self, mode: Mode) -> Result<Run, BatchError> {
        run(&self.book, &self.people, self.claims.claims.clone(), self.claims.rejects.clone(), mode)
    }
}

struct Files {
    schemes: Vec<PathBuf>,
    people: Option<PathBuf>,
    households: Option<PathBuf>,
    claims: PathBuf,
    lines: Option<PathBuf>,
    expectations: Option<PathBuf>,
}

impl Files {
    fn find(folder: &Path) -> Result<Files, Error> {
        let shown = folder.display().to_string();
        let names = names_in(folder)?;
        let has = |name: &str| names.iter().any(|n| n == name).then(|| folder.join(name));
        let one_of = |first: &str, second: &str| match (has(first), has(second)) {
            (Some(_), Some(_)) => Err(Error::new(ErrorKind::WrongFiles, &shown, refused::there_are_both(first, second))),
            (found, None) | (None, found) => Ok(found),
        };
        Ok(Files {
            schemes: schemes_among(folder, &names)?,
            people: one_of("people.csv", "people.json")?,
            households: one_of("households.csv", "households.json")?,
            claims: one_of("claims.csv", "claims.json")?.ok_or_else(|| missing(folder, refused::scenario_needs_claims()))?,
            lines: has("lines.csv"),
            expectations: has("expect.toml"),
        })
    }
}

/// Plans and what is said about them, or the errors of all that have some.
pub(super) fn read_plans(schemes: &[PathBuf]) -> Result<(Vec<Plan>, Vec<Diagnostics>), ScenarioError> {
    let (mut plans, mut warnings, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for path in schemes {
        match read_scheme(path) {
            Ok(scheme) => {
                plans.push(Plan::compile(&scheme).map_err(|findings| ScenarioError::Schemes(vec![findings]))?);
                warnings.push(scheme.warnings().clone());
            }
            Err(ScenarioError::Schemes(findings)) => failed.extend(findings),
            Err(other) => return Err(other),
        }
    }
    if failed.is_empty() { Ok((plans, warnings)) } else { Err(ScenarioError::Schemes(failed)) }
}
