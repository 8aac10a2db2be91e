//! `medaid fmt`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use medaid::io::{OutputFolder, Source};
use medaid::report::words::Words;
use serde::Serialize;

use crate::screen::{Failure, Screen};
use crate::{Format, Verdict};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Rule files; `-` is standard input, laid out on standard output
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Writes nothing, and ends with exit code 1 if a file would change
    #[arg(long)]
    check: bool,
}

#[derive(Serialize)]
struct Changed {
    file: String,
    changed: bool,
}

pub(crate) fn run(args: &Args, screen: &mut Screen) -> Result<Verdict, Failure> {
    let mut verdict = Verdict::Fine;
    let mut done = Vec::new();
    let mut failures = Vec::new();
    for path in &args.files {
        match lay_out(path, args.check, screen) {
            Ok(changed) => done.push(changed),
            // The other files are worth laying out all the same.
            Err(failure) => failures.push(failure),
        }
    }
    let shown = done.iter().filter(|d| d.changed && !d.file.is_empty());
    match screen.format {
        Format::Table => {
            for changed in shown {
                let line = screen.words.laid_out(&changed.file, args.check);
                writeln!(screen.out(), "{line}")?;
            }
        }
        Format::Json => screen.json(&done)?,
        Format::Csv => screen.csv(["file", "changed"], done.iter().map(|d| [d.file.clone(), d.changed.to_string()]))?,
    }
    if args.check && done.iter().any(|d| d.changed) {
        verdict = Verdict::Findings;
    }
    screen.finish()?;
    for failure in &failures {
        screen.failure(failure);
        if !matches!(failure, Failure::Schemes(_)) {
            verdict = Verdict::Unreadable;
        } else if verdict == Verdict::Fine {
            verdict = Verdict::Findings;
        }
    }
    Ok(verdict)
}

fn lay_out(path: &Path, check: bool, screen: &mut Screen) -> Result<Changed, Failure> {
    let from_input = path == Path::new("-");
    let source = if from_input { Source::read("standard input", std::io::stdin().lock())? } else { Source::open(path)? };
    let text = medaid::lay_out(source.name(), source.text()).map_err(|findings| Failure::Schemes(vec![findings]))?;
    // A byte-order mark is not part of the source's text, so a file that has one is compared without it.
    let changed = text != source.text();
    if from_input {
        if !check {
            write!(screen.out(), "{text}")?;
        }
        let file = if check { source.name().to_owned() } else { String::new() };
        return Ok(Changed { file, changed });
    }
    if changed && !check {
        replace(path, &text)?;
    }
    Ok(Changed { file: source.name().to_owned(), changed })
}

/// Puts a new text into a file: whole, or not at all.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let told = |error: std::io::Error| Failure::told(|language| Words(language).cannot_write(&path.display().to_string(), &error));
    // A link stays a link.
    let real = fs::canonicalize(path).map_err(told)?;
    let permissions = fs::metadata(&real).map_err(told)?.permissions();
    let (Some(folder), Some(name)) = (real.parent(), real.file_name().and_then(|n| n.to_str())) else {
        return Err(told(std::io::Error::from(std::io::ErrorKind::InvalidFilename)));
    };
    let folder = OutputFolder::create(folder, true)?;
    let mut file = folder.file(name)?;
    file.write_all(text.as_bytes()).map_err(|e| file.error(e))?;
    folder.complete(vec![file])?;
    fs::set_permissions(&real, permissions).map_err(told)
}
