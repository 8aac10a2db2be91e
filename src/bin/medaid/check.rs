//! `medaid check`.

use std::io::Write;
use std::path::{Path, PathBuf};

use medaid::batch::PlanBook;
use medaid::diagnostic::{Diagnostics, Severity};
use medaid::io::{Source, scheme_files};
use medaid::report::words::Words;
use medaid::{Plan, Scheme};
use serde::Serialize;

use crate::screen::{Failure, Screen, excerpts};
use crate::{Format, Verdict};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Rule files, or scenario folders with scheme.toml or scheme-*.toml
    #[arg(value_name = "SCHEME", required_unless_present = "explain")]
    schemes: Vec<PathBuf>,
    /// Explains a code such as E010, with a wrong and a right example; without a code lists all
    #[arg(long, value_name = "CODE", num_args = 0..=1, conflicts_with = "schemes")]
    explain: Option<Option<String>>,
    /// Ends with exit code 1 for warnings too
    #[arg(long)]
    deny_warnings: bool,
}

#[derive(Serialize)]
struct Checked {
    file: String,
    errors: usize,
    warnings: usize,
    findings: Vec<Finding>,
    /// What is wrong with several schemes together.
    #[serde(skip_serializing_if = "Option::is_none")]
    together: Option<String>,
    #[serde(skip)]
    text: String,
}

#[derive(Serialize)]
struct Finding {
    code: &'static str,
    name: &'static str,
    severity: Severity,
    message: String,
    line: usize,
    column: usize,
    labels: Vec<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

#[derive(Serialize)]
struct Place {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    #[serde(skip_serializing_if = "String::is_empty")]
    message: String,
}

pub(crate) fn run(args: &Args, screen: &mut Screen) -> Result<Verdict, Failure> {
    if let Some(code) = &args.explain {
        return crate::codes::run(code.as_deref(), screen);
    }
    let mut all = Vec::new();
    let mut unreadable = Vec::new();
    for path in &args.schemes {
        let done = if path.is_dir() {
            check_folder(path, &mut all, screen.words)
        } else {
            check(path, screen.words).map(|(checked, _)| all.push(checked))
        };
        // The other files are worth checking all the same.
        unreadable.extend(done.err());
    }
    let errors = all.iter().map(|c| c.errors).sum();
    let warnings = all.iter().map(|c| c.warnings).sum();
    match screen.format {
        Format::Table => {
            let files = all.iter().filter(|c| c.together.is_none()).count();
            for checked in &all {
                if !checked.text.is_empty() {
                    writeln!(screen.out(), "{}\n", checked.text)?;
                }
            }
            if files == 0 {
                return unread(&unreadable, screen);
            }
            let total = screen.words.check_total(files, errors, warnings);
            writeln!(screen.out(), "{total}")?;
        }
        Format::Json => screen.json(&all)?,
        Format::Csv => {
            let rows = all.iter().flat_map(|c| {
                let findings = c.findings.iter().map(|f| {
                    let place = [c.file.clone(), f.line.to_string(), f.column.to_string()];
                    let what = [f.severity.as_str().to_owned(), f.code.to_owned(), f.message.clone(), f.help.clone().unwrap_or_default()];
                    row(place, what)
                });
                let together = c.together.iter().map(|message| {
                    row([c.file.clone(), String::new(), String::new()], ["error".to_owned(), String::new(), message.clone(), String::new()])
                });
                findings.chain(together).collect::<Vec<_>>()
            });
            screen.csv(["file", "line", "column", "severity", "code", "message", "help"], rows)?;
        }
    }
    if !unreadable.is_empty() {
        return unread(&unreadable, screen);
    }
    Ok(if errors > 0 || args.deny_warnings && warnings > 0 { Verdict::Findings } else { Verdict::Fine })
}

fn unread(failures: &[Failure], screen: &mut Screen) -> Result<Verdict, Failure> {
    // Results first, so that in one terminal the messages stand below them.
    screen.finish()?;
    for failure in failures {
        screen.failure(failure);
    }
    Ok(Verdict::Unreadable)
}

fn check_folder(folder: &Path, all: &mut Vec<Checked>, words: Words) -> Result<(), Failure> {
    let files = scheme_files(folder)?;
    let mut plans = Vec::new();
    for file in &files {
        let (checked, plan) = check(file, words)?;
        all.push(checked);
        plans.extend(plan);
    }
    // Editions of one scheme must go together, which a file alone cannot show.
    if plans.len() == files.len()
        && let Err(error) = PlanBook::new(plans)
    {
        let file = folder.display().to_string();
        let text = format!("{file}: {error}");
        all.push(Checked { file, errors: 1, warnings: 0, findings: Vec::new(), together: Some(error.to_string()), text });
    }
    Ok(())
}

fn row([file, line, column]: [String; 3], [severity, code, message, help]: [String; 4]) -> [String; 7] {
    [file, line, column, severity, code, message, help]
}

fn check(path: &Path, words: Words) -> Result<(Checked, Option<Plan>), Failure> {
    let source = Source::open(path)?;
    Ok(match Scheme::parse(source.name(), source.text()) {
        Ok(scheme) => (checked(scheme.warnings(), words), Plan::compile(&scheme).ok()),
        Err(findings) => (checked(&findings, words), None),
    })
}

fn checked(findings: &Diagnostics, words: Words) -> Checked {
    let language = words.0;
    let of = |severity| findings.findings().iter().filter(|f| f.severity() == severity).count();
    let list = findings.findings().iter().map(|finding| {
        let places: Vec<Place> = finding
            .labels()
            .iter()
            .map(|label| {
                let ((line, column), (end_line, end_column)) = (findings.place(label.span().start), findings.place(label.span().end));
                Place { line, column, end_line, end_column, message: label.message(language).to_owned() }
            })
            .collect();
        Finding {
            code: finding.code().as_str(),
            name: finding.code().name(),
            severity: finding.severity(),
            message: finding.message(language).to_owned(),
            line: places.first().map_or(1, |p| p.line),
            column: places.first().map_or(1, |p| p.column),
            labels: places,
            help: finding.help_text(language).map(str::to_owned),
        }
    });
    Checked {
        file: findings.file().to_owned(),
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
        findings: list.collect(),
        together: None,
        text: excerpts(findings, words),
    }
}
