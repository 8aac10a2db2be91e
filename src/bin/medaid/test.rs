//! `medaid test`.

use std::io::Write;
use std::path::{Path, PathBuf};

use medaid::Language;
use medaid::batch::{Mismatch, Mode};
use medaid::io::{Scenario, Sequence};
use medaid::report::clean;
use medaid::report::words::Words;
use serde::Serialize;

use crate::screen::{Failure, Screen};
use crate::{Format, Verdict};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folders; every scenario with an expect.toml or expect-changes.csv in or below them is run
    #[arg(value_name = "FOLDER", required = true)]
    folders: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Tested {
    scenario: String,
    values: usize,
    mismatches: Vec<Mismatch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip)]
    failure: Option<Failure>,
    #[serde(skip)]
    file: String,
}

pub(crate) fn run(args: &Args, screen: &mut Screen) -> Result<Verdict, Failure> {
    let mut folders = Vec::new();
    for folder in &args.folders {
        let before = folders.len();
        find(folder, &mut folders)?;
        if folders.len() == before {
            return Err(Failure::Message(screen.words.no_scenario(&folder.display().to_string())));
        }
    }
    folders.sort();
    folders.dedup();
    let mut all = Vec::new();
    for folder in &folders {
        let tested = test(folder, screen);
        if screen.format == Format::Table {
            tell(&tested, screen)?;
        }
        all.push(tested);
    }
    let values = all.iter().map(|t| t.values).sum();
    let mismatches = all.iter().map(|t| t.mismatches.len()).sum();
    let unreadable = all.iter().filter(|t| t.failure.is_some()).count();
    match screen.format {
        Format::Table => {
            let total = screen.words.test_total(all.len(), values, mismatches, unreadable);
            writeln!(screen.out(), "{total}")?;
        }
        Format::Json => screen.json(&all)?,
        Format::Csv => {
            let rows = all.iter().flat_map(|t| t.mismatches.iter().map(move |m| (t, m))).map(|(tested, m)| {
                let found = m.found.clone().unwrap_or_default();
                [
                    tested.scenario.clone(),
                    m.line.to_string(),
                    m.claim.clone(),
                    m.path.clone(),
                    m.expected.clone(),
                    found,
                    m.note.to_string(),
                ]
            });
            screen.csv(["scenario", "line", "claim", "path", "expected", "found", "note"], rows)?;
        }
    }
    screen.finish()?;
    for tested in &all {
        if let Some(failure) = &tested.failure {
            screen.failure(failure);
        }
    }
    Ok(match (unreadable, mismatches) {
        (0, 0) => Verdict::Fine,
        (0, _) => Verdict::Findings,
        _ => Verdict::Unreadable,
    })
}

/// Every folder with an `expect.toml` or an `expect-changes.csv`, at or below a folder.
fn find(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let cannot = |e: std::io::Error| Failure::told(|language| Words(language).cannot_read(&folder.display().to_string(), &e));
    if ["expect.toml", "expect-changes.csv"].iter().any(|name| folder.join(name).is_file()) {
        found.push(folder.to_owned());
    }
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        // Links are not followed: they could lead in circles.
        if entry.file_type().map_err(cannot)?.is_dir() {
            find(&entry.path(), found)?;
        }
    }
    Ok(())
}

fn test(folder: &Path, screen: &Screen) -> Tested {
    let scenario = folder.display().to_string();
    match compare(folder, screen) {
        Ok((file, values, mismatches)) => Tested { scenario, values, mismatches, error: None, failure: None, file },
        Err(failure) => {
            let error = match &failure {
                Failure::Message(_) | Failure::Told { .. } => failure.text(Language::En).to_owned(),
                Failure::Schemes(list) => list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
                Failure::Closed => String::new(),
            };
            Tested { scenario, values: 0, mismatches: Vec::new(), error: Some(error), failure: Some(failure), file: String::new() }
        }
    }
}

fn compare(folder: &Path, screen: &Screen) -> Result<(String, usize, Vec<Mismatch>), Failure> {
    if Sequence::is_in(folder) {
        let sequence = Sequence::open(folder)?;
        let file = sequence.expected.as_ref().map(|expected| expected.file().to_owned()).unwrap_or_default();
        let compared = sequence.compare();
        let (values, mismatches) =
            compared.ok_or_else(|| Failure::Message(format!("{}: {}", folder.display(), screen.words.nothing_expected())))?;
        return Ok((file, values, mismatches));
    }
    let scenario = Scenario::open(folder)?;
    let run = scenario.run(Mode::Explained)?;
    let expected =
        scenario.expectations.ok_or_else(|| Failure::Message(format!("{}: {}", folder.display(), screen.words.nothing_expected())))?;
    Ok((expected.file().to_owned(), expected.values(), expected.compare(&run)))
}

fn tell(tested: &Tested, screen: &mut Screen) -> Result<(), Failure> {
    let words = screen.words;
    let verdict = match (&tested.failure, tested.mismatches.len()) {
        (Some(_), _) => format!("\x1b[1;91m{}\x1b[0m", words.error()),
        (None, 0) => words.as_expected(tested.values),
        (None, number) => format!("\x1b[1;91m{}\x1b[0m", words.differ(number, tested.values)),
    };
    writeln!(screen.out(), "{}: {verdict}", clean(&tested.scenario))?;
    for m in &tested.mismatches {
        let text = words.mismatch(&m.claim, &m.path, &m.expected, m.found.as_deref(), m.note.text(words.0));
        writeln!(screen.out(), "  {}:{}: {}", clean(&tested.file), m.line, clean(&text))?;
    }
    Ok(())
}
